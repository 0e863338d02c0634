"""What the report says: plain verdicts first, then the tables behind them, then what they do not show."""

from collections.abc import Sequence

from llmpipe.config import PIPELINE_SECTIONS, Params, flatten
from llmpipe.files import digest_value
from llmpipe.pages import numbers, plots
from llmpipe.pages.abstention import abstention
from llmpipe.pages.blocks import Block, Heading, Items, Table, Text
from llmpipe.pages.data import data
from llmpipe.pages.results import BASE, BITS, GAIN, NGRAM, OVERALL, TEXT, TUNED, Results, outcome
from llmpipe.pages.retrieval import retrieval
from llmpipe.pages.transfer import transfer, verdict
from llmpipe.pages.vectors import vectors
from llmpipe.records import Score

ARTICLE = {  # row of the article's table -> metric
    "accuracy": "accuracy",
    "precision (macro)": "macro_precision",
    "recall (macro)": "macro_recall",
    "F1 (macro)": "macro_f1",
    "BLEU": "bleu",
    "ROUGE-L": "rougeL",
}
TEST_SETS = {  # of the sample world
    "T1": "T1: new combinations of known entities and wordings",
    "T2": "T2: entities that were never seen",
    "T3": "T3: wordings that were never seen",
}
LONGEST_SAMPLE = 400  # characters of a prompt, hypothesis or reference that are shown
MOST_CONFUSIONS = 8


def report(params: Params, results: Results) -> list[Block]:
    """The whole report."""
    return [
        Heading(1, params.report.title),
        Items([*trained(params, results), *verdicts(results)]),
        Heading(2, "Results"),
        *headlines(results),
        Heading(3, "Without test items that stand in the raw text"),
        *contamination(results),
        Heading(2, "The article's table"),
        *article_table(results),
        Heading(2, "Language model"),
        *language_model(results),
        *vectors(results),
        Heading(2, "Tasks"),
        *[block for dataset in results.datasets for block in task(results, dataset)],
        *retrieval(results),
        *abstention(results),
        Heading(2, "Does pretraining help?"),
        *transfer(results),
        Heading(2, "Lengths"),
        plots.lengths(results),
        Heading(2, "Training"),
        *training(params, results),
        Heading(2, "Data"),
        *data(results),
        Heading(2, "Samples"),
        *samples(results, params.report.samples),
        Heading(2, "How the numbers were computed"),
        *signatures(results),
        Heading(2, "Limits"),
        Items(limits(params, results)),
        Heading(2, "How to get it again"),
        *reproduction(params, results),
    ]


# --- verdicts ---------------------------------------------------------------------------------------


def trained(params: Params, results: Results) -> list[str]:
    """What was trained, and on what."""
    pretrained, tuned, encoded = (results.metrics[stage] for stage in ("pretrain", "finetune", "encode"))
    model = params.model
    examples = tuned["examples"]
    base = {
        "pretrained": "the base model",
        "random": "random weights (a control without pretraining)",
        "path": f"a model of others (SHA-256 `{params.finetune.digest[:12]}`)",
    }[params.finetune.base]
    return [
        f"**Base model:** a decoder of {numbers.rounded(pretrained['num_parameters'])} parameters ({model.num_layers} "
        "layers of width "
        f"{model.model_dim}, context of {model.context_length} tokens), trained from random weights for "
        f"{params.pretrain.steps:,} steps "
        f"on {numbers.rounded(pretrained['num_tokens'])} tokens, {pretrained['epochs']:.2g} times the "
        f"{numbers.rounded(encoded['train']['tokens'])} tokens of {sources(params)}.",
        f"**Tuned model:** {base}, tuned for {params.finetune.steps:,} steps on {sum(examples.values()):,} labelled "
        "examples of "
        f"{len(examples)} data sets; the weights of step {tuned['kept_step']:,} were kept.",
    ]


def sources(params: Params) -> str:
    """Where the text comes from, in words."""
    names = [
        "the built-in sample world" if source.kind == "world" else f"`{source.name}`"
        for source in params.ingest.sources
        if source.kind != "examples"
    ]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else "no text"


def verdicts(results: Results) -> list[str]:
    """Whether the models beat what they are compared with, in plain words."""
    lines = [line for line in (ngram_verdict(results), task_verdict(results), verdict(results)) if line]
    refused = results.metrics["evaluate"].get("checks", {}).get("refused_metrics", 0)
    if refused:
        lines.append(
            f"**{refused} metrics were refused** because the references against themselves did not get the best value."
        )
    lines += [f"**Labels without training:** {row['message']}" for row in results.unseen_labels]
    return lines


