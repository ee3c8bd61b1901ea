"""A word to the other workers behind the same port: what happened here that their sockets should hear of at once.

Datagrams between Unix sockets in the folder that the workers share (server.py), on one machine therefore. They may be
lost: messages are looked for in the database anyhow, and a sign of typing comes again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Word = tuple[str, str, int]  # what, of which conversation, up to which seq
_MAX_BYTES = 4096
_log = logging.getLogger(__name__)


class Neighbours:
    """This worker's place among the others in `folder`; without a folder it is alone. Used on the event loop only."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._name = f"{secrets.token_hex(8)}.sock"
        self._socket: socket.socket | None = None

    @contextmanager
    def listening(self, hear: Callable[[Word], None]) -> Iterator[None]:
        """Hear what the others tell meanwhile."""
        if self._folder is None:
            yield
            return
        loop = asyncio.get_running_loop()
        place = self._folder / self._name
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.setblocking(False)
            try:
                own.bind(str(place))
            except OSError as error:  # the path is too long, or the system has no such sockets
                _log.warning("workers cannot tell one another what happens, but look for it: %s", error)
                yield
                return
            self._socket = own
            loop.add_reader(own, self._read, own, hear)
            try:
                yield
            finally:
                loop.remove_reader(own)
                self._socket = None
                place.unlink(missing_ok=True)

    def tell(self, what: str, conversation_id: str, seq: int = 0) -> None:
        """Tell all others, as far as they listen."""
        if self._socket is None or self._folder is None:
            return
        datagram = json.dumps([what, conversation_id, seq]).encode()
        for other in self._folder.glob("*.sock"):
            if other.name == self._name:
                continue
            try:
                self._socket.sendto(datagram, str(other))
            except ConnectionRefusedError:  # that worker is dead
                other.unlink(missing_ok=True)
            except OSError:  # it ended just now, or has too much to hear
                pass

    def _read(self, own: socket.socket, hear: Callable[[Word], None]) -> None:
        with suppress(BlockingIOError):
            while True:
                what, conversation_id, seq = json.loads(own.recv(_MAX_BYTES))
                hear((what, conversation_id, seq))
