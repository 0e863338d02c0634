"""Mode `preference`: pairs of answers (DPO)."""

from functools import partial

from llmpipe.errors import DataError, ParamsError
from llmpipe.files import Layout, project_root
from llmpipe.model.transformer import Transformer
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.train import pairs, parallel, preference
from llmpipe.train.device import use_device
from llmpipe.train.directory import Loaded
from llmpipe.tuning.bases import check_digest
from llmpipe.tuning.work import Work, check_lost, check_strategy


def pair_work(params: Params, data: Layout, base: Loaded, model: Transformer) -> Work:
    """
    Preference pairs, and how likely their answers are for the model at the start.

    Raises:
        ParamsError: A batch or a process would get half a pair.
        DataError: No pair is left to train on, or to hold out.
    """
    config, wanted, context = params.finetune, params.finetune.preference, base.config.context_length
    check_strategy(params, "finetune.mode is preference")
    check_pair_batch(config, context)
    path = project_root() / wanted.pairs
    check_digest("finetune.preference.pairs", wanted.pairs, path, "finetune.preference.digest", wanted.digest)
    found = pairs.read(path)
    found_by_split: dict[bool, preference.Pairs] = {}
    lost = 0
    model.to(use_device(params.compute, base.config.model_dim).torch)
    for is_valid in (False, True):
        of_split = [pair for pair in found if pair.is_valid(wanted.valid_ratio) == is_valid]
        sequences, dropped = pairs.encode(of_split, base.tokenizer, context)
        lost += dropped
        if not len(sequences.lengths):
            raise DataError(
                f"{wanted.pairs} leaves no pair to {'hold out' if is_valid else 'train on'}; give more, "
                "or change finetune.preference.valid_ratio."
            )
        found_by_split[is_valid] = preference.referred(model, sequences)
    check_lost("pairs", lost, len(found), config)
    train_pairs, valid_pairs = found_by_split[False], found_by_split[True]
    return Work(
        batches=preference.PairBatches(train_pairs, config.seed),
        validate=lambda tuned: preference.validate(tuned, valid_pairs, wanted.beta),
        best="valid_loss" if config.best_by == "loss" else "valid_preferred",
        inputs={"pairs": wanted.digest},
        what=f"{len(train_pairs):,} preference pairs",
        counts={"examples": {"pairs": len(train_pairs)}, "lost_to_truncation": {"pairs": lost}},
        loss=partial(preference.loss, beta=wanted.beta),
    )


def check_pair_batch(config: FinetuneConfig, context_length: int) -> None:
    """
    A batch holds whole pairs, and so does the part of each process.

    Raises:
        ParamsError: It would not.
    """
    for name, tokens in (("batch_tokens", config.batch_tokens), ("micro_batch_tokens", config.micro_batch_tokens)):
        unit = 2 * context_length * (parallel.num_processes() if name == "batch_tokens" else 1)
        if tokens is not None and tokens % unit:
            raise ParamsError(
                f"finetune.{name} is {tokens}; a pair takes two rows, so it must be a multiple of {unit}."
            )
