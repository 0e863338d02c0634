"""
One model trained by several processes, each on its own rows of the same batch, with PyTorch's DDP or FSDP2.

Alone, a process gets back what it gives. In company, gradients are sums over all processes, and what decides about
the run (loss, signals, checkpoints) is the same in each. The first process speaks, writes and reads for all.

Strategies: `ddp`, every process holds the whole model; `fsdp`, each holds a part of every parameter and gathers them
block by block; `hybrid`, parts within a machine, copies across machines.
"""

import contextlib
import copy
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeGuard

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.checkpoint import checkpoint

from llmpipe.model.language import LanguageModel
from llmpipe.train.device import Device

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh
    from torch.distributed.fsdp import FSDPModule
    from torch.distributed.tensor import DTensor

Loss = Callable[..., Tensor]
GRACE_S = 0.1  # for threads of a group that outlives its end


def together() -> bool:
    """Whether this process is one of several."""
    return dist.is_initialized()


def rank() -> int:
    """Number of this process among all."""
    return dist.get_rank() if together() else 0


def num_processes() -> int:
    """How many train this model."""
    return dist.get_world_size() if together() else 1


def is_first() -> bool:
    """Whether this process speaks and writes."""
    return rank() == 0


def share_of(rows: int) -> slice:
    """The rows of a batch that this process takes."""
    share = rows // num_processes()
    return slice(rank() * share, (rank() + 1) * share)


# --- agreement --------------------------------------------------------------------------------------


def in_any(flag: bool) -> bool:
    """Whether it is true in any process."""
    if not together():
        return flag
    flags = torch.tensor(int(flag))  # on the CPU: a GPU would have to finish its step first
    dist.all_reduce(flags, dist.ReduceOp.MAX)
    return bool(flags)


def summed(value: Tensor) -> Tensor:
    """A scalar's sum over all processes."""
    if together():
        dist.all_reduce(value)
    return value


def told(value: Any) -> Any:
    """The first process's value, in every process."""
    values = [value]
    if together():
        dist.broadcast_object_list(values)
    return values[0]


def any_problem(problem: str | None) -> str | None:
    """What is wrong in the first process where something is."""
    if not together():
        return problem
    problems: list[str | None] = [None] * num_processes()
    dist.all_gather_object(problems, problem)
    return next((each for each in problems if each is not None), None)


@cache
def writers() -> dist.ProcessGroup | None:
    """All processes, with connections of their own for checkpoints that threads write; None alone."""
    return dist.new_group(backend="gloo") if together() else None


def wait_for_all() -> None:
    """Return when every process is here."""
    in_any(False)


def leave() -> None:
    """
    Wait for the other processes, then let go of them.

    A thread of gloo that lets go of a tensor while the interpreter ends aborts the process (pytorch/pytorch#38228). So
    the last thing done together has no tensor, and what keeps a group, whose end is that of its threads, is forgotten.
    FSDP's caches keep theirs; for those threads there is but time.
    """
    dist.barrier()
    writers.cache_clear()
    _mesh.cache_clear()
    dist.destroy_process_group()
    time.sleep(GRACE_S)


