"""
Lines of navigation at the ends of a text: paths, page numbers, stamps of date and author, labels with a value.

`furniture` knows such lines by their words; here the form decides, whatever a site calls its sections: what stands
between separators is short, what is left beside numbers, dates and the few words that go with them is a name at most,
and no sentence ends. Only lines at the ends go, and only of a text that has sentences.
"""

import re

MAX_NAVIGATION = 120  # characters of such a line
MAX_ITEM = 28  # characters of a part of a path, 4 words
MAX_VALUE = 48  # characters behind a label, 6 words
_MAX_TITLE = 120  # characters of a line that may stand outside of such lines
_BESIDE = 36  # characters of a count beside others
_MIN_SENTENCE = 24  # characters of a line that proves a text; a Han character counts two

_ENDS = frozenset(".!?,;。！？；，")  # of sentences, and of lines of prose and verse
_LIKELY = re.compile("[0-9/:<>»›→«‹←：页|#@©]")  # any of them
_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]?$|[。！？；，]")
_PATH = re.compile(r"\s*(?:[>›»→⟩]|>>|&gt;)\s*|\s+/\s+")
_WHERE = re.compile(
    r"^(?:you are here|current location|location|path|当前位置|您的位置|您现在的位置|你的位置|现在位置|所在位置|"
    r"vous êtes ici)\s*[:：]\s*(?=.*[-–—>›»→/|])",
    re.IGNORECASE,
)
_BACK = re.compile(r"^(?:[<«‹←]+\s*)(?:back|return|retour|返回|回到|previous|prev|上一).{0,40}$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAN = re.compile("[\u4e00-\u9fff]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ARROW = re.compile(r"[«»‹›<>←→]+|\.\.\.|…|\|")
_PAGE_WORDS = re.compile(
    r"(?<![^\W\d_])(?:pages?|of|next|prev|previous|first|last|showing|results?|items?|entries|posts|per|go|jump|to|"
    r"older|newer|total|suivante?|précédente?|sur|première|dernière)(?![^\W\d_])|"
    r"上一页|下一页|上页|下页|前一页|后一页|首页|尾页|末页|跳转到|跳转|跳至|转到|前往|每页|[第共页条篇到]",
    re.IGNORECASE,
)
_PAGE_SIGN = re.compile(r"pages?\b|next|prev|last|results|suivant|précédent|[页条]|…|\.\.\.", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|janv|févr|mars|avr|mai|juin|juil|août|déc)[a-zûé]{0,7}\.?"
_LEAD = re.compile(  # to another page
    r"\W{0,4}(?:(?:keep|continue|also|further|next|up next|more|see|read|watch|listen|related|recommended|previously|"
    r"elsewhere|don['’]t miss|in case you missed|à lire|lire|voir|à voir|aussi|suivant)(?!\w)"
    r"|下一|上一|也可|还可|延伸|相关|推荐|更多|猜你|往期)"
    r"[^:：,，.。!?]{0,24}(?:[:：]|·)\s*\S.{0,90}",
    re.IGNORECASE,
)
_TAGS = re.compile(r"(?:[#＃][^\s#＃]{2,30}(?:[#＃]|\s[^\W\d_]{2,15}(?=\s[#＃]|$))?[\s,，]*){2,}")
_COPYRIGHT = re.compile(r"(?:^|.{0,60}\s)(?:©|\([cC]\))\s?.{0,30}(?:19|20)\d\d.{0,60}|.{0,60}(?:19|20)\d\d\s?©.{0,60}")
_ICONS = re.compile(r"(?=.*\d.*\D.*\d)(?:[^\w\s(){}\[\]=+*/^%$€£¥.,:;<>-]+\ufe0f?\s*\d[\d.,]*[kKmM]?\s*){2,}")
_SPAN = re.compile(r"\b\d{1,3}[\s-]?min(?:s|utes?)?\b|\d{1,3}\s?分钟", re.IGNORECASE)
_DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH},?(?:\s+\d{{2,4}})?\b|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b,?(?:\s+\d{{4}}\b)?|"
    r"\b(?:19|20)?\d\d[-./年]\s?\d{1,2}[-./月]\s?\d{1,2}日?|\b\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d\d\b|"
    r"(?:19|20)\d\d年\d{1,2}(?:月|日)|\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b\d{1,2}:\d\d(?::\d\d)?\s?(?:[ap]\.?m\.?|gmt|utc|est|pst|cet)?(?![\d:])|\d+\s?(?:小时|分钟|天)前", re.IGNORECASE
)
_STAMP_WORDS = re.compile(
    r"(?<![^\W\d_])(?:by|posted|published|updated|last|modified|written|edited|created|added|submitted|on|at|in|min|mins|"
    r"minutes?|read|views?|comments?|repl(?:y|ies)|likes?|shares?|reads?|hits?|votes?|points?|times?|ago|par|publié|le|"
    r"mis|jour|à)(?![^\W\d_])|"
    r"发布于|发表于|更新于|编辑于|创建于|发布时间|更新时间|最后更新|发布|发表|更新|阅读量?|浏览量?|评论数?|回复|点击|点赞|次|人|楼|"
    r"IP属地|来自|作者|来源|编辑|阅读|查看",
    re.IGNORECASE,
)
_STAMP_SIGN = re.compile(r"[|｜·•/]|^\s*(?:by|par)\b", re.IGNORECASE)
_FORMULA = re.compile(r"[=\[\]{}+*^;\"“”]|->|<[^<> ]")
_ROW = re.compile(r"[^\s:：][^:：]{0,24}[:：]\s*\S")  # of a record
_LABEL = re.compile(
    r"\W{0,3}(?:authors?|writer|date|time|posted|published|updated|source|via|category|categories|section|sku|item|model|"
    r"brand|rating|difficulty|serves|servings|yield|prep time|cook time|total time|posts|joined|reputation|views|"
    r"replies|tags?|keywords|filed under|filed in|topics?|labels|last edited|word count|reading time|"
    r"from|to|sent|subject|cc|in|on|photo(?:graph|graphy|s)?|picture|image|images|illustration|video|credits?|story|words|text|"
    r"auteur|rubrique|catégories?|mots-clés|photos?|crédits?|"
    r"作者|时间|日期|来源|出处|分类|栏目|编号|商品编号|货号|产品编号|型号|品牌|评分|难度|标签|关键[词字]|发布时间|更新时间|浏览|"
    r"阅读|点击|字数|责编|编辑|记者|摄影|图|图源|图片来源|文|撰文|资料来源|资料来自|积分|等级|经验|注册|注册时间|来自|发布者|发帖|帖子|精华|所属栏目|人气|热度)"
    r"\s*[:：]\s*(?P<value>\S.*)",
    re.IGNORECASE,
)


