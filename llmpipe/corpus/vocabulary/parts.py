"""
Words in parts: `W hen` of a page whose capitals stand close, `T he` of a large first letter, `19 th`, `exam- ple`.

Two neighbours become one word where documents with that word are `min_ratio` times as many as those that have the two
side by side. A hyphen at a line's end is a reason of its own: then the corpus says whether it has the whole word or the
compound. The rest of a text must show it several times.
"""

import re
from collections import Counter

from llmpipe.corpus.vocabulary.counts import HYPHEN, Vocabulary
from llmpipe.corpus.vocabulary.looks import FEW, MIN_REPAIRS, RARE, TIMES

_GAP = re.compile(r"(?<![\w'’.&;\-])([A-Z])( |\n)([a-z]+(?:['’][a-z]+)?)(?![\w])")
_LARGE = re.compile(r"(?:\A|(?<=\n))([A-Z])(?:\n{1,2}| +)([a-z]+(?:['’][a-z]+)?|[A-Z]{2,})(?=[^\w\n].{20})")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,4}) (st|nd|rd|th)(?![\w]|[  ]\d)")
_BROKEN = re.compile(
    r"(?<![\w-])([A-Za-z]{2,})(?:[-\u2010](?: |[ \t]*\n[ \t]*)|[\u00ac\u00ad][ \t]*\n?[ \t]*)([a-z]{2,})(?![\w-])"
)
_OWN = re.compile(r"(?<![\w'’\-])[^\W\d_]+(?:['’][^\W\d_]+)?(?![\w'’\-])")
_TWO = re.compile(r"(?<![\w'’\-])([A-Za-z]+) ([a-z]+)(?![\w'’\-])")
_ALONE = frozenset("AIO")  # capitals that are words
_CLOSE = re.compile("[TVWYPF][aeoruy]")  # as typographers kern them
_CLOSE_WORD = re.compile(rf"\b{_CLOSE.pattern}")
_MIN_CLOSE = 2
_MIN_REST = 3  # letters
_SURE = 3  # times the ratio, for a single large first letter


