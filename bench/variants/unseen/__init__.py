"""
The held-out set since 2026-11-29: what crawls, feeds, forums, scans, databases, chats and mail archives hold.

Its writer had seen neither the rules nor any result nor another set but the one before it (`variants/seen.py`), with
which it shares no variant. Nobody may tune on it: not even by looking at which variants fail.
"""

from variants.contract import Noise
from variants.unseen.copies import EXACT, LEAKS, NEAR_COPIES
from variants.unseen.kept import KEPT
from variants.unseen.letters import CHARACTERS, MOJIBAKE
from variants.unseen.pages import BOILERPLATE, HTML
from variants.unseen.values import PERSONAL, personal
from variants.unseen.worthless import FOREIGN, LOW_QUALITY, foreign

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
