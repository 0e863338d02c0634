"""Named entities: tags to text, CoNLL files, scores, and the dictionary baseline."""

from pathlib import Path
from typing import get_args

import pytest

from llmpipe.baselines import BASELINES, Item
from llmpipe.corpus.sources.files import READERS, read_file
from llmpipe.corpus.sources.records import Reading
from llmpipe.entities import of_tags, parsed, standing_in, written
from llmpipe.errors import DataError
from llmpipe.evaluation.predict import write_predictions
from llmpipe.evaluation.test_sets import TestSet
from llmpipe.files import read_jsonl
from llmpipe.metrics import METRICS, Answers, identity
from llmpipe.records import Example, Prediction
from llmpipe.sections.ingest import Format

TOKENS = ["EU", "rejects", "German", "call", "by", "Peter", "Blackburn"]
ENTITIES = [("ORG", "EU"), ("MISC", "German"), ("PER", "Peter Blackburn")]
UNER = Path(__file__).parents[2] / "shared/data/ner_uner_zh"


@pytest.mark.parametrize(
    "tags",
    [
        "I-ORG O I-MISC O O I-PER I-PER",  # IOB1, the files of CoNLL-2003
        "B-ORG O B-MISC O O B-PER I-PER",  # IOB2
        "S-ORG O S-MISC O O B-PER E-PER",  # BIOES
        "U-ORG O U-MISC O O B-PER L-PER",  # BILOU
    ],
)
def test_all_relatives_of_bio_mark_the_same_entities(tags):
    assert of_tags(TOKENS, tags.split(), " ") == ENTITIES


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("B-PER B-PER", [("PER", "a"), ("PER", "b")]),
        ("I-PER I-LOC", [("PER", "a"), ("LOC", "b")]),
        ("E-PER I-PER", [("PER", "a"), ("PER", "b")]),
        ("B-A-B I-A-B", [("A-B", "ab")]),  # a type may hold a hyphen
        ("O O", []),
    ],
)
def test_entities_side_by_side_are_told_apart(tags, found):
    assert of_tags(["a", "b"], tags.split(), "") == found


@pytest.mark.parametrize(
    ("tags", "message"), [("O X-PER", "'X-PER' is no tag"), ("O", "2 tokens have 1 tags"), ("O B-", "'B-' is")]
)
def test_tags_of_another_form_are_refused(tags, message):
    with pytest.raises(ValueError, match=message):
        of_tags(["a", "b"], tags.split(), " ")


def test_what_is_written_is_read_again():
    assert parsed(written(ENTITIES)) == ENTITIES
    assert (written([]), parsed("none")) == ("none", [])
    assert parsed("人名：王 小明\nsome prose\nLOC:") == [("人名", "王 小明")]


@pytest.mark.parametrize(
    ("text", "said", "counts"),
    [
        ("Ada met Ada in London", "per: Ada\nper: Ada\nloc: London", "per: Ada\nper: Ada\nloc: London"),
        ("Ada met Bob", "per: Ada\nper: Ada\nper: Bob\nper: Bob", "per: Ada\nper: Bob"),
        ("Ada met Bob", "per: Ada\nloc: Ada", "per: Ada"),  # one mention has one type, the first that was said
        ("努尔哈赤出城", "PER: 努尔哈赤\nLOC: 沈阳", "PER: 努尔哈赤"),
        ("New  York\tCity", "loc: New York City", "loc: New York City"),
        ("nobody", "per: Ada", "none"),
        ("Ada", "I do not know.", "I do not know."),
        ("Ada", "none", "none"),
    ],
)
def test_names_that_a_text_does_not_have_are_no_answer(text, said, counts):
    assert standing_in(text, said) == counts


@pytest.mark.skipif(not UNER.exists(), reason="the data set is not there")
@pytest.mark.parametrize(("folder", "joiner"), [("ner_uner_zh", ""), ("ner_wnut17_en", " ")])
def test_what_real_texts_are_tagged_with_counts_as_it_is(folder, joiner):
    """All 500 and 1,009 valid sentences: the rule costs no right answer."""
    count = 0
    for row in read_jsonl(UNER.parent / folder / "valid.jsonl"):
        wanted = written(of_tags(row["tokens"], row["tags"], joiner))
        assert standing_in(joiner.join(row["tokens"]), wanted) == wanted
        count += wanted != "none"
    assert count > 300


def test_the_rule_holds_for_all_models_and_only_for_entities(tmp_path: Path):
    named = Example("1", "entities", "posts", "T1", "en", {"text": "Ada came"}, ("per: Ada",))
    moved = Example("1", "translation", "places", "T1", "en-zh", {"source": "Paris"}, ("巴黎",))
    for model in ("finetuned", "nearest"):
        for example, said, counts in ((named, "per: Ada\nper: Bob", "per: Ada"), (moved, "per: Bob", "per: Bob")):
            test_set = TestSet(example.dataset, "T1", [example], [])
            write_predictions(tmp_path, test_set, model, [said])
            [prediction] = read_jsonl(tmp_path / test_set.file(model), Prediction)
            assert prediction.hypothesis == counts


