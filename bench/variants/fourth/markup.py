"""Markup in which pages, posts, dumps, books and subtitles hold their text, whole or as it is left over."""

import csv
import html
import io
import random
import re
from collections.abc import Callable
from urllib.parse import quote

from variants.contract import Make, Planted
from variants.fourth.texts import with_speech
from variants.parts import WORD, changed, digits, elements, marked, sentences


def escaped(text: str) -> str:
    """A line as the content of an element."""
    return html.escape(text, quote=False)


def linked(draw: random.Random, text: str, language: str, form: Callable[[str], str], count: int) -> str:
    """The text with some of its names and places in a form that repeats the word."""
    found = list(WORD[language].finditer(text))
    for place in sorted(draw.sample(found, min(count, len(found))), key=lambda match: -match.start()):
        text = text[: place.start()] + form(place[0]) + text[place.end() :]
    return text


def date(draw: random.Random) -> str:
    """A day as `2016-03-21`."""
    return f"{draw.randrange(2009, 2023)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}"


# --- whole pages, and what editors and boards store ---------------------------------------------------


def news_page(draw: random.Random, text: str, language: str) -> Planted:
    """A whole page of a news site as it is sent."""
    host = "www.fernhill-times.com" if language == "en" else "www.wanqu-news.cn"
    address, number = f"https://{host}/{date(draw).replace('-', '/')}/{digits(draw, 6)}.html", draw.randrange(100, 900)
    first, *rest = text.split("\n")
    head = (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta property="og:type" content="article">\n<meta property="og:url" content="{address}">\n'
        f'<link rel="canonical" href="{address}">\n<link rel="stylesheet" href="/static/css/main.{number}.css">\n'
        f'<script async src="/static/js/app.{number}.js"></script>\n</head>'
    )
    top = [f'<h1 class="headline">{escaped(first)}</h1>'] if rest else []
    body = "\n".join(
        [*top, '<div class="story-body">', *(f"<p>{escaped(line)}</p>" for line in rest or [first]), "</div>"]
    )
    return Planted(f'{head}\n<body class="single">\n<article>\n{body}\n</article>\n</body>\n</html>', "repair", text)


def bare_breaks(draw: random.Random, text: str, language: str) -> Planted:
    """A text box out of a database: no other tag than line breaks."""
    mark = draw.choice(("<br>", "<br/>", "<br />", "<BR>"))
    gap = mark * draw.choice((1, 2))
    return Planted(gap.join(map(escaped, text.split("\n"))) + mark, "repair", text)


def linked_paragraphs(draw: random.Random, text: str, language: str) -> Planted:
    """The body of a post as most editors store it: paragraphs, links that open another page, a hard space."""
    address = f"https://www.fernhill-notes.org/{draw.choice(('tag', 'category', 'post'))}/{draw.randrange(10**4)}/"

    def link(word: str) -> str:
        return f'<a href="{address}" target="_blank" rel="noopener noreferrer">{word}</a>'

    body = linked(draw, escaped(text), language, link, 2)
    rows = (f"<p>{line}</p>" for line in body.split("\n"))
    return Planted("\n".join(rows) + "\n<p>&nbsp;</p>", "repair", text)


def inline_emphasis(draw: random.Random, text: str, language: str) -> Planted | None:
    """A comment or a product text with a few inline tags and nothing else."""
    pairs = [("<b>", "</b>"), ("<em>", "</em>"), ("<strong>", "</strong>"), ("<i>", "</i>"), ("<u>", "</u>")]
    return changed(marked(draw, text, language, draw.sample(pairs, 3)), text)


def encyclopedia_page(draw: random.Random, text: str, language: str) -> Planted:
    """The paragraphs of an encyclopedia's page: a link on every second name, raised numbers of notes."""

    def link(word: str) -> str:
        return f'<a href="/wiki/{quote(word)}" title="{word}">{word}</a>'

    rows, number = [], draw.randrange(1, 9)
    for line in linked(draw, escaped(text), language, link, 3).split("\n"):
        note = (
            f'<sup id="cite_ref-{number}" class="reference"><a href="#cite_note-{number}">&#91;{number}&#93;</a></sup>'
            if line[-1] in ".。"
            else ""
        )
        number += bool(note)
        rows.append(f"<p>{line}{note}\n</p>")
    return Planted(f'<div class="mw-parser-output">{"".join(rows)}</div>', "repair", text)


