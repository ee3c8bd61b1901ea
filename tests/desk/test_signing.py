"""Signing in, and what a session is worth."""

from __future__ import annotations

import pytest

from tests.desk.parts import Parts
from topay_bot.desk.agents import Agent, Presence, Role
from topay_bot.desk.signing import ONLINE_SECONDS, SESSION_SECONDS, check_csrf
from topay_bot.errors import AgentNotFound, BadAgent, CsrfRefused, SignInNeeded, SignInRefused, SlowDown

PASSWORD = "correct horse battery"


@pytest.fixture
def li(parts: Parts) -> Agent:
    return parts.sign_in.add("李雷", PASSWORD, [Role.AGENT], ["zh"])


def stored(parts: Parts) -> str:
    """Everything that the database holds, as text."""
    connection = parts.store.engine.raw_connection()
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def test_a_session_begins_holds_and_ends(parts: Parts, li: Agent) -> None:
    token, who = parts.sign_in.sign_in(" 李雷 ", PASSWORD)
    assert (who.agent.id, who.agent.presence) == (li.id, Presence.ONLINE)
    assert parts.sign_in.of_token(token) == who
    parts.later(SESSION_SECONDS - 1)
    assert parts.sign_in.of_token(token).agent.id == li.id
    parts.later(1)
    with pytest.raises(SignInNeeded):
        parts.sign_in.of_token(token)
    again, who = parts.sign_in.sign_in("李雷", PASSWORD)
    parts.sign_in.sign_out(who)
    for nothing in (again, None, "", "x"):
        with pytest.raises(SignInNeeded):
            parts.sign_in.of_token(nothing)


def test_neither_password_nor_token_is_stored(parts: Parts, li: Agent) -> None:
    token, _ = parts.sign_in.sign_in("李雷", PASSWORD)
    kept = stored(parts)
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert token not in kept


def test_another_password_or_a_ban_ends_every_session(parts: Parts, li: Agent) -> None:
    token, _ = parts.sign_in.sign_in("李雷", PASSWORD)
    parts.sign_in.set_password("李雷", "another long one")
    with pytest.raises(SignInNeeded):
        parts.sign_in.of_token(token)
    with pytest.raises(SignInRefused):
        parts.sign_in.sign_in("李雷", PASSWORD)
    token, _ = parts.sign_in.sign_in("李雷", "another long one")
    parts.sign_in.set_disabled("李雷")
    with pytest.raises(SignInNeeded):
        parts.sign_in.of_token(token)
    with pytest.raises(SignInRefused):
        parts.sign_in.sign_in("李雷", "another long one")


@pytest.mark.parametrize("name", ["李雷", "nobody", "", "x" * 50])
def test_guessing_is_slowed_whether_the_name_is_known_or_not(parts: Parts, li: Agent, name: str) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            parts.sign_in.sign_in(name, "wrong wrong wrong")
    pauses = []
    for _ in range(8):
        with pytest.raises(SlowDown) as raised:
            parts.sign_in.sign_in(name, PASSWORD)
        pauses.append(raised.value.retry_after_seconds)
        parts.later(raised.value.retry_after_seconds)
        with pytest.raises(SignInRefused):
            parts.sign_in.sign_in(name, "wrong wrong wrong")
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    other = parts.sign_in.add("Mei", PASSWORD, [Role.AGENT], ["en"])
    assert parts.sign_in.sign_in("Mei", PASSWORD)[1].agent.id == other.id  # nobody else is slowed
    if name == "李雷":
        parts.later(60)
        parts.sign_in.sign_in(name, PASSWORD)
        with pytest.raises(SignInRefused):  # and the count begins anew
            parts.sign_in.sign_in(name, "wrong wrong wrong")


@pytest.mark.parametrize("password", ["", "\ud800", "x" * 5000, "密码密码密码密码"])
def test_whatever_is_typed_is_refused(parts: Parts, li: Agent, password: str) -> None:
    with pytest.raises(SignInRefused):
        parts.sign_in.sign_in("李雷", password)


def test_agents_are_online_while_their_console_is_heard_of(parts: Parts, li: Agent) -> None:
    def online() -> list[str]:
        return [agent.name for agent in parts.sign_in.online()]

    assert online() == []
    token, _ = parts.sign_in.sign_in("李雷", PASSWORD)
    assert online() == ["李雷"]
    for _ in range(5):
        parts.later(ONLINE_SECONDS / 2)
        parts.sign_in.of_token(token)
        assert online() == ["李雷"]
    parts.later(ONLINE_SECONDS + 1)
    assert online() == []
    parts.sign_in.of_token(token)
    parts.sign_in.set_presence(li.id, Presence.AWAY)
    assert online() == []


def test_the_csrf_token_is_the_sessions_own(parts: Parts, li: Agent) -> None:
    _, who = parts.sign_in.sign_in("李雷", PASSWORD)
    _, other = parts.sign_in.sign_in("李雷", PASSWORD)
    check_csrf(who, who.csrf)
    for sent in (None, "", "é", other.csrf):
        with pytest.raises(CsrfRefused):
            check_csrf(who, sent)


def test_agents_that_cannot_be(parts: Parts, li: Agent) -> None:
    for name, password, roles, languages in (
        ("李雷", PASSWORD, [Role.AGENT], ["zh"]),
        ("", PASSWORD, [Role.AGENT], ["zh"]),
        ("a\nb", PASSWORD, [Role.AGENT], ["zh"]),
        ("New", "short", [Role.AGENT], ["zh"]),
        ("New", PASSWORD, [], ["zh"]),
        ("New", PASSWORD, [Role.AGENT], []),
    ):
        with pytest.raises(BadAgent):
            parts.sign_in.add(name, password, roles, languages)  # type: ignore[arg-type]
    assert [agent.name for agent in parts.sign_in.agents()] == ["李雷"]
    with pytest.raises(AgentNotFound):
        parts.sign_in.set_disabled("nobody")
