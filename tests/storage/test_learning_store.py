"""Dismissals and verdicts on real databases."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.history import REFUND, History
from tests.learning.gaps import HOUR, NOW, gap
from topay_bot.desk.reviewing import Verdict
from topay_bot.evaluation import load_cases
from topay_bot.learning.cases import cases_jsonl
from topay_bot.learning.dismissing import bring_back, dismissal_of
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.database import open_engine
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.learning_store import SqlLearningStore
from topay_bot.storage.missed import missed_questions


@pytest.fixture
def store(history: History) -> Iterator[SqlLearningStore]:
    engine = open_engine(history.url)
    yield SqlLearningStore(engine)
    engine.dispose()


def test_a_dismissal_is_kept_with_who_and_when_until_it_is_taken_back(store: SqlLearningStore) -> None:
    one = gap("pay by watch", "watch")
    first, second = dismissal_of(one, "Mei", NOW), dismissal_of(one, "Lin", NOW + HOUR)
    store.dismiss(first)
    store.dismiss(second)
    assert store.dismissals() == [second, first]
    assert bring_back(store, one, "Lin", NOW + HOUR)
    assert store.dismissals() == []
    assert not store.restore(first.id, "Lin", NOW)
    assert not store.restore("\0", "Lin", NOW)


def test_an_editor_accepts_or_rejects_what_an_agent_called_right(
    store: SqlLearningStore, history: History, tmp_path: Path
) -> None:
    engine = open_engine(history.url)
    try:
        (agent,) = SqlAgentStore(engine).agents()
        (one,) = store.labelled_replies(None, 9)
        assert (one.question, one.kind, one.shown, one.right) == (
            REFUND,
            "answer",
            ("refund-how-long",),
            "refund-request",
        )
        assert (one.agent_name, one.verdict) == ("Lin", None)
        later = one.at + datetime.timedelta(seconds=1)
        assert store.judge(one.id, Verdict.REJECTED, agent.id, later)
        assert store.labelled_replies(None, 9) == []
        (rejected,) = store.labelled_replies(Verdict.REJECTED, 9)
        assert (rejected.id, rejected.judged_by) == (one.id, "Lin")
        since = later - datetime.timedelta(days=1)
        assert "refund-request" not in [missed.right for missed in missed_questions(history.url, since, 99)]
        assert store.judge(one.id, Verdict.ACCEPTED, agent.id, later)
        (accepted,) = store.labelled_replies(Verdict.ACCEPTED, 9)
        file = tmp_path / "cases.jsonl"
        done = history.call("labels", "export", "--out", str(file))
        assert done.exit_code == 0, done.output
        (case,) = load_cases(file)
        assert (case.text, case.articles, case.language, case.kind) == (REFUND, ("refund-request",), "zh", "labelled")
        assert file.read_text(encoding="utf-8") == cases_jsonl([accepted])
        # Labelled anew, the question waits again.
        desk = SqlDeskStore(engine)
        (label,) = desk.labels(one.conversation)
        desk.set_label(dataclasses.replace(label, article="bind-card", created_at=later + HOUR, reviewed=False))
        (again,) = store.labelled_replies(None, 9)
        assert (again.right, again.verdict) == ("bind-card", None)
        assert history.call("labels", "export", "--out", str(file)).exit_code == 1
        assert desk.review(one.id)  # as the API agrees with one
        assert store.labelled_replies(Verdict.ACCEPTED, 9)[0].right == "bind-card"
        desk.set_label(dataclasses.replace(label, reviewed=False))  # for the other tests
    finally:
        engine.dispose()
    assert not store.judge("x", Verdict.ACCEPTED, agent.id, later)
    assert not store.judge("\0", Verdict.ACCEPTED, agent.id, later)


def test_the_same_words_are_one_case_with_all_that_is_right(store: SqlLearningStore) -> None:
    (one,) = store.labelled_replies(None, 9)
    other = dataclasses.replace(one, right="bind-card")
    (case,) = map(json.loads, cases_jsonl([one, other, one]).splitlines())
    assert case["articles"] == ["refund-request", "bind-card"]
