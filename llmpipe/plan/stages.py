"""What each stage of dvc.yaml will take: a function for each, put together from sizes, the sample and the speed."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from llmpipe.config import ModelConfig, Params, PretrainConfig, Steps, TrainConfig
from llmpipe.evaluation.retrieval import BASES
from llmpipe.model.flops import training_flops_per_token
from llmpipe.plan import memory, sizes
from llmpipe.plan.amounts import Amounts
from llmpipe.plan.machine import Machine
from llmpipe.plan.sample import Sample
from llmpipe.plan.speed import BATCH, CLASSIFICATION, Speed
from llmpipe.plan.tuned import Tuned, own
from llmpipe.stages.encode import WORKER_BYTES
from llmpipe.stages.pretrain import VALID_TOKENS
from llmpipe.tasks import TASKS
from llmpipe.train.checkpoint import KEEP
from llmpipe.train.telemetry import CPU_WATTS_A_CORE
from llmpipe.tuning.judging import WITHOUT_ANSWERS

# Measured with the sample world on two cores, November 2026 (docs/planning.md).
START_S = {  # Python and its imports, DVC's hashes, MLflow before and after
    "ingest": 6.5,
    "clean": 6.5,
    "tokenizer": 5.0,
    "encode": 3.5,
    "baselines": 4.0,
    "pretrain": 4.5,
    "finetune": 9.0,
    "evaluate": 7.0,
    "transfer": 5.5,
    "report": 7.5,
}
POOL_S = 2.0  # until worker processes have started
SHARED_RATIO = 0.7  # of the work of `ingest` and `clean` that is shared among processes; the rest is one process's
PAIR_S = 3.6e-6  # of a training and a test example in the baselines
SCORE_S = 1.1e-3  # of a test example in metrics, bootstrap and paired tests
SEARCH_S = 2.7e-3  # of a question among the passages of all documents; among those of a data set it is nothing
INDEX_BYTE_S = 0.3e-6  # of the base of documents, for a byte of text: read, cut, counted
REPORT_S = 3.0
CELL_S = 4.0  # of a training run of `transfer`: its process, reading, writing
REPORT_BYTE_S = 0.35e-6  # of the data card, for a byte of raw documents
MAIN_BYTES = 250e6  # of the process of a data stage, MLflow included
PROCESS_BYTES = 80e6  # of a worker process
TORCH_BYTES = 550e6  # of a process with torch
CLEAN_BYTES = 220e6  # more in a worker of clean
TOKENIZER_RATIO = 8  # memory of SentencePiece, to the bytes of its text
NGRAM_TOKEN_BYTES = 90  # of the n-gram baseline
NGRAM_ORDERS = 1.6  # times the longest order alone
LSTM_STEP = 1.0  # of a step of pretraining, on a CPU
ENCODER_DECODER_STEP = 0.7  # of a step of pretraining on as many tokens
VECTORS_BYTE_S = (0.4e-6, 0.035e-6)  # of word vectors, for a byte of text: to read it, and for a step over its pairs
EXAMPLE_BYTES = 1700  # on disk, for a test example with the answers of the model and the baselines
MODEL_EXTRA_BYTES = 2e5  # tokenizer, config and curve of a model directory
REPORT_BYTES = 1e6
REPORT_MEMORY_BYTES = 450e6


@dataclass(frozen=True)
class Known:
    """All that is known before the run."""

    params: Params
    machine: Machine
    amounts: Amounts
    sample: Sample
    speed: Speed
    tuned: Tuned
    pace: float  # how many times longer plain Python takes here; the seconds above are multiplied with it


@dataclass(frozen=True)
class Row:
    """
    What one stage takes.

    Args:
        seconds: From the start of its process to its end.
        flops: Floating-point operations of the model; 0 where there is none.
        memory_bytes: At most, of main memory.
        gpu_bytes: At most, of the GPU.
        disk_bytes: Left at the end, without DVC's cache.
        scratch_bytes: On disk at most while it runs, beyond that.
        cores: Busy ones.
    """

    seconds: float
    flops: float = 0
    memory_bytes: float = 0
    gpu_bytes: float = 0
    disk_bytes: float = 0
    scratch_bytes: float = 0
    cores: float = 1


def rows(known: Known) -> dict[str, Row]:
    """A row for each stage."""
    found = {name: row(known) for name, row in STAGES.items()}
    return {name: replace(row, seconds=row.seconds + known.pace * START_S[name]) for name, row in found.items()}


def watt_hours(row: Row, known: Known) -> float:
    """Energy of a stage: what the GPU draws, and an assumed power for each busy core."""
    gpu = known.speed.watts[0] if known.speed.watts and row.gpu_bytes else 0.0
    return (row.cores * CPU_WATTS_A_CORE + gpu) * row.seconds / 3600


# --- data -------------------------------------------------------------------------------------------


def ingest(known: Known) -> Row:
    """The world is written by processes, files are read by one."""
    world = any(source.kind == "world" for source in known.params.ingest.sources)
    workers = known.machine.workers if world else 1
    return _data_row(known, "ingest", workers)


def clean(known: Known) -> Row:
    """Tasks in processes; duplicates and leaks of all documents in one."""
    row = _data_row(known, "clean", known.machine.workers)
    work = known.amounts.num_bytes * known.sample.disk_ratio["ingest"]
    return Row(
        row.seconds,
        memory_bytes=row.memory_bytes + CLEAN_BYTES * known.machine.workers,
        disk_bytes=row.disk_bytes,
        scratch_bytes=work,
        cores=row.cores,
    )


def tokenizer(known: Known) -> Row:
    """SentencePiece reads at most `tokenizer.max_bytes`."""
    train = _clean_bytes(known) * _train_ratio(known)
    used = min(train, known.params.tokenizer.max_bytes)
    seconds = known.sample.byte_s["tokenizer"] * used / known.sample.kept_ratio
    disk = 60 * known.params.tokenizer.vocab_size
    return Row(seconds, memory_bytes=MAIN_BYTES + TOKENIZER_RATIO * used, disk_bytes=disk)


def encode(known: Known) -> Row:
    """Processes share the text when there is much."""
    shared = _clean_bytes(known) > WORKER_BYTES
    return _data_row(known, "encode", known.machine.workers if shared else 1)


def _data_row(known: Known, stage: str, workers: int) -> Row:
    """Time in proportion to the raw text, divided among processes."""
    alone_s = known.sample.byte_s[stage] * known.amounts.num_bytes
    shared_s = alone_s * (1 - SHARED_RATIO + SHARED_RATIO / workers) + (known.pace * POOL_S if workers > 1 else 0)
    disk = known.sample.disk_ratio[stage] * known.amounts.num_bytes
    cores = alone_s / shared_s if workers > 1 else 1.0
    return Row(
        shared_s,
        memory_bytes=MAIN_BYTES + PROCESS_BYTES * (workers if workers > 1 else 0),
        disk_bytes=disk,
        cores=max(1.0, cores),
    )


def _clean_bytes(known: Known) -> float:
    return known.amounts.num_bytes * known.sample.kept_ratio


def _train_ratio(known: Known) -> float:
    return 1 - known.params.clean.split.valid_ratio - known.params.clean.split.test_ratio


def text_tokens(known: Known) -> dict[str, float]:
    """Tokens of each split of the documents."""
    total, split = _clean_bytes(known) * known.sample.tokens_per_byte, known.params.clean.split
    return {
        "train": total * _train_ratio(known),
        "valid": total * split.valid_ratio,
        "test": total * split.test_ratio,
    }


# --- models -----------------------------------------------------------------------------------------


def pretrain(known: Known) -> Row:
    """Steps, and validation on the first documents of the split."""
    held_out = min(VALID_TOKENS, text_tokens(known)["valid"])
    step = _Step(known.params.pretrain, known.speed.step_s["pretrain"], known.params.pretrain.batch_tokens)
    return _training_row(known, own(known.params), step, held_out, best=False)


def finetune(known: Known) -> Row:
    """
    Steps, and validation on all valid examples, each taken as half a context long, and answers to them.

    Of preference pairs all are read once more at the start, for what the model thinks of them then.
    """
    return _finetune(known, known.tuned)


def _finetune(known: Known, tuned: Tuned) -> Row:
    config = known.params.finetune
    step_s = known.speed.step_s["finetune"] * tuned.slower(known.params)
    step = _Step(config, step_s, tuned.step_tokens(config))
    if tuned.num_pairs:
        held_out, once = tuned.all_tokens() * config.preference.valid_ratio, tuned.all_tokens()
    else:
        held_out, once = sum(dataset.valid for dataset in known.amounts.datasets) * tuned.model.context_length / 2, 0.0
    row = _training_row(known, tuned, step, held_out, best=config.early_stopping, once=once)
    batches, count = _valid_answers(known)
    times = sizes.num_validations(config)
    flops = count * tuned.model.context_length / 2 * sizes.forward_flops_per_token(tuned.model, tuned.vocab_size)
    seconds = batches * known.speed.answers_s * tuned.larger(known.params)
    return replace(row, seconds=row.seconds + times * seconds, flops=row.flops + times * flops)


def _valid_answers(known: Known) -> tuple[float, int]:
    """
    Batches and number of answers of a validation of `finetune`: to the valid examples whose task has its `best_by`.

    A batch that is not full costs more than its share: half of it whatever its size.
    """
    best_by = known.params.finetune.best_by
    if best_by in WITHOUT_ANSWERS:
        return 0.0, 0
    asked = [d.valid for d in known.amounts.datasets if best_by == "metric" or best_by in TASKS[d.task].metrics]
    return sum((math.ceil(count / BATCH) + count / BATCH) / 2 for count in asked), sum(asked)


@dataclass(frozen=True)
class _Step:
    """One step of a training: its configuration, seconds and positions."""

    config: TrainConfig
    seconds: float
    tokens: float


def _training_row(known: Known, tuned: Tuned, step: _Step, held_out: float, *, best: bool, once: float = 0) -> Row:
    """Training of `tuned.model`; `held_out` tokens are read at each validation, `once` tokens at the start."""
    machine, config = known.machine, step.config
    model, vocab_size = tuned.model, tuned.vocab_size
    read = sizes.num_validations(config) * held_out + once
    seconds = config.steps * step.seconds + read * known.speed.token_s * tuned.larger(known.params)
    flops = config.steps * step.tokens * training_flops_per_token(model, vocab_size)
    flops += read * sizes.forward_flops_per_token(model, vocab_size)
    parts = training_parts(known, tuned, config)
    in_main, on_gpu = memory.places(parts, known.params.compute, cuda=machine.cuda, processes=machine.processes)
    weights = memory.weight_bytes(model, vocab_size)
    best_weights = weights if best else 0
    checkpoint = weights + best_weights + memory.optimizer_bytes(model, config.optimizer, vocab_size)
    return Row(
        seconds,
        flops=flops,
        memory_bytes=machine.processes * TORCH_BYTES + in_main + best_weights,
        gpu_bytes=on_gpu,
        disk_bytes=weights + MODEL_EXTRA_BYTES,
        scratch_bytes=(KEEP + 1) * checkpoint,  # one more while it is written
        cores=1 if machine.cuda else machine.threads,
    )


def training_parts(known: Known, tuned: Tuned, config: TrainConfig) -> dict[str, int]:
    """What each process of a training run holds in memory."""
    machine = known.machine
    return memory.training_bytes(
        tuned.model,
        config,
        tuned.vocab_size,
        bf16=machine.device.bf16,
        cuda=machine.cuda,
        compute=known.params.compute,
        processes=machine.processes,
    )


def baselines(known: Known) -> Row:
    """The n-grams, counted once for the longest and estimated for each order, two trainings, word vectors."""
    config = known.params.baselines
    counted = min(text_tokens(known)["train"], config.ngram.max_tokens) if config.ngram.order else 0
    before, translator = known.params.pretrain, config.encoder_decoder
    tokens = LSTM_STEP * _tokens(config.lstm.steps, before.batch_tokens, before)
    tokens += ENCODER_DECODER_STEP * _tokens(translator.steps, translator.batch_tokens, before)
    read = min(text_tokens(known)["train"] / known.sample.tokens_per_byte, config.vectors.max_bytes)
    once, again = VECTORS_BYTE_S
    seconds = NGRAM_ORDERS * counted * known.speed.ngram_token_s
    seconds += tokens / before.batch_tokens * known.speed.step_s["pretrain"]
    seconds += known.pace * len(config.vectors.kinds) * read * (once + again * config.vectors.steps)
    return Row(
        seconds,
        memory_bytes=TORCH_BYTES + NGRAM_TOKEN_BYTES * counted,
        cores=known.machine.threads if tokens else 1,
    )


def _tokens(steps: Steps, batch_tokens: int, before: PretrainConfig) -> int:
    """Of a model's training; equal arithmetic is a few more than equal tokens."""
    return steps * batch_tokens if isinstance(steps, int) else before.steps * before.batch_tokens


