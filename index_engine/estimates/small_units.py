"""Small units: every indicator drawn towards the peers of the unit, window by window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from index_engine.estimates import shrinkage
from index_engine.estimates.estimated import SHRUNK, Estimated
from index_engine.estimates.incidence import Array
from index_engine.estimates.peers import WHOLE_LEVEL, Peers, peers
from index_engine.estimates.store import Coded, Columns, Store
from index_engine.estimates.units import Units
from index_engine.method import Check, Indicator, Method

PARTS = tuple(field.name for field in fields(shrinkage.Shrunk))
Keep = Callable[[Store, Method, Indicator | Check, Units, str, Estimated], None]


def shrink(
    store: Store,
    method: Method,
    level: Units,
    found: dict[str, Estimated],
    shared: dict[tuple[str, str], Array],
    groups: Sequence[Peers],
    effects: dict[str, float],
    keep: Keep,
) -> None:
    """Store the basis `shrunk` of every indicator of one level, and what its peers say of a unit.

    `found` are the estimates as observed and `shared` their covariances; `groups` are the peers of
    each window. A level with too few units to say how they differ is not drawn anywhere.
    """
    drawn = {}
    for indicator in method.indicators:
        own = found[indicator.id]
        result, borrowed = _by_window(
            indicator, own, groups, effects.get(indicator.id, 1.0), method
        )
        alone = np.isnan(result.value) & _known(own, method)
        value = np.where(alone, own.value, result.value)
        se = np.where(alone, own.se, result.se)
        drawn[indicator.id] = Estimated(value, se, own.n, own.estimable)
        keep(store, method, indicator, level, SHRUNK, drawn[indicator.id])
        nothing = np.isnan(result.value)
        columns: Columns = {
            "method": method.id,
            "indicator": indicator.id,
            "weight": np.where(alone, 1.0, result.weight).round(6),
            "centre": borrowed.centre.round(10),
            "value": np.where(nothing, borrowed.centre, result.value).round(10),
            "se": np.where(nothing, borrowed.error, result.se).round(10),
        }
        store.append("shrinkage", level, columns)
    _store_covariances(store, method, level, found, drawn, shared)


def _store_covariances(
    store: Store,
    method: Method,
    level: Units,
    found: dict[str, Estimated],
    drawn: dict[str, Estimated],
    shared: dict[tuple[str, str], Array],
) -> None:
    """Covariances of drawn values: the correlations of the values as observed."""
    for one, other in combinations([i.id for i in method.indicators], 2):
        if (one, other) not in shared:
            continue
        before = found[one].se * found[other].se
        after = drawn[one].se * drawn[other].se
        scale = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
        columns: Columns = {
            "method": method.id,
            "basis": SHRUNK,
            "indicator": one,
            "other": other,
            "covariance": (shared[one, other] * scale).round(15),
        }
        store.append("covariances", level, columns)


def _known(own: Estimated, method: Method) -> npt.NDArray[np.bool_]:
    """Where (unit, window) there is a value that may be shown."""
    shown: npt.NDArray[np.bool_] = own.estimable & (own.n >= method.min_cell)
    return shown


@dataclass(frozen=True)
class Borrowed:
    """What the peers of a unit say of a unit of which nothing is known, arrays (unit, window):
    their mean, and how far a unit may be from it: their spread and the error of the mean."""

    centre: Array
    error: Array


def _by_window(
    indicator: Indicator,
    own: Estimated,
    groups: Sequence[Peers],
    effect: float,
    method: Method,
) -> tuple[shrinkage.Shrunk, Borrowed]:
    """Shares by a beta, all else by a normal prior; arrays (unit, window)."""
    known = _known(own, method)
    parts, centres, errors = [], [], []
    for window, group in enumerate(groups):
        mine = known[:, window]
        value, se = (np.where(mine, a[:, window], np.nan) for a in (own.value, own.se))
        fit: Callable[[Array, Array], shrinkage.Shrunk] = shrinkage.normal
        given = (value, se)
        if indicator.estimate.kind == "share":
            # Counted as the cases that they are worth.
            whole = np.where(mine, own.n[:, window] / effect, np.nan)
            fit, given = shrinkage.beta_binomial, (np.clip(value * whole, 0.0, whole), whole)
        part = shrinkage.grouped(fit, group.label, *given)
        centre, error = _of_peers(part, group.label)
        lost = np.isnan(centre) & (group.label != "")
        if lost.any():  # a group that knows nothing asks the whole level
            everywhere = np.where(group.label == "", "", WHOLE_LEVEL)
            whole_level = shrinkage.grouped(fit, everywhere, *given)
            part = shrinkage.Shrunk(
                *(np.where(lost, getattr(whole_level, n), getattr(part, n)) for n in PARTS)
            )
            asked = _of_peers(whole_level, everywhere)
            centre, error = (
                np.where(lost, w, a) for w, a in zip(asked, (centre, error), strict=True)
            )
        parts.append(part)
        centres.append(centre)
        errors.append(error)
    stacked = shrinkage.Shrunk(
        *(np.stack([getattr(part, name) for part in parts], axis=1) for name in PARTS)
    )
    return stacked, Borrowed(np.stack(centres, axis=1), np.stack(errors, axis=1))


def _of_peers(shrunk: shrinkage.Shrunk, label: npt.NDArray[np.str_]) -> tuple[Array, Array]:
    """Mean of the peers of every unit (unit,), and the error of a unit drawn from among them: how
    far peers differ, how well their mean and how well their spread are known."""
    centre, error = np.full(label.shape, np.nan), np.full(label.shape, np.nan)
    for name in np.unique(label):
        inside = label == name
        known = inside & ~np.isnan(shrunk.centre)
        if known.any():
            centre[inside] = shrunk.centre[known][0]
            error[inside] = shrunk.newcomer[known][0]
    return centre, error


def peers_of(
    method: Method,
    n: Array,
    wealth: Array,
    known: npt.NDArray[np.bool_],
    ordinary: npt.NDArray[np.bool_],
) -> list[Peers]:
    """The peers of each window of a level, from arrays (unit, window). Units that are not
    `ordinary` (unit,), special courts, are nobody's peers: their label is empty."""
    breaks = tuple(float(b) for b in method.peers.size_breaks)
    found = []
    for window in range(n.shape[1]):
        group = peers(
            n[:, window],
            wealth[:, window],
            known[:, window] & ordinary,
            breaks,
            method.peers.tiers,
            method.peers.min_members,
        )
        found.append(replace(group, label=np.where(ordinary, group.label, "")))
    return found


