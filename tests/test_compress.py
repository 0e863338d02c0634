"""The tuned model made smaller: formats with an exact meaning, cuts that lose nothing where nothing was, a student."""

import math
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import tiny
import torch
from click.testing import CliRunner

from llmpipe import cli
from llmpipe.commands.compress import run
from llmpipe.compress import distill, page, prune, training
from llmpipe.compress.sizes import smaller
from llmpipe.config import DistillConfig, ModelConfig, Params, PruneConfig, validate
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.export import hf
from llmpipe.files import Layout, digest, read_json, write_json, write_jsonl
from llmpipe.model import compact
from llmpipe.model.decode import Rows
from llmpipe.model.generate import generate
from llmpipe.model.masks import attention_mask
from llmpipe.model.transformer import Transformer
from llmpipe.progress import Reporter
from llmpipe.stages import finetune, pretrain
from llmpipe.tracking.lineage import stage_outputs
from llmpipe.train import directory
from llmpipe.train.batches import IGNORE, Batch
from llmpipe.tuning import bases

TRAINING = {"steps": 4, "documents_ratio": 0.3}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("LLMPIPE_TRACKING", "off")
    monkeypatch.setattr("llmpipe.compress.speed.ROUNDS", 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(folder))
        layout = tiny.write_data(folder)
        write_jsonl(layout.clean / "examples" / "test" / "places.jsonl", tiny.examples("T1", 6))
        pretrain.run(tiny.params(), layout, layout, Reporter())
        finetune.run(tiny.params(), layout, layout, Reporter())
    return layout


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory whose every weight matters."""
    return tiny.model_directory(tmp_path_factory.mktemp("random"))


def params(prune: dict[str, Any] | None = None, distill: dict[str, Any] | None = None, **changes: Any) -> Params:
    evaluation = {"max_new_tokens": 8, "resamples": 50, "randomisations": 100}
    section = {"prune": TRAINING | (prune or {}), "distill": TRAINING | (distill or {})}
    values = tiny.PARAMS | {"evaluate": evaluation, "compress": section | changes}
    return validate(values, list(values))


def compact_directory(model: Path, to: Path, form: str) -> Path:
    loaded = directory.load(model)
    to.mkdir()
    loaded.tokenizer.save(to)
    directory.write(to, loaded.model, loaded.tokenizer, form)
    return to


def logits(model: Transformer) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.arange(40)[None] % model.vocab_size)


# --- formats ----------------------------------------------------------------------------------------


def test_int8_takes_the_largest_weight_of_a_row_as_127():
    weight = torch.tensor([[2.54, -1.27, 0.0], [0.0, 0.0, 0.0], [-127.0, 64.4, 0.6]])
    values, scale = compact.quantize(weight)

    assert values.tolist() == [[127, -64, 0], [0, 0, 0], [-127, 64, 1]]  # halves to even, as torch rounds
    assert scale.tolist() == pytest.approx([0.02, 1.0, 1.0])
    assert (compact.expand(values, scale) - weight).abs().max() <= scale.max() / 2


@pytest.mark.parametrize(("form", "ratio"), [("int8", 0.35), ("bf16", 0.55)])
def test_a_compact_directory_is_small_on_disk_and_in_memory_and_computes_with_the_weights_it_documents(
    model: Path, tmp_path: Path, form: str, ratio: float
):
    folder = compact_directory(model, tmp_path / form, form)
    small, plain, given = directory.load(folder), directory.load(folder, plain=True), directory.load(model)
    stored = safetensors.torch.load_file(folder / directory.WEIGHTS)
    name = "model.layers.1.mlp.down_proj.weight"
    meant = stored[name].float() * (stored[f"{name}_scale"][:, None] if form == "int8" else 1)

    assert (folder / directory.WEIGHTS).stat().st_size < ratio * (model / directory.WEIGHTS).stat().st_size
    assert compact.weight_bytes(small.model) < ratio * compact.weight_bytes(given.model)
    assert torch.equal(plain.model.state_dict()[name], meant)
    assert torch.equal(logits(small.model), logits(plain.model))
    assert set(plain.model.state_dict()) == set(given.model.state_dict())
    assert not torch.equal(plain.model.state_dict()[name], given.model.state_dict()[name])
    assert (logits(plain.model) - logits(given.model)).std() < 0.1 * logits(given.model).std()


@pytest.mark.parametrize("form", compact.FORMATS)
def test_a_compact_model_with_biases_computes_with_them(form: str):
    sizes = {"model_dim": 32, "num_layers": 2, "num_heads": 2, "num_kv_heads": 1, "head_dim": 16, "hidden_dim": 32}
    config = ModelConfig(**sizes, qk_norm=False, qkv_bias=True)
    plain, small = Transformer(config, 50), Transformer(config, 50)
    plain.initialize(torch.Generator().manual_seed(1))
    with torch.no_grad():
        for block in plain.blocks:
            block.self_attn.v_proj.bias.normal_(generator=torch.Generator().manual_seed(2))
    state = compact.stored(plain.state_dict(), form)
    for model in plain, small:
        model.load_state_dict(compact.expanded(state))
        model.eval()
    compact.install(small, state)

    assert torch.equal(logits(small), logits(plain))
    answers = [generate(model, [[1, 20, 30], [1, 4]], max_new_tokens=8, stop_ids=set()) for model in (plain, small)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("form", compact.FORMATS)
def test_a_compact_model_generates_what_its_plain_weights_generate(model: Path, tmp_path: Path, form: str):
    folder = compact_directory(model, tmp_path / form, form)
    prompts = [[1, 20, 30], [1, 50], [1, 60, 61, 62, 63]]
    answers = [
        generate(directory.load(folder, plain=plain).model, prompts, max_new_tokens=12, stop_ids=set())
        for plain in (False, True)
    ]

    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("width", "fast", "dtype"), [(192, True, "bfloat16"), (192, False, "float32"), (64, True, "float32")]
)
def test_bf16_weights_are_multiplied_as_bf16_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch, width: int, fast: bool, dtype: str
):
    monkeypatch.setattr("llmpipe.model.compact.fast_bfloat16", lambda: fast)
    model = Transformer(ModelConfig(model_dim=width, num_layers=1, context_length=16), 50).initialize(torch.Generator())
    assert Rows(model, 1).embedding.dtype == torch.float32
    compact.install(model, compact.stored(model.state_dict(), "bf16"))

    assert str(Rows(model, 1).embedding.dtype) == f"torch.{dtype}"


def test_weights_in_a_format_that_is_not_known_or_without_scales_are_refused(model: Path, tmp_path: Path):
    folder = compact_directory(model, tmp_path / "int8", "int8")
    stored = safetensors.torch.load_file(folder / directory.WEIGHTS)
    stored.pop("model.embed_tokens.weight_scale")
    safetensors.torch.save_file(stored, folder / directory.WEIGHTS)
    with pytest.raises(CheckpointError, match="embed_tokens.weight_scale"):
        directory.load(folder)

    config = read_json(folder / "config.json")
    config["llmpipe"]["weights"] = "int3"
    write_json(folder / "config.json", config)
    with pytest.raises(CheckpointError, match="'int3'; this version knows float32, bf16, int8"):
        directory.load(folder)


@pytest.mark.parametrize("form", compact.FORMATS)
def test_a_compact_directory_can_be_exported_and_transformers_refuses_what_it_would_misread(
    model: Path, tmp_path: Path, form: str
):
    transformers = pytest.importorskip("transformers")
    folder = compact_directory(model, tmp_path / form, form)

    assert hf.export(folder, tmp_path / "hf")["max_logit_difference"] <= hf.MAX_LOGIT_DIFFERENCE
    exported = directory.load(tmp_path / "hf").model
    assert torch.equal(logits(exported), logits(directory.load(folder).model))
    if form == "int8":
        with pytest.raises(ValueError, match="llmpipe-int8"):
            transformers.AutoModelForCausalLM.from_pretrained(folder)


def test_a_compact_model_can_be_tuned_again(model: Path, tmp_path: Path):
    folder = compact_directory(model, tmp_path / "int8", "int8")
    config = params().finetune.model_copy(update={"base": "path", "path": str(folder), "digest": digest(folder)})
    loaded = bases.load_base(config, Layout(tmp_path))

    assert loaded.model.num_parameters() == directory.load(model).model.num_parameters()


# --- cutting ----------------------------------------------------------------------------------------


def test_sizes_are_whole_heads_and_layers_and_widths_of_16():
    config = ModelConfig(model_dim=128, num_layers=5, num_heads=8, num_kv_heads=4, head_dim=16, hidden_dim=352)
    ratios = {"layers_ratio": 0.5, "heads_ratio": 0.5, "hidden_ratio": 0.5}
    small = smaller(config, DistillConfig(**ratios, width_ratio=0.7))

    sizes = small.num_layers, small.num_heads, small.num_kv_heads, small.hidden_dim, small.model_dim, small.head_dim
    assert sizes == (2, 4, 2, 176, 96, 16)
    whole = smaller(config, PruneConfig(hidden_ratio=1.0))
    assert whole == config
    least = smaller(config, PruneConfig(layers_ratio=0.01, heads_ratio=0.01, hidden_ratio=0.01))
    assert (least.num_layers, least.num_kv_heads, least.hidden_dim) == (1, 1, 16)


@pytest.mark.parametrize("more", [{}, {"qk_norm": False, "qkv_bias": True}])
def test_pruning_cuts_what_adds_nothing_so_that_nothing_changes(more: dict[str, bool]):
    """A layer that is the identity, a head and columns without way out: without them the model is the same function."""
    sizes = {"model_dim": 32, "num_layers": 3, "num_heads": 4, "num_kv_heads": 2, "head_dim": 16, "hidden_dim": 64}
    config = ModelConfig(**sizes, context_length=32, **more)
    whole = Transformer(config, 60)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for _, parameter in sorted(whole.named_parameters()):
            parameter.normal_(1.0 if parameter.ndim == 1 else 0.0, 0.3, generator=generator)
        whole.blocks[1].self_attn.o_proj.weight.zero_()
        whole.blocks[1].mlp.down_proj.weight.zero_()
        for number, (head, first) in {0: (0, 1), 2: (1, 0)}.items():
            whole.blocks[number].self_attn.o_proj.weight[:, head * 32 : head * 32 + 32] = 0
            whole.blocks[number].mlp.down_proj.weight[:, first::2] = 0
    wanted = PruneConfig(layers_ratio=0.67, heads_ratio=0.5, hidden_ratio=0.5)
    inputs = torch.randint(60, (4, 32), generator=generator)
    batch = Batch(inputs, inputs, torch.zeros_like(inputs), inputs.numel())
    small = prune.prune(whole, smaller(config, wanted), [batch])

    assert small.num_parameters() < 0.5 * whole.num_parameters() + 60 * 32
    assert (small.config.num_layers, small.config.num_heads, small.config.hidden_dim) == (2, 2, 32)
    with torch.no_grad():
        assert torch.allclose(small(inputs), whole(inputs), atol=1e-5)


def test_importance_looks_only_where_there_is_a_target():
    config = ModelConfig(model_dim=32, num_layers=1, num_heads=2, num_kv_heads=2, head_dim=16, hidden_dim=32)
    model = Transformer(config, 20).initialize(torch.Generator().manual_seed(1))
    with torch.no_grad():
        model.blocks[0].mlp.down_proj.weight.fill_(1.0)
    inputs = torch.arange(8)[None]
    targets = torch.full_like(inputs, IGNORE)
    targets[0, :3] = 1
    first = Batch(inputs, targets, torch.zeros_like(inputs), 3)
    alone = Batch(inputs[:, :3], targets[:, :3], torch.zeros(1, 3, dtype=torch.int64), 3)
    found, expected = (prune.importance(model, [batch]) for batch in (first, alone))

    assert found.positions == 3
    assert torch.allclose(found.hidden, expected.hidden)
    assert found.hidden.max() > found.hidden.min() > 0


# --- a student --------------------------------------------------------------------------------------


def test_the_divergence_is_that_of_the_two_distributions():
    """Teacher 1/2, 1/2; student 1/4, 3/4: KL = 1/2 ln 2 + 1/2 ln 2/3 at temperature 1."""
    ours, theirs = torch.tensor([[0.0, math.log(3)]]), torch.zeros(1, 2)

    expected = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    assert float(distill.divergence(ours, theirs, 1.0)) == pytest.approx(expected)
    assert float(distill.divergence(2 * ours, theirs, 2.0)) == pytest.approx(expected)
    assert float(distill.divergence(ours, ours, 2.0)) == pytest.approx(0.0, abs=1e-7)


def test_the_loss_of_a_student_mixes_right_token_and_teacher(model: Path):
    teacher = directory.load(model).model
    student = Transformer(teacher.config, teacher.vocab_size).initialize(torch.Generator().manual_seed(5))
    inputs = torch.randint(teacher.vocab_size, (2, 16), generator=torch.Generator().manual_seed(6))
    targets = inputs.clone()
    targets[:, :5] = IGNORE
    batch = Batch(inputs, targets, torch.zeros_like(inputs), 22)
    mask = attention_mask(batch.segments)

    def loss(ours: Transformer, alpha: float) -> float:
        with torch.no_grad():
            return float(distill.loss(ours, batch, mask, teacher=teacher, alpha=alpha, temperature=2.0))

    right = torch.nn.functional.cross_entropy(student(inputs)[:, 5:].flatten(0, 1), targets[:, 5:].flatten())
    assert loss(student, 1.0) == pytest.approx(22 * float(right.detach()), rel=1e-5)
    assert loss(student, 0.3) == pytest.approx(0.3 * loss(student, 1.0) + 0.7 * loss(student, 0.0), rel=1e-5)
    assert loss(teacher, 0.0) == pytest.approx(0.0, abs=1e-3) != pytest.approx(loss(student, 0.0))


@pytest.mark.parametrize("start", ["random", "pruned"])
def test_a_student_is_trained_by_the_loop_and_comes_out_the_same_again(data: Layout, tmp_path: Path, start: str):
    wanted = params(distill={"start": start, "layers_ratio": 0.5, "hidden_ratio": 1.0, "alpha": 0.2})
    digests, made = [], None
    for _ in range(2):
        made = training.distilled(directory.load(data.finetuned, plain=True), "", wanted, data, Reporter())
        digests.append([tensor.sum().item() for tensor in made.model.state_dict().values()])

    assert digests[0] == digests[1]
    assert made is not None
    assert made.model.config.num_layers == 1
    assert made.curve[-1]["step"] == 4
    rates = wanted.pretrain if start == "random" else wanted.finetune
    assert training.settings(wanted, wanted.compress.distill).optimizer == rates.optimizer


def test_without_a_teacher_the_control_learns_from_the_right_tokens_alone(data: Layout):
    """Alpha 1 is plain training of the same student: other weights than with a teacher."""
    found = [
        training.distilled(
            directory.load(data.finetuned, plain=True), "", params(distill={"alpha": alpha}), data, Reporter()
        ).model.head.sum()
        for alpha in (1.0, 0.5)
    ]

    assert found[0] != found[1]


def test_a_student_that_starts_pruned_keeps_the_width():
    with pytest.raises(ParamsError, match=r"width_ratio is 0.5; a student that starts pruned keeps the width"):
        params(distill={"start": "pruned", "width_ratio": 0.5})


# --- the command ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["int8", "bf16", "prune", "distill"])
def test_the_command_writes_a_model_directory_and_a_table_beside_it(data: Layout, tmp_path: Path, kind: str):
    to = tmp_path / "small" / kind
    table = run(kind, data.finetuned, to, params(), data, Reporter())
    found = read_json(to.with_name(f"{kind}.json"))
    before, after = found["size"]["before"], found["size"]["after"]

    assert to.with_name(f"{kind}.md").read_text(encoding="utf-8") == table == page.markdown(found)
    assert after["disk_bytes"] < before["disk_bytes"]
    assert after["memory_bytes"] < before["memory_bytes"]
    assert (after["parameters"] < before["parameters"]) == (kind in ("prune", "distill"))
    assert {row["test_set"] for row in found["bits_per_byte"]} == {"all", "en", "zh"}
    first = found["bits_per_byte"][0]
    assert first["difference"]["value"] == pytest.approx(first["after"]["value"] - first["before"]["value"])
    assert [row["dataset"] for row in found["scores"]] == ["places"]
    assert found["num_examples"] == 6
    assert min(speed["tokens_per_s"] for both in found["speed"].values() for speed in both.values()) > 0
    loaded = directory.load(to)
    assert generate(loaded.model, [[1, 5, 6]], max_new_tokens=3, stop_ids=set())
    assert (to / "curve.csv").exists() == (kind in ("prune", "distill"))
    assert not list((tmp_path / ".llmpipe").glob("checkpoints/*"))


def test_a_model_that_is_its_own_copy_has_no_differences(data: Layout, tmp_path: Path):
    """Nothing is pruned and nothing trained: every pair is a tie."""
    to = tmp_path / "same"
    run("prune", data.finetuned, to, params(prune={"hidden_ratio": 1.0, "steps": 0}), data, Reporter())
    found = read_json(tmp_path / "same.json")

    assert found["same_answers"] == 1.0
    assert [row["difference"] for row in (*found["scores"], *found["means"])] == [0.0, 0.0]
    assert {row["difference"]["value"] for row in found["bits_per_byte"]} == {0.0}
    assert [row["p_holm"] for row in found["scores"]] == [1.0]


def test_a_folder_that_holds_files_is_left_alone(data: Layout, tmp_path: Path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"taken', which exists already; name a new folder"):
        run("int8", data.finetuned, tmp_path / "taken", params(), data, Reporter())

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_command_line_prints_the_table_and_says_what_is_missing(
    data: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    write_json(tmp_path / "params.yaml", params().values())
    arguments = ["compress", "int8", "--data", str(data.root), "--model", str(data.finetuned), "--to", "small"]
    done = CliRunner().invoke(cli.main, arguments)

    assert done.exit_code == 0, done.output
    assert "| weights on disk, bytes |" in done.output
    again = CliRunner().invoke(cli.main, arguments)
    assert (again.exit_code, "exists already" in again.output) == (2, True)
    missing = CliRunner().invoke(cli.main, [*arguments[:-3], "nowhere", "--to", "other"])
    assert (missing.exit_code, "holds no model" in missing.output) == (1, True)


def test_the_tracker_takes_a_run_that_is_no_stage(tmp_path: Path):
    assert stage_outputs("compress", Layout(tmp_path)) == {}
