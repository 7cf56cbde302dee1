"""A dashboard that is measured from outside: its process, and a page of Streamlit's beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.shell.pages import PAGES
from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving

BARE_PAGE = """import streamlit as st

st.html("<footer class='site'>The least that a page can be.</footer>")
"""


@dataclass(frozen=True)
class Server:
    address: str
    process: int

    def cpu(self) -> float:
        """Processor seconds it has taken so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB of memory that it holds."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def dashboard(warehouse: Path, folder: Path) -> Iterator[Server]:
    """A fresh server of the dashboard. Raises RuntimeError if it logged a fault of ours."""
    log = folder / "server.log"
    environment = {"JECI_WAREHOUSE": str(warehouse.resolve())}
    with driving.serving("app.py", log, **environment) as (address, process):
        yield Server(address, process)
    if "Traceback" in (log_text := log.read_text(encoding="utf-8")):
        raise RuntimeError(log_text)


@contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """A fresh server of one line of markup: what Streamlit takes by itself."""
    script = folder / "bare.py"
    script.write_text(BARE_PAGE, encoding="utf-8")
    with driving.serving(str(script.resolve()), folder / "bare.log") as (address, process):
        yield Server(address, process)


def addresses(warehouse: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Page and parameters of every page, and of every kind of place on it."""
    with Snapshot(warehouse) as snapshot:
        last = snapshot.periods()[-1]
        scored_places = {
            level: queries.scores(snapshot, level, last).dropna(subset="score")
            for level in ("province", "city", "court")
        }
    # The middle of each level: neither the best nor the worst, nor the largest.
    place_query = {
        level: {"level": level, "unit": str(rows["place_id"].iloc[len(rows) // 2])}
        for level, rows in scored_places.items()
    }
    pair_query = {
        level: {"units": ",".join(f"{level}:{place_id}" for place_id in rows["place_id"].iloc[[0, -1]])}
        for level, rows in scored_places.items()
    }
    address_by_name: dict[str, tuple[str, dict[str, str]]] = {"overview: nation": ("", {})}
    address_by_name |= {f"overview: {level}": ("", place_query[level]) for level in ("province", "city")}
    address_by_name |= {f"rankings: {level}": ("rankings", {"level": level}) for level in place_query}
    address_by_name |= {"place: nation": ("place", {})}
    address_by_name |= {f"place: {level}": ("place", place_query[level]) for level in place_query}
    address_by_name |= {f"compare: two of {level}": ("compare", pair_query[level]) for level in pair_query}
    named = {name.partition(":")[0] for name in address_by_name}
    address_by_name |= {page.name: (page.path, {}) for page in PAGES if page.name not in named}
    return address_by_name
