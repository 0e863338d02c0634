"""The report: what it says about known results, and that it is the same for the same results."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser

import fake
import pytest

from llmpipe.corpus.statistics import describe
from llmpipe.errors import DataError
from llmpipe.files import read_json, write_json, write_jsonl, write_text
from llmpipe.pages import content, numbers, plots, results
from llmpipe.pages.abstention import abstention
from llmpipe.pages.blocks import Figure, Heading, Items, Table, Text, to_html, to_markdown
from llmpipe.pages.summary import aligned, summary
from llmpipe.progress import Reporter
from llmpipe.records import Score
from llmpipe.stages import report


@pytest.fixture(autouse=True)
def _untracked(monkeypatch):
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return fake.write_results(tmp_path_factory.mktemp("report") / "data")


@pytest.fixture(scope="module")
def written(data):
    """The written report: Markdown and HTML."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMPIPE_TRACKING", "off")
        report.run(fake.params(), data, data, Reporter())
    return (data.report / "report.md").read_text("utf-8"), (data.report / "report.html").read_text("utf-8")


def change(data, tmp_path, path, edit):
    """Results with one JSON file edited."""
    copy = fake.write_results(tmp_path)
    value = read_json(tmp_path / path)
    write_json(tmp_path / path, edit(value) or value)
    return results.load(copy)


# --- the whole --------------------------------------------------------------------------------------


def test_the_report_is_a_function_of_the_results(data, written, tmp_path):
    """Another folder, another run: the same bytes, so that DVC sees no change; no clock, path or run id."""
    other = fake.write_results(tmp_path / "elsewhere")
    report.run(fake.params(), other, other, Reporter())

    names = sorted(path.relative_to(data.report) for path in data.report.rglob("*"))
    assert names == sorted(path.relative_to(other.report) for path in other.report.rglob("*"))
    for name in names:
        if (data.report / name).is_file():
            assert (data.report / name).read_bytes() == (other.report / name).read_bytes()


