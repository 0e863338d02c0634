"""`compute`: where and how precisely to compute."""

from typing import Any, Literal

from llmpipe.sections.section import Positive, Section


class ComputeConfig(Section):
    """Where and how precisely to compute; part of the parameters because sums depend on it."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"  # auto: bf16 where it is fast, else fp32
    threads: Positive = 2  # of each process
    processes: Positive | Literal["gpu"] = 1  # of pretrain and finetune on this machine; gpu: one for each GPU
    strategy: Literal["ddp", "fsdp", "hybrid"] = "ddp"  # how a model is spread over processes (train/parallel.py)
    activation_checkpointing: bool = False
    cpu_offload: bool = False  # with fsdp or hybrid: weights, gradients and optimizer stay in main memory
    checkpoint: Literal["whole", "sharded"] = "whole"  # written by the first process, or each process its part
    fp8: bool = False  # linear layers in 8-bit floats, on a GPU that has them
    compile: bool | Literal["auto"] = "auto"  # auto: when the run is long enough to pay for it (train/compiling.py)
    deterministic: bool = True  # a CPU always is

    def numerics(self) -> dict[str, Any]:
        """All but how many processes work and how they share it, so that another number can resume a run."""
        shared = {"processes", "strategy", "activation_checkpointing", "cpu_offload", "checkpoint"}
        return self.model_dump(mode="json", exclude=shared)
