"""
The parameters: one frozen model per section of params.yaml, and the only reader of that file.

Unknown keys are errors that name the nearest known one; all problems are reported at once, each with
its dotted path. A stage loads only the sections it uses, so a mistake elsewhere cannot change it.
"""

import codecs
import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)

from llmpipe.depth import derived
from llmpipe.errors import ParamsError, unknown_name

Ratio = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """Base of all sections: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_switch_for_a_number(cls, values: Any) -> Any:
        """Refuse true and false where no switch is: pydantic would read true as 1."""
        for key, value in values.items() if isinstance(values, Mapping) else ():
            field = cls.model_fields.get(str(key))
            if isinstance(value, bool) and field and "bool" not in str(field.annotation):
                raise ValueError(f"{key} is {str(value).lower()}, which is for switches; write a number or a name")
        return values


# --- ingest -----------------------------------------------------------------------------------------


class WorldSource(Section):
    """The built-in sample world (see llmpipe/world)."""

    kind: Literal["world"]
    documents: Positive = 60000  # clean documents before planted dirt
    train_per_dataset: Positive = 300  # labelled examples a data set
    valid_per_dataset: Positive = 60
    test_per_set: Positive = 200
    dirt_ratio: Ratio = 0.3  # planted dirt, as a share of the clean documents


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]  # names files


_NO_ENCODINGS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}  # codecs for other uses


def codec(name: str) -> str:
    """
    Python's name of an encoding of text: `"UTF8"` -> `"utf-8"`.

    Raises:
        LookupError: There is none of this name.
    """
    found = codecs.lookup(name).name
    if found.replace("_", "-") in _NO_ENCODINGS:
        raise LookupError(name)
    b"a".decode(found, "replace")  # refuses what is no text, such as zip
    return found


def _encoding(name: str) -> str:
    try:
        return name if name == "auto" else codec(name)
    except LookupError:
        raise ValueError("unknown encoding; write auto, or one that Python knows, such as gb18030") from None


Encoding = Annotated[str, AfterValidator(_encoding)]  # auto: UTF-8, UTF-16 by its mark, GB18030 or cp1252


class Hub(Section):
    """A Hugging Face data set at a pinned revision, or a local folder in the same format."""

    repository: str
    revision: str = ""  # the 40 hex digits of a commit; a local folder needs none
    subset: str | None = None
    split: str = "train"


class DocumentsSource(Section):
    """Documents from local files (globs) or a Hugging Face data set."""

    kind: Literal["documents"]
    name: Name
    paths: tuple[str, ...] = ()
    hub: Hub | None = None
    split: Literal["file", "paragraph", "line", "wiki"] = "file"  # what one document is in a text file
    columns: tuple[str, ...] = ()  # of .csv and .tsv files that have no header line
    encoding: Encoding = "auto"  # of text files
    fields: dict[str, str] = {}  # text, id, language -> record field (dotted names reach inside); "" = there is none
    language: str = ""  # "" = detected by clean
    license: str = ""  # for the data card, as its owner names it
    url: str = ""  # where it comes from, for the data card
    limit: Positive | None = None  # the first ones

    @model_validator(mode="after")
    def _one_origin(self) -> "DocumentsSource":
        if bool(self.paths) == bool(self.hub):
            raise ValueError("give either paths or hub")
        return self


class ExampleFiles(Section):
    """Where the examples of one split are."""

    paths: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()  # translation: for each file one whose lines are its translations
    hub: Hub | None = None
    limit: Positive | None = None  # a sample by hash of the ids

    @model_validator(mode="after")
    def _one_origin(self) -> "ExampleFiles":
        if bool(self.paths) == bool(self.hub):
            raise ValueError("give either paths or hub")
        if self.targets and not self.paths:
            raise ValueError("targets go with paths")
        return self


class ExamplesSource(Section):
    """Examples of one data set: its task, its files per split, and how record fields map to task inputs."""

    kind: Literal["examples"]
    name: Name
    task: str
    language: str
    license: str = ""  # for the data card, as its owner names it
    url: str = ""  # where it comes from, for the data card
    fields: dict[str, str] = {}  # parts of the task -> record field
    columns: tuple[str, ...] = ()  # of .csv, .tsv and .conll files that have no header line
    encoding: Encoding = "auto"  # of text files
    missing_label: str = ""  # classification: label of records without one; "" quarantines them
    label_words: bool = False  # classification: labels as words, `bill_balance` as `bill balance`
    max_turns: Positive = 4  # dialogue: replies taken from one dialogue
    train: ExampleFiles
    valid: ExampleFiles | None = None  # None: a hashed share of train
    valid_ratio: Ratio = 0.05
    test: dict[Name, ExampleFiles] = Field(min_length=1)


Source = Annotated[WorldSource | DocumentsSource | ExamplesSource, Field(discriminator="kind")]


class IngestConfig(Section):
    """Which bytes the experiment is about."""

    seed: int = 1
    sources: tuple[Source, ...] = Field(min_length=1)
    max_bad_ratio: Ratio = 0.01  # a larger share of malformed records stops the stage
    max_record_bytes: Positive = 67_108_864  # longer records are put aside unread
    max_quarantined: Positive = 1000  # bad records of a source and reason that are kept; the rest is only counted


# --- clean ------------------------------------------------------------------------------------------


Amount = Annotated[float, Field(ge=0)]


class FiltersConfig(Section):
    """
    Thresholds of the keep/drop rules; null switches a rule off. Words: Han characters count one each.

    `languages` has other thresholds for documents of a language: {zh: {max_mean_word_length: null}}.
    """

    min_words: Positive | None = 4
    max_words: Positive | None = 100000
    max_mojibake_ratio: Ratio | None = 0.01
    max_symbol_ratio: Ratio | None = 0.3
    max_digit_ratio: Ratio | None = 0.5
    max_long_word_ratio: Ratio | None = 0.3  # words of more than 40 characters
    max_odd_word_ratio: Ratio | None = 0.2  # words without vowels, with five consonants in a row
    max_repeated_line_ratio: Ratio | None = 0.3
    max_repeated_ngram_ratio: Ratio | None = 0.4
    min_mean_word_length: Amount | None = None  # Gopher
    max_mean_word_length: Amount | None = None
    max_hash_ratio: Amount | None = None
    max_ellipsis_ratio: Amount | None = None
    max_bullet_line_ratio: Ratio | None = None
    max_ellipsis_line_ratio: Ratio | None = None
    min_alphabetic_word_ratio: Ratio | None = None
    min_stop_words: Amount | None = None
    max_duplicate_line_ratio: Ratio | None = None
    max_duplicate_line_character_ratio: Ratio | None = None
    max_duplicate_paragraph_ratio: Ratio | None = None
    max_duplicate_paragraph_character_ratio: Ratio | None = None
    max_top_2gram_ratio: Ratio | None = None
    max_top_3gram_ratio: Ratio | None = None
    max_top_4gram_ratio: Ratio | None = None
    max_duplicate_5gram_ratio: Ratio | None = None
    max_duplicate_6gram_ratio: Ratio | None = None
    max_duplicate_7gram_ratio: Ratio | None = None
    max_duplicate_8gram_ratio: Ratio | None = None
    max_duplicate_9gram_ratio: Ratio | None = None
    max_duplicate_10gram_ratio: Ratio | None = None
    min_sentences: Amount | None = None  # C4
    max_brace_ratio: Ratio | None = None
    max_placeholders: Amount | None = None
    min_punctuated_line_ratio: Ratio | None = None  # FineWeb
    max_short_line_ratio: Ratio | None = None
    max_newline_ratio: Amount | None = None
    min_punctuation_ratio: Amount | None = None  # marks of sentences a word
    max_rare_han_ratio: Ratio | None = None  # of Han characters
    max_misplaced_ratio: Ratio | None = None  # words and marks behind what they never follow
    max_lost_character_ratio: Ratio | None = None  # U+FFFD, boxes, question marks inside words
    max_mixed_case_ratio: Ratio | None = None  # words wiTh capitals inside
    min_language_confidence: Ratio | None = 0.4
    languages: dict[str, dict[str, float | None]] = {}

    @model_validator(mode="after")
    def _known_rules(self) -> "FiltersConfig":
        known = set(type(self).model_fields) - {"languages", "min_language_confidence"}
        for language, found in self.languages.items():
            for name in found:
                if name not in known:
                    raise ValueError(f"languages.{language}: {unknown_name('filter', name, known)}")
        return self

    def thresholds(self, language: str) -> dict[str, float]:
        """The thresholds for documents of a language; filters that are off are left out."""
        return self._tables.get(language, self._tables[""])

    @cached_property
    def _tables(self) -> dict[str, dict[str, float]]:
        common = {name: value for name, value in self if name not in ("languages", "min_language_confidence")}
        tables = {"": common, **{language: common | found for language, found in self.languages.items()}}
        return {
            language: {name: value for name, value in table.items() if value is not None}
            for language, table in tables.items()
        }


class BoilerplateConfig(Section):
    """Lines that belong to a site: of a listed form, or learned from the ends of a site's documents."""

    listed: bool = True
    learned: bool = True
    min_documents: Positive = 10  # that a learned line stands in, copies of a document counted once
    min_ratio: Ratio = 0.0003  # of the site's documents
    min_sentence_ratio: Ratio = 0.3  # for a line that ends as a sentence does: people repeat those, too


