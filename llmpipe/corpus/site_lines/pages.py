"""
Pages that hold no text but what many pages of their site hold: doors to log in at, shelves of goods, lists of choices.

A page is a document without a sentence of its own. Its items are its lines, or the cells of a table, without values
(dates, numbers, prices, addresses). Items that many pages share are known; when most of a page's items are, it says
nothing of its own. Rows of a record are none: a sign parts a key from a value, and other rows have that sign, too.
"""

import re
from collections import Counter
from collections.abc import Sequence

from llmpipe.corpus.site_lines.looks import looks_of
from llmpipe.corpus.site_lines.values import without_values
from llmpipe.corpus.text import stable_hash

MIN_LINES = 4
SENTENCE_WORDS, SENTENCE_HAN = 5, 8  # of a line that ends as a sentence does
LONG_WORDS, LONG_HAN = 12, 16  # of one that ends in any way
MIN_KNOWN = 0.5  # of the items of a page that others have
LONGEST_LINE = 120
MIN_DIFFERENT = 3  # known items of a page, or known items and texts that are cut off
CUT, PRICED = 1, 2
LONGEST_PRICED = 40
_ITEM = 0x63  # what a hash is of
_CELLS = re.compile(r"\t|\s{2,}|\s[|·•/]\s")
_STOPS = re.compile(r"(?<![.…])[.!?。！？;；][\"'”’)）」』]*$")
_FULL_STOP = re.compile(r"(?<![.…])[.。][\"'”’)）」』]*$")
_CUT = re.compile(r"(?:\.\.\.|…).{0,12}$")  # a text that goes on elsewhere
_PRICE = re.compile(r"(?:[$€£¥￥]|US\$|USD|EUR|RMB)\s?\d|\d(?:[.,]\d{2})?\s?(?:€|£|USD|EUR|元|块钱|円)(?!\w)")
_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]{2,}|[\u4e00-\u9fff]{2,}")
_HAN = re.compile("[\u4e00-\u9fff]")


def is_page(lines: Sequence[str], lost: int = 0) -> bool:
    """Whether lines are short and none of them is a sentence; of lines that went before `lost` belong to them."""
    solid = [line.strip() for line in lines if line and not line.isspace()]
    return len(solid) + lost >= MIN_LINES and not any(map(is_sentence, solid))


def is_sentence(line: str) -> bool:
    """Whether a line has many different words, or some and ends as a sentence does."""
    if len(line) > LONGEST_LINE:
        return True
    different = dict.fromkeys(_WORD.findall(line))
    words, han = len(different), len(_HAN.findall("".join(different)))
    if words >= LONG_WORDS or han >= LONG_HAN:
        return True
    return _STOPS.search(line) is not None and (words >= SENTENCE_WORDS or han >= SENTENCE_HAN)


def item_hashes(lines: Sequence[str]) -> list[int]:
    """Hashes of the items of a page; of another text none."""
    return [item for item in _items(lines) if item > PRICED] if is_page(lines) else []


def _items(lines: Sequence[str]) -> list[int]:
    """
    A hash of each item that has words.

    0 of a row of a record, of an indented line and of a sentence; `CUT` of a text that goes on elsewhere, `PRICED`.
    """
    solid = [line.rstrip() for line in lines if line and not line.isspace()]
    bare = [one.strip().casefold() for one in without_values(solid)]
    signs = looks_of(solid)[1].tolist()
    counts, same = Counter(signs), Counter(bare)
    items: list[int] = []
    for line, sign, form in zip(solid, signs, bare, strict=True):
        if _CUT.search(line):
            items.append(CUT)
        elif len(line) <= LONGEST_PRICED and _PRICE.search(line):
            items.append(PRICED)
        else:
            row = line[0].isspace() or _FULL_STOP.search(line) or (sign and counts[sign] > 1 and same[form] == 1)
            cells = (
                [one.strip().casefold() for one in without_values(_CELLS.split(line))]
                if _CELLS.search(line)
                else [form]
            )
            words = [_WORD.findall(cell) for cell in cells]
            items += [0 if row else stable_hash(_ITEM, *dict.fromkeys(one)) & ~3 for one in words if one]
    return items


def says_nothing(lines: Sequence[str], learned: frozenset[int], lost: int = 0) -> bool:
    """
    Whether most of the items of a page are known, and it has several: one that comes again and again is a drill.

    Also where most of them are texts that are cut off.

    Args:
        lines: Of a page.
        learned: Hashes of the items that many pages of its site have.
        lost: Known items that went before.
    """
    items = _items(lines)
    known = [item for item in items if item in learned]
    num_cut, num_priced = items.count(CUT), items.count(PRICED)
    whole = len(items) - num_cut
    if num_cut >= max(MIN_DIFFERENT, whole):
        return True
    if len(known) + num_priced + lost < MIN_KNOWN * (whole + lost):
        return False
    return len(set(known)) >= MIN_DIFFERENT or (len(known) + num_priced >= MIN_DIFFERENT <= num_cut + num_priced)
