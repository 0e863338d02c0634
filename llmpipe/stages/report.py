"""report: metrics, curves and scores -> data/report/, and the row of this result in MLflow."""

from collections.abc import Mapping, Sequence
from typing import Any

from llmpipe import tracking
from llmpipe.config import PIPELINE_SECTIONS, Params, flatten
from llmpipe.corpus.statistics import describe
from llmpipe.files import Layout, atomic_directory, write_json, write_text
from llmpipe.metrics import slices
from llmpipe.metrics.statistics import holm
from llmpipe.pages import conclusions, content, errors, sheets
from llmpipe.pages.blocks import Block, Figure, to_html, to_markdown
from llmpipe.pages.card import card
from llmpipe.pages.plots import CLEANING, CONFUSION
from llmpipe.pages.results import BITS, OVERALL, TEXT, TUNED, Results, load
from llmpipe.pages.summary import summarize
from llmpipe.progress import Reporter

ARTIFACTS = (  # pages, tables that MLflow shows as such, and a folder of images
    *("report.md", "report.html", "conclusions.md", "conclusions.html", "errors.html", "data.md"),
    *("scores.csv", "slices.csv", "plots"),
)
CHOSEN_PARAMS = (
    "pretrain.steps",
    "pretrain.optimizer.learning_rate",
    "finetune.steps",
    "model.model_dim",
    "model.num_layers",
)


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Write the report, say the result, and publish its row."""
    results = load(data)
    blocks = content.report(params, results)
    facts = describe(data.raw, data.clean)
    concluded = conclusions.conclude(results, holm)
    with atomic_directory(out.report) as folder:
        write_text(folder / "report.md", to_markdown(blocks))
        write_text(folder / "report.html", to_html(params.report.title, blocks))
        tested = conclusions.page(concluded)
        write_text(folder / "conclusions.md", to_markdown(tested))
        write_text(folder / "conclusions.html", to_html("The article's conclusions, tested", tested))
        write_json(folder / "conclusions.json", conclusions.as_json(concluded))
        answers = errors.all_answers(data, results, params.finetune.train_per_dataset)
        sliced = errors.slices(results, answers, slices.score)
        write_text(folder / "errors.html", errors.page(results, answers, sliced, drawn(blocks, CONFUSION)))
        write_text(folder / "slices.csv", sheets.to_csv(errors.rows(sliced)))
        write_text(folder / "scores.csv", sheets.to_csv(sheets.scores(results)))
        data_card = card(params, results, facts, drawn(blocks, CLEANING))
        write_text(folder / "data.md", to_markdown(data_card))
        for block in [*blocks, *data_card]:
            if isinstance(block, Figure):
                write_text(folder / "plots" / f"{block.name}.svg", block.svg + "\n")
    write_json(out.metrics("report"), results.metrics["evaluate"].get(OVERALL, {}))
    reporter.say(summarize(results))
    reporter.say(f"the article's conclusions: {conclusions.summary(concluded)}")
    reporter.say(f"report: {out.report / 'report.html'}")
    tracking.publish(row(params, results, facts, out), data)


def drawn(blocks: Sequence[Block], name: str) -> list[Figure]:
    """The figures of a page whose names begin so, to be shown on another one, too."""
    return [block for block in blocks if isinstance(block, Figure) and block.name.startswith(name)]


def row(params: Params, results: Results, facts: Mapping[str, Any], out: Layout) -> tracking.Row:
    """What MLflow shows of this result."""
    headline = [
        f"metrics.eval/{dataset}.{test_set}.{metric}" for dataset, test_set, metric in content.headline_names(results)
    ]
    first_set = [name for name in headline if f".{results.test_sets[0]}." in name] if results.test_sets else []
    others = [f"metrics.eval/{BITS}.pretrained", *(f"params.{name}" for name in CHOSEN_PARAMS)]
    lines = [f"- {line}" for line in (*content.trained(params, results), *content.verdicts(results))]
    return tracking.Row(
        params={name: getattr(params, name).model_dump(mode="json") for name in PIPELINE_SECTIONS},
        metrics=metrics(results) | {f"data/card.{name}": value for name, value in _numbers(_told(facts)).items()},
        curves={
            f"curve/{stage}.{name}": points
            for stage, curve in results.curves.items()
            for name, points in curve.items()
            if name != "tokens"
        },
        columns=["tags.changed", *first_set, *others],
        sort=headline[0] if headline else "",
        description="\n".join(
            [
                *lines,
                "",
                "The whole report is under Artifacts: `report.html`; the article's conclusions: `conclusions.html`.",
            ]
        ),
        artifacts=[out.report / name for name in ARTIFACTS],
    )


def metrics(results: Results) -> dict[str, float]:
    """Values by name; the prefix before "/" groups them in MLflow's charts."""
    found = {f"eval/{row.dataset}.{row.test_set}.{row.score.name}": row.score.value for row in results.answers}
    found |= {
        f"eval/{OVERALL}.{r.test_set}.{r.score.name}": r.score.value
        for r in results.rows
        if (r.model, r.dataset) == (TUNED, OVERALL)
    }
    for score in (item for item in results.rows if item.dataset == TEXT and item.score.name == BITS):
        suffix = "" if score.test_set == OVERALL else f".{score.test_set}"
        found[f"eval/{BITS}.{score.model}{suffix}"] = score.score.value
    for stage in ("ingest", "clean", "tokenizer", "encode"):
        found |= {f"data/{stage}.{name}": value for name, value in _numbers(results.metrics[stage]).items()}
    for stage in ("pretrain", "finetune"):
        found |= {f"{stage}/{name}": value for name, value in _numbers(results.metrics[stage]).items()}
    return found


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("diversity", "divergence")}


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """Numeric leaves by dotted name; of a share its value only, of dirt not the variants."""
    found = {name.removesuffix(".value"): value for name, value in flatten(values).items() if _is_told(name)}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _is_told(name: str) -> bool:
    parts = name.split(".")
    return "variants" not in parts and parts[-1] not in ("low", "high", "n")
