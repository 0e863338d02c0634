"""`llmpipe study`: run the cells of a study, say how far it is, and write what it found."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmpipe.errors import DataError, unknown_name
from llmpipe.files import atomic_directory, project_root, write_json, write_text
from llmpipe.pages.blocks import Figure, to_html, to_markdown
from llmpipe.pages.summary import aligned
from llmpipe.studies import analysis, experiments, file, remains, search
from llmpipe.studies.cells import Cell, cells, short
from llmpipe.studies.file import StudyFile
from llmpipe.studies.page import findings, page, value
from llmpipe.tracking.store import lock


@dataclass(frozen=True)
class Opened:
    """
    A study in a project.

    Args:
        file: The study file.
        root: The project's folder.
        cells: Of the study; of a search those so far, and those that it needs next.
        done: Commit of each DVC experiment there is, by name.
    """

    file: StudyFile
    root: Path
    cells: Sequence[Cell]
    done: Mapping[str, str]

    @property
    def waiting(self) -> list[Cell]:
        """Cells that are not done; configurations that are the same run once."""
        unique = {cell.name: cell for cell in self.cells}
        return [cell for name, cell in unique.items() if name not in self.done]

    @property
    def total(self) -> int:
        """Cells of the whole study; of a search as many as it may try."""
        study = self.file
        return (study.cells or 0) * study.repeats if study.design == "optuna" else len(self.cells)

    @property
    def left(self) -> int:
        """How many of them are not done."""
        return self.total - len(self.cells) + len(self.waiting)


def open_study(path: Path, failed: Container[str] | None = None) -> Opened:
    """
    Read a study file and find what is done.

    Args:
        path: The study file.
        failed: Names of cells that a search need not wait for; None: those that failed when they last ran.

    Raises:
        ParamsError: The file or a parameter of a cell is wrong.
        DataError: There is no git repository.
    """
    root = project_root()
    study = file.load(path)
    done = experiments.finished(root)
    if study.design != "optuna":
        return Opened(study, root, cells(study, root), done)
    given_up = Failed(root, study.name, done) if failed is None else failed
    return Opened(study, root, search.explored(study, root, Scores(study, root, done), given_up), done)


@dataclass(frozen=True)
class Scores:
    """The optimised metric of cells that are done."""

    study: StudyFile
    root: Path
    done: Mapping[str, str]

    def __call__(self, cell: Cell) -> float | None:
        """None: the cell is not done."""
        if cell.name not in self.done:
            return None
        name = self.study.optimise
        values = experiments.metrics(self.root, self.done[cell.name], [name.partition(".")[0]])
        if name not in values:
            raise DataError(f"study '{self.study.name}': {unknown_name('metric', name, values)}")
        return values[name]


@dataclass(frozen=True)
class Failed:
    """The cells that failed when they last ran."""

    root: Path
    study: str
    done: Mapping[str, str]

    def __contains__(self, name: object) -> bool:
        """By the log that a cell leaves."""
        return bool(experiments.failure(self.root, self.study, str(name), self.done))


def run(path: Path, say: Callable[[str], None]) -> int:
    """
    Run all cells that are not done, then write the report; returns how many failed.

    A search is opened again after each batch, and goes where the results so far point.

    Raises:
        DataError: Another process runs this study, or a cell that is done lacks a metric of it; it stops at the first.
    """
    opened = open_study(path, failed=())
    study, root, total = opened.file, opened.root, opened.total
    with lock(root / ".llmpipe" / "studies" / study.name / "lock", wait=False) as mine:
        if not mine:
            raise DataError(f"study '{study.name}' runs already in {root}; wait for it, or stop it first.")
        if opened.waiting and (absent := experiments.missing(root)):
            raise DataError(
                f"dvc.lock names results that DVC's cache does not have ({absent[0]}), at which DVC would stop; "
                "`dvc pull`, or `dvc repro`, or take dvc.lock out of the last commit, then start the study again."
            )
        checked = check_metrics(opened)
        clear(root, study.name, say)
        say(f"{opened.left} of {total} cells to run, {study.jobs} at a time")
        left, number = opened.left, 0
        errors: dict[str, str] = {}
        while waiting := [cell for cell in opened.waiting if cell.name not in errors]:
            for ending in experiments.run(
                waiting, root, study.name, study.target, jobs=study.jobs, warm=number > 0, say=say
            ):
                number += 1
                if ending.error:
                    errors[ending.cell.name] = ending.error
                say(f"{number}/{left} {ending.cell.name}: {ending.error or 'done'}")
                checked = checked or check_metrics(replace(opened, done=experiments.finished(root)))
            if study.design == "optuna":
                opened = open_study(path, failed=errors)
            else:
                break
        clear(root, study.name, say)  # of cells that were still ending when this began
    if len(errors) < len({cell.name for cell in opened.cells}):
        say(report(path))
    return len(errors)


def check_metrics(opened: Opened) -> bool:
    """
    Whether a cell is done that has all metrics of the study: a name that is wrong is said before the others run.

    Raises:
        DataError: A cell that is done lacks one.
    """
    name = next((cell.name for cell in opened.cells if cell.name in opened.done), None)
    if name is None:
        return False
    stages = analysis.stages(opened.file)
    analysis.check_metrics(opened.file, experiments.metrics(opened.root, opened.done[name], stages))
    return True


def clear(root: Path, study: str, say: Callable[[str], None]) -> None:
    """Remove what killed cells left with DVC, and say so."""
    if names := remains.clear(root, study):
        say(f"removed what {len(names)} killed {'cell' if len(names) == 1 else 'cells'} left: {', '.join(names)}")


def measured(opened: Opened) -> dict[str, dict[str, float]]:
    """Metrics of the cells that are done, by name."""
    stages = analysis.stages(opened.file)
    names = {cell.name for cell in opened.cells if cell.name in opened.done}
    return {name: experiments.metrics(opened.root, opened.done[name], stages) for name in sorted(names)}


def report(path: Path) -> str:
    """
    Write data/studies/NAME/: study.json, report.md, report.html and plots; returns what it found, in words.

    Raises:
        DataError: No cell is done, or one lacks a metric of the study.
    """
    opened = open_study(path)
    result = analysis.analyse(opened.file, opened.cells, measured(opened), total=opened.total)
    failures = {cell.name: error for cell in opened.cells if (error := failure(opened, cell))}
    blocks = page(result, failures)
    out = opened.root / "data" / "studies" / opened.file.name
    with atomic_directory(out) as folder:
        write_json(folder / "study.json", result)
        write_text(folder / "report.md", to_markdown(blocks))
        write_text(folder / "report.html", to_html(f"Study {opened.file.name}", blocks))
        for block in blocks:
            if isinstance(block, Figure):
                write_text(folder / "plots" / f"{block.name}.svg", block.svg + "\n")
    lines = [line.replace("**", "").replace("`", "") for line in findings(result)]
    return "\n".join([*lines, f"report: {out / 'report.html'}"])


def failure(opened: Opened, cell: Cell) -> str:
    """Why a cell failed, "" when it did not."""
    return experiments.failure(opened.root, opened.file.name, cell.name, opened.done)


# --- before and while it runs -----------------------------------------------------------------------


def status(path: Path) -> str:
    """A line a cell: done with its value, failed with the error, or waiting."""
    opened = open_study(path)
    values = measured(opened)
    rows = []
    for cell in opened.cells:
        state = "done" if cell.name in values else "waiting"
        told = value(values[cell.name].get(opened.file.optimise)) if cell.name in values else failure(opened, cell)
        rows.append(
            [cell.name, *cell.levels.values(), cell.repeat, "failed" if state == "waiting" and told else state, told]
        )
    return table(opened, [*rows], ("state", opened.file.optimise)) + (
        f"{len(values)} of {opened.total} cells are done\n"
    )


def table(opened: Opened, rows: Sequence[Sequence[str]], last: Sequence[str]) -> str:
    """Rows of cells under a header: name, levels, seed, and the columns `last`."""
    repeat = "seed/fold" if opened.file.folds else "seed"
    header = ["cell", *(short(name) for name in opened.file.factors), repeat, *last]
    return "\n".join(aligned([header, *rows])) + "\n"
