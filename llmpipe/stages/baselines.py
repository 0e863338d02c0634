"""
baselines: tokens -> data/baselines/: classic models of the same text, which `evaluate` puts into the tables of ours.

Language models leave the nats of every test document (documents/NAME.jsonl); models.json says what each is. Word
vectors (vectors/NAME.txt) are asked what the lexicon of the sample world knows.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from llmpipe.baselines import ngram, vectors
from llmpipe.baselines.vectors import Tally, Vectors
from llmpipe.config import BaselinesConfig, Params, TrainConfig, flatten
from llmpipe.files import Layout, atomic_directory, digest, read_shards, write_json, write_text
from llmpipe.metrics.statistics import wilson
from llmpipe.model.lstm import Lstm, width_of
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import likelihoods
from llmpipe.train.batches import DocumentSequences, Mixture, random_stream
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import use_device
from llmpipe.train.loop import Run, train
from llmpipe.train.validate import bits_per_byte, document_nats
from llmpipe.world.questions import GROUPS, RELATIONS

NGRAM = "ngram"  # of the highest order: what the other language models are compared with
LSTM = "lstm"
CODE = ("model", "train", "tokenizer", "stages/baselines.py", "config.py")

Nats = Iterator[tuple[str, str, np.ndarray]]  # of language models: name, what it is, nats of each test document


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Train what the parameters switch on, and measure it on the test documents."""
    tokenizer = Tokenizer.load(data.tokenizer)
    shards = TokenShards(data.tokens / "train")
    shards.check(tokenizer)
    documents, tokens = likelihoods.read_test(data, tokenizer)
    num_bytes = sum(len(document.text.encode()) for document in documents)
    models: dict[str, str] = {}
    metrics: dict[str, Any] = {}
    with atomic_directory(out.baselines) as folder:
        for measured in (
            ngram_nats(shards, tokens, tokenizer.vocab_size, params.baselines),
            lstm_nats(shards, tokens, tokenizer.vocab_size, params, reporter),
        ):
            for name, what, nats in measured:
                likelihoods.write_nats(folder / "documents", name, documents, nats)
                models[name] = what
                metrics[name] = {"bits_per_byte": round(bits_per_byte(float(nats.sum()), num_bytes), 10)}
                reporter.say(f"{name} ({what}): {metrics[name]['bits_per_byte']:.4f} bits per byte")
        write_json(folder / "models.json", models)
        for kind, found in word_vectors(shards, data, params.baselines, reporter):
            write_text(folder / "vectors" / f"{kind}.txt", found.as_text())
            metrics[kind] = asked(found)
    numbers = flatten(metrics).items()
    reporter.metrics({name: value for name, value in numbers if name.endswith((".bits_per_byte", ".value"))})
    write_json(out.metrics("baselines"), metrics)


# --- n-grams ----------------------------------------------------------------------------------------


def ngram_nats(shards: TokenShards, tests: list[np.ndarray], vocab_size: int, config: BaselinesConfig) -> Nats:
    """Of each order from 1 on: `ngram-1`, `ngram-2`, ..., and the longest one, `ngram`."""
    longest = config.ngram.order
    if not longest:
        return
    documents = training_documents(shards, config.ngram.max_tokens, config.seed)
    for order, model in enumerate(ngram.train_orders(documents, vocab_size, longest), start=1):
        name = NGRAM if order == longest else f"{NGRAM}-{order}"
        yield name, f"kneser-ney,order {order}", model.document_nats(tests)


def training_documents(shards: TokenShards, max_tokens: int, seed: int) -> list[np.ndarray]:
    """All training documents, or a random sample of at most `max_tokens` tokens."""
    chosen = np.arange(shards.num_documents)
    if shards.num_tokens > max_tokens:
        order = random_stream(seed, NGRAM).permutation(shards.num_documents)
        fitting = int(np.searchsorted(np.cumsum(shards.lengths[order]), max_tokens, side="right"))
        chosen = np.sort(order[: max(1, fitting)])
    return [shards.document(int(i)) for i in chosen]


# --- LSTM -------------------------------------------------------------------------------------------


