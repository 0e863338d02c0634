"""
Where the time of a training step on a CPU goes.

`python bench/parts.py [--quick] [--sizes 1M 5M 25M] [--threads 2]` runs the steps of bench/train.py under torch's
profiler, not compiled and compiled, in bfloat16 where the processor has it. Each operator counts for the part of the
step that its name and the sizes of what it is given belong to (`PARTS`); what is in no operator is Python's. The
profiler costs some per cent itself: this tells shares, bench/train.py speed. Three minutes on two free cores.
"""

import argparse
import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import torch
from train import CPU, WARM, Clock, Size, ours

from llmpipe.config import ComputeConfig

STEPS = 10
# The first row that fits counts: a part, names of operators, and the size of which one is given to them, by the letters
# of llmpipe/model/transformer.py.
PARTS = (
    ("products of the head", "mm", "V"),
    ("optimizer, clipping", "adamw|norm|Optimizer", ""),
    ("softmax and loss, embedding", "", "V"),
    ("products of attention", "bmm", ""),
    ("products of the blocks", "mm", ""),
    ("softmax and mask of attention", "softmax", ""),
    ("norms, rotation, SwiGLU, sums, casts", "", ""),
)
OUTSIDE = "outside operators: Python, data"


class Profile(Clock):
    """Profiles the steps that count, without start and warming up."""

    def __init__(self) -> None:
        super().__init__(every_step=True)
        self.profile = torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], record_shapes=True)

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        """Begin after the last warm step, end after the last one."""
        super().progress(done, total, unit, **values)
        if len(self.times) == WARM:
            self.profile.start()
        if len(self.times) == WARM + STEPS:
            self.profile.stop()


def part_of(operator: str, shapes: list[list[int]], size: Size) -> str:
    """The part of a step that an operator belongs to."""
    given = {length for shape in shapes if isinstance(shape, list) for length in shape}
    fits = (
        part for part, names, letter in PARTS if re.search(names, operator) and (not letter or size.vocab_size in given)
    )
    return next(fits)


def seconds_of(size: Size, compute: ComputeConfig) -> dict[str, float]:
    """Seconds of a step by part, the longest first."""
    clock, seconds = Profile(), defaultdict[str, float](float)
    ours(replace(size, steps=STEPS), compute, 0, clock=clock)
    for event in clock.profile.key_averages(group_by_input_shape=True):
        seconds[part_of(event.key, event.input_shapes, size)] += event.self_cpu_time_total / 1e6 / STEPS
    whole_s = (clock.times[-1] - clock.times[WARM - 1]) / STEPS
    seconds[OUTSIDE] = whole_s - sum(seconds.values())
    return dict(sorted(seconds.items(), key=lambda row: -row[1]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="not compiled")
    parser.add_argument("--sizes", nargs="*", default=list(CPU), choices=list(CPU))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    precision = "bf16" if torch.cpu._is_avx512_bf16_supported() else "fp32"
    results: dict[str, Any] = {}
    for name in arguments.sizes:
        for compiled in (False, True)[: 1 if arguments.quick else 2]:
            compute = ComputeConfig(device="cpu", precision=precision, threads=arguments.threads, compile=compiled)
            seconds = seconds_of(CPU[name], compute)
            whole_s = sum(seconds.values())
            print(f"\n{name}, {precision}{', compiled' if compiled else ''}: {1000 * whole_s:.0f} ms a step")
            for part, value in seconds.items():
                print(f"  {part:40} {1000 * value:7.1f} ms {value / whole_s:5.0%}")
            results[f"{name}{' compiled' if compiled else ''}"] = {k: round(v / whole_s, 3) for k, v in seconds.items()}
    print(json.dumps(results, sort_keys=True))


if __name__ == "__main__":
    main()
