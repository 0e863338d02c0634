"""
Cleaning measured: speed of the whole stage and of each kernel, memory, near duplicates against brute force, datatrove.

`python bench/clean.py [--quick] [--mb 200] [--large] [--data DIR]` writes mixed English and Chinese text with planted
dirt (a function of the seed) to a temporary folder, runs the real stage on it with one worker, and prints tables and,
last, a JSON line. Times are of this machine under whatever else it does; ratios are taken inside one process. MB is
10^6 bytes of UTF-8 text; the stage also reads its JSON.
"""

import argparse
import importlib.util
import io
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy import sparse
from stage import ROOT, Cost, change, clean_section, read_result, run_clean, write_raw

from llmpipe.config import validate
from llmpipe.corpus import blocks, characters, duplicates, engine, filters, pipeline
from llmpipe.corpus.text import match_tokens, ngram_hashes, token_hashes
from llmpipe.files import Layout, read_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.stages import clean
from llmpipe.world.examples import split_examples
from llmpipe.world.streams import document

MB = 10**6
RECENT = 2000  # documents that copies are made of
EDITS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08)  # share of words changed in near copies
KERNELS = (  # step, where the stage looks it up
    ("lines of sites", blocks, "_note_lines"),
    ("pii", pipeline.pii, "redact_all"),
    ("language", pipeline.language, "detect"),
    ("filters", pipeline.filters, "first_reason"),
    ("tokens", pipeline, "tokens_of_folded"),
    ("paragraphs", pipeline, "paragraph_hashes"),
    ("n-gram hashes", pipeline, "ngram_hashes"),
    ("content keys", pipeline, "content_keys"),
    ("signatures", pipeline.duplicates, "signatures"),
    ("items in documents", pipeline.decontaminate, "leaks"),
    ("runs of items", pipeline.overlap, "hits"),
)  # fmt: skip


# Rules of recipe `files` beyond those that cleaning was asked for, and how each is switched off
OPTIONAL = {
    "escapes": ("escapes=false",),
    "recode": ("recode=false",),
    "odd_letters": ("odd_letters=false",),
    "formats": ("formats=false",),
    "layout": ("layout=false",),
    "notices": ("boilerplate.notices=false",),
    "navigation": ("boilerplate.navigation=false",),
    "broken_words": ("broken_words=false",),
    "lists and logs": ("filters.max_term_ratio=null", "filters.max_log_line_ratio=null"),
    "long sentences": ("boilerplate.min_long_sentence_ratio=null",),
    "short lines": ("boilerplate.min_short_ratio=null",),
    "lines with values": ("boilerplate.learned_values=false",),
    "blocks of lines": ("boilerplate.learned_blocks=false",),
    "mails": ("boilerplate.mails=false",),
    "pages": tuple(f"filters.max_{name}_ratio=null" for name in ("visitor", "count", "advert", "reply", "style")),
    "outliers": tuple(
        f"outliers.{name}=null" for name in ("min_order", "max_unlikely_ratio", "max_unknown_ratio", "max_rare_ratio")
    ),
    "four filters": tuple(
        f"filters.{name}=null"
        for name in ("max_rare_han_ratio", "max_misplaced_ratio", "max_lost_character_ratio", "max_mixed_case_ratio")
    ),
}


# --- text -------------------------------------------------------------------------------------------


