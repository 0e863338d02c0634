"""The routes: OpenAI's interface below /v1, /health, /metrics, and the chat page at /."""

import asyncio
import contextlib
import functools
import hashlib
import importlib.resources
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from llmpipe import __version__
from llmpipe.serve.answers import Reply
from llmpipe.serve.gates import CountRequests, LocalNames, key_check
from llmpipe.serve.meters import CONTENT_TYPE
from llmpipe.serve.problems import Problem, unavailable
from llmpipe.serve.requests import (
    ChatRequest,
    CompletionRequest,
    Job,
    Kind,
    Served,
    chat_jobs,
    completion_jobs,
    parse,
)
from llmpipe.serve.scheduler import Scheduler, Stream

SWALLOWED = 32  # an oversized body is read up to this many times its limit, so that the client hears why it failed
CLIENT_GONE = 499  # nginx's number; nobody reads it but the counter


def create(served: Served, scheduler: Scheduler, keys: Sequence[str] = (), *, local: bool = False) -> FastAPI:
    """
    The application.

    Args:
        served: Name, tokenizer, sizes.
        scheduler: Of the same model; started and stopped with the application.
        keys: API keys, one of which requests must bring; none: no key is asked for.
        local: Whether only requests to names of this machine are answered.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        scheduler.start()
        yield
        scheduler.drain()
        await asyncio.to_thread(scheduler.join)

    app = FastAPI(title="llmpipe", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.include_router(_api(served, scheduler, keys))
    app.include_router(_around(scheduler, keys))
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    if local:
        app.add_middleware(LocalNames)
    app.add_middleware(CountRequests, count=scheduler.meters.requests)
    return app


def _api(served: Served, scheduler: Scheduler, keys: Sequence[str]) -> APIRouter:
    """OpenAI's interface."""
    api = APIRouter(prefix="/v1", dependencies=[Depends(key_check(keys))])
    card = {"id": served.name, "object": "model", "created": 0, "owned_by": "llmpipe"}
    card |= {"max_model_len": served.context_length}

    @api.get("/models")
    async def models() -> dict[str, Any]:
        """The one model."""
        return {"object": "list", "data": [card]}

    @api.get("/models/{name:path}")
    async def model(name: str) -> dict[str, Any]:
        """What there is to know about it."""
        _check_name(name, served)
        return card

    @api.post("/completions", openapi_extra=_documented(CompletionRequest))
    async def completions(request: Request) -> Response:
        """Continue a text."""
        body = await _body(CompletionRequest, request, served)
        jobs = await asyncio.to_thread(completion_jobs, body, served)
        return await _answer(request, body, jobs, served, scheduler=scheduler, chat=False)

    @api.post("/chat/completions", openapi_extra=_documented(ChatRequest))
    async def chat(request: Request) -> Response:
        """Go on with a conversation."""
        body = await _body(ChatRequest, request, served)
        jobs = await asyncio.to_thread(chat_jobs, body, served)
        return await _answer(request, body, jobs, served, scheduler=scheduler, chat=True)

    return api


def _around(scheduler: Scheduler, keys: Sequence[str]) -> APIRouter:
    """The page, and what a supervisor asks."""
    around = APIRouter()

    @around.get("/", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        """The chat page."""
        text, policy = _page()
        return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})

    @around.get("/health")
    async def health() -> dict[str, str]:
        """200 while requests are taken."""
        if not scheduler.open:
            raise unavailable("no requests are taken.", "engine_failed" if scheduler.broken else "stopping")
        return {"status": "ok"}

    @around.get("/metrics", dependencies=[Depends(key_check(keys))])
    async def metrics() -> PlainTextResponse:
        """For Prometheus."""
        return PlainTextResponse(scheduler.meters.text(), media_type=CONTENT_TYPE)

    return around


# --- requests ---------------------------------------------------------------------------------------


def _documented(kind: type[Kind]) -> dict[str, Any]:
    """A request's fields for /openapi.json."""
    return {"requestBody": {"content": {"application/json": {"schema": kind.model_json_schema()}}}}


