"""
Boilerplate learned from a site though its lines hold values: dates, names, counts, addresses.

`learned` takes a line that documents share word for word, small numbers aside. Here the values go before lines
are compared (`Modified October 22, 2014`, `Downloaded from press.org on 3 May 2020.`, `记者 王海波`), and a blank
line between a line and the text is evidence: a line that stands apart so counts though it is a row (`Source:
...`), or a long sentence that had numbers. What stands between two learned lines of such a block goes along, as
a name alone does that the site prints there. A short page that many share but for its values is no document. A
running head (`554 | Notes from the field`) counts within the text, too, where it stands alone.
"""

import re
from collections import Counter
from collections.abc import Sequence
from heapq import nlargest
from itertools import islice

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.site_lines.boilerplate import MAX_CHARACTERS
from llmpipe.corpus.site_lines.learned import EDGE_LINES, MAX_SHORT, looks_of
from llmpipe.corpus.site_lines.own import own_part
from llmpipe.corpus.text import stable_hash

MAX_GAP, LONGEST_GAP = 2, 120  # lines between learned ones that go along, and characters of each
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
_VALUE = re.compile(
    rf"""
    https?://\S+ | \S+@\S+\.\w+ | (?<![A-Za-z\d])(?:[A-Za-z\d-]+\.)+[a-z]{{2,6}}\b(?:/\S*)?
    | (?<![A-Za-z\d])(?=[A-Za-z]*\d)[A-Za-z\d]{{8,}}(?![A-Za-z\d])
    | \b{_MONTH}\b(?=\.?,?\s\d) | (?<=\d\s){_MONTH}\b | (?<=\d(?:st|nd|rd|th)\s){_MONTH}\b
    | \b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b | (?:星期|周)[一二三四五六日天]
    | \d+(?:[.,:/-]\d+)*(?:[kKmM]\b|[万亿])?
    """,
    re.VERBOSE,
)
_NAME = re.compile(
    r"\b(?!(?:By|The|From|In|On|At|To|For|Posted|Written|Reach|Photo|Text|Story)\b)"
    r"(?:[A-Z][a-zé]+|[A-Z]\.)(?: [A-Z]\.)?[ ](?:[a-z]{2,3} )?[A-Z][a-zé]+\b(?! [A-Z])|"
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,3}(?![\u4e00-\u9fff])"
)
_RUNNING = re.compile(  # a page number, a sign and a title
    r"\W{0,3}\d{1,4}\W{0,3}?\s*[|·•—–]\s*\S.*|.*\S\s*[|·•—–]\s*\d{1,4}\W{0,3}|[-–—·•|]\s*\d{1,4}\s*[-–—·•|]\s*\S.*"
)
_STOPS = frozenset(".!?。！？;；")
_END = re.compile(r"[.!?。！？;；][\"'”’)）」』]*$")
_DIGIT = re.compile(r"\d")
_LIKELY = re.compile(r"\d|@|[A-Za-z]\.[a-z]|://|day\b|星期")  # one of which a line with a value has, hardly others
_WORD = re.compile(r"[^\W\d_]{2,}")
_HAN = re.compile("[\u4e00-\u9fff]")
TELLING = 3  # words beside a name that no blank line need part from the text
MIN_STRIPPED, MOST_LEFT = 2, 8  # lines of a page that go, words that are left of it: it goes whole then
MAX_KEY = 24  # characters before the sign of a row
MIN_BODY = 2  # lines of running heads stand between as many
LONGEST_PAGE, PAGE_LINES, PAGE_WORDS = 1500, 3, 8  # characters of a page that is a template as a whole; of it at least
_PLAIN, _NAMELESS, _RUN, _PAGE = 0x51, 0x52, 0x53, 0x54  # what a hash is of, so that kinds are never taken for others
_NEWLINE = 10


def template_hashes(text: str) -> np.ndarray:
    """
    The lines of a document that its site may repeat with other values.

    Args:
        text: A document after the repair of its characters, HTML and listed boilerplate.

    Returns:
        As `learned.line_hashes`, uint64 (n, 2); no hash is one of those.
    """
    lines = text.split("\n")
    solid = [line for line in lines if line and not line.isspace()]
    if len(solid) < 2:
        return np.empty((0, 2), dtype=np.uint64)
    head, tail = _blocks(lines)
    apart = {line for line in [*lines[:head], *lines[tail:]] if line.strip()}
    ends = dict.fromkeys(solid[:EDGE_LINES] + solid[-EDGE_LINES:])
    edges = [line for line in ends if len(line) <= MAX_CHARACTERS and (line in apart or _may_hold_values(line))]
    firsts = [lines[place] for place in range(head + 1, tail) if lines[place].strip() and not lines[place - 1].strip()]
    rows = _rows(edges, list(ends), apart, firsts)
    found: list[tuple[int, str]] = []
    for line, keys in zip(edges, _keys(edges), strict=True):
        if line not in rows:
            found += [(key, line) for key, needs in keys if line in apart or not needs]
    found += [(key, lines[place]) for place in _running_places(lines) for key in _running_keys(lines[place])]
    whole = [(key, stable_hash(text)) for key in _page_keys(text, solid)]  # the same numbers again are a copy
    if not found:
        return np.array(whole, dtype=np.uint64).reshape(len(whole), 2)
    longest = nlargest(3, set(solid), key=lambda line: (len(line), line))
    if len(longest) < 2:
        return np.array(whole, dtype=np.uint64).reshape(len(whole), 2)
    hashes, _, _ = looks_of([line[:MAX_CHARACTERS] for line in longest])
    first, second, *third = hashes.tolist()
    others = {longest[0]: stable_hash(second, *third), longest[1]: stable_hash(first, *third)}
    rest = stable_hash(first, second)
    pairs = {*whole, *((key, others.get(line, rest)) for key, line in found)}
    return np.array(sorted(pairs), dtype=np.uint64).reshape(len(pairs), 2)


