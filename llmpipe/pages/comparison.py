"""Two results side by side: what changed, by how much, what the test allows to say, and which answers flipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmpipe.pages import numbers
from llmpipe.pages.blocks import Block, Heading, Items, Table, Text
from llmpipe.records import Score

LEVEL = 0.05
LONGEST = 200  # characters of a text that is shown
SHOWN_CHANGES = 40
BETTER, WORSE, OPEN, INCOMPARABLE = "better", "worse", "open", "not comparable"


@dataclass(frozen=True)
class Change:
    """A parameter, a digest of data or of code that differs; "" where one side has none."""

    kind: str
    name: str
    first: str
    other: str


@dataclass(frozen=True)
class Compared:
    """
    One score on the examples that both have.

    Args:
        dataset: Of the score.
        test_set: Of the score.
        metric: Of the score.
        unit: Of the score.
        n: Examples that both answered.
        first: Score of A on them.
        other: Score of B.
        difference: B minus A.
        low: Lower end of its 95 % interval.
        high: Upper end.
        p: Of the test, null when the metric is not the headline one: it is not tested.
        p_holm: P corrected for all tests of the comparison.
        detectable: Smallest difference that the test would have found with a chance of 80 %.
        test: Its name.
        verdict: "better", "worse", "open", or "not comparable" when both were computed differently; of B.
        first_sd: Standard deviation of A's score over its seeds; null of a single run.
        other_sd: The same of B.
        p_examples: Of groups, p when only examples could vary; not corrected.
        equal: Whether all runs score the same on every example.
        in_seed_noise: Whether the difference would be called one if only examples could vary, and is open with seeds.
    """

    dataset: str
    test_set: str
    metric: str
    unit: str
    n: int
    first: float
    other: float
    difference: float
    low: float
    high: float
    p: float | None = None
    p_holm: float | None = None
    detectable: float | None = None
    test: str = ""
    verdict: str = OPEN
    first_sd: float | None = None
    other_sd: float | None = None
    p_examples: float | None = None
    equal: bool = False
    in_seed_noise: bool = False


@dataclass(frozen=True)
class Flip:
    """An example that the two answered with different scores; positive `gain` when B's is better."""

    dataset: str
    test_set: str
    id: str
    metric: str
    gain: float
    prompt: str
    reference: str
    first: str
    other: str


@dataclass(frozen=True)
class Comparison:
    """
    All of it; `tested` holds one row a test set, `others` the metrics that are shown but not tested.

    `costs` is stage -> measure -> (A's, B's), `notes` says what was left out, `runs` how many each side has, `draws`
    which random draws intervals and tests are from.
    """

    first: str
    other: str
    verdict: str
    changes: Sequence[Change]
    tested: Sequence[Compared]
    others: Sequence[Compared]
    flips: Sequence[Flip]
    costs: Mapping[str, Mapping[str, tuple[float, float]]]
    notes: Sequence[str]
    runs: tuple[int, int] = (1, 1)
    draws: Mapping[str, int] = field(default_factory=dict)

    @property
    def has_seeds(self) -> bool:
        """Whether a side has several runs."""
        return max(self.runs) > 1


def verdict(rows: Sequence[Compared]) -> str:
    """One sentence on B for all rows, no stronger than their tests."""
    counts = {kind: sum(row.verdict == kind for row in rows) for kind in (BETTER, WORSE, OPEN, INCOMPARABLE)}
    better, worse, total = counts[BETTER], counts[WORSE], len(rows) - counts[INCOMPARABLE]
    if not total:
        return "B and A cannot be compared."
    if not better and not worse:
        return f"No difference shown: B is not shown to be better or worse than A on any of {total} rows.{_noise(rows)}"
    opening = "Mixed" if better and worse else "Better, none shown worse" if better else "Worse, none shown better"
    counts_in_words = f"B is better on {better}, worse on {worse}, not shown to differ on the rest"
    return f"{opening}: of {total} rows, {counts_in_words}.{_noise(rows)}"


def _noise(rows: Sequence[Compared]) -> str:
    """What single runs would have been called, and seeds explain."""
    count = sum(row.in_seed_noise for row in rows)
    if not count:
        return ""
    which = "One difference is" if count == 1 else f"{count} differences are"
    return f" {which} within the noise of seeds: the examples alone would show it, other seeds may not."


def words(row: Compared) -> str:
    """The verdict on B in one row."""
    if row.verdict in (BETTER, WORSE):
        return f"**{row.verdict}**"
    if row.verdict == INCOMPARABLE:
        return "not comparable: computed in different ways"
    if row.equal:
        return "no difference: the same score on every example"
    if row.in_seed_noise:
        return "within the noise of seeds"
    least = "" if row.detectable is None else f" (could have found ≥ {_number(row.detectable, row.unit)})"
    return f"no difference shown{least}"


