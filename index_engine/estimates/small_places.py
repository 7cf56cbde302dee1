"""Shrinkage of every indicator towards the peers of the place, window by window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations

import numpy as np

from index_engine.arrays import Array, BoolArray, TextArray
from index_engine.estimates import shrinkage
from index_engine.estimates.indicator_estimate import SHRUNK, IndicatorEstimate
from index_engine.estimates.indicator_tables import store_covariance, store_indicator
from index_engine.estimates.peer_groups import WHOLE_LEVEL, PeerGroups, form_peer_groups
from index_engine.estimates.places import Places
from index_engine.estimates.store import CategoryColumn, Columns, Store
from index_engine.estimates.visibility import is_visible
from index_engine.method import Indicator, Method

SHRINKAGE_FIELDS = tuple(field.name for field in fields(shrinkage.ShrinkageEstimate))


def store_shrinkage(
    store: Store,
    method: Method,
    places: Places,
    observed_estimates: dict[str, IndicatorEstimate],
    covariances: dict[tuple[str, str], Array],
    groups_by_window: Sequence[PeerGroups],
    design_effects: dict[str, float],
) -> None:
    """Store the basis `shrunk` of every indicator of one level, and what its peers predict of a
    place.

    `covariances` are those of the estimates as observed; `groups_by_window` are the peers of each
    window. A level with too few places to estimate how they differ is not shrunk.
    """
    shrunk_estimates = {}
    for indicator in method.indicators:
        direct_estimate = observed_estimates[indicator.id]
        result, prediction = _shrink_windows(
            indicator, direct_estimate, groups_by_window, design_effects.get(indicator.id, 1.0), method
        )
        is_direct = np.isnan(result.value) & _visible_values(direct_estimate, method)
        value = np.where(is_direct, direct_estimate.value, result.value)
        se = np.where(is_direct, direct_estimate.se, result.se)
        shrunk_estimates[indicator.id] = IndicatorEstimate(
            value, se, direct_estimate.n, direct_estimate.estimable, direct_estimate.unobserved
        )
        store_indicator(store, method, indicator, places, SHRUNK, shrunk_estimates[indicator.id])
        lacks_value = np.isnan(result.value)
        columns: Columns = {
            "method": method.id,
            "indicator": indicator.id,
            "weight": np.where(is_direct, 1.0, result.weight).round(6),
            "centre": prediction.centre.round(10),
            "value": np.where(lacks_value, prediction.centre, result.value).round(10),
            "se": np.where(lacks_value, prediction.error, result.se).round(10),
        }
        store.append("shrinkage", places, columns)
    _store_covariances(store, method, places, observed_estimates, shrunk_estimates, covariances)


def _store_covariances(
    store: Store,
    method: Method,
    places: Places,
    observed_estimates: dict[str, IndicatorEstimate],
    shrunk_estimates: dict[str, IndicatorEstimate],
    covariances: dict[tuple[str, str], Array],
) -> None:
    """Covariances of shrunk values: the correlations of the values as observed."""
    for first, second in combinations([i.id for i in method.indicators], 2):
        if (first, second) not in covariances:
            continue
        observed_product = observed_estimates[first].se * observed_estimates[second].se
        shrunk_product = shrunk_estimates[first].se * shrunk_estimates[second].se
        scale = np.divide(
            shrunk_product, observed_product, out=np.zeros_like(shrunk_product), where=observed_product > 0
        )
        covariance = covariances[first, second] * scale
        store_covariance(store, method, places, SHRUNK, (first, second), covariance)


def _visible_values(direct_estimate: IndicatorEstimate, method: Method) -> BoolArray:
    """Where (place, window) there is a value that may be shown."""
    visible: BoolArray = direct_estimate.estimable & is_visible(direct_estimate.n, method)
    return visible


@dataclass(frozen=True)
class PeerPrediction:
    """What the peers of a place predict of a place of which nothing is known, arrays (place,
    window): their mean, and how far a place may be from it: their spread and the error of the
    mean."""

    centre: Array
    error: Array


def _shrink_windows(
    indicator: Indicator,
    direct_estimate: IndicatorEstimate,
    groups_by_window: Sequence[PeerGroups],
    design_effect: float,
    method: Method,
) -> tuple[shrinkage.ShrinkageEstimate, PeerPrediction]:
    """Shares by a beta, all else by a normal prior; arrays (place, window)."""
    has_value = _visible_values(direct_estimate, method)
    window_results, centres, errors = [], [], []
    for window, group in enumerate(groups_by_window):
        in_window = has_value[:, window]
        value, se = (np.where(in_window, a[:, window], np.nan) for a in (direct_estimate.value, direct_estimate.se))
        fit: Callable[[Array, Array], shrinkage.ShrinkageEstimate] = shrinkage.normal
        fit_arguments = (value, se)
        if indicator.estimate.kind == "share":
            # Counted as the cases that they are worth.
            effective_n = np.where(in_window, direct_estimate.n[:, window] / design_effect, np.nan)
            fit, fit_arguments = (
                shrinkage.beta_binomial,
                (np.clip(value * effective_n, 0.0, effective_n), effective_n),
            )
        window_result = shrinkage.fit_by_group(fit, group.label, *fit_arguments)
        centre, error = _predict_from_peers(window_result, group.label)
        lacks_centre = np.isnan(centre) & (group.label != "")
        if lacks_centre.any():  # a group that knows nothing asks the whole level
            level_labels = np.where(group.label == "", "", WHOLE_LEVEL)
            level_result = shrinkage.fit_by_group(fit, level_labels, *fit_arguments)
            window_result = shrinkage.ShrinkageEstimate(
                *(np.where(lacks_centre, getattr(level_result, n), getattr(window_result, n)) for n in SHRINKAGE_FIELDS)
            )
            level_prediction = _predict_from_peers(level_result, level_labels)
            centre, error = (
                np.where(lacks_centre, w, a) for w, a in zip(level_prediction, (centre, error), strict=True)
            )
        window_results.append(window_result)
        centres.append(centre)
        errors.append(error)
    shrunk = shrinkage.ShrinkageEstimate(
        *(
            np.stack([getattr(window_result, name) for window_result in window_results], axis=1)
            for name in SHRINKAGE_FIELDS
        )
    )
    return shrunk, PeerPrediction(np.stack(centres, axis=1), np.stack(errors, axis=1))


def _predict_from_peers(shrunk: shrinkage.ShrinkageEstimate, label: TextArray) -> tuple[Array, Array]:
    """Mean of the peers of every place (place,), and the error of a further place of the same kind:
    how far peers differ, how well their mean and how well their spread are known."""
    centre, error = np.full(label.shape, np.nan), np.full(label.shape, np.nan)
    for group_label in np.unique(label):
        is_member = label == group_label
        has_centre = is_member & ~np.isnan(shrunk.centre)
        if has_centre.any():
            centre[is_member] = shrunk.centre[has_centre][0]
            error[is_member] = shrunk.prediction_error[has_centre][0]
    return centre, error


def form_groups_by_window(
    method: Method, n: Array, wealth: Array, has_estimate: BoolArray, is_ordinary: BoolArray
) -> list[PeerGroups]:
    """The peers of each window of a level, from arrays (place, window). Places that are not
    `ordinary` (place,), special courts, are nobody's peers: their label is empty."""
    size_breaks = tuple(float(b) for b in method.peers.size_breaks)
    groups_by_window = []
    for window in range(n.shape[1]):
        group = form_peer_groups(
            n[:, window],
            wealth[:, window],
            has_estimate[:, window] & is_ordinary,
            size_breaks,
            method.peers.tiers,
            method.peers.min_members,
        )
        groups_by_window.append(replace(group, label=np.where(is_ordinary, group.label, "")))
    return groups_by_window


