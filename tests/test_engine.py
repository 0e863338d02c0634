"""The engine of cleaning: the same bytes from any executor and after any kill, and finished tasks are not repeated."""

import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_clean import prose

from llmpipe.config import ExecutorConfig, validate
from llmpipe.corpus.engine import Engine
from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, digest, write_jsonl
from llmpipe.progress import Reporter
from llmpipe.records import Document

ROOT = Path(__file__).parents[1]


def note(folder, task):
    """A task that leaves a line each time it runs."""
    with (folder / f"{task}.txt").open("a") as stream:
        stream.write("ran\n")


def fail_at_two(folder, task):
    note(folder, task)
    if task == 2 and not (folder / "repaired").exists():
        raise DataError("task 2 is broken")


def die_at_one(folder, task):
    if task == 1 and not (folder / "repaired").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    note(folder, task)


def runs(folder):
    return {path.stem: path.read_text().count("ran") for path in sorted(folder.glob("?.txt"))}


@pytest.fixture(params=["1", "3"])
def workers(request, monkeypatch):
    monkeypatch.setenv("LLMPIPE_WORKERS", request.param)
    return request.param


def run(folder, function, tasks=4, **config):
    with Engine(ExecutorConfig(**config), folder / "done", Reporter()) as engine:
        engine.run("step", function, folder, tasks)


def test_finished_tasks_do_not_run_again(tmp_path, workers):
    with pytest.raises(DataError, match="task 2 is broken"):
        run(tmp_path, fail_at_two)
    before = runs(tmp_path)
    (tmp_path / "repaired").touch()
    run(tmp_path, fail_at_two)
    run(tmp_path, fail_at_two)

    done_before = {task for task in before if task != "2" and (tmp_path / f"done/step/completions/0000{task}").exists()}
    assert done_before >= {"0"}
    assert runs(tmp_path) == {"0": 1, "1": 1, "2": before["2"] + 1, "3": 1}


def test_a_killed_worker_ends_the_stage_with_one_sentence_and_the_rest_is_kept(tmp_path, monkeypatch):
    """The pools of multiprocessing and of the library would wait for ever."""
    monkeypatch.setenv("LLMPIPE_WORKERS", "2")
    with pytest.raises(DataError, match="a worker process of 'step' was killed"):
        run(tmp_path, die_at_one)
    (tmp_path / "repaired").touch()
    run(tmp_path, die_at_one)

    assert runs(tmp_path).keys() == {"0", "1", "2", "3"}


PARAMS = """clean:
  split: {valid_ratio: 0.1, test_ratio: 0.1}
  duplicates: {num_hashes: 16}
  executor: {name: NAME, memory_per_cpu_gb: 1}
"""


@pytest.fixture(scope="module")
def corpus():
    """Several tasks of documents, some of them copies."""
    draw = random.Random(7)
    texts = [prose(number, 8) for number in range(3500)]
    copies = [texts[draw.randrange(3500)].replace("day", "night", draw.randrange(2)) for _ in range(300)]
    return [Document(f"d{number:04d}", text, "en", "mine") for number, text in enumerate(texts + copies)]


@pytest.fixture(scope="module")
def expected(corpus, tmp_path_factory):
    """Digest of the output of an undisturbed run in one process."""
    folder = project(tmp_path_factory.mktemp("expected"), corpus)
    subprocess.run(command(), cwd=folder, env=environment(1), check=True, capture_output=True)
    return outputs(folder)


@pytest.fixture(scope="module")
def few(corpus):
    """Fewer tasks, for executors that start a process for each."""
    return corpus[-1300:]


@pytest.fixture(scope="module")
def expected_of_few(few, tmp_path_factory):
    """As `expected`."""
    folder = project(tmp_path_factory.mktemp("few"), few)
    subprocess.run(command(), cwd=folder, env=environment(1), check=True, capture_output=True)
    return outputs(folder)


def project(folder, corpus, executor="local"):
    layout = Layout(folder / "data")
    write_jsonl(layout.raw / "documents/00000.jsonl", corpus)
    for split in ("train", "valid", "test"):
        (layout.raw / "examples" / split).mkdir(parents=True)
    (folder / "params.yaml").write_text(PARAMS.replace("NAME", executor))
    (folder / ".git").mkdir()
    return folder


