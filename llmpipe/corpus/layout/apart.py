"""
Words whose letters a layout set apart: `A n n u a l   R e p o r t`, `h-o-u-s-e`, `目 录` in a headline.

All letters of a line stand alone with the same sign between them. Where words have no wider gap between them, the words
of the rest of the text part them; what cannot be parted so stays, as tables and formulas have single letters, too.
"""

import re

_SPACES = " \t\xa0\u2002\u2003\u2009\u3000"
_RUN = re.compile(
    rf"^[^\w\n]{{0,2}}[^\W_](?:(?P<gap>[.\-_*~|·])(?:[^\W_](?P=gap)?[{_SPACES}]*){{3}}|"
    rf"[^\w\s]{{0,2}}(?P<space>[{_SPACES}])[{_SPACES}]{{0,3}}"
    rf"(?:[^\W_][^\w\s]{{0,2}}(?:[{_SPACES}]{{1,5}}|$)){{2}})",
    re.MULTILINE,
)
_HAN = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_VOWEL = re.compile("[aeiouyAEIOUYà-ÿ]")
_MIN_LETTERS = 5
_MIN_HAN = 3
_MIN_WORD = 0.6  # of the words have a vowel
_MAX_LENGTH = 300  # characters of a line


def letters_apart(text: str) -> str:
    """The text with such lines closed up."""
    if not _RUN.search(text):
        return text
    lines = text.split("\n")
    known: set[str] = set()
    for number, line in enumerate(lines):
        found = _RUN.match(line)
        if found is None or len(line) > _MAX_LENGTH:
            continue
        if not known:
            known = {word.lower() for other in lines if not _RUN.match(other) for word in _WORD.findall(other)}
        lines[number] = _closed(line, found["gap"] or found["space"], known)
    return "\n".join(lines)


def _closed(line: str, between: str, known: set[str]) -> str:
    """A line whose letters stand alone, with words; the line itself when it makes none."""
    groups = _groups(line.strip()) if between in _SPACES else [part.split(between) for part in line.split()]
    units = [unit for group in groups for unit in group]
    if not units or any(len(re.sub(r"[^\w]|_", "", unit)) > 1 for unit in units):
        return line
    if _all_han(units):
        return line if between == " " and "  " not in line else "".join(units)  # `whitespace` looks at the whole text
    if sum(map(str.isalpha, "".join(units))) < _MIN_LETTERS:
        return line
    words = ["".join(group) for group in groups]
    if len(words) == 1:
        return _parted(words[0], known) or line
    plain = [re.sub(r"\W", "", word) for word in words]
    likely = sum(bool(_VOWEL.search(word)) or word.isdigit() for word in plain)
    if likely < _MIN_WORD * len(words) or max(map(len, plain)) < 3 or sum(map(len, plain)) < 2 * len(plain):
        return line
    return " ".join(words)


def _groups(line: str) -> list[list[str]]:
    """The letters of a line by words: those with no more between them than the least that two letters have."""
    gaps = re.findall(rf"[{_SPACES}]+", line)
    least = min(gaps, key=lambda gap: (len(gap), "\u2003\t\u3000".find(gap[0])))
    parts = re.split(rf"([{_SPACES}]+)", line)
    groups = [[parts[0]]]
    for gap, unit in zip(parts[1::2], parts[2::2], strict=True):
        if gap == least:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups


def _all_han(units: list[str]) -> bool:
    return len(units) >= _MIN_HAN and all(_HAN.match(unit) or not unit.isalnum() for unit in units if unit)


def _parted(letters: str, known: set[str]) -> str | None:
    """Letters without gaps as words that the text has; one word, where only its first letter is a capital."""
    plain = letters.lower()
    best: list[list[str] | None] = [[]]
    for end in range(1, len(plain) + 1):
        found = None
        for start in range(max(0, end - 24), end):
            before, part = best[start], letters[start:end]
            word = re.sub(r"\W", "", part).lower()
            if (
                before is not None
                and word
                and (word in known or (not word.isalpha() and word.isdigit()))
                and (found is None or len(before) + 1 < len(found))
            ):
                found = [*before, part]
        best.append(found)
    whole = best[-1]
    if whole is not None and (len(whole) <= len(plain) / 3 or len(whole) == 1):
        return " ".join(whole)
    is_word = letters.isalpha() and letters[1:].islower() and _VOWEL.search(letters) and len(letters) <= 14
    return letters if is_word and letters[0].isupper() else None