def forum_cell(draw: random.Random, text: str, language: str) -> Planted:
    """A post of a forum with the cell that holds it."""
    number, lines = draw.randrange(10**5, 10**7), [escaped(line) for line in text.split("\n")]
    if language == "en":
        body = "<br />\n<br />\n".join(lines)
        return Planted(
            f'<!-- message -->\n<div id="post_message_{number}">\n{body}\n</div>\n<!-- / message -->', "repair", text
        )
    body = "<br />\n".join(f'<font face="宋体"><font size="3">{line}</font></font>' for line in lines)
    return Planted(
        f'<div class="t_fsz"><table cellspacing="0" cellpadding="0"><tr><td class="t_f" id="postmessage_{number}">\n'
        f"{body}</td></tr></table></div>",
        "repair",
        text,
    )


def pasted_document(draw: random.Random, text: str, language: str) -> Planted:
    """A post written in an office program of the web and pasted into a blog or an answer."""
    if language == "en" and draw.random() < 0.5:
        return Planted(elements(text, '<p><span style="font-weight: 400;">', "</span></p>"), "repair", text)
    if language == "en":
        guid = f"{draw.randrange(16**8):08x}-7fff-{draw.randrange(16**4):04x}-a1b2-{draw.randrange(16**12):012x}"
        look = "font-size:11pt;font-family:Arial;color:#000000;background-color:transparent;white-space:pre-wrap;"
        opening = f'<p dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;"><span style="{look}">'
        body = elements(text, opening, "</span></p>")
        return Planted(f'<b style="font-weight:normal;" id="docs-internal-guid-{guid}">{body}</b>', "repair", text)
    look = (
        f'style="color: rgb(25, 27, 31); background-color: rgb(255, 255, 255); font-size: {draw.choice((15, 16))}px;"'
    )
    return Planted(elements(text, f'<p class="ql-align-justify"><span {look}>', "</span></p>"), "repair", text)


def blog_pictures(draw: random.Random, text: str, language: str) -> Planted:
    """Pictures between the lines of an otherwise bare text."""
    number, first_rest = digits(draw, 4), text.split("\n")
    if language == "en":
        address = f"http://{draw.randrange(1, 5)}.bp.blogspot.com/-{draw.randrange(16**8):08x}"
        picture = (
            '<div class="separator" style="clear: both; text-align: center;">'
            f'<a href="{address}/s1600/IMG_{number}.JPG" '
            f'imageanchor="1" style="margin-left: 1em; margin-right: 1em;"><img border="0" height="240" '
            f'src="{address}/s320/IMG_{number}.JPG" width="320" /></a></div>'
        )
    else:
        picture = (
            f'<div style="text-align:center"><img alt="" src="/uploads/allimg/1{number[0]}0312/1-1{number}10J1.jpg" '
            'style="width: 600px; height: 400px;" /></div>'
        )
    return Planted("\n".join([first_rest[0], picture, *first_rest[1:]]), "repair", text)


def board_codes(draw: random.Random, text: str, language: str) -> Planted:
    """A post as a board's database holds it, with what the board adds to its codes."""
    number = draw.randrange(1000, 99999)
    if language == "en":
        uid = "".join(draw.choice("0123456789abcdefghijkmnpqrstuvwxyz") for _ in range(8))
        body = marked(draw, text, language, [(f"[b:{uid}]", f"[/b:{uid}]"), (f"[i:{uid}]", f"[/i:{uid}]")])
        return Planted(f"{body}\n\n[attachment=0:{uid}]IMG_{number}.jpg[/attachment:{uid}]", "repair", text)
    nick = draw.choice(("晚风", "老木匠", "xiaoyu99"))
    edited = f"[i=s] 本帖最后由 {nick} 于 {date(draw)} 10:{number % 50 + 10} 编辑 [/i]"
    body = f"[font=宋体][size=4]{text}[/size][/font]"
    return Planted(f"{edited}\n\n{body}\n\n[attach]{number}[/attach]", "repair", text)


# --- what is left over ------------------------------------------------------------------------------


def numbered_entities(draw: random.Random, text: str, language: str) -> Planted | None:
    """A blog's feed without its tags: each typographic mark as a decimal entity."""
    original = with_speech(draw, text, language)
    return changed(re.sub("[‘’“”–—…·《》]", lambda found: f"&#{ord(found[0])};", original), original)


def escaped_breaks(draw: random.Random, text: str, language: str) -> Planted:
    """A text of a shop or a catalogue whose tags were escaped before they were stored."""
    mark = draw.choice(("&lt;br&gt;", "&lt;br /&gt;", "&lt;/p&gt;&lt;p&gt;"))
    body = marked(draw, escaped(text), language, [("&lt;b&gt;", "&lt;/b&gt;")])
    ends = ("&lt;p&gt;", "&lt;/p&gt;") if "p&gt;" in mark else ("", mark)
    return Planted(ends[0] + body.replace("\n", mark) + ends[1], "repair", text)


