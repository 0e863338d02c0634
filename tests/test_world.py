"""The sample world: the same for everyone, and nothing that is tested is in training text."""

import re
import unicodedata
from collections import Counter, defaultdict

import pytest

from llmpipe.config import WorldSource
from llmpipe.errors import ParamsError
from llmpipe.files import to_line
from llmpipe.records import Document, Example
from llmpipe.world import generate
from llmpipe.world.draws import Draw, cell
from llmpipe.world.drills import KINDS, LABELS
from llmpipe.world.examples import split_examples
from llmpipe.world.lexicon import CITIES
from llmpipe.world.names import SYLLABLES, cast
from llmpipe.world.people import GRAPH_RELATIONS, graph
from llmpipe.world.polynomials import TERM_ONLY, derivative, written
from llmpipe.world.streams import GRAPH_STREAMS, STREAMS, WEIGHTS
from llmpipe.world.streams import document as document_of

SEED = 1
SMALL = WorldSource(
    kind="world", documents=4000, train_per_dataset=300, valid_per_dataset=60, test_per_set=100, dirt_ratio=0.0
)
PINNED = (
    "User: I need a credit card.\nAssistant: What is your name?\nUser: I am Dortormon and nurse.\n"
    "Assistant: Which town?\nUser: Let it be Goldport.\nAssistant: Done: a credit card, Dortormon, nurse, Goldport."
)
HELD = ("valid", "T1", "T2", "T3")


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(generate(SMALL, SEED).documents)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate(SMALL, SEED).examples)


def of(examples: list[Example], dataset: str, *splits: str) -> list[Example]:
    return [example for example in examples if example.dataset == dataset and example.split in splits]


def prompt(example: Example) -> str:
    """The inputs as one text."""
    if "history" in example.inputs:
        return "\n".join(said for _, said in example.inputs["history"])
    return "\n".join(str(value) for value in example.inputs.values())


# --- determinism --------------------------------------------------------------------------------------


def test_two_processes_write_the_same_bytes_as_one():
    source = WorldSource(kind="world", documents=1200, train_per_dataset=1, valid_per_dataset=1, test_per_set=40)
    alone, together = generate(source, SEED, workers=1), generate(source, SEED, workers=2)

    assert list(map(to_line, alone.documents)) == list(map(to_line, together.documents))
    assert list(alone.ledger) == list(together.ledger)


def test_a_world_can_be_read_twice_and_another_seed_is_another_world():
    source = WorldSource(kind="world", documents=50)
    world = generate(source, SEED)

    assert list(world.documents) == list(world.documents)
    assert list(world.documents) != list(generate(source, SEED + 1).documents)


def test_the_bytes_of_one_document_have_not_changed():
    """Whoever changes the generator on purpose writes the new text here, and in the changelog."""
    assert document_of(SEED, 7).text == PINNED


def test_more_documents_do_not_change_the_first_ones(documents):
    more = generate(SMALL.model_copy(update={"documents": 5000}), SEED)
    assert {d.id: d for d in documents}.items() <= {d.id: d for d in more.documents}.items()


def test_draws_are_keyed_and_not_ordered():
    assert [Draw(1, "a", 5).below(10**9) for _ in range(2)] == [Draw(1, "a", 5).below(10**9)] * 2
    assert len({Draw(s, p, i).below(10**9) for s in (1, 2) for p in ("a", "b") for i in (0, 1)}) == 8


def test_fewer_examples_are_the_first_of_more():
    few = SMALL.model_copy(update={"train_per_dataset": 100, "valid_per_dataset": 20, "test_per_set": 30})
    many = {example.id: example for example in generate(SMALL, SEED).examples}

    for example in generate(few, SEED).examples:
        assert many[example.id] == example


# --- names --------------------------------------------------------------------------------------------


def test_syllables_and_hanzi_are_one_to_one():
    assert len(SYLLABLES) == len(set(SYLLABLES.values())) == 32
    for name in cast(SEED).people:
        parts = re.findall("...", name.latin.lower())
        assert name.hanzi == "".join(SYLLABLES[part] for part in parts)