def test_the_page_needs_nothing_else(written):
    """No script, style, image or font from elsewhere; it opens without network."""
    loaded = []

    class Loads(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found = dict(attributes)
            link = found.get("src") or found.get("xlink:href") or (found.get("href") if tag != "a" else None)
            if (link and not link.startswith("#")) or tag in ("script", "link", "iframe", "object"):
                loaded.append((tag, link))

    Loads().feed(written[1])
    assert loaded == []
    assert not re.search(r"@import|url\((?!#)", written[1])
    assert written[1].count("<figure") == written[1].count("</svg>") == 6


def test_all_parts_are_there(written):
    headings = re.findall(r"^## (.*)$", written[0], re.MULTILINE)

    assert headings == [
        "Results",
        "The article's table",
        "Language model",
        "Tasks",
        "Classification by scoring labels",
        "Does pretraining help?",
        "Lengths",
        "Training",
        "Data",
        "Samples",
        "How the numbers were computed",
        "Limits",
        "How to get it again",
    ]


def test_the_metrics_of_the_report_are_the_means_over_data_sets(data, written):
    assert read_json(data.metrics("report"))["T1"]["macro_f1"] == pytest.approx(0.8)


def test_plots_of_the_markdown_are_beside_it(data, written):
    for name in re.findall(r"\]\((plots/.*?)\)", written[0]):
        assert (data.report / name).read_text("utf-8").startswith("<svg")


def test_the_result_is_said_on_the_console(data, capsys):
    report.run(fake.params(), data, data, Reporter())
    shown = capsys.readouterr().err

    assert "translation  BLEU" in shown
    assert "90.0 [84.0, 95.0]" in shown
    assert str(data.report / "report.html") in shown
    assert "the article's conclusions: 1 supported, 0 not supported, 6 undecided" in shown


def test_the_articles_conclusions_have_a_page_of_their_own_which_the_row_attaches(data, written):
    row = report.row(fake.params(), results.load(data), describe(data.raw, data.clean), data)
    verdicts = {line["conclusion"]: line["verdict"] for line in read_json(data.report / "conclusions.json")}

    assert verdicts["BLEU is good"] == "supported"
    assert "| BLEU is good | **supported** |" in (data.report / "conclusions.md").read_text("utf-8")
    assert data.report / "conclusions.html" in row.artifacts
    assert all(path.exists() for path in row.artifacts)


def test_all_scores_are_a_table_too(data, written):
    """What a spreadsheet reads, and MLflow shows; the plots are attached as images."""
    with (data.report / "scores.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    loaded = results.load(data)

    assert len(lines) == len(loaded.rows)
    first = next(
        line for line in lines if (line["model"], line["name"], line["test_set"]) == ("finetuned", "bleu", "T1")
    )
    assert (float(first["value"]), float(first["low"]), first["n"]) == (pytest.approx(90), pytest.approx(84), "200")
    assert (data.report / "slices.csv").read_text() == ""  # no example has a score of its own
    assert data.report / "plots" in report.row(fake.params(), loaded, describe(data.raw, data.clean), data).artifacts


# --- verdicts ---------------------------------------------------------------------------------------


def test_it_says_what_was_trained_on_what(written):
    assert "a decoder of 1.02 million parameters (4 layers of width 128, context of 256 tokens)" in written[0]
    assert (
        "1,500 steps on 1.54 million tokens, 0.59 times the 2.6 million tokens of the built-in sample world"
        in written[0]
    )
    assert "tuned for 1,500 steps on 1,500 labelled examples of 5 data sets" in written[0]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.44, -0.38, "beats the n-gram model"),
        (-0.05, 0.02, "is not shown to differ from the n-gram model"),
        (0.01, 0.2, "is worse than the n-gram model"),
    ],
)
def test_the_verdict_on_the_language_model_is_the_paired_interval(data, tmp_path, low, high, verdict):
    def edit(rows):
        for row in rows:
            if (row["model"], row["name"], row["test_set"]) == ("pretrained", "bits_per_byte_minus_ngram", "all"):
                row.update(low=low, high=high)

    assert verdict in content.ngram_verdict(change(data, tmp_path, "evaluation/scores.json", edit))


@pytest.mark.parametrize(
    ("difference", "p", "expected"),
    [(0.2, 0.01, "better"), (-0.2, 0.01, "worse"), (0.2, 0.05, "open"), (-0.2, 0.6, "open"), (0.0, 0.01, "open")],
)
def test_a_comparison_is_won_only_when_its_corrected_test_says_so(difference, p, expected):
    assert content.outcome({"difference": difference, "p_holm": p}) == expected


def test_lost_comparisons_are_named(data, tmp_path):
    def edit(comparisons):
        comparisons[0].update(difference=-0.3, p_holm=0.001)

    verdict = content.task_verdict(change(data, tmp_path, "evaluation/comparisons.json", edit))

    assert "better than the best baseline in 9 of 15 comparisons, worse in 1 (translation T1), and not" in verdict


def test_what_each_language_model_had_is_told_from_its_signature(data, tmp_path):
    def edit(rows):
        for row in rows:
            if row["dataset"] == "language_model" and row["model"] == "pretrained":
                row["signature"] += "|pretrained:12 parameters,34 tokens,5e+06 FLOPs"

    def told(found):
        return [block.rows for block in content.language_model(found) if isinstance(block, Table)][1]

    ngram = ["ngram", "kneser-ney, order 5"]
    assert told(results.load(data)) == [ngram]
    changed = change(data, tmp_path, "evaluation/scores.json", edit)
    assert sorted(told(changed)) == [ngram, ["pretrained", "12 parameters, 34 tokens, 5e+06 FLOPs"]]


def test_labels_without_training_stand_beside_the_verdicts(tmp_path):
    copy = fake.write_results(tmp_path)
    assert not any("Labels without training" in line for line in content.verdicts(results.load(copy)))
    write_jsonl(copy.evaluation / "unseen_labels.jsonl", [{"message": "intent/T1: 3 of 20 items have a label"}])

    said = [line for line in content.verdicts(results.load(copy)) if "Labels" in line]
    assert said == ["**Labels without training:** intent/T1: 3 of 20 items have a label"]


