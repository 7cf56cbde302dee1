"""A package of claims (债权清单) as it was understood: its claims, where they are enforced, and what was assumed.

Nothing of it is stored. Names and numbers of people are not read; ids are hashed under a salt that is forgotten.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from index_engine.claims.claim import ASSET_CLASSES, Claim
from index_engine.claims.clock import DAYS_PER_MONTH
from index_engine.claims.pricing import months_to_filing
from index_engine.errors import InputError
from index_engine.importing.mapping import Mapping
from index_engine.importing.package_rows import read_package_rows
from index_engine.importing.validation.load import LoadResult
from index_engine.queries import Snapshot
from index_engine.queries.registers import court_registers

# What a row need not tell, and is then assumed: see docs/claims.md.
DEFAULTS = (
    "interest_unknown",  # none is counted
    "principal_unknown",  # the total bears no interest for delay
    "unsecured",  # no collateral with a value and a class
    "prior_claims_unknown",  # none are before it
    "stage_unknown",  # just filed
    "age_unknown",  # since the cut-off date
    "debtor_kind_unknown",  # curves of all debtors
    "place_above",  # the warehouse has nothing of its court or place
    "shared_collateral",  # it ranks after the claims above it in the file that have the same collateral
)


@dataclass(frozen=True)
class PackageClaim:
    """One claim of a package: `line` of the file's data, its `stage` in the words of the vocabulary, the place whose
    curves it is valued by, and which of DEFAULTS stand for what the row does not tell. Claims with one `collateral_id`
    share it; `asked_price` in yuan."""

    line: int
    claim: Claim
    stage: str
    level: str
    place_id: str
    as_of: date
    defaults: tuple[str, ...]
    collateral_id: str | None
    asked_price: float | None


@dataclass(frozen=True)
class Package:
    """`claims` in the order of the file, `findings` of its lines (row_no, field, value, rule, message, action), and how
    many rows were kept and left out: rows == len(claims) + rejected + repeated."""

    claims: tuple[PackageClaim, ...]
    findings: pd.DataFrame
    outcome: LoadResult
    repeated: tuple[int, ...]  # lines of a claim that another line has: joint debtors of one debt
    synthetic: bool


def read_package(snapshot: Snapshot, file: Path, mapping: Mapping | None = None, as_of: date | None = None) -> Package:
    """Read a file of claims against the courts and places of a warehouse.

    Raises InputError, one line for a person, where the file or the mapping cannot be used, or no row can be valued.
    """
    registers = court_registers(snapshot)
    rows = read_package_rows(file, mapping, registers, as_of)
    region_by_court = dict(zip(registers["courts"]["court_id"], registers["courts"]["region"], strict=True))
    parent_by_region = dict(zip(registers["regions"]["code"], registers["regions"]["parent"], strict=True))
    finder = _PlaceFinder(snapshot, region_by_court, parent_by_region)
    claims, repeated, seen = [], [], set()
    for row in rows.claims.astype(object).where(rows.claims.notna(), None).to_dict("records"):
        identity = (row["claim_id"], row["principal"], row["interest"], row["claim_amount"])
        if row["claim_id"] is not None and identity in seen:
            repeated.append(int(row["line"]))
            continue
        seen.add(identity)
        claims.append(_claim(row, snapshot, finder))
    if not claims:
        raise InputError(
            "package_without_claims", file=file, rows=rows.outcome.rows, rules=list(rows.outcome.rejection_counts)
        )
    return Package(
        tuple(_ranked_by_collateral(claims)),
        rows.findings,
        rows.outcome,
        tuple(repeated),
        mapping is not None and mapping.synthetic,
    )


def _ranked_by_collateral(claims: list[PackageClaim]) -> list[PackageClaim]:
    """The claims with what the claims above them in the file may take of the same collateral as prior to them, so that
    together they take it once."""
    taken: dict[str, float] = {}
    ranked = []
    for item in claims:
        claim, key = item.claim, item.collateral_id
        if key is None or not claim.is_secured:
            ranked.append(item)
            continue
        before = taken.get(key, 0.0)
        limit = claim.amount if claim.secured_limit is None else min(claim.amount, claim.secured_limit)
        taken[key] = before + limit
        if before:
            claim = replace(claim, prior_claims=claim.prior_claims + before)
            item = replace(item, claim=claim, defaults=(*item.defaults, "shared_collateral"))
        ranked.append(item)
    return ranked


class _PlaceFinder:
    """From a court or region to the nearest place that a warehouse has."""

    def __init__(self, snapshot: Snapshot, region_by_court: dict[str, str], parent_by_region: dict[str, Any]) -> None:
        self._known = {(place.level, place.place_id) for place in snapshot.places()}
        self._level_by_region = {place_id: level for level, place_id in self._known if level != "court"}
        self._region_by_court, self._parent_by_region = region_by_court, parent_by_region
        self._nation = snapshot.nation.place_id

    def find(self, court_id: str | None, region: str | None) -> tuple[str, str, bool]:
        """Level and id of the place, and whether it is the one that the row names."""
        if court_id is not None and ("court", court_id) in self._known:
            return "court", court_id, True
        is_named = court_id is None
        code = self._region_by_court.get(court_id or "") or region
        while code is not None and code not in self._level_by_region:
            code, is_named = self._parent_by_region.get(code), False
        code = code or self._nation
        return self._level_by_region[code], code, is_named


def _claim(row: dict[str, Any], snapshot: Snapshot, finder: _PlaceFinder) -> PackageClaim:
    as_of = row["as_of"].date()
    defaults: list[str] = []
    principal, interest = _amounts(row, defaults)
    asset_class = _asset_group(snapshot, row["asset_class"])
    collateral = float(row["collateral_value"] or 0.0)
    if not (asset_class and collateral):
        asset_class, collateral = "", 0.0
        defaults.append("unsecured")
    elif row["prior_claims"] is None:
        defaults.append("prior_claims_unknown")
    stage = row["claim_stage"]
    if stage is None:
        defaults.append("stage_unknown")
    delay = months_to_filing().get(stage or "", 0)
    stage = "filed" if stage is None or delay else stage
    case_age, stage_age = (_months(row[name], as_of) for name in ("filed_on", "stage_on"))
    if stage == "filed" and stage_age is None:
        stage_age = case_age
    if not delay and (stage_age is None or case_age is None):
        defaults.append("age_unknown")
    if row["debtor_kind"] is None:
        defaults.append("debtor_kind_unknown")
    level, place_id, is_named = finder.find(row["court_id"], row["place"])
    if not is_named:
        defaults.append("place_above")
    claim = Claim(
        principal=principal,
        interest=interest,
        collateral_value=collateral,
        asset_class=asset_class,
        prior_claims=float(row["prior_claims"] or 0.0),
        secured_limit=float(row["secured_limit"]) if row["secured_limit"] else None,
        # Of organisations there are too few for curves of their own.
        debtor_kind=row["debtor_kind"] if row["debtor_kind"] in ("person", "company") else "",
        stage=stage if collateral or stage == "zhongben" else "filed",
        stage_age=0 if delay else stage_age or 0,
        case_age=0 if delay else case_age or 0,
        has_failed_round=bool(row["failed_rounds"]),
        months_to_filing=delay,
    )
    asked_price = None if row["asked_price"] is None else float(row["asked_price"])
    return PackageClaim(
        int(row["line"]),
        claim,
        row["claim_stage"] or "filed",
        level,
        place_id,
        as_of,
        tuple(defaults),
        row["collateral_id"],
        asked_price,
    )


def _amounts(row: dict[str, Any], defaults: list[str]) -> tuple[float, float]:
    """Principal, and all that is owed beside it; of a total alone nothing is known to be principal."""
    parts = [float(row[name] or 0.0) for name in ("principal", "interest", "fees")]
    if sum(parts) <= 0.0:
        defaults.append("principal_unknown")
        return 0.0, float(row["claim_amount"])
    if row["interest"] is None:
        defaults.append("interest_unknown")
    return parts[0], parts[1] + parts[2]


def _asset_group(snapshot: Snapshot, asset_class: str | None) -> str:
    """The group of asset classes that lots of its kind are counted in; '' for none."""
    if asset_class is None:
        return ""
    groups = snapshot.main.strata.assets if snapshot.main.strata is not None else {}
    found = next((name for name, classes in groups.items() if asset_class in classes), None)
    return found or next((name for name in ASSET_CLASSES if "*" in groups.get(name, ())), "")


def _months(day: Any, as_of: date) -> int | None:
    return None if day is None else int((as_of - day.date()).days / DAYS_PER_MONTH)
