"""
The space before a message, so that its first word is the same piece as inside a text.

A piece of a spaced script holds the space before its word: ` Paris` is one piece, `Paris` behind a role token several.
A model that reads the one and must write the other cannot copy (docs/log.md has figures). Han and kana write no space.
"""

_UNSPACED = "\u2e80"  # from here on Han and kana,
_FIRST_HANGUL, _LAST_HANGUL = "\uac00", "\ud7a3"  # but for these

TEMPLATE_SPACE = (
    "{%- set first = message.content[:1] %}\n"
    f"{{%- set hangul = first >= '{_FIRST_HANGUL}' and first <= '{_LAST_HANGUL}' %}}\n"
    f"{{%- set space = ' ' if first and (hangul or first < '{_UNSPACED}') else '' %}}\n"
)
"""`spaced` in a chat template: sets `space` for `message`."""


def spaced(content: str) -> str:
    """What a message becomes behind its role token."""
    first = content[:1]
    has_space = first < _UNSPACED or _FIRST_HANGUL <= first <= _LAST_HANGUL
    return f" {content}" if first and has_space else content


def unspaced(text: str) -> str:
    """What a message was: the text behind a role token without its first space."""
    return text.removeprefix(" ")
