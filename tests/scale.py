"""
What each process of test_scale.py does: `torchrun tests/scale.py FOLDER DATA` trains tiny models in several ways.

Without DATA it trains one and writes down which threads are left after it.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tiny
import torch
from test_train import CONTEXT, examples, new_model

from llmpipe.config import ComputeConfig, PretrainConfig
from llmpipe.files import Layout
from llmpipe.model.transformer import Transformer, initial_weights
from llmpipe.progress import Reporter
from llmpipe.stages import finetune
from llmpipe.train import launch, loop, optimizers, parallel
from llmpipe.train.batches import Mixture
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import Device
from llmpipe.train.validate import sequence_losses
from llmpipe.tuning import bases

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "adamw": {"name": "adamw", "learning_rate": 1.0e-2, "weight_decay": 0.1, "l1": 1.0e-3},
    "muon": {"name": "muon"},
}
WAYS = [("ddp", "adamw"), ("ddp", "muon"), ("fsdp", "adamw"), ("fsdp", "muon"), ("hybrid", "muon")]
STEPS, STOP = 6, 3


class Stopping(Reporter):
    """Stops the run at a step as an exception would."""

    def __init__(self, step: int | None) -> None:
        super().__init__()
        self.step = step

    def say(self, text: str) -> None:
        pass

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        if done == (self.step or 0) * 4 * CONTEXT:
            raise InterruptedError


def train(
    folder: Path,
    name: str,
    strategy: str = "ddp",
    optimizer: str = "adamw",
    stop: int | None = None,
    bf16: bool = False,
    recompute: bool = False,
    in_parts: bool = False,
    offload: bool = False,
    empty: bool = False,
    **changes: Any,
) -> dict[str, Any]:
    """Curve, a row for each step, and final weights; the best are those before the last."""
    settings = {"steps": STEPS, "batch_tokens": 4 * CONTEXT, "micro_batch_tokens": CONTEXT, "validate_every": 3}
    config = PretrainConfig(**(settings | {"checkpoint_every": 2, "optimizer": OPTIMIZERS[optimizer]} | changes))
    held_out, model, weights = examples(seed=9), new_model(), None
    if empty:
        draws = torch.Generator().manual_seed(0)  # as in new_model
        weights = partial(initial_weights, model.config, model.vocab_size, draws)
        model = Transformer.without_weights(model.config, model.vocab_size)

    def validate(model: Any) -> dict[str, float]:
        nats, targets, _ = sequence_losses(model, held_out, CONTEXT)
        return {"valid_loss": float(nats.sum() / targets.sum())}

    run = loop.Run(
        model=model,
        mixture=Mixture({"a": examples()}, {"a": 1.0}, config.seed, CONTEXT),
        config=config,
        device=Device(torch.device("cpu"), bf16),
        checkpoints=Checkpoints("test", name, folder, in_parts),
        validate=validate,
        reporter=Stopping(stop),
        keep_best="valid_loss",  # the larger, so not the last
        strategy=strategy,
        recompute=recompute,
        offload=offload,
        weights=weights,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "LOG_EVERY", 1)
        patch.setattr(optimizers, "_iteration_dtype", lambda _: torch.float32)  # bfloat16 would hide what differs
        try:
            return {"curve": loop.train(run), "weights": model.state_dict()}
        except InterruptedError:
            return {}


def spoil_second_step() -> None:
    """The loss of this process is not a number there; every process has two micro-batches a step."""
    real, calls = loop.linear_cross_entropy, []

    def spoiled(*arguments: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return real(*arguments) * (float("nan") if len(calls) == 3 else 1.0)

    loop.linear_cross_entropy = spoiled


def hold_whole(*arguments: Any) -> None:
    raise AssertionError("a process would hold the whole model")


def tune(data: Layout, out: Path, strategy: str = "ddp", **changes: Any) -> None:
    """Run the stage finetune."""
    tuning = {"optimizer": OPTIMIZERS["adamw"], "documents_ratio": 0.3, "early_stopping": False} | changes
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(out))
        if parallel.shares_weights(strategy):
            for module, name in (bases, "load_base"), (loop.parallel, "gathered"):
                patch.setattr(module, name, hold_whole)
        checkpoint = "sharded" if parallel.shares_weights(strategy) else "whole"  # the other is gathered
        params = tiny.params(compute={"strategy": strategy, "checkpoint": checkpoint}, finetune=tuning)
        finetune.run(params, data, Layout(out), Stopping(None))


def main(folder: Path, data: Path) -> None:
    results = {}
    with launch.joined(ComputeConfig(device="cpu")):
        for strategy, optimizer in WAYS:
            name = f"{strategy}-{optimizer}"
            results[name] = train(folder, name, strategy, optimizer)
        for strategy in "ddp", "fsdp":
            results[f"{strategy}-bf16"] = train(folder, f"{strategy}-bf16", strategy, bf16=True)
            train(folder, f"{strategy}-first", strategy, "muon", stop=STOP)
            results[f"alone-first-{strategy}"] = train(folder, f"alone-first-{strategy}", strategy, "muon")
        for strategy in "ddp", "fsdp":
            name = f"{strategy}-recompute"
            results[name] = train(folder, name, strategy, recompute=True)
            tune(Layout(data), folder / f"tuned-{strategy}", strategy)
        tune(Layout(data), folder / "noisy", "fsdp", neftune_alpha=5.0, dropout=0.1)
        if parallel.rank() == 1:
            spoil_second_step()
        results["diverged"] = train(folder, "diverged", on_divergence="skip")
        torch.save(results, folder / f"rank{parallel.rank()}.pt")


def threads_left(folder: Path) -> None:
    with launch.joined(ComputeConfig(device="cpu")):
        train(folder, "ddp", in_parts=True)  # whose checkpoints have a group of their own
        rank = parallel.rank()
    names = [path.read_text() for path in Path("/proc/self/task").glob("*/comm")]
    (folder / f"threads{rank}").write_text("".join(names))


if __name__ == "__main__":
    if sys.argv[2:]:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        threads_left(Path(sys.argv[1]))
