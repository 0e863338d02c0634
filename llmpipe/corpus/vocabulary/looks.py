"""One compiled look at texts: which rules of the vocabulary they give a reason for."""

from functools import lru_cache, partial

import numpy as np

from llmpipe.corpus.characters import Characters, Look
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of
from llmpipe.corpus.vocabulary.confusions import han_arrays, latin_arrays
from llmpipe.corpus.vocabulary.counts import (
    APOSTROPHE,
    CAPITAL,
    DIGIT,
    FOLDED,
    HAN,
    LETTER,
    NEXT_TO,
    SPACE,
    Vocabulary,
    count_of,
    hashed,
    key_of,
    table,
)

RARE = 0.005  # of the documents: a word that more have is no mistake
MIN_REPAIRS = 3  # in a text: fewer are accidents
(
    MENDABLE, EXPECTED, UNMENDABLE, PARTED, LONG, HAN_MENDABLE, GLUED, APART, CLOSE, HAN_SPACE, NARROW, WIDE,
    WIDE_LATIN, LOST, LONE, GAP, DOUBLED, DIGITS, ORDINAL, BROKEN, NUM_HAN, BETWEEN,
) = range(22)  # fmt: skip
NUM_SIGNS = 22
MIN_LONG = 12  # letters of a rare word that may be several
MAX_LONG = 300
MIN_PIECES, MEAN_PIECE, MAX_PIECE = 4, 3.0, 18  # of a long word: how many, and their letters
NAMED = 1000  # a letter of a name, in a sum with the number of pieces: the fewest of both
FEW = 3  # documents that have a word: fewer do not know it
TIMES = 4  # as many have a word as what is left of it without its first letter
INSIDE = 5  # times the ratio is less for a word with a digit in it
OFTEN = 4  # times as many as a rare word: a short one that texts need
HOPELESS = 8  # rare words without a better reading: the other ones are no evidence then
MIN_LINE = 6  # characters of a line that are all doubled


def _suspects(signs: np.ndarray) -> dict[str, np.ndarray]:
    """What each rule asks for, of the signs of texts, int32 (texts, NUM_SIGNS)."""
    at = signs.T
    return {
        "letters_doubled": at[DOUBLED] > 0,
        "letters_lost": at[LOST] > 0,
        "letters_mistaken": (at[MENDABLE] >= MIN_REPAIRS)
        | ((at[MENDABLE] > 1) & (at[MENDABLE] >= at[UNMENDABLE]))
        | (at[EXPECTED] > 0)
        | (at[DIGITS] > 0),
        "words_parted": (at[GAP] > 0) | (at[PARTED] >= MIN_REPAIRS) | (at[ORDINAL] > 0) | (at[BROKEN] > 0),
        "words_glued": at[LONG] > 0,
        "sentences_glued": at[GLUED] > 0,
        "marks_apart": (at[APART] >= MIN_REPAIRS) & (at[APART] > at[CLOSE]),
        "foreign_marks": ((at[WIDE_LATIN] > 0) & (at[NUM_HAN] == 0)) | (at[NARROW] >= MIN_REPAIRS),
        "han_apart": (at[HAN_SPACE] > 0) | ((at[LONE] > 0) & (at[NUM_HAN] > 0)),
        "han_mistaken": at[HAN_MENDABLE] > 0,
    }


class Suspicion:
    """
    Tells for all rules which texts they may change, and looks at texts once for all of them.

    Args:
        vocabulary: Of the corpus.
        min_ratio: As in `clean.vocabulary`.
    """

    def __init__(self, vocabulary: Vocabulary, min_ratio: float) -> None:
        self._vocabulary = vocabulary
        self._ratio = min_ratio
        self._seen: Characters | None = None
        self._size = 0
        self._found: dict[str, np.ndarray] = {}

    def looks(self, names: tuple[str, ...]) -> dict[str, Look]:
        """A look for each rule."""
        return {name: partial(self._may_have, name=name) for name in names}

    def _may_have(self, found: Characters, name: str) -> np.ndarray:
        if self._seen is not found:
            signs = signs_of(found, self._vocabulary, self._ratio)
            self._found, self._seen, self._size = _suspects(signs), found, len(found.codes)
        later = found.starts >= self._size  # what a rule before has changed: to be looked at
        return np.asarray(self._found[name] | later)


