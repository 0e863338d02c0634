"""The line rules of C4 (Raffel et al. 2020, 2.2), each with a switch: what a page has beside its sentences goes."""

from llmpipe.corpus.text import num_han, words
from llmpipe.sections.clean import LinesConfig

ENDS = (".", "!", "?", '"', "”", "。", "！", "？", "…", "」", "』", "；")  # C4's, and those of Chinese


def c4_lines(text: str, config: LinesConfig) -> str:
    """The text without the lines that the rules are against; blank lines stay."""
    lines = text.split("\n")
    kept = [line for line in lines if not line.strip() or _is_kept(line.strip(), config)]
    return text if len(kept) == len(lines) else "\n".join(kept)


def _is_kept(line: str, config: LinesConfig) -> bool:
    if config.punctuated and not line.endswith(ENDS):
        return False
    if config.no_javascript and "javascript" in line.lower():
        return False
    least = config.min_han if num_han(line) * 2 > len(line) else config.min_words
    return least is None or len(words(line)) >= least
