"""A measure of some places over time: as observed and at the national case mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import chart_block, compared_places, components, controls, theme
from dashboard.ui.charts import annotation_lines, base
from dashboard.ui.charts.annotation_lines import AnnotationMarks
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import tag
from index_engine import queries
from index_engine.queries import Place

SCORE = "score"
BOTH_BASES, OBSERVED_BASIS, ADJUSTED_BASIS = "", "observed", "adjusted"


def select_measure(view: View) -> str:
    """The score, a dimension or an indicator, by the address."""
    method = view.snapshot.method
    measure_names = {SCORE: _("Score")}
    for dimension in method.dimensions:
        measure_names[dimension.id] = localise(dimension.name)
        measure_names |= {i.id: f"· {localise(i.name)}" for i in method.dimension_indicators(dimension.id)}
    return controls.select(
        "measure", _("Measure"), list(measure_names), format_option=measure_names.__getitem__, width=280
    )


def select_basis(view: View) -> str:
    """As observed, at the national case mix, or both side by side."""
    names = {
        BOTH_BASES: _("Observed and adjusted"),
        OBSERVED_BASIS: _("As observed"),
        ADJUSTED_BASIS: _("At the national case mix"),
    }
    return controls.select("basis", _("Case mix"), list(names), format_option=names.__getitem__, width=220)


def measure_unit(view: View, measure: str) -> str:
    """The unit of measure of an indicator; 'score' (points) of the score and the dimensions."""
    units = [i.unit for i in view.snapshot.method.indicators if i.id == measure]
    return units[0] if units else SCORE


def measure_name(view: View, measure: str) -> str:
    method = view.snapshot.method
    item_names = {item.id: localise(item.name) for item in method.dimensions}
    item_names |= {item.id: localise(item.name) for item in method.indicators}
    return item_names.get(measure, _("Score"))


def section(view: View, places: Sequence[Place], measure: str, basis: str) -> None:
    """The charts, one for each basis, and the events that are marked on them."""
    components.section(
        _("{measure} over time").format(measure=measure_name(view, measure)),
        _(
            "Each point covers the {months} months to the end of a quarter; shaded areas "
            "are 95% intervals. Adjusted: the value each place would have with the "
            "national case mix."
        ).format(months=components.window_months(view)),
        anchor="over-time",
    )
    keys = tuple((place.level, place.place_id) for place in places)
    rows = queries.trends(view.snapshot, keys, measure)
    if rows["value"].isna().all():
        st.html(tag("p", _("None of these places has a value in any quarter."), class_="quiet"))
        return
    quarters = view.snapshot.periods()
    place_annotations = annotation_lines.select_marks(view, places, quarters)
    panels = [option for option in (OBSERVED_BASIS, ADJUSTED_BASIS) if basis in (BOTH_BASES, option)]
    axis_range = _axis_range(rows, measure_unit(view, measure))
    columns = st.columns(len(panels), gap="large") if len(panels) > 1 else [st.container()]
    for column, panel in zip(columns, panels, strict=True):
        with column:
            _draw_panel(view, places, rows, measure, panel, place_annotations, axis_range)
    if (annotation_list := annotation_lines.annotation_list(view, place_annotations)) is not None:
        st.html(annotation_list)
    components.download_button("compare-over-time", view, lambda: rows)


def _draw_panel(
    view: View,
    places: Sequence[Place],
    rows: pd.DataFrame,
    measure: str,
    panel: str,
    place_annotations: AnnotationMarks,
    axis_range: tuple[float, float],
) -> None:
    titles = {OBSERVED_BASIS: _("As observed"), ADJUSTED_BASIS: _("At the national case mix")}
    st.html(tag("h3", titles[panel], class_="chart"))
    keys = tuple((place.level, place.place_id) for place in places)
    chart = view.cached(
        "courses",
        lambda: draw_trends(view, places, rows, measure, panel, place_annotations, axis_range),
        keys,
        measure,
        panel,
        place_annotations.key,
    )
    title = _("{measure}: {places}").format(
        measure=measure_name(view, measure), places=_(", ").join(compared_places.distinct_names(view, places).values())
    )
    chart_block.show_chart(
        view,
        chart,
        key=f"compare-{panel}",
        title=f"{title} ({titles[panel]})",
        first_period=view.snapshot.periods()[0],
        n=rows.loc[rows["period"] == view.period, "n"].sum(),
        extra=None if panel == OBSERVED_BASIS else _missing_adjustment_note(rows),
    )


def _missing_adjustment_note(rows: pd.DataFrame) -> str | None:
    """Why some points of the adjusted series are missing."""
    if (rows["value"].notna() & rows["adjusted"].isna()).any():
        return _("gaps: too few cases, or a case mix too different from the nation's, to adjust")
    return None


def _axis_range(rows: pd.DataFrame, unit: str) -> tuple[float, float]:
    """Ends of the vertical axis of both panels, in per cent for shares; whole tens for points."""
    scale = 100.0 if unit == "share" else 1.0
    columns = ["value", "low", "high", "adjusted", "adjusted_low", "adjusted_high"]
    values = rows[columns].to_numpy(dtype=float) * scale
    known_values = values[values == values]
    low, high = float(known_values.min()), float(known_values.max())
    if unit == SCORE:
        return max(10 * (low // 10), 0.0), min(10 * (high // 10 + 1), 100.0)
    padding = 0.08 * (high - low) or 1.0
    return max(low - padding, 0.0), high + padding


def draw_trends(
    view: View,
    places: Sequence[Place],
    rows: pd.DataFrame,
    measure: str,
    panel: str,
    place_annotations: AnnotationMarks,
    axis_range: tuple[float, float],
) -> go.Figure:
    """Lines of the places by quarter with their intervals as ribbons, named at their ends, with the
    annotations marked. `axis_range` is in per cent for shares."""
    quarters = view.snapshot.periods()
    labels = [formats.period(quarter) for quarter in quarters]
    unit = measure_unit(view, measure)
    scale = 100.0 if unit == "share" else 1.0
    value, low, high = (
        ("value", "low", "high") if panel == OBSERVED_BASIS else ("adjusted", "adjusted_low", "adjusted_high")
    )
    place_names, colours = (compared_places.distinct_names(view, places), compared_places.place_colours(places))
    ribbons: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    line_ends: list[tuple[float, str, str]] = []
    for place in places:
        place_rows = rows[(rows["level"] == place.level) & (rows["place_id"] == place.place_id)]
        quarter_rows = place_rows.set_index("period").reindex(quarters)
        series = scale * quarter_rows[[value, low, high]].astype(float)
        series.columns = pd.Index(["score", "low", "high"])
        series = series.reset_index(drop=True)
        counts = [
            formats.count(n, suppression).replace("<", "&lt;")
            for n, suppression in zip(quarter_rows["n"], quarter_rows["n_suppression"], strict=True)
        ]
        line_ends.append((base.last_value(series["score"]), place_names[place], colours[place]))
        for segment_number, segment_slice in enumerate(
            annotation_lines.unbroken_runs(place_annotations, len(quarters))
        ):
            segment = series.iloc[segment_slice].reset_index(drop=True)
            x = labels[segment_slice]
            ribbons += base.interval_ribbon(x, segment, "low", "high", 0.10, colours[place])
            line = base.line_trace(x, segment["score"], colours[place], place_names[place], width=2.2, markers=True)
            line["customdata"] = counts[segment_slice]
            line["hovertemplate"] = "%{y:.1f} · n = %{customdata}"
            line["legendgroup"] = f"{place_names[place]}-{segment_number}"
            lines.append(line)
    label_gap = 0.065 * (axis_range[1] - axis_range[0])
    suffix = {"share": "%"}.get(unit, "")
    layout = theme.layout(
        height=380,
        margin={"l": 38, "r": 118, "t": 12, "b": 30},
        hovermode="x unified",
        xaxis=base.quarters_axis(quarters),
        yaxis={"range": list(axis_range), "ticksuffix": suffix, "nticks": 6},
        annotations=base.end_labels(line_ends, label_gap, axis_range[1]),
    )
    chart = build_figure([*ribbons, *lines], layout)
    return annotation_lines.draw_marks(chart, place_annotations, len(quarters))
