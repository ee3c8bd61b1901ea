"""A command of ours that a server runs in a process of its own, with the lowest priority.

In a thread, work of seconds would hold up answers to customers: Python computes in one thread at a time.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_LAST_PRIORITY = 19
_LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status, its standard output, and what it said on standard error."""

    status: int
    output: bytes
    said: str


class Subcommands:
    """Runs `topay-bot ...`; `close` ends what is going on and begins nothing more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # over what follows
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        took: Callable[[str], bool] = lambda line: False,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> Ended | None:
        """Run to the end, beside what runs in other threads; None when it was closed or became `unwanted` before.

        `took` is given every line of standard error, and says whether it was meant for it; what it leaves is `said`.
        Secrets belong into `environment`: arguments can be read by others on the machine.
        """
        with self._lock:
            if self._closed:
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", "topay_bot", *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})},
            )
            self._running.add(process)
        with contextlib.suppress(OSError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, _LAST_PRIORITY)
        output: list[bytes] = []
        said: list[str] = []
        readers = (
            threading.Thread(target=lambda: output.extend(process.stdout or ()), daemon=True),
            threading.Thread(
                target=lambda: said.extend(
                    line for raw in process.stderr or () if not took(line := raw.decode(errors="replace"))
                ),
                daemon=True,
            ),
        )
        with process:
            for reader in readers:
                reader.start()
            dropped = self._watch(process, unwanted)
            for reader in readers:
                reader.join()
        with self._lock:
            self._running.discard(process)
            dropped = dropped or self._closed
        return None if dropped else Ended(process.returncode, b"".join(output), "".join(said).strip())

    @property
    def running(self) -> bool:
        """Whether any command is."""
        with self._lock:
            return any(process.poll() is None for process in self._running)

    def close(self) -> None:
        """End what is going on, and begin nothing more."""
        with self._lock:
            self._closed = True
            for process in self._running:
                if process.poll() is None:
                    process.kill()

    def _watch(self, process: subprocess.Popen[bytes], unwanted: Callable[[], bool]) -> bool:
        """Wait for its end; True when it was ended because nobody wants it any more."""
        while True:
            try:
                process.wait(_LOOK_EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                if unwanted():
                    process.kill()
                    return True
            else:
                return False
