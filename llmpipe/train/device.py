"""Where training and generation run, how precisely, and whether the same bytes come out again."""

import contextlib
import os
from dataclasses import dataclass
from typing import Any

import torch

from llmpipe.errors import ParamsError
from llmpipe.sections.compute import ComputeConfig
from llmpipe.train.allocator import keep_memory

FLOAT8 = 9, 0  # compute capability of Hopper
BF16_WIDTH = 128  # model_dim from which training in bfloat16 is faster on a CPU that has it (docs/performance.md)


@dataclass(frozen=True)
class Device:
    """Where and how precisely to compute."""

    torch: torch.device
    bf16: bool

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """Mixed precision for the forward pass, or nothing."""
        return torch.autocast(self.torch.type, torch.bfloat16) if self.bf16 else contextlib.nullcontext()


def use_device(config: ComputeConfig, model_dim: int = 0) -> Device:
    """
    Choose the device, the precision that is fast for a model of this width, and make the computation deterministic.

    Raises:
        ParamsError: A GPU was asked for and there is none, or one without 8-bit products and those.
    """
    available = torch.cuda.is_available()
    if config.device == "cuda" and not available:
        raise ParamsError("compute.device is cuda but no CUDA device is visible; use auto or cpu.")
    device = torch.device("cuda" if config.device == "cuda" or (config.device == "auto" and available) else "cpu")
    if config.fp8 and (device.type == "cpu" or torch.cuda.get_device_capability() < FLOAT8):
        found = "a CPU" if device.type == "cpu" else torch.cuda.get_device_name()
        raise ParamsError(
            f"compute.fp8 is true but {found} has no fast 8-bit products, as an H100 or H200 has; set it to false."
        )
    torch.set_num_threads(config.threads)  # part of the result: partial sums follow it
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # costs memory writes
    if device.type == "cpu":
        keep_memory()
        torch.use_deterministic_algorithms(True, warn_only=True)
    else:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS reads it when it starts
        torch.use_deterministic_algorithms(config.deterministic)
    fast = device.type == "cuda" or (model_dim >= BF16_WIDTH and torch.cpu._is_avx512_bf16_supported())
    return Device(device, config.precision == "bf16" or (config.precision == "auto" and fast))
