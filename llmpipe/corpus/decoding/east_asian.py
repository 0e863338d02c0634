"""
Chinese that was read in an encoding of another country: `繩蟹峇` (GB18030 read as Big5) -> `扬蚯埃`.

Whatever the two encodings are, what comes out are characters that nobody uses often. So a line is read again when its
characters are none of the usual ones, some pair of encodings explains all of it, byte by byte, and what it says then
is made of usual characters. `normalize.mojibake` knows the pair GBK and UTF-8 and needs no such proof.
"""

import codecs
import re
from functools import cache

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-125x: a byte without a character stays)
import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.plausible import common_han
from llmpipe.corpus.text import codes_of

_DOUBLE = ("cp950", "big5hkscs", "big5", "cp932", "euc_jp", "cp949", "euc_kr", "gb18030")
_SINGLE = (
    *(
        "latin-1",
        "sloppy-windows-1252",
        "sloppy-windows-1251",
        "koi8-r",
        "koi8-u",
        "mac_roman",
        "cp437",
        "cp850",
        "cp866",
        "sloppy-windows-1250",
        "sloppy-windows-1253",
    ),
    *(
        "sloppy-windows-1254",
        "iso8859-2",
        "iso8859-5",
        "iso8859-7",
        "iso8859-15",
        "mac_cyrillic",
        "cp852",
        "cp855",
        "cp858",
    ),
)
_WRITTEN = ("gb18030", "utf-8", "big5hkscs", "cp932", "euc_jp")  # what was meant, the likelier first
# The most frequent characters of modern Chinese, some 70 % of any text; in traditional script, too
_USUAL = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此"
    "已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代"
    "内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打女变四神总何电数安少"
    "报才结反受目太量再感建务做接必场件计管期市直资命山金指许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即"
    "像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取望觉术领共确传师观清今切院让识候带导争运曰"
    "這個們來為國說時會對著過發後裡種經麼學現當沒動還進樣開從實軍無與長機業問將兩間點戰頭體見產話員聲論處義幾條氣題別變"
    "總電數報結務場計統區隊決馬書則聽卻達強難權設記類據邊張該規萬覺術領確傳師觀認識帶導爭運"
    "，。、；：？！「」《》（）"
)
_HIRAGANA = tuple(range(0x3041, 0x3097))
_MIN_SIGNS = 8  # beyond ASCII in a line: of fewer a share is chance
_MAX_STRANGE = 0.15  # of them usual ones, where a line is looked at
_MIN_USUAL = 0.4  # and in what it is then
_MIN_SHARE = 0.5  # of a line's characters beyond ASCII; with fewer it is Western prose
_SHOWN, _MOST_SHOWN = 3, 120  # lines that choose the encodings, and characters of each
_LONG = 20  # signs beyond ASCII: of a shorter line, a name, all may be common and none usual
_MIN_RARE = 0.2  # of a shorter one
_NEWLINE = 10
_BEYOND = re.compile("[\x00-\x7f]+")
_EAST_ASIAN = re.compile("[\u2014-\u2026\u3001-\u3017\u3041-\u30ff\u4e00-\u9fff\uff01-\uff5e·]+")


def east_asian(text: str) -> str:
    """The text with its wrongly read lines of Chinese and Japanese read again, where that loses nothing."""
    if text.isascii():
        return text
    lines = text.split("\n")
    strange = np.flatnonzero(_strange_lines(codes_of(text), _usual(), _common(), len(lines))).tolist()
    found = _likely([lines[number] for number in strange])
    if found is None:
        return text
    pairs = ((line, _read(line, *found)) for line in lines)
    return "\n".join(_turned(line, turned) or _like_others(line, turned) for line, turned in pairs)


def may_be_east_asian(found: Characters) -> np.ndarray:
    """Which of several texts `east_asian` may change, bool (texts,)."""
    return _any_strange(found.codes, found.starts, found.ends, _usual(), _common())


@cache
def _usual() -> np.ndarray:
    """Whether a code point is a usual character of Chinese or Japanese, bool (65536,)."""
    table = np.zeros(2**16, dtype=np.bool_)
    table[[*map(ord, _USUAL), *_HIRAGANA]] = True
    return table


@cache
def _common() -> np.ndarray:
    """Whether a code point is one of some 8,000 common Han characters or a mark beside them, bool (65536,)."""
    table = common_han().copy()
    table[[*map(ord, "·—…‘’“”"), *range(0x3000, 0x3020), *range(0xFF01, 0xFF5F)]] = True
    return table


