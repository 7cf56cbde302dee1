"""Case mix of a place: what a change owes to other cases, and what its cases let one expect."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, point_scale, table
from dashboard.ui.html import Html, tag
from dashboard.ui.point_scale import SCORE_SCALE
from dashboard.ui.table import Column
from index_engine import periods

MIN_SCALE_LIMIT = 2.0  # points that fill half a drawing, where no change is larger


def section(view: View) -> None:
    """The change on a year before in two parts, payments against what is expected, and how much of
    the national mix the place has cases of."""
    components.section(
        _("Case mix: other cases, or other work?"),
        _(
            "Courts differ in the cases that are brought to them. Only what is settled when a case "
            "is filed counts as mix: its class, claim and kind of debtor."
        ),
        anchor="case-mix",
    )
    draw_changes(view)
    if view.place.level == "nation":
        st.html(tag("p", _("The nation is what places are compared with."), class_="said"))
        return
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        draw_expected_payments(view)
    with right_column:
        draw_overlap(view)


# ------------------------------------------------------------ the change on a year before


def draw_changes(view: View) -> None:
    """A table of changes, each split into performance and mix, with signed bars."""
    place = view.place
    earlier_period = periods.label(periods.parse(view.period) - 4)
    title = _("Change on {period}, split").format(period=formats.period(earlier_period))
    st.html(tag("h3", title, class_="chart"))
    changes = view.snapshot.change_decomposition(place.level, place.place_id, view.period)
    if changes["performance"].isna().all():
        st.html(tag("p", no_decomposition_reason(view, earlier_period, changes), class_="said"))
        return
    rows = change_rows(view, changes)
    scale_limit = max(MIN_SCALE_LIMIT, *(abs(size) for line in rows for size in line.sizes if size))
    dash_note = None
    if changes[["performance", "mix"]].isna().any(axis=None):
        dash_note = _("A dash: too few cases in one of the two periods, or too unlike.")
    with st.container(key="changes"):
        st.html(
            table.html_table(change_columns(scale_limit), rows, caption=title, row_class=_row_class)
        )
    st.html(
        tag(
            "p",
            cells.colour_key(cells.PERFORMANCE, _("Performance")),
            cells.colour_key(cells.CASE_MIX, _("Mix")),
            tag(
                "span",
                _(
                    "To the right: raises the score. A half is {n} points between the goalposts. "
                    "Rounded parts may miss the sum by one in the last digit."
                ).format(n=formats.number(scale_limit, 1)),
            ),
            tag("span", dash_note) if dash_note else None,
            class_="source",
        )
    )
    window_start, window_end = view.snapshot.period_dates(earlier_period)
    window_note = _("Before: {window}").format(window=formats.date_range(window_start, window_end))
    st.html(components.source_line(view, n=_case_count(view), extra=window_note))
    components.download_button("changes", view, lambda: changes)


def no_decomposition_reason(view: View, earlier_period: str, changes: pd.DataFrame) -> str:
    """Why no change can be split."""
    if earlier_period not in view.snapshot.periods():
        return _("No score is computed for {period}.").format(period=formats.period(earlier_period))
    if view.snapshot.main.strata is None:
        return _("The method does not tell cases apart, so there is no mix to take out.")
    if changes["before"].isna().all() or changes["now"].isna().all():
        return _("One of the two periods has too few cases.")
    return _("Cases of the two periods are too unlike to be brought to one mix.")


def change_rows(view: View, changes: pd.DataFrame) -> list[SimpleNamespace]:
    """The score, then every indicator: what it was, what it is, and the parts of the change."""
    items = {"score": SCORE_SCALE} | {i.id: i for i in view.snapshot.method.indicators}
    rows = []
    for line in changes.itertuples(index=False):
        item = items[line.item]
        part_sizes = [
            point_scale.difference_in_points(part, item) for part in (line.performance, line.mix)
        ]
        name = _("Score") if line.item == "score" else localise(item.name)
        change = line.now - line.before
        rows.append(SimpleNamespace(of=item, name=name, sizes=part_sizes, change=change, line=line))
    return rows


def change_columns(scale_limit: float) -> list[Column]:
    def amount_cell(name: str) -> Any:
        return lambda row: formats.value(getattr(row.line, name), row.of.unit)

    def part_cell(name: str) -> Any:
        return lambda row: formats.difference(getattr(row.line, name), row.of.unit)

    return [
        Column(_("Indicator"), lambda row: row.name),
        Column(_("Before"), amount_cell("before"), kind="number"),
        Column(_("Now"), amount_cell("now"), kind="number"),
        Column(
            _("Change"),
            lambda row: formats.difference(row.change, row.of.unit),
            kind="number",
        ),
        Column(
            _("Performance"),
            part_cell("performance"),
            kind="number",
            note=_("What would have changed with the cases of a year before"),
        ),
        Column(
            _("Mix"),
            part_cell("mix"),
            kind="number",
            note=_("What the cases changed by being others"),
        ),
        Column(_("In points"), lambda row: _part_bars(row, scale_limit), kind="plot"),
    ]


def _part_bars(row: Any, scale_limit: float) -> Html:
    names = (_("Performance"), _("Mix"))
    colours = (cells.PERFORMANCE, cells.CASE_MIX)
    return cells.signed_bars(
        [
            (size, colour, f"{name} {formats.change(size)}")
            for size, colour, name in zip(row.sizes, colours, names, strict=True)
        ],
        scale_limit,
    )


def _row_class(row: Any) -> str:
    return "total" if row.of is SCORE_SCALE else ""


def _case_count(view: View) -> float | None:
    row = view.score_row(view.place)
    return row.n if row else None


# ------------------------------------------------------------ expected, represented


def draw_expected_payments(view: View) -> None:
    """Payments over those that the nation's rates expect of the same cases, in words."""
    place = view.place
    st.html(tag("h3", _("Payments, against what its cases let one expect"), class_="chart"))
    payments = view.snapshot.indirect_ratio(place.level, place.place_id, view.period)
    if payments.empty:
        message = _(
            "Fewer than {n} payments are expected of its cases: too few to compare."
        ).format(n=formats.number(view.snapshot.main.min_cell))
        st.html(tag("p", message, class_="said"))
        return
    line = next(payments.itertuples(index=False))
    st.html(
        tag(
            "p",
            tag("strong", formats.number(line.ratio, 2), class_="big"),
            tag("span", ratio_text(line)),
            class_="ratio",
        )
    )
    sentences = [
        _("{observed} paid, {expected} expected").format(
            observed=formats.number(line.observed), expected=formats.number(line.expected)
        )
    ]
    if not formats.is_missing(line.shrunk):
        interval = formats.interval(line.shrunk_low, line.shrunk_high, "ratio")
        sentences.append(
            _("drawn to places of its level: {ratio} ({interval})").format(
                ratio=formats.number(line.shrunk, 2), interval=interval
            )
        )
    st.html(tag("p", components.facts(*sentences), class_="said"))
    st.html(components.source_line(view, n=_case_count(view)))
    components.download_button("expected", view, lambda: payments)


