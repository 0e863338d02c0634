"""
Western prose whose typographic signs and accents were read in another encoding, whichever: `ÔÇ£Yes,ÔÇØ` -> `“Yes,”`.

`normalize.mojibake` knows the common pairs (ftfy: Latin-1, cp1252 and their kin). Here the text itself decides: an
encoding is right when all that looked odd becomes signs that stand where Western prose has them, and nothing else does.
"""

import re
from collections.abc import Callable
from functools import cache

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-125x: a byte without a character stays)
from ftfy.badness import is_bad

from llmpipe.corpus.encodings import BEYOND_ASCII, WESTERN

_WINDOWS = tuple(f"sloppy-windows-125{number}" for number in range(9))
_ISO = tuple(f"iso8859-{number}" for number in (1, 2, 3, 4, 5, 7, 9, 13, 15, 16))
_DOS = tuple(f"cp{number}" for number in (437, 737, 775, 850, 852, 855, 857, 858, 862, 866, 874))
_MAC = ("mac_roman", "mac_cyrillic", "mac_greek", "mac_latin2", "mac_turkish")
_SINGLE = (*_WINDOWS, *_ISO, "koi8-r", "koi8-u", *_MAC, *_DOS)
_DOUBLE = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "euc_kr", "johab")
_QUOTES = "‘’“”"
_SIGNS = _QUOTES + "–—…•‹›«»€£©®™°·×½¼¾±²³§¡¿"
_LETTERS = "éèêëàáâäãåçíìîïñóòôöõøúùûüýÿÉÈÀÁÂÄÅÇÍÎÏÑÓÔÖØÚÜßæœÆŒ"
# What may come out; where a sign took a byte of the character behind it along, ASCII too
_SENSE = frozenset(_SIGNS + _LETTERS + "\xa0" + "".join(map(chr, range(32, 127))))
_RUN = re.compile("[^\x00-\x7f]+")
_PRINTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\xad]")  # what programs do not show, and lose
_CONTRACTION = r"(?<=[a-z]){}(?=(?:s|t|re|ve|ll|d|m)\b)"
_MIN_CHANGED = 2  # characters, where each of them alone could be a letter
_MAX_BYTES = 1.4  # a character in UTF-8: with more it is no Western prose with a few odd signs


def recode(text: str) -> str:
    """The text with its odd signs read again; as it is when no encoding explains all of them."""
    if text.isascii() or len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES * len(text) or not _is_odd(text):
        return text
    runs = _RUN.findall(text)
    odd = next((run for run in runs if "\ufffd" not in run and not _SENSE.issuperset(run)), "")
    for right in ("utf-8", "cp1252"):
        for wrong in (*_SINGLE, *_DOUBLE):
            if odd and _turned(odd, wrong, right) is None:
                continue  # one run tells most encodings fast
            turned = _exactly(text, wrong, right)
            if turned is not None:
                return turned
    present = frozenset("".join(runs))
    for wrong in _SINGLE:
        turned = _by_table(text, wrong) if present & _firsts(wrong) else None
        if turned is not None:
            return turned
    return text


def _is_odd(text: str) -> bool:
    """Whether something beyond ASCII stands where Western prose has nothing such, or as wrong decoding leaves it."""
    return len(WESTERN.findall(text)) < len(BEYOND_ASCII.findall(text)) or bool(is_bad(text))


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
    return None if _is_odd(result) else result


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
def _firsts(wrong: str) -> frozenset[str]:
    return frozenset(look[0] for look in _table(wrong))


@cache
def _looks(wrong: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_table(wrong), key=lambda look: (-len(look), look)))))


def _by_table(text: str, wrong: str) -> str | None:
    """The same where characters were lost: what is left of a sign, and where it stands, say which it was."""
    table = _table(wrong)
    looks = {match[0] for match in _looks(wrong).finditer(text)}
    # a single letter may be a letter, but not in the place of an apostrophe: `itâs`
    looks = {look for look in looks if len(look) > 1 or re.search(_CONTRACTION.format(re.escape(look)), text)}
    if not looks:
        return None

    def turn(match: re.Match[str]) -> str:
        return _likeliest(table[match[0]], text, match) if match[0] in looks else match[0]

    turned = _looks(wrong).sub(turn, text)
    return None if _is_odd(turned) or "\ufffd" in turned else turned


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
