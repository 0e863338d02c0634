"""Texts whose letters, spaces and lines were damaged by PDF files, scans, editors, corpora and boards."""

import random
import re

from variants.contract import Make, Planted
from variants.fourth.texts import filled, with_accents, with_straight
from variants.parts import WORD, breaks, changed, joined, with_breaks, wrapped_rows

HAN = "[\u4e00-\u9fff]"

# --- lines ------------------------------------------------------------------------------------------


def wrapped_apart(draw: random.Random, text: str, language: str) -> Planted | None:
    """Lines of a page of paper, an empty one after each, as a converter leaves them."""
    rows = wrapped_rows(text, language, draw.randrange(50, 66) if language == "en" else draw.randrange(18, 26))
    return changed("\n\n".join(rows), text) if rows else None


def line_numbers(draw: random.Random, text: str, language: str) -> Planted | None:
    """A manuscript for review, or the record of a court: the number of each line before it."""
    rows = wrapped_rows(text, language, draw.randrange(44, 58) if language == "en" else draw.randrange(18, 26))
    first = draw.randrange(1, 190)
    return changed("\n".join(f"{first + i} {row}" for i, row in enumerate(rows)), text) if rows else None


def page_turn(draw: random.Random, text: str, language: str) -> Planted | None:
    """A sentence that goes on over the leaf: the number of the page and a form feed stand within it."""
    pattern = r"(?<=[a-z,]) (?=[a-z])" if language == "en" else f"(?<={HAN})(?={HAN})"
    places = [found.span() for found in re.finditer(pattern, text) if 8 < found.start() < len(text) - 8]
    if not places:
        return None
    start, end = draw.choice(places)
    number = draw.randrange(3, 400)
    page = draw.choice((f"{number}", f"- {number} -", f"Page {number}" if language == "en" else f"第{number}页"))
    return changed(f"{text[:start]}\n\n{page}\n\x0c\n{text[end:]}", text)


def caret_returns(draw: random.Random, text: str, language: str) -> Planted:
    """Line ends of Windows as a program of Unix shows them."""
    return Planted("\n".join(line + "^M" for line in text.split("\n")), "repair", text)


def cell_marks(draw: random.Random, text: str, language: str) -> Planted:
    """The controls that end a cell or a paragraph in an old office file."""
    mark = draw.choice(("\x07", "\x07\x07", "\x01"))
    return Planted("\n".join(line + mark for line in text.split("\n")), "repair", text)


def line_ends_glued(draw: random.Random, text: str, language: str) -> Planted | None:
    """Narrow lines put together again without the space that the line end stood for."""
    if language == "zh":
        return None
    words, width, row, made = text.split(" "), draw.randrange(26, 40), 0, ""
    for word in words:
        full = row > width and made[-1:].isalpha() and word[:1].islower()
        made += word if full or not made else f" {word}"
        row = len(word) if full else row + len(word) + 1
    return changed(made, text)


# --- spaces -----------------------------------------------------------------------------------------


def stray_tabs(draw: random.Random, text: str, language: str) -> Planted | None:
    """Tabs between some of the words, out of a table or a mail; in Chinese between sentences."""
    if language == "en":
        return changed("".join("\t" if c == " " and draw.random() < 0.25 else c for c in text), text)
    return changed(re.sub(r"(?<=[。？，])(?=[^\n\s])", "\t", text), text)


def typographic_spaces(draw: random.Random, text: str, language: str) -> Planted | None:
    """Spaces of a width of their own, as layout programs set them; ideographic ones in Chinese."""
    if language == "en":
        spaces = "\u2002\u2003\u2009\u202f\u2005"
        return changed("".join(draw.choice(spaces) if c == " " and draw.random() < 0.3 else c for c in text), text)
    return changed(re.sub(r"(?<=[。？])(?=[^\n\s])", "\u3000", text), text)


def scattered_marks(draw: random.Random, text: str, language: str) -> Planted:
    """A few signs that nobody sees, where pages have them: before a paragraph, after a mark, within a name."""
    lines = [draw.choice(("\u200b", "\ufeff", "\u200e", "\u2060")) + line for line in text.split("\n")]
    dirty = re.sub(r"(?<=[.。])(?=\s|$)", draw.choice(("\u200b", "\u200d", "\u200e")), "\n".join(lines), count=2)
    found = list(WORD[language].finditer(dirty))
    if found:
        place = draw.choice(found).start() + 1
        dirty = dirty[:place] + draw.choice("\u200b\u00ad\u200c") + dirty[place:]
    return Planted(dirty, "repair", text)


