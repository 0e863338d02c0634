"""
What `llmpipe serve` gains from making many answers together, and what hostile requests do to it.

`python bench/serve.py [--quick]`: a model of 5M parameters (random weights) behind the real server in a process of its
own. The same streaming requests, prompts of mixed lengths, one at a time and from 32 clients at once: tokens a second,
time to the first token, the shortest share that a client got. Then 1,000 malformed or hostile requests, eight at a
time: each must get a 4xx or, where the client itself hangs up, nothing; the log must stay free of tracebacks.
"""

import argparse
import asyncio
import collections
import contextlib
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from train import CPU

from llmpipe.config import TokenizerConfig, WorldSource
from llmpipe.model.transformer import Transformer
from llmpipe.tokenizer import Tokenizer
from llmpipe.tokenizer.training import train
from llmpipe.train import directory
from llmpipe.world import generate

ROOT = Path(__file__).parents[1]
CLIENTS = 32
NEW_TOKENS = 128
PROMPT_WORDS = (4, 60)
PATIENCE_S = 30.0  # a request that takes longer hangs
HOSTILE_AT_ONCE = 8
HOSTILE_NEW_TOKENS = 8
HEAD = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def make_model(folder: Path) -> tuple[Path, list[str]]:
    """A model directory of 5M parameters, and texts in its languages."""
    size = CPU["5M"]
    texts = [item.text for item in generate(WorldSource(kind="world", documents=4000, dirt_ratio=0), 1).documents]
    tokenizer = Tokenizer(train(texts, TokenizerConfig(vocab_size=size.vocab_size)))
    tokenizer.save(folder / "tokenizer")
    model = Transformer(size.model, tokenizer.vocab_size).initialize(torch.Generator().manual_seed(1))
    (folder / "model").mkdir()
    directory.save(folder / "model", model, folder / "tokenizer")
    return folder / "model", texts


@contextlib.contextmanager
def serving(folder: Path, log: Path) -> Iterator[int]:
    """The port of a server with this model."""
    command = [sys.executable, "-m", "llmpipe", "serve", str(folder), "--port", "0", "--grace", "1s"]
    command += ["--rows", str(CLIENTS)]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT) as process,
    ):
        assert process.stdout is not None
        address = re.search(r":(\d+) ", process.stdout.readline())
        assert address is not None, log.read_text()
        try:
            yield int(address[1])
        finally:
            process.terminate()


# --- throughput -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timing:
    """One streamed answer: seconds to its first token and to its end, and its tokens."""

    first_s: float
    whole_s: float
    tokens: int


def bodies(texts: list[str], count: int) -> list[dict[str, Any]]:
    """Requests with prompts of mixed lengths, sampled so that a random model does not repeat itself."""
    draw = random.Random(1)
    prompts = [" ".join(draw.choice(texts).split()[: draw.randint(*PROMPT_WORDS)])[:300] for _ in range(count)]
    common = {"max_tokens": NEW_TOKENS, "temperature": 1.0, "stream": True, "stream_options": {"include_usage": True}}
    return [{"prompt": prompt, "seed": seed, **common} for seed, prompt in enumerate(prompts)]


