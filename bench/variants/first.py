"""
The first set of noise: its results by variant are known, so it is for development.

bench/noise.py measures it with `--noise first`. The variants stay as they were: figures of old can be repeated.
"""

import base64
import html
import json
import random
import unicodedata
from collections.abc import Callable

from llmpipe.records import Example
from variants.contract import Leak, Make, Noise, Planted, copied, near

# --- markup -----------------------------------------------------------------------------------------


def paragraphs(text: str, tag: str = "p") -> str:
    """Each line in an element."""
    return "\n".join(f"<{tag}>{html.escape(line, quote=False)}</{tag}>" for line in text.split("\n") if line.strip())


def wrapped_words(draw: random.Random, text: str, opening: str, closing: str) -> str:
    """A text in which one run of letters is wrapped in markup."""
    start = draw.randrange(max(1, len(text) // 2))
    while start < len(text) - 1 and not text[start - 1 : start].isspace() and text[start].isascii():
        start += 1
    end = min(len(text), start + 6)
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        end += 1
    return text[:start] + opening + text[start:end] + closing + text[end:]


def blog_page(draw: random.Random, text: str, language: str) -> Planted:
    """A page of a blog system, head and style sheet included."""
    number = draw.randrange(10**4)
    head = f'<meta charset="utf-8"><title>Blog {number}</title><style>.post-{number}{{margin:0 auto}}</style>'
    body = (
        f'<article id="post-{number}" class="post hentry"><div class="entry-content">{paragraphs(text)}</div></article>'
    )
    page = f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head><body class="home">{body}</body></html>'
    return Planted(page, "repair", text)


def block_comments(draw: random.Random, text: str, language: str) -> Planted:
    """An editor's block comments around paragraphs."""
    return Planted(f"<!-- wp:paragraph -->\n{paragraphs(text)}\n<!-- /wp:paragraph -->", "repair", text)


def old_font_tags(draw: random.Random, text: str, language: str) -> Planted:
    """Upper-case tags of the nineties without end tags."""
    return Planted(f'<FONT SIZE=2 FACE="Arial" COLOR=#003366>{text}<BR></FONT><HR>', "repair", text)


def inline_links(draw: random.Random, text: str, language: str) -> Planted:
    """A link with attributes inside the text, as in README files."""
    address = f"https://github.com/u{draw.randrange(999)}/r"
    return Planted(wrapped_words(draw, text, f'<a href="{address}" rel="nofollow">', "</a>"), "repair", text)


def bulletin_board(draw: random.Random, text: str, language: str) -> Planted:
    """Square-bracket markup of forums."""
    return Planted(f"[color=#333][b]{text}[/b][/color]", "repair", text)


def feed_escaped(draw: random.Random, text: str, language: str) -> Planted:
    """Markup that was escaped once more, as in feeds."""
    return Planted(html.escape(paragraphs(text), quote=False), "repair", text)


def linked_data(draw: random.Random, text: str, language: str) -> Planted:
    """A script of structured data before the text."""
    data = json.dumps({"@context": "https://schema.org", "@type": "Article", "wordCount": draw.randrange(999)})
    return Planted(f'<script type="application/ld+json">{data}</script>\n<div>{paragraphs(text)}</div>', "repair", text)


def table_cells(draw: random.Random, text: str, language: str) -> Planted:
    """Layout by table."""
    cell = f"<tr><td valign=top>{html.escape(text, quote=False)}</td></tr>"
    return Planted(f'<table width="100%" border=0 cellpadding=4>{cell}</table>', "repair", text)


# --- lines around the text --------------------------------------------------------------------------

CHROME: dict[str, dict[str, tuple[str, str]]] = {  # name: language: what stands before and after the text
    "blog": {
        "en": ("Posted on March {d}, 2019 by admin | Leave a comment", "Filed Under: Uncategorized\n← Older Entries"),
        "zh": ("发表于 2019-03-{d} 作者：admin 阅读({n}) 评论(0)", "分类：未分类\n« 上一篇 下一篇 »"),
    },
    "forum": {
        "en": ("Joined: Mon Mar {d}, 2013 9:12 am\nPosts: {n}", "Quote | Report post | Back to top"),
        "zh": ("发表于 2013-3-{d} 09:12 | 只看该作者\n积分 {n}", "回复 举报 使用道具"),
    },
    "shop": {
        "en": ("In stock - ships within {d} hours", "Add to Cart\nCustomers who bought this item also bought"),
        "zh": ("现货 {d}小时内发货", "加入购物车\n购买此商品的顾客还购买了"),
    },
    "consent": {
        "en": (
            "We value your privacy. Accept all | Reject all | Manage preferences",
            "Do Not Sell My Personal Information",
        ),
        "zh": ("我们使用 Cookie 改善您的浏览体验，继续浏览即表示同意。 接受", "隐私政策 | 用户协议"),
    },
    "app": {
        "en": ("Get it on Google Play", "Download our free app to continue reading"),
        "zh": ("打开APP，阅读体验更佳", "打开APP阅读全文"),
    },
    "crumbs": {
        "en": ("Home > News > Local > {n}", "1 2 3 ... {d} Next »"),
        "zh": ("首页 > 新闻 > 正文", "1 2 3 ... {d} 下一页"),
    },
    "press": {
        "en": ("Share on Facebook Tweet Email Print", "© 2019 Example Media LLC. All Rights Reserved."),
        "zh": ("来源：本站 责任编辑：小王 字号：大 中 小", "版权声明：未经授权不得转载。 扫一扫关注微信公众号"),
    },
    "newsletter": {
        "en": ("Skip to main content", "Sign up for our newsletter\nEnter your email address\nSubscribe"),
        "zh": ("跳转到主要内容", "订阅我们的邮件\n请输入您的邮箱\n立即订阅"),
    },
}


def chrome(name: str) -> Make:
    """Lines of a kind of site before and after the text."""

    def make(draw: random.Random, text: str, language: str) -> Planted:
        values = {"d": str(draw.randrange(10, 28)), "n": str(draw.randrange(100, 9999))}
        before, after = (part.format(**values) for part in CHROME[name][language])
        return Planted(f"{before}\n\n{text}\n\n{after}", "strip", text)

    return make


# --- encodings --------------------------------------------------------------------------------------

ACCENTED = " “It’s a naïve café — déjà vu,” she said."


def misread(written: str, read: str, times: int = 1) -> Make:
    """A text written in one encoding and read in another; English gets a sentence with accents and quotes."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        original = text + ACCENTED if language == "en" else text
        dirty = original
        try:
            for _ in range(times):
                dirty = dirty.encode(written).decode(read)
        except UnicodeError:
            return None
        return Planted(dirty, "repair", original) if dirty != original else None

    return make


def byte_entities(draw: random.Random, text: str, language: str) -> Planted:
    """Every byte above 127 as a numeric entity of its own."""
    original = text + ACCENTED if language == "en" else text
    dirty = "".join(chr(byte) if byte < 128 else f"&#{byte};" for byte in original.encode())
    return Planted(dirty, "repair", original)


def question_marks(draw: random.Random, text: str, language: str) -> Planted | None:
    """Everything but ASCII lost to question marks."""
    return Planted(text.encode("ascii", "replace").decode(), "drop") if language == "zh" else None


def replacement_marks(draw: random.Random, text: str, language: str) -> Planted | None:
    """Most characters lost to U+FFFD."""
    return Planted("".join(c if draw.random() < 0.3 else "\ufffd" for c in text), "drop")


# --- characters -------------------------------------------------------------------------------------


def sprinkled(mark: str, share: float) -> Make:
    """An invisible character after a share of the letters."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        dirty = "".join(c + mark if c.isalpha() and draw.random() < share else c for c in text)
        return Planted(dirty, "repair", text) if dirty != text else None

    return make


def mapped(function: Callable[[str], str]) -> Make:
    """The whole text in another form of its characters."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        dirty = function(text)
        return Planted(dirty, "repair", text) if dirty != text else None

    return make


def mathematical(text: str) -> str:
    """ASCII letters as bold mathematical ones, as in posts of social networks."""
    return "".join(
        chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c
        for c in text
    )


def typeset(text: str) -> str:
    """Ligatures, as in text from PDF files."""
    return text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ")


RADICALS = str.maketrans("人大小山水火日月木心", "⼈⼤⼩⼭⽔⽕⽇⽉⽊⼼")


def hyphenated(draw: random.Random, text: str, language: str) -> Planted | None:
    """Words broken at line ends with a hyphen, as in text from PDF files."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 7 and word.isascii() and word.isalpha()]
    if language != "en" or not long:
        return None
    place = draw.choice(long)
    words[place] = words[place][:4] + "-\n" + words[place][4:]
    return Planted(" ".join(words), "repair", text)


# --- personal data ----------------------------------------------------------------------------------


def luhn(digits: str) -> str:
    """Digits with their check digit."""
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def grouped(text: str, size: int = 4) -> str:
    """Digits in groups."""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def digits(draw: random.Random, count: int) -> str:
    """Random digits."""
    return "".join(draw.choice("0123456789") for _ in range(count))


def resident(draw: random.Random) -> str:
    """A Chinese resident number with a right check character (GB 11643)."""
    body = f"110105{draw.randrange(1950, 2005)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{digits(draw, 3)}"
    return body + "10X98765432"[sum(int(d) * 2 ** (17 - i) for i, d in enumerate(body)) % 11]


def iban(draw: random.Random) -> str:
    """A German account number in groups."""
    account = digits(draw, 18)
    return grouped(f"DE{98 - int(account + '131400') % 97:02}{account}")


PERSONAL: dict[str, Callable[[random.Random], str]] = {
    "email_tagged": lambda d: f"Anna.Lee+list{d.randrange(999)}@mail.dept.example.ac.uk",
    "email_upper": lambda d: f"SALES{d.randrange(9999)}@EXAMPLE.COM",
    "email_spelled": lambda d: f"tom{d.randrange(999)} [at] example [dot] org",
    "phone_london": lambda d: f"+44 20 7946 0{digits(d, 3)}",
    "phone_us_dots": lambda d: f"212.555.0{d.randrange(100, 200)}",
    "phone_cn_mobile_spaced": lambda d: f"138 {digits(d, 4)} {digits(d, 4)}",
    "phone_cn_landline": lambda d: f"(010) 6{digits(d, 3)}-{digits(d, 4)}",
    "ip_with_port": lambda d: f"203.0.113.{d.randrange(1, 255)}:8080",
    "ip6_short": lambda d: f"2001:db8::{d.randrange(4096, 65535):x}:1",
    "card_amex": lambda d: (lambda n: f"{n[:4]} {n[4:10]} {n[10:]}")(luhn("37" + digits(d, 12))),
    "card_visa_dashes": lambda d: grouped(luhn("4" + digits(d, 14))).replace(" ", "-"),
    "national_id_cn": resident,
    "national_id_us": lambda d: f"{d.randrange(100, 650)}-{d.randrange(10, 99)}-{d.randrange(1000, 9999)}",
    "iban_de": iban,
}
LEADS = {
    "email": {"en": "Please write to {} for details.", "zh": "详情请发邮件至{}。"},
    "phone": {"en": "You can call me at {} after six.", "zh": "联系电话：{}，晚上六点以后。"},
    "ip": {"en": "The request came from {} last night.", "zh": "昨晚的请求来自{}。"},
    "card": {"en": "She paid with card number {} yesterday.", "zh": "她用卡号{}付了款。"},
    "national_id_cn": {"en": "His resident identity number is {}.", "zh": "身份证号码：{}。"},
    "national_id_us": {"en": "Her social security number is {}.", "zh": "她的社会安全号码是{}。"},
    "iban": {"en": "Transfer the rent to {} please.", "zh": "请把房租转到{}。"},
}


def personal(name: str) -> Make:
    """A sentence with one personal value after the text."""

    def make(draw: random.Random, text: str, language: str) -> Planted:
        value = PERSONAL[name](draw)
        lead = next(forms for start, forms in LEADS.items() if name.startswith(start))
        kept = value.split(":8080")[0]
        return Planted(f"{text} {lead[language].format(value)}", "redact", "", (kept,))

    return make


# --- other languages and junk -----------------------------------------------------------------------

FOREIGN = {
    "de": "Der Zug nach {} fuhr gestern mit großer Verspätung ab. Viele Reisende warteten am Bahnsteig und froren.",
    "es": "El mercado de {} abre todos los sábados por la mañana. Los vecinos compran pan, queso y verduras frescas.",
    "ru": "Вчера в городе {} прошёл сильный дождь. Жители остались дома и слушали новости по радио весь вечер.",
    "ja": "昨日、{}で新しい図書館が開館しました。子どもたちは本を借りて、とても喜んでいました。",
    "ko": "어제 {}에서 새로운 도서관이 문을 열었습니다. 아이들은 책을 빌리고 매우 기뻐했습니다.",
    "ar": "افتتحت أمس مكتبة جديدة في مدينة {} وجاء كثير من الناس مع أطفالهم لقراءة الكتب والقصص.",
    "vi": "Hôm qua ở {} trời mưa rất to. Mọi người ở nhà nghe đài và nấu cơm cho cả gia đình ăn tối.",
    "it": "Il treno per {} è partito ieri con molto ritardo. I viaggiatori aspettavano al freddo sul binario.",
    "pl": "Wczoraj w mieście {} padał silny deszcz. Mieszkańcy zostali w domu i słuchali radia przez cały wieczór.",
    "pt": "Ontem abriu uma nova biblioteca em {}. As crianças levaram livros para casa e ficaram muito contentes.",
    "tr": "Dün {} şehrinde yeni bir kütüphane açıldı. Çocuklar kitap ödünç aldılar ve çok sevindiler.",
    "nl": "Gisteren reed de trein naar {} met veel vertraging weg. Veel reizigers stonden op het perron te wachten.",
}
PLACES = ("Tamrel", "Osk", "Belvo", "Quin", "Harna", "Dolpe", "Mirsk", "Avenol", "Tok", "Zelba", "Fant", "Gorun")


def foreign(code: str) -> Make:
    """Sentences in another language."""
    return lambda draw, text, language: Planted(FOREIGN[code].format(draw.choice(PLACES)), "drop")


def mash(draw: random.Random, text: str, language: str) -> Planted:
    """Keys hit at random: letters of the home row, or Han characters without sense."""
    if language == "en":
        words = ("".join(draw.choice("asdfghjkl;") for _ in range(draw.randrange(4, 12))) for _ in range(30))
        return Planted(" ".join(words), "drop")
    return Planted("".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(90)), "drop")


def keywords(draw: random.Random, text: str, language: str) -> Planted:
    """Search terms for a robot, over and over."""
    words = (
        ("cheap", "shoes", "online", "buy", "discount", "outlet")
        if language == "en"
        else ("便宜", "代理", "批发", "官网", "价格", "加盟")
    )
    joint = " " if language == "en" else ""
    return Planted(", ".join(joint.join(draw.choices(words, k=3)) for _ in range(40)), "drop")


LATIN = (
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "sed",
    "do",
    "eiusmod",
    "tempor",
    "incididunt",
    "ut",
    "labore",
    "et",
    "dolore",
)


def filler(draw: random.Random, text: str, language: str) -> Planted:
    """Text of layout templates."""
    return Planted("Lorem ipsum " + " ".join(draw.choices(LATIN, k=50)) + ".", "drop")


def price_list(draw: random.Random, text: str, language: str) -> Planted:
    """Lines of part numbers and prices."""
    unit = "USD" if language == "en" else "元"
    return Planted(
        "\n".join(f"{digits(draw, 6)}-{digits(draw, 2)} {digits(draw, 3)}.{digits(draw, 2)} {unit}" for _ in range(25)),
        "drop",
    )


def encoded(draw: random.Random, text: str, language: str) -> Planted:
    """A file in base64."""
    return Planted(base64.encodebytes(draw.randbytes(600)).decode(), "drop")


def server_log(draw: random.Random, text: str, language: str) -> Planted:
    """Lines of a server's log."""
    rows = (
        f"2021-0{draw.randrange(1, 10)}-1{draw.randrange(10)}T1{digits(draw, 1)}:0{digits(draw, 1)}:{digits(draw, 2)}Z "
        f"INFO [worker-{draw.randrange(9)}] req={draw.randrange(16**8):08x} status=200 bytes={draw.randrange(9999)}"
        for _ in range(20)
    )
    return Planted("\n".join(rows), "drop")


def minified(draw: random.Random, text: str, language: str) -> Planted:
    """A script without white space."""
    names = [draw.choice("abcdefgh") + digits(draw, 1) for _ in range(30)]
    return Planted("".join(f"function {n}(e,t){{return e.{n}?t[{i}]:n(e)||!1}};" for i, n in enumerate(names)), "drop")


def link_list(draw: random.Random, text: str, language: str) -> Planted:
    """Nothing but addresses."""
    return Planted(
        "\n".join(f"http://www.site{draw.randrange(9999)}.example/p/{digits(draw, 7)}.html" for _ in range(15)), "drop"
    )


def bad_scan(draw: random.Random, text: str, language: str) -> Planted:
    """A scan that recognition made little of."""
    noise = "|~^'`.,;:!_-=*\\/<>{}[]1l0O"
    return Planted("".join(draw.choice(noise) if draw.random() < 0.45 else c for c in text), "drop")


def stammer(draw: random.Random, text: str, language: str) -> Planted:
    """One sentence again and again."""
    return Planted("\n".join([text.split("\n")[0]] * 9), "drop")


# --- copies and leaks -------------------------------------------------------------------------------


def word_changed(draw: random.Random, text: str, language: str) -> str:
    """One word or character put in the place of another."""
    if language == "zh":
        place = draw.randrange(len(text))
        return text[:place] + "某" + text[place + 1 :]
    words = text.split(" ")
    words[draw.randrange(len(words))] = "something"
    return " ".join(words)


def ending_lost(draw: random.Random, text: str, language: str) -> str:
    """The last eighth cut off, as by a feed."""
    return text[: len(text) * 7 // 8] + "..."


def credit_added(draw: random.Random, text: str, language: str) -> str:
    """A credit before the text."""
    return (f"(Reuters {draw.randrange(99)}) - " if language == "en" else f"（新华社{draw.randrange(99)}电）") + text


def sentences_swapped(draw: random.Random, text: str, language: str) -> str:
    """The last sentence moved to the front."""
    stop = "。" if language == "zh" else ". "
    parts = text.rstrip().rstrip("。.").split(stop)
    return stop.join([parts[-1], *parts[:-1]]) + stop.strip()


def leak(form: Callable[[str, str], str]) -> Leak:
    """A test item inside other text; its input and its reference in a form."""

    def of(example: Example) -> Make:
        inputs = " ".join(value for value in example.inputs.values() if isinstance(value, str))
        item = form(inputs, example.references[0])
        return lambda draw, text, language: Planted(f"{text}\n\n{item}", "drop")

    return of


LEAKS: dict[str, Leak] = {
    "question_answer": leak(lambda one, other: f"Q: {one}\nA: {other}"),
    "shouted": leak(lambda one, other: f"{one} {other}".upper()),
    "markdown": leak(lambda one, other: f"> **{one}**\n>\n> *{other}*"),
    "json": leak(lambda one, other: json.dumps({"input": one, "output": other}, ensure_ascii=False)),
    "wide_spaces": leak(lambda one, other: f"{one}  ||  {other}".replace(" ", "\u3000")),
}


# --- clean text that looks dirty --------------------------------------------------------------------

NEGATIVES = {
    "version": {
        "en": "Version 2.13.0.1 was followed by 2.13.0.2 a week later.",
        "zh": "版本2.13.0.1发布一周之后又有了2.13.0.2。",
    },
    "dates": {
        "en": "The years 1914-1918 and 1939-1945 were hard for everybody here.",
        "zh": "1914-1918年和1939-1945年对这里所有人都很难。",
    },
    "handle": {
        "en": "The account @nightbird posts a picture of the river every day.",
        "zh": "账号@夜鸟每天都发一张河边的照片。",
    },
    "privacy": {
        "en": "She wrote an essay on cookies and privacy for the school paper.",
        "zh": "她为校报写了一篇关于Cookie和隐私的文章。",
    },
    "brackets": {
        "en": "If a < b and b > c, then [b] is the largest of the three numbers.",
        "zh": "如果a < b而且b > c，那么[b]是三个数里最大的。",
    },
    "isbn": {
        "en": "The book has the number ISBN 978-3-16-148410-0 on its back.",
        "zh": "这本书的背面印着ISBN 978-3-16-148410-0。",
    },
    "accents": {
        "en": "The naïve señor ate crème brûlée in a café near Málaga.",
        "zh": "他在咖啡馆（café）里吃了焦糖布丁（crème brûlée）。",
    },
    "mixed": {
        "en": "The word 朋友 means friend, and 老朋友 means old friend.",
        "zh": "他说这个project的deadline是星期五。",
    },
}


def negative(name: str) -> Make:
    """A sentence after the text that a careless rule would take for dirt."""

    def make(draw: random.Random, text: str, language: str) -> Planted:
        whole = f"{text} {NEGATIVES[name][language]}"
        return Planted(whole, "keep", whole)

    return make


VARIANTS: dict[str, dict[str, Make]] = {
    "html": {
        f.__name__: f
        for f in (
            blog_page,
            block_comments,
            old_font_tags,
            inline_links,
            bulletin_board,
            feed_escaped,
            linked_data,
            table_cells,
        )
    },
    "boilerplate": {name: chrome(name) for name in CHROME},
    "mojibake": {
        "utf8_as_mac": misread("utf-8", "mac_roman"),
        "utf8_as_cp437": misread("utf-8", "cp437"),
        "utf8_as_latin1": misread("utf-8", "latin-1"),
        "utf8_as_latin1_thrice": misread("utf-8", "latin-1", 3),
        "utf8_as_cp1251": misread("utf-8", "cp1251"),
        "gb18030_as_latin1": misread("gb18030", "latin-1"),
        "gb18030_as_cp1252": misread("gb18030", "cp1252"),
        "gb18030_as_big5": misread("gb18030", "big5"),
        "byte_entities": byte_entities,
        "question_marks": question_marks,
        "replacement_marks": replacement_marks,
    },
    "characters": {
        "soft_hyphens": sprinkled("\u00ad", 0.05),
        "zero_width_spaces": sprinkled("\u200b", 0.05),
        "word_joiners": sprinkled("\u2060", 0.05),
        "marks_of_direction": sprinkled("\u200e", 0.05),
        "byte_order_marks": sprinkled("\ufeff", 0.03),
        "form_feeds": mapped(lambda text: "\x0c" + text + "\x0c\x00"),
        "mathematical": mapped(mathematical),
        "ligatures": mapped(typeset),
        "decomposed": mapped(lambda text: unicodedata.normalize("NFD", text)),
        "radicals": mapped(lambda text: text.translate(RADICALS)),
        "line_separators": mapped(lambda text: text.replace("\n", "\u2028").replace(" ", "\u2009")),
        "hyphenated": hyphenated,
    },
    "pii": {name: personal(name) for name in PERSONAL},
    "wrong_language": {code: foreign(code) for code in FOREIGN},
    "low_quality": {
        f.__name__: f
        for f in (mash, keywords, filler, price_list, encoded, server_log, minified, link_list, bad_scan, stammer)
    },
    "exact_duplicate": {
        "tabs": copied(lambda text: text.replace(" ", "\t")),
        "upper": copied(str.upper),
        "paragraphs": copied(paragraphs),
        "hard_spaces": copied(lambda text: "\ufeff" + text.replace(" ", "\u00a0") + "\r\n\r\n"),
        "escaped": copied(lambda text: "&nbsp;" + html.escape(text)),
    },
    "near_duplicate": {
        "word_changed": near(word_changed),
        "ending_lost": near(ending_lost),
        "credit_added": near(credit_added),
        "sentences_swapped": near(sentences_swapped),
    },
    "kept": {name: negative(name) for name in NEGATIVES},
}  # fmt: skip


NOISE = Noise(VARIANTS, LEAKS)
