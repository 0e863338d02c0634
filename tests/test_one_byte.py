"""one_byte: letters and signs of one byte in another page of signs, told by what no language writes."""

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)
import pytest

from llmpipe.corpus.decoding.one_byte import one_byte
from llmpipe.corpus.decoding.recode import recode
from llmpipe.corpus.decoding.reread import reread

QUOTED = "“It’s 20¢ a cup,” wrote Núria – “isn’t that Jürgen’s crêpe?” — and nobody’d answered…"


@pytest.mark.parametrize("wrong", ["mac_roman", "cp437", "cp850", "mac_cyrillic"])
def test_signs_and_accents_of_windows_in_another_page(wrong):
    assert one_byte(QUOTED.encode("cp1252").decode(wrong)) == QUOTED


@pytest.mark.parametrize("wrong", ["sloppy-windows-1252", "cp437", "cp850", "latin-1"])
def test_signs_and_accents_of_a_mac_in_another_page(wrong):
    assert one_byte(QUOTED.encode("mac_roman").decode(wrong)) == QUOTED


def test_one_contraction_is_proof():
    assert reread("Donít go there, she said.") == "Don’t go there, she said."
    assert reread("ItÕs late, and theyÕve gone.") == "It’s late, and they’ve gone."


def test_one_letter_of_another_script_inside_a_word_is_proof():
    assert reread("They moved to Mбlaga.") == "They moved to Málaga."


def test_a_capital_inside_a_word_says_that_it_is_another_page():
    dirty = "The sign said “café – 20¢ a cup”.".encode("cp1252").decode("cp850")

    assert reread(recode(dirty)) == "The sign said “café – 20¢ a cup”."


@pytest.mark.parametrize(
    "text",
    [
        "El país está aquí; así es, dijo él.",
        "Les prêts d'été ont été faits à l'hôtel.",
        "Her father’s crêpe isn’t bad, and it’s naïve.",
        "A na¨ıve r´esum´e of Se˜nora Pe˜na from Z¨urich, by Fran¸cois.",
        "The genes TNFα and IL1β rise, x∈A and y≤b hold.",
        # lookalikes of Cyrillic are no bytes
        "Кorvan is the bеst dеntist in Mооnriver, and it сost hеr 16 сoins.",
        "Fahrettin Kırzıoğlu ve Yunus Zeyrek.",
        "Ĺubomír, Łukasz and Ţepeş met Ørjan in Århus.",
        "Пароль и логин, said Ivan; Москва is far.",
        "The iPhoneX and the eBay™ shop, 5µm and 3º.",
    ],
)
def test_what_was_read_rightly_stays(text):
    assert reread(text) == text
