"""
The report's plots, as SVG that is the same for the same numbers.

Text stays text (the reader's fonts draw it, Chinese included), ids come from a fixed salt, no date is written.
"""

import io
import itertools
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from llmpipe.config import BestBy
from llmpipe.pages import numbers
from llmpipe.pages.blocks import Figure
from llmpipe.pages.results import BASE, BITS, LSTM, NGRAM, TEXT, TUNED, Results
from llmpipe.records import Score

MODEL_COLOUR = "#1f5fbf"
BASELINE_COLOUR = "#8a919c"
SET_COLOURS = ("#1f5fbf", "#d9822b", "#2f8f5b", "#a04bb0", "#b23a48")
COLOURS = ("#1f5fbf", "#d9822b", "#2f8f5b", "#a04bb0", "#b23a48", "#0f8b99", "#8c6d1f", "#5b6472", "#d05ca3", "#3f4fa3")
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "llmpipe",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a919c",
    "axes.labelcolor": "#3c434d",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.color": "#e3e6eb",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.color": "#3c434d",
    "ytick.color": "#3c434d",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}
OTHER_MEASURES = set(get_args(BestBy)) - {"exact_match"}  # of valid, which are no shares of answers exactly right
MOST_LABELS = 24  # classes of a confusion matrix that is drawn
MOST_BARS = 20
CLEANING = "cleaning"  # names of figures that two pages show
CONFUSION = "confusion_"  # then a data set


def curves(results: Results) -> Figure:
    """Loss against steps while pretraining and fine-tuning, and validation of each task."""
    tasks = {
        name: points
        for name, points in results.curves["finetune"].items()
        if name.startswith("valid_") and name.removeprefix("valid_") not in OTHER_MEASURES
    }
    with mpl.rc_context(STYLE):
        canvas, axes = _canvas(1, 3 if tasks else 2, 10.4, 3.5)
        for axis, stage, title in ((axes[0], "pretrain", "Pretraining"), (axes[1], "finetune", "Fine-tuning")):
            for name, label, colour, width in (
                ("loss", "train", "#9db8e0", 1.0),
                ("valid_loss", "valid", MODEL_COLOUR, 1.8),
            ):
                points = results.curves[stage].get(name, [])
                marker = "o" if len(points) < 40 and name == "valid_loss" else ""
                axis.plot(*_xy(points), color=colour, linewidth=width, label=label, marker=marker, markersize=3)
            axis.set(title=title, xlabel="step", ylabel="loss (nats a token)")
            axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axis.legend()
        if tasks:
            for index, (name, points) in enumerate(sorted(tasks.items())):
                mean = name == "valid_exact_match"
                label = "mean" if mean else name.removeprefix("valid_")
                colour = "#1b1f26" if mean else COLOURS[index % len(COLOURS)]
                axes[2].plot(*_xy(points), color=colour, linewidth=2.2 if mean else 1.2, label=label)
            axes[2].set(title="Answers exactly right on valid", xlabel="step", ylabel="share", ylim=(-0.02, 1.02))
            axes[2].xaxis.set_major_locator(MaxNLocator(4, integer=True))
            axes[2].legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(1.0, 1.02), borderaxespad=0.3)
        return _figure(canvas, "curves", "Loss while training, on training batches and on the valid split.")


def scores(results: Results) -> Figure:
    """Headline score of each data set and test set with its interval, over the best baseline."""
    datasets, sets = results.datasets, results.test_sets
    with mpl.rc_context(STYLE):
        canvas, (axis,) = _canvas(1, 1, 8.6, 0.9 + 0.2 * len(datasets) * (len(sets) + 0.8))
        offsets = (np.arange(len(sets)) - (len(sets) - 1) / 2) * 0.24
        for row, dataset in enumerate(datasets):
            metric = results.metrics_of(dataset)[0]
            for index, test_set in enumerate(sets):
                best = results.best_baseline(dataset, test_set, metric)
                if best is not None:
                    axis.plot(
                        _share(best.score, best.score.value),
                        row + offsets[index],
                        "|",
                        color=BASELINE_COLOUR,
                        markersize=9,
                        markeredgewidth=2,
                    )
                _dot(
                    axis,
                    results.find(TUNED, dataset, test_set, metric),
                    row + offsets[index],
                    SET_COLOURS[index % len(SET_COLOURS)],
                )
        for index, test_set in enumerate(sets):
            axis.plot([], [], "o", color=SET_COLOURS[index % len(SET_COLOURS)], markersize=5, label=test_set)
        axis.plot([], [], "|", color=BASELINE_COLOUR, markersize=9, markeredgewidth=2, label="best baseline")
        axis.set(xlim=(-0.02, 1.02), xlabel="share of the best possible score")
        axis.set_yticks(
            range(len(datasets)), [f"{name}\n{numbers.name(results.metrics_of(name)[0])}" for name in datasets]
        )
        axis.set_ylim(len(datasets) - 0.45, -0.55)
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return _figure(
            canvas,
            "scores",
            "Headline score of the tuned model with its 95 % interval (BLEU over 100), and the best baseline.",
        )


