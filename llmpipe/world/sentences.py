"""Parallel sentences: English, French and Chinese from the same meaning."""

from dataclasses import dataclass

from llmpipe.world.draws import Draw
from llmpipe.world.lexicon import CITIES, COLOURS, HOBBIES, JOBS, MONTHS, PLACES, THINGS, VERBS, YEARS
from llmpipe.world.scope import Item, Scope, Text


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence pattern in three languages. `facts` are the relations it states about its first person."""

    name: str
    en: str
    fr: str
    zh: str
    facts: tuple[str, ...] = ()


FRAMES = (
    Frame("past", "{p} {past} a {o} at the {l}.", "{p} a {frpast} {a} {fo} {fl}.", "{zp}在{zl}{zv}了一{m}{zo}。"),
    Frame("present", "{p} {present} a {o} at the {l}.", "{p} {frpresent} {a} {fo} {fl}.", "{zp}在{zl}{zv}一{m}{zo}。"),
    Frame("job", "{p} is a {j} in {c}.", "{p} est {fj} à {c}.", "{zp}是{zc}的{zj}。", ("job", "city")),
    Frame("hobby", "{p} likes {h}.", "{p} aime {fh}.", "{zp}喜欢{zh}。", ("hobby",)),
    Frame(
        "since", "{p} has lived in {c} since {y}.", "{p} habite à {c} depuis {y}.", "{zp}从{zy}起住在{zc}。", ("city",)
    ),
    Frame("give", "{p} gave {q} a {k} {o}.", "{p} a donné {a} {fo} {fk} à {q}.", "{zp}送给{zq}一{m}{zk}的{zo}。"),
    Frame("meet", "{p} saw {q} at the {l} in {t}.", "{p} a vu {q} {fl} en {ft}.", "{zp}{zt}在{zl}见到了{zq}。"),
    Frame("with", "{p} works with {q} in {c}.", "{p} travaille avec {q} à {c}.", "{zp}和{zq}一起在{zc}工作。"),
    Frame("count", "{p} has {n} {os}.", "{p} a {n} {fos}.", "{zp}有{n}{m}{zo}。"),
    Frame("where", "Where is the {o} of {p}?", "Où est {d} {fo} de {p} ?", "{zp}的{zo}在哪里？"),
    Frame("colour", "The {o} of {p} is {k}.", "{D} {fo} de {p} est {fk}.", "{zp}的{zo}是{zk}的。"),
    Frame("teach", "{p} teaches {q} {h}.", "{p} apprend {fh} à {q}.", "{zp}教{zq}{zh}。"),
    Frame("how", "How are you, {p}?", "Comment ça va, {p} ?", "{zp}，你好吗？"),
)
UNSEEN_FRAMES = (
    Frame("front", "At the {l}, {p} {past} a {o}.", "{Fl}, {p} a {frpast} {a} {fo}.", "在{zl}，{zp}{zv}了一{m}{zo}。"),
    Frame(
        "colour-of", "The {k} {o} of {p} is at the {l}.", "{D} {fo} {fk} de {p} est {fl}.", "{zp}的{zk}的{zo}在{zl}。"
    ),
    Frame("like-two", "{p} and {q} like {h}.", "{p} et {q} aiment {fh}.", "{zp}和{zq}喜欢{zh}。"),
)
CLAUSES = ("past", "job", "hobby", "since", "give", "meet", "count", "colour")  # frames that two-clause sentences join
JOINS = (
    ("{0}, and {1}", "{0}, et {1}", "{0}，{1}"),
    ("{0}, but {1}", "{0}, mais {1}", "{0}，但是{1}"),
    ("{0}, because {1}", "{0}, parce que {1}", "{0}，因为{1}"),
)

# fixed phrases that everyone tries first
PHRASES = (
    ("How are you?", "Comment ça va ?", "你好吗？"),
    ("Hello, how are you?", "Bonjour, comment ça va ?", "你好，最近怎么样？"),
    ("Hello!", "Bonjour !", "你好！"),
    ("Thank you very much.", "Merci beaucoup.", "非常感谢。"),
    ("Good evening.", "Bonsoir.", "晚上好。"),
    ("See you tomorrow.", "À demain.", "明天见。"),
)

LAYOUTS = {
    "en": ("{s}\n{z}", "{s} | {z}", "EN: {s}\nZH: {z}", "英文：{s}\n中文：{z}", "{s} = {z}", "{z} | {s}"),
    "fr": ("{s}\n{z}", "{s} | {z}", "FR: {s}\nZH: {z}", "法文：{s}\n中文：{z}", "{s} = {z}", "{z} | {s}"),
}


def _slots(draw: Draw, scope: Scope) -> dict[str, str]:
    """A value for every slot of a frame."""
    p, q = draw.sample(scope.names, 2)
    thing, verb, place = draw.choice(THINGS), draw.choice(VERBS), draw.choice(PLACES)
    job, city, hobby = draw.choice(JOBS), draw.choice(CITIES), draw.choice(HOBBIES)
    year, month, colour = draw.choice(YEARS), draw.choice(MONTHS), draw.choice(COLOURS)
    feminine = thing.article == "une"
    return {
        "p": p.latin, "q": q.latin, "zp": p.hanzi, "zq": q.hanzi, "n": str(draw.between(2, 99)),
        "o": thing.en, "os": thing.plural, "zo": thing.zh, "m": thing.measure, "a": thing.article, "fo": thing.fr,
        "fos": thing.fr_plural, "d": "la" if feminine else "le", "D": "La" if feminine else "Le",
        "past": verb.past, "present": verb.present, "zv": verb.zh, "frpast": verb.fr_past,
            "frpresent": verb.fr_present,
        "l": place.en, "zl": place.zh, "fl": place.fr_at, "Fl": place.fr_at.capitalize(), "j": job.en, "zj": job.zh,
            "fj": job.fr,
        "c": city.en, "zc": city.zh, "h": hobby.en, "zh": hobby.zh, "fh": hobby.fr, "y": year.en, "zy": year.zh,
        "t": month.en, "zt": month.zh, "ft": month.fr, "k": colour.en, "zk": colour.zh, "fk": colour.fr,
    }  # fmt: skip


_FACT_SLOT = {"job": "j", "city": "c", "hobby": "h"}


def sentence(draw: Draw, scope: Scope) -> tuple[str, str, str]:
    """One sentence in English, French and Chinese; its Chinese form is the key of its cell."""
    frame = draw.choice(FRAMES)
    while True:
        slots = _slots(draw, scope)
        chinese = frame.zh.format(**slots)
        pairs = [f"{slots['p']}/{relation}" for relation in frame.facts]
        # what T1 of another data set asks must not be learnt here
        if scope.allows(chinese) and (scope.cell != "train" or all(map(scope.allows, pairs))):
            break
    _note(draw, slots, frame)
    return frame.en.format(**slots), frame.fr.format(**slots), chinese


def new_sentence(draw: Draw, scope: Scope) -> tuple[str, str, str]:
    """A sentence of a structure that training never shows: a new frame, or two clauses."""
    if draw.chance(30):
        frame = draw.choice(UNSEEN_FRAMES)
        slots = _slots(draw, scope)
        _note(draw, slots, frame)
        return frame.en.format(**slots), frame.fr.format(**slots), frame.zh.format(**slots)
    clauses = []
    for frame in draw.sample([frame for frame in FRAMES if frame.name in CLAUSES], 2):
        slots = _slots(draw, scope)
        _note(draw, slots, frame)
        clauses.append([template.format(**slots)[:-1] for template in (frame.en, frame.fr, frame.zh)])
    joins = draw.choice(JOINS)
    (en1, fr1, zh1), (en2, fr2, zh2) = clauses
    english, french = joins[0].format(en1, _inner(en2)) + ".", joins[1].format(fr1, _inner(fr2)) + "."
    return english, french, joins[2].format(zh1, zh2) + "。"


def _inner(clause: str) -> str:
    """A clause inside a sentence: a leading article is not capitalised."""
    first, _, rest = clause.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "La", "Le") else clause


def _note(draw: Draw, slots: dict[str, str], frame: Frame) -> None:
    draw.families.append(f"frame/{frame.name}")
    draw.entities.extend(slots[key] for key in ("p", "q") if f"{{{key}}}" in frame.en)
    draw.facts.extend(f"{slots['p']}/{relation}/{slots[_FACT_SLOT[relation]]}" for relation in frame.facts)


def parallel_document(draw: Draw, scope: Scope) -> Text:
    """One to three sentences beside their Chinese translation, from English or French."""
    language = "en" if draw.chance(55) else "fr"
    layout = draw.choice(LAYOUTS[language])
    lines = []
    for _ in range(draw.between(2, 3)):
        english, french, chinese = sentence(draw, scope)
        lines.append(layout.format(s=english if language == "en" else french, z=chinese))
    if draw.chance(4):
        english, french, chinese = draw.choice(PHRASES)
        lines.insert(0, layout.format(s=english if language == "en" else french, z=chinese))
    return Text("\n".join(lines), language)


def translation_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """A sentence and its Chinese translation; T3 has two clauses or a new frame."""
    language = ("en", "fr")[turn % 2]
    if scope.cell == "train" and turn // 2 < len(PHRASES):
        english, french, chinese = PHRASES[turn // 2]
    else:
        english, french, chinese = (new_sentence if scope.unseen else sentence)(draw, scope)
    return Item({"source": english if language == "en" else french}, chinese, f"{language}-zh", {"target": chinese})
