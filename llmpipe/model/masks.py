"""
Which positions see which, and attention under such a mask.

Documents packed into one row must not see each other. On a CPU a dense array added to the scores says so; on a GPU
FlexAttention (Dong et al. 2024, arXiv:2412.05496) skips blocks that are masked as a whole and stores no T x T array.
"""

import math
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, flex_attention

BLOCK = 128  # positions of a block; FlexAttention's own default
PLAIN = 1024  # positions up to which a CPU computes bfloat16 attention from plain products

Mask = Tensor | BlockMask


def attention_mask(segments: Tensor) -> Mask:
    """The mask of packed documents `segments` (B, T) in the form that is fast on their device."""
    if segments.is_cuda and segments.shape[1] % BLOCK == 0:
        return block_mask(segments)
    return added_mask(document_mask(segments))


def document_mask(segments: Tensor) -> Tensor:
    """True where query position i may see key position j: same document and j <= i. Bool (B, 1, T, T)."""
    same = segments.unsqueeze(2) == segments.unsqueeze(1)
    return same.tril_().unsqueeze(1)


def added_mask(visible: Tensor) -> Tensor:
    """0 where `visible`, minus infinity elsewhere, in the type of autocast: made once, not again in every layer."""
    device = visible.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else torch.float32
    return torch.zeros(visible.shape, dtype=dtype, device=visible.device).masked_fill_(~visible, -math.inf)


def block_mask(segments: Tensor) -> BlockMask:
    """
    The same as `document_mask`, by blocks of 128 positions.

    Built from the first and last document of each block (`create_block_mask` would evaluate all T x T pairs first).

    Args:
        segments: Document number of each position (B, T), growing along a row; T a multiple of 128.
    """
    first, last = segments[:, ::BLOCK], segments[:, BLOCK - 1 :: BLOCK]  # (B, blocks)
    blocks = torch.arange(first.shape[1], device=segments.device)
    before, itself = blocks[:, None] > blocks, blocks[:, None] == blocks
    reached = last[:, None, :] >= first[:, :, None]  # the key block ends in a document that the query block holds
    whole = before & (first[:, None, :] == last[:, :, None])  # one document from the key block to the query block
    partial = (before & reached & ~whole) | itself

    def visible(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (query >= key) & (segments[batch, query] == segments[batch, key])

    return BlockMask.from_kv_blocks(
        *_listed(partial), *_listed(whole), BLOCK_SIZE=BLOCK, mask_mod=visible, seq_lengths=(segments.shape[1],) * 2
    )


def _listed(chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers of key blocks for each query block, and these blocks first in the row: int32 (B, 1, blocks[, blocks])."""
    counts = chosen.sum(-1, dtype=torch.int32)
    order = chosen.int().argsort(dim=-1, descending=True, stable=True)
    return counts.unsqueeze(1), order.to(torch.int32).unsqueeze(1)


@cache
def _compiled():  # type: ignore[no-untyped-def]
    return torch.compile(flex_attention, dynamic=False)  # not compiled it would store all T x T scores


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Mask | None) -> Tensor:
    """
    Softmax attention of q (B, H, T, K) over k and v (B, G, S, K), H a multiple of G; (B, H, T, K).

    Args:
        q: Queries.
        k: Keys.
        v: Values.
        mask: What is visible; None: causal when there is more than one query, else everything.
    """
    if isinstance(mask, BlockMask):
        flex = flex_attention if torch.compiler.is_compiling() else _compiled()
        return flex(q, k, v, block_mask=mask, enable_gqa=q.shape[1] != k.shape[1])
    if q.shape[1] != k.shape[1]:
        k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
        v = v.repeat_interleave(q.shape[1] // v.shape[1], dim=1)
    if mask is not None and mask.dtype == q.dtype == torch.bfloat16 and k.shape[2] <= PLAIN and not q.is_cuda:
        return _plain(q, k, v, mask)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None and q.shape[2] > 1)


def _plain(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Attention as plain products: torch's fused kernel takes two to four times as long to go back in bfloat16."""
    batch, heads, length, size = q.shape
    flat_q, flat_k, flat_v = (x.reshape(batch * heads, -1, size) for x in (q, k, v))
    scores = torch.bmm(flat_q, flat_k.mT).view(batch, heads, length, -1)
    weights = torch.add(mask, scores, alpha=1 / math.sqrt(size)).softmax(-1)
    return torch.bmm(weights.flatten(0, 1), flat_v).view(batch, heads, length, size)