def test_the_best_baseline_is_shown_with_the_verdict(data):
    found = results.load(data)

    assert content.against_best(found, "translation") == "copy: + 20.0 / + 20.0 / = 20.0"


def test_the_metric_that_chose_the_weights_is_a_row_and_no_share_of_right_answers(data, tmp_path):
    params = fake.params(finetune={"best_by": "metric"})
    loaded = change(data, tmp_path, "metrics/finetune.json", lambda metrics: metrics | {"valid_metric": 0.4321})
    rows = next(block.rows for block in content.training(params, loaded) if isinstance(block, Table))
    curve = loaded.curves["finetune"]
    drawn = replace(loaded, curves=loaded.curves | {"finetune": curve | {"valid_metric": curve["valid_exact_match"]}})

    assert ["metric of the answers to valid", "–", "0.4321"] in rows
    assert plots.curves(drawn) == plots.curves(loaded)


def test_the_control_without_pretraining_is_called_so(data):
    lines = content.trained(fake.params(finetune={"base": "random"}), results.load(data))

    assert "random weights (a control without pretraining), tuned for" in lines[1]


def test_limits_of_the_sample_world_are_told_only_of_it(data, tmp_path):
    own = {"sources": [{"kind": "documents", "name": "mails", "language": "en", "paths": ["a.txt"]}]}
    found = results.load(data)

    assert "proving ground" in " ".join(content.limits(fake.params(), found))
    assert "proving ground" not in " ".join(content.limits(fake.params(ingest=own), found))
    assert "`mails`" in content.trained(fake.params(ingest=own), found)[0]


# --- tables and plots -------------------------------------------------------------------------------


def retrieved(data):
    """Answers to reading/T1 with retrieval and without the passage, in English and Chinese."""
    rows = read_json(data.evaluation / "scores.json")
    own = next(r for r in rows if (r["model"], r["dataset"], r["test_set"]) == ("finetuned", "reading", "T1"))
    for model, value in ("finetuned_retrieval", 0.99), ("finetuned_closed", 0.01):
        rows.append(own | {"model": model, "value": value, "low": value, "high": value})
    write_json(data.evaluation / "scores.json", rows)
    where = {"dataset": "reading", "test_set": "T1"}
    numbers = {"low": 0.1, "high": 0.9, "unit": "ratio", "signature": "how", "n": 8}
    scores = [
        where | numbers | {"language": language, "name": name, "value": value}
        for language in ("all", "en", "zh")
        for name, value in (("recall@1", 0.5), ("mrr", 0.625), ("answered", 0.75), ("aurc", 0.25))
    ]
    difference = {"metric": "exact_match", "model": "finetuned_retrieval", "difference": 0.98, "low": 0.9, "high": 1.0}
    comparisons = [
        where | difference | {"other": "finetuned_closed", "p": 0.001, "p_holm": 0.002, "test": "exact McNemar"}
    ]
    write_json(data.evaluation / "retrieval.json", {"scores": scores, "comparisons": comparisons, "rules": {}})


def test_retrieval_has_a_section_and_is_no_baseline(tmp_path):
    copy = fake.write_results(tmp_path)
    retrieved(copy)
    loaded = results.load(copy)

    written = to_markdown(content.report(fake.params(), loaded))

    section = written[written.index("Answers from a knowledge base") : written.index("Does pretraining help?")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.split("\n") if line[:1] == "|"]
    assert ["reading", "T1", "all", "0.50 [0.10, 0.90]", "0.62 [0.10, 0.90]", "8"] in cells
    assert ["reading", "T1", "zh", "0.75 [0.10, 0.90]", "0.25 [0.10, 0.90]"] in cells
    assert ["reading", "T1", "passage found", "0.99 [0.99, 0.99]", "–"] in cells
    withheld = ["reading", "T1", "passage withheld", "0.01 [0.01, 0.01]", "+0.98 [+0.90, +1.00], p = 0.002"]
    assert withheld in cells
    assert loaded.best_baseline("reading", "T1", "exact_match").model in ("nearest", "random_span")


