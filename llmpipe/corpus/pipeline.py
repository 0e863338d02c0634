"""
The rules of cleaning over one document, and over a block of them.

A block comes to one line for each document and its hashes; what needs other documents (duplicates, contamination,
splits) is decided later, on the hashes of all.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import orjson

from llmpipe.corpus import (
    characters,
    decontaminate,
    duplicates,
    filters,
    language,
    normalize,
    outlier_counts,
    overlap,
    pii,
    prefixes,
    score,
    vocabulary,
)
from llmpipe.corpus.broken_words import broken_words
from llmpipe.corpus.characters import Rule
from llmpipe.corpus.contents import Contents, contents_of
from llmpipe.corpus.contents import keys as content_keys
from llmpipe.corpus.decoding.compatible_again import compatible_again, may_be_compatible
from llmpipe.corpus.decoding.damaged import damaged, may_be_damaged
from llmpipe.corpus.decoding.east_asian import east_asian, may_be_east_asian
from llmpipe.corpus.decoding.escapes import escapes, may_be_escaped
from llmpipe.corpus.decoding.glyphs import glyphs, may_have_glyphs
from llmpipe.corpus.decoding.recode import may_be_recoded, recode
from llmpipe.corpus.decoding.reread import may_be_reread, reread
from llmpipe.corpus.decoding.wide_bytes import wide_bytes
from llmpipe.corpus.formats import formats, may_be_formatted
from llmpipe.corpus.html import html, unescape
from llmpipe.corpus.layout import columns, layout, may_have_columns, may_have_layout
from llmpipe.corpus.lines import c4_lines
from llmpipe.corpus.markup import markup, may_have_markup, strings_of
from llmpipe.corpus.odd_letters import lookalikes, may_have_lookalikes, odd_letters
from llmpipe.corpus.paragraphs import paragraph_hashes
from llmpipe.corpus.site_lines.boilerplate import boilerplate
from llmpipe.corpus.site_lines.chats import chats, may_be_chats
from llmpipe.corpus.site_lines.edges import lines_gone
from llmpipe.corpus.site_lines.frames import Cut, may_have_frames, strip_frames
from llmpipe.corpus.site_lines.learned import may_have_learned, site, strip_learned, stripped
from llmpipe.corpus.site_lines.mails import mails, may_be_mails
from llmpipe.corpus.site_lines.notices import may_have_notices, notices
from llmpipe.corpus.site_lines.templates import may_have_templates, strip_templates
from llmpipe.corpus.text import Tokens, ngram_hashes, shingles, stable_hash, token_hashes, tokens_of_folded
from llmpipe.corpus.unwrap import may_be_wrapped, unwrap
from llmpipe.corpus.vocabulary.apostrophes import apostrophes, may_have_ticks
from llmpipe.corpus.vocabulary.counts import Vocabulary
from llmpipe.corpus.vocabulary.looks import Suspicion
from llmpipe.sections.clean import CleanConfig, LinesConfig

SHOWN = 300  # characters of a text in reports


@dataclass(frozen=True, slots=True)
class Cleaned:
    """
    One document after the rules that need no other document.

    Args:
        text: Its text after all repairs.
        language: What it is written in.
        changed: Names of the rules that changed it, in order.
        reason: Name of the rule that drops it, or "".
        detail: The value that did it.
    """

    text: str
    language: str
    changed: tuple[str, ...]
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """
    What the rules make of several documents.

    Args:
        lines: A line of JSON for each document.
        keys: Content hashes, uint64 (n, 2).
        ids: Hashes of the ids, uint64 (n,).
        kept: Whether the rules keep the document, bool (n,).
        signatures: MinHash signatures, uint32 (n, num_hashes); (n, 0) without near duplicates.
        heads: Hashes of the first words, uint64 (n,); 0 for a document with fewer.
        leaks: Pairs (document in this block, test item), int64 (l, 2).
        runs: Pairs (document in this block, run of words of a test item), int64 (h, 2).
        paragraphs: Pairs (document in this block, hash of a paragraph) of kept documents, uint64 (m, 2).
        stripped: (site, learned line) -> documents that lost it.
    """

    lines: list[bytes]
    keys: np.ndarray
    ids: np.ndarray
    kept: np.ndarray
    signatures: np.ndarray
    heads: np.ndarray
    leaks: np.ndarray
    runs: np.ndarray
    paragraphs: np.ndarray
    stripped: Counter[tuple[str, str]]


def repair_rules(config: CleanConfig) -> dict[str, Rule]:
    """Rules for characters and markup, in their order; listed boilerplate last, before wide spaces go."""
    rules: dict[str, Rule] = {"wide_bytes": wide_bytes, "compatible_again": compatible_again} if config.recode else {}
    if config.formats:
        rules["formats"] = formats
    if config.vocabulary.on:
        rules["apostrophes"] = apostrophes
    if config.layout:
        rules["layout"] = layout
    if config.recode:
        rules["damaged"] = damaged
    if config.escapes:
        rules |= {"glyphs": glyphs, "escapes": escapes}
    if config.odd_letters:
        rules["lookalikes"] = lookalikes
    if config.recode:
        rules |= {"east_asian": east_asian, "recode": recode, "reread": reread}
    rules["mojibake"] = normalize.mojibake
    if config.html:
        rules["html"] = html
    rules["entities"] = unescape
    if config.html:
        rules["markup"] = markup
    for name, rule in normalize.CHARACTER_RULES.items():
        if name == "compatible" and config.odd_letters:
            rules["odd_letters"] = odd_letters
        rules[name] = rule
    if config.boilerplate.mails:
        rules |= {"chats": chats, "mails": mails}
    if config.boilerplate.listed:
        rules["boilerplate"] = partial(boilerplate, navigation=config.boilerplate.navigation)
    if config.boilerplate.notices:
        rules["notices"] = notices
    return rules


# What tells of several texts at once which of them a rule may change
REPAIR_LOOKS = normalize.LOOKS | {
    "formats": may_be_formatted,
    "compatible_again": may_be_compatible,
    "apostrophes": may_have_ticks,
    "layout": may_have_layout,
    "lookalikes": may_have_lookalikes,
    "glyphs": may_have_glyphs,
    "escapes": may_be_escaped,
    "damaged": may_be_damaged,
    "recode": may_be_recoded,
    "reread": may_be_reread,
    "east_asian": may_be_east_asian,
    "markup": may_have_markup,
    "chats": may_be_chats,
    "mails": may_be_mails,
    "notices": may_have_notices,
}
TIDY_LOOKS = normalize.LOOKS | {
    "learned_blocks": may_have_frames,
    "unwrap": may_be_wrapped,
    "columns": may_have_columns,
}


def tidy_rules(
    config: CleanConfig,
    learned: frozenset[int],
    words: Vocabulary | None = None,
    cut: Cut = Cut(),  # noqa: B008
) -> dict[str, Rule]:
    """Rules for lines and paragraphs, after it is learned which lines the document's site repeats, in their order."""
    rules: dict[str, Rule] = {}
    if config.boilerplate.learned_blocks:
        rules["learned_blocks"] = partial(strip_frames, learned=learned, cut=cut)
    if learned and config.boilerplate.learned_values:
        rules["learned_templates"] = partial(strip_templates, learned=learned)
    if learned:
        rules["learned_boilerplate"] = partial(strip_learned, learned=learned)
    if config.layout:
        rules["columns"] = columns
    if config.unwrap:
        rules["unwrap"] = unwrap  # after boilerplate: lines of a menu must not become a part of a paragraph
    if config.broken_words:
        rules["broken_words"] = broken_words
    if words is not None and config.vocabulary.min_ratio is not None:
        rules |= vocabulary.rules(words, config.vocabulary.min_ratio)
    if config.lines != LinesConfig():
        rules["c4_lines"] = partial(c4_lines, config=config.lines)
    if config.mixed_languages == "drop_paragraphs":
        confidence = config.filters.min_language_confidence or 0.0
        rules["mixed_languages"] = partial(language.drop_paragraphs, wanted=config.languages, min_confidence=confidence)
    rules["whitespace"] = normalize.whitespace
    return rules


