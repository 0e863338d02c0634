"""`llmpipe study --dry-run`: the cells of a study, and how long they will take on this machine."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmpipe.commands import plan
from llmpipe.commands.study import Opened, open_study, table
from llmpipe.config import STAGE_KEYS, STAGE_SECTIONS, flatten, override, read
from llmpipe.files import digest_value
from llmpipe.progress import duration
from llmpipe.studies.cells import TRIES, Cell, ground, of, random_configuration
from llmpipe.studies.file import STAGES
from llmpipe.studies.search import Fit


def dry_run(path: Path, *, calibrate: bool) -> str:
    """The cells, and how long those that are not done will take here."""
    opened = open_study(path)
    whole = replace(opened, cells=[*opened.cells, *stand_ins(opened)])
    seconds = expected(whole, calibrate=calibrate)
    rows = [
        [
            cell.name,
            *cell.levels.values(),
            cell.repeat,
            "–" if cell.name in opened.done else duration(seconds[cell.name]),
        ]
        for cell in opened.cells
    ]
    total = sum(seconds.values())
    together = f", {opened.file.jobs} at a time, which share the cores" if opened.file.jobs > 1 else ""
    unknown = opened.total - len(opened.cells)
    later = f"; {unknown} of them depend on results, and random ones stand in for them" if unknown else ""
    return (
        table(opened, rows, ("time",)) + f"about {duration(total)} of work for {opened.left} cells{together}{later}\n"
    )


def stand_ins(opened: Opened) -> list[Cell]:
    """As many random cells as a search has not yet chosen; those with wrong parameters are left out."""
    study, start = opened.file, ground(opened.file, opened.root)
    missing = (opened.total - len(opened.cells)) // study.repeats
    fits = Fit(study, start)
    drawn = (random_configuration(study, number) for number in range(missing * TRIES))
    return of(study, start, list(itertools.islice(filter(fits, drawn), missing)))


def expected(opened: Opened, *, calibrate: bool) -> dict[str, float]:
    """
    Seconds of each cell that is not done: of the stages that no earlier cell has run with the same parameters.

    The plan of the first cell is measured on this machine; what it measures against what it would have assumed corrects
    the plans of the others, for which measuring would take ten seconds each.
    """
    params_file, data = opened.root / "params.yaml", opened.root / "data"
    last = STAGES.index(opened.file.target) + 1
    raw = read(params_file)
    ran: set[str] = set()
    correction: dict[str, float] = {}
    found = {}
    for cell in opened.waiting:
        assumed = _seconds(plan.make(params_file, data, cell.overrides, calibrate=False))
        if not correction:
            here = _seconds(plan.make(params_file, data, cell.overrides, calibrate=True)) if calibrate else assumed
            correction = {name: here[name] / assumed[name] if assumed[name] else 1.0 for name in assumed}
        found[cell.name] = 0.0
        for stage in STAGES[:last]:
            key = _key(override(raw, cell.overrides), stage)
            if key not in ran:
                ran.add(key)
                found[cell.name] += assumed[stage] * correction[stage]
    return found


def _seconds(made: plan.Plan) -> dict[str, float]:
    return {name: row.seconds for name, row in made.rows.items()}


def _key(values: Mapping[str, Any], stage: str) -> str:
    """Digest of all parameters that a stage depends on: its own, and those of the stages before it."""
    before = STAGES[: STAGES.index(stage) + 1]
    sections = {section for name in before for section in STAGE_SECTIONS[name]}
    known = flatten(values)
    keys = {key: known.get(key) for name in before for key in STAGE_KEYS.get(name, ())}
    return digest_value({"stage": stage, **keys, **flatten({name: values.get(name) for name in sections})})