def bits(results: Results) -> Figure:
    """Bits per byte by language and model."""
    colours = {NGRAM: BASELINE_COLOUR, LSTM: "#2f8f5b", BASE: MODEL_COLOUR, TUNED: "#d9822b"}
    models = [name for name in colours if name in results.models_of(TEXT)]
    with mpl.rc_context(STYLE):
        canvas, (axis,) = _canvas(1, 1, 8.6, 0.9 + 0.2 * len(results.languages) * (len(models) + 0.8))
        offsets = (np.arange(len(models)) - (len(models) - 1) / 2) * 0.22
        for row, language in enumerate(results.languages):
            for index, model in enumerate(models):
                score = results.find(model, TEXT, language, BITS)
                if score is not None:
                    _span(axis, score.value, score.low, score.high, row + offsets[index], colours[model])
        for model in models:
            axis.plot([], [], "o", color=colours[model], markersize=5, label=model)
        axis.set(xlabel="bits per byte of test text (fewer is better)", xlim=(0, None))
        axis.set_yticks(range(len(results.languages)), results.languages)
        axis.set_ylim(len(results.languages) - 0.45, -0.55)
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return _figure(canvas, "bits_per_byte", "Bits per byte of the test documents with 95 % intervals.")


def lengths(results: Results) -> Figure:
    """Characters of hypotheses and references: median, and the range from the 10th to the 90th percentile."""
    datasets = results.datasets
    with mpl.rc_context(STYLE):
        canvas, (axis,) = _canvas(1, 1, 8.6, 1.0 + 0.42 * len(datasets))
        for row, dataset in enumerate(datasets):
            found = [
                prediction
                for (name, _), predictions in results.predictions.items()
                if name == dataset
                for prediction in predictions
            ]
            if found:
                for values, y, colour in (
                    ([len(prediction.references[0]) for prediction in found], row - 0.13, BASELINE_COLOUR),
                    ([len(prediction.hypothesis) for prediction in found], row + 0.13, MODEL_COLOUR),
                ):
                    low, middle, high = np.percentile(values, [10, 50, 90])
                    _span(axis, middle, low, high, y, colour)
        axis.plot([], [], "o", color=BASELINE_COLOUR, markersize=5, label="references")
        axis.plot([], [], "o", color=MODEL_COLOUR, markersize=5, label="hypotheses")
        axis.set(xlabel="characters: median, and 10th to 90th percentile", xlim=(0, None))
        axis.set_yticks(range(len(datasets)), datasets)
        axis.set_ylim(len(datasets) - 0.45, -0.55)
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return _figure(
            canvas,
            "lengths",
            "Lengths of the tuned model's answers beside those of the references, all test sets together.",
        )


