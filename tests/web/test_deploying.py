"""The proxy of docs/deploying.md, as it stands there but for addresses and TLS, in front of a real server."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from websockets.sync.client import connect

from tests.requirements import require
from tests.waiting import wait_until
from tests.web.test_server import Server
from topay_bot.commands.serving import serve
from topay_bot.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "deploying.md").read_text(encoding="utf-8")
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def _block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def site(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the proxy."""
    require(Path(NGINX).exists(), "nginx", "apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("proxy")
    server = Server(sample / "index", folder / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = _block("nginx").replace("http://127.0.0.1:8000", server.url)
    conf = re.sub(r"\n +ssl_certificate.*", "", conf).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    places = " ".join(f"{name}_temp_path {name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"pid nginx.pid; daemon off;\nevents {{}}\nhttp {{\naccess_log off; {places}\n{conf}}}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    proxy = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        wait_until(lambda: (folder / "nginx.pid").exists() and (folder / "nginx.pid").read_text() != "")
        yield f"http://127.0.0.1:{port}"
    finally:
        proxy.terminate()
        proxy.wait(timeout=20)
        server.stop()


def test_a_conversation_goes_through_the_proxy(site: str) -> None:
    with httpx.Client(base_url=site, timeout=20) as client:
        assert client.get("/readyz").json()["status"] == "ready"
        assert client.get("/").status_code == 200
        talk = client.post("/v1/conversations").json()
        with connect(f"{site.replace('http', 'ws')}/v1/conversations/{talk['id']}/events?after=0") as live:
            live.send(json.dumps({"token": talk["token"]}))
            said = {"text": "退款几天能到", "client_id": "a"}
            path, headers = f"/v1/conversations/{talk['id']}/messages", {"Authorization": f"Bearer {talk['token']}"}
            assert client.post(path, json=said, headers=headers).status_code == 200
            told = ""
            while "退款" not in told:
                told = str(live.recv(timeout=20))


def test_the_proxy_bounds_what_one_address_asks_and_lets_it_go_on_later(site: str) -> None:
    with httpx.Client(base_url=site, timeout=20) as client:
        statuses = Counter(client.get("/livez").status_code for _ in range(300))
        assert statuses[429] > 0
        assert statuses.keys() == {200, 429}
        assert client.get("/static/chat.css").status_code == 200  # a page's own files are never refused
        wait_until(lambda: client.get("/livez").status_code == 200)


def test_figures_are_for_the_machine_itself(site: str) -> None:
    assert "topay_decisions" in httpx.get(f"{site}/metrics").text
    assert re.search(r"location = /metrics \{\s+allow 127\.0\.0\.1;\s+deny all;", _block("nginx"))


def test_the_service_names_a_command_and_folders_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(_block("ini"))
    command = unit["Service"]["ExecStart"].split()
    assert command[:2] == ["/srv/topay-bot/.venv/bin/topay-bot", "serve"]
    assert CliRunner().invoke(serve, [*command[2:], "--help"]).exit_code == 0
    written = [Path(path).name for path in unit["Service"]["ReadWritePaths"].split()]
    assert written == [str(Settings.model_fields["data"].default), str(Settings.model_fields["index"].default)]
