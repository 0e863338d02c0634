"""finetune: base model x task examples -> data/finetuned/, the tuned model."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from llmpipe import tasks
from llmpipe.config import FinetuneConfig, Params
from llmpipe.errors import CheckpointError, DataError, ParamsError, unknown_name
from llmpipe.files import Layout, atomic_directory, digest, project_root, read_jsonl, shards, write_json, write_text
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import adapters, directory, foreign, parallel
from llmpipe.train.batches import DocumentSequences, ExampleSequences, Mixture, Sequences
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import use_device
from llmpipe.train.directory import AnyTokenizer, Loaded
from llmpipe.train.loop import Measures, Run, curve_csv, num_skipped, train
from llmpipe.train.validate import sequence_losses

CODE = ("model", "train", "tokenizer", "tasks", "stages/finetune.py", "config.py")
MIN_PROMPT = 8  # tokens of a prompt that can still mean something
DOCUMENTS = "documents"  # name of the replayed pretraining text in the mixture


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Tune the base model (or random weights) on the labelled examples and write its model directory."""
    config = params.finetune
    base = load_base(config, data)
    device = use_device(params.compute, base.config.model_dim)
    tokenizer, model = base.tokenizer, base.model
    if config.base == "random":
        model = Transformer(base.config, model.vocab_size).initialize(torch.Generator().manual_seed(config.seed))
    model.set_dropout(config.dropout)
    if config.adapter.kind != "none":
        _check_adapter(params)
        adapters.adapt(model, config.adapter, config.seed)
    context = base.config.context_length
    examples = read_examples(data.clean / "examples" / "train", config.train_per_dataset)
    sources, lost = {}, {}
    for name, rows in examples.items():
        sources[name], lost[name] = encode(rows, tokenizer, context)
        _check_lost(name, lost[name], len(rows), config)
    valid = {
        name: encode(rows, tokenizer, context)[0]
        for name, rows in read_examples(data.clean / "examples" / "valid").items()
    }
    mixture = Mixture(*_with_documents(sources, data, tokenizer, config), config.seed, context)
    inputs = {
        "base": config.digest if config.base == "path" else digest(data.pretrained),
        "examples": digest(data.clean / "examples"),
        "tokens": digest(data.tokens / "train"),
    }
    checkpoints = Checkpoints("finetune", fingerprint(inputs, _params(params), CODE))
    num_examples = sum(len(source.lengths) for source in sources.values())
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    reporter.say(
        f"fine-tuning {trained:,} parameters ({config.base}) on {num_examples:,} examples "
        f"of {len(sources)} data sets: "
        f"{config.steps} steps of {config.batch_tokens} tokens"
    )
    curve = train(
        Run(
            model=model,
            mixture=mixture,
            config=config,
            device=device,
            checkpoints=checkpoints,
            validate=lambda tuned: validate_examples(tuned, valid),
            reporter=reporter,
            keep_best="valid_exact_match" if config.early_stopping else None,
            neftune_alpha=config.neftune_alpha,
            compile=params.compute.compile,
            strategy=params.compute.strategy,
            recompute=params.compute.activation_checkpointing,
        )
    )
    if not parallel.is_first():
        return
    if config.adapter.kind != "none":
        adapters.merge(model)
    with atomic_directory(out.finetuned) as temporary:
        if isinstance(tokenizer, Tokenizer):
            directory.save(temporary, model, base_folder(config, data))
        else:
            directory.save_foreign(temporary, model, tokenizer)
        write_text(temporary / "curve.csv", curve_csv(curve))
    best = max((row for row in curve if "valid_exact_match" in row), key=lambda row: row["valid_exact_match"])
    kept = best if config.early_stopping else curve[-1]
    write_json(
        out.metrics("finetune"),
        {
            "kept_step": kept["step"],
            "loss": kept["loss"],
            **{name: value for name, value in kept.items() if name.startswith("valid_")},
            "num_tokens": config.steps * config.batch_tokens,
            "num_trained": trained,
            "skipped_steps": num_skipped(curve),
            "examples": {name: len(source.lengths) for name, source in sources.items()},
            "lost_to_truncation": lost,
        },
    )
    checkpoints.remove()


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
    folder = base_folder(config, data)
    if config.base == "path":
        check_digest("finetune.path", config.path, folder, "finetune.digest", config.digest)
        if not directory.is_ours(folder):
            return foreign.load(folder, config.context_length)
    return directory.load(folder)


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


def _check_adapter(params: Params) -> None:
    """
    An adapter computes weights from frozen ones, which FSDP would have to gather first.

    Raises:
        ParamsError: Another strategy than DDP was asked for.
    """
    if parallel.together() and params.compute.strategy != "ddp":
        raise ParamsError(
            f"finetune.adapter.kind is {params.finetune.adapter.kind} and compute.strategy is "
            f"{params.compute.strategy}; adapters work with ddp."
        )


def _params(params: Params) -> dict[str, object]:
    values = params.finetune.model_dump(mode="json", exclude={"path"})  # its digest says what is there
    return {"finetune": values, "compute": params.compute.numerics()}


def read_examples(folder: Path, limit: int | None = None) -> dict[str, list[Example]]:
    """Examples by data set; with a limit, the first ones of each."""
    return {path.stem: list(read_jsonl(path, Example))[:limit] for path in shards(folder)}


def encode(examples: Sequence[Example], tokenizer: AnyTokenizer, context_length: int) -> tuple[ExampleSequences, int]:
    """
    Prompts and completions as tokens, and how many examples were dropped.

    A prompt too long for the context is cut as at evaluation (`tasks.fit_prompt`); an example whose completion
    alone fills the context has no room for a prompt and is dropped.
    """
    pairs = []
    for example in examples:
        tasks.check(example)
        completion = tokenizer.completion(tasks.completion(example))
        room = context_length + 1 - len(completion)
        if room >= MIN_PROMPT:
            pairs.append((tasks.fit_prompt(example, tokenizer.prompt, room)[0], completion))
    return ExampleSequences(pairs), len(examples) - len(pairs)


def _check_lost(name: str, lost: int, total: int, config: FinetuneConfig) -> None:
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


def validate_examples(model: Transformer, valid: Mapping[str, ExampleSequences]) -> Measures:
    """
    Loss per supervised token, and per data set the share of answers that greedy decoding gets exactly right.

    An answer is right when every target is the likeliest token; a mean loss hides which task has been learnt.
    """
    measures: Measures = {}
    nats, targets, exact = 0.0, 0.0, []
    for name, source in sorted(valid.items()):
        if not len(source.lengths):
            continue
        losses, counts, right = sequence_losses(model, source, model.config.context_length)
        nats, targets = nats + float(losses.sum()), targets + float(counts.sum())
        measures[f"valid_{name}"] = float(np.mean(right == counts))
        exact.append(measures[f"valid_{name}"])
    if not exact or not math.isfinite(nats):
        raise CheckpointError(
            "validation of the tuned model gave no finite loss; lower finetune.optimizer.learning_rate."
        )
    return {"valid_loss": nats / targets, "valid_exact_match": float(np.mean(exact)), **measures}
