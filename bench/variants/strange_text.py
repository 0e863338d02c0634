"""Text that nobody reads, as another hand would make it up: error pages, spun text, cut text, codes, chatter."""

# ruff: noqa: E501  (a line of noise is a line)

import base64
import re
from collections.abc import Callable, Iterator

from llmpipe.world.draws import Draw
from variants.shaping import HAN_RANGE, Make, Variant, in_rows, letters, word_list, worthless


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。！？])\s*", text) if part.strip()]


def _each_word(change: Callable[[Draw, str], str]) -> Make:
    return lambda draw, text: re.sub(r"[A-Za-z']{2,}", lambda m: change(draw, m[0]), text)


def _window(size: int) -> Make:
    """Words in another order within windows."""

    def made(draw: Draw, text: str) -> str:
        words = text.split()
        return " ".join(word for at in range(0, len(words), size) for word in draw.shuffled(words[at : at + size]))

    return made


def _drawn(forms: tuple[str, ...], low: int = 12, high: int = 30, end: str = "\n") -> Make:
    """Rows of forms with words of the text, numbers and letters in them."""

    def row(draw: Draw, words: list[str]) -> str:
        return re.sub(
            r"\{(\w)\}",
            lambda m: {
                "w": lambda: draw.choice(words),
                "n": lambda: str(draw.below(1000)),
                "d": lambda: str(draw.below(10)),
                "x": lambda: letters(draw, 4, 9),
                "X": lambda: letters(draw, 4, 9).title(),
            }[m[1]](),
            draw.choice(forms),
        )

    def made(draw: Draw, text: str) -> str | None:
        words = word_list(text)
        return end.join(row(draw, words) for _ in range(draw.between(low, high))) if words else None

    return made


def _spaces_inside(draw: Draw, text: str) -> str:
    """Spaces where none are, and none where they are."""
    text = "".join(c + " " if c.isalpha() and draw.chance(25) else c for c in text)
    return re.sub(" ", lambda m: "" if draw.chance(30) else m[0], text)


def _mash(draw: Draw, text: str) -> str:
    rows = ("asdfghjkl;", "qwertyuiop", "zxcvbnm,./", "jkl;'", "sdfg")
    return " ".join("".join(draw.choice(draw.choice(rows)) for _ in range(draw.between(3, 11))) for _ in range(60))


def _salad_of_three(draw: Draw, text: str) -> str:
    others = (
        "maison",
        "的时候",
        "пример",
        "también",
        "وقت",
        "nicht",
        "だから",
        "avec",
        "以及",
        "którzy",
        "한국",
        "però",
    )
    return " ".join(draw.choice(others) if draw.chance(50) else word for word in text.split()[:80])


def _art(draw: Draw, text: str) -> str:
    return "\n".join("".join(draw.choice("  __//\\||()--..'") for _ in range(44)) for _ in range(14))


def _random_ascii(draw: Draw, text: str) -> str:
    return "".join(chr(draw.between(33, 126)) if draw.below(7) else " " for _ in range(500))


def _every_other(draw: Draw, text: str) -> str:
    return " ".join(text.split()[::2])


def _pig(draw: Draw, word: str) -> str:
    return word[1:] + word[0].lower() + "ay"


_COUNTRIES = """
    Albania Algeria Andorra Angola Argentina Armenia Australia Austria Bahamas Bahrain Belgium Belize Benin Bhutan
    Bolivia Brazil Bulgaria Burundi Cambodia Cameroon Canada Chad Chile China Colombia Comoros Croatia Cuba Cyprus
"""
_PINYIN = "wo ni ta de shi bu le zai you ren zhe zhong da lai shang guo ge dao shuo men wei zi he"


