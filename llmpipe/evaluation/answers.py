"""What a model says to examples: prompts that fit, answers as long as they need, and their score by the task."""

from collections.abc import Iterator, Mapping, Sequence

from llmpipe import tasks
from llmpipe.evaluation.test_sets import VALID, TestSet, labels_of
from llmpipe.metrics import METRICS, identity
from llmpipe.model.generate import generate
from llmpipe.records import Example
from llmpipe.train.directory import Loaded

BATCH_SIZE = 64  # rows that answer together while a model is validated


def fit_prompts(loaded: Loaded, examples: Sequence[Example], max_new_tokens: int) -> tuple[list[list[int]], int]:
    """The token ids of each prompt, with room for the answer, and how many were cut for it."""
    room = loaded.config.context_length - max_new_tokens
    fitted = [tasks.fit_prompt(example, loaded.tokenizer.prompt, room) for example in examples]
    return [prompt for prompt, _ in fitted], sum(cut for _, cut in fitted)


def answer_tokens(train: Sequence[Example], loaded: Loaded, limit: int) -> int:
    """
    How long an answer may become: twice the longest training answer, `limit` or half the context, whichever is least.

    What is set aside for the answer is taken from the prompt, so no more than it can need.
    """
    longest = max(len(loaded.tokenizer.completion(tasks.completion(example))) for example in train)
    return min(2 * longest, limit, loaded.config.context_length // 2)


def by_length(prompts: Sequence[list[int]], batch_size: int) -> Iterator[list[int]]:
    """Numbers of prompts of like length together, the longest first: what does not fit in memory fails at once."""
    order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def say(loaded: Loaded, prompts: Sequence[list[int]], max_new_tokens: int) -> list[str]:
    """The model's answers to one batch of prompts."""
    tokenizer = loaded.tokenizer
    outputs = generate(
        loaded.model,
        prompts,
        max_new_tokens=max_new_tokens,
        stop_ids={tokenizer.end_id, tokenizer.eos_id},
        batch_size=len(prompts),
    )
    return [tokenizer.decode(output).strip() for output in outputs]


def scores_on_valid(
    loaded: Loaded, valid: Mapping[str, Sequence[Example]], train: Mapping[str, Sequence[Example]], wanted: str | None
) -> dict[str, float]:
    """
    How good the greedy answers to valid examples are, by data set: 0..1, points divided by their best.

    Args:
        loaded: The model, in evaluation mode.
        valid: Checked examples by data set.
        train: Training examples by data set; they say how long an answer becomes and which labels there are.
        wanted: A metric; data sets that are not scored by it are left out. None: of each data set the first metric of
            its task that its examples can be scored by, which is its headline in the tables of `evaluate`.
    """
    found = {}
    for name, examples in sorted(valid.items()):
        if not examples or not train.get(name):
            continue
        known = TestSet(name, VALID, examples, labels_of(train[name]))
        metric = headline(known, wanted)
        if metric is not None:
            most = answer_tokens(train[name], loaded, loaded.config.context_length)
            said = _said(loaded, fit_prompts(loaded, examples, most)[0], most)
            said = [tasks.accepted(example, answer) for example, answer in zip(examples, said, strict=True)]
            measured = METRICS[metric].measure(known.answers(said))
            found[name] = float(measured.combine(measured.rows.sum(axis=0))) / METRICS[metric].best
    return found


def headline(examples: TestSet, wanted: str | None = None) -> str | None:
    """The first metric of the task (or the wanted one, if it has it) that these examples can be scored by, or None."""
    nothing_said = examples.answers([""] * len(examples.examples))
    for name in examples.task.metrics:
        if wanted in (None, name) and METRICS[name].applies(nothing_said) and identity(name, nothing_said) is None:
            return name
    return None


def _said(loaded: Loaded, prompts: Sequence[list[int]], max_new_tokens: int) -> list[str]:
    """Answers in the order of the prompts."""
    hypotheses = [""] * len(prompts)
    for chosen in by_length(prompts, BATCH_SIZE):
        for i, said in zip(chosen, say(loaded, [prompts[i] for i in chosen], max_new_tokens), strict=True):
            hypotheses[i] = said
    return hypotheses
