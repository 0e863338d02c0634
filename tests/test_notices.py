"""notices: what a site says to its readers goes from the ends of a text."""

import pytest

from llmpipe.corpus.pipeline import clean_text
from llmpipe.corpus.site_lines.notices import is_notice, notices
from llmpipe.sections.clean import BoilerplateConfig, CleanConfig

ENGLISH = (
    "The mill stands at the end of the lane, where the river bends to the north.\nNobody has lived in it since the war."
)
CHINESE = "磨坊在小路的尽头，河水在那里向北流去，岸边长着高大的柳树。\n战争以后，那里再也没有人住过。"
FRENCH = (
    "Le moulin se trouve au bout du chemin, là où la rivière tourne.\nPersonne n'y a habité depuis la fin de la guerre."
)
NOTICES = [
    (ENGLISH, "Sign up for our free weekly newsletter and never miss a story."),
    (ENGLISH, "This article is for subscribers only. Log in or start your free trial to continue reading."),
    (ENGLISH, "Please enable JavaScript in your browser to view this site properly."),
    (ENGLISH, "Liked this post? Share it with your friends on Facebook!"),
    (ENGLISH, "Comments are now closed for this article."),
    (ENGLISH, "Advertisement"),
    (CHINESE, "本文为会员专享内容，请登录后阅读全文。"),
    (CHINESE, "未完待续，点击下一页继续阅读"),
    (CHINESE, "广告"),
    (FRENCH, "Cet article est réservé aux abonnés. Connectez-vous ou abonnez-vous pour lire la suite."),
    (FRENCH, "Inscrivez-vous à notre newsletter et recevez chaque semaine nos meilleurs articles."),
]


@pytest.mark.parametrize(("text", "notice"), NOTICES)
def test_a_line_above_or_below_goes(text, notice):
    assert notices(f"{notice}\n{text}") == text
    assert notices(f"{text}\n\n{notice}") == text


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        (ENGLISH, " Subscribe to our newsletter for more stories like this."),
        (ENGLISH, " © 2014 The Daily Mill. All rights reserved."),
        (ENGLISH, " Read more..."),
        (CHINESE, "更多精彩内容请关注微信公众号。"),
        (FRENCH, " Abonnez-vous à notre newsletter."),
    ],
)
def test_what_is_glued_to_the_last_sentence_goes(text, notice):
    assert notices(text + notice) == text


@pytest.mark.parametrize(
    "line",
    [
        "The newspaper published a story about the online shop, and its readers liked it.",
        "She put the basket on the table and began to read the letter once more.",
        "He tweeted nothing about it, but Facebook had removed the page of the miller.",
        "Mix the cookie dough with the butter, and bake it for ten minutes.",
        "The company sells subscriptions in nine countries and was founded by two brothers.",
        "他在报社做编辑，负责审核稿件，每天工作到很晚。",
        "作者在书中写道，广告改变了人们的生活方式。",
        "Le journal a publié une photo du moulin dans son édition du matin.",
    ],
)
def test_a_sentence_about_such_things_stays(line):
    assert not is_notice(line)
    assert notices(f"{ENGLISH}\n{line}") == f"{ENGLISH}\n{line}"


def test_what_stands_within_a_text_or_alone_stays():
    notice = NOTICES[0][1]

    assert notices(f"{ENGLISH}\n{notice}\n{ENGLISH}") == f"{ENGLISH}\n{notice}\n{ENGLISH}"
    assert notices(notice) == notice
    assert notices(f"{notice}\nThanks!") == f"{notice}\nThanks!"


def test_blank_lines_alone_change_nothing():
    assert notices(f"\n\n{ENGLISH}\n\n") == f"\n\n{ENGLISH}\n\n"


def test_off_by_default():
    text = f"{ENGLISH}\nTell us in the comments below whether you liked this story."
    on = CleanConfig(boilerplate=BoilerplateConfig(notices=True))

    assert "notices" not in clean_text(text, "en", CleanConfig()).changed
    assert "notices" in clean_text(text, "en", on).changed
