"""
The training loop: one for pretraining and fine-tuning, for one process and many, read whole.

A step sums the loss over the supervised tokens of all micro-batches and processes and divides once by their number,
so the result does not depend on how the batch is cut. Every source of randomness is keyed by the step.
Everything a later step needs is in the checkpoint, so a killed run continues bit for bit.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from llmpipe.errors import Interrupted, ParamsError
from llmpipe.model.language import LanguageModel
from llmpipe.model.loss import linear_cross_entropy, pulled
from llmpipe.model.masks import Mask, attention_mask
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.sections.training import OptimizerConfig, TrainConfig
from llmpipe.train import compiling, parallel
from llmpipe.train.batches import IGNORE, Batch, prefetched
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import Device
from llmpipe.train.health import (
    Divergence,
    explained_memory,
    explained_validation,
    require_finite_weights,
    skip,
    spikes,
)
from llmpipe.train.optimizers import make_optimizers, rate_factor
from llmpipe.train.signals import HeldSignals, held_signals
from llmpipe.train.telemetry import Telemetry, telemetry

LOG_EVERY = 10  # steps between points of the curve; validations are points, too
RANK_SEEDS = 1_000_000_007  # between processes: each has dropout of its own

Measures = dict[str, float]
Objective = Callable[[Batch, Mask], Tensor]


class Batches(Protocol):
    """Where batches come from: `Mixture`, or `PairBatches`."""

    def num_tokens(self) -> int:
        """Positions of all data together."""
        ...

    def batches(self, batch_rows: int, start: int = 0, part: slice = slice(None)) -> Iterator[Batch]:
        """Batches of `batch_rows` rows, from batch number `start` on; of each, the part that this process takes."""
        ...


@dataclass(frozen=True)
class Run:
    """
    What one training run needs.

    Args:
        model: Initialised; `train` changes it in place, with FSDP in the first process only.
        mixture: Where batches come from.
        config: Steps, batch, optimizer, schedule.
        device: Where to compute.
        checkpoints: Where to resume from.
        validate: Measures of the model on held-out data; keys become columns of the curve.
        show: Told the model, as this process holds it, and the step after each validation, in every process; shows
            what the model writes.
        keep_best: The measure by which the final weights are chosen (larger is better, but of `valid_loss`);
            None: the last.
        patience: Validations in a row without a better one that end training; None: none does.
        loss: The summed loss of a micro-batch; None: of the next token.
        neftune_alpha: Noise on embeddings (Jain et al. 2023, arXiv:2310.05914); 0: none.
        reporter: Told of every step.
        compile: Compile the loss, or with FSDP each block.
        strategy: How the model is spread over several processes.
        recompute: Whether blocks compute again on the way back instead of keeping what they computed.
        offload: Whether weights in parts, their gradients and the optimizer stay in main memory.
        weights: Names and values of the first weights, one after the other, of a model that has none yet.
    """

    model: LanguageModel
    mixture: Batches
    config: TrainConfig
    device: Device
    checkpoints: Checkpoints
    validate: Callable[[Any], Measures]
    reporter: Reporter
    keep_best: str | None = None
    neftune_alpha: float = 0.0
    show: Callable[[Any, int], None] = lambda model, step: None
    compile: bool = False
    strategy: str = "ddp"
    recompute: bool = False
    offload: bool = False
    weights: Callable[[], Iterator[tuple[str, Tensor]]] | None = None
    patience: int | None = None
    loss: Callable[[LanguageModel, Batch, Mask], Tensor] | None = None


def batch_rows(config: TrainConfig, context_length: int) -> tuple[int, int]:
    """
    Rows of a batch and of a micro-batch.

    Raises:
        ParamsError: A size in tokens is not a multiple of the context length.
    """
    sizes = {
        "batch_tokens": config.batch_tokens,
        "micro_batch_tokens": config.micro_batch_tokens or config.batch_tokens,
    }
    for name, tokens in sizes.items():
        if tokens % context_length:
            raise ParamsError(
                f"{name} is {tokens}; it must be a multiple of model.context_length ({context_length}). "
                f"{_nearest(tokens, context_length)}"
            )
    processes = parallel.num_processes()
    if config.batch_tokens % (context_length * processes):
        raise ParamsError(
            f"batch_tokens is {config.batch_tokens}; {processes} processes must get as many rows of "
            f"model.context_length ({context_length}) each. {_nearest(config.batch_tokens, context_length * processes)}"
        )
    return sizes["batch_tokens"] // context_length, sizes["micro_batch_tokens"] // context_length


def _nearest(tokens: int, unit: int) -> str:
    lower = max(unit, tokens // unit * unit)
    return f"Nearest: {lower}, {lower + unit}."


def train(run: Run) -> list[Measures]:
    """
    As `train_in_parts`; the final weights are in `run.model`, with FSDP gathered by the first process.

    Returns:
        The curve: one mapping per logged step.
    """
    curve, model = train_in_parts(run)
    if model is not run.model:
        weights = parallel.gathered(model.state_dict())  # every process takes part
        if parallel.is_first():
            run.model.load_state_dict(weights, assign=True)  # it may have had none yet
    run.model.eval()
    return curve


def train_in_parts(run: Run) -> tuple[list[Measures], Any]:
    """
    Train to the last step, resuming from a checkpoint when there is one.

    SIGTERM and Ctrl-C wait for the end of the step and its checkpoint.

    Returns:
        The curve, one mapping per logged step, and the model in evaluation mode as this process holds it: `run.model`,
        or with FSDP one in parts. All processes may compute with it together, then write it (`parallel.each_whole`).

    Raises:
        DataError: Loss, gradient or weights are not finite, memory is short, or a checkpoint cannot be written.
    """
    with held_signals() as held:
        try:
            return _train(run, held)
        finally:
            run.checkpoints.wait()


def _train(run: Run, held: HeldSignals) -> tuple[list[Measures], LanguageModel]:
    given, config = run.model, run.config
    rows, micro_rows = batch_rows(config, given.context_length)
    run, loss_of = _spread(run)
    model = run.model
    optimizers = make_optimizers(model, config.optimizer)
    state = _resume(run, optimizers)
    batches = prefetched(run.mixture.batches(rows, start=state.step, part=parallel.share_of(rows)), run.device.torch)
    divergence = Divergence(config, run.device.torch, None if run.loss else model.head.shape[0])
    fits_memory = partial(explained_memory, config, model.num_parameters(), given.context_length)
    gauges = _gauges(run, model) if run.reporter.is_tracked and parallel.is_first() else None
    model.train()
    running = _RunningLoss(state.pending, run.device.torch)
    for done in range(state.step + 1, config.steps + 1):
        run.checkpoints.check()
        last, stopping = done == config.steps, parallel.in_any(held.waiting)
        validates = done % config.validate_every == 0 or last
        logs = done % LOG_EVERY == 0 or validates
        saves = done % config.checkpoint_every == 0 or last or stopping
        _seed(config.seed, done)
        factor = rate_factor(done - 1, config.steps, config.schedule)
        _set_rates(optimizers, factor)
        batch = next(batches)
        with fits_memory():
            loss, tokens = _accumulate(run, loss_of, batch, micro_rows)
            norm = _finish_gradients(model, config.optimizer)
            diverged = divergence.first(done, loss / max(1, tokens), norm, look=logs or saves)
            if diverged is None:
                _step(optimizers)
                running.add(loss, tokens)
            else:
                run.reporter.say(skip(diverged, state.skipped, config))
            _drop_gradients(optimizers)
        ends = False
        if logs:
            row = _row(config, done, factor, running.take(), norm if diverged is None else None)
            if validates:
                row |= _validated(run, loss_of, done)
                state.consider(run.keep_best, row, model)
            ends = state.is_late(run.patience, row)
            beside = gauges.point(done * config.batch_tokens) if gauges else {}
            state.log(row, run.reporter, beside | _rate_of_matrices(config.optimizer, factor))
        _show_progress(run, done, state.curve)
        if saves:
            require_finite_weights(model, done, config)
            run.checkpoints.save(done, state.to_save(done, model, optimizers, running.pending()))
        if stopping:
            _stop(run, held, done)
        if ends:
            run.reporter.say(f"ending after step {done}: no better validation since step {state.best_step}")
            break
    if state.best is not None:
        model.load_state_dict(state.best["model"])
    parallel.after_steps(loss_of)
    return state.curve, model.eval()


def _spread(run: Run) -> tuple[Run, Objective]:
    """The run with its model on the device, or this process's parts of it, and the loss of a micro-batch."""
    if run.compile:
        compiling.prepare()
    given, device, offload = run.model, run.device, run.offload and parallel.shares_weights(run.strategy)
    model = parallel.spread(given, device, run.strategy, compile=run.compile, offload=offload)
    if run.recompute:
        parallel.recompute(model)
    run = replace(run, model=model, compile=run.compile and model is given)
    loss_of = parallel.synchronized(model, _objective(run), device, run.strategy, offload=offload)
    if run.weights is not None:
        parallel.fill(loss_of, model, run.weights(), torch.device("cpu") if offload else device.torch)
    return run, loss_of


