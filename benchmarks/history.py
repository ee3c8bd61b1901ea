"""A store with a long history: conversations of a year in a realistic mix, written in bulk.

Drawn, and the same for the same seed: how many messages a conversation has, what the bot decides, which article of
the knowledge it shows (a few again and again, most now and then), who rates, who is handed to a person and how long
that took. What a message says is what an editor wrote as a question, and an answer's page has the size of a real one.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from topay_bot.desk.agents import Role
from topay_bot.desk.signing import SignIn
from topay_bot.knowledge.article import Article
from topay_bot.knowledge.library import read_library
from topay_bot.settings import load_settings
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import conversations, feedback, handoffs, messages, ratings

DAYS = 365
_BATCH = 2000  # conversations written together
_QUESTIONS = (1, 1, 1, 2, 2, 3, 4)  # of a conversation
_DECISIONS = {"answer": 0.74, "clarify": 0.12, "offer": 0.08, "handoff": 0.06}
_TAPPED, _RATED, _HELPFUL, _STARRED = 0.7, 0.08, 0.82, 0.03
_REASONS = ("asked", "asked", "asked", "low_confidence", "urgent", "policy", "repeated_failure", "complaint")
_BUILDS = 12  # in the time


class Generator:
    """Makes rows by table."""

    def __init__(self, articles: list[Article], agents: list[str], now: datetime.datetime, seed: int) -> None:
        self._random = random.Random(seed)
        self._agents, self._now = agents, now
        self._articles = self._random.sample(articles, len(articles))
        self._weights = [1 / (5 + place) for place in range(len(articles))]  # Zipf's law
        self._ids = 0

    def conversations(self, wanted: int) -> Iterator[dict[str, list[dict[str, Any]]]]:
        """Batches of rows until there are so many messages, oldest first."""
        made = 0
        while made < wanted:
            batch: dict[str, list[dict[str, Any]]] = {
                name: [] for name in ("conversations", "messages", "handoffs", "feedback", "ratings")
            }
            while made + len(batch["messages"]) < wanted and len(batch["conversations"]) < _BATCH:
                # The times of day as they come: few in the night.
                share = (made + len(batch["messages"])) / wanted
                at = self._now - datetime.timedelta(days=DAYS * (1 - share), seconds=self._random.random() * 3600)
                self._talk(batch, at)
            made += len(batch["messages"])
            yield batch

    def _talk(self, batch: dict[str, list[dict[str, Any]]], at: datetime.datetime) -> None:
        draw, talk = self._random, self._id("c")
        language = "zh" if draw.random() < 0.8 else "en"
        row = {"id": talk, "token_hash": "x", "state": "pending", "language": language, "created_at": at}
        said = _Talk(talk, language, at, f"b-{int(_BUILDS * ((at - self._now).days + DAYS) / DAYS):02}")
        handed = False
        for _ in range(draw.choice(_QUESTIONS)):
            (article,) = draw.choices(self._articles, self._weights)
            (kind,) = draw.choices(list(_DECISIONS), list(_DECISIONS.values()))
            self._decide(batch, said, article, kind)
            if kind == "clarify" and draw.random() < _TAPPED:
                self._decide(batch, said, article, "answer", tapped=True)
            handed = kind == "handoff" or (kind == "offer" and draw.random() < 0.4)
            if handed:
                self._hand_over(batch, said, row, article)
                break
        if not handed and draw.random() < _STARRED:
            self._rate(batch, said, "bot")
        batch["conversations"].append({"agent_id": None, "handoff_id": None, **row, "last_seq": said.seq})
        batch["messages"] += said.rows

    def _decide(self, batch: dict[str, Any], said: _Talk, article: Article, kind: str, tapped: bool = False) -> None:
        text = article.title if tapped else self._random.choice(article.questions or (article.title,))
        asked = said.add(self._id("m"), "customer", text, {})
        payload: dict[str, Any] = {
            "kind": kind,
            "reason": "chosen" if tapped else "confident",
            "language": said.language,
            "confidence": 0.9,
            "build": said.build,
            "best": article.id,
            "candidates": [[article.id, 1.0]] if tapped else [[article.id, 0.9], ["other", 0.05]],
            "memory": {"topic": article.id, "failures": 0},
        }
        if kind == "answer":
            payload |= {"article": article.id, "title": article.title, "html": article.source, "related": []}
        reply = said.add(self._id("m"), "bot", article.source[:600], payload, asked["seq"])
        reply |= {"decision": kind, "tapped": tapped, "language": said.language, "build": said.build}
        if kind == "answer":
            reply["article"] = article.id
            if self._random.random() < _RATED:
                helped = self._random.random() < _HELPFUL
                rated = {"message_id": reply["id"], "helpful": helped, "created_at": said.at, "article": article.id}
                batch["feedback"].append(rated)

    def _hand_over(self, batch: dict[str, Any], said: _Talk, row: dict[str, Any], article: Article) -> None:
        draw = self._random
        key = self._id("h")
        notice = said.add(self._id("m"), "system", "…", {"kind": "handoff"})
        claimed = said.at + datetime.timedelta(seconds=draw.lognormvariate(4.5, 1.1)) if draw.random() < 0.95 else None
        agent = draw.choice(self._agents)
        closed = claimed and claimed + datetime.timedelta(minutes=draw.randint(2, 30))
        batch["handoffs"].append(
            {
                "id": key,
                "conversation_id": said.talk,
                "reference": key,
                "reason": draw.choice(_REASONS),
                "priority": "normal",
                "article": article.id,
                "language": said.language,
                "created_at": notice["created_at"],
                "queue": f"{article.category}-{said.language}",
                "due_at": None,
                "claimed_at": claimed,
                "claimed_by": agent if claimed else None,
                "closed_at": closed or said.at + datetime.timedelta(hours=3),
            }
        )
        row |= {"state": "resolved", "handoff_id": key}
        for _ in range(draw.randint(1, 4) if claimed else 0):
            said.add(self._id("m"), "agent", "您好，我来看一下。", {})
            said.add(self._id("m"), "customer", "好的，谢谢", {})
        if claimed and draw.random() < 5 * _STARRED:
            self._rate(batch, said, key)

    def _rate(self, batch: dict[str, Any], said: _Talk, part: str) -> None:
        (stars,) = self._random.choices((1, 2, 3, 4, 5), (8, 5, 10, 27, 50))
        values = {"id": self._id("r"), "conversation_id": said.talk, "part": part, "stars": stars}
        batch["ratings"].append({**values, "created_at": said.at})

    def _id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}{self._ids:011x}{self._random.getrandbits(16):04x}"


class _Talk:
    """The messages of one conversation as they come."""

    def __init__(self, talk: str, language: str, at: datetime.datetime, build: str) -> None:
        self.talk, self.language, self.at, self.build = talk, language, at, build
        self.seq = 0
        self.rows: list[dict[str, Any]] = []

    def add(self, key: str, author: str, text: str, payload: dict[str, Any], turn: int | None = None) -> dict[str, Any]:
        self.seq += 1
        if turn is None:
            self.at += datetime.timedelta(seconds=30)
        row = {
            "id": key,
            "conversation_id": self.talk,
            "seq": self.seq,
            "turn_seq": turn or self.seq,
            "author": author,
            "text": text,
            "payload": payload,
            "client_id": key if author == "customer" else None,
            "created_at": self.at,
            "article": None,
            "decision": None,
            "tapped": None,
            "language": None,
            "build": None,
        }
        self.rows.append(row)
        return row


def write_history(url: str, knowledge: Path, wanted: int, seed: int = 1, now: datetime.datetime | None = None) -> None:
    """Fill an empty database with so many messages, with three agents."""
    store = SqlStore(url)
    sign_in = SignIn(SqlAgentStore(store.engine))
    agents = [sign_in.add(name, "correct horse battery", [Role.AGENT], ["zh"]).id for name in ("An", "Bo", "Chen")]
    articles = [one for one in read_library(knowledge)[0] if one.questions]
    generator = Generator(articles, agents, now or datetime.datetime.now(datetime.UTC), seed)
    tables = (conversations, messages, handoffs, feedback, ratings)
    for batch in generator.conversations(wanted):
        with store.engine.begin() as connection:
            for table in tables:
                if batch[table.name]:
                    connection.execute(sa.insert(table), batch[table.name])
    store.close()


def main() -> None:
    """Write a history and say how long it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="Folder of the new database.")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    settings = load_settings(data=options.data)
    start = time.perf_counter()
    write_history(settings.database(), settings.knowledge, options.messages, options.seed)
    print(json.dumps({"messages": options.messages, "seconds": round(time.perf_counter() - start, 1)}))


if __name__ == "__main__":
    main()
