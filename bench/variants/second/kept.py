"""Clean text that looks dirty: what a careful editor leaves as it is, though it has the shape of what one removes."""

import random

from variants.contract import Make
from variants.parts import Say, digits, either, kept_after


def software_version(draw: random.Random, language: str) -> str:
    """Notes to a release: numbers of two to four parts, candidates, builds, kernels."""
    a, b, c = draw.randrange(2, 9), draw.randrange(20), draw.randrange(1, 9)
    old, new = draw.choice(
        (
            (f"{a}.{b}.{c}.{draw.randrange(10, 99)}", f"v{a + 1}.0.0-rc.{c}"),
            (f"{a}.{b}b{c}", f"{a}.{b + 1}.0.dev{draw.randrange(100, 999)}"),
            (f"10.0.19045.{draw.randrange(1000, 4999)}", f"10.0.22631.{draw.randrange(1000, 4999)}"),
            (f"{a}.{b}.0-{draw.randrange(10, 99)}-amd64", f"{a}.{b + 1}.{c}+git{draw.randrange(16**7):07x}"),
            (f"1.{a}.{b}.{c}", f"1.{a}.{b + 1}.0"),
        )
    )
    return either(
        language,
        f"The printer works with version {old} but not with {new}, which came out in spring.",
        f"这台打印机在{old}版下能用，春天出的{new}反而不行。",
    )


def order_number(draw: random.Random, language: str) -> str:
    """Numbers of orders and parcels, long as those of cards."""
    order, parcel = f"{digits(draw, 4)}-{digits(draw, 3)}-{digits(draw, 7)}", f"TRK{digits(draw, 12)}"
    return either(
        language,
        f"Order {order} left the warehouse as parcel {parcel}, but the shelf never came.",
        f"订单{order}已经出库，包裹号是{parcel}，可是书架一直没到。",
    )


def citation(draw: random.Random, language: str) -> str:
    """A reference with DOI, pages and ISSN."""
    year, volume, page = draw.randrange(1988, 2022), draw.randrange(4, 90), draw.randrange(100, 900)
    pages = f"{volume}({draw.randrange(1, 7)}), {page}–{page + draw.randrange(4, 20)}"
    where = f"{pages}, doi:10.1016/j.reg.{year}.0{draw.randrange(1, 9)}.{digits(draw, 3)}"
    return either(
        language,
        f"The survey is described in Annals of Regional Studies {where} (ISSN 0570-1864).",
        f"调查详见《区域研究》{where}。",
    )


def timestamps(draw: random.Random, language: str) -> str:
    """Dates and times of several forms, and a large count."""
    year, month, day = draw.randrange(2012, 2023), draw.randrange(1, 10), draw.randrange(10, 29)
    clock = f"{draw.randrange(10, 24)}:{draw.randrange(10, 60)}"
    at = draw.choice(
        (
            f"{year}-0{month}-{day}T{clock}:07Z",
            f"{day}/0{month}/{year} {clock}",
            f"{day}.{month}.{year}, {clock}",
            f"{year}0{month}{day} {clock}",
        )
    )
    count = f"{draw.randrange(1, 900)},{digits(draw, 3)},{digits(draw, 3)}"
    return either(
        language, f"The counter was started at {at} and has reached {count}.", f"计数器从{at}开始，已经数到{count}。"
    )


def coordinates(draw: random.Random, language: str) -> str:
    """A place on the map, in degrees."""
    north, east = f"{draw.randrange(22, 60)}.{digits(draw, 4)}", f"{draw.randrange(2, 120)}.{digits(draw, 4)}"
    return either(
        language,
        f"The hut stands at {north}° N, {east}° E, {draw.randrange(200, 2900)} m above the sea.",
        f"小屋位于北纬{north}°、东经{east}°，海拔{draw.randrange(200, 2900)}米。",
    )


