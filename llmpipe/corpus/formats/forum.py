"""Posts of forums (BBCode): whatever tag has both its ends in a text is one, and some tags hold no text."""

import re

_CLOSED = re.compile(r"\[/([A-Za-z]\w{0,15})\]")
_NO_TEXT = re.compile(
    r"\[(img|attach|attachment|youtube|media|flash|audio|video|postbg|attachimg|hide|file|imgid|"
    r"aimg)(?:[= ][^\[\]\n]*)?\][^\[\]\n]*\[/\1\]\n?",
    re.IGNORECASE,
)
_EDITED = re.compile(r"\[i=s\] ?本帖最后由.*?编辑 ?\[/i\]\n?")
_LONE = re.compile(r"\[(?:\*|hr)\]", re.IGNORECASE)


def forum(text: str) -> str:
    """A post without its tags; `[sic]` and `a[i]` stay, as nothing closes them."""
    if "`" in text:
        return text
    names = {name.lower() for name in _CLOSED.findall(text)}
    names = {name for name in names if re.search(rf"\[{name}(?:[= ][^\[\]\n]*)?\]", text, re.IGNORECASE)}
    if not names:
        return text
    text = _NO_TEXT.sub("", _EDITED.sub("", text))
    tags = re.compile(rf"\[/?(?:{'|'.join(map(re.escape, sorted(names)))})(?:[= ][^\[\]\n]*)?\]", re.IGNORECASE)
    return _LONE.sub("", tags.sub("", text))
