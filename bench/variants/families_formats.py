"""Texts in the formats of other programs: of typesetters, players, feeds, wikis, manuals, mail, forums."""

# ruff: noqa: E501  (a line of noise is a line)

import html
import re
from collections.abc import Callable, Iterator
from itertools import chain

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _form(head: str = "", foot: str = "", line: str = "{}", between: str = "\n", first: str = "") -> Make:
    """A head, the lines each in a form, a foot; `#` in them is a number."""

    def made(draw: Draw, text: str) -> str:
        def numbered(form: str) -> str:
            return re.sub(r"#(?![+ ])", lambda _: str(draw.between(1, 9)), form)

        body = [numbered(first or line if n == 0 else line).replace("{}", part) for n, part in enumerate(_lines(text))]
        return numbered(head) + between.join(body) + numbered(foot)

    return made


def _words(*marks: str) -> Callable[[Draw, str], str]:
    """A word of the text in each form, in the place of `%`."""

    def made(draw: Draw, text: str) -> str:
        for mark in marks:
            found = list(
                re.finditer(
                    r"(?<![\w\\{<\[:])[A-Za-z]{4,}(?![\w}>\]:])|(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]{2}(?=[\u4e00-\u9fff])",
                    text,
                )
            )
            if found:
                place = draw.choice(found)
                text = text[: place.start()] + mark.replace("%", place[0]) + text[place.end() :]
        return text

    return made


def _both(words: Callable[[Draw, str], str], form: Make) -> Make:
    return lambda draw, text: form(draw, words(draw, text))


def _clock(seconds: int, mark: str, hours: bool = True) -> str:
    return (
        f"{seconds // 3600:02}:" if hours else ""
    ) + f"{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{seconds * 37 % 1000:03}"


def _cues(form: str, head: str = "", mark: str = ",", hours: bool = True) -> Make:
    """Lines with their times: {n} a number, {a} and {b} times, {t} the line."""

    def made(draw: Draw, text: str) -> str | None:
        at, cues = draw.between(3, 900), []
        for number, line in enumerate(_lines(text), 1):
            cues.append(form.format(n=number, a=_clock(at, mark, hours), b=_clock(at + 3, mark, hours), t=line))
            at += draw.between(4, 9)
        return head + "\n".join(cues) if len(cues) > 2 else None

    return made


def _sentence_lines(text: str) -> str:
    """A carrier with a sentence a line."""
    return re.sub(r"(?<=[.!?]) (?=[A-Z])|(?<=[。！？])(?=.)", "\n", text)


def _rtf(
    extra: str = "", escape: Callable[[str], str] = lambda c: f"\\u{ord(c) if ord(c) < 32768 else ord(c) - 65536}?"
) -> Make:
    def made(draw: Draw, text: str) -> str:
        body = "".join(c if c.isascii() else escape(c) for c in re.sub(r"([\\{}])", r"\\\1", text)).replace(
            "\n", "\\par\n"
        )
        return (
            "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fnil\\fcharset0 Calibri;}}\n"
            + extra
            + "\\pard\\sa200\\f0\\fs22\\lang9 "
            + body
            + "\\par\n}"
        )

    return made


def _gbk(character: str) -> str:
    try:
        return "".join(f"\\'{byte:02x}" for byte in character.encode("gbk"))
    except UnicodeError:
        return f"\\u{ord(character)}?"


def _xml(head: str, foot: str, line: str = "<p>{}</p>") -> Make:
    """Lines in elements, escaped."""
    form = _form(head, foot, line)
    return lambda draw, text: form(draw, html.escape(text, quote=False))


_MAIL = "From: Ann Lee <ann@northmail.org>\nTo: tech-list@lists.northmail.org\nSubject: Re: notes from May\nDate: Tue, 1# May 2014 1#:2#:3# +0100\nMessage-ID: <20140#1#@northmail.org>\n"


Made = tuple[str, str, Make]  # name, languages, how
_BOTH = "en zh"


