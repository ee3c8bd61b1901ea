"""Each number of the insights page against a small history counted by hand, on both databases."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.history import History
from tests.insight_history import CATEGORIES, WEEK, ZONE, write_small_history
from topay_bot.learning.insights import (
    ArticleCount,
    AskedQuestion,
    CategoryCount,
    Conversations,
    DayRange,
    Insights,
    Outcomes,
    Stars,
    last_days,
)
from topay_bot.storage import database, insight_queries
from topay_bot.storage.insights import SqlInsights
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import conversations, messages


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('insights') / 'desk.sqlite3'}"
    else:
        url = str(request.getfixturevalue("postgres")())
    found = SqlStore(url)
    write_small_history(found)
    yield found
    found.close()


@pytest.fixture(scope="module")
def week(store: SqlStore) -> Insights:
    return SqlInsights(store.engine).insights(WEEK, CATEGORIES.get)


def test_questions_and_what_came_of_them(week: Insights) -> None:
    # Answered: A, C's first, E, G. Clarified: B. Offered: C's second. Handed over at once: D. B's tap is no question,
    # nor what C wrote to a person, nor F's, which asks after a case. Rated in the week: A's and B's; G's came later.
    assert week.total == Outcomes(answered=4, clarified=1, offered=1, handed=1, helpful=1, unhelpful=1)
    assert week.taps == 1
    assert week.total.questions == 7
    assert week.total.answer_rate == 4 / 7
    assert week.total.clarification_rate == 1 / 7


def test_helpful_rate_counts_ratings_of_tapped_answers_too(week: Insights) -> None:
    # Of the two answers rated in the week, A's was helpful and the one that B tapped was not.
    assert [(one.article, one.helpful, one.unhelpful) for one in week.articles] == [
        ("refund-how-long", 1, 0),
        ("bind-card", 0, 1),
    ]


def test_conversations_and_deflection(week: Insights) -> None:
    # A to G. Answered: A, B (tapped), C, E, G. A person was needed in C a minute before 24 hours were over, and in
    # G, after the week but within 24 hours; in E a minute after them. So A, B and E are deflected.
    assert week.conversations == Conversations(all=7, answered=5, deflected=3, handed=4)
    assert week.conversations.deflection_rate == 3 / 7
    assert week.conversations.handoff_rate == 4 / 7  # C, D, E, F


def test_hand_offs_by_reason(week: Insights) -> None:
    assert week.handoffs == {"asked": 3, "repeated_failure": 1}  # D, E, F; C
    assert week.conversations.share(week.handoffs["asked"]) == 3 / 7


def test_waiting_time(week: Insights) -> None:
    # C 2 minutes, E 4, D 10; F was not claimed.
    assert week.waiting.seconds == (120, 240, 600)
    assert week.waiting.unclaimed == 1
    assert week.waiting.median == 240
    assert week.waiting.percentile_95 == 600


def test_ratings(week: Insights) -> None:
    assert (week.bot_stars, week.person_stars) == (Stars({5: 1}), Stars({2: 1}))


def test_days_are_the_desks_own(week: Insights) -> None:
    by_day = {day.day: outcomes for day, outcomes in week.by_day.items()}
    assert list(by_day) == [2, 3, 4, 5, 6, 7, 8]
    assert by_day[2] == Outcomes(answered=1, clarified=1, helpful=1, unhelpful=1)  # A at midnight; B
    assert by_day[3] == Outcomes(answered=1, offered=1)
    assert by_day[4] == Outcomes()
    assert by_day[5] == Outcomes(handed=1)
    assert by_day[6] == Outcomes(answered=1)
    assert by_day[7] == Outcomes()
    assert by_day[8] == Outcomes(answered=1)  # G, a minute before midnight


def test_languages_and_builds(week: Insights) -> None:
    assert week.by_language == {
        "en": Outcomes(answered=2, offered=1),
        "zh": Outcomes(answered=2, clarified=1, handed=1, helpful=1, unhelpful=1),
    }
    assert list(week.by_build.items()) == [
        ("old", Outcomes(answered=1, clarified=1, helpful=1, unhelpful=1)),
        ("new", Outcomes(answered=3, offered=1, handed=1)),
    ]


def test_articles_and_categories(week: Insights) -> None:
    assert list(week.articles) == [ArticleCount("refund-how-long", 3, 1, 0), ArticleCount("bind-card", 2, 0, 1)]
    assert week.by_category == {
        "refund": CategoryCount(answers=3, helpful=1, unhelpful=0, handoffs=2),  # C and E
        "payment": CategoryCount(answers=2, helpful=0, unhelpful=1, handoffs=0),  # G's hand-off came later
        "general": CategoryCount(handoffs=2),  # D and F
    }


def test_articles_that_are_gone_are_in_no_category(store: SqlStore) -> None:
    found = SqlInsights(store.engine).insights(WEEK, {"bind-card": "payment"}.get)
    assert [one.answers for one in found.by_category.values()] == [2, 0, 0]


def test_top_questions(week: Insights) -> None:
    # A's and E's are one but for the question mark; D's is a wish for a person, and all others were asked once.
    assert list(week.questions) == [AskedQuestion("退款几天能到？", "zh", 2)]


def test_the_range_before(store: SqlStore) -> None:
    before = SqlInsights(store.engine).insights(WEEK.before, CATEGORIES.get)
    assert before.days == DayRange(datetime.date(2026, 10, 26), datetime.date(2026, 11, 1), ZONE)
    assert before.total == Outcomes(answered=2, helpful=1)
    assert before.conversations == Conversations(all=1, answered=1, deflected=1)


def test_days_on_which_the_clocks_change_are_whole(store: SqlStore) -> None:
    zone = ZoneInfo("America/New_York")  # on 1 November 2026 the day has 25 hours
    day = DayRange(datetime.date(2026, 11, 1), datetime.date(2026, 11, 1), zone)
    assert day.until - day.since == datetime.timedelta(hours=25)
    # Z's at 10:59 there, A's at 11:00, B's at 21:00.
    assert SqlInsights(store.engine).insights(day, CATEGORIES.get).total.questions == 3


def test_an_empty_range(store: SqlStore) -> None:
    day = datetime.date(2020, 1, 1)
    found = SqlInsights(store.engine).insights(DayRange(day, day, ZONE), CATEGORIES.get)
    assert found.total.answer_rate is None
    assert found.conversations.deflection_rate is None
    assert (found.waiting.median, found.waiting.percentile_95, found.bot_stars.mean) == (None, None, None)
    assert (list(found.articles), list(found.questions), found.by_category) == ([], [], {})


def test_what_the_desk_itself_writes_is_counted(history: History) -> None:
    store = SqlStore(history.url)
    now = datetime.datetime.now(datetime.UTC)
    found = SqlInsights(store.engine).insights(last_days(2, ZONE, now), CATEGORIES.get)
    store.close()
    # See tests/history.py: four in vain, three refunds, one of which is then handed over, and one wish for a person.
    assert (found.total.answered, found.total.handed, found.total.unhelpful) == (3, 2, 1)
    assert found.total.clarified + found.total.offered == 4
    assert found.conversations == Conversations(all=8, answered=3, deflected=2, handed=2)
    (build,) = found.by_build
    assert found.by_build[build] == found.by_language["zh"] == found.total
    (article,) = found.articles
    assert article == ArticleCount("refund-how-long", 3, 0, 1)


@pytest.mark.parametrize("wanted", ["decisions", "conversations", "answers"])
def test_decisions_are_counted_in_the_index_alone(store: SqlStore, wanted: str) -> None:
    query = getattr(insight_queries, wanted)(WEEK)
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "postgresql":  # a table of so few rows is read through whatever there is
            for way in ("seqscan", "bitmapscan"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            compiled = query.compile(store.engine)
            told = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
        else:
            compiled = query.compile(store.engine, compile_kwargs={"literal_binds": True})
            told = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        plan = "\n".join(str(row[-1]) for row in told)
    assert "COVERING INDEX ix_messages_decision" in plan or "Index Only Scan using ix_messages_decision" in plan, plan


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_decisions_from_before_are_counted(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}" if kind == "sqlite" else str(request.getfixturevalue("postgres")())
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    tap, two = [["bind-card", 1.0]], [["bind-card", 1.0], ["refund-how-long", 0.2]]
    said = [
        ("customer", {"kind": "answer"}),
        ("bot", {"kind": "clarify", "language": "zh", "build": "b", "candidates": two}),
        ("bot", {"kind": "answer", "language": "zh", "build": "b", "candidates": tap, "article": "bind-card"}),
        ("bot", {"kind": "offer", "language": "en", "build": "b", "candidates": []}),
        ("bot", {"kind": "case", "language": "en"}),
    ]
    new = {"decision", "tapped", "language", "build"}
    at = datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        talk = {"id": "t", "token_hash": "x", "state": "pending", "language": "zh", "created_at": at, "last_seq": 5}
        connection.execute(sa.insert(conversations).values(**talk))
        table = sa.table("messages", *(sa.column(one.name, one.type) for one in messages.c if one.name not in new))
        for seq, (author, payload) in enumerate(said, 1):
            values = {"id": str(seq), "conversation_id": "t", "seq": seq, "turn_seq": 1, "author": author}
            connection.execute(sa.insert(table).values(**values, text="…", payload=payload, created_at=at))
    engine.dispose()
    store = SqlStore(url)
    found = SqlInsights(store.engine).insights(WEEK, CATEGORIES.get)
    store.close()
    assert (found.total, found.taps) == (Outcomes(clarified=1, offered=1), 1)
    assert found.by_language == {"en": Outcomes(offered=1), "zh": Outcomes(clarified=1)}
    assert list(found.by_build) == ["b"]
