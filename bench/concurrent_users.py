"""Many people at once: how long each waits, and what one more takes in memory."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random
from threading import Thread

from bench import servers
from tests.browser.visitor import visiting

USERS = 16
CLICKS = 20  # of each
PAUSES = {"reading 2 to 6 s between clicks": (2.0, 6.0), "without a pause": (0.0, 0.0)}
SESSIONS = (1, 10, 20, 40)
AIM_MB = 5.0
AIM_SECONDS = 0.5


@dataclass(frozen=True)
class Crowd:
    """What USERS met at once: seconds of all their clicks, and faults."""

    pace: str
    seconds: list[float]
    faults: list[str]
    duration: float

    def share(self, part: float) -> float:
        return sorted(self.seconds)[min(int(part * len(self.seconds)), len(self.seconds) - 1)]


@dataclass(frozen=True)
class Memory:
    """MB that a server holds with so many sessions open, each of which has seen every page."""

    bare_page: dict[int, float]
    dashboard: dict[int, float]


def measure(warehouse: Path, folder: Path) -> tuple[list[Crowd], Memory]:
    addresses = list(servers.addresses(warehouse).values())
    with servers.dashboard(warehouse, folder) as server:
        _warm(server.address, addresses)
        crowds = [_crowd(server.address, addresses, pace, *PAUSES[pace]) for pace in PAUSES]
    with servers.dashboard(warehouse, folder) as server:
        _warm(server.address, addresses)
        dashboard_memory = _sessions(server, addresses)
    with servers.bare(folder) as server:
        bare_memory = _sessions(server, [("", {})] * len(addresses))
    return crowds, Memory(bare_memory, dashboard_memory)


def _warm(address: str, addresses: list[tuple[str, dict[str, str]]]) -> None:
    with visiting(address) as visitor:
        for page, parameters in addresses:
            visitor.ask(page, **parameters)


def _crowd(
    address: str, addresses: list[tuple[str, dict[str, str]]], pace: str, min_pause: float, max_pause: float
) -> Crowd:
    seconds: list[float] = []
    faults: list[str] = []

    def user(number: int) -> None:
        rng = Random(number)
        try:
            with visiting(address) as visitor:
                for page, parameters in islice(cycle(addresses), number, number + CLICKS):
                    time.sleep(rng.uniform(min_pause, max_pause))
                    answer = visitor.ask(page, **parameters)
                    seconds.append(answer.seconds)
                    faults.extend([f"{page} {parameters}: {answer.fault}"] if answer.fault else [])
        except Exception as error:  # noqa: BLE001 - whatever befell one of them is a finding
            faults.append(f"{type(error).__name__}: {error}")

    start = time.perf_counter()
    threads = [Thread(target=user, args=(number,)) for number in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Crowd(pace, seconds, faults, time.perf_counter() - start)


def _sessions(server: servers.Server, addresses: list[tuple[str, dict[str, str]]]) -> dict[int, float]:
    """Memory by number of sessions, all of them left open."""
    memory_by_sessions = {}
    with ExitStack() as stack:
        for number in range(1, max(SESSIONS) + 1):
            visitor = stack.enter_context(visiting(server.address))
            for page, parameters in addresses:
                visitor.ask(page, **parameters)
            if number in SESSIONS:
                memory_by_sessions[number] = server.memory()
    return memory_by_sessions


def slope(memory: dict[int, float]) -> float:
    """MB a session, by least squares."""
    return statistics.linear_regression(list(memory), list(memory.values())).slope


def report(crowds: list[Crowd], memory: Memory, cases: int) -> str:
    memory_per_session = slope(memory.dashboard)
    lines = [
        "## Users",
        "",
        f"{USERS} sessions at once, each with a web socket of its own, go through every page and "
        f"kind of place, {CLICKS} clicks each, on the warehouse of {cases:,} cases; visitors and "
        "server share the machine (`python -m bench users`). Aim: no error, an answer within "
        f"{AIM_SECONDS:g} s.",
        "",
        "| how | clicks | a second | median | 95 of 100 within | slowest | errors |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {c.pace} | {len(c.seconds)} | {len(c.seconds) / c.duration:.1f} | {c.share(0.5):.2f} s | "
        f"{c.share(0.95):.2f} s | {max(c.seconds):.2f} s | {len(c.faults)} |"
        for c in crowds
    ]
    lines += [
        "",
        "Memory of the server with sessions left open, each of which has seen all of that. Aim: "
        f"under {AIM_MB:g} MB a session; {'met' if memory_per_session < AIM_MB else 'missed'}.",
        "",
        "| sessions | dashboard | a bare page of Streamlit's |",
        "|---:|---:|---:|",
    ]
    lines += [f"| {n} | {memory.dashboard[n]:.0f} MB | {memory.bare_page[n]:.0f} MB |" for n in memory.dashboard]
    lines += [f"| each more | {memory_per_session:.2f} MB | {slope(memory.bare_page):.2f} MB |"]
    faults = [fault for crowd in crowds for fault in crowd.faults]
    lines += ["", *(f"- {fault}" for fault in faults[:20])] if faults else []
    return "\n".join([*lines, ""])
