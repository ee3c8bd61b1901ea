"""A real PostgreSQL server, started from the system's binaries."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.requirements import require


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Makes an empty database at each call and gives its URL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    require(found, "PostgreSQL's server", "apt-get install postgresql")
    require(importlib.util.find_spec("psycopg"), "the driver psycopg", "pip install 'psycopg[binary]'")
    # Not below pytest's folder, which is root's alone: PostgreSQL refuses to run as root. The path is short
    # because a socket's name has at most 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="topay-pg-"))
    become: list[str] = []
    if os.geteuid() == 0:
        require("postgres" in {user.pw_name for user in pwd.getpwall()}, "a user postgres", "adduser --system postgres")
        become = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")
    data = str(home / "data")

    def run(tool: str, *args: str) -> None:
        done = subprocess.run(
            [*become, str(found[-1].parent / tool), *args], capture_output=True, text=True, timeout=60, cwd="/"
        )
        assert done.returncode == 0, f"{tool}: {done.stdout}{done.stderr}"

    try:
        run("initdb", "-D", data, "-U", "topay", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c timezone=Asia/Shanghai"
        run("pg_ctl", "-D", data, "-l", str(home / "log"), "-w", "-o", options, "start")
        try:
            server = f"postgresql+psycopg://topay@/%s?host={home}"
            admin = sa.create_engine(server % "postgres", isolation_level="AUTOCOMMIT")

            def new_database() -> str:
                name = f"t{secrets.token_hex(6)}"
                with admin.connect() as connection:
                    connection.exec_driver_sql(f"CREATE DATABASE {name}")
                return server % name

            yield new_database
            admin.dispose()
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