def mark_navigation(lines: list[str], bad: list[bool]) -> None:
    """
    Mark lines of navigation from the ends of a text inwards, behind one line that may be a title.

    Args:
        lines: Of a text.
        bad: Lines that go already; changed in place.
    """
    before = bad.copy()
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        _mark_from(order, lines, bad)
    if bad != before and not _has_sentences(lines, bad):
        bad[:] = before


def _mark_from(order: range, lines: list[str], bad: list[bool]) -> None:
    """Mark from one end."""
    missed = beside = False
    labels: list[int] = []  # lines right before the one that is looked at
    for place in order:
        line = lines[place].strip()
        if not line or bad[place]:
            labels = []
            beside = beside or bad[place]
        elif is_navigation(line) or (beside and not _ROW.match(line) and _is_count(line)):
            bad[place] = beside = True
            labels = [*labels, place] if _ROW.match(line) else []
        else:
            if _ROW.match(line):  # of a record, some of whose rows are called as pages call them
                for label in labels:
                    bad[label] = False
                return
            if missed or beside or len(line) > _MAX_TITLE or line[-1] in _ENDS:
                return
            missed = True


def _has_sentences(lines: list[str], bad: list[bool]) -> bool:
    """Whether a line is left that is a sentence, or several."""
    return any(
        not is_bad and len(line) + len(_HAN.findall(line[:_MIN_SENTENCE])) >= _MIN_SENTENCE and _SENTENCE.search(line)
        for line, is_bad in zip(map(str.strip, lines), bad, strict=True)
    )


