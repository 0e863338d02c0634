"""
The decoder-only Transformer, whole: Qwen3 shape and parameter names (without `qk_norm` Llama's, or Qwen2's).

Pre-norm blocks of grouped-query attention with rotary positions (half-split) and per-head QK-norm, and a
SwiGLU feed-forward; no biases but Qwen2's; tied embeddings. The weights load unchanged in transformers, vLLM and
llama.cpp, because every parameter has the name and layout that Qwen3ForCausalLM gives it.

Letters: B batch, T positions, D model_dim, H heads, G key/value heads, K head_dim, F hidden_dim, V vocab_size.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llmpipe.errors import ParamsError
from llmpipe.model import float8
from llmpipe.model.language import LanguageModel
from llmpipe.model.masks import Mask, attend, attention_mask
from llmpipe.model.norm import rms_norm
from llmpipe.model.rotary import Rotary, norm_and_rotate, rotary_table
from llmpipe.sections.model import ModelConfig

# Sizes at the start of training with `induction_init`; docs/log.md has what others did.
INDUCTION_EMBEDDINGS = 3.0  # times the usual embeddings
INDUCTION_CONSTANT = 5.0  # of the constant dimension, in norms of an embedding
INDUCTION_WRITTEN = 6.0  # of what the first head writes, in norms of an embedding
INDUCTION_COPIED = 10.0  # of what the second head writes


class RMSNorm(nn.Module):
    """Root-mean-square norm with a learned gain (Zhang & Sennrich 2019, arXiv:1910.07467)."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Norm of x (..., size)."""
        return rms_norm(x, self.weight, self.eps)


class ShortConv(nn.Module):
    """Causal depthwise convolution over 4 positions, added to its input; starts as the identity."""

    SIZE = 4

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(self.SIZE, size))  # weight[j] multiplies the input j positions back

    def forward(self, x: Tensor, segments: Tensor | None) -> Tensor:
        """
        Mix each position with the three before it.

        Args:
            x: Input (B, T, D).
            segments: Document number of each position (B, T): a document never sees another one's tokens.
        """
        padded = F.pad(x, (0, 0, self.SIZE - 1, 0))
        length = x.shape[1]
        out = x + x * self.weight[0]
        for back in range(1, self.SIZE):
            shifted = padded[:, self.SIZE - 1 - back : self.SIZE - 1 - back + length]
            if segments is not None:
                same = F.pad(segments[:, back:] == segments[:, :-back], (back, 0))
                shifted = shifted * same.unsqueeze(-1)
            out = out + shifted * self.weight[back]
        return out


