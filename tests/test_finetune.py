"""The finetune stage: completions only, truncation counted, the base it starts from, exact resume."""

from pathlib import Path
from typing import get_args

import pytest
import tiny
import torch

from llmpipe.config import BestBy
from llmpipe.errors import DataError, ParamsError
from llmpipe.evaluation.answers import scores_on_valid
from llmpipe.files import Layout, digest, read_json, read_jsonl, write_jsonl
from llmpipe.metrics import METRICS
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.stages import finetune
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import directory
from llmpipe.tuning import mixture


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
    source, lost = mixture.encode(tiny.examples("train", 1), tokenizer, 64)
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

    source, lost = mixture.encode([long_prompt, long_answer], tokenizer, 64)
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
    write_jsonl(broken.clean / "examples" / "train" / "places.jsonl", [])
    with pytest.raises(DataError, match="'places' has no training example left; data/clean/removed says"):
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
    hot = {"optimizer": {"name": "adamw", "learning_rate": 0.3}, "schedule": {"name": "constant"}}
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


def entity_data(folder: Path, data: Layout) -> Layout:
    """Posts of which two thirds name no one: to say `none` is mostly right and finds nothing."""
    named = Layout(folder)
    for name in "pretrained", "tokens", "tokenizer":
        (folder / name).symlink_to(getattr(data, name))
    for split, count in ("train", 60), ("valid", 30):
        rows = []
        for i in range(count):
            person = tiny.PEOPLE[i % 8]
            text, said = (
                (f"{person} lives here", f"person: {person}") if i % 3 == 0 else (f"number {i} is here", "none")
            )
            rows.append(Example(f"{split}-{i}", "entities", "posts", split, "en", {"text": text}, (said,)))
        write_jsonl(named.clean / "examples" / split / "posts.jsonl", rows)
    return named


def test_weights_are_kept_by_the_metric_of_the_task(data: Layout, tmp_path: Path):
    """Each choice keeps the step that is best by its own measure, and the metric is that of the answers it says."""
    named = entity_data(tmp_path, data)
    changes = {"steps": 60, "validate_every": 10}
    kept = {}
    for best_by in ("exact_match", "metric", "entity_f1", "entity_recall"):
        out = Layout(tmp_path / best_by)
        finetune.run(tiny.params(finetune=changes | {"best_by": best_by}), named, out, Reporter())
        metrics = read_json(out.metrics("finetune"))
        header, *lines = (out.finetuned / "curve.csv").read_text().splitlines()
        rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
        measured = {int(row["step"]): float(row[f"valid_{best_by}"]) for row in rows if row[f"valid_{best_by}"]}
        assert metrics["kept_step"] == max(measured, key=lambda step: measured[step])
        assert metrics[f"valid_{best_by}"] == pytest.approx(max(measured.values()), abs=1e-5)
        assert len(measured) == 6
        kept[best_by] = measured

    assert kept["metric"] == kept["entity_f1"]
    assert len(set(kept["entity_f1"].values())) > 1
    tuned = directory.load(tmp_path / "entity_f1" / "finetuned")
    valid = {"posts": list(read_jsonl(named.clean / "examples/valid/posts.jsonl", Example))}
    train = {"posts": list(read_jsonl(named.clean / "examples/train/posts.jsonl", Example))}
    again = scores_on_valid(tuned, valid, train, None)["posts"]
    assert again == pytest.approx(max(kept["entity_f1"].values()), abs=1e-5)
    assert again > 0


def test_the_metric_changes_no_step_of_training(data: Layout, tmp_path: Path):
    """Answers between two steps leave weights, dropout and the generator as they were."""
    digests = set()
    for best_by in ("exact_match", "metric"):
        out = Layout(tmp_path / best_by)
        change = {"best_by": best_by, "early_stopping": False, "dropout": 0.1, "neftune_alpha": 5.0}
        finetune.run(tiny.params(finetune=change), data, out, Reporter())
        digests.add(digest(out.finetuned / "model.safetensors"))

    assert len(digests) == 1


def test_adapters_answer_while_they_are_tuned(data: Layout, tmp_path: Path):
    out = Layout(tmp_path)
    change = {"adapter": {"kind": "dora"}, "best_by": "metric", "steps": 20, "validate_every": 10}
    finetune.run(tiny.params(finetune=change), data, out, Reporter())

    tuned = directory.load(out.finetuned)
    examples = {split: {"places": tiny.examples(split, 24 if split == "train" else 8)} for split in ("train", "valid")}
    written = {"places": list(read_jsonl(data.clean / "examples/valid/places.jsonl", Example))}
    said = scores_on_valid(tuned, written, examples["train"], None)["places"]
    assert read_json(out.metrics("finetune"))["valid_metric"] == pytest.approx(said, abs=1e-3)


def test_a_metric_that_scores_nothing_here_is_refused_before_training(data: Layout, tmp_path: Path):
    with pytest.raises(ParamsError, match=r"best_by is entity_f1, .* take one of exact_match, loss, bleu, chrf"):
        finetune.run(tiny.params(finetune={"best_by": "entity_f1"}), data, Layout(tmp_path), Reporter())
    assert not (tmp_path / "finetuned").exists()
    with pytest.raises(ParamsError, match="pairs know exact_match and loss only"):
        tiny.params(finetune={"best_by": "metric", "mode": "preference"})


def test_every_metric_of_answers_can_be_chosen():
    choices = set(get_args(BestBy)) - {"loss", "metric"}

    assert choices == {name for name, metric in METRICS.items() if metric.best > 0}