def lstm_nats(
    shards: TokenShards, tests: list[np.ndarray], vocab_size: int, params: Params, reporter: Reporter
) -> Nats:
    """The LSTM with as many parameters as the base model, trained by the same loop on the same batches."""
    config = lstm_training(params)
    if not config.steps:
        return
    model = lstm(params, vocab_size)
    num_tokens = config.steps * config.batch_tokens
    reporter.say(f"training an LSTM of {model.num_parameters():,} parameters on {num_tokens:,} tokens")
    sections = {name: getattr(params, name).model_dump(mode="json") for name in ("baselines", "model")}
    values = sections | {"training": config.model_dump(mode="json"), "compute": params.compute.numerics()}
    checkpoints = Checkpoints("baselines", fingerprint({"tokens": digest(shards.folder)}, values, CODE))
    context, device = params.model.context_length, use_device(params.compute)
    train(
        Run(
            model=model,
            mixture=Mixture({"documents": DocumentSequences(shards)}, {"documents": 1.0}, config.seed, context),
            config=config,
            device=device,
            checkpoints=checkpoints,
            validate=lambda _: {},
            reporter=Reporter(),  # its loss is not that of our model: it has no place in the run's charts
        )
    )
    what = f"{model.num_parameters()} parameters,{num_tokens} tokens"
    yield LSTM, what, document_nats(model, tests, context)
    checkpoints.remove()


def lstm_training(params: Params) -> TrainConfig:
    """As `pretrain`, batches included, for its own number of steps and with its own optimizer."""
    own, before = params.baselines.lstm, params.pretrain
    return before.model_copy(
        update={"steps": before.steps if own.steps is None else own.steps, "optimizer": own.optimizer}
    )


def lstm(params: Params, vocab_size: int) -> Lstm:
    """As wide as the number of parameters of the base model allows."""
    with torch.device("meta"):  # to be counted, not used
        num_parameters = Transformer(params.model, vocab_size).num_parameters()
    layers = params.baselines.lstm.num_layers
    model = Lstm(vocab_size, width_of(num_parameters, vocab_size, layers), layers, params.model.context_length)
    return model.initialize(torch.Generator().manual_seed(params.baselines.seed))


# --- word vectors -----------------------------------------------------------------------------------


def word_vectors(
    shards: TokenShards, data: Layout, config: BaselinesConfig, reporter: Reporter
) -> Iterator[tuple[str, Vectors]]:
    """Vectors of each kind that is asked for, of the words of the training text."""
    own = config.vectors
    if not own.kinds:
        return
    taken = random_stream(config.seed, "vectors").random(shards.num_documents) < own.max_bytes / shards.num_bytes
    texts = read_shards(data.clean / "train", Document)
    documents = [vectors.words_of(text.text) for text, chosen in zip(texts, taken, strict=True) if chosen]
    words = vectors.vocabulary(documents, own.min_count, own.max_words)
    settings = vectors.Settings(own.dim, own.window, own.steps, own.epochs, config.seed)
    for kind in own.kinds:
        reporter.say(f"{kind}: vectors of {len(words):,} words in {len(documents):,} documents")
        yield kind, Vectors(words, vectors.KINDS[kind](documents, words, settings))


def asked(found: Vectors) -> dict[str, Any]:
    """What the vectors know of the lexicon: {analogies, neighbours} -> question -> a share with its interval."""
    pairs = [word for relation in RELATIONS.values() for pair in relation for word in pair]
    kinds = [word for language in GROUPS.values() for kind in language for word in kind]
    known = found.of_phrases(dict.fromkeys([*pairs, *kinds]))
    tallies = {
        "analogies": {name: vectors.analogies(known, relation) for name, relation in RELATIONS.items()},
        "neighbours": {language: vectors.neighbours(known, groups) for language, groups in GROUPS.items()},
    }
    told = {kind: {name: share(t) for name, t in rows.items() if t.asked} for kind, rows in tallies.items()}
    return {"words": len(found.words), **told}


def share(tally: Tally) -> dict[str, float]:
    """Right answers of all, with the 95 % interval of independent questions."""
    low, high = wilson(tally.right, tally.asked)
    value = tally.right / tally.asked
    numbers = {"value": value, "low": low, "high": high, "chance": tally.chance}
    return {"n": tally.asked, **{name: round(number, 6) for name, number in numbers.items()}}
