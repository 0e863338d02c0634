"""
The Hugging Face form of the tokenizer: `tokenizer.json`, `tokenizer_config.json`, the chat template.

Our own conversion, because loading `tokenizer.model` directly gives other ids in transformers without an
error. Exact: the tokenizer stage compares the ids on the valid split, the tests on random strings.
"""

from typing import Any

import sentencepiece

from llmpipe.tokenizer.pieces import BOS, EOS, PAD, ROLES, SPACE, SPECIAL, UNK
from llmpipe.tokenizer.spacing import TEMPLATE_SPACE

TOKENIZER_CONFIG: dict[str, Any] = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "unk_token": UNK,
    "bos_token": BOS,
    "eos_token": EOS,
    "pad_token": PAD,
    "extra_special_tokens": list(SPECIAL[4:]),
    "add_bos_token": True,
    "add_eos_token": False,
    "clean_up_tokenization_spaces": False,
    "padding_side": "left",  # generation continues at the right end
    "model_input_names": ["input_ids", "attention_mask"],
}


def chat_template(space: str = "") -> str:
    """
    The text form of `Tokenizer.prompt`; `generation` marks what an assistant said, for training in transformers.

    Args:
        space: Sets `space`, which then stands before each content; "": nothing does.
    """
    content = "space + message.content" if space else "message.content"
    return (
        "{{- bos_token }}\n"
        "{%- for message in messages %}\n"
        f"{{%- if message.role not in {list(ROLES)} %}}\n"
        "{{- raise_exception('unknown role ' + message.role) }}\n"
        "{%- endif %}\n"
        f"{space}"
        "{{- '<|' + message.role + '|>' }}\n"
        "{%- if message.role == 'assistant' %}\n"
        f"{{%- generation %}}{{{{- {content} + '<|end|>' }}}}{{%- endgeneration %}}\n"
        "{%- else %}\n"
        f"{{{{- {content} + '<|end|>' }}}}\n"
        "{%- endif %}\n"
        "{%- endfor %}\n"
        "{%- if add_generation_prompt %}\n"
        "{{- '<|assistant|>' }}\n"
        "{%- endif %}\n"
    )


CHAT_TEMPLATE = chat_template(TEMPLATE_SPACE)
PLAIN_TEMPLATE = chat_template()
"""For tokenizers of others."""


def tokenizer_json(processor: sentencepiece.SentencePieceProcessor) -> dict[str, Any]:
    """
    The `tokenizer.json` that gives the ids of a SentencePiece BPE model (identity normalisation, no dummy prefix).

    SentencePiece merges the adjacent pair whose union has the best score; a Hugging Face BPE merges the
    pair with the lowest rank. So the merges are all splits of every learned piece into two learned pieces,
    ranked by the score of the piece and then by the ids of the parts.
    """
    vocabulary = [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
    first_learned = len(SPECIAL) + 256
    learned = {piece: index for index, piece in enumerate(vocabulary) if index >= first_learned}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(index, piece) for index, piece in enumerate(SPECIAL)],
        "normalizer": _replace(" ", SPACE),
        "pre_tokenizer": None,
        "post_processor": _bos_first(processor.bos_id()),
        "decoder": {"type": "Sequence", "decoders": [_replace(SPACE, " "), {"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": UNK,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": {piece: index for index, piece in enumerate(vocabulary)},
            "merges": _merges(learned, {index: processor.get_score(index) for index in learned.values()}),
        },
    }


def _merges(learned: dict[str, int], scores: dict[int, float]) -> list[list[str]]:
    """All splits of learned pieces into two learned pieces, best score first, then by the parts' ids."""
    ranked = []
    for piece, index in learned.items():
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in learned and right in learned:
                ranked.append((-scores[index], learned[left], learned[right], left, right))
    return [[left, right] for *_, left, right in sorted(ranked)]


def _added_token(index: int, piece: str) -> dict[str, Any]:
    options = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": index, "content": piece, **options}


def _replace(pattern: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": pattern}, "content": content}


def _bos_first(bos_id: int) -> dict[str, Any]:
    """`<s>` before a text when special tokens are asked for, as in `Tokenizer.document`."""
    bos, text = {"SpecialToken": {"id": BOS, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
    second = {"Sequence": {"id": "B", "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [bos, text],
        "pair": [bos, text, second],
        "special_tokens": {BOS: {"id": BOS, "ids": [bos_id], "tokens": [BOS]}},
    }