class Writer:
    """
    Endless documents of 0.5-20 kB whose sentences come from real text, when it is there, and from the sample world.

    In each sentence a word is exchanged for one from anywhere, so that two documents share few 5-grams.
    """

    def __init__(self, data: Path, quick: bool) -> None:
        texts: dict[str, list[str]] = {"en": [], "zh": []}
        for language, names in (("en", ("lm_enwiki", "lm_tinyshakespeare")), ("zh", ("lm_zhwiki", "lm_zh_classical"))):
            for path in (data / name / "train.jsonl" for name in names):
                if path.exists():
                    texts[language] += [row["text"] for row in read_jsonl(path)]
        self.real = bool(texts["en"] and texts["zh"])
        for index in range(500 if quick else 10000):
            found = document(1, index)
            if found.language in texts:
                texts[found.language].append(found.text)
        self.sentences = {
            "en": [s for text in texts["en"] for s in re.split(r"(?<=[.!?])\s+", text) if 30 < len(s) < 400],
            "zh": [s for text in texts["zh"] for s in re.split(r"(?<=[。！？])\s*", text) if 12 < len(s) < 200],
        }
        self.words = [word for s in self.sentences["en"] for word in s.split(" ")]
        self.characters = re.findall(r"[\u4e00-\u9fff]", "".join(self.sentences["zh"]))

    def document(self, draw: random.Random, language: str) -> str:
        """One clean document."""
        size = min(20000, max(500, int(draw.lognormvariate(7.6, 0.9))))  # bytes
        lines: list[str] = []
        line: list[str] = []
        written = 0
        while written < size:
            sentence = draw.choice(self.sentences[language])
            place = draw.randrange(len(sentence))
            if language == "en":
                start = sentence.rfind(" ", 0, place) + 1
                end = sentence.find(" ", place)
                sentence = sentence[:start] + draw.choice(self.words) + (sentence[end:] if end > 0 else ".")
                written += len(sentence)
            else:
                sentence = sentence[:place] + draw.choice(self.characters) + sentence[place + 1 :]
                written += 3 * len(sentence)
            line.append(sentence)
            if draw.random() < 0.2:
                lines.append((" " if language == "en" else "").join(line))
                line = []
        return "\n".join([*lines, (" " if language == "en" else "").join(line)]).strip()

    def edited(self, draw: random.Random, text: str, language: str, share: float) -> str:
        """A text with a share of its words (Han characters) exchanged."""
        units = text.split(" ") if language == "en" else list(text)
        pool = self.words if language == "en" else self.characters
        for place in draw.sample(range(len(units)), max(1, round(len(units) * share))):
            units[place] = draw.choice(pool)
        return (" " if language == "en" else "").join(units)


def spoiled(draw: random.Random, text: str, language: str) -> str:
    """A text with one kind of dirt."""
    kind = draw.choice(("html", "mojibake", "lines", "personal", "invisible", "junk"))
    if kind == "html":
        return "<html><body><nav>Home</nav>" + "".join(f"<p>{p}</p>" for p in text.split("\n")) + "</body></html>"
    if kind == "mojibake":
        return text.replace("'", "’").encode().decode("latin-1")
    if kind == "lines":
        footer = "Copyright © 2020 Example. All rights reserved.\nSubscribe to our newsletter"
        return f"Home | About | Contact\n{text}\n{footer}"
    if kind == "personal":
        phone, address = f"+1 212-555-{draw.randrange(1000, 9999)}", f"192.0.2.{draw.randrange(255)}"
        return f"{text}\nann{draw.randrange(999)}@example.com, {phone}, {address}"
    if kind == "invisible":
        return text.replace("the", "t\u200bhe").replace("的", "\u200b的").replace(" ", "\u00a0", 20)
    return " ".join("".join(draw.choice("bcdfghjklz;#") for _ in range(8)) for _ in range(120))


def generated(writer: Writer, size: int, seed: int, dirt: float = 0.2, copies: float = 0.1) -> Iterator[Document]:
    """
    Documents with dirt and copies, until they hold `size` bytes of text.

    Args:
        writer: Writes clean ones.
        size: In bytes.
        seed: The same documents for the same seed and files.
        dirt: Share of documents with dirt of one kind.
        copies: Share of documents that are exact or near copies of one of the last `RECENT`.
    """
    draw = random.Random(seed)
    recent: list[tuple[str, str]] = []
    written = number = 0
    while written < size:
        chance = draw.random()
        language = draw.choice(("en", "zh"))
        if chance < copies and recent:
            text, language = draw.choice(recent)
            if draw.random() < 0.75:
                text = writer.edited(draw, text, language, draw.choice(EDITS))
        else:
            text = writer.document(draw, language)
            if chance > 1 - dirt:
                text = spoiled(draw, text, language)
            elif len(recent) < RECENT:
                recent.append((text, language))
            else:
                recent[draw.randrange(RECENT)] = (text, language)
        written += len(text.encode())
        yield Document(f"bench-{number:07d}", text, language, "bench")
        number += 1


