"""Clean text in the shapes of dirt that one meets most: what a careful editor leaves as it is."""

import random

from variants.contract import Make
from variants.parts import Say, digits, either, kept_after


def prices(draw: random.Random, language: str) -> str:
    """Prices, discounts and a rate."""
    old, new = f"{draw.randrange(1, 9)},{digits(draw, 3)}.00", f"{draw.randrange(100, 999)}.{digits(draw, 2)}"
    off, other = draw.randrange(10, 70), f"{draw.randrange(50, 99)}.{digits(draw, 2)}"
    return either(
        language,
        f"The sofa was ${old} and is now ${new} ({off}% off), or €{other} in Dublin.",
        f"沙发原价￥{old}，现在只要￥{new}（降了{off}%），用美元买要${other}。",
    )


def tags_and_pictures(draw: random.Random, language: str) -> str:
    """A post of a social network with its tags."""
    tag, picture = (
        draw.choice((("gardening", "园艺"), ("rainyday", "下雨天"), ("baking", "烘焙"), ("nightbus", "夜班车"))),
        draw.choice("🌧🌻🍞🚌😊"),
    )
    n = draw.randrange(3, 60)
    return either(
        language,
        f"Day {n} and it still rains {picture} #{tag[0]} #day{n}",
        f"第{n}天还在下雨{picture} #{tag[1]}# 打卡第{n}天",
    )


