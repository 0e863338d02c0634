"""Markup in which a text is stored or sent, and the lines that a site, a paper or a mail program puts around it."""

import json
import random
import re
from collections.abc import Callable
from html.entities import codepoint2name

from variants.contract import Make, Planted
from variants.parts import elements, joined, marked, sentences
from variants.second.texts import quotation

# --- markup -----------------------------------------------------------------------------------------


def word_processor(draw: random.Random, text: str, language: str) -> Planted:
    """A page that an office program saved as HTML, as on sites of schools and town halls."""
    font = "SimSun" if language == "zh" else "Times New Roman"
    look = f'font-size:{draw.choice(("10.5", "12.0"))}pt;font-family:"{font}"'
    span = f"<p class=MsoNormal><span lang=EN-US style='{look}'>"
    rules = f"@font-face\n\t{{font-family:{font};}}\np.MsoNormal\n\t{{margin:0cm;margin-bottom:.0001pt;}}"
    style = f"<style>\n<!--\n {rules}\n-->\n</style>"
    office = 'xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"'
    body = elements(text, span, "<o:p></o:p></span></p>")
    return Planted(
        f'<html {office}>\n<head>\n<meta name=Generator content="Microsoft Word {draw.randrange(9, 16)}">\n'
        f"{style}\n</head>\n"
        f"<body lang={'ZH-CN' if language == 'zh' else 'EN-US'}>\n<div class=Section1>\n{body}\n</div>\n</body>\n"
        f"</html>",
        "repair",
        text,
    )


def wiki_source(draw: random.Random, text: str, language: str) -> Planted:
    """The source of an encyclopedia's page, from a dump: links, emphasis, a note, a category."""
    year, number = draw.randrange(2006, 2022), draw.randrange(100, 9999)
    label, topic, part = ("Category", "Local history", "Life") if language == "en" else ("分类", "地方人物", "生平")
    note = f'<ref name="n{number}">{{{{cite web|url=http://www.localpress{number}.org/{year}|accessdate={year}-05-11}}}}</ref>'
    source = marked(draw, text, language, [("[[", "]]"), ("'''", "'''"), (f"[[#{part}|", "]]")])
    stub = "{{stub}}" if language == "en" else "{{小作品}}"
    return Planted(f"{source}{note}\n\n{stub}\n[[{label}:{topic}]]", "repair", text)


def feed_item(draw: random.Random, text: str, language: str) -> Planted:
    """An item of a news feed as it was fetched, with its body in a CDATA section."""
    number = draw.randrange(1000, 99999)
    month, year = draw.choice(("Jan", "Mar", "Jun", "Oct")), draw.randrange(2008, 2022)
    date = f"{draw.randrange(10, 29)} {month} {year} 0{draw.randrange(10)}:30:00 +0000"
    return Planted(
        f'<item>\n<guid isPermaLink="false">http://www.rivervalley-news.net/?p={number}</guid>\n<pubDate>{date}</pubDate>\n'
        f"<description><![CDATA[{elements(text)}]]></description>\n</item>",
        "repair",
        text,
    )


def single_page_app(draw: random.Random, text: str, language: str) -> Planted:
    """What a page built by a script framework holds: generated class names, and its state as JSON."""
    name = "".join(draw.choice("abcdefghkmnpqrstuvwxyz") for _ in range(6))
    properties = {"props": {"pageProps": {"id": draw.randrange(10**6), "theme": "light"}}}
    state = json.dumps(properties | {"page": "/post/[slug]", "buildId": name}, separators=(",", ":"))
    body = elements(text, f'<p class="sc-{name} css-1{name[:4]}" data-reactid="{draw.randrange(99)}">')
    return Planted(
        f'<div id="__next"><main class="css-{name}"><section>{body}</section></main></div>\n'
        f'<script id="__NEXT_DATA__" type="application/json">{state}</script>'
        f'<script src="/_next/static/chunks/main-{draw.randrange(16**8):08x}.js" async=""></script>',
        "repair",
        text,
    )