def is_navigation(line: str) -> bool:
    """Whether a line, without white space at its ends, has the form of a path, page numbers, a stamp or a label."""
    if len(line) > MAX_NAVIGATION or not _LIKELY.search(line) or (line[-1] in _ENDS and not line.endswith("...")):
        return False
    if _TAGS.fullmatch(line) or _ICONS.fullmatch(line) or _COPYRIGHT.fullmatch(line) or _LEAD.fullmatch(line):
        return True
    if _FORMULA.search(line):
        return "[[" in line and _is_labelled(line)
    if _LABEL.match(line):
        return _is_labelled(line)
    if (_PAGE_SIGN.search(line) or _ARROW.search(line)) and (_is_pages(line) or _BACK.match(line)):
        return True
    return _is_path(line) or (_NUMBER.search(line) is not None and _is_stamp(line))


def _is_short(text: str, characters: int, words: int) -> bool:
    han = len(_HAN.findall(text))
    return len(text) + han <= characters and len(_WORD.findall(text)) - (han > 0) <= words


def _is_path(line: str) -> bool:
    """Three short names and more between signs that lead from one to the next: `News / Sport / Leeds`."""
    where = _WHERE.match(line)
    parts = re.split(r"\s*[-–—>›»→/|]\s*", line[where.end() :]) if where else _PATH.split(line)
    parts = [part for part in parts if part]
    if len(parts) < (2 if where else 3) or not all(_is_short(part, MAX_ITEM, 4) for part in parts):
        return False
    letters = [len(part) + len(_HAN.findall(part)) for part in parts if _WORD.search(part)]
    return len(letters) >= 2 and min(letters) >= 3


def _is_pages(line: str) -> bool:
    """Numbers, arrows and words of paging, and nothing else."""
    rest = _PAGE_WORDS.sub(" ", line)
    if _WORD.search(rest) or re.search(r"[^\s\d.…|/<>«»‹›←→()\[\]:：,，-]", rest):
        return False
    numbers, words, arrows = len(_NUMBER.findall(rest)), len(_PAGE_WORDS.findall(line)), len(_ARROW.findall(line))
    if numbers + words + arrows < 3 or not (words or arrows > 1):
        return False
    return numbers >= 3 or (_PAGE_SIGN.search(line) is not None and (numbers > 0 or words >= 3))


def _is_stamp(line: str) -> bool:
    """A date or a time, counts, and a name at most; more than a date alone, which heads letters and chronicles."""
    rest, dates = _DATE.subn(" ", line)
    rest, times = _TIME.subn(" ", rest)
    rest, words = _STAMP_WORDS.subn(" ", _SPAN.sub(" ", rest))
    numbers = len(_NUMBER.findall(rest))
    span = _SPAN.search(line) is not None and (words > 0 or _STAMP_SIGN.search(line) is not None)
    if not dates and not span and not (times and words) and not (words >= 2 and numbers >= 2):
        return False
    if not (times or words or _STAMP_SIGN.search(line)):
        return False
    return _is_name(_NUMBER.sub(" ", rest))


def _is_name(rest: str) -> bool:
    """Whether what is left of a line is nothing, or one name or two: capitals, a handle, a few Han characters."""
    words = _WORD.findall(rest)
    han = len(_HAN.findall(rest))
    if han:
        return han <= 8 and sum(word.isascii() for word in words) <= 1
    return len(words) <= 4 and (len(words) <= 1 or all(word[0].isupper() for word in words))


def _is_labelled(line: str) -> bool:
    """A label of pages and a short value: `Author: Anna Miller`."""
    found = _LABEL.fullmatch(line)
    return found is not None and _is_short(found["value"], MAX_VALUE, 6)


def _is_count(line: str) -> bool:
    """A word or two and a number beside other navigation: `Posts: 1204`, `12楼`."""
    return (
        _NUMBER.search(line) is not None
        and _WORD.search(line) is not None
        and not _SENTENCE.search(line)
        and _is_short(line, _BESIDE, 3)
    )
