"""
Records to task examples: one builder a task, in a table.

The names in `FIELDS` are what params.yaml maps to record fields; the defaults are the common names of each task.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from llmpipe import entities
from llmpipe.corpus.sources.documents import (
    Report,
    Sample,
    UniqueIds,
    field_names,
    files_of,
    given_id,
    lookup,
    raise_if_bad,
    text_field,
)
from llmpipe.corpus.sources.records import BadRecord, Reading, Record, kind_of
from llmpipe.corpus.text import share_hash
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.records import Example
from llmpipe.sections.ingest import ExampleFiles, ExamplesSource

ROLES = ("system", "user", "assistant")
UNSPACED = ("zh", "ja")  # languages that write no space between words


@dataclass(frozen=True, slots=True)
class Part:
    """One example of a record: inputs, references, and the group that must not straddle splits."""

    inputs: Mapping[str, Any]
    references: tuple[str, ...]
    group: str


Builder = Callable[[Any, Mapping[str, str], ExamplesSource], list[Part]]


def references(value: Any, dotted: str) -> tuple[str, ...]:
    """
    Correct outputs: a text, a list of texts, SQuAD's `{"text": [...]}` or `[{"text": ...}]`. Repeats are dropped.

    Raises:
        BadRecord: The field is missing, of another type, or holds none.
    """
    found = lookup(value, dotted)
    if isinstance(found, dict) and "text" in found:
        found = found["text"]
    texts = found if isinstance(found, list) else [found]
    texts = [item.get("text") if isinstance(item, dict) else item for item in texts]
    if any(item is not None and not isinstance(item, str) for item in texts):
        raise BadRecord("wrong_type", f"field '{dotted}' holds {kind_of(found)} that is not text")
    kept = tuple(dict.fromkeys(item for item in texts if item and item.strip()))
    if not kept:
        raise BadRecord("no_reference", f"field '{dotted}' holds no answer")
    return kept


def _pair(source_name: str, target_name: str) -> Builder:
    def build(value: Any, fields: Mapping[str, str], _: ExamplesSource) -> list[Part]:
        text = text_field(value, fields[source_name])
        return [Part({source_name: text}, references(value, fields[target_name]), text)]

    return build


def _reading(value: Any, fields: Mapping[str, str], _: ExamplesSource) -> list[Part]:
    context, question = text_field(value, fields["context"]), text_field(value, fields["question"])
    return [Part({"context": context, "question": question}, references(value, fields["answers"]), context)]


def _classification(value: Any, fields: Mapping[str, str], source: ExamplesSource) -> list[Part]:
    text = "\n".join(text_field(value, name) for name in fields["text"].split(" + "))
    label = lookup(value, fields["label"])
    if label is None or label == "":
        if not source.missing_label:
            raise BadRecord("no_label", f"field '{fields['label']}' is empty; missing_label gives such records a label")
        label = source.missing_label
    if isinstance(label, bool) or not isinstance(label, str | int):
        raise BadRecord("wrong_type", f"field '{fields['label']}' holds {kind_of(label)}, not a label")
    name = str(label).strip()
    if source.label_words:
        if " " in name:
            raise BadRecord("spaced_label", f"label '{name}' has a space, so as words it could be another label's name")
        name = name.replace("_", " ").strip()
    return [Part({"text": text}, (name,), text)]


def _continuation(value: Any, fields: Mapping[str, str], _: ExamplesSource) -> list[Part]:
    text = text_field(value, fields["text"])
    if fields["continuation"]:
        return [Part({"text": text}, references(value, fields["continuation"]), text)]
    cut = text.rfind(" ", 0, len(text) // 2 + 1) if " " in text[: len(text) // 2 + 1] else len(text) // 2
    start, rest = text[:cut], text[cut:]
    if not start.strip() or not rest.strip():
        raise BadRecord(
            "too_short", f"field '{fields['text']}' is too short to be cut into a prompt and a continuation"
        )
    return [Part({"text": start}, (rest,), text)]


def _entities(value: Any, fields: Mapping[str, str], source: ExamplesSource) -> list[Part]:
    """Tokens and their tags to a sentence and its entities; Chinese and Japanese tokens have no space between."""
    tokens, tags = (lookup(value, fields[name]) for name in ("tokens", "tags"))
    for name, found in ((fields["tokens"], tokens), (fields["tags"], tags)):
        if not isinstance(found, list) or not found or not all(isinstance(item, str) for item in found):
            raise BadRecord("wrong_type", f"field '{name}' is not a list of texts")
    joiner = "" if source.language in UNSPACED else " "
    try:
        found = entities.of_tags(tokens, tags, joiner)
    except ValueError as error:
        raise BadRecord("bad_tags", str(error)) from None
    text = joiner.join(tokens)
    return [Part({"text": text}, (entities.written(found),), text)]


def _dialogue(value: Any, fields: Mapping[str, str], source: ExamplesSource) -> list[Part]:
    """History to reply, for at most `max_turns` replies of a dialogue, spread evenly over it."""
    messages = lookup(value, fields["messages"])
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise BadRecord("wrong_type", f"field '{fields['messages']}' is not a list of messages")
    turns = [[_role(message), text_field(message, "content")] for message in messages]
    replies = [i for i in range(1, len(turns)) if turns[i][0] == "assistant" and turns[i - 1][0] == "user"]
    if not replies:
        raise BadRecord("no_reference", "no assistant message follows a user message")
    chosen = _spread(replies, source.max_turns)
    group = "\n".join(text for _, text in turns)
    return [Part({"history": turns[:i], **_slots(messages[i])}, (turns[i][1],), group) for i in chosen]


def _slots(message: Mapping[str, Any]) -> dict[str, Any]:
    """Values that a reply must mention, as its input `slots`; nothing where the message has none."""
    slots = message.get("slots")
    if not slots:
        return {}
    if not isinstance(slots, dict) or not all(isinstance(value, str | int | float) for value in slots.values()):
        raise BadRecord("wrong_type", "the slots of a message are no names with a text or number each")
    return {"slots": {name: str(value) for name, value in slots.items()}}


def _role(message: Mapping[str, Any]) -> str:
    role = message.get("role", message.get("from"))
    role = {"human": "user", "gpt": "assistant", "bot": "assistant"}.get(str(role), role)
    if role not in ROLES:
        raise BadRecord("unknown_role", f"a message has the role {role!r}; known: {', '.join(ROLES)}")
    return str(role)


def _spread(items: list[int], count: int) -> list[int]:
    if len(items) <= count:
        return items
    if count == 1:
        return items[-1:]
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]


FIELDS: dict[str, dict[str, str]] = {
    "translation": {"source": "source", "target": "target"},
    "summary": {"document": "document", "summary": "summary"},
    "article": {"headline": "headline", "article": "article"},
    "reading": {"context": "context", "question": "question", "answers": "answers"},
    "recall": {"question": "question", "answer": "answer"},
    "derivative": {"question": "question", "answer": "answer"},
    "dialogue": {"messages": "messages"},
    "classification": {"text": "text", "label": "label"},
    "continuation": {"text": "text", "continuation": ""},
    "entities": {"tokens": "tokens", "tags": "tags"},
}

BUILDERS: dict[str, Builder] = {
    "translation": _pair("source", "target"),
    "summary": _pair("document", "summary"),
    "article": _pair("headline", "article"),
    "reading": _reading,
    "recall": _pair("question", "answer"),
    "derivative": _pair("question", "answer"),
    "dialogue": _dialogue,
    "classification": _classification,
    "continuation": _continuation,
    "entities": _entities,
}


def read_examples(
    source: ExamplesSource, seed: int, where: str, report: Report, *, reading: Reading
) -> Iterator[Example]:
    """
    The examples of a source, split by split; bad records go to `report`, notes to those of `reading`.

    Raises:
        ParamsError: The task is unknown.
    """
    if source.task not in BUILDERS:
        raise ParamsError(f"{where}.task: {unknown_name('task', source.task, BUILDERS)}")
    fields = field_names(source.fields, {**FIELDS[source.task], "id": "id", "group": ""}, where)
    unique = UniqueIds()
    reading = replace(reading, split="line", columns=source.columns, encoding=source.encoding, format=source.format)

    def examples(split: str, files: ExampleFiles) -> Iterator[tuple[str, Example]]:
        for record in files_of(files, f"{where}.{split}", reading):
            try:
                yield from _build(record, source, fields, split, unique)
            except BadRecord as problem:
                report(record, problem)

    train = Sample(source.train.limit, seed)
    valid = Sample(source.valid.limit if source.valid else None, seed)
    for group, example in examples("train", source.train):
        if source.valid is None and share_hash(seed, "valid", group) < source.valid_ratio:
            valid.add(example.id, example)
        else:
            train.add(example.id, example)
    if source.valid is not None:
        for _, example in examples("valid", source.valid):
            valid.add(example.id, example)
    yield from train.items()
    for example in valid.items():
        yield example if example.split == "valid" else _move(example, "valid")
    for name, files in source.test.items():
        test = Sample(files.limit, seed)
        for _, example in examples(name, files):
            test.add(example.id, example)
        yield from test.items()


def _build(
    record: Record, source: ExamplesSource, fields: Mapping[str, str], split: str, unique: UniqueIds
) -> Iterator[tuple[str, Example]]:
    raise_if_bad(record)
    parts = BUILDERS[source.task](record.value, fields, source)
    name = given_id(record.value, fields["id"]) or f"{source.name}-{record.stem}-{record.line}"
    labels = {"group": str(lookup(record.value, fields["group"]))} if fields["group"] else {}
    for number, part in enumerate(parts, start=1):
        example_id = unique(f"{name}/{number}" if source.task == "dialogue" else name)
        yield (
            part.group,
            Example(example_id, source.task, source.name, split, source.language, part.inputs, part.references, labels),
        )


def _move(example: Example, split: str) -> Example:
    return Example(
        example.id,
        example.task,
        example.dataset,
        split,
        example.language,
        example.inputs,
        example.references,
        example.labels,
    )
