"""What pages ask: one read-only view of a built warehouse, in the words of the screen.

A page never writes SQL and never computes a statistic; it asks here and draws what it gets.
"""

from index_engine.estimates.units import LEVELS
from index_engine.snapshot.comparisons import RANKS, Comparisons
from index_engine.snapshot.contrasts import Contrast, Contrasts
from index_engine.snapshot.core import Unit
from index_engine.snapshot.doubts import Doubts
from index_engine.snapshot.maps import Maps
from index_engine.snapshot.nodes import Node
from index_engine.snapshot.profiles import Profiles
from index_engine.snapshot.waits import Waits
from index_engine.snapshot.watching import Watching

__all__ = ["LEVELS", "RANKS", "Contrast", "Node", "Snapshot", "Unit"]


class Snapshot(Profiles, Waits, Comparisons, Contrasts, Maps, Doubts, Watching):
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