def _typesetting() -> Iterator[Made]:
    """Of programs that set papers and books."""
    yield (
        "latex_article",
        _BOTH,
        _both(
            _words(r"\emph{%}", r"\textit{%}"),
            _form(
                "\\documentclass[1#pt]{article}\n\\usepackage{graphicx}\n\\title{A note}\n\\author{A. Lee}\n\\begin{document}\n\\maketitle\n",
                "\n\\bibliographystyle{plain}\n\\bibliography{refs}\n\\end{document}",
                between="\n\n",
            ),
        ),
    )
    yield (
        "latex_section",
        _BOTH,
        _both(
            _words(r"{\bf %}", r"\textsc{%}", r"\footnote{See also p.~12.}%"),
            _form(
                "\\label{sec:life#}\n",
                "\n\\begin{figure}[h]\n\\includegraphics[width=5cm]{map#.png}\n\\label{fig#}\n\\end{figure}",
                "\\par {}",
            ),
        ),
    )
    yield "latex_items", _BOTH, _form("\\begin{itemize}\n", "\n\\end{itemize}\n% to do", "\\item {}")
    yield (
        "latex_refs",
        _BOTH,
        _both(
            _words(r"\index{%}%", r"\hyperref[sec:#]{%}"),
            _form(
                "\\chapter*{}\n\\vspace{2mm}\n\\noindent ",
                " \\cite{lee200#,wang9#} \\ref{tab#}\n\\newpage",
                between="\n\\smallskip\n",
            ),
        ),
    )
    yield "latex_beamer", _BOTH, _form("\\begin{frame}{}\n\\centering\n", "\n\\pause\n\\end{frame}", "{} \\\\")
    yield (
        "texinfo",
        _BOTH,
        _both(
            _words("@emph{%}", "@code{%}"),
            _form("@node Top, Next, , (dir)\n@cindex notes\n", "\n@c end of file\n@bye", between="\n\n"),
        ),
    )
    yield (
        "troff_man",
        _BOTH,
        _both(_words("\\fB%\\fR", "\\fI%\\fP"), _form('.TH NOTE # "May 200#"\n.PP\n', '\n.\\" end', between="\n.PP\n")),
    )
    yield "troff_ms", _BOTH, _form(".LP\n.ft R\n.ps 1#\n", "\n.bp", between="\n.sp\n.PP\n")
    yield "mdoc", _BOTH, _form(".Dd May #, 201#\n.Dt NOTE #\n.Os\n.Pp\n", "", between="\n.Pp\n")
    yield (
        "pod",
        _BOTH,
        _both(_words("B<%>", "I<%>", "C<%>"), _form("=pod\n\n=encoding utf8\n\n", "\n\n=cut", between="\n\n")),
    )
    yield "rtf_plain", _BOTH, _rtf()
    yield (
        "rtf_info",
        _BOTH,
        _rtf(
            "{\\colortbl ;\\red0\\green0\\blue255;}{\\info{\\author Lee}{\\title Note}}{\\*\\generator Riched20 6.2;}\\viewkind4\\uc1\n"
        ),
    )
    yield "rtf_bytes_zh", "zh", lambda d, t: _rtf(escape=_gbk)(d, t).replace("fcharset0", "fcharset134")
    yield "rtf_bold", "en", lambda d, t: _rtf()(d, t).replace("the ", "{\\i the} ", 1)


def _players() -> Iterator[Made]:
    """Of what plays with times."""
    yield "srt_tags", _BOTH, _cues("{n}\n{a} --> {b}\n<i>{t}</i>\n")
    yield "srt_position", _BOTH, _cues("{n}\n{a} --> {b} X1:40 X2:600 Y1:20 Y2:50\n{{\\an8}}{t}\n")
    yield (
        "vtt_notes",
        _BOTH,
        _cues(
            "{n}\n{a} --> {b} align:start position:0%\n{t}\n",
            "WEBVTT - talk\nKind: captions\nLanguage: en\n\nNOTE made by hand\n\nSTYLE\n::cue {{ color: white }}\n\n".replace(
                "{{", "{"
            ).replace("}}", "}"),
            ".",
            False,
        ),
    )
    yield "vtt_voices", _BOTH, _cues("{a} --> {b}\n<v Ann>{t}</v>\n", "WEBVTT\n\n", ".")
    yield "sbv", _BOTH, _cues("0:{a},0:{b}\n{t}\n", "", ".", False)
    yield "lyrics", _BOTH, _cues("[{a}]{t}", "[ti:Note]\n[ar:Lee]\n[by:me]\n", ".", False)
    yield (
        "ass",
        _BOTH,
        _cues(
            "Dialogue: 0,{a},{b},Default,,0,0,0,,{{\\i1}}{t}{{\\i0}}",
            "[Script Info]\nTitle: x\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial,20\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n",
            ".",
        ),
    )
    yield (
        "ttml",
        _BOTH,
        _cues(
            '<p begin="{a}" end="{b}">{t}</p>',
            '<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body><div>\n',
            ".",
        ),
    )
    yield "transcript_times", _BOTH, _cues("{a}\n{t}", "", ".", False)


