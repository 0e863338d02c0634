"""
Letters in the dress of others: lookalikes of another script, styled letters, marks that no language writes.

What says so is the word a letter stands in: a script does not change within a word, a style does not hold for two
letters by accident, and no spelling of English, French or Chinese has several loose marks in a hundred letters. `α` in
TNFα, `ⅳ`, `1ˢᵗ`, a flag, an `x̄` and what stands between the signs of a transcription stay.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np
import regex
from phonenumbers import SUPPORTED_REGIONS

from llmpipe.corpus.characters import Characters
from llmpipe.corpus.compiled import compiled
from llmpipe.corpus.text import codes_of

MIN_WORDS = 3  # mixed words, from which on words of nothing but lookalikes are read as Latin, too
MIN_MARKS = 3  # loose marks
MIN_MARK_RATIO = 0.02  # of the letters
MANY_MARKS = 5  # different loose ones: then those that make a letter with an accent are no accents
MIN_SPACES = 3  # wide ones between Han characters
MIN_SPACE_RATIO = 0.1  # of the Han characters have a wide space behind them
MIN_HAN = 5  # for each character of kana, which is then no Japanese

# Cyrillic, Armenian, Cherokee, letters of Hangul: these have no place beside a Latin letter
_FOREIGN = dict(
    zip(
        "аеорсухіјѕһԁӏԛԝАВЕНІЈКМОРСТХЅҮԌԜӀօսոհցզյտՕՍՏԼᎪᏴᏟᎠᎬᏀᎻᎢᎫᏦᏞᎷᏢᏒᏚᎳᏃᏙᏎᏳᎥㅇㅣ",
        "aeopcyxijshdlqwABEHIJKMOPCTXSYGWIounhgqjmOUSLABCDEGHTJKLMPRSWZVSGiol",
        strict=True,
    )
)
_GREEK_CAPITALS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺ", "ABEZHIKMNOPTYXCM", strict=True))
_GREEK_SMALL = dict(zip("αγειηκνορτυχωϲϳ", "ayeinkvoptuxwcj", strict=True))
_ROMAN = dict(zip("ⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ", "IVXLCDMivxlcdm", strict=True))
_PHONETIC = {"ɑ": "a", "ɡ": "g"}
_DOTLESS = {"ı": "i"}  # Turkish has it, beside Latin letters only
_ALIKE = _FOREIGN | _GREEK_CAPITALS | _GREEK_SMALL | _ROMAN | _PHONETIC | _DOTLESS
_REGIONS = SUPPORTED_REGIONS | {"EU", "UN", "AQ", "BV", "CP", "DG", "EA", "GS", "HM", "IC", "PN", "TF", "UM"}
_TO_LATIN = str.maketrans(_ALIKE)
_SMALL = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢǫ", "abcdefghijklmnopqrstuvwyzq", strict=True))
_TO_SMALL = str.maketrans(_SMALL)
_SMALL_ONLY = frozenset(_SMALL) - frozenset("ʙɢʜɪʟɴʀʏǫ")  # the others are of phonetics and of some languages
_RAISED = {
    chr(code): unicodedata.normalize("NFKC", chr(code))
    for code in (
        *range(0x1D2C, 0x1D6B),
        *range(0x2B0, 0x2B9),
        *range(0x2E0, 0x2E5),
        0x2071,
        0x207F,
        *range(0x1D9B, 0x1DC0),
    )
    if unicodedata.normalize("NFKC", chr(code)).isascii()
}
_BOXED = {
    chr(first + number): chr(97 + number)
    for first in (0x1F130, 0x1F150, 0x1F170, 0x249C, 0x1F110)
    for number in range(26)
}
_REGIONAL = {chr(0x1F1E6 + number): chr(97 + number) for number in range(26)}
_KANA = dict(zip("ロカニエタトハ", "口力二工夕卜八", strict=True))
_TO_HAN = str.maketrans(_KANA)

# Signs for nothing: noncharacters, private use of the last planes, selectors of ideographs, controls of scores
_NOTHING_RANGES = (
    "\ufdd0-\ufdef\U000e0100-\U000e01ef\U000f0000-\U0010ffff\U0001d173-\U0001d17a\U0001bca0-\U0001bca3"
    + "".join(chr(plane << 16 | low) for plane in (1, 2, 3, 14) for low in (0xFFFE, 0xFFFF))
)
_MARK_RANGES = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_NOTHING = regex.compile(f"[{_NOTHING_RANGES}]+")
_LOOSE = regex.compile(rf"(?<=[A-Za-z\u00c0-\u024f\u1e00-\u1eff{_HAN}][{_MARK_RANGES}]*)[{_MARK_RANGES}]")
_ANY_MARK = regex.compile(f"[{_MARK_RANGES}]+")
_LETTER = regex.compile(r"\p{L}")
_OPENS, _GOES_ON = frozenset("ˈˌ/["), frozenset("ˈˌː")  # before and behind parts of a transcription
_DOTTED = regex.compile(r"(?<![\p{L}·•‧∙])(?:[A-Za-z][·•‧∙]){3,}[A-Za-z](?![\p{L}·•‧∙])")
_SPREAD_HAN = regex.compile(rf"(?<=[{_HAN}])\u3000(?=[{_HAN}])")
_IS_PROSE = regex.compile("[，。]")
_WIDE_SPACE = regex.compile(r"(?<=\S)\u3000")
_BEGINS = regex.compile(r"(?:^|[.!?\n])[\"“‘(\s]*$")
_ANY_HAN = regex.compile(f"[{_HAN}]")
_ANY_KANA = regex.compile("[\u3041-\u30fa\u30fc-\u30ff]")


def _run(table: dict[str, str], least: int) -> regex.Pattern[str]:
    return regex.compile(f"[{''.join(map(regex.escape, table))}]{{{least},}}")


_RAISED_RUN, _BOXED_RUN, _REGIONAL_RUN = _run(_RAISED, 3), _run(_BOXED, 2), _run(_REGIONAL, 2)


_DOTS = "·•‧∙"
_NOTHING_SIGN, _MARK, _STYLED, _FROM, _DOT, _FOR_HAN = (1 << bit for bit in range(6))
_FORMS = {
    _NOTHING_SIGN: _NOTHING_RANGES,
    _MARK: _MARK_RANGES,
    _STYLED: "".join([*_RAISED, *_BOXED, *_REGIONAL]),
    _FROM: "".join([*_ALIKE, *_SMALL]),
    _DOT: _DOTS,
    _FOR_HAN: "".join([*_KANA, "\u3000"]),
}
_OTHER_CYRILLIC = re.compile(f"(?![{''.join(_FOREIGN)}])[\u0400-\u052f]")
LOOKED_FOR = re.compile(f"[{''.join(_FORMS.values())}]")


@cache
def _table() -> np.ndarray:
    """For each code point which of `_FORMS` it is of, as bits, uint16 (1114112,)."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint16)
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for bit, form in _FORMS.items():
        table[[match.start() for match in re.finditer(f"[{form}]", every)]] |= bit
    return table


