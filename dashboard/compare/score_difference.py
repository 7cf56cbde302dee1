"""The difference of two places, or of two periods of one, taken apart by indicator."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, chart_block, compared_places, components, controls, table
from dashboard.ui.charts import waterfall_chart
from dashboard.ui.html import Html, join, tag
from dashboard.ui.point_scale import SCORE_SCALE
from dashboard.ui.table import Column
from index_engine import periods
from index_engine.queries import Comparison, Place

BETWEEN_PLACES, BETWEEN_PERIODS = "", "time"
QUARTERS_PER_YEAR = 4  # quarters


def section(view: View, places: Sequence[Place]) -> None:
    """Choose the two, then the chart, the sentence and the table of the parts."""
    components.section(
        _("What makes the difference"),
        _(
            "The difference of two scores as a sum of one part for each indicator. The parts add "
            "up exactly, and turned round they are the same with the other sign."
        ),
        anchor="difference",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="difference-choice"):
        pair = _select_sides(view, places)
    if pair is None:
        st.html(tag("p", _("There is no earlier period to compare with."), class_="said"))
        return
    baseline, target = pair
    comparison = view.snapshot.comparison(baseline.state, target.state)
    if formats.is_missing(comparison.total):
        st.html(tag("p", _no_score_reason(view, baseline, target), class_="said"))
        return
    st.html(tag("p", _difference_text(comparison, baseline, target), class_="said"))
    rows = _indicator_rows(view, comparison, baseline, target)
    title = _("{after} less {before}, by indicator").format(after=target.name, before=baseline.name)
    n = None if baseline.n is None or target.n is None else baseline.n + target.n
    chart_block.show_chart(
        view,
        view.cached(
            "waterfall",
            lambda: waterfall_chart.draw_waterfall(
                rows, baseline, target, components.watermark(view)
            ),
            baseline.state,
            target.state,
        ),
        key="difference",
        title=title,
        n=n,
        first_period=min(baseline.state[2], target.state[2]),
    )
    _draw_table(view, comparison, rows, baseline, target)


# ------------------------------------------------------------ which two


def _comparison_side(view: View, place: Place, period: str, name: str) -> SimpleNamespace:
    """One side: its state as the snapshot takes it, its name, score and n."""
    rows = view.snapshot.scores(place.level, period)
    row = next(rows[rows["place_id"] == place.place_id].itertuples(index=False), None)
    return SimpleNamespace(
        state=(place.level, place.place_id, period),
        name=name,
        score=None if row is None else row.score,
        status="no_data" if row is None else row.status,
        n=None if row is None else row.n,
    )


def _select_sides(
    view: View, places: Sequence[Place]
) -> tuple[SimpleNamespace, SimpleNamespace] | None:
    """The two sides by the address; None where a place has no earlier period."""
    kind_names = {BETWEEN_PLACES: _("Two places"), BETWEEN_PERIODS: _("One place, two periods")}
    available_kinds = [BETWEEN_PLACES, BETWEEN_PERIODS] if len(places) > 1 else [BETWEEN_PERIODS]
    kind = controls.select(
        "difference",
        _("Difference of"),
        available_kinds,
        format_option=kind_names.__getitem__,
        width=210,
    )
    place_names = compared_places.distinct_names(view, places)
    # Places with a score first: of the others nothing can be taken apart.
    ordered_places = sorted(places, key=lambda place: not _has_score(view, place))
    places_by_key = {compared_places.address_value([place]): place for place in ordered_places}
    keys = list(places_by_key)

    def place_label(key: str) -> str:
        return place_names[places_by_key[key]]

    if kind == BETWEEN_PERIODS:
        key = controls.select("of", _("Place"), keys, format_option=place_label, width=210)
        all_periods = view.snapshot.periods()
        earlier_periods = all_periods[: all_periods.index(view.period)][::-1]
        if not earlier_periods:
            return None
        year_earlier = periods.label(periods.parse(view.period) - QUARTERS_PER_YEAR)
        earlier_period = controls.select(
            "since",
            _("Earlier period"),
            earlier_periods,
            format_option=formats.period,
            default=year_earlier if year_earlier in earlier_periods else earlier_periods[0],
            width=150,
        )
        place = places_by_key[key]
        return (
            _comparison_side(view, place, earlier_period, formats.period(earlier_period)),
            _comparison_side(view, place, view.period, formats.period(view.period)),
        )
    target_key = controls.select("of", _("Place"), keys, format_option=place_label, width=210)
    other_keys = [key for key in keys if key != target_key]
    baseline_key = controls.select(
        "than", _("Compared with"), other_keys, format_option=place_label, width=210
    )
    return (
        _comparison_side(view, places_by_key[baseline_key], view.period, place_label(baseline_key)),
        _comparison_side(view, places_by_key[target_key], view.period, place_label(target_key)),
    )


def _has_score(view: View, place: Place) -> bool:
    row = view.score_row(place)
    return row is not None and not formats.is_missing(row.score)


def _no_score_reason(view: View, baseline: SimpleNamespace, target: SimpleNamespace) -> str:
    unscored_sides = [side for side in (baseline, target) if formats.is_missing(side.score)]
    return _("No score to take apart: {places}").format(
        places=_(", ").join(
            f"{side.name} ({components.status_text(side.status)})" for side in unscored_sides
        )
    )


def _difference_text(
    comparison: Comparison, baseline: SimpleNamespace, target: SimpleNamespace
) -> Html:
    """The two scores, their difference with its interval, and what overlaps."""
    sentences = [
        _("{after}: {score}").format(after=target.name, score=formats.number(target.score, 1)),
        _("{before}: {score}").format(
            before=baseline.name, score=formats.number(baseline.score, 1)
        ),
        _("difference {difference} points, 95% interval {low} to {high}").format(
            difference=formats.change(comparison.total),
            low=formats.change(comparison.low),
            high=formats.change(comparison.high),
        ),
    ]
    if comparison.basis:
        sentences.append(
            _("of these {performance} performance, {mix} case mix").format(
                performance=formats.change(comparison.performance),
                mix=formats.change(comparison.case_mix),
            )
        )
    if comparison.shared_quarters:
        sentences.append(
            _("the windows share {months} months: the interval is too wide if anything").format(
                months=formats.number(3 * comparison.shared_quarters)
            )
        )
    return components.facts(*sentences)


# ------------------------------------------------------------ the parts


def _indicator_rows(
    view: View, comparison: Comparison, baseline: SimpleNamespace, target: SimpleNamespace
) -> list[SimpleNamespace]:
    """A line for each indicator with the values and n of both sides, in the method's order."""
    values = [
        view.snapshot.indicators(*side.state).set_index("indicator") for side in (baseline, target)
    ]
    rows = []
    for line in comparison.contributions.itertuples(index=False):
        sides = [indicators.loc[line.indicator] for indicators in values]
        item = view.snapshot.method.indicator(line.indicator)
        rows.append(
            SimpleNamespace(
                kind="indicator", item=item, name=localise(item.name), sides=sides, **line._asdict()
            )
        )
    return rows


