"""
clean: data/raw/ -> data/clean/ (documents by split, examples, what was removed and changed and why, who copies whom).

Steps over tasks (corpus/blocks.py) run on the engine; between them duplicates, leaks and splits are decided on the
arrays of all documents. What is unfinished lies in a work folder outside the outputs, from which a killed run goes on.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmpipe.corpus import blocks, decisions, decontaminate, ledger, lists, overlap, pipeline, score
from llmpipe.corpus.engine import Engine
from llmpipe.corpus.normalize import normalize
from llmpipe.corpus.sources.files import expand, read_file
from llmpipe.corpus.sources.records import Reading, Record
from llmpipe.corpus.workspace import Workspace, own_folder, ranges
from llmpipe.errors import DataError
from llmpipe.files import (
    Layout,
    atomic_directory,
    digest,
    digest_value,
    fingerprint,
    join_shards,
    project_root,
    read_jsonl,
    shards,
    write_json,
    write_jsonl,
    write_text,
)
from llmpipe.progress import Reporter
from llmpipe.records import SPLITS, Example
from llmpipe.sections.clean import CleanConfig
from llmpipe.sections.params import Params

MAX_RECORD_BYTES = 2**24  # of the files that parameters of this stage name
CODE = ("corpus", "stages/clean.py")  # what a finished task depends on


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Clean documents and examples."""
    config = params.clean
    raw = shards(data.raw / "documents")
    tests = [_normalized(example) for example in _examples(data, "test")]
    entries = list(read_jsonl(data.raw / "ledger.jsonl")) if (data.raw / "ledger.jsonl").exists() else []
    named = list(map(_normalized, _named_items(config.decontaminate.files if config.decontaminate.enabled else ())))
    quality = _quality(config, reporter)
    with _work_folder(config, data, quality, named) as work:
        _prepare(work, raw, entries)
        with Engine(config.executor, work.folder / "done", reporter) as engine:
            engine.run("repair", blocks.repair, work, work.num_tasks)
            blocks.sum_words(work)
            blocks.write_shared(work, _shared(work, tests + named, quality))
            engine.run("rules", blocks.rules, work, work.num_tasks)
            decision = decisions.decide(work, engine, tests + named, reporter)
            decisions.hand_over(work, decision)
            engine.run("write", blocks.write, work, work.num_tasks)
        with atomic_directory(out.clean) as folder:
            counts = _collect(folder, work, entries)
            lists.write_duplicates(folder, work, decision)
            lists.write_boilerplate(folder, work)
            if config.vocabulary.on:
                shutil.copyfile(work.path(blocks.WORDS, 0, "arrays"), folder / f"{blocks.WORDS}.arrays")
            counts["decontamination"] = lists.write_leaks(folder, work, decision, tests + named)
            if quality is not None:
                counts["quality_model"] = {"accuracy": quality.accuracy, "held_out": quality.held_out}
            counts["examples"] = _clean_examples(folder, config, data, tests)
        shutil.rmtree(work.folder)
    reporter.say(_summary(counts))
    if number := counts["examples"]["removed"]:
        reporter.say(f"removed {number:,} training and validation examples that have the prompt of a test example")
    write_json(out.metrics("clean"), counts)


# --- the work folder --------------------------------------------------------------------------------


@contextmanager
def _work_folder(
    config: CleanConfig, data: Layout, quality: score.Model | None, named: Sequence[Example]
) -> Iterator[Workspace]:
    """The folder of this configuration on these inputs."""
    read = {name: digest(data.raw / name) for name in ("documents", "examples/test")}
    read |= {path.name: digest(path) for path in [data.raw / "ledger.jsonl"] if path.exists()}
    read["named"] = digest_value({example.id: dict(example.inputs) for example in named})
    read["quality"] = "" if quality is None else hashlib.sha256(quality.weights.tobytes()).hexdigest()
    key = fingerprint(read, config.model_dump(mode="json", exclude={"executor"}), CODE)
    with own_folder(project_root() / ".llmpipe", f"clean-{key}") as folder:
        yield Workspace(folder, config)


