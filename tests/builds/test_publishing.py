import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.samples import copy_knowledge
from topay_bot.builds.making import make_build
from topay_bot.cli import main
from topay_bot.retrieval.history import Entry, Event, History, now
from topay_bot.retrieval.index import MANIFEST, BuildStore, seal
from topay_bot.settings import load_settings

QUESTIONS = {
    "退款几天能到账": "refund-how-long",
    "支付密码忘了怎么办": "account-reset-payment-password",
    "怎么注销账户": "account-close",
    "how long does a refund take": "refund-how-long",
    "close my account": "account-close",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder with knowledge, an index of two builds with the first current, and the knowledge of the second.

    The second is worse: it has lost two articles.
    """
    root = tmp_path_factory.mktemp("gate")
    copy_knowledge(root / "knowledge")
    copy_knowledge(root / "worse")
    for name in ("account-close", "account-reset-payment-password"):
        for file in (root / "worse").glob(f"*/{name}.*.md"):
            file.unlink()
    lines = [json.dumps({"text": text, "article": article}) for text, article in QUESTIONS.items()]
    (root / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    one, two = (
        make_build(
            load_settings(knowledge=root / name, index=root / "index", encoder="fitted"), publish=name == "knowledge"
        ).build
        for name in ("knowledge", "worse")
    )
    # Both keep their promise as far as these tests go; each test that is about promises says otherwise.
    for build in (one, two):
        _rewrite_promise(root / "index", build, True)
    return root, one, two


def _rewrite_promise(index: Path, build: str, kept: bool) -> None:
    file = index / build / MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    for promise in manifest["report"]["languages"].values():
        promise["promise_kept"] = kept
    file.write_text(json.dumps(manifest | {"seal": seal(manifest)}, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def root(built: tuple[Path, str, str], tmp_path: Path) -> Path:
    shutil.copytree(built[0], tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture
def ids(built: tuple[Path, str, str]) -> tuple[str, str]:
    return built[1:]


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def build(root: Path) -> Callable[..., Result]:
    def run(knowledge: str, *more: object) -> Result:
        return _run("build", "--knowledge", root / knowledge, "--index", root / "index", "--encoder", "fitted", *more)

    return run


def _current(root: Path) -> str | None:
    return BuildStore(root / "index").current()


def _events(root: Path) -> list[tuple[str, str]]:
    return [(str(entry.event), entry.build) for entry in History(root / "index")]


def test_a_worse_build_is_refused_with_a_table_and_stays_on_disk(
    root: Path, ids: tuple[str, str], build: Callable[..., Result]
) -> None:
    one, two = ids
    done = build("worse", "--cases", root / "cases.jsonl")
    assert done.exit_code == 3, done.output
    assert _current(root) == one
    BuildStore(root / "index").open(two)
    assert "not published" in done.stdout
    assert "fell by" in done.stdout
    for question in ("支付密码忘了怎么办", "怎么注销账户"):
        (line,) = [line for line in done.stdout.splitlines() if question in line]
        assert "right: answer" in line or "offered: clarify" in line
        assert "missed:" in line or "wrong:" in line
    assert not [line for line in done.stdout.splitlines() if "退款几天能到账" in line]
    assert two in done.stderr
    assert _events(root) == [("refused", two)]


def test_for_a_machine_it_is_one_line(root: Path, ids: tuple[str, str], build: Callable[..., Result]) -> None:
    done = build("worse", "--cases", root / "cases.jsonl", "--format", "json")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert (told["build"], told["published"]) == (ids[1], False)
    gate = told["gate"]
    assert (gate["passed"], gate["against"]) == (False, ids[0])
    assert gate["objections"]
    assert gate["figures"]["zh"]["top1"] < gate["figures_before"]["zh"]["top1"]
    assert {"language", "question", "expected", "before", "after"} == set(gate["worse"][0])
    assert gate["worse"][0]["after"]["verdict"] in ("wrong", "missed", "offered")


def test_force_publishes_and_the_journal_says_why(
    root: Path, ids: tuple[str, str], build: Callable[..., Result]
) -> None:
    done = build("worse", "--cases", root / "cases.jsonl", "--force", "--why", "两个产品下线")
    assert done.exit_code == 0, done.output
    assert _current(root) == ids[1]
    (entry,) = History(root / "index")
    assert (entry.event, entry.build, entry.previous, entry.why) == (Event.PUBLISHED, ids[1], ids[0], "两个产品下线")
    assert entry.objections
    assert entry.figures["zh"]["cases"] == 3
    row = json.loads(_run("builds", "--index", root / "index", "--format", "json").stdout)[-1]
    assert (row["build"], row["current"], row["why"], row["published"]) == (ids[1], True, "两个产品下线", entry.time)
    assert row["figures"]["zh"]["cases"] == 3


@pytest.mark.parametrize("wrong", [["--force"], ["--why", "so"], ["--force", "--why", " "]])
def test_force_needs_a_reason(wrong: list[str], build: Callable[..., Result]) -> None:
    assert build("worse", *wrong).exit_code == 2


def test_a_tolerated_fall_passes(
    root: Path, ids: tuple[str, str], build: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPAY_GATE_CASES", json.dumps([str(root / "cases.jsonl")]))
    assert build("worse").exit_code == 3  # those of the settings, when none are named
    monkeypatch.setenv("TOPAY_GATE_TOLERANCE", '{"zh": 1, "en": 1}')
    done = build("worse")
    assert done.exit_code == 0, done.output
    assert _current(root) == ids[1]


def test_without_cases_it_is_published_as_ever(root: Path, ids: tuple[str, str], build: Callable[..., Result]) -> None:
    done = build("worse", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["gate"] == {
        "passed": True, "overruled": False, "why": "", "against": ids[0], "objections": [], "figures": {},
        "figures_before": {}, "better": 0, "worse": [],
    }  # fmt: skip
    assert _current(root) == ids[1]


def test_a_promise_that_was_kept_and_is_not_any_more_stops_it(
    root: Path, ids: tuple[str, str], build: Callable[..., Result]
) -> None:
    _rewrite_promise(root / "index", ids[1], False)
    done = build("worse")
    assert done.exit_code == 3, done.output
    assert "promise not kept" in done.stdout
    assert _current(root) == ids[0]


def test_an_unproven_promise_stops_no_first_build_but_a_strict_one(
    root: Path, ids: tuple[str, str], build: Callable[..., Result]
) -> None:
    for name in ids:
        _rewrite_promise(root / "index", name, False)
    (root / "index" / "CURRENT").unlink()
    assert build("knowledge", "--strict").exit_code == 3
    assert _current(root) is None
    assert build("knowledge").exit_code == 0
    assert build("worse").exit_code == 0
    assert _current(root) == ids[1]


def test_the_same_build_again_changes_and_records_nothing(
    root: Path, ids: tuple[str, str], build: Callable[..., Result]
) -> None:
    done = build("knowledge", "--cases", root / "cases.jsonl", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)["published"]) == (0, True)
    assert _current(root) == ids[0]
    assert _events(root) == []


def test_lint_stops_it_before_anything_is_built(root: Path, build: Callable[..., Result]) -> None:
    done = build("knowledge", "--lint", "--format", "json")  # a small copy: its related articles are not there
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["build"], told["published"], told["error"]["code"]) == (None, False, "knowledge")
    assert any("dead-related" in problem for problem in told["error"]["problems"])
    assert build("knowledge", "--lint", "--force", "--why", "a copy").exit_code == 0


def test_publishing_a_build_on_disk_goes_through_the_same_gate(root: Path, ids: tuple[str, str]) -> None:
    arguments = ["publish", ids[1], "--index", root / "index", "--cases", root / "cases.jsonl"]
    assert _run(*arguments).exit_code == 3
    assert _current(root) == ids[0]
    assert _run(*arguments, "--force", "--why", "so").exit_code == 0
    assert _current(root) == ids[1]
    assert _run("publish", ids[0], "--index", root / "index", "--cases", root / "cases.jsonl").exit_code == 0
    assert _current(root) == ids[0]  # it is better


def test_rolling_back_and_back_again(root: Path, ids: tuple[str, str]) -> None:
    index = root / "index"
    nothing = _run("rollback", "--index", index)
    assert (nothing.exit_code, "no build to go back to" in nothing.stderr) == (1, True)
    assert _run("publish", ids[1], "--index", index).exit_code == 0
    done = json.loads(_run("rollback", "--index", index, "--format", "json").stdout)
    assert done == {"build": ids[0], "before": ids[1], "passed_over": []}
    assert _current(root) == ids[0]
    assert _run("rollback", "--index", index).exit_code == 1
    assert _events(root) == [("published", ids[1]), ("rolled-back", ids[0])]


def test_a_damaged_build_is_no_way_back(root: Path, ids: tuple[str, str]) -> None:
    index = root / "index"
    store = BuildStore(index)
    shutil.copytree(index / ids[1], index / "between")
    store.record(Entry(Event.PUBLISHED, "between", ids[0], now()))
    (index / "between" / "library.json").write_text("{}")
    store.publish(ids[1])
    store.record(Entry(Event.PUBLISHED, ids[1], "between", now()))
    done: dict[str, Any] = json.loads(_run("rollback", "--index", index, "--format", "json").stdout)
    assert done["build"] == ids[0]
    assert "library.json was altered" in done["passed_over"][0]


def test_a_bad_file_of_cases_is_told_before_anything_is_built(root: Path, build: Callable[..., Result]) -> None:
    (root / "cases.jsonl").write_text("nonsense")
    done = build("worse", "--cases", root / "cases.jsonl", "--fresh")
    assert (done.exit_code, "cases.jsonl:1" in done.stderr) == (1, True)


def test_the_way_back_is_not_forgotten(
    root: Path, ids: tuple[str, str], build: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPAY_KEEP_BUILDS", "1")
    assert build("worse").exit_code == 0
    assert set(BuildStore(root / "index").builds()) == set(ids)
