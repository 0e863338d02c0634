"""
Noise for developing the cleaning rules: how much of it the stage `clean` repairs or removes, and what it costs.

Half of the variants (A) may be looked at while rules are written, the other half (B) is only counted: which half a
variant is in depends on its name alone. The held-out measurement is bench/noise.py.

    python bench/noise_dev.py [--quick] [--recipe files] [--half A|B|AB] [--background N] [--set KEY=VALUE] [--show]
"""

# ruff: noqa: E501  (a line of noise is a line)

import argparse
import base64
import codecs
import json
import re
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)
from stage import ROOT, change, clean_section, read_result, run_clean, write_raw

from llmpipe.config import CleanConfig
from llmpipe.corpus.pipeline import clean_text
from llmpipe.corpus.text import stable_hash
from llmpipe.records import Document
from llmpipe.world.draws import Draw
from llmpipe.world.streams import document

SEED = 20
SHORTEST = {"en": 150, "zh": 60}  # characters of a carrier
SHARED = ROOT.parent / "shared/data"
Make = Callable[[Draw, str], str | None]


@dataclass(frozen=True, slots=True)
class Variant:
    """
    One way to be dirty.

    Args:
        kind: What a table of results calls it.
        name: Unique; decides the half.
        languages: Of the documents it is made from.
        make: The text made dirty; None when this one does not suit.
        expected: "repair", "drop", or "either" for what may be repaired or removed.
    """

    kind: str
    name: str
    languages: str
    make: Make
    expected: str = "repair"

    @property
    def half(self) -> str:
        """A or B, by the name alone."""
        return "AB"[stable_hash("half", self.name) % 2]


# --- characters -------------------------------------------------------------------------------------


def _mapped(table: dict[str, str], share: int = 100) -> Make:
    """Characters replaced by others, `share` % of them."""

    def make(draw: Draw, text: str) -> str | None:
        for plain, odd in table.items():
            text = re.sub(re.escape(plain), lambda m, odd=odd: odd if draw.chance(share) else m[0], text)
        return text

    return make


def _styled(first_upper: int, first_lower: int) -> Make:
    """A tenth of the words in the letters of an alphabet of styles."""
    table = {65 + i: first_upper + i for i in range(26)} | {97 + i: first_lower + i for i in range(26)}
    return lambda draw, text: re.sub(r"[A-Za-z]+", lambda m: m[0].translate(table) if draw.chance(15) else m[0], text)


def _strewn(characters: str, times: int = 8) -> Make:
    def make(draw: Draw, text: str) -> str:
        for _ in range(times):
            at = draw.between(1, len(text) - 1)
            text = text[:at] + draw.choice(characters) + text[at:]
        return text

    return make


def _after(pattern: str, sign: str, share: int = 100) -> Make:
    return lambda draw, text: re.sub(pattern, lambda m: m[0] + sign if draw.chance(share) else m[0], text)


def _radicals() -> dict[str, str]:
    return {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}


_CONFUSED = dict(zip("aeopcxy", "аеорсху", strict=True))


def _cyrillic(draw: Draw, text: str) -> str:
    table = str.maketrans(_CONFUSED)
    return re.sub(r"\b[a-z]{4,}\b", lambda m: m[0].translate(table) if draw.chance(25) else m[0], text)


