"""
The encoder-decoder Transformer of Vaswani et al. 2017 (arXiv:1706.03762), from the parts of ours: what translates.

The encoder reads the source, every position seeing all of it; the decoder writes the answer, each position seeing the
answer so far and, by cross-attention, the whole encoded source. Pre-norm blocks, rotary positions inside each of the
two sequences and none between them (a place in the source says nothing about one in the answer), one tied table of
embeddings.

Letters: B batch, T positions of a row, S of the sources, L of the answers, D model_dim, H heads, G key/value heads, K
head_dim, V vocab_size, N answer positions of a batch.
"""

import math
from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llmpipe.model.language import LanguageModel
from llmpipe.model.masks import added_mask, attend, document_mask
from llmpipe.model.norm import rms_norm
from llmpipe.model.rotary import Rotary, rotary_table
from llmpipe.model.transformer import Attention, Block, FeedForward, RMSNorm
from llmpipe.sections.model import ModelConfig

NO_SEGMENT = -1  # of columns without a token
WIDTHS = 8  # the width is a multiple: processors multiply such matrices fastest

KeysValues = tuple[Tensor, Tensor]  # (B, G, S, K) each


class CrossAttention(Attention):
    """Attention of the answer's positions to the encoded source's, by the matrices of `Attention`."""

    def keys_values(self, encoded: Tensor) -> KeysValues:
        """What the source (B, S, D) is looked up by, and what it gives."""
        keys = self.k_proj(encoded).unflatten(-1, (-1, self.config.head_dim))
        if self.config.qk_norm:
            keys = self.k_norm(keys)
        values = self.v_proj(encoded).unflatten(-1, (-1, self.config.head_dim))
        return keys.transpose(1, 2), values.transpose(1, 2)

    def look_up(self, x: Tensor, gain: Tensor, source: KeysValues, mask: Tensor) -> Tensor:
        """
        Attend from normed x (B, L, D) times the norm's gain (D).

        Args:
            x: Answer positions.
            gain: Of the norm before.
            source: From `keys_values`.
            mask: 0 where visible, else minus infinity, (B, 1, L or 1, S).
        """
        queries = F.linear(x, self.q_proj.weight * gain).unflatten(-1, (-1, self.config.head_dim))
        if self.config.qk_norm:
            queries = self.q_norm(queries)
        out = attend(queries.transpose(1, 2), *source, mask)
        return self.o_proj(out.transpose(1, 2).flatten(2))


