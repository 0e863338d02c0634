"""A smaller model trained with the project's own loop, on the mixture of `finetune`."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import torch

from llmpipe.compress import distill, prune
from llmpipe.compress.sizes import smaller
from llmpipe.config import AdapterConfig, DistillConfig, FinetuneConfig, Params, PruneConfig
from llmpipe.files import Layout
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.stages import finetune
from llmpipe.train.batches import Batch
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import Device, use_device
from llmpipe.train.directory import Loaded
from llmpipe.train.loop import Measures, Run, batch_rows, train
from llmpipe.tuning import examples
from llmpipe.tuning.work import Work

CODE = (*finetune.CODE, "compress")


@dataclass(frozen=True)
class Smaller:
    """
    A smaller model.

    Args:
        model: Trained.
        curve: Of its training; empty when there was none.
        checkpoints: To remove when the model is on disk.
    """

    model: Transformer
    curve: list[Measures]
    checkpoints: Checkpoints | None


def settings(params: Params, wanted: PruneConfig | DistillConfig) -> FinetuneConfig:
    """
    How the smaller model is trained: as `finetune`, with full weights; a random start has the rates of `pretrain`.

    The noise of NEFTune is left out: it has no place beside a teacher.
    """
    before = params.pretrain
    changes: dict[str, Any] = {
        "seed": params.compress.seed,
        "mode": "supervised",
        "adapter": AdapterConfig(),
        "steps": wanted.steps,
        "documents_ratio": wanted.documents_ratio,
        "neftune_alpha": 0.0,
        "patience": None,
    }
    if isinstance(wanted, DistillConfig) and wanted.start == "random":
        changes |= {
            "batch_tokens": before.batch_tokens,
            "micro_batch_tokens": before.micro_batch_tokens,
            "optimizer": before.optimizer,
            "schedule": before.schedule,
        }
    return params.finetune.model_copy(update=changes)


def pruned(teacher: Loaded, digest: str, params: Params, data: Layout, reporter: Reporter) -> Smaller:
    """The pruned model, trained on; the teacher's weights are float32 parameters."""
    wanted = params.compress.prune
    tuning = settings(params, wanted)
    params = replace(params, finetune=tuning)
    device = use_device(params.compute, teacher.config.model_dim)
    work = examples.example_work(params, data, teacher, teacher.model)
    student = prune.prune(
        teacher.model.to(device.torch), smaller(teacher.config, wanted), _some(work, tuning, teacher, wanted)
    )
    _say(reporter, "pruned", teacher, student)
    return _trained(student, work, params, device, reporter, digest)


def distilled(teacher: Loaded, digest: str, params: Params, data: Layout, reporter: Reporter) -> Smaller:
    """The student; the teacher's weights are float32 parameters."""
    wanted = params.compress.distill
    tuning = settings(params, wanted)
    params = replace(params, finetune=tuning)
    device = use_device(params.compute, teacher.config.model_dim)
    work = examples.example_work(params, data, teacher, teacher.model)
    sizes = smaller(teacher.config, wanted)
    teacher.model.to(device.torch).eval()
    if wanted.start == "pruned":
        student = prune.prune(teacher.model, sizes, _some(work, tuning, teacher, params.compress.prune))
    else:
        generator = torch.Generator().manual_seed(params.compress.seed)
        student = Transformer(sizes, teacher.model.vocab_size).initialize(generator)
    _say(reporter, "distilling into", teacher, student)
    if wanted.alpha < 1:
        taught = partial(distill.loss, teacher=teacher.model, alpha=wanted.alpha, temperature=wanted.temperature)
        work = replace(work, loss=taught)
    return _trained(student, work, params, device, reporter, digest)


def _some(work: Work, tuning: FinetuneConfig, teacher: Loaded, wanted: PruneConfig) -> list[Batch]:
    """The first batches of the training mixture, up to so many tokens."""
    rows, _ = batch_rows(tuning, teacher.config.context_length)
    count = max(1, wanted.measure_tokens // tuning.batch_tokens)
    return list(islice(work.batches.batches(rows), count))


def _trained(
    student: Transformer, work: Work, params: Params, device: Device, reporter: Reporter, digest: str
) -> Smaller:
    """The student after the steps of `params.finetune`; `digest` is the teacher's."""
    tuning = params.finetune
    if not tuning.steps:
        return Smaller(student, [], None)
    student.set_dropout(tuning.dropout)
    values = {
        "finetune": tuning.model_dump(mode="json"),
        "compress": params.compress.model_dump(mode="json"),
        "compute": params.compute.numerics(),
        "student": student.config.model_dump(mode="json"),
    }
    checkpoints = Checkpoints("compress", fingerprint({"teacher": digest, **work.inputs}, values, CODE))
    curve = train(
        Run(
            model=student,
            mixture=work.batches,
            config=tuning,
            device=device,
            checkpoints=checkpoints,
            validate=work.validate,
            reporter=reporter,
            keep_best=work.best if tuning.early_stopping else None,
            recompute=params.compute.activation_checkpointing,
            loss=work.loss,
        )
    )
    return Smaller(student, curve, checkpoints)


def _say(reporter: Reporter, verb: str, teacher: Loaded, student: Transformer) -> None:
    c = student.config
    reporter.say(
        f"{verb} {student.num_parameters():,} of {teacher.model.num_parameters():,} parameters: {c.num_layers} layers, "
        f"{c.num_heads} heads ({c.num_kv_heads} key/value), hidden_dim {c.hidden_dim}, model_dim {c.model_dim}"
    )
