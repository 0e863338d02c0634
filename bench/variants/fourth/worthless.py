"""Documents that nobody would keep: the commonest pages and files that hold no text."""

import base64
import random

from variants.contract import Make, Planted
from variants.parts import digits, either, picked, sentences


def lines(rows: list[str]) -> Planted:
    """A document of lines to drop."""
    return Planted("\n".join(rows), "drop")


# --- parts of pages without a page --------------------------------------------------------------------

MENU = {
    "en": (
        "Home", "About", "About us", "Our team", "Services", "Products", "Shop", "Cart", "Checkout", "My account",
        "Blog", "News", "Events", "Calendar", "Gallery", "Photos", "Videos", "Downloads", "Links", "FAQ", "Support",
        "Contact", "Contact us", "Careers", "Press", "Partners", "Donate", "Membership", "Sitemap", "Search",
        "Privacy", "Terms", "Log in", "Register", "Facebook", "Twitter", "Instagram", "YouTube", "RSS", "English",
        "Deutsch", "Español",
    ),
    "zh": (
        "首页", "关于我们", "公司简介", "企业文化", "组织机构", "新闻中心", "公司动态", "行业新闻", "通知公告",
        "产品中心", "产品展示", "解决方案", "成功案例", "服务支持", "下载中心", "常见问题", "人才招聘", "联系我们",
        "在线留言", "网站地图", "友情链接", "图片新闻", "视频", "专题", "论坛", "博客", "微博", "微信", "登录",
        "注册", "English", "收藏本站", "设为首页", "党建工作", "政务公开", "办事指南", "领导信箱", "机构设置",
        "法律声明", "隐私政策",
    ),
}  # fmt: skip
GOODS = {
    "en": ("Chairs", "Tables", "Lamps", "Rugs", "Mirrors", "Sofas", "Desks", "Shelves", "Beds", "Curtains", "Vases"),
    "zh": ("椅子", "桌子", "灯具", "地毯", "镜子", "沙发", "书桌", "置物架", "床", "窗帘", "花瓶"),
}


def menu_only(draw: random.Random, text: str, language: str) -> Planted:
    """The menu of a site, and nothing under it: the commonest page without a text."""
    items = draw.sample(MENU[language], draw.randrange(22, 34))
    place = draw.randrange(4, 12)
    items[place:place] = draw.sample(GOODS[language], draw.randrange(3, 7))
    if draw.random() < 0.5:
        return lines(items)
    mark = draw.choice((" | ", "  ", " · ", " / "))
    return lines([mark.join(items[start : start + 8]) for start in range(0, len(items), 8)])


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def archive_list(draw: random.Random, text: str, language: str) -> Planted:
    """The archive of a blog: months and how many posts each has."""
    year, rows = draw.randrange(2012, 2022), [either(language, "Archives", "文章归档")]
    for back in range(draw.randrange(20, 34)):
        y, m = year - back // 12, 11 - back % 12
        name = either(language, f"{MONTHS[m]} {y}", f"{y}年{m + 1}月")
        rows.append(f"{name} ({draw.randrange(1, 40)})")
    return lines(rows)


def loading_page(draw: random.Random, text: str, language: str) -> Planted:
    """What a page shows before its scripts have run, and the labels of a player."""
    words = {
        "en": (
            "Loading...", "Please wait...", "Advertisement", "Skip Ad", "Play", "Mute", "Fullscreen", "Close",
            "Share", "Read More", "Load More", "0:00 / 0:00", "Image", "Next", "Previous", "Retry",
        ),
        "zh": (
            "加载中...", "请稍候...", "广告", "跳过广告", "播放", "静音", "全屏", "关闭", "分享", "查看更多",
            "加载更多", "00:00 / 00:00", "图片", "下一张", "上一张", "重试",
        ),
    }[language]  # fmt: skip
    chosen = draw.sample(words, 7)
    return lines([draw.choice(chosen) for _ in range(draw.randrange(22, 40))])


SIZES = ("XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")