def _prepare(work: Workspace, raw: list[Path], entries: Sequence[Mapping[str, Any]]) -> None:
    """Write what the tasks go by."""
    tasks = ranges([path.resolve() for path in raw])
    if not tasks:
        raise DataError(f"{raw[0].parent} holds no document; check ingest.sources in params.yaml.")
    write_text(work.folder / "ranges.json", json.dumps(tasks, default=str))
    write_text(work.folder / "named.json", json.dumps(sorted(entry["id"] for entry in entries)))


def _shared(work: Workspace, items: list[Example], quality: score.Model | None) -> pipeline.Shared:
    settings = work.config.decontaminate
    items = items if settings.enabled else []
    texts = [[*decontaminate.input_texts(example.inputs), *example.references] for example in items]
    return pipeline.Shared(
        items=decontaminate.build_index(items, settings.min_words),
        runs=overlap.build(texts, (settings.ngram, settings.ngram_han), decontaminate.MAX_DOCUMENTS),
        learned=blocks.learn(work),
        quality=quality,
        counted_share=work.count_share,
    )


def _named_items(paths: Sequence[str]) -> Iterator[Example]:
    """Items of the files that the user names as test sets: a line each in .txt, all texts of a record elsewhere."""
    where = "clean.decontaminate.files"
    for record in _records(paths, where):
        texts = decontaminate.record_texts(record.value)
        if not texts:
            raise DataError(f"{where}: {record.file} line {record.line} has no text; correct it.")
        yield Example(f"{record.file}:{record.line}", "named", record.file, "file", "", texts, ())


def _quality(config: CleanConfig, reporter: Reporter) -> score.Model | None:
    """The quality score that the user's examples teach."""
    settings = config.quality_model
    if settings.min_score is None:
        return None
    good = list(_texts(settings.good, "clean.quality_model.good"))
    bad = list(_texts(settings.bad, "clean.quality_model.bad"))
    model = score.train(good, bad, config.seed)
    reporter.say(
        f"quality score from {len(good):,} good and {len(bad):,} bad texts: {model.accuracy:.1%} of "
        f"{model.held_out:,} held-out ones on the right side"
    )
    return model


def _texts(paths: Sequence[str], where: str) -> Iterator[str]:
    """Texts of files: a line each in .txt, the field `text` elsewhere."""
    for record in _records(paths, where):
        if not isinstance(record.value.get("text"), str):
            raise DataError(
                f"{where}: {record.file} line {record.line} has no text; give .txt, or records with `text`."
            )
        yield record.value["text"]


def _records(paths: Sequence[str], where: str) -> Iterator[Record]:
    """
    The records of the files that the user names in the parameter `where`.

    Raises:
        DataError: One cannot be read.
    """
    for path, name in expand(paths, where):
        for record in read_file(path, name, Reading(MAX_RECORD_BYTES, split="line")):
            if record.reason:
                raise DataError(f"{where}: {name} line {record.line}: {record.detail}; correct it.")
            yield record


# --- outputs ----------------------------------------------------------------------------------------


