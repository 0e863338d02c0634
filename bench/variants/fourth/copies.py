"""Texts that are there already, as saved pages and other sites hold them, and test items in files and threads."""

import html
import json
import random
import re

from variants.contract import Leak, Make, copied, near
from variants.parts import either, is_headline, is_prose, joined, leak, otherwise

# --- exact copies -----------------------------------------------------------------------------------


def page(text: str) -> str:
    """A text as the body of a saved page."""
    rows = "\n".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.split("\n"))
    return f'<html>\n<head><meta charset="utf-8"></head>\n<body>\n<div id="main">\n{rows}\n</div>\n</body>\n</html>'


def underlined(text: str, language: str) -> str:
    """A text of some lines whose short first one stands over a rule."""
    first, line, rest = text.partition("\n")
    return f"{first}\n{'=' * len(first)}{line}{rest}" if line and len(first) < 60 else text


def bold_headline(text: str, language: str) -> str:
    """A text of some lines whose short first one is set in bold, before a break."""
    first, line, rest = text.partition("\n")
    return f"<strong>{first}</strong><br>{line}{rest}" if line and len(first) < 60 else text


def upper_headline(text: str, language: str) -> str:
    """An English text whose headline stands in capitals."""
    first, line, rest = text.partition("\n")
    return first.upper() + line + rest if line and language == "en" and is_headline(first) else text


EXACT: dict[str, Make] = {
    "saved_again": copied(lambda text: text + "\n"),  # the same page, fetched twice
    "page_source": copied(page),
    "source_indent": copied(lambda text: "\n\n".join(" " * 12 + line for line in text.split("\n")) + "\n    "),
    "headline_upper": otherwise(upper_headline),
    "headline_underlined": otherwise(underlined),  # a file that people read as it is
    "headline_bold": otherwise(bold_headline),
    "paragraph_indent": otherwise(
        lambda text, language: "\n\n".join(either(language, "    ", "\u3000\u3000") + line for line in text.split("\n"))
    ),
    "dash_list": copied(lambda text: "\n".join(f"- {line}" for line in text.split("\n"))),
    "ruled_off": copied(lambda text: f"{'-' * 40}\n{text}\n{'-' * 40}"),  # a post of a mail or a game
    "fenced": copied(lambda text: f"```\n{text}\n```"),  # pasted into a chat
}  # fmt: skip

# --- near copies ------------------------------------------------------------------------------------

PLACES = {"en": ("LAKESIDE", "EASTBOROUGH", "PORT ALDER", "GLENMOOR"), "zh": ("湾区", "东陵", "北桥", "清溪")}
PAPERS = {"en": ("Fernhill Times", "Alder Post", "Glenmoor Echo"), "zh": ("湾区晚报", "清溪网", "北桥日报")}


def below(text: str, line: str) -> str:
    """A line below a text in prose."""
    return f"{text}\n{line}" if is_prose(text) else text


def above(text: str, line: str) -> str:
    """A line above a text in prose."""
    return f"{line}\n{text}" if is_prose(text) else text


def between(draw: random.Random, text: str, line: str) -> str:
    """A line between two lines of a text in prose."""
    lines = text.split("\n")
    if len(lines) < 2 or not is_prose(text):
        return text
    place = draw.randrange(1, len(lines))
    return "\n".join([*lines[:place], line, *lines[place:]])


def dateline(draw: random.Random, text: str, language: str) -> str:
    """Where and when the news was written, before its first sentence."""
    first, line, rest = text.partition("\n")
    body = rest if line and is_headline(first) else text
    day, place = draw.randrange(1, 29), draw.choice(PLACES[language])
    lead = either(language, f"{place}, March {day} — ", f"{place}3月{day}日讯 ")
    return text[: len(text) - len(body)] + lead + body if is_prose(body) else text


def source_named(draw: random.Random, text: str, language: str) -> str:
    """Where the text was first, in the last line."""
    paper = draw.choice(PAPERS[language])
    return below(text, either(language, f"Source: {paper}", f"来源：{paper}"))


def tags_below(draw: random.Random, text: str, language: str) -> str:
    """What the next site files it under."""
    words = draw.sample(
        ("local", "people", "town", "notes") if language == "en" else ("本地", "人物", "小城", "随笔"), 2
    )
    return below(text, either(language, f"Tags: {', '.join(words)}", f"标签：{' '.join(words)}"))


def counts_above(draw: random.Random, text: str, language: str) -> str:
    """How often it was read."""
    count = draw.randrange(100, 9000)
    return above(text, either(language, f"{count} views", f"阅读 {count}"))


def headline_marked(draw: random.Random, text: str, language: str) -> str:
    """A word of the editors before the headline."""
    first, line, _ = text.partition("\n")
    if not line or not is_headline(first) or not is_prose(text):
        return text
    return (
        draw.choice(("BREAKING: ", "[Photos] ", "UPDATE: ") if language == "en" else ("快讯：", "【图文】", "【转】"))
        + text
    )


