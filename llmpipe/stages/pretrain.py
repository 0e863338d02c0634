"""pretrain: tokens -> data/pretrained/, the base model."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, atomic_directory, digest, write_json, write_text
from llmpipe.model import embeddings
from llmpipe.model.generate import generate, recomputed
from llmpipe.model.transformer import Transformer, initial_weights
from llmpipe.progress import Reporter
from llmpipe.sections.params import Params
from llmpipe.sections.pretrain import PretrainConfig
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import compiling, directory, parallel
from llmpipe.train.batches import DocumentSequences, Mixture, random_stream
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import use_device
from llmpipe.train.loop import Measures, Run, curve_csv, num_skipped, train_in_parts
from llmpipe.train.validate import bits_per_byte, document_nats
from llmpipe.vectors import words as vectors

CODE = ("model", "train", "tokenizer", "baselines", "stages/pretrain.py", "sections")
NUM_SAMPLES, PROMPT_TOKENS, SAMPLE_TOKENS = 4, 8, 24  # texts that show what the model writes
VALID_TOKENS = 100_000  # enough for three digits of bits per byte, little enough to be free


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Train the base model on the token shards and write its model directory."""
    config = params.pretrain
    tokenizer = Tokenizer.load(data.tokenizer)
    train_shards, valid_shards = _shards(data.tokens / "train", tokenizer), _shards(data.tokens / "valid", tokenizer)
    context = params.model.context_length
    if train_shards.num_tokens < context:
        raise DataError(
            f"model.context_length is {context} but the training text has only {train_shards.num_tokens} tokens; "
            f"lower it, or give ingest more text."
        )
    device = use_device(params.compute, params.model.model_dim)
    model, weights = new_model(params, tokenizer.vocab_size)
    if config.embedding_init.kind != "none":
        start_from_vectors(model, train_shards, tokenizer, config, reporter)
    if params.compute.fp8:
        model.use_float8()
    mixture = Mixture({"documents": DocumentSequences(train_shards)}, {"documents": 1.0}, config.seed, context)
    key = fingerprint({"tokens": digest(data.tokens / "train")}, _params(params), CODE)
    checkpoints = Checkpoints("pretrain", key, in_parts=params.compute.checkpoint == "sharded")
    held_out = held_out_documents(valid_shards, VALID_TOKENS)
    prompts = [document[:PROMPT_TOKENS].tolist() for document in held_out[0][:NUM_SAMPLES]]
    num_tokens = config.steps * config.batch_tokens
    epochs = num_tokens / train_shards.num_tokens
    compiled = compiling.decide(params.compute, params.model, tokenizer.vocab_size, config, device)
    reporter.say(
        f"pretraining {model.num_parameters():,} parameters on {train_shards.num_tokens:,} tokens: "
        f"{config.steps} steps of {config.batch_tokens} tokens = {epochs:.2f} epochs, "
        f"{device.torch.type}, {'bf16' if device.bf16 else 'fp32'}{', compiled' if compiled.compile else ''}"
    )
    curve, trained = train_in_parts(
        Run(
            model=model,
            mixture=mixture,
            config=config,
            device=device,
            checkpoints=checkpoints,
            validate=partial(validate_documents, documents=held_out, batch_tokens=config.validate_batch_tokens),
            show=partial(show_samples, prompts=prompts, tokenizer=tokenizer, reporter=reporter),
            reporter=reporter,
            compile=compiled.compile,
            strategy=params.compute.strategy,
            recompute=params.compute.activation_checkpointing,
            offload=params.compute.cpu_offload,
            weights=weights,
        )
    )
    if not parallel.is_first():
        parallel.give_parts(trained)
        return
    write_model(out.pretrained, trained, data.tokenizer, curve)
    final = {name: curve[-1][name] for name in ("loss", "valid_loss", "valid_bits_per_byte")}
    sizes = {"num_parameters": model.num_parameters(), "num_tokens": num_tokens, "epochs": epochs}
    write_json(out.metrics("pretrain"), {**final, **sizes, "skipped_steps": num_skipped(curve)})
    checkpoints.remove()


