"""recode: signs and accents that another encoding made odd are read again, and what is right stays."""

import random

import pytest
from ftfy.badness import is_bad

from llmpipe.corpus.decoding import odd_signs
from llmpipe.corpus.decoding import recode as module
from llmpipe.corpus.decoding.recode import recode
from llmpipe.corpus.pipeline import clean_text
from llmpipe.corpus.sources.encodings import BEYOND_ASCII, WESTERN
from llmpipe.corpus.text import codes_of
from llmpipe.sections.clean import CleanConfig

TEXT = "He said: “It’s late – isn’t it?” The café was closed, and they’d been naïve."


SINGLE = (
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1257",
    "iso8859-2",
    "iso8859-7",
    "koi8-r",
    "cp437",
    "cp850",
    "cp866",
)


@pytest.mark.parametrize("wrong", [*SINGLE, "mac_cyrillic", "cp852"])
def test_utf8_read_in_any_encoding_is_read_again(wrong):
    # no dash: two of them look alike when a byte is lost
    text = TEXT.replace(" –", ",")

    assert recode(text.encode().decode(wrong, "replace")) == text


@pytest.mark.parametrize("wrong", ["mac_roman", "mac_cyrillic", "cp437", "cp850", "koi8-r", "iso8859-2"])
def test_cp1252_read_in_another_encoding_is_read_again(wrong):
    text = TEXT.replace("ï", "i").replace("é", "e")

    assert recode(text.encode("cp1252").decode(wrong)) == text


@pytest.mark.parametrize("wrong", ["gb18030", "cp932"])
def test_two_byte_encodings_take_the_next_letter_along(wrong):
    """As in `It鈥檚`: the last byte of the sign and the letter behind it are one character."""
    text = "It’s late, isn’t it? They’d said they’ll be back, and we’re waiting."
    read = text.encode().decode(wrong, "ignore")

    assert "s late" not in read
    assert recode(read) == text


def test_what_lost_its_unprinted_characters_is_read_by_its_place():
    """UTF-8 as Latin-1 without control characters: every sign is the same letter."""
    text = TEXT.replace("é", "e").replace("ï", "i")
    lost = "".join(c for c in text.encode().decode("latin-1") if not 0x7F < ord(c) < 0xA0)

    assert recode(lost) == text


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "L’âge d’or : « Où êtes-vous ? », dit-il à l’élève — c’était Noël.",
        "Москва is the Russian name of the city, and Αθήνα the Greek one; 北京 is Chinese.",
        "The lens is 5 μm thick, so β2 > α1 and Δx ≤ 3 Ω; it’s “small”.",
        "The “NHK News Ohayō Nippon” was read in the Māori language, too; the submarine ‘Щ-721’ wasn’t seen.",
        "Bangaldel = 邦伽德\nDanhen = 丹亨 – it’s a name.",
        "Zażółć gęślą jaźń – a sentence of Polish; Příliš žluťoučký kůň is Czech.",
        "Ænglisc of old, with þ and ð, and with the ſ of the printers; naïve façade, Škoda, ﬁn.",
        "",
    ],
)
def test_what_is_right_stays(text):
    assert recode(text) == text


PLAIN = "He said: “It’s late – isn’t it?” and left the café at 5 °C, as naïve as ever. "
CHINESE = "他说：“今天的天气很好，我们去公园走走吧。” "
PLACES = {
    "start": lambda sign, around: f"{sign} {around}",
    "middle": lambda sign, around: f"{around}{sign} {around}",
    "end": lambda sign, around: f"{around}{sign}",
}


def is_odd(text):
    """The definition that the look in one pass stands for."""
    return len(WESTERN.findall(text)) < len(BEYOND_ASCII.findall(text)) or is_bad(text)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "sign", ["It鈥檚", "ÔÇ£", "é", "’é", "œ", "Â", "à", "à ", "μ", "北京", "a\x80", "\ufffd", "\U0001f600"]
)
def test_the_look_sees_one_sign_wherever_it_stands(sign, place):
    text = PLACES[place](sign, PLAIN * 20)

    assert odd_signs.is_odd(codes_of(text)) == is_odd(text)
    assert not odd_signs.is_odd(codes_of(PLAIN * 20))


@pytest.mark.parametrize("place", PLACES)
def test_one_contraction_is_read_again_wherever_it_stands(place):
    text = PLACES[place]("It鈥檚 here, isn鈥檛 it?", PLAIN * 20)

    assert recode(text) == text.replace("鈥檚", "’s").replace("鈥檛", "’t")


@pytest.mark.parametrize("place", PLACES)
def test_chinese_is_not_looked_at_further(place, monkeypatch):
    """A sign in it says nothing: its characters have three bytes each."""
    text = PLACES[place]("ÔÇ£", CHINESE * 20)
    monkeypatch.setattr(module, "_likely_readings", None)

    assert recode(text) == text


def test_what_is_plain_or_of_many_bytes_ends_with_the_look(monkeypatch):
    """Neither the library nor an encoding is asked."""
    monkeypatch.setattr(odd_signs, "is_bad", None)
    monkeypatch.setattr(module, "_likely_readings", None)

    assert recode(PLAIN) == PLAIN
    assert recode(CHINESE) == CHINESE


def test_the_size_at_which_a_text_is_no_western_prose():
    """Exactly 1.4 bytes a character: two of ten characters have three bytes."""
    at, above = "It鈥檚 a day", "It鈥檚 a da"

    assert [(len(text), len(text.encode())) for text in (at, above)] == [(10, 14), (9, 13)]
    assert recode(at) == "It’s a day"
    assert recode(above) == above


def test_the_look_is_the_definition():
    """On strings of all that Western prose may have, what wrong decoding makes of it, and ASCII between."""
    western = [chr(code) for code in range(0x80, 0x2200) if WESTERN.search(f"a{chr(code)}1 {chr(code)} ")]
    strange = list("\x85\x9f\xadąłſāΓΩвЂ√‡\u2028\u3000中，ﬁ\ud800\ufffd\U0001f600")
    draw = random.Random(1)
    outcomes = set()
    for _ in range(6000):
        signs = western if draw.random() < 0.7 else western + strange
        text = "".join(
            draw.choice(signs) if draw.random() < 0.3 else draw.choice("aZ \n.'\"(-1s")
            for _ in range(draw.randrange(1, 14))
        )
        odd = is_odd(text)
        assert odd_signs.is_odd(codes_of(text)) == odd, ascii(text)
        outcomes.add((odd, len(WESTERN.findall(text)) == len(BEYOND_ASCII.findall(text))))
    assert outcomes == {(True, True), (True, False), (False, True)}


def test_no_encoding_has_a_character_that_the_table_does_not_know():
    characters = [
        chr(code) for code in (*range(0x80, 0x700), *range(0xE00, 0xE80), *range(0x1E00, 0x2700), 0xF8FF, 0xFFFD)
    ]
    known = module._encodings()
    for number, wrong in enumerate(module._SINGLE):
        for character in characters:
            try:
                character.encode(wrong)
            except UnicodeError:
                continue
            assert known[character] >> number & 1, (wrong, ascii(character))
    assert not any(
        character.isascii() for looks in module._all_looks().values() for look, _ in looks for character in look
    )


def test_the_rule_is_off_until_it_is_asked_for():
    odd = TEXT.replace(" –", ",").encode().decode("cp866")

    assert "recode" not in clean_text(odd, "en", CleanConfig()).changed
    cleaned = clean_text(odd, "en", CleanConfig(recode=True))
    assert (cleaned.text, "recode" in cleaned.changed) == (TEXT.replace(" –", ","), True)
