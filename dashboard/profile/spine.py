"""The spine of a profile: where a place's value lies among all places of its level, and whether its
interval leaves out the nation's value.

Everything lies on one line from 0 to 100 points between the fixed goalposts, so that right is
better in every row. The form is that of the spine charts of public health profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, tag

BETTER, SIMILAR, WORSE, ALONE = "better", "similar", "worse", "alone"
LEVEL_BELOW = {"nation": "province"}  # whose places are spread, where it is not its own level
Spread = dict[tuple[str, str], Any]  # rows of Snapshot.spread by kind and item


def of(shown: View) -> Spread:
    """How the places of the level are spread; of the nation, how provinces are."""
    level = LEVEL_BELOW.get(shown.place.level, shown.place.level)
    rows = shown.data.spread(level, shown.period).itertuples(index=False)
    return {(row.kind, row.item): row for row in rows}


@dataclass(frozen=True)
class Points:
    """A spread on the line from 0 to 100 points."""

    least: float
    q25: float
    q75: float
    most: float


def verdict(line: Any, nation: float | None, *, higher_is_better: bool) -> str:
    """How a value stands to the nation's by its interval: 'better', 'similar' or 'worse'; 'alone'
    where one of the two, or the interval, is not known."""
    known = (line.value, line.low, line.high, nation)
    if line.status not in ("estimated", "scored") or any(map(formats.missing, known)):
        return ALONE
    if line.low <= nation <= line.high:
        return SIMILAR
    return BETTER if (line.low > nation) == higher_is_better else WORSE


def drawing(
    at: float | None,
    low: float | None,
    high: float | None,
    nation: float | None,
    spread: Points | None,
    stands: str,
    title: str = "",
) -> Html:
    """The spread of all places, the nation's tick, the interval, and a mark whose shape and colour
    both say how the value stands. All in points, 0 to 100."""
    pieces = []
    if spread is not None:
        pieces.append(tag("u", style=_span(spread.least, spread.most)))
        pieces.append(tag("u", class_="middle", style=_span(spread.q25, spread.q75)))
    if not formats.missing(nation):
        pieces.append(tag("s", style=f"--x:{nation:.2f}"))
    if not formats.missing(low) and not formats.missing(high):
        pieces.append(tag("b", style=_span(low, high)))
    if not formats.missing(at):
        pieces.append(tag("i", class_=stands, style=f"--x:{at:.2f}"))
    return tag("span", *pieces, class_="spine", title=title or None, aria_hidden="true")


def among(value: float | None, nation: float | None, row: Any, title: str) -> Html:
    """A value of no direction among all places: the line is their range, from least to most."""
    reach = row.most - row.least
    if reach <= 0:
        return Html("")

    def along(amount: float | None) -> float | None:
        if formats.missing(amount):
            return None
        return min(max(100 * (amount - row.least) / reach, 0.0), 100.0)

    places = Points(*(along(end) or 0.0 for end in (row.least, row.q25, row.q75, row.most)))
    return drawing(along(value), None, None, along(nation), places, SIMILAR, title)


def _span(one: float, other: float) -> str:
    low, high = sorted((one, other))
    return f"--x:{low:.2f};--w:{high - low:.2f}"


def told(row: Any, unit: str) -> str:
    """A spread in words, for the pointer."""
    if row is None:
        return ""

    def said(value: float) -> str:
        return formats.number(value, 1) if unit == "score" else formats.value(value, unit)

    return _("{n} places: {least} to {most}, the middle half {q25} to {q75}").format(
        n=formats.number(row.units),
        least=said(row.least),
        most=said(row.most),
        q25=said(row.q25),
        q75=said(row.q75),
    )


def legend(shown: View, spread: Spread) -> Html:
    """What the marks mean, and of how many places the grey bars are."""
    level = LEVEL_BELOW.get(shown.place.level, shown.place.level)
    words = {
        "province": _("all provinces ({n}), least to most; inner bar: the middle half"),
        "city": _("all cities ({n}), least to most; inner bar: the middle half"),
        "court": _("all courts ({n}), least to most; inner bar: the middle half"),
    }
    scored = spread.get(("score", "score"))
    bar = words[level].format(n=formats.number(scored.units if scored else 0))
    marks = [
        (BETTER, _("better than the nation")),
        (SIMILAR, _("no clear difference")),
        (WORSE, _("worse than the nation")),
        (ALONE, _("not compared")),
    ]
    if shown.place.level == "nation":
        marks = []
    return tag(
        "p",
        *(tag("span", tag("i", class_=f"spine-mark {name}"), said) for name, said in marks),
        tag("span", tag("s", class_="tick"), _("Nation")),
        tag("span", tag("u", class_="spine-bar"), bar),
        class_="marks",
    )


def with_spread(values: pd.DataFrame, spread: Spread, kind: str, item: str) -> pd.DataFrame:
    """A table for keeping, the spread of each of its rows beside it; `item` names its column."""
    columns = ("least", "q25", "median", "q75", "most", "units")
    found = [spread.get((kind, name)) for name in values[item]]
    return values.assign(
        **{f"places_{c}": [getattr(row, c) if row else None for row in found] for c in columns}
    )
