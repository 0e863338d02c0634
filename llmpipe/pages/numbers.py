"""Numbers as people read them: the digits that mean something, the interval in brackets."""

from llmpipe.records import Score

DIGITS = {"points": 1, "ratio": 2, "bits/byte": 3}
NAMES = {
    "accuracy": "accuracy",
    "bits_per_byte": "bits per byte",
    "bleu": "BLEU",
    "chrf": "chrF",
    "derivative_exact": "exact derivative",
    "exact_match": "exact match",
    "f1": "F1",
    "joint_accuracy": "all slots right",
    "macro_f1": "macro F1",
    "macro_precision": "macro precision",
    "macro_recall": "macro recall",
    "precision": "precision",
    "recall": "recall",
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rougeL": "ROUGE-L",
    "slot_accuracy": "slots right",
    "unparsed_rate": "answers that are no label",
}


def name(metric: str) -> str:
    """A metric's name for people."""
    return NAMES.get(metric, metric.replace("_", " "))


def value(score: Score) -> str:
    """`74.2`, `0.98` or `1.234`, by unit."""
    return f"{score.value:.{DIGITS.get(score.unit, 3)}f}"


def interval(score: Score | None) -> str:
    """`74.2 [70.1, 78.3]`; a dash where nothing was measured; `1.234 (no interval)` where none can be told."""
    if score is None:
        return "–"
    if "|ci:none" in score.signature:
        return f"{value(score)} (no interval)"
    digits = DIGITS.get(score.unit, 3)
    return f"{score.value:.{digits}f} [{score.low:.{digits}f}, {score.high:.{digits}f}]"


def plain(number: object) -> str:
    """A count with separators, a fraction with four significant digits, anything else as it is."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return str(number)
    if isinstance(number, int) or (number.is_integer() and abs(number) >= 1000):
        return f"{int(number):,}"
    return f"{number:,.0f}" if abs(number) >= 10000 else f"{number:.4g}"


def p_value(p: float) -> str:
    """A p value with the digits that matter: `0.031`, `<0.001`."""
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def rounded(number: float) -> str:
    """A size in words: `1.02 million`, `640 thousand`, `812`."""
    for size, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if number >= size:
            return f"{number / size:.3g} {word}"
    return f"{number:g}"