def place_explained(draw: random.Random, text: str, language: str) -> str:
    """Where the town lies, put in for readers elsewhere, after its first mention in a sentence."""
    towns = {
        "en": r"\b(?:Westford|Redhill|Longlake|Moonriver|Northgate|Goldport|Whitefield|Snowpeak)\b",
        "zh": "月河|寒崖|云顶|长湖|西渡|星落|金港|绿林|雪峰|北门|南湾|白田|银镇|红山",
    }
    found = list(re.finditer(towns[language], text))
    if not found or not is_prose(text):
        return text
    place = draw.choice(found).end()
    return text[:place] + either(language, " (Alder County)", "（东陵县）") + text[place:]


def link_inserted(draw: random.Random, text: str, language: str) -> str:
    """A link to another story between two lines."""
    english = draw.choice(("READ MORE: Bridge opens", "See also: Rail news", "Related: Garden tips"))
    chinese = draw.choice(("延伸阅读：大桥通车", "相关：早高峰", "点击查看：花园小记"))
    return between(draw, text, either(language, english, chinese))


def photo_credited(draw: random.Random, text: str, language: str) -> str:
    """The line under a picture, without the picture."""
    paper = draw.choice(PAPERS[language])
    return between(
        draw, text, either(language, f"Photo: {paper}", draw.choice((f"图片来源：{paper}", "（图片来自网络）")))
    )


def letter_lost(draw: random.Random, text: str, language: str) -> str:
    """A letter, in Chinese a character, that fell out at typing."""
    found = list(re.finditer(r"(?<=[a-z])[a-z](?=[a-z])" if language == "en" else "[的了在是有]", text))
    if not found or not is_prose(text):
        return text
    place = draw.choice(found)
    return text[: place.start()] + text[place.end() :]


def age_added(draw: random.Random, text: str, language: str) -> str:
    """The age of a person, after the first name of a sentence."""
    name = r"\b[A-Z][a-z]{4,}(?= (?:was|has|is|works|enjoys|likes|met|came|lives)\b)" if language == "en" else (
        "(?<=[。\n])[泰戈费帕亨根温皮柯梅喀贝塔韦玛蒙柏佩邦菲凯泽沃德铎伽哈丹托凡赞瓦]{2,4}(?=[的在爱住])"
    )  # fmt: skip
    found = list(re.finditer(name, text))
    if not found or not is_prose(text):
        return text
    place, age = draw.choice(found).end(), draw.randrange(21, 80)
    return text[:place] + either(language, f", {age},", f"（{age}岁）") + text[place:]


def rights_below(draw: random.Random, text: str, language: str) -> str:
    """Whose it is, in the last line of a reprint."""
    year, paper = draw.randrange(2009, 2023), draw.choice(PAPERS[language])
    return below(text, either(language, f"© {year} {paper}", f"© {year} {paper}版权所有"))


def end_marked(draw: random.Random, text: str, language: str) -> str:
    """The word or sign with which an agency ends a piece."""
    mark = either(language, draw.choice(("ENDS", "(AP)", "—Ed.")), draw.choice(("（完）", "（编辑：小方）")))
    return joined(text, mark, language) if is_prose(text) else text


NEAR_COPIES: dict[str, Make] = {  # those that suit few texts first: each text is copied once
    function.__name__: near(function)
    for function in (
        headline_marked, place_explained, age_added, dateline, source_named, tags_below, counts_above, link_inserted,
        photo_credited, letter_lost, rights_below, end_marked,
    )
}  # fmt: skip

# --- leaks ------------------------------------------------------------------------------------------


def turns(one: str, other: str) -> str:
    """A record of a file of conversations."""
    said = [{"role": "user", "content": one}, {"role": "assistant", "content": other}]
    return json.dumps({"messages": said}, ensure_ascii=False)


def cell(value: str) -> str:
    """A cell of a table in Markdown."""
    return value.replace("\n", "<br>").replace("|", r"\|")


def pair(one: str, other: str) -> str:
    """A pair of elements of a file of questions."""
    inner = (html.escape(value, quote=False) for value in (one, other))
    return "<item>\n<question>{}</question>\n<answer>{}</answer>\n</item>".format(*inner)


def thread(draw: random.Random, one: str, other: str) -> tuple[str, str]:
    """A question in a thread, and the answer, some posts later."""
    return f"#{draw.randrange(2, 40)}: {one}", f"Re: {other}"


LEAKS: dict[str, Leak] = {
    "messages": leak(lambda draw, one, other: (turns(one, other), "")),
    "human_assistant": leak(lambda draw, one, other: (f"Human: {one}\n\nAssistant: {other}", "")),
    "table_row": leak(lambda draw, one, other: (f"| {draw.randrange(1, 900)} | {cell(one)} | {cell(other)} |", "")),
    "settings_item": leak(
        lambda draw, one, other: (
            f"- question: {json.dumps(one, ensure_ascii=False)}\n  answer: {json.dumps(other, ensure_ascii=False)}",
            "",
        )
    ),
    "element_pair": leak(lambda draw, one, other: (pair(one, other), "")),
    "bold_labels": leak(lambda draw, one, other: (f"**Question:** {one}\n\n**Answer:** {other}", "")),
    "thread": leak(thread),
    "input_output": leak(lambda draw, one, other: (f"Input:\n{one}\nOutput:\n{other}", "")),
}