def evaluate(known: Known) -> Row:
    """Answers alone and with retrieval, labels scored, nats of the test documents for two models, baselines, scores."""
    params, machine, config = known.params, known.machine, known.params.evaluate
    vocab_size, context = params.tokenizer.vocab_size, params.model.context_length
    answers_s, count = _answers(known)
    tuned, larger = known.tuned, known.tuned.larger(params)
    asked = _asked(known)
    answers_s = larger * (answers_s + asked.answers_s + known.speed.label_s * _labelled(known))
    test_tokens = (1 + larger) * text_tokens(known)["test"]  # in tokens of our own model
    limit = params.finetune.train_per_dataset
    pairs = sum(min(d.train, limit or d.train) * _tested(d.tests, known) for d in known.amounts.datasets)
    seconds = answers_s + known.pace * asked.search_s + test_tokens * known.speed.token_s
    seconds += known.pace * PAIR_S * pairs
    seconds += known.pace * SCORE_S * count * (config.resamples + config.randomisations / 10) / 2000
    read = (count / 2 + asked.count + _labelled(known)) * context  # with a passage, or all labels, twice as much
    weights = memory.FLOAT * sizes.num_parameters(params.model, vocab_size)
    weights += memory.FLOAT * sizes.num_parameters(tuned.model, tuned.vocab_size)
    on_device = weights + config.batch_size * _answer_bytes(tuned.model)
    # logits of a batch of documents (train/validate.py)
    on_device += 8192 * max(vocab_size, tuned.vocab_size) * 3 * memory.FLOAT
    return Row(
        seconds,
        flops=(larger * read + test_tokens) * sizes.forward_flops_per_token(params.model, vocab_size),
        memory_bytes=TORCH_BYTES + (0 if machine.cuda else on_device),
        gpu_bytes=on_device if machine.cuda else 0,
        disk_bytes=count * EXAMPLE_BYTES,
        cores=1 if machine.cuda else machine.threads,
    )