# --- the whole stage --------------------------------------------------------------------------------


def section_without(*names: str) -> dict[str, Any]:
    """The parameters of recipe `files` with some of the optional rules switched off."""
    section = clean_section("files")
    for name in names:
        change(section, OPTIONAL[name])
    return section


def whole(writer: Writer, size: int, section: dict[str, Any]) -> tuple[float, Cost, dict[str, Any]]:
    """Megabytes written, what cleaning them cost, and its metrics."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        written = [0]

        def counted() -> Iterator[Document]:
            for found in generated(writer, size, 1):
                written[0] += len(found.text.encode())
                yield found

        tests = list(split_examples("reading", "T1", 1, 200))
        write_raw(folder, counted(), (), tests)
        cost = run_clean(folder, section)
        return written[0] / MB, cost, read_json_metrics(folder)


def read_json_metrics(folder: Path) -> dict[str, Any]:
    """Metrics of the stage that ran in a folder."""
    found: dict[str, Any] = json.loads(Layout(folder / "data").metrics("clean").read_text("utf-8"))
    return found


# --- kernel by kernel -------------------------------------------------------------------------------


class Timers:
    """Seconds inside functions that are looked up in modules, by step."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, adding to the seconds of a step."""

        def call(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[step] += time.perf_counter() - started

        return call


@contextmanager
def watched(timers: Timers) -> Iterator[None]:
    """Time the kernels, each rule of repair and each step of the engine, while the block runs."""
    plain_apply, plain_run = characters.apply_all, engine.Engine.run

    def apply(texts: Iterable[str], rules: dict[str, Any], looks: dict[str, Any]) -> Any:
        rules = {name: timers.timed(f"rule {name}", rule) for name, rule in rules.items()}
        return plain_apply(texts, rules, {name: timers.timed(f"rule {name}", look) for name, look in looks.items()})

    def run(self: Any, name: str, *arguments: Any) -> Any:
        return timers.timed(f"step {name}", plain_run)(self, name, *arguments)

    with ExitStack() as stack:
        stack.enter_context(patch.object(characters, "apply_all", apply))
        stack.enter_context(patch.object(engine.Engine, "run", run))
        for step, module, name in KERNELS:
            if hasattr(module, name):
                stack.enter_context(patch.object(module, name, timers.timed(step, getattr(module, name))))
            else:
                print(f"NOT MEASURED: {step} ({module.__name__}.{name} is not there)")
        yield


def kernels(documents: Sequence[Document]) -> dict[str, float]:
    """MB/s of each kernel, rule and step, of all text of the documents, in this process."""
    timers = Timers()
    size = sum(len(found.text.encode()) for found in documents) / MB
    with watched(timers):
        stage_in_process(documents[:200], section_without())  # loads models and tables, which are not to be timed
        timers.seconds.clear()
        stage_in_process(documents, section_without())
    return {step: size / max(seconds, 1e-6) for step, seconds in timers.seconds.items()}


def optional_rules(documents: Sequence[Document], turns: int) -> dict[str, float]:
    """
    What the optional rules cost: milliseconds a MB of the stage without any, with all, and with all but one.

    Args:
        documents: What is cleaned, in this process.
        turns: Of all of them, one after the other; the least of each counts.
    """
    size = sum(len(found.text.encode()) for found in documents) / MB
    sections = {"none of them": section_without(*OPTIONAL), "all of them": section_without()}
    sections |= {f"all but {name}": section_without(name) for name in OPTIONAL}
    least = dict.fromkeys(sections, float("inf"))
    stage_in_process(documents, section_without())  # loads models and tables
    for _ in range(turns):
        for name, section in sections.items():
            least[name] = min(least[name], stage_in_process(documents, section) / size * 1000)
    return least


def stage_in_process(documents: Sequence[Document], section: dict[str, Any]) -> float:
    """Processor seconds of the stage in this process."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_raw(folder, documents, (), list(split_examples("reading", "T1", 1, 200)))
        data = Layout(folder / "data")
        params = validate({"clean": section}, ["clean"])
        settings = {"LLMPIPE_WORKERS": "1", "LLMPIPE_TRACKING": "off", "DVC_ROOT": str(folder)}
        with patch.dict(os.environ, settings), redirect_stderr(io.StringIO()):
            started = time.process_time()
            clean.run(params, data, data, Reporter())
            return time.process_time() - started


# --- near duplicates --------------------------------------------------------------------------------


def near_duplicates(writer: Writer, size: int) -> dict[str, Any]:
    """
    What the stage removes as copies against the exact similarity of all pairs.

    Precision: removed documents whose similarity to the one kept in their place is at least .7. Recall: pairs of at
    least .8 of which one or both went, pairs with a document that another rule removed left out.
    """
    documents = list(generated(writer, size, 2, dirt=0.0, copies=0.35))
    section = clean_section("files")
    n = section["duplicates"]["ngram"], section["duplicates"]["ngram_han"]
    with tempfile.TemporaryDirectory() as temporary:
        write_raw(Path(temporary), documents)
        run_clean(Path(temporary), section)
        result = read_result(Path(temporary))
    gone = {row["removed"] for row in result.duplicates}
    lost = result.removed.keys() - gone
    names = [found.id for found in documents if found.id not in lost]
    sets = {found.id: duplicates.gram_set(found.text, *n) for found in documents if found.id not in lost}
    pairs = similar_pairs([sets[name] for name in names], 0.5)
    removed = [row for row in result.duplicates if row["kept"] in sets]
    right = sum(duplicates.jaccard(sets[row["kept"]], sets[row["removed"]]) >= 0.7 for row in removed)
    bins: dict[str, list[bool]] = {}
    high: list[bool] = []
    for left, other, similarity in pairs:
        resolved = names[left] in gone or names[other] in gone
        bins.setdefault(f"{int(similarity * 10 + 1e-9) / 10:.1f}", []).append(resolved)
        if similarity >= 0.8:
            high.append(resolved)
    return {
        "documents": len(documents),
        "lost": len(lost),
        "removed": len(removed),
        "pairs": len(high),
        "precision": right / max(1, len(removed)),
        "recall": sum(high) / max(1, len(high)),
        "bins": {name: (sum(values), len(values)) for name, values in sorted(bins.items())},
    }


def similar_pairs(sets: Sequence[np.ndarray], threshold: float) -> list[tuple[int, int, float]]:
    """All pairs (i < j) of sets whose Jaccard similarity is at least the threshold, by counting common members."""
    sizes = np.array([len(members) for members in sets])
    _, columns = np.unique(np.concatenate(sets), return_inverse=True)
    rows = np.repeat(np.arange(len(sets)), sizes)
    table = sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), (rows, columns)))
    found: list[tuple[int, int, float]] = []
    for first in range(0, len(sets), 500):
        common = (table[first : first + 500] @ table.T).tocoo()
        left, right = common.row + first, common.col
        similarity = common.data / (sizes[left] + sizes[right] - common.data)
        wanted = (left < right) & (similarity >= threshold)
        found += zip(left[wanted].tolist(), right[wanted].tolist(), similarity[wanted].tolist(), strict=True)
    return found


# --- datatrove --------------------------------------------------------------------------------------


def words_of(tokenize: Callable[[str], list[str]]) -> Any:
    """A tokenizer in datatrove's form: our words, and sentences that end at a full stop."""
    from datatrove.utils.word_tokenizers import WordTokenizer

    class Words(WordTokenizer):
        def word_tokenize(self, text: str) -> list[str]:
            return tokenize(text)

        def sent_tokenize(self, text: str) -> list[str]:
            return re.split(r"(?<=[.!?])\s+", text)

        def span_tokenize(self, text: str) -> list[tuple[int, int]]:
            return [match.span() for match in re.finditer(r"[^.!?]+[.!?]*\s*", text)]

    return Words()


def rules_against_datatrove(texts: Sequence[str]) -> dict[str, Any]:
    """
    Speed of all our filters over that of datatrove's four, on English documents that ours keep (so all of ours run).

    datatrove splits words with spaCy; where that is not installed it gets our regular expression, which is much faster.
    """
    from datatrove.data import Document as Theirs
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    recipe = clean_section("files")
    for name in filters.FILTERS:  # those that are off there run too, but drop nothing
        if recipe["filters"].get(name) is None:
            recipe["filters"][name] = 0 if name.startswith("min_") else 1
    config = validate({"clean": recipe}, ["clean"]).clean.filters
    reasons = [filters.first_reason(text, "en", config)[0] for text in texts]
    texts = [text for text, reason in zip(texts, reasons, strict=True) if not reason]
    kept_share = len(texts) / max(1, len(reasons))
    size = sum(len(text.encode()) for text in texts) / MB
    started = time.perf_counter()
    for text in texts:
        filters.first_reason(text, "en", config)
    ours = size / (time.perf_counter() - started)
    has_spacy = importlib.util.find_spec("spacy") is not None
    language = "eng" if has_spacy else words_of(lambda text: re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text))
    kinds = (GopherRepetitionFilter, GopherQualityFilter, C4QualityFilter, FineWebQualityFilter)
    rules = {kind.__name__: kind(language=language) for kind in kinds}
    theirs = dict.fromkeys(rules, 0.0)
    kept = dict.fromkeys(rules, 0.0)
    for number, text in enumerate(texts):  # document by document, as in a pipeline: they remember the last words
        for name, rule in rules.items():
            row = Theirs(text=text, id=str(number))
            started = time.perf_counter()
            kept[name] += (rule.filter(row) is True) / len(texts)
            theirs[name] += time.perf_counter() - started
    return {
        "ours": ours,
        "theirs": size / sum(theirs.values()),
        "parts": {name: size / seconds for name, seconds in theirs.items()},
        "kept": kept,
        "our_kept": kept_share,
        "tokenizer": "spaCy" if has_spacy else "our regular expression (spaCy is not installed)",
    }


