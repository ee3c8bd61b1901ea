"""Customers and agents with open WebSockets on one server process: how soon a message is at the other's, and whether
each one is there once.

    python -m benchmarks.desk [--customers 300] [--agents 20] [--seconds 120] [--rate 20]

A real server process on an empty SQLite database; all clients in this one process, which takes about as much of the
processor as the server. Every customer asks for a person, the agents take them in turn, and then both sides write,
`--rate` messages a second together. A message's time begins before its POST is sent and ends when its frame is read:
the two-way trip of the POST's beginning, the transaction with its fsync, and the way to the socket are in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from topay_bot.bootstrap.database import open_agents
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings

_PASSWORD = "only on this machine"
_AT_ONCE = 20  # connections that are opened at the same time
_SETTLE_SECONDS = 30.0  # for the last messages to arrive
_clock = time.perf_counter


@dataclass
class Customer:
    """One customer's socket. `arrived` has the ids of the messages as they came."""

    id: str
    token: str
    arrived: list[str] = field(default_factory=list)


@dataclass
class Agent:
    """One agent's socket and conversations. `told` has the highest seq that came of each conversation."""

    http: httpx.AsyncClient
    mine: list[Customer] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)


class Trips:
    """When messages were sent, and how long they took; the arrival may be known before the id is."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []
        self.sent: Counter[str] = Counter()
        self._begun: dict[str, float] = {}
        self._ended: dict[str, float] = {}

    def begun(self, message: str, at: float) -> None:
        self.sent[message] += 1
        self._begun[message] = at
        self._measure(message)

    def ended(self, message: str) -> None:
        self._ended.setdefault(message, _clock())
        self._measure(message)

    def _measure(self, message: str) -> None:
        if message in self._begun and message in self._ended:
            self.milliseconds.append((self._ended.pop(message) - self._begun.pop(message)) * 1000)

    @property
    def under_way(self) -> int:
        return len(self._begun)


@contextmanager
def server(index: Path, data: Path) -> Iterator[tuple[str, int]]:
    """A server process; its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--index", str(index.resolve()), "--data", str(data), "--workers", "1"]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "topay_bot", "serve", *options], cwd=data, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(f"{url}/livez")
                break
            except httpx.TransportError:
                if process.poll() is not None:
                    raise SystemExit((data / "log").read_text(encoding="utf-8")) from None
                time.sleep(0.1)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    complaints = [line for line in (data / "log").read_text(encoding="utf-8").splitlines() if "ERROR" in line]
    if complaints:
        print("\n".join(complaints), file=sys.stderr)


