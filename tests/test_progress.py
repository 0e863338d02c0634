"""progress: a live line on a terminal, plain lines elsewhere, with speed and time left."""

import io

import pytest

from llmpipe.progress import Reporter, duration, progress_line


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_lines_come_now_and_then_and_at_the_end():
    stream, clock = io.StringIO(), Clock()
    reporter = Reporter(stream=stream, clock=clock)
    for done in range(0, 101, 1):
        clock.now = done * 0.25
        reporter.progress(done * 10, 1000, "tokens", loss=7 - done / 50)

    assert stream.getvalue().splitlines() == [
        "tokens 400/1,000 (40 %), 40 tokens/s, 15 s left, loss 6.2",
        "tokens 800/1,000 (80 %), 40 tokens/s, 5 s left, loss 5.4",
        "tokens 1,000/1,000 (100 %), 40 tokens/s, took 25 s, loss 5",
    ]


def test_on_a_terminal_one_line_is_drawn_again_and_ended():
    stream, clock = Terminal(), Clock()
    reporter = Reporter(stream=stream, clock=clock)
    for done in (0, 1, 2):
        clock.now = done * 1.0
        reporter.progress(done, 2, "shards")
    reporter.say("after")

    assert stream.getvalue() == (
        "shards 1/2 (50 %), 1 shards/s, 1 s left\r\x1b[Kshards 2/2 (100 %), 1 shards/s, took 2 s\nafter\n"
    )


def test_a_line_said_in_between_does_not_break_the_live_line():
    stream, clock = Terminal(), Clock()
    reporter = Reporter(stream=stream, clock=clock)
    reporter.progress(0, 9, "shards")
    clock.now = 1.0
    reporter.progress(1, 9, "shards")
    reporter.say("hello")
    reporter.close()

    assert stream.getvalue().endswith("\r\x1b[Khello\nshards 1/9 (11 %), 1 shards/s, 8 s left\n")


def test_a_live_line_never_wraps(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream, clock = Terminal(), Clock()
    reporter = Reporter(stream=stream, clock=clock)
    reporter.progress(0, 9, "documents")
    clock.now = 1.0
    reporter.progress(1, 9, "documents")

    assert stream.getvalue() == "documents 1/9 (11 %)"[:19]


def test_resumed_work_is_not_counted_as_speed():
    """Half was done before; the second half takes 50 s of which 10 have passed."""
    stream, clock = io.StringIO(), Clock()
    reporter = Reporter(stream=stream, clock=clock)
    reporter.progress(500, 1000, "steps")
    clock.now = 10.0
    reporter.progress(600, 1000, "steps")

    assert stream.getvalue() == "steps 600/1,000 (60 %), 10 steps/s, 40 s left\n"


def test_new_work_starts_its_own_clock():
    stream, clock = io.StringIO(), Clock()
    reporter = Reporter(stream=stream, clock=clock)
    for start in (0.0, 100.0):
        for done in (0, 50):
            clock.now = start + done
            reporter.progress(done, 100, "documents")

    assert stream.getvalue() == "documents 50/100 (50 %), 1 documents/s, 50 s left\n" * 2


def test_work_that_is_known_to_be_nothing_says_so():
    assert progress_line(0, 0, "documents", 0, 0.0, {}) == "documents 0/0 (0 %)"


def test_large_values_are_grouped_and_small_ones_short():
    assert progress_line(1, 2, "steps", 0, 0.0, {"loss": 1.23456, "tokens_per_s": 12345.6}) == (
        "steps 1/2 (50 %), loss 1.235, tokens_per_s 12,346"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3599, "59 min 59 s"), (11100, "3 h 05 min")],
)
def test_durations_are_said_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_numbers_and_files_go_to_every_sink(tmp_path):
    class Sink:
        def __init__(self):
            self.got = []

        def metrics(self, values, step=None):
            self.got.append((values, step))

        def artifact(self, path, folder=""):
            self.got.append((path, folder))

    sinks = [Sink(), Sink()]
    reporter = Reporter(sinks, stream=io.StringIO())
    reporter.metrics({"loss": 2.0}, 3)
    reporter.artifact(tmp_path, "plots")

    assert sinks[0].got == sinks[1].got == [({"loss": 2.0}, 3), (tmp_path, "plots")]