class DecoderBlock(nn.Module):
    """Self-attention, cross-attention, feed-forward, each behind a norm and added to the residual stream."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.model_dim, config.norm_eps)
        self.self_attn = Attention(config)
        self.cross_layernorm = RMSNorm(config.model_dim, config.norm_eps)
        self.cross_attn = CrossAttention(config)
        self.post_attention_layernorm = RMSNorm(config.model_dim, config.norm_eps)
        self.mlp = FeedForward(config)
        self.dropout = config.dropout

    def forward(self, x: Tensor, rotary: Rotary, mask: Tensor, source: KeysValues, source_mask: Tensor) -> Tensor:
        """A whole answer (B, L, D); `mask` (B, 1, L, L) and `source_mask` (B, 1, L, S) say what is visible."""
        norm = self.input_layernorm
        x = x + self._dropped(self.self_attn(rms_norm(x, None, norm.eps), norm.weight, rotary, mask))
        return self._after(x, source, source_mask)

    def step(
        self, x: Tensor, rotary: Rotary, before: KeysValues | None, source: KeysValues, source_mask: Tensor
    ) -> tuple[Tensor, KeysValues]:
        """One more position (B, 1, D) behind those whose keys and values are `before`; returns it with all of these."""
        norm = self.input_layernorm
        q, k, v = self.self_attn.project(rms_norm(x, None, norm.eps), norm.weight, rotary)
        known = (k, v) if before is None else (torch.cat([before[0], k], dim=2), torch.cat([before[1], v], dim=2))
        x = x + self.self_attn.o_proj(attend(q, *known, None).transpose(1, 2).flatten(2))
        return self._after(x, source, source_mask), known

    def _after(self, x: Tensor, source: KeysValues, source_mask: Tensor) -> Tensor:
        norm = self.cross_layernorm
        x = x + self._dropped(self.cross_attn.look_up(rms_norm(x, None, norm.eps), norm.weight, source, source_mask))
        norm = self.post_attention_layernorm
        return x + self._dropped(self.mlp(rms_norm(x, None, norm.eps), norm.weight))

    def _dropped(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)


class EncoderDecoder(LanguageModel):
    """
    Encoder and decoder with as many blocks each.

    Args:
        config: Sizes; `num_layers` is that of each half, `short_conv` and `induction_init` are not for it.
        vocab_size: V.
    """

    cos: Tensor
    sin: Tensor

    def __init__(self, config: ModelConfig, vocab_size: int) -> None:
        super().__init__()
        self.config, self.vocab_size, self.context_length = config, vocab_size, config.context_length
        self.embed_tokens = nn.Embedding(vocab_size, config.model_dim)
        self.encoder = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.encoder_norm = RMSNorm(config.model_dim, config.norm_eps)
        self.decoder = nn.ModuleList(DecoderBlock(config) for _ in range(config.num_layers))
        self.norm = RMSNorm(config.model_dim, config.norm_eps)
        cos, sin = rotary_table(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> "EncoderDecoder":
        """Random weights, by the rules of `Transformer.initialize`; the first loss is near ln(V)."""
        for name, parameter in sorted(self.named_parameters()):
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.zero_()
            elif parameter.ndim == 1:
                parameter.fill_(1.0)
            elif "embed_tokens" in name:
                parameter.normal_(0.0, 0.02, generator=generator)
            else:
                parameter.normal_(0.0, 1 / math.sqrt(parameter.shape[1]), generator=generator)
        return self

    @property
    def head(self) -> Tensor:
        """The embeddings (V, D)."""
        return self.embed_tokens.weight

    def encode(self, source: Tensor, segments: Tensor) -> Tensor:
        """
        The encoded sources (B, S, D).

        Args:
            source: Token ids, int64 (B, S).
            segments: Number of each position's sequence within its row (B, S); NO_SEGMENT where there is none.
        """
        mask = added_mask(_same(segments, segments))
        x, rotary = self.embed_tokens(source), self._rotary(0, source.shape[1])
        for block in self.encoder:
            x = block(x, rotary, mask, segments)
        return self.encoder_norm(x)

    def states(self, inputs: Tensor, answers: Tensor, segments: Tensor) -> Tensor:
        """
        States (N, D) from which the tokens of the answers are predicted, in the order of `inputs[answers]`.

        Args:
            inputs: Rows of sequences, token ids (B, T): a source, then its answer, one token late.
            answers: Which positions are the decoder's, bool (B, T); the others are the encoder's.
            segments: Number of each position's sequence within its row (B, T).
        """
        source, source_segments, _ = packed_left(~answers, inputs, segments)
        answer, answer_segments, there = packed_left(answers, inputs, segments)
        encoded = self.encode(source, source_segments)
        # a column without a token may look anywhere: softmax over nothing would be no number
        seen = added_mask(_same(answer_segments, source_segments) | (answer_segments == NO_SEGMENT)[:, None, :, None])
        mask = added_mask(document_mask(answer_segments))
        x, rotary = self.embed_tokens(answer), self._rotary(0, answer.shape[1])
        for block in self.decoders:
            x = block(x, rotary, mask, block.cross_attn.keys_values(encoded), seen)
        return self.norm(x)[there]

    @torch.no_grad()
    def greedy(
        self, sources: Sequence[Sequence[int]], start_id: int, stop_id: int, max_new_tokens: int
    ) -> list[list[int]]:
        """
        The likeliest next token, again and again, for a batch of sources; without the stop token.

        Args:
            sources: Token ids of each, at least one.
            start_id: What the decoder reads first.
            stop_id: What ends an answer.
            max_new_tokens: Most tokens of an answer.
        """
        device, longest = self.head.device, max(map(len, sources))
        padded = [list(source) + [0] * (longest - len(source)) for source in sources]
        lengths = torch.tensor([len(source) for source in sources], device=device)
        there = torch.arange(longest, device=device) < lengths[:, None]
        encoded = self.encode(torch.tensor(padded, device=device), there.long() - 1)
        known = [block.cross_attn.keys_values(encoded) for block in self.decoders]
        before: list[KeysValues | None] = [None] * len(self.decoder)
        seen, rows = added_mask(there[:, None, None, :]), torch.arange(len(sources), device=device)
        token = torch.full((len(sources),), start_id, device=device)
        said: list[list[int]] = [[] for _ in sources]
        for position in range(min(max_new_tokens, self.context_length)):
            x, rotary = self.embed_tokens(token[:, None]), self._rotary(position, 1)
            for index, block in enumerate(self.decoders):
                x, before[index] = block.step(x, rotary, before[index], known[index], seen)
            token = self.logits(self.norm(x)[:, 0]).argmax(-1)
            going = token != stop_id
            for row, new in zip(rows[going].tolist(), token[going].tolist(), strict=True):
                said[row].append(new)
            if not going.all():
                rows, token, seen = rows[going], token[going], seen[going]
                known = [(k[going], v[going]) for k, v in known]
                before = [None if pair is None else (pair[0][going], pair[1][going]) for pair in before]
            if not len(rows):
                break
        return said

    @property
    def decoders(self) -> list[DecoderBlock]:
        """The decoder's blocks in order."""
        return cast(list[DecoderBlock], list(self.decoder))

    def _rotary(self, first: int, count: int) -> Rotary:
        return self.cos[first : first + count], self.sin[first : first + count]


