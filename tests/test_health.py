"""Training in trouble: bad checkpoints, divergence, spikes, memory, signals. It goes on, or stops in one sentence."""

import errno
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from test_train import CONTEXT, CPU, equal, examples, new_model

from llmpipe.config import FinetuneConfig, PretrainConfig
from llmpipe.errors import DataError
from llmpipe.progress import Reporter
from llmpipe.train import loop
from llmpipe.train.batches import Mixture
from llmpipe.train.checkpoint import DIGEST_BYTES, Checkpoints
from llmpipe.train.health import (
    MAX_SKIPS,
    Divergence,
    explained_answers,
    explained_memory,
    explained_validation,
    spikes,
)
from llmpipe.train.loop import Run, curve_csv, train
from llmpipe.train.signals import held_signals

SGD = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.0, "weight_decay": 0.0}  # no gradient, no change


# --- checkpoints ------------------------------------------------------------------------------------


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    """Those of steps 2 and 4."""
    saved = Checkpoints("pretrain", "abc", tmp_path)
    for step in 2, 4:
        saved.save(step, {"step": step, "weights": torch.ones(3) * step})
    saved.wait()
    return saved


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[DIGEST_BYTES + 5] ^= 1
    path.write_bytes(content)


def test_a_checkpoint_holds_the_state_of_its_moment(tmp_path: Path):
    """The loop goes on and changes the tensors while the thread writes."""
    weights, curve = torch.zeros(1000), [{"loss": 1.0}]
    saved = Checkpoints("pretrain", "abc", tmp_path)
    saved.save(1, {"step": 1, "best": None, "curve": curve, "optimizers": [{"state": {0: {"m": weights}}}]})
    weights.fill_(7.0)
    curve.append({"loss": 2.0})
    saved.wait()

    state = saved.load()

    assert state is not None
    assert state["curve"] == [{"loss": 1.0}]
    assert torch.equal(state["optimizers"][0]["state"][0]["m"], torch.zeros(1000))


def test_when_all_are_corrupt_training_starts_anew_says_so_and_keeps_what_it_saves(checkpoints: Checkpoints):
    """A bad checkpoint of a late step must not push out the good ones of a run that starts again."""
    for path in checkpoints.folder.iterdir():
        damage(path)

    assert checkpoints.load() is None
    assert checkpoints.warnings == [
        "checkpoint step-000000004.pt is corrupt (its checksum does not match); using the one before it.",
        "checkpoint step-000000002.pt is corrupt (its checksum does not match); "
        "there is no other, so training starts anew.",
    ]
    checkpoints.save(1, {"step": 1})
    checkpoints.wait()
    assert checkpoints.load() == {"step": 1}


def test_the_checkpoint_of_another_run_is_not_used(checkpoints: Checkpoints, tmp_path: Path):
    other = Checkpoints("pretrain", "other", tmp_path)
    other.folder.mkdir(parents=True)
    (checkpoints.folder / "step-000000004.pt").rename(other.folder / "step-000000004.pt")

    assert other.load() is None
    assert other.warnings == [
        "checkpoint step-000000004.pt belongs to another run; there is no other, so training starts anew."
    ]


def test_what_a_killed_process_left_half_written_is_removed(checkpoints: Checkpoints):
    (checkpoints.folder / ".step-000000006.pt.x1y2").write_bytes(b"half")

    state = checkpoints.load()

    assert state is not None
    assert state["step"] == 4
    assert len(list(checkpoints.folder.iterdir())) == 2


