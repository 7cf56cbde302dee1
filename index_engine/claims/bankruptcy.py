"""Whether a creditor may take a debtor into personal bankruptcy, by the rules in bankruptcy.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from index_engine.claims.claim import Claim
from index_engine.errors import Message

_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class BankruptcyRule:
    """The law of one city; see bankruptcy.toml for the fields."""

    place_id: str
    name: MappingProxyType[str, str]
    in_force_from: date
    residence_years: float
    insurance_years: float
    petition_yuan: float
    petition_incomes: float
    petition_must_exceed: bool
    exempt_yuan: float
    exempt_incomes: float
    observation_months: int
    sources: tuple[str, ...]

    def needs_city_income(self) -> bool:
        return self.petition_incomes > 0.0 or self.exempt_incomes > 0.0

    def petition_limit(self, city_income: float) -> float:
        """The due claims, in yuan, from which on a creditor may petition."""
        return self.petition_yuan + self.petition_incomes * city_income

    def exempt_limit(self, city_income: float) -> float:
        """The most that is left to the debtor, in yuan."""
        return self.exempt_yuan + self.exempt_incomes * city_income


@dataclass(frozen=True)
class DebtorMeans:
    """What the user knows of a debtor; None is not known, and counts for nothing.

    `city`: code of the city where the debtor lives or does business, for `residence_years`, with
    `insurance_years` of social insurance there, all in a row up to now; `city_income`: last year's disposable
    income of a resident of it; `assets`: what the debtor has beside the collateral, `other_debts`: what is
    owed to other creditors without security, `yearly_surplus`: income of a year above what the household
    needs; all in yuan.
    """

    city: str | None = None
    residence_years: float | None = None
    insurance_years: float | None = None
    city_income: float | None = None
    assets: float | None = None
    other_debts: float | None = None
    yearly_surplus: float | None = None


# What has to be known of a debtor.
FACTS = {
    "city": Message("fact_city"),
    "residence_years": Message("fact_residence_years"),
    "insurance_years": Message("fact_insurance_years"),
    "city_income": Message("fact_city_income"),
    "assets": Message("fact_assets"),
    "other_debts": Message("fact_other_debts"),
}


@cache
def bankruptcy_rules() -> MappingProxyType[str, BankruptcyRule]:
    """By code of the city."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    rules = {}
    for entry in document["rule"]:
        name, sources = MappingProxyType(entry.pop("name")), tuple(entry.pop("sources"))
        rules[entry["place_id"]] = BankruptcyRule(name=name, sources=sources, **entry)
    return MappingProxyType(rules)


def obstacle_to_bankruptcy(claim: Claim, debtor: DebtorMeans, on: date) -> Message | None:
    """Why the creditor cannot take the debtor into personal bankruptcy on a day, or why that is not known; None
    where the creditor can."""
    if claim.debtor_kind != "person":
        return Message("bankruptcy_of_persons_only")
    if debtor.city is None:
        return Message("bankruptcy_facts_unknown", facts=[FACTS["city"]])
    rule = bankruptcy_rules().get(debtor.city)
    if rule is None or on < rule.in_force_from:
        return Message("bankruptcy_without_law", city=debtor.city, day=on)
    for fact, years, least in (
        ("residence_years", debtor.residence_years, rule.residence_years),
        ("insurance_years", debtor.insurance_years, rule.insurance_years),
    ):
        if years is not None and years < least:
            return Message("bankruptcy_years_too_few", fact=FACTS[fact], years=years, least=least)
    if debtor.city_income is not None or not rule.needs_city_income():
        limit = rule.petition_limit(debtor.city_income or 0.0)
        if claim.amount < limit or (rule.petition_must_exceed and claim.amount == limit):
            return Message("bankruptcy_claim_too_small", amount=claim.amount, limit=limit)
    facts = {
        "residence_years": rule.residence_years > 0 and debtor.residence_years is None,
        "insurance_years": rule.insurance_years > 0 and debtor.insurance_years is None,
        "city_income": rule.needs_city_income() and debtor.city_income is None,
        "assets": debtor.assets is None,
        "other_debts": debtor.other_debts is None,
    }
    unknown = [FACTS[fact] for fact, is_unknown in facts.items() if is_unknown]
    return Message("bankruptcy_facts_unknown", facts=unknown) if unknown else None


def distributable(rule: BankruptcyRule, debtor: DebtorMeans, cost_share: float) -> float:
    """What creditors without security are paid out of, in yuan: the assets less the costs of the procedure and
    what is exempt, never below 0."""
    assets = debtor.assets or 0.0
    return max(0.0, assets * (1.0 - cost_share) - rule.exempt_limit(debtor.city_income or 0.0))
