from pathlib import Path

from topay_bot.knowledge.article import Article
from topay_bot.knowledge.facts import Facts
from topay_bot.knowledge.labelled import LabelledQuestion
from topay_bot.knowledge.library import Library
from topay_bot.retrieval.heads import NO_ARTICLE
from topay_bot.retrieval.passages import PassageKind, Rows, passages_of, shelve


def _library(
    *articles: Article,
    background: dict[str, tuple[str, ...]] | None = None,
    labelled: tuple[LabelledQuestion, ...] = (),
) -> Library:
    return Library(articles, Facts(), background or {}, {"en": labelled}, Path())  # type: ignore[arg-type]  # keys are literals below


A_ZH = Article("a", "c", "zh", "退款", ("退款几天", "退款 几天", "退款几天"), body="三天。\n\n## 更多\n\n看账单。")
A_EN = Article("a", "c", "en", "Refund", ("refund when",), body="Three days.")
B_EN = Article("b", "c", "en", "Card", ("bind card",), body="Add it.")


def test_questions_titles_sections_and_background() -> None:
    found = passages_of(_library(A_ZH, background={"zh": ("天气", "！！！", "🙂")}), 100)
    assert [(p.kind, p.text) for p in found] == [
        (PassageKind.QUESTION, "退款几天"),
        (PassageKind.QUESTION, "退款 几天"),
        (PassageKind.TITLE, "退款"),
        (PassageKind.SECTION, "三天。"),
        (PassageKind.SECTION, "更多 看账单。"),
        (PassageKind.BACKGROUND, "天气"),
        (PassageKind.BACKGROUND, "!!!"),
    ]


def test_rows_are_contiguous_and_background_is_last() -> None:
    rows = Rows.of(passages_of(_library(B_EN, A_ZH, A_EN, background={"en": ("weather",)}), 100))
    assert rows.articles == ("a", "b")
    assert rows.labels[-1] == NO_ARTICLE
    assert rows.background == slice(len(rows.labels) - 1, len(rows.labels))
    for number in range(2):
        assert (rows.labels[rows.starts[number] : rows.ends[number]] == number).all()


def test_an_article_without_a_language_stands_on_its_shelf_all_the_same() -> None:
    passages = passages_of(_library(A_ZH, A_EN, B_EN, background={"zh": ("天气",), "en": ("weather",)}), 100)
    shelves = shelve(passages)
    assert {passages[place].article for place in shelves["zh"]} == {"a", "b", None}
    assert not any(passages[place].language == "zh" for place in shelves["en"])
    assert "weather" not in {passages[place].text for place in shelves["zh"]}


def test_one_language_has_one_shelf() -> None:
    assert list(shelve(passages_of(_library(B_EN), 100))) == ["en"]


def test_a_labelled_question_stands_with_its_first_article_and_none_is_background() -> None:
    labelled = (LabelledQuestion("card refund?", ("b", "a")), LabelledQuestion("weather?", ()))
    passages = passages_of(_library(A_ZH, A_EN, B_EN, labelled=labelled), 100)
    kinds = {p.text: p.kind for p in passages}
    assert (kinds["card refund?"], kinds["weather?"]) == (PassageKind.LABELLED, PassageKind.BACKGROUND)
    rows = Rows.of(passages)
    assert rows.background == slice(len(passages) - 1, len(passages))
    place = next(i for i, p in enumerate(passages) if p.kind is PassageKind.LABELLED)
    assert rows.targets[place].tolist() == [1, 1]
    assert rows.targets.sum() == len(passages) - 1 + 1  # one for each but the background, and one for the second


def test_a_labelled_question_gives_no_article_a_language() -> None:
    passages = passages_of(_library(A_ZH, B_EN, labelled=(LabelledQuestion("when?", ("a",)),)), 100)
    on_english = {(passages[place].article, passages[place].text) for place in shelve(passages)["en"]}
    assert {("a", "when?"), ("a", "退款几天")} <= on_english
