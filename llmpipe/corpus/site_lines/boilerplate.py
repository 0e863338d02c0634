"""
Lines that belong to a site, not to a text: menus, cookie notices, footers, sharing, in English, Chinese and French.

A line goes when all of it has the form of such a line; a word alone never decides (a recipe may hold cookies).
"""

import re
from functools import cache, lru_cache, reduce
from operator import or_
from typing import NamedTuple

import numpy as np
import regex

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.literals import Literals, held, literals, mark
from llmpipe.corpus.quoting import unquoted
from llmpipe.corpus.site_lines.furniture import mark_furniture
from llmpipe.corpus.site_lines.navigation import mark_navigation
from llmpipe.corpus.text import codes_of, words
from llmpipe.corpus.word_arrays import ALPHABETIC, APOSTROPHE, HAN, LETTER, WHITE, flags_with, num_words

MAX_WORDS = 60  # a longer line is a paragraph
MAX_CHARACTERS = 400
TAIL_WORDS = 8  # a line as short, below a footer's first line, belongs to the footer
TAIL_LINES = 6  # a longer end of short lines is a list or a dialogue

_MENU_WORDS_TEXT = """
    home|homepage|about|about us|contact|contact us|login|log in|sign in|sign up|signup|register|subscribe|products|
    services|shop|store|cart|my account|account|blog|news|search|menu|help|faq|faqs|support|sitemap|site map|privacy|
    privacy policy|terms|terms of use|terms of service|terms and conditions|careers|jobs|press|advertise|advertising|
    cookies|cookie policy|categories|archive|archives|forum|gallery|downloads|settings|logout|log out|imprint|legal|
    accessibility|share|tweet|facebook|twitter|instagram|youtube|linkedin|pinterest|email|print|rss|next|previous|prev|
    back|top|pricing|docs|documentation|team|events|videos|photos|topics|sections|english|
    首页|主页|新闻|新闻中心|资讯|正文|登录|注册|登陆|关于|关于我们|关于本站|联系|联系我们|联系方式|产品|
    产品中心|服务|帮助|帮助中心|
    搜索|论坛|博客|视频|图片|网站地图|隐私政策|隐私声明|使用条款|服务条款|法律声明|免责声明|招聘|加入我们|
    人才招聘|广告服务|
    友情链接|购物车|我的账户|个人中心|会员中心|下载|更多|返回|返回首页|返回顶部|上一页|下一页|上一篇|下一篇|
    分享|收藏|打印|评论|
    微信|微博|意见反馈|投稿|订阅|栏目|专题|导航|公司简介|
    accueil|à propos|a propos|qui sommes-nous|contactez-nous|connexion|se connecter|s'inscrire|inscription|produits|
    actualités|boutique|panier|mon compte|recherche|rechercher|aide|plan du site|mentions légales|confidentialité|
    recrutement|presse|abonnement|s'abonner|suivant|précédent|retour|haut de page|partager|imprimer|nouvelles|
    nos services
    """
_MENU_WORDS = frozenset(word.strip() for word in _MENU_WORDS_TEXT.split("|"))
_SIGNS = "|｜/»›>→·•▪◆—"  # between the items of a menu
_SEPARATORS = _SIGNS + "\t\u3000"  # two spaces also part items
_MENU_SPLIT = re.compile(rf"\s*[{_SIGNS}]\s*|\s{{2,}}|\t|\u3000+")
_MIN_ITEMS = 3
_ANY_HAN = "\u9fa5"  # one that is in none of them
_MIN_SAID = 5  # words around a quotation that make a sentence; each Han character is one
_LINE, _PARAGRAPH = 1, 2  # kinds of lines
_SEPARATOR = ALPHABETIC  # a bit that counting words has no use for
_PATH = re.compile(r"[»›>→]|\s/\s")
_HOME = ("home", "homepage", "首页", "主页", "accueil")
_WHERE = re.compile(
    r"^(?:you are here|current location|当前位置|您的位置|您现在的位置|vous êtes ici)\s*[:：]\s*", re.IGNORECASE
)
_NUMBERING = re.compile(r"^[\W\d_]+|[\W\d_]+$")

