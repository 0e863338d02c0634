"""Markup in which a text is stored, sent or copied, and what is left of it when only the tags were taken away."""

import html
import json
import random
import re

from variants.contract import Make, Planted
from variants.parts import joined, marked, sentences

SAID = {  # what people say, with the straight marks of a keyboard; {n} a number
    "en": (
        "The guide said, \"It's only {n} minutes on foot,\" but that wasn't true.",
        'Nobody\'s ticket was checked & the driver shouted "all aboard" {n} times.',
        "She's read \"The Lost Key\" {n} times and still doesn't like its ending.",
        'The shop "Pens & Paper" has been there for {n} years; it\'s never busy.',
    ),
    "zh": (
        '老板说"明天{n}点开门"，可是门一直关着。',
        '他在"纸&笔"小店等了{n}分钟。',
        '那本"丢失的钥匙"她看了{n}遍。',
        '墙上写着"R&D {n}室"，没有人在。',
    ),
}


def said(draw: random.Random, text: str, language: str) -> str:
    """A text and a sentence with straight quotation marks and an ampersand."""
    return joined(text, draw.choice(SAID[language]).format(n=draw.randrange(3, 60)), language)


def escaped(text: str) -> str:
    """A line as the content of an element."""
    return html.escape(text, quote=False)


def first_and_rest(text: str) -> tuple[str, list[str]]:
    """The first line, and the others."""
    first, *rest = text.split("\n")
    return first, rest


def markdown_post(draw: random.Random, text: str, language: str) -> Planted:
    """A post or a README in Markdown: a heading or a picture first, links and emphasis in the text."""
    host, number = draw.choice(("i.imgur.com", "raw.githubusercontent.com/lakeside/notes/main")), draw.randrange(10**5)
    address = f"https://www.lakeside-notes.org/{draw.choice(('wiki', 'blog', 'topics'))}/{number}"
    words = [("[", f"]({address})"), ("**", "**"), ("[", f"]({address}#more)")]
    first, rest = first_and_rest(marked(draw, text, language, words))
    head = f"## {first}" if rest and first[-1] not in ".。" else first
    picture = f"![{draw.choice(('', 'image', 'photo'))}](https://{host}/{number:x}.jpg)"
    return Planted("\n\n".join([head, picture, *rest]), "repair", text)


def rich_editor(draw: random.Random, text: str, language: str) -> Planted:
    """What the editor of a shop or news system stores: a style on every paragraph, empty ones between."""
    size, colour = draw.choice((14, 15, 16)), draw.choice(("#333333", "rgb(51, 51, 51)", "#000000"))
    look = "text-indent: 2em; line-height: 1.75em;" if language == "zh" else "text-align: justify;"
    font = "font-family: 宋体, SimSun; " if language == "zh" else ""
    opening = f'<p style="{look}"><span style="{font}font-size: {size}px; color: {colour};">'
    gap = "\u3000\u3000" if language == "zh" else ""
    rows = (f"{opening}{gap}{escaped(line)}</span></p>" for line in text.split("\n"))
    return Planted("\n<p>&nbsp;</p>\n".join(rows), "repair", text)


def escaped_quotes(draw: random.Random, text: str, language: str) -> Planted:
    """Text out of a form or a feed: no tags, but quotation marks and ampersands as entities."""
    original = said(draw, text, language)
    mark = draw.choice(("&#39;", "&#039;", "&apos;"))
    return Planted(html.escape(original, quote=True).replace("&#x27;", mark), "repair", original)


def escaped_again(draw: random.Random, text: str, language: str) -> Planted:
    """The same escaped once more, as when a form shows what it has escaped already."""
    original = said(draw, text, language)
    inner = html.escape(original, quote=True).replace("&#x27;", "&#39;").replace("\n", "\n&nbsp;\n")
    return Planted(inner.replace("&", "&amp;"), "repair", original)


def bare_spaces(draw: random.Random, text: str, language: str) -> Planted:
    """Hard spaces as entities before paragraphs and between sentences; often the semicolon is not there."""
    mark = draw.choice(("&nbsp;", "&nbsp"))
    stop = re.compile(r"(?<=[.?!]) (?=\S)" if language == "en" else r"(?<=[。？！]) ?(?=[^\s。？！])")
    gap = " " if language == "en" else ""
    lines = (stop.sub(f"{gap}{mark} ", line) for line in text.split("\n"))
    return Planted("\n".join(mark * 4 + " " + line for line in lines), "repair", text)


