"""What articles did for customers, counted on both databases over what a real desk wrote."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.desk.contract import AT
from tests.web.sample import write_knowledge
from topay_bot.bootstrap.serving import DeskParts, open_desk
from topay_bot.builds.making import make_build
from topay_bot.chat.usage import ArticleUse
from topay_bot.settings import load_settings
from topay_bot.storage import database, usage
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import conversations, messages

LIMITS, REFUND = "一天最多能转多少钱", "退款几天能到"
ARTICLES = ("transfer-limits", "refund-how-long", "bind-card")
_NOW = datetime.datetime.now(datetime.UTC)
YESTERDAY, TOMORROW = _NOW - datetime.timedelta(days=1), _NOW + datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("usage")
    write_knowledge(root / "knowledge")
    make_build(load_settings(knowledge=root / "knowledge", index=root / "index", encoder="fitted"))
    return root / "index"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('usage') / 'desk.sqlite3'}"
    return str(request.getfixturevalue("postgres")())


@pytest.fixture(scope="module")
def desk(url: str, index: Path) -> Iterator[DeskParts]:
    parts = open_desk(load_settings(index=index, database_url=url))
    first, second = _Talk(parts.chat), _Talk(parts.chat)
    first.say(LIMITS, helpful=True)
    first.say(REFUND, helpful=False)
    first.say("How long a refund takes", choice="refund-how-long")
    first.say("转人工")  # a person comes: no article's doing
    second.say(f"13800138000 {LIMITS}")
    yield parts
    parts.store.close()


class _Talk:
    def __init__(self, chat: Any) -> None:
        self.chat, self.sent = chat, 0
        self.conversation, self.token = chat.start("zh")

    def say(self, text: str, choice: str | None = None, helpful: bool | None = None) -> None:
        self.sent += 1
        posted = self.chat.post(self.conversation.id, self.token, text, f"m{self.sent}", choice)
        if helpful is not None:
            (said,) = [message for message in posted.messages if message.author == "bot"]
            self.chat.feedback(said.id, self.token, helpful)


def test_answers_and_what_customers_thought_are_counted(desk: DeskParts) -> None:
    assert desk.learning.usage.article_uses(ARTICLES, YESTERDAY) == {
        "transfer-limits": ArticleUse(2, helpful=1, unhelpful=0),
        "refund-how-long": ArticleUse(2, helpful=0, unhelpful=1),
    }
    assert desk.learning.usage.article_uses(("bind-card",), YESTERDAY) == {}
    assert desk.learning.usage.article_uses((), YESTERDAY) == {}
    assert desk.learning.usage.article_uses(ARTICLES, TOMORROW) == {}


def test_rates() -> None:
    assert ArticleUse(9, helpful=3, unhelpful=1).helpful_rate == 0.75
    assert ArticleUse(9).helpful_rate is None


def test_what_an_article_answered_last(desk: DeskParts) -> None:
    found = desk.learning.usage.answered_questions("refund-how-long", 10)
    assert [(one.text, one.tapped, one.helpful) for one in found] == [
        ("How long a refund takes", True, None),
        (REFUND, False, False),
    ]
    assert 0 < found[1].confidence <= 1
    assert found[0].at > YESTERDAY
    masked, plain = desk.learning.usage.answered_questions("transfer-limits", 10)
    assert (plain.text, plain.helpful, masked.helpful) == (LIMITS, True, None)
    assert "13800138000" not in masked.text
    assert [one.text for one in desk.learning.usage.answered_questions("transfer-limits", 1)] == [masked.text]
    assert [one.text for one in desk.learning.usage.answered_questions("transfer-limits", 9, helpful=True)] == [LIMITS]
    assert desk.learning.usage.answered_questions("transfer-limits", 9, helpful=False) == []
    for unknown in ("bind-card", "", "a\x00b"):
        assert desk.learning.usage.answered_questions(unknown, 9) == []


@pytest.mark.parametrize("wanted", ["answers", "ratings", "questions"])
def test_no_table_is_read_through(url: str, desk: DeskParts, wanted: str) -> None:
    store = SqlStore(url)
    query = {
        "answers": usage.answers(ARTICLES, YESTERDAY),
        "ratings": usage.ratings(ARTICLES, YESTERDAY),
        "questions": usage.questions("transfer-limits", 20, None),
    }[wanted]
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "postgresql":  # a table of six rows is read through whatever there is
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        sql = str(query.compile(store.engine, compile_kwargs={"literal_binds": True})).replace("%", "%%")
        explain = "EXPLAIN " if store.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + sql))
    store.close()
    assert ("ix_feedback_article" if wanted == "ratings" else "ix_messages_article") in plan
    if wanted != "questions":
        assert "COVERING INDEX" in plan or "Index Only Scan" in plan, plan


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_answers_from_before_are_counted(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}" if kind == "sqlite" else str(request.getfixturevalue("postgres")())
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    said = [
        ("1", "customer", {}),
        ("2", "bot", {"kind": "answer", "article": "bind-card"}),
        ("3", "bot", {"kind": "clarify", "choices": [{"article": "bind-card"}]}),
        ("4", "agent", {"kind": "answer", "article": "bind-card"}),
    ]
    old = [column for column in messages.c if column.name != "article"]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        talk = {"id": "t", "token_hash": "x", "state": "pending", "language": "zh", "created_at": AT, "last_seq": 4}
        connection.execute(sa.insert(conversations).values(**talk))
        table = sa.table("messages", *(sa.column(column.name, column.type) for column in old))
        for key, author, payload in said:
            values = {"id": key, "conversation_id": "t", "seq": int(key), "turn_seq": 1, "author": author}
            connection.execute(sa.insert(table).values(**values, text="…", payload=payload, created_at=AT))
        rated = sa.table("feedback", *(sa.column(name) for name in ("message_id", "helpful", "created_at")))
        stamp = AT if kind == "postgres" else str(AT)[:26]
        connection.execute(sa.insert(rated).values(message_id="2", helpful=False, created_at=stamp))
    engine.dispose()

    store = SqlStore(url)
    assert usage.SqlUse(store.engine).article_uses(ARTICLES, AT) == {"bind-card": ArticleUse(1, unhelpful=1)}
    store.close()