def size_chart(draw: random.Random, text: str, language: str) -> Planted:
    """The table of sizes of a shop."""
    head = either(language, "Size Bust Waist Hip Length", "尺码 胸围 腰围 臀围 衣长")
    unit = either(language, "cm", "厘米")
    start, step, rows = draw.randrange(74, 88), draw.randrange(3, 6), [head]
    for i, size in enumerate(SIZES[draw.randrange(2) :]):
        bust = start + i * step
        rows.append(
            f"{size} {bust}{unit} {bust - draw.randrange(14, 20)}{unit} {bust + draw.randrange(3, 9)}{unit} "
            f"{58 + i}{unit}"
        )
    for i in range(draw.randrange(6, 10)):
        rows.append(f"EU {35 + i} UK {2 + i}.5 US {4 + i}.5 {22 + i * 0.5 + draw.randrange(3) / 10:.1f}{unit}")
    return lines(rows)


def forecast(draw: random.Random, text: str, language: str) -> Planted:
    """The table of a weather page."""
    days = either(language, "Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日").split()
    skies = {"en": ("Sunny", "Cloudy", "Rain", "Showers", "Fog"), "zh": ("晴", "多云", "小雨", "阵雨", "雾")}[language]
    month, first, rows = draw.randrange(1, 13), draw.randrange(1, 14), []
    for i in range(14):
        high = draw.randrange(2, 33)
        wind = either(
            language,
            f"{draw.choice(('N', 'SW', 'E', 'NW'))} {draw.randrange(3, 40)} km/h",
            f"{draw.choice('东南西北')}风{draw.randrange(1, 6)}级",
        )
        rows.append(
            f"{days[i % 7]} {month}/{first + i} {draw.choice(skies)} {high}°/{high - draw.randrange(3, 11)}° "
            f"{draw.randrange(0, 10) * 10}% {wind}"
        )
    return lines(rows)


# --- what servers and programs send -------------------------------------------------------------------


def fresh_install(draw: random.Random, text: str, language: str) -> Planted:
    """The page that a server or a program of blogs has on its first day."""
    end = draw.choice(("example.net", "lakeside.org", "wanqu.cn"))
    host = f"{draw.choice(('web', 'srv', 'vps', 'host'))}{draw.randrange(999)}.{end}"
    date = f"{draw.randrange(2010, 2023)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}"
    pages = {
        "en": (
            f"Hello world!\n{date}\nWelcome to WordPress. This is your first post. Edit or delete it, then start "
            f"writing!\n"
            "Uncategorized\n1 Comment\nA WordPress Commenter\nHi, this is a comment.\n"
            "To get started with moderating, editing, "
            "and deleting comments, please visit the Comments screen in the dashboard.",
            "Welcome to nginx!\nIf you see this page, the nginx web server is successfully installed and working. "
            "Further "
            f"configuration is required.\nFor online documentation and support please refer to nginx.org.\n{host}\n"
            "Thank you for using nginx.",
            f"Apache2 Ubuntu Default Page\nIt works!\nThis is the default welcome page used to test the correct "
            f"operation of "
            f"the Apache2 server after installation on {host}. If you can read this page, it means that the Apache "
            f"HTTP "
            "server installed at this site is working properly. You should replace this file before continuing.",
            f"Index of /\n{host} is under construction\nThis site is coming soon!\n"
            f"Web hosting by PlanetHost. If you are the "
            f"owner of this website, please log in to your control panel.\nLast update {date}",
        ),
        "zh": (
            f"世界，您好！\n{date}\n欢迎使用WordPress。这是您的第一篇文章。编辑或删除它，然后开始写作吧！\n未分类\n"
            f"1条评论\n"
            "一位WordPress评论者\n您好，这是一条评论。若需要审核、编辑或删除评论，请访问仪表盘的评论界面。",
            f"恭喜，站点创建成功！\n这是默认index.html，本页面由系统自动生成\n{host}\n本页面在FTP根目录下的index.html\n"
            "您可以修改、删除或覆盖本页面\nFTP相关信息，请到“面板系统后台 > FTP”查看",
            f"没有找到站点\n您的请求在Web服务器中没有找到对应的站点！\n{host}\n可能原因：\n"
            f"您没有将此域名或IP绑定到对应站点!\n"
            "配置文件未生效!\n如何解决：\n检查是否已经绑定到对应站点，若确认已绑定，请尝试重载Web服务；",
            f"网站建设中\n{host} 正在备案，暂时无法访问\n本站由云主机提供支持\n如果您是站长，请登录控制台完成设置\n"
            f"更新时间 {date}",
        ),
    }  # fmt: skip
    return Planted(draw.choice(pages[language]), "drop")


