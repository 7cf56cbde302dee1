"""The score taken apart: its indicators as observed, drawn to their peers, or at the nation's mix.

One table with three readings, named by `view` in the address. The default shows what enters the
score; the others answer one question each, so that no table is a wall of figures.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.place import spine_chart
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, controls, point_scale, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.point_scale import SCORE_SCALE, PointScale
from dashboard.ui.provenance import provenance_note
from dashboard.ui.table import Column

DIRECT, PEERS, CASE_MIX = "own", "peers", "mix"


def section(view: View, row: Any) -> None:
    """Dimensions and indicators of the place in focus, in the reading that the address names."""
    place = view.place
    values = view.snapshot.indicators(place.level, place.place_id, view.period)
    components.section(
        _("The score taken apart"),
        _(
            "Each value is placed between two fixed goalposts, 0 and 100 points; points are "
            "averaged within a dimension, and the dimensions combined by a geometric mean, so that "
            "none can buy off another. In every row, right is better."
        ),
        anchor="score",
    )
    if values["status"].isna().all():
        st.html(tag("p", components.status_text("no_data"), class_="quiet"))
        return
    reading = DIRECT if place.level == "nation" else selected_reading()
    st.html(
        join(
            None if place.level == "nation" else reading_switch(reading),
            tag("p", reading_explanation(reading), class_="reading"),
        )
    )
    caption = _("Indicators of {period}").format(period=formats.period(view.period))
    distributions = spine_chart.read_distributions(view)
    columns = {
        DIRECT: lambda: direct_columns(with_nation=place.level != "nation"),
        PEERS: peers_columns,
        CASE_MIX: mix_columns,
    }[reading]()
    table_rows = decomposition_rows(view, row, values, distributions)
    container_key = "spine" if place.level != "nation" else "spine-alone"
    with st.container(key=container_key if reading == DIRECT else f"reading-{reading}"):
        st.html(table.html_table(columns, table_rows, caption=caption, row_class=_row_class))
    if reading == DIRECT:
        st.html(spine_chart.legend(view, distributions))
    st.html(components.source_line(view, n=row.n if row else None))
    components.download_button(
        "indicators",
        view,
        lambda: spine_chart.with_distributions(values, distributions, "indicator", "indicator"),
    )


def selected_reading() -> str:
    """The reading that the address names; what enters the score where it names none."""
    requested_reading = address.get("view")
    return requested_reading if requested_reading in (PEERS, CASE_MIX) else DIRECT


def reading_switch(reading: str) -> Html:
    names = {
        DIRECT: _("As it enters the score"),
        PEERS: _("Beside its peers"),
        CASE_MIX: _("At the national case mix"),
    }
    return controls.switch("view", _("Reading"), names, reading, default=DIRECT)


def reading_explanation(reading: str) -> str:
    """One sentence on what the reading is."""
    return {
        DIRECT: _("Small print under a value is its 95% interval."),
        PEERS: _(
            "A shrinkage estimate draws a value to the mean of its peers, the more so the less its "
            "own cases say; the share tells how much of it is the place's own (0%: its peers "
            "differ by no more than chance)."
        ),
        CASE_MIX: _(
            "Adjusted: what the value would be if the place had the nation's mix of cases. "
            "Bars to the right: the mix of its cases holds its score down; to the left: it helps."
        ),
    }[reading]


def decomposition_rows(
    view: View, row: Any, values: pd.DataFrame, distributions: spine_chart.Distributions
) -> list[SimpleNamespace]:
    """The score, then a line for every dimension, followed by its indicators."""
    nation = view.score_row(view.snapshot.nation)
    nation_values = view.snapshot.indicators("nation", view.snapshot.nation.place_id, view.period)
    nation_points = dict(zip(nation_values["indicator"], nation_values["points"], strict=True))
    total_weight = sum(d.weight for d in view.snapshot.method.dimensions)
    rows = [_score_line(row, nation, distributions)] if row else []
    for dimension in view.snapshot.method.dimensions:
        rows.append(
            SimpleNamespace(
                kind="dimension",
                item=dimension,
                points=getattr(row, dimension.id, None) if row else None,
                weight=dimension.weight / total_weight,
                reference=getattr(nation, dimension.id, None) if nation else None,
                spread=distributions.get(("dimension", dimension.id)),
            )
        )
        rows.extend(
            SimpleNamespace(
                kind="indicator",
                item=view.snapshot.method.indicator(line.indicator),
                explanation=provenance_note(
                    view, view.snapshot.method.indicator(line.indicator), line
                ),
                reference=nation_points.get(line.indicator),
                spread=distributions.get(("indicator", line.indicator)),
                **line._asdict(),
            )
            for line in values[values["dimension"] == dimension.id].itertuples(index=False)
        )
    return rows


def _score_line(row: Any, nation: Any, distributions: spine_chart.Distributions) -> SimpleNamespace:
    """The score in the columns of its indicators."""
    reference = nation.score if nation else None
    return SimpleNamespace(
        kind="score",
        item=SCORE_SCALE,
        value=row.score,
        points=row.score,
        weight=None,
        nation=reference,
        reference=reference,
        spread=distributions.get(("score", "score")),
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


def direct_columns(*, with_nation: bool) -> list[Column]:
    """The spine; `compared` with the nation and the peers, where it is not the nation itself."""
    comparison_columns = [
        _number_column(_("Nation"), lambda line: formats.value(line.nation, line.item.unit)),
        _number_column(
            _("Mean of its peers"),
            lambda line: (
                "" if line.kind == "score" else formats.value(line.peers_value, line.item.unit)
            ),
        ),
    ]
    return [
        Column(_("Indicator"), _name_cell),
        Column(
            _("Weight"),
            lambda line: "" if line.kind == "score" else formats.percent(line.weight, 0),
            kind="number",
        ),
        _number_column(_("Value"), _scored_value_cell),
        *(comparison_columns if with_nation else []),
        Column(_("0–100 points"), _points_spine, kind="plot", note=_("Right is better.")),
        Column(_("Points"), lambda line: formats.number(line.points, 1), kind="number"),
        _number_column("n", lambda line: formats.number(line.n)),
    ]


def peers_columns() -> list[Column]:
    return [
        Column(_("Indicator"), _name_cell),
        _number_column(_("Own value"), _direct_value_cell),
        _number_column(
            _("Mean of its peers"),
            lambda line: (
                "" if line.kind == "score" else formats.value(line.peers_value, line.item.unit)
            ),
        ),
        _number_column(
            _("Shrinkage estimate"),
            lambda line: cells.value_with_interval(
                line.shrunk, line.shrunk_low, line.shrunk_high, line.item.unit
            ),
        ),
        Column(
            _("Share of its own cases in it"),
            lambda line: "" if line.kind != "indicator" else _weight_bar(line),
            kind="plot",
        ),
        _number_column("n", lambda line: formats.number(line.n)),
    ]


def mix_columns() -> list[Column]:
    return [
        Column(_("Indicator"), _name_cell),
        _number_column(_("Own value"), _direct_value_cell),
        _number_column(
            _("Adjusted value"),
            lambda line: cells.value_with_interval(
                line.adjusted, line.adjusted_low, line.adjusted_high, line.item.unit
            ),
        ),
        _number_column(
            _("Adjusted less own value"),
            lambda line: formats.difference(_adjustment(line), line.item.unit),
        ),
        Column(
            _("Difference in points"),
            lambda line: "" if line.kind == "dimension" else _adjustment_bar(line),
            kind="plot",
            note=_("On the scale of the goalposts; a half of the cell is 5 points"),
        ),
        _number_column("n", lambda line: formats.number(line.n)),
    ]


def _number_column(heading: str, number_cell: Any, note: str = "") -> Column:
    """A column of numbers that dimensions have none of."""
    return Column(
        heading,
        lambda line: "" if line.kind == "dimension" else number_cell(line),
        kind="number",
        note=note,
    )


def _name_cell(line: Any) -> Html:
    if line.kind == "score":
        return tag("span", _("Score"))
    if line.kind == "dimension":
        return tag("span", localise(line.item.name), class_="dimension")
    return join(tag("span", localise(line.item.name), class_="indicator"), line.explanation)


def is_imputed(line: Any) -> bool:
    """Whether the points of an indicator are of its peers' value for want of its own."""
    return not formats.is_missing(line.points) and not formats.is_missing(line.own) and not line.own