def commit_hash(draw: random.Random, language: str) -> str:
    """A revision and a checksum."""
    commit, check = f"{draw.randrange(16**40):040x}", f"{draw.randrange(16**32):032x}"
    return either(
        language,
        f"The fault came in with commit {commit}; the good archive has MD5 {check}.",
        f"这个错误是提交{commit}引入的，好的压缩包MD5是{check}。",
    )


def code(draw: random.Random, language: str) -> str:
    """A few lines of a program that the text explains."""
    name, item, limit = (
        draw.choice(("count", "total", "rest", "score")),
        draw.choice(("row", "word", "day", "cell")),
        draw.randrange(3, 900),
    )
    body = draw.choice(
        (
            f"for {item} in {item}s:\n    if {item}.{name} > {limit} and {item}.ok:\n        print({item}, {name})",
            f"SELECT {item}, COUNT(*) AS {name} FROM {item}s WHERE {name} >= {limit} GROUP BY {item};",
            f"int {name} = 0;\nwhile ({name} < {limit} && {item}[{name}] != '\\0') {{ {name}++; }}",
        )
    )
    return "\n" + either(language, f"The code that finds the {item} is short:", f"求{item}的代码很短：") + f"\n{body}"


def formula(draw: random.Random, language: str) -> str:
    """Mathematics with signs that are not letters."""
    a, b, x = draw.randrange(2, 9), draw.randrange(2, 9), draw.randrange(1, 6)
    body = f"f(x) = {a}x² − {b}x + 1"
    return either(
        language,
        f"Let {body}; then f′(x) = {2 * a}x − {b}, f({x}) = {a * x * x - b * x + 1}, and for all x ≥ {b} we have "
        f"f(x) > 0.",
        f"设{body}，则f′(x) = {2 * a}x − {b}，f({x}) = {a * x * x - b * x + 1}，并且当x ≥ {b}时f(x) > 0。",
    )


FOREIGN = (
    ("Bitte nicht rauchen", "no smoking", "请勿吸烟"),
    ("Eintritt frei", "free entry", "免费入场"),
    ("Défense d'entrer", "no entry", "禁止入内"),
    ("Cuidado con el perro", "beware of the dog", "当心有狗"),
    ("Вход свободный", "free entry", "免费入场"),
    ("お静かに", "quiet please", "请保持安静"),
    ("Festina lente", "make haste slowly", "欲速则不达"),
    ("Tempo é dinheiro", "time is money", "时间就是金钱"),
)


def foreign_quotation(draw: random.Random, language: str) -> str:
    """A short quotation in another language with its meaning."""
    words, english, chinese = draw.choice(FOREIGN)
    where, ort = draw.choice(
        (("hall", "大厅"), ("garden", "花园"), ("station", "车站"), ("tower", "塔楼"), ("school", "学校"))
    )
    return either(
        language,
        f"A sign in the {where} reads “{words}”, that is, {english}.",
        f"{ort}里有块牌子写着“{words}”，意思是“{chinese}”。",
    )


VERSES = {
    "en": (
        ("The {a} {b} is {c},", "and nobody {d} at the {e};"),
        ("o {a} {b}, be {c},", "that somebody {d} at the {e}."),
    ),
    "zh": (("{a}的{b}{c}了，", "没有人{d}{e}；"), ("{a}的{b}，你别{c}，", "总有人{d}{e}。")),
}
VERSE_WORDS = {
    "en": (
        ("grey", "little", "old", "silver", "weary"), ("river", "harbour", "lantern", "sparrow", "meadow"),
        ("asleep", "alone", "awake", "still", "cold"), ("waits", "sings", "calls", "weeps", "knocks"),
        ("gate", "door", "well", "shore", "mill"),
    ),
    "zh": (
        ("灰色", "小小", "古老", "银色", "疲倦"), ("河水", "港口", "灯笼", "麻雀", "草地"),
        ("睡着", "冷清", "安静", "走远", "暗淡"), ("守着", "望着", "敲着", "想着", "记着"),
        ("大门", "水井", "河岸", "磨坊", "窗子"),
    ),
}  # fmt: skip