def minhash_against_datatrove(texts: Sequence[str]) -> dict[str, float]:
    """MB/s of signatures and bands, ours and datatrove's on our tokens (theirs writes files, ours stays in memory)."""
    from datatrove.data import Document as Theirs
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from loguru import logger

    logger.disable("datatrove")
    size = sum(len(text.encode()) for text in texts) / MB
    settings = SimpleNamespace(**clean_section("files")["duplicates"])
    started = time.perf_counter()
    parts = []
    for first in range(0, len(texts), 200):
        numbers, lengths = token_hashes(texts[first : first + 200])
        hashes, offsets = ngram_hashes(numbers, lengths, settings.ngram)
        parts.append(duplicates.signatures(hashes, offsets, settings.num_hashes))
    table = np.concatenate(parts).T
    rows = duplicates.rows_per_band(settings.num_hashes, settings.threshold)
    everything, ranks = np.ones(len(texts), dtype=bool), np.arange(len(texts))
    for band in range(settings.num_hashes // rows):
        duplicates.band_pairs(table[band * rows : (band + 1) * rows], everything, ranks)
    ours = size / (time.perf_counter() - started)
    config = MinhashConfig(n_grams=settings.ngram)
    with tempfile.TemporaryDirectory() as temporary:
        started = time.perf_counter()
        step = MinhashDedupSignature(f"{temporary}/signatures", config, words_of(match_tokens))
        step.run((Theirs(text=text, id=str(number)) for number, text in enumerate(texts)), 0, 1)
        for bucket in range(config.num_buckets):
            MinhashDedupBuckets(f"{temporary}/signatures", f"{temporary}/buckets", config=config).run(
                None, bucket, config.num_buckets
            )
        theirs = size / (time.perf_counter() - started)
    hashes = {"our_hashes": settings.num_hashes, "their_hashes": config.num_buckets * config.hashes_per_bucket}
    return {"ours": ours, "theirs": theirs, **hashes}


# --- all of it --------------------------------------------------------------------------------------


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few MB: whether it works, not how fast")
    parser.add_argument("--mb", type=float, default=200, help="size of the text")
    parser.add_argument("--large", action="store_true", help="also ten times as much: memory must stay")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data", help="real text, when it is there")
    options = parser.parse_args()
    size = 0.6 if options.quick else options.mb
    writer = Writer(options.data, options.quick)
    print(f"sentences: {'real text and ' if writer.real else 'no real text found, only '}the sample world")

    stage_in_process(list(generated(writer, MB // 5, 6)), section_without())  # compiles the loops of the runs below
    megabytes, cost, _ = whole(writer, int(size * MB), section_without(*OPTIONAL))
    named = megabytes / cost.cpu_s
    print(f"whole stage without the optional rules: {cost.cpu_s:.1f} CPU s, {named:.2f} MB/s per core")
    megabytes, cost, metrics = whole(writer, int(size * MB), section_without())
    speed = megabytes / cost.cpu_s
    print(f"with all of them, as in recipe files: {megabytes:.1f} MB, {metrics['documents']['raw']:,} documents, "
          f"{cost.wall_s:.1f} s, {cost.cpu_s:.1f} CPU s, {speed:.2f} MB/s per core, "
          f"peak {cost.peak_rss_mb:.0f} MB")  # fmt: skip
    print(f"  removed {metrics['removed']['reasons']}\n  changed {metrics['changed']['reasons']}")
    result: dict[str, Any] = {
        "mb_per_s_per_core": speed,
        "mb_per_s_per_core_named": named,
        "peak_rss_mb": cost.peak_rss_mb,
    }
    if options.large:
        megabytes, cost, _ = whole(writer, int(10 * size * MB), section_without())
        result["peak_rss_mb_10x"] = cost.peak_rss_mb
        print(f"ten times as much: {megabytes:.0f} MB, {megabytes / cost.cpu_s:.2f} MB/s per core, "
              f"peak {cost.peak_rss_mb:.0f} MB")  # fmt: skip

    result["steps"] = kernels(list(generated(writer, int(min(size, 8) * MB), 3)))
    print(f"\n{'kernel, rule or step':34}{'MB/s':>10}")
    for step, value in sorted(result["steps"].items(), key=lambda item: item[1]):
        print(f"{step:34}{value:10.1f}")

    sample = list(generated(writer, int(min(size, 6) * MB), 5))
    result["optional_ms"] = optional_rules(sample, 1 if options.quick else 3)
    print(f"\n{'optional rules':34}{'ms a MB':>10}")
    for name, value in result["optional_ms"].items():
        print(f"{name:34}{value:10.0f}")

    near = near_duplicates(writer, int(min(size, 10) * MB))
    result |= {"neardup_precision": near["precision"], "neardup_recall": near["recall"]}
    print(f"\nnear duplicates: {near['documents']:,} documents, {near['removed']:,} removed, {near['lost']:,} lost to "
          f"other rules; precision at J >= .7 {near['precision']:.3f}, recall at J >= .8 {near['recall']:.3f} "
          f"of {near['pairs']:,} pairs")  # fmt: skip
    for name, (good, number) in near["bins"].items():
        print(f"  J from {name}: {good} of {number} pairs have lost a document")

    sample = list(generated(writer, int((0.4 if options.quick else min(options.mb, 20)) * MB), 4, dirt=0.0))
    english = [found.text for found in sample if found.language == "en"][: 60 if options.quick else 2000]
    rules = rules_against_datatrove(english)
    result["rules_ratio"] = rules["ours"] / rules["theirs"]
    print(f"\nfilters on English: ours {rules['ours']:.2f} MB/s, datatrove's four {rules['theirs']:.2f} MB/s with "
          f"{rules['tokenizer']}; ratio {result['rules_ratio']:.2f}")  # fmt: skip
    for name, value in rules["parts"].items():
        print(f"  {name:32}{value:8.2f} MB/s, keeps {rules['kept'][name]:.3f}")
    minhash = minhash_against_datatrove([found.text for found in sample])
    result |= {"minhash_ratio": minhash["ours"] / minhash["theirs"], "rules_tokenizer": rules["tokenizer"]}
    print(f"signatures and bands: ours {minhash['ours']:.2f} MB/s ({minhash['our_hashes']} hashes), datatrove's "
          f"{minhash['theirs']:.2f} MB/s ({minhash['their_hashes']}); ratio {result['minhash_ratio']:.2f}")  # fmt: skip
    print(json.dumps(result, sort_keys=True))


if __name__ == "__main__":
    main()