def odd_letters(text: str) -> str:
    """The text in the letters of its own script, without signs for nothing and loose marks."""
    if text.isascii():
        return text
    (bits,) = Characters([text]).bits(_table()).tolist()
    if bits & _NOTHING_SIGN:
        text = _NOTHING.sub("", text)
    if bits & _MARK:
        text = _without_loose_marks(text)
    if bits & _STYLED:
        text = _without_styles(text)
    if bits & _FROM:
        text = _in_latin(text)
    if bits & _DOT:
        text = _DOTTED.sub(lambda match: re.sub(f"[{_DOTS}]", "", match[0]), text)
    return _in_han(text) if bits & _FOR_HAN else text


def lookalikes(text: str) -> str:
    """
    The text with its words of lookalikes in Latin letters, where it has no other letters of those scripts.

    To come before wrong decoding is looked for, which would read them again: it leaves other letters, too.
    """
    if text.isascii() or not LOOKED_FOR.search(text) or _OTHER_CYRILLIC.search(text):
        return text
    mixed = {word for _, word in _words(text) if _is_mixed(word) and not _FOREIGN.keys().isdisjoint(word)}
    return _in_latin(text) if len(mixed) >= MIN_WORDS else text


def may_have_lookalikes(found: Characters) -> np.ndarray:
    """Which of several texts `lookalikes` may change, bool (texts,): a lookalike stands beside a Latin letter."""
    return _beside_latin(found.codes, found.starts, found.ends, _scripts())


_LOOKALIKE, _PLAIN = 1, 2  # letters of scripts that have no place beside Latin ones; letters that have one there


@cache
def _scripts() -> np.ndarray:
    scripts = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    scripts[[code for code in range(0x250) if chr(code).isalpha()]] = _PLAIN
    scripts[list(map(ord, _ALIKE))] = _PLAIN
    scripts[list(map(ord, _FOREIGN))] = _LOOKALIKE
    return scripts


@compiled
def _beside_latin(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray, scripts: np.ndarray) -> np.ndarray:
    likely = np.zeros(len(starts), dtype=np.bool_)
    for text in range(len(starts)):
        before = np.uint8(0)
        for place in range(starts[text], ends[text]):
            script = scripts[codes[place]]
            if before | script == _LOOKALIKE | _PLAIN:
                likely[text] = True
                break
            before = script
    return likely


def _without_loose_marks(text: str) -> str:
    """Without marks on letters that make no letter with an accent, where they are strewn over the text."""
    whole = unicodedata.normalize("NFC", text)
    loose = _LOOSE.findall(whole)
    if len(loose) < MIN_MARKS or len(loose) < MIN_MARK_RATIO * len(_LETTER.findall(whole)):
        return text
    if len(set(loose)) < MANY_MARKS:
        return _LOOSE.sub("", whole)
    return unicodedata.normalize("NFC", _ANY_MARK.sub("", unicodedata.normalize("NFD", whole)))


