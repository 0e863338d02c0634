"""Texts whose bytes were read wrongly or written out: what pages, exports, old files and mail archives show most."""

import base64
import quopri
import random
import re
from html.entities import codepoint2name
from urllib.parse import quote

from variants.contract import Make, Planted
from variants.fourth.texts import filled, with_accents, with_apostrophes, with_speech
from variants.parts import STOP, browser, changed, is_headline, joined

MARK = "\ufffd"


def misread(written: str, read: str) -> Make:
    """An English text with accents, written in one eight-bit encoding and read in another."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        if language == "zh":
            return None
        original = with_accents(draw, text)
        return changed(browser(original.encode(written), read), original)

    return make


def utf8_as(encoding: str) -> Make:
    """An English text with typographic marks, in UTF-8 and read as the eight bits of a place."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        if language == "zh":
            return None
        original = with_speech(draw, text, "en")
        return changed(browser(original.encode(), encoding), original)

    return make


# --- marks of a word processor ------------------------------------------------------------------------


def prose_misread(draw: random.Random, text: str, language: str) -> Planted | None:
    """The commonest damage of all: UTF-8 read as Windows-1252, in a text with apostrophes and speech."""
    if language == "zh":
        original = with_speech(draw, text, "zh")
    else:
        original = joined(with_apostrophes(draw, text), filled(draw, SPOKEN, "en"), "en")
    return changed(browser(original.encode(), "cp1252"), original)


SPOKEN = (
    "“Come in,” said {a}. “It’s only {n} degrees out there.”",
    "{a} laughed: “{n}? I’d say that’s a record…”",
    "“Two things,” {a} began – “the roof, and those {n} windows.”",
)


def apostrophes_lost(draw: random.Random, text: str, language: str) -> Planted | None:
    """A page of Windows read as UTF-8: each of its apostrophes became U+FFFD; no other mark stands there."""
    if language == "zh":
        return None
    original = with_apostrophes(draw, text)
    return changed(original.replace("’", MARK), original)


def apostrophes_questioned(draw: random.Random, text: str, language: str) -> Planted | None:
    """The same stored as Latin: each apostrophe became a question mark."""
    if language == "zh":
        return None
    original = with_apostrophes(draw, text)
    return changed(original.replace("’", "?"), original)


def replacement_misread(draw: random.Random, text: str, language: str) -> Planted | None:
    """The marks of loss, read as Latin in their turn: ï¿½; English lost its apostrophes, Chinese everything."""
    if language == "zh":
        lost = text.encode("gbk").decode("utf-8", "replace")
        return Planted(lost.encode().decode("cp1252", "replace").replace(MARK, "?"), "drop")
    original = with_apostrophes(draw, text)
    return changed(original.replace("’", browser(MARK.encode(), "cp1252")), original)


def half_questioned(draw: random.Random, text: str, language: str) -> Planted | None:
    """UTF-8 read as Windows-1252 and stored as Latin, so that its marks became question marks: Itâ??s."""
    original = text if language == "zh" else with_apostrophes(draw, text)
    dirty = browser(original.encode(), "cp1252").encode("latin-1", "replace").decode("latin-1")
    return Planted(dirty, "drop") if language == "zh" else changed(dirty, original)


def windows_numbers(draw: random.Random, text: str, language: str) -> Planted | None:
    """Marks by their number in Windows, as old editors of pages wrote them: &#146; for an apostrophe."""
    if language == "zh":
        return None
    original = with_speech(draw, text, "en")
    return changed("".join(c if c.isascii() else f"&#{c.encode('cp1252')[0]};" for c in original), original)


CREDITS = (
    "摄影：韩老师",
    "整理：小邓和老蔡",
    "图文：彭老师",
    "文字：田医生",
)  # an even number of characters: all bytes pair


def name_misread(draw: random.Random, text: str, language: str) -> Planted | None:
    """A right text with one name out of another database: JosÃ©; in Chinese, a line of credits read as GBK."""
    if language == "zh":
        line = draw.choice(CREDITS)
        return changed(f"{text}\n{line.encode().decode('gbk')}", f"{text}\n{line}")
    name = draw.choice(("José Núñez", "Søren Kjær", "Chloë Brontë", "François Lefèvre", "Jürgen Groß", "Renée Côté"))
    form = draw.choice(("Photographs by {a}.", "{a} has the other {n} pages.", "Written with {a}, who is {n}."))
    n = draw.randrange(14, 80)
    dirty = form.format(a=name.encode().decode("cp1252", "replace"), n=n)
    return Planted(joined(text, dirty, "en"), "repair", joined(text, form.format(a=name, n=n), "en"))


