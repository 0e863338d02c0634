"""What `trace` prints."""

from collections.abc import Iterator, Sequence

from llmpipe.commands.trace import Near, Run, Said, Trace, full_name
from llmpipe.corpus.text import visible
from llmpipe.train.seen import Seen

SPAN = "leak_span"  # in the list of leaks: the document lost only these words
WIDTH = 300  # characters of a text
STEPS = 8  # shown of a document
STAGES = {"pretrain": "pretraining", "finetune": "tuning"}


def page(traced: Trace, full: bool) -> str:
    """Text for a terminal; `full`: whole texts and all steps."""
    return "\n".join([*_item(traced, full), *_runs(traced), *_near(traced, full), *_footer(traced)]) + "\n"


def _item(traced: Trace, full: bool) -> Iterator[str]:
    if traced.item is None:
        yield from _field("text", traced.parts[0], full)
        return
    yield f"{full_name(traced.item)} ({traced.item.language})"
    references = len(traced.item.references)
    yield from _field("prompt", "\n".join(traced.parts[: len(traced.parts) - references]), full)
    for reference in traced.item.references:
        yield from _field("reference", reference, full)
    for said in traced.said:
        yield from _field(said.model, _answer(said), full)
    if not traced.said:
        yield from _field("answers", "none; run the evaluate stage", full)
    yield from _field("cleaning", _leaks(traced), full)


def _answer(said: Said) -> str:
    scores = ", ".join(f"{name} {value:.4g}" for name, value in sorted(said.scores.items()))
    return f"{said.hypothesis or '(nothing)'}" + (f"   [{scores}]" if scores else "")


def _leaks(traced: Trace) -> str:
    if traced.held is None:
        return "no list of leaks; run the clean stage"
    if not traced.held:
        return "not flagged: no raw document held this item"
    lines = [f"FLAGGED: {len(traced.held)} raw documents held it, whole (item) or by runs of its words (ngram)"]
    for held in traced.held:
        fate = f"removed, {held.removed}" if held.removed else "kept"
        fate = "kept without the shared words" if held.removed == SPAN else fate
        lines.append(f"{held.document} ({held.by}): {fate}")
    return "\n".join(lines)


def _runs(traced: Trace) -> Iterator[str]:
    for run in traced.runs:
        kept = f"; the weights of step {run.kept:,} were kept" if run.kept < run.steps else ""
        yield from _field(STAGES[run.stage], f"{run.steps:,} steps{kept}", True)
    for stage, why in traced.unknown.items():
        yield from _field(STAGES[stage], f"steps not told: {why}", True)


def _near(traced: Trace, full: bool) -> Iterator[str]:
    for kind, found, total in (
        ("documents", traced.documents, traced.num_documents),
        ("examples", traced.examples, traced.num_examples),
    ):
        yield ""
        yield f"Nearest training {kind} of {total:,}" + ("" if found else ": none shares a word with it")
        for number, near in enumerate(found, start=1):
            yield f"{number:>2}. {near.id} ({near.where}, {near.language or 'unknown'}), BM25 {near.score:.1f}"
            yield from _field("in common", f"{near.words} words: {near.run}" if near.words else "single words", full, 4)
            if near.holds_answer is not None:
                yield from _field("answer", "stands in it" if near.holds_answer else "not in it", full, 4)
            for run in traced.runs:
                if run.stage in near.seen:
                    yield from _field(STAGES[run.stage], _steps(near.seen[run.stage], run, full), True, 4)
            if near.num_copies:
                yield from _field("copies", _copies(near), True, 4)
            yield from _field("text", near.text, full, 4)


def _steps(seen: Seen, run: Run, full: bool) -> str:
    """`steps 12 (1 %), 480 (48 %) of 1,000, 2 passes`."""
    if not seen.steps:
        return "never seen"
    shown = seen.steps if full else seen.steps[:STEPS]
    more = f", … {seen.steps[-1]:,} ({seen.steps[-1] / run.steps:.0%})" if len(shown) < len(seen.steps) else ""
    words = ", ".join(f"{step:,} ({step / run.steps:.0%})" for step in shown)
    kept = sum(step <= run.kept for step in seen.steps)
    late = f"; {len(seen.steps) - kept} of them after the weights that were kept" if kept < len(seen.steps) else ""
    plural = "steps" if len(seen.steps) > 1 else "step"
    passes = "pass" if seen.passes == 1 else "passes"
    return f"{plural} {words}{more}: {len(seen.steps):,} of {run.steps:,}, {seen.passes:.4g} {passes}{late}"


def _copies(near: Near) -> str:
    names = ", ".join(f"{copy.id} ({copy.reason} {copy.similarity:.2f})" for copy in near.copies)
    more = f" and {near.num_copies - len(near.copies)} more" if near.num_copies > len(near.copies) else ""
    return f"cleaning removed {near.num_copies}: {names}{more}"


def _footer(traced: Trace) -> Iterator[str]:
    notes: Sequence[str] = [*traced.notes, "what cleaning did to a document: `llmpipe clean explain ID`"]
    yield ""
    yield from notes


def _field(name: str, text: str, full: bool, indent: int = 2) -> Iterator[str]:
    """A name and a text beside it; further lines stand below the first."""
    text = visible(text.strip("\n"))
    if not full and len(text) > WIDTH:
        text = text[:WIDTH] + "…"
    first, *rest = text.split("\n")
    yield f"{' ' * indent}{name:<12} {first}".rstrip()
    yield from (f"{' ' * (indent + 13)}{line}" for line in rest)
