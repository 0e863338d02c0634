"""The sets of noise plant what they say, and the measurement tells a right cleaner from none. No cleaner runs here."""

import ast
import base64
import csv
import email.header
import hashlib
import html
import ipaddress
import json
import quopri
import random
import re
import sys
import zlib
from itertools import combinations, islice
from pathlib import Path
from urllib.parse import unquote, unquote_plus, unquote_to_bytes
from xml.etree import ElementTree

import phonenumbers
import pytest
import stdnum.br.cpf
import stdnum.ca.sin
import stdnum.cn.ric
import stdnum.de.idnr
import stdnum.ean
import stdnum.es.dni
import stdnum.fr.nir
import stdnum.gb.nhs
import stdnum.iban
import stdnum.in_.aadhaar
import stdnum.in_.pan
import stdnum.it.codicefiscale
import stdnum.luhn
import stdnum.pl.pesel
import stdnum.us.ssn
import stdnum.za.idnr
import yaml

from llmpipe.corpus import ledger
from llmpipe.corpus.text import match_tokens
from llmpipe.world.streams import document

BENCH = Path(__file__).parents[1] / "bench"
SETS = ("first", "second", "third", "fourth")
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
    """The planted texts of some kinds, of all sets."""
    return [(key, text, made) for key, rows in planted.items() if key[1] in kinds for text, made in rows]


def test_the_sets_have_the_kinds_of_the_table_and_share_no_variant(noise):
    assert tuple(noise.SETS) == SETS
    for older, newer in combinations(SETS, 2):
        new, old = noise.SETS[newer], noise.SETS[older]
        assert new.variants.keys() == old.variants.keys()
        for kind, variants in new.variants.items():
            assert len(variants) >= len(old.variants[kind]), (kind, newer, older)
            assert not variants.keys() & old.variants[kind].keys(), (kind, newer, older)
        assert len(new.leaks) >= len(old.leaks)
        assert not new.leaks.keys() & old.leaks.keys()


def test_each_variant_plants_in_one_language_at_least(planted):
    variants = {key[:3] for key in planted}
    empty = {name for name in variants if not any(planted.get((*name, language)) for language in ("en", "zh"))}

    assert empty == {("first", "characters", "decomposed")}  # the clean texts hold no accents
    assert len(variants) > 600


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


def bare(value):
    """A number without the marks of its groups."""
    return re.sub("[ -]", "", value)


CHECKS = {  # set: start of the variant's name: others' code that accepts its values
    "second": {
        "card": lambda value: stdnum.luhn.is_valid(bare(value)),
        "iban": stdnum.iban.is_valid,
        "national_id_cn": lambda value: stdnum.cn.ric.is_valid(value.upper()),
        "national_id_us": lambda value: stdnum.us.ssn.is_valid(value.replace(" ", "-")),
        "national_id_fr": lambda value: stdnum.fr.nir.is_valid(bare(value)),
        "national_id_de": stdnum.de.idnr.is_valid,
    },
    "third": {
        "card": lambda value: stdnum.luhn.is_valid(bare(value)),
        "iban": stdnum.iban.is_valid,
        "ip": lambda value: ipaddress.ip_address(value).is_global,
        "national_id_br": stdnum.br.cpf.is_valid,
        "national_id_ca": stdnum.ca.sin.is_valid,
        "national_id_cn": lambda value: stdnum.cn.ric.is_valid(bare(value).upper()),
        "national_id_es": stdnum.es.dni.is_valid,
        "national_id_gb_patient": stdnum.gb.nhs.is_valid,
        "national_id_in": stdnum.in_.aadhaar.is_valid,
    },
    "fourth": {
        "card": lambda value: stdnum.luhn.is_valid(bare(value)),
        "iban": stdnum.iban.is_valid,
        "ip": lambda value: ipaddress.ip_address(value).is_global,
        "national_id_br": stdnum.br.cpf.is_valid,
        "national_id_cn": lambda value: stdnum.cn.ric.is_valid(value.upper()),
        "national_id_in": stdnum.in_.pan.is_valid,
        "national_id_it": stdnum.it.codicefiscale.is_valid,
        "national_id_pl": stdnum.pl.pesel.is_valid,
        "national_id_us": stdnum.us.ssn.is_valid,
        "national_id_za": stdnum.za.idnr.is_valid,
    },
}
REGIONS = {
    "second": {
        "phone_us": "US",
        "phone_de": "DE",
        "phone_double": "CN",
        "phone_in": "IN",
        "phone_jp": "JP",
        "phone_cn": "CN",
    },
    "third": {"phone_us": "US", "phone_gb": "GB", "phone_fr": "FR", "phone_au": "AU", "phone_cn": "CN"},
    "fourth": {
        "phone_us": "US",
        "phone_gb": "GB",
        "phone_de": "DE",
        "phone_fr": "FR",
        "phone_es": "ES",
        "phone_in": "IN",
        "phone_hk": "HK",
        "phone_sg": "SG",
        "phone_tw": "TW",
        "phone_cn": "CN",
    },
}


