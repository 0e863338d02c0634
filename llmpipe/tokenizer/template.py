"""
Chat templates of others: where messages stand in a prompt, as text around placeholders.

The template is rendered with placeholders, so what a message says never passes through it, and no content can look
like a part of the template. Rendering follows transformers (a sandbox, `generation` blocks, no clock).
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from llmpipe.errors import DataError

EDGE = "\u2003"  # white space around a placeholder: a template that strips contents loses it
PLACEHOLDER = re.compile(f"({EDGE}?)\ue000(\\d+)\ue001{EDGE}?")


@dataclass(frozen=True)
class Frame:
    """
    A conversation without its contents.

    Args:
        prompt: The template's own text (str) and numbers of messages (int), in order, up to where the assistant speaks.
        lead: Plain text between there and the answer.
        end: The template's text behind the answer.
        strips: Whether the template strips white space from contents.
    """

    prompt: tuple[str | int, ...]
    lead: str
    end: str
    strips: bool


class ChatTemplate:
    """
    A Jinja chat template as Hugging Face directories have it.

    Args:
        source: The template.
        names: `bos_token`, `eos_token` and the like, as text.

    Raises:
        DataError: It is no Jinja template.
    """

    def __init__(self, source: str, names: Mapping[str, str]) -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
        )
        environment.globals["raise_exception"] = _refuse
        self.source, self._names = source, dict(names)
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise DataError(f"the chat template cannot be read ({error}).") from None

    @functools.lru_cache(maxsize=256)  # noqa: B019 - a tokenizer has one template and lives as long as it
    def frame(self, roles: tuple[str, ...]) -> Frame:
        """
        What stands around the contents of messages by these roles, and around the answer to them.

        Raises:
            DataError: The template refuses these roles, or leaves a message out.
        """
        whole = self._render([*roles, "assistant"], answer_next=False)
        asked = self._render(roles, answer_next=True)
        parts = PLACEHOLDER.split(whole)  # text, edge, number, text, edge, number, ..., text
        if [int(number) for number in parts[2::3]] != list(range(len(roles) + 1)):
            raise DataError(f"the chat template does not show each message of {', '.join(roles)} once and in order.")
        before = whole[: list(PLACEHOLDER.finditer(whole))[-1].start()]
        if not before.startswith(asked):
            raise DataError("the chat template asks for an answer in another way than it shows one.")
        pieces = PLACEHOLDER.split(asked)
        prompt = [part if place % 3 == 0 else int(part) for place, part in enumerate(pieces) if place % 3 != 1]
        return Frame(tuple(prompt), before[len(asked) :], parts[-1], strips=not all(parts[1::3]))

    def _render(self, roles: tuple[str, ...] | list[str], answer_next: bool) -> str:
        messages = [{"role": role, "content": f"{EDGE}\ue000{number}\ue001{EDGE}"} for number, role in enumerate(roles)]
        try:
            return self._template.render(
                messages=messages, add_generation_prompt=answer_next, enable_thinking=False, **self._names
            )
        except (jinja2.TemplateError, TypeError, ValueError) as error:
            raise DataError(f"the chat template refuses messages of {', '.join(roles)} ({error}).") from None


class _Generation(Extension):
    """The block `generation`, which marks what an assistant says; here it is what it holds."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node:
        """A block that renders as its body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller: Any) -> str:
        return str(caller())


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)
