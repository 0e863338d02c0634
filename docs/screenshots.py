"""
Take all pictures of the documentation from finished results: MLflow's pages, `llmpipe compare`, the report, the errors.

`make screenshots` or `python docs/screenshots.py [--project FOLDER] [--only NAME ...]` writes docs/images/*.png. The
project needs two results in its mlflow.db (`dvc repro`, then `dvc exp run -S ...`) and data/report; the machine needs
Debian's packages chromium and chromium-driver, without which nothing is taken and that is said.
"""

import argparse
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

ROOT = Path(__file__).parents[1]
WAIT_S = 180.0
SETTLE_S = 3.0  # charts are drawn after their data came
COLOURS = 128  # of a picture: pages have few, and a third of the bytes is enough
MAX_BYTES = 200_000
PROGRAMS = ("chromium", "chromedriver")
TIDY = """
document.querySelectorAll('[aria-label="Hide banner"]').forEach(button => button.click());
document.head.insertAdjacentHTML('beforeend', '<style>.modebar-container { display: none !important }</style>');
"""
SEARCH_CHARTS = """
const search = document.querySelector('input[placeholder="Search metric charts"]');
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(search, %s);
search.dispatchEvent(new Event('input', {bubbles: true}));
"""
CHARTS = r"curve/.*tune.(loss|valid_ex)|curve/pretrain.valid_b|eval/(translation.T1.bleu|reading.T1.ex|all.T1.acc)"
SHOW_DIFFERENCES = "document.querySelectorAll('button[role=switch]').forEach(button => button.click());"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
]


def request(url: str, body: Mapping[str, Any] | None = None, method: str = "") -> Any:
    """Send JSON, return JSON."""
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(
        url, data, {"Content-Type": "application/json"}, method=method or ("GET" if data is None else "POST")
    )
    with urllib.request.urlopen(call, timeout=WAIT_S) as answer:
        return json.loads(answer.read() or b"{}")


def wait_for(what: str, ready: Callable[[], Any]) -> Any:
    """
    The first true answer of `ready`.

    Raises:
        TimeoutError: There was none within `WAIT_S`.
    """
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        try:
            if answer := ready():
                return answer
        except OSError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"no {what} within {WAIT_S:.0f} s")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A program that ends with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as started:
        try:
            yield started
        finally:
            started.terminate()


class Browser:
    """Chromium through chromedriver's HTTP interface (W3C WebDriver)."""

    def __init__(self, driver: str, width: int, height: int, profile: str) -> None:
        arguments = [*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}"]
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}}
        self.session = f"{driver}/session/{request(f'{driver}/session', wanted)['value']['sessionId']}"

    def open(self, url: str) -> None:
        """Go to a page; a new document each time, since MLflow's pages get confused by a changed hash."""
        request(f"{self.session}/url", {"url": "about:blank"})
        request(f"{self.session}/url", {"url": url})

    def resize(self, width: int, height: int) -> None:
        """Set the size of the window."""
        request(f"{self.session}/window/rect", {"width": width, "height": height})

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        return request(f"{self.session}/execute/sync", {"script": script, "args": []})["value"]

    def save(self, path: Path) -> None:
        """Write a picture of the window in few colours."""
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(b64decode(request(f"{self.session}/screenshot")["value"])))
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        size = path.stat().st_size
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path, f"{size / 1000:.0f} kB")
        if size > MAX_BYTES:
            print(f"warning: {path.name} is larger than {MAX_BYTES / 1000:.0f} kB; make its window smaller")

    def close(self) -> None:
        """End the session."""
        request(self.session, method="DELETE")


@dataclass(frozen=True)
class Picture:
    """
    One picture.

    Args:
        name: Of its file, without suffix.
        url: The page.
        text: What the page shows once it is ready.
        height: Of the window in pixels.
        script: Run before the picture is taken.
        width: Of the window in pixels.
    """

    name: str
    url: str
    text: str
    height: int = 900
    script: str = TIDY
    width: int = 1600


def shoot(browser: Browser, picture: Picture, folder: Path) -> None:
    """Open a page, wait until it shows its text and has settled, run the script, and save it."""
    browser.resize(picture.width, picture.height)
    browser.open(picture.url)
    sought = json.dumps(picture.text)
    ready = f"return (document.body.innerText + document.title).includes({sought})"
    wait_for(f"'{picture.text}' on {picture.url}", lambda: browser.run(ready))
    time.sleep(SETTLE_S)
    browser.run(picture.script)
    time.sleep(SETTLE_S)
    browser.save(folder / f"{picture.name}.png")


def pages_of_mlflow(base: str, view: str, runs: Sequence[Mapping[str, Any]], model: str) -> list[Picture]:
    """The prepared view, its charts, one run with artifacts and data sets, two runs side by side, the tuned model."""
    newest = runs[0]["info"]
    experiment, page = newest["experiment_id"], "workflowType=machine_learning"
    of_run = f"{base}/#/experiments/{experiment}/runs/{newest['run_id']}"
    name = newest["run_name"][:12]
    found = [
        Picture("mlflow-runs", view, name, 560, width=2000),
        Picture(
            "mlflow-charts", f"{view}&compareRunsMode=CHART", "curve/", 1200, TIDY + SEARCH_CHARTS % json.dumps(CHARTS)
        ),
        Picture("mlflow-run", f"{of_run}?{page}", "Base model", 1150),
        Picture("mlflow-table", f"{of_run}/artifacts/scores.csv?{page}", "test_set", 800),
        Picture("mlflow-image", f"{of_run}/artifacts/plots/scores.svg?{page}", "scores.svg", 800),
        Picture("mlflow-model", f"{base}/#/experiments/{experiment}/models/{model}?{page}", "digest", 1000),
    ]
    chosen = quote(json.dumps([run["info"]["run_id"] for run in runs]))
    url = f"{base}/#/compare-runs?runs={chosen}&experiments={quote(json.dumps([experiment]))}&{page}"
    return [*found, Picture("mlflow-compare", url, "Comparing 2 Runs", 1500, TIDY + SHOW_DIFFERENCES)]