def signs_of(found: Characters, vocabulary: Vocabulary, min_ratio: float) -> np.ndarray:
    """How many reasons for each rule texts have, int32 (texts, NUM_SIGNS)."""
    signs = np.zeros((len(found.starts), NUM_SIGNS), dtype=np.int32)
    _shapes(found.codes, found.starts, found.ends, table(), signs)
    codes, starts, ends = found.codes, found.starts, found.ends
    words, pairs = vocabulary.words, vocabulary.pairs
    if vocabulary.latin:
        written, meant, firsts = _latin()
        limits = (RARE * vocabulary.latin, min_ratio)
        _words(codes, starts, ends, table(), words, pairs, limits, written, meant, firsts, signs)
    if vocabulary.han:
        begins, others = _han()
        _han_words(codes, starts, ends, pairs, (RARE * vocabulary.han, min_ratio), begins, others, signs)
    return signs


def mistaken_places(text: str, vocabulary: Vocabulary, min_ratio: float) -> list[int]:
    """Where a text has Han characters that may be mistaken, as the look at it asks."""
    firsts, others = _han()
    limits = (RARE * vocabulary.han, min_ratio)
    return np.flatnonzero(_mistaken_places(codes_of(text), vocabulary.pairs, limits, firsts, others)).tolist()


def may_be_pieces(run: str, vocabulary: Vocabulary) -> bool:
    """Whether a long word may be several, as the look at its text asks."""
    fewest = np.zeros(MAX_LONG + 1, dtype=np.int64)
    rare = RARE * vocabulary.latin
    return bool(_in_pieces(codes_of(run), 0, len(run), table(), vocabulary.words, rare, fewest))


@lru_cache(maxsize=1)
def _latin() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return latin_arrays()


@lru_cache(maxsize=1)
def _han() -> tuple[np.ndarray, np.ndarray]:
    return han_arrays()


# --- loops ------------------------------------------------------------------------------------------


@compiled
def _is_wide(code: int) -> bool:
    return code == 0xFF0C or code == 0x3002 or code == 0xFF1F or code == 0xFF01 or code == 0xFF1A or code == 0xFF1B


@compiled
def _is_narrow(code: int) -> bool:
    return code == 44 or code == 46 or code == 63 or code == 33 or code == 58 or code == 59


@compiled
def _shapes(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, entries: np.ndarray, signs: np.ndarray) -> None:
    """Signs that need no counts: what stands beside a space, a mark, a line end."""
    for text in range(len(starts)):
        start, end = starts[text], ends[text]
        # where the line and the word begin, and whether all characters of the line come twice so far
        line, word, doubled = start, start, True
        before = np.uint32(SPACE)  # entry of the character before
        for place in range(start, end + 1):
            code = codes[place] if place < end else np.uint32(10)
            entry = entries[code]
            after = codes[place + 1] if place + 1 < end else np.uint32(10)
            behind = entries[after]
            if code == 10:
                size = place - line
                signs[text, DOUBLED] += doubled and size >= MIN_LINE and (place - word) % 2 == 0
                signs[text, LONE] += size == 1 and before & (HAN | CAPITAL) != 0
                line, word, doubled = place + 1, place + 1, True
            elif doubled and entry & SPACE:
                doubled, word = (place - word) % 2 == 0, place + 1
            elif doubled and (place - word) % 2 == 1:
                doubled = code == codes[place - 1]
            if entry & LETTER:
                before = entry
                continue
            if entry & HAN:
                signs[text, NUM_HAN] += 1
            elif entry & SPACE:
                if before & HAN and behind & HAN and code == 32:
                    signs[text, HAN_SPACE] += 1
                elif behind & LETTER and place > start:
                    second = codes[place - 2] if place - 2 >= start else np.uint32(10)
                    if before & DIGIT and code == 32 and place + 2 < end:
                        third = codes[place + 2]
                        signs[text, ORDINAL] += (third == 116 or third == 104 or third == 100) and (
                            place + 3 >= end or not entries[codes[place + 3]] & LETTER
                        )
                    elif codes[place - 1] == 45 and not behind & (CAPITAL | DIGIT):
                        signs[text, BROKEN] += entries[second] & LETTER != 0
            elif code < 128:
                if _is_narrow(int(code)):
                    if before & HAN and (behind & (HAN | SPACE)):
                        signs[text, NARROW] += 1
                        third = codes[place + 2] if place + 2 < end else np.uint32(10)
                        signs[text, BETWEEN] += code == 44 and (
                            behind & HAN != 0 or (after == 32 and entries[third] & HAN != 0)
                        )
                    if (code == 46 or code == 63 or code == 33) and before & LETTER and not before & CAPITAL:
                        third = codes[place + 2] if place + 2 < end else np.uint32(10)
                        signs[text, GLUED] += behind & CAPITAL != 0 and entries[third] & LETTER != 0
                    if (code == 44 or code == 46) and behind & SPACE:
                        signs[text, APART] += codes[place - 1] == 32 if place > start else False
                        signs[text, CLOSE] += before & LETTER != 0
            elif code == 0xAC or code == 0xAD:
                signs[text, BROKEN] += before & LETTER != 0
            elif code == 0xFFFD:
                signs[text, LOST] += before & LETTER != 0 or behind & LETTER != 0
            elif _is_wide(int(code)):
                signs[text, WIDE] += 1
                signs[text, WIDE_LATIN] += before & LETTER != 0
            before = entry


