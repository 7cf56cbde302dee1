"""The order in which a level is published, and what says of a place where it stands in it."""

import numpy as np
import pandas as pd

from index_engine.arrays import Array
from index_engine.estimates.visibility import SECONDARY
from index_engine.queries.snapshot import Snapshot

SUPPRESSION_SUFFIX = "_suppression"  # of the column that says why another is empty

# Columns of any answer that give a place its position among the others.
RANK_COLUMNS = (
    *("rank", "tied", "rank_low", "rank_high", "rank_low_all", "rank_high_all", "rank_group", "top_share"),
    "rank_before",
    *("default_rank", "rank_change", "other_rank", "other_tied", "rank_difference"),
)


def publication_order(snapshot: Snapshot, level: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, best first as they come, in the order in which the level is published, with ranks
    only if that is by rank.

    Where it is not, nothing is left that an order of scores could be read from at a glance: bands
    are in order, codes inside a band.
    """
    if snapshot.publishes_ranks(level):
        return rows.reset_index(drop=True)
    band_position = rows["band"].map(snapshot.method.band_position, na_action=None)
    sort_keys = pd.DataFrame({"none": rows["score"].isna(), "band": band_position, "id": rows["place_id"]})
    row_order = sort_keys.sort_values(["none", "band", "id"]).index
    return without_ranks(rows.loc[row_order].reset_index(drop=True))


def rank_groups(rank: Array, low: Array) -> Array:
    """Numbers from 1, by place, of the groups into which an order falls; NaN without a rank or a set.

    `rank`: rising, ties with the smallest; `low`: the best rank of each simultaneous confidence set, one more
    than the number of places that are surely better. The best place opens group 1; the first place in the order
    with as many surely better ones as the opener's rank counts, the opener surely among them where errors are
    alike, opens the next.
    """
    groups = np.full(len(rank), np.nan)
    group, opener_rank = 0, 0.0
    for row in np.flatnonzero(~np.isnan(rank) & ~np.isnan(low)):
        if low[row] > opener_rank:
            group, opener_rank = group + 1, rank[row]
        groups[row] = group
    return groups


def without_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with nothing in the columns that give a place its position."""
    return rows.assign(**{name: np.nan for name in RANK_COLUMNS if name in rows.columns})


def with_printed_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows for a file: in place of a suppressed number what is printed of it, '<10' or nothing, with the
    reason in the column beside; other counts whole."""
    printed = {}
    for name in rows.columns:
        suppression = rows.get(f"{name}{SUPPRESSION_SUFFIX}")
        if suppression is None:
            continue
        label = suppression.fillna("")
        is_few = (label != "") & (label != SECONDARY)
        whole = [int(number) if pd.notna(number) and float(number).is_integer() else number for number in rows[name]]
        numbers = pd.Series(whole, index=rows.index, dtype=object)
        printed[name] = numbers.mask(is_few, label).mask(label == SECONDARY, None)
    return rows.assign(**printed)
