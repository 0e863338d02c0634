"""Markup that a text speaks of stays; markup that it uses is read."""

import pytest

from llmpipe.corpus.html import html, unescape
from llmpipe.corpus.layout.spelled import spelled_out
from llmpipe.corpus.markup import markup
from llmpipe.corpus.mentions import mentioned_entities, speaks_of_tags

SPOKEN_OF = """\
Lesson 5 says that <br> breaks a line, and gives three examples.
第5课说，<br>的作用是换行，并举了三个例子。
Lesson 5 says that <img src="cat.png"> shows a picture, and gives three examples.
第5课说，<img src="cat.png">的作用是显示图片，并举了三个例子。
The tags <b> and </b> put a word into bold letters.
To start a new paragraph use <p>, and close it with </p> at the end.
The <title> element gives the page its name.
“<br>” is all that the file contained.
<hr> draws a line across the page.
我们用<b>和</b>把字加粗。
标签<hr>会画一条横线。
Why does <br /> need a slash in XHTML but not in HTML?
HTML的<a href="...">标签用来做链接。
In HTML, <b>word</b> makes the word bold.
Remember: <td> is a cell, <tr> is a row, and <th> is a head.
Lesson 5 says that &nbsp; holds two words together.
第5课说，&amp;的作用是表示&，并举了三个例子。
Write &lt; for a less-than sign and &gt; for a greater-than sign.
An entity such as &copy; is shown as a sign.
实体&lt;表示小于号。
""".splitlines()
USED = {
    "The road ends here.<br>The path goes on.": "The road ends here.\nThe path goes on.",
    "<p>The price is on the tag.</p>": "The price is on the tag.",
    "This is <b>bold</b> text with one word.": "This is bold text with one word.",
    "He wrote <i>Ulysses</i> and <i>Dubliners</i>.": "He wrote Ulysses and Dubliners.",
    'Tags: <a href="/t/x">mills</a>, <a href="/t/y">rivers</a>': "Tags: mills, rivers",
    "标签：<a href='x'>园艺</a>": "标签：园艺",
    'I like this <img src="smile.gif">, and you?': "I like this , and you?",
    "春天来了<br>花开了<br />鸟儿在叫": "春天来了\n花开了\n鸟儿在叫",
    "Pens &amp; Paper is a shop. It&#39;s good.": "Pens & Paper is a shop. It's good.",
    "The firm of Smith &amp; Sons.": "The firm of Smith & Sons.",
    "The use of &amp; is explained below; it&#39;s easy.": "The use of & is explained below; it's easy.",
}


@pytest.mark.parametrize("text", SPOKEN_OF)
def test_markup_that_is_spoken_of_stays(text: str) -> None:
    assert markup(unescape(html(text))) == text


@pytest.mark.parametrize(("text", "read"), USED.items())
def test_markup_that_is_used_is_read(text: str, read: str) -> None:
    assert unescape(html(text)) == read


def test_one_tag_in_use_makes_a_page_of_it() -> None:
    text = "The <br> tag breaks a line. <b>Try it.</b>"
    assert not speaks_of_tags(text)
    assert "<b>" not in html(text)
    assert not speaks_of_tags("the <br> tag, " * 30)


def test_a_text_that_is_escaped_whole_is_read_whole() -> None:
    spoken = "It&#39;s said that &amp; stands for a sign."
    assert mentioned_entities(spoken) == frozenset()
    assert mentioned_entities(f"{spoken} R&D knows.") == {spoken.index("&amp;")}


def test_the_tail_of_a_tag_goes_only_without_its_head() -> None:
    tail = 'class="wide" id="top">The mill stands at the river.'
    assert markup(tail) == "The mill stands at the river."
    assert markup(f"Lesson 5 shows that <img {tail}") == f"Lesson 5 shows that <img {tail}"


@pytest.mark.parametrize("text", ["转义符\\n表示换行。", "The old mill: the escape \\n stands for a line end.\\"])
def test_a_line_end_that_is_spoken_of_stays(text: str) -> None:
    assert spelled_out(text) == text
    assert spelled_out("他走了。\\n她来了。") == "他走了。\n她来了。"
