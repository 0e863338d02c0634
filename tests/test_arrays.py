"""Named arrays in a file come back as they were, whole or in parts."""

import numpy as np
import pytest

from llmpipe.corpus import arrays

STORED = {
    "signatures": np.arange(12, dtype=np.uint32).reshape(3, 4).T,  # not in the order of its rows
    "kept": np.array([True, False, True]),
    "none": np.empty((0, 2), dtype=np.int64),
    "一 site": np.array([2**64 - 1], dtype=np.uint64),
    "number": np.array(0.5),
}


@pytest.fixture
def path(tmp_path):
    with (tmp_path / "file").open("wb") as stream:
        arrays.save(stream, STORED)
    return tmp_path / "file"


def test_arrays_come_back_as_they_were(path):
    found = arrays.load(path)

    assert list(found) == list(STORED)
    for name, array in STORED.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(found[name], array)


def test_single_ones_can_be_read_and_changed(path):
    found = arrays.load(path, "kept", "none")
    found["kept"][:] = False

    assert list(found) == ["kept", "none"]
    assert arrays.load(path, "kept")["kept"].tolist() == [True, False, True]
    with pytest.raises(KeyError):
        arrays.load(path, "other")


def test_rows_and_maps_are_parts_of_the_array(path):
    assert np.array_equal(arrays.load_rows(path, "signatures", 1, 3), STORED["signatures"][1:3])
    assert arrays.load_rows(path, "signatures", 2, 2).shape == (0, 3)
    assert np.array_equal(arrays.mapped(path, "signatures")[:, [2, 0]], STORED["signatures"][:, [2, 0]])
    assert arrays.mapped(path, "none").shape == (0, 2)


def test_the_same_arrays_are_the_same_bytes(path, tmp_path):
    with (tmp_path / "again").open("wb") as stream:
        arrays.save(stream, arrays.load(path))

    assert (tmp_path / "again").read_bytes() == path.read_bytes()