def store_peer_groups(store: Store, places: Places, groups_by_window: Sequence[PeerGroups]) -> None:
    """Store the group of every place and window, with how many are in it."""
    labels, codes = np.unique(np.stack([group.label for group in groups_by_window], axis=1), return_inverse=True)
    n_members = [np.bincount(window_codes, minlength=len(labels))[window_codes] for window_codes in codes.T]
    columns: Columns = {
        "peer_group": CategoryColumn(codes, tuple(labels.tolist())),
        "n_members": np.stack(n_members, axis=1),
    }
    store.append("peer_groups", places, columns)


def mean_claim_by_province(levels: Sequence[Places], places: Places, totals: dict[str, dict[str, Array]]) -> Array:
    """What is at stake where a place works, (place, window): the mean capped claim of the cases
    closed in its province, of the nation its own; NaN for courts of no province."""
    provinces = next((candidate for candidate in levels if candidate.level == "province"), levels[0])
    if places.level == "nation":
        provinces = places
    claim_sums, cases = (totals[provinces.level][name] for name in ("claimed", "amount_cases"))
    mean = np.divide(claim_sums, cases, out=np.full(claim_sums.shape, np.nan), where=cases > 0)
    province_by_court = {int(row): province for province, rows in enumerate(provinces.members) for row in rows}
    missing_means = np.full(mean.shape[1], np.nan)
    return np.stack(
        [
            mean[province_by_court[int(rows[0])]] if int(rows[0]) in province_by_court else missing_means
            for rows in places.members
        ]
    )