PiiPolicy = Literal["redact", "fake", "drop", "keep"]


class PiiConfig(Section):
    """
    What to do with each kind of personal data.

    redact: a typed placeholder; fake: a stand-in of the same form, the same for the same value (keyed by `clean.seed`);
    drop: the document goes; keep.
    """

    email: PiiPolicy = "redact"
    phone: PiiPolicy = "redact"
    ip: PiiPolicy = "redact"
    card: PiiPolicy = "redact"
    national_id: PiiPolicy = "redact"
    iban: PiiPolicy = "redact"
    secret: PiiPolicy = "redact"  # keys, tokens, passwords
    private_key: PiiPolicy = "redact"


class DuplicatesConfig(Section):
    """Exact and near duplicates; the copy kept is the one with the smallest content hash of its id."""

    exact: bool = True
    near: bool = True
    ngram: Positive = 5  # words
    ngram_han: Positive = 5  # Han characters, in texts that are mostly of these
    threshold: Ratio = 0.6  # exact Jaccard of the n-gram sets of a candidate pair
    num_hashes: Positive = 128
    prefix_words: Positive | None = None  # a text of as many words that another one begins with goes; null keeps it
    paragraph_words: Positive | None = None  # lines of as many words stay in one document only; null keeps them


class DecontaminateConfig(Section):
    """Removal of documents that hold a test item, of the pipeline or of the files named here."""

    enabled: bool = True
    min_words: Positive = 6  # shorter prompts and references identify nothing
    files: tuple[str, ...] = ()  # further items: a line each in .txt, all texts of a record elsewhere
    ngram: Positive = 13  # words in a row that a document shares with an item
    ngram_han: Positive = 20  # Han characters in a row
    on_ngram: Literal["report", "drop", "span"] = "report"  # what becomes of a document that shares as many
    span_margin: int = Field(200, ge=0)  # characters that `span` removes on each side of what is shared
    max_leaked_ratio: Ratio | None = None  # of a test set's items in training text: more stop the stage


