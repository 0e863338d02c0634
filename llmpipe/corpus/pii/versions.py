"""
Four numbers with points between them: an address of a machine, or a version, a section, an identifier.

The form is the same, so what stands around decides: words and signs right beside the numbers first, then words of the
same sentence; and what is a version once makes versions of its neighbours, `2.13.0.1` of `2.13.0.2`. Without any
evidence it is an address: a version that is lost costs less than one that names somebody's machine.
"""

import re
from collections.abc import Sequence

from llmpipe.corpus.pii.found import before

_REACH = 80  # characters of a sentence looked at on each side
_NAMED = re.compile(  # right before: `version 2.13.0.1`, `§ 3.2.14.1`
    r"(?:\b(?:versions?|ver|v|releases?|firmware|build|revision|rev|sections?|chapter|\w*oid|\w*identifier|kernel|"
    r"clause|figure|fig|table|paragraph|annex|patch|driver|hotfix|sdk|bios|runtime|plug-?in)|"
    r"§|版本|版|固件|章|节|条|第|补丁|驱动|内核|驱动程序)[\s.:：号为是=('\"]{0,4}$",
    re.IGNORECASE | re.ASCII,
)
_NAMED_BEHIND = re.compile(  # right behind: `1.6.14.3版`, `1.6.14.3-rc1`, `1.6.14.3 (build 7)`
    r"\s?(?:版(?!权)|固件|补丁|\(build\b|build\b)|[-+.]?(?:alpha|beta|rc|dev|preview|snapshot|final|release|stable|lts|git|svn)\.?\d*\b",
    re.IGNORECASE | re.ASCII,
)
_IN_NAME = re.compile(r"[A-Za-z\])\"']\s?[=<>~!]=\s?[vV]?$")  # `foo==`
_HOSTS = r"(?!(?i:ip|host|node|server|web|db|srv|vm|user|client)s?[-_/])"
_AGENT = re.compile(rf"\b{_HOSTS}[A-Z][\w.+]*/[vV]?$", re.ASCII)  # `Chrome/`, not `logs/`
_BEHIND_NAME = re.compile(rf"\b{_HOSTS}[A-Za-z][\w.+]*[-_][vV]?$", re.ASCII)  # `libfoo-`, not `host-`
_LINK = re.compile(r"(?:://|@|//)[^\s/]*$")
_HOST_BEFORE = re.compile(
    r"(?:\b(?:ips?|ipv4|address(?:es)?|hosts?|servers?|gateway|router|machine|proxy|dns|subnet|network|netmask|ping|"
    r"traceroute|telnet|ssh|from|by|via|client|peer|node|user|localhost|nameserver)|"
    r"地址|服务器|主机|网关|来自|网段|代理|端口|域名服务器|用户|节点)"
    r"(?:\s(?:is|was|at|to|of|address))?[\s.:：为是在设=('\"]{0,4}$",
    re.IGNORECASE | re.ASCII,
)
_HOST_NOUN = re.compile(  # one that leaves no doubt: `server 10.12.30.1`
    r"(?:\b(?:ips?|ipv4|address(?:es)?|hosts?|servers?|gateway|router|dns|subnet|proxy|ping|ssh|telnet)|"
    r"地址|服务器|主机|网关)(?:\s(?:is|was|at))?[\s:：为是在=('\"]{0,4}$",
    re.IGNORECASE | re.ASCII,
)
_HOST_BEHIND = re.compile(r"(?:/[0-3]?[0-9](?![\w.])|:[0-9]{2,5}(?![\w.]))| - - \[|\s+(?:GET|POST)\b")
_LISTED_BEHIND = re.compile(r"\s*(?:,|and|or|to|through|[-–,、和与及到至])\s*$")
_VERSION_WORDS = re.compile(
    r"\b(?:versions?|releas(?:es?|ed|ing)|up(?:grad|dat)(?:es?|ed|ing)|downgrad\w+|patch(?:es|ed)?|builds?|firmware|driver|"
    r"changelog|hotfix|stable|beta|alpha|nightly|installer|plug-?in|add-?on|fixed in|supports?|affect(?:s|ed)|"
    r"sections?|clauses?|install(?:s|ed|ing)?|downloads?|downloaded|available|requires?|compatible|running|software|package|"
    r"library|module|plugin|game|program|toolkit|since|came out|is out|rolled out|new in|"
    r"chrome|firefox|safari|edge|windows|android|ios|macos|oracle|database|kernel|app)\b|"
    r"版本|新版|旧版|升级|更新|补丁|发布|固件|驱动|浏览器|安卓|内核|稳定版|测试版|系统|兼容|修复|安装|下载|软件|程序|客户端|推出|内测",
    re.IGNORECASE,
)
_HOST_WORDS = re.compile(
    r"\b(?:ip|ipv4|ips|address(?:es)?|hosts?|servers?|gateway|subnet|network|ping(?:ed)?|traceroute|dns|port|blocked|banned|"
    r"logged in|log in|login|connect(?:ed|s)?|request(?:s|ed)?|visitor|saved by|edited by|intranet|lan|telnet|ssh|"
    r"name ?servers?|neighbou?rs|camera|printers?)\b|"
    r"地址|服务器|主机|网关|请求|登录|访问|封禁|端口|网段|来自|保存|编辑",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(?<![\w.])\d{1,5}(?:\.\d{1,5}){2,3}(?!\.?\d)", re.ASCII)
_SENTENCE = re.compile(r"[.!?](?=\s+[A-Z])|[。！？\n]")
_BARE_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z]*[a-z][A-Za-z]*\s$")  # `Chrome 96.0.4664.110`
_CLAUSE_START = re.compile(r"(?:^|[.!?。！？\n])\s*$")
_LIST_BELOW = re.compile(r"[ \])=:]*(?:\(?\d{4}-\d\d-\d\d\)?)?[ :]*\n\s*[-*•+] \S")
_LARGE = 60  # of the first number: few versions begin higher, most addresses do
_VERSIONS = ("version", "named version")
_SMALL = 30  # the same, where only a name stands before: few addresses begin so low