def test_a_full_disk_stops_in_one_sentence_and_keeps_the_checkpoint_before(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    checkpoints.save(6, {"step": 6})
    with pytest.raises(
        DataError, match=r"the checkpoint after step 6 cannot .*\(No space left on device\); those before"
    ):
        checkpoints.save(8, {"step": 8})
    checkpoints.wait()

    state = checkpoints.load()

    assert state is not None
    assert state["step"] == 4
    assert len(list(checkpoints.folder.iterdir())) == 2


# --- divergence -------------------------------------------------------------------------------------


class Notes(Reporter):
    """Keeps what it is told; stops the run after a step as an exception would."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__()
        self.stop_after, self.lines = stop_after, list[str]()
        self.points: dict[int, dict[str, float]] = {}

    def say(self, text: str) -> None:
        self.lines.append(text)

    def metrics(self, values, step=None) -> None:
        self.points[step] = dict(values)

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        if done == (self.stop_after or 0) * 4 * CONTEXT:
            raise InterruptedError


@pytest.fixture
def start(tmp_path: Path):
    """Train a tiny model; returns its curve, weights and what was said."""

    def run(
        folder: str,
        stop_after: int | None = None,
        dropout: float = 0.1,
        validate: Callable[..., dict[str, float]] = lambda _: {"valid_loss": 1.0},
        show: Callable[..., object] = lambda model, step: None,
        **changes: object,
    ):
        settings = {"seed": 1, "steps": 12, "batch_tokens": 4 * CONTEXT, "validate_every": 10, "checkpoint_every": 3}
        config = PretrainConfig(**(settings | changes))
        model, notes = new_model(dropout=dropout), Notes(stop_after)
        curve = train(
            Run(
                model=model,
                mixture=Mixture({"a": examples()}, {"a": 1.0}, config.seed, CONTEXT),
                config=config,
                device=CPU,
                checkpoints=Checkpoints("test", folder, tmp_path),
                validate=validate,
                show=show,
                reporter=notes,
            )
        )
        return curve, model.state_dict(), notes

    return run


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch):
    """Fill the gradients of some steps with a value; the loss of a step is left as it is."""
    real = loop._accumulate

    def steps(value: float, *numbers: int) -> None:
        def accumulate(run, *arguments):
            loss, tokens = real(run, *arguments)
            if torch.initial_seed() % 1_000_003 + 1 in numbers:
                for parameter in run.model.parameters():
                    parameter.grad.fill_(value)
            return loss, tokens

        monkeypatch.setattr(loop, "_accumulate", accumulate)

    return steps


def count_steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each step."""
    real, counted = loop._accumulate, list[int]()
    monkeypatch.setattr(loop, "_accumulate", lambda *arguments: (counted.append(1), real(*arguments))[1])
    return counted


def kept(tmp_path: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (tmp_path / f".llmpipe/checkpoints/test-{folder}").glob("*"))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_gradient_that_is_not_finite_stops_at_its_step_and_is_in_no_checkpoint(start, spoil, tmp_path, value):
    """Also when a checkpoint is due at that very step: the loss is still finite there."""
    spoil(value, 6)

    with pytest.raises(
        DataError,
        match=r"^the loss or its gradient is not finite at step 6; the last good checkpoint is kept. Lower "
        r"pretrain.optimizer.learning_rate \(now 0.006\) .*pretrain.on_divergence: skip leaves such steps out\.$",
    ):
        start("a")
    assert kept(tmp_path, "a") == ["step-000000003.pt"]


def test_weights_that_are_not_finite_are_in_no_checkpoint(start, tmp_path):
    """The gradient is finite, the step overflows."""
    with pytest.raises(DataError, match="the weights are not finite after step 1; .*learning_rate"):
        start("a", checkpoint_every=1, optimizer=SGD | {"learning_rate": 1e39})
    assert kept(tmp_path, "a") == []


def test_a_loss_that_explodes_stops_at_its_step(start, tmp_path):
    """Its numbers are finite, but no checkpoint holds the weights that made it."""
    with pytest.raises(
        DataError,
        match=r"^the loss has exploded \([\d,.]+ nats a token, more than 5 times that of a guess\) at step 2; the last "
        r"good checkpoint is kept\. Lower pretrain\.optimizer\.learning_rate \(now 300\.0\)",
    ):
        start("a", optimizer={"name": "adamw", "learning_rate": 300.0})
    assert kept(tmp_path, "a") == []


def test_a_loss_explodes_above_five_times_that_of_a_guess():
    """A guess among 100 costs 4.605 nats; a loss that is not of the next token has no such end."""
    norm, config = torch.tensor(1.0), PretrainConfig(steps=1, batch_tokens=1)
    watch = Divergence(config, torch.device("cpu"), vocab_size=100)
    other = Divergence(config, torch.device("cpu"))

    assert watch.first(1, torch.tensor(23.02), norm, look=True) is None
    step, what = watch.first(2, torch.tensor(23.04), norm, look=True) or (0, "")
    assert (step, what[:42]) == (2, "the loss has exploded (23.0 nats a token, ")
    assert other.first(1, torch.tensor(1e6), norm, look=True) is None


def test_a_skipped_step_changes_nothing(start, spoil):
    """Without momentum, a step without gradient is no step, so it must end in the same weights."""
    spoil(float("nan"), 4)
    curve, skipped, notes = start("skip", on_divergence="skip", optimizer=SGD, dropout=0.0)
    spoil(0.0, 4)
    _, without, _ = start("without", optimizer=SGD, dropout=0.0)

    assert equal(skipped, without)
    assert notes.lines == ["step 4 is left out: the loss or its gradient is not finite (1 of at most 5)"]
    assert [row.get("skipped_steps") for row in curve] == [1, None]
    assert notes.points[10]["skipped_steps"] == 1


def test_rates_of_matrices_and_of_the_rest_are_both_told(start):
    """The curve, a result, keeps one of them: they have the same shape."""
    curve, _, muon = start("muon", optimizer={"name": "muon", "learning_rate": 0.01, "matrix_learning_rate": 0.02})
    _, _, adamw = start("adamw", optimizer={"name": "adamw", "learning_rate": 0.01})

    assert muon.points[10]["matrix_learning_rate"] == pytest.approx(2 * muon.points[10]["learning_rate"])
    assert "matrix_learning_rate" not in adamw.points[10] | curve[0]


def test_a_run_killed_around_a_skip_ends_in_the_same_bytes(start, spoil):
    spoil(float("nan"), 4, 10, 12)
    curve, weights, _ = start("straight", on_divergence="skip")
    for stop in 2, 4, 5, 7, 10, 11:
        with pytest.raises(InterruptedError):
            start(f"stop{stop}", stop_after=stop, on_divergence="skip")
        resumed_curve, resumed, _ = start(f"stop{stop}", on_divergence="skip")

        assert curve_csv(resumed_curve) == curve_csv(curve), stop
        assert equal(resumed, weights), stop
    assert [row["skipped_steps"] for row in curve] == [2, 1]


def test_a_run_that_diverges_again_and_again_stops(start, spoil):
    assert MAX_SKIPS == 5
    spoil(float("nan"), 2, 4, 5, 7, 8, 11)

    with pytest.raises(DataError, match=r"not finite at step 11, after steps 2, 4, 5, 7, 8 were left out"):
        start("a", on_divergence="skip")


def test_the_first_bad_step_is_known_when_the_look_is_late():
    """A GPU is looked at every few steps."""
    watch = Divergence(PretrainConfig(steps=1, batch_tokens=1), torch.device("cpu"))
    watch._always = False
    good, bad = torch.tensor(1.0), torch.tensor(float("nan"))
    answers = [
        watch.first(step, loss, norm, look=step == 5)
        for step, (loss, norm) in enumerate([(good, good), (good, bad), (bad, good), (good, good), (good, good)], 1)
    ]

    assert answers == [None, None, None, None, (2, "the loss or its gradient is not finite")]


def test_a_checkpoint_that_cannot_be_written_stops_the_run_before_the_next_is_due(
    start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / ".llmpipe").write_text("a file where the folder should be")
    begin = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda self: (begin(self), self.join()))  # so the step is known
    counted = count_steps(monkeypatch)

    with pytest.raises(DataError, match=r"the checkpoint after step 3 cannot be written .*\(Not a directory\)"):
        start("a", checkpoint_every=3)
    assert len(counted) == 3