class SplitConfig(Section):
    """Split by hash of the document id: new documents do not move old ones."""

    valid_ratio: Ratio = 0.01
    test_ratio: Ratio = 0.02


class QualityModelConfig(Section):
    """A score learned from good and bad texts (.txt: a line each; else the field `text`); off without min_score."""

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    min_score: Ratio | None = None


class ExecutorConfig(Section):
    """Where the tasks of cleaning run; changes no result. On Slurm and Ray all nodes see the project's folder."""

    name: Literal["local", "slurm", "ray"] = "local"
    cpus_per_task: Positive = 1  # this and all below: slurm and ray only
    memory_per_cpu_gb: Positive = 2
    max_workers: int = Field(default=0, ge=0)  # tasks at once; 0: as many as there is room for
    partition: str = ""  # slurm
    qos: str = "normal"  # slurm
    time: str = "24:00:00"  # slurm: limit of a task
    sbatch: dict[str, str] = {}  # slurm: further options of sbatch
    address: str = ""  # ray: of a running cluster; "" starts one on this machine


class LinesConfig(Section):
    """The line rules of C4: lines that go; all off leaves every line."""

    punctuated: bool = False  # those that do not end as a sentence does
    no_javascript: bool = False  # those that name it
    min_words: Positive | None = None  # those with fewer
    min_han: Positive | None = None  # the same for lines of Chinese


class CleanConfig(Section):
    """Normalisation, quality, PII, duplicates, contamination, split."""

    languages: tuple[str, ...] = ("en", "zh", "fr")
    html: bool = True
    unwrap: bool = True
    boilerplate: BoilerplateConfig = BoilerplateConfig()
    lines: LinesConfig = LinesConfig()
    mixed_languages: Literal["keep", "drop_paragraphs"] = "keep"
    filters: FiltersConfig = FiltersConfig()
    quality_model: QualityModelConfig = QualityModelConfig()
    pii: PiiConfig = PiiConfig()
    duplicates: DuplicatesConfig = DuplicatesConfig()
    decontaminate: DecontaminateConfig = DecontaminateConfig()
    split: SplitConfig = SplitConfig()
    executor: ExecutorConfig = ExecutorConfig()
    seed: int = 1


# --- tokenizer, encode ------------------------------------------------------------------------------


