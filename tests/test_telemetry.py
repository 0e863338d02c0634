"""What the machine does while it trains, by a clock of the test; and that no output knows of it."""

import io
from collections import defaultdict

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


def test_energy_is_counted_where_the_machine_tells(tmp_path, monkeypatch):
    """3.6 kJ are a watt-hour; a counter that began again, or that cannot be read any more, adds nothing."""
    counter = tmp_path / "energy_uj"
    counter.write_text("5000000\n")
    monkeypatch.setattr(telemetry, "_ENERGY", counter)
    times = iter(range(10, 20))
    gauges = Telemetry(CPU, 1, 1.0, 1, clock=lambda: next(times))

    assert "energy_wh" not in gauges.point(0)
    counter.write_text(f"{5_000_000 + 3_600_000_000}\n")
    assert gauges.point(1)["energy_wh"] == 1.0
    counter.write_text("7\n")
    assert gauges.point(2)["energy_wh"] == 1.0
    counter.unlink()
    assert gauges.point(3)["energy_wh"] == 1.0
    assert "energy_wh" not in Telemetry(CPU, 1, 1.0, 1).point(0)


def test_a_gpu_that_stops_telling_its_power_stops_no_run(monkeypatch):
    watts = [300_000]
    monkeypatch.setattr(torch.cuda, "power_draw", lambda device: watts[0], raising=False)
    meter = telemetry._gpu_meter(torch.device("cuda"))

    assert [meter(10.0), meter(12.0)] == [0, 600]
    watts.clear()  # an error from now on
    assert meter(13.0) == 0
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
    assert sorted(sink.files) == ["samples/step-0000012.txt"]
    assert sink.files["samples/step-0000012.txt"].count(" | ") == 4
