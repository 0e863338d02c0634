"""Checkpoints in parts, weights in main memory, models that begin without: they train what one process trains."""

import errno
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import scale
import torch
from imports import ROOT
from test_scale import TORCHRUN, check_same, environment
from test_train import SIZES, VOCAB, equal
from torch.distributed.checkpoint.filesystem import FileSystemReader

from llmpipe.config import ModelConfig
from llmpipe.errors import DataError
from llmpipe.model.transformer import Transformer, initial_weights
from llmpipe.train import sharded
from llmpipe.train.checkpoint import Checkpoints


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one process trains."""
    return scale.train(tmp_path_factory.mktemp("alone"), "muon", optimizer="muon")


def checkpoints(folder: Path, name: str) -> Path:
    return folder / f".llmpipe/checkpoints/test-{name}"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """What two processes train; then four have gone on with one of their runs."""
    folder = tmp_path_factory.mktemp("parts")
    scale.train(folder, "from one", optimizer="muon", stop=scale.STOP, in_parts=True)
    scale.train(folder, "from whole", optimizer="muon", stop=scale.STOP)
    for processes in 2, 4:
        program = [f"--nproc-per-node={processes}", str(ROOT / "tests/parts.py"), str(folder)]
        subprocess.run([*TORCHRUN, "--standalone", *program], env=environment(), check=True, timeout=240)
    return folder, [torch.load(folder / f"rank{rank}.pt") for rank in range(2)]


# --- any number of processes ------------------------------------------------------------------------


def test_a_run_of_two_goes_on_in_four_and_then_in_one(trained, alone):
    """The last part of it is read here."""
    folder, _ = trained
    parts = sorted(path.name for path in checkpoints(folder, "chain").glob("step-000000004/*.distcp"))
    back = scale.train(folder, "chain", optimizer="muon")

    assert parts == [f"__{rank}_0.distcp" for rank in range(4)]
    check_same(back, alone)


@pytest.mark.parametrize("name", ["from one", "from whole"])
def test_a_run_of_one_goes_on_in_two_whichever_way_it_was_saved(trained, alone, name: str):
    check_same(trained[1][0][name], alone)


@pytest.mark.parametrize("name", ["plain", "ddp", "empty", "offload"])
def test_however_two_processes_hold_a_model_they_train_what_one_trains(trained, alone, name: str):
    results = trained[1]

    check_same(results[0][name], alone)
    assert results[0][name]["curve"] == results[1][name]["curve"]


@pytest.mark.parametrize("name", ["empty", "offload"])
def test_no_weights_at_the_start_and_weights_in_main_memory_change_no_byte(trained, name: str):
    first = trained[1][0]

    assert first[name]["curve"] == first["plain"]["curve"]
    assert equal(first[name]["weights"], first["plain"]["weights"])


def test_each_process_writes_its_part_and_whole_tensors_are_written_once(trained):
    """FSDP halves every matrix; of DDP's whole tensors each is in one of the two files."""
    written = {}
    for name in "empty", "ddp":
        folder = checkpoints(trained[0], name) / "step-000000006"
        index = FileSystemReader(folder).read_metadata()
        pieces: Counter[str] = Counter(piece.fqn for piece in index.storage_data)
        files = Counter(piece.relative_path for piece in index.storage_data.values())
        assert sorted(files) == ["__0_0.distcp", "__1_0.distcp"]
        assert sum(index.state_dict_metadata[name].size.numel() for name in pieces) > 3 * 4752  # with the best weights
        written[name] = pieces

    assert written["empty"]["model.model.layers.0.mlp.up_proj.weight"] == 2
    assert set(written["ddp"].values()) == {1}
    assert written["ddp"].keys() == written["empty"].keys()


# --- the first weights ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tie_embeddings": False, "short_conv": True},
        {"induction_init": True, "num_layers": 3, "head_dim": 16, "model_dim": 64},
    ],
)
def test_weights_one_by_one_are_those_of_the_whole_model_to_the_bit(changes: dict[str, Any]):
    config = ModelConfig(**(SIZES | changes))
    whole = Transformer(config, VOCAB).initialize(torch.Generator().manual_seed(5)).state_dict()
    listed = list(initial_weights(config, VOCAB, torch.Generator().manual_seed(5)))
    one_by_one = {name: weight.detach() for name, weight in listed}

    assert one_by_one.keys() == whole.keys()
    assert len(listed) == len(whole)
    assert equal(one_by_one, whole)