def _xml_forms() -> Iterator[Made]:
    """Feeds and other XML."""
    yield (
        "rss_escaped",
        _BOTH,
        lambda d, t: (
            f'<rss version="2.0"><channel><title></title><link>http://news.example/{d.between(1, 99)}</link><lastBuildDate>Tue, 12 May 2015 10:00:00 GMT</lastBuildDate>\n<item><link>http://news.example/a{d.between(10, 99)}</link><guid>{d.between(1000, 9999)}</guid><pubDate>Tue, 12 May 2015 09:00:00 GMT</pubDate><dc:creator>Lee</dc:creator>\n<description>{html.escape("".join(f"<p>{line}</p>" for line in _lines(t)))}</description>\n</item></channel></rss>'
        ),
    )
    yield (
        "rss_encoded",
        _BOTH,
        lambda d, t: (
            f"<item>\n<pubDate>Mon, 03 Mar 2014 08:00:00 +0800</pubDate><category>life</category><wfw:commentRss>http://blog.example/feed/{d.between(1, 99)}</wfw:commentRss><slash:comments>{d.between(0, 9)}</slash:comments>\n<content:encoded><![CDATA[{''.join(f'<p>{line}</p>' for line in _lines(t))}]]></content:encoded>\n</item>"
        ),
    )
    yield (
        "atom",
        _BOTH,
        lambda d, t: (
            f'<entry>\n<id>tag:blog.example,2014:post-{d.between(100, 999)}</id>\n<published>2014-05-0{d.between(1, 9)}T08:00:00Z</published><updated>2014-05-09T08:00:00Z</updated>\n<author><name>Lee</name><uri>http://blog.example</uri></author>\n<link rel="alternate" href="http://blog.example/{d.between(1, 99)}"/>\n<content type="html">{html.escape("<br/>".join(_lines(t)))}</content>\n</entry>'
        ),
    )
    yield (
        "sitemap_news",
        _BOTH,
        _xml(
            "<url><loc>http://news.example/#</loc><lastmod>2015-0#-0#</lastmod><changefreq>daily</changefreq>\n<body>",
            "</body></url>",
            "<para>{}</para>",
        ),
    )
    yield (
        "docbook",
        _BOTH,
        _xml(
            '<?xml version="1.0"?>\n<chapter id="c#" xmlns="http://docbook.org/ns/docbook">\n<info><date>201#</date><releaseinfo>0.#</releaseinfo></info>\n',
            "\n</chapter>",
            "<para>{}</para>",
        ),
    )
    yield (
        "tei",
        _BOTH,
        _xml(
            '<TEI xmlns="http://www.tei-c.org/ns/1.0">\n<teiHeader><fileDesc><titleStmt><title>x#</title></titleStmt></fileDesc></teiHeader>\n<text><body>',
            "</body></text></TEI>",
            '<p n="#">{}</p>',
        ),
    )
    yield (
        "docx",
        _BOTH,
        _xml(
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>',
            '<w:sectPr><w:pgSz w:w="11906"/></w:sectPr></w:body></w:document>',
            '<w:p><w:pPr><w:jc w:val="left"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>',
        ),
    )
    yield (
        "odt",
        _BOTH,
        _xml("<office:text><text:sequence-decls/>", "</office:text>", '<text:p text:style-name="P#">{}</text:p>'),
    )
    yield (
        "fictionbook",
        _BOTH,
        _xml(
            "<FictionBook><description><title-info><genre>prose</genre><lang>en</lang></title-info></description><body><section>",
            "</section></body></FictionBook>",
        ),
    )
    yield "wordpress_blocks", _BOTH, _form("", "", "<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->", "\n\n")