def pixel_left(draw: random.Random, text: str, language: str) -> Planted:
    """What a page keeps for visitors without scripts, which extraction takes for text."""
    number = digits(draw, 15)
    if language == "en":
        pixel = (
            '<img height="1" width="1" style="display:none" '
            f'src="https://www.facebook.com/tr?id={number}&ev=PageView&noscript=1" />'
        )
        frame = (
            f'<iframe src="https://www.googletagmanager.com/ns.html?id=GTM-{draw.randrange(16**6):06X}" height="0" '
            'width="0" style="display:none;visibility:hidden"></iframe>'
        )
        return Planted(f"{frame}\n{text}\n{pixel}", "repair", text)
    counter = f"https://s{number[0]}.cnzz.com/z_stat.php?id={number[:10]}&web_id={number[:10]}"
    script = f'<script src="{counter}" language="JavaScript"></script>'
    return Planted(f"{text}\n{script}", "repair", text)


def page_comments(draw: random.Random, text: str, language: str) -> Planted:
    """Comments that a content system sets around and within a body."""
    first, *rest = text.split("\n")
    number = draw.randrange(100, 9999)
    if language == "en":
        tail = draw.choice(
            ("<!-- AddThis Button BEGIN -->\n<!-- AddThis Button END -->", f"<!-- .entry-content #post-{number} -->",
             f"<!-- Cached page generated by WP-Super-Cache on {date(draw)} 08:11:07 -->")
        )  # fmt: skip
        return Planted("\n".join([first, "<!--more-->", *rest, tail]), "repair", text)
    return Planted(f"<!--enpcontent-->\n{text}\n<!--/enpcontent-->\n<!-- 正文结束 {number} -->", "repair", text)


def data_left(draw: random.Random, text: str, language: str) -> Planted:
    """The data that a page keeps for search engines, without the element that held it."""
    number, day = draw.randrange(1000, 99999), date(draw)
    if language == "en":
        data = (
            f'{{"@context":"https://schema.org","@type":"NewsArticle","mainEntityOfPage":{{"@type":"WebPage","@id":'
            f'"https://www.fernhill-times.com/story/{number}"}},"image":["https://www.fernhill-times.com/i/{number}.jpg"],'
            f'"datePublished":"{day}T08:11:07+00:00","author":{{"@type":"Organization","name":"Fernhill Times"}}}}'
        )
    else:
        data = (
            '{\n"@context": "https://ziyuan.baidu.com/contexts/cambrian.jsonld",\n'
            f'"@id": "https://www.wanqu-news.cn/a/{number}.html",\n"pubDate": "{day}T08:11:07",\n'
            f'"upDate": "{day}T10:21:07"\n}}'
        )
    return Planted(f"{data}\n{text}", "repair", text)


OPENED = (
    'style="text-align: justify;">',
    'class="MsoNormal">',
    'target="_blank" rel="nofollow">',
    'px; color: #333333;">',
    "p>",
)
CLOSED = ("</span", "</p", "</div", "<br", "</")


def tag_halves(draw: random.Random, text: str, language: str) -> Planted:
    """Tags that were cut in two with the text, or half taken away."""
    rows = [
        draw.choice(OPENED) + line if number % 2 == 0 else line + draw.choice(CLOSED)
        for number, line in enumerate(text.split("\n"))
    ]
    return Planted("\n".join(rows), "repair", text)


# --- dumps, books and films -------------------------------------------------------------------------


def exported_markdown(draw: random.Random, text: str, language: str) -> Planted:
    """A post of a board that keeps Markdown, as its dump holds it: an entity to keep a line empty."""
    body = marked(draw, text, language, [("*", "*"), ("__", "__")])
    gap = f"\n\n{draw.choice(('&#x200B;', '&amp;#x200B;'))}\n\n"
    return Planted(body.replace("\n", gap, 1) + (gap if "\n" not in body else "\n\n") + "---", "repair", text)


