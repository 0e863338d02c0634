"""
Facts about people: how they are stated and asked, passages with questions, and the graph of facts.

A fact is (person, relation, value). One tenth of all (person, relation) pairs is reserved by hash for T1
and valid: no training text states a value for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from llmpipe.world.draws import Draw, cell
from llmpipe.world.lexicon import CITIES, HOBBIES, JOBS, PLACES, THINGS, YEARS, Thing, Word
from llmpipe.world.names import Name, cast
from llmpipe.world.scope import Item, Scope, Text

VALUES: dict[str, Sequence[Word]] = {
    "job": JOBS,
    "city": CITIES,
    "hobby": HOBBIES,
    "year": YEARS,
    "place": PLACES,
    "thing": THINGS,
}
RELATIONS = (*VALUES, "friend")
GRAPH_RELATIONS = ("job", "city", "hobby", "year", "place")

# relation -> wordings; the last of each is reserved for T3
STATEMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "job": (
            "{p} is a {v}.", "{p} works as a {v}.", "The job of {p} is {v}.", "{p} was made a {v}.",
            "People know {p} as a {v}.",
        ),
        "city": (
            "{p} lives in {v}.", "The home of {p} is in {v}.", "{p} has a house in {v}.",
            "{v} is the home town of {p}.",
            "Look for {p} in {v}.",
        ),
        "hobby": (
            "{p} likes {v}.", "{p} enjoys {v}.", "The hobby of {p} is {v}.", "For fun {p} goes {v}.",
            "Nothing pleases {p} more than {v}.",
        ),
        "year": (
            "{p} was born in {v}.", "The birth year of {p} is {v}.", "{p} has lived since {v}.",
            "In {v} {p} was born.",
            "The life of {p} began in {v}.",
        ),
        "place": (
            "{p} works at the {v}.", "The work place of {p} is the {v}.", "Every day {p} goes to the {v}.",
            "{p} has a desk at the {v}.", "The {v} employs {p}.",
        ),
        "thing": (
            "{p} owns a {v}.", "{p} has a {v}.", "There is a {v} in the room of {p}.", "A {v} belongs to {p}.",
            "{p} is the owner of a {v}.",
        ),
        "friend": (
            "The best friend of {p} is {v}.", "{p} has a good friend, {v}.", "{p} trusts {v}.",
            "{p} is close to {v}.",
            "At the side of {p} stands {v}.",
        ),
    },
    "zh": {
        "job": ("{p}是一名{v}。", "{p}当了{v}。", "{p}的工作是{v}。", "{p}的职业是{v}。", "大家都知道{p}是{v}。"),
        "city": ("{p}住在{v}。", "{p}的家在{v}。", "{p}在{v}有房子。", "{v}是{p}的家乡。", "在{v}可以找到{p}。"),
        "hobby": ("{p}喜欢{v}。", "{p}爱{v}。", "{p}的爱好是{v}。", "{p}有空就{v}。", "最让{p}高兴的是{v}。"),
        "year": ("{p}生于{v}。", "{p}出生在{v}。", "{p}的出生年份是{v}。", "{v}{p}出生。", "{p}在{v}来到世上。"),
        "place": ("{p}在{v}工作。", "{p}的单位是{v}。", "{p}每天去{v}上班。", "{p}在{v}有工作。", "{v}请了{p}。"),
        "thing": ("{p}有一{m}{v}。", "{p}家里有一{m}{v}。", "一{m}{v}属于{p}。", "{p}的东西是{v}。",
            "{p}拥有一{m}{v}。"),
        "friend": ("{p}最好的朋友是{v}。", "{p}有个朋友叫{v}。", "{p}信任{v}。", "{p}和{v}关系好。",
            "在{p}身边的是{v}。"),
    },
    "fr": {
        "job": ("{p} est {v}.", "{p} travaille comme {v}.", "Le métier de {p} : {v}.", "{p} a été {v}."),
        "city": ("{p} habite à {v}.", "{p} a une maison à {v}.", "La ville de {p} est {v}.",
            "{v} est la ville de {p}."),
        "hobby": ("{p} aime {v}.", "{p} préfère {v}.", "Le plaisir de {p} est {v}.", "Avec {v}, {p} est content."),
        "year": ("{p} vit depuis {v}.", "La vie de {p} commence en {v}.", "L'année de {p} est {v}.",
            "En {v}, la vie de {p} commence."),
        "place": ("Le lieu de {p} : {v}.", "{p} cherche le travail : {v}.", "Le travail de {p} : {v}.",
            "Chaque jour {p} va au travail : {v}."),
    },
}  # fmt: skip

QUESTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "job": (
            "What is the job of {p}?", "What does {p} do?", "Which job does {p} have?", "What work does {p} do?",
            "How does {p} earn money?",
        ),
        "city": (
            "Where does {p} live?", "In which town does {p} live?", "Where is the home of {p}?",
            "What is the home town of {p}?",
            "Where can we look for {p}?",
        ),
        "hobby": (
            "What does {p} like?", "What is the hobby of {p}?", "Which hobby does {p} have?",
            "What does {p} do for fun?",
            "What pleases {p}?",
        ),
        "year": (
            "When was {p} born?", "In which year was {p} born?", "What is the birth year of {p}?",
            "Since when has {p} lived?",
            "When did the life of {p} begin?",
        ),
        "place": (
            "Where does {p} work?", "What is the work place of {p}?", "Where does {p} go every day?",
            "At which place does {p} work?",
            "Who employs {p}?",
        ),
        "thing": (
            "What does {p} own?", "What does {p} have?", "Which thing belongs to {p}?", "What is in the room of {p}?",
            "Of what is {p} the owner?",
        ),
        "friend": (
            "Who is the best friend of {p}?", "Who is close to {p}?", "Which friend does {p} have?",
            "Who has the trust of {p}?",
            "Who stands at the side of {p}?",
        ),
    },
    "zh": {
        "job": ("{p}做什么工作？", "{p}的职业是什么？", "{p}的工作是什么？", "{p}是做什么的？",
            "大家都知道{p}是什么？"),
        "city": ("{p}住在哪里？", "{p}的家在哪里？", "{p}住在哪个城市？", "{p}的家乡是哪里？", "在哪里可以找到{p}？"),
        "hobby": ("{p}喜欢什么？", "{p}的爱好是什么？", "{p}有什么爱好？", "{p}有空做什么？", "什么最让{p}高兴？"),
        "year": ("{p}生于哪一年？", "{p}哪年出生？", "{p}的出生年份是什么？", "{p}是哪一年出生的？",
            "{p}什么时候来到世上？"),
        "place": ("{p}在哪里工作？", "{p}的单位是哪里？", "{p}每天去哪里上班？", "{p}在哪里上班？", "哪里请了{p}？"),
        "thing": ("{p}有什么东西？", "什么东西属于{p}？", "{p}家里有什么？", "{p}的东西是什么？", "{p}拥有什么？"),
        "friend": ("{p}最好的朋友是谁？", "{p}的朋友叫什么？", "{p}信任谁？", "{p}和谁关系好？", "谁在{p}身边？"),
    },
    "fr": {
        "job": ("Quel est le métier de {p} ?", "Que fait {p} ?"),
        "city": ("Où habite {p} ?", "Quelle est la ville de {p} ?"),
        "hobby": ("Qu'aime {p} ?", "Quel est le plaisir de {p} ?"),
        "year": ("Quelle est l'année de {p} ?", "Depuis quand vit {p} ?"),
        "place": ("Quel est le travail de {p} ?", "Quel est le lieu de {p} ?"),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact and its value as the Latin-script key that labels use."""

    person: Name
    relation: str
    value: Word

    @property
    def key(self) -> str:
        """Language-independent id: "Bandor/city/Redhill"."""
        return f"{self.person.latin}/{self.relation}/{self.value.key}"


