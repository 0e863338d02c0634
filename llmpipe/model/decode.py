"""
Decoding: texts that grow together, a row each of one key/value cache, at their own lengths.

The same function as `Transformer.forward`, arranged for few new positions and no gradients: what is multiplied by the
same input is one matrix, made once, with the gains of norms inside; attention reads the filled part of the cache only.

Letters: B rows, T positions, D model_dim, H heads, G key/value heads, K head_dim, F hidden_dim, V vocab_size, S size of
the cache.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from llmpipe.model.compact import decoding_dtype
from llmpipe.model.masks import attend
from llmpipe.model.norm import normalize
from llmpipe.model.packed import Matrix
from llmpipe.model.transformer import Block, ShortConv, Transformer

Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]  # layer, q (B, H, T, K), k and v (B, G, T, K)
Convolution = Callable[[int, Tensor, Tensor], Tensor]  # number, x (B, T, D), weight (4, D)


@dataclass(frozen=True)
class Layer:
    """One block's weights for decoding."""

    qkv: Matrix  # ((H + 2G) K, D)
    bias: Tensor | None  # of the same rows ((H + 2G) K)
    gain: Tensor | None  # of queries and keys (H + G, K)
    out: Matrix  # (D, H K)
    gate_up: Matrix  # (2F, D)
    down: Matrix  # (D, F)
    convolutions: tuple[Tensor, Tensor] | None  # (4, D) each

    @staticmethod
    def of(block: Block, dtype: torch.dtype) -> "Layer":
        """The weights of a block, in another precision."""
        a, m = block.self_attn, block.mlp
        qkv = torch.cat([a.q_proj.weight, a.k_proj.weight, a.v_proj.weight]) * block.input_layernorm.weight
        gate_up = torch.cat([m.gate_proj.weight, m.up_proj.weight]) * block.post_attention_layernorm.weight
        bias, gain, convolutions = a.bias(), a.head_gain(), None
        if hasattr(block, "conv_attn"):
            convolutions = block.conv_attn.weight.to(dtype), block.conv_mlp.weight.to(dtype)
        return Layer(
            Matrix(qkv.to(dtype)),
            None if bias is None else bias.to(dtype),
            None if gain is None else gain.to(dtype),
            Matrix(a.o_proj.weight.to(dtype)),
            Matrix(gate_up.to(dtype)),
            Matrix(m.down_proj.weight.to(dtype)),
            convolutions,
        )


