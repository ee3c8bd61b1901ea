import pytest

from tests.knowledge.conftest import Folder
from topay_bot.knowledge.article import Problem


def _add(folder: Folder, article: str, language: str, *questions: str) -> None:
    """Put questions before those of a sound article."""
    path = folder.write(article, language)
    text = path.read_text(encoding="utf-8")
    lines = "".join(f"- {question}\n" for question in questions)
    path.write_text(text.replace("questions:\n", f"questions:\n{lines}"), encoding="utf-8")


def _of(problems: list[Problem], rule: str) -> list[Problem]:
    return [problem for problem in problems if problem.rule == rule]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("zh", "退款多久能到账呢？", "退款多久能到账"),
        ("zh", "别人在用我的账户", "别人在用我账户"),
        ("zh", "冒充客服的电话", "冒充 客服 电话"),
        ("zh", "是不是要重新绑定银行卡", "是不是要重新绑定银行卡啊"),
        ("en", "my withdrawal has not arrived", "My withdrawal hasn't arrived!"),
        ("en", "how long is a pay code valid?", "how long is the pay code valid"),
    ],
)
def test_questions_that_differ_by_a_particle_are_the_same(language: str, one: str, other: str, both: Folder) -> None:
    _add(both, "payment-gift", language, one, other)
    (problem,) = _of(both.problems(), "same-question")
    assert problem.file == f"payment/payment-gift.{language}.md"
    assert problem.line == 5  # the second one


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("zh", "退款到账了", "退款没到账"),
        ("zh", "付款失败是什么原因", "退款失败是什么原因"),
        ("zh", "能用花呗", "不能用花呗"),
        ("en", "alert when money comes in", "no alert when money comes in"),
        ("en", "bye", "bye bye"),
        ("en", "will the failed charge be returned", "will the second charge be returned"),
        ("en", "can i undo a transfer", "can't i undo a transfer"),
    ],
)
def test_questions_that_say_something_else_are_not_the_same(language: str, one: str, other: str, both: Folder) -> None:
    _add(both, "payment-gift", language, one, other)
    assert not _of(both.problems(), "same-question")


def test_a_question_stands_in_one_article_only(folder: Folder) -> None:
    _add(folder, "payment-bus", "zh", "坐地铁怎么刷手机")
    _add(folder, "payment-tax", "zh", "坐地铁怎么刷手机呢")
    (problem,) = _of(folder.problems(), "same-question")
    assert problem.file == "payment/payment-tax.zh.md"
    assert "payment-bus" in problem.message


def test_small_talk_varies_by_particles_on_purpose(folder: Folder) -> None:
    said = [f"{a}{b}" for a in "好嗨哈早安" for b in "甲乙丙丁戊己"]
    folder.write("smalltalk-hello", to="smalltalk", questions=[*said, "晚上好", "晚上好呀"], body="您好，请说。")
    assert folder.rules() == set()


def test_background_that_an_article_answers(folder: Folder) -> None:
    folder.raw("background.zh.txt", "# 别处\n今天天气怎么样\n礼品卡兑换在哪里呀\n我的世界礼品卡兑换在哪里\n")
    (problem,) = folder.problems()
    assert (problem.file, problem.line, problem.rule) == ("background.zh.txt", 3, "answered-background")


STRAYS = [
    (
        "zh",
        "乘车码刷不出来进不了站",
        "payment-tax",
        "payment-bus",
        ["乘车码刷不出来", "乘车码进不了站", "乘车码刷了没反应"],
    ),
    (
        "en",
        "gate scanner rejects bus pass",
        "payment-tax",
        "payment-bus",
        ["bus pass gate scanner", "scanner rejects bus pass", "gate rejects bus pass"],
    ),
]


@pytest.mark.parametrize(("language", "question", "at", "home", "kin"), STRAYS)
def test_a_question_put_into_another_article(
    language: str, question: str, at: str, home: str, kin: list[str], both: Folder
) -> None:
    _add(both, home, language, *kin)
    _add(both, at, language, question)
    (problem,) = _of(both.problems(), "misplaced-question")
    assert problem.file == f"payment/{at}.{language}.md"
    assert home in problem.message


@pytest.mark.parametrize(("language", "question", "at", "home", "kin"), STRAYS)
def test_a_question_whose_words_are_in_the_answer_is_at_home(
    language: str, question: str, at: str, home: str, kin: list[str], both: Folder
) -> None:
    _add(both, home, language, *kin)
    _add(both, at, language, question)
    path = both.root / f"payment/{at}.{language}.md"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{question}\n", encoding="utf-8")
    assert not _of(both.problems(), "misplaced-question")


def test_a_question_of_its_own_words_is_at_home(both: Folder) -> None:
    _add(both, "payment-tax", "zh", "个体户的增值税怎么报")
    _add(both, "payment-tax", "en", "where do freelancers file vat")
    assert both.rules() == set()


def test_questions_without_any_word(folder: Folder) -> None:
    folder.write(questions=["？？？", "……", "!!!"])
    assert folder.rules() == {"few-questions"}