def blocked_page(draw: random.Random, text: str, language: str) -> Planted:
    """What a visitor gets who is not let in, or who comes too late."""
    number, host = (
        f"{draw.randrange(16**8):08x}.{digits(draw, 10)}.{draw.randrange(16**7):07x}",
        f"www.shop{draw.randrange(999)}.com",
    )
    minutes = draw.randrange(2, 60)
    pages = {
        "en": (
            f"Access Denied\nYou don't have permission to access \"http://{host}/p/{minutes}\" on this server.\n"
            f"Reference #18.{number}",
            f"Sorry, you have been blocked\nYou are unable to access {host}\nWhy have I been blocked?\n"
            f"This website is using a "
            f"security service to protect itself from online attacks.\nCloudflare Ray ID: {number[:16]}",
            f"429 Too Many Requests\nYou have sent too many requests in a given amount of time. Try again in "
            f"{minutes} minutes."
            f"\nRequest ID: {number}",
            f"451: Unavailable for legal reasons\nWe recognize you are attempting to access {host} from a country "
            f"belonging to "
            f"the European Economic Area (EEA) and therefore access cannot be granted at this time. Error {number[:6]}",
        ),
        "zh": (
            f"您的请求可能存在威胁，已被拦截\n拦截原因：非法参数\n请求编号：{number}\n"
            f"如有疑问请联系 {host} 网站管理员\n返回首页",
            f"该内容已被发布者删除\n{minutes}分钟前\n查看其他内容\n编号 {number[:12]}\n轻触查看原文",
            f"访问过于频繁\n您的访问频率过高，请{minutes}分钟后再试\n请求ID：{number}\n刷新重试 返回首页 {host}",
            f"此内容因违规无法查看\n由用户投诉并经平台审核，涉嫌违反相关法律法规和政策\n查看对应规则\n"
            f"错误码：{number[:10]}",
        ),
    }  # fmt: skip
    return Planted(draw.choice(pages[language]), "drop")


def script_needed(draw: random.Random, text: str, language: str) -> Planted:
    """What is left of a page that scripts would have made."""
    asks = {
        "en": (
            "You need to enable JavaScript to run this app.", "JavaScript is not available.",
            "Please enable JavaScript or switch to a supported browser.", "Your browser is out of date.",
            "This site requires cookies to be enabled.",
            "We're sorry but this application doesn't work properly without JavaScript enabled.",
            "Update your browser to view this website correctly.", "Update my browser now",
            "Help Center", "Terms of Service", "Something went wrong, but don't fret — let's give it another shot.",
        ),
        "zh": (
            "您的浏览器不支持JavaScript，请启用后刷新页面。", "您的浏览器版本过低，为保证更好的体验，请升级浏览器。",
            "请使用Chrome、Firefox或IE10以上版本的浏览器访问。", "本页面需要启用Cookie。",
            "页面加载失败，请点击刷新", "您还没有安装Flash播放器，请点击这里安装", "请在微信客户端打开链接",
            "立即升级", "以后再说", "建议使用1920*1080分辨率",
        ),
    }[language]  # fmt: skip
    chosen = draw.sample(asks, 6)
    tail = f"app.{draw.randrange(16**8):08x}.js · v{draw.randrange(1, 9)}.{draw.randrange(40)}.{draw.randrange(20)}"
    return lines([*chosen, tail])


