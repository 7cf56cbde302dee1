"""Which road to take with a claim: what each brings, when, and whether the data choose between them.

Seven roads are valued from the same draws of a place's curves and prices and of what is assumed of the roads
(roads.toml): enforcement now; an auction, and taking the property that nobody bought (以物抵债); a settlement at a
discount; a restructuring by asset swap and instalments; personal bankruptcy; the sale of the claim; and its
write-off. Where a debtor does not agree or a court does not accept, enforcement follows later.

Unlike the value of a claim, that of a road may fall below 0: then it costs more than it brings. Nothing is counted
on any road that comes after the horizon, or that is left of the debt after property was taken or sold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np

from index_engine.arrays import Array
from index_engine.claims.bankruptcy import DebtorMeans, bankruptcy_rules, distributable, obstacle_to_bankruptcy
from index_engine.claims.cash_flow import CashFlow, joined, payment
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.clock import MONTHS_PER_YEAR, Clock, middles_of_months
from index_engine.claims.payments import SOURCES, payment_chances
from index_engine.claims.plans import equal_shape, repayment_plan
from index_engine.claims.road_assumptions import RoadAssumption, default_road_assumptions, drawn_values
from index_engine.claims.valuation import (
    PlaceTerms,
    Prices,
    amounts_owed,
    collateral_value,
    expected_payments,
    net_amounts,
    net_of_price,
)
from index_engine.errors import Message

ROADS = {
    "enforcement": Message("road_enforcement"),
    "set_off": Message("road_set_off"),
    "settlement": Message("road_settlement"),
    "restructuring": Message("road_restructuring"),
    "bankruptcy": Message("road_bankruptcy"),
    "sale": Message("road_sale"),
    "write_off": Message("road_write_off"),
}
# The share of draws from which on the data do not choose: the road that is best on the whole is then beaten by
# the second in more than this share of them.
UNDECIDED_SHARE = 1.0 / 3.0
INTERVAL = (0.05, 0.95)
SEED = 20170101
MIN_DRAWS = 100
_GRID = 41  # values of an assumption between which a break-even is looked for first
_BISECTIONS = 32


@dataclass(frozen=True)
class Road:
    """What a road brings: `value` (draw,) in yuan, the estimate first, with the ends of its 90 % interval;
    `mean_months` until the cash comes, given that it comes, and `half_months` by which half of it has come, NaN
    where nothing does. Where the road is closed, `obstacle` says why and there are no figures."""

    id: str
    value: Array
    low: float
    high: float
    mean_months: float
    half_months: float
    obstacle: Message | None = None

    @property
    def is_open(self) -> bool:
        return self.obstacle is None


@dataclass(frozen=True)
class RoadChoice:
    """The roads that are open, the best first, and those that are closed.

    `second_share`: the share of draws in which the second is worth more than the best, and `is_decided` that it
    is a third at most. `assumption`: what the second depends on most, and `break_even` the value of it nearest to
    the one assumed at which both roads are worth the same; NaN where none within its bounds does that, nor any of
    the next assumption that it depends on.
    """

    roads: tuple[Road, ...]
    best: str
    second: str
    second_share: float
    is_decided: bool
    assumption: str
    break_even: float
    verdict: Message


@dataclass(frozen=True)
class _Case:
    """All that a road is valued from: the cash of enforcing the claim, of one yuan of it without collateral, and of
    the claim up to a set-off; the `set_off_chance` (draw, month), and `given`, draws of what is assumed of the roads."""

    claim: Claim
    terms: PlaceTerms
    assumptions: Assumptions
    debtor: DebtorMeans
    enforcement: CashFlow
    unsecured_enforcement: CashFlow
    cash_before_set_off: CashFlow
    set_off_chance: Array
    given: Mapping[str, Array]

    def with_entry_cost(self, cash: CashFlow, amount: float) -> CashFlow:
        """The cash of enforcing an amount, as this claim brings it, with what it costs to begin."""
        entry = payment(np.zeros(1), np.full(1, -self.assumptions.entry_cost * amount))
        return joined(cash.scaled(self.given["recovery_factor"]), entry)

    def enforced(self) -> CashFlow:
        return self.with_entry_cost(self.enforcement, self.claim.amount)


def choose_road(
    claim: Claim,
    terms: PlaceTerms,
    assumptions: Assumptions,
    debtor: DebtorMeans,
    on: date,
    road_assumptions: Mapping[str, RoadAssumption] | None = None,
    seed: int = SEED,
) -> RoadChoice:
    """Value the roads of a claim on a day, its cut-off date, and compare the two best.

    `terms`: of the place of enforcement, with at least MIN_DRAWS draws; ValueError for fewer, as nothing could
    be said of whether the data choose.
    """
    assumed = road_assumptions or default_road_assumptions()
    n_draws = _n_draws(terms)
    if n_draws < MIN_DRAWS:
        raise ValueError(f"terms with {n_draws} draws; a choice needs {MIN_DRAWS}")
    case = _case(claim, terms, assumptions, debtor, drawn_values(assumed, n_draws, seed))
    roads = _roads(case, on)
    ranked = sorted((road for road in roads if road.is_open), key=lambda road: -road.value[0])
    best, second = ranked[:2]
    n = max(best.value.size, second.value.size)
    wins = np.broadcast_to(second.value, (n,))[1:] > np.broadcast_to(best.value, (n,))[1:]
    second_share = float(wins.mean())
    is_decided = second_share <= UNDECIDED_SHARE
    assumption, break_even = _break_even(best.id, second.id, case, assumed)
    verdict = (
        Message("road_best", best=ROADS[best.id], second=ROADS[second.id], share=second_share)
        if is_decided
        else Message("roads_undecided", best=ROADS[best.id], second=ROADS[second.id], share=second_share)
    )
    return RoadChoice(
        roads=(*ranked, *(road for road in roads if not road.is_open)),
        best=best.id,
        second=second.id,
        second_share=second_share,
        is_decided=is_decided,
        assumption=assumption,
        break_even=break_even,
        verdict=verdict,
    )


def value_roads(
    claim: Claim,
    terms: PlaceTerms,
    assumptions: Assumptions,
    debtor: DebtorMeans,
    on: date,
    road_assumptions: Mapping[str, RoadAssumption] | None = None,
    seed: int = SEED,
) -> dict[str, Road]:
    """The roads of a claim on a day, by id, without a comparison."""
    given = drawn_values(road_assumptions or default_road_assumptions(), _n_draws(terms), seed)
    return {road.id: road for road in _roads(_case(claim, terms, assumptions, debtor, given), on)}


def _n_draws(terms: PlaceTerms) -> int:
    return max(int(clock.hazard.shape[0]) for clock in terms.clocks.values())


def _roads(case: _Case, on: date) -> list[Road]:
    obstacles = _obstacles(case.claim, case.debtor, on)
    return [_road(road, case, obstacles.get(road)) for road in ROADS]


def _main_assumptions(road: str, claim: Claim) -> tuple[str, ...]:
    """The assumptions that decide most of a road, the first before the next."""
    return {
        "enforcement": ("recovery_factor",),
        "set_off": ("resale_ratio", "reserve_share"),
        "settlement": ("settlement_share", "settlement_acceptance"),
        "restructuring": ("break_hazard", "restructuring_acceptance"),
        "bankruptcy": ("bankruptcy_acceptance",),
        "sale": ("price_secured" if claim.is_secured else "price_unsecured",),
        "write_off": ("write_off_relief",),
    }[road]


def _obstacles(claim: Claim, debtor: DebtorMeans, on: date) -> dict[str, Message]:
    """By road, why it cannot be taken."""
    obstacles = {}
    if not claim.is_secured:
        obstacles["set_off"] = Message("set_off_without_collateral")
    elif claim.stage == "sold":
        obstacles["set_off"] = Message("collateral_sold")
        obstacles["restructuring"] = Message("collateral_sold")
    elif claim.stage == "zhongben":
        obstacles["set_off"] = Message("set_off_after_zhongben")
    bankruptcy = obstacle_to_bankruptcy(claim, debtor, on)
    if bankruptcy is not None:
        obstacles["bankruptcy"] = bankruptcy
    return obstacles


# ---------------------------------------------------------------- values


def _case(
    claim: Claim, terms: PlaceTerms, assumptions: Assumptions, debtor: DebtorMeans, given: Mapping[str, Array]
) -> _Case:
    enforcement, unsecured = (_enforcement_cash(each, terms, assumptions) for each in (claim, _unsecured(claim)))
    before, chance = enforcement, np.zeros((1, assumptions.horizon))
    if claim.is_secured and "lot" in terms.clocks:
        before, chance = _until_set_off(claim, terms, assumptions, int(given["months_on_sale"][0]))
    return _Case(claim, terms, assumptions, debtor, enforcement, unsecured, before, chance, given)


def _road(road: str, case: _Case, obstacle: Message | None) -> Road:
    nan = float("nan")
    if obstacle is not None:
        return Road(road, np.full(1, nan), nan, nan, nan, nan, obstacle)
    cash = _cash(road, case)
    value = cash.value(case.assumptions.yearly_rate)
    low, high = np.quantile(value[1:] if value.size > 1 else value, INTERVAL)
    return Road(road, value, float(low), float(high), float(cash.mean_months()[0]), cash.half_months())


def _cash(road: str, case: _Case) -> CashFlow:
    cash: Mapping[str, Callable[[_Case], CashFlow]] = {
        "enforcement": _Case.enforced,
        "set_off": _set_off_cash,
        "settlement": _settlement_cash,
        "restructuring": _restructuring_cash,
        "bankruptcy": _bankruptcy_cash,
        "sale": _sale_cash,
        "write_off": _write_off_cash,
    }
    return cash[road](case).until(case.assumptions.horizon)


def _enforcement_cash(claim: Claim, terms: PlaceTerms, assumptions: Assumptions) -> CashFlow:
    """What enforcement brings, month by month, without the cost of beginning it."""
    payments = expected_payments(claim, terms, assumptions)
    return CashFlow(middles_of_months(assumptions.horizon)[None], (payments.chance * payments.net).sum(axis=1))


# ---------------------------------------------------------------- roads


def _set_off_cash(case: _Case) -> CashFlow:
    """As enforcement until the last failed auction; then the property, at the reserve price of that round.

    The creditor bears what comes first out of a price and what the price exceeds the debt by (法释〔2004〕16号 as
    revised in 2020, art. 16), and need not take what brings less than that.
    """
    claim, months = case.claim, middles_of_months(case.assumptions.horizon)
    price = case.given["reserve_share"][:, None] * collateral_value(claim, case.assumptions, months)
    taken, _ = _taken_property(case, claim, price, amounts_owed(claim, months), months[None])
    weighted = CashFlow(taken.months, taken.amount * np.concatenate([case.set_off_chance] * 2, axis=1))
    return joined(case.with_entry_cost(case.cash_before_set_off, claim.amount), weighted)


def _settlement_cash(case: _Case) -> CashFlow:
    given, months = case.given, case.given["settlement_months"]
    paid = payment(months, given["settlement_acceptance"] * given["settlement_share"] * case.claim.amount)
    return joined(paid, case.enforced().shifted(months).scaled(1.0 - given["settlement_acceptance"]))


def _restructuring_cash(case: _Case) -> CashFlow:
    """The collateral at an agreed price, the rest by equal instalments, enforced without collateral after a break."""
    claim, given = case.claim, case.given
    months = given["restructuring_months"]
    price = given["swap_share"][:, None] * claim.collateral_value
    swap, credited = _taken_property(case, claim, price, np.full(1, claim.amount), np.zeros((1, 1)), has_fee=False)
    agreed = joined(swap, _plan_cash(case, claim.amount - credited[:, 0])).shifted(months)
    accepted = given["restructuring_acceptance"]
    return joined(agreed.scaled(accepted), case.enforced().shifted(months).scaled(1.0 - accepted))


def _plan_cash(case: _Case, rest: Array) -> CashFlow:
    """What instalments of a rest (draw,) bring, with their breaks and enforcement after them.

    Without collateral all is in proportion to what is owed, so that one plan of one yuan serves.
    """
    given = case.given
    plan = repayment_plan(1.0, equal_shape(int(given["plan_months"][0])), float(given["plan_interest"][0]))
    due = plan.instalments[: case.assumptions.horizon]  # none after it counts
    hazard, ends = given["break_hazard"][:, None], np.arange(1.0, due.size + 1.0)
    kept, broken = (1.0 - hazard) ** ends, hazard * (1.0 - hazard) ** (ends - 1.0)
    instalments = CashFlow(ends[None], kept * due * rest[:, None])
    paid_before = np.concatenate([[0.0], np.cumsum(due)[:-1]])
    left = np.maximum(1.0 - paid_before, 0.0) * broken * rest[:, None] * (1.0 - given["break_loss"])[:, None]
    one = case.with_entry_cost(case.unsecured_enforcement, 1.0).shifted(given["break_months"])
    amounts = left[:, :, None] * one.amount[:, None, :]
    months = ends[None, :, None] + one.months[:, None, :]
    return joined(instalments, CashFlow(months.reshape(len(months), -1), amounts.reshape(len(amounts), -1)))


def _bankruptcy_cash(case: _Case) -> CashFlow:
    """The collateral to its creditor, the assets that are not exempt to all others in proportion, and a share of the
    surplus income under observation; then the rest is discharged.

    The collateral is auctioned up to the distribution; one that nobody bought is taken as after a failed auction.
    """
    claim, given, debtor = case.claim, case.given, case.debtor
    rule = bankruptcy_rules()[debtor.city or ""]
    months, accepted = given["bankruptcy_months"], given["bankruptcy_acceptance"]
    sold, proceeds = _chance_of_sale(case, months), _proceeds_of_sale(case, months)
    price = given["reserve_share"][:, None] * collateral_value(claim, case.assumptions, months)[:, None]
    taken, credited = _taken_property(case, claim, price, amounts_owed(claim, months)[:, None], months[:, None])
    from_collateral = sold * proceeds + (1.0 - sold) * credited[:, 0]
    rest = np.maximum(claim.amount - from_collateral, 0.0)
    share = rest / np.maximum(rest + (debtor.other_debts or 0.0), 1e-9)
    assets = np.array([distributable(rule, debtor, float(cost)) for cost in given["bankruptcy_cost"]])
    from_assets = np.minimum(assets * share, rest)
    flows = [payment(months, sold * proceeds + from_assets), taken.scaled(1.0 - sold)]
    n = rule.observation_months
    if n and debtor.yearly_surplus:
        monthly = debtor.yearly_surplus / MONTHS_PER_YEAR * given["surplus_share"] * share
        monthly = np.minimum(monthly, (rest - from_assets) / n)
        flows.append(CashFlow(months[:, None] + np.arange(1.0, n + 1.0), np.repeat(monthly[:, None], n, axis=1)))
    return joined(joined(*flows).scaled(accepted), case.enforced().shifted(months).scaled(1.0 - accepted))


def _sale_cash(case: _Case) -> CashFlow:
    price = case.given[_main_assumptions("sale", case.claim)[0]]
    return payment(case.given["sale_months"], price * case.claim.amount)


def _write_off_cash(case: _Case) -> CashFlow:
    return payment(case.given["write_off_months"], case.given["write_off_relief"] * case.claim.amount)


def _taken_property(
    case: _Case, claim: Claim, price: Array, owed: Array, months: Array, *, has_fee: bool = True
) -> tuple[CashFlow, Array]:
    """Taking the collateral at a price (draw, month) in each of `months` (1, month) and selling it later: first what
    is paid out for each month, then what is received, and what of the claim is paid by it (draw, month); all 0
    where the creditor would lose."""
    given = case.given
    credited = net_of_price(claim, price, owed, has_fee=has_fee)
    paid_out = price - credited
    wait = given["resale_months"][:, None]
    growth = (1.0 + case.assumptions.price_drift) ** (wait / MONTHS_PER_YEAR)
    received = price * growth * (given["resale_ratio"] * (1.0 - given["resale_cost"]))[:, None]
    is_gain = received * (1.0 + case.assumptions.yearly_rate) ** (-wait / MONTHS_PER_YEAR) > paid_out
    flow = CashFlow(
        np.concatenate([np.broadcast_to(months, price.shape), months + wait], axis=1),
        np.concatenate([np.where(is_gain, -paid_out, 0.0), np.where(is_gain, received, 0.0)], axis=1),
    )
    return flow, np.where(is_gain, credited, 0.0)


def _proceeds_of_sale(case: _Case, months: Array) -> Array:
    """What a sale of the collateral brings the claim after so many months (draw,), if there is one."""
    sale = net_amounts(case.claim, case.terms.prices, case.assumptions)[:, SOURCES.index("sale")]
    month = np.clip(months.astype(np.int64), 0, sale.shape[1] - 1)
    proceeds: Array = sale[np.arange(months.size) if sale.shape[0] > 1 else 0, month]
    return proceeds


def _chance_of_sale(case: _Case, months: Array) -> Array:
    """The chance (draw,) that an auction sells the collateral within so many months (draw,)."""
    claim = case.claim
    if not claim.is_secured or claim.stage == "sold":
        return np.full(1, float(claim.is_secured))
    # A case closed as 终本 has a new auction; its clock is not among those that the claim needs.
    if "lot" not in case.terms.clocks:
        return np.zeros(1)
    age = claim.stage_age if claim.stage == "listed" else 0
    sold = np.cumsum(case.terms.clocks["lot"].outcomes(age, case.assumptions.horizon)["sold"], axis=1)
    month = np.clip(months.astype(np.int64), 0, sold.shape[1]) - 1
    rows = np.arange(months.size) if sold.shape[0] > 1 else 0
    chance: Array = np.where(month >= 0, sold[rows, month], 0.0)
    return chance


def _unsecured(claim: Claim) -> Claim:
    """One yuan of what is left of a claim without its collateral, enforced as of the stage of its case."""
    is_closed = claim.stage == "zhongben"
    return Claim(
        principal=1.0,
        debtor_kind=claim.debtor_kind,
        stage="zhongben" if is_closed else "filed",
        stage_age=claim.stage_age if is_closed else 0,
        case_age=claim.months_since_filing,
    )


# ---------------------------------------------------------------- lots that are taken


def _until_set_off(claim: Claim, terms: PlaceTerms, assumptions: Assumptions, wait: int) -> tuple[CashFlow, Array]:
    """What enforcement brings until a lot is taken that nobody bought in so many months, and the chance (draw, month)
    that it is taken."""
    if claim.stage == "listed":
        claim = replace(claim, stage_age=min(claim.stage_age, wait))
    lot = terms.clocks["lot"]
    before = PlaceTerms({**terms.clocks, "lot": _ended_clock(lot, wait)}, terms.prices)
    clocks = {**terms.clocks, "lot": _unsold_clock(lot, wait), "payout": _at_once_clock(terms)}
    chance = payment_chances(clocks, claim, assumptions.horizon)[:, SOURCES.index("sale")]
    return _enforcement_cash(claim, before, assumptions), chance


def _ended_clock(lot: Clock, wait: int) -> Clock:
    """The clock of a lot that is on sale for so many months and no longer."""
    hazard = lot.hazard.copy()
    hazard[:, wait:] = 0.0
    return Clock(lot.events, hazard)


def _unsold_clock(lot: Clock, wait: int) -> Clock:
    """A clock whose event "sold" is to be left unsold after so many months: sales before that end in "gone"."""
    sold, gone = lot.events.index("sold"), lot.events.index("gone")
    hazard = np.zeros((lot.hazard.shape[0], wait + 1, len(lot.events)))
    n_known = min(wait, lot.n_months)
    hazard[:, :n_known] = lot.hazard[:, :n_known]
    hazard[:, :, gone] += hazard[:, :, sold]
    hazard[:, :, sold] = 0.0
    hazard[:, wait, sold] = 1.0
    return Clock(lot.events, hazard)


def _at_once_clock(terms: PlaceTerms) -> Clock:
    """Title passes with the service of the ruling: within the month."""
    events = terms.clocks["payout"].events
    hazard = np.zeros((1, 1, len(events)))
    hazard[0, 0, events.index("paid")] = 1.0
    return Clock(events, hazard)


# ---------------------------------------------------------------- break-even


def _break_even(best: str, second: str, case: _Case, assumed: Mapping[str, RoadAssumption]) -> tuple[str, float]:
    """What has to be otherwise for the second road to win: an assumption and the value of it at which two roads are
    worth the same, all else as estimated; of the main assumption, or of the next where none of it does that."""
    estimate = _case(
        case.claim,
        _first_draw(case.terms),
        case.assumptions,
        case.debtor,
        {name: values[:1] for name, values in case.given.items()},
    )

    def gain(name: str, value: float) -> float:
        changed = replace(estimate, given={**estimate.given, name: np.full(1, value)})
        worth = [_cash(road, changed).value(case.assumptions.yearly_rate)[0] for road in (second, best)]
        return float(worth[0] - worth[1])

    names = _main_assumptions(second, case.claim)
    for name in names:
        root = _nearest_root(partial(gain, name), assumed[name])
        if root is not None:
            return name, root
    return names[0], float("nan")


def _nearest_root(gain: Callable[[float], float], assumption: RoadAssumption) -> float | None:
    """The value of an assumption between its bounds, nearest to the one assumed, at which a gain changes its sign."""
    grid = np.linspace(assumption.least, assumption.most, _GRID)
    gains = np.array([gain(float(value)) for value in grid])
    crossings = np.flatnonzero((gains[:-1] < 0.0) != (gains[1:] < 0.0))
    if not crossings.size:
        return None
    nearest = crossings[np.argmin(np.abs((grid[crossings] + grid[crossings + 1]) / 2.0 - assumption.value))]
    low, high, is_gain_high = grid[nearest], grid[nearest + 1], gains[nearest + 1] >= 0.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        if (gain(float(middle)) >= 0.0) == is_gain_high:
            high = middle
        else:
            low = middle
    return float((low + high) / 2.0)


def _first_draw(terms: PlaceTerms) -> PlaceTerms:
    prices = Prices(
        terms.prices.ratio,
        terms.prices.weight[:1],
        {ending: share[:1] for ending, share in terms.prices.paid_share.items()},
    )
    return PlaceTerms({name: Clock(each.events, each.hazard[:1]) for name, each in terms.clocks.items()}, prices)