def _draw_table(
    view: View,
    comparison: Comparison,
    rows: Sequence[SimpleNamespace],
    baseline: SimpleNamespace,
    target: SimpleNamespace,
) -> None:
    """Values before and after with n, and the parts, split into performance and mix where known."""
    table_rows: list[SimpleNamespace] = [
        SimpleNamespace(
            kind="total",
            name=_("Score"),
            item=SCORE_SCALE,
            scores=(baseline, target),
            part=comparison.total,
            low=comparison.low,
            high=comparison.high,
            performance=comparison.performance,
            mix=comparison.case_mix,
        )
    ]
    for dimension in view.snapshot.method.dimensions:
        dimension_rows = [row for row in rows if row.dimension == dimension.id]
        sums = {
            name: sum(getattr(row, name) for row in dimension_rows)
            for name in ("part", "performance", "mix")
        }
        table_rows.append(SimpleNamespace(kind="dimension", name=localise(dimension.name), **sums))
        table_rows.extend(dimension_rows)
    scale_limit = max(2.0, *(abs(row.part) for row in rows))
    title = _("Parts of the difference")
    with st.container(key="difference-parts"):
        st.html(
            table.html_table(
                _columns(comparison, baseline, target, scale_limit),
                table_rows,
                caption=title,
                row_class=_row_class,
            )
        )
    st.html(_table_notes(comparison, scale_limit))
    st.html(components.source_line(view, first_period=min(baseline.state[2], target.state[2])))
    components.download_button("difference", view, lambda: _download_table(rows, baseline, target))


def _columns(
    comparison: Comparison, baseline: SimpleNamespace, target: SimpleNamespace, scale_limit: float
) -> list[Column]:
    def change_cell(name: str) -> Any:
        return lambda line: formats.change(getattr(line, name), 2)

    columns = [
        Column(_("Indicator"), _name_cell),
        Column(baseline.name, lambda line: _side_cell(line, 0), kind="number"),
        Column(target.name, lambda line: _side_cell(line, 1), kind="number"),
        Column(_("Part"), _part_cell, kind="number", note=_("In points of the score")),
        Column(
            _("In points"),
            lambda line: _part_bars(line, bool(comparison.basis), scale_limit),
            kind="plot",
        ),
    ]
    if comparison.basis:
        columns += [
            Column(_("Performance"), change_cell("performance"), kind="number"),
            Column(_("Mix"), change_cell("mix"), kind="number"),
        ]
    return columns


