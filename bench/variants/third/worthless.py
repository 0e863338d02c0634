"""Documents that nobody would keep: what pages, shops, chats and machines hold where a text should be."""

import random

from variants.contract import Make, Planted
from variants.parts import digits, sentences


def lines(rows: list[str]) -> Planted:
    """A document of lines to drop."""
    return Planted("\n".join(rows), "drop")


SERVERS = ("nginx", "nginx/1.18.0 (Ubuntu)", "Apache/2.4.41 (Ubuntu) Server", "Microsoft-IIS/8.5", "openresty")


def error_page(draw: random.Random, text: str, language: str) -> Planted:
    """What a server sends when a page is not there, or when it has broken down."""
    path = f"/{draw.choice(('news', 'item', 'archive', 'p'))}/{draw.randrange(10**5)}.html"
    host, server = f"www.lakeside{draw.randrange(99)}.org", draw.choice(SERVERS)
    pages = {
        "en": (
            f"404 Not Found\nThe requested URL {path} was not found on this server.\n{server} at {host} Port 80",
            f"Oops! That page can't be found.\nIt looks like nothing was found at {path}. Maybe try a search?\n"
            f"Search for:\nGo back to {host}",
            f"502 Bad Gateway\n{server}\nThe server encountered a temporary error. Please try again in "
            f"{draw.randrange(10, 90)} seconds.",
            f"Error establishing a database connection\n{host}{path}\n{server}",
        ),
        "zh": (
            f"404 Not Found\n您要查看的页面 {path} 不存在或已删除！\n{draw.randrange(3, 9)}秒后自动跳转到首页 {host}",
            f"很抱歉，您访问的页面找不到了\n请检查您输入的网址 {host}{path} 是否正确\n返回首页 返回上一页\n{server}",
            f"服务器错误\n500 - 内部服务器错误。\n您查找的资源存在问题，因而无法显示。{path}\n{server}",
            f"提示信息\n抱歉，指定的主题{draw.randrange(10**6)}不存在或已被删除或正在被审核\n[ 点击这里返回上一页 ]",
        ),
    }
    return Planted(draw.choice(pages[language]), "drop")


LOGIN = {
    "en": (
        "Log in", "Sign up", "Username or email", "Password", "Remember me", "Forgot your password?",
        "Create an account",
        "Continue with Google", "Continue with Facebook", "Continue with Apple", "Confirm password", "Date of birth",
        "I agree to the Terms", "Resend code", "Already a member?", "Back to login",
    ),
    "zh": (
        "登录", "注册", "用户名/手机号/邮箱", "密码", "记住我", "忘记密码？", "立即注册", "微信登录", "QQ登录",
        "微博登录",
        "确认密码", "验证码", "看不清？换一张", "我已阅读并同意服务条款", "获取短信验证码", "返回登录",
    ),
}  # fmt: skip


def login_page(draw: random.Random, text: str, language: str) -> Planted:
    """The fields and buttons of a login."""
    name = f"{draw.choice(('Lakeside', 'Alder', 'Harbor'))}{draw.randrange(99)}"
    return lines([name, *draw.sample(LOGIN[language], 12), f"© {draw.randrange(2012, 2023)} {name}"])


COOKIES = (
    "_ga",
    "_gid",
    "_fbp",
    "IDE",
    "NID",
    "PHPSESSID",
    "CookieConsent",
    "_hjid",
    "test_cookie",
    "fr",
    "bcookie",
    "uid",
)


def cookie_table(draw: random.Random, text: str, language: str) -> Planted:
    """The table of cookies behind a banner."""
    words = {
        "en": ("Name", "Provider", "Expiry", "Type", "HTTP Cookie", "days", "Necessary", "Statistics", "Marketing"),
        "zh": ("名称", "提供者", "有效期", "类型", "HTTP Cookie", "天", "必要", "统计", "营销"),
    }[language]
    rows = ["\t".join(words[:4])]
    for name in draw.sample(COOKIES, 10):
        host = f"{draw.choice(('ads', 'cdn', 'stats'))}{draw.randrange(99)}.com"
        rows.append(f"{name}\t{host}\t{draw.randrange(1, 730)} {words[5]}\t{words[4]} ({draw.choice(words[6:])})")
    return lines(rows)


