"""Messages as chat programs store them: links, mentions and emoji in angle brackets (Slack, Discord)."""

import re

_LINK = re.compile(r"<(?:https?://|mailto:)[^\s|<>]+\|([^<>|\n]+)>")
_BARE_LINK = re.compile(r"<(https?://[^\s|<>]+)>")
_NAMED = re.compile(r"<[@#!][A-Z0-9]{6,}\|([^<>|\n]+)>")
_MENTION = re.compile(
    r"(?:<(?:@[!&]?|#)(?:[UWCTGS][A-Z0-9]{7,}|\d{15,})>|<!(?:here|channel|everyone)>|<a?:\w{2,32}:\d{15,}>)[ ]?"
)


def chat(text: str) -> str:
    """A message with the words of its links, without the codes of users, channels and emoji."""
    if "`" in text:
        return text
    text = _MENTION.sub("", _NAMED.sub(r"\1", _LINK.sub(r"\1", text)))
    return _BARE_LINK.sub(r"\1", text)
