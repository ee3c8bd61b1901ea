"""Every error that topay-bot raises on purpose.

    TopayError
    |-- SettingsError          a setting has a bad value
    |-- KnowledgeError         the knowledge folder cannot be used; carries the problems
    |-- ImportRowsError        rows of an import file are bad; carries every one of them
    |-- EncoderError           an encoder cannot be loaded or is not the index's own
    |-- ArtefactError          a build is missing, incomplete or altered
    |-- BuildError             a build cannot be made from this knowledge
    |-- CasesError             an evaluation file has a bad case
    |-- ReportError            a report cannot be drawn or written
    |-- IdentityRefused        a site's word on who a customer is does not prove
    |-- DeskError              a call of an agent cannot be carried out
    |   |-- SignInNeeded
    |   |-- SignInRefused
    |   |-- SlowDown
    |   |-- CsrfRefused
    |   |-- NotAllowed
    |   |-- ConversationTaken
    |   |-- ConversationNotOpen
    |   |-- AgentNotFound
    |   |-- RatingNotFound
    |   `-- BadAgent
    `-- ConversationError      a call on a conversation cannot be carried out
        |-- ConversationNotFound
        |-- TokenRefused
        |-- MessageNotFound
        |-- CaseNotFound
        |-- BadMessage
        `-- ConversationBusy

A message says what was got, what was expected and what to do. `code` is stable and documented in
docs/errors.md: programs may rely on it, unlike the wording.
"""

from __future__ import annotations

from collections.abc import Sequence


class TopayError(Exception):
    """Root of all errors raised on purpose."""

    code = "error"


class SettingsError(TopayError):
    """A setting has a value that cannot be used."""

    code = "settings"


class KnowledgeError(TopayError):
    """The knowledge folder cannot be used as it is; `problems` are lines `file:line: rule: message`."""

    code = "knowledge"

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class ImportRowsError(TopayError):
    """Rows of an import file are bad; `rows` holds (line number, reason). Nothing was written."""

    code = "import-rows"

    def __init__(self, file: str, rows: Sequence[tuple[int, str]]) -> None:
        shown = "\n".join(f"{file}:{line}: {reason}" for line, reason in rows[:20])
        more = f"\n... and {len(rows) - 20} more" if len(rows) > 20 else ""
        super().__init__(
            f"{len(rows)} bad {'row' if len(rows) == 1 else 'rows'} in {file}; nothing was written. "
            f"Mend these and import again:\n{shown}{more}"
        )
        self.rows = tuple(rows)


class EncoderError(TopayError):
    """An encoder cannot be loaded, or is not the one that the index was built with."""

    code = "encoder"


class ArtefactError(TopayError):
    """A build on disk is missing, incomplete or was altered after it was written."""

    code = "artefact"


class BuildError(TopayError):
    """No build can be made from this knowledge."""

    code = "build"


class CasesError(TopayError):
    """An evaluation file has a case that cannot be read; the message names the line."""

    code = "cases"


class ReportError(TopayError):
    """A report cannot be drawn or written."""

    code = "report"


class IdentityRefused(TopayError):
    """A customer's id came without the signature that proves it, or with another's."""

    code = "identity-refused"


class DeskError(TopayError):
    """A call of an agent cannot be carried out."""

    code = "desk"


class SignInNeeded(DeskError):
    """Nobody is signed in, or the session is over."""

    code = "sign-in-needed"


class SignInRefused(DeskError):
    """Name and password do not belong together, or the agent is disabled."""

    code = "sign-in-refused"


class SlowDown(DeskError):
    """Too many sign-ins of one name failed; another may be tried after `retry_after_seconds`."""

    code = "slow-down"

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class CsrfRefused(DeskError):
    """A call that changes something came without the session's token: perhaps from another site."""

    code = "csrf"


class NotAllowed(DeskError):
    """None of the agent's roles may do this."""

    code = "not-allowed"


class ConversationTaken(DeskError):
    """Another agent has the conversation: `agent` is the name."""

    code = "conversation-taken"

    def __init__(self, message: str, agent: str) -> None:
        super().__init__(message)
        self.agent = agent


class ConversationNotOpen(DeskError):
    """The conversation is the bot's, or resolved."""

    code = "conversation-not-open"


class AgentNotFound(DeskError):
    """No agent has this name or id."""

    code = "agent-not-found"


class RatingNotFound(DeskError):
    """No rating has this id."""

    code = "rating-not-found"


class BadAgent(DeskError):
    """A name, role, language or password that an agent cannot have."""

    code = "bad-agent"


class ConversationError(TopayError):
    """A call on a conversation cannot be carried out."""

    code = "conversation"


class ConversationNotFound(ConversationError):
    """No conversation has this id."""

    code = "conversation-not-found"


class TokenRefused(ConversationError):
    """The token is missing or is another conversation's."""

    code = "token-refused"


class MessageNotFound(ConversationError):
    """No message has this id in a conversation that the token opens."""

    code = "message-not-found"


class CaseNotFound(ConversationError):
    """No complaint or suggestion has this reference."""

    code = "case-not-found"


class BadMessage(ConversationError):
    """The message is empty, too long or not text."""

    code = "bad-message"


class ConversationBusy(ConversationError):
    """Others changed the conversation again and again meanwhile; the same call may be sent once more."""

    code = "conversation-busy"
