"""What the machine does while it trains, by a clock of the test; and that no output knows of it."""

import io
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import tiny
import torch

from llmpipe.model.flops import matmul_peak
from llmpipe.progress import Reporter
from llmpipe.stages import pretrain
from llmpipe.train import telemetry
from llmpipe.train.device import Device
from llmpipe.train.telemetry import Telemetry

CPU = Device(torch.device("cpu"), bf16=False)


class Sink:
    """Keeps what it is told."""

    def __init__(self):
        self.values, self.files = defaultdict(dict), {}

    def metrics(self, values, step=None):
        for name, value in values.items():
            self.values[name][step] = value

    def artifact(self, path, folder=""):
        self.files[f"{folder}/{path.name}"] = path.read_text("utf-8")


def test_rates_are_those_of_the_time_between_two_points():
    """1,000 tokens of 2 MFLOP each in 4 s are half of a peak of 1 GFLOP/s."""
    times = iter((10.0, 14.0, 15.0))
    gauges = Telemetry(CPU, 2_000_000, 1e9, 4000, clock=lambda: next(times))

    first, second, third = gauges.point(500), gauges.point(1500), gauges.point(1500)

    assert first["epochs"] == 0.125
    assert "mfu" not in first
    assert (second["tokens_per_s"], second["mfu"], second["epochs"]) == (250, pytest.approx(0.5), 0.375)
    assert third["tokens_per_s"] == 0


def socket(root, number, microjoules):
    """A processor's counter as Linux shows it, in a folder that stands for /sys/class/powercap."""
    folder = root / f"intel-rapl:{number}"
    folder.mkdir(exist_ok=True)
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text("262143328850\n")
    return folder


def test_energy_is_counted_where_the_machine_tells(tmp_path, monkeypatch):
    """3.6 kJ are a watt-hour; a counter that began again goes on from its end, one that cannot be read adds nothing."""
    folder = socket(tmp_path, 0, 5_000_000)
    monkeypatch.setattr(telemetry, "_POWERCAP", tmp_path)
    times = iter(range(10, 20))
    gauges = Telemetry(CPU, 1, 1.0, 1, clock=lambda: next(times))

    assert "energy_wh" not in gauges.point(0)
    socket(tmp_path, 0, 5_000_000 + 3_600_000_000)
    assert gauges.point(1)["energy_wh"] == 1.0
    socket(tmp_path, 0, 262143328850 - 1_600_000_000)
    before = gauges.point(2)["energy_wh"]
    socket(tmp_path, 0, 2_000_000_000)
    assert gauges.point(3)["energy_wh"] == pytest.approx(before + 1.0)
    (folder / "energy_uj").unlink()
    assert gauges.point(4)["energy_wh"] == pytest.approx(before + 1.0)
    assert "energy_wh" not in Telemetry(CPU, 1, 1.0, 1).point(0)


def test_energy_is_estimated_where_a_cpu_does_not_tell(tmp_path, monkeypatch):
    """Two processes of which each keeps a core busy for 180 s, at 10 W a core: a watt-hour."""
    monkeypatch.setattr(telemetry, "_POWERCAP", tmp_path)
    times, busy = iter((10.0, 400.0)), iter((1.0, 181.0))
    gauges = Telemetry(CPU, 1, 1.0, 1, clock=lambda: next(times), busy=lambda: next(busy), processes=2)

    assert "energy_estimate_wh" not in gauges.point(0)
    told = gauges.point(1)
    assert told["energy_estimate_wh"] == pytest.approx(1.0)
    assert "energy_wh" not in told


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's list of memory")
def test_memory_of_a_process_is_the_most_so_far():
    gauges = Telemetry(CPU, 1, 1.0, 1)
    before = gauges.point(0)["memory_mb"]
    bytearray(100_000_000 + int(before * 1e6))

    assert gauges.point(1)["memory_mb"] > before + 90


def test_sockets_are_added_up_and_their_parts_are_not_counted_twice(tmp_path, monkeypatch):
    """Also when one of them stops telling; a counter that only root may read is as good as none."""
    monkeypatch.setattr(telemetry, "_POWERCAP", tmp_path)
    for number in "0", "0:1", "1":
        socket(tmp_path, number, 0)
    meter = telemetry._meter(CPU.torch)
    assert meter is not None
    for number, joules in ("0", 2), ("0:1", 1), ("1", 3):
        socket(tmp_path, number, joules * 1_000_000)

    assert meter(0.0) == 5
    (tmp_path / "intel-rapl:1/energy_uj").write_text("")
    socket(tmp_path, "0", 6_000_000)
    assert meter(1.0) == 4

    real = Path.read_text

    def forbidden(path, *arguments, **named):
        if path.name == "energy_uj":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **named)

    monkeypatch.setattr(Path, "read_text", forbidden)
    assert telemetry._meter(CPU.torch) is None


