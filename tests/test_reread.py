"""reread: damage in a part of a text is read again for itself, and what is right stays."""

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)
import pytest

from llmpipe.corpus.decoding.reread import reread

TEXT = "He said: “It’s late – isn’t it?” The café was closed, and they’d been naïve."
CHINESE = "他说，时间不早了。咖啡馆已经关门，大家都很失望。"


def _misread(text: str, wrong: str) -> str:
    return text.encode().decode(wrong, "replace")


@pytest.mark.parametrize("wrong", ["latin-1", "sloppy-windows-1252", "mac_roman", "cp437", "cp850", "cp866", "koi8-r"])
def test_one_sentence_of_several(wrong):
    right = "“Москва” is 莫斯科 in Chinese."

    assert reread(f"{right} {_misread(TEXT, wrong)}") == f"{right} {TEXT}"


@pytest.mark.parametrize("wrong", ["latin-1", "sloppy-windows-1252", "mac_roman", "cp437", "iso8859-15"])
def test_one_line_of_chinese(wrong):
    assert reread(f"{CHINESE}\n{_misread(CHINESE, wrong)}") == f"{CHINESE}\n{CHINESE}"


@pytest.mark.parametrize(
    "wrong", ["cp775", "cp855", "cp862", "cp737", "mac_greek", "mac_latin2", "sloppy-windows-1255", "koi8-u", "cp852"]
)
@pytest.mark.parametrize("text", [f"{TEXT} 😀!", f"{CHINESE}😀明天再来。"])
def test_any_page_of_one_byte(text, wrong):
    dirty = text.encode().decode(wrong)

    assert dirty != text
    assert reread(dirty) == text


def test_two_encodings_in_a_text():
    parts = _misread(TEXT, "sloppy-windows-1252"), _misread(TEXT, "mac_roman"), _misread(TEXT, "cp437")

    assert reread("\n".join(parts)) == "\n".join([TEXT] * 3)


def test_read_wrongly_twice():
    twice = _misread(_misread(TEXT, "sloppy-windows-1252"), "sloppy-windows-1252")

    assert reread(twice) == TEXT


def test_a_quotation_mark_that_lost_its_last_byte():
    lost = _misread(TEXT, "sloppy-windows-1252").replace("\x9d", "")

    assert lost != _misread(TEXT, "sloppy-windows-1252")
    assert reread(lost) == TEXT


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("mac_roman", "sloppy-windows-1252"),
        ("cp850", "sloppy-windows-1252"),
        ("latin-1", "mac_roman"),
        ("latin-1", "cp1251"),
        ("latin-1", "cp437"),
    ],
)
def test_accents_of_one_byte(right, wrong):
    text = "Le métier préféré de l'élève est à la bibliothèque, où il a étudié."

    assert reread(text.encode(right).decode(wrong)) == text


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        CHINESE,
        "Dunărea Galați, Luceafărul Oradea și Bălți",
        "Je\xa0suis\xa0encore sceptique ; l’été « dernier » à Orléans.",
        "Россия и Москва, час пути; у реки стоял тихий дом.",
        "Η Αθήνα είναι η πρωτεύουσα. TGFβ and IFNγ, μm and Ωm, naïve Ångström",
        "Der Größe nach: Öl, Übung, Ärger – süß. Smörgåsbord, fjörður, Łódź, Dvořák",
        "x² + y² = ½, 20 °C, £5, €6.50, ©2020 Acme™ — “quoted”",
        "Ã is a letter of Portuguese: SÃO PAULO, AVIÕES, JOÃO",
        "Việt Nam có ngôn ngữ riêng; cà phê sữa đá.",
    ],
)
def test_what_is_right_stays(text):
    assert reread(text) == text