def _seed(seed: int, step: int) -> None:
    """Dropout and noise are keyed by the step, and differ between processes."""
    torch.manual_seed(seed * 1_000_003 + step - 1 + parallel.rank() * RANK_SEEDS)


def _finish_gradients(model: LanguageModel, config: OptimizerConfig) -> Tensor:
    """Add the pull of L1 and clip; returns the norm before clipping."""
    if config.l1:
        _add_l1(model, config.l1)
    return parallel.clip_gradients(model, config.clip_norm)


def _step(optimizers: list[torch.optim.Optimizer]) -> None:
    for optimizer in optimizers:
        optimizer.step()


def _drop_gradients(optimizers: list[torch.optim.Optimizer]) -> None:
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)


def _row(config: TrainConfig, step: int, factor: float, loss: float, norm: Tensor | None) -> Measures:
    """A point of the curve; without a norm the step was left out."""
    row = {
        "step": step,
        "tokens": step * config.batch_tokens,
        "loss": loss,
        "learning_rate": config.optimizer.learning_rate * factor,
    }
    return row if norm is None else row | {"grad_norm": float(norm)}


def _rate_of_matrices(config: OptimizerConfig, factor: float) -> Measures:
    """Where they have a learning rate of their own."""
    return {"matrix_learning_rate": config.matrix_learning_rate * factor} if config.name == "muon" else {}


