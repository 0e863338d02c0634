"""What a text names or shows, and does not say itself: a quoted notice, a record below the words that announce it."""

import re

_QUOTED = re.compile('“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』|«[^«»\n]*»|"[^"\n]*"')
_PAIRS = ("“”", "「」", "『』", "«»")
_ANNOUNCES = re.compile(r"\w[\"'”’)\]）」』]*\s*[:：]$")
_MIN_ANNOUNCED = 8  # characters of the words that announce


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
