"""
baselines: tokens -> data/baselines/: classic models of the same text, which `evaluate` puts into the tables of ours.

Language models leave the nats of every test document (documents/NAME.jsonl); models.json says what each is. The
encoder-decoder leaves its answers to the translation test sets (answers/NAME.jsonl). Word vectors (vectors/NAME.txt)
are asked what the lexicon of the sample world knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch

from llmpipe import tasks
from llmpipe.baselines import ENCODER_DECODER, answers, ngram, parallel
from llmpipe.dotted import flatten
from llmpipe.errors import DataError
from llmpipe.files import Layout, atomic_directory, digest, read_jsonl, read_shards, write_json, write_text
from llmpipe.metrics.statistics import wilson
from llmpipe.model.encoder_decoder import EncoderDecoder, sizes
from llmpipe.model.flops import encoder_decoder_flops_per_token, lstm_flops_per_token, training_flops_per_token
from llmpipe.model.lstm import Lstm, width_of
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.sections.baselines import BaselinesConfig, Steps
from llmpipe.sections.params import Params
from llmpipe.sections.pretrain import PretrainConfig
from llmpipe.sections.training import TrainConfig
from llmpipe.tokenizer import Tokenizer, TokenShards
from llmpipe.train import likelihoods, translation
from llmpipe.train.batches import DocumentSequences, ExampleSequences, Mixture, random_stream
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import use_device
from llmpipe.train.loop import Run, train
from llmpipe.train.validate import bits_per_byte, document_nats
from llmpipe.vectors import words as vectors
from llmpipe.vectors.words import Tally, Vectors
from llmpipe.world.questions import GROUPS, RELATIONS

NGRAM = "ngram"  # of the highest order: what the other language models are compared with
LSTM = "lstm"
BASE = "pretrained"  # what they are compared with
DOCUMENTS = "documents"  # name of the pairs that documents hold
TRANSLATION = "translation"  # the task
CODE = ("model", "train", "tokenizer", "tasks", "baselines/parallel.py", "stages/baselines.py", "sections")

Nats = Iterator[tuple[str, str, np.ndarray]]  # of language models: name, what it is, nats of each test document


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Train what the parameters switch on, and measure it on the test documents and translations."""
    tokenizer = Tokenizer.load(data.tokenizer)
    shards = TokenShards(data.tokens / "train")
    shards.check(tokenizer)
    documents, tokens = likelihoods.read_test(data, tokenizer)
    num_bytes = sum(len(document.text.encode()) for document in documents)
    models: dict[str, str] = {}
    metrics: dict[str, Any] = {}
    trained: list[Checkpoints] = []  # kept to the end: a stage that is stopped trains none of them twice
    with atomic_directory(out.baselines) as folder:
        for measured in (
            ngram_nats(shards, tokens, tokenizer.vocab_size, params.baselines),
            lstm_nats(shards, tokens, tokenizer.vocab_size, params, reporter, trained),
        ):
            for name, what, nats in measured:
                likelihoods.write_nats(folder / "documents", name, documents, nats)
                models[name] = what
                metrics[name] = {"bits_per_byte": round(bits_per_byte(float(nats.sum()), num_bytes), 10)}
                reporter.say(f"{name} ({what}): {metrics[name]['bits_per_byte']:.4f} bits per byte")
        if models:
            models[BASE] = base_model(params, tokenizer.vocab_size)
        write_json(folder / "models.json", models)
        for said, numbers in translations(data, tokenizer, params, reporter, trained):
            answers.write(folder / "answers", ENCODER_DECODER, said)
            metrics[ENCODER_DECODER] = numbers
        for kind, found in word_vectors(shards, data, params.baselines, reporter):
            write_text(folder / "vectors" / f"{kind}.txt", found.as_text())
            metrics[kind] = asked(found)
    told = flatten(metrics).items()
    reporter.metrics({name: value for name, value in told if name.endswith((".bits_per_byte", ".value"))})
    write_json(out.metrics("baselines"), metrics)
    for checkpoints in trained:
        checkpoints.remove()