class Run:
    """One run against the server at `url`."""

    def __init__(self, url: str, data: Path, customers: int, agents: int) -> None:
        self.url = url
        self.customers: list[Customer] = []
        self.agents: list[Agent] = []
        self.to_customers, self.to_agents = Trips(), Trips()
        self._sizes = customers, agents
        self._sign_in = open_agents(load_settings(data=data))
        self._readers: list[asyncio.Task[None]] = []
        self._numbers = iter(range(10**9))

    async def measure(self, seconds: float, rate: float) -> None:
        """Everybody comes, writes for so long, and reads what is left."""
        async with AsyncExitStack() as stack:
            await self._arrive(stack)
            print(f"{len(self.customers)} customers and {len(self.agents)} agents are connected", file=sys.stderr)
            pairs = [(agent, customer) for agent in self.agents for customer in agent.mine]
            end = _clock() + seconds
            writers = max(1, len(pairs) // 4)
            pace = writers / rate  # seconds between two messages of one writer
            await asyncio.gather(*(self._write(pairs[number::writers], pace, end) for number in range(writers)))
            end = _clock() + _SETTLE_SECONDS
            while (self.to_customers.under_way or self.to_agents.under_way) and _clock() < end:
                await asyncio.sleep(0.05)
            await self._compare()
            for reader in self._readers:
                reader.cancel()
            await asyncio.gather(*self._readers, return_exceptions=True)

    async def _arrive(self, stack: AsyncExitStack) -> None:
        customers, agents = self._sizes
        gate = asyncio.Semaphore(_AT_ONCE)
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        client = httpx.AsyncClient(base_url=self.url, timeout=60, limits=limits)
        self.http = await stack.enter_async_context(client)

        async def agent(number: int) -> Agent:
            name = f"Agent {number}"
            await asyncio.to_thread(self._sign_in.add, name, _PASSWORD, (Role.AGENT,), ("zh",))
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=self.url, timeout=60))
            signed = await http.post("/v1/desk/session", json={"name": name, "password": _PASSWORD})
            http.headers["X-CSRF-Token"] = signed.raise_for_status().json()["csrf"]
            cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
            line = await stack.enter_async_context(self._line("/v1/desk/events", Cookie=cookie, Origin=self.url))
            new = Agent(http)
            self._readers.append(asyncio.create_task(self._hear_agent(new, line)))
            return new

        async def customer(agent: Agent) -> Customer:
            async with gate:
                given = (await self.http.post("/v1/conversations")).raise_for_status().json()
                new = Customer(given["id"], given["token"])
                (await self.http.post(f"/v1/conversations/{new.id}/handoff", headers=_key(new))).raise_for_status()
                line = await stack.enter_async_context(self._line(f"/v1/conversations/{new.id}/events"))
                await line.send(json.dumps({"token": new.token}))
                (await agent.http.post(f"/v1/desk/conversations/{new.id}/claim")).raise_for_status()
            self._readers.append(asyncio.create_task(self._hear_customer(new, line)))
            agent.mine.append(new)
            return new

        self.agents = [await agent(number) for number in range(agents)]
        turns = (self.agents[number % agents] for number in range(customers))
        self.customers = list(await asyncio.gather(*map(customer, turns)))

    @asynccontextmanager
    async def _line(self, path: str, **headers: str) -> AsyncIterator[ClientConnection]:
        url = self.url.replace("http", "ws", 1) + path
        async with connect(url, additional_headers=headers, compression=None, max_queue=None) as line:
            yield line

    async def _hear_customer(self, customer: Customer, line: ClientConnection) -> None:
        async for text in line:
            frame = json.loads(text)
            if frame["type"] == "message":
                customer.arrived.append(frame["message"]["id"])
                if frame["message"]["author"] == "agent":
                    self.to_customers.ended(frame["message"]["id"])

    async def _hear_agent(self, agent: Agent, line: ClientConnection) -> None:
        async for text in line:
            frame = json.loads(text)
            if frame["type"] == "changed":
                before = agent.told.get(frame["conversation"], 0)
                agent.told[frame["conversation"]] = max(before, frame["seq"])
                for seq in range(before + 1, frame["seq"] + 1):
                    self.to_agents.ended(f"{frame['conversation']} {seq}")

    async def _write(self, pairs: Sequence[tuple[Agent, Customer]], pace: float, end: float) -> None:
        dice = random.Random(next(self._numbers))
        await asyncio.sleep(pace * dice.random())
        while _clock() < end:
            agent, customer = dice.choice(pairs)
            begin = _clock()
            body = {"text": f"第 {next(self._numbers)} 句：付款页面一直在转，请看一下。"}
            if dice.random() < 0.5:
                answer = await self._post(agent.http, f"/v1/desk/conversations/{customer.id}/messages", body, {})
                self.to_customers.begun(answer["messages"][-1]["id"], begin)
            else:
                path = f"/v1/conversations/{customer.id}/messages"
                answer = await self._post(self.http, path, body, _key(customer))
                self.to_agents.begun(f"{customer.id} {answer['messages'][0]['seq']}", begin)
            await asyncio.sleep(max(0.0, dice.uniform(0.5, 1.5) * pace - (_clock() - begin)))

    async def _post(self, http: httpx.AsyncClient, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        body = body | {"client_id": f"k{next(self._numbers)}"}
        return (await http.post(path, json=body, headers=headers)).raise_for_status().json()

    async def _compare(self) -> None:
        """Hold what arrived against what is stored."""
        self.lost = self.doubled = self.disordered = self.stored = 0
        for customer in self.customers:
            ids: list[str] = []
            while True:
                path = f"/v1/conversations/{customer.id}/messages?after={len(ids)}"
                more = (await self.http.get(path, headers=_key(customer))).json()["messages"]
                if not more:
                    break
                ids += [message["id"] for message in more]
            self.stored += len(ids)
            self.lost += len(set(ids) - set(customer.arrived))
            self.doubled += len(customer.arrived) - len(set(customer.arrived))
            self.disordered += list(dict.fromkeys(customer.arrived)) != [one for one in ids if one in customer.arrived]
        self.lost += self.to_customers.under_way + self.to_agents.under_way
        self.doubled += sum(count - 1 for trips in (self.to_customers, self.to_agents) for count in trips.sent.values())


def _key(customer: Customer) -> dict[str, str]:
    return {"Authorization": f"Bearer {customer.token}"}


def _processor_seconds(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def _summary(milliseconds: list[float]) -> dict[str, float]:
    if not milliseconds:
        return {"messages": 0}
    p50, p99 = np.percentile(milliseconds, [50, 99])
    return {"messages": len(milliseconds), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1)}


def run(index: Path, customers: int, agents: int, seconds: float, rate: float) -> dict[str, Any]:
    """Measure, on a server of its own."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="topay-desk-") as folder, server(index, Path(folder)) as (url, pid):
        trip = Run(url, Path(folder), customers, agents)
        asyncio.run(trip.measure(seconds, rate))
        spent, memory = _processor_seconds(pid), _resident_mib(pid)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {before:.1f}, then {os.getloadavg()[0]:.1f}",
        "customers": customers,
        "agents": agents,
        "seconds": seconds,
        "agent to customer": _summary(trip.to_customers.milliseconds),
        "customer to agent": _summary(trip.to_agents.milliseconds),
        "stored": trip.stored,
        "lost": trip.lost,
        "doubled": trip.doubled,
        "out of order": trip.disordered,
        "server": {"cpu_seconds": round(spent, 1), "resident_mib": round(memory)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path("index"), help="a person is asked for: it may be missing")
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second, of all together")
    options = parser.parse_args()
    result = run(options.index, options.customers, options.agents, options.seconds, options.rate)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    if result["lost"] or result["doubled"] or result["out of order"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
