"""How many worker processes, an ordered map over them, and their end. The number never changes a result."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from llmpipe.errors import ParamsError


def num_workers() -> int:
    """
    Processes to use: the environment's LLMPIPE_WORKERS, else the processors this process may run on.

    Raises:
        ParamsError: LLMPIPE_WORKERS is not a positive number.
    """
    given = os.environ.get("LLMPIPE_WORKERS", "")
    if not given:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not given.isdigit() or int(given) < 1:
        raise ParamsError(
            f"LLMPIPE_WORKERS is '{given}'; set it to a number of processes, at least 1, or leave it out."
        )
    return int(given)


def ordered_map(
    setup: Callable[..., None],
    arguments: tuple[Any, ...],
    work: Callable[[Any], Any],
    tasks: Sequence[Any],
    workers: int,
) -> Iterator[Any]:
    """
    Yield `work(task)` for each task, in the order of `tasks`, after `setup(*arguments)` ran once in each process.

    Tasks should be small descriptions (a file and a range), since all of them are queued at once. Processes are
    spawned, not forked: the tracker's thread may hold a lock at this moment, which a fork would copy for ever.
    """
    if workers == 1 or len(tasks) < 2:
        setup(*arguments)
        yield from map(work, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(min(workers, len(tasks)), setup, arguments) as pool:
        yield from pool.imap(work, tasks)


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM when its parent dies: nobody would see it go on (Linux only)."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG in linux/prctl.h
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def end_with_dvc() -> None:
    """
    `end_with_parent` for a stage that DVC starts through a shell.

    Where the shell replaces itself with the stage (bash, zsh), DVC is the parent. Debian's sh stays in between and
    outlives DVC, so there a thread looks again and again whether the shell still has the same parent (Linux only).
    """
    end_with_parent()
    shell = os.getppid()
    if not _is_shell_command(shell):
        return
    dvc = _parent(shell)

    def watch() -> None:
        while _parent(shell) == dvc:
            time.sleep(0.25)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="llmpipe-parent", daemon=True).start()


def _is_shell_command(process: int) -> bool:
    """Whether a process is `sh -c COMMAND`; never where there is no /proc."""
    try:
        arguments = Path(f"/proc/{process}/cmdline").read_text("utf-8", errors="replace").split("\0")
    except OSError:
        return False
    return "-c" in arguments[1:] and Path(arguments[0]).name == Path(os.environ.get("SHELL") or "sh").name


def _parent(process: int) -> int:
    """The parent of a process, 0 when the process has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])  # "pid (name) state ppid ...", and a name may hold brackets


def wait_briefly() -> None:
    """
    Have threads that wait for each other hand their core over after microseconds, unless the user has said how long.

    By default they hold it for milliseconds, and one busy neighbour can slow training down seventyfold (docs/log.md).
    libgomp reads the variable when torch is loaded, so call this before.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
