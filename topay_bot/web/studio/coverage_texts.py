"""The words of the coverage map."""

from __future__ import annotations

from topay_bot.text import Language

COVERAGE_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "地图",
        "about": "意思相近的挨在一起。蓝点是文章，越大最近 {days} 天回答得越多；"
        "红圈是顾客问了却没得到回答的问题，越大问的人越多。离所有蓝点都远的红圈，多半缺一篇文章。",
        "picture": "文章和没有得到回答的问题",
        "working": "正在画，请稍等。",
        "gaps_working": "正在找没有得到回答的问题，稍后会画进来。",
        "reload": "刷新",
        "failed": "没有画成：",
        "no_gaps": "目前没有成群的、得不到回答的问题。",
        "gap": "没有得到回答：{question}，{n} 位顾客",
        "article": "文章：{title}",
        "table": "图上的缺口",
        "question": "代表问题",
        "customers": "顾客",
        "beside": "旁边的文章",
        "to_table": "跳过图，看表格",
        "only_near": "只有远近有意义，方向没有。",
    },
    "en": {
        "title": "Map",
        "about": "What means about the same lies close together. Blue dots are articles, larger the more they "
        "answered in the last {days} days. Red rings are what customers asked in vain, larger the more asked it. "
        "A red ring far from any blue dot probably wants an article.",
        "picture": "Articles, and questions asked in vain",
        "working": "The map is being drawn.",
        "gaps_working": "Questions asked in vain are being looked for; they follow.",
        "reload": "Reload",
        "failed": "The map could not be drawn:",
        "no_gaps": "No questions asked in vain gather anywhere at present.",
        "gap": "Asked in vain: {question}, {n} customers",
        "article": "Article: {title}",
        "table": "The gaps on the map",
        "question": "Such as",
        "customers": "Customers",
        "beside": "Articles beside it",
        "to_table": "Skip the picture and go to the table",
        "only_near": "Only nearness means something; directions don't.",
    },
}
