"""The supervisors' page: complaints and suggestions until they are answered, and customers who were let down."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from topay_bot.text import Language
from topay_bot.web.console.pages import SESSION_COOKIE, desk_response

SUPERVISE_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "to_console": "回到工作台",
        "cases": "投诉与建议",
        "ratings": "低分评价",
        "all": "全部",
        "received": "已受理",
        "in_progress": "处理中",
        "answered": "已答复",
        "complaint": "投诉",
        "suggestion": "建议",
        "no_cases": "这里暂时没有。",
        "no_ratings": "没有待跟进的低分评价。",
        "open": "打开对话",
        "begin": "开始处理",
        "answer": "给客户的答复",
        "send_answer": "发送答复",
        "answer_missing": "请先写下答复。",
        "contacts": "联系方式",
        "show_contacts": "查看联系方式",
        "no_contacts": "客户没有留下联系方式",
        "stars": "{n} 星",
        "about_bot": "评价智能助手",
        "about_agent": "评价 {name}",
        "followed": "已跟进",
        "failed": "没有成功，请再试一次。",
        "not_supervisor": "低分评价只给主管（operator）看。",
        "only_operators": "这个页面给处理投诉的同事使用，请用有权限的账号登录。",
        "saved": "已保存，客户会在对话里看到。",
        "followed_done": "已标记为跟进。",
    },
    "en": {
        "to_console": "Back to the console",
        "cases": "Complaints and suggestions",
        "ratings": "Low ratings",
        "all": "All",
        "received": "Received",
        "in_progress": "In progress",
        "answered": "Answered",
        "complaint": "Complaint",
        "suggestion": "Suggestion",
        "no_cases": "Nothing here at the moment.",
        "no_ratings": "No low rating is waiting.",
        "open": "Open the conversation",
        "begin": "Start on it",
        "answer": "Answer to the customer",
        "send_answer": "Send the answer",
        "answer_missing": "Please write the answer first.",
        "contacts": "Contact",
        "show_contacts": "Show contact details",
        "no_contacts": "The customer left none",
        "stars": "{n} of 5 stars",
        "about_bot": "About the assistant",
        "about_agent": "About {name}",
        "followed": "Followed up",
        "failed": "That didn't work. Please try again.",
        "not_supervisor": "Low ratings are for supervisors (operator) only.",
        "only_operators": "This page is for colleagues who handle complaints. Please sign in with such an account.",
        "saved": "Saved. The customer sees it in the conversation.",
        "followed_done": "Marked as followed up.",
    },
}

router = APIRouter(include_in_schema=False)


@router.get("/desk/supervise")
async def supervise_page(request: Request, lang: str | None = None) -> Response:
    """The page, without any customer's data; whoever has no session is sent to sign in."""
    if SESSION_COOKIE not in request.cookies:
        return RedirectResponse("sign-in", 303, headers={"Cache-Control": "no-store"})
    return desk_response(request, "supervise.html", lang, base="../", more=SUPERVISE_TEXTS)
