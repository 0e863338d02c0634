"""The learned quality score: it tells good from bad, and says how well."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_clean import PLENTY, prose, raw, removed, run

from llmpipe.corpus import score
from llmpipe.errors import DataError
from llmpipe.records import Document

GOOD = [prose(number, 3) for number in range(5000, 5060)]
SPAM = [
    "buy cheap pills online now",
    "点击进入官网领取红包优惠",
    "limited offer best price casino bonus",
    "free spins win cash",
]
BAD = [f"{SPAM[number % 4]} {SPAM[number // 4 % 4]} {number}" for number in range(60)]


def test_the_score_tells_good_from_bad():
    model = score.train(GOOD, BAD, 1)

    assert model.accuracy > 0.9
    assert 10 < model.held_out < 50
    assert (score.scores(model, [prose(1), prose(2)]) > 0.5).all()
    assert (score.scores(model, ["casino bonus, buy now", "点击领取优惠红包"]) < 0.5).all()
    assert score.scores(model, ["", "？"]).shape == (2,)


def test_the_same_examples_give_the_same_scores():
    one, other = (score.train(GOOD, BAD, 1) for _ in range(2))

    assert np.array_equal(one.weights, other.weights)


def test_the_number_of_threads_changes_no_weight():
    """Linear algebra libraries sum in an order that depends on their threads."""
    program = (
        "import hashlib, test_score; from llmpipe.corpus import score; "
        "print(hashlib.sha256(score.train(test_score.GOOD, test_score.BAD, 1).weights.tobytes()).hexdigest())"
    )
    digests = set()
    for threads in ("1", "2"):
        environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
        path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
        result = subprocess.run(
            [sys.executable, "-c", program], env=environment | {"PYTHONPATH": path}, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
        digests.add(result.stdout)

    assert len(digests) == 1


def test_rows_have_length_one():
    matrix = score.features(["a b a b", "", "你好"])

    assert np.allclose(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel(), [1, 0, 1])


def test_too_few_examples_are_one_sentence():
    with pytest.raises(DataError, match="has 3 good and 60 bad examples; give at least 20 of each"):
        score.train(GOOD[:3], BAD, 1)


def test_the_stage_drops_what_scores_low(tmp_path, monkeypatch):
    monkeypatch.setenv("LLMPIPE_WORKERS", "1")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    for name, texts in (("good", GOOD), ("bad", BAD)):
        (tmp_path / f"{name}.txt").write_text("\n".join(texts), encoding="utf-8")
    spam = Document("spam", "Best casino bonus online, buy cheap pills now, limited offer, win cash.", "en", "mine")
    layout = raw(tmp_path / "data", [*PLENTY, spam])

    settings = {"good": [str(tmp_path / "good.txt")], "bad": [str(tmp_path / "bad.txt")], "min_score": 0.3}
    metrics = run(layout, quality_model=settings)

    assert {name: row["reason"] for name, row in removed(layout).items()} == {"spam": "quality_score"}
    assert metrics["quality_model"]["accuracy"] > 0.9