def _answer_bytes(model: ModelConfig) -> float:
    """Keys and values of a row, and what its prompt takes on the way."""
    c = model
    cached = 2 * c.num_layers * c.num_kv_heads * c.head_dim * c.context_length
    return memory.FLOAT * (cached + 4 * c.context_length * c.hidden_dim)


def _tested(tests: tuple[int, ...], known: Known) -> int:
    """Test examples of a data set that are answered."""
    most = known.params.evaluate.max_per_set
    return sum(count if most is None else min(count, most) for count in tests)


def _answers(known: Known) -> tuple[float, int]:
    """Seconds to answer all test sets with one model, and how many examples they have."""
    seconds, total = 0.0, 0
    for dataset in known.amounts.datasets:
        for count in dataset.tests:
            tested = _tested((count,), known)
            batches = math.ceil(tested / known.params.evaluate.batch_size)
            seconds += known.speed.answers_s * (batches + tested / BATCH) / 2  # half of it whatever the size of a batch
            total += tested
    return seconds, total


@dataclass(frozen=True)
class _Asked:
    """Answers to questions with retrieval: their number, seconds of the model, and of the search, before `pace`."""

    count: int
    answers_s: float
    search_s: float


def _asked(known: Known) -> _Asked:
    """
    Questions of test sets and of valid, each with what is found and without what supports it, `reading` closed, too.

    Passages are taken to fill the other half of the context.
    """
    config, count, searched = known.params.evaluate, 0, 0
    for dataset in known.amounts.datasets if config.retrieval.enabled else ():
        if dataset.task in BASES:
            tested, valid = _tested(dataset.tests, known), _tested((dataset.valid,), known)
            count += 2 * (tested + valid) + (tested if dataset.task == "reading" else 0)
            searched += tested + valid if dataset.task == "recall" else 0
    search_s = SEARCH_S * searched + (INDEX_BYTE_S * _clean_bytes(known) * _train_ratio(known) if searched else 0.0)
    speed, context = known.speed, known.params.model.context_length
    batches = math.ceil(count / config.batch_size)
    answers_s = speed.answers_s * (batches + count / BATCH) / 2 + count * context / 2 * speed.token_s
    return _Asked(count, answers_s, search_s)


