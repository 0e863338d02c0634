"""Readers: formats, encodings, web archives, and input made to hurt."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pyarrow
import pytest
import zstandard
from imports import ROOT
from pyarrow import parquet
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from llmpipe.config import WorldSource, validate
from llmpipe.corpus.sources.encodings import detect
from llmpipe.corpus.sources.files import expand, read_file
from llmpipe.corpus.sources.json_list import list_items
from llmpipe.corpus.sources.records import Reading
from llmpipe.errors import DataError
from llmpipe.files import Layout, read_json, read_jsonl
from llmpipe.progress import Reporter
from llmpipe.stages import ingest
from llmpipe.world import generate

DATA = Path(__file__).parents[2] / "shared/data"
FRENCH = "Où est passée la façade très étrange du café ?\n"
CHINESE = "市长昨天打开了河上的新桥，很多人来看。\n"


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(name, raw=None, limit=2**20, **how):
    """The records of a file, written first when its bytes are given."""
    if raw is not None:
        Path(name).write_bytes(raw)
    return list(read_file(Path(name), name, Reading(limit, **how)))


def texts(records):
    return [record.reason or record.value["text"] for record in records]


def places(records):
    """Line, offset and reason of each record."""
    return [(record.line, record.offset, record.reason) for record in records]


def run_ingest(path, capsys, **settings):
    """Run ingest on one file; its metrics, its quarantine and what it said."""
    source = {"kind": "documents", "name": "mine", "paths": [path], **settings.pop("source", {})}
    params = validate({"ingest": {"sources": [source], "max_bad_ratio": 1.0, **settings}}, ["ingest"])
    layout = Layout(Path("data"))
    ingest.run(params, layout, layout, Reporter())
    return (
        read_json(layout.metrics("ingest")),
        list(read_jsonl(layout.raw / "quarantine.jsonl")),
        capsys.readouterr().err,
    )


# --- formats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.HTML"])
def test_an_html_file_is_one_raw_document(name):
    assert texts(read(name, b"<p>one</p>\n\n<p>two</p>\n", split="line")) == ["<p>one</p>\n\n<p>two</p>"]


@pytest.mark.parametrize(
    "raw",
    [
        b'[{"text": "a, [b]"}, {"text": "\\"c}\\\\"}]',
        b'\xef\xbb\xbf\n [\n{"text":\n"a, [b]"},{"text": "\\"c}\\\\"}\n]\n',
        b'{"text": "a, [b]"}\n{"text": "\\"c}\\\\"}\n',
    ],
)
def test_a_json_file_is_a_list_or_an_object_a_line(raw):
    assert texts(read("a.json", raw)) == ["a, [b]", '"c}\\']


def test_items_of_a_list_are_cut_the_same_at_every_block_size():
    """One byte at a time an escape, a string and an item all straddle blocks."""
    values = [{"a": 'x"\\'}, [1, [2, "]"]], "te,xt", 5, {"b": {"c": ["}"]}}, {}]
    raw = json.dumps(values).encode()
    for size in (1, 2, 3, 7, 100):
        items = list(list_items((raw[i : i + size] for i in range(0, len(raw), size)), limit=1000))

        assert [orjson.loads(item.raw) for item in items] == values
        assert all(raw[item.offset :].startswith(item.raw) for item in items)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"[]", []),
        (b'[{"text": "a"},]', ["a"]),
        (b'[{"text": "a"},,{"text": "b"}]', ["a", "not_json", "b"]),
        (b'[{"text": "a"}, 5, "x"]', ["a", "not_object", "not_object"]),
        (b'[{"text": "a"}, {"text": "cut', ["a", "not_closed"]),
        (b'[{"text": "a"}] {"text": "b"}', ["a", "not_closed"]),
    ],
)
def test_what_is_wrong_in_a_list_is_one_bad_record(raw, expected):
    assert texts(read("a.json", raw)) == expected


def test_a_bad_record_says_its_line_and_its_byte():
    """The offset is that of the decompressed file."""
    Path("a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "good"}\n\nbad\n'))

    assert places(read("a.jsonl.gz")) == [(1, 0, ""), (3, 18, "not_json")]
    assert places(read("a.json", b'[{"text": "a"}, 5]')) == [(1, 1, ""), (2, 16, "not_object")]
    assert places(read("a.csv", b'text\n"a\nb"\nc,d\n')) == [(2, 5, ""), (4, 11, "columns")]
    assert places(read("a.txt", b"one\n\n\xff\n", split="paragraph")) == [(1, 0, ""), (3, 5, "not_utf8")]


# --- encodings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["file", "paragraph", "line"])
@pytest.mark.parametrize(
    ("encoding", "found", "text"),
    [
        ("utf-8", "utf-8", FRENCH + CHINESE),
        ("utf-8-sig", "utf-8", FRENCH + CHINESE),
        ("utf-16", "utf-16-le", FRENCH + CHINESE + "ਁ਀ Ċ\n"),
        ("utf-16-be", "utf-16-be", "\ufeff" + FRENCH + CHINESE + "ਁ਀ Ċ\n"),
        ("gb18030", "gb18030", CHINESE),
        ("gb18030", "gb18030", "你好\n"),
        ("cp1252", "cp1252", FRENCH),
        ("cp1252", "cp1252", "I don’t know “him” – he said…\n"),
        ("latin-1", "cp1252", "Größe über Straße, schön für Mädchen\n"),
    ],
)  # fmt: skip
def test_text_in_other_encodings_is_read(encoding, found, text, split):
    """U+0A01, U+0A00 and U+010A hold a byte 0x0A in UTF-16, which ends no line."""
    Path("a.txt").write_bytes(text.encode(encoding))
    reading = Reading(2**20, split=split)
    records = list(read_file(Path("a.txt"), "a.txt", reading))

    assert "\n".join(texts(records)) == text.removeprefix("\ufeff").rstrip("\n")
    assert dict(reading.notes.encodings) == {found: 1}


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv"])
@pytest.mark.parametrize(("encoding", "text"), [("utf-16", CHINESE), ("gb18030", CHINESE), ("cp1252", FRENCH)])
def test_records_in_other_encodings_are_read(ending, encoding, text):
    line = text.strip()
    raw = {"jsonl": f'{{"text": "{line}"}}\n', "json": f'[{{"text": "{line}"}}]', "csv": f'text,id\n"{line}",1\n'}

    assert texts(read(f"a.{ending}", raw[ending].encode(encoding))) == [line]


@pytest.mark.parametrize("bad", [b'{"text": "\xff\xfe"}', '{"text": "façade"}'.encode("cp1252")])
def test_utf8_with_some_bad_lines_stays_utf8(bad):
    good = '{"text": "façade"}\n'.encode()
    records = read("a.jsonl", good * 3 + bad + b"\n" + good)

    assert texts(records) == ["façade"] * 3 + ["not_utf8", "façade"]


@pytest.mark.parametrize(
    "raw",
    [
        "Привет, как дела? Это русский текст.".encode("cp1251"),
        bytes(range(128, 256)) * 4,
        "これは日本語の文章です。文字コードを調べます。".encode("shift_jis"),
        ("한국어 문장입니다. 오늘 학교에 갔습니다. 친구를 만나서 점심을 먹고 이야기했습니다. " * 4).encode("euc-kr"),
        b'{"text": "plain"}\n{"text": "\xff\xfe"}\n',
        "你好".encode()[:-1],
    ],
)
def test_bytes_of_no_known_encoding_are_not_guessed(raw):
    assert detect(raw) == "utf-8"


def test_an_encoding_can_be_named():
    russian = "Привет, как дела?"

    assert texts(read("a.txt", russian.encode("cp1251"), encoding="windows-1251")) == [russian]
    assert texts(read("a.txt", russian.encode("utf-16-be"), encoding="utf-16-be")) == [russian]
    assert texts(read("a.txt", b"ok\n\xff\xff\nok", encoding="gb18030", split="line")) == ["ok", "not_gb18030", "ok"]


def test_html_says_its_encoding_itself():
    page = '<html><meta http-equiv="x" content="text/html; charset=Shift_JIS">文字コード'

    assert texts(read("a.html", page.encode("shift_jis"))) == [page]


def test_a_sample_that_ends_inside_a_character_is_utf8():
    assert detect("你好".encode()[:-1], complete=False) == "utf-8"


def test_the_encodings_of_files_are_said_and_counted(capsys):
    Path("a.txt").write_bytes(CHINESE.encode("gb18030"))
    Path("b.txt").write_text("plain")
    metrics, _, said = run_ingest("*.txt", capsys)

    assert metrics["encodings"] == {"gb18030": 1, "utf-8": 1}
    assert "mine: read a.txt as gb18030\n" in said


@pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not here")
@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("zh.utf8_bom_crlf", "zh.utf8"),
        ("zh.gb18030", "zh.utf8"),
        ("zh.utf16le_bom", "zh.utf8"),
        ("en.latin1", "en.latin1_as_utf8_reference"),
    ],
)
def test_real_files_in_other_encodings_have_the_same_text(name, same):
    folder = DATA / "web_messy/enc"
    found, expected = (read(str(folder / f"{n}.txt"))[0].value["text"].replace("\r\n", "\n") for n in (name, same))

    assert found == expected


@pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not here")
@pytest.mark.parametrize("name", ["lm_zhwiki", "qa_cmrc2018_zh", "mt_tatoeba_enzh", "lm_enwiki", "mt_tatoeba_enfr"])
def test_real_lines_are_told_apart(name):
    """Five lines of real text at a time: Chinese in GB18030, English and French in cp1252; 19 of 20 are found."""
    encoding = "gb18030" if "zh" in name else "cp1252"
    lines = (json.loads(line) for line in (DATA / name / "test.jsonl").read_text("utf-8").splitlines()[:200])
    texts = [json.dumps(line, ensure_ascii=False).encode(encoding, "ignore") for line in lines]
    parts = [b"\n".join(texts[start : start + 5]) for start in range(0, len(texts), 5)]
    parts = [part for part in parts if not part.isascii()]

    assert len(parts) > 5
    assert 20 * sum(detect(part) != encoding for part in parts) <= len(parts)


@pytest.mark.parametrize(("language", "encoding"), [("zh", "gb18030"), ("fr", "cp1252")])
def test_text_of_the_sample_world_is_told_apart(language, encoding):
    """Five documents at a time."""
    world = generate(WorldSource(kind="world", documents=400, dirt_ratio=0.0), 1, 1)
    texts = [document.text for document in world.documents if document.language == language]
    parts = ["\n".join(texts[start : start + 5]).encode(encoding, "ignore") for start in range(0, len(texts), 5)]

    assert {detect(part) for part in parts if not part.isascii()} == {encoding}


# --- web archives -----------------------------------------------------------------------------------


def warc(*responses, packed=False):
    """A web archive with a request and these responses: (url, HTTP headers, payload)."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    head = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
    writer.write_record(writer.create_warc_record("http://x/", "request", http_headers=head))
    for url, headers, payload in responses:
        status = dict(headers).get("status", "200 OK")
        head = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        record = writer.create_warc_record(url, "response", payload=io.BytesIO(payload), http_headers=head)
        writer.write_record(record)
    return stream.getvalue()