def _wikis() -> Iterator[Made]:
    """Of wikis."""
    yield (
        "wiki_infobox",
        _BOTH,
        _form(
            "{{Infobox person\n| name = {{nowrap|Lee}}\n| born = 19#0\n| image = lee#.jpg\n}}\n__NOTOC__\n",
            "\n{{DEFAULTSORT:Lee}}\n[[Category:People]]",
            between="\n\n",
        ),
    )
    yield (
        "wiki_table",
        _BOTH,
        _form('{| class="wikitable"\n|-\n! a !! b\n|-\n| 1 || 2\n|}\n', "\n{{reflist}}", between="\n\n"),
    )
    yield (
        "wiki_links",
        _BOTH,
        _both(
            _words("[http://www.places.example/p1 %]", "[[Place|%]]"),
            _form(
                "{{about|the place|the river|Lee (river)}}\n", "\n\n== ==\n<references/>\n<!-- end -->", between="\n\n"
            ),
        ),
    )
    yield (
        "wiki_files",
        _BOTH,
        _form(
            "[[File:Map#.png|thumb|200px|left]]\n", "\n{{Authority control}}\n[[de:Ort]]\n[[fr:Lieu]]", between="\n\n"
        ),
    )
    yield (
        "dokuwiki",
        _BOTH,
        _both(
            _words("**%**", "[[start:place|%]]"),
            _form("{{tag>notes life}}\n~~NOTOC~~\n", "\n{{:img:map#.png?200|}}", between="\n\n"),
        ),
    )
    yield (
        "jira",
        _BOTH,
        _both(
            _words("{*}%{*}", "[%|http://jira.example/b]"),
            _form("{panel:title=Note}\n", "\n{panel}\n!shot#.png|thumbnail!", between="\n\n"),
        ),
    )
    yield "confluence_macros", _BOTH, _form("{toc:maxLevel=3}\n{info}\n", "\n{info}", between="\n\n")
    yield (
        "textile",
        _BOTH,
        _both(_words('"%":http://www.place.example/p'), _form("", "\n\n!/images/map#.png!", "p. {}", "\n\n")),
    )
    yield (
        "creole",
        _BOTH,
        _both(_words("[[Place|%]]"), _form("<<TableOfContents>>\n", "\n{{map#.png|map}}", between="\n\n")),
    )


def _light() -> Iterator[Made]:
    """Of light markup."""
    yield (
        "rst_directives",
        _BOTH,
        _both(
            _words(":ref:`% <place>`", "*%*"),
            _form(
                ".. _place:\n\n.. meta::\n   :keywords: note\n\n",
                "\n\n.. image:: map#.png\n   :width: 300\n\n.. |x| replace:: y",
                between="\n\n",
            ),
        ),
    )
    yield (
        "rst_links",
        _BOTH,
        _both(
            _words("`%`_", "``%``"),
            _form(
                ".. contents::\n   :depth: 2\n\n",
                "\n\n.. _place: http://www.place.example/\n.. [#] See there",
                between="\n\n",
            ),
        ),
    )
    yield (
        "org",
        _BOTH,
        _both(
            _words("[[http://place.example][%]]", "/%/"),
            _form(
                "#+TITLE:\n#+OPTIONS: toc:nil\n:PROPERTIES:\n:CUSTOM_ID: p#\n:END:\n",
                "\n# Local Variables:\n#+STARTUP: overview",
                between="\n\n",
            ),
        ),
    )
    yield "org_blocks", _BOTH, _form("#+BEGIN_QUOTE\n", "\n#+END_QUOTE\nCLOSED: [2014-05-1# Mon 1#:00]", between="\n\n")
    yield (
        "asciidoc",
        _BOTH,
        _both(
            _words("_%_", "http://place.example[%]"),
            _form(
                ":toc:\n:author: Lee\n\n[[place]]\n[quote]\n____\n",
                "\n____\n\nimage::map#.png[Map]\n// end",
                between="\n\n",
            ),
        ),
    )
    yield (
        "markdown_images",
        _BOTH,
        _form(
            '![map](images/map#.png "Map")\n\n',
            "\n\n[![build](https://ci.example/b.svg)](https://ci.example/p)",
            between="\n\n",
        ),
    )
    yield (
        "markdown_references",
        _BOTH,
        _both(
            _words("[%][1]", "[%](../p.md#a)"),
            _form("", '\n\n[1]: http://www.place.example/p "Place"\n[map]: images/map#.png', between="\n\n"),
        ),
    )
    yield (
        "markdown_footnotes",
        _BOTH,
        _both(
            _words("%[^1]", "[%](<http://place.example/a b>)"),
            _form("<!-- toc -->\n[TOC]\n\n", "\n\n[^1]: See http://place.example/n#.\n{: .note}", between="\n\n"),
        ),
    )
    yield "markdown_bold", _BOTH, _words("**%**", "__%__")
    yield (
        "front_yaml",
        _BOTH,
        _form(
            "---\nlayout: post\ndate: 2014-05-1# 10:00\ntags: [life, notes]\npermalink: /p#\n---\n\n",
            "",
            between="\n\n",
        ),
    )
    yield (
        "front_toml",
        _BOTH,
        _form('+++\ndate = "2014-05-1#"\ndraft = false\ntags = ["life"]\n+++\n\n', "", between="\n\n"),
    )
    yield (
        "front_json",
        _BOTH,
        _form('{\n  "date": "2014-05-1#",\n  "draft": false,\n  "tags": ["life"]\n}\n\n', "", between="\n\n"),
    )
    yield (
        "front_pelican",
        _BOTH,
        _form("Date: 2014-05-1#\nCategory: life\nTags: a, b\nSlug: p-#\nStatus: published\n\n", "", between="\n\n"),
    )
    yield "gemtext", _BOTH, _form("", "\n=> gemini://place.example/ A place\n=> /index.gmi", between="\n\n")


