"""Answers to test sets, of a model and of baselines: on disk before any metric reads them."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from llmpipe import tasks
from llmpipe.baselines import BASELINES, Item
from llmpipe.baselines import answers as trained
from llmpipe.evaluation.answers import answer_tokens, by_length, fit_prompts, say
from llmpipe.evaluation.test_sets import TestSet, prompt_text
from llmpipe.files import write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Example, Prediction
from llmpipe.sections.evaluate import EvaluateConfig
from llmpipe.train.directory import Loaded
from llmpipe.train.health import explained_answers

TUNED = "finetuned"  # the model that is compared with the baselines


def predict(
    folder: Path,
    test_sets: Sequence[TestSet],
    train: Mapping[str, Sequence[Example]],
    *,
    loaded: Loaded,
    config: EvaluateConfig,
    reporter: Reporter,
) -> int:
    """Generate greedily for all examples; returns how many prompts were cut to fit the context."""
    total, done, num_cut = sum(len(test_set.examples) for test_set in test_sets), 0, 0
    for test_set in test_sets:
        max_new_tokens = answer_tokens(train[test_set.dataset], loaded, config.max_new_tokens)
        prompts, cut = fit_prompts(loaded, test_set.examples, max_new_tokens)
        num_cut += cut
        hypotheses = [""] * len(prompts)
        for chosen in by_length(prompts, config.batch_size):
            with explained_answers(loaded.model.num_parameters(), "evaluate.batch_size", config.batch_size):
                answers = say(loaded, [prompts[i] for i in chosen], max_new_tokens)
            for i, said in zip(chosen, answers, strict=True):
                hypotheses[i] = said
            done += len(chosen)
            reporter.progress(done, total, "examples")
        write_predictions(folder, test_set, TUNED, hypotheses)
    return num_cut


def predict_baselines(
    folder: Path, test_sets: Sequence[TestSet], train: Mapping[str, Sequence[Example]], names: Sequence[str]
) -> None:
    """The answers of each baseline that the task and the parameters name; one fit serves all sets of a data set."""
    for dataset in dict.fromkeys(test_set.dataset for test_set in test_sets):
        sets = [test_set for test_set in test_sets if test_set.dataset == dataset]
        known, asked = _items(train[dataset]), _items([example for test_set in sets for example in test_set.examples])
        for name in sets[0].task.baselines:
            if name in names:
                remaining = iter(BASELINES[name](known, asked))
                for test_set in sets:
                    write_predictions(folder, test_set, name, list(islice(remaining, len(test_set.examples))))


def copy_answers(folder: Path, test_sets: Sequence[TestSet], answers: Path) -> None:
    """The answers that models of the stage `baselines` have left, to the test sets that they all belong to."""
    for model, said in trained.read(answers):
        for test_set in test_sets:
            found = [said.get((test_set.dataset, test_set.name, example.id)) for example in test_set.examples]
            if None not in found:
                write_predictions(folder, test_set, model, [hypothesis or "" for hypothesis in found])


def write_predictions(folder: Path, test_set: TestSet, model: str, hypotheses: Sequence[str]) -> None:
    """One model's answers to one test set, what of them the task accepts."""
    records = (
        Prediction(
            e.id, model, test_set.dataset, test_set.name, prompt_text(e), tasks.accepted(e, hypothesis), e.references
        )
        for e, hypothesis in zip(test_set.examples, hypotheses, strict=True)
    )
    write_jsonl(folder / test_set.file(model), records)


def _items(examples: Sequence[Example]) -> list[Item]:
    return [Item(tasks.text(example), tasks.body(example), example.references[0]) for example in examples]
