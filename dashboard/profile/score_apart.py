"""The score taken apart: its indicators as observed, drawn to their peers, or at the nation's mix.

One table with three readings, named by `view` in the address. The default shows what enters the
score; the others answer one question each, so that no table is a wall of figures.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, drawings, formats, parts, tables
from dashboard.about import about
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from dashboard.profile import spine
from dashboard.tables import Column
from index_engine.method import Indicator

OWN, PEERS, MIX = "own", "peers", "mix"
SCORE_UNIT = "score"
# The score as if it were an indicator: points are its own scale.
SCORE_ITEM = SimpleNamespace(
    id="score", unit=SCORE_UNIT, worst=0.0, best=100.0, higher_is_better=True
)


def section(shown: View, row: Any) -> None:
    """Dimensions and indicators of the place in focus, in the reading that the address names."""
    unit = shown.place
    values = shown.data.indicators(unit.level, unit.unit_id, shown.period)
    parts.section(
        _("The score taken apart"),
        _(
            "Each value is placed between two fixed goalposts, 0 and 100 points; points are "
            "averaged within a dimension, and the dimensions combined by a geometric mean, so that "
            "none can buy off another. In every row, right is better."
        ),
        anchor="score",
    )
    if values["status"].isna().all():
        st.html(tag("p", parts.status("no_data"), class_="quiet"))
        return
    reading = OWN if unit.level == "nation" else chosen()
    st.html(
        join(
            None if unit.level == "nation" else switch(reading),
            tag("p", explained(reading), class_="reading"),
        )
    )
    caption = _("Indicators of {period}").format(period=formats.period(shown.period))
    spread = spine.of(shown)
    columns = {
        OWN: lambda: own_columns(compared=unit.level != "nation"),
        PEERS: peers_columns,
        MIX: mix_columns,
    }[reading]()
    body = lines(shown, row, values, spread)
    own = "spine" if unit.level != "nation" else "spine-alone"
    with st.container(key=own if reading == OWN else f"reading-{reading}"):
        st.html(tables.table(columns, body, caption=caption, row_class=_row_class))
    if reading == OWN:
        st.html(spine.legend(shown, spread))
    st.html(parts.source_line(shown, n=row.n if row else None))
    parts.download(
        "indicators",
        shown,
        lambda: spine.with_spread(values, spread, "indicator", "indicator"),
    )


def chosen() -> str:
    """The reading that the address names; what enters the score where it names none."""
    named = address.get("view")
    return named if named in (PEERS, MIX) else OWN


def switch(reading: str) -> Html:
    names = {
        OWN: _("As it enters the score"),
        PEERS: _("Beside its peers"),
        MIX: _("At the national case mix"),
    }
    return controls.switch("view", _("Reading"), names, reading, default=OWN)


def explained(reading: str) -> str:
    """One sentence on what the reading is."""
    return {
        OWN: _("Small print under a value is its 95% interval."),
        PEERS: _(
            "A shrinkage estimate draws a value to the mean of its peers, the more so the less its "
            "own cases say; the share tells how much of it is the place's own (0%: its peers "
            "differ by no more than chance)."
        ),
        MIX: _(
            "Adjusted: what the value would be if the place had the nation's mix of cases. "
            "Bars to the right: the mix of its cases holds its score down; to the left: it helps."
        ),
    }[reading]


def lines(
    shown: View, row: Any, values: pd.DataFrame, spread: spine.Spread
) -> list[SimpleNamespace]:
    """The score, then a line for every dimension, followed by its indicators."""
    nation = shown.row(shown.data.nation)
    country = shown.data.indicators("nation", shown.data.nation.unit_id, shown.period)
    national = dict(zip(country["indicator"], country["points"], strict=True))
    weights = sum(d.weight for d in shown.data.method.dimensions)
    found = [_score_line(row, nation, spread)] if row else []
    for dimension in shown.data.method.dimensions:
        found.append(
            SimpleNamespace(
                kind="dimension",
                item=dimension,
                points=getattr(row, dimension.id, None) if row else None,
                weight=dimension.weight / weights,
                reference=getattr(nation, dimension.id, None) if nation else None,
                spread=spread.get(("dimension", dimension.id)),
            )
        )
        found.extend(
            SimpleNamespace(
                kind="indicator",
                item=shown.data.method.indicator(line.indicator),
                about=about(shown, shown.data.method.indicator(line.indicator), line),
                reference=national.get(line.indicator),
                spread=spread.get(("indicator", line.indicator)),
                **line._asdict(),
            )
            for line in values[values["dimension"] == dimension.id].itertuples(index=False)
        )
    return found


def _score_line(row: Any, nation: Any, spread: spine.Spread) -> SimpleNamespace:
    """The score in the columns of its indicators."""
    reference = nation.score if nation else None
    return SimpleNamespace(
        kind="score",
        item=SCORE_ITEM,
        value=row.score,
        points=row.score,
        weight=None,
        nation=reference,
        reference=reference,
        spread=spread.get(("score", "score")),
        peers_value=None,
        own=None,
        own_weight=None,
        **{
            name: getattr(row, name)
            for name in ("low", "high", "n", "status", "shrunk", "shrunk_low", "shrunk_high")
        },
        **{name: getattr(row, name) for name in ("adjusted", "adjusted_low", "adjusted_high")},
    )


def _row_class(line: Any) -> str:
    return {"dimension": "head", "score": "total"}.get(line.kind, "")


# ------------------------------------------------------------ columns of the three readings


def own_columns(*, compared: bool) -> list[Column]:
    """The spine; `compared` with the nation and the peers, where it is not the nation itself."""
    beside = [
        _figures(_("Nation"), lambda line: amount(line.nation, line.item.unit)),
        _figures(
            _("Mean of its peers"),
            lambda line: "" if line.kind == "score" else amount(line.peers_value, line.item.unit),
        ),
    ]
    return [
        Column(_("Indicator"), _name),
        Column(
            _("Weight"),
            lambda line: "" if line.kind == "score" else formats.percent(line.weight, 0),
            kind="number",
        ),
        _figures(_("Value"), _used),
        *(beside if compared else []),
        Column(_("0–100 points"), _points_drawn, kind="plot", note=_("Right is better.")),
        Column(_("Points"), lambda line: formats.number(line.points, 1), kind="number"),
        _figures("n", lambda line: formats.number(line.n)),
    ]


def peers_columns() -> list[Column]:
    return [
        Column(_("Indicator"), _name),
        _figures(_("Own value"), _own),
        _figures(
            _("Mean of its peers"),
            lambda line: "" if line.kind == "score" else amount(line.peers_value, line.item.unit),
        ),
        _figures(
            _("Shrinkage estimate"),
            lambda line: with_interval(line.shrunk, line.shrunk_low, line.shrunk_high, line.item),
        ),
        Column(
            _("Share of its own cases in it"),
            lambda line: "" if line.kind != "indicator" else _weight_drawn(line),
            kind="plot",
        ),
        _figures("n", lambda line: formats.number(line.n)),
    ]


def mix_columns() -> list[Column]:
    return [
        Column(_("Indicator"), _name),
        _figures(_("Own value"), _own),
        _figures(
            _("Adjusted value"),
            lambda line: with_interval(
                line.adjusted, line.adjusted_low, line.adjusted_high, line.item
            ),
        ),
        _figures(
            _("Adjusted less own value"),
            lambda line: difference(_gap(line), line.item.unit),
        ),
        Column(
            _("Difference in points"),
            lambda line: "" if line.kind == "dimension" else _gap_drawn(line),
            kind="plot",
            note=_("On the scale of the goalposts; a half of the cell is 5 points"),
        ),
        _figures("n", lambda line: formats.number(line.n)),
    ]


def _figures(heading: str, cell: Any, note: str = "") -> Column:
    """A column of numbers that dimensions have none of."""
    return Column(
        heading,
        lambda line: "" if line.kind == "dimension" else cell(line),
        kind="number",
        note=note,
    )


def _name(line: Any) -> Html:
    if line.kind == "score":
        return tag("span", _("Score"))
    if line.kind == "dimension":
        return tag("span", pick(line.item.name), class_="dimension")
    return join(tag("span", pick(line.item.name), class_="indicator"), line.about)


def stands_in(line: Any) -> bool:
    """Whether the points of an indicator are of its peers' value for want of its own."""
    return not formats.missing(line.points) and not formats.missing(line.own) and not line.own