@compiled
def _words(
    codes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    entries: np.ndarray,
    words: np.ndarray,
    pairs: np.ndarray,
    limits: tuple[float, float],
    written: np.ndarray,
    meant: np.ndarray,
    firsts: np.ndarray,
    signs: np.ndarray,
) -> None:
    """Rare words, and what one confusion or one neighbour makes of them; limits: what is rare, and the ratio."""
    rare, ratio = limits
    fewest = np.zeros(MAX_LONG + 1, dtype=np.int64)
    for text in range(len(starts)):
        place, end = starts[text], ends[text]
        lone = False  # whether the word before is one capital
        last, before = place, np.uint64(0)  # end and state of the word before
        before_count = 0
        while place < end:
            entry = entries[codes[place]]
            if not entry & LETTER:
                place += 1
                continue
            stop, kinds, state = _word_at(codes, place, end, entries)
            follows = place - last == 1 and entries[codes[last]] & SPACE != 0  # one space behind the word before
            size = stop - place
            count = count_of(state, words)
            if kinds & DIGIT and size >= 2 and _is_number(codes, place, stop):
                signs[text, DIGITS] += 1
            elif size >= 3 and count <= rare:
                if size >= MIN_LONG:
                    signs[text, LONG] += _in_pieces(codes, place, stop, entries, words, rare, fewest)
                elif signs[text, UNMENDABLE] > HOPELESS and signs[text, UNMENDABLE] > 2 * signs[text, MENDABLE]:
                    pass  # a text of words that no other has: another language, a list of names
                elif not kinds & CAPITAL or _small_behind(codes, place, stop, entries):
                    mended = _can_mend(
                        codes, place, stop, entries, words, pairs, before if place - last == 1 else np.uint64(0),
                        (count + 1) * (ratio / INSIDE if kinds & DIGIT else ratio), written, meant, firsts,
                    )  # fmt: skip
                    signs[text, MENDABLE] += mended > 0
                    signs[text, EXPECTED] += mended > 1 and not kinds & CAPITAL
                    signs[text, UNMENDABLE] += mended == 0 and not kinds & (CAPITAL | DIGIT)
            if (
                lone
                and follows
                and (not entry & (CAPITAL | DIGIT) or last - 1 == starts[text] or codes[last - 2] == 10)
            ):
                signs[text, GAP] += _is_gap(codes, last - 1, place, stop, entries, words, pairs, count, ratio)
            elif follows and (min(count, before_count) <= rare or _is_no_word(size, codes[place])):
                fewer = 1 if _is_no_word(size, codes[place]) else min(count, before_count)
                apart = max(fewer, count_of(key_of(before, state, NEXT_TO), pairs))
                together = _together(codes, place, stop, entries, words, before)
                signs[text, PARTED] += together >= ratio * (apart + 1)
            lone = size == 1 and entry & CAPITAL != 0 and (place == starts[text] or codes[place - 1] != 46)
            last, before, before_count, place = stop, state, count, stop


@compiled
def _word_at(codes: np.ndarray, place: int, end: int, entries: np.ndarray) -> tuple[int, np.uint32, np.uint64]:
    """Behind the Latin word at a place, its digits and capitals as bits, its state: `token_end`, `state_of` in one."""
    stop, kinds, state = place, np.uint32(0), np.uint64(0)
    while stop < end:
        one = entries[codes[stop]]
        if not one & LETTER and not (one & APOSTROPHE and stop + 1 < end and entries[codes[stop + 1]] & LETTER):
            break
        kinds |= one & (DIGIT | CAPITAL)
        state = hashed(state, one)
        stop += 1
    return stop, kinds, state


