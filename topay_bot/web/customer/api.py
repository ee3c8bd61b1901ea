"""The API under /v1, and the routes for whoever watches the server."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from topay_bot.chat.model import Author
from topay_bot.chat.service import Exchange
from topay_bot.errors import BadMessage, TopayError
from topay_bot.reply import reply_to_json, stateless_reply
from topay_bot.web.customer.bodies import exchange_body
from topay_bot.web.customer.schemas import (
    PROBLEMS,
    ConversationGiven,
    ExchangeGiven,
    NewConversation,
    NewMessage,
    Opinion,
    OpinionGiven,
    Question,
    ReplyGiven,
)
from topay_bot.web.desk import Desk
from topay_bot.web.problems import problem


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _token(
    authorization: Annotated[str | None, Header()] = None, x_conversation_token: Annotated[str | None, Header()] = None
) -> str | None:
    """The conversation's token: `Authorization: Bearer TOKEN`, or `X-Conversation-Token: TOKEN`."""
    scheme, _, value = (authorization or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else x_conversation_token


DeskPart = Annotated[Desk, Depends(_desk)]
Token = Annotated[str | None, Depends(_token)]

router = APIRouter(prefix="/v1", responses=PROBLEMS)
watch = APIRouter(include_in_schema=False)


def gives(model: Any, status: int = 200) -> dict[str, Any]:
    """A route that gives this body. It is documented, not validated again at each response; a test does that."""
    return {"status_code": status, "response_model": None, "responses": {status: {"model": model}}}


@router.post("/ask", summary="Ask one question, without a conversation", **gives(ReplyGiven))
async def ask(question: Question, desk: DeskPart) -> dict[str, Any]:
    """The decision and its texts. On the answering path: async, a few milliseconds of computing, no waiting."""
    if len(question.text) > desk.settings.max_message_chars:
        most = desk.settings.max_message_chars
        raise BadMessage(f"the text has {len(question.text)} characters, at most {most} are taken; shorten it")
    start = time.perf_counter()
    reply = stateless_reply(desk.edition(), question.text, question.lang)
    desk.metrics.seconds.observe(time.perf_counter() - start)
    desk.metrics.decisions.labels(reply.decision, str(reply.reason), reply.language).inc()
    return reply_to_json(reply)


# The routes below wait for the database: FastAPI runs them on its threads.


@router.post("/conversations", summary="Start a conversation", **gives(ConversationGiven, 201))
def start(desk: DeskPart, new: NewConversation | None = None) -> dict[str, Any]:
    """Its id and token. The token is shown only here; every call on the conversation needs it."""
    customer = new.customer if new else None
    if customer is not None:
        desk.scope_of(customer.id, customer.identifier_hash)  # raises unless it is proven
    conversation, token = desk.chat.start(new.lang if new else "zh", customer.id if customer else None)
    return {"id": conversation.id, "token": token}


@router.post("/conversations/{conversation_id}/messages", summary="Write a message", **gives(ExchangeGiven))
def post_message(conversation_id: str, new: NewMessage, desk: DeskPart, token: Token) -> dict[str, Any]:
    """Stores the message, and the bot's reply while the bot owns the conversation."""
    begin = time.perf_counter()
    exchange = desk.chat.post(conversation_id, token, new.text, new.client_id, new.choice)
    if not exchange.repeated:
        desk.metrics.seconds.observe(time.perf_counter() - begin)
    count(desk, exchange)
    return exchange_body(exchange)


@router.get("/conversations/{conversation_id}/messages", summary="Read messages", **gives(ExchangeGiven))
def get_messages(
    conversation_id: str, desk: DeskPart, token: Token, after: Annotated[int, Query(ge=0)] = 0
) -> dict[str, Any]:
    """Messages with a `seq` beyond `after`, in order, at most 200 at a time."""
    return exchange_body(desk.chat.messages(conversation_id, token, after))


@router.post("/conversations/{conversation_id}/handoff", summary="Ask for a person", **gives(ExchangeGiven))
def request_person(conversation_id: str, desk: DeskPart, token: Token) -> dict[str, Any]:
    """Hands the conversation to a person; asking again changes nothing."""
    exchange = desk.chat.request_person(conversation_id, token)
    count(desk, exchange)
    return exchange_body(exchange)


@router.post("/messages/{message_id}/feedback", summary="Say whether an answer helped", **gives(OpinionGiven))
def give_feedback(message_id: str, opinion: Opinion, desk: DeskPart, token: Token) -> dict[str, Any]:
    """Keeps the opinion; a second one replaces the first."""
    desk.chat.feedback(message_id, token, opinion.helpful)
    desk.metrics.feedback.labels(str(opinion.helpful).lower()).inc()
    return {"message": message_id, "helpful": opinion.helpful}


def count(desk: Desk, exchange: Exchange) -> None:
    """Count what an exchange led to, once."""
    if exchange.repeated:
        return
    for message in exchange.messages:
        payload = message.payload
        if message.author is Author.BOT and "reason" in payload:  # what is looked up on record is no decision
            decision = "handoff" if payload["kind"] == "offer" else payload["kind"]
            desk.metrics.decisions.labels(decision, payload["reason"], payload["language"]).inc()
        elif payload.get("kind") == "handoff":
            desk.metrics.handoffs.labels(payload["reason"], payload["priority"]).inc()


@watch.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@watch.get("/readyz")
async def readyz(desk: DeskPart) -> Response:
    """Ready only with an index loaded."""
    try:
        return JSONResponse(desk.readiness())
    except TopayError as error:
        return problem(503, error.code, str(error))


@watch.get("/metrics")
async def metrics(desk: DeskPart) -> Response:
    """For Prometheus."""
    return Response(generate_latest(desk.metrics.registry), media_type=CONTENT_TYPE_LATEST)
