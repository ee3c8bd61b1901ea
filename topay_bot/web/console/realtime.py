"""The agents' live events: that conversations changed, over WebSocket. What changed, the console asks for."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket
from starlette.datastructures import Headers

from topay_bot.desk.agents import Agent, Role
from topay_bot.desk.signing import SignIn
from topay_bot.errors import SignInNeeded
from topay_bot.web.console.pages import SESSION_COOKIE
from topay_bot.web.desk import Desk
from topay_bot.web.events.hub import Hub
from topay_bot.web.events.lines import DeskLine
from topay_bot.web.events.mailbox import Frame
from topay_bot.web.events.sockets import NOT_ALLOWED, PING, REFUSED, Close, SlowReader, Socket, accepted, seq_of

_CHECK_EVERY_SECONDS = 20.0  # that the session still holds; it also says that the console is still there

router = APIRouter(prefix="/v1/desk")


@router.websocket("/events")
async def desk_events(websocket: WebSocket) -> None:
    """What changes at the desk, to an agent who is signed in."""
    if not from_our_page(websocket.headers):
        # The cookie would come along whichever site opens the socket; unlike a POST, it could read what it gets.
        await websocket.close()
        return
    desk: Desk = websocket.app.state.desk
    hub: Hub = websocket.app.state.hub
    sign_in: SignIn = websocket.app.state.agents.sign_in
    try:
        async with accepted(websocket, hub.patience) as socket:
            console = _Console(socket, hub, sign_in, websocket.cookies.get(SESSION_COOKIE))
            agent = await console.check()
            desk.metrics.live_opened.labels("agent").inc()
            async with hub.desk(agent.id) as line:
                await socket.send({"type": "ready"})
                hub.all_on_desk()
                await socket.both(console.tell(line), console.hear(line))
    except SlowReader:
        desk.metrics.live_cut.labels("agent").inc()


def from_our_page(headers: Headers) -> bool:
    """Whether a browser says that a page of this very server opens the socket. Browsers always say from where."""
    host = headers.get("host", "").lower()
    return host != "" and urlsplit(headers.get("origin", "").lower()).netloc == host


class _Console:
    """One agent's socket."""

    def __init__(self, socket: Socket, hub: Hub, sign_in: SignIn, token: str | None) -> None:
        self._socket = socket
        self._hub = hub
        self._sign_in = sign_in
        self._token = token

    async def check(self) -> Agent:
        """The agent, as long as the session holds."""
        try:
            who = await self._hub.read(self._sign_in.of_token, self._token)
        except SignInNeeded as error:
            raise Close(REFUSED, error.code) from None
        if not who.agent.may(Role.AGENT, Role.OPERATOR):
            raise Close(NOT_ALLOWED, "not-allowed")
        return who.agent

    async def tell(self, line: DeskLine) -> None:
        """Send what comes up, as long as socket and session last."""
        loop = asyncio.get_running_loop()
        checked = loop.time()
        while True:
            frames = await line.mailbox.take(self._socket.patience.ping_seconds)
            if loop.time() - checked >= _CHECK_EVERY_SECONDS:
                await self.check()
                checked = loop.time()
            for frame in frames or [PING]:
                await self._socket.send(frame)
                if frame["type"] == "changed" and frame["conversation"] is not None:
                    self._hub.signs.on_desk(frame["conversation"], frame["seq"])

    async def hear(self, line: DeskLine) -> None:
        """Pass on what the agent looks at, has read, and that they write."""
        async for frame in self._socket.frames():
            match frame:
                case {"type": "watch", "conversation": str(conversation)}:
                    self._hub.signs.watch(line, conversation)
                case {"type": "typing", "conversation": str(conversation)}:
                    if self._hub.may_answer(line.agent, conversation):
                        self._hub.signs.agent_types(conversation)
                case {"type": "seen", "conversation": str(conversation)} if conversation in line.watched:
                    self._saw(frame, conversation)

    def _saw(self, frame: Frame, conversation: str) -> None:
        if (seq := seq_of(frame)) is not None:
            self._hub.signs.agent_saw(conversation, seq)
