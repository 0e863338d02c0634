"""What the corpus knows mends words: letters, parts, gaps and marks; names, code, verse and other languages stay."""

# ruff: noqa: E501  (a case is a line)

import random

import numpy as np
import pytest
from test_clean import _one_process, kept, raw, run  # noqa: F401  (a fixture)

from llmpipe.commands.explain import explain
from llmpipe.config import CleanConfig
from llmpipe.corpus import characters, pipeline, vocabulary, workspace
from llmpipe.corpus.vocabulary import counts
from llmpipe.corpus.vocabulary.apostrophes import apostrophes
from llmpipe.corpus.vocabulary.confusions import LATIN, alike
from llmpipe.corpus.vocabulary.looks import Suspicion
from llmpipe.files import digest
from llmpipe.records import Document

RATIO = 10
ENGLISH = (
    "The house stands by the river, and the mill was built before the war.",
    "When the winter came, they went home and found the letter in the kitchen.",
    "She said that her mother had lived in the old town for many years.",
    "What they wanted was a modern school for the children of the village.",
    "Nobody knows who wrote the book, but it was read by everybody.",
    "Yesterday the students of the college asked for more information about it.",
    "He doesn't know whether it isn't too late, and I'm sure you can't help him.",
    "Every morning the farmer took his horse to the market of the next town.",
    "It was a well-known café, and the résumé of its owner hung on the wall.",
    "You have been here for three weeks, and the work has not begun.",
    "The painter was born in 1956 and died in 2001, on the last day of the year.",
    "Two of them came first in the race, which began at the station.",
    "In 1844 the second bridge was built across the river by the same family.",
    "Why should anybody follow an example that nobody understands?",
)
CHINESE = (
    "他的工作是老师，每天去学校上课。",
    "这是今年的第一个好消息，大家都很高兴。",
    "那座石桥建于1956年，现在还在使用。",
    "我们的目的是帮助学生，题目已经写好了。",
    "会议开了3个小时，来了20个人。",
    "他喜欢读书，有空的时候去图书馆。",
    "城市里的人口比十年以前多了一倍。",
    "医生说没有什么大问题，休息几天就好。",
    "未来的学校是什么样子，谁也不知道。",
    "她住在河边的房子里，已经有二十年了。",
)


def corpus(sentences, between, count=500):
    draw = random.Random(1)
    return [between.join(draw.sample(sentences, 5)) for _ in range(count)]


TEXTS = corpus(ENGLISH, " ") + corpus(CHINESE, "")


@pytest.fixture(scope="module")
def known():
    return counts.counted(TEXTS)


def mended(text, known):
    """A text after the rules of the vocabulary, and the names of those that changed it."""
    looks = Suspicion(known, RATIO).looks(tuple(vocabulary.RULES))
    return characters.apply_all([text], vocabulary.rules(known, RATIO), looks)[0]


def test_words_and_pairs_are_counted_by_documents():
    found = counts.counted(["The mill, the mill. The Mill of 1956", "a well-known mill", "北京 上海，3个"])

    assert found.of_words(["mill", "MILL", "the", "2001", "river"]) == [2, 2, 1, 1, 0]
    assert found.of_pairs([("the", "mill"), ("mill", "the"), ("of", "1844"), ("well", "known")]) == [1, 0, 1, 0]
    assert found.of_pairs([("well", "known")], counts.HYPHEN) == [1]
    assert found.of_pairs([("北", "京"), ("京", "上"), ("3", "个")]) == [1, 0, 1]
    assert found.of_pairs([("京", "上")], counts.SPACED) == [1]
    assert found.of_triples([("上", "海", "3"), ("北", "京", "上")]) == [0, 0]


def test_the_order_of_the_documents_and_their_tasks_do_not_matter():
    parts = [counts.Tally() for _ in range(3)]
    for number, text in enumerate(reversed(TEXTS)):
        parts[number % 3].add([text])
    whole = counts.counted(TEXTS)
    summed = counts.summed(map(counts.packed, parts))

    assert all(np.array_equal(getattr(whole, name), getattr(summed, name)) for name in counts.TABLES)


