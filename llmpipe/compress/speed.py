"""How fast two models are, timed in turn in one process, so that a busy moment meets both."""

import time
from collections.abc import Callable, Mapping

import torch

from llmpipe.model.generate import generate
from llmpipe.train.directory import Loaded
from llmpipe.train.validate import document_nats

ROUNDS = 5
ROWS = (1, 32)  # answers made at the same time
PROMPT, ANSWER = 32, 64  # tokens, less in a short context
SCORED = 16384  # tokens of held-out text


def measure(models: Mapping[str, Loaded]) -> dict[str, dict[str, dict[str, float]]]:
    """
    Tokens a second of each model: `generate_1`, `generate_32` (new tokens) and `score` (held-out text).

    Returns:
        {work: {model: {"tokens_per_s": best of five rounds, "cpu_s": least processor time of a round}}}.
    """
    works: dict[str, Callable[[Loaded], int]] = {f"generate_{rows}": _generate(rows) for rows in ROWS}
    works["score"] = _score
    return {name: _in_turn(models, work) for name, work in works.items()}


def _in_turn(models: Mapping[str, Loaded], work: Callable[[Loaded], int]) -> dict[str, dict[str, float]]:
    best = {name: [float("inf"), float("inf"), 0.0] for name in models}
    for loaded in models.values():
        work(loaded)  # once to warm up
    for _ in range(ROUNDS):
        for name, loaded in models.items():
            wall, cpu = time.perf_counter(), time.process_time()
            tokens = work(loaded)
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            best[name] = [min(best[name][0], wall), min(best[name][1], cpu), float(tokens)]
    return {name: {"tokens_per_s": tokens / wall, "cpu_s": cpu} for name, (wall, cpu, tokens) in best.items()}


def _generate(rows: int) -> Callable[[Loaded], int]:
    def work(loaded: Loaded) -> int:
        context = loaded.config.context_length
        prompt, answer = min(PROMPT, context // 4), min(ANSWER, context // 2)
        prompts = _tokens(loaded, rows * prompt).view(rows, prompt).tolist()
        new = generate(loaded.model, prompts, max_new_tokens=answer, stop_ids=set(), batch_size=rows)
        return sum(map(len, new))

    return work


def _score(loaded: Loaded) -> int:
    context = loaded.config.context_length
    rows = max(1, SCORED // (context + 1))
    tokens = _tokens(loaded, rows * (context + 1)).view(rows, -1).numpy()
    document_nats(loaded.model, list(tokens), context)
    return int(tokens.size)


def _tokens(loaded: Loaded, count: int) -> torch.Tensor:
    """Random token ids, the same for models of one tokenizer."""
    return torch.randint(loaded.tokenizer.vocab_size, (count,), generator=torch.Generator().manual_seed(0))
