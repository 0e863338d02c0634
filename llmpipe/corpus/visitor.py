"""
Short pages on which a site speaks to its visitor in the place of a text.

Errors, guards against robots, doors to log in at, domains for sale, empty results and carts, coupons: servers, shops
and content systems say these things in a closed list of situations, and in much the same words all over.
"""

# ruff: noqa: E501  (a table of phrases is a table)

import re
from functools import cache

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.literals import Literals, literals, may_hold, most_held
from llmpipe.corpus.site_lines.furniture import is_furniture
from llmpipe.corpus.site_lines.notices import is_notice
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.word_arrays import WHITE, table

LONGEST_PAGE = 900  # characters, those of Chinese three: longer ones have something to say
LONGEST_UNIT = 150  # characters of a sentence that speaks to the visitor
MAX_SILENT = 0.75  # of a page without the usual phrases
MIN_HITS, MIN_UNITS = 1, 2  # usual phrases, and different things that it says in all

# What web servers, guards, dealers and shops say in place of a page: a closed list of situations, in their usual words
_WITHIN = r"""
    (?:checking|verifying|validating)\s(?:if|your|that|you|the)\b.{0,40}\b(?:browser|connection|human|secure|robot|site)
    | (?:enable|turn\son|activate|allow|requires?|disabled|support)\b.{0,24}\b(?:javascript|cookies?)
    | (?:not\sa|you\sare|are\syou)\s(?:a\s)?(?:human|robot|bot)\b | captcha | ray\sid\b | just\sa\smoment\b
    | (?:unusual|automated|suspicious|too\smany)\s(?:traffic|requests?|activity|attempts|queries)
    | (?:will|being|be|automatically)\s(?:be\s)?redirect(?:ed)?\b | ddos\b | redirecting\b | security\s(?:check|service|verification|solution)\b
    | process\sis\sautomatic\b | are\syou\s(?:over|at\sleast|under)\b | legal\sage\b | (?:to|who)\s(?:enter|access|view|visit)\s(?:this|our|the)\s(?:web)?(?:site|page)
    | (?:our|this|the|your)\s(?:new\s|online\s)?(?:web\s?site|web\s?page|store|shop|page|server|site)\s(?:is|will|has|was)\b
    | (?:notified|know|informed|email\syou)\s(?:when|once|as\ssoon) | successfully\sinstalled | further\sconfiguration
    | (?:listing|offer|auction|sale|promotion|event|deal|ad|item|seller|owner|author)\s(?:has|have)\s(?:been\s)?(?:ended|expired|closed|removed|deleted|sold)
    | (?:may|might)\shave\s(?:been\s)?(?:moved|removed|deleted|expired|changed)
    | see\s(?:similar|other|more|all)\s | (?:sponsored|popular|related|similar|recommended)\s(?:listings|searches|links|items|ads)\b | wait(?:ing)?\s(?:time|room)\b
    | (?:access|request|connection|visit)\b.{0,30}\b(?:denied|blocked|restricted|refused|rejected|forbidden|limited)\b
    | you\shave\sbeen\s(?:blocked|banned|logged\sout) | (?:request|reference|incident|error|event|support)\s(?:id|code|number|\#)
    | (?:page|file|url|document|item|content|product|listing|article|post|topic|thread|account|video|link|site|profile|user|resource|offer|job)s?\b .{0,50}(?:not\s(?:be\s)?found|(?:does|do|did)(?:n.t|\snot)\sexist|no\slonger|(?:been|was|were)\s(?:moved|removed|deleted)|unavailable|(?:not|isn.t)\savailable|expired)
    | (?:error|http|status|code)\W{0,3}[1-5]\d\d\b | [45]\d\d\b\W{0,3}(?:error|not\sfound|forbidden|unauthorized|bad\s|internal|service|gateway|page)
    | internal\sserver\serror | (?:server|runtime|application|fatal|parse|syntax|script)\serror\b | error\s(?:has\s)?(?:occurred|occured|processing|page)\b
    | (?:unhandled|uncaught)\sexception | stack\strace | warning:\s\w+\( | on\sline\s\d+\b | years\s(?:old|of\sage)\b | over\s(?:18|21)\b | bad\s(?:gateway|request)\b | gateway\stime-?out | service\s(?:is\s)?(?:temporarily\s)?unavailable
    | (?:something|things?)\s(?:went|gone)\swrong | (?:try|check|come|visit|be)\s(?:us\s|again\s|back\s)*(?:again|later|soon|shortly)\b
    | (?:contact|notify|email)\b.{0,24}\b(?:administrator|admin|webmaster|support|owner|us\sif) | database\s(?:connection|error)
    | establishing\sa\sdatabase | temporary\serror\b | in\s\d+\s(?:seconds|minutes)\b | (?:we.re|we\sare|so|very)\ssorry\b | (?:under|scheduled|routine|undergoing)\s(?:construction|maintenance)
    | maintenance\s(?:mode|work|window) | down\sfor\smaintenance | coming\s(?:very\s)?soon\b | stay\stuned\b | launching\s(?:soon|shortly)
    | (?:working\shard|working\son)\b.{0,40}\b(?:site|website|page|something|new)\b
    | domain(?:\sname)?s?\b.{0,40}\b(?:sale|expired|parked|registered|available|owner|renew|auction|pending)
    | (?:is|are|may\sbe)\s(?:available\s)?for\s(?:sale|purchase)\b | make\s(?:an\s)?offer\b | buy\s(?:it\s|this\s(?:domain|name)\s?)?now\b
    | lease\sto\sown\b | parked\b.{0,30}\b(?:free|domain|page|courtesy|by)\b | related\s(?:searches|links)\b
    | (?:renew|register|transfer|appraise)\b.{0,20}\bdomain | (?:log|sign)\s?in\s(?:to|or|with|below|here|first|again)\b
    | (?:must|need\sto|have\sto|please)\s(?:be\s)?(?:logg?(?:ed)?|sign(?:ed)?|register(?:ed)?)\b
    | (?:create|have|need|new)\s(?:an?\s|your\s|free\s)*account\b | forg[oe]t(?:ten)?\s(?:your\s|my\s)?(?:password|username) | remember\sme\b
    | keep\sme\s(?:logged|signed) | (?:user\s?name|e-?mail(?:\saddress)?)\b.{0,30}\bpassword\b
    | (?:do|does)(?:n.t|\snot)\shave\s(?:permission|access|the\srights) | (?:members|subscribers|registered\susers)\sonly
    | session\b.{0,20}\b(?:expired|timed\sout)
    | no\s(?:\w+\s){0,2}(?:results?|match(?:es)?|items?|products?|posts?|records?|listings?|reviews?|comments?|entries|events|articles|data|threads|topics|messages|images|files|jobs|offers) \b.{0,30}(?:found|match|yet|available|display|here|to\sshow|$)
    | no\s(?:results?|match(?:es)?|items?|records?|products?)\b\W*$ | nothing\s(?:was\s|has\sbeen\s)?(?:found|here|to\s(?:see|show|display)|matched)
    | did\s?n.t\smatch | did\snot\smatch | (?:0|zero)\s(?:results?|items?|products?|matches|records|listings)\b | showing\s0\b
    | (?:cart|basket|bag|wishlist|list)\sis\s(?:currently\s|still\s)?empty | continue\sshopping\b | be\sthe\sfirst\sto\b | out\sof\sstock\b
    | sold\sout\b
    | try\s(?:a\s|an\s|using\s|some\s)*(?:different|another|other|searching|broadening|fewer|more\sgeneral|checking|adjusting|removing|again|one\sof)
    | check\s(?:the|your)\s(?:spelling|address|url|connection|network|link)
    | (?:go|return|back|take\sme)\s(?:back\s)?(?:to\s)?(?:the\s|our\s)?(?:home|homepage|previous\spage|main\spage)\b
    | search\s(?:again|our|the\ssite|for|instead)\b | sort(?:ed)?\sby\b | filter\sby\b | loading\b\W* | please\swait\b
    | (?:coupon|promo(?:tion(?:al)?)?|discount|voucher)\s?codes?\b | \d+\s?%\soff\b
    | (?:get|reveal|show|copy|use|click)\s(?:the\s|this\s|for\s|to\s)*(?:code|deal|coupon|offer)\b | verified\stoday\b
"""
_FIRST = r"""
    (?:sorry|oops|uh[\s-]?oh|whoops)\b | (?:yes|no)\W{1,3}(?:enter|exit|leave|take|i\sam|i.m|thanks|continue)\b | remember\s(?:my|this)\b
    | password\W*$ | (?:user\s?name|login|log\sin|sign\s(?:in|up)|register)\W*$
    | please\s(?:enter|select|choose|wait|try|contact|verify|confirm|complete|upgrade|update|click|check|use|refresh|reload|log|sign|stand)\b
    | search\W*$ | [45]\d\d\W*$
    | (?:nginx|apache|openresty|lighttpd|litespeed|microsoft-iis|caddy|tomcat|varnish|cloudflare|gunicorn|squid)\b.{0,60}$
"""
_VISITOR_ZH = r"""
    请稍[候等后] | (?:检查|验证|确认).{0,6}(?:浏览器|安全|身份|真人|人机|您) | 自动(?:跳转|为您跳转|返回|转到) | 正在(?:跳转|加载|建设|维护|升级|出售|检[查测]|验证|连接|筹备|为您)
    | (?:开启|启用|打开|允许|支持|禁用).{0,6}(?:javascript|cookie|脚本) | 验证码 | (?:访问|操作|请求|登录|搜索)[^。！？]{0,24}(?:过于?频繁|太频繁|次数过多|太快|被?拒绝|被?拦截|受限|异常|失败|超时|出错)
    | (?:请求|事件|错误|参考|订单)(?:编号|代码|码|id) | (?:安全|人机|滑块|身份)验证 | (?:拖动|滑动|点击).{0,8}(?:滑块|拼图|按钮|完成验证) | (?:没有|无).{0,3}(?:权限|权访问|法访问) | 防火墙
    | (?:页面?|网页|内容|文章|帖子|商品|链接|网站|文件|主题|用户|视频|资源|信息|职位|店铺|账号|地址)[^，。]{0,12}(?:不存在|找不到|未找到|没有找到|无法(?:访问|找到|显示|打开)|被?删除|下架|失效|过期|走丢|丢失|移动|关闭|飞走|去火星)
    | [您你](?:所)?(?:访问|查看|请求|要找|查找|浏览|打开|寻找)的 | (?:服务器|系统|网络|程序|数据库).{0,6}(?:错误|繁忙|开小差|异常|维护|升级|出错|故障|连接) | 出错了|出错啦|出了点?问题 | 稍[后候]再?(?:试|重试|访问|来|刷新)|请重试
    | 联系.{0,8}(?:管理员|客服|站长|我们) | (?:返回|回到|前往|进入)(?:网站|本站)?(?:首页|主页|上一[页级]|前一页) | \b(?:404|403|500|502|503)\b | 敬请期待|请期待|即将(?:上线|推出|开放|回来|开业|发布)|建设中|维护中|升级中|开发中|筹备中
    | 域名.{0,24}(?:出售|转让|到期|过期|展示|停放|续费|注册|交易|未绑定|备案) | 一口价|感兴趣|同类域名|联系人|议价|报价|立即购买|购买(?:此|该|本)域名|相关搜索|有意者
    | (?:请|您?尚?未|需要?|须|必须)先?(?:登录|登陆|注册) | (?:登录|登陆|注册)[后即](?:才能|可|可以|方可|查看|继续) | 忘记密码|记住(?:我|密码|登录)|(?:还没有?|没有|已有)(?:账号|帐号|账户) | 会员(?:专享|可见|登录)|用户名|密码|免费注册|扫码登录|手机号
    | (?:没有|暂无|暂时没有|未能?|无|找不到|查无)(?:找到|搜索?到|查询?到|检索到|相关|符合|任何|匹配|更多|数据|内容|记录|评论|结果|商品|信息|回复|此人) | ^\W*(?:抱歉|很抱歉|非常抱歉|对不起|很遗憾|哎呀|糟糕|亲[，,~]) | 换(?:个|一个|其他).{0,4}(?:关键词|词|条件|姿势)|(?:试试|尝试)|检查.{0,8}(?:输入|拼写|网址|网络|地址)
    | (?:购物车|购物袋|收藏夹|订单|列表).{0,6}空 | 去逛逛|继续购物|共\s*0|\b0\s*[条个件篇项]|加载中|刷新(?:页面|重试|一下)|已售[罄完]|缺货 | 优惠[券码]|折扣码|领[取券]|立即(?:领取|抢购|注册|下载|登录|体验|进入|查看|续费)|\d折
"""
# of small letters, and each behind the beginning of a word: fast
_ENGLISH = re.compile(rf"^\W*(?:{_FIRST}) | \b(?:{_WITHIN})", re.VERBOSE)
_CHINESE = re.compile(_VISITOR_ZH, re.VERBOSE)
_STEMS = """
    brows|connection|human|robot|captcha|javascript|cookie|ray id|moment|traffic|request|activit|attempts|queries|redirect|ddos|
    securit|automatic|denied|blocked|restrict|refus|reject|forbidden|limited|banned|logged|found|exist|longer|moved|removed|deleted|
    available|expired|error|status|server|gateway|went wrong|gone wrong|nginx|apache|openresty|lighttpd|litespeed|microsoft-iis|caddy|tomcat|varnish|cloudflare|gunicorn|squid|temporar|seconds|minutes|again|later|soon|shortly|back|contact|notify|admin|
    webmaster|support|sorry|oops|whoops|uh oh|uh-oh|construction|maintenance|stay tuned|launch|working|domain|sale|purchase|offer|
    buy|lease|parked|related|log in|login|sign in|signin|sign|register|account|password|username|remember|permission|access|
    only|session|please|result|match|item|product|post|record|listing|review|comment|entries|event|article|nothing|
    empty|shopping|first|stock|sold|try|check|return|home|search|sort|filter|loading|wait|coupon|promo|discount|voucher|off|code|deal|verif|take me|legal age|are you|enter|web|store|shop|page|notified|informed|installed|configur|ended|closed|see |listings|links|waiting room|wait time|waiting time|occur|exception|stack trace|on line|years|over 18|over 21|yes|no,|fatal|runtime|warning|
    请稍|参数|检查|验证|确认|跳转|正在|开启|启用|打开|允许|支持|禁用|频繁|拒绝|拦截|受限|异常|失败|超时|出错|编号|代码|滑块|拼图|权限|
    无权|无法|防火墙|不存在|找不到|未找到|没有找到|删除|下架|失效|过期|走丢|丢失|移动|关闭|飞走|火星|您|你|服务器|系统|网络|程序|数据库|
    问题|稍后|稍候|重试|联系|返回|回到|前往|进入|404|403|500|502|503|期待|即将|建设|维护|升级|开发中|筹备|域名|一口价|感兴趣|同类域名|联系人|议价|报价|
    购买|相关搜索|有意者|登录|登陆|注册|忘记|记住|账号|帐号|账户|会员|用户名|密码|手机号|没有|暂无|未能|查无|抱歉|对不起|遗憾|哎呀|
    糟糕|亲，|亲,|换个|换一|换其他|试试|尝试|空|去逛逛|继续|共|0 条|0条|加载|刷新|已售|缺货|优惠|折扣|领取|领券|立即|折
    """  # one of which each of these holds