def base_model(params: Params, vocab_size: int) -> str:
    """What the model of `pretrain` is, in the words of the others."""
    num_tokens = params.pretrain.steps * params.pretrain.batch_tokens
    return described(num_parameters(params, vocab_size), num_tokens, pretraining_flops(params, vocab_size))


def described(parameters: int, num_tokens: int, flops: float) -> str:
    """What makes two models comparable; FLOPs are counted by model/flops.py."""
    return f"{parameters} parameters,{num_tokens} tokens,{flops:.3g} FLOPs"


def num_parameters(params: Params, vocab_size: int) -> int:
    """Of the base model."""
    with torch.device("meta"):  # to be counted, not used
        return Transformer(params.model, vocab_size).num_parameters()


def pretraining_flops(params: Params, vocab_size: int) -> int:
    """Of the base model's training."""
    tokens = params.pretrain.steps * params.pretrain.batch_tokens
    return tokens * training_flops_per_token(params.model, vocab_size)


def steps_of(wanted: Steps, batch_tokens: int, flops_per_token: int, params: Params, vocab_size: int) -> int:
    """Steps of a model: as many as are asked for, or those that make the tokens or the FLOPs of pretraining."""
    if isinstance(wanted, int):
        return wanted
    tokens: float = params.pretrain.steps * params.pretrain.batch_tokens
    if wanted == "flops":
        tokens = pretraining_flops(params, vocab_size) / flops_per_token
    return max(1, round(tokens / batch_tokens))


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
    shards: TokenShards,
    tests: list[np.ndarray],
    vocab_size: int,
    params: Params,
    reporter: Reporter,
    trained: list[Checkpoints],
) -> Nats:
    """The LSTM with as many parameters as the base model, trained by the same loop on the same batches."""
    if params.baselines.lstm.steps == 0:
        return
    model = lstm(params, vocab_size)
    config = lstm_training(params, vocab_size)
    num_tokens = config.steps * config.batch_tokens
    reporter.say(f"training an LSTM of {model.num_parameters():,} parameters on {num_tokens:,} tokens")
    sections = {name: getattr(params, name).model_dump(mode="json") for name in ("baselines", "model")}
    values = sections | {"training": config.model_dump(mode="json"), "compute": params.compute.numerics()}
    checkpoints = Checkpoints("baselines", fingerprint({"tokens": digest(shards.folder)}, values, CODE))
    trained.append(checkpoints)
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
    flops = num_tokens * _lstm_flops(model)
    yield LSTM, described(model.num_parameters(), num_tokens, flops), document_nats(model, tests, context)


class LstmTraining(PretrainConfig):
    """Of the LSTM: that of the base model with its own steps and optimizer."""

    elsewhere: ClassVar[Mapping[str, str | None]] = {"steps": "baselines.lstm", "optimizer": "baselines.lstm"}


class EncoderDecoderTraining(TrainConfig):
    """Of the encoder-decoder: its own but for what all trainings share."""

    section: ClassVar[str] = "baselines.encoder_decoder"
    elsewhere: ClassVar[Mapping[str, str | None]] = {
        "seed": "baselines",
        "schedule": "pretrain",
        "on_divergence": "pretrain",
        "micro_batch_tokens": None,
        "validate_batch_tokens": None,
    }


def lstm_training(params: Params, vocab_size: int) -> TrainConfig:
    """As `pretrain`, batches included, for its own number of steps and with its own optimizer."""
    own, before = params.baselines.lstm, params.pretrain
    with torch.device("meta"):
        flops = _lstm_flops(lstm(params, vocab_size))
    steps = steps_of(own.steps, before.batch_tokens, flops, params, vocab_size)
    return LstmTraining(**(dict(before) | {"steps": steps, "optimizer": own.optimizer}))


def _lstm_flops(model: Lstm) -> int:
    return lstm_flops_per_token(model.lstm.hidden_size, model.lstm.num_layers, model.vocab_size)


def lstm(params: Params, vocab_size: int) -> Lstm:
    """As wide as the number of parameters of the base model allows."""
    layers = params.baselines.lstm.num_layers
    width = width_of(num_parameters(params, vocab_size), vocab_size, layers)
    model = Lstm(vocab_size, width, layers, params.model.context_length)
    return model.initialize(torch.Generator().manual_seed(params.baselines.seed))