def start_from_vectors(
    model: Transformer, shards: TokenShards, tokenizer: Tokenizer, config: PretrainConfig, reporter: Reporter
) -> None:
    """
    Start embeddings from vectors of tokens that stand near each other in the training text.

    Tokens are the words here: each one has a vector of its own, whether it is a word or a part of one.

    Raises:
        ParamsError: The vectors are as wide as the model, or need a library that is not there, or weights are shared.
        DataError: No token is frequent enough.
    """
    own = config.embedding_init
    if next(model.parameters()).is_meta:
        raise ParamsError(
            f"pretrain.embedding_init.kind is {own.kind}, but with compute.strategy fsdp or hybrid no process holds "
            f"all weights at the start; use ddp, or none."
        )
    if own.dim >= model.config.model_dim:
        raise ParamsError(
            f"pretrain.embedding_init.dim is {own.dim}; it must be less than model.model_dim "
            f"({model.config.model_dim})."
        )
    taken = (
        random_stream(config.seed, "embedding_init").random(shards.num_documents) < own.max_tokens / shards.num_tokens
    )
    names = tokenizer.vocabulary
    documents = [[names[token] for token in shards.document(int(i))[1:-1]] for i in np.flatnonzero(taken)]
    words = vectors.vocabulary(documents, own.min_count, len(names))
    if not words:
        raise DataError(
            f"no token occurs {own.min_count} times in the training text; lower pretrain.embedding_init.min_count, or "
            "set pretrain.embedding_init.kind to none."
        )
    reporter.say(f"{own.kind}: vectors of {len(words):,} of {len(names):,} tokens start the embeddings")
    settings = vectors.Settings(own.dim, own.window, own.steps, own.epochs, config.seed)
    found = torch.from_numpy(vectors.KINDS[own.kind](documents, words, settings))
    place = {name: index for index, name in enumerate(names)}
    ids = torch.tensor([place[word] for word in words])
    embeddings.start_from(model, ids, found.float(), torch.Generator().manual_seed(config.seed))


def new_model(
    params: Params, vocab_size: int
) -> tuple[Transformer, Callable[[], Iterator[tuple[str, torch.Tensor]]] | None]:
    """The model with random weights, or where no process holds all of them, without and what gives them."""
    generator = torch.Generator().manual_seed(params.pretrain.seed)
    if not parallel.shares_weights(params.compute.strategy):
        return Transformer(params.model, vocab_size).initialize(generator), None
    return Transformer.without_weights(params.model, vocab_size), partial(
        initial_weights, params.model, vocab_size, generator
    )


def _params(params: Params) -> dict[str, object]:
    sections = {name: getattr(params, name).model_dump(mode="json") for name in ("pretrain", "model")}
    return sections | {"compute": params.compute.numerics()}


def _shards(folder: Path, tokenizer: Tokenizer) -> TokenShards:
    shards = TokenShards(folder)
    shards.check(tokenizer)
    return shards


def held_out_documents(shards: TokenShards, max_tokens: int) -> tuple[list[np.ndarray], int]:
    """The first documents of a split up to `max_tokens` tokens, and their UTF-8 bytes."""
    count = max(1, int(np.searchsorted(np.cumsum(shards.lengths), max_tokens)))
    documents = [shards.document(i) for i in range(min(count, shards.num_documents))]
    return documents, int(shards.byte_lengths[: len(documents)].sum())


def validate_documents(
    model: Transformer, documents: tuple[list[np.ndarray], int], batch_tokens: int = 8192
) -> Measures:
    """Loss per text token and bits per byte on held-out documents."""
    tokens, num_bytes = documents
    nats = float(document_nats(model, tokens, model.config.context_length, batch_tokens).sum())
    num_tokens = sum(len(t) - 2 for t in tokens)
    return {"valid_loss": nats / max(1, num_tokens), "valid_bits_per_byte": bits_per_byte(nats, max(1, num_bytes))}


def show_samples(
    model: Transformer, step: int, prompts: list[list[int]], tokenizer: Tokenizer, reporter: Reporter
) -> None:
    """Keep what the model makes of the beginnings of held-out documents, for the eye: a file for each validation."""
    model.eval()
    in_parts = any(map(parallel.is_part, model.blocks[0].parameters()))
    write = recomputed if in_parts else generate
    written = write(model, prompts, max_new_tokens=SAMPLE_TOKENS, stop_ids={tokenizer.eos_id})
    model.train()
    texts = [
        f"{tokenizer.decode(prompt)} | {tokenizer.decode(new)}" for prompt, new in zip(prompts, written, strict=True)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"step-{step:07d}.txt"
        write_text(path, "\n\n".join(texts) + "\n")
        reporter.artifact(path, "samples")


def write_model(folder: Path, model: Transformer, tokenizer_folder: Path, curve: list[Measures]) -> None:
    """Write a model directory with its curve, atomically."""
    with atomic_directory(folder) as temporary:
        directory.save(temporary, model, tokenizer_folder)
        write_text(temporary / "curve.csv", curve_csv(curve))
