"""
What mail programs and lists put around a text: marks of quotation, who wrote, heads of messages, signatures, footers.

The marks are those of RFC 3676 (`>`, and `-- ` above a signature) and of the programs (`----- Original Message -----`,
`From:` and its kin); a line is an attribution when it ends in a colon right above a quotation.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.literals import Literals, literals, may_hold_each

MIN_OWN = 40  # characters that the writer of a reply has, Han characters three: then what is quoted goes, else it stays
MIN_QUOTED = 0.8  # of the lines: a text that is quoted whole
MAX_ATTRIBUTION = 140  # characters
MAX_SIGNATURE = 6  # lines below `-- `
MAX_FOOTER = 5  # lines below the rule of a list
_QUOTED = re.compile(r" {0,2}>(?:[> ]|$)")
_TIGHT = re.compile(r" {0,2}>(?!>>)")  # `>text`: only below an attribution
_MARKS = re.compile(r"^ {0,2}(?:> ?)+")
_ATTRIBUTION = re.compile(
    r".*(?:\d|@|\b(?:wrote|writes|said|schrieb|a écrit)\b|写道|写到|说|寫道).*[:：]\s*|.*(?:wrote|写道|寫道|a écrit)\s*"
)
_BAR = r"(?:-{2,}|_{2,}|={2,}|\*{2,}|—{2,})"
_SEPARATOR = re.compile(
    rf"\W*{_BAR}\s*(?:(?:original|forwarded) (?:message|mail)|message d.origine|"
    rf"原始邮件|原邮件|邮件原件|转发的?邮件|回复的?原邮件|原始郵件|轉寄郵件)\s*{_BAR}\W*|begin forwarded message:\s*",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\s*\**(?:from|sent|to|cc|bcc|subject|date|reply-to|message-id|received|return-path|mime-version|content-type|"
    r"content-transfer-encoding|x-[\w-]+|in-reply-to|references|list-id|importance|attachments?|de|à|envoyé|objet|"
    r"发件人|发送时间|收件人|抄送|主题|日期|附件|寄件者|收件者|主旨|副本|时间)\**\s*[:：].*",
    re.IGNORECASE,
)
_SENDER = re.compile(r"\s*\**(?:from|sent|de|发件人|发送时间|寄件者|subject|主题|主旨|objet)\**\s*[:：]", re.IGNORECASE)
_RULE = re.compile(r"\s*(?:_{16,}|-{16,}|={16,}|\*{16,}|#{16,})\s*")
_LIST = re.compile(r"mailing list|https?://|www\.|\S@\S|邮件列表|邮件组|unsubscribe|退订", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")
_SIGNS = (  # one of which any mail has that `mails` changes
    *("\n>", "\n >", "\n  >", "\n-- ", "\n--\n", "----", "____", "====", "****", "####", "——"),
    *(
        "From:",
        "from:",
        "FROM:",
        "Sent:",
        "Subject:",
        "subject:",
        "发件人",
        "寄件者",
        "主题",
        "Objet",
        "orwarded message",
    ),
)


def may_be_mails(found: Characters) -> np.ndarray:
    """Which of several texts `mails` may change, bool (texts,): those with a sign of mails, or that begin quoted."""
    begins = found.codes_at_starts(3)
    return np.asarray(may_hold_each(found, _signs()) | (begins == ord(">")).any(axis=1))


@cache
def _signs() -> Literals:
    return literals(_SIGNS)


def mails(text: str) -> str:
    """
    A mail's own text; one that only quotes is what it quotes, without the marks.

    A text with quotations between its lines stays as it is, and one of which nothing would be left.
    """
    lines = text.split("\n")
    body = _without_head(_without_footer(lines))
    is_mail = len(body) < len(lines)
    body = _without_signature(body, is_mail or any(map(_QUOTED.match, lines)))
    body = _without_quotation(body, is_mail)
    found = "\n".join(body).strip("\n")
    return found if body != lines and found.strip() else text


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.strip()) + 2 * len(_HAN.findall(line)) for line in lines)


def _without_footer(lines: list[str]) -> list[str]:
    """Without a list's rule and the few lines with its addresses below it."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for place in range(end - 1, max(0, end - 2 - MAX_FOOTER), -1):
        if _RULE.fullmatch(lines[place]):
            below = lines[place + 1 : end]
            if any(map(_LIST.search, below)) and all(len(line) <= MAX_ATTRIBUTION for line in below):
                return lines[:place]
    return lines


def _without_head(lines: list[str]) -> list[str]:
    """Without the head of a message at the beginning; from one behind enough own text on, all goes."""
    for place, line in enumerate(lines):
        separated = _SEPARATOR.fullmatch(line) is not None
        begin = place + separated
        end = begin
        while end < len(lines) and (_HEAD.fullmatch(lines[end]) or (separated and end == begin and not lines[end])):
            end += 1
        rows = [row for row in lines[begin:end] if row]
        if not separated and (len(rows) < 3 or sum(map(bool, map(_SENDER.match, rows))) < 2):
            continue
        if end < len(lines) and lines[end].strip() and not separated:
            continue  # a head ends with a blank line
        above = lines[:place]
        if _size(above) >= MIN_OWN and separated:
            return above
        if not _size(above):
            return lines[end:]
    return lines


def _without_quotation(lines: list[str], is_mail: bool) -> list[str]:
    """
    Own text without what it replies to, above or below it; a text that is quoted whole without the marks.

    One quoted line alone says that it is a mail's no more than a mark of an essay does.
    """
    quoted = [_QUOTED.match(line) is not None for line in lines]
    first = next((place for place, is_quoted in enumerate(quoted) if is_quoted), None)
    if first is None:
        first = next((place for place, line in enumerate(lines) if _TIGHT.match(line)), None)
        if first is None or _attribution(lines, first) == first:
            return lines
    if _attribution(lines, first) < first:
        quoted = [_TIGHT.match(line) is not None for line in lines]
    last = len(lines) - 1 - quoted[::-1].index(True)
    begin = _attribution(lines, first)
    inside = [quoted[place] for place in range(first, last + 1) if lines[place].strip()]
    above, below = lines[:begin], lines[last + 1 :]
    own = _size(above) + _size(below)
    if all(inside) and begin < first and own >= MIN_OWN and (not _size(above) or not _size(below)):
        return above if _size(above) else below
    solid = sum(bool(line.strip()) for line in lines) - (first - begin)
    if sum(quoted) < MIN_QUOTED * solid or (sum(quoted) == 1 and begin == first and not is_mail):
        return lines
    rest = [line for place, line in enumerate(lines) if not begin <= place < first]
    return [_MARKS.sub("", line) for line in rest]


def _attribution(lines: Sequence[str], first: int) -> int:
    """Where the one or two lines begin that say who wrote what is quoted from `first` on; `first` without any."""
    place = first
    while place and not lines[place - 1].strip():
        place -= 1
    for size in (1, 2):
        begin = place - size
        joined = " ".join(lines[max(0, begin) : place])
        if begin >= 0 and len(joined) <= MAX_ATTRIBUTION and _ATTRIBUTION.fullmatch(joined):
            return begin
    return first


def _without_signature(lines: list[str], is_mail: bool) -> list[str]:
    """Without what stands below `-- `; the space may be lost where other signs say that it is a mail."""
    for place in range(len(lines) - 1, max(0, len(lines) - 2 - MAX_SIGNATURE), -1):
        if lines[place] == "-- " or (is_mail and lines[place] == "--"):
            return lines[:place]
    return lines