class Attention(nn.Module):
    """Grouped-query self-attention."""

    linear: Callable[[Tensor, Tensor], Tensor] = staticmethod(F.linear)  # in training

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        c = self.config = config
        self.q_proj = nn.Linear(c.model_dim, c.num_heads * c.head_dim, bias=c.qkv_bias)
        self.k_proj = nn.Linear(c.model_dim, c.num_kv_heads * c.head_dim, bias=c.qkv_bias)
        self.v_proj = nn.Linear(c.model_dim, c.num_kv_heads * c.head_dim, bias=c.qkv_bias)
        self.o_proj = nn.Linear(c.num_heads * c.head_dim, c.model_dim, bias=False)
        if c.qk_norm:
            self.q_norm = RMSNorm(c.head_dim, c.norm_eps)
            self.k_norm = RMSNorm(c.head_dim, c.norm_eps)

    def forward(self, x: Tensor, gain: Tensor, rotary: Rotary, mask: Mask | None) -> Tensor:
        """Attend from normed x (B, T, D) times the norm's gain (D); other arguments as in `Transformer.hidden`."""
        q, k, v = self.project(x, gain, rotary)
        out = attend(q, k, v, mask)
        out = out.transpose(1, 2).flatten(2)
        return self.linear(out, self.o_proj.weight) if self.training else self.o_proj(out)

    def project(self, x: Tensor, gain: Tensor, rotary: Rotary) -> tuple[Tensor, Tensor, Tensor]:
        """Queries (B, H, T, K), keys and values (B, G, T, K) of normed x (B, T, D)."""
        c, linear = self.config, self.linear if self.training else F.linear
        # one product instead of three, one norm and one rotation instead of two: small models pay per operation
        weight = torch.cat([self.q_proj.weight, self.k_proj.weight, self.v_proj.weight]) * gain
        product = linear(x, weight)
        if (bias := self.bias()) is not None:
            product = product + bias.to(product.dtype)
        projected = product.unflatten(-1, (-1, c.head_dim))  # (B, T, H + 2G, K)
        qk, v = projected.split([c.num_heads + c.num_kv_heads, c.num_kv_heads], dim=2)
        qk = norm_and_rotate(qk, self.head_gain(), rotary, c.norm_eps)
        q, k = qk.split([c.num_heads, c.num_kv_heads], dim=2)
        return q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)

    def bias(self) -> Tensor | None:
        """What is added to queries, keys and values ((H + 2G) K)."""
        if not self.config.qkv_bias:
            return None
        return torch.cat([self.q_proj.bias, self.k_proj.bias, self.v_proj.bias])

    def head_gain(self) -> Tensor | None:
        """The gain of each query and key head (H + G, K)."""
        c = self.config
        if not c.qk_norm:
            return None
        return torch.cat([self.q_norm.weight.expand(c.num_heads, -1), self.k_norm.weight.expand(c.num_kv_heads, -1)])


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020, arXiv:2002.05202)."""

    linear: Callable[[Tensor, Tensor], Tensor] = staticmethod(F.linear)  # in training

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.model_dim, config.hidden_dim, bias=False)
        self.up_proj = nn.Linear(config.model_dim, config.hidden_dim, bias=False)
        self.down_proj = nn.Linear(config.hidden_dim, config.model_dim, bias=False)

    def forward(self, x: Tensor, gain: Tensor) -> Tensor:
        """Transform each position of normed x (B, T, D) times the norm's gain (D) on its own."""
        linear = self.linear if self.training else F.linear
        gate, up = linear(x, torch.cat([self.gate_proj.weight, self.up_proj.weight]) * gain).chunk(2, dim=-1)
        hidden = F.silu(gate) * up
        return self.linear(hidden, self.down_proj.weight) if self.training else self.down_proj(hidden)