def _without_styles(text: str) -> str:
    """Raised letters, letters in boxes and circles and those of flags, as plain ones."""
    text = _RAISED_RUN.sub(lambda match: "".join(_RAISED[sign] for sign in match[0]), text)
    text = _BOXED_RUN.sub(lambda match: _cased(match, "".join(_BOXED[sign] for sign in match[0])), text)
    if any(not _are_flags(run) for run in _REGIONAL_RUN.findall(text)):
        text = _REGIONAL_RUN.sub(lambda match: _cased(match, "".join(_REGIONAL[sign] for sign in match[0])), text)
    return text


def _in_latin(text: str) -> str:
    """Words of lookalikes and of small capitals in plain letters."""
    words = list(_words(text))
    mixed = [span for span, word in words if _is_mixed(word)]
    if len(mixed) >= MIN_WORDS:
        changes = {span: word.translate(_TO_LATIN) for span, word in words if _is_all_alike(word)}
    else:
        changes = {
            span: word.translate(_TO_LATIN)
            for span, word in words
            if span in mixed and _PHONETIC.keys().isdisjoint(word)
        }
    small = [span for span, word in words if _is_small(word)]
    if len(small) >= MIN_WORDS:  # then those in brackets are no transcription
        words = list(_words(text, transcribed=True))
        small = [span for span, word in words if _is_small(word)]
    for span, word in words:
        if span in small or (len(small) >= MIN_WORDS and all(sign in _SMALL or sign.isascii() for sign in word)):
            changes[span] = word.translate(_TO_SMALL)
    return _changed(text, changes) if changes else text


def _words(text: str, transcribed: bool = False) -> Iterator[tuple[tuple[int, int], str]]:
    """(place, word) of the words with such signs; those of a transcription only with `transcribed`."""
    end = 0
    for place in np.flatnonzero(_table()[codes_of(text)] & _FROM).tolist():
        if place < end:
            continue
        start, end = place, place + 1
        while start and _is_letter(text[start - 1]):
            start -= 1
        while end < len(text) and _is_letter(text[end]):
            end += 1
        if transcribed or (text[start - 1 : start] not in _OPENS and text[end : end + 1] not in _GOES_ON):
            yield (start, end), text[start:end]


def _is_letter(sign: str) -> bool:
    return sign.isalpha() or sign in _ROMAN


def _changed(text: str, changes: dict[tuple[int, int], str]) -> str:
    parts, end = [], 0
    for (start, stop), word in sorted(changes.items()):
        parts += [text[end:start], word]
        end = stop
    return "".join([*parts, text[end:]])


def _is_all_alike(word: str) -> bool:
    """Whether all letters of a word are Latin or look so."""
    return all(sign in _ALIKE or sign < "\u0250" for sign in word)


def _is_mixed(word: str) -> bool:
    """Whether a word of Latin letters has lookalikes where no word has letters of another script."""
    if not _is_all_alike(word) or sum(map(str.isascii, word)) < (2 if _FOREIGN.keys().isdisjoint(word) else 1):
        return False
    return any(_is_out_of_place(word, place) for place in range(len(word)))


def _is_out_of_place(word: str, place: int) -> bool:
    sign = word[place]
    if sign in _GREEK_SMALL:  # not the α of TNFα
        return 0 < place < len(word) - 1
    if sign in _GREEK_CAPITALS:
        return word[place + 1 : place + 3].islower()
    return sign in _ALIKE and sign not in _DOTLESS


def _is_small(word: str) -> bool:
    """Whether a word is in small capitals: they are most of it, and not all of them signs of phonetics."""
    small = sum(sign in _SMALL for sign in word)
    if small < 2 or 2 * small < len(word) or _SMALL_ONLY.isdisjoint(word):
        return False
    return all(sign in _SMALL or sign.isascii() for sign in word)


def _are_flags(run: str) -> bool:
    """Whether all pairs of signs name a region."""
    letters = "".join(_REGIONAL[sign] for sign in run).upper()
    return all(letters[at : at + 2] in _REGIONS for at in range(0, len(letters), 2))


def _cased(match: regex.Match[str], letters: str) -> str:
    """Small letters, as these signs have no case; a capital begins a sentence."""
    return letters.capitalize() if _BEGINS.search(match.string, endpos=match.start()) else letters


def _in_han(text: str) -> str:
    """Chinese without kana that stand for characters, and without wide spaces between its characters."""
    han = len(_ANY_HAN.findall(text))
    kana = _ANY_KANA.findall(text)
    if kana and len(kana) * MIN_HAN <= han and all(sign in _KANA for sign in kana):
        text = text.translate(_TO_HAN)
    spread = len(_SPREAD_HAN.findall(text)) if "\u3000" in text else 0
    if spread >= MIN_SPACES and spread > MIN_SPACE_RATIO * han and _IS_PROSE.search(text):
        text = _WIDE_SPACE.sub("", text)
    return text