@pytest.mark.parametrize("name", ["second", "third", "fourth"])
def test_personal_numbers_pass_the_checks_of_their_kind(noise, name):
    """Forty drawn values of each variant, so that a rare wrong one shows."""
    checked = set()
    for variant, make in noise.SETS[name].variants["pii"].items():
        for number in range(40):
            made = (make(random.Random(f"{variant} {number}"), *text) for text in ((ENGLISH, "en"), (CHINESE, "zh")))
            value = next(one.personal[0] for one in made if one)
            for start, check in CHECKS[name].items():
                if variant.startswith(start):
                    assert check(value), (variant, value)
                    checked.add(start)
            for start, region in REGIONS[name].items():
                if variant.startswith(start):
                    abroad = "+" if variant.endswith("_eight_six") else ""  # the country without its sign
                    assert phonenumbers.is_valid_number(phonenumbers.parse(abroad + value, region)), (variant, value)
                    checked.add(start)

    assert checked == CHECKS[name].keys() | REGIONS[name].keys()


def test_a_private_key_is_one(noise):
    from variants.second.values import private_key

    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = serialization.load_pem_private_key(private_key(random.Random(3)).encode(), None)

    assert len(key.private_bytes_raw()) == 32


def test_a_token_of_github_ends_in_the_checksum_of_its_letters(noise):
    from variants.second.values import ALPHANUMERIC, github_token

    token = github_token(random.Random(3))

    number = 0
    for letter in token[-6:]:
        number = number * 62 + ALPHANUMERIC.index(letter)
    assert re.fullmatch(r"ghp_[0-9A-Za-z]{36}", token)
    assert number == zlib.crc32(token[4:-6].encode())


def one_of(noise, name, kind, variant):
    """A variant of a set, for one text."""
    make = noise.SETS[name].variants[kind][variant]
    return lambda text, language: make(random.Random(1), text, language)


def subject_read(text):
    """A text whose first line is a subject of RFC 2047."""
    first, line, rest = text.partition("\n")
    return str(email.header.make_header(email.header.decode_header(first))) + line + rest


def as_bytes(text, encoding):
    """The bytes of a text that a browser read: what the encoding does not define is the byte of its number."""
    return b"".join(bytes([ord(c)]) if "\x80" <= c <= "\x9f" else c.encode(encoding) for c in text)


def as_windows(text, encoding):
    """A text of UTF-8 that a browser read in an encoding of eight bits."""
    return as_bytes(text, encoding).decode()


def by_number(pattern, text):
    """A text in which characters stand as their numbers, in hexadecimal digits."""
    return re.sub(pattern, lambda found: chr(int(found[1], 16)), text)


def spelled_bytes(text):
    r"""A text in which bytes of UTF-8 stand as \xe2."""
    return re.sub(r"(?:\\x\w\w)+", lambda found: bytes.fromhex(found[0].replace("\\x", "")).decode(), text)


