"""The spine of a profile: where a place's value lies among all places of its level, and whether its
interval leaves out the nation's value.

Everything lies on one line from 0 to 100 points between the fixed goalposts, so that right is
better in every row. The form is that of the spine charts of public health profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag

BETTER, SIMILAR, WORSE, NOT_COMPARABLE = "better", "similar", "worse", "alone"
DISTRIBUTION_LEVEL = {
    "nation": "province"
}  # whose places are spread, where it is not its own level
Distributions = dict[tuple[str, str], Any]  # rows of Snapshot.spread by kind and item


def read_distributions(view: View) -> Distributions:
    """How the places of the level are spread; of the nation, how provinces are."""
    level = DISTRIBUTION_LEVEL.get(view.place.level, view.place.level)
    rows = view.snapshot.distribution(level, view.period).itertuples(index=False)
    return {(row.kind, row.item): row for row in rows}


@dataclass(frozen=True)
class PointDistribution:
    """A spread on the line from 0 to 100 points."""

    minimum: float
    q25: float
    q75: float
    maximum: float


def compare_with_nation(line: Any, nation: float | None, *, higher_is_better: bool) -> str:
    """How a value stands to the nation's by its interval: 'better', 'similar' or 'worse'; 'alone'
    where one of the two, or the interval, is not known."""
    required_values = (line.value, line.low, line.high, nation)
    if line.status not in ("estimated", "scored") or any(map(formats.is_missing, required_values)):
        return NOT_COMPARABLE
    if line.low <= nation <= line.high:
        return SIMILAR
    return BETTER if (line.low > nation) == higher_is_better else WORSE


def draw_spine(
    value: float | None,
    low: float | None,
    high: float | None,
    nation: float | None,
    distribution: PointDistribution | None,
    verdict: str,
    tooltip: str = "",
) -> Html:
    """The spread of all places, the nation's tick, the interval, and a mark whose shape and colour
    both say how the value stands. All in points, 0 to 100."""
    pieces = []
    if distribution is not None:
        pieces.append(tag("u", style=_span_style(distribution.minimum, distribution.maximum)))
        pieces.append(
            tag("u", class_="middle", style=_span_style(distribution.q25, distribution.q75))
        )
    if not formats.is_missing(nation):
        pieces.append(tag("s", style=f"--x:{nation:.2f}"))
    if not formats.is_missing(low) and not formats.is_missing(high):
        pieces.append(tag("b", style=_span_style(low, high)))
    if not formats.is_missing(value):
        pieces.append(tag("i", class_=verdict, style=f"--x:{value:.2f}"))
    return tag("span", *pieces, class_="spine", title=tooltip or None, aria_hidden="true")


def draw_range(value: float | None, nation: float | None, distribution: Any, tooltip: str) -> Html:
    """A value of no direction among all places: the line is their range, from least to most."""
    range_width = distribution.maximum - distribution.minimum
    if range_width <= 0:
        return Html("")

    def range_position(amount: float | None) -> float | None:
        if formats.is_missing(amount):
            return None
        return min(max(100 * (amount - distribution.minimum) / range_width, 0.0), 100.0)

    point_distribution = PointDistribution(
        *(
            range_position(end) or 0.0
            for end in (
                distribution.minimum,
                distribution.q25,
                distribution.q75,
                distribution.maximum,
            )
        )
    )
    return draw_spine(
        range_position(value),
        None,
        None,
        range_position(nation),
        point_distribution,
        SIMILAR,
        tooltip,
    )


def _span_style(first_end: float, second_end: float) -> str:
    low, high = sorted((first_end, second_end))
    return f"--x:{low:.2f};--w:{high - low:.2f}"


def distribution_text(distribution: Any, unit: str) -> str:
    """A spread in words, for the pointer."""
    if distribution is None:
        return ""

    def value_text(value: float) -> str:
        return formats.number(value, 1) if unit == "score" else formats.value(value, unit)

    return _("{n} places: {least} to {most}, the middle half {q25} to {q75}").format(
        n=formats.number(distribution.place_count),
        least=value_text(distribution.minimum),
        most=value_text(distribution.maximum),
        q25=value_text(distribution.q25),
        q75=value_text(distribution.q75),
    )


def legend(view: View, distributions: Distributions) -> Html:
    """What the marks mean, and of how many places the grey bars are."""
    level = DISTRIBUTION_LEVEL.get(view.place.level, view.place.level)
    bar_texts = {
        "province": _("all provinces ({n}), least to most; inner bar: the middle half"),
        "city": _("all cities ({n}), least to most; inner bar: the middle half"),
        "court": _("all courts ({n}), least to most; inner bar: the middle half"),
    }
    score_distribution = distributions.get(("score", "score"))
    bar_text = bar_texts[level].format(
        n=formats.number(score_distribution.place_count if score_distribution else 0)
    )
    marks = [
        (BETTER, _("better than the nation")),
        (SIMILAR, _("no clear difference")),
        (WORSE, _("worse than the nation")),
        (NOT_COMPARABLE, _("not compared")),
    ]
    if view.place.level == "nation":
        marks = []
    return tag(
        "p",
        *(tag("span", tag("i", class_=f"spine-mark {name}"), label) for name, label in marks),
        tag("span", tag("s", class_="tick"), _("Nation")),
        tag("span", tag("u", class_="spine-bar"), bar_text),
        class_="marks",
    )


def with_distributions(
    values: pd.DataFrame, distributions: Distributions, kind: str, item: str
) -> pd.DataFrame:
    """A table for keeping, the spread of each of its rows beside it; `item` names its column."""
    columns = ("minimum", "q25", "median", "q75", "maximum", "place_count")
    distribution_rows = [distributions.get((kind, name)) for name in values[item]]
    return values.assign(
        **{
            f"level_{column}": [getattr(row, column) if row else None for row in distribution_rows]
            for column in columns
        }
    )
