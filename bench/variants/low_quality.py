"""Text that is none: stuffed, random, made by machines."""

# ruff: noqa: E501  (a line of noise is a line)

import base64
import re
from collections.abc import Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from llmpipe.world.draws import Draw
from variants.shaping import HAN_RANGE, Variant, in_rows, letters, word_list, worthless


def _stuffed(draw: Draw, text: str) -> str:
    first, second, *_ = draw.shuffled(word_list(text))
    cities = ("London", "Leeds", "York", "Bath", "Ely", "Hull", "Wells", "Ripon", "Derby", "Truro")
    return ", ".join(
        f"{draw.choice(('cheap', 'best', 'buy', 'discount', 'top'))} {first} {draw.choice((second, 'online', 'shop'))} {city}"
        for city in cities * 2
    )


def _stuffed_zh(draw: Draw, text: str) -> str:
    words = draw.shuffled(word_list(text))[:3]
    forms = ("{}价格", "{}多少钱", "{}哪家好", "最好的{}", "{}厂家", "{}批发", "{}图片大全", "{}排名")
    return " ".join(draw.choice(forms).format(draw.choice(words)) for _ in range(40))


_OCR = {"the": "tlie", "h": "li", "m": "rn", "w": "vv", "i": "1", "o": "0", "e": "c", "s": "5", "g": "q"}


def _ocr(draw: Draw, text: str) -> str:
    out = "".join(_OCR.get(c, c) if draw.chance(45) else c for c in text)
    return "".join(f"{c}{draw.choice(' .,;~^|')}" if c.isalpha() and draw.chance(12) else c for c in out)


def broken() -> Iterator[Variant]:
    """Words without order, letters without words."""
    yield worthless("keyword_stuffing", "en", _stuffed)
    yield worthless("zh_keyword_stuffing", "zh", _stuffed_zh)
    yield worthless("shuffled_words", "en", lambda d, t: " ".join(d.shuffled(t.split())))
    yield worthless("zh_shuffled_characters", "zh", lambda d, t: "".join(d.shuffled([c for c in t if c != "\n"])))
    yield worthless("bad_ocr", "en", _ocr)
    yield worthless("zh_random_han", "zh", lambda d, t: "".join(chr(d.between(*HAN_RANGE)) for _ in range(len(t))))
    yield worthless(
        "zh_broken_ocr",
        "zh",
        lambda d, t: "".join(d.choice("曰囗亻丿乂卜廾匚讠彡1lI|、.") if d.chance(35) else c for c in t),
    )
    yield worthless(
        "syllable_soup",
        "en",
        lambda d, t: " ".join(
            "".join(d.choice(("ka", "lo", "mi", "tru", "ve", "so", "pa", "ni", "qu")) for _ in range(d.between(2, 4)))
            for _ in range(60)
        ),
    )


def records() -> Iterator[Variant]:
    """Logs, code, tables and lists."""
    yield worthless(
        "access_log",
        "en",
        in_rows(
            lambda d, n: (
                f'10.0.0.{n} - - [12/Mar/2015:10:{n:02d}:11 +0000] "GET /a/{letters(d, 3, 6)}.html HTTP/1.1" 200 {d.below(9999)} "-" "Mozilla/5.0"'
            )
        ),
    )
    yield worthless(
        "system_log",
        "en",
        in_rows(
            lambda d, n: (
                f"Mar 12 10:{n:02d}:{d.below(60):02d} host{d.below(5)} daemon[{d.below(9999)}]: connection from peer closed, retry in {d.below(60)} s"
            )
        ),
    )
    yield worthless(
        "stack_trace",
        "en",
        in_rows(
            lambda d, n: (
                f"    at com.example.{letters(d, 4, 8)}.{letters(d, 4, 8).title()}.{letters(d, 3, 7)}({letters(d, 4, 8).title()}.java:{d.below(999)})"
            )
        ),
    )
    yield worthless(
        "minified_script",
        "en",
        in_rows(
            lambda d, n: (
                f"function {letters(d, 1, 2)}({letters(d, 1, 1)}){{var {letters(d, 1, 1)}={d.below(99)};return {letters(d, 1, 1)}?!0:!1}}"
            ),
            end=";",
        ),
    )
    yield worthless(
        "css_sheet",
        "en",
        in_rows(
            lambda d, n: (
                f".{letters(d, 3, 7)}-{letters(d, 3, 6)} {{ margin: {d.below(20)}px; color: #{d.below(999):03d}; }}"
            )
        ),
    )
    yield worthless("number_columns", "en", in_rows(lambda d, n: "  ".join(f"{d.below(9999) / 100}" for _ in range(6))))
    yield worthless(
        "price_list",
        "en",
        in_rows(
            lambda d, n: (
                f"Item {letters(d, 2, 3).upper()}-{d.below(9999)} {letters(d, 4, 7).title()} ${d.below(99)}.99 in stock qty {d.below(50)}"
            )
        ),
    )
    yield worthless(
        "csv_table",
        "en",
        in_rows(
            lambda d, n: (
                f"{n},{letters(d, 4, 7).title()},{letters(d, 5, 8).title()},{d.below(99)},{d.below(999)},TRUE,2014-0{d.between(1, 9)}-1{d.below(9)}"
            )
        ),
    )
    yield worthless(
        "hex_dump",
        "en",
        in_rows(
            lambda d, n: f"{n * 16:08x}  " + " ".join(f"{d.below(256):02x}" for _ in range(16)) + "  |................|"
        ),
    )
    yield worthless(
        "base64_lines", "en", lambda d, t: "\n".join(re.findall(".{1,36}", base64.b64encode(t.encode()[:900]).decode()))
    )
    yield worthless(
        "directory_listing",
        "en",
        in_rows(
            lambda d, n: (
                f"-rw-r--r-- 1 root root {d.below(99999):6d} Mar {d.between(1, 28):2d} 2015 {letters(d, 4, 9)}.{d.choice(('txt', 'c', 'jpg'))}"
            )
        ),
    )
    yield worthless(
        "url_list",
        "en",
        in_rows(lambda d, n: f"http://www.{letters(d, 4, 9)}.example/{letters(d, 3, 8)}/{d.below(9999)}.html"),
    )
    yield worthless("hashtags", "en", lambda d, t: " ".join(f"#{word.lower()}" for word in word_list(t)[:50]))


