"""`llmpipe study`: run the cells of a study, say how far it is, and write what it found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmpipe.errors import DataError
from llmpipe.files import atomic_directory, project_root, write_json, write_text
from llmpipe.pages.blocks import Figure, to_html, to_markdown
from llmpipe.pages.summary import aligned
from llmpipe.studies import analysis, experiments, file
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
        cells: Of the study.
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


def open_study(path: Path) -> Opened:
    """
    Read a study file and find what is done.

    Raises:
        ParamsError: The file or a parameter of a cell is wrong.
        DataError: There is no git repository.
    """
    root = project_root()
    study = file.load(path)
    return Opened(study, root, cells(study, root), experiments.finished(root))


def run(path: Path, say: Callable[[str], None]) -> int:
    """
    Run all cells that are not done, then write the report; returns how many failed.

    Raises:
        DataError: Another process runs this study.
    """
    opened = open_study(path)
    study, root, waiting = opened.file, opened.root, opened.waiting
    with lock(root / ".llmpipe" / "studies" / study.name / "lock", wait=False) as mine:
        if not mine:
            raise DataError(f"study '{study.name}' runs already in {root}; wait for it, or stop it first.")
        say(f"{len(waiting)} of {len(opened.cells)} cells to run, {study.jobs} at a time")
        errors = {}
        for number, ending in enumerate(
            experiments.run(waiting, root, study.name, study.target, jobs=study.jobs, say=say), start=1
        ):
            if ending.error:
                errors[ending.cell.name] = ending.error
            say(f"{number}/{len(waiting)} {ending.cell.name}: {ending.error or 'done'}")
    if len(errors) < len(opened.cells):
        say(report(path))
    return len(errors)


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
    result = analysis.analyse(opened.file, opened.cells, measured(opened))
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
    return experiments.failure(opened.root, opened.file.name, cell, opened.done)


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
            [cell.name, *cell.levels.values(), str(cell.seed), "failed" if state == "waiting" and told else state, told]
        )
    return table(opened, [*rows], ("state", opened.file.optimise)) + (
        f"{len(values)} of {len({cell.name for cell in opened.cells})} cells are done\n"
    )


def table(opened: Opened, rows: Sequence[Sequence[str]], last: Sequence[str]) -> str:
    """Rows of cells under a header: name, levels, seed, and the columns `last`."""
    header = ["cell", *(short(name) for name in opened.file.factors), "seed", *last]
    return "\n".join(aligned([header, *rows])) + "\n"
