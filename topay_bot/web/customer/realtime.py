"""A customer's live events: what happens in their conversation, over WebSocket.

Nothing is sent this way but signs (typing, seen): messages go by POST, which can be repeated. So a socket
that breaks loses nothing, and whoever comes back with `?after=` gets what was stored meanwhile, once.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from topay_bot.chat.service import PAGE, Exchange
from topay_bot.errors import ConversationNotFound, TokenRefused
from topay_bot.web.customer.bodies import agent_body, handoff_body, message_body
from topay_bot.web.desk import Desk
from topay_bot.web.events.hub import Hub
from topay_bot.web.events.lines import CHANGED
from topay_bot.web.events.mailbox import Frame, Mailbox
from topay_bot.web.events.sockets import (
    BAD_FRAME,
    NOT_FOUND,
    PING,
    REFUSED,
    Close,
    SlowReader,
    Socket,
    accepted,
    seq_of,
)

_TYPING_EVERY_SECONDS = 1.0  # passed on at most so often
_MAX_SEQ = 2**31 - 1

router = APIRouter(prefix="/v1")


@router.websocket("/conversations/{conversation_id}/events")
async def conversation_events(
    websocket: WebSocket, conversation_id: str, after: Annotated[int, Query(ge=0, le=_MAX_SEQ)] = 0
) -> None:
    """What happens in one conversation beyond `after`, to whoever sends its token first."""
    desk: Desk = websocket.app.state.desk
    hub: Hub = websocket.app.state.hub
    try:
        async with accepted(websocket, hub.patience) as socket:
            token = (await socket.first()).get("token")
            if not isinstance(token, str):
                raise Close(BAD_FRAME, "no-token")
            customer = _Customer(socket, hub, desk, conversation_id, token, after)
            await customer.check()
            desk.metrics.live_opened.labels("customer").inc()
            with hub.customer(conversation_id) as mailbox:
                await socket.both(customer.tell(mailbox), customer.hear())
    except SlowReader:
        desk.metrics.live_cut.labels("customer").inc()


class _Customer:
    """One customer's socket: what it was told, and what it says."""

    def __init__(self, socket: Socket, hub: Hub, desk: Desk, conversation_id: str, token: str, after: int) -> None:
        self._socket = socket
        self._hub = hub
        self._desk = desk
        self._id = conversation_id
        self._token = token
        self._seq = after
        self._state: Frame | None = None

    async def check(self) -> None:
        """Raises Close unless the token opens the conversation."""
        await self._read(_MAX_SEQ)

    async def catch_up(self) -> None:
        """Send what is stored beyond what was sent, and the state when it is another one."""
        while True:
            exchange = await self._read(self._seq)
            for message in exchange.messages:
                await self._socket.send({"type": "message", "message": message_body(message)})
                self._seq = message.seq
            if len(exchange.messages) < PAGE:
                break
        state = _state_frame(exchange)
        if state != self._state:
            await self._socket.send(state)
            self._state = state

    async def tell(self, mailbox: Mailbox) -> None:
        """Send what comes up, as long as the socket lasts."""
        while True:
            for frame in await mailbox.take(self._socket.patience.ping_seconds) or [PING]:
                if frame is CHANGED:
                    await self.catch_up()
                else:
                    await self._socket.send(frame)

    async def hear(self) -> None:
        """Pass on that the customer types, and how far they have read."""
        loop = asyncio.get_running_loop()
        typed = -_TYPING_EVERY_SECONDS
        async for frame in self._socket.frames():
            kind = frame.get("type")
            if kind == "typing" and loop.time() >= typed + _TYPING_EVERY_SECONDS:
                typed = loop.time()
                self._hub.signs.customer_types(self._id)
            elif kind == "seen" and (seq := seq_of(frame)) is not None:
                self._hub.signs.customer_saw(self._id, min(seq, self._seq))

    async def _read(self, after: int) -> Exchange:
        try:
            return await self._hub.read(self._desk.chat.messages, self._id, self._token, after)
        except TokenRefused as error:
            raise Close(REFUSED, error.code) from None
        except ConversationNotFound as error:
            raise Close(NOT_FOUND, error.code) from None


def _state_frame(exchange: Exchange) -> Frame:
    return {
        "type": "state",
        "state": str(exchange.state),
        "agent": agent_body(exchange),
        "handoff": None if exchange.handoff is None else handoff_body(exchange.handoff),
    }
