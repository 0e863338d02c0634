"""The finetune stage: completions only, truncation counted, the base it starts from, exact resume."""

from pathlib import Path

import pytest
import tiny
import torch

from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest, read_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.stages import finetune
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import directory


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return tiny.write_pretrained(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


def test_the_same_inputs_give_the_same_bytes_and_another_base_other_ones(data: Layout, tmp_path: Path):
    digests = {}
    for name, base in ("a", "pretrained"), ("b", "pretrained"), ("c", "random"):
        out = Layout(tmp_path / name)
        finetune.run(
            tiny.params(finetune={"base": base, "documents_ratio": 0.2, "dropout": 0.1}), data, out, Reporter()
        )
        digests[name] = digest(out.finetuned)

    assert digests["a"] == digests["b"]
    assert digests["a"] != digests["c"]


def test_examples_are_learnt_and_the_best_step_is_kept(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    finetune.run(tiny.params(finetune={"steps": 120, "validate_every": 20}), data, out, Reporter())
    metrics = read_json(out.metrics("finetune"))

    assert metrics["examples"] == {"places": 24}
    assert metrics["kept_step"] in range(20, 121, 20)
    assert metrics["valid_exact_match"] == metrics["valid_places"]
    assert metrics["loss"] < 1.5


def test_only_the_completion_is_supervised_and_ends_with_the_end_of_turn(data: Layout):
    tokenizer = Tokenizer.load(data.tokenizer)
    source, lost = finetune.encode(tiny.examples("train", 1), tokenizer, 64)
    tokens, ignored = source.sequence(0)

    assert lost == 0
    assert tokens[ignored] == tokenizer.role_ids["assistant"]
    assert tokenizer.decode(tokens[ignored + 1 : -1].tolist()) == "巴黎0"
    assert tokens[-1] == tokenizer.end_id


def test_an_answer_that_does_not_fit_is_dropped_and_counted(data: Layout, tmp_path: Path):
    tokenizer = Tokenizer.load(data.tokenizer)
    long_prompt, long_answer = (
        Example(f"x{i}", "translation", "places", "train", "en-zh", {"source": s}, (r,))
        for i, (s, r) in enumerate([("word " * 99, "短"), ("短", "字" * 99)])
    )

    source, lost = finetune.encode([long_prompt, long_answer], tokenizer, 64)
    tokens, ignored = source.sequence(0)

    assert (len(source.lengths), lost) == (1, 1)
    assert len(tokens) == 65
    assert tokens[0] == tokenizer.bos_id
    assert tokenizer.decode(tokens[ignored + 1 : -1].tolist()) == "短"


def test_a_data_set_that_loses_its_answers_stops_the_stage(data: Layout, tmp_path: Path):
    broken = Layout(tmp_path)
    for name in "pretrained", "tokens", "tokenizer":
        (tmp_path / name).symlink_to(getattr(data, name))
    rows = [
        Example(f"x{i}", "translation", "places", "train", "en-zh", {"source": "a"}, ("字" * 99,)) for i in range(3)
    ]
    write_jsonl(broken.clean / "examples" / "train" / "places.jsonl", rows)
    write_jsonl(broken.clean / "examples" / "valid" / "places.jsonl", tiny.examples("valid", 2))

    with pytest.raises(
        DataError, match="3 of 3 examples of 'places' have answers longer than model.context_length; raise it"
    ):
        finetune.run(tiny.params(), broken, broken, Reporter())


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"place": 0.5}, "finetune.weights: unknown data set 'place': did you mean 'places'?"),
        ({"places": 1.5}, "finetune.weights sum to 1.5"),
    ],
)
def test_wrong_mixture_weights_are_refused(data: Layout, tmp_path: Path, weights: dict[str, float], message: str):
    with pytest.raises(ParamsError, match=message.replace("?", r"\?")):
        finetune.run(tiny.params(finetune={"weights": weights}), data, Layout(tmp_path), Reporter())


def test_a_resumed_run_ends_in_the_same_bytes(data: Layout, tmp_path: Path):
    """Stopped after the first checkpoint, with noise on embeddings and dropout on."""

    class Stopping(Reporter):
        def progress(self, done: int, total: int, unit: str, **values: float) -> None:
            if done >= 7 * 256:
                raise KeyboardInterrupt

    parameters = tiny.params(finetune={"neftune_alpha": 5.0, "dropout": 0.1})
    straight, stopped = Layout(tmp_path / "a"), Layout(tmp_path / "b")
    finetune.run(parameters, data, straight, Reporter())
    with pytest.raises(KeyboardInterrupt):
        finetune.run(parameters, data, stopped, Stopping())
    finetune.run(parameters, data, stopped, Reporter())

    assert digest(stopped.finetuned) == digest(straight.finetuned)


def test_the_tuned_directory_carries_the_tokenizer_of_its_base(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    finetune.run(tiny.params(), data, out, Reporter())
    tuned, base = directory.load(out.finetuned), directory.load(data.pretrained)

    assert tuned.tokenizer.digest == base.tokenizer.digest
    assert not torch.equal(tuned.model.model.norm.weight, base.model.model.norm.weight)


def test_training_ends_when_validation_has_not_been_better_for_a_while(data: Layout, tmp_path: Path):
    """A rate at which nothing is learnt any more: the first validation is the best, two later ones end it."""
    changes = {"steps": 120, "validate_every": 10, "patience": 2, "best_by": "loss"}
    hot = {"optimizer": {"name": "adamw", "learning_rate": 3.0}, "schedule": {"name": "constant"}}
    metrics = {}
    for name, change in ("cold", {}), ("hot", hot):
        out = Layout(tmp_path / name)
        finetune.run(tiny.params(finetune=changes | change), data, out, Reporter())
        metrics[name] = read_json(out.metrics("finetune"))
        rows = [line.split(",") for line in (out.finetuned / "curve.csv").read_text().splitlines()[1:]]
        best = min((row for row in rows if row[3]), key=lambda row: float(row[3]))
        assert metrics[name]["kept_step"] == int(best[0])
        assert metrics[name]["num_tokens"] == int(rows[-1][1])

    assert metrics["hot"]["num_tokens"] == (metrics["hot"]["kept_step"] + 20) * 256 < 120 * 256
    assert metrics["cold"]["num_tokens"] > metrics["hot"]["num_tokens"]


def test_the_tracker_gets_the_loss_of_each_data_set(data: Layout, tmp_path: Path):
    class Noting(Reporter):
        seen: dict[str, float] = {}

        def metrics(self, values, step=None) -> None:
            self.seen |= values

    finetune.run(tiny.params(), data, Layout(tmp_path), Noting())

    assert Noting.seen["valid_loss_places"] == pytest.approx(Noting.seen["valid_loss"])
