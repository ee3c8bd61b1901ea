"""Adding people to the desk from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from topay_bot.bootstrap.database import open_agents
from topay_bot.cli import main
from topay_bot.errors import SignInRefused
from topay_bot.settings import load_settings

PASSWORD = "correct horse battery"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(data: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["agents", *arguments, "--data", str(data)], input=stdin)


def listed(data: Path) -> dict[str, dict[str, object]]:
    return {agent["name"]: agent for agent in json.loads(run(data, "list", "--format", "json").stdout)}


def test_an_agents_life(data: Path) -> None:
    assert "agents add" in run(data, "list").stdout
    added = run(data, "add", "李雷", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    run(data, "add", "Mary", "--role", "agent", "--role", "operator", "--language", "en", "--password-stdin",
        stdin=f"{PASSWORD}\n")  # fmt: skip
    found = listed(data)
    assert (found["李雷"]["roles"], found["李雷"]["languages"], found["李雷"]["status"]) == (
        ["agent"], ["zh", "en"], "away",
    )  # fmt: skip
    assert (found["Mary"]["roles"], found["Mary"]["languages"]) == (["agent", "operator"], ["en"])

    sign_in = open_agents(load_settings(data=data))
    sign_in.sign_in("李雷", PASSWORD)
    assert "online" in run(data, "list").stdout.splitlines()[-1]
    assert run(data, "disable", "李雷").exit_code == 0
    assert listed(data)["李雷"]["status"] == "disabled"
    with pytest.raises(SignInRefused):
        sign_in.sign_in("李雷", PASSWORD)
    run(data, "disable", "李雷", "--undo")
    run(data, "password", "李雷", "--password-stdin", stdin="another long one\n")
    with pytest.raises(SignInRefused):
        sign_in.sign_in("李雷", PASSWORD)
    sign_in.sign_in("李雷", "another long one")


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["add", "Li", "--password-stdin"], "short\n", "5 characters"),
        (["add", "Li"], None, "--password-stdin"),
        (["add", " ", "--password-stdin"], f"{PASSWORD}\n", "printable characters"),
        (["add", "x" * 41, "--password-stdin"], f"{PASSWORD}\n", "printable characters"),
        (["add", "Mary", "--password-stdin"], f"{PASSWORD}\n", "already"),
        (["disable", "nobody"], None, "agents list"),
        (["password", "nobody", "--password-stdin"], f"{PASSWORD}\n", "agents list"),
    ],
)
def test_what_is_refused_says_why(data: Path, arguments: list[str], stdin: str | None, said: str) -> None:
    run(data, "add", "Mary", "--password-stdin", stdin=f"{PASSWORD}\n")
    before = listed(data)
    done = run(data, *arguments, stdin=stdin)
    assert done.exit_code == 1
    assert said in done.stderr
    assert listed(data) == before


def test_a_password_is_no_argument(data: Path) -> None:
    assert run(data, "add", "Li", PASSWORD).exit_code == 2
    assert run(data, "add", "Li", "--password", PASSWORD).exit_code == 2
