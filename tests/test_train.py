"""The loop and its parts: order of data, exact resume, token weighting, schedules, optimizers, checkpoints."""

import functools
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from llmpipe.config import ComputeConfig, ModelConfig, OptimizerConfig, PretrainConfig, ScheduleConfig
from llmpipe.errors import DataError, ParamsError
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.train.batches import IGNORE, Batch, ExampleSequences, Mixture, _from_thread, pack
from llmpipe.train.checkpoint import Checkpoints, fingerprint
from llmpipe.train.device import Device, use_device
from llmpipe.train.loop import Run, _accumulate, _objective, batch_rows, curve_csv, train
from llmpipe.train.optimizers import Muon, make_optimizers, orthogonalize, rate_factor
from llmpipe.train.validate import document_nats, sequence_losses

VOCAB, CONTEXT = 50, 16
SIZES = {
    "model_dim": 16,
    "num_layers": 2,
    "num_heads": 2,
    "num_kv_heads": 1,
    "head_dim": 8,
    "hidden_dim": 24,
    "context_length": CONTEXT,
}
CPU = Device(torch.device("cpu"), bf16=False)


def examples(count: int = 40, seed: int = 0) -> ExampleSequences:
    """Prompts of 3 tokens with completions of 2 to 8 tokens that repeat the prompt's last token."""
    random = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        prompt = random.integers(4, VOCAB, 3).tolist()
        pairs.append((prompt, [prompt[-1]] * int(random.integers(2, 9))))
    return ExampleSequences(pairs)


def new_model(**changes: object) -> Transformer:
    return Transformer(ModelConfig(**(SIZES | changes)), VOCAB).initialize(torch.Generator().manual_seed(0))


@pytest.fixture
def tiny_run(tmp_path: Path):
    """Train a tiny model; `stop_after` kills the run at that step as an exception would."""

    def start(
        steps: int = 6,
        stop_after: int | None = None,
        folder: str = "a",
        model: Transformer | None = None,
        compile: bool = False,
        **changes: object,
    ):
        settings = {"seed": 1, "steps": steps, "batch_tokens": 4 * CONTEXT, "validate_every": 3, "checkpoint_every": 2}
        config = PretrainConfig(**(settings | changes))
        model = model or new_model(dropout=0.1)
        count = itertools.count(1)

        class Stopping(Reporter):
            def progress(self, done: int, total: int, unit: str, **values: float) -> None:
                if next(count) == stop_after:
                    raise KeyboardInterrupt

        run = Run(
            model=model, mixture=Mixture({"a": examples()}, {"a": 1.0}, config.seed, CONTEXT), config=config,
            device=CPU, compile=compile,
            checkpoints=Checkpoints("test", folder, tmp_path), reporter=Stopping(), keep_best="valid_score",
            validate=lambda m: {"valid_loss": 1.0, "valid_score": m.model.norm.weight.sum().abs().item()},
        )  # fmt: skip
        try:
            return train(run), model.state_dict()
        except KeyboardInterrupt:
            return None, model.state_dict()

    return start


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_resume_continues_exactly(tiny_run):
    """A run stopped anywhere and resumed has the curve and the weights of the uninterrupted one, bit for bit."""
    curve, weights = tiny_run(steps=23)
    for stop in 1, 2, 9, 20, 23:
        tiny_run(steps=23, stop_after=stop, folder=f"stop{stop}")
        resumed_curve, resumed = tiny_run(steps=23, folder=f"stop{stop}")

        assert curve_csv(resumed_curve) == curve_csv(curve), stop
        assert equal(resumed, weights), stop


def test_weights_are_validated_at_the_steps_that_are_asked_for(tiny_run):
    """Also between the points of the curve, which are every ten steps."""
    curve, _ = tiny_run(steps=23, validate_every=4)

    assert [row["step"] for row in curve if "valid_score" in row] == [4, 8, 12, 16, 20, 23]
    assert [row["step"] for row in curve if "valid_score" not in row] == [10]


def test_training_lowers_the_loss(tiny_run):
    curve, _ = tiny_run(steps=150)

    assert curve[-1]["loss"] < 0.5 * curve[0]["loss"]