def board_links(draw: random.Random, text: str, language: str) -> Planted:
    """A post in the square brackets of a board: links, a picture, a size."""
    number = draw.randrange(10**5)
    links = [(f"[url=http://www.lakeside-board.net/viewtopic.php?t={number}]", "[/url]"), ("[i]", "[/i]")]
    body = marked(draw, text, language, links)
    picture = f"[img]http://img.lakeside-board.net/{number}.jpg[/img]"
    return Planted(f"[size=3]{body}[/size]\n{picture}", "repair", text)


def lazy_pictures(draw: random.Random, text: str, language: str) -> Planted:
    """Paragraphs with pictures that load late, as in blogs and in the articles of messengers."""
    name = f"{draw.randrange(16**10):010x}"
    if language == "en":
        address = (
            f"https://www.lakesidestories.com/wp-content/uploads/{draw.randrange(2014, 2023)}/0{draw.randrange(1, 10)}"
        )
        tag = (
            f'<figure class="wp-block-image size-large"><img loading="lazy" width="1024" height="683" '
            f'src="{address}/{name}-1024x683.jpg" alt="" class="wp-image-{draw.randrange(9999)}" '
            f'srcset="{address}/{name}-1024x683.jpg 1024w, {address}/{name}-300x200.jpg 300w" '
            'sizes="(max-width: 1024px) 100vw, 1024px" /></figure>'
        )
        rows = [f"<p>{escaped(line)}</p>" for line in text.split("\n")]
    else:
        tag = (
            '<section style="text-align: center;"><img class="rich_pages wxw-img" data-ratio="0.66" data-type="jpeg" '
            f'data-w="1080" data-src="https://mmbiz.qpic.cn/mmbiz_jpg/{name}/640?wx_fmt=jpeg" /></section>'
        )
        rows = [
            f'<section style="line-height: 2em;"><span style="font-size: 15px;">{escaped(line)}</span></section>'
            for line in text.split("\n")
        ]
    return Planted("\n".join([rows[0], tag, *rows[1:]]), "repair", text)


def video_frame(draw: random.Random, text: str, language: str) -> Planted:
    """A post with a film of another site in a frame."""
    letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_"
    name = "".join(draw.choice(letters) for _ in range(11))
    if language == "en":
        frame = (
            f'<iframe width="560" height="315" src="https://www.youtube.com/embed/{name}?rel=0" frameborder="0" '
            'allow="autoplay; encrypted-media" allowfullscreen></iframe>'
        )
    else:
        frame = (
            f'<iframe src="//player.bilibili.com/player.html?bvid=BV1{name[:9]}&page=1" scrolling="no" border="0" '
            'frameborder="no" framespacing="0" allowfullscreen="true"> </iframe>'
        )
    first, rest = first_and_rest(text)
    body = "<br />\n".join(map(escaped, rest))
    return Planted(f"<strong>{escaped(first)}</strong>\n{frame}\n{body}", "repair", text)


def shortcodes(draw: random.Random, text: str, language: str) -> Planted:
    """The short codes of a blog system's extensions, which nobody expanded."""
    number, first_rest = draw.randrange(100, 9999), first_and_rest(text)
    built = draw.random() < 0.5 or not text[0].isalpha()
    before = "[vc_row][vc_column][vc_column_text]" if built else f'[dropcap style="{number % 4}"]'
    after = "[/vc_column_text][/vc_column][/vc_row]" if built else ""
    gallery = f'[gallery ids="{number},{number + 1},{number + 4}" columns="3" link="file"]'
    lines = [first_rest[0], gallery, *first_rest[1]]
    if not built:
        lines[0] = f"{before}{lines[0][0]}[/dropcap]{lines[0][1:]}"
        return Planted("\n".join(lines), "repair", text)
    return Planted("\n".join([before, *lines, after]), "repair", text)


def script_left(draw: random.Random, text: str, language: str) -> Planted:
    """A page whose tags were taken away and whose scripts stayed: counters of visits, pushes to advertising."""
    number = draw.randrange(10**7, 10**8)
    if language == "en":
        before = (
            "window.dataLayer = window.dataLayer || [];\nfunction gtag(){dataLayer.push(arguments);}\n"
            f"gtag('js', new Date());\ngtag('config', 'UA-{number}-{draw.randrange(1, 9)}');"
        )
        after = (
            f"var _paq = window._paq || []; _paq.push(['setSiteId', '{number % 97}']); "
            "(function() { var d=document, g=d.createElement('script'); g.async=true; })();"
        )
    else:
        before = (
            'var _hmt = _hmt || [];\n(function() {\n  var hm = document.createElement("script");\n'
            f'  hm.src = "https://hm.baidu.com/hm.js?{draw.randrange(16**32):032x}";\n'
            '  var s = document.getElementsByTagName("script")[0];\n  s.parentNode.insertBefore(hm, s);\n})();'
        )
        after = f'window._bd_share_config={{"common":{{"bdSnsKey":{{}},"bdText":"","bdSize":"{number % 32}"}}}};'
    return Planted(f"{before}\n{text}\n{after}", "repair", text)


