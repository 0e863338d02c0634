"""Parallel text: two files, WMT's .sgm and .xml, and translation memories."""

import gzip
from pathlib import Path

import pytest

from llmpipe.config import validate
from llmpipe.corpus.sources.files import read_file
from llmpipe.corpus.sources.parallel import read_pairs
from llmpipe.corpus.sources.records import Reading
from llmpipe.errors import DataError, ParamsError

TMX = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en"/><body>
<tu tuid="1"><prop type="x">n</prop>
  <tuv xml:lang="EN-US"><seg>Good <bpt i="1">&lt;b&gt;</bpt>morning<ept i="1">&lt;/b&gt;</ept>,
    <hi>Ann</hi> &amp; Bo</seg></tuv>
  <tuv xml:lang="zh-CN"><seg>早上好</seg></tuv><tuv xml:lang="zh-TW"><seg>早安</seg></tuv></tu>
<tu><tuv lang="en"><seg>Two</seg></tuv></tu>
</body></tmx>
"""


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def pairs(sources=("a.en",), targets=("a.zh",), **how):
    return list(read_pairs(sources, targets, "x", Reading(1000, **how)))


def write(**files: str) -> None:
    for name, text in files.items():
        Path(name.replace("_", ".")).write_text(text, encoding="utf-8")


def test_lines_of_two_files_belong_together():
    write(a_en="One\nTwo\n", a_zh="一\n二")

    records = pairs()

    assert [record.value for record in records] == [
        {"source": "One", "target": "一"},
        {"source": "Two", "target": "二"},
    ]
    assert [(record.line, record.stem, record.file) for record in records] == [(1, "a", "a.en"), (2, "a", "a.en")]


def test_a_blank_line_keeps_its_place():
    write(a_en="One\n\nThree\n", a_zh="一\n二\n三\n")

    assert [record.value["target"] for record in pairs()] == ["一", "二", "三"]


def test_files_of_different_length_are_refused():
    write(a_en="One\nTwo\n", a_zh="一\n")

    with pytest.raises(DataError, match=r"a\.zh ends after 1 segments and a\.en goes on; they must be aligned"):
        pairs()


def test_each_file_needs_its_target():
    write(a_en="One\n", b_en="Two\n", a_zh="一\n")

    with pytest.raises(DataError, match="2 files in paths and 1 in targets"):
        pairs(("a.en", "b.en"))


def test_a_line_that_is_no_text_spoils_its_own_pair_only():
    Path("a.en").write_bytes(b"One\n\xff\xfe\nThree\n")
    write(a_zh="一\n二\n三\n")

    assert [record.reason for record in pairs(encoding="utf-8")] == ["", "not_utf8", ""]


def test_segments_of_wmt_are_read_from_sgm():
    text = (
        '<refset setid="x" trglang="zh">\n<doc docid="1">\n<seg id="1">A &amp; B</seg>\n<SEG id="2">C</SEG>\n</doc>\n'
    )
    Path("a-src.en.sgm").write_text(text)
    Path("a-ref.zh.sgm.gz").write_bytes(gzip.compress(text.replace("A", "甲").replace("C", "丙").encode()))

    records = pairs(("a-src.en.sgm",), ("a-ref.zh.sgm.gz",))

    assert [record.value for record in records] == [
        {"source": "A & B", "target": "甲 & B"},
        {"source": "C", "target": "丙"},
    ]


def test_segments_may_go_on_in_the_next_line():
    Path("a.sgm").write_text('<seg id="1">\nA &amp;\nB</seg><seg id="2">C\n</seg>\n<seg id="3">D</seg>\n')
    Path("b.sgm").write_text('<seg id="1">甲</seg>\n<seg id="2">丙</seg>\n<seg id="3">\n丁</seg>\n')

    records = pairs(("a.sgm",), ("b.sgm",))

    assert [(record.value["source"], record.value["target"]) for record in records] == [
        ("A & B", "甲"),
        ("C", "丙"),
        ("D", "丁"),
    ]


def test_a_segment_that_never_ends_is_a_bad_record():
    Path("a.sgm").write_text("<seg>A</seg>\n<seg>B\n")
    Path("b.sgm").write_text("<seg>甲</seg>\n<seg>乙</seg>\n")

    assert [record.reason for record in pairs(("a.sgm",), ("b.sgm",))] == ["", "not_closed"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_units_of_a_translation_memory_have_their_languages(encoding):
    Path("m.tmx").write_bytes(TMX.format(encoding=encoding).encode(encoding))

    values = [record.value for record in read_file(Path("m.tmx"), "m", Reading(1000))]

    english = "Good morning, Ann & Bo"
    assert values == [
        {"en-us": english, "en": english, "zh-cn": "早上好", "zh": "早上好", "zh-tw": "早安"},
        {"en": "Two"},
    ]


def test_a_translation_memory_that_is_cut_short_is_refused():
    Path("m.tmx").write_text(TMX.format(encoding="utf-8")[:-60])

    with pytest.raises(DataError, match="m is cut short or damaged"):
        list(read_file(Path("m.tmx"), "m", Reading(1000)))


def test_a_translation_memory_cannot_blow_up():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    unit = '<tu><tuv lang="en"><seg>&l9;</seg></tuv></tu>'
    bomb = f'<!DOCTYPE tmx [<!ENTITY l0 "{"x" * 100}">{entities}]><tmx><body>{unit}</body></tmx>'
    Path("m.tmx").write_text(bomb)

    with pytest.raises(DataError, match="m is cut short or damaged"):
        list(read_file(Path("m.tmx"), "m", Reading(1000)))


WMT = """<?xml version='1.0' encoding='utf-8'?>
<dataset id="newstest2021"><collection id="news">
  <doc origlang="en" id="one">
    <src lang="en"><p><seg id="1">Ann &amp; Bo
      came.</seg><seg id="2">They left.</seg></p><p><seg id="3">Nobody said why.</seg></p></src>
    <ref lang="zh" translator="A"><p><seg id="1">安和博来了。</seg><seg id="3">没人说为什么。</seg></p></ref>
    <ref lang="zh" translator="B"><p><seg id="1">安与博到了。</seg></p></ref>
    <hyp system="x" lang="zh"><p><seg id="2">他们走了。</seg></p></hyp>
  </doc>
  <doc testsuite="names" origlang="en" id="two"><src lang="en"><seg id="1">A</seg></src>
    <ref lang="zh"><seg id="1">甲</seg></ref></doc>
  <doc origlang="en" id="three"><src lang="en"><seg id="1">No reference.</seg></src></doc>
