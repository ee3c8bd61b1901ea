"""The service rules over HTTP: waiting, contacts, complaints, suggestions, ratings. See docs/api.md, docs/desk.md."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from topay_bot.bootstrap.serving import CareParts
from topay_bot.chat.model import Case, CaseState
from topay_bot.chat.voice import BOT
from topay_bot.desk.supervising import ListedCase, ListedRating
from topay_bot.web.customer import care_schemas as schemas
from topay_bot.web.customer.api import DeskPart, Token, count, gives
from topay_bot.web.customer.bodies import exchange_body
from topay_bot.web.customer.schemas import PROBLEMS, ExchangeGiven
from topay_bot.web.signed_in import AtDesk, Supervisor


def _care(request: Request) -> CareParts:
    care: CareParts = request.app.state.care
    return care


Care = Annotated[CareParts, Depends(_care)]

customers = APIRouter(prefix="/v1", responses=PROBLEMS)
supervisors = APIRouter(prefix="/v1/desk", responses=PROBLEMS, tags=["desk"])


@customers.get(
    "/conversations/{conversation_id}/waiting", summary="How long until a person comes", **gives(schemas.WaitingGiven)
)
def waiting(conversation_id: str, request: Request, desk: DeskPart, care: Care, token: Token) -> dict[str, Any]:
    """The place among those who wait, and whether somebody is at the desk."""
    desk.chat.authorised(conversation_id, token)
    found = request.app.state.agents.reader.waiting(conversation_id)
    there = care.attendance()
    return {
        "position": found.position,
        "estimate_seconds": found.estimate_seconds if there.open else None,
        "open": there.open,
        "opens_at": there.opens_at.isoformat() if there.opens_at else None,
        "agents_online": found.agents_online,
    }


@customers.post(
    "/conversations/{conversation_id}/contact", summary="Leave a contact and a message", **gives(ExchangeGiven)
)
def leave_contact(
    conversation_id: str, new: schemas.NewContact, desk: DeskPart, care: Care, token: Token
) -> dict[str, Any]:
    """For when nobody is at the desk. Only agents see the contact; the message stands in the conversation."""
    exchange = care.voice.leave_contact(conversation_id, token, new.contact, new.client_id, new.text)
    count(desk, exchange)
    return exchange_body(exchange)


@customers.post(
    "/conversations/{conversation_id}/case", summary="File a complaint or a suggestion", **gives(schemas.FiledGiven)
)
def file_case(conversation_id: str, new: schemas.NewCase, desk: DeskPart, care: Care, token: Token) -> dict[str, Any]:
    """Puts it on record under a reference, and hands the conversation to a person."""
    exchange = care.voice.file(conversation_id, token, new.kind, new.text, new.client_id, new.contact)
    count(desk, exchange)
    return exchange_body(exchange) | {"reference": exchange.messages[-1].payload["reference"]}


@customers.get("/cases/{reference}", summary="How far a complaint or suggestion is", **gives(schemas.CaseGiven))
def case(reference: str, care: Care) -> dict[str, Any]:
    """For whoever knows its reference."""
    return _case(care.voice.progress(reference))


@customers.post("/conversations/{conversation_id}/rating", summary="Say how it went", **gives(schemas.RatingGiven))
def rate(conversation_id: str, new: schemas.NewRating, care: Care, token: Token) -> dict[str, Any]:
    """Keeps the rating; a second one of the same service replaces the first."""
    kept = care.voice.rate(conversation_id, token, new.stars, new.comment, new.about)
    return {"stars": kept.stars, "about": "bot" if kept.part == BOT else "agent"}


@supervisors.get("/cases", summary="Complaints and suggestions", **gives(list[schemas.ListedCaseGiven]))
def cases(who: AtDesk, care: Care, state: CaseState | None = None) -> list[dict[str, Any]]:
    """The newest 200, of one state or all."""
    return [_listed_case(one) for one in care.supervising.cases(state)]


@supervisors.post("/cases/{reference}", summary="Say how far a case is", **gives(schemas.CaseGiven))
def set_case(reference: str, change: schemas.CaseChange, who: AtDesk, care: Care) -> dict[str, Any]:
    """The customer is told in the conversation, and whenever they ask."""
    return _case(care.supervising.set_case(who.agent, reference, change.state, change.answer))


@supervisors.get("/ratings", summary="Ratings to follow up", **gives(list[schemas.ListedRatingGiven]))
def ratings(who: Supervisor, care: Care, low: bool = True, followed_up: bool = False) -> list[dict[str, Any]]:
    """The newest 200 of one or two stars; `low=false` gives all, `followed_up=true` also those that are done."""
    return [_listed_rating(one) for one in care.supervising.ratings(low=low, with_followed_up=followed_up)]


@supervisors.post("/ratings/{rating_id}/followed-up", summary="Mark as followed up", **gives(schemas.ListedRatingGiven))
def follow_up(rating_id: str, who: Supervisor, care: Care) -> dict[str, Any]:
    """Somebody talked to the customer; the first to say so is kept."""
    return _listed_rating(care.supervising.follow_up(who.agent, rating_id))


@supervisors.get(
    "/conversations/{conversation_id}/contacts",
    summary="Where the customer can be reached",
    **gives(list[schemas.ContactGiven]),
)
def contacts(conversation_id: str, who: AtDesk, care: Care) -> list[dict[str, Any]]:
    """As the customer gave it, the oldest first."""
    found = care.supervising.contacts(conversation_id)
    return [{"contact": one.contact, "created_at": one.created_at.isoformat()} for one in found]


def _case(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "kind": str(case.kind),
        "state": str(case.state),
        "received_at": case.received_at.isoformat(),
        "updated_at": case.updated_at.isoformat(),
        "answer": case.answer,
    }


def _listed_case(listed: ListedCase) -> dict[str, Any]:
    case = listed.case
    more = {"conversation": case.conversation, "text": case.text, "language": case.language}
    return _case(case) | more | {"agent": listed.agent_name}


def _listed_rating(listed: ListedRating) -> dict[str, Any]:
    rating = listed.rating
    return {
        "id": rating.id,
        "conversation": rating.conversation,
        "about": "bot" if rating.part == BOT else "agent",
        "agent": listed.agent_name,
        "stars": rating.stars,
        "comment": rating.comment,
        "created_at": rating.created_at.isoformat(),
        "followed_up_at": listed.followed_up_at.isoformat() if listed.followed_up_at else None,
        "followed_up_by": listed.followed_up_by,
    }
