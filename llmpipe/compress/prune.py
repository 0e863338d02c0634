"""
Structured pruning: whole layers, heads and columns of the feed-forward go, so that the rest is a smaller plain model.

What matters is measured on training text, where the loss looks:

- a layer by how far it turns the residual stream, 1 - cos(input, output) (block influence, Men et al. 2024,
  arXiv:2403.03853);
- a key/value head with its query heads, and a column of the feed-forward, by the mean square of what it adds to the
  residual stream: |W| times |x| as in Wanda (Sun et al. 2023, arXiv:2306.11695), over whole columns.

Letters: B batch, T positions, D model_dim, L layers, G key/value heads, K head_dim, F hidden_dim.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from llmpipe.config import ModelConfig
from llmpipe.model.masks import attention_mask
from llmpipe.model.transformer import Block, Transformer
from llmpipe.train.batches import IGNORE, Batch


class Importance:
    """
    Sums over positions, filled while the model reads batches.

    Attributes:
        layers: How much each layer turns the stream (L).
        heads: Mean square of what each key/value head adds (L, G).
        hidden: Mean square of what each column adds (L, F).
    """

    def __init__(self, model: Transformer) -> None:
        c = self.config = model.config
        self.keep = torch.empty(0)
        device = model.cos.device
        self.positions = 0
        self.layers = torch.zeros(c.num_layers, dtype=torch.float64, device=device)
        self.heads = torch.zeros(c.num_layers, c.num_kv_heads, dtype=torch.float64, device=device)
        self.hidden = torch.zeros(c.num_layers, c.hidden_dim, dtype=torch.float64, device=device)

    @contextmanager
    def watching(self, model: Transformer) -> Iterator[None]:
        """While this lasts, what the blocks compute is added up."""
        handles = []
        for number, block in enumerate(model.blocks):
            handles += [
                block.register_forward_hook(self._layer(number)),
                block.self_attn.o_proj.register_forward_pre_hook(self._heads(number, block)),
                block.mlp.down_proj.register_forward_pre_hook(self._hidden(number, block)),
            ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _layer(self, number: int) -> Any:
        def hook(_: Any, given: tuple[Tensor, ...], out: Tensor) -> None:
            cosine = F.cosine_similarity(given[0][self.keep].double(), out[self.keep].double(), dim=-1)
            self.layers[number] += (1 - cosine).sum()

        return hook

    def _heads(self, number: int, block: Block) -> Any:
        def hook(_: Any, given: tuple[Tensor]) -> None:
            groups = self.config.num_kv_heads
            weights = block.self_attn.o_proj.weight.chunk(groups, dim=1)
            for group, (x, weight) in enumerate(zip(given[0][self.keep].chunk(groups, dim=1), weights, strict=True)):
                self.heads[number, group] += F.linear(x, weight).double().square().sum()

        return hook

    def _hidden(self, number: int, block: Block) -> Any:
        def hook(_: Any, given: tuple[Tensor]) -> None:
            lengths = block.mlp.down_proj.weight.double().square().sum(0)
            self.hidden[number] += given[0][self.keep].double().square().sum(0) * lengths

        return hook


@torch.no_grad()
def importance(model: Transformer, batches: Iterable[Batch]) -> Importance:
    """What each part of the model does on some batches, at the positions that have a target."""
    model.eval()
    found = Importance(model)
    with found.watching(model):
        for batch in batches:
            moved = batch.to(model.cos.device)
            found.keep = moved.targets != IGNORE
            found.positions += int(found.keep.sum())
            model.hidden(moved.inputs, moved.segments, mask=attention_mask(moved.segments))
    for sums in (found.layers, found.heads, found.hidden):
        sums /= max(1, found.positions)
    return found


def prune(model: Transformer, sizes: ModelConfig, batches: list[Batch]) -> Transformer:
    """
    A smaller model of the parts that matter most; layers go first, then the others are measured without them.

    Args:
        model: In float32 parameters; it stays as it is.
        sizes: Of the smaller one; model_dim and head_dim are those of the model.
        batches: Of training text.
    """
    if sizes.num_layers < model.config.num_layers:
        model = drop_layers(model, _largest(importance(model, batches).layers, sizes.num_layers).tolist())
    found = importance(model, batches)
    return narrow(
        model,
        sizes,
        [_largest(row, sizes.num_kv_heads) for row in found.heads],
        [_largest(row, sizes.hidden_dim) for row in found.hidden],
    )


def _largest(values: Tensor, count: int) -> Tensor:
    """The places of the `count` largest values, in their old order; of equal ones the first."""
    return torch.sort(values, descending=True, stable=True).indices[:count].sort().values


def drop_layers(model: Transformer, kept: list[int]) -> Transformer:
    """The model with only these layers."""
    config = model.config.model_copy(update={"num_layers": len(kept)})
    state = {name: tensor for name, tensor in model.state_dict().items() if ".layers." not in name}
    for new, old in enumerate(kept):
        prefix = f"model.layers.{old}."
        state |= {
            f"model.layers.{new}.{name.removeprefix(prefix)}": tensor
            for name, tensor in model.state_dict().items()
            if name.startswith(prefix)
        }
    return _loaded(config, model, state)


def narrow(model: Transformer, sizes: ModelConfig, heads: list[Tensor], hidden: list[Tensor]) -> Transformer:
    """The model with only these key/value heads and feed-forward columns; a tensor of places for each layer."""
    state = dict(model.state_dict())
    group = model.config.num_heads // model.config.num_kv_heads
    for number, (kept, columns) in enumerate(zip(heads, hidden, strict=True)):
        kv = _span(kept, sizes.head_dim)
        queries = _span(kept, group * sizes.head_dim)
        rows = {
            "self_attn.q_proj": queries,
            "self_attn.k_proj": kv,
            "self_attn.v_proj": kv,
            "mlp.gate_proj": columns,
            "mlp.up_proj": columns,
        }
        for name, places in rows.items():
            for key in (f"model.layers.{number}.{name}.{part}" for part in ("weight", "bias")):
                if key in state:
                    state[key] = state[key][places]
        for name, places in {"self_attn.o_proj": queries, "mlp.down_proj": columns}.items():
            key = f"model.layers.{number}.{name}.weight"
            state[key] = state[key][:, places]
    return _loaded(sizes, model, state)


def _span(places: Tensor, size: int) -> Tensor:
    """The rows of heads that have `size` rows each."""
    return (places[:, None] * size + torch.arange(size, device=places.device)).flatten()


def _loaded(config: ModelConfig, model: Transformer, state: dict[str, Tensor]) -> Transformer:
    smaller = Transformer(config, model.vocab_size)
    smaller.load_state_dict(state)
    return smaller.to(model.cos.device).eval()
