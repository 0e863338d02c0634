"""
Marks of notes that a text copied from an encyclopedia kept and whose notes are gone: `.[12]`, `[citation needed]`.

A text that has its list of references keeps its marks, and so do places in an array.
"""

import re

_NUMBER = r" ?\d{1,3}(?: ?[,–-] ?\d{1,3}){0,3} ?\](?::\d{1,4}(?:[,–-]\d{1,4})*)?"
_LETTER = r"(?:(?:note|nb|n|a|lower-alpha|注|註|注释|註釋|参|參) ?\d{1,2}|[a-h])\]"
# each begins with its bracket, which is searched for fast; then comes what must stand before it
_BEHIND_STOP = re.compile(
    rf"\[(?<=[.!?,;:。！？，；：、”\"’'）)」』]\[)(?:{_NUMBER}|{_LETTER})(?:\[(?:{_NUMBER}|{_LETTER}))*(?![A-Za-z(\[])"
)
_BEHIND_WORD = re.compile(rf"\[(?<=[^\W\d_]\[){_NUMBER}(?:\[{_NUMBER})*(?![A-Za-z0-9(\[=])")
_FIRST = re.compile(r"\d+")
_LISTED = re.compile(rf"^ *(?:\[{_NUMBER}|\d{{1,3}}\. \^|\^)(?: |\w)", re.MULTILINE)
_ASKS = (
    "edit|edit source|citations? needed|(?:better|additional|non-primary) source needed|clarification needed|"
    "(?:full|page|original) citation needed|pages? needed|original research\\?|dubious(?: – discuss)?|"
    "disputed(?: – discuss)?|who\\?|when\\?|where\\?|which\\?|why\\?|how\\?|by whom\\?|according to whom\\?|vague|"
    "verification needed|failed verification|dead link|"
    "编辑|编辑 ?\\| ?编辑源代码|編輯|編輯 ?\\| ?編輯原始碼|来源请求|來源請求|"
    "需要引文|需要解释|谁[？?]|何时[？?]|哪里[？?]|失效链接|失效連結|永久失效链接|永久失效連結|原创研究[？?]?|原創研究[？?]?|查证请求|查證請求"
)
_ASKED = re.compile(rf"(?<=[^\s(\[])(?: (?=\[\w+ \w+))?\[(?:{_ASKS})\](?!\()", re.IGNORECASE)
_MIN_WORD_MARKS = 2


def notes(text: str) -> str:
    """A text without marks of notes, unless it has the notes."""
    if "`" in text or _LISTED.search(text):
        return text
    text = _ASKED.sub("", text)
    marks = list(_BEHIND_STOP.finditer(text))
    if not marks or not _ascend([match[0] for match in marks]):
        return text
    words = [match[0] for match in _BEHIND_WORD.finditer(text)]
    if words and _ascend(words) and len(marks) + len(words) >= _MIN_WORD_MARKS:
        text = _BEHIND_WORD.sub("", text)
    return _BEHIND_STOP.sub("", text)


def _ascend(marks: list[str]) -> bool:
    """Whether most numbers of notes are none below the one before; one may be cited again."""
    numbers = [int(found[0]) for mark in marks if (found := _FIRST.search(mark))]
    falls = sum(after < before for before, after in zip(numbers, numbers[1:], strict=False))
    return 3 * falls <= len(numbers)
