"""Errors as OpenAI's clients know them: `{"error": {"message", "type", "param", "code"}}` and a status."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import ValidationError

TYPES = {401: "authentication_error", 429: "rate_limit_error", 500: "server_error", 503: "server_error"}
MAX_MESSAGE = 500
RETRY_AFTER_S = 2


class Problem(Exception):
    """
    A request that gets no answer.

    Args:
        status: HTTP status.
        message: One sentence: what is wrong with which value, and what to do.
        param: Name of the field, dotted.
        code: A word for programs.
        headers: Further HTTP headers.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code
        self.headers = dict(headers or {})

    def content(self) -> dict[str, Any]:
        """The JSON object; text that no UTF-8 can hold is spelled out."""
        kind = TYPES.get(self.status, "invalid_request_error")
        error = {"message": _printable(self.message), "type": kind, "param": self.param, "code": self.code}
        if self.param is not None:
            error["param"] = _printable(self.param)
        return {"error": error}

    def response(self) -> JSONResponse:
        """The HTTP answer."""
        return JSONResponse(self.content(), self.status, self.headers)


def busy(message: str) -> Problem:
    """429: too much is waiting."""
    return Problem(429, message, code="queue_full", headers={"Retry-After": str(RETRY_AFTER_S)})


def unavailable(message: str, code: str) -> Problem:
    """503: the server cannot answer now, and another one perhaps can."""
    return Problem(503, message, code=code, headers={"Retry-After": str(RETRY_AFTER_S)})


def invalid(error: ValidationError) -> Problem:
    """400 for the first thing that is wrong with the fields of a request."""
    first = error.errors(include_url=False, include_input=True, include_context=False)[0]
    param = ".".join(str(part) for part in first["loc"]) or None
    found = "" if first["type"] == "missing" else f" is {_short(first['input'])}"
    return Problem(400, f"{param or 'the request'}{found}: {first['msg']}.", param=param, code="invalid_value")


def _short(value: Any) -> str:
    """A value as a person reads it, cut: a request may hold a megabyte."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more than 4,300 digits
        return "a very long number"
    return text if len(text) <= 60 else f"{text[:60]}..."


def _printable(text: str) -> str:
    return text[:MAX_MESSAGE].encode("utf-8", "backslashreplace").decode()