def _variants_characters() -> Iterator[Variant]:
    def add(name: str, languages: str, make: Make, expected: str = "repair") -> Variant:
        return Variant("characters", name, languages, make, expected)

    yield add("latin_ligatures", "en", _mapped({"ffi": "ﬃ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}))
    yield add("long_s_ligature_st", "en", _mapped({"st": "ﬆ"}))
    yield add("math_bold", "en", _styled(0x1D400, 0x1D41A))
    yield add("math_sans_italic", "en", _styled(0x1D608, 0x1D622))
    yield add("circled_letters", "en", _styled(0x24B6, 0x24D0))
    yield add("kangxi_radicals", "zh", _mapped(_radicals()))
    yield add("vertical_forms", "zh", _mapped({"，": "︐", "。": "︒", "、": "︑", "：": "︓"}))
    yield add("half_width_punctuation", "zh", _mapped({"。": "｡", "、": "､", "「": "｢", "」": "｣"}))
    yield add("small_forms", "zh", _mapped({"，": "﹐", "：": "﹕", "；": "﹔", "？": "﹖"}))
    yield add("wide_english", "en", lambda d, t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t))
    yield add("non_breaking_hyphen", "en", _mapped({"-": "\u2011"}))
    yield add("hyphen_u2010", "en", _mapped({"-": "\u2010"}))
    yield add("figure_spaces", "en", lambda d, t: re.sub(" ", lambda m: d.choice("\u2007\u200a\u2008\u205f "), t))
    yield add("ideographic_spaces", "en", _mapped({" ": "\u3000"}, 30))
    yield add("braille_blanks", "en", _mapped({" ": "\u2800"}, 20))
    yield add("hangul_fillers", "zh", _strewn("\u3164\uffa0"))
    yield add("variation_selectors", "zh", _after("[\u4e00-\u9fff]", "\ufe00", 20))
    yield add("emoji_selectors_on_letters", "en", _after("[a-z]", "\ufe0f", 5))
    yield add("object_replacement", "enzh", _strewn("\ufffc"))
    yield add("word_private_use", "enzh", _strewn("\uf0b7\uf0a7\uf020\ue5e5"))
    yield add("directional_isolates", "en", _after("[A-Z][a-z]+", "\u2069\u200e", 40))
    yield add("bom_at_lines", "enzh", lambda d, t: "\ufeff" + t.replace("\n", "\n\ufeff"))
    yield add("next_line_signs", "enzh", _mapped({"\n": "\x85"}))
    yield add("paragraph_separators", "enzh", _mapped({"\n": "\u2029"}))
    yield add(
        "overstrikes",
        "en",
        lambda d, t: re.sub(r"\b[a-z]\w+", lambda m: "".join(f"{c}\b{c}" for c in m[0]), t, count=4),
    )
    yield add("strikethrough_overlay", "en", _after("[a-z]", "\u0336", 10))
    yield add("cyrillic_lookalikes", "en", _cyrillic)
    yield add("greek_question_mark", "en", _mapped({";": "\u037e", "·": "\u0387"}))
    yield add(
        "terminal_colours", "en", lambda d, t: re.sub(r"\b[A-Z]\w+", lambda m: f"\x1b[1;3{d.below(8)}m{m[0]}\x1b[0m", t)
    )
    yield add("decomposed_all", "en", lambda d, t: unicodedata.normalize("NFD", t))


# --- mojibake ---------------------------------------------------------------------------------------


def _misread(right: str, wrong: str, errors: str = "replace") -> Make:
    def make(draw: Draw, text: str) -> str:
        return text.encode(right, "ignore").decode(wrong, errors)

    return make


def _curly(make: Make) -> Make:
    """English with typographic quotes and dashes first: there is nothing to misread in ASCII."""

    def made(draw: Draw, text: str) -> str | None:
        return make(draw, curled(text))

    return made


def curled(text: str) -> str:
    """A text with “quotes” round its second word, a dash and an apostrophe; the carrier of English mojibake."""
    words = text.split(" ")
    words[1] = f"“{words[1]}”"
    words[len(words) // 2] += " –"
    return " ".join(words).replace("'", "’") + " It’s a café — naïve, isn’t it?"


_MAC, _DOS = "mac_roman", "cp437"


def _some_lines(make: Make) -> Make:
    """Only every second line or sentence is misread."""

    def made(draw: Draw, text: str) -> str:
        parts = re.split(r"(?<=[。.!?！？\n])", text)
        return "".join((make(draw, part) or part) if number % 2 else part for number, part in enumerate(parts))

    return made


def _twice(one: Make, other: Make) -> Make:
    return lambda draw, text: other(draw, one(draw, text) or text)


def _variants_mojibake() -> Iterator[Variant]:
    def add(name: str, languages: str, make: Make, expected: str = "either") -> Variant:
        return Variant("mojibake", name, languages, make, expected)

    yield add("quotes_as_cp1252", "en", _curly(_misread("utf-8", "sloppy-windows-1252")), "repair")
    yield add("quotes_as_latin1", "en", _curly(_misread("utf-8", "latin-1")), "repair")
    yield add("quotes_as_macroman", "en", _curly(_misread("utf-8", _MAC)), "repair")
    yield add("quotes_as_cp437", "en", _curly(_misread("utf-8", _DOS)))
    yield add("quotes_as_cp1251", "en", _curly(_misread("utf-8", "cp1251")))
    yield add("quotes_as_gbk", "en", _curly(_misread("utf-8", "gb18030")))
    yield add("cp1252_as_utf8", "en", _curly(_misread("cp1252", "utf-8")))
    yield add("cp1252_as_macroman", "en", _curly(_misread("cp1252", _MAC)))
    yield add(
        "thrice",
        "en",
        _curly(
            _twice(
                _misread("utf-8", "sloppy-windows-1252"),
                _twice(_misread("utf-8", "sloppy-windows-1252"), _misread("utf-8", "sloppy-windows-1252")),
            )
        ),
        "repair",
    )
    yield add("zh_as_cp1252", "zh", _misread("utf-8", "sloppy-windows-1252"), "repair")
    yield add("zh_as_latin9", "zh", _misread("utf-8", "iso8859-15"))
    yield add("zh_as_macroman", "zh", _misread("utf-8", _MAC))
    yield add("zh_as_gb18030", "zh", _misread("utf-8", "gb18030"))
    yield add("zh_as_big5", "zh", _misread("utf-8", "big5"))
    yield add("zh_as_shift_jis", "zh", _misread("utf-8", "cp932"))
    yield add("zh_as_euc_kr", "zh", _misread("utf-8", "cp949"))
    yield add("zh_as_cp1251", "zh", _misread("utf-8", "cp1251"))
    yield add("zh_as_koi8", "zh", _misread("utf-8", "koi8-r"))
    yield add("gbk_as_cp1252", "zh", _misread("gbk", "sloppy-windows-1252"))
    yield add("gbk_as_big5", "zh", _misread("gbk", "big5"))
    yield add("gbk_as_utf8", "zh", _misread("gbk", "utf-8"))
    yield add("gbk_as_euc_kr", "zh", _misread("gbk", "cp949"))
    yield add("gbk_as_shift_jis", "zh", _misread("gbk", "cp932"))
    yield add("big5_as_gbk", "zh", _misread("big5", "gbk"))
    yield add("big5_as_latin1", "zh", _misread("big5", "latin-1"))
    yield add("half_of_it", "zh", _some_lines(_misread("utf-8", "sloppy-windows-1252")))
    yield add("half_of_it_gbk", "zh", _some_lines(_misread("utf-8", "gb18030")))
    yield add("question_marks", "zh", lambda d, t: re.sub(r"[\u3000-\u9fff\uff00-\uffef]", "?", t), "drop")
    yield add("utf16_as_latin1", "en", lambda d, t: t.encode("utf-16-le").decode("latin-1"), "either")
    yield add(
        "ascii_as_utf16",
        "en",
        lambda d, t: (t.encode("utf-8") + b" " * (len(t.encode()) % 2)).decode("utf-16-le", "replace"),
    )
    yield add(
        "quoted_printable",
        "zh",
        lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"={b:02X}" for b in m[0].encode()), t),
    )
    yield add(
        "percent_escapes",
        "zh",
        lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), t),
    )
    yield add(
        "byte_literals",
        "zh",
        lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: "".join(f"\\x{b:02x}" for b in m[0].encode()), t),
    )
    yield add("utf7", "zh", lambda d, t: t.encode("utf-7").decode("ascii"))


# --- html -------------------------------------------------------------------------------------------


def _each_line(form: str) -> Make:
    return lambda draw, text: "\n".join(form.format(line) for line in text.split("\n"))


def _round_words(*forms: str) -> Make:
    """Some words in markup."""
    return lambda draw, text: re.sub(
        r"(?<![\w])[A-Za-z]{4,}(?![\w])|[\u4e00-\u9fff]{2}",
        lambda m: draw.choice(forms).replace("@", m[0]) if draw.chance(12) else m[0],
        text,
    )


