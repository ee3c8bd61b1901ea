"""A real server over the real knowledge, and a real browser that looks at it."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.requirements import require
from tests.web.browser.chat import Chat

ROOT = Path(__file__).parent.parent.parent.parent
CHROMIUM = Path("/usr/bin/chromium")
_SHAPES_AN_INDEX = (
    "builds/making.py",
    "text.py",
    "english.py",
    "pinyin.py",
    "knowledge/*.py",
    "retrieval/*.py",
    "answering/*.py",
)


class Server:
    """A server process of its own; it can be killed and started again on its port, with its data."""

    def __init__(self, index: Path, data: Path, *options: str) -> None:
        self.index, self.data, self.options = index, data, options
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--index", str(self.index), "--data", str(self.data), *self.options]
        with (self.data / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "topay_bot", "serve", *options], cwd=self.data, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        self.kill()
        pytest.fail(f"the server does not become ready:\n{(self.data / 'log').read_text(encoding='utf-8')[-3000:]}")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def terminate(self) -> int:
        """Tell it to end; its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=20)

    def decision(self, question: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.post(f"{self.url}/v1/ask", json={"text": question}).json()
        return found


@pytest.fixture(scope="session")
def knowledge_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the project's knowledge, kept in pytest's cache until the knowledge or the code changes."""
    _require_browser()
    digest = hashlib.sha256()
    knowledge = ROOT / "knowledge"
    sources = [path for pattern in _SHAPES_AN_INDEX for path in (ROOT / "topay_bot").glob(pattern)]
    articles = [path for path in knowledge.rglob("*.*") if path.name != "replies.toml"]  # of no account to a build
    for path in sorted([*articles, *sources]):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    cache = getattr(request.config, "cache", None)
    base = cache.mkdir("browser-index") if cache is not None else tmp_path_factory.mktemp("browser-index")
    folder = Path(base) / digest.hexdigest()[:16]
    if not (folder / "CURRENT").exists():
        for older in folder.parent.iterdir():
            shutil.rmtree(older)
        command = [sys.executable, "-m", "topay_bot", "build", "--knowledge", str(knowledge), "--index", str(folder)]
        made = subprocess.run(command, cwd=tmp_path_factory.mktemp("build"), capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def make_server(knowledge_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Server]]:
    """Starts servers, each with an empty database."""
    with ExitStack() as stack:

        def make() -> Server:
            server = Server(knowledge_index, tmp_path_factory.mktemp("data"))
            stack.callback(server.kill)
            server.start()
            return server

        yield make


@pytest.fixture(scope="module")
def server(make_server: Callable[[], Server]) -> Server:
    return make_server()


def _require_browser() -> None:
    require(find_spec("playwright"), "Playwright", 'pip install -e ".[test]"')
    require(CHROMIUM.exists(), "Chromium at /usr/bin/chromium", "apt-get install chromium fonts-noto-cjk")


@pytest.fixture(scope="module")  # not longer: while Playwright runs, no other test could run an event loop
def browser() -> Iterator[Any]:
    _require_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


OpenChat = Callable[..., Chat]


@pytest.fixture
def open_chat(browser: Any, server: Server) -> Iterator[OpenChat]:
    """Opens the chat page in a new browser profile. In the end the page must have had nothing to complain about."""
    opened: list[tuple[Any, Chat]] = []

    def open_(path: str = "/", *, width: int = 1280, height: int = 800, at: Server = server, **options: Any) -> Chat:
        options = {"locale": "zh-CN", "reduced_motion": "reduce", **options}
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        chat = Chat(context.new_page(), at.url)
        opened.append((context, chat))
        chat.open(path)
        return chat

    yield open_
    for context, chat in opened:
        context.close()
        assert chat.complaints == []
