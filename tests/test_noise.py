"""The sets of noise plant what they say, and the measurement tells a right cleaner from none. No cleaner runs here."""

import hashlib
import html
import json
import quopri
import random
import re
import sys
import zlib
from itertools import islice
from pathlib import Path
from urllib.parse import unquote_plus

import phonenumbers
import pytest
import stdnum.cn.ric
import stdnum.de.idnr
import stdnum.fr.nir
import stdnum.iban
import stdnum.luhn
import stdnum.us.ssn

from llmpipe.corpus import ledger
from llmpipe.corpus.text import match_tokens
from llmpipe.world.streams import document

BENCH = Path(__file__).parents[1] / "bench"
SETS = ("seen", "unseen")
ENGLISH = (
    "Title: Anna finds an old map in Redhill\nUnder a house in Redhill, Anna saw an old map. The work took 15 days. "
    "About 63 people came from every town near the river. She will write a book about it in 1998. Nobody was late."
)
CHINESE = (
    "题目：李明在红山发现旧地图\n李明在红山的一个房子下看到旧地图。工作用了15天。来了63个人。他要写一本书。"
    "大家都没有迟到。"
)


@pytest.fixture(scope="module")
def noise():
    """bench/noise.py as a module."""
    sys.path.insert(0, str(BENCH))
    import noise

    yield noise
    sys.path.remove(str(BENCH))


@pytest.fixture(scope="module")
def texts(noise):
    """Clean texts of each language: prose of the world, then documents of all streams."""
    found = {name: [text for _, text in islice(noise.bases(5, 0, name), 40)] for name in ("en", "zh")}
    for number in range(400):
        made = document(6, number)
        if made.language in found and len(match_tokens(made.text)) >= 30:
            found[made.language].append(made.text)
    return found


@pytest.fixture(scope="module")
def planted(noise, texts):
    """(set, kind, variant, language) -> at least one planted text, each with the text it was made of."""
    made = {}
    for name in SETS:
        for kind, variants in noise.SETS[name].variants.items():
            for variant, make in variants.items():
                for language in ("en",) if kind == "wrong_language" else ("en", "zh"):
                    rows = made.setdefault((name, kind, variant, language), [])
                    for number, text in enumerate(texts[language]):
                        result = make(random.Random(f"{variant} {number}"), text, language)
                        if result is not None:
                            rows.append((text, result))
                        if len(rows) == 4:
                            break
    return made


def of_kind(planted, *kinds):
    """The planted texts of some kinds, of both sets."""
    return [(key, text, made) for key, rows in planted.items() if key[1] in kinds for text, made in rows]


def test_both_sets_have_the_kinds_of_the_table_and_share_no_variant(noise):
    seen, unseen = (noise.SETS[name] for name in SETS)

    assert seen.variants.keys() == unseen.variants.keys()
    for kind, variants in unseen.variants.items():
        assert len(variants) >= len(seen.variants[kind]), kind
        assert not variants.keys() & seen.variants[kind].keys(), kind
    assert len(unseen.leaks) >= len(seen.leaks)


def test_each_variant_plants_in_one_language_at_least(planted):
    variants = {key[:3] for key in planted}
    empty = {name for name in variants if not any(planted.get((*name, language)) for language in ("en", "zh"))}

    assert empty == {("seen", "characters", "decomposed")}  # the clean texts hold no accents
    assert len(variants) > 200


def test_a_text_to_repair_differs_from_its_original(planted):
    repairs = of_kind(planted, "html", "boilerplate", "mojibake", "characters")
    expected = {made.expected for _, _, made in repairs}

    assert expected == {"repair", "strip", "drop"}
    for key, _, made in repairs:
        assert made.expected == "drop" or (made.original and made.text != made.original), key


def test_boilerplate_stands_around_the_lines_of_the_text(planted):
    for key, text, made in of_kind(planted, "boilerplate"):
        at = [made.text.index(line) for line in text.split("\n")]
        assert made.original == text, key
        assert at == sorted(at), key
        assert len(made.text) > len(text) + 15, key


def test_junk_other_languages_and_copies_are_to_be_dropped(planted):
    dropped = of_kind(planted, "low_quality", "wrong_language", "exact_duplicate", "near_duplicate")

    assert {made.expected for _, _, made in dropped} == {"drop"}


def test_hard_negatives_stay_as_they_are_and_hold_their_text(planted):
    for key, text, made in of_kind(planted, "kept"):
        assert made.expected == "keep", key
        assert made.original == made.text, key
        assert made.text.startswith(text), key
        assert len(made.text) > len(text), key


def test_near_copies_change_words_and_stay_near(noise, planted):
    from variants.contract import NEAR, duplicates

    for key, text, made in of_kind(planted, "near_duplicate"):
        assert match_tokens(text) != match_tokens(made.text), key
        grams = (duplicates.gram_set(one, 5, 5) for one in (text, made.text))
        assert duplicates.jaccard(*grams) >= NEAR, key


