"""What pages ask: one read-only view of a built warehouse, in the words of the screen.

A page never writes SQL and never computes a statistic; it asks here and draws what it gets.
"""

from index_engine.estimates.places import LEVELS
from index_engine.queries.comparison import Comparison, ComparisonQueries
from index_engine.queries.map_values import MapQueries
from index_engine.queries.monitoring import MonitoringQueries
from index_engine.queries.procedure_steps import ProcedureStep
from index_engine.queries.profile import ProfileQueries
from index_engine.queries.scores import RANK_COLUMNS, ScoreQueries
from index_engine.queries.snapshot import Place
from index_engine.queries.uncertainty import UncertaintyQueries
from index_engine.queries.waiting_times import WaitingTimeQueries

__all__ = ["LEVELS", "RANK_COLUMNS", "Comparison", "Place", "ProcedureStep", "Snapshot"]


class Snapshot(
    ProfileQueries,
    WaitingTimeQueries,
    ScoreQueries,
    ComparisonQueries,
    MapQueries,
    UncertaintyQueries,
    MonitoringQueries,
):
    """A built warehouse, open read-only and locked down; safe to share between threads.

    Its questions stand in seven files: `profiles` (one place: its score, indicators, curves,
    figures), `waits` (one place: how long it takes from step to step), `comparisons` (all places of
    a level: scores, ranks, other weights, other methods), `contrasts` (a few places together, a
    difference taken apart), `maps` (all places of a level: one indicator, what moved, where courts
    sit), `doubts` (how far the numbers depend on choices) and `watching` (local and other
    creditors, changes of places against their own past). `core` opens it.

    `method` is the id of one of the methods it was built with, by default the main one. Raises
    InputError if there is no warehouse at `path`, it has not been built, or not with that method.
    """