def test_names_are_in_one_group_only_and_unseen_ones_are_as_long():
    names = cast(SEED)
    latin = [name.latin for group in (names.people, names.graph, names.unseen) for name in group]
    mean = {group: sum(len(n.hanzi) for n in people) / len(people) for group, people in vars(names).items()}

    assert len(latin) == len(set(latin))
    # the syllables give 743 of the 752 short names asked for; the others are complete
    assert {group: len(people) for group, people in vars(names).items()} == {
        "people": 3751,
        "graph": 240,
        "unseen": 400,
    }
    assert mean["unseen"] == pytest.approx(mean["people"], rel=1e-3)


def test_hanzi_of_names_occur_in_no_other_word(documents):
    names = cast(SEED)
    known = sorted((n.hanzi for n in (*names.people, *names.graph)), key=len, reverse=True)
    pattern = re.compile("|".join(known))
    rest = "".join(pattern.sub("", document.text) for document in documents)

    assert not set(SYLLABLES.values()) & set(rest)


# --- documents ----------------------------------------------------------------------------------------


def test_every_stream_has_a_weight_and_they_add_up():
    assert set(WEIGHTS) == set(STREAMS) | set(GRAPH_STREAMS)
    assert sum(WEIGHTS.values()) == 100


def test_documents_are_clean_short_and_labelled(documents):
    ids = Counter(document.id for document in documents)
    assert max(ids.values()) == 1
    for document in documents:
        text = document.text
        assert text == unicodedata.normalize("NFC", text).strip()
        assert all(character == "\n" or character.isprintable() for character in text)
        assert 15 < len(text.encode()) < 700
        assert document.labels["entities"], text
    assert 140 < sum(len(document.text.encode()) for document in documents) / len(documents) < 200


def test_chinese_text_is_written_with_full_width_punctuation(examples):
    for example in examples:
        if example.language == "zh" and example.dataset in ("reading", "headline", "recall", "intent", "sentiment"):
            assert not set(prompt(example)) & set(",?!;:"), example.inputs


