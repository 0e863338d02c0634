"""
Scripts and style sheets of a page whose tags were taken away, told by their grammar.

A style sheet is selectors, braces and declarations, `name: value`. A script is what ECMAScript's tokens can be put
together to: brackets pair, and two names never stand side by side unless one is a keyword, as words of prose always do.
Code that a text shows stays: what is announced, and what uses names that the prose speaks of.
"""

import re
from collections.abc import Sequence

from llmpipe.corpus.mentions import is_mentioned
from llmpipe.corpus.quoting import announces, speaks_of_code

_MOST_LINES = 80  # of a rule or a statement
_LONGEST_LINE = 4000  # characters
_SIGN = re.compile(r"[{};=(]")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->|//<!\[CDATA\[|//\]\]>", re.DOTALL)
_PAGE = re.compile(r"</(?:script|style|p|div|pre|code|html|body|head|td)\s*>", re.IGNORECASE)
_TEMPLATE = re.compile(r"<%(?!\s*%>).{1,500}?%>|<\?(?:php|=)(?=\s).{1,1000}?\?>", re.DOTALL)
_ATTRIBUTES = re.compile(
    r"\s*(?:/?>\s*)?(?:(?:style|class|id|href|src|srcset|alt|title|width|height|align|target|rel|border|data-[\w-]+|aria-\w+|"
    r"on[a-z]+)=\"[^\"\n]*\"\s*)+(?:/?>)?\s*"
)
_LONE_COMMENT = re.compile(r"\s*(?:/\*.*\*/|<!--|-->)\s*")
_LINE_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_TOKEN = re.compile(
    r"(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|(?P<name>[A-Za-z_$][\w$]*)|"
    r"(?P<number>\d[\w.]*)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<sign>=>|[-+*/%=<>!&|?:;,.^~]+)|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_KEYWORDS = frozenset(
    "var let const function new return typeof in of instanceof else async await class extends import from export case "  # noqa: SIM905
    "throw delete void do if for while switch try catch finally default static get set yield".split(" ")
)
_SURE = re.compile(
    r"\bfunction\b\s*\w*\s*\(|=>|\b(?:var|let|const) \w+\s*=|\b(?:window|document|location|navigator|jQuery|\$)"
    r"\s*[.(\[]|\w\.\w+\s*(?:\(|=(?!=))|\w\(['\"{\[]|\w\(\)|^[A-Za-z_$]\w*_\w+\s*=\s*(?:[\d\"']|true|false)"
)
_ENDS, _GOES_ON = frozenset(";})],"), frozenset(";})],([{=+?:|&<>")  # what a statement ends with, a line of one
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_DECLARATIONS = re.compile(r"\s*(?:-{0,2}[a-z][a-z-]*\s*:\s*[^:;{}]*(?:url\([^)]*\)[^;{}]*)?(?:;|\s*$)\s*)+")
_SELECTOR = re.compile(r"\s*(?:@[\w-]+[^{}]*|[^{}!?。，]*)\s*", re.DOTALL)
_MIN_PROSE = 40  # characters, a Han character three
_RECORD = re.compile(r"[\[{]\s*[\[{]?\s*\"[^\"\n]*\"\s*:.*[\]}];?$", re.DOTALL)


def scripts(text: str) -> str:
    """A text without lines that are scripts and style sheets, where prose is beside them that does not show them."""
    if "`" in text or _PAGE.search(text):
        return text  # `html` takes the scripts of a page, and knows its code
    if "<%" in text or "<?" in text:
        text = _TEMPLATE.sub(_unless_mentioned, text)
    lines = text.split("\n")
    code = _are_code(lines)
    if not any(code):
        return text
    prose = "\n".join(line for line, is_code in zip(lines, code, strict=True) if not is_code)
    shown = [line for line, is_code in zip(lines, code, strict=True) if is_code]
    if _size(prose) < _MIN_PROSE or speaks_of_code(prose, shown):
        return text
    return prose.strip("\n")


def _unless_mentioned(tag: re.Match[str]) -> str:
    return tag[0] if is_mentioned(tag.string, *tag.span()) else ""


def _size(text: str) -> int:
    return len(text) + 2 * sum("\u3400" <= sign <= "\u9fff" for sign in text)


