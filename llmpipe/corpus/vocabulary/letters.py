"""
Letters that became others: taken for their neighbours by recognition, printed twice, lost, or typed as another sign.

A noisy channel (Kernighan, Church & Gale 1990; Norvig 2009): of what a word may have been, that which most documents
have, where they are `min_ratio` times as many as have the word as it is written. One such word is a name or a slip;
several in a text, and more than there are rare words without a better reading, are a scanner.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from llmpipe.corpus.vocabulary.confusions import LATIN
from llmpipe.corpus.vocabulary.counts import Vocabulary
from llmpipe.corpus.vocabulary.looks import FEW, INSIDE, MIN_REPAIRS, RARE

_WORD = re.compile(r"(?<![\w'’\-./@#])[A-Za-z0-9!|]*[A-Za-z][A-Za-z0-9!|]*(?:['’][A-Za-z]+)?(?![\w@/]|\.\w)")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.\-/#])(?=[A-Za-z]*\d)[\dOolI]{2,}(?![A-Za-z0-9_/]|-\w)")
_BEFORE = re.compile(r"([A-Za-z'’]+ |[\u4e00-\u9fff])$")
_AFTER = re.compile(r"([\u4e00-\u9fff]| [A-Za-z]+)")
_DIGITS = str.maketrans("OolI", "0011")
_BY_FIRST = {sign: [pair for pair in LATIN if pair[0][0] == sign] for sign in {pair[0][0] for pair in LATIN}}
_MIN_LETTERS = 3
_MIN_KINDS = 2  # different words that are mended
_LONGEST = 12  # letters of a word with two mistakes: of longer ones there are too many
_NAME = 5  # times the ratio, for a word with a capital
_ALONE = 10  # times the ratio, for a single one
_SHORT = 80  # words of a text, in which two mended ones are enough
_LOST = re.compile(r"[^\W\d_]*\ufffd(?:[^\W\d_]|\ufffd)*(?:'[^\W\d_]+)?")
_ACCENTED = "éèêëàâäáãåæçñôöòóõøœùûüúîïíìýÿßšžčřěąęłńśźżğıőűÉÈÊÀÂÄÁÅÆÇÑÔÖÓØÜÚÎŠŽ"
_CLEAR = 3  # times as many documents as have the second best
_MIN_LINE, _MIN_DIFFERENT = 6, 3
_SPACES = re.compile(r" +")


def letters_mistaken(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with its words as they were before recognition: `tbe` -> `the`, `l956` -> `1956`."""
    text = _numbers(text, vocabulary, min_ratio)
    most = RARE * vocabulary.latin
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [text[start:end] for start, end in spans]
    different = list(dict.fromkeys(words))
    counts = dict(zip(different, vocabulary.of_words(different), strict=True))
    rare = {word: count for word, count in counts.items() if count <= most and len(word) >= _MIN_LETTERS}
    mended = _all_meant(rare, _once, vocabulary, min_ratio)
    if not _are_many(words, rare, mended):
        few = _of_a_pair(words, rare, mended) | _expected(text, spans, mended, vocabulary, min_ratio)
        return _replaced(text, [(span, few[word]) for span, word in zip(spans, words, strict=True) if word in few])
    mended |= _all_meant({word: rare[word] for word in rare.keys() - mended.keys()}, _twice, vocabulary, min_ratio)
    return _replaced(text, [(span, mended[word]) for span, word in zip(spans, words, strict=True) if word in mended])


def _of_a_pair(words: list[str], rare: Mapping[str, int], mended: Mapping[str, str]) -> dict[str, str]:
    """The words that are mended by one confusion, where it mends several, and no fewer than it leaves as they are."""
    numbers = Counter(words)
    by_pair: dict[tuple[str, str], list[str]] = {}
    for word, better in mended.items():
        by_pair.setdefault(_pair_of(word.lower(), better.lower()), []).append(word)
    found: dict[str, str] = {}
    for (written, _), members in by_pair.items():
        times = sum(numbers[word] for word in members)
        others = sum(numbers[word] for word in rare if written in word and word.islower() and word not in mended)
        kinds = {word.lower() for word in members}
        if times >= MIN_REPAIRS and len(kinds) >= _MIN_KINDS and times >= others and any(map(str.islower, members)):
            found |= {word: mended[word] for word in members}
    return found


