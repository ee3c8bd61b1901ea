"""What the help centre shows, whatever page it stands on."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path

import html5lib
import pytest

from tests.samples import KNOWLEDGE
from tests.web.sample import write_knowledge
from topay_bot.knowledge.article import LANGUAGES, Audience, HandoffPolicy
from topay_bot.knowledge.library import Library, library_from_json, library_to_json, load_library
from topay_bot.text import Language
from topay_bot.web.customer.texts import CATEGORY_NAMES, HOT_FIRST
from topay_bot.web.help.content import HelpCentre

TODAY = datetime.date(2026, 11, 25)
FIRST = "A first sentence of some length, which is enough and kept whole."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("content")
    write_knowledge(root)
    return load_library(root)


@pytest.fixture(scope="module")
def real() -> HelpCentre:
    return HelpCentre(load_library(KNOWLEDGE), TODAY)


def _with(library: Library, article_id: str, **changes: object) -> Library:
    changed = [dataclasses.replace(a, **changes) if a.id == article_id else a for a in library.articles]  # type: ignore[arg-type]
    return dataclasses.replace(library, articles=tuple(changed))


def _shown(library: Library, article_id: str, **changes: object) -> bool:
    """Whether an article with these changes is to be found anywhere."""
    centre = HelpCentre(_with(library, article_id, **changes), TODAY)
    listed = {entry.id for language in LANGUAGES for one in centre.categories(language) for entry in one.entries}
    related = {entry.id for one in listed if (found := centre.read(one, "zh")) for entry in found.related}
    assert (article_id in centre) == (article_id in listed) == (centre.read(article_id, "zh") is not None)
    assert article_id in listed or article_id not in related
    return article_id in listed


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"draft": True}, False),
        ({"publish_date": TODAY + datetime.timedelta(days=1)}, False),
        ({"publish_date": TODAY}, True),
        ({"expiry_date": TODAY}, False),
        ({"expiry_date": TODAY + datetime.timedelta(days=1)}, True),
        ({"category": "smalltalk"}, False),
        ({"audience": Audience.MERCHANT}, True),
    ],
)
def test_only_what_customers_may_read_is_shown(library: Library, changes: dict[str, object], shown: bool) -> None:
    assert _shown(library, "refund-request", **changes) is shown


def test_a_build_keeps_the_day_on_which_an_article_expires(library: Library) -> None:
    changed = _with(library, "refund-request", expiry_date=TODAY)
    assert changed.hash != library.hash
    again = library_from_json(json.loads(json.dumps(library_to_json(changed))), Path())
    assert "refund-request" not in HelpCentre(again, TODAY)
    assert "refund-request" in HelpCentre(again, TODAY - datetime.timedelta(days=1))


def test_what_is_left_out_is_nowhere(library: Library) -> None:
    centre = HelpCentre(library, TODAY, ("refund-request",))
    reading = centre.read("refund-how-long", "zh")
    assert "refund-request" not in centre
    assert reading is not None
    assert reading.related == ()


def test_an_article_of_one_language_is_listed_in_both(library: Library) -> None:
    centre = HelpCentre(library, TODAY)
    for language in LANGUAGES:
        category = centre.category("merchant", language)
        assert category is not None
        assert [(entry.id, entry.language) for entry in category.entries] == [("merchant-settlement", "zh")]
    assert centre.languages("merchant-settlement") == ("zh",)
    assert centre.languages("refund-request") == LANGUAGES
    assert centre.languages("nothing") == ()


def test_categories_that_the_texts_do_not_name_come_last(library: Library) -> None:
    names = [(category.id, category.name) for category in HelpCentre(library, TODAY).categories("en")]
    assert names[0] == ("payment", CATEGORY_NAMES["en"]["payment"])
    assert names[-1] == ("merchant", "merchant")


def test_a_description_goes_before_the_answers_first_sentences(library: Library) -> None:
    (entry,) = HelpCentre(_with(library, "complaint", description="一句话。"), TODAY).entries(["complaint"], "zh")
    assert entry.summary == "一句话。"


@pytest.mark.parametrize(
    ("language", "body", "summary"),
    [
        ("en", "Short and whole.", "Short and whole."),
        ("en", "One **bold**\nsentence.\n\n1. A step.", "One bold sentence."),
        ("en", f"{FIRST} {'word ' * 40}.", FIRST),
        ("en", f"Yes. {'word ' * 40}.", "Yes. " + "word " * 28 + "word…"),
        ("zh", f"{'可以用' * 12}。{'很长的话' * 30}。", "可以用" * 12 + "。"),
        ("zh", "很长的话" * 30, "很长的话" * 19 + "很…"),
    ],
)  # fmt: skip
def test_summaries_end_where_a_sentence_or_a_word_does(
    library: Library, language: Language, body: str, summary: str
) -> None:
    (entry,) = HelpCentre(_with(library, "complaint", body=body), TODAY).entries(["complaint"], language)
    assert entry.summary == summary


def test_the_real_knowledge_is_shown_whole(real: HelpCentre) -> None:
    for language in LANGUAGES:
        categories = real.categories(language)
        assert [category.id for category in categories] == list(CATEGORY_NAMES[language])
        for category in categories:
            wanted = [article for article in HOT_FIRST[category.id] if article in real]
            assert [entry.id for entry in category.entries][: len(wanted)] == wanted
            assert len(wanted) == len(HOT_FIRST[category.id])
        most_asked = real.most_asked(language)
        assert len(most_asked) == 8
        assert {entry.category for entry in most_asked} == {category.id for category in categories}


def test_every_real_answer_is_valid_html_with_a_summary(real: HelpCentre) -> None:
    parser = html5lib.HTMLParser(strict=True)
    for language in LANGUAGES:
        for category in real.categories(language):
            for entry in category.entries:
                reading = real.read(entry.id, language)
                assert reading is not None
                parser.parseFragment(reading.html)
                assert reading.lead, entry.id
                assert 10 <= len(entry.summary) <= 155, entry.id
                assert "{{" not in reading.html, entry.id


def test_urgent_articles_are_known(real: HelpCentre) -> None:
    reading = real.read("security-account-stolen", "en")
    assert reading is not None
    assert reading.handoff is HandoffPolicy.URGENT
    assert [entry.language for entry in reading.related] == ["en"] * len(reading.related)
