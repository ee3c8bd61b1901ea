"""One test for each rule, with a folder that breaks that rule alone."""

from __future__ import annotations

import ast
import datetime
from pathlib import Path

import pytest

import topay_bot.knowledge
from tests.knowledge.conftest import Break, Folder, answer
from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.lint import counts, lint

_SHORT = "可以。\n\n## 如果没有解决\n\n请联系客服。"
_LONG = "这件事在首页就能办理，按提示操作即可。" * 20


def _questions(*first: str) -> list[str]:
    letters = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
    return [
        *first,
        *(f"问法{one}{one}怎么办{other}" for one, other in zip(letters, "天地玄黄宇宙洪荒日月盈昃辰宿", strict=True)),
    ]


BREAKS: dict[str, Break] = {
    "file-name": lambda f: f.raw("payment/payment-gift.fr.md", "---\ntitle: x\n---\n"),
    "encoding": lambda f: f.raw("payment/payment-new.zh.md", "---\ntitle: 退款\n---\n".encode("gb18030")),
    "front-matter": lambda f: f.raw("payment/payment-new.zh.md", "no block at all\n"),
    "same-id": lambda f: f.write(to="refund"),
    "unknown-fact": lambda f: f.write(body=answer("手续费为 {{ facts.fee.none }}。")),
    "no-category": lambda f: (f.root / "payment/payment-gift.zh.md").rename(f.root / "payment-gift.zh.md"),
    "few-questions": lambda f: f.write(questions=["礼品卡怎么兑换", "兑换码在哪", "卡背面看不清"]),
    "related": lambda f: f.write(related=["payment-tax"]),
    "dead-related": lambda f: f.write(related=["payment-tax", "payment-gone"]),
    "no-owner": lambda f: f.write(owner=None),
    "no-review": lambda f: f.write(review_by=None),
    "overdue-review": lambda f: f.write(review_by=datetime.date(2026, 5, 31)),
    "empty-body": lambda f: f.write(body=""),
    "answer-length": lambda f: f.write(body=_SHORT),
    "answer-first": lambda f: f.write(body="1. 打开 **首页**。\n" + answer()),
    "literal-figure": lambda f: f.write(body=answer("手续费为 5 元。")),
    "personal-data": lambda f: f.write(questions=_questions("我的手机号13800138000收不到短信")),
    "asks-secret": lambda f: f.write(body=answer("请提供完整的银行卡号。")),
    "half-width": lambda f: f.write(body=answer("核对清楚,再点确认。")),
    "mixed-address": lambda f: f.write(body=answer("你也可以稍后再办。")),
    "fact-outside-body": lambda f: f.write(title="手续费 {{ facts.fee.none }}"),
    "no-articles": lambda f: [path.unlink() for path in f.root.rglob("*.md")],
    "same-question": lambda f: f.write(questions=_questions("礼品卡兑换入口在哪里呢", "礼品卡兑换的入口在哪里")),
    "calibration": lambda f: f.raw("calibration.zh.jsonl", '{"text": "礼品卡", "articles": ["no-such-article"]}\n'),
    "saved-reply": lambda f: f.raw("replies.toml", '[greeting]\ntitle = { zh = "问候", en = "Greeting" }\n'),
    "answered-background": lambda f: f.raw("background.zh.txt", "# 别处的事\n今天天气怎么样\n礼品卡兑换在哪里呀\n"),
}
BREAKS_IN_BOTH: dict[str, Break] = {
    "missing-language": lambda f: (f.root / "payment/payment-gift.en.md").unlink(),
    "languages-differ": lambda f: f.write(risk="high"),
    "missing-section": lambda f: f.write(body=answer().partition("##")[0]),
}


def test_a_sound_folder_has_no_problems(folder: Folder) -> None:
    assert folder.problems(production=True) == []


def test_a_sound_folder_in_both_languages_has_no_problems(both: Folder) -> None:
    assert both.problems(production=True) == []


@pytest.mark.parametrize("rule", BREAKS)
def test_a_rule_is_broken_alone(rule: str, folder: Folder) -> None:
    BREAKS[rule](folder)
    assert folder.rules() == {rule}, "\n".join(map(str, folder.problems()))


@pytest.mark.parametrize("rule", BREAKS_IN_BOTH)
def test_a_rule_on_both_languages_is_broken_alone(rule: str, both: Folder) -> None:
    BREAKS_IN_BOTH[rule](both)
    assert both.rules() == {rule}, "\n".join(map(str, both.problems()))


def test_sample_facts_are_problems_in_production_only(folder: Folder) -> None:
    folder.raw("facts.toml", '[contact]\nname = "TOPAY"\nphone = { value = "400-000-0000", sample = true }\n')
    assert folder.rules() == set()
    (problem,) = folder.problems(production=True)
    assert (problem.file, problem.line, problem.rule) == ("facts.toml", 3, "sample-fact")


