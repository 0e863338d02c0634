"""Folds of a cross-validation: no entity on both sides, stable when examples come in, and judged after training."""

import json

import pytest
import tiny

from llmpipe.config import ExamplesSource, FoldsConfig, WorldSource, validate
from llmpipe.corpus.sources.examples import read_examples
from llmpipe.corpus.sources.records import Reading
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, read_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Example
from llmpipe.stages import finetune
from llmpipe.tasks import folds
from llmpipe.tuning import judging, mixture
from llmpipe.world.examples import split_examples

K = 5


def config(fold=0, count=K, **changes):
    return FoldsConfig(count=count, fold=fold, **changes)


def example(name, entities=(), text="", **labels):
    labels = {"entities": list(entities), **labels}
    return Example(name, "translation", "d", "train", "en-zh", {"source": text or name}, ("x",), labels)


@pytest.fixture(scope="module")
def world():
    source = WorldSource(kind="world", documents=10, train_per_dataset=150, valid_per_dataset=10, test_per_set=5)
    names = ("reading", "headline", "derivative", "intent", "dialogue")
    return {name: list(split_examples(name, "train", 1, source.train_per_dataset)) for name in names}


def test_no_entity_of_the_sample_world_is_on_both_sides_of_a_fold(world):
    for fold in range(K):
        found = folds.split(world, config(fold), 1)
        sides = [
            {entity for rows in side.values() for row in rows for entity in folds.entities(row, config().by)}
            for side in (found.rest, found.held)
        ]

        assert all(sides)
        assert not sides[0] & sides[1]
        assert sum(len(rows) for side in (found.rest, found.held) for rows in side.values()) + found.left_out == 750


def test_each_example_of_one_entity_is_held_out_once():
    rows = {"d": [example(str(i), [f"person {i}"]) for i in range(200)]}
    held = [row.id for fold in range(K) for row in folds.split(rows, config(fold), 1).held["d"]]

    assert sorted(held) == sorted(str(i) for i in range(200))


def test_an_example_with_entities_of_both_sides_is_on_neither():
    first = next(f"a{i}" for i in range(99) if folds.fold(f"entities/a{i}", 2, 1) == 0)
    other = next(f"a{i}" for i in range(99) if folds.fold(f"entities/a{i}", 2, 1) == 1)
    found = folds.split({"d": [example("1", [first]), example("2", [other]), example("3", [first, other])]},
                        config(count=2), 1)  # fmt: skip

    assert ([row.id for row in found.held["d"]], [row.id for row in found.rest["d"]]) == (["1"], ["2"])
    assert found.left_out == 1


def test_new_examples_move_no_others_and_a_seed_deals_anew():
    rows = [example(str(i), [f"person {i}"]) for i in range(100)]
    few, many = (folds.split({"d": rows[:n]}, config(), 1).held["d"] for n in (60, 100))

    assert [row for row in many if int(row.id) < 60] == few
    assert folds.split({"d": rows}, config(), 2).held["d"] != many


def test_texts_that_differ_in_case_and_punctuation_only_stay_together():
    by = config().by
    same = [folds.entities(example("x", text=text), by) for text in ("Hello, World", "hello world!", "HELLO world")]
    chinese = [folds.entities(example("x", text=text), by) for text in ("你好。", "你好！", "您好！")]

    assert same[0] == same[1] == same[2]
    assert chinese[0] == chinese[1] != chinese[2]


def test_a_part_of_the_input_can_be_what_folds_do_not_share():
    question = Example("q", "reading", "d", "train", "en", {"context": "A passage.", "question": "?"}, ("x",))

    assert folds.entities(question, ["context"]) == ["context/A passage."]


def test_a_dialogue_without_labels_stands_by_its_first_message():
    turns = [["user", "Hello there"], ["assistant", "Hi"], ["user", "Bye"]]
    one, more = (Example("d", "dialogue", "d", "train", "en", {"history": turns[:n]}, ("x",)) for n in (1, 3))

    assert folds.entities(one, ["group"]) == folds.entities(more, ["group"]) == ["text/hello there"]


