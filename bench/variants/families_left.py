"""Rows of exports, scripts and style sheets without their tags, marks of notes, misread bytes that were damaged again, what is only spoken of."""

# ruff: noqa: E501  (a line of noise is a line)

import csv
import html
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_META = {
    "id": 40213377,
    "created": "2014-03-02T08:11:07Z",
    "likes": 12,
    "deleted": False,
    "url": "https://notes.example.org/p/40213377",
}


def _record(key: str, **more: object) -> Callable[[str], dict[str, object]]:
    return lambda text: {**_META, key: text, **more}


def _php(text: str) -> str:
    return f'a:3:{{s:2:"id";i:40213377;s:4:"body";s:{len(text.encode())}:"{text}";s:5:"likes";i:12;}}'


def _sql(text: str) -> str:
    body = text.replace("'", "''").replace("\n", "\\n")
    return f"INSERT INTO `posts` (`id`, `body`, `created`) VALUES (40213377, '{body}', '2014-03-02 08:11:07');"


def _row(delimiter: str, text: str) -> str:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerow([40213377, "2014-03-02", text, 12, "en"])
    return made.getvalue().rstrip("\r\n")


_RECORDS: dict[str, Callable[[str], str]] = {
    "json_line": lambda text: json.dumps(_record("text")(text), ensure_ascii=False),
    "json_escaped": lambda text: json.dumps(_record("body")(text)),
    "json_indented": lambda text: json.dumps(_record("content")(text), ensure_ascii=False, indent=2),
    "json_nested": lambda text: json.dumps({"data": {"post": _record("message")(text)}}, ensure_ascii=False),
    "json_array": lambda text: json.dumps([_record("comment")(text)], ensure_ascii=False),
    "json_two_lines": lambda text: "\n".join(json.dumps({"n": n, "text": line}, ensure_ascii=False) for n, line in enumerate(text.split("\n"))),
    "json_cut": lambda text: json.dumps({"id": 7, "lang": "x", "text": text}, ensure_ascii=False)[:-2],
    "json_tagged": lambda text: json.dumps(_record("text", tags=["river", "mill"], user={"name": "anna"})(text), ensure_ascii=False),
    "python_dict": lambda text: repr(_record("text")(text)),
    "python_list": lambda text: repr(text.split("\n")),
    "python_string": lambda text: repr(text + "\n"),
    "python_bytes": lambda text: repr((text + "’").encode())[:-1].removesuffix("\\xe2\\x80\\x99") + "'",
    "python_bytes_gbk": lambda text: repr(text.encode("gb18030")),
    "php": _php,
    "sql": _sql,
    "csv_row": partial(_row, ","),
    "tsv_row": partial(_row, "\t"),
}  # fmt: skip

_SCRIPTS = {
    "counter": "(function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;i[r]=i[r]||function(){\n(i[r].q=i[r].q||[]).push(arguments)},i[r].l=1*new Date();a=s.createElement(o),\nm=s.getElementsByTagName(o)[0];a.async=1;a.src=g;m.parentNode.insertBefore(a,m)\n})(window,document,'script','//stats.example.com/a.js','ga');\nga('create', 'UA-1234567-1', 'auto');\nga('send', 'pageview');",
    "advert": "(adsbygoogle = window.adsbygoogle || []).push({});",
    "advert_slots": 'google_ad_client = "ca-pub-0123456789";\ngoogle_ad_slot = "12345678";\ngoogle_ad_width = 728;\ngoogle_ad_height = 90;',
    "ready": "jQuery(document).ready(function($) {\n  $('.slider').slick({ dots: true, arrows: false });\n});",
    "share": "var addthis_config = {\"data_track_addressbar\":true};\nvar addthis_share = { url: location.href };",
    "timer": "setTimeout(function(){ document.getElementById('cookie').style.display='none'; }, 3000);",
    "condition": "if (typeof jQuery == 'undefined') {\n    document.write(unescape('%3Cscript src=\"/js/jquery.js\"%3E%3C/script%3E'));\n}",
    "arrow": "window.addEventListener('load', () => {\n  const box = document.querySelector('#box');\n  if (box) { box.classList.add('ready'); }\n});",
    "config": "window.__INITIAL_STATE__={\"user\":null,\"page\":{\"id\":12,\"type\":\"post\"},\"flags\":[1,2,3]};",
    "call": "bdshare.init({ tag: 'share_1', bdSize: 16 });",
    "pixel": "!function(f,b,e,v){if(f.fbq)return;n=f.fbq=function(){n.callMethod?\nn.callMethod.apply(n,arguments):n.queue.push(arguments)};}(window,document);\nfbq('init', '123456789');\nfbq('track', \"PageView\");",
    "embed_json_ld": '{"@context":"http://schema.org","@type":"Article","datePublished":"2014-03-02","author":{"@type":"Person","name":"Anna"}}',
}  # fmt: skip
_STYLES = {
    "indented": "#gallery-3 {\n\tmargin: auto;\n}\n#gallery-3 .gallery-item {\n\tfloat: left;\n\twidth: 33%;\n}",
    "media": "@media (max-width: 600px) {\n  .box, .box > a:hover { display: none }\n}",
    "one_line": ".tb-7-btn{display:inline-block;padding:7px}@media only screen and (max-width:480px){.tb-7-btn{display:block}}",
    "elements": "body { font-family: Arial, sans-serif; }\ntable td { border: 1px solid #ccc; padding: 4px; }",
    "font": "@font-face {\n  font-family: 'Icons';\n  src: url('/fonts/icons.woff2') format('woff2');\n}",
    "important": ".css-1k9 { color: #a1b2c3; font-weight: 700 !important; }\n.css-1k9:hover { text-decoration: underline; }",
    "comment": "/* Style Definitions */\ntable.MsoNormalTable\n\t{mso-style-name:\"Table Normal\";\n\tmso-style-parent:\"\";\n\tline-height:115%;}",
    "keyframes": "@keyframes blink { from { opacity: 1; } to { opacity: 0; } }",
    "root": ":root { --main-bg: #fff; --gap: 4px; }",
}  # fmt: skip
_PLACES = ("before", "behind", "between")