def _used(line: Any) -> Html:
    """The value that the points are of, and its interval, or why it is not the place's own."""
    unit = line.item.unit
    if not stands_in(line):
        return _own(line)
    reason = parts.status(line.status)
    drawn = not formats.missing(line.shrunk)
    if drawn:
        why = _("{reason}: drawn to its peers").format(reason=reason)
    else:
        why = _("{reason}: peers' value stands in").format(reason=reason)
    used = formats.value(line.shrunk if drawn else line.peers_value, unit)
    return tables.stacked(tag("span", used, class_="quiet"), why)


def _own(line: Any) -> Html:
    if line.status not in ("estimated", "scored"):
        return tables.stacked(amount(line.value, line.item.unit), parts.status(line.status))
    return with_interval(line.value, line.low, line.high, line.item)


def with_interval(value: float | None, low: float | None, high: float | None, item: Any) -> Html:
    """A value of an indicator or a score with its interval under it, or a dash."""
    if formats.missing(value):
        return join(formats.NOTHING)
    return tables.stacked(amount(value, item.unit), formats.interval(low, high, item.unit))


def amount(value: float | None, unit: str) -> str:
    return formats.number(value, 1) if unit == SCORE_UNIT else formats.value(value, unit)


def difference(gap: float | None, unit: str) -> str:
    """A difference of two values with its sign and unit: of shares in percentage points."""
    if formats.missing(gap):
        return formats.NOTHING
    if unit == "share":
        return _("{number} pp").format(number=formats.change(100 * gap))
    if unit == "months":
        return _("{number} months").format(number=formats.change(gap, 2))
    if unit == "days":
        return _("{number} days").format(number=formats.change(gap))
    return formats.change(gap, 3 if unit == "ratio" else 1)


