"""How a model in training does on held-out examples: its losses, exact answers, and answers that a metric scores."""

import math
from collections.abc import Mapping

import numpy as np

from llmpipe import tasks
from llmpipe.errors import CheckpointError, ParamsError
from llmpipe.evaluation.answers import headline, scores_on_valid
from llmpipe.evaluation.test_sets import VALID, TestSet, labels_of
from llmpipe.model.transformer import Transformer
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.tasks import folds
from llmpipe.train.batches import ExampleSequences
from llmpipe.train.directory import Loaded
from llmpipe.train.loop import Measures
from llmpipe.train.validate import sequence_losses
from llmpipe.tuning.work import check_strategy

WITHOUT_ANSWERS = ("exact_match", "loss")  # `finetune.best_by` for which no answer is generated


def check_metric(params: Params, train: folds.Examples, valid: folds.Examples) -> None:
    """
    The metric of `finetune.best_by` can be computed here.

    Raises:
        ParamsError: No data set is scored by it, or the weights are in parts and no process can answer.
        DataError: A valid example is malformed.
    """
    best_by = params.finetune.best_by
    if best_by in WITHOUT_ANSWERS:
        return
    check_strategy(params, f"finetune.best_by is {best_by}")
    sets = []
    for name, examples in valid.items():
        for example in examples:
            tasks.check(example)
        if examples and train.get(name):
            sets.append(TestSet(name, VALID, examples, labels_of(train[name])))
    if not any(headline(one, None if best_by == "metric" else best_by) for one in sets):
        known = sorted({metric for one in sets for metric in one.task.metrics if headline(one, metric)})
        raise ParamsError(
            f"finetune.best_by is {best_by}, by which no data set with valid examples is scored; "
            f"take one of {', '.join(['exact_match', 'loss', *(name for name in known if name != 'exact_match')])}."
        )


def validate_answers(
    loaded: Loaded,
    valid: folds.Examples,
    train: folds.Examples,
    config: FinetuneConfig,
    details: Measures | None = None,
) -> Measures:
    """
    What greedy answers are worth by the metric of `best_by`, 0..1, as `valid_METRIC`: the mean over the data sets.

    Nothing when `best_by` needs no answers; data sets that are not scored by the metric do not count. `details` gets
    the value of each, `valid_METRIC_NAME`.
    """
    best_by = config.best_by
    if best_by in WITHOUT_ANSWERS:
        return {}
    was_training = loaded.model.training
    loaded.model.eval()
    found = scores_on_valid(loaded, valid, train, None if best_by == "metric" else best_by)
    loaded.model.train(was_training)
    if details is not None:
        details.update({f"valid_{best_by}_{name}": value for name, value in found.items()})
    return {f"valid_{best_by}": float(np.mean(list(found.values())))} if found else {}


def validate_examples(
    model: Transformer,
    valid: Mapping[str, ExampleSequences],
    losses: Measures | None = None,
    batch_tokens: int = 8192,
) -> Measures:
    """
    Loss per supervised token, and per data set the share of answers that greedy decoding gets exactly right.

    An answer is right when every target is the likeliest token; a mean loss hides which task has been learnt.
    `losses` gets the loss of each data set, `valid_loss_NAME`.
    """
    measures: Measures = {}
    nats, targets, exact = 0.0, 0.0, []
    for name, source in sorted(valid.items()):
        if not len(source.lengths):
            continue
        found, counts, right = sequence_losses(model, source, model.config.context_length, batch_tokens)
        nats, targets = nats + float(found.sum()), targets + float(counts.sum())
        measures[f"valid_{name}"] = float(np.mean(right == counts))
        exact.append(measures[f"valid_{name}"])
        if losses is not None:
            losses[f"valid_loss_{name}"] = float(found.sum() / counts.sum())
    if not exact or not math.isfinite(nats):
        raise CheckpointError(
            "validation of the tuned model gave no finite loss; lower finetune.optimizer.learning_rate."
        )
    return {"valid_loss": nats / targets, "valid_exact_match": float(np.mean(exact)), **measures}
