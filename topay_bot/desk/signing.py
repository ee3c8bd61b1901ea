"""Who may sit at the desk: agents added by an operator, signing in, and the session that follows."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from topay_bot.desk.agents import Agent, Presence, Role, Session, checked_name, hash_password, password_fits
from topay_bot.desk.store import AgentStore
from topay_bot.errors import AgentNotFound, BadAgent, CsrfRefused, SignInNeeded, SignInRefused, SlowDown
from topay_bot.text import Language

SESSION_SECONDS = 12 * 3600  # a long shift; then one signs in again
_TOUCH_EVERY_SECONDS = 20.0
# An agent whose console was not heard of for so long has gone, whatever the presence says.
ONLINE_SECONDS = 90.0
_FREE_TRIES = 5
_LONGEST_PAUSE_SECONDS = 60.0  # long enough against guessing; short, because anybody can provoke it
_hashing = threading.Semaphore(2)  # 64 MiB each: sign-ins by the hundred must not take the server's memory


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An agent at the desk. `csrf` goes with every call that changes something."""

    agent: Agent
    csrf: str
    token_hash: str


class SignIn:
    """Agents, their passwords and sessions."""

    def __init__(
        self,
        store: AgentStore,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._store = store
        self._now = now

    # -- For operators, on the command line

    def add(self, name: str, password: str, roles: Iterable[Role], languages: Sequence[Language]) -> Agent:
        """A new agent. Raises BadAgent when the name is taken or something is not as it must be."""
        if not (chosen := frozenset(roles)):
            raise BadAgent(f"an agent needs a role; choose of {', '.join(Role)}")
        if not languages:
            raise BadAgent("an agent needs a language; choose of zh, en")
        agent = Agent(secrets.token_urlsafe(9), checked_name(name), chosen, tuple(languages), self._now())
        if not self._store.add_agent(agent, hash_password(password)):
            raise BadAgent(f"there is an agent {agent.name!r} already; choose another name, or change the password")
        return agent

    def agents(self) -> Sequence[Agent]:
        """All agents by name, the disabled too."""
        return self._store.agents()

    def set_password(self, name: str, password: str) -> None:
        """Another password. Whoever is signed in with the old one is signed out."""
        self._store.set_password(self._named(name).id, hash_password(password))

    def set_disabled(self, name: str, disabled: bool = True) -> None:
        """Whether the agent may not sign in; whoever is signed in is signed out."""
        self._store.set_disabled(self._named(name).id, disabled)

    def _named(self, name: str) -> Agent:
        found = self._store.credentials(checked_name(name))
        if found is None:
            raise AgentNotFound(f"no agent is called {name!r}; `topay-bot agents list` shows all")
        return found[0]

    # -- For agents

    def sign_in(self, name: str, password: str) -> tuple[str, SignedIn]:
        """A new session and its token, which is given only now.

        Raises SignInRefused, and SlowDown once too many tries of a name failed.
        """
        now = self._now()
        try:
            name = checked_name(name)
        except BadAgent:
            name = ""  # no agent's; judged all the same
        name_hash = _hash(name)
        free_at = self._store.try_sign_in(name_hash, now, _pause)
        if free_at is not None:
            seconds = (free_at - now).total_seconds()
            raise SlowDown(f"too many tries failed; try again in {seconds:.0f} seconds", seconds)
        agent, kept = self._store.credentials(name) or (None, None)
        with _hashing:
            fits = password_fits(password, kept)
        if agent is None or agent.disabled or not fits:
            raise SignInRefused("name and password do not belong together, or the agent is disabled")
        self._store.forgive(name_hash)
        token = secrets.token_urlsafe(32)
        expires_at = now + datetime.timedelta(seconds=SESSION_SECONDS)
        session = Session(_hash(token), agent.id, secrets.token_urlsafe(24), now, expires_at, now)
        self._store.open_session(session)
        self._store.set_presence(agent.id, Presence.ONLINE)
        return token, self.of_token(token)

    def of_token(self, token: str | None) -> SignedIn:
        """Whose session a token is. Raises SignInNeeded."""
        now = self._now()
        found = self._store.session(_hash(token), now) if token else None
        if found is None:
            raise SignInNeeded("nobody is signed in here, or the session is over; sign in at /desk")
        session, agent = found
        if (now - session.seen_at).total_seconds() >= _TOUCH_EVERY_SECONDS:
            self._store.touch_session(session.token_hash, now)
        return SignedIn(agent, session.csrf, session.token_hash)

    def sign_out(self, who: SignedIn) -> None:
        """End the session."""
        self._store.close_session(who.token_hash)

    def set_presence(self, agent_id: str, presence: Presence) -> None:
        """Whether the agent takes new conversations."""
        self._store.set_presence(agent_id, presence)

    def online(self) -> Sequence[Agent]:
        """Agents who take new conversations, and whose console is there."""
        return self._store.online(self._now() - datetime.timedelta(seconds=ONLINE_SECONDS))


def check_csrf(who: SignedIn, sent: str | None) -> None:
    """Raises CsrfRefused unless the call came from a page of ours."""
    if sent is None or not hmac.compare_digest(sent.encode("utf-8", "replace"), who.csrf.encode()):
        raise CsrfRefused("X-CSRF-Token is missing or another session's; GET /v1/desk/session gives it")


def _pause(failures: int) -> datetime.timedelta:
    """No pause for the first tries, then 1, 2, 4 ... seconds after each."""
    if failures < _FREE_TRIES:
        return datetime.timedelta(0)
    return datetime.timedelta(seconds=min(_LONGEST_PAUSE_SECONDS, 2.0 ** min(failures - _FREE_TRIES, 10)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
