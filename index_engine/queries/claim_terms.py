"""What the value of a claim takes from a warehouse beside its clocks, see index_engine/claims."""

from index_engine.queries.snapshot import Snapshot


def claim_strata(snapshot: Snapshot, column: str, value: str) -> list[int]:
    """The strata of cases of one `debtor_kind`, or of lots of one `asset_class`."""
    return [stratum for (stratum,) in snapshot.rows("claim_strata", column, value)]


def sales_by_price_ratio(
    snapshot: Snapshot, quarters: tuple[int, int], asset_class: str, *, after_failed_round: bool, n_bins: int
) -> list[tuple[str, int, float]]:
    """Sales of lots of a class from the first to the last of the quarters: court, bin of price over reference
    price, number; `after_failed_round`: only those that their first auction did not bring."""
    return snapshot.rows("sales_by_price_ratio", *quarters, asset_class, after_failed_round, n_bins)


def observed_shares(snapshot: Snapshot, period: str) -> dict[tuple[str, str], float]:
    """Which share of every place, by level and id, the files observe in a window."""
    return {(level, place): share for level, place, share in snapshot.rows("observed_shares", period)}
