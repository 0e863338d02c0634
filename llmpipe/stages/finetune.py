"""finetune: base model x task examples -> data/finetuned/, the tuned model."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from llmpipe import tasks
from llmpipe.errors import CheckpointError, DataError, ParamsError, unknown_name
from llmpipe.evaluation import retrieved
from llmpipe.evaluation.answers import headline, scores_on_valid
from llmpipe.evaluation.test_sets import VALID, TestSet, labels_of
from llmpipe.files import Layout, atomic_directory, digest, project_root, read_jsonl, shards, write_json, write_text
from llmpipe.model.language import LanguageModel
from llmpipe.model.masks import Mask
from llmpipe.model.transformer import Transformer, initial_weights
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.tasks import folds
from llmpipe.tokenizer import AnyTokenizer, Tokenizer, TokenShards
from llmpipe.train import adapters, augmentation, compiling, directory, foreign, pairs, parallel, preference
from llmpipe.train.batches import Batch, DocumentSequences, ExampleSequences, Mixture, Sequences, random_stream
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import use_device
from llmpipe.train.directory import Loaded
from llmpipe.train.loop import Batches, Measures, Run, curve_csv, num_skipped, train_in_parts
from llmpipe.train.validate import sequence_losses

CODE = ("model", "train", "tokenizer", "tasks", "metrics", "evaluation", "retrieval", "stages/finetune.py", "sections")
WITHOUT_ANSWERS = ("exact_match", "loss")  # `finetune.best_by` for which no answer is generated
DOCUMENTS = "documents"  # name of the replayed pretraining text in the mixture


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Tune the base model (or random weights) on the labelled examples and write its model directory."""
    config = params.finetune
    base, weights = first_weights(params, data)
    device = use_device(params.compute, base.config.model_dim)
    tokenizer, model = base.tokenizer, base.model
    model.set_dropout(config.dropout)
    if params.compute.fp8:
        model.use_float8()
    inputs = {"base": config.digest if config.base == "path" else digest(data.pretrained)}
    work = (pair_work if config.mode == "preference" else example_work)(params, data, base, model)
    if config.adapter.kind != "none":
        _check_strategy(params, f"finetune.adapter.kind is {config.adapter.kind}")
        adapters.adapt(model, config.adapter, config.seed)
    inputs |= work.inputs
    checkpoints = Checkpoints(
        "finetune", fingerprint(inputs, _params(params), CODE), in_parts=params.compute.checkpoint == "sharded"
    )
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    reporter.say(
        f"fine-tuning {trained:,} parameters ({config.base}) on {work.what}: "
        f"{config.steps} steps of {config.batch_tokens} tokens"
    )
    curve, tuned = train_in_parts(
        Run(
            model=model,
            mixture=work.batches,
            config=config,
            device=device,
            checkpoints=checkpoints,
            validate=work.validate,
            show=lambda tuned, step: reporter.metrics(work.more, step),
            reporter=reporter,
            keep_best=work.best if config.early_stopping else None,
            neftune_alpha=config.neftune_alpha,
            compile=compiling.decide(params.compute, base.config, model.vocab_size, config, device).compile,
            strategy=params.compute.strategy,
            recompute=params.compute.activation_checkpointing,
            offload=params.compute.cpu_offload,
            patience=config.patience,
            loss=work.loss,
            weights=weights,
        )
    )
    judged = work.judge(tuned) if work.judge else {}
    if config.adapter.kind != "none":
        adapters.merge(tuned)
    if not parallel.is_first():
        parallel.give_parts(tuned)
        return
    with atomic_directory(out.finetuned) as temporary:
        if isinstance(tokenizer, Tokenizer):
            directory.save(temporary, tuned, base_folder(config, data))
        else:
            directory.save_foreign(temporary, tuned, tokenizer)
        write_text(temporary / "curve.csv", curve_csv(curve))
    write_json(out.metrics("finetune"), _metrics(curve, work, config, trained) | judged)
    checkpoints.remove()