def _show_progress(run: Run, step: int, curve: list[Measures]) -> None:
    shown = {"loss": curve[-1]["loss"]} if curve else {}
    tokens = run.config.batch_tokens
    run.reporter.progress(step * tokens, run.config.steps * tokens, "tokens", **shown)


def _set_rates(optimizers: list[torch.optim.Optimizer], factor: float) -> None:
    """Learning rates as a factor of their peaks."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak_lr"] * factor


def _validated(run: Run, loss_of: Objective, step: int) -> Measures:
    """Measures of the model on held-out data, in every process; what it writes is shown."""
    fits_memory = partial(explained_validation, run.config, run.model.num_parameters(), run.model.context_length)
    with parallel.outside_step(loss_of):
        with fits_memory("validation"):
            measures = run.validate(run.model)
        with fits_memory("generation"):
            run.show(run.model, step)
    return measures


def _stop(run: Run, held: HeldSignals, step: int) -> None:
    """
    End the run where a signal asked for it, when its checkpoint is on disk.

    Raises:
        Interrupted: The signal came to another process.
    """
    run.checkpoints.wait()
    run.reporter.say(f"stopping after step {step} of {run.config.steps}; its checkpoint is written")
    parallel.wait_for_all()
    if not held.waiting:
        raise Interrupted("another training process was told to stop; run the same command again to go on.")
    held.deliver()


def _gauges(run: Run, model: LanguageModel) -> Telemetry | None:
    if not isinstance(model, Transformer):  # whose arithmetic they count
        return None
    return telemetry(run.device, model.config, model.vocab_size, run.mixture.num_tokens(), parallel.num_processes())


class _RunningLoss:
    """
    The mean loss of the steps since the last point of the curve, in nats a token.

    The sum stays on the device until it is asked for: reading it makes the step wait.
    """

    def __init__(self, pending: tuple[float, int], device: torch.device) -> None:
        self.sum = torch.tensor(pending[0], dtype=torch.float64, device=device)
        self.tokens = pending[1]

    def add(self, loss: Tensor, tokens: int) -> None:
        """A step: its summed loss, and the number of its supervised tokens."""
        self.sum, self.tokens = self.sum + loss, self.tokens + tokens

    def take(self) -> float:
        """The mean; counting starts again."""
        mean = float(self.sum) / max(1, self.tokens)
        self.sum, self.tokens = torch.zeros_like(self.sum), 0
        return mean

    def pending(self) -> tuple[float, int]:
        """Sum and number of tokens, for the checkpoint."""
        return float(self.sum), self.tokens


class _State:
    """Everything a later step depends on, besides model and optimizers."""

    def __init__(self, saved: Mapping[str, Any] | None) -> None:
        self.step: int = saved["step"] if saved else 0
        self.curve: list[Measures] = saved["curve"] if saved else []
        self.best: dict[str, Any] | None = saved["best"] if saved else None
        self.skipped: list[int] = saved["skipped"] if saved else []  # steps left out, numbered from 1
        self.pending: tuple[float, int] = tuple(saved["pending"]) if saved else (0.0, 0)

    def log(self, row: Measures, reporter: Reporter, gauges: Measures) -> None:
        """Add a row to the curve and tell the reporter of it, of what is odd about it and what the machine did."""
        before = self.curve[-1]["step"] if self.curve else 0
        skipped = sum(step > before for step in self.skipped)
        if skipped:
            row["skipped_steps"] = skipped
        unusual = spikes(self.curve, row)
        for name, ratio in unusual.items():
            value = row[name.removesuffix("_spike")]
            reporter.say(f"warning: {name} at step {row['step']}: {value:.4g} is {ratio:.1f} times the recent median")
        self.curve.append(row)
        reporter.metrics(
            {key: value for key, value in (row | unusual | gauges).items() if key != "step"}, int(row["step"])
        )

    def consider(self, measure: str | None, row: Measures, model: LanguageModel) -> None:
        """Keep these weights when they are the best so far."""
        if measure is None:
            return
        value = -row[measure] if measure == "valid_loss" else row[measure]
        if self.best is None or value > self.best["value"]:
            weights = {name: parallel.kept(tensor) for name, tensor in model.state_dict().items()}
            self.best = {"value": value, "step": int(row["step"]), "model": weights}

    @property
    def best_step(self) -> int:
        """Of the weights that are best so far."""
        return self.best["step"] if self.best else 0

    def is_late(self, patience: int | None, row: Measures) -> bool:
        """Whether a row that is not in the curve yet is the last of `patience` validations without a better one."""
        if patience is None or self.best is None or "valid_loss" not in row:
            return False
        since = sum("valid_loss" in old and old["step"] > self.best_step for old in self.curve)
        return row["step"] > self.best_step and since + 1 >= patience

    def to_save(
        self, step: int, model: LanguageModel, optimizers: list[torch.optim.Optimizer], pending: tuple[float, int]
    ) -> dict[str, Any]:
        """The content of a checkpoint."""
        return {
            "step": step,
            "curve": self.curve,
            "best": self.best,
            "skipped": self.skipped,
            "pending": list(pending),
            "model": model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        }


def _resume(run: Run, optimizers: list[torch.optim.Optimizer]) -> _State:
    weights = run.model.state_dict()
    states = [dict(enumerate(p for group in o.param_groups for p in group["params"])) for o in optimizers]
    saved = run.checkpoints.load(
        like={"model": weights, "best": {"model": weights}, "optimizers": [{"state": s} for s in states]}
    )
    for warning in run.checkpoints.warnings:
        run.reporter.say(warning)
    if saved is not None:
        run.model.load_state_dict(saved["model"])
        for optimizer, state in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        run.reporter.say(f"resuming after step {saved['step']} of {run.config.steps}")
    return _State(saved)


def _objective(run: Run) -> Objective:
    """The summed loss of a micro-batch in nats, compiled when the run asks for it."""
    model, z_loss = run.model, run.config.optimizer.z_loss
    if run.loss is not None:
        return partial(run.loss, model)
    hidden: Callable[..., Tensor] = model.hidden
    if run.compile:  # one block's kernels serve all: compiling takes as long for a hundred layers as for one
        hidden = partial(hidden, through=[torch.compile(block, dynamic=False) for block in model.blocks])

    def where_it_counts(batch: Batch, mask: Mask, embedded: Tensor | None) -> Tensor:
        keep = batch.targets != IGNORE
        states = hidden(batch.inputs, batch.segments, embedded=embedded, mask=mask)[keep]
        return linear_cross_entropy(states, model.head, batch.targets[keep], z_loss)

    def everywhere(batch: Batch, mask: Mask, embedded: Tensor | None) -> Tensor:
        logits = model.logits(model.hidden(batch.inputs, batch.segments, embedded=embedded, mask=mask))
        logits, targets = logits.flatten(0, 1).float(), batch.targets.flatten()
        loss = F.cross_entropy(logits, targets, reduction="sum")
        return pulled(loss, logits, targets != IGNORE, z_loss) if z_loss else loss

    loss_of = where_it_counts
    if run.device.torch.type != "cpu":  # a GPU would wait for the number of targets
        loss_of = torch.compile(everywhere, dynamic=False, options=_compile_options()) if run.compile else everywhere
    return lambda batch, mask: loss_of(batch, mask, _noisy(run, batch) if run.neftune_alpha else None)


def _compile_options() -> dict[str, Any]:
    """The compiler may not time kernels to choose one where the result could depend on the choice."""
    return {"deterministic": True} if torch.are_deterministic_algorithms_enabled() else {}


def _accumulate(run: Run, loss_of: Objective, batch: Batch, micro_rows: int) -> tuple[Tensor, int]:
    """Gradients of the mean loss over the batch's supervised tokens; returns its sum in nats and their number."""
    tokens, processes = batch.num_targets, parallel.num_processes()
    total = torch.zeros((), dtype=torch.float64, device=run.device.torch)
    micros = batch.split(micro_rows)
    for number, micro in enumerate(micros, start=1):
        micro = micro.to(run.device.torch)
        with parallel.exchanging(loss_of, last=number == len(micros)):
            with run.device.autocast():
                loss = loss_of(micro, attention_mask(micro.segments))
            (loss * processes / max(1, tokens)).backward()  # DDP and FSDP divide by the number of processes
        total += loss.detach()  # stays on the device: reading it would make every step wait
    return parallel.summed(total), tokens


