"""
Wrong decoding in parts of a text, read again place by place: one line, one word, what lost bytes, an accent in a word.

`recode` asks for one encoding that explains all of a text. Here each place stands for itself, so the evidence must be
in it: bytes that are valid UTF-8 of what prose has; or a sign inside of a word that no language writes there.
"""

import re
from functools import cache, partial

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-125x: a byte without a character stays)
import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.decoding.one_byte import FOREIGN, IN_WORD, one_byte
from llmpipe.corpus.text import codes_of

_WINDOWS, _LATIN = "sloppy-windows-1252", "latin-1"
_WRONG = (
    *(_WINDOWS, _LATIN, "mac_roman", "cp437", "cp850", "sloppy-windows-1251", "sloppy-windows-1250", "koi8-r", "cp866"),
    *("mac_cyrillic", "iso8859-2", "iso8859-15", "sloppy-windows-1253", "sloppy-windows-1254", "sloppy-windows-1256"),
    *("sloppy-windows-1257", "cp852", "cp874", "iso8859-5", "iso8859-7", "cp737", "cp775", "cp855", "cp857", "cp862"),
    *("mac_greek", "mac_turkish", "mac_latin2", "koi8-u", "sloppy-windows-1255", "sloppy-windows-1258"),
)
_SIGNS = "‘’“”„–—…•‹›«»€£¢¥©®™°·×½¼¾±²³§¡¿\xa0"
_LETTERS = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f"
_CHINESE = "\u4e00-\u9fff\u3000-\u301f\u30fb\uff01-\uff5e"
_STRONG = re.compile(f"[{_SIGNS}{_CHINESE}]")  # three bytes, most of them
_EMOJI = "\u2190-\u21ff\u2600-\u27bf\ufe0f\U0001f300-\U0001faff"
_SENSE = re.compile(f"[{_EMOJI}{_SIGNS}{_LETTERS}{_CHINESE}]*")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe2-\xe9\xef][\x80-\xbf]{2}|\xf0\x9f[\x8c-\xab][\x80-\xbf]")
_MAX_LEFT = 0.34  # of the bytes of a run that were lost or belong to something else
_RARE_COST = 4  # common characters that a rare one outweighs
_HALF_SIGNS = ("sloppy-windows-1252", "latin-1")
_A_GRAVE, _I_ACUTE = (
    re.compile(r"(?<![^\s'])Ã(?= )"),
    re.compile("(?<=[A-Za-z])Ã(?=[a-z])"),
)  # their second bytes are not seen
_SURE = 12  # bytes of nothing but UTF-8: no chance, whatever signs they are
_TWO_HAN = 6  # bytes of two Chinese characters
_SENSIBLE, _SIGN, _RARE = 1, 2, 4  # what a character is worth that was found: nothing without the first
_MIN_LETTERS = 2  # where no sign is among what was found
_MARKS = ("þÿ", "ÿþ")  # that UTF-16 begins with
_TIMES = 3  # that a text may have been read wrongly

_MIN_IN_WORD = 2  # one beside a control character
_S, _T, _M, _D, _L, _R, _V, _E = map(ord, "stmdlrve")  # that stand behind the apostrophe of a contraction


def reread(text: str) -> str:
    """The text with its damaged places read again; as it is where nothing proves damage."""
    if text.isascii():
        return text
    if text[:2] in _MARKS and "\x00" in text:
        text = text[2:]
    encodings, words = _look(codes_of(text), *_tables())
    for _ in range(_TIMES):
        if not encodings:
            break
        turned = _as_utf8(text, encodings)
        if turned == text:
            break
        text = turned
        encodings, words = _look(codes_of(text), *_tables())
    return one_byte(text) if words >= _MIN_IN_WORD else text


def may_be_reread(found: Characters) -> np.ndarray:
    """Which of several texts `reread` may change, bool (texts,)."""
    return _may_be_reread(found.codes, found.starts, found.ends, *_tables())


