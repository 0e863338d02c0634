"""Clean text in the shapes of dirt, as letters, reports, lessons and chats have it: an editor leaves it as it is."""

import random

from variants.contract import Make
from variants.parts import Say, digits, either, kept_after


def masked_values(draw: random.Random, language: str) -> str:
    """Values of which somebody has hidden the most already."""
    last, name = digits(draw, 4), draw.choice("abcjlmz")
    return either(
        language,
        f"The receipt shows the card only as **** **** **** {last} and the address as {name}****@g***.com.",
        f"收据上的手机号只显示为138****{last}，邮箱显示为{name}***@q*.com。",
    )


def public_address(draw: random.Random, language: str) -> str:
    """Where a museum is and when it is open."""
    n, hour = draw.randrange(2, 90), draw.randrange(8, 11)
    return either(
        language,
        f"The museum is at {n} Mill Lane, Alderton AL{n % 9 + 1} 4QR, and opens Tue–Sun {hour}:00–17:30 (closed 25 "
        f"Dec.).",
        f"博物馆在东陵区磨坊路{n}号（邮编31{digits(draw, 4)}），周二至周日{hour}:00—17:30开放，周一闭馆。",
    )


def statistics_told(draw: random.Random, language: str) -> str:
    """Large figures and shares of a report."""
    many, share = (
        f"{draw.randrange(1, 9)},{digits(draw, 3)},{digits(draw, 3)}",
        f"{draw.randrange(2, 60)}.{draw.randrange(1, 10)}",
    )
    return either(
        language,
        f"Of {many} votes {share}% were postal, 0.{digits(draw, 2)} points more than in 1997 (n = "
        f"{draw.randrange(400, 9000)}, p < 0.05).",
        f"{many}张选票中{share}%为邮寄，比1997年高0.{digits(draw, 2)}个百分点（n = {draw.randrange(400, 9000)}，p < "
        f"0.05）。",
    )


def match_score(draw: random.Random, language: str) -> str:
    """The sets of a match."""
    a, b = draw.randrange(2, 5), draw.randrange(12, 24)
    return either(
        language,
        f"The home side won 3-2 (25-{b}, 19-25, 25-{b - a}, 22-25, 15-1{a}) in 2h {b}min.",
        f"主队以3比2（25-{b}、19-25、25-{b - a}、22-25、15-1{a}）获胜，用时2小时{b}分。",
    )


def verse_numbers(draw: random.Random, language: str) -> str:
    """Places in books, by chapter, verse and page."""
    a, b, year = draw.randrange(2, 40), draw.randrange(2, 22), draw.randrange(1950, 2015)
    return either(
        language,
        f"Compare Ruth 2:{b}-{b + 3}, Iliad 6.{a * 7} and (Hale {year}: {a}–{a + 4}; cf. Moran {year + 2}, p. {b}, "
        f"n. 3).",
        f"参见《论语》{b}.{a}、《诗经》第{a}篇和（何{year}：{a}—{a + 4}；又见孟{year + 2}，第{b}页注3）。",
    )


