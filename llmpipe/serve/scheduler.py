"""
One thread that runs the engine for all requests; the event loop hands it jobs and gets pieces of answers back.

First come, first served: a job waits in a queue until a row of the engine is free. A row is freed when its answer ends,
when its client is gone, and when its time is up.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import torch

from llmpipe.model.engine import Engine, Event, Request, Top
from llmpipe.model.transformer import Transformer
from llmpipe.serve.limits import Limits
from llmpipe.serve.meters import Meters
from llmpipe.serve.problems import Problem, busy, unavailable
from llmpipe.serve.requests import Job
from llmpipe.serve.score import score
from llmpipe.tokenizer import AnyTokenizer, TextStream


@dataclass(frozen=True)
class Scored:
    """A token, its log-probability (None for the first of a prompt), and the likeliest tokens in its place."""

    token: int
    logprob: float | None
    top: Top


@dataclass(frozen=True)
class Piece:
    """
    What one step added to an answer.

    Attributes:
        choice: Number of the answer in its request.
        text: New text; may be empty inside a character or a possible stop string.
        scored: The new tokens, when the request asks for log-probabilities.
        num_tokens: New tokens of the answer (an echoed prompt has none).
        finish: "stop" or "length" with the last piece; a time limit is a length, too.
    """

    choice: int
    text: str
    scored: tuple[Scored, ...] = ()
    num_tokens: int = 0
    finish: str | None = None


class Stream:
    """The pieces of all answers to one request, as they are made. For the event loop."""

    def __init__(self, num_answers: int) -> None:
        self.cancelled = False
        self._open = num_answers
        self._pieces: asyncio.Queue[Piece | Problem] = asyncio.Queue()

    def put(self, piece: Piece | Problem) -> None:
        """Add what the thread made; only in the event loop."""
        self._pieces.put_nowait(piece)

    async def __aiter__(self) -> AsyncIterator[Piece]:
        """
        Pieces until every answer has ended.

        Raises:
            Problem: The server could not finish.
        """
        while self._open:
            piece = await self._pieces.get()
            if isinstance(piece, Problem):
                raise piece
            self._open -= piece.finish is not None
            yield piece


@dataclass(eq=False)
class _Answer:
    """A job on its way."""

    job: Job
    choice: int
    stream: Stream
    text: TextStream
    arrived_s: float
    last_s: float = field(default=0.0)  # when its newest token came


class Scheduler:
    """
    Runs the engine in a thread of its own.

    Args:
        model: In evaluation mode.
        tokenizer: Of the model.
        limits: Rows, length of the queue, time.
    """

    def __init__(self, model: Transformer, tokenizer: AnyTokenizer, limits: Limits) -> None:
        self.limits = limits
        self.meters = Meters(lambda: len(self._waiting), lambda: len(self._live))
        self._model, self._tokenizer = model, tokenizer
        self._engine = Engine(model, max_rows=limits.rows)
        self._stop_ids = frozenset({tokenizer.end_id, tokenizer.eos_id})
        self._waiting: deque[_Answer] = deque()
        self._live: dict[int, _Answer] = {}  # by the engine's number; only the thread changes it
        self._outbox: list[tuple[Stream, Piece | Problem]] = []
        self._changed = threading.Condition()
        self._closing_s: float | None = None  # when what still runs is ended
        self._thread = threading.Thread(target=self._main, name="llmpipe-engine", daemon=True)
        self.broken = False

    # --- for the event loop ---

    def start(self) -> None:
        """Start the thread; answers go to the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def submit(self, jobs: Sequence[Job]) -> Stream:
        """
        Queue the answers to one request, all or none.

        Raises:
            Problem: The queue has no place for them, or the server is stopping.
        """
        stream, now = Stream(len(jobs)), time.monotonic()
        answers = [
            _Answer(job, choice, stream, TextStream(self._tokenizer, job.stops, job.is_message), now)
            for choice, job in enumerate(jobs)
        ]
        with self._changed:
            self._check_open()
            self._check_place(len(jobs))
            self._waiting.extend(answers)
            self._changed.notify()
        return stream

    def cancel(self, stream: Stream) -> None:
        """Nobody wants these answers any more; one that has ended is no error."""
        with self._changed:
            stream.cancelled = True
            self._waiting = deque(answer for answer in self._waiting if answer.stream is not stream)

    def drain(self, at_once: bool = False) -> None:
        """Take no more jobs; those that run have `grace_s` to end, or no time. Also for a signal handler."""
        if self._closing_s is None or at_once:
            self._closing_s = time.monotonic() + (0 if at_once else self.limits.grace_s)

    def join(self) -> None:
        """Wait for the end of the thread, after `drain`."""
        with self._changed:
            self._changed.notify()
        self._thread.join(self.limits.grace_s + 5)

    @property
    def open(self) -> bool:
        """Whether jobs are taken."""
        return self._closing_s is None and not self.broken

    def _check_open(self) -> None:
        if self.broken:
            raise unavailable("the engine has failed; restart the server (its log says why).", "engine_failed")
        if self._closing_s is not None:
            raise unavailable("the server is stopping; ask again later.", "stopping")

    def _check_place(self, count: int) -> None:
        rows, queue = self.limits.rows, self.limits.queue
        if count > rows + queue:
            raise Problem(400, f"the request asks for {count} answers; this server makes {rows + queue}.", param="n")
        if len(self._waiting) + count > queue + rows - len(self._live):
            raise busy(f"{len(self._waiting)} answers are waiting already; ask again in a moment.")

    # --- in the thread ---

    def _main(self) -> None:
        try:
            self._run()
        except Exception:  # the thread's outermost frame: whoever waits must hear of it
            logging.getLogger("llmpipe.serve").exception("the engine failed")
            self.broken = True
            self._fail(Problem(500, "the engine failed while it made this answer.", code="engine_failed"))
            self._send()

    @torch.inference_mode()
    def _run(self) -> None:
        while self._await_work():
            self._release()
            self._admit()
            for event in self._engine.step():
                self._take(event)
            self._send()

    def _await_work(self) -> bool:
        """Sleep until there is something to do; False when nothing more will come."""
        with self._changed:
            while not self._waiting and not self._live:
                if self._closing_s is not None:
                    return False
                self._changed.wait()
        return True

    def _release(self) -> None:
        """Free the rows of clients that are gone and of answers whose time is up; end all when the server must."""
        now = time.monotonic()
        if self._closing_s is not None and now > self._closing_s:
            self._fail(unavailable("the server stopped before the answer was complete.", "stopping"))
        for number, answer in list(self._live.items()):
            late = now - answer.arrived_s > self.limits.request_s
            if late or answer.stream.cancelled:
                self._engine.cancel(number)
                self._finish(number, answer, "length")
        with self._changed:
            while self._waiting and now - self._waiting[0].arrived_s > self.limits.request_s:
                late_one = self._waiting.popleft().stream
                self._outbox.append((late_one, unavailable("no row became free in time; ask again later.", "too_late")))

    def _admit(self) -> None:
        """Give free rows to those who wait longest; at most one prompt is scored between two steps."""
        while len(self._live) < self.limits.rows:
            with self._changed:
                if not self._waiting:
                    return
                answer = self._waiting.popleft()
            self.meters.tokens.add("prompt", amount=len(answer.job.prompt))
            if answer.job.max_new_tokens:
                job = answer.job
                request = Request(
                    job.prompt, job.max_new_tokens, self._stop_ids, job.sampling, seed=job.seed, logprobs=job.logprobs
                )
                self._live[self._engine.add(request)] = answer
            if answer.job.echo:
                self._echo(answer)
                return

    def _echo(self, answer: _Answer) -> None:
        """The prompt as the first piece of its answer."""
        job, scored = answer.job, tuple[Scored, ...]()
        if job.logprobs is not None:
            nats, tops = score(self._model, job.prompt, job.logprobs)
            scored = tuple(map(Scored, job.prompt, [None, *nats], [(), *tops]))
        finish = None if job.max_new_tokens else "length"
        self._outbox.append(
            (answer.stream, Piece(answer.choice, self._tokenizer.decode(job.prompt), scored, finish=finish))
        )

    def _take(self, event: Event) -> None:
        """Turn a token into a piece of its answer."""
        answer = self._live[event.request]
        text, scored = "", tuple[Scored, ...]()
        if event.token is not None:
            self._measure(answer)
            text = answer.text.push(event.token)
            if answer.job.logprobs is not None:
                scored = (Scored(event.token, event.logprob, event.top),)
        finish = event.finish
        if answer.text.stopped and finish is None:
            self._engine.cancel(event.request)
        if answer.text.stopped:
            finish = "stop"
        if finish is not None:
            text += answer.text.flush()
            del self._live[event.request]
        piece = Piece(answer.choice, text, scored, int(event.token is not None), finish)
        self._outbox.append((answer.stream, piece))

    def _measure(self, answer: _Answer) -> None:
        now = time.monotonic()
        if answer.last_s:
            self.meters.next_token.observe(now - answer.last_s)
        else:
            self.meters.first_token.observe(now - answer.arrived_s)
        answer.last_s = now
        self.meters.tokens.add("answer")

    def _finish(self, number: int, answer: _Answer, finish: str) -> None:
        del self._live[number]
        self._outbox.append((answer.stream, Piece(answer.choice, answer.text.flush(), finish=finish)))

    def _fail(self, problem: Problem) -> None:
        """End everything."""
        with self._changed:
            answers = [*self._live.values(), *self._waiting]
            self._waiting.clear()
        for number in list(self._live):
            self._engine.cancel(number)
        self._live.clear()
        self._outbox += [(answer.stream, problem) for answer in answers]

    def _send(self) -> None:
        """Hand over what a step made in one call: waking the event loop costs more than the pieces."""
        outbox, self._outbox = self._outbox, []
        if outbox and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_deliver, outbox)


def _deliver(outbox: list[tuple[Stream, Piece | Problem]]) -> None:
    for stream, piece in outbox:
        stream.put(piece)
