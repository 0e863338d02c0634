"""Examples asked a second time: with noise, with other names, or with the passages that a search finds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from llmpipe import tasks
from llmpipe.errors import DataError, ParamsError, unknown_name
from llmpipe.evaluation import retrieved
from llmpipe.files import Layout, project_root
from llmpipe.records import Example
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.tasks import folds
from llmpipe.train import augmentation, renaming
from llmpipe.train.batches import random_stream
from llmpipe.tuning.bases import check_digest


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
            if (changed := noisy(example, noise, config.seed, copy)) != example
        ]
        for name in wanted.datasets or sorted(examples)
    }
    return copies, dict(noise.counts)


def noisy(example: Example, noise: augmentation.Noise, seed: int, copy: int) -> Example:
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


def renamed_copies(
    examples: Mapping[str, Sequence[Example]], config: FinetuneConfig
) -> tuple[dict[str, list[Example]], dict[str, int]]:
    """
    Copies with invented words by data set, and how many words were replaced in them; unchanged ones are left out.

    Raises:
        ParamsError: A data set is not there.
        DataError: No example shares a word with its answer, or one is malformed.
    """
    wanted = config.renaming
    if not wanted.copies:
        return {}, {}
    for name in wanted.datasets:
        if name not in examples:
            raise ParamsError(f"finetune.renaming.datasets: {unknown_name('data set', name, examples)}")
    for example in chain(*examples.values()):
        tasks.check(example)
    inventor = renaming.Inventor(_text(example) for rows in examples.values() for example in rows)
    copies: dict[str, list[Example]] = {}
    counts = {"words": 0}
    for name in wanted.datasets or sorted(examples):
        copies[name] = []
        for example in examples[name]:
            if example.task == "classification" and not wanted.datasets:
                continue
            shared = renaming.copied(tasks.text(example), tasks.completion(example))
            for copy in range(wanted.copies):
                draw = random_stream(config.seed, f"renaming/{example.dataset}/{example.id}", copy)
                new = inventor.words(shared, wanted.ratio, draw)
                if new:
                    copies[name].append(with_words(example, new))
                    counts["words"] += len(new)
    copies = {name: rows for name, rows in copies.items() if rows}
    if not copies:
        raise DataError(
            f"finetune.renaming.copies is {wanted.copies}, but no example shares a word with its answer; set it to 0."
        )
    return copies, counts


def _text(example: Example) -> str:
    return f"{tasks.text(example)}\n{tasks.completion(example)}"


def with_words(example: Example, new: Mapping[str, str]) -> Example:
    """The example with other words in its inputs and references alike; labels stay."""
    inputs = {name: _changed(value, new) for name, value in example.inputs.items()}
    if "history" in inputs:  # roles are no text
        inputs["history"] = [[role, renaming.replace_words(text, new)] for role, text in example.inputs["history"]]
    references = tuple(renaming.replace_words(reference, new) for reference in example.references)
    return replace(example, inputs=inputs, references=references)


def _changed(value: Any, new: Mapping[str, str]) -> Any:
    """A text, or the values of a mapping or list, with other words."""
    if isinstance(value, str):
        return renaming.replace_words(value, new)
    if isinstance(value, Mapping):
        return {name: _changed(part, new) for name, part in value.items()}
    return [_changed(part, new) for part in value] if isinstance(value, Sequence) else value