class TokenizerConfig(Section):
    """SentencePiece BPE, lossless."""

    vocab_size: Positive = 1536
    character_coverage: Ratio = 0.9995
    single_han: bool = True  # every Han character is a piece of its own
    max_bytes: Positive = 100_000_000  # of training text; more is sampled by hash
    seed: int = 1


class EncodeConfig(Section):
    """Token shards."""

    shard_tokens: Positive = 50_000_000


# --- model, compute ---------------------------------------------------------------------------------


class RopeScaling(Section):
    """
    How rotary positions are stretched (model/rotary.py), under the names of Hugging Face's config.json.

    Which of these a `rope_type` reads: linear `factor`; llama3 also the two `*_freq_factor` and the original context;
    yarn `factor`, the original context, `beta_fast`, `beta_slow`, `attention_factor` and `truncate`.
    """

    rope_type: Literal["linear", "llama3", "yarn"]
    factor: float = Field(ge=1)
    original_max_position_embeddings: Positive | None = None
    low_freq_factor: float = Field(1.0, gt=0)
    high_freq_factor: float = Field(4.0, gt=0)
    beta_fast: float = Field(32.0, gt=0)
    beta_slow: float = Field(1.0, gt=0)
    attention_factor: float | None = None  # of cosines and sines; None: 0.1 ln factor + 1
    truncate: bool = True

    @model_validator(mode="after")
    def _complete(self) -> "RopeScaling":
        if self.rope_type != "linear" and self.original_max_position_embeddings is None:
            raise ValueError(f"{self.rope_type} needs original_max_position_embeddings, the context it stretches")
        if self.rope_type == "llama3" and self.high_freq_factor <= self.low_freq_factor:
            raise ValueError(
                f"high_freq_factor is {self.high_freq_factor}; it must be above low_freq_factor "
                f"({self.low_freq_factor})"
            )
        return self

    def written(self) -> dict[str, Any]:
        """What config.json says of it: the keys that this `rope_type` reads."""
        values = self.model_dump(exclude_none=True)
        return {name: value for name, value in values.items() if name in ROPE_KEYS[self.rope_type]}


ROPE_KEYS: dict[str, set[str]] = {"linear": {"rope_type", "factor"}}
ROPE_KEYS["llama3"] = ROPE_KEYS["linear"] | {
    "original_max_position_embeddings",
    "low_freq_factor",
    "high_freq_factor",
}
ROPE_KEYS["yarn"] = ROPE_KEYS["linear"] | {
    "original_max_position_embeddings",
    "beta_fast",
    "beta_slow",
    "attention_factor",
    "truncate",
}


class ModelConfig(Section):
    """The decoder-only Transformer (Qwen3 shape; Llama when qk_norm is false)."""

    depth: Positive | None = None  # layers: one dial from which all that is null follows (llmpipe/depth.py)
    model_dim: Positive = 128
    num_layers: Positive = 4
    num_heads: Positive = 4
    num_kv_heads: Positive = 2
    head_dim: Positive = 32
    hidden_dim: Positive = 352
    context_length: Positive = 256
    rope_theta: float = Field(10000.0, gt=0)
    rope_scaling: RopeScaling | None = None  # of models of others, for contexts longer than their first one
    norm_eps: float = Field(1.0e-6, gt=0)
    qk_norm: bool = True
    tie_embeddings: bool = True
    dropout: Ratio = 0.0
    short_conv: bool = False  # causal depthwise convolution before attention and MLP; no standard export
    induction_init: bool = False  # one head of the first two layers starts as an induction circuit

    @model_validator(mode="after")
    def _heads(self) -> "ModelConfig":
        if self.num_heads % self.num_kv_heads:
            raise ValueError(
                f"num_heads is {self.num_heads}; it must be a multiple of num_kv_heads ({self.num_kv_heads})"
            )
        if self.head_dim % 2:
            raise ValueError(f"head_dim is {self.head_dim}; rotary embedding needs an even number")
        return self

    def sizes(self) -> dict[str, Any]:
        """What a model directory says of its model; `rope_scaling` only where there is one."""
        found = self.model_dump(exclude={"depth"})
        if self.rope_scaling is None:
            del found["rope_scaling"]
        return found