def draw_fact(draw: Draw, scope: Scope, person: Name, relation: str) -> Fact:
    """A fact about `person`, noted in `draw.facts`. Whether the scope may state it is `stateable`'s business."""
    if relation == "friend":
        friend = draw.choice([other for other in draw.sample(scope.names, 2) if other != person])
        draw.entities.append(friend.latin)
        value = Word(friend.latin, friend.hanzi, friend.latin)
    else:
        value = draw.choice(VALUES[relation])
    fact = Fact(person, relation, value)
    draw.facts.append(fact.key)
    return fact


def stateable(scope: Scope, person: Name, relations: Sequence[str]) -> list[str]:
    """The relations of this person that belong to the scope: one pair in ten is kept for T1 and valid."""
    return [relation for relation in relations if scope.allows(f"{person.latin}/{relation}")]


def state(draw: Draw, fact: Fact, language: str, unseen: bool = False) -> str:
    """A sentence that states the fact."""
    wordings = STATEMENTS[language][fact.relation]
    family = f"statement/{language}/{fact.relation}"
    template = draw.wording(family, wordings, unseen)
    measure = fact.value.measure if isinstance(fact.value, Thing) else ""
    return template.format(p=fact.person.written(language), v=fact.value.written(language), m=measure)


def ask(draw: Draw, fact: Fact, language: str, unseen: bool = False) -> str:
    """A question whose answer is the fact's value."""
    template = draw.wording(f"question/{language}/{fact.relation}", QUESTIONS[language][fact.relation], unseen)
    return template.format(p=fact.person.written(language))