@pytest.mark.parametrize(
    ("rule", "dirty", "clean"),
    [
        ("letters_mistaken", "Tbe mill vvas built before tbe war.", "The mill was built before the war."),
        ("letters_mistaken", "It was rnodern, and tlie winter carne.", "It was modern, and the winter came."),
        ("letters_mistaken", "He was born in l956 and died in 2OO1.", "He was born in 1956 and died in 2001."),
        ("letters_mistaken", "They had asked lor more of it.", "They had asked for more of it."),
        ("letters_doubled", "TThhee mmiillll\nIt was old.", "The mill\nIt was old."),
        ("letters_doubled", "好好消消息息来来了了\n今年的", "好消息来了\n今年的"),
        ("letters_lost", "It was a well-known caf\ufffd.", "It was a well-known café."),
        ("words_parted", "W hen the winter came, T he mill stood, Y ou know.", "When the winter came, The mill stood, You know."),
        ("words_parted", "T\nhe house stands by the river, and it is old.", "The house stands by the river, and it is old."),
        ("words_parted", "They found more infor- mation in the letter.", "They found more information in the letter."),
        ("words_parted", "It was a well- known house.", "It was a well-known house."),
        ("words_parted", "She came in 3 rd of all, on the 21 st day.", "She came in 3rd of all, on the 21st day."),
        ("words_parted", "the infor mation of the stu dents and the vill age", "the information of the students and the village"),
        ("words_glued", "Shesaidthathermother had lived here.", "She said that her mother had lived here."),
        ("words_glued", "Keldorwasbornin1956 and died.", "Keldor was born in 1956 and died."),
        ("sentences_glued", "They went home.The mill was old.It was late.", "They went home. The mill was old. It was late."),
        ("marks_apart", "The house , the mill and the town ; they ca n't help , he said .", "The house, the mill and the town; they can't help, he said."),
        ("foreign_marks", "The house，the mill。", "The house, the mill."),
        ("foreign_marks", "他的工作是老师,每天去学校.大家都很高兴.", "他的工作是老师，每天去学校。大家都很高兴。"),
        ("han_apart", "他的工作 是老师，每天去学 校上课。", "他的工作是老师，每天去学校上课。"),
        ("han_apart", "好\n消\n息\n大家都很高兴。", "好消息\n大家都很高兴。"),
        ("han_apart", "医\n生说没有什么大问题，休息几天就好。", "医生说没有什么大问题，休息几天就好。"),
        ("han_mistaken", "我们的日的是帮助学生，题日已经写好了。", "我们的目的是帮助学生，题目已经写好了。"),
    ],
)  # fmt: skip
def test_text_is_mended(rule, dirty, clean, known):
    assert mended(dirty, known) == (clean, [rule])


@pytest.mark.parametrize(
    "text",
    [
        "Tbilisi and Aud are names, and so is Bom Jesus.",
        "Vitamin C deficiency and E. coli O157 are known; H2O and 3O2 are formulas.",
        "C elegans, E coli and S aureus; C elegans again.",
        "Wha's like us? Damn few, and they're a' deid. Wi' a bairn in the hoose.",
        "Les enfants vont à la maison et ils ont un bon repas avec nous.",
        "Whan that Aprille with his shoures soote the droghte of March hath perced to the roote",
        "def get_name(x): return self.nodes[x].First.Second",
        "System.Collections.Generic and org.Apache are names of code.",
        "getElementByIdAndName and internationalization and deoxyribonucleic",
        "https://example.com/thehousestandsbytheriver #thehousestandsbytheriver",
        "pre- and post-war mills, one- to two-year spans",
        "A man, a plan; I was there. O come all ye faithful. Plan B was better.",
        "He weighed 12 st and lived in 5 St James Street.",
        "Oh . . . the house . . . the mill . . .",
        "第一章 总则\n北京 上海 广州 深圳",
        "白日依山尽 黄河入海流\n欲穷千里目 更上一层楼",
        "价格是3.50元,版本2.1",
        "aabbccdd",
        "A\nB\nC\nD",
        "He was Mr. W and she Miss T; they met.",
    ],
)
def test_other_text_stays(text, known):
    assert mended(text, known) == (text, [])