def script_warnings(draw: random.Random, text: str, language: str) -> Planted:
    """The warnings of a site's program, in the place of its page."""
    root = f"/home/{draw.choice(('web', 'www', 'user'))}{draw.randrange(99)}/public_html"
    if language == "zh":
        root, rows = f"D:\\wwwroot\\site{draw.randrange(99)}", ["Discuz! System Error", "数据库连接错误，请稍后访问"]
    else:
        rows = [
            f"Warning: mysql_connect(): Access denied for user 'db{draw.randrange(99)}'@'localhost' in "
            f"{root}/db.php on line 12"
        ]
    notes = ("Undefined index: id", "Undefined variable: page", "Trying to get property of non-object",
             "Cannot modify header information - headers already sent", "Division by zero")  # fmt: skip
    for _ in range(draw.randrange(9, 15)):
        file = f"{draw.choice(('index', 'header', 'functions', 'config', 'class.user'))}.php"
        slash = "/" if language == "en" else "\\"
        rows.append(
            f"{draw.choice(('Notice', 'Warning'))}: {draw.choice(notes)} in {root}{slash}{file} on line "
            f"{draw.randrange(5, 900)}"
        )
    return lines(rows)


def registry_record(draw: random.Random, text: str, language: str) -> Planted:
    """The record of a domain name, as pages of registrars show it."""
    name = f"{picked(draw, 'abcdefghiklmnoprstuvw', 7)}.{either(language, 'com', 'cn')}"
    year, host = draw.randrange(2000, 2018), f"ns{{}}.{draw.choice(('fastdns', 'hostcloud', 'dnsmaster'))}.net"
    rows = [
        f"Domain Name: {name.upper()}", f"Registry Domain ID: {digits(draw, 9)}_DOMAIN-VRSN",
        f"Updated Date: {year + 3}-05-{draw.randrange(10, 29)}T08:11:07Z",
        f"Creation Date: {year}-03-{draw.randrange(10, 29)}T04:00:00Z",
        f"Registry Expiry Date: {year + 9}-03-14T04:00:00Z", f"Registrar IANA ID: {draw.randrange(100, 3000)}",
        "Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited",
        "Domain Status: clientDeleteProhibited https://icann.org/epp#clientDeleteProhibited",
        f"Name Server: {host.format(1).upper()}", f"Name Server: {host.format(2).upper()}", "DNSSEC: unsigned",
    ]  # fmt: skip
    head = either(language, f"Whois lookup for {name}", f"{name} 域名信息查询 Whois查询 备案查询 收录查询")
    return lines([head, *rows])


# --- made for robots --------------------------------------------------------------------------------

TOWNS = {
    "en": ("Redhill", "Eastmere", "Alderton", "Glenmoor", "Westford", "Millbrook", "Fernhill", "Harrowgate", "Lindale"),
    "zh": ("东陵", "湾区", "清溪", "北桥", "南湾", "白田", "银镇", "江口", "石屯"),
}
TRADES = {
    "en": ("plumber", "locksmith", "carpet cleaning", "tree removal", "roof repair", "garage doors", "movers"),
    "zh": ("搬家公司", "开锁", "管道疏通", "空调维修", "保洁公司", "打印机租赁", "装修公司"),
}


def town_doorway(draw: random.Random, text: str, language: str) -> Planted:
    """A page for search engines: one trade in every town."""
    trade, rows = draw.choice(TRADES[language]), []
    for town in draw.sample(TOWNS[language], 8):
        if language == "en":
            forms = ("{1} {0}", "{0} {1}", "cheap {1} in {0}", "24/7 emergency {1} near {0}", "best {1} {0}")
        else:
            forms = ("{0}{1}", "{0}{1}电话", "{0}{1}价格", "{0}附近{1}哪家好", "{0}专业{1}")
        joint = either(language, " | ", "_")
        rows.append(joint.join([*(form.format(town, trade) for form in forms), digits(draw, 5)]))
    return lines(rows)


FILMS = {
    "en": ("The Last Harbor", "Night Train 2", "Silver Road", "Paper Moons", "The Quiet Field", "Blue Lantern"),
    "zh": ("最后的港湾", "夜行列车2", "银色公路", "纸月亮", "寂静的田野", "蓝灯笼"),
}