def english() -> Iterator[Variant]:
    """In English."""
    yield worthless("window_shuffled", "en", _window(6))
    yield worthless("words_reversed", "en", lambda d, t: " ".join(t.split()[::-1]))
    yield worthless("words_sorted", "en", lambda d, t: " ".join(sorted(t.split())))
    yield worthless("each_word_twice", "en", lambda d, t: re.sub(r"\w+", lambda m: f"{m[0]} {m[0]}", t))
    yield worthless("each_sentence_thrice", "en", lambda d, t: " ".join(f"{s} {s} {s}" for s in _sentences(t)))
    yield worthless("every_other_word", "en", _every_other)
    yield worthless("letters_doubled", "en", lambda d, t: re.sub("[a-z]", lambda m: m[0] * 2, t))
    yield worthless("letters_stretched", "en", lambda d, t: re.sub("[aeiou]", lambda m: m[0] * d.between(2, 7), t))
    yield worthless("words_cut_short", "en", _each_word(lambda d, w: w[: max(1, len(w) * 6 // 10)]))
    yield worthless("pig_latin", "en", _each_word(_pig))
    yield worthless("caesar_three", "en", lambda d, t: re.sub("[a-w]", lambda m: chr(ord(m[0]) + 3), t))
    yield worthless("vowels_swapped", "en", lambda d, t: t.translate(str.maketrans("aeiou", "oiuae")))
    yield worthless("spaces_misplaced", "en", _spaces_inside)
    yield worthless(
        "ocr_confusions",
        "en",
        lambda d, t: re.sub(
            "rn|m|l|h|e|o|g|u",
            lambda m: d.choice(("rn", "nn", "1", "I", "li", "c", "0", "q", "ii", "|")) if d.chance(55) else m[0],
            t,
        ),
    )
    yield worthless("hyphens_everywhere", "en", _each_word(lambda d, w: "-".join(w) if d.chance(50) else w))
    yield worthless("dots_between_words", "en", lambda d, t: t.replace(" ", " ... "))
    yield worthless(
        "shouting_offers",
        "en",
        _drawn(("BUY {w} NOW!!!", "{d}{d}% OFF {w}!!!", "HURRY!!! {w} SALE ENDS SOON!!!", "ORDER TODAY >>> {w} <<<")),
    )
    yield worthless("keyboard_mash", "en", _mash)
    yield worthless("salad_of_tongues", "en", _salad_of_three)
    yield worthless("ascii_art", "en", _art)
    yield worthless("random_ascii", "en", _random_ascii)
    yield worthless(
        "table_rules", "en", _drawn(("| {w} | {n} | --- |", "|---|---|---|", "+-----+-----+", "| | | {n} |"))
    )
    yield worthless(
        "spin_syntax",
        "en",
        lambda d, t: re.sub(
            r"\b[a-z]{5,}\b",
            lambda m: f"{{{m[0]}|{d.choice(word_list(t))}|{d.choice(word_list(t))}}}" if d.chance(40) else m[0],
            t,
        ),
    )
    yield worthless(
        "unfilled_template",
        "en",
        lambda d, t: re.sub(
            r"\b[A-Za-z]{5,}\b",
            lambda m: d.choice(("{{name}}", "%s", "${item}", "[[field]]", "<TITLE>")) if d.chance(40) else m[0],
            t,
        ),
    )
    yield worthless(
        "madlib_rows",
        "en",
        _drawn(
            (
                "The {w} is a {w} of the {w}.",
                "A {w} has {n} {w}.",
                "{w} is the best {w} for {w}.",
                "Every {w} needs a {w}.",
            )
        ),
    )
    yield worthless(
        "error_page",
        "en",
        lambda d, t: (
            f"404 Not Found\nThe requested URL /{letters(d, 4, 9)}.html was not found on this server.\nApache/2.4.{d.below(60)} (Debian) Server at www.{letters(d, 4, 9)}.example Port 80"
        ),
    )
    yield worthless(
        "robot_check",
        "en",
        lambda d, t: (
            f"Checking if the site connection is secure. Enable cookies and reload the page. Ray ID: {letters(d, 16, 16, '0123456789abcdef')} Performance & security by Example"
        ),
    )
    yield worthless(
        "parked_domain",
        "en",
        lambda d, t: (
            f"{letters(d, 5, 9)}.example is for sale! This domain may be for sale by its owner. Related searches: {', '.join(word_list(t)[:8])}"
        ),
    )
    yield worthless(
        "empty_results",
        "en",
        lambda d, t: (
            f'Your search for "{word_list(t)[0]}" returned 0 results. Try again with other keywords. Sort by: Relevance Price Newest. Showing 0-0 of 0.'
        ),
    )
    yield worthless(
        "php_warnings",
        "en",
        in_rows(
            lambda d, n: (
                f"Warning: mysql_fetch_array() expects parameter 1 to be resource, boolean given in /var/www/{letters(d, 4, 8)}.php on line {d.below(900)}"
            ),
            4,
            9,
        ),
    )
    yield worthless(
        "country_list",
        "en",
        lambda d, t: "\n".join(d.shuffled(_COUNTRIES.split())),
    )
    yield worthless(
        "calendar_grid",
        "en",
        lambda d, t: (
            "Su Mo Tu We Th Fr Sa\n"
            + "\n".join(" ".join(f"{week * 7 + day + 1}" for day in range(7)) for week in range(4))
            + "\n« Jan   Mar »"
        ),
    )
    yield worthless(
        "share_prices", "en", _drawn(("{X} {n}.{d}{d} +{d}.{d}{d} ({d}.{d}%)", "{X} {n}.{d}{d} -{d}.{d}{d} ({d}.{d}%)"))
    )
    yield worthless("match_scores", "en", _drawn(("{X} {d}-{d} {X} FT", "{X} v {X} 15:00", "{X} {d}-{d} {X} HT")))
    yield worthless("phone_rows", "en", _drawn(("{X} {X} 0{d}{d}{d} {n}{n}", "{X} Ltd Tel 0{d}{d}{d}-{n}-{n}")))
    yield worthless(
        "spec_sheet",
        "en",
        _drawn(("Size: {n} x {n} x {n} mm", "Weight: {n} g", "Model: {X}-{n}", "Colour: {X}", "EAN: {n}{n}{n}{n}")),
    )
    yield worthless(
        "clickable_links", "en", _drawn(("[{w}](http://{x}.example/{n})", "{w} http://{x}.example/?id={n}"))
    )
    yield worthless(
        "mail_routes",
        "en",
        in_rows(
            lambda d, n: (
                f"Received: from {letters(d, 4, 7)}.example ([10.{d.below(99)}.{d.below(99)}.{n}]) by mx{d.below(9)}.example with ESMTP id {letters(d, 9, 12)}"
            ),
            8,
            15,
        ),
    )
    yield worthless(
        "quoted_marks",
        "en",
        lambda d, t: "\n".join(f">>> > >> {' '.join(t.split()[n : n + 4])}" for n in range(0, 60, 4)),
    )
    yield worthless(
        "morse", "en", lambda d, t: " ".join("".join(d.choice(".-") for _ in range(d.between(1, 4))) for _ in range(90))
    )
    yield worthless("bits", "en", lambda d, t: " ".join(letters(d, 8, 8, "01") for _ in range(60)))
    yield worthless(
        "licence_keys",
        "en",
        in_rows(lambda d, n: "-".join(letters(d, 5, 5, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(5))),
    )
    yield worthless(
        "base64_in_words", "en", lambda d, t: " ".join(base64.b64encode(w.encode()).decode() for w in t.split()[:60])
    )
    yield worthless(
        "laughter",
        "en",
        _drawn(("lol", "hahaha", "omg {w}", "LMAO", "first!!", "same", "bump", "+1", "this ^^^", "nice {w} bro")),
    )
    yield worthless(
        "thanks_thread",
        "en",
        _drawn(
            (
                "Thanks for sharing!",
                "Great post, thanks!",
                "Nice article, keep it up!",
                "Very helpful {w}, thank you",
                "I love this {w} blog.",
                "Thank you so much!!",
            ),
            10,
            18,
        ),
    )
    yield worthless(
        "scraped_headlines",
        "en",
        _drawn(("{w} {w} {w}: what to know", "{w} {w} in {w}", "Why {w} {w} {w}", "{n} {w} {w} for {w}")),
    )
    yield worthless(
        "search_doorway",
        "en",
        _drawn(
            (
                "Find {w} {w} near you. Compare {w} prices and get {w} quotes.",
                "Top {n} {w} {w} of the year. Read {w} reviews and buy {w} online.",
            ),
            8,
            14,
            " ",
        ),
    )
    yield worthless(
        "questions_only",
        "en",
        _drawn(
            ("What is {w}?", "How to {w}?", "Where can I find {w} {w}?", "Is {w} better than {w}?", "Why does {w} {w}?")
        ),
    )
    yield worthless(
        "cut_middle_words",
        "en",
        lambda d, t: "\n".join(f"...{t[n + 3 : n + 40]}..." for n in range(0, min(len(t), 700), 53)),
    )
    yield worthless(
        "ad_lines",
        "en",
        _drawn(
            (
                "Cheap {w} from £{n}",
                "Best {w} deals - {w}.example",
                "{w} outlet store free shipping",
                "replica {w} {w} wholesale",
            )
        ),
    )
    yield worthless(
        "chords", "en", _drawn(("Am   F   C   G", "Em  D  G   A7", "[Verse {d}] {w}", "e|--{d}--{d}--{d}--|"))
    )
    yield worthless("stock_codes", "en", _drawn(("SKU{n}{n} {X} 12/case", "ART {n}.{n} {X} pce", "{n}-{n}-{d} {X} EA")))
    yield worthless("genealogy_rows", "en", _drawn(("{X} {X} b. 18{d}{d} d. 19{d}{d}", "{X}, {X} m. 18{d}{d} {X} {X}")))
    yield worthless(
        "index_of_book", "en", _drawn(("{w}, {n}, {n}-{n}, {n}n", "{w} see also {w}, {n}", "{w}: {n}f., {n}"))
    )
    yield worthless("upside_down", "en", lambda d, t: t[::-1])
    yield worthless("sentences_half", "en", lambda d, t: " ".join(f"{s[: len(s) // 2]}." for s in _sentences(t) * 2))


_FILL_ZH = ("顶", "赞", "沙发", "路过", "支持楼主", "哈哈", "不错不错", "学习了", "mark", "前排")


def chinese() -> Iterator[Variant]:
    """In Chinese."""

    def han(draw: Draw) -> str:
        return chr(draw.between(*HAN_RANGE))

    def each(change: Callable[[Draw, str], str]) -> Make:
        return lambda draw, text: re.sub("[\u4e00-\u9fff]", lambda m: change(draw, m[0]), text)

    def windows(draw: Draw, text: str) -> str:
        return "".join("".join(draw.shuffled(list(text[n : n + 8]))) for n in range(0, len(text), 8))

    def salad(draw: Draw, text: str) -> str:
        words = word_list(text)
        return "".join(draw.choice(words) + ("，" if draw.chance(15) else "") for _ in range(80)) + "。"

    yield worthless("zw_each_twice", "zh", each(lambda d, c: c * 2))
    yield worthless("zw_windows", "zh", windows)
    yield worthless("zw_salad_of_pairs", "zh", salad)
    yield worthless("zw_every_other", "zh", lambda d, t: t[::2])
    yield worthless(
        "zw_sentences_backwards", "zh", lambda d, t: "".join(s[-1 : -len(s) - 1 : -1] for s in _sentences(t))
    )
    yield worthless("zw_half_random", "zh", each(lambda d, c: han(d) if d.chance(50) else c))
    yield worthless("zw_letters_between", "zh", each(lambda d, c: c + letters(d, 1, 1) if d.chance(60) else c))
    yield worthless("zw_digits_between", "zh", each(lambda d, c: c + str(d.below(10)) if d.chance(60) else c))
    yield worthless("zw_slashes", "zh", each(lambda d, c: c + "/"))
    yield worthless("zw_fillers", "zh", in_rows(lambda d, n: d.choice(_FILL_ZH) * d.between(1, 4), 12, 30))
    yield worthless("zw_prices", "zh", _drawn(("{w} ￥{n}.00 库存{n} 月销{n}", "{w}{w} 现价{n}元 原价{n}元")))
    yield worthless(
        "zw_long_tail",
        "zh",
        _drawn(("{w}{w}怎么样", "{w}排行榜", "{w}多少钱一斤", "{w}官网", "{w}批发市场", "{w}{w}图片"), 20, 40, " "),
    )
    yield worthless(
        "zw_doorway",
        "zh",
        _drawn(("专业{w}，{w}厂家直销，欢迎来电咨询{w}价格！", "找{w}就来{w}网，{w}一站式服务。"), 8, 16, ""),
    )
    yield worthless(
        "zw_small_editor",
        "zh",
        _drawn(
            (
                "{w}是怎么回事呢？{w}相信大家都很熟悉，但是{w}是怎么回事呢，下面就让小编带大家一起了解吧。",
                "{w}，其实就是{w}，大家可能会很惊讶{w}怎么会{w}呢？",
            ),
            5,
            9,
            "",
        ),
    )
    yield worthless(
        "zw_error_page",
        "zh",
        lambda d, t: (
            f"404 您访问的页面不存在或已被删除 {d.between(3, 9)}秒后自动跳转首页 如果没有跳转请点击这里 错误代码 {letters(d, 6, 9)}"
        ),
    )
    yield worthless("zw_chapters", "zh", in_rows(lambda d, n: f"第{n + 1}节 {han(d)}{han(d)}{han(d)} VIP", 20, 40))
    yield worthless(
        "zw_scores", "zh", _drawn(("{w}队 {d}:{d} {w}队 完场", "{w} {n} {n} {d}.{d}% 涨", "{w} {n} {n} {d}.{d}% 跌"))
    )
    yield worthless(
        "zw_pinyin",
        "zh",
        lambda d, t: " ".join(d.choice(_PINYIN.split()) for _ in range(90)),
    )
    yield worthless(
        "zw_marks_only", "zh", lambda d, t: "".join(d.choice("，。！？、；：……—（）《》“”★■◆") for _ in range(120))
    )
    yield worthless("zw_emoji_between", "zh", each(lambda d, c: c + d.choice("😀🔥👍💯🎉") if d.chance(50) else c))
    yield worthless(
        "zw_ads_contact",
        "zh",
        _drawn(("加V信{x}{n}领{w}", "联系QQ{n}{n}{n}", "【{w}】代办{w} 电话1{n}{n}{n}", "兼职{w}日结{n}元"), 10, 20),
    )
    yield worthless(
        "zw_reviews_copied",
        "zh",
        _drawn(("此用户没有填写评价。", "好评！", "东西很好，{w}很快。", "默认好评", "质量不错，下次还来。"), 12, 24),
    )
    yield worthless(
        "zw_random_common", "zh", lambda d, t: "".join(d.choice(re.findall("[\u4e00-\u9fff]", t)) for _ in range(160))
    )
    yield worthless(
        "zw_couplets_of_names",
        "zh",
        in_rows(lambda d, n: f"{han(d)}{han(d)}公司 法人{han(d)}{han(d)} 注册号{d.below(99999)}", 12, 25),
    )
    yield worthless(
        "zw_no_marks_shuffled", "zh", lambda d, t: "".join(d.shuffled(re.findall(r"\w{1,3}", re.sub(r"[^\w]", "", t))))
    )
    yield worthless(
        "zw_template_holes",
        "zh",
        lambda d, t: re.sub(
            "[\u4e00-\u9fff]{2}", lambda m: d.choice(("XXX", "____", "【】", "某某")) if d.chance(40) else m[0], t
        ),
    )
