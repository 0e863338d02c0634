"""How fast the model is here: a matrix product, steps of the real training loop, generation; some seconds in all."""

import io
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from llmpipe import tasks
from llmpipe.baselines import ngram
from llmpipe.config import Params, TrainConfig
from llmpipe.files import Layout
from llmpipe.model.choices import log_likelihoods
from llmpipe.model.flops import matmul_peak, training_flops_per_token
from llmpipe.model.generate import generate
from llmpipe.model.transformer import Transformer
from llmpipe.plan.machine import Machine, gpu_watts
from llmpipe.progress import Reporter
from llmpipe.stages.pretrain import held_out_documents
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import compiling
from llmpipe.train.batches import DocumentSequences, Mixture, Sequences
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.loop import Run, batch_rows, train
from llmpipe.train.telemetry import resident_bytes
from llmpipe.train.validate import document_nats
from llmpipe.tuning import mixture

TRAINING_S = 1.0  # of steps in a round
ROUNDS = 2  # of pretraining and fine-tuning in turn, so that a busy moment does not meet one of them only
GENERATION_S = 2.0
WARM_UP_STEPS = 3
TIMED_STEPS = 4  # at least
LONGEST_STEP_S = 1.5  # a batch that would take longer is cut, and its time computed from two smaller ones
EXPECTED_RATIO = 0.25  # of the matrix product, to tell beforehand which batch would
HELD_OUT_TOKENS = 16384
CLASSIFICATION = "classification"  # the task whose labels are scored
BATCH = 64  # answers generated side by side in the calibration


@dataclass(frozen=True)
class Speed:
    """
    What one unit of work takes.

    Args:
        peak_flops: Floating-point operations a second of a large matrix product.
        step_s: An optimizer step of `pretrain` and of `finetune`.
        token_s: A token of held-out text, forward.
        answers_s: A batch of 64 answers.
        label_s: All labels of an example of classification, scored.
        ngram_token_s: A training token of the n-gram baseline.
        peak_bytes: The most memory that the measured steps took, on the device; None when no step was measured.
        watts: Of the GPU in training, and where that number comes from.
    """

    peak_flops: float
    step_s: Mapping[str, float]
    token_s: float
    answers_s: float
    label_s: float
    ngram_token_s: float
    peak_bytes: int | None = None
    watts: tuple[float, str] | None = None


def measure(params: Params, machine: Machine, data: Layout) -> Speed | None:
    """Time the model on the sample in `data`; None when a single row would take too long."""
    peak = matmul_flops(machine)
    vocab_size, context = params.tokenizer.vocab_size, params.model.context_length
    row_flops = training_flops_per_token(params.model, vocab_size) * context
    if 2 * row_flops > LONGEST_STEP_S * EXPECTED_RATIO * peak:
        return None
    most_rows = int(LONGEST_STEP_S * EXPECTED_RATIO * peak / row_flops)
    tokenizer = Tokenizer.load(data.tokenizer)
    documents = TokenShards(data.tokens / "train")
    mixtures = {
        "pretrain": Mixture({"documents": DocumentSequences(documents)}, {"documents": 1.0}, 1, context),
        "finetune": _tuning_mixture(params, data, tokenizer, documents),
    }
    trial = _Trial(params, machine, vocab_size)
    with _PeakMemory(machine) as memory:
        times = {"pretrain": [trial.step_s(params.pretrain, mixtures["pretrain"], most_rows)]}
    watts = trial.watts
    if trial.compiles(params.pretrain) and trial.compiles(
        params.finetune
    ):  # compiling once more takes longer than all the rest
        ratio = params.finetune.batch_tokens / params.pretrain.batch_tokens
        times["finetune"] = [times["pretrain"][0] * ratio]
    else:
        times["finetune"] = [trial.step_s(params.finetune, mixtures["finetune"], most_rows)]
    for _ in range(ROUNDS - 1):
        for name, config in (("pretrain", params.pretrain), ("finetune", params.finetune)):
            if not trial.compiles(config):
                times[name].append(trial.step_s(config, mixtures[name], most_rows))
    model = trial.model.eval()
    held_out, _ = held_out_documents(documents, HELD_OUT_TOKENS)
    forward_s = _seconds(lambda: document_nats(model, held_out, context)) / sum(map(len, held_out))
    training = [documents.document(i) for i in range(documents.num_documents)]
    ngram_s = _seconds(lambda: ngram.train(training, tokenizer.vocab_size, max(1, params.baselines.ngram.order)))
    return Speed(
        peak_flops=peak,
        step_s={name: statistics.mean(found) for name, found in times.items()},
        token_s=forward_s,
        answers_s=_answers(params, data, tokenizer, model),
        label_s=_labels(params, data, tokenizer, model),
        ngram_token_s=ngram_s / documents.num_tokens,
        peak_bytes=memory.bytes if batch_rows(params.pretrain, context)[1] <= most_rows else None,
        watts=watts,
    )


