"""
Furniture of pages: lines at the ends of a text that are no sentence.

What is left of them without the words of menus, numbers and dates is next to nothing.
"""

import re
from functools import cache

from llmpipe.corpus.literals import Literals, literals, most_held

# alternatives of an expression in which white space does not matter
_LATIN = r"""
    log\s?in|log\s?out|sign\s?(?:in|up|out)|register|username|password|remember|forgot(?:ten)?|shares?|
    likes?|dislikes?|tweet|pin\s?it|repl(?:y|ies)|quote|report|comments?|views?|reads?|read\s?more|min(?:ute)?s?\sread|
    posts?|posted|joined|location|members?|threads?|topics?|forums?|tags?|tagged|filed\sunder|categor(?:y|ies)|
    bookmark|permalink|print(?:able)?|e-?mail|subscribe|unsubscribe|newsletter|rss|feed|follow(?:ers)?|updated|
    published|last\smodified|edit(?:ed)?|source|history|next|prev(?:ious)?|first|last|page|home|menu|search|
    download|app|app\sstore|google\splay|cart|wishlist|add|checkout|shipping|free|returns?|orders?|secure|sale|
    brands?|gift\scards?|ratings?|reviews?|weather|e-?paper|helpful|yes|no|accept|reject|manage|options|settings|
    cookies?|privacy|terms|contact|about|help|faq|sitemap|advertis\w+|sponsored|related|articles?|stories|trending|
    popular|recommended|author|credits?|photos?|videos?|gallery|save|toggle|back|top|close|open|click|here|
    facebook|twitter|instagram|youtube|linkedin|pinterest|whatsapp|reddit|telegram|sent|iphone|ipad|android|mobile|
    women|men|kids|new|account|shop|store|blog|news|products?|services?|support|careers|press|cancel|submit|send
"""
_HAN = r"""
    来源|作者|编辑|责任编辑|责编|评论|阅读|点赞|收藏|转发|投币|分享|浏览|次数|点击|回复|举报|发表于|发布时间?|时间|
    只看该作者|倒序|楼主|沙发|板凳|使用道具|显身卡|首页|尾页|末页|上一[页篇]|下一[页篇]|标签|关键[词字]|登录|登陆|注册|免费|
    用户名|密码|记住我|忘记|加入|购物车|立即|购买|包邮|七天|无理由|退换|客服|热线|电话|传真|邮编|地址|技术支持|建议使用|以上|
    浏览器|邮箱|
    设为|本站|欢迎|光临|今天是|星期[一二三四五六日天]|公网安备|经营许可证?|增值电信业务|备案号?|版权|所有|赞赏|打赏|已有|人|次|
    下载|客户端|更多|精彩|内容|请|查看|关注|公众号|二维码|长按|识别|我们|扫码|微信|微博|朋友圈|订阅|推荐|相关|热门|
    返回|顶部|列表|打印|关闭|字体|大|中|小|年|月|日|号|网站|网|您|当前|的|位置|新闻|动态|中心
"""
_FURNITURE = re.compile(
    rf"""
    \b(?:by|on|in|at|from|to|our|the|a|it|get|or|and|of|your|this|me|all|with|for|us|my|is|are|as)\b
    | https?://\S+ | www\.\S+ | [@\#]\w+ | \S+@\S+\.\w+ | \d+ (?:[.:,/-]\d+)* \s? (?:k|m|am|pm|st|nd|rd|th|°c|°f|%)?\b
    | \b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b | \b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b
    | \b(?:gmt|utc|est|edt|pst|am|pm)\b
    | (?P<word>\b(?:{_LATIN})\b | {_HAN})
    """,
    re.IGNORECASE | re.VERBOSE,
)
MAX_FURNITURE = 160  # characters of such a line
MAX_REST = 0.3  # of its letters, in other words
MAX_REST_OF_MORE = 0.45  # in a line with three such words
_LETTERS = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"[.!]$|[。！；，]")
_LATIN_WORD = re.compile("[a-z]+")
_SIGNS = re.compile(r"[\d|·»:：/@#]")
_NAME = re.compile(r"\b[A-Z][a-z]+\b")
_SMALL_WORDS = "by on in at from to our the a it get or and of your this me all with for us my is are as word s"
# whatever the expression above names, for a quick look
_FURNITURE_WORDS = frozenset(_LATIN_WORD.findall(_FURNITURE.pattern)) - frozenset(_SMALL_WORDS.split())
_LABEL = re.compile(
    r"\W*(?:tags?|tagged|filed under|categories|topics|keywords|labels|location|posts|joined|"
    r"原标题|标签|关键[词字]|分类|本文标题|本文链接|本文地址|上一篇|下一篇)\s*[:：]",
    re.IGNORECASE,
)
EDGE_LINES = 2  # at the head and at the end of a text, where furniture stands


def mark_furniture(lines: list[str], bad: list[bool]) -> None:
    """
    Mark lines of furniture from the ends of a text inwards, as long as there is little else.

    Args:
        lines: Of a text.
        bad: Lines that go already; changed in place.
    """
    number, before = len(lines), bad.copy()
    for order in (range(number), range(number - 1, -1, -1)):
        misses = 0
        for place in order:
            line = lines[place].strip()
            if not line or bad[place]:
                continue
            if is_furniture(line):
                bad[place] = True
                continue
            misses += 1
            if misses >= EDGE_LINES or len(line) > MAX_FURNITURE:
                break
    if all(mark or not line.strip() for mark, line in zip(bad, lines, strict=True)):
        bad[:] = before  # a text of nothing else is for the filters


@cache
def _stems() -> Literals:
    """What the words of furniture begin with, those of two characters and more."""
    return literals(sorted({stem for stem in map(_stem, _alternatives()) if len(stem) > 1}), fold=True)


def _alternatives() -> list[str]:
    """Those of `_LATIN` and `_HAN` without groups, and both forms of those with a hyphen that may be missing."""
    flat = re.sub(r"\([^()]*\)", "(", re.sub(r"\s", "", f"{_LATIN}|{_HAN}"))
    return [plain for one in flat.split("|") for plain in {one.replace("-?", "-"), one.replace("-?", "")}]


def _stem(alternative: str) -> str:
    found = re.match(r"(?:[^\W\d_](?!\?)|-)*", alternative)
    return found[0] if found else ""


def is_furniture(line: str) -> bool:
    """Whether a line is no sentence and next to all of it are the words, numbers and dates of menus and page ends."""
    if len(line) > MAX_FURNITURE or _SENTENCE.search(line):
        return False
    if _LABEL.match(line):
        return True
    if not line.isascii():
        if most_held(line, _stems()) < 2:
            return False
    elif sum(word in _FURNITURE_WORDS for word in _LATIN_WORD.findall(line.lower())) < 2:
        return False
    words_found = (match["word"] for match in _FURNITURE.finditer(line))
    found = {word.casefold() for word in words_found if word and len(word) > 1}
    if sum(map(len, found)) < 4 or len(found) < (2 if _SIGNS.search(line) else 3):
        return False
    rest = _FURNITURE.sub(" ", line)
    if len(found) >= 4:
        rest = _NAME.sub(" ", rest)  # of the author, the paper, the place
    return len(_LETTERS.findall(rest)) <= (MAX_REST if len(found) < 3 else MAX_REST_OF_MORE) * len(
        _LETTERS.findall(line)
    )
