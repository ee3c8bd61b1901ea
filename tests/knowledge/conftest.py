"""A small sound knowledge folder that a test breaks in one place."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from topay_bot.knowledge.article import Problem
from topay_bot.knowledge.lint import lint

TODAY = datetime.date(2026, 6, 1)

_ZH = (
    "{}在哪里", "怎么用{}啊", "找不到{}的入口", "我妈问{}要不要钱", "{}一直转圈", "昨天的{}今天还没好", "为什么要{}",
    "{}安不安全", "手机上能办{}吗", "{}被拒绝", "急！{}出错", "取消刚才的{}", "第一次弄{}，求步骤", "帮我看看{}进度",
)  # fmt: skip
_EN = (
    "where is the {}", "how do i use {}", "cannot find {} anywhere", "does {} cost money", "{} keeps spinning",
    "yesterday's {} still pending", "why is {} needed", "is {} safe", "{} on a phone", "{} rejected",
    "urgent, {} failed", "undo my last {}", "first time doing {}, steps please", "status of my {}",
)  # fmt: skip
_ANSWER = {
    "zh": "可以在首页办理{}。一般很快就好，办好后您会收到消息。\n\n"
    "1. 打开 **首页 > 更多服务**，找到 **{}** 并点进去。\n"
    "2. 按页面上的提示一步一步填写，核对清楚后点 **确认**。\n\n## 如果没有解决\n\n请联系客服，我们会帮您查看。",
    "en": "You can do a {} on the home page. It is usually quick, and a message tells you when it is done.\n\n"
    "1. Open **Home > More services**, find **{}** there and tap it once to begin.\n"
    "2. Follow the page step by step, check that everything is right, and tap **Confirm**.\n\n"
    "## If that does not work\n\nPlease contact us and we will look into it.",
}
TOPICS = {
    "payment-gift": ("礼品卡兑换", "voucher"),
    "payment-tax": ("缴税", "levy"),
    "payment-bus": ("乘车码", "bus pass"),
}


@dataclass(frozen=True)
class Folder:
    """A knowledge folder and the verbs a test needs."""

    root: Path

    def write(
        self,
        article: str = "payment-gift",
        language: str = "zh",
        *,
        body: str | None = None,
        to: str = "payment",
        **front: Any,
    ) -> Path:
        """Write a sound article; `front` replaces keys of its front matter, a value of None removes one."""
        topic = TOPICS.get(article, (article, article))[0 if language == "zh" else 1]
        keys: dict[str, Any] = {
            "title": topic,
            "questions": [said.format(topic) for said in (_ZH if language == "zh" else _EN)],
            "related": [other for other in TOPICS if other != article],
            "owner": "payments",
            "review_by": datetime.date(2027, 1, 1),
        }
        keys = {key: value for key, value in (keys | front).items() if value is not None}
        body = _ANSWER[language].format(topic, topic) if body is None else body
        return self.raw(f"{to}/{article}.{language}.md", f"---\n{_dump(keys)}---\n\n{body}\n")

    def raw(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def problems(self, *, production: bool = False) -> list[Problem]:
        return lint(self.root, production=production, today=TODAY)[1]

    def rules(self, *, production: bool = False) -> set[str]:
        return {problem.rule for problem in self.problems(production=production)}


def answer(more: str = "", language: str = "zh") -> str:
    """A sound body, `more` at the end of its first paragraph."""
    lead, _, rest = _ANSWER[language].format("礼品卡", "礼品卡").partition("\n\n")
    return f"{lead}{more}\n\n{rest}"


def _dump(keys: dict[str, Any]) -> str:
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False, width=10_000)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Three sound Chinese articles that `lint` has nothing to say about."""
    made = Folder(tmp_path / "kb")
    for article in TOPICS:
        made.write(article)
    return made


@pytest.fixture
def both(folder: Folder) -> Folder:
    """The same three articles in both languages."""
    for article in TOPICS:
        folder.write(article, "en")
    return folder


Break = Callable[[Folder], object]