def in_points(amount: float | None, item: Indicator | Any) -> float | None:
    """A difference on the indicator's scale as points between its goalposts, above 0 for better."""
    return None if formats.missing(amount) else 100 * amount / (item.best - item.worst)


def _gap(line: Any) -> float | None:
    own = line.status in ("estimated", "scored")
    if not own or formats.missing(line.value) or formats.missing(line.adjusted):
        return None
    return line.adjusted - line.value


def _gap_drawn(line: Any) -> Html:
    size = in_points(_gap(line), line.item)
    title = "" if size is None else _("{change} points").format(change=formats.change(size))
    return drawings.signed([(size, drawings.MIX, title)], 5.0)


def _weight_drawn(line: Any) -> Html:
    if formats.missing(line.own_weight):
        return join(formats.NOTHING)
    words = formats.percent(line.own_weight, 0)
    bar = tables.bar([(line.own_weight, drawings.PERFORMANCE, words)], 1.0)
    return tag("span", bar, tag("span", words), class_="share")


def _points_drawn(line: Any) -> Html | str:
    if formats.missing(line.points):
        scored = line.kind == "dimension"
        return _("too little weight present") if scored else parts.status(line.status)
    title = spine.told(line.spread, SCORE_UNIT if line.kind == "dimension" else line.item.unit)
    if line.kind == "dimension":
        places = spread_points(line.spread, SCORE_ITEM)
        return spine.drawing(line.points, None, None, line.reference, places, spine.ALONE, title)
    ends = (line.low, line.high)
    if stands_in(line):
        ends = (line.shrunk_low, line.shrunk_high)
    placed = sorted(_placed(end, line.item) for end in ends if not formats.missing(end))
    low, high = placed if len(placed) == 2 else (None, None)
    stands = spine.verdict(line, line.nation, higher_is_better=line.item.higher_is_better)
    places = spread_points(line.spread, line.item)
    return spine.drawing(line.points, low, high, line.reference, places, stands, title)


def spread_points(row: Any, item: Indicator | Any) -> spine.Points | None:
    """How places are spread, in points."""
    if row is None:
        return None
    return spine.Points(*(_placed(v, item) for v in (row.least, row.q25, row.q75, row.most)))


def _placed(value: float, item: Indicator | Any) -> float:
    """Where a value lies between the goalposts, 0 to 100, for the drawing."""
    return min(max(0.0, 100 * (value - item.worst) / (item.best - item.worst)), 100.0)
