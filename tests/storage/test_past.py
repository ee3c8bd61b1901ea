"""Shadow replay over real databases: a history that a real desk wrote, asked of another build."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from tests.web.sample import write_knowledge
from topay_bot.bootstrap.serving import open_desk
from topay_bot.builds.making import make_build
from topay_bot.chat.past import PastQuestion
from topay_bot.cli import main
from topay_bot.errors import SettingsError
from topay_bot.settings import Settings, load_settings
from topay_bot.storage.past import past_questions

LIMITS, REFUND, NUMBER = "一天最多能转多少钱", "退款几天能到", "13800138000"
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


@dataclass(frozen=True)
class _Desk:
    """A database that a desk on build `one` wrote, and build `two`, which has lost the article on limits."""

    url: str
    index: Path
    one: str
    two: str

    def run(self, *options: str) -> Result:
        arguments = ["replay", "--index", str(self.index), "--since", YESTERDAY.isoformat(), *options]
        return CliRunner().invoke(main, arguments, env={"TOPAY_DATABASE_URL": self.url})

    def replay(self, *options: str) -> dict[str, Any]:
        done = self.run("--format", "json", *options)
        assert done.exit_code == 0, done.output
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    root = tmp_path_factory.mktemp("replay")
    write_knowledge(root / "knowledge")
    settings = load_settings(knowledge=root / "knowledge", index=root / "index", encoder="fitted")
    one = make_build(settings).build
    for file in (root / "knowledge").rglob("transfer-limits.*.md"):
        file.unlink()
    return root / "index", one, make_build(settings, publish=False).build


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def desk(
    request: pytest.FixtureRequest, builds: tuple[Path, str, str], tmp_path_factory: pytest.TempPathFactory
) -> _Desk:
    index, one, two = builds
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('replay') / 'desk.sqlite3'}"
    else:
        url = str(request.getfixturevalue("postgres")())
    _write_history(load_settings(index=index, database_url=url))
    return _Desk(url, index, one, two)


def _write_history(settings: Settings) -> None:
    parts = open_desk(settings)
    say = _talk(parts.chat)
    say(LIMITS)
    say(REFUND)
    say("How long a refund takes", choice="refund-how-long")  # tapped: nothing that a build would have to find
    say = _talk(parts.chat)
    say(LIMITS)
    say(f"{NUMBER} {REFUND}")
    say("转人工")
    say("在吗")  # to a person: the bot is silent
    parts.store.close()


def _talk(chat: Any) -> Callable[..., None]:
    conversation, token = chat.start("zh")
    sent = iter(range(100))

    def say(text: str, choice: str | None = None) -> None:
        chat.post(conversation.id, token, text, f"m{next(sent)}", choice)

    return say


def test_what_customers_wrote_and_the_bot_decided_on(desk: _Desk) -> None:
    found = past_questions(desk.url, YESTERDAY, 100)
    masked = found[3].text
    assert [question.text for question in found] == [LIMITS, REFUND, LIMITS, masked, "转人工"]
    assert REFUND in masked
    assert NUMBER not in masked
    assert found[0].payload["kind"] == "answer"
    assert (found[0].payload["article"], found[0].language) == ("transfer-limits", "zh")
    assert found[0].at > YESTERDAY
    assert [question.text for question in past_questions(desk.url, YESTERDAY, 2)] == [masked, "转人工"]
    tomorrow = YESTERDAY + datetime.timedelta(days=2)
    assert past_questions(desk.url, tomorrow, 100) == []


def test_the_build_that_answered_decides_the_same(desk: _Desk) -> None:
    told = desk.replay()
    assert (told["build"], told["asked"], told["same"], told["changes"]) == (desk.one, 5, 5, {})
    assert told["before"] == told["after"]


def test_another_build_is_told_question_by_question(desk: _Desk) -> None:
    told = desk.replay("--build", desk.two)
    assert (told["build"], told["asked"]) == (desk.two, 5)
    assert sum(told["changes"].values()) == told["asked"] - told["same"] >= 2
    assert told["before"]["handoff"] == told["after"]["handoff"] == 1
    (limits,) = [one for one in told["differences"] if one["question"] == LIMITS]
    assert (limits["times"], limits["before"]["kind"], limits["before"]["articles"]) == (
        2,
        "answer",
        ["transfer-limits"],
    )
    assert limits["change"].startswith("answer -> ")
    assert limits["last"]["seq"] == 1
    assert desk.replay("--build", desk.two, "--limit", "1")["asked"] == 1
    # Against a build rather than what was decided then: here the same, since that very build had decided.
    assert desk.replay("--build", desk.two, "--against", "current")["changes"] == told["changes"]

    text = desk.run("--build", desk.two).stdout
    assert f"build {desk.two} against what was decided then: 5 questions" in text
    (line,) = [line for line in text.splitlines() if LIMITS in line]
    assert line.startswith("2x")
    assert "answer transfer-limits" in line
    assert NUMBER not in text


def test_nothing_is_written(desk: _Desk, tmp_path: Path) -> None:
    before = _rows(desk.url)
    desk.replay("--build", desk.two)
    assert _rows(desk.url) == before
    if desk.url.startswith("sqlite"):
        # A database without our tables is neither migrated nor made.
        empty = tmp_path / "empty.sqlite3"
        empty.touch()
        with pytest.raises(SettingsError, match="cannot be read"):
            past_questions(f"sqlite:///{empty}", YESTERDAY, 1)
        with pytest.raises(SettingsError, match="no database at"):
            past_questions(f"sqlite:///{tmp_path / 'nowhere' / 'desk.sqlite3'}", YESTERDAY, 1)
        assert not (tmp_path / "nowhere").exists()


def _rows(url: str) -> dict[str, int]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        counts = {name: connection.exec_driver_sql(f"select count(*) from {name}").scalar_one() for name in tables}
    engine.dispose()
    return counts


@pytest.mark.parametrize(("since", "said"), [("last week", "is no date"), ("2026-13-01", "is no date")])
def test_a_bad_date_is_told(desk: _Desk, since: str, said: str) -> None:
    done = desk.run("--since", since)
    assert (done.exit_code, said in done.output) == (2, True)


def test_a_tapped_article_is_known_by_its_lone_certainty() -> None:
    def past(candidates: list[list[object]]) -> PastQuestion:
        return PastQuestion("c", 1, YESTERDAY, "退款", {"candidates": candidates})

    assert past([["refund-how-long", 1.0]]).tapped
    assert not past([["refund-how-long", 1.0], ["refund-request", 0.2]]).tapped
    assert not past([]).tapped
