"""
Labels that a site puts before values of its own, and whether a line speaks of the text that it stands beside.

`Previous: ...`, `Read also: ...`: what follows differs on each page, so the line as a whole is never seen twice. What
follows has no words of the text either: so a title, a question or a row of a record is told from it. A label counts in
the blocks at the ends of a text; within a text only when it is the only one there of its kind.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from llmpipe.corpus.site_lines.edges import blocks_of
from llmpipe.corpus.site_lines.values import without_names, without_values
from llmpipe.corpus.text import stable_hash

SIGNS = ":：|】"  # between a label and its value
LONGEST = 120  # characters of a line of a frame that is not known
MAX_LABEL, LABEL_LETTERS = 24, 2  # characters before the sign of a label, and letters of it
MIN_VALUE = 2  # words behind a label within the text that carry meaning
SPEAKS, SPEAKS_HAN = 1 / 3, 1 / 4  # of the words of a line that speaks of the text; pairs of Han characters cross words
SENTENCE_WORDS, SENTENCE_HAN = 5, 8  # that a sentence shares with others of its site, its names and values aside
LONGEST_SENTENCE = 300  # characters
TITLE_WORDS = 4  # of a line that dots do not end as a sentence
_BLOCK, _WITHIN, _SENTENCE = 0x61, 0x62, 0x64  # what a hash is of
_LABEL = re.compile(r"[·•‣▪■◆◇○●»›>*+–—\[【\s-]{0,3}([^\W\d_][^:：|\n\"{}】]{0,23}?)\s*[:：|】]\s*(\S.*)")
_BEFORE = 12  # bullets and white space around a label
_SIGN = re.compile(f"[{SIGNS}]")
_ENDS = re.compile(r"[.!?。！？…;；,，、:：][\"'”’)）」』】]*$")
_DOTS = re.compile(r"(?:\.\.\.|…)$")
_TOKEN = re.compile(r"[A-Za-zÀ-ÿ]{4,}|[\u4e00-\u9fff]+")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile("[\u4e00-\u9fff]")
_COMMON = """
    this that with from your have what when where which will more about into after before over than then them they there
    their been were also only some other these those here while such very just each most must should would could does
    make made like want need know page part until since upon onto both many much same ever never again your yours
    ours dans avec pour leur leurs elle elles nous vous cette sont plus mais sans sous tout tous comme
    """


def label_hashes(lines: Sequence[str]) -> list[int]:
    """Of each label in a text that may be its site's, and of each sentence that stands in a block at an end, a hash."""
    return [key for key, _ in labels(lines)] + [key for key, _ in sentences(lines)]


def labels(lines: Sequence[str], learned: frozenset[int] | None = None) -> list[tuple[int, int]]:
    """
    Hash and line of each label whose value does not speak of the text: in blocks at the ends, or alone within it.

    Args:
        lines: Of a text.
        learned: Only these, where they are given.
    """
    signed = [place for place, line in enumerate(lines) if _SIGN.search(line, 0, MAX_LABEL + _BEFORE)]
    found = {place: label for place in signed if (label := _label_of(lines[place]))}
    if not found:
        return []
    apart = lines_apart(lines)
    keys = {place: _key(_BLOCK if place in apart else _WITHIN, label) for place, label in found.items()}
    if learned is not None and learned.isdisjoint(keys.values()):
        return []
    counts = Counter(found.values())
    text = " ".join(line for place, line in enumerate(lines) if place not in found).lower()
    silent = [place for place in found if not speaks(lines[place], text)]
    inner = [p for p in silent if p not in apart and 0 < p < len(lines) - 1 and not lines[p][0].isspace()]
    inner = [place for place in inner if counts[found[place]] == 1]
    turns = {match[1].casefold() for n, line in enumerate(lines) if n not in apart and (match := _LABEL.match(line))}
    chosen = [place for place in silent if place in apart and found[place] not in turns]
    if len(inner) == 1 and len(_own(lines[inner[0]])) >= MIN_VALUE:
        chosen.append(inner[0])
    return [(keys[place], place) for place in chosen if learned is None or keys[place] in learned]


def sentences(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Hash and line of each sentence with a name or a value, in the first or last of several blocks."""
    blocks = blocks_of(lines)
    if len(blocks) < 2:
        return []
    ends = {place: lines[place].strip() for place in (*blocks[0], *blocks[-1])}
    ends = {place: line for place, line in ends.items() if len(line) <= LONGEST_SENTENCE and _ENDS.search(line)}
    found = []
    for (place, line), bare in zip(ends.items(), without_names(without_values(list(ends.values())), True), strict=True):
        tokens = _WORD.findall(bare.casefold())
        han = len(_HAN.findall(bare))
        if bare != line and (len(tokens) >= SENTENCE_WORDS or han >= SENTENCE_HAN):
            found.append((_key(_SENTENCE, " ".join(tokens)), place))
    return found


def lines_apart(lines: Sequence[str]) -> set[int]:
    """The lines of the first and the last block where no sentence is among them; none of a text of one block."""
    blocks = blocks_of(lines)
    ends = (blocks[0], blocks[-1]) if len(blocks) > 1 else ()
    return {place for block in ends if not any(is_text(lines[place]) for place in block) for place in block}


def is_text(line: str) -> bool:
    """Whether a line is a sentence, announces something or is too long for a frame."""
    line = line.rstrip()
    if len(line) > LONGEST:
        return True
    return _ENDS.search(line) is not None and not (_DOTS.search(line) and len(_WORD.findall(line)) < TITLE_WORDS)


def _words_of_meaning(line: str) -> frozenset[str]:
    """Words of four letters and more that are no grammar, and pairs of Han characters."""
    found: set[str] = set()
    for token in _TOKEN.findall(line):
        if _HAN.match(token):
            found.update(token[place : place + 2] for place in range(len(token) - 1))
        else:
            found.add(token.lower())
    return frozenset(found - _common())


def speaks(line: str, text: str) -> bool:
    """Whether a line has words of a text, which is given in small letters; parts of its words count, too."""
    own = _own(line)
    share = SPEAKS_HAN if any("\u4e00" <= word[0] <= "\u9fff" for word in own) else SPEAKS
    return sum(word in text for word in own) >= max(1.0, share * len(own))


def _own(line: str) -> frozenset[str]:
    """Words of a line that carry meaning, those of a label aside."""
    label = _LABEL.fullmatch(line.rstrip())
    return _words_of_meaning(label[2] if label else line)


def _label_of(line: str) -> str:
    """The label before the value of a line with such a sign that is no sentence, or nothing."""
    if len(line) > LONGEST:
        return ""
    match = _LABEL.fullmatch(line.rstrip())
    if not match or _ENDS.search(line.rstrip()) or not _WORD.search(match[2]):
        return ""
    return match[1].casefold() if len("".join(_WORD.findall(match[1]))) >= LABEL_LETTERS else ""


def _key(kind: int, what: str) -> int:
    return stable_hash(kind, what) & ~3


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.split())