def ad_slots(draw: random.Random, text: str, language: str) -> Planted:
    """Scripts of an advertising service between the paragraphs, as on most free news pages."""
    slot = (
        f'<ins class="adsbygoogle" style="display:block" data-ad-slot="{draw.randrange(10**9, 10**10)}"></ins>\n'
        "<script>\n     (adsbygoogle = window.adsbygoogle || []).push({});\n</script>"
    )
    first, *rest = elements(text).split("\n")
    return Planted("\n".join(['<div class="article-body">', first, slot, *rest, "</div>"]), "repair", text)


def mail_layout(draw: random.Random, text: str, language: str) -> Planted:
    """A newsletter as it was sent: nested layout tables, conditional comments, hidden filler, a counting picture."""
    filler = "&#847;&zwnj;&nbsp;" * 12
    width = draw.choice((580, 600, 640))
    rows = elements(
        text, '<tr><td style="padding:0 24px;font-family:Arial,sans-serif"><p style="margin:0">', "</p></td></tr>"
    )
    return Planted(
        f'<div style="display:none;max-height:0;overflow:hidden">{filler}</div>\n'
        f'<!--[if mso]><table role="presentation" width="{width}"><tr><td><![endif]-->\n'
        f'<table role="presentation" width="100%" style="max-width:{width}px">\n{rows}\n</table>\n'
        "<!--[if mso]></td></tr></table><![endif]-->\n"
        f'<img src="https://track.rivervalley-mail.com/o/{draw.randrange(16**9):09x}.gif" width="1" height="1">',
        "repair",
        text,
    )


def named_entities(draw: random.Random, text: str, language: str) -> Planted:
    """Text out of a database of a content system: no tags, but every mark that is not ASCII as a named entity."""
    original = joined(text, quotation(draw, language), language)
    return Planted(
        "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name else c for c in original), "repair", original
    )


