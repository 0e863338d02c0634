"""
The training runs of the stage transfer, and what they show.

Each arm trains the same model on the same number of tokens, and is judged on the same test examples:

- pretrained: documents first, then the examples (what `pretrain` and `finetune` do);
- joint: the same documents and examples in the same shares, mixed from the first step;
- alone: the examples only, for the whole time.

A cell is one arm with one number of labels and one seed. Cells run side by side in processes of their own, and
finished ones are kept until the stage is done, so a killed stage goes on where it was.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from llmpipe.errors import DataError
from llmpipe.evaluation.predict import TUNED, predict
from llmpipe.evaluation.scores import check_metrics, read_model_answers
from llmpipe.evaluation.test_sets import read_test_sets, read_train
from llmpipe.files import Layout, atomic_directory, digest, project_root, read_json, write_json
from llmpipe.metrics import METRICS, Answers, results, statistics
from llmpipe.processes import end_with_parent, ordered_map
from llmpipe.progress import Quiet, Reporter
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.stages import finetune
from llmpipe.train import directory
from llmpipe.train.checkpoint import fingerprint
from llmpipe.train.device import use_device
from llmpipe.tuning import mixture

PRETRAINED = "pretrained"  # the arm that the others are compared with
SECTIONS = ("pretrain", "finetune", "evaluate", "compute")  # of `params.transfer` a cell needs its own three values
CODE = (*finetune.CODE, "evaluation", "metrics", "stages/transfer")


@dataclass(frozen=True)
class Cell:
    """One training run."""

    arm: str
    labels: int
    seed: int

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.arm}-{self.labels}-{self.seed}"


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Train and judge every cell."""
    cells = [
        Cell(arm, labels, seed)
        for seed in params.transfer.seeds
        for arm in params.transfer.arms
        for labels in params.transfer.labels
    ]
    check_labels(params, data)
    read = {"base": data.pretrained, "tokens": data.tokens / "train", "examples": data.clean / "examples"}
    of_cells = _of_cells(params)
    key = fingerprint({name: digest(path) for name, path in read.items()}, _values(of_cells), CODE)
    workspace = project_root() / ".llmpipe" / f"transfer-{key}"
    waiting = [cell for cell in cells if not (workspace / cell.name).exists()]
    jobs = [(cell, of_cells, data.root, workspace) for cell in waiting]
    reporter.say(f"{len(cells)} training runs, {len(cells) - len(waiting)} of them done before")
    workers = max(1, min(params.transfer.jobs, len(jobs)))
    before = len(cells) - len(jobs)
    for number, name in enumerate(ordered_map(end_with_parent, (), train_cell, jobs, workers), start=1):
        reporter.say(f"{name} is done")
        reporter.progress(before + number, len(cells), "training runs")
    with atomic_directory(out.transfer) as folder:
        for cell in cells:
            shutil.copytree(workspace / cell.name, folder / "predictions" / cell.name)
        scores, comparisons = judge(folder / "predictions", cells, params, data)
        write_json(folder / "scores.json", scores)
        write_json(folder / "comparisons.json", comparisons)
    write_json(out.metrics("transfer"), summary(scores))
    shutil.rmtree(workspace, ignore_errors=True)


def check_labels(params: Params, data: Layout) -> None:
    """
    Every data set must have the labelled examples that are asked for.

    Raises:
        DataError: One has fewer.
    """
    most = max(params.transfer.labels)
    for name, examples in mixture.read_examples(data.clean / "examples" / "train", most).items():
        if len(examples) < most:
            raise DataError(
                f"transfer.labels asks for {most} labelled examples, but data set '{name}' has {len(examples)}; "
                f"ask for fewer, or give ingest more."
            )