def _labelled(known: Known) -> int:
    """Examples whose labels are all scored: of valid and of the test sets."""
    if known.params.evaluate.abstention.target_accuracy is None:
        return 0
    found = [dataset for dataset in known.amounts.datasets if dataset.task == CLASSIFICATION]
    return sum(dataset.valid + _tested(dataset.tests, known) for dataset in found)


def transfer(known: Known) -> Row:
    """
    One training and one evaluation for each arm, number of labels and seed; nothing without labels.

    Runs side by side share the threads, so together they are taken to last as long as one after the other.
    """
    config, params = known.params.transfer, known.params
    runs = len(config.labels) * len(config.seeds)
    if not runs:
        return Row(0, memory_bytes=TORCH_BYTES)
    tuned = _finetune(known, own(params))
    from_scratch = params.pretrain.steps + sizes.training_tokens(params.finetune) / params.pretrain.batch_tokens
    others = sum(arm != "pretrained" for arm in config.arms)
    tunings = len(config.arms) - others
    answers_s, count = _answers(known)
    seconds = tunings * tuned.seconds + others * from_scratch * known.speed.step_s["pretrain"]
    seconds += len(config.arms) * answers_s
    scratch_flops = sizes.training_tokens(params.pretrain) + sizes.training_tokens(params.finetune)
    scratch_flops *= training_flops_per_token(params.model, params.tokenizer.vocab_size)
    jobs = min(config.jobs, runs * len(config.arms))
    return Row(
        runs * (seconds + known.pace * (CELL_S * len(config.arms) + SCORE_S * count)),
        flops=runs * (tunings * tuned.flops + others * scratch_flops),
        memory_bytes=TORCH_BYTES + jobs * tuned.memory_bytes,
        gpu_bytes=jobs * tuned.gpu_bytes,
        disk_bytes=runs * len(config.arms) * count * EXAMPLE_BYTES / 4,
        scratch_bytes=jobs * (tuned.disk_bytes + tuned.scratch_bytes),
        cores=tuned.cores,
    )


def report(known: Known) -> Row:
    """Pages, plots and the data card, which reads all documents."""
    seconds = known.pace * (REPORT_S + REPORT_BYTE_S * known.amounts.num_bytes)
    return Row(seconds, memory_bytes=REPORT_MEMORY_BYTES, disk_bytes=REPORT_BYTES)


STAGES: dict[str, Callable[[Known], Row]] = {
    "ingest": ingest,
    "clean": clean,
    "tokenizer": tokenizer,
    "encode": encode,
    "baselines": baselines,
    "pretrain": pretrain,
    "finetune": finetune,
    "evaluate": evaluate,
    "transfer": transfer,
    "report": report,
}
