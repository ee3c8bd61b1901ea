"""A running server takes up what is published: nobody notices, and a damaged build changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from tests.waiting import wait_until
from tests.web.sample import write_knowledge
from tests.web.test_server import Server
from topay_bot.builds.making import make_build
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import load_settings
from topay_bot.web.app import create_app

QUESTION = {"text": "退款几天能到"}


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """An index with two builds whose answers differ, none of them published."""
    root = tmp_path_factory.mktemp("swap")
    write_knowledge(root / "knowledge")
    settings = load_settings(knowledge=root / "knowledge", index=root / "index", encoder="fitted")
    one = make_build(settings, publish=False).build
    for file in (root / "knowledge").glob("*/*.md"):
        file.write_text(file.read_text(encoding="utf-8") + "\n更新。\n", encoding="utf-8")
    return root / "index", one, make_build(settings, publish=False).build


@pytest.fixture
def index(two_builds: tuple[Path, str, str], tmp_path: Path) -> Path:
    shutil.copytree(two_builds[0], tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def builds(two_builds: tuple[Path, str, str]) -> tuple[str, str]:
    return two_builds[1:]


@pytest.fixture
def client(index: Path, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(index=index, data=tmp_path / "data"))) as client:
        yield client


def _ready(client: TestClient | httpx.Client) -> str | None:
    build: str | None = client.get("/readyz").json().get("build")
    return build


def test_a_server_without_an_index_takes_one_up_when_it_appears(
    client: TestClient, index: Path, builds: tuple[str, str]
) -> None:
    assert client.get("/readyz").status_code == 503
    assert "topay_build_info{" not in client.get("/metrics").text
    BuildStore(index).publish(builds[0])
    wait_until(lambda: _ready(client) == builds[0])
    assert client.post("/v1/ask", json=QUESTION).json()["build"] == builds[0]


def test_readiness_metrics_and_answers_show_the_build(client: TestClient, index: Path, builds: tuple[str, str]) -> None:
    store = BuildStore(index)
    for swaps, build in enumerate((*builds, builds[0])):
        store.publish(build)
        wait_until(lambda build=build: _ready(client) == build)  # type: ignore[misc]  # bound at once
        answer = client.post("/v1/ask", json=QUESTION).json()
        assert answer["build"] == build
        assert ("更新" in answer["answer"]["text"]) == (build == builds[1])
        talk = client.post("/v1/conversations").json()
        said = client.post(
            f"/v1/conversations/{talk['id']}/messages",
            json=QUESTION | {"client_id": "a"},
            headers={"Authorization": f"Bearer {talk['token']}"},
        ).json()
        assert said["messages"][1]["build"] == build
        told = client.get("/metrics").text
        assert [line for line in told.splitlines() if line.startswith("topay_build_info{")] == [
            f'topay_build_info{{build="{build}"}} 1.0'
        ]
        assert f"topay_build_swaps_total {swaps}.0" in told


def test_a_damaged_build_is_told_and_the_old_one_goes_on(
    client: TestClient, index: Path, builds: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    store = BuildStore(index)
    store.publish(builds[0])
    wait_until(lambda: _ready(client) == builds[0])
    (index / builds[1] / "zh" / "heads.npy").unlink()
    (index / "CURRENT").write_text(builds[1] + "\n")  # past the check that publishing makes
    wait_until(lambda: "failed" in client.get("/readyz").json())
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "build": builds[0],
        "failed": {"build": builds[1], "code": "artefact"},
    }
    assert client.post("/v1/ask", json=QUESTION).json()["build"] == builds[0]
    told = client.get("/metrics").text
    assert "topay_build_failures_total 1.0" in told
    assert "topay_build_behind 1.0" in told
    assert "heads.npy" in caplog.text
    assert "heads.npy" not in response.text


def test_all_workers_swap_under_load_and_drop_nothing(index: Path, builds: tuple[str, str], tmp_path: Path) -> None:
    """Two processes on one index, as two workers are, asked without a pause while builds change."""
    store = BuildStore(index)
    store.publish(builds[0])
    servers = [Server(index, tmp_path / f"data{number}") for number in range(2)]
    stop = threading.Event()
    failed: list[str] = []
    seen: list[str] = []

    def ask(url: str) -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            while not stop.is_set():
                response = client.post("/v1/ask", json=QUESTION)
                if response.status_code != 200:
                    failed.append(response.text)
                    return
                seen.append(response.json()["build"])

    askers = [threading.Thread(target=ask, args=(server.url,)) for server in servers]
    try:
        for asker in askers:
            asker.start()
        for build in (builds[1], builds[0], builds[1]):
            store.publish(build)
            for server in servers:
                wait_until(lambda server=server, build=build: _ready(server.client) == build)  # type: ignore[misc]
    finally:
        stop.set()
        for asker in askers:
            asker.join(60)
        codes = [server.stop() for server in servers]
    assert not failed
    assert set(seen) == set(builds)
    assert all(code in (0, -signal.SIGTERM) for code in codes)
    for server in servers:
        assert f"build {builds[1]} answers now in place of {builds[0]}" in server.log.read_text()


def test_two_workers_swap_under_requests_and_a_killed_one_comes_back(
    index: Path, builds: tuple[str, str], tmp_path: Path
) -> None:
    """One port, two processes: nothing fails while builds change, and /metrics counts for both of them."""
    store = BuildStore(index)
    store.publish(builds[0])
    server = Server(index, tmp_path / "data", "--workers", "2")
    stop = threading.Event()
    failed: list[str] = []
    seen: list[str] = []

    def ask() -> None:
        while not stop.is_set():
            response = httpx.post(
                f"{server.url}/v1/ask", json=QUESTION, timeout=60
            )  # a new connection each: any worker
            if response.status_code != 200:
                failed.append(response.text)
                return
            seen.append(response.json()["build"])

    askers = [threading.Thread(target=ask) for _ in range(2)]
    try:
        wait_until(lambda: _shown(server, "topay_workers") == {"": 2.0})
        for asker in askers:
            asker.start()
        for build in (builds[1], builds[0], builds[1]):
            store.publish(build)
            wait_until(lambda build=build: _shown(server, "topay_build_info") == {f'build="{build}"': 2.0})  # type: ignore[misc]
        stop.set()
        for asker in askers:
            asker.join(60)
        assert not failed
        assert set(seen) == set(builds)
        assert _shown(server, "topay_build_swaps_total") == {"": 6.0}
        assert sum(_shown(server, "topay_decisions_total").values()) == len(seen)

        os.kill(_workers(server)[0], signal.SIGKILL)
        wait_until(lambda: len(_workers(server)) == 3 and _shown(server, "topay_workers") == {"": 2.0})
        assert _shown(server, "topay_build_info") == {f'build="{builds[1]}"': 2.0}
        # What the dead one had counted is not forgotten: a counter never falls.
        assert _shown(server, "topay_build_swaps_total") == {"": 6.0}
        assert sum(_shown(server, "topay_decisions_total").values()) == len(seen)
    finally:
        stop.set()
        code = server.stop()
    assert code in (0, -signal.SIGTERM)
    assert "Traceback" not in server.log.read_text()


def test_workers_end_with_their_parent(index: Path, builds: tuple[str, str], tmp_path: Path) -> None:
    BuildStore(index).publish(builds[0])
    server = Server(index, tmp_path / "data", "--workers", "2")
    wait_until(lambda: len(_workers(server)) == 2)
    server.stop(signal.SIGKILL)
    wait_until(lambda: not _listens(server))


def _listens(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/livez", timeout=60).is_success
    except httpx.TransportError:
        return False


def _workers(server: Server) -> list[int]:
    """The process ids of all workers that ever served, the oldest first."""
    return [int(found) for found in re.findall(r"worker (\d+) serves", server.log.read_text())]


def _shown(server: Server, metric: str) -> dict[str, float]:
    """The values of a metric by their labels."""
    text = httpx.get(f"{server.url}/metrics", timeout=60).text
    return {
        found[1] or "": float(found[2]) for found in re.finditer(rf"^{metric}(?:\{{(.*)\}})? (.+)$", text, re.MULTILINE)
    }
