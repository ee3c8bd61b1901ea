import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples import copy_knowledge
from topay_bot.answering.policy import Answer
from topay_bot.builds.making import make_build
from topay_bot.edition import Edition, open_edition
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import load_settings

_BUILT = datetime.date(2026, 11, 20)
_LAST = datetime.date(2026, 11, 30)
_QUESTION = "退款几天能到账"


def _expires(article: Path, day: datetime.date) -> None:
    text = article.read_text(encoding="utf-8")
    article.write_text(text.replace("---\n", f"---\nexpiry_date: {day}\n", 1), encoding="utf-8")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    root = tmp_path_factory.mktemp("expiring")
    knowledge = copy_knowledge(root / "knowledge")
    for language in ("zh", "en"):
        _expires(knowledge / "refund" / f"refund-how-long.{language}.md", _LAST + datetime.timedelta(1))
    settings = load_settings(knowledge=knowledge, index=root / "index", encoder="fitted")
    make_build(settings, today=_BUILT)
    return open_edition(BuildStore(settings.index), None, max_choices=4, human_article="service-human-agent")


def test_an_article_answers_until_it_expires_without_a_new_build(edition: Edition) -> None:
    on_last_day = replace(edition.answerer, today=lambda: _LAST).decide(_QUESTION)
    assert isinstance(on_last_day, Answer)
    assert on_last_day.article == "refund-how-long"
    after = replace(edition.answerer, today=lambda: _LAST + datetime.timedelta(1)).decide(_QUESTION)
    assert "refund-how-long" not in [candidate.article for candidate in after.candidates]
    assert not isinstance(after, Answer)


def test_the_others_keep_their_confidence(edition: Edition) -> None:
    before, after = (
        {
            c.article: c.confidence
            for c in replace(edition.answerer, today=lambda day=day: day).decide(_QUESTION).candidates
        }
        for day in (_LAST, _LAST + datetime.timedelta(1))
    )
    assert before.pop("refund-how-long") > 0.5
    assert after == before
