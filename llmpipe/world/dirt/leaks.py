"""Test items in the corpus."""

from llmpipe.records import Example
from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def _parts(example: Example) -> list[str]:
    """The inputs of a test example in reading order."""
    if "history" in example.inputs:
        return [said for _, said in example.inputs["history"]]
    return [str(example.inputs[key]) for key in ("source", "document", "context", "question") if key in example.inputs]


def _leak_pair(draw: Draw, base: Base) -> Planted:
    return Planted("\n".join([*_parts(base.example), base.example.references[0]]), "drop")


def _leak_inside(draw: Draw, base: Base) -> Planted:
    """A test item between the lines of another document."""
    item = " ".join([*_parts(base.example), base.example.references[0]])
    lines = base.document.text.split("\n")
    return Planted("\n".join([lines[0], item, *lines[1:]]), "drop")


VARIANTS = (
    Variant("pair", _leak_pair),
    Variant("inside", _leak_inside, unseen=True),
)
