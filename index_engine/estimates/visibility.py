"""Which numbers may be published: those of at least `min_cell` cases, rounds or lots.

Fewer could be told apart by whoever knows some of them (the least cell of the method).
"""

from index_engine.arrays import Array, BoolArray
from index_engine.method import Method


def is_visible(n: Array, method: Method) -> BoolArray:
    """Where counts reach the least cell of the method."""
    visible: BoolArray = n >= method.min_cell
    return visible
