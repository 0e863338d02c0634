"""`llmpipe generate` and `llmpipe chat`: one question, or a conversation; answers appear as they are made."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from llmpipe.errors import ParamsError
from llmpipe.model.generate import stream
from llmpipe.model.sampling import Sampling
from llmpipe.tokenizer import IncrementalDecoder
from llmpipe.train.directory import Loaded, load

MIN_PROMPT_TOKENS = 8
HELP = "/reset forgets the conversation, /quit ends it"


@dataclass(frozen=True)
class Settings:
    """How to answer: length in tokens (None: half the context), sampling (temperature 0: likeliest token), seed."""

    max_new_tokens: int | None
    temperature: float
    top_p: float
    seed: int


def answer(folder: Path, prompt: str, settings: Settings, out: TextIO) -> None:
    """Write the answer to one prompt to `out`, followed by a newline."""
    loaded = load(folder)
    room = prompt_room(loaded, settings)
    tokens = loaded.tokenizer.prompt([("user", prompt)])
    if len(tokens) > room:
        _note(f"the prompt has {len(tokens)} tokens and there is room for {room}: its beginning was dropped.")
    for part in pieces(loaded, tokens, settings):
        _write(out, part)
    _write(out, "\n")


def converse(folder: Path, settings: Settings, ask: Callable[[str], str], out: TextIO) -> None:
    """
    Answer questions until `ask` raises EOFError or the user types /quit.

    Args:
        folder: Model directory.
        settings: How to answer.
        ask: Shows a prompt and returns a line, as the builtin `input`.
        out: Where answers go.
    """
    loaded = load(folder)
    room = prompt_room(loaded, settings)
    size = f"{loaded.model.num_parameters():,} parameters, context of {loaded.config.context_length} tokens"
    _note(f"{folder}: {size}; {HELP}.")
    history: list[tuple[str, str]] = []
    turn = 0
    while True:
        try:
            text = ask("> ").strip()
        except EOFError:
            return
        if text == "/quit":
            return
        if text == "/reset":
            history = []
            _note("forgotten.")
        elif text.startswith("/"):
            _note(f"unknown command '{text}'; {HELP}.")
        elif text:
            history, dropped = shorten([*history, ("user", text)], loaded, room)
            if dropped:
                _note(f"the oldest {dropped} messages no longer fit in {room} tokens and were dropped.")
            tokens = loaded.tokenizer.prompt(history)
            parts = []
            for part in pieces(loaded, tokens, settings, turn):
                _write(out, part)
                parts.append(part)
            _write(out, "\n")
            history.append(("assistant", "".join(parts)))
            turn += 1


def answer_limit(loaded: Loaded, settings: Settings) -> int:
    """Tokens that an answer may have."""
    return settings.max_new_tokens or loaded.config.context_length // 2


def prompt_room(loaded: Loaded, settings: Settings) -> int:
    """
    Tokens that a prompt may have.

    Raises:
        ParamsError: The answer asked for leaves none.
    """
    context_length = loaded.config.context_length
    room = context_length - answer_limit(loaded, settings)
    if room < MIN_PROMPT_TOKENS:
        raise ParamsError(
            f"--max-new-tokens is {settings.max_new_tokens}, but the model's context holds {context_length} tokens, "
            f"prompt included; give at most {context_length - MIN_PROMPT_TOKENS}."
        )
    return room


def shorten(history: list[tuple[str, str]], loaded: Loaded, room: int) -> tuple[list[tuple[str, str]], int]:
    """The newest messages that fit, the first one of the user's, and how many were dropped; the last always stays."""
    kept = history
    while len(kept) > 1 and len(loaded.tokenizer.prompt(kept)) > room:
        kept = kept[2:]
    return kept, len(history) - len(kept)


def pieces(loaded: Loaded, tokens: list[int], settings: Settings, turn: int = 0) -> Iterator[str]:
    """The answer to a prompt, in pieces that never end inside a character."""
    decoder = IncrementalDecoder(loaded.tokenizer)
    new_tokens = stream(
        loaded.model,
        tokens,
        max_new_tokens=answer_limit(loaded, settings),
        stop_ids={loaded.tokenizer.end_id, loaded.tokenizer.eos_id},
        sampling=Sampling(settings.temperature, top_p=settings.top_p),
        seed=settings.seed + turn,
    )
    for token in new_tokens:
        yield decoder.push(token)
    yield decoder.flush()


def _write(out: TextIO, text: str) -> None:
    out.write(text)
    out.flush()


def _note(text: str) -> None:
    """One line for the person, apart from the answer on standard output."""
    print(text, file=sys.stderr, flush=True)