def _metrics(curve: Sequence[Measures], work: "Work", config: FinetuneConfig, trained: int) -> dict[str, Any]:
    """What data/metrics/finetune.json says of the weights that were kept, of `trained` parameters."""
    kept = _kept(curve, work.best) if config.early_stopping else curve[-1]
    return {
        "kept_step": kept["step"],
        "loss": kept["loss"],
        **{name: value for name, value in kept.items() if name.startswith("valid_")},
        "num_tokens": curve[-1]["tokens"],
        "num_trained": trained,
        "skipped_steps": num_skipped(list(curve)),
        **work.counts,
    }


@dataclass(frozen=True)
class Work:
    """
    What a mode trains on and how it is judged.

    Args:
        batches: Of the training data.
        validate: Measures on the held-out data.
        best: The measure by which weights are kept.
        inputs: Digests of what was read, beside the base.
        what: The data in words.
        counts: For data/metrics/finetune.json.
        loss: Of a micro-batch; None: of the next token.
        more: Further measures of the last validation, for the tracker.
        judge: Measures of the weights that are kept, on examples that no one has seen; None: there are none.
    """

    batches: Batches
    validate: Callable[[Transformer], Measures]
    best: str
    inputs: Mapping[str, str]
    what: str
    counts: Mapping[str, Any]
    loss: Callable[[LanguageModel, Batch, Mask], Tensor] | None = None
    more: Measures = field(default_factory=dict)
    judge: Callable[[Transformer], Measures] | None = None


def example_work(params: Params, data: Layout, base: Loaded, model: Transformer) -> Work:
    """Examples of the data sets, with the documents replayed beside them."""
    config, tokenizer, context = params.finetune, base.tokenizer, base.config.context_length
    examples = read_examples(data.clean / "examples" / "train", config.train_per_dataset)
    valid_examples = read_examples(data.clean / "examples" / "valid")
    held: dict[str, list[Example]] = {}
    counts: dict[str, Any] = {}
    if config.folds.count is not None:
        examples, valid_examples, held, counts = held_out(examples, valid_examples, config)
    noisy, noise = noisy_copies(examples, config)
    found, asked_valid, how_found = with_retrieved(params, data, examples, valid_examples)
    sources, lost = {}, {}
    for name, given in examples.items():
        rows = [*given, *noisy.get(name, []), *found.get(name, [])]
        sources[name], lost[name] = encode(rows, tokenizer, context)
        _check_lost(name, lost[name], len(rows), config)
    valid = {name: encode(rows, tokenizer, context)[0] for name, rows in asked_valid.items()}
    judged = {name: encode(rows, tokenizer, context)[0] for name, rows in held.items()}
    counts |= {
        "examples": {name: len(source.lengths) for name, source in sources.items()},
        "lost_to_truncation": lost,
    }
    if noise:
        counts |= {"noise": noise, "noisy_copies": {name: len(rows) for name, rows in noisy.items()}}
    counts |= how_found
    check_metric(params, examples, asked_valid)
    details: Measures = {}

    def validate(tuned: Transformer) -> Measures:
        measures = validate_examples(tuned, valid, details, config.validate_batch_tokens)
        return measures | validate_answers(replace(base, model=tuned), asked_valid, examples, config, details)

    def judge(tuned: Transformer) -> Measures:
        measures = validate_examples(tuned, judged)
        measures |= validate_answers(replace(base, model=tuned), held, examples, config)
        return {name.replace("valid_", "fold_", 1): value for name, value in measures.items()}

    return Work(
        batches=Mixture(*_with_documents(sources, data, tokenizer, config), config.seed, context),
        validate=validate,
        best=f"valid_{config.best_by}",
        inputs=_inputs(params, data),
        what=f"{sum(counts['examples'].values()):,} examples of {len(sources)} data sets",
        counts=counts,
        more=details,
        judge=judge if judged else None,
    )


def _inputs(params: Params, data: Layout) -> dict[str, str]:
    """Digests of what examples are made of; of the documents when questions search them."""
    folders = {"examples": data.clean / "examples", "tokens": data.tokens / "train"}
    if params.finetune.retrieved.ratio:
        folders |= {"documents": data.clean / "train"}
    return {name: digest(folder) for name, folder in folders.items()}


