"""
Planted dirt: what raw corpora suffer from, in documents whose clean form is known, with a ledger.

The rules of `clean` are not written with this module in view: a score is worth something only for
dirt that its author has not seen. Variants marked `unseen` are reported on their own.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmpipe.records import Document, Example
from llmpipe.world.draws import Draw
from llmpipe.world.names import SYLLABLES

Span = tuple[int, int, str]

_HANZI_OF_NAMES = frozenset(SYLLABLES.values())


@dataclass(frozen=True, slots=True)
class Planted:
    """
    A dirty text and what cleaning should make of it.

    Attributes:
        text: What goes into the raw corpus.
        expected: "drop", "repair", "redact", "strip" or "keep".
        original: The clean text it should become; "" when it should be dropped.
        spans: (start, end, text) of personal data.
    """

    text: str
    expected: str
    original: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """
    What a variant may use.

    Attributes:
        document: A clean document: of the corpus for copies, otherwise one that is nowhere else.
        other: A clean document of the corpus from one of the variant's `other_streams`.
        example: A test example.
    """

    document: Document
    other: Document | None
    example: Example


@dataclass(frozen=True, slots=True)
class Variant:
    """
    One way to be dirty.

    Attributes:
        name: Its name in the ledger.
        make: The text made dirty; None when this document does not suit.
        unseen: True when the author of the cleaning rules was not told of it.
        streams: The base must be from one of these streams; empty: any.
        languages: The base must be in one of these languages.
        other_streams: A second document is needed, from one of these streams and in the same language.
    """

    name: str
    make: Callable[[Draw, Base], Planted | None]
    unseen: bool = False
    streams: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en", "zh", "fr")
    other_streams: tuple[str, ...] = ()


# --- copies -----------------------------------------------------------------------------------------


def _copy(draw: Draw, base: Base) -> Planted:
    return Planted(base.document.text, "drop")


def _trailing_space(draw: Draw, base: Base) -> Planted:
    lines = base.document.text.split("\n")
    return Planted("\n".join(line + " " * draw.between(1, 3) for line in lines) + "\n\n", "drop")


def _crlf_copy(draw: Draw, base: Base) -> Planted:
    return Planted("\ufeff" + base.document.text.replace("\n", "\r\n"), "drop")


_PIECE = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")
LONG_ENOUGH = 30  # words (Han characters count one each): a shorter text changes too much with one word
FILLERS = {
    "en": ("also", "indeed", "now", "even", "really"),
    "fr": ("aussi", "encore", "alors"),
    "zh": tuple("也就还又都"),
}


def _edited(draw: Draw, base: Base) -> Planted | None:
    """One to six per cent of the words deleted, doubled or preceded by a filler; names stay as they are."""
    text = base.document.text
    pieces = list(_PIECE.finditer(text))
    plain = [
        p
        for p in pieces
        if (p[0] >= "\u4e00" and p[0] not in _HANZI_OF_NAMES) or (p[0].islower() and len(p[0]) > 2 and p[0].isalpha())
    ]
    edits = max(1, round(len(pieces) * draw.between(1, 6) / 100))
    if len(pieces) < LONG_ENOUGH or len(plain) < edits:
        return None
    for piece in sorted(draw.sample(plain, edits), key=lambda p: -p.start()):
        start, end, word = piece.start(), piece.end(), piece[0]
        chinese = word >= "\u4e00"
        filler = draw.choice(FILLERS["zh" if chinese else base.document.language.replace("zh", "en")])
        space = "" if chinese else " "
        new = draw.choice(("", word + space + word, filler + space + word))
        text = text[:start] + new + text[end:]
    return Planted(text, "drop")


def _recased(draw: Draw, base: Base) -> Planted | None:
    text = draw.choice((str.upper, str.lower, str.title))(base.document.text)
    return Planted(text, "drop") if text != base.document.text and len(_PIECE.findall(text)) >= LONG_ENOUGH else None


def _trimmed(draw: Draw, base: Base) -> Planted | None:
    """Three to twelve per cent of the characters cut from one end."""
    text = base.document.text
    cut = len(text) * draw.between(3, 12) // 100
    if len(_PIECE.findall(text)) < LONG_ENOUGH:
        return None
    return Planted(text[cut:] if draw.chance(40) else text[: len(text) - cut], "drop")


def _typos(draw: Draw, base: Base) -> Planted | None:
    """Two neighbouring letters swapped in one or two lower-case words."""
    text = base.document.text
    words = [p for p in _PIECE.finditer(text) if len(p[0]) > 3 and p[0].islower() and p[0][1] != p[0][2]]
    if len(_PIECE.findall(text)) < LONG_ENOUGH or len(words) < 3:
        return None
    for word in draw.sample(words, 1 if len(words) < 20 else draw.between(1, 2)):
        at = word.start() + 1
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return Planted(text, "drop")


SOURCE_LINES = {
    "en": ("(from the morning paper)", "[copied from page {n}]", "Source: reader number {n}"),
    "zh": ("（来自晨报）", "［摘自第{n}页］", "来源：读者{n}"),
    "fr": ("(du journal)", "[copie de la page {n}]"),
}


def _source_added(draw: Draw, base: Base) -> Planted | None:
    if len(_PIECE.findall(base.document.text)) < LONG_ENOUGH:
        return None
    line = draw.choice(SOURCE_LINES[base.document.language]).format(n=draw.between(2, 99))
    return Planted(f"{base.document.text}\n{line}", "drop")


# --- boilerplate ------------------------------------------------------------------------------------

NAVIGATION = {
    "en": ("Home | News | Sport | Contact", "Home > News > Article", "Skip to main content",
        "Log in | Register | Help",
           "Menu  Search  My account", "« Previous   Next »", "Back to top"),
    "zh": ("首页 | 新闻 | 体育 | 联系我们", "首页 > 新闻 > 正文", "登录 | 注册 | 帮助", "上一篇 下一篇", "返回顶部",
        "当前位置：首页 > 新闻"),
    "fr": ("Accueil | Actualités | Sport | Contact", "Accueil > Actualités", "Connexion | Inscription",
        "Haut de page"),
}  # fmt: skip
COOKIES = {
    "en": ("We use cookies to improve your experience. Accept all", "This site uses cookies. Read our cookie policy.",
           "By continuing you accept our use of cookies.", "Accept all cookies   Reject   Settings"),
    "zh": ("本网站使用Cookie以改善您的体验。接受全部", "继续浏览即表示您同意我们使用Cookie。",
        "接受所有Cookie 拒绝 设置"),
    "fr": ("Ce site utilise des cookies. Tout accepter", "Nous utilisons des cookies pour améliorer votre visite."),
}  # fmt: skip
FOOTERS = {
    "en": ("© {y} Example Media. All rights reserved.", "Copyright {y} Example Ltd. Terms of use | Privacy policy",
           "Privacy policy | Terms of service | Imprint", "Powered by ExamplePress"),
    "zh": ("版权所有 © {y} 示例传媒，保留一切权利。", "隐私政策 | 使用条款 | 关于我们", "未经许可，不得转载。",
        "责任编辑：示例"),
    "fr": ("© {y} Exemple Média. Tous droits réservés.", "Mentions légales | Politique de confidentialité"),
}  # fmt: skip
SHARES = {
    "en": (
        "Share this article: Mail | Print | Save",
        "Share   Tweet   Pin   Print",
        "Click here to share with friends",
    ),
    "zh": ("分享到：微信 微博 空间", "点击这里分享给朋友", "扫码分享本文"),
    "fr": ("Partager : Mail | Imprimer", "Cliquez ici pour partager"),
}
LETTERS = {
    "en": (
        "Subscribe to our newsletter",
        "Sign up for our weekly newsletter!",
        "Read more: 5 stories you may have missed",
    ),
    "zh": ("订阅我们的邮件", "关注公众号，获取更多内容", "更多精彩内容，请点击阅读原文"),
    "fr": ("Abonnez-vous à notre lettre", "Inscrivez-vous à la newsletter"),
}
COMMENTS = {
    "en": ("Leave a comment ({n} comments)", "Posted by admin on 3 May {y}", "{n} people like this"),
    "zh": ("发表评论（{n}条评论）", "阅读（{n}） 评论（3） 赞（7）", "{n}人觉得很赞"),
    "fr": ("Laisser un commentaire ({n})", "Publié par admin le 3 mai {y}"),
}


def _lines(table: dict[str, tuple[str, ...]], head: bool) -> Callable[[Draw, Base], Planted]:
    """A variant that puts one or two lines of the table above (`head`) or below the text."""

    def make(draw: Draw, base: Base) -> Planted:
        choice = table[base.document.language]
        lines = draw.sample(choice, min(len(choice), draw.between(1, 2)))
        extra = "\n".join(lines).format(y=draw.between(2009, 2026), n=draw.between(2, 400))
        text = base.document.text
        return Planted(f"{extra}\n{text}" if head else f"{text}\n{extra}", "strip", text)

    return make


# --- HTML -------------------------------------------------------------------------------------------


def _tags(draw: Draw, base: Base) -> Planted:
    tag = draw.choice(("p", "div", "li"))
    lines = [f"<{tag}>{html.escape(line, quote=False)}</{tag}>" for line in base.document.text.split("\n")]
    return Planted("\n".join(lines), "repair", base.document.text)


def _breaks(draw: Draw, base: Base) -> Planted:
    text = html.escape(base.document.text, quote=False).replace("\n", draw.choice(("<br>", "<br/>\n", "<br />")))
    return Planted(f'<div class="text">{text}</div>', "repair", base.document.text)


def _entities(draw: Draw, base: Base) -> Planted | None:
    """Named entities for accents, quotes and signs, and a hard space after the first word."""
    text = html.escape(base.document.text, quote=True)
    for character, name in (("é", "eacute"), ("è", "egrave"), ("à", "agrave"), ("ê", "ecirc")):
        text = text.replace(character, f"&{name};")
    first = text.find(" ")
    if first > 0:
        text = f"{text[:first]}&nbsp;{text[first + 1 :]}"
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


SCRIPTS = ("var n = {n}; track(n);", "window.load(function () {{ show({n}); }});", "if (a < {n}) {{ b = a && c; }}")


def _script(draw: Draw, base: Base) -> Planted:
    code = draw.choice(SCRIPTS).format(n=draw.between(1, 9999))
    style = "<style>.a{color:red}</style>\n" if draw.chance(50) else ""
    paragraphs = "\n".join(f"<p>{html.escape(line, quote=False)}</p>" for line in base.document.text.split("\n"))
    return Planted(f"{style}<script>{code}</script>\n{paragraphs}", "repair", base.document.text)


def _numeric_entities(draw: Draw, base: Base) -> Planted:
    """Every accented or Chinese character, or each vowel e, as a number."""
    form = draw.choice(("&#{};", "&#x{:x};"))
    hide = (lambda c: ord(c) > 127) if not base.document.text.isascii() else (lambda c: c == "e")
    text = "".join(form.format(ord(c)) if hide(c) else html.escape(c) for c in base.document.text)
    return Planted(text, "repair", base.document.text)


def _page(draw: Draw, base: Base) -> Planted:
    """A whole page with a comment, attributes in both quotes and an upper-case tag."""
    body = "\n".join(
        f"<P class='t{n}'>{html.escape(line)}</P>" for n, line in enumerate(base.document.text.split("\n"))
    )
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"></head>'
    text = f"{head}<body><!-- ad {draw.below(999)} -->\n{body}\n</body></html>"
    return Planted(text, "repair", base.document.text)


# --- mojibake ---------------------------------------------------------------------------------------


def _sloppy_cp1252(data: bytes) -> str:
    """Windows-1252 with its five undefined bytes read as control characters, as browsers do."""
    return "".join(_CP1252[byte] for byte in data)


def _cp1252_table() -> tuple[str, ...]:
    table = []
    for byte in range(256):
        try:
            table.append(bytes((byte,)).decode("cp1252"))
        except UnicodeDecodeError:
            table.append(chr(byte))
    return tuple(table)


_CP1252 = _cp1252_table()


def _utf8_as_cp1252(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return None if text.isascii() else Planted(_sloppy_cp1252(text.encode()), "repair", text)


def _utf8_as_latin1(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return None if text.isascii() else Planted(text.encode().decode("latin-1"), "repair", text)


def _utf8_as_gbk(draw: Draw, base: Base) -> Planted | None:
    """Reversible for texts whose bytes happen to pair up; otherwise bytes are lost and the text is to be dropped."""
    text = base.document.text
    try:
        return Planted(text.encode().decode("gbk"), "repair", text)
    except UnicodeDecodeError:
        return Planted(text.encode().decode("gbk", errors="replace"), "drop")


def _gbk_as_latin1(draw: Draw, base: Base) -> Planted | None:
    return Planted(base.document.text.encode("gbk").decode("latin-1"), "repair", base.document.text)


def _twice(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return None if text.isascii() else Planted(_sloppy_cp1252(_sloppy_cp1252(text.encode()).encode()), "repair", text)


# --- personal data: only numbers and domains that are reserved for examples ------------------------------


def luhn_digit(digits: str) -> str:
    """The check digit that makes `digits` + it valid (ISO/IEC 7812)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def resident_id_digit(digits: str) -> str:
    """The check character of the first 17 digits of a Chinese resident identity number (GB 11643-1999)."""
    return "10X98765432"[sum(int(digit) * 2 ** (17 - position) for position, digit in enumerate(digits)) % 11]