def _tuning_mixture(params: Params, data: Layout, tokenizer: Tokenizer, documents: TokenShards) -> Mixture:
    """The sample's examples, with the configured share of documents."""
    ratio, context = params.finetune.documents_ratio, params.model.context_length
    read = mixture.read_examples(data.clean / "examples" / "train")
    encoded = {name: mixture.encode(rows, tokenizer, context)[0] for name, rows in read.items()}
    sources: dict[str, Sequences] = {name: source for name, source in encoded.items() if len(source.lengths)}
    weights = dict.fromkeys(sources, (1 - ratio) / max(1, len(sources))) | {mixture.DOCUMENTS: ratio}
    return Mixture(sources | {mixture.DOCUMENTS: DocumentSequences(documents)}, weights, 1, context)


def matmul_flops(machine: Machine) -> float:
    """Floating-point operations a second of a large matrix product in the type that training uses."""
    return matmul_peak(machine.device.torch, torch.bfloat16 if machine.device.bf16 else torch.float32)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _wait(tensor: torch.Tensor) -> None:
    """Until a GPU has computed it."""
    if tensor.is_cuda:
        torch.cuda.synchronize()


# --- training ---------------------------------------------------------------------------------------


class _Enough(Exception):
    """The calibration has seen enough steps."""


class _Clock(Reporter):
    """Notes when each step ended, and ends the training after `budget_s` seconds."""

    def __init__(self, budget_s: float, cuda: bool) -> None:
        super().__init__(stream=io.StringIO())
        self._budget_s, self._cuda = budget_s, cuda
        self.ends: list[float] = []
        self.watts: tuple[float, str] | None = None

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        if self._cuda:
            torch.cuda.synchronize()
        self.ends.append(time.perf_counter())
        enough = len(self.ends) >= WARM_UP_STEPS + TIMED_STEPS
        if enough and self.ends[-1] - self.ends[0] > self._budget_s:
            if self._cuda:
                self.watts = gpu_watts(torch.cuda.get_device_name())
            raise _Enough

    def step_s(self) -> float:
        """Mean of the steps after the first ones: slow moments come in a long run, too."""
        times = [after - before for before, after in itertools.pairwise(self.ends)]
        return statistics.mean(times[WARM_UP_STEPS - 1 :] or times)


class _NoCheckpoints(Checkpoints):
    def save(self, step: int, state: Any) -> None:
        """Write nothing."""


