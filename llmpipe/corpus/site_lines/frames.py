"""
Blocks of short lines around a text that belong to its site as a whole, though only some of their lines repeat.

`learned` and `templates` know a line that many documents share. Beside such lines stand others that no document shares:
the writer, a count, headlines of other pages. Three things tell them from the text: a blank line parts their block from
it, none of them is a sentence, and none speaks of it (a title has words of its text, a headline of another page has
none). A block goes whole when enough of its lines are known: neighbours decide about a line, as in Web2Text (Vogels et
al. 2018). Where no blank line is, lines go up to the last known one. A line within the text goes when the frame of the
same document has it, too, but for its values: the running head of a report, with the page number beside it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.site_lines.edges import EDGE_LINES, blocks_of
from llmpipe.corpus.site_lines.labels import (
    LONGEST,
    LONGEST_SENTENCE,
    MAX_LABEL,
    SIGNS,
    TITLE_WORDS,
    is_text,
    label_hashes,
    labels,
    lines_apart,
    sentences,
    speaks,
)
from llmpipe.corpus.site_lines.navigation import is_navigation
from llmpipe.corpus.site_lines.own import own_part
from llmpipe.corpus.site_lines.pages import is_page, item_hashes, says_nothing
from llmpipe.corpus.site_lines.templates import is_little, known_lines
from llmpipe.corpus.site_lines.values import without_names, without_values
from llmpipe.corpus.text import stable_hash
from llmpipe.corpus.word_arrays import ALPHABETIC, CONSONANT, HAN, MARK, WHITE, flags_with

MIN_MIXED = 2  # known lines beside a text that no blank line parts from them
PER_KNOWN = 2  # lines of a frame that nobody repeats, to a known one
WRAPPED = 40  # characters of a line of a hard-wrapped paragraph
RUNNING_HAN = 3  # Han characters of a running head of one word
TITLE_HAN = 6  # of a headline
SURE_WORDS, SURE_HAN = 12, 20  # of a line that ends as a sentence does and is one in any case
_CONTINUES = re.compile(
    r"[,，]$|^(?=(?:\S+\s+){4}|(?:[^\u4e00-\u9fff]*[\u4e00-\u9fff]){7}).*[:：]$"
)  # what follows belongs to it
_ANNOUNCES = re.compile(r"[:：]$")
_UNDERLINE = re.compile(r"([=~*_#^-])\1{3,}")
_BULLET = re.compile(r"[·•‣▪■□◆◇○●»›>*+–—-]\s*\S")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile("[\u4e00-\u9fff]")
_KNOWN, _VALUE, _OTHER, _TEXT, _BLANK = range(5)  # kinds of lines
_LABELLED, _PAGE, _FRAMED = 1, 2, 4  # what a look finds
_SIGN, _STOP, _PAUSE = CONSONANT, MARK, ALPHABETIC  # bits that have no use here
_NEWLINE = 10


class Cut(NamedTuple):
    """What other rules took from a document: whether its head and its tail, and how many lines in all."""

    head: bool = False
    tail: bool = False
    lines: int = 0


def frame_hashes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """
    The labels and sentences of documents that their sites may repeat with other values, and the items of pages.

    Args:
        texts: Documents after the repair of their characters, HTML and listed boilerplate.

    Returns:
        As `learned.line_hashes`; no hash is one of those.
    """
    likely = np.flatnonzero(may_have_frames(Characters(texts))).tolist()
    rows = [(*pair, number) for number in likely for pair in sorted(_pairs(texts[number]))]
    found = np.array(rows, dtype=np.uint64).reshape(len(rows), 3)
    return found[:, :2], found[:, 2].astype(np.int64)


def _pairs(text: str) -> set[tuple[int, int]]:
    """Hashes of one document, each with that of what tells copies of it."""
    lines = text.split("\n")
    longest = stable_hash(max(lines, key=lambda line: (len(line), line)))  # of a copy in another frame the same
    pairs = {(key, longest) for key in label_hashes(lines)}
    return pairs | {(key, stable_hash(text)) for key in item_hashes(lines)}


def strip_frames(text: str, learned: frozenset[int], cut: Cut) -> str:
    """
    The text without the blocks of its site, and without the lines within it that belong to these.

    Nothing of a page without sentences that holds what many pages hold.

    Args:
        text: A document.
        learned: Hashes of what its site repeats.
        cut: What listed forms took from it.
    """
    lines = text.split("\n")
    if is_page(lines, cut.lines) and says_nothing(lines, learned, cut.lines):
        return ""
    named = {place for _, place in labels(lines, learned)}
    start, end, drop = 0, len(lines), named - lines_apart(lines) if named else named
    blocks = blocks_of(lines)
    likely = _likely(lines, blocks, learned) | named
    if likely or cut.head or cut.tail:
        kinds = _kinds(lines, blocks, likely)
        start, end = _ends(lines, blocks, kinds, cut) if _TEXT in kinds else (start, end)
        drop |= _running(lines, kinds, start, end)
    if start or end < len(lines) or drop:
        first, last = own_part(lines)
        start, end, drop = min(start, first), max(end, last), drop - set(range(first, last))
    if not start and end == len(lines) and not drop:
        return text
    kept = [line for place, line in enumerate(lines[start:end], start) if place not in drop]
    if is_little(kept, len(lines) - len(kept), text):
        return ""
    return "\n".join(kept).strip("\n") if any(map(str.strip, kept)) else text


def _ends(lines: Sequence[str], blocks: Sequence[range], kinds: Sequence[int], cut: Cut) -> tuple[int, int]:
    """Where the text begins and ends without the lines of its site."""
    end = _tail(blocks[::-1], lines, kinds, cut.tail)
    blocks = [block for block in blocks if block.start < end]
    start = _head(blocks, lines, kinds, cut.head)
    framed = end < len(lines) or cut.tail
    if not start and framed and len(blocks) > 1 and _all(kinds, blocks[0], (_VALUE,)):
        start = blocks[1].start  # a date or a number alone above the text of a page that has a frame
    return start, end


def _all(kinds: Sequence[int], block: Iterable[int], wanted: Sequence[int]) -> bool:
    return all(kinds[place] in wanted for place in block)


def _tail(blocks: Sequence[range], lines: Sequence[str], kinds: Sequence[int], cut: bool) -> int:
    """Where the lines of the site begin below a text, from its last block on."""
    reach, counts = len(lines), _first_counts(blocks, lines, kinds, cut)
    for block in blocks:
        is_mixed = any(kinds[place] == _TEXT and is_text(lines[place]) for place in block)
        for place in reversed(block):
            if kinds[place] == _TEXT:
                return reach
            counts[kinds[place]] += 1
            if kinds[place] != _KNOWN or not _enough(counts, is_mixed) or _is_announced(lines, place):
                continue
            if not (is_mixed and _goes_on(lines[place], lines[place - 1])):
                reach = place
        if _enough(counts, is_mixed) and not _is_announced(lines, block.start):
            reach = block.start
    return reach


def _head(blocks: Sequence[range], lines: Sequence[str], kinds: Sequence[int], cut: bool) -> int:
    """Where the text begins below the lines of the site; what stands last above it may be its title."""
    reach, counts = 0, _first_counts(blocks, lines, kinds, cut)
    for block in blocks:
        is_mixed = any(kinds[place] == _TEXT and is_text(lines[place]) for place in block)
        for place in block:
            if kinds[place] == _TEXT:
                return reach
            counts[kinds[place]] += 1
            if kinds[place] not in (_KNOWN, _VALUE) or not _enough(counts, is_mixed):
                continue
            if not (is_mixed and _goes_on(lines[place + 1], lines[place])):
                reach = place + 1
    return reach


def _goes_on(line: str, above: str) -> bool:
    """Whether a line may be the next one of a hard-wrapped paragraph."""
    is_open = len(above) >= WRAPPED and not is_text(above)
    return is_open and (len(line) >= WRAPPED or is_text(line) or line.lstrip()[:1].islower())


def _first_counts(blocks: Sequence[range], lines: Sequence[str], kinds: Sequence[int], cut: bool) -> Counter[int]:
    """Known lines before the first: those that went with other rules, where headlines follow."""
    counts: Counter[int] = Counter()
    if cut and blocks and _all(kinds, blocks[0], (_OTHER, _VALUE)) and _are_titles([lines[p] for p in blocks[0]]):
        counts[_KNOWN] = len(blocks[0])
    return counts


def _enough(counts: Counter[int], is_mixed: bool) -> bool:
    """Whether lines are a frame: one is known, beside a text in one block several, and the others are not many more."""
    return counts[_KNOWN] >= (MIN_MIXED if is_mixed else 1) and counts[_OTHER] <= PER_KNOWN * counts[_KNOWN]


def _is_announced(lines: Sequence[str], place: int) -> bool:
    """Whether the line above, blank ones aside, says that something follows."""
    above = next((line for line in reversed(lines[:place]) if line.strip()), "")
    return _ANNOUNCES.search(above.rstrip()) is not None


def _are_titles(lines: Sequence[str]) -> bool:
    """Whether lines are a list of headlines: two and more, each with a bullet, or of some words."""
    return len(lines) > 1 and all(
        _BULLET.match(line) or len(_WORD.findall(line)) >= TITLE_WORDS or len(_HAN.findall(line)) >= TITLE_HAN
        for line in lines
    )


def _likely(lines: Sequence[str], blocks: Sequence[range], learned: frozenset[int]) -> set[int]:
    """Where lines stand that the site repeats; nowhere where none is near an end, at it in a text of one block."""
    if len(blocks) > 1:
        edges = [*lines[:EDGE_LINES], *lines[-EDGE_LINES:]]
        edges = [line for line in edges if 0 < len(line) <= LONGEST_SENTENCE]
    else:
        edges = [lines[place] for block in blocks for place in (*block[:1], *block[-2:])]
    apart = len(lines) if len(blocks) > 1 else 0
    if not any(known_lines(edges, min(apart, len(edges)), learned)):
        return {place for key, place in sentences(lines) if key in learned}
    likely = {place for place, is_known in enumerate(known_lines(lines, apart, learned)) if is_known}
    return likely | {place for key, place in sentences(lines) if key in learned}


def _kinds(lines: Sequence[str], blocks: Sequence[range], likely: set[int]) -> list[int]:
    """What each line is: known, nothing but values and a name, no sentence, text, blank."""
    turns = {place for place, line in enumerate(lines) if _ANNOUNCES.search(line.rstrip())}
    turns = turns if len(turns) > 1 else set()  # speakers, each above what he says
    turns |= {place for block in blocks[1:] if _is_announced(lines, block.start) for place in block}
    text = " ".join(line for place, line in enumerate(lines) if place not in likely and is_text(line)).lower()
    kinds = [_BLANK] * len(lines)
    bare = without_values(lines)
    nameless = without_names(bare, True)
    for place in (place for block in blocks for place in block):
        line = lines[place].strip()
        if _is_wrapped(lines, place) or place in turns:
            kinds[place] = _TEXT
        elif place in likely and not _CONTINUES.search(line):
            kinds[place] = _KNOWN
        elif _UNDERLINE.fullmatch(line):
            kinds[place] = kinds[place - 1] if place else _TEXT
        elif not _WORD.search(bare[place]):
            kinds[place] = _VALUE
        elif is_text(line) or speaks(line, text):
            kinds[place] = _TEXT
        else:
            kinds[place] = _OTHER if _WORD.search(nameless[place]) else _VALUE
    return kinds


def _is_wrapped(lines: Sequence[str], place: int) -> bool:
    """Whether a line is a part of a hard-wrapped paragraph: it, or the one behind it, goes on with a small letter."""
    before = lines[place - 1] if place else ""
    after = lines[place + 1] if place + 1 < len(lines) else ""
    return (len(before) >= WRAPPED and lines[place].lstrip()[:1].islower()) or (
        len(lines[place]) >= WRAPPED and after.lstrip()[:1].islower()
    )


def _running(lines: Sequence[str], kinds: Sequence[int], start: int, end: int) -> set[int]:
    """Lines within the text that its frame has but for their values; and page numbers and the like beside them."""
    forms = [form.strip().casefold() for form in without_values(lines)]
    frame = {form for form in [*forms[:start], *forms[end:]] if form}
    frame = {form for form in frame if len(_WORD.findall(form)) > 1 or len(_HAN.findall(form)) >= RUNNING_HAN}
    if not frame:
        return set()
    inner = range(start + 1, end - 1)
    found = {p for p in inner if len(lines[p]) <= LONGEST and forms[p] in frame}
    for order in (inner, reversed(inner)):
        before = -2
        for place in order:
            if place in found or (abs(place - before) == 1 and _runs_along(lines[place], kinds[place])):
                found.add(place)
                before = place
    return found


def _runs_along(line: str, kind: int) -> bool:
    return kind in (_KNOWN, _VALUE) or (kind == _OTHER and is_navigation(line.strip()))


def may_have_frames(found: Characters) -> np.ndarray:
    """In which of several texts a site may have more than single lines, bool (texts,)."""
    return _looks(found.codes, found.starts, found.ends, _flags()) != 0


@cache
def _flags() -> np.ndarray:
    return flags_with(HAN | WHITE, {_SIGN: SIGNS, _STOP: ".!?。！？;；", _PAUSE: ",，、"})


@compiled
def _looks(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """
    What a text may have, uint8 (texts,).

    Bits: a line with a label; nothing but lines of a page; a first or last line that is no sentence, or blank lines.
    """
    found = np.zeros(len(starts), dtype=np.uint8)
    for text in range(len(starts)):
        page, labelled, framed, blank = True, False, False, False
        num_lines = 0
        begin = starts[text]
        while begin < ends[text]:
            end = begin
            while end < ends[text] and codes[end] != _NEWLINE:
                end += 1
            head, tail = begin, end
            begin = end + 1
            while head < tail and flags[codes[head]] & WHITE:
                head += 1
            while head < tail and flags[codes[tail - 1]] & WHITE:
                tail -= 1
            if head == tail:
                blank = num_lines > 0
                continue
            framed |= blank
            num_lines += 1
            last = codes[tail - 1]
            short = tail - head <= LONGEST
            if short and not flags[last] & (_STOP | _PAUSE) and not labelled:
                for place in range(head, min(tail - 1, head + MAX_LABEL + 6)):
                    if flags[codes[place]] & _SIGN:
                        labelled = True
                        break
            page &= short
            if page and flags[last] & _STOP:
                spaces = han = 0
                for place in range(head, tail):
                    spaces += flags[codes[place]] & WHITE != 0
                    han += flags[codes[place]] & HAN != 0
                page = spaces < SURE_WORDS and han < SURE_HAN
        if num_lines > 1:
            found[text] = labelled * _LABELLED | page * _PAGE | framed * _FRAMED
    return found
