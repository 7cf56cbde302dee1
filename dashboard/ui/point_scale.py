"""The scale of points: 0 at the worst and 100 at the best goalpost of an indicator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dashboard.text import formats


class PointScale(Protocol):
    """What points are counted on: an indicator, or the score itself."""

    @property
    def unit(self) -> str: ...
    @property
    def worst(self) -> float: ...
    @property
    def best(self) -> float: ...
    @property
    def higher_is_better(self) -> bool: ...


@dataclass(frozen=True)
class ScoreScale:
    """The score as if it were an indicator: its points are its own scale."""

    unit: str = "score"
    worst: float = 0.0
    best: float = 100.0
    higher_is_better: bool = True


SCORE_SCALE = ScoreScale()


def difference_in_points(difference: float | None, scale: PointScale) -> float | None:
    """A difference of two values in points between the goalposts, above 0 for better."""
    if formats.is_missing(difference):
        return None
    return 100 * difference / (scale.best - scale.worst)


def position(value: float, scale: PointScale) -> float:
    """Points of a value, 0 to 100, without the floor that scores have: for charts."""
    return axis_position(value, scale.worst, scale.best)


def axis_position(value: float, start: float, end: float) -> float:
    """Where a value lies on an axis from `start` to `end`, in per cent of its length; what lies
    outside is at the nearer end."""
    return min(max(0.0, 100 * (value - start) / (end - start)), 100.0)  # never -0.0