def poem(draw: random.Random, language: str) -> str:
    """Short lines that rhyme with themselves: a refrain."""
    lines = []
    for verse in VERSES[language]:
        values = dict(zip("abcde", (draw.choice(words) for words in VERSE_WORDS[language]), strict=True))
        lines += [line.format(**values) for line in verse]
    return "\n" + "\n".join(lines)


GOODS = (
    ("flour", "面粉"), ("rice", "大米"), ("sugar", "白糖"), ("beans", "豆子"), ("salt", "盐"), ("butter", "黄油"),
    ("noodles", "面条"), ("tea", "茶叶"), ("apples", "苹果"), ("onions", "洋葱"),
    ("carrots", "胡萝卜"), ("honey", "蜂蜜"),
)  # fmt: skip


def shopping_list(draw: random.Random, language: str) -> str:
    """A list with marks and amounts."""
    mark = draw.choice(("- ", "* ", "• ", "{i}. ", "{i}) "))
    rows = (
        mark.format(i=i)
        + either(language, f"{draw.randrange(50, 990)} g {english}", f"{chinese}{draw.randrange(50, 990)}克")
        for i, (english, chinese) in enumerate(draw.sample(GOODS, 4), 1)
    )
    people = draw.randrange(2, 40)
    return "\n" + either(language, f"For {people} people bring:", f"{people}个人要带的东西：") + "\n" + "\n".join(rows)


ASKED = (
    ("Where is the {thing}?", "{thing}在哪儿？"), ("Who took the {thing}?", "谁拿了{thing}？"),
    ("Is that your {thing}?", "那是你的{thing}吗？"),
    ("Did you pay for the {thing}?", "{thing}的钱你付了吗？"),
)  # fmt: skip
ANSWERED = (
    ("I left it on the {place}.", "我放在{place}上了。"), ("Look under the {place}.", "看看{place}下面。"),
    ("Ask the man by the {place}.", "问{place}旁边那个人。"),
    ("No. Mine is behind the {place}.", "不，我的在{place}后面。"),
)  # fmt: skip
THINGS = (
    ("ladder", "梯子"),
    ("umbrella", "雨伞"),
    ("kettle", "水壶"),
    ("suitcase", "箱子"),
    ("guitar", "吉他"),
    ("bicycle", "自行车"),
)
PLACES = (
    ("bench", "长椅"),
    ("table", "桌子"),
    ("stove", "炉子"),
    ("windowsill", "窗台"),
    ("cart", "推车"),
    ("piano", "钢琴"),
)


def dialogue(draw: random.Random, language: str) -> str:
    """Two people talk, a line each."""
    turn, lines = language == "zh", []
    for _ in range(2):
        values = {"thing": draw.choice(THINGS)[turn], "place": draw.choice(PLACES)[turn]}
        lines += [draw.choice(said)[turn].format(**values) for said in (ASKED, ANSWERED)]
    return "\n" + "\n".join(f"— {line}" if language == "en" else f"“{line}”" for line in lines)


def address_in_text(draw: random.Random, language: str) -> str:
    """An address of a page that the sentence is about."""
    page = f"https://www.eastmere.org/minutes/{draw.randrange(2005, 2023)}/0{draw.randrange(1, 10)}.html"
    return either(
        language,
        f"The minutes are at {page} and the map is still missing there.",
        f"会议记录见 {page} ，地图还没有补上。",
    )


def results(draw: random.Random, language: str) -> str:
    """A small table in plain lines."""
    teams = draw.sample(
        (("Eastmere", "东湖"), ("Harrow", "哈罗"), ("Rivergate", "河门"), ("Lindale", "林谷"), ("Stokely", "石屯")), 3
    )
    rows = (
        f"{team[language == 'zh']} | {draw.randrange(2, 30)} | {draw.randrange(20, 90)}:{draw.randrange(20, 90)}"
        for team in teams
    )
    round_ = draw.randrange(3, 40)
    return (
        "\n"
        + either(language, f"Round {round_} | Wins | Goals", f"第{round_}轮 | 胜场 | 进球")
        + "\n"
        + "\n".join(rows)
    )


