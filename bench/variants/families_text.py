"""Texts read in another encoding of East Asia, words broken where no line is, lists of words, logs, scans, filler."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant, curled, in_rows, letters, some_lines, word_list, worthless

# --- encodings ---------------------------------------------------------------------------------------


def _read_as(right: str, wrong: str, errors: str = "strict") -> Make:
    def made(draw: Draw, text: str) -> str | None:
        try:
            return text.encode(right, errors if errors != "replace" else "ignore").decode(wrong, errors)
        except UnicodeError:
            return None

    return made


_CHINESE_PAIRS = (
    ("gb18030", "big5"), ("gb18030", "cp932"), ("gb18030", "euc_jp"), ("gb18030", "euc_kr"), ("gb18030", "cp949"),
    ("gb18030", "big5hkscs"), ("gb18030", "cp1251"), ("gb18030", "koi8-r"), ("gb18030", "mac_roman"), ("gb18030", "cp437"),
    ("gb18030", "iso8859-2"), ("gb18030", "cp1250"), ("gb18030", "iso8859-15"), ("gb18030", "cp866"),
    ("utf-8", "big5"), ("utf-8", "cp932"), ("utf-8", "euc_kr"), ("utf-8", "cp949"), ("utf-8", "gb18030"), ("utf-8", "koi8-r"),
)  # fmt: skip
_WESTERN_PAIRS = (
    ("gb18030", "latin-1"), ("gb18030", "cp1252"), ("gb18030", "cp1251"), ("gb18030", "mac_roman"), ("gb18030", "cp437"),
    ("gb18030", "koi8-r"), ("gb18030", "iso8859-15"), ("cp949", "latin-1"), ("cp949", "cp1252"), ("big5", "latin-1"),
    ("cp932", "latin-1"), ("euc_jp", "latin-1"), ("gb18030", "cp1250"), ("big5", "cp1252"), ("cp932", "cp1252"),
)  # fmt: skip


def _signed(text: str) -> str:
    """English with signs that all encodings of East Asia have."""
    words = text.split(" ")
    words[1] = f"“{words[1]}”"
    return " ".join(words).replace("'", "’") + " It’s “all right”… isn’t it?"


def _encodings() -> Iterator[Variant]:
    for right, wrong in _CHINESE_PAIRS:
        name = f"east_{right}_as_{wrong}".replace("-", "")
        yield Variant("east", f"{name}_zh", "zh", _read_as(right, wrong))
        yield Variant("east", f"{name}_lossy_zh", "zh", _read_as(right, wrong, "replace"), "either")
    for right, wrong in (("gb18030", "big5"), ("gb18030", "latin-1"), ("gb18030", "cp949")):
        yield Variant(
            "east",
            f"east_part_{right}_as_{wrong}_zh".replace("-", ""),
            "zh",
            some_lines(lambda d, t, r=right, w=wrong: _read_as(r, w, "replace")(d, t) or t),
            "either",
        )
    for right, wrong in _WESTERN_PAIRS:
        carrier = curled if right == "gb18030" else _signed
        yield Variant(
            "east", f"east_{right}_as_{wrong}_en".replace("-", ""), "en", _read_as(right, wrong), "repair", carrier
        )


# --- words broken ------------------------------------------------------------------------------------


def _broken(between: str, times: int, least: int = 8) -> Make:
    """Long words parted, as if a line ended there."""

    def made(draw: Draw, text: str) -> str | None:
        words = text.split(" ")
        long = [
            n
            for n, word in enumerate(words)
            if len(word) >= least and word.isascii() and word.isalpha() and word.islower()
        ]
        if len(long) < times:
            return None
        for n in {draw.choice(long) for _ in range(times)}:
            cut = draw.between(3, len(words[n]) - 3)
            words[n] = words[n][:cut] + between + words[n][cut:]
        return " ".join(words)

    return made


def _broken_words() -> Iterator[Variant]:
    for name, between in (
        ("line", "-\n"),
        ("spaced", "- "),
        ("indent", "-\n  "),
        ("soft_line", "\u2010\n"),
        ("blank", "-\n\n"),
        ("trailing", "- \n"),
    ):
        for times in (1, 2):
            yield Variant("broken_word", f"broken_{name}_{times}", "en", _broken(between, times))


# --- worthless ---------------------------------------------------------------------------------------

_TERMS = (
    "减肥",
    "办证",
    "发票",
    "招商",
    "特价",
    "团购",
    "装修",
    "二手车",
    "贷款",
    "培训",
    "翻译",
    "网站建设",
    "上海",
    "北京",
    "价格",
    "哪家好",
)
_TERMS_EN = (
    "loans",
    "cheap flights",
    "insurance",
    "best price",
    "payday",
    "casino",
    "hotel deals",
    "weight loss",
    "viagra",
    "seo services",
)
_PSEUDO = (
    "veritas",
    "omnis",
    "quam",
    "natus",
    "error",
    "sit",
    "voluptatem",
    "accusantium",
    "doloremque",
    "laudantium",
    "totam",
    "rem",
    "aperiam",
    "eaque",
    "ipsa",
    "quae",
    "ab",
    "illo",
    "inventore",
    "et",
    "quasi",
    "architecto",
    "beatae",
    "vitae",
    "dicta",
    "sunt",
    "explicabo",
    "nemo",
    "enim",
    "ipsam",
    "quia",
    "voluptas",
    "aspernatur",
    "aut",
    "odit",
    "fugit",
    "sed",
    "consequuntur",
    "magni",
    "dolores",
    "eos",
    "ratione",
    "sequi",
    "nesciunt",
)
_FILLER_ZH = ("这里是标题文字", "请在此处输入内容", "示例文本", "这是一段占位文字", "单击此处添加文本", "副标题")


def _joined(terms: tuple[str, ...], mark: str, low: int = 30, high: int = 60, parts: int = 1, glue: str = "") -> Make:
    return lambda draw, text: mark.join(
        glue.join(draw.choice(terms) for _ in range(parts)) for _ in range(draw.between(low, high))
    )


def _own_words(mark: str) -> Make:
    """Some words of the text over and over."""

    def made(draw: Draw, text: str) -> str | None:
        words = sorted(set(word_list(text)))[:7]
        return mark.join(draw.choice(words) for _ in range(60)) if len(words) == 7 else None

    return made


def _row(form: str) -> Make:
    def value(match: re.Match[str], draw: Draw) -> str:
        return {"date": lambda: f"2021-0{draw.between(1, 9)}-1{draw.between(0, 9)}", "time": lambda: f"{draw.between(10, 23)}:{draw.between(10, 59)}:{draw.between(10, 59)}",
                "n": lambda: str(draw.between(1, 9999)), "hex": lambda: letters(draw, 8, 8, "0123456789abcdef"), "level": lambda: draw.choice(("INFO", "WARN", "DEBUG", "ERROR")),
                "name": lambda: draw.choice(("worker", "auth", "db", "cache", "http")), "verb": lambda: draw.choice(("started", "closed", "retry", "timeout", "ok"))}[match[1]]()  # fmt: skip

    return in_rows(lambda draw, number: re.sub(r"\{(\w+)\}", lambda m: value(m, draw), form), 12, 30)


def _scan(share: int, signs: str, keep_spaces: bool = True) -> Make:
    return lambda draw, text: "".join(
        draw.choice(signs) if draw.chance(share) and not (keep_spaces and c.isspace()) else c for c in text
    )


def _worthless() -> Iterator[Variant]:
    for name, mark in (
        ("comma", ", "),
        ("wide", "，"),
        ("space", " "),
        ("bar", "|"),
        ("line", "\n"),
        ("pause", "、"),
        ("none", ""),
    ):
        yield worthless(f"terms_zh_{name}", "zh", _joined(_TERMS, mark))
        yield worthless(f"terms_zh_three_{name}", "zh", _joined(_TERMS, mark, parts=3))
    for name, mark in (("comma", ", "), ("bar", " | "), ("line", "\n"), ("space", " ")):
        yield worthless(f"terms_en_{name}", "en", _joined(_TERMS_EN, mark))
        yield worthless(f"terms_own_{name}", "en zh", _own_words(mark))
    yield worthless("filler_pseudo", "en", _joined(_PSEUDO, " ", 50, 90))
    yield worthless(
        "filler_pseudo_sentences",
        "en",
        lambda d, t: " ".join((" ".join(d.choice(_PSEUDO) for _ in range(9)) + ".").capitalize() for _ in range(8)),
    )
    yield worthless(
        "filler_lorem_late",
        "en zh",
        lambda d, t: (
            "Dolor sit amet "
            + " ".join(
                d.choice(("ipsum", "lorem", "dolor", "amet", "elit", "sed", "do", "tempor", "magna", "aliqua"))
                for _ in range(60)
            )
        ),
    )
    yield worthless("filler_zh", "zh", _joined(_FILLER_ZH, "，", 12, 24))
    yield worthless("filler_xs", "en", lambda d, t: re.sub(r"\w", "x", t))
    for name, form in (
        ("classic", "{date} {time} {level} [{name}-{n}] req={hex} status=200 bytes={n}"),
        ("iso", "{date}T{time}Z {name} {verb} id={hex} took={n}ms"),
        ("syslog", "Mar 14 {time} host {name}[{n}]: {verb} pid {n}"),
        ("java", "{date} {time},{n} {level} com.example.{name}.Main:{n} - {verb} {hex}"),
        ("pairs", "ts={date} lvl={level} mod={name} msg={verb} dur={n}"),
        (
            "json",
            '{{"t":"{date}","level":"{level}","msg":"{name} {verb}","n":{n}}}'.replace("{{", "{").replace("}}", "}"),
        ),
        ("short", "[{time}] {level}: {name} {verb}"),
        ("kernel", "[    {n}.{n}] {name}: {verb} at 0x{hex}"),
    ):
        yield worthless(f"log_{name}", "en zh", _row(form))
    for share in (25, 40, 60):
        yield worthless(f"scan_signs_{share}", "en zh", _scan(share, "|~^'`.,;:!_-=*\\/<>{}[]1l0O"))
        yield worthless(f"scan_all_{share}", "en zh", _scan(share, ".,'`;:-~^|*il1!", keep_spaces=False))


def text_families() -> Iterator[Variant]:
    """All of them."""
    yield from _encodings()
    yield from _broken_words()
    yield from _worthless()