class ComputeConfig(Section):
    """Where and how precisely to compute; part of the parameters because sums depend on it."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"  # auto: bf16 where it is fast, else fp32
    threads: Positive = 2  # of each process
    processes: Positive | Literal["gpu"] = 1  # of pretrain and finetune on this machine; gpu: one for each GPU
    strategy: Literal["ddp", "fsdp", "hybrid"] = "ddp"  # how a model is spread over processes (train/parallel.py)
    activation_checkpointing: bool = False
    cpu_offload: bool = False  # with fsdp or hybrid: weights, gradients and optimizer stay in main memory
    checkpoint: Literal["whole", "sharded"] = "whole"  # written by the first process, or each process its part
    fp8: bool = False  # linear layers in 8-bit floats, on a GPU that has them
    compile: bool | Literal["auto"] = "auto"  # auto: when the run is long enough to pay for it (train/compiling.py)
    deterministic: bool = True  # a CPU always is

    def numerics(self) -> dict[str, Any]:
        """All but how many processes work and how they share it, so that another number can resume a run."""
        shared = {"processes", "strategy", "activation_checkpointing", "cpu_offload", "checkpoint"}
        return self.model_dump(mode="json", exclude=shared)


# --- pretrain, finetune -----------------------------------------------------------------------------


class OptimizerConfig(Section):
    """`learning_rate` is for AdamW parameters (all, or embeddings and vectors when name is muon)."""

    name: Literal["muon", "adamw", "adam", "sgd"] = "muon"
    learning_rate: float = Field(6.0e-3, gt=0)
    matrix_learning_rate: float = Field(2.0e-2, gt=0)  # muon only
    momentum: Ratio = 0.95
    betas: tuple[Ratio, Ratio] = (0.9, 0.95)
    weight_decay: float = Field(0.0, ge=0)  # L2, decoupled
    l1: float = Field(0.0, ge=0)
    z_loss: float = Field(0.0, ge=0)  # pull of the log-partition towards 0
    clip_norm: float = Field(1.0, gt=0)


class ScheduleConfig(Section):
    """Learning rate over the run, as a factor of its peak."""

    name: Literal["linear", "cosine", "wsd", "constant"] = "linear"
    warmup_ratio: Ratio = 0.03
    decay_ratio: Ratio = 0.2  # wsd only: the last share of steps


class TrainConfig(Section):
    """What pretraining and fine-tuning share."""

    seed: int = 1
    steps: Positive
    batch_tokens: Positive  # tokens an optimizer step, padding included
    micro_batch_tokens: Positive | None = None  # None: the whole batch at once
    optimizer: OptimizerConfig = OptimizerConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    validate_every: Positive = 200  # steps
    validate_batch_tokens: Positive = 8192  # computed at once; without influence on the result but for rounding
    checkpoint_every: Positive = 200  # steps
    on_divergence: Literal["stop", "skip"] = "stop"  # at a step whose loss or gradient is not finite


class EmbeddingInitConfig(Section):
    """Vectors of tokens, trained on the training text, from which embeddings start instead of random numbers."""

    kind: Literal["none", "glove", "word2vec", "fasttext"] = "none"  # the last two need the extra `classic`
    dim: Positive = 50  # at most model_dim less one
    window: Positive = 5  # tokens to either side
    min_count: Positive = 5  # of a token; rarer ones start at random
    max_tokens: Positive = 2_000_000  # of training text; more is sampled by document
    steps: Positive = 20  # of glove, over all pairs
    epochs: Positive = 3  # of the others, over the text


class PretrainConfig(TrainConfig):
    """The base model."""

    embedding_init: EmbeddingInitConfig = EmbeddingInitConfig()


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

    mode: Literal["supervised", "preference"] = "supervised"
    base: Literal["pretrained", "random", "path"] = "pretrained"
    path: str = ""  # base path: a Hugging Face directory (Llama, Qwen3) or a model directory
    digest: str = ""  # SHA-256 of that directory; the stage stops when it is another, and says which it is
    context_length: Positive | None = None  # base path: positions to use; None: all that the model knows
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


# --- baselines --------------------------------------------------------------------------------------


class NgramConfig(Section):
    """Modified Kneser-Ney over the tokens of the model."""

    order: int = Field(5, ge=0)  # longest n-gram; the shorter ones are measured too; 0: none
    max_tokens: Positive = 20_000_000  # of training text; more is sampled by document


# 0: none; None: the tokens of pretraining; flops: its arithmetic (model/flops.py)
Steps = Annotated[int, Field(ge=0)] | Literal["flops"] | None


class LstmConfig(Section):
    """A recurrent language model with as many parameters as ours, on the batches of pretraining."""

    steps: Steps = 1000
    num_layers: Positive = 1
    optimizer: OptimizerConfig = OptimizerConfig(matrix_learning_rate=2.0e-2)


class EncoderDecoderConfig(Section):
    """A Transformer with cross-attention and as many parameters as ours, on labelled translations only."""

    steps: Steps = 250
    num_layers: Positive = 2  # of the encoder, and of the decoder
    batch_tokens: Positive = 1024  # of sources and answers, padding included
    documents_ratio: Ratio = 0.0  # share of the batch: sentences beside their translations in training documents
    dropout: Ratio = 0.1
    validate_every: Positive = 100  # steps; the best weights on valid are kept
    optimizer: OptimizerConfig = OptimizerConfig(learning_rate=2.0e-3, matrix_learning_rate=1.0e-2)


class VectorsConfig(Section):
    """Word vectors of the training text; word2vec and fasttext need the extra `classic`."""

    kinds: tuple[Literal["glove", "word2vec", "fasttext"], ...] = ("glove",)  # none: ()
    dim: Positive = 50
    window: Positive = 5  # words to either side
    min_count: Positive = 10  # of a word
    max_words: Positive = 10_000
    max_bytes: Positive = 50_000_000  # of training text; more is sampled by document
    steps: Positive = 40  # of glove, over all pairs
    epochs: Positive = 5  # of the others, over the text


class BaselinesConfig(Section):
    """Classic models of the same text, for the same tables."""

    seed: int = 1
    ngram: NgramConfig = NgramConfig()
    lstm: LstmConfig = LstmConfig()
    encoder_decoder: EncoderDecoderConfig = EncoderDecoderConfig()
    vectors: VectorsConfig = VectorsConfig()


# --- evaluate, report -------------------------------------------------------------------------------


class RetrievalConfig(Section):
    """Questions answered from a knowledge base (docs/retrieval.md)."""

    enabled: bool = True
    k: tuple[Positive, ...] = Field((1, 5, 10), min_length=1)  # recall at these
    passages: Positive = 1  # shown to the model, the best first
    passage_words: Positive = 100  # of a piece of a document; each Han character counts as one
    max_passages: Positive = 200_000  # in a base; the first ones
    k1: float = Field(1.2, ge=0)  # of BM25: how soon a repeated word says nothing new
    b: Ratio = 0.75  # of BM25: how much length counts
    refuse_by: tuple[Literal["coverage", "likelihood", "grounded"], ...] = Field(
        ("coverage", "likelihood", "grounded"), min_length=1
    )  # signs that an answer is supported


class AbstentionConfig(Section):
    """Classification by scoring labels: calibrated on valid, and when not to answer (docs/abstention.md)."""

    target_accuracy: Annotated[float, Field(gt=0, lt=1)] | None = (
        0.95  # of the answers that are given; None: none of it
    )
    certainty: Annotated[float, Field(gt=0, lt=1)] | None = 0.9  # that the target holds; None: valid's share is enough
    unanswerable: tuple[str, ...] = ()  # labels that are no answer, such as out of scope
    bins: Positive = 15  # of the calibration error


class EvaluateConfig(Section):
    """Every number."""

    seed: int = 1
    max_new_tokens: Positive = 64  # of an answer, and at most twice the longest training answer of the data set
    batch_size: Positive = 64
    max_per_set: Positive | None = None
    resamples: Positive = 1000  # bootstrap of the intervals
    randomisations: Positive = 10000  # random exchanges of a paired test
    baselines: tuple[str, ...] = (
        "copy",
        "lead",
        "lexicon",
        "linear",
        "linear_words",
        "majority",
        "nearest",
        "random_span",
    )
    retrieval: RetrievalConfig = RetrievalConfig()
    abstention: AbstentionConfig = AbstentionConfig()


class TransferConfig(Section):
    """Does pretraining help: score against labelled examples, with and without it, at equal training time."""

    labels: tuple[Positive, ...] = ()  # training examples a data set; none: the stage does nothing
    arms: tuple[Literal["pretrained", "joint", "alone"], ...] = ("pretrained", "joint", "alone")
    seeds: tuple[int, ...] = (1,)
    jobs: Positive = 2  # training runs side by side; they share compute.threads


Share = Annotated[float, Field(gt=0, le=1)]


class SmallerConfig(Section):
    """A smaller model, by what it has of the sizes of the tuned one, and how long it is trained (as `finetune` is)."""

    layers_ratio: Share = 1.0
    heads_ratio: Share = 1.0  # of key/value heads, with their query heads
    hidden_ratio: Share = 0.5
    steps: int = Field(500, ge=0)  # 0: no training
    documents_ratio: Ratio = 0.3  # share of the batch that repeats pretraining documents


class PruneConfig(SmallerConfig):
    """What matters least goes; then training goes on."""

    measure_tokens: Positive = 65536  # of the training mixture, on which it is measured what matters


class DistillConfig(SmallerConfig):
    """A student that learns from what the tuned model says of each token."""

    start: Literal["random", "pruned"] = "random"  # as pretraining starts; or the tuned model, cut
    width_ratio: Share = 1.0  # of model_dim; start pruned: 1
    alpha: Ratio = 0.5  # of the loss that looks at the right token; the rest looks at the tuned model
    temperature: float = Field(2.0, gt=0)  # of both models' likelihoods in that rest

    @model_validator(mode="after")
    def _width(self) -> "DistillConfig":
        if self.start == "pruned" and self.width_ratio != 1:
            raise ValueError(f"width_ratio is {self.width_ratio}; a student that starts pruned keeps the width (1)")
        return self


class CompressConfig(Section):
    """The tuned model made smaller by `llmpipe compress`, which is no stage."""

    seed: int = 1
    prune: PruneConfig = PruneConfig()
    distill: DistillConfig = DistillConfig()


class ReportConfig(Section):
    """What a person reads."""

    title: str = "llmpipe on the sample world"
    samples: Positive = 3  # predictions shown a data set


SECTIONS: dict[str, type[Section]] = {
    "ingest": IngestConfig,
    "clean": CleanConfig,
    "tokenizer": TokenizerConfig,
    "encode": EncodeConfig,
    "model": ModelConfig,
    "compute": ComputeConfig,
    "baselines": BaselinesConfig,
    "pretrain": PretrainConfig,
    "finetune": FinetuneConfig,
    "evaluate": EvaluateConfig,
    "transfer": TransferConfig,
    "compress": CompressConfig,
    "report": ReportConfig,
}

PIPELINE_SECTIONS = tuple(name for name in SECTIONS if name != "compress")  # those that change its result

STAGE_SECTIONS: dict[str, tuple[str, ...]] = {
    "ingest": ("ingest",),
    "clean": ("clean",),
    "tokenizer": ("tokenizer",),
    "encode": ("encode",),
    "baselines": ("baselines", "model", "pretrain", "compute"),
    "pretrain": ("pretrain", "model", "compute"),
    "finetune": ("finetune", "compute"),
    "evaluate": ("evaluate", "finetune", "compute"),
    "transfer": ("transfer", "model", "pretrain", "finetune", "evaluate", "compute"),
    "report": PIPELINE_SECTIONS,
}
COMPRESS_SECTIONS = ("compress", "pretrain", "finetune", "evaluate", "compute")

# Single parameters that a stage takes from the section of another one: all others may change without it.
STAGE_KEYS: dict[str, tuple[str, ...]] = {"baselines": ("finetune.train_per_dataset",)}


def sections_of(stage: str) -> tuple[str, ...]:
    """The sections that a stage has to read: its own, and those of its single keys."""
    others = (key.partition(".")[0] for key in STAGE_KEYS.get(stage, ()))
    return tuple(dict.fromkeys([*STAGE_SECTIONS[stage], *others]))


class Params(BaseModel):
    """The sections that were asked for, by name; the others are None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ingest: IngestConfig = None  # type: ignore[assignment]
    clean: CleanConfig = None  # type: ignore[assignment]
    tokenizer: TokenizerConfig = None  # type: ignore[assignment]
    encode: EncodeConfig = None  # type: ignore[assignment]
    model: ModelConfig = None  # type: ignore[assignment]
    compute: ComputeConfig = None  # type: ignore[assignment]
    baselines: BaselinesConfig = None  # type: ignore[assignment]
    pretrain: PretrainConfig = None  # type: ignore[assignment]
    finetune: FinetuneConfig = None  # type: ignore[assignment]
    evaluate: EvaluateConfig = None  # type: ignore[assignment]
    transfer: TransferConfig = None  # type: ignore[assignment]
    compress: CompressConfig = None  # type: ignore[assignment]
    report: ReportConfig = None  # type: ignore[assignment]