def join(sentences: Sequence[str], language: str) -> str:
    """Sentences in a row: Chinese has no space between them."""
    return ("" if language == "zh" else " ").join(sentences)


def _layout(language: str) -> tuple[str, ...]:
    """How a question and its answer are written in a document."""
    if language == "zh":
        return ("{q}{a}", "问：{q}答：{a}", "{q} {a}", "{q}答案是{a}。")
    if language == "fr":
        return ("{q} {a}", "Q : {q} R : {a}")
    return ("{q} {a}", "Q: {q} A: {a}", "{q} Answer: {a}", "{q} It is {a}.")


def passage_facts(draw: Draw, scope: Scope, count: int, relations: Sequence[str]) -> list[Fact]:
    """
    `count` facts about one or two people, no relation twice for the same person; the first may be asked for.

    The second person often shares a relation with the first, so that the person named in a question
    decides between two answers. When the scope is a reserved one, only the first fact is from it.
    """
    around = Scope(scope.names, "any" if scope.cell == "any" else "train")
    while True:
        first, second = draw.sample(scope.names, 2)
        asked = stateable(scope, first, relations)
        mine, others = stateable(around, first, relations), stateable(around, second, relations)
        if asked and len(mine) >= count and others:
            break
    draw.entities.append(first.latin)
    asked_relation = draw.choice(asked)
    facts = [draw_fact(draw, scope, first, asked_relation)]
    more = [relation for relation in draw.shuffled(mine) if relation != asked_relation]
    alone = draw.chance(25)
    facts += [draw_fact(draw, around, first, relation) for relation in more[: count - 1 if alone else count - 2]]
    if not alone:
        draw.entities.append(second.latin)
        shared = asked_relation in others and draw.chance(50)
        facts.append(draw_fact(draw, around, second, asked_relation if shared else draw.choice(others)))
    return facts


def passage_document(draw: Draw, scope: Scope) -> Text:
    """A passage of two to four sentences, then a question about each with its answer, a part of the passage."""
    language = ("en", "zh", "fr")[0 if (roll := draw.below(100)) < 46 else 1 if roll < 94 else 2]
    relations = RELATIONS if language != "fr" else GRAPH_RELATIONS
    facts = passage_facts(draw, scope, draw.between(2, 4), relations)
    text = join([state(draw, fact, language) for fact in draw.shuffled(facts)], language)
    layout = draw.choice(_layout(language))
    asked = [(ask(draw, fact, language), fact.value.written(language)) for fact in draw.shuffled(facts)]
    lines = [layout.format(q=question, a=answer) for question, answer in asked]
    return Text("\n".join([text, *lines]), language)