@pytest.mark.parametrize(
    ("name", "variant", "decode"),
    [
        ("second", "quoted_printable", lambda text: quopri.decodestring(text).decode()),
        ("second", "script_escapes", lambda text: json.loads(f'"{text}"')),
        ("second", "address_escapes", unquote_plus),
        ("second", "hex_entities", html.unescape),
        ("second", "seven_bits", lambda text: text.encode().decode("hz")),
        ("second", "zero_bytes", lambda text: text.replace("\0", "")),
        ("second", "utf8_as_koi8_r", lambda text: text.encode("koi8-r").decode()),
        ("second", "utf8_as_cp850", lambda text: text.encode("cp850").decode()),
        ("second", "mac_as_cp1252", lambda text: text.encode("cp1252").decode("mac-roman")),
        ("second", "cp1252_as_latin1", lambda text: text.encode("latin-1").decode("cp1252")),
        ("third", "utf8_as_latin9", lambda text: text.encode("iso8859-15").decode()),
        ("third", "utf8_as_cp1254", lambda text: as_windows(text, "cp1254")),
        ("third", "utf8_as_cp1256", lambda text: text.encode("cp1256").decode()),
        ("third", "picture_misread", lambda text: as_windows(text, "cp1252")),
        ("third", "signs_doubled", lambda text: as_windows(text, "cp1252")),
        ("third", "misread_then_escaped", lambda text: as_windows(html.unescape(text), "cp1252")),
        ("third", "bytes_repr", lambda text: ast.literal_eval(text).decode()),
        ("third", "base64_body", lambda text: base64.b64decode(text).decode()),
        ("third", "subject_words", subject_read),
        ("third", "statistics_escapes", lambda text: by_number(r"<U\+(\w+)>", text)),
        ("fourth", "prose_misread", lambda text: as_windows(text, "cp1252")),
        ("fourth", "apostrophes_lost", lambda text: text.replace("\ufffd", "’")),
        ("fourth", "half_questioned", lambda text: text.replace("â??", "’")),
        ("fourth", "windows_numbers", html.unescape),
        ("fourth", "bullets_misread", lambda text: as_windows(text, "cp1252")),
        ("fourth", "byte_order_misread", lambda text: as_bytes(text[:3], "cp1252").decode("utf-8-sig") + text[3:]),
        ("fourth", "utf8_as_cp1253", lambda text: as_windows(text, "cp1253")),
        ("fourth", "utf8_as_cp1255", lambda text: as_windows(text, "cp1255")),
        ("fourth", "utf8_as_cp1257", lambda text: as_windows(text, "cp1257")),
        ("fourth", "utf8_as_cp866", lambda text: text.encode("cp866").decode()),
        ("fourth", "dos_as_cp1252", lambda text: as_bytes(text, "cp1252").decode("cp850")),
        ("fourth", "cp1252_as_cp850", lambda text: text.encode("cp850").decode("cp1252")),
        ("fourth", "cp1252_as_cp1251", lambda text: text.encode("cp1251").decode("cp1252")),
        ("fourth", "gbk_as_entities", lambda text: as_bytes(html.unescape(text), "cp1252").decode("gbk")),
        ("fourth", "address_gbk", lambda text: unquote_to_bytes(text).decode("gbk")),
        ("fourth", "percent_u", lambda text: by_number(r"%u(\w{4})", unquote(text))),
        ("fourth", "byte_escapes", spelled_bytes),
        ("fourth", "slashes_lost", lambda text: by_number(r"u([0-9a-f]{4})", text)),
        ("fourth", "base64_local", lambda text: base64.b64decode(text).decode("gbk")),
        ("fourth", "subject_local", subject_read),
    ],
)
def test_what_was_misread_can_be_read_back(noise, name, variant, decode):
    texts = ((ENGLISH, "en"), (CHINESE, "zh"))
    made = [one_of(noise, name, "mojibake", variant)(text, language) for text, language in texts]
    repairs = [one for one in made if one and one.expected == "repair"]

    assert repairs
    assert [decode(one.text) for one in repairs] == [one.original for one in repairs]


