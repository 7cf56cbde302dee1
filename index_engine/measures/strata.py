"""What cases and lots are told apart by, as numbers: the small tables that the SQL joins.

A stratum of a case is its class of cause, band of claim and kind of debtor; of a lot, its group of
asset classes. All are settled before the court acts. Numbers are given once, in the order of the
method, so that they mean the same in every build of one method.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import duckdb

from index_engine.method import Method

DEBTORS = ("person", "company", "other", "")  # '' is unknown
NO_LIMIT = 1e30  # a claim band that no claim reaches
ALL = "all"


@dataclass(frozen=True)
class Grid:
    """The values of each axis; the last claim band is of claims not known."""

    classes: tuple[str, ...]
    bands: int
    debtors: tuple[str, ...]
    assets: tuple[str, ...]

    @property
    def cases(self) -> int:
        """Number of strata of cases: they are numbered from 0."""
        return len(self.classes) * self.bands * len(self.debtors)

    @property
    def count(self) -> int:
        """Number of all strata; those of lots follow those of cases."""
        return self.cases + len(self.assets)


def grid(method: Method) -> Grid:
    """The strata of a method; one of cases and one of lots where it tells none apart."""
    if method.strata is None:
        return Grid((ALL,), 1, (ALL,), (ALL,))
    bands = len(method.strata.claim_bands) + 2
    return Grid(tuple(method.strata.classes), bands, DEBTORS, tuple(method.strata.assets))


def prepare(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """Create measures.strata (stratum, kind, case_class, claim_band, debtor_kind, asset_class) and
    the temporary tables case_classes, debtor_kinds and asset_classes, which give a code its number.

    `claim_band` is the position of the band, NULL where the claim is not known.
    """
    axes = grid(method)
    together: dict[str, tuple[str, ...]] = {ALL: ("*",)}
    classes = method.strata.classes if method.strata else together
    _named(con, "case_classes", "cause", _numbers(con, "cases", "cause", classes))
    debtors = {kind: axes.debtors.index(kind) if method.strata else 0 for kind in DEBTORS}
    _named(con, "debtor_kinds", "debtor_kind", debtors.items())
    groups = method.strata.assets if method.strata else together
    numbers = _numbers(con, "auction_rounds", "asset_class", groups)
    _named(con, "asset_classes", "asset_class", [(a, axes.cases + n) for a, n in numbers])
    con.execute(
        "CREATE TABLE measures.strata (stratum INTEGER, kind VARCHAR, case_class VARCHAR,"
        " claim_band INTEGER, debtor_kind VARCHAR, asset_class VARCHAR)"
    )
    of_cases = product(enumerate(axes.classes), range(axes.bands), enumerate(axes.debtors))
    rows: list[tuple[object, ...]] = [
        (
            (c * axes.bands + band) * len(axes.debtors) + d,
            "case",
            case_class,
            band if band < axes.bands - 1 or axes.bands == 1 else None,
            debtor,
            None,
        )
        for (c, case_class), band, (d, debtor) in of_cases
    ]
    rows += [
        (axes.cases + number, "lot", None, None, None, asset)
        for number, asset in enumerate(axes.assets)
    ]
    con.executemany("INSERT INTO measures.strata VALUES (?, ?, ?, ?, ?, ?)", rows)


def _numbers(
    con: duckdb.DuckDBPyConnection, table: str, column: str, groups: dict[str, tuple[str, ...]]
) -> list[tuple[str, int]]:
    """Each code that is there, with the position of its group."""
    seen = con.execute(f"SELECT DISTINCT COALESCE({column}, '') FROM {table}").fetchall()
    number_of = {code: at for at, codes in enumerate(groups.values()) for code in codes}
    return [(code, number_of.get(code, number_of["*"])) for (code,) in sorted(seen)]


def _named(
    con: duckdb.DuckDBPyConnection, table: str, column: str, rows: Iterable[tuple[str, int]]
) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({column} VARCHAR, number INTEGER)")
    for row in rows:
        con.execute(f"INSERT INTO {table} VALUES (?, ?)", list(row))
