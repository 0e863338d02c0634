"""Planted dirt: the ledger tells the truth about every dirty document."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import pytest
from stdnum import iban, luhn

from llmpipe.config import WorldSource
from llmpipe.records import Document
from llmpipe.world import generate
from llmpipe.world.dirt import COPIES, KINDS
from llmpipe.world.dirt.personal import iban_digits, luhn_digit, resident_id_digit
from llmpipe.world.plant import LEAKED_DATASETS
from llmpipe.world.streams import document

SEED = 1
SOURCE = WorldSource(kind="world", documents=6000, train_per_dataset=1, valid_per_dataset=1, test_per_set=40)
EXPECTED = {
    "exact_duplicate": {"drop"}, "near_duplicate": {"drop"}, "boilerplate": {"strip"}, "html": {"repair"},
    "mojibake": {"repair", "drop"}, "pii": {"redact"}, "wrong_language": {"drop"}, "low_quality": {"drop"},
    "characters": {"repair"}, "leak": {"drop"}, "hard_negative": {"keep"},
}  # fmt: skip


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {document.id: document for document in generate(SOURCE, SEED).documents}


@pytest.fixture(scope="module")
def ledger() -> list[dict]:
    return list(generate(SOURCE, SEED).ledger)


def of(ledger: list[dict], kind: str, *variants: str) -> list[dict]:
    return [entry for entry in ledger if entry["kind"] == kind and (not variants or entry["variant"] in variants)]


def letters(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def test_the_ledger_names_each_planted_document_once(documents, ledger):
    ids = [entry["id"] for entry in ledger]
    assert len(ids) == len(set(ids)) == round(0.3 * SOURCE.documents)
    assert set(ids) <= set(documents)
    assert len(documents) == SOURCE.documents + len(ids)
    assert set(ids) == {document.id for document in documents.values() if "planted" in document.labels}


def test_no_dirt_leaves_the_clean_documents_as_they_are(documents, ledger):
    clean = generate(SOURCE.model_copy(update={"dirt_ratio": 0.0}), SEED)
    planted = {entry["id"] for entry in ledger}

    assert list(clean.ledger) == []
    assert {d.id: d for d in clean.documents} == {name: d for name, d in documents.items() if name not in planted}


def test_kinds_occur_in_their_shares(ledger):
    total = sum(weight for weight, _ in KINDS.values())
    counts = Counter(entry["kind"] for entry in ledger)
    for kind, (weight, _) in KINDS.items():
        share = weight / total
        assert counts[kind] / len(ledger) == pytest.approx(share, abs=4 * (share / len(ledger)) ** 0.5)


def test_every_kind_has_variants_that_the_author_of_cleaning_did_and_did_not_know(ledger):
    for kind, (_, variants) in KINDS.items():
        assert {variant.unseen for variant in variants} == {True, False}
        met = {entry["variant"] for entry in of(ledger, kind)}
        assert met == {variant.name for variant in variants}
        assert {entry["expected"] for entry in of(ledger, kind)} == EXPECTED[kind]


def test_only_what_is_dropped_has_no_clean_form(documents, ledger):
    for entry in ledger:
        assert (entry["original"] == "") == (entry["expected"] == "drop")
        assert (entry["origin"] != "") == (entry["kind"] in COPIES)
        if entry["kind"] not in ("exact_duplicate", "hard_negative"):
            assert documents[entry["id"]].text != entry["original"]


def test_what_is_repaired_is_no_copy_of_a_clean_document(documents, ledger):
    planted = {entry["id"] for entry in ledger}
    clean = {letters(document.text) for name, document in documents.items() if name not in planted}
    for entry in ledger:
        if entry["original"] and entry["kind"] != "characters":
            assert letters(entry["original"]) not in clean


def test_copies_are_copies_of_a_clean_document(documents, ledger):
    planted = {entry["id"] for entry in ledger}
    for entry in of(ledger, "exact_duplicate"):
        assert entry["origin"] not in planted
        text = documents[entry["id"]].text.removeprefix("\ufeff")
        assert [line.rstrip() for line in text.strip().splitlines()] == documents[entry["origin"]].text.split("\n")


def test_near_copies_still_resemble_the_original(documents, ledger):
    similar = []
    for entry in of(ledger, "near_duplicate"):
        one, two = (_grams(documents[entry[key]].text) for key in ("id", "origin"))
        similar.append(len(one & two) / len(one | two))

    assert sum(value >= 0.5 for value in similar) / len(similar) > 0.9


def _grams(text: str) -> set[tuple[str, ...]]:
    tokens = re.findall(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+|[-+=]", text.lower())
    return {tuple(tokens[i : i + 5]) for i in range(max(1, len(tokens) - 4))}


def test_boilerplate_is_whole_lines_above_or_below(documents, ledger):
    for entry in of(ledger, "boilerplate"):
        text, original = documents[entry["id"]].text, entry["original"]
        assert text.startswith(original + "\n") or text.endswith("\n" + original)


def test_html_gives_the_original_when_tags_are_taken_away(documents, ledger):
    for entry in of(ledger, "html"):
        text = re.sub(r"<(script|style)>.*?</\1>|<!--.*?-->", "", documents[entry["id"]].text, flags=re.DOTALL)
        text = html.unescape(re.sub(r"</?[A-Za-z!][^<>]*>", "\n", text))
        assert letters(text) == letters(entry["original"])


def test_mojibake_can_be_undone_where_the_ledger_says_so(documents, ledger):
    def cp1252(text: str) -> bytes:
        return b"".join(c.encode("latin-1") if ord(c) < 256 else c.encode("cp1252") for c in text)

    undo = {
        "utf8_as_cp1252": lambda text: cp1252(text).decode(),
        "utf8_as_latin1": lambda text: text.encode("latin-1").decode(),
        "gbk_as_latin1": lambda text: text.encode("latin-1").decode("gbk"),
        "utf8_as_gbk": lambda text: text.encode("gbk").decode(),
        "twice": lambda text: cp1252(cp1252(text).decode()).decode(),
    }
    for entry in of(ledger, "mojibake"):
        text = documents[entry["id"]].text
        if entry["expected"] == "repair":
            assert undo[entry["variant"]](text) == entry["original"]
        else:
            assert "\ufffd" in text


def test_personal_data_is_where_the_ledger_says_and_valid_in_form(documents, ledger):
    shapes = {
        "email": r"[\w.]+@(example\.(com|org)|mail\.example\.net|shop\.test)", "phone_us": r".*555-01\d\d",
        "phone_zh": r"(\+86 )?16[1348][-\d ]{8,10}", "phone_fr": r"(01|\+33 1)[ .]99[ .]00[ .]\d\d[ .]\d\d",
        "ip": r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+", "ipv6": r"2001:db8:[0-9a-f]+::[0-9a-f]+",
        "card": r"[\d -]{16,19}", "national_id": r"99\d{15}[\dX]", "iban": r"GB[\dA-Z ]+",
    }  # fmt: skip
    for entry in of(ledger, "pii"):
        ((start, end, secret),) = entry["spans"]
        assert documents[entry["id"]].text[start:end] == secret
        assert secret not in entry["original"]
        assert re.fullmatch(shapes[entry["variant"]], secret), secret
        if entry["variant"] == "card":
            assert luhn.is_valid(re.sub(r"\D", "", secret))
        if entry["variant"] == "iban":
            assert iban.is_valid(secret, check_country=False)


def test_check_digits_are_those_of_published_examples():
    assert luhn_digit("411111111111111") == "1"
    assert iban_digits("GB", "WEST12345698765432") == "82"
    assert resident_id_digit("11010519491231002") == "X"  # the example of GB 11643-1999


def test_characters_are_restored_by_their_rule(documents, ledger):
    for entry in of(ledger, "characters"):
        text, original = documents[entry["id"]].text, entry["original"]
        narrow = re.sub(r"[０-９Ａ-Ｚａ-ｚ]", lambda match: chr(ord(match[0]) - 0xFEE0), text)
        kept = "".join(c for c in narrow if unicodedata.category(c) not in ("Cf", "Cc") or c == "\n")
        assert letters(unicodedata.normalize("NFC", kept)) == letters(original)


def test_hard_negatives_stay_as_they_are(documents, ledger):
    for entry in of(ledger, "hard_negative"):
        assert documents[entry["id"]].text == entry["original"]


def test_leaks_hold_a_test_item(documents, ledger):
    world = generate(SOURCE, SEED)
    items = [e for e in world.examples if e.split in ("T1", "T2", "T3") and e.dataset in LEAKED_DATASETS]
    for entry in of(ledger, "leak"):
        text = documents[entry["id"]].text
        assert any(all(part in text for part in (*_strings(e.inputs), *e.references)) for e in items)


def _strings(value: object) -> Iterator[str]:
    """All texts inside the inputs of an example, without the roles of a dialogue and its slots."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from () if key == "slots" else _strings(child)
    else:
        for turn in value:
            yield turn[1]


def test_ids_do_not_tell_what_is_planted(documents, ledger):
    for entry in ledger:
        stream = documents[entry["id"]].labels["stream"]
        assert re.fullmatch(rf"world-{stream}-\d{{6}}", entry["id"])


def test_a_very_small_world_has_dirt_too():
    tiny = SOURCE.model_copy(update={"documents": 3, "dirt_ratio": 1.0})
    assert len(list(generate(tiny, SEED).documents)) == 6
    assert document(SEED, 0) in list(generate(tiny, SEED).documents)
