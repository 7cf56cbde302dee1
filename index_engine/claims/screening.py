"""Screening of the debtors of a user's own package (反逃废债): tiers with reasons, for a person to decide on.

Rules are declared in screening.toml, each with its legal source, what it sees and what it misses. What is not known
of a debtor is never a sign. Fields that the law keeps out are listed there with the reason and are read by
nothing. Nothing of a debtor is stored.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from index_engine.errors import InputError, Message

_FILE = Path(__file__).with_suffix(".toml")

INCOME_BANDS = ("below_minimum", "above_minimum")
TIERS = {
    "able_and_willing": Message("tier_able_and_willing"),
    "in_difficulty": Message("tier_in_difficulty"),
    "signs_of_evasion": Message("tier_signs_of_evasion"),
    "unknown": Message("tier_unknown"),
}


@dataclass(frozen=True)
class ScreenedDebtor:
    """What a package lawfully tells of one debtor on its cut-off date; None is not known.

    `claim_amount` in yuan; `months_since_payment` the last payment; `payments_after_judgment` their number;
    `collateral_cover`: the appraisal less prior claims, over the claim; `guarantors`: and joint debtors;
    `income_band`: one of INCOME_BANDS, as the debtor stated it or a ruling has it; `assets_found`: by the court in the
    creditor's own case; `earlier_zhongben`: it was closed as 终本 before. `undervalue_transfer` as a document
    beside the claim has it (`transfer_document`), on `transfer_on`; what is `ruled`, with its day; entries of
    the list of dishonest debtors only where they stand on the cut-off date.
    """

    claim_amount: float | None = None
    months_since_payment: float | None = None
    payments_after_judgment: int | None = None
    answers_creditor: bool | None = None
    kept_agreement: bool | None = None
    collateral_cover: float | None = None
    guarantors: int | None = None
    income_band: str | None = None
    assets_found: bool | None = None
    earlier_zhongben: bool | None = None
    undervalue_transfer: bool | None = None
    transfer_document: bool | None = None
    transfer_on: date | None = None
    false_report_ruled: bool | None = None
    false_report_on: date | None = None
    consumption_restricted: bool | None = None
    consumption_breach_ruled: bool | None = None
    consumption_breach_on: date | None = None
    dishonest_entry_stands: bool | None = None
    dishonest_entry_on: date | None = None

    def __post_init__(self) -> None:
        if self.income_band is not None and self.income_band not in INCOME_BANDS:
            raise InputError("income_band_unknown", value=self.income_band, bands=list(INCOME_BANDS))
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not 0.0 <= value < float("inf"):
                raise InputError("screened_value_out_of_range", field=field.name, value=value)


@dataclass(frozen=True)
class Condition:
    """What a field has to be: equal to a value, at least or at most so much, or a day within so many months
    before the cut-off date."""

    field: str
    equals: object = None
    at_least: float | None = None
    at_most: float | None = None
    within_months: int | None = None

    def holds(self, debtor: ScreenedDebtor, as_of: date) -> bool | None:
        """Whether it does; None where the field is not known."""
        value = getattr(debtor, self.field)
        if value is None:
            return None
        if self.within_months is not None:
            return _months_between(value, as_of) < self.within_months
        if self.equals is not None:
            return bool(value == self.equals)
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class ScreeningRule:
    """One rule of screening.toml; `name`, `sees` and `misses` by language."""

    id: str
    points_to: str
    name: Mapping[str, str]
    conditions: tuple[Condition, ...]
    sees: Mapping[str, str]
    misses: Mapping[str, str]
    source: str

    def fires(self, debtor: ScreenedDebtor, as_of: date) -> bool | None:
        """Whether all conditions hold; not where one does not, and None where that is not known."""
        held = [condition.holds(debtor, as_of) for condition in self.conditions]
        if False in held:
            return False
        return None if None in held else True


@dataclass(frozen=True)
class Tier:
    """`all`: what rules must have fired for; `none`: what no rule must have fired for."""

    id: str
    all: tuple[str, ...]
    none: tuple[str, ...]


@dataclass(frozen=True)
class RefusedField:
    """What is not used of a person, by the `words` of its header, and why not."""

    id: str
    words: tuple[str, ...]
    name: Mapping[str, str]
    reason: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Screening:
    """The tier of one debtor: `reasons` are the rules that fired, those that make the tier first; `unknown` are
    those whose fields are not known, which count for nothing. `notice` says who decides."""

    tier: str
    reasons: tuple[ScreeningRule, ...]
    unknown: tuple[ScreeningRule, ...]
    notice: Message


@dataclass(frozen=True)
class ScreeningRules:
    """All of screening.toml but the model."""

    tiers: tuple[Tier, ...]
    rules: tuple[ScreeningRule, ...]
    refused: tuple[RefusedField, ...]


def screen_debtor(debtor: ScreenedDebtor, as_of: date) -> Screening:
    """The tier of a debtor on the cut-off date, with its reasons.

    Raises InputError for a day after the cut-off date.
    """
    for field in fields(debtor):
        value = getattr(debtor, field.name)
        if isinstance(value, date) and value > as_of:
            raise InputError("screened_day_after_cutoff", field=field.name, day=value, as_of=as_of)
    declared = screening_rules()
    fired = {rule.id: rule.fires(debtor, as_of) for rule in declared.rules}
    reasons = [rule for rule in declared.rules if fired[rule.id]]
    pointed = {rule.points_to for rule in reasons}
    tier = next(tier for tier in declared.tiers if pointed.issuperset(tier.all) and pointed.isdisjoint(tier.none))
    return Screening(
        tier=tier.id,
        reasons=tuple(sorted(reasons, key=lambda rule: rule.points_to not in tier.all)),
        unknown=tuple(rule for rule in declared.rules if fired[rule.id] is None),
        notice=Message("screening_decided_by_person"),
    )


def refused_field(header: str) -> RefusedField | None:
    """What a header of a file names that must not be used; None where it names nothing of the kind."""
    text = header.casefold()
    return next((each for each in screening_rules().refused if any(word in text for word in each.words)), None)


@cache
def screening_rules() -> ScreeningRules:
    document = read_screening()
    rules = []
    for entry in document["rule"]:
        conditions = tuple(Condition(**condition) for condition in entry.pop("conditions"))
        rules.append(ScreeningRule(conditions=conditions, **_frozen(entry)))
    return ScreeningRules(
        tiers=tuple(Tier(entry["id"], tuple(entry["all"]), tuple(entry["none"])) for entry in document["tier"]),
        rules=tuple(rules),
        refused=tuple(RefusedField(**_frozen(entry)) for entry in document["refused"]),
    )


def read_screening() -> dict[str, Any]:
    """screening.toml as it is written."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _frozen(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of the file with its words by language and its lists as values that cannot change."""
    frozen: dict[str, Any] = {}
    for key, value in entry.items():
        match value:
            case dict():
                frozen[key] = MappingProxyType(value)
            case list():
                frozen[key] = tuple(value)
            case _:
                frozen[key] = value
    return frozen


def _months_between(earlier: date, later: date) -> int:
    """Whole months from one day to a later one."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)
