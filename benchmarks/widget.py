"""What the widget costs the page it stands on, before anybody opens it.

    python -m benchmarks.widget [--index index] [--loads 25]

A page of the demonstration shop is loaded again and again in Chromium, in turn with and without the one tag, each time
in a new profile. Counted is the processor time of the page's main thread (the browser's own figure, TaskDuration in
thread ticks, which other load on the machine does not move much) from the beginning until the launcher is there and
the page is idle; the difference of the medians is the widget's. A phone of the middle takes about four times as long.
Sizes are those of everything that is loaded until then: script, launcher, styles, texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

_PARTS = ("widget.js", "widget/panel.js", "widget/style.js", "widget/boot?site={site}")
_BAR_BYTES, _BAR_MS = 30_000, 50.0
_WAITS = "window.settled = new Promise((done) => addEventListener('{event}', done));"
# Twice idle: what the first round put off is then done too.
_IDLE = "window.settled.then(() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done))))"


def main() -> None:
    options = _options()
    with _page_server() as (site, pages), _desk(options.index, site) as (desk, shop):
        pages["/with"] = _shop_page(shop)
        pages["/without"] = pages["/with"].replace(f'<script async src="{desk}/widget.js"></script>', "")
        assert pages["/with"] != pages["/without"]
        told: dict[str, Any] = {"bytes_gzipped": _sizes(desk, site)}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(options.chromium), args=["--no-sandbox"])
            told["chromium"] = browser.version
            told["main_thread_cpu_ms"] = _times(browser, site, options.loads)
            browser.close()
    print(json.dumps(told, indent=2))
    total, added = told["bytes_gzipped"]["total"], told["main_thread_cpu_ms"]["added"]
    print(f"{total} bytes (bar {_BAR_BYTES}), {added} ms (bar {_BAR_MS})")
    sys.exit(0 if total < _BAR_BYTES and added < _BAR_MS else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--loads", type=int, default=25, help="of the page, each way")
    parser.add_argument("--chromium", type=Path, default=Path("/usr/bin/chromium"))
    return parser.parse_args()


def _sizes(desk: str, site: str) -> dict[str, int]:
    sizes = {}
    for part in _PARTS:
        body = httpx.get(f"{desk}/{part.format(site=site)}").raise_for_status().content
        sizes[part.split("?")[0]] = len(gzip.compress(body, 9))
    return sizes | {"total": sum(sizes.values())}


def _times(browser: Browser, site: str, loads: int) -> dict[str, float]:
    measured: dict[str, list[float]] = {"without": [], "with": []}
    for load in range(loads + 1):
        for which, times in measured.items():
            busy = _busy_ms(browser, f"{site}/{which}", "topay:ready" if which == "with" else "load")
            if load:  # the first of each warms caches of the machine
                times.append(busy)
    medians = {which: round(statistics.median(times), 1) for which, times in measured.items()}
    return medians | {"added": round(medians["with"] - medians["without"], 1)}


def _busy_ms(browser: Browser, address: str, settled: str) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(_WAITS.replace("{event}", settled))
    page.goto(address)
    page.evaluate(_IDLE)
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return float(metrics["TaskDuration"]) * 1000


def _shop_page(shop: str) -> str:
    page = httpx.get(f"{shop}/", params={"lang": "en"}).raise_for_status().text
    return page.replace('"/static/', f'"{shop}/static/').replace('"/widget-settings.js', f'"{shop}/widget-settings.js')


@contextmanager
def _page_server() -> Iterator[tuple[str, dict[str, str]]]:
    pages: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}", pages
    server.shutdown()


@contextmanager
def _desk(index: Path, site: str) -> Iterator[tuple[str, str]]:
    port, shop_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "topay.toml").write_text(f'widget_sites = ["{site}"]\n', encoding="utf-8")
        options = ["--index", str(index.resolve()), "--data", folder, "--demo", "--demo-port", str(shop_port)]
        command = [sys.executable, "-m", "topay_bot", "serve", "--port", str(port), *options]
        process = subprocess.Popen(command, cwd=folder)
        try:
            desk = f"http://127.0.0.1:{port}"
            _wait(f"{desk}/livez", process)
            yield desk, f"http://localhost:{shop_port}"
        finally:
            process.terminate()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            httpx.get(address).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server ended; see above")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