def _name_cell(line: Any) -> Html:
    kind = "indicator" if line.kind == "indicator" else "dimension"
    return tag("span", line.name, class_=kind)


def _side_cell(line: Any, index: int) -> Html | str:
    """The value that the points are of, with n; marked where its peers stand in."""
    if line.kind == "dimension":
        return ""
    if line.kind == "total":
        side = line.scores[index]
        n_text = f"n = {formats.number(side.n)}"
        return table.value_with_detail(formats.number(side.score, 1), n_text)
    side = line.sides[index]
    is_direct = side["status"] == "estimated"
    value = side["value"] if is_direct else side["peers_value"]
    if not is_direct and not formats.is_missing(side["shrunk"]):
        value = side["shrunk"]
    n_text = f"n = {formats.number(side['n'])}"
    if is_direct:
        return table.value_with_detail(formats.value(value, line.item.unit), n_text)
    imputed_value = tag("span", formats.value(value, line.item.unit), class_="quiet")
    return table.value_with_detail(imputed_value, _("{n}: peers stand in").format(n=n_text))


def _part_cell(line: Any) -> Html | str:
    part_text = formats.change(line.part, 2)
    if line.kind == "dimension":
        return part_text
    return table.value_with_detail(
        part_text, f"{formats.change(line.low)} … {formats.change(line.high)}"
    )


def _part_bars(line: Any, split: bool, scale_limit: float) -> Html | str:
    if line.kind != "indicator":
        return ""
    if not split:
        return cells.signed_bars(
            [(line.part, "var(--accent)", formats.change(line.part, 2))], scale_limit
        )
    names = (_("Performance"), _("Mix"))
    sizes = ((line.performance, "var(--accent)"), (line.mix, "var(--second)"))
    return cells.signed_bars(
        [
            (size, colour, f"{name} {formats.change(size, 2)}")
            for (size, colour), name in zip(sizes, names, strict=True)
        ],
        scale_limit,
    )


def _row_class(line: Any) -> str:
    return {"dimension": "head", "total": "total"}.get(line.kind, "")


def _table_notes(comparison: Comparison, scale_limit: float) -> Html:
    """How to read the table, and how it is computed."""
    colour_keys = None
    if comparison.basis:
        colour_keys = join(
            cells.colour_key("var(--accent)", _("Performance")),
            cells.colour_key("var(--second)", _("Mix")),
        )
    split_note = {
        "adjusted": _(
            "Performance: what is left with both places at the national case mix. Mix: the rest."
        ),
        "constant_mix": _(
            "Performance: what is left with the later cases brought to the mix of a year before. "
            "Mix: the rest."
        ),
        "": _("Not split into performance and mix: no common case mix is known for these two."),
    }[comparison.basis]
    method_note = components.note(
        _("How it is computed"),
        tag(
            "p",
            _(
                "Across dimensions by logarithmic means (LMDI; Ang 2004, Energy Policy 32: "
                "1131-1139), inside a dimension linearly. What is missing counts as the mean of "
                "its dimension. Small print: 95% intervals by the delta method, with the two "
                "sides taken as independent."
            ),
        ),
    )
    scale_note = _("A half of the drawing is {n} points.").format(n=formats.number(scale_limit, 1))
    return tag(
        "div",
        colour_keys,
        tag("span", split_note),
        tag("span", scale_note),
        method_note,
        class_="source reading",
    )


def _download_table(
    rows: Sequence[SimpleNamespace], baseline: SimpleNamespace, target: SimpleNamespace
) -> pd.DataFrame:
    records = []
    for row in rows:
        record: dict[str, Any] = {"indicator": row.indicator, "name": row.name}
        for name, comparison_side, indicator_values in (
            ("before", baseline, row.sides[0]),
            ("after", target, row.sides[1]),
        ):
            record |= {
                f"{name}_unit": ":".join(comparison_side.state[:2]),
                f"{name}_period": comparison_side.state[2],
                f"{name}_value": indicator_values["value"],
                f"{name}_n": indicator_values["n"],
                f"{name}_points": getattr(row, name),
            }
        record |= {
            column: getattr(row, column) for column in ("part", "low", "high", "performance", "mix")
        }
        records.append(record)
    return pd.DataFrame(records)