def hyphenation_points(draw: random.Random, text: str, language: str) -> Planted | None:
    """Soft hyphens at the syllables of all long words, as content systems and books on the web set them."""
    if language == "zh":
        return None

    def pointed(found: re.Match[str]) -> str:
        word, parts, start = found[0], [], 0
        for place in breaks(word):
            parts.append(word[start:place])
            start = place
        return "\u00ad".join([*parts, word[start:]])

    return changed(re.sub(r"[A-Za-z]{7,}", pointed, text), text)


def words_split(draw: random.Random, text: str, language: str) -> Planted | None:
    """Spaces within words, where a PDF moved a few letters apart."""
    if language == "zh":
        return None
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if re.fullmatch(r"[a-z]{6,}[.,?]?", word)]
    for place in draw.sample(long, min(4, len(long))):
        cut = draw.randrange(2, 5)
        words[place] = words[place][:cut] + " " + words[place][cut:]
    return changed(" ".join(words), text)


def hyphens_kept(draw: random.Random, text: str, language: str) -> Planted | None:
    """The hyphens of broken lines that stayed within their words when the lines were put together."""
    if language == "zh":
        return None
    return changed(with_breaks(draw, text, r"[a-z]{6,}[.,?]?", "-"), text)


def digits_apart(draw: random.Random, text: str, language: str) -> Planted | None:
    """Numbers whose digits a PDF set one by one."""
    return changed(re.sub(r"\d{2,}", lambda found: " ".join(found[0]), text), text)


FITTED = (
    "{a} found the first office on the fifth floor, door {n}.",
    "It was difficult to find a field of flowers after {n} fires, {a} confirms.",
    "{a} left the office at five, after {n} minutes of fine talk.",
)


def ligatures_lost(draw: random.Random, text: str, language: str) -> Planted | None:
    """A PDF whose ligatures have no letters behind them: of each only a gap is left, or nothing."""
    if language == "zh":
        return None
    said, gap = filled(draw, FITTED, "en"), draw.choice((" ", ""))
    dirty = re.sub("ffi|ffl|ff|fi|fl", gap, said)
    return Planted(joined(text, dirty.strip(), "en"), "repair", joined(text, said, "en"))


def links_glued(draw: random.Random, text: str, language: str) -> Planted | None:
    """Names that were links and lost the space before them with their tags: in theWestford."""
    if language == "zh":
        return None
    places = list(re.finditer(r"(?<=[a-z]) (?=[A-Z][a-z]{4,})", text))
    dirty = text
    for place in sorted(draw.sample(places, min(3, len(places))), key=lambda match: -match.start()):
        dirty = dirty[: place.start()] + dirty[place.end() :]
    return changed(dirty, text)


# --- letters and marks ------------------------------------------------------------------------------


def styled_words(draw: random.Random, text: str, language: str) -> Planted | None:
    """Names in the bold letters of mathematics, as posts of networks emphasise where there is no bold."""
    if language == "zh":
        return None

    def bold(word: str) -> str:
        return "".join(chr(0x1D5D4 + ord(c) - 65) if c.isupper() else chr(0x1D5EE + ord(c) - 97) for c in word)

    words = [found[0] for found in WORD["en"].finditer(text)]
    if not words:
        return None
    chosen = draw.choice(words)
    return changed(re.sub(rf"\b{chosen}\b", lambda found: bold(found[0]), text), text)


SHORT_SAID = (
    '{a} said, "It doesn\'t open (not even for guests) before {n}."',
    'The note, "Don\'t wait for {a}," was {n} days old.',
    '"They haven\'t left (all {n} of them)," {a} said.',
)


def treebank_marks(draw: random.Random, text: str, language: str) -> Planted | None:
    """A sentence in the form of annotated corpora: marks apart, quotes of two strokes, brackets as words."""
    if language == "zh":
        return None
    said = filled(draw, SHORT_SAID, "en")
    apart = re.sub(r'"(?=[A-Z])', "`` ", said)
    apart = re.sub(r'([,.]?)"', r" \1 ''", apart).replace("(", "-LRB- ").replace(")", " -RRB-")
    apart = re.sub(r"(?<=\w)n't\b", " n't", apart)
    apart = re.sub(r"(?<=[\w-])([,.])(?=\s|$)", r" \1", apart)
    return Planted(joined(text, " ".join(apart.split()), "en"), "repair", joined(text, said, "en"))


def ocr_strokes(draw: random.Random, text: str, language: str) -> Planted | None:
    """Upright strokes that recognition mistook: I as l, ll as 11; in Chinese the stroke of one as a dash."""
    if language == "zh":
        return changed(text.replace("一", "—"), text)
    dirty = re.sub(r"\bI(?=[nts]\b)", "l", text)
    return changed(re.sub(r"(?<=[a-z])ll(?=[a-z]*\b)", "11", dirty), text)


