"""Prompts of every task in every language, what is refused, and what is cut from a prompt that is too long."""

from typing import Any

import pytest

from llmpipe import tasks
from llmpipe.baselines import BASELINES, ENCODER_DECODER
from llmpipe.errors import DataError
from llmpipe.metrics import METRICS
from llmpipe.records import Example
from llmpipe.tasks.reading import nearest_part

HISTORY = [["user", "Hi"], ["assistant", "Hello"], ["user", "A table for two"]]


def example(task: str, inputs: dict[str, Any], language: str = "en", references: tuple[str, ...] = ("x",)) -> Example:
    return Example("id-1", task, "intent", "T1", language, inputs, references)


@pytest.mark.parametrize(
    ("task", "inputs", "language", "prompt"),
    [
        ("translation", {"source": "How are you?"}, "en-zh", "Translate to Chinese: How are you?"),
        ("translation", {"source": "你好"}, "zh-fr", "翻译成法语：你好"),
        ("translation", {"source": "Bonjour"}, "fr-zh", "Traduire en chinois : Bonjour"),
        ("translation", {"source": "Hallo"}, "de-en", "Translate to English: Hallo"),
        ("translation", {"source": "Hi {x}"}, "en-tlh", "Translate to tlh: Hi {x}"),
        ("summary", {"document": "Rain."}, "en", "Headline: Rain."),
        ("summary", {"document": "下雨。"}, "zh", "标题：下雨。"),
        ("summary", {"document": "Pluie."}, "fr", "Titre : Pluie."),
        ("article", {"headline": "Rain again"}, "en", "Write an article: Rain again"),
        ("article", {"headline": "又下雨了"}, "zh", "写一篇文章：又下雨了"),
        ("article", {"headline": "Encore la pluie"}, "fr", "Écris un article : Encore la pluie"),
        ("reading", {"context": "Ban is a cook.", "question": "Who cooks?"}, "en", "Ban is a cook.\nWho cooks?"),
        ("recall", {"question": "谁？"}, "zh", "谁？"),
        ("derivative", {"question": "d/dx x^2?"}, "en", "d/dx x^2?"),
        ("classification", {"text": "Book it."}, "en", "intent: Book it."),
        ("classification", {"text": "订吧。"}, "zh", "intent：订吧。"),
        ("continuation", {"text": "晨光中，"}, "zh", "续写：晨光中，"),
        ("entities", {"text": "Ann left."}, "en", "Entities: Ann left."),
        ("entities", {"text": "安走了。"}, "zh", "实体：安走了。"),
    ],
)
def test_a_prompt_is_one_instruction_in_the_language_of_the_text(task, inputs, language, prompt):
    asked = example(task, inputs, language)
    tasks.check(asked)

    assert tasks.messages(asked) == [("user", prompt)]


def test_a_dialogue_is_its_own_history():
    assert tasks.messages(example("dialogue", {"history": HISTORY})) == [(role, text) for role, text in HISTORY]


def test_every_metric_and_baseline_named_by_a_task_exists():
    for name, task in tasks.TASKS.items():
        assert task.name == name
        assert task.body in task.inputs
        assert set(task.metrics) <= set(METRICS)
        assert set(task.baselines) <= {*BASELINES, ENCODER_DECODER}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (example("transaltion", {"source": "a"}), "unknown task 'transaltion': did you mean 'translation'"),
        (example("reading", {"context": "a"}), "has no input 'question', which the task 'reading' needs"),
        (example("recall", {"question": " "}), "input 'question' is ' ', not a non-empty text"),
        (example("recall", {"question": 3}), "input 'question' is 3, not a non-empty text"),
        (example("translation", {"source": "a"}, "en"), "language 'en'; translation needs a pair such as 'en-zh'"),
        (example("recall", {"question": "a"}, references=()), "has no reference"),
        (example("recall", {"question": "a"}, references=(" ",)), "has no reference"),
        (example("dialogue", {"history": "hello"}), "is 'hello', not a list of"),
        (example("dialogue", {"history": [["robot", "hello"]]}), "with a role of system, user, assistant"),
        (example("dialogue", {"history": HISTORY[:2]}), "ends with a message of 'assistant'"),
    ],
)
def test_a_malformed_example_is_refused_by_name(asked, message):
    with pytest.raises(DataError, match="example 'id-1' of data set 'intent'") as caught:
        tasks.check(asked)
    assert message in str(caught.value)


