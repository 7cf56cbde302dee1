"""How far the numbers depend on choices, and what lies outside what chance explains."""

from index_engine.snapshot.core import Core


class Doubts(Core):
    """What is asked of the method itself, on the data of one level and period."""