def test_a_field_of_a_record_becomes_the_group(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text('{"text": "Good.", "label": "a", "meta": {"author": "Ada"}}\n', "utf-8")
    source = ExamplesSource(
        kind="examples", name="mine", task="classification", language="en", train={"paths": [str(path)]}, valid_ratio=0,
        test={"T1": {"paths": [str(path)]}}, fields={"group": "meta.author"},
    )  # fmt: skip
    found = list(read_examples(source, 1, "here", lambda *problem: pytest.fail(str(problem)), reading=Reading(2**20)))

    assert [row.labels for row in found] == [{"group": "Ada"}] * 2
    assert folds.entities(found[0], config().by) == ["group/Ada"]


def test_a_fold_that_does_not_exist_is_refused():
    values = {"finetune": {"steps": 1, "batch_tokens": 64, "folds": {"count": 3, "fold": 3}}}
    with pytest.raises(ParamsError, match="the 3 folds are numbered from 0 to 2"):
        validate(values, ["finetune"])
    values["finetune"]["folds"] = {"count": 3}
    values["finetune"]["mode"] = "preference"
    with pytest.raises(ParamsError, match="folds are of labelled examples only"):
        validate(values, ["finetune"])


# --- the stage --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A tiny base, and examples whose labels name one of six people."""
    made = tiny.write_pretrained(tmp_path_factory.mktemp("data"))
    for split, count in (("train", 24), ("valid", 12)):
        rows = tiny.examples(split, count)
        labelled = [
            Example(e.id, e.task, e.dataset, e.split, e.language, e.inputs, e.references, {"entities": [f"p{i % 6}"]})
            for i, e in enumerate(rows)
        ]
        write_jsonl(made.clean / "examples" / split / "places.jsonl", labelled)
    return made


def tuned(data, out, **changes):
    finetune.run(tiny.params(finetune=changes), data, Layout(out), Reporter())
    return read_json(Layout(out).metrics("finetune"))


def test_a_fold_is_judged_by_weights_that_never_saw_it(data, tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    seen = []
    real = mixture.encode
    monkeypatch.setattr(mixture, "encode", lambda rows, *rest: (seen.append(rows), real(rows, *rest))[1])
    found = tuned(data, tmp_path / "a", folds={"count": 3, "fold": 1})
    people = [{row.labels["entities"][0] for row in rows} for rows in seen]

    assert len(people) == 3
    assert people[2].isdisjoint(people[0] | people[1])
    counts = found["folds"]
    assert counts["rest"] + counts["valid"] + counts["held"] == 36
    assert {"fold_loss", "fold_exact_match", "fold_places", "valid_exact_match"} <= found.keys()
    assert found["examples"] == {"places": counts["rest"]}


def test_the_fold_is_judged_by_the_metric_that_chose_the_weights_and_chose_none(data, tmp_path, monkeypatch):
    """Answers to valid while training, to the fold once at the end, and no person in both."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    asked = []
    real = judging.scores_on_valid
    monkeypatch.setattr(
        judging, "scores_on_valid", lambda model, rows, *rest: (asked.append(rows), real(model, rows, *rest))[1]
    )
    found = tuned(data, tmp_path / "a", folds={"count": 3, "fold": 1}, best_by="metric", validate_every=10)
    people = [{row.labels["entities"][0] for row in rows["places"]} for rows in asked]

    assert len(asked) == 3  # steps 10 and 12, then the fold
    assert people[0] == people[1]
    assert people[2].isdisjoint(people[0])
    assert {"fold_metric", "valid_metric"} <= found.keys()
    assert 0 <= found["fold_metric"] <= 1


def test_without_folds_nothing_is_held_out(data, tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    found = tuned(data, tmp_path / "a")

    assert found["examples"] == {"places": 24}
    assert "fold" not in json.dumps(found)


def test_a_fold_with_no_one_in_it_is_said(data, tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    people = {folds.fold(f"entities/p{i}", 50, 1) for i in range(6)}
    empty = next(number for number in range(50) if number not in people)
    with pytest.raises(DataError, match=f"fold {empty} of 50 leaves no example to judge; lower finetune.folds.count"):
        tuned(data, tmp_path / "a", folds={"count": 50, "fold": empty})