def _scored_value_cell(line: Any) -> Html:
    """The value that the points are of, and its interval, or why it is not the place's own."""
    unit = line.item.unit
    if not is_imputed(line):
        return _direct_value_cell(line)
    reason = components.status_text(line.status)
    is_shrunken_value = not formats.is_missing(line.shrunk)
    if is_shrunken_value:
        reason_text = _("{reason}: drawn to its peers").format(reason=reason)
    else:
        reason_text = _("{reason}: peers' value stands in").format(reason=reason)
    value_text = formats.value(line.shrunk if is_shrunken_value else line.peers_value, unit)
    return table.value_with_detail(tag("span", value_text, class_="quiet"), reason_text)


def _direct_value_cell(line: Any) -> Html:
    if line.status not in ("estimated", "scored"):
        return table.value_with_detail(
            formats.value(line.value, line.item.unit), components.status_text(line.status)
        )
    return cells.value_with_interval(line.value, line.low, line.high, line.item.unit)


def _adjustment(line: Any) -> float | None:
    has_direct_estimate = line.status in ("estimated", "scored")
    if (
        not has_direct_estimate
        or formats.is_missing(line.value)
        or formats.is_missing(line.adjusted)
    ):
        return None
    return line.adjusted - line.value


def _adjustment_bar(line: Any) -> Html:
    size = point_scale.difference_in_points(_adjustment(line), line.item)
    tooltip = "" if size is None else _("{change} points").format(change=formats.change(size))
    return cells.signed_bars([(size, cells.CASE_MIX, tooltip)], 5.0)


