r"""
Escapes that a program left in prose, read at last: `It=E2=80=99s`, `caf\u00e9`, `%E4%BD%A0`, `&acirc;&euro;&trade;`.

A document about escapes has them too, so each kind has to make sense of itself: what comes out is typographic signs,
accented letters or Han characters and nothing else, and what stands in code or in an address stays.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from email.errors import HeaderParseError
from email.header import decode_header
from functools import partial
from html import unescape
from quopri import decodestring
from urllib.parse import unquote_plus, unquote_to_bytes

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.plausible import common_han
from llmpipe.corpus.text import HAN, codes_of

_EQUALS, _PERCENT, _BACKSLASH, _LESS, _AND, _PLUS, _TILDE, _U, _RUN = (1 << bit for bit in range(9))
_SIGNS = "‘’“”„–—…•‹›«»€£¥©®™°·×÷§±²³½¼¾¡¿\xa0"
_LETTERS = "\u00c0-\u024f\u1e00-\u1eff"
_OTHER_SCRIPTS = r"\u0370-\u03ff\u0400-\u04ff\u3000-\u30ff\uff01-\uff5e\uac00-\ud7a3"
_EMOJI = "\u2190-\u21ff\u2600-\u27bf\ufe0f\U0001f300-\U0001faff"
_SENSE = re.compile(rf"[{_EMOJI}\x80-\xbfˆ˜†‡‰‚ƒ{_SIGNS}{_LETTERS}{HAN}{_OTHER_SCRIPTS} -~\n]+")
_ENCODED_WORD = re.compile(r"=\?[A-Za-z0-9-]+\?[BbQq]\?[^?\s]+\?=")
_SHIFTED = re.compile(r"\+([A-Za-z0-9+/]{3,})(?:-|(?![A-Za-z0-9+/]))")
_SEVEN_BITS = re.compile(r"~\{((?:[!-w][!-~])+)~\}")
_SHIFTED_OUT = re.compile("\x0e((?:[!-w][!-~])+)\x0f")
_DESIGNATION = "\x1b$)A"
_CODE = re.compile(r"`[^`\n]*`|https?://\S+|www\.\S+|\bb'[^'\n]{1,40}'")
_CODEPOINTS = r"20(?:1[0-9a-f]|2[0126]|3[9a]|ac)|2122|00[a-f][0-9a-f]|30[0-9a-f]{2}|[4-9][0-9a-f]{3}|ff[0-5][0-9a-f]"
_HIGH = "[89A-Fa-f][0-9A-Fa-f]"
_NAMES = "[lr][sd]quo|[nm]dash|hellip|bull|euro|[AEIOUaeiou](?:grave|acute|circ|uml)|[ANOano]tilde|[Cc]cedil"
_NAMES += "|szlig|trade|deg|pound|[lr]aquo|frac1[24]|middot"
# Of UTF-8 or GBK, or of accents inside of words: `n=95` and `id=93A` are none
_QUOTED = re.compile(
    r"=C[23]=[89AB][0-9A-F]|=E[2-9](?:=[89AB][0-9A-F]){2}|(?:=[89A-F][0-9A-F]){4}"
    r"|[a-z]=(?:E[0-9A-F]|F[1-9A-C]|92)(?=[a-z=\s]).*?[a-z]=(?:E[0-9A-F]|F[1-9A-C]|92)(?=[a-z=\s])",
    re.DOTALL,
)
_SOFT_BREAK = re.compile(r"(?<=.{50})=\n")
_MIN_BREAKS = 2
_COMMON = re.compile("[\u4e00-\u9fff\u3000-\u3011\uff00-\uff5e“”‘’—…·]")
_MOST = 0.9
_MOST_LATIN = 0.7  # of the bytes are ASCII: no Chinese
_HAN_BEGIN, _HAN_END = 0x3400, 0xF900  # with Hangul between them, which no Chinese or English text has
_LONG_SHIFTED = 6  # characters that by chance would make no sense
_MIN_SHIFTED = 2  # runs of UTF-7: `+IBM` alone is a firm
_MARKS = re.compile(rf"[{_SIGNS}{_LETTERS}\u3000-\u3011\uff00-\uff5e]")
_BASE64 = re.compile("[A-Za-z0-9+/]{60}")
_LINE, _MIN_LINES = 60, 3  # characters of a line of base64; lines
_BASE64_LINE = re.compile("[A-Za-z0-9+/]+=*")
_BASE64_END = re.compile("(?=.*[0-9+/=])[A-Za-z0-9+/]{2,}={0,2}")
_BASE64_TEXT = re.compile(r"(?<![A-Za-z0-9+/=?])[A-Za-z0-9+/]{60,}(?:\n[A-Za-z0-9+/]+)*={0,2}(?![A-Za-z0-9+/=])")
_UUENCODED = re.compile(r"^begin [0-7]{3} .*\n(?:[ -`]{1,61}\n)*end$", re.MULTILINE)
# Words as a form or a script sends them, behind their field's name or not: `It%E2%80%99s+late%2C+he+said`
_SENT = re.compile(
    r"(?:^(?:\w{1,20}=)?|(?<=[\s=&\"'>:：，。]))[A-Za-z0-9_.~!*'()/?:;,+%-]{20,}(?![^\s&\"'<，。])", re.MULTILINE
)
_JOINED = re.compile(r"^[A-Za-z]\w*(?:\+[\w%.'()!~*-]+)+$", re.MULTILINE)
_FIELD = re.compile(r"\w{1,20}=")
_OTHER_ESCAPE = re.compile(r"%(?!20|0[Aad])[0-9A-Fa-f]{2}")
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_URL_START = re.compile(r"/|www\.|[\w.-]+/")
_HAN_SIGN = re.compile(f"[{HAN}]")
_FILE = re.compile(r"\.[A-Za-z0-9]{2,4}$")
_MIN_PLUS = 4  # in a line without spaces
_MIN_SENT_WORDS, _MIN_OTHER, _MOST_WORD = 5, 2, 12  # words, escapes of other signs, mean characters of a word
_STRING = re.compile(
    r"\\(?:r\\n|x[89A-Fa-f][0-9A-Fa-f]|[nrt\"/\\])"
)  # what else is escaped where code points are (RFC 8259)
_STRING_SIGNS = {"n": "\n", "r": "\n", "t": "\t"}
_BYTE = re.compile("%([0-9A-Fa-f]{2})")  # beside `%u201C` (ECMA-262, escape)
_BARE_QUOTE = re.compile(r"(?<!\\)\"")
_URL_SIGNS = re.compile(r"[/@]|=\S*&|&\S*=")


def escapes(text: str) -> str:
    """The text with its escapes read; as it is when they make no sense, or stand in code or addresses."""
    codes = codes_of(text)
    found = int(_look(codes, 0, len(codes)))
    if not found:
        return text
    sent = text
    if found & _RUN:
        text = _detached(_texts(text))
    if found & _EQUALS:
        text = _unquoted(_ENCODED_WORD.sub(lambda match: _words(match) or match[0], text))
    if found & _TILDE:
        text = _SEVEN_BITS.sub(_doubled, _SHIFTED_OUT.sub(_doubled, text)).replace(_DESIGNATION, "")
    if found & _PERCENT:
        text = _SENT.sub(_sent, text)
    for sign, is_sure, pattern, read in _RULES:
        if found & sign and pattern.search(text) and is_sure(text):
            kept = [match.span() for match in _CODE.finditer(text)]
            escaped = text
            text = pattern.sub(partial(_read, read=read, kept=kept), text)
            if read is _points and text != escaped:
                text = _strings(text) if _is_string(escaped) else text
                text = _BYTE.sub(lambda byte: chr(int(byte[1], 16)), text) if "%u" in escaped else text
    return _spaced(sent, text) if found & _PERCENT and "+" in text and text != sent else text


def may_be_escaped(found: Characters) -> np.ndarray:
    """Which of several texts `escapes` may change, bool (texts,)."""
    return _may_be_escaped(found.codes, found.starts, found.ends)


@compiled
def _may_be_escaped(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    likely = np.empty(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        likely[text] = _look(codes, starts[text], ends[text]) != 0
    return likely


@compiled
def _look(codes: np.ndarray, begin: int, end: int) -> int:
    """
    Which signs stand before what they stand before in escapes, a bit for each; whether there is a long run.

    Args:
        codes: Code points, uint32.
        begin: Where a text begins in them.
        end: Where it ends.
    """
    found = run = 0
    for place in range(begin, end - 1):
        code = codes[place]
        if code <= 32 or code > 126:
            run = 0
            found |= _TILDE * (code == 14)
            continue
        run += 1
        if run == _LINE:
            found |= _RUN
        if (48 <= code <= 59) or (64 <= code <= 91) or (97 <= code <= 122 and code != 117):
            continue  # digits and letters but `u`
        after = codes[place + 1]
        upper, lower, digit = 65 <= after <= 70, 97 <= after <= 102, 48 <= after <= 57
        if code == 61 and (upper or digit or after == 63 or after == 10):
            found |= _EQUALS
        elif code == 37 and (upper or lower or digit or after == 117):
            found |= _PERCENT
        elif code == 92 and (after == 120 or after == 117 or after == 39 or after == 92 or after == 50 or after == 51):
            found |= _BACKSLASH
        elif code == 60 and (lower or digit or after == 85):
            found |= _LESS
        elif code == 38 and (after == 35 or (after | 32) >= 97):
            found |= _AND
        elif code == 43 and 43 <= after <= 122:
            found |= _PLUS
        elif code == 126 and after == 123:
            found |= _TILDE
        elif code == 117 and digit and place + 4 < end:
            third, fourth = codes[place + 2], codes[place + 4]
            found |= _U * ((48 <= third <= 57 or 97 <= third <= 102) and (48 <= fourth <= 57 or 97 <= fourth <= 102))
    return found


def _detached(text: str) -> str:
    """Without files that a mail carries as letters: base64 in lines, uuencode (POSIX)."""
    if "\nend" in text and "begin " in text:
        text = _UUENCODED.sub("", text)
    lines = text.split("\n")
    bad = [len(line) >= _LINE and " " not in line and _BASE64_LINE.fullmatch(line) is not None for line in lines]
    if sum(bad) < _MIN_LINES:
        return text
    for number in range(1, len(lines)):
        bad[number] |= bad[number - 1] and _BASE64_END.fullmatch(lines[number]) is not None
    return "\n".join(line for line, is_bad in zip(lines, bad, strict=True) if not is_bad)


def _texts(text: str) -> str:
    """Without the dress of base64 where that is of a text in UTF-8, as in bodies of mail."""
    return _BASE64_TEXT.sub(lambda match: _text_of(match[0]) or match[0], text)


def _text_of(encoded: str) -> str:
    try:
        found = b64decode(encoded.replace("\n", ""), validate=True).decode()
    except ValueError:
        return ""
    known = "".join(_SENSE.findall(found))
    words = len(found.split())
    is_prose = len(_HAN_SIGN.findall(found)) * 2 > len(found) or len(found) <= _MOST_WORD * words
    return found.replace("\r\n", "\n") if is_prose and len(known) >= _MOST * len(found) else ""


def _read(match: re.Match[str], read: Callable[[re.Match[str]], str | None], kept: list[tuple[int, int]]) -> str:
    if any(begin <= match.start() < end for begin, end in kept):
        return match[0]
    found = read(match)
    return found if found is not None and _SENSE.fullmatch(found) else match[0]


def _bytes(digits: str, base: int = 16) -> Callable[[re.Match[str]], str | None]:
    """Reads a run of bytes, each so many digits behind some prefix."""
    return lambda match: _decoded(bytes(int(found, base) for found in re.findall(digits, match[0])))


def _decoded(data: bytes) -> str | None:
    """Bytes as text, of which a pair of GBK makes common characters, and a byte of cp1252 a sign or a letter."""
    latin = sum(byte < 0x80 for byte in data) > _MOST_LATIN * len(data)
    for encoding in ("utf-8", "cp1252", "gb18030") if latin else ("utf-8", "gb18030", "cp1252"):
        try:
            found = data.decode(encoding)
        except UnicodeError:
            continue
        if encoding == "utf-8" or _is_likely(found, encoding):
            return found
    return None


def _is_likely(found: str, encoding: str) -> bool:
    """Any bytes are characters in these encodings: nearly all of GBK's must be common, cp1252's stand alone."""
    beyond = re.sub("[\x00-\x7f]+", "", found)
    if encoding == "cp1252":
        return not re.search(r"[^\x00-\x7f]{4}", found)
    return len(beyond) > 1 and len(_COMMON.findall(beyond)) >= _MOST * len(beyond)


def _unquoted(text: str) -> str:
    """A text that is quoted-printable (RFC 2045) whole, as bytes that can be decoded; or the text itself."""
    if not text.isascii() or not (_QUOTED.search(_CODE.sub("", text)) or len(_SOFT_BREAK.findall(text)) >= _MIN_BREAKS):
        return text
    found = _decoded(decodestring(text.encode("ascii")))
    return text if found is None else found


def _spaced(text: str, turned: str) -> str:
    """What was read of what a form sent, with spaces in its other words and short lines, too: `Late+again%21`."""
    turned = _JOINED.sub(lambda match: unquote_plus(match[0]), turned)
    before, after = text.split("\n"), turned.split("\n")
    if len(before) != len(after):
        return turned
    pairs = zip(before, after, strict=True)
    return "\n".join(
        new.replace("+", " ") if new != old and " " not in old and new.count("+") >= _MIN_PLUS else new
        for old, new in pairs
    )


def _sent(match: re.Match[str]) -> str:
    """Words that a form sent, with their spaces; a part of an address, the name of a file and sums stay."""
    text, field = match.string, _FIELD.match(match[0])
    run = match[0][field.end() :] if field else match[0]
    before = re.split(r"\s", text[max(0, match.start() - 200) : match.start()])[-1]
    if len(_OTHER_ESCAPE.findall(run)) < _MIN_OTHER or _NO_ESCAPE.search(run) or _FILE.search(run) or "://" in run:
        return match[0]
    if "?" in before or "/" in before or _URL_START.match(run):
        return match[0]
    found = _decoded(unquote_to_bytes(run if "%20" in run else run.replace("+", " ")))
    if found is not None and len(_OTHER_ESCAPE.findall(found)) >= _MIN_OTHER and " " not in found:  # twice
        found = _decoded(unquote_to_bytes(found if "%20" in found else found.replace("+", " ")))
    if found is None or not (found := found.replace("\r\n", "\n")).replace("\n", "").isprintable():
        return match[0]
    words = found.split()
    is_chinese = len(_HAN_SIGN.findall(found)) * 2 > len(found)
    is_prose = len(words) >= _MIN_SENT_WORDS and len(found) <= _MOST_WORD * len(words)
    return found if is_chinese or is_prose else match[0]


def _percent(match: re.Match[str]) -> str | None:
    """A run of `%E4`, unless the word that it is in has the signs of an address."""
    text, start, end = match.string, match.start(), match.end()
    while start and "!" <= text[start - 1] <= "~" and match.start() - start < 60:
        start -= 1
    while end < len(text) and "!" <= text[end] <= "~" and end - match.end() < 60:
        end += 1
    return None if _URL_SIGNS.search(text[start:end]) else _HEX(match)


def _is_string(text: str) -> bool:
    r"""Whether a text was one string of JSON: code points as `\u2019`, no bare quotes and no bare line breaks."""
    return "\\u" in text and "\n" not in text.strip() and not _BARE_QUOTE.search(text) and "`" not in text


def _names(match: re.Match[str]) -> bool:
    """Whether an escape stands between quotes, as one does that a text speaks of."""
    around = match.string[match.start() - 1 : match.start()] + match.string[match.end() : match.end() + 1]
    return len(around) == 2 and all(sign in "\"'“”" for sign in around)


def _strings(text: str) -> str:
    """A text out of a string of JSON: where its code points were escaped, so were its line breaks and quotes."""
    return _STRING.sub(
        lambda match: (
            chr(int(match[0][2:], 16)) if match[0][1] == "x" else _STRING_SIGNS.get(match[0][1], match[0][-1])
        ),
        text,
    )


def _points(match: re.Match[str]) -> str | None:
    """Code points in hexadecimal digits, those of pairs of surrogates joined; not a letter that is only named."""
    if len(match[0]) == 6 and match[0][-4:-2] == "00" and _names(match):
        return None
    units = "".join(chr(int(digits, 16)) for digits in re.findall("[0-9A-Fa-f]{4}", match[0]))
    try:
        return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeError:
        return None


def _long_points(match: re.Match[str]) -> str | None:
    """Code points of five digits and more (Python), or in braces (ECMAScript)."""
    return "".join(chr(int(digits, 16)) for digits in re.findall(r"(?:U000|\{)([0-9A-Fa-f]{2,5})", match[0]))


def _shifted(match: re.Match[str]) -> str | None:
    """A run of UTF-7 (RFC 2152): base64 of UTF-16."""
    body = match[1]
    if len(body) * 6 % 16 >= 6:
        return None
    try:
        found = b64decode(body + "=" * (-len(body) % 4)).decode("utf-16-be")
    except (ValueError, UnicodeError):
        return None
    return None if found.isascii() or not _are_common(found) else found


def _are_common(found: str) -> bool:
    """Whether next to all East Asian characters of a text are common ones: words joined by plus signs are any."""
    codes = codes_of(found)
    known = common_han()[codes[(codes >= _HAN_BEGIN) & (codes < _HAN_END)]]
    return bool(known.sum() >= _MOST * len(known))


def _is_shifted(text: str) -> bool:
    """Whether a long run, or several and no base64, could be of UTF-7."""
    found = [_shifted(match) or "" for match in _SHIFTED.finditer(text)]
    sensible = [one for one in found if _SENSE.fullmatch(one) and (_MARKS.search(one) or len(one) > 1)]
    if any(len(one) >= _LONG_SHIFTED for one in sensible):
        return True
    return len(sensible) >= max(_MIN_SHIFTED, len(found) / 2) and not _BASE64.search(text)


def _entities(match: re.Match[str]) -> str | None:
    """Several references in a row: what they are the bytes of, the rules for wrong decoding will see."""
    found = unescape(match[0])
    return found if re.fullmatch("[\x80-\u024f\u02c0-\u02df\u2010-\u2044€™]+", found) else None


def _words(match: re.Match[str]) -> str | None:
    """Encoded words of a mail's head (RFC 2047)."""
    try:
        return "".join(
            part.decode(charset or "ascii") if isinstance(part, bytes) else part
            for part, charset in decode_header(match[0])
        )
    except (ValueError, LookupError, HeaderParseError):
        return None