def _framed(before: str, after: str) -> Make:
    return lambda draw, text: before + text + after


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _variants_html() -> Iterator[Variant]:
    def add(name: str, languages: str, make: Make, expected: str = "repair") -> Variant:
        return Variant("html", name, languages, make, expected)

    yield add("entities_without_semicolon", "en", lambda d, t: t.replace(" ", "&nbsp ", 5).replace('"', "&quot"))
    yield add(
        "bare_numeric_entities",
        "enzh",
        lambda d, t: (
            re.sub(r"[^\x00-\x7f]", lambda m: f"&#{ord(m[0])} ".rstrip() + ";", t)
            if not t.isascii()
            else t.replace("e", "&#101;")
        ),
    )
    yield add("broken_apart_entities", "en", lambda d, t: t.replace(" a", " & #97;").replace(", ", "& nbsp;, "))
    yield add("thrice_escaped", "en", lambda d, t: t.replace(", ", ",&amp;amp;nbsp;").replace("'", "&amp;amp;#39;"))
    yield add(
        "escaped_tags",
        "enzh",
        lambda d, t: "\n".join(f"&lt;p class=&quot;x&quot;&gt;{line}&lt;/p&gt;" for line in t.split("\n")),
    )
    yield add(
        "stray_closing_tags",
        "enzh",
        lambda d, t: re.sub(r"(?<=[.。])", lambda m: d.choice(("</p>", "</div>", "</span>", "")), t),
    )
    yield add("word_tags", "enzh", _each_line("<o:p></o:p>{}<w:br/>"))
    yield add("unknown_elements", "enzh", _each_line("<para><sentence>{}</sentence></para>"))
    yield add("cut_off_tag", "enzh", _framed('ef="/a/b.html" class="lead">', '\n<a href="/more" targ'))
    yield add(
        "css_before",
        "enzh",
        _framed(
            ".entry-title a:hover{color:#c00;text-decoration:underline}\n#main .post {margin:0 auto; width:960px}\n@media print { .no { display:none } }\n",
            "",
        ),
    )
    yield add(
        "script_after",
        "enzh",
        _framed(
            "",
            "\nvar _gaq = _gaq || []; _gaq.push(['_setAccount', 'UA-1']);\n(function() { var ga = document.createElement('script'); ga.async = true; })();",
        ),
    )
    yield add(
        "jquery_inside",
        "enzh",
        lambda d, t: _inside(t, "$(document).ready(function(){ $('.slider').slick({dots: true, speed: 300}); });"),
    )
    yield add(
        "json_remains",
        "enzh",
        lambda d, t: json.dumps({"id": d.below(9999), "type": "article", "body": t, "tags": []}, ensure_ascii=False),
    )
    yield add(
        "json_ld_line",
        "enzh",
        _framed(
            '{"@context":"https://schema.org","@type":"NewsArticle","headline":"x","author":{"@type":"Person"}}\n', ""
        ),
    )
    yield add(
        "backslash_escapes",
        "enzh",
        lambda d, t: t.replace("\n", "\\n").replace('"', '\\"').replace(". ", ".\\n\\n").replace("。", "。\\r\\n"),
    )
    yield add("unicode_escapes", "zh", lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: f"\\u{ord(m[0]):04x}", t))
    yield add(
        "bb_code",
        "enzh",
        _round_words("[b]@[/b]", "[url=http://a.example/x]@[/url]", "[color=#ff0000]@[/color]", "[i]@[/i]"),
    )
    yield add("bb_quote", "enzh", lambda d, t: f"[quote=anna]{t}[/quote]")
    yield add("wiki_links", "enzh", _round_words("[[@]]", "[[Other page|@]]", "'''@'''", "''@''"))
    yield add(
        "wiki_templates",
        "enzh",
        lambda d, t: (
            "{{Infobox thing | name = x | size = 3}}\n"
            + _inside(t, "{{cite web|url=http://a.example|title=x}}<ref name=a>x 2001</ref>")
        ),
    )
    yield add(
        "wiki_headings",
        "enzh",
        lambda d, t: re.sub(r"^(.*)$", r"== \1 ==", t, count=1, flags=re.M) + "\n[[Category:Things]]",
    )
    yield add(
        "shortcodes",
        "enzh",
        lambda d, t: (
            f'[caption id="attachment_{d.below(999)}" align="alignleft" width="300"]{t}[/caption]\n[gallery ids="1,2"]'
        ),
    )
    yield add(
        "template_tags",
        "enzh",
        lambda d, t: "{% block body %}\n" + _inside(t, "{{ page.title|escape }}") + "\n{% endblock %}",
    )
    yield add("php_remains", "enzh", lambda d, t: f"<?php the_title(); ?>\n{t}\n<?= $footer ?>")
    yield add("markdown_links", "enzh", _round_words("[@](http://a.example/x)", "[@][1]"))
    yield add("markdown_images", "enzh", lambda d, t: _inside(t, '![photo of it](/img/a.png "x")'))
    yield add(
        "rtf",
        "en",
        lambda d, t: "{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Arial;}}\\pard " + t.replace("\n", "\\par\n") + "\\par}",
        "either",
    )
    yield add("latex_commands", "en", _round_words("\\textbf{@}", "\\emph{@}", "\\textit{@}"))
    yield add(
        "conditional_comments", "enzh", lambda d, t: f"<!--[if lt IE 9]><p>old</p><![endif]-->{t}<!-- /wp:paragraph -->"
    )
    yield add("cdata", "enzh", lambda d, t: f"<![CDATA[{t}]]>")
    yield add(
        "attribute_tail", "enzh", lambda d, t: _inside(t, 'style="margin:0px;padding:2px" onclick="return false;">')
    )


def _inside(text: str, line: str) -> str:
    """A line after the first line or sentence of a text."""
    head, sign, tail = text.partition("\n")
    return f"{head}\n{line}\n{tail}" if sign else f"{text}\n{line}"


# --- boilerplate ------------------------------------------------------------------------------------

HEADS_EN = {
    "breadcrumb_products": "Home > Kitchen & Dining > Cookware > Frying Pans",
    "byline_updated": "By Anna Miller | Updated March 3, 2019 4:15 PM EDT",
    "min_read": "Written by Tom Baker · 5 min read · 12.4K views",
    "forum_head": "Joined: Mar 2010\nPosts: 1,284\nLocation: Leeds, UK",
    "login_box": "Username: Password: Remember me | Forgot your password?",
    "gdpr_notice": "We value your privacy. We and our 312 partners store and access information on a device. Accept all  Reject all  Manage options",
    "mega_menu": "Men Women Kids Sale New In Brands Gift Cards",
    "rating_bar": "★★★★☆ 4.2 (187 ratings) Add to cart Add to wishlist",
    "browser_warning": "You are using an outdated browser. Please upgrade your browser to improve your experience.",
    "date_bar": "Thursday, 14 May 2015 | Login | E-paper | Weather 23°C",
}
TAILS_EN = {
    "tags_line": "Tags: travel, europe, budget, tips\nFiled under: Holidays",
    "posted_permalink": "This entry was posted in News and tagged bread, mill. Bookmark the permalink.",
    "mail_signature": "Sent from my iPhone",
    "mail_disclaimer": "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received this message in error, please notify the sender and delete it.",
    "list_footer": "_______________________________________________\nTo unsubscribe from this list visit http://lists.example.org/",
    "agency_credits": "(Reporting by Jane Roe; Editing by John Doe)",
    "wire_notice": "Copyright 2016 The Example Press. This material may not be published, broadcast, rewritten or redistributed.",
    "pager": "« Prev 1 2 3 4 ... 12 Next »",
    "reactions": "12 likes, 3 dislikes, 5 comments\nReply Quote Report",
    "related_list": "You might also enjoy:\n10 Best Mills of the North\nHow to Bake at Home",
    "video_fallback": "Your browser does not support the video tag.",
    "affiliate": "Disclosure: This post contains affiliate links. If you buy through them we may earn a commission at no extra cost to you.",
    "app_badges": "Download our app on the App Store | Get it on Google Play",
    "helpful_box": "Was this article helpful? Yes No",
    "captcha_form": "Your email address will not be published. Required fields are marked *",
    "wiki_edit": "[edit source]\nThis page was last edited on 3 May 2018, at 10:12.",
    "shop_footer": "Free shipping on orders over $50 | Secure checkout | 30-day returns",
    "forum_rules": "You cannot post new topics in this forum\nYou cannot reply to topics in this forum\nAll times are GMT -5. The time now is 08:41 PM.",
    "author_box": "About the author: Follow Anna on Twitter @anna_m",
}
HEADS_ZH = {
    "zh_news_head": "2016-03-12 08:30:15 来源：晨报 作者：王晓 评论(12)",
    "zh_place": "您当前的位置：网站首页 >> 新闻动态 >> 行业新闻",
    "zh_forum_head": "发表于 2013-5-6 21:14:03 | 只看该作者 | 倒序浏览",
    "zh_counter": "阅读：1284次 点赞：35 收藏：12",
    "zh_date_bar": "今天是2015年5月14日 星期四 欢迎光临本站！ 设为首页 加入收藏",
    "zh_origin_title": "原标题：老人和磨坊的故事",
    "zh_login": "用户名： 密码： 记住我 忘记密码？ 免费注册",
    "zh_price_bar": "加入购物车 立即购买 包邮 七天无理由退换",
}
TAILS_ZH = {
    "zh_editor": "（责任编辑：李明）",
    "zh_disclaimer": "免责声明：本文仅代表作者个人观点，与本网无关。其原创性以及文中陈述文字和内容未经本站证实。",
    "zh_app": "更多精彩内容，请下载客户端APP查看",
    "zh_hotline": "客服热线：400-000-0000 违法和不良信息举报邮箱：jubao@example.com",
    "zh_police": "京公网安备 11000002000001号 增值电信业务经营许可证",
    "zh_edited": "本帖最后由 小王 于 2014-3-2 10:11 编辑",
    "zh_like_share": "喜欢就点个赞吧！觉得有用请转发给更多朋友",
    "zh_three_links": "点赞 投币 收藏 转发",
    "zh_pager": "首页 上一页 1 2 3 4 5 下一页 尾页",
    "zh_tags": "标签：旅行 美食 磨坊",
    "zh_reward": "赞赏作者\n已有 12 人赞赏",
    "zh_copy_notice": "转载请注明出处：http://www.example.com/a/1.html",
    "zh_floor": "回复 举报 使用道具 显身卡",
    "zh_footer": "地址：某市某路1号 邮编：100000 电话：010-00000000 传真：010-00000001\n技术支持：某某网络 建议使用IE8以上浏览器",
    "zh_infringe": "图片来源于网络，如有侵权请联系删除",
    "zh_qr": "长按识别二维码，关注我们",
}