# Grammar rather than wording: what the visitor is to do with the site, or what it says of itself and of him
_CALL = re.compile(
    r"^\W*(?:click|tap|enter|sign|log|select|choose|check|try|return|go|back|search|submit|continue|verify|confirm|update|"
    r"upgrade|download|install|subscribe|join|view|see|read|share|follow|contact|report|get|save|buy|shop|order|add|close|"
    r"cancel|accept|allow|enable|use|reset|refresh|reload|retry|learn|find|start|create|register|show|hide|skip|turn|browse|"
    r"explore|discover|visit|send|call|renew|claim|remove|sort|filter|print|email|username|password|home|help)\b[^.!?]{0,48}$|"
    r"^\W*(?:请|点击|返回|立即|马上|登录|注册|联系|查看|刷新|重新|继续|搜索|下载|提交|输入|选择|热门|更多|推荐|猜你|换一|去|如有|如需|其他|"
    r"建议|您可以|预计|距离)[^，。！？]{0,16}$"
)
_ADDRESS = re.compile(
    r"\b(?:you|your|we|our|us)\b.{0,80}\b(?:site|website|pages?|browser|account|request|server|links?|url|orders?|items?|"
    r"results?|e-?mail|password|device|connection|network|forms?|codes?|domain|search|cookies?|address|session|visit|inbox|"
    r"team|services?|settings|administrator|inconvenience|policy|owner)\b|"
    r"\b(?:site|website|page|browser|account|request|server|link|url|error|file|administrator|web\sserver)\b.{0,60}"
    r"\b(?:you|your|we|our|us)\b|"
    r"(?:[您你]|请|我们|本[站页网]|用户|访客).{0,30}(?:网[站页址]|页面|浏览器|账[号户]|帐号|请求|服务|服务器|链接|地址|商品|宝贝|订单|邮箱|密码|"
    r"网络|域名|搜索|会话|客服|管理员|操作|输入|谅解|验证)"
)
_PERSON = re.compile(r"\bI\b(?!.?m not a)|我(?![们的要])|[.?!？。]\n.*[?？]\n")  # one who speaks, or two
_LINK = re.compile(r"https?://\S+|\bwww\.[\w./?=&%-]+|(?<=\s)/[\w./?=&%-]+")  # says nothing itself
_HAN = re.compile("[\u4e00-\u9fff]")
_UNIT = re.compile(r"(?:[^\n.!?。！？…]|[.!?](?=[^\s.!?]))+[.!?。！？…]*")


