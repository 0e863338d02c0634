"""Texts in the formats of other programs come to what they say; texts that only look so stay."""

import time

import pytest

from llmpipe.config import CleanConfig
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.formats import FORMATS, formats, may_be_formatted
from llmpipe.corpus.pipeline import clean_text

ENGLISH, CHINESE = "The mill was sold in May.", "磨坊在五月卖掉了。"
FEED = (
    '<item>\n<guid isPermaLink="false">http://news.example/?p=7</guid>\n'
    "<pubDate>Tue, 12 May 2015 10:00:00 GMT</pubDate>\n"
    "<description><![CDATA[<p>{}</p>]]></description>\n</item>"
)
SOURCES = {  # format: its form around a sentence
    "latex": "\\documentclass{{article}}\n\\begin{{document}}\n\\noindent {}~\\cite{{lee}}\n% check\n\\end{{document}}",
    "latex_styles": "\\section*{{}}\\label{{s}}\n{{\\bf {}}}\\footnote{{See p. 3.}}",
    "rich_text": "{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Arial;}}}}\n\\pard\\f0\\fs20 {}\\par\n}}",
    "subtitles": "1\n00:00:01,000 --> 00:00:03,000\n<i>{}</i>\n\n2\n00:00:04,000 --> 00:00:06,000\n",
    "captions": "WEBVTT\n\nNOTE by hand\n\n00:01.000 --> 00:03.000 align:start\n<v Ann>{}</v>\n",
    "substation": "[Events]\nDialogue: 0,0:01.00,0:02.00,a,,0,0,0,,{}\nDialogue: 0,0:03.00,0:04.00,a,,0,0,0,,",
    "docbook": '<?xml version="1.0"?>\n<chapter><info><date>2015</date></info>\n<para>{}</para>\n</chapter>',
    "office": "<w:document><w:body><w:p><w:pPr><w:jc/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>",
    "wiki_box": "{{{{Infobox\n| name = {{{{nowrap|Lee}}}}\n}}}}\n__NOTOC__\n{}<ref>x</ref>\n[[de:Ort]]\n",
    "wiki_table": "{{| class=a\n| 1 || 2\n|}}\n{}",
    "forum": '[quote="Lee";p=1][align=left]{}[/align][/quote]\n[youtube]dQw4[/youtube]',
    "yaml_head": "---\nlayout: post\ntags: [a, b]\n---\n\n{}",
    "toml_head": '+++\ndate = "2014"\n+++\n\n{}',
    "json_head": '{{\n "draft": false\n}}\n\n{}',
    "page_head": "Date: 2014-05-01\nTags: a, b\nSlug: p-1\n\n{}",
    "mail": "From: Ann <ann@north.org>\nTo: all\nSubject: May\nDate: 1 May 2014\n\n{}",
    "mail_zh": "-----原始邮件-----\n发件人: 李明\n发送时间: 5月1日\n收件人: 全体\n主题: 通知\n\n{}",
    "forwarded": "---------- Forwarded message ---------\nFrom: Ann\nDate: 1 May 2014\nSubject: May\n\n{}",
    "quoted": ">> {}",
    "quoted_name": "AL> {}",
    "comment": "/**\n * {}\n */",
    "troff": '.TH NOTE 1\n.PP\n.B {}\n.\\" end',
    "texinfo": "@node Top\n@c remark\n@emph{{{}}}\n@bye",
    "pod": "=pod\n\nB<{}>\n\n=cut",
    "restructured": ".. _place:\n\n.. image:: map.png\n   :width: 3\n\n{}",
    "org": "#+TITLE:\n:PROPERTIES:\n:ID: 3\n:END:\n{}",
    "asciidoc": ":toc:\n\n[quote]\n____\n{}\n____\n",
    "textile": "p. {}",
    "gettext": 'msgid ""\n"{}"\nmsgstr ""',
    "page": "BT\n/F1 12 Tf\n({}) Tj\nET",
    "calendar": "BEGIN:VCALENDAR\nUID:3\nDESCRIPTION:{}\nEND:VCALENDAR",
    "markdown_image": '![map](map.png "Map")\n\n{}\n\n[map]: images/map.png',
}


@pytest.mark.parametrize("sentence", [ENGLISH, CHINESE])
@pytest.mark.parametrize("name", SOURCES)
def test_a_format_comes_to_its_text(name, sentence):
    """Whatever the format, only the sentence is left."""
    assert formats(SOURCES[name].format(sentence)).strip() == sentence


@pytest.mark.parametrize("sentence", [ENGLISH, CHINESE])
def test_a_feed_comes_to_its_text(sentence):
    """Its own markup goes with the rule for HTML."""
    config = CleanConfig(formats=True, filters={"min_words": None})

    assert clean_text(FEED.format(sentence), "", config).text == sentence