def download_spam(draw: random.Random, text: str, language: str) -> Planted:
    """A page that promises a film, a book or a crack to whoever clicks."""
    words = {
        "en": (
            "full movie", "free download", "watch online", "HD 1080p", "torrent", "crack", "serial key", "keygen",
            "PDF", "EPUB", "MOBI", "rapidshare", "mega.nz", "no survey", "subtitles", "BluRay x264", "full version",
            "rar",
        ),
        "zh": (
            "高清完整版", "免费下载", "在线观看", "1080P", "迅雷下载", "百度云网盘", "磁力链接", "提取码", "破解版",
            "注册机", "无水印", "国语中字", "BT种子", "抢先版", "全集", "蓝光", "手机观看", "txt下载",
        ),
    }[language]  # fmt: skip
    film, year, rows = draw.choice(FILMS[language]), draw.randrange(1995, 2023), []
    for _ in range(draw.randrange(8, 13)):
        joint = " " if language == "en" else draw.choice((" ", "-", "_"))
        rows.append(
            joint.join([film, str(year), *draw.sample(words, 5), f"{draw.randrange(1, 9)}.{digits(draw, 2)}GB"])
        )
    return lines(rows)


def conversion_table(draw: random.Random, text: str, language: str) -> Planted:
    """Rows of amounts in two units, a page for every amount."""
    one, other, rate = draw.choice(
        ((("kg", "lbs"), ("公斤", "磅"), 2.20462), (("km", "miles"), ("公里", "英里"), 0.62137),
         (("cm", "inches"), ("厘米", "英寸"), 0.3937), (("USD", "EUR"), ("美元", "欧元"), 0.8831))
    )  # fmt: skip
    names = one if language == "en" else other
    start, step = draw.randrange(1, 90), draw.choice((1, 5, 10))
    head = either(language, f"{start} {names[0]} to {names[1]}", f"{start}{names[0]}等于多少{names[1]}")
    return lines(
        [head, *(f"{n} {names[0]} = {n * rate:.4f} {names[1]}" for n in range(start, start + 24 * step, step))]
    )


# --- files ------------------------------------------------------------------------------------------


def inline_picture(draw: random.Random, text: str, language: str) -> Planted:
    """A picture within an address, which a page held in the place of a file."""
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + draw.randbytes(700)).decode()
    label = either(language, f"logo{draw.randrange(99)}", f"图{draw.randrange(99)}")
    return Planted(f"{label} data:image/png;base64,{data}", "drop")


def vector_paths(draw: random.Random, text: str, language: str) -> Planted:
    """The paths of the icons of a page."""
    rows = []
    for _ in range(12):
        steps = "".join(
            f"{draw.choice('clhvsaCLHVSA')}{draw.uniform(-9, 9):.2f} {draw.uniform(-9, 9):.2f}"
            for _ in range(draw.randrange(6, 14))
        )
        rows.append(f"M{draw.randrange(24)} {draw.randrange(24)}{steps}z")
    return lines(rows)


TERMS = {
    "en": (
        "abbey", "bridges", "canal", "drainage", "elections", "fairs", "guilds", "harbour", "inns", "justices",
        "kilns", "leases", "markets", "navigation", "orchards", "parish", "quarries", "railways", "schools",
        "tithes", "wharves",
    ),
    "zh": (
        "安平桥", "白塔", "仓库", "渡口", "耳房", "风车", "灌溉", "海防", "集市", "客栈", "老街", "码头", "农会",
        "排水", "桥梁", "书院", "田赋", "窑址", "运河", "祠堂",
    ),
}  # fmt: skip


def book_index(draw: random.Random, text: str, language: str) -> Planted:
    """The index of a book: words and pages."""
    rows = []
    for term in TERMS[language]:
        pages = sorted(draw.sample(range(3, 420), draw.randrange(1, 6)))
        shown = [f"{page}–{page + draw.randrange(1, 5)}" if draw.random() < 0.25 else str(page) for page in pages]
        rows.append(f"{term}{either(language, ', ', '，')}{', '.join(shown)}")
    return lines(rows)