def filler() -> Iterator[Variant]:
    """Templates, placeholders and lists of names."""
    yield worthless(
        "template_remains",
        "en",
        in_rows(
            lambda d, n: d.choice(
                (
                    "Dear [INSERT NAME HERE],",
                    "Enter your text here.",
                    "[Company name] [Address line 1]",
                    "Click to add title",
                    "Placeholder text goes here",
                    "Your content here. Edit this section.",
                    "Sample Text Sample Text",
                )
            ),
            10,
            20,
        ),
    )
    yield worthless(
        "lorem_variants",
        "en",
        lambda d, t: (
            "Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum."
        ),
    )
    yield worthless("dna", "en", in_rows(lambda d, n: " ".join(letters(d, 10, 10, "acgt") for _ in range(6))))
    yield worthless(
        "name_directory",
        "en",
        in_rows(lambda d, n: f"{letters(d, 4, 8).title()}, {letters(d, 4, 7).title()} {letters(d, 1, 1).upper()}."),
    )
    yield worthless(
        "mixed_case_noise",
        "en",
        lambda d, t: " ".join(
            "".join(d.choice((str.upper, str.lower))(c) for c in letters(d, 3, 9)) + d.choice(("", "7", "_x", "!!"))
            for _ in range(50)
        ),
    )
    yield worthless("alphabet_word_list", "en", lambda d, t: "\n".join(sorted({word.lower() for word in word_list(t)})))


def chinese() -> Iterator[Variant]:
    """The same in Chinese."""
    yield worthless(
        "zh_lottery",
        "zh",
        in_rows(
            lambda d, n: (
                f"第{2015000 + n}期 开奖号码：{' '.join(f'{d.between(1, 33):02d}' for _ in range(6))} + {d.between(1, 16):02d}"
            )
        ),
    )
    yield worthless(
        "zh_product_titles",
        "zh",
        in_rows(
            lambda d, n: (
                f"{d.choice(('新款', '正品', '特价', '包邮'))}{d.choice(('女装', '男鞋', '手机壳', '充电器'))}{d.choice(('韩版', '加厚', '通用'))}{d.choice(('修身', '防水', '原装'))} ¥{d.below(999)}.00 月销{d.below(9999)}件"
            )
        ),
    )
    yield worthless("zh_tag_cloud", "zh", lambda d, t: " ".join(word_list(t)[:60]))
    yield worthless(
        "zh_filler",
        "zh",
        in_rows(
            lambda d, n: d.choice(
                (
                    "顶顶顶顶顶",
                    "沙发沙发",
                    "哈哈哈哈哈哈哈",
                    "测试测试测试",
                    "路过路过",
                    "111111",
                    "水水水水水",
                    "好好好好好",
                )
            ),
            10,
            30,
        ),
    )
    yield worthless(
        "zh_table",
        "zh",
        in_rows(
            lambda d, n: f"{n}\t型号{letters(d, 2, 3).upper()}{d.below(999)}\t{d.below(99)}件\t{d.below(9999)}元\t合格"
        ),
    )
    yield worthless(
        "zh_novel_adverts",
        "zh",
        lambda d, t: "".join(
            f"{d.choice(('最新章节请到', '手机用户请访问', '一秒记住', '无弹窗免费阅读', '求推荐票求收藏'))}{letters(d, 4, 6)}.example，"
            for _ in range(14)
        ),
    )