def _forums() -> Iterator[Made]:
    """Of forums."""
    yield (
        "bbcode_table",
        _BOTH,
        _both(
            _words("[sup]%[/sup]", "[h]%[/h]"),
            _form("[table][tr][td]", "[/td][/tr][/table]\n[youtube]dQw4#w9[/youtube]", between="\n"),
        ),
    )
    yield "bbcode_quote", _BOTH, _form('[quote="Lee";p=12#4]', "[/quote]", between="\n")
    yield "bbcode_list", _BOTH, _form("[list=1]\n", "\n[/list]\n[attachment=#]map.png[/attachment]", "[*]{}")
    yield (
        "bbcode_indent",
        _BOTH,
        _form("[align=justify][font=Arial][size=#]", "[/size][/font][/align][hr][/hr]", "[indent]{}[/indent]"),
    )
    yield (
        "discuz",
        "zh",
        _form(
            "[i=s] 本帖最后由 lee 于 2014-5-1# 10:00 编辑 [/i]\n[postbg]bg#.png[/postbg][p=30, 2, left]",
            "[/p]\n[attach]1#3#[/attach]",
        ),
    )


def _mails() -> Iterator[Made]:
    """Of mail and news."""
    yield "mail_head", _BOTH, _form(_MAIL + "\n", "", between="\n\n")
    yield (
        "mail_mime",
        _BOTH,
        _form(
            _MAIL
            + 'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b1#"\n\n--b1#\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'.replace(
                "b1#", "b12"
            ),
            "\n\n--b12--",
            between="\n\n",
        ),
    )
    yield (
        "mail_mbox",
        _BOTH,
        _form(
            "From ann@northmail.org Tue May 1# 10:22:01 2014\nReturn-Path: <ann@northmail.org>\nReceived: from mx.northmail.org (mx.northmail.org [192.0.2.#])\n\tby in.northmail.org; Tue, 13 May 2014\n"
            + _MAIL
            + "\n",
            "",
            between="\n\n",
        ),
    )
    yield "mail_forward", _BOTH, _form("---------- Forwarded message ---------\n" + _MAIL + "\n\n", "", between="\n\n")
    yield (
        "mail_forward_zh",
        "zh",
        _form(
            "-----邮件原件-----\n发件人: 李明\n发送时间: 2014年5月1#日 10:0#\n收件人: 全体\n主题: 转发: 通知\n\n",
            "",
            between="\n\n",
        ),
    )
    yield (
        "mail_outlook",
        _BOTH,
        _form(
            "-----Original Message-----\nFrom: Ann Lee\nSent: Tuesday, May 1#, 2014 10:0#\nTo: All\nSubject: FW: notes\n\n",
            "",
            between="\n\n",
        ),
    )
    yield "quoted_one", _BOTH, _form(line="> {}")
    yield "quoted_tight", _BOTH, _form(line=">{}", between="\n>\n")
    yield "quoted_two", _BOTH, _form("> > ", line="{}", between="\n> > ")
    yield "quoted_bar", _BOTH, _form(line="| {}", between="\n|\n")
    yield "quoted_named", _BOTH, _form(line="AL> {}")
    yield (
        "usenet",
        _BOTH,
        _form(
            "Path: news.example!not-for-mail\nNewsgroups: rec.gardens\nFrom: lee@news.example (Ann Lee)\nSubject: Re: notes\nLines: 1#\nMessage-ID: <a#@news.example>\n\n",
            "",
            line="> {}",
        ),
    )