def lettered_points(draw: random.Random, language: str) -> str:
    """The points of a rule."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"\nNobody may:\n(a) keep bees within {n} m of the path;\n(b) light fires; or\n(c) fish without a ticket.",
        f"\n任何人不得：\n（一）在小路{n}米内养蜂；\n（二）生火；\n（三）无证钓鱼。",
    )


def section_headings(draw: random.Random, language: str) -> str:
    """Two parts of a report with their numbered headings."""
    a, n = draw.randrange(2, 9), draw.randrange(12, 80)
    return either(
        language,
        f"\n{a}.1 Method\nWe counted the boats on {n} mornings.\n{a}.2 Results\nThere were fewer than before.",
        f"\n{a}.1 方法\n我们数了{n}个早晨的船。\n{a}.2 结果\n船比以前少。",
    )


def standards(draw: random.Random, language: str) -> str:
    """Numbers of norms and of types."""
    n = draw.randrange(2, 90)
    return either(
        language,
        f"Look for ISO 9001:2015, EN 455-{n % 4 + 1} and IP67 on the box; a USB 3.{n % 3} cable and {n} LR44 cells "
        f"come with it.",
        f"包装盒上应有GB/T 19001-2016、EN 455-{n % 4 + 1}和IP67字样，附带USB 3.{n % 3}数据线和{n}粒LR44电池。",
    )


def grant_numbers(draw: random.Random, language: str) -> str:
    """Who paid for a study, with the numbers of grants and of a patent."""
    grant, patent = digits(draw, 8), f"{draw.randrange(5, 11)},{digits(draw, 3)},{digits(draw, 3)}"
    return either(
        language,
        f"The work was funded by the Alder Trust (No. 6{grant[:7]}) and led to patent US {patent} B2.",
        f"本研究得到青木基金（项目编号：6{grant[:7]}）资助，并获专利ZL2010{grant}.{grant[0]}。",
    )


def shares_named(draw: random.Random, language: str) -> str:
    """A firm with the sign of its shares, and how they did."""
    price, part = f"{draw.randrange(8, 300)}.{digits(draw, 2)}", f"{draw.randrange(1, 9)}.{digits(draw, 2)}"
    return either(
        language,
        f"Shares of Alder Mills (NYSE: ALM) closed at ${price}, down {part}%, while the index rose "
        f"+0.{digits(draw, 2)}%.",
        f"青木股份（60{digits(draw, 4)}.SH）收于{price}元，下跌{part}%，指数则上涨0.{digits(draw, 2)}%。",
    )


def dotted_names(draw: random.Random, language: str) -> str:
    """Names of firms and programs with a point or another mark."""
    firm = draw.choice(("Booking.com", "Amazon.co.uk", "Yahoo!", "Monster.com", "12306.cn"))
    program = draw.choice(("Node.js", "ASP.NET", "Vue.js", "C++", "C#", "F#"))
    n = draw.randrange(2, 60)
    return either(
        language,
        f"She worked for {firm} for {n} months and taught {program} to beginners afterwards.",
        f"她在{firm}工作了{n}个月，后来给初学者讲{program}。",
    )


def at_signs(draw: random.Random, language: str) -> str:
    """The sign of addresses where there is no address."""
    n = draw.randrange(2, 60)
    return either(
        language,
        f"Write @Override above the method; the invoice says {n} m @ $3.20, and the tag is @home.",
        f"在方法上面写@Override；发票上写着{n}米@3.20元，群里要@所有人。",
    )


def spans_of_years(draw: random.Random, language: str) -> str:
    """Years of lives and seasons."""
    a, b = draw.randrange(1700, 1860), draw.randrange(20, 70)
    winter = f"{a + 25}/{(a + 26) % 100:02}"
    return either(
        language,
        f"Old Hale (c. {a}–{a + b}; fl. {a + 20}) planted them in the winter of {winter}, "
        f"not his nephew (b. {a + 30}, d. {a + b + 40}?).",
        f"老何（约{a}—{a + b}）种下了它们，而不是他的侄子（生于{a + 30}年，卒年不详），时在{a + 25}—{a + 26}年冬。",
    )


def exam_choices(draw: random.Random, language: str) -> str:
    """A question of a school book with its four answers."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"\n{n}. Which of these floats on water?\nA. a brick  B. a cork  C. a key  D. a coin of {n} pence",
        f"\n{n}. 下列物品中，能浮在水面上的是（　　）\nA. 砖头  B. 软木塞  C. 钥匙  D. {n}枚硬币",
    )


def foreign_names(draw: random.Random, language: str) -> str:
    """People from many countries, spelled as at home."""
    names = draw.sample(
        (
            "Łukasz Świątek",
            "Nguyễn Văn Bình",
            "Þórdís Ægisdóttir",
            "João Conceição",
            "Dvořák",
            "Gökçe Şahin",
            "Søren Åkesson",
        ),
        3,
    )
    n = draw.randrange(3, 60)
    return either(
        language,
        f"Among the {n} singers were {names[0]}, {names[1]} and {names[2]}.",
        f"{n}名歌手里有{names[0]}、{names[1]}和{names[2]}。",
    )


def emoticons(draw: random.Random, language: str) -> str:
    """A message among friends."""
    face, n = draw.choice((":-)", ";-)", "^_^", "(>_<)", "T_T", ":D", "<3")), draw.randrange(2, 60)
    return either(
        language,
        f"Her last message was “c u at {n % 12 + 1}, dont b late lol {face}” and she was {n} minutes late herself.",
        f"她最后一条消息是“{n % 12 + 1}点见哦～别迟到{face}”，结果自己晚了{n}分钟。",
    )


def arithmetic(draw: random.Random, language: str) -> str:
    """Sums, worked out."""
    a, b = draw.randrange(12, 90), draw.randrange(3, 9)
    return either(
        language,
        f"On the board stood {a} × {b} = {a * b}; {a} + {b} > {a}; 1/{b} of {a * b} is {a}; and 3:{b} = "
        f"{3 * a}:{a * b}.",
        f"黑板上写着{a} × {b} = {a * b}；{a} + {b} > {a}；{a * b}的1/{b}是{a}；3:{b} = {3 * a}:{a * b}。",
    )


