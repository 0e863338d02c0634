"""
Reading without labels: questions with a gap, made from documents (after Lewis et al. 2019, arXiv:1906.04980).

`python bench/cloze.py DATA OUT [--count 30000] [--sources enwiki zhwiki]` takes one to five sentences of a training
document as the passage, a name, number or word of it as the answer, and asks with the words around the gap, some of
them left out, and a question word in it. OUT gets train/cloze.jsonl and valid/cloze.jsonl, examples of the task
`reading` for a project's data/clean/examples. Half are English, half Chinese where there are documents of both. They
are no questions that people ask: what they teach is to find a place in a passage and to copy from it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import regex

from llmpipe.files import Layout, read_shards, write_jsonl
from llmpipe.records import Document, Example
from llmpipe.retrieval.passages import SENTENCE
from llmpipe.train.batches import random_stream

MAX_SENTENCES = 5
MAX_CHARACTERS = {"en": 900, "zh": 260}
MIN_SENTENCE = 13  # characters
MIN_QUESTION = {"en": 15, "zh": 6}  # characters
DROPPED = (0.0, 0.2, 0.4)  # shares of the English words that are left out of a question
VALID_RATIO = 0.01
ANSWERS = {
    "en": regex.compile(
        r"(?<![.!?]\s)(?<=\s)[\"(]?(?P<name>\p{Lu}[\w'’-]+(?:(?: of| the| and| de)? \p{Lu}[\w'’-]+)*)"
        r"|\b(?P<number>\d[\d,.]*\d%?|\d+)\b|(?<=\s)(?P<word>\p{Ll}[\w-]{5,})"
    ),
    "zh": regex.compile(
        r"《(?P<name>[^》]{2,12})》|(?P<number>\d+年(?:\d+月(?:\d+日)?)?|\d[\d.,]*\p{Han}?)"
        r"|(?<=[的在是为和与于、，了由被从到名叫])(?P<word>\p{Han}{2,5})(?=[的在是为和与于、，。了由被从到等]|$)"
    ),
}
ASKING = {
    "en": {
        "name": ("Who", "What", "Which", "Where"),
        "number": ("When", "In what year", "How many"),
        "word": ("What",),
    },
    "zh": {
        "name": ("什么", "哪个"),
        "number": ("多少", "什么时候", "哪一年"),
        "word": ("什么", "谁", "哪里", "哪个"),
    },
}


def english(left: str, right: str, word: str, draw: np.random.Generator) -> str:
    """Words to both sides of the gap, the question word in it or in front of all."""
    drop = draw.choice(DROPPED)
    before, after = left.split()[-draw.integers(3, 10) :], right.split()[: draw.integers(3, 10)]
    before, after = ([w for w in part if draw.random() >= drop] for part in (before, after))
    words = [word, *before, *after] if draw.random() < 0.5 else [*before, word.lower(), *after]
    return " ".join(words).strip(' ,.;:"') + "?"


def chinese(left: str, right: str, word: str, draw: np.random.Generator) -> str:
    """Characters to both sides of the gap, the question word in it."""
    return (left[-draw.integers(4, 15) :] + word + right[: draw.integers(4, 15)]).strip("，。；、 \n") + "？"


WORDING = {"en": english, "zh": chinese}


def question(sentences: Sequence[str], language: str, draw: np.random.Generator) -> tuple[str, str, str] | None:
    """Passage, question and answer from neighbouring sentences; None when these have nothing to ask for."""
    start = int(draw.integers(len(sentences)))
    window = sentences[start : start + int(draw.integers(1, MAX_SENTENCES + 1))]
    passage, asked = "".join(window).strip(), window[draw.integers(len(window))]
    found = list(ANSWERS[language].finditer(asked))
    if not found or len(passage) > MAX_CHARACTERS[language]:
        return None
    match = found[draw.integers(len(found))]
    kind = str(match.lastgroup)
    first, last = match.span(kind)
    word = str(draw.choice(ASKING[language][kind]))
    text = WORDING[language](asked[:first], asked[last:], word, draw)
    return (passage, text, match[kind]) if len(text) >= MIN_QUESTION[language] else None


def make(documents: Sequence[Document], count: int, seed: int) -> list[Example]:
    """
    At most `count` examples, languages in turn; example i depends on the documents, the seed and i.

    Raises:
        SystemExit: No document is English or Chinese text of some length.
    """
    by_language: dict[str, list[list[str]]] = {}
    for document in documents:
        sentences = [s for s in SENTENCE.findall(document.text) if len(s) >= MIN_SENTENCE]
        if document.language in WORDING and sentences:
            by_language.setdefault(document.language, []).append(sentences)
    if not by_language:
        raise SystemExit("no document of language en or zh to ask about; name other --sources.")
    languages, rows = sorted(by_language), []
    for i in range(count):
        language, draw = languages[i % len(languages)], random_stream(seed, "cloze", i)
        chosen = by_language[language][draw.integers(len(by_language[language]))]
        made = question(chosen, language, draw)
        if made is not None:
            inputs = {"context": made[0], "question": made[1]}
            rows.append(Example(f"cloze-{i:06d}", "reading", "cloze", "train", language, inputs, (made[2],)))
    return rows


def main() -> None:
    """Read and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="data folder of a project, cleaned")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=30_000, help="tries; some passages hold nothing to ask for")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", nargs="*", help="names of sources of documents; default: all")
    arguments = parser.parse_args()
    documents = [
        document
        for document in read_shards(Layout(arguments.data).clean / "train", Document)
        if not arguments.sources or document.source in arguments.sources
    ]
    rows = make(documents, arguments.count, arguments.seed)
    num_valid = max(1, int(VALID_RATIO * len(rows)))
    for split, part in (("valid", rows[:num_valid]), ("train", rows[num_valid:])):
        write_jsonl(arguments.out / split / "cloze.jsonl", part)
    print(f"{len(rows) - num_valid:,} questions to train on, {num_valid:,} to validate, in {arguments.out}")


if __name__ == "__main__":
    main()