def iban_digits(country: str, account: str) -> str:
    """The two check digits of an IBAN (ISO 13616)."""
    number = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    return f"{98 - int(number) % 97:02d}"


def _digits(draw: Draw, count: int) -> str:
    return "".join(str(draw.below(10)) for _ in range(count))


def _email(draw: Draw) -> str:
    user = draw.choice(("info", "office", "anna.b", "li.lei", "post", "j_doe")) + _digits(draw, 2)
    return f"{user}@{draw.choice(('example.com', 'example.org', 'mail.example.net', 'shop.test'))}"


def _phone_us(draw: Draw) -> str:
    area, line = draw.choice(("202", "303", "415", "612")), f"555-01{_digits(draw, 2)}"
    return draw.choice((f"+1 {area}-{line}", f"({area}) {line}", f"{area}-{line}", f"+1-{area}-{line}"))


def _phone_zh(draw: Draw) -> str:
    """A mobile number in a block that is not allocated."""
    number = draw.choice(("161", "163", "164", "168")) + _digits(draw, 8)
    return draw.choice(
        (
            number,
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"+86 {number}",
            f"{number[:3]} {number[3:7]} {number[7:]}",
        )
    )


def _phone_fr(draw: Draw) -> str:
    """The range 01 99 00 is kept free for fiction (ARCEP)."""
    pairs = (_digits(draw, 2), _digits(draw, 2))
    return draw.choice(
        (f"01 99 00 {pairs[0]} {pairs[1]}", f"+33 1 99 00 {pairs[0]} {pairs[1]}", f"01.99.00.{pairs[0]}.{pairs[1]}")
    )


