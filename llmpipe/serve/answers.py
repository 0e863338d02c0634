"""What clients get: OpenAI's JSON objects, whole or as server-sent events."""

import secrets
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from llmpipe.serve.problems import Problem
from llmpipe.serve.scheduler import Piece, Scored
from llmpipe.tokenizer import AnyTokenizer, IncrementalDecoder

DONE = b"data: [DONE]\n\n"


def token_name(tokenizer: AnyTokenizer, token: int) -> str:
    r"""The text of a token by itself; `bytes:\xe4` for a part of a character, `<s>` for a special token."""
    if token in tokenizer.byte_values:
        return f"bytes:\\x{tokenizer.byte_values[token]:02x}"
    return tokenizer.piece(token)


def token_bytes(tokenizer: AnyTokenizer, token: int) -> list[int]:
    """The UTF-8 bytes of a token."""
    if token in tokenizer.byte_values:
        return [tokenizer.byte_values[token]]
    return list(tokenizer.decode([token]).encode())


class CompletionLogprobs:
    """Log-probabilities as completions report them: parallel lists, with the place of each token in the text."""

    def __init__(self, tokenizer: AnyTokenizer) -> None:
        self._tokenizer, self._decoder, self._offset = tokenizer, IncrementalDecoder(tokenizer), 0

    def take(self, scored: Sequence[Scored]) -> dict[str, Any]:
        """The next tokens of a choice."""
        names = [token_name(self._tokenizer, item.token) for item in scored]
        return {
            "tokens": names,
            "token_logprobs": [item.logprob for item in scored],
            "top_logprobs": [self._top(item) for item in scored],
            "text_offset": [self._place(item.token) for item in scored],
        }

    def _top(self, item: Scored) -> dict[str, float] | None:
        """The likeliest tokens and, as at OpenAI, the one that stands there."""
        if item.logprob is None:
            return None
        pairs = [*item.top, (item.token, item.logprob)]
        return {token_name(self._tokenizer, token): logprob for token, logprob in pairs}

    def _place(self, token: int) -> int:
        place = self._offset
        self._offset += len(self._decoder.push(token))
        return place


class ChatLogprobs:
    """Log-probabilities as chat completions report them: a list of objects."""

    def __init__(self, tokenizer: AnyTokenizer) -> None:
        self._tokenizer = tokenizer

    def take(self, scored: Sequence[Scored]) -> dict[str, Any]:
        """The next tokens of a choice."""
        content = [
            {**self._one(item.token, item.logprob), "top_logprobs": [self._one(*pair) for pair in item.top]}
            for item in scored
        ]
        return {"content": content, "refusal": None}

    def _one(self, token: int, logprob: float | None) -> dict[str, Any]:
        name, value = token_name(self._tokenizer, token), token_bytes(self._tokenizer, token)
        return {"token": name, "logprob": logprob, "bytes": value}


@dataclass
class Reply:
    """
    The objects of one answer to one request; `chat` says in which of the two shapes.

    Args:
        chat: Messages, not texts.
        model: Its name.
        tokenizer: Of the model.
        prompt_tokens: Of all prompts.
        logprobs: Whether they are reported.
        include_usage: Whether a stream ends with the number of tokens.
    """

    chat: bool
    model: str
    tokenizer: AnyTokenizer
    prompt_tokens: int
    logprobs: bool
    include_usage: bool
    num_tokens: int = 0
    _reports: dict[int, CompletionLogprobs | ChatLogprobs] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._id = f"{'chatcmpl' if self.chat else 'cmpl'}-{secrets.token_hex(12)}"
        self._created = int(time.time())

    async def whole(self, pieces: AsyncIterator[Piece]) -> dict[str, Any]:
        """The answer when it is complete."""
        parts: dict[int, list[Piece]] = {}
        async for piece in pieces:
            self.num_tokens += piece.num_tokens
            parts.setdefault(piece.choice, []).append(piece)
        choices = [self._choice(_joined(parts[number]), "message") for number in sorted(parts)]
        return self._object(choices, streamed=False) | {"usage": self._usage()}

    async def events(self, pieces: AsyncIterator[Piece], num_choices: int) -> AsyncIterator[bytes]:
        """The answer as it is made; a problem on the way is the last event."""
        if self.chat:
            for number in range(num_choices):
                opening = {"index": number, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
                yield self._event([opening])
        try:
            async for piece in pieces:
                self.num_tokens += piece.num_tokens
                if piece.text or piece.finish or piece.scored:
                    yield self._event([self._choice(piece, "delta")])
        except Problem as problem:
            yield b"data: " + orjson.dumps(problem.content()) + b"\n\n"
            return
        if self.include_usage:
            yield self._event([], usage=self._usage())
        yield DONE

    def _event(self, choices: list[dict[str, Any]], **extra: Any) -> bytes:
        return b"data: " + orjson.dumps(self._object(choices, streamed=True) | extra) + b"\n\n"

    def _object(self, choices: list[dict[str, Any]], streamed: bool) -> dict[str, Any]:
        kind = ("chat.completion.chunk" if streamed else "chat.completion") if self.chat else "text_completion"
        return {"id": self._id, "object": kind, "created": self._created, "model": self.model, "choices": choices}

    def _choice(self, piece: Piece, part: str) -> dict[str, Any]:
        """One element of `choices`; `part` is "message" or, in a stream, "delta"."""
        choice: dict[str, Any] = {"index": piece.choice}
        if not self.chat:
            choice["text"] = piece.text
        elif part == "message":
            choice["message"] = {"role": "assistant", "content": piece.text, "refusal": None}
        else:
            choice["delta"] = {"content": piece.text} if piece.text else {}
        choice["logprobs"] = self._report(piece.choice).take(piece.scored) if self.logprobs else None
        choice["finish_reason"] = piece.finish
        return choice

    def _report(self, choice: int) -> CompletionLogprobs | ChatLogprobs:
        kind = ChatLogprobs if self.chat else CompletionLogprobs
        return self._reports.setdefault(choice, kind(self.tokenizer))

    def _usage(self) -> dict[str, int]:
        made = self.num_tokens
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": made,
            "total_tokens": self.prompt_tokens + made,
        }


def _joined(pieces: Iterable[Piece]) -> Piece:
    """All pieces of one choice as one."""
    pieces = list(pieces)
    scored = tuple(item for piece in pieces for item in piece.scored)
    return Piece(pieces[0].choice, "".join(piece.text for piece in pieces), scored, finish=pieces[-1].finish)