@dataclass
class _Trial:
    """Short trainings of one model."""

    params: Params
    machine: Machine
    vocab_size: int
    watts: tuple[float, str] | None = None

    def __post_init__(self) -> None:
        model = Transformer(self.params.model, self.vocab_size)
        self.model = model.initialize(torch.Generator().manual_seed(1)).to(self.machine.device.torch)
        if self.params.compute.fp8:
            self.model.use_float8()

    def compiles(self, config: TrainConfig) -> bool:
        """Whether the stage would."""
        params, device = self.params, self.machine.device
        return compiling.decide(params.compute, params.model, self.vocab_size, config, device).compile

    def step_s(self, config: TrainConfig, mixture: Mixture, most_rows: int) -> float:
        """
        Seconds of a step of the configured batch.

        A batch of more than `most_rows` rows: the optimizer takes the same whatever the batch, the rest grows with it.

        Raises:
            ParamsError: The batch is not a multiple of the context.
        """
        rows, _ = batch_rows(config, self.params.model.context_length)
        if rows <= most_rows:
            return self._train(config, mixture, rows, TRAINING_S)
        few = max(1, most_rows // 2)
        short, long = (self._train(config, mixture, count, TRAINING_S / 2) for count in (few, 2 * few))
        row_s = (long - short) / few if long > short else long / (2 * few)
        return max(0.0, short - row_s * few) + row_s * rows

    def _train(self, config: TrainConfig, mixture: Mixture, rows: int, budget_s: float) -> float:
        """Mean seconds of a step of `rows` rows."""
        tokens = rows * self.params.model.context_length
        changes = {
            "batch_tokens": tokens,
            "micro_batch_tokens": min(tokens, config.micro_batch_tokens or config.batch_tokens),
            "steps": 10**6,
            "validate_every": 10**9,
            "checkpoint_every": 10**9,
        }
        clock = _Clock(budget_s, self.machine.cuda)
        with tempfile.TemporaryDirectory() as folder, suppress(_Enough):
            train(
                Run(
                    model=self.model,
                    mixture=mixture,
                    config=config.model_copy(update=changes),
                    device=self.machine.device,
                    checkpoints=_NoCheckpoints("plan", "trial", Path(folder)),
                    validate=lambda _: {},
                    reporter=clock,
                    compile=self.compiles(config),
                )
            )
        self.watts = clock.watts
        return clock.step_s()


class _PeakMemory:
    """The most memory that a piece of work takes on the device, beyond what there was before."""

    def __init__(self, machine: Machine) -> None:
        self._cuda = machine.cuda
        self.bytes: int | None = None

    def __enter__(self) -> "_PeakMemory":
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
        else:
            with suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew (Linux)
            self._before = resident_bytes("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        if self._cuda:
            self.bytes = torch.cuda.max_memory_allocated()
        elif self._before:
            self.bytes = max(0, resident_bytes("VmHWM") - self._before)


# --- answers ----------------------------------------------------------------------------------------


def _answers(params: Params, data: Layout, tokenizer: Tokenizer, model: Transformer) -> float:
    """
    Seconds of a batch of 64 answers, the mean over data sets.

    Untrained weights never stop, so all answers get one length, halfway between the mean and the longest right answer:
    a small model takes as many steps as the longest, a large one pays for every token.
    """
    times = []
    for prompts, length in _prompts(params, data, tokenizer):
        length = min(length, params.evaluate.max_new_tokens, params.model.context_length // 2)
        settings: dict[str, Any] = {"max_new_tokens": length, "stop_ids": set[int]()}
        took = _seconds(lambda: generate(model, prompts, batch_size=len(prompts), **settings))  # noqa: B023
        times.append(took * BATCH / len(prompts))
        if sum(times) > GENERATION_S:
            break
    return statistics.mean(times)


def _labels(params: Params, data: Layout, tokenizer: Tokenizer, model: Transformer) -> float:
    """Seconds to score all labels of an example, the mean over the sample's examples of classification."""
    took, count = 0.0, 0
    for rows in mixture.read_examples(data.clean / "examples" / "train").values():
        if rows and rows[0].task == CLASSIFICATION:
            answers = [tokenizer.completion(label) for label in sorted({row.references[0] for row in rows})]
            room = params.model.context_length - max(map(len, answers))
            prompts = [tasks.fit_prompt(row, tokenizer.prompt, room)[0] for row in rows]
            took += _seconds(lambda: log_likelihoods(model, prompts, answers))  # noqa: B023
            count += len(rows)
    return took / max(1, count)


def _prompts(params: Params, data: Layout, tokenizer: Tokenizer) -> Iterator[tuple[list[list[int]], int]]:
    """64 prompts of each data set of the sample, and how long to make their answers."""
    for rows in mixture.read_examples(data.clean / "examples" / "train").values():
        lengths = [len(tokenizer.completion(tasks.completion(row))) for row in rows]
        room = params.model.context_length - min(max(lengths), params.model.context_length // 2)
        prompts = [tasks.fit_prompt(row, tokenizer.prompt, room)[0] for row in rows]
        yield (prompts * BATCH)[:BATCH], round((statistics.mean(lengths) + max(lengths)) / 2)
