"""
The fourth set of noise: what one meets most often, weighed by how often, in pages, files, mail, chats and databases.

Its writer had seen neither the rules nor any result nor another set but the three before it, with which it shares no
variant. Where the commonest forms of the wild stand in those already, it has them in the words of other sites.
"""

from variants.contract import Noise
from variants.fourth.copies import EXACT, LEAKS, NEAR_COPIES
from variants.fourth.kept import KEPT
from variants.fourth.letters import CHARACTERS
from variants.fourth.markup import HTML
from variants.fourth.misread import MOJIBAKE
from variants.fourth.sites import BOILERPLATE
from variants.fourth.tongues import FOREIGN, foreign
from variants.fourth.values import PERSONAL, personal
from variants.fourth.worthless import LOW_QUALITY

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
