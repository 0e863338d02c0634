"""recode: signs and accents that another encoding made odd are read again, and what is right stays."""

import pytest

from llmpipe.corpus.pipeline import clean_text
from llmpipe.corpus.recode import recode
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


def test_the_rule_is_off_until_it_is_asked_for():
    odd = TEXT.replace(" –", ",").encode().decode("cp866")

    assert "recode" not in clean_text(odd, "en", CleanConfig()).changed
    cleaned = clean_text(odd, "en", CleanConfig(recode=True))
    assert (cleaned.text, "recode" in cleaned.changed) == (TEXT.replace(" –", ","), True)