def characters(messages):
    """A tokenizer of characters: ^ user text $ for each message."""
    return [ord(c) for role, text in messages for c in f"^{text}$"]


def test_a_long_passage_loses_its_end_and_the_question_stays():
    asked = example("reading", {"context": "0123456789", "question": "Why?"})

    assert tasks.fit_prompt(asked, characters, 17) == ([ord(c) for c in "^0123456789\nWhy?$"], False)
    assert tasks.fit_prompt(asked, characters, 13) == ([ord(c) for c in "^012345\nWhy?$"], True)


def test_a_long_dialogue_loses_its_oldest_turns():
    asked = example("dialogue", {"history": HISTORY})

    assert tasks.fit_prompt(asked, characters, 24) == ([ord(c) for c in "^Hello$^A table for two$"], True)


def test_a_prompt_that_cannot_be_shortened_keeps_its_first_and_last_tokens():
    asked = example("reading", {"context": "01", "question": "Why is that so?"})

    assert tasks.fit_prompt(asked, characters, 6) == ([ord(c) for c in "^ so?$"], True)


def test_the_last_turn_of_a_dialogue_is_never_dropped():
    asked = example("dialogue", {"history": HISTORY})

    assert tasks.fit_prompt(asked, characters, 5) == ([ord(c) for c in "^two$"], True)


def test_baselines_see_all_inputs_and_the_main_one():
    asked = example("reading", {"context": "Ban cooks.", "question": "Who?", "slots": {"answer": "Ban"}})

    assert tasks.text(asked) == "Ban cooks.\nWho?"
    assert tasks.body(asked) == "Ban cooks."
    assert tasks.body(example("dialogue", {"history": HISTORY})) == "A table for two"
    assert tasks.text(example("dialogue", {"history": HISTORY})) == "Hi\nHello\nA table for two"
    assert tasks.completion(example("recall", {"question": "a"}, references=("b", "c"))) == "b"


LONG = (
    "Ann was born in Rome. " + "She likes tea a lot. " * 12 + "Ben works as a cook in Oslo. " + "He sleeps well. " * 9
)
LONG_ZH = "安出生在罗马。" + "她很喜欢喝茶。" * 12 + "本在奥斯陆当厨师。" + "他睡得很好。" * 9


@pytest.mark.parametrize(
    ("context", "question", "language", "answer"),
    [
        (LONG, "Who works as a cook?", "en", "Ben works as a cook in Oslo."),
        (LONG, "WHERE was Ann born?", "en", "Ann was born in Rome."),
        (LONG_ZH, "谁当厨师？", "zh", "本在奥斯陆当厨师。"),
        (LONG_ZH, "安出生在哪里？", "zh", "安出生在罗马。"),
    ],
)
def test_of_a_passage_that_is_too_long_the_part_near_the_question_is_kept(context, question, language, answer):
    asked = example("reading", {"context": context, "question": question}, language)

    prompt, cut = tasks.fit_prompt(asked, lambda messages: [ord(c) for c in messages[0][1]], 120)

    text = "".join(map(chr, prompt))
    assert cut
    assert len(text) <= 120
    assert answer in text
    assert text.endswith(f"\n{question}")


def test_a_passage_that_fits_and_a_question_that_shares_nothing_are_read_from_the_start():
    asked = example("reading", {"context": LONG, "question": "Xyz?"})

    assert tasks.fit_prompt(asked, lambda messages: [ord(c) for c in messages[0][1]], 2000)[1] is False
    assert nearest_part(asked, 40) == LONG[:40]
    assert nearest_part(example("reading", {"context": "...", "question": "?"}), 2) == ".."


def test_a_part_near_the_end_of_the_passage_is_as_long_as_any_other():
    asked = example("reading", {"context": "One. Two. Three. Four is last.", "question": "What is last?"})

    assert nearest_part(asked, 20) == "o. Three. Four is last."[-20:]
