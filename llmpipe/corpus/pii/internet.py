"""E-mail and IP addresses."""

import ipaddress
import re
from collections.abc import Iterator

import numpy as np

from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.pii.found import Found, before
from llmpipe.corpus.pii.versions import addresses
from llmpipe.corpus.text import codes_of

_SIGN = re.compile("[@＠]")
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}[@＠]"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
# With spaces beside the sign; a hint tells it from `see you @ example.com`
_APART = re.compile(
    r"(?<![A-Za-z0-9._%+@-])([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})(?: ?[@＠] | [@＠] ?)"
    r"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])? ?\. ?){1,4}[A-Za-z]{2,12})(?![A-Za-z0-9])"
)
_MAILBOX = re.compile(r"[A-Za-z]\w*[._\d]\w*")  # a name of two parts, or with digits
_MAIL_WORD = re.compile(
    r"(?:\be-?mails?\b|\bmail\b|\bwrite (?:to )?|\breach(?:ed)?\b|\bcontact\b|邮箱|郵箱|邮件|郵件|信箱|电邮|"
    r"電郵|发至|發至|发到|寄到|寄至)[^\n@]{0,24}$",
    re.IGNORECASE,
)
_FREE_HOSTS = re.compile(
    r"(?:gmail|googlemail|yahoo|hotmail|outlook|live|msn|aol|icloud|me|gmx|web|proton(?:mail)?|mail|yandex|qq|163|126|139|"
    r"189|sina|sohu|foxmail|aliyun|tom|yeah|naver) ?\. ?[a-z]{2,3}(?: ?\. ?[a-z]{2})?",
    re.IGNORECASE,
)
_BEFORE_SIGN, _AFTER_SIGN = 72, 260  # characters: the longest local part with `mailto:`, the longest domain
_NO_MAILBOX = re.compile(r"git@|.*[@＠][1-4]x\.(?:png|jpe?g|gif|webp|svg)$", re.IGNORECASE)  # a repository, an icon
_USER_OF_LINK = re.compile(r"(?<!mailto)://[^\s/@]*$")
_SPELLED_SIGNS = {  # what stands in the text -> a sign that is looked around
    "(": re.compile(r"\( ?(?:at|AT|arobase|@) ?\)"),
    "[": re.compile(r"\[ ?(?:at|AT|arobase|@) ?\]"),
    "{": re.compile(r"\{ ?(?:at|AT|arobase|@) ?\}"),
    " AT ": re.compile(" AT "),
    " dot ": re.compile(" dot "),
}
SIGNS = ("@", "＠", " AT ", " dot ")  # of which any address holds one, but those with one of these words in brackets
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.])(?:[A-Za-z]+ (?:dot|DOT) ){0,2}[A-Za-z0-9][A-Za-z0-9._%+-]{1,63}(?:"
    r" ?[\[({] ?(?:at|AT|arobase|@) ?[\])}] ?[A-Za-z0-9-]{2,}"
    r"(?:(?: ?[\[({] ?(?:dot|DOT|point) ?[\])}] ?|\.| dot | DOT )[A-Za-z][A-Za-z0-9-]+)+"
    r"| AT [A-Za-z0-9-]{2,}(?: DOT [A-Za-z0-9-]{2,})+"
    r"| at [A-Za-z0-9-]{2,}(?: dot [A-Za-z0-9-]{2,}){0,2} dot (?:com|org|net|edu|gov|io|cn|fr|de|uk))(?![\w-])",
    re.ASCII,
)
# the looks back stand behind the first digit: a pattern that begins with a digit is searched for faster
_IPV4 = re.compile(
    r"[0-9](?<![0-9.][0-9])(?<![0-9.][A-Za-z][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?!\.?[0-9])(?![A-Za-z])"
)
_TWO_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?!\w|:|\.\d)", re.ASCII)
_LONGEST_IPV6 = 40  # characters
# ranges for documentation are none of these: a text that masks an address writes one
_LOCAL = [
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7")
]


def emails(text: str) -> Iterator[Found]:
    """Addresses, also written with (at) and (dot)."""
    if "@" in text or "＠" in text:
        yield from _plain_emails(text)
    for part, sign in _SPELLED_SIGNS.items():
        if part in text:
            for start, end in _around(text, sign, _BEFORE_SIGN, _AFTER_SIGN):
                for match in _SPELLED_EMAIL.finditer(text, start, end):
                    yield Found("email", match.start(), match.end(), "spelled")