@compiled
def _together(
    codes: np.ndarray, place: int, stop: int, entries: np.ndarray, words: np.ndarray, before: np.uint64
) -> int:
    """How many documents have the word that a word and the one before it, of that state, are in one."""
    for at in range(place, stop):
        before = hashed(before, entries[codes[at]])
    return count_of(before, words)


@compiled
def _is_no_word(size: int, code: int) -> bool:
    """Whether it is one small letter that is no word: neither a nor i nor o."""
    return size == 1 and 97 <= code <= 122 and code != 97 and code != 105 and code != 111


@compiled
def _is_gap(
    codes: np.ndarray,
    capital: int,
    start: int,
    stop: int,
    entries: np.ndarray,
    words: np.ndarray,
    pairs: np.ndarray,
    rest: int,
    ratio: float,
) -> bool:
    """Whether a capital that stands alone may be the first letter of the word behind it."""
    head = hashed(np.uint64(0), entries[codes[capital]])
    whole, tail = head, np.uint64(0)
    for place in range(start, stop):
        whole = hashed(whole, entries[codes[place]])
        tail = hashed(tail, entries[codes[place]])
    together = count_of(whole, words)
    code = codes[capital]
    if code == 65 or code == 73 or code == 79:  # A, I, O are words
        return together >= max(FEW, TIMES * (rest + 1))
    if rest <= FEW:  # the text itself may have it; or a font sets the two close
        return together > 0 or is_close(code, codes[start])
    return together >= max(FEW, ratio * (count_of(key_of(head, tail, NEXT_TO), pairs) + 1))


@compiled
def least_of(size: int, rare: float) -> float:
    """How many documents must have a piece of so many letters: any two letters stand somewhere."""
    return max(FEW, rare * OFTEN) if size <= 2 else max(FEW, rare / OFTEN) if size == 3 else FEW


@compiled
def is_close(capital: int, letter: int) -> bool:
    """Whether fonts kern two letters: T, V, W, Y, P and F before a, e, o, r, u and y."""
    capitals = capital == 84 or capital == 86 or capital == 87 or capital == 89 or capital == 80 or capital == 70
    vowels = letter == 97 or letter == 101 or letter == 111 or letter == 114 or letter == 117 or letter == 121
    return capitals and vowels


@compiled
def _in_pieces(
    codes: np.ndarray,
    start: int,
    stop: int,
    entries: np.ndarray,
    words: np.ndarray,
    rare: float,
    fewest: np.ndarray,
) -> bool:
    """Whether a long word may be several: known ones, or such as a capital begins, long ones on average."""
    size = min(stop - start, MAX_LONG)
    for end in range(1, size + 1):
        fewest[end] = NAMED * NAMED
    fewest[0] = 0
    for begin in range(size):
        if fewest[begin] == NAMED * NAMED:
            continue
        state, name, number = np.uint64(0), entries[codes[start + begin]] & CAPITAL != 0, True
        for end in range(begin + 1, min(begin + MAX_PIECE, size) + 1):
            entry = entries[codes[start + end - 1]]
            if end > begin + 1 and entry & CAPITAL:
                break
            state = hashed(state, entry)
            number = number and entry & DIGIT != 0
            cost = fewest[begin] + 1
            if cost >= fewest[end]:
                continue
            if number or count_of(state, words) >= least_of(end - begin, rare):
                fewest[end] = cost
            elif name and end > begin + 2:
                fewest[end] = min(fewest[end], cost + NAMED * (end - begin))
    return are_pieces(size, fewest[size])