def test_a_compiled_run_is_the_same_but_for_rounding_and_one_graph_serves_all_blocks(tiny_run, monkeypatch):
    """With the compiler's own operations in place of C++, which takes a minute."""
    compiled = functools.partial(torch.compile, backend="aot_eager")
    monkeypatch.setattr(torch, "compile", compiled)
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    settings = {"steps": 2, "optimizer": OptimizerConfig(name="sgd", learning_rate=0.1)}
    _, eager = tiny_run(model=new_model(), folder="eager", **settings)
    _, weights = tiny_run(model=new_model(), compile=True, **settings)

    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
    for name, value in eager.items():
        torch.testing.assert_close(weights[name], value, atol=1e-5, rtol=1e-4)


def test_micro_batches_change_nothing_but_rounding(tiny_run):
    """Gradients are sums over tokens divided once, so four micro-batches of one row equal one of four."""
    _, whole = tiny_run(steps=5, folder="whole", model=new_model())
    _, parts = tiny_run(steps=5, folder="parts", model=new_model(), micro_batch_tokens=CONTEXT)

    for name in whole:
        torch.testing.assert_close(whole[name], parts[name], rtol=0, atol=2e-3, msg=name)  # Muon iterates in bf16
    _, whole = tiny_run(steps=5, folder="whole2", model=new_model(), optimizer={"name": "sgd", "learning_rate": 0.1})
    _, parts = tiny_run(
        steps=5,
        folder="parts2",
        model=new_model(),
        optimizer={"name": "sgd", "learning_rate": 0.1},
        micro_batch_tokens=CONTEXT,
    )
    for name in whole:
        torch.testing.assert_close(whole[name], parts[name], rtol=0, atol=1e-6, msg=name)


def test_a_loss_that_is_not_finite_stops_with_the_step_and_the_rate(tiny_run):
    model = new_model()
    with torch.no_grad():
        model.model.norm.weight.fill_(float("nan"))

    with pytest.raises(DataError, match=r"its gradient is not finite at step 1; .*learning_rate \(now 0.006\)"):
        tiny_run(steps=4, model=model)


def test_batches_are_a_function_of_seed_and_number():
    """Batch 7 is the same whether one starts at 0 or at 7; another seed gives another order."""
    mixture = Mixture({"a": examples(), "b": examples(seed=1)}, {"a": 0.7, "b": 0.3}, 1, CONTEXT)
    straight = list(itertools.islice(mixture.batches(2), 10))
    resumed = next(mixture.batches(2, start=7))

    assert torch.equal(straight[7].inputs, resumed.inputs)
    assert torch.equal(straight[7].targets, resumed.targets)
    other = next(Mixture({"a": examples()}, {"a": 1.0}, 2, CONTEXT).batches(2))
    assert not torch.equal(straight[0].inputs, other.inputs)


def test_batches_from_a_thread_are_the_same_and_its_errors_arrive(monkeypatch):
    monkeypatch.setattr(Batch, "pinned", lambda batch: batch)  # pinning needs a GPU
    mixture = Mixture({"a": examples()}, {"a": 1.0}, 1, CONTEXT)

    threaded = _from_thread(mixture.batches(2), ahead=2)
    for expected in itertools.islice(mixture.batches(2), 20):
        assert torch.equal(next(threaded).inputs, expected.inputs)
    threaded.close()

    def broken():
        yield next(mixture.batches(2))
        raise DataError("a shard is damaged")

    failing = _from_thread(broken(), ahead=2)
    next(failing)
    with pytest.raises(DataError, match="a shard is damaged"):
        next(failing)


def test_every_sequence_is_seen_once_an_epoch_and_every_target_once():
    source = examples(count=30)
    mixture = Mixture({"a": source}, {"a": 1.0}, 1, CONTEXT)
    seen = [index for _, index in itertools.islice(mixture._stream(), 60)]

    assert sorted(seen[:30]) == list(range(30))
    assert sorted(seen[30:]) == list(range(30))
    assert seen[:30] != seen[30:]


