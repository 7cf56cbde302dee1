"""How long a page takes on the server: from a visitor's message to the end of the run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.servers import Server
from tests.browser.visitor import Visitor, visiting

RUNS = 15
TARGET = 0.150


@dataclass(frozen=True)
class PageTime:
    """Seconds of one run of a page: the first, and the median, slowest and processor time of RUNS
    more; kilobytes that one of these sends."""

    page: str
    first: float
    median: float
    slowest: float
    cpu: float
    kilobytes: float


def measure(warehouse: Path, folder: Path) -> list[PageTime]:
    addresses = servers.addresses(warehouse)
    with servers.bare(folder) as server, visiting(server.address) as visitor:
        results = [_page("a bare page of Streamlit's", "", {}, server, visitor)]
    with servers.dashboard(warehouse, folder) as server, visiting(server.address) as visitor:
        results += [_page(name, *addresses[name], server, visitor) for name in addresses]
    return results


def _page(name: str, page: str, parameters: dict[str, str], server: Server, visitor: Visitor) -> PageTime:
    def request_seconds() -> float:
        answer = visitor.ask(page, **parameters)
        if answer.fault:
            raise RuntimeError(f"{name}: {answer.fault}")
        sent_bytes.append(answer.bytes)
        return answer.seconds

    sent_bytes: list[int] = []
    first = request_seconds()
    cpu_start = server.cpu()
    times = [request_seconds() for _ in range(RUNS)]
    cpu = (server.cpu() - cpu_start) / RUNS
    return PageTime(name, first, statistics.median(times), max(times), cpu, sent_bytes[-1] / 1000)


def report(results: list[PageTime], cases: int) -> str:
    slow_pages = [r.page for r in results if r.median >= TARGET]
    lines = [
        "## Pages",
        "",
        f"One run of each page on the warehouse of {cases:,} cases, by a real server: from the "
        "message of a session, over its web socket, to the message that the run has ended "
        f"(`python -m bench pages`). {RUNS} runs after the first. Aim: under "
        f"{TARGET * 1000:.0f} ms once warm; "
        + ("met by all." if not slow_pages else f"missed by {', '.join(slow_pages)}."),
        "",
        "| page | first visit | warm, median | warm, slowest | processors | sent |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.page} | {r.first * 1000:.0f} ms | {r.median * 1000:.0f} ms | "
        f"{r.slowest * 1000:.0f} ms | {r.cpu * 1000:.0f} ms | {r.kilobytes:.0f} kB |"
        for r in results
    ]
    return "\n".join([*lines, ""])