def cleaning(results: Results) -> Figure | None:
    """Precision and recall per kind of planted dirt, and documents removed by reason; None when there is neither."""
    cleaned = results.metrics["clean"]
    kinds = {kind: found for kind, found in sorted(cleaned.get("dirt", {}).items()) if kind != "kept"}
    removed = cleaned["removed"]["reasons"]
    ranked = sorted(removed.items(), key=lambda item: (-item[1], item[0]))[:MOST_BARS]
    panels = [name for name, found in (("dirt", kinds), ("removed", ranked)) if found]
    if not panels:
        return None
    with mpl.rc_context(STYLE):
        canvas, axes = _canvas(1, len(panels), 5.2 * len(panels), 1.0 + 0.3 * max(len(kinds), len(ranked)))
        for axis, panel in zip(axes, panels, strict=True):
            if panel == "dirt":
                for row, values in enumerate(kinds.values()):
                    for name, offset, colour in (("precision", -0.13, MODEL_COLOUR), ("recall", 0.13, "#d9822b")):
                        found = values.get(name)
                        if found and found["n"]:
                            _span(axis, found["value"], found["low"], found["high"], row + offset, colour)
                axis.plot([], [], "o", color=MODEL_COLOUR, markersize=5, label="precision")
                axis.plot([], [], "o", color="#d9822b", markersize=5, label="recall")
                axis.set(title="Planted dirt", xlim=(-0.02, 1.02))
                axis.set_yticks(range(len(kinds)), list(kinds))
                axis.set_ylim(len(kinds) - 0.45, -0.55)
                axis.legend(loc="lower left")
            else:
                axis.barh(range(len(ranked)), [number for _, number in ranked], color=BASELINE_COLOUR, height=0.62)
                axis.set(title="Documents removed, by reason")
                axis.set_yticks(range(len(ranked)), [reason for reason, _ in ranked])
                axis.set_ylim(len(ranked) - 0.45, -0.55)
                axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        return _figure(
            canvas,
            CLEANING,
            "Precision and recall of cleaning against the ledger (95 % intervals), and what was removed and why.",
        )


def waterfall(raw: int, removed: Sequence[tuple[str, int]]) -> Figure:
    """
    Documents left after each reason.

    Args:
        raw: Documents read.
        removed: Reason and documents that it took, in the order of the bars; beyond `MOST_BARS` they are one bar.
    """
    steps = list(removed[:MOST_BARS])
    if len(removed) > MOST_BARS:
        steps.append((f"{len(removed) - MOST_BARS} others", sum(count for _, count in removed[MOST_BARS:])))
    left = raw
    with mpl.rc_context(STYLE):
        canvas, [axis] = _canvas(1, 1, 7.2, 1.0 + 0.3 * (len(steps) + 2))
        axis.barh(0, raw, color=MODEL_COLOUR, height=0.62)
        for row, (_, count) in enumerate(steps, 1):
            left -= count
            axis.barh(row, count, left=left, color=BASELINE_COLOUR, height=0.62)
        axis.barh(len(steps) + 1, left, color=MODEL_COLOUR, height=0.62)
        labels = ["read", *(f"{reason} -{count:,}" for reason, count in steps), f"kept {left:,}"]
        axis.set_yticks(range(len(labels)), labels)
        axis.set_ylim(len(labels) - 0.45, -0.55)
        axis.set_xlim(min(left, raw) * 0.9 if steps else 0, raw * 1.01)
        axis.set_xlabel("documents (the axis does not begin at zero)" if steps else "documents")
        axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        return _figure(canvas, "waterfall", "Documents left after each reason of cleaning, the commonest first.")


def document_lengths(lengths: Mapping[str, Sequence[int]]) -> Figure:
    """
    How long documents are, before and after cleaning.

    Args:
        lengths: "raw" and each split -> documents of up to 16, 32, 64, ... characters, the last of more.
    """
    with mpl.rc_context(STYLE):
        canvas, [axis] = _canvas(1, 1, 7.2, 3.0)
        for (name, counts), colour in zip(lengths.items(), SET_COLOURS, strict=False):
            total = max(1, sum(counts))
            axis.plot([16 * 2**place for place in range(len(counts))], [n / total for n in counts], ".-",
                      color=colour, label=f"{name} ({total:,})")  # fmt: skip
        axis.set_xscale("log", base=2)
        axis.set(xlabel="characters, up to", ylabel="share of documents")
        axis.legend(loc="upper right")
        return _figure(canvas, "document_lengths", "Lengths of documents before cleaning and in each split.")


