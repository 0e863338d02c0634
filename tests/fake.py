"""The files that the report reads, with invented numbers: a data folder after `evaluate`, made in milliseconds."""

import math
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

from llmpipe.config import Params, validate
from llmpipe.files import Layout, write_json, write_jsonl, write_text
from llmpipe.records import Prediction, Score

SETS = ("T1", "T2", "T3")
DATASETS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {  # name -> task, metrics, baselines
    "translation": ("translation", ("bleu", "chrf"), ("copy", "nearest")),
    "headline": ("summary", ("rougeL", "rouge1", "rouge2"), ("lead", "nearest")),
    "reading": ("reading", ("exact_match", "f1"), ("nearest", "random_span")),
    "derivative": ("derivative", ("derivative_exact",), ("copy", "nearest")),
    "intent": ("classification", ("macro_f1", "accuracy", "macro_precision", "macro_recall"), ("linear", "majority")),
}
LABELS = ["book_flight", "check_balance", "open_account", "weather", "(unparsed)"]
TEXTS = {
    "translation": (
        "Translate to Chinese: Kasmer lives in Dorva | <b>now</b>.",
        "卡斯默住在多尔瓦。",
        "卡斯默现在住在多尔瓦。",
    ),
    "headline": ("标题：周二，费尔市的桥开放了。\n许多人来看。", "费尔市的桥开放", "费尔市新桥开放"),
    "reading": ("Gim has a dog. It is brown.\nWhat colour is the dog?", "brown", "brown"),
    "derivative": ("Differentiate x^3 + 2x^2 - 3x + 1.", "3x^2 + 4x - 3", "3x^2 + 4x - 3"),
    "intent": ("intent: I want to open an account.", "open_account", "open_account"),
}
PARAMS: dict[str, Any] = {
    "ingest": {"sources": [{"kind": "world"}]},
    "clean": {},
    "tokenizer": {},
    "encode": {},
    "model": {},
    "compute": {},
    "baselines": {},
    "pretrain": {"steps": 1500, "batch_tokens": 1024},
    "finetune": {"steps": 1500, "batch_tokens": 1024},
    "evaluate": {},
    "transfer": {},
    "report": {"title": "llmpipe on a test world", "samples": 2},
}


def params(**changes: dict[str, Any]) -> Params:
    """All sections, with changes by section."""
    values = {name: section | changes.get(name, {}) for name, section in PARAMS.items()}
    return validate(values, list(values))


def write_results(folder: Path, shift: float = 0.0) -> Layout:
    """All that `report` reads, below `folder`; `shift` moves the tuned model's scores."""
    data = Layout(folder)
    rows, comparisons = _scores(shift)
    write_json(data.evaluation / "scores.json", rows)
    write_json(data.evaluation / "comparisons.json", comparisons)
    matrix = [[38 - i if i == j else (i + 2 * j) % 3 for j in range(5)] for i in range(5)]
    write_json(
        data.evaluation / "confusion.json", {"intent": {name: {"labels": LABELS, "matrix": matrix} for name in SETS}}
    )
    write_json(data.evaluation / "contamination.json", _contamination(rows))
    write_json(data.evaluation / "abstention.json", _abstention())
    for dataset, (prompt, hypothesis, reference) in TEXTS.items():
        for name in SETS:
            predictions = [
                Prediction(f"{dataset}-{i}", "finetuned", dataset, name, prompt, hypothesis * (1 + i % 2), (reference,))
                for i in range(4)
            ]
            write_jsonl(data.evaluation / "predictions" / f"finetuned.{dataset}.{name}.jsonl", predictions)
    write_transfer(data)
    write_corpus(data)
    for stage, metrics in _metrics(rows).items():
        write_json(data.metrics(stage), metrics)
    write_text(data.pretrained / "curve.csv", _curve(1500, "valid_bits_per_byte"))
    write_text(data.finetuned / "curve.csv", _curve(1500, "valid_exact_match", *(f"valid_{name}" for name in DATASETS)))
    return data


def write_corpus(data: Layout) -> None:
    """A few raw and cleaned documents, and the lists of what went, changed and was copied."""
    texts = {f"d{number}": f"Gim has a dog number {number}. 老渡船每天横渡大河{number}次。" for number in range(12)}
    rows = [{"id": name, "text": text, "language": "en", "source": "world"} for name, text in texts.items()]
    write_jsonl(data.raw / "documents/00000.jsonl", rows)
    for split, part in (("train", rows[:8]), ("valid", rows[8:9]), ("test", rows[9:11])):
        write_jsonl(data.clean / split / "00000.jsonl", part)
    gone = {"id": "d11", "reason": "near_duplicate", "detail": "0.83 of d1", "text": "Gim has | a dog"}
    write_jsonl(data.clean / "removed/00000.jsonl", [gone | {"source": "world", "language": "en"}])
    write_jsonl(
        data.clean / "changed/00000.jsonl",
        [{"id": "d2", "reasons": ["html"], "before": "<p>Gim</p>", "after": "Gim"}],
    )
    copy = {"kept": "d1", "removed": "d11", "reason": "near_duplicate", "similarity": 0.83, "cluster": "d1"}
    write_jsonl(data.clean / "duplicates.jsonl", [copy])
    write_jsonl(data.clean / "boilerplate.jsonl", [{"site": "world", "line": "阅读原文", "documents": 7}])