def packed_left(chosen: Tensor, inputs: Tensor, segments: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """
    The chosen positions of each row, moved to its left end: token ids, segments and which columns hold one, (B, most).

    Args:
        chosen: bool (B, T).
        inputs: Token ids (B, T).
        segments: (B, T).
    """
    most = max(1, int(chosen.sum(1).max()))
    columns = (~chosen).int().argsort(dim=1, stable=True)[:, :most]
    there = chosen.gather(1, columns)
    return inputs.gather(1, columns), segments.gather(1, columns).masked_fill(~there, NO_SEGMENT), there


def _same(first: Tensor, second: Tensor) -> Tensor:
    """Where positions belong to the same sequence: (B, 1, L, S) from segments (B, L) and (B, S)."""
    return (first.unsqueeze(2) == second.unsqueeze(1)).unsqueeze(1)


# --- sizes ------------------------------------------------------------------------------------------


def sizes(config: ModelConfig, vocab_size: int, num_layers: int, num_parameters: int) -> ModelConfig:
    """
    An encoder-decoder with at most so many parameters, in the proportions of a decoder-only model.

    Heads stay. Of all widths, the one whose feed-forward fills the rest in the proportion that is nearest to the given
    one.

    Args:
        config: The decoder-only model.
        vocab_size: V.
        num_layers: Of each half.
        num_parameters: Most of them.
    """
    ratio = config.hidden_dim / config.model_dim
    fixed = {"num_layers": num_layers, "tie_embeddings": True}
    fixed |= {"qkv_bias": False, "short_conv": False, "induction_init": False}
    found: list[ModelConfig] = []
    for width in range(WIDTHS, max(WIDTHS, config.model_dim) + 1, WIDTHS):
        bare = config.model_copy(update={**fixed, "depth": None, "model_dim": width, "hidden_dim": 0})
        room = num_parameters - count_parameters(bare, vocab_size)
        hidden = room // (2 * num_layers * 3 * width)
        found.append(bare.model_copy(update={"hidden_dim": max(1, hidden)}))
    return min(found, key=lambda c: (abs(math.log(c.hidden_dim / c.model_dim / ratio)), c.model_dim))


def count_parameters(config: ModelConfig, vocab_size: int) -> int:
    """All parameters of an encoder-decoder."""
    c = config
    gains = 2 * c.head_dim if c.qk_norm else 0
    attention = c.model_dim * c.head_dim * (2 * c.num_heads + 2 * c.num_kv_heads) + gains + c.model_dim
    feed_forward = 3 * c.model_dim * c.hidden_dim + c.model_dim
    return c.num_layers * (3 * attention + 2 * feed_forward) + 2 * c.model_dim + vocab_size * c.model_dim
