"""Agents: the people at the desk, what they may do, and how a password is kept."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from topay_bot.errors import BadAgent
from topay_bot.text import Language

# The second recommended option of RFC 9106 (3 passes, 64 MiB, 4 lanes), which is argon2-cffi's default.
_hasher = PasswordHasher()
MIN_PASSWORD_CHARS = 10
_MAX_PASSWORD_CHARS = 1000
_MAX_NAME_CHARS = 40


class Role(StrEnum):
    """What an agent may do; see docs/desk.md."""

    AGENT = "agent"  # takes over conversations
    EDITOR = "editor"  # reviews what agents said was the right article
    OPERATOR = "operator"  # supervises: ratings, complaints, other agents' conversations


class Presence(StrEnum):
    """Whether an agent takes new conversations."""

    ONLINE = "online"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Agent:
    """A person at the desk; `name` signs in, and is what customers see."""

    id: str
    name: str
    roles: frozenset[Role]
    languages: tuple[Language, ...]
    created_at: datetime.datetime
    disabled: bool = False
    presence: Presence = Presence.AWAY

    def may(self, *roles: Role) -> bool:
        """Whether one of these roles is the agent's."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that holds. Only the hash of its token is kept."""

    token_hash: str
    agent: str
    csrf: str  # sent with every call that changes something, from a page of ours alone
    created_at: datetime.datetime
    expires_at: datetime.datetime
    seen_at: datetime.datetime


def checked_name(name: str) -> str:
    """The name as it is kept: one way of writing it."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > _MAX_NAME_CHARS or not name.isprintable():
        raise BadAgent(f"the name must have 1 to {_MAX_NAME_CHARS} printable characters; got {len(name)}")
    return name


def hash_password(password: str) -> str:
    """What is kept of a password. Raises BadAgent when it is too short or too long."""
    if not MIN_PASSWORD_CHARS <= len(password) <= _MAX_PASSWORD_CHARS:
        raise BadAgent(
            f"the password has {len(password)} characters; choose one of {MIN_PASSWORD_CHARS} to {_MAX_PASSWORD_CHARS}"
        )
    return _hasher.hash(_bytes(password))


def password_fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed; as slow without one, so that names cannot be found out."""
    if len(password) > _MAX_PASSWORD_CHARS:
        return False
    try:
        _hasher.verify(kept or _nobodys(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    """Verified when a name is unknown."""
    return _hasher.hash(b"nobody's")


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