def ngram_verdict(results: Results) -> str:
    """The base model against the n-gram model, in bits per byte."""
    ours, theirs, gain = (
        results.find(model, TEXT, OVERALL, metric) for model, metric in ((BASE, BITS), (NGRAM, BITS), (BASE, GAIN))
    )
    if ours is None or theirs is None or gain is None:
        return ""
    if gain.high < 0:
        verdict = "beats the n-gram model"
    elif gain.low > 0:
        verdict = "is worse than the n-gram model"
    else:
        verdict = "is not shown to differ from the n-gram model"
    return (
        f"**Language model:** the base model {verdict}: {numbers.interval(ours)} bits per byte against "
        f"{numbers.interval(theirs)} "
        f"on the same {ours.n:,} test documents, a difference of {numbers.interval(gain)}. Fewer bits are better."
    )


def task_verdict(results: Results) -> str:
    """How many comparisons with the best baseline are won, lost and open."""
    outcomes = [outcome(comparison) for comparison in results.comparisons.values()]
    if not outcomes:
        return ""
    won, lost = outcomes.count("better"), outcomes.count("worse")
    beaten = ", ".join(
        f"{dataset} {test_set}" for (dataset, test_set), c in results.comparisons.items() if outcome(c) == "worse"
    )
    return (
        f"**Tasks:** the tuned model is better than the best baseline in {won} of {len(outcomes)} comparisons, "
        f"worse in {lost}{f' ({beaten})' if beaten else ''}, and not shown to differ in {len(outcomes) - won - lost}."
    )


# --- tables -----------------------------------------------------------------------------------------


def headlines(results: Results) -> list[Block]:
    """One row a data set: the headline metric on each test set, and the verdict against the best baseline."""
    rows = []
    for dataset in results.datasets:
        metric = results.metrics_of(dataset)[0]
        cells = [numbers.interval(results.find(TUNED, dataset, test_set, metric)) for test_set in results.test_sets]
        rows.append([dataset, numbers.name(metric), *cells, against_best(results, dataset)])
    return [
        Text(
            "The headline metric of each data set, with its 95 % interval. Beside it the best baseline of "
            "each test set: "
            "**+** the tuned model is better, **−** worse, **=** not shown to differ (paired test, p < 0.05 after "
            "Holm's correction)."
        ),
        Table(["data set", "metric", *results.test_sets, f"best baseline ({' / '.join(results.test_sets)})"], rows),
        plots.scores(results),
    ]


def contamination(results: Results) -> list[Block]:
    """The headline scores of test sets with flagged items, with these items and without."""
    if not results.contamination:
        return [Text("Cleaning found no test item in the raw text, neither whole nor by a long run of its words.")]
    rows = []
    for row in results.contamination:
        whole, rest = Score(**row["all"]), Score(**row["rest"])
        flagged = [str(row["by_item"]), str(row["by_ngram"]), f"{whole.n:,}"]
        cells = [*flagged, numbers.interval(whole), numbers.interval(rest)]
        rows.append([row["dataset"], row["test_set"], numbers.name(whole.name), *cells])
    return [
        Text(
            "Cleaning looked for every test item in the raw text: whole, or by a run of words that few texts have. "
            "Documents with a whole item were removed before training; a score that is clearly lower without the items "
            "would say that others were missed."
        ),
        Table(["data set", "test set", "metric", "whole", "by a run", "items", "all items", "without flagged"], rows),
    ]


def against_best(results: Results, dataset: str) -> str:
    """`+ nearest 12.3 / = copy 0.4`, by test set; `nearest: + 12.3 / = 10.4` when it is the same one everywhere."""
    metric = results.metrics_of(dataset)[0]
    best = [results.best_baseline(dataset, test_set, metric) for test_set in results.test_sets]
    signs = {"better": "+ ", "worse": "− ", "open": "= "}
    marks = [
        signs[outcome(results.comparisons[dataset, test_set])] if (dataset, test_set) in results.comparisons else ""
        for test_set in results.test_sets
    ]
    names = {row.model for row in best if row}
    shown = [
        f"{mark}{'' if len(names) == 1 else row.model + ' '}{numbers.value(row.score)}" if row else "–"
        for mark, row in zip(marks, best, strict=True)
    ]
    return f"{names.pop()}: {' / '.join(shown)}" if len(names) == 1 else " / ".join(shown)


def article_table(results: Results) -> list[Block]:
    """Accuracy, precision, recall, F1, BLEU and ROUGE on the test sets, each a mean over the data sets that have it."""
    rows = []
    for label, metric in ARTICLE.items():
        found = [results.find(TUNED, OVERALL, test_set, metric) for test_set in results.test_sets]
        if any(found):
            best = [results.best_baseline(OVERALL, test_set, metric) for test_set in results.test_sets]
            shown = [f"{row.model} {numbers.value(row.score)}" if row else "–" for row in best]
            rows.append([label, *map(numbers.interval, found), " / ".join(shown)])
    if not rows:
        return [Text("No data set of this run has one of the article's metrics.")]
    return [
        Text(
            "The rows of the article's result table. A row is the mean over the data sets that have the metric; the "
            "best baseline is "
            "the one that answers all of them. Unlike the article, accuracy and precision are two rows. What it "
            "concludes from them is tested in `conclusions.html`."
        ),
        Table(["", *results.test_sets, f"best baseline ({' / '.join(results.test_sets)})"], rows),
    ]


