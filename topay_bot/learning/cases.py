"""Labels that editors accepted, as the cases of an evaluation."""

from __future__ import annotations

import json
from collections.abc import Sequence

from topay_bot.desk.reviewing import LabelledReply
from topay_bot.learning.findings import wording_key

MOST = 10_000  # labels at once
KIND = "labelled"  # of these cases: figures by kind tell them from those that were made up


def cases_jsonl(labelled: Sequence[LabelledReply]) -> str:
    """JSON Lines that `evaluation.load_cases` reads, newest first. The same words twice are one case.

    Where two labels of the same words differ, all that was called right is: either is a right answer then.
    """
    cases: dict[str, dict[str, object]] = {}
    for one in labelled:
        case = cases.setdefault(
            f"{one.language}{wording_key(one.question)}",
            {"text": one.question, "articles": [], "expect": "answer", "kind": KIND, "lang": one.language},
        )
        articles = case["articles"]
        if isinstance(articles, list) and one.right not in articles:
            articles.append(one.right)
    return "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases.values())