def _put(block: str, place: str, text: str) -> str | None:
    lines = text.split("\n")
    if place == "between":
        if len(lines) < 2:
            return None
        return "\n".join([lines[0], block, *lines[1:]])
    return f"{block}\n{text}" if place == "before" else f"{text}\n{block}"


_STOP = re.compile(r"(?<=[.。])(?=\s|[^\s.。\"”\d]|$)")


def _noted(form: str, word: str, text: str) -> str | None:
    number, parts = 3, _STOP.split(text)
    if len(parts) < 3:
        return None
    made = ""
    for place, part in enumerate(parts):
        made += part
        if part.endswith((".", "。")) and place % 3 != 2:
            made += form.format(n=number, m=number + 1)
            number += 1
    first, end, rest = made.partition("\n")
    return first + word + end + rest


_NOTES = {
    "numbers": ("[{n}]", ""), "two": ("[{n}][{m}]", ""), "page": ("[{n}]:45", ""), "range": ("[{n}–{m}]", ""), "edit": ("[{n}]", "[edit]"),
    "needed": ("[{n}]", "[citation needed]"), "notes": ("[note {n}]", ""), "letters": ("[a]", ""), "who": ("[{n}]", "[who?]"),
    "edit_zh": ("[{n}]", "[编辑]"), "needed_zh": ("[{n}]", "[来源请求]"), "notes_zh": ("[注 {n}]", ""), "edit_source_zh": ("[{n}]", "[编辑 | 编辑源代码]"),
}  # fmt: skip

_CURLED = "“We’re late,” he said – “don’t wait…” It’s Renée’s idea."


def _cp1252(text: str) -> str:
    return "".join(chr(b) if (s := bytes((b,)).decode("cp1252", "replace")) == "\ufffd" else s for b in text.encode())


_DAMAGED: dict[str, tuple[str, Callable[[str], str]]] = {
    "no_controls": ("en", lambda text: re.sub("[\x80-\x9f]", "", _cp1252(text))),
    "compatible": ("en", lambda text: unicodedata.normalize("NFKC", _cp1252(text))),
    "compatible_no_controls": ("en", lambda text: re.sub("[\x80-\x9f]", "", unicodedata.normalize("NFKC", _cp1252(text)))),
    "named": ("enzh", lambda text: html.escape(_cp1252(text)).encode("ascii", "xmlcharrefreplace").decode()),
    "named_all": ("enzh", lambda text: "".join(c if c.isascii() else f"&{n};" if (n := html.entities.codepoint2name.get(ord(c))) else f"&#{ord(c)};" for c in _cp1252(text))),
    "hexadecimal": ("enzh", lambda text: "".join(c if c.isascii() else f"&#x{ord(c):X};" for c in _cp1252(text))),
    "bytes_as_references": ("enzh", lambda text: "".join(chr(b) if b < 128 else f"&#{b};" for b in text.encode())),
}  # fmt: skip
_LIGATURES = ("ffi", "ffl", "ff", "fi", "fl")
_FITTING = "The office staff filed the first five flags; different officials found it difficult to define the effect."


def _glyphs(numbers: dict[str, int], form: str) -> Make:
    def made(draw: Draw, text: str) -> str:
        return re.sub(
            "|".join(_LIGATURES), lambda match: form.format(n=numbers[match[0]], c=chr(numbers[match[0]])), text
        )

    return made


