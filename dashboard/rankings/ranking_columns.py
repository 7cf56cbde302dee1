"""The columns of the rankings; table_options says which are shown, and all are in the download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.rankings import column_notes, place_names, score_history, table_options
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, ngettext
from dashboard.ui import cells, components
from dashboard.ui.columns import change_column, number_column, plot_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.method import Dimension, Indicator

ScoreColumn = Column[Any]  # of rows of Snapshot.scores or Snapshot.reweighted_scores

# Columns that are left out where no row has a value in them.
OPTIONAL_COLUMNS = {
    "rank", "rank_high_all", "top_share", "adjusted", "shrunk",
    "rank_change", "default_rank",  # with custom weights
}  # fmt: skip
BANDED_SORT_COLUMNS = ("name", "n")  # what a table may be sorted by where places stand in bands


# ---------------------------------------------------------------- sets of columns


def score_columns(view: View, level: str, places: pd.DataFrame) -> list[ScoreColumn]:
    """Of scores with the weights of the method, by the set of columns that the address names."""
    extra_columns = {
        table_options.ORDER: _order_columns,
        table_options.UNCERTAINTY: _uncertainty_columns,
        table_options.DIMENSIONS: _dimension_columns,
        table_options.INDICATORS: _indicator_columns,
    }[table_options.column_set()]
    # The score before its chart: on a narrow screen what stands further right is out of sight.
    columns = [
        *([_rank_column(view, level)] if table_options.shows_ranks(places) else []),
        place_names.name_column(view, level),
        score_column(view),
        *extra_columns(view, level),
        _cases_column(view),
    ]
    return publishable_columns(view, level, columns, places)


def publishable_columns(view: View, level: str, columns: list[ScoreColumn], places: pd.DataFrame) -> list[ScoreColumn]:
    """Without columns that have no value in any row, and not to be sorted into an order of places
    that are not published in one."""
    visible_columns = [
        column_notes.with_note(view, column)
        for column in columns
        if column.sort not in OPTIONAL_COLUMNS or places[column.sort].notna().any()
    ]
    if view.snapshot.publishes_ranks(level):
        # The order by rank is that by score: one way to sort is enough.
        return [replace(c, sort="") if c.sort == "rank" else c for c in visible_columns]
    return [c if c.sort in BANDED_SORT_COLUMNS else replace(c, sort="") for c in visible_columns]


def _order_columns(view: View, level: str) -> list[ScoreColumn]:
    return [
        _interval_plot_column(view),
        _interval_column(view),
        _band_column(view),
        score_history.history_column(view, level),
        _year_change_column(view),
        _adjusted_column(view, with_interval=False),
        _top_share_column(view, level),
    ]


def _uncertainty_columns(view: View, level: str) -> list[ScoreColumn]:
    return [
        _interval_plot_column(view),
        _interval_column(view),
        _joint_rank_set_column(),
        _shrinkage_column(),
        _adjusted_column(view, with_interval=True),
        _band_column(view),
        _top_share_column(view, level),
        number_column(
            _("Peers"),
            lambda row: row.n_peers,
            note=_("Places of similar size and tier, to whose mean the score is shrunk"),
        ),
    ]


def _dimension_columns(view: View, level: str) -> list[ScoreColumn]:
    return [
        score_history.history_column(view, level),
        change_column(
            _("On the quarter"),
            lambda row: row.change_quarter,
            sort="change_quarter",
            note=_("Change of the score on the quarter before, in points"),
        ),
        _year_change_column(view),
        *(_dimension_column(view, dimension) for dimension in view.snapshot.method.dimensions),
    ]


def _dimension_column(view: View, dimension: Dimension) -> ScoreColumn:
    """The points of a dimension, whose column in a table of scores has its id."""
    return number_column(
        localise(dimension.name),
        lambda row: getattr(row, dimension.id),
        1,
        sort=dimension.id,
        explanation=column_notes.dimension_note(view, dimension),
    )


def _indicator_columns(view: View, level: str) -> list[ScoreColumn]:
    return [_indicator_column(view, indicator) for indicator in view.snapshot.method.indicators]


def _indicator_column(view: View, indicator: Indicator) -> ScoreColumn:
    """Values of an indicator on the colour of their points; rows are those of `add_indicators`."""

    def cell(row: Any) -> object:
        value, points = getattr(row, indicator.id), getattr(row, f"{indicator.id}_points")
        if formats.is_missing(value):
            status = getattr(row, f"{indicator.id}_status")
            return components.status_reason("no_data" if formats.is_missing(status) else status)
        return cells.heat(formats.value(value, indicator.unit), points)

    return Column(
        localise(indicator.name),
        cell,
        kind="number",
        sort=indicator.id,
        explanation=column_notes.indicator_note(view, indicator),
        css_class="heat",
    )


def add_indicators(view: View, level: str, places: pd.DataFrame) -> pd.DataFrame:
    """The rows with `<id>`, `<id>_low`, `<id>_high`, `<id>_points` and `<id>_status` of every indicator."""
    for indicator in view.snapshot.method.indicators:
        values = queries.indicator_values(view.snapshot, level, view.period, indicator.id)
        values = values[["place_id", "value", "low", "high", "points", "status"]]
        names = {name: f"{indicator.id}_{name}" for name in values.columns[2:]} | {"value": indicator.id}
        places = places.merge(values.rename(columns=names), on="place_id", how="left")
    return places


def special_court_columns(view: View, level: str, places: pd.DataFrame) -> list[ScoreColumn]:
    """Of special courts, which have scores and no ranks."""
    kinds = queries.special_court_kinds()
    columns = [
        place_names.name_column(view, level),
        text_column(_("Kind"), lambda row: localise(kinds[row.kind])),
        score_column(view),
        _interval_plot_column(view),
        _interval_column(view),
        _band_column(view),
        score_history.history_column(view, level),
        _year_change_column(view),
        _cases_column(view),
    ]
    return [replace(column, sort="") for column in publishable_columns(view, level, columns, places)]


def custom_weight_columns(view: View, level: str, places: pd.DataFrame) -> list[ScoreColumn]:
    """Of scores with custom weights, beside those with the weights of the method."""
    columns = [
        Column(_("Rank"), rank_cell, kind="number", sort="rank", explanation=column_notes.rank_note(view, level)),
        Column(
            _("Change of rank"),
            rank_change_cell,
            kind="number",
            sort="rank_change",
            note=_("Places up or down from the default weights"),
        ),
        place_names.name_column(view, level),
        score_column(view),
        plot_column(
            "0–100",
            lambda row: _with_second_mark(cells.whisker(row.score, row.low, row.high), row.default_score),
            note=_("Dot and line: score with custom weights and its interval. Diamond: default score."),
        ),
        Column(
            _("95% interval"),
            lambda row: formats.interval(row.low, row.high, "score"),
            kind="number",
            explanation=column_notes.interval_note(view, _("95% interval")),
        ),
        number_column(
            _("Default score"),
            lambda row: row.default_score,
            1,
            sort="default_score",
            note=_("The score with the weights of the method"),
        ),
        number_column(
            _("Default rank"),
            lambda row: row.default_rank,
            sort="default_rank",
            note=_("The rank with the weights of the method"),
        ),
        _cases_column(view),
    ]
    return publishable_columns(view, level, columns, places)


# ---------------------------------------------------------------- scores and intervals


def score_column(view: View) -> ScoreColumn:
    return number_column(_("Score"), lambda row: row.score, 1, sort="score", explanation=column_notes.score_note(view))


def _interval_plot_column(view: View) -> ScoreColumn:
    nation = view.score_row(view.snapshot.nation)
    nation_score = nation.score if nation is not None else None
    interval = table_options.selected_interval()

    def whisker(row: Any) -> Html:
        low, high = interval.ends(row)
        return _with_second_mark(cells.whisker(row.score, low, high, nation_score), row.shrunk)

    return plot_column("0–100", whisker, explanation=column_notes.plot_note(view))


def _with_second_mark(whisker: Html, value: float | None) -> Html:
    """A whisker with a hollow mark at a second value."""
    if formats.is_missing(value):
        return whisker
    mark = tag("i", class_="hollow", style=f"--x:{value:.2f}", aria_hidden="true")
    return tag("span", whisker, mark, class_="pair")


def _interval_column(view: View) -> ScoreColumn:
    interval = table_options.selected_interval()
    heading = _("{confidence}% interval").format(confidence=interval.confidence)
    return Column(
        heading,
        lambda row: formats.interval(*interval.ends(row), "score"),
        kind="number",
        explanation=column_notes.interval_note(view, heading),
    )


def _adjusted_column(view: View, *, with_interval: bool) -> ScoreColumn:
    def cell(row: Any) -> object:
        if with_interval:
            return cells.value_with_interval(row.adjusted, row.adjusted_low, row.adjusted_high, "score")
        return formats.number(row.adjusted, 1)

    return Column(_("Adjusted"), cell, kind="number", sort="adjusted", explanation=column_notes.adjusted_note(view))


def _shrinkage_column() -> ScoreColumn:
    return Column(
        _("Shrinkage estimate"),
        lambda row: cells.value_with_interval(row.shrunk, row.shrunk_low, row.shrunk_high, "score"),
        kind="number",
        sort="shrunk",
        note=_("The score moved towards the mean of its peers, the further the fewer its cases"),
    )


def _band_column(view: View) -> ScoreColumn:
    return Column(_("Band"), band_cell, explanation=column_notes.band_note(view), css_class="band")


def band_cell(row: Any) -> object:
    """The band, or a dash that says why there is none."""
    if not formats.is_missing(row.band):
        return row.band
    reason = _("interval too wide for a band")
    return tag("span", formats.NO_VALUE, tag("span", reason, class_="visually-hidden"), title=reason)


# ---------------------------------------------------------------- ranks


def _rank_column(view: View, level: str) -> ScoreColumn:
    return Column(
        _("Rank"),
        lambda row: join(rank_cell(row), _rank_set_note(row)),
        kind="number",
        sort="rank",
        explanation=column_notes.rank_note(view, level),
        css_class="ranked",
    )


def rank_cell(row: Any) -> Html:
    """A rank; where several share it, with '=' and how many."""
    rank = formats.rank(row.rank, row.tied)
    if formats.is_missing(row.tied) or row.tied < 2:
        return join(rank)
    title = _("{n} places share this rank").format(n=formats.number(row.tied))
    tie_note = tag("small", f"×{formats.number(row.tied)}", class_="tied", title=title)
    return join(rank, tie_note)


def _rank_set_note(row: Any) -> Html | None:
    """The confidence set of a rank in small print; nothing where there is none."""
    if formats.is_missing(row.rank_low):
        return None
    return tag("span", formats.rank_range(row.rank_low, row.rank_high), class_="set")


def _joint_rank_set_column() -> ScoreColumn:
    return Column(
        _("Joint confidence set"),
        lambda row: formats.rank_range(row.rank_low_all, row.rank_high_all),
        kind="number",
        sort="rank_high_all",
        note=_("Sets that hold for all places at the same time (95%)"),
    )


def _top_share_column(view: View, level: str) -> ScoreColumn:
    share = formats.percent(view.snapshot.method.ranks.top_share, 0)
    heading = _("In top {share}").format(share=share)
    return Column(
        heading,
        lambda row: probability_text(row.top_share),
        kind="number",
        sort="top_share",
        explanation=column_notes.top_share_note(view, heading, level),
    )


def probability_text(probability: float | None) -> str:
    """A probability in per cent; never 0 or 100, which draws cannot show."""
    if formats.is_missing(probability):
        return formats.NO_VALUE
    if probability > 0.99:
        return ">99%"
    return "<1%" if probability < 0.01 else formats.percent(probability, 0)


def rank_change_cell(row: Any) -> object:
    """Ranks gained or lost against the default weights, with an arrow."""
    if formats.is_missing(row.rank_change):
        return formats.NO_VALUE
    rank_change = int(row.rank_change)
    if not rank_change:
        return tag("span", "=", title=_("the same rank"), class_="quiet")
    template = (
        ngettext("{n} place up", "{n} places up", rank_change)
        if rank_change > 0
        else ngettext("{n} place down", "{n} places down", -rank_change)
    )
    arrow = "↑" if rank_change > 0 else "↓"
    title = template.format(n=formats.number(abs(rank_change)))
    return tag("span", f"{arrow} {formats.number(abs(rank_change))}", title=title, aria_label=title)


# ---------------------------------------------------------------- changes and cases


def _year_change_column(view: View) -> ScoreColumn:
    return Column(
        _("On the year"),
        year_change_cell,
        kind="number",
        sort="change_year",
        explanation=column_notes.year_change_note(view),
    )


def year_change_cell(row: Any) -> object:
    """The change on the year, marked where it is more than chance."""
    change = formats.change(row.change_year)
    if not row.change_year_beyond:
        return change
    interval_text = _("95% interval {interval}: more than chance").format(
        interval=_("{low} to {high}").format(
            low=formats.change(row.change_year_low), high=formats.change(row.change_year_high)
        )
    )
    mark = tag("b", "▲" if row.change_year > 0 else "▼", aria_hidden="true")
    screen_reader_text = tag("span", f", {interval_text}", class_="visually-hidden")
    return tag("span", mark, change, screen_reader_text, title=interval_text, class_="moved")


def _cases_column(view: View) -> ScoreColumn:
    return Column(
        _("Cases"),
        _case_cell_builder(table_options.small_sample_limit(view)),
        kind="number",
        sort="n",
        explanation=column_notes.cases_note(view),
    )


def _case_cell_builder(limit: int) -> Callable[[Any], Html]:
    """A function from a row to its number of cases, marked where it is below the limit."""

    def cell(row: Any) -> Html:
        mark = None
        if row.n < limit or row.n_suppression.startswith("<"):
            mark = tag("b", _("few"), class_="few", title=table_options.few_cases_text(limit))
        return join(mark, cells.count(row))

    return cell