class Block(nn.Module):
    """
    Attention, then feed-forward, each behind a norm and added to the residual stream.

    The gain of a norm is multiplied into the matrices that come next instead of into every position: the same function,
    and its gradient needs no sum over positions.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.model_dim, config.norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config.model_dim, config.norm_eps)
        self.mlp = FeedForward(config)
        self.dropout = config.dropout
        if config.short_conv:
            self.conv_attn = ShortConv(config.model_dim)
            self.conv_mlp = ShortConv(config.model_dim)

    def forward(self, x: Tensor, rotary: Rotary, mask: Mask | None, segments: Tensor | None) -> Tensor:
        """Add attention and feed-forward to x (B, T, D); arguments as in `Transformer.hidden`."""
        normed = rms_norm(x, None, self.input_layernorm.eps)
        if hasattr(self, "conv_attn"):
            normed = self.conv_attn(normed, segments)
        attended = self.self_attn(normed, self.input_layernorm.weight, rotary, mask)
        x = x + F.dropout(attended, self.dropout, self.training)
        normed = rms_norm(x, None, self.post_attention_layernorm.eps)
        if hasattr(self, "conv_mlp"):
            normed = self.conv_mlp(normed, segments)
        transformed = self.mlp(normed, self.post_attention_layernorm.weight)
        return x + F.dropout(transformed, self.dropout, self.training)


class Decoder(nn.Module):
    """Embedding, blocks, final norm (the part that Hugging Face names `model`)."""

    def __init__(self, config: ModelConfig, vocab_size: int) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab_size, config.model_dim)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.norm = RMSNorm(config.model_dim, config.norm_eps)


class Transformer(LanguageModel):
    """
    The language model.

    Args:
        config: Sizes and switches.
        vocab_size: V.
    """

    cos: Tensor
    sin: Tensor

    def __init__(self, config: ModelConfig, vocab_size: int) -> None:
        super().__init__()
        self.config, self.vocab_size, self.context_length = config, vocab_size, config.context_length
        self.model = Decoder(config, vocab_size)
        if not config.tie_embeddings:
            self.lm_head = nn.Linear(config.model_dim, vocab_size, bias=False)
        cos, sin = rotary_table(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    @property
    def blocks(self) -> list[Block]:
        """The blocks in order."""
        return cast(list[Block], list(self.model.layers))

    def initialize(self, generator: torch.Generator) -> "Transformer":
        """
        Random weights: the first loss is near ln(V), whatever the sizes.

        Projections into the residual stream start at zero (each block starts as the identity), embeddings
        at 0.02 (a tied head over a normed stream needs them small), the others at 1/sqrt(fan_in).
        """
        for name, parameter in sorted(self.named_parameters()):
            _draw(name, parameter, generator)
        if self.config.has_induction:
            self._initialize_induction(generator)
        return self

    @classmethod
    def without_weights(cls, config: ModelConfig, vocab_size: int) -> "Transformer":
        """A model whose parameters are on the meta device: shapes without memory."""
        with torch.device("meta"):
            model = cls(config, vocab_size)
        model.cos, model.sin = rotary_table(config)
        return model

    @torch.no_grad()
    def _initialize_induction(self, generator: torch.Generator) -> None:
        """
        Start one head of the first two layers as an induction circuit (Olsson et al. 2022, arXiv:2209.11895).

        Copying needs a head that brings each position its previous token, and one in the next layer that looks
        for positions whose previous token is the current one and copies what stands there. Small models find
        this pair late or never; it has the standard shape, so it may as well be where training starts.

        The first head reads one embedding dimension that is constant (a tied head cannot see it: it adds the
        same to every logit); its queries and keys differ by a rotation of one position in the fastest rotary
        planes, with shares that put 0.90 of the weight on the previous of 128 positions at base 10000. The second
        compares random projections of tokens in the slow planes, which hardly turn over a context.

        The circuit has to survive until gradients keep it, while embeddings grow and every matrix turns. So the
        constant, what the heads write and the embeddings start large, and the three subspaces that the heads use are
        orthogonal to each other (docs/log.md has the figures).
        """
        c = self.config
        embeddings = self.model.embed_tokens.weight.mul_(INDUCTION_EMBEDDINGS)
        half, size = c.head_dim // 2, embeddings[:, 1:].norm(dim=1).mean()
        embeddings[:, 0] = INDUCTION_CONSTANT * size
        group = c.num_heads // c.num_kv_heads
        head, heads = slice(0, c.head_dim), slice(0, group * c.head_dim)  # of the first key/value group
        seen, written, copied = _subspaces(3, c.head_dim, c.model_dim, generator)
        unit = size / math.sqrt(c.head_dim) / group

        first, shares = self.blocks[0].self_attn, (0.4, 0.15, 0.1, 0.35)
        query, key = torch.zeros(c.head_dim), torch.zeros(c.head_dim)
        for plane, share in enumerate(shares):
            angle = c.rope_theta ** (-2 * plane / c.head_dim)  # of one position in this plane
            key[plane] = math.sqrt(share)
            query[plane], query[plane + half] = math.sqrt(share) * math.cos(angle), -math.sqrt(share) * math.sin(angle)
        constant = torch.eye(c.model_dim)[:1]
        first.k_proj.weight[head] = key[:, None] * constant
        first.q_proj.weight[heads] = (query[:, None] * constant).repeat(group, 1)
        first.v_proj.weight[head] = seen
        first.o_proj.weight[:, heads] = (INDUCTION_WRITTEN * unit * written.T).repeat(1, group)
        _set_gain(first, [dim for plane in range(len(shares)) for dim in (plane, plane + half)])

        second = self.blocks[1].self_attn
        slow = [dim for plane in range(half * 3 // 8, half) for dim in (plane, plane + half)]
        mask = torch.zeros(c.head_dim, 1)
        mask[slow] = 1
        second.q_proj.weight[heads] = (seen * mask).repeat(group, 1)
        second.k_proj.weight[head] = written * mask
        second.v_proj.weight[head] = copied
        second.o_proj.weight[:, heads] = (INDUCTION_COPIED * unit * copied.T).repeat(1, group)
        _set_gain(second, slow)

    def hidden(
        self,
        inputs: Tensor,
        segments: Tensor | None = None,
        embedded: Tensor | None = None,
        mask: Mask | None = None,
        through: Sequence[Callable[..., Tensor]] | None = None,
    ) -> Tensor:
        """
        The normed residual stream (B, T, D).

        Args:
            inputs: Token ids, int64 (B, T), T at most context_length.
            segments: Document number of each position, int64 (B, T); attention stays inside a document.
                None: one document a row.
            embedded: Embeddings (B, T, D) to use instead of looking `inputs` up.
            mask: `attention_mask(segments)`, when it is there already.
            through: What to go through in place of the blocks: the same, compiled.
        """
        rotary = self.cos[: inputs.shape[1]], self.sin[: inputs.shape[1]]
        if segments is not None and mask is None:
            mask = attention_mask(segments)
        x = self.embed(inputs) if embedded is None else embedded
        if x.is_cuda and torch.is_autocast_enabled("cuda"):
            x = x.to(torch.get_autocast_dtype("cuda"))  # the stream between blocks: half the memory to move
        for block in self.blocks if through is None else through:
            x = block(x, rotary, mask, segments)
        return self.model.norm(x)

    @property
    def head(self) -> Tensor:
        """What turns states into logits (V, D)."""
        return self.model.embed_tokens.weight if self.config.tie_embeddings else self.lm_head.weight

    def embed(self, inputs: Tensor) -> Tensor:
        """Embeddings (B, T, D) of token ids (B, T)."""
        return self.model.embed_tokens(inputs)

    def forward(self, inputs: Tensor, segments: Tensor | None = None) -> Tensor:
        """Logits (B, T, V); arguments as in `hidden`."""
        return self.logits(self.hidden(inputs, segments))

    def use_float8(self) -> None:
        """
        Train the products of all blocks in 8-bit floats; embeddings, attention and head stay as they are.

        Raises:
            ParamsError: A size is not a multiple of 16.
        """
        for name in "model_dim", "hidden_dim", "head_dim", "context_length":
            if getattr(self.config, name) % float8.UNIT:
                raise ParamsError(
                    f"compute.fp8 is true and model.{name} is {getattr(self.config, name)}; "
                    f"8-bit products need multiples of {float8.UNIT}."
                )
        for block in self.blocks:
            block.self_attn.linear = block.mlp.linear = float8.linear

    def set_dropout(self, ratio: float) -> None:
        """Change the dropout of every block: fine-tuning on few examples wants more than pretraining."""
        for block in self.blocks:
            block.dropout = ratio


def initial_weights(config: ModelConfig, vocab_size: int, generator: torch.Generator) -> Iterator[tuple[str, Tensor]]:
    """
    What `Transformer.initialize` writes, to the bit, one parameter after the other.

    For models that are larger than the memory of a process. Of those with `induction_init`, the embeddings and the
    first two layers, which that changes together, come last.
    """
    names = sorted(Transformer.without_weights(config, vocab_size).named_parameters())
    first = _first_layers(config, vocab_size) if config.has_induction else None
    together = dict(first.named_parameters()) if first else {}
    for name, shape in names:
        weight = together.get(name, torch.empty(shape.shape))
        _draw(name, weight, generator)
        if name not in together:
            yield name, weight
    if first:
        first._initialize_induction(generator)
    yield from together.items()


def _first_layers(config: ModelConfig, vocab_size: int) -> Transformer:
    """The model as far as `_initialize_induction` looks at it."""
    return Transformer(config.model_copy(update={"num_layers": min(2, config.num_layers)}), vocab_size)


@torch.no_grad()
def _draw(name: str, parameter: Tensor, generator: torch.Generator) -> None:
    """Random numbers for a parameter, by its name."""
    if "conv_" in name or name.endswith(("o_proj.weight", "down_proj.weight", ".bias")):
        parameter.zero_()
    elif parameter.ndim == 1:
        parameter.fill_(1.0)
    elif "embed_tokens" in name or "lm_head" in name:
        parameter.normal_(0.0, 0.02, generator=generator)
    else:
        parameter.normal_(0.0, 1 / math.sqrt(parameter.shape[1]), generator=generator)


def _subspaces(count: int, rows: int, columns: int, generator: torch.Generator) -> Sequence[Tensor]:
    """
    Random orthonormal rows of `count` subspaces, orthogonal to each other where the width has room for all.

    They leave the first column, the constant dimension, at zero.
    """
    if count * rows < columns:
        return _orthonormal(count * rows, columns, generator).split(rows)
    return [_orthonormal(rows, columns, generator) for _ in range(count)]


def _orthonormal(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """Random orthonormal rows that leave the first column at zero."""
    basis, _ = torch.linalg.qr(torch.randn(columns - 1, rows, generator=generator))
    return F.pad(basis.T, (1, 0))


def _set_gain(attention: Attention, dims: list[int], gain: float = 1.75) -> None:
    """Sharpen the scores of some dimensions, for all heads of the layer, where QK-norm has bounded them."""
    if attention.config.qk_norm:
        attention.q_norm.weight[dims] = gain
        attention.k_norm.weight[dims] = gain