# --- spikes -----------------------------------------------------------------------------------------


def test_a_spike_is_a_multiple_of_the_recent_median():
    """Medians 2 and 1; what is older than 20 rows does not count, and four rows are too few."""
    curve = [{"loss": 90.0, "grad_norm": 90.0}] * 30 + [{"loss": 2.0, "grad_norm": 1.0}] * 20

    assert spikes(curve, {"loss": 3.1, "grad_norm": 4.9}) == {"loss_spike": 1.55}
    assert spikes(curve, {"loss": 2.9, "grad_norm": 6.0}) == {"grad_norm_spike": 6.0}
    assert spikes(curve, {"loss": 2.9}) == {}
    assert spikes(curve[-4:], {"loss": 900.0, "grad_norm": 900.0}) == {}


def test_a_spike_is_said_and_measured_but_not_in_the_curve(start, spoil):
    spoil(1000.0, 60)
    curve, _, notes = start("a", steps=60)

    assert [line for line in notes.lines if "grad_norm" in line][0].startswith("warning: grad_norm_spike at step 60: ")
    assert notes.points[60]["grad_norm_spike"] > 5
    assert "grad_norm_spike" not in curve[-1]


# --- memory -----------------------------------------------------------------------------------------


def fails(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "config", "message"),
    [
        (
            fails(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity")),
            FinetuneConfig(steps=1, batch_tokens=4096),
            "out of memory in training: 1,000 parameters and 4,096 tokens a micro-batch do not fit (2.50 GiB more were "
            "asked for); lower finetune.micro_batch_tokens (now null, the whole batch) to a smaller multiple of 256.",
        ),
        (
            lambda: torch.empty(2**50, dtype=torch.uint8),
            PretrainConfig(steps=1, batch_tokens=4096, micro_batch_tokens=512),
            "out of memory in training: 1,000 parameters and 512 tokens a micro-batch do not fit "
            "(1125899906842624 bytes more were asked for); lower pretrain.micro_batch_tokens (now 512) to a smaller "
            "multiple of 256.",
        ),
        (
            fails(MemoryError()),
            PretrainConfig(steps=1, batch_tokens=4096, micro_batch_tokens=256),
            "out of memory in training: 1,000 parameters and 256 tokens a micro-batch do not fit; "
            "pretrain.micro_batch_tokens is at its least, so lower model.context_length or the model.",
        ),
    ],
)
def test_short_memory_names_the_numbers_and_what_to_lower(work, config, message):
    with pytest.raises(DataError) as caught, explained_memory(config, 1000, 256):
        work()

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("what", "tokens", "message"),
    [
        ("validation", 8192, "8,192 tokens at once do not fit; lower pretrain.validate_batch_tokens (now 8192)."),
        ("validation", 64, "256 tokens at once do not fit; lower model.context_length or the model."),
        ("generation", 8192, "256 tokens at once do not fit; lower model.context_length or the model."),
    ],
)
def test_short_memory_between_steps_names_the_numbers_and_what_to_lower(what, tokens, message):
    config = PretrainConfig(steps=1, batch_tokens=4096, validate_batch_tokens=tokens)
    with pytest.raises(DataError) as caught, explained_validation(config, 1000, 256, what):
        raise MemoryError

    start = f"out of memory in {what} during training: beside gradients and optimizer, 1,000 parameters and "
    assert str(caught.value) == start + message