KEPT = {
    "list": "- Take the bread.\n- Cut it.\n* Eat it.",
    "headings": "# How\n\nIn the old way.\n\n## What\n\nNothing.",
    "quotation": "He wrote:\n> it is not for sale\nand that was all.",
    "formula": "The area is $\\pi r^2$ and $\\sum_{i=1}^n i = \\frac{n(n+1)}{2}$ is the sum.",
    "commands": "The command \\emph slants a word, and \\section begins a part.",
    "times": "10:05 the train\n11:20 the boat\nand 00:05 the bus.",
    "fields": "Name: the river\nPlace: Moonriver\nYear: 1998",
    "road": "From: the old town\nTo: the new town\nThe road is long.",
    "indices": "The text [sic] was printed in [1]; a[i](b) and x[j] are numbers.",
    "fence": "So:\n```\nx = [a](b.c)\n```\nand `[a](b.c)`.",
    "dunder": "It has __init__ and **kwargs and 2**3**4.",
    "rule": "The first part.\n\n---\n\nThe second part.",
    "table": "| name | year |\n|---|---|\n| river | 1998 |",
    "tags": "#life and #river\n#notes are tags.",
    "dots": "He waited ... and waited.\n.bashrc is a file.",
    "braces": "<style>.c{color:red}</style> and {name} of {info} here",
    "verse": "The river runs -\nthe river turns -",
    "pages": "<html><body><p>The mill.</p></body></html>",
    "less": "a < b and c > d, and x -> y --> z",
    "variable": "Use ${HOME}/notes and {{ name }}`s`.",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_only_looks_so_stays(name):
    """Text with signs of a format but not its grammar is the same after."""
    assert formats(KEPT[name]) == KEPT[name]


def test_latex_reads_letters_quotes_and_items():
    r"""Accents by name, quotes, dashes, escaped signs and `\item` come to text; formulas stay."""
    text = "\\section{Caf\\'e}\\label{a}\n``Na\\\"{\\i}ve'' M\\\"uller --- 5\\% of $x_1$\n"
    text += "\\begin{itemize}\n\\item one\\\\\ntwo\n\\end{itemize}"

    assert formats(text) == "Café\n“Naïve” Müller — 5% of $x_1$\n\none\ntwo"


def test_rich_text_reads_bytes_and_numbers():
    r"""`\'..` is in the font's code page, `\u` a number that may be negative, with signs behind it for old readers."""
    assert formats("{\\rtf1\\ansi\\ansicpg1252 It\\'92s \\u8212? caf\\'e9\\par}") == "It’s — café"
    assert formats(
        "{\\rtf1{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0 \\'c4\\'e3\\'ba\\'c3\\u-225?\\par}"
    ) == "你好Ｐ".replace("Ｐ", chr(65311))
    assert formats("{\\rtf1 {\\*\\generator x;}{\\info{\\author Lee}}a\\line b\\{c\\}}") == "a\nb{c}"


def test_mail_in_parts_comes_to_its_text():
    """The part in plain text is read, in its own encoding."""
    head = 'From: a@b.org\nTo: c\nSubject: d\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="q"\n\n'
    parts = "--q\nContent-Type: text/html\n\n<p>no</p>\n--q\n"
    parts += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"

    assert (
        formats(head + parts + "56Oo5Z2K5Zyo5LqU5pyI5Y2W5o6J5LqG44CCVGhlIG1pbGwu\n--q--\n")
        == "磨坊在五月卖掉了。The mill."
    )


def test_markdown_keeps_what_is_text():
    """Links, notes and bold words come to their words; lists and code stay."""
    text = (
        "- see [the mill][1] and [here](../a.md#b)[^1]\n- **it** is `[x](y.z)`\n\n[1]: http://a.example/\n[^1]: A note."
    )

    assert formats(text).strip() == "- see the mill and here\n- it is `[x](y.z)`"


def test_wikis_come_to_labels():
    """Links of several wikis, variants of Chinese, templates that show their words."""
    assert formats("[[Place|the mill]] and [http://a.example it] {{lang|fr|moulin}}") == "the mill and it moulin"
    assert formats("[the mill|http://a.example/b] {color:red}is{color} old") == "the mill is old"
    assert formats("地名-{zh-hans:信息; zh-tw:資訊}-系統，並行-{}-大小調") == "地名信息系統，並行大小調"


@pytest.mark.parametrize(
    "text",
    ["{\\rtf1", "<a", "<x>", "WEBVTT", ">", "[/b]", "---\n", "From: a\nTo: b\nSubject: c\n", "\\begin{document}"],
)
def test_what_is_cut_off_or_empty_is_no_error(text):
    """A head without a text is left, and nothing fails."""
    assert isinstance(formats(text), str)


def test_the_look_at_many_texts_misses_none():
    """A text that the rule changes is always looked at."""
    texts = [form.format(ENGLISH) for form in SOURCES.values()] + [FEED.format(CHINESE)] + list(KEPT.values())

    looked = may_be_formatted(Characters(texts))

    assert all(found for found, text in zip(looked, texts, strict=True) if formats(text) != text)
    assert not may_be_formatted(Characters([ENGLISH, CHINESE, "", "One.\nTwo (2), three."])).any()


def test_every_format_has_a_sign():
    """A reader without signs would never be called."""
    assert all(form.opens or form.lines or form.pairs for form in FORMATS)
    assert len(FORMATS) <= 32


HOSTILE = (
    "{{",
    "[[",
    "<ref>",
    "{|\n",
    "\\begin{x}",
    "BT\n",
    "[b]",
    "> ",
    "From: a\n b c",
    "---\n",
    "![a](",
    "1:02 --> 1:03\n",
    "<a>",
)


@pytest.mark.parametrize("sign", HOSTILE)
def test_a_sign_over_and_over_takes_no_time(sign):
    """40,000 characters of nothing but the beginnings of a format are read within a second of processor time."""
    started = time.process_time()

    formats(sign * (40_000 // len(sign)))

    assert time.process_time() - started < 1


def test_spaces_behind_a_head_are_read_once():
    """Lines that go on a field may be parted in one way only."""
    text = "Begin forwarded message:\nFrom: a\n" + " b c d e f g h i j k l m n o p q r s t u v w x y z" * 20 + "!"
    started = time.process_time()

    assert formats(text) == text
    assert time.process_time() - started < 1