def clean_text(
    text: str,
    declared: str,
    config: CleanConfig,
    learned: frozenset[int] = frozenset(),
    words: Vocabulary | None = None,
) -> Cleaned:
    """
    Apply every rule that needs one document only.

    Args:
        text: As read.
        declared: The language that its source says.
        config: Of the stage.
        learned: Hashes of the lines that its site repeats.
        words: What the corpus has, for `clean.vocabulary`.
    """
    repaired, changed = characters.apply(text, repair_rules(config), REPAIR_LOOKS)
    return judge([Repaired(repaired, tuple(changed), declared, learned)], config, words)[0]


@dataclass(frozen=True, slots=True)
class Repaired:
    """
    A document after the rules for characters and markup.

    Args:
        text: Its text.
        changed: Names of the rules that changed it, in order.
        declared: The language that its source says.
        learned: Hashes of the lines that its site repeats.
        cut: Whether lines of listed forms went from its ends.
    """

    text: str
    changed: tuple[str, ...]
    declared: str
    learned: frozenset[int]
    cut: Cut = Cut()


def judge(documents: Sequence[Repaired], config: CleanConfig, words: Vocabulary | None = None) -> list[Cleaned]:
    """
    Tidy repaired texts, redact personal data, tell their languages and say whether they are kept.

    Step by step for all of them: what a step needs (a model, tables) stays in the cache of the processor.
    """
    tidied = _tidied(documents, config, words)
    policies = dict(config.pii)
    redacted = pii.redact_all([text for text, _ in tidied], policies, config.seed)
    guesses = [language.detect(text, config.languages) for text, _, _ in redacted]
    judged = []
    for document, (_, rules), (text, kinds, dropped), guess in zip(documents, tidied, redacted, guesses, strict=True):
        changed = (*document.changed, *rules, *(f"pii_{kind}" for kind in kinds))
        item = Cleaned(text, document.declared, changed, f"pii_{dropped}" if dropped else "")
        judged.append(_judged(item, guess, config))
    return judged