def language_model(results: Results) -> list[Block]:
    """Bits per byte of all models by language, and their paired difference to the n-gram model."""
    models = results.models_of(TEXT)
    rows = []
    for language in results.languages:
        for model in models:
            score = results.find(model, TEXT, language, BITS)
            if score is not None:
                gain = results.find(model, TEXT, language, GAIN)
                rows.append([language, model, numbers.interval(score), numbers.interval(gain), f"{score.n:,}"])
    return [
        Text(
            "Bits that a model needs for a byte of the test documents: comparable between tokenizers, fewer is better. "
            "`ngram` (shorter ones: `ngram-1`, ...) and `lstm` learnt from the same training tokens, the LSTM from as "
            "many of them as its signature says."
        ),
        Table(["language", "model", "bits per byte", "minus n-gram (paired)", "documents"], rows),
        *_what_models_are(results),
        plots.bits(results),
    ]


def _what_models_are(results: Results) -> list[Block]:
    """Size and training of each model, from the signatures."""
    rows = []
    for model in results.models_of(TEXT):
        score = results.find(model, TEXT, OVERALL, BITS)
        parts = score.signature.split("|") if score else []
        rows += [[model, part.partition(":")[2].replace(",", ", ")] for part in parts if part.startswith(f"{model}:")]
    return [Table(["model", "what it is"], rows)] if rows else []


def task(results: Results, dataset: str) -> list[Block]:
    """All metrics and models of one data set, and what a classifier mixes up."""
    first = next(row for row in results.answers if row.dataset == dataset)
    sizes = {row.test_set: row.score.n for row in results.answers if row.dataset == dataset}
    rows = []
    for metric in results.metrics_of(dataset):
        for model in results.models_of(dataset):
            found = [results.find(model, dataset, test_set, metric) for test_set in results.test_sets]
            if any(found):
                cells = list(map(numbers.interval, found))
                rows.append([numbers.name(metric), *([f"**{model}**", *cells] if model == TUNED else [model, *cells])])
    header = [
        f"{test_set} (n = {sizes[test_set]:,})" if test_set in sizes else test_set for test_set in results.test_sets
    ]
    title = dataset if first.task == dataset else f"{dataset} ({first.task})"
    return [Heading(3, title), Table(["metric", "model", *header], rows), *confusions(results, dataset)]


def confusions(results: Results, dataset: str) -> list[Block]:
    """The commonest errors of a classifier."""
    rows = []
    for test_set, confusion in sorted(results.confusion.get(dataset, {}).items()):
        labels = confusion["labels"]
        errors = [
            (count, labels[i], labels[j])
            for i, line in enumerate(confusion["matrix"])
            for j, count in enumerate(line)
            if count and i != j
        ]
        shown = [
            f"{wanted} → {said}: {count}"
            for count, wanted, said in sorted(errors, key=lambda e: (-e[0], e[1], e[2]))[:MOST_CONFUSIONS]
        ]
        rows.append([test_set, "; ".join(shown) or "none"])
    if not rows:
        return []
    figure = plots.confusion(results, dataset)
    return [Table(["test set", "commonest errors (correct → answered: number)"], rows), *([figure] if figure else [])]


# --- training and samples ---------------------------------------------------------------------------


def training(params: Params, results: Results) -> list[Block]:
    """Curves, and where training ended."""
    pretrained, tuned = results.metrics["pretrain"], results.metrics["finetune"]
    rows = [
        ["loss (nats a token)", numbers.plain(pretrained["loss"]), numbers.plain(tuned["loss"])],
        ["loss on valid", numbers.plain(pretrained["valid_loss"]), numbers.plain(tuned["valid_loss"])],
        ["tokens, padding included", numbers.plain(pretrained["num_tokens"]), numbers.plain(tuned["num_tokens"])],
        ["steps", f"{params.pretrain.steps:,}", f"{params.finetune.steps:,}"],
    ]
    if "valid_bits_per_byte" in pretrained:
        rows.append(["bits per byte on valid", numbers.plain(pretrained["valid_bits_per_byte"]), "–"])
    if "valid_exact_match" in tuned:
        rows.append(["answers exactly right on valid", "–", numbers.plain(tuned["valid_exact_match"])])
    best_by = f"valid_{params.finetune.best_by}"
    if best_by in tuned and best_by not in ("valid_exact_match", "valid_loss"):
        rows.append([f"{best_by.removeprefix('valid_')} of the answers to valid", "–", numbers.plain(tuned[best_by])])
    lost = {name: count for name, count in tuned.get("lost_to_truncation", {}).items() if count}
    note = ", ".join(f"{name} {count}" for name, count in lost.items())
    return [
        Table(["", "pretraining", "fine-tuning"], rows),
        plots.curves(results),
        *([Text(f"Training examples left out because their answers did not fit the context: {note}.")] if note else []),
    ]


