"""Files of tensors that are written one by one, and model directories whose weights are read one by one."""

from pathlib import Path

import pytest
import safetensors.torch
import tiny
import torch
from safetensors import SafetensorError

from llmpipe.errors import CheckpointError
from llmpipe.files import read_json, write_json
from llmpipe.model.generate import generate, recomputed
from llmpipe.train import directory, foreign, parallel, tensors


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.model_directory(tmp_path_factory.mktemp("model"))


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def test_the_bytes_are_those_of_the_library(tmp_path: Path):
    """Whatever names and shapes are: the header is padded to a multiple of 8."""
    for longest in range(1, 10):
        state = {
            "b" * longest: torch.randn(3, 2),
            "a.é": torch.randn(5),
            "c": torch.zeros(0, 4),
            "d": torch.tensor(1.5),
        }
        safetensors.torch.save_file(state, tmp_path / "theirs", metadata={"format": "pt"})
        shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
        tensors.write(tmp_path / "ours", shapes, iter(sorted(state.items())))

        assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
        assert tensors.shapes(tmp_path / "ours") == shapes
    (tmp_path / "ours").write_bytes((tmp_path / "ours").read_bytes()[:-1])
    with pytest.raises(SafetensorError):
        tensors.shapes(tmp_path / "ours")


def test_weights_read_one_by_one_are_those_read_at_once(model: Path, tmp_path: Path):
    """Ours, in each format, and as one of others that has not all rows."""
    whole = directory.load(model).model.state_dict()
    found = directory.find(model)
    assert found.shapes() == {name: tuple(tensor.shape) for name, tensor in whole.items()}
    assert all(torch.equal(tensor, whole[name]) for name, tensor in found.weights())
    assert all(parameter.is_meta for parameter in found.without_weights().model.parameters())

    for form in "int8", "bf16":
        small = copied(model, tmp_path / form)
        loaded = directory.load(model)
        directory.write(small, loaded.model, loaded.tokenizer, form)
        expected = directory.load(small, plain=True).model.state_dict()
        assert directory.find(small).without_weights().model.vocab_size == loaded.model.vocab_size
        assert {name: tensor.tolist() for name, tensor in directory.find(small).weights()} == {
            name: tensor.tolist() for name, tensor in expected.items()
        }

    others = copied(model, tmp_path / "others")
    config = read_json(others / "config.json")
    del config["llmpipe"]
    write_json(others / "config.json", config | {"vocab_size": 290})
    state = whole | {"model.embed_tokens.weight": whole["model.embed_tokens.weight"][:290].contiguous()}
    state["lm_head.weight"] = torch.zeros(1)  # a copy that tied directories may hold; not read
    safetensors.torch.save_file(state, others / directory.WEIGHTS)
    once = foreign.load(others).model.state_dict()
    described = foreign.find(others)
    assert described.without_weights().model.vocab_size == len(once["model.embed_tokens.weight"]) == 300
    assert all(torch.equal(tensor, once[name]) for name, tensor in described.weights())
    assert {name for name, _ in described.weights()} == set(once)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"model.norm.weight": torch.ones(3)},
            r"do not fit its config.json: model.norm.weight is 3, and should be 32\.",
        ),
        ({"extra": torch.ones(2, 2)}, r"extra is 2 x 2, and should be not there"),
        ({"model.norm.weight": None}, r"model.norm.weight is not there, and should be 32"),
    ],
)
def test_weights_that_do_not_fit_are_named_before_training(model: Path, tmp_path: Path, change, message: str):
    folder = copied(model, tmp_path / "copy")
    state = directory.load(model).model.state_dict() | change
    state = {name: tensor for name, tensor in state.items() if tensor is not None}
    safetensors.torch.save_file(state, folder / directory.WEIGHTS)

    with pytest.raises(CheckpointError, match=message):
        directory.find(folder).without_weights()
    (folder / directory.WEIGHTS).write_bytes(b"short")
    with pytest.raises(CheckpointError, match="does not fit its config.json or is damaged"):
        directory.find(folder).without_weights()


def test_answers_computed_again_for_each_token_are_those_of_the_engine(model: Path):
    """Of prompts of several lengths, with and without a stop."""
    loaded = directory.load(model)
    prompts = [[1, 5, 9, 40], [1, 7], [1, 200, 30, 8, 100, 12]]
    free = generate(loaded.model, prompts, max_new_tokens=12, stop_ids=set())
    assert recomputed(loaded.model, prompts, max_new_tokens=12, stop_ids=set()) == free
    stop = {free[0][5]}
    expected = generate(loaded.model, prompts, max_new_tokens=12, stop_ids=stop)
    assert recomputed(loaded.model, prompts, max_new_tokens=12, stop_ids=stop) == expected
    assert len(expected[0]) <= 5


def test_a_model_that_is_whole_gives_nothing(model: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parallel, "each_whole", lambda _: pytest.fail("nothing is to be gathered"))
    parallel.give_parts(directory.load(model).model)