def size_of(text: str) -> int:
    """Characters that are no white space, those of Chinese three."""
    return len("".join(text.split())) + 2 * len(_HAN.findall(text))


@cache
def _stems() -> Literals:
    return literals(sorted({stem.strip() for stem in _STEMS.split("|")}), fold=True)


def _is_of_site(unit: str) -> bool:
    """Whether a line or sentence without such a phrase calls the visitor to do something, or is one of menus."""
    return any(form.search(unit) for form in (_CALL, _ADDRESS)) or is_furniture(unit) or is_notice(unit)


@compiled
def _is_silent(codes: np.ndarray, flags: np.ndarray, classes: np.ndarray, steps: np.ndarray) -> bool:
    """Whether too much of a text is in long units (`_UNIT`) and such that hold no stem, or all of it is too long."""
    total = silent = 0
    place = 0
    while place < len(codes):
        begin = place
        while place < len(codes) and not _ends_unit(codes, flags, place):
            place += 1
        if place == begin:
            place += 1
            continue
        while place < len(codes) and _is_stop(codes[place]):
            place += 1
        size = 0
        for code in codes[begin:place]:
            size += 3 if 0x4E00 <= code <= 0x9FFF else flags[code] & WHITE == 0
        total += size
        if size > LONGEST_UNIT or not may_hold(codes, begin, place, classes, steps):
            silent += size
    return silent > MAX_SILENT * total or total > LONGEST_PAGE


