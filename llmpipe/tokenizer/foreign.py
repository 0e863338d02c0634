"""
The tokenizer of a Hugging Face directory: `tokenizer.json` and its chat template, with the methods of our own one.

Only the template's own text may hold special tokens; contents of messages and documents never do, whatever they say.
A directory without a template that can be used gets that of our own models, whose four special tokens are added.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tokenizers

from llmpipe.errors import CheckpointError, DataError
from llmpipe.files import read_json, write_json, write_text
from llmpipe.tokenizer.conversion import PLAIN_TEMPLATE
from llmpipe.tokenizer.pieces import CONTROL
from llmpipe.tokenizer.template import ChatTemplate
from llmpipe.tokenizer.tokenizer import scalar_values

FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
NAMES = ("bos_token", "eos_token", "pad_token", "unk_token")


class ForeignTokenizer:
    """
    A tokenizer that others trained.

    Args:
        model: The text of `tokenizer.json`.
        names: The special tokens of `tokenizer_config.json` by name (`NAMES`), as text; `eos_token` must be there.
        template: The chat template.

    Raises:
        CheckpointError: The library cannot read it, or the special tokens are none of its tokens.
        DataError: The template cannot be used.

    Attributes:
        vocab_size: One more than the largest id.
        bos_id, eos_id, pad_id: Ids; where there is no `bos_token` or `pad_token`, that of `eos_token`.
        end_id: Id of the token that closes an answer.
        byte_values: Empty: see `IncrementalDecoder`.
        digest: SHA-256 of all three arguments.
    """

    byte_values: dict[int, int] = {}

    def __init__(self, model: str, names: dict[str, str], template: str) -> None:
        self.model, self.names, self.template = model, names, ChatTemplate(template, names)
        self._specials = _specials(model, template)
        self._fast = _read(_with_special(model, self._specials))
        self._fast.encode_special_tokens = True  # in contents they are text
        self.vocab_size = max(self._fast.get_vocab(with_added_tokens=True).values()) + 1
        ids = {name: self._id_of(name, token) for name, token in names.items()}
        if "eos_token" not in names:
            raise CheckpointError("tokenizer_config.json names no eos_token; add the token that ends a text.")
        self.eos_id: int = ids["eos_token"]
        self.bos_id: int = ids.get("bos_token", self.eos_id)
        self.pad_id: int = ids.get("pad_token", self.eos_id)
        _, *behind = self._split(self.template.frame(("user",)).end)
        self.end_id = self._specials[behind[0]] if behind else self.eos_id
        self.digest = hashlib.sha256(json.dumps([model, names, template], sort_keys=True).encode()).hexdigest()

    @classmethod
    def load(cls, folder: Path) -> "ForeignTokenizer":
        """
        Load the tokenizer of a Hugging Face directory; without a usable template it gets ours.

        Raises:
            CheckpointError: A file is missing, or they do not belong together.
        """
        path = folder / "tokenizer.json"
        if not path.exists():
            raise CheckpointError(
                f"{path} is missing; save the tokenizer with transformers (`AutoTokenizer.from_pretrained(...)"
                f".save_pretrained('{folder}')`), which writes it."
            )
        model, settings = path.read_text(encoding="utf-8"), read_json(folder / "tokenizer_config.json")
        names = {name: text for name in NAMES if (text := _text(settings.get(name)))}
        template = _template(folder, settings)
        try:
            if template:
                try:
                    return cls(model, names, template)
                except DataError:
                    pass  # of a form that shows no prompt and no answer
            return cls(_with_control(model), names, PLAIN_TEMPLATE if "bos_token" in names else _without_bos())
        except CheckpointError as error:
            raise CheckpointError(f"{folder}: {error}") from None

    def save(self, folder: Path) -> None:
        """Write `FILES` into a folder; transformers reads the same tokenizer from them."""
        write_text(folder / "tokenizer.json", self.model)
        settings = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
        write_json(folder / "tokenizer_config.json", settings | {"padding_side": "left"} | self.names)
        write_text(folder / "chat_template.jinja", self.template.source)

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without special tokens: role tokens in it are text like any other."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text."""
        texts = [scalar_values(text) for text in texts]
        return [encoding.ids for encoding in self._fast.encode_batch_fast(texts, add_special_tokens=False)]

    def decode(self, token_ids: Iterable[int]) -> str:
        """Text of token ids. Special tokens give nothing; bytes that form no character give U+FFFD."""
        return self._fast.decode([int(index) for index in token_ids], skip_special_tokens=True)

    def piece(self, token_id: int) -> str:
        """The text of a token by itself, of special ones too; U+FFFD for a part of a character."""
        return self._fast.decode([token_id], skip_special_tokens=False)

    def document(self, text: str) -> list[int]:
        """Token ids of a whole document: `bos_id` text `eos_id`."""
        return [self.bos_id, *self.encode(text), self.eos_id]

    def prompt(self, messages: Sequence[tuple[str, str]]) -> list[int]:
        """
        Token ids of a conversation, up to where the assistant speaks, as the chat template has it.

        Between two special tokens the template's text and contents are encoded as one, as transformers does.

        Raises:
            DataError: The template refuses these roles.
        """
        frame = self.template.frame(tuple(role for role, _ in messages))
        token_ids: list[int] = []
        plain = ""
        for part in frame.prompt:
            if isinstance(part, int):
                content = messages[part][1]
                plain += content.strip() if frame.strips else content
                continue
            text, *rest = self._split(part)
            plain += text
            for token, text in zip(rest[::2], rest[1::2], strict=True):
                token_ids += [*self.encode(plain), self._specials[token]]
                plain = text
        return token_ids + self.encode(plain)

    def completion(self, text: str) -> list[int]:
        """Token ids of what the assistant says: text, then `end_id`."""
        frame = self.template.frame(("user",))
        return [*self.encode(frame.lead + (text.strip() if frame.strips else text)), self.end_id]

    def _id_of(self, name: str, token: str) -> int:
        found: int | None = self._fast.token_to_id(token)
        if found is None:
            raise CheckpointError(f"tokenizer_config.json has {name} '{token}', which is none of tokenizer.json's.")
        return found

    def _split(self, text: str) -> list[str]:
        """Plain text, special token, plain text, special token, ..., plain text."""
        if not self._specials:
            return [text]
        longest_first = sorted(self._specials, key=lambda token: (-len(token), token))
        return re.split(f"({'|'.join(map(re.escape, longest_first))})", text)


