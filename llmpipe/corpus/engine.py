"""
The engine of cleaning: one function over numbered tasks, run by datatrove's executors here, on Slurm or on Ray.

How many tasks there are follows from the input, never from the workers. A task writes files of its own and is then
marked in the work folder, so after a kill only unfinished tasks run again, and any executor makes the same bytes.
"""

import logging
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from datatrove.executor import LocalPipelineExecutor, RayPipelineExecutor, SlurmPipelineExecutor
from datatrove.executor.base import PipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.utils.logging import logger

from llmpipe.errors import DataError, ParamsError
from llmpipe.processes import end_with_parent, num_workers
from llmpipe.progress import Reporter
from llmpipe.sections.clean import ExecutorConfig

POLL_S = 2.0  # between two looks at jobs that run elsewhere
GONE_S = 60.0  # a queue without our job for so long has lost it; file systems of clusters show files late
ROUNDS = 3  # jobs that each place of a Ray cluster gets, so that slow ones even out

Task = Callable[[Any, int], None]


class Step(PipelineStep):
    """
    A function as a step of datatrove.

    Args:
        name: Of the step; names its folder of marks.
        function: Called with `shared` and the number of a task; defined at the top of a module.
        shared: What all tasks share; small, as it travels with each.
    """

    type = "llmpipe"

    def __init__(self, name: str, function: Task, shared: Any) -> None:
        super().__init__()
        self.name, self._function, self._shared = name, function, shared

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> None:
        """Run task number `rank`; nothing is passed on, tasks speak through files."""
        self._function(self._shared, rank)


class Engine:
    """
    Runs steps one after another; a context, since worker processes live as long as it does.

    Args:
        config: Where tasks run.
        folder: For marks and logs; a run that finds marks there goes on after them.
        reporter: Told how many tasks are done.
    """

    def __init__(self, config: ExecutorConfig, folder: Path, reporter: Reporter) -> None:
        self._config, self._folder, self._reporter = config, folder.resolve(), reporter
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Engine":
        logger.disable("datatrove")
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, name: str, function: Task, shared: Any, tasks: int) -> None:
        """
        Run all tasks of a step that are not done yet.

        Raises:
            DataError: A worker died, or a cluster's job ended before its tasks.
        """
        if tasks:
            EXECUTORS[self._config.name](self, Step(name, function, shared), tasks)

    def _settings(self, step: Step, tasks: int) -> dict[str, Any]:
        return {"pipeline": [step], "tasks": tasks, "logging_dir": str(self._folder / str(step.name))}

    def _local(self, step: Step, tasks: int) -> None:
        executor = LocalPipelineExecutor(workers=1, **self._settings(step, tasks))
        waiting, workers = executor.get_incomplete_ranks(), num_workers()
        done = tasks - len(waiting)
        if workers == 1 or len(waiting) < 2:
            for number, rank in enumerate(waiting, start=done + 1):
                _run(executor, rank)
                self._progress(step, number, tasks)
            return
        try:
            for number, _ in enumerate(self._in_processes(executor, waiting, workers), start=done + 1):
                self._progress(step, number, tasks)
        except BrokenProcessPool:
            self._pool = None
            raise DataError(
                f"a worker process of '{step.name}' was killed, perhaps because memory ran out; run the same command "
                "again (finished tasks are kept), with fewer workers if it happens again: LLMPIPE_WORKERS=1."
            ) from None

    def _in_processes(self, executor: PipelineExecutor, ranks: Sequence[int], workers: int) -> Any:
        # not the library's pool: that one waits for ever when a worker is killed
        if self._pool is None:
            self._pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker)
        futures = [self._pool.submit(_run, executor, rank) for rank in ranks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def _slurm(self, step: Step, tasks: int) -> None:
        config = self._config
        executor = SlurmPipelineExecutor(
            **self._settings(step, tasks),
            time=config.time,
            partition=config.partition,
            cpus_per_task=config.cpus_per_task,
            mem_per_cpu_gb=config.memory_per_cpu_gb,
            workers=config.max_workers or -1,
            job_name=f"llmpipe-{step.name}",
            qos=config.qos,
            sbatch_args=dict(config.sbatch),
            env_command=f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH",
            requeue_signals=("SIGUSR1",),
        )
        try:
            executor.launch_job()
        except FileNotFoundError:
            raise ParamsError(
                "clean.executor.name is slurm, but this machine has no `sbatch`; run the stage where jobs can be "
                "submitted, or set it to local."
            ) from None
        self._wait(step, executor, tasks)

    def _wait(self, step: Step, executor: SlurmPipelineExecutor, tasks: int) -> None:
        seen = time.monotonic()
        while left := len(executor.get_incomplete_ranks()):
            self._progress(step, tasks - left, tasks)
            if _in_queue(str(executor.job_id)):
                seen = time.monotonic()
            elif time.monotonic() - seen > GONE_S:
                raise DataError(
                    f"Slurm job {executor.job_id} of '{step.name}' ended with {left} of {tasks} tasks not done; see "
                    f"{executor.slurm_logs_folder}, then run the same command again: finished tasks are kept."
                )
            time.sleep(POLL_S)
        self._progress(step, tasks, tasks)

    def _ray(self, step: Step, tasks: int) -> None:
        try:
            import ray
        except ImportError:
            raise ParamsError(
                "clean.executor.name is ray, which is not installed; install it with: pip install 'llmpipe[ray]'."
            ) from None
        config = self._config
        if not ray.is_initialized():
            ray.init(
                address=config.address or None,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        at_once = config.max_workers or int(ray.cluster_resources().get("CPU", 1)) // config.cpus_per_task
        executor = RayPipelineExecutor(
            **self._settings(step, tasks),
            tasks_per_job=max(1, tasks // (ROUNDS * max(1, at_once))),  # each job pays for a process of its own
            cpus_per_task=config.cpus_per_task,
            mem_per_cpu_gb=config.memory_per_cpu_gb,
            workers=config.max_workers or tasks,
        )
        executor.run()
        if left := len(executor.get_incomplete_ranks()):
            raise DataError(
                f"{left} of {tasks} tasks of '{step.name}' failed on Ray; see {self._folder / str(step.name)}/logs, "
                "then run the same command again: finished tasks are kept."
            )
        self._progress(step, tasks, tasks)

    def _progress(self, step: Step, done: int, tasks: int) -> None:
        self._reporter.progress(done, tasks, f"tasks of '{step.name}'")


EXECUTORS: dict[str, Callable[[Engine, Step, int], None]] = {
    "local": Engine._local,
    "slurm": Engine._slurm,
    "ray": Engine._ray,
}


def _start_worker() -> None:
    end_with_parent()
    logger.disable("datatrove")


def _run(executor: PipelineExecutor, rank: int) -> None:
    # without the library's log of a task, whose setup takes longer than a small task; what fails is raised here
    if not executor.is_rank_completed(rank):
        for step in executor.pipeline:
            step.run(None, rank)
        executor.mark_rank_as_completed(rank)


def _in_queue(job: str) -> bool:
    answer = subprocess.run(["squeue", "-h", "-j", job], capture_output=True, text=True, check=False)
    return bool(answer.stdout.strip())
