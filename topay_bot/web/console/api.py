"""The agents' API under /v1/desk: signing in, lists, and what an agent does to a conversation. See docs/desk.md."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import AwareDatetime

from topay_bot.bootstrap.serving import AgentsParts
from topay_bot.desk.agents import Presence, Role
from topay_bot.desk.model import Query as Wanted
from topay_bot.desk.model import View
from topay_bot.desk.reading import MAX_LISTED
from topay_bot.desk.service import Outcome
from topay_bot.desk.signing import SESSION_SECONDS
from topay_bot.errors import BadMessage, CsrfRefused
from topay_bot.web.console import bodies, schemas
from topay_bot.web.console.pages import SESSION_COOKIE
from topay_bot.web.customer.schemas import PROBLEMS
from topay_bot.web.signed_in import Anybody, AtDesk, Reviewer

_MAX_SEARCHED = 200

router = APIRouter(prefix="/v1/desk", responses=PROBLEMS, tags=["desk"])


def _agents(request: Request) -> AgentsParts:
    parts: AgentsParts = request.app.state.agents
    return parts


Parts = Annotated[AgentsParts, Depends(_agents)]


def _gives(model: Any, status: int = 200) -> dict[str, Any]:
    """A route that gives this body: documented, not validated again at each response; a test does that."""
    return {"status_code": status, "response_model": None, "responses": {status: {"model": model}}}


# -- Signing in


@router.post("/session", summary="Sign in", **_gives(schemas.SessionGiven))
def sign_in(
    credentials: schemas.Credentials,
    request: Request,
    response: Response,
    parts: Parts,
    sec_fetch_site: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    """Sets the session's cookie. After five failures in a row each further try of that name has to wait."""
    if sec_fetch_site == "cross-site":
        raise CsrfRefused("another site cannot sign anybody in here; open /desk")
    token, who = parts.sign_in.sign_in(credentials.name, credentials.password)
    secure = request.url.scheme == "https"
    response.set_cookie(
        SESSION_COOKIE, token, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return bodies.session_body(who)


@router.get("/session", summary="Who is signed in", **_gives(schemas.SessionGiven))
def session(who: Anybody) -> dict[str, Any]:
    """The agent, and the token that goes with every call that changes something."""
    return bodies.session_body(who)


@router.delete("/session", summary="Sign out", status_code=204)
def sign_out(who: Anybody, parts: Parts) -> Response:
    """Ends the session, here and for whoever else has its cookie."""
    parts.sign_in.sign_out(who)
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.put("/presence", summary="Say whether you take new conversations", **_gives(schemas.NewPresence))
def set_presence(new: schemas.NewPresence, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """It holds until it is set again; an agent whose console is gone is away whatever it says."""
    parts.sign_in.set_presence(who.agent.id, new.status)
    return {"status": str(new.status)}


@router.get("/agents", summary="Who takes conversations", **_gives(list[schemas.ColleagueGiven]))
def agents(who: AtDesk, parts: Parts) -> list[dict[str, Any]]:
    """Those to whom a conversation can be passed."""
    online = {agent.id for agent in parts.sign_in.online()}
    return [
        bodies.colleague_body(agent, Presence.ONLINE if agent.id in online else Presence.AWAY)
        for agent in parts.sign_in.agents()
        if agent.may(Role.AGENT) and not agent.disabled
    ]


# -- Reading


@router.get("/conversations", summary="A list of conversations", **_gives(schemas.PageGiven))
def conversations(
    who: AtDesk,
    parts: Parts,
    view: View = View.ALL,
    q: Annotated[str, Query(max_length=_MAX_SEARCHED, description="A reference number, or words of a message.")] = "",
    since: Annotated[AwareDatetime | None, Query(description="Handed over at or after.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Handed over before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 50,
    cursor: Annotated[str | None, Query(max_length=_MAX_SEARCHED)] = None,
) -> dict[str, Any]:
    """What waits, the most pressing first: by priority, then by who has waited longest. What is over, newest first."""
    text = q.replace("\x00", "").strip()
    page = parts.reader.find(Wanted(view, who.agent.id, text, since, until, limit, cursor))
    now = _now()
    return {
        "items": [bodies.summary_body(one, bodies.titles_of(parts.reader, one), now) for one in page.items],
        "counts": bodies.counts_body(parts.reader.counts(who.agent.id)),
        "cursor": page.cursor,
    }


@router.get("/conversations/{conversation_id}", summary="A whole conversation", **_gives(schemas.TranscriptGiven))
def conversation(conversation_id: str, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """With what the bot thought, and the notes and labels of agents."""
    found = parts.reader.transcript(conversation_id)
    titles = bodies.titles_of(parts.reader, found.summary)
    return {
        **bodies.summary_body(found.summary, titles, _now()),
        "messages": [bodies.message_body(message, titles) for message in found.messages],
        "notes": [bodies.note_body(note) for note in found.notes],
        "labels": [bodies.label_body(label, titles) for label in found.labels],
    }


@router.get(
    "/conversations/{conversation_id}/suggestions",
    summary="Articles for the customer's latest question",
    **_gives(list[schemas.SuggestedArticleGiven]),
)
def suggestions(conversation_id: str, who: AtDesk, parts: Parts) -> list[dict[str, Any]]:
    """At most five, the likeliest first, in the conversation's language."""
    return [bodies.suggestion_body(one) for one in parts.reader.suggestions(conversation_id)]


# -- Changing whose a conversation is


@router.post("/conversations/{conversation_id}/claim", summary="Take it", **_gives(schemas.SummaryGiven))
def claim(conversation_id: str, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """Of two agents who try at once one gets it; the other is told who (409, `conversation-taken`)."""
    return _summary(parts, parts.service.claim(who.agent, conversation_id))


@router.post(
    "/conversations/{conversation_id}/give-back", summary="Give it back to the bot", **_gives(schemas.SummaryGiven)
)
def give_back(conversation_id: str, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """The bot answers again."""
    return _summary(parts, parts.service.give_back(who.agent, conversation_id))


@router.post("/conversations/{conversation_id}/resolve", summary="Close it", **_gives(schemas.SummaryGiven))
def resolve(conversation_id: str, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """What the customer writes after it goes to the bot."""
    return _summary(parts, parts.service.resolve(who.agent, conversation_id))


@router.post("/conversations/{conversation_id}/reopen", summary="Take it again", **_gives(schemas.SummaryGiven))
def reopen(conversation_id: str, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """For what was resolved or given back; the reference number stays."""
    return _summary(parts, parts.service.reopen(who.agent, conversation_id))


@router.post("/conversations/{conversation_id}/transfer", summary="Pass it on", **_gives(schemas.SummaryGiven))
def transfer(conversation_id: str, new: schemas.NewTransfer, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """To another agent, or to a queue for whoever comes first; a note may go with it."""
    return _summary(parts, parts.service.transfer(who.agent, conversation_id, new.agent, new.queue, new.note))


@router.post("/conversations/{conversation_id}/messages", summary="Answer", **_gives(schemas.OutcomeGiven))
def reply(conversation_id: str, new: schemas.NewReply, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """Sends a message to the customer, and takes the conversation where no other agent has it."""
    outcome = parts.service.reply(who.agent, conversation_id, new.text, new.client_id, new.article)
    return bodies.outcome_body(outcome, bodies.titles_of(parts.reader, outcome.summary))


# -- Writing beside it


@router.post("/conversations/{conversation_id}/notes", summary="Write a note", **_gives(schemas.NoteGiven, 201))
def note(conversation_id: str, new: schemas.NewNote, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """For other agents; the customer never sees it."""
    return bodies.note_body(parts.service.note(who.agent, conversation_id, new.text, new.client_id))


@router.post(
    "/conversations/{conversation_id}/labels", summary="Say which article was right", **_gives(schemas.LabelGiven)
)
def label(conversation_id: str, new: schemas.NewLabel, who: AtDesk, parts: Parts) -> dict[str, Any]:
    """Kept for editors and for learning; a second one for the same message replaces the first."""
    if not parts.reader.knows(new.article):
        raise BadMessage(f"there is no article {new.article!r}; take one of the candidates or suggestions")
    given = parts.service.label(who.agent, conversation_id, new.message, new.article)
    summary = parts.reader.summary(conversation_id)
    return bodies.label_body(given, bodies.titles_of(parts.reader, summary))


# -- For editors


@router.get("/labels", summary="What agents said was right", **_gives(list[schemas.LabelledGiven]))
def labels(who: Reviewer, parts: Parts, reviewed: bool = False) -> list[dict[str, Any]]:
    """Questions with the article that an agent said was the right one; the newest two hundred."""
    return [bodies.labelled_body(one, parts.reader) for one in parts.reader.labelled(reviewed)]


@router.post("/labels/{label_id}/reviewed", summary="Agree with a label", status_code=204)
def review(label_id: str, who: Reviewer, parts: Parts) -> Response:
    """It is listed as reviewed from now on; an agent who labels the question anew undoes it."""
    parts.service.review(label_id)
    return Response(status_code=204)


def _summary(parts: AgentsParts, outcome: Outcome) -> dict[str, Any]:
    titles = bodies.titles_of(parts.reader, outcome.summary)
    return bodies.summary_body(outcome.summary, titles, _now())


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