GOODS = (
    "two lemons",
    "a ball of string",
    "clean sheets",
    "the blue folder",
    "candles",
    "a map",
    "warm socks",
    "stamps",
)


def bullets_misread(draw: random.Random, text: str, language: str) -> Planted | None:
    """A list whose points were read as Windows-1252: â€¢."""
    if language == "zh":
        return None
    count = draw.randrange(3, 5)
    rows = [f"Bring {count} things:", *(f"• {one}" for one in draw.sample(GOODS, count))]
    original = "\n".join([text, *rows])
    return changed(browser(original.encode(), "cp1252"), original)


def spaces_questioned(draw: random.Random, text: str, language: str) -> Planted | None:
    """Hard and wide spaces that became question marks: after sentences, and before Chinese paragraphs."""
    if language == "zh":
        return changed("\n".join("??" + line for line in text.split("\n")), text)
    if "?" in text or not STOP["en"].search(text):
        return None
    return changed(STOP["en"].sub("? ", text), text)


def byte_order_misread(draw: random.Random, text: str, language: str) -> Planted | None:
    """The first three bytes of a file of UTF-8, read as Latin, before a text that is right: ï»¿."""
    return changed("ï»¿" + text, text)


# --- Chinese ----------------------------------------------------------------------------------------

TRADITIONAL = str.maketrans(  # of the characters of the world's Chinese texts
    "业东个为乐乡书买于亏云从价储关写农凯办医单卖厨发员园图场奖学属币师带帮开张当护数旧时术机来桥欢没泽渔温湾灯爱玛现电画盏着种红经给绿缝职脑见计认设识诊说读课谁贝费赛赞赢车过这钓钟钢钱铎银镇镜长门问闻韦顶题飞饭馆骑鱼黄迟",
    "業東個為樂鄉書買於虧雲從價儲關寫農凱辦醫單賣廚發員園圖場獎學屬幣師帶幫開張當護數舊時術機來橋歡沒澤漁溫灣燈愛瑪現電畫盞著種紅經給綠縫職腦見計認設識診說讀課誰貝費賽贊贏車過這釣鐘鋼錢鐸銀鎮鏡長門問聞韋頂題飛飯館騎魚黃遲",
)


def big5_as_gbk(draw: random.Random, text: str, language: str) -> Planted | None:
    """A page of Taiwan or Hong Kong read as one of the mainland; what did not pair is lost."""
    if language == "en":
        return None
    original = text.translate(TRADITIONAL)
    try:
        dirty = original.encode("big5").decode("gbk", "replace")
    except UnicodeEncodeError:
        return None
    return Planted(dirty, "drop") if MARK in dirty else changed(dirty, original)


def utf8_as_big5(draw: random.Random, text: str, language: str) -> Planted | None:
    """UTF-8 read as Big5, as on a desktop in Taiwan: many of the bytes pair with no other."""
    if language == "en":
        return None
    dirty = text.encode().decode("big5", "replace").replace(MARK, "?")
    return Planted(dirty, "drop")


def gbk_as_entities(draw: random.Random, text: str, language: str) -> Planted | None:
    """A Chinese page that an editor of Latin pages saved: each byte as the named entity of a letter."""
    if language == "en":
        return None
    dirty = browser(text.encode("gbk"), "cp1252")
    named = (c if c.isascii() else f"&{codepoint2name.get(ord(c), f'#{ord(c)}')};" for c in dirty)
    return changed("".join(named), text)


def line_of_gbk(draw: random.Random, text: str, language: str) -> Planted | None:
    """A page of UTF-8 with one line in GBK, read as Latin: a header, a column of an old database."""
    lines = text.split("\n")
    if language == "en" or len(lines) < 2:
        return None
    place = draw.randrange(len(lines))
    dirty = [browser(line.encode("gbk"), "cp1252") if i == place else line for i, line in enumerate(lines)]
    return changed("\n".join(dirty), text)


def address_gbk(draw: random.Random, text: str, language: str) -> Planted | None:
    """A text out of the addresses of an old Chinese site, percent-encoded in GBK."""
    return changed(quote(text.encode("gbk")), text) if language == "zh" else None


