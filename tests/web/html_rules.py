"""What a page must obey: a strict parser, and the rules of HTML and of access that a parser does not know."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from starlette.testclient import TestClient

_HEADINGS = re.compile(r"h[1-6]")
_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


def soup_of(html: str) -> BeautifulSoup:
    """The page as a tree; raises html5lib's ParseError with place and code for markup that is not HTML."""
    html5lib.HTMLParser(strict=True).parse(html)
    return BeautifulSoup(html, "html.parser")


def page_at(client: TestClient, path: str, status: int = 200) -> BeautifulSoup:
    """What a server gives there, as a tree."""
    response = client.get(path)
    assert response.status_code == status, path
    return soup_of(response.text)


def faults(page: BeautifulSoup) -> list[str]:
    """What is wrong with a page."""
    return [*_structure(page), *_names(page), *_headings(page), *_ids(page), *_inline(page)]


def structured_data(page: BeautifulSoup) -> list[dict[str, Any]]:
    """The JSON-LD of a page."""
    return [json.loads(script.string or "") for script in page.find_all("script", type="application/ld+json")]


def _structure(page: BeautifulSoup) -> list[str]:
    found = []
    if page.html is None or page.html.get("lang") not in ("zh-CN", "en"):
        found.append("html without a language")
    for name in ("main", "h1", "title"):
        if len(page.select(f"{name}:not(svg {name})")) != 1:
            found.append(f"not exactly one {name}")
    description = page.find("meta", attrs={"name": "description"})
    if not isinstance(description, Tag) or not str(description["content"]).strip():
        found.append("no description")
    for viewport in page.find_all("meta", attrs={"name": "viewport"}):
        if re.search("user-scalable|maximum-scale", str(viewport["content"])):
            found.append("zoom is forbidden")
    return found


def _names(page: BeautifulSoup) -> list[str]:
    """Everything that can be operated has a name, every picture a text or an empty one."""
    found = [f"no alt: {image}" for image in page.find_all("img") if not image.has_attr("alt")]
    for one in page.find_all(["a", "button"]):
        if not one.get_text(strip=True) and not one.get("aria-label"):
            found.append(f"no name: {one}")
    for field in page.select("input:not([type=hidden]), textarea, select"):
        labelled = field.find_parent("label") or page.select(f'label[for="{field.get("id")}"]')
        if not labelled and not field.get("aria-label"):
            found.append(f"no label: {field}")
    for landmark in page.find_all(["nav", "aside"]):
        if not landmark.get("aria-label") and not landmark.get("aria-labelledby"):
            found.append(f"no name: {landmark.name}")
    return found


def _headings(page: BeautifulSoup) -> list[str]:
    levels = [int(heading.name[1]) for heading in page.find_all(_HEADINGS)]
    found = [f"h{after} below h{before}" for before, after in itertools.pairwise(levels) if after > before + 1]
    return found + ([] if levels[:1] == [1] else ["h1 is not the first heading"])


def _ids(page: BeautifulSoup) -> list[str]:
    ids = Counter(str(one["id"]) for one in page.find_all(id=True))
    found = [f"id {name} stands {number} times" for name, number in ids.items() if number > 1]
    for one in page.find_all(True):
        for attribute in _REFERENCES:
            found += [
                f"{attribute}={name}, which is not there"
                for name in str(one.get(attribute, "")).split()
                if name not in ids
            ]
    found += [f"{one['href']} leads nowhere" for one in page.select('a[href^="#"]') if str(one["href"])[1:] not in ids]
    return found


def _inline(page: BeautifulSoup) -> list[str]:
    """What the Content-Security-Policy would forbid."""
    found = [f"inline style: {one}" for one in page.select("[style], style")]
    found += [f"handler: {one}" for one in page.find_all(True) if any(name.startswith("on") for name in one.attrs)]
    data = ("application/ld+json", "application/json")
    found += [
        f"inline script: {one}" for one in page.find_all("script") if not one.get("src") and one.get("type") not in data
    ]
    return found
