"""
What the lexicon knows about its words: pairs that are related in the same way, and words of one kind.

Word vectors are asked about both: "lamp is to lamps as cup is to ...", and which word is nearest to "baker".
"""

from collections.abc import Sequence

from llmpipe.world.lexicon import CITIES, COLOURS, DAYS, HOBBIES, JOBS, MONTHS, PLACES, THINGS, VERBS, Word

LANGUAGES = ("en", "zh", "fr")

_KINDS: dict[str, Sequence[Word]] = {
    "job": JOBS,
    "city": CITIES,
    "hobby": HOBBIES,
    "thing": THINGS,
    "place": PLACES,
    "colour": COLOURS,
    "month": MONTHS,
    "day": DAYS,
}


def _translations(language: str) -> list[tuple[str, str]]:
    """Words whose translation is another word."""
    words = [word for kind in _KINDS.values() for word in kind]
    return [(word.en, word.written(language)) for word in words if word.en != word.written(language)]


RELATIONS: dict[str, list[tuple[str, str]]] = {
    "plural_en": [(thing.en, thing.plural) for thing in THINGS],
    "plural_fr": [(thing.fr, thing.fr_plural) for thing in THINGS],
    "past_en": [(verb.present, verb.past) for verb in VERBS],
    "en_to_zh": _translations("zh"),
    "en_to_fr": _translations("fr"),
}

GROUPS: dict[str, list[list[str]]] = {  # language -> the words of each kind
    language: [sorted({word.written(language) for word in words}) for words in _KINDS.values()]
    for language in LANGUAGES
}
