"""The enforcement discount of every place of a level, for one claim and quarter, with intervals."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine.arrays import Array
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.discount import FACTORS, enforcement_discount
from index_engine.claims.place_terms import TermsReader
from index_engine.queries import Snapshot

DRAWS = 400
SEED = 20170101
INTERVAL = (0.05, 0.95)  # of a 90 % interval


@dataclass(frozen=True)
class PlaceDiscount:
    """What one claim is worth at a place, in yuan, and what it loses against the reference.

    `discount`: the share of the value at the reference that is lost, with the ends of its 90 % interval; in
    parts `certainty`, `time`, `price` and `cost` that add up to it; in yuan, and in `basis_points` of yearly
    return, NaN where a value is 0; all NaN where no clock is of the place itself. `borrowed`: what the place has too few cases of and the level it is from,
    such as 'lot: province', '' for nothing.
    """

    level: str
    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    value: float
    value_low: float
    value_high: float
    discount: float
    discount_low: float
    discount_high: float
    certainty: float
    time: float
    price: float
    cost: float
    yuan: float
    basis_points: float
    borrowed: str


def place_discounts(
    snapshot: Snapshot,
    level: str,
    period: str,
    claim: Claim,
    assumptions: Assumptions,
    reference: tuple[str, str] | None = None,
    *,
    draws: int = DRAWS,
) -> Annotated[pd.DataFrame, PlaceDiscount]:
    """One row a place of a level, in order of code; `reference`: level and id of a place, the nation by default.

    The intervals hold the sampling error of both places' curves and prices, not the chance of a single claim.
    Raises InputError where not even the nation has enough cases, KeyError for an unknown reference.
    """
    reader = TermsReader(snapshot, period, draws=draws, seed=SEED)
    reference_key = reference or (snapshot.nation.level, snapshot.nation.place_id)
    reference_terms = reader.terms(claim, *reference_key).terms
    rows = []
    for place in snapshot.places():
        if place.level != level:
            continue
        borrowed = reader.terms(claim, level, place.place_id)
        found = enforcement_discount(claim, borrowed.terms, reference_terms, assumptions)
        value_low, value_high = _interval(found.value)
        # With all clocks borrowed it would compare the place above with the reference.
        is_own = borrowed.has_own_clock(level)
        discount_low, discount_high = _interval(found.share) if is_own else (np.nan, np.nan)
        rows.append(
            {
                "level": level,
                "place_id": place.place_id,
                "value": found.value[0],
                "value_low": value_low,
                "value_high": value_high,
                "discount": found.share[0] if is_own else np.nan,
                "discount_low": discount_low,
                "discount_high": discount_high,
                **{factor: found.parts[factor][0] if is_own else np.nan for factor in FACTORS},
                "yuan": found.reference_value[0] - found.value[0] if is_own else np.nan,
                "basis_points": found.return_spread[0] * 10_000 if is_own else np.nan,
                "borrowed": ", ".join(
                    f"{part}: {origin}" for part, origin in borrowed.level_by_part.items() if origin != level
                ),
            }
        )
    table = pd.DataFrame(rows)
    table.insert(1, "place_id", table.pop("place_id"))
    return _with_names(snapshot, level, table)


def _interval(draws: Array) -> tuple[float, float]:
    """The interval of the draws after the estimate itself; without draws the estimate."""
    low, high = np.quantile(draws[1:] if draws.size > 1 else draws, INTERVAL)
    return float(low), float(high)


def _with_names(snapshot: Snapshot, level: str, table: pd.DataFrame) -> pd.DataFrame:
    levels = table.pop("level")
    named = snapshot.add_names(level, table)
    named.insert(0, "level", levels)
    return named
