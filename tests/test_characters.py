"""Looks at several texts at once: none is left out that a rule would change, whatever the texts were before."""

import random
from functools import partial

import numpy as np
import pytest

from llmpipe.config import validate
from llmpipe.corpus import characters, pipeline
from llmpipe.corpus.characters import Characters
from llmpipe.corpus.decoding.reread import _beyond, _found, _values
from llmpipe.corpus.site_lines.frames import frame_hashes
from llmpipe.corpus.site_lines.learned import line_hashes, may_have_learned, strip_learned
from llmpipe.corpus.site_lines.looks import looks_of
from llmpipe.corpus.site_lines.templates import may_have_templates, template_hashes
from llmpipe.corpus.text import codes_of

PARTS = (
    *("It’s ", "naïve ", "the end.", "\n", "\n\n\n", "  ", " ", "\t", "\u3000", "你好。", "人 口 大 ", "Ａ１", "ﬁne"),
    *("=E2=80=99", "\\u2019", "%E4%BD%A0", "&amp;", "<p>a</p>", "[[x|y]]", "{{t}}", "''b''", "== h =="),
    *("<|user|>", "▁"),
    *("â€™", "Ã©", "ä½ å¥½", "浣犲ソ", "Ð¡", "e\u0301", "\u1112\u1161\u11ab", "\x07", "\u200b", "\xa0", "þÿ\x00"),
    *("Subscribe to our newsletter for more.", "Share this", "登录|注册", "Home | News | About"),
    *("\ufffd", "a line of some words and more"),
    *(" p\u0430ssw\u043erd ", " w\u1d00st\u1d07 ", "Z\u0351a\u0354l\u0344g\u0300o"),
    *("\n繩蟹峇岆珨靡趷痲﹝\n", " exam-\nple ", " h\u043euse w\u0430ter t\u043ewn "),
    *("\\emph{a} \\label{b} ", "[b]x[/b]", "![m](a/b.png)", "\n> ", "-{}-"),
    *("_x000D_\n", "na¨ıve ", "T h e   o l d\n", '\\"a\\" '),
    *("[1/2/2020, 14:21] Ann: a\n[1/2/2020, 14:22] Joe: b\n", "\n> quoted\n> twice\n"),
    *("o(cid:14)ce ", "itâ€TMs "),
    *("It`s ", "don´t ", "donâ€TMt ", "Ã1⁄4ber ", "\x13 PAGE \x14", "\x15"),
    *("the mill of the town\nwas sold ", "1\n00:01:02,000 --> 00:01:03,000\n", "From: a\nTo: b\nDate: c\n"),
)  # fmt: skip


def config():
    chosen = {
        "escapes": True,
        "recode": True,
        "odd_letters": True,
        "formats": True,
        "layout": True,
        "broken_words": True,
        "vocabulary": {"min_ratio": 20},
        "boilerplate": {"notices": True, "learned_values": True, "learned_blocks": True, "mails": True},
    }
    return validate({"clean": chosen}, ["clean"]).clean


def texts(number: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.choice(PARTS) for _ in range(draw.randint(0, 12))) for _ in range(number)]


@pytest.mark.parametrize("name", [*(pipeline.REPAIR_LOOKS | pipeline.TIDY_LOOKS), "learned_templates"])
def test_a_look_leaves_out_no_text_that_its_rule_changes(name):
    drawn = texts(3000, 1)
    rows = [made(["\n\n".join(drawn[:40]), *drawn[:200]])[0] for made in (template_hashes, line_hashes, frame_hashes)]
    learned = frozenset(np.concatenate(rows)[:, 0].tolist())
    rules = pipeline.repair_rules(config()) | pipeline.tidy_rules(config(), learned)
    looks = pipeline.REPAIR_LOOKS | pipeline.TIDY_LOOKS
    looks |= {"learned_templates": partial(may_have_templates, learned=learned)}
    changed = np.array([rules[name](text) != text for text in drawn])
    likely = looks[name](Characters(drawn))

    assert not (changed & ~likely).any(), drawn[int(np.flatnonzero(changed & ~likely)[0])]
    assert changed.any() or name == "unwrap"  # of these parts nothing is wrapped
    assert not likely.all()


def test_rules_with_looks_make_what_they_make_without():
    rules = pipeline.repair_rules(config())
    drawn = texts(1500, 2)

    assert characters.apply_all(drawn, rules, pipeline.REPAIR_LOOKS) == characters.apply_all(drawn, rules, {})


def test_exchanged_texts_are_looked_at_as_they_are_now():
    found = Characters(["ab", "", "你好"])
    table = np.zeros(2**16, dtype=np.uint16)
    table[ord("a")], table[ord("好")] = 1, 2
    assert found.bits(table).tolist() == [1, 0, 2]

    found.put(1, "a好" * 50)
    found.put(0, "x")
    found.put(1, "好")

    assert found.bits(table).tolist() == [0, 2, 2]
    assert [found.codes[start:end].tolist() for start, end in zip(found.starts, found.ends, strict=True)] == [
        codes_of(text).tolist() for text in ("x", "好", "你好")
    ]
    assert Characters([]).bits(table).tolist() == []


def test_a_learned_line_is_seen_at_either_end_and_nowhere_else():
    learned = frozenset(looks_of(["Read more stories"])[0].tolist())
    drawn = [
        "Read more stories\n\nText.",
        "Text.\n READ more stories",
        "Text.\nRead  MORE stories\n \n",
        "a\nRead more stories\nb",
    ]

    assert may_have_learned(Characters(drawn), learned).tolist() == [True, False, True, False]
    assert [strip_learned(text, learned) != text for text in drawn] == [True, False, True, False]


def test_what_an_encoding_finds_is_counted_by_hand():
    """A sign and two Han characters in UTF-8 read as Latin-1: one sign more and two more common characters."""
    text = "It\xe2\x80\x99s " + "你好".encode().decode("latin-1")
    values = _values(codes_of(text), 0b10, *_found())

    assert values.tolist() == [0, (1 + 2) + (1 + 1), *[0] * (len(values) - 2)]
    assert _beyond("latin-1").findall(text) == ["\xe2\x80\x99", "你好".encode().decode("latin-1")]
    assert not _values(codes_of("caf\xc3\xa9"), 0b10, *_found()).any()  # one letter alone is too little