def _ip(draw: Draw) -> str:
    """Documentation ranges (RFC 5737)."""
    return f"{draw.choice(('192.0.2', '198.51.100', '203.0.113'))}.{draw.between(1, 254)}"


def _ipv6(draw: Draw) -> str:
    """Documentation range (RFC 3849)."""
    return f"2001:db8:{draw.below(65535):x}::{draw.between(1, 65535):x}"


def _card(draw: Draw) -> str:
    """A number with a valid check digit below a test prefix."""
    start = draw.choice(("400000", "424242", "555555")) + _digits(draw, 9)
    number = start + luhn_digit(start)
    separator = draw.choice(("", " ", "-"))
    return separator.join(number[i : i + 4] for i in range(0, 16, 4))


def _resident_id(draw: Draw) -> str:
    """Region 99 does not exist."""
    birth = f"{draw.between(1950, 2005)}{draw.between(1, 12):02d}{draw.between(1, 28):02d}"
    start = f"99{_digits(draw, 4)}{birth}{_digits(draw, 3)}"
    return start + resident_id_digit(start)


def _iban(draw: Draw) -> str:
    """A British account at the bank TEST."""
    account = "TEST" + _digits(draw, 14)
    number = f"GB{iban_digits('GB', account)}{account}"
    return number if draw.chance(50) else " ".join(number[i : i + 4] for i in range(0, len(number), 4))


CONTEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "mail": {
        "en": ("Write to {v} for more.", "Contact: {v}", "My address is {v}."),
        "zh": ("请写信到{v}。", "邮箱：{v}", "有事请联系{v}，谢谢。"),
        "fr": ("Écrivez à {v}.", "Contact : {v}"),
    },
    "phone": {
        "en": ("Call {v} today.", "Phone: {v}", "The number is {v}, ask for me."),
        "zh": ("电话：{v}", "请打{v}。", "我的手机是{v}，随时可以打。"),
        "fr": ("Appelez le {v}.", "Tél. : {v}"),
    },
    "ip": {
        "en": ("The server is at {v}.", "Login from {v} was seen."),
        "zh": ("服务器地址是{v}。", "来自{v}的登录。"),
        "fr": ("Le serveur est {v}.",),
    },
    "card": {
        "en": ("Card number {v}.", "Paid with {v} in May."),
        "zh": ("卡号：{v}", "用{v}付了钱。"),
        "fr": ("Carte : {v}.",),
    },
    "id": {"en": ("Identity number {v}.",), "zh": ("身份证号：{v}", "身份证{v}已经登记。"), "fr": ("Pièce : {v}.",)},
    "iban": {
        "en": ("Account {v}.", "Please pay to {v}."),
        "zh": ("账号：{v}", "请付到{v}。"),
        "fr": ("Compte : {v}.",),
    },
}


