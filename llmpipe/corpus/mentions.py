"""
Markup that a text speaks of and does not use (use and mention: Quine 1940): the tag `<br>`, `&amp;` for an ampersand.

What is spoken of stands where a noun stands: in quotation marks, beside the word "tag", behind "the" or "that", before
"is" or 的作用. What is used stands between words and sentences that are whole without it. A text speaks of its tags
only where that holds for all of them.
"""

import re

_TAG = re.compile(r"<!--.{0,200}?-->|<[/!?]?[A-Za-z][^<>]{0,200}>|<!\[CDATA\[", re.DOTALL)
_MOST_TAGS = 24  # of a text that speaks of them; a page has more
_REACH = 60  # characters of a sentence that are looked at on both sides
_QUOTES = frozenset(("“”", "‘’", '""', "''", "``", "「」", "『』", "()", "（）", "[]", "《》", "«»"))
_PLAIN = re.compile(r"</?(?!br\b|hr\b)\w+>", re.IGNORECASE)  # encloses something, without attributes
_IN_LINE = re.compile(r"<(?:img|input)\b", re.IGNORECASE)  # may stand anywhere in a sentence
_NAMED = r"tags?|elements?|entit(?:y|ies)|attributes?|escapes?|references?|codes?"
_NAMED_HAN = "标签|標籤|标记|標記|元素|实体|實體|代码|代碼|符号|符號|转义符|字符"
_NAME_BEFORE = re.compile(rf"(?:\b(?:{_NAMED}) ?|(?:{_NAMED_HAN}))[:：]?[“\"'‘「（(]? ?$", re.IGNORECASE)
_NAME_BEHIND = re.compile(rf"[”\"'’」）)]? ?(?:(?:HTML |empty |void )?(?:{_NAMED})\b|(?:{_NAMED_HAN}))", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:X?HTML\d?|XML|markup)\b|\b(?:tags?|entit(?:y|ies))\b(?! ?[:：])|(?:标签|標籤|标记语言|转义)(?! ?[:：])",
    re.IGNORECASE,
)
_NOUN_EXPECTED = re.compile(
    r"(?:^|[\s“\"'‘(])(?:an?|the|that|this|of|with|by|as|use[sd]?|using|typ(?:e[sd]?|ing)|writ(?:es?|ing|ten)|wrote|"
    r"insert(?:s|ed|ing)?|add(?:s|ed|ing)?|put(?:s|ting)?|places?d?|called|named|like|means?|via|between|inside|into|"
    r"and|or|not|only|every|each|what|why|how|is|are|but|see|says?|reads?|shows?)[,:]? [“\"'‘(]?$",
    re.IGNORECASE,
)
_VERB_BEHIND = re.compile(
    r"[”\"'’)]? (?:is|are|was|were|means?|stands?|does|do|will|can|could|should|would|must|has|have|needs?|makes?|"
    r"tells?|gives?|shows?|starts?|begins?|ends?|becomes?|breaks?|holds?|creates?|inserts?|displays?|marks?)\b"
)
_NOUN_EXPECTED_HAN = re.compile(
    r"(?:用|写|寫|输入|輸入|加上?|插入|添加|叫做?|把|将|將|和|或|与|與|个|個|即|比如|例如)[“\"「（(]?$"
)
_VERB_BEHIND_HAN = re.compile(
    r"[”\"」）)]? ?(?:的(?:作用|意思|用法|区别|功能|含义)|是|表示|代表|用于|用來|用来|会|會|可以|能|就|和|或|与|與)"
)
_STOPS_BEHIND = re.compile(r"[”\"'’」）)]?[,;，、。；]")
_STARTS = re.compile(r"(?:^|[.!?。！？:：]\s*)[“\"'‘(]?$")
_SENTENCE_END = re.compile(r"[.!?]\s|[。！？]")
_VERB_OF_START = re.compile(r"[”\"'’)]? [a-z]{2,}s\b")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_RAW = re.compile(r"[<>]|&(?!(?:#\d|#x[0-9a-fA-F]|[A-Za-z][A-Za-z0-9]{1,30};))")
_MOST_ENTITIES = 60


def speaks_of_tags(text: str) -> bool:
    """Whether a text has tags and speaks of all of them."""
    found = []
    for tag in _TAG.finditer(text):
        found.append(tag)
        if len(found) > _MOST_TAGS:
            return False
    return bool(found) and all(_is_spoken_of(text, tag) for tag in found)


def mentioned_entities(text: str) -> frozenset[int]:
    """
    Where the character references begin that a text speaks of; none where the whole text is escaped.

    A text that is escaped has no `<` and no `&` of its own, so a few that seem spoken of are escaped with the rest.
    """
    entities = []
    for entity in _ENTITY.finditer(text):
        entities.append(entity)
        if len(entities) > _MOST_ENTITIES:
            return frozenset()
    found = frozenset(entity.start() for entity in entities if is_mentioned(text, *entity.span()))
    return found if len(found) == len(entities) or (found and _RAW.search(text)) else frozenset()


def is_mentioned(text: str, begin: int, end: int) -> bool:
    """Whether what stands between two places stands there as a noun: quoted, named, or where one must follow."""
    before, behind = _sides(text, begin, end)
    if before[-1:] + behind[:1] in _QUOTES:
        return True
    if _NAME_BEFORE.search(before) or _NAME_BEHIND.match(behind):
        return True
    if _is_letter(before[-1:]) or _is_letter(behind[:1]) or behind[:1] == "<":
        return False
    if _NOUN_EXPECTED.search(before) or _NOUN_EXPECTED_HAN.search(before) or _VERB_BEHIND_HAN.match(behind):
        return True
    return bool(_VERB_BEHIND.match(behind) or (_STARTS.search(before) and _VERB_OF_START.match(behind)))


def _is_spoken_of(text: str, tag: re.Match[str]) -> bool:
    before, behind = _sides(text, *tag.span())
    if is_mentioned(text, *tag.span()):
        return not _IN_LINE.match(tag[0]) or not _STOPS_BEHIND.match(behind)
    if _STOPS_BEHIND.match(behind) and not tag[0].startswith("</") and not _IN_LINE.match(tag[0]):
        return True  # a mark that ends a clause does not begin an element, nor a line
    if tag[0].startswith("</") and _is_alone(text, tag):
        return True
    sentence = _SENTENCE_END.split(before)[-1]
    if not sentence.strip() or not _PLAIN.fullmatch(tag[0]):
        return False
    return _ABOUT.search(_TAG.sub(" ", sentence + " " + _SENTENCE_END.split(behind)[0])) is not None


def _is_alone(text: str, tag: re.Match[str]) -> bool:
    """Whether the end of an element that a text does not begin stands apart from words: `if you forget </div>,`."""
    opening = "<" + tag[0][2:].rstrip("> ").lower()
    before, behind = text[: tag.start()], text[tag.end() :]
    return opening not in text.lower() and before[-1:] == " " and _STOPS_BEHIND.match(behind) is not None


def _is_letter(sign: str) -> bool:
    """Whether a sign may be a part of the same word; Han characters may stand beside anything."""
    return sign.isalnum() and sign.isascii()


def _sides(text: str, begin: int, end: int) -> tuple[str, str]:
    """What stands before and behind two places in their line, as far as a sentence reaches."""
    before = text[max(0, begin - _REACH) : begin].rpartition("\n")[2]
    behind = text[end : end + _REACH].partition("\n")[0]
    return before, behind