def own_pages(report: Path, comparison: Path) -> list[Picture]:
    """The report, the errors with an answer in each language, and the comparison."""
    errors, shape = (report / "errors.html").as_uri(), {"width": 1120, "height": 1000}
    return [
        Picture("report", (report / "report.html").as_uri(), "Results", **shape),
        Picture("errors-slices", errors, "Scores by slice", script=scrolled("Scores by slice"), **shape),
        Picture("errors-en", errors, "Worst answers", script=listed("translation", "en-zh"), **shape),
        Picture("errors-zh", errors, "Worst answers", script=listed("headline", "zh"), **shape),
        Picture("compare", (comparison / "comparison.html").as_uri(), "What changed", **shape),
    ]


def scrolled(heading: str) -> str:
    """A script that brings a heading to the top."""
    return (
        f"[...document.querySelectorAll('h2')].find(h => h.textContent.includes({json.dumps(heading)}))"
        ".scrollIntoView(true);"
    )


def listed(dataset: str, language: str) -> str:
    """A script that selects answers on the page of errors."""
    return (
        "const selects = document.querySelectorAll('#controls select');"
        f"selects[0].value = {json.dumps(dataset)}; selects[2].value = {json.dumps(language)};"
        "selects[0].dispatchEvent(new Event('input'));" + scrolled("Worst answers")
    )


def compared(project: Path, runs: Sequence[Mapping[str, Any]], to: Path) -> None:
    """Write the pages of `llmpipe compare` of two runs, the older one first."""
    command = [sys.executable, "-P", "-m", "llmpipe", "compare"]
    command += [*(run["info"]["run_id"] for run in reversed(runs)), "--to", str(to)]
    subprocess.run(command, cwd=project, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)


def newest_runs(base: str, experiment: str) -> list[dict[str, Any]]:
    """The newest two runs of an experiment, the newest first."""
    wanted = {"experiment_ids": [experiment], "max_results": 2}
    found: list[dict[str, Any]] = wait_for(
        "answer of the MLflow server", lambda: request(f"{base}/api/2.0/mlflow/runs/search", wanted).get("runs")
    )
    if len(found) < 2:
        sys.exit("one result is no comparison; make another: `dvc exp run -S finetune.steps=500`, then try again.")
    return found


def tuned_model(base: str, run: Mapping[str, Any]) -> str:
    """Id of the tuned model of a run."""
    for output in run["outputs"]["model_outputs"]:
        model = request(f"{base}/api/2.0/mlflow/logged-models/{output['model_id']}")["model"]["info"]
        if model["name"] == "finetuned":
            return str(model["model_id"])
    sys.exit(f"run {run['info']['run_id']} has no tuned model; `llmpipe report` adds it.")


def main() -> None:
    """Start the pages and the browser, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, default=ROOT, help="folder with mlflow.db and data/report")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", nargs="*", help="names of pictures")
    options = parser.parse_args()
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        print(
            f"SKIPPED: no picture was taken, {options.out} is as it was: {' and '.join(missing)} missing. "
            "On Debian: apt-get install chromium chromium-driver fonts-noto-cjk",
            file=sys.stderr,
        )
        return
    project = options.project.resolve()
    for path in (project / "mlflow.db", project / "data/report/errors.html"):
        if not path.exists():
            sys.exit(f"{path} is missing; run `make repro` there first.")
    port, driver_port = free_port(), free_port()
    start = (
        f"import os, sys; os.chdir({str(project)!r}); sys.path.insert(0, {str(ROOT)!r}); "
        f"from llmpipe.commands.ui import run; run(port={port})"
    )
    with (
        process(sys.executable, "-c", start) as server,
        process("chromedriver", f"--port={driver_port}"),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary,
    ):
        assert server.stdout is not None
        view = server.stdout.readline().split()[-1]
        base = f"http://127.0.0.1:{port}"
        runs = newest_runs(base, view.split("/experiments/")[1].split("/")[0])
        comparison = Path(temporary) / "comparison"
        if not options.only or "compare" in options.only:
            compared(project, runs, comparison)
        pictures = pages_of_mlflow(base, view, runs, tuned_model(base, runs[0]))
        pictures += own_pages(project / "data" / "report", comparison)
        driver = f"http://127.0.0.1:{driver_port}"
        wait_for("chromedriver", lambda: request(f"{driver}/status")["value"]["ready"])
        browser = Browser(driver, 1600, 900, str(Path(temporary) / "profile"))
        try:
            browser.open(base)
            browser.run("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
            for picture in pictures:
                if not options.only or picture.name in options.only:
                    shoot(browser, picture, options.out)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