def test_a_run_without_retrieval_says_nothing_of_it(data):
    assert "knowledge base" not in to_markdown(content.report(fake.params(), results.load(data)))


def test_the_articles_table_has_its_rows_and_three_test_sets(written):
    table = written[0].split("## The article's table")[1].split("## ")[0]

    assert "| T1 | T2 | T3 |" in table.replace("---:", "")
    for row in ("accuracy", "precision (macro)", "recall (macro)", "F1 (macro)", "BLEU", "ROUGE-L"):
        assert f"| {row} |" in table
    assert "| BLEU | 80.0 [74.0, 85.0] | 80.0 [74.0, 85.0] | 80.0 [74.0, 85.0] | nearest 20.0 / nearest 20.0" in table


def test_scores_without_contaminated_items_stand_beside_those_with_them(data, tmp_path, written):
    edited = change(data, tmp_path, "evaluation/contamination.json", list.clear)
    score = "0.78 [0.72, 0.83]"

    assert f"| reading | T1 | exact match | 5 | 2 | 200 | {score} | 0.77 [0.72, 0.83] |" in written[0]
    assert "found no test item in the raw text" in to_markdown(content.contamination(edited))


def test_labels_scored_by_likelihood_have_two_tables_and_what_valid_said(data, tmp_path, written):
    part = written[0].split("## Classification by scoring labels")[1].split("\n## ")[0]
    edited = change(data, tmp_path, "evaluation/abstention.json", lambda found: found["scores"].clear())

    assert "| intent | T1 | 0.90 [0.88, 0.91] | 0.03 [0.01, 0.04] |" in part
    assert "| intent | T1 | 0.80 [0.78, 0.81] | 0.97 [0.95, 0.98] | 0.60 [0.58, 0.61] |" in part
    assert "intent: temperature 1.5, threshold 0.750 (valid: 60 items)" in part
    assert "AURC |" not in part  # a column without a value is left out
    assert abstention(edited) == []


def test_every_baseline_has_its_row(written):
    part = written[0].split("### headline (summary)")[1].split("###")[0]

    assert "| ROUGE-L | **finetuned** | 0.84 [0.78, 0.89] |" in part
    assert "| ROUGE-L | lead | 0.20 [0.14, 0.25] |" in part
    assert "T1 (n = 200)" in part


def test_cleaning_is_shown_against_the_ledger(written):
    assert "| html | 0.99 [0.97, 1.00] | 0.97 [0.95, 0.98] | 900 | hard 0.87 (n = 900) |" in written[0]
    assert "documents that look dirty and are not: 0.99 [0.97, 1.00] of 900 were left alone" in written[0]


def test_text_without_a_ledger_has_no_dirt_table(data, tmp_path):
    def edit(metrics):
        del metrics["dirt"], metrics["damage"]

    found = change(data, tmp_path, "metrics/clean.json", edit)

    assert "planted" not in to_markdown(content.data(found))
    assert "Documents removed" in plots.cleaning(found).svg


def test_confusions_are_named_from_the_commonest(data):
    found = results.load(data)
    table = content.confusions(found, "intent")[0]

    assert isinstance(table, Table)
    assert table.rows[0][1].startswith("(unparsed) → open_account: 2; book_flight → (unparsed): 2")


def test_too_many_classes_are_not_drawn(data, tmp_path):
    labels = [f"label {i}" for i in range(150)]
    matrix = [[int(i == j) for j in range(150)] for i in range(150)]

    def edit(_):
        return {"intent": {"T1": {"labels": labels, "matrix": matrix}}}

    assert plots.confusion(change(data, tmp_path, "evaluation/confusion.json", edit), "intent") is None


def test_chinese_labels_stay_text_in_a_plot(data, tmp_path):
    """The reader's fonts draw them; matplotlib's own have no Han characters."""

    def edit(_):
        return {"intent": {"T1": {"labels": ["查询余额", "天气"], "matrix": [[3, 1], [0, 4]]}}}

    figure = plots.confusion(change(data, tmp_path, "evaluation/confusion.json", edit), "intent")

    assert ">查询余额</text>" in figure.svg