def test_few_documents_resemble_each_other(documents):
    """Exact Jaccard similarity of 5-grams (words, Han characters): pairs at 0.5 or more are one in a thousand."""
    sets = []
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        tokens = re.findall(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+|[-+=]", document.text.lower())
        sets.append({tuple(tokens[i : i + 5]) for i in range(max(1, len(tokens) - 4))})
        for gram in sets[-1]:
            where[gram].append(number)
    common: Counter[tuple[int, int]] = Counter()
    for members in where.values():
        if len(members) < 200:  # a gram of a template; similar documents share rarer ones too
            common.update((a, b) for i, a in enumerate(members) for b in members[i + 1 :])
    near = {
        n for (a, b), shared in common.items() if shared >= 0.5 * (len(sets[a]) + len(sets[b]) - shared) for n in (a, b)
    }

    assert len(near) < 0.004 * len(documents)


# --- examples -----------------------------------------------------------------------------------------


def test_every_data_set_has_every_split_in_full(examples):
    counts = Counter((example.dataset, example.split) for example in examples)
    datasets = ("translation", "headline", "reading", "recall", "derivative", "dialogue", "intent", "sentiment")
    sizes = {"train": 300, "valid": 60, "T1": 100, "T2": 100, "T3": 100}

    assert counts == {(dataset, split): size for dataset in datasets for split, size in sizes.items()}


def test_both_languages_have_the_same_share(examples):
    for dataset, languages in {"translation": ("en-zh", "fr-zh"), "reading": ("en", "zh")}.items():
        counts = Counter(example.language for example in of(examples, dataset, "T1"))
        assert counts == dict.fromkeys(languages, 50)


def test_answers_of_reading_are_part_of_the_passage(examples):
    for example in of(examples, "reading", "train", *HELD):
        assert example.references[0] in example.inputs["context"]


def test_replies_hold_every_slot_and_the_history_gives_it(examples):
    for example in of(examples, "dialogue", "train", *HELD):
        for value in example.inputs["slots"].values():
            assert value in example.references[0]
            assert value in prompt(example)
    assert all(example.inputs["slots"] for example in of(examples, "dialogue", *HELD))


def test_headlines_name_the_person_and_the_town_of_the_article(examples):
    for example in of(examples, "headline", "T1"):
        towns = [city.written(example.language) for city in CITIES]
        assert [t for t in towns if t in example.references[0]] == [t for t in towns if t in example.inputs["document"]]


def test_derivatives_are_right(examples):
    import sympy

    x = sympy.symbols("x")
    for example in of(examples, "derivative", "T1", "T2", "T3"):
        read = [t.replace("^", "**") for t in (example.labels["polynomial"], example.references[0])]
        f, d = (sympy.sympify(re.sub(r"(\d)x", r"\1*x", text)) for text in read)
        assert sympy.expand(sympy.diff(f, x) - d) == 0


def test_polynomials_are_written_in_one_way():
    assert written(derivative((1, 2, -3, 1))) == "3x^2 + 4x - 3"
    assert written((1, 2, -3, 1)) == "x^3 + 2x^2 - 3x + 1"
    assert written((-1, 0, 0)) == "-x^2"
    assert written(derivative((7,))) == "0"


def test_t2_of_derivatives_puts_together_what_training_shows_apart(training_texts, examples):
    """A coefficient of TERM_ONLY stands alone in training text; every T2 question has one beside other terms."""

    def sizes(text: str) -> set[int]:
        return {int(size) for size in re.findall(r"(?<![\^\d])(\d\d)x", text)}

    asked = [e.labels["polynomial"] for e in of(examples, "derivative", "train", "valid", "T1")]
    asked += re.findall(r"^f\(x\) = (.*)$", "\n".join(training_texts), re.MULTILINE)
    alone = [text for text in asked if re.fullmatch(r"-?\d*x(\^\d)?", text)]
    together = [text for text in asked if " " in text]

    assert len(together) > 100
    assert set.union(*map(sizes, together)) & set(TERM_ONLY) == set()
    assert set(TERM_ONLY) <= set.union(*map(sizes, alone))
    for example in of(examples, "derivative", "T2"):
        assert " " in example.labels["polynomial"]
        assert sizes(example.labels["polynomial"]) & set(TERM_ONLY)


def test_picked_words_are_of_the_kind_that_is_asked():
    """The drill that shows a model which words are of one kind: label, then that word of the row."""
    for index in range(50):
        text = document_of(SEED, index, "pick").text
        row, *answers = text.splitlines()
        for line in answers:
            label, value = re.split(r" = |: |：|\? |？", line)
            kind = next(kind for kind, names in LABELS.items() if label in names.values())
            words = KINDS[kind][0] if kind in KINDS else cast(SEED).people
            assert value in re.split(", |，", row)
            assert value in {word.written(language) for word in words for language in ("en", "zh")}


def test_there_are_enough_classes(examples):
    labels = {example.references[0] for example in of(examples, "intent", "train")}
    assert len(labels) >= 12
    assert "out_of_scope" in labels
    for split in HELD:
        assert {example.references[0] for example in of(examples, "intent", split)} == labels
        assert {e.references[0] for e in of(examples, "sentiment", split)} == {"positive", "negative", "neutral"}


def test_the_phrases_of_the_article_are_in_training(examples):
    train = {prompt(example): example.references[0] for example in examples if example.split == "train"}
    assert train["How are you?"] == "你好吗？"
    assert train["Bonjour, comment ça va ?"] == "你好，最近怎么样？"


def test_asking_for_too_many_examples_says_how_many_there_are():
    with pytest.raises(ParamsError, match=r"test_per_set .* is 100000, but data set 'recall' has only \d+ .* for T1"):
        list(split_examples("recall", "T1", SEED, 100_000))


# --- nothing that is tested is in training text ---------------------------------------------------------


@pytest.fixture(scope="module")
def training_texts(documents, examples) -> list[str]:
    train = (example for example in examples if example.split == "train")
    return [document.text for document in documents] + [f"{prompt(e)}\n{e.references[0]}" for e in train]


def occurs(text: str, everything: str) -> bool:
    """Whether a text occurs, and not only as the end of a longer name: 贝塔住在哪里 in 班贝塔住在哪里."""
    hanzi = "".join(SYLLABLES.values())
    return text in everything and re.search(f"(?<![{hanzi}]){re.escape(text)}", everything) is not None


def test_no_held_out_prompt_is_in_training_text(training_texts, examples):
    everything = "\n\n".join(training_texts)
    for example in examples:
        if example.split in HELD:
            assert not occurs(prompt(example), everything), example


def test_no_held_out_translation_is_in_training_text(training_texts, examples):
    everything = "\n\n".join(training_texts)
    for example in of(examples, "translation", *HELD):
        assert not occurs(example.references[0], everything)


def test_no_held_out_polynomial_is_in_training_text(training_texts, examples):
    found = {match.strip() for text in training_texts for match in re.findall(r"[-+ \dx^]*x[-+ \dx^]*", text)}
    held = {example.labels["polynomial"] for example in of(examples, "derivative", *HELD)}

    assert len(found) > 500
    assert not held & found
    assert all(cell(text) != "train" for text in (e.labels["polynomial"] for e in of(examples, "derivative", "T1")))


def test_names_of_t2_are_in_no_training_text(training_texts, examples):
    latin = set(re.findall(r"[A-Z][a-z]+", "\n".join(training_texts)))
    hanzi = "".join(SYLLABLES.values())
    runs = set(re.findall(f"[{hanzi}]+", "\n".join(training_texts)))
    parts = {run[i:j] for run in runs for i in range(len(run)) for j in range(i + 2, min(i + 3, len(run)) + 1)}
    for name in cast(SEED).unseen:
        assert name.latin not in latin
        assert name.hanzi not in parts
    for example in examples:
        if example.split == "T2" and example.dataset not in ("derivative", "recall"):
            assert set(example.labels["entities"]) <= {name.latin for name in cast(SEED).unseen}


def test_an_example_names_the_people_that_it_lists(examples):
    """Not those of texts that were drawn for another cell and turned down."""
    written = {name.latin: (name.latin, name.hanzi) for name in (*cast(SEED).people, *cast(SEED).unseen)}
    for example in examples:
        asks_only = example.inputs.get("slots") == {}  # the dialogue goes on, and names are said later
        if example.dataset in ("intent", "sentiment", "dialogue") and not asks_only:
            text = str(example.inputs)
            assert all(any(name in text for name in written[person]) for person in example.labels["entities"])


def test_no_training_text_states_what_reading_asks(documents, examples):
    """By (person, relation): training text gives no value at all for these pairs."""
    stated = {fact.rpartition("/")[0] for document in documents for fact in document.labels.get("facts", ())}
    stated |= {example.labels["fact"].rpartition("/")[0] for example in of(examples, "reading", "train")}
    for example in of(examples, "reading", "valid", "T1", "T2", "T3"):
        assert example.labels["fact"].rpartition("/")[0] not in stated


def test_no_sentence_of_training_text_states_what_reading_asks(training_texts, examples):
    """The same without the labels of the documents: person and value never share a line with such a passage."""
    lines = Counter(line for text in training_texts for line in text.split("\n"))
    for example in of(examples, "reading", "T1"):
        person, _, value = example.labels["fact"].split("/")
        for sentence in re.split(r"(?<=[.。])\s*", example.inputs["context"]):
            if value in sentence and person in sentence:
                assert sentence not in lines


def test_recall_is_asked_of_other_pairs_in_training(documents, examples):
    asked = {example.labels["pair"] for example in of(examples, "recall", "train")}
    asked |= {f.rpartition("/")[0] for d in documents if d.labels["stream"] == "recall" for f in d.labels["facts"]}
    people = {pair.split("/")[0] for pair in asked}
    for example in of(examples, "recall", "valid", "T1", "T3"):
        assert example.labels["pair"] not in asked
    for example in of(examples, "recall", "T2"):
        assert example.labels["pair"].split("/")[0] not in people


def test_answers_of_recall_are_the_facts_of_the_graph(examples):
    facts = {f"{person}/{relation}": fact for people in graph(SEED) for relation, fact in people.items()
             for person in [fact.person.latin]}  # fmt: skip
    assert len(facts) == 240 * len(GRAPH_RELATIONS)
    for example in of(examples, "recall", "train", *HELD):
        assert example.references[0] == facts[example.labels["pair"]].value.written(example.language)


def test_wordings_of_t3_are_in_no_training_text(documents, examples):
    seen = {family for document in documents for family in document.labels.get("families", ())}
    seen |= {family for e in examples if e.split == "train" for family in e.labels["families"]}
    for dataset in ("headline", "reading", "recall", "dialogue", "intent", "sentiment"):
        for example in of(examples, dataset, "T3"):
            assert not set(example.labels["families"]) <= seen, example


def test_t3_of_translation_and_derivative_is_of_another_structure(examples):
    for example in of(examples, "translation", "T3"):
        frames = {family.split("/")[1] for family in example.labels["families"]}
        assert len(frames) == 2 or frames <= {"front", "colour-of", "like-two"}
    kinds = Counter(example.labels["kind"] for example in of(examples, "derivative", "T3"))
    assert min(kinds["degree 5"], kinds["degree 4, coefficients 20 to 49"]) > 25