def confusion(results: Results, dataset: str) -> Figure | None:
    """Confusion matrices of a data set, one a test set; None when there are too many classes to read."""
    found = sorted(results.confusion.get(dataset, {}).items())
    sizes = [len(matrix["labels"]) for _, matrix in found]
    if not found or max(sizes) > MOST_LABELS:
        return None
    side = min(3.4, 0.9 + 0.2 * max(sizes))
    with mpl.rc_context(STYLE | {"axes.grid": False, "font.size": 8}):
        canvas, axes = _canvas(1, len(found), 1.6 + (side + 0.2) * len(found), side + 1.3)
        for index, (axis, (test_set, confusion)) in enumerate(zip(axes, found, strict=True)):
            matrix = np.asarray(confusion["matrix"], float)
            totals = matrix.sum(axis=1, keepdims=True)
            shares = np.divide(matrix, totals, out=np.zeros_like(matrix), where=totals > 0)
            for i, j in zip(*np.nonzero(shares), strict=True):  # rectangles: an image would be a PNG inside the SVG
                axis.add_patch(
                    Rectangle((j - 0.5, i - 0.5), 1, 1, color=mpl.colormaps["Blues"](shares[i, j]), linewidth=0)
                )
            axis.set(aspect="equal", xlim=(-0.5, len(shares) - 0.5), ylim=(len(shares) - 0.5, -0.5))
            labels = confusion["labels"]
            axis.set_title(test_set)
            axis.set_xticks(range(len(labels)), labels, rotation=90)
            axis.set_yticks(range(len(labels)), labels if index == 0 or labels != found[0][1]["labels"] else [])
            axis.tick_params(length=0)
        axes[0].set_ylabel("correct label")
        axes[0].set_xlabel("answered")
        return _figure(
            canvas,
            f"{CONFUSION}{dataset}",
            f"Confusion of {dataset}: share of each correct label's examples, by answer.",
        )


