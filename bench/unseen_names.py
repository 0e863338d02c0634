"""
Does a tuned model copy names that it has never seen?

`python bench/unseen_names.py [MODEL ...] [--data DIR] [--seed S] [--quick]` takes labelled examples of the sample world
that no model was tuned on (the last ones of training; test sets are not touched), gives every person and town in
prompt and answer another name, and asks the model directories (default: `finetuned` below DIR). The names are made of
syllables and characters that the world's names do not have, and none is in a training document. Half of
the Chinese ones have characters that documents have, the others characters that none has. Each item also stands as it
was. A second change, of dialogues only, leaves the names and what else the answer needs, and puts words of other
documents in place of all other words of the user: values must be found where nothing familiar stands around them.

Printed, for each data set and language: answers exactly right as it was and changed; of the items whose answer holds a
new name, the share whose answer holds all of them; Wilson's intervals. `bytes` are the Chinese items with a character
that is no piece of the vocabulary, so the name is spelt in bytes. The last line is JSON.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from llmpipe import tasks
from llmpipe.evaluation.answers import by_length, fit_prompts, say
from llmpipe.files import Layout, read_jsonl, shards
from llmpipe.metrics.matching import is_right
from llmpipe.metrics.statistics import wilson
from llmpipe.metrics.text import contains
from llmpipe.records import Document, Example
from llmpipe.tokenizer.pieces import HAN, HAN_CHARACTER, WORD
from llmpipe.train import directory
from llmpipe.train.batches import random_stream
from llmpipe.train.directory import Loaded
from llmpipe.world.lexicon import CITIES
from llmpipe.world.names import SYLLABLES

DATASETS = ("dialogue", "reading", "headline")  # recall asks for facts, which nobody knows of a new name
ITEMS, QUICK_ITEMS = 200, 8  # of each data set, the last ones of training
ONSETS = ("b", "ch", "d", "f", "g", "j", "k", "l", "m", "n", "p", "qu", "r", "s", "sh", "t", "th", "v", "x", "y", "z")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ee", "ou")  # syllables are open; those of the world are closed
RARE = "艾诺琳娜伊莎乔森杰奥洛娅茜迪雅莱茨夏穆萨拜纳吉丝妮琪瑟怀彭蓓薇岚瑞"  # no document of the world has them
MIN_COUNT = 100  # of a character in documents, so that it is a piece
BATCH_SIZE = 64


@dataclass(frozen=True)
class Item:
    """An example as it was, the same with other names or words, and the new names that its answer holds."""

    example: Example
    changed: Example
    names: tuple[str, ...]


# --- items ------------------------------------------------------------------------------------------


def texts(example: Example) -> str:
    """All that an example shows and answers."""
    return "\n".join([tasks.text(example), *example.references])


def substituted(example: Example, change: Callable[[str], str]) -> Example:
    """An example whose texts are changed alike: inputs, turns, slots, answers."""

    def inside(value: object) -> object:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, Mapping):
            return {name: inside(part) for name, part in value.items()}
        if isinstance(value, Sequence):
            return [inside(part) for part in value]
        return value

    inputs = {name: inside(value) for name, value in example.inputs.items()}
    if "history" in inputs:  # roles are no text
        turns = example.inputs["history"]
        inputs["history"] = [[role, change(text)] for role, text in turns]
    return replace(example, inputs=inputs, references=tuple(map(change, example.references)))


def world_names(example: Example) -> list[str]:
    """The people of an example in its language, and the towns that it speaks of."""
    chinese = example.language == "zh"
    syllable = re.compile("|".join(SYLLABLES))
    people = [
        "".join(SYLLABLES[part] for part in syllable.findall(name.lower())) if chinese else name
        for name in example.labels["entities"]
    ]
    shown = texts(example)
    return [name for name in (*people, *(city.written(example.language) for city in CITIES)) if name in shown]


def invented(characters: Sequence[str] | None, draw: np.random.Generator, taken: Sequence[str]) -> str:
    """A name that is nowhere in the texts `taken`, of two or three of the characters; None: in Latin letters."""
    while True:
        size = int(draw.integers(2, 4))
        if characters:
            name = "".join(draw.choice(list(characters), size=size, replace=False).tolist())
        else:
            name = "".join(f"{draw.choice(ONSETS)}{draw.choice(VOWELS)}" for _ in range(size)).capitalize()
        if not any(name in text for text in taken):
            return name


def renamed(examples: Sequence[Example], taken: str, seed: int) -> list[Item]:
    """
    Items whose every name is a new one, the same at each of its places; examples without a name are left out.

    Args:
        examples: In English or Chinese.
        taken: Text that no new name may be in: the training documents.
        seed: Of the names, with the id of the example.
    """
    counts = Counter(HAN_CHARACTER.findall(taken))
    common = {character for character, count in counts.items() if count >= MIN_COUNT}
    known = sorted(common - {*"".join(SYLLABLES.values())})
    items = []
    for example in examples:
        draw = random_stream(seed, f"unseen names/{example.dataset}/{example.id}")
        characters = (known if draw.random() < 0.5 else RARE) if example.language == "zh" else None
        new: dict[str, str] = {}
        for name in world_names(example):
            new[name] = invented(characters, draw, [texts(example), *new.values(), taken])
        if new:
            items.append(with_names(example, new))
    return items


def with_names(example: Example, new: Mapping[str, str]) -> Item:
    """The example with its names replaced."""
    pattern = re.compile("|".join(sorted(map(re.escape, new), key=len, reverse=True)))
    changed = substituted(example, lambda text: pattern.sub(lambda match: new[match.group()], text))
    answer = tasks.completion(changed)
    return Item(example, changed, tuple(name for name in new.values() if name in answer))


def reworded(examples: Sequence[Example], words: Mapping[str, Sequence[str]], seed: int) -> list[Item]:
    """
    Dialogues in which all words of the user are others, but for those of the answer and numbers.

    Args:
        examples: In English or Chinese.
        words: By language, what other words are drawn from.
        seed: Of the draws, with the id of the example.
    """
    items = []
    for example in examples:
        if example.task != "dialogue" or not example.inputs.get("slots"):
            continue
        draw = random_stream(seed, f"unseen words/{example.dataset}/{example.id}")
        kept = {word.lower() for word in WORD.findall(tasks.completion(example))}
        history = [
            [role, other_words(text, kept, words[example.language], draw) if role == "user" else text]
            for role, text in example.inputs["history"]
        ]
        changed = replace(example, inputs={**example.inputs, "history": history})
        items.append(Item(example, changed, tuple(map(str, example.inputs["slots"].values()))))
    return items


def other_words(text: str, kept: set[str], words: Sequence[str], draw: np.random.Generator) -> str:
    """The text with a random word in place of each that is not kept and has no digit."""

    def other(match: re.Match[str]) -> str:
        found = match.group()
        return found if found.lower() in kept or re.search(r"\d", found) else str(draw.choice(words))

    return WORD.sub(other, text)


def document_words(text: str) -> dict[str, list[str]]:
    """Words of lower-case letters, and Han characters, each once."""
    return {"en": sorted(set(re.findall(r"\b[a-z]{2,}\b", text))), "zh": sorted(set(re.findall(f"[{HAN}]", text)))}


def unseen_examples(data: Layout, dataset: str, count: int) -> list[Example]:
    """The last `count` training examples of a data set, in English and Chinese; recipe world is tuned on the first."""
    (path,) = [path for path in shards(data.clean / "examples" / "train") if path.stem == dataset]
    return [example for example in read_jsonl(path, Example) if example.language in ("en", "zh")][-count:]


# --- answers ----------------------------------------------------------------------------------------


def answers(loaded: Loaded, examples: Sequence[Example]) -> list[str]:
    """What a model says greedily, with room for the longest answer."""
    limit = 2 + max(len(loaded.tokenizer.completion(tasks.completion(example))) for example in examples)
    prompts, _ = fit_prompts(loaded, examples, limit)
    said = [""] * len(prompts)
    for chosen in by_length(prompts, BATCH_SIZE):
        for i, text in zip(chosen, say(loaded, [prompts[i] for i in chosen], limit), strict=True):
            said[i] = text
    return said


def share(found: Sequence[bool]) -> dict[str, float]:
    """A proportion with its interval, and of how many."""
    low, high = wilson(sum(found), len(found))
    return {"share": round(sum(found) / len(found), 4), "low": round(low, 4), "high": round(high, 4), "n": len(found)}


def scored(loaded: Loaded, items: Sequence[Item]) -> Iterator[tuple[str, dict[str, dict[str, float]]]]:
    """Rows of the table: a name, and what was found of these items."""
    before = answers(loaded, [item.example for item in items])
    after = answers(loaded, [item.changed for item in items])
    groups: dict[str, list[tuple[bool, bool, bool | None]]] = defaultdict(list)
    for item, old, new in zip(items, before, after, strict=True):
        language = item.example.language
        right = [is_right(said, e.references, language) for said, e in ((old, item.example), (new, item.changed))]
        held = all(contains(new, name) for name in item.names) if item.names else None
        groups[language].append((right[0], right[1], held))
        if language == "zh" and any(is_spelt(loaded, name) for name in item.names):
            groups["zh, bytes"].append((right[0], right[1], held))
    for name, rows in sorted(groups.items()):
        holding = [held for _, _, held in rows if held is not None]
        yield (
            name,
            {
                "as_it_was": share([old for old, _, _ in rows]),
                "changed": share([new for _, new, _ in rows]),
                **({"names": share(holding)} if holding else {}),
            },
        )


def is_spelt(loaded: Loaded, name: str) -> bool:
    """Whether a Han character of a name is no single piece."""
    return any(len(loaded.tokenizer.encode(character)) > 1 for character in HAN_CHARACTER.findall(name))


def main() -> None:
    """Score the models and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path, help="model directories; default: finetuned of the data folder")
    parser.add_argument("--data", type=Path, default=Path("data"), help="of a finished run of recipe world")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ITEMS} items of each data set")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = Layout(options.data)
    documents = "\n".join(
        document.text for path in shards(data.clean / "train") for document in read_jsonl(path, Document)
    )
    count = QUICK_ITEMS if options.quick else ITEMS
    examples = {name: unseen_examples(data, name, count) for name in DATASETS}
    sets = {f"{name}, new names": renamed(found, documents, options.seed) for name, found in examples.items()}
    sets["dialogue, new words"] = reworded(examples["dialogue"], document_words(documents), options.seed)
    result: dict[str, dict[str, dict[str, dict[str, dict[str, float]]]]] = {}
    for folder in options.models or [data.finetuned]:
        loaded = directory.load(folder)
        print(f"{folder}\n{'':32}{'as it was':24}{'changed':24}names in answers")
        for name, items in sets.items():
            for language, row in scored(loaded, items):
                cells = (f"{s['share']:.3f} [{s['low']:.3f}, {s['high']:.3f}]" for s in row.values())
                print(f"{name + ', ' + language:32}{'   '.join(cells)}   {row['changed']['n']}")
                result.setdefault(str(folder), {}).setdefault(name, {})[language] = row
    print(json.dumps(result))


if __name__ == "__main__":
    main()