def style_left(draw: random.Random, text: str, language: str) -> Planted:
    """A page whose tags were taken away and whose style sheet, in the middle of the body, stayed."""
    number = draw.randrange(1, 60)
    sheet = draw.choice(
        (
            f"#gallery-{number} {{\n\tmargin: auto;\n}}\n#gallery-{number} .gallery-item {{\n\tfloat: left;\n\t"
            f"margin-top: 10px;\n\twidth: {draw.choice((25, 33, 50))}%;\n}}",
            f".tb-{number}-btn{{display:inline-block;padding:{draw.randrange(4, 20)}px}}"
            f"@media only screen and (max-width:{draw.choice((480, 600, 768))}px){{.tb-{number}-btn{{display:block}}}}",
            f".css-{number}k9 {{ color: #{draw.randrange(16**6):06x}; font-weight: 700 !important; }}\n"
            f".css-{number}k9:hover {{ text-decoration: underline; }}",
        )
    )
    first, rest = first_and_rest(text)
    return Planted("\n".join([first, sheet, *rest]), "repair", text)


def listed(draw: random.Random, text: str, language: str) -> Planted:
    """A page of points: each sentence an item, in the boxes of a grid of columns."""
    lines = sentences(text, language)
    rows = "\n".join(f"      <li>{escaped(line)}</li>" for line in lines)
    return Planted(
        f'<div class="container">\n  <div class="row">\n    <div class="col-md-{draw.choice((8, 9, 12))}">\n'
        f'    <ul class="list-unstyled">\n{rows}\n    </ul>\n    </div>\n  </div>\n</div>',
        "repair",
        "\n".join(lines),
    )


def citation_marks(draw: random.Random, text: str, language: str) -> Planted | None:
    """A text copied from an encyclopedia: numbers of notes that were not copied, links to edit a part."""
    number, parts = draw.randrange(1, 40), []
    stop = r"(?<=[.])(?=\s|$)" if language == "en" else r"(?<=[。])"
    for part in re.split(stop, text):
        mark = f"[{number}]" if part.endswith((".", "。")) and draw.random() < 0.7 else ""
        number += bool(mark)
        parts.append(part + mark)
    if len(parts) < 3:
        return None
    extra = {"en": ("[citation needed]", "[edit]"), "zh": ("[来源请求]", "[编辑]")}[language]
    dirty = "".join(parts)
    first, line, rest = dirty.partition("\n")
    dirty = first + (extra[1] if line else extra[0]) + line + rest
    return Planted(dirty, "repair", text)


def front_matter(draw: random.Random, text: str, language: str) -> Planted:
    """A page of a site generator: its settings between rules, then the text."""
    date = f"{draw.randrange(2013, 2023)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}"
    tags = draw.choice(("[notes, local]", "[diary]", "\n  - people\n  - places"))
    return Planted(
        f"---\nlayout: post\ndate: {date} 0{draw.randrange(10)}:{draw.randrange(10, 60)}:00 +0000\n"
        f"tags: {tags}\ncomments: {draw.choice(('true', 'false'))}\npermalink: /{date.replace('-', '/')}/"
        f"{draw.randrange(999)}/\n---\n\n{text}",
        "repair",
        text,
    )


def json_record(draw: random.Random, text: str, language: str) -> Planted:
    """A row of an export, a JSON object a line, with the text in one of its fields."""
    row = {
        "id": draw.randrange(10**9, 10**11),
        "created_at": f"{draw.randrange(2012, 2023)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}T08:11:07Z",
        "lang": language,
        draw.choice(("text", "content", "body")): text,
        "likes": draw.randrange(300),
        "is_deleted": False,
    }
    return Planted(json.dumps(row, ensure_ascii=False), "repair", text)


def transcript_times(draw: random.Random, text: str, language: str) -> Planted | None:
    """The transcript beside a film, copied with the times at which each line is spoken."""
    lines, at, rows = sentences(text, language), draw.randrange(0, 900), []
    if len(lines) < 3:
        return None
    for line in lines:
        rows += [f"{at // 60}:{at % 60:02}", line]
        at += draw.randrange(2, 9)
    return Planted("\n".join(rows), "repair", "\n".join(lines))


HTML: tuple[Make, ...] = (
    markdown_post, rich_editor, escaped_quotes, escaped_again, bare_spaces, board_links, lazy_pictures, video_frame,
    shortcodes, script_left, style_left, listed, citation_marks, front_matter, json_record, transcript_times,
)  # fmt: skip