def words_parted(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with such words whole."""
    text = _ORDINAL.sub(lambda match: match[1] + match[2] if _is_ordinal(match) else match[0], text)
    own = own_words(text)
    broken = Counter((match[1] + match[2]).lower() for match in _BROKEN.finditer(text))
    own |= {word for word, times in broken.items() if times > 1}
    text = _unbroken(text, vocabulary, own)
    if not vocabulary.latin:
        return text
    text = _gaps_closed(text, own, vocabulary, min_ratio)
    text = _LARGE.sub(lambda match: _begun(match, own, vocabulary, _SURE * min_ratio), text)
    return _parts_joined(text, vocabulary, min_ratio)


def own_words(text: str) -> set[str]:
    """The words of a text itself, folded, but for those behind a capital that stands alone."""
    return {word.lower() for word in _OWN.findall(_GAP.sub(" ", text))}


def _is_ordinal(match: re.Match[str]) -> bool:
    """Whether a number has the ending of its ordinal: 21 st, 2 nd, 13 th."""
    number = int(match[1])
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return ending == match[2]


def _unbroken(text: str, vocabulary: Vocabulary, own: set[str]) -> str:
    """The text with its broken words whole; where several are, also those that no document has, as names are."""
    found = {match.start(): _whole(match, vocabulary, own) for match in _BROKEN.finditer(text)}
    text = _BROKEN.sub(lambda match: found[match.start()], text)
    times = sum("-" not in word for word in found.values())
    if times < 2 or times < len(found) - times:
        return text
    few = RARE * vocabulary.latin

    def joined(match: re.Match[str]) -> str:
        is_name = max(vocabulary.of_words([match[1], match[2]])) <= few
        return match[1] + match[2] if is_name else match[0]

    return _BROKEN.sub(joined, text)


def _whole(match: re.Match[str], vocabulary: Vocabulary, own: set[str]) -> str:
    """A word that a hyphen parts at a line's end: whole, or a compound, as more documents have it; else as it is."""
    head, tail = match[1], match[2]
    whole, rest = vocabulary.of_words([head + tail, tail])
    in_line = "\n" not in match[0]
    if (head + tail).lower() in own and not (in_line and rest > RARE * vocabulary.latin):
        return head + tail
    (compound,) = vocabulary.of_pairs([(head, tail)], HYPHEN)
    if max(whole, compound) < FEW or (in_line and rest > 2 * max(whole, compound)):  # `pre- and post-war`
        return match[0]
    return head + tail if whole > compound else f"{head}-{tail}"


def _begun(match: re.Match[str], own: set[str], vocabulary: Vocabulary, ratio: float) -> str:
    """The first letter of a text or paragraph with the rest of its word, which the text may have elsewhere."""
    whole = match[1] + match[2]
    if _is_own(whole, match[2], own) or _is_no_word(match[1], match[2], vocabulary):
        return whole
    return whole if _is_one(match[1], match[2], vocabulary, ratio) else match[0]


def _is_own(whole: str, rest: str, own: set[str]) -> bool:
    """Whether the text has a word elsewhere, and never what is behind its first letter."""
    return whole.lower() in own and rest.lower() not in own and len(rest) >= _MIN_REST


def _is_no_word(head: str, rest: str, vocabulary: Vocabulary) -> bool:
    """Whether hardly a document has what is behind a capital, and several times as many have the two in one."""
    whole, apart = vocabulary.of_words([head + rest, rest])
    return apart <= RARE * vocabulary.latin and whole >= max(FEW, TIMES * (apart + 1))


def _is_one(head: str, tail: str, vocabulary: Vocabulary, ratio: float) -> bool:
    """Whether documents with a word in one are so many times those with its two parts side by side."""
    whole, rest = vocabulary.of_words([head + tail, tail])
    (apart,) = vocabulary.of_pairs([(head, tail)])
    if whole < max(FEW, ratio * (apart + 1)):
        return False
    return head not in _ALONE or whole >= ratio * (rest + 1)


def _gaps_closed(text: str, own: set[str], vocabulary: Vocabulary, ratio: float) -> str:
    """Capitals joined with what is behind them; names that no text has follow where known words have shown it."""
    found = list(_GAP.finditer(text))
    sure = {
        match.start()
        for match in found
        if _is_own(match[1] + match[3], match[3], own) or _is_one(match[1], match[3], vocabulary, ratio)
    }
    rests = {
        match.start()
        for match in found
        if match[2] == " " and match[1] not in _ALONE and match.start() not in sure and _is_rest(match, vocabulary)
    }
    closed = len(sure) + len(rests)
    named = _are_kerned(text, found, rests) or any(_is_own(match[1] + match[3], match[3], own) for match in found)
    if (not sure and not named) or (closed < MIN_REPAIRS and not named) or 2 * closed < len(found):
        return text
    return _GAP.sub(
        lambda match: match[1] + match[3] if match.start() in sure or match.start() in rests else match[0], text
    )


def _are_kerned(text: str, found: list[re.Match[str]], rests: set[int]) -> bool:
    """Whether all words of a text that begin with a capital and a letter which fonts set close are in two parts."""
    close = [match for match in found if match.start() in rests and _CLOSE.match(match[1] + match[3])]
    return len(close) >= _MIN_CLOSE and not _CLOSE_WORD.search(text)


def _is_rest(match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether what is behind a capital is no word: hardly a document has it, or more have it with the capital."""
    whole, rest = vocabulary.of_words([match[1] + match[3], match[3]])
    return rest <= FEW or whole > rest


def _parts_joined(text: str, vocabulary: Vocabulary, ratio: float) -> str:
    """Neighbours of which one is rare and that make a word together, where a text has several."""
    for _ in range(2):  # a word in three parts
        found = _neighbours(text)
        joined, others = _joined(found, vocabulary, ratio)
        different = {(match[1] + match[2]).lower() for match in joined}
        if len(joined) < MIN_REPAIRS or len(different) < MIN_REPAIRS - 1 or 2 * len(joined) < others:
            return text
        parts, end = [], 0
        for match in joined:
            if match.start() >= end:
                parts += [text[end : match.end(1)], match[2]]
                end = match.end()
        text = "".join([*parts, text[end:]])
    return text


def _neighbours(text: str) -> list[re.Match[str]]:
    """All pairs of words beside each other, also those that begin within another."""
    found, place = [], 0
    while match := _TWO.search(text, place):
        found.append(match)
        place = match.start(2)
    return found


def _joined(found: list[re.Match[str]], vocabulary: Vocabulary, ratio: float) -> tuple[list[re.Match[str]], int]:
    """The pairs that are one word, and how many rare words in small letters begin a pair that is none."""
    few = RARE * vocabulary.latin
    words = list(dict.fromkeys(part for match in found for part in match.groups()))
    known = dict(zip(words, vocabulary.of_words(words), strict=True))
    known |= {word: min(known[word], 1) for word in words if len(word) == 1 and word.upper() not in _ALONE}
    found = [match for match in found if min(known[match[1]], known[match[2]]) <= few]
    wholes = vocabulary.of_words([match[1] + match[2] for match in found])
    apart = vocabulary.of_pairs([(match[1], match[2]) for match in found])
    joined, others = [], 0
    for match, whole, pair in zip(found, wholes, apart, strict=True):
        fewer = min(known[match[1]], known[match[2]])
        if whole >= max(FEW, ratio * (pair + 1), ratio * (fewer + 1)):
            joined.append(match)
        else:
            others += known[match[1]] <= few and match[1].islower()
    return joined, others
