"""Rows of exports, scripts and style sheets without their tags, marks of notes; misread bytes that were damaged."""

import html
import json
import re
import unicodedata

import pytest

from llmpipe.config import validate
from llmpipe.corpus import characters, pipeline
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.decoding.compatible_again import compatible_again, may_be_compatible
from llmpipe.corpus.decoding.damaged import damaged, may_be_damaged
from llmpipe.corpus.decoding.glyphs import glyphs, may_have_glyphs
from llmpipe.corpus.formats import formats, may_be_formatted
from llmpipe.corpus.formats.notes import notes
from llmpipe.corpus.formats.records import records
from llmpipe.corpus.formats.scripts import is_script, is_style, scripts

TEXTS = (
    'The mill was closed in 1969, and nobody did the work.\n"It\'s good," said Tom, who had asked for it for years.',
    "凯佩丹在红山开办眼科医院。\n红山有了新的眼科医院，大家都很高兴，多亏邦德贝。",
)
META = {"id": 40213377, "created": "2014-03-02T08:11:07Z", "deleted": False, "url": "https://notes.example.org/p/7"}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "stored",
    [
        lambda text: json.dumps({**META, "text": text}, ensure_ascii=False),
        lambda text: json.dumps({**META, "text": text}, indent=1),
        lambda text: json.dumps({"data": [{"author": {"name": "anna"}, "body": text}]}),
        lambda text: "\n".join(json.dumps({"n": 1, "text": line}) for line in text.split("\n")),
        lambda text: json.dumps({"id": 7, "text": text}, ensure_ascii=False)[:-2],  # cut off
        lambda text: repr({**META, "text": text}),
        lambda text: repr([text]),
        lambda text: repr(text + "\n"),
        lambda text: repr(text.encode()),
        lambda text: "INSERT INTO posts VALUES (7, '{}', NULL);".format(text.replace("'", "''").replace("\n", "\\n")),
        lambda text: f'a:2:{{s:2:"id";i:7;s:4:"body";s:{len(text.encode())}:"{text}";}}',
        lambda text: '7,2014-03-02,"{}",en'.format(text.replace('"', '""').replace("\n", " ")),
        lambda text: "7\t2014-03-02\t{}\ten".format(text.replace('"', "'").replace("\n", " ")),
    ],
)
def test_the_text_of_a_row(stored, text: str) -> None:
    row = stored(text)
    assert may_be_formatted(Characters([row]))[0]
    assert formats(row).split() == (text.replace('"', "'").split() if "\t" in row else text.split())


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "mill", "version": "1.0.0", "private": true, "main": "index.js"}',
        '{"name": "mill", "open": true',
        "['mill', 'river', 'road']",
        "'Come to the mill today, all of you,' he said, and went.",
        '"We are late, and nobody waits for us at the mill today."',
        "12, 14 and 16 are even numbers, and nobody doubts it.",
        "7\tmill\triver\n8\troad\tbridge",
        "(1) The mill is old. (2) Nobody knows who built it there.",
        'a:3:{s:4:"body";s:99:"The text was cut here',
        "{" * 3000 + '"a": 1',
    ],
)
def test_what_is_no_row_of_a_text_stays(text: str) -> None:
    assert records(text) == text


SCRIPTS = (
    "window.dataLayer = window.dataLayer || [];\nfunction gtag(){dataLayer.push(arguments);}\ngtag('config', 'UA-1');",
    'var _hmt = _hmt || [];\n(function() {\n  var hm = document.createElement("script");\n  s.before(hm);\n})();',
    "jQuery(document).ready(function($) {\n  $('.slider').slick({ dots: true });\n});",
    "window.addEventListener('load', () => {\n  if (box) { box.classList.add('ready'); }\n});",
    'window.__STATE__={"user":null,"flags":[1,2,3]};',
)
STYLES = (
    "#gallery-3 {\n\tmargin: auto;\n}\n#gallery-3 .item {\n\tfloat: left;\n\twidth: 33%;\n}",
    ".btn{display:block;padding:7px}@media only screen and (max-width:480px){.btn{display:none}}",
    "/* Style */\ntable.Mso\n\t{mso-style-name:\"Table\";\n\tline-height:115%;}",
    "@font-face { font-family: 'Icons'; src: url('/i.woff2') format('woff2'); }",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("code", [*SCRIPTS, *STYLES])
def test_code_of_a_page_goes_and_code_that_is_shown_stays(code: str, text: str) -> None:
    first, rest = text.split("\n")
    for page in (f"{code}\n{text}", f"{first}\n{code}\n{rest}", f"{text}\n{code}"):
        assert may_be_formatted(Characters([page]))[0]
        assert scripts(page) == text
    for shown in (
        f"{text}\nThe page begins with:\n{code}",
        f"{text} CSS and JavaScript:\n{code}",
        f"{text}`x`\n{code}",
    ):
        assert scripts(shown) == shown
    assert scripts(code) == code  # nothing but code: for the filters


def test_grammars() -> None:
    assert all(map(is_style, STYLES))
    assert not any(map(is_style, TEXTS))
    assert not is_style("He said {that it was: late and nobody came} to me.")
    assert not is_style("a { no declaration }")
    assert not is_script("he said (very quietly);")
    assert not is_script("var a = [1, 2;")
    assert not is_script('Then window.open came up (he thought it "odd");')


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("It was old.[12] Nobody knew.[13][14] He left.", "It was old. Nobody knew. He left."),
        ("It was old.[citation needed] Nobody knew.", "It was old. Nobody knew."),
        ("The mill[edit]\nIt was old.[2]:45", "The mill\nIt was old."),
        ("The mill[3] was old.[4]", "The mill was old."),
        ("南湾是家乡。[2]他信任她。[3][编辑]\n他走了。[来源请求]", "南湾是家乡。他信任她。\n他走了。"),
        ("There it stands.[note 1]", "There it stands."),
    ],
)
def test_marks_of_notes_go(marked: str, plain: str) -> None:
    assert may_be_formatted(Characters([marked]))[0]
    assert notes(marked) == plain


