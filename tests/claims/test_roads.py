"""Roads: what each brings by hand and by plain simulation, what is compared, and when the data do not choose."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_engine.claims import plans
from index_engine.claims.bankruptcy import DebtorMeans, bankruptcy_rules
from index_engine.claims.cash_flow import CashFlow
from index_engine.claims.claim import Claim
from index_engine.claims.clock import Clock
from index_engine.claims.fees import enforcement_fee
from index_engine.claims.payments import clocks_needed
from index_engine.claims.road_assumptions import RoadAssumption, default_road_assumptions, with_values
from index_engine.claims.roads import ROADS, Road, choose_road, value_roads
from index_engine.claims.valuation import PlaceTerms, Prices, value
from index_engine.errors import InputError
from tests.claims.test_closed_forms import assumptions
from tests.claims.test_payments import RATIOS, SHARES, Simulated, place, secured

TODAY = date(2026, 6, 30)
N_DRAWS = 120
V = 1.12 ** (-1 / 12)


def drawn_place(spread: float = 0.1, seed: int = 3) -> PlaceTerms:
    """The place of the other tests, and draws of its hazards and shares around it."""
    terms, rng = place(), np.random.default_rng(seed)
    factor = np.concatenate([[1.0], np.exp(spread * rng.standard_normal(N_DRAWS - 1))])
    clocks = {name: Clock(each.events, each.hazard * factor[:, None, None]) for name, each in terms.clocks.items()}
    shares = {ending: np.clip(share * factor, 0.0, 1.0) for ending, share in terms.prices.paid_share.items()}
    return PlaceTerms(clocks, Prices(terms.prices.ratio, np.repeat(terms.prices.weight, N_DRAWS, 0), shares))


TERMS = drawn_place()
UNSECURED = Claim(600_000.0, 40_000.0, debtor_kind="person")
MEANS = DebtorMeans("440300", 10, 5, assets=500_000.0, other_debts=360_000.0, yearly_surplus=24_000.0)


def certain(**values: float) -> dict[str, RoadAssumption]:
    """All assumptions at one value each, some of them given; a property resells for what it was taken at."""
    defaults = default_road_assumptions()
    ones = {name: each.value for name, each in defaults.items()} | {"resale_ratio": 1.0}
    return dict(with_values(defaults, ones | values))


def roads(claim: Claim = UNSECURED, debtor: DebtorMeans = MEANS, on: date = TODAY, **values: float) -> dict[str, Road]:
    return value_roads(claim, TERMS, assumptions(entry_cost=0.01), debtor, on, certain(**values))


# ---------------------------------------------------------------- by hand


def test_enforcement_is_the_value_of_the_claim():
    for claim in (UNSECURED, secured()):
        found = roads(claim)["enforcement"]
        assert found.value == pytest.approx(value(claim, TERMS, assumptions(entry_cost=0.01)))
        assert found.low < found.value[0] < found.high


def test_what_comes_at_once_is_worth_its_amount_discounted():
    found = roads(settlement_acceptance=1.0, settlement_share=0.6, settlement_months=4, price_unsecured=0.07)
    settled, sold = found["settlement"], found["sale"]
    assert settled.value[0] == pytest.approx(0.6 * 640_000.0 * V**4)
    assert (settled.mean_months, settled.half_months) == (4.0, 4.0)
    assert sold.value[0] == pytest.approx(0.07 * 640_000.0 * V**3)
    assert found["write_off"].value[0] == 0.0
    assert math.isnan(found["write_off"].mean_months)


def test_a_settlement_that_fails_leaves_enforcement_later():
    failed = roads(settlement_acceptance=0.0, settlement_months=6)["settlement"]
    longer = assumptions(entry_cost=0.01, horizon=54)  # nothing is counted after the 60th month from now
    assert failed.value[0] == pytest.approx(V**6 * value(UNSECURED, TERMS, longer)[0])


@pytest.mark.parametrize(
    "claim",
    [
        UNSECURED,
        Claim(640_000.0, debtor_kind="person", stage_age=12),
        Claim(640_000.0, debtor_kind="person", stage="zhongben", stage_age=12),
    ],
)
def test_a_restructuring_without_collateral_is_a_repayment_plan(claim: Claim):
    """With a horizon beyond which nothing comes, as plans have none, at a place where no case ends in its first year."""
    hazard = TERMS.clocks["case"].hazard.copy()
    hazard[:, :12] = 0.0
    terms = PlaceTerms({**TERMS.clocks, "case": Clock(TERMS.clocks["case"].events, hazard)}, TERMS.prices)
    far, near = (assumptions(horizon=months, entry_cost=0.01) for months in (400, 300))
    values = {"restructuring_acceptance": 1.0, "restructuring_months": 0.0, "plan_months": 24, "plan_interest": 0.06}
    found = value_roads(claim, terms, far, MEANS, TODAY, certain(**values))["restructuring"]
    plan = plans.repayment_plan(claim.amount, plans.equal_shape(24), 0.06)
    fallback = plans.fallback_values(claim, plan, terms, near, delay=2, loss=0.1)
    assert found.value[0] == pytest.approx(plans.value_of_plan(plan, 0.12, 0.02, fallback)[0], rel=1e-6)


@pytest.mark.parametrize("limit, credited", [(None, 462_000.0), (100_000.0, 100_000.0)])
def test_a_lot_on_sale_for_long_enough_is_taken_at_once(limit: float | None, credited: float):
    """At 560,000 less a fee of 8,000 and 90,000 of prior claims; at most up to what is secured."""
    claim = secured(stage="listed", stage_age=9, secured_limit=limit)
    found = roads(claim)["set_off"]
    at_once = (V**0.5 + V**1.5) / 2.0
    taken = at_once * (-(560_000.0 - credited) + 560_000.0 * 0.92 * V**9)
    assert found.value[0] == pytest.approx(max(taken, 0.0) - 0.01 * claim.amount)


def test_what_is_swapped_and_the_rest_are_the_claim():
    """A home of a million taken at 70 % pays 610,000 beside the prior claims; 130,000 are left for instalments."""
    values = {"restructuring_acceptance": 1.0, "restructuring_months": 2, "plan_months": 10, "break_hazard": 0.0}
    found = roads(secured(), **values)["restructuring"]
    swap = V**2 * (-90_000.0 + 700_000.0 * 0.92 * V**9)
    rest = V**2 * 13_000.0 * (1.0 - V**10) / (1.0 / V - 1.0)
    assert found.value[0] == pytest.approx(swap + rest) == pytest.approx(613_295.0, abs=0.5)  # as docs/claims.md has it


def test_a_property_that_is_worth_more_than_the_debt_costs_the_difference():
    """Taken at 1.4 million for a debt of 1 million, the creditor pays 400,000 and resells for all of it."""
    claim = Claim(1_000_000.0, collateral_value=2_000_000.0, asset_class="homes")
    values = {"restructuring_acceptance": 1.0, "restructuring_months": 0, "resale_cost": 0.0, "resale_months": 0}
    assert roads(claim, **values)["restructuring"].value[0] == pytest.approx(1_000_000.0)
    worthless = roads(claim, **values, resale_ratio=0.2, break_hazard=0.0, plan_months=1)["restructuring"]
    assert worthless.value[0] == pytest.approx(1_000_000.0 * V)  # nobody has to take it


def test_bankruptcy_shares_what_is_not_exempt():
    """500,000 less a tenth of costs and 200,000 of exempt property leave 250,000, of which 640 in 1,000 parts are ours; then
    half of 2,000 a month for three years."""
    found = roads(bankruptcy_acceptance=1.0)["bankruptcy"]
    months = np.arange(13, 49)
    assert found.value[0] == pytest.approx(160_000.0 * V**12 + 640.0 * (V**months).sum())
    exempt = bankruptcy_rules()["350200"].exempt_limit(80_000.0)
    assert exempt == 240_000.0
    rich = DebtorMeans("440300", 10, 5, assets=900_000.0, other_debts=0.0, yearly_surplus=1e9)
    paid = roads(debtor=rich, bankruptcy_acceptance=1.0)["bankruptcy"].value[0]
    assert paid == pytest.approx(610_000.0 * V**12 + 30_000.0 / 36 * (V**months).sum())  # no more than is owed
    poor = DebtorMeans("440300", 10, 5, assets=100_000.0, other_debts=0.0)
    assert roads(debtor=poor, bankruptcy_acceptance=1.0)["bankruptcy"].value[0] == 0.0


def test_bankruptcy_leaves_the_collateral_to_its_creditor():
    """What a sale within a year brings in the 13th month, or else the property taken then; nothing of the assets."""
    claim, flat = secured(debtor_kind="person"), assumptions(yearly_rate=0.0)
    only = certain(bankruptcy_acceptance=1.0)
    debtor = DebtorMeans("440300", 10, 5, assets=300_000.0, other_debts=1e12)
    found = value_roads(claim, TERMS, flat, debtor, TODAY, only)["bankruptcy"].value[0]
    owed = claim.amount + 700_000.0 * 0.000175 * 365.25 / 12 * 12.5
    fees = [float(enforcement_fee(min(each * 1_000_000.0, claim.amount))) for each in RATIOS]
    nets = [min(each * 1_000_000.0 - fee - 90_000.0, owed, 800_000.0) for each, fee in zip(RATIOS, fees, strict=True)]
    chances = {"gone": 0.02, "paid": 0.015, "sold": 0.07}
    sold = 0.07 * (1.0 - (1.0 - sum(chances.values())) ** 12) / sum(chances.values())
    taken = 560_000.0 * 0.92 - 8_000.0 - 90_000.0
    assert found == pytest.approx(sold * np.mean(nets) + (1.0 - sold) * taken, abs=1.0)
    late = secured(debtor_kind="person", stage="sold")
    assert value_roads(late, TERMS, flat, debtor, TODAY, only)["bankruptcy"].value[0] == pytest.approx(
        np.mean(nets), abs=1.0
    )


def test_the_times_of_cash_are_those_of_what_comes():
    flow = CashFlow(np.array([[6.0, 2.0, 4.0]]), np.array([[10.0, 20.0, -5.0]]))
    assert flow.mean_months()[0] == pytest.approx(100.0 / 30.0)
    assert flow.half_months() == 2.0
    assert flow.until(5.0).value(0.0)[0] == 15.0


# ---------------------------------------------------------------- by simulation


class SimulatedRoads(Simulated):
    """Roads taken by one claim after another."""

    def set_off(self) -> float:
        """Filing to listing, three months on sale, then taken within two months and resold nine later."""
        event, time = self.run("listing", 0.0)
        if event == "closed":
            hazards = {"cash": 0.035, "satisfied": 0.004, "zhongben": 0.03, "other": 0.006}
            return self.closed(self.random.choices(list(hazards), list(hazards.values()))[0], time)
        event, end = self.run("lot", time)
        if end < time + 3:
            if event == "sold":
                _, end = self.run("payout", end)
                return self.paid(self.price(end), end)
            return self.closed("cash", end) if event == "paid" else 0.0
        end = time + 3 + self.random.random() + self.random.random()
        fee = float(enforcement_fee(min(560_000.0, self.claim.amount)))
        credited = min(560_000.0 - fee - self.claim.prior_claims, self.claim.amount)
        return self.paid(560_000.0 * 0.92, end + 9) - self.paid(560_000.0 - credited, end)

    def instalments(self, start: float) -> float:
        """36 instalments, 2 % of them broken each month, then enforcement two months later that brings a tenth less."""
        worth, each = 0.0, self.claim.amount / 36
        for month in range(36):
            end = start + month + 1
            if self.random.random() < 0.02:
                left = self.claim.amount - month * each
                event, time = self.run("case", end + 2)
                brought = 0.0
                if event != "other":
                    brought = self.paid(left * SHARES[event], time)
                    brought += self.resumed(time) / self.claim.amount * left if event == "zhongben" else 0.0
                return worth + 0.9 * brought
            worth += self.paid(each, end)
        return worth


def test_an_auction_that_fails_and_a_set_off_bring_what_claims_simulated_one_by_one_bring():
    simulated = SimulatedRoads(secured(), seed=17)
    worths = np.array([simulated.set_off() for _ in range(30_000)])
    found = value_roads(secured(), TERMS, assumptions(), MEANS, TODAY, certain())
    error = worths.std() / math.sqrt(worths.size)
    assert found["set_off"].value[0] == pytest.approx(worths.mean(), abs=4 * error + 1e-3 * worths.mean())


def test_instalments_bring_what_claims_simulated_one_by_one_bring():
    simulated = SimulatedRoads(UNSECURED, seed=19)
    worths = np.array([simulated.instalments(3.0) for _ in range(20_000)])
    found = value_roads(UNSECURED, TERMS, assumptions(), MEANS, TODAY, certain(restructuring_acceptance=1.0))
    error = worths.std() / math.sqrt(worths.size)
    assert found["restructuring"].value[0] == pytest.approx(worths.mean(), abs=4 * error + 1e-3 * worths.mean())


# ---------------------------------------------------------------- the choice


def test_the_choice_is_that_of_the_same_draws():
    found = choose_road(secured(), TERMS, assumptions(entry_cost=0.01), MEANS, TODAY)
    values = [each.value[0] for each in found.roads if each.is_open]
    assert values == sorted(values, reverse=True)
    best, second = found.roads[:2]
    assert (found.best, found.second) == (best.id, second.id)
    wins = sum(b < s for b, s in zip(best.value[1:], second.value[1:], strict=True))
    assert found.second_share == pytest.approx(wins / (N_DRAWS - 1))
    again = choose_road(secured(), TERMS, assumptions(entry_cost=0.01), MEANS, TODAY)
    assert all(np.array_equal(a.value, b.value, equal_nan=True) for a, b in zip(found.roads, again.roads, strict=True))


def test_the_data_do_not_choose_where_the_second_wins_more_than_a_third_of_draws():
    """A settlement that pays about what enforcement is worth: whether it does is a matter of draws."""
    enforced = roads()["enforcement"].value[0]
    equal = enforced / (UNSECURED.amount * V**3)
    defaults = certain(settlement_acceptance=1.0, restructuring_acceptance=0.0)
    close = with_values(defaults, {"settlement_share": (equal - 0.1, equal - 0.001, equal + 0.1)})
    far = with_values(defaults, {"settlement_share": 1.0})
    undecided, decided = (
        choose_road(UNSECURED, TERMS, assumptions(entry_cost=0.01), MEANS, TODAY, assumed) for assumed in (close, far)
    )
    assert {undecided.best, undecided.second} == {"enforcement", "settlement"}
    assert undecided.second_share > 1 / 3 and not undecided.is_decided
    assert "do not choose" in str(undecided.verdict) and "%" in str(undecided.verdict)
    assert decided.best == "settlement" and decided.is_decided and decided.second_share == 0.0
    assert "settlement at a discount is worth most" in str(decided.verdict)


@pytest.mark.parametrize("claim", [UNSECURED, secured(debtor_kind="person"), secured(stage="listed", stage_age=9)])
def test_at_the_break_even_the_second_is_worth_as_much_as_the_best(claim: Claim):
    found = choose_road(claim, TERMS, assumptions(entry_cost=0.01), MEANS, TODAY, certain())
    assert default_road_assumptions()[found.assumption].road == found.second
    if math.isnan(found.break_even):
        low, high = (getattr(default_road_assumptions()[found.assumption], end) for end in ("least", "most"))
        ends = [roads(claim, **{found.assumption: end}) for end in (low, high)]
        assert all(end[found.best].value[0] > end[found.second].value[0] for end in ends)
    else:
        even = roads(claim, **{found.assumption: found.break_even})
        first, other = (even[name].value[0] for name in (found.best, found.second))
        assert first == pytest.approx(other, rel=1e-6)


def test_a_break_even_can_be_told_by_hand():
    """Sale against a settlement of half the claim after three months each: at a price of a half."""
    worthless = certain(recovery_factor=0.0, settlement_acceptance=1.0, restructuring_acceptance=0.0)
    found = choose_road(UNSECURED, TERMS, assumptions(), DebtorMeans(), TODAY, worthless)
    assert (found.best, found.second, found.assumption) == ("settlement", "sale", "price_unsecured")
    assert found.break_even == pytest.approx(0.5)


@settings(max_examples=25)
@given(
    st.sampled_from(["recovery_factor", "settlement_share", "resale_ratio", "price_secured", "write_off_relief"]),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_more_of_what_a_road_brings_never_lowers_it(name: str, first: float, second: float):
    assumed = default_road_assumptions()[name]
    low, high = (assumed.least + share * (assumed.most - assumed.least) for share in sorted((first, second)))
    less, more = (
        value_roads(secured(), place(), assumptions(), MEANS, TODAY, certain(**{name: each}))[assumed.road].value[0]
        for each in (low, high)
    )
    assert less <= more + 1e-6


def test_nothing_is_counted_that_comes_after_the_horizon():
    late = roads(settlement_months=36, settlement_acceptance=1.0, sale_months=36)
    assert late["settlement"].value[0] > 0.0
    soon = value_roads(
        UNSECURED, TERMS, assumptions(horizon=24), MEANS, TODAY, certain(settlement_months=36, sale_months=36)
    )
    assert soon["settlement"].value[0] == soon["sale"].value[0] == 0.0


# ---------------------------------------------------------------- closed roads


def test_a_closed_road_says_why():
    assert set(roads()) == set(ROADS)
    reasons = {
        "set_off": [UNSECURED, secured(stage="sold"), secured(stage="zhongben")],
        "restructuring": [secured(stage="sold")],
        "bankruptcy": [Claim(1e6, debtor_kind="company"), Claim(1e6)],
    }
    for name, claims in reasons.items():
        for claim in claims:
            found = roads(claim)[name]
            assert not found.is_open and math.isnan(found.value[0]) and str(found.obstacle)


@pytest.mark.parametrize(
    "debtor, on, said",
    [
        (DebtorMeans(), TODAY, "city where"),
        (DebtorMeans("440300"), TODAY, "social insurance there in a row, the debtor's assets"),
        (DebtorMeans("440300", 10, 2.5, assets=1.0, other_debts=0.0), TODAY, "2.5, where the law asks for 3"),
        (DebtorMeans("330100", 10, 5, assets=1.0, other_debts=0.0), TODAY, "no personal bankruptcy law"),
        (DebtorMeans("350200", 10, 5, 80_000.0, 1.0, 0.0), date(2025, 10, 31), "no personal bankruptcy law"),
        (DebtorMeans("350200", 3, 5, 80_000.0, 1.0, 0.0), TODAY, "3, where the law asks for 5"),
        (DebtorMeans("350200", 5, 0, 128_000.0, 1.0, 0.0), TODAY, "640,000 yuan does not reach the 640,000"),
        (DebtorMeans("350200", 5, 0, None, 1.0, 0.0), TODAY, "disposable income"),
    ],
)
def test_bankruptcy_is_open_only_to_whom_the_law_opens_it(debtor: DebtorMeans, on: date, said: str):
    found = roads(debtor=debtor, on=on)["bankruptcy"]
    assert said in str(found.obstacle)


def test_bankruptcy_is_open_in_shenzhen_and_xiamen():
    assert roads()["bankruptcy"].is_open
    assert roads(debtor=DebtorMeans("350200", 5, 0, 127_000.0, 1.0, 0.0))["bankruptcy"].is_open
    assert all(rule.sources for rule in bankruptcy_rules().values())


@pytest.mark.parametrize("stage", ["filed", "seized", "priced", "listed", "sold", "zhongben"])
def test_every_stage_has_its_roads(stage: str):
    """What is closed is closed for its reason, all else has a finite value, however late a plan ends."""
    claim = secured(debtor_kind="person", stage=stage, stage_age=5)
    needed = {name: TERMS.clocks[name] for name in clocks_needed(claim)}
    assumed = certain(plan_months=360, bankruptcy_months=60)
    found = value_roads(claim, PlaceTerms(needed, TERMS.prices), assumptions(), MEANS, TODAY, assumed)
    closed = {"sold": {"set_off", "restructuring"}, "zhongben": {"set_off"}}.get(stage, set())
    assert {name for name, each in found.items() if not each.is_open} == closed
    assert all(np.isfinite(each.value).all() for each in found.values() if each.is_open)


# ---------------------------------------------------------------- assumptions


def test_every_assumption_has_its_words_and_draws_within_its_bounds():
    for name, each in default_road_assumptions().items():
        assert each.road in ROADS and set(each.name) == {"zh_Hans", "en"}, name
        draws = each.draws(500, seed=1)
        assert draws[0] == each.value and (draws >= each.low).all() and (draws <= each.high).all()
        assert np.array_equal(draws, each.draws(500, seed=1))
    cost = default_road_assumptions()["resale_cost"]
    assert cost.draws(20_000, 1)[1:].mean() == pytest.approx((cost.low + cost.value + cost.high) / 3, abs=1e-3)


@pytest.mark.parametrize(
    "values",
    [
        {"resale_cost": 1.5},
        {"resale_cost": (0.2, 0.1, 0.3)},
        {"plan_months": 12.5},
        {"plan_months": (12.0, 24.0, 36.0)},
        {"break_hazard": math.nan},
        {"no_such": 1.0},
    ],
)
def test_an_assumption_that_cannot_be_is_refused_in_one_line(values: dict):
    with pytest.raises(InputError) as refused:
        with_values(default_road_assumptions(), values)
    assert "\n" not in str(refused.value)


def test_a_choice_needs_draws():
    with pytest.raises(ValueError, match="draws"):
        choose_road(UNSECURED, place(), assumptions(), MEANS, TODAY)