def rules_in_source() -> set[str]:
    """Every rule that the knowledge package can report, read from the calls that make problems."""
    places = {"Problem": 2, "_at": 3, "_say": 2}
    found: set[str] = set()
    for path in Path(topay_bot.knowledge.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
                rule = node.args[places[node.func.id]] if len(node.args) == 4 or node.func.id == "_at" else None
                if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                    found.add(rule.value)
    return found


def test_every_rule_has_a_test() -> None:
    here = {*BREAKS, *BREAKS_IN_BOTH, "sample-fact", "misplaced-question"}  # the last in test_lint_questions
    assert rules_in_source() == here


def test_problems_name_file_and_line(folder: Folder) -> None:
    path = folder.write(body=answer("\n手续费为 5 元。"), related=["payment-tax", "payment-gone"])
    lines = path.read_text(encoding="utf-8").split("\n")
    told = {problem.rule: problem for problem in folder.problems()}
    assert "5 元" in lines[told["literal-figure"].line - 1]
    assert "payment-gone" in lines[told["dead-related"].line - 1]
    assert told["literal-figure"].file == "payment/payment-gift.zh.md"


@pytest.mark.parametrize(
    "text",
    [
        "手续费为 2.5%。", "最多 3 次。", "约 2 小时。", "¥20 起。", "Takes 3 business days.", "CNY 20 a day.",
        "手续费为两元。", "三个工作日内到账。", "半小时后再试。", "保存五年。",
        "Takes three business days.", "Wait half an hour.", "It costs two yuan.",
    ],
)  # fmt: skip
def test_a_figure_with_a_unit_belongs_into_the_facts(text: str, folder: Folder) -> None:
    folder.write(body=answer(text))
    assert "literal-figure" in folder.rules()


@pytest.mark.parametrize(
    "text",
    [
        "打开第 2 页。", "iPhone 15 也可以。", "选 A4 纸。", "版本 8.1 起支持。", "全天 24/7。",
        "第二天再试。", "再试两次。", "三月的账单。", "转了半天。", "那一天的结算。", "输入六位数字。",
        "Enter the six digits.", "Only one day is shown.", "There are two ways.",
    ],
)  # fmt: skip
def test_a_figure_without_a_unit_may_stay(text: str, folder: Folder) -> None:
    folder.write(body=answer(text))
    assert "literal-figure" not in folder.rules()


@pytest.mark.parametrize(
    "text",
    [
        "请提供您的银行卡号。", "请把支付密码发给客服。",
        "请您回复收到的验证码。", "Please send us your password.",
        "Give the agent your full card number.", "Tell us your verification code.",
    ],
)  # fmt: skip
def test_asking_for_a_secret_is_a_problem(text: str, folder: Folder) -> None:
    folder.write(body=answer(text))
    assert folder.rules() == {"asks-secret"}


@pytest.mark.parametrize(
    "text",
    [
        "请不要发送完整卡号、密码或验证码。", "客服不会要求您提供密码。",
        "对方让您提供验证码的，都是骗子。", "请提供卡号后四位。",
        "我们会把验证码发给您。",
        "要求您提供验证码才能退款的是诈骗。", "Please don't send your password.",
        "Never tell anyone your code.", "Nobody at TOPAY will ask you to send your PIN.",
        "We'll send your code by text.",
        "Send the last four digits of your card number.", "Anyone who asks you to share your code is a scammer.",
    ],
)  # fmt: skip
def test_forbidding_or_warning_is_no_asking(text: str, folder: Folder) -> None:
    folder.write(body=answer(text))
    assert folder.rules() == set()


@pytest.mark.parametrize(
    "text",
    [
        "他说“你先付钱，我再发货”的，请别信。",
        "迷你音箱也可以。",
        "看 [帮助](https://topay.example/help)。",
        "约（{{ x }}）。",
    ],
)
def test_quotations_and_links_may_stay(text: str, folder: Folder) -> None:
    folder.write(body=answer(text))
    assert not folder.rules() & {"half-width", "mixed-address"}


@pytest.mark.parametrize(
    "text", ["密码要足够长，不要用生日。", "A good password is long and hard to guess.", "拨打 400-123-4567。"]
)
def test_advice_is_no_personal_data(text: str, folder: Folder) -> None:
    folder.write(body=answer(text))
    assert folder.rules() == set()


def test_smalltalk_may_be_short(folder: Folder) -> None:
    said = [f"{a}{b}" for a in "好嗨哈早安" for b in "甲乙丙丁戊己"]
    folder.write("smalltalk-hello", to="smalltalk", questions=said, body="您好，请说。")
    assert folder.rules() == set()


@pytest.mark.parametrize("body", [_SHORT, _LONG], ids=["short", "long"])
def test_the_answer_has_a_length(body: str, folder: Folder) -> None:
    folder.write(body=body)
    assert "answer-length" in folder.rules()


def test_counts(both: Folder) -> None:
    folder = both
    folder.raw("background.zh.txt", "今天天气怎么样\n")
    library, _ = lint(folder.root)
    told = counts(library)
    assert (told["articles"], told["files"], told["questions"]) == (3, {"en": 3, "zh": 3}, {"en": 42, "zh": 42})
    assert told["categories"] == {"payment": {"articles": 3, "zh": 3, "en": 3, "questions_zh": 42, "questions_en": 42}}
    assert told["background"] == {"zh": 1, "en": 0}


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no knowledge folder at"):
        lint(tmp_path / "none")


def test_a_file_that_cannot_be_read_is_not_called_missing(folder: Folder) -> None:
    (folder.root / "payment/payment-gift.en.md").write_text("no front matter", encoding="utf-8")
    rules = {problem.rule for problem in lint(folder.root)[1]}
    assert "front-matter" in rules
    assert "missing-language" not in rules