def _are_code(lines: Sequence[str]) -> list[bool]:
    """Of each line whether it is a part of a rule or a statement, none of them announced."""
    code = [False] * len(lines)
    place = 0
    while place < len(lines):
        end = _behind_code(lines, place) if _may_begin(lines, place) else place
        if end > place and not announces(_line_above(lines, place)):
            code[place:end] = [True] * (end - place)
        elif end > place:  # all of what is announced
            while end < len(lines) and (further := _behind_code(lines, end)) > end:
                end = further
        place = max(end, place + 1)
    return code


def _may_begin(lines: Sequence[str], place: int) -> bool:
    """A quick look whether code may begin with a line: it has a sign, is a comment, or a brace is below it."""
    line = lines[place]
    if _SIGN.search(line) or line.lstrip()[:2] in ("/*", "<!", "--"):
        return True
    return place + 1 < len(lines) and lines[place + 1].lstrip()[:1] == "{"


def _line_above(lines: Sequence[str], place: int) -> str:
    return next((lines[n] for n in range(place - 1, -1, -1) if lines[n].strip()), "")


def _behind_code(lines: Sequence[str], place: int) -> int:
    """Behind the rule or the statement that begins with a line; its own place where none does."""
    if _ATTRIBUTES.fullmatch(lines[place]):
        return place + 1
    begin, depth = _first_of_code(lines, place), 0
    if begin < len(lines) and "{" not in lines[begin] and lines[begin].rstrip()[-1:] not in _GOES_ON:
        return place
    for end in range(begin, min(begin + _MOST_LINES, len(lines))):
        line = lines[end]
        depth += _depth(line)
        if depth < 0 or len(line) > _LONGEST_LINE or (depth == 0 and line.rstrip()[-1:] not in _ENDS):
            return place
        if depth == 0:
            part = "\n".join(lines[place : end + 1])
            return end + 1 if is_style(part) or is_script(part) or _RECORD.fullmatch(part.strip()) else place
    return place


def _first_of_code(lines: Sequence[str], place: int) -> int:
    """Behind comments and a selector on a line of its own; the number of lines where no code can follow."""
    while place < len(lines) and _LONE_COMMENT.fullmatch(lines[place]):
        place += 1
    if place + 1 < len(lines) and lines[place + 1].lstrip().startswith("{"):
        return place + 1
    return place if place < len(lines) and _SIGN.search(lines[place]) else len(lines)


def _depth(line: str) -> int:
    """Brackets that a line opens and does not close, strings aside."""
    bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "", line)
    return sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))


def is_style(text: str) -> bool:
    """Whether a text is rules of a style sheet: selectors, each with declarations or rules in braces (CSS 2.1, 4.1)."""
    text = _COMMENT.sub("", text).strip()
    if not text.endswith("}"):
        return False
    found = 0
    while rule := _RULE.search(text):  # the inner ones first
        body = rule[2].strip()
        selector = _COMMENT.sub("", rule[1].rsplit(";", 1)[-1].rsplit("\x00", 1)[-1])
        if body.replace("\x00", "").strip() and not _DECLARATIONS.fullmatch(body.replace("\x00", "")):
            return False
        if not _SELECTOR.fullmatch(selector) or len(selector) > 300 or not selector.strip():
            return False
        found += 1
        start = rule.end(1) - len(selector)
        text = text[:start] + "\x00" + text[rule.end() :]
    return found > 0 and not text.replace("\x00", "").strip()


def is_script(text: str) -> bool:
    """Whether a text is statements of ECMAScript, by their tokens (ECMA-262, 12)."""
    text = _LINE_COMMENT.sub("", _COMMENT.sub("", text)).strip()
    if not _SURE.search(text):
        return False
    opened: list[str] = []
    before = ""
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup, token[0]
        if kind == "space":
            before = "" if "\n" in value and before in ("name", "string", "number") else before
            continue
        if kind == "other":
            return False
        if kind == "open":
            opened.append(value)
        elif kind == "close" and (not opened or opened.pop() != _PAIRS[value]):
            return False
        elif kind in ("name", "number", "string"):
            if before in ("name", "number", "string") and value not in _KEYWORDS:
                return False
            kind = "keyword" if value in _KEYWORDS else kind
        before = kind or ""
    return not opened