@compiled
def _is_strange(codes: np.ndarray, begin: int, end: int, usual: np.ndarray, common: np.ndarray) -> bool:
    """Whether a line is mostly beyond ASCII, and next to nothing of that is usual; a short one has rare signs, too."""
    beyond = known = plain = rare = 0
    for place in range(begin, end):
        code = codes[place]
        if code >= 0x80:
            beyond += 1
            known += code < len(usual) and usual[code]
            rare += code >= len(common) or not common[code]
        else:
            plain += 65 <= (code & 0xDF) <= 90
    told = beyond >= _LONG or (beyond >= _MIN_SIGNS and rare >= _MIN_RARE * beyond)
    return bool(told and beyond >= _MIN_SHARE * (beyond + plain) and known < _MAX_STRANGE * beyond)


@compiled
def _any_strange(
    codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, usual: np.ndarray, common: np.ndarray
) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        begin = starts[text]
        for place in range(starts[text], ends[text] + 1):
            if place == ends[text] or codes[place] == _NEWLINE:
                if _is_strange(codes, begin, place, usual, common):
                    likely[text] = True
                    break
                begin = place + 1
    return likely


@compiled
def _strange_lines(codes: np.ndarray, usual: np.ndarray, common: np.ndarray, num_lines: int) -> np.ndarray:
    """Which lines of a text are strange, bool (lines,)."""
    found = np.zeros(num_lines, dtype=np.bool_)
    begin = line = 0
    for place in range(len(codes) + 1):
        if place == len(codes) or codes[place] == _NEWLINE:
            found[line] = _is_strange(codes, begin, place, usual, common)
            line += 1
            begin = place + 1
    return found


def _likely(lines: list[str]) -> tuple[str, str] | None:
    """The pair of encodings that makes usual characters of most of the first lines; None where there is none."""
    values: dict[tuple[str, str], int] = {}
    for line in (line[:_MOST_SHOWN] for line in lines[:_SHOWN]):
        for wrong in (*_DOUBLE, *_SINGLE):
            data = _bytes(line, wrong)
            for right in _WRITTEN if data else ():
                if right != wrong and _turned(line, _beginning(data, right)):
                    values[right, wrong] = values.get((right, wrong), 0) + len(line)
    # the likelier where several explain as much
    return max(values, key=lambda pair: (values[pair], -_WRITTEN.index(pair[0])), default=None)


def _bytes(line: str, wrong: str) -> bytes:
    """What a line was before it was read; b"" when it cannot have been read so."""
    try:
        return line.encode(wrong)
    except UnicodeError:
        return b""


def _beginning(data: bytes, right: str) -> str:
    """Bytes in an encoding, whose last character may be cut; "" when some of them are none."""
    try:
        return codecs.getincrementaldecoder(right)().decode(data)
    except UnicodeError:
        return ""


def _read(line: str, right: str, wrong: str) -> str:
    """A line in the right encoding; "" when some of it is none."""
    try:
        return _bytes(line, wrong).decode(right)
    except UnicodeError:
        return ""


def _turned(line: str, turned: str) -> str:
    """What a strange line says in another encoding; "" when it makes no more sense so."""
    usual = _share(turned)
    return turned if usual >= _MIN_USUAL and usual > 2 * _share(line) and _is_written(turned) else ""


def _is_written(line: str) -> bool:
    """Whether a line has no controls, and more letters beyond ASCII than marks: rows of stars are rows of brackets."""
    letters = sum(sign > "\x7f" and sign.isalpha() for sign in line)
    return line.isprintable() and 2 * letters > sum(sign > "\x7f" for sign in line)


def _like_others(line: str, turned: str) -> str:
    """A line whose encodings others have shown, if every sign in it becomes one of East Asia; else as it is."""
    beyond = _BEYOND.sub("", turned)
    return turned if beyond and not _EAST_ASIAN.sub("", beyond) and _share(turned) >= _share(line) else line


def _share(line: str) -> float:
    """Share of usual characters among those beyond ASCII."""
    beyond = codes_of(line)
    beyond = beyond[beyond >= 0x80]
    usual = _usual()
    known = usual[np.where(beyond < len(usual), beyond, 0)]
    return float(known.mean()) if len(beyond) else 0.0