def test_one_test_set_and_no_prediction_are_enough(data, tmp_path):
    """A corpus of one's own may have a single test set under another name."""
    copy = fake.write_results(tmp_path)
    rows = [row for row in read_json(copy.evaluation / "scores.json") if row["test_set"] not in ("T2", "T3")]
    for row in rows:
        row["test_set"] = row["test_set"].replace("T1", "test")
    write_json(copy.evaluation / "scores.json", rows)
    write_json(copy.evaluation / "comparisons.json", [])
    for path in (copy.evaluation / "predictions").iterdir():
        path.unlink()

    text = to_markdown(content.report(fake.params(), results.load(copy)))
    assert "| translation | BLEU | 90.0 [84.0, 95.0] | copy: 20.0 |" in text


# --- samples ----------------------------------------------------------------------------------------


def test_samples_come_from_the_test_sets_in_turn(data):
    blocks = content.samples(results.load(data), 4)
    tables = [block for block in blocks if isinstance(block, Table)]

    assert [row[0] for row in tables[0].rows] == ["T1", "T2", "T3", "T1"]


def test_what_a_model_says_cannot_become_markup(written):
    """Not HTML, not a table cell, not a link."""
    assert "lives in Dorva \\| &lt;b>now&lt;/b>." in written[0]
    assert "lives in Dorva | &lt;b&gt;now&lt;/b&gt;." in written[1]
    assert "卡斯默住在多尔瓦。" in written[1]
    assert "![x]\\(y)" in to_markdown([Table(["a"], [["![x](y)"]])])


# --- parts ------------------------------------------------------------------------------------------


def score(value, low, high, unit):
    return Score("m", value, low, high, unit, "s", 10)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (score(31.42, 30.1, 32.66, "points"), "31.4 [30.1, 32.7]"),
        (score(0.987, 0.9, 1.0, "ratio"), "0.99 [0.90, 1.00]"),
        (score(1.2345, 1.2, 1.3, "bits/byte"), "1.234 [1.200, 1.300]"),
        (Score("m", 1.2345, 1.2345, 1.2345, "bits/byte", "s|ci:none,all alike", 1), "1.234 (no interval)"),
        (None, "–"),
    ],
)
def test_scores_have_the_digits_of_their_unit(given, shown):
    assert numbers.interval(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"), [(812, "812"), (640_000, "640 thousand"), (1_020_000, "1.02 million"), (2.6e9, "2.6 billion")]
)
def test_sizes_are_words(given, shown):
    assert numbers.rounded(given) == shown


def test_columns_of_numbers_are_aligned_right():
    """A mean with its spread is a number; a column of nothing but dashes holds none."""
    rows = [["1,200", "0.81 ± 0.02", "–", "–", "x"], ["0.98 [0.95, 0.99]", "0.79 ± 0.00", "3", "–", "7"]]

    assert Table(["a", "b", "c", "d", "e"], rows).numeric == [True, True, True, False, False]
    assert Table(["a"], []).numeric == [False]


def test_blocks_become_markdown_and_html():
    """One text, both forms."""
    blocks = [
        Heading(2, "A & B"),
        Text("**bold** and `a < b`"),
        Items(["one", "two"]),
        Table(["name", "n"], [["x", "1,200"], ["y", "0.98 [0.95, 0.99]"]]),
        Figure("plot", "What it shows", "<svg></svg>"),
    ]

    assert to_markdown(blocks) == (
        "## A & B\n\n**bold** and `a < b`\n\n- one\n- two\n\n"
        "| name | n |\n| --- | ---: |\n| x | 1,200 |\n| y | 0.98 [0.95, 0.99] |\n\n![What it shows](plots/plot.svg)\n"
    )
    page = to_html("title", blocks)
    assert '<h2 id="a-b">A &amp; B</h2>' in page
    assert '<li><a href="#a-b">A &amp; B</a></li>' in page
    assert "<p><strong>bold</strong> and <code>a &lt; b</code></p>" in page
    assert '<td>x</td><td class="number">1,200</td>' in page