def wiki_infobox(draw: random.Random, text: str, language: str) -> Planted:
    """The source of a page in a wiki: a box of facts, a picture, links with another text, templates at the end."""
    number = draw.randrange(1000, 9999)
    if language == "en":
        box = f"{{{{Infobox person\n| image = Portrait {number}.jpg\n| image_size = 220px\n| signature = \n}}}}"
        picture, town = f"[[File:Market {number}.jpg|thumb|right|220px]]", "{0} (disambiguation)"
        end = "{{reflist|2}}\n{{DEFAULTSORT:" + f"Person {number}" + "}}\n{{bio-stub}}"
    else:
        box = f"{{{{人物信息框\n| 图像 = Portrait {number}.jpg\n| 图像大小 = 220px\n| 签名 = \n}}}}"
        picture, town = f"[[文件:Market {number}.jpg|缩略图|右|220px]]", "{0} (消歧义)"
        end = "{{reflist|2}}\n{{DEFAULTSORT:" + f"P{number}" + "}}\n{{人物小作品}}"
    body = linked(draw, text, language, lambda word: f"[[{town.format(word)}|{word}]]", 3)
    return Planted(f"{box}\n{picture}\n{body}\n\n{end}", "repair", text)


def csv_row(draw: random.Random, text: str, language: str) -> Planted:
    """A row of an export with the text in one of its quoted cells."""
    out = io.StringIO()
    row = (draw.randrange(10**4, 10**6), f"{date(draw)} 08:11:07", text, "publish", draw.randrange(30))
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(row)
    return Planted(out.getvalue().rstrip("\n"), "repair", text)


def posts_row(draw: random.Random, text: str, language: str) -> Planted:
    """An answer in the dump of a site of questions: an element whose attribute holds the escaped page."""
    body = "".join(f"<p>{escaped(line)}</p>\n\n" for line in text.split("\n"))
    held, day = html.escape(body, quote=True).replace("\n", "&#xA;"), f"{date(draw)}T08:11:07.{digits(draw, 3)}"
    number = draw.randrange(10**3, 10**6)
    return Planted(
        f'<row Id="{number}" PostTypeId="2" ParentId="{number - 7}" CreationDate="{day}" Score="{draw.randrange(30)}" '
        f'Body="{held}" OwnerUserId="{draw.randrange(9999)}" LastActivityDate="{day}" CommentCount="0" '
        'ContentLicense="CC BY-SA 3.0" />',
        "repair",
        text,
    )


def book_marks(draw: random.Random, text: str, language: str) -> Planted:
    """A book as a plain text: italics between underscores, the places of pictures and pages."""
    first, *rest = text.split("\n")
    if language == "zh":
        return Planted("\n".join([first, "[插图]", *rest]), "repair", text)
    body = marked(draw, first, language, [("_", "_")])
    page = f"[Pg {draw.randrange(9, 400)}]"
    return Planted("\n".join([f"{page} {body}", "[Illustration]", *rest]), "repair", text)


def stamp(hundredths: int, short: bool) -> str:
    """A time as `0:01:07.40` of a script of subtitles, or as `00:01:07.400`."""
    seconds, part = divmod(hundredths, 100)
    clock = f"{seconds // 60 % 60:02}:{seconds % 60:02}.{part:02}"
    return f"{seconds // 3600}:{clock}" if short else f"{seconds // 3600:02}:{clock}0"


def dialogue_events(draw: random.Random, text: str, language: str) -> Planted:
    """The events of a script of subtitles, as groups of translators share them."""
    at, lines = draw.randrange(2000, 500_000), sentences(text, language)
    rows = ["[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"]
    for line in lines:
        look = draw.choice(("", "", r"{\an8}", r"{\fad(200,200)}"))
        rows.append(f"Dialogue: 0,{stamp(at, True)},{stamp(at + 290, True)},Default,,0,0,0,,{look}{line}")
        at += draw.randrange(300, 900)
    return Planted("\n".join(rows), "repair", "\n".join(lines))


def word_times(draw: random.Random, text: str, language: str) -> Planted | None:
    """Captions that a video site made by machine: a time before each word."""
    if language == "zh":
        return None
    at, lines, rows = (
        draw.randrange(100, 200_000),
        sentences(text, language),
        ["WEBVTT", "Kind: captions", "Language: en"],
    )
    for line in lines:
        first, *words = line.split(" ")
        spoken = "".join(f"<{stamp(at + 31 * (i + 1), False)}><c> {word}</c>" for i, word in enumerate(words))
        rows += [f"\n{stamp(at, False)} --> {stamp(at + 400, False)} align:start position:0%", f"{first}{spoken}"]
        at += 400
    return Planted("\n".join(rows), "repair", "\n".join(lines))


HTML: tuple[Make, ...] = (
    news_page, linked_paragraphs, bare_breaks, inline_emphasis, encyclopedia_page, forum_cell, pasted_document,
    blog_pictures, board_codes, numbered_entities, escaped_breaks, pixel_left, page_comments, data_left, tag_halves,
    exported_markdown, wiki_infobox, csv_row, posts_row, book_marks, dialogue_events, word_times,
)  # fmt: skip
