"""What `finetune` will tune, and on how many tokens: our own model or that of `finetune.path`, examples or pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean

from llmpipe.config import FinetuneConfig, ModelConfig, Params
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.files import project_root, read_json
from llmpipe.model.flops import training_flops_per_token
from llmpipe.train import directory, foreign, pairs
from llmpipe.train.loop import batch_rows
from llmpipe.tuning import answer_pairs

LOOKED_AT = 200  # pairs that tell the lengths
MESSAGE_TOKENS = 6  # around a prompt and its answer: BOS, roles and ends


@dataclass(frozen=True)
class Tuned:
    """
    The model that is tuned, and one step of it.

    Args:
        model: Its sizes; the context is the one that is used.
        vocab_size: Rows of its embeddings.
        trial: The batch with which a step is timed on our own model, in whole rows of its context.
        pair_tokens: Of each looked-at preference pair, both answers with their prompt; none: examples are tuned on.
        num_pairs: Preference pairs.
    """

    model: ModelConfig
    vocab_size: int
    trial: FinetuneConfig
    pair_tokens: Sequence[int] = ()
    num_pairs: int = 0

    def step_tokens(self, config: FinetuneConfig) -> float:
        """Positions that a step computes: rows of pairs are as long as the longest of their batch."""
        if not self.pair_tokens:
            return config.batch_tokens
        in_step = max(1, config.batch_tokens // self.model.context_length // 2)
        starts = range(0, len(self.pair_tokens), in_step)
        return in_step * mean(max(self.pair_tokens[start : start + in_step]) for start in starts)

    def all_tokens(self) -> float:
        """Positions of all pairs."""
        return self.num_pairs * mean(self.pair_tokens) if self.pair_tokens else 0.0

    def slower(self, params: Params) -> float:
        """How many times the arithmetic of a step is that of the step that was timed."""
        ours = training_flops_per_token(params.model, params.tokenizer.vocab_size) * self.trial.batch_tokens
        return training_flops_per_token(self.model, self.vocab_size) * self.step_tokens(params.finetune) / ours

    def larger(self, params: Params) -> float:
        """How many times the arithmetic of a token is that of our own model."""
        ours = training_flops_per_token(params.model, params.tokenizer.vocab_size)
        return training_flops_per_token(self.model, self.vocab_size) / ours


def own(params: Params) -> Tuned:
    """Our own model on examples, as `transfer` tunes it whatever `finetune` does."""
    return Tuned(params.model, params.tokenizer.vocab_size, _trial(params))


def look(params: Params, tokens_per_byte: float) -> Tuned:
    """
    What `finetune` says.

    Args:
        params: All sections.
        tokens_per_byte: Of text; what the tokenizer of another model makes of it is taken to be the same.

    Raises:
        ParamsError: Nothing is where a path leads, or a batch does not fit the context.
        CheckpointError: The model there cannot be tuned.
        DataError: A file holds no pairs.
    """
    config = params.finetune
    model, vocab_size = params.model, params.tokenizer.vocab_size
    if config.base == "path":
        model, vocab_size = _sizes(_there("finetune.path", config.path), config.context_length)
    batch_rows(config, model.context_length)
    found = Tuned(model, vocab_size, _trial(params))
    if config.mode != "preference":
        return found
    answer_pairs.check_pair_batch(config, model.context_length)
    read = pairs.read(_there("finetune.preference.pairs", config.preference.pairs))
    lengths = [_tokens(pair, tokens_per_byte, model.context_length) for pair in islice(read, LOOKED_AT)]
    return Tuned(model, vocab_size, _trial(params), lengths, len(read))


def _there(name: str, value: str) -> Path:
    path = project_root() / value
    if not value or not path.exists():
        raise ParamsError(f"{name} is '{value}', where nothing is; name a file or folder that exists.")
    return path


def _sizes(folder: Path, context_length: int | None) -> tuple[ModelConfig, int]:
    """Sizes and vocabulary of a model directory, ours or of transformers, from its config.json alone."""
    if not (folder / "config.json").exists():
        raise CheckpointError(f"{folder} holds no config.json; name a Hugging Face directory or a model directory.")
    written = read_json(folder / "config.json")
    if directory.is_ours(folder):
        return ModelConfig.model_validate(written["llmpipe"]["model"]), int(written["vocab_size"])
    model = foreign.model_config(written, folder)
    if context_length is not None:
        model = model.model_copy(update={"context_length": min(context_length, model.context_length)})
    return model, int(written["vocab_size"])


def _trial(params: Params) -> FinetuneConfig:
    """The configured batch in whole rows of our own context."""
    context = params.model.context_length
    tokens = max(1, round(params.finetune.batch_tokens / context)) * context
    micro = params.finetune.micro_batch_tokens
    if micro is not None:
        micro = min(tokens, max(1, round(micro / context)) * context)
    return params.finetune.model_copy(update={"batch_tokens": tokens, "micro_batch_tokens": micro})


def _tokens(pair: pairs.Pair, tokens_per_byte: float, context_length: int) -> int:
    """Positions of both rows of a pair, each padded to the longer one; longer pairs than the context are dropped."""
    prompt = sum(len(text.encode()) for _, text in pair.prompt)
    answer = max(len(pair.chosen.encode()), len(pair.rejected.encode()))
    row = round((prompt + answer) * tokens_per_byte) + MESSAGE_TOKENS
    return 2 * min(row, context_length)