def _variants_boilerplate() -> Iterator[Variant]:
    for languages, tables in (("en", (HEADS_EN, TAILS_EN)), ("zh", (HEADS_ZH, TAILS_ZH))):
        for name, lines in tables[0].items():
            yield Variant("boilerplate", name, languages, _framed(lines + "\n", ""))
        for name, lines in tables[1].items():
            yield Variant("boilerplate", name, languages, _framed("", "\n" + lines))


# --- low quality ------------------------------------------------------------------------------------


def _rows(make: Callable[[Draw, int], str], low: int = 15, high: int = 40, end: str = "\n") -> Make:
    return lambda draw, text: end.join(make(draw, number) for number in range(draw.between(low, high)))


def _word_list(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2}", text)


def _letters(draw: Draw, low: int, high: int, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    return "".join(draw.choice(letters) for _ in range(draw.between(low, high)))


def _stuffed(draw: Draw, text: str) -> str:
    first, second, *_ = draw.shuffled(_word_list(text))
    cities = ("London", "Leeds", "York", "Bath", "Ely", "Hull", "Wells", "Ripon", "Derby", "Truro")
    return ", ".join(
        f"{draw.choice(('cheap', 'best', 'buy', 'discount', 'top'))} {first} {draw.choice((second, 'online', 'shop'))} {city}"
        for city in cities * 2
    )


def _stuffed_zh(draw: Draw, text: str) -> str:
    words = draw.shuffled(_word_list(text))[:3]
    forms = ("{}价格", "{}多少钱", "{}哪家好", "最好的{}", "{}厂家", "{}批发", "{}图片大全", "{}排名")
    return " ".join(draw.choice(forms).format(draw.choice(words)) for _ in range(40))


_OCR = {"the": "tlie", "h": "li", "m": "rn", "w": "vv", "i": "1", "o": "0", "e": "c", "s": "5", "g": "q"}


def _ocr(draw: Draw, text: str) -> str:
    out = "".join(_OCR.get(c, c) if draw.chance(45) else c for c in text)
    return "".join(f"{c}{draw.choice(' .,;~^|')}" if c.isalpha() and draw.chance(12) else c for c in out)


_HAN_RANGE = (0x4E00, 0x9FA5)


def _variants_low() -> Iterator[Variant]:
    def add(name: str, languages: str, make: Make) -> Variant:
        return Variant("low_quality", name, languages, make, "drop")

    yield add("keyword_stuffing", "en", _stuffed)
    yield add("zh_keyword_stuffing", "zh", _stuffed_zh)
    yield add("shuffled_words", "en", lambda d, t: " ".join(d.shuffled(t.split())))
    yield add("zh_shuffled_characters", "zh", lambda d, t: "".join(d.shuffled([c for c in t if c != "\n"])))
    yield add("bad_ocr", "en", _ocr)
    yield add("zh_random_han", "zh", lambda d, t: "".join(chr(d.between(*_HAN_RANGE)) for _ in range(len(t))))
    yield add(
        "zh_broken_ocr",
        "zh",
        lambda d, t: "".join(d.choice("曰囗亻丿乂卜廾匚讠彡1lI|、.") if d.chance(35) else c for c in t),
    )
    yield add(
        "syllable_soup",
        "en",
        lambda d, t: " ".join(
            "".join(d.choice(("ka", "lo", "mi", "tru", "ve", "so", "pa", "ni", "qu")) for _ in range(d.between(2, 4)))
            for _ in range(60)
        ),
    )
    yield add(
        "access_log",
        "en",
        _rows(
            lambda d, n: (
                f'10.0.0.{n} - - [12/Mar/2015:10:{n:02d}:11 +0000] "GET /a/{_letters(d, 3, 6)}.html HTTP/1.1" 200 {d.below(9999)} "-" "Mozilla/5.0"'
            )
        ),
    )
    yield add(
        "system_log",
        "en",
        _rows(
            lambda d, n: (
                f"Mar 12 10:{n:02d}:{d.below(60):02d} host{d.below(5)} daemon[{d.below(9999)}]: connection from peer closed, retry in {d.below(60)} s"
            )
        ),
    )
    yield add(
        "stack_trace",
        "en",
        _rows(
            lambda d, n: (
                f"    at com.example.{_letters(d, 4, 8)}.{_letters(d, 4, 8).title()}.{_letters(d, 3, 7)}({_letters(d, 4, 8).title()}.java:{d.below(999)})"
            )
        ),
    )
    yield add(
        "minified_script",
        "en",
        _rows(
            lambda d, n: (
                f"function {_letters(d, 1, 2)}({_letters(d, 1, 1)}){{var {_letters(d, 1, 1)}={d.below(99)};return {_letters(d, 1, 1)}?!0:!1}}"
            ),
            end=";",
        ),
    )
    yield add(
        "css_sheet",
        "en",
        _rows(
            lambda d, n: (
                f".{_letters(d, 3, 7)}-{_letters(d, 3, 6)} {{ margin: {d.below(20)}px; color: #{d.below(999):03d}; }}"
            )
        ),
    )
    yield add("number_columns", "en", _rows(lambda d, n: "  ".join(f"{d.below(9999) / 100}" for _ in range(6))))
    yield add(
        "price_list",
        "en",
        _rows(
            lambda d, n: (
                f"Item {_letters(d, 2, 3).upper()}-{d.below(9999)} {_letters(d, 4, 7).title()} ${d.below(99)}.99 in stock qty {d.below(50)}"
            )
        ),
    )
    yield add(
        "csv_table",
        "en",
        _rows(
            lambda d, n: (
                f"{n},{_letters(d, 4, 7).title()},{_letters(d, 5, 8).title()},{d.below(99)},{d.below(999)},TRUE,2014-0{d.between(1, 9)}-1{d.below(9)}"
            )
        ),
    )
    yield add(
        "hex_dump",
        "en",
        _rows(
            lambda d, n: f"{n * 16:08x}  " + " ".join(f"{d.below(256):02x}" for _ in range(16)) + "  |................|"
        ),
    )
    yield add(
        "base64_lines", "en", lambda d, t: "\n".join(re.findall(".{1,36}", base64.b64encode(t.encode()[:900]).decode()))
    )
    yield add(
        "directory_listing",
        "en",
        _rows(
            lambda d, n: (
                f"-rw-r--r-- 1 root root {d.below(99999):6d} Mar {d.between(1, 28):2d} 2015 {_letters(d, 4, 9)}.{d.choice(('txt', 'c', 'jpg'))}"
            )
        ),
    )
    yield add(
        "url_list",
        "en",
        _rows(lambda d, n: f"http://www.{_letters(d, 4, 9)}.example/{_letters(d, 3, 8)}/{d.below(9999)}.html"),
    )
    yield add("hashtags", "en", lambda d, t: " ".join(f"#{word.lower()}" for word in _word_list(t)[:50]))
    yield add(
        "template_remains",
        "en",
        _rows(
            lambda d, n: d.choice(
                (
                    "Dear [INSERT NAME HERE],",
                    "Enter your text here.",
                    "[Company name] [Address line 1]",
                    "Click to add title",
                    "Placeholder text goes here",
                    "Your content here. Edit this section.",
                    "Sample Text Sample Text",
                )
            ),
            10,
            20,
        ),
    )
    yield add(
        "lorem_variants",
        "en",
        lambda d, t: (
            "Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum."
        ),
    )
    yield add("dna", "en", _rows(lambda d, n: " ".join(_letters(d, 10, 10, "acgt") for _ in range(6))))
    yield add(
        "name_directory",
        "en",
        _rows(lambda d, n: f"{_letters(d, 4, 8).title()}, {_letters(d, 4, 7).title()} {_letters(d, 1, 1).upper()}."),
    )
    yield add(
        "mixed_case_noise",
        "en",
        lambda d, t: " ".join(
            "".join(d.choice((str.upper, str.lower))(c) for c in _letters(d, 3, 9)) + d.choice(("", "7", "_x", "!!"))
            for _ in range(50)
        ),
    )
    yield add("alphabet_word_list", "en", lambda d, t: "\n".join(sorted({word.lower() for word in _word_list(t)})))
    yield add(
        "zh_lottery",
        "zh",
        _rows(
            lambda d, n: (
                f"第{2015000 + n}期 开奖号码：{' '.join(f'{d.between(1, 33):02d}' for _ in range(6))} + {d.between(1, 16):02d}"
            )
        ),
    )
    yield add(
        "zh_product_titles",
        "zh",
        _rows(
            lambda d, n: (
                f"{d.choice(('新款', '正品', '特价', '包邮'))}{d.choice(('女装', '男鞋', '手机壳', '充电器'))}{d.choice(('韩版', '加厚', '通用'))}{d.choice(('修身', '防水', '原装'))} ¥{d.below(999)}.00 月销{d.below(9999)}件"
            )
        ),
    )
    yield add("zh_tag_cloud", "zh", lambda d, t: " ".join(_word_list(t)[:60]))
    yield add(
        "zh_filler",
        "zh",
        _rows(
            lambda d, n: d.choice(
                (
                    "顶顶顶顶顶",
                    "沙发沙发",
                    "哈哈哈哈哈哈哈",
                    "测试测试测试",
                    "路过路过",
                    "111111",
                    "水水水水水",
                    "好好好好好",
                )
            ),
            10,
            30,
        ),
    )
    yield add(
        "zh_table",
        "zh",
        _rows(
            lambda d, n: f"{n}\t型号{_letters(d, 2, 3).upper()}{d.below(999)}\t{d.below(99)}件\t{d.below(9999)}元\t合格"
        ),
    )
    yield add(
        "zh_novel_adverts",
        "zh",
        lambda d, t: "".join(
            f"{d.choice(('最新章节请到', '手机用户请访问', '一秒记住', '无弹窗免费阅读', '求推荐票求收藏'))}{_letters(d, 4, 6)}.example，"
            for _ in range(14)
        ),
    )


# --- more of the web --------------------------------------------------------------------------------


def _each_word(change: Callable[[Draw, str], str], share: int = 100) -> Make:
    return lambda draw, text: re.sub(
        r"[A-Za-z]{2,}", lambda m: change(draw, m[0]) if draw.chance(share) else m[0], text
    )


def _each_han(change: Callable[[Draw, str], str], share: int) -> Make:
    return lambda draw, text: re.sub(
        "[\u4e00-\u9fff]", lambda m: change(draw, m[0]) if draw.chance(share) else m[0], text
    )


def _inner_shuffled(draw: Draw, word: str) -> str:
    return word[0] + "".join(draw.shuffled(list(word[1:-1]))) + word[-1]


def _other_letters(draw: Draw, word: str) -> str:
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz") if draw.chance(20) else c for c in word)


def _han(draw: Draw, _: str) -> str:
    return chr(draw.between(*_HAN_RANGE))


def _salad(draw: Draw, text: str) -> str:
    """Sentences of words drawn from a text, each as often as it is there."""
    words = [word.lower() for word in re.findall(r"[A-Za-z']+", text)]
    return " ".join(
        " ".join(draw.choice(words) for _ in range(draw.between(5, 14))).capitalize() + "." for _ in range(8)
    )


def _salad_zh(draw: Draw, text: str) -> str:
    han = re.findall("[\u4e00-\u9fff]", text)
    return "".join(
        "".join(draw.choice(han) for _ in range(draw.between(4, 12))) + draw.choice("，，。？") for _ in range(14)
    )


def _clauses_shuffled(draw: Draw, text: str) -> str:
    """The characters of each clause in another order; marks where they were."""
    return re.sub("[\u4e00-\u9fff]{3,}", lambda m: "".join(draw.shuffled(list(m[0]))), text)


def _chain(draw: Draw, text: str) -> str | None:
    """Each word is one that follows the word before it somewhere in the text."""
    words = text.split()
    after = defaultdict(list)
    for one, two in zip(words, words[1:], strict=False):
        after[one].append(two)
    made = [words[0]]
    for _ in range(90):
        made.append(draw.choice(after[made[-1]] or words))
    return " ".join(made)


_PLACES = ("London", "Leeds", "York", "Bath", "Ely", "Hull", "Wells", "Ripon", "Derby", "Truro", "Exeter", "Dover")
_CITIES = ("北京", "上海", "广州", "深圳", "成都", "武汉", "西安", "南京", "杭州", "重庆", "苏州", "长沙")


def _pages(form: str, places: tuple[str, ...], end: str) -> Make:
    """One sentence for each place, as pages made for search engines have it."""

    def made(draw: Draw, text: str) -> str:
        first, second, *_ = draw.shuffled(_word_list(text))
        return end.join(form.format(place=place, x=first, y=second) for place in draw.shuffled(list(places)))

    return made


def _variants_web() -> Iterator[Variant]:
    def add(name: str, languages: str, make: Make) -> Variant:
        return Variant("low_quality", name, languages, make, "drop")

    yield add("word_salad", "en", _salad)
    yield add("word_chain", "en", _chain)
    yield add("words_of_another_text", "en", lambda d, t: re.sub(r"[a-z]{3,}", lambda m: d.choice(_word_list(t)), t))
    yield add("letters_wrong", "en", _each_word(_other_letters))
    yield add("letters_lost", "en", lambda d, t: "".join(c for c in t if not (c.isalpha() and d.chance(30))))
    yield add("inner_letters_shuffled", "en", _each_word(_inner_shuffled))
    yield add("words_backwards", "en", _each_word(lambda d, w: w[::-1]))
    yield add("without_spaces", "en", lambda d, t: t.replace(" ", ""))
    yield add("without_vowels", "en", lambda d, t: re.sub("[aeiou]", "", t))
    yield add("letters_apart", "en", lambda d, t: " ".join(t.replace(" ", "")))
    yield add(
        "alternating_case", "en", lambda d, t: "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(t))
    )
    yield add("leet", "en", lambda d, t: t.translate(str.maketrans("aeiostAEIOST", "431057431057")))
    yield add("rot13", "en", lambda d, t: codecs.encode(t, "rot13"))
    yield add("one_word_again", "en", lambda d, t: " ".join([d.choice(_word_list(t))] * 60))
    yield add("sentence_again", "en", lambda d, t: " ".join(f"{t.split('.')[0]} {d.below(99)}." for _ in range(9)))
    yield add(
        "pages_for_places",
        "en",
        _pages(
            "Looking for {x} in {place}? We have the best {x} {y} in {place}, call us for {x} prices.", _PLACES, "\n"
        ),
    )
    yield add(
        "searches_for_places", "en", _pages("{x} {place}, {x} near {place}, cheap {x} {y} {place}", _PLACES, ", ")
    )
    yield add("pipes_of_keywords", "en", lambda d, t: " | ".join(d.shuffled(_word_list(t))[:50]))
    yield add(
        "keywords_with_commas",
        "en",
        lambda d, t: ", ".join(d.shuffled([w.lower() for w in _word_list(t) if len(w) > 4])[:50]),
    )
    yield add(
        "teasers",
        "en",
        _rows(
            lambda d, n: f"{_letters(d, 3, 7).title()} {_letters(d, 3, 8)} the {_letters(d, 4, 8)}... Read more", 12, 20
        ),
    )
    yield add(
        "cut_snippets", "en", lambda d, t: "\n".join(f"{t[n : n + 28]} ..." for n in range(0, min(len(t), 600), 40))
    )
    yield add(
        "json_rows",
        "en",
        _rows(
            lambda d, n: json.dumps(
                {"id": d.below(9999), "name": _letters(d, 4, 8), "ok": True, "tags": [_letters(d, 3, 5)]}
            )
        ),
    )
    yield add(
        "sql_dump",
        "en",
        _rows(
            lambda d, n: (
                f"INSERT INTO t_{_letters(d, 3, 5)} VALUES ({n}, '{_letters(d, 4, 8)}', {d.below(9999)}, NULL);"
            )
        ),
    )
    yield add(
        "diff_hunks",
        "en",
        _rows(
            lambda d, n: (
                f"{d.choice('+-')}    {_letters(d, 3, 6)}.{_letters(d, 3, 6)}({_letters(d, 1, 3)}, {d.below(99)});"
            )
        ),
    )
    yield add(
        "subtitle_times",
        "en",
        _rows(
            lambda d, n: (
                f"{n}\n00:{n:02d}:{d.below(60):02d},{d.below(999):03d} --> 00:{n:02d}:59,000\n{_letters(d, 2, 4)}"
            )
        ),
    )
    yield add(
        "forum_profiles",
        "en",
        _rows(
            lambda d, n: (
                f"{_letters(d, 5, 9)}{d.below(99)} Member Posts: {d.below(999)} Joined: {d.between(1, 28)} Mar 2009"
            ),
            12,
            20,
        ),
    )
    yield add("one_long_hex", "en", lambda d, t: _letters(d, 500, 900, "0123456789abcdef"))
    yield add(
        "base32_words", "en", lambda d, t: " ".join(re.findall(".{1,8}", base64.b32encode(t.encode()[:400]).decode()))
    )
    yield add("emoji_row", "en", lambda d, t: "".join(d.choice("😀😂👍🔥❤🎉😍💯") for _ in range(90)))
    yield add(
        "chess_moves",
        "en",
        lambda d, t: " ".join(
            f"{n}. {d.choice('NBRQ')}{d.choice('abcdefgh')}{d.between(1, 8)} {d.choice('abcdefgh')}{d.between(1, 8)}"
            for n in range(1, 40)
        ),
    )
    yield add("zh_salad", "zh", _salad_zh)
    yield add("zh_clauses_shuffled", "zh", _clauses_shuffled)
    yield add("zh_third_wrong", "zh", _each_han(_han, 33))
    yield add("zh_third_lost", "zh", _each_han(lambda d, c: "", 33))
    yield add("zh_backwards", "zh", lambda d, t: t[::-1])
    yield add("zh_rare_only", "zh", lambda d, t: "".join(chr(d.between(0x3400, 0x4DB5)) for _ in range(90)))
    yield add("zh_without_marks", "zh", lambda d, t: re.sub(r"[^\w]", "", t))
    yield add("zh_one_again", "zh", lambda d, t: d.choice(_word_list(t)) * 50)
    yield add("zh_sentence_again", "zh", lambda d, t: "".join(f"{t.split('。')[0]}{d.below(99)}。" for _ in range(9)))
    yield add(
        "zh_pages_for_places",
        "zh",
        _pages("{place}{x}哪家好？{place}{x}公司为您提供专业的{y}服务，{place}{x}价格优惠。", _CITIES, "\n"),
    )
    yield add("zh_searches_for_places", "zh", _pages("{place}{x}、{place}{y}、{place}{x}多少钱", _CITIES, "、"))
    yield add("zh_keywords", "zh", lambda d, t: "、".join(d.shuffled(_word_list(t))[:50]))
    yield add("zh_keywords_commas", "zh", lambda d, t: ",".join(d.shuffled(_word_list(t))[:50]))
    yield add(
        "zh_odd_forms",
        "zh",
        lambda d, t: t.translate(str.maketrans("我你是的们不了人有这他在", "莪伱湜哋扪吥孒亾洧這彵茬")),
    )
    yield add("zh_marks_everywhere", "zh", _each_han(lambda d, c: c + d.choice("★◆※→●▲"), 40))
    yield add(
        "zh_serial_titles",
        "zh",
        _rows(
            lambda d, n: (
                f"第{n + 1}章 {_han(d, '')}{_han(d, '')} 更新时间 2012-{d.between(1, 12)}-{d.between(1, 28)} 字数{d.below(9999)}"
            )
        ),
    )


def _lossy(right: str, wrong: str, lost: str = r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]") -> Make:
    """Misread, and what a program does not print is gone."""
    return lambda draw, text: re.sub(lost, "", text.encode(right, "ignore").decode(wrong, "replace"))


def _shifted(encoding: str) -> Make:
    """A byte is gone, so that two-byte characters are cut in the wrong places."""
    return lambda draw, text: text.encode(encoding, "ignore")[1:].decode(encoding, "ignore")


def _variants_decoding() -> Iterator[Variant]:
    def add(name: str, languages: str, make: Make, expected: str = "either") -> Variant:
        return Variant("mojibake", name, languages, make, expected)

    yield add("quotes_as_questions", "en", lambda d, t: re.sub(r"[^\x00-\x7f]", "?", curled(t).replace("e", "é", 12)))
    yield add("apostrophes_lost", "en", lambda d, t: re.sub(r"[^\x00-\x7f]", "\ufffd", curled(t)))
    yield add("quotes_as_latin1_lost", "en", _curly(_lossy("utf-8", "latin-1")))
    yield add("quotes_as_cp1252_lost", "en", _curly(_lossy("utf-8", "cp1252")))
    yield add("quotes_as_cp1250", "en", _curly(_misread("utf-8", "cp1250")))
    yield add("quotes_as_cp850", "en", _curly(_misread("utf-8", "cp850")))
    yield add("quotes_as_koi8", "en", _curly(_misread("utf-8", "koi8-r")))
    yield add("quotes_as_big5", "en", _curly(_misread("utf-8", "big5")))
    yield add("quotes_as_shift_jis", "en", _curly(_misread("utf-8", "cp932")))
    yield add("quotes_as_thai", "en", _curly(_misread("utf-8", "tis-620")))
    for encoding in ("cp1253", "cp1254", "cp1257", "iso8859-7", "iso8859-5", "mac_cyrillic", "cp866", "cp852", "johab"):
        yield add(f"quotes_as_{encoding}", "en", _curly(_misread("utf-8", encoding)))
        yield add(f"half_quotes_as_{encoding}", "en", _curly(_some_lines(_misread("utf-8", encoding))))
    for encoding in ("koi8-r", "cp866", "cp437", "cp850", "mac_cyrillic", "mac_latin2", "gb18030", "iso8859-2"):
        yield add(f"cp1252_as_{encoding}", "en", _curly(_misread("cp1252", encoding)))
    yield add("escaped_twice", "en", _curly(lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: f"&amp;#{ord(m[0])};", t)))
    yield add("zh_escaped_twice", "zh", lambda d, t: re.sub(r"[^\x00-\x7f]", lambda m: f"&amp;#{ord(m[0])};", t))
    yield add("zh_as_latin1_lost", "zh", _lossy("utf-8", "latin-1"))
    yield add("zh_as_cp1252_lost", "zh", _lossy("utf-8", "cp1252"))
    yield add("gbk_as_latin1_lost", "zh", _lossy("gbk", "latin-1"))
    yield add("zh_as_gbk_lost", "zh", _lossy("utf-8", "gbk"))
    yield add("zh_as_cp437", "zh", _misread("utf-8", _DOS))
    yield add("zh_as_cp850", "zh", _misread("utf-8", "cp850"))
    yield add("zh_as_cp866", "zh", _misread("utf-8", "cp866"))
    yield add("zh_as_latin2", "zh", _misread("utf-8", "iso8859-2"))
    yield add("zh_as_thai", "zh", _misread("utf-8", "tis-620"))
    yield add("zh_as_arabic", "zh", _misread("utf-8", "cp1256"))
    yield add("zh_as_hebrew", "zh", _misread("utf-8", "cp1255"))
    yield add("gbk_as_koi8", "zh", _misread("gbk", "koi8-r"))
    yield add("gbk_as_cp1251", "zh", _misread("gbk", "cp1251"))
    yield add("gbk_as_macroman", "zh", _misread("gbk", _MAC))
    yield add("gbk_as_thai", "zh", _misread("gbk", "tis-620"))
    yield add("gbk_shifted", "zh", _shifted("gbk"))
    yield add("big5_shifted", "zh", _shifted("big5"))
    yield add("zh_as_shift_jis_lost", "zh", _lossy("utf-8", "cp932"))
    yield add("zh_as_euc_jp", "zh", _misread("utf-8", "euc_jp"))
    yield add("gbk_as_euc_jp_lost", "zh", _lossy("gbk", "euc_jp"))
    yield add("utf16_swapped", "zh", _misread("utf-16-le", "utf-16-be"))
    yield add("utf16_swapped_en", "en", _misread("utf-16-le", "utf-16-be"))
    yield add("zh_as_utf16", "zh", _misread("utf-8", "utf-16-le"))
    yield add("utf16_as_gbk", "zh", _misread("utf-16-le", "gb18030"))
    yield add("utf16_as_latin1_zh", "zh", _misread("utf-16-le", "latin-1"))
    yield add(
        "lost_and_saved",
        "zh",
        lambda d, t: t.encode("gbk", "ignore").decode("utf-8", "replace").encode().decode("gbk", "replace"),
    )
    yield add("debug_fill", "zh", lambda d, t: t[:20] + "烫" * 30 + "屯" * 30)
    yield add("zh_half_questions", "zh", _each_han(lambda d, c: "?", 50))
    yield add("zh_half_boxes", "zh", _each_han(lambda d, c: "□", 30))
    yield add("zh_twice_lost", "zh", _twice(_lossy("utf-8", "cp1252"), _lossy("utf-8", "cp1252")))
    yield add("zh_as_cp1252_lower", "zh", lambda d, t: t.encode().decode("sloppy-windows-1252").lower())