@pytest.mark.parametrize("variant", ["utf8_as_cp932", "utf8_as_cp949", "gbk_as_utf8"])
def test_chinese_whose_bytes_were_lost_is_to_be_dropped(noise, variant):
    made = one_of(noise, "third", "mojibake", variant)(CHINESE, "zh")

    assert made.expected == "drop"
    assert "\ufffd" in made.text


@pytest.mark.parametrize("variant", ["replacement_misread", "half_questioned", "big5_as_gbk", "utf8_as_big5"])
def test_chinese_that_went_through_two_encodings_is_to_be_dropped(noise, variant):
    made = one_of(noise, "fourth", "mojibake", variant)(CHINESE, "zh")

    assert made.expected == "drop"
    assert len(re.findall("[?\ufffd]|ï¿½", made.text)) > 5


def test_western_letters_that_central_europe_has_too_are_no_damage(noise):
    """Most accents have one place in both encodings; only sentences with another are planted."""
    make = noise.SETS["fourth"].variants["mojibake"]["cp1252_as_cp1250"]
    made = [make(random.Random(number), ENGLISH, "en") for number in range(20)]
    planted = [one for one in made if one]

    assert 0 < len(planted) < 20
    assert [one.text.encode("cp1250").decode("cp1252") for one in planted] == [one.original for one in planted]
    assert all("ñ" in one.original or "ê" in one.original for one in planted)


def test_old_mails_are_read_in_the_encoding_of_their_place(noise):
    made = one_of(noise, "fourth", "mojibake", "printable_local")
    english, chinese = made(ENGLISH, "en"), made(CHINESE, "zh")

    assert quopri.decodestring(english.text).decode("cp1252") == english.original
    assert quopri.decodestring(chinese.text).decode("gbk") == chinese.original


def test_one_line_or_name_out_of_another_database_is_wrong_and_the_rest_right(noise):
    line = one_of(noise, "fourth", "mojibake", "line_of_gbk")(CHINESE, "zh")
    name = one_of(noise, "fourth", "mojibake", "name_misread")(CHINESE, "zh")
    wrong = [
        (one, other) for one, other in zip(line.text.split("\n"), CHINESE.split("\n"), strict=True) if one != other
    ]

    assert [(as_bytes(one, "cp1252").decode("gbk"), other) for one, other in wrong] == [
        (other, other) for _, other in wrong
    ]
    assert len(wrong) == 1
    assert name.text.split("\n")[-1].encode("gbk").decode() == name.original.split("\n")[-1]
    assert name.text.startswith(CHINESE)


def test_an_undefined_byte_is_read_as_browsers_do(noise):
    """“A with grave” is C3 80, and 81 is undefined in Windows-1252: a browser shows a control there."""
    from variants.second.letters import browser

    assert browser("é Á".encode(), "cp1252") == "Ã© Ã\x81"


def test_markup_yields_its_text_again(noise):
    rich = one_of(noise, "second", "html", "rich_text")(CHINESE, "zh")
    cues = one_of(noise, "second", "html", "subtitles")(ENGLISH, "en")
    entities = one_of(noise, "second", "html", "named_entities")(ENGLISH, "en")

    body = re.sub(r"\\u(-?\d+)\?", lambda found: chr(int(found[1]) % 65536), rich.text).replace("\\par\n", "\n")
    assert CHINESE in body
    assert rich.original == CHINESE
    assert cues.original.split("\n") == [line for line in cues.text.split("\n") if re.search("[a-z]", line)]
    assert html.unescape(entities.text) == entities.original


