"""The difference of two scores, by indicator."""

from dataclasses import replace

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.estimates.indicator_estimate import OBSERVED
from index_engine.estimates.visibility import SECONDARY
from index_engine.index import comparison as index_comparison
from index_engine.index import score_inputs
from index_engine.index.comparison import Comparison, State
from index_engine.queries.indicators import indicators
from index_engine.queries.snapshot import Snapshot, question

POINT_DECIMALS = 1  # of points of an indicator whose n is withheld: a value has three
PART_DECIMALS = 2  # of its part of a difference of scores, some tenth of its points
PlacePeriod = tuple[str, str, str]  # level, place_id and period


@question
def comparison(snapshot: Snapshot, baseline: PlacePeriod, target: PlacePeriod) -> Comparison:
    """The score of `target` less that of `baseline`: see index/comparison.py.

    Two places of one period are split by bringing both to the national case mix; one place in two
    periods a year apart by bringing the later to the cases of the earlier; others are not split.
    """
    same_place = baseline[:2] == target[:2]
    lag = periods.parse(target[2]) - periods.parse(baseline[2])
    basis = index_comparison.split_basis(same_place, lag)
    states = _state(snapshot, baseline, OBSERVED), _state(snapshot, target, OBSERVED)
    standardised_states = None
    if basis:
        # Of one place, the earlier period is what the later is brought to.
        first = states[0] if same_place else _state(snapshot, baseline, basis)
        standardised_states = first, _state(snapshot, target, basis)
    compared = index_comparison.compare(
        snapshot.method,
        states,
        standardised_states,
        basis,
        max(snapshot.method.window_quarters - abs(lag), 0) if same_place else 0,
    )
    return _published(snapshot, compared, baseline, target)


def _published(snapshot: Snapshot, compared: Comparison, baseline: PlacePeriod, target: PlacePeriod) -> Comparison:
    """The difference without what would tell a withheld n: points are as exact as the values that are published,
    intervals are outward, and the whole is the sum of the parts."""
    table = compared.contributions
    sides = {"before": baseline, "after": target}
    is_withheld = {
        name: (indicators(snapshot, *key)["n_suppression"] == SECONDARY).to_numpy() for name, key in sides.items()
    }
    coarse = {name: table[name].round(POINT_DECIMALS).where(mask, table[name]) for name, mask in is_withheld.items()}
    either = is_withheld["before"] | is_withheld["after"]
    if not either.any():
        return compared
    for name in ("part", "performance"):
        coarse[name] = table[name].round(PART_DECIMALS).where(either, table[name])
    coarse["mix"] = coarse["part"] - coarse["performance"]
    coarse["low"] = _outward(table["low"], np.floor).where(either, table["low"])
    coarse["high"] = _outward(table["high"], np.ceil).where(either, table["high"])
    return replace(
        compared,
        contributions=table.assign(**coarse),
        total=float(coarse["part"].sum(skipna=False)),
        low=float(_outward(pd.Series([compared.low]), np.floor)[0]),
        high=float(_outward(pd.Series([compared.high]), np.ceil)[0]),
        performance=float(coarse["performance"].sum(skipna=False)),
        case_mix=float(coarse["mix"].sum(skipna=False)),
    )


def _outward(ends: pd.Series, step: np.ufunc) -> pd.Series:
    """Ends of intervals to the next decimal of points outside them."""
    scale = 10**POINT_DECIMALS
    coarse: pd.Series = step(scale * ends) / scale
    return coarse


def _state(snapshot: Snapshot, key: PlacePeriod, basis: str) -> State:
    level, place_id, period = key
    inputs = score_inputs.read_inputs(snapshot.cursor(), snapshot.method, basis, level, period, place_id)
    return index_comparison.state(snapshot.method, inputs)
