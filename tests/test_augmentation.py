"""Noisy copies: what may change changes, what an answer rests on stays, and the same copy comes out again."""

from dataclasses import replace
from pathlib import Path

import pytest
import tiny

from llmpipe.config import AugmentationConfig
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest, read_json
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.stages import finetune
from llmpipe.train.augmentation import Noise, read_lexicon, words
from llmpipe.train.batches import random_stream
from llmpipe.tuning import copies

OFF = {"copies": 1, "characters": 0.0, "deletions": 0.0, "synonyms": 0.0}
NOTHING = frozenset[str]()


def noise(lexicon: dict[str, tuple[str, ...]] | None = None, **rates: object) -> Noise:
    return Noise(AugmentationConfig.model_validate(OFF | rates), lexicon or {})


def draw(copy: int = 0):
    return random_stream(1, "test", copy)


def test_without_rates_nothing_changes():
    text = "  The 3 cats of Rome,\n罗马的3只猫。 x^2 "

    assert noise().change(text, NOTHING, draw()) == text


def test_words_go_with_their_space_and_what_is_protected_stays():
    """Numbers, capitalised words, single letters, protected phrases and words of the answer stay."""
    found = noise(deletions=1.0, protect=["new york", "长江"])
    text = "some 12.5 big x Rome in new york today 我们去长江3次看河"

    assert found.change(text, words(["see today", "河"]), draw()) == "12.5 x Rome new york today 长江3河"
    assert found.counts["deletions"] == 8  # some, big, in; 我 们 去 次 看


def test_a_text_that_would_lose_all_its_words_stays():
    found = noise(deletions=1.0)

    assert found.change("all of this", NOTHING, draw()) == "all of this"
    assert found.counts["deletions"] == 0


def test_synonyms_replace_whole_words_in_both_languages(tmp_path: Path):
    path = tmp_path / "synonyms.txt"
    path.write_text("# mine\nbig\tlarge\n高兴\t快乐\n\nvery big\thuge\n", encoding="utf-8")
    found = noise(dict(read_lexicon(path)), synonyms=1.0)

    assert found.change("a big bigger very big cat, 我很高兴", NOTHING, draw()) == "a large bigger huge cat, 我很快乐"
    assert found.counts["synonyms"] == 3
    path.write_text("big large\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1: 'big large' is no word, tab, synonym"):
        read_lexicon(path)


def test_characters_are_mistyped_inside_words_that_are_long_enough():
    found = noise(characters=1.0)
    changed = found.change("the weather 42 Berlin", NOTHING, draw())

    assert changed.startswith("the ")
    assert changed.endswith(" 42 Berlin")
    assert changed != "the weather 42 Berlin"
    assert found.counts["characters"] == len("weather")


def test_the_noise_of_an_example_is_its_own():
    """The same for the same seed, example and copy, whatever comes before; another for another copy."""
    example = Example(
        "a", "reading", "qa", "train", "en", {"context": "the " + "weather is fine " * 9, "question": "how"}, ("cold",)
    )
    rates = {"characters": 0.3, "deletions": 0.3}
    first, second = noise(**rates), noise(**rates)
    second.change("something else before", NOTHING, draw())

    one, same, other = (
        copies.noisy(example, first, 1, 0),
        copies.noisy(example, second, 1, 0),
        copies.noisy(example, first, 1, 1),
    )
    assert one == same
    assert one != other
    neighbour = copies.noisy(replace(example, id="b"), first, 1, 0)
    assert neighbour.inputs["context"] != one.inputs["context"]
    assert one.inputs["question"] == "how"
    assert one.references == example.references


def test_only_the_user_is_mistyped_in_a_dialogue():
    history = [["user", "please book something"], ["assistant", "which table"], ["user", "anything tomorrow"]]
    example = Example("a", "dialogue", "table", "train", "en", {"history": history}, ("Booked.",))
    changed = copies.noisy(example, noise(characters=1.0), 1, 0).inputs["history"]

    assert [role for role, _ in changed] == ["user", "assistant", "user"]
    assert changed[1][1] == "which table"
    assert changed[0][1] != history[0][1]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_pretrained(tmp_path_factory.mktemp("data"))


def test_the_stage_trains_on_copies_and_counts_them(data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    (tmp_path / "synonyms.txt").write_text("rome\troma\n", encoding="utf-8")
    rates = {"copies": 2, "characters": 0.5, "lexicon": "synonyms.txt"}
    with pytest.raises(ParamsError, match="finetune.augmentation.lexicon_digest is ''"):
        finetune.run(tiny.params(finetune={"augmentation": rates}), data, Layout(tmp_path / "a"), Reporter())
    rates["lexicon_digest"] = digest(tmp_path / "synonyms.txt")
    changes = {"augmentation": rates | {"datasets": ["place"]}}
    with pytest.raises(ParamsError, match="finetune.augmentation.datasets: unknown data set 'place'"):
        finetune.run(tiny.params(finetune=changes), data, Layout(tmp_path / "a"), Reporter())
    finetune.run(tiny.params(finetune={"augmentation": rates}), data, Layout(tmp_path / "a"), Reporter())
    metrics = read_json(Layout(tmp_path / "a").metrics("finetune"))

    # the places are capitalised, so nothing may change and no copy is kept
    assert metrics["noisy_copies"] == {"places": 0}
    assert metrics["examples"] == {"places": 24}
    assert metrics["noise"] == {"characters": 0, "deletions": 0, "synonyms": 0}


def test_each_example_gets_its_copies():
    inputs = {"text": "what a wonderful afternoon this turned out to be"}
    examples = {
        name: [Example("a", "classification", name, "train", "en", inputs, ("good",))] for name in ("mood", "other")
    }
    config = tiny.params(
        finetune={"augmentation": OFF | {"copies": 3, "characters": 0.2, "datasets": ["mood"]}}
    ).finetune
    made, counts = copies.noisy_copies(examples, config)

    assert {name: len(rows) for name, rows in made.items()} == {"mood": 3}
    assert len({row.inputs["text"] for row in made["mood"]} | {inputs["text"]}) == 4
    assert counts["characters"] > 3
    assert counts["deletions"] == 0