def read(path: Path) -> dict[str, Any]:
    """
    The raw mapping of a params file (YAML 1.2, as DVC reads it).

    Raises:
        ParamsError: The file is missing, is not YAML, or is not a mapping of sections.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(f"{path} is missing; run in the project's folder, or name a file with --params.") from None
    except UnicodeDecodeError:
        raise ParamsError(f"{path} is not UTF-8 text; save it in that encoding.") from None
    except YAMLError as error:
        raise ParamsError(f"{path} is not valid YAML: {_yaml_problem(error)}.") from None
    if not isinstance(value, dict):
        raise ParamsError(f"{path} holds no sections; `llmpipe recipe use world` writes a complete one.")
    return value


def _yaml_problem(error: Any) -> str:
    """Where a YAML text stops being one, and why: `line 9, column 3: found duplicate key "seed" ...`."""
    problem = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    hint = " (a tab; YAML is indented with spaces)" if r"'\t'" in problem else ""
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return where + " ".join(problem.split()) + hint


def override(values: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """
    Apply `section.key=value` overrides (values in YAML) to a copy of a params mapping.

    Raises:
        ParamsError: An override is not of that form, its value is no YAML, or a list has no such item.
    """
    import copy

    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    values = copy.deepcopy(values)
    for item in overrides:
        dotted, equals, text = item.partition("=")
        keys = dotted.split(".")
        if not equals or len(keys) < 2:
            raise ParamsError(f"-S {item}: write it as section.key=value, for example -S pretrain.steps=500.")
        try:
            value = YAML(typ="safe").load(text)
        except YAMLError as error:
            raise ParamsError(f"-S {item}: the value is not valid YAML: {_yaml_problem(error)}.") from None
        target: Any = values
        for key in keys[:-1]:
            target = target[_index(item, key, target)] if isinstance(target, list) else target.setdefault(key, {})
            if not isinstance(target, dict | list):
                raise ParamsError(f"-S {item}: '{key}' is a value, not a section.")
        target[_index(item, keys[-1], target) if isinstance(target, list) else keys[-1]] = value
    return values


def _index(item: str, key: str, target: Sequence[Any]) -> int:
    if not key.isdecimal() or int(key) >= len(target):
        raise ParamsError(f"-S {item}: '{key}' is no item of that list; they are numbered 0 to {len(target) - 1}.")
    return int(key)


def validate(values: Mapping[str, Any], sections: Iterable[str], origin: str = "params.yaml") -> Params:
    """
    Check the named sections of a params mapping; what `model.depth` stands for is filled in.

    Raises:
        ParamsError: With every problem, a line each, when there is any.
    """
    values = derived(values)
    problems = [f"{origin}: {unknown_name('section', name, SECTIONS)}" for name in values if name not in SECTIONS]
    checked: dict[str, Any] = {}
    for name in sections:
        if name not in values:
            problems.append(f"{origin}: section '{name}' is missing; `llmpipe recipe diff` shows complete files.")
            continue
        try:
            checked[name] = SECTIONS[name].model_validate(values[name] or {})
        except ValidationError as error:
            # a list without its bad items is "too short" as well: the bad items say enough
            found = [problem for problem in error.errors() if problem["type"] != "too_short" or not problem["input"]]
            problems += [f"{origin}: {_explain(name, problem, SECTIONS[name])}" for problem in found]
    if problems:
        raise ParamsError("\n".join(problems))
    return Params.model_construct(**checked)  # already validated, section by section


def load(path: Path, sections: Iterable[str] = tuple(SECTIONS), overrides: Sequence[str] = ()) -> Params:
    """Read, override and check the named sections of a params file."""
    return validate(override(read(path), overrides), sections, path.name)


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Dotted leaves of a nested mapping; lists stay whole. `{"a": {"b": 1}}` -> `{"a.b": 1}`."""
    if not isinstance(value, Mapping):
        return {prefix: value}
    flat: dict[str, Any] = {}
    for key, child in value.items():
        flat |= flatten(child, f"{prefix}.{key}" if prefix else str(key))
    return flat


