"""Rich text (RTF 1.9): groups, control words, characters by number and by byte."""

import codecs
import re

_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_SKIPPED = frozenset(
    word
    for words in (
        "aftncn annotation atnauthor atndate atnicn atnid author buptim colorschememapping colortbl comment",
        "company creatim datastore defchp defpap docvar falt filetbl fldinst fonttbl footer footerf footerl",
        "footerr ftncn ftnsep generator header headerf headerl headerr info keywords latentstyles",
        "listoverridetable listtable manager nonshppict objdata operator pict pgdsctbl printim private revtbl",
        "revtim rsidtbl shpinst stylesheet subject template themedata title upr wgrffmtfilter xe xmlnstbl",
    )
    for word in words.split(" ")
)
_WORDS = {
    "par": "\n",
    "line": "\n",
    "sect": "\n\n",
    "page": "\n\n",
    "row": "\n",
    "cell": " | ",
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
}
_SIGNS = {"~": "\xa0", "_": "-", "-": "", "\n": "\n", "\r": "\n"}
_CHARSETS = {
    128: "cp932",
    129: "cp949",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    204: "cp1251",
    238: "cp1250",
}
_CHARSET = re.compile(r"\\fcharset(\d+)")


def rich_text(text: str) -> str:
    r"""The text of an RTF file (`{\rtf1 ...}`), read as its bytes are; the text itself when nothing is left."""
    if not text.lstrip().startswith("{\\rtf"):
        return text
    parts: list[str] = []
    codes = bytearray()
    encoding = _encoding(text)
    stack: list[tuple[int, bool]] = []
    fallback, skipped, ahead = 1, False, 0  # characters that stand for one by number; inside of no text; to leave out

    def flush() -> None:
        if codes:
            parts.append(codes.decode(encoding, "replace"))
            codes.clear()

    for match in _TOKEN.finditer(text):
        word, number, byte, sign, brace, plain = match.groups()
        if brace == "{":
            flush()
            stack.append((fallback, skipped))
            ahead = 0
        elif brace == "}":
            flush()
            fallback, skipped = stack.pop() if stack else (1, False)
            ahead = 0
        elif sign == "*" or (word in _SKIPPED):
            skipped = True
        elif word == "uc":
            fallback = int(number or 1)
        elif skipped:
            continue
        elif byte is not None:
            if ahead:
                ahead -= 1
            else:
                codes.append(int(byte, 16))
        elif word == "u" and number:
            flush()
            parts.append(chr(int(number) % 65536))
            ahead = fallback
        elif word is not None:
            flush()
            parts.append(_WORDS.get(word, ""))
        elif sign is not None:
            flush()
            parts.append(_SIGNS.get(sign, sign))
        elif plain:
            flush()
            parts.append(plain[ahead:])
            ahead = max(0, ahead - len(plain))
    flush()
    found = "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()
    return found or text


def _encoding(text: str) -> str:
    """What bytes are in: a font of East Asia says more than the code page of the machine."""
    fonts = [_CHARSETS[int(found)] for found in _CHARSET.findall(text[:4000]) if int(found) in _CHARSETS]
    page = re.search(r"\\ansicpg(\d+)", text[:400])
    names = [*fonts, f"cp{page[1]}" if page else "cp1252", "cp1252"]
    for name in names:
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return "cp1252"