# (what any such line holds, the form of the whole line)
_FORMS = (
    # cookies
    (
        "cookie",
        r"(?:we|this (?:web)?site|our (?:web)?site|this page|our partners)\b.{0,40}"
        r"\b(?:use|uses|using|store|stores|place|places)\b.{0,40}\bcookies?\b.*",
    ),
    ("by ", r"by (?:continuing|using|browsing|clicking)\b.{0,80}\b(?:cookies?|privacy policy|terms)\b.*"),
    (
        "cookie",
        r"(?:accept|allow|reject|manage|decline)(?: all)? (?:the )?cookies?(?: settings)?(?:\W.{0,60})?",
    ),
    ("cookie", r"cookie (?:policy|settings|preferences|notice|consent).{0,60}"),
    ("cookie|缓存", r".{0,12}本(?:网|页)?站?.{0,10}(?:使用|采用|利用).{0,8}(?:cookies?|缓存).*"),
    ("继续", r".{0,20}继续(?:浏览|使用|访问).{0,30}(?:cookies?|同意|接受).*"),
    ("cookie", r"(?:接受|同意|允许|拒绝|管理)(?:所有|全部)?\s*cookies?.{0,20}"),
    (
        "cookie",
        r"(?:nous|ce site|notre site|nos partenaires)\b.{0,40}\b(?:utilis\w+|dépos\w+)\b.{0,40}\bcookies?\b.*",
    ),
    ("en ", r"en (?:poursuivant|continuant|utilisant)\b.{0,80}\b(?:cookies?|conditions|confidentialité)\b.*"),
    ("cookie", r"(?:accepter|refuser|gérer|paramétrer)(?: tous)?(?: les)? cookies?.{0,40}"),
    # copyright
    ("copyright|©|(c)", r"(?:copyright|©|\(c\))\s*(?:©|\(c\))?.{0,8}\b(?:19|20)\d\d\b.{0,120}"),
    (
        "rights reserved|droits réservés|版权所有|保留|著作权",
        r".{0,60}(?:all rights reserved|tous droits réservés|版权所有|保留(?:所有|一切)权利|"
        r"著作权归.{0,20}所有).{0,80}",
    ),
    ("icp", r".{0,40}[京沪粤浙苏川鲁津渝闽鄂湘皖赣冀豫晋陕辽吉黑桂琼滇黔甘宁青新藏蒙]ICP[备证].{0,60}"),
    (" by | par ", r"(?:powered|propulsé|hosted|designed|theme) (?:by|par)\b.{0,60}"),
    ("来源|转自|编辑|责编", r"(?:本文(?:来源|转自|转载自)|来源|责任编辑|编辑|责编|文章来源)\s*[：:].{0,30}"),
    ("未经", r"未经(?:书面)?(?:授权|许可|允许).{0,30}(?:转载|复制|使用).{0,20}"),
    # sharing, following, subscribing
    (
        "share|partage|分享",
        r"(?:share|sharing|partager|partagez|分享)\W{0,3}(?:\b(?:facebook|twitter|x|linkedin|pinterest|reddit|"
        r"whatsapp|telegram|"
        r"e-?mail|weibo|wechat|copy link|tumblr|print|courriel)\b|微信|微博|朋友圈|[Qq][Qq]空间|[Qq][Qq]|豆瓣|知乎)"
        r"(?:\W+.{0,80})?",
    ),
    (
        "share|tweet|pin |like|post",
        r"(?:please )?(?:(?:share|tweet|pin|post) (?:this|on|via|with|to)|like (?:this|on))\b.{0,80}",
    ),
    ("partage", r"(?:partager|partagez)\b(?: (?:sur|cet|cette|via|avec)\b.{0,60}|\s*:?)"),
    ("分享|转发", r".{0,12}(?:分享到|分享至|转发到|一键分享).{0,40}"),
    (" us ", r"(?:follow|find|join|like|connect with) us (?:on|at|via)\b.{0,60}"),
    ("nous", r"(?:suivez|retrouvez|rejoignez)[- ]nous\b.{0,60}"),
    (
        "关注|扫|公众号",
        r".{0,10}(?:关注(?:我们|公众号|微信|微博)|扫(?:一扫|码|描)(?:下方|上方)?.{0,6}(?:二维码|关注|下载)|"
        r"微信公众号).{0,40}",
    ),
    ("subscribe|sign up", r"(?:subscribe|sign up)\b.{0,30}\b(?:newsletter|mailing list|updates|email|inbox)\b.{0,60}"),
    ("vous", r"(?:abonnez|inscrivez)[- ]vous\b.{0,40}\b(?:newsletter|lettre|infolettre|bulletin)\b.{0,40}"),
    (
        "newsletter|inbox|subscri|e-mail|email",
        r"(?:(?:get|receive|join|never miss|don't miss|enter your|stay)\b.{0,50}\b(?:newsletter|in your inbox|"
        r"to your inbox|"
        r"subscribers|email address|e-mail address|by email|mailing list)\b.{0,40}|"
        r"(?:you can )?unsubscribe (?:at any ?time|here|anytime|from)\b.{0,40})",
    ),
    (
        "邮箱|邮件|邮件列表|退订",
        r"(?:(?:请)?输入(?:您|你)?的?(?:电子)?邮箱|(?:订阅|加入).{0,10}邮件(?:列表|通讯)?|随时(?:可以|可)?退订|"
        r"点击退订).{0,30}",
    ),
    (
        "newsletter|lettre d|infolettre|désabonner",
        r"(?:(?:recevez|rejoignez|restez informé)\b.{0,50}\b(?:newsletter|lettre d.information|infolettre|"
        r"par e-?mail)\b.{0,40}|"
        r"(?:vous pouvez )?vous désabonner\b.{0,40}|se désabonner\b.{0,30})",
    ),
    ("订阅", r"(?:点击|欢迎)?订阅.{0,12}(?:邮件|简报|通讯|频道|我们|newsletter).{0,20}"),
    # moving about
    ("click|tap", r"(?:click|tap) (?:here|below|the (?:link|button))\b.{0,60}"),
    (
        "more|all|full",
        r"(?:read|show|learn|view|see|load) (?:more|all|full (?:article|story)|the full (?:article|story))\b.{0,20}",
    ),
    ("skip|jump", r"(?:skip|jump) to (?:main )?(?:content|navigation|main|search)\b.{0,20}"),
    ("back|return|go to", r"(?:back|return|go) to (?:the )?(?:top|home|homepage|main page)\b.{0,20}"),
    (
        "post|article|page|story|entr",
        r"(?:previous|next|older|newer|prev) (?:post|article|page|story|entry|entries|posts)\b.{0,60}",
    ),
    ("menu|navigation|search|sidebar", r"(?:toggle|open|close|main) (?:navigation|menu|search|sidebar)"),
    (
        "comment|reply|replies",
        r"(?:(?:leave|post|write|add|submit) (?:a|your) (?:comment|reply)|"
        r"(?:be the first to|log in to|sign in to) comment|no comments(?: yet)?|"
        r"(?:view |show |load |see )?(?:all )?\d+ (?:comments?|replies|responses)|comments? ?(?:\(\d+\)|"
        r"are closed|\d+)|"
        r"(?:reply|report|flag|like|quote)(?:\W+(?:reply|report|flag|like|quote|share))+).{0,60}",
    ),
    ("posted|by ", r"posted (?:by|on|in|at)\b.{0,60}"),
    (
        "评论|回复|留言",
        r"(?:(?:共|全部|查看|已有)?\s*\d+\s*[条个篇]?(?:评论|回复|留言)|(?:登录|登陆|注册)后?(?:才能|即可|方可|"
        r"可以)?(?:发表|参与)?(?:评论|回复|留言)|"
        r"(?:发表|我要|最新|热门|全部|暂无|参与|写)(?:评论|回复|留言)|(?:评论|回复|留言)\s*[（(]\d+[)）]|"
        r"抢沙发).{0,20}",
    ),
    (
        "commentaire|répon",
        r"(?:\d+ (?:commentaires?|réponses?)|aucun commentaire|(?:laisse[rz]|ajoute[rz]|écri(?:re|vez)) (?:un|"
        r"votre) commentaire|"
        r"commentaires? ?\(\d+\)|connectez-vous pour commenter|répondre\W+(?:signaler|partager|citer)).{0,40}",
    ),
    ("log|sign|register", r"(?:log ?in|sign in|register|sign up) (?:to|or|for)\b.{0,50}"),
    (
        "related|recommended|popular|recent|similar",
        r"(?:related|recommended|popular|recent|similar) (?:articles?|posts?|stories|reading|links|topics)\s*:?",
    ),
    ("you m", r"you (?:may|might) (?:also )?(?:like|be interested in).{0,30}"),
    (
        "advert|sponsor|loading|wait|print|contents|publicité",
        r"(?:advertisement|sponsored(?: content)?|loading|please wait|print this page|table of contents|"
        r"publicité)\W*",
    ),
    ("javascript", r".{0,40}\b(?:please )?enable javascript\b.{0,60}"),
    ("点击|点此|单击", r"(?:点击|点此|单击)(?:这里|此处|查看|进入|下载|阅读|展开|加载|链接).{0,30}"),
    (
        "阅读|查看|加载|展开|了解|返回|回到|跳到|相关|热门|猜你|推荐",
        r"(?:阅读全文|阅读原文|查看更多|查看全文|加载更多|展开全文|了解更多|返回顶部|回到顶部|返回首页|"
        r"跳到(?:主要)?内容|"
        r"相关(?:阅读|文章|推荐|新闻|链接)|热门(?:推荐|文章|标签)|猜你喜欢|推荐阅读)\W{0,3}.{0,12}",
    ),
    ("广告|正在|评论|打印|关闭", r"(?:广告|正在加载|网友评论|发表评论|打印本页|关闭窗口)\W{0,3}.{0,12}"),
    ("上一|下一", r"(?:上一篇|下一篇|上一页|下一页)\s*[：:].{0,60}"),
    ("字号|字体", r"(?:字号|字体)\s*[：:]?\s*[大中小\s\[\]|/]+.{0,40}"),
    (
        "lire|savoir|voir|cliquez|retour|haut de|aller|laisser|article",
        r"(?:lire (?:la suite|plus|aussi)|en savoir plus|voir (?:plus|aussi|tout)|cliquez ici|haut de page|"
        r"retour (?:en haut|à l'accueil)|aller au contenu|laisser un commentaire|"
        r"articles? (?:similaires?|connexes?|suivant|précédent))\b.{0,50}",
    ),
    ("page|article", r"(?:articles?|pages?) (?:suivante?s?|précédente?s?)\b.{0,40}"),
    # notices of sites, mails and forums
    ("browser", r".{0,40}\b(?:outdated|unsupported|old) browser\b.*|your browser (?:does not|doesn.t) support\b.*"),
    ("affiliate|commission", r".{0,60}\b(?:affiliate links?|earn (?:a|an) (?:\w+ )?commission)\b.*"),
    ("confidential|error", r"this (?:e-?mail|message)\b.{0,60}\b(?:confidential|intended|privileged)\b.*"),
    ("sent from|sent via", r"sent (?:from|via|with) (?:my )?[\w ]{2,30}"),
    ("unsubscribe", r"(?:to|if you (?:wish|want) to) unsubscribe\b.*"),
    (
        "published",
        r".{0,40}\bmay not be (?:published|reproduced|copied)\b.*|your e-?mail address will not be published\b.*",
    ),
    ("forum|all times", r"you (?:can|may)(?:not| not)? (?:post|reply|edit|delete|attach)\b.{0,60}|all times are \w+.*"),
    ("entry was", r"this (?:entry|post|article) was (?:posted|written|published|last)\b.*"),
    ("edited|modified|updated", r"this (?:page|article|post) was last (?:edited|modified|updated)\b.*"),
    ("reporting|editing|writing", r"\((?:additional )?(?:reporting|writing|editing) by\b.{0,120}\)"),
    ("about the author", r"about the author\b.{0,120}"),
    ("partners|device", r".{0,60}\b(?:partners|we)\b.{0,40}\b(?:store|access)\b.{0,40}\bon (?:a|your) device\b.*"),
    ("enjoy|like", r"you (?:may|might) (?:also )?(?:like|enjoy)\b.{0,30}"),
    (
        "本文|本站|仅代表|侵权|转载",
        r".{0,12}(?:仅代表(?:作者)?(?:本人|个人)?.{0,4}(?:观点|立场)|如有侵权|侵权.{0,6}删|转载请(?:注明|联系|保留)|与本[网站]无关).*",
    ),
    ("编辑", r"本帖最后由.{0,40}编辑"),
    ("app|客户端|扫", r".{0,20}(?:下载|打开).{0,10}(?:app|客户端).{0,20}"),
    ("点赞|点个赞|转发", r".{0,12}(?:点个?赞|点赞).{0,12}(?:转发|分享|收藏|关注).{0,12}"),
    # policies
    (" our ", r"(?:read|see|view) our (?:privacy policy|terms|cookie policy)\b.{0,60}"),
    (
        "privacy|terms|mentions|politique",
        r"(?:privacy policy|terms of (?:use|service)|terms (?:and|&) conditions|mentions légales|"
        r"politique de confidentialité)(?:\W+.{0,60})?",
    ),
    ("隐私|条款|声明|协议", r"(?:隐私(?:政策|声明)|(?:使用|服务)条款|免责声明|用户协议)(?:\W.{0,40})?"),
)
_RULES = [(hints.split("|"), re.compile(rf"\W{{0,4}}(?:{form})\W*", re.IGNORECASE)) for hints, form in _FORMS]
_LONGEST_MENU_WORD = max(map(len, _MENU_WORDS)) + 10


