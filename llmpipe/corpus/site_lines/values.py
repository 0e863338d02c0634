"""
What differs between the pages of a site though the line is the same: dates, counts, addresses, codes, and names.

Both are cut out of many lines in one compiled pass. What is a value, at the first place where one begins, the first of:
an address (`https://...`, `name@host.org`, `www.host.org/page`), a code (8 letters and digits and more, one a digit),
a month beside a number, a day of the week, a number with the signs within it. What is a name: two words with capitals,
an initial or a particle between them (`Anna B. Hill`, `Jan van Eyck`), or two or three Han characters alone.
"""

import sys
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import PLANES, codes_of

_MONTHS = """
    Jan January Feb February Mar March Apr April May Jun June Jul July Aug August Sep Sept September Oct October Nov
    November Dec December janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    """
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_NO_NAMES = "By The From In On At To For Posted Written Reach Photo Text Story"  # words before one
_LONGEST = 9  # letters of these words
_SHORTEST_DAY = 6  # letters of a day of the week, of which `y` is the last
_CODE = 8  # letters and digits
_WORD, _DECIMAL, _WHITE, _CAPITAL, _SMALL, _STOP, _CLOSING = (1 << bit for bit in range(7))
_LETTERS = _CAPITAL | _SMALL  # of ASCII
_NEWLINE, _DOT, _AT, _SLASH, _COLON, _HYPHEN, _SPACE, _COMMA, _Y, _UNDERSCORE = map(ord, "\n.@/:- ,y_")
_MONTH, _DAY, _NO_NAME = 1, 2, 3  # what a word is
_LISTED = ((_MONTH, _MONTHS), (_DAY, _DAYS), (_NO_NAME, _NO_NAMES))
_VALUES, _NAMES, _ALL_NAMES = 1, 2, 3  # what is cut
VALUE, NAME, SENTENCE = 1, 2, 4  # what a line holds or is


def without_values(lines: Sequence[str]) -> list[str]:
    """Lines without their values and the white space around what is left; those that have none as they are."""
    return _cut(lines, _VALUES)


def without_names(lines: Sequence[str], sentences: bool = False) -> list[str]:
    """Lines without the names in them and the white space around what is left; sentences as they are, or so, too."""
    return _cut(lines, _ALL_NAMES if sentences else _NAMES)


def signs_of(lines: Sequence[str]) -> np.ndarray:
    """What lines hold that differs from page to page, `VALUE` and `NAME`, and whether they are a `SENTENCE`, uint8."""
    if not lines:
        return np.empty(0, dtype=np.uint8)
    return _signs(codes_of("\n".join([*lines, ""])), forms(), len(lines))


def _cut(lines: Sequence[str], what: int) -> list[str]:
    if not lines:
        return []
    codes = codes_of("\n".join([*lines, ""]))
    kept = _without(codes, forms(), what)
    if len(kept) == len(codes):
        return list(lines)
    return kept.tobytes().decode("utf-32-le", "surrogatepass").split("\n")[:-1]


class Forms(NamedTuple):
    """
    What the loops know of values and names.

    Args:
        flags: What each code point is, as bits, uint8.
        words: The words that are told by what they are, uint32 (words, `_LONGEST` + 1), 0 behind.
        kinds: What each is, uint8 (words,).
    """

    flags: np.ndarray
    words: np.ndarray
    kinds: np.ndarray


@cache
def forms() -> Forms:
    """The tables of values and names."""
    flags = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    for code, character in enumerate(map(chr, range(PLANES))):
        is_word = character.isalnum() or character == "_"
        flags[code] = is_word * _WORD | character.isdecimal() * _DECIMAL | character.isspace() * _WHITE
    for bit, first, last in ((_CAPITAL, "A", "Z"), (_SMALL, "a", "z")):
        flags[ord(first) : ord(last) + 1] |= bit
    flags[list(map(ord, ".!?。！？;；"))] |= _STOP
    flags[list(map(ord, "\"'”’)）」』"))] |= _CLOSING
    listed = [(kind, word) for kind, text in _LISTED for word in text.split()]
    words = np.zeros((len(listed), _LONGEST + 1), dtype=np.uint32)
    for row, (_, word) in zip(words, listed, strict=True):
        row[: len(word)] = codes_of(word)
    return Forms(flags, words, np.array([kind for kind, _ in listed], dtype=np.uint8))


# --- loops ------------------------------------------------------------------------------------------


@compiled
def _without(codes: np.ndarray, forms: Forms, what: int) -> np.ndarray:
    """Lines that each end with a line end, without their values, or their names."""
    kept = np.empty(len(codes), dtype=np.uint32)
    size = begin = 0
    while begin < len(codes):
        end = _end_of_line(codes, begin)
        if what == _VALUES:
            size += cut(codes, forms, begin, end, kept, size)
        else:
            size += cut_names(codes, forms, begin, end, kept, size, what == _ALL_NAMES)
        kept[size] = _NEWLINE
        size += 1
        begin = end + 1
    return kept[:size].copy()