def calendar_file(draw: random.Random, text: str, language: str) -> Planted:
    """A file of dates for calendars."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fernhill//Events 4.7//EN", "CALSCALE:GREGORIAN"]
    title = either(language, "SUMMARY:Meeting", "SUMMARY:会议")
    for _ in range(4):
        day = f"20{draw.randrange(10, 23)}0{draw.randrange(1, 10)}{draw.randrange(10, 29)}"
        rows += [
            "BEGIN:VEVENT", f"DTSTART;TZID=Europe/London:{day}T{draw.randrange(10, 18)}0000",
            f"DTEND;TZID=Europe/London:{day}T{draw.randrange(18, 22)}3000", f"DTSTAMP:{day}T081107Z",
            f"UID:{draw.randrange(16**12):012x}-{draw.randrange(999)}-fernhill",
            f"{title} {draw.randrange(99)}", "SEQUENCE:0", "END:VEVENT",
        ]  # fmt: skip
    return lines([*rows, "END:VCALENDAR"])


NICKS = {
    "en": ("rusty", "jdoe", "mossy", "quiet_otter", "fern", "k8", "tux", "bluebell", "nightowl", "zed"),
    "zh": ("半糖", "山里人家", "蓝色雨衣", "老张", "懒猫", "晚风", "橘子", "阿木", "小满", "江边"),
}


def join_log(draw: random.Random, text: str, language: str) -> Planted:
    """The log of a channel where everybody comes and goes and nobody speaks."""
    hour, minute, rows = draw.randrange(10, 23), draw.randrange(0, 10), []
    for _ in range(26):
        minute = min(59, minute + draw.randrange(0, 3))
        who, other = draw.sample(NICKS[language], 2)
        if language == "en":
            deed = draw.choice(
                (f"{who} (~{who}@{draw.randrange(16**8):08x}.dyn.isp.net) has joined #fern",
                 f"{who} has quit (Quit: leaving)",
                 f"{who} is now known as {who}_away", f"{who} has quit (Read error: Connection reset by peer)",
                 f"mode/#fern [+o {who}] by ChanServ")
            )  # fmt: skip
            rows.append(f"{hour}:{minute:02} -!- {deed}")
        else:
            deed = draw.choice(
                (f"“{who}”邀请“{other}”加入了群聊", f"“{who}”通过扫描“{other}”分享的二维码加入群聊",
                 f"“{who}”撤回了一条消息", f"“{who}”拍了拍“{other}”", f"“{who}”退出了群聊")
            )  # fmt: skip
            rows.append(f"{hour}:{minute:02} {deed}")
    return lines(rows)


def search_snippets(draw: random.Random, text: str, language: str) -> Planted | None:
    """A page of results of a search: scraps of other pages between dots, each with its address."""
    parts = [one for one in sentences(text, language) if len(one) > (24 if language == "en" else 10)]
    if len(parts) < 3:
        return None
    rows = [
        either(
            language,
            f"About {draw.randrange(10, 900)},000 results (0.{digits(draw, 2)} seconds)",
            f"百度为您找到相关结果约{draw.randrange(10, 900)}00个",
        )
    ]
    for part in parts:
        middle = len(part) // 2
        scrap = f"... {part[max(0, middle - 6) : middle + 8]} ... {part[: middle // 2]} ..."
        host = f"www.{draw.choice(('alder', 'fern', 'lake', 'mill'))}{draw.randrange(99)}.com"
        rows += [scrap, f"{host}/{draw.randrange(10**5)}.html - {either(language, 'Cached - Similar', '百度快照')}"]
    return lines(rows)


LOW_QUALITY: tuple[Make, ...] = (
    menu_only, archive_list, loading_page, size_chart, forecast, fresh_install, blocked_page, script_needed,
    script_warnings, registry_record, town_doorway, download_spam, conversion_table, inline_picture, vector_paths,
    book_index, calendar_file, join_log, search_snippets,
)  # fmt: skip