def check_metric(params: Params, train: folds.Examples, valid: folds.Examples) -> None:
    """
    The metric of `finetune.best_by` can be computed here.

    Raises:
        ParamsError: No data set is scored by it, or the weights are in parts and no process can answer.
        DataError: A valid example is malformed.
    """
    best_by = params.finetune.best_by
    if best_by in WITHOUT_ANSWERS:
        return
    _check_strategy(params, f"finetune.best_by is {best_by}")
    sets = []
    for name, examples in valid.items():
        for example in examples:
            tasks.check(example)
        if examples and train.get(name):
            sets.append(TestSet(name, VALID, examples, labels_of(train[name])))
    if not any(headline(one, None if best_by == "metric" else best_by) for one in sets):
        known = sorted({metric for one in sets for metric in one.task.metrics if headline(one, metric)})
        raise ParamsError(
            f"finetune.best_by is {best_by}, by which no data set with valid examples is scored; "
            f"take one of {', '.join(['exact_match', 'loss', *(name for name in known if name != 'exact_match')])}."
        )


def validate_answers(
    loaded: Loaded,
    valid: folds.Examples,
    train: folds.Examples,
    config: FinetuneConfig,
    details: Measures | None = None,
) -> Measures:
    """
    What greedy answers are worth by the metric of `best_by`, 0..1, as `valid_METRIC`: the mean over the data sets.

    Nothing when `best_by` needs no answers; data sets that are not scored by the metric do not count. `details` gets
    the value of each, `valid_METRIC_NAME`.
    """
    best_by = config.best_by
    if best_by in WITHOUT_ANSWERS:
        return {}
    was_training = loaded.model.training
    loaded.model.eval()
    found = scores_on_valid(loaded, valid, train, None if best_by == "metric" else best_by)
    loaded.model.train(was_training)
    if details is not None:
        details.update({f"valid_{best_by}_{name}": value for name, value in found.items()})
    return {f"valid_{best_by}": float(np.mean(list(found.values())))} if found else {}


def held_out(
    examples: folds.Examples, valid: folds.Examples, config: FinetuneConfig
) -> tuple[dict[str, list[Example]], dict[str, list[Example]], dict[str, list[Example]], dict[str, Any]]:
    """
    Examples to train on, to validate on, and of the fold that neither sees; and how many there are.

    The fold has examples of train and of valid, and valid loses what shares an entity with the fold: the weights that
    are kept must not be chosen by it.

    Raises:
        DataError: One of the three is empty.
    """
    of_train, of_valid = (folds.split(rows, config.folds, config.seed) for rows in (examples, valid))
    names = sorted({*of_train.held, *of_valid.held})
    held = {name: of_train.held.get(name, []) + of_valid.held.get(name, []) for name in names}
    parts = {"train on": of_train.rest, "validate on": of_valid.rest, "judge": held}
    for what, found in parts.items():
        folds.need(found, what, config.folds)
    counts = {name: sum(map(len, rows.values())) for name, rows in (("rest", of_train.rest), ("held", held))}
    counts |= {"valid": sum(map(len, of_valid.rest.values())), "left_out": of_train.left_out + of_valid.left_out}
    return of_train.rest, of_valid.rest, held, {"folds": counts}


def with_retrieved(
    params: Params, data: Layout, examples: folds.Examples, valid: folds.Examples
) -> tuple[folds.Examples, folds.Examples, dict[str, Any]]:
    """
    Training questions as retrieval asks them, valid examples with theirs behind them, and how many there are.

    Questions of training search the passages of training, those of valid also their own.

    Raises:
        ParamsError: A data set that is named is not there.
        DataError: An example is malformed, or no data set asks for facts.
    """
    wanted, seed = params.finetune.retrieved, params.finetune.seed
    if not wanted.ratio:
        return {}, valid, {}
    search = params.evaluate.retrieval
    for name in wanted.datasets:
        if name not in examples:
            raise ParamsError(f"finetune.retrieved.datasets: {unknown_name('data set', name, examples)}")
    for example in chain(*examples.values(), *valid.values()):
        tasks.check(example)
    made = retrieved.copies(examples, retrieved.Bases(data, examples, search), wanted, seed)
    if not made.counts:
        raise DataError(
            f"finetune.retrieved.ratio is {wanted.ratio}, but no data set has questions of reading or recall; "
            f"set it to 0, or add such a data set to ingest.sources."
        )
    both = {name: [*examples.get(name, []), *rows] for name, rows in valid.items()}
    of_valid = retrieved.copies(valid, retrieved.Bases(data, both, search), wanted, seed)
    joined = {name: [*rows, *of_valid.examples.get(name, [])] for name, rows in valid.items()}
    return made.examples, joined, {"retrieved": made.counts, "valid_retrieved": of_valid.counts}