def write_transfer(data: Layout, arms: tuple[str, ...] = (), seeds: tuple[int, ...] = (1,)) -> None:
    """What the transfer stage writes: nothing without arms, else scores that grow with labels and fall by arm."""
    scores, comparisons = [], []
    for dataset, (_, metrics, _) in DATASETS.items() if arms else ():
        for s, name in enumerate(SETS):
            for labels in (100, 300, 1500):
                for seed in seeds:
                    where = {"labels": labels, "seed": seed, "dataset": dataset, "test_set": name}
                    for a, arm in enumerate(arms):
                        value = 0.5 + 0.1 * math.log10(labels) - 0.1 * s - 0.2 * a + 0.01 * seed
                        scores.append(_row("", dataset, "", name, metrics[0], value) | where | {"arm": arm})
                    for arm in arms[1:]:
                        p = 0.001 if s == 0 else 0.2
                        gain = {"metric": metrics[0], "difference": 0.2, "low": 0.1, "high": 0.3, "p_holm": p}
                        comparisons.append(where | {"arm": arms[0], "other": arm} | gain)
    write_json(data.transfer / "scores.json", scores)
    write_json(data.transfer / "comparisons.json", comparisons)


def _scores(shift: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    comparisons = []
    for d, (dataset, (task, metrics, baselines)) in enumerate(DATASETS.items()):
        for s, name in enumerate(SETS):
            for m, metric in enumerate(metrics):
                for b, model in enumerate(("finetuned", *baselines)):
                    value = (0.9 - 0.06 * d - 0.2 * s - 0.03 * m + shift) if model == "finetuned" else 0.3 - 0.1 * b
                    rows.append(_row(model, dataset, task, name, metric, value))
            difference = 0.7 - 0.06 * d - 0.2 * s
            comparisons.append(
                {
                    "dataset": dataset,
                    "test_set": name,
                    "metric": metrics[0],
                    "model": "finetuned",
                    "baseline": baselines[0],
                    "difference": difference,
                    "low": difference - 0.1,
                    "high": difference + 0.1,
                    "p": 1e-4,
                    "p_holm": 0.2 if s == 2 else 1e-3,
                    "test": "exact McNemar" if metrics[0] == "exact_match" else "approximate randomisation, 10000",
                }
            )
    for name in SETS:
        for metric in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "bleu", "rougeL"):
            rows += [
                _row(model, "all", "all", name, metric, value + shift)
                for model, value in (("finetuned", 0.8), ("nearest", 0.2))
            ]
    for group, n in (("all", 1200), ("en", 700), ("fr", 100), ("zh", 400)):
        for model, value in (("finetuned", 1.9), ("ngram", 1.62), ("pretrained", 1.21)):
            rows.append(_bits(model, group, "bits_per_byte", value, n))
            if model != "ngram":
                rows.append(_bits(model, group, "bits_per_byte_minus_ngram", value - 1.62, n))
    return rows, comparisons


def _abstention() -> dict[str, Any]:
    where = {"dataset": "intent", "test_set": "T1", "unit": "ratio", "signature": "labels:3|ci:wilson"}
    values = {"accuracy": 0.9, "calibration_error": 0.03, "coverage": 0.8, "answered_accuracy": 0.97, "refused": 0.6}
    return {
        "datasets": {"intent": {"temperature": 1.5, "threshold": 0.75, "labels": 3, "unanswerable": 1, "valid": 60}},
        "scores": [where | {"name": name} | _share(value) for name, value in values.items()],
        "curves": {"intent": {"T1": [[0.5, 0.01], [1.0, 0.1]]}},
    }


