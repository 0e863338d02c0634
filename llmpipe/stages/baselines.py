"""
baselines: tokens -> data/baselines/: classic models of the same text, which `evaluate` puts into the tables of ours.

Language models leave the nats of every test document (documents/NAME.jsonl); models.json says what each is.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from llmpipe.baselines import ngram
from llmpipe.config import BaselinesConfig, Params
from llmpipe.files import Layout, atomic_directory, write_json
from llmpipe.progress import Reporter
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import likelihoods
from llmpipe.train.batches import random_stream
from llmpipe.train.validate import bits_per_byte

NGRAM = "ngram"  # of the highest order: what the other language models are compared with

Nats = Iterator[tuple[str, str, np.ndarray]]  # of language models: name, what it is, nats of each test document


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Train what the parameters switch on, and measure it on the test documents."""
    config = params.baselines
    tokenizer = Tokenizer.load(data.tokenizer)
    train = TokenShards(data.tokens / "train")
    train.check(tokenizer)
    documents, tokens = likelihoods.read_test(data, tokenizer)
    num_bytes = sum(len(document.text.encode()) for document in documents)
    models: dict[str, str] = {}
    metrics: dict[str, Any] = {}
    with atomic_directory(out.baselines) as folder:
        for name, what, nats in ngram_nats(train, tokens, tokenizer.vocab_size, config):
            likelihoods.write_nats(folder / "documents", name, documents, nats)
            models[name] = what
            metrics[name] = {"bits_per_byte": round(bits_per_byte(float(nats.sum()), num_bytes), 10)}
            reporter.say(f"{name} ({what}): {metrics[name]['bits_per_byte']:.4f} bits per byte of the test documents")
        write_json(folder / "models.json", models)
    reporter.metrics({f"{model}.{name}": value for model, row in metrics.items() for name, value in row.items()})
    write_json(out.metrics("baselines"), metrics)


# --- n-grams ----------------------------------------------------------------------------------------


def ngram_nats(train: TokenShards, tests: list[np.ndarray], vocab_size: int, config: BaselinesConfig) -> Nats:
    """Of each order from 1 on: `ngram-1`, `ngram-2`, ..., and the longest one, `ngram`."""
    longest = config.ngram.order
    if not longest:
        return
    documents = training_documents(train, config.ngram.max_tokens, config.seed)
    for order, model in enumerate(ngram.train_orders(documents, vocab_size, longest), start=1):
        name = NGRAM if order == longest else f"{NGRAM}-{order}"
        yield name, f"kneser-ney,order {order}", model.document_nats(tests)


def training_documents(train: TokenShards, max_tokens: int, seed: int) -> list[np.ndarray]:
    """All training documents, or a random sample of at most `max_tokens` tokens."""
    chosen = np.arange(train.num_documents)
    if train.num_tokens > max_tokens:
        order = random_stream(seed, NGRAM).permutation(train.num_documents)
        fitting = int(np.searchsorted(np.cumsum(train.lengths[order]), max_tokens, side="right"))
        chosen = np.sort(order[: max(1, fitting)])
    return [train.document(int(i)) for i in chosen]
