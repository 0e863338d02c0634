"""
Characters: undo wrong decoding, then one form for what looks the same, without losing what means something.

Never NFKC: it turns Chinese punctuation into ASCII and x² into x2. Each rule returns the text it was given when it
has nothing to do, so that a change can be told by comparing.
"""

import re
import sys
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import regex
from ftfy import TextFixerConfig, fix_text
from ftfy.badness import badness, is_bad

from llmpipe.corpus import kinds, word_arrays
from llmpipe.corpus.around import around
from llmpipe.corpus.characters import Characters, Look, apply
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.odd_letters import LOOKED_FOR as ODD_LETTERS
from llmpipe.corpus.text import HAN, HANGUL, KANA, PLANES, codes_of, num_han

# Letters that UTF-8 turns into when read as Latin-1 or cp1252, and what continues them: never a letter alone, but for
# à, whose second byte is a space, and the C1 controls
_LEADS = np.zeros(0x2DD, dtype=np.bool_)
_LEADS[0xA0:0x100] = True
_LEADS[list(map(ord, "ĂăĄąĆćĹŒœŠšŸŽžƒˆ˜"))] = True
_HAN_GATE = re.compile("[\u4e00-\u9fff]")
_OTHER_C1 = re.compile(r"[\x80-\x84\x86-\x9f]")
_NEXT_LINE = re.compile(r"(?<![\xa0-\xff])\x85")  # alone it is a line end, not an ellipsis of cp1252
_FTFY = TextFixerConfig(
    unescape_html=False,  # html.py does it, and only where it belongs
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    remove_terminal_escapes=False,
    normalization=None,
    explain=False,
)
# Ã and Â standing alone are letters, unless something else shows wrong decoding
_SUSPECT_REACH = 2  # characters beside a suspect that the library looks at
_LETTER = re.compile(r"(?<![^\s“‘\"'(«])[ÃÂ](?=[ ,.;:?!”’\"')»…]|$)")
_LATIN_GBK = re.compile("[\xa1-\xfe]{4}")
_TWO_BYTES, _MORE_BYTES, _GOES_ON = 1, 2, 4  # what the bytes of a character in GBK are in UTF-8
_PUNCTUATION = "，。、；：！？（）《》“”‘’…—·￥"
_GBK_RUN = re.compile(rf"[{HAN}\u0391-\u0451\u2010-\u2642\u3000-\u33d5\ue000-\uf8ff\ufe30-\uffe5€�]+[ -~]*")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")  # a page or column break parts words, too
_ANY_CONTROL = re.compile(_CONTROLS.pattern[:-1] + _LINE_ENDS.pattern.split("[")[1][:-1] + r"\r]")
_ASCII_CONTROLS = bytes({*range(32), 127} - {9, 10})
_SPACES = re.compile(r"[\xa0\u1680\u2000-\u200a\u202f\u205f]")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ue000-\uf8ff\u3164\uffa0\U000e0000-\U000e007f]"
)
_JOINERS_KEPT = regex.compile(
    # between emoji; between letters of scripts that write with them (Arabic, Indic and neighbours)
    r"(?<=[\p{Extended_Pictographic}\ufe0f\p{Emoji_Modifier}])\u200d(?=\p{Extended_Pictographic})"
    r"|(?<=[\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d](?=[\u0600-\u08ff\u0900-\u0dff])"
    r"|(?<=\U0001f3f4[\U000e0020-\U000e007e]*)[\U000e0020-\U000e007f]"
    r"|(?<=[\u1820-\u18aa])[\u180b-\u180f]"  # the forms of a Mongolian letter
)
# A rare Han character that a font had where Unicode has none; not the signs of symbol fonts, nor the space of GBK
_MISSING_HAN = re.compile(f"(?<=[{HAN}])[\ue000-\ue5e4\ue5e6-\uefff](?=[{HAN}])")
_GETA = "\u3013"  # 〓, what East Asian printers set for a character that they lack (JIS X 0208)
_SOFT_HYPHEN_END = regex.compile(r"(?<=\p{L})\u00ad\n(?=\p{Ll})")
_SELECTORS = regex.compile(r"(?<=\p{L})[\ufe00-\ufe0f\u0335\u0336]+")  # of emoji, and strokes, on letters
_HIDDEN = re.compile(_INVISIBLE.pattern[:-1] + r"\ufe00-\ufe0f\u0335\u0336]")
_OVERSTRIKE = re.compile(r"_\x08|(.)\x08(?=\1)")
# Compatibility characters that say no more than the plain ones: presentation forms, ligatures, styled letters, radicals
_COMPATIBLE = re.compile(
    "[\u2010\u2011\u24b6-\u24e9\u2e80-\u2fd5\ufb00-\ufb06\ufb50-\ufdff\ufe10-\ufe19\ufe30-\ufe6b\ufe70-\ufefc"
    "\uff61-\uff9f\U0001d400-\U0001d7ff\U0001f130-\U0001f149]+"
)
_ODD_FORM = re.compile(_COMPATIBLE.pattern[:-2] + "\u0400-\u045f]")
_SMALL = {"\ufe30": "：", "\ufe10": "，", "\ufe11": "、", "\ufe12": "。", "\u2010": "-", "\u2011": "-"}
_LOOKALIKES = str.maketrans("аеорсухіјѕАВЕКМНОРСТХ", "aeopcyxijsABEKMHOPCTX")
_MIXED = re.compile(r"[A-Za-z][\u0400-\u045f]|[\u0400-\u045f][A-Za-z]")
_MIXED_WORD = re.compile(r"[A-Za-zаеорсухіјѕАВЕКМНОРСТХ]+")
_BRAILLE_BLANK = re.compile("(?<![\u2801-\u28ff])\u2800+(?![\u2801-\u28ff])")
_JOINER_SIGNS = "\u200c\u200d\u180b\u180c\u180d\u180e\u180f\U0001f3f4"
_WIDE_LETTERS = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_WIDE_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE = re.compile("[\uff01-\uff5e]")
_WIDE_LETTER = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_MIN_GBK_RATIO = 0.3  # less is chance
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_EAST_ASIAN = re.compile(f"[{HAN}{KANA}{HANGUL}]")
_ROLE_TOKENS = re.compile(
    r"<[|｜][\w▁/-]{1,40}[|｜]>|</?(?:s|unk|pad|bos|eos|mask|sep|cls|start_of_turn|end_of_turn)>|<</?SYS>>|\[/?INST\]"
)
_SPACED_HAN = re.compile(rf"(?<=[{HAN}，。、；：！？]) +(?=[{HAN}，。、；：！？])")
_LONE_HAN = re.compile(rf"(?<=[{HAN}] )[{HAN}](?= [{HAN}])")
_TWO_LONE_HAN = re.compile(rf" [{HAN}] [{HAN}]")  # begins with a literal: fast
_WHITE_RUNS = ("  ", "\t", " \n", "\u3000\n")
_INNER_SPACES = re.compile(r"(?<=\S)(?: {2,}|[ \t]*\t[ \t]*)(?=\S)")
_IDEOGRAPHIC_SPACE, _FIRST_EAST_ASIAN = 0x3000, 0x2E80
_MIN_LONE = 3  # Han characters with a space on both sides: rare where spaces part words, columns or verses
_LONE_RATIO = 0.03
_BLANK_LINES = re.compile(r"\n{3,}")


def mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1, cp1252 or GBK, where it can be undone exactly. Curly quotes stay."""
    if text.isascii():
        return text
    if "\x85" in text and not _OTHER_C1.search(text):
        text = _NEXT_LINE.sub("\n", text)
    codes = codes_of(text)
    if has_signs(codes) and is_bad(_suspects(text)):
        text = _read_again(text, "latin-1", "gbk") if _LATIN_GBK.search(text) else text
        text = fix_text(text, _FTFY)
        codes = codes_of(text)
    return _undo_gbk(text, codes)


def may_be_misread(found: Characters) -> np.ndarray:
    """Which of several texts `mojibake` may change, bool (texts,)."""
    return _may_be_misread(found.codes, found.starts, found.ends, _gbk_starts())


@compiled
def _may_be_misread(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, gbk: np.ndarray) -> np.ndarray:
    likely = np.empty(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        part = codes[starts[text] : ends[text]]
        likely[text] = has_signs(part) or len(_begin_as_gbk(part, gbk)) > 0
    return likely


@compiled
def has_signs(codes: np.ndarray) -> bool:
    """
    Whether a text may hold what only wrong decoding makes, by its code points, uint32 (characters,).

    C1 controls, Ã, Â; or a letter of `_LEADS` before a character beyond ASCII, or behind one that is no such letter.
    Beside Chinese, Japanese and Korean characters a letter proves nothing.
    """
    for place in range(len(codes)):
        code = codes[place]
        if code < 0x80 or code >= len(_LEADS):
            continue
        if code < 0xA0 or code == 0xC2 or code == 0xC3:
            return True
        if not _LEADS[code]:
            continue
        after = codes[place + 1] if place + 1 < len(codes) else np.uint32(0)
        before = codes[place - 1] if place else np.uint32(0)
        if after >= 0x80 and not 0x2E80 <= after <= 0xFFEF:
            return True
        if before >= 0x80 and not 0x2E80 <= before <= 0xFFEF and (before >= len(_LEADS) or not _LEADS[before]):
            return True
    return False


def _suspects(text: str) -> str:
    """
    What of a text the library's expressions for unlikely sequences can match, with a sign in the place of the rest.

    All they match lies beside a character beyond ASCII that is not of East Asia: two others before it at most, two
    behind it. So they find as many here as in the whole text, which takes long.
    """
    codes = codes_of(_LETTER.sub("", text))
    return around(codes, _are_suspects(codes), _SUSPECT_REACH)


@compiled
def _are_suspects(codes: np.ndarray) -> np.ndarray:
    suspects = np.empty(len(codes), dtype=np.bool_)
    for place in range(len(codes)):
        code = codes[place]
        suspects[place] = 0x80 <= code < 0x2E80 or code == 0xF8FF or code == 0xFFFD
    return suspects


def _read_again(text: str, wrong: str, right: str) -> str:
    """Lines whose bytes make more sense in another encoding: `ÄãºÃ` (GBK read as Latin-1) -> `你好`."""
    return "\n".join(_read_line_again(line, wrong, right) for line in text.split("\n"))


def _read_line_again(line: str, wrong: str, right: str) -> str:
    try:
        turned = line.encode(wrong).decode(right)
    except UnicodeError:
        return line
    foreign = sum(character > "\x7f" for character in turned)
    common = sum("\u4e00" <= character <= "\u9fff" or character in _PUNCTUATION for character in turned)
    return turned if common >= 2 and common == foreign else line


def _undo_gbk(text: str, codes: np.ndarray) -> str:
    """
    UTF-8 read as GBK: `浣犲ソ` -> `你好`.

    The bytes of real Chinese in GBK are almost never valid UTF-8, so a line that can be turned round is mojibake.
    """
    begins = _begin_as_gbk(codes, _gbk_starts())
    if not len(begins) or not _HAN_GATE.search(text) or not _GBK_RUN.search(text):
        return text  # the first byte of a character makes a Han character
    lines = text.split("\n")
    for number in begins.tolist():
        lines[number] = _undo_gbk_line(lines[number])
    return "\n".join(lines)


def _undo_gbk_line(line: str) -> str:
    try:
        turned = _gbk_bytes(line).decode("utf-8")
    except UnicodeError:
        return line
    letters = sum(map(str.isalpha, line))
    return turned if letters >= 2 and len(turned) < len(line) else line


@compiled
def _begin_as_gbk(codes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Numbers of lines whose first characters beyond ASCII are, in GBK, the first bytes of a character in UTF-8."""
    found = np.empty(len(codes), dtype=np.int64)
    size = line = place = 0
    while place < len(codes):
        code = codes[place]
        place += 1
        line += code == 10
        if code < 0x80:
            continue
        bits = starts[code] if code < len(starts) else np.uint8(0)
        after = codes[place] if place < len(codes) else np.uint32(0)
        goes_on = after < len(starts) and starts[after] & _GOES_ON
        if bits & _TWO_BYTES or (bits & _MORE_BYTES and goes_on):
            found[size] = line
            size += 1
        while place < len(codes) and codes[place] != 10:
            place += 1
    return found[:size].copy()