# --- never read -------------------------------------------------------------------------------------


def percent_u(draw: random.Random, text: str, language: str) -> Planted | None:
    """What the old function of scripts for addresses made of a text: %u4E2D."""
    original = with_speech(draw, text, language)
    dirty = "".join(c if c.isascii() else f"%u{ord(c):04X}" for c in original)
    return changed(re.sub(r'[ \n"!?,:]', lambda found: f"%{ord(found[0]):02X}", dirty), original)


def byte_escapes(draw: random.Random, text: str, language: str) -> Planted | None:
    r"""The bytes of each mark or character, spelled out in a text that is right else: \xe2\x80\x99."""
    original = with_speech(draw, text, language)
    return changed(
        "".join(c if c.isascii() else "".join(f"\\x{b:02x}" for b in c.encode()) for c in original), original
    )


def slashes_lost(draw: random.Random, text: str, language: str) -> Planted | None:
    """The escapes of JSON after a database took their back slashes away: u2019, u4e2d."""
    original = with_speech(draw, text, language)
    return changed("".join(c if c.isascii() else f"u{ord(c):04x}" for c in original), original)


def printable_local(draw: random.Random, text: str, language: str) -> Planted | None:
    """The body of an old mail, quoted-printable in the encoding of its place: It=92s, =D6=D0."""
    original = with_apostrophes(draw, text) if language == "en" else text
    data = original.encode("cp1252" if language == "en" else "gbk")
    return changed(quopri.encodestring(data).decode("ascii"), original)


def base64_local(draw: random.Random, text: str, language: str) -> Planted | None:
    """The body of an old Chinese mail, in base64 and GBK."""
    return (
        changed(base64.encodebytes(text.encode("gbk")).decode("ascii").rstrip("\n"), text) if language == "zh" else None
    )


def subject_local(draw: random.Random, text: str, language: str) -> Planted | None:
    """A headline as the subject of an old mail, in the encoding of its place; the body is right."""
    first, line, rest = text.partition("\n")
    if not line or not is_headline(first):
        return None
    if language == "zh":
        return changed(f"=?gb2312?B?{base64.b64encode(first.encode('gbk')).decode()}?={line}{rest}", text)
    original = f"{draw.choice(('Öffnung', 'Cafés', 'À propos', 'Año nuevo'))}: {first}"
    held = quopri.encodestring(original.encode("latin-1"), header=True).decode("ascii").replace("=\n", "")
    return changed(f"=?iso-8859-1?Q?{held}?={line}{rest}", f"{original}{line}{rest}")


MOJIBAKE: dict[str, Make] = {
    "prose_misread": prose_misread,
    "apostrophes_lost": apostrophes_lost,
    "apostrophes_questioned": apostrophes_questioned,
    "replacement_misread": replacement_misread,
    "half_questioned": half_questioned,
    "windows_numbers": windows_numbers,
    "name_misread": name_misread,
    "bullets_misread": bullets_misread,
    "spaces_questioned": spaces_questioned,
    "byte_order_misread": byte_order_misread,
    "utf8_as_cp1253": utf8_as("cp1253"),  # Greek hosts
    "utf8_as_cp1255": utf8_as("cp1255"),  # Hebrew ones
    "utf8_as_cp1257": utf8_as("cp1257"),  # Baltic ones
    "utf8_as_cp866": utf8_as("cp866"),  # consoles and mailers in Russia
    "dos_as_cp1252": misread("cp850", "cp1252"),  # files of DOS
    "cp1252_as_cp850": misread("cp1252", "cp850"),  # names in archives
    "cp1252_as_cp1251": misread("cp1252", "cp1251"),  # Western texts on Russian sites
    "cp1252_as_cp1250": misread("cp1252", "cp1250"),  # and on Polish and Czech ones
    "big5_as_gbk": big5_as_gbk,
    "utf8_as_big5": utf8_as_big5,
    "gbk_as_entities": gbk_as_entities,
    "line_of_gbk": line_of_gbk,
    "address_gbk": address_gbk,
    "percent_u": percent_u,
    "byte_escapes": byte_escapes,
    "slashes_lost": slashes_lost,
    "printable_local": printable_local,
    "base64_local": base64_local,
    "subject_local": subject_local,
}