def chemistry(draw: random.Random, language: str) -> str:
    """Formulas of substances and a reaction."""
    n = draw.randrange(2, 90)
    return either(
        language,
        f"Heat {n} g of CaCO3 until no more CO2 leaves (CaCO3 -> CaO + CO2), then add H2SO4 at {n}%.",
        f"加热{n}克CaCO3，直到不再放出CO2（CaCO3 -> CaO + CO2），再加入{n}%的H2SO4。",
    )


def colours(draw: random.Random, language: str) -> str:
    """Colours by their numbers, as those who make pages give them."""
    number = f"#{draw.randrange(16**6):06X}"
    r, g = draw.randrange(256), draw.randrange(256)
    return either(
        language,
        f"The door is painted in {number}, that is rgb({r}, {g}, 90), which the shop sells as RAL 60{r % 90 + 10}.",
        f"门刷的颜色是{number}，也就是rgb({r}, {g}, 90)，店里的编号是RAL 60{r % 90 + 10}。",
    )


def plain_words(draw: random.Random, language: str) -> str:
    """Words of menus and buttons in a story."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"“Follow us!” they said, so we left a reply, shared the bread, went home past {n} shops and told nobody more.",
        f"他在日记的首页写道：关注天气，收藏石头，分享面包，给老朋友回复{n}封信。",
    )


def roman_numerals(draw: random.Random, language: str) -> str:
    """Numbers of kings, wars and chapters."""
    a, n = draw.choice(("III", "IV", "VI", "VIII")), draw.randrange(3, 60)
    return either(
        language,
        f"In vol. XII, ch. {a}, p. {n}, King Henry {a} dines with his bishops; World War II comes in vol. XX.",
        f"第XII卷第{a}章第{n}页写的是亨利{a}世的婚礼，附录IV列出了客人。",
    )


def readings(draw: random.Random, language: str) -> str:
    """What a nurse writes down."""
    a, b = draw.randrange(100, 150), draw.randrange(60, 95)
    return either(
        language,
        f"At noon BP was {a}/{b} mmHg, HR {b}/min, SpO2 9{b % 9}%, temp. 37.{a % 9} °C; she got 500 mg b.i.d. for "
        f"{a % 9 + 2} d.",
        f"中午血压{a}/{b}mmHg，心率{b}次/min，SpO2 9{b % 9}%，体温37.{a % 9}℃；予500mg bid，共{a % 9 + 2}d。",
    )


def chorus(draw: random.Random, language: str) -> str:
    """A song whose refrain comes again."""
    thing = draw.choice((("river", "小河"), ("wagon", "马车"), ("lantern", "灯笼"), ("sparrow", "麻雀")))
    n = draw.randrange(3, 60)
    refrain = either(language, f"Roll on, little {thing[0]}, roll on", f"走吧，小小的{thing[1]}，走吧")
    verse = either(language, f"{n} miles and no one knows my name", f"{n}里路，没有人认识我")
    return f"\n{refrain}\n{refrain}\n{verse}\n{refrain}"


def dimensions(draw: random.Random, language: str) -> str:
    """Sizes in every unit."""
    a, b = draw.randrange(40, 200), draw.randrange(20, 90)
    return either(
        language,
        f'The crate is {a} x {b} x 75 cm (5\'{b % 11}" on the long side), weighs {b}.5 kg and takes 1/4"-20 or '
        f"M8×1.25 bolts.",
        f'箱子{a}×{b}×75cm，重{b}.5kg，用1/4"-20或M8×1.25的螺栓。',
    )


def asterisks(draw: random.Random, language: str) -> str:
    """A note below, with the star that points to it."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"The ticket costs {n} crowns*, children half.\n* Prices of last year; dogs travel free.",
        f"票价{n}元*，儿童半价。\n*去年的价格；狗免票。",
    )


def warning_quoted(draw: random.Random, language: str) -> str:
    """What stands on a packet, read out."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"The packet says “Keep out of reach of children. Do not use after {n % 12 + 1}/20{n % 9 + 26}.” in letters of "
        f"{n % 4 + 1} mm.",
        f"包装上用{n % 4 + 1}毫米的小字写着“请放在儿童够不到的地方。20{n % 9 + 26}年{n % 12 + 1}月后请勿使用。”",
    )


SAYINGS: tuple[Say, ...] = (
    masked_values, public_address, statistics_told, match_score, verse_numbers, lettered_points, section_headings,
    standards, grant_numbers, shares_named, dotted_names, at_signs, spans_of_years, exam_choices, foreign_names,
    emoticons, arithmetic, chemistry, colours, plain_words, roman_numerals, readings, chorus, dimensions, asterisks,
    warning_quoted,
)  # fmt: skip


KEPT: dict[str, Make] = {say.__name__: kept_after(say) for say in SAYINGS}