def test_targets_are_the_next_tokens_of_the_completion_only():
    batch = next(Mixture({"a": ExampleSequences([([5, 6, 7], [8, 9])])}, {"a": 1.0}, 1, 8).batches(1))

    assert batch.inputs[0, :8].tolist() == [5, 6, 7, 8, 5, 6, 7, 8]
    assert batch.targets[0, :8].tolist() == [IGNORE, IGNORE, 8, 9] * 2
    assert batch.segments[0].tolist() == [0] * 4 + [1] * 4


def test_a_sequence_longer_than_a_row_is_cut_and_loses_no_target():
    tokens = list(range(10, 30))
    mixture = Mixture({"a": ExampleSequences([(tokens[:1], tokens[1:])])}, {"a": 1.0}, 1, 8)
    rows = [row for row in itertools.islice(mixture.rows(), 40) if row[0][1] == 0]
    pairs = sorted({(piece[2], piece[3]) for row in rows for piece in row})
    batch = mixture._batch([[("a", 0, 8, 8)]])

    assert pairs == [(0, 8), (8, 8), (16, 3)]
    assert batch.targets[0].tolist() == tokens[9:17]


def test_shares_of_the_mixture_are_shares_of_positions():
    short, long = ExampleSequences([([4, 5], [6, 7])] * 9), ExampleSequences([([4] * 10, [5, 6])] * 9)
    mixture = Mixture({"short": short, "long": long}, {"short": 0.25, "long": 0.75}, 1, CONTEXT)
    used = {"short": 0, "long": 0}
    for name, index in itertools.islice(mixture._stream(), 400):
        used[name] += int(mixture.sources[name].lengths[index])

    assert used["short"] / sum(used.values()) == pytest.approx(0.25, abs=0.01)


def test_packing_fills_rows_and_never_overflows():
    random = np.random.default_rng(0)
    pieces = [("a", i, 0, int(n)) for i, n in enumerate(random.integers(20, 90, 1000))]

    rows = pack(pieces, 128)

    assert sorted(p for row in rows for p in row) == sorted(pieces)
    assert max(sum(p[3] for p in row) for row in rows) <= 128
    assert sum(p[3] for p in pieces) / (128 * len(rows)) > 0.97


def test_a_source_without_sequences_is_refused():
    with pytest.raises(DataError, match="'b' holds no sequence to train on"):
        Mixture({"a": examples(), "b": ExampleSequences([])}, {"a": 0.5, "b": 0.5}, 1, CONTEXT)


def test_validation_does_not_depend_on_the_batch_size():
    model, source = new_model(), examples()

    one = sequence_losses(model, source, CONTEXT, batch_tokens=CONTEXT)
    many = sequence_losses(model, source, CONTEXT, batch_tokens=64 * CONTEXT)

    np.testing.assert_allclose(one[0], many[0], rtol=1e-5)
    np.testing.assert_array_equal(one[1], [8 if n > 8 else n for n in (source.lengths - 2)])


def test_bits_per_byte_do_not_depend_on_the_batch_size():
    """Documents shorter and longer than the context, whose windows overlap."""
    random = np.random.default_rng(0)
    documents = [np.concatenate([[1], random.integers(5, VOCAB, n), [2]]) for n in (1, 3, 70, 9, 31, 16, 17, 5)]

    one = document_nats(new_model(), documents, CONTEXT, batch_tokens=CONTEXT)
    many = document_nats(new_model(), documents, CONTEXT, batch_tokens=64 * CONTEXT)

    np.testing.assert_allclose(one, many, rtol=1e-5)