HTML = {"Content-Type": "text/html"}
PAGES = [
    ("http://x/a", HTML, "<p>façade</p>".encode()),
    ("http://x/b", {"Content-Type": "text/html; charset=GB2312"}, "<p>你好</p>".encode("gb18030")),
    ("http://x/c", {**HTML, "Content-Encoding": "gzip"}, gzip.compress(b"<p>packed</p>")),
    ("http://x/d", {**HTML, "Transfer-Encoding": "chunked"}, b"3\r\n<p>\r\n4\r\ntext\r\n0\r\n\r\n"),
    ("http://x/e", {"Content-Type": "image/png"}, b"\x89PNG"),
    ("http://x/f", {**HTML, "status": "404 Not Found"}, b"<p>gone</p>"),
]


@pytest.mark.parametrize("ending", ["warc", "warc.gz", "warc.zst"])
def test_a_web_archive_gives_its_pages(ending):
    raw = warc(*PAGES, packed=ending.endswith("gz"))
    raw = zstandard.ZstdCompressor().compress(raw) if ending.endswith("zst") else raw
    Path(f"a.{ending}").write_bytes(raw)
    reading = Reading(2**20)
    records = list(read_file(Path(f"a.{ending}"), "a", reading))

    assert [(r.value["id"], r.value["text"]) for r in records] == [
        ("http://x/a", "<p>façade</p>"),
        ("http://x/b", "<p>你好</p>"),
        ("http://x/c", "<p>packed</p>"),
        ("http://x/d", "<p>text"),
    ]
    assert dict(reading.notes.skipped) == {"warc_request": 1, "http_not_text": 1, "http_status": 1}


