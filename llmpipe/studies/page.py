"""A study as a page: what it found first, then the tables behind it."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmpipe.pages import numbers, plots
from llmpipe.pages.blocks import Block, Heading, Items, Table, Text
from llmpipe.studies.cells import short

SIGNIFICANT = 0.05
Result = Mapping[str, Any]


def page(result: Result, failed: Mapping[str, str]) -> list[Block]:
    """
    All of it.

    Args:
        result: What `analysis.analyse` gives.
        failed: Error by name of each cell that failed.
    """
    study = result["study"]
    return [
        Heading(1, f"Study {study['name']}"),
        *([Text(study["question"])] if study["question"] else []),
        Items(findings(result)),
        Heading(2, "Configurations"),
        *configurations(result),
        Heading(2, "Effects"),
        *effects(result),
        *([Heading(2, "Search"), *search(result)] if result["search"] else []),
        *([Heading(2, "The article's conclusion"), *conclusion(result)] if result["article"] else []),
        *([Heading(2, "Learning curve"), *curve(result)] if result["curve"] else []),
        *failures(failed),
        Heading(2, "Limits"),
        Items(limits(result)),
    ]


def failures(failed: Mapping[str, str]) -> list[Block]:
    """The cells that failed, and why."""
    rows = [[name, error] for name, error in failed.items()]
    return [Heading(2, "Failed"), Table(["cell", "error"], rows)] if rows else []


def value(number: float | None) -> str:
    """Four significant digits; a dash for nothing."""
    return "–" if number is None else f"{number:.4g}"


def interval(found: Mapping[str, float]) -> str:
    """`0.681 [0.66, 0.702]`; without an interval only the mean."""
    shown = value(found["mean"])
    return f"{shown} [{value(found['low'])}, {value(found['high'])}]" if "low" in found else shown


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def label(levels: Mapping[str, str]) -> str:
    """`learning_rate 0.003, dropout 0.1`."""
    return ", ".join(f"{short(factor)} {level}" for factor, level in levels.items())


# --- findings ---------------------------------------------------------------------------------------


def findings(result: Result) -> list[str]:
    """The answers in words, none stronger than its test."""
    study, cells = result["study"], result["cells"]
    lines = [f"**Done:** {cells['done']} of {cells['all']} cells; {study['goal']}imum of `{study['optimise']}` sought."]
    if study["only_describes"]:
        lines[0] = f"**Done:** {cells['done']} of {cells['all']} cells; the study describes, it chooses nothing."
    for line in (best(result), strongest(result), article(result)):
        if line:
            lines.append(line)
    return lines


def best(result: Result) -> str:
    """The best configuration, and whether it is shown to differ from the next."""
    found = result["best"]
    if not found:
        return ""
    top = result["configurations"][0]["metrics"][result["study"]["optimise"]]
    text = f"**Best mean:** {label(found['levels'])}: {interval(top)}."
    difference = found.get("difference")
    if difference is None:
        return text
    text += (
        f" Next: {label(found['runner_up'])}; difference {interval(difference)}, paired by {seeds(difference, result)}"
    )
    if "p" not in difference:
        what = "fold" if result["study"]["folds"] else "seed"
        return f"{text}: without a second {what} nothing says whether it is more than chance."
    shown = "the two are shown to differ" if difference["p"] < SIGNIFICANT else "the two are not shown to differ"
    return f"{text} (p {numbers.p_value(difference['p'])}): {shown}."


def seeds(found: Mapping[str, float], result: Result) -> str:
    """`3 seeds`, `1 fold`, `10 folds of 2 seeds`."""
    study = result["study"]
    if study["folds"]:
        number = len(study["seeds"])
        return f"{found['n']} fold{'s' if found['n'] > 1 else ''}" + (f" of {number} seeds" if number > 1 else "")
    return f"{found['n']} seed{'s' if found['n'] > 1 else ''}"


def strongest(result: Result) -> str:
    """Factors that are shown to matter, and those that are not."""
    if not result["effects"]:
        return ""
    terms = result["effects"]["terms"]
    shown = [term for term in terms if terms[term]["p_holm"] < SIGNIFICANT]
    others = [term for term in terms if term not in shown]
    text = f"**Shown to matter** (p < {SIGNIFICANT} after Holm): {names(shown) or 'nothing'}"
    return f"{text}; not shown: {names(others)}." if others else f"{text}."


def article(result: Result) -> str:
    """The verdict on a conclusion of the article."""
    found = result["article"]
    return f"**The article:** {found['conclusion'].lower()}: {found['verdict']}." if found else ""


def names(terms: Sequence[str]) -> str:
    """Terms of the model, in short."""
    return ", ".join(" x ".join(short(factor) for factor in term.split(" x ")) for term in terms)


# --- tables -----------------------------------------------------------------------------------------


def configurations(result: Result) -> list[Block]:
    """A row a configuration, the best first."""
    study = result["study"]
    metrics = list(dict.fromkeys((study["optimise"], *study["describe"])))
    rows = [
        [
            *row["levels"].values(),
            str(row["metrics"][study["optimise"]]["n"]),
            *(
                cell
                for name in metrics
                for cell in (interval(row["metrics"][name]), value(row["metrics"][name].get("sd")))
            ),
        ]
        for row in result["configurations"]
    ]
    header = [short(name) for name in study["factors"]]
    columns = [part for name in metrics for part in (name, "sd")]
    each = " of each seed" if len(study["seeds"]) > 1 else ""
    over = f"the {study['folds']} folds{each}" if study["folds"] else "seeds"
    corrected = (
        " Folds share most of their training examples, so the intervals are wider than those of independent runs: "
        "the variance of a mean of n runs is (1/n + 1/(folds − 1)) s² (Nadeau & Bengio 2003)."
        if study["folds"]
        else ""
    )
    return [
        Text(
            f"Means over {over} with their 95 % t intervals, and standard deviations; sorted by "
            f"`{study['optimise']}`.{corrected}"
        ),
        Table([*header, "runs" if study["folds"] else "seeds", *columns], rows),
    ]


def effects(result: Result) -> list[Block]:
    """Terms of the linear model, and the effect of each level."""
    found = result["effects"]
    if not found and any("low" in factor for factor in result["study"]["factors"].values()):
        return [Text("A factor with a range has no levels to compare; the search tells which factors matter.")]
    if not found:
        return [Text("Too few cells are done for a linear model; more seeds or levels give one.")]
    terms = [
        [names([term]), value(row["variance_ratio"]), numbers.p_value(row["p"]), numbers.p_value(row["p_holm"])]
        for term, row in found["terms"].items()
    ]
    levels = [
        (f"{short(factor)} {level}", row["effect"], row["low"], row["high"])
        for factor, rows in found["levels"].items()
        for level, row in rows.items()
    ]
    metric = result["study"]["optimise"]
    block = "seed"
    if result["study"]["folds"]:
        block = "fold of each seed" if len(result["study"]["seeds"]) > 1 else "fold"
    return [
        Text(
            f"A linear model of `{metric}` with a block for each {block}, {_count(found['degrees'], 'degree')} of "
            f"freedom left and a residual standard deviation of {value(found['residual_sd'])}. An effect is the "
            "deviation from the mean of a factor's levels; p is that of the F test of leaving the term out."
        ),
        Table(["term", "share of variance", "p", "p (Holm)"], terms),
        Table(
            ["level", "effect"],
            [[name, f"{value(effect)} [{value(low)}, {value(high)}]"] for name, effect, low, high in levels],
        ),
        plots.intervals("effects", f"Effects on {metric} with their 95 % intervals.", f"effect on {metric}", levels),
    ]


def conclusion(result: Result) -> list[Block]:
    """The verdict on the conclusion of the article that this study tests, and its evidence."""
    found, study = result["article"], result["study"]
    rows = [
        [
            test["where"],
            f"{value(test['value'])} ± {value(test['error'])}",
            numbers.p_value(test["p_for"]),
            numbers.p_value(test["p_against"]),
            value(test["detectable"]),
        ]
        for test in found["tests"]
    ]
    return [
        Text(f"{found['conclusion']}: **{found['verdict']}**. Tested: {found['condition']}, by `{study['optimise']}`."),
        Table(["", "gain ± standard error", "p for", "p against", "detectable"], rows),
        Text(
            "One-sided t tests over seeds and folds. Supported: every line has p for below 0.05; not supported: some "
            "line has p against, times the number of lines, below 0.05; undecided: neither. Detectable: the true gain "
            "that would be found four times of five."
        ),
    ]


def search(result: Result) -> list[Block]:
    """How the best value grew, and which factors the results depend on."""
    study, found = result["study"], result["search"]
    tried, shares = found["tried"], found["importances"]
    if not tried:
        return [Text("No configuration has all its cells yet.")]
    last = next(number for number, row in enumerate(tried, start=1) if row["best"] == tried[-1]["best"])
    how = "each chosen by the results before it (TPE)" if study["design"] == "optuna" else "drawn at random"
    blocks: list[Block] = [
        Text(f"{len(tried)} configurations in the order in which they were tried, {how}; the best was number {last}."),
        plots.progress(study["optimise"], [(row["value"], row["best"]) for row in tried]),
    ]
    if shares is None:
        why = "Shares of factors need four configurations with different results, and the package optuna."
        return [*blocks, Text(why)]
    rows = [[short(name), f"{share:.2f}"] for name, share in sorted(shares.items(), key=lambda item: -item[1])]
    source = (
        "Which factors the results depend on, as shares that sum to 1 (functional ANOVA of a random forest, Hutter "
        "et al. 2014). No test stands behind them, and a search looks mostly where results are good."
    )
    return [*blocks, Text(source), Table(["factor", "share"], rows)]


def curve(result: Result) -> list[Block]:
    """The learning curve, and the law that was fitted to it."""
    study = result["study"]
    rows = []
    for line, found in result["curve"].items():
        fit = found["fit"]
        if fit:
            exponent = f"{fit['c']:.3g}" + (f" [{fit['c_low']:.3g}, {fit['c_high']:.3g}]" if "c_low" in fit else "")
            ahead = value(fit["value"]) + (f" [{value(fit['low'])}, {value(fit['high'])}]" if "low" in fit else "")
            rows.append([line or "all", exponent, value(fit["a"]), f"{ahead} at {fit['size']:g}"])
    law = (
        [
            Text(
                "Value = a + b · size^-c by least squares; intervals: a bootstrap over seeds, where there are several."
            ),
            Table(["curve", "c", "a (limit)", "expected at twice the largest size"], rows),
        ]
        if rows
        else [Text("A power law has three numbers: with four sizes or more it is fitted.")]
    )
    return [plots.learning_curve(study["optimise"], study["curve"], result["curve"]), *law]


def limits(result: Result) -> list[str]:
    """What the numbers do not say."""
    study = result["study"]
    over = "folds" if study["folds"] else "seeds"
    lines = [
        f"Intervals are over {over}: another corpus, task or size of model may answer differently.",
        "The best of several configurations looks better than it is, the more so the more there are; "
        "a run with a new seed tells what is left.",
    ]
    if study["folds"] and len(study["seeds"]) == 1:
        lines.append(
            "One seed: who is in which fold was dealt once, and each fold was tuned once; another seed deals anew."
        )
    elif not study["folds"] and len(study["seeds"]) < 3:
        lines.append(
            f"{_count(len(study['seeds']), 'seed')}: spread is poorly known or unknown; three to five tell more."
        )
    if study["design"] == "random" and result["effects"]:
        lines.append("A random draw of the grid: some effects share their cells with others.")
    if study["design"] == "optuna":
        lines.append("A search runs most cells where results are good, so the mean over a level says little about it.")
    if study["folds"]:
        lines.append("The folds are of labelled examples; what was pretrained on may name their entities.")
    if study["only_describes"]:
        lines.append("The metric may come from test sets: choosing a configuration by it would spoil them.")
    return lines
