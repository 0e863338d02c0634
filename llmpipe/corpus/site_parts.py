"""
What a site repeats in lines that are not the same on each page: `Read next: ...`, `Photo by ...`, a closing sentence.

`learned` knows whole lines. Here a site also shows, at the ends of its documents,

- how lines that are no sentences begin or end (`Read next:`, `| Harbour Post`), the rest being names and titles;
- sentences, and what is none, behind the last sentence of the text or before its first one;
- lines of one word.

They count as lines do: documents once for all copies, short sentences far more often than others. When a text is
stripped, lines of a learned form go from its ends inwards, with the short ones between them and the end: below
`Read next` stand titles, and never a paragraph of the text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from llmpipe.corpus.learned import looks_of
from llmpipe.corpus.text import stable_hash

HEAD_LINES, TAIL_LINES = 4, 8  # not blank, at each end
LONGEST = 120  # characters of a line that is no sentence
LONGEST_HAN = 50
LONGEST_TAIL = 300  # characters behind the last but one sentence
READ = 600  # characters of the text by which copies are told
MIN_LEFT = 80  # characters that are left of a text, those of Chinese three
SHORT_WORDS = 12  # of a line between a learned one and the end
SHORT_HAN = 30
_WORDS, _SIGNS = 2, 4  # words, characters of Chinese that a form is told by, where no sign parts it
_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_CONTENT = re.compile(r"[^\W\d_\u4e00-\u9fff]{4,}")  # words of more than grammar
# More than a date
_SAYS = re.compile(
    r"[（(【\[][\u4e00-\u9fff]|[^\W\d_\u4e00-\u9fff]{2,}|[\u4e00-\u9fff](?<![年月日时分])[\u4e00-\u9fff](?<![年月日时分])"
)
_MARK = re.compile(r"->|[:：=?？|→\[【]")  # may part a speaker and a turn, a key and its value
_ASKS = "?？"
_SEVERAL = 2  # lines with such a mark are a dialogue or a record
MOST_KNOWN = 0.25  # of the words of a part of the site, elsewhere on the page
_SENTENCE = re.compile(r"[.!?。！？…;；,，][\"'”’)）」』\]]*$")
# Between the words of a form and what differs, in Latin and Chinese
_BEGIN = re.compile(r"(?:\S+\s+){0,4}?\S*(?:[:：|｜–—·•›>»→/]|(?<=\s)-)(?=\s|$)")
_END = re.compile(r"(?:^|(?<=\s))(?:[|–—·•›>»→/]|-(?=\s))\s*\S+(?:\s+\S+){0,4}$")
_BEGIN_HAN = re.compile(r"[^：:|｜·—/／\s>＞】\]#]{0,9}[：:|｜·—/／\s>＞】\]#]")
_END_HAN = re.compile(r"[|｜·—/／>＞【\[#_][^|｜·—/／>＞【\[#_]{1,12}$")
_NAMES = re.compile(
    r"(?<=[\s(“\"])[A-Z][\w'’.&-]*(?:\s+(?:[A-Z][\w'’.&-]*|&|of|the|de|du)(?=\s+[A-Z]|\b))*|\b\w+\.[a-z]{2,3}\b|\S*@\S+"
)
_WORD = re.compile(r"[^\W\d_]+")
_CONTENT_ANY = re.compile(r"[^\W\d_]{4,}|[\u4e00-\u9fff]{2}")
_ICONS = re.compile("[☰🔍💬❤🔁★☆›»«‹←→▲▼•·|©✓✔♡♥@…]")
MIN_PLAIN = 6  # words of a sentence that are no names
_BREAK = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|(?<=[。！？])[”’）」』]*(?=[^”’）」』])|(?<=[.。！？”’）)])(?=[（【\[(])")
_BEGINS, _ENDS, _ALONE, _MASKED = "\x01", "\x02", "\x03", "\x04"  # no text has these

Candidate = tuple[str, str]  # what may be repeated, and other text that tells copies of the document


def part_hashes(texts: Sequence[str]) -> list[np.ndarray]:
    """
    What the sites of documents may repeat in lines that differ.

    Args:
        texts: Documents after the repair of their characters, HTML and listed boilerplate.

    Returns:
        For each uint64 (n, 2): a hash (`learned.looks_of`), and one of the text beside it, by which copies are told.
    """
    solid = [_solid(text) for text in texts]
    candidates = [list(_candidates(_Page(lines))) if lines else [] for lines in solid]
    flat = [part for found in candidates for part, _ in found]
    hashes = looks_of(flat)[0].tolist() if flat else []
    rows, place = [], 0
    for found in candidates:
        own = {
            key: stable_hash("part", other)
            for key, (_, other) in zip(hashes[place : place + len(found)], found, strict=True)
        }
        rows.append(np.array(list(own.items()), dtype=np.uint64).reshape(len(own), 2))
        place += len(found)
    return rows


def _solid(text: str) -> list[str]:
    """Lines that are not blank; those that are indented, as code, verse and records are, keep that."""
    return [line.rstrip() for line in text.split("\n") if line and not line.isspace()]


def _candidates(page: "_Page") -> Iterator[Candidate]:
    """What may be repeated at the ends of a document."""
    lines = page.lines
    if len(lines) > 1:
        for line in page.edges:
            for form in page.forms(line):
                yield form, _told_by(page.longest)
    for tail in _tails(lines[-1]):
        if page.is_foreign(tail):
            rest = _told_by(lines[-1][: -len(tail)])
            yield tail, rest
            for form in page.forms(tail):
                yield form, rest
    first = _first(lines[0])
    if first and page.is_foreign(first):
        yield first, _told_by(lines[0][len(first) :])


def _told_by(text: str) -> str:
    """The longest word of a text: copies of it have the same, and those that somebody changed a little mostly, too."""
    return max(_WORD.findall(text[:READ]), key=lambda word: (len(word), word), default="")


class _Page:
    """
    A document as one page of a site: what on it may be of the site.

    Args:
        lines: Those that are not blank, without white space at their ends; one at least.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        place = max(range(len(lines)), key=lambda number: (len(lines[number]), -number))
        self.longest = lines[place]
        edges = dict.fromkeys([*lines[:HEAD_LINES], *lines[-TAIL_LINES:]])
        self.edges = [line for line in edges if line != self.longest and len(line) <= LONGEST_TAIL]
        self._below = frozenset(lines[place + 1 :]) - frozenset(lines[:place])
        self._text = "\n".join(lines).casefold()
        self._signs = Counter(sign[0] for line in lines if (sign := _MARK.search(line, 0, LONGEST_TAIL)))
        self._foreign: dict[str, bool] = {}

    def is_foreign(self, part: str) -> bool:
        """Whether little of what a part speaks of is anywhere else on the page: a title speaks of the text below."""
        if part not in self._foreign:
            self._foreign[part] = self._is_foreign(part)
        return self._foreign[part]

    def _is_foreign(self, part: str) -> bool:
        sign = _MARK.search(part)
        if sign is not None and (sign[0] in _ASKS or self._signs[sign[0]] >= _SEVERAL):
            return False
        words = _CONTENT.findall(part.casefold())
        pairs = [pair for run in _HAN_RUN.findall(part) for pair in map("".join, zip(run, run[1:], strict=False))]
        found = {*words, *pairs}
        most = MOST_KNOWN * len(found)
        known = 0
        for word in found:
            known += self._text.count(word) > 1
            if known > most:
                return False
        return bool(found)

    def forms(self, part: str) -> Iterator[str]:
        """
        The forms of a foreign line or tail: how it begins and ends, all of it, or what it says without its names.

        Above the text a sign must part how a line begins from the rest: headings have words in common.
        """
        if part[0].isspace():
            return
        if _SENTENCE.search(part):
            masked = _masked(part)
            if masked and self.is_foreign(part):
                yield masked
        elif len(part) > (LONGEST_HAN if _HAN.search(part) else LONGEST):
            return
        elif not _CONTENT_ANY.search(part):
            if _ICONS.search(part):
                yield _ALONE + part
        elif self.is_foreign(part):
            yield from _forms(part, part in self._below)


