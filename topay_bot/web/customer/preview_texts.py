"""The words of the editor's preview on the chat page."""

from __future__ import annotations

from topay_bot.text import Language

PREVIEW_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "编辑预览",
        "updating": "正在更新…",
        "published": "与已发布的内容相同",
        "draft": "草稿 {build}，尚未发布",
        "none": "还没有可用的内容",
        "took": "{files}，用时 {seconds} 秒",
        "unchanged": "{files} 已保存，顾客看到的内容没有变化",
        "errors": "刚保存的内容还不能用，目前仍按上一次的内容回答。请先改好：",
        "checking": "正在检查文章…",
        "clean": "检查完毕，没有需要修改的地方",
        "advice": "检查完毕，有 {n} 处需要修改",
        "more": "还有 {n} 条，见终端",
        "away": "与服务器的连接断开了",
    },
    "en": {
        "title": "Editor's preview",
        "updating": "Updating…",
        "published": "The same as what is published",
        "draft": "Draft {build}, not published",
        "none": "Nothing to answer from yet",
        "took": "{files}, in {seconds} s",
        "unchanged": "{files} saved; nothing changes for customers",
        "errors": "What was saved last can't be used yet; what was before goes on answering. To mend first:",
        "checking": "Checking the articles…",
        "clean": "Checked, nothing to mend",
        "advice": "Checked, {n} to mend",
        "more": "{n} more in the terminal",
        "away": "The server can't be reached",
    },
}