def ratio_text(line: Any) -> str:
    """The ratio of observed to expected payments as a sentence with its interval."""
    interval = formats.interval(line.low, line.high, "ratio")
    ratio = formats.number(line.ratio, 2)
    if line.event != "cash":
        return _(
            "{event}: {ratio} times what the nation's rates expect of the same cases (95% interval "
            "{interval})."
        ).format(event=components.outcome_name(line.event), ratio=ratio, interval=interval)
    if line.low <= 1 <= line.high:
        return _(
            "It pays {ratio} times what the nation would of the same cases (95% interval "
            "{interval}), no clear difference."
        ).format(ratio=ratio, interval=interval)
    return _(
        "It pays {ratio} times what the nation would of the same cases (95% interval {interval})."
    ).format(ratio=ratio, interval=interval)


def draw_overlap(view: View) -> None:
    """How much of the national mix the place has cases of, and why that may be too little."""
    place = view.place
    st.html(tag("h3", _("How much of the national mix it has cases of"), class_="chart"))
    overlap = view.snapshot.mix_overlap(place.level, place.place_id, view.period)
    overlap = overlap[overlap["represented"].notna()]
    if overlap.empty:
        message = _("The method does not tell cases apart, so there is no mix to take out.")
        if view.snapshot.main.strata is not None:
            message = _("No case of this place is in the data set.")
        st.html(tag("p", message, class_="said"))
        return
    min_overlap = view.snapshot.main.case_mix.min_overlap
    process_names = {
        "case": _("all cases"),
        "listing": _("cases with property"),
        "lot": _("auction lots"),
    }
    columns = [
        Column(_("Kind"), lambda line: process_names.get(line.process, line.process)),
        Column(_("Share of the national mix"), _overlap_bar, kind="plot"),
    ]
    with st.container(key="represented"):
        st.html(
            table.html_table(
                columns,
                overlap.itertuples(index=False),
                caption=_("How much of the national mix it has cases of"),
            )
        )
    st.html(tag("p", overlap_text(overlap, min_overlap, process_names), class_="said"))
    st.html(components.source_line(view, n=_case_count(view)))
    components.download_button("represented", view, lambda: overlap)


def _overlap_bar(line: Any) -> Html:
    share_text = formats.percent(line.represented)
    bar = table.stacked_bar([(line.represented, cells.PERFORMANCE, share_text)], 1.0)
    return tag("span", bar, tag("span", share_text), class_="share")


def overlap_text(overlap: pd.DataFrame, min_overlap: float, process_names: dict[str, str]) -> str:
    """What the shares mean, and whether values can be adjusted at all."""
    limit_text = formats.percent(min_overlap, 0)
    low_processes = overlap.loc[overlap["represented"] < min_overlap, "process"]
    if len(low_processes):
        names_text = _(", ").join(process_names.get(process, process) for process in low_processes)
        return _(
            "Below {limit}, as here for {kinds}, nothing is adjusted: what the place would make of "
            "cases it hardly has would be a guess. In an adjusted score such indicators stay as "
            "observed."
        ).format(limit=limit_text, kinds=names_text)
    return _(
        "Adjusted values speak of this share; of cases that it hardly has nothing is known. Below "
        "{limit} nothing would be adjusted. An indicator with too few cases of its own has no "
        "adjusted value either."
    ).format(limit=limit_text)