async def ask(port: int, body: dict[str, Any]) -> Timing:
    """One request, read as it comes; a reader that costs little, for it shares the machine with the server."""
    start, first_s, received = time.perf_counter(), 0.0, b""
    async with connection(port) as (reader, writer):
        data = json.dumps(body).encode()
        writer.write(f"{HEAD}Connection: close\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
        while block := await reader.read(65536):
            received += block
            if not first_s and b"data: " in received:
                first_s = time.perf_counter() - start
    usage = re.search(rb'"completion_tokens":(\d+)', received)
    assert usage is not None, received[-300:]
    return Timing(first_s, time.perf_counter() - start, int(usage[1]))


@contextlib.asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that is closed at the end, whatever the other side thinks of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def one_by_one(port: int, requests: list[dict[str, Any]]) -> tuple[float, list[Timing]]:
    """Tokens a second when each request waits for the one before."""
    start = time.perf_counter()
    timings = [await ask(port, body) for body in requests]
    return sum(item.tokens for item in timings) / (time.perf_counter() - start), timings


async def all_at_once(port: int, requests: list[dict[str, Any]]) -> tuple[float, list[Timing]]:
    """Tokens a second of all together."""
    start = time.perf_counter()
    timings = await asyncio.gather(*(ask(port, body) for body in requests))
    return sum(item.tokens for item in timings) / (time.perf_counter() - start), timings


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def throughput(port: int, texts: list[str], alone: int, rounds: int) -> dict[str, float]:
    """Median over rounds that alternate, so that a busy neighbour meets both."""
    requests = bodies(texts, CLIENTS)
    asyncio.run(all_at_once(port, requests[:4]))  # warm
    speeds: dict[str, list[float]] = {"alone": [], "together": []}
    first_s: list[float] = []
    least = NEW_TOKENS
    for _ in range(rounds):
        speeds["alone"].append(asyncio.run(one_by_one(port, requests[:alone]))[0])
        speed, timings = asyncio.run(all_at_once(port, requests))
        speeds["together"].append(speed)
        first_s += [item.first_s for item in timings]
        least = min(least, *(item.tokens for item in timings))
    single, many = (statistics.median(values) for values in speeds.values())
    print(f"one at a time      {single:8.0f} tokens/s")
    print(f"{CLIENTS} clients at once {many:8.0f} tokens/s   ratio {many / single:.2f}")
    print(f"first token        {statistics.median(first_s):8.3f} s median, {p95(first_s):.3f} s p95")
    print(f"fewest tokens of a client {least} of {NEW_TOKENS}")
    return {"throughput_ratio": many / single, "p95_first_token_s": p95(first_s), "min_tokens": least}


# --- hostile requests -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hostile:
    """Bytes to send; `hang_up` after them, or listen for a status."""

    kind: str
    data: bytes
    hang_up: bool = False


def request(body: bytes, head: str = HEAD) -> bytes:
    """A well-formed HTTP request around a body."""
    return f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def wrong_value(draw: random.Random) -> bytes:
    """A request with one field of a wrong type or size."""
    name, values = draw.choice(list(WRONG.items()))
    return json.dumps({"prompt": "a", "max_tokens": HOSTILE_NEW_TOKENS} | {name: draw.choice(values)}).encode()


HUGE = [10**30, -(10**30), 10**3000]
WRONG: dict[str, list[Any]] = {
    "prompt": [None, 1, 1.5, True, {}, [], [[]], [1, "a"], [-1], [10**9], ["a", ["b"]], "x" * 50_000, [[1] * 5000]],
    "max_tokens": ["4", -1, 1.5, [], {}, True, -(10**30)],
    "temperature": ["hot", -1, 3, [], float("nan"), float("inf"), *HUGE],
    "top_p": [0, -1, 1.1, "x", float("nan"), *HUGE],
    "top_k": [-1, 1.5, "x", -(10**30)],
    "min_p": [-1, 2, float("-inf")],
    "repetition_penalty": [0, -1, 1e-300, *HUGE],
    "n": [0, -1, 10**6, "2", *HUGE],
    "seed": ["x", 1.5, *HUGE],
    "stop": ["", [""], 5, [5], ["x"] * 1000, {}],
    "stream": [1, "yes", []],
    "logprobs": [-1, 21, True, "x"],
    "stream_options": [1, {"x": 1}, []],
    "model": [1, "../../etc/passwd", "\x00"],
    "unknown": [1, None],
    "logit_bias": [{"1": 100}],
}

MESSAGES: list[Any] = [None, {}, "x", [], [1], [{}], [{"role": "user"}], [{"role": "root", "content": "x"}]]
MESSAGES += [[{"role": "user", "content": [{"type": "image_url"}]}], [{"role": "user", "content": "x" * 90_000}]]
CHAT = HEAD.replace("/completions", "/chat/completions")
ATTACKS = {
    "wrong value": lambda draw: request(wrong_value(draw)),
    "wrong messages": lambda draw: request(json.dumps({"messages": draw.choice(MESSAGES)}).encode(), CHAT),
    "lone surrogate": lambda draw: request(b'{"prompt": "\\ud8%02x"}' % draw.randrange(256)),
    "deep JSON": lambda draw: request(b'{"prompt": ' + b"[" * draw.choice([300, 100_000])),
    "deep object": lambda draw: request(b'{"messages": ' + b'{"a": ' * 10_000 + b"1" + b"}" * 10_001),
    "invalid UTF-8": lambda draw: request(b'{"prompt": "' + draw.randbytes(40).replace(b'"', b"") + b'\xff"}'),
    "random bytes": lambda draw: request(draw.randbytes(200)),
    "cut JSON": lambda draw: request(b'{"prompt": "hello", "max_tokens": 3}'[: draw.randrange(35)]),
    "wrong method": lambda draw: request(b"{}", HEAD.replace("POST", draw.choice(["PUT", "DELETE", "PATCH", "TRACE"]))),
    "wrong path": lambda draw: request(b"{}", HEAD.replace("/v1", draw.choice(["/v2", "/%00", "/../../etc", "//"]))),
    "wrong type": lambda draw: request(b'{"prompt": "a"}', HEAD.replace("/json", draw.choice(["/xml", "", "/js\xe9"]))),
    "no HTTP": lambda draw: draw.randbytes(100) + b"\r\n\r\n",
    "bad length": lambda draw: f"{HEAD}Content-Length: {draw.choice(['x', '-5', '1, 2'])}\r\n\r\n".encode() + b"{}",
    "bad chunks": lambda draw: f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n".encode(),
    "long header": lambda draw: request(b"{}", HEAD + "X: " + "y" * 200_000 + "\r\n"),
}
GONE = {
    "gone in the head": lambda draw: HEAD.encode()[: draw.randrange(1, len(HEAD))],
    "gone in the body": lambda draw: f'{HEAD}Content-Length: 5000\r\n\r\n{{"prompt": "a'.encode(),
    "gone in the answer": lambda draw: request(b'{"prompt": "a", "max_tokens": 200, "temperature": 1, "stream": true}'),
    "gone while waiting": lambda draw: request(b'{"prompt": "a", "max_tokens": 200, "temperature": 1, "n": 4}'),
}


def hostile(count: int) -> list[Hostile]:
    """Attacks of all kinds in a fixed random order; one in a hundred is a body of 10 MB."""
    draw = random.Random(1)
    large = request(b'{"prompt": "' + b"x" * 10_000_000 + b'"}')
    made = []
    for number in range(count):
        if number % 100 == 0:
            made.append(Hostile("10 MB", large))
        elif number % 6 == 0:
            kind = draw.choice(list(GONE))
            made.append(Hostile(kind, GONE[kind](draw), hang_up=True))
        else:
            kind = draw.choice(list(ATTACKS))
            made.append(Hostile(kind, ATTACKS[kind](draw)))
    return made


async def attack(port: int, item: Hostile) -> str:
    """The status that an attack got; "closed" without one, "hang" when nothing happened."""
    try:
        async with asyncio.timeout(PATIENCE_S), connection(port) as (reader, writer):
            writer.write(item.data)
            if item.hang_up:
                await asyncio.sleep(0.02)
                return "gone"
            status = re.match(rb"HTTP/1.1 (\d+)", await reader.read(4096))
            return status[1].decode() if status else "closed"
    except TimeoutError:
        return "hang"
    except ConnectionError:
        return "closed"


async def siege(port: int, items: list[Hostile]) -> collections.Counter[tuple[str, str]]:
    """How often each kind of attack got each status."""
    gate, found = asyncio.Semaphore(HOSTILE_AT_ONCE), collections.Counter[tuple[str, str]]()

    async def one(item: Hostile) -> None:
        async with gate:
            found[item.kind, await attack(port, item)] += 1

    await asyncio.gather(*map(one, items))
    return found


def resist(port: int, texts: list[str], count: int, log: Path) -> dict[str, int]:
    """Attack, then ask as a friend does."""
    found = asyncio.run(siege(port, hostile(count)))
    for kind in sorted({kind for kind, _ in found}):
        print(
            f"  {kind:<20}", ", ".join(f"{status}: {n}" for (name, status), n in sorted(found.items()) if name == kind)
        )
    friend = asyncio.run(ask(port, bodies(texts, 1)[0]))
    assert friend.tokens > 0
    tracebacks = log.read_text(errors="replace").count("Traceback")
    print(f"{count} attacks, {tracebacks} tracebacks; a friend then got its first token after {friend.first_s:.3f} s")
    of = collections.Counter({status[:1] if status.isdigit() else status: 0 for _, status in found})
    for (_, status), number in found.items():
        of[status[:1] if status.isdigit() else status] += number
    return {
        "errors_5xx": of["5"],
        "accepted": of["2"],
        "unanswered": of["closed"],
        "hangs": of["hang"],
        "tracebacks": tracebacks,
    }


def main() -> None:
    """Print both tables and the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="show that it works")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, texts = make_model(Path(name))
        log = Path(name) / "log"
        with serving(folder, log) as port:
            speed = throughput(port, texts, *((4, 1) if options.quick else (16, 3)))
            safety = resist(port, texts, 200 if options.quick else 1000, log)
    print(json.dumps(speed | safety))


if __name__ == "__main__":
    main()