def test_exact_copies_hold_the_words_of_their_origin(planted):
    def letters(text):
        return re.sub(r"<[^>]+>|&nbsp;|[\W_]", "", html.unescape(text)).lower()

    for key, text, made in of_kind(planted, "exact_duplicate"):
        assert letters(made.text) == letters(text), key


def test_personal_values_stand_in_the_text(planted):
    for key, text, made in of_kind(planted, "pii"):
        assert made.expected == "redact", key
        assert all(made.text.count(value) == 1 for value in made.personal), key
        assert made.personal, key
        assert made.text.startswith(text), key


CHECKS = {  # start of the variant's name: others' code that accepts its values
    "card": stdnum.luhn.is_valid,
    "iban": stdnum.iban.is_valid,
    "national_id_cn": lambda value: stdnum.cn.ric.is_valid(value.upper()),
    "national_id_us": lambda value: stdnum.us.ssn.is_valid(value.replace(" ", "-")),
    "national_id_fr": stdnum.fr.nir.is_valid,
    "national_id_de": stdnum.de.idnr.is_valid,
}
REGIONS = {
    "phone_us": "US",
    "phone_de": "DE",
    "phone_double": "CN",
    "phone_in": "IN",
    "phone_jp": "JP",
    "phone_cn": "CN",
}


def test_numbers_of_the_unseen_set_pass_the_checks_of_their_kind(planted):
    checked = set()
    for (name, _, variant, _), _, made in of_kind(planted, "pii"):
        if name != "unseen":
            continue
        value = made.personal[0]
        for start, check in CHECKS.items():
            if variant.startswith(start):
                assert check(value.replace(" ", "") if start in ("card", "national_id_fr") else value), (variant, value)
                checked.add(start)
        for start, region in REGIONS.items():
            if variant.startswith(start):
                assert phonenumbers.is_valid_number(phonenumbers.parse(value, region)), (variant, value)
                checked.add(start)

    assert checked == CHECKS.keys() | REGIONS.keys()


def test_a_private_key_is_one(noise):
    from variants.unseen.values import private_key

    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = serialization.load_pem_private_key(private_key(random.Random(3)).encode(), None)

    assert len(key.private_bytes_raw()) == 32


def test_a_token_of_github_ends_in_the_checksum_of_its_letters(noise):
    from variants.unseen.values import ALPHANUMERIC, github_token

    token = github_token(random.Random(3))

    number = 0
    for letter in token[-6:]:
        number = number * 62 + ALPHANUMERIC.index(letter)
    assert re.fullmatch(r"ghp_[0-9A-Za-z]{36}", token)
    assert number == zlib.crc32(token[4:-6].encode())


def unseen_make(noise, kind, variant):
    """A variant of the unseen set, for one text."""
    make = noise.SETS["unseen"].variants[kind][variant]
    return lambda text, language: make(random.Random(1), text, language)


@pytest.mark.parametrize(
    ("variant", "decode"),
    [
        ("quoted_printable", lambda text: quopri.decodestring(text).decode()),
        ("script_escapes", lambda text: json.loads(f'"{text}"')),
        ("address_escapes", unquote_plus),
        ("hex_entities", html.unescape),
        ("seven_bits", lambda text: text.encode().decode("hz")),
        ("zero_bytes", lambda text: text.replace("\0", "")),
        ("utf8_as_koi8_r", lambda text: text.encode("koi8-r").decode()),
        ("utf8_as_cp850", lambda text: text.encode("cp850").decode()),
        ("mac_as_cp1252", lambda text: text.encode("cp1252").decode("mac-roman")),
        ("cp1252_as_latin1", lambda text: text.encode("latin-1").decode("cp1252")),
    ],
)
def test_what_was_misread_can_be_read_back(noise, variant, decode):
    made = [
        unseen_make(noise, "mojibake", variant)(text, language) for text, language in ((ENGLISH, "en"), (CHINESE, "zh"))
    ]

    assert any(made)
    assert [decode(one.text) for one in made if one] == [one.original for one in made if one]


def test_an_undefined_byte_is_read_as_browsers_do(noise):
    """“A with grave” is C3 80, and 81 is undefined in Windows-1252: a browser shows a control there."""
    from variants.unseen.letters import browser

    assert browser("é Á".encode(), "cp1252") == "Ã© Ã\x81"


def test_markup_yields_its_text_again(noise):
    rich = unseen_make(noise, "html", "rich_text")(CHINESE, "zh")
    cues = unseen_make(noise, "html", "subtitles")(ENGLISH, "en")
    entities = unseen_make(noise, "html", "named_entities")(ENGLISH, "en")

    body = re.sub(r"\\u(-?\d+)\?", lambda found: chr(int(found[1]) % 65536), rich.text).replace("\\par\n", "\n")
    assert CHINESE in body
    assert rich.original == CHINESE
    assert cues.original.split("\n") == [line for line in cues.text.split("\n") if re.search("[a-z]", line)]
    assert html.unescape(entities.text) == entities.original


