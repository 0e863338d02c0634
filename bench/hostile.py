"""
Input made to hurt: does `llmpipe ingest`, and `llmpipe clean` where it gets that far, end in bounded memory, and how?

`python bench/hostile.py [--scale 1.0] [--only NAME]` writes each file to a temporary folder beside 200 good documents,
runs the stages in processes of their own and prints seconds, peak memory, what was put aside and what was said. With
scale 1 the single line has 1 GB, the archive holds 1 GB of zeros and there are a million empty documents.
"""

import argparse
import gzip
import json
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

from stage import Cost, clean_section, run_stage

from llmpipe.files import Layout, read_json, read_jsonl
from llmpipe.world.streams import document

MB = 10**6


def one_line(path: Path, scale: float) -> Path:
    """One record of JSON in a single line of 1 GB."""
    with path.with_suffix(".jsonl").open("wb") as stream:
        stream.write(b'{"text": "')
        for _ in range(int(1000 * scale)):
            stream.write(b"many words " * (MB // 11))
        stream.write(b'"}\n')
    return path.with_suffix(".jsonl")


def one_line_list(path: Path, scale: float) -> Path:
    """A list of a hundred thousand records in a single line of 1 GB."""
    with path.with_suffix(".json").open("wb") as stream:
        stream.write(b"[")
        for number in range(int(1000 * scale)):
            for part in range(100):
                stream.write(b'{"text": "%s"},' % (b"no%d " % (number * 100 + part) * (MB // 1000)))
        stream.write(b'{"text": "the last of all these records, which has some words"}]\n')
    return path.with_suffix(".json")


def zeros(path: Path, scale: float) -> Path:
    """An archive of 1 MB that holds 1 GB of zeros."""
    with gzip.open(path.with_suffix(".txt.gz"), "wb", compresslevel=9) as stream:
        for _ in range(int(1000 * scale)):
            stream.write(b"\0" * MB)
    return path.with_suffix(".txt.gz")


def empty(path: Path, scale: float) -> Path:
    """A million documents without a word."""
    with path.with_suffix(".jsonl").open("w") as stream:
        for number in range(int(MB * scale)):
            stream.write(json.dumps({"id": f"e{number}", "text": ("", " ", "\n")[number % 3]}) + "\n")
    return path.with_suffix(".jsonl")


def almost_empty(path: Path, scale: float) -> Path:
    """A million documents that repair leaves without a word, which ingest cannot know."""
    with path.with_suffix(".jsonl").open("w") as stream:
        for number in range(int(MB * scale)):
            stream.write(json.dumps({"id": f"e{number}", "text": "<br>\u200b"}) + "\n")
    return path.with_suffix(".jsonl")


def nested(path: Path, scale: float) -> Path:
    """Records of lists in lists, 100,000 deep."""
    with path.with_suffix(".jsonl").open("wb") as stream:
        for _ in range(max(1, int(100 * scale))):
            stream.write(b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n")
            stream.write(b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n")
    return path.with_suffix(".jsonl")


def surrogates(path: Path, scale: float) -> Path:
    """Escapes of half a character, alone, in the wrong order, in names."""
    forms = (r'{"text": "half \ud800 of it"}', r'{"text": "\udc00\ud800"}', r'{"\ud83d": "a", "text": "some words"}')
    with path.with_suffix(".jsonl").open("w") as stream:
        for number in range(max(3, int(100_000 * scale))):
            stream.write(forms[number % 3] + "\n")
    return path.with_suffix(".jsonl")


HOSTILE: dict[str, Callable[[Path, float], Path]] = {
    "one_line": one_line,
    "one_line_list": one_line_list,
    "zeros": zeros,
    "empty": empty,
    "almost_empty": almost_empty,
    "nested": nested,
    "surrogates": surrogates,
}


def tried(folder: Path, stage: str, params: dict[str, object]) -> tuple[Cost | None, str]:
    """What a run cost, and its last line; no cost when it refused, which it must do in a sentence."""
    try:
        cost = run_stage(folder, stage, params)
    except SystemExit as error:
        said = str(error)
        if "Traceback" in said:
            raise
        return None, said.splitlines()[-1]
    return cost, (folder / f"{stage}.log").read_text().splitlines()[-1]


def measured(name: str, scale: float) -> dict[str, object]:
    """One hostile file through both stages."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        good = [document(1, index).text for index in range(200)]
        (folder / "good.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in good))
        path = HOSTILE[name](folder / "bad", scale)
        sources = [{"kind": "documents", "name": "mine", "paths": ["good.jsonl", path.name]}]
        row: dict[str, object] = {"name": name, "mb": round(path.stat().st_size / MB, 1)}
        parts = {
            "ingest": {"ingest": {"sources": sources, "max_bad_ratio": 1.0}},
            "clean": {"clean": clean_section("files")},
        }
        for stage, params in parts.items():
            cost, said = tried(folder, stage, params)
            row[stage] = {"said": said} | (
                {} if cost is None else {"s": round(cost.wall_s, 1), "mb": round(cost.peak_rss_mb)}
            )
            if cost is None:
                break
        data = Layout(folder / "data")
        if data.metrics("ingest").exists():
            row["quarantined"] = read_json(data.metrics("ingest"))["quarantined"]
            row["listed"] = len(list(read_jsonl(data.raw / "quarantine.jsonl")))
        return row


def main() -> None:
    """Measure and print; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the sizes above")
    parser.add_argument("--only", choices=HOSTILE)
    options = parser.parse_args()
    rows = []
    for name in HOSTILE:
        if options.only in (None, name):
            rows.append(measured(name, options.scale))
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    print(f"largest process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")
    print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
