"""Low-rank adapters: they start from the base model, train little, and are gone when merged."""

import pytest
import tiny
import torch
from test_train import examples, new_model

from llmpipe.config import AdapterConfig, FinetuneConfig, OptimizerConfig, PretrainConfig
from llmpipe.errors import CheckpointError
from llmpipe.files import read_json
from llmpipe.progress import Reporter
from llmpipe.stages import finetune, pretrain
from llmpipe.train import adapters, directory
from llmpipe.train.batches import Mixture
from llmpipe.train.checkpoint import Checkpoints
from llmpipe.train.device import Device
from llmpipe.train.loop import Run, train
from llmpipe.train.optimizers import make_optimizers

CPU = Device(torch.device("cpu"), bf16=False)
TOKENS = torch.arange(16)[None] % 15


def logits(model):
    with torch.no_grad():
        return model.eval().logits(model.hidden(TOKENS))


def trained(model, tmp_path, steps=20):
    context = model.config.context_length
    config = PretrainConfig(
        steps=steps, batch_tokens=4 * context, validate_every=10, checkpoint_every=10,
        optimizer=OptimizerConfig(learning_rate=0.02),
    )  # fmt: skip
    return train(
        Run(
            model=model, mixture=Mixture({"a": examples()}, {"a": 1.0}, 1, context), config=config, device=CPU,
            checkpoints=Checkpoints("test", "a", tmp_path), validate=lambda m: {}, reporter=Reporter(),
        )
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_only_the_adapter_is_trained_and_merging_keeps_what_was_learnt(tmp_path, kind):
    model, base = new_model(), new_model()
    before = logits(model)
    adapters.adapt(model, AdapterConfig(kind=kind, rank=2, alpha=4, targets=("q_proj", "down_proj")), seed=1)
    torch.testing.assert_close(logits(model), before)  # B is 0, lengths are those of the rows

    curve = trained(model, tmp_path)

    assert curve[-1]["loss"] < curve[0]["loss"]
    learnt = logits(model)
    adapters.merge(model)
    torch.testing.assert_close(logits(model), learnt)
    assert model.state_dict().keys() == base.state_dict().keys()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, base.state_dict()[name])}
    assert changed
    assert all(name.endswith(("q_proj.weight", "down_proj.weight", "embed_tokens.weight")) for name in changed)


def test_a_product_of_two_thin_matrices_is_what_lora_adds():
    weight = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    change = adapters.LowRank(weight, AdapterConfig(kind="lora", rank=2, alpha=6), torch.Generator().manual_seed(2))
    with torch.no_grad():
        change.lora_b.normal_()

    expected = weight + 3 * change.lora_b @ change.lora_a

    torch.testing.assert_close(change(weight), expected)
    dora = adapters.LowRank(weight, AdapterConfig(kind="dora", rank=2, alpha=6), torch.Generator().manual_seed(2))
    with torch.no_grad():
        dora.lora_b.copy_(change.lora_b)
        dora.lora_length.fill_(2.0)
    torch.testing.assert_close(dora(weight), 2 * expected / expected.norm(dim=1, keepdim=True))


def test_optimizers_get_the_adapter_alone_and_muon_none_of_it():
    model = new_model()
    adapters.adapt(model, AdapterConfig(kind="dora", rank=2), seed=1)

    (adamw,) = make_optimizers(model, OptimizerConfig(name="muon"))

    given = {id(p) for group in adamw.param_groups for p in group["params"]}
    assert given == {id(p) for name, p in model.named_parameters() if "lora_" in name or "embed_tokens" in name}


def test_merging_that_changes_the_model_is_refused(monkeypatch):
    model = new_model()
    adapters.adapt(model, AdapterConfig(kind="lora", rank=2), seed=1)
    monkeypatch.setattr(adapters, "MAX_DIFFERENCE", -1.0)

    with pytest.raises(CheckpointError, match="merging the adapter changed the model's logits by"):
        adapters.merge(model)


def test_the_stage_writes_a_plain_model_and_says_how_much_was_trained(tmp_path):
    """And a killed run goes on as it would have."""
    data = tiny.write_data(tmp_path / "data")
    pretrain.run(tiny.params(), data, data, Reporter())
    params = tiny.params(finetune={"adapter": {"kind": "lora", "rank": 2}})

    finetune.run(params, data, data, Reporter())

    metrics = read_json(data.metrics("finetune"))
    model = directory.load(data.finetuned).model
    assert 0 < metrics["num_trained"] < model.num_parameters()
    assert model.state_dict().keys() == directory.load(data.pretrained).model.state_dict().keys()


def test_unknown_targets_are_refused():
    with pytest.raises(ValueError, match="Input should be 'q_proj'"):
        FinetuneConfig(steps=1, batch_tokens=1, adapter={"targets": ["query"]})
