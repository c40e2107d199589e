"""How the server of the pages holds: observers of a live run and a full court, slow clients, memory.

    python -m benchmarks.web [--observers 300] [--seconds 20] [--people 2000] [--speed 14] [--json]

Starts `moot serve` on this machine's own address (loopback), opens a laboratory, lets so many browsers look
while its clock runs, and a court of 24 beside them, all of whom are turned to a page each second. Measured is
the time from the server's clock in a frame to its arrival, in this process, which shares the machine with the
server: what is read here is an upper bound. Some clients read nothing for the whole time, and then read: what
they are sent last has to be of the present. Nothing leaves the machine; it ends by itself.

Exit code 0; 1 where the 95th percentile of ticks is 100 ms or more, that of pages a second, a slow client is
left behind, or the server's memory grows by more than 64 MiB while nothing but looking goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LIMIT_MS, PAGE_MS, LIMIT_MIB = 100.0, 1000.0, 64.0
COURT = 24
SLOW = 10
STARTING_S = 120.0
AT = re.compile(r'"at":([0-9.]+)')


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, judge."""
    asked = _asked(arguments)
    with tempfile.TemporaryDirectory(prefix="moot-bench-web-") as folder, _served(Path(folder)) as (pid, at):
        found = asyncio.run(_measure(asked, pid, at))
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:<32} {value}")
    good = (
        found["tick_ms_p95"] < LIMIT_MS
        and found["court_page_ms_p95"] < PAGE_MS
        and found["slow_days_behind"] == 0
        and found["memory_growth_mib"] < LIMIT_MIB
    )
    return 0 if good else 1


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.web", description=__doc__.splitlines()[0])
    parser.add_argument("--observers", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--speed", type=float, default=14.0, help="days a second of the laboratory's clock")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


@contextmanager
def _served(folder: Path):  # type: ignore[no-untyped-def]
    """A server of its own: (process id, address)."""
    said = folder / "said"
    command = [sys.executable, "-m", "moot", "serve", "--folder", str(folder / "server"), "--port", "0",
               "--no-open", "--no-warm"]  # fmt: skip
    with said.open("w") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        end = time.monotonic() + STARTING_S
        while not (found := re.search(r"at (http://\S+)", said.read_text())):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the server did not start:\n{said.read_text()}")
            time.sleep(0.1)
        yield process.pid, found[1]
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _memory(pid: int) -> tuple[float, float]:
    """(resident MiB, CPU seconds) of a process; zeros where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0.0
    kib = re.search(r"VmRSS:\s+(\d+)", status)
    return (int(kib[1]) / 1024 if kib else 0.0), (int(fields[11]) + int(fields[12])) / 100.0


class _Visitor:
    """A browser: its cookie, its token, and how it opens a connection."""

    def __init__(self, at: str) -> None:
        import httpx

        self.at = at
        self.client = httpx.AsyncClient(base_url=at, headers={"origin": at}, timeout=60)

    async def come(self) -> _Visitor:
        me = (await self.client.get("/api/me")).json()
        self.client.headers["x-moot-csrf"] = me["csrf"]
        return self

    def live(self, path: str, **options: Any) -> Any:
        from websockets.asyncio.client import connect

        cookie = f"moot={self.client.cookies['moot']}"
        return connect(
            f"{self.at.replace('http', 'ws')}{path}", origin=self.at,
            additional_headers={"cookie": cookie}, max_size=None, compression=None, **options,
        )  # fmt: skip


async def _measure(asked: argparse.Namespace, pid: int, at: str) -> dict[str, Any]:
    owner = await _Visitor(at).come()
    opened = await owner.client.post(
        "/api/lab", json={"scenario": "rank-my-life-2028", "people": asked.people, "seed": 1}
    )
    opened.raise_for_status()
    lab, days = opened.json()["lab"], opened.json()["days"]
    path = f"/api/lab/{lab}/live"
    lags: list[float] = []
    counted = {"frames": 0}
    ending = asyncio.Event()

    async with owner.live(path) as clock:
        await _until(clock, "history")
        await _quiet(owner, lab)
        visitors = [await _Visitor(at).come() for _ in range(max(1, asked.observers // 20))]
        sockets = [visitors[n % len(visitors)].live(path) for n in range(asked.observers)]
        watching = [asyncio.create_task(_watch(one, lags, counted, ending)) for one in sockets]
        slow = [asyncio.create_task(_lag(visitors[n % len(visitors)].live(path, max_queue=1), ending))
                for n in range(SLOW)]  # fmt: skip
        court = await _court(owner, at, ending)
        await asyncio.sleep(3.0)
        await clock.send(json.dumps({"do": "speed", "speed": asked.speed}))
        await clock.send(json.dumps({"do": "play"}))
        reading = asyncio.create_task(_replay(clock, days))
        await asyncio.sleep(2.0)
        lags.clear()
        counted["frames"] = 0
        before, cpu_before = _memory(pid)
        began = time.monotonic()
        await asyncio.sleep(asked.seconds)
        after, cpu_after = _memory(pid)
        seconds = time.monotonic() - began
        measured, frames = sorted(lags), counted["frames"]
        reading.cancel()
        await clock.send(json.dumps({"do": "pause"}))
        await clock.send(json.dumps({"do": "seek", "day": days - 1}))
        await asyncio.sleep(1.0)
        ending.set()
        last_days = await asyncio.gather(*slow)
        await asyncio.gather(*watching, *court["tasks"])
    return {
        "observers": asked.observers,
        "slow_clients": SLOW,
        "court_seats": court["seats"],
        "days_per_second": asked.speed,
        "seconds": round(seconds, 1),
        "ticks": len(measured),
        "frames_per_second": round(frames / seconds),
        "tick_ms_median": round(statistics.median(measured), 2),
        "tick_ms_p95": round(measured[int(0.95 * (len(measured) - 1))], 2),
        "tick_ms_max": round(measured[-1], 2),
        "court_page_ms_p95": court["p95"](),
        "server_cpu_share": round((cpu_after - cpu_before) / seconds, 2),
        "memory_mib": round(after, 1),
        "memory_growth_mib": round(after - before, 1),
        "slow_days_behind": max(days - 1 - day for day in last_days),
    }


async def _quiet(owner: _Visitor, lab: str) -> None:
    """Wait until range and band are worked out: their societies take memory of their own, and let it go."""
    end = time.monotonic() + STARTING_S
    while time.monotonic() < end:
        if (await owner.client.get(f"/api/lab/{lab}/uncertainty")).json()["state"] == "done":
            return
        await asyncio.sleep(0.5)


async def _until(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["type"] == kind:
            return frame


async def _replay(clock: Any, days: int) -> None:
    """Play again whenever the clock has come to the last day."""
    async for text in clock:
        frame = json.loads(text)
        if frame["type"] == "state" and not frame["playing"] and frame["day"] == days - 1:
            await clock.send(json.dumps({"do": "play"}))


async def _watch(socket: Any, lags: list[float], counted: dict[str, int], ending: asyncio.Event) -> None:
    async with socket as live:
        closing = asyncio.create_task(_close(live, ending))
        async for text in live:
            counted["frames"] += 1
            if text.startswith('{"type":"tick"'):
                lags.append(time.time() * 1000.0 - float(AT.search(text)[1]))
        await closing


async def _close(live: Any, ending: asyncio.Event) -> None:
    await ending.wait()
    await live.close()


async def _lag(socket: Any, ending: asyncio.Event) -> int:
    """Read nothing until the end, then all there is: the day of the last tick."""
    async with socket as live:
        await ending.wait()
        day = -1
        while True:
            try:
                text = await asyncio.wait_for(live.recv(), 2.0)
            except TimeoutError:
                return day
            if text.startswith('{"type":"tick"'):
                day = json.loads(text)["day"]


async def _court(owner: _Visitor, at: str, ending: asyncio.Event) -> dict[str, Any]:
    """A full court beside the laboratory: seats of every role that a class comes in by, and the president,
    who turns everyone to a page each second; how long that takes to each seat is measured."""
    made = await owner.client.post("/api/cases", json={"name": "bench"})
    made.raise_for_status()
    path = f"/api/cases/{made.json()['case']}"

    async def seated(link: str) -> _Visitor:
        visitor = await _Visitor(at).come()
        token = link.rpartition("come=")[2]
        answer = await visitor.client.post("/api/join", json={"case": "bench", "token": token})
        answer.raise_for_status()
        return visitor

    president = await seated(made.json()["president_link"])
    links = [one["link"] for one in (await president.client.get(f"{path}/doors")).json()["doors"]]
    seats = [president]
    for n in range(4 * COURT):  # a door that is full, or of a role that has one seat, lets nobody more in
        if len(seats) == COURT:
            break
        try:
            seats.append(await seated(links[n % len(links)]))
        except Exception as error:
            if type(error).__name__ != "HTTPStatusError":
                raise
    opened = await president.client.post(f"{path}/do", json={"step": "open"})
    if opened.status_code != 200:
        raise SystemExit(f"the hearing does not open: {opened.text}")
    asked_at = {"page": 0, "began": 0.0}
    lags: list[float] = []

    async def sit(visitor: _Visitor) -> None:
        async with visitor.live(f"{path}/live") as live:
            closing = asyncio.create_task(_close(live, ending))
            async for text in live:
                if '"type":"page"' in text and json.loads(text)["page"] == asked_at["page"]:
                    lags.append(1000.0 * (time.monotonic() - asked_at["began"]))
            await closing

    async def turn() -> None:
        page = 1
        while not ending.is_set():
            page = 3 - page
            asked_at["page"], asked_at["began"] = page, time.monotonic()
            answer = await president.client.post(f"{path}/page", json={"exhibit": 1, "page": page})
            answer.raise_for_status()
            await asyncio.sleep(1.0)

    def p95() -> float:
        found = sorted(lags)
        return round(found[int(0.95 * (len(found) - 1))], 2)

    tasks = [asyncio.create_task(sit(one)) for one in seats] + [asyncio.create_task(turn())]
    return {"seats": len(seats), "tasks": tasks, "p95": p95}


if __name__ == "__main__":
    sys.exit(main())
