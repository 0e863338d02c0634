"""Texts that are there already, as dumps and reposts hold them, and test items in the forms of data sets and books."""

import html
import random
import re

from variants.contract import Leak, Make, Planted, copied, near
from variants.parts import STOP, is_headline, is_prose, leak, otherwise, sentences
from variants.third.letters import tokenised

# --- exact copies -----------------------------------------------------------------------------------


def tokens_apart(draw: random.Random, text: str, language: str) -> Planted | None:
    """Each word and mark apart, as in corpora for research."""
    made = tokenised(draw, text, language)
    return Planted(made.text, "drop") if made else None


EXACT: dict[str, Make] = {
    "lowercased": otherwise(lambda text, language: text.lower()),  # a data set without capitals
    "one_line": otherwise(lambda text, language: text.replace("\n", " ")),  # a column of a table
    "line_a_sentence": otherwise(lambda text, language: "\n".join(sentences(text, language))),  # a corpus
    "tokens_apart": tokens_apart,
    "no_marks": otherwise(lambda text, language: re.sub(r"[^\w\s]", " " if language == "zh" else "", text)),  # captions
    "windows_file": copied(lambda text: "\ufeff" + text.replace("\n", "\r\n") + "\r\n"),
    "slide": copied(lambda text: "\n".join(f"• {line}" for line in text.split("\n"))),
    "web_list": copied(
        lambda text: (
            "<ul>\n" + "\n".join(f"<li>{html.escape(one, quote=False)}</li>" for one in text.split("\n")) + "\n</ul>"
        )
    ),
    "quoted_cell": copied(lambda text: '"' + text.replace('"', '""') + '"'),  # a table of values between commas
}

# --- near copies ------------------------------------------------------------------------------------

AUTHORS = {
    "en": ("Ruth Adler", "Sam Okoye", "Linda Fraser", "Greg Tully"),
    "zh": ("孙晓燕", "郑国栋", "何佳", "梁文博"),
}


def on_top(text: str, line: str) -> str:
    """A line above a text in prose."""
    return f"{line}\n{text}" if is_prose(text) else text


def byline_added(draw: random.Random, text: str, language: str) -> str:
    """Who wrote it, above the text."""
    who = draw.choice(AUTHORS[language])
    return on_top(text, f"By {who}" if language == "en" else f"作者：{who}")


def updated(draw: random.Random, text: str, language: str) -> str:
    """When the page was brought up to date, above the text."""
    day, year = draw.randrange(1, 29), draw.randrange(2009, 2023)
    return on_top(text, f"Updated: {day} May {year}" if language == "en" else f"更新：{year}年5月{day}日")


OTHER_WORDS = {
    "en": {"said": "stated", "helped": "assisted", "lives": "resides", "enjoys": "loves", "came": "arrived",
           "took": "lasted", "opened": "launched", "wrote": "sent a letter", "likes": "loves"},
    "zh": {"说": "表示", "爱": "喜欢", "给": "向", "看到": "看见", "帮了忙": "伸出援手", "用了": "花费",
           "住在": "居住在"},
}  # fmt: skip


def reworded(draw: random.Random, text: str, language: str) -> str:
    """One word, wherever it stands, in the words of another editor."""
    found = [word for word in OTHER_WORDS[language] if re.search(word if language == "zh" else rf"\b{word}\b", text)]
    if not found or not is_prose(text):
        return text
    word = draw.choice(found)
    return re.sub(word if language == "zh" else rf"\b{word}\b", OTHER_WORDS[language][word], text)


def teaser(draw: random.Random, text: str, language: str) -> str:
    """The text as a list of posts shows it: its end cut within a word, and a link to the rest."""
    cut = text[: -draw.randrange(6, 12)] if len(text) > 60 and is_prose(text) else text
    return cut if cut == text else cut + ("... Read more" if language == "en" else "……阅读全文")