@compiled
def _is_stop(code: int) -> bool:
    return code in (0x21, 0x2E, 0x3F, 0x3002, 0xFF01, 0xFF1F, 0x2026)  # . ! ? 。 ！ ？ …


@compiled
def _ends_unit(codes: np.ndarray, flags: np.ndarray, place: int) -> bool:
    """Whether a line or a sentence ends at a place: a stop of ASCII within a word does not end one."""
    code = codes[place]
    if not _is_stop(code) or code > 0x7F or place + 1 == len(codes):
        return code == 0x0A or _is_stop(code)
    after = codes[place + 1]
    return flags[after] & WHITE != 0 or after in (0x21, 0x2E, 0x3F)


def visitor_ratio(text: str) -> float:
    """
    Share of a short page in sentences and lines that speak to the visitor.

    0 of a long text, of one that says one such thing only, and where most of it has none of the usual phrases.
    """
    if len(text) > LONGEST_PAGE or _is_silent(codes_of(text), table(), _stems().classes, _stems().steps):
        return 0.0
    if "/" in text or "www." in text:
        text = _LINK.sub(" ", text)
    forms = (_ENGLISH,) if text.isascii() else (_CHINESE, _ENGLISH)
    units = sorted(((size_of(unit), unit.strip()) for unit in _UNIT.findall(text.lower())), reverse=True)
    hits: set[str] = set()
    silent, total = 0, sum(size for size, _ in units)
    if total > LONGEST_PAGE:
        return 0.0
    others: list[tuple[int, str]] = []
    for size, unit in units:  # the longest first: a sentence of a text soon decides
        is_likely = size <= LONGEST_UNIT and most_held(unit, _stems()) > 0
        found = {match[0] for form in forms if is_likely for match in form.finditer(unit)}
        hits |= found
        if found:
            continue
        silent += size
        others.append((size, unit))
        if silent > MAX_SILENT * total:
            return 0.0
    if len(hits) < MIN_HITS:
        return 0.0
    said = []
    if "\n" in text.strip() and not _PERSON.search(text):  # else it may be what somebody says to somebody
        said = [(size, unit) for size, unit in others if size <= LONGEST_UNIT and _is_of_site(unit)]
    if len(hits) + len(said) < MIN_UNITS:
        return 0.0
    return (total - silent + sum(size for size, _ in said)) / total
