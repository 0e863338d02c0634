"""
What is a text's own, however many documents of its site have it: a letter from greeting to name, code that it shows.

Letters end with the same words everywhere, and lessons with the same command. A repeated line of a site stands apart
from the text; these are held to it by what stands above: a greeting, words that announce what follows.
"""

import re
from collections.abc import Sequence

from llmpipe.corpus.quoting import announces, behind_shown

_GREETING = re.compile(
    r"(?:My )?[Dd]ear(?:est)? [^\n.?!]{1,60}[,:!—-]{0,2}|(?:尊敬的|敬爱的|亲爱的|親愛的)[^\n。？]{1,20}[:：，,!！]?"
    r"|[^\s，。：]{1,10}(?:先生|女士|小姐|同志|老师|同学)(?:[：:]|，?[你您]好[！!，]?)"
)
_CLOSING = re.compile(
    r"(?:Very truly |Sincerely |Ever )?Yours\b[^.?!\n]{0,40}|(?:Sincerely|Faithfully|Respectfully|Cordially|"
    r"Regards|Cheers|Love)(?: yours)?,?|(?:With |My )?(?:[Bb]est|[Kk]ind(?:est)?|[Ww]arm(?:est)?|[Mm]any|"
    r"[Ll]ove)\b[^.?!\n]{0,30},?"
    r"|此致.{0,4}|.{0,8}敬礼[！!]?|顺[祝颂頌].{1,10}|祝好[！!]?|祝[您你].{1,12}|.{1,10}敬上"
)
_LONGEST_NAME = 40  # characters below the closing of a letter


def own_part(lines: Sequence[str]) -> tuple[int, int]:
    """The text's own lines: the first one and that behind the last one; (len(lines), 0) where none is known."""
    begin, end = len(lines), 0
    greeting = -1
    for place, line in enumerate(lines):
        line = line.strip()
        if _GREETING.fullmatch(line):
            greeting = place
        elif greeting >= 0 and _CLOSING.fullmatch(line):
            begin, end = min(begin, greeting), max(end, _behind_name(lines, place + 1))
        elif announces(line) and (behind := behind_shown(lines, place + 1)) > place + 1:
            begin, end = min(begin, place), max(end, behind)
    return begin, end


def _behind_name(lines: Sequence[str], place: int) -> int:
    """Behind the name below a closing; where none is, behind the closing."""
    under = next((n for n in range(place, len(lines)) if lines[n].strip()), place)
    is_name = under < len(lines) and 0 < len(lines[under].strip()) <= _LONGEST_NAME
    return under + 1 if is_name else place