def kitchen(draw: random.Random, language: str) -> str:
    """Fractions and degrees of a recipe."""
    cups, grams, heat = draw.choice("½¼¾⅓"), draw.randrange(80, 600), draw.choice((160, 175, 180, 200, 220))
    return either(
        language,
        f"Stir {draw.randrange(1, 4)}{cups} cups of milk into {grams} g of flour and bake at {heat} °C for "
        f"{draw.randrange(15, 70)}′.",
        f"把{cups}杯牛奶倒进{grams}克面粉里拌匀，{heat}℃烤{draw.randrange(15, 70)}分钟。",
    )


def science(draw: random.Random, language: str) -> str:
    """Raised and lowered digits, units, Greek letters."""
    size, many = f"{draw.randrange(2, 90)} µm", f"{draw.randrange(2, 9)} × 10⁻{draw.choice('³⁴⁵⁶')}"
    return either(
        language,
        f"At pH {draw.randrange(4, 9)}.{draw.randrange(10)} the film was {size} thick and took up {many} mol of "
        f"CO₂ per m² (α ≈ 0.{digits(draw, 2)}).",
        f"pH为{draw.randrange(4, 9)}.{draw.randrange(10)}时，薄膜厚{size}，每m²吸收{many} mol CO₂（α ≈ "
        f"0.{digits(draw, 2)}）。",
    )


BUTTONS = (
    ("Add to cart", "加入购物车"),
    ("Subscribe now", "立即订阅"),
    ("Accept all cookies", "接受所有Cookie"),
    ("Read more", "阅读全文"),
    ("Log in", "登录"),
)


def about_pages(draw: random.Random, language: str) -> str:
    """A sentence about a button of a page, which is no button."""
    english, chinese = draw.choice(BUTTONS)
    count = draw.randrange(12, 990)
    return either(
        language,
        f"In the test {count} people pressed “{english}” before they had read a word, which surprised her.",
        f"在测试里，有{count}个人还没看一个字就按了“{chinese}”，这让她很吃惊。",
    )


def public_number(draw: random.Random, language: str) -> str:
    """A number that belongs to everybody."""
    number, count = draw.choice((("112", "110"), ("911", "119"), ("999", "120"))), draw.randrange(3, 60)
    return either(
        language,
        f"He dialled {number[0]} and the fire engine was there {count} minutes later.",
        f"他拨打了{number[1]}，{count}分钟后车就到了。",
    )


def chess(draw: random.Random, language: str) -> str:
    """A game in the notation of its players."""
    opening = draw.choice(
        ("1. e4 e5 2. Nf3 Nc6 3. Bb5 a6", "1. d4 Nf6 2. c4 e6 3. Nc3 Bb4", "1. e4 c5 2. Nf3 d6 3. d4 cxd4")
    )
    end = f"{draw.randrange(24, 60)}. Qh{draw.randrange(3, 8)}+ Kg8"
    return either(
        language, f"The game began {opening} and ended {end} 1-0.", f"这盘棋开局是{opening}，最后是{end}，1-0。"
    )


def spoken(draw: random.Random, language: str) -> str:
    """A foreign name with its pronunciation."""
    name, sound, year = draw.choice(
        (("Loughor", "/ˈlʌxər/", 1), ("Köln", "[kœln]", 2), ("Łódź", "[wut͡ɕ]", 3), ("Reykjavík", "[ˈreiːcaˌviːk]", 4))
    )
    at = draw.randrange(1840, 1990) + year
    return either(
        language,
        f"In {at} the family moved to {name} {sound} and stayed.",
        f"{at}年全家搬到了{name}（{sound}），从此住了下来。",
    )


SAYINGS: tuple[Say, ...] = (
    software_version, order_number, citation, timestamps, coordinates, commit_hash, code, formula, foreign_quotation,
    poem, shopping_list, dialogue, address_in_text, results, kitchen, science, about_pages, public_number,
    chess, spoken,
)  # fmt: skip


KEPT: dict[str, Make] = {say.__name__: kept_after(say) for say in SAYINGS}
