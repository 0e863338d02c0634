"""files: whole or not at all, sorted keys, one line per record; and records as they are on disk."""

import json
import os
import subprocess
import sys

import pytest

from llmpipe.errors import DataError
from llmpipe.files import (
    Layout,
    ShardWriter,
    atomic_directory,
    atomic_file,
    byte_ranges,
    digest,
    digest_value,
    join_shards,
    read_json,
    read_jsonl,
    read_range,
    read_shards,
    shards,
    to_line,
    write_json,
    write_jsonl,
)
from llmpipe.records import Document, Example


def test_a_file_whose_writing_fails_keeps_its_old_content(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write():
        with atomic_file(path) as stream:
            stream.write("half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_whose_writing_fails_keeps_its_old_content(tmp_path):
    path = tmp_path / "out"
    with atomic_directory(path) as folder:
        (folder / "a").write_text("old")

    def write():
        with atomic_directory(path) as folder:
            (folder / "b").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()

    assert [file.name for file in path.iterdir()] == ["a"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_whole(tmp_path):
    for name in ("a", "b"):
        with atomic_directory(tmp_path / "out") as folder:
            (folder / name).write_text(name)

    assert [file.name for file in (tmp_path / "out").iterdir()] == ["b"]


def test_folders_that_killed_processes_left_are_removed(tmp_path):
    """Old ones that nobody holds; not the young, the held, or those of other outputs."""
    names = (".out.left", ".out.held", ".out.young", ".outer.left")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("x")
        if name != ".out.young":
            os.utime(tmp_path / name, (0, 0))
    hold = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], 0), 2); print(flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, tmp_path / ".out.held"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    holder.stdout.readline()

    with atomic_directory(tmp_path / "out") as folder:
        (folder / "a").write_text("new")
    holder.communicate(b"\n")

    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.held", ".out.young", ".outer.left", "out"]


def test_json_has_sorted_keys_and_chinese_as_it_is(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": "中文"})

    assert (tmp_path / "a.json").read_bytes() == '{\n  "a": "中文",\n  "b": 1\n}\n'.encode()
    assert read_json(tmp_path / "a.json") == {"a": "中文", "b": 1}


def test_a_number_that_is_none_is_never_written(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("content", "expected"), [(None, "is missing; run the stage"), ("{", "is not valid JSON")])
def test_json_that_cannot_be_read_says_what_to_do(tmp_path, content, expected):
    if content is not None:
        (tmp_path / "a.json").write_text(content)

    with pytest.raises(DataError, match=expected):
        read_json(tmp_path / "a.json")


RECORDS = [
    Document("1", "two\nlines and \u2028 a separator that splitlines() would cut", "en", "web"),
    Document("2", "中文", labels={"kind": "news"}),
]


def test_records_come_back_as_they_were(tmp_path):
    example = Example("1", "reading", "qa", "T1", "zh", {"context": "上下文", "question": "？"}, ("一", "二"))

    assert write_jsonl(tmp_path / "documents.jsonl", RECORDS) == 2
    write_jsonl(tmp_path / "examples.jsonl", [example])

    assert list(read_jsonl(tmp_path / "documents.jsonl", Document)) == RECORDS
    assert list(read_jsonl(tmp_path / "examples.jsonl", Example)) == [example]


def test_a_record_is_one_line_and_empty_labels_take_no_room():
    assert to_line(Document("1", "a\nb")) == '{"id": "1", "language": "", "source": "", "text": "a\\nb"}\n'


@pytest.mark.parametrize("line", ['{"id": "1"', '{"id": "1", "texts": "a"}', "[]"])
def test_a_damaged_line_is_named_by_its_number(tmp_path, line):
    (tmp_path / "a.jsonl").write_text(to_line(RECORDS[0]) + line + "\n", "utf-8")

    with pytest.raises(DataError, match=r"a\.jsonl, line 2: .* run its stage again"):
        list(read_jsonl(tmp_path / "a.jsonl", Document))


def test_shards_split_at_their_size_and_read_back_in_order(tmp_path):
    documents = [Document(str(number), "x" * 50) for number in range(10)]
    with ShardWriter(tmp_path, max_bytes=250) as writer:
        for document in documents:
            writer.write(document)

    assert writer.count == 10
    assert [path.name for path in shards(tmp_path)] == [f"{number:05d}.jsonl" for number in range(5)]
    assert all(path.stat().st_size <= 250 for path in shards(tmp_path))
    assert list(read_shards(tmp_path, Document)) == documents


def test_joined_files_are_cut_between_parts_only(tmp_path, monkeypatch):
    monkeypatch.setattr("llmpipe.files.SHARD_BYTES", 10)
    parts = [tmp_path / name for name in "abcd"]
    for part, length in zip(parts, (4, 6, 25, 2), strict=True):
        part.write_text(part.name * (length - 1) + "\n")
    join_shards(parts, tmp_path / "joined")

    joined = {path.name: path.read_text() for path in (tmp_path / "joined").iterdir()}
    assert joined == {"00000.jsonl": "aaa\nbbbbb\n", "00001.jsonl": "c" * 24 + "\n", "00002.jsonl": "d\n"}


def test_a_writer_without_records_leaves_one_empty_shard(tmp_path):
    """An empty split is not a missing one."""
    with ShardWriter(tmp_path):
        pass

    assert list(read_shards(tmp_path)) == []


def test_ranges_of_any_size_end_at_line_ends_and_hold_every_record_once(tmp_path):
    records = [Document(str(i), "é" * (7 * i % 23)) for i in range(40)]
    write_jsonl(tmp_path / "00000.jsonl", records[:25])
    write_jsonl(tmp_path / "00001.jsonl", [])
    write_jsonl(tmp_path / "00002.jsonl", records[25:])
    size = (tmp_path / "00000.jsonl").stat().st_size
    first_line = len(to_line(records[0]).encode())

    assert byte_ranges([tmp_path / "00000.jsonl"], first_line)[0] == (tmp_path / "00000.jsonl", 0, first_line)
    assert byte_ranges([tmp_path / "00000.jsonl"], size) == [(tmp_path / "00000.jsonl", 0, size)]
    for size in (1, 100, 1000, 10**6):
        ranges = byte_ranges(shards(tmp_path), size)
        assert [record for task in ranges for record in read_range(task, Document)] == records
    assert len(byte_ranges(shards(tmp_path), 1)) == 40


def test_a_folder_without_shards_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"holds no \*\.jsonl shard; run the stage that writes it"):
        shards(tmp_path)


def test_the_digest_of_a_folder_depends_on_names_and_contents_only(tmp_path):
    for folder, order in (("a", "xy"), ("b", "yx")):
        for name in order:
            (tmp_path / folder / "inner").mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / "inner" / name).write_text(name)
    same = digest(tmp_path / "a")

    assert digest(tmp_path / "b") == same
    (tmp_path / "b/inner/x").rename(tmp_path / "b/inner/z")
    assert digest(tmp_path / "b") != same


def test_the_digest_of_a_file_is_its_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")

    assert digest(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_digest_of_a_value_does_not_depend_on_the_order_of_keys():
    assert digest_value({"a": 1, "b": 2}) == digest_value({"b": 2, "a": 1})
    assert digest_value({"a": 1}) != digest_value({"a": json.loads("1.5")})


def test_artifacts_have_their_places():
    assert Layout().metrics("clean").as_posix() == "data/metrics/clean.json"
    assert Layout().tokens.as_posix() == "data/tokens"
