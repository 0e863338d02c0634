"""What a request may cost. Limits change no answer, so they are options of the command, not parameters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """
    Bounds of the server.

    Attributes:
        prompt_tokens: Longest prompt; None: what the model's context holds beside one new token.
        new_tokens: Longest answer; None: what the context holds. Requests that ask for more get this.
        rows: Answers that are made at the same time.
        queue: Answers that may wait for a row.
        request_s: Seconds from a request's arrival to its end, waiting included.
        body_bytes: Size of a request.
        grace_s: Seconds that running requests have to end when the server is asked to stop.
    """

    prompt_tokens: int | None = None
    new_tokens: int | None = None
    rows: int = 32
    queue: int = 128
    request_s: float = 120.0
    body_bytes: int = 1_000_000
    grace_s: float = 10.0
