"""
The third set of noise: what one meets most often in pages, PDF files, books, mail, chats, forums and shops.

Its writer had seen neither the rules nor any result nor another set but the two before it (`variants/first.py`,
`variants/second`), with which it shares no variant. Forms were taken by how often they occur, not by how odd they are.
Its results by variant are known since, so it is for development.
"""

from variants.contract import Noise
from variants.third.copies import EXACT, LEAKS, NEAR_COPIES
from variants.third.kept import KEPT
from variants.third.letters import CHARACTERS
from variants.third.markup import HTML
from variants.third.misread import MOJIBAKE
from variants.third.sites import BOILERPLATE
from variants.third.tongues import FOREIGN, foreign
from variants.third.values import PERSONAL, personal
from variants.third.worthless import LOW_QUALITY

NOISE = Noise(
    {
        "html": {make.__name__: make for make in HTML},
        "boilerplate": BOILERPLATE,
        "mojibake": MOJIBAKE,
        "characters": {make.__name__: make for make in CHARACTERS},
        "pii": {name: personal(name) for name in PERSONAL},
        "wrong_language": {code: foreign(code) for code in FOREIGN},
        "low_quality": {make.__name__: make for make in LOW_QUALITY},
        "exact_duplicate": EXACT,
        "near_duplicate": NEAR_COPIES,
        "kept": KEPT,
    },
    LEAKS,
)
