"""What the report says of word vectors: which relations of the lexicon they show, beside what guessing would get."""

from llmpipe.pages.blocks import Block, Heading, Table, Text
from llmpipe.pages.results import Results

QUESTIONS = {"analogies": "analogies", "neighbours": "nearest word is of the same kind"}


def vectors(results: Results) -> list[Block]:
    """A table a run with word vectors, nothing for others."""
    rows = [
        [model, f"{QUESTIONS[question]}: {name}", f"{s['value']:.3f} [{s['low']:.3f}, {s['high']:.3f}]", *_rest(s)]
        for model, found in results.metrics["baselines"].items()
        for question in QUESTIONS
        for name, s in found.get(question, {}).items()
    ]
    if not rows:
        return []
    return [
        Heading(3, "Word vectors"),
        Text(
            "Trained on the same text, and asked about the words of the sample world's lexicon. An analogy: a is to b "
            "as c is to which word? Candidates are all words of the lexicon; the questions of a relation share words, "
            "so the intervals are too narrow."
        ),
        Table(["vectors", "questions", "right", "chance", "n"], rows),
    ]


def _rest(share: dict[str, float]) -> list[str]:
    return [f"{share['chance']:.3f}", f"{share['n']:,}"]