def short_forms(draw: random.Random, language: str) -> str:
    """Abbreviations with their points."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"Dr. J. R. Hale (Ph.D., U.S.A.) arrived at {n % 11 + 1}:{n % 50 + 10} a.m., i.e. {n} min. late, at No. {n} "
        "St. Mary's Rd.",
        f"J.R.霍尔博士（Ph.D.）住在St. Mary's路No.{n}，比约定时间晚到了{n}min。",
    )


def private_network(draw: random.Random, language: str) -> str:
    """Addresses that are the same in every house."""
    address = draw.choice(("192.168.0.1", "192.168.1.1", "10.0.0.138", "127.0.0.1:8080", "192.168.1.254"))
    n = draw.randrange(2, 60)
    return either(
        language,
        f"Type {address} into the browser, wait {n} seconds and change the name of the network.",
        f"在浏览器里输入{address}，等{n}秒，就能修改无线网络的名称。",
    )


def file_paths(draw: random.Random, language: str) -> str:
    """Where a file lies."""
    path = draw.choice(
        (f"C:\\Program Files\\Alder\\alder{draw.randrange(9)}.ini", f"/etc/nginx/conf.d/site{draw.randrange(99)}.conf",
         f"~/.config/alder/{draw.randrange(99)}.json", f"D:\\photos\\{draw.randrange(2005, 2020)}\\summer")
    )  # fmt: skip
    return either(language, f"The settings are kept in {path} and can be copied.", f"设置保存在{path}里，可以复制。")


def shell_command(draw: random.Random, language: str) -> str:
    """What to type, on a line of its own."""
    n = draw.randrange(2, 90)
    command = draw.choice(
        (f"$ find . -name '*.log' -mtime +{n} -exec rm {{}} \\;", f"sudo apt-get install -y python3-dev=3.{n}*",
         f"git log --oneline -n {n} | grep -v merge > /tmp/log{n}.txt", f"docker run --rm -it -p {n}80:80 alder:latest")
    )  # fmt: skip
    return "\n" + either(language, "Then open a terminal and type:", "然后打开终端，输入：") + f"\n{command}"


def tag_explained(draw: random.Random, language: str) -> str:
    """A lesson about markup, which must show it."""
    tag, english, chinese = draw.choice(
        (("<br>", "breaks a line", "换行"), ("<b>", "makes letters bold", "加粗"),
         ("&nbsp;", "holds two words together", "不换行空格"),
         ("<img src=\"cat.png\">", "shows a picture", "显示图片"), ("&amp;", "stands for an ampersand", "表示&"))
    )  # fmt: skip
    n = draw.randrange(2, 90)
    return either(
        language,
        f"Lesson {n} says that {tag} {english}, and gives three examples.",
        f"第{n}课说，{tag}的作用是{chinese}，并举了三个例子。",
    )


def json_shown(draw: random.Random, language: str) -> str:
    """An answer of a service that the text explains."""
    n, name = draw.randrange(10, 900), draw.choice(("river", "bridge", "museum"))
    body = f'{{"name": "{name}", "visitors": {n}, "open": true, "days": [1, 3, 5]}}'
    return (
        "\n"
        + either(language, f"The service answers with the number of visitors to the {name}:", "服务会返回访客人数：")
        + f"\n{body}"
    )


def model_numbers(draw: random.Random, language: str) -> str:
    """Names of machines and parts."""
    model = (
        f"{draw.choice(('WH', 'DS', 'XPS', 'KX'))}-{draw.randrange(100, 9999)}{draw.choice(('XM4', 'BK', 'i', 'T/2'))}"
    )
    part = f"{digits(draw, 2)}L-{digits(draw, 3)}-{digits(draw, 3)}-{draw.choice('ABC')}"
    return either(
        language, f"The {model} takes the filter {part}, not the older one.", f"{model}用的是{part}号滤芯，不是旧款。"
    )


def bar_code(draw: random.Random, language: str) -> str:
    """The number under the stripes of a packet, with its check digit."""
    body = draw.choice(("50", "40", "69")) + digits(draw, 10)
    check = -sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body)) % 10
    return either(
        language,
        f"Only jars with the bar code {body}{check} and lot L{digits(draw, 5)} were called back.",
        f"召回的只有条形码为{body}{check}、批号为L{digits(draw, 5)}的罐头。",
    )


def shouted(draw: random.Random, language: str) -> str:
    """A sign in capitals, read out."""
    n = draw.randrange(3, 60)
    return either(
        language,
        f"The sign says DANGER - DEEP WATER - NO SWIMMING WITHIN {n} YARDS OF THE WEIR.",
        f"牌子上写着：水深危险！！！堰坝{n}米内严禁游泳！",
    )


def laughter(draw: random.Random, language: str) -> str:
    """Drawn-out cries and laughter in a story."""
    n = draw.randrange(3, 9)
    return either(
        language,
        f"“N{'o' * n}!” he cried, and the parrot said “ha ha ha” and “no, no, no” for {n + 20} minutes.",
        f"“{'哈' * n}！”他笑了{n + 20}分钟，鹦鹉也跟着叫：“不不不，不要不要！”",
    )


def timetable(draw: random.Random, language: str) -> str:
    """When the bus goes."""
    hour, rows = draw.randrange(6, 12), []
    for stop in draw.sample((("Mill Lane", "磨坊路"), ("Station", "车站"), ("Harbour", "港口"), ("School", "学校")), 3):
        times = " ".join(f"{hour + i:02}:{draw.randrange(10, 60)}" for i in range(5))
        rows.append(f"{stop[language == 'zh']} {times}")
    line = draw.randrange(2, 90)
    return "\n" + either(language, f"Bus {line} on weekdays:", f"{line}路车工作日时刻：") + "\n" + "\n".join(rows)


def law(draw: random.Random, language: str) -> str:
    """A reference to a law and a case."""
    a, b, year = draw.randrange(2, 90), draw.randrange(1, 9), draw.randrange(1970, 2020)
    return either(
        language,
        f"Under Art. {a}({b})(a) and § {a + 2} of the Water Act {year}, c. {a}, the claim in "
        f"[{year}] EWCA Civ {a * 7} failed.",
        f"根据《水法》（{year}年修订）第{a}条第{b}款第（一）项和（{year}）民终字第{a * 7}号判决，请求不成立。",
    )


def rights_mentioned(draw: random.Random, language: str) -> str:
    """A sentence about a line of rights."""
    year = draw.randrange(1950, 2010)
    return either(
        language,
        f"On the back of the map it says “© {year} Alder Press, all rights reserved”, so it is not so old.",
        f"地图背面印着“© {year} 青木出版社 版权所有”，所以并没有他说的那么旧。",
    )


def pronounced(draw: random.Random, language: str) -> str:
    """How a Chinese word is read."""
    word, sound, english = draw.choice(
        (("红山", "Hóngshān", "red mountain"), ("绿茶", "lǜchá", "green tea"), ("你好", "nǐ hǎo", "hello"),
         ("女儿", "nǚ'ér", "daughter"))
    )  # fmt: skip
    n = draw.randrange(2, 90)
    return either(
        language,
        f"On page {n} the word {word} ({sound}, {english}) comes up for the first time.",
        f"第{n}页第一次出现“{word}”（{sound}，{english}）。",
    )


def stars(draw: random.Random, language: str) -> str:
    """A verdict in stars and marks."""
    count, score = draw.randrange(1, 5), f"{draw.randrange(5, 10)}.{draw.randrange(10)}/10"
    return either(
        language,
        f"Her verdict: {'★' * count}{'☆' * (5 - count)} ({score}), and ✓ for the soup, ✗ for the wine.",
        f"她的评分：{'★' * count}{'☆' * (5 - count)}（{score}），汤✓，酒✗。",
    )


def error_message(draw: random.Random, language: str) -> str:
    """What a program said when it failed, quoted."""
    code, line = f"0x{draw.randrange(16**8):08X}", draw.randrange(10, 900)
    return either(
        language,
        f"All it said was “Error {code}: access denied (line {line}, errno=13)”, which helped nobody.",
        f"屏幕上只显示“错误 {code}：拒绝访问（第{line}行，errno=13）”，谁也看不懂。",
    )


def interview(draw: random.Random, language: str) -> str:
    """Questions and answers of an interview."""
    n, year = draw.randrange(3, 60), draw.randrange(1980, 2015)
    return either(
        language,
        f"\nQ: When did you start?\nA: In {year}. I was {n} and had no idea.\n"
        f"Q: Would you do it again?\nA: Ask me in {n} years.",
        f"\n记者：您是什么时候开始的？\n答：{year}年，那时我{n}岁，什么都不懂。\n"
        f"记者：还会再做一次吗？\n答：{n}年后再问我吧。",
    )


def steps(draw: random.Random, language: str) -> str:
    """How to do it, step by step, with the names of buttons and keys."""
    n = draw.randrange(2, 90)
    return either(
        language,
        f"\n1. Click File > Print.\n2. Enter {n} and press Ctrl+P.\n3. Click Next, then Finish.",
        f"\n1. 点击“文件”>“打印”。\n2. 输入{n}，按Ctrl+P。\n3. 点击“下一步”，再点“完成”。",
    )


def letter(draw: random.Random, language: str) -> str:
    """A letter that the text is about, with greeting and ending."""
    n = draw.randrange(3, 29)
    return either(
        language,
        f"\nDear Sir or Madam,\nThank you for your letter of {n} May. The key is under the mat.\n"
        "Yours faithfully,\nThe Caretaker",
        f"\n尊敬的先生：\n5月{n}日来信收到。钥匙在垫子下面。\n此致\n敬礼\n管理员",
    )


def tex(draw: random.Random, language: str) -> str:
    """Mathematics as people type it on boards."""
    a, b = draw.randrange(2, 9), draw.randrange(2, 9)
    return either(
        language,
        f"So $x^{a} \\leq {b}$ holds, and $\\frac{{{a}}}{{{b}}}$ is the largest value of $f(x)$.",
        f"所以$x^{a} \\leq {b}$成立，$f(x)$的最大值是$\\frac{{{a}}}{{{b}}}$。",
    )


SAYINGS: tuple[Say, ...] = (
    prices, tags_and_pictures, short_forms, private_network, file_paths, shell_command, tag_explained, json_shown,
    model_numbers, bar_code, shouted, laughter, timetable, law, rights_mentioned, pronounced, stars, error_message,
    interview, steps, letter, tex,
)  # fmt: skip


KEPT: dict[str, Make] = {say.__name__: kept_after(say) for say in SAYINGS}
