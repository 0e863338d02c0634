"""`llmpipe ask`: a question, from memory or about a passage, with the prompts that these tasks are tuned with."""

from pathlib import Path
from typing import TextIO

from llmpipe import tasks
from llmpipe.commands.talk import Settings, note, prompt_room, write_answer
from llmpipe.errors import ParamsError
from llmpipe.records import Example
from llmpipe.train.directory import load


def ask(folder: Path, question: str, passage: str | None, settings: Settings, out: TextIO) -> None:
    """
    Write the answer to a question to `out`, followed by a newline.

    Args:
        folder: Model directory.
        question: What is asked.
        passage: A text, or the path of a file with one; None: from memory.
        settings: How to answer.
        out: Where the answer goes.

    Raises:
        ParamsError: Question or passage is empty, or the file is no text.
    """
    inputs = {"question": question} if passage is None else {"context": read(passage), "question": question}
    for name, value in inputs.items():
        if not value.strip():
            raise ParamsError(f"the {'passage' if name == 'context' else name} is empty; give it a text.")
    loaded = load(folder)
    task = "recall" if passage is None else "reading"
    tokens, cut = tasks.fit_prompt(
        Example("asked", task, "", "", "", inputs, ()), loaded.tokenizer.prompt, prompt_room(loaded, settings)
    )
    if cut:
        note(f"there is not room for all: the end of the {'question' if passage is None else 'passage'} was dropped.")
    write_answer(loaded, tokens, settings, out)


def read(passage: str) -> str:
    """The passage: the text of the file of that name, if there is one, or the words themselves."""
    try:
        is_file = Path(passage).is_file()
    except (OSError, ValueError):  # too long or impossible as a name
        is_file = False
    if not is_file:
        return passage
    try:
        return Path(passage).read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise ParamsError(f"{passage} is not UTF-8 text; convert it, or give the passage as text.") from None