def store_peers(store: Store, level: Units, groups: Sequence[Peers]) -> None:
    """Store the group of every unit and window, with how many are in it."""
    words = sorted({str(label) for group in groups for label in group.label})
    code = {word: position for position, word in enumerate(words)}
    codes = np.stack([[code[str(w)] for w in group.label] for group in groups], axis=1)
    members = np.stack(
        [[int((group.label == w).sum()) for w in group.label] for group in groups], axis=1
    )
    columns: Columns = {"peers": Coded(codes, tuple(words)), "members": members}
    store.append("peers", level, columns)


def province_mean(
    levels: Sequence[Units], level: Units, totals: dict[str, dict[str, Array]]
) -> Array:
    """What is at stake where a unit works, (unit, window): the mean capped claim of the cases
    closed in its province, of the nation its own; NaN for courts of no province."""
    whole = next((found for found in levels if found.level == "province"), levels[0])
    if level.level == "nation":
        whole = level
    claimed, cases = (totals[whole.level][name] for name in ("claimed", "amount_cases"))
    mean = np.divide(claimed, cases, out=np.full(claimed.shape, np.nan), where=cases > 0)
    province_of = {int(row): unit for unit, rows in enumerate(whole.members) for row in rows}
    nothing = np.full(mean.shape[1], np.nan)
    return np.stack(
        [
            mean[province_of[int(rows[0])]] if int(rows[0]) in province_of else nothing
            for rows in level.members
        ]
    )
