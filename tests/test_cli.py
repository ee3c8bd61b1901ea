import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.samples import copy_knowledge
from topay_bot.cli import main


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cli")
    knowledge = copy_knowledge(root / "knowledge")
    done = _run("build", "--knowledge", knowledge, "--index", root / "index", "--encoder", "fitted", "--format", "json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert {"build", "articles", "passages", "seconds", "published"} <= set(report)
    assert report["published"] is True
    return root / "index"


def test_ask_in_json_has_the_shape_of_the_api(index: Path) -> None:
    reply = json.loads(_run("ask", "转人工", "--index", index, "--format", "json").stdout)
    assert set(reply) == {"decision", "confidence", "reason", "language", "answer", "choices", "handoff", "build"}
    assert (reply["decision"], reply["reason"], reply["language"]) == ("handoff", "asked", "zh")


def test_ask_for_people(index: Path) -> None:
    done = _run("ask", "I want to talk to a human", "--index", index)
    assert done.exit_code == 0
    assert "a person comes in" in done.stdout


def test_eval_writes_predictions(index: Path, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"text": "退款几天能到账", "article": "refund-how-long"}\n{"text": "今天天气", "article": null}\n'
    )
    done = _run("eval", "--index", index, "--cases", cases, "--predictions", tmp_path / "out.jsonl", "--format", "json")
    figures = json.loads(done.stdout)
    assert {
        "cases", "in_scope", "top1", "top3", "mrr", "coverage", "answered_precision", "oos_rejected", "oos_auroc",
        "calibration_error", "latency_ms",
    } <= set(figures)  # fmt: skip
    assert figures["top1"] == 1
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["text"] for line in lines] == ["退款几天能到账", "今天天气"]
    assert {"text", "decision", "article", "confidence", "candidates", "reason"} == set(lines[0])


def test_eval_explains_one_question_or_one_case(index: Path, tmp_path: Path) -> None:
    told = json.loads(_run("eval", "--explain", "退款几天能到账", "--index", index, "--format", "json").stdout)
    assert {"decision", "reason", "because", "shelves", "confidence"} <= set(told)
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"text": "你好", "article": null}\n{"text": "退款几天能到账", "article": "refund-how-long"}\n')
    done = _run("eval", "--cases", cases, "--explain", "2", "--index", index)
    assert "right (*)    refund-how-long" in done.stdout
    for arguments, said in ((["--cases", cases, "--explain", "3"], "1 to 2"), ([], "--cases")):
        wrong = _run("eval", *arguments, "--index", index)
        assert wrong.exit_code == 2
        assert said in wrong.stderr


def test_report_writes_a_page(index: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"text": "你好", "article": null}\n{"text": "退款几天能到账", "article": "refund-how-long"}\n')
    done = _run("report", "--out", tmp_path / "out", "--cases", cases, "--index", index, "--format", "json")
    assert done.exit_code == 0, done.output
    assert "cases" in [source["name"] for source in json.loads(done.stdout)["sources"]]
    assert (tmp_path / "out" / "index.html").is_file()


def test_builds_and_publish(index: Path) -> None:
    (row,) = json.loads(_run("builds", "--index", index, "--format", "json").stdout)
    assert row["current"]
    assert _run("publish", row["build"], "--index", index).exit_code == 0
    wrong = _run("publish", "nonsense", "--index", index)
    assert wrong.exit_code == 1
    assert "nonsense" in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "x", "--index", "/nowhere"], "rebuild-index"),
        (["build", "--knowledge", "/nowhere"], "no knowledge folder"),
        (["import", "/nowhere.jsonl", "--into", "/tmp/never"], "cannot be read"),
        (["eval", "--cases", "/nowhere.jsonl", "--index", "/nowhere"], "rebuild-index"),
        (["lint", "/nowhere"], "no knowledge folder"),
    ],
)
def test_errors_are_one_clear_message_without_a_traceback(arguments: list[str], said: str) -> None:
    done = _run(*arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_import_then_build_then_eval(tmp_path: Path) -> None:
    rows = [
        {"article": f"topic_{topic}?", "question": f"{word} question number {count} about {topic}", "lang": "en"}
        for topic, word in (("gift card", "blue"), ("parking", "red"))
        for count in ("one", "two", "three", "four")
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    done = _run("import", file, "--into", tmp_path / "kb", "--format", "json")
    assert json.loads(done.stdout)["articles"] == 2, done.output
    built = _run(
        "build", "--knowledge", tmp_path / "kb", "--index", tmp_path / "ix", "--encoder", "fitted", "--format", "json"
    )
    assert json.loads(built.stdout)["articles"] == 2, built.output
    reply = json.loads(_run("ask", "something about parking", "--index", tmp_path / "ix", "--format", "json").stdout)
    assert reply["confidence"] > 0


def test_a_bad_setting_names_key_value_and_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPAY_PORT", "many")
    done = _run("serve")
    assert done.exit_code == 1
    assert "port" in done.stderr
    assert "many" in done.stderr


def test_help_lists_every_command_that_is_documented() -> None:
    documented = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
    with click.Context(main) as context:
        for name in main.list_commands(context):
            command = main.get_command(context, name)
            assert f"| `{name}" in documented, f"{name} is not in docs/commands.md"
            assert command is not None
            assert command.name == name
            assert command.help, f"{name} has no help"