def test_columns_with_han_characters_are_aligned():
    assert aligned([["a", "b"], ["中文", "1"], ["xyz", "2"]]) == ["a     b", "----  -", "中文  1", "xyz   2"]


# --- what is missing --------------------------------------------------------------------------------


def test_a_missing_stage_is_named(data, tmp_path):
    copy = fake.write_results(tmp_path)
    (copy.metrics("clean")).unlink()

    with pytest.raises(DataError, match=r"clean\.json is missing; run the stage that writes it"):
        summary(copy)


@pytest.mark.parametrize("text", ["step,loss\n10,abc\n", "tokens,loss\n10,1.0\n", "step,loss\n10"])
def test_a_damaged_curve_is_named_with_its_line(tmp_path, text):
    copy = fake.write_results(tmp_path)
    write_text(copy.pretrained / "curve.csv", text)

    if text == "step,loss\n10":
        assert results.read_curve(copy.pretrained / "curve.csv") == {}
        return
    with pytest.raises(DataError, match=r"curve\.csv, line 2"):
        results.load(copy)


def test_empty_scores_are_an_error(tmp_path):
    copy = fake.write_results(tmp_path)
    write_json(copy.evaluation / "scores.json", [])

    with pytest.raises(DataError, match="holds no score"):
        results.load(copy)


# --- the row in MLflow ------------------------------------------------------------------------------


def test_the_row_has_all_params_headlines_and_curves(data):
    row = report.row(fake.params(), results.load(data), describe(data.raw, data.clean), data)

    assert set(row.params) == set(fake.PARAMS)
    assert row.metrics["eval/translation.T1.bleu"] == pytest.approx(90.0)
    assert row.metrics["eval/bits_per_byte.pretrained"] == pytest.approx(1.21)
    assert row.metrics["eval/bits_per_byte.ngram.zh"] == pytest.approx(1.62)
    assert row.metrics["eval/all.T2.macro_f1"] == pytest.approx(0.8)
    assert row.metrics["data/clean.dirt.html.recall"] == pytest.approx(0.97)
    assert row.metrics["pretrain/num_parameters"] == 1020000
    assert not [name for name in row.metrics if "variants" in name or name.endswith((".low", ".n"))]
    assert row.curves["curve/pretrain.loss"][0][0] == 0
    assert row.sort == "metrics.eval/translation.T1.bleu"
    assert {name.removeprefix("metrics.") for name in row.columns if name.startswith("metrics.")} <= set(row.metrics)


# --- does pretraining help --------------------------------------------------------------------------


def test_a_run_that_did_not_measure_it_says_how_to(written):
    assert "This run did not measure it. With `transfer.labels: [100, 300, 1500]`" in written[0]


def test_pretraining_is_compared_with_each_other_arm_by_number_of_labels(tmp_path):
    copy = fake.write_results(tmp_path)
    fake.write_transfer(copy, arms=("pretrained", "alone"), seeds=(1, 2))
    found = results.load(copy)
    text = to_markdown(content.report(fake.params(), found))

    assert "**300 labels, pretrained against alone:** better in 10 of 30 comparisons, worse in 0, not shown to" in text
    assert "2 seeds." in text
    assert "(the same training time, 100, 300, 1,500 labels a data set): against training on the examples alone" in text
    assert "alone better in 30 of 90 comparisons" in text
    line = next(line for line in text.splitlines() if line.startswith("| translation | BLEU | alone"))
    mean = 100 * (0.5 + 0.1 * 2 - 0.2 + 0.01 * 1.5)  # 100 labels, T1
    assert line.split("|")[4].split(" / ")[0].strip() == f"{mean:.1f}"
    figure = plots.transfer(found, ["pretrained", "alone"], "T1")
    assert "labelled examples a data set" in figure.svg
    assert "T1" in figure.caption