</collection></dataset>"""


def test_test_sets_of_wmt_since_2021_are_read_from_xml():
    """By the number of a segment; of references the first, no systems, no test suites, as sacrebleu has it."""
    Path("wmt.xml").write_text(WMT, encoding="utf-8")

    records = list(read_file(Path("wmt.xml"), "wmt", Reading(2000)))

    assert [record.value for record in records] == [
        {"en": "Ann & Bo came.", "zh": "安和博来了。"},
        {"en": "Nobody said why.", "zh": "没人说为什么。"},
    ]
    assert [record.line for record in records] == [1, 2]


def test_many_documents_of_wmt_are_not_held():
    """A file of more bytes than the limit of a record is read, one document larger than that is not."""
    body = WMT[WMT.index("  <doc") : WMT.index("</collection>")]
    Path("wmt.xml").write_text(f"<dataset>{body * 3000}</dataset>", encoding="utf-8")
    Path("one.xml").write_text(f"<dataset><doc>{'<p/>' * 600_000}", encoding="utf-8")

    assert sum(1 for _ in read_file(Path("wmt.xml"), "wmt", Reading(2000))) == 6000
    with pytest.raises(DataError, match="a <doc> is larger than the 2,000 bytes of ingest.max_record_bytes"):
        list(read_file(Path("one.xml"), "one", Reading(2000)))


def test_targets_go_with_paths():
    source = {"kind": "examples", "name": "mt", "task": "translation", "language": "en-zh"}
    hub = {"repository": "a/b", "revision": "0" * 40, "split": "train"}
    source |= {"train": {"hub": hub, "targets": ["a.zh"]}, "test": {"T1": {"paths": ["a.en"]}}}

    with pytest.raises(ParamsError, match="targets go with paths"):
        validate({"ingest": {"sources": [source]}}, ["ingest"])