class Driver(ModuleType):
    """NVIDIA's package as far as torch asks it, with one GPU; `None` for what it does not tell."""

    class NVMLError_DriverNotLoaded(Exception):  # noqa: N801, N818 its name there
        pass

    def __init__(self):
        super().__init__("pynvml")
        self.milliwatts, self.percent = 300_000, 87

    def nvmlInit(self):  # noqa: N802
        pass

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802
        return f"handle {index}"

    def nvmlDeviceGetPowerUsage(self, handle):  # noqa: N802
        return self._told(handle, self.milliwatts)

    def nvmlDeviceGetUtilizationRates(self, handle):  # noqa: N802
        return SimpleNamespace(gpu=self._told(handle, self.percent))

    def _told(self, handle, value):
        assert handle == "handle 0"
        if value is None:
            raise RuntimeError("Not Supported")
        return value


@pytest.fixture
def driver(monkeypatch):
    """A GPU by its driver alone."""
    found = Driver()
    monkeypatch.setitem(sys.modules, "pynvml", found)
    monkeypatch.setattr(torch.cuda, "pynvml", found, raising=False)
    monkeypatch.setattr(torch.cuda, "_HAS_PYNVML", True)
    monkeypatch.setattr(torch.cuda, "_parse_visible_devices", lambda: [0])
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 2_500_000)
    return found


def test_a_gpu_s_energy_is_its_power_times_the_time_between_points(driver):
    """300 W for 2 s are 600 J, 100 W for 3,600 s are 100 Wh."""
    times = iter((10.0, 12.0, 3612.0))
    gauges = Telemetry(Device(torch.device("cuda", 0), bf16=True), 1, 1.0, 1, clock=lambda: next(times))
    first, second = gauges.point(0), gauges.point(1)
    driver.milliwatts = 100_000
    third = gauges.point(2)

    assert (first["gpu_utilisation"], first["memory_mb"]) == (0.87, 2.5)
    assert second["energy_wh"] == pytest.approx(600 / 3600)
    assert third["energy_wh"] == pytest.approx(100 + 600 / 3600)


def test_a_gpu_that_stops_telling_stops_no_run(driver):
    times = iter((10.0, 12.0))
    gauges = Telemetry(Device(torch.device("cuda", 0), bf16=True), 1, 1.0, 1, clock=lambda: next(times))
    gauges.point(0)
    driver.milliwatts = driver.percent = None
    last = gauges.point(1)

    assert last["energy_wh"] == 0
    assert "gpu_utilisation" not in last
    assert "energy_wh" not in Telemetry(Device(torch.device("cuda", 0), bf16=True), 1, 1.0, 1).point(0)


def test_without_nvidia_s_package_there_is_no_energy_and_no_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "_HAS_PYNVML", False)

    assert telemetry._gpu_meter(torch.device("cuda")) is None


def test_the_peak_is_that_of_a_machine():
    state = torch.get_rng_state()

    peak = matmul_peak(CPU.torch, torch.float32)

    assert 1e8 < peak < 1e15
    assert torch.equal(state, torch.get_rng_state())


def test_tracked_and_untracked_training_write_the_same_model(tmp_path):
    data = tiny.write_data(tmp_path / "data")
    sink, models = Sink(), []
    for number, sinks in enumerate(((), (sink,))):
        out = type(data)(tmp_path / f"out{number}")
        pretrain.run(tiny.params(), data, out, Reporter(sinks, stream=io.StringIO()))
        models.append({path.name: path.read_bytes() for path in out.pretrained.iterdir()})

    assert models[0] == models[1]
    assert b"tokens_per_s" not in models[0]["curve.csv"]
    assert {"epochs", "loss", "grad_norm", "valid_bits_per_byte"} <= sink.values.keys()
    assert sink.values["epochs"][12] > 0
    assert sorted(sink.files) == ["samples/step-0000006.txt", "samples/step-0000012.txt"]
    assert sink.files["samples/step-0000012.txt"].count(" | ") == 4
