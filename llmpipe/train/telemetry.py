"""
How fast training goes and what it takes: for people and the tracker, never for an output of a stage.

Each point covers the time since the one before, so validation and checkpoints show as slower points.
"""

import resource
import time
from collections.abc import Callable
from pathlib import Path

import torch

from llmpipe.model.flops import matmul_peak, training_flops_per_token
from llmpipe.sections.model import ModelConfig
from llmpipe.train.device import Device

JOULES_A_WATT_HOUR = 3600
CPU_WATTS_A_CORE = 10.0  # an assumption: laptops and servers draw 5 to 20 W for each busy core, memory included
_POWERCAP = Path("/sys/class/powercap")  # counters of the processors' energy (RAPL), where Linux lets us read them


class Telemetry:
    """
    Measures of the machine at points of the curve.

    Args:
        device: Where training computes.
        flops_per_token: Of forward and backward pass.
        peak_flops: A second, of a large matrix product on all processes' devices.
        data_tokens: Tokens that one look at all training text has.
        clock: Seconds that only grow.
        busy: Seconds that cores have worked for this process.
        processes: How many train beside each other, this one included.
    """

    def __init__(
        self,
        device: Device,
        flops_per_token: int,
        peak_flops: float,
        data_tokens: int,
        clock: Callable[[], float] = time.perf_counter,
        *,
        busy: Callable[[], float] = time.process_time,
        processes: int = 1,
    ) -> None:
        self._device, self._flops_per_token, self._peak = device.torch, flops_per_token, peak_flops
        self._data_tokens, self._clock = data_tokens, clock
        self._meter = _meter(self._device)
        self._last: tuple[float, int] | None = None
        self._joules = 0.0
        self._busy, self._processes, self._busy_before = busy, processes, busy()

    def point(self, tokens: int) -> dict[str, float]:
        """
        What to show after so many tokens.

        Returns:
            `epochs` (looks at all training text), and from the second point on `tokens_per_s`, `mfu` (of the measured
            peak of matrix products) and `energy_wh` where the machine tells; on a CPU that does not
            `energy_estimate_wh`, by `CPU_WATTS_A_CORE`. `memory_mb`: the most so far, of the GPU or of this process.
            Of a GPU whose driver tells `gpu_utilisation`: the share of the last moment in which it computed anything.
        """
        now, values = self._clock(), {"epochs": tokens / max(1, self._data_tokens)}
        joules = self._meter(now) if self._meter else 0.0
        if self._last is not None and now > self._last[0]:
            rate = (tokens - self._last[1]) / (now - self._last[0])
            values |= {"tokens_per_s": rate, "mfu": rate * self._flops_per_token / self._peak}
            self._joules += joules
            if self._meter:
                values["energy_wh"] = self._joules / JOULES_A_WATT_HOUR
            elif self._device.type == "cpu":
                joules = CPU_WATTS_A_CORE * self._processes * (self._busy() - self._busy_before)
                values["energy_estimate_wh"] = joules / JOULES_A_WATT_HOUR
        if self._device.type == "cuda":
            values["memory_mb"] = torch.cuda.max_memory_allocated(self._device) / 1e6
            percent = _asked(torch.cuda.utilization, self._device)
            if percent is not None:
                values["gpu_utilisation"] = percent / 100
        else:
            values["memory_mb"] = resident_bytes("VmHWM") / 1e6
        self._last = now, tokens
        return values


def telemetry(device: Device, model: ModelConfig, vocab_size: int, data_tokens: int, devices: int) -> Telemetry:
    """Measures of this machine, whose peak is measured now (a third of a second)."""
    dtype = torch.bfloat16 if device.bf16 else torch.float32
    peak = devices * matmul_peak(device.torch, dtype)
    flops_per_token = training_flops_per_token(model, vocab_size)
    return Telemetry(device, flops_per_token, peak, data_tokens, processes=devices)


def resident_bytes(name: str = "VmRSS") -> int:
    """Main memory of this process now, or at most (`VmHWM`); 0 where there is no /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if name == "VmHWM" else 0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return 1024 * int(lines[name].split()[0])


def _meter(device: torch.device) -> Callable[[float], float] | None:
    """Joules since the last call, of the processors' own counters or from the power that the GPU draws now."""
    return _gpu_meter(device) if device.type == "cuda" else _cpu_meter()


def _cpu_meter() -> Callable[[float], float] | None:
    """Of all sockets; a part of a socket, `intel-rapl:0:1`, is in its sum."""
    sockets = [folder for folder in sorted(_POWERCAP.glob("intel-rapl:*")) if folder.name.count(":") == 1]
    before = {folder: counter for folder in sockets if (counter := _number(folder / "energy_uj")) is not None}
    if not before:
        return None

    def joules(now: float) -> float:
        used = 0
        for folder, last in before.items():
            counter = _number(folder / "energy_uj")
            if counter is None:
                continue
            # some hours of work fill a counter, which then begins again at 0
            used += (
                counter - last if counter >= last else counter + (_number(folder / "max_energy_range_uj") or 0) - last
            )
            before[folder] = counter
        return max(0, used) / 1e6

    return joules


def _number(path: Path) -> int | None:
    """What a file of the kernel says; None where there is none, or none for us."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _gpu_meter(device: torch.device) -> Callable[[float], float] | None:
    if _asked(torch.cuda.power_draw, device) is None:
        return None
    last: float | None = None

    def joules(now: float) -> float:
        nonlocal last
        before, last = now if last is None else last, now
        return (now - before) * (_asked(torch.cuda.power_draw, device) or 0.0) / 1000  # it tells milliwatts

    return joules


def _asked(gauge: Callable[[torch.device], float], device: torch.device) -> float | None:
    """What the driver says through NVML (the package nvidia-ml-py), or None."""
    try:
        return gauge(device)
    except Exception:  # its errors have no name without that package, and a gauge must never stop a run
        return None
