"""
How fast a whole training step is (forward, backward, optimizer), beside transformers and the processor's own limit.

`python bench/train.py [--quick] [--device cuda] [--sizes 1M 25M]`: models of 1M, 5M and 25M parameters on a CPU; on a
GPU those of the recipes gpu-124m and gpu-350m. Ours is the product's own training loop, with documents packed and
masked; the peer is Qwen3ForCausalLM of the same size with fused AdamW on plain rows of the same batch. `default_ratio`
is against the peer as one gets it (float32, not compiled), `ratio` against its fastest setting. On a CPU each side
has a process of its own, so that what ours sets (the allocator's memory, determinism) does not change the peer. The
limit is a large bfloat16 matrix product (float32 where the processor has no bfloat16), measured in the same run. All
three sizes take about ten minutes on two free cores; compiled is measured in the faster precision only.
"""

import argparse
import contextlib
import gc
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from llmpipe.config import ComputeConfig, ModelConfig, OptimizerConfig, PretrainConfig, validate
from llmpipe.model.flops import matmul_peak, training_flops_per_token
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.train.batches import Mixture
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import use_device
from llmpipe.train.directory import hugging_face_sizes
from llmpipe.train.loop import LOG_EVERY, Run, train

ROOT = Path(__file__).parents[1]
DATASHEET_TFLOPS = {"H100": 989.4, "H200": 989.4, "A100": 312.0}  # dense bfloat16
DOCUMENTS = 4096
WARM = 3  # steps on a CPU before those that count


@dataclass(frozen=True)
class Size:
    """A model, its batch and its optimizer."""

    model: ModelConfig
    vocab_size: int
    micro_rows: int
    rows: int
    optimizer: OptimizerConfig
    steps: int = 0  # that count in one measurement on a CPU; on a GPU stretches of `LOG_EVERY` do

    def flops(self, tokens_per_s: float) -> float:
        """TFLOP/s of a throughput."""
        return tokens_per_s * training_flops_per_token(self.model, self.vocab_size) / 1e12


