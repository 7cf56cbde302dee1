"""How long a page takes on the server: from a visitor's message to the end of the run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from bench import serving
from bench.serving import Server
from tests.browser.visitor import Visitor, visiting

RUNS = 15
TARGET = 0.150


@dataclass(frozen=True)
class Drawn:
    """Seconds of one run of a page: the first, and the median, slowest and processor time of RUNS
    more; kilobytes that one of these sends."""

    page: str
    first: float
    median: float
    slowest: float
    cpu: float
    kilobytes: float


def measure(warehouse: Path, folder: Path) -> list[Drawn]:
    asked = serving.addresses(warehouse)
    with serving.bare(folder) as server, visiting(server.address) as visitor:
        found = [_page("a bare page of Streamlit's", "", {}, server, visitor)]
    with serving.dashboard(warehouse, folder) as server, visiting(server.address) as visitor:
        found += [_page(name, *asked[name], server, visitor) for name in asked]
    return found


def _page(
    name: str, page: str, parameters: dict[str, str], server: Server, visitor: Visitor
) -> Drawn:
    def once() -> float:
        answer = visitor.ask(page, **parameters)
        if answer.fault:
            raise RuntimeError(f"{name}: {answer.fault}")
        sent.append(answer.bytes)
        return answer.seconds

    sent: list[int] = []
    first = once()
    before = server.cpu()
    times = [once() for _ in range(RUNS)]
    cpu = (server.cpu() - before) / RUNS
    return Drawn(name, first, statistics.median(times), max(times), cpu, sent[-1] / 1000)


def report(drawn: list[Drawn], cases: int) -> str:
    missed = [d.page for d in drawn if d.median >= TARGET]
    lines = [
        "## Pages",
        "",
        f"One run of each page on the warehouse of {cases:,} cases, by a real server: from the "
        "message of a session, over its web socket, to the message that the run has ended "
        f"(`python -m bench pages`). {RUNS} runs after the first. Aim: under "
        f"{TARGET * 1000:.0f} ms once warm; "
        + ("met by all." if not missed else f"missed by {', '.join(missed)}."),
        "",
        "| page | first visit | warm, median | warm, slowest | processors | sent |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {d.page} | {d.first * 1000:.0f} ms | {d.median * 1000:.0f} ms | "
        f"{d.slowest * 1000:.0f} ms | {d.cpu * 1000:.0f} ms | {d.kilobytes:.0f} kB |"
        for d in drawn
    ]
    return "\n".join([*lines, ""])
