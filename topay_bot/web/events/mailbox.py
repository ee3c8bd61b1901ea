"""What a socket has yet to be told. It cannot grow: of each kind only the newest counts."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

Frame = dict[str, Any]

MOST = 1000  # kinds waiting; an agent's socket has one for each conversation that changed


class Mailbox:
    """Frames for one socket, used on the event loop only.

    A frame takes the place of an older one under the same key. Messages are never put in, only the sign that there
    are some: they are read from the store when the socket is ready for them, so a slow reader costs no memory.
    """

    def __init__(self, overflow: Frame, most: int = MOST) -> None:
        """`overflow` takes the place of all frames when there are too many: it asks for everything to be read anew."""
        self._overflow = overflow
        self._most = most
        self._frames: dict[Hashable, Frame] = {}
        self._filled = asyncio.Event()

    def put(self, key: Hashable, frame: Frame) -> None:
        """Have this frame sent."""
        if key not in self._frames and len(self._frames) >= self._most:
            self._frames = {None: self._overflow}
        if None not in self._frames:
            self._frames[key] = frame
        self._filled.set()

    def waiting(self, key: Hashable) -> Frame | None:
        """The frame under this key that was not taken yet."""
        return self._frames.get(key)

    async def take(self, seconds: float) -> list[Frame]:
        """All that wait, oldest kind first, as soon as there are any; none when nothing came for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._filled.wait()
        except TimeoutError:
            return []
        frames = list(self._frames.values())
        self._frames = {}
        self._filled.clear()
        return frames