def _plain_emails(text: str) -> Iterator[Found]:
    for start, end in _around(text, _SIGN, _BEFORE_SIGN, _AFTER_SIGN):
        for match in _EMAIL.finditer(text, start, end):
            if not _NO_MAILBOX.match(match[0]) and not _USER_OF_LINK.search(before(text, match.start())):
                yield Found("email", match.start() + 7 * match[0].startswith("mailto:"), match.end())
        for match in _APART.finditer(text, start, end):
            if _is_mailbox(text, match):
                yield Found("email", match.start(), match.end(), "apart")


def _is_mailbox(text: str, match: re.Match[str]) -> bool:
    """Whether `name @ host` is an address: the host gives out mailboxes, or the words before say so."""
    if "@ " not in match[0] and "＠ " not in match[0] and not _FREE_HOSTS.fullmatch(match[2]):
        return False  # `hello @example.com` calls somebody
    is_free = _FREE_HOSTS.fullmatch(match[2]) is not None
    said = _MAIL_WORD.search(before(text, match.start())) is not None
    return (is_free or said) and (said or _MAILBOX.fullmatch(match[1]) is not None)


def _around(text: str, sign: re.Pattern[str], ahead: int, behind: int) -> Iterator[tuple[int, int]]:
    """Spans around the matches of a sign, merged where they overlap."""
    first, last = 0, -1
    for match in sign.finditer(text):
        if last >= 0 and match.start() - ahead > last:
            yield first, last
            last = -1
        if last < 0:
            first = max(0, match.start() - ahead)
        last = match.end() + behind
    if last >= 0:
        yield first, last


def ips(text: str) -> Iterator[Found]:
    """
    IPv4 and IPv6 addresses; not versions, and not addresses that name no machine to others.

    Those are loopback, any, link-local and private networks (RFC 1918, RFC 4193): every home has its 192.168.0.1.
    FineWeb's filter leaves them, too (Penedo et al. 2024).
    """
    codes = codes_of(text)
    has_points, has_colons = looked(codes, 0, len(codes))
    if has_points:
        for match in addresses(text, [match for match in _IPV4.finditer(text) if _is_ipv4(match[0])]):
            yield Found("ip", match.start(), match.end(), "v4")
    if has_colons:
        for start, end in _around(text, _TWO_COLONS, _LONGEST_IPV6, _LONGEST_IPV6):
            for match in _IPV6.finditer(text, start, end):
                if _is_ipv6(match[0]):
                    yield Found("ip", match.start(), match.end(), "v6")


@compiled
def looked(codes: np.ndarray, begin: int, end: int) -> tuple[bool, bool]:
    """Whether code points from `begin` to `end` have a digit, a point and a digit three times in a row; two colons."""
    points = colons = False
    joined = digits = 0  # points between digits so far; digits of ASCII behind the last one
    hexadecimal = 5  # such digits behind a colon; 5 where it is too far away
    for place in range(begin, end):
        code = codes[place]
        if 48 <= code <= 57:
            digits += 1
            hexadecimal += 1
            points |= joined == 3
            continue
        joined = joined + 1 if code == 46 and 1 <= digits <= 3 else 0
        digits = 0
        if code == 58:
            colons |= hexadecimal < 5
            hexadecimal = 0
        else:
            hexadecimal = hexadecimal + 1 if 65 <= code <= 70 or 97 <= code <= 102 else 5
    return points, colons


def _is_ipv4(candidate: str) -> bool:
    octets = [int(octet) for octet in candidate.split(".")]
    if octets[0] in (0, 127, 255) or max(octets) > 255 or max(octets) < 10:
        return False
    return not re.search(r"(?:^|\.)0\d", candidate) and not _is_local(ipaddress.IPv4Address(candidate))


def _is_ipv6(candidate: str) -> bool:
    groups = [group for group in candidate.split(":") if group]
    # a time of day has short groups, a scope in code no digits
    if len(groups) < 2 or not any(len(group) > 2 and not group.isalpha() for group in groups):
        return False
    try:
        return not _is_local(ipaddress.IPv6Address(candidate))
    except ValueError:
        return False


def _is_local(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is of a private network, and so nobody's."""
    return any(address in network for network in _LOCAL)