@lru_cache(maxsize=1)
def _gbk_starts() -> np.ndarray:
    """Of each code point what its bytes in GBK may be in UTF-8, as bits, uint8 (65536,)."""
    table = np.zeros(2**16, dtype=np.uint8)
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            for sign in bytes((lead, trail)).decode("gbk", "ignore"):
                continues = 0x80 <= trail <= 0xBF
                table[ord(sign)] |= (
                    _TWO_BYTES * (0xC2 <= lead <= 0xDF and continues)
                    | _MORE_BYTES * (0xE0 <= lead <= 0xF4 and continues)
                    | _GOES_ON * (lead <= 0xBF)
                )
    table[ord("€")] |= _GOES_ON
    return table


def _gbk_bytes(text: str) -> bytes:
    """Windows' cp936 reads the byte 0x80 as the euro sign, Python's gbk does not know it."""
    return b"\x80".join(part.encode("gbk") for part in text.split("€"))


def mojibake_ratio(text: str, codes: np.ndarray | None = None, east_asian: int | None = None) -> float:
    """
    Share of characters that are U+FFFD or part of a sequence that only wrong decoding makes (0..1).

    Args:
        text: The text.
        codes: Its code points, where they are at hand, uint32 (characters,).
        east_asian: The number of its Han characters, kana and Hangul, where it is known.
    """
    if text.isascii():
        return 0.0
    codes = codes_of(text) if codes is None else codes
    if east_asian is None:
        east_asian = int(np.count_nonzero(kinds.of_codes(codes) >= kinds.HANGUL))
    bad = text.count("\ufffd") + (3 * badness(_suspects(text)) if has_signs(codes) else 0)
    return min(1.0, max(bad / max(len(text), 1), _gbk_ratio(text, codes, east_asian)))