def addresses(text: str, quads: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """
    Those of the quads of a text that are addresses of machines.

    Args:
        text: The text.
        quads: Matches of four numbers that may be one, in order.
    """
    if not quads:
        return []
    told = [_told(text, match) for match in quads]
    versions = {_beginning(match[0]) for match, kind in zip(quads, told, strict=True) if kind in _VERSIONS}
    named = _named(text)
    left = []
    for number, (match, kind) in enumerate(zip(quads, told, strict=True)):
        listed = number > 0 and quads[number - 1] not in left and _is_listed(text, quads[number - 1], match)
        begins = _beginning(match[0])
        named_near = any(_beginning(other[0]) == begins or _follows(text, other, match) for other in named)
        # where words of its sentence said that it is an address, only what is named as a version says more
        related = named_near or (kind != "likely address" and (begins in versions or listed))
        if kind == "address" or not (kind in _VERSIONS or related):
            left.append(match)
    return left


def _beginning(quad: str) -> str:
    """What versions of one thing have in common."""
    return ".".join(quad.split(".")[:2])


def _named(text: str) -> list[re.Match[str]]:
    """Numbers of three and four parts that are named as versions: `version 3.1.4.2`, `3.1.4版`."""
    return [
        match
        for match in _PARTS.finditer(text)
        if _NAMED.search(before(text, match.start())) or _NAMED_BEHIND.match(text[match.end() : match.end() + 24])
    ]


def _follows(text: str, named: re.Match[str], quad: re.Match[str]) -> bool:
    """Whether a quad is the next step of a named version in its sentence: `3.1.4.2`, then `4.0.0.1`."""
    first = int(quad[0].split(".")[0])
    between = text[min(named.end(), quad.end()) : max(named.start(), quad.start())]
    near = abs(first - int(named[0].split(".")[0])) <= 1 and first <= _SMALL
    return near and _SENTENCE.search(between) is None


def _is_listed(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    """Whether one quad is named beside the other, as in `4.2.1.10 and 4.2.1.11`."""
    between = text[first.end() : second.start()]
    return len(between) < 12 and _LISTED_BEHIND.match(between) is not None


def _told(text: str, match: re.Match[str]) -> str:
    """
    What stands around a quad says that it is.

    Returns:
        "named version", "version", "address" or "likely address"; an empty text where nothing tells.
    """
    left = before(text, match.start())
    right = text[match.end() : match.end() + 24]
    if _NAMED.search(left) or _NAMED_BEHIND.match(right):
        return "named version"
    if _LINK.search(left) or _HOST_BEHIND.match(right) or _HOST_NOUN.search(left):
        return "address"
    if _IN_NAME.search(left) or _AGENT.search(left) or _heads_list(text, match):
        return "version"
    first, second = map(int, match[0].split(".")[:2])
    if first <= _LARGE and _BEHIND_NAME.search(left):
        return "version"
    sentence = _sentence(text, match)
    is_host, is_version = _HOST_WORDS.search(sentence), first <= _LARGE and _VERSION_WORDS.search(sentence)
    if is_host or (_HOST_BEFORE.search(left) and not is_version):  # `from 4.2.1.10 to 4.2.1.11` has no word of hosts
        return "likely address"
    named = _BARE_NAME.search(left)
    of_name = named is not None and not _CLAUSE_START.search(left[: named.start()])
    if is_version or (of_name and _VERSION_WORDS.search(sentence)):
        return "version"
    return "version" if of_name and first <= _SMALL and second <= _LARGE else ""


def _heads_list(text: str, match: re.Match[str]) -> bool:
    """Whether a quad stands alone in its line above a list: what is new in a version."""
    alone = text[: match.start()].rpartition("\n")[2].strip(" #=*[v") == ""
    return alone and _LIST_BELOW.match(text, match.end()) is not None


def _sentence(text: str, match: re.Match[str]) -> str:
    """What stands around a quad in its sentence, without it."""
    left = _SENTENCE.split(text[max(0, match.start() - _REACH) : match.start()])[-1]
    right = _SENTENCE.split(text[match.end() : match.end() + _REACH])[0]
    return f"{left} {right}"
