"""
Several processes for one stage: started here, or joined where torchrun or Slurm has started them.

Each of them runs the whole stage. The first failure is the one that is told: others only lose their company, so they
end without a word, with the same exit code. torch's own launcher starts the processes and ends those that are left.
"""

import atexit
import contextlib
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch
from torch.distributed.rendezvous import rendezvous

from llmpipe.config import ComputeConfig
from llmpipe.errors import DataError, Interrupted, LlmpipeError, ParamsError
from llmpipe.train import parallel

OURS = "llmpipe"  # name of a run whose processes this module has started
STOP_S = 600  # how long processes may take to finish their step and its checkpoint
GO_ON = "run the same command again to go on from the last checkpoint."
STOPPED = (128 + signal.SIGINT, Interrupted.exit_code)


def run(config: ComputeConfig, command: Sequence[str], work: Callable[[bool], None]) -> None:
    """
    Do the work in this process, or start processes that do, or do it as one of those.

    Args:
        config: How many processes.
        command: What starts this very stage.
        work: The stage; told whether this process is the first, which speaks and writes.
    """
    if "RANK" in os.environ and int(os.environ.get("WORLD_SIZE", 1)) > 1:
        with joined(config):
            work(parallel.is_first())
    elif (processes := num_processes(config)) > 1:
        _start(command, processes)
    else:
        work(True)


def _uses_gpu(config: ComputeConfig) -> bool:
    return config.device != "cpu" and torch.cuda.is_available()


def num_processes(config: ComputeConfig) -> int:
    """
    How many processes a stage starts on this machine.

    Raises:
        ParamsError: More than there are GPUs.
    """
    if not _uses_gpu(config):
        return 1 if config.processes == "gpu" else config.processes
    found = torch.cuda.device_count()
    if config.processes == "gpu":
        return found
    if config.processes > found:
        raise ParamsError(
            f"compute.processes is {config.processes} but {found} GPUs are visible, and each process needs one; "
            "lower it, or write gpu for all there are."
        )
    return config.processes


# --- starting ---------------------------------------------------------------------------------------


def _start(command: Sequence[str], processes: int) -> None:
    """
    Run a command in several processes on this machine; return when all have ended well.

    Raises:
        SystemExit: One of them failed and has said why.
        DataError: One of them was killed.
        Interrupted: This process or one of them got SIGTERM.
        KeyboardInterrupt: The same with Ctrl-C.
    """
    logging.disable(logging.CRITICAL)  # of the launcher: the processes speak for themselves
    with tempfile.TemporaryDirectory(prefix="llmpipe-") as logs:
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=processes,
            run_id=OURS,
            rdzv_backend="c10d",
            rdzv_endpoint="localhost:0",
            local_addr="localhost",
            max_restarts=0,
            logs_specs=DefaultLogsSpecs(log_dir=logs),
            shutdown_timeout=STOP_S,
        )
        try:
            elastic_launch(config, command[0])(*command[1:])
        except ChildFailedError as error:
            codes = [failure.exitcode for failure in error.failures.values()]
            failed = [code for code in codes if code > 0 and code not in STOPPED]
            if failed:
                raise SystemExit(failed[0]) from None
            killed = [signal.Signals(-code).name for code in codes if code < 0 and code != -signal.SIGTERM]
            if killed:
                raise DataError(f"a training process was ended by {killed[0]}; {GO_ON}") from None
            number = max(codes) - 128 if max(codes) > 0 else signal.SIGTERM
        except SignalException as error:
            number = error.sigval
        else:
            return
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Interrupted(f"stopped by {signal.Signals(number).name}; run the same command again to go on.")


# --- joining ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def joined(config: ComputeConfig) -> Iterator[None]:
    """Be one of the processes that the environment describes, as torchrun sets it."""
    if os.environ.get("TORCHELASTIC_RUN_ID") == OURS:
        _end_with_parent()
    backend = "gloo"
    if _uses_gpu(config):
        backend = "cpu:gloo,cuda:nccl"
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    _import_what_keeps_groups()
    store, rank, world = next(rendezvous("env://"))
    # torchrun may start all again after a failure, with the same store
    attempt = PrefixStore(f"llmpipe/{os.environ.get('TORCHELASTIC_RESTART_COUNT', 0)}", store)
    try:
        dist.init_process_group(backend, store=PrefixStore("torch", attempt), rank=rank, world_size=world)
        yield
        parallel.leave()
    except BaseException as error:
        with _ended_at_once():
            _tell_once(error, attempt)
            raise


@contextlib.contextmanager
def _ended_at_once() -> Iterator[None]:
    """
    Let an error end this process before the interpreter takes itself apart.

    Threads of gloo are still there, waiting for processes that may be gone; one that lets go of a tensor then aborts
    the process, which so would lose its exit code (pytorch/pytorch#38228). What is printed or closed on the way out is.
    """
    try:
        yield
    except BaseException as error:
        atexit.register(_end, exit_code(error))
        raise


def _end(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def exit_code(error: BaseException) -> int:
    """With what a command ends that this error ends."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    return error.exit_code if isinstance(error, LlmpipeError) else 1


def _import_what_keeps_groups() -> None:
    """
    Import before there is a group what DDP and FSDP import later.

    Defaults of its functions are the group of that moment, which would then outlive `parallel.leave`.
    """
    import torch._dynamo
    import torch.distributed.fsdp  # noqa: F401


def _end_with_parent() -> None:
    """
    Send this process SIGTERM when its parent has died.

    Once: the kernel's own signal comes once for each thread of the parent, and a second one does not wait for the step.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.25)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="llmpipe-parent", daemon=True).start()


def _tell_once(error: BaseException, store: Store) -> None:
    """
    Return in the process that failed first.

    Raises:
        SystemExit: Another one did, or another one says it.
        DataError: Another one has gone without a word.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # from the launcher, which ends what is left; this ends by itself
    code = exit_code(error)
    if code in STOPPED and os.environ.get("TORCHELASTIC_RUN_ID") == OURS:
        raise SystemExit(code) from None  # the process that started this one says it
    try:
        if store.add("failures", 1) > 1:
            raise SystemExit(int(store.get("exit code"))) from None
        store.set("exit code", str(code))
    except RuntimeError:  # the store has gone with the process that kept it
        raise SystemExit(code) from None
    if _is_lost(error):
        raise DataError(
            f"the connection to another training process is lost: it was killed, or its machine has failed; {GO_ON}"
        ) from error


def _is_lost(error: BaseException) -> bool:
    """Whether an error is that of a connection between processes; gloo's errors have no class of their own."""
    return isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "gloo" in str(error).lower())
