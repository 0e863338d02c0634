"""Which encoding a file of text has: by its mark, as UTF-8, as its HTML says, or by charset-normalizer."""

import codecs
import re
from pathlib import Path

from charset_normalizer import CharsetMatch, from_bytes

from llmpipe.corpus.sources.streams import BLOCK, open_bytes
from llmpipe.corpus.text import HAN
from llmpipe.sections.encoding import codec

UTF8 = "utf-8"
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EVIDENCE_BYTES = 2**15  # of lines that are not ASCII: enough to tell, quick to judge
_SURROGATE = re.compile("[\udc80-\udcff]")
_THREE_BYTES = re.compile("[\u0800-\ud7ff\ue000-\U0010ffff]")  # in UTF-8, or more
BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_HAN = re.compile(f"[{HAN}]+")
_FREQUENT = "的一是不了在人有我他这中大来上个国之其以而也为年日"
_FREQUENT_RATIO, _ENOUGH_HAN = 0.02, 100  # Chinese titles have 0.07, prose 0.12 to 0.28
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_:.-]+)""", re.IGNORECASE)
# What Western prose has beyond ASCII: typographic signs anywhere, letters beside other letters or as words like "à".
WESTERN = re.compile(
    "[‘’“”„‚–—…•«»‹›°§©®™£€¥¢·¡¿×÷±²³½¼¾µº\xa0]|(?<=[A-Za-z])[À-ÿŒœŠšŽžŸ]|[À-ÿŒœŠšŽžŸ](?=[A-Za-z])"
    "|(?<![^\\s\"'(-])[ÀÁÈÉÊÍÓÔàáèéêìíòóôùú](?=\\s)"
)
# As browsers read these names (WHATWG, Encoding Standard): the larger set that is meant.
_MEANT = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252"}


def named(name: str) -> str | None:
    """The encoding that a header or a page means by a name, or None."""
    try:
        found = codec(name)
    except (LookupError, ValueError):  # names with NUL and the like are ValueErrors
        return None
    return None if found.startswith("utf-16") else _MEANT.get(found, found)  # its mark would have said so


def file_encoding(path: Path, given: str, html: bool = False) -> str:
    """The encoding of a file; `given` is that of its source, "auto" to find out from the first bytes."""
    with open_bytes(path) as stream:
        sample = stream.read(BLOCK)
        complete = len(sample) < BLOCK
    if given == "auto":
        return detect(sample, complete=complete, html=html)
    found = codec(given)
    if found in ("utf-16", "utf-32"):  # which of the two orders, its mark says
        return marked(sample) or f"{found}-le"
    return UTF8 if found == "utf-8-sig" else found


def marked(sample: bytes) -> str | None:
    """The encoding whose byte order mark begins the bytes, or None."""
    return next((encoding for mark, encoding in _MARKS if sample.startswith(mark)), None)


def detect(sample: bytes, complete: bool = True, html: bool = False) -> str:
    """
    The encoding of the first bytes of a file: a marked one, UTF-8, what HTML declares, GB18030 or cp1252.

    Bytes that fit none of these are called UTF-8, so that the records that are not get reported. So are those with
    many valid UTF-8 sequences: a file with some bad records is not a file in another encoding.

    Args:
        sample: The first bytes.
        complete: Whether they are all; else a character may be cut at their end.
        html: Whether a `<meta charset>` counts.
    """
    if found := marked(sample):
        return found
    text = codecs.getincrementaldecoder(UTF8)("surrogateescape").decode(sample, complete)
    bad = len(_SURROGATE.findall(text))
    if not bad:
        return UTF8
    # chance makes valid sequences as well: in Chinese text in GB18030 about one for four bad bytes, all of two bytes
    if len(BEYOND_ASCII.findall(text)) - bad + len(_THREE_BYTES.findall(text)) >= bad:
        return UTF8
    if html and (declared := _META.search(sample)) and (found := named(declared[1].decode("ascii"))):
        return found
    return _guess(_evidence(sample), complete)


def _evidence(sample: bytes) -> bytes:
    """The lines that are not ASCII: between thousands of plain ones they would not be seen."""
    return b"\n".join(line for line in sample.split(b"\n") if not line.isascii())


def _guess(evidence: bytes, complete: bool) -> str:
    complete = complete and len(evidence) <= _EVIDENCE_BYTES
    evidence = evidence[:_EVIDENCE_BYTES]
    # first: a letter with an accent and the one behind it are a character of GB18030, too
    if _is_western(evidence.decode("cp1252", "replace")) and _match(evidence, "cp1252"):
        return "cp1252"
    cuts = range(1 if complete else 4)  # bytes of a character that the end may have cut
    if any(_is_chinese(evidence[: len(evidence) - cut]) for cut in cuts):
        return "gb18030"
    return UTF8


def _is_chinese(evidence: bytes) -> bool:
    """Whether bytes are GB18030 to the last, half of it Han characters beside ASCII, and those common ones."""
    try:
        text = evidence.decode("gb18030")
    except UnicodeDecodeError:
        return False
    # Han characters alone: formulas and markup between them look like noise to the library
    han = "".join(_HAN.findall(text))
    if 2 * len(han) < len(BEYOND_ASCII.findall(text)):
        return False
    if len(han) >= _ENOUGH_HAN and sum(map(han.count, _FREQUENT)) < _FREQUENT_RATIO * len(han):
        return False  # Korean in EUC-KR gives common characters as well, but not these
    return _match(han.encode("gb18030"), "gb18030") is not None


def _match(evidence: bytes, encoding: str) -> CharsetMatch | None:
    return from_bytes(evidence, cp_isolation=[encoding], preemptive_behaviour=False, enable_fallback=False).best()


def _is_western(text: str) -> bool:
    """Whether nine of ten characters beyond ASCII stand where Western prose has them: `ÿþ` is no word."""
    return 10 * len(WESTERN.findall(text)) >= 9 * len(BEYOND_ASCII.findall(text))
