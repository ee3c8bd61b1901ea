"""The server as a user starts it: a process, a port, a signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

Start = Callable[..., "Server"]
LEFT_OUT = ("libtorch", "sentence_transformers")


class Server:
    """`python -m topay_bot serve`, ready when the constructor returns."""

    def __init__(self, index: Path, data: Path, *options: str, wait_for: str = "/readyz") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.log = data.with_suffix(".log")
        begin = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "topay_bot",
                    "serve",
                    "--port",
                    port,
                    "--index",
                    index,
                    "--data",
                    data,
                    *options,
                ],
                stdout=log,
                stderr=log,
                cwd=data.parent,  # away from any topay.toml
                env={key: value for key, value in os.environ.items() if not key.startswith("TOPAY_")},
            )
        self.client = httpx.Client(base_url=self.url, timeout=10)
        while not self._answers(wait_for):
            assert self.process.poll() is None, self.log.read_text()
            assert time.perf_counter() - begin < 30, self.log.read_text()
            time.sleep(0.02)
        self.processor_seconds_to_ready = self._processor_seconds()

    def _processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime: proc(5)

    def _answers(self, path: str) -> bool:
        try:
            return self.client.get(path).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.client.close()
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


@pytest.fixture
def start(sample: Path, tmp_path: Path) -> Iterator[Start]:
    started: list[Server] = []

    def begin(index: Path = sample / "index", **more: str) -> Server:
        started.append(Server(index, tmp_path / "data", **more))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        server.client.close()


def test_a_servers_life(start: Start, tmp_path: Path) -> None:
    """Ready soon, light, says where it is, ends at once when told to, and goes on where it was."""
    server = start()
    assert server.processor_seconds_to_ready < 4, "2 s are promised on a quiet machine; a busy one counts twice that"
    body = server.client.post("/v1/ask", json={"text": "退款几天能到"}).json()
    assert body["answer"]["article"] == "refund-how-long"
    maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert not [name for name in LEFT_OUT if name in maps]
    assert f"{server.url}/" in server.log.read_text()

    talk = server.client.post("/v1/conversations").json()
    path, headers = f"/v1/conversations/{talk['id']}/messages", {"Authorization": f"Bearer {talk['token']}"}
    told = {"text": "退款几天能到，密码是Tr0ub4dor", "client_id": "a"}
    said = server.client.post(path, json=told, headers=headers).json()
    server.client.get(path, headers=headers, params={"token": talk["token"]})
    assert server.stop() in (0, -signal.SIGTERM)
    # The database was closed, not just dropped: nothing waits in its journal.
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["topay.sqlite3"]

    server = start()
    assert server.client.get(path, headers=headers).json()["messages"] == said["messages"]
    assert server.client.post(path, json=told, headers=headers).json() == said
    server.stop(signal.SIGKILL)

    server = start()
    assert server.client.get(path, headers=headers).json()["messages"] == said["messages"]
    assert server.stop(signal.SIGINT) in (0, -signal.SIGINT)
    log = server.log.read_text()
    for secret in ("Tr0ub4dor", talk["token"], "Traceback"):
        assert secret not in log


def test_a_megabyte_to_a_real_server(start: Start) -> None:
    """The refusal arrives, whether the length was announced or not, and the server goes on."""
    server = start()
    for content in (b"x" * 1_000_000, (b"x" * 65536 for _ in range(20))):
        response = server.client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.json()["code"]) == (413, "too-large")
    assert server.client.get("/livez").status_code == 200


def test_without_an_index_it_starts_and_says_why(start: Start, tmp_path: Path) -> None:
    server = start(tmp_path / "nowhere", wait_for="/livez")
    assert server.client.get("/readyz").status_code == 503
    assert str(tmp_path / "nowhere") in server.log.read_text()


def test_a_database_that_cannot_be_opened_is_one_clear_line(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "topay_bot", "serve", "--index", sample / "index", "--data", tmp_path / "file" / "in"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert "cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr
