"""Subtitles, captions and lyrics: SubRip, WebVTT, SubViewer, SubStation Alpha, LRC, and transcripts with times."""

import re

_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,:]\d{1,3})?"
_CUE = re.compile(rf"^[ \t]*{_TIME}[ \t]*(?:-->|,)[ \t]*{_TIME}(?:[ \t].*)?$", re.MULTILINE)
_NUMBER = re.compile(r"\s*\d{1,6}\s*")
_BLOCK = re.compile(r"(?ms)^(?:NOTE|STYLE|REGION)\b.*?(?=\n\s*\n|\Z)")
_HEAD = re.compile(r"\ufeff?WEBVTT.*?(?:\n\s*\n|\Z)", re.DOTALL)
_TAGS = re.compile(rf"</?(?:[biuvc]|font|lang|ruby|rt)(?:[. ][^<>]*)?>|<{_TIME}>|\{{\\[^{{}}]*\}}", re.IGNORECASE)
_DIALOGUE = re.compile(r"^Dialogue: (?:[^,\n]*,){9}(.*)$", re.MULTILINE)
_LYRIC = re.compile(rf"^(?:\[{_TIME}\][ \t]*)+", re.MULTILINE)
_LYRIC_HEAD = re.compile(r"^\[(?:ti|ar|al|by|au|re|ve|length|offset|la|id):[^\]\n]*\]\s*$", re.MULTILINE)
_LONE = re.compile(rf"^[ \t]*(?:\[{_TIME}\]|\({_TIME}\)|{_TIME})[ \t]*$", re.MULTILINE)
_QUICK = re.compile(r"\n(?:[\[(]?\d{1,2}:\d|Dialogue:)")
_BEGINS = re.compile(r"\s*(?:[\[(]?\d{1,2}:\d|Dialogue:|\[[a-z]{2}:)")
_MIN_CUES, _MIN_TIMES = 2, 3
_MIN_SHARE = 0.3  # of the lines


def subtitles(text: str) -> str:
    """The spoken lines; a text in which some lines have a time stays."""
    if not _QUICK.search(text) and not _BEGINS.match(text):
        return text
    if len(_CUE.findall(text)) >= _MIN_CUES or (text.startswith("WEBVTT") and _CUE.search(text)):
        return _without_cues(_BLOCK.sub("", _HEAD.sub("", text)))
    spoken = _DIALOGUE.findall(text)
    if len(spoken) >= _MIN_CUES:
        return "\n".join(_TAGS.sub("", line).replace("\\N", "\n").replace("\\n", " ") for line in spoken)
    lines = sum(bool(line.strip()) for line in text.split("\n"))
    for form in (_LYRIC, _LONE):
        found = len(form.findall(text))
        if found >= _MIN_TIMES and found >= _MIN_SHARE * lines and _sure(form, text):
            return re.sub(r"\n{2,}", "\n", form.sub("", _LYRIC_HEAD.sub("", text))).strip()
    return text


def _sure(form: re.Pattern[str], text: str) -> bool:
    """Whether times go up from line to line, as no list of results or opening hours does."""
    times = [[int(n) for n in re.findall(r"\d+", match[0])] for match in form.finditer(text)]
    return all(left < right for left, right in zip(times, times[1:], strict=False)) and len({*map(len, times)}) == 1


def _without_cues(text: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        if _CUE.fullmatch(line):
            if lines and _NUMBER.fullmatch(lines[-1]):
                lines.pop()
        else:
            lines.append(_TAGS.sub("", line))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
