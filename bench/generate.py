"""
How fast answers are made, beside transformers' `generate` with the same weights, exported by `llmpipe export hf`.

`python bench/generate.py [--quick] [--device cuda] [--threads 2]`: models of 5M and 25M parameters (as in `train.py`,
random weights), 1 and 32 prompts of 16 to 96 tokens, 128 new tokens each, greedy.

The ratio is float32 against float32, where the tokens must be identical. `fastest` is our faster one of bfloat16 and
float32 against transformers' faster one, where the processor has bfloat16. Both sides run once before they are timed,
then take turns, so that a slow spell of the machine meets both; each ratio is the median over the turns.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from train import CPU, Size

from llmpipe.config import validate
from llmpipe.export.hf import export
from llmpipe.files import Layout, write_jsonl
from llmpipe.model.engine import Engine, Request
from llmpipe.model.packed import fast_bfloat16
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.records import Document
from llmpipe.stages import tokenizer
from llmpipe.train import directory

SIZES = ("5M", "25M")
BATCHES = (1, 32)
Answers = list[list[int]]
Side = Callable[[Answers, int], Answers]  # prompts, new tokens -> answers


def write_model(folder: Path, size: Size) -> Path:
    """A model directory with random weights, whose answers vary, and a tokenizer of invented words."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(3, 8))) for _ in range(20_000)]
    texts = [" ".join(draw.choices(words, k=50)) for _ in range(2_000)]
    data = Layout(folder)
    for split in "train", "valid":
        documents = [Document(str(i), text, "en", "bench") for i, text in enumerate(texts)]
        write_jsonl(data.clean / split / "00000.jsonl", documents)
    tokenizer.run(validate({"tokenizer": {"vocab_size": size.vocab_size}}, ["tokenizer"]), data, data, Reporter())
    model, generator = Transformer(size.model, size.vocab_size), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0.0, parameter.shape[1] ** -0.5, generator=generator)
    (folder / "model").mkdir()
    directory.save(folder / "model", model, data.tokenizer)
    return folder / "model"


def ours(folder: Path, rows: int, context: int, device: str, dtype: torch.dtype) -> Side:
    """Our engine, made once as a server does."""
    engine = Engine(directory.load(folder, device).model, max_rows=rows, context=context, dtype=dtype)

    def answers(prompts: Answers, new: int) -> Answers:
        places = {engine.add(Request(prompt, new)): i for i, prompt in enumerate(prompts)}
        found: Answers = [[] for _ in prompts]
        while events := engine.step():
            for event in events:
                assert event.token is not None
                found[places[event.request]].append(event.token)
        return found

    return answers


def theirs(folder: Path, device: str, dtype: torch.dtype) -> Side:
    """`generate` of transformers with its default cache, prompts padded on the left."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()
    model.generation_config.eos_token_id = None  # all answers have the same length

    def answers(prompts: Answers, new: int) -> Answers:
        longest = max(map(len, prompts))
        ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts], device=device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=device)
        found = model.generate(ids, attention_mask=mask, max_new_tokens=new, do_sample=False)
        return [row[longest:] for row in found.tolist()]

    return answers


def measure(sides: dict[str, Side], prompts: Answers, new: int, turns: int) -> tuple[dict[str, list[float]], bool]:
    """Tokens a second of each side in each turn, and whether float32 gives the same tokens on both."""
    answers = {name: side(prompts, new) for name, side in sides.items()}
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(turns):
        for name, side in sides.items():
            start = time.perf_counter()
            side(prompts, new)
            rates[name].append(len(prompts) * new / (time.perf_counter() - start))
    return rates, answers["ours fp32"] == answers["theirs fp32"]


def ratio(rates: dict[str, list[float]], precisions: tuple[str, ...]) -> float:
    """Our fastest precision against theirs: the median over the turns."""
    best = {side: max((rates[f"{side} {p}"] for p in precisions), key=statistics.median) for side in ("ours", "theirs")}
    return round(statistics.median(a / b for a, b in zip(best["ours"], best["theirs"], strict=True)), 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device, new, turns = arguments.device, 8 if arguments.quick else 128, 1 if arguments.quick else 5
    precisions = {"fp32": torch.float32} | ({"bf16": torch.bfloat16} if device == "cuda" or fast_bfloat16() else {})
    results: dict[str, Any] = {"tokens_identical": True, "fastest": {}}
    for name in SIZES:
        size = CPU["1M" if arguments.quick else name]
        results[name], results["fastest"][name] = {}, {}
        with tempfile.TemporaryDirectory() as temporary:
            folder = write_model(Path(temporary), size)
            export(folder, Path(temporary) / "exported")
            for rows in BATCHES:
                draw = random.Random(rows)
                lengths = [draw.randint(16, 96) for _ in range(rows)] if rows > 1 else [64]
                prompts = [[draw.randrange(size.vocab_size) for _ in range(length)] for length in lengths]
                sides: dict[str, Side] = {}
                for label, dtype in precisions.items():
                    sides[f"ours {label}"] = ours(folder, rows, max(lengths) + new, device, dtype)
                    sides[f"theirs {label}"] = theirs(Path(temporary) / "exported", device, dtype)
                rates, identical = measure(sides, prompts, new, turns)
                results["tokens_identical"] &= identical
                results[name][str(rows)] = ratio(rates, ("fp32",))
                results["fastest"][name][str(rows)] = ratio(rates, tuple(precisions))
                print(f"{name}, {rows} prompts" + ("" if identical else ": TOKENS DIFFER"))
                for side, values in rates.items():
                    print(f"  {side:12} {statistics.median(values):8,.0f} tokens/s")
                print(f"  ratio {results[name][str(rows)]}, fastest {results['fastest'][name][str(rows)]}", flush=True)
    print(json.dumps(results, sort_keys=True))


if __name__ == "__main__":
    main()