def test_records_of_the_third_set_yield_their_text_again(noise):
    def made(variant):
        return one_of(noise, "third", "html", variant)(CHINESE, "zh")

    head, _, body = made("front_matter").text.removeprefix("---\n").partition("---\n\n")
    spoken = made("transcript_times")

    assert yaml.safe_load(head)["layout"] == "post"
    assert body == CHINESE
    assert CHINESE in json.loads(made("json_record").text).values()
    assert html.unescape(made("escaped_quotes").text) == made("escaped_quotes").original
    assert re.sub(r"\[[^\]]*\]", "", made("citation_marks").text) == CHINESE
    assert re.sub("<[^>]+>|&nbsp;|\u3000", "", made("rich_editor").text).split() == CHINESE.split()
    assert spoken.original.split("\n") == [line for line in spoken.text.split("\n") if ":" not in line]


def stripped(page):
    """What stands between the tags of a page, its lines apart."""
    within = re.sub(r"</?(?:a|b|i|u|em|strong)\b[^>]*>", "", page)
    lines = html.unescape(re.sub(r"<!--.*?-->|<[^>]+>", "\n", within)).split("\n")
    return [line.strip() for line in lines if line.strip()]


@pytest.mark.parametrize(
    "variant",
    [
        "news_page",
        "linked_paragraphs",
        "inline_emphasis",
        "bare_breaks",
        "forum_cell",
        "pasted_document",
        "blog_pictures",
        "pixel_left",
        "page_comments",
    ],
)
def test_pages_of_the_fourth_set_hold_their_text_and_no_other(noise, variant):
    make = one_of(noise, "fourth", "html", variant)
    pages = [(text, made) for text, language in ((ENGLISH, "en"), (CHINESE, "zh")) if (made := make(text, language))]

    assert pages
    for text, made in pages:
        assert stripped(made.text) == text.split("\n")


def test_records_of_the_fourth_set_yield_their_text_again(noise):
    def made(variant, text=CHINESE, language="zh"):
        return one_of(noise, "fourth", "html", variant)(text, language)

    (cells,) = csv.reader(made("csv_row").text.splitlines(keepends=True))
    events, words = made("dialogue_events"), made("word_times", ENGLISH, "en")
    data = made("data_left").text.removesuffix(CHINESE)

    assert CHINESE in cells
    assert stripped(ElementTree.fromstring(made("posts_row").text).get("Body")) == CHINESE.split("\n")
    assert stripped(html.unescape(made("escaped_breaks").text).replace("<b>", "").replace("</b>", "")) == CHINESE.split(
        "\n"
    )
    assert html.unescape(made("numbered_entities").text) == made("numbered_entities").original
    assert [re.sub(r"\{.*?\}", "", row.split(",", 9)[-1]) for row in events.text.split("\n")[2:]] == (
        events.original.split("\n")
    )
    assert [re.sub("<.*?>", "", row) for row in words.text.split("\n") if "<c>" in row] == words.original.split("\n")
    assert json.loads(data)["@id"].endswith(".html")
    assert re.sub(r"\[\[[^|\]]*\|(.*?)\]\]", r"\1", made("wiki_infobox").text).split("\n")[6:8] == CHINESE.split("\n")


def test_a_bar_code_has_its_check_digit(noise):
    for number in range(20):
        made = noise.SETS["third"].variants["kept"]["bar_code"](random.Random(number), ENGLISH, "en")

        assert stdnum.ean.is_valid(re.search(r"\d{13}", made.text)[0])