@compiled
def _end_of_line(codes: np.ndarray, place: int) -> int:
    while codes[place] != _NEWLINE:
        place += 1
    return place


@compiled
def cut(codes: np.ndarray, forms: Forms, begin: int, end: int, kept: np.ndarray, first: int) -> int:
    """Write a line without its values to `kept` from `first` on; how many characters that is."""
    if not _may_have_value(codes, forms.flags, begin, end):
        kept[first : first + end - begin] = codes[begin:end]
        return end - begin
    place, size = begin, first
    piece = begin  # the end of the last piece without white space that was looked at for an address
    mail_at = mail_end = -1
    while place < end:
        if place >= piece and not forms.flags[codes[place]] & _WHITE:
            piece, mail_at, mail_end = _mail(codes, forms.flags, place, end)
        to = _end_of_value(codes, forms, begin, place, end, mail_at, mail_end)
        if to == place:
            kept[size] = codes[place]
            size += 1
            to += 1
        place = to
    return _bare(kept, forms.flags, first, size)


@compiled
def cut_names(
    codes: np.ndarray, forms: Forms, begin: int, end: int, kept: np.ndarray, first: int, sentences: bool
) -> int:
    """Write a line, and a sentence only with `sentences`, without its names to `kept` from `first` on; its length."""
    if not sentences and _is_sentence(codes, forms.flags, begin, end):
        kept[first : first + end - begin] = codes[begin:end]
        return end - begin
    place, size = begin, first
    while place < end:
        to = _end_of_name(codes, forms, begin, place, end)
        if to == place:
            kept[size] = codes[place]
            size += 1
            to += 1
        place = to
    return _bare(kept, forms.flags, first, size)


@compiled
def _bare(kept: np.ndarray, flags: np.ndarray, first: int, end: int) -> int:
    """Take the white space around what stands from `first` to `end` away; how many characters are left."""
    begin = first
    while end > begin and flags[kept[end - 1]] & _WHITE:
        end -= 1
    while begin < end and flags[kept[begin]] & _WHITE:
        begin += 1
    for number in range(end - begin):
        kept[first + number] = kept[begin + number]
    return end - begin


@compiled
def _signs(codes: np.ndarray, forms: Forms, num_lines: int) -> np.ndarray:
    """What `signs_of` returns, of lines that each end with a line end."""
    found = np.zeros(num_lines, dtype=np.uint8)
    begin = 0
    for line in range(num_lines):
        end = _end_of_line(codes, begin)
        found[line] = signs_at(codes, forms, begin, end)
        begin = end + 1
    return found


@compiled
def signs_at(codes: np.ndarray, forms: Forms, begin: int, end: int) -> int:
    """What a line holds and is, as `signs_of` says it."""
    found = SENTENCE if _is_sentence(codes, forms.flags, begin, end) else 0
    if _may_have_value(codes, forms.flags, begin, end):
        found |= VALUE
    for place in range(begin, end):
        if _end_of_name(codes, forms, begin, place, end) > place:
            return found | NAME
    return found


