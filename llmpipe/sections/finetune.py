"""`finetune`: the tuned model."""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from llmpipe.sections.section import MIN_CONTEXT, Name, Positive, Ratio, Section
from llmpipe.sections.training import TrainConfig

Target = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class AdapterConfig(Section):
    """A low-rank change of some matrices instead of tuning all weights; merged into them at the end."""

    kind: Literal["none", "lora", "dora"] = "none"
    rank: Positive = 8
    alpha: float = Field(16.0, gt=0)  # the change is multiplied by alpha / rank
    targets: tuple[Target, ...] = get_args(Target)


class AugmentationConfig(Section):
    """Noisy copies of training examples beside the originals, in their main input; rates are shares."""

    copies: int = Field(default=0, ge=0)  # of each example
    characters: Ratio = 0.02  # mistyped
    deletions: Ratio = 0.05  # words that are left out
    synonyms: Ratio = 0.1  # of the words that the lexicon knows
    lexicon: str = ""  # file: a word and its synonyms a line, separated by tabs
    lexicon_digest: str = ""  # its SHA-256; the stage says which it is
    protect: tuple[
        str, ...
    ] = ()  # words and names that stay, beside numbers, capitalised words and words of the answer
    datasets: tuple[Name, ...] = ()  # (): all


class RenamingConfig(Section):
    """Invented words in place of those that prompt and answer share, in copies of examples; and in documents."""

    copies: int = Field(default=0, ge=0)  # of each example
    ratio: Ratio = 0.5  # of the words that prompt and answer share, and of those that a document repeats
    documents: Ratio = 0.0  # share of the replayed documents in which this is done
    datasets: tuple[Name, ...] = ()  # (): all but classification, whose answers are labels


class RetrievedConfig(Section):
    """Questions asked a second time, with the passages that a search as `evaluate.retrieval` says finds for them."""

    ratio: Ratio = 0.0  # of the questions of recall and reading; 0: none
    unsupported_ratio: Ratio = 0.2  # of these, searched for without the passages that support the answer
    refuse: bool = True  # no support, then the answer is the refusal; False: such questions are left out
    datasets: tuple[Name, ...] = ()  # (): all of recall and reading


class FoldsConfig(Section):
    """Cross-validation: which labelled examples are held out (tasks/folds.py)."""

    count: Annotated[int, Field(ge=2)] | None = None  # as many folds; None: none, and all examples are used
    fold: int = Field(default=0, ge=0)  # the one that is held out
    by: tuple[str, ...] = ("entities", "polynomial", "group")  # labels, or parts of inputs, that no two folds share

    @model_validator(mode="after")
    def _fold_exists(self) -> "FoldsConfig":
        if self.count is not None and self.fold >= self.count:
            raise ValueError(f"fold is {self.fold}; the {self.count} folds are numbered from 0 to {self.count - 1}")
        return self


class PreferenceConfig(Section):
    """Tuning on preference pairs (DPO)."""

    pairs: str = ""  # .jsonl file or folder of such: {prompt, chosen, rejected}
    digest: str = ""  # its SHA-256; the stage says which it is
    valid_ratio: Ratio = 0.1  # of the prompts, by hash
    beta: float = Field(0.1, gt=0)  # how dear it is to leave the model at the start


# What weights are kept by: metric is the headline metric of each data set's task; the rest are metrics by name
BestBy = Literal[
    "exact_match",
    "loss",
    "metric",
    "bleu",
    "chrf",
    "rouge1",
    "rouge2",
    "rougeL",
    "f1",
    "derivative_exact",
    "joint_accuracy",
    "slot_accuracy",
    "entity_f1",
    "entity_precision",
    "entity_recall",
    "accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
]


class FinetuneConfig(TrainConfig):
    """The tuned model."""

    section: ClassVar[str] = "finetune"

    mode: Literal["supervised", "preference"] = "supervised"
    base: Literal["pretrained", "random", "path"] = "pretrained"
    path: str = ""  # base path: a Hugging Face directory (Llama, Qwen2, Qwen3) or a model directory
    digest: str = ""  # SHA-256 of that directory; the stage stops when it is another, and says which it is
    context_length: Annotated[int, Field(ge=MIN_CONTEXT)] | None = (
        None  # base path: positions to use; None: all that the model knows
    )
    adapter: AdapterConfig = AdapterConfig()
    train_per_dataset: Positive | None = None  # None: all that ingest gives
    weights: dict[str, float] = {}  # data set -> share of the mixture; others share the rest equally
    dropout: Ratio = 0.0
    documents_ratio: Ratio = 0.0  # share of the batch that repeats pretraining documents
    neftune_alpha: float = Field(0.0, ge=0)
    max_lost_ratio: Ratio = 0.1  # examples that lose their whole completion to truncation
    early_stopping: bool = True  # keep the best validation checkpoint
    best_by: BestBy = "exact_match"  # on valid; preference mode: exact_match is the share of pairs told right
    patience: Positive | None = None  # validations in a row without a better one that end training; None: all steps
    augmentation: AugmentationConfig = AugmentationConfig()
    renaming: RenamingConfig = RenamingConfig()
    retrieved: RetrievedConfig = RetrievedConfig()
    folds: FoldsConfig = FoldsConfig()
    preference: PreferenceConfig = PreferenceConfig()

    @model_validator(mode="after")
    def _examples_have_folds(self) -> "FinetuneConfig":
        if self.folds.count is not None and self.mode == "preference":
            raise ValueError("folds.count is set and mode is preference; folds are of labelled examples only")
        return self

    @model_validator(mode="after")
    def _pairs_have_no_metric(self) -> "FinetuneConfig":
        if self.mode == "preference" and self.best_by not in ("exact_match", "loss"):
            raise ValueError(f"best_by is {self.best_by} and mode is preference; pairs know exact_match and loss only")
        return self