def _strings() -> Iterator[Made]:
    """Strings and comments of programs."""
    yield "gettext", _BOTH, _form('#: src/main.c:1#\n#, c-format\nmsgid ""\n', '\nmsgstr ""', '"{}\\n"')
    yield "comment_block", _BOTH, _form("/**\n", "\n */", " * {}")
    yield "comment_hash", _BOTH, _form(line="# {}")
    yield "comment_slashes", _BOTH, _form(line="// {}")
    yield "postscript", "en", _form("BT\n/F1 12 Tf\n72 7#0 Td\n", "\nET", "({}) Tj\n0 -14 Td")
    yield (
        "vcalendar",
        _BOTH,
        lambda d, t: (
            f"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:{d.between(100, 999)}@cal.example\nDTSTART:20140512T100000Z\nDESCRIPTION:{(chr(92) + 'n').join(_lines(t))}\nEND:VEVENT\nEND:VCALENDAR"
        ),
    )


_FORMATS = (_typesetting, _players, _xml_forms, _wikis, _light, _forums, _mails, _strings)
_CARRIED = ("srt_tags", "srt_position", "vtt_notes", "vtt_voices", "sbv", "lyrics", "ass", "ttml", "transcript_times")


def _unmarked(text: str) -> str:
    """A carrier without signs that would be markup themselves."""
    return re.sub(r"[\\{}\[\]<>|*_~#$%&@^`=]", "", text)


def formats() -> Iterator[Variant]:
    """All of them, and texts that only look so."""
    for name, languages, make in chain.from_iterable(made() for made in _FORMATS):
        carrier = (lambda text: _unmarked(_sentence_lines(text))) if name in _CARRIED else _unmarked
        yield Variant("format", f"format_{name}", languages, make, "repair", carrier)
    for name, text in _KEPT:
        yield Variant("kept", f"kept_format_{name}", "en", lambda d, t, text=text: f"{t}\n{text}", "keep")


_KEPT = (  # text, though it has signs of a format
    ("list", "- Take the bread out of the bag.\n- Cut it in two.\n- Eat it with a friend of the house."),
    (
        "heading",
        "# How it was made\n\nThe bread was made in the old way, with water from the river.\n\n## What it cost\n\nNothing at all.",
    ),
    ("numbered", "1. The work was done in May.\n2. The house was sold in June.\n3. They left in the summer."),
    (
        "quoted_line",
        "He wrote to me, and I read it twice:\n> the house is not for sale\nand that was all that he wrote of it.",
    ),
    ("formula", "The area is $\\pi r^2$ and the sum $\\sum_{i=1}^n i = \\frac{n(n+1)}{2}$ is what we wanted to show."),
    ("latex_named", "In TeX the command \\emph makes a word slanted, and \\section begins a part of the paper."),
    ("times", "The train leaves at 10:05, the boat at 11:20, and the last bus of the day at 00:05 from the bridge."),
    ("dots", "He waited ... and waited. The file is called .bashrc and it lies in the home folder of the user."),
    ("stars", "The rating was *** of ***** and the price of the room was 30 * 2 coins for the two of them."),
    ("brackets", "The text [sic] was printed in [1] and [2], as the editor [Lee] said; a[i] and b[j] are numbers."),
    ("colons", "Name: the river\nPlace: Moonriver\nYear: 1998\nThe river has no other name that we know of."),
    ("mail_words", "From: the old town\nTo: the new town\nThe road is long, and nobody walks it in the winter."),
    ("hash_tags", "# is called a hash, and #life is a tag that people write below the pictures of their houses."),
    ("code_fence", 'It is done so:\n```\nx = {"a": [1, 2]}\nprint(x["a"])  # one\n```\nand the result is printed.'),
    ("at_signs", "The rate was 3 @ 5 coins; write @lee or @ann and ask them when the shop will be open again."),
    ("rule", "The first part ends here.\n\n---\n\nThe second part begins here and is longer than the first."),
    ("table", "| name | year |\n|---|---|\n| river | 1998 |\n| house | 2001 |"),
    ("emphasis", "It was *not* what he had said, and __init__ is the name of a method that every class may have."),
)
