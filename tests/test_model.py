"""The Transformer: laws it must obey, and a reference implementation it must equal."""

import math

import pytest
import torch
from torch.nn.attention.flex_attention import flex_attention

from llmpipe.config import ModelConfig
from llmpipe.model import masks
from llmpipe.model.flops import training_flops_per_token
from llmpipe.model.generate import generate, stream
from llmpipe.model.loss import linear_cross_entropy, pulled
from llmpipe.model.masks import attend, block_mask, document_mask
from llmpipe.model.norm import _RMSNorm, rms_norm
from llmpipe.model.rotary import norm_and_rotate, rotary_table, rotate
from llmpipe.model.sampling import Sampling, choose, draws
from llmpipe.model.transformer import Transformer
from llmpipe.train.directory import hugging_face_sizes

VOCAB = 97
VARIANTS = {
    "qwen3": {},
    "llama": {"qk_norm": False},
    "untied": {"tie_embeddings": False},
    "short_conv": {"short_conv": True},
    "induction_init": {"induction_init": True, "head_dim": 16},
}


def tiny(seed: int = 0, **changes: object) -> Transformer:
    """A model of 2 layers with 4 query heads on 2 key/value heads; output projections random, not zero."""
    sizes = {
        "model_dim": 32,
        "num_layers": 2,
        "num_heads": 4,
        "num_kv_heads": 2,
        "head_dim": 8,
        "hidden_dim": 48,
        "context_length": 32,
    }
    generator = torch.Generator().manual_seed(seed)
    model = Transformer(ModelConfig(**(sizes | changes)), VOCAB).initialize(generator)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if name.endswith(("o_proj.weight", "down_proj.weight")) or "conv_" in name:
                parameter.normal_(0, 0.2, generator=generator)
    return model.eval()


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS.keys())
def model(request: pytest.FixtureRequest) -> Transformer:
    """Each architecture switch once."""
    return tiny(**request.param)


def tokens(rows: int, length: int, seed: int = 1) -> torch.Tensor:
    return torch.randint(4, VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))


def test_a_new_model_knows_nothing():
    """The first loss is ln(V), and every block starts as the identity."""
    model = Transformer(ModelConfig(), VOCAB).initialize(torch.Generator().manual_seed(0))
    inputs = tokens(4, 64)

    loss = torch.nn.functional.cross_entropy(model(inputs).flatten(0, 1), tokens(4, 64, seed=2).flatten())

    assert loss.item() == pytest.approx(math.log(VOCAB), abs=0.1)


def test_a_later_token_cannot_change_an_earlier_logit(model: Transformer):
    inputs = tokens(2, 20)
    changed = inputs.clone()
    changed[:, 12:] = tokens(2, 8, seed=3)

    torch.testing.assert_close(model(inputs)[:, :12], model(changed)[:, :12], rtol=0, atol=1e-6)
    assert (model(inputs)[:, 12:] - model(changed)[:, 12:]).abs().max() > 1e-2


def test_packed_documents_do_not_see_each_other(model: Transformer):
    """Two documents packed into one row have the logits of each alone."""
    first, second = tokens(1, 7), tokens(1, 9, seed=5)
    segments = torch.tensor([[0] * 7 + [1] * 9])

    packed = model(torch.cat([first, second], dim=1), segments)

    torch.testing.assert_close(packed[:, :7], model(first), rtol=0, atol=2e-5)
    torch.testing.assert_close(packed[:, 7:], model(second), rtol=0, atol=2e-5)


def test_attention_by_blocks_is_the_dense_mask(monkeypatch: pytest.MonkeyPatch):
    """What a GPU computes; FlexAttention's forward pass also runs on a CPU, without a compiler."""
    monkeypatch.setattr(masks, "_compiled", lambda: flex_attention)
    draw = torch.Generator().manual_seed(1)
    segments = (torch.rand(3, 512, generator=draw) < 0.01).long().cumsum(1)
    q, k, v = (torch.randn(3, heads, 512, 16, generator=draw) for heads in (4, 2, 2))

    by_blocks = attend(q, k, v, block_mask(segments))

    torch.testing.assert_close(by_blocks, attend(q, k, v, document_mask(segments)), rtol=0, atol=1e-5)