def noisy_copies(
    examples: Mapping[str, Sequence[Example]], config: FinetuneConfig
) -> tuple[dict[str, list[Example]], dict[str, int]]:
    """
    Copies with noise by data set, and what was changed in them; those that came out unchanged are left out.

    Raises:
        ParamsError: A data set or the lexicon is not there.
    """
    wanted = config.augmentation
    if not wanted.copies:
        return {}, {}
    for name in wanted.datasets:
        if name not in examples:
            raise ParamsError(f"finetune.augmentation.datasets: {unknown_name('data set', name, examples)}")
    lexicon: augmentation.Lexicon = {}
    if wanted.lexicon:
        path = project_root() / wanted.lexicon
        names = "finetune.augmentation.lexicon", "finetune.augmentation.lexicon_digest"
        check_digest(names[0], wanted.lexicon, path, names[1], wanted.lexicon_digest)
        lexicon = augmentation.read_lexicon(path)
    noise = augmentation.Noise(wanted, lexicon)
    copies = {
        name: [
            changed
            for example in examples[name]
            for copy in range(wanted.copies)
            if (changed := _noisy(example, noise, config.seed, copy)) != example
        ]
        for name in wanted.datasets or sorted(examples)
    }
    return copies, dict(noise.counts)


def _noisy(example: Example, noise: augmentation.Noise, seed: int, copy: int) -> Example:
    """One copy; of a history the user's messages change."""
    tasks.check(example)
    name = tasks.TASKS[example.task].body
    slots = example.inputs.get("slots") or {}
    protected = augmentation.words([*example.references, *map(str, slots.values())])
    draw = random_stream(seed, f"noise/{example.dataset}/{example.id}", copy)
    value = example.inputs[name]
    if isinstance(value, str):
        changed: Any = noise.change(value, protected, draw)
    else:
        changed = [[role, noise.change(text, protected, draw) if role == "user" else text] for role, text in value]
        value = [list(turn) for turn in value]
    return example if changed == value else replace(example, inputs={**example.inputs, name: changed})


def pair_work(params: Params, data: Layout, base: Loaded, model: Transformer) -> Work:
    """
    Preference pairs, and how likely their answers are for the model at the start.

    Raises:
        ParamsError: A batch or a process would get half a pair.
        DataError: No pair is left to train on, or to hold out.
    """
    config, wanted, context = params.finetune, params.finetune.preference, base.config.context_length
    _check_strategy(params, "finetune.mode is preference")
    check_pair_batch(config, context)
    path = project_root() / wanted.pairs
    check_digest("finetune.preference.pairs", wanted.pairs, path, "finetune.preference.digest", wanted.digest)
    found = pairs.read(path)
    found_by_split: dict[bool, preference.Pairs] = {}
    lost = 0
    model.to(use_device(params.compute, base.config.model_dim).torch)
    for is_valid in (False, True):
        of_split = [pair for pair in found if pair.is_valid(wanted.valid_ratio) == is_valid]
        sequences, dropped = pairs.encode(of_split, base.tokenizer, context)
        lost += dropped
        if not len(sequences.lengths):
            raise DataError(
                f"{wanted.pairs} leaves no pair to {'hold out' if is_valid else 'train on'}; give more, "
                "or change finetune.preference.valid_ratio."
            )
        found_by_split[is_valid] = preference.referred(model, sequences)
    _check_lost("pairs", lost, len(found), config)
    train_pairs, valid_pairs = found_by_split[False], found_by_split[True]
    return Work(
        batches=preference.PairBatches(train_pairs, config.seed),
        validate=lambda tuned: preference.validate(tuned, valid_pairs, wanted.beta),
        best="valid_loss" if config.best_by == "loss" else "valid_preferred",
        inputs={"pairs": wanted.digest},
        what=f"{len(train_pairs):,} preference pairs",
        counts={"examples": {"pairs": len(train_pairs)}, "lost_to_truncation": {"pairs": lost}},
        loss=partial(preference.loss, beta=wanted.beta),
    )


