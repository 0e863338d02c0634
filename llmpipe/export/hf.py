"""
A plain Hugging Face directory, verified by loading it with transformers before it appears.

A model directory already has Hugging Face's names and files; the export leaves out what only llmpipe
reads, adds the longest input to the tokenizer's configuration, and proves that transformers computes the
same logits and the same token ids. The `llmpipe` section of config.json stays (transformers ignores it),
so the exported folder is still a model directory.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from llmpipe.errors import CheckpointError, DataError, ParamsError
from llmpipe.export.checks import load_standard, random_tokens
from llmpipe.files import atomic_directory, read_json, write_json, write_text
from llmpipe.tokenizer import AnyTokenizer, Tokenizer
from llmpipe.tokenizer.checks import HARD_STRINGS, random_strings
from llmpipe.tokenizer.foreign import FILES as FOREIGN_FILES
from llmpipe.tokenizer.tokenizer import FILES as TOKENIZER_FILES
from llmpipe.train import directory
from llmpipe.train.directory import WEIGHTS, Loaded

FILES = ("config.json", "generation_config.json", WEIGHTS)
MAX_LOGIT_DIFFERENCE = 1e-4  # fp32; measured: 1.4e-5 at most between attention kernels
NUM_STRINGS = 5000
CARD = "README.md"  # the hub's name for a model card


def export(model_folder: Path, to: Path, card: Callable[[Path, Loaded], str] | None = None) -> dict[str, float]:
    """
    Write the model of `model_folder` to the new folder `to`; returns what `verify` measured.

    Args:
        model_folder: Model directory.
        to: New folder.
        card: Makes the model card (README.md) from what was written and the model; None: there is none.

    Raises:
        ParamsError: `to` holds files already, or transformers is not installed.
        CheckpointError: The model directory is damaged, its architecture has no standard name, transformers would
            read other tokens, or it computes something else.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise ParamsError(f"{to} exists already; name a new folder to export to.")
    loaded = load_standard(model_folder, "transformers")
    ours = isinstance(loaded.tokenizer, Tokenizer)
    if ours and loaded.config.qkv_bias:  # since transformers 5, whatever tokenizer_class says
        raise CheckpointError(
            f"{model_folder} was trained with model.qkv_bias and llmpipe's tokenizer, and transformers reads the text "
            "of every Qwen2 with Qwen's tokenizer; train with model.qkv_bias: false, or use `llmpipe export gguf`."
        )
    with atomic_directory(to) as temporary:
        for name in (*FILES, *(TOKENIZER_FILES if ours else FOREIGN_FILES)):
            if not (model_folder / name).exists():
                raise CheckpointError(f"{model_folder / name} is missing; restore the folder with `dvc checkout`.")
            shutil.copyfile(model_folder / name, temporary / name)
        if not directory.is_standard(model_folder):
            directory.write(temporary, loaded.model, loaded.tokenizer)
        tokenizer_config = read_json(temporary / "tokenizer_config.json")
        longest = {"model_max_length": loaded.config.context_length}
        write_json(temporary / "tokenizer_config.json", tokenizer_config | longest)
        if card is not None:
            write_text(temporary / CARD, card(temporary, loaded))
        return verify(temporary, loaded)


def verify(folder: Path, loaded: Loaded) -> dict[str, float]:
    """
    Load a Hugging Face directory with transformers and compare it with our model.

    Returns:
        `max_logit_difference` over random tokens, `strings` whose ids were compared.

    Raises:
        ParamsError: transformers is not installed.
        CheckpointError: Logits differ by more than `MAX_LOGIT_DIFFERENCE`, or token ids differ.
    """
    try:
        import transformers
    except ImportError:
        raise ParamsError("the export is checked with transformers: `pip install 'llmpipe[hf]'`.") from None
    with _quiet(transformers):
        theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    difference = _logit_difference(theirs, loaded)
    if not difference <= MAX_LOGIT_DIFFERENCE:  # NaN fails too
        raise CheckpointError(
            f"transformers {transformers.__version__} computes other logits than llmpipe from {folder} (largest "
            f"difference {difference:.2g}, at most {MAX_LOGIT_DIFFERENCE:g} is rounding); please report this."
        )
    strings = [*HARD_STRINGS, *random_strings(NUM_STRINGS)]
    with _quiet(transformers):  # it warns of strings longer than the context; they never reach the model
        _compare_tokens(transformers.AutoTokenizer.from_pretrained(folder), loaded.tokenizer, strings)
    return {"max_logit_difference": difference, "strings": len(strings)}


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without the warnings and progress bars of transformers; errors still raise."""
    logging = transformers.utils.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


@torch.no_grad()
def _logit_difference(theirs: Any, loaded: Loaded) -> float:
    """Largest absolute difference between two models' logits on two rows of random tokens."""
    token_ids = random_tokens(loaded)
    return float((theirs(token_ids).logits - loaded.model(token_ids)).abs().max())


def _compare_tokens(theirs: Any, tokenizer: AnyTokenizer, strings: list[str]) -> None:
    """Compare ids, decoded text and a chat prompt; role names inside strings are text."""
    encoded = theirs(strings, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    for text, found, ours in zip(strings, encoded, tokenizer.encode_batch(strings), strict=True):
        if found != ours or theirs.decode(found) != tokenizer.decode(ours):
            raise CheckpointError(f"transformers reads other tokens than llmpipe in {text[:60]!r}; please report this.")
    chat = [("system", "Be kind."), ("user", "你好 \n"), ("assistant", "Hello"), ("user", "2+2?")]
    try:
        prompt = tokenizer.prompt(chat)
    except DataError:  # a template that knows no system
        prompt = tokenizer.prompt(chat := chat[1:])
    messages = [{"role": role, "content": content} for role, content in chat]
    rendered = theirs.apply_chat_template(messages, add_generation_prompt=True, tokenize=False, enable_thinking=False)
    if theirs(rendered, add_special_tokens=False)["input_ids"] != prompt:
        raise CheckpointError("transformers builds another prompt than llmpipe from a chat; please report this.")
