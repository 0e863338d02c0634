"""
Print the result of the last run and where to look next; `--write` puts it into the READMEs, between their markers.

A README's block names the commit and the machine: the numbers are those of one run, not a promise.
"""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from llmpipe.config import load
from llmpipe.errors import LlmpipeError
from llmpipe.files import Layout, write_text
from llmpipe.pages.summary import summary

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.DOTALL)
WORDS = {
    "README.md": "The default run (`make repro`), {title}, at commit `{commit}` "
    "on {cores} cores ({processor}), Python {python}, {threads} threads:",
    "README.zh.md": "默认运行（`make repro`），{title}，提交 `{commit}`，"
    "{cores} 核（{processor}），Python {python}，{threads} 个线程：",
}
NEXT = """
The whole report:      data/report/report.html
Runs, curves, compare: .venv/bin/python -m llmpipe ui
Talk to the model:     .venv/bin/python -m llmpipe chat
Other settings:        edit params.yaml and run `make repro` again; only what changed is computed"""


def processor() -> str:
    """The name of this machine's processor."""
    return next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def commit() -> str:
    """The short commit, with `+` when files of the code or the parameters differ from it."""
    short = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    code = ["llmpipe", "params.yaml", "dvc.yaml", "constraints.txt"]
    changed = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", *code], cwd=ROOT, capture_output=True, check=False
    ).returncode
    return (short.stdout.strip() or "none") + ("+" if changed else "")


def write(text: str) -> None:
    """Put the result into the READMEs."""
    params = load(ROOT / "params.yaml")
    facts = {
        "title": params.report.title,
        "commit": commit(),
        "cores": os.cpu_count(),
        "processor": processor(),
        "python": platform.python_version(),
        "threads": params.compute.threads,
    }
    for name, words in WORDS.items():
        path = ROOT / name
        block = f"{words.format(**facts)}\n\n```text\n{text}\n```\n"
        write_text(path, MARKED.sub(lambda match, block=block: match[1] + block + match[2], path.read_text("utf-8")))


if __name__ == "__main__":
    try:
        result = summary(Layout(ROOT / "data"))
        if "--write" in sys.argv[1:]:
            write(result)
    except LlmpipeError as error:
        sys.exit(f"Error: {error}")
    print(f"\n{result}\n{NEXT}")