def _forms(line: str, loosely: bool) -> Iterator[str]:
    if (len(line) if _HAN.search(line) else len(line.split())) <= (_SIGNS if _HAN.search(line) else _WORDS):
        yield _ALONE + line
    if _HAN.search(line):
        begin, end = _BEGIN_HAN.match(line), _END_HAN.search(line)
        plain = (line[:_SIGNS], line[-_SIGNS:]) if loosely else ("", "")
    else:
        words = line.split()
        begin, end = _BEGIN.match(line), _END.search(line)
        plain = (" ".join(words[:_WORDS]), " ".join(words[-_WORDS:])) if loosely else ("", "")
    found = begin[0] if begin else plain[0], end[0] if end else plain[1]
    for mark, form in zip((_BEGINS, _ENDS), found, strict=True):
        if len(form) < len(line) and _SAYS.search(form):
            yield mark + form


def _masked(sentence: str) -> str:
    """One sentence of Latin letters without its names and numbers, marked as such; "" when too little is left."""
    if _HAN.search(sentence) or "?" in sentence or _BREAK.search(sentence):
        return ""
    plain = _NAMES.sub("N", sentence)
    words = _WORD.findall(plain)
    return _MASKED + plain.rstrip('.!…"”’)') if len(words) - words.count("N") >= MIN_PLAIN else ""