def test_the_corpus_itself_stays(known):
    for text in TEXTS[::50]:
        assert mended(text, known) == (text, [])


@pytest.mark.parametrize("text", TEXTS[::200])
def test_a_small_corpus_mends_nothing(text):
    few = counts.counted(TEXTS[: counts.MIN_DOCUMENTS - 1])
    dirty = text.replace("the ", "tbe ").replace("was", "vvas").replace("目", "日")

    assert mended(dirty, few) == (dirty, [])


def test_a_corpus_whose_marks_stand_apart_is_made_so():
    apart = "The house , the mill and the town , he said ."
    found = counts.counted(TEXTS[:500] + [f"{apart} {number}" for number in range(200)])

    assert mended(apart, found) == (apart, [])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("It`s late and they don´t know.", "It's late and they don't know."),
        ("The `ls` command isn`t known.", "The `ls` command isn`t known."),
        ("l´eau", "l´eau"),
    ],
)
def test_apostrophes_of_the_wrong_key(typed, meant):
    assert apostrophes(typed) == meant


def test_a_look_leaves_out_no_text_that_its_rule_changes(known):
    draw = random.Random(3)
    damage = (("The ", "Tbe "), ("was", "vvas"), (" ", ""), (". ", "."), ("ma", "m- a"), ("W", "W "), ("é", "\ufffd"),
              (",", " ,"), ("目", "日"), ("的", "的 "), ("，", ","), ("1956", "l956"), ("t", "tt"))  # fmt: skip
    texts = []
    for text in TEXTS[::10]:
        for wrong, right in draw.sample(damage, 3):
            text = text.replace(wrong, right, draw.choice((1, 3, 9)))
        texts.append(text)
    rules = vocabulary.rules(known, RATIO)
    looked = characters.apply_all(texts, rules, Suspicion(known, RATIO).looks(tuple(rules)))
    alone = characters.apply_all(texts, rules, {})

    assert sum(looked[n] != alone[n] for n in range(len(texts))) <= 0.02 * len(texts)
    assert sum(bool(names) for _, names in looked) > 0.2 * len(texts)


def test_the_stage_needs_the_parameter(known):
    dirty = "Tbe mill vvas built before tbe war."
    on = CleanConfig(vocabulary={"min_ratio": RATIO}, filters={"min_words": None})
    cleaned = pipeline.clean_text(dirty, "en", on, words=known)

    assert (cleaned.text, cleaned.changed) == ("The mill was built before the war.", ("letters_mistaken",))
    assert pipeline.clean_text(dirty, "en", CleanConfig(), words=known).text == dirty


def test_the_stage_mends_the_same_in_any_tasks_and_explains_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    dirty = "Tbe mill vvas built before tbe war, and nobody knows who wrote the book in the kitchen."
    documents = [Document(f"w{n}", f"{text} {n}", "en" if n < 500 else "zh", "mine") for n, text in enumerate(TEXTS)]
    documents.insert(70, Document("scan", dirty, "en", "mine"))
    settings = {"vocabulary": {"min_ratio": RATIO}, "duplicates": {"exact": False, "near": False}}
    results = []
    for number, size in enumerate((2**14, 2**20)):
        monkeypatch.setattr(workspace, "MIN_TASK_BYTES", size)
        monkeypatch.setattr(workspace, "MAX_TASK_BYTES", size)
        layout = raw(tmp_path / str(number), documents)
        metrics = run(layout, **settings)
        results.append(digest(layout.clean))

    assert results[0] == results[1]
    assert metrics["changed"]["reasons"] == {"letters_mistaken": 1}
    assert kept(layout)["scan"].text.startswith("The mill was built before the war")
    story = explain("scan", CleanConfig(**settings), layout, full=False)
    assert "1. letters_mistaken" in story
    assert "another text" not in story


def test_confusions_are_pairs_of_different_strings():
    assert all(written != meant and 1 <= len(written) <= 2 and 1 <= len(meant) <= 2 for written, meant in LATIN)
    assert all(
        sign not in others and all(sign in alike()[other] for other in others) for sign, others in alike().items()
    )