def samples(results: Results, count: int) -> list[Block]:
    """The first predictions of each data set, from its test sets in turn: chosen before anybody looked at them."""
    blocks: list[Block] = []
    for dataset in results.datasets:
        sets = [
            (name, results.predictions[dataset, name])
            for name in results.test_sets
            if (dataset, name) in results.predictions
        ]
        turns = [(name, found[i]) for i in range(count) for name, found in sets if i < len(found)][:count]
        rows = [[name, _cut(p.prompt), _cut(p.hypothesis), _cut(" / ".join(p.references))] for name, p in turns]
        if rows:
            blocks += [
                Heading(3, f"Samples of {dataset}"),
                Table(["test set", "prompt", "hypothesis", "reference"], rows),
            ]
    return blocks or [Text("No predictions to show.")]


def _cut(text: str) -> str:
    text = text.replace("`", "'").replace("**", "*") or "(nothing)"
    return text if len(text) <= LONGEST_SAMPLE else text[:LONGEST_SAMPLE] + "…"


def signatures(results: Results) -> list[Block]:
    """How each metric was computed, with library versions."""
    found = dict.fromkeys((row.score.name, row.score.signature, row.dataset) for row in results.rows)
    grouped: dict[tuple[str, str], list[str]] = {}
    for metric, signature, dataset in found:
        grouped.setdefault((metric, signature), []).append(dataset)
    rows = [
        [numbers.name(metric), ", ".join(names), f"`{signature}`"] for (metric, signature), names in grouped.items()
    ]
    tests = sorted({str(comparison["test"]) for comparison in results.comparisons.values()})
    note = (
        f"Comparisons with baselines are paired tests on the same examples ({'; '.join(tests)}), corrected after Holm."
        if tests
        else ""
    )
    return [
        *([Text(note)] if note else []),
        Text("Every metric was first given the references as answers and had to return its best value."),
        Table(["metric", "data sets", "signature"], rows),
    ]


def limits(params: Params, results: Results) -> list[str]:
    """What the numbers do not show."""
    world = any(source.kind == "world" for source in params.ingest.sources)
    seeds = sorted({params.ingest.seed, params.pretrain.seed, params.finetune.seed})
    lines = []
    if world:
        named = [TEST_SETS[name] for name in results.test_sets if name in TEST_SETS]
        lines = [
            "The text is the built-in sample world: invented people and places, generated from a lexicon and a "
            "grammar. It is a proving "
            "ground for the pipeline. High scores on it say that the pipeline learns what its data hold, and nothing "
            "about other text.",
            f"{'; '.join(named)}. The distance from T1 to T3 shows how much was memorised rather than learnt.",
        ]
    return [
        *lines,
        "Intervals are 95 % and cover the choice of test examples only. Another training seed moves the scores too: "
        "this is one run "
        f"(seed {', '.join(map(str, seeds))}), so compare two settings over several seeds before believing a small "
        "difference.",
        "Most baselines are trivial on purpose: beating them is necessary, not sufficient. `encoder_decoder` has as "
        "many parameters as the model and the same labelled translations, but has not read the documents.",
        "Automatic metrics compare strings. A right answer in other words counts as wrong.",
    ]


def reproduction(params: Params, results: Results) -> list[Block]:
    """The digests that identify this result."""
    values = {name: getattr(params, name).model_dump(mode="json") for name in PIPELINE_SECTIONS}
    rows = [[path, f"`{value}`"] for path, value in sorted(results.digests.items())]
    return [
        Text(
            f"Parameters: SHA-256 `{digest_value(flatten(values))}` over all values of params.yaml that a stage reads. "
            "Check out the commit whose dvc.lock holds the digests below and run `dvc repro`: the same files come out, "
            "byte for byte, on the same kind of machine."
        ),
        Table(["below data/", "MD5, as in dvc.lock"], rows),
    ]


def headline_names(results: Results) -> Sequence[tuple[str, str, str]]:
    """(data set, test set, metric) of the headline scores that exist, in order of data set."""
    names = [
        (dataset, test_set, results.metrics_of(dataset)[0])
        for dataset in results.datasets
        for test_set in results.test_sets
    ]
    return [name for name in names if results.find(TUNED, *name) is not None]