@compiled
def _is_sentence(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> bool:
    """Whether a line ends with a stop, closing signs behind it aside."""
    while end > begin and flags[codes[end - 1]] & _CLOSING:
        end -= 1
    return end > begin and flags[codes[end - 1]] & _STOP != 0


@compiled
def _may_have_value(codes: np.ndarray, flags: np.ndarray, begin: int, end: int) -> bool:
    """Whether a line has one of the signs without which values are rare: a digit, `@`, `://`, `a.b`, `day`, `星期`."""
    for place in range(begin, end):
        code = codes[place]
        if flags[code] & _DECIMAL or code == _AT:
            return True
        left = end - place
        if left < 2:
            return False
        after = codes[place + 1]
        if code == 0x661F and after == 0x671F:
            return True
        if left < 3:
            continue
        last = codes[place + 2]
        if code == _COLON and after == _SLASH and last == _SLASH:
            return True
        if flags[code] & _LETTERS and after == _DOT and flags[last] & _SMALL:
            return True
        ends = left == 3 or not flags[codes[place + 3]] & _WORD
        if code == 100 and after == 97 and last == 121 and ends:  # day
            return True
    return False


@compiled
def _end_of_value(
    codes: np.ndarray, forms: Forms, begin: int, place: int, end: int, mail_at: int, mail_end: int
) -> int:
    """Where the value ends that begins at a place of the line from `begin` to `end`; the place where none does."""
    flags = forms.flags
    code = codes[place]
    flag = flags[code]
    if flag & _WHITE:
        return place
    before = flags[codes[place - 1]] if place > begin else np.uint8(0)
    to = _end_of_link(codes, flags, place, end) if code == 104 else place  # h
    if to > place:
        return to
    if place < mail_at:
        return mail_end
    if (flag & (_LETTERS | _DECIMAL) or code == _HYPHEN) and not before & (_LETTERS | _DECIMAL):
        to = _end_of_host(codes, flags, place, end)
        if to == place:
            to = _end_of_code(codes, flags, place, end)
        if to > place:
            return to
    if flag & _LETTERS and not before & _WORD:
        to = place
        while to < end and flags[codes[to]] & _WORD:
            to += 1
        if _is_before_number(codes, flags, to, end) or _is_after_number(codes, flags, begin, place):
            return to if _kind_of(codes, forms, place, to) in (_MONTH, _DAY) else place
        ends_as_day = to - place >= _SHORTEST_DAY and codes[to - 1] == _Y
        return to if ends_as_day and _kind_of(codes, forms, place, to) == _DAY else place
    weekday = place
    if code == 0x661F and place + 1 < end and codes[place + 1] == 0x671F:  # 星期
        weekday = place + 2
    elif code == 0x5468:  # 周
        weekday = place + 1
    if place < weekday < end and _is_weekday(codes[weekday]):
        return weekday + 1
    return _end_of_number(codes, flags, place, end) if flag & _DECIMAL else place


@compiled
def _is_weekday(code: int) -> bool:
    """Whether it is one of 一二三四五六日天."""
    return code in (0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x65E5, 0x5929)


@compiled
def _end_of_link(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where `http://...` ends."""
    if not (place + 3 < end and codes[place + 1] == 116 and codes[place + 2] == 116 and codes[place + 3] == 112):
        return place
    to = place + 4
    if to < end and codes[to] == 115:  # s
        to += 1
    signs = to + 3 < end and codes[to] == _COLON and codes[to + 1] == _SLASH and codes[to + 2] == _SLASH
    if not signs or flags[codes[to + 3]] & _WHITE:
        return place
    return _end_of_piece(codes, flags, to, end)


@compiled
def _end_of_piece(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    while place < end and not flags[codes[place]] & _WHITE:
        place += 1
    return place


@compiled
def _mail(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> tuple[int, int, int]:
    """Of the piece from a place on its end, the last `@` of an address in it, and where that ends; -1 without one."""
    stop = _end_of_piece(codes, flags, place, end)
    at = stop - 1
    while at > place:
        if codes[at] == _AT:
            dot = stop - 2
            while dot > at + 1:
                if codes[dot] == _DOT and flags[codes[dot + 1]] & _WORD:
                    to = dot + 1
                    while to < stop and flags[codes[to]] & _WORD:
                        to += 1
                    return stop, at, to
                dot -= 1
        at -= 1
    return stop, -1, -1


@compiled
def _end_of_host(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where `www.host.org/page` ends: names with dots, the last of 2 to 6 small letters, and what a slash begins."""
    found = place
    to = place
    while True:
        label = to
        while to < end and (flags[codes[to]] & (_LETTERS | _DECIMAL) or codes[to] == _HYPHEN):
            to += 1
        if to in (label, end) or codes[to] != _DOT:
            break
        to += 1
        last = to
        while last < end and flags[codes[last]] & _SMALL:
            last += 1
        if 2 <= last - to <= 6 and (last == end or not flags[codes[last]] & _WORD):
            found = last
    if found > place and found < end and codes[found] == _SLASH:
        return _end_of_piece(codes, flags, found, end)
    return found


@compiled
def _end_of_code(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where a run of letters and digits ends that has a digit and is long."""
    to, digits = place, 0
    while to < end and flags[codes[to]] & (_LETTERS | _DECIMAL):
        digits += flags[codes[to]] & _DECIMAL != 0
        to += 1
    return to if digits and to - place >= _CODE else place


@compiled
def _kind_of(codes: np.ndarray, forms: Forms, place: int, to: int) -> int:
    """What the listed word between two places is; 0 for another."""
    if to - place > _LONGEST:
        return 0
    for word, kind in zip(forms.words, forms.kinds):  # noqa: B905 (numba knows no `strict`)
        same = word[to - place] == 0
        for number in range(to - place):
            if word[number] != codes[place + number]:
                same = False
                break
        if same:
            return kind
    return 0


@compiled
def _is_before_number(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> bool:
    """Whether white space and a digit follow, a stop and a comma before them aside."""
    if place < end and codes[place] == _DOT:
        place += 1
    if place < end and codes[place] == _COMMA:
        place += 1
    return place + 1 < end and flags[codes[place]] & _WHITE != 0 and flags[codes[place + 1]] & _DECIMAL != 0


@compiled
def _is_after_number(codes: np.ndarray, flags: np.ndarray, begin: int, place: int) -> bool:
    """Whether a digit, `1st` or the like, and white space stand before."""
    if place - 2 < begin or not flags[codes[place - 1]] & _WHITE:
        return False
    if flags[codes[place - 2]] & _DECIMAL:
        return True
    if place - 4 < begin or not flags[codes[place - 4]] & _DECIMAL:
        return False
    first, second = codes[place - 3], codes[place - 2]
    return (
        (first == 115 and second == 116)  # st
        or (first == 110 and second == 100)  # nd
        or (first == 114 and second == 100)  # rd
        or (first == 116 and second == 104)  # th
    )


@compiled
def _end_of_number(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where digits end, with `.,:/-` between them, and `k`, `M`, 万 or 亿 behind."""
    to = place
    while to < end and flags[codes[to]] & _DECIMAL:
        to += 1
        code = codes[to] if to < end else np.uint32(0)
        sign = code in (_DOT, _COMMA, _COLON, _SLASH, _HYPHEN)
        if sign and to + 1 < end and flags[codes[to + 1]] & _DECIMAL:
            to += 1
    if to < end:
        code = codes[to]
        if code in (0x4E07, 0x4EBF):  # 万, 亿
            return to + 1
        unit = code in (107, 75, 109, 77)  # k, K, m, M
        if unit and (to + 1 == end or not flags[codes[to + 1]] & _WORD):
            return to + 1
    return to


@compiled
def is_han(code: int) -> bool:
    """Whether a code point is one of the common Han characters, of which names are made."""
    return 0x4E00 <= code <= 0x9FFF


@compiled
def _end_of_name(codes: np.ndarray, forms: Forms, begin: int, place: int, end: int) -> int:
    """Where the name ends that begins at a place; the place where none does."""
    flags = forms.flags
    code = codes[place]
    if is_han(code):
        if place > begin and is_han(codes[place - 1]):
            return place
        to = place
        while to < end and is_han(codes[to]):
            to += 1
        return to if 2 <= to - place <= 3 else place
    if not flags[code] & _CAPITAL or (place > begin and flags[codes[place - 1]] & _WORD):
        return place
    first = _end_of_part(codes, flags, place, end)
    if first == place:
        first = _end_of_initial(codes, flags, place, end)
    if first == place:
        return place
    if first < end and codes[first] == _SPACE:
        initial = _end_of_initial(codes, flags, first + 1, end)
        if initial > first + 1:
            to = _end_of_last(codes, flags, initial, end)
            if to > initial:
                first = initial
    to = _end_of_last(codes, flags, first, end)
    return to if to > first and not _begins_otherwise(codes, forms, place, end) else place


@compiled
def _begins_otherwise(codes: np.ndarray, forms: Forms, place: int, end: int) -> bool:
    """Whether the word that begins at a place is no part of a name: `By`, `The`."""
    to = place
    while to < end and forms.flags[codes[to]] & _WORD:
        to += 1
    return _kind_of(codes, forms, place, to) == _NO_NAME


@compiled
def _end_of_part(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where a capital with small letters behind it ends, é among them; the place where none is."""
    if place >= end or not flags[codes[place]] & _CAPITAL:
        return place
    to = place + 1
    while to < end and (flags[codes[to]] & _SMALL or codes[to] == 0xE9):
        to += 1
    return to if to > place + 1 else place


@compiled
def _end_of_initial(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where `A.` ends; the place where none is."""
    return place + 2 if place + 1 < end and flags[codes[place]] & _CAPITAL and codes[place + 1] == _DOT else place


@compiled
def _end_of_last(codes: np.ndarray, flags: np.ndarray, place: int, end: int) -> int:
    """Where a space, a particle of 2 or 3 letters if there is one, and a last name end; the place where they do not."""
    if place >= end or codes[place] != _SPACE:
        return place
    particle = place + 1
    while particle < end and flags[codes[particle]] & _SMALL:
        particle += 1
    size = particle - place - 1
    start = place + 1
    if 2 <= size <= 3 and particle < end and codes[particle] == _SPACE:
        start = particle + 1
    to = _end_of_part(codes, flags, start, end)
    if to == start or (to < end and flags[codes[to]] & _WORD):
        return place
    follows = to + 1 < end and codes[to] == _SPACE and flags[codes[to + 1]] & _CAPITAL
    return place if follows else to


@compiled
def has_digit(codes: np.ndarray, forms: Forms, begin: int, end: int) -> bool:
    """Whether a line has a digit."""
    found = np.uint8(0)
    for place in range(begin, end):
        found |= forms.flags[codes[place]]
    return found & _DECIMAL != 0


@compiled
def is_letter(code: int, forms: Forms) -> bool:
    """Whether a code point is part of a word, and no digit."""
    return forms.flags[code] & (_WORD | _DECIMAL) == _WORD and code != _UNDERSCORE