def _tidied(
    documents: Sequence[Repaired], config: CleanConfig, words: Vocabulary | None
) -> list[tuple[str, list[str]]]:
    """Tidy texts, those of sites that repeat the same lines together."""
    tidied: list[tuple[str, list[str]]] = [("", [])] * len(documents)
    groups: dict[tuple[frozenset[int], Cut], list[int]] = {}
    for number, document in enumerate(documents):
        cut = document.cut if config.boilerplate.learned_blocks else Cut()
        groups.setdefault((document.learned, cut), []).append(number)
    for (learned, cut), numbers in groups.items():
        looks = TIDY_LOOKS | {
            "learned_templates": partial(may_have_templates, learned=learned),
            "learned_boilerplate": partial(may_have_learned, learned=learned),
        }
        if words is not None and config.vocabulary.min_ratio is not None:
            looks |= Suspicion(words, config.vocabulary.min_ratio).looks(tuple(vocabulary.RULES))
        texts = [documents[number].text for number in numbers]
        found = characters.apply_all(texts, tidy_rules(config, learned, words, cut), looks)
        for number, item in zip(numbers, found, strict=True):
            tidied[number] = item
    return tidied


def _judged(item: Cleaned, guess: language.Guess, config: CleanConfig) -> Cleaned:
    if not item.text.strip():
        return replace(item, reason="empty", detail="nothing is left after repair")
    min_confidence = config.filters.min_language_confidence
    settled = language.settle(guess, item.language, 1.0 if min_confidence is None else min_confidence)
    if item.reason:
        return replace(item, language=settled)
    reason, detail = filters.first_reason(item.text, settled, config.filters)
    if not reason and min_confidence is not None and language.unwanted(guess, config.languages, min_confidence):
        settled, reason, detail = guess.language, "language", f"{guess.language} {guess.confidence:.2f}"
    return replace(item, language=settled, reason=reason, detail=detail)


def all_reasons(item: Cleaned, config: CleanConfig) -> list[str]:
    """Every filter that alone would remove a document, and the reason that is no filter, if it has one."""
    found = filters.all_reasons(item.text, item.language, config.filters)
    return found if not item.reason or item.reason in found else [*found, item.reason]


