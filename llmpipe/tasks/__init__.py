"""
What a model is tuned and judged on: one file per task, one table.

A task turns an example into messages, and names the metrics of its answers and the baselines they are
compared with. The same messages serve fine-tuning and evaluation; the completion is the first reference.
"""

from collections.abc import Callable, Sequence
from typing import Any

from llmpipe.errors import DataError, unknown_name
from llmpipe.records import Example
from llmpipe.tasks.article import ARTICLE
from llmpipe.tasks.classification import CLASSIFICATION
from llmpipe.tasks.continuation import CONTINUATION
from llmpipe.tasks.derivative import DERIVATIVE
from llmpipe.tasks.dialogue import DIALOGUE
from llmpipe.tasks.entities import ENTITIES
from llmpipe.tasks.reading import READING
from llmpipe.tasks.recall import RECALL
from llmpipe.tasks.summary import SUMMARY
from llmpipe.tasks.task import (
    Message,
    Task,
    last_turns,
    longest,
    shown_text,
    source_language,
    target_language,
    with_input,
)
from llmpipe.tasks.translation import TRANSLATION

__all__ = [
    "TASKS",
    "Message",
    "Task",
    "accepted",
    "body",
    "check",
    "completion",
    "fit_prompt",
    "messages",
    "source_language",
    "target_language",
    "text",
    "token_pairs",
]

MIN_PROMPT = 8  # tokens of a prompt that can still mean something
ROLES = ("system", "user", "assistant")

TASKS: dict[str, Task] = {
    "translation": TRANSLATION,
    "summary": SUMMARY,
    "article": ARTICLE,
    "reading": READING,
    "recall": RECALL,
    "derivative": DERIVATIVE,
    "dialogue": DIALOGUE,
    "classification": CLASSIFICATION,
    "continuation": CONTINUATION,
    "entities": ENTITIES,
}


def check(example: Example) -> None:
    """
    Check that an example has what its task needs.

    Raises:
        DataError: The task is unknown, an input is missing or malformed, or there is no reference.
    """
    where = f"example '{example.id}' of data set '{example.dataset}'"
    if example.task not in TASKS:
        raise DataError(f"{where}: {unknown_name('task', example.task, TASKS)}")
    if not example.references or not example.references[0].strip():
        raise DataError(f"{where} has no reference; give at least one non-empty correct output.")
    if example.task == "translation" and not all(example.language.partition("-")):
        raise DataError(f"{where} has language '{example.language}'; translation needs a pair such as 'en-zh'.")
    for name in TASKS[example.task].inputs:
        if name not in example.inputs:
            raise DataError(
                f"{where} has no input '{name}', which the task '{example.task}' needs; "
                f"map a field of the records to it in ingest.sources."
            )
        problem = _problem(name, example.inputs[name])
        if problem:
            raise DataError(f"{where}: input '{name}' {problem}.")


def messages(example: Example) -> list[Message]:
    """The prompt of a checked example."""
    return TASKS[example.task].messages(example)


def completion(example: Example) -> str:
    """What the model should say: the first reference."""
    return example.references[0]


def accepted(example: Example, said: str) -> str:
    """What of the words said counts as an answer, whoever says them: a rule of the task, which reads no reference."""
    accept = TASKS[example.task].accept
    return said if accept is None else accept(example, said)


def text(example: Example) -> str:
    """All that the example shows, as plain text, a line per input."""
    return "\n".join(shown_text(example.inputs[name]) for name in TASKS[example.task].inputs)


def body(example: Example) -> str:
    """The main input as plain text; of a history, the last turn."""
    value = example.inputs[TASKS[example.task].body]
    return value if isinstance(value, str) else str(value[-1][1])


def fit_prompt(
    example: Example, encode: Callable[[Sequence[Message]], list[int]], max_tokens: int
) -> tuple[list[int], bool]:
    """
    The prompt's token ids in at most `max_tokens`, and whether something was cut.

    What is cut is the task's main input: the end of a text, the oldest turns of a history, of a passage what is far
    from the question. So the instruction and the question stay whole. Only when that is not enough the ids themselves
    lose their middle: the first (BOS) and the last ones stay.

    Args:
        example: A checked example.
        encode: Messages -> token ids (`Tokenizer.prompt`).
        max_tokens: Longest prompt, at least 2.
    """
    prompt = encode(messages(example))
    if len(prompt) <= max_tokens:
        return prompt, False
    name = TASKS[example.task].body
    value = example.inputs[name]

    def keep(count: int) -> Any:
        if (part := TASKS[example.task].keep) is not None:
            return part(example, count)
        return value[:count] if isinstance(value, str) else last_turns(value, count)

    def shortened(count: int) -> list[int]:
        return encode(messages(with_input(example, name, keep(count))))

    count = longest(0 if isinstance(value, str) else 1, len(value), lambda size: len(shortened(size)) <= max_tokens)
    prompt = shortened(count)
    return (prompt if len(prompt) <= max_tokens else prompt[:1] + prompt[1 - max_tokens :]), True


def token_pairs(
    examples: Sequence[Example],
    prompt: Callable[[Sequence[Message]], list[int]],
    answer: Callable[[str], list[int]],
    context_length: int,
) -> list[tuple[list[int], list[int]]]:
    """
    Prompt and completion of each example as token ids, together in a row of `context_length` positions.

    A prompt too long is cut as at evaluation (`fit_prompt`); an example whose completion alone fills the context has no
    room for a prompt and is dropped.

    Args:
        examples: Checked here.
        prompt: Messages -> token ids (`Tokenizer.prompt`).
        answer: Text -> token ids (`Tokenizer.completion`).
        context_length: Positions of a row.

    Raises:
        DataError: An example is malformed.
    """
    pairs = []
    for example in examples:
        check(example)
        said = answer(completion(example))
        room = context_length + 1 - len(said)
        if room >= MIN_PROMPT:
            pairs.append((fit_prompt(example, prompt, room)[0], said))
    return pairs


def _problem(name: str, value: object) -> str:
    """What is wrong with an input, or ""."""
    if name != "history":
        return "" if isinstance(value, str) and value.strip() else f"is {value!r}, not a non-empty text"
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return f"is {value!r}, not a list of [role, text]"
    for turn in value:
        if not (isinstance(turn, Sequence) and len(turn) == 2 and turn[0] in ROLES and isinstance(turn[1], str)):
            return f"holds {turn!r}, not [role, text] with a role of {', '.join(ROLES)}"
    return "" if value[-1][0] == "user" else f"ends with a message of '{value[-1][0]}'; the last one must be the user's"
