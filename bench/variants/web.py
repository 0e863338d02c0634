"""More such text, as it stands on the web."""

# ruff: noqa: E501  (a line of noise is a line)

import base64
import codecs
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from llmpipe.world.draws import Draw
from variants.shaping import HAN_RANGE, Make, Variant, each_han, in_rows, letters, word_list, worthless


def _each_word(change: Callable[[Draw, str], str], share: int = 100) -> Make:
    return lambda draw, text: re.sub(
        r"[A-Za-z]{2,}", lambda m: change(draw, m[0]) if draw.chance(share) else m[0], text
    )


def _inner_shuffled(draw: Draw, word: str) -> str:
    return word[0] + "".join(draw.shuffled(list(word[1:-1]))) + word[-1]


def _other_letters(draw: Draw, word: str) -> str:
    return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz") if draw.chance(20) else c for c in word)


def _han(draw: Draw, _: str) -> str:
    return chr(draw.between(*HAN_RANGE))


def _salad(draw: Draw, text: str) -> str:
    """Sentences of words drawn from a text, each as often as it is there."""
    words = [word.lower() for word in re.findall(r"[A-Za-z']+", text)]
    return " ".join(
        " ".join(draw.choice(words) for _ in range(draw.between(5, 14))).capitalize() + "." for _ in range(8)
    )


def _salad_zh(draw: Draw, text: str) -> str:
    han = re.findall("[\u4e00-\u9fff]", text)
    return "".join(
        "".join(draw.choice(han) for _ in range(draw.between(4, 12))) + draw.choice("，，。？") for _ in range(14)
    )


def _clauses_shuffled(draw: Draw, text: str) -> str:
    """The characters of each clause in another order; marks where they were."""
    return re.sub("[\u4e00-\u9fff]{3,}", lambda m: "".join(draw.shuffled(list(m[0]))), text)


def _chain(draw: Draw, text: str) -> str | None:
    """Each word is one that follows the word before it somewhere in the text."""
    words = text.split()
    after = defaultdict(list)
    for one, two in zip(words, words[1:], strict=False):
        after[one].append(two)
    made = [words[0]]
    for _ in range(90):
        made.append(draw.choice(after[made[-1]] or words))
    return " ".join(made)


_PLACES = ("London", "Leeds", "York", "Bath", "Ely", "Hull", "Wells", "Ripon", "Derby", "Truro", "Exeter", "Dover")


_CITIES = ("北京", "上海", "广州", "深圳", "成都", "武汉", "西安", "南京", "杭州", "重庆", "苏州", "长沙")


def _pages(form: str, places: tuple[str, ...], end: str) -> Make:
    """One sentence for each place, as pages made for search engines have it."""

    def made(draw: Draw, text: str) -> str:
        first, second, *_ = draw.shuffled(word_list(text))
        return end.join(form.format(place=place, x=first, y=second) for place in draw.shuffled(list(places)))

    return made


def words() -> Iterator[Variant]:
    """Sentences and words taken apart."""
    yield worthless("word_salad", "en", _salad)
    yield worthless("word_chain", "en", _chain)
    yield worthless(
        "words_of_another_text", "en", lambda d, t: re.sub(r"[a-z]{3,}", lambda m: d.choice(word_list(t)), t)
    )
    yield worthless("letters_wrong", "en", _each_word(_other_letters))
    yield worthless("letters_lost", "en", lambda d, t: "".join(c for c in t if not (c.isalpha() and d.chance(30))))
    yield worthless("inner_letters_shuffled", "en", _each_word(_inner_shuffled))
    yield worthless("words_backwards", "en", _each_word(lambda d, w: w[::-1]))
    yield worthless("without_spaces", "en", lambda d, t: t.replace(" ", ""))
    yield worthless("without_vowels", "en", lambda d, t: re.sub("[aeiou]", "", t))
    yield worthless("letters_apart", "en", lambda d, t: " ".join(t.replace(" ", "")))
    yield worthless(
        "alternating_case", "en", lambda d, t: "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(t))
    )
    yield worthless("leet", "en", lambda d, t: t.translate(str.maketrans("aeiostAEIOST", "431057431057")))
    yield worthless("rot13", "en", lambda d, t: codecs.encode(t, "rot13"))
    yield worthless("one_word_again", "en", lambda d, t: " ".join([d.choice(word_list(t))] * 60))
    yield worthless(
        "sentence_again", "en", lambda d, t: " ".join(f"{t.split('.')[0]} {d.below(99)}." for _ in range(9))
    )


