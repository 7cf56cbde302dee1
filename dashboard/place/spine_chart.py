"""Spine charts: where the value of a place lies among all places of its level, and whether its
interval excludes the nation's value.

Everything lies on one line from 0 to 100 points between the fixed goalposts, so that right is
better in every row. The form is that of the spine charts of public health profiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag
from dashboard.ui.national_comparison import Verdict
from dashboard.ui.point_scale import axis_position
from index_engine import queries
from index_engine.queries import Distribution

# Level whose places make the distribution, where it is not the level of the place itself.
DISTRIBUTION_LEVEL = {"nation": "province"}
Distributions = dict[tuple[str, str], Distribution]  # by kind and item


def read_distributions(view: View) -> Distributions:
    """Distributions over the places of the level; beside the nation, over the provinces."""
    level = DISTRIBUTION_LEVEL.get(view.place.level, view.place.level)
    rows = queries.distribution(view.snapshot, level, view.period).itertuples(index=False)
    return {(row.kind, row.item): row for row in rows}


@dataclass(frozen=True)
class PointDistribution:
    """Minimum, quartiles and maximum in points, 0 to 100."""

    minimum: float
    q25: float
    q75: float
    maximum: float


def draw_spine(
    value: float | None,
    low: float | None,
    high: float | None,
    nation: float | None,
    distribution: PointDistribution | None,
    verdict: Verdict,
    tooltip: str = "",
) -> Html:
    """The distribution of all places, a tick at the nation, the interval, and a mark whose shape
    and colour both tell the verdict. All in points, 0 to 100."""
    pieces = []
    if distribution is not None:
        pieces.append(tag("u", style=_span_style(distribution.minimum, distribution.maximum)))
        pieces.append(tag("u", class_="middle", style=_span_style(distribution.q25, distribution.q75)))
    if not formats.is_missing(nation):
        pieces.append(tag("s", style=f"--x:{nation:.2f}"))
    if not formats.is_missing(low) and not formats.is_missing(high):
        pieces.append(tag("b", style=_span_style(low, high)))
    if not formats.is_missing(value):
        pieces.append(tag("i", class_=verdict, style=f"--x:{value:.2f}"))
    return tag("span", *pieces, class_="spine", title=tooltip or None, aria_hidden="true")


def draw_range(value: float | None, nation: float | None, distribution: Distribution, tooltip: str) -> Html:
    """A value of which neither direction is better: the axis runs from minimum to maximum. Nothing
    where the two are the same."""
    if distribution.maximum <= distribution.minimum:
        return Html("")

    def range_position(amount: float | None) -> float | None:
        if formats.is_missing(amount):
            return None
        return axis_position(amount, distribution.minimum, distribution.maximum)

    point_distribution = PointDistribution(
        *(
            range_position(end) or 0.0
            for end in (distribution.minimum, distribution.q25, distribution.q75, distribution.maximum)
        )
    )
    return draw_spine(
        range_position(value), None, None, range_position(nation), point_distribution, Verdict.SIMILAR, tooltip
    )


def _span_style(first_end: float, second_end: float) -> str:
    low, high = sorted((first_end, second_end))
    return f"--x:{low:.2f};--w:{high - low:.2f}"


def distribution_text(distribution: Distribution | None, unit: str) -> str:
    """A distribution in words, for the tooltip."""
    if distribution is None:
        return ""

    def value_text(value: float) -> str:
        return formats.value(value, unit)

    return _("{n} places: {minimum} to {maximum}, middle half {q25} to {q75}").format(
        n=formats.number(distribution.place_count),
        minimum=value_text(distribution.minimum),
        maximum=value_text(distribution.maximum),
        q25=value_text(distribution.q25),
        q75=value_text(distribution.q75),
    )


def legend(view: View, distributions: Distributions) -> Html:
    """What the marks mean, and of how many places the grey bars are."""
    level = DISTRIBUTION_LEVEL.get(view.place.level, view.place.level)
    bar_texts = {
        "province": _("all provinces ({n}), minimum to maximum; inner bar: middle half"),
        "city": _("all cities ({n}), minimum to maximum; inner bar: middle half"),
        "court": _("all courts ({n}), minimum to maximum; inner bar: middle half"),
    }
    score_distribution = distributions.get(("score", "score"))
    bar_text = bar_texts[level].format(n=formats.number(score_distribution.place_count if score_distribution else 0))
    marks = [
        (Verdict.BETTER, _("better than the nation")),
        (Verdict.SIMILAR, _("no clear difference")),
        (Verdict.WORSE, _("worse than the nation")),
        (Verdict.NOT_COMPARABLE, _("not compared")),
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


def with_distributions(values: pd.DataFrame, distributions: Distributions, kind: str, item: str) -> pd.DataFrame:
    """A table for download with the distribution of each row's item beside it; `item` is the column
    that names the item, `kind` what it is ('indicator' or 'statistic')."""
    columns = ("minimum", "q25", "median", "q75", "maximum", "place_count")
    distribution_rows = [distributions.get((kind, name)) for name in values[item]]
    return values.assign(
        **{
            f"level_{column}": [getattr(row, column) if row else None for row in distribution_rows]
            for column in columns
        }
    )