def _pair_of(word: str, better: str) -> tuple[str, str]:
    """What stands in a word where the better one has something else: what both begin and end with taken off."""
    start = 0
    while start < min(len(word), len(better)) and word[start] == better[start]:
        start += 1
    end = 0
    while end < min(len(word), len(better)) - start and word[-1 - end] == better[-1 - end]:
        end += 1
    return word[start : len(word) - end], better[start : len(better) - end]


def _are_many(words: list[str], rare: Mapping[str, int], mended: Mapping[str, str]) -> bool:
    """Whether so many of the words of a text are mended, and so few rare ones are not, that it is no accident."""
    found = sum(word in mended for word in words)
    others = sum(word in rare and word.islower() and word not in mended for word in words)
    kinds = {word.lower() for word in mended}
    if len(kinds) < _MIN_KINDS or found < others or all(word[0].isupper() for word in mended):
        return False
    return found >= MIN_REPAIRS or (others == 0 and len(words) <= _SHORT)


def _expected(
    text: str, spans: list[tuple[int, int]], mended: Mapping[str, str], vocabulary: Vocabulary, min_ratio: float
) -> dict[str, str]:
    """Those of mended words that the words on both sides expect, and that stand once: so sure is one alone."""
    found = {}
    numbers = Counter(text[start:end] for start, end in spans)
    for (first, before), (start, end), (after, behind) in zip(spans, spans[1:], spans[2:], strict=False):
        word = text[start:end]
        if (
            word not in mended
            or numbers[word] > 1
            or not word.islower()
            or (text[before:start], text[end:after]) != (" ", " ")
        ):
            continue
        left, right = text[first:before], text[after:behind]
        good = vocabulary.of_pairs([(left, mended[word]), (mended[word], right)])
        bad = vocabulary.of_pairs([(left, word), (word, right)])
        meant, as_is = vocabulary.of_words([mended[word], word])
        if meant >= _ALONE * min_ratio * (as_is + 1) and all(
            new >= max(FEW, min_ratio / 4 * (old + 1)) for new, old in zip(good, bad, strict=True)
        ):
            found[word] = mended[word]
    return found


def _all_meant(
    rare: Mapping[str, int], edits: Callable[[str], Iterator[str]], vocabulary: Vocabulary, min_ratio: float
) -> dict[str, str]:
    """What rare words were, of those that became another one by such edits."""
    plain = [word for word in sorted(rare) if word == word.lower() or word[1:] == word[1:].lower()]
    candidates = [list(dict.fromkeys(edits(word))) for word in plain]
    counts = iter(vocabulary.of_words([one for found in candidates for one in found]))
    meant = {}
    for word, found in zip(plain, candidates, strict=True):
        ranked = [(next(counts), one) for one in found]
        count, best = max(ranked, key=lambda each: each[0], default=(0, ""))
        ratio = min_ratio * (_NAME if word[0].isupper() else 1)
        if not word.replace("'", "").isalpha():
            ratio /= INSIDE
        if count >= max(ratio * (rare[word] + 1), FEW):
            meant[word] = best
    return meant


def _once(word: str) -> Iterator[str]:
    """What one confusion makes of a word, in one place or wherever it may be; a capital stays one."""
    small = word.lower()
    for place, sign in enumerate(small):
        for written, meant in _BY_FIRST.get(sign, ()):
            if small.startswith(written, place):
                yield _cased(small[:place] + meant + small[place + len(written) :], word, place, meant)
                if small.find(written) == place < small.rfind(written):
                    yield _cased(small.replace(written, meant), word, 1, meant)


def _twice(word: str) -> Iterator[str]:
    """What two confusions make of a word of some length in small letters."""
    if _MIN_LETTERS + 1 < len(word) <= _LONGEST and word.islower():
        for once in dict.fromkeys(_once(word)):
            yield from _once(once)


def _cased(found: str, word: str, place: int, meant: str) -> str:
    capital = word[0].isupper() or (place == 0 and word[0] in "l1!|" and meant == "i")
    return found[:1].upper() + found[1:] if capital else found