_OT1 = {"ff": 11, "fi": 12, "fl": 13, "ffi": 14, "ffl": 15}
_T1 = {"ff": 27, "fi": 28, "fl": 29, "ffi": 30, "ffl": 31}

_SPOKEN = (
    "In a page, <br> is what ends a line early.", "Use the <em> element for stress and <strong> for weight.", "If you forget </div>, the page looks odd.",
    "The sign &lt; opens a tag.", "Type &mdash; to get a long dash.", "The tag [b] makes letters bold on that board.", "A link is written as [text](address) there.",
    "Jinja replaces {{ name }} by the value of the name.", "Each array element a[0] is read first.", "In C a block begins with { and ends with }.",
    "The escape \\n stands for a line end.", "Wikis write [[Page]] for a link.", "Put '' around a word for italics.", "The character %20 stands for a space.",
    "The Python call print('x') shows x.", "It prints b'\\xe2\\x82\\xac' for the euro sign.",
)  # fmt: skip
_SPOKEN_ZH = (
    "网页里用<br>来换行。", "标签<em>表示强调，<strong>表示加粗。", "忘了写</div>，页面就会乱。", "符号&lt;表示标签的开头。", "输入&mdash;可以得到破折号。",
    "论坛里的标签[b]会把字加粗。", "链接要写成[文字](地址)。", "模板会把{{ name }}换成名字。", "数组的第一个元素是a[0]。", "在C语言里，代码块以{开头，以}结尾。",
    "转义符\\n表示换行。", "维基用[[页面]]表示链接。", "地址里的%20表示空格。", "调用print('x')会显示x。",
)  # fmt: skip
_SHOWN = (
    "The style sheet is short:\n.box {\n  color: red;\n  margin: 0;\n}", "JavaScript counts the visits like this:\nvar n = 0;\ndocument.title = n;",
    "The service answers:\n{\"name\": \"mill\", \"open\": true, \"days\": [1, 3, 5]}", "Here the function total(items) adds them up.\nfunction total(items) { return items.length; }",
    "The row of the table is INSERT INTO mills VALUES (3, 'old mill');", "CSS colours a heading with h1 { color: red; } in one line.",
)  # fmt: skip


def _line(block: str) -> Make:
    return lambda draw, text: f"{text}\n{block}"


def left() -> Iterator[Variant]:
    """All of these families."""
    for name, record in _RECORDS.items():
        languages = "zh" if name.endswith("gbk") else "enzh"
        yield Variant("record", f"record_{name}", languages, lambda draw, text, record=record: record(text), "repair")
    for kind, blocks in (("script", _SCRIPTS), ("style", _STYLES)):
        for name, block in blocks.items():
            for place in _PLACES:
                yield Variant(
                    kind,
                    f"{kind}_{name}_{place}",
                    "enzh",
                    lambda draw, text, block=block, place=place: _put(block, place, text),
                    "repair",
                )
    for name, (form, word) in _NOTES.items():
        languages = "zh" if "zh" in name else "enzh"
        yield Variant(
            "notes",
            f"notes_{name}",
            languages,
            lambda draw, text, form=form, word=word: _noted(form, word, text),
            "repair",
        )
    for name, (languages, damaged) in _DAMAGED.items():
        carrier = (lambda text: f"{text} {_CURLED}") if languages == "en" else (lambda text: f"{text}“早”——")
        yield Variant(
            "damaged",
            f"damaged_{name}",
            languages,
            lambda draw, text, damaged=damaged: damaged(text),
            "repair",
            carrier,
        )
    for name, numbers, form in (
        ("cid_ot1", _OT1, "(cid:{n})"),
        ("cid_t1", _T1, "(cid:{n})"),
        ("raw_ot1", {k: v for k, v in _OT1.items() if v != 13} | {"fl": 12}, "{c}"),
        ("raw_t1", _T1, "{c}"),
    ):
        if name != "raw_ot1":
            yield Variant(
                "glyphs", f"glyphs_{name}", "en", _glyphs(numbers, form), "repair", lambda text: f"{text} {_FITTING}"
            )
    for n, said in enumerate(_SPOKEN):
        yield Variant("spoken", f"spoken_en_{n}", "en", lambda draw, text, said=said: f"{text} {said}", "keep")
    for n, said in enumerate(_SPOKEN_ZH):
        yield Variant("spoken", f"spoken_zh_{n}", "zh", lambda draw, text, said=said: f"{text}{said}", "keep")
    for n, shown in enumerate(_SHOWN):
        yield Variant("shown", f"shown_{n}", "en", _line(shown), "keep")
