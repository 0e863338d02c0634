"""compare: two results, example by example: what changed, what got better, and how sure that is."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from llmpipe.commands.compare_changes import changes, costs
from llmpipe.commands.compare_flips import flips
from llmpipe.commands.compare_sets import Common, Group, in_common, key_of, scores_of
from llmpipe.commands.compare_tests import Draws, bits, compared, judged, measure, untested
from llmpipe.commands.sides import Side, find
from llmpipe.errors import DataError
from llmpipe.files import write_text
from llmpipe.pages import to_html, to_markdown
from llmpipe.pages.comparison import Compared, Comparison, page, verdict

RESAMPLES = 2_000
TRIALS = 10_000
SEED = 1
LEFT_OUT = 5  # notes on single test sets
BESIDE = ("evaluate.baselines", "evaluate.abstention", "evaluate.retrieval", "report")
"""Parameters that change no score of the tuned model: they say what is measured and shown beside it."""


def compare(first: str, other: str, draws: Draws | None = None) -> Comparison:
    """
    Compare two results by name; names with commas between them are runs of one result with different seeds.

    Raises:
        DataError: A name stands for nothing that was evaluated, runs of a group differ in more than seeds, or the two
            have no example in common.
    """
    with tempfile.TemporaryDirectory() as folder:
        groups = _group(first, Path(folder) / "a"), _group(other, Path(folder) / "b")
        return of(*groups, draws or Draws(SEED, RESAMPLES, TRIALS))


def _group(name: str, scratch: Path) -> Group:
    names = [name] if Path(name).exists() else [part.strip() for part in name.split(",") if part.strip()]
    if len(set(names)) < len(names):
        raise DataError(f"'{name}' names a run twice; a run counts once.")
    sides = [find(each, scratch / str(number)) for number, each in enumerate(names or [name])]
    for side in sides[1:]:
        differing = _differing(sides[0], side)
        if more := sorted(key for key in differing if key.rpartition(".")[2] != "seed" and not is_beside(key)):
            raise DataError(
                f"{sides[0].name} and {side.name} differ in {', '.join(more[:3])}; "
                "runs with commas between them are one result, so they may differ in seeds and in what changes no "
                f"score that is compared ({', '.join(BESIDE)}) only."
            )
    return Group(", ".join(side.name for side in sides), sides)


def _differing(first: Side, other: Side) -> set[str]:
    """Names of the parameters that differ."""
    return {key for key in {*first.params, *other.params} if first.params.get(key) != other.params.get(key)}


def is_beside(key: str) -> bool:
    """Whether a parameter leaves all scores that are compared as they are."""
    return any(key == name or key.startswith(f"{name}.") for name in BESIDE)


def of(first: Group, other: Group, draws: Draws) -> Comparison:
    """
    Compare two results.

    Raises:
        DataError: They have no example in common.
    """
    sides = [*first.sides, *other.sides]
    rows = [{key_of(row): row for row in scores_of(side)} for side in sides]
    keys = [key for key in rows[0] if all(key in found for found in rows)]
    sets = {where: in_common(first, other, *where) for where in dict.fromkeys(key[:2] for key in keys)}
    if not any(len(common) for common in sets.values()):
        raise DataError(
            f"{first.name} and {other.name} have no test example in common; compare results on the same test data."
        )
    headlines = {where: next(key for key in keys if key[:2] == where) for where, found in sets.items() if len(found)}
    count = len(headlines) + 1  # bits per byte

    def score(key: tuple[str, str, str]) -> Compared:
        return compared([found[key] for found in rows], measure(sets[key[:2]], key[2]), count, draws)

    tested = [score(key) for key in headlines.values()]
    tested += bits(first, other, count, draws)
    tested = judged(tested)
    others = [untested(score(key)) for key in keys if key[:2] in headlines and key != headlines[key[:2]]]
    return Comparison(
        first=first.name,
        other=other.name,
        verdict=verdict(tested),
        changes=changes(first, other),
        tested=tested,
        others=others,
        flips=flips({where: (sets[where], key[2]) for where, key in headlines.items()}),
        costs=costs(first, other),
        notes=[
            *(note for group in (first, other) for note in _within(group)),
            *_notes(sets, {key for found in rows for key in found} - set(keys)),
        ],
        runs=(len(first.sides), len(other.sides)),
        draws=asdict(draws),
    )


def render(comparison: Comparison, form: str) -> str:
    """As `md`, `html` or `json`."""
    if form == "json":
        return json.dumps(asdict(comparison), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    blocks = page(comparison)
    title = f"{comparison.first} and {comparison.other}"
    return to_html(title, blocks) if form == "html" else to_markdown(blocks)


def write(comparison: Comparison, folder: Path) -> list[Path]:
    """Write all forms to a folder; returns the files."""
    paths = [folder / f"comparison.{form}" for form in ("md", "html", "json")]
    for path in paths:
        write_text(path, render(comparison, path.suffix[1:]))
    return paths


def _within(group: Group) -> list[str]:
    """What the runs of a group differ in, beside their seeds."""
    names = {key for side in group.sides[1:] for key in _differing(group.sides[0], side) if is_beside(key)}
    if not names:
        return []
    return [f"The runs of {group.name} differ in {', '.join(sorted(names))}, which changes no score compared here."]


def _partly(common: Common) -> str:
    return "only one side has" if len(common.first) == len(common.other) == 1 else "not every run has"


def _notes(sets: Mapping[tuple[str, str], Common], single: set[tuple[str, str, str]]) -> list[str]:
    """What the comparison leaves out."""
    notes = [
        f"{dataset}/{test_set}: {common.left_out} answers left out, because {_partly(common)} the example; "
        f"{len(common)} compared."
        for (dataset, test_set), common in sets.items()
        if common.left_out
    ]
    more = len(notes) - LEFT_OUT
    notes = notes[:LEFT_OUT] + ([f"The same on {more} more test sets."] if more > 0 else [])
    names = sorted({f"{dataset}/{test_set}" for dataset, test_set, _ in single if (dataset, test_set) not in sets})
    return notes + ([f"Only one side has {', '.join(names)}."] if names else [])
