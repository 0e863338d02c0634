"""
The model card of an exported folder: README.md as the Hugging Face hub reads it (Mitchell et al. 2019).

What the model is, what it was trained on, every headline score with its interval beside the best baseline, and what the
numbers do not show. Without an evaluation that belongs to the weights it says so in place of scores.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmpipe import __version__
from llmpipe.config import PIPELINE_SECTIONS, Params, flatten
from llmpipe.files import digest_value
from llmpipe.pages import card, content, numbers
from llmpipe.pages.blocks import Block, Heading, Items, Table, Text, to_markdown
from llmpipe.pages.results import BASE, BITS, NGRAM, OVERALL, TEXT, TUNED, Results
from llmpipe.records import Score

MIN_LANGUAGE_SHARE = 0.01  # of the training text; less is what slipped through cleaning
USE = """```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")
model = AutoModelForCausalLM.from_pretrained("{name}")
messages = [{{"role": "user", "content": "How are you?"}}]
prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
answer = model.generate(**prompt, max_new_tokens=64, do_sample=False)[0, prompt["input_ids"].shape[1] :]
print(tokenizer.decode(answer, skip_special_tokens=True).strip())
```"""
CONTINUE = """```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")
model = AutoModelForCausalLM.from_pretrained("{name}")
text = tokenizer("Once upon a time", return_tensors="pt")
print(tokenizer.decode(model.generate(**text, max_new_tokens=64, do_sample=False)[0], skip_special_tokens=True))
```"""
HUB_METRICS = {"macro_f1": "f1", "rougeL": "rouge"}  # their names at the hub, where ours is another


@dataclass(frozen=True)
class Subject:
    """
    The folder that the card is about.

    Args:
        name: Of the exported folder.
        model: TUNED or BASE; another folder's own name.
        config: Its config.json.
        num_parameters: Of its weights.
        digest: SHA-256 of its weights.
    """

    name: str
    model: str
    config: Mapping[str, Any]
    num_parameters: int
    digest: str


def model_card(subject: Subject, params: Params | None, results: Results | None, missing: str = "") -> str:
    """
    README.md of an exported model.

    Args:
        subject: What was exported.
        params: With what it was made; None: not known.
        results: Of the evaluation of these weights; None: there is none.
        missing: Why there is none, in a sentence.
    """
    known = (params, results) if params is not None and results is not None else None
    blocks: list[Block] = [
        Heading(1, subject.name),
        Items(
            [architecture(subject), *(content.trained(*known)[: 2 if subject.model == TUNED else 1] if known else ())]
        ),
        Heading(2, "Use"),
        Text((CONTINUE if subject.model == BASE else USE).format(name=subject.name)),
        Heading(2, "Data"),
        *(_data(*known) if known else [Text("Not known: this folder does not say what the model was trained on.")]),
        Heading(2, "Scores"),
        *(_scores(subject, known[1]) if known else [Text(f"None. {missing}")]),
        Heading(2, "Limits"),
        Items([*_limits(subject, known), *(content.limits(*known) if known else ())]),
        Heading(2, "Where it comes from"),
        Items(_origin(subject, params if known else None)),
    ]
    return _front_matter(subject, known) + to_markdown(blocks)


def architecture(subject: Subject) -> str:
    """The model in a sentence."""
    config = subject.config
    return (
        f"**Architecture:** a decoder of {subject.num_parameters:,} parameters in the form of "
        f"`{config['architectures'][0]}`: {config['num_hidden_layers']} layers of width {config['hidden_size']}, "
        f"{config['vocab_size']:,} tokens, a context of {config['max_position_embeddings']:,} tokens."
    )


def languages(results: Results) -> list[str]:
    """Languages with their share of the training text, the largest first."""
    train = results.metrics["encode"]["train"]
    sizes = {name: group["bytes"] for name, group in train.get("languages", {}).items()}
    least = MIN_LANGUAGE_SHARE * sum(sizes.values())
    return [name for name in sorted(sizes, key=lambda name: (-sizes[name], name)) if sizes[name] >= least]


def _data(params: Params, results: Results) -> list[Block]:
    train = results.metrics["encode"]["train"]
    examples = results.metrics["finetune"]["examples"]
    tuned_on = ", ".join(f"{name} {count:,}" for name, count in sorted(examples.items()))
    return [
        Text(
            f"{train['documents']:,} documents with {train['bytes']:,} bytes in {', '.join(languages(results))}, after "
            f"cleaning; labelled examples: {tuned_on}."
        ),
        *card.sources(params),
    ]


def _scores(subject: Subject, results: Results) -> list[Block]:
    blocks: list[Block] = []
    if subject.model == TUNED:
        text, table, *_ = content.headlines(results)
        blocks = [text, table]
    rows = [
        [model, numbers.interval(score), f"{score.n:,}"]
        for model in (subject.model, NGRAM)
        if (score := results.find(model, TEXT, OVERALL, BITS)) is not None
    ]
    if rows:
        blocks += [
            Text("Bits that it needs for a byte of the test documents; fewer is better."),
            Table(["model", "bits per byte", "documents"], rows),
        ]
    return [*blocks, Text(_intervals(results))]


def _intervals(results: Results) -> str:
    sets = ", ".join(results.test_sets)
    return f"Numbers in brackets are 95 % intervals over the items of a test set ({sets}); BLEU and chrF run to 100."


def _limits(subject: Subject, known: tuple[Params, Results] | None) -> list[str]:
    ours = known is not None and known[0].finetune.base != "path"  # of a model of others nobody says
    said = f"It has read {', '.join(languages(known[1]))} only. " if known and ours else ""
    return [
        f"A model of {numbers.rounded(subject.num_parameters)} parameters. {said}It makes things up, and sounds no "
        "less sure then: nothing that it says should be relied on without a check, and no decision about a person be "
        "left to it.",
        f"Prompt and answer together have {subject.config['max_position_embeddings']:,} tokens; it was not trained on "
        "more.",
        "What its training text holds of errors, private facts and one-sided views, it may repeat.",
        "The chat template reads a role token in a user's text as one. `llmpipe serve` does not.",
    ]


def _origin(subject: Subject, params: Params | None) -> list[str]:
    lines = [f"Weights: SHA-256 `{subject.digest}`.", f"Exported by llmpipe {__version__}."]
    if params is not None:
        values = {name: getattr(params, name).model_dump(mode="json") for name in PIPELINE_SECTIONS}
        lines.insert(0, f"Parameters: SHA-256 `{digest_value(flatten(values))}` over all values that a stage reads.")
    return lines


def _front_matter(subject: Subject, known: tuple[Params, Results] | None) -> str:
    """What the hub reads; values are written as JSON, which is YAML."""
    values: dict[str, Any] = {
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["llmpipe"],
    }
    if known:
        values["language"] = languages(known[1])
        if found := _hub_results(subject, known[1]):
            values["model-index"] = [{"name": subject.name, "results": found}]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in sorted(values.items())]
    return "\n".join(["---", *lines, "---", "", ""])


def _hub_results(subject: Subject, results: Results) -> Sequence[Mapping[str, Any]]:
    """The headline scores of the tuned model as the hub's `model-index` has them."""
    if subject.model != TUNED:
        return []
    return [
        _hub_result(dataset, test_set, score)
        for dataset, test_set, metric in content.headline_names(results)
        if (score := results.find(TUNED, dataset, test_set, metric)) is not None
    ]


def _hub_result(dataset: str, test_set: str, score: Score) -> Mapping[str, Any]:
    interval = f"95 % interval {numbers.interval(score)}, n = {score.n}"
    return {
        "task": {"type": "text-generation"},
        "dataset": {"name": f"{dataset} {test_set}", "type": dataset, "split": test_set},
        "metrics": [
            {
                "type": HUB_METRICS.get(score.name, score.name),
                "name": f"{numbers.name(score.name)} ({interval})",
                "value": score.value,
            }
        ],
    }
