"""Classification: the label of {text}. The data set's name says which labels are meant."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task, in_language

WORDINGS = {"en": "{dataset}: {text}", "zh": "{dataset}：{text}", "fr": "{dataset} : {text}"}


def messages(example: Example) -> list[Message]:
    """`intent: I want to open an account.`."""
    wording = in_language(WORDINGS, example.language)
    return [("user", wording.format(dataset=example.dataset, text=example.inputs["text"]))]


CLASSIFICATION = Task(
    name="classification",
    inputs=("text",),
    body="text",
    messages=messages,
    metrics=("macro_f1", "accuracy", "macro_precision", "macro_recall", "unparsed_rate"),
    baselines=("majority", "nearest", "linear", "linear_words", "naive_bayes"),
)