def _may_hold_values(line: str) -> bool:
    """Whether a line within a text may be a template: no sentence, but a value, or a name and not much else."""
    if line[-1] in _STOPS or _END.search(line[-4:]):
        return False
    return _LIKELY.search(line) is not None or (len(line) <= LONGEST_GAP and _NAME.search(line) is not None)


def _rows(edges: Sequence[str], ends: Sequence[str], apart: set[str], firsts: Sequence[str]) -> set[str]:
    """
    Of the edges those that are a row or a turn like others: a sign parts them that another line has.

    Args:
        edges: Lines.
        ends: These and the others that stand at the ends.
        apart: Those that blank lines part from the text: rows when the text's own paragraphs begin so.
        firsts: What these paragraphs begin with.
    """
    if not edges:
        return set()
    signs = dict(zip(ends, looks_of([line[:MAX_CHARACTERS] for line in ends])[1].tolist(), strict=True))
    counts = Counter(signs.values())
    rows = set()
    for line in edges:
        sign = signs[line]
        if sign and counts[sign] > 1:
            alike = sum(chr(sign) in first[:MAX_KEY] for first in firsts)
            if line not in apart or 2 * alike >= max(1, len(firsts)) or line.rstrip().endswith(chr(sign)):
                rows.add(line)
    return rows


def _blocks(lines: Sequence[str]) -> tuple[int, int]:
    """Where the lines above the first blank one end, and those below the last one begin; (0, n) without blank ones."""
    blank = [not line or line.isspace() for line in lines]
    if False not in blank:
        return 0, len(lines)
    first, last = blank.index(False), len(lines) - 1 - blank[::-1].index(False)
    inner = [place for place in range(first, last) if blank[place]]
    return (inner[0], inner[-1] + 1) if inner else (0, len(lines))


def _keys(lines: Sequence[str]) -> list[list[tuple[int, bool]]]:
    """Of each line the hashes that it may be learned by, and whether it must stand apart for that."""
    bare = [_VALUE.sub("", line).strip() if _LIKELY.search(line) else line for line in lines]
    nameless = [one if _END.search(line) else _NAME.sub("", one).strip() for line, one in zip(lines, bare, strict=True)]
    keys: list[list[tuple[int, bool]]] = [[] for _ in lines]
    if not lines:
        return keys
    for kind, variants in ((_PLAIN, bare), (_NAMELESS, nameless)):
        hashes, _, may = looks_of([one[:MAX_CHARACTERS] or "-" for one in variants])
        for number, (one, hashed, repeat) in enumerate(zip(variants, hashes.tolist(), may.tolist(), strict=True)):
            line = lines[number]
            if line[0].isspace() or len(line) > MAX_CHARACTERS or (kind == _NAMELESS and one == bare[number]):
                continue
            if repeat:
                stops = hashed & 1 and _DIGIT.search(line) is not None
                needs = stops or (kind == _NAMELESS and _size(one) < TELLING)
                keys[number].append((_of(kind, hashed), bool(needs)))
            elif not hashed & 1 and len(one) <= MAX_SHORT and _WORD.search(one) and kind == _PLAIN:
                keys[number].append((_of(kind, hashed & ~3 | 2), True))
    return keys


def _size(line: str) -> int:
    """Words of a line without its values, a Han character half a word."""
    han = len(_HAN.findall(line))
    return len(_WORD.findall(line)) - (han > 0) + han // 2


def _of(kind: int, hashed: int) -> int:
    """The hash of a line of a kind; its lowest two bits say what they did."""
    return stable_hash(kind, hashed) & ~3 | hashed & 3


def _page_keys(text: str, solid: Sequence[str]) -> list[int]:
    """What a short page is but for its values: one hash, none of a text that is long or has none."""
    if len(solid) < PAGE_LINES or len(text) > LONGEST_PAGE or max(map(len, solid)) > LONGEST_GAP:
        return []
    if not _LIKELY.search(text):
        return []
    bare = [_VALUE.sub("", line).strip() for line in solid]
    return [_of(_PAGE, stable_hash(*bare) & ~3)] if sum(map(_size, bare)) >= PAGE_WORDS else []