def test_the_offset_of_a_page_is_that_of_its_record():
    raw = warc(*PAGES)
    offsets = [record.offset for record in read("a.warc", raw)]

    assert all(raw[offset:].startswith(b"WARC/1.0\r\nWARC-Type: response") for offset in offsets)
    assert offsets == sorted(set(offsets))


def test_parts_of_an_archive_that_are_no_pages_are_said_and_counted(capsys):
    Path("a.warc").write_bytes(warc(*PAGES))
    metrics, _, said = run_ingest("a.warc", capsys)

    assert metrics["skipped"] == {"warc_request": 1, "http_not_text": 1, "http_status": 1}
    assert "mine: 3 parts of files are no documents (http_not_text 1, http_status 1, warc_request 1)" in said


def test_pages_that_are_too_long_are_put_aside():
    """Long as they are, or when decompressed."""
    bomb = gzip.compress(b"\0" * 10**6)
    raw = warc(("http://x/a", HTML, b"x" * 9000), ("http://x/b", {**HTML, "Content-Encoding": "gzip"}, bomb), PAGES[0])

    assert texts(read("a.warc", raw, limit=5000)) == ["too_long", "too_long", "<p>façade</p>"]


@pytest.mark.parametrize(
    "raw",
    [warc(*PAGES, packed=True)[:-30], gzip.compress(warc(*PAGES))[:-30], b"hello\n" * 9, b"x" * 2**21],
)
def test_a_damaged_archive_is_one_clear_error(raw):
    name = "a.warc.gz" if raw[:1] == b"\x1f" else "a.warc"
    with pytest.raises(DataError, match=f"{name} is cut short or damaged .*; fetch it again"):
        read(name, raw)


