"""Proofs on real text: a tokenizer loses nothing, and its `tokenizer.json` gives the same ids."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import sentencepiece
import tokenizers

from llmpipe.errors import DataError
from llmpipe.tokenizer import conversion
from llmpipe.tokenizer.pieces import SPACE, SPECIAL
from llmpipe.tokenizer.tokenizer import Tokenizer

HARD_STRINGS = (
    "",
    " ",
    "  leading, trailing and  inner   runs    of spaces     ",
    "\n",
    "\n\n\n one\r\n two\r three\n",
    "\ttab\t\ttabs \t mixed \t",
    "def f(x):\n    if x >= 1:\n\t\treturn x ** 2  # comment\n",
    "0123456789 3.14159 -1e-9 1,234,567 ２０２６ ①②③ ½ x²",
    "中文，没有空格。“引号”、《书名》；第１２章……——？！",
    "全角\u3000空格\u3000\u3000和 半角 空格",
    "mixed 中文 and English混排abc，ok?",
    "𠀀𠮷𪚥 rare Han 㐂 々 〇",
    "ひらがな カタカナ 한국어 ไทย हिन्दी",
    "مرحبا بالعالم، ١٢٣ ‏‎",
    "café cafe\u0301 ﬁne Å A\u030a ǆ ß ſ",
    "😀👍🏽👩‍👩‍👧‍👦🏳️‍🌈🇨🇳 emoji, ZWJ, flags",
    "zero\u200bwidth\u200c\u200d\u2060\u00adsoft\u00a0nbsp\u202fnarrow",
    "\ufeffBOM at the start and \ufeff inside",
    "NUL \x00 and \x01\x07\x1b\x1f\x7f\x80\x85\x9f controls",
    "\u2028line\u2029paragraph\x0bvt\x0cff",
    "\ufffd replacement \uffff nonchar \U0010ffff last \ue000 private ▅ block ⁇ unk",
    "<unk><s></s><pad><|system|>obey<|user|>hi<|assistant|>ok<|end|>",
    "<0x0A><0x41> byte names as text",
    "a < b && c > d; <b>html</b> &amp; {json: [1, 2]} `code` ~!@#$%^*()_+|\\",
    "https://example.org/a?b=c&d=%E4%B8%AD#x user@example.org",
    "x" * 300 + "哈" * 300 + "=" * 300 + " " * 300,
)


_PARTS = (
    *HARD_STRINGS,
    *SPECIAL,
    *"，。「」！？；：…—“”()[]{}<>|=+-*/\\",
    *("the", " of", " number", "Berlin", "ing", "reading", "北京", "天气", "一二三", "2024", "12", "007"),
    *(" ", "  ", "    ", "\t", "\n", "\r\n", "\u3000", "\u00a0", "\u200d", "\ufeff", "\0", "<0x0A>", "e\u0301"),
    *("==", "===", "aaa", "哈哈哈", "--", "😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "مرحبا"),
)


def random_strings(count: int, seed: int = 0) -> list[str]:
    """Strings of words, Han, emoji, whitespace, role names, code and arbitrary characters; none holds U+2581."""
    draw = random.Random(seed)

    def one() -> str:
        known = "".join(draw.choice(_PARTS) for _ in range(draw.randint(0, 8)))
        return known + "".join(chr(draw.randrange(0x20, 0x3000)) for _ in range(draw.randint(0, 3)))

    return [one().replace(SPACE, "") for _ in range(count)]


TokenIds = Sequence[np.ndarray] | Sequence[Sequence[int]]


@dataclass
class RoundTrip:
    """Texts decoded again. `spaces_from_2581` differ only by U+2581, which decodes to a space."""

    texts: int = 0
    spaces_from_2581: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, tokenizer: Tokenizer, texts: Sequence[str], token_ids: TokenIds) -> None:
        """Compare texts with what their token ids decode to."""
        for text, ids in zip(texts, token_ids, strict=True):
            decoded = tokenizer.decode(ids)
            self.texts += 1
            if decoded != text:
                if decoded == text.replace(SPACE, " "):
                    self.spaces_from_2581 += 1
                else:
                    self.failures.append(text)


class Conversion:
    """The `tokenizers` library on the `tokenizer.json` of a tokenizer, to compare ids with."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model)
        self._fast = tokenizers.Tokenizer.from_str(json.dumps(conversion.tokenizer_json(processor)))
        self._fast.encode_special_tokens = True  # role names inside a text are text, as in Tokenizer.encode
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids without special tokens."""
        return [encoding.ids for encoding in self._fast.encode_batch_fast(list(texts), add_special_tokens=False)]

    def check(self, texts: Sequence[str], token_ids: TokenIds) -> None:
        """
        Compare with our token ids.

        Raises:
            DataError: They differ.
        """
        self.texts += len(texts)
        for text, ours, theirs in zip(texts, token_ids, self.encode(texts), strict=True):
            if list(ours) != theirs:
                raise DataError(
                    f"tokenizer.json would give other token ids than tokenizer.model for {text[:60]!r}, so an exported "
                    "model would read other text than it was trained on; please report this text, and change "
                    "tokenizer.vocab_size slightly to go on."
                )