def _noisy(run: Run, batch: Batch) -> Tensor:
    """Embeddings plus uniform noise of size alpha / sqrt(T D)."""
    embedded = run.model.embed(batch.inputs)
    size = run.neftune_alpha / math.sqrt(embedded.shape[1] * embedded.shape[2])
    return embedded + torch.empty_like(embedded).uniform_(-size, size)


@torch.no_grad()
def _add_l1(model: LanguageModel, strength: float) -> None:
    """Add the subgradient of strength * sum |w| over matrices."""
    for parameter in model.parameters():
        if parameter.ndim >= 2 and parameter.grad is not None:
            parameter.grad.add_(parameter.sign(), alpha=strength)


def num_skipped(curve: list[Measures]) -> int:
    """Steps that were left out because they diverged."""
    return int(sum(row.get("skipped_steps", 0) for row in curve))


def curve_csv(curve: list[Measures]) -> str:
    """The curve as CSV: columns in a fixed order, an empty cell where a measure was not taken."""
    first = ["step", "tokens", "loss", "valid_loss", "valid_bits_per_byte", "learning_rate", "grad_norm"]
    others = sorted({key for row in curve for key in row} - set(first))
    columns = first + others
    lines: Iterator[str] = (",".join(_cell(row.get(column)) for column in columns) for row in curve)
    return "\n".join([",".join(columns), *lines]) + "\n"


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6g}"
