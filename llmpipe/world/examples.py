"""The labelled examples: eight data sets in train, valid and three test sets each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from llmpipe.errors import ParamsError
from llmpipe.files import digest_value
from llmpipe.records import Example
from llmpipe.sections.ingest import WorldSource
from llmpipe.world import dialogues, labelled, news, people, polynomials, sentences
from llmpipe.world.draws import Draw
from llmpipe.world.names import cast
from llmpipe.world.scope import Item, Scope

TEST_SETS = ("T1", "T2", "T3")
KEYS = {"train": "train_per_dataset", "valid": "valid_per_dataset"}  # split -> its key in params.yaml


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set: its task and the function that makes an item in a scope (the last argument is a running number)."""

    task: str
    make: Callable[[Draw, Scope, int], Item]


def datasets(seed: int) -> dict[str, Dataset]:
    """All data sets by name."""
    return {
        "translation": Dataset("translation", sentences.translation_item),
        "headline": Dataset("summary", news.headline_item),
        "reading": Dataset("reading", people.reading_item),
        "recall": Dataset("recall", partial(people.recall_item, seed=seed)),
        "derivative": Dataset("derivative", polynomials.derivative_item),
        "dialogue": Dataset("dialogue", dialogues.dialogue_item),
        "intent": Dataset("classification", labelled.intent_item),
        "sentiment": Dataset("classification", labelled.sentiment_item),
    }


def scopes(seed: int, dataset: str) -> dict[str, Scope]:
    """What each split of a data set may use."""
    names = cast(seed)
    train = Scope(names.people)
    held = replace(train, cell="test")
    new_entities = Scope(names.unseen, cell="any")
    if dataset == "derivative":  # its entities are numbers
        new_entities = replace(held, hard=True)
    return {
        "train": train,
        "valid": replace(train, cell="valid"),
        "T1": held,
        "T2": new_entities,
        "T3": replace(held, unseen=True),
    }


def examples(source: WorldSource, seed: int) -> Iterator[Example]:
    """
    All examples, data set by data set.

    The first examples of a split are the same whatever the number asked for. No two examples of a
    data set have the same inputs.

    Raises:
        ParamsError: A data set does not have that many different examples.
    """
    for dataset in datasets(seed):
        yield from split_examples(dataset, "train", seed, source.train_per_dataset)
        yield from split_examples(dataset, "valid", seed, source.valid_per_dataset)
        for test_set in TEST_SETS:
            yield from split_examples(dataset, test_set, seed, source.test_per_set)


def split_examples(dataset: str, split: str, seed: int, count: int) -> Iterator[Example]:
    """
    The first `count` examples of one split of a data set.

    Raises:
        ParamsError: There are not that many different ones.
    """
    kind, scope = datasets(seed)[dataset], scopes(seed, dataset)[split]
    seen: set[str] = set()
    attempt = last_new = 0
    while len(seen) < count:
        if attempt - last_new > 1000 + 10 * len(seen):  # more repetitions than chance explains
            key = KEYS.get(split, "test_per_set")
            raise ParamsError(
                f"ingest.sources: {key} of the sample world is {count}, but data set '{dataset}' has only "
                f"{len(seen)} different examples for {split}; ask for {len(seen)} or fewer."
            )
        draw = Draw(seed, f"example/{dataset}/{split}", attempt)
        item = kind.make(draw, scope, attempt)
        attempt += 1
        prompt = digest_value(item.inputs)
        if prompt in seen:
            continue
        name = f"world-{dataset}-{split}-{len(seen):05d}"
        seen.add(prompt)
        last_new = attempt
        labels = {**item.labels, "families": draw.families, "entities": draw.entities}
        yield Example(name, kind.task, dataset, split, item.language, item.inputs, (item.reference,), labels)
