"""
How likely a model finds each of a list of answers: exact log-likelihoods of all of them, prompt read once.

Answers that begin alike share tokens, so all of them are one tree behind the prompt: a row holds the prompt and each
place of the tree once, where a place sees the prompt and its own ancestors only (tree attention, as in SpecInfer, Miao
et al. 2024, arXiv:2305.09781).
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llmpipe.model.masks import added_mask
from llmpipe.model.transformer import Transformer

BATCH_TOKENS = 8192  # positions computed at once; without influence on the result
MOST_PLACES = 256  # of a tree: attention costs their square, so more answers are several trees


class _Tree:
    """
    The proper beginnings of answers, the empty one first, and the edges that the answers consist of.

    Attributes:
        tokens: Last token of each beginning but the empty one, int64 (N).
        depth: Its length, int64 (N).
        visible: Whether beginning i (N) begins with beginning j, or is it, bool (N, N).
        sources: For each edge the beginning it leaves, 0 for the empty one, int64 (E).
        targets: The token that it adds, int64 (E).
        paths: For each answer the numbers of its edges.
    """

    def __init__(self, answers: Sequence[Sequence[int]]) -> None:
        numbers: dict[tuple[int, ...], int] = {(): 0}
        edges: dict[tuple[int, int], int] = {}
        self.paths: list[list[int]] = []
        for answer in answers:
            path: list[int] = []
            begin: tuple[int, ...] = ()
            for token in answer:
                source = numbers.setdefault(begin, len(numbers))
                path.append(edges.setdefault((source, token), len(edges)))
                begin = (*begin, token)
            self.paths.append(path)
        begins = list(numbers)[1:]
        self.tokens = torch.tensor([begin[-1] for begin in begins], dtype=torch.int64)
        self.depth = torch.tensor([len(begin) for begin in begins], dtype=torch.int64)
        self.visible = torch.eye(len(begins), dtype=torch.bool)
        for i, begin in enumerate(begins):
            for length in range(1, len(begin)):
                self.visible[i, numbers[begin[:length]] - 1] = True
        self.sources = torch.tensor([source for source, _ in edges], dtype=torch.int64)
        self.targets = torch.tensor([token for _, token in edges], dtype=torch.int64)


@torch.no_grad()
def log_likelihoods(
    model: Transformer, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """
    Log-probability of each answer after each prompt, (prompts, answers); an end counts where the tokens have one.

    Args:
        model: In evaluation mode; one with `short_conv` has no tree attention and reads each pair on its own.
        prompts: Token ids, at least one each.
        answers: Token ids, at least one each; the longest must fit in the context behind the longest prompt.
    """
    assert max(map(len, prompts), default=0) + max(map(len, answers)) - 1 <= model.context_length
    found = np.empty((len(prompts), len(answers)))
    by_length: dict[int, list[int]] = defaultdict(list)  # equal lengths share positions and mask, and need no padding
    for number, prompt in enumerate(prompts):
        by_length[len(prompt)].append(number)
    for group in _groups(answers):
        tree = _Tree([answers[i] for i in group])
        for length, numbers in sorted(by_length.items()):
            size = max(1, BATCH_TOKENS // (length + len(tree.tokens)))
            for start in range(0, len(numbers), size):
                chosen = numbers[start : start + size]
                rows = [list(prompts[i]) for i in chosen]
                score = _each if model.config.short_conv else _batch
                found[np.ix_(chosen, group)] = score(model, rows, tree, [answers[i] for i in group])
    return found


def _groups(answers: Sequence[Sequence[int]]) -> list[list[int]]:
    """Numbers of answers, those that begin alike together, by trees of at most `MOST_PLACES` places or one answer."""
    groups: list[list[int]] = []
    places: set[tuple[int, ...]] = set()
    for i in sorted(range(len(answers)), key=lambda i: tuple(answers[i])):
        new = {tuple(answers[i][:length]) for length in range(1, len(answers[i]))}
        if not groups or len(places | new) > MOST_PLACES:
            groups.append([])
            places = set()
        groups[-1].append(i)
        places |= new
    return groups


def _batch(
    model: Transformer, prompts: list[list[int]], tree: _Tree, answers: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """The log-likelihoods (B, answers) of prompts of one length."""
    length, places, device = len(prompts[0]), len(tree.tokens), model.cos.device
    inputs = torch.cat([torch.tensor(prompts), tree.tokens.expand(len(prompts), -1)], dim=1).to(device)
    visible = torch.ones(length + places, length + places, dtype=torch.bool).tril_()
    visible[length:, length:] = tree.visible
    positions = torch.cat([torch.arange(length), length - 1 + tree.depth]).to(device)
    mask = added_mask(visible[None, None].to(device))
    x = model.embed(inputs)
    for block in model.blocks:
        x = block(x, (model.cos[positions], model.sin[positions]), mask, None)
    states = model.model.norm(x[:, length - 1 :])  # the last of the prompt is the empty beginning
    return _sums(_edges(model, states, tree), tree)


def _edges(model: Transformer, states: Tensor, tree: _Tree) -> NDArray[np.float64]:
    """Log-probability of each edge, (B, E), from states (B, 1 + N, D); row by row: logits of all would be large."""
    sources, targets = tree.sources.to(states.device), tree.targets.to(states.device)
    rows = []
    for row in states:
        logits = model.logits(row).float()
        rows.append(logits[sources, targets] - logits.logsumexp(dim=1)[sources])
    return torch.stack(rows).double().cpu().numpy()


def _sums(edges: NDArray[np.float64], tree: _Tree) -> NDArray[np.float64]:
    return np.stack([edges[:, path].sum(axis=1) for path in tree.paths], axis=1)


def _each(
    model: Transformer, prompts: list[list[int]], tree: _Tree, answers: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """The same as `_batch`, a row for each pair: what the tree must equal."""
    found = np.empty((len(prompts), len(answers)))
    for i, prompt in enumerate(prompts):
        for j, answer in enumerate(answers):
            row = torch.tensor([[*prompt, *answer]], device=model.cos.device)
            nats = model(row[:, :-1])[0, len(prompt) - 1 :].float().log_softmax(dim=1)
            found[i, j] = float(nats.gather(1, row[0, len(prompt) :, None]).double().sum())
    return found