def _doubled(match: re.Match[str]) -> str:
    """A run of GB 2312 in seven bits: that of HZ (RFC 1843), or between shift-out and shift-in (RFC 1922)."""
    try:
        found = bytes(ord(sign) | 0x80 for sign in match[1]).decode("gb2312")
    except UnicodeError:
        return match[0]
    return found if _SENSE.fullmatch(found) else match[0]


_HEX = _bytes("[0-9A-Fa-f]{2}")
_ANY: Callable[[str], object] = bool
_IN_RTF = re.compile(r"\\'(?:9[1-7]|85)").search  # quotation marks: `\'ec` alone may be an accent of LaTeX
_BARE = re.compile(
    r"[a-z]u2019(?:s|t|re|ve|ll|d|m)\b|u201c.*?u201d|u00[ef][0-9a-f].*?u00[ef][0-9a-f]", re.DOTALL
).search
# (signs of `_look` that say it may be there, whether the text has them, the run, how it is read)
_RULES: tuple[tuple[int, Callable[[str], object], re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_EQUALS, _ANY, re.compile(r"(?:=[89A-F][0-9A-F]){2,}"), _HEX),
    (_PERCENT, _ANY, re.compile(rf"%{_HIGH}(?:%[0-9A-Fa-f]{{2}})+|(?<!\d)%{_HIGH}"), _percent),
    (_BACKSLASH, _ANY, re.compile(rf"\\+x{_HIGH}(?:\\+x[0-9A-Fa-f]{{2}})+|(?<=[a-z])\\+x{_HIGH}(?=[a-z])"), _HEX),
    (_BACKSLASH, _ANY, re.compile(r"(?:\\[23][0-7]{2}){2,}"), _bytes("[0-7]{3}", 8)),
    (_LESS, _ANY, re.compile(rf"(?:<{_HIGH}>){{2,}}"), _HEX),
    (_BACKSLASH, _IN_RTF, re.compile(rf"\\'{_HIGH}(?:\\'[0-9A-Fa-f]{{2}})*"), _HEX),
    (_BACKSLASH | _PERCENT, _ANY, re.compile(rf"(?i:(?:\\+u|%u)(?:{_CODEPOINTS}|d[89a-f]..))+"), _points),
    (_BACKSLASH, _ANY, re.compile(r"(?:\\U000[01][0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{2,5}\})+"), _long_points),
    (_LESS, _ANY, re.compile(rf"(?:<U\+(?:{_CODEPOINTS})>)+", re.IGNORECASE), _points),
    (_U, _ANY, re.compile(r"(?<!\\)(?:u(?:30[0-9a-f]{2}|[4-9][0-9a-f]{3}|ff[0-5][0-9a-f])){3,}"), _points),
    (_U, _BARE, re.compile(r"u(?:20(?:1[3489cd]|26|ac)|00[a-f][0-9a-f]|01[0-7][0-9a-f])"), _points),
    (_PLUS, _is_shifted, _SHIFTED, _shifted),
    (_AND, _ANY, re.compile(r"(?i:&(?:amp;)*(?:#\d{2,5}|#x[0-9a-f]{2,4}|[a-z]{3,7}\d?);){2,}"), _entities),
    (_AND, _ANY, re.compile(rf"&(?:{_NAMES})(?![;=]|[A-Za-z0-9]*;)"), lambda match: unescape(match[0] + ";")),
)  # fmt: skip
