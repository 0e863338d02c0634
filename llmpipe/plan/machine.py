"""What there is to compute with: device, main and GPU memory, free disk, watts."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import torch

from llmpipe.config import ComputeConfig
from llmpipe.processes import num_workers
from llmpipe.train.device import Device, use_device
from llmpipe.train.launch import num_processes

GPU_WATTS = {"H100": 700.0, "H200": 700.0, "A100": 400.0}  # of the datasheet (SXM)
GPU_FLOPS = {"H100": 989.4e12, "H200": 989.4e12, "A100": 312.0e12}  # of the datasheet, dense bfloat16


@dataclass(frozen=True)
class Machine:
    """
    Where the stages will run.

    Args:
        device: As training uses it.
        name: Of the GPU; "" on a CPU.
        threads: Of training.
        workers: Processes of the data stages.
        processes: That share training.
        memory_bytes: Main memory that is free now.
        gpu_bytes: Memory of the GPU that is free now; 0 on a CPU.
        disk_bytes: Free where the outputs go.
        datasheet_flops: Of the GPU; None where it is not known.
    """

    device: Device
    name: str
    threads: int
    workers: int
    processes: int
    memory_bytes: int
    gpu_bytes: int
    disk_bytes: int
    datasheet_flops: float | None

    @property
    def cuda(self) -> bool:
        """Whether training uses a GPU."""
        return self.device.torch.type == "cuda"

    @property
    def where(self) -> str:
        """The device and its precision in words."""
        precision = "bf16" if self.device.bf16 else "fp32"
        return f"{self.name} in {precision}" if self.cuda else f"{self.threads} CPU threads in {precision}"


def look(compute: ComputeConfig, model_dim: int, data: Path) -> Machine:
    """
    The machine under these parameters.

    Raises:
        ParamsError: A GPU is asked for and there is none, or there are fewer than processes.
    """
    device = use_device(compute, model_dim)
    cuda = device.torch.type == "cuda"
    name = torch.cuda.get_device_name() if cuda else ""
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.is_dir())
    return Machine(
        device=device,
        name=name,
        threads=compute.threads,
        workers=num_workers(),
        processes=num_processes(compute),
        memory_bytes=free_memory(),
        gpu_bytes=torch.cuda.mem_get_info()[0] if cuda else 0,
        disk_bytes=shutil.disk_usage(place).free,
        datasheet_flops=next((flops for key, flops in GPU_FLOPS.items() if key in name), None),
    )


def free_memory() -> int:
    """Bytes of main memory that a process may still take: what Linux says, or all there is elsewhere."""
    meminfo, limit = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")
    if not meminfo.exists():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    lines = dict(line.split(":") for line in meminfo.read_text().splitlines())
    free = 1024 * int(lines["MemAvailable"].split()[0])
    if limit.exists() and limit.read_text().strip().isdigit():  # of a container
        used = int(limit.with_name("memory.current").read_text())
        free = min(free, int(limit.read_text()) - used)
    return free


def gpu_watts(name: str) -> tuple[float, str] | None:
    """What the GPU draws now as nvidia-smi says, else what its datasheet says; and which of the two."""
    command = ["nvidia-smi", "--query-gpu=power.draw", "--format=csv,noheader,nounits", "--id=0"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout
        return float(said.split()[0]), "measured by nvidia-smi while training"
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        found = next((watts for key, watts in GPU_WATTS.items() if key in name), None)
        return None if found is None else (found, "of the datasheet")