def _of_cells(params: Params) -> Params:
    """The parameters with a cell's share of the threads."""
    threads = max(1, params.compute.threads // params.transfer.jobs)
    return replace(params, compute=params.compute.model_copy(update={"threads": threads}))


def _values(params: Params) -> dict[str, Any]:
    """What every cell depends on; not labels or arms, so that others keep the finished cells."""
    return {name: getattr(params, name).model_dump(mode="json") for name in SECTIONS}


# --- one cell ---------------------------------------------------------------------------------------


def settings(params: Params, cell: Cell) -> FinetuneConfig:
    """
    How a cell is trained: as `finetune`, on its labels; without pretraining, with the rates of `pretrain`.

    Time is counted in tokens, padding included: that of both stages for every arm.
    """
    before, tuning = params.pretrain, params.finetune
    changes: dict[str, Any] = {
        "train_per_dataset": cell.labels,
        "seed": cell.seed,
        "base": "pretrained",
        "mode": "supervised",
    }
    if cell.arm != PRETRAINED:
        first, then = before.steps * before.batch_tokens, tuning.steps * tuning.batch_tokens
        documents = first + tuning.documents_ratio * then  # tuning may repeat some
        changes |= {
            "base": "random",
            "steps": -(-(first + then) // before.batch_tokens),
            "batch_tokens": before.batch_tokens,
            "micro_batch_tokens": before.micro_batch_tokens,
            "optimizer": before.optimizer,
            "schedule": before.schedule,
            "documents_ratio": documents / (first + then) if cell.arm == "joint" else 0.0,
        }
    return tuning.model_copy(update=changes)


def train_cell(job: tuple[Cell, Params, Path, Path]) -> str:
    """Train one cell in this process, answer the test sets and leave the answers in the workspace."""
    cell, given, root, workspace = job
    data, quiet = Layout(root), Quiet()
    params = replace(given, finetune=settings(given, cell))
    out = Layout(workspace / f".{cell.name}")
    finetune.run(params, data, out, quiet)
    device = use_device(params.compute).torch
    loaded = directory.load(out.finetuned, device)
    train = read_train(data, cell.labels)
    test_sets = read_test_sets(data, train, params.evaluate.max_per_set)
    with atomic_directory(workspace / cell.name) as folder:
        predict(folder, test_sets, train, loaded=loaded, config=params.evaluate, reporter=quiet)
        write_json(folder / "training.json", read_json(out.metrics("finetune")))
    shutil.rmtree(out.root)
    return cell.name


# --- all cells --------------------------------------------------------------------------------------


def judge(
    folder: Path, cells: Sequence[Cell], params: Params, data: Layout
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """
    Headline scores of all cells, and `pretrained` against each other arm at the same labels and seed.

    Returns:
        Rows {arm, labels, seed, dataset, test_set, metric, ...}, the second with Holm-corrected p over all rows.
    """
    scores: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any]] = []
    config = params.evaluate
    test_sets = read_test_sets(data, read_train(data), config.max_per_set)
    for test_set in test_sets:
        where = {"dataset": test_set.dataset, "test_set": test_set.name}
        for labels, seed in dict.fromkeys((cell.labels, cell.seed) for cell in cells):
            arms = {cell.arm: cell.name for cell in cells if (cell.labels, cell.seed) == (labels, seed)}
            answers: dict[str, Answers] = {
                arm: read_model_answers(folder / name, test_set, TUNED) for arm, name in arms.items()
            }
            usable = check_metrics(test_set, next(iter(answers.values())))[0]
            if not usable:
                continue
            metric, here = usable[0], where | {"labels": labels, "seed": seed}
            key = (config.seed, "bootstrap", test_set.dataset, test_set.name)
            found = results.measure(metric, METRICS[metric], answers, config.resamples, key)
            scores += [here | {"arm": arm} | asdict(result.score) for arm, result in found.items()]
            for arm in (arm for arm in found if arm != PRETRAINED and PRETRAINED in found):
                key = (config.seed, "randomisation", test_set.dataset, test_set.name)
                numbers = results.difference(found[PRETRAINED], found[arm], METRICS[metric], config.randomisations, key)
                comparisons.append(here | {"metric": metric, "arm": PRETRAINED, "other": arm} | numbers)
    for comparison, p in zip(comparisons, statistics.holm([row["p"] for row in comparisons]), strict=True):
        comparison["p_holm"] = p
    return scores, comparisons


def summary(scores: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """{data set: {test set: {arm: {labels: mean over seeds}}}}."""
    cells: dict[tuple[str, str, str, str], list[float]] = {}
    for row in scores:
        key = (row["dataset"], row["test_set"], row["arm"], str(row["labels"]))
        cells.setdefault(key, []).append(row["value"])
    nested: dict[str, Any] = {}
    for (dataset, test_set, arm, labels), values in cells.items():
        arms = nested.setdefault(dataset, {}).setdefault(test_set, {}).setdefault(arm, {})
        arms[labels] = round(sum(values) / len(values), 10)
    return nested