def test_an_archive_that_ends_inside_a_page_says_so():
    assert texts(read("a.warc", warc(PAGES[0])[:-12])) == ["not_closed"]


# --- input made to hurt -----------------------------------------------------------------------------


LONG = b"x" * 3000
GOOD = {
    "jsonl": (b'{"text": "good"}\n', b'{"text": "' + LONG + b'"}\n'),
    "json": (b'{"text": "good"},', b'{"text": "' + LONG + b'"},'),
    "csv": (b"good\n", b'"' + LONG + b'"\n'),
    "tsv": (b"good\n", LONG + b"\n"),
    "txt": (b"good\n\n", LONG + b"\n\n"),
}


@pytest.mark.parametrize("ending", sorted(GOOD))
def test_a_record_that_is_too_long_is_skipped_to_its_end(ending):
    good, long = GOOD[ending]
    begin = {"json": b"[", "csv": b"text\n", "tsv": b"text\n"}.get(ending, b"")
    raw = begin + good + long + good
    raw = raw[:-1] + b"]" if ending == "json" else raw
    records = read(f"a.{ending}", raw, limit=1000, split="paragraph")

    assert texts(records) == ["good", "too_long", "good"]
    assert records[1].offset == len(begin + good)
    assert 0 < len(records[1].head) <= 400


def test_lines_that_are_too_long_together_are_put_aside():
    """Many short lines in a paragraph, in a <doc>, between two quotes of a CSV file."""
    lines = b"some words\n" * 300

    assert texts(read("a.txt", lines + b"\ngood\n", limit=1000, split="paragraph")) == ["too_long", "good"]
    article = b'<doc id="%d">\n%s</doc>\n'
    raw = article % (1, lines) + article % (2, b"good\n")
    assert texts(read("a.txt", raw, limit=1000, split="wiki")) == ["too_long", "good"]
    assert texts(read("a.csv", b'text\ngood\n"' + lines, limit=1000))[:2] == ["good", "too_long"]
    assert texts(read("a.txt", lines, limit=1000)) == ["too_long"]


