import json

import pytest

from benchmarks import quality


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A set so easy that every question of a known topic is found."""
    folder = tmp_path_factory.mktemp("set")
    nouns = {"card": "plastic card", "cash": "paper money", "code": "secret number", "shop": "corner store"}
    verbs = ["lose", "order", "find", "change", "want", "return", "see", "hold"]
    rows = [{"text": f"{verb} my {noun}", "label": label} for label, noun in nouns.items() for verb in verbs]
    for name, part in (("train", rows), ("test", [{**row, "text": "please " + row["text"]} for row in rows[::2]])):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, part)))
    return [str(folder / "train.jsonl"), str(folder / "test.jsonl")]


def _run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["quality", "--encoder", "fitted", *arguments])
    quality.main()
    return capsys.readouterr().out


def test_held_out_topics_are_measured_apart(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--data", *files, "--shots", "6", "--hold-out", "1", "--draws", "2", "--format", "json"]
    result = json.loads(_run(capsys, monkeypatch, *arguments))
    assert (result["draws"], result["shots"], result["held_out"], result["topics"]) == (2, 6, 1, 4)
    for method in ("topay-bot", "neighbours"):
        figures = result["results"]["test"][method]
        assert {"top1", "top3", "coverage", "answered_precision", "oos_auroc", "rejected held-out"} <= set(figures)
        assert figures["top1"]["mean"] == 1
    assert result["results"]["test"]["topay-bot"]["build_seconds"]["mean"] > 0


def test_the_table_shows_both_methods(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _run(capsys, monkeypatch, "--data", *files)
    assert "1 draw" in out
    (line,) = [line for line in out.splitlines() if line.startswith("top1")]
    assert line.split() == ["top1", "100.0", "%", "100.0", "%"]
    assert not any(line.startswith("rejected") for line in out.splitlines())


def test_one_source_of_questions_is_needed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        _run(capsys, monkeypatch, "--shots", "3")
