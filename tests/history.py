"""A desk with a short history, in which three customers ask four times for what no article covers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.web.sample import write_knowledge
from topay_bot.bootstrap.serving import DeskParts, open_desk
from topay_bot.builds.making import make_build
from topay_bot.cli import main
from topay_bot.desk.agents import Role
from topay_bot.settings import Settings, load_settings

REFUND, NUMBER = "退款几天能到", "13800138000"
CHARITY = ("怎么给慈善机构捐款呀", "慈善捐款怎么捐", "想给慈善机构捐款", f"慈善机构捐款 {NUMBER}")


@dataclass(frozen=True)
class History:
    """Commands over the history."""

    url: str
    root: Path

    def run(self, *options: str) -> Result:
        folders = ["--index", str(self.root / "index"), "--knowledge", str(self.root / "knowledge")]
        return self.call("gaps", *folders, *options)

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env={"TOPAY_DATABASE_URL": self.url})

    def told(self, *options: str) -> dict[str, Any]:
        done = self.run("--format", "json", *options)
        assert done.exit_code == 0, done.output
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@pytest.fixture(scope="session")
def missed_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small knowledge folder and its index."""
    root = tmp_path_factory.mktemp("missed")
    write_knowledge(root / "knowledge")
    make_build(load_settings(knowledge=root / "knowledge", index=root / "index"))
    return root


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def history(request: pytest.FixtureRequest, missed_root: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The history in a database of either kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('missed') / 'desk.sqlite3'}"
    else:
        url = str(request.getfixturevalue("postgres")())
    write_history(load_settings(index=missed_root / "index", database_url=url))
    return History(url, missed_root)


def write_history(settings: Settings) -> None:
    """Have the customers ask."""
    parts = open_desk(settings)
    try:
        _talk(parts)
    finally:
        parts.store.close()


def _talk(parts: DeskParts) -> None:
    for place, text in enumerate(CHARITY):
        _ask(parts.chat, text, "c-1" if place < 2 else None)
    _ask(parts.chat, "转人工")  # a wish for a person is no question
    _ask(parts.chat, REFUND)  # answered, and nobody said anything against it
    conversation, token, said = _ask(parts.chat, REFUND)
    parts.chat.feedback(said, token, False)
    conversation, token, said = _ask(parts.chat, REFUND)
    agent = parts.agents.sign_in.add("Lin", "a long password", [Role.AGENT], ["zh"])
    parts.chat.post(conversation, token, "转人工", "m2")  # agents label what was handed to a person
    parts.agents.service.label(agent, conversation, said, "refund-request")


def _ask(chat: Any, text: str, customer: str | None = None) -> tuple[str, str, str]:
    """Conversation, token, and the id of the bot's message."""
    conversation, token = chat.start("zh", customer)
    posted = chat.post(conversation.id, token, text, "m1")
    said = next(message for message in posted.messages if message.author == "bot")
    return conversation.id, token, said.id