# --- encoder-decoder --------------------------------------------------------------------------------


def translations(
    data: Layout, tokenizer: Tokenizer, params: Params, reporter: Reporter, trained: list[Checkpoints]
) -> Iterator[tuple[list[tuple[answers.Key, str]], dict[str, Any]]]:
    """
    The answers of an encoder-decoder to all translation test sets, and what it is; nothing where there are none.

    It has the parameters of the base model and learns from the labelled translations that `finetune` takes. It has not
    seen the documents, but for the pairs of sentences that `documents_ratio` asks for.

    Raises:
        DataError: No training example fits a row, or `documents_ratio` asks for pairs and no document holds one.
    """
    own = params.baselines.encoder_decoder
    examples = read_translations(data, "train", params.finetune.train_per_dataset)
    if own.steps == 0 or not examples:
        return
    context = params.model.context_length
    sources, weights = translation_sources(data, tokenizer, params, examples)
    valid = ExampleSequences(_token_pairs(_joined(read_translations(data, "valid")), tokenizer, context))
    model = encoder_decoder(params, tokenizer.vocab_size)
    flops = encoder_decoder_flops_per_token(
        model.config, model.vocab_size, translation.source_ratio(list(sources.values()))
    )
    config = encoder_decoder_training(params, steps_of(own.steps, own.batch_tokens, flops, params, model.vocab_size))
    num_tokens = config.steps * config.batch_tokens
    counts = {name: len(source.lengths) for name, source in sources.items()}
    reporter.say(
        f"training an encoder-decoder of {model.num_parameters():,} parameters on {sum(counts.values()):,} "
        f"translations: {config.steps} steps of {config.batch_tokens} tokens"
    )
    checkpoints = translation_checkpoints(data, tokenizer, params, config)
    trained.append(checkpoints)
    curve = train(
        Run(
            model=model,
            mixture=Mixture(sources, weights, config.seed, context),
            config=config,
            device=use_device(params.compute),
            checkpoints=checkpoints,
            validate=partial(translation.validate, source=valid) if len(valid.lengths) else lambda _: {},
            reporter=Reporter(),  # as for the LSTM
            keep_best="valid_right" if len(valid.lengths) else None,
            loss=partial(translation.loss, z_loss=config.optimizer.z_loss),
        )
    )
    kept = max((row for row in curve if "valid_right" in row), key=lambda row: row["valid_right"], default=curve[-1])
    numbers = {
        "num_parameters": model.num_parameters(),
        "num_tokens": num_tokens,
        "flops": num_tokens * flops,
        "examples": counts,
        "kept_step": kept["step"],
        **{name: round(value, 6) for name, value in kept.items() if name.startswith("valid_")},
    }
    yield said_by(model, data, tokenizer, translation.longest_answer(list(sources.values()))), numbers


def translation_checkpoints(data: Layout, tokenizer: Tokenizer, params: Params, config: TrainConfig) -> Checkpoints:
    """Those of a run with the same examples, documents, parameters and code."""
    inputs = {"examples": digest(data.clean / "examples"), "tokenizer": tokenizer.digest}
    if params.baselines.encoder_decoder.documents_ratio:
        inputs["documents"] = digest(data.clean / "train")
    values = {name: getattr(params, name).model_dump(mode="json") for name in ("baselines", "model")}
    values |= {"training": config.model_dump(mode="json"), "compute": params.compute.numerics()}
    values["translation"] = {"train_per_dataset": params.finetune.train_per_dataset}
    return Checkpoints("baselines", fingerprint(inputs, values, CODE))