def _running_places(lines: Sequence[str]) -> list[int]:
    """Where lines of the form of a running head stand alone within the text."""
    if "" not in lines:
        return []
    return [
        place
        for place in range(MIN_BODY, len(lines) - MIN_BODY)
        if not lines[place - 1]
        and 0 < len(lines[place]) <= LONGEST_GAP
        and not lines[place + 1].strip()
        and _RUNNING.fullmatch(lines[place])
        and not _END.search(lines[place])
    ]


def _running_keys(line: str) -> list[int]:
    bare = _VALUE.sub("", line)
    hashes, _, may = looks_of([one.strip() or "-" for one in (bare, _NAME.sub("", bare))])
    return [_of(_RUN, one & ~3) for one, repeat in zip(hashes.tolist(), may.tolist(), strict=True) if repeat]


def may_have_templates(found: Characters) -> np.ndarray:
    """Which of several texts `strip_templates` may change, bool (texts,): those of two lines and more."""
    ends_of_lines = np.flatnonzero(found.codes == _NEWLINE)
    return np.searchsorted(ends_of_lines, found.starts) < np.searchsorted(ends_of_lines, found.ends)


def strip_templates(text: str, learned: frozenset[int]) -> str:
    """
    The text without the learned lines at its ends and its learned running heads.

    Nothing of a page that has next to nothing else: what many documents of a site share as a whole is no document.
    """
    lines = text.split("\n")
    if not learned.isdisjoint(_page_keys(text, [line for line in lines if line and not line.isspace()])):
        return ""
    places = _running_places(lines)
    if not places and not _is_at_an_end(lines, learned):
        return text
    head, tail = _blocks(lines)
    start = _run(lines, head, learned, False)
    end = len(lines) - _run(lines[::-1], len(lines) - tail, learned, True)
    if start or end < len(lines):
        first, last = own_part(lines)
        start, end = min(start, first), max(end, last)
    if start >= end:
        return text if len(lines) < MIN_STRIPPED else ""
    running = {place for place in places if not learned.isdisjoint(_running_keys(lines[place]))}
    kept = [lines[place] for place in range(start, end) if place not in running]
    if len(kept) == len(lines):
        return text
    if _is_little(kept, len(lines) - len(kept), text):
        return ""
    return "\n".join(kept).strip("\n")


def _is_at_an_end(lines: Sequence[str], learned: frozenset[int]) -> bool:
    """Whether one of the first line and the last two may be a learned one."""
    first = next((line for line in lines if line and not line.isspace()), "")
    last = list(islice((line for line in reversed(lines) if line and not line.isspace()), 2))
    ends = [line for line in dict.fromkeys((first, *last)) if 0 < len(line) <= MAX_CHARACTERS]
    return any(_known(ends, len(ends) if "" in lines[1:-1] else 0, learned))


def stripped_templates(text: str, learned: frozenset[int]) -> list[str]:
    """The lines that `strip_templates` takes away, each once."""
    kept = set(strip_templates(text, learned).split("\n"))
    return [line for line in dict.fromkeys(text.split("\n")) if line.strip() and line not in kept]


def _is_little(kept: Sequence[str], num_stripped: int, text: str) -> bool:
    """Whether what is left of a page is nothing of its own: a few words beside twice as many that the site repeats."""
    own = sum(map(_size, (_VALUE.sub("", line) for line in kept)))
    return num_stripped >= MIN_STRIPPED and own <= MOST_LEFT and 3 * own <= sum(map(_size, text.split("\n")))


def _run(lines: Sequence[str], apart: int, learned: frozenset[int], after: bool) -> int:
    """
    How many lines from an end on are learned ones, with what stands between them.

    Args:
        lines: Of the text, from that end on.
        apart: Of these, how many a blank line parts from the others.
        learned: Hashes.
        after: Whether the text stands before them; a line above a learned one may be its title.
    """
    known = _known(lines[: 2 * EDGE_LINES], apart, learned)
    count = gap = 0
    for number, is_known in enumerate(known):
        line = lines[number]
        if not line or line.isspace():
            if gap:
                break
        elif is_known:
            count, gap = number + 1, 0
        elif (
            gap < MAX_GAP
            and len(line) <= (LONGEST_GAP if number < apart else MAX_SHORT)
            and (count or (after and not gap and number < apart))
        ):
            gap += 1
        else:
            break
    return count


def _known(lines: Sequence[str], apart: int, learned: frozenset[int]) -> list[bool]:
    solid = [number for number, line in enumerate(lines) if line and not line.isspace()]
    known = [False] * len(lines)
    if not solid:
        return known
    hashes, _, may = looks_of([lines[number][: MAX_CHARACTERS + 1] for number in solid])
    for number, hashed, repeat in zip(solid, hashes.tolist(), may.tolist(), strict=True):
        known[number] = repeat and hashed in learned
    others = [n for n in solid if not known[n] and (n < apart or _may_hold_values(lines[n]))]
    for number, own in zip(others, _keys([lines[number] for number in others]), strict=True):
        known[number] = any(key in learned and (number < apart or not needs) for key, needs in own)
    return known
