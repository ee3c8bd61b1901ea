"""Publishes under load: 100 publishes while 20 questions a second are asked, then a publish killed at 30 moments.

    python -m benchmarks.publish INDEX [--publishes 100] [--rate 20] [--kills 30]

INDEX is copied; where it holds one build, a twin of it is made. Prints one JSON document: failed requests, answers
of builds that had not been current within two seconds before they were asked for, latencies, memory, and what the
kills did.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from topay_bot.retrieval.index import MANIFEST, BuildStore, seal

QUESTIONS = (
    "退款几天能到账",
    "支付密码忘了怎么办",
    "how long does a refund take",
    "我的钱被别人转走了",
    "今天天气怎么样",
)
TAKEN_UP_WITHIN_SECONDS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--publishes", type=int, default=100)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        shutil.copytree(options.index, index)
        store = BuildStore(index)
        builds = two_builds(store)
        server, url = serve(index, Path(folder))
        try:
            report = under_load(store, builds, url, server.pid, options.publishes, options.rate)
            print(json.dumps(report), file=sys.stderr)  # the kills take a while yet
            report["kills"] = kills(store, builds, url, options.kills)
        finally:
            server.terminate()
            server.wait(30)
    print(json.dumps(report))


def two_builds(store: BuildStore) -> list[str]:
    builds = store.builds()[-2:]
    if len(builds) == 1:
        twin = store.root / "twin"
        shutil.copytree(store.root / builds[0], twin)
        manifest = json.loads((twin / MANIFEST).read_text()) | {"build": "twin"}
        (twin / MANIFEST).write_text(json.dumps(manifest | {"seal": seal(manifest)}, ensure_ascii=False))
        builds.append("twin")
    store.publish(builds[0])
    return builds


def serve(index: Path, data: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "topay_bot", "serve", "--port", port, "--index", index, "--data", data / "data"]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if ready(url) is not None:
            return server, url
        time.sleep(0.1)
    server.kill()
    raise SystemExit("the server did not become ready within a minute")


def ready(url: str) -> str | None:
    try:
        build: str | None = httpx.get(f"{url}/readyz", timeout=10).json().get("build")
    except httpx.HTTPError:
        return None
    return build


def megabytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def under_load(store: BuildStore, builds: list[str], url: str, pid: int, publishes: int, rate: float) -> dict[str, Any]:
    published: list[tuple[float, str]] = [(0.0, builds[0])]
    asked: list[tuple[float, float, str]] = []  # start, end, build
    failed: list[str] = []
    stop = threading.Event()
    client = httpx.Client(base_url=url, timeout=30, limits=httpx.Limits(max_connections=50))

    def ask(question: str) -> None:
        start = time.monotonic()
        try:
            response = client.post("/v1/ask", json={"text": question})
            response.raise_for_status()
            asked.append((start, time.monotonic(), response.json()["build"]))
        except httpx.HTTPError as error:
            failed.append(repr(error))

    def load() -> None:
        with ThreadPoolExecutor(32) as pool:
            begin, number = time.monotonic(), 0
            while not stop.is_set():
                pool.submit(ask, QUESTIONS[number % len(QUESTIONS)])
                number += 1
                time.sleep(max(0.0, begin + number / rate - time.monotonic()))

    loader = threading.Thread(target=load)
    loader.start()
    memory, taken_up = [], []
    for number in range(1, publishes + 1):
        build = builds[number % 2]
        start = time.monotonic()
        store.publish(build)
        published.append((time.monotonic(), build))
        while ready(url) != build:
            time.sleep(0.02)
        taken_up.append(time.monotonic() - start)
        memory.append(megabytes(pid))
        time.sleep(0.2)
    stop.set()
    loader.join()
    client.close()
    milliseconds = [(end - start) * 1000 for start, end, _ in asked]
    tenth = max(1, publishes // 10)
    return {
        "requests": len(asked) + len(failed),
        "failed": len(failed),
        "answers_of_a_build_not_current": sum(not was_current(published, *one) for one in asked),
        "latency_ms": {f"p{share}": round(float(np.percentile(milliseconds, share)), 1) for share in (50, 99, 100)},
        "taken_up_seconds": {"median": round(float(np.median(taken_up)), 2), "most": round(max(taken_up), 2)},
        "memory_mb": {"after_first": memory[0], "after_a_tenth": memory[tenth - 1], "after_all": memory[-1]},
    }


def was_current(published: list[tuple[float, str]], start: float, end: float, build: str) -> bool:
    """Whether CURRENT named the build at some moment from two seconds before the request to its end."""
    ends = [moment for moment, _ in published[1:]] + [float("inf")]
    return any(
        named == build and begin <= end and until >= start - TAKEN_UP_WITHIN_SECONDS
        for (begin, named), until in zip(published, ends, strict=True)
    )


def kills(store: BuildStore, builds: list[str], url: str, number: int) -> dict[str, int]:
    """Kill `topay-bot publish` at random moments: afterwards one whole build is current, and the server serves it."""
    moments = random.Random(5)

    def start(build: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "topay_bot", "publish", build, "--index", str(store.root)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    begin = time.monotonic()
    start(builds[0]).wait()
    seconds = time.monotonic() - begin
    killed = whole = switched = 0
    while killed < number:
        before = store.current()
        publisher = start(next(build for build in builds if build != before))
        time.sleep(moments.uniform(0, seconds))
        if publisher.poll() is None:
            publisher.kill()
            killed += 1
            switched += store.current() != before
            whole += store.open().id in builds
        publisher.wait()
    end = time.monotonic() + 30
    while ready(url) != store.current() and time.monotonic() < end:
        time.sleep(0.05)
    return {
        "killed": killed,
        "whole": whole,
        "already_switched": switched,
        "served": int(ready(url) == store.current()),
    }


if __name__ == "__main__":
    main()