def translation_sources(
    data: Layout, tokenizer: Tokenizer, params: Params, examples: Mapping[str, Sequence[Example]]
) -> tuple[dict[str, ExampleSequences], dict[str, float]]:
    """
    What the encoder-decoder learns from, and the shares: each data set the same, and pairs that documents hold.

    Raises:
        DataError: One of them has nothing.
    """
    context, ratio = params.model.context_length, params.baselines.encoder_decoder.documents_ratio
    found = {name: list(rows) for name, rows in examples.items()}
    weights = {name: (1 - ratio) / len(found) for name in found}
    if ratio:
        found[DOCUMENTS] = pairs_of_documents(data, {example.language for example in _joined(examples)})
        weights[DOCUMENTS] = ratio
    sources = {name: ExampleSequences(_token_pairs(rows, tokenizer, context)) for name, rows in found.items()}
    for name, source in sources.items():
        if not len(source.lengths):
            raise DataError(
                "baselines.encoder_decoder.documents_ratio asks for sentences beside their translations, and no "
                "training document consists of such; set it to 0."
                if name == DOCUMENTS
                else f"no example of '{name}' has an answer that fits model.context_length ({context}); raise it, or "
                "set baselines.encoder_decoder.steps to 0."
            )
    return sources, weights


def pairs_of_documents(data: Layout, languages: set[str]) -> list[Example]:
    """Pairs of sentences that training documents hold, as examples in those directions ("en-zh") that are wanted."""
    found: list[Example] = []
    for document in read_shards(data.clean / "train", Document):
        directions = [
            pair for pair in sorted(languages) if pair in (f"{document.language}-zh", f"zh-{document.language}")
        ]
        for number, (other, chinese) in enumerate(parallel.sentence_pairs(document.text) if directions else ()):
            for pair in directions:
                source, target = (other, chinese) if pair.endswith("-zh") else (chinese, other)
                name = f"{document.id}/{number}"
                found.append(Example(name, TRANSLATION, DOCUMENTS, "train", pair, {"source": source}, (target,)))
    return found


def encoder_decoder(params: Params, vocab_size: int) -> EncoderDecoder:
    """With as many parameters as the base model."""
    own = params.baselines.encoder_decoder
    config = sizes(params.model, vocab_size, own.num_layers, num_parameters(params, vocab_size))
    model = EncoderDecoder(config.model_copy(update={"dropout": own.dropout}), vocab_size)
    return model.initialize(torch.Generator().manual_seed(params.baselines.seed))


def encoder_decoder_training(params: Params, steps: int) -> TrainConfig:
    """Its own steps, batch and optimizer; the schedule of `pretrain`."""
    own = params.baselines.encoder_decoder
    return EncoderDecoderTraining(
        seed=params.baselines.seed,
        steps=steps,
        batch_tokens=own.batch_tokens,
        optimizer=own.optimizer,
        schedule=params.pretrain.schedule,
        validate_every=own.validate_every,
        checkpoint_every=own.validate_every,
        on_divergence=params.pretrain.on_divergence,
    )


def said_by(model: EncoderDecoder, data: Layout, tokenizer: Tokenizer, longest: int) -> list[tuple[answers.Key, str]]:
    """Greedy answers to all test examples, at most twice as long as the longest training answer."""
    context = model.context_length
    most = min(2 * longest, context // 2)
    tests = _joined(read_translations(data, "test"))
    prompts = [tasks.fit_prompt(example, tokenizer.prompt, context - most)[0] for example in tests]
    said = translation.answers(model, prompts, tokenizer.end_id, most)
    return [
        ((example.dataset, example.split, example.id), tokenizer.decode(tokens).strip())
        for example, tokens in zip(tests, said, strict=True)
    ]


def read_translations(data: Layout, split: str, limit: int | None = None) -> dict[str, list[Example]]:
    """
    Examples of the data sets whose task is translation; with a limit, the first ones of each.

    Raises:
        DataError: One is malformed.
    """
    found = {
        path.stem: list(read_jsonl(path, Example))[:limit]
        for path in sorted((data.clean / "examples" / split).glob("*.jsonl"))
    }
    chosen = {name: rows for name, rows in found.items() if rows and rows[0].task == TRANSLATION}
    for example in _joined(chosen):
        tasks.check(example)
    return chosen


def _joined(examples: Mapping[str, Sequence[Example]]) -> list[Example]:
    return [example for rows in examples.values() for example in rows]


def _token_pairs(examples: Sequence[Example], tokenizer: Tokenizer, context: int) -> list[tuple[list[int], list[int]]]:
    return tasks.token_pairs(examples, tokenizer.prompt, tokenizer.completion, context)


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
