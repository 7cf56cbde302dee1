"""Estimates of indicators as rows of the tables indicators and covariances."""

import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates.indicator_estimate import UNOBSERVED, WITHHELD, Basis, IndicatorEstimate, Status
from index_engine.estimates.places import Places
from index_engine.estimates.store import CategoryColumn, Columns, Store, SuppressionColumn
from index_engine.estimates.visibility import base_count, is_visible
from index_engine.method import Check, Indicator, Method


def status_column(
    total: Array,
    n: Array,
    min_n: int,
    estimable: BoolArray,
    unobserved: IntArray | None = None,
    withheld: IntArray | None = None,
) -> CategoryColumn:
    """Status (place, window): first what `unobserved` says; no data where `total` is zero, too few where
    `n` is below `min_n`; then what `withheld` says of amounts."""
    reasons = {
        **(
            {status: unobserved == code for code, status in enumerate(UNOBSERVED) if status}
            if unobserved is not None
            else {}
        ),
        Status.NO_DATA: total == 0,
        Status.TOO_FEW: n < min_n,
        **(
            {status: withheld == code for code, status in enumerate(WITHHELD) if status} if withheld is not None else {}
        ),
        Status.NOT_ESTIMABLE: ~estimable,
    }
    categories = (Status.ESTIMATED, *reasons)
    codes = np.select(list(reasons.values()), list(range(1, len(categories))), 0)
    return CategoryColumn(codes, categories)


def store_indicator(
    store: Store,
    method: Method,
    indicator: Indicator | Check,
    places: Places,
    basis: Basis,
    indicator_estimate: IndicatorEstimate,
) -> None:
    """Store an estimate, without value and error where it rests on fewer than the least cell."""
    # Rounded before anything is compared or ranked, so that equal inputs give equal bytes.
    n = indicator_estimate.n
    visible = is_visible(n, method)
    has_value = indicator_estimate.estimable & visible
    columns: Columns = {
        "method": method.id,
        "basis": basis,
        "indicator": indicator.id,
        "value": np.where(has_value, indicator_estimate.value, np.nan).round(10),
        "se": np.where(has_value, indicator_estimate.se, np.nan).round(10),
        "n": n,
        "status": status_column(
            indicator_estimate.n,
            indicator_estimate.n,
            indicator.min_n,
            indicator_estimate.estimable,
            indicator_estimate.unobserved,
            indicator_estimate.withheld,
        ),
        "n_suppression": SuppressionColumn((base_count(indicator.estimate),)),
    }
    store.append("indicators", places, columns)


def store_covariance(
    store: Store, method: Method, places: Places, basis: Basis, indicators: tuple[str, str], covariance: Array
) -> None:
    """Store the covariance (place, window) of two indicators read off the same curves."""
    columns: Columns = {
        "method": method.id,
        "basis": basis,
        "indicator": indicators[0],
        "other_indicator": indicators[1],
        "covariance": covariance.round(15),
    }
    store.append("covariances", places, columns)
