"""The training mixture: encoded examples of each data set, and the documents replayed beside them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from llmpipe import tasks
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.files import Layout, read_jsonl, shards
from llmpipe.records import Example
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.tokenizer import AnyTokenizer, Tokenizer, TokenShards
from llmpipe.train.batches import DocumentSequences, ExampleSequences, Sequences, random_stream
from llmpipe.train.renaming import Inventor, repeated, replace_words

KNOWN = 2000  # documents of whose letters and characters invented words are
DOCUMENTS = "documents"  # name of the replayed pretraining text in the mixture


class DocumentSample(ExampleSequences):
    """
    Some documents, encoded again.

    Args:
        pairs: Their first token and the others.
        numbers: Of each, its number in the token shards.
    """

    def __init__(self, pairs: Sequence[tuple[list[int], list[int]]], numbers: Sequence[int]) -> None:
        super().__init__(pairs)
        self.places = {number: place for place, number in enumerate(numbers)}


def read_examples(folder: Path, limit: int | None = None) -> dict[str, list[Example]]:
    """Examples by data set; with a limit, the first ones of each."""
    return {path.stem: list(read_jsonl(path, Example))[:limit] for path in shards(folder)}


def encode(examples: Sequence[Example], tokenizer: AnyTokenizer, context_length: int) -> tuple[ExampleSequences, int]:
    """Prompts and completions as tokens (`tasks.token_pairs`), and how many examples were dropped."""
    pairs = tasks.token_pairs(examples, tokenizer.prompt, tokenizer.completion, context_length)
    return ExampleSequences(pairs), len(examples) - len(pairs)


def with_documents(
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
    """The pretraining documents; for a tokenizer of others or to be renamed, as many as the run can use, anew."""
    own = tokenizer if isinstance(tokenizer, Tokenizer) else Tokenizer.load(data.pretrained)  # loses nothing
    tokens.check(own)
    if config.renaming.documents:
        order = random_stream(config.seed, "renaming/documents").permutation(tokens.num_documents).tolist()
        change = _renaming([own.decode(tokens.document(index)) for index in order[:KNOWN]], config)
    elif own is tokenizer:
        return DocumentSequences(tokens)
    else:
        order, change = list(range(tokens.num_documents)), _same
    wanted = config.steps * config.batch_tokens * config.documents_ratio
    pairs: list[tuple[list[int], list[int]]] = []
    for index in order:
        token_ids = tokenizer.document(change(own.decode(tokens.document(index)), index))
        pairs.append((token_ids[:1], token_ids[1:]))
        wanted -= len(token_ids)
        if wanted <= 0:
            break
    return DocumentSample(pairs, order[: len(pairs)])


def _same(text: str, index: int) -> str:
    return text


def _renaming(known: Sequence[str], config: FinetuneConfig) -> Callable[[str, int], str]:
    """What gives documents by chance other words for those that they repeat, invented like those of some texts."""
    inventor, wanted = Inventor(known), config.renaming

    def change(text: str, index: int) -> str:
        draw = random_stream(config.seed, "renaming/document", index)
        if draw.random() >= wanted.documents:
            return text
        new = inventor.words(repeated(text), wanted.ratio, draw)
        return replace_words(text, new)

    return change
