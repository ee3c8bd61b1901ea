import json
import sys
from pathlib import Path

import pytest

from topay_bot.answering.policy import Answer, Candidate, Decision, Handoff, Priority, Reason, Referral
from topay_bot.errors import ReportError
from topay_bot.evaluation import Case
from topay_bot.report.content import Content, Source, report_content
from topay_bot.report.page import markdown, write_report
from topay_bot.report.pictures import CURVE, RELIABILITY, draw, label

PROMISE = {
    "promised_precision": 0.95, "proven_precision": 0.951, "proven_on": 300, "promise_kept": True,
    "answer_threshold": 0.8, "top1": 0.9, "coverage": 0.6, "unknown_rejected": 0.97,
    "uncovered_answered": 0.113,
}  # fmt: skip
CASES = [
    Case("right one", ("a",), kind="plain"),
    Case("wrong | <b>one</b>", ("b",), kind="plain"),
    Case("unknown", (), kind="far"),
]


def _decide(text: str, language: object = None) -> Decision:
    sure = Candidate("a", 0.1 if text == "unknown" else 0.9)
    if text == "unknown":
        referral = Referral(Reason.LOW_CONFIDENCE, Priority.NORMAL, True)
        return Handoff(Reason.LOW_CONFIDENCE, "en", 0.1, (sure,), referral)
    return Answer(Reason.CONFIDENT, "en", 0.9, (sure,), "a", None)


@pytest.fixture
def content() -> Content:
    return report_content("b1", {"languages": {"en": PROMISE}}, _decide, {"questions": CASES, "问题": CASES})


def test_content_holds_figures_and_measures(content: Content) -> None:
    (source, _) = content.sources
    assert source.figures is not None
    assert source.figures.by_kind["plain"].top1 == 0.5
    assert source.measures["answer_threshold"] == 0.8
    assert source.measures["wrong_answers"] == [
        {"text": "wrong | <b>one</b>", "article": "b", "answered": "a", "confidence": 0.9}
    ]
    json.dumps(content.to_json(), allow_nan=False)


def test_the_trials_of_a_build_are_a_source_of_their_own(content: Content) -> None:
    told = {"languages": {"en": PROMISE}, "trials": {"en": dict(content.sources[0].measures)}}
    (source,) = report_content("b1", told, _decide, {}).sources
    assert (source.name, source.figures) == ("trials en", None)


def test_a_page_with_pictures(content: Content, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    written = write_report(content, tmp_path / "new" / "out")
    assert {file.name for file in written} == {"index.html", "report.md", CURVE, RELIABILITY}
    assert all((tmp_path / "new" / "out" / name).read_bytes()[:4] == b"\x89PNG" for name in (CURVE, RELIABILITY))
    page = (tmp_path / "new" / "out" / "index.html").read_text()
    assert f'<img src="{CURVE}"' in page
    assert "<b>one" not in page, "what customers write is no HTML"
    assert "wrong | &lt;b&gt;one" in page
    assert page.count("<table>") == 9  # the promise; language, kind, confusions, wrong answers of two files


def test_the_same_content_gives_the_same_pictures(content: Content, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "again").mkdir()
    for one, again in zip(draw(content.sources, tmp_path), draw(content.sources, tmp_path / "again"), strict=True):
        assert one.read_bytes() == again.read_bytes()


def test_pictures_need_no_font_for_chinese(content: Content) -> None:
    assert [label(source, number) for number, source in enumerate(content.sources, 1)] == ["questions", "cases 2"]
    assert any("问题 (cases 2)" in line for line in markdown(content, []))


def test_without_matplotlib_the_extra_is_named(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ReportError, match=r"topay-bot\[report\]"):
        write_report(content, tmp_path)


def test_a_folder_that_cannot_be_written_is_named(content: Content, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="file"):
        write_report(content, tmp_path / "file")


def test_a_build_without_trials_says_so() -> None:
    assert any("Build again" in line for line in markdown(Content("b1", {}, ()), []))
    kept = Source("trials en", {"questions": 0, "known": 0, "calibration_error": 0.0, "confusions": [],
                                "wrong_answers": []}, None)  # fmt: skip
    assert not any("Build again" in line for line in markdown(Content("b1", {}, (kept,)), []))
