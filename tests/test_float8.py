"""Products of 8-bit floats, on the CPU, which computes them exactly and slowly: what a GPU would multiply fast."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from test_train import CONTEXT, CPU, examples, new_model

from llmpipe.config import ComputeConfig, PretrainConfig
from llmpipe.errors import ParamsError
from llmpipe.model import float8
from llmpipe.progress import Reporter
from llmpipe.train import loop
from llmpipe.train.batches import Mixture
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import use_device
from llmpipe.train.loop import Run, train


def draw(*shape: int, seed: int = 1, scale: float = 1.0) -> torch.Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("dtype", "largest", "digits"), [(float8.FORWARD, 448, 3), (float8.BACKWARD, 57344, 2)])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_largest_value_becomes_the_largest_number_and_rounding_is_relative(dtype, largest, digits, scale):
    """With m digits behind the binary point a number is at most 2^-(m+1) of itself away."""
    x = draw(64, 32, scale=scale)
    eight, factor = float8.scaled(x, dtype)
    back, normal = eight.float() * factor, x.abs() > 1e-3 * x.abs().max()

    assert eight.float().abs().max() == largest
    assert ((back - x).abs() <= 2.0 ** -(digits + 1) * x.abs() * 1.001)[normal].all()


def test_a_tensor_of_zeros_stays_zeros():
    eight, factor = float8.scaled(torch.zeros(16, 16), float8.BACKWARD)

    assert float(factor) > 0
    assert torch.equal(eight.float() * factor, torch.zeros(16, 16))


def test_the_three_products_are_those_of_the_rounded_numbers():
    """Sums are float32, so only their order differs."""
    x, weight, grad = draw(2, 24, 32), draw(48, 32, seed=2), draw(2, 24, 48, seed=3, scale=1e-4)

    def back(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        eight, scale = float8.scaled(tensor, dtype)
        return eight.float() * scale

    inputs = x.clone().requires_grad_(), weight.clone().requires_grad_()
    out = float8.linear(*inputs)
    out.backward(grad)
    x8, weight8, grad8 = back(x, float8.FORWARD), back(weight, float8.FORWARD), back(grad, float8.BACKWARD)

    torch.testing.assert_close(out, F.linear(x8, weight8))
    torch.testing.assert_close(inputs[0].grad, grad8 @ weight8)
    torch.testing.assert_close(inputs[1].grad, grad8.flatten(0, 1).T @ x8.flatten(0, 1))


def test_under_autocast_the_product_is_bfloat16_and_gradients_have_the_type_of_what_they_are_of():
    x, weight = draw(16, 32).requires_grad_(), draw(16, 32, seed=2).requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        out = float8.linear(x, weight)
    out.sum().backward()

    assert out.dtype == torch.bfloat16
    assert (x.grad.dtype, weight.grad.dtype) == (torch.float32, torch.float32)  # type: ignore[union-attr]


def test_a_model_trains_in_8_bits_nearly_as_in_32_and_is_validated_in_full(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    config = PretrainConfig(steps=40, batch_tokens=4 * CONTEXT, validate_every=100, checkpoint_every=100)
    losses, logits = [], []
    for eight in False, True:
        model = new_model(hidden_dim=32, head_dim=16)
        if eight:
            model.use_float8()
        logits.append(model.eval()(torch.arange(16)[None]))
        mixture = Mixture({"a": examples()}, {"a": 1.0}, 1, CONTEXT)
        checkpoints = Checkpoints("test", str(eight), tmp_path)
        curve = train(Run(model, mixture, config, CPU, checkpoints, lambda _: {}, Reporter()))
        losses.append([row["loss"] for row in curve])

    assert torch.equal(*logits)
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    assert losses[1][-1] < losses[1][0] - 0.3


def test_sizes_that_8_bit_products_cannot_have_are_named():
    with pytest.raises(ParamsError, match=r"^compute.fp8 is true and model.hidden_dim is 40; .* multiples of 16\.$"):
        new_model(hidden_dim=40, head_dim=16).use_float8()


def test_a_machine_without_fast_8_bit_products_is_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ParamsError, match=r"^compute.fp8 is true but a CPU has no fast 8-bit products"):
        use_device(ComputeConfig(device="cpu", fp8=True))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 0))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA A100")
    with pytest.raises(ParamsError, match="but NVIDIA A100 has no fast 8-bit products"):
        use_device(ComputeConfig(fp8=True))
