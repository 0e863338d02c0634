"""`llmpipe plan`: counts are those of the real model, estimates stay in bounds, limits are said in a sentence each."""

import importlib.util
import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from imports import ROOT
from torch.utils.flop_counter import FlopCounterMode

from llmpipe import cli, config
from llmpipe.commands import plan
from llmpipe.config import ComputeConfig, ModelConfig, OptimizerConfig, PretrainConfig
from llmpipe.files import write_json
from llmpipe.model.flops import training_flops_per_token
from llmpipe.model.loss import linear_cross_entropy
from llmpipe.model.masks import attention_mask
from llmpipe.model.transformer import Transformer
from llmpipe.plan import amounts, assumed, limits, memory, sizes, stages
from llmpipe.plan.words import short
from llmpipe.train.device import use_device
from llmpipe.train.optimizers import make_optimizers

CI = ROOT / "recipes/world-ci.yaml"
WORLD = ROOT / "recipes/world.yaml"
TINY = ModelConfig(
    model_dim=64, num_layers=2, num_heads=4, num_kv_heads=2, head_dim=16, hidden_dim=160, context_length=32
)


@pytest.fixture
def invoke(monkeypatch, tmp_path):
    """Run `llmpipe plan` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli.main, ["plan", *map(str, arguments)])


@pytest.fixture(scope="module")
def made():
    """The default recipe, nothing measured."""
    return plan.make(WORLD, Path("data"), (), calibrate=False)


def model(shape: ModelConfig, vocab_size: int = 400) -> Transformer:
    return Transformer(shape, vocab_size).initialize(torch.Generator().manual_seed(1))


# --- counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tie_embeddings": False},
        {"qk_norm": False},
        {"qk_norm": False, "qkv_bias": True},
        {"short_conv": True},
        {"num_kv_heads": 4, "num_layers": 3},
    ],
    ids=str,
)
def test_parameters_are_those_of_the_model(changes):
    shape = TINY.model_copy(update=changes)

    assert sizes.num_parameters(shape, 400) == model(shape).num_parameters()


def test_parameters_by_module_are_those_of_the_model():
    parts, real = sizes.parameters_by_module(TINY, 400), model(TINY)

    assert parts["embedding"] == real.model.embed_tokens.weight.numel()
    assert parts["blocks"] == sum(p.numel() for block in real.blocks for p in block.parameters())


def test_flops_are_those_that_torch_counts():
    """With plain attention, whose products torch counts in full: forward and backward of one batch."""
    real, rows = model(TINY), 4
    inputs = torch.randint(400, (rows, TINY.context_length))
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        real(inputs).sum().backward()
    expected = training_flops_per_token(TINY, 400) * inputs.numel()

    assert counter.get_total_flops() == pytest.approx(expected, rel=0.02)
    assert sizes.forward_flops_per_token(TINY, 400) * 3 == training_flops_per_token(TINY, 400)


def test_validations_are_counted_as_the_loop_does_them():
    """Every 6 of 20 steps, and at the last; every 5: the last is one of them; never before the end: once."""
    settings = {"steps": 20, "batch_tokens": 64}

    assert sizes.num_validations(PretrainConfig(**settings, validate_every=6)) == 4
    assert sizes.num_validations(PretrainConfig(**settings, validate_every=5)) == 4
    assert sizes.num_validations(PretrainConfig(**settings, validate_every=200)) == 1


# --- memory -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["muon", "adamw", "adam", "sgd"])
def test_optimizer_state_is_as_large_as_the_real_one(name):
    real, settings = model(TINY), OptimizerConfig(name=name)
    optimizers = make_optimizers(real, settings)
    real(torch.randint(400, (1, 8))).sum().backward()
    for optimizer in optimizers:
        optimizer.step()
    tensors = [
        value
        for optimizer in optimizers
        for state in optimizer.state.values()
        for value in state.values()
        if torch.is_tensor(value) and value.ndim
    ]

    assert memory.optimizer_bytes(TINY, settings, 400) == sum(t.nbytes for t in tensors)


@pytest.mark.parametrize("rows", [2, 16])
def test_activations_are_bounded_by_what_autograd_saves(rows):
    """The estimate covers what is saved, and is less than half as much above it."""
    use_device(ComputeConfig(device="cpu", precision="fp32", threads=1))
    real, saved = model(TINY), dict[int, int]()
    own = {parameter.untyped_storage().data_ptr() for parameter in real.parameters()}
    kept = []

    def save(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
        kept.append(tensor)  # memory that is freed may get another tensor of the same address
        return tensor

    inputs = torch.randint(400, (rows, TINY.context_length))
    segments = torch.zeros_like(inputs)
    with torch.autograd.graph.saved_tensors_hooks(save, lambda tensor: tensor):
        hidden = real.hidden(inputs, segments, mask=attention_mask(segments))
        linear_cross_entropy(hidden.flatten(0, 1), real.head, inputs.flatten())
    estimate = memory.activation_bytes(TINY, inputs.numel(), bf16=False, cuda=False, vocab_size=400)

    assert 1 <= estimate / sum(saved.values()) < 1.5


def test_a_smaller_micro_batch_takes_less():
    settings = PretrainConfig(steps=1, batch_tokens=4096)
    whole, part = (
        memory.training_bytes(TINY, settings.model_copy(update=changes), 400, bf16=False, cuda=False)
        for changes in ({}, {"micro_batch_tokens": 1024})
    )

    assert part["activations"] < whole["activations"] / 3
    assert part["weights"] == whole["weights"] == 4 * sizes.num_parameters(TINY, 400)


SMALL = PretrainConfig(steps=1, batch_tokens=256)


def training_parts(processes: int = 1, **compute: object) -> dict[str, int]:
    shared = ComputeConfig(**compute)
    return memory.training_bytes(TINY, SMALL, 400, bf16=False, cuda=True, compute=shared, processes=processes)


def test_fsdp_divides_what_ddp_copies_and_gathers_a_little_for_a_while():
    alone, copies, parts = (
        training_parts(count, strategy=name) for count, name in ((1, "fsdp"), (4, "ddp"), (4, "fsdp"))
    )

    assert alone == copies
    assert all(parts[name] == alone[name] // 4 for name in memory.SHARED)
    assert 0 < parts["gathered"] <= alone["weights"]
    assert (parts["activations"], parts["checkpoint"]) == (alone["activations"], alone["checkpoint"])


def test_blocks_that_compute_again_keep_their_inputs_and_one_block():
    """Deeper models gain more: of 2 layers half is kept, of 20 little."""
    kept = []
    for layers in 2, 20:
        deep = TINY.model_copy(update={"num_layers": layers})
        kinds = {"bf16": False, "cuda": True, "vocab_size": 400}
        kept.append(memory.recomputed_bytes(deep, 256, **kinds) / memory.activation_bytes(deep, 256, **kinds))

    assert 1 > kept[0] > kept[1] > 1 / 20


def test_offloaded_weights_are_counted_in_main_memory_once_for_each_process():
    parts = training_parts(4, strategy="fsdp")
    shared = sum(parts[name] for name in memory.SHARED)
    main, gpu = memory.places(parts, ComputeConfig(strategy="fsdp"), cuda=True, processes=4)
    offloaded = memory.places(parts, ComputeConfig(strategy="fsdp", cpu_offload=True), cuda=True, processes=4)

    assert offloaded == (main + 4 * shared, gpu - shared)
    assert main == parts["checkpoint"]


def test_a_plan_of_two_processes_says_what_each_of_them_holds(invoke):
    shown = invoke(
        "--params", WORLD, "--no-calibrate", "-S", "compute.processes=2", "-S", "compute.strategy=fsdp"
    ).output

    assert re.search(r"memory of pretrain, in each of 2 processes: weights 2.00 MB, .* gathered ", shown), shown
    assert "assumed: training takes the time of one process; how much 2 save is not known." in shown


# --- amounts ----------------------------------------------------------------------------------------


def test_the_world_is_weighed_without_writing_it():
    """The metrics of the committed run say what it really is."""
    real = json.loads((ROOT / "data/metrics/ingest.json").read_text())
    found = amounts.look(config.load(WORLD, ["ingest"]).ingest)

    assert found.num_bytes == pytest.approx(real["bytes"], rel=0.1)
    assert sum(d.train for d in found.datasets) == sum(counts["train"] for counts in real["examples"].values())
    assert sum(sum(d.tests) for d in found.datasets) == 3 * 200 * len(real["examples"])


def test_files_are_weighed_and_lines_counted(tmp_path):
    (tmp_path / "a.txt").write_text("one line\n" * 500)
    (tmp_path / "b.jsonl").write_text('{"source": "a", "target": "b"}\n' * 50)
    files = {"paths": [str(tmp_path / "b.jsonl")]}
    documents = {"kind": "documents", "name": "a", "paths": [str(tmp_path / "*.txt")], "split": "line"}
    examples = {"kind": "examples", "name": "b", "task": "translation", "language": "en-zh"}
    examples |= {"train": files, "test": {"t": files | {"limit": 20}}, "valid_ratio": 0.1}
    hub = {"kind": "documents", "name": "far", "limit": 2, "hub": {"repository": "some/where", "revision": "0" * 40}}
    sources = [documents, {**documents, "name": "few", "limit": 100}, examples, hub]
    found = amounts.look(config.validate({"ingest": {"sources": sources}}, ["ingest"]).ingest)

    assert (
        found.num_bytes == 500 * 9 + 100 * 8 + 2 * amounts.HUB_DOCUMENT_BYTES
    )  # a document of the second has no line end
    assert found.datasets == (amounts.Dataset("translation", 50, 5, (20,)),)
    assert found.unknown == ("far",)


# --- the plan ---------------------------------------------------------------------------------------


def test_there_is_a_row_for_each_stage(made):
    assert list(made.rows) == list(cli.STAGES) == list(stages.STAGES) == list(limits.SHORTER)
    assert [name for name, row in made.rows.items() if row.flops] == ["pretrain", "finetune", "evaluate"]


def test_each_classic_model_costs_something_until_it_is_switched_off():
    off = ["baselines.ngram.order=0", "baselines.lstm.steps=0", "baselines.vectors.kinds=[]"]
    seconds = [
        plan.make(WORLD, Path("data"), tuple(off[:k]), calibrate=False).rows["baselines"].seconds for k in range(4)
    ]

    assert seconds == sorted(seconds, reverse=True)
    assert len(set(seconds)) == 4


def test_retrieval_and_label_scores_of_evaluate_are_counted(made):
    """Questions of valid and of three test sets of 200, as many answers as `evaluation/retrieval.py` asks for."""
    asked, valid = stages._asked(made.known), made.known.amounts.datasets[0].valid
    assert asked.count == 2 * 2 * (600 + valid) + 600
    assert stages._labelled(made.known) == 2 * (600 + valid)
    off = ["evaluate.retrieval.enabled=false", "evaluate.abstention.target_accuracy=null", "evaluate.max_per_set=50"]
    rows = [plan.make(WORLD, Path("data"), tuple(off[:k]), calibrate=False).rows["evaluate"] for k in range(4)]
    for before, after in itertools.pairwise(rows):
        assert after.seconds < before.seconds
        assert after.flops < before.flops


def test_answers_to_valid_examples_are_counted_where_finetune_asks_for_them(made):
    """60 valid examples of 8 data sets, at each of the validations; `exact_match` and `loss` need no answer."""

    def row(best_by: str):
        return plan.make(WORLD, Path("data"), (f"finetune.best_by={best_by}",), calibrate=False).rows["finetune"]

    free, known = row("loss"), made.known
    by_metric, by_bleu = row("metric"), row("bleu")
    times = sizes.num_validations(known.params.finetune)
    batch = (1 + 60 / 64) / 2 * known.speed.answers_s

    assert made.rows["finetune"] == free
    assert by_metric.seconds - free.seconds == pytest.approx(times * 8 * batch)
    assert by_bleu.seconds - free.seconds == pytest.approx(times * batch)  # translation alone has it
    assert (by_metric.flops - free.flops) / (by_bleu.flops - free.flops) == pytest.approx(8)


def test_the_longest_stage_is_named_with_its_parameter_inside_a_section():
    overrides = ("baselines.lstm.steps=100000", "pretrain.steps=10")
    made = plan.make(WORLD, Path("data"), overrides, calibrate=False, limit_s=60)

    assert any("lower baselines.lstm.steps (now 100000)" in warning for warning in made.warnings)


def test_transfer_costs_something_when_it_has_labels():
    rows = plan.make(WORLD, Path("data"), ("transfer.labels=[100, 300]",), calibrate=False).rows

    assert rows["transfer"].seconds > 2 * rows["pretrain"].seconds


def test_what_fits_has_no_warning(made):
    assert limits.warnings(roomy(made.known), made.rows, limit_s=10**9) == []


def roomy(known: stages.Known, **changes: float) -> stages.Known:
    """The same on a machine with other sizes."""
    room = {"memory_bytes": 10**13, "disk_bytes": 10**13} | changes
    return replace(known, machine=replace(known.machine, **room))


@pytest.mark.parametrize(
    ("changes", "limit_s", "said"),
    [
        ({}, 60, r"the run takes about .*, more than .* of 1 min 00 s; pretrain .*lower pretrain.steps \(now 6100\)"),
        ({"disk_bytes": 10**6}, None, r"the run needs about .* on disk, but 1.00 MB are free; .*lower ingest.sources"),
        ({"memory_bytes": 10**6}, None, r"evaluate needs about .* of main memory, .*evaluate.batch_size \(now 64\)"),
        ({"memory_bytes": 10**6}, None, r"pretrain needs about .*: lower pretrain.micro_batch_tokens \(now 512\)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_the_parameter_to_lower(made, changes, limit_s, said):
    found = limits.warnings(roomy(made.known, **changes), made.rows, limit_s)

    assert any(re.search(said, warning) for warning in found), found


def test_a_gpu_that_is_too_small_is_said(made):
    rows = {"pretrain": replace(made.rows["pretrain"], gpu_bytes=10**10)}
    found = limits.warnings(roomy(made.known, gpu_bytes=10**9), made.rows | rows, None)

    assert found[0].startswith("pretrain needs about 10.0 GB of memory of the GPU, but 1.00 GB are free: lower ")


def test_twice_the_steps_take_twice_as_long():
    one, two = (plan.make(WORLD, Path("data"), (f"pretrain.steps={n}",), calibrate=False).rows for n in (3000, 6000))
    seconds = [row["pretrain"].seconds - stages.START_S["pretrain"] for row in (one, two)]

    assert seconds[1] / seconds[0] == pytest.approx(2, rel=0.05)


def test_assumed_speed_follows_the_arithmetic(made):
    facts = plan.training_facts(made.known)

    assert facts["peak_ratio"] == pytest.approx(assumed.CORE_RATIO, rel=0.3)


# --- the command ------------------------------------------------------------------------------------


def test_the_calibrated_plan_measures_and_leaves_nothing_behind(invoke, tmp_path):
    result = invoke("--params", CI, "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 0, result.output
    assert found["pretrain"]["tokens_per_s"] > 0
    assert found["pretrain"]["measured_bytes"] >= 0
    assert found["total"]["seconds"] == pytest.approx(sum(row["seconds"] for row in found["stages"].values()))
    assert not any("nothing was measured" in line for line in found["assumptions"])
    assert list(tmp_path.iterdir()) == []


def test_json_says_what_the_text_says(invoke):
    text, found = (invoke("--params", WORLD, "--no-calibrate", *more) for more in ((), ("--json",)))
    found = json.loads(found.stdout)

    assert f"{found['parameters']['total']:,} parameters" in text.output
    assert all(f"assumed: {line}." in text.output for line in found["assumptions"] if not line.startswith("this mach"))
    assert "nothing was measured" in text.output
    assert f"compile   pretrain no: {found['compile']['pretrain']['why']}; finetune no: " in text.output
    assert [each["compile"] for each in found["compile"].values()] == [False, False]
    assert [line.split()[0] for line in text.output.splitlines()[7 : 7 + len(cli.STAGES)]] == list(cli.STAGES)


def test_what_follows_from_depth_is_shown(invoke):
    shown = invoke("--params", ROOT / "recipes/depth.yaml", "--no-calibrate", "-S", "model.depth=3").output

    assert "depth 3   model_dim 192, num_layers 3, num_heads 3, num_kv_heads 3, head_dim 64, hidden_dim 512\n" in shown
    assert re.search(r"\n {10}steps [\d,]+, batch_tokens 8,192, learning_rate 0.006, matrix_learning_rate 0.02", shown)
    assert "\ndepth" not in invoke("--params", CI, "--no-calibrate").output


def test_help_imports_nothing_heavy():
    code = "import sys; from llmpipe.cli import main; main(['plan', '-h'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(loaded.split()) & {"torch", "mlflow", "sentencepiece", "numpy", "pydantic"} == set()


def test_only_strict_makes_a_warning_a_failure(invoke):
    options = ["--params", CI, "--no-calibrate", "--limit", "1s"]

    assert invoke(*options).exit_code == 0
    assert invoke(*options, "--strict").exit_code == 1
    assert "warning: the run takes about" in invoke(*options, "--strict").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--params", "none.yaml"], r"Error: none.yaml is missing; run in the project's folder, or .*\.\n"),
        (["--params", WORLD, "-S", "pretrain.batch_tokens=500"], r"Error: batch_tokens is 500; it must be .*\.\n"),
        (["--params", WORLD, "-S", "pretrain.stepz=5"], r"Error: .*unknown key 'stepz' \(did you mean 'steps'\?\)\n"),
        (["--params", WORLD, "--limit", "soon"], r"(.*\n)*Error: .*'soon' is no time; write 90s, 15m or 2h\.\n"),
    ],
)
def test_a_mistake_is_one_sentence(invoke, arguments, said):
    result = invoke(*arguments, "--no-calibrate")

    assert result.exit_code == 2
    assert re.fullmatch(said, result.stderr), result.stderr


# --- the bench --------------------------------------------------------------------------------------


@pytest.fixture
def bench(monkeypatch):
    """bench/plan.py, which has the name of a module of ours."""
    spec = importlib.util.spec_from_file_location("bench_plan", ROOT / "bench/plan.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_recorded_stage_lasts_until_the_next_one_starts(bench, tmp_path):
    """Each runs for 3 s, 2 s after the one before; an older run, and a stage that ran alone later, do not count."""
    count = len(cli.STAGES)
    started = [*range(-100, -100 + count), *(5 * number for number in range(count)), 90]
    for number, (start, stage) in enumerate(zip(started, [*cli.STAGES, *cli.STAGES, "report"], strict=True)):
        folder = tmp_path / ".llmpipe/runs" / str(number)
        write_json(folder / "run.json", {"start_ms": 1000 * start, "stage": stage})
        write_json(folder / "end.json", {"end_ms": 1000 * (start + 3), "status": "FINISHED"})

    assert bench.recorded(tmp_path) == dict.fromkeys(cli.STAGES, 5.0)


def test_the_worst_ratio_is_that_of_a_stage_that_is_long_enough(bench):
    result = bench.compare({"a": 30.0, "b": 5.0, "c": 9.0}, {"a": 20.0, "b": 20.0, "c": 1.0})

    assert result["worst_ratio"] == 0.25
    assert result["total"]["ratio"] == 44 / 41


# --- words ------------------------------------------------------------------------------------------


def test_numbers_have_three_digits():
    assert [short(value, "B") for value in (5, 999.6, 1_234_567, 45.6e9)] == ["5 B", "1.00 kB", "1.23 MB", "45.6 GB"]


# --- models of others, preference pairs --------------------------------------------------------------


LLAMA = {
    "model_type": "llama", "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512, "vocab_size": 5000,
    "tie_word_embeddings": True,
}  # fmt: skip


@pytest.fixture
def foreign_folder(tmp_path, monkeypatch):
    """A folder with the config.json of a Llama model, in a project of its own."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    write_json(tmp_path / "llama" / "config.json", LLAMA)
    return "llama"