def transfer(results: Results, arms: Sequence[str], test_set: str) -> Figure:
    """Headline score against labelled examples on one test set: a panel a data set, a line an arm, a dot a seed."""
    rows = [row for row in results.transfer if row.test_set == test_set]
    datasets, labels = list(dict.fromkeys(row.dataset for row in rows)), sorted({row.labels for row in rows})
    columns = min(4, len(datasets))
    lines = -(-len(datasets) // columns)
    with mpl.rc_context(STYLE):
        canvas, axes = _canvas(lines, columns, 2.6 * columns, 0.4 + 2.1 * lines)
        for axis in axes[len(datasets) :]:
            axis.set_axis_off()
        for axis, dataset in zip(axes, datasets, strict=False):
            for index, arm in enumerate(arms):
                here = [row for row in rows if (row.dataset, row.arm) == (dataset, arm)]
                means = [np.mean([_share(r.score, r.score.value) for r in here if r.labels == n]) for n in labels]
                axis.plot(labels, means, color=SET_COLOURS[index], linewidth=1.4)
                for row in here:
                    at = row.labels * 1.06 ** (index - (len(arms) - 1) / 2)  # beside each other
                    low, value, high = (
                        _share(row.score, number) for number in (row.score.low, row.score.value, row.score.high)
                    )
                    axis.plot([at, at], [low, high], color=SET_COLOURS[index], linewidth=1.4)
                    axis.plot(at, value, "o", color=SET_COLOURS[index], markersize=4)
            metric = next(row.score.name for row in rows if row.dataset == dataset)
            axis.set(title=dataset, xscale="log", ylim=(-0.03, 1.03), ylabel=numbers.name(metric))
            axis.set_xticks(labels, [f"{number:,}" for number in labels])
            axis.minorticks_off()
        for index, arm in enumerate(arms):
            axes[0].plot([], [], "o-", color=SET_COLOURS[index], markersize=4, label=arm)
        canvas.legend(loc="outside upper center", ncols=len(arms))
        canvas.supxlabel("labelled examples a data set", fontsize=9.5)
        return _figure(
            canvas,
            f"transfer_{test_set}",
            f"{test_set}: headline score (BLEU over 100) with its 95 % interval against labelled examples, with "
            "pretraining and without, at equal training time.",
        )


def intervals(name: str, caption: str, label: str, rows: Sequence[tuple[str, float, float, float]]) -> Figure:
    """
    Values with their intervals, a line each, and a line at zero.

    Args:
        name: Of the figure.
        caption: Its caption.
        label: Of the axis.
        rows: Name, value, low, high, from the top down.
    """
    with mpl.rc_context(STYLE):
        canvas, [axis] = _canvas(1, 1, 7.2, 0.8 + 0.26 * len(rows))
        axis.axvline(0, color=BASELINE_COLOUR, linewidth=1)
        for y, (_, value, low, high) in enumerate(rows):
            _span(axis, value, low, high, y, MODEL_COLOUR)
        axis.set_yticks(range(len(rows)), [row[0] for row in rows])
        axis.set_ylim(len(rows) - 0.5, -0.5)
        axis.set_xlabel(label)
        return _figure(canvas, name, caption)


def learning_curve(label: str, axis_name: str, curves: Mapping[str, Mapping[str, Any]]) -> Figure:
    """
    Means over seeds against an amount, and the power law that was fitted.

    Args:
        label: Of the values.
        axis_name: Of the amounts.
        curves: Line -> {"points": [{"size", "mean", "low", "high"}], "fit": {"a", "b", "c", "size"} or None}.
    """
    with mpl.rc_context(STYLE):
        canvas, [axis] = _canvas(1, 1, 7.2, 3.6)
        for (line, curve), colour in zip(curves.items(), itertools.cycle(COLOURS), strict=False):
            points, fit = curve["points"], curve["fit"]
            for point in points:
                axis.plot([point["size"]] * 2, [point.get("low", point["mean"]), point.get("high", point["mean"])],
                          color=colour)  # fmt: skip
            sizes, style = [point["size"] for point in points], "o" if fit else "o-"
            axis.plot(sizes, [point["mean"] for point in points], style, color=colour, label=line or None)
            if fit:
                x = np.geomspace(min(sizes), fit["size"], 100)
                axis.plot(x, fit["a"] + fit["b"] * x ** -fit["c"], "--", color=colour, linewidth=1.2)
        axis.set(xscale="log", xlabel=axis_name, ylabel=label)
        if any(curves):
            axis.legend()
        caption = f"{label} against {axis_name}: means over seeds with their 95 % intervals; dashed: the fitted law."
        return _figure(canvas, "curve", caption)


def progress(label: str, tried: Sequence[tuple[float, float]]) -> Figure:
    """
    How a search went.

    Args:
        label: Of the values.
        tried: Value of each configuration, and the best so far, in the order of the search.
    """
    with mpl.rc_context(STYLE):
        canvas, [axis] = _canvas(1, 1, 7.2, 3.0)
        numbers = range(1, len(tried) + 1)
        axis.plot(numbers, [value for value, _ in tried], "o", color=COLOURS[0], label="each")
        axis.step(numbers, [best for _, best in tried], where="post", color=COLOURS[1], label="best so far")
        axis.set(xlabel="configurations tried", ylabel=label)
        axis.legend()
        return _figure(canvas, "search", f"{label} of each configuration, and the best so far.")


# --- parts ------------------------------------------------------------------------------------------


def _canvas(rows: int, columns: int, width: float, height: float) -> tuple[Canvas, Sequence[Axes]]:
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, list(np.atleast_1d(canvas.subplots(rows, columns)).ravel())


def _xy(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [step for step, _ in points], [value for _, value in points]


def _share(score: Score, value: float) -> float:
    """A value as a share of the metric's best one: BLEU and chrF go to 100."""
    return value / 100 if score.unit == "points" else value


def _dot(axis: Axes, score: Score | None, y: float, colour: str) -> None:
    if score is not None:
        value, low, high = (_share(score, number) for number in (score.value, score.low, score.high))
        _span(axis, value, low, high, y, colour)


def _span(axis: Axes, value: float, low: float, high: float, y: float, colour: str) -> None:
    """A dot with its interval."""
    axis.plot([low, high], [y, y], color=colour, linewidth=1.8, solid_capstyle="round")
    axis.plot(value, y, "o", color=colour, markersize=5)


def _figure(canvas: Canvas, name: str, caption: str) -> Figure:
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")  # only the width of such a label is unknown
        canvas.savefig(
            stream, format="svg", bbox_inches="tight", pad_inches=0.06, metadata={"Date": None, "Creator": None}
        )
    text = stream.getvalue()
    return Figure(name, caption, re.sub(r"\s+\n", "\n", text[text.index("<svg") :]).strip())
