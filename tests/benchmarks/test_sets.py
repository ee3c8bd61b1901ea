import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import sets
from tests.samples import copy_knowledge
from topay_bot.evaluation import Case
from topay_bot.knowledge.library import load_library


def test_labels_and_the_contract_of_eval_are_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"text": "a", "label": "x"}, {"text": "b", "article": "y", "kind": "k"}, {"text": "c", "articles": []}]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert sets.read_cases(file) == [Case("a", ("x",)), Case("b", ("y",), kind="k"), Case("c", ())]
    file.write_text('{"text": "a", "label": "x"}\n{"label": "x"}')
    with pytest.raises(ValueError, match=r"rows.jsonl:2"):
        sets.read_cases(file)


def test_a_set_becomes_a_knowledge_folder_without_the_held_out(tmp_path: Path) -> None:
    cases = [Case(f"where is my {topic} {n}", (topic,)) for topic in ("card", "cash", "code?") for n in range(5)]
    data = sets.training_set([*cases, Case("how is the weather", ())])
    assert data.language == "en"
    few = sets.drawn(data, 2, np.random.default_rng(1))
    assert {len(texts) for texts in few.questions.values()} == {2}
    assert few.questions == sets.drawn(data, 2, np.random.default_rng(1)).questions
    sets.write_knowledge(few, {"cash"}, tmp_path / "kb")
    library = load_library(tmp_path / "kb")
    assert library.ids == ["card", "code?"]
    assert library.background["en"] == ("how is the weather",)


def test_chinese_sets_are_chinese() -> None:
    assert (
        sets.training_set([Case("退款几天到", ("a",)), Case("ok", ("b",)), Case("怎么付款", ("b",))]).language == "zh"
    )


def test_held_out_articles_leave_no_trace(tmp_path: Path) -> None:
    source = copy_knowledge(tmp_path / "source")
    rows = [
        {"text": "one", "articles": ["refund-status"]},
        {"text": "two", "articles": ["refund-status", "refund-how-long"]},
        {"text": "three", "articles": []},
    ]
    (source / "calibration.en.jsonl").write_text("\n".join(map(json.dumps, rows)))
    sets.copy_knowledge(source, {"refund-status"}, tmp_path / "copy")
    library = load_library(tmp_path / "copy")
    assert library.ids == [one for one in load_library(source).ids if one != "refund-status"]
    left = [(question.text, question.articles) for question in library.labelled["en"]]
    assert left == [("two", ("refund-how-long",)), ("three", ())]


def test_cases_of_held_out_topics_are_unknown() -> None:
    cases = [Case("1", ("a",), kind="plain"), Case("2", ("a", "b"), kind="plain"), Case("3", (), kind="far")]
    left = sets.without(cases, {"a"})
    assert [case.articles for case in left] == [(), ("b",), ()]
    assert [case.kind for case in left] == [sets.HELD_OUT, "plain", sets.OUT_OF_SCOPE]


def test_not_every_topic_can_be_held_out() -> None:
    draw = np.random.default_rng(0)
    assert len(sets.chosen_topics("abc", 2, draw)) == 2
    with pytest.raises(ValueError, match="3 topics"):
        sets.chosen_topics("abc", 3, draw)
