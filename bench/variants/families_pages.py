"""Lines in which a site prints values, mails in archives, and pages without a text."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Callable, Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant, worthless

_NAMES = {
    "en": ("Rosa Bianchi", "K. Olsen", "Tim Hartley", "Mei Tan", "Joan of Wick", "Peter de Vries", "A. J. Cole", "Nora Webb"),
    "zh": ("李娜", "张建国", "欧阳明", "刘洋", "王小波", "赵敏", "孙立", "何静怡"),
}  # fmt: skip
_MONTHS = ("January", "February", "May", "June", "September", "November", "December")
_WORDS = {
    "en": ("bikes", "lamps", "Perth", "boots", "tents", "piano", "soup", "Leeds", "paint", "maps", "yoga", "drones"),
    "zh": ("自行车", "台灯", "杭州", "靴子", "帐篷", "钢琴", "汤锅", "成都", "油漆", "地图", "瑜伽", "无人机"),
}


def filled(draw: Draw, form: str, language: str) -> str:
    """A form with values in the place of `{n}`, `{big}`, `{who}`, `{date}`, `{day}`, `{clock}`, `{word}`, `{id}`, `{host}`."""

    def value(match: re.Match[str]) -> str:
        made: dict[str, Callable[[], str]] = {
            "n": lambda: str(draw.between(2, 48)),
            "big": lambda: str(draw.between(1000, 98000)),
            "who": lambda: draw.choice(_NAMES[language]),
            "date": lambda: f"{draw.choice(_MONTHS)} {draw.between(1, 28)}, {draw.between(2004, 2023)}",
            "day": lambda: f"{draw.between(2004, 2023)}年{draw.between(1, 12)}月{draw.between(1, 28)}日",
            "clock": lambda: f"{draw.between(1, 12)}:{draw.between(10, 59)}",
            "word": lambda: draw.choice(_WORDS[language]),
            "id": lambda: f"{draw.between(2**28, 2**40):x}",
            "host": lambda: (
                f"{draw.choice(_WORDS['en']).lower()}{draw.between(1, 99)}.{draw.choice(('com', 'net', 'org'))}"
            ),
        }
        return made[match[1]]()

    return re.sub(r"\{(\w+)\}", value, form)


_SITES = {  # name: (above the text, below it)
    "en": {
        "archive": ("The Mill Lane Archive, catalogued {date}", "Transcribed by {who} on {date}. Corrections are welcome at the reading desk.\nBox {n}, folder {n}"),
        "radio": ("Hosted by {who}, heard on {date}", "Produced by {who} for Radio Tarn\nCopyright {n} Radio Tarn. Visit our terms page at www.tarn{n}.org for further information."),
        "court": ("Docket {big} before {who}", "Filed {date} at {clock} by {who}, deputy clerk"),
        "library": ("Borrowed {n} times since {date}", "Shelf mark: {id}\nReserve this title at the desk of {who}"),
        "blog": ("", "Written by {who} when the kettle was on\n{n} people nodded along\nOlder: what I did on {date}"),
        "bulletin": ("Vol. {n} of the Tarn Parish Bulletin, {date}", "Editor for this issue: {who}\nThe views printed here are those of the writers. Deadline for the next issue is {date}."),
        "school": ("Term {n} newsletter from Miss {who}", "Signed off by {who}, head of lower school\nNext newsletter due {date}"),
        "museum": ("Object {big} seen in room {n}", "Photographed by {who} in {date}\nAsk a guard for the large print label of object {big}"),
        "sermon": ("", "Preached by {who} at St Anne's, {date}\nListen again at sermons.stanne{n}.org"),
    },
    "zh": {
        "archive": ("磨坊街档案馆 编目日期 {day}", "录入：{who} {day}\n第{n}盒 第{n}号 勘误请告知阅览室"),
        "radio": ("主持人 {who} {day}播出", "制作 {who} 塔恩电台\n塔恩电台保留一切解释权，详情请访问 www.tarn{n}.cn"),
        "court": ("卷宗{big}号 审判员 {who}", "书记员 {who} {day}归档"),
        "library": ("自{day}起借出{n}次", "索书号：{id}\n请到 {who} 处办理预约手续"),
        "blog": ("", "写于水开之前，{who}\n{n}位朋友点头路过\n上一回：{day}的事"),
        "bulletin": ("塔恩社区简报第{n}期 {day}", "本期执行 {who}\n文中看法属于作者个人，下一期截稿日期为{day}。"),
        "school": ("第{n}周班级通讯 班主任 {who}", "签发人 {who} 低年级部\n下期通讯 {day}"),
        "museum": ("第{n}展厅 藏品{big}", "摄影 {who} {day}\n需要大字说明牌的观众请找{n}号保安"),
    },
}  # fmt: skip


def framed(head: str, tail: str, language: str) -> Make:
    """A text between lines of a site."""

    def made(draw: Draw, text: str) -> str:
        before, after = filled(draw, head, language), filled(draw, tail, language)
        return (f"{before}\n\n" if head else "") + text + (f"\n\n{after}" if tail else "")

    return made


def running(form: str, language: str) -> Make:
    """A running head between two paragraphs, where a page ended."""

    def made(draw: Draw, text: str) -> str | None:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 4:
            return None
        place = draw.between(2, len(lines) - 2)
        return "\n".join(lines[:place]) + f"\n\n{filled(draw, form, language)}\n\n" + "\n".join(lines[place:])

    return made


_RUNNING = {
    "en": {"head_bar": "{n} | {who}: Letters from the lake", "head_dot": "Proceedings of the Lake Society · {n}", "head_dash": "— {n} — Lake Society Papers"},
    "zh": {"zhead_bar": "{n} | 湖畔书信集", "zhead_dot": "湖畔学会论文集 · {n}", "zhead_dash": "— {n} — 湖畔学会会刊"},
}  # fmt: skip


def _quoted(text: str, mark: str) -> str:
    return "\n".join(mark + line for line in text.split("\n"))


_OWN = {"en": "I quite agree with what was said, and I will bring the papers on Tuesday.", "zh": "我完全同意上面的说法，星期二我会把材料带过去，大家当面谈。"}  # fmt: skip


def mail(name: str, language: str) -> Make:
    """What a mail program or a list puts around a text."""
    wrote = {"en": "On {date} at {clock}, {who} <someone@{host}> wrote:", "zh": "{who} 于{day} {clock}写道："}[language]
    head = {"en": "From: {who}\nSent: {date} {clock}\nTo: lake-list\nSubject: Re: boats", "zh": "发件人：{who}\n发送时间：{day} {clock}\n收件人：湖畔列表\n主题：回复：船"}[language]  # fmt: skip
    bar = {"en": "-----Original Message-----", "zh": "-----原始邮件-----"}[language]
    forms: dict[str, Callable[[str], str]] = {
        "quote_whole": lambda text: f"{wrote}\n{_quoted(text, '> ')}",
        "quote_twice": lambda text: f"{wrote}\n{_quoted(text, '> > ')}",
        "quote_tight": lambda text: f"{wrote}\n{_quoted(text, '>')}",
        "quote_bare": lambda text: _quoted(text + "\n" + text.split("\n")[0], "> "),
        "quote_below": lambda text: f"{text}\n\n{wrote}\n\n{_quoted(_OWN[language], '> ')}",
        "quote_above": lambda text: f"{wrote}\n{_quoted(_OWN[language], '> ')}\n\n{text}",
        "heads": lambda text: f"{head}\n\n{text}",
        "forwarded": lambda text: f"---------- Forwarded message ---------\n{head}\n\n{text}",
        "original": lambda text: f"{text}\n\n{bar}\n{head}\n\n{_OWN[language]}",
        "signature": lambda text: f"{text}\n-- \n{{who}}\nLake Society, room {{n}}",
        "list_footer": lambda text: f"{text}\n_______________________________________________\nLake-list mailing list\nhttp://lists.{{host}}/lake",
        "list_dashes": lambda text: f"{text}\n----------------------------------------------------\nTo leave the list write to lake-leave@{{host}}",
    }  # fmt: skip
    return lambda draw, text: filled(draw, forms[name](text.replace("{", "(").replace("}", ")")), language)


_MAILS = ("quote_whole", "quote_twice", "quote_tight", "quote_bare", "quote_below", "quote_above", "heads", "forwarded", "original", "signature", "list_footer", "list_dashes")  # fmt: skip

_PAGES = {
    "en": {
        "robot_wall": "One more step\nPlease complete the security check to access {host}\nWhy do I have to complete a CAPTCHA?\nCompleting the CAPTCHA proves you are a human and gives you temporary access to the web property.\nReference: {id}",
        "robot_denied": "Access Denied\nYou don't have permission to access \"http://{host}/list\" on this server.\nReference #18.{id}",
        "robot_queue": "You are now in line\nYour estimated wait time is {n} minutes.\nWhen it is your turn, you will have ten minutes to enter the website.",
        "error_404": "404\nOops! That page can’t be found.\nIt looks like nothing was found at this location. Maybe try one of the links below or a search?\nSearch for:",
        "error_500": "Server Error in '/' Application.\nRuntime Error\nDescription: An application error occurred on the server. The current custom error settings prevent the details from being viewed.",
        "error_gone": "This listing has ended.\nThe seller has removed this item or it's no longer available.\nSee similar {word}\nReturn to the start page",
        "error_php": "Warning: mysql_connect(): Access denied for user 'web{n}'@'localhost' (using password: YES) in /home/www/{host}/db.php on line {n}\nCould not connect to the database. Please contact the site owner.",
        "login_wall": "Sign in\nEmail or phone\nPassword\nForgot password?\nNew to {host}? Join now\nBy clicking Continue, you agree to the User Agreement and Privacy Policy.",
        "login_forum": "You are not logged in or you do not have permission to access this page. This could be due to one of several reasons:\nYou are not logged in. Fill in the form at the bottom of this page and try again.\nUser Name:\nPassword:\nRemember Me?",
        "login_age": "Are you over 18?\nYou must be of legal age to enter this site.\nYes, enter\nNo, take me out of here\nRemember my choice",
        "soon": "Coming soon\nWe are working hard to bring you something great.\nOur new website is on its way. Sign up to be notified when we launch.\n{n} days {n} hours",
        "soon_shop": "Opening soon\nBe the first to know when we launch.\nEnter your email\nAre you the store owner? Log in here",
        "maintenance": "Briefly unavailable for scheduled maintenance. Check back in a minute.\nWe apologise for the inconvenience.",
        "no_results": "Search results for \"{word}\"\nSorry, we couldn't find any matches for {word}.\nCheck your spelling or try more general terms.\nPopular searches: {word}, {word}, {word}",
        "no_jobs": "0 jobs found\nThere are currently no vacancies that match your criteria.\nCreate a job alert and we will email you when new jobs are posted.",
        "empty_cart": "Shopping Cart\nYour cart is currently empty.\nReturn to shop\nFree shipping on orders over ${n}",
        "coupon": "{n}% off {word} promo code\nGet code\nVerified {n} minutes ago\nUsed {big} times\nSave up to {n}% on {word} with coupon codes and deals at {host}\nShow deal",
        "parked_auction": "The domain {host} may be for sale.\nClick here to inquire about this domain.\nSponsored listings: {word} | {word} | {word}\n{n} other people are watching this name",
        "parked_hosting": "Welcome to nginx!\nIf you see this page, the web server is successfully installed and working. Further configuration is required.\nThank you for using nginx.",
        "expired": "{host} has expired\nIf you are the owner, renew it now to restore your website and email.\nRenew now",
        "weather": "{word} weather {date}\nTemp: {n}°C Feels like: {n}°C\nHumidity: {n}% Wind: {n} km/h\nPressure: {big} hPa Visibility: {n} km\nUV index: {n} Dew point: {n}°C\nSunrise: {clock} Sunset: {clock}",
        "phones": "Who called from {big}-{n}?\nNumber: {big}-{n} Searches: {n}\nNumber: {big}-{n} Searches: {n}\nNumber: {big}-{n} Searches: {n}\nNumber: {big}-{n} Searches: {n}\nReport this number",
        "stock": "{word} Corp ({n}) Last {n}.{n} Chg {n}.{n} Vol {big}\n{word} Ltd ({n}) Last {n}.{n} Chg {n}.{n} Vol {big}\n{word} Inc ({n}) Last {n}.{n} Chg {n}.{n} Vol {big}\n{word} AG ({n}) Last {n}.{n} Chg {n}.{n} Vol {big}\n{word} SA ({n}) Last {n}.{n} Chg {n}.{n} Vol {big}",
        "leftover": "{{% block content %}}\n<%= render 'posts/list' %>\nHello, {{{{ user.first_name }}}}! Welcome to {{{{ site.title }}}}.\n[INSERT TEXT HERE]\n%%FOOTER_{n}%%\n$lang['title_{n}']",
        "months": "Archives\nJanuary {n} ({n})\nMarch {n} ({n})\nMay {n} ({n})\nJune {n} ({n})\nJuly {n} ({n})\nAugust {n} ({n})\nOctober {n} ({n})\nNovember {n} ({n})\nDecember {n} ({n})",
        "categories": "{word} [{n}] {word} sale [{n}] new {word} [{n}] used {word} [{n}] {word} parts [{n}] {word} hire [{n}] {word} repair [{n}] cheap {word} [{n}] {word} jobs [{n}]",
        "spam_pills": "best {word} ★ cheap {word} ★ {host} ★ order {word} now ★ no prescription ★ {host} ★ fast delivery ★ {word} online ★ {host} ★ discount {word} ★ buy {word}",
        "spam_links": "{word} http://{host}/{n} {word} http://{host}/{n} best {word} http://{host}/{n} {word} {word} http://{host}/{n} {word} http://{host}/{n} {word} http://{host}/{n} {word} http://{host}/{n}",
        "spam_escort": "❤ {word} girls ❤ WhatsApp +1 555 {big} ❤ call now ❤ {host} ❤ 24 hours ❤ VIP {word} ❤ {host} ❤ real photos ❤ WhatsApp +1 555 {big}",
        "thread_up": "{n}. up\n{n}. thanks!\n{n}. up\n{n}. +1\n{n}. thanks\n{n}. great post\n{n}. up!!!\n{n}. thanks\n{n}. great post\n{n}. +1\n{n}. up",
        "style_media": "@media (max-width: {n}px) {{ .col {{ width: 100%; float: none; }} }}\n#nav ul li a:hover {{ color: #fff; background: url(img/{n}.png) no-repeat; }}\nbody {{ margin: 0; padding: 0; font: {n}px/1.4 Arial, sans-serif; }}\n.clear {{ clear: both; }}\n.btn {{ border-radius: {n}px; }}",
        "script": "var _gaq = _gaq || [];\n_gaq.push(['_setAccount', 'UA-{big}-{n}']);\n_gaq.push(['_trackPageview']);\n(function() {{ var ga = document.createElement('script'); ga.async = true;\nvar s = document.getElementsByTagName('script')[0]; s.parentNode.insertBefore(ga, s); }})();",
    },
    "zh": {
        "zrobot_slider": "安全验证\n请按住滑块，拖动到最右边\n您的操作过于频繁，请完成验证后继续\n{id}",
        "zrobot_denied": "访问被拒绝\n您的请求带有不合法参数，已被网站管理员设置拦截！\n如何解决：检查提交内容；普通访客请联系网站管理员。\n{id}",
        "zerror_404": "404\n哎呀，页面走丢了\n您要访问的页面可能已经删除、更名或暂时不可用。\n返回首页 返回上一页",
        "zerror_busy": "系统繁忙，请稍后再试\n错误代码：{big}\n如问题持续存在，请联系客服",
        "zerror_gone": "很抱歉，您查看的宝贝不存在，可能已下架或者被转移\n您可以：\n检查您输入的网址是否正确\n去其他地方逛逛\n{n}秒后自动返回首页",
        "zlogin_wall": "欢迎登录\n手机号/邮箱\n密码\n记住我 忘记密码？\n登录\n还没有账号？立即注册\n其他方式登录",
        "zlogin_forum": "抱歉，您所在的用户组无法进行此操作\n您需要登录后才可以继续本操作\n用户名\n密码\n找回密码 立即注册",
        "zsoon": "网站建设中\n我们正在努力筹备，敬请期待\n距离上线还有{n}天\n联系我们",
        "zmaintenance": "服务器维护公告\n为了给您提供更好的服务，我们正在对系统进行升级维护，期间将无法访问，给您带来不便敬请谅解。\n预计{clock}恢复",
        "zno_results": "没有找到与“{word}”相关的结果\n建议您：\n检查输入是否有误\n换个关键词试试\n热门搜索：{word} {word} {word}",
        "zempty_cart": "我的购物车\n购物车空空如也，快去挑选喜欢的商品吧\n去逛逛\n猜你喜欢",
        "zcoupon": "{word}优惠券\n立减{n}元\n点击领取\n已有{big}人领取\n有效期至{day}\n{word}折扣码大全，每日更新，领券购物更省钱",
        "zparked": "域名 {host} 可以转让\n如果您对该域名感兴趣，请点击这里提交您的报价\n联系人QQ：{big}{n}\n同类域名：{host} {host}",
        "zexpired": "网站已到期\n您访问的网站已过期，如果您是网站所有者，请登录后台续费\n立即续费",
        "zweather": "{word}天气预报 {day}\n温度：{n}℃ 体感：{n}℃\n湿度：{n}% 风力：{n}级\n气压：{big}hPa 能见度：{n}km\n日出：{clock} 日落：{clock}",
        "zphones": "{big}{n}是谁的电话？\n号码：{big}{n} 归属地：{word} 查询：{n}次\n号码：{big}{n} 归属地：{word} 查询：{n}次\n号码：{big}{n} 归属地：{word} 查询：{n}次\n我要标记此号码",
        "zmonths": "归档\n2012年1月 ({n})\n2012年2月 ({n})\n2012年4月 ({n})\n2012年5月 ({n})\n2013年6月 ({n})\n2013年7月 ({n})\n2013年8月 ({n})\n2013年9月 ({n})\n2013年11月 ({n})",
        "zcategories": "{word}（{n}） 二手{word}（{n}） {word}配件（{n}） {word}维修（{n}） {word}出租（{n}） 新款{word}（{n}） {word}批发（{n}） {word}招聘（{n}） 便宜{word}（{n}）",
        "zspam_agent": "专业代办{word}★诚信第一★微信：abc{big}★{host}★当天办理★先办后付★微信：abc{big}★{host}★全国{word}★欢迎咨询",
        "zspam_links": "{word}【{host}】{word}官网【{host}】{word}下载【{host}】{word}平台【{host}】{word}登录【{host}】{word}注册【{host}】{word}代理【{host}】",
        "zthread_up": "{n}楼 顶\n{n}楼 支持一下\n{n}楼 顶！\n{n}楼 路过\n{n}楼 支持一下\n{n}楼 谢谢楼主\n{n}楼 顶\n{n}楼 谢谢楼主！！\n{n}楼 路过\n{n}楼 顶顶顶\n{n}楼 顶",
    },
}  # fmt: skip


def page(form: str, language: str) -> Make:
    """A page of nothing else."""
    return lambda draw, text: filled(draw, form, language).replace("{{", "{").replace("}}", "}")


_GOOD = {  # texts that are like such pages and say something
    "en": {
        "about_404": "The error 404 was so common in those days that the museum made a shirt of it. Nobody who worked on the old server could say where the pages had gone, and the letters of readers who asked for them fill two boxes in the cellar.",
        "about_domain": "She bought the domain for nine pounds in 1998 and sold it eleven years later for the price of a small house. The buyer, a dealer in Perth, never put a page on it, and today nobody can say who owns the name.",
        "about_bot": "The guard at the gate asked every visitor whether he was a robot, which made the children laugh. My son said that he was, and the man let him in for nothing, on condition that he did not speak until noon.",
        "help_login": "If you forget your password, write to the desk and say when you last came in. We look you up in the ledger, which takes a day, and send the new one by post. Nobody is told a password by telephone, because in 2009 a man who called himself the mayor got one.",
        "quote_essay": "What he wrote was short.\n> We shall come when the river is low.\nNobody who read it knew the river, and the letter lay in the drawer until the war was over.",
        "python": "Start the shell and add two numbers, as we did in the first lesson.\n>>> 2 + 3\n5\n>>> 'a' * 3\n'aaa'\nThe second result is a text and no number, which is why the next line of the exercise fails.",
    },
    "zh": {
        "zabout_404": "那时候到处都是找不到页面的提示，博物馆干脆把它印在了衣服上。管服务器的老人说不清那些文章去了哪里，读者写来询问的信在地下室里装了满满两箱。",
        "zabout_domain": "她在1998年花一百块钱买下这个域名，十一年后用它换了一套小房子。买主是成都的一个商人，他从来没有在上面放过一个字，如今谁也说不清这个名字归谁。",
        "zhelp_login": "忘了密码的人要给前台写信，说明自己上一次来是哪一天。我们在登记簿里找到名字以后，第二天把新密码寄过去。电话里从来不说密码，因为2009年有个自称镇长的人骗走过一个。",
    },
}  # fmt: skip


def pages() -> Iterator[Variant]:
    """All of them."""
    for language, sites in _SITES.items():
        for name, (head, tail) in sites.items():
            yield Variant("site_values", f"site_{language}_{name}", language, framed(head, tail, language))
        for name, form in _RUNNING[language].items():
            yield Variant("site_values", f"site_{name}", language, running(form, language))
        for name in _MAILS:
            yield Variant("mails", f"mail_{language}_{name}", language, mail(name, language))
        for name, form in _PAGES[language].items():
            yield worthless(f"page_{name}", language, page(form, language))
        for name, form in _GOOD[language].items():
            yield Variant("hard_pages", f"good_{name}", language, _constant(form), "keep")


def _constant(form: str) -> Make:
    """The same text whatever the carrier, numbered so that no copy is one."""
    return lambda draw, text: form + " " + text.split("\n")[0]
