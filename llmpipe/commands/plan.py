"""`llmpipe plan`: what a run of the current parameters will take, as a table or as JSON."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from llmpipe import config, depth
from llmpipe.config import Params
from llmpipe.model.flops import training_flops_per_token
from llmpipe.plan import amounts, assumed, limits, machine, memory, sample, sizes, speed, stages, tuned
from llmpipe.plan.stages import Known, Row
from llmpipe.plan.words import short
from llmpipe.progress import duration
from llmpipe.train import compiling
from llmpipe.train.compiling import Decision
from llmpipe.train.loop import batch_rows
from llmpipe.train.telemetry import CPU_WATTS_A_CORE

BUSY_RATIO = 0.5  # of the cores: more load by other programs is said


@dataclass(frozen=True)
class Plan:
    """What is expected, and how sure that is."""

    known: Known
    rows: Mapping[str, Row]
    assumptions: Sequence[str]
    warnings: Sequence[str]


def make(
    params_file: Path, data: Path, overrides: Sequence[str], *, calibrate: bool = True, limit_s: float | None = None
) -> Plan:
    """
    Look at parameters and machine, measure for some seconds, and predict.

    Raises:
        ParamsError: A parameter is wrong.
        DataError: A source is missing.
    """
    params = config.load(params_file, overrides=overrides)
    batch_rows(params.pretrain, params.model.context_length)
    tuned.look(params, assumed.SAMPLE.tokens_per_byte)  # what is wrong is said before anything is measured
    here = machine.look(params.compute, params.model.model_dim, data)
    found = amounts.look(params.ingest)
    taken, measured, notes = assumed.SAMPLE, assumed.speed(params, here), []
    if calibrate:
        with tempfile.TemporaryDirectory(prefix="llmpipe-plan-") as folder:
            taken = sample.run(params, Path(folder))
            assert taken.data is not None
            trial_params = replace(params, finetune=tuned.own(params).trial)
            trial = speed.measure(trial_params, here, taken.data) if _fits(params, here) else None
        if trial is None:
            measured = assumed.speed(params, here, speed.matmul_flops(here))
            notes.append(
                f"the model is too large for a trial of some seconds here: training is taken to get "
                f"{assumed.ratio(here):.0%} of the matrix product that was measured"
            )
        else:
            measured = trial
    else:
        notes.append(
            f"nothing was measured: training is taken to get {assumed.ratio(here):.0%} of "
            f"{short(measured.peak_flops, 'FLOP/s')}, data stages the speed of one core of an AMD EPYC"
        )
    pace = taken.pace_s / assumed.SAMPLE.pace_s
    known = Known(params, here, found, taken, measured, tuned.look(params, taken.tokens_per_byte), pace)
    rows = stages.rows(known)
    return Plan(known, rows, [*notes, *_assumptions(known)], limits.warnings(known, rows, limit_s))


def _fits(params: Params, here: machine.Machine) -> bool:
    """Whether a trial with a single row has room."""
    one_row = params.pretrain.model_copy(
        update={"micro_batch_tokens": params.model.context_length, "batch_tokens": params.model.context_length}
    )
    cuda = here.cuda
    parts = memory.training_bytes(params.model, one_row, params.tokenizer.vocab_size, bf16=here.device.bf16, cuda=cuda)
    return sum(parts.values()) < (here.gpu_bytes if cuda else here.memory_bytes)


def _assumptions(known: Known) -> list[str]:
    """What the numbers rest on, besides what was measured."""
    found = [f"a busy core draws {CPU_WATTS_A_CORE:g} W"]
    if known.params.finetune.base == "path":
        found.append(
            f"the model in {known.params.finetune.path} gets as much of the processor as ours, and its tokenizer makes "
            "as many tokens of a text; whether it is the one of finetune.digest was not looked at"
        )
    if known.machine.cuda:
        watts = known.speed.watts
        energy = f"the GPU draws {watts[0]:.0f} W, {watts[1]}" if watts else "the energy of the GPU is left out"
        found.append(energy)
    if known.amounts.unknown:
        names = ", ".join(known.amounts.unknown)
        found.append(
            f"{names}: of unknown size before ingest reads it: it counts with its limit (3 kB a document) or as nothing"
        )
    if known.machine.processes > 1:
        found.append(f"training takes the time of one process; how much {known.machine.processes} save is not known")
    found.append("baselines, scores and report take what they took on two cores of an AMD EPYC")
    average, cores = os.getloadavg()[0], os.cpu_count() or 1
    if average > BUSY_RATIO * cores:
        found.append(
            f"this machine stays as busy with other programs as it is now (load {average:.1f} on {cores} cores)"
        )
    return found


# --- for people -------------------------------------------------------------------------------------


def text(plan: Plan) -> str:
    """The plan as a page of text."""
    gpu = plan.known.machine.cuda
    table = [["stage", "time", "FLOP", "memory", *(["GPU"] if gpu else []), "disk", "energy"]]
    table += [_cells(name, row, gpu) for name, row in as_json(plan)["stages"].items()]
    table.append(_cells("all", totals(plan), gpu))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        [
            *_head(plan.known),
            "",
            *("  ".join([cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])]) for cells in table),
            "",
            "all: the largest memory; on disk outputs, their copies in DVC's cache and what a stage needs for a while.",
            _memory_line(plan.known),
            *(f"assumed: {line}." for line in plan.assumptions),
            *(f"warning: {line}" for line in plan.warnings),
            "",
        ]
    )


def _cells(name: str, row: Mapping[str, float], gpu: bool) -> list[str]:
    """A line of the table."""
    return [
        name,
        duration(row["seconds"]),
        short(row["flops"], "FLOP") if row["flops"] else "–",
        short(row["memory_bytes"], "B"),
        *([short(row["gpu_bytes"], "B") if row["gpu_bytes"] else "–"] if gpu else []),
        short(row["disk_bytes"], "B") if row["disk_bytes"] else "–",
        f"{row['watt_hours']:.2f} Wh" if row["watt_hours"] < 10 else short(row["watt_hours"], "Wh"),
    ]


def _head(known: Known) -> list[str]:
    params, here = known.params, known.machine
    parts = sizes.parameters_by_module(params.model, params.tokenizer.vocab_size)
    total, tokens = sum(parts.values()), sizes.training_tokens(params.pretrain)
    epochs = tokens / max(1.0, stages.text_tokens(known)["train"])
    facts = training_facts(known)
    share = f"{facts['peak_ratio']:.0%} of a matrix product's {short(known.speed.peak_flops, 'FLOP/s')}"
    if facts["mfu"] is not None:
        share += f", {facts['mfu']:.1%} of the datasheet (MFU)"
    return [
        f"on {here.where}, {here.workers} processes for data; as if no stage had run before",
        f"model     {total:,} parameters: " + ", ".join(f"{name} {count:,}" for name, count in parts.items() if count),
        f"pretrain  {params.pretrain.steps:,} steps of {params.pretrain.batch_tokens:,} tokens, "
        f"{short(tokens, 'tokens')}: {tokens / total:.1f} a parameter, {epochs:.2f} epochs of about "
        f"{short(stages.text_tokens(known)['train'], 'tokens')} of text",
        *_depth_line(params),
        *_tuning_line(known),
        "compile   "
        + "; ".join(f"{name} {'yes' if each.compile else 'no'}: {each.why}" for name, each in decisions(known).items()),
        f"speed     {facts['tokens_per_s']:,.0f} tokens/s, {short(facts['flops_per_s'], 'FLOP/s')}, {share}",
    ]


def _depth_line(params: Params) -> list[str]:
    """What `model.depth` stands for, as it is used; your own values are among them."""
    if params.model.depth is None:
        return []
    shape = ", ".join(f"{name} {getattr(params.model, name):,}" for name in depth.MODEL)
    training = ", ".join(f"{name.split('.')[-1]} {attrgetter(name)(params.pretrain):,}" for name in depth.PRETRAIN)
    return [f"depth {params.model.depth:<3} {shape}", f"          {training}"]


def _tuning_line(known: Known) -> list[str]:
    """What is tuned, when it is not our own model on examples."""
    config, found = known.params.finetune, known.tuned
    if config.base != "path" and not found.num_pairs:
        return []
    where = f" of {config.path}" if config.base == "path" else ""
    pairs = f" of about {short(found.step_tokens(config), 'tokens')}, {found.num_pairs:,} preference pairs"
    return [
        f"finetune  {sizes.num_parameters(found.model, found.vocab_size):,} parameters{where}, context "
        f"{found.model.context_length:,}, {config.steps:,} steps"
        + (pairs if found.num_pairs else f" of {config.batch_tokens:,} tokens")
    ]


def _memory_line(known: Known) -> str:
    """What pretraining holds in memory, and what the trial took."""
    listed = ", ".join(f"{name} {short(value, 'B')}" for name, value in training_parts(known).items())
    peak = known.speed.peak_bytes
    measured = "" if peak is None else f"; the trial took {short(peak, 'B')} besides checkpoints"
    processes = known.machine.processes
    return f"memory of pretrain{f', in each of {processes} processes' if processes > 1 else ''}: {listed}{measured}."


# --- for machines -----------------------------------------------------------------------------------


def as_json(plan: Plan) -> dict[str, Any]:
    """The same as the text."""
    known, params = plan.known, plan.known.params
    tokens = sizes.training_tokens(params.pretrain)
    parts = sizes.parameters_by_module(params.model, params.tokenizer.vocab_size)
    return {
        "machine": {
            "device": known.machine.device.torch.type,
            "name": known.machine.name,
            "bf16": known.machine.device.bf16,
            "threads": known.machine.threads,
            "workers": known.machine.workers,
            "free_memory_bytes": known.machine.memory_bytes,
            "free_gpu_bytes": known.machine.gpu_bytes,
            "free_disk_bytes": known.machine.disk_bytes,
        },
        "parameters": {**parts, "total": sum(parts.values())},
        "pretrain": {
            "tokens_per_step": params.pretrain.batch_tokens,
            "tokens": tokens,
            "tokens_per_parameter": tokens / sum(parts.values()),
            "epochs": tokens / max(1.0, stages.text_tokens(known)["train"]),
            **training_facts(known),
            "memory_bytes": training_parts(known),
            "measured_bytes": known.speed.peak_bytes,
        },
        "compile": {name: {"compile": each.compile, "why": each.why} for name, each in decisions(known).items()},
        "finetune": {
            "parameters": sizes.num_parameters(known.tuned.model, known.tuned.vocab_size),
            "context_length": known.tuned.model.context_length,
            "tokens_per_step": known.tuned.step_tokens(params.finetune),
            "pairs": known.tuned.num_pairs,
        },
        "stages": {
            name: {
                "seconds": row.seconds,
                "flops": row.flops,
                "memory_bytes": row.memory_bytes,
                "gpu_bytes": row.gpu_bytes,
                "disk_bytes": row.disk_bytes,
                "watt_hours": stages.watt_hours(row, known),
            }
            for name, row in plan.rows.items()
        },
        "total": totals(plan),
        "assumptions": list(plan.assumptions),
        "warnings": list(plan.warnings),
    }


def totals(plan: Plan) -> dict[str, float]:
    """Of all stages: sums, and the largest memory."""
    rows = plan.rows.values()
    return {
        "seconds": sum(row.seconds for row in rows),
        "flops": sum(row.flops for row in rows),
        "memory_bytes": max(row.memory_bytes for row in rows),
        "gpu_bytes": max(row.gpu_bytes for row in rows),
        "disk_bytes": limits.disk_bytes(plan.rows),
        "watt_hours": sum(stages.watt_hours(row, plan.known) for row in rows),
    }


def training_facts(known: Known) -> dict[str, Any]:
    """Speed of pretraining, and its share of what the processor could do."""
    params = known.params
    tokens_per_s = params.pretrain.batch_tokens / known.speed.step_s["pretrain"]
    flops_per_s = tokens_per_s * training_flops_per_token(params.model, params.tokenizer.vocab_size)
    datasheet = known.machine.datasheet_flops
    return {
        "tokens_per_s": tokens_per_s,
        "flops_per_s": flops_per_s,
        "peak_flops_per_s": known.speed.peak_flops,
        "peak_ratio": flops_per_s / known.speed.peak_flops,
        "mfu": flops_per_s / datasheet if datasheet else None,
    }


def decisions(known: Known) -> dict[str, Decision]:
    """Whether `pretrain` and `finetune` are compiled, and why."""
    params, device = known.params, known.machine.device
    base, tuned = (params.model, params.tokenizer.vocab_size), (known.tuned.model, known.tuned.vocab_size)
    return {
        name: compiling.decide(params.compute, *sizes, config, device)
        for name, sizes, config in (("pretrain", base, params.pretrain), ("finetune", tuned, params.finetune))
    }


def training_parts(known: Known) -> dict[str, int]:
    """Bytes of pretraining by what they hold."""
    return stages.training_parts(known, tuned.own(known.params), known.params.pretrain)
