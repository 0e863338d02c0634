"""What a text names or shows, and does not say itself: a quoted notice, a record below the words that announce it."""

import re
from collections.abc import Sequence

_QUOTED = re.compile('“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』|«[^«»\n]*»|"[^"\n]*"')
_PAIRS = ("“”", "「」", "『』", "«»")
_ANNOUNCES = re.compile(r"\w[\"'”’)\]）」』]*\s*[:：]$")
_MIN_ANNOUNCED = 8  # characters of the words that announce
_CODE = re.compile(  # of what is shown below such words
    r"^(?:\$|>>>|#!|C:\\.*>) ?\S|[{}\\]|\s--?[A-Za-z][\w-]*(?=[\s=]|$)|\w=\S|\w\(.*\)[;.]?$|^</?\w|"
    r"^(?:sudo|git|pip|npm|docker) |;$"
)
_CODE_NAME = re.compile(r"[A-Za-z_$][\w$]{3,}")
_ABOUT_CODE = re.compile(
    r"\b(?:JavaScript|CSS|scripts?|functions?|style ?sheets?|selectors?|variables?|source code|snippets?|JSON|"
    r"jQuery)\b|"
    r"函数|代码|样式表|样式|脚本|变量|选择器|程序",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b([A-Za-z_]\w*)\(")
_FENCED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)


def unquoted(line: str) -> str:
    """A line without what stands between quotation marks."""
    return _QUOTED.sub("", line)


def is_within_quotation(line: str, place: int) -> bool:
    """Whether a quotation that a line closes later is open at a place."""
    before, behind = line[:place], line[place:]
    if any(before.count(pair[0]) > before.count(pair[1]) and pair[1] in behind for pair in _PAIRS):
        return True
    return before.count('"') % 2 == 1 and '"' in behind


def announces(line: str) -> bool:
    """Whether a line says that something follows: `The service answers with:`."""
    line = line.rstrip()
    return len(line) >= _MIN_ANNOUNCED and _ANNOUNCES.search(line) is not None


def behind_shown(lines: Sequence[str], place: int) -> int:
    """
    Where the code ends that a line announces.

    Args:
        lines: Of a text.
        place: Behind the line that announces; one blank line may follow.

    Returns:
        The line behind the code; `place` where there is none.
    """
    begin = place + (place < len(lines) and not lines[place].strip())
    end = begin
    while end < len(lines) and _CODE.search(lines[end].strip()):
        end += 1
    return end if end > begin else place


def without_shown(text: str) -> str:
    """A text without the code that it shows: between backticks, or below words that announce it."""
    lines, kept, place = _FENCED.sub("", text).split("\n"), [], 0
    while place < len(lines):
        kept.append(lines[place])
        place = behind_shown(lines, place + 1) if announces(lines[place]) else place + 1
    return "\n".join(kept)


def speaks_of_code(prose: str, code: Sequence[str]) -> bool:
    """Whether prose speaks of lines of code: says so, or uses a name of theirs that is no word of others."""
    if _ABOUT_CODE.search(prose):
        return True
    names = {name for line in code for name in _CODE_NAME.findall(line) if not name.islower()}
    called = {name for line in code for name in _CALLED.findall(line)}
    return any(name in names for name in _CODE_NAME.findall(prose)) or not called.isdisjoint(_CALLED.findall(prose))
