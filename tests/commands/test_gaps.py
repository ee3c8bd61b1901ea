"""The gaps command over real databases."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.history import NUMBER, History
from topay_bot.knowledge.library import read_library


def test_the_gap_comes_with_its_questions_and_the_trend(history: History) -> None:
    told = history.told()
    assert told["asked"] == 6
    (gap,) = [gap for gap in told["gaps"] if "慈善" in gap["question"]]
    assert (gap["count"], gap["customers"], gap["last_days"], gap["days_before"]) == (4, 3, 4, 0)
    assert NUMBER not in json.dumps(told)
    text = history.run().stdout
    assert gap["id"] in text
    assert gap["question"] in text


def test_joining_writes_a_patch_that_git_applies_and_nothing_else(history: History, tmp_path: Path) -> None:
    (gap,) = [gap for gap in history.told()["gaps"] if "慈善" in gap["question"]]
    before = _files(history.root / "knowledge")
    patch = tmp_path / "change.patch"
    done = history.run("--join", gap["id"], "refund-request", "--patch", str(patch))
    assert done.exit_code == 0, done.output
    assert _files(history.root / "knowledge") == before
    copy = tmp_path / "knowledge"
    shutil.copytree(history.root / "knowledge", copy)
    subprocess.run(["git", "apply", str(patch)], cwd=copy, check=True)
    library, problems = read_library(copy)
    article = library.get("refund-request", "zh")
    assert article is not None
    assert article.questions[-3:] == tuple(one["text"] for one in gap["variants"] if "[phone]" not in one["text"])
    assert problems == read_library(history.root / "knowledge")[1]


def test_drafting_writes_a_new_pair_as_a_patch_or_into_the_folder(history: History, tmp_path: Path) -> None:
    (gap,) = [gap for gap in history.told()["gaps"] if "慈善" in gap["question"]]
    copy, patch = tmp_path / "knowledge", tmp_path / "draft.patch"
    shutil.copytree(history.root / "knowledge", copy)
    options = ["--knowledge", str(copy), "--draft", gap["id"], "payment-charity"]
    assert history.run(*options, "--patch", str(patch)).exit_code == 0
    assert "new file mode" in patch.read_text()
    assert not list(copy.glob("*/payment-charity.*"))
    assert history.run(*options).exit_code == 0
    article = read_library(copy)[0].get("payment-charity", "zh")
    assert article is not None
    assert article.draft
    assert gap["question"] in article.questions


def test_a_change_is_committed_on_a_branch_and_nothing_else_changes(history: History, tmp_path: Path) -> None:
    (gap,) = [gap for gap in history.told()["gaps"] if "慈善" in gap["question"]]
    repository = _repository(history.root / "knowledge", tmp_path / "repository")
    folder = repository / "content" / "knowledge"
    before = _files(repository)
    options = ["--knowledge", str(folder), "--join", gap["id"], "refund-request", "--branch", "gap/charity"]
    done = history.run(*options, "--by", "Mei Lin")
    assert done.exit_code == 0, done.output
    assert _files(repository) == before
    assert _git(repository, "status", "--porcelain", "--branch").splitlines() == ["## main"]
    told = _git(repository, "log", "--format=%an%n%s%n%b", "-1", "gap/charity")
    assert told.splitlines()[:2] == ["Mei Lin", "knowledge: Add questions to refund-request."]
    assert gap["question"] in told
    assert _git(repository, "diff", "--stat", "--name-only", "main", "gap/charity").split() == [
        "content/knowledge/refund/refund-request.zh.md"
    ]
    again = history.run(*options)
    assert (again.exit_code, "take the change as a patch" in again.output) == (1, True)


def test_a_change_that_does_not_fit_the_last_commit_is_refused(history: History, tmp_path: Path) -> None:
    (gap,) = [gap for gap in history.told()["gaps"] if "慈善" in gap["question"]]
    repository = _repository(history.root / "knowledge", tmp_path / "repository")
    file = repository / "content" / "knowledge" / "refund" / "refund-request.zh.md"
    last = next(line for line in reversed(file.read_text(encoding="utf-8").splitlines()) if line.startswith("  - "))
    file.write_text(file.read_text(encoding="utf-8").replace(last, f"{last}\n  - 还没有提交的问法"), encoding="utf-8")
    options = ["--knowledge", str(file.parents[1]), "--join", gap["id"], "refund-request", "--branch", "x"]
    done = history.run(*options)
    assert (done.exit_code, "patch does not apply" in done.output) == (1, True), done.output
    assert _git(repository, "branch", "--list", "x") == ""


def test_a_dismissed_gap_is_not_shown_until_it_is_restored(history: History) -> None:
    gap = next(gap for gap in history.told()["gaps"] if "慈善" in gap["question"])
    assert history.run("--dismiss", gap["id"], "--by", "Mei").exit_code == 0
    assert gap["id"] not in [one["id"] for one in history.told()["gaps"]]
    assert "1 gaps are dismissed" in history.run().output
    assert "(dismissed by Mei," in history.run("--all").output
    assert history.run("--restore", gap["id"]).exit_code == 0
    assert gap["id"] in [one["id"] for one in history.told()["gaps"]]
    again = history.run("--restore", gap["id"])
    assert (again.exit_code, "is not dismissed" in again.output) == (2, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--join", "g-1", "refund-request"], "--patch FILE"),
        (["--patch", "x"], "--patch and --branch need"),
        (["--draft", "g-1", "x", "--patch", "x", "--branch", "x"], "two ways"),
        (["--dismiss", "g-1", "--restore", "g-1"], "expected one of"),
        (["--join", "g-1", "refund-request", "--patch", "x"], "no gap 'g-1'"),
        (["--since", "last week"], "is no date"),
    ],
)
def test_wrong_options_are_told(history: History, options: list[str], said: str) -> None:
    done = history.run(*options)
    assert (done.exit_code, said in done.output) == (2, True), done.output


def _repository(knowledge: Path, repository: Path) -> Path:
    """A git repository with the articles in a folder below its top."""
    shutil.copytree(knowledge, repository / "content" / "knowledge")
    _git(repository, "init", "--quiet", "--initial-branch=main")
    _git(repository, "add", ".")
    _git(repository, "-c", "user.name=X", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "Begin.")
    return repository


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout


def _files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts}