def _contamination(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Seven items of one test set stand in the raw text; without them the score is a little lower."""
    found = next(
        row for row in rows if (row["model"], row["dataset"], row["name"]) == ("finetuned", "reading", "exact_match")
    )
    score = {name: value for name, value in found.items() if name not in ("model", "dataset", "task", "test_set")}
    where = {"dataset": "reading", "test_set": "T1", "flagged": 7, "by_item": 5, "by_ngram": 2}
    return [where | {"all": score, "rest": score | {"value": score["value"] - 0.01, "n": 193}}]


def _row(model: str, dataset: str, task: str, name: str, metric: str, value: float) -> dict[str, Any]:
    points = metric in ("bleu", "chrf")
    scale = 100.0 if points else 1.0
    low, high = max(0.0, value - 0.06), min(1.0, value + 0.05)
    score = Score(
        metric,
        value * scale,
        low * scale,
        high * scale,
        "points" if points else "ratio",
        f"{metric}|tok:zh|v:2.6.0",
        200,
    )
    return {"model": model, "dataset": dataset, "task": task, "test_set": name, **asdict(score)}


def _bits(model: str, group: str, metric: str, value: float, n: int) -> dict[str, Any]:
    score = Score(
        metric, value, value - 0.03, value + 0.03, "bits/byte", "bits:text tokens|ngram:kneser-ney,order 5", n
    )
    return {"model": model, "dataset": "language_model", "task": "language_model", "test_set": group, **asdict(score)}


def _metrics(rows: list[dict[str, Any]]) -> dict[str, Any]:
    usage = {
        "documents": 400,
        "bytes": 160000,
        "words": 30000,
        "tokens": 52000,
        "bytes_per_token": 3.1,
        "fertility": 1.7,
        "byte_fallback_ratio": 0.004,
    }
    split = {"documents": 42000, "tokens": 2600000, "bytes": 8100000, "bytes_per_token": 3.12}
    dirt: dict[str, Any] = {
        kind: {
            "precision": _share(0.99),
            "recall": _share(recall),
            "variants": {"easy": _share(1.0), "hard": _share(recall - 0.1)},
        }
        for kind, recall in (("html", 0.97), ("near_duplicate", 0.91), ("mojibake", 0.96), ("pii", 0.98))
    }
    dirt["kept"] = {"recall": _share(0.99), "variants": {"html_code": _share(0.99)}}
    nested: dict[str, Any] = {
        "all": {},
        "language_model": {"ngram": 1.62, "pretrained": 1.21},
        "checks": {"refused_metrics": 0},
    }
    for row in rows:
        if row["model"] == "finetuned" and row["dataset"] != "language_model":
            nested.setdefault(row["dataset"], {}).setdefault(row["test_set"], {})[row["name"]] = row["value"]
    return {
        "ingest": {
            "documents": 78000,
            "bytes": 9000000,
            "sources": {"world": {"documents": 78000, "bytes": 9000000}},
            "languages": {"en": {"documents": 50000, "bytes": 5000000}},
            "examples": {name: {"train": 300, "valid": 60, "T1": 200, "T2": 200, "T3": 200} for name in DATASETS},
            "quarantined": {"total": 2, "reasons": {"not JSON": 2}},
            "repeated_ids": 0,
        },
        "clean": {
            "documents": {"raw": 78000, "kept": 55000, "train": 53000, "valid": 600, "test": 1400},
            "languages": {"en": 40000, "zh": 16000},
            "bytes": {"train": 8100000, "valid": 90000, "test": 200000},
            "removed": {
                "total": 19400,
                "reasons": {"exact_duplicate": 9000, "near_duplicate": 7000, "language": 3000, "min_words": 400},
            },
            "changed": {"total": 5800, "reasons": {"html": 5000, "pii_email": 800}},
            "dirt": dirt,
            "damage": {"removed": _share(0.001), "changed": _share(0.002), "removed_by": {}, "changed_by": {}},
            "examples": {"datasets": {name: {"train": 298, "valid": 60} for name in DATASETS}, "removed": 10},
        },
        "tokenizer": {
            "vocab_size": 1536,
            "valid": {"all": usage, "languages": {"en": usage, "zh": usage | {"fertility": 1.1}}},
            "round_trip": {"texts": 400, "failures": 0},
        },
        "encode": {
            "train": split | {"languages": {"en": split}},
            "valid": split | {"tokens": 26000},
            "test": split | {"tokens": 52000},
        },
        "baselines": {"ngram": {"bits_per_byte": 1.62}, "ngram-1": {"bits_per_byte": 2.4}},
        "pretrain": {
            "loss": 1.62,
            "valid_loss": 1.71,
            "valid_bits_per_byte": 1.22,
            "num_parameters": 1020000,
            "num_tokens": 1536000,
            "epochs": 0.59,
        },
        "finetune": {
            "kept_step": 1400,
            "loss": 0.21,
            "valid_loss": 0.4,
            "valid_exact_match": 0.61,
            "num_tokens": 1536000,
            "examples": dict.fromkeys(DATASETS, 300),
            "lost_to_truncation": {"reading": 3},
        },
        "evaluate": nested,
        "transfer": {},
    }


def _share(value: float) -> dict[str, Any]:
    return {"value": value, "low": value - 0.02, "high": min(1.0, value + 0.01), "n": 900}


def _curve(steps: int, *valid: str) -> str:
    noise = random.Random(1)
    lines = [",".join(["step", "tokens", "loss", "valid_loss", "learning_rate", "grad_norm", *valid])]
    for step in range(0, steps + 1, 10):
        loss = 1.6 + 5.5 * math.exp(-step / 250)
        measured = step % 200 == 0 or step == steps
        cells = [f"{loss + 0.05 + step / 20000:.4f}" if measured else ""]
        ends = [f"{min(0.95, step / steps * (0.9 - 0.1 * i)):.4f}" if measured else "" for i in range(len(valid))]
        lines.append(
            ",".join(
                [
                    str(step),
                    str(step * 1024),
                    f"{loss + noise.uniform(-0.2, 0.2):.4f}",
                    *cells,
                    f"{0.006 * (1 - step / steps):.6f}",
                    "1.0",
                    *ends,
                ]
            )
        )
    return "\n".join(lines) + "\n"
