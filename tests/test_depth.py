"""model.depth: sensible sizes, explicit values win, and what is stored is what was used."""

import pytest
from imports import ROOT

from llmpipe import config, depth
from llmpipe.errors import ParamsError
from llmpipe.model.transformer import Transformer

DEPTH = ROOT / "recipes/depth.yaml"


@pytest.mark.parametrize("layers", [1, 2, 3, 4, 7, 8, 12, 24])
def test_every_depth_is_a_valid_model(layers):
    params = config.load(DEPTH, ["model", "pretrain"], [f"model.depth={layers}"])

    model, pretrain = params.model, params.pretrain
    assert (model.num_layers, model.model_dim) == (layers, 64 * layers)
    assert model.num_heads * model.head_dim == model.model_dim
    assert pretrain.batch_tokens % model.context_length == 0
    blocks = layers * model.model_dim * (4 * model.model_dim + 3 * model.hidden_dim)
    assert pretrain.steps * pretrain.batch_tokens == pytest.approx(20 * blocks, rel=0.01)


def test_twelve_layers_are_the_shape_of_gpu_124m():
    """And close to its batch and rates, which the formulas run through."""
    known = config.load(ROOT / "recipes/gpu-124m.yaml", ["model", "pretrain"])

    pretrain = depth.pretrain_values(12, 1024)

    assert depth.model_values(12).items() <= known.model.model_dump().items()
    assert pretrain["optimizer"] == {"learning_rate": 3.0e-3, "matrix_learning_rate": 2.0e-2}
    assert known.pretrain.batch_tokens / 2 <= pretrain["batch_tokens"] <= known.pretrain.batch_tokens


def test_parameters_are_those_the_budget_counts():
    model = config.load(DEPTH, ["model"]).model

    built = Transformer(model, 300)

    blocks = sum(p.numel() for name, p in built.named_parameters() if p.ndim == 2 and "embed" not in name)
    assert blocks == 2 * model.model_dim * (4 * model.model_dim + 3 * model.hidden_dim)


def test_explicit_values_win_and_deeper_is_slower_to_learn():
    params = config.load(DEPTH, ["model", "pretrain"], ["model.hidden_dim=96", "pretrain.steps=7"])

    assert (params.model.hidden_dim, params.model.model_dim, params.pretrain.steps) == (96, 128, 7)
    rates = [depth.pretrain_values(layers, 128)["optimizer"]["learning_rate"] for layers in (2, 6, 24)]
    assert rates == sorted(rates, reverse=True)


def test_what_is_derived_follows_the_width_and_the_batch_that_are_given():
    """As wide as eighteen layers would be: heads, MLP and rates are theirs, the layers are not."""
    wide = config.load(DEPTH, ["model", "pretrain"], ["model.depth=6", "model.model_dim=1152"])
    deep = depth.model_values(18)

    assert {**wide.model.model_dump(), "num_layers": 18}.items() >= deep.items()
    assert wide.pretrain.optimizer.learning_rate == depth.pretrain_values(18, 128)["optimizer"]["learning_rate"]
    blocks = 6 * 1152 * (4 * 1152 + 3 * wide.model.hidden_dim)
    assert wide.pretrain.steps * wide.pretrain.batch_tokens == pytest.approx(20 * blocks, rel=0.01)
    plain = config.load(DEPTH, ["model", "pretrain"], ["model.depth=6"]).pretrain
    small = config.load(DEPTH, ["model", "pretrain"], ["model.depth=6", "pretrain.batch_tokens=2048"]).pretrain
    assert small.steps * 2048 == pytest.approx(plain.steps * plain.batch_tokens, rel=0.001)
    assert small.optimizer.matrix_learning_rate == 0.013 < plain.optimizer.matrix_learning_rate


def test_heads_that_are_given_share_the_width():
    model = config.load(DEPTH, ["model"], ["model.depth=4", "model.num_heads=8"]).model

    assert (model.model_dim, model.num_heads, model.num_kv_heads, model.head_dim) == (256, 8, 8, 32)


def test_a_dial_that_turns_nothing_is_refused():
    world = ROOT / "recipes/world.yaml"
    with pytest.raises(ParamsError, match=r"^world.yaml: model.depth is 6, but no value that follows from it is null"):
        config.load(world, ["model"], ["model.depth=6"])
    assert config.load(world, ["model"], ["model.depth=6", "model.num_layers=null"]).model.num_layers == 6


def test_without_depth_nothing_is_filled_in():
    with pytest.raises(ParamsError, match=r"depth.yaml: model.model_dim is None: Input should be a valid integer"):
        config.load(DEPTH, ["model"], ["model.depth=null"])
    with pytest.raises(ParamsError, match=r"depth.yaml: model.depth is 0: Input should be greater than 0"):
        config.load(DEPTH, ["model"], ["model.depth=0"])