def boilerplate(text: str, navigation: bool = False) -> str:
    """The text without its boilerplate lines; with `navigation`, those at its ends that only the form tells, too."""
    lines = text.split("\n")
    looks = _look(text, lines)
    bad = [
        kind != 0 and _is_boilerplate(line.strip(), looks.forms, kind == _PARAGRAPH, separators)
        for line, kind, separators in zip(lines, looks.kinds.tolist(), looks.separators.tolist(), strict=True)
    ]
    mark_furniture(lines, bad)
    if navigation:
        mark_navigation(lines, bad)
    _spread(lines, bad, looks.lengths)
    if not any(bad):
        return text
    return "\n".join(line for line, is_bad in zip(lines, bad, strict=True) if not is_bad).strip("\n")


class _Look(NamedTuple):
    """
    What one look at a text tells of its n lines.

    Args:
        lengths: Characters of each, int64 (n,).
        kinds: 0 for what is blank or too long, `_LINE` or `_PARAGRAPH`, uint8 (n,).
        separators: How many places of each line may part items of a menu, no less than really do, int64 (n,).
        forms: The forms of which the text holds a hint, a bit for each.
    """

    lengths: np.ndarray
    kinds: np.ndarray
    separators: np.ndarray
    forms: int


def _look(text: str, lines: list[str]) -> _Look:
    hints, forms_of = _hints()
    lengths, kinds, separators, found, told = _looked(codes_of(text), _flags(), len(lines), *hints)
    if not told:  # a character of the text is several in folded case
        short = (lines[number] for number in np.flatnonzero((kinds == _LINE) & (lengths <= MAX_CHARACTERS)).tolist())
        found = held("\n".join(short), hints)
    forms = reduce(or_, (forms_of[hint] for hint in np.flatnonzero(found).tolist()), 0)
    return _Look(lengths, kinds, separators, forms)