@pytest.mark.parametrize("part", ["validate", "show"])
def test_training_explains_memory_that_is_short_in_what_it_does_between_steps(start, part: str):
    def full(*_: object) -> dict[str, float]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.50 GiB.")

    name = {"validate": "validation", "show": "generation"}[part]
    with pytest.raises(
        DataError, match=rf"^out of memory in {name} during training: .* \(2\.50 GiB more were asked for"
    ):
        start("a", **{part: full})


def test_short_memory_for_answers_names_how_many_are_generated_at_once():
    for value, change in (64, "lower evaluate.batch_size (now 64)"), (1, "evaluate.batch_size is at its least, so "):
        with pytest.raises(DataError) as caught, explained_answers(1000, "evaluate.batch_size", value):
            raise torch.OutOfMemoryError("out of memory")
        assert f"1,000 parameters and {value} answers side by side do not fit; {change}" in str(caught.value)


def test_another_error_is_left_as_it_is():
    config = PretrainConfig(steps=1, batch_tokens=4096)
    with pytest.raises(RuntimeError, match="shapes"), explained_memory(config, 1000, 256):
        raise RuntimeError("shapes differ")


# --- signals ----------------------------------------------------------------------------------------


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_waits_until_it_is_delivered():
    with held_signals() as held:
        interrupt()
        assert held.waiting
        with pytest.raises(KeyboardInterrupt):
            held.deliver()
        assert not held.waiting
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_signal_does_not_wait():
    with held_signals():
        interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def test_a_signal_that_nobody_delivers_is_delivered_at_the_end():
    block = held_signals()
    block.__enter__()
    interrupt()
    with pytest.raises(KeyboardInterrupt):
        block.__exit__(None, None, None)


def test_a_signal_that_ends_the_process_still_does():
    """Workers of a pool are ended by SIGTERM, which nobody handles there: held back, the pool would wait for ever."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with held_signals():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
