r"""
Texts that are a string behind a name, in any language of programs or settings: `text = "..."`, `Body="..."`, YAML.

What is left without the strings must be names, numbers and signs: words side by side would be a text that quotes.
"""

import re
import textwrap

_STRING = re.compile(
    r"""(?P<name>[\w@.-]+)(?:\\?["'])?\s*[:=]\s*(?P<quote>\\"|\"{3}|'{3}|["'`])"""
    r"(?P<body>(?:(?!(?P=quote))(?:[^\\]|\\.))*)(?P=quote)",
    re.DOTALL,
)
_SIGN = re.compile(r"[:=]\s*\\?[\"'`]")
_PROSE = re.compile("[^\\W\\d_]+ [^\\W\\d_]+ [^\\W\\d_]+|[\u3400-\u9fff]|[.!?] [A-Z]")
_ROW = r"[A-Za-z]\w*: ?\S.*"
_YAML = re.compile(rf"(?:{_ROW}\n)+[A-Za-z]\w*: ?[|>][+-]?\n((?:(?: +.*)?\n)*(?: +.*))\n?(?:{_ROW}\n?)*")
_SENTENCE = re.compile(r"[.!?…][\"'”’)]*(?:\s|\\n|$)|[。！？]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "", "t": "\t"}
_MIN_SHARE = 0.5
_MIN_SIZE = 30  # characters, a Han character three
_HTML_CODES = {"3c": "<", "3e": ">", "26": "&", "22": '"', "27": "'"}
_HTML_CODE = re.compile(r"\\u00(3c|3e|26|22|27)", re.IGNORECASE)
_TAG_CODES = re.compile(r"\\u003c/?[a-z][^<>]*?\\u003e", re.IGNORECASE)


def assigned(text: str) -> str:
    """The string that is most of a text, its escapes read; the text itself where none is."""
    if block := _YAML.fullmatch(text):
        return textwrap.dedent(block[1])
    first = _SIGN.search(text)
    if first is None or _PROSE.search(text[: first.start()]):
        return _with_tags(text)
    longest = max(_STRING.finditer(text), key=lambda match: len(match["body"]), default=None)
    if longest is None or len(longest["body"]) < _MIN_SHARE * len(text):
        return _with_tags(text)
    body = longest["body"].replace("\\\\n", "\\n")
    size = len(body) + 2 * len(re.findall("[\u3400-\u9fff]", body))
    if size < _MIN_SIZE or not _SENTENCE.search(body) or _PROSE.search(_STRING.sub(" ; ", text)):
        return _with_tags(text)
    return _ESCAPE.sub(lambda escape: _sign(escape[1]), body).strip("\n")


def _sign(escape: str) -> str:
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _ESCAPES.get(escape, escape)


def _with_tags(text: str) -> str:
    r"""Tags whose brackets JSON wrote as numbers, `\u003cp\u003e`, as tags, for `html` to read."""
    if "\\u003" not in text or "`" in text or not _TAG_CODES.search(text):
        return text
    return _HTML_CODE.sub(lambda match: _HTML_CODES[match[1].lower()], text)