def _gbk_ratio(text: str, codes: np.ndarray, han: int) -> float:
    """Share of a text that turns into Han characters when its GBK bytes are read as UTF-8, errors skipped."""
    # three bytes make one Han character of UTF-8 and one and a half of GBK
    if han < 8 or 1.5 * _most_ideographs(codes, _gbk()) <= _MIN_GBK_RATIO * han:
        return 0.0
    encoded = text.replace("€", "").encode("gbk", "ignore")
    ratio = 1.5 * len(_IDEOGRAPH.findall(encoded.decode("utf-8", "ignore"))) / han
    return ratio if ratio > _MIN_GBK_RATIO else 0.0


@lru_cache(maxsize=1)
def _gbk() -> np.ndarray:
    """The two bytes of each code point in GBK, 0 for those that have none or one, uint16 (65536,)."""
    table = np.zeros(2**16, dtype=np.uint16)
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            sign = bytes((lead, trail)).decode("gbk", "ignore")
            if len(sign) == 1 and sign.encode("gbk", "ignore") == bytes((lead, trail)):
                table[ord(sign)] = lead << 8 | trail
    table[ord("€")] = 0  # some have it in one byte
    return table


@compiled
def _most_ideographs(codes: np.ndarray, gbk: np.ndarray) -> int:
    """No fewer than the Han characters that the bytes of a text in GBK are in UTF-8; what has none there is skipped."""
    number = length = 0  # bytes so far of what may be such a character
    for code in codes:
        if code < 0x80:
            length = 0
            continue
        pair = gbk[code] if code < len(gbk) else np.uint16(0)
        if not pair:
            continue
        for shift in (8, 0):
            byte = np.int64(pair) >> shift & 0xFF
            if 0xE4 <= byte <= 0xE9:
                length = 1
            elif length and byte & 0xC0 == 0x80:
                length += 1
                if length == 3:
                    number += 1
                    length = 0
            else:
                length = 0
    return number