@pytest.mark.parametrize(
    ("name", "variant", "text", "language", "dirty"),
    [
        ("second", "full_width", "来了63个人", "zh", "来了６３个人"),
        ("second", "vertical_tabs", "a\nb", "en", "a\x0bb"),
        ("second", "overstruck", "No go\nb", "en", "N\bNo\bo g\bgo\bo\nb"),
        ("second", "circled", "Za", "en", "Ⓩⓐ"),
        ("second", "sheet_returns", "a\nb", "en", "a_x000D_\nb"),
        ("second", "spaced_out", "红山的书。", "zh", "红 山 的 书。"),
        ("second", "spaced_out", "Old map\nIt is.", "en", "O l d   m a p\nIt is."),
        ("second", "indented", "红山\n书", "zh", "\u3000\u3000红山\n\u3000\u3000书"),
        ("third", "dos_file", "a\nb", "en", "a\r\nb\r\n\x1a"),
        ("third", "sentences_glued", "It is. We go.\nNo.", "en", "It is.We go.\nNo."),
        ("third", "tokenised", "[Vor] Who, I? A map.", "en", "[ Vor ] Who , I ? A map ."),
        ("third", "tokenised", "费铎的工作是医生。\n在1990年", "zh", "费铎 的 工作 是 医生 。\n在 1990 年"),
        ("third", "foreign_marks", "Title: A cup\nIt is red, old.", "en", "Title：A cup\nIt is red，old。"),
        ("third", "foreign_marks", "题目：书。谁？", "zh", "题目:书.谁?"),
        ("third", "ocr_digits", "In 1990, 5 of 20", "en", "In l99O, 5 of 2O"),
        ("third", "doubled_letters", "No go\nb", "en", "NNoo  ggoo\nb"),
        ("third", "kerning_gaps", "We saw Talzel at Westford.", "en", "W e saw T alzel at W estford."),
        ("third", "stacked", "红山的书\n有人来了。", "zh", "红\n山\n的\n书\n有人来了。"),
        ("fourth", "caret_returns", "a\nb", "en", "a^M\nb^M"),
        ("fourth", "stray_tabs", "红山的书。谁？\n有人。", "zh", "红山的书。\t谁？\n有人。"),
        ("fourth", "typographic_spaces", "红山的书。谁？", "zh", "红山的书。\u3000谁？"),
        ("fourth", "hyphenation_points", "The library is old.", "en", "The lib\u00adrary is old."),
        ("fourth", "digits_apart", "来了63个人，在1990年。", "zh", "来了6 3个人，在1 9 9 0年。"),
        ("fourth", "hyphens_kept", "The library is old.", "en", "The lib-rary is old."),
        ("fourth", "links_glued", "The map of Redhill is old.", "en", "The map ofRedhill is old."),
        ("fourth", "ocr_strokes", "In Redhill it fell. It is old.", "en", "ln Redhi11 it fe11. lt is old."),
        ("fourth", "ocr_strokes", "有一本书。", "zh", "有—本书。"),
        ("fourth", "styled_words", "the map of Redhill", "en", "the map of 𝗥𝗲𝗱𝗵𝗶𝗹𝗹"),
    ],
)
def test_characters_are_damaged_as_named(noise, name, variant, text, language, dirty):
    made = one_of(noise, name, "characters", variant)(text, language)

    assert made.text == dirty
    assert made.original == text


def test_a_column_loses_its_hyphens_and_is_the_text_again(planted):
    for key, text, made in of_kind(planted, "characters"):
        if key[2] == "hyphenated_column":
            joined = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", made.text)
            assert " ".join(joined.split()) == " ".join(text.split()), made.text


def test_broken_lines_of_the_fourth_set_are_the_text_again(planted):
    seen = set()
    for key, text, made in of_kind(planted, "characters"):
        if key[0] == "fourth" and key[2] in ("wrapped_apart", "line_numbers", "page_turn"):
            page = r"\n\n(?:- |Page |第)?\d+(?: -|页)?\n\x0c\n" if key[2] == "page_turn" else r"(?m)^\d+ (?=.)"
            dirty = made.text if key[2] == "wrapped_apart" else re.sub(page, "", made.text)
            assert "".join(dirty.split()) == "".join(text.split()), made.text
            seen.add(key[2:])
    assert len(seen) == 6


