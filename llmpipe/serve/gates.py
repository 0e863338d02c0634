"""What requests pass before a route: the count, the name they call the server by, the key."""

import hmac
from collections.abc import Awaitable, Callable, Sequence

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmpipe.serve.meters import Count
from llmpipe.serve.problems import Problem

PATHS = ("/", "/health", "/metrics", "/v1/models", "/v1/completions", "/v1/chat/completions")
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


class CountRequests:
    """Counts requests by path and status; paths that are not ours are one."""

    def __init__(self, app: ASGIApp, count: Count) -> None:
        self._app, self._count = app, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on and look at the status."""

        async def look(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = scope["path"] if scope["path"] in PATHS else "other"
                self._count.add(path, str(message["status"]))
            await send(message)

        await self._app(scope, receive, look)


class LocalNames:
    """
    Refuses requests that call this machine by a foreign name.

    A web page of another site can have its own name lead to 127.0.0.1 (DNS rebinding) and would then read our answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests to local names on."""
        name = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        if scope["type"] == "http" and _without_port(name) not in LOCAL_NAMES:
            sentence = f"the server is not called '{name[:60]}'; use {LOCAL_NAMES[0]}, or listen on another --host."
            await Problem(421, sentence, code="wrong_host").response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def key_check(keys: Sequence[str]) -> Callable[[Request], Awaitable[None]]:
    """A check that a request brings one of the keys; without keys, all pass."""
    known = [key.encode() for key in keys]

    async def check(request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").encode("latin-1")
        if known and not sum(hmac.compare_digest(given, key) for key in known):  # all: time must not tell which
            sentence = "the API key is missing or wrong; send `Authorization: Bearer KEY`."
            raise Problem(401, sentence, code="invalid_api_key", headers={"WWW-Authenticate": "Bearer"})

    return check
