"""What only a GPU can show; skipped where there is none. Needs torch and pytest alone, no MLflow or DVC."""

from pathlib import Path

import numpy as np
import pytest
import torch

from llmpipe.config import ComputeConfig, ModelConfig, OptimizerConfig, PretrainConfig
from llmpipe.model.masks import attend, block_mask, document_mask
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.train.batches import Mixture
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import use_device
from llmpipe.train.loop import Run, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
MODEL = ModelConfig(
    model_dim=128, num_layers=2, num_heads=4, num_kv_heads=2, head_dim=32, hidden_dim=256, context_length=256
)
VOCAB = 512


class Counting:
    """Documents that count upwards from a random token: easy to learn."""

    def __init__(self) -> None:
        self.lengths = np.random.default_rng(1).integers(20, 400, 2000)

    def sequence(self, index):
        """Tokens of a document."""
        return (np.arange(self.lengths[index] + 1) + index * 7) % VOCAB, 0

    def num_ignored(self, index):
        return 0


def trained(folder, steps, compute, stop_after=None):
    device = use_device(compute)
    model = Transformer(MODEL, VOCAB).initialize(torch.Generator().manual_seed(1)).to(device.torch)
    config = PretrainConfig(
        steps=steps,
        batch_tokens=4096,
        micro_batch_tokens=2048,
        optimizer=OptimizerConfig(learning_rate=3e-3),
        validate_every=10,
        checkpoint_every=10,
    )
    checkpoints = Checkpoints("test", "gpu", folder)

    class Stop(Exception):
        pass

    class Until(Reporter):
        def progress(self, done, total, unit, **values):
            if stop_after is not None and done > stop_after * config.batch_tokens:
                raise Stop

    run = Run(
        model=model,
        mixture=Mixture({"all": Counting()}, {"all": 1.0}, 1, MODEL.context_length),
        config=config,
        device=device,
        checkpoints=checkpoints,
        validate=lambda model: {},
        reporter=Until(),
        compile=compute.compile,
    )
    try:
        curve = train(run)
    except Stop:
        return None, None
    return curve, {name: tensor.cpu() for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("kv_heads", [4, 2])
def test_attention_by_blocks_equals_attention_with_the_dense_mask(kv_heads):
    torch.manual_seed(1)
    segments = (torch.rand(3, 512, device="cuda") < 0.02).long().cumsum(1)
    q = torch.randn(3, 4, 512, 64, device="cuda", requires_grad=True)
    k, v = (torch.randn(3, kv_heads, 512, 64, device="cuda", requires_grad=True) for _ in range(2))
    by_blocks, dense = attend(q, k, v, block_mask(segments)), attend(q, k, v, document_mask(segments))
    torch.testing.assert_close(by_blocks, dense, atol=2e-3, rtol=2e-3)
    for mine, reference in zip(
        torch.autograd.grad(by_blocks.square().sum(), (q, k, v)),
        torch.autograd.grad(dense.square().sum(), (q, k, v)),
        strict=True,
    ):
        torch.testing.assert_close(mine, reference, atol=2e-2, rtol=2e-2)


def test_a_gpu_and_a_cpu_learn_the_same_in_float32(tmp_path: Path):
    on_gpu, _ = trained(tmp_path / "a", 20, ComputeConfig(device="cuda", precision="fp32"))
    on_cpu, _ = trained(tmp_path / "b", 20, ComputeConfig(device="cpu", precision="fp32"))
    assert on_gpu[0]["loss"] == pytest.approx(on_cpu[0]["loss"], rel=1e-2)
    assert on_gpu[-1]["loss"] == pytest.approx(on_cpu[-1]["loss"], rel=5e-2)
    assert on_gpu[-1]["loss"] < on_gpu[0]["loss"]


@pytest.mark.parametrize("compile", [False, True])
def test_the_deterministic_mode_gives_the_same_weights_again_also_after_a_stop(tmp_path: Path, compile: bool):
    compute = ComputeConfig(device="cuda", precision="bf16", compile=compile, deterministic=True)
    _, first = trained(tmp_path / "a", 40, compute)
    _, second = trained(tmp_path / "b", 40, compute)
    trained(tmp_path / "c", 40, compute, stop_after=25)
    _, resumed = trained(tmp_path / "c", 40, compute)
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
        assert torch.equal(tensor, resumed[name]), name
