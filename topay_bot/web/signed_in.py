"""Who calls: the agent of a session cookie, and whether the call may change something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request

from topay_bot.desk.agents import Role
from topay_bot.desk.signing import SignedIn, check_csrf
from topay_bot.errors import NotAllowed
from topay_bot.web.console.pages import SESSION_COOKIE

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def signed_in(request: Request, x_csrf_token: Annotated[str | None, Header()] = None) -> SignedIn:
    """The agent who calls. A call that changes something needs the session's token beside its cookie."""
    who: SignedIn = request.app.state.agents.sign_in.of_token(request.cookies.get(SESSION_COOKIE))
    if request.method not in _SAFE_METHODS:
        check_csrf(who, x_csrf_token)
    return who


def whose_role_is(*roles: Role) -> Callable[[SignedIn], SignedIn]:
    """A dependency: the agent who calls, with one of these roles."""

    def check(who: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
        if not who.agent.may(*roles):
            raise NotAllowed(
                f"this needs the role {' or '.join(roles)}; {who.agent.name} is {', '.join(sorted(who.agent.roles))}"
            )
        return who

    return check


Anybody = Annotated[SignedIn, Depends(signed_in)]
AtDesk = Annotated[SignedIn, Depends(whose_role_is(Role.AGENT, Role.OPERATOR))]
Supervisor = Annotated[SignedIn, Depends(whose_role_is(Role.OPERATOR))]
Reviewer = Annotated[SignedIn, Depends(whose_role_is(Role.EDITOR, Role.OPERATOR))]
