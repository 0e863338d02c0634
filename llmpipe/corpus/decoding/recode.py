"""
Western prose whose typographic signs and accents were read in another encoding, whichever: `ÔÇ£Yes,ÔÇØ` -> `“Yes,”`.

`normalize.mojibake` knows the common pairs (ftfy: Latin-1, cp1252 and their kin). Here the text itself decides: an
encoding is right when all that looked odd becomes signs that stand where Western prose has them, and nothing else does.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-125x: a byte without a character stays)
import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.decoding.odd_signs import is_odd, may_be_odd, places
from llmpipe.corpus.text import codes_of

_WINDOWS = tuple(f"sloppy-windows-125{number}" for number in range(9))
_ISO = tuple(f"iso8859-{number}" for number in (1, 2, 3, 4, 5, 7, 9, 13, 15, 16))
_DOS = tuple(f"cp{number}" for number in (437, 737, 775, 850, 852, 855, 857, 858, 862, 866, 874))
_MAC = ("mac_roman", "mac_cyrillic", "mac_greek", "mac_latin2", "mac_turkish")
_SINGLE = (*_WINDOWS, *_ISO, "koi8-r", "koi8-u", *_MAC, *_DOS)
_DOUBLE = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "euc_kr", "johab")
_QUOTES = "‘’“”"
_SIGNS = _QUOTES + "–—…•‹›«»€£¢¥©®™°·×½¼¾±²³§¡¿"
_LETTERS = "éèêëàáâäãåçíìîïñóòôöõøúùûüýÿÉÈÀÁÂÄÅÇÍÎÏÑÓÔÖØÚÜßæœÆŒ"
# What may come out; where a sign took a byte of the character behind it along, ASCII too
_SENSE = frozenset(_SIGNS + _LETTERS + "\xa0" + "".join(map(chr, range(32, 127))))
_RUN = re.compile("[^\x00-\x7f]+")
_PRINTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\xad]")  # what programs do not show, and lose
_CAPITAL_INSIDE = re.compile(r"(?<=[a-z])[À-ÖØ-Þ](?![^\W_])")  # `cafÚ`: another page explains it
_ENDING = re.compile(r"(?:s|t|re|ve|ll|d|m)\b")  # what stands behind the apostrophe of a contraction
_UNLIKELY = re.compile(
    "[œŒ](?![uUidDnNsS])(?=[a-z]|\\b)|[a-zà-ÿ]ù\\b(?<!où)"
)  # what letters of Slavic languages become
_MIN_CHANGED = 2  # characters, where each of them alone could be a letter
_MAX_BYTES = 1.4  # a character in UTF-8: with more it is no Western prose with a few odd signs
_EAST_ASIAN = ("gb18030", "cp949", "big5hkscs", "cp932", "euc_jp")  # Western signs in two or four bytes
_ENCODINGS = (*_SINGLE, *_DOUBLE)
_READINGS = tuple((wrong, right) for right in ("utf-8", "cp1252") for wrong in _ENCODINGS)  # the likelier first
_TWO_BYTES = sum(1 << n for n, wrong in enumerate(_ENCODINGS) if wrong in _DOUBLE)
_STUMPED = sum(1 << n for n, (wrong, right) in enumerate(_READINGS) if wrong in _DOUBLE and right == "utf-8")


def recode(text: str) -> str:
    """The text with its odd signs read again; as it is when no encoding explains all of them."""
    if text.isascii():
        return text
    codes = codes_of(text)
    if not is_odd(codes, _MAX_BYTES * len(text)):
        return text
    starts, ends = _bounds(codes)
    runs = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    for wrong, right in _likely_readings(runs):
        turned = _exactly(text, wrong, right)
        if turned is not None and not _UNLIKELY.search(turned) and turned.count("‹") == turned.count("›"):
            return turned
    turned = _from_east_asian(text, runs)
    if turned is not None:
        return turned
    apostrophes = {text[end - 1] for end in ends if _is_contraction(text, end - 1)}
    for wrong in _likely_tables(frozenset(runs), apostrophes):
        turned = _by_table(text, wrong, apostrophes)
        if turned is not None and not _UNLIKELY.search(turned) and turned.count("‹") == turned.count("›"):
            return turned
    return text


def may_be_recoded(found: Characters) -> np.ndarray:
    """Which of several texts `recode` may change, bool (texts,)."""
    return may_be_odd(found, _MAX_BYTES)


def _bounds(codes: np.ndarray) -> tuple[list[int], list[int]]:
    """Begin and end of each run of characters beyond ASCII."""
    beyond = np.concatenate([[False], codes >= 0x80, [False]])
    bounds = np.flatnonzero(beyond[1:] != beyond[:-1]).tolist()
    return bounds[::2], bounds[1::2]


def _is_contraction(text: str, place: int) -> bool:
    """Whether a character stands as the apostrophe of a contraction does: `itâs`."""
    return "a" <= text[place - 1 : place] <= "z" and _ENDING.match(text, place + 1) is not None


# --- which encodings may explain it -----------------------------------------------------------------


def _likely_readings(runs: list[str]) -> Iterator[tuple[str, str]]:
    """The pairs of encodings by which all odd runs make sense and one is another text, in their order."""
    fails = changes = 0
    for run in dict.fromkeys(runs):
        failing, changing = _reading(run)
        fails |= failing
        changes |= changing
    likely = changes & ~fails
    if any("\ufffd" in run for run in runs):  # stumps of signs are replaced before the runs are read
        odd = next((run for run in runs if "\ufffd" not in run and not _SENSE.issuperset(run)), "")
        likely |= _STUMPED & ~(_reading(odd)[0] if odd else 0)
    return (pair for n, pair in enumerate(_READINGS) if likely >> n & 1)


@lru_cache(maxsize=2**14)
def _reading(run: str) -> tuple[int, int]:
    """By which of `_READINGS` a run makes no sense, nor as it is; and by which it is another text; as bits."""
    may_have, others = _encodings(), _TWO_BYTES
    encodable = -1
    for character in run:
        encodable &= may_have.get(character, others)
    works = changes = 0
    for n, (wrong, right) in enumerate(_READINGS):
        if encodable >> (n % len(_ENCODINGS)) & 1:
            turned = _turned(run, wrong, right)
            works |= (turned is not None) << n
            changes |= (turned is not None and turned != run) << n
    return 0 if _SENSE.issuperset(run) else ~works, changes


@cache
def _encodings() -> dict[str, int]:
    """Character -> which of `_ENCODINGS` may have it, as bits; of two bytes all: some are there beside another only."""
    found: dict[str, int] = {}
    for n, wrong in enumerate(_SINGLE):
        for character in bytes(range(256)).decode(wrong, "ignore"):
            found[character] = found.get(character, _TWO_BYTES) | 1 << n
    return found


def _likely_tables(runs: frozenset[str], apostrophes: set[str]) -> Iterator[str]:
    """The encodings of whose `_table` the runs hold a look, and that can leave nothing odd, in their order."""
    joined = " ".join(runs)
    present = set(joined) - {" "}
    held, explained = 0, -1
    for character in present:
        for look, encodings in _all_looks().get(character, ()):
            if look in (joined if len(look) > 1 else apostrophes):
                held |= encodings
    for character in present if held else ():
        explained &= _explaining().get(character, 0)
    return (wrong for n, wrong in enumerate(_SINGLE) if (held & explained) >> n & 1)


@cache
def _explaining() -> dict[str, int]:
    """Character -> the encodings one of whose looks has it, as bits; all for what Western prose has itself."""
    found: dict[str, int] = {}
    for n, wrong in enumerate(_SINGLE):
        for character in set("".join(_table(wrong))):
            found[character] = found.get(character, 0) | 1 << n
    return found | dict.fromkeys(map(chr, np.flatnonzero(places()).tolist()), -1)


@cache
def _all_looks() -> dict[str, tuple[tuple[str, int], ...]]:
    """First character -> the looks of all tables that begin so, and their encodings as bits."""
    encodings: dict[str, int] = {}
    for n, wrong in enumerate(_SINGLE):
        for look in _table(wrong):
            encodings[look] = encodings.get(look, 0) | 1 << n
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for look, bits in encodings.items():
        found[look[0]] = (*found.get(look[0], ()), (look, bits))
    return found


# --- reading it again -------------------------------------------------------------------------------


def _exactly(text: str, wrong: str, right: str) -> str | None:
    """The text with all odd runs turned round; None when one of them makes no sense so."""
    if wrong in _DOUBLE and right == "utf-8" and "\ufffd" in text:
        text = _stump(wrong).sub(lambda match: _likeliest("“–”’", text, match), text)
    parts: list[str] = []
    changed, end, misplaced = "", 0, False
    for run in _RUN.finditer(text):
        turned = _turned(run[0], wrong, right)
        if turned is None and not _SENSE.issuperset(run[0]):
            return None
        if turned is not None and turned != run[0]:
            changed += turned
            misplaced |= right != "utf-8" and not _stands(
                turned, text[run.start() - 1 : run.start()], text[run.end() :][:1]
            )
            parts += [text[end : run.start()], turned]
            end = run.end()
    if not changed or misplaced:
        return None
    if right == "cp1252" and (len(changed) < _MIN_CHANGED or not set(_QUOTES).intersection(changed)):
        return None  # μm would become ìm
    result = "".join([*parts, text[end:]])
    return None if is_odd(codes_of(result)) or _CAPITAL_INSIDE.search(result) else result


def _from_east_asian(text: str, runs: list[str]) -> str | None:
    """
    The text whose signs were written in an encoding of East Asia: `¡°Yes,¡±` -> `“Yes,”`; None when it was in none.

    Whole, as a sign takes letters and digits of ASCII along: an en dash is `¨C`.
    """
    if len(runs) < _MIN_CHANGED:
        return None
    for wrong in _able(runs):
        data = text.encode(wrong)
        for right in _EAST_ASIAN:
            if not any(sign in data for sign in _quotes_in(right)):
                continue
            try:
                turned = data.decode(right)
            except UnicodeError:
                continue
            signs = [sign for sign in turned if sign > "\x7f"]
            if (
                _SENSE.issuperset(signs)
                and len(turned) < len(text)
                and set(_QUOTES).intersection(signs)
                and not is_odd(codes_of(turned))
                and _all_stand(turned)
            ):
                return turned
    return None


def _able(runs: list[str]) -> list[str]:
    """The encodings of one byte a character that have all characters of the runs, in their order."""
    able = -1
    for character in set().union(*runs):
        able &= _encodings().get(character, 0)
    return [wrong for n, wrong in enumerate(_SINGLE) if able >> n & 1]


@cache
def _quotes_in(right: str) -> tuple[bytes, ...]:
    """Quotation marks in an encoding of East Asia."""
    return tuple(sign.encode(right) for sign in _QUOTES)


def _all_stand(text: str) -> bool:
    """Whether quotation marks stand where such signs do, but for a few."""
    found = [
        (sign, text[n - 1 : n] or " ", text[n + 1 : n + 2] or " ") for n, sign in enumerate(text) if sign in _QUOTES
    ]
    return sum(sign in _PLACES and not _PLACES[sign](before, after) for sign, before, after in found) * 4 <= len(found)


def _stands(turned: str, before: str, after: str) -> bool:
    """Whether a quotation mark or dash that begins a run stands where such a sign does."""
    fits = _PLACES.get(turned[0])
    return fits is None or fits(before or " ", turned[1:2] or after or " ")


def _turned(run: str, wrong: str, right: str) -> str | None:
    try:
        turned = run.encode(wrong).decode(right)
    except UnicodeError:
        return None
    return turned if _SENSE.issuperset(turned) else None


@cache
def _stump(wrong: str) -> re.Pattern[str]:
    """What two-byte encodings leave of a sign whose third byte finds no partner."""
    return re.compile(re.escape(b"\xe2\x80".decode(wrong, "replace")) + "(?:\ufffd|\\?)")


@cache
def _table(wrong: str) -> dict[str, str]:
    """What signs and letters in UTF-8 look like in an encoding, whole or not -> which they are."""
    found: dict[str, str] = {}
    for sign in _SIGNS + _LETTERS:
        read = sign.encode().decode(wrong, "replace")
        for look in {read, _PRINTED.sub("", read), _PRINTED.sub("\ufffd", read)}:
            if look and not look.isascii():
                found[look] = found.get(look, "") + sign
    return found


@cache
def _looks(wrong: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_table(wrong), key=lambda look: (-len(look), look)))))


def _by_table(text: str, wrong: str, apostrophes: set[str]) -> str | None:
    """The same where characters were lost: what is left of a sign, and where it stands, say which it was."""
    table = _table(wrong)
    looks = {match[0] for match in _looks(wrong).finditer(text)}
    # a single letter may be a letter, but not in the place of an apostrophe: `itâs`
    looks = {look for look in looks if len(look) > 1 or look in apostrophes}
    if not looks:
        return None

    def turn(match: re.Match[str]) -> str:
        return _likeliest(table[match[0]], text, match) if match[0] in looks else match[0]

    turned = _looks(wrong).sub(turn, text)
    return None if is_odd(codes_of(turned)) or "\ufffd" in turned else turned


def _likeliest(signs: str, text: str, match: re.Match[str]) -> str:
    """Of signs that look alike, the one that stands in such a place; the first when none is typical for it."""
    before, after = text[match.start() - 1 : match.start()] or " ", text[match.end() : match.end() + 1] or " "
    for sign, fits in _PLACES.items():
        if sign in signs and fits(before, after):
            return sign
    return signs[0]


_PLACES: dict[str, Callable[[str, str], bool]] = {
    "’": lambda before, after: before.isalnum() and after.isalnum(),
    "“": lambda before, after: not before.isalnum() and not after.isspace(),
    "–": lambda before, after: not before.strip() and not after.strip(),
    "”": lambda before, after: bool(before.strip()) and not after.isalnum(),
    "—": lambda before, after: before.isspace() == after.isspace(),
}