def check_pair_batch(config: FinetuneConfig, context_length: int) -> None:
    """
    A batch holds whole pairs, and so does the part of each process.

    Raises:
        ParamsError: It would not.
    """
    for name, tokens in (("batch_tokens", config.batch_tokens), ("micro_batch_tokens", config.micro_batch_tokens)):
        unit = 2 * context_length * (parallel.num_processes() if name == "batch_tokens" else 1)
        if tokens is not None and tokens % unit:
            raise ParamsError(
                f"finetune.{name} is {tokens}; a pair takes two rows, so it must be a multiple of {unit}."
            )


def base_folder(config: FinetuneConfig, data: Layout) -> Path:
    """Where the model to start from is; a relative `finetune.path` starts at the project's folder."""
    return project_root() / config.path if config.base == "path" else data.pretrained


def load_base(config: FinetuneConfig, data: Layout) -> Loaded:
    """
    The model to start from.

    Raises:
        ParamsError: `finetune.path` is no folder, or not the one that `finetune.digest` means.
        CheckpointError: It cannot be used.
    """
    if _is_foreign(config, data):
        return foreign.load(base_folder(config, data), config.context_length)
    return directory.load(base_folder(config, data), plain=True)


def _is_foreign(config: FinetuneConfig, data: Layout) -> bool:
    """Whether the base is a directory of others, after a look at its digest."""
    folder = base_folder(config, data)
    if config.base == "path":
        check_digest("finetune.path", config.path, folder, "finetune.digest", config.digest)
        return not directory.is_ours(folder)
    return False


def first_weights(params: Params, data: Layout) -> tuple[Loaded, Callable[[], Iterator[tuple[str, Tensor]]] | None]:
    """
    The model to start from; where no process is to hold all weights, without them, and what gives them.

    Raises:
        ParamsError, CheckpointError: As `load_base`.
    """
    config = params.finetune
    generator = torch.Generator().manual_seed(config.seed)
    if not parallel.shares_weights(params.compute.strategy):
        base = load_base(config, data)
        if config.base == "random":
            base = replace(base, model=Transformer(base.config, base.model.vocab_size).initialize(generator))
        return base, None
    folder = base_folder(config, data)
    found = foreign.find(folder, config.context_length) if _is_foreign(config, data) else directory.find(folder)
    if config.base == "random":
        return found.without_weights(), partial(initial_weights, found.config, found.vocab_size, generator)
    return found.without_weights(), found.weights


def check_digest(name: str, value: str, path: Path, digest_name: str, expected: str) -> None:
    """
    What a path in params.yaml leads to must be what was meant: DVC sees the digest, not the files.

    Raises:
        ParamsError: Nothing is there, or something else.
    """
    if not value or not path.exists():
        raise ParamsError(f"{name} is '{value}', where nothing is; name a file or folder that exists.")
    found = digest(path)
    if found != expected:
        raise ParamsError(
            f"{digest_name} is '{expected}', but {name} ('{value}') holds {found}; write that if you mean it."
        )


def _check_strategy(params: Params, what: str) -> None:
    """
    An adapter computes weights from frozen ones, a pair needs two rows at once: FSDP has neither.

    Raises:
        ParamsError: Another strategy than DDP was asked for.
    """
    if parallel.together() and params.compute.strategy != "ddp":
        raise ParamsError(f"{what} and compute.strategy is {params.compute.strategy}; this works with ddp.")


def _kept(curve: Sequence[Measures], best: str) -> Measures:
    """The row of the curve whose weights were kept."""
    sign = -1 if best == "valid_loss" else 1
    return max((row for row in curve if best in row), key=lambda row: sign * row[best])


def _params(params: Params) -> dict[str, object]:
    values = params.finetune.model_dump(mode="json", exclude={"path"})  # its digest says what is there
    search = {"search": params.evaluate.retrieval.search()} if params.finetune.retrieved.ratio else {}
    return {"finetune": values, "compute": params.compute.numerics(), **search}


def read_examples(folder: Path, limit: int | None = None) -> dict[str, list[Example]]:
    """Examples by data set; with a limit, the first ones of each."""
    return {path.stem: list(read_jsonl(path, Example))[:limit] for path in shards(folder)}