def reading_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """A passage of two or three sentences about one or two people, and a question about one attribute of one."""
    language = ("en", "zh")[turn % 2]
    facts = passage_facts(draw, scope, draw.between(2, 3), RELATIONS)
    asked = facts[0]
    new_passage = scope.unseen and draw.chance(50)
    sentences = [state(draw, fact, language, new_passage) for fact in draw.shuffled(facts)]
    question = ask(draw, asked, language, scope.unseen)
    labels = {"relation": asked.relation, "fact": asked.key, "people": len({fact.person.latin for fact in facts})}
    inputs = {"context": join(sentences, language), "question": question}
    return Item(inputs, asked.value.written(language), language, labels)


# --- the graph: facts that never change, for closed-book questions --------------------------------------

NEVER_ASKED = 40  # people of the graph who appear in no training question (T2 of recall)


@lru_cache(maxsize=4)
def graph(seed: int) -> tuple[Mapping[str, Fact], ...]:
    """Relation -> fact for each of the people of the graph."""
    people = []
    for index, person in enumerate(cast(seed).graph):
        draw = Draw(seed, "graph", index)
        people.append({relation: Fact(person, relation, draw.choice(VALUES[relation])) for relation in GRAPH_RELATIONS})
    return tuple(people)


def _note(draw: Draw, fact: Fact) -> Fact:
    draw.entities.append(fact.person.latin)
    draw.facts.append(fact.key)
    return fact


def recall_cell(fact: Fact) -> str:
    """Which split may ask for this (person, relation) without a passage."""
    return cell(f"recall/{fact.person.latin}/{fact.relation}", test=20, valid=5)


def wiki_document(draw: Draw, scope: Scope, seed: int) -> Text:
    """Four or five facts of a person of the graph, in any order and wording, and one of a person met only here."""
    language = ("en", "zh")[draw.below(2)]
    facts = list(draw.choice(graph(seed)).values())
    person = facts[0].person
    sentences = [state(draw, _note(draw, fact), language) for fact in draw.shuffled(facts)[: draw.between(4, 5)]]
    guest = scope.name(draw)
    year = draw.choice(YEARS)
    met = ("{p} met {g} in {y}.", "In {y} {p} wrote to {g}.", "{g} has known {p} since {y}.")
    if language == "zh":
        met = ("{p}在{y}见到{g}。", "{y}{p}给{g}写信。", "{g}从{y}起认识{p}。")
    extra = draw.choice(met).format(p=person.written(language), g=guest.written(language), y=year.written(language))
    sentences.insert(draw.below(len(sentences) + 1), extra)
    head = ("{p}\n", "", "[{p}] ")[draw.below(3)].format(p=person.written(language))
    return Text(head + join(sentences, language), language)


def recall_document(draw: Draw, scope: Scope, seed: int) -> Text:
    """Closed-book questions and answers about people of the graph; reserved pairs are never asked."""
    language = ("en", "zh")[draw.below(2)]
    layout = draw.choice(_layout(language))
    lines: list[str] = []
    while len(lines) < 3:
        fact = draw.choice(graph(seed)[NEVER_ASKED:])[draw.choice(GRAPH_RELATIONS)]
        if recall_cell(fact) == "train":
            question = ask(draw, _note(draw, fact), language)
            lines.append(layout.format(q=question, a=fact.value.written(language)))
    guest = scope.name(draw).written(language)
    lines.insert(0, {"en": "{g} asks:", "zh": "{g}问："}[language].format(g=guest))
    return Text("\n".join(lines), language)


def recall_item(draw: Draw, scope: Scope, turn: int, seed: int) -> Item:
    """A question about a person of the graph. `scope.cell` "any" asks for people that no training question names."""
    language = ("en", "zh")[turn % 2]
    people = graph(seed)[:NEVER_ASKED] if scope.cell == "any" else graph(seed)[NEVER_ASKED:]
    fact = draw.choice(people)[draw.choice(GRAPH_RELATIONS)]
    while scope.cell != "any" and recall_cell(fact) != scope.cell:
        fact = draw.choice(people)[draw.choice(GRAPH_RELATIONS)]
    question = ask(draw, _note(draw, fact), language, scope.unseen)
    labels = {"relation": fact.relation, "pair": f"{fact.person.latin}/{fact.relation}"}
    return Item({"question": question}, fact.value.written(language), language, labels)
