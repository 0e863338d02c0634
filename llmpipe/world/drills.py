"""Copying drills: repeat a list, look up in a table, transliterate. Small models learn to copy from these."""

from collections.abc import Sequence

from llmpipe.world.draws import Draw
from llmpipe.world.lexicon import CITIES, COLOURS, DAYS, HOBBIES, JOBS, MONTHS, PLACES, THINGS, TIMES, YEARS, Word
from llmpipe.world.names import Name
from llmpipe.world.people import RELATIONS, draw_fact, stateable
from llmpipe.world.scope import Scope, Text

KINDS: dict[str, tuple[Sequence[Word], dict[str, str]]] = {  # of words -> their label by language
    "city": (CITIES, {"en": "town", "zh": "城市"}),
    "colour": (COLOURS, {"en": "colour", "zh": "颜色"}),
    "day": (DAYS, {"en": "day", "zh": "日子"}),
    "hobby": (HOBBIES, {"en": "hobby", "zh": "爱好"}),
    "job": (JOBS, {"en": "job", "zh": "工作"}),
    "month": (MONTHS, {"en": "month", "zh": "月份"}),
    "place": (PLACES, {"en": "place", "zh": "单位"}),
    "thing": (THINGS, {"en": "thing", "zh": "东西"}),
    "time": (TIMES, {"en": "time", "zh": "时间"}),
    "year": (YEARS, {"en": "year", "zh": "年份"}),
}
LABELS = {kind: names for kind, (_, names) in KINDS.items()}
LABELS |= {"name": {"en": "name", "zh": "名字"}, "friend": {"en": "friend", "zh": "朋友"}}


def repeat_document(draw: Draw, scope: Scope) -> Text:
    """A list of names and other words, written twice."""
    language = ("en", "zh")[draw.below(2)]
    items = [person.written(language) for person in scope.people(draw, draw.between(3, 5))]
    for kind in draw.sample(tuple(KINDS), draw.between(1, 4)):
        items.append(draw.choice(KINDS[kind][0]).written(language))
    text = ("、" if language == "zh" else ", ").join(draw.shuffled(items))
    return Text(draw.choice(("{0}\n{0}", "{0} = {0}", "{0} | {0}")).format(text), language)


def hanzi_document(draw: Draw, scope: Scope) -> Text:
    """Names in Latin letters and in Hanzi, side by side or one list after the other."""
    people = scope.people(draw, draw.between(4, 7))
    if draw.chance(50):
        link = draw.choice((" = ", " ", "："))
        return Text("\n".join(f"{person.latin}{link}{person.hanzi}" for person in people), "en")
    latin, hanzi = ", ".join(p.latin for p in people), "、".join(p.hanzi for p in people)
    return Text(f"{latin}\n{hanzi}", "en")


def lookup_document(draw: Draw, scope: Scope) -> Text:
    """A `key: value` list and several look-ups in it."""
    language = ("en", "zh")[draw.below(2)]
    keys = [person.written(language) for person in scope.people(draw, draw.between(4, 5))]
    kind = draw.below(3)
    if kind == 0:
        values = [person.written(language) for person in scope.people(draw, len(keys))]
    elif kind == 1:
        values = [f"{draw.choice(DAYS).written(language)} {draw.choice(TIMES).written(language)}" for _ in keys]
    else:
        values = [str(draw.between(10, 999)) for _ in keys]
    colon = "：" if language == "zh" else ": "
    rows = [f"{key}{colon}{value}" for key, value in zip(keys, values, strict=True)]
    asked = draw.sample(range(len(keys)), draw.between(2, 4))
    mark = draw.choice(("? ", " = ", " -> ")) if language == "en" else draw.choice(("？", " = ", " -> "))
    return Text("\n".join([*rows, *(f"{keys[i]}{mark}{values[i]}" for i in asked)]), language)


def pick_document(draw: Draw, scope: Scope) -> Text:
    """Words of different kinds in a row; then a kind and the word of that kind, several times."""
    language = ("en", "zh")[draw.below(2)]
    items = {"name": scope.name(draw).written(language)}
    for kind in draw.sample(tuple(KINDS), draw.between(3, 5)):
        items[kind] = draw.choice(KINDS[kind][0]).written(language)
    comma, colon = ("，", "：") if language == "zh" else (", ", ": ")
    row = comma.join(draw.shuffled(tuple(items.values())))
    layout = draw.choice(("{k}" + colon + "{v}", "{k} = {v}", "{k}？{v}" if language == "zh" else "{k}? {v}"))
    asked = draw.shuffled(tuple(items))[: draw.between(3, 5)]
    return Text("\n".join([row, *(layout.format(k=LABELS[kind][language], v=items[kind]) for kind in asked)]), language)


def table_document(draw: Draw, scope: Scope) -> Text:
    """Two or three people with two or three attributes each; look-ups name both person and attribute."""
    language = ("en", "zh")[draw.below(2)]
    people, relations = _table(draw, scope, draw.between(2, 3))
    facts = [[draw_fact(draw, scope, person, relation) for relation in relations] for person in people]
    comma, colon = ("，", "：") if language == "zh" else (", ", ": ")
    rows = [
        person.written(language)
        + colon
        + comma.join(f"{LABELS[fact.relation][language]} {fact.value.written(language)}" for fact in row)
        for person, row in zip(people, facts, strict=True)
    ]
    flat = [fact for row in facts for fact in row]
    layout = draw.choice(("{p}, {r}? {v}", "{r} of {p}: {v}", "{p} {r} = {v}")) if language == "en" else ""
    layout = layout or draw.choice(("{p}，{r}？{v}", "{p}的{r}：{v}", "{p} {r} = {v}"))
    for fact in draw.sample(flat, draw.between(2, 4)):
        slots = {
            "p": fact.person.written(language),
            "r": LABELS[fact.relation][language],
            "v": fact.value.written(language),
        }
        rows.append(layout.format(**slots))
    return Text("\n".join(rows), language)


def _table(draw: Draw, scope: Scope, count: int) -> tuple[list[Name], list[str]]:
    """`count` people and three or two relations that may be stated of each of them."""
    while True:
        people = draw.sample(scope.names, count)
        relations = [
            relation for relation in RELATIONS if all(stateable(scope, person, [relation]) for person in people)
        ]
        if len(relations) >= 5 - count:
            draw.entities.extend(person.latin for person in people)
            return people, draw.sample(relations, 5 - count)
