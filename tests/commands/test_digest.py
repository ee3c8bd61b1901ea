"""The digest of a small history whose numbers are counted in tests/storage/test_insights.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result

from tests.desk.inbox import Inbox, free_port
from tests.insight_history import write_small_history
from tests.web.html_rules import faults, soup_of
from topay_bot.cli import main
from topay_bot.settings import load_settings
from topay_bot.storage.sql_store import SqlStore

WEEK = ("--since", "2026-11-02", "--until", "2026-11-08")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("digest")
    store = SqlStore(load_settings(data=folder).database())
    write_small_history(store)
    store.close()
    return folder


def _digest(data: Path, root: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["digest", "--data", str(data), "--index", str(root / "index"), *options])


def test_the_week_beside_the_week_before(data: Path, missed_root: Path) -> None:
    done = _digest(data, missed_root, *WEEK, "--lang", "en")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "# The desk from 2026-11-02 to 2026-11-08"
    assert "2026-10-26 to 2026-11-01" in lines[2]
    for line in (
        "| Conversations | 7 | 1 |",
        "| Answer rate | 57% | 100% |",
        "| Deflection | 43% | 100% |",
        "| Waiting time, median | 4 min 0 s | – |",
        "| Asked for a person | 3 | 43% |",
        "| Refunds | 3 | 2 | 1 | 100% |",
        "| 退款几天能到？ | 2 |",
    ):
        assert line in lines


def test_in_chinese_by_default_and_as_a_page(data: Path, missed_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "digest.html"
    done = _digest(data, missed_root, *WEEK, "--html", str(file))
    assert done.stdout.startswith("# 客服台小结：2026-11-02 至 2026-11-08\n")
    page = soup_of(file.read_text(encoding="utf-8"))
    wrong = [
        fault for fault in faults(page) if not fault.startswith(("inline style", "not exactly one main", "no desc"))
    ]
    assert wrong == []
    assert page.html is not None and page.html["lang"] == "zh-CN"
    cells = [[cell.get_text() for cell in row.select("td")] for row in page.select("tr")]
    assert ["回答率", "57%", "100%"] in cells
    assert not page.select("script, link, img")


def test_a_week_without_anything(data: Path, missed_root: Path) -> None:
    done = _digest(data, missed_root, "--until", "2025-01-07", "--lang", "en")
    assert done.stdout.startswith("# The desk from 2025-01-01 to 2025-01-07\n")
    assert "| Answer rate | – | – |" in done.stdout
    assert done.stdout.count("None.") == 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "soon"), "'soon' is no day"),
        (("--since", "2026-11-08", "--until", "2026-11-02"), "no range of 1 to 366 days"),
    ],
)
def test_what_cannot_be_is_told(data: Path, missed_root: Path, options: tuple[str, ...], said: str) -> None:
    done = _digest(data, missed_root, *options)
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_without_a_database_nothing_is_made(missed_root: Path, tmp_path: Path) -> None:
    done = _digest(tmp_path, missed_root, *WEEK)
    assert (done.exit_code, "no database at" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_it_is_sent_to_whoever_is_notified(data: Path, missed_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox()
    controller = Controller(inbox, "127.0.0.1", free_port(), auth_require_tls=False)
    controller.start()
    try:
        mail = {"MAIL_TO": '["boss@topay.example"]', "MAIL_FROM": "desk@topay.example", "SMTP_HOST": "127.0.0.1"}
        for name, value in (mail | {"SMTP_PORT": str(controller.port), "SMTP_SECURITY": "none"}).items():
            monkeypatch.setenv(f"TOPAY_{name}", value)
        done = _digest(data, missed_root, *WEEK, "--mail")
    finally:
        controller.stop()
    assert done.exit_code == 0, done.output
    ((people, message),) = inbox.messages
    assert people == ["boss@topay.example"]
    assert message["Subject"] == "[TOPAY] 客服台小结：2026-11-02 至 2026-11-08"
    plain, page = message.iter_parts()
    assert "| 回答率 | 57% | 100% |" in plain.get_content()
    assert "<td" in page.get_content()
    again = _digest(data, missed_root, *WEEK, "--mail")
    assert (again.exit_code, "the e-mail did not go out" in again.stderr) == (1, True)
    assert again.stdout == done.stdout  # it can still be read


def test_without_anybody_to_send_it_to(data: Path, missed_root: Path) -> None:
    done = _digest(data, missed_root, *WEEK, "--mail")
    assert (done.exit_code, "mail_to names nobody" in done.stderr) == (1, True)
