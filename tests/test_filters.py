"""Quality rules: what each drops and keeps, the values of its paper, and that good text survives in both languages."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from llmpipe.config import FiltersConfig, load
from llmpipe.corpus import filters, repetition
from llmpipe.corpus.text import words
from llmpipe.errors import ParamsError

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared/data"

NAMES = "山水风云日月星石土火木金竹花草鸟鱼虫马牛羊狗猫兔鼠龙蛇鸡猪猴江河湖海川谷"
PROSE = "The river runs past the old mill, and in spring the children sail paper boats on it until the bell rings."
POEM = "\n".join(["Row, row the boat", "down the silver stream", "Row, row the boat", "life is like a dream"] * 1)


@pytest.mark.parametrize(
    ("name", "threshold", "dropped", "kept"),
    [
        ("min_words", 4, "too short here", "now it is four"),
        ("min_words", 4, "三个字", "四个字了"),
        ("max_words", 5, "one two three four five six", "one two three four five"),
        ("max_symbol_ratio", 0.3, "$#@ ~~ %%% ### a b", "2x^3 - 5x^2 + 7x - 1 = 6x^2 - 10x + 7"),
        ("max_digit_ratio", 0.5, "123 456 789 x", "In 1987 we met 12 times"),
        ("max_long_word_ratio", 0.3, "a" * 60 + " b", "see https://example.com/" + "a" * 60),
        ("max_odd_word_ratio", 0.2, "sdkjfh qwlkrt zxcvb wrtpl the hgfds", PROSE),
        ("max_mojibake_ratio", 0.01, "\ufffdtext\ufffd is lost", PROSE),
        ("max_repeated_line_ratio", 0.3, "same line\n" * 6, POEM),
        ("max_repeated_ngram_ratio", 0.4, "buy cheap pills online now " * 8, PROSE),
        ("max_repeated_ngram_ratio", 0.4, "点击进入官网 " * 9, "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"),
        ("min_mean_word_length", 3, "a bc de fg", PROSE),
        ("max_mean_word_length", 10, "internationalisation telecommunications", PROSE),
        ("max_hash_ratio", 0.1, "#one #two three", PROSE),
        ("max_ellipsis_ratio", 0.1, "one... two… three", PROSE),
        ("max_bullet_line_ratio", 0.9, "- one\n• two\n* three", "Things:\n- one\n- two"),
        ("max_ellipsis_line_ratio", 0.3, "Read on...\nand on…\nthe end.", PROSE),
        ("min_alphabetic_word_ratio", 0.8, "one 2 3 4", "他在2024年买了三本书"),
        ("min_stop_words", 2, "cheap pills online shop " * 5, PROSE),
        ("max_duplicate_line_ratio", 0.3, "one line\none line\nanother", "one\ntwo\nthree\nfour\none"),
        ("max_duplicate_line_character_ratio", 0.2, "a longer line\na longer line\nb", "one two\none\none two three"),
        ("max_duplicate_paragraph_ratio", 0.3, "one\n\none\n\ntwo", "one\n\ntwo\n\nthree"),
        ("max_duplicate_paragraph_character_ratio", 0.2, "a paragraph\n\na paragraph", "one\n\ntwo"),
        ("max_top_2gram_ratio", 0.2, "buy now " * 5, PROSE),
        ("max_top_3gram_ratio", 0.18, "buy it now " * 5, PROSE),
        ("max_top_4gram_ratio", 0.16, "buy it now here " * 5, PROSE),
        *((f"max_duplicate_{n}gram_ratio", 0.15, f"{PROSE} {PROSE}", PROSE) for n in range(5, 11)),
        ("min_sentences", 2, "Only one. ", "One. 两句。"),
        ("max_brace_ratio", 0.01, "int main() { return 0; }", PROSE),
        ("max_placeholders", 0, "Lorem Ipsum dolor", PROSE),
        ("min_punctuated_line_ratio", 0.12, "no end\nhere", "A line\nthat ends.\n”也算。”"),
        ("max_short_line_ratio", 0.67, "a\nb\nc", f"{PROSE}\nshort"),
        ("max_short_line_ratio", 0.67, "十个汉字算二十个字符", "十六个汉字就不算短行了因为它们很宽"),
        ("max_newline_ratio", 0.3, "one\ntwo\nthree", PROSE),
        ("min_punctuation_ratio", 0.005, "cheap pills online " * 20, PROSE * 3),
        ("min_punctuation_ratio", 0.005, "女装价格 男鞋批发 " * 6, "白日依山尽，黄河入海流。" * 5),
        (
            "max_rare_han_ratio",
            0.12,
            "鐧芥棩渚濆北灏斤紝榛勬渤鍏ユ捣娴併",
            "白日依山尽，黄河入海流。欲窮千里目，更上一層樓。",
        ),
        ("max_misplaced_ratio", 0.1, "Mill the of sail a the river, bell of and until the to paper.", PROSE),
        (
            "max_misplaced_ratio",
            0.1,
            "山白，。河尽日黄、，入的。依海，流。，的更楼",
            "白日依山尽，黄河入海流。的确，我们更上一层楼！",
        ),
        (
            "max_lost_character_ratio",
            0.02,
            "It isn?t the caf? we knew; it?s na?ve.",
            "Is it? Yes. Really?? No! He read on and on.",
        ),
        ("max_lost_character_ratio", 0.02, "我□知道他□么时候□", "我不知道他什么时候来？？"),
        ("max_mixed_case_ratio", 0.3, "tHe RiVeR rUnS pAsT " * 6, f"{PROSE} McDonald's, the iPhone, NASA and PhDs"),
        (
            "max_term_ratio",
            0.7,
            "装修公司，贷款，办证，" * 6,
            NAMES,
        ),
        (
            "max_term_ratio",
            0.7,
            "cheap flights | hotel deals | insurance | " * 9,
            "the mill of a town by the old river and her two sons who went there to see what was new in it " * 2,
        ),
        (
            "max_log_line_ratio",
            0.5,
            "2021-03-14 12:30:07 WARN [db-3] took=15\n" * 6,
            "2021-03-14 12:30:07 Anna: we wait at the mill\n" * 6,
        ),
        (
            "max_visitor_ratio",
            0.6,
            "Access denied\nYou have been blocked.\nReference ID: 83ab17",
            "The old mill was not for sale, and nobody knows who built it.",
        ),
        (
            "max_count_ratio",
            0.6,
            " ".join(f"{word}({number})" for number, word in enumerate("abcdefghij")),
            "The mills of the town (3) and the river (4) are old.",
        ),
        ("max_advert_ratio", 0.15, "cheap oars★best nets★mill.vip★now★" * 3, "We read mill.org and www.river.com."),
        (
            "max_reply_ratio",
            0.3,
            "\n".join(f"#{number} bump" for number in range(9)),
            "\n".join(f"{number}. mill {'abcdefghi'[number]}" for number in range(9)),
        ),
        ("max_style_ratio", 0.5, ".a{margin:0;color:red}\n" * 4, "The set {x: x > 3} of numbers."),
    ],
)
def test_filters(name, threshold, dropped, kept):
    rule = filters.FILTERS[name]

    assert rule(filters.Measured(dropped, "en"), threshold) is not None
    assert rule(filters.Measured(kept, "en"), threshold) is None


def test_every_filter_is_tried_above():
    tried = {case[0] for mark in test_filters.pytestmark for case in mark.args[1]}

    assert tried == set(filters.FILTERS)


def test_stop_words_are_asked_for_where_they_are_known():
    rule = filters.min_stop_words

    assert rule(filters.Measured("他的书在桌上了", "zh"), 2) is None
    assert rule(filters.Measured("佛圖關碑記石刻" * 3, "zh"), 1) == 0
    assert rule(filters.Measured("Der Hund schläft", "de"), 2) is None


def test_short_texts_owe_fewer_stop_words():
    rule = filters.min_stop_words
    words = "cheap pills online shop "

    assert rule(filters.Measured(words * 4, "en"), 2) is None
    assert rule(filters.Measured(words * 5, "en"), 2) == 0
    assert rule(filters.Measured(words * 5 + "the", "en"), 2) is None
    assert rule(filters.Measured(words * 10 + "the", "en"), 2) == 1


def test_an_address_of_any_scheme_is_no_long_word():
    address = f"postgres://app:[SECRET]@db4.rivergate.org:5432/{'shop' * 10}"

    assert filters.max_long_word_ratio(filters.Measured(f"DATABASE_URL={address}"), 0.1) is None
    assert filters.max_long_word_ratio(filters.Measured(f"DATABASE_URL={address.replace('://', '')}"), 0.1) is not None


def test_braces_of_code_that_is_shown_are_no_code():
    rule, code = filters.max_brace_ratio, 'int main() { return f("{}"); }'

    assert rule(filters.Measured(f"{PROSE}\n{code}"), 0.01) is not None
    for shown in (
        f"{PROSE}\nThe program reads:\n{code}\n{code}",
        f"{PROSE}\n程序的全文如下：\n\n{code}",
        f"{PROSE} `{code}`",
    ):
        assert rule(filters.Measured(shown), 0.01) is None
    assert rule(filters.Measured(f"{PROSE}\nThe program reads:\nThis is it.\n{code}"), 0.01) is not None


def test_every_filter_has_a_threshold_of_its_name():
    thresholds = [name for name, _ in FiltersConfig() if name not in ("min_language_confidence", "languages")]

    assert thresholds == list(filters.FILTERS)


# --- repetition ---------------------------------------------------------------------------------------


def test_duplicate_parts_count_what_stood_before():
    """Of four lines of 1, 1, 3 and 1 characters two stood before, with 2 of 6 characters."""
    parts = ["a", "a", "abc", "a"]

    assert repetition.duplicate_ratio(parts) == 0.5
    assert repetition.duplicate_character_ratio(parts) == pytest.approx(2 / 6)
    assert repetition.duplicate_ratio([]) == repetition.duplicate_character_ratio([]) == 0.0


def ngrams_of(text):
    document = filters.Measured(" ".join(text))
    assert len(document.words) == len(text)
    return document.ngrams


def test_the_top_ngram_is_the_first_of_the_most_frequent():
    """`a b` and `b ccc` come twice; where nothing repeats there is none."""
    assert filters.Measured("d a b ccc a b ccc").levels[2] == [4, 2 * 5, 2, 1, 2]
    assert filters.Measured("a b c").levels[2] == filters.Measured("").levels[2] == [0, 0, 1, 0, 0]


def test_the_top_ngram_counts_its_spaces_but_none_beside_han():
    """`buy now` twice: 14 of 15 characters; 你好 twice: 4 of 4."""
    rule = filters.FILTERS["max_top_2gram_ratio"]

    assert rule(filters.Measured("buy now buy now"), 0.2) == pytest.approx(14 / 15)
    assert rule(filters.Measured("你好你好"), 0.2) == 1.0


def test_repeated_ngrams_do_not_overlap():
    """`x x x x`: the pair at place 1 repeats, the search goes on at place 3 and finds none: 2 characters."""
    assert ngrams_of("xxxx").duplicate_characters(2) == 2
    assert ngrams_of("abcab").duplicate_characters(2) == 2
    assert ngrams_of("ab").duplicate_characters(5) == 0


@pytest.mark.parametrize("seed", range(20))
def test_ngrams_on_arrays_are_those_of_a_counter(seed):
    draw = random.Random(seed)
    text = [draw.choice("abcd" if seed % 2 else "abcdefghijklmnop") for _ in range(draw.randrange(0, 200))]
    found, levels = ngrams_of(text), filters.Measured(" ".join(text)).levels
    for n in range(1, 11):
        counts = Counter(zip(*(text[start:] for start in range(n)), strict=False))
        repeating = sorted(count for count in counts.values() if count > 1)
        assert sorted(found.counts(n).tolist()) == repeating
        assert levels[n][repetition.REPEATED] == sum(repeating)
        assert levels[n][repetition.MOST] == max(repeating, default=1)
        assert found.duplicate_characters(n) == gopher_duplicate_characters(text, n)
        assert levels[n][repetition.COVERED] == covered_characters(text, n, counts)
        assert all(levels[m][repetition.COVERED] >= found.duplicate_characters(n) for m in range(1, n + 1))


def covered_characters(text, n, counts):
    """Characters of words that stand in an n-gram that repeats."""
    places = [place for place in range(len(text) - n + 1) if counts[tuple(text[place : place + n])] > 1]
    return sum(len(text[word]) for word in {place + step for place in places for step in range(n)})


# --- the papers ---------------------------------------------------------------------------------------


def gopher_duplicate_characters(text, n):
    """Characters in repeated n-grams as datatrove 0.10.1 counts them, on given words."""
    seen, repeated, place = set(), 0, 0
    while place < len(text) - n + 1:
        gram = tuple(text[place : place + n])
        if gram in seen:
            repeated += len("".join(gram))
            place += n
        else:
            seen.add(gram)
            place += 1
    return repeated


def gopher_top_characters(text, n):
    """Characters of the most frequent n-gram as datatrove 0.10.1 counts them, on given words."""
    gram, count = Counter(" ".join(text[place : place + n]) for place in range(len(text) - n + 1)).most_common(1)[0]
    return len(gram) * count


SENTENCE = "The river runs past the old mill, and the children sail paper boats on it"
REPETITIVE = f"{SENTENCE} until the bell rings. {SENTENCE} again, and {SENTENCE}."


@pytest.mark.parametrize("n", range(2, 11))
def test_ngram_rules_have_the_values_of_gopher(n):
    """Shares are of all characters of the text, white space and punctuation included."""
    top = n < 5
    value = (gopher_top_characters if top else gopher_duplicate_characters)(words(REPETITIVE), n) / len(REPETITIVE)
    rule = filters.FILTERS[f"max_top_{n}gram_ratio" if top else f"max_duplicate_{n}gram_ratio"]

    assert value > 0.1
    assert rule(filters.Measured(REPETITIVE), value - 1e-9) == pytest.approx(value)
    assert rule(filters.Measured(REPETITIVE), value + 1e-9) is None


@pytest.mark.parametrize(
    ("rules", "settings"),
    [({f"max_top_{n}gram_ratio": 0.03}, {"top_n_grams": ((n, 0.03),), "dup_n_grams": ()}) for n in (2, 3, 4)]
    + [
        ({f"max_duplicate_{n}gram_ratio": 0.01}, {"top_n_grams": (), "dup_n_grams": ((n, 0.01),)}) for n in range(5, 11)
    ],
)
def test_ngram_rules_decide_as_datatrove_on_english_articles(rules, settings):
    """At thresholds so low that both decisions are common; datatrove gets our words."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import GopherRepetitionFilter
    from datatrove.utils.word_tokenizers import WordTokenizer

    class Words(WordTokenizer):
        def word_tokenize(self, text):
            return words(text)

        sent_tokenize = span_tokenize = word_tokenize

    path = SHARED / "lm_enwiki/test.jsonl"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    articles = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    articles = [text for text in articles if len(words(text)) > 300]  # what comes once is no repetition here, but there
    off = dict.fromkeys(("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac"))
    theirs = GopherRepetitionFilter(language=Words(), **off, **settings)
    (name, threshold), *_ = rules.items()

    dropped = [theirs.filter(Document(text=text, id="")) is not True for text in articles]

    assert [filters.FILTERS[name](filters.Measured(text), threshold) is not None for text in articles] == dropped
    assert 0 < sum(dropped) < len(articles)


