"""Which share of a place and window the files observe."""

from index_engine.queries.snapshot import Snapshot, question


@question
def observed_share(snapshot: Snapshot, level: str, place_id: str, period: str) -> float:
    """Of a court the share of its days, of a region of its expected caseload, 0-1; NaN where no source could tell."""
    [*shares] = snapshot.frame("observed_share", level, place_id, period)["share"]
    return float(shares[0]) if shares else float("nan")