@cache
def _flags() -> np.ndarray:
    return flags_with(LETTER | HAN | APOSTROPHE | WHITE, {_SEPARATOR: _SEPARATORS})


@cache
def _hints() -> tuple[Literals, list[int]]:
    """What to look for, and the forms that each of it is a hint of, a bit for each."""
    forms_of: dict[str, int] = {}
    for number, (hints, _) in enumerate(_RULES):
        for hint in hints:
            forms_of[hint] = forms_of.get(hint, 0) | 1 << number
    return literals(list(forms_of), fold=True), list(forms_of.values())


@compiled
def _looked(
    codes: np.ndarray,
    flags: np.ndarray,
    num_lines: int,
    classes: np.ndarray,
    steps: np.ndarray,
    ends: np.ndarray,
    shorter: np.ndarray,
    width: int,
    size: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, bool]:
    """What `_Look` holds, but the hints, bool (hints,), instead of the forms; and whether these could be told."""
    lengths = np.empty(num_lines, dtype=np.int64)
    kinds = np.zeros(num_lines, dtype=np.uint8)
    separators = np.zeros(num_lines, dtype=np.int64)
    found = np.zeros(size, dtype=np.bool_)
    told = True
    begin = 0
    for line in range(num_lines):
        end = begin
        while end < len(codes) and codes[end] != 10:
            end += 1
        length = end - begin
        long = length > MAX_CHARACTERS or (length > MAX_WORDS and num_words(codes, flags, begin, end) > MAX_WORDS)
        if not long:
            told &= mark(codes, begin, end, classes, steps, ends, shorter, width, found)
        if length <= 2 * MAX_CHARACTERS:
            first, last = begin, end
            while first < last and flags[codes[first]] & WHITE:
                first += 1
            while first < last and flags[codes[last - 1]] & WHITE:
                last -= 1
            if 0 < last - first <= MAX_CHARACTERS:
                kinds[line] = _PARAGRAPH if long and length <= MAX_CHARACTERS else _LINE
                for place in range(first, last):
                    flag = flags[codes[place]]
                    separators[line] += (flag & _SEPARATOR) != 0 or (flag & WHITE and flags[codes[place + 1]] & WHITE)
        lengths[line] = length
        begin = end + 1
    return lengths, kinds, separators, found, told