def _cpu_size(dim: int, layers: int, vocab: int, hidden: int, context: int, rows: int, *, steps: int) -> Size:
    heads = {"num_heads": dim // 32, "num_kv_heads": dim // 32, "head_dim": 32}
    if dim >= 256:
        heads = {"num_heads": dim // 64, "num_kv_heads": dim // 64, "head_dim": 64}
    model = ModelConfig(model_dim=dim, num_layers=layers, hidden_dim=hidden, context_length=context, **heads)
    return Size(model, vocab, rows, rows, OptimizerConfig(name="adamw", learning_rate=1e-3), steps)


CPU = {
    "1M": _cpu_size(128, 4, 1536, 352, 256, 4, steps=30),
    "5M": _cpu_size(256, 6, 4096, 688, 256, 8, steps=10),
    "25M": _cpu_size(512, 7, 8192, 1376, 512, 4, steps=6),
}


def gpu_size(recipe: str) -> Size:
    """What a recipe trains."""
    sections = yaml.safe_load((ROOT / "recipes" / f"{recipe}.yaml").read_text("utf-8"))
    params = validate(sections, list(sections))
    context = params.model.context_length
    micro = (params.pretrain.micro_batch_tokens or params.pretrain.batch_tokens) // context
    rows = params.pretrain.batch_tokens // context
    return Size(params.model, params.tokenizer.vocab_size, micro, rows, params.pretrain.optimizer)


class RandomDocuments:
    """Documents of random tokens: arithmetic does not depend on what they say."""

    def __init__(self, lengths: np.ndarray, vocab_size: int) -> None:
        self.lengths = lengths
        self.tokens = np.random.default_rng(1).integers(0, vocab_size, int(lengths.max()) + 1 + DOCUMENTS)

    def sequence(self, index: int) -> tuple[np.ndarray, int]:
        """Tokens of a document; no target is ignored."""
        return self.tokens[index : index + int(self.lengths[index]) + 1], 0

    def num_ignored(self, index: int) -> int:
        """None."""
        return 0


def full_rows(size: Size) -> RandomDocuments:
    """A document for each row: all of a causal mask is used."""
    return RandomDocuments(np.full(DOCUMENTS, size.model.context_length), size.vocab_size)


def web_rows(size: Size) -> RandomDocuments:
    """Lengths as of web pages: log-normal, median 400 tokens, a tenth longer than 2,200."""
    lengths = np.random.default_rng(2).lognormal(np.log(400), 1.35, DOCUMENTS).astype(np.int64) + 8
    return RandomDocuments(lengths, size.vocab_size)


class Clock(Reporter):
    """
    Notes the time after steps.

    Args:
        every_step: All of them, as a CPU has done a step when it is over; else those that are logged, when the loss has
            been read and so all before it is done.
    """

    def __init__(self, every_step: bool) -> None:
        super().__init__()
        self.times: list[float] = []
        self._every_step = every_step

    def metrics(self, values: Any, step: int | None = None) -> None:
        """Note the time."""
        if not self._every_step:
            self.times.append(time.perf_counter())

    def progress(self, done: int, total: int, unit: str, **values: float) -> None:
        """Note the time; say nothing."""
        if self._every_step:
            self.times.append(time.perf_counter())


def ours(
    size: Size,
    compute: ComputeConfig,
    points: int,
    documents: Callable[[Size], RandomDocuments] = full_rows,
    clock: Clock | None = None,
) -> float:
    """Tokens a second of the product's training loop: the median over steps, or `points` stretches of 10 on a GPU."""
    device = use_device(compute, size.model.model_dim)
    model = Transformer(size.model, size.vocab_size).initialize(torch.Generator().manual_seed(1)).to(device.torch)
    if compute.fp8:
        model.use_float8()
    tokens = size.rows * size.model.context_length
    config = PretrainConfig(
        steps=_steps(size, device.torch.type, points),
        batch_tokens=tokens,
        micro_batch_tokens=size.micro_rows * size.model.context_length,
        optimizer=size.optimizer,
        validate_every=10**9,
        checkpoint_every=10**9,
    )
    clock = clock or Clock(device.torch.type == "cpu")
    with tempfile.TemporaryDirectory() as folder:
        train(
            Run(
                model=model,
                mixture=Mixture({"all": documents(size)}, {"all": 1.0}, 1, size.model.context_length),
                config=config,
                device=device,
                checkpoints=_NoCheckpoints("bench", "train", Path(folder)),
                validate=lambda _: {},
                reporter=clock,
                compile=compute.compile,
            )
        )
    return tokens / _step_s(clock.times, device.torch.type)


def _steps(size: Size, device: str, points: int) -> int:
    return WARM + size.steps if device == "cpu" else LOG_EVERY * (points + 1)


def _step_s(times: list[float], device: str) -> float:
    """The median time of a step."""
    if device == "cpu":
        return float(statistics.median(np.diff(times[WARM - 1 :])))
    return float(statistics.median(np.diff(times))) / LOG_EVERY


class _NoCheckpoints(Checkpoints):
    def save(self, step: int, state: Any) -> None:
        """Write nothing: the last one is outside the measured steps anyway."""


def theirs(size: Size, device: str, bf16: bool, compiled: bool, points: int) -> float:
    """Tokens a second of transformers' Qwen3ForCausalLM with fused AdamW, measured alike."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    c = size.model
    sizes = hugging_face_sizes(c, size.vocab_size)
    model = Qwen3ForCausalLM(Qwen3Config(**sizes, use_cache=False)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, betas=(0.9, 0.95), fused=True)
    forward = torch.compile(model) if compiled else model
    draw = torch.Generator().manual_seed(1)
    autocast = torch.autocast(device, torch.bfloat16) if bf16 else contextlib.nullcontext()
    times = []
    for step in range(_steps(size, device, points)):
        ids = torch.randint(size.vocab_size, (size.rows, c.context_length), generator=draw)
        for part in ids.split(size.micro_rows):
            part = part.to(device, non_blocking=True)
            with autocast:
                loss = forward(input_ids=part, labels=part).loss
            (loss * len(part) / size.rows).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if device == "cpu" or (step + 1) % LOG_EVERY == 0:
            loss.item()
            _wait(device)
            times.append(time.perf_counter())
    return size.rows * c.context_length / _step_s(times, device)


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def matmul_tflops(device: str, dtype: torch.dtype) -> float:
    """TFLOP/s of a large square matrix product."""
    return matmul_peak(torch.device(device), dtype, 8192 if device == "cuda" else 2048) / 1e12


@contextlib.contextmanager
def _fresh() -> Iterator[None]:
    """Nothing of one measurement stays for the next."""
    yield
    torch._dynamo.reset()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def of_side(side: str, name: str, precision: str, compiled: bool, threads: int) -> float:
    """Tokens a second of one side in one setting, on a CPU."""
    size = CPU[name]
    with _fresh():
        if side == "theirs":
            return theirs(size, "cpu", precision == "bf16", compiled, 0)
        compute = ComputeConfig(device="cpu", precision=precision, threads=threads, compile=compiled)
        return ours(size, compute, 0)


def on_cpu(name: str, threads: int, quick: bool, peak: float, bf16: bool) -> dict[str, Any]:
    """All settings of one size, in turn, so that a slow spell of the machine meets all alike."""
    size = CPU[name]
    settings = [(side, precision, False) for precision in ("fp32", "bf16")[: 1 + bf16] for side in ("ours", "theirs")]
    if not quick:
        settings += [(side, settings[-1][1], True) for side in ("ours", "theirs")]
    rates: dict[tuple[str, str, bool], list[float]] = {setting: [] for setting in settings}
    with ExitStack() as stack:
        context = multiprocessing.get_context("spawn")
        sides = {
            side: stack.enter_context(ProcessPoolExecutor(1, context, torch.set_num_threads, (threads,)))
            for side in ("ours", "theirs")
        }
        for turn in range(1 if quick else 3):
            for side, precision, compiled in settings:
                if compiled and turn:
                    continue  # compiling costs a minute each time
                measured = sides[side].submit(of_side, side, name, precision, compiled, threads)
                rates[side, precision, compiled].append(measured.result())
    best = {setting: statistics.median(found) for setting, found in rates.items()}
    print(f"\n{name}: {Transformer(size.model, size.vocab_size).num_parameters():,} parameters, {threads} threads")
    for (side, precision, compiled), rate in best.items():
        print(
            f"  {side:7} {precision} {'compiled' if compiled else 'eager   '} {rate:9,.0f} tokens/s "
            f"{size.flops(rate) * 1000:6.0f} GFLOP/s {size.flops(rate) / peak:5.0%} of the peak"
        )
    our_best = max(rate for (side, _, _), rate in best.items() if side == "ours")
    their_best = max(rate for (side, _, _), rate in best.items() if side == "theirs")
    return {
        "tokens_per_s": round(our_best),
        "ratio": round(our_best / their_best, 3),
        "default_ratio": round(our_best / best["theirs", "fp32", False], 3),
        "matmul_peak_ratio": round(size.flops(our_best) / peak, 3),
    }


def on_gpu(recipe: str, points: int, peak: float, datasheet: float | None, fp8: bool) -> dict[str, Any]:
    """One recipe: full rows, also in 8 bits on request, rows of web documents, the deterministic mode, the peer."""
    size = gpu_size(recipe)
    compute = ComputeConfig(device="cuda", precision="bf16", compile=True, deterministic=False)
    print(f"\n{recipe}: {Transformer(size.model, size.vocab_size).num_parameters():,} parameters", flush=True)
    small = replace(size, micro_rows=max(1, size.micro_rows // 4))  # its logits are float32
    settings: dict[str, Callable[[], float]] = {
        "full rows": lambda: ours(size, compute, points),
        **({"fp8": lambda: ours(size, compute.model_copy(update={"fp8": True}), points)} if fp8 else {}),
        "web documents": lambda: ours(size, compute, points, web_rows),
        "deterministic": lambda: ours(size, compute.model_copy(update={"deterministic": True}), points),
        "transformers": lambda: theirs(small, "cuda", True, True, points),
    }
    found: dict[str, float] = {}
    for label, measured in settings.items():
        with _fresh():
            torch.use_deterministic_algorithms(False)
            start = time.perf_counter()
            rate = found[label] = measured()
            shares = f"{size.flops(rate) / peak:.1%} of the measured peak"
            if datasheet:
                shares += f", {size.flops(rate) / datasheet:.1%} of the datasheet's"
            memory_gb, took_s = torch.cuda.max_memory_allocated() / 1e9, time.perf_counter() - start
            print(f"  {label:14} {rate:9,.0f} tokens/s {size.flops(rate):6.1f} TFLOP/s, {shares}, ", end="")
            print(f"{memory_gb:.1f} GB, took {took_s:.0f} s", flush=True)
    rate = found["full rows"]
    return {
        "tokens_per_s": round(rate),
        "ratio": round(rate / found["transformers"], 3),
        "matmul_peak_ratio": round(size.flops(rate) / peak, 3),
        "mfu": round(size.flops(rate) / datasheet, 3) if datasheet else None,
        **({"fp8_tokens_per_s": round(found["fp8"]), "fp8_ratio": round(found["fp8"] / rate, 3)} if fp8 else {}),
        "web_tokens_per_s": round(found["web documents"]),
        "deterministic_tokens_per_s": round(found["deterministic"]),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--sizes", nargs="*", help="1M 5M 25M, or names of recipes with --device cuda")
    parser.add_argument("--fp8", action="store_true", help="with --device cuda: linear layers in 8-bit floats as well")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    results: dict[str, Any] = {}
    if arguments.device == "cuda":
        name = torch.cuda.get_device_name()
        datasheet = next((tflops for key, tflops in DATASHEET_TFLOPS.items() if key in name), None)
        peak = matmul_tflops("cuda", torch.bfloat16)
        print(f"{name}, torch {torch.__version__}")
        print(f"{peak:.0f} TFLOP/s in a bfloat16 product of 8192, {datasheet} by datasheet")
        for recipe in arguments.sizes or ("gpu-124m", "gpu-350m"):
            points = 1 if arguments.quick else 2
            results[recipe.removeprefix("gpu-").upper()] = on_gpu(recipe, points, peak, datasheet, arguments.fp8)
    else:
        bf16 = torch.cpu._is_avx512_bf16_supported()
        peak = matmul_tflops("cpu", torch.bfloat16 if bf16 else torch.float32)
        print(f"{peak * 1000:.0f} GFLOP/s in a {'bfloat16' if bf16 else 'float32'} product of 2048")
        for name in arguments.sizes or CPU:
            results[name] = on_cpu(name, arguments.threads, arguments.quick, peak, bf16)
    print(json.dumps(results, sort_keys=True))


if __name__ == "__main__":
    main()