def _tails(line: str) -> list[str]:
    """What stands behind the last sentence of a paragraph but one, and but two: longest first."""
    tail = line[-LONGEST_TAIL:]
    ends = [match.end() for match in _BREAK.finditer(tail)]
    return [tail[end:] for end in ends[-2:] if tail[end:].strip() and len(tail) - end < len(line)]


def _first(line: str) -> str:
    """The first sentence of a paragraph of several, or what a sign parts from them."""
    match = _BREAK.search(line, 0, LONGEST_TAIL)
    return line[: match.end()].rstrip() if match and match.end() < len(line) else ""


# --- taking them away -------------------------------------------------------------------------------


def strip_parts(text: str, learned: frozenset[int]) -> str:
    """The text without what its site repeats at its ends; as it is when little else would be left."""
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if line and not line.isspace()]
    solid = [lines[number].rstrip() for number in places]
    if not solid:
        return text
    known = _known(solid, learned)
    if not known:
        return text
    begin = _reach(solid[:HEAD_LINES], known)
    end = len(solid) - _reach(solid[begin:][::-1][:TAIL_LINES], known)
    if begin >= end:
        return text
    kept = lines[places[begin] : places[end - 1] + 1]
    kept[-1] = _without_tail(kept[-1], known)
    kept[0] = _without_head(kept[0], known)
    found = "\n".join(kept)
    if len("".join(found.split())) == len("".join(text.split())):
        return text
    return found if len(found) + 2 * len(_HAN.findall(found)) >= MIN_LEFT else text


def _known(solid: list[str], learned: frozenset[int]) -> frozenset[str]:
    """The parts of a text, whole lines at its ends among them, that are learned; lines of a learned form, too."""
    page = _Page(solid)
    parts = dict.fromkeys([*page.edges, *(part for part, _ in _candidates(page))])
    hashes, _, _ = looks_of(list(parts)) if parts else ((), (), ())
    known = {part for part, one in zip(parts, list(hashes), strict=True) if int(one) in learned}
    if known:
        known |= {part for part in (*page.edges, *_tails(solid[-1])) if not known.isdisjoint(page.forms(part))}
    return frozenset(known)


def _reach(lines: Sequence[str], known: frozenset[str]) -> int:
    """How many lines from an end on go: to the last learned one between which and the end only short ones stand."""
    reach = 0
    for number, line in enumerate(lines, start=1):
        if line in known:
            reach = number
        elif not _is_short(line):
            break
    return reach


def _is_short(line: str) -> bool:
    if line[0].isspace():
        return False
    if _HAN.search(line):
        return len(line) <= SHORT_HAN and not line.endswith(("。", "！", "，", "；"))
    return len(line.split()) <= SHORT_WORDS and not line.endswith((".", "!", ",", ";"))


def _without_tail(line: str, known: frozenset[str]) -> str:
    for tail in _tails(line.rstrip()):
        if tail in known:
            return line.rstrip()[: -len(tail)].rstrip()
    return line


def _without_head(line: str, known: frozenset[str]) -> str:
    first = _first(line)
    return line[len(first) :].lstrip() if first and first in known else line
