"""
Counters, gauges and histograms in the text format that Prometheus reads.

The format is that of https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Count:
    """A number for each combination of labels, which only grows."""

    kind = "counter"

    def __init__(self, *labels: str) -> None:
        self._labels, self._values, self._lock = labels, Counter[tuple[str, ...]](), threading.Lock()

    def add(self, *values: str, amount: int = 1) -> None:
        """Add to the combination of label values."""
        with self._lock:
            self._values[values] += amount

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """Suffix of the name, labels, value."""
        with self._lock:
            rows = sorted(self._values.items())
        for values, amount in rows:
            yield "", dict(zip(self._labels, values, strict=True)), amount


class Gauge:
    """A number read when it is asked for."""

    kind = "gauge"

    def __init__(self, read: Callable[[], float]) -> None:
        self._read = read

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """Suffix of the name, labels, value."""
        yield "", {}, self._read()


class Histogram:
    """How many durations were at most so many seconds long."""

    kind = "histogram"

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self._bounds, self._counts, self._sum = bounds, [0] * (len(bounds) + 1), 0.0
        self._lock = threading.Lock()

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        with self._lock:
            self._counts[bisect_left(self._bounds, seconds)] += 1
            self._sum += seconds

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """Suffix of the name, labels, value; buckets are cumulative."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        running = 0
        for bound, count in zip((*map(repr, self._bounds), "+Inf"), counts, strict=True):
            running += count
            yield "_bucket", {"le": bound}, running
        yield "_sum", {}, total
        yield "_count", {}, running


Meter = Count | Gauge | Histogram


class Meters:
    """What the server measures; `queue` and `rows` are read when a page is asked for."""

    def __init__(self, queue: Callable[[], int], rows: Callable[[], int]) -> None:
        self.requests = Count("path", "status")
        self.tokens = Count("kind")
        self.first_token = Histogram()
        self.next_token = Histogram()
        self._table: dict[str, tuple[str, Meter]] = {
            "llmpipe_requests_total": ("Requests by path and HTTP status.", self.requests),
            "llmpipe_tokens_total": ("Tokens of prompts and of answers.", self.tokens),
            "llmpipe_first_token_seconds": ("From a request's arrival to its first token.", self.first_token),
            "llmpipe_next_token_seconds": ("Between two tokens of an answer.", self.next_token),
            "llmpipe_queue_length": ("Answers that wait for a row.", Gauge(queue)),
            "llmpipe_live_rows": ("Answers that are being made.", Gauge(rows)),
        }

    def text(self) -> str:
        """The page that Prometheus reads."""
        return "".join(
            f"# HELP {name} {meaning}\n# TYPE {name} {meter.kind}\n"
            + "".join(f"{name}{suffix}{_labels(labels)} {value!r}\n" for suffix, labels, value in meter.samples())
            for name, (meaning, meter) in self._table.items()
        )


def _labels(labels: Mapping[str, str]) -> str:
    """`{path="/v1/models"}`, with backslash, quote and newline escaped."""
    if not labels:
        return ""
    escaped = {
        name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in labels.items()
    }
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}"