def page(comparison: Comparison) -> list[Block]:
    """The comparison as blocks."""
    notes: list[Block] = [Items(list(comparison.notes))] if comparison.notes else []
    seeds = comparison.has_seeds
    more: list[Block] = [Heading(2, "Other metrics"), _table(comparison.others, tested=False, seeds=seeds)]
    return [
        Heading(1, "Comparison"),
        Text(f"A: `{comparison.first}`. B: `{comparison.other}`. Differences are B minus A."),
        Text(f"**{comparison.verdict}**"),
        *notes,
        Heading(2, "Scores"),
        _table(comparison.tested, tested=True, seeds=seeds),
        Text(
            f"Intervals are 95 %, {_made(comparison)} p is corrected for all rows (Holm); below "
            f"{LEVEL:g} is better or worse. What could have been found: the smallest true difference that the test "
            "finds four times of five, at the strictest level that the correction may ask for."
        ),
        *(more if comparison.others else []),
        Heading(2, "What changed"),
        *_changes(comparison.changes),
        Heading(2, "Cost"),
        _costs(comparison.costs),
        Heading(2, "Answers that flipped"),
        *_flips(comparison.flips),
    ]


def cut(text: str) -> str:
    """A text of sensible length that is no markup."""
    plain = text.replace("`", "'").replace("**", "*") or "(nothing)"
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + "…"


def _made(comparison: Comparison) -> str:
    """How intervals came about."""
    if not comparison.has_seeds:
        return "from a paired bootstrap."
    ours, theirs = comparison.runs
    return (
        f"from the spread over seeds ({ours} of A, {theirs} of B) and a bootstrap over examples (Student's t and "
        "normal half-widths, added in squares). Scores are means over seeds, ± their standard deviations. Within the "
        "noise of seeds: a difference that would be called one if only the examples could have been others."
    )


def _table(rows: Sequence[Compared], tested: bool, seeds: bool) -> Table:
    header = ["data set", "test set", "metric", "n", "A", "B", "B − A"]
    cells = [
        [
            row.dataset,
            row.test_set,
            numbers.name(row.metric),
            f"{row.n:,}",
            _spread(row.first, row.first_sd, row.unit, seeds),
            _spread(row.other, row.other_sd, row.unit, seeds),
            numbers.interval(Score("", row.difference, row.low, row.high, row.unit, "", row.n)),
        ]
        for row in rows
    ]
    if not tested:
        return Table(header, cells)
    return Table([*header, "p", "B is"], [[*cell, _p(row), words(row)] for cell, row in zip(cells, rows, strict=True)])


def _changes(changes: Sequence[Change]) -> list[Block]:
    if not changes:
        return [Text("Nothing that is known: the same parameters, data and code, or no dvc.lock to tell.")]
    rows = [[change.kind, change.name, cut(change.first or "–"), cut(change.other or "–")] for change in changes]
    more = len(rows) - SHOWN_CHANGES
    note = [Text(f"And {more} more; `--format json` has all.")] if more > 0 else []
    return [Table(["what", "name", "A", "B"], rows[:SHOWN_CHANGES]), *note]


def _costs(costs: Mapping[str, Mapping[str, tuple[float, float]]]) -> Block:
    if not costs:
        return Text("Not known: MLflow has no run of both that made these outputs.")
    names = {
        "seconds": "time (s)",
        "tokens": "tokens",
        "energy_wh": "energy (Wh)",
        "energy_estimate_wh": "energy (Wh, 10 W a busy core assumed)",
    }
    digits = {"seconds": 1, "tokens": 0, "energy_wh": 1, "energy_estimate_wh": 2}
    rows = [
        [
            stage,
            names[measure],
            f"{first:,.{digits[measure]}f}",
            f"{other:,.{digits[measure]}f}",
            f"{other - first:+,.{digits[measure]}f}".replace("-", "−"),
        ]
        for stage, measures in costs.items()
        for measure, (first, other) in measures.items()
    ]
    return Table(["stage", "measure", "A", "B", "B − A"], rows)


def _flips(flips: Sequence[Flip]) -> list[Block]:
    if not flips:
        return [Text("None: every example has the same score in both.")]
    blocks: list[Block] = []
    for dataset in dict.fromkeys(flip.dataset for flip in flips):
        for title, sign in (("better in B", 1), ("worse in B", -1)):
            chosen = [flip for flip in flips if flip.dataset == dataset and flip.gain * sign > 0]
            if chosen:
                header = ["test set", "id", "prompt", "reference", "A said", "B said", numbers.name(chosen[0].metric)]
                blocks += [Heading(3, f"{dataset}: {title}"), Table(header, [_flip(flip) for flip in chosen])]
    return blocks


def _flip(flip: Flip) -> list[str]:
    texts = [cut(text) for text in (flip.prompt, flip.reference, flip.first, flip.other)]
    return [flip.test_set, f"`{flip.id}`", *texts, f"{flip.gain:+.2f}".replace("-", "−")]


def _spread(value: float, sd: float | None, unit: str, seeds: bool) -> str:
    return f"{_number(value, unit)} ± {'?' if sd is None else _number(sd, unit)}" if seeds else _number(value, unit)


def _number(value: float, unit: str) -> str:
    return f"{value:.{numbers.DIGITS.get(unit, 3)}f}"


def _p(row: Compared) -> str:
    if row.p_holm is None:
        return "–"
    return f"{row.p_holm:.3f}" if row.p_holm >= 0.001 else "< 0.001"
