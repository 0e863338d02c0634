"""`ingest`: which bytes the experiment is about."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from llmpipe.sections.encoding import Encoding
from llmpipe.sections.languages import Language, LanguageOrPair
from llmpipe.sections.section import Name, Positive, Ratio, Section, Seed

# an ending of files that are read, without its dot (corpus/sources/files.py); "": that of the file
Format = Literal[
    "",
    "txt",
    "md",
    "html",
    "htm",
    "jsonl",
    "json",
    "parquet",
    "csv",
    "tsv",
    "warc",
    "tmx",
    "xml",
    "conll",
    "bio",
    "iob2",
]


class WorldSource(Section):
    """The built-in sample world (see llmpipe/world)."""

    kind: Literal["world"]
    documents: Positive = 60000  # clean documents before planted dirt
    train_per_dataset: Positive = 300  # labelled examples a data set
    valid_per_dataset: Positive = 60
    test_per_set: Positive = 200
    dirt_ratio: Ratio = 0.3  # planted dirt, as a share of the clean documents


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
    format: Format = ""  # of files whose ending does not say it: conll for eng.train
    fields: dict[str, str] = {}  # text, id, language -> record field (dotted names reach inside); "" = there is none
    language: Language = ""  # "" = detected by clean
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
    language: LanguageOrPair  # of a translation source and target, en-zh
    license: str = ""  # for the data card, as its owner names it
    url: str = ""  # where it comes from, for the data card
    fields: dict[str, str] = {}  # parts of the task -> record field
    columns: tuple[str, ...] = ()  # of .csv, .tsv and .conll files that have no header line
    encoding: Encoding = "auto"  # of text files
    format: Format = ""  # of files whose ending does not say it: conll for eng.train
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

    seed: Seed = 1
    sources: tuple[Source, ...] = Field(min_length=1)
    max_bad_ratio: Ratio = 0.01  # a larger share of malformed records stops the stage
    max_record_bytes: Positive = 67_108_864  # longer records are put aside unread
    max_quarantined: Positive = 1000  # bad records of a source and reason that are kept; the rest is only counted
