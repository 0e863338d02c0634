"""
What a stage says while it works: lines and a live progress line on stderr, numbers to the tracker.

On a terminal the progress line is redrawn in place; elsewhere (a pipe, a CI log) it is a plain line now
and then. Times are for people and the tracker only: nothing here may reach a stage's outputs.
"""

import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TextIO

LIVE_INTERVAL_S = 0.1
PLAIN_INTERVAL_S = 10.0
MIN_ELAPSED_S = 0.5  # the speed of shorter work says nothing


class Sink(Protocol):
    """Where numbers and files go besides the screen; `llmpipe.tracking` has one."""

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Take named values, measured at a training step or at none."""

    def artifact(self, path: Path, folder: str = "") -> None:
        """Take a copy of a file."""


class Reporter:
    """
    A stage's voice. Without sinks it prints and tracks nothing.

    Args:
        sinks: Where metrics and artifacts go.
        stream: Where lines go; the standard error of the moment when None.
        clock: Seconds that only grow; tests give their own.
    """

    def __init__(
        self,
        sinks: Sequence[Sink] = (),
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sinks = tuple(sinks)
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._live = self._stream.isatty()
        self._line = ""  # the live line on the screen now
        self._bar: tuple[int, str] | None = None  # total and unit of the work in progress
        self._first = (0, 0.0)  # its first (done, clock): resumed work starts above 0
        self._done = 0
        self._shown_s = 0.0

    @property
    def is_tracked(self) -> bool:
        """Whether anyone takes the numbers."""
        return bool(self._sinks)

    def say(self, text: str) -> None:
        """Print one plain line."""
        self._write(f"{self._erase()}{text}\n{self._line}")

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        """
        Show how far the work is, how fast it goes and how long it will take; call as often as you like.

        Args:
            done: Units finished so far; going back to a smaller number starts a new piece of work.
            total: Units in all.
            unit: What is counted, in the plural ("documents", "tokens").
            **values: Numbers to show beside it (`loss=2.31`).
        """
        now = self._clock()
        if self._bar != (total, unit) or done < self._done:
            self.close()
            self._bar, self._first, self._shown_s = (total, unit), (done, now), now
        self._done = done
        interval = LIVE_INTERVAL_S if self._live else PLAIN_INTERVAL_S
        if done < total and now - self._shown_s < interval:
            return
        self._shown_s = now
        line = progress_line(done, total, unit, done - self._first[0], now - self._first[1], values)
        if self._live:
            self._write(self._erase() + self._fit(line))
            self._line = self._fit(line)
        else:
            self._write(line + "\n")
        if done >= total:
            self.close()

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Send named values to the sinks."""
        for sink in self._sinks:
            sink.metrics(values, step)

    def artifact(self, path: Path, folder: str = "") -> None:
        """Send a file to the sinks, to be kept below `folder`."""
        for sink in self._sinks:
            sink.artifact(path, folder)

    def close(self) -> None:
        """End the live line, so that what follows starts on a line of its own."""
        if self._line:
            self._write("\n")
        self._line, self._bar, self._done = "", None, 0

    def _erase(self) -> str:
        return "\r\x1b[K" if self._line else ""

    def _fit(self, line: str) -> str:
        return line[: shutil.get_terminal_size().columns - 1]  # a wrapped line cannot be redrawn

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Quiet(Reporter):
    """Says nothing: one of several processes whose lines would overwrite each other."""

    def say(self, text: str) -> None:
        """Nothing."""

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        """Nothing."""


def progress_line(done: int, total: int, unit: str, worked: int, elapsed_s: float, values: Mapping[str, float]) -> str:
    """
    One line about work in progress: `tokens 512,000/2,600,000 (20 %), 8,120 tokens/s, 4 min 17 s left, loss 2.31`.

    Args:
        done: Units finished.
        total: Units in all.
        unit: What is counted.
        worked: Units finished in `elapsed_s` (fewer than `done` when the work was resumed).
        elapsed_s: Seconds since the first of them.
        values: Numbers to show at the end.
    """
    parts = [f"{unit} {done:,}/{total:,} ({100 * done // max(total, 1)} %)"]
    if worked > 0 and elapsed_s >= MIN_ELAPSED_S:
        rate = worked / elapsed_s
        parts.append(f"{rate:,.0f} {unit}/s" if rate >= 10 else f"{rate:.2g} {unit}/s")
        parts.append(f"{duration((total - done) / rate)} left" if done < total else f"took {duration(elapsed_s)}")
    parts += [f"{name} {value:.4g}" if abs(value) < 1e4 else f"{name} {value:,.0f}" for name, value in values.items()]
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as people say them: `7 s`, `4 min 17 s`, `3 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