# --- languages ----------------------------------------------------------------------------------------


def test_a_language_has_thresholds_of_its_own():
    config = FiltersConfig.model_validate(
        {"max_mean_word_length": 5, "languages": {"zh": {"max_mean_word_length": None}}}
    )
    text = "internationalisation telecommunications"

    assert filters.first_reason(text, "en", FiltersConfig(min_words=None, max_mean_word_length=5))[0]
    assert filters.first_reason(text, "zh", config) == ("min_words", "2")
    assert config.model_dump()["languages"] == {"zh": {"max_mean_word_length": None}}


def test_a_mistyped_filter_of_a_language_is_refused(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("clean:\n  filters: {languages: {zh: {min_word: 3}}}\n")

    with pytest.raises(ParamsError, match="did you mean 'min_words'"):
        load(path, ["clean"])


def test_all_reasons_are_those_of_each_rule_alone():
    config = FiltersConfig(min_words=4, max_digit_ratio=0.5)

    assert filters.all_reasons("123 456", "en", config) == ["min_words", "max_digit_ratio"]
    assert filters.first_reason("123 456", "en", config) == ("min_words", "2")
    assert filters.all_reasons(PROSE, "en", config) == []


@pytest.mark.parametrize(("name", "language"), [("lm_enwiki", "en"), ("lm_zhwiki", "zh")])
def test_good_text_survives_the_rules_for_files(name, language):
    """Encyclopedia articles; the defaults of other tools keep none of the Chinese ones."""
    path = SHARED / name / "test.jsonl"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    config = load(ROOT / "recipes/files.yaml", ["clean"]).clean.filters
    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    kept = sum(not filters.first_reason(text, language, config)[0] for text in texts)

    assert kept >= 0.97 * len(texts)


def test_placeholder_texts_are_counted_in_any_case():
    for text in (
        "Lorem ipsum",
        "LOREM IPSUM lorem ipsum lorem  ipsum",
        "lorem ipsu",
        "lorem lorem ipsumlorem ipsum",
        "",
    ):
        found = filters.max_placeholders(filters.Measured(text), -1)

        assert found == text.lower().count("lorem ipsum")
