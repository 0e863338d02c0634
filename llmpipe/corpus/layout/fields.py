r"""
Fields of office files that were read as text: `^S HYPERLINK "address" ^T words ^U` (the controls 13, 14 and 15 hex).

A field begins with its instruction; what it shows stands behind the separator (ECMA-376 part 1, 17.16; MS-DOC 2.8.25).
What it shows is the text; a field that shows nothing goes.
"""

import re

BEGIN, SEPARATOR, END = "\x13", "\x14", "\x15"
_FIELD = re.compile(f"{BEGIN}[^{BEGIN}{SEPARATOR}{END}]*(?:{SEPARATOR}([^{BEGIN}{END}]*))?{END}")
_MAX_NESTED = 5


def without_fields(text: str) -> str:
    """The text with what its fields show in their place, inner ones first."""
    for _ in range(_MAX_NESTED):
        if BEGIN not in text or END not in text:
            break
        text = _FIELD.sub(lambda match: match[1] or "", text)
    return text