@compiled
def are_pieces(size: int, fewest: int) -> bool:
    """Whether letters are several words, of the least that they can be: letters of names, and words."""
    pieces = fewest % NAMED
    return 2 * (fewest // NAMED) <= size and pieces >= MIN_PIECES and pieces * MEAN_PIECE <= size


@compiled
def _small_behind(codes: np.ndarray, start: int, stop: int, entries: np.ndarray) -> bool:
    """Whether a word has no capital but the first letter."""
    capitals = np.uint32(0)
    for place in range(start + 1, stop):
        capitals |= entries[codes[place]] & CAPITAL
    return capitals == 0


@compiled
def _is_number(codes: np.ndarray, start: int, stop: int) -> bool:
    """Whether a word is a number but for letters that look like digits."""
    digits = letters = 0
    for place in range(start, stop):
        code = codes[place]
        if 48 <= code <= 57:
            digits += 1
        elif code == 79 or code == 108 or code == 73 or code == 111:  # O, l, I, o
            letters += 1
        else:
            return False
    return digits > 0 and letters > 0


@compiled
def _can_mend(
    codes: np.ndarray,
    start: int,
    stop: int,
    entries: np.ndarray,
    words: np.ndarray,
    pairs: np.ndarray,
    before: np.uint64,
    least: float,
    written: np.ndarray,
    meant: np.ndarray,
    firsts: np.ndarray,
) -> int:
    """Whether one confusion makes a word of it that enough documents have: 1; 2 if behind the word before, too."""
    prefix, found = np.uint64(0), 0
    for place in range(start, stop):
        code = codes[place]
        folded = entries[code] & FOLDED if code < 48 or code > 57 else code  # a digit is looked for as it is
        if folded < 128:
            for pair in range(firsts[folded], firsts[folded + 1]):
                behind = place + 1
                if written[pair, 1]:
                    if behind >= stop or (entries[codes[behind]] & FOLDED) != written[pair, 1]:
                        continue
                    behind += 1
                state = hashed(prefix, entries[meant[pair, 0]])
                if meant[pair, 1]:
                    state = hashed(state, entries[meant[pair, 1]])
                for at in range(behind, stop):
                    state = hashed(state, entries[codes[at]])
                if count_of(state, words) >= least:
                    if before == np.uint64(0) or count_of(key_of(before, state, NEXT_TO), pairs) >= FEW:
                        return 2 if before != np.uint64(0) else 1
                    found = 1
        prefix = hashed(prefix, entries[code])
    return found


@compiled
def _han_words(
    codes: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    pairs: np.ndarray,
    limits: tuple[float, float],
    firsts: np.ndarray,
    others: np.ndarray,
    signs: np.ndarray,
) -> None:
    """Count Han characters that may be mistaken; limits: what is rare, and the ratio."""
    for text in range(len(starts)):
        for place in range(starts[text], ends[text]):
            signs[text, HAN_MENDABLE] += _may_be_mistaken(
                codes, starts[text], place, ends[text], pairs, limits, firsts, others
            )


@compiled
def _may_be_mistaken(
    codes: np.ndarray,
    start: int,
    place: int,
    end: int,
    pairs: np.ndarray,
    limits: tuple[float, float],
    firsts: np.ndarray,
    others: np.ndarray,
) -> bool:
    """Whether neighbours of a Han character expect one that looks alike, and hardly this one."""
    code = int(codes[place])
    if code < 0x4E00 or code > 0x9FFF or firsts[code - 0x4E00] == firsts[code - 0x4DFF]:
        return False
    left, right = _state_beside(codes, start, place, end, -1), _state_beside(codes, start, place, end, 1)
    now = _most_beside(left, code, right, pairs)
    if now > limits[0]:
        return False
    for n in range(firsts[code - 0x4E00], firsts[code - 0x4DFF]):
        if _most_beside(left, int(others[n]), right, pairs) >= limits[1] * (now + 1):
            return True
    return False


@compiled
def _state_beside(codes: np.ndarray, start: int, place: int, end: int, step: int) -> np.uint64:
    """The hash of the Han character or the number before a place (step -1) or behind it (1); 0 of anything else."""
    at, state = place + step, np.uint64(0)
    if at < start or at >= end:
        return state
    code = np.int64(codes[at])
    if 0x3400 <= code <= 0x9FFF:
        return hashed(state, np.uint32(code))
    while start <= at < end and 48 <= codes[at] <= 57:
        state = hashed(state, np.uint32(48))
        at += step
    return state


@compiled
def _most_beside(left: np.uint64, code: int, right: np.uint64, pairs: np.ndarray) -> int:
    """The larger number of documents that have a character behind what is left of it, or before what is right of it."""
    state, most = hashed(np.uint64(0), np.uint32(code)), 0
    if left != np.uint64(0):
        most = count_of(key_of(left, state, NEXT_TO), pairs)
    if right != np.uint64(0):
        most = max(most, count_of(key_of(state, right, NEXT_TO), pairs))
    return most


@compiled
def _mistaken_places(
    codes: np.ndarray, pairs: np.ndarray, limits: tuple[float, float], firsts: np.ndarray, others: np.ndarray
) -> np.ndarray:
    places = np.zeros(len(codes), dtype=np.bool_)
    for place in range(len(codes)):
        places[place] = _may_be_mistaken(codes, 0, place, len(codes), pairs, limits, firsts, others)
    return places
