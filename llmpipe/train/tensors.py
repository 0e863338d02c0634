"""
Files of tensors (safetensors), written and looked at without holding them all.

The format: 8 bytes with the length of a JSON header, little-endian; the header, padded with spaces to a multiple of 8,
which names type, shape and place of each tensor; the bytes of the tensors.
https://huggingface.co/docs/safetensors
"""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from safetensors import safe_open
from torch import Tensor

FLOAT_BYTES = 4


def write(path: Path, shapes: Mapping[str, tuple[int, ...]], tensors: Iterable[tuple[str, Tensor]]) -> None:
    """
    Write float32 tensors, one after the other; the bytes are those of `safetensors.torch.save_file`.

    Args:
        path: The file.
        shapes: Of all tensors.
        tensors: Names and tensors on the CPU, in the order of names.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in sorted(shapes.items()):
        start, end = end, end + FLOAT_BYTES * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    expected = iter(sorted(shapes))
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for name, tensor in tensors:
            assert (name, tuple(tensor.shape)) == (next(expected), shapes[name])
            stream.write(memoryview(tensor.float().contiguous().numpy()))  # type: ignore[arg-type]
    assert next(expected, None) is None


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """
    The shapes of the tensors in a file.

    Raises:
        FileNotFoundError: There is none.
        SafetensorError: It is damaged.
    """
    with safe_open(path, "pt") as stored:
        return {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118
