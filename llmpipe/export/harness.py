"""
Our models under EleutherAI's evaluation harness (Gao et al. 2024): its tasks, its few-shot prompts, its scores.

The requests are answered as its own backend for Hugging Face models answers them, with the tokenizer of the same
folder, so the exported model gets the same numbers there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from llmpipe.errors import ParamsError
from llmpipe.model.generate import generate
from llmpipe.train.directory import Loaded, load

try:
    from lm_eval import simple_evaluate, utils
    from lm_eval.api.model import TemplateLM
    from lm_eval.models.utils import has_bos_prefix, postprocess_generated_text
    from lm_eval.tasks import TaskManager
    from transformers import AutoTokenizer
except ImportError:
    raise ParamsError("the evaluation harness is not installed: `pip install 'llmpipe[harness]'`.") from None

MAX_NEW_TOKENS = 256  # the harness's default; at most half of the context
BOOTSTRAP = 1000  # resamples of the standard errors that are no formula


class Adapter(TemplateLM):
    """
    Answers the three kinds of requests that the harness makes.

    Args:
        folder: Model directory.
        batch_size: Texts at once.
    """

    def __init__(self, folder: Path, batch_size: int) -> None:
        super().__init__()
        self.loaded: Loaded = load(folder)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.batch_size = batch_size
        self.max_length = self.loaded.config.context_length

    @property
    def eot_token_id(self) -> int:
        """What ends a document."""
        return self.loaded.tokenizer.eos_id

    @property
    def prefix_token_id(self) -> int:
        """What stands before a text without a context."""
        return self.loaded.tokenizer.bos_id

    @property
    def tokenizer_name(self) -> str:
        """Names the cache of prompts."""
        return self.loaded.tokenizer.digest

    def tok_encode(self, string: str, add_special_tokens: bool | None = None, **_: Any) -> list[int]:
        """Token ids, `<s>` first unless the text begins with it, or none is wanted."""
        if add_special_tokens is None:
            add_special_tokens = not has_bos_prefix(string, self.tokenizer.bos_token)
        return list(self.tokenizer.encode(string, add_special_tokens=add_special_tokens))

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """A conversation as text."""
        return str(
            self.tokenizer.apply_chat_template(
                chat_history,
                tokenize=False,
                add_generation_prompt=add_generation_prompt,
                continue_final_message=not add_generation_prompt,
            )
        )

    @torch.inference_mode()
    def _loglikelihood_tokens(
        self, requests: Sequence[tuple[Any, list[int], list[int]]], **_: Any
    ) -> list[tuple[float, bool]]:
        """Nats of each continuation after its context, and whether it is the likeliest one, token by token."""
        found = [(0.0, False)] * len(requests)
        rows = [(context + continuation)[-self.max_length - 1 :] for _, context, continuation in requests]
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
        for start in range(0, len(order), self.batch_size):
            chosen = order[start : start + self.batch_size]
            width = len(rows[chosen[0]]) - 1
            # what is filled up stands behind the text, where no earlier token can see it
            inputs = torch.tensor([rows[i][:-1] + [0] * (width + 1 - len(rows[i])) for i in chosen])
            hidden = self.loaded.model.hidden(inputs)
            for states, i in zip(hidden, chosen, strict=True):
                wanted = torch.tensor(requests[i][2][-self.max_length :])
                end = len(rows[i]) - 1
                scores = self.loaded.model.logits(states[end - len(wanted) : end]).float().log_softmax(-1)
                nats = scores.gather(-1, wanted[:, None]).sum()
                found[i] = float(nats), bool((scores.argmax(-1) == wanted).all())
        return found

    def loglikelihood_rolling(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[float]:
        """
        Nats of whole texts, cut into windows of the context, each token scored once.

        The harness's own backend puts `<s>` before a text twice and scores the second, unless `add_bos_token` is False.
        """
        windows = [
            (number, *utils.make_disjoint_window(window))
            for number, request in enumerate(requests)
            for window in utils.get_rolling_token_windows(
                token_list=self.tok_encode(request.args[0], add_special_tokens=False),
                prefix_token=self.prefix_token_id,
                max_seq_len=self.max_length,
                context_len=1,
            )
        ]
        totals = [0.0] * len(requests)
        for (number, *_), (nats, _) in zip(windows, self._loglikelihood_tokens(windows), strict=True):
            totals[number] += nats
        return totals

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Greedy answers, up to the first of the texts that end them."""
        answers = [""] * len(requests)
        by_length: dict[int, list[int]] = {}
        for number, request in enumerate(requests):
            asked = int(request.args[1].get("max_gen_toks", MAX_NEW_TOKENS))
            by_length.setdefault(min(asked, self.max_length // 2), []).append(number)
        tokenizer = self.loaded.tokenizer
        for length, numbers in by_length.items():
            prompts = [self.tok_encode(requests[i].args[0])[length - self.max_length :] for i in numbers]
            outputs = generate(
                self.loaded.model,
                prompts,
                max_new_tokens=length,
                stop_ids={tokenizer.eos_id, tokenizer.end_id},
                batch_size=self.batch_size,
            )
            for i, output in zip(numbers, outputs, strict=True):
                said = self.tokenizer.decode(output, skip_special_tokens=True)
                answers[i] = postprocess_generated_text(said, _stops(requests[i].args[1]), None)
        return answers


def _stops(settings: dict[str, Any]) -> list[str]:
    """Texts that end an answer."""
    until = settings.get("until") or []
    return [until] if isinstance(until, str) else list(until)


@dataclass(frozen=True)
class Settings:
    """
    What to ask, and how.

    Args:
        tasks: Names of tasks.
        include: A folder with further tasks as YAML files, which may read local data.
        num_fewshot: Solved examples in a prompt; None: as the task says.
        limit: Items a task; None: all.
        batch_size: Texts at once.
        chat: Whether prompts are conversations.
        seed: Of the choice of examples and of the bootstrap.
    """

    tasks: tuple[str, ...]
    include: Path | None = None
    num_fewshot: int | None = None
    limit: int | None = None
    batch_size: int = 32
    chat: bool = False
    seed: int = 1


def evaluate(folder: Path, settings: Settings) -> tuple[dict[str, Any], str]:
    """
    Score a model directory with tasks of the harness.

    Returns:
        Results, versions, numbers of examples and items as the harness gives them; and the same as a table.

    Raises:
        ParamsError: A task is unknown, or its data cannot be had.
        CheckpointError: The model directory is damaged.
    """
    adapter = Adapter(folder, settings.batch_size)
    manager = _manager(settings)
    seeds = ("random_seed", "numpy_random_seed", "torch_random_seed", "fewshot_random_seed")
    try:
        found = simple_evaluate(
            adapter,
            tasks=list(settings.tasks),
            task_manager=manager,
            num_fewshot=settings.num_fewshot,
            limit=settings.limit,
            log_samples=False,
            apply_chat_template=settings.chat,
            bootstrap_iters=BOOTSTRAP,
            **dict.fromkeys(seeds, settings.seed),
        )
    except OSError as error:  # also what `datasets` raises without a network
        reason = str(error).partition("\n")[0]
        raise ParamsError(
            f"the data of {', '.join(settings.tasks)} cannot be had ({reason}); fetch them where there is a network, "
            "or give tasks with local files by --include."
        ) from None
    kept = {name: found[name] for name in ("results", "versions", "n-shot", "n-samples")}
    return kept, str(utils.make_table(found))


def _manager(settings: Settings) -> TaskManager:
    """The tasks that are known: those of the folder, and, when these are not all, those of the harness."""
    include = str(settings.include) if settings.include else None
    for defaults in (False, True) if include else (True,):
        manager = TaskManager(include_path=include, include_defaults=defaults)
        unknown = [name for name in settings.tasks if not manager.match_tasks([name])]
        if not unknown:
            return manager
    raise ParamsError(
        f"the harness has no task '{unknown[0]}'; `lm-eval ls tasks` lists what it has, --include names a folder of "
        "yours."
    )
