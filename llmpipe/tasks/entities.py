"""Named entities: the people, places and other names in {text}, a line each (llmpipe/entities.py)."""

from llmpipe.entities import standing_in
from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task, in_language

WORDINGS = {"en": "Entities: {text}", "zh": "实体：{text}", "fr": "Entités : {text}"}


def messages(example: Example) -> list[Message]:
    """`Entities: Ada Lovelace lived in London.`."""
    return [("user", in_language(WORDINGS, example.language).format(text=example.inputs["text"]))]


def accept(example: Example, said: str) -> str:
    """The entities whose names stand in the text."""
    return standing_in(str(example.inputs["text"]), said)


ENTITIES = Task(
    name="entities",
    inputs=("text",),
    body="text",
    messages=messages,
    metrics=("entity_f1", "entity_precision", "entity_recall", "exact_match"),
    baselines=("lexicon", "majority", "nearest"),
    accept=accept,
)
