"""Letters of other scripts and styles come back to plain ones; what science, phonetics and flags need stays."""

import unicodedata

import pytest

from llmpipe.config import CleanConfig
from llmpipe.corpus.odd_letters import lookalikes, odd_letters
from llmpipe.corpus.pipeline import clean_text


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("Τhe οld mill stοοd near the rivεr.", "The old mill stood near the river."),  # Greek
        ("Тhе оld mіll аnd а gаtе оf thе fаrm", "The old mill and a gate of the farm"),  # Cyrillic, whole words too
        ("The mօst օld օf all dօgs", "The most old of all dogs"),  # Armenian
        ("ᎢᎻe old Ꮇill", "THe old Mill"),  # Cherokee
        ("The ᴏʟᴅ ᴍɪʟʟ ᴇxᴀᴍᴘʟᴇ ɪs ᴀ farm", "The old mill example is a farm"),
        ("The ᵒˡᵈ mill", "The old mill"),
        ("The 🅾🅻🅳 mill. M🅸🅻🅻 🄾🄵 🄾🄻🄳. 🅣🅗🅔 end", "The old mill. Mill of old. The end"),
        ("by the 🇷🇮🇻🇪🇷 and the 🇲🇦", "by the river and the ma"),
        ("cⅰvⅰl maⅹⅰm", "civil maxim"),
        ("ɡood dɑys for the ɡrɑss", "good days for the grass"),
        ("The m·i·l·l stood.", "The mill stood."),
        ("这是一ロ井，有ニ十米深，エ人站在门边上等着水。", "这是一口井，有二十米深，工人站在门边上等着水。"),
        ("老\u3000人在\u3000磨坊\u3000旁边的\u3000桥上等2\u3000个朋友。", "老人在磨坊旁边的桥上等2个朋友。"),
        ("old\ufdd0 mi\U000f0001ll 葛\U000e0101", "old mill 葛"),
        ("o\u0332l\u0332d\u0332 mill", "old mill"),
        ("老\u0332人\u0332和\u0332桥", "老人和桥"),
    ],
)
def test_plain_again(odd: str, plain: str) -> None:
    assert odd_letters(odd) == plain


def test_many_marks_leave_nothing_of_themselves() -> None:
    heaped = "".join(
        c + "".join(chr(0x300 + (n * 7 + k * 31) % 0x70) for k in range(4)) for n, c in enumerate("oldmill")
    )
    assert odd_letters(f"An {heaped} stood.") == "An oldmill stood."


@pytest.mark.parametrize(
    "text",
    [
        "TNFα and IFNγ bind to it; a β-sheet, an α-helix, μm, Δx, 5 μg and the σ of x̄.",
        "Chapter Ⅳ, part ⅱ, the 1ˢᵗ and 2ⁿᵈ, x², H₂O, kʰ, ™, ①, ½.",
        "Flags 🇫🇷🇩🇪 and blood 🅰 🅱, ⒜ first ⒝ second.",
        "Москва и Αθήνα, Երևան, ᏣᎳᎩ and 서울 are names of places.",
        "It is said [ɡʊd] and /ˈsɪti/, the ʀ and the ɪ of IPA.",
        "Diyarbakır, Iğdır, Kadıköy, Aydın, Işık",
        "naïve café, Ångström, Việt Nam, Đình, Ænglisc, Łódź",
        "A·B and 3·4·5·6, l'art·e·s, Si·O",
        "王　明　　李　四",
        "第一行\n　　第二行的开头有两个宽空格。",
        "这家店叫「ロビン」，卖的是日本料理。",
        "ệ ẹ̀ is a letter of Yoruba.",
        "",
    ],
)
def test_what_stays(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert odd_letters(text) == text


def test_lookalikes_are_told_before_wrong_decoding():
    """Three words of Latin letters with lookalikes and no other Cyrillic; accents that were misread have others."""
    text = "Sn\u043ewpeak was s\u043eld, and it help\u0435d \u0430 lot."
    config = CleanConfig(odd_letters=True, recode=True)

    assert lookalikes(text) == "Snowpeak was sold, and it helped a lot."
    assert clean_text(text, "en", config).text == "Snowpeak was sold, and it helped a lot."
    assert lookalikes("v\u043ela, m\u0439tier, h\u0430te, r\u0430w") == "v\u043ela, m\u0439tier, h\u0430te, r\u0430w"
    assert lookalikes("\u0430\u043e sn\u043ew t\u043e") == "\u0430\u043e sn\u043ew t\u043e"


def test_small_capitals_in_brackets_are_read_where_others_are():
    """A transcription stands alone; in a text of small capitals it is none."""
    assert odd_letters("[Kᴏʀᴠᴇɴ] ᴡᴀs ʙᴏʀɴ ɪɴ ᴛʜᴇ ᴛᴏᴡɴ") == "[Korven] was born in the town"
    assert odd_letters("It is [kᴏʀᴠ] there.") == "It is [kᴏʀᴠ] there."
