"""Letters that look like others, made up before the rules that know them."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Iterator

from variants.shaping import Make, Variant, each_han

_GREEK = dict(zip("aopvutiABEZHIKMNOPTYX", "αορνυτιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))
_CYRILLIC = dict(zip("aceopxyijsABCEHKMOPTX", "асеорхуіјѕАВСЕНКМОРТХ", strict=True))
_ARMENIAN = {"o": "օ", "h": "հ", "u": "ս", "n": "ո", "g": "ց", "q": "զ"}
_CHEROKEE = dict(zip("ABCDEGHIJKLMPRSTWZ", "ᎪᏴᏟᎠᎬᏀᎻᏆᎫᏦᏞᎷᏢᏒᏚᎢᎳᏃ", strict=True))
_SMALL = dict(zip("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", strict=True))
_RAISED = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_PHONETIC = {"a": "ɑ", "g": "ɡ", "i": "ı"}
_DOUBLE_STRUCK = {"i": "ⅰ", "v": "ⅴ", "x": "ⅹ", "l": "ⅼ", "c": "ⅽ", "d": "ⅾ", "m": "ⅿ"}
_MARKS = [chr(code) for code in range(0x300, 0x370)]


def _words(table: dict[str, str], share: int, least: int = 4) -> Make:
    """A share of the words, in letters of a table."""
    signs = str.maketrans(table)
    return lambda draw, text: re.sub(
        rf"\b[A-Za-z]{{{least},}}\b", lambda m: m[0].translate(signs) if draw.chance(share) else m[0], text
    )


def _letters(table: dict[str, str], share: int) -> Make:
    """A share of the letters."""
    return lambda draw, text: "".join(table.get(c, c) if draw.chance(share) else c for c in text)


def _offset(lower: int, upper: int) -> Make:
    """A fifth of the words in the signs of two rows of code points."""
    table = {chr(97 + i): chr(lower + i) for i in range(26)} | {chr(65 + i): chr(upper + i) for i in range(26)}
    return _words(table, 20)


def _crowned(share: int, least: int, most: int) -> Make:
    """Marks above and below letters."""
    return lambda draw, text: re.sub(
        "[A-Za-z]",
        lambda m: (
            m[0] + "".join(draw.choice(_MARKS) for _ in range(draw.between(least, most)))
            if draw.chance(share)
            else m[0]
        ),
        text,
    )


def _behind(pattern: str, signs: str, share: int) -> Make:
    return lambda draw, text: re.sub(pattern, lambda m: m[0] + draw.choice(signs) if draw.chance(share) else m[0], text)


def _replaced(pattern: str, by: str) -> Make:
    return lambda draw, text: re.sub(pattern, by, text)


def _spread(sign: str, share: int) -> Make:
    """Words with a sign between their letters, as headings have them."""
    return lambda draw, text: re.sub(
        r"\b[A-Za-z]{5,}\b", lambda m: sign.join(m[0]) if draw.chance(share) else m[0], text
    )


def strange_characters() -> Iterator[Variant]:
    """All of them."""
    made: tuple[tuple[str, str, Make], ...] = (
        ("greek_lookalikes", "en", _words(_GREEK, 25)),
        ("greek_single_letters", "en", _letters(_GREEK, 6)),
        ("greek_capitals", "en", _letters({k: v for k, v in _GREEK.items() if k.isupper()}, 100)),
        ("cyrillic_single_letters", "en", _letters(_CYRILLIC, 6)),
        ("cyrillic_everywhere", "en", _letters(_CYRILLIC, 100)),
        ("cyrillic_capitals", "en", _letters({k: v for k, v in _CYRILLIC.items() if k.isupper()}, 100)),
        ("armenian_lookalikes", "en", _letters(_ARMENIAN, 8)),
        ("cherokee_capitals", "en", _letters(_CHEROKEE, 100)),
        ("roman_numeral_letters", "en", _letters(_DOUBLE_STRUCK, 10)),
        ("phonetic_letters", "en", _letters(_PHONETIC, 50)),
        ("small_capitals", "en", _words(_SMALL, 20)),
        ("raised_letters", "en", _words(_RAISED, 20)),
        ("squared_letters", "en", _words({chr(97 + i): chr(0x1F130 + i) for i in range(26)}, 15)),
        ("squared_black_letters", "en", _words({chr(97 + i): chr(0x1F170 + i) for i in range(26)}, 15)),
        ("circled_black_letters", "en", _words({chr(97 + i): chr(0x1F150 + i) for i in range(26)}, 15)),
        ("parenthesized_letters", "en", _words({chr(97 + i): chr(0x249C + i) for i in range(26)}, 15)),
        ("regional_letters", "en", _words({chr(97 + i): chr(0x1F1E6 + i) for i in range(26)}, 15)),
        ("fraktur_letters", "en", _offset(0x1D586, 0x1D56C)),
        ("monospaced_letters", "en", _offset(0x1D68A, 0x1D670)),
        ("wide_words_only", "en", _offset(0xFF41, 0xFF21)),
        ("marks_on_few_letters", "en", _crowned(6, 1, 4)),
        ("marks_on_most_letters", "en", _crowned(60, 2, 6)),
        ("one_mark_on_letters", "en", _behind("[A-Za-z]", "\u0313\u0316\u0323\u0353\u0363\u033d", 10)),
        ("underlined_by_marks", "en", _behind("[A-Za-z]", "\u0332", 20)),
        ("enclosed_by_marks", "en", _behind("[A-Za-z]", "\u20dd\u20de\u20d2", 5)),
        ("marks_on_han", "zh", each_han(lambda d, c: c + d.choice("\u0332\u0336\u0489\u20dd\u0334"), 15)),
        ("selectors_of_ideographs", "zh", each_han(lambda d, c: c + chr(d.between(0xE0100, 0xE0104)), 20)),
        ("private_use_planes", "enzh", _behind(r"\w", "\U000f0001\U00100200\U000fe0b3", 3)),
        ("noncharacters", "enzh", _behind(r"\w", "\ufdd0\ufdef\U0001fffe\U0002ffff", 3)),
        ("music_controls", "en", _behind(r"[a-z]\b", "\U0001d173\U0001d17a\U0001bca0", 5)),
        ("spread_words", "en", _spread(" ", 12)),
        ("dotted_words", "en", _spread("·", 12)),
        ("zero_width_in_words", "en", _spread("\u200b\u2060", 30)),
        ("soft_hyphens_all", "en", _spread("\u00ad", 60)),
        ("wide_spaces_in_chinese", "zh", each_han(lambda d, c: c + "\u3000", 30)),
        ("thin_spaces_in_chinese", "zh", each_han(lambda d, c: c + "\u2009", 60)),
        ("zero_width_in_chinese", "zh", each_han(lambda d, c: c + d.choice("\u200b\u200c\u2060\ufeff"), 60)),
        ("compatibility_ideographs", "zh", _replaced("不", "\uf967")),
        ("katakana_lookalikes", "zh", lambda d, t: t.translate(str.maketrans("口力二工夕卜八", "ロカニエタトハ"))),
        ("hangul_lookalikes", "en", _letters({"o": "ㅇ", "l": "ㅣ"}, 15)),
        ("line_tabs", "en", _replaced(r"(?<=[a-z]) (?=[a-z])", "\t")),
        ("vertical_tabs", "en", _replaced(r"\. ", ".\x0b")),
        ("backspaced_bold", "en", lambda d, t: re.sub(r"\b[A-Z]\w+", lambda m: "".join(f"{c}\b{c}" for c in m[0]), t)),
        ("shy_entities_left", "en", lambda d, t: re.sub(r"\b[a-z]{7,}\b", lambda m: f"{m[0][:4]}&shy;{m[0][4:]}" if d.chance(30) else m[0], t)),
    )  # fmt: skip
    for name, languages, make in made:
        yield Variant("characters", name, languages, make, "repair")
