"""Secrets: keys and tokens by their maker's prefix, passwords by the name before them, private keys in their block."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np

from llmpipe.corpus.literals import Literals, held, literals
from llmpipe.corpus.pii.found import Found, before

# A text that must stand somewhere -> the tokens that hold it, as their makers document them
_TOKENS = {
    "AKIA": r"AKIA[A-Z2-7]{16}",  # AWS access key
    "ASIA": r"ASIA[A-Z2-7]{16}",
    "LTAI": r"LTAI[A-Za-z0-9]{12,26}",  # Alibaba Cloud
    "AKID": r"AKID[A-Za-z0-9]{13,40}",  # Tencent Cloud
    "AIza": r"AIza[\w-]{35}",  # Google
    "ya29.": r"ya29\.[\w-]{20,}",
    "GOCSPX-": r"GOCSPX-[\w-]{28}",
    "eyJ": r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",  # JSON web token
    "xox": r"xox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
    "xapp-": r"xapp-\d-[A-Za-z0-9-]{20,}",
    "hooks.slack.com": r"(?<=hooks\.slack\.com/services/)T\w+/B\w+/\w{20,}",
    "glpat-": r"glpat-[\w-]{20,}",  # GitLab
    "sk-": r"sk-(?!ssh-|ecdsa-)(?:proj-|svcacct-|admin-|ant-[a-z0-9]+-|or-v1-)?[\w-]{20,}",  # OpenAI, Anthropic, ...
    "pypi-": r"pypi-AgE[\w-]{50,}",
    "xai-": r"xai-[A-Za-z0-9]{60,}",
    "pplx-": r"pplx-[A-Za-z0-9]{40,}",  # Perplexity
    "nvapi-": r"nvapi-[\w-]{50,}",  # NVIDIA
    "tvly-": r"tvly-[\w-]{20,}",  # Tavily
    "sq0": r"sq0(?:atp|csp|idp)-[\w-]{20,}",  # Square
    ":AA": r"\d{8,10}:AA[\w-]{33}",  # a bot of Telegram
    "SG.": r"SG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    "_": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[\w+/=]{24,}"
    r"|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36}|gsk_[A-Za-z0-9]{40,}|dckr_pat_[\w-]{20,}|r8_[A-Za-z0-9]{30,}|lin_api_[A-Za-z0-9]{30,}|figd_[\w-]{30,}|ntn_[A-Za-z0-9]{30,}"
    r"|shp(?:at|ss|ca|pa)_[0-9a-f]{32}|do[opr]_v1_[0-9a-f]{64}",
}
_PATTERNS = {
    sign: re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9_])", re.ASCII) for sign, pattern in _TOKENS.items()
}
_LINK = re.compile(r"://[^\s/:@?#]{0,100}:([^\s/@]{1,100})@(?=[\w\[.])")
# A value after a sign of assignment: in quotes, or up to a space or a mark that ends it. It is looked at, not taken: a
# link behind a colon may hold the next sign.
_ASSIGNED = re.compile(
    r"[=:：](?:=|>)?[ \t]{0,3}(?:(?:Bearer|Basic|Token) )?(?="
    r"\"(?P<double>[^\"\n]{6,200})\"|'(?P<single>[^'\n]{6,200})'|"
    r"(?P<bare>[^\s\"'`,;&<>=:，。；、）)（(\]}][^\s\"'`,;&<>，。；、）)\]}]{5,199}))"
)
NAME_STEMS = (
    "pass",
    "pwd",
    "key",
    "token",
    "secret",
    "credential",
    "authoriz",
    "wort",
    "contrase",
    "senha",
    "密",
    "口令",
    "令牌",
    "秘钥",
)
_PASSWORD_BEFORE = re.compile(
    r"(?:pass(?:word|wd|phrase|code)|[_-]pass|pwd|密码|密碼|口令|mot de passe|passwort|kennwort|contraseña|senha)"
    r"(?: ?[\"'\]`*]{1,2})?(?: ?: ?[A-Za-z]{3,8})?\s{0,2}$",
    re.IGNORECASE,
)
_KEY_BEFORE = re.compile(
    r"(?:(?:api|access|auth|secret|client|private|app|account|storage|encryption|signing|master|service)[_\-. ]?"
    r"(?:key|token|secret)|"
    r"secret|token|credential|authorization|密钥|密鑰|令牌|秘钥)(?:[_-]?(?:id|key|value))?"
    r"(?: ?[\"'\]`*]{1,2})?(?: ?: ?[A-Za-z]{3,8})?\s{0,2}$",
    re.IGNORECASE,
)
_SAID = re.compile(r"(?:[Pp]assword|密码|密碼|口令)(?: is|是|为|為) ?[\"'“]?([!-~]{6,64})")
_NO_SECRET = re.compile(  # a variable, a template, a path, a link, a hidden value or one that asks to be filled in
    r"[$%{<\[*#@/~.\\]|.*(?:://|\$\{|\{\{|\*\*\*|x{5}|\.\.\.|…|\(\)|\[)|your|my[_-]|example|change|insert|placeholder|none|null|process\.env|"
    r"os\.|env\.|config\.|settings\.|self\.|request",
    re.IGNORECASE,
)
_NO_PASSWORD_OF_LINK = re.compile(r"(?:pass(?:word|wd)?|pwd|secret|tiger)$", re.IGNORECASE)  # those of manuals
_KEY_VALUE = re.compile(r"[\w+/=.~-]{16,}", re.ASCII)
MIN_BITS = 3.0  # of a character, in a value that nobody chose: 16 random hexadecimal digits have 3.3 on average
# A secret of AWS, which may begin with a slash as a path does
_AWS_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")
_AWS_NAME = re.compile(r"secret_?access_?key[\"'\s]{0,3}$", re.IGNORECASE)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----)){0,20000}-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|(?:\s+[A-Za-z0-9+/=]{16,})+)"
)
_KEY_BODY = re.compile(r"[A-Za-z0-9+/]{16}")


_SAID_SIGNS = ("assword is", "密码", "密碼", "口令")
SIGNS = ("PRIVATE KEY", *_TOKENS, "@", *_SAID_SIGNS)  # of which any secret holds one that has no name before it
_SIGN_OF = {sign.casefold(): sign for sign in (*SIGNS, "://")}
_SOUGHT = tuple(dict.fromkeys((*_SIGN_OF, *NAME_STEMS)))  # what secrets hold or stand behind, in folded case


def credentials(text: str) -> Iterator[Found]:
    """Private keys, then other secrets; one look at a text tells what it can hold."""
    seen = {_SOUGHT[number] for number in np.flatnonzero(held(text, _sought())).tolist()}
    signs = {_SIGN_OF[part] for part in seen if part in _SIGN_OF and _SIGN_OF[part] in text}
    if "PRIVATE KEY" in signs:
        yield from _private_keys(text)
    yield from _secrets(text, signs, not seen.isdisjoint(NAME_STEMS))


@cache
def _sought() -> Literals:
    return literals(_SOUGHT, fold=True)


def _private_keys(text: str) -> Iterator[Found]:
    """PEM blocks of private keys with their body, to the end of what is left of it where the last line is missing."""
    for match in _PRIVATE_KEY.finditer(text):
        if _KEY_BODY.search(match[0]):
            yield Found("private_key", match.start(), match.end())


def _secrets(text: str, signs: set[str], is_named: bool) -> Iterator[Found]:
    """Keys and tokens, passwords in links, and values assigned to a name such as `password` or `api_key`."""
    for sign in filter(signs.__contains__, _PATTERNS) if signs else ():
        for match in _PATTERNS[sign].finditer(text):
            if sign != "sk-" or _is_random(match[0][3:]):
                yield Found("secret", match.start(), match.end())
    if "://" in signs and "@" in signs:
        for match in _LINK.finditer(text):
            if not _NO_SECRET.match(match[1]) and not _NO_PASSWORD_OF_LINK.match(match[1]):
                yield Found("secret", match.start(1), match.end(1), "link")
    if is_named:
        yield from _assigned(text)
    if not signs.isdisjoint(_SAID_SIGNS):
        yield from _said(text)


def _said(text: str) -> Iterator[Found]:
    for match in _SAID.finditer(text):
        value = match[1].rstrip(".,;:!?)\"'")
        if any(map(str.isdigit, value)) and _is_password(value, bare=True) and not _NO_SECRET.match(value):
            yield Found("secret", match.start(1), match.start(1) + len(value), "assigned")


def _assigned(text: str) -> Iterator[Found]:
    for match in _ASSIGNED.finditer(text):
        context = before(text, match.start())
        if not any(stem in context.lower() for stem in NAME_STEMS):  # most signs stand behind other names
            continue
        group = match.lastgroup or ""
        value = match[group].rstrip(".!?:") if group == "bare" else match[group]
        is_aws = _AWS_SECRET.fullmatch(value) is not None and _AWS_NAME.search(context) is not None
        if not is_aws and (_NO_SECRET.match(value) or (group == "bare" and _is_name(value))):
            continue
        if (_PASSWORD_BEFORE.search(context) and _is_password(value, bare=group == "bare")) or (
            _KEY_BEFORE.search(context) and _KEY_VALUE.fullmatch(value) and _is_random(value)
        ):
            yield Found("secret", match.start(group), match.start(group) + len(value), "assigned")


def _is_name(value: str) -> bool:
    """A name of a program, such as `settings_2.db_token`: words joined by points and low lines."""
    parts = re.split(r"[._]", value)
    return len(parts) > 1 and any(part.isalpha() and len(part) >= (4 if part.islower() else 8) for part in parts)


def _is_password(value: str, bare: bool) -> bool:
    """Six characters or more with a digit, or a sign between letters; without quotes it is no call and no Chinese."""
    if len(value) < 6 or " " in value or not value.isascii() or (bare and ("(" in value or "[" in value)):
        return False
    signs = sum(not character.isalnum() and character not in "-_./" for character in value)
    return any(map(str.isdigit, value)) or (signs > 0 and any(map(str.isalpha, value)))


def _is_random(value: str) -> bool:
    """Letters and digits mixed as nobody writes them."""
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and bits_per_character(value) >= MIN_BITS


def bits_per_character(text: str) -> float:
    """Entropy of the characters of a text (Shannon 1948): `"abab"` has 1 bit."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