@pytest.mark.parametrize(
    "text",
    [
        "It was old.[1] Nobody knew.\n[1] A. Reed, The mill, 1969.",
        "Each place a[0] and a[1] is read.",
        "He wrote (see [12]) about it, and [edit] the page.",
        "It was old.[1](https://example.org)",
        "`It was old.[1]`",
    ],
)
def test_marks_that_lead_somewhere_stay(text: str) -> None:
    assert notes(text) == text


PROSE = "“We’re late,” he said – “don’t wait…” It’s Renée’s idea: a “small” one—so he says."


def misread(text: str) -> str:
    return "".join(chr(b) if (s := bytes((b,)).decode("cp1252", "replace")) == "\ufffd" else s for b in text.encode())


@pytest.mark.parametrize(
    ("dirty", "text"),
    [
        (re.sub("[\x80-\x9f]", "", misread(PROSE)), PROSE.replace("é", "Ã©")),
        *(("".join(f"&#{b};" if b > 127 else chr(b) for b in text.encode()), text) for text in TEXTS[1:]),
        (html.escape(misread(TEXTS[1])).encode("ascii", "xmlcharrefreplace").decode(), TEXTS[1]),
        ("Zo&Atilde;&laquo; sat at the caf&Atilde;&copy;.", "Zoë sat at the café."),
    ],
)
def test_damaged_bytes_are_read(dirty: str, text: str) -> None:
    assert may_be_damaged(Characters([dirty]))[0]
    assert damaged(dirty) == text


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "‘It’s für Zoë’s crêpe’ – ½",
        "“It’s 😀 and ¼,” said Müller; ‘ú’ is õ’s neighbour.",
    ],
)
def test_misread_bytes_in_compatible_forms_are_read(text: str) -> None:
    dirty = unicodedata.normalize("NFKC", misread(text))
    rules = pipeline.repair_rules(validate({"clean": {"recode": True}}, ["clean"]).clean)

    assert may_be_compatible(Characters([dirty]))[0]
    assert characters.apply(dirty, rules, pipeline.REPAIR_LOOKS)[0] == text


@pytest.mark.parametrize("text", [PROSE, "NÃo and São Ãa stay", "Ã2024", TEXTS[1]])
def test_other_texts_are_no_compatible_forms(text: str) -> None:
    assert compatible_again(text) == text


@pytest.mark.parametrize("text", [PROSE, misread(PROSE), "R&D &amp; more; &eacute;&agrave; stay", "Ãa TM", TEXTS[1]])
def test_what_others_read_stays(text: str) -> None:
    assert damaged(text) == text


FITTING = "The office staff filed the first five flags, a difficult effect."


@pytest.mark.parametrize("first", [11, 27])
@pytest.mark.parametrize("form", ["(cid:{})", "{}"])
def test_ligatures_come_back(first: int, form: str) -> None:
    numbers = {"ff": first, "fi": first + 1, "fl": first + 2, "ffi": first + 3, "ffl": first + 4}
    dirty = re.sub(
        "ffi|ff|fi|fl", lambda m: form.format(numbers[m[0]] if "cid" in form else chr(numbers[m[0]])), FITTING
    )
    assert may_have_glyphs(Characters([dirty]))[0]
    assert glyphs(dirty) == FITTING


@pytest.mark.parametrize(
    "text", ["o(cid:415)ce", "a page\x0cbreak here", "the (cid:12) of a font and (cid:99)", FITTING]
)
def test_other_numbers_stay(text: str) -> None:
    assert glyphs(text) == text
