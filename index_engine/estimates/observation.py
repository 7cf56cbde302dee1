"""Which share of a place and window was observed, and by what.

A court is observed in a window by its days; a region by its caseload, a court that was observed for
half of the window with half of its cases. What was not observed has no number, never zero.
"""

from dataclasses import dataclass
from enum import StrEnum

import duckdb
import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates import panel
from index_engine.estimates.indicator_estimate import UNOBSERVED, Status
from index_engine.estimates.panel import PanelAxes, sum_members
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.method import Estimate
from index_engine.method.counts import AUCTION_COUNTS, CASE_COUNTS, CLOSING_COUNTS, PRODUCT, count_columns

# Of a window of a court, or of the caseload of a region: less might differ from the rest by season, or
# by court. A month and some days of a year may lack.
MIN_OBSERVED_SHARE = 0.9


class Scope(StrEnum):
    """What has to be observed for a number: columns of measures.observed_days."""

    CLOCKS = "clocks"
    FLOWS = "flows"
    CLOSINGS = "closings"
    ZHONGBEN = "zhongben"
    AUCTIONS = "auctions"


PART = "part"  # days on which some source holds a part of the cases
IN_FILE = "in_file"  # days of the files that have cases of a court
AUCTION_PROCESSES = ("lot", "notice_fixed", "notice_movable", "second")


def process_scope(process: str) -> Scope:
    """What the clock of a process needs."""
    return Scope.AUCTIONS if process in AUCTION_PROCESSES else Scope.CLOCKS


def count_scope(name: str) -> Scope | None:
    """What a count needs; None for what is told apart from the days that are observed: of numbered
    cases those that lack are known."""
    count = name.split(PRODUCT)[0]
    if count in AUCTION_COUNTS:
        return Scope.AUCTIONS
    if count in CLOSING_COUNTS:
        return Scope.ZHONGBEN if count.startswith("zhongben") else Scope.CLOSINGS
    is_known_apart = count in count_columns("coverage") or count not in CASE_COUNTS | {"filed", "initial_stock"}
    return None if is_known_apart else Scope.FLOWS


def estimate_scopes(spec: Estimate) -> list[Scope]:
    """What the estimate of an indicator or check needs."""
    if spec.process:
        return [process_scope(spec.process)]
    if spec.kind == "median":
        return [Scope.AUCTIONS]
    scopes = {count_scope(spec.numerator), count_scope(spec.denominator)}
    return sorted(scope for scope in scopes if scope is not None)


@dataclass(frozen=True)
class Observation:
    """Days (court, period) by column of measures.observed_days, and the caseload of a day (court,) of
    courts and of auctions."""

    axes: PanelAxes
    days: dict[str, Array]
    caseload: Array
    auction_load: Array

    def shares(self, scope: Scope, places: Places, windows: Windows) -> Array:
        """Observed share (place, window); NaN where the place is in no source that could tell."""
        load = self.auction_load if scope == Scope.AUCTIONS else self.caseload
        days = self.days[scope]
        if places.level == "court":
            shares = windows.sums(days) / windows.lengths_in_days()
        else:
            observed = windows.sums(sum_members(days * load[:, None], places.members))
            existing = windows.sums(sum_members(self._existing(scope) * load[:, None], places.members))
            shares = np.divide(observed, existing, out=np.zeros_like(observed), where=existing > 0)
        is_told = self._is_in_sources(scope, places)
        return np.where(is_told[:, None], shares, np.nan)

    def is_observed(self, scope: Scope, places: Places, windows: Windows) -> BoolArray:
        """Whether enough of a place and window was observed, or nothing was to be."""
        shares = self.shares(scope, places, windows)
        observed: BoolArray = np.isnan(shares) | (shares >= MIN_OBSERVED_SHARE)
        return observed

    def unobserved(self, scope: Scope, places: Places, windows: Windows) -> IntArray:
        """Why there is no number of a place and window: a position in UNOBSERVED, 0 where there is."""
        part = self.has_part(places, windows) & (scope != Scope.AUCTIONS)
        reason = np.where(part, UNOBSERVED.index(Status.PART_OF_CASES), UNOBSERVED.index(Status.NOT_OBSERVED))
        codes: IntArray = np.where(self.is_observed(scope, places, windows), 0, reason)
        return codes

    def has_part(self, places: Places, windows: Windows) -> BoolArray:
        """Whether a source holds a part of the cases of a place and window."""
        parts: BoolArray = windows.sums(sum_members(self.days[PART], places.members)) > 0
        return parts

    def _existing(self, scope: Scope) -> Array:
        """Days on which the courts existed that are in a source that could tell."""
        in_source = self._file_days(scope).sum(axis=1) > 0
        existing: Array = self.days["existing"] * in_source[:, None]
        return existing

    def _is_in_sources(self, scope: Scope, places: Places) -> BoolArray:
        in_sources: BoolArray = sum_members(self._file_days(scope), places.members).sum(axis=1) > 0
        return in_sources

    def _file_days(self, scope: Scope) -> Array:
        return self.days[scope if scope == Scope.AUCTIONS else IN_FILE]


def read_observation(con: duckdb.DuckDBPyConnection, axes: PanelAxes) -> Observation:
    days = panel.read_counts(con, axes, "observed_days")
    filed = _daily(panel.read_counts(con, axes, "case_counts")["filed"].sum(axis=1), days[Scope.FLOWS])
    rows = con.execute("SELECT kind, court_id, sum(n) FROM measures.court_windows GROUP BY ALL ORDER BY ALL").fetchall()
    row_counts = {(kind, court): float(n) for kind, court, n in rows}
    cases, rounds = (
        np.array([row_counts.get((kind, court), 0.0) for court in axes.courts]) for kind in ("cases", "auctions")
    )
    # Where filings are not known, what the file has of the court is their measure.
    caseload = np.where(days[Scope.FLOWS].sum(axis=1) > 0, filed, _daily(cases, days[IN_FILE]))
    return Observation(axes, days, caseload, _daily(rounds, days[Scope.AUCTIONS]))


def _daily(total: Array, days: Array) -> Array:
    n_days = days.sum(axis=1)
    daily: Array = np.divide(total, n_days, out=np.zeros_like(total), where=n_days > 0)
    return daily
