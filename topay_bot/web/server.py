"""The server that runs the application: one process, or several workers behind one port.

The workers are uvicorn's: it hands all of them one listening socket, starts another for one that died or hangs, and
ends them all on a signal. Each is a server like any other, which takes up new builds by itself; nothing else but the
database, the folder of builds and the counters (metrics.py) is shared.
"""

from __future__ import annotations

import fcntl
import json
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from topay_bot.bootstrap.database import prepare_database
from topay_bot.errors import TopayError
from topay_bot.settings import Settings, load_settings
from topay_bot.web.app import create_app
from topay_bot.web.desk import Desk
from topay_bot.web.events.sockets import MAX_FRAME_BYTES, CuttingProtocol

_SETTINGS = "TOPAY_WORKER_SETTINGS"  # from the parent to its workers; not for users
_SHARED = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own name
# A worker must first load the package, which takes seconds on a busy machine, before it can say that it is well.
_PATIENCE_SECONDS = 60
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_SERVING: dict[str, Any] = {
    # Addresses of customers and the texts in URLs are no business of a log.
    "log_level": "warning",
    "access_log": False,
    "ws": CuttingProtocol,
    "ws_max_size": MAX_FRAME_BYTES,
    "ws_per_message_deflate": False,  # for small frames it costs each socket more memory than it saves the network
    "timeout_graceful_shutdown": 10,  # for requests on their way, and for sockets that nobody reads from
}
_log = logging.getLogger("topay_bot")


def run(settings: Settings, *, watch: bool = False) -> None:
    """Serve until stopped. With `watch` one process answers from the knowledge folder as it is written."""
    _log_to_terminal()
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{shown}:{settings.port}/"
    if settings.workers > 1 and not watch:
        _run_workers(settings, address)
        return
    if not watch:
        _serve(create_app(settings), settings, address)
        return
    with tempfile.TemporaryDirectory(prefix="topay-drafts-") as folder:
        _log.info("watching %s; conversations here are try-outs and are forgotten at the end", settings.knowledge)
        if settings.host not in _THIS_MACHINE:
            _log.warning("drafts are shown to everyone who reaches %s", settings.host)
        _serve(create_app(_apart(settings, Path(folder)), drafts=Path(folder) / "index"), settings, address)


def _serve(app: FastAPI, settings: Settings, address: str) -> None:
    desk: Desk = app.state.desk
    _log.info("chat page at %s (build %s)", address, desk.build_id or "none: see /readyz")
    uvicorn.run(app, host=settings.host, port=settings.port, workers=1, **_SERVING)


def _apart(settings: Settings, folder: Path) -> Settings:
    """Settings of a preview: what an editor tries must not reach the people at the desk, nor its figures."""
    quiet = {"database_url": None, "mail_to": (), "webhook_urls": ()}
    return settings.model_copy(update={"data": folder / "data", **quiet})


def _run_workers(settings: Settings, address: str) -> None:
    prepare_database(settings)  # here, so that what is wrong is said once and nothing is started
    _log.info("chat page at %s, %d workers (process %d)", address, settings.workers, os.getpid())
    with tempfile.TemporaryDirectory(prefix="topay-workers-") as shared:
        # systemd-tmpfiles, which clears /tmp of what is old, passes over folders that somebody has locked.
        fcntl.flock(os.open(shared, os.O_RDONLY), fcntl.LOCK_EX)
        os.environ[_SETTINGS] = json.dumps(settings.model_dump(), default=_plain)
        os.environ[_SHARED] = shared
        uvicorn.run(
            "topay_bot.web.server:worker",
            factory=True,
            workers=settings.workers,
            timeout_worker_healthcheck=_PATIENCE_SECONDS,
            host=settings.host,
            port=settings.port,
            **_SERVING,
        )


def _plain(value: object) -> str:
    """A path, or a secret as it is: it goes from this process to its own workers."""
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def worker() -> FastAPI:
    """The application of one worker; called by uvicorn in its process."""
    _log_to_terminal()
    _end_with_parent()
    try:
        app = create_app(load_settings(**json.loads(os.environ[_SETTINGS])), shared=Path(os.environ[_SHARED]))
    except TopayError as error:
        _log.error("worker %d cannot start and is started again: %s", os.getpid(), error)
        sys.exit(1)
    desk: Desk = app.state.desk
    _log.info("worker %d serves build %s", os.getpid(), desk.build_id or "none: see /readyz")
    return app


def _end_with_parent() -> None:
    """Without their parent workers would go on, keep the port, and nobody would start or end them."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _log_to_terminal() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # storage.migrate says in one line what was done
