"""Labels: what agents called right, for an editor to accept or reject; what is accepted becomes evaluation cases."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from topay_bot.bootstrap.serving import LearningParts
from topay_bot.desk.reviewing import Verdict
from topay_bot.learning.cases import MOST, cases_jsonl
from topay_bot.text import Language
from topay_bot.web.studio.ask_texts import KIND_TEXTS
from topay_bot.web.studio.frame import Editor, Form, Section, go_to, language_of, show, studio_router
from topay_bot.web.studio.titles import Titles

_VERDICTS = [verdict.value for verdict in Verdict]
_SHOWN = 50  # labels on a page; the next ones come as these are judged

LABEL_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "客服标注",
        "about": "客服在工作台上标出了“正确的文章”。请逐条核对：接受的会成为评测题目，拒绝的不再计入。",
        "pending": "待核对",
        "accepted": "已接受",
        "rejected": "已拒绝",
        "none": "这里暂时没有。",
        "more": "只显示最新的 {n} 条。",
        "said": "机器人当时",
        "right": "客服认为",
        "by": "{name}，{at}",
        "judged_by": "由 {name} 核对",
        "accept": "接受",
        "reject": "拒绝",
        "accept_for": "接受：{question}",
        "reject_for": "拒绝：{question}",
        "export": "导出评测题目",
        "export_about": "已接受的标注，格式与 topay-bot eval --cases 相同。",
        "unknown_article": "这篇文章已经不在了",
    },
    "en": {
        "title": "Agents' labels",
        "about": "Agents said at the desk which article would have been right. Please check each: what you accept "
        "becomes a case for evaluations, what you reject counts no more.",
        "pending": "To check",
        "accepted": "Accepted",
        "rejected": "Rejected",
        "none": "Nothing here at the moment.",
        "more": "Only the newest {n} are shown.",
        "said": "The bot then",
        "right": "The agent says",
        "by": "{name}, {at}",
        "judged_by": "checked by {name}",
        "accept": "Accept",
        "reject": "Reject",
        "accept_for": "Accept: {question}",
        "reject_for": "Reject: {question}",
        "export": "Export as cases",
        "export_about": "What was accepted, as topay-bot eval --cases reads it.",
        "unknown_article": "this article is gone",
    },
}

router = studio_router()
SECTION = Section("labels", {"zh": "标注", "en": "Labels"}, router)


@router.get("/labels")
def labels_page(request: Request, who: Editor, verdict: str = "") -> Response:
    """Labels that wait for an editor, or those with a verdict."""
    learning: LearningParts = request.app.state.learning
    wanted = Verdict(verdict) if verdict in _VERDICTS else None
    edition = request.app.state.desk.edition()
    language = language_of(request)
    found = learning.labels.labelled_replies(wanted, _SHOWN + 1)
    return show(
        request,
        who,
        "labels.html",
        LABEL_TEXTS,
        found=found[:_SHOWN],
        more=len(found) > _SHOWN,
        most=_SHOWN,
        verdict=wanted.value if wanted else "pending",
        kinds=KIND_TEXTS[language],
        titles=Titles(edition, language),
        known=set(edition.library.ids),
        zone=ZoneInfo(request.app.state.desk.settings.time_zone),
    )


@router.post("/labels/{label_id}")
def judge(request: Request, who: Editor, label_id: str, form: Form) -> Response:
    """Accept or reject a label; another verdict takes the place of the one before."""
    learning: LearningParts = request.app.state.learning
    if form.get("verdict") in _VERDICTS:
        now = datetime.datetime.now(datetime.UTC)
        learning.labels.judge(label_id, Verdict(form["verdict"]), who.agent.id, now)
    shown = form.get("shown", "")
    return go_to(request, f"studio/labels?verdict={shown}" if shown in _VERDICTS else "studio/labels")


@router.get("/labels/cases.jsonl")
def cases(request: Request, who: Editor) -> Response:
    """What was accepted, as evaluation cases."""
    learning: LearningParts = request.app.state.learning
    headers = {"Content-Disposition": 'attachment; filename="labelled.jsonl"', "Cache-Control": "no-store"}
    text = cases_jsonl(learning.labels.labelled_replies(Verdict.ACCEPTED, MOST))
    return Response(text, media_type="application/jsonl; charset=utf-8", headers=headers)