def _collect(folder: Path, work: Workspace, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Join what the tasks wrote, and count; later stages need text in every split."""
    for name in blocks.PARTS:
        join_shards([work.path(name, task) for task in range(work.num_tasks)], folder / name)
    counts: dict[str, Counter[str]] = {name: Counter() for name in blocks.COUNTS}
    for task in range(work.num_tasks):
        for name, counted in next(work.read_lines("counts", task)).items():
            counts[name].update(counted)
    total = sum(len(work.read_arrays("cleaned", task, "kept")["kept"]) for task in range(work.num_tasks))
    _check_splits(counts, total, work.config)
    result = _metrics(counts, total)
    if entries:
        outcomes = {
            name: ledger.Outcome(reason, changed, text, favoured)
            for task in range(work.num_tasks)
            for name, reason, changed, text, favoured in work.read_lines("outcomes", task)
        }
        result["dirt"] = ledger.score(entries, outcomes)
        result["damage"] = ledger.damage(entries, outcomes, total)
    return result


def _metrics(counts: Mapping[str, Counter[str]], total: int) -> dict[str, Any]:
    """Counts for data/metrics/clean.json."""
    documents, removed = counts["documents"], counts["removed"]
    return {
        "documents": {"raw": total, "kept": documents.total(), **{name: documents[name] for name in SPLITS}},
        "bytes": {name: counts["bytes"][name] for name in SPLITS},
        "languages": dict(counts["languages"]),
        "removed": {"total": removed.total(), "reasons": dict(removed)},
        "changed": {"total": counts["total"]["changed"], "reasons": dict(counts["changed"])},
    }


def _check_splits(counts: Mapping[str, Counter[str]], total: int, config: CleanConfig) -> None:
    """
    Later stages need text in every split.

    Raises:
        DataError: Cleaning removed all documents, or a split got none.
    """
    documents = counts["documents"]
    if not documents.total():
        reason, count = counts["removed"].most_common(1)[0]
        raise DataError(
            f"cleaning removed all {total} documents, {count} of them for '{reason}'; "
            "loosen that rule in the clean section of params.yaml, or check what ingest reads."
        )
    for split, ratio in (("train", 1.0), ("valid", config.split.valid_ratio), ("test", config.split.test_ratio)):
        if ratio > 0 and not documents[split]:
            advice = (
                "lower clean.split.valid_ratio and test_ratio"
                if split == "train"
                else f"raise clean.split.{split}_ratio ({ratio:g})"
            )
            raise DataError(
                f"of {documents.total()} documents left by cleaning none fell into the {split} split; "
                f"{advice}, or give ingest more documents (split: paragraph cuts large text files)."
            )


# --- examples ---------------------------------------------------------------------------------------


def _examples(data: Layout, split: str) -> Iterator[Example]:
    for path in sorted((data.raw / "examples" / split).glob("*.jsonl")):
        yield from read_jsonl(path, Example)


def _clean_examples(folder: Path, config: CleanConfig, data: Layout, tests: list[Example]) -> dict[str, Any]:
    """
    Normalise the texts of all examples; remove train and valid ones with the prompt of a test example.

    Raises:
        DataError: That leaves a data set without training examples.
    """
    prompts = {decontaminate.prompt_key(example): example.id for example in tests}
    removed: list[dict[str, str]] = []
    counts: dict[str, dict[str, int]] = {}
    for split in SPLITS:
        (folder / "examples" / split).mkdir(parents=True)
        for path in sorted((data.raw / "examples" / split).glob("*.jsonl")):
            kept, before = [], len(removed)
            for example in map(_normalized, read_jsonl(path, Example)):
                test_item = None if split == "test" else prompts.get(decontaminate.prompt_key(example))
                if test_item is None or not config.decontaminate.enabled:
                    kept.append(example)
                else:
                    removed.append(_removed_example(example, test_item))
            if split == "train" and removed[before:] and not kept:
                raise DataError(
                    f"all {len(removed) - before:,} training examples of '{path.stem}' have the prompt of a "
                    f"test example (the first: {removed[before]['id']}); give `train` and `test` of it other records."
                )
            counts.setdefault(path.stem, {})[split] = write_jsonl(folder / "examples" / split / path.name, kept)
    number = len(list((folder / "removed").glob("*.jsonl")))
    if removed:
        write_jsonl(folder / "removed" / f"{number:05d}.jsonl", removed)
    return {"datasets": counts, "removed": len(removed)}


def _normalized(example: Example) -> Example:
    inputs = {key: _normalized_value(value) for key, value in example.inputs.items()}
    return replace(example, inputs=inputs, references=tuple(map(normalize, example.references)))


def _normalized_value(value: Any) -> Any:
    if isinstance(value, str):
        return normalize(value)
    return [_normalized_value(item) for item in value] if isinstance(value, list) else value


def _removed_example(example: Example, test_item: str) -> dict[str, str]:
    text = json.dumps(example.inputs, ensure_ascii=False, sort_keys=True)
    return {
        "id": example.id,
        "reason": "test_example",
        "source": example.dataset,
        "language": example.language,
        "detail": f"same prompt as {test_item}",
        "text": text[: pipeline.SHOWN],
    }


def _summary(counts: Mapping[str, Any]) -> str:
    documents, removed = counts["documents"], counts["removed"]["reasons"]
    reasons = ", ".join(
        f"{name} {count:,}" for name, count in sorted(removed.items(), key=lambda item: (-item[1], item[0]))
    )
    splits = ", ".join(f"{name} {documents[name]:,}" for name in SPLITS)
    return f"kept {documents['kept']:,} of {documents['raw']:,} documents ({splits}); removed: {reasons or 'none'}"
