"""What a package of claims is worth: each claim, and the package as one.

Three things are not known, and a package's interval holds all of them: how each single claim ends; the curves of its
place, which are estimated; and what moves all claims of a place, and of the country, at once (common_shocks.py). The
last two are the same for all claims of a place in a draw, so that they do not average out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from index_engine.arrays import Array, IntArray, ratio
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.clock import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, discount_factors, middles_of_months
from index_engine.claims.common_shocks import CommonShocks, Shocks
from index_engine.claims.package import Package, PackageClaim
from index_engine.claims.payments import SOURCES, Continuations, payment_chances
from index_engine.claims.place_terms import TermsReader
from index_engine.claims.valuation import (
    Payments,
    PlaceTerms,
    amounts_owed,
    collateral_value,
    net_amounts,
    net_of_price,
    yearly_return,
)
from index_engine.queries import Snapshot

DRAWS = 10_000
_TERM_DRAWS = 200  # draws of curves and shocks; each serves so many of the draws of single claims
SEED = 20170101
QUANTILES = (0.1, 0.5, 0.9)
_ENDINGS = tuple(name for name in SOURCES if name != "resumption")  # of which a claim has one at most
_SHARE_BY_SOURCE = {"payment": "cash", "satisfaction": "satisfied", "zhongben": "zhongben", "resumption": "cash"}


@dataclass(frozen=True)
class ClaimValue:
    """The value of one claim in yuan: expected, and the quantiles of what it may bring, discounted and less costs;
    `cash` (month,) is what it is expected to bring, undiscounted, and `loss_chance` the chance that it brings less than
    it costs to pursue. `borrowed`: part of the terms -> level that it is from, other than the place itself."""

    expected: float
    low: float
    median: float
    high: float
    loss_chance: float
    cash: Array
    borrowed: Mapping[str, str]


@dataclass(frozen=True)
class PackageValue:
    """The value of a package in yuan. `expected` is the sum of the claims' expected values; `low`, `median` and `high`
    are quantiles 10, 50 and 90 % of what it may bring, discounted and less costs. `cash` (quarter,) is expected, with
    the same quantiles in `cash_low` and `cash_high`; `average_life` is in years, NaN without cash; `draws` (draw,) are
    the values behind the quantiles."""

    claims: tuple[ClaimValue, ...]
    amount: float
    expected: float
    low: float
    median: float
    high: float
    cash: Array
    cash_low: Array
    cash_high: Array
    average_life: float
    entry_cost: float
    draws: Array = field(repr=False)

    @property
    def monthly_cash(self) -> Array:
        """Expected cash (month,), undiscounted, before costs."""
        monthly: Array = np.sum([claim.cash for claim in self.claims], axis=0)
        return monthly

    def return_at(self, price: float) -> float:
        """The yearly return of a buyer who pays a price for the package; NaN where none gives it."""
        return float(yearly_return(self.monthly_cash[None], self.entry_cost, np.array([price]))[0])

    def bid_at(self, yearly_rate: float) -> float:
        """The most to pay for the package at a wanted yearly return, 0 or more."""
        monthly = self.monthly_cash
        return max(float(monthly @ discount_factors(yearly_rate, monthly.size)) - self.entry_cost, 0.0)

    def loss_chance(self, price: float) -> float:
        """The chance that the package brings less than a price, discounted."""
        return float((self.draws < price).mean())


def value_package(
    reader: TermsReader, package: Package, assumptions: Assumptions, shocks: CommonShocks, *, draws: int = DRAWS
) -> PackageValue:
    """Value every claim of a package, and the package.

    `reader` is that of package_reader(). Raises InputError where not even the nation has a clock that a claim
    needs, ValueError for a reader of other draws.
    """
    n_terms = reader.draws
    if n_terms < 1 or draws % n_terms:
        raise ValueError(f"{draws} draws over {n_terms} draws of terms")
    totals = np.zeros(draws)
    n_quarters = -(-assumptions.horizon // MONTHS_PER_QUARTER)
    cash_draws = np.zeros((n_terms, draws // n_terms, n_quarters))
    rng = np.random.default_rng([SEED, len(package.claims)])
    factors = discount_factors(assumptions.yearly_rate, assumptions.horizon)
    values, entry_cost = [], 0.0
    # Claims of a place that differ by their ages alone have the same terms, those that differ by their amounts alone
    # the same chances.
    terms_by_kind: dict[tuple[Claim, str, str], _MovedTerms] = {}
    chances: dict[tuple[Claim, str, str], Array] = {}
    drawn_shocks: dict[str, Shocks] = {}
    for item in package.claims:
        claim = item.claim
        kind = (
            replace(_without_amounts(claim), stage_age=0, case_age=0, months_to_filing=0),
            item.level,
            item.place_id,
        )
        if kind not in terms_by_kind:
            province = _province(reader, item)
            if province not in drawn_shocks:
                drawn_shocks[province] = shocks.draw(province, n_terms, assumptions.horizon)
            terms_by_kind[kind] = _moved_terms(reader, item, drawn_shocks[province], assumptions.horizon)
        moved = terms_by_kind[kind]
        terms = moved.terms
        key = (_without_amounts(claim), item.level, item.place_id)
        if key not in chances:
            chances[key] = payment_chances(terms.clocks, claim, assumptions.horizon, moved.continuations)
        chance = chances[key]
        payments = Payments(chance, net_amounts(claim, terms.prices, assumptions))
        cost = assumptions.entry_cost * claim.amount
        cash = (payments.chance * payments.net).sum(axis=1).mean(axis=0)
        expected = float(cash @ factors) - cost
        present, quarters, amounts = _draw_outcomes(claim, terms, payments, assumptions, draws // n_terms, rng)
        present -= cost
        low, median, high = np.maximum(np.quantile(present, QUANTILES), 0.0)
        if expected > 0.0:  # nobody has to pursue the others
            totals += present.ravel()
            entry_cost += cost
            for quarter, amount in zip(quarters, amounts, strict=True):
                np.add.at(cash_draws, (*np.indices(quarter.shape), quarter), amount)
        else:
            cash = np.zeros_like(cash)
            low = median = high = 0.0
        loss_chance = float((present < 0.0).mean())
        values.append(
            ClaimValue(max(expected, 0.0), float(low), float(median), float(high), loss_chance, cash, moved.borrowed)
        )
    cash_by_month = np.sum([value.cash for value in values], axis=0)
    padded = np.zeros(n_quarters * MONTHS_PER_QUARTER)
    padded[: cash_by_month.size] = cash_by_month
    low, median, high = np.quantile(totals, QUANTILES)
    cash_low, _, cash_high = np.quantile(cash_draws.reshape(draws, n_quarters), QUANTILES, axis=0)
    years = middles_of_months(assumptions.horizon) / MONTHS_PER_YEAR
    return PackageValue(
        claims=tuple(values),
        amount=sum(item.claim.amount for item in package.claims),
        expected=sum(value.expected for value in values),
        low=float(low),
        median=float(median),
        high=float(high),
        cash=padded.reshape(n_quarters, MONTHS_PER_QUARTER).sum(axis=1),
        cash_low=cash_low,
        cash_high=cash_high,
        average_life=float(ratio(cash_by_month @ years, cash_by_month.sum())),
        entry_cost=entry_cost,
        draws=totals,
    )


@dataclass(frozen=True)
class _MovedTerms:
    """The terms of a place, moved by shocks, with what follows from them, and what of them is borrowed from where."""

    terms: PlaceTerms
    continuations: Continuations
    borrowed: Mapping[str, str]


def _moved_terms(reader: TermsReader, item: PackageClaim, shocks: Shocks, horizon: int) -> _MovedTerms:
    found = reader.terms(item.claim, item.level, item.place_id)
    terms = shocks.apply(found.terms)
    borrowed = {part: level for part, level in found.level_by_part.items() if level != item.level}
    return _MovedTerms(terms, Continuations(terms.clocks, horizon), borrowed)


def package_reader(snapshot: Snapshot, period: str) -> TermsReader:
    """A reader of the window that ends with a quarter, with the draws that value_package asks for."""
    return TermsReader(snapshot, period, draws=_TERM_DRAWS - 1, seed=SEED)


def _without_amounts(claim: Claim) -> Claim:
    collateral = 1.0 if claim.is_secured else 0.0
    return replace(
        claim, principal=1.0, interest=0.0, collateral_value=collateral, prior_claims=0.0, secured_limit=None
    )


def _province(reader: TermsReader, item: PackageClaim) -> str:
    """The province that a claim is moved with; '' for the nation."""
    path = reader.snapshot.place_path(reader.snapshot.place(item.level, item.place_id))
    return next((place.place_id for place in path if place.level == "province"), "")


def _draw_outcomes(
    claim: Claim, terms: PlaceTerms, payments: Payments, assumptions: Assumptions, n: int, rng: np.random.Generator
) -> tuple[Array, list[IntArray], list[Array]]:
    """Draw how a claim ends, `n` times for each draw of its terms.

    Returns its present value (terms, draw) before costs, and for its first payment and for that after a resumption the
    quarter and the amount, each (terms, draw).
    """
    chance = payments.chance
    horizon = chance.shape[2]
    factors = discount_factors(assumptions.yearly_rate, horizon)
    endings = chance[:, [SOURCES.index(name) for name in _ENDINGS]].reshape(chance.shape[0], -1)
    position = _draw_positions(endings, rng.random((chance.shape[0], n)))
    is_paid = position < endings.shape[1]
    source, month = np.divmod(np.where(is_paid, position, 0), horizon)
    amount = np.zeros(position.shape)
    for number, name in enumerate(_ENDINGS):
        of_source = is_paid & (source == number)
        if of_source.any():
            amount[of_source] = (
                _draw_sale(claim, terms, assumptions, of_source, month, rng)
                if name == "sale"
                else claim.amount * _draw_shares(terms, _SHARE_BY_SOURCE[name], of_source, rng)
            )
    # A resumption follows a 终本, or the claim is one already; the later in its law the later in the law of both.
    resumption = chance[:, SOURCES.index("resumption")]
    uniform = rng.random((chance.shape[0], n))
    if claim.stage == "zhongben":
        resumed_month = _draw_positions(resumption, uniform)
    else:
        is_zhongben = is_paid & (source == _ENDINGS.index("zhongben"))
        given = ratio(
            resumption,
            endings.reshape(chance.shape[0], -1, horizon)[:, _ENDINGS.index("zhongben")].sum(axis=1)[:, None],
            0.0,
        )
        resumed_month = np.where(is_zhongben, _draw_positions(given, uniform), horizon)
    is_resumed = resumed_month < horizon
    resumed_month = np.where(is_resumed, resumed_month, 0)
    resumed_amount = np.zeros(position.shape)
    if is_resumed.any():
        resumed_amount[is_resumed] = claim.amount * _draw_shares(terms, "cash", is_resumed, rng)
    present = amount * factors[month] + resumed_amount * factors[resumed_month]
    return present, [month // MONTHS_PER_QUARTER, resumed_month // MONTHS_PER_QUARTER], [amount, resumed_amount]


def _draw_positions(chance: Array, uniform: Array) -> IntArray:
    """By inversion, which of the outcomes (terms, outcome) each uniform number (terms, draw) means; the number of
    outcomes for none of them."""
    rows = np.arange(chance.shape[0], dtype=np.float64)[:, None]
    # A chance above 1 by rounding would reach into the next row.
    cumulative = np.minimum(np.cumsum(chance, axis=1), 1.0 - 1e-12) + rows
    found = np.searchsorted(cumulative.ravel(), (uniform + rows).ravel(), side="right").reshape(uniform.shape)
    positions: IntArray = found - np.arange(chance.shape[0])[:, None] * chance.shape[1]
    return positions


def _draw_sale(
    claim: Claim, terms: PlaceTerms, assumptions: Assumptions, chosen: Array, month: IntArray, rng: np.random.Generator
) -> Array:
    """What sales bring, each at a price ratio of its own."""
    prices = terms.prices
    bins = _draw_positions(
        np.broadcast_to(prices.weight, (chosen.shape[0], prices.weight.shape[1])), rng.random(chosen.shape)
    )
    months = middles_of_months(assumptions.horizon)[month[chosen]]
    value = collateral_value(claim, assumptions, months) * (1.0 - assumptions.sale_cost)
    proceeds = prices.ratio[np.minimum(bins[chosen], prices.ratio.size - 1)] * value
    return net_of_price(claim, proceeds, amounts_owed(claim, months))


def _draw_shares(terms: PlaceTerms, ending: str, chosen: Array, rng: np.random.Generator) -> Array:
    """The shares of claims that endings pay: Beta laws with the mean of each draw of the terms and the spread over
    cases; a claim is paid whole or not at all where they spread as far as shares can."""
    share = np.broadcast_to(terms.prices.paid_share[ending][:, None], chosen.shape)[chosen]
    variance = min(terms.prices.paid_spread.get(ending, 0.0) ** 2, 0.25)
    possible = share * (1.0 - share)
    if variance <= 0.0 or not (possible > 0.0).any():
        return np.array(share)
    size = np.maximum(ratio(possible, variance, 0.0) - 1.0, 1e-3)
    drawn: Array = np.where(
        possible > 0.0,
        rng.beta(np.maximum(share * size, 1e-9), np.maximum((1.0 - share) * size, 1e-9)),
        share,
    )
    return drawn
