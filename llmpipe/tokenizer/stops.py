"""Text of a stream of tokens up to a stop string: nothing is given out that may turn out to be part of one."""

from collections.abc import Sequence

from llmpipe.tokenizer.spacing import unspaced
from llmpipe.tokenizer.tokenizer import Decodes, IncrementalDecoder


class TextStream:
    """
    Decode token by token up to the first stop string.

    The parts joined are the decoded text, cut before the stop string that begins first. No part ends inside a
    character, and none holds the beginning of a stop string that later tokens may complete.

    Args:
        tokenizer: Of the tokens.
        stops: Stop strings; empty ones are ignored.
        is_message: Whether the text is a message, whose first space is not its own (`unspaced`).
    """

    def __init__(self, tokenizer: Decodes, stops: Sequence[str] = (), is_message: bool = False) -> None:
        self._decoder = IncrementalDecoder(tokenizer)
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self._takes_space = is_message
        self.stopped = False  # a stop string has come: no more text will follow

    def push(self, token_id: int) -> str:
        """Text that is certain after one more token."""
        return self._begun(self._take(self._decoder.push(token_id), final=False))

    def flush(self) -> str:
        """What is still held back, when no more tokens follow."""
        return self._begun(self._take(self._decoder.flush(), final=True))

    def _begun(self, text: str) -> str:
        if text and self._takes_space:
            self._takes_space = False
            return unspaced(text)
        return text

    def _take(self, text: str, final: bool) -> str:
        if self.stopped:
            return ""
        text = self._held + text
        found = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        # a longer stop string that began earlier may still be completed
        open_from = len(text) if final else min((_unfinished(text, stop) for stop in self._stops), default=len(text))
        if found and min(found) <= open_from:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        self._held = text[open_from:]
        return text[:open_from]


def _unfinished(text: str, stop: str) -> int:
    """Where the longest end of `text` begins that is a beginning of `stop`, but not all of it."""
    sizes = range(min(len(stop) - 1, len(text)), 0, -1)
    return len(text) - next((size for size in sizes if text.endswith(stop[:size])), 0)