def _read(model: str) -> tokenizers.Tokenizer:
    try:
        fast = tokenizers.Tokenizer.from_str(model)
    except Exception as error:  # the library raises nothing narrower
        raise CheckpointError(f"tokenizer.json cannot be read ({' '.join(str(error).split())[:200]}).") from None
    fast.no_truncation()
    fast.no_padding()
    return fast


def _specials(model: str, template: str) -> dict[str, int]:
    """Added tokens that no content may hold: those marked as special, and those that the template writes."""
    added = json.loads(model).get("added_tokens", [])
    return {token["content"]: token["id"] for token in added if token["special"] or token["content"] in template}


def _with_special(model: str, specials: dict[str, int]) -> str:
    """The same `tokenizer.json` with these tokens marked as special."""
    value = json.loads(model)
    for token in value.get("added_tokens", []):
        token["special"] = token["content"] in specials
    return json.dumps(value)


def _with_control(model: str) -> str:
    """The same `tokenizer.json` with the role tokens of our own models."""
    fast = _read(model)
    fast.add_special_tokens([tokenizers.AddedToken(piece, special=True, normalized=False) for piece in CONTROL])
    return fast.to_str()


def _without_bos() -> str:
    """Our template for a tokenizer that begins no text with a token of its own."""
    return PLAIN_TEMPLATE.removeprefix("{{- bos_token }}\n")


def _template(folder: Path, settings: dict[str, Any]) -> str:
    """The chat template of a directory, or ""; of several the one named `default`."""
    path = folder / "chat_template.jinja"
    if path.exists():
        return path.read_text(encoding="utf-8")
    found = settings.get("chat_template") or ""
    if isinstance(found, list):
        return str(next((item["template"] for item in found if item["name"] == "default"), ""))
    return str(found)


def _text(token: Any) -> str:
    """`"</s>"` or `{"content": "</s>", ...}` -> `"</s>"`."""
    return str(token["content"]) if isinstance(token, dict) else str(token or "")