def _numbers(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """
    Numbers with letters of the shape of digits; a single short one may be a formula or a name: `3O2`, `O2`.

    Surely one is a number where others of as many digits stand beside the same word: `in 2OOl`, `3l个`.
    """
    found = [match for match in _NUMBER.finditer(text) if not match[0].isdigit()]
    if not found:
        return text
    beside = [pair for match in found for pair in _beside(match, text)]
    counts = vocabulary.of_pairs(beside)
    sure = []
    for number, match in enumerate(found):
        as_is, right = counts[4 * number : 4 * number + 2], counts[4 * number + 2 : 4 * number + 4]
        expected = any(good >= max(FEW, min_ratio * (bad + 1)) for bad, good in zip(as_is, right, strict=True))
        if _is_sure(match[0]) or (expected and match[0][0] not in "O0"):
            sure.append(match)
    if not sure:
        return text
    return _replaced(text, [(m.span(), m[0].translate(_DIGITS)) for m in (found if len(sure) > 1 else sure)])


def _beside(match: re.Match[str], text: str) -> list[tuple[str, str]]:
    """A number with the word before it and the one behind it: as it is written, and as digits."""
    before, after = _BEFORE.search(text[max(0, match.start() - 30) : match.start()]), _AFTER.match(text, match.end())
    left, right = before[1].strip() if before else "\n", after[1].strip() if after else "\n"
    plain = match[0].translate(_DIGITS)
    return [(left, match[0]), (match[0], right), (left, plain), (plain, right)]


def _is_sure(number: str) -> bool:
    """A letter within a number of four, or a small l before two digits and more."""
    digits = sum(map(str.isdigit, number))
    if number[0] in "Oo0" or number.endswith("I"):
        return False
    return (
        len(number) >= 4
        and digits >= 2
        and number.isalnum()
        or (number[0] == "l" and number[1:].isdigit() and digits > 1)
    )


def letters_doubled(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with lines of which every letter stands twice printed once: `TThhee mmiillll`."""
    return "\n".join(_once_each(line, vocabulary) for line in text.split("\n"))


def _once_each(line: str, vocabulary: Vocabulary) -> str:
    words = [part for part in line.strip().split(" ") if part]
    signs = "".join(words)
    if len(signs) < _MIN_LINE or any(len(part) % 2 or part[::2] != part[1::2] for part in words):
        return line
    single = [part[::2] for part in words]
    if len(set("".join(single))) < _MIN_DIFFERENT:
        return line
    letters = re.findall(r"[^\W\d_]+", " ".join(single))
    counts = vocabulary.of_words([word for word in letters if word.isascii()])
    pairs = [pair for word in letters if not word.isascii() for pair in itertools.pairwise(word)]
    counts += vocabulary.of_pairs(pairs)
    known = sum(count >= FEW for count in counts)
    return " ".join(single) if counts and 2 * known >= len(counts) else line


def letters_lost(text: str, vocabulary: Vocabulary, min_ratio: float) -> str:
    """The text with the letters for which U+FFFD stands, caf\ufffd, if for each one word that the corpus has fits."""
    words = {match[0]: "" for match in _LOST.finditer(text)}
    if sum(match[0].count("\ufffd") for match in _LOST.finditer(text)) != text.count("\ufffd"):
        return text
    for word in words:
        words[word] = _completed(word, vocabulary)
        if not words[word]:
            return text
    return _LOST.sub(lambda match: words[match[0]], text)


def _completed(word: str, vocabulary: Vocabulary) -> str:
    gaps = word.count("\ufffd")
    if gaps > 2 or gaps == len(word):
        return ""
    parts = word.split("\ufffd")
    candidates = []
    for letters in itertools.product(_ACCENTED + "’", repeat=gaps):
        signs = [
            sign for sign in letters if sign.isupper() == (word[1:].isupper() or (not parts[0] and sign.isupper()))
        ]
        if len(signs) == gaps:
            candidates.append("".join(itertools.chain.from_iterable(zip(parts, letters, strict=False))) + parts[-1])
    counts = vocabulary.of_words(candidates)
    ranked = sorted(range(len(candidates)), key=counts.__getitem__, reverse=True)
    if not ranked or counts[ranked[0]] < FEW:
        return ""
    best = candidates[ranked[0]]
    second = next((counts[n] for n in ranked if candidates[n].lower() != best.lower()), 0)
    return best if counts[ranked[0]] >= _CLEAR * (second + 1) else ""


def _replaced(text: str, changes: list[tuple[tuple[int, int], str]]) -> str:
    parts, end = [], 0
    for (start, stop), word in changes:
        parts += [text[end:start], word]
        end = stop
    return "".join([*parts, text[end:]])