@pytest.mark.parametrize(
    ("variant", "text", "language", "dirty"),
    [
        ("full_width", "来了63个人", "zh", "来了６３个人"),
        ("vertical_tabs", "a\nb", "en", "a\x0bb"),
        ("overstruck", "No go\nb", "en", "N\bNo\bo g\bgo\bo\nb"),
        ("circled", "Za", "en", "Ⓩⓐ"),
        ("sheet_returns", "a\nb", "en", "a_x000D_\nb"),
        ("spaced_out", "红山的书。", "zh", "红 山 的 书。"),
        ("spaced_out", "Old map\nIt is.", "en", "O l d   m a p\nIt is."),
        ("indented", "红山\n书", "zh", "\u3000\u3000红山\n\u3000\u3000书"),
    ],
)
def test_characters_are_damaged_as_named(noise, variant, text, language, dirty):
    made = unseen_make(noise, "characters", variant)(text, language)

    assert made.text == dirty
    assert made.original == text


def test_a_variant_that_would_change_nothing_plants_nothing(noise):
    assert unseen_make(noise, "characters", "vertical_tabs")("one line", "en") is None
    assert unseen_make(noise, "characters", "korean_forms")("没有", "en") is None
    assert unseen_make(noise, "mojibake", "half_read")("one line", "zh") is None
    assert unseen_make(noise, "boilerplate", "journal")("one\ntwo", "en") is None


@pytest.mark.parametrize("name", SETS)
def test_leaks_hold_every_word_of_their_item(noise, name):
    documents, entries, tests = noise.corpus(3, 60, 2, noise.SETS[name])
    texts = {one.id: one.text for one in documents}
    leaks = [entry for entry in entries if entry["kind"] == "leak"]
    items = [{*match_tokens(" ".join([*map(str, test.inputs.values()), test.references[0]]))} for test in tests]

    assert {entry["variant"].rsplit("_", 1)[0] for entry in leaks} == noise.SETS[name].leaks.keys()
    for entry in leaks:
        words = {*match_tokens(texts[entry["id"]])}
        assert any(item <= words for item in items), entry["variant"]


@pytest.mark.parametrize("name", SETS)
def test_a_corpus_is_a_function_of_its_seed(noise, name):
    first, again, other = (noise.corpus(seed, 40, 1, noise.SETS[name]) for seed in (3, 3, 4))

    assert first == again
    assert first != other


def test_the_seen_set_stays_as_it_was(noise):
    """Its figures of earlier days can be repeated: what it makes of two texts has the bytes of 2026-11-29."""
    digest = hashlib.sha256()
    for kind, variants in noise.SETS["seen"].variants.items():
        for variant, make in variants.items():
            for text, language in ((ENGLISH, "en"), (CHINESE, "zh")):
                digest.update(repr((kind, variant, make(random.Random(7), text, language))).encode())

    assert digest.hexdigest() == "18d79be9cc72a4caa1ddaddff43f0118d3dc3d3da9b83f37acf82e3aee3eadb3"


def answered(noise, name, answer):
    """Recall by kind of a cleaner that makes `answer(text, entry)` of each planted text; None: it was removed."""
    documents, entries, _ = noise.corpus(3, 300, 2, noise.SETS[name])
    result, by_id = noise.Result(), {entry["id"]: entry for entry in entries}
    for one in documents:
        entry = by_id.get(one.id)
        text = answer(one.text, entry) if entry else one.text
        if text is None:
            result.removed[one.id] = entry["kind"]
        else:
            result.kept[one.id] = text
            if text != one.text:
                result.changed[one.id] = (entry["kind"],)
    return ledger.score(entries, noise.outcomes(documents, entries, result))


def rightly(text, entry):
    """What a careful editor makes of a planted text."""
    for *_, value in entry["spans"]:
        text = text.replace(value, "")
    return {"drop": None, "redact": text}.get(entry["expected"], entry["original"])


@pytest.mark.parametrize("name", SETS)
def test_a_right_cleaner_finds_all_and_none_finds_nothing(noise, name):
    right = answered(noise, name, rightly)
    none = answered(noise, name, lambda text, entry: text)

    assert {row["recall"]["value"] for row in right.values()} == {1.0}
    for kind, row in none.items():
        assert {value["value"] for value in row["variants"].values()} == {1.0 if kind == "kept" else 0.0}, kind


def test_a_cleaner_that_squeezes_white_space_repairs_no_line_breaks(noise):
    """The ledger compares texts without white space; where that was the damage, it must be right."""
    squeezed = answered(noise, "unseen", lambda text, entry: " ".join(text.split()))["characters"]["variants"]

    assert squeezed["vertical_tabs_en"]["value"] == 0.0
    assert squeezed["spaced_out_zh"]["value"] == 0.0
    assert squeezed["wrapped_zh"]["value"] == 0.0