@lru_cache(maxsize=2**14)
def _beginning_so(beginning: str) -> tuple[int, bool]:
    """The forms of which some line begins so, a bit for each; and whether a word of menus does."""
    forms = sum(1 << number for number in range(len(_RULES)) if _partial(number).fullmatch(beginning, partial=True))
    first = beginning.casefold().split()
    return forms, any(word.startswith(first[0]) for word in _MENU_WORDS)


def _like(sign: str) -> str:
    """The same for all Han characters and kana that no form and no menu names: there are thousands."""
    return sign if not ("\u3041" <= sign <= "\u9fff" and sign.isalpha()) or sign in _named() else _ANY_HAN


@cache
def _named() -> frozenset[str]:
    return frozenset("".join(form for _, form in _FORMS) + _MENU_WORDS_TEXT)


@cache
def _partial(number: int) -> regex.Pattern[str]:
    return regex.compile(_RULES[number][1].pattern, regex.IGNORECASE)


def _spread(lines: list[str], bad: list[bool], lengths: np.ndarray) -> None:
    """Mark what context shows: three menu words on lines of their own, and short lines after a footer has begun."""
    run: list[int] = []
    for number in np.flatnonzero(lengths < _LONGEST_MENU_WORD).tolist():
        if lines[number].strip().casefold() in _MENU_WORDS:
            run = [*run, number] if run and run[-1] == number - 1 else [number]
            if len(run) >= 3:
                for member in run:
                    bad[member] = True
    if not any(bad):
        return
    tail = len(lines)
    while tail > 0 and (bad[tail - 1] or len(words(lines[tail - 1])) <= TAIL_WORDS):
        tail -= 1
    if tail and any(bad[tail:]) and len(lines) - bad.index(True, tail) <= TAIL_LINES:
        first = bad.index(True, tail)
        # as jusText does (Pomikalek 2011): between a footer's lines and the end of the page nothing short is text
        bad[first:] = [True] * (len(lines) - first)