@pytest.mark.parametrize("changes", [{}, {"short_conv": True}, {"qk_norm": False, "num_kv_heads": 2}])
def test_the_gradient_of_packed_sequences_is_that_of_each_in_a_row_of_its_own(tmp_path: Path, changes: dict):
    """Neither attention nor positions nor convolutions reach over the border between two sequences."""
    source = ExampleSequences([([5, 6, 7], [8, 9]), ([9, 8], [7, 7, 7, 6]), ([11], [12, 13])])
    mixture = Mixture({"a": source}, {"a": 1.0}, 1, CONTEXT)
    pieces = [("a", index, 0, int(length)) for index, length in enumerate(source.lengths)]
    config = PretrainConfig(steps=1, batch_tokens=CONTEXT)
    gradients = []
    for rows in [pieces], [[piece] for piece in pieces]:
        model = new_model(**changes)
        with torch.no_grad():
            for parameter in model.parameters():  # zeros, as blocks start with, would hide what goes through them
                parameter.add_(0.1 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
        run = Run(model, mixture, config, CPU, Checkpoints("test", "a", tmp_path), lambda _: {}, Reporter())
        _accumulate(run, _objective(run), mixture._batch(rows), len(rows))
        gradients.append({name: parameter.grad for name, parameter in model.named_parameters()})

    packed, alone = gradients
    for name in packed:
        torch.testing.assert_close(packed[name], alone[name], rtol=0, atol=1e-6, msg=name)


def test_nats_of_a_document_are_those_of_its_text_tokens_alone():
    """BOS is given, EOS is not counted: the sum of -ln p over the tokens between them."""
    model = new_model()
    document = np.array([1, 7, 8, 9, 2])
    logits = model(torch.tensor([[1, 7, 8]]))
    expected = torch.nn.functional.cross_entropy(logits[0], torch.tensor([7, 8, 9]), reduction="sum").item()

    assert document_nats(model, [document], CONTEXT)[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("length", [CONTEXT, CONTEXT + 1, CONTEXT + CONTEXT // 2, 3 * CONTEXT + 1])
def test_tokens_of_a_long_document_see_at_least_half_a_window(length: int):
    model = new_model()
    document = np.concatenate([[1], np.random.default_rng(1).integers(5, 50, length), [2]])
    half = CONTEXT // 2
    expected = 0.0
    for target in range(1, length + 1):
        start = max(0, -(-(target - CONTEXT) // half) * half)  # of the first window that reaches the target
        logits = model(torch.tensor(document[None, start:target]))[0, -1]
        expected -= torch.log_softmax(logits, -1)[document[target]].item()

    short = document_nats(model, [document[:5], document, document[:9]], CONTEXT)

    assert short[1] == pytest.approx(expected, rel=1e-5)
    assert document_nats(model, [document], CONTEXT)[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("linear", {0: 0.1, 9: 1.0, 10: 1.0, 55: 0.5, 99: 1 / 90}),
        ("cosine", {9: 1.0, 55: 0.5, 10: 1.0}),
        ("wsd", {50: 1.0, 81: 1.0, 91: 0.5}),
        ("constant", {10: 1.0, 99: 1.0}),
    ],
)
def test_schedules_at_hand_worked_steps(name: str, factors: dict[int, float]):
    config = ScheduleConfig(name=name, warmup_ratio=0.1, decay_ratio=0.2)

    assert {step: rate_factor(step, 100, config) for step in factors} == pytest.approx(factors, abs=1e-9)


def test_muon_equals_that_of_torch():
    """Ten steps on random gradients, wide, square and tall matrices."""
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(shape, generator=generator) for shape in ((8, 8), (8, 8), (24, 8), (8, 24))]
    ours, theirs = ([torch.nn.Parameter(t.clone()) for t in start] for _ in range(2))
    a = Muon(ours, lr=0.02, momentum=0.95, weight_decay=0.1)
    b = torch.optim.Muon(theirs, lr=0.02, momentum=0.95, weight_decay=0.1, adjust_lr_fn="original")
    for _ in range(10):
        for p, q in zip(ours, theirs, strict=True):
            p.grad = torch.randn(p.shape, generator=generator)
            q.grad = p.grad.clone()
        a.step()
        b.step()

    for p, q in zip(ours, theirs, strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=0.01)  # both iterate in bfloat16


def test_orthogonalized_matrices_have_singular_values_near_one():
    matrices = torch.randn(3, 6, 10, generator=torch.Generator().manual_seed(0))

    values = torch.linalg.svdvals(orthogonalize(matrices, dtype=torch.float32))

    assert values.min() > 0.6
    assert values.max() < 1.3


@pytest.mark.parametrize("name", ["muon", "adamw", "adam", "sgd"])
def test_every_parameter_is_optimized_once_and_vectors_never_decay(name: str):
    model = new_model()
    optimizers = make_optimizers(model, OptimizerConfig(name=name, weight_decay=0.1))
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    covered = [id(p) for group in groups for p in group["params"]]

    assert sorted(covered) == sorted(id(p) for p in model.parameters())
    assert all(group["weight_decay"] == 0 for group in groups if any(p.ndim == 1 for p in group["params"]))


def test_l1_makes_weights_small_and_l2_makes_the_norm_smaller(tiny_run):
    """The article's regularisers do what they are for."""
    optimizer = {"name": "adamw", "learning_rate": 1.0e-2}
    _, plain = tiny_run(steps=60, folder="plain", optimizer=optimizer, model=new_model())
    _, l1 = tiny_run(steps=60, folder="l1", optimizer=optimizer | {"l1": 0.03}, model=new_model())
    _, l2 = tiny_run(steps=60, folder="l2", optimizer=optimizer | {"weight_decay": 1.0}, model=new_model())
    name = "model.layers.0.mlp.gate_proj.weight"

    assert (l1[name].abs() < 0.01).float().mean() > 2 * (plain[name].abs() < 0.01).float().mean()
    assert l2[name].norm() < 0.8 * plain[name].norm()


def test_a_corrupt_checkpoint_is_named_and_the_one_before_it_used(tmp_path: Path):
    checkpoints = Checkpoints("pretrain", "abc", tmp_path)
    for step in (2, 4, 6):
        checkpoints.save(step, {"step": step, "weights": torch.ones(3) * step})
    checkpoints.wait()
    newest = checkpoints.folder / "step-000000006.pt"
    content = bytearray(newest.read_bytes())
    content[-1] ^= 1
    newest.write_bytes(content)

    state = checkpoints.load()

    assert state is not None
    assert state["step"] == 4
    assert checkpoints.warnings == [
        "checkpoint step-000000006.pt is corrupt (its checksum does not match); using the one before it."
    ]
    assert [path.name for path in checkpoints.folder.iterdir()] == ["step-000000004.pt"]
    checkpoints.remove()
    assert not checkpoints.folder.exists()


def test_a_fingerprint_changes_with_inputs_params_and_code():
    base = fingerprint({"tokens": "1"}, {"steps": 2}, ("config.py",))

    assert base == fingerprint({"tokens": "1"}, {"steps": 2}, ("config.py",))
    others = {
        fingerprint({"tokens": "2"}, {"steps": 2}, ("config.py",)),
        fingerprint({"tokens": "1"}, {"steps": 3}, ("config.py",)),
        fingerprint({"tokens": "1"}, {"steps": 2}, ("config.py", "files.py")),
    }
    assert base not in others
    assert len(others) == 3


def test_a_batch_that_is_no_multiple_of_the_context_names_the_nearest_sizes():
    with pytest.raises(
        ParamsError, match=r"batch_tokens is 5000; it must be a multiple .*\(256\). Nearest: 4864, 5120\."
    ):
        batch_rows(PretrainConfig(steps=1, batch_tokens=5000), 256)


def test_a_gpu_that_is_not_there_is_a_parameter_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ParamsError, match="compute.device is cuda but no CUDA device is visible"):
        use_device(ComputeConfig(device="cuda"))


@pytest.mark.parametrize(
    ("native", "model_dim", "precision", "bf16"),
    [
        (True, 64, "auto", False),
        (True, 128, "auto", True),
        (False, 512, "auto", False),
        (True, 512, "fp32", False),
        (False, 128, "bf16", True),
    ],
)
def test_bfloat16_on_a_cpu_is_for_wide_models_and_processors_that_have_it(
    monkeypatch: pytest.MonkeyPatch, native: bool, model_dim: int, precision: str, bf16: bool
):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native)

    assert use_device(ComputeConfig(device="cpu", precision=precision, threads=1), model_dim).bf16 == bf16