def test_a_parquet_row_that_is_too_long_is_put_aside():
    parquet.write_table(pyarrow.table({"text": ["good", "x" * 3000, "last"]}), "a.parquet")

    assert texts(read("a.parquet", limit=1000)) == ["good", "too_long", "last"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not_json"),
        (b'{"text": "\\ud800"}', "not_json"),
        (b'{"text": "a\0b"}', "not_json"),
        (b"\0" * 50, "binary"),
        ("text in UTF-16 without its mark".encode("utf-16-le"), "binary"),
    ],
)
def test_hostile_records_are_put_aside(raw, reason):
    records = read("a.jsonl", b'{"text": "good"}\n' + raw + b"\n", encoding="utf-8")

    assert texts(records)[:2] == ["good", reason]


def test_a_few_nul_characters_are_left_to_cleaning():
    assert texts(read("a.txt", b"some\0 words")) == ["some\0 words"]
    assert texts(read("a.jsonl", b'{"text": "some\\u0000 words"}')) == ["some\0 words"]


def test_an_empty_file_beside_others_is_an_empty_text(capsys):
    Path("a.txt").write_text("")
    Path("b.txt").write_text("good")
    metrics, quarantine, _ = run_ingest("*.txt", capsys)

    assert metrics["documents"] == 1
    assert [(row["file"], row["reason"]) for row in quarantine] == [("a.txt", "empty_text")]


def test_the_quarantine_keeps_the_first_of_each_reason_and_counts_the_rest(capsys):
    Path("a.jsonl").write_text('{"text": ""}\n' * 5000 + '{"text": "good"}\nbad\n')
    metrics, quarantine, _ = run_ingest("a.jsonl", capsys, max_quarantined=10)

    assert metrics["quarantined"] == {"total": 5001, "reasons": {"empty_text": 5000, "not_json": 1}}
    assert [row["line"] for row in quarantine] == [*range(1, 11), 5002]
    assert quarantine[1]["offset"] == 13


def test_files_of_nothing_but_bad_records_are_not_called_empty(capsys):
    Path("a.jsonl").write_text('{"text": "\\ud800"}\n' * 7)

    with pytest.raises(DataError, match=r"all 7 records are bad\. The first: .*a\.jsonl.*Repair the files\.$"):
        run_ingest("a.jsonl", capsys)


def test_a_folder_with_the_name_of_a_file_is_named():
    Path("a.jsonl").mkdir()

    with pytest.raises(DataError, match=r"here: 'a.jsonl' is a folder, name its files \('a.jsonl/\*'\)"):
        expand(["a.jsonl"], "here")


def test_a_file_name_that_is_not_utf8_is_escaped():
    os.close(os.open(b"\xff.txt", os.O_CREAT))

    assert [name for _, name in expand(["*.txt"], "here")] == ["\\xff.txt"]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.json.gz", "a.txt.zst", "a.csv.zst"])
def test_a_bomb_does_not_fill_the_memory(name):
    """200 MB of zeros (for .json: one string of them) with a limit of 1 MiB, read in a process of its own."""
    start = b'[{"text": "' if ".json." in name else b""
    if name.endswith("gz"):
        with gzip.open(name, "wb", compresslevel=1) as stream:
            stream.write(start)
            for _ in range(200):
                stream.write(b"\0" * 10**6)
    else:
        packer = zstandard.ZstdCompressor(level=1).compressobj()
        Path(name).write_bytes(b"".join(packer.compress(b"\0" * 10**6) for _ in range(200)) + packer.flush())
    code = f"""
import resource
from pathlib import Path
from llmpipe.corpus.sources.files import read_file
from llmpipe.corpus.sources.records import Reading
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
print([record.reason for record in read_file(Path("{name}"), "{name}", Reading(2**20, split="line"))])
print((peak() - before) // 1024)
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    reasons, grown_mib = result.stdout.splitlines()

    assert reasons == "['too_long']"
    assert int(grown_mib) < 80