def test_plain_attention_in_bfloat16_is_the_fused_one():
    draw = torch.Generator().manual_seed(1)
    q, k, v = (torch.randn(2, 4, 32, 8, generator=draw).bfloat16().requires_grad_() for _ in range(3))
    visible = document_mask(torch.tensor([[0] * 20 + [1] * 12, [0] * 32]))
    added = torch.zeros(visible.shape, dtype=torch.bfloat16).masked_fill(~visible, -math.inf)

    plain, fused = attend(q, k, v, added), attend(q, k, v, visible)

    torch.testing.assert_close(plain, fused, rtol=2e-2, atol=2e-2)
    for mine, other in zip(
        torch.autograd.grad(plain.square().sum(), (q, k, v)),
        torch.autograd.grad(fused.square().sum(), (q, k, v)),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=5e-2, atol=5e-2)


def test_norm_and_rotation_in_one_step_have_the_values_and_gradients_of_two():
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(2, 6, 3, 8, generator=draw, dtype=torch.float32, requires_grad=True)
    gain = torch.rand(3, 8, generator=draw).add(0.5).requires_grad_()
    rotary = tuple(table[:6] for table in rotary_table(ModelConfig(head_dim=8, context_length=16)))

    together = norm_and_rotate(x, gain, rotary, 1e-6)
    apart = rotate(torch.nn.functional.rms_norm(x, (8,), None, 1e-6) * gain, *rotary)

    torch.testing.assert_close(together, apart)
    weights = torch.randn(x.shape, generator=draw)
    for mine, other in zip(
        torch.autograd.grad((together * weights).sum(), (x, gain)),
        torch.autograd.grad((apart * weights).sum(), (x, gain)),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)