def test_f1_is_that_of_conlleval():
    """Two sentences: 3 of 4 named entities are right, of 5 wanted; equal names in one sentence count each."""
    said = ["PER: Ann\nPER: Ann\nLOC: Rome", "ORG: UN"]
    wanted = [("PER: Ann\nPER: Ann\nLOC: Oslo",), ("ORG: UN\nLOC: Paris",)]
    answers = Answers(said, wanted, ["en", "en"])
    scores = {
        name: float((m := METRICS[name].measure(answers)).combine(m.rows.sum(axis=0)))
        for name in ("entity_precision", "entity_recall", "entity_f1")
    }

    assert scores == pytest.approx({"entity_precision": 3 / 4, "entity_recall": 3 / 5, "entity_f1": 2 * 3 / 9})
    assert identity("entity_f1", answers) is None


def test_a_sentence_without_entities_counts_only_for_what_is_wrongly_named():
    rows = METRICS["entity_f1"].measure(Answers(["none", "PER: Bo"], [("none",), ("none",)], ["en", "en"])).rows

    assert rows.tolist() == [[0, 0, 0], [0, 1, 0]]
    assert not METRICS["entity_f1"].applies(Answers(["x"], [("none",)], ["en"]))


CONLL = """-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O

# sent_id = 2
Peter NNP I-NP I-PER
"""


def read(name: str, text: str, **how):
    Path(name).write_text(text, encoding="utf-8")
    return list(read_file(Path(name), name, Reading(2**20, **how)))


def test_a_conll_file_gives_a_sentence_a_record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    records = read("a.conll", CONLL)

    assert [record.value for record in records] == [
        {"tokens": ["EU", "rejects"], "tags": ["I-ORG", "O"]},
        {"tokens": ["Peter"], "tags": ["I-PER"]},
    ]
    assert [record.line for record in records] == [3, 6]


def test_a_file_of_another_ending_is_read_as_its_source_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    records = read("eng.train", CONLL, format="conll")  # the name that CoNLL-2003 comes with

    assert [(record.stem, record.value["tokens"]) for record in records] == [
        ("eng.train", ["EU", "rejects"]),
        ("eng.train", ["Peter"]),
    ]
    with pytest.raises(DataError, match=r"files ending in '\.train' are not read; .* Say under `format` of the source"):
        read("eng.train", CONLL)


def test_formats_that_a_source_may_name_are_those_that_are_read():
    assert set(get_args(Format)) - {""} == {ending.removeprefix(".") for ending in READERS}


def test_columns_of_a_conll_file_can_be_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    (record,) = read("a.iob2", "1\t王 明\tB-PER\t-\n2\t来\tO\t-\n", columns=("n", "tokens", "tags"))

    assert record.value == {"n": ["1", "2"], "tokens": ["王 明", "来"], "tags": ["B-PER", "O"]}


def test_a_sentence_whose_lines_differ_in_columns_is_a_bad_record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    bad, good = read("a.bio", "EU B-ORG\nrejects\n\nPeter B-PER\n")

    assert (bad.reason, bad.detail) == ("columns", "lines have 1, 2 columns; 2 are needed")
    assert good.value["tokens"] == ["Peter"]


def test_the_lexicon_finds_the_longest_known_names_as_whole_words():
    train = [Item("", "", written([("LOC", "New York"), ("PER", "York"), ("LOC", "York"), ("LOC", "York")]))]
    test = [Item("", text, "") for text in ("New York and York, not Yorkshire", "nothing", "我在York见")]

    assert BASELINES["lexicon"](train, test) == ["LOC: New York\nLOC: York", "none", "LOC: York"]


def test_the_lexicon_finds_chinese_names_inside_a_sentence():
    train = [Item("", "", "LOC: 北京\nORG: 北京大学")]

    assert BASELINES["lexicon"](train, [Item("", "他在北京大学读书，住在北京。", "")]) == ["ORG: 北京大学\nLOC: 北京"]


def test_the_lexicon_is_no_worse_than_a_dictionary_tagger():
    """Universal NER, Chinese: known names, longest match on given words: F1 .287 (README of the data)."""
    if not UNER.exists():
        pytest.skip(f"{UNER} is not here")
    items = {
        split: [
            Item("", "".join(row["tokens"]), written(of_tags(row["tokens"], row["tags"], "")))
            for row in read_jsonl(UNER / f"{split}.jsonl")
        ]
        for split in ("train", "test")
    }
    said = BASELINES["lexicon"](items["train"], items["test"])
    answers = Answers(said, [(item.reference,) for item in items["test"]], ["zh"] * len(said))
    measured = METRICS["entity_f1"].measure(answers)

    assert float(measured.combine(measured.rows.sum(axis=0))) > 0.287