@dataclass(frozen=True, slots=True)
class Shared:
    """
    What the rules need beside a document.

    Args:
        items: Test items.
        runs: Runs of words of the test items.
        learned: For each site the hashes of the lines that it repeats.
        quality: Scores texts; None without `clean.quality_model`.
        counted_share: Of the documents, that the counts for `clean.outliers` hold.
    """

    items: decontaminate.Index
    runs: overlap.Runs
    learned: Mapping[str, frozenset[int]]
    quality: score.Model | None = None
    counted_share: float = 1.0


def clean_block(
    documents: list[dict[str, Any]],
    config: CleanConfig,
    shared: Shared,
    tally: outlier_counts.Tally | None = None,
    words: Vocabulary | None = None,
) -> Block:
    """
    Judge repaired documents and hash them, together: arrays of many documents are faster than many arrays.

    Args:
        documents: As `repair` left them.
        config: Of the stage.
        shared: What the rules need beside a document.
        tally: Where those that are kept are counted, for `clean.outliers`.
        words: What the corpus has, for `clean.vocabulary`.
    """
    sites = [site(document["id"], document["source"]) for document in documents]
    repaired = [
        Repaired(
            document["text"],
            tuple(document["changed"]),
            document["language"],
            shared.learned.get(name, frozenset()),
            _cut(document),
        )
        for document, name in zip(documents, sites, strict=True)
    ]
    cleaned = judge(repaired, config, words)
    lost = _lost_lines(documents, sites, cleaned, shared.learned)
    if shared.quality is not None:
        cleaned = _scored(cleaned, shared.quality, config.quality_model.min_score or 0.0)
    texts = [item.text if not item.reason else "" for item in cleaned]
    folded = [item.text.casefold() for item in cleaned]
    tokens = tokens_of_folded([text if not item.reason else "" for text, item in zip(folded, cleaned, strict=True)])
    contents = contents_of(folded)
    if tally is not None:
        ids = [str(document["id"]) for document in documents]
        kept = np.array([bool(text) for text in texts])
        counted = kept & outlier_counts.counted(ids, config.seed, shared.counted_share)
        languages = [item.language for item in cleaned]
        tally.add(outlier_counts.texts_of(texts, folded, tokens, languages), counted)
    return Block(
        lines=[_line(document, item) for document, item in zip(documents, cleaned, strict=True)],
        keys=content_keys(contents),
        ids=np.array([stable_hash(config.seed, document["id"]) for document in documents], dtype=np.uint64),
        kept=np.array([not item.reason for item in cleaned], dtype=bool),
        signatures=_signatures(tokens, config),
        heads=_heads(tokens, config.duplicates.prefix_words),
        leaks=_leaks(documents, cleaned, texts, tokens, shared.items) if config.decontaminate.enabled else _pairs([]),
        runs=overlap.hits(shared.runs, tokens),
        paragraphs=_paragraphs(contents, cleaned, config.duplicates.paragraph_words),
        stripped=lost,
    )


SITE_RULES = frozenset(("boilerplate", "notices", "mails"))  # that take lines from the ends of a text


def _cut(document: dict[str, Any]) -> Cut:
    """At which ends these rules took lines from a document; not told where others changed it, too."""
    if not document["changed"] or not SITE_RULES.issuperset(document["changed"]):
        return Cut()
    raw, text = ([line.strip() for line in document[part].split("\n")] for part in ("raw", "text"))
    raw, text = list(filter(None, raw)), list(filter(None, text))
    return Cut(raw[:1] != text[:1], raw[-1:] != text[-1:], max(0, len(raw) - len(text)))


def _lost_lines(
    documents: Sequence[dict[str, Any]],
    sites: Sequence[str],
    cleaned: Sequence[Cleaned],
    learned: Mapping[str, frozenset[int]],
) -> Counter[tuple[str, str]]:
    """How many documents of a site lost a line that it repeats."""
    lost: Counter[tuple[str, str]] = Counter()
    for document, name, item in zip(documents, sites, cleaned, strict=True):
        lines: list[str] = []
        if "learned_boilerplate" in item.changed:
            lines += stripped(document["text"], learned[name])
        if "learned_templates" in item.changed:
            lines += lines_gone(document["text"], strip_templates(document["text"], learned[name]))
        if "learned_blocks" in item.changed:
            known = learned.get(name, frozenset())
            lines += lines_gone(document["text"], strip_frames(document["text"], known, _cut(document)))
        lost.update((name, line) for line in dict.fromkeys(lines))
    return lost


