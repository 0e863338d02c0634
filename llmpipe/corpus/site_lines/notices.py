"""
Notices of a site that are whole sentences, or stand behind the last one: calls, credits, offers, consent, paywalls.

`boilerplate` knows the forms of lines and `furniture` the words of what is no sentence. A notice worded otherwise
speaks to the reader about the site: most of its words are those of sites, one at least is of nothing else. It goes from
the ends of a text only, where it stands on a line of its own or behind the last sentence.
"""

import re
from functools import cache

import numpy as np

from llmpipe.corpus import word_arrays
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.literals import Literals, literals, may_hold, most_held
from llmpipe.corpus.quoting import is_within_quotation
from llmpipe.corpus.site_lines.boilerplate import is_listed
from llmpipe.corpus.site_lines.furniture import is_furniture
from llmpipe.corpus.word_arrays import solid_part

# of nothing but sites, hardly
_STRONG_LATIN = """
    newsletter newsletters cookie cookies subscribe subscribed subscriber subscribers subscription unsubscribe inbox
    permalink trackback wordpress phpbb javascript browser login logged register registered copyright tweet facebook
    twitter instagram pinterest whatsapp linkedin youtube advertisement advertisements sponsored republished
    reprinted permission basket delivery donation gmt pdf url app rss adverts comments commenting webmaster website
    homepage reproduction reserved email mail trending subscribing password username download downloads checkout
    abonnés abonnez abonnement connectez inscrivez infolettre publicité téléchargez commentaire commentaires
    partager partagez suivez droits mentions légales confidentialité panier réservés imprimer courriel
"""
_WEAK_LATIN = """
    application ships conditions theme cart online your you our us we please here click tap article articles story
    stories post posts posted published publish updated modified page pages site account access comment reply quote
    report share shares like liked likes follow friends news latest more get join enjoy enjoyed reader readers
    weekly daily monthly free trial unlimited sign log start never miss continue reading read content contents ads
    ad device devices technologies partners personalise personalize analyse analyze traffic best experience find out
    adjust settings watch video next previous related popular top back menu search contact editor editors writer
    staff author let know mistake vote votes poll tell below rate average call today visit store shop open buy now
    orders order price stock usually hours add welcome guest guests users forum browsing viewing topic topics
    consider supporting support work small appeared originally image images photo photos picture credit enlarge left
    month remaining view full enable properly delivered straight morning every receiving because signed up address
    required fields closed must first thread all rights part without prohibited trademark company limited ltd
    registered trading name number powered proudly by version terms policy privacy cookies information help cet
    réservé pour lire suite votre vos nos notre nous adresse mail publiée laisser recevez chaque semaine meilleurs
    plu hésitez amis suivre actualité direct contactez par lu savoir plus tous précédent suivant offrir meilleure
    expérience utilise mis jour temps lecture ne sera pas interdite reproduction sur
"""
_ADDRESS_TEXT = """
    abonnez here inscrivez n'hésitez nos notre nous now our please today us vos votre vous we you your
"""
_ADDRESS = frozenset(_ADDRESS_TEXT.split())
_SMALL_LATIN_TEXT = """
    a an and are as at au aux be been can ce d de des did do does du en est et for from has have he her him i if in
    is it its l la le les ll may me my not of on or ou où que qui re s s' she si sont t that the their them these
    they this to un une ve was will with would à
"""
_SMALL_LATIN = frozenset(_SMALL_LATIN_TEXT.split())
_STRONG_HAN = """
    登录|注册|会员|二维码|公众号|微信|微博|朋友圈|订阅|客户端|转载|版权|责编|责任编辑|编辑|审核|来源|投稿|联系电话|邮箱|
    点击|下一页|上一页|上一篇|下一篇|继续阅读|未完待续|查看全文|查看|阅读全文|返回顶部|举报|纠错|收藏|点赞|分享|评论|回帖|
    客服|优惠|包邮|咨询|友情链接|热门推荐|猜你喜欢|相关阅读|延伸阅读|推荐阅读|更多|浏览次数|字号|字体|打印|关闭|隐私政策|Cookie|
    浏览器|广告|原创|作者简介|专栏作者|备案|下载|扫描|扫码|长按|关注|转发|立场|本网|本站|首页|正文|免费
"""
_WEAK_HAN = """
    本文|文章|内容|全文|页|第|共|请|您|我们|欢迎|官方|获取|资讯|识别|立即|在线|享受|全国|如果|喜欢|每周|邮件|觉得|不错|给|的|朋友|
    为了|提供|更好|服务|使用|浏览|即|表示|同意|随时随地|看|新闻|条|全部|需要|才可以|后|已有|我要|精彩|注明|来自|声明|仅为|传播|信息|
    代表|归|原作者|所有|阅读|上方|蓝字|下方|记者|作者|往下|继续|专享|为|到|并|大|中|小|次数|来到|您好|图|可以|与|时间|发布
"""
_STRONG = frozenset(_STRONG_LATIN.split())
_KNOWN = _STRONG | frozenset(_WEAK_LATIN.split())
_HAN_WORDS = {word.strip(): 2 for word in _STRONG_HAN.split("|")} | {word.strip(): 1 for word in _WEAK_HAN.split("|")}
_HAN_WORD = re.compile("|".join(sorted(_HAN_WORDS, key=lambda word: (-len(word), word))), re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")
_NAME_HAN = re.compile("[:：]?[\u4e00-\u9fff]{2,3}(?= |$|[）】])")  # behind `编辑：`
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|©")
_ALONE_TEXT = """
    advertisement|advertisements|advertising|annonce|continue reading|lire la suite|mots-clés|posted by|
    publicité|read more|related articles|sponsored links|tags:|you may like|you might also like|à lire aussi|
    广告|更多|查看全文|热门推荐|猜你喜欢|阅读全文
"""
_ALONE = frozenset(phrase.strip() for phrase in _ALONE_TEXT.split("|"))
_END = re.compile(r"[.!?。！？][\"'”’）)]*$")
_TRIM = " \t….:：→>»«<*-–—|·"
LONGEST = 300  # characters of a notice
LONGEST_WITHIN = 120  # of one between lines of the text, characters of Chinese three
MIN_SHARE, MIN_SHARE_OF_SENTENCE = 0.5, 0.55  # of the words that are no names, numbers or small words
MIN_KNOWN, MIN_KNOWN_OF_SENTENCE = 2, 4
MIN_HAN_SHARE, MIN_HAN_WORDS = 0.55, 2
MOST_LINES = 6  # at one end of a text
# Ends of sentences behind which something else may begin
_BREAK = re.compile(r"(?<=[.!?][\"'”’)])\s+|(?<=[.!?])\s+|(?<=[。！？”）])|(?=[（【©])")
_CALL = re.compile(r"(?<=\s)[A-Z][a-zé]+(?=[ :])")
_STEP = re.compile(r"\d{1,2}[.、)．]\s?[^\d\s].*[.。;；!！]$")  # of instructions: `1. 点击“文件”>“打印”。`
_FIRST = re.compile(r"[^\W\d_]+|©")
_CREDITS = ("published", "posted", "updated", "last modified", "photo", "publié", "mis à jour")
# A line of nothing but who made something and when
_CREDIT = re.compile(
    r"(?:published|posted|(?:last )?updated|last modified|photos?|publié|mis à jour)\b(?!.*[.!?]$)",
    re.IGNORECASE,
)
_MOST_PARTS = 3
MIN_SIGN = 5  # characters: shorter ones are parts of many words
_NEWLINE, _FIRST_HAN, _LAST_HAN = 10, 0x4E00, 0x9FFF
MIN_STRONG = 2  # words of nothing but sites, of a notice that stands within a text
MIN_LEFT = 80  # characters that are left of a text: one alone may be what somebody says


def notices(text: str) -> str:
    """The text without the notices at its ends; as it is when little else would be left."""
    if not most_held(text, _signs()):
        return text
    lines = text.split("\n")
    begin = _run(lines)
    end = len(lines) - _run(lines[::-1]) if begin < len(lines) else begin
    kept = lines[begin:end]
    if not kept:
        return text
    last = _unglued(kept[-1])
    inner = [line for line in kept[:-1] if not _is_sure(line)]
    if len(inner) + 1 == len(lines) and last == kept[-1]:
        return text
    found = "\n".join([*inner, last]).strip("\n")
    return found if _size(found) >= MIN_LEFT else text


def may_have_notices(found: Characters) -> np.ndarray:
    """
    Which of several texts `notices` may change, bool (texts,).

    Those with a sign in the first or the last line that is not blank, in a short line between, or near their end.
    """
    signs = _signs()
    return _may_have_notices(found.codes, found.starts, found.ends, word_arrays.table(), signs.classes, signs.steps)


@compiled
def _may_have_notices(
    codes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    flags: np.ndarray,
    classes: np.ndarray,
    steps: np.ndarray,
) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        found = may_hold(codes, max(starts[text], ends[text] - LONGEST), ends[text], classes, steps)
        begin, first, last, last_end = starts[text], True, 0, 0
        while begin <= ends[text] and not found:
            end = begin
            while end < ends[text] and codes[end] != _NEWLINE:
                end += 1
            start, stop = solid_part(codes, flags, begin, end)
            if start < stop:
                if (first and stop - start <= LONGEST) or _is_short(codes, begin, end):
                    found = may_hold(codes, start, stop, classes, steps)
                first, last, last_end = False, start, stop
            begin = end + 1
        found |= last_end - last <= LONGEST and may_hold(codes, last, last_end, classes, steps)
        likely[text] = found
    return likely


@compiled
def _is_short(codes: np.ndarray, begin: int, end: int) -> bool:
    """Whether a line between others may be a notice, by its size."""
    size = end - begin
    if size > LONGEST_WITHIN:
        return False
    for place in range(begin, end):
        size += 2 * (_FIRST_HAN <= codes[place] <= _LAST_HAN)
    return size <= LONGEST_WITHIN


def _is_sure(line: str) -> bool:
    """Whether a line between two of the text is a notice without doubt: nearly all of its words are of sites."""
    if not line or len(line) > LONGEST_WITHIN or _size(line) > LONGEST_WITHIN or not _is_notice_whole(line):
        return False
    if line.strip(_TRIM).casefold() in _ALONE:
        return True
    if _HAN.search(line):
        return len({word for word in _HAN_WORD.findall(line) if _HAN_WORDS.get(word, 2) > 1}) >= MIN_STRONG
    words = [word.lower() for word in _WORD.findall(line)]
    return sum(word in _STRONG for word in words) >= MIN_STRONG


def _size(text: str) -> int:
    """Characters, those of Chinese three."""
    return len(text) + 2 * len(_HAN.findall(text))


def _run(lines: list[str]) -> int:
    """How many lines from the first on are notices, with the blank ones among them."""
    count = 0
    for number, line in enumerate(lines[:MOST_LINES]):
        if line and not line.isspace():
            if not _is_notice_whole(line):
                break
            count = number + 1
    return count


def _is_notice_whole(line: str) -> bool:
    """Whether a line is a notice from its first sentence on: not a sentence of the text with a notice behind it."""
    if not is_notice(line):
        return False
    first = next((line[: match.start()] for match in _BREAK.finditer(line) if line[: match.start()].strip()), line)
    return first == line or most_held(first, _signs()) > 0 or _speaks(first)


def _speaks(part: str) -> bool:
    """Whether a sentence speaks to the reader, or of nothing but sites."""
    words = [word.lower() for word in _WORD.findall(part)]
    return not _ADDRESS.isdisjoint(words) or 2 * sum(word in _KNOWN for word in words) >= len(words)


def _unglued(line: str) -> str:
    """A paragraph without the notices behind its last sentence."""
    for _ in range(_MOST_PARTS):
        tail = line[-LONGEST:]
        if not most_held(tail, _signs()):
            break
        before = len(line) - len(tail)
        places = [before + match.end() for match in _BREAK.finditer(tail)]
        places += [before + match.start() for match in _CALL.finditer(tail) if match[0].lower() in _KNOWN]
        place = next((place for place in sorted(places) if _ends_at(line, place)), None)
        if place is None:
            break
        line = line[:place].rstrip()
    return line


def _ends_at(line: str, place: int) -> bool:
    """Whether a paragraph is text before a place and a notice behind it, which begins with a word of sites."""
    rest = line[place:].strip()
    if not rest or not line[:place].strip() or not most_held(rest, _signs()) or is_within_quotation(line, place):
        return False
    first = _HAN_WORD.match(rest.lstrip("（【(")) if _HAN.search(rest) else _FIRST.match(rest)
    if first is None or not (first[0] == "©" or _HAN.search(rest) or first[0].lower() in _KNOWN):
        return False
    return is_notice(rest) or is_listed(rest) or is_furniture(rest)


@cache
def _signs() -> Literals:
    """One of which any notice holds."""
    latin = (word for word in _STRONG if len(word) >= MIN_SIGN)
    han = (word.casefold() for word, weight in _HAN_WORDS.items() if weight > 1)
    return literals(sorted({*latin, *han, *_ALONE, *_CREDITS, "©"}), fold=True)


def is_notice(line: str) -> bool:
    """Whether a line or sentence is a notice of a site."""
    line = line.strip()
    if not line or len(line) > LONGEST or not most_held(line, _signs()) or _STEP.match(line):
        return False
    if line.strip(_TRIM).casefold() in _ALONE:
        return True
    return _is_chinese_notice(line) if _HAN.search(line) else _is_latin_notice(line)


def _is_latin_notice(line: str) -> bool:
    words = _WORD.findall(line)
    is_credit = _CREDIT.match(line) is not None
    if not is_credit and not any(word.lower() in _STRONG for word in words) and "©" not in words:
        return False
    known = strong = address = others = 0
    for place, word in enumerate(words):
        lower = word.lower().replace("’", "'")
        if lower in _KNOWN:
            known += 1
            strong += lower in _STRONG
            address += lower in _ADDRESS
        elif lower not in _SMALL_LATIN and not (place and word[0].isupper()) and len(word) > 1:
            others += 1
    if is_credit and not others and len(words) > 1:
        return True
    known += 2 * ("©" in words)
    share = known / max(1, known + others)
    if _END.search(line):
        called = address > 0 or strong > 2
        return called and known >= MIN_KNOWN_OF_SENTENCE and share >= MIN_SHARE_OF_SENTENCE
    return known >= MIN_KNOWN and share > MIN_SHARE


def _is_chinese_notice(line: str) -> bool:
    found = _HAN_WORD.findall(line)
    strong = {word for word in found if _HAN_WORDS.get(word, 2) == 2}
    if not strong or len(set(found)) < MIN_HAN_WORDS and len(line) > 8:
        return False
    han = len(_HAN.findall(line))
    named = sum(len(_HAN.findall(name)) for name in _NAME_HAN.findall(_HAN_WORD.sub(" ", line)))
    covered = sum(len(word) for word in found if _HAN.search(word))
    sentence = _END.search(line) is not None
    return covered >= (MIN_HAN_SHARE if sentence else MIN_SHARE) * max(1, han - named) and (
        len(strong) > 1 or not sentence
    )