ADDED = {
    "en": (
        "No other reports were available.",
        "More will follow.",
        "That is all there is to say.",
        "People were pleased.",
    ),
    "zh": ("目前没有其他消息。", "后续情况请继续关注。", "大家都很高兴。", "其他情况不详。"),
}


def sentence_added(draw: random.Random, text: str, language: str) -> str:
    """A sentence put in by the next editor, between two others."""
    places = [found.end() for found in STOP[language].finditer(text)]
    if not places or not is_prose(text):
        return text
    place, addition = draw.choice(places), draw.choice(ADDED[language])
    return text[:place] + addition + (" " if language == "en" else "") + text[place:]


def first_sentence_lost(draw: random.Random, text: str, language: str) -> str:
    """The copy began one sentence late."""
    place = STOP[language].search(text)
    return text[place.end() :] if place and is_prose(text) else text


def word_doubled(draw: random.Random, text: str, language: str) -> str:
    """A word twice, a slip of typing that one version has and the other has not."""
    pattern = r"\b(?:the|is|in|was|of|to|has|a)\b" if language == "en" else "[的在了是去有]"
    found = list(re.finditer(pattern, text))
    if not found or not is_prose(text):
        return text
    place = draw.choice(found)
    return text[: place.end()] + (" " if language == "en" else "") + place[0] + text[place.end() :]


REMARKS = {
    "en": ("Great post, thanks for sharing!", "Very interesting read.", "I never knew that!"),
    "zh": ("写得真好，感谢分享！", "学到了，谢谢楼主。", "原来是这样！"),
}


def remark_below(draw: random.Random, text: str, language: str) -> str:
    """The first remark of a reader, taken along with the text."""
    return f"{text}\n{draw.choice(REMARKS[language])}" if is_prose(text) else text


def headline_twice(draw: random.Random, text: str, language: str) -> str:
    """The headline as the title of the page and again as its first line."""
    first, _, rest = text.partition("\n")
    return f"{first}\n{text}" if is_headline(first) and is_prose(rest) else text


NEAR_COPIES: dict[str, Make] = {
    function.__name__: near(function)
    for function in (
        byline_added, updated, reworded, teaser, sentence_added, first_sentence_lost, word_doubled, remark_below,
        headline_twice,
    )
}  # fmt: skip

# --- leaks ------------------------------------------------------------------------------------------


def sql(value: str) -> str:
    """A string of SQL."""
    return "'" + value.replace("'", "''") + "'"


def key_at_end(draw: random.Random, one: str, other: str) -> tuple[str, str]:
    """A book of exercises: the question in its place, the answer at the end."""
    number = draw.randrange(2, 30)
    han = re.search(r"[\u4e00-\u9fff]", one)
    return f"{number}. {one}", f"参考答案\n{number}. {other}" if han else f"Answers\n{number}. {other}"


LEAKS: dict[str, Leak] = {
    "instruction": leak(lambda draw, one, other: (f"### Instruction:\n{one}\n\n### Response:\n{other}", "")),
    "chat_roles": leak(
        lambda draw, one, other: (f"<|im_start|>user\n{one}<|im_end|>\n<|im_start|>assistant\n{other}<|im_end|>", "")
    ),
    "tab_separated": leak(lambda draw, one, other: (f"{draw.randrange(1, 9000)}\t{one}\t{other}\ttest", "")),
    "question_heading": leak(
        lambda draw, one, other: (f"<h3>{html.escape(one)}</h3>\n<p>{html.escape(other)}</p>", "")
    ),
    "python_row": leak(lambda draw, one, other: (f"    {{'input': {one!r}, 'target': {other!r}}},", "")),
    "sql_row": leak(
        lambda draw, one, other: (
            f"INSERT INTO items VALUES ({draw.randrange(1, 9000)}, {sql(one)}, {sql(other)});",
            "",
        )
    ),
    "key_at_end": leak(key_at_end),
}