class Rows:
    """
    Rows of a key/value cache that is allocated once; the first `count` are in use.

    Args:
        model: What continues the texts; its weights are copied.
        max_rows: Most rows at a time.
        size: Most positions of a row; None: the model's context.
        dtype: Precision of weights and cache; None: the model's (`compact.decoding_dtype`).
    """

    @torch.inference_mode()
    def __init__(
        self, model: Transformer, max_rows: int, size: int | None = None, dtype: torch.dtype | None = None
    ) -> None:
        c = self.config = model.config
        weight = model.model.embed_tokens.weight
        dtype = dtype or decoding_dtype(model)
        self.max_rows, self.size = max_rows, size or c.context_length
        self.layers = [Layer.of(block, dtype) for block in model.blocks]
        self.embedding, self.head = weight.to(dtype), Matrix((model.head * model.model.norm.weight).to(dtype))
        self.cos, self.sin = model.cos.to(dtype).unsqueeze(1), _signed(model.sin).to(dtype).unsqueeze(1)  # (S, 1, K)
        shape = (c.num_layers, max_rows, c.num_kv_heads, self.size, c.head_dim)
        self.keys, self.values = self.embedding.new_zeros(shape), self.embedding.new_zeros(shape)
        self.inputs = self.embedding.new_zeros(2 * c.num_layers, max_rows, ShortConv.SIZE - 1, c.model_dim)
        self.lengths: list[int] = []

    @property
    def count(self) -> int:
        """Rows in use."""
        return len(self.lengths)

    @torch.inference_mode()
    def append(self, prompts: Sequence[Sequence[int]]) -> Tensor:
        """
        Add a row for each prompt behind those in use.

        Returns:
            Scores of the token after each prompt (B, V).
        """
        first, count = self.count, len(prompts)
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=self.embedding.device)
        longest = max(map(len, prompts))
        token_ids = torch.tensor([[*p, *[0] * (longest - len(p))] for p in prompts], device=lengths.device)
        rows = slice(first, first + count)
        last = torch.arange(count, device=lengths.device), lengths - 1

        def attention(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            # what stands behind a shorter prompt is never seen: it is later than all its queries, then overwritten
            self.keys[layer, rows, :, :longest], self.values[layer, rows, :, :longest] = k, v
            return attend(q, k, v, None)

        def convolution(slot: int, x: Tensor, weight: Tensor) -> Tensor:
            padded = F.pad(x, (0, 0, ShortConv.SIZE - 1, 0))
            self.inputs[slot, rows] = torch.stack([padded[last[0], lengths + i] for i in range(ShortConv.SIZE - 1)], 1)
            return _convolve(padded, weight)

        rotary = self.cos[:longest], self.sin[:longest]
        x = self._forward(token_ids, rotary, attention, convolution)[last]
        self.lengths += [len(prompt) for prompt in prompts]
        return self._logits(x)

    @torch.inference_mode()
    def advance(self, token_ids: Tensor) -> Tensor:
        """
        Add a token to every row in use.

        Args:
            token_ids: int64 (B).

        Returns:
            Scores of the token after it (B, V).
        """
        c, count, longest = self.config, self.count, max(self.lengths) + 1
        positions = torch.tensor(self.lengths, device=token_ids.device)
        heads = torch.arange(count * c.num_kv_heads, device=positions.device)
        places = heads * self.size + positions.repeat_interleave(c.num_kv_heads)  # in a layer's cache (rows G S, K)
        hidden = torch.arange(longest, device=positions.device) > positions[:, None]
        mask = self.keys.new_zeros(count, longest).masked_fill_(hidden, -math.inf)
        mask = mask.repeat_interleave(c.num_kv_heads, 0).unsqueeze(1)  # (B G, 1, S)

        def attention(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            keys, values = self.keys[layer], self.values[layer]
            keys.view(-1, c.head_dim).index_copy_(0, places, k.reshape(-1, c.head_dim))
            values.view(-1, c.head_dim).index_copy_(0, places, v.reshape(-1, c.head_dim))
            keys, values = (x[:count, :, :longest].flatten(0, 1) for x in (keys, values))  # (B G, S, K)
            # plain products: torch's fused kernel is slower for one query, and does not know grouped heads
            scores = torch.baddbmm(mask, q.reshape(len(keys), -1, c.head_dim), keys.mT, alpha=c.head_dim**-0.5)
            return torch.bmm(scores.softmax(-1), values).view(q.shape)

        def convolution(slot: int, x: Tensor, weight: Tensor) -> Tensor:
            padded = torch.cat([self.inputs[slot, :count], x], dim=1)
            self.inputs[slot, :count] = padded[:, 1:]
            return _convolve(padded, weight)

        rotary = self.cos[positions].unsqueeze(1), self.sin[positions].unsqueeze(1)
        x = self._forward(token_ids.unsqueeze(1), rotary, attention, convolution).squeeze(1)
        self.lengths = [length + 1 for length in self.lengths]
        return self._logits(x)

    @torch.inference_mode()
    def remove(self, row: int) -> None:
        """Give a row's place to the last row in use."""
        last, length = self.count - 1, self.lengths[-1]
        if row != last:
            for cache in (self.keys, self.values):
                cache[:, row, :, :length] = cache[:, last, :, :length]
            self.inputs[:, row] = self.inputs[:, last]
            self.lengths[row] = length
        self.lengths.pop()

    @torch.inference_mode()
    def select(self, rows: Sequence[int]) -> None:
        """Let row i be what row `rows[i]` was; rows may be left out or occur more than once."""
        index = torch.tensor(rows, device=self.embedding.device)
        longest = max(self.lengths)
        for cache in (self.keys, self.values):
            cache[:, : len(rows), :, :longest] = cache[:, index, :, :longest]
        self.inputs[:, : len(rows)] = self.inputs[:, index]
        self.lengths = [self.lengths[row] for row in rows]

    def _forward(
        self, token_ids: Tensor, rotary: tuple[Tensor, Tensor], attention: Attention, convolution: Convolution
    ) -> Tensor:
        """The residual stream (B, T, D) of token ids (B, T)."""
        c = self.config
        x = F.embedding(token_ids, self.embedding)
        for number, layer in enumerate(self.layers):
            normed = _normed(x, c.norm_eps)
            if layer.convolutions is not None:
                normed = convolution(2 * number, normed, layer.convolutions[0])
            product = layer.qkv(normed) if layer.bias is None else layer.qkv(normed) + layer.bias
            heads = product.unflatten(-1, (-1, c.head_dim))  # (B, T, H + 2G, K)
            qk, v = heads.split([c.num_heads + c.num_kv_heads, c.num_kv_heads], dim=2)
            if layer.gain is not None:
                qk = _normed(qk, c.norm_eps) * layer.gain
            q, k = _turned(qk, *rotary).split([c.num_heads, c.num_kv_heads], dim=2)
            attended = attention(number, q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
            x = layer.out.plus(attended.transpose(1, 2).flatten(2), x)
            normed = _normed(x, c.norm_eps)
            if layer.convolutions is not None:
                normed = convolution(2 * number + 1, normed, layer.convolutions[1])
            gate, up = layer.gate_up(normed).chunk(2, dim=-1)
            x = layer.down.plus(F.silu(gate).mul_(up), x)
        return x

    def _logits(self, x: Tensor) -> Tensor:
        """Scores (B, V), float32, of the residual stream (B, D)."""
        return self.head(_normed(x, self.config.norm_eps)).float()


def _signed(sin: Tensor) -> Tensor:
    """Sines (S, K) with the sign that the other half of a head gets in the rotation."""
    first, second = sin.chunk(2, dim=-1)
    return torch.cat([-first, second], dim=-1)


def _turned(x: Tensor, cos: Tensor, signed_sin: Tensor) -> Tensor:
    """`rotary.rotate` in fewer operations; cos and signed_sin are (T, 1, K) or (B, T, 1, K)."""
    first, second = x.chunk(2, dim=-1)
    return torch.addcmul(x * cos, torch.cat([second, first], dim=-1), signed_sin)


def _normed(x: Tensor, eps: float) -> Tensor:
    """`F.rms_norm` without gain over the last dimension, in float32 inside, in fewer operations."""
    return normalize(x.float(), eps)[0].to(x.dtype)


def _convolve(padded: Tensor, weight: Tensor) -> Tensor:
    """`ShortConv` of the last T of 3 + T positions (B, 3 + T, D)."""
    last = ShortConv.SIZE - 1
    length = padded.shape[1] - last
    out = padded[:, last:] * (1 + weight[0])
    for back in range(1, ShortConv.SIZE):
        out = out + padded[:, last - back : last - back + length] * weight[back]
    return out
