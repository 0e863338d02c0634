"""`clean`: normalisation, quality, personal data, duplicates, contamination, split."""

from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from llmpipe.errors import unknown_name
from llmpipe.sections.languages import Language
from llmpipe.sections.section import Amount, Positive, Ratio, Section, Seed


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
    max_term_ratio: Ratio | None = None  # words that stood before, in a text without sentences
    max_log_line_ratio: Ratio | None = None  # lines of a program's log
    max_visitor_ratio: Ratio | None = None  # of a short page that speaks to the visitor: errors, checks, no results
    max_count_ratio: Ratio | None = None  # of a text in items with a count each: tags, archives
    max_advert_ratio: Amount | None = None  # ornaments within lines, addresses and numbers to call a word
    max_reply_ratio: Ratio | None = None  # of short lines that differ in numbers and signs at most
    max_style_ratio: Ratio | None = None  # of a text in rules of style sheets, unfilled templates, counting scripts
    min_language_confidence: Ratio | None = 0.4
    languages: dict[Language, dict[str, float | None]] = {}

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


class OutliersConfig(Section):
    """
    Documents that do not fit the corpus, by how they score under counts of all other documents; null switches one off.

    A language of fewer than 500 documents is left alone: so few do not show what is usual.
    """

    min_order: Amount | None = None  # bits by which neighbouring words expect one another more than words apart do
    max_unlikely_ratio: Ratio | None = None  # of neighbours that never meet elsewhere, above the median of the language
    max_unknown_ratio: Ratio | None = None  # of words that no other document has, above the median of the language
    max_rare_ratio: Ratio | None = None  # of runs of three characters that few documents of the language have

    @property
    def on(self) -> bool:
        """Whether any of them is."""
        return any(value is not None for _, value in self)


class BoilerplateConfig(Section):
    """Lines that belong to a site: of a listed form, or learned from the ends of a site's documents."""

    listed: bool = True
    navigation: bool = False  # paths, page numbers, dates and labels at the ends of a text, with `listed`
    notices: bool = False  # sentences at the ends of a text in which a site speaks to its readers
    mails: bool = False  # marks of quotation, heads, signatures and footers of mails and mailing lists
    learned: bool = True
    learned_values: bool = False  # with `learned`: also lines in which dates, names and addresses differ
    learned_blocks: bool = False  # with `learned`: also blocks of short lines beside known ones, and labels
    min_documents: Positive = 10  # that a learned line stands in, copies of a document counted once
    min_ratio: Ratio = 0.0003  # of the site's documents
    min_sentence_ratio: Ratio = 0.3  # for a line that ends as a sentence does: people repeat those, too
    min_long_sentence_ratio: Ratio | None = (
        None  # for one of 6 words and more without digits: hardly ever; null: as others
    )
    min_short_ratio: Ratio | None = None  # for one of one word, apart from the text; null: never


class VocabularyConfig(Section):
    """
    Repairs by a vocabulary that is counted over the corpus; off without `min_ratio`.

    A script that fewer than 300 documents have is left alone: so few do not show what is usual.
    """

    min_ratio: Amount | None = None  # times as many documents have the word that it becomes as have what is written

    @property
    def on(self) -> bool:
        """Whether words are counted."""
        return self.min_ratio is not None


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

    languages: tuple[Language, ...] = ("en", "zh", "fr")
    escapes: bool = False  # read what a program left escaped in prose: =E2=80=99, \u2019, %E4%BD%A0
    recode: bool = False  # Western prose with signs read in any of 40 encodings; without, only in the common ones
    odd_letters: bool = False  # lookalikes of other scripts, styled letters and loose marks to plain letters
    html: bool = True
    formats: bool = False  # the text of LaTeX, RTF, subtitles, feeds, wikis, manuals, mail, light markup
    layout: bool = False  # line ends spelled out, letters apart, loose accents, narrow columns, indents
    unwrap: bool = True
    broken_words: bool = False  # join words that a hyphen broke at the end of a single line
    vocabulary: VocabularyConfig = VocabularyConfig()
    boilerplate: BoilerplateConfig = BoilerplateConfig()
    lines: LinesConfig = LinesConfig()
    mixed_languages: Literal["keep", "drop_paragraphs"] = "keep"
    filters: FiltersConfig = FiltersConfig()
    quality_model: QualityModelConfig = QualityModelConfig()
    outliers: OutliersConfig = OutliersConfig()
    pii: PiiConfig = PiiConfig()
    duplicates: DuplicatesConfig = DuplicatesConfig()
    decontaminate: DecontaminateConfig = DecontaminateConfig()
    split: SplitConfig = SplitConfig()
    executor: ExecutorConfig = ExecutorConfig()
    seed: Seed = 1
