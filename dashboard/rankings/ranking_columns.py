"""The columns of the rankings; rank_choices says which are seen, and all are in the download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.rankings import column_notes, compare_selection, score_history, table_options
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, ngettext, place_name
from dashboard.ui import cells, components
from dashboard.ui.html import Html, join, tag
from dashboard.ui.national_comparison import IntervalPosition, interval_position
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.queries import LEVELS

# Columns that are left out where no row has anything to say in them.
OPTIONAL_COLUMNS = ("rank", "rank_high_all", "top_share", "adjusted", "shrunk")
OPTIONAL_COLUMNS += ("rank_change", "default_rank")  # with other weights
BANDED_SORT_COLUMNS = ("name", "n")  # what a table may be sorted by where places stand in bands


# ---------------------------------------------------------------- the columns


def score_columns(view: View, level: str, places: pd.DataFrame) -> list[Column]:
    """Of scores as the method has them."""
    extra_columns = {
        table_options.ORDER: _order_columns,
        table_options.UNCERTAINTY: _uncertainty_columns,
        table_options.DIMENSIONS: _dimension_columns,
    }[table_options.column_set()]
    # The score before its drawing: on a narrow screen what stands further right is out of sight.
    columns = [_rank_column(view, level), name_column(view, level), score_column(view)]
    columns += extra_columns(view, level)
    columns.append(_cases_column(view))
    return publishable_columns(view, level, columns, places)


def publishable_columns(
    view: View, level: str, columns: list[Column], places: pd.DataFrame
) -> list[Column]:
    """Without columns that have nothing to say, and sorted by nothing that would be an order of
    places which are not published in one."""
    visible_columns = [
        column_notes.with_note(view, c)
        for c in columns
        if c.sort not in OPTIONAL_COLUMNS or places[c.sort].notna().any()
    ]
    if view.snapshot.publishes_ranks(
        level
    ):  # by rank they stand as by score: one way to sort is enough
        return [c if c.sort != "rank" else replace(c, sort="") for c in visible_columns]
    return [c if c.sort in BANDED_SORT_COLUMNS else replace(c, sort="") for c in visible_columns]


def _order_columns(view: View, level: str) -> list[Column]:
    return [
        _interval_plot_column(view),
        _interval_column(view),
        _band_column(view),
        score_history.history_column(view, level),
        _year_change_column(view),
        _adjusted_column(view, stack=False),
        _top_share_column(view, level),
    ]


def _uncertainty_columns(view: View, level: str) -> list[Column]:
    return [
        _interval_plot_column(view),
        _interval_column(view),
        _joint_rank_set_column(),
        _shrinkage_column(),
        _adjusted_column(view, stack=True),
        _band_column(view),
        _top_share_column(view, level),
        Column(
            _("Peers"),
            lambda line: formats.number(line.n_peers),
            kind="number",
            note=_("Places of about the same size and tier, to which the score is drawn"),
        ),
    ]


def _dimension_columns(view: View, level: str) -> list[Column]:
    quarter = _change_column(
        _("On quarter"),
        "change_quarter",
        _("Change of the score on the quarter before, in points"),
    )
    points = [
        replace(
            _number_column(
                localise(d.name), d.id, lambda line, d=d: formats.number(getattr(line, d.id), 1)
            ),
            explanation=column_notes.dimension_note(view, d),
        )
        for d in view.snapshot.method.dimensions
    ]
    return [score_history.history_column(view, level), quarter, _year_change_column(view), *points]


def special_court_columns(view: View, level: str, places: pd.DataFrame) -> list[Column]:
    """Of special courts, which have scores and no rank."""
    kinds = queries.special_court_kinds()
    columns = [
        name_column(view, level),
        Column(_("Kind"), lambda line: localise(kinds[line.kind])),
        score_column(view),
        _interval_plot_column(view),
        _interval_column(view),
        _band_column(view),
        score_history.history_column(view, level),
        _year_change_column(view),
        _cases_column(view),
    ]
    return [
        replace(column, sort="") for column in publishable_columns(view, level, columns, places)
    ]


def custom_weight_columns(view: View, level: str, places: pd.DataFrame) -> list[Column]:
    """Of scores with custom weights."""
    columns = [
        replace(
            _number_column(_("Rank"), "rank", rank_cell),
            explanation=column_notes.rank_note(view, level),
        ),
        _number_column(
            _("Places"),
            "rank_change",
            rank_change_cell,
            _("Places up or down from the default weights"),
        ),
        name_column(view, level),
        score_column(view),
        Column(
            "0–100",
            lambda line: _with_second_mark(
                cells.whisker(line.score, line.low, line.high), line.default_score
            ),
            kind="plot",
            note=_(
                "Dot and line: score with custom weights and its interval. Diamond: default score."
            ),
        ),
        Column(
            _("95% interval"),
            lambda line: formats.interval(line.low, line.high, "score"),
            kind="number",
            explanation=column_notes.interval_note(view, _("95% interval")),
        ),
        _number_column(
            _("Default score"),
            "default_score",
            lambda line: _one_decimal(line.default_score),
            _("The score with the weights of the method"),
        ),
        _number_column(
            _("Default rank"),
            "default_rank",
            lambda line: formats.number(line.default_rank),
            _("The rank with the weights of the method"),
        ),
        _cases_column(view),
    ]
    return publishable_columns(view, level, columns, places)


def name_column(view: View, level: str) -> Column:
    parent_names = parent_names_by_place(view, level)
    pick_link = compare_selection.link_builder(view, level)
    heading = {"province": _("Province"), "city": _("City"), "court": _("Court")}[level]

    def cell(line: Any) -> Html:
        return join(pick_link(line), name_cell(line, level, parent_names))

    return Column(heading, cell, sort="name")


def score_column(view: View) -> Column:
    column = _number_column(_("Score"), "score", lambda line: formats.number(line.score, 1))
    return replace(column, explanation=column_notes.score_note(view))


def _rank_column(view: View, level: str) -> Column:
    return Column(
        _("Rank"),
        lambda line: join(rank_cell(line), _rank_set_note(line)),
        kind="number ranked",
        sort="rank",
        explanation=column_notes.rank_note(view, level),
    )


def rank_cell(line: Any) -> Html:
    """A rank; where several share it, with '=' and how many."""
    rank = formats.rank(line.rank, line.tied)
    if formats.is_missing(line.tied) or line.tied < 2:
        return join(rank)
    title = _("{n} places share this rank").format(n=formats.number(line.tied))
    tie_note = tag("small", f"×{formats.number(line.tied)}", class_="tied", title=title)
    return join(rank, tie_note)


def _rank_set_note(line: Any) -> Html | None:
    """The confidence set of a rank, small; nothing where there is none."""
    if formats.is_missing(line.rank_low):
        return None
    return tag("span", formats.rank_range(line.rank_low, line.rank_high), class_="set")


def _joint_rank_set_column() -> Column:
    return _number_column(
        _("Rank, all at once"),
        "rank_high_all",
        lambda line: formats.rank_range(line.rank_low_all, line.rank_high_all),
        _("Sets that hold for all places at the same time (95%)"),
    )


def _interval_plot_column(view: View) -> Column:
    nation = view.score_row(view.snapshot.nation)
    reference = nation.score if nation is not None else None
    low, high, _confidence = table_options.interval_columns()
    return Column(
        "0–100",
        lambda line: _with_second_mark(
            cells.whisker(line.score, getattr(line, low), getattr(line, high), reference),
            line.shrunk,
        ),
        kind="plot",
        explanation=column_notes.plot_note(view),
    )


def _with_second_mark(whisker: Html, value: float | None) -> Html:
    """A whisker with a hollow mark at a second value."""
    if formats.is_missing(value):
        return whisker
    mark = tag("i", class_="hollow", style=f"--x:{value:.2f}", aria_hidden="true")
    return tag("span", whisker, mark, class_="pair")


def _interval_column(view: View) -> Column:
    low, high, confidence = table_options.interval_columns()
    heading = {"90": _("90% interval"), "95": _("95% interval")}[confidence]
    return Column(
        heading,
        lambda line: formats.interval(getattr(line, low), getattr(line, high), "score"),
        kind="number",
        explanation=column_notes.interval_note(view, heading),
    )


def _adjusted_column(view: View, *, stack: bool) -> Column:
    column = _number_column(
        _("Adjusted"),
        "adjusted",
        lambda line: (
            _value_with_interval(line, "adjusted") if stack else _one_decimal(line.adjusted)
        ),
    )
    return replace(column, explanation=column_notes.adjusted_note(view))


def _shrinkage_column() -> Column:
    return _number_column(
        _("Drawn to peers"),
        "shrunk",
        lambda line: _value_with_interval(line, "shrunk"),
        _("The score drawn to that of its peers, the more so the fewer its cases"),
    )


def _one_decimal(value: float | None) -> str:
    return formats.number(value, 1)


def _value_with_interval(line: Any, column: str) -> object:
    value = getattr(line, column)
    if formats.is_missing(value):
        return formats.NO_VALUE
    low, high = getattr(line, f"{column}_low"), getattr(line, f"{column}_high")
    return cells.value_with_detail(_one_decimal(value), formats.interval(low, high, "score"))


def _band_column(view: View) -> Column:
    return Column(_("Band"), band_cell, kind="text band", explanation=column_notes.band_note(view))


def band_cell(line: Any) -> object:
    """The band, or a dash that says why there is none."""
    if not formats.is_missing(line.band):
        return line.band
    reason = _("interval too wide for a band")
    return tag(
        "span", formats.NO_VALUE, tag("span", reason, class_="visually-hidden"), title=reason
    )


def _top_share_column(view: View, level: str) -> Column:
    share = formats.percent(view.snapshot.method.ranks.top_share, 0)
    heading = _("In top {share}").format(share=share)
    column = _number_column(heading, "top_share", lambda line: probability_text(line.top_share))
    return replace(column, explanation=column_notes.top_share_note(view, heading, level))


def probability_text(probability: float | None) -> str:
    """A probability in per cent; never 0 or 100, which nobody knows."""
    if formats.is_missing(probability):
        return formats.NO_VALUE
    if probability > 0.99:
        return ">99%"
    return "<1%" if probability < 0.01 else formats.percent(probability, 0)


def _year_change_column(view: View) -> Column:
    return replace(
        _number_column(_("On the year"), "change_year", year_change_cell),
        explanation=column_notes.year_change_note(view),
    )


def year_change_cell(line: Any) -> object:
    """The change on the year, with a mark where its interval excludes zero."""
    change = formats.change(line.change_year)
    position = interval_position(line.change_year_low, line.change_year_high, 0.0)
    if position not in (IntervalPosition.ABOVE, IntervalPosition.BELOW):
        return change
    interval_text = _("95% interval {interval}: more than chance").format(
        interval=_("{low} to {high}").format(
            low=formats.change(line.change_year_low), high=formats.change(line.change_year_high)
        )
    )
    mark = tag("b", "▲" if line.change_year > 0 else "▼", aria_hidden="true")
    screen_reader_text = tag("span", f", {interval_text}", class_="visually-hidden")
    return tag("span", mark, change, screen_reader_text, title=interval_text, class_="moved")


def _change_column(heading: str, column: str, note: str) -> Column:
    return _number_column(heading, column, lambda line: formats.change(getattr(line, column)), note)


def rank_change_cell(line: Any) -> object:
    """Places gained or lost, with an arrow."""
    if formats.is_missing(line.rank_change):
        return formats.NO_VALUE
    rank_change = int(line.rank_change)
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


def _cases_column(view: View) -> Column:
    limit = table_options.small_sample_limit(view)

    def cell(line: Any) -> object:
        mark = (
            tag("b", _("few"), class_="few", title=table_options.few_cases_text(limit))
            if line.n < limit
            else None
        )
        return join(mark, formats.number(line.n))

    return replace(_number_column(_("Cases"), "n", cell), explanation=column_notes.cases_note(view))


def _number_column(
    heading: str, sort: str, cell: Callable[[Any], object], note: str = ""
) -> Column:
    return Column(heading, cell, kind="number", sort=sort, note=note)


# ---------------------------------------------------------------- names


def parent_names_by_place(view: View, level: str) -> dict[str, str]:
    """Names of the places above those listed, for the small print beside a name."""
    return {
        line.place_id: place_name(line)
        for upper_level in LEVELS[1 : LEVELS.index(level)]
        for line in view.scores(upper_level).itertuples(index=False)
    }


def name_cell(line: Any, level: str, parent_names: dict[str, str]) -> Html:
    link = tag(
        "a", place_name(line), href=components.place_link(line, "place", level), data_in=True
    )
    parent = parent_names.get(line.parent, "")
    return join(link, tag("span", parent, class_="where") if parent else None)
