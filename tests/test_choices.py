"""Scoring a list of answers: one tree behind the prompt gives what reading every pair on its own gives."""

import numpy as np
import pytest
import tiny
import torch

from llmpipe.model import choices
from llmpipe.model.choices import log_likelihoods
from llmpipe.model.transformer import Transformer

ANSWERS = [[5, 6, 7, 2], [5, 6, 8, 2], [5, 2], [9, 2], [9, 9, 9, 9, 2], [5, 6, 2], [3]]
PROMPTS = [[1, 4, 4, 10], [1, 11], [1, 12, 13, 14], [1, 20, 21, 22, 23, 24]]


def model(**changes: object) -> Transformer:
    """Random weights that say something: projections into the stream start at zero otherwise."""
    config = tiny.params(model=changes).model
    made = Transformer(config, 40).initialize(torch.Generator().manual_seed(1)).eval()
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if weight.ndim > 1:
                weight.normal_(0, 0.3, generator=torch.Generator().manual_seed(len(name)))
    return made


def alone(made: Transformer, prompt: list[int], answer: list[int]) -> float:
    """Teacher forcing, one pair, by the chain rule."""
    with torch.no_grad():
        nats = made(torch.tensor([[*prompt, *answer[:-1]]]))[0].log_softmax(-1)
    return sum(float(nats[len(prompt) - 1 + i, token]) for i, token in enumerate(answer))


@pytest.mark.parametrize("changes", [{}, {"qk_norm": False}, {"tie_embeddings": False}, {"short_conv": True}])
def test_the_tree_gives_the_likelihoods_of_pairs_read_alone(changes):
    made = model(**changes)

    found = log_likelihoods(made, PROMPTS, ANSWERS)

    expected = [[alone(made, prompt, answer) for answer in ANSWERS] for prompt in PROMPTS]
    assert np.allclose(found, expected, atol=1e-4)
    assert np.ptp(found) > 1  # the answers differ, or equality would say nothing


def test_neither_the_batch_nor_the_size_of_trees_changes_the_result(monkeypatch):
    made = model()
    whole = log_likelihoods(made, PROMPTS, ANSWERS)

    monkeypatch.setattr(choices, "MOST_PLACES", 2)
    monkeypatch.setattr(choices, "BATCH_TOKENS", 1)

    assert np.allclose(log_likelihoods(made, PROMPTS, ANSWERS), whole, atol=1e-5)


def test_probabilities_of_all_answers_of_one_token_sum_to_one():
    found = log_likelihoods(model(), PROMPTS[:1], [[token] for token in range(40)])

    assert np.isclose(np.exp(found).sum(), 1)


def test_an_answer_that_another_one_begins_with_is_scored_on_its_own():
    made = model()

    found = log_likelihoods(made, PROMPTS[:1], [[5], [5, 6]])

    assert found[0, 1] < found[0, 0]


def test_no_prompt_gives_no_row():
    assert log_likelihoods(model(), [], ANSWERS).shape == (0, len(ANSWERS))