def _personal(context: str, value: Callable[[Draw], str]) -> Callable[[Draw, Base], Planted]:
    """A variant that adds a sentence with personal data before or after the text, or between two lines."""

    def make(draw: Draw, base: Base) -> Planted:
        secret = value(draw)
        sentence = draw.choice(CONTEXTS[context][base.document.language]).format(v=secret)
        lines = base.document.text.split("\n")
        lines.insert(draw.below(len(lines) + 1), sentence)
        text = "\n".join(lines)
        start = text.index(sentence) + sentence.index(secret)
        return Planted(text, "redact", base.document.text, ((start, start + len(secret), secret),))

    return make


# --- other languages, low quality ---------------------------------------------------------------------

FOREIGN = {
    "de": (
        ("Der Bäcker", "Die Lehrerin", "Mein Nachbar", "Ein alter Fischer", "Die kleine Katze", "Unser Arzt",
            "Das Mädchen"),
        ("geht", "kommt", "läuft", "fährt", "wandert"),
        ("heute", "am Morgen", "jeden Freitag", "mit großer Freude", "ohne ein Wort", "sehr langsam"),
        ("durch den dunklen Wald", "über die neue Brücke", "in die Stadt", "zum Bahnhof", "an das Meer",
            "nach Hause"),
        ("und kauft frisches Brot", "weil es regnet", "obwohl der Wind weht", "und singt ein Lied",
            "denn die Zeit ist knapp"),
    ),
    "es": (
        ("El panadero", "La maestra", "Mi vecino", "Un viejo pescador", "La niña pequeña", "Nuestro médico",
            "El perro"),
        ("camina", "llega", "corre", "viaja", "vuelve"),
        ("hoy", "por la mañana", "todos los viernes", "con mucha alegría", "sin decir nada", "muy despacio"),
        ("por el bosque oscuro", "sobre el puente nuevo", "hacia la ciudad", "a la estación", "cerca del mar",
            "a su casa"),
        ("y compra pan fresco", "porque llueve mucho", "aunque hace viento", "y canta una canción",
            "pues queda poco tiempo"),
    ),
    "it": (
        ("Il fornaio", "La maestra", "Il mio vicino", "Un vecchio pescatore", "La gatta piccola", "Il nostro medico"),
        ("cammina", "arriva", "corre", "viaggia", "ritorna"),
        ("oggi", "di mattina", "ogni venerdì", "con molta gioia", "senza una parola", "molto piano"),
        ("nel bosco scuro", "sul ponte nuovo", "verso la città", "alla stazione", "vicino al mare", "a casa sua"),
        ("e compra il pane fresco", "perché piove", "anche se c'è vento", "e canta una canzone",
            "perché il tempo è poco"),
    ),
    "nl": (
        ("De bakker", "De juf", "Mijn buurman", "Een oude visser", "De kleine kat", "Onze dokter", "Het meisje"),
        ("loopt", "komt", "rent", "reist", "wandelt"),
        ("vandaag", "in de ochtend", "elke vrijdag", "met veel plezier", "zonder een woord", "heel langzaam"),
        ("door het donkere bos", "over de nieuwe brug", "naar de stad", "naar het station", "langs de zee",
            "naar huis"),
        ("en koopt vers brood", "omdat het regent", "hoewel het waait", "en zingt een lied",
            "want er is weinig tijd"),
    ),
}  # fmt: skip


def _foreign(language: str) -> Callable[[Draw, Base], Planted]:
    """A variant of four to six sentences in a language that the corpus is not about."""

    def make(draw: Draw, base: Base) -> Planted:
        sentences = [" ".join(draw.choice(part) for part in FOREIGN[language]) + "." for _ in range(draw.between(4, 6))]
        return Planted(" ".join(sentences), "drop")

    return make


def _too_short(draw: Draw, base: Base) -> Planted:
    return Planted(
        draw.choice(("ok", "yes {n}", "page {n}", "好的", "第{n}页", "沙发", "next", "oui")).format(n=draw.below(999)),
        "drop",
    )