def test_scraps_of_a_board_stand_at_the_ends_of_lines(noise):
    made = one_of(noise, "fourth", "characters", "copy_guard")(CHINESE, "zh")

    for line, dirty in zip(CHINESE.split("\n"), made.text.split("\n"), strict=True):
        assert dirty.startswith(line)
        assert re.fullmatch(r"[!-~]{1,2}(?: [!-~]{1,2})+", dirty[len(line) :])


def test_a_variant_that_would_change_nothing_plants_nothing(noise):
    assert one_of(noise, "second", "characters", "vertical_tabs")("one line", "en") is None
    assert one_of(noise, "second", "characters", "korean_forms")("没有", "en") is None
    assert one_of(noise, "second", "mojibake", "half_read")("one line", "zh") is None
    assert one_of(noise, "second", "boilerplate", "journal")("one\ntwo", "en") is None
    assert one_of(noise, "third", "characters", "hard_spaces")("一行", "zh") is None
    assert one_of(noise, "third", "characters", "ocr_digits")("in 2345", "en") is None
    assert one_of(noise, "third", "characters", "invisible_lines")("one line", "en") is None
    assert one_of(noise, "third", "mojibake", "glyph_numbers")("no such letters", "en") is None
    assert one_of(noise, "third", "boilerplate", "report_pages")("one line", "en") is None
    assert one_of(noise, "third", "html", "citation_marks")("one line", "en") is None
    assert one_of(noise, "fourth", "html", "inline_emphasis")("no name", "en") is None
    assert one_of(noise, "fourth", "characters", "ocr_strokes")("书", "zh") is None
    assert one_of(noise, "fourth", "characters", "styled_words")("no name", "en") is None
    assert one_of(noise, "fourth", "mojibake", "spaces_questioned")("Who? He. She.", "en") is None
    assert one_of(noise, "fourth", "mojibake", "line_of_gbk")("一行", "zh") is None
    assert one_of(noise, "fourth", "boilerplate", "trial_print")("one line", "en") is None
    assert one_of(noise, "fourth", "exact_duplicate", "headline_bold")("One line.", "en") is None


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first", "18d79be9cc72a4caa1ddaddff43f0118d3dc3d3da9b83f37acf82e3aee3eadb3"),
        ("second", "2e25ba7132b821c78afaef4170323fdc60c62cc7570a5342c13275ede30aaf19"),
        ("third", "bb8f1f261cbe299bdaa1bb4c0daf532563269969ceb28d8e5fe6d4e255ae873b"),
        ("fourth", "4d835eb7b9e8813b54079cffa2ea4b7afb3e38a8a35a25e5f9402bd4fa1be5a6"),
    ],
)
def test_the_sets_stay_as_they_were(noise, name, expected):
    """Their figures can be repeated: what they make of two texts has the bytes of the day of the first measurement."""
    digest = hashlib.sha256()
    for kind, variants in noise.SETS[name].variants.items():
        for variant, make in variants.items():
            for text, language in ((ENGLISH, "en"), (CHINESE, "zh")):
                digest.update(repr((kind, variant, make(random.Random(7), text, language))).encode())

    assert digest.hexdigest() == expected


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

    def squeezed(name):
        return answered(noise, name, lambda text, entry: " ".join(text.split()))["characters"]["variants"]

    second, third, fourth = squeezed("second"), squeezed("third"), squeezed("fourth")

    assert second["vertical_tabs_en"]["value"] == 0.0
    assert second["spaced_out_zh"]["value"] == 0.0
    assert second["wrapped_zh"]["value"] == 0.0
    assert third["joined_lines_zh"]["value"] == 0.0
    assert third["sentences_glued_en"]["value"] == 0.0
    assert third["tokenised_zh"]["value"] == 0.0
    assert fourth["wrapped_apart_zh"]["value"] == 0.0
    assert fourth["line_ends_glued_en"]["value"] == 0.0
    assert fourth["digits_apart_zh"]["value"] == 0.0
    assert fourth["words_split_en"]["value"] == 0.0
    assert fourth["links_glued_en"]["value"] == 0.0
