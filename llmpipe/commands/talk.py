"""`llmpipe generate` and `llmpipe chat`: one question, or a conversation; answers appear as they are made."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from llmpipe.errors import ParamsError
from llmpipe.model.beam import beam_search
from llmpipe.model.generate import stream
from llmpipe.model.sampling import Sampling
from llmpipe.tokenizer import TextStream
from llmpipe.train.directory import Loaded, load

MIN_PROMPT_TOKENS = 8
SHOWN = 60  # characters of a message that is no longer in the context
HELP = "/reset forgets the conversation, /quit ends it"


@dataclass(frozen=True)
class Settings:
    """
    How to answer, as the options of the commands say it.

    Args:
        max_new_tokens: Longest answer; None: half the context.
        temperature: With the four after it: `Sampling`.
        stop: Strings that end an answer; they are not part of it.
        beams: Partial answers that beam search keeps; 1: no search.
        seed: Of the random draws.
    """

    max_new_tokens: int | None = None
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    beams: int = 1
    seed: int = 1

    @property
    def sampling(self) -> Sampling:
        """
        How to choose the next token.

        Raises:
            ParamsError: The options contradict each other.
        """
        if self.beams > 1 and (self.temperature > 0 or self.repetition_penalty != 1):
            raise ParamsError(
                f"--beams {self.beams} looks for the likeliest answer and cannot be combined with --temperature or "
                "--repetition-penalty; leave one of them out."
            )
        return Sampling(self.temperature, self.top_k, self.top_p, self.min_p, self.repetition_penalty)


def answer(folder: Path, prompt: str, settings: Settings, out: TextIO) -> None:
    """
    Write the answer to one prompt to `out`, followed by a newline.

    Raises:
        ParamsError: The prompt is empty.
    """
    if not prompt.strip():
        raise ParamsError("the prompt is empty; give it a text.")
    loaded = load(folder)
    room = prompt_room(loaded, settings)
    tokens = loaded.tokenizer.prompt([("user", prompt)])
    if len(tokens) > room:
        note(f"the prompt has {len(tokens)} tokens and there is room for {room}: its beginning was dropped.")
    write_answer(loaded, tokens, settings, out)


def write_answer(loaded: Loaded, tokens: list[int], settings: Settings, out: TextIO, turn: int = 0) -> str:
    """Write the answer to a prompt as it is made, and a newline; returns the answer."""
    parts = []
    for part in pieces(loaded, tokens, settings, turn):
        _write(out, part)
        parts.append(part)
    _write(out, "\n")
    return "".join(parts)


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
    note(f"{folder}: {size}; {HELP}.")
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
            note("forgotten.")
        elif text.startswith("/"):
            note(f"unknown command '{text}'; {HELP}.")
        elif text:
            history, dropped = shorten([*history, ("user", text)], loaded, room)
            tokens = loaded.tokenizer.prompt(history)
            _say_dropped(dropped, room)
            if len(tokens) > room:
                note(f"your message has {len(tokens)} tokens and there is room for {room}: its beginning was dropped.")
            history.append(("assistant", write_answer(loaded, tokens, settings, out, turn)))
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


def shorten(
    history: list[tuple[str, str]], loaded: Loaded, room: int
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The newest messages that fit, the first one of the user's, and those that were dropped; the last always stays."""
    kept = history
    while len(kept) > 1 and len(loaded.tokenizer.prompt(kept)) > room:
        kept = kept[2:]
    return kept, history[: len(history) - len(kept)]


def _say_dropped(messages: Sequence[tuple[str, str]], room: int) -> None:
    """Which messages the model no longer sees: each in a line, by its beginning."""
    if messages:
        note(f"the oldest {len(messages)} messages no longer fit in {room} tokens and were dropped:")
    for role, text in messages:
        line = " ".join(text.split())
        note(f"  {role}: {line if len(line) <= SHOWN else line[:SHOWN] + '…'}")


def pieces(loaded: Loaded, tokens: list[int], settings: Settings, turn: int = 0) -> Iterator[str]:
    """The answer to a prompt, in pieces that never end inside a character or a stop string."""
    text = TextStream(loaded.tokenizer, settings.stop, is_message=True)
    for token in new_tokens(loaded, tokens, settings, turn):
        yield text.push(token)
        if text.stopped:
            return
    yield text.flush()


def new_tokens(loaded: Loaded, tokens: list[int], settings: Settings, turn: int) -> Iterable[int]:
    """The tokens of the answer to a prompt; from beam search all at once."""
    limit, stop_ids, sampling = answer_limit(loaded, settings), stops(loaded), settings.sampling
    if settings.beams > 1:
        return beam_search(loaded.model, tokens, beams=settings.beams, max_new_tokens=limit, stop_ids=stop_ids)
    seed = settings.seed + turn
    return stream(loaded.model, tokens, max_new_tokens=limit, stop_ids=stop_ids, sampling=sampling, seed=seed)


def stops(loaded: Loaded) -> frozenset[int]:
    """The tokens that end an answer."""
    return frozenset({loaded.tokenizer.end_id, loaded.tokenizer.eos_id})


def _write(out: TextIO, text: str) -> None:
    out.write(text)
    out.flush()


def note(text: str) -> None:
    """One line for the person, apart from the answer on standard output."""
    print(text, file=sys.stderr, flush=True)