def _symbol_soup(draw: Draw, base: Base) -> Planted:
    signs = "#@$%^&*~=+|\\/<>{}[]_"
    words = base.document.text.split()[:4]
    soup = ["".join(draw.choice(signs) for _ in range(draw.between(3, 9))) for _ in range(draw.between(12, 20))]
    return Planted(" ".join(draw.shuffled([*soup, *words])), "drop")


def _repeated_line(draw: Draw, base: Base) -> Planted:
    first = base.document.text.split("\n")[0]
    return Planted("\n".join([first] * draw.between(5, 12)), "drop")


def _repeated_words(draw: Draw, base: Base) -> Planted:
    """A few words over and over without a line break."""
    phrase = base.document.text.replace("\n", " ")[: draw.between(8, 20)].strip()
    return Planted(" ".join([phrase] * draw.between(10, 18)), "drop")


def _mash(draw: Draw, base: Base) -> Planted:
    """What a hand on the keyboard writes."""
    words = [
        "".join(draw.choice("asdfghjklqwertzuiopxcvbnm") for _ in range(draw.between(4, 9)))
        for _ in range(draw.between(10, 20))
    ]
    return Planted(" ".join(words), "drop")


# --- characters -------------------------------------------------------------------------------------


def _full_width(draw: Draw, base: Base) -> Planted | None:
    """ASCII letters and digits in their full-width forms; punctuation stays, Chinese writes it wide anyway."""
    text = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in base.document.text)
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


def _decomposed(draw: Draw, base: Base) -> Planted | None:
    text = unicodedata.normalize("NFD", base.document.text)
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


def _sprinkle(characters: str, low: int, high: int) -> Callable[[Draw, Base], Planted]:
    """A variant that puts some of the characters between others."""

    def make(draw: Draw, base: Base) -> Planted:
        text = base.document.text
        for _ in range(draw.between(low, high)):
            at = draw.between(1, len(text) - 1)
            text = text[:at] + draw.choice(characters) + text[at:]
        return Planted(text, "repair", base.document.text)

    return make