def clock(seconds: int, mark: str) -> str:
    """Seconds as `00:01:07,480`."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{seconds * 37 % 1000:03}"


def subtitles(draw: random.Random, text: str, language: str) -> Planted:
    """A file of subtitles: numbers and times between the spoken lines."""
    at, lines, cues = draw.randrange(5, 4000), sentences(text, language), []
    mark = draw.choice(",.")  # SubRip, WebVTT
    for number, line in enumerate(lines, 1):
        cues.append(f"{number}\n{clock(at, mark)} --> {clock(at + 3, mark)}\n{line}\n")
        at += draw.randrange(4, 9)
    return Planted(("WEBVTT\n\n" if mark == "." else "") + "\n".join(cues), "repair", "\n".join(lines))


def rich_text(draw: random.Random, text: str, language: str) -> Planted:
    """A rich text file, read as plain text: letters of offices and manuals of older programs."""
    page, font = (1252, r"\f0\fswiss Arial;") if language == "en" else (936, r"\f0\fnil\fcharset134 SimSun;")
    signed = (c if c.isascii() else f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in text)
    body = "".join(signed).replace("\n", "\\par\n")
    return Planted(
        f"{{\\rtf1\\ansi\\ansicpg{page}\\deff0{{\\fonttbl{{{font}}}}}\n"
        f"\\viewkind4\\uc1\\pard\\f0\\fs{draw.choice((20, 21, 24))} {body}\\par\n}}",
        "repair",
        text,
    )


def book_chapter(draw: random.Random, text: str, language: str) -> Planted:
    """A chapter file of an electronic book, with marks where the printed pages began."""
    page = draw.randrange(8, 400)
    body = elements(text, '<p class="calibre2">')
    return Planted(
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="{language}">\n<head><link rel="stylesheet" '
        f'href="../styles/0001.css" type="text/css"/></head>\n<body class="calibre">\n'
        f'<span epub:type="pagebreak" id="page_{page}" title="{page}"/>\n{body}\n</body>\n</html>',
        "repair",
        text,
    )


def cut_off(draw: random.Random, text: str, language: str) -> Planted:
    """A page that the crawler stopped reading at its size limit, in the middle of a tag of the side bar."""
    side = draw.choice(('<div class="sidebar"><ul><li><a href="/arch', '<aside id="related"><img alt="" src="/wp-con'))
    return Planted(
        f'<div id="content" class="c{draw.randrange(99)}">\n{elements(text)}\n</div>\n{side}', "repair", text
    )


def paper_source(draw: random.Random, text: str, language: str) -> Planted:
    """The source of a paper, as preprint servers keep it: commands, a citation, a remark to a co-author."""
    source = (
        marked(draw, text, language, [(r"\emph{", "}"), (r"\textbf{", "}")]).replace("%", r"\%").replace("\n", "\n\n")
    )
    year = draw.randrange(1991, 2020)
    cited = re.sub(r"(?=[.。]$)", rf"~\\cite{{{draw.choice(('smith', 'lee', 'garcia', 'wang'))}{year}}}", source)
    opening, closing = (r"\begin{document}", r"\end{document}")
    if language == "zh":
        opening, closing = opening + "\n\\begin{CJK*}{UTF8}{gbsn}", "\\end{CJK*}\n" + closing
    return Planted(f"{opening}\n\\noindent {cited}\n% TODO: check once more\n{closing}", "repair", text)


HTML: tuple[Make, ...] = (
    word_processor,
    wiki_source,
    feed_item,
    single_page_app,
    ad_slots,
    mail_layout,
    named_entities,
    subtitles,
    rich_text,
    book_chapter,
    cut_off,
    paper_source,
)

# --- lines around the text --------------------------------------------------------------------------

MONTHS = ("January", "March", "April", "June", "August", "October", "November")
WRITERS = {
    "en": ("Carol Whitby", "D. Amoah", "Jenny Park", "Tom Lindqvist", "Priya Nair", "Marco Bell"),
    "zh": ("林晓", "陈立群", "周敏", "王海波", "许静", "赵一鸣"),
}

# kind of page: language: what stands before, within (if anything) and after the text.
# The wording and the name belong to one site; dates, counts and authors change from page to page.
SITES: dict[str, dict[str, tuple[str, str, str]]] = {
    "recipes": {  # a food blog
        "en": (
            "Jump to Recipe - Print Recipe\nBy {writer} · Published {month} {day}, {year} · {small} Comments\n"
            "This post may contain affiliate links. Please read our disclosure policy.",
            "",
            "Did you make this? Tag @thewillowkitchen and leave a rating below!\nPIN IT FOR LATER\n"
            "Filed in: Dinner, Family Favorites",
        ),
        "zh": (
            "{count}人收藏 · {small}人做过 · 发布于{year}-{mm}-{day}",
            "",
            "做过这道菜？快来上传你的作品吧！\n举报这个菜谱\n© 柳家小厨 版权归作者所有，"
            "没有作者本人的书面许可任何人不得转载",
        ),
    },
    "answers": {  # a site of questions and answers
        "en": (
            "Asked {few} years, 4 months ago\nModified {month} {day}, {year}\nViewed {count} times",
            "",
            "Share\nImprove this answer\nFollow\nanswered {month} {day}, {year} at 14:{minute}\n{writer}\n"
            "{page} 1 gold badge "
            "{small} silver badges\nNot the answer you're looking for? Browse other questions tagged or ask "
            "your own question.",
        ),
        "zh": (
            "关注者\n{small}\n被浏览\n{count}\n关注问题 写回答 邀请回答",
            "",
            "编辑于 {year}-{mm}-{day} 14:{minute}\n赞同 {count}\n{small} 条评论 分享 收藏 喜欢 收起",
        ),
    },
    "paywall": {  # a newspaper that wants subscribers
        "en": (
            "You have {few} free articles left this month. Log in or subscribe for unlimited access.\n"
            "By {writer}, The Harrow Valley Courier\n{month} {day}, {year} 6:{minute} AM",
            "",
            "Support local journalism. Get unlimited digital access for $1 a week.\n"
            "Reach {writer} at the Courier newsroom or follow the Courier on Twitter.\nMORE FROM THE COURIER",
        ),
        "zh": (
            "河谷晚报 记者 {writer}\n{year}年{mm}月{day}日 06:{minute}\n您本月还可免费阅读{few}篇文章，"
            "登录或订阅后畅读全部内容",
            "",
            "开通会员，畅读《河谷晚报》全部内容，首月仅需1元\n本文为付费内容，版权所有，未经许可不得转载\n更多精彩报道请下载河谷晚报客户端",
        ),
    },
    "wiki_mirror": {  # a copy of an encyclopedia
        "en": (
            "From Wikipedia, the free encyclopedia\nJump to navigation Jump to search",
            "",
            "Retrieved from \"https://en.wikipedia.org/w/index.php?oldid={count}{page}7\"\nHidden categories: "
            "Articles with short "
            "description | All stub articles\nThis page was last edited on {day} {month} {year}, at 21:{minute} "
            "(UTC).\nText is "
            "available under the Creative Commons Attribution-ShareAlike License; additional terms may apply.",
        ),
        "zh": (
            "维基百科，自由的百科全书\n跳到导航 跳到搜索",
            "",
            "取自“https://zh.wikipedia.org/w/index.php?oldid={count}{page}7”\n隐藏分类：含有连结内容需订阅查看的页面\n"
            "本页面最后修订于{year}年{mm}月{day}日 21:{minute}。\n本站的全部文字在知识共享 "
            "署名-相同方式共享协议之条款下提供，附加条款亦可能应用。",
        ),
    },
    "town_hall": {  # a site of an authority
        "en": (
            "An official website of the Borough of Eastmere. Here's how you know\nHome / Residents / Notices",
            "",
            "Page last reviewed: {day} {month} {year}\nIs this page useful? Yes No Report a problem with this page\n"
            "Accessibility statement | Freedom of information | Contact us",
        ),
        "zh": (
            "您当前的位置：首页 > 政务公开 > 工作动态\n发布时间：{year}-{mm}-{day} 来源：东湖区人民政府办公室 "
            "浏览次数：{count} 【字体：大 中 小】",
            "",
            "【打印本页】 【关闭窗口】\n主办：东湖区人民政府办公室 承办：东湖区大数据中心\n网站标识码："
            "3601020001 建议使用1024×768以上分辨率浏览",
        ),
    },
    "videos": {  # the page of a video
        "en": (
            "{count} views  {month} {day}, {year}\n{small}K Like Dislike Share Clip Save",
            "",
            "Show less\n{page} Comments\nSort by\nUp next Autoplay\nLakeside Stories · {small}K subscribers · "
            "SUBSCRIBE",
        ),
        "zh": (
            "播放 {count} · 弹幕 {small} · {year}-{mm}-{day} 18:{minute}:00 未经作者授权，禁止转载",
            "",
            "点赞 {page} 投币 {small} 收藏 分享\n一键三连，关注“湖边故事”不迷路\n相关推荐 自动连播",
        ),
    },
    "journal": {  # a paper's page: what stands at its head and foot comes between the paragraphs
        "en": (
            "Annals of Regional Studies, Vol. {volume}, No. {few}, {year}",
            "{page} | {writer}: Notes from the field",
            "Downloaded from annals-regional.org on {day} {month} {year}. For personal use only; all rights reserved.\n"
            "Copyright © {year} Regional Studies Association",
        ),
        "zh": (
            "第{volume}卷 第{few}期 区域研究学报 Vol.{volume} No.{few}\n{year}年{mm}月 Journal of Regional Studies",
            "· {page} · 区域研究学报 第{volume}卷",
            "收稿日期：{year}-{mm}-{day}\n（责任编辑 {writer}）\n(C)1994-{year} China Academic Journal "
            "Electronic Publishing House. "
            "All rights reserved.",
        ),
    },
    "serial": {  # a site of serial novels
        "en": (
            "Chapter {count}\nPrev Chapter | Table of Contents | Next Chapter",
            "",
            "If you find any errors (broken links, non-standard content, etc.), please let us know < report "
            "chapter > so we can fix "
            "it as soon as possible.\nTip: You can use left, right keyboard keys to browse between chapters. "
            "Read on MoonNovel.",
        ),
        "zh": (
            "第{count}章\n上一章 章节目录 下一章 加入书签\n一秒记住【月影小说网】，更新快，无弹窗！",
            "",
            "本章未完，请点击下一页继续阅读！\n月影小说网最新章节，手机用户请浏览阅读，掌上阅读更方便。\n"
            "（本章完） 推荐票 投月票 章节报错",
        ),
    },
    "company_mail": {  # a mail from a firm, in a list's archive
        "en": (
            "-----Original Message-----\nSent: {month} {day}, {year} 9:{minute} AM",
            "",
            "Sent from my iPhone\n\nThis e-mail and any attachments are confidential and intended solely for "
            "the addressee. If you have "
            "received it in error please notify the sender and delete it. Please consider the environment "
            "before printing.",
        ),
        "zh": (
            "------------------ 原始邮件 ------------------\n发送时间：{year}年{mm}月{day}日 上午9:{minute}",
            "",
            "发自我的iPhone\n\n本邮件及其附件含有保密信息，仅限于发送给上述收件人。如果您错收了本邮件，请立即通知发件人并删除本邮件。",
        ),
    },
    "comments": {  # the box of comments below an article
        "en": (
            "SPONSORED CONTENT\n{few} min read",
            "",
            "{small} Comments\nLog in to leave a comment\nSort by Best Newest Oldest\nThe Harbour Post is not "
            "responsible for "
            "comments posted by readers. Powered by Disqus",
        ),
        "zh": (
            "港湾网 {year}-{mm}-{day} 09:{minute} 分享到：微信 微博 QQ空间",
            "",
            "网友评论（{small}条） 我来说两句\n登录后才可以发表评论\n声明：网友评论仅代表其个人观点，"
            "不代表港湾网立场。",
        ),
    },
    "reviews": {  # reviews in a shop
        "en": (
            "5.0 out of 5 stars\nReviewed on {month} {day}, {year}\nStyle: Classic | Size: Medium | Verified Purchase",
            "",
            "{small} people found this helpful\nHelpful | Report abuse\nSee all {count} customer reviews",
        ),
        "zh": (
            "好评 ★★★★★\n{year}-{mm}-{day} 规格：经典款 中号",
            "",
            "有用({small}) 回复 举报\n查看全部{count}条评价 >\n追评 晒图 只看当前商品",
        ),
    },
}  # fmt: skip


def site(name: str) -> Make:
    """The lines of a kind of page around a text; None where a line belongs between paragraphs and there are too few."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        year = draw.randrange(2009, 2024)
        values = {
            "year": f"{year}", "volume": f"{year - 1978}", "month": draw.choice(MONTHS),
            "mm": f"{draw.randrange(10, 13)}",
            "day": f"{draw.randrange(10, 29)}", "minute": f"{draw.randrange(10, 60)}",
            "count": f"{draw.randrange(1000, 9999)}", "page": f"{draw.randrange(100, 900)}",
            "small": f"{draw.randrange(2, 60)}", "few": f"{draw.randrange(2, 6)}",
            "writer": draw.choice(WRITERS[language]),
        }  # fmt: skip
        before, inside, after = (part.format(**values) for part in SITES[name][language])
        lines = text.split("\n")
        if inside and len(lines) < 3:
            return None
        place = draw.randrange(1, len(lines)) if inside else len(lines)
        body = "\n".join(lines[:place]) + (f"\n\n{inside}\n\n" if inside else "") + "\n".join(lines[place:])
        return Planted(f"{before}\n\n{body}\n\n{after}", "strip", text)

    return make


def quoted_reply(draw: random.Random, text: str, language: str) -> Planted:
    """A whole text quoted in a reply, as archives of mailing lists hold it."""
    day, year, who = draw.randrange(10, 29), draw.randrange(1998, 2016), draw.choice(WRITERS[language])
    lead = (
        f"On {draw.choice(MONTHS)} {day}, {year}, {who} wrote:"
        if language == "en"
        else f"{who} 于 {year}年10月{day}日 写道："
    )
    foot = "_______________________________________________\ngardeners mailing list\nhttp://lists.gardeners-forum.org/listinfo"
    return Planted(f"{lead}\n" + "\n".join(f"> {line}" for line in text.split("\n")) + f"\n{foot}", "strip", text)


BOILERPLATE: dict[str, Callable[[random.Random, str, str], Planted | None]] = {
    **{name: site(name) for name in SITES},
    "quoted_reply": quoted_reply,
}
