"""Pages without a text are told by what they say to the visitor and by their form; texts about the same are not."""

import pytest

from llmpipe.corpus.textless import advert_ratio, count_ratio, reply_ratio, style_ratio
from llmpipe.corpus.visitor import visitor_ratio

ALMOST = 0.6
THINGS = ("boats", "mills", "rivers", "lakes", "nets", "oars", "ropes", "sails")
MONTHS = ("May", "June", "July", "March", "April", "August", "Autumn", "Winter")
PLACES = ("花园", "河流", "相机", "音乐", "学校", "市场", "报纸", "健康")


@pytest.mark.parametrize(
    "page",
    [
        "404\nThat page cannot be found.\nIt may have been moved or deleted.\nTry a search, or go to the homepage",
        "Access denied\nYou have been blocked.\nReference ID: 83ab17",
        "Sign in to continue\nForgot your password?\nDon't have an account?",
        "We are under maintenance\nPlease check back soon!",
        "No results found for lamps\nTry a different search or check your spelling.",
        "Your cart is empty\nContinue shopping",
        "mill19.com is for sale\nMake an offer\nRelated searches: boats, mills",
        "Access denied\nYou don't have permission to view http://mill19.com/list on this server.\nReference #18.d57e",
        "Server Error in '/' Application.\nRuntime Error\nAn application error occurred on the server.",
        "One more step\nComplete the form to visit our site.\nWhy are you asked to fill in a CAPTCHA?",
        "20% off boats\nGet code\nVerified today",
        "请完成安全验证\n您的访问过于频繁，请稍后再试",
        "抱歉，您访问的页面不存在\n返回首页",
        "请先登录\n忘记密码？\n还没有账号？立即注册",
        "网站正在建设中，敬请期待\n联系我们",
        "没有找到相关商品\n换个关键词试试",
        "域名 mill19.cn 正在出售\n一口价：3000元 立即购买",
    ],
)
def test_a_page_that_speaks_to_its_visitor(page):
    assert visitor_ratio(page) > ALMOST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The error 404 was so common that the museum made a shirt of it. Letters fill two boxes in the cellar.",
        "She bought the domain in 1998 and sold it for the price of a small house. Nobody knows who owns the name now.",
        "Are you a robot? The child laughed, and the guard at the gate of the town let both of them in for nothing.",
        "那时候到处都是找不到页面的提示，博物馆把它印在了衣服上，读者写来的信在地下室里装了两箱，没有人去读。",
        "Page not found.\n" + "The mill stands at the river, and nobody knows who built it. " * 20,
        "Please wait.",
        "Sorry for your loss yesterday. Your team is poised to do even better in the years to come, says our list.",
    ],
)
def test_a_text_about_such_pages(text):
    assert visitor_ratio(text) <= ALMOST


def test_items_with_counts():
    tags = " ".join(f"{word}({n})" for n, word in enumerate(THINGS))
    months = "\n".join(f"{word} 2012 ({n})" for n, word in enumerate(MONTHS))
    han = " ".join(f"{word}（{n}）" for n, word in enumerate(PLACES))
    cited = " ".join(
        f"The mill of {word} was the oldest of its kind ({1900 + n})." for n, word in enumerate("abcdefghi")
    )

    assert min(map(count_ratio, (tags, months, han))) > 0.9
    assert count_ratio(cited) < 0.5
    assert count_ratio("boats(3) mills(4)") == count_ratio("") == 0


def test_adverts():
    spaced = "best boats ★ cheap oars ★ mill1.vip ★ order now ★ nets ★ mill3.vip ★ free"
    spam = "best boats★cheap oars★mill1.vip★order now★mill2.vip★nets★mill3.vip★free"
    han = "代办证件★微信：abc8837★当天办理★先办后付★微信：abc8837★mill1.cn★欢迎咨询★"
    links = (
        "We read http://mill.org/a and www.river.com, which says of the lake and its boats all that the book says. " * 3
    )

    assert advert_ratio(spam) > 0.15
    assert advert_ratio(spaced) > 0.15
    assert advert_ratio(han) > 0.15
    assert advert_ratio(links) < 0.15
    assert advert_ratio("★ boats\n★ oars\n★ nets") == advert_ratio("") == 0


def test_replies():
    thread = "\n".join(f"#{n + 30} {('bump', 'thanks!!', 'up :D', 'bump~')[n % 4]}" for n in range(12))
    han = "\n".join(f"{n + 2}楼 {('顶', '支持楼主！', '路过')[n % 3]}" for n in range(12))
    drill = "\n".join(f"{n} + {n} = {2 * n}" for n in range(12))
    items = "\n".join(f"{n + 1}. {word}" for n, word in enumerate(THINGS))

    assert min(map(reply_ratio, (thread, han))) > 0.5
    assert reply_ratio(drill) == reply_ratio(items) == reply_ratio("") == 0


def test_style_sheets():
    rules = "\n".join(f".menu-{n}{{margin:{n}px;color:#c32b37}}" for n in range(6))
    nested = "@media (max-width: 40px) { .col { width: 100%; } }\n#nav a:hover { color: #fff; }\nbody { margin: 0 }"
    leftover = "{% block list %}\nHello, {{ user.name }}!\n%%FOOTER%%\n<%= render 'list' %>"
    script = "_gaq.push(['a']);\nvar s = document.getElementsByTagName('x');\n_gaq.push(['b']);"
    program = "for (i = 0; i < n; i++) {\n  total += a[i];\n}\nif (total) {\n  print(total);\n}"
    variants = "郑智与-{zh-hans:高拉特;zh-hk:古拿迪;}一起训练。" * 9

    assert style_ratio(rules) > 0.9
    assert min(map(style_ratio, (nested, leftover, script))) > 0.5
    assert style_ratio(program) == 0
    assert style_ratio(variants) == style_ratio("a set {x: x > 3} of numbers") == style_ratio("") == 0
