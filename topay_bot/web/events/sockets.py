"""One WebSocket: JSON frames, with a bound on how long the other side may take and on how much it may say."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from topay_bot.web.events.mailbox import Frame

PING: Frame = {"type": "ping"}
MAX_FRAME_BYTES = 16 * 1024  # of a client's frame: a token, a sign of typing
_CLOSE_SECONDS = 1.0
_INTERNAL = 1011  # RFC 6455, 7.4.1
_log = logging.getLogger(__name__)

# Close codes of our own (RFC 6455 leaves 4000 to 4999 to applications), after the HTTP statuses they resemble.
BAD_FRAME, REFUSED, NOT_ALLOWED, NOT_FOUND, TOO_LATE, TOO_MUCH = 4400, 4401, 4403, 4404, 4408, 4429
_MAX_SEQ = 2**31 - 1


class Close(Exception):
    """The socket is to be closed with this code; `reason` is a code of docs/errors.md or docs/api.md."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class SlowReader(Exception):
    """The other side does not read what it is sent; it is cut off and may resume."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, and how often."""

    send_seconds: float = 10.0  # for one frame to leave; meanwhile the buffers of both sides are full
    first_frame_seconds: float = 10.0
    ping_seconds: float = 25.0  # of silence; proxies drop what is silent for 60
    frames_per_second: float = 5.0  # from a client, on average
    frames_at_once: int = 50


class Socket:
    """A WebSocket that was accepted."""

    def __init__(self, websocket: WebSocket, patience: Patience) -> None:
        self._websocket = websocket
        self.patience = patience
        self._allowance = float(patience.frames_at_once)
        self._refilled = asyncio.get_running_loop().time()

    async def send(self, frame: Frame) -> None:
        """Send; waits while the buffers are full. Raises SlowReader when they stay so."""
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        try:
            async with asyncio.timeout(self.patience.send_seconds):
                await self._websocket.send_text(text)
        except TimeoutError:
            raise SlowReader from None

    async def first(self) -> Frame:
        """The first frame, which must come soon."""
        try:
            async with asyncio.timeout(self.patience.first_frame_seconds):
                return await self._receive()
        except TimeoutError:
            raise Close(TOO_LATE, "no-token") from None

    async def frames(self) -> AsyncIterator[Frame]:
        """What the client says, until it closes."""
        while True:
            yield await self._receive()
            self._spend()

    async def both(self, tell: Coroutine[Any, Any, None], hear: Coroutine[Any, Any, None]) -> None:
        """Tell and hear at the same time, until either ends; how it ended is raised."""
        tasks = [asyncio.create_task(tell), asyncio.create_task(hear)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def close(self, code: int, reason: str) -> None:
        """Say why and close, unless the other side is gone or does not read."""
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._websocket.close(code, reason)

    async def _receive(self) -> Frame:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        try:
            frame = json.loads(message["text"])
        except (KeyError, TypeError, ValueError, RecursionError):
            raise Close(BAD_FRAME, "bad-frame") from None
        if not isinstance(frame, dict):
            raise Close(BAD_FRAME, "bad-frame")
        return frame

    def _spend(self) -> None:
        now = asyncio.get_running_loop().time()
        earned = (now - self._refilled) * self.patience.frames_per_second
        self._allowance = min(self._allowance + earned, float(self.patience.frames_at_once)) - 1
        self._refilled = now
        if self._allowance < 0:
            raise Close(TOO_MUCH, "too-many-frames")


def seq_of(frame: Frame) -> int | None:
    """The `seq` that a frame names, if it is one."""
    seq = frame.get("seq")
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 0 < seq <= _MAX_SEQ else None


@asynccontextmanager
async def accepted(websocket: WebSocket, patience: Patience) -> AsyncIterator[Socket]:
    """Accept, and close at the end: with the code of the Close that was raised, after an error that nobody foresaw
    with 1011. SlowReader is raised on."""
    await websocket.accept()
    socket = Socket(websocket, patience)
    try:
        yield socket
    except WebSocketDisconnect:
        pass
    except Close as close:
        await socket.close(close.code, close.reason)
    except SlowReader:
        raise
    except Exception:
        _log.exception("unexpected error on a WebSocket")
        await socket.close(_INTERNAL, "internal")


class CuttingProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSockets, but a connection that nobody reads from ends.

    Uvicorn closes once all that was written has left, which for a stuck reader is never: the connection would stay,
    with its buffers, and hold up the server's shut-down.
    """

    _LINGER_SECONDS = 5.0

    async def run_asgi(self) -> None:
        """Run the application, then let what is written leave for a while, and cut."""
        await super().run_asgi()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self._LINGER_SECONDS, self.transport.abort)
