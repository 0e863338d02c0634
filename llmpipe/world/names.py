"""
Invented names, their Hanzi, and the three groups they fall into.

A name is two or three of 32 closed syllables; each syllable has one Hanzi, so that transliteration is
a rule a model can learn and apply to names it never saw. Onsets and codas are disjoint sets of
consonants: there is one way to cut a name into syllables. French spells names as English does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from llmpipe.world.draws import Draw

SYLLABLES: dict[str, str] = {
    "ban": "邦", "bel": "贝", "bor": "柏", "dan": "丹", "del": "德", "dor": "铎", "fan": "凡", "fel": "费",
    "fir": "菲", "gal": "伽", "gen": "根", "gor": "戈", "hal": "哈", "hen": "亨", "kal": "喀", "kel": "凯",
    "kor": "柯", "mal": "玛", "mer": "梅", "mon": "蒙", "pal": "帕", "pel": "佩", "pir": "皮", "tal": "塔",
    "tel": "泰", "tor": "托", "val": "瓦", "ven": "韦", "vor": "沃", "win": "温", "zan": "赞", "zel": "泽",
}  # fmt: skip

# Adjacent syllables that make, or sound like, a real name, word, brand or place; no name holds one.
BLOCKED = frozenset({
    "bandan", "banfan", "banmal", "banpal", "beldan", "belfir", "belfor", "belgal", "belgor", "belmon", "belvor",
    "bordel", "borgen", "borhen", "bormal", "danban", "danfan", "danmal", "danmer", "dandan", "danzel", "delmon",
    "delmer",
    "deltor", "delval", "dorban", "dorgen", "dorkal", "dormer", "dorval", "fandan", "fanfan", "fanfir",
    "felban", "galban", "galven", "genmal", "gengen", "gormon", "gormal", "halmal", "halmer", "halven", "hendel",
    "hengen",
    "kalban", "kalmal", "kalmer", "kelkal", "keldor", "kordel", "korban", "kormal", "malban", "malmal", "malven",
    "mondor",
    "mondel", "montel", "moncler", "palmer", "paldan", "palban", "pelmal", "pelmer", "pirban", "talban", "talmer",
    "telban",
    "telmal", "telfir", "tormal", "tormen", "torban", "torven", "valdan", "valdor", "valmer", "valmon", "valvor",
    "vendor",
    "vendel", "venmal", "vormal", "windor", "windan", "winfir", "wintel", "winpal", "winbor", "winwin", "zanzan",
    "zanmal",
})  # fmt: skip

NUM_SEEN = 4000  # names of the training text
NUM_GRAPH = 240  # of these, the people of the graph of facts
NUM_UNSEEN = 400  # names of T2: in no training document and no training example
SHORT_RATIO = 0.2  # share of two-syllable names, the same in each group: T2 must not be easier than T1


@dataclass(frozen=True, slots=True)
class Name:
    """One name in both scripts."""

    latin: str
    hanzi: str

    def written(self, language: str) -> str:
        """The name as `language` ("en", "zh", "fr") writes it."""
        return self.hanzi if language == "zh" else self.latin


@dataclass(frozen=True)
class Cast:
    """All names of a world: `people` are used once here and there, `graph` have facts, `unseen` are for T2."""

    people: tuple[Name, ...]
    graph: tuple[Name, ...]
    unseen: tuple[Name, ...]


@lru_cache(maxsize=4)
def cast(seed: int) -> Cast:
    """The names of the world with this seed."""
    draw = Draw(seed, "names", 0)
    syllables = sorted(SYLLABLES)
    pairs = [(a, b) for a in syllables for b in syllables if _allowed((a, b))]
    triples = [(a, b, c) for a in syllables for b in syllables for c in syllables if _allowed((a, b, c))]
    pairs, triples = draw.shuffled(pairs), draw.shuffled(triples)
    short, long = _sizes(NUM_UNSEEN)
    unseen_pairs, pairs = pairs[:short], pairs[short:]
    unseen_triples, triples = triples[:long], triples[long:]
    graph_short, graph_long = _sizes(NUM_GRAPH)
    graph_pairs, pairs = pairs[:graph_short], pairs[graph_short:]
    # such a name is not a part of another one either: "邦铎" must not be read in "邦铎喀"
    apart = {*unseen_pairs, *graph_pairs}
    triples = [parts for parts in triples if parts[:2] not in apart and parts[1:] not in apart]
    graph_triples, triples = triples[:graph_long], triples[graph_long:]
    short, long = _sizes(NUM_SEEN - NUM_GRAPH)
    return Cast(
        people=tuple(map(_name, draw.shuffled([*pairs[:short], *triples[:long]]))),
        graph=tuple(map(_name, draw.shuffled([*graph_pairs, *graph_triples]))),
        unseen=tuple(map(_name, draw.shuffled([*unseen_pairs, *unseen_triples]))),
    )


# What BPE learns from English words and would then cut out of names, across the border of syllables.
ENGLISH = ("ork", "ant", "ing", "end")


def _allowed(parts: tuple[str, ...]) -> bool:
    pairs = list(zip(parts, parts[1:], strict=False))
    return all(a != b and a + b not in BLOCKED and a[-2:] + b[0] not in ENGLISH for a, b in pairs)


def _sizes(count: int) -> tuple[int, int]:
    short = round(count * SHORT_RATIO)
    return short, count - short


def _name(parts: Iterable[str]) -> Name:
    parts = tuple(parts)
    return Name("".join(parts).capitalize(), "".join(SYLLABLES[part] for part in parts))