async def _body(kind: type[Kind], request: Request, served: Served) -> Kind:
    """
    The checked request.

    Raises:
        Problem: It is too large, too slow, no JSON, or asks for what we do not do.
    """
    sent_as = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent_as != "application/json":  # browsers ask before another site may send this type, and we say no
        raise Problem(415, f"the content type is '{sent_as[:60]}'; send application/json.", code="unsupported_type")
    try:
        async with asyncio.timeout(served.limits.request_s):
            content = await _read(request, served.limits.body_bytes)
    except TimeoutError:
        raise Problem(408, f"the body took longer than {served.limits.request_s:g} s.", code="timeout") from None
    body = await asyncio.to_thread(parse, kind, content)
    _check_name(body.model or served.name, served)
    return body


async def _read(request: Request, limit: int) -> bytes:
    content, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit * SWALLOWED:
            break
        if size <= limit:
            content += chunk
    if size > limit:
        raise Problem(413, f"the request is larger than {limit} bytes; send less.", code="request_too_large")
    return bytes(content)


def _check_name(name: str, served: Served) -> None:
    if name != served.name:
        sentence = f"there is no model '{name[:60]}'; this server has '{served.name}'."
        raise Problem(404, sentence, param="model", code="model_not_found")


# --- answers ----------------------------------------------------------------------------------------


class Events(StreamingResponse):
    """Server-sent events; the rows are freed also when the client was gone before the first one."""

    def __init__(self, events: AsyncIterator[bytes], release: Callable[[], None]) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._release()


async def _answer(
    request: Request,
    body: CompletionRequest | ChatRequest,
    jobs: list[Job],
    served: Served,
    *,
    scheduler: Scheduler,
    chat: bool,
) -> Response:
    """Queue the jobs; their answers as events, or whole."""
    reply = Reply(
        chat,
        served.name,
        served.tokenizer,
        prompt_tokens=sum(len(job.prompt) for job in jobs[:: body.n]),
        logprobs=jobs[0].logprobs is not None,
        include_usage=body.stream_options.include_usage,
    )
    stream = scheduler.submit(jobs)
    if body.stream:
        return Events(reply.events(aiter(stream), len(jobs)), functools.partial(scheduler.cancel, stream))
    return await _whole(request, reply, stream, scheduler)


async def _whole(request: Request, reply: Reply, stream: Stream, scheduler: Scheduler) -> Response:
    """The complete answer, unless the client hangs up before."""
    making = asyncio.ensure_future(reply.whole(aiter(stream)))
    hung_up = asyncio.ensure_future(_hang_up(request))
    try:
        await asyncio.wait({making, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            return Response(status_code=CLIENT_GONE)
        return Response(orjson.dumps(making.result()), media_type="application/json")
    finally:
        scheduler.cancel(stream)
        making.cancel()
        hung_up.cancel()


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


# --- the page ---------------------------------------------------------------------------------------


@functools.cache
def _page() -> tuple[str, str]:
    """The page and the policy that allows its own script and style, by their digests, and nothing else."""
    text = (importlib.resources.files("llmpipe.serve") / "page.html").read_text("utf-8")
    digests = {
        tag: " ".join(
            f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
            for content in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        )
        for tag in ("script", "style")
    }
    return text, (
        f"default-src 'none'; script-src {digests['script']}; style-src {digests['style']}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


# --- errors --------------------------------------------------------------------------------------------


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return error.response()


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    """404 and 405 of the router."""
    assert isinstance(error, HTTPException)
    sentence = f"{request.method} {request.url.path[:100]}: {error.detail}."
    code = "method_not_allowed" if error.status_code == 405 else "not_found"
    return Problem(error.status_code, sentence, code=code, headers=error.headers).response()


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)


async def _failed(_: Request, error: Exception) -> JSONResponse:
    """A mistake of ours; the log has the traceback."""
    return Problem(500, "the server made a mistake; its log says more.", code="internal_error").response()


HANDLERS = {Problem: _problem, HTTPException: _http_error, ClientDisconnect: _gone, Exception: _failed}
