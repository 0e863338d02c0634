"""Examples asked as retrieval asks them: which passages stand before a question, and what is answered to wrong ones."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny

from llmpipe.config import Params
from llmpipe.errors import DataError, ParamsError
from llmpipe.evaluation import retrieved
from llmpipe.evaluation.retrieved import Bases, Copies
from llmpipe.files import Layout, read_json, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Document, Example
from llmpipe.retrieval import refusal
from llmpipe.sections.evaluate import EvaluateConfig
from llmpipe.sections.finetune import RetrievedConfig
from llmpipe.sections.search import SearchConfig
from llmpipe.stages import finetune
from llmpipe.tuning import copies, mixture

ANN = Example(
    "1",
    "reading",
    "where",
    "train",
    "en",
    {"context": "Ann lives in Oslo.", "question": "Where does Ann live?"},
    ("Oslo",),
)
LI = Example(
    "2", "reading", "where", "train", "zh", {"context": "李雷住在北京。", "question": "李雷住在哪里？"}, ("北京",)
)
WHO = Example("4", "recall", "who", "train", "en", {"question": "Who lives in Lima?"}, ("Kas",))
OTHER = tiny.examples("train", 4)


def made(tmp_path: Path, *examples: Example, **settings: Any) -> Copies:
    """Copies of the examples, which are also the base; the documents are two sentences about Lima."""
    data = Layout(tmp_path)
    texts = ["Kas lives in Lima.", "Ban likes Lima."]
    write_jsonl(data.clean / "train/00000.jsonl", [Document(f"d{i}", text, "en", "x") for i, text in enumerate(texts)])
    by_set: dict[str, list[Example]] = {}
    for example in examples:
        by_set.setdefault(example.dataset, []).append(example)
    config = RetrievedConfig(**({"ratio": 1.0, "unsupported_ratio": 0.0} | settings))
    return retrieved.copies(by_set, Bases(data, by_set, SearchConfig()), config, 1)


def test_a_question_gets_the_passage_that_a_search_finds_and_keeps_its_answer(tmp_path: Path):
    (copy,) = made(tmp_path, replace(ANN, labels={"slice": "a"})).examples["where"]

    assert copy.inputs == ANN.inputs
    assert (copy.references, copy.labels, copy.id) == (("Oslo",), {"slice": "a"}, "1#retrieved")


def test_a_passage_of_another_question_is_answered_with_the_refusal_of_the_language(tmp_path: Path):
    wrong = replace(
        LI, id="5", inputs={"context": "韩梅住在上海。", "question": "李雷住在哪里？"}, references=("天津",)
    )
    found = made(tmp_path, ANN, LI, wrong)

    assert found.counts == {"where": {"supported": 2, "refused": 1, "left_out": 0}}
    last = found.examples["where"][-1]
    assert last.inputs["context"] == LI.inputs["context"]
    assert last.references == (refusal.text("zh"),)


def test_a_question_without_its_support_sees_no_passage_with_its_answer(tmp_path: Path):
    others = [
        replace(ANN, id=text, inputs={**ANN.inputs, "context": text}) for text in ("Ann likes Oslo.", "Ann sings.")
    ]
    found = made(tmp_path, ANN, *others, unsupported_ratio=1.0)

    assert found.counts["where"] == {"supported": 0, "refused": 2, "left_out": 1}
    assert found.examples["where"][0].inputs["context"] == "Ann sings."
    assert found.examples["where"][0].references == (refusal.text("en"),)


def test_a_wrong_passage_that_holds_the_answer_is_left_out(tmp_path: Path):
    asked = replace(ANN, id="7", inputs={"context": "It rains.", "question": "Where does Ann live?"})
    found = made(tmp_path, ANN, asked)

    assert found.counts == {"where": {"supported": 1, "refused": 0, "left_out": 1}}


def test_without_refusing_only_supported_questions_are_copied(tmp_path: Path):
    wrong = replace(
        LI, id="5", inputs={"context": "韩梅住在上海。", "question": "李雷住在哪里？"}, references=("天津",)
    )
    found = made(tmp_path, LI, wrong, refuse=False)

    assert [example.id for example in found.examples["where"]] == ["2#retrieved"]
    assert found.counts["where"]["left_out"] == 1


def test_a_question_that_finds_nothing_is_left_out(tmp_path: Path):
    found = made(tmp_path, replace(ANN, inputs={"context": "It rains.", "question": "Why?"}))

    assert found.counts == {"where": {"supported": 0, "refused": 0, "left_out": 1}}


def test_recall_searches_the_training_documents_and_other_tasks_nothing(tmp_path: Path):
    found = made(tmp_path, WHO, *OTHER)

    assert list(found.examples) == ["who"]
    (copy,) = found.examples["who"]
    assert copy.task == "reading"
    assert copy.inputs == {"context": "Kas lives in Lima.", "question": "Who lives in Lima?"}


def test_only_the_data_sets_that_are_named_are_asked_again(tmp_path: Path):
    assert list(made(tmp_path, ANN, WHO, datasets=("who",)).examples) == ["who"]


def test_the_share_holds_and_depends_on_seed_and_id_only(tmp_path: Path):
    many = [
        replace(ANN, id=str(i), inputs={"context": f"Ann{i} lives in Oslo.", "question": f"Where is Ann{i}?"})
        for i in range(300)
    ]
    half = made(tmp_path, *many, ratio=0.5)
    back = made(tmp_path, *many[::-1], ratio=0.5)
    chosen = {example.id for example in half.examples["where"]}

    assert 120 < len(chosen) < 180
    assert chosen == {example.id for example in back.examples["where"]}
    assert made(tmp_path, *many, ratio=0.0) == Copies()


# --- the stage --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    data = tiny.write_pretrained(tmp_path_factory.mktemp("data"))
    for split, count in ("train", 12), ("valid", 4):
        rows = [
            Example(
                f"{split}{i}",
                "reading",
                "where",
                split,
                "en",
                {
                    "context": f"{tiny.PEOPLE[i % 8]} {split} number {i} lives in Oslo {i}.",
                    "question": f"{split} number {i}?",
                },
                (f"Oslo {i}",),
            )
            for i in range(count)
        ]
        write_jsonl(data.clean / "examples" / split / "where.jsonl", rows)
    return data


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


def params(**changes: Any) -> Params:
    return replace(tiny.params(finetune=changes), evaluate=EvaluateConfig())


def test_the_stage_trains_and_validates_on_copies_and_counts_them(data: Layout, tmp_path: Path):
    out = Layout(tmp_path / "out")
    changes = {"retrieved": {"ratio": 1.0, "unsupported_ratio": 0.5}, "steps": 2, "validate_every": 2}
    finetune.run(params(**changes), data, out, Reporter())
    metrics = read_json(out.metrics("finetune"))
    copied = metrics["retrieved"]["where"]

    assert list(metrics["retrieved"]) == ["where"]
    assert copied["refused"] > 0 < copied["supported"]
    assert metrics["examples"] == {"places": 24, "where": 12 + copied["supported"] + copied["refused"]}
    assert sum(metrics["valid_retrieved"]["where"].values()) == 4


def test_questions_of_training_never_see_passages_of_valid(data: Layout):
    given = params(retrieved={"ratio": 1.0})
    examples, valid = (mixture.read_examples(data.clean / "examples" / split) for split in ("train", "valid"))
    made, joined, _ = copies.with_retrieved(given, data, examples, valid)

    assert made["where"]
    assert all(" valid " not in example.inputs["context"] for example in made["where"])
    assert joined["where"][:4] == valid["where"]
    assert any(" valid " in example.inputs["context"] for example in joined["where"][4:])


def test_off_the_stage_says_nothing_of_it_and_reads_no_search(data: Layout, tmp_path: Path):
    out = Layout(tmp_path / "out")
    finetune.run(tiny.params(finetune={"steps": 2, "validate_every": 2}), data, out, Reporter())

    assert "retrieved" not in read_json(out.metrics("finetune"))


def test_no_question_to_ask_is_said(data: Layout):
    given = params(retrieved={"ratio": 0.5})

    with pytest.raises(DataError, match=r"ratio is 0.5, but no data set has questions .*; set it to 0, or add"):
        copies.with_retrieved(given, data, {"places": OTHER}, {"places": OTHER})


def test_a_data_set_that_is_not_there_is_refused(data: Layout):
    given = params(retrieved={"ratio": 0.5, "datasets": ["were"]})

    with pytest.raises(ParamsError, match=r"finetune.retrieved.datasets: .*'were'.*where"):
        copies.with_retrieved(given, data, {"where": [ANN]}, {})


def test_a_malformed_question_is_named(data: Layout):
    given = params(retrieved={"ratio": 0.5})

    with pytest.raises(DataError, match="example '1' of data set 'where' has no input 'context'"):
        copies.with_retrieved(given, data, {"where": [replace(ANN, inputs={"question": "?"})]}, {})


def test_shares_are_shares():
    with pytest.raises(ParamsError, match="retrieved.ratio"):
        tiny.params(finetune={"retrieved": {"ratio": 1.5}})