GOODS = {
    "en": ("Mug", "Lamp", "Scarf", "Notebook", "Backpack", "Sneaker", "Watch", "Pillow", "Charger", "Jacket", "Bowl"),
    "zh": ("马克杯", "台灯", "围巾", "笔记本", "双肩包", "运动鞋", "手表", "枕头", "充电器", "夹克", "饭碗"),
}
KINDS = {
    "en": ("Classic", "Vintage", "Ladies", "Mens", "Mini", "XL", "Waterproof", "2-Pack", "Cotton", "LED"),
    "zh": ("经典", "复古", "女士", "男士", "迷你", "加大", "防水", "两件装", "纯棉", "新款"),
}


def product_grid(draw: random.Random, text: str, language: str) -> Planted:
    """A page of a shop: goods, prices and buttons."""
    rows, joint = [], " " if language == "en" else ""
    for _ in range(10):
        name = joint.join([*draw.sample(KINDS[language], 2), draw.choice(GOODS[language])])
        price = f"{draw.randrange(4, 200)}.{draw.choice(('99', '95', '00', '50'))}"
        if language == "en":
            rows.append(f"{name}\n${price} {draw.choice(('Add to wishlist', 'Quick view', 'Sale!', 'Sold out'))}")
        else:
            rows.append(
                f"{name}\n￥{price} 已售{draw.randrange(2, 9000)}件 {draw.choice(('收藏', '加购', '包邮', '限时抢购'))}"
            )
    return lines(rows)


COUNTRIES = (
    "Afghanistan Albania Algeria Andorra Angola Argentina Armenia Australia Austria Azerbaijan Bahamas Bahrain "
    "Bangladesh Barbados Belarus Belgium Belize Benin Bhutan Bolivia Botswana Brazil Brunei Bulgaria Burundi "
    "Cambodia Cameroon Canada Chad Chile China Colombia Croatia Cuba Cyprus Denmark Djibouti Dominica Ecuador Egypt "
    "Estonia Ethiopia Fiji Finland France Gabon Gambia Georgia Germany Ghana Greece Grenada Guatemala Guinea Guyana "
    "Haiti Honduras Hungary"
)
PROVINCES = (
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 "
    "重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门 石家庄 太原 沈阳 长春 哈尔滨 南京 杭州 合肥 "
    "福州 南昌 济南 郑州"
)