def rows_of(*overrides):
    found = plan.make(WORLD, Path("data"), overrides, calibrate=False)
    return found, plan.as_json(found)


def test_a_model_of_others_is_planned_with_its_own_sizes(foreign_folder):
    overrides = ("finetune.base=path", f"finetune.path={foreign_folder}", "finetune.batch_tokens=1024")
    (ours, ours_json), (theirs, theirs_json) = rows_of("finetune.batch_tokens=1024"), rows_of(*overrides)
    shape = theirs.known.tuned.model

    assert theirs_json["finetune"]["parameters"] == model(shape, 5000).num_parameters()
    assert theirs_json["finetune"]["context_length"] == 512
    ratio = training_flops_per_token(shape, 5000) / training_flops_per_token(ours.known.params.model, 1536)
    trained = 1000 * ours.known.speed.step_s["finetune"]
    assert theirs.rows["finetune"].seconds - ours.rows["finetune"].seconds > 0.9 * (ratio - 1) * trained
    assert theirs.rows["finetune"].flops > 0.9 * ratio * ours.rows["finetune"].flops
    weights = 4 * model(shape, 5000).num_parameters()
    assert theirs.rows["finetune"].disk_bytes == pytest.approx(weights + stages.MODEL_EXTRA_BYTES)
    assert theirs.rows["evaluate"].flops > ours.rows["evaluate"].flops
    for stage in ("pretrain", "transfer", "clean"):
        assert theirs.rows[stage] == ours.rows[stage]
    assert "parameters of llama, context 512" in plan.text(theirs)
    assert any("finetune.digest was not looked at" in line for line in theirs_json["assumptions"])
    assert ours_json["finetune"] == {
        "parameters": 1000832, "context_length": 128, "tokens_per_step": 1024, "pairs": 0
    }  # fmt: skip


