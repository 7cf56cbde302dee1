"""What differs between two releases, cell by cell, and what it may be due to."""

import pandas as pd

from index_engine.errors import InputError
from index_engine.releases.declarations import Table, tables
from index_engine.releases.gates import Pack

COMPARED = ("places", "scores", "estimates", "rates")
COLUMNS = ("difference", "table", "level", "place_id", "period", "method", "basis", "item", "column", "before", "after")
CAUSES = ("method", "registry", "new_data", "corrected_data", "engine")
_VALUES = {"places": ("name", "parent"), "scores": ("score", "low", "high", "band", "rank", "n", "status")}
_VALUES |= {"estimates": ("value", "se", "n", "status"), "rates": ("value", "numerator", "denominator")}


def release_differences(before: Pack, after: Pack) -> pd.DataFrame:
    """One row a cell that was added, is gone or changed, with COLUMNS and `cause`: what of CAUSES applies to it, joined
    by '+'. Data, methods and engine of a release are of all its cells, so that two that changed together are both
    named. Raises InputError where the releases are of different indices."""
    if before.facts["index"] != after.facts["index"] and before.facts["index"] not in _method_ids(after):
        raise InputError("releases_of_two_indices", before=before.folder, after=after.folder)
    frames = [_table_differences(tables()[name], before, after) for name in COMPARED]
    differences = pd.concat(frames, ignore_index=True)[list(COLUMNS)]
    differences["cause"] = _causes(before, after, differences)
    return differences


def _method_ids(pack: Pack) -> set[str]:
    return {method["id"] for method in [*pack.facts["methods"], *pack.facts["superseded_methods"]]}


def _table_differences(table: Table, before: Pack, after: Pack) -> pd.DataFrame:
    key, values = list(table.key), list(_VALUES[table.name])
    old, new = (pack.table(table.name)[key + values] for pack in (before, after))
    both = old.merge(new, on=key, how="outer", suffixes=("_before", "_after"))
    columns = [_column_differences(both, key, column) for column in values]
    rows = pd.concat(columns, ignore_index=True).sort_values([*key, "column"])
    item = next((name for name in key if name in ("indicator", "statistic")), "")
    rows["item"], rows["table"] = rows[item] if item else "", table.name
    return rows.assign(**{name: "" for name in ("period", "method", "basis") if name not in rows})


def _column_differences(both: pd.DataFrame, key: list[str], column: str) -> pd.DataFrame:
    """Rows whose cells of a column differ. An empty cell is as if it were not there."""
    old, new = both[f"{column}_before"], both[f"{column}_after"]
    is_added, is_gone = old.isna() & new.notna(), old.notna() & new.isna()
    is_changed = old.notna() & new.notna() & (old != new)
    kind = pd.Series("changed", index=both.index).mask(is_added, "added").mask(is_gone, "gone")
    rows = both.loc[is_added | is_gone | is_changed, key]
    return rows.assign(
        column=column,
        before=old[rows.index].astype(object),
        after=new[rows.index].astype(object),
        difference=kind[rows.index],
    )


def _causes(before: Pack, after: Pack, differences: pd.DataFrame) -> pd.Series:
    old, new = (set(pack.table("sources")["sha256"]) for pack in (before, after))
    changed_methods = {
        method["id"]
        for method in [*after.facts["methods"], *before.facts["methods"]]
        if method not in before.facts["methods"] or method not in after.facts["methods"]
    }
    old_places, new_places = (
        set(map(tuple, pack.table("places")[["level", "place_id"]].to_numpy())) for pack in (before, after)
    )
    moved = old_places ^ new_places
    places = pd.MultiIndex.from_frame(differences[["level", "place_id"]])
    applies = {
        "method": differences["method"].isin(changed_methods),
        "registry": (differences["table"] == "places") | places.isin(list(moved) or [("", "")]),
        "new_data": bool(new - old),
        "corrected_data": bool(old - new),
        "engine": before.facts["engine"]["sha256"] != after.facts["engine"]["sha256"],
    }
    causes = pd.Series("", index=differences.index)
    for cause in CAUSES:
        named = causes.where(causes == "", causes + "+") + cause
        causes = named.where(pd.Series(applies[cause], index=differences.index), causes)
    return causes