def test_a_model_without_weights_takes_no_memory_but_knows_its_positions():
    config = ModelConfig(**SIZES)
    empty, full = Transformer.without_weights(config, VOCAB), Transformer(config, VOCAB)

    assert {parameter.device.type for parameter in empty.parameters()} == {"meta"}
    assert empty.num_parameters() == full.num_parameters()
    assert torch.equal(empty.cos, full.cos)


# --- what goes wrong --------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> Checkpoints:
    """Steps 2, 4 and 6 of one process, of which two are kept."""
    found = Checkpoints("pretrain", "abc", tmp_path, in_parts=True)
    for step in 2, 4, 6:
        found.save(step, state(step))
    found.wait()
    return found


def state(step: int) -> dict[str, Any]:
    moments = {
        "state": {0: {"m": torch.full((3, 2), float(step))}},
        "param_groups": [{"lr": 0.1, "betas": (0.9, 0.95)}],
    }
    return {
        "step": step,
        "best": None,
        "curve": [{"loss": 0.5}],
        "model": {"a.b": torch.ones(4) * step},
        "optimizers": [moments],
    }


def test_what_is_read_is_what_was_written_and_the_last_two_are_kept(saved: Checkpoints):
    found = saved.load()

    assert sorted(path.name for path in saved.folder.iterdir()) == ["step-000000004", "step-000000006"]
    assert found is not None
    assert torch.equal(found["model"].pop("a.b"), torch.full((4,), 6.0))
    assert torch.equal(found["optimizers"][0]["state"][0].pop("m"), torch.full((3, 2), 6.0))
    assert found == {
        "step": 6, "best": None, "curve": [{"loss": 0.5}], "model": {},
        "optimizers": [{"state": {0: {}}, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.95)}]}],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["__0_0.distcp", ".metadata", "rest.pt"])
def test_a_part_with_a_wrong_byte_is_named_and_the_checkpoint_before_it_used(saved: Checkpoints, name: str):
    path = saved.folder / "step-000000006" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    found = saved.load()

    assert found is not None
    assert found["step"] == 4
    assert saved.warnings == [
        f"checkpoint step-000000006 is corrupt (the checksum of {name} does not match); using the one before it."
    ]
    assert not path.exists()


@pytest.mark.parametrize("name", ["__0_0.distcp", "digests.json"])
def test_a_checkpoint_with_a_part_missing_is_not_complete(saved: Checkpoints, name: str):
    (saved.folder / "step-000000006" / name).unlink()

    assert saved.load()["step"] == 4  # type: ignore[index]
    assert saved.warnings == ["checkpoint step-000000006 is not complete; using the one before it."]


def test_one_of_another_run_is_not_used(saved: Checkpoints, tmp_path: Path):
    other = Checkpoints("pretrain", "other", tmp_path)
    shutil.copytree(saved.folder / "step-000000006", other.folder / "step-000000006")

    assert other.load() is None
    assert other.warnings == [
        "checkpoint step-000000006 belongs to another run; there is no other, so training starts anew."
    ]


def test_what_a_kill_has_left_unfinished_is_cleared_away(saved: Checkpoints):
    unfinished = saved.folder / ".step-000000008"
    unfinished.mkdir()
    (unfinished / "__0_0.distcp").write_bytes(b"half")

    assert saved.load()["step"] == 6  # type: ignore[index]
    assert not unfinished.exists()


def test_a_full_disk_stops_training_and_keeps_what_was_there(saved: Checkpoints, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sharded.os, "replace", full)
    saved.save(8, state(8))
    with pytest.raises(DataError, match=r"step 8 cannot be written to .* \(No space left on device\); those before"):
        saved.wait()
    monkeypatch.undo()

    assert saved.load()["step"] == 6  # type: ignore[index]


def test_machines_that_do_not_share_the_folder_are_told_so(saved: Checkpoints, tmp_path: Path):
    """A part that another machine says it has written, and a checkpoint that only another machine has."""
    temporary = saved.folder / ".step-000000008"
    temporary.mkdir()
    with pytest.raises(DataError, match=r"__3_0.distcp of a checkpoint was written on another machine and is not in"):
        sharded._complete(temporary, saved.folder / "step-000000008", {}, {"__3_0.distcp": "0"})
    with pytest.raises(DataError, match="step-000000009 was written in parts and is not in .* machines must share"):
        sharded.check(saved.folder / "step-000000009", slice(None))


def test_digests_cover_every_file(saved: Checkpoints):
    folder = saved.folder / "step-000000006"

    assert set(json.loads((folder / "digests.json").read_text())) == {
        path.name for path in folder.iterdir() if path.name != "digests.json"
    }
