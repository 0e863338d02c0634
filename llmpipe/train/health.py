"""What goes wrong in training, noticed early and said in one sentence: divergence, spikes, memory."""

import contextlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

import torch
from torch import Tensor

from llmpipe.errors import DataError
from llmpipe.model.language import LanguageModel
from llmpipe.sections.training import TrainConfig
from llmpipe.train import parallel

MAX_SKIPS = 5  # steps left out of one run: more are no accident
HISTORY = 20  # logged steps that a spike is compared with
MIN_HISTORY = 5
EXPLODED = 5.0  # times the loss of a guess among all tokens: no batch is so hard for a sound model
SPIKES = {"loss": 1.5, "grad_norm": 5.0}  # how many times the recent median is a spike


# --- divergence -------------------------------------------------------------------------------------


class Diverged(NamedTuple):
    """A step, and what is wrong with it."""

    step: int
    what: str


class Divergence:
    """
    The first step whose loss or gradient is not finite, or whose loss has exploded.

    Looking makes a GPU wait, so there it is done only when asked for; the step is known all the same. Steps are
    left out only when every step is looked at, before its update.

    Args:
        config: What is to happen then.
        device: Where losses are.
        vocab_size: Of a loss of the next token, which a guess makes ln(vocab_size); None: of another kind, without end.
    """

    def __init__(self, config: TrainConfig, device: torch.device, vocab_size: int | None = None) -> None:
        self._always = device.type == "cpu" or config.on_divergence == "skip"
        self._limit = EXPLODED * math.log(vocab_size) if vocab_size else math.inf
        self._first = torch.zeros((), dtype=torch.int64, device=device)  # 0: none yet; steps count from 1
        self._loss = torch.zeros((), dtype=torch.float64, device=device)  # of that step

    def first(self, step: int, loss: Tensor, norm: Tensor, look: bool) -> Diverged | None:
        """
        Take a step's loss and gradient norm, scalars; the first bad step so far, None when there is none.

        Args:
            step: Number of the step, from 1.
            loss: Mean over its targets, in nats.
            norm: Of all its gradients, before clipping.
            look: Whether a GPU may wait now; otherwise the answer may be late.
        """
        norm = norm.to(loss.device)  # of offloaded gradients it is on the CPU
        bad = ~(torch.isfinite(loss) & torch.isfinite(norm)) | (loss > self._limit)
        new = (self._first == 0) & bad
        self._first, self._loss = torch.where(new, step, self._first), torch.where(new, loss, self._loss)
        if not (look or self._always):
            return None
        found, self._first = int(self._first), torch.zeros_like(self._first)
        return Diverged(found, self._what(float(self._loss))) if found else None

    def _what(self, loss: float) -> str:
        if math.isfinite(loss) and loss > self._limit:
            return f"the loss has exploded ({loss:,.1f} nats a token, more than {EXPLODED:g} times that of a guess)"
        return "the loss or its gradient is not finite"


def skip(diverged: Diverged, skipped: list[int], config: TrainConfig) -> str:
    """
    Add a step to those that are left out; the line that says so.

    Raises:
        DataError: The configuration asks to stop, or too many are left out already.
    """
    step, what = diverged
    rate = config.named("optimizer.learning_rate")
    help = f"Lower {rate} (now {config.optimizer.learning_rate}) or clip_norm, or look at the data"
    if config.on_divergence == "stop":
        raise DataError(
            f"{what} at step {step}; the last good checkpoint is kept. {help}; "
            f"{config.named('on_divergence')}: skip leaves such steps out."
        )
    if len(skipped) == MAX_SKIPS:
        before = ", ".join(map(str, skipped))
        raise DataError(
            f"{what} at step {step}, after steps {before} were left out for such a reason; the last good checkpoint is "
            f"kept. {help}."
        )
    skipped.append(step)
    return f"step {step} is left out: {what} ({len(skipped)} of at most {MAX_SKIPS})"