def canonical(text: str) -> str:
    """NFC: letters with their accents as one character."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def width(text: str) -> str:
    """Full-width letters and digits to ASCII; punctuation too in a text without East Asian letters."""
    if text.isascii() or not _WIDE.search(text):
        return text
    if not _EAST_ASIAN.search(text):
        return text.translate(_WIDE_ASCII)
    return text.translate(_WIDE_LETTERS) if _WIDE_LETTER.search(text) else text


def compatible(text: str) -> str:
    """Ligatures, presentation forms, styled letters and radicals as plain characters; x², ½, ①, ™ stay as they are."""
    if text.isascii() or not _ODD_FORM.search(text):
        return text
    if _MIXED.search(text):  # a Latin word with letters of Cyrillic that look alike
        text = _MIXED_WORD.sub(lambda match: _latin(match[0]), text)
    return _COMPATIBLE.sub(lambda match: _plain(match[0]), text)


def _latin(word: str) -> str:
    return word.translate(_LOOKALIKES) if _MIXED.search(word) else word


def _plain(run: str) -> str:
    return "".join(_SMALL.get(sign) or _plain_sign(sign) for sign in run) if run[0] < "\uff61" else _nfkc(run)


def _plain_sign(sign: str) -> str:
    """NFKC; vertical and small forms are punctuation of Chinese, which is wide."""
    found = _nfkc(sign)
    wide = "\ufe10" <= sign <= "\ufe6b" and len(found) == 1 and "!" <= found <= "~"
    return chr(ord(found) + 0xFEE0) if wide else found


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def invisible(text: str) -> str:
    """
    Remove zero-width, direction, tag and private characters; those inside emoji, of scripts that write with them stay.

    A private character between Han characters was one of them: a sign for it stays in its place.
    """
    if text.isascii() or not _HIDDEN.search(text):
        return text
    text = _SELECTORS.sub("", text)
    if not _INVISIBLE.search(text):
        return text
    if "\u00ad\n" in text:
        text = _SOFT_HYPHEN_END.sub("-\n", text)  # there it is seen; `unwrap` makes the word whole
    text = _MISSING_HAN.sub(_GETA, text)
    kept = {match.start() for match in _JOINERS_KEPT.finditer(text)} if _has_joiners(text) else set()
    return _INVISIBLE.sub(lambda match: match[0] if match.start() in kept else "", text)


def _has_joiners(text: str) -> bool:
    return any(sign in text for sign in _JOINER_SIGNS)


def controls(text: str) -> str:
    """Remove control characters and terminal escapes; every kind of line end becomes a newline."""
    if text.isascii():
        if len(text.encode().translate(None, _ASCII_CONTROLS)) == len(text):
            return text
    elif not _ANY_CONTROL.search(text):
        return text
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\x08" in text:
        text = _OVERSTRIKE.sub("", text)
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def spaces(text: str) -> str:
    """Every kind of space to the plain one, except the ideographic space."""
    if "\u2800" in text:
        text = _BRAILLE_BLANK.sub(" ", text)
    return _SPACES.sub(" ", text)


def reserved(text: str) -> str:
    """Spell out what tokenizers reserve: U+2581 stands for a space there, `<|user|>`, `<s>`, `[INST]` start roles."""
    if "▁" in text:
        text = text.replace("▁", "_")
    if "<" not in text and "INST]" not in text:
        return text
    return _ROLE_TOKENS.sub(lambda match: f"{match[0][0]} {match[0][1:-1]} {match[0][-1]}", text)


def whitespace(text: str) -> str:
    """No space at line ends, no runs of spaces inside lines, at most one blank line, no spaces spread between Han."""
    if "\u3000" in text and not _EAST_ASIAN.search(text):
        text = text.replace("\u3000", " ")
    if any(run in text for run in _WHITE_RUNS):
        lines = [line.rstrip() for line in text.split("\n")]
        # an indented line may be code or a table: its inner spaces may be alignment
        text = "\n".join(_with_single_spaces(line) for line in lines)
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    text = text.strip("\n").rstrip()
    return _close_han(text.lstrip() if "\n" not in text else text)


def may_be_spaced(found: Characters) -> np.ndarray:
    """Which of several texts `whitespace` may change, bool (texts,)."""
    return _may_be_spaced(found.codes, found.starts, found.ends, word_arrays.table())


@compiled
def _may_be_spaced(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, flags: np.ndarray) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        begin, end = starts[text], ends[text]
        if begin == end:
            continue
        found = (flags[codes[begin]] | flags[codes[end - 1]]) & word_arrays.WHITE != 0
        for place in range(begin, end):
            code = codes[place]
            if code == _IDEOGRAPHIC_SPACE or code == 9:
                found = True
            elif code == 32 or code == 10:
                after = codes[place + 1] if place + 1 < end else np.uint32(0)
                if code == 32 and (after == 32 or after == 10):
                    found = True
                elif code == 10 and after == 10:
                    found |= place + 2 < end and codes[place + 2] == 10
                elif place + 3 < end and after >= _FIRST_EAST_ASIAN and codes[place + 2] == 32:
                    found |= codes[place + 3] >= _FIRST_EAST_ASIAN  # two Han characters that stand alone
            if found:
                break
        likely[text] = found
    return likely


def _with_single_spaces(line: str) -> str:
    return line if line[:1].isspace() or ("  " not in line and "\t" not in line) else _INNER_SPACES.sub(" ", line)


def _close_han(text: str) -> str:
    """Remove spaces between Han characters where they are strewn over the text, as scanners leave them."""
    if text.isascii() or not _TWO_LONE_HAN.search(text):
        return text
    lone = len(_LONE_HAN.findall(text))
    strewn = lone >= _MIN_LONE and lone >= _LONE_RATIO * num_han(text)
    return _SPACED_HAN.sub("", text) if strewn else text


# In this order: wrong decoding first (its C1 controls are data), reserved strings last (they may appear by then)
CHARACTER_RULES: dict[str, Callable[[str], str]] = {
    "controls": controls,
    "invisible": invisible,
    "compatible": compatible,
    "width": width,  # before `canonical`: an accent does not join a full-width letter
    "canonical": canonical,
    "spaces": spaces,
    "reserved": reserved,
}


# The characters without one of which a rule has nothing to do
_LOOKED_FOR = {
    "controls": _ANY_CONTROL,
    "invisible": _HIDDEN,
    "compatible": _ODD_FORM,
    "width": _WIDE,
    "spaces": re.compile(_SPACES.pattern[:-1] + "\u2800]"),
    "html": re.compile("<"),
    "entities": re.compile("&"),
    "reserved": re.compile("[▁<\\]]"),
    "odd_letters": ODD_LETTERS,
}
_BITS = {name: 1 << bit for bit, name in enumerate([*_LOOKED_FOR, "canonical"])}
_FIRST_ACCENT = 0x300  # no character before is another one in NFC, whatever stands before it
_JAMO = range(0x1100, 0x1200)  # parts of Hangul, which join


@lru_cache(maxsize=1)
def _sign_bits() -> np.ndarray:
    """For each code point a bit for each rule that looks for it, uint16."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint16)
    codes = np.concatenate([np.arange(PLANES), np.arange(0xE0000, 0x110000)])  # and tags and private ones
    every = "".join(map(chr, codes.tolist()))
    for name, pattern in _LOOKED_FOR.items():
        table[codes[[match.start() for match in pattern.finditer(every)]]] |= _BITS[name]
    table[codes[[place for place, sign in enumerate(every) if _may_join(sign)]]] |= _BITS["canonical"]
    return table


def _may_join(sign: str) -> bool:
    """Whether a character is another one in NFC, or may become one with that before it."""
    if ord(sign) < _FIRST_ACCENT or "\u3400" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3":
        return False
    joins = unicodedata.category(sign)[0] == "M" or ord(sign) in _JAMO
    return joins or not unicodedata.is_normalized("NFC", sign)


def _has(name: str, found: Characters) -> np.ndarray:
    """Which texts have a character that a rule looks for, bool (texts,)."""
    return found.bits(_sign_bits()) & _BITS[name] > 0


LOOKS: dict[str, Look] = {name: partial(_has, name) for name in _BITS} | {
    "mojibake": may_be_misread,
    "whitespace": may_be_spaced,
}


def characters(text: str) -> tuple[str, list[str]]:
    """Apply the character rules; the text and the names of the rules that changed it."""
    return apply(text, CHARACTER_RULES, LOOKS)


def normalize(text: str) -> str:
    """All rules of this module, for the texts of task examples."""
    return whitespace(characters(mojibake(text))[0])
