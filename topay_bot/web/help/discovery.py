"""What search engines read: structured data, the site map and robots.txt."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from topay_bot.knowledge.article import LANGUAGES
from topay_bot.text import Language
from topay_bot.web.help.content import HelpCentre, Reading

HTML_LANGUAGES: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


def home_path(language: Language) -> str:
    """Where the first page stands, from the root of the site."""
    return f"help/{language}"


def category_path(category: str, language: Language) -> str:
    """Where a category's page stands."""
    return f"help/{language}/category/{quote(category, safe='')}"


def article_path(article: str, language: Language) -> str:
    """Where an article's page stands."""
    return f"help/{language}/{quote(article, safe='')}"


def faq_page(reading: Reading) -> dict[str, Any]:
    """An article as schema.org's FAQPage: its title is the question, the whole answer stands on the page.

    Form: https://developers.google.com/search/docs/appearance/structured-data/faqpage
    """
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": HTML_LANGUAGES[reading.entry.language],
        "mainEntity": [
            {
                "@type": "Question",
                "name": reading.entry.title,
                "acceptedAnswer": {"@type": "Answer", "text": reading.html},
            }
        ],
    }


def breadcrumb_list(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The way to a page, as (name, absolute address), as schema.org's BreadcrumbList."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(trail, 1)
        ],
    }


def sitemap(centre: HelpCentre, base: str) -> bytes:
    """Every page with its versions in other languages (https://www.sitemaps.org/protocol.html), below `base`.

    Without `lastmod`: a build does not know when an article was last changed, and search engines pass over a date
    that is not to be trusted.
    """
    ET.register_namespace("", _SITEMAP)
    ET.register_namespace("xhtml", _XHTML)
    root = ET.Element(f"{{{_SITEMAP}}}urlset")

    def add(paths: dict[Language, str]) -> None:
        for path in paths.values():
            url = ET.SubElement(root, f"{{{_SITEMAP}}}url")
            ET.SubElement(url, f"{{{_SITEMAP}}}loc").text = f"{base}/{path}"
            for language, other in paths.items() if len(paths) > 1 else ():
                attributes = {"rel": "alternate", "hreflang": HTML_LANGUAGES[language], "href": f"{base}/{other}"}
                ET.SubElement(url, f"{{{_XHTML}}}link", attributes)

    add({language: home_path(language) for language in LANGUAGES})
    for category in centre.categories("zh"):
        add({language: category_path(category.id, language) for language in LANGUAGES})
    for category in centre.categories("zh"):
        for entry in category.entries:
            add({language: article_path(entry.id, language) for language in centre.languages(entry.id)})
    ET.indent(root, "")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def robots(base: str) -> str:
    """Readers may come; the API and endless searches are nothing to index."""
    prefix = urlsplit(base).path
    closed = ["v1/", *(f"{home_path(language)}/search" for language in LANGUAGES)]
    lines = ["User-agent: *", *(f"Disallow: {prefix}/{path}" for path in closed)]
    return "\n".join([*lines, "", f"Sitemap: {base}/sitemap.xml", ""])