VARIANTS = (
    *_variants_characters(),
    *_variants_mojibake(),
    *_variants_html(),
    *_variants_boilerplate(),
    *_variants_low(),
    *_variants_web(),
    *_variants_decoding(),
)

# Look like dirt and are not
KEPT = (
    "The area of a square is x² and that of the field is 12 m². Add ½ cup of milk ① and mix ② it well, said Acme™ of the town.",
    "In C, a pointer is declared as `int *p = &x;` and the tag `<br>` breaks a line. We write a < b and c > d when we compare the two.",
    "Chapter Ⅳ says that the angle is 30° and the price was €5 № 7, which is more than the 10 ‰ that they had paid to the mill.",
    "She looked at the menu and asked whether the share of the home cooks had gone up. The next page of the book was about privacy.",
    "Please reply to this letter by the end of the month, he wrote, and follow us to the river where the comments were made by all.",
    "In an array, a[i] and b[j] are read in the loop, and the sum is stored to c[i][j] when the work of the machine is over.",
    "他说：“首页上的新闻说的是去年的事。”①大家都在看，②没有人回答。面积是12㎡，温度是30℃，这在当地是很少见的。",
    "责任编辑是报社里的一个职位，负责看稿子和改稿子。转载的文章要注明出处，这是大家都知道的规矩。",
    "The poet’s lines — “O naïve café!” — are in the Ænglisc of old, with þ and ð, and with the ſ of the printers that nobody uses.",
    "Москва is the Russian name of the city, and Αθήνα is the Greek one; both of them were written on the wall of the school.",
)


