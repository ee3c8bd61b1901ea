"""How quick the studio's pages are over a store with a million messages.

`--data` is a folder with a database of `benchmarks.history`; without it one is written first, which takes a minute or
two. Pages are asked of the application in process, signed in as an editor, and each but the gaps list several times.
Insights are counted anew each time: every time the range begins a day earlier, so that nothing kept is given. Wall
time is what an editor waits; beside it stands the processor time, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from benchmarks.history import write_history
from topay_bot.bootstrap.database import open_agents
from topay_bot.desk.agents import Role
from topay_bot.errors import TopayError
from topay_bot.settings import Settings, load_settings
from topay_bot.web.app import create_app
from topay_bot.web.studio.insights import PRESETS
from topay_bot.web.studio.sections import SECTIONS

BAR_MS = 500
_NAME, _PASSWORD = "Editor of the benchmark", "correct horse battery"
_QUESTION = "?q=退款几天能到"  # asked of the page that asks


def pages(times: int, today: datetime.date) -> Iterator[tuple[str, list[str]]]:
    """What is timed, and the addresses that are asked for it in turn. The gaps list, whose work begins, comes last."""
    for count in PRESETS:
        ends = [today - datetime.timedelta(days=back) for back in range(times)]
        ranges = [(end - datetime.timedelta(days=count - 1), end) for end in ends]
        yield f"insights, {count} days", [f"studio/insights?since={first}&until={last}" for first, last in ranges]
    for section in sorted(SECTIONS, key=lambda one: one.path == "gaps"):
        if section.path == "insights":
            yield "insights, reloaded", ["studio/insights"] * (times + 1)
            yield "insights, a picture", ["studio/insights/days.svg"] * (times + 1)
        elif section.path == "gaps":
            yield "studio/gaps, first", ["studio/gaps"]
        else:
            address = f"{section.address}{_QUESTION if section.path == 'ask' else ''}"
            yield section.address, [address] * times


def measure(settings: Settings, times: int) -> list[dict[str, object]]:
    """Milliseconds of each page, in the median and at most."""
    sign_in = open_agents(settings)
    try:
        sign_in.add(_NAME, _PASSWORD, [Role.EDITOR], ["zh"])
    except TopayError:
        sign_in.set_password(_NAME, _PASSWORD)
    rows: list[dict[str, object]] = []
    today = datetime.datetime.now(ZoneInfo(settings.time_zone)).date()
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        signed = client.post("/v1/desk/session", json={"name": _NAME, "password": _PASSWORD})
        signed.raise_for_status()
        for name, addresses in pages(times, today):
            walls, cpus, status = [], [], 200
            for address in addresses:
                wall, cpu = time.perf_counter(), time.process_time()
                response = client.get(f"/{address}")
                walls.append(1000 * (time.perf_counter() - wall))
                cpus.append(1000 * (time.process_time() - cpu))
                status = max(status, response.status_code)
            if name in ("insights, reloaded", "insights, a picture"):  # the first time fills what is kept
                walls, cpus = walls[1:], cpus[1:]
            row = {
                "page": name,
                "status": status,
                "median_ms": round(statistics.median(walls)),
                "most_ms": round(max(walls)),
                "cpu_ms": round(statistics.median(cpus)),
            }
            rows.append(row)
            print(
                f"{name:24} {status} {row['median_ms']:6} ms  most {row['most_ms']:6} ms  cpu {row['cpu_ms']:6} ms",
                flush=True,
            )
    return rows


def main() -> None:
    """Time the pages and print them as text and one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=options.data or Path(folder), index=options.index)
        if options.data is None:
            write_history(settings.database(), settings.knowledge, options.messages)
        rows = measure(settings, options.times)
    slow = [str(row["page"]) for row in rows if float(str(row["median_ms"])) > BAR_MS]
    print(json.dumps({"bar_ms": BAR_MS, "slower": slow, "pages": rows}, ensure_ascii=False))


if __name__ == "__main__":
    main()