def _crlf(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text
    return Planted(text.replace("\n", draw.choice(("\r\n", "\r"))), "repair", text) if "\n" in text else None


def _hard_spaces(draw: Draw, base: Base) -> Planted | None:
    text = base.document.text.replace(" ", draw.choice("\u00a0\u2009\u3000"))
    return Planted(text, "repair", base.document.text) if text != base.document.text else None


# --- leaked test items --------------------------------------------------------------------------------


def _parts(example: Example) -> list[str]:
    """The inputs of a test example in reading order."""
    if "history" in example.inputs:
        return [said for _, said in example.inputs["history"]]
    return [str(example.inputs[key]) for key in ("source", "document", "context", "question") if key in example.inputs]


def _leak_pair(draw: Draw, base: Base) -> Planted:
    return Planted("\n".join([*_parts(base.example), base.example.references[0]]), "drop")


def _leak_inside(draw: Draw, base: Base) -> Planted:
    """A test item between the lines of another document."""
    item = " ".join([*_parts(base.example), base.example.references[0]])
    lines = base.document.text.split("\n")
    return Planted("\n".join([lines[0], item, *lines[1:]]), "drop")


# --- hard negatives: they look like dirt and are not --------------------------------------------------


def _added(sentences: Mapping[str, tuple[str, ...]]) -> Callable[[Draw, Base], Planted]:
    """A variant that adds a sentence which must stay. {a} and {b} are numbers, {y} a year."""

    def make(draw: Draw, base: Base) -> Planted:
        sentence = draw.choice(sentences[base.document.language])
        slots = {"a": draw.between(12, 99), "b": draw.between(100, 999), "y": draw.between(1950, 2019)}
        text = f"{base.document.text}\n{sentence.format(**slots)}"
        return Planted(text, "keep", text)

    return make


RECIPES = {
    "en": (
        "For each cookie take {a} grams of butter and bake it for {a} minutes.",
        "The cookie was sweet, and {b} were sold.",
    ),
    "zh": ("每块cookie用{a}克黄油，烤{a}分钟。", "这种cookie很甜，卖了{b}块。"),
    "fr": ("Pour un cookie, prenez {a} grammes de beurre.", "Le cookie est bon : {b} sont vendus."),
}
LESS_THAN = {
    "en": ("If a < b and b > {a}, then a + b is not {b}.", "We know that x < {a} and y > {b}."),
    "zh": ("如果a < b，而且b > {a}，那么a + b不是{b}。", "已知x < {a}，y > {b}。"),
    "fr": ("Si a < b et b > {a}, alors a + b n'est pas {b}.",),
}
NUMBERS = {
    "en": ("In {y} the town had 1,{b},{a}0 people and a house cost {b}.{a} coins.",
        "Order {b}{a}{b} came on {a} May {y} at 10:{a}.",
           "Version 2.{a}.0 of {y} has {b}{b} lines."),
    "zh": ("{y}年这里有{b}{a}0人，一座房子卖{b}.{a}个金币。", "{y}年5月，第{b}{a}号车在10点开。",
        "{y}年的第2.{a}.0版有{b}{b}行。"),
    "fr": ("En {y}, la ville a {b} {a}0 habitants ; une maison vaut {b},{a} pièces.",),
}  # fmt: skip
EMOJI = {
    "en": ("The whole family 👩‍👩‍👧 came, {a} in all 🎉.", "The doctor 👩🏽‍⚕️ said yes 👍🏽, {a} times."),
    "zh": ("一家人👩‍👩‍👧都来了，一共{a}个🎉。", "医生👩🏽‍⚕️说可以👍🏽，说了{a}次。"),
    "fr": ("Toute la famille 👩‍👩‍👧 est là, {a} en tout 🎉.",),
}
CODE_SWITCH = {
    "en": ("My teacher said 慢慢来 {a} times, so I take my time.", "The word 朋友 was written {a} times on the wall."),
    "zh": ("老师说take it easy，说了{a}次，我就不急了。", "他在墙上写了{a}次hello world。"),
    "fr": ("Le mot 朋友 est écrit {a} fois ici.",),
}
LETTER = {
    "en": (
        "The letter Ã is the number {a} of the list, and Â comes before it.",
        "In the name São the ã is said through the nose, {b} times.",
    ),
    "zh": ("字母Ã在第{a}行，Â在它前面。",),
    "fr": ("La lettre Ã est à la ligne {a}, et Â à la ligne {b}.",),
}
ADDRESSES = {
    "en": ("Room 1.{a}.4 is on floor {a}, next to door {b}.", "The ratio is {a}:{b} and the score was {b}-{a}."),
    "zh": ("1.{a}.4号房间在{a}层，在{b}号门旁边。", "比例是{a}:{b}，比分是{b}-{a}。"),
    "fr": ("La salle 1.{a}.4 est près de la porte {b}.",),
}


def _refrain(draw: Draw, base: Base) -> Planted:
    """A poem whose second line comes back after each pair of lines."""
    title, *lines = base.document.text.split("\n")
    refrain = lines[1]
    verses = [title]
    for position in range(0, len(lines), 2):
        verses += [*lines[position : position + 2], *([refrain] if position else [])]
    text = "\n".join(verses)
    return Planted(text, "keep", text)


def _same_headline(draw: Draw, base: Base) -> Planted:
    """The title of an article of the corpus above another text."""
    assert base.other is not None
    text = f"{base.other.labels['title']}\n{base.document.text}"
    return Planted(text, "keep", text)


def _list(draw: Draw, base: Base) -> Planted:
    """Short lines that begin alike."""
    words = draw.shuffled(base.document.labels["entities"])
    text = f"{base.document.text}\n" + "\n".join(f"- {word}: {draw.between(2, 99)}" for word in words)
    return Planted(text, "keep", text)


PROSE = ("passage", "news", "wiki", "dialogue", "recall")  # streams to add a sentence to
ACCENTS = ("fr", "zh")

# kind -> (weight, variants); the weights are shares of the planted documents
KINDS: dict[str, tuple[float, tuple[Variant, ...]]] = {
    "exact_duplicate": (6, (
        Variant("copy", _copy), Variant("trailing_space", _trailing_space), Variant("crlf", _crlf_copy, unseen=True),
    )),
    "near_duplicate": (5, (
        Variant("edited", _edited), Variant("recased", _recased, languages=("en", "fr")), Variant("trimmed",
            _trimmed),
        Variant("typos", _typos, unseen=True, languages=("en", "fr")), Variant("source_added", _source_added,
            unseen=True),
    )),
    "boilerplate": (6, (
        Variant("navigation", _lines(NAVIGATION, head=True)), Variant("cookies", _lines(COOKIES, head=True)),
        Variant("footer", _lines(FOOTERS, head=False)), Variant("share", _lines(SHARES, head=False), unseen=True),
        Variant("newsletter", _lines(LETTERS, head=False), unseen=True), Variant("comments", _lines(COMMENTS,
            head=False), unseen=True),
    )),
    "html": (6, (
        Variant("tags", _tags), Variant("breaks", _breaks), Variant("entities", _entities), Variant("script",
            _script),
        Variant("numeric_entities", _numeric_entities, unseen=True), Variant("page", _page, unseen=True),
    )),
    "mojibake": (3, (
        Variant("utf8_as_cp1252", _utf8_as_cp1252, languages=ACCENTS), Variant("utf8_as_latin1", _utf8_as_latin1,
            languages=ACCENTS),
        Variant("utf8_as_gbk", _utf8_as_gbk, languages=("zh",)), Variant("gbk_as_latin1", _gbk_as_latin1,
            languages=("zh",)),
        Variant("twice", _twice, unseen=True, languages=ACCENTS),
    )),
    "pii": (4, (
        Variant("email", _personal("mail", _email)), Variant("phone_us", _personal("phone", _phone_us),
            languages=("en",)),
        Variant("phone_zh", _personal("phone", _phone_zh), languages=("zh",)), Variant("ip", _personal("ip", _ip)),
        Variant("card", _personal("card", _card)), Variant("national_id", _personal("id", _resident_id),
            languages=("zh",)),
        Variant("iban", _personal("iban", _iban)),
        Variant("phone_fr", _personal("phone", _phone_fr), unseen=True, languages=("fr",)),
        Variant("ipv6", _personal("ip", _ipv6), unseen=True),
    )),
    "wrong_language": (3, (
        Variant("german", _foreign("de")), Variant("spanish", _foreign("es")),
        Variant("italian", _foreign("it"), unseen=True), Variant("dutch", _foreign("nl"), unseen=True),
    )),
    "low_quality": (4, (
        Variant("too_short", _too_short), Variant("symbol_soup", _symbol_soup), Variant("repeated_line",
            _repeated_line),
        Variant("repeated_words", _repeated_words, unseen=True), Variant("mash", _mash, unseen=True),
    )),
    "characters": (5, (
        Variant("full_width", _full_width), Variant("decomposed", _decomposed, languages=("fr",)),
        Variant("zero_width", _sprinkle("\u200b\ufeff", 1, 6)), Variant("control", _sprinkle("\x00\x07\x08\x1b\x7f",
            1, 4)),
        Variant("crlf", _crlf), Variant("hard_spaces", _hard_spaces, unseen=True, languages=("en", "fr")),
        Variant("soft_hyphen", _sprinkle("\u00ad\u2060", 1, 5), unseen=True),
    )),
    "leak": (0.5, (Variant("pair", _leak_pair), Variant("inside", _leak_inside, unseen=True))),
    "hard_negative": (4, (
        Variant("cookie_recipe", _added(RECIPES), streams=PROSE), Variant("less_than", _added(LESS_THAN),
            streams=PROSE),
        Variant("numbers", _added(NUMBERS), streams=PROSE), Variant("refrain", _refrain, streams=("poem",)),
        Variant("emoji", _added(EMOJI), streams=PROSE), Variant("code_switch", _added(CODE_SWITCH), streams=PROSE),
        Variant("same_headline", _same_headline, streams=("passage", "wiki"), other_streams=("news",)),
        Variant("letter", _added(LETTER), unseen=True, streams=PROSE), Variant("addresses", _added(ADDRESSES),
            unseen=True, streams=PROSE),
        Variant("list", _list, unseen=True, streams=("news", "wiki")),
    )),
}  # fmt: skip

COPIES = ("exact_duplicate", "near_duplicate")  # kinds whose base is a document of the corpus

_KINDS = tuple(KINDS)
_CUMULATIVE = tuple(sum(KINDS[kind][0] for kind in _KINDS[: i + 1]) for i in range(len(_KINDS)))


def draw_variant(draw: Draw) -> tuple[str, Variant]:
    """A kind by its weight, and one of its variants, all variants alike."""
    roll = draw.below(10_000) / 10_000 * _CUMULATIVE[-1]
    kind = next(kind for kind, limit in zip(_KINDS, _CUMULATIVE, strict=True) if roll < limit)
    return kind, draw.choice(KINDS[kind][1])


def ledger_entry(identifier: str, kind: str, variant: Variant, planted: Planted, origin: str) -> dict[str, Any]:
    """One line of the ledger."""
    return {
        "id": identifier,
        "kind": kind,
        "variant": variant.name,
        "unseen": variant.unseen,
        "expected": planted.expected,
        "original": planted.original,
        "origin": origin,
        "spans": [list(span) for span in planted.spans],
    }
