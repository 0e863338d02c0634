"""
Cleaning measured against planted dirt: for each kind, what was caught, and what of the caught was planted.

A kind is what the ledger calls it. `KINDS` says which reasons and changes belong to it; a kind that is not listed is
measured by its outcome alone.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Z95 = 1.959963984540054  # 97.5 % point of the normal distribution
CHARACTERS = (
    "words_parted",
    "words_glued",
    "sentences_glued",
    "letters_doubled",
    "letters_mistaken",
    "apostrophes",
    "marks_apart",
    "foreign_marks",
    "han_apart",
    "han_mistaken",
    "layout",
    "columns",
    "lookalikes",
    "controls",
    "invisible",
    "odd_letters",
    "canonical",
    "width",
    "spaces",
    "reserved",
)
KINDS: dict[str, tuple[str, ...]] = {
    "exact_duplicate": ("exact_duplicate",),
    "near_duplicate": ("near_duplicate",),
    "boilerplate": (
        "boilerplate",
        "chats",
        "mails",
        "notices",
        "learned_blocks",
        "learned_templates",
        "learned_boilerplate",
    ),
    "html": ("formats", "html", "entities", "markup"),
    "mojibake": (
        "mojibake",
        "east_asian",
        "recode",
        "reread",
        "wide_bytes",
        "compatible_again",
        "damaged",
        "glyphs",
        "escapes",
        "letters_lost",
        "max_mojibake_ratio",
    ),
    "pii": (
        "pii_email",
        "pii_phone",
        "pii_ip",
        "pii_card",
        "pii_national_id",
        "pii_iban",
        "pii_secret",
        "pii_private_key",
    ),
    "wrong_language": ("language",),
    "low_quality": (
        "empty",
        "min_words",
        "max_words",
        "max_symbol_ratio",
        "max_digit_ratio",
        "max_long_word_ratio",
        "max_odd_word_ratio",
        "max_repeated_line_ratio",
        "max_repeated_ngram_ratio",
        "max_term_ratio",
        "max_log_line_ratio",
        "max_visitor_ratio",
        "max_count_ratio",
        "max_advert_ratio",
        "max_reply_ratio",
        "max_style_ratio",
    ),
    "characters": CHARACTERS,
    "leak": ("leak",),
}


@dataclass(slots=True)
class Outcome:
    """
    What cleaning did to one document.

    Args:
        reason: Why it was removed, or "".
        changed: The rules that changed it.
        text: Its text when it was kept.
        favoured: The document kept in its place, for copies.
    """

    reason: str
    changed: Sequence[str]
    text: str
    favoured: str = ""


def same_text(left: str, right: str) -> bool:
    """Whether two texts are equal up to white space."""
    return "".join(left.split()) == "".join(right.split())


def handled(entry: Mapping[str, Any], outcomes: Mapping[str, Outcome]) -> bool:
    """
    Whether cleaning did with a planted document what the ledger expects.

    Of two copies either may go: a planted copy counts as dropped when the document it was made from was removed in its
    favour. Repaired, stripped and kept documents must equal the expected text up to white space.
    """
    outcome = outcomes[entry["id"]]
    if entry["expected"] == "drop":
        origin = outcomes.get(entry["origin"])
        return bool(outcome.reason) or (origin is not None and origin.favoured == entry["id"])
    if outcome.reason:
        return False
    if entry["expected"] == "redact":
        return all(text not in outcome.text for _, _, text in entry["spans"])
    return same_text(outcome.text, entry["original"])


def score(entries: Sequence[Mapping[str, Any]], outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """
    Recall, precision and false alarms for each kind of dirt.

    Args:
        entries: The ledger.
        outcomes: What was done, for every document that the ledger names or that was removed or changed.

    Returns:
        For each kind: `recall` (planted documents handled as expected), `precision` (of the documents that a rule of
        the kind removed or changed, those planted as it, the other copy of one, and those of another kind that ended as
        the ledger expects) and, for each variant, `recall`. Under
        `kept`, hard negatives left as they were.
    """
    planted: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        planted.setdefault("kept" if entry["expected"] == "keep" else entry["kind"], []).append(entry)
    result: dict[str, Any] = {}
    for kind, members in sorted(planted.items()):
        good = [handled(entry, outcomes) for entry in members]
        result[kind] = {"recall": proportion(sum(good), len(good))}
        variants: dict[str, list[bool]] = {}
        for entry, right in zip(members, good, strict=True):
            variants.setdefault(
                f"{entry['kind']}_{entry['variant']}" if kind == "kept" else entry["variant"], []
            ).append(right)
        result[kind]["variants"] = {name: proportion(sum(v), len(v)) for name, v in sorted(variants.items())}
        if kind in KINDS:
            result[kind]["precision"] = _precision(kind, members, entries, outcomes)
    return result


def _precision(
    kind: str,
    members: Sequence[Mapping[str, Any]],
    entries: Sequence[Mapping[str, Any]],
    outcomes: Mapping[str, Outcome],
) -> dict[str, Any]:
    rules = frozenset(KINDS[kind])
    acted = {name for name, out in outcomes.items() if out.reason in rules or not rules.isdisjoint(out.changed)}
    right = {entry["id"] for entry in members}
    right |= {entry["id"] for entry in entries if entry["id"] in acted and handled(entry, outcomes)}
    named = {entry["id"] for entry in entries}
    right |= {name for name in acted if outcomes[name].favoured in named}  # the origin went, its planted copy stayed
    return proportion(len(acted & right), len(acted))


def damage(entries: Sequence[Mapping[str, Any]], outcomes: Mapping[str, Outcome], documents: int) -> dict[str, Any]:
    """
    What happened to the clean documents, those the ledger does not name.

    Returns:
        `removed` and `changed` as shares of all clean documents, and the rules that did it. A document that went in
        favour of a planted copy of itself is not damaged.
    """
    named = {entry["id"] for entry in entries}
    clean = {name: outcome for name, outcome in outcomes.items() if name not in named and outcome.favoured not in named}
    removed = Counter(outcome.reason for outcome in clean.values() if outcome.reason)
    changed = Counter(rule for outcome in clean.values() if not outcome.reason for rule in outcome.changed)
    total = documents - len(named)
    num_changed = sum(bool(outcome.changed) and not outcome.reason for outcome in clean.values())
    return {
        "removed": proportion(removed.total(), total),
        "changed": proportion(num_changed, total),
        "removed_by": dict(removed),
        "changed_by": dict(changed),
    }


def proportion(count: int, n: int) -> dict[str, Any]:
    """A share with n and its 95 % score interval (Wilson 1927); without cases it is 0 of 0 in [0, 1]."""
    if not n:
        return {"value": 0.0, "low": 0.0, "high": 1.0, "n": 0}
    centre = (count + Z95**2 / 2) / (n + Z95**2)
    half = Z95 * math.sqrt(count * (n - count) / n + Z95**2 / 4) / (n + Z95**2)
    low, high = 0.0 if count == 0 else centre - half, 1.0 if count == n else centre + half
    return {"value": count / n, "low": low, "high": high, "n": n}
