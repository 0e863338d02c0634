"""
The second set of noise: what crawls, feeds, forums, scans, databases, chats and mail archives hold.

Its writer had seen neither the rules nor any result nor another set but the one before it (`variants/first.py`), with
which it shares no variant. Its results by variant are known since, so it is for development.
"""

from variants.contract import Noise
from variants.second.copies import EXACT, LEAKS, NEAR_COPIES
from variants.second.kept import KEPT
from variants.second.letters import CHARACTERS, MOJIBAKE
from variants.second.pages import BOILERPLATE, HTML
from variants.second.values import PERSONAL, personal
from variants.second.worthless import FOREIGN, LOW_QUALITY, foreign

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
