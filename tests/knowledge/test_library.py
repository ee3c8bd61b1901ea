import datetime
import json
import shutil
from pathlib import Path

import pytest

from tests.knowledge.conftest import TODAY, TOPICS, Folder, answer
from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.library import library_from_json, library_to_json, load_library, read_library


def test_articles_by_id_and_language(both: Folder) -> None:
    both.write("payment-zh-only")
    library = load_library(both.root)
    assert library.ids == sorted([*TOPICS, "payment-zh-only"])
    assert len(library) == 4
    assert len(list(library)) == 7
    assert library.languages("payment-gift") == ["zh", "en"]
    assert library.languages("payment-zh-only") == ["zh"]
    wanted = library.get("payment-zh-only", "en")
    assert wanted is not None
    assert wanted.language == "zh"
    assert library.get("nothing", "zh") is None


def test_facts_are_put_into_the_body(folder: Folder) -> None:
    folder.raw("facts.toml", '[fee]\nrate = { zh = "一成", en = "a tenth" }\n')
    folder.write(body=answer("手续费 {{ facts.fee.rate }}。"))
    article = load_library(folder.root).get("payment-gift", "zh")
    assert article is not None
    assert "手续费 一成。" in article.body
    assert "{{ facts.fee.rate }}" in article.source


def test_an_unknown_fact_is_told_with_its_line(folder: Folder) -> None:
    path = folder.write(body=answer("\n手续费 {{ facts.fee.rate }}。"))
    _, (problem,) = read_library(folder.root)
    assert problem.rule == "unknown-fact"
    assert "{{ facts.fee.rate }}" in path.read_text(encoding="utf-8").split("\n")[problem.line - 1]


def test_what_is_no_article_is_passed_over(folder: Folder) -> None:
    folder.raw("README.md", "how to")
    folder.raw("payment/README.md", "how to")
    folder.raw(".git/x.zh.md", "broken")
    folder.raw("payment/.draft.zh.md", "broken")
    (folder.root / "payment/folder.zh.md").mkdir()
    assert len(load_library(folder.root)) == 3


def test_one_broken_file_does_not_hide_the_others(folder: Folder) -> None:
    folder.raw("payment/payment-broken.zh.md", b"\xff")
    folder.raw("background.en.txt", b"\xff")
    library, problems = read_library(folder.root)
    assert len(library) == 3
    assert {(problem.file, problem.rule) for problem in problems} == {
        ("payment/payment-broken.zh.md", "encoding"),
        ("background.en.txt", "encoding"),
    }


def test_loading_refuses_any_problem(folder: Folder) -> None:
    for number in range(25):
        folder.raw(f"payment/payment-{number:02}.zh.md", "broken")
    with pytest.raises(KnowledgeError) as told:
        load_library(folder.root)
    assert len(told.value.problems) == 25
    assert "25 problems" in str(told.value)
    assert str(told.value).endswith("... and 5 more")


def test_an_empty_folder_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no articles in"):
        load_library(tmp_path)
    with pytest.raises(KnowledgeError, match="no knowledge folder at"):
        load_library(tmp_path / "none")


def test_background_without_headings_blank_lines_and_byte_order_mark(folder: Folder) -> None:
    folder.raw("background.zh.txt", "\ufeff# 天气\n\n 今天热吗 \n  # 股票\n买哪只\n")
    assert load_library(folder.root).background == {"zh": ("今天热吗", "买哪只"), "en": ()}


def test_only_what_is_published_today(folder: Folder) -> None:
    folder.write("payment-gift", draft=True)
    folder.write("payment-tax", publish_date=TODAY + datetime.timedelta(days=1))
    assert load_library(folder.root).published(TODAY).ids == ["payment-bus"]


def test_the_hash_is_of_the_content(folder: Folder, tmp_path: Path) -> None:
    before = load_library(folder.root).hash
    shutil.copytree(folder.root, tmp_path / "elsewhere/kb")
    assert load_library(tmp_path / "elsewhere/kb").hash == before
    folder.write(owner="refunds")  # nobody is answered otherwise
    assert load_library(folder.root).hash == before
    seen = {before}
    for changed in ({"title": "别的"}, {"questions": ["别的"]}, {"risk": "high"}, {"body": "别的"}, {"tags": ["别的"]}):
        folder.write(**changed)  # type: ignore[arg-type]  # a mapping of keys to values of their own types
        seen.add(load_library(folder.root).hash)
    folder.raw("background.zh.txt", "今天热吗\n")
    seen.add(load_library(folder.root).hash)
    assert len(seen) == 7


def test_a_library_survives_json(both: Folder) -> None:
    both.raw("facts.toml", '[fee]\nrate = { zh = "一成", en = "a tenth", sample = true }\n')
    both.write(risk="high", handoff="urgent", audience="merchant", tags=["卡"], description="一句")
    library = load_library(both.root)
    again = library_from_json(json.loads(json.dumps(library_to_json(library))), both.root)
    kept = (
        "id",
        "category",
        "language",
        "title",
        "questions",
        "body",
        "description",
        "tags",
        "audience",
        "related",
        "handoff",
        "risk",
    )
    for before, after in zip(library, again, strict=True):
        assert [getattr(before, key) for key in kept] == [getattr(after, key) for key in kept]
        assert type(after.risk) is type(before.risk)
    assert again.facts.value("fee.rate", "en") == "a tenth"