def test_the_loss_by_chunks_has_the_value_and_gradients_of_the_whole():
    """1,300 positions are three chunks."""
    draw = torch.Generator().manual_seed(1)
    hidden = torch.randn(1300, 8, generator=draw, requires_grad=True)
    head = torch.randn(20, 8, generator=draw, requires_grad=True)
    targets = torch.randint(20, (1300,), generator=draw)

    chunks = linear_cross_entropy(hidden, head, targets) / 3
    whole = torch.nn.functional.cross_entropy(hidden @ head.T, targets, reduction="sum") / 3

    torch.testing.assert_close(chunks, whole)
    for mine, other in zip(
        torch.autograd.grad(chunks, (hidden, head)), torch.autograd.grad(whole, (hidden, head)), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


def test_the_z_loss_is_in_the_gradient_and_not_in_the_value():
    """By chunks, and from logits where some positions do not count."""
    draw = torch.Generator().manual_seed(1)
    hidden = torch.randn(700, 8, generator=draw, requires_grad=True)
    head = torch.randn(20, 8, generator=draw, requires_grad=True)
    targets = torch.randint(20, (700,), generator=draw)
    counts = torch.arange(700) % 3 > 0
    logits = hidden @ head.T
    plain = torch.nn.functional.cross_entropy(logits[counts], targets[counts], reduction="sum")
    expected = torch.autograd.grad(
        plain + 0.1 * torch.logsumexp(logits[counts], 1).square().sum(), (hidden, head), retain_graph=True
    )

    for loss in (
        linear_cross_entropy(hidden[counts], head, targets[counts], 0.1),
        pulled(plain, logits, counts, 0.1),
    ):
        torch.testing.assert_close(loss, plain)
        for mine, other in zip(torch.autograd.grad(loss, (hidden, head), retain_graph=True), expected, strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-4)


def test_a_block_mask_lists_only_blocks_that_share_a_document():
    """Documents of 200 and 184 positions in blocks of 128: the second block holds both, the third only the second."""
    segments = torch.tensor([[0] * 200 + [1] * 184])

    mask = block_mask(segments)

    assert mask.kv_num_blocks.flatten().tolist() == [1, 2, 2]
    assert mask.full_kv_num_blocks.flatten().tolist() == [0, 0, 0]
    assert mask.kv_indices[0, 0, 2, :2].tolist() == [1, 2]
    assert block_mask(torch.zeros(1, 384, dtype=torch.long)).full_kv_num_blocks.flatten().tolist() == [0, 1, 2]


def test_training_flops_are_counted_by_hand():
    """D 4, two heads of 2, one key/value head, F 8, one layer, V 10, T 16: 48 + 96 + 40 weights, 12 x 4 x 16."""
    config = ModelConfig(
        model_dim=4, num_layers=1, num_heads=2, num_kv_heads=1, head_dim=2, hidden_dim=8, context_length=16
    )

    assert training_flops_per_token(config, 10) == 6 * (48 + 96 + 40) + 768


def test_logits_equal_those_of_transformers():
    """The same weights in Qwen3ForCausalLM and LlamaForCausalLM give the same logits."""
    transformers = pytest.importorskip("transformers")
    for variant, name in ({}, "Qwen3"), ({"qk_norm": False}, "Llama"), ({"tie_embeddings": False}, "Qwen3"):
        ours = tiny(**variant)
        written = getattr(transformers, f"{name}Config")(**hugging_face_sizes(ours.config, VOCAB))
        theirs = getattr(transformers, f"{name}ForCausalLM")(written).eval()
        missing = theirs.load_state_dict(ours.state_dict(), strict=False)
        assert missing.unexpected_keys == []
        assert set(missing.missing_keys) <= {"lm_head.weight"}
        theirs.tie_weights()
        inputs = tokens(3, 24)

        difference = (ours(inputs) - theirs(inputs).logits).abs().max()

        assert difference < 1e-4, f"{name} {variant}: {difference}"


def test_rms_norm_has_the_gradient_of_its_formula():
    """The hand-written backward passes the finite-difference check, for plain and per-head gains."""
    for shape in (5,), (3, 5):
        x = torch.randn(2, *((4, 3) if len(shape) == 2 else (4,)), 5, dtype=torch.float64, requires_grad=True)
        weight = torch.rand(shape, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda a, w: _RMSNorm.apply(a, w, 1e-6), (x, weight))
    x, weight = torch.randn(3, 8, requires_grad=True), torch.rand(8)
    torch.testing.assert_close(rms_norm(x, weight, 1e-6), torch.nn.functional.rms_norm(x, (8,), weight, 1e-6))


def test_one_batch_can_be_memorised():
    model = tiny().train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    inputs = tokens(2, 17)
    for _ in range(120):
        loss = torch.nn.functional.cross_entropy(model(inputs[:, :-1]).flatten(0, 1), inputs[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    assert loss.item() < 0.05


def attention_weights(model: Transformer, layer: int, inputs: torch.Tensor) -> torch.Tensor:
    """Weights (T, T) of the first head of a layer."""
    config, attention = model.config, model.model.layers[layer].self_attn
    x = model.model.embed_tokens(inputs)
    rotary = model.cos[: inputs.shape[1]], model.sin[: inputs.shape[1]]
    for block in model.model.layers[:layer]:
        x = block(x, rotary, None, None)
    x = model.model.layers[layer].input_layernorm(x)

    def head(projection: torch.nn.Linear, gain: torch.Tensor) -> torch.Tensor:
        one = projection(x).unflatten(-1, (-1, config.head_dim))[:, :, :1]
        return rotate(rms_norm(one, gain, config.norm_eps), *rotary)[0, :, 0]

    scores = (
        head(attention.q_proj, attention.q_norm.weight)
        @ head(attention.k_proj, attention.k_norm.weight).T
        / config.head_dim**0.5
    )
    return scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -torch.inf).softmax(-1)


def test_the_induction_circuit_is_there_before_training():
    """Layer 1 looks one token back; layer 2 looks at what followed the current token the last time."""
    model = Transformer(ModelConfig(induction_init=True), VOCAB).initialize(torch.Generator().manual_seed(0))
    once = torch.randperm(VOCAB, generator=torch.Generator().manual_seed(2))[:40]
    repeated = torch.cat([once, once])[None]

    previous = attention_weights(model, 0, repeated).diagonal(-1)
    induction = attention_weights(model, 1, repeated).diagonal(-39)  # position t + 40 looks at t + 1

    assert previous.min() > 0.85
    assert induction[1:].mean() > 0.9
    loss = torch.nn.functional.cross_entropy(model(repeated)[0, :-1], repeated[0, 1:], reduction="none")
    assert loss[40:].mean() < loss[:39].mean() - 0.5


def run_alone(model: Transformer, prompt: list[int], new: int) -> list[int]:
    """Greedy generation without a cache."""
    inputs = list(prompt)
    for _ in range(new):
        inputs.append(int(model(torch.tensor([inputs]))[0, -1].argmax()))
    return inputs[len(prompt) :]


def test_generation_with_cache_and_padding_equals_generation_without(model: Transformer):
    """Ragged prompts in one batch give, token for token, what each gives alone without a cache."""
    prompts = [tokens(1, n, seed=n)[0].tolist() for n in (3, 9, 5, 12)]

    together = generate(model, prompts, max_new_tokens=8, stop_ids=set(), batch_size=3)

    assert together == [run_alone(model, prompt, 8) for prompt in prompts]


def test_generation_stops_at_a_stop_token(model: Transformer):
    prompt = tokens(1, 6)[0].tolist()
    free = generate(model, [prompt], max_new_tokens=10, stop_ids=set())[0]
    stop = free[4]

    stopped = generate(model, [prompt, prompt[:3]], max_new_tokens=10, stop_ids={stop})[0]

    assert stopped == free[: free.index(stop)]


def test_streaming_gives_the_tokens_of_generation(model: Transformer):
    prompt = tokens(1, 6)[0].tolist()
    sampling = Sampling(temperature=0.8, top_k=20, top_p=0.95)

    streamed = list(stream(model, prompt, max_new_tokens=10, stop_ids=set(), sampling=sampling, seed=7))

    assert streamed == generate(model, [prompt], max_new_tokens=10, stop_ids=set(), sampling=sampling, seed=7)[0]


def test_what_a_request_gets_does_not_depend_on_its_neighbours():
    model = tiny()
    prompts = [tokens(1, n, seed=n)[0].tolist() for n in (4, 9, 6)]
    sampling = Sampling(temperature=1.0)

    small = generate(model, prompts, max_new_tokens=8, stop_ids=set(), batch_size=1, sampling=sampling, seed=3)

    assert small == generate(model, prompts, max_new_tokens=8, stop_ids=set(), batch_size=3, sampling=sampling, seed=3)


def test_a_prompt_too_long_loses_its_oldest_tokens_but_not_the_first():
    model = tiny()
    prompt = tokens(1, 50)[0].tolist()

    cut = generate(model, [prompt], max_new_tokens=8, stop_ids=set())[0]

    assert cut == generate(model, [[prompt[0], *prompt[-23:]]], max_new_tokens=8, stop_ids=set())[0]


def test_sampling_follows_the_distribution():
    """10,000 draws from known probabilities pass a chi-squared test; top-k and top-p cut the tail."""
    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    logits = probabilities.log()[None]
    uniform = draws(1, 10_000)
    observed = torch.bincount(choose(logits.expand(10_000, 4), Sampling(temperature=1.0), uniform), minlength=4)

    assert (
        (observed - 10_000 * probabilities) ** 2 / (10_000 * probabilities)
    ).sum() < 16.3  # 0.999 quantile, 3 degrees
    for sampling in Sampling(1.0, top_k=2), Sampling(1.0, top_p=0.75), Sampling(1.0, min_p=0.5):
        assert set(choose(logits.expand(200, 4), sampling, uniform[:200]).tolist()) == {0, 1}
