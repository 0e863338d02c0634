"""`llmpipe translate`: a text, or many lines together, with the prompts that the translation task is tuned with."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from llmpipe import tasks
from llmpipe.commands.talk import Settings, answer_limit, new_tokens, note, prompt_room, stops
from llmpipe.errors import ParamsError, unknown_name
from llmpipe.model.engine import Engine, Request
from llmpipe.model.generate import request_seed
from llmpipe.records import Example
from llmpipe.tasks.translation import WORDINGS
from llmpipe.tokenizer import TextStream
from llmpipe.train.directory import Loaded, load

ROWS = 32  # lines that are translated side by side
LINES = 512  # lines that are read before the first is written, at most


def translate(folder: Path, lines: Iterable[str], languages: tuple[str, str], settings: Settings, out: TextIO) -> None:
    """
    Write the translation of each line to `out`, a line each; an empty line stays empty.

    Args:
        folder: Model directory.
        lines: Texts, with or without the end of the line.
        languages: From and to: codes such as "en" and "zh".
        settings: How to answer.
        out: Where translations go.

    Raises:
        ParamsError: A language has no prompt, or both are the same.
    """
    check_languages(*languages)
    loaded = load(folder)
    room = prompt_room(loaded, settings)
    remaining, first = iter(lines), 0
    while block := [line.strip() for line in islice(remaining, LINES)]:
        prompts = [_prompt(loaded, line, languages, room, first + i) for i, line in enumerate(block)]
        for tokens in _answers(loaded, prompts, settings, first):
            out.write(_one_line(loaded, tokens, settings) + "\n")
        out.flush()
        first += len(block)


def check_languages(from_language: str, to_language: str) -> None:
    """
    Whether the task has words for a pair.

    Raises:
        ParamsError: It has not.
    """
    known = WORDINGS["en"][1]
    for language in from_language, to_language:
        if language not in known:
            raise ParamsError(unknown_name("language", language, known))
    if from_language == to_language:
        raise ParamsError(f"--from and --to are both '{to_language}'; name two languages.")


def _prompt(loaded: Loaded, line: str, languages: tuple[str, str], room: int, number: int) -> list[int]:
    """The prompt of a line; [] for an empty one."""
    if not line:
        return []
    example = Example(str(number), "translation", "", "", "-".join(languages), {"source": line}, ())
    tokens, cut = tasks.fit_prompt(example, loaded.tokenizer.prompt, room)
    if cut:
        note(f"line {number + 1} is too long for the model's context: its end was dropped.")
    return tokens


def _answers(loaded: Loaded, prompts: list[list[int]], settings: Settings, first: int) -> Iterator[list[int]]:
    """Token ids of each prompt's answer, in order; all prompts share one engine."""
    if settings.beams > 1:
        yield from (list(new_tokens(loaded, prompt, settings, 0)) if prompt else [] for prompt in prompts)
        return
    engine = Engine(loaded.model, max_rows=ROWS)
    answers: list[list[int]] = [[] for _ in prompts]
    limit, stop_ids, sampling = answer_limit(loaded, settings), stops(loaded), settings.sampling
    places = {
        engine.add(Request(p, limit, stop_ids, sampling, request_seed(settings.seed + first + i, 0))): i
        for i, p in enumerate(prompts)
        if p
    }
    while events := engine.step():
        for event in events:
            if event.token is not None:
                answers[places[event.request]].append(event.token)
    yield from answers


def _one_line(loaded: Loaded, tokens: list[int], settings: Settings) -> str:
    """The text of an answer up to a stop string, on one line."""
    stream = TextStream(loaded.tokenizer, settings.stop, is_message=True)
    text = "".join(stream.push(token) for token in tokens) + stream.flush()
    return " ".join(text.split())
