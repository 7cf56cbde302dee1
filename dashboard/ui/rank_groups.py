"""Places under headings: of the group of ranks in which no order can be made out, or of a band."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui.table import RowGroup


def has_groups(places: pd.DataFrame) -> bool:
    """Whether the table of scores says in which group of ranks places are."""
    return "rank_group" in places and bool(places["rank_group"].notna().any())


def sort_by_group(places: pd.DataFrame) -> pd.DataFrame:
    """In the order of the groups and of codes inside one; those in none last."""
    return places.sort_values(["rank_group", "place_id"], na_position="last")


def group_title(group: object) -> str:
    return _("Rank group {n}").format(n=formats.number(float(str(group)))) if group != "" else _("Without a rank")


def reading_sentence() -> str:
    return _(
        "Within a rank group no order can be made out: places stand by code. Where the 95% confidence set of a "
        "rank, all sets holding at once, no longer reaches the first of a group, the next begins."
    )


def rows_under_headings(
    rows: pd.DataFrame, places: pd.DataFrame, column: str, title: Callable[[object], str]
) -> Iterator[Any]:
    """`rows`, a part of `places` in order, each value of a column under its title and the number of places that
    have it; '' for a missing one."""
    counts = places[column].astype(object).fillna("").value_counts()
    for value, group in rows.groupby(rows[column].astype(object).fillna(""), sort=False):
        yield RowGroup(_("{band} · {n}").format(band=title(value), n=formats.number(counts[value])))
        yield from group.itertuples(index=False)
