"""Reading: a {question} about a passage, {context}."""

import unicodedata
from collections import Counter

import regex

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task
from llmpipe.words import WORD

SENTENCE = regex.compile(r"[^。！？!?.\n]+[。！？!?.\n]*\s*")


def messages(example: Example) -> list[Message]:
    """The passage and, on the next line, the question."""
    return [("user", f"{example.inputs['context']}\n{example.inputs['question']}")]


def nearest_part(example: Example, size: int) -> str:
    """
    The part of the passage that shares most with the question, `size` characters from the start of a sentence on.

    A passage cut at its end has often lost the answer, and whoever is tuned on such examples learns to invent. A word
    or Han character of the question counts once, the less the more often the passage has it. Of equal parts the first
    is kept; a part that would pass the end begins earlier.
    """
    context = example.inputs["context"]
    asked = set(_words(example.inputs["question"]))
    places = [(match.start(), _folded(match.group())) for match in WORD.finditer(context)]
    counts = Counter(word for _, word in places)
    starts = [min(match.start(), max(0, len(context) - size)) for match in SENTENCE.finditer(context)] or [0]

    def shared(start: int) -> float:
        inside = {word for place, word in places if start <= place < start + size}
        return sum(1 / counts[word] for word in sorted(inside & asked))

    start = max(starts, key=lambda start: (round(shared(start), 9), -start))
    return str(context[start : start + size])


def _words(text: str) -> list[str]:
    return [_folded(match.group()) for match in WORD.finditer(text)]


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


READING = Task(
    name="reading",
    inputs=("context", "question"),
    body="context",
    messages=messages,
    metrics=("exact_match", "f1"),
    baselines=("copy", "majority", "nearest", "random_span"),
    keep=nearest_part,
)
