"""
Take the pictures of the MLflow pages for the documentation: runs table, one run, two runs compared.

Needs at least two results in the database (`dvc repro`, change a parameter, `dvc repro` again), and Debian's
packages chromium and chromium-driver. `python docs/screenshots.py` writes docs/images/*.png.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
WAIT_S = 60.0
COMPARE_HEIGHT = 1500  # the plot, and the first parameters and metrics below it
SETTLE_S = 3.0  # charts are drawn after their data came
CLOSE_BANNER = "document.querySelectorAll('[aria-label=\"Hide banner\"]').forEach(button => button.click())"
SHOW_DIFFERENCES = "document.querySelectorAll('button[role=switch]').forEach(button => button.click())"
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
        """Write a picture of the window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b64decode(request(f"{self.session}/screenshot")["value"]))
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)

    def close(self) -> None:
        """End the session."""
        request(self.session, method="DELETE")


def shoot(browser: Browser, url: str, text: str, path: Path, script: str = CLOSE_BANNER) -> None:
    """Open a page, wait until it shows `text` and has settled, run a script on it, and save it."""
    browser.open(url)
    wait_for(f"'{text}' on {url}", lambda: browser.run(f"return document.body.innerText.includes({json.dumps(text)})"))
    time.sleep(SETTLE_S)
    browser.run(script)
    time.sleep(0.5)
    browser.save(path)


def main() -> None:
    """Start the pages and the browser, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, default=ROOT, help="folder with mlflow.db")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=900)
    options = parser.parse_args()
    port, driver_port = free_port(), free_port()
    start = (
        f"import os, sys; os.chdir({str(options.project)!r}); sys.path.insert(0, {str(ROOT)!r}); "
        f"from llmpipe.commands.ui import run; run(port={port})"
    )
    with (
        process(sys.executable, "-c", start) as server,
        process("chromedriver", f"--port={driver_port}"),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        assert server.stdout is not None
        view = server.stdout.readline().split()[-1]
        base = f"http://127.0.0.1:{port}"
        experiment = view.split("/experiments/")[1].split("/")[0]
        found = wait_for(
            "answer of the MLflow server",
            lambda: request(
                f"{base}/api/2.0/mlflow/runs/search", {"experiment_ids": [experiment], "max_results": 2}
            ).get("runs"),
        )
        runs, names = [run["info"]["run_id"] for run in found], [run["info"]["run_name"] for run in found]
        driver = f"http://127.0.0.1:{driver_port}"
        wait_for("chromedriver", lambda: request(f"{driver}/status")["value"]["ready"])
        browser = Browser(driver, options.width, options.height, profile)
        try:
            browser.open(base)
            browser.run("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
            shoot(browser, view, names[0][:12], options.out / "mlflow-runs.png")
            shoot(
                browser,
                f"{base}/#/experiments/{experiment}/runs/{runs[0]}?workflowType=machine_learning",
                "Base model",
                options.out / "mlflow-run.png",
            )
            if len(runs) == 2:
                browser.resize(options.width, COMPARE_HEIGHT)
                chosen = f"runs={quote(json.dumps(runs))}&experiments={quote(json.dumps([experiment]))}"
                shoot(
                    browser,
                    f"{base}/#/compare-runs?{chosen}&workflowType=machine_learning",
                    "Comparing 2 Runs",
                    options.out / "mlflow-compare.png",
                    SHOW_DIFFERENCES,
                )
        finally:
            browser.close()


if __name__ == "__main__":
    main()