@compiled
def _may_be_reread(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, leads: np.ndarray, nexts: np.ndarray, odd: np.ndarray
) -> np.ndarray:
    likely = np.empty(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        begin, end = starts[text], ends[text]
        encodings, words = _look(codes[begin:end], leads, nexts, odd)
        marked = end - begin > 1 and codes[begin] >= 0xFE and codes[begin + 1] >= 0xFE  # as UTF-16 is
        likely[text] = encodings != 0 or words >= _MIN_IN_WORD or marked
    return likely


@cache
def _tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    What each code point may be a sign of, each (65536,).

    Returns:
        The encodings in which it shows a first byte of UTF-8, a bit for each, uint32; those in which it shows a later
        one; how odd it is inside of a word, uint8.
    """
    leads, nexts = np.zeros(2**16, dtype=np.uint32), np.zeros(2**16, dtype=np.uint32)
    odd = np.zeros(2**16, dtype=np.uint8)
    for number, wrong in enumerate(_WRONG):
        for byte in range(0x80, 0xF0):
            for sign in bytes((byte,)).decode(wrong, "ignore"):
                if byte < 0xC0:
                    nexts[ord(sign)] |= np.uint32(1 << number)
                elif byte >= 0xC2:
                    leads[ord(sign)] |= np.uint32(1 << number)
    odd[[code for code in range(0x80, 0x2600) if IN_WORD.search(f"a{chr(code)}a")]] = 1
    odd[list(map(ord, FOREIGN))] = _MIN_IN_WORD
    return leads, nexts, odd


@compiled
def _look(codes: np.ndarray, leads: np.ndarray, nexts: np.ndarray, odd: np.ndarray) -> tuple[int, int]:
    """The encodings in which a first byte stands before a later one, a bit for each; how many words are odd inside."""
    found = np.uint32(0)
    words = 0
    before = np.uint32(0)
    control = False
    for place in range(len(codes)):
        code = codes[place]
        if code < 0x80 or code >= len(leads):
            before = np.uint32(0)
            continue
        found |= before & nexts[code]
        before = leads[code]
        in_word = place > 0 and 97 <= codes[place - 1] | 0x20 <= 122
        words += int(odd[code]) * int(in_word)
        if in_word and not 0x2018 <= code <= 0x2019 and _is_contracted(codes, place + 1):
            words += _MIN_IN_WORD
        control |= code < 0xA0
    return int(found), words + control


@compiled
def _is_contracted(codes: np.ndarray, place: int) -> bool:
    """Whether here stands what is behind an apostrophe, no letter behind it: `s`, `t`, `m`, `d`, `ll`, `re`, `ve`."""
    if place >= len(codes):
        return False
    first, end = codes[place], place + 1
    if first in (_L, _R, _V) and end < len(codes):
        if codes[end] != (_L if first == _L else _E):
            return False
        end += 1
    elif first not in (_S, _T, _M, _D):
        return False
    return end >= len(codes) or not 97 <= codes[end] | 0x20 <= 122


# --- UTF-8 -------------------------------------------------------------------------------------------


def _as_utf8(text: str, encodings: int) -> str:
    """
    Runs of characters of one encoding whose bytes are UTF-8: the encoding that makes most sense first.

    Args:
        text: The text.
        encodings: Those to try, a bit for each of `_WRONG`.
    """
    values = _values(codes_of(text), encodings, *_found())
    for number in sorted(np.flatnonzero(values > 0).tolist(), key=lambda number: -values[number]):
        wrong = _WRONG[number]
        if _values(codes_of(text), 1 << number, *_found())[number] > 0:  # what another one read is gone
            text = _beyond(wrong).sub(partial(_turned_match, wrong=wrong), text)
            text = _stumps(wrong).sub(_likeliest, text)
            if wrong in _HALF_SIGNS:
                text = _I_ACUTE.sub("í", _A_GRAVE.sub("à", text))
    return text


@cache
def _beyond(wrong: str) -> re.Pattern[str]:
    """Two characters and more that stand for bytes beyond ASCII."""
    signs = {bytes((byte,)).decode(wrong, "ignore") for byte in range(0x80, 0x100)} - {""}
    return re.compile(f"[{re.escape(''.join(sorted(signs)))}]{{2,}}")


@cache
def _found() -> tuple[np.ndarray, np.ndarray]:
    """
    What tells how much an encoding finds.

    Returns:
        The byte that each code point stands for in each of `_WRONG`, 0 for one of ASCII or none, uint8 (encodings,
        65536); for each code point what it is worth when it is found, as bits, uint8 (65536,).
    """
    shown = np.zeros((len(_WRONG), 2**16), dtype=np.uint8)
    for number, wrong in enumerate(_WRONG):
        for byte in range(0x80, 0x100):
            for sign in bytes((byte,)).decode(wrong, "ignore"):
                shown[number, ord(sign)] = byte
    worth = np.zeros(2**16, dtype=np.uint8)
    for code in (*range(0xC0, 0x180), *range(0x2000, 0x2140), *range(0x3000, 0xA000)):  # of two and of three bytes
        sign = chr(code)
        worth[code] = (
            _SENSIBLE * bool(_SENSE.fullmatch(sign)) | _SIGN * bool(_STRONG.match(sign)) | _RARE * _is_rare(sign)
        )
    return shown, worth


@compiled
def _values(codes: np.ndarray, encodings: int, shown: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """
    How much each encoding finds: signs and common characters; 0 when it is too little to be sure, or nonsense.

    It finds a typographic sign, two Chinese characters, or a letter with an accent behind a plain one and before no
    other sign, as the encoding shows their bytes; what makes no sense is none.

    Args:
        codes: The code points of a text, uint32 (characters,).
        encodings: Those that are asked, a bit for each; the others find nothing.
        shown: As `_found` has it.
        worth: As `_found` has it.

    Returns:
        int64 (encodings,).
    """
    values = np.zeros(len(shown), dtype=np.int64)
    for number in range(len(shown)):
        if not encodings >> number & 1:
            continue
        signs = letters = rare = place = 0
        while place < len(codes):
            size = 0
            if place + 2 < len(codes) and (codes[place] >= 0x80 or codes[place + 1] >= 0x80):
                size, first = _found_at(codes, place, shown[number])
            if not size:
                place += 1
                continue
            place += size
            one = worth[first]
            other = worth[_three_bytes(codes, place - 3, shown[number])] if size == _TWO_HAN else np.uint8(_SENSIBLE)
            if one & other & _SENSIBLE:
                letters += 1
                rare += (one & _RARE != 0) + (other & _RARE != 0)
                signs += (one & (_SIGN | _RARE) == _SIGN) + (other & (_SIGN | _RARE) == _SIGN)
        if signs > 0 or letters >= _MIN_LETTERS:
            values[number] = signs + letters - _RARE_COST * rare
    return values


@compiled
def _found_at(codes: np.ndarray, place: int, shown: np.ndarray) -> tuple[int, int]:
    """How many characters from a place on an encoding reads as one of what it finds, or 0, and the first one read."""
    if codes[place] < 0x80:
        if not (0x41 <= codes[place] <= 0x5A or 0x61 <= codes[place] <= 0x7A):
            return 0, 0
        lead = _byte(codes, place + 1, shown)
        ends = place + 3 >= len(codes) or codes[place + 3] < 0x80
        if 0xC3 <= lead <= 0xC5 and _is_later(codes, place + 2, shown) and ends:
            return 3, (lead & 0x1F) << 6 | (_byte(codes, place + 2, shown) & 0x3F)
        return 0, 0
    lead = _byte(codes, place, shown)
    if not (0xE2 <= lead <= 0xE9 and _is_later(codes, place + 1, shown) and _is_later(codes, place + 2, shown)):
        return 0, 0
    if lead == 0xE2:
        sign = _byte(codes, place + 1, shown) <= 0x84
        return (3, _three_bytes(codes, place, shown)) if sign else (0, 0)
    again = 0xE3 <= _byte(codes, place + 3, shown) <= 0xE9
    if again and _is_later(codes, place + 4, shown) and _is_later(codes, place + 5, shown):
        return _TWO_HAN, _three_bytes(codes, place, shown)
    return 0, 0


@compiled
def _byte(codes: np.ndarray, place: int, shown: np.ndarray) -> int:
    """The byte that a character stands for; 0 for one of ASCII, or none, or behind the end."""
    inside = place < len(codes) and codes[place] < len(shown)
    return int(shown[codes[place]]) if inside else 0


@compiled
def _is_later(codes: np.ndarray, place: int, shown: np.ndarray) -> bool:
    return 0x80 <= _byte(codes, place, shown) <= 0xBF


@compiled
def _three_bytes(codes: np.ndarray, place: int, shown: np.ndarray) -> int:
    """The code point of three bytes of UTF-8."""
    first, second = _byte(codes, place, shown) & 0xF, _byte(codes, place + 1, shown) & 0x3F
    return first << 12 | second << 6 | (_byte(codes, place + 2, shown) & 0x3F)


def _is_rare(sign: str) -> bool:
    """Whether a Han character is neither of GB 2312 nor of the first level of Big5."""
    if not "\u4e00" <= sign <= "\u9fff":
        return False
    try:
        return not sign.encode("gb2312", "ignore") and not sign.encode("big5") < b"\xc9"
    except UnicodeError:
        return True


def _turned_match(match: re.Match[str], wrong: str) -> str:
    return _turned(match[0], wrong)


def _turned(run: str, wrong: str) -> str:
    """A run with the UTF-8 in it decoded; as it is when too much of it is none, or what comes out makes no sense."""
    data = run.encode(wrong, "ignore")
    found = _UTF8.findall(data)
    size = sum(map(len, found))
    if not found or len(data) - size > max(1, _MAX_LEFT * len(data)):
        return run
    turned = b"".join(found).decode()
    if size == len(data) >= _SURE:
        return turned
    if not _SENSE.fullmatch(turned) and (turned == run or _turned(turned, wrong) == turned):
        return run  # nor is it what was read wrongly before
    if size == len(data):
        return turned
    left = _UTF8.sub(lambda match: b"\x00" + match[0] + b"\x01", data)
    parts = re.split(rb"\x00(.*?)\x01", left, flags=re.DOTALL)
    return "".join(part.decode() if n % 2 else part.decode(wrong) for n, part in enumerate(parts))


@cache
def _stumps(wrong: str) -> re.Pattern[str]:
    """What is left of a typographic sign that lost its third byte: nothing behind it, or a sign for what is lost."""
    return re.compile(re.escape(b"\xe2\x80".decode(wrong, "replace")) + "(?:\ufffd|\\?|\x9d)?(?![\x80-\U0010ffff])")


def _likeliest(match: re.Match[str]) -> str:
    """The sign that stands in such a place; of the quotation marks only the last one has a byte that is often lost."""
    text = match.string
    before, after = text[match.start() - 1 : match.start()] or " ", text[match.end() : match.end() + 1] or " "
    if before.isalnum() and after.isalnum():
        return "’"
    if before.isspace() and after.isspace():
        return "–"
    return "“" if before.isspace() or before in "([" else "”"
