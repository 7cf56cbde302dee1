"""Server time of each page: one script run as Streamlit makes it for a visitor, in process."""

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from streamlit.testing.v1 import AppTest

from index_engine.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[1]
RUNS = 15
TARGET = 0.150


@dataclass(frozen=True)
class Drawn:
    """Seconds of one script run of a page: the first, and the median and slowest of RUNS more."""

    page: str
    first: float
    median: float
    slowest: float


def measure(warehouse: Path) -> list[Drawn]:
    os.environ["JECI_WAREHOUSE"] = str(warehouse.resolve())
    snapshot = Snapshot(warehouse)
    last = snapshot.periods()[-1]
    best = {
        level: str(snapshot.scores(level, last)["unit_id"].iloc[0])
        for level in ("province", "city", "court")
    }
    snapshot.close()
    addresses = {
        "overview": ("overview", {}),
        "overview of a province": ("overview", {"level": "province", "unit": best["province"]}),
        "rankings of provinces": ("rankings", {}),
        "rankings of courts": ("rankings", {"level": "court"}),
        "profile of the nation": ("region", {}),
        "profile of a province": ("region", {"level": "province", "unit": best["province"]}),
        "profile of a court": ("region", {"level": "court", "unit": best["court"]}),
        "method": ("method", {}),
    }
    return [_page(name, *address) for name, address in addresses.items()]


def _page(name: str, page: str, parameters: dict[str, str]) -> Drawn:
    app = AppTest.from_file(ROOT / "dashboard" / "main.py", default_timeout=120)
    for key, value in parameters.items():
        app.query_params[key] = value
    if page != "overview":
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        app.run()
        times.append(time.perf_counter() - start)
        if app.exception:
            raise RuntimeError(f"{name}: {app.exception[0].message}")
    return Drawn(name, times[0], statistics.median(times[1:]), max(times[1:]))


def report(drawn: list[Drawn], cases: int) -> str:
    lines = [
        "## Pages",
        "",
        f"One script run of each page on the warehouse of {cases:,} cases, in process, with the "
        f"test harness's own overhead in it. Aim: under {TARGET * 1000:.0f} ms once warm.",
        "",
        "| page | first visit | warm, median | warm, slowest |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| {d.page} | {d.first * 1000:.0f} ms | {d.median * 1000:.0f} ms | "
        f"{d.slowest * 1000:.0f} ms |"
        for d in drawn
    ]
    return "\n".join([*lines, ""])
