"""Strata of cases and lots, as numbers: the small tables that the SQL joins.

A stratum of a case is its class of cause, band of claim and kind of debtor; of a lot, its group of
asset classes. All are settled before the court acts. Strata are numbered in the order of the
method, so that they mean the same in every build of one method.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import duckdb

from index_engine.method import Method

DEBTOR_KINDS = ("person", "company", "other", "")  # '' is unknown
NO_LIMIT = 1e30  # a claim band that no claim reaches
SINGLE_GROUP = "all"


@dataclass(frozen=True)
class StratumGrid:
    """The values of each axis; the last claim band is of claims not known."""

    case_classes: tuple[str, ...]
    n_claim_classes: int
    debtor_kinds: tuple[str, ...]
    asset_groups: tuple[str, ...]

    @property
    def n_case_strata(self) -> int:
        """Number of strata of cases: they are numbered from 0."""
        return len(self.case_classes) * self.n_claim_classes * len(self.debtor_kinds)

    @property
    def n_strata(self) -> int:
        """Number of all strata; those of lots follow those of cases."""
        return self.n_case_strata + len(self.asset_groups)


def stratum_grid(method: Method) -> StratumGrid:
    """The strata of a method; one of cases and one of lots where it tells none apart."""
    if method.strata is None:
        return StratumGrid((SINGLE_GROUP,), 1, (SINGLE_GROUP,), (SINGLE_GROUP,))
    n_claim_classes = len(method.strata.claim_classes) + 2
    return StratumGrid(tuple(method.strata.classes), n_claim_classes, DEBTOR_KINDS, tuple(method.strata.assets))


def create_strata(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """Fill measures.strata and create the temporary tables case_classes, debtor_kinds and
    asset_classes, which give a code its number.

    `claim_class` is the position of the band, NULL where the claim is not known.
    """
    axes = stratum_grid(method)
    single_group: dict[str, tuple[str, ...]] = {SINGLE_GROUP: ("*",)}
    cause_groups = method.strata.classes if method.strata else single_group
    _create_lookup(con, "case_classes", "cause", _code_numbers(con, "cases", "cause", cause_groups))
    debtor_numbers = {kind: axes.debtor_kinds.index(kind) if method.strata else 0 for kind in DEBTOR_KINDS}
    _create_lookup(con, "debtor_kinds", "debtor_kind", debtor_numbers.items())
    asset_groups = method.strata.assets if method.strata else single_group
    asset_numbers = _code_numbers(con, "auction_rounds", "asset_class", asset_groups)
    _create_lookup(con, "asset_classes", "asset_class", [(a, axes.n_case_strata + n) for a, n in asset_numbers])
    case_strata = product(enumerate(axes.case_classes), range(axes.n_claim_classes), enumerate(axes.debtor_kinds))
    rows: list[tuple[object, ...]] = [
        (
            (c * axes.n_claim_classes + claim_class) * len(axes.debtor_kinds) + d,
            "case",
            case_class,
            claim_class if claim_class < axes.n_claim_classes - 1 or axes.n_claim_classes == 1 else None,
            debtor,
            None,
        )
        for (c, case_class), claim_class, (d, debtor) in case_strata
    ]
    rows += [
        (axes.n_case_strata + number, "lot", None, None, None, asset) for number, asset in enumerate(axes.asset_groups)
    ]
    con.executemany("INSERT INTO measures.strata VALUES (?, ?, ?, ?, ?, ?)", rows)


def _code_numbers(
    con: duckdb.DuckDBPyConnection, table: str, column: str, groups: dict[str, tuple[str, ...]]
) -> list[tuple[str, int]]:
    """Each code that is there, with the position of its group."""
    code_rows = con.execute(f"SELECT DISTINCT COALESCE({column}, '') FROM {table}").fetchall()
    group_numbers = {code: number for number, codes in enumerate(groups.values()) for code in codes}
    return [(code, group_numbers.get(code, group_numbers["*"])) for (code,) in sorted(code_rows)]


def _create_lookup(con: duckdb.DuckDBPyConnection, table: str, column: str, rows: Iterable[tuple[str, int]]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({column} VARCHAR, number INTEGER)")
    for row in rows:
        con.execute(f"INSERT INTO {table} VALUES (?, ?)", list(row))
