"""The regions, the courts and the names of courts of a warehouse, as the tables that tell a court by a word."""

import pandas as pd

from index_engine.queries.snapshot import Snapshot


def court_registers(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """The rows of each register, by the name of its table."""
    return {
        "regions": snapshot.frame("register_regions"),
        "courts": snapshot.frame("register_courts"),
        "court_names": snapshot.frame("register_court_names"),
    }
