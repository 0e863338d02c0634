"""Tuning on pairs: the loss starts at ln 2, has the value of the paper's formula, and a short run widens the margin."""

import math
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch

from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest, read_json, write_jsonl
from llmpipe.model.masks import attention_mask
from llmpipe.progress import Reporter
from llmpipe.stages import finetune
from llmpipe.train import directory, pairs, preference

BETA = 0.5


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_pretrained(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    rows = [{"prompt": f"Where is {i}?", "chosen": "Rome", "rejected": "罗马 Oslo"} for i in range(40)]
    write_jsonl(tmp_path / "pairs.jsonl", rows)


def settings(tmp_path: Path, **changes: object):
    wanted = {"pairs": "pairs.jsonl", "digest": digest(tmp_path / "pairs.jsonl"), "valid_ratio": 0.3, "beta": BETA}
    return tiny.params(finetune={"mode": "preference", "preference": wanted} | changes)


def encoded(data: Layout, tmp_path: Path):
    base = directory.load(data.pretrained)
    sequences, _ = pairs.encode(pairs.read(tmp_path / "pairs.jsonl"), base.tokenizer, 64)
    return base.model, preference.referred(base.model, sequences)


def test_the_loss_of_the_model_at_the_start_is_ln_2(data: Layout, tmp_path: Path):
    model, found = encoded(data, tmp_path)
    batch = next(preference.PairBatches(found, 1).batches(8))

    loss = preference.loss(model, batch, attention_mask(batch.segments), BETA)

    assert (len(batch.inputs), batch.num_targets) == (8, 4)
    assert loss.item() / 4 == pytest.approx(math.log(2), rel=1e-4)
    start = preference.validate(model, found, BETA)
    assert start["valid_loss"] == pytest.approx(math.log(2))
    assert start["valid_margin"] == 0


def test_the_loss_is_that_of_the_formula(data: Layout, tmp_path: Path):
    """At the start the chosen answer was 3 nats less, the rejected one 1 nat more likely: the margin is 0.5 * 4."""
    model, found = encoded(data, tmp_path)
    shifted = preference.Pairs(found.sequences, found.reference + np.tile([-3.0, 1.0], len(found)))
    batch = next(preference.PairBatches(shifted, 1).batches(2))

    loss = preference.loss(model, batch, attention_mask(batch.segments), BETA)

    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2.0)), rel=1e-4)
    assert preference.validate(model, shifted, BETA)["valid_margin"] == pytest.approx(2.0)
    assert preference.validate(model, shifted, BETA)["valid_preferred"] == 1


def test_micro_batches_have_the_gradient_of_the_batch(data: Layout, tmp_path: Path):
    model, found = encoded(data, tmp_path)
    batch = next(preference.PairBatches(found, 1).batches(8))
    weight = model.model.norm.weight

    def gradient(parts):
        model.zero_grad()
        for part in parts:
            (preference.loss(model, part, attention_mask(part.segments), BETA) / part.num_targets).backward()
        return weight.grad.clone()

    torch.testing.assert_close(gradient(batch.split(2)), gradient([batch]))


@pytest.mark.parametrize("kind", ["none", "lora"])
def test_a_short_run_widens_the_margin_and_gives_the_same_bytes_again(data: Layout, tmp_path: Path, kind: str):
    a, b = Layout(tmp_path / "a"), Layout(tmp_path / "b")
    for out in a, b:
        finetune.run(settings(tmp_path, adapter={"kind": kind, "rank": 2}), data, out, Reporter())
    metrics = read_json(a.metrics("finetune"))

    assert metrics["valid_margin"] > 0.1
    assert metrics["valid_preferred"] == 1
    assert metrics["valid_loss"] < math.log(2)
    assert 0 < metrics["examples"]["pairs"] < 40
    assert digest(a.finetuned) == digest(b.finetuned)
    assert directory.load(a.finetuned).tokenizer.vocab_size == 380


def test_a_resumed_run_ends_in_the_same_bytes(data: Layout, tmp_path: Path):
    class Stopping(Reporter):
        def progress(self, done: int, total: int, unit: str, **values: float) -> None:
            if done >= 7 * 256:
                raise KeyboardInterrupt

    straight, stopped = Layout(tmp_path / "a"), Layout(tmp_path / "b")
    finetune.run(settings(tmp_path), data, straight, Reporter())
    with pytest.raises(KeyboardInterrupt):
        finetune.run(settings(tmp_path), data, stopped, Stopping())
    finetune.run(settings(tmp_path), data, stopped, Reporter())

    assert digest(stopped.finetuned) == digest(straight.finetuned)


def test_pairs_that_do_not_fit_are_dropped_together_and_counted(data: Layout):
    tokenizer = directory.load(data.pretrained).tokenizer
    prompt = (("user", "Where?"),)
    sequences, lost = pairs.encode(
        [pairs.Pair(prompt, "Rome", "x" * 99), pairs.Pair(prompt, "Rome", "Oslo")], tokenizer, 64
    )

    assert (len(sequences.lengths), lost) == (2, 1)


def test_all_pairs_of_a_prompt_are_on_one_side():
    prompts = [((("user", str(i)),)) for i in range(400)]
    valid = [pairs.Pair(prompt, "a", "b").is_valid(0.25) for prompt in prompts]

    assert valid == [pairs.Pair(prompt, "c", "d").is_valid(0.25) for prompt in prompts]
    assert 70 < sum(valid) < 130


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"prompt": "a", "chosen": "b"}', "line 1 holds no pair"),
        ('{"prompt": "a", "chosen": "b", "rejected": " "}', "line 1 has an answer that is no text"),
        ("", "holds no pairs; give .jsonl files"),
    ],
)
def test_what_is_no_pair_is_named(tmp_path: Path, line: str, message: str):
    (tmp_path / "bad.jsonl").write_text(line, encoding="utf-8")

    with pytest.raises(DataError, match=message):
        pairs.read(tmp_path / "bad.jsonl")


def test_half_a_pair_a_batch_is_refused(data: Layout, tmp_path: Path):
    with pytest.raises(ParamsError, match="finetune.batch_tokens is 192; a pair takes two rows, .* multiple of 128"):
        finetune.run(settings(tmp_path, batch_tokens=192), data, Layout(tmp_path / "a"), Reporter())
    with pytest.raises(ParamsError, match="finetune.preference.pairs is '', where nothing is"):
        finetune.run(tiny.params(finetune={"mode": "preference"}), data, Layout(tmp_path / "a"), Reporter())
