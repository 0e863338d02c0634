"""Mode `supervised`: labelled examples, what is held out of them, and how the tuned model is judged."""

from dataclasses import replace
from typing import Any

from llmpipe.files import Layout, digest
from llmpipe.model.transformer import Transformer
from llmpipe.records import Example
from llmpipe.sections.finetune import FinetuneConfig
from llmpipe.sections.params import Params
from llmpipe.tasks import folds
from llmpipe.train.batches import Mixture
from llmpipe.train.directory import Loaded
from llmpipe.train.loop import Measures
from llmpipe.tuning import copies, mixture
from llmpipe.tuning.judging import check_metric, validate_answers, validate_examples
from llmpipe.tuning.work import Work, check_lost


def example_work(params: Params, data: Layout, base: Loaded, model: Transformer) -> Work:
    """Examples of the data sets, with the documents replayed beside them."""
    config, tokenizer, context = params.finetune, base.tokenizer, base.config.context_length
    examples = mixture.read_examples(data.clean / "examples" / "train", config.train_per_dataset)
    valid_examples = mixture.read_examples(data.clean / "examples" / "valid")
    held: dict[str, list[Example]] = {}
    counts: dict[str, Any] = {}
    if config.folds.count is not None:
        examples, valid_examples, held, counts = held_out(examples, valid_examples, config)
    noisy, noise = copies.noisy_copies(examples, config)
    renamed, words = copies.renamed_copies(examples, config)
    found, asked_valid, how_found = copies.with_retrieved(params, data, examples, valid_examples)
    sources, lost = {}, {}
    for name, given in examples.items():
        rows = [*given, *noisy.get(name, []), *renamed.get(name, []), *found.get(name, [])]
        sources[name], lost[name] = mixture.encode(rows, tokenizer, context)
        check_lost(name, lost[name], len(rows), config)
    valid = {name: mixture.encode(rows, tokenizer, context)[0] for name, rows in asked_valid.items()}
    judged = {name: mixture.encode(rows, tokenizer, context)[0] for name, rows in held.items()}
    counts |= {
        "examples": {name: len(source.lengths) for name, source in sources.items()},
        "lost_to_truncation": lost,
    }
    if noise:
        counts |= {"noise": noise, "noisy_copies": {name: len(rows) for name, rows in noisy.items()}}
    if renamed:
        counts |= {"renaming": words, "renamed_copies": {name: len(rows) for name, rows in renamed.items()}}
    counts |= how_found
    check_metric(params, examples, asked_valid)
    details: Measures = {}

    def validate(tuned: Transformer) -> Measures:
        measures = validate_examples(tuned, valid, details, config.validate_batch_tokens)
        return measures | validate_answers(replace(base, model=tuned), asked_valid, examples, config, details)

    def judge(tuned: Transformer) -> Measures:
        measures = validate_examples(tuned, judged)
        measures |= validate_answers(replace(base, model=tuned), held, examples, config)
        return {name.replace("valid_", "fold_", 1): value for name, value in measures.items()}

    return Work(
        batches=Mixture(*mixture.with_documents(sources, data, tokenizer, config), config.seed, context),
        validate=validate,
        best=f"valid_{config.best_by}",
        inputs=_inputs(params, data),
        what=f"{sum(counts['examples'].values()):,} examples of {len(sources)} data sets",
        counts=counts,
        more=details,
        judge=judge if judged else None,
    )


def _inputs(params: Params, data: Layout) -> dict[str, str]:
    """Digests of what examples are made of; of the documents when questions search them."""
    folders = {"examples": data.clean / "examples", "tokens": data.tokens / "train"}
    if params.finetune.retrieved.ratio:
        folders |= {"documents": data.clean / "train"}
    return {name: digest(folder) for name, folder in folders.items()}


def held_out(
    examples: folds.Examples, valid: folds.Examples, config: FinetuneConfig
) -> tuple[dict[str, list[Example]], dict[str, list[Example]], dict[str, list[Example]], dict[str, Any]]:
    """
    Examples to train on, to validate on, and of the fold that neither sees; and how many there are.

    The fold has examples of train and of valid, and valid loses what shares an entity with the fold: the weights that
    are kept must not be chosen by it.

    Raises:
        DataError: One of the three is empty.
    """
    of_train, of_valid = (folds.split(rows, config.folds, config.seed) for rows in (examples, valid))
    names = sorted({*of_train.held, *of_valid.held})
    held = {name: of_train.held.get(name, []) + of_valid.held.get(name, []) for name in names}
    parts = {"train on": of_train.rest, "validate on": of_valid.rest, "judge": held}
    for what, found in parts.items():
        folds.need(found, what, config.folds)
    counts = {name: sum(map(len, rows.values())) for name, rows in (("rest", of_train.rest), ("held", held))}
    counts |= {"valid": sum(map(len, of_valid.rest.values())), "left_out": of_train.left_out + of_valid.left_out}
    return of_train.rest, of_valid.rest, held, {"folds": counts}
