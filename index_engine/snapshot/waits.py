"""How long cases and lots wait at each node of the procedure, the open ones counted."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine import periods
from index_engine.estimates import incidence
from index_engine.estimates.incidence import Array
from index_engine.method import Method
from index_engine.snapshot.core import Core, query
from index_engine.snapshot.nodes import Node, nodes

QUARTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}
COLUMNS = ("n", "done", "waiting", "beyond", *QUARTILES, "median_low", "median_high")
COLUMNS += ("passed", "until", "within", "within_low", "within_high")
FLOWS = ENTRY, LEAVE, WAITING, PASSED, GONE = range(5)  # WAITING is a part of LEAVE


class Waits(Core):
    """What is asked of one unit about the nodes of the procedure."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of `waits`, in the order of the procedure."""
        return nodes()

    def waits(self, level: str, unit_id: str, period: str) -> pd.DataFrame:
        """One row a node, of the waits under way in the window that `period` ends.

        Columns: node, n (waits under way), done (passed in the window), waiting (open at its end),
        beyond (of those, over the most that the law allows; NaN without such a limit); q25, median,
        q75 (days by which that share of all have passed: of the cumulative incidence, in which a
        wait that ended otherwise never passes; NaN where not reached), median_low, median_high
        (where the pointwise log-log interval crosses one half, as Brookmeyer and Crowley 1982,
        Biometrics 38: 29-41); passed, until (share passed by the end of the curve, its day); within
        (share passed within the limit; of a 'least' limit, not before it), within_low, within_high
        (NaN where none or all are). Where fewer than the method's least cell are under way, all but
        `node` are NaN; where none is, n is 0: nothing waits, or the files do not date the step.
        """
        end = periods.parse(period)
        start = end - self.main.window_quarters + 1
        rows = self._frame(query("waits"), [list(self._courts[level, unit_id]), start, end])
        return _table(rows, self.main)


def _table(rows: pd.DataFrame, method: Method) -> pd.DataFrame:
    """One row a node, from cells by clock, flow and bin of age."""
    grid = method.ages
    n, elapsed = _dense(rows, grid.bins)
    ended = n[:, [PASSED, GONE], : grid.bins]
    risk = incidence.at_risk(
        n[:, ENTRY, : grid.bins],
        elapsed[:, ENTRY, : grid.bins],
        n[:, LEAVE, : grid.bins],
        elapsed[:, LEAVE, : grid.bins],
        ended,
        grid,
    )
    curves = incidence.aalen_johansen(ended, risk, method.min_at_risk, method.max_unresolved)
    found = []
    for position, node in enumerate(nodes()):
        line: dict[str, object] = {"node": node.id, **dict.fromkeys(COLUMNS, np.nan)}
        mine = n[position]
        if not mine[ENTRY].any():
            line["n"] = 0.0
        elif mine[ENTRY].sum() >= method.min_cell:
            sums = mine.sum(axis=-1)
            line |= {"n": sums[ENTRY], "done": sums[PASSED], "waiting": sums[WAITING]}
            line |= _read(node, curves.at(position), method)
            if node.limit == "most":
                line["beyond"] = mine[WAITING, int(grid.bin_of(node.limit_days or 0)) + 1 :].sum()
        found.append(line)
    return pd.DataFrame(found)


def _dense(rows: pd.DataFrame, bins: int) -> tuple[Array, Array]:
    """Counts and days of the bin passed, arrays (node, flow, bin); the last bin is all ages beyond
    the grid."""
    place = {}
    for at, node in enumerate(nodes()):
        mine = rows.loc[rows["clock"] == node.clock, "flow"].unique()
        for flow in mine:
            kind = PASSED if node.passed_by(flow) else GONE
            place[node.clock, flow] = at * len(FLOWS) + {"entry": ENTRY, "leave": LEAVE}.get(
                flow, kind
            )
    kept = rows[rows["clock"].isin([node.clock for node in nodes()])]
    flows = [place[key] for key in zip(kept["clock"], kept["flow"], strict=True)]
    flat = np.array(flows, dtype=np.int64) * (bins + 1) + kept["age_bin"].to_numpy(np.int64)
    shape = (len(nodes()), len(FLOWS), bins + 1)
    open_ = kept["waiting"].to_numpy(bool)
    n, elapsed, waiting = (
        np.bincount(flat, weights, int(np.prod(shape))).astype(np.float64).reshape(shape)
        for weights in (kept["n"], kept["elapsed"], kept["n"] * open_)
    )
    n[:, WAITING] = waiting[:, LEAVE]
    return n, elapsed


def _read(node: Node, curves: incidence.Curves, method: Method) -> dict[str, object]:
    """Quartiles, the interval of the median and the share within the limit, off one curve."""
    grid, reach = method.ages, int(curves.reach)
    if reach == 0:
        return {}
    ends = np.array(grid.edges[1 : reach + 1]) - 1.0  # last day of each bin
    up_to = np.tril(np.ones((grid.bins, grid.bins)))[:reach]
    item = incidence.functional(curves, 0, up_to)
    share = np.clip(item.value, 0.0, 1.0)
    error = np.sqrt(np.maximum(incidence.covariance(curves, item, item), 0.0))
    low, high = _log_log(share, error, method.z)
    found: dict[str, object] = {name: _day_of(share, at, ends) for name, at in QUARTILES.items()}
    found |= {
        "median_low": _day_of(high, 0.5, ends),
        "median_high": _day_of(low, 0.5, ends),
        "passed": float(share[-1]),
        "until": float(ends[-1]),
    }
    if node.limit_days is not None:
        at = int(grid.bin_of(node.limit_days))
        if at < reach:
            within = [float(each[at]) for each in (share, low, high)]
            if _at_an_end(share)[at]:  # no event to tell how far it may be off
                within[1:] = [float("nan")] * 2
            if node.limit == "least":
                within = [1.0 - within[0], 1.0 - within[2], 1.0 - within[1]]
            found |= dict(zip(("within", "within_low", "within_high"), within, strict=True))
    return found


def _log_log(share: Array, error: Array, z: float) -> tuple[Array, Array]:
    """Pointwise interval of an incidence on the scale log(-log(1 - F)), which keeps it in 0..1."""
    inside = ~_at_an_end(share)
    safe = np.where(inside, share, 0.5)
    staying = -np.log1p(-safe)
    # Near an end the scale runs away: beyond e^30 either way the interval is all of 0..1.
    spread = np.exp(np.minimum(z * error / ((1.0 - safe) * staying), 30.0))
    low = -np.expm1(-staying / spread)
    high = -np.expm1(-staying * spread)
    return np.where(inside, low, share), np.where(inside, high, share)


def _at_an_end(share: Array) -> npt.NDArray[np.bool_]:
    """Whether none or all have passed, but for rounding."""
    found: npt.NDArray[np.bool_] = (share < 1e-9) | (share > 1.0 - 1e-9)
    return found


def _day_of(share: Array, at: float, ends: Array) -> float:
    """First day by which `share` reaches `at`, between the ends of two bins on a straight line."""
    reached = share >= at - 1e-12
    if not reached.any():
        return float("nan")
    k = int(reached.argmax())
    before, since = (share[k - 1], ends[k - 1]) if k else (0.0, 0.0)
    return float(since + (ends[k] - since) * (at - before) / (share[k] - before))