# --- measuring --------------------------------------------------------------------------------------


def carriers(count: int) -> dict[str, list[str]]:
    """Clean texts by language: of the sample world, and of the shared sets where they are."""
    found: dict[str, list[str]] = {"en": [], "zh": []}
    number = 500_000
    streams = ("passage", "news", "wiki")
    while min(map(len, found.values())) < count:
        made = document(SEED, number, streams[number % 3])
        number += 1
        if made.language in found and len(found[made.language]) < count and len(made.text) > SHORTEST[made.language]:
            found[made.language].append(made.text)
    for language in found:
        path = SHARED / f"lm_{language}wiki/train.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                texts = [json.loads(line)["text"][:900].rpartition("\n")[0] for line in lines]
            # half of them from the world, half real
            real = [text.strip() for text in texts if len(text) > 200 and "�" not in text][: count // 2]
            found[language][1 : 2 * len(real) : 2] = real[: len(found[language][1 : 2 * len(real) : 2])]
    return found


def background(count: int) -> list[str]:
    """Clean texts for the rules that learn from a corpus: of all streams of the sample world, and encyclopedia articles."""
    made = [document(SEED, number).text for number in range(600_000, 600_000 + count)]
    for language in ("en", "zh"):
        path = SHARED / f"lm_{language}wiki/train.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                made += [json.loads(line)["text"][900:2900] for line in lines]
    return [text for text in dict.fromkeys(made) if len(text) > 40]


def planted(each: int, halves: str) -> Iterator[tuple[str, Variant, str, str]]:
    """(id, variant, clean text, dirty text) of every document; a variant that suits no text is left out."""
    needed = 1 + max(len(VARIANTS), each) * each // 2
    pool = carriers(min(needed, 400))
    for position, variant in enumerate(VARIANTS):
        if variant.half not in halves:
            continue
        languages = [language for language in ("en", "zh") if language in variant.languages]
        made = 0
        for number in range(each * 12):
            texts = pool[languages[number % len(languages)]]
            clean = texts[(position * 7 + number) % len(texts)]
            dirty = variant.make(Draw(SEED, variant.name, number), clean)
            if variant.kind == "mojibake" and "en" in variant.languages and dirty and "caf" in dirty:
                clean = curled(clean)
            if dirty is None or dirty == clean:
                continue
            yield f"{variant.kind}-{variant.name}-{number}", variant, clean, dirty
            made += 1
            if made == each:
                break


def plain(text: str) -> str:
    """A text with one space for all white space, which says nothing here."""
    return " ".join(text.split())


def cost_ms_per_mb(config: CleanConfig, texts: list[str]) -> float:
    """Processor time of all rules for one document on clean text."""
    size = sum(len(text.encode()) for text in texts)
    times = []
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            clean_text(text, "", config)
        times.append(time.process_time() - started)
    return min(times) * 1000 / (size / 1e6)


def main() -> None:
    """Run the stage on planted noise and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--recipe", default="files")
    parser.add_argument("--half", default="AB", help="A is open for developing, B only to be counted")
    parser.add_argument("--background", type=int, default=6000, help="documents of the sample world beside the noise")
    parser.add_argument("--set", action="append", default=[], help="another value below clean: outliers.min_order=0.15")
    parser.add_argument("--show", action="store_true", help="one failure of each variant of half A")
    options = parser.parse_args()
    each = 3 if options.quick else 8
    section = clean_section(options.recipe) | {"languages": ["en", "zh"]}
    section["duplicates"] = section["duplicates"] | {
        "exact": False,
        "near": False,
        "paragraph_words": None,
        "prefix_words": None,
    }
    section["boilerplate"] = section["boilerplate"] | {"learned": False}
    section["decontaminate"] = section["decontaminate"] | {"enabled": False}
    change(section, options.set)
    rows = list(planted(each, options.half))
    documents = [Document(f"d-{name}", dirty, "", "noise") for name, _, _, dirty in rows]
    cleans = {clean: f"c-{number}" for number, clean in enumerate(dict.fromkeys(clean for _, _, clean, _ in rows))}
    documents += [Document(name, clean, "", "clean") for clean, name in cleans.items()]
    documents += [Document(f"k-{number}", text, "", "kept") for number, text in enumerate(KEPT)]
    behind = background(options.background) if options.background else []
    documents += [Document(f"b-{number}", text, "", "background") for number, text in enumerate(behind)]
    with tempfile.TemporaryDirectory() as folder:
        write_raw(Path(folder), documents)
        cost = run_clean(Path(folder), section)
        result = read_result(Path(folder))
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    shown: set[str] = set()
    for name, variant, clean, dirty in rows:
        after = result.kept.get(f"d-{name}")
        if variant.expected != "drop" and cleans[clean] not in result.kept:
            continue
        repaired = after is not None and plain(after) == plain(result.kept.get(cleans[clean], ""))
        good = (
            repaired if variant.expected == "repair" else (after is None or (variant.expected == "either" and repaired))
        )
        hits[variant.kind, variant.name].append(good)
        if options.show and not good and variant.half == "A" and variant.name not in shown:
            shown.add(variant.name)
            print(
                f"--- {variant.kind} {variant.name} {result.removed.get('d-' + name)}\n{dirty[:250]!r}\n{(after or '')[:250]!r}"
            )
    removed = [name for name in cleans.values() if name in result.removed]
    changed = [
        (name, result.changed[name])
        for clean, name in cleans.items()
        if plain(result.kept.get(name, clean)) != plain(clean)
    ]
    damaged = [f"k-{n}" for n, text in enumerate(KEPT) if plain(result.kept.get(f"k-{n}", "")) != plain(text)]
    summary = _summary(hits)
    for kind, row in summary.items():
        print(f"{kind:12} " + "  ".join(f"{half}: {row[half]:.3f}" for half in "AB" if half in row))
        if "A" in options.half:
            names = sorted({name for k, name in hits if k == kind})
            open_ones = [v.name for v in VARIANTS if v.name in names and v.half == "A"]
            print(
                "   "
                + ", ".join(
                    f"{n} {sum(hits[kind, n])}/{len(hits[kind, n])}" for n in open_ones if not all(hits[kind, n])
                )
            )
    reasons = Counter(result.removed[name] for name in removed)
    wrong = Counter(rule for _, rules in changed for rule in rules)
    print(f"clean: {len(cleans)}, removed {len(removed)} {dict(reasons)}, changed {len(changed)} {dict(wrong)}")
    print(f"hard negatives damaged: {damaged} {[result.removed.get(k) or result.changed.get(k) for k in damaged]}")
    lost = Counter(result.removed[f"b-{n}"] for n in range(len(behind)) if f"b-{n}" in result.removed)
    print(f"background: {len(behind)}, removed {dict(lost)}")
    per_mb = cost_ms_per_mb(CleanConfig(**section), list(cleans)[:300])
    print(f"rules on clean text: {per_mb:.0f} ms a MB; stage {cost.cpu_s:.1f} s")
    handled = sum(map(sum, hits.values()))
    wrongly = len(removed) + len(changed) + len(damaged)
    print(json.dumps({
        "recall": summary, "clean": len(cleans), "removed": len(removed), "changed": len(changed),
        "background": len(behind), "background_removed": lost, "damaged": len(damaged), "precision": round(handled / max(1, handled + wrongly), 4), "ms_per_mb": round(per_mb),
    }))  # fmt: skip


def _summary(hits: dict[tuple[str, str], list[bool]]) -> dict[str, dict[str, Any]]:
    """Recall by kind and half: the mean over variants."""
    half = {variant.name: variant.half for variant in VARIANTS}
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (kind, name), good in hits.items():
        found[kind][half[name]].append(sum(good) / len(good))
    return {k: {h: round(sum(v) / len(v), 3) for h, v in sorted(row.items())} for k, row in found.items()}


if __name__ == "__main__":
    main()