def json_schema() -> dict[str, Any]:
    """JSON schema of params.yaml, for editors."""
    fields: dict[str, Any] = {name: (section, ...) for name, section in SECTIONS.items()}
    return create_model("Params", __config__=ConfigDict(extra="forbid"), **fields).model_json_schema()


def _explain(section: str, problem: Any, model: type[BaseModel]) -> str:
    location = [section, *(str(part) for part in problem["loc"])]
    where = ".".join(location)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, problem["loc"][:-1])
        close = difflib.get_close_matches(location[-1], known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(sorted(known))}."
        return f"{where}: unknown key '{location[-1]}' ({hint})"
    if problem["type"] == "missing":
        return f"{where}: is missing"
    message = problem["msg"].removeprefix("Value error, ")
    return (
        f"{where} is {problem['input']!r}: {message}"
        if not isinstance(problem["input"], dict)
        else f"{where}: {message}"
    )


def _known_keys(model: Any, path: Sequence[Any]) -> list[str]:
    """Field names of the model found by following `path` from `model` (through unions and tuples)."""
    models = [model]
    for part in path:
        children: list[Any] = []
        for current in models:
            if isinstance(part, str) and part in current.model_fields:
                children += _models_in(current.model_fields[part].annotation)
        models = children or models  # an index or a union tag: stay
        if isinstance(part, str) and any("kind" in m.model_fields for m in models):
            tagged = [m for m in models if part in str(m.model_fields.get("kind", ""))]
            models = tagged or models
    return [name for current in models for name in current.model_fields]


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
