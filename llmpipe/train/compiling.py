"""
Whether `torch.compile` pays for itself, decided by arithmetic alone, and where its kernels are kept between runs.

Compiled kernels round differently from PyTorch's own, so the answer is part of the result: it depends on parameters
and on the kind of the device, never on a clock. `llmpipe plan` shows it.
"""

import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch

from llmpipe.errors import DataError
from llmpipe.files import project_root
from llmpipe.model.flops import training_flops_per_token
from llmpipe.sections.compute import ComputeConfig
from llmpipe.sections.model import ModelConfig
from llmpipe.sections.training import TrainConfig
from llmpipe.train.device import Device

CORE_FLOPS = 90e9  # of a float32 matrix product on one core of an AMD EPYC with AVX512; twice that in bfloat16
CORE_RATIO = 0.25  # of it that training a small model gets
GPU_FLOPS = 300e12  # of a bfloat16 product on a GPU that is not in a table of datasheets
GPU_RATIO = 0.4  # of it that training gets (docs/performance.md)
OPERATION_S = 60e-6  # of the some 30 small operations of a block, a tenth of which is not hidden behind others
OPERATIONS = 30
SAVED_RATIO = {"cpu": 0.06, "cuda": 0.3}  # of the time of a step (docs/performance.md; on a GPU an assumption)
SAVED_RATIO_CPU_BF16 = 0.12  # where less of a step is arithmetic
COMPILE_S = {"cpu": (18.0, 0.5), "cuda": (20.0, 2.0)}  # until the first step, and more for each layer
MARGIN = 2.0  # times what it costs must be saved: both numbers are of other machines


@dataclass(frozen=True)
class Decision:
    """Whether a training run is compiled, and why in half a sentence."""

    compile: bool
    why: str


def assumed_step_s(model: ModelConfig, vocab_size: int, batch_tokens: int, flops_per_s: float) -> float:
    """Seconds of an optimizer step at so many floating-point operations a second, the small ones beside."""
    start_s = OPERATION_S * OPERATIONS / 10 * model.num_layers
    return start_s + training_flops_per_token(model, vocab_size) * batch_tokens / flops_per_s


def decide(
    compute: ComputeConfig, model: ModelConfig, vocab_size: int, config: TrainConfig, device: Device
) -> Decision:
    """
    What `compute.compile` means for a training run.

    `auto`: compiled when it would save twice what it costs, by assumed speeds of one process (another number of
    processes may resume the run, so the answer must not depend on it).
    """
    if compute.compile != "auto":
        return Decision(compute.compile, f"compute.compile is {str(compute.compile).lower()}")
    kind = device.torch.type
    flops_per_s = GPU_RATIO * GPU_FLOPS
    if kind == "cpu":
        flops_per_s = CORE_RATIO * CORE_FLOPS * compute.threads * (2 if device.bf16 else 1)
    run_s = config.steps * assumed_step_s(model, vocab_size, config.batch_tokens, flops_per_s)
    saved_s = run_s * (SAVED_RATIO_CPU_BF16 if kind == "cpu" and device.bf16 else SAVED_RATIO[kind])
    start_s, layer_s = COMPILE_S[kind]
    cost_s = start_s + layer_s * model.num_layers
    pays = saved_s >= MARGIN * cost_s
    why = f"of about {run_s:,.0f} s it saves {saved_s:,.0f} s and costs {cost_s:,.0f} s at the start"
    return Decision(pays, why if pays else f"{why}; {MARGIN:g} times as much must be saved")


def prepare() -> None:
    """
    Keep compiled kernels in `.llmpipe/compiled/` of the project, so that the next run starts at once.

    PyTorch hands folders to the C++ compiler without quotes, its own libraries and the cache; where a path has a space,
    it is given a link without one. `TORCHINDUCTOR_CACHE_DIR` of the environment wins.

    Raises:
        DataError: The place for links belongs to someone else.
    """
    if "TORCHINDUCTOR_CACHE_DIR" not in os.environ:
        cache = project_root().absolute() / ".llmpipe" / "compiled"
        cache.mkdir(parents=True, exist_ok=True)
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(_without_space(cache))
    if " " in torch.__file__:
        from torch.utils import cpp_extension

        cpp_extension.TORCH_LIB_PATH = str(_without_space(Path(torch.__file__).parent / "lib"))


def _without_space(folder: Path) -> Path:
    """The folder, or a link to it: the same in every run, for what is cached knows the path it was made in."""
    if " " not in str(folder):
        return folder
    links = Path(tempfile.gettempdir()) / f"llmpipe-{os.getuid()}"
    links.mkdir(mode=0o700, exist_ok=True)
    found = links.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise DataError(
            f"{links} is needed for a link to '{folder}', which has a space in its path, but belongs to another user; "
            "set TORCHINDUCTOR_CACHE_DIR to a folder without a space, or compute.compile to false."
        )
    link = links / sha256(str(folder).encode()).hexdigest()[:16]
    if not link.is_symlink():
        with suppress(FileExistsError):  # another process was faster
            link.symlink_to(folder)
    return link