def require_finite_weights(model: LanguageModel, step: int, config: TrainConfig) -> None:
    """
    A checkpoint must never hold weights that are not finite.

    Raises:
        DataError: They are not.
    """
    if not torch.isfinite(parallel.total_norm(list(model.parameters()))):
        raise DataError(
            f"the weights are not finite after step {step}; the last good checkpoint is kept. "
            f"Lower {config.named('optimizer.learning_rate')} (now {config.optimizer.learning_rate})."
        )


# --- spikes -----------------------------------------------------------------------------------------


def spikes(curve: Sequence[Mapping[str, float]], row: Mapping[str, float]) -> dict[str, float]:
    """
    How many times its recent median a value of a logged step is, where that is a spike.

    Args:
        curve: The logged steps before it.
        row: The logged step.
    """
    found = {}
    for name, factor in SPIKES.items():
        recent = [before[name] for before in curve[-HISTORY:] if name in before]
        if name in row and len(recent) >= MIN_HISTORY and row[name] > factor * median(recent):
            found[f"{name}_spike"] = row[name] / max(median(recent), 1e-12)
    return found


# --- memory -----------------------------------------------------------------------------------------

_ASKED = re.compile(r"tried to allocate ([\d.]+ \w+)", re.IGNORECASE)


def explained_memory(
    config: TrainConfig, num_parameters: int, context_length: int
) -> contextlib.AbstractContextManager[None]:
    """
    Say what to lower when a training step does not fit into memory.

    Raises:
        DataError: It does not.
    """
    micro = config.micro_batch_tokens or config.batch_tokens
    now: int | str = config.micro_batch_tokens or "null, the whole batch"
    name = config.named("micro_batch_tokens")
    if name is None:  # the batch is the only size there is
        name, now = config.named("batch_tokens"), config.batch_tokens
    what = (
        f"lower {name} (now {now}) to a smaller multiple of {context_length}"
        if micro > context_length
        else f"{name} is at its least, so lower model.context_length or the model"
    )
    return _explained(
        f"out of memory in training: {num_parameters:,} parameters and {micro:,} tokens a micro-batch do not fit", what
    )


def explained_validation(
    config: TrainConfig, num_parameters: int, context_length: int, what: str
) -> contextlib.AbstractContextManager[None]:
    """
    The same of what is done between steps: `what` is "validation" or "generation", which shows a few answers.

    Raises:
        DataError: It does not fit.
    """
    tokens = max(config.validate_batch_tokens, context_length) if what == "validation" else context_length
    change = "lower model.context_length or the model"
    if tokens > context_length and (name := config.named("validate_batch_tokens")):
        change = f"lower {name} (now {tokens})"
    return _explained(
        f"out of memory in {what} during training: beside gradients and optimizer, {num_parameters:,} parameters and "
        f"{tokens:,} tokens at once do not fit",
        change,
    )


def explained_answers(num_parameters: int, name: str, value: int) -> contextlib.AbstractContextManager[None]:
    """
    Say what to lower when answers generated side by side do not fit into memory.

    Args:
        num_parameters: Of the model.
        name: The parameter that says how many.
        value: How many.

    Raises:
        DataError: They do not.
    """
    change = f"lower {name} (now {value})" if value > 1 else f"{name} is at its least, so lower the model"
    return _explained(
        f"out of memory in generation: {num_parameters:,} parameters and {value:,} answers side by side do not fit",
        change,
    )


@contextlib.contextmanager
def _explained(what: str, change: str) -> Iterator[None]:
    """An allocator's error as a sentence: what did not fit, how much more was asked for, what to change."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        asked = _ASKED.search(str(error))
        raise DataError(f"{what}{f' ({asked[1]} more were asked for)' if asked else ''}; {change}.") from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error is that of an allocator: Python's, CUDA's, or the CPU's, which has no class of its own."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