def command():
    return [sys.executable, "-m", "llmpipe", "clean"]


def environment(workers, **more):
    return {**os.environ, "PYTHONPATH": str(ROOT), "LLMPIPE_WORKERS": str(workers), "LLMPIPE_TRACKING": "off", **more}


def outputs(folder):
    layout = Layout(folder / "data")
    return digest(layout.clean), digest(layout.metrics("clean"))


@pytest.mark.parametrize("workers", [2, 8])
def test_the_number_of_workers_changes_no_byte(tmp_path, corpus, expected, workers):
    folder = project(tmp_path, corpus)
    subprocess.run(command(), cwd=folder, env=environment(workers), check=True, capture_output=True)

    assert outputs(folder) == expected
    assert not list((folder / ".llmpipe").glob("clean-*"))


def test_after_kill_9_of_the_whole_stage_the_same_bytes_come_out(tmp_path, corpus, expected):
    """Killed three times, each time a little later; what was finished is not done again, no worker stays behind."""
    folder = project(tmp_path, corpus)
    marks, times = set(), {}
    for number in range(3):
        process = subprocess.Popen(
            command(), cwd=folder, env=environment(2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_marks(folder, len(marks) + 2, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert completions(folder) >= marks, number
        assert {path: path.stat().st_mtime_ns for path in times} == times, number
        marks = completions(folder)
        times = {path: path.stat().st_mtime_ns for path in marks}
        assert not (folder / "data/clean").exists()
    subprocess.run(command(), cwd=folder, env=environment(2), check=True, capture_output=True)

    assert outputs(folder) == expected


def completions(folder):
    return set(folder.glob(".llmpipe/clean-*/done/*/completions/*"))


def wait_for_marks(folder, count, process):
    deadline = time.monotonic() + 60
    while len(completions(folder)) < count and time.monotonic() < deadline:
        assert process.poll() is None, "the stage ended before it was killed"
        time.sleep(0.005)


def test_ray_gives_the_same_bytes(tmp_path, few, expected_of_few):
    pytest.importorskip("ray", reason="the extra `ray` is not installed: pip install 'llmpipe[ray]'")
    folder = project(tmp_path, few, "ray")
    subprocess.run(command(), cwd=folder, env=environment(2), check=True, capture_output=True, timeout=300)

    assert outputs(folder) == expected_of_few


SBATCH = """#!/bin/bash
# runs the tasks of an array job one after another, as sbatch would start them on nodes
script="${@: -1}"
last=$(grep -oP '(?<=--array=0-)\\d+' "$script")
for task in $(seq 0 "$last"); do
  SLURM_NODELIST=here SLURM_ARRAY_TASK_ID=$task bash "$script" >> "$(dirname "$0")/log.txt" 2>&1
done
echo "Submitted batch job 17"
"""


def test_slurm_gives_the_same_bytes(tmp_path, few, expected_of_few):
    """No Slurm here: an `sbatch` of ours runs the scripts that the real one would get, an `srun` its command."""
    folder = project(tmp_path / "project", few, "slurm")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, text in (
        ("sbatch", SBATCH),
        ("squeue", "#!/bin/bash\n"),
        ("scontrol", "#!/bin/bash\necho here\n"),
        ("srun", '#!/bin/bash\nwhile [[ "$1" == -* ]]; do [[ "$1" == -n ]] && shift; shift; done\nexec "$@"\n'),
    ):
        (tools / name).write_text(text)
        (tools / name).chmod(stat.S_IRWXU)
    path = f"{tools}:{os.environ['PATH']}"
    done = subprocess.run(command(), cwd=folder, env=environment(2, PATH=path), capture_output=True, timeout=300)

    log = (tools / "log.txt").read_text() if (tools / "log.txt").exists() else ""
    assert done.returncode == 0, done.stderr.decode()[-2000:] + log[-2000:]
    assert outputs(folder) == expected_of_few


def test_a_missing_sbatch_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ParamsError, match="this machine has no `sbatch`"):
        run(tmp_path, note, name="slurm", partition="cpu")


def test_an_unknown_executor_is_refused():
    with pytest.raises(ParamsError, match=r"clean\.executor\.name"):
        validate({"clean": {"executor": {"name": "spark"}}}, ["clean"])
