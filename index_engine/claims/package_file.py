"""From a file of claims to its value: the one way of the command and of the page."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd

from index_engine.claims.claim import Assumptions
from index_engine.claims.common_shocks import CommonShocks, learn_shocks
from index_engine.claims.package import Package, read_package
from index_engine.claims.package_value import SEED, PackageValue, package_reader, value_package
from index_engine.errors import InputError
from index_engine.importing.contract import PACKAGE_KIND
from index_engine.importing.mapping import Mapping, read_mapping
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.proposal import Proposal
from index_engine.importing.recognise.propose import propose_mapping
from index_engine.queries import Snapshot
from index_engine.queries.snapshot import question

SURE = 0.75  # a column that is less sure is asked about
# Of courts and places each word that is none is told with its row.
_TOLD_BY_ROW = frozenset(("court_id", "place"))


@dataclass(frozen=True)
class ClaimRow:
    """One claim of a package and its value in yuan: `share` is the expected value over what is owed, `loss_chance` the
    chance that it brings less than it costs to pursue; `defaults` and `borrowed` as in Package and PackageValue."""

    line: int
    level: str
    place_id: str
    place: str
    place_hant: str
    place_en: str
    stage: str
    amount: float
    collateral_value: float
    expected: float
    low: float
    median: float
    high: float
    share: float
    loss_chance: float
    defaults: str
    borrowed: str


def proposed_mapping(file: Path, as_of: date | None = None) -> Mapping:
    """The mapping of a file of claims where it leaves nothing to ask.

    Raises InputError that says what is to be asked, and how to answer.
    """
    proposal = propose_mapping(file, PACKAGE_KIND)
    doubts = mapping_doubts(proposal)
    missing = [name for name in proposal.missing_fields if name != "as_of" or as_of is None]
    if "as_of" in missing:
        raise InputError("package_without_cut_off", file=file)
    if doubts:
        raise InputError("package_unsure", file=file, columns=doubts)
    text = mapping_text(proposal)
    if as_of is not None and "as_of" not in {column.field for column in proposal.columns}:
        text += f"\n[columns.as_of]\nconstant = {as_of.isoformat()}\n"
    return read_mapping(text, PACKAGE_KIND, file)


def mapping_doubts(proposal: Proposal) -> list[str]:
    """The headings of columns that a person has to look at before the claims are valued."""
    return [
        column.header or str(column.field)
        for column in proposal.columns
        if column.field is not None
        and column.field not in _TOLD_BY_ROW
        and (column.confidence < SURE or column.unknown_words)
    ]


def value_file(
    snapshot: Snapshot, file: Path, mapping: Mapping, assumptions: Assumptions, as_of: date | None = None
) -> tuple[Package, PackageValue]:
    """Read and value a package by the curves of the last quarter that has scores. Raises InputError as they do."""
    package = read_package(snapshot, file, mapping, as_of)
    return package, revalue(snapshot, package, assumptions)


def revalue(snapshot: Snapshot, package: Package, assumptions: Assumptions) -> PackageValue:
    """Value a package that was read, under other assumptions."""
    reader = package_reader(snapshot, snapshot.periods()[-1])
    return value_package(reader, package, assumptions, package_shocks(snapshot))


@question
def package_shocks(snapshot: Snapshot) -> CommonShocks:
    """How hazards and prices move from quarter to quarter in a warehouse."""
    return learn_shocks(snapshot, SEED)


def claim_rows(snapshot: Snapshot, package: Package, value: PackageValue) -> Annotated[pd.DataFrame, ClaimRow]:
    """One row a claim, in the order of the file."""
    rows = []
    for item, worth in zip(package.claims, value.claims, strict=True):
        place = snapshot.place(item.level, item.place_id)
        rows.append(
            ClaimRow(
                line=item.line,
                level=item.level,
                place_id=item.place_id,
                place=place.name,
                place_hant=place.name_hant,
                place_en=place.name_en,
                stage=item.stage,
                amount=item.claim.amount,
                collateral_value=item.claim.collateral_value,
                expected=worth.expected,
                low=worth.low,
                median=worth.median,
                high=worth.high,
                share=worth.expected / item.claim.amount,
                loss_chance=worth.loss_chance,
                defaults=", ".join(item.defaults),
                borrowed=", ".join(f"{part}: {level}" for part, level in worth.borrowed.items()),
            )
        )
    return pd.DataFrame([vars(row) for row in rows], columns=list(ClaimRow.__dataclass_fields__))


def cash_rows(value: PackageValue) -> pd.DataFrame:
    """One row a quarter from the cut-off date (quarter, from 1): `cash` with its quantiles, in yuan."""
    quarters = range(1, value.cash.size + 1)
    return pd.DataFrame(
        {"quarter": quarters, "cash": value.cash, "cash_low": value.cash_low, "cash_high": value.cash_high}
    )
