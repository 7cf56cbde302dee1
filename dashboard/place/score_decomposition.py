"""The score by dimension and indicator: as observed, shrunk, or at the national mix.

One table with three readings, which the parameter `view` of the address names. The default shows
what enters the score; the others answer one question each, so that no table is a wall of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dashboard.place import spine_chart
from dashboard.place.decomposition_rows import DecompositionRow, Estimates, decomposition_rows
from dashboard.place.spine_chart import PointDistribution
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import cells, components, controls, point_scale
from dashboard.ui.columns import (
    change_column,
    count_column,
    number_column,
    plot_column,
    share_column,
    text_column,
    value_column,
)
from dashboard.ui.html import Html, join, tag
from dashboard.ui.national_comparison import Verdict, compare_with_nation
from dashboard.ui.point_scale import PointScale
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import Distribution, Score

DIRECT, PEERS, CASE_MIX = "own", "peers", "mix"  # readings, as the address names them
ADJUSTMENT_SCALE_LIMIT = 5.0  # points that fill half a cell
Estimated = Callable[[Estimates], float | None]


def section(view: View, row: Score | None) -> None:
    """Dimensions and indicators of the place in focus, in the reading that the address names."""
    place = view.place
    is_nation = place.level == "nation"
    values = queries.indicators(view.snapshot, place.level, place.place_id, view.period)
    reading = DIRECT if is_nation else selected_reading()
    distributions = spine_chart.read_distributions(view)
    columns = {DIRECT: lambda: direct_columns(with_nation=not is_nation), PEERS: peers_columns, CASE_MIX: mix_columns}[
        reading
    ]()
    container_key = "spine-alone" if is_nation else "spine"
    spec = TableSpec(
        key=container_key if reading == DIRECT else f"reading-{reading}",
        title=_("How the score is made up"),
        explanation=_(
            "Each value is converted to points between two fixed goalposts, worth 0 and "
            "100. Points are averaged within a dimension, and dimensions are combined by a "
            "geometric mean, so that one cannot fully offset another. In every row, "
            "further right is better."
        ),
        anchor="score",
        columns=columns,
        caption=_("Indicators of {period}").format(period=formats.period(view.period)),
        introduction=[
            join(
                None if is_nation else reading_switch(reading), tag("p", reading_explanation(reading), class_="reading")
            )
        ],
        empty_text=components.status_text("no_data"),
        row_class=lambda line: {"dimension": "head", "score": "total"}.get(line.kind, ""),
        notes=[spine_chart.legend(view, distributions)] if reading == DIRECT else [],
        source=Source(n=row.n if row else None),
        download=lambda: spine_chart.with_distributions(values, distributions, "indicator", "indicator"),
        download_name="indicators",
    )
    has_values = values["status"].notna().any()
    table_block(view, spec, decomposition_rows(view, row, values, distributions) if has_values else [])


def selected_reading() -> str:
    """The reading that the address names; what enters the score where it names none."""
    requested_reading = address.get("view")
    return requested_reading if requested_reading in (PEERS, CASE_MIX) else DIRECT


def reading_switch(reading: str) -> Html:
    names = {
        DIRECT: _("As it enters the score"),
        PEERS: _("Compared with its peer group"),
        CASE_MIX: _("At the national case mix"),
    }
    return controls.switch("view", _("Values"), names, reading, default=DIRECT)


def reading_explanation(reading: str) -> str:
    """One sentence on what the reading is."""
    return {
        DIRECT: _("Small print: 95% interval."),
        PEERS: _(
            "A shrinkage estimate moves a value towards the mean of its peer group, the "
            "more so the fewer cases it rests on. The share is the weight of the place's "
            "own cases (0%: its peers differ by no more than chance)."
        ),
        CASE_MIX: _(
            "Adjusted: the value the place would have with the national case mix. Bars to "
            "the right: its case mix lowers its score; to the left: its case mix raises it."
        ),
    }[reading]


# ------------------------------------------------------------ columns of the three readings


def direct_columns(*, with_nation: bool) -> list[Column[DecompositionRow]]:
    """What enters the score, with the spine; the nation and the peers beside other places."""
    comparison_columns = [_estimate_column(_("Nation"), lambda estimates: estimates.nation), _peer_mean_column()]
    return [
        text_column(_("Indicator"), _name_cell),
        _blank_for(("score",), share_column(_("Weight"), lambda line: line.weight, 0)),
        _number_cell_column(_("Value"), _scored_value_cell),
        *(comparison_columns if with_nation else []),
        plot_column(_("0–100 points"), _points_spine, note=_("Further right is better.")),
        number_column(_("Points"), lambda line: line.points, 1),
        _n_column(),
    ]


def peers_columns() -> list[Column[DecompositionRow]]:
    """The value as observed, the mean of the peers, and what lies between the two."""
    return [
        text_column(_("Indicator"), _name_cell),
        _number_cell_column(_("Observed value"), _direct_value_cell),
        _peer_mean_column(),
        _number_cell_column(
            _("Shrinkage estimate"),
            lambda estimates, unit: cells.value_with_interval(
                estimates.shrunk, estimates.shrunk_low, estimates.shrunk_high, unit
            ),
        ),
        _blank_for(
            ("score", "dimension"),
            plot_column(_("Weight of its own cases"), lambda line: cells.share_bar(_estimates(line).direct_weight)),
        ),
        _n_column(),
    ]


def mix_columns() -> list[Column[DecompositionRow]]:
    """The value as observed, at the national case mix, and the difference of the two."""
    return [
        text_column(_("Indicator"), _name_cell),
        _number_cell_column(_("Observed value"), _direct_value_cell),
        _number_cell_column(
            _("Adjusted value"),
            lambda estimates, unit: cells.value_with_interval(
                estimates.adjusted, estimates.adjusted_low, estimates.adjusted_high, unit
            ),
        ),
        _blank_for(
            ("dimension",),
            change_column(
                _("Adjusted minus observed"), lambda line: _estimates(line).adjustment, lambda line: line.scale.unit
            ),
        ),
        _blank_for(
            ("dimension",),
            plot_column(
                _("Difference in points"),
                _adjustment_bar,
                note=_("In points between the goalposts; half the width is 5 points"),
            ),
        ),
        _n_column(),
    ]


def _blank_for(kinds: tuple[str, ...], column: Column[DecompositionRow]) -> Column[DecompositionRow]:
    """A column whose cells are empty in rows of these kinds."""
    return replace(column, cell=lambda line: "" if line.kind in kinds else column.cell(line))


def _estimates(line: DecompositionRow) -> Estimates:
    """The estimates of a row that is no dimension."""
    if line.estimates is None:
        raise ValueError(f"a {line.kind} has no estimates")
    return line.estimates


def _estimate_column(heading: str, estimate: Estimated) -> Column[DecompositionRow]:
    column: Column[DecompositionRow] = value_column(
        heading, lambda line: estimate(_estimates(line)), lambda line: line.scale.unit
    )
    return _blank_for(("dimension",), column)


def _peer_mean_column() -> Column[DecompositionRow]:
    column = _estimate_column(_("Peer group mean"), lambda estimates: estimates.peer_mean)
    return _blank_for(("score",), column)


def _n_column() -> Column[DecompositionRow]:
    return _blank_for(("dimension",), count_column("n", row_of=_estimates))


def _number_cell_column(heading: str, cell: Callable[[Estimates, str], Html]) -> Column[DecompositionRow]:
    """A column of numbers whose cell is made from estimates and their unit of measure."""
    column = Column[DecompositionRow](heading, lambda line: cell(_estimates(line), line.scale.unit), kind="number")
    return _blank_for(("dimension",), column)


# ------------------------------------------------------------ cells


def _name_cell(line: DecompositionRow) -> Html:
    if line.kind == "score":
        return tag("span", line.name)
    return join(tag("span", line.name, class_=line.kind), line.explanation)


def _scored_value_cell(estimates: Estimates, unit: str) -> Html:
    """The value that the points are of, and its interval, or why it is not the place's own."""
    if not estimates.is_imputed:
        return _direct_value_cell(estimates, unit)
    template = (
        _("{reason}: peer group mean used instead")
        if formats.is_missing(estimates.shrunk)
        else _("{reason}: shrinkage estimate used instead")
    )
    return cells.value_with_detail(
        tag("span", formats.value(estimates.scored_value, unit), class_="quiet"),
        template.format(reason=components.status_text(estimates.status)),
    )