def pages() -> Iterator[Variant]:
    """Pages for search engines, dumps and rows."""
    yield worthless(
        "pages_for_places",
        "en",
        _pages(
            "Looking for {x} in {place}? We have the best {x} {y} in {place}, call us for {x} prices.", _PLACES, "\n"
        ),
    )
    yield worthless(
        "searches_for_places", "en", _pages("{x} {place}, {x} near {place}, cheap {x} {y} {place}", _PLACES, ", ")
    )
    yield worthless("pipes_of_keywords", "en", lambda d, t: " | ".join(d.shuffled(word_list(t))[:50]))
    yield worthless(
        "keywords_with_commas",
        "en",
        lambda d, t: ", ".join(d.shuffled([w.lower() for w in word_list(t) if len(w) > 4])[:50]),
    )
    yield worthless(
        "teasers",
        "en",
        in_rows(
            lambda d, n: f"{letters(d, 3, 7).title()} {letters(d, 3, 8)} the {letters(d, 4, 8)}... Read more", 12, 20
        ),
    )
    yield worthless(
        "cut_snippets", "en", lambda d, t: "\n".join(f"{t[n : n + 28]} ..." for n in range(0, min(len(t), 600), 40))
    )
    yield worthless(
        "json_rows",
        "en",
        in_rows(
            lambda d, n: json.dumps(
                {"id": d.below(9999), "name": letters(d, 4, 8), "ok": True, "tags": [letters(d, 3, 5)]}
            )
        ),
    )
    yield worthless(
        "sql_dump",
        "en",
        in_rows(
            lambda d, n: f"INSERT INTO t_{letters(d, 3, 5)} VALUES ({n}, '{letters(d, 4, 8)}', {d.below(9999)}, NULL);"
        ),
    )
    yield worthless(
        "diff_hunks",
        "en",
        in_rows(
            lambda d, n: (
                f"{d.choice('+-')}    {letters(d, 3, 6)}.{letters(d, 3, 6)}({letters(d, 1, 3)}, {d.below(99)});"
            )
        ),
    )
    yield worthless(
        "subtitle_times",
        "en",
        in_rows(
            lambda d, n: (
                f"{n}\n00:{n:02d}:{d.below(60):02d},{d.below(999):03d} --> 00:{n:02d}:59,000\n{letters(d, 2, 4)}"
            )
        ),
    )
    yield worthless(
        "forum_profiles",
        "en",
        in_rows(
            lambda d, n: (
                f"{letters(d, 5, 9)}{d.below(99)} Member Posts: {d.below(999)} Joined: {d.between(1, 28)} Mar 2009"
            ),
            12,
            20,
        ),
    )
    yield worthless("one_long_hex", "en", lambda d, t: letters(d, 500, 900, "0123456789abcdef"))
    yield worthless(
        "base32_words", "en", lambda d, t: " ".join(re.findall(".{1,8}", base64.b32encode(t.encode()[:400]).decode()))
    )
    yield worthless("emoji_row", "en", lambda d, t: "".join(d.choice("😀😂👍🔥❤🎉😍💯") for _ in range(90)))
    yield worthless(
        "chess_moves",
        "en",
        lambda d, t: " ".join(
            f"{n}. {d.choice('NBRQ')}{d.choice('abcdefgh')}{d.between(1, 8)} {d.choice('abcdefgh')}{d.between(1, 8)}"
            for n in range(1, 40)
        ),
    )


def chinese() -> Iterator[Variant]:
    """The same in Chinese."""
    yield worthless("zh_salad", "zh", _salad_zh)
    yield worthless("zh_clauses_shuffled", "zh", _clauses_shuffled)
    yield worthless("zh_third_wrong", "zh", each_han(_han, 33))
    yield worthless("zh_third_lost", "zh", each_han(lambda d, c: "", 33))
    yield worthless("zh_backwards", "zh", lambda d, t: t[::-1])
    yield worthless("zh_rare_only", "zh", lambda d, t: "".join(chr(d.between(0x3400, 0x4DB5)) for _ in range(90)))
    yield worthless("zh_without_marks", "zh", lambda d, t: re.sub(r"[^\w]", "", t))
    yield worthless("zh_one_again", "zh", lambda d, t: d.choice(word_list(t)) * 50)
    yield worthless(
        "zh_sentence_again", "zh", lambda d, t: "".join(f"{t.split('。')[0]}{d.below(99)}。" for _ in range(9))
    )
    yield worthless(
        "zh_pages_for_places",
        "zh",
        _pages("{place}{x}哪家好？{place}{x}公司为您提供专业的{y}服务，{place}{x}价格优惠。", _CITIES, "\n"),
    )
    yield worthless("zh_searches_for_places", "zh", _pages("{place}{x}、{place}{y}、{place}{x}多少钱", _CITIES, "、"))
    yield worthless("zh_keywords", "zh", lambda d, t: "、".join(d.shuffled(word_list(t))[:50]))
    yield worthless("zh_keywords_commas", "zh", lambda d, t: ",".join(d.shuffled(word_list(t))[:50]))
    yield worthless(
        "zh_odd_forms",
        "zh",
        lambda d, t: t.translate(str.maketrans("我你是的们不了人有这他在", "莪伱湜哋扪吥孒亾洧這彵茬")),
    )
    yield worthless("zh_marks_everywhere", "zh", each_han(lambda d, c: c + d.choice("★◆※→●▲"), 40))
    yield worthless(
        "zh_serial_titles",
        "zh",
        in_rows(
            lambda d, n: (
                f"第{n + 1}章 {_han(d, '')}{_han(d, '')} 更新时间 2012-{d.between(1, 12)}-{d.between(1, 28)} 字数{d.below(9999)}"
            )
        ),
    )
