"""What will not fit, each in a sentence with the parameter to lower."""

from collections.abc import Mapping
from operator import attrgetter

from llmpipe.config import Params
from llmpipe.plan.stages import Known, Row, training_parts
from llmpipe.plan.tuned import own
from llmpipe.plan.words import short
from llmpipe.progress import duration

CACHE_COPIES = 2  # of every output: the workspace and DVC's cache, where the file system cannot share blocks

SHORTER = {  # stage -> what makes it shorter
    "ingest": "ingest.sources",
    "clean": "ingest.sources",
    "tokenizer": "tokenizer.max_bytes",
    "encode": "ingest.sources",
    "baselines": "baselines.lstm.steps",
    "pretrain": "pretrain.steps",
    "finetune": "finetune.steps",
    "evaluate": "evaluate.max_per_set",
    "transfer": "transfer.labels",
    "report": "ingest.sources",
}

MEMORY = {  # stage -> what makes it smaller
    "tokenizer": "tokenizer.max_bytes",
    "baselines": "baselines.ngram.max_tokens",
    "evaluate": "evaluate.batch_size",
}


def warnings(known: Known, rows: Mapping[str, Row], limit_s: float | None) -> list[str]:
    """All of them; none when the run fits."""
    found = [*_memory(known, rows), *_disk(known, rows)]
    if not known.amounts.datasets:
        found.append(
            "ingest.sources names no examples, so finetune and the stages after it will stop; add a source of kind "
            "examples, or run `dvc repro pretrain` only."
        )
    total = sum(row.seconds for row in rows.values())
    if limit_s is not None and total > limit_s:
        longest = max(rows, key=lambda name: rows[name].seconds)
        found.append(
            f"the run takes about {duration(total)}, more than the limit of {duration(limit_s)}; {longest} takes "
            f"{duration(rows[longest].seconds)} of it: lower {SHORTER[longest]}{_now(known.params, SHORTER[longest])}."
        )
    return found


def _memory(known: Known, rows: Mapping[str, Row]) -> list[str]:
    found = []
    for name, row in rows.items():
        places = (
            ("main memory", row.memory_bytes, known.machine.memory_bytes),
            ("memory of the GPU", row.gpu_bytes, known.machine.gpu_bytes),
        )
        for place, needed, free in places:
            if needed > free:
                found.append(
                    f"{name} needs about {short(needed, 'B')} of {place}, but {short(free, 'B')} are free: "
                    f"lower {_memory_parameter(name, known)}."
                )
    return found


def _memory_parameter(stage: str, known: Known) -> str:
    """What takes most of the memory of a stage."""
    params = known.params
    if stage in ("pretrain", "finetune", "transfer"):
        section = "finetune" if stage == "transfer" else stage
        config = getattr(params, section)
        foreign = stage == "finetune" and params.finetune.base == "path"
        tuned = known.tuned if foreign else own(params)
        model = tuned.model
        parts = training_parts(known, tuned, config)
        tokens = config.micro_batch_tokens or config.batch_tokens
        if parts["activations"] > parts["weights"] + parts["optimizer"] and tokens > model.context_length:
            return f"{section}.micro_batch_tokens (now {tokens})"
        if foreign:
            return f"finetune.context_length (now {model.context_length}), or name a smaller model in finetune.path"
        return f"model.num_layers (now {params.model.num_layers}) or model.model_dim (now {params.model.model_dim})"
    name = MEMORY.get(stage)
    return name + _now(params, name) if name else "the number of processes: set LLMPIPE_WORKERS=1"


def _disk(known: Known, rows: Mapping[str, Row]) -> list[str]:
    needed = disk_bytes(rows)
    if needed <= known.machine.disk_bytes:
        return []
    largest = max(rows, key=lambda name: rows[name].disk_bytes + rows[name].scratch_bytes)
    text = {"ingest", "clean", "encode", "report", "evaluate"}
    lower = "ingest.sources (fewer documents, or a limit)" if largest in text else "model.model_dim or model.num_layers"
    return [
        f"the run needs about {short(needed, 'B')} on disk, but {short(known.machine.disk_bytes, 'B')} are free; most "
        f"of it is for {largest}: lower {lower}."
    ]


def disk_bytes(rows: Mapping[str, Row]) -> float:
    """Outputs with their copies in DVC's cache, and the largest scratch."""
    outputs = sum(row.disk_bytes for row in rows.values())
    return CACHE_COPIES * outputs + max(row.scratch_bytes for row in rows.values())


def _now(params: Params, dotted: str) -> str:
    """` (now 6100)` for a value."""
    value = attrgetter(dotted)(params)
    return f" (now {'whole sets' if value is None else value})" if isinstance(value, int | None) else ""
