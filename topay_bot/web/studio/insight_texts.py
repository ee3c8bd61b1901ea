"""The words of the insights page that are not those of its tables."""

from __future__ import annotations

from topay_bot.text import Language

INSIGHT_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "数据",
        "about": "客服台做得怎么样：问了什么、答上多少、什么时候需要人工。",
        "last": "近 {n} 天",
        "since": "从",
        "until": "到",
        "show": "查看",
        "range": "{first} 至 {last}，共 {n} 天，时区 {zone}。数字最多晚一分钟。",
        "refused": "这段日期看不了。请填两个日期，先后不要颠倒，最多 {most} 天。下面是近 28 天。",
        "csv": "下载 CSV",
        "csv_of": "下载 CSV：{name}",
        "none": "这段时间里没有。",
        "more": "显示前 {n} 行，共 {all} 行；CSV 里有全部。",
        "day_table": "逐日的数字",
        "no_pictures": "这里还可以有图：在服务器上运行 {command}，然后重启。",
        "picture_of": "图：{name}",
        "picture_days": "每天的问题，按结果堆叠：{first} 至 {last}。数字在下面的表里。",
        "picture_handoffs": "转人工的原因，按会话数。数字在下面的表里。",
        "picture_categories": "各分类文章的展示次数。数字在下面的表里。",
        "answered": "答上",
        "clarified": "反问",
        "offered": "没答上",
        "handed": "直接转人工",
        "general": "未归类",
        "gone": "（已删除）",
    },
    "en": {
        "title": "Insights",
        "about": "How the desk does: what is asked, how much of it is answered, and when a person is needed.",
        "last": "Last {n} days",
        "since": "From",
        "until": "To",
        "show": "Show",
        "range": "{first} to {last}, {n} days, time zone {zone}. Numbers are at most a minute old.",
        "refused": "These dates cannot be shown. Give two days, the earlier one first, at most {most} days apart. "
        "Below are the last 28 days.",
        "csv": "Download CSV",
        "csv_of": "Download CSV: {name}",
        "none": "None in this time.",
        "more": "The first {n} of {all} rows; the CSV file has all.",
        "day_table": "The numbers day by day",
        "no_pictures": "There can be pictures here: run {command} on the server and start it again.",
        "picture_of": "Picture: {name}",
        "picture_days": "Questions by day, stacked by what came of them, {first} to {last}. The numbers are in the "
        "table below.",
        "picture_handoffs": "Why people were needed, by conversations. The numbers are in the table below.",
        "picture_categories": "How often articles of each category were shown. The numbers are in the table below.",
        "answered": "Answered",
        "clarified": "Choices",
        "offered": "Not answered",
        "handed": "To a person",
        "general": "Not placed",
        "gone": "(gone)",
    },
}