def _weight_bar(line: Any) -> Html:
    if formats.is_missing(line.own_weight):
        return join(formats.NO_VALUE)
    share_text = formats.percent(line.own_weight, 0)
    bar = table.stacked_bar([(line.own_weight, cells.PERFORMANCE, share_text)], 1.0)
    return tag("span", bar, tag("span", share_text), class_="share")


def _points_spine(line: Any) -> Html | str:
    if formats.is_missing(line.points):
        is_dimension = line.kind == "dimension"
        return (
            _("too little weight present") if is_dimension else components.status_text(line.status)
        )
    tooltip = spine_chart.distribution_text(
        line.spread, SCORE_SCALE.unit if line.kind == "dimension" else line.item.unit
    )
    if line.kind == "dimension":
        distribution = distribution_in_points(line.spread, SCORE_SCALE)
        return spine_chart.draw_spine(
            line.points,
            None,
            None,
            line.reference,
            distribution,
            spine_chart.NOT_COMPARABLE,
            tooltip,
        )
    ends = (line.low, line.high)
    if is_imputed(line):
        ends = (line.shrunk_low, line.shrunk_high)
    scaled_ends = sorted(
        point_scale.position(end, line.item) for end in ends if not formats.is_missing(end)
    )
    low, high = scaled_ends if len(scaled_ends) == 2 else (None, None)
    verdict = spine_chart.compare_with_nation(
        line, line.nation, higher_is_better=line.item.higher_is_better
    )
    distribution = distribution_in_points(line.spread, line.item)
    return spine_chart.draw_spine(
        line.points, low, high, line.reference, distribution, verdict, tooltip
    )


def distribution_in_points(row: Any, item: PointScale) -> spine_chart.PointDistribution | None:
    """How places are spread, in points."""
    if row is None:
        return None
    return spine_chart.PointDistribution(
        *(point_scale.position(v, item) for v in (row.minimum, row.q25, row.q75, row.maximum))
    )
