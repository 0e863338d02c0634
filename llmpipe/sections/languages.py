"""Codes of languages in params.yaml, and what people write in their place."""

import difflib
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss "
    "st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
CODES = frozenset(_TWO_LETTERS.split())
"""ISO 639-1, two letters."""

_NAMES = {
    "ar": "arabic ara العربية 阿拉伯语",
    "bg": "bulgarian bul български",
    "bn": "bengali ben বাংলা",
    "ca": "catalan cat català",
    "cs": "czech ces cze čeština cz 捷克语",
    "da": "danish dan dansk dk",
    "de": "german deu ger deutsch 德语 德文",
    "el": "greek ell gre ελληνικά gr",
    "en": "english eng gb uk-english us 英语 英文",
    "es": "spanish spa español castellano 西班牙语",
    "et": "estonian est eesti",
    "eu": "basque eus baq euskara",
    "fa": "persian farsi fas per فارسی",
    "fi": "finnish fin suomi",
    "fr": "french fra fre français francais 法语 法文",
    "ga": "irish gle gaeilge",
    "he": "hebrew heb עברית iw",
    "hi": "hindi hin हिन्दी",
    "hr": "croatian hrv hrvatski",
    "hu": "hungarian hun magyar",
    "id": "indonesian ind",
    "is": "icelandic isl ice íslenska",
    "it": "italian ita italiano 意大利语",
    "ja": "japanese jpn 日本語 日语 jp",
    "ko": "korean kor 한국어 韩语",
    "lt": "lithuanian lit lietuvių",
    "lv": "latvian lav latviešu",
    "ms": "malay msa may",
    "nl": "dutch nld dut nederlands",
    "no": "norwegian nor norsk",
    "pl": "polish pol polski",
    "pt": "portuguese por português portugues 葡萄牙语",
    "ro": "romanian ron rum română",
    "ru": "russian rus русский 俄语 俄文",
    "sk": "slovak slk slo slovenčina",
    "sl": "slovenian slovene slv slovenščina",
    "sr": "serbian srp српски",
    "sv": "swedish swe svenska",
    "sw": "swahili swa kiswahili",
    "ta": "tamil tam தமிழ்",
    "te": "telugu tel తెలుగు",
    "th": "thai tha ไทย",
    "tr": "turkish tur türkçe",
    "uk": "ukrainian ukr українська ua",
    "ur": "urdu urd اردو",
    "vi": "vietnamese vie",
    "zh": "chinese mandarin zho chi cmn cn 中文 汉语 普通话 简体中文 繁體中文",
}
_NONE = ("und", "mul", "mis", "zxx")  # ISO 639-2: not known, several, without a code, no language
_CODE_OF = {name: code for code, names in _NAMES.items() for name in names.split()}
_NOT_CODES = frozenset(_CODE_OF).union(_NONE)


@lru_cache(maxsize=4096)
def code_of(text: str) -> str:
    """The code of a language that data name: a code, a name, three letters, with or without a country; "" for none."""
    plain = text.strip().casefold()
    head = plain.replace("_", "-").partition("-")[0]
    for candidate in (plain, head):
        if candidate in _CODE_OF or _is_code(candidate):
            return _CODE_OF.get(candidate, candidate)
    return ""


def nearest(text: str) -> str | None:
    """The code that is meant, even by a name with a slip; None when none is."""
    code = code_of(text)
    if code in CODES:
        return code
    close = difflib.get_close_matches(text.strip().casefold(), _CODE_OF, n=1, cutoff=0.75)
    return _CODE_OF[close[0]] if close else None


def _is_code(text: str) -> bool:
    """Two letters of ISO 639-1, or three of ISO 639-3 where no two stand for the language."""
    if text in CODES:
        return True
    return len(text) == 3 and text.isascii() and text.isalpha() and text.islower() and text not in _NOT_CODES


def _language(text: str) -> str:
    if text and not _is_code(text):
        raise ValueError(_refusal(nearest(text)))
    return text


def _language_or_pair(text: str) -> str:
    parts = text.split("-")
    if text and not (len(parts) <= 2 and all(_is_code(part) for part in parts)):
        raise ValueError(_refusal(_nearest_pair(text)))
    return text


def _nearest_pair(text: str) -> str | None:
    """Two codes where two languages are named, one where a country follows (zh-CN)."""
    first, _, second = text.replace("_", "-").partition("-")
    source, target = nearest(first), nearest(second)
    country = first.islower() and second.isupper()
    return f"{source}-{target}" if source and target and source != target and not country else nearest(text)


def _refusal(code: str | None) -> str:
    meant = f" Nearest: {code}." if code else ""
    return f"no code of a language; write one of ISO 639-1 (en, zh, fr; a translation: en-zh).{meant}"


Language = Annotated[str, AfterValidator(_language)]
"""A code, or "" for a language that is not told."""
LanguageOrPair = Annotated[str, AfterValidator(_language_or_pair)]
"""A code, or source and target of a translation ("en-zh")."""