SPLIT = {"的": "白勺", "好": "女子", "作": "亻乍", "物": "牛勿", "地": "土也", "林": "木木", "明": "日月", "住": "亻主",
         "什": "亻十", "做": "亻故", "她": "女也", "和": "禾口", "现": "王见", "河": "氵可"}  # fmt: skip


def ocr_halves(draw: random.Random, text: str, language: str) -> Planted | None:
    """Wide-set characters that recognition took for two, the left half and the right."""
    if language == "en":
        return None
    return changed("".join(SPLIT[c] if c in SPLIT and draw.random() < 0.6 else c for c in text), text)


def scan_specks(draw: random.Random, text: str, language: str) -> Planted | None:
    """Specks of a page that recognition took for marks, between words."""
    specks, count = "^■~*|«•°", draw.randrange(3, 6)
    if language == "en":
        words = text.split(" ")
        if len(words) < 12:
            return None
        for place in sorted(draw.sample(range(1, len(words)), count), reverse=True):
            words.insert(place, draw.choice(specks))
        return Planted(" ".join(words), "repair", text)
    places = [found.start() for found in re.finditer(f"(?<={HAN})(?={HAN})", text)]
    dirty = text
    for place in sorted(draw.sample(places, min(count, len(places))), reverse=True):
        dirty = dirty[:place] + draw.choice(specks) + dirty[place:]
    return changed(dirty, text)


def note_numbers(draw: random.Random, text: str, language: str) -> Planted | None:
    """The raised numbers of notes, which stand on the line in a PDF's text; circled ones in Chinese."""
    number, parts = draw.randrange(1, 10), []
    for part in re.split(r"(?<=[a-z]\.)(?=\s|$)" if language == "en" else r"(?<=[。])", text):
        noted = part.endswith((".", "。")) and draw.random() < 0.75
        mark = str(number) if language == "en" else chr(0x2460 + number - 1)
        parts.append(part + mark if noted else part)
        number += noted
    return changed("".join(parts), text)


BEHIND = {"é": "e´", "á": "a´", "ñ": "n˜", "ê": "e^", "ô": "o^", "ü": "u¨", "ó": "o´", "ë": "e¨", "ç": "c¸"}


def accents_behind(draw: random.Random, text: str, language: str) -> Planted | None:
    """Accents that a PDF holds as signs of their own, each behind its letter: Mu¨ller."""
    if language == "zh":
        return None
    original = with_accents(draw, text)
    return changed("".join(BEHIND.get(c, c) for c in original), original)


STARRED = {
    "en": ("See [note {n}] and the file old_map_{n}.", "{a} marked it with * and wrote [sic] {n} times.",
           "The list_of_{n} is *not* complete, says {a}."),
    "zh": ("见[注{n}]和文件old_map_{n}。", "{a}用*标出了[{n}]处。", "list_{n}里有*的那一行是{a}写的。"),
}  # fmt: skip


def slashed_marks(draw: random.Random, text: str, language: str) -> Planted:
    r"""What a converter to Markdown puts before marks of its own: \_ and \[."""
    original = joined(text, filled(draw, STARRED[language], language), language)
    return Planted(re.sub(r"([\[\]*_])", r"\\\1", original), "repair", original)


def quotes_doubled(draw: random.Random, text: str, language: str) -> Planted:
    """Quotation marks that a table of values between commas doubled, and nobody read back."""
    original = with_straight(draw, text, language)
    return Planted(original.replace('"', '""'), "repair", original)


GUARD = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-$!?.;:,&#@*)('|~`"


def copy_guard(draw: random.Random, text: str, language: str) -> Planted | None:
    """The hidden scraps with which Chinese boards spoil the copying of a post: some at the end of each line."""
    if language == "en":
        return None

    def scrap() -> str:
        pairs = [draw.choice(GUARD) + draw.choice(("", draw.choice(GUARD))) for _ in range(draw.randrange(6, 11))]
        return " ".join(pairs)

    return Planted("\n".join(f"{line}{scrap()}" for line in text.split("\n")), "repair", text)


CHARACTERS: tuple[Make, ...] = (
    wrapped_apart, line_numbers, page_turn, caret_returns, cell_marks, line_ends_glued, stray_tabs,
    typographic_spaces, scattered_marks, hyphenation_points, words_split, hyphens_kept, digits_apart, ligatures_lost,
    links_glued, styled_words, treebank_marks, ocr_strokes, ocr_halves, scan_specks, note_numbers, accents_behind,
    slashed_marks, quotes_doubled, copy_guard,
)  # fmt: skip
