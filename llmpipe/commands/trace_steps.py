"""In which steps of pretraining and of tuning a document or an example was seen, without training again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from llmpipe import tracking
from llmpipe.config import Params
from llmpipe.errors import DataError
from llmpipe.evaluation import retrieved
from llmpipe.files import Layout, read_json
from llmpipe.pages.results import read_curve
from llmpipe.records import Document
from llmpipe.tokenizer import AnyTokenizer, Tokenizer, TokenShards
from llmpipe.train.batches import DocumentSequences, Mixture
from llmpipe.train.loop import batch_rows
from llmpipe.train.seen import Key, Seen, seen
from llmpipe.tuning import bases, copies, examples, mixture

DOCUMENTS = mixture.DOCUMENTS


@dataclass(frozen=True)
class Order:
    """
    The batches of one training run.

    Args:
        stage: `pretrain` or `finetune`.
        mixture: What it drew them from.
        rows: Of a batch.
        steps: That were run.
        kept: The last one that is in the weights: of tuning with early stopping that of the best validation.
    """

    stage: str
    mixture: Mixture
    rows: int
    steps: int
    kept: int

    def seen(self, keys: Collection[Key]) -> dict[Key, Seen]:
        """The steps that saw each of some sequences; those that the mixture has not are absent."""
        places = {key: place for key in keys if (place := self._place(key)) is not None}
        found = seen(self.mixture, self.rows, self.steps, set(places.values()))
        return {key: found[place] for key, place in places.items() if place in found}

    def _place(self, key: Key) -> Key | None:
        """The sequence of a key; of a document that was encoded again, where it stands among such."""
        source = self.mixture.sources.get(key[0])
        if isinstance(source, mixture.DocumentSample):
            return (key[0], source.places[key[1]]) if key[1] in source.places else None
        return None if source is None else key


@dataclass(frozen=True)
class Orders:
    """
    What the tuned model was trained on.

    Args:
        runs: In the order in which they were run.
        unknown: Stage -> why its steps cannot be told.
        notes: What else a reader should know of them.
        examples: Data set -> id of an example -> its sequences: itself, and copies of it with noise or other words.
    """

    runs: Sequence[Order]
    unknown: Mapping[str, str]
    notes: Sequence[str]
    examples: Mapping[str, Mapping[str, Sequence[int]]]


def orders(params: Params, data: Layout, datasets: Collection[str]) -> Orders:
    """
    The orders of pretraining and of tuning.

    Args:
        params: What the stages ran with.
        data: Tokens, models and examples.
        datasets: Those whose examples are sought.

    Raises:
        DataError: The token shards are damaged.
        CheckpointError: The base model is, or the shards belong to another tokenizer.
    """
    runs: list[Order] = []
    unknown: dict[str, str] = {}
    notes: list[str] = []
    examples: dict[str, dict[str, list[int]]] = {}
    base = params.finetune.base
    if base != "pretrained":
        words = "random weights" if base == "random" else "a model of others, whose training text is not here"
        unknown["pretrain"] = f"the tuned model starts from {words}"
    elif why := _why_unknown("pretrain", params, data):
        unknown["pretrain"] = why
    else:
        runs.append(_pretrain(params, data))
    if params.finetune.mode == "preference":
        unknown["finetune"] = "it was tuned on preference pairs, not on examples"
    elif why := _why_unknown("finetune", params, data):
        unknown["finetune"] = why
    else:
        order, tokenizer, context = _finetune(params, data)
        runs.append(order)
        examples = _places(params, data, datasets, (tokenizer, context))
    for run in runs:
        skipped = read_json(data.metrics(run.stage)).get("skipped_steps", 0)
        if skipped:
            notes.append(f"{skipped} steps of {run.stage} diverged and were left out; its curve.csv says around which.")
    return Orders(runs, unknown, notes, examples)


def check_tokens(documents: Mapping[int, Document], data: Layout) -> None:
    """
    Check that token shards hold these documents at these places, so that steps are told of the right ones.

    Raises:
        DataError: They were encoded from another data/clean.
    """
    shards, tokenizer = TokenShards(data.tokens / "train"), Tokenizer.load(data.tokenizer)
    shards.check(tokenizer)
    for place, document in documents.items():
        if place >= shards.num_documents or tokenizer.document(document.text) != shards.document(place).tolist():
            raise DataError(
                f"{data.tokens / 'train'} does not hold '{document.id}' as document {place}: it was encoded from other "
                f"text than {data.clean / 'train'}; run the encode stage again."
            )


def _why_unknown(stage: str, params: Params, data: Layout) -> str:
    """Why the steps of a stage cannot be told from `params`; "" when they can."""
    folder = {"pretrain": data.pretrained, "finetune": data.finetuned}[stage]
    metrics = data.metrics(stage)
    if not (folder / "curve.csv").exists() or not metrics.exists():
        return f"{folder} is not there; run the stage {stage}"
    config = getattr(params, stage)
    steps = _last_step(data, stage)
    if tracking.is_locked(metrics) and tracking.ran_with_others(stage, params.values()):
        return f"it ran with other parameters than these (dvc.lock); give the right ones with --params, or run {stage}"
    if read_json(metrics)["num_tokens"] != steps * config.batch_tokens or steps > config.steps:
        return f"it ran with other steps or another batch than these parameters say; run {stage} again"
    return ""


def _last_step(data: Layout, stage: str) -> int:
    """Of a stage's curve: patience may end tuning early."""
    folder = {"pretrain": data.pretrained, "finetune": data.finetuned}[stage]
    return read_curve(folder / "curve.csv")["loss"][-1][0]


def _pretrain(params: Params, data: Layout) -> Order:
    config, context = params.pretrain, params.model.context_length
    sources = {DOCUMENTS: DocumentSequences(TokenShards(data.tokens / "train"))}
    mixture = Mixture(sources, {DOCUMENTS: 1.0}, config.seed, context)  # as stages.pretrain makes it
    return Order("pretrain", mixture, batch_rows(config, context)[0], config.steps, config.steps)


def _finetune(params: Params, data: Layout) -> tuple[Order, AnyTokenizer, int]:
    """The order of tuning, and the tokenizer and the context length of its base."""
    config = params.finetune
    base = bases.load_base(config, data)
    mixture = examples.example_work(params, data, base, base.model).batches
    assert isinstance(mixture, Mixture)
    context = base.config.context_length
    kept = int(read_json(data.metrics("finetune"))["kept_step"])
    order = Order("finetune", mixture, batch_rows(config, context)[0], _last_step(data, "finetune"), kept)
    return order, base.tokenizer, context


def _places(
    params: Params, data: Layout, datasets: Collection[str], how: tuple[AnyTokenizer, int]
) -> dict[str, dict[str, list[int]]]:
    """The sequences of each example, numbered as `mixture.encode` does: those that do not fit are left out."""
    config = params.finetune
    read = mixture.read_examples(data.clean / "examples" / "train", config.train_per_dataset)
    noisy, _ = copies.noisy_copies(read, config)
    renamed, _ = copies.renamed_copies(read, config)
    asked, _, _ = copies.with_retrieved(params, data, read, {})
    found: dict[str, dict[str, list[int]]] = {}
    for name in sorted({*datasets} & {*read}):
        places: dict[str, list[int]] = {}
        count = 0
        for example in [*read[name], *noisy.get(name, []), *renamed.get(name, []), *asked.get(name, [])]:
            kept = len(mixture.encode([example], *how)[0].lengths)
            if kept:
                places.setdefault(retrieved.original(example.id), []).append(count)
            count += kept
        found[name] = places
    return found