def choices(draw: random.Random, text: str, language: str) -> Planted:
    """The choices of a form: countries or provinces, days, years."""
    names = (COUNTRIES if language == "en" else PROVINCES).split()
    first = draw.randrange(len(names) // 2)
    head, year = {"en": "Select country", "zh": "请选择地区"}[language], draw.randrange(1985, 2005)
    years = " ".join(map(str, range(year, year - draw.randrange(12, 30), -1)))
    return lines([head, *names[first : first + draw.randrange(18, 26)], years])


OFFERS = {
    "en": (
        "viagra", "cialis", "no prescription", "cheap", "overnight delivery", "online pharmacy", "payday loans",
        "replica watches", "generic", "lowest price", "discount", "free shipping", "buy now", "100mg", "casino bonus",
        "louis vuitton outlet", "essay writing service", "weight loss pills",
    ),
    "zh": (
        "代开发票", "办证刻章", "无抵押贷款", "加微信", "高仿手表", "六合彩", "代写论文", "壮阳药", "当天到账",
        "先办后付",
        "全国上门", "诚信经营", "价格优惠", "货到付款", "私家侦探", "刷单兼职", "日赚三百", "美女上门",
    ),
}  # fmt: skip


def spam_comment(draw: random.Random, text: str, language: str) -> Planted:
    """Advertisements that programs leave in boxes of comments."""
    rows = []
    for _ in range(draw.randrange(7, 12)):
        end = draw.choice(("info", "top", "biz", "ru"))
        site = f"http://{draw.choice(('best', 'top', 'go', 'my'))}{digits(draw, 4)}.{end}/"
        words = draw.sample(OFFERS[language], 3)
        if language == "en":
            rows.append(
                draw.choice(
                    (f"{words[0]} {words[1]} <a href={site}>{words[2]}</a>", f"{' '.join(words)} {site} {words[0]}")
                )
            )
        else:
            rows.append(
                f"{words[0]}{draw.choice('▲＋-【')}{digits(draw, 3)}{words[1]}Q{digits(draw, 9)}{words[2]} {site}"
            )
    return lines(rows)


def number_pages(draw: random.Random, text: str, language: str) -> Planted:
    """A page of a search for numbers: every number of a block, and nothing about any of them."""
    if language == "en":
        area, block = draw.randrange(205, 980), draw.randrange(220, 999)
        first = draw.randrange(1000, 9900)
        rows = [f"({area}) {block}-{number} / {area}{block}{number}" for number in range(first, first + 24)]
        return lines([f"Phone numbers in area code {area}", *rows])
    first = int(f"13{digits(draw, 5)}0000")
    return lines([f"{str(first)[:7]}号段 手机号码归属地查询", *(str(number) for number in range(first, first + 24))])


def site_map(draw: random.Random, text: str, language: str) -> Planted:
    """A map of a site for robots."""
    host, rows = f"https://www.lakeside{draw.randrange(999)}.{'com' if language == 'en' else 'cn'}", []
    for _ in range(12):
        date = f"{draw.randrange(2014, 2023)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}"
        page = f"{host}/{draw.choice(('post', 'tag', 'product'))}/{draw.randrange(10**5)}/"
        rows.append(
            f"<url><loc>{page}</loc><lastmod>{date}</lastmod><priority>0.{draw.randrange(1, 10)}</priority></url>"
        )
    return lines(['<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', *rows, "</urlset>"])


PACKAGES = (
    "left-pad",
    "lodash",
    "chalk",
    "semver",
    "minimist",
    "ws",
    "glob",
    "debug",
    "ms",
    "yargs",
    "acorn",
    "once",
    "ini",
)


def lock_file(draw: random.Random, text: str, language: str) -> Planted | None:
    """The file in which a packager notes what it has installed."""
    if language == "zh":
        return None
    rows = []
    for name in draw.sample(PACKAGES, 6):
        version = f"{draw.randrange(9)}.{draw.randrange(30)}.{draw.randrange(20)}"
        check = "".join(
            draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") for _ in range(86)
        )
        rows.append(
            f'{name}@^{version}:\n  version "{version}"\n  resolved "https://registry.yarnpkg.com/{name}/-/{name}-{version}.tgz'
            f'#{draw.randrange(16**40):040x}"\n  integrity sha512-{check}==\n'
        )
    return lines(rows)


def tickers(draw: random.Random, text: str, language: str) -> Planted:
    """A page of prices at the exchange."""
    heads = {"en": "Symbol Last Chg %Chg Volume", "zh": "代码 名称 最新价 涨跌幅 成交量"}[language]
    letters, rows = "ABCDEFGHIKLMNOPRSTVWXYZ", [heads]
    for _ in range(20):
        last, part, volume = 3 + draw.random() * 300, draw.random() * 0.12 - 0.06, f"{draw.random() * 90:.2f}"
        price, change, share = f"{last:.2f}", f"{last * part:+.2f}", f"{part:+.2%}"
        if language == "en":
            rows.append(f"{''.join(draw.sample(letters, 4))} {price} {change} {share} {volume}M")
        else:
            rows.append(
                f"{draw.choice('036')}00{digits(draw, 3)} {draw.choice('中华东方金')}{draw.choice('信联泰科')}股份 "
                f"{price} {share} {volume}万手"
            )
    return lines(rows)


SCRAPS = {
    "en": ("ae", "eS", "Oe", "a", "ee", "re", "Se", "oe", "EE", "SS", "ree", "—", "|", "~", "i", "rs", "oo", "ne",
           "ZZ", "=",
           "wt", "fe", "Bs", ":", "LS", "aS", "bi", "tt", "ss", "cs", "Vv", "7", "4", "as", "eet"),
    "zh": ("一", "丨", "口", "二", "~", "丿", "|", "ˇ", "回", "厂", "三", "人", "八", "一一", "。", "'", "日", "匚",
           "冖",
           "囗", "十", "丁", "Ⅰ", "亠", "L", "=", "j", "廿", "〔", "工", "卜", "气"),
}  # fmt: skip


def picture_read(draw: random.Random, text: str, language: str) -> Planted:
    """What recognition reads in a photograph or a drawing."""
    return lines([" ".join(draw.choices(SCRAPS[language], k=draw.randrange(4, 14))) for _ in range(14)])


def teaser_list(draw: random.Random, text: str, language: str) -> Planted | None:
    """A list of posts: the first words of each, cut off, and a link."""
    parts = [one for one in sentences(text, language) if len(one) > (20 if language == "en" else 8)]
    if len(parts) < 3:
        return None
    rows = []
    for part in parts:
        date, cut = (
            f"{draw.randrange(2010, 2022)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}",
            draw.randrange(4, 8),
        )
        rows.append(
            f"{date}\n{part[: cut * 3]}[...]\nContinue reading → {draw.randrange(30)} Comments"
            if language == "en"
            else f"{part[:cut]}…… [详细]\n{date} 阅读({draw.randrange(900)}) 评论({draw.randrange(30)})"
        )
    return lines(rows)


EMOTES = {
    "en": ("KEKW", "LUL", "PogChamp", "Kappa", "monkaS", "OMEGALUL", "LULW", "gg", "GG", "W", "L", "????", "hahaha",
           "xD", "F"),
    "zh": ("哈哈哈哈", "666", "66666", "awsl", "前方高能", "？？？", "来了来了", "卧槽", "2333", "哈哈哈哈哈哈",
           "打卡", "第一", "泪目", "草", "好耶"),
}  # fmt: skip


def emotes(draw: random.Random, text: str, language: str) -> Planted:
    """What flies over a live film."""
    return lines([" ".join([draw.choice(EMOTES[language])] * draw.randrange(1, 5)) for _ in range(30)])


FIELDS = {
    "en": (
        "Name",
        "Date",
        "Address",
        "Signature",
        "Phone",
        "Position",
        "Department",
        "Amount",
        "Witness",
        "City",
        "Zip",
        "Total",
    ),
    "zh": ("姓名", "日期", "住址", "签字", "电话", "职务", "部门", "金额", "见证人", "城市", "邮编", "合计"),
}


def blank_form(draw: random.Random, text: str, language: str) -> Planted:
    """A form that nobody has filled in."""
    mark = ": " if language == "en" else "："
    rows = [f"{field}{mark}{'_' * draw.randrange(10, 40)}" for field in draw.sample(FIELDS[language], 10)]
    yes = {"en": "[ ] Yes  [ ] No  [ ] N/A", "zh": "□是  □否  □不适用"}[language]
    return lines(
        [f"Form {digits(draw, 4)}-{draw.choice('ABC')}" if language == "en" else f"表{digits(draw, 2)}", *rows, yes]
    )


def progress_bars(draw: random.Random, text: str, language: str) -> Planted | None:
    """What training or a download writes to a terminal."""
    if language == "zh":
        return None
    total, epochs, rows = draw.choice((313, 782, 1563, 1875)), draw.choice((10, 20, 50)), []
    for epoch in range(1, draw.randrange(6, 10)):
        rows.append(f"Epoch {epoch}/{epochs}")
        for share in (0.3, 0.7, 1.0):
            at = int(total * share)
            bar = "=" * int(29 * share) + (">" + "." * int(29 - 29 * share) if share < 1 else "=")
            loss = f"loss: {draw.random():.4f} - acc: {draw.random():.4f}"
            rows.append(f"{at}/{total} [{bar}] - {'ETA: ' if share < 1 else ''}{draw.randrange(1, 60)}s - {loss}")
    return lines(rows)


def empty_search(draw: random.Random, text: str, language: str) -> Planted:
    """A search that found nothing, between the filters of a shop or a job board."""
    word = draw.choice(GOODS[language])
    options = draw.sample(KINDS[language], 6)
    if language == "en":
        rows = [f'0 results for "{word.lower()} {digits(draw, 3)}"', "Sort by: Relevance", "Filter", "Clear all"]
        rows += [f"{option} (0)" for option in options]
        return lines([*rows, f"Price ${draw.randrange(1, 50)} - ${draw.randrange(60, 900)}", "Try a different search"])
    rows = [f"共找到0条与“{word}{digits(draw, 3)}”相关的结果", "综合 销量 价格 筛选", "清空条件"]
    rows += [f"{option}(0)" for option in options]
    return lines([*rows, f"价格区间 ￥{draw.randrange(1, 50)}-￥{draw.randrange(60, 900)}", "换个关键词试试吧"])


LOW_QUALITY: tuple[Make, ...] = (
    error_page, login_page, cookie_table, product_grid, choices, spam_comment, number_pages, site_map, lock_file,
    tickers, picture_read, teaser_list, emotes, blank_form, progress_bars, empty_search,
)  # fmt: skip
