"""
Continuous batching (Yu et al. 2022, "Orca"): requests of different ages share each step, and come and go between steps.

What a request gets depends on its own prompt, sampling and seed, not on its neighbours, nor on when it came.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from llmpipe.errors import ParamsError
from llmpipe.model.decode import Rows
from llmpipe.model.sampling import GREEDY, Sampling, choose, draws, grouped, penalize
from llmpipe.model.transformer import Transformer

PREFILL_TOKENS = 16384  # of prompts, padding included, that are read at once
LIKE_RATIO = 0.8  # of the longest prompt of a group that is read at once


@dataclass(frozen=True)
class Request:
    """
    A prompt to continue.

    Args:
        prompt: Token ids, at least one, fewer than the context holds.
        max_new_tokens: The answer ends here, or where the context is full.
        stop_ids: Tokens that end the answer; they are not part of it.
        sampling: How to choose.
        seed: Of its random draws.
        logprobs: How many of the likeliest tokens to report with each token; None: not even its own likelihood.
    """

    prompt: Sequence[int]
    max_new_tokens: int
    stop_ids: frozenset[int] = frozenset()
    sampling: Sampling = GREEDY
    seed: int = 0
    logprobs: int | None = None


Top = tuple[tuple[int, float], ...]  # token ids and their log-likelihoods


@dataclass(frozen=True)
class Event:
    """
    One token of a request, or its end.

    Args:
        request: Number that `Engine.add` gave.
        token: The new token; None when a stop token was chosen.
        logprob: Its log-likelihood in nats before sampling, when the request asks.
        top: The likeliest tokens and their log-likelihoods, likeliest first, when the request asks.
        finish: "stop" or "length" with the last event of a request.
    """

    request: int
    token: int | None
    logprob: float | None = None
    top: Top = ()
    finish: Literal["stop", "length"] | None = None


@dataclass
class _Live:
    """A request in a row: how many tokens it has got, and how many it may get."""

    number: int
    request: Request
    limit: int
    count: int = 0


class Engine:
    """
    Continues many requests together.

    Args:
        model: Its weights are copied.
        max_rows: Most requests at a time; others wait, first come, first served.
        context: Most positions of a request; None: the model's context.
        dtype: Precision of weights and cache; None: the model's.
    """

    def __init__(
        self, model: Transformer, *, max_rows: int, context: int | None = None, dtype: torch.dtype | None = None
    ) -> None:
        self.rows = Rows(model, max_rows, context, dtype)
        device = self.rows.embedding.device
        self._waiting: deque[_Live] = deque()
        self._live: list[_Live] = []  # by row
        self._added = 0
        self._tokens: list[int] = []  # the last one of each row, not in the cache yet
        self._draws = torch.zeros(max_rows, self.rows.size, device=device)
        self._seen = torch.zeros(max_rows, model.vocab_size, dtype=torch.bool, device=device)

    @property
    def num_live(self) -> int:
        """Requests that are being continued."""
        return len(self._live)

    @property
    def num_waiting(self) -> int:
        """Requests that wait for a row."""
        return len(self._waiting)

    @property
    def num_free(self) -> int:
        """Rows that nothing uses and nothing waits for."""
        return max(0, self.rows.max_rows - self.num_live - self.num_waiting)

    def add(self, request: Request) -> int:
        """
        Queue a request, also while others are in flight; returns its number.

        Raises:
            ParamsError: The prompt is empty or leaves no room for an answer, or no token is asked for.
        """
        length, room = len(request.prompt), self.rows.size
        if not 0 < length < room:
            raise ParamsError(f"the prompt has {length} tokens; it must have between 1 and {room - 1}.")
        if request.max_new_tokens < 1:
            raise ParamsError(f"max_new_tokens is {request.max_new_tokens}; it must be at least 1.")
        limit = min(request.max_new_tokens, room - length)
        self._waiting.append(_Live(self._added, request, limit))
        self._added += 1
        return self._added - 1

    def cancel(self, request: int) -> None:
        """Forget a request; its row is free for the next step. One that has ended or is unknown is no error."""
        self._waiting = deque(live for live in self._waiting if live.number != request)
        for row, live in enumerate(self._live):
            if live.number == request:
                self._remove(row)
                return

    def step(self) -> list[Event]:
        """One token for every live row and every request that gets a row now; empty when there is nothing to do."""
        logits = []
        if self._live:
            logits.append(self.rows.advance(torch.tensor(self._tokens, device=self._draws.device)))
        logits += [self._admit(group) for group in self._groups()]
        if not logits:
            return []
        scores = torch.cat(logits)
        tokens = self._choose(scores)
        events = self._events(scores, tokens)
        for row in reversed(range(len(events))):
            if events[row].finish:
                self._remove(row)
        return events

    def _groups(self) -> list[list[_Live]]:
        """Waiting requests that get a row now, those of like length together, so that little padding is computed."""
        free = self.rows.max_rows - self.num_live
        taken = [self._waiting.popleft() for _ in range(min(free, len(self._waiting)))]
        groups: list[list[_Live]] = []
        for live in sorted(taken, key=lambda live: -len(live.request.prompt)):
            longest = len(groups[-1][0].request.prompt) if groups else math.inf
            alike = len(live.request.prompt) >= LIKE_RATIO * longest
            if alike and longest * (len(groups[-1]) + 1) <= PREFILL_TOKENS:
                groups[-1].append(live)
            else:
                groups.append([live])
        return groups

    def _admit(self, group: list[_Live]) -> Tensor:
        """Read prompts; scores of their first tokens (B, V)."""
        logits = self.rows.append([live.request.prompt for live in group])
        for live in group:
            row, request = len(self._live), live.request
            if request.sampling.temperature > 0:
                self._draws[row] = draws(request.seed, self.rows.size).to(self._draws)
            if request.sampling.repetition_penalty != 1:
                self._seen[row] = False
                self._seen[row, torch.tensor(request.prompt, device=self._seen.device)] = True
            self._live.append(live)
            self._tokens.append(0)
        return logits

    def _choose(self, scores: Tensor) -> list[int]:
        """The next token of each row from scores (B, V)."""
        tokens = torch.empty(len(scores), dtype=torch.int64, device=scores.device)
        for sampling, rows in grouped([live.request.sampling for live in self._live]).items():
            index = torch.tensor(rows, device=scores.device)
            counts = torch.tensor([self._live[row].count for row in rows], device=scores.device)
            mine = scores[index] if len(rows) < len(scores) else scores
            if sampling.repetition_penalty != 1:
                mine = penalize(mine, self._seen[index], sampling.repetition_penalty)
            tokens[index] = choose(mine, sampling, self._draws[index, counts])
            if sampling.repetition_penalty != 1:
                self._seen[index, tokens[index]] = True
        return tokens.tolist()

    def _events(self, scores: Tensor, tokens: list[int]) -> list[Event]:
        """What happens to each row, and note it there."""
        events = []
        for row, (live, token) in enumerate(zip(self._live, tokens, strict=True)):
            live.count += 1
            self._tokens[row] = token
            logprob, top = _likelihoods(scores[row], token, live.request.logprobs)
            if token in live.request.stop_ids:
                events.append(Event(live.number, None, logprob, top, "stop"))
            else:
                events.append(Event(live.number, token, logprob, top, "length" if live.count == live.limit else None))
        return events

    def _remove(self, row: int) -> None:
        """Free a row: the last one moves to its place."""
        self.rows.remove(row)
        self._draws[row], self._seen[row] = self._draws[self.num_live - 1], self._seen[self.num_live - 1]
        self._live[row], self._tokens[row] = self._live[-1], self._tokens[-1]
        self._live.pop()
        self._tokens.pop()


def _likelihoods(scores: Tensor, token: int, count: int | None) -> tuple[float | None, Top]:
    """Log-likelihood of a token, and the `count` likeliest tokens with theirs."""
    if count is None:
        return None, ()
    nats = scores.log_softmax(-1)
    values, token_ids = nats.topk(count)
    return float(nats[token]), tuple(zip(token_ids.tolist(), values.tolist(), strict=True))
