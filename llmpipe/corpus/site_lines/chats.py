"""
Chats as a messenger or a channel writes them to a file: who said something, and when, before or above each message.

A head is a date and a time, or a time in brackets or with seconds, and a short name, in one of two places: before the
message (`[16/03/2018, 14:21:33] Anna: ...`, `14:21 <anna> ...`) or alone above it (`2018-03-16 14:21:33 Anna`,
`Anna, [16.03.18 14:21]`). A text is a chat when its messages have heads of one place, and few people speak. Then the
heads go, and the lines that the program wrote itself: a stamp that nobody stands behind.
"""

import re
from collections.abc import Callable

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled

MIN_HEADS = 2
HEADED = 0.8  # of the lines of a chat whose heads stand before its messages; others go on with a message
ABOVE = 0.25  # heads to a line of a chat whose heads stand alone
SPEAKERS = 2 / 3  # different names to a head, but two at least
LOOKED_AT = 400  # characters, within which the first head stands

_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日|"
    r"\d{1,2}月\d{1,2}日|"
    r"(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* ?(?:\d{1,2},? )?\d{0,4})"
)
_TIME = r"(?:[上下]午|凌晨|早上|晚上)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
_STAMP = (
    rf"(?:{_DATE},?\s+(?:at\s+)?{_TIME}|{_TIME},?\s+{_DATE}|\[{_DATE},?\s+{_TIME}\]|\[{_TIME}(?:,?\s+{_DATE})?\]|"
    rf"\({_DATE},?\s+{_TIME}\)|\({_TIME}(?:,?\s+{_DATE})?\)|\d{{1,2}}:\d{{2}}:\d{{2}})"
)
_NAME = r"[^\W\d_][\w.'’~@#-]{0,23}(?: [\w.'’~-]{1,15}){0,2}"
_NICK = r"<[ @+~&%]?[^<>\s]{1,24}>"
_BEFORE = re.compile(
    rf"(?:{_STAMP}|\d{{1,2}}:\d{{2}}(?=\s+<))\s*[-–—]?\s*(?:(?P<name>{_NAME})(?:\s?:(?:\s+|$)|：\s*)|(?P<nick>{_NICK})(?:\s+|$))"
)
_ALONE = re.compile(
    rf"(?:{_STAMP}\s*[-–—]?\s*(?P<name>{_NAME})(?:\s?[:：]|\s?\(\w{{1,20}}\))?|(?P<late>{_NAME})\s?[,，:：]?\s+{_STAMP})\s*"
)
_STAMPED = re.compile(rf"{_STAMP}(?:\s|$)|\d{{1,2}}:\d{{2}}(?::\d{{2}})?\s+(?:-!-|\*{{1,3}}|-->|<--)\s")
_LEVEL = re.compile(r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRIT(?:ICAL)?|FATAL)\b", re.IGNORECASE)
_COLON, _ZERO, _NINE, _NEWLINE = 58, 48, 57, 10


def chats(text: str) -> str:
    """What was said in a chat, a line a message; a text that is none, as it is."""
    lines = text.split("\n")
    for rule in RULES:
        found = rule(lines)
        if found is not None:
            return "\n".join(found).strip("\n")
    return text


def _before(lines: list[str]) -> list[str] | None:
    """The messages whose heads stand before them."""
    heads = [_BEFORE.match(line) for line in lines]
    num_solid = sum(bool(line.strip()) for line in lines)
    stamped = [head is None and _STAMPED.match(line) is not None for head, line in zip(heads, lines, strict=True)]
    names = [head["name"] or head["nick"] for head in heads if head]
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not _is_chat(names) or len(names) + sum(stamped) < HEADED * num_solid or not (heads[first] or stamped[first]):
        return None
    kept = []
    for line, head, is_stamped in zip(lines, heads, stamped, strict=True):
        if not is_stamped:
            kept.append(line[head.end() :] if head else line)
    return kept


def _alone(lines: list[str]) -> list[str] | None:
    """The messages whose heads stand above them."""
    heads = [_ALONE.fullmatch(line) for line in lines]
    names = [head["name"] or head["late"] for head in heads if head]
    solid = [number for number, line in enumerate(lines) if line.strip()]
    if not _is_chat(names) or len(names) < ABOVE * len(solid) or 2 * len(names) > len(solid) + 1:
        return None
    if not (heads[solid[0]] or _STAMPED.match(lines[solid[0]])) or heads[solid[-1]]:
        return None
    kept: list[str] = []
    for line, head in zip(lines, heads, strict=True):
        if head is None and (line.strip() or (kept and kept[-1].strip())):
            kept.append(line)
    said = [line for line in kept if line.strip() and not (_STAMPED.match(line) and len(line) < 2 * len("00:00:00"))]
    return said or None


def _is_chat(names: list[str]) -> bool:
    """Whether there are some heads, of few people, none of them the level of a program's log."""
    if len(names) < MIN_HEADS or any(_LEVEL.match(name) for name in names):
        return False
    return len(set(names)) <= max(2, SPEAKERS * len(names))


RULES: tuple[Callable[[list[str]], list[str] | None], ...] = (_before, _alone)


def may_be_chats(found: Characters) -> np.ndarray:
    """Which of several texts may be chats, bool (texts,): those that begin with a time, or nearly so."""
    return _have_times(found.codes, found.starts, found.ends)


@compiled
def _have_times(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether a colon stands between digits in the first lines, and a line end somewhere."""
    found = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        last = min(ends[text], starts[text] + LOOKED_AT)
        timed = False
        for place in range(starts[text] + 1, last - 1):
            if codes[place] == _COLON and _ZERO <= codes[place - 1] <= _NINE and _ZERO <= codes[place + 1] <= _NINE:
                timed = True
                break
        if timed:
            for place in range(starts[text], ends[text]):
                if codes[place] == _NEWLINE:
                    found[text] = True
                    break
    return found