def _signatures(tokens: Tokens, config: CleanConfig) -> np.ndarray:
    settings = config.duplicates
    if not settings.near:
        return np.empty((len(tokens.lengths), 0), dtype=np.uint32)
    hashes, offsets = shingles(tokens, settings.ngram, settings.ngram_han)
    return duplicates.signatures(hashes, offsets, settings.num_hashes)


def _leaks(
    documents: Sequence[dict[str, Any]],
    cleaned: Sequence[Cleaned],
    texts: Sequence[str],
    tokens: Tokens,
    items: decontaminate.Index,
) -> np.ndarray:
    """Pairs (document, test item) of kept documents that hold the item, now or as they were read, int64 (l, 2)."""
    grams = ngram_hashes(tokens.hashes, tokens.lengths, decontaminate.NGRAM)
    found = decontaminate.leaks(items, texts, *grams)
    return _pairs(sorted({*found, *_leaks_as_read(documents, cleaned, items)}))


def _pairs(found: list[tuple[int, int]]) -> np.ndarray:
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _leaks_as_read(
    documents: Sequence[dict[str, Any]], cleaned: Sequence[Cleaned], items: decontaminate.Index
) -> list[tuple[int, int]]:
    """
    Pairs (document, test item) of kept documents that held the item before markup was taken out.

    Of a record of a test set, `markup` may leave the passage and take the question: still a part of that item.
    """
    read = {"markup", "formats"}
    numbers = [n for n, item in enumerate(cleaned) if not item.reason and not read.isdisjoint(item.changed)]
    if not numbers or not items.ids:
        return []
    texts = [strings_of(documents[number]["raw"]) for number in numbers]
    grams = ngram_hashes(*token_hashes(texts), decontaminate.NGRAM)
    return [(numbers[document], item) for document, item in decontaminate.leaks(items, texts, *grams)]


def _scored(cleaned: list[Cleaned], model: score.Model, min_score: float) -> list[Cleaned]:
    """Drop what the learned score finds too unlike the good examples."""
    values = score.scores(model, [item.text for item in cleaned])
    return [
        replace(item, reason="quality_score", detail=f"{value:.3f}") if not item.reason and value < min_score else item
        for item, value in zip(cleaned, values.tolist(), strict=True)
    ]


def _heads(tokens: Tokens, words: int | None) -> np.ndarray:
    return np.zeros(len(tokens.lengths), dtype=np.uint64) if words is None else prefixes.heads(tokens, words)


def _paragraphs(contents: Contents, cleaned: list[Cleaned], min_words: int | None) -> np.ndarray:
    pairs: list[tuple[int, int]] = []
    if min_words is not None:
        found = paragraph_hashes(contents, [item.text for item in cleaned], min_words)
        pairs = [(number, one) for number, item in enumerate(cleaned) if not item.reason for one in found[number]]
    return np.array(pairs, dtype=np.uint64).reshape(-1, 2)


def _line(document: dict[str, Any], item: Cleaned) -> bytes:
    raw = document.get("raw", document["text"])
    before, after = excerpts(raw, item.text) if item.changed else ("", "")
    return orjson.dumps(
        {
            "id": document["id"],
            "source": document["source"],
            "labels": document.get("labels", {}),
            "text": item.text,
            "language": item.language,
            "changed": item.changed,
            "reason": item.reason,
            "detail": item.detail,
            "raw": raw[:SHOWN],
            "before": before,
            "after": after,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def excerpts(before: str, after: str) -> tuple[str, str]:
    """The first `SHOWN` characters of two texts, from a little before the place where they begin to differ."""
    common = min(len(before), len(after))
    place = bisect(range(common), False, key=lambda end: before[: end + 1] != after[: end + 1]) % max(1, common)
    start = max(0, place - 60)
    return before[start : start + SHOWN], after[start : start + SHOWN]
