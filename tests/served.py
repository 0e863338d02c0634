"""A server with a tiny model, in a thread of the test's own process."""

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmpipe.serve.app import create
from llmpipe.serve.limits import Limits
from llmpipe.serve.requests import Served
from llmpipe.serve.scheduler import Scheduler
from llmpipe.serve.server import Server
from llmpipe.train.directory import Loaded, load


@dataclass(frozen=True)
class Running:
    """A server that listens."""

    port: int
    loaded: Loaded
    scheduler: Scheduler
    server: Server

    def ask(
        self, path: str, body: Any = None, method: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON (or text) and headers of one request; bytes are sent as they are."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = self.connect()
        kind = {"Content-Type": "application/json"}
        connection.request(method or ("GET" if body is None else "POST"), path, data, kind | (headers or {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(text) if is_json else text, dict(answer.headers)

    def connect(self) -> http.client.HTTPConnection:
        """A connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def open_stream(self, prompt: str = "hello", **fields: Any) -> http.client.HTTPConnection:
        """A connection on which an answer has begun to arrive; `getresponse` was called."""
        connection = self.connect()
        body = {"prompt": prompt, "max_tokens": 4000, "stream": True} | fields
        connection.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
        return connection


def events(text: str) -> list[Any]:
    """The objects of a stream of server-sent events; "[DONE]" as it is."""
    assert text.endswith("\n\n")
    items = [block.removeprefix("data: ") for block in text.split("\n\n")[:-1]]
    return [item if item == "[DONE]" else json.loads(item) for item in items]


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait for a state that another thread brings about."""
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end, "it did not happen within 20 s"
        time.sleep(0.01)


@contextlib.contextmanager
def serving(folder: Path, keys: tuple[str, ...] = (), **limits: Any) -> Iterator[Running]:
    """Serve a model directory inside the block."""
    loaded, bounds = load(folder), Limits(**({"grace_s": 0.2} | limits))
    scheduler = Scheduler(loaded.model, loaded.tokenizer, bounds)
    served = Served("tiny", loaded.tokenizer, loaded.config.context_length, bounds)
    server = Server(create(served, scheduler, keys, local=not keys), scheduler, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield Running(server.servers[0].sockets[0].getsockname()[1], loaded, scheduler, server)
    finally:
        server.should_exit = True
        scheduler.drain()
        thread.join(20)
        assert not thread.is_alive()