def _direct_value_cell(estimates: Estimates, unit: str) -> Html:
    if not estimates.is_direct:
        return cells.value_with_detail(formats.value(estimates.value, unit), components.status_reason(estimates.status))
    return cells.value_with_interval(estimates.value, estimates.low, estimates.high, unit)


def _adjustment_bar(line: DecompositionRow) -> Html:
    size = point_scale.difference_in_points(_estimates(line).adjustment, line.scale)
    tooltip = "" if size is None else _("{change} points").format(change=formats.change(size))
    return cells.signed_bars([(size, cells.CASE_MIX, tooltip)], ADJUSTMENT_SCALE_LIMIT)


def _points_spine(line: DecompositionRow) -> Html | str:
    """Where the points lie among those of all places of the level, and beside the nation's."""
    if formats.is_missing(line.points):
        if line.estimates is None:
            return _("too few indicators available")
        return components.status_reason(line.estimates.status)
    distribution = distribution_in_points(line.distribution, line.scale)
    tooltip = spine_chart.distribution_text(line.distribution, line.scale.unit)
    if line.estimates is None:
        return spine_chart.draw_spine(
            line.points, None, None, line.nation_points, distribution, Verdict.NOT_COMPARABLE, tooltip
        )
    estimates = line.estimates
    scaled_ends = sorted(
        point_scale.position(end, line.scale) for end in estimates.scored_interval if not formats.is_missing(end)
    )
    low, high = scaled_ends if len(scaled_ends) == 2 else (None, None)
    verdict = compare_with_nation(estimates, estimates.nation, higher_is_better=line.scale.higher_is_better)
    return spine_chart.draw_spine(line.points, low, high, line.nation_points, distribution, verdict, tooltip)


def distribution_in_points(distribution: Distribution | None, scale: PointScale) -> PointDistribution | None:
    """A distribution of values on the scale of points."""
    if distribution is None:
        return None
    quantiles = (distribution.minimum, distribution.q25, distribution.q75, distribution.maximum)
    return PointDistribution(*(point_scale.position(value, scale) for value in quantiles))