def divided(work: Callable[[Tensor], Tensor], stack: Tensor) -> Tensor:
    """`work(stack)`, where each process does its share of the stack, row by row of the first dimension."""
    if not together():
        return work(stack)
    share, missing = -(-len(stack) // num_processes()), -len(stack) % num_processes()
    padded = torch.cat([stack, stack.new_zeros(missing, *stack.shape[1:])])
    done = work(padded[rank() * share : (rank() + 1) * share]).contiguous()
    parts = [torch.empty_like(done) for _ in range(num_processes())]
    dist.all_gather(parts, done)
    return torch.cat(parts)[: len(stack)]


# --- the model --------------------------------------------------------------------------------------


def recompute(model: LanguageModel) -> None:
    """Keep of each block its input alone and compute the rest again on the way back: less memory, more time."""
    for block in model.blocks:
        setattr(block, "forward", partial(checkpoint, block.forward, use_reentrant=False))  # noqa: B010


def shares_weights(strategy: str) -> bool:
    """Whether each process will hold a part of the weights, and so need not begin with all of them."""
    return together() and strategy != "ddp"


def spread(model: LanguageModel, device: Device, strategy: str, *, compile: bool, offload: bool) -> LanguageModel:
    """The model to train, on its device: the one that is given, or a copy of it in parts, with or without weights."""
    if not shares_weights(strategy):
        return model.to(device.torch)
    parts = copy.deepcopy(model)
    for block in parts.blocks:
        if compile:
            block.compile()
        _shard(block, device, strategy, offload)
    return parts


def synchronized(model: LanguageModel, loss: Loss, device: Device, strategy: str, *, offload: bool) -> Loss:
    """The loss, whose gradients are sums over all processes, divided by their number."""
    if not together():
        return loss
    step = _Step(model, loss)
    if strategy != "ddp":
        _shard(step, device, strategy, offload)
        return step
    # without its optimizer of graphs, which splits them at what FlexAttention needs whole
    torch._dynamo.config.optimize_ddp = False
    return DistributedDataParallel(step, forward_sync_buffers=False, gradient_as_bucket_view=True)


class _Step(nn.Module):
    """The loss as a module: DDP and FSDP act before and after a module's forward and backward."""

    def __init__(self, model: LanguageModel, loss: Loss) -> None:
        super().__init__()
        self.model, self.loss = model, loss

    def forward(self, *arguments: Any) -> Tensor:
        return self.loss(*arguments)


@torch.no_grad()
def fill(step: Loss, model: LanguageModel, weights: Iterable[tuple[str, Tensor]], device: torch.device) -> None:
    """
    Give a model in parts its first weights where it has none, so that a process holds one of them whole at a time.

    Args:
        step: What `synchronized` has returned.
        model: In parts, its parameters on the meta device and its other tensors somewhere real.
        weights: Names and whole tensors on the CPU, one after the other; the same in every process.
        device: Where the parts are to be: the CPU where they are offloaded.
    """
    assert isinstance(step, nn.Module)
    others = {name: buffer.clone() for name, buffer in model.named_buffers()}
    step.to_empty(device=device)
    for name, buffer in others.items():
        owner, _, last = name.rpartition(".")
        model.get_submodule(owner)._buffers[last] = buffer
    parameters = dict(model.named_parameters())
    for name, weight in weights:
        parameters[name].copy_(in_parts(weight, parameters[name]))


def _shard(module: nn.Module, device: Device, strategy: str, offload: bool) -> None:
    """Replace the parameters of a module by this process's parts of them."""
    # here: half a second that a process alone need not wait
    from torch.distributed.fsdp import CPUOffloadPolicy, MixedPrecisionPolicy, OffloadPolicy, fully_shard

    precision = MixedPrecisionPolicy()
    if device.bf16:  # gather in bfloat16, add gradients in float32; inputs stay, for rotations need their digits
        precision = MixedPrecisionPolicy(torch.bfloat16, torch.float32, cast_forward_inputs=False)
    place = CPUOffloadPolicy(pin_memory=device.torch.type == "cuda") if offload else OffloadPolicy()
    fully_shard(module, mesh=_mesh(device.torch.type, strategy), mp_policy=precision, offload_policy=place)


@cache
def _mesh(device: str, strategy: str) -> "DeviceMesh":
    """Which processes hold the parts of one copy; made once, for it opens connections of its own."""
    from torch.distributed.device_mesh import init_device_mesh

    world = num_processes()
    if strategy == "fsdp":
        return init_device_mesh(device, (world,))
    machine = int(os.environ.get("LOCAL_WORLD_SIZE", world))
    return init_device_mesh(device, (world // machine, machine), mesh_dim_names=("copies", "parts"))


def exchanging(loss: Loss, last: bool) -> contextlib.AbstractContextManager[Any]:
    """
    Around a micro-batch: DDP exchanges gradients once, behind the last one of a step.

    FSDP does it behind each: whole gradients, to add to, are what it has no memory for.
    """
    return loss.no_sync() if isinstance(loss, DistributedDataParallel) and not last else contextlib.nullcontext()


@contextlib.contextmanager
def outside_step(loss: Loss) -> Iterator[None]:
    """Around calls of the model itself, as in validation; every process makes them and gets the same."""
    after_steps(loss)
    yield
    if _is_sharded(loss):
        loss.reshard()


def after_steps(loss: Loss) -> None:
    """As `outside_step`, for good: there are no more steps."""
    if _is_sharded(loss):
        loss.unshard()  # embeddings and head; blocks gather themselves


def _is_sharded(loss: object) -> "TypeGuard[FSDPModule]":
    return hasattr(loss, "unshard")


# --- whole tensors and parts ------------------------------------------------------------------------


def is_part(tensor: Tensor | None) -> "TypeGuard[DTensor]":
    """Whether a process holds a part of this tensor only."""
    return hasattr(tensor, "full_tensor")


def whole(tensor: Tensor) -> Tensor:
    """A tensor gathered from its parts."""
    return tensor.full_tensor() if is_part(tensor) else tensor


def each_whole(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """
    The tensors of a model by name, whole, on the CPU, one after the other.

    Parts are gathered when their tensor comes, so every process must go through all of them; no process holds more than
    one tensor whole.
    """
    for name, tensor in sorted(model.state_dict().items()):
        yield name, whole(tensor.detach()).cpu().contiguous()


def give_parts(model: nn.Module) -> None:
    """What the other processes do while the first one goes through `each_whole`; nothing where it has all tensors."""
    if any(is_part(tensor) for tensor in model.state_dict().values()):
        for _ in each_whole(model):
            pass


def kept(tensor: Tensor) -> Tensor:
    """A copy on the CPU; of a part, beside it."""
    return tensor.detach().clone() if is_part(tensor) else tensor.detach().cpu().clone()


def in_parts(tensor: Tensor, like: Tensor | None) -> Tensor:
    """This process's part of a whole tensor, if `like` is one in parts."""
    if not is_part(like) or tensor.shape != like.shape:
        return tensor
    from torch.distributed.tensor import distribute_tensor

    device = like.device_mesh.device_type  # where offloaded parts are not
    return distribute_tensor(tensor.to(device), like.device_mesh, like.placements, src_data_rank=None).to(like.device)


def total_norm(tensors: Sequence[Tensor]) -> Tensor:
    """The norm of all of them as one vector."""
    return whole(torch.nn.utils.get_total_norm(tensors, foreach=True))


def clip_gradients(model: LanguageModel, max_norm: float) -> Tensor:
    """Scale all gradients down to a norm of at most `max_norm` together; the norm before."""
    norm = total_norm([p.grad for p in model.parameters() if p.grad is not None])
    torch.nn.utils.clip_grads_with_norm_(model.parameters(), max_norm, norm, foreach=True)
    return norm


def gathered(state: Any) -> Any:
    """The same state with whole tensors on the CPU where they were in parts; complete in the first process only."""

    def gather(tensor: Tensor, _: Any) -> Tensor | None:
        if not is_part(tensor):
            return tensor
        complete = tensor.full_tensor()  # every process takes part
        return complete.cpu() if is_first() else None

    return each_tensor(state, gather)


def from_first(state: Any, like: Any) -> Any:
    """
    The first process's state in every process, tensor by tensor.

    Args:
        state: Nested mappings and sequences of tensors on the CPU and of values; None in the others.
        like: The same nesting where tensors may be in parts: what is received there is kept in such parts.
    """
    if not together():
        return state
    shapes = told(each_tensor(state, lambda tensor, _: tensor.to("meta")))
    tensors = iter(_tensors(state))

    def receive(shape: Tensor, like: Any) -> Tensor:
        tensor = next(tensors).contiguous() if is_first() else torch.empty_like(shape, device="cpu")
        dist.broadcast(tensor, 0)
        return in_parts(tensor, like)

    return each_tensor(shapes, receive, like)


def each_tensor(value: Any, change: Callable[[Tensor, Any], Any], like: Any = None) -> Any:
    """Nested mappings and sequences with each tensor changed; `like` is followed down as far as it goes."""
    if isinstance(value, Tensor):
        return change(value, like)
    if isinstance(value, Mapping):
        return {key: each_tensor(item, change, _below(like, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(each_tensor(item, change, _below(like, number)) for number, item in enumerate(value))
    return value


def _below(like: Any, key: Any) -> Any:
    if isinstance(like, Mapping):
        return like.get(key)
    return like[key] if isinstance(like, list) else like


def _tensors(value: Any) -> list[Tensor]:
    found: list[Tensor] = []
    each_tensor(value, lambda tensor, _: found.append(tensor))
    return found
