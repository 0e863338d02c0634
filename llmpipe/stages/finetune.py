"""finetune: base model x task examples -> data/finetuned/, the tuned model."""

from collections.abc import Sequence
from typing import Any

from llmpipe.files import Layout, atomic_directory, digest, write_json, write_text
from llmpipe.progress import Reporter
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.tokenizer import Tokenizer
from llmpipe.train import adapters, compiling, directory, parallel
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import use_device
from llmpipe.train.loop import Measures, Run, curve_csv, num_skipped, train_in_parts
from llmpipe.tuning.answer_pairs import pair_work
from llmpipe.tuning.bases import base_folder, first_weights
from llmpipe.tuning.examples import example_work
from llmpipe.tuning.work import Work, check_strategy

CODE = (
    *("model", "train", "tokenizer", "tasks", "metrics", "evaluation", "retrieval", "tuning"),
    *("stages/finetune.py", "sections"),
)


def run(params: Params, data: Layout, out: Layout, reporter: Reporter) -> None:
    """Tune the base model (or random weights) on the labelled examples and write its model directory."""
    config = params.finetune
    base, weights = first_weights(params, data)
    device = use_device(params.compute, base.config.model_dim)
    tokenizer, model = base.tokenizer, base.model
    model.set_dropout(config.dropout)
    if params.compute.fp8:
        model.use_float8()
    inputs = {"base": config.digest if config.base == "path" else digest(data.pretrained)}
    work = (pair_work if config.mode == "preference" else example_work)(params, data, base, model)
    if config.adapter.kind != "none":
        check_strategy(params, f"finetune.adapter.kind is {config.adapter.kind}")
        adapters.adapt(model, config.adapter, config.seed)
    inputs |= work.inputs
    checkpoints = Checkpoints(
        "finetune", fingerprint(inputs, _params(params), CODE), in_parts=params.compute.checkpoint == "sharded"
    )
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    reporter.say(
        f"fine-tuning {trained:,} parameters ({config.base}) on {work.what}: "
        f"{config.steps} steps of {config.batch_tokens} tokens"
    )
    curve, tuned = train_in_parts(
        Run(
            model=model,
            mixture=work.batches,
            config=config,
            device=device,
            checkpoints=checkpoints,
            validate=work.validate,
            show=lambda tuned, step: reporter.metrics(work.more, step),
            reporter=reporter,
            keep_best=work.best if config.early_stopping else None,
            neftune_alpha=config.neftune_alpha,
            compile=compiling.decide(params.compute, base.config, model.vocab_size, config, device).compile,
            strategy=params.compute.strategy,
            recompute=params.compute.activation_checkpointing,
            offload=params.compute.cpu_offload,
            patience=config.patience,
            loss=work.loss,
            weights=weights,
        )
    )
    judged = work.judge(tuned) if work.judge else {}
    if config.adapter.kind != "none":
        adapters.merge(tuned)
    if not parallel.is_first():
        parallel.give_parts(tuned)
        return
    with atomic_directory(out.finetuned) as temporary:
        if isinstance(tokenizer, Tokenizer):
            directory.save(temporary, tuned, base_folder(config, data))
        else:
            directory.save_foreign(temporary, tuned, tokenizer)
        write_text(temporary / "curve.csv", curve_csv(curve))
    write_json(out.metrics("finetune"), _metrics(curve, work, config, trained) | judged)
    checkpoints.remove()


def _metrics(curve: Sequence[Measures], work: Work, config: FinetuneConfig, trained: int) -> dict[str, Any]:
    """What data/metrics/finetune.json says of the weights that were kept, of `trained` parameters."""
    kept = _kept(curve, work.best) if config.early_stopping else curve[-1]
    return {
        "kept_step": kept["step"],
        "loss": kept["loss"],
        **{name: value for name, value in kept.items() if name.startswith("valid_")},
        "num_tokens": curve[-1]["tokens"],
        "num_trained": trained,
        "skipped_steps": num_skipped(list(curve)),
        **work.counts,
    }


def _kept(curve: Sequence[Measures], best: str) -> Measures:
    """The row of the curve whose weights were kept."""
    sign = -1 if best == "valid_loss" else 1
    return max((row for row in curve if best in row), key=lambda row: sign * row[best])


def _params(params: Params) -> dict[str, object]:
    values = params.finetune.model_dump(mode="json", exclude={"path"})  # its digest says what is there
    search = {"search": params.evaluate.retrieval.search()} if params.finetune.retrieved.ratio else {}
    return {"finetune": values, "compute": params.compute.numerics(), **search}