def encode(examples: Sequence[Example], tokenizer: AnyTokenizer, context_length: int) -> tuple[ExampleSequences, int]:
    """Prompts and completions as tokens (`tasks.token_pairs`), and how many examples were dropped."""
    pairs = tasks.token_pairs(examples, tokenizer.prompt, tokenizer.completion, context_length)
    return ExampleSequences(pairs), len(examples) - len(pairs)


def _check_lost(name: str, lost: int, total: int, config: FinetuneConfig) -> None:
    if total == 0:
        raise DataError(
            f"'{name}' has no training example left; data/clean/removed says what cleaning took. "
            f"Give ingest.sources more, or remove it there."
        )
    if lost == total or lost > config.max_lost_ratio * total:
        raise DataError(
            f"{lost} of {total} examples of '{name}' have answers longer than model.context_length; "
            f"raise it, or finetune.max_lost_ratio (now {config.max_lost_ratio})."
        )


def _with_documents(
    sources: Mapping[str, Sequences], data: Layout, tokenizer: AnyTokenizer, config: FinetuneConfig
) -> tuple[dict[str, Sequences], dict[str, float]]:
    """The sources and their shares: named weights first, the rest shared equally, documents replayed on top."""
    for name in config.weights:
        if name not in sources:
            raise ParamsError(f"finetune.weights: {unknown_name('data set', name, sources)}")
    rest = [name for name in sources if name not in config.weights]
    given = sum(config.weights.values())
    if given > 1 or (given >= 1 and rest):
        raise ParamsError(
            f"finetune.weights sum to {given:g}; they must leave a share for {', '.join(rest) or 'no one'} (at most 1)."
        )
    weights = dict(config.weights) | {name: (1 - given) / len(rest) for name in rest}
    mixed: dict[str, Sequences] = dict(sources)
    if config.documents_ratio:
        mixed[DOCUMENTS] = _documents(TokenShards(data.tokens / "train"), data, tokenizer, config)
        weights = {name: weight * (1 - config.documents_ratio) for name, weight in weights.items()}
        weights[DOCUMENTS] = config.documents_ratio
    return mixed, weights


def _documents(tokens: TokenShards, data: Layout, tokenizer: AnyTokenizer, config: FinetuneConfig) -> Sequences:
    """The pretraining documents; for a tokenizer of others, as many as the run can use are encoded again."""
    if isinstance(tokenizer, Tokenizer):
        tokens.check(tokenizer)
        return DocumentSequences(tokens)
    ours = Tokenizer.load(data.pretrained)  # loses nothing
    tokens.check(ours)
    wanted = config.steps * config.batch_tokens * config.documents_ratio
    pairs: list[tuple[list[int], list[int]]] = []
    for index in range(tokens.num_documents):
        token_ids = tokenizer.document(ours.decode(tokens.document(index)))
        pairs.append((token_ids[:1], token_ids[1:]))
        wanted -= len(token_ids)
        if wanted <= 0:
            break
    return ExampleSequences(pairs)


def validate_examples(
    model: Transformer,
    valid: Mapping[str, ExampleSequences],
    losses: Measures | None = None,
    batch_tokens: int = 8192,
) -> Measures:
    """
    Loss per supervised token, and per data set the share of answers that greedy decoding gets exactly right.

    An answer is right when every target is the likeliest token; a mean loss hides which task has been learnt.
    `losses` gets the loss of each data set, `valid_loss_NAME`.
    """
    measures: Measures = {}
    nats, targets, exact = 0.0, 0.0, []
    for name, source in sorted(valid.items()):
        if not len(source.lengths):
            continue
        found, counts, right = sequence_losses(model, source, model.config.context_length, batch_tokens)
        nats, targets = nats + float(found.sum()), targets + float(counts.sum())
        measures[f"valid_{name}"] = float(np.mean(right == counts))
        exact.append(measures[f"valid_{name}"])
        if losses is not None:
            losses[f"valid_loss_{name}"] = float(found.sum() / counts.sum())
    if not exact or not math.isfinite(nats):
        raise CheckpointError(
            "validation of the tuned model gave no finite loss; lower finetune.optimizer.learning_rate."
        )
    return {"valid_loss": nats / targets, "valid_exact_match": float(np.mean(exact)), **measures}