def _is_boilerplate(line: str, likely: int, is_paragraph: bool, separators: int) -> bool:
    """Whether a whole line, not blank, has the form of a menu, a notice or a footer."""
    beginning = line[:2]
    forms, is_word = _beginning_so(beginning if beginning.isascii() else _like(beginning[0]))
    forms = 0 if is_paragraph else forms & likely
    while forms:
        number = forms.bit_length() - 1
        if _RULES[number][1].fullmatch(line):
            return not _is_quoted(line, _RULES[number][1])
        forms ^= 1 << number
    if separators:
        return separators >= _MIN_ITEMS - 1 and is_menu(line)
    return is_word and is_plain_menu(line)


def _is_quoted(line: str, form: re.Pattern[str]) -> bool:
    """Whether a line is a sentence that only quotes what has the form: `It says “© 1968, all rights reserved”, ...`."""
    said = unquoted(line)
    return len(said) < len(line) and len(words(said)) >= _MIN_SAID and not form.fullmatch(said)


def is_listed(line: str) -> bool:
    """Whether a line that stands for itself, not blank, has one of the forms."""
    listed = any(form.fullmatch(line) and not _is_quoted(line, form) for _, form in _RULES)
    return listed or is_menu(line) or is_plain_menu(line)


def is_menu(line: str) -> bool:
    """At least three short items between separators, half of them words of menus, or a path that begins at home."""
    line = _WHERE.sub("", line)
    items = _MENU_SPLIT.split(line)
    if len(items) < _MIN_ITEMS:
        return False
    items = [_NUMBERING.sub("", item).casefold() for item in items]
    items = [item for item in items if item]
    if len(items) < _MIN_ITEMS or sum(map(len, items)) > 30 * len(items):
        return False
    known = sum(item in _MENU_WORDS for item in items)
    # a path such as `Home > Town > Mill` begins with a known word and ends anywhere
    return known * 2 >= len(items) or (items[0] in _HOME and _PATH.search(line) is not None)


def is_plain_menu(line: str) -> bool:
    """At least three words of menus with nothing but spaces between them: `Home News About Contact`."""
    first = line.split(None, 1)[0].casefold() if line else ""
    if first not in _MENU_WORDS:
        return False
    items = line.casefold().split()
    return len(items) >= _MIN_ITEMS and all(item in _MENU_WORDS for item in items)