def test_a_shorter_context_of_a_model_of_others_counts(foreign_folder):
    overrides = ("finetune.base=path", f"finetune.path={foreign_folder}", "finetune.context_length=64")
    short_one, _ = rows_of(*overrides)

    assert short_one.known.tuned.model.context_length == 64
    assert short_one.known.tuned.trial.batch_tokens == 1024  # whole rows of our own context


def write_pairs(folder, count, words):
    lines = [
        json.dumps({"prompt": f"Question {i}?", "chosen": "yes " * words, "rejected": "no " * words})
        for i in range(count)
    ]
    (folder / "pairs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_preference_pairs_are_counted_and_their_rows_are_as_long_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    write_pairs(tmp_path, 50, 10)
    overrides = ("finetune.mode=preference", "finetune.preference.pairs=pairs.jsonl", "finetune.early_stopping=false")
    (plain, _), (found, as_json) = rows_of(), rows_of(*overrides)
    tokens = round((11.5 + 40) * assumed.SAMPLE.tokens_per_byte) + 6  # a row: prompt, the longer answer, roles

    assert as_json["finetune"]["pairs"] == 50
    assert as_json["finetune"]["tokens_per_step"] == pytest.approx(8 * tokens, rel=0.05)  # 1024 / 128 rows, 4 pairs
    in_step = as_json["finetune"]["tokens_per_step"]
    assert found.rows["finetune"].seconds < plain.rows["finetune"].seconds * (in_step / 1024 + 0.1)
    read_once = 2 * 50 * tokens * sizes.forward_flops_per_token(found.known.params.model, 1536)
    steps = 1000 * in_step * training_flops_per_token(found.known.params.model, 1536)
    assert found.rows["finetune"].flops == pytest.approx(steps + read_once * (1 + 4 * 0.1), rel=0.02)
    assert "50 preference pairs" in plan.text(found)

    write_pairs(tmp_path, 50, 200)
    longer, _ = rows_of(*overrides)
    assert longer.known.tuned.step_tokens(longer.known.params.finetune) == 1024  # no row is longer than the context


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("base=path path=nowhere", "finetune.path is 'nowhere', where nothing is"),
        ("base=path path=llama batch_tokens=768", "must be a multiple of model.context_length (512)"),
        ("mode=preference preference.pairs=none.jsonl", "finetune.preference.pairs is 'none.jsonl'"),
        ("mode=preference batch_tokens=1152", "a pair takes two rows, so it must be a multiple of 256"),
    ],
    ids=["path", "batch", "pairs", "half a pair"],
)  # fmt: skip
def test_what_finetune_would_refuse_is_refused_before_anything_is_measured(foreign_folder, invoke, overrides, message):
    result = invoke("--params", WORLD, *(f"-Sfinetune.{item}" for item in overrides.split()))

    assert result.exit_code == 2, result.output
    assert message in result.output
