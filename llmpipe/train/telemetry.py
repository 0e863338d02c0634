"""
How fast training goes and what it takes: for people and the tracker, never for an output of a stage.

Each point covers the time since the one before, so validation and checkpoints show as slower points.
"""

import time
from collections.abc import Callable
from pathlib import Path

import torch

from llmpipe.config import ModelConfig
from llmpipe.model.flops import matmul_peak, training_flops_per_token
from llmpipe.train.device import Device

JOULES_A_WATT_HOUR = 3600
_ENERGY = Path("/sys/class/powercap/intel-rapl:0/energy_uj")  # of the processor, where Linux lets us read it


class Telemetry:
    """
    Measures of the machine at points of the curve.

    Args:
        device: Where training computes.
        flops_per_token: Of forward and backward pass.
        peak_flops: A second, of a large matrix product on all processes' devices.
        data_tokens: Tokens that one look at all training text has.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        device: Device,
        flops_per_token: int,
        peak_flops: float,
        data_tokens: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._device, self._flops_per_token, self._peak = device.torch, flops_per_token, peak_flops
        self._data_tokens, self._clock = data_tokens, clock
        self._meter = _meter(self._device)
        self._last: tuple[float, int] | None = None
        self._joules = 0.0

    def point(self, tokens: int) -> dict[str, float]:
        """
        What to show after so many tokens.

        Returns:
            `epochs` (looks at all training text), and from the second point on `tokens_per_s`, `mfu` (of the measured
            peak of matrix products), `memory_mb` (of the GPU) and `energy_wh` where the machine tells.
        """
        now, values = self._clock(), {"epochs": tokens / max(1, self._data_tokens)}
        joules = self._meter(now) if self._meter else 0.0
        if self._last is not None and now > self._last[0]:
            rate = (tokens - self._last[1]) / (now - self._last[0])
            values |= {"tokens_per_s": rate, "mfu": rate * self._flops_per_token / self._peak}
            self._joules += joules
            if self._meter:
                values["energy_wh"] = self._joules / JOULES_A_WATT_HOUR
        if self._device.type == "cuda":
            values["memory_mb"] = torch.cuda.max_memory_allocated(self._device) / 1e6
        self._last = now, tokens
        return values


def telemetry(device: Device, model: ModelConfig, vocab_size: int, data_tokens: int, devices: int) -> Telemetry:
    """Measures of this machine, whose peak is measured now (a third of a second)."""
    dtype = torch.bfloat16 if device.bf16 else torch.float32
    peak = devices * matmul_peak(device.torch, dtype)
    return Telemetry(device, training_flops_per_token(model, vocab_size), peak, data_tokens)


def _meter(device: torch.device) -> Callable[[float], float] | None:
    """Joules since the last call, of the processor's own counter or from the power that the GPU draws now."""
    if device.type == "cuda":
        return _gpu_meter(device)
    try:
        before = int(_ENERGY.read_text())
    except (OSError, ValueError):
        return None

    def joules(now: float) -> float:
        nonlocal before
        try:
            counter = int(_ENERGY.read_text())
        except (OSError, ValueError):
            return 0.0
        used, before = counter - before, counter
        return max(0, used) / 1e6  # the counter begins again at 0 after some hours

    return joules


def _gpu_meter(device: torch.device) -> Callable[[float], float] | None:
    if _gpu_watts(device) is None:
        return None
    last: float | None = None

    def joules(now: float) -> float:
        nonlocal last
        before, last = now if last is None else last, now
        return (now - before) * (_gpu_watts(device) or 0.0)

    return joules


def _gpu_watts(device: torch.device) -> float | None:
    try:
        return torch.cuda.power_draw(device) / 1000
    except Exception:  # the driver's errors have no name without its package, and a gauge must never stop a run
        return None
