"""Changes against a place's own past: what was found, what was watched, how much chance finds."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.policy import policy_charts
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import components, controls, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column
from index_engine.monitoring import cusum

LEVELS = ("province", "city", "court")
MAX_ROWS = 60  # rows drawn; the rest is in the file
ARROWS = {"up": "▲", "down": "▼"}


def draw_signals(view: View) -> None:
    components.section(
        _("Changes against a place's own past"),
        _(
            "Places whose quarterly rates moved further than their own baseline explains, in "
            "either direction; the latest signal first. A signal is a question to ask, not a "
            "verdict."
        ),
        anchor="changes",
    )
    monitored_series = view.snapshot.monitoring_summary(view.period)
    with st.container(horizontal=True, vertical_alignment="bottom", key="changes-choices"):
        level, statistic = draw_options(view, monitored_series)
    levels = [level] if level else list(LEVELS)
    signals = view.cached("exceptions", lambda: read_signals(view, levels), level)
    province_signals = signals_in_province(view, signals)
    if statistic:
        province_signals = province_signals[province_signals["figure"] == statistic]
    monitored_rows = monitored_series[monitored_series["level"].isin(levels)]
    if statistic:
        monitored_rows = monitored_rows[monitored_rows["figure"] == statistic]
    st.html(
        tag(
            "p", signal_summary(view, monitored_rows, province_signals), class_="said", id="watched"
        )
    )
    if len(province_signals):
        draw_signal_table(view, province_signals)
    draw_signal_method()


def draw_options(view: View, monitored_series: pd.DataFrame) -> tuple[str, str]:
    levels = {
        "": _("All levels"),
        "province": _("Provinces"),
        "city": _("Cities"),
        "court": _("Courts"),
    }
    level = controls.select(
        "of", _("Level"), list(levels), format_option=lambda name: levels[name], width=150
    )
    statistics = [str(name) for name in monitored_series["figure"].unique()]
    statistic = controls.select(
        "figure",
        _("Figure"),
        ["", *statistics],
        format_option=lambda name: statistic_name(view, name) if name else _("All figures"),
        width=260,
    )
    return level, statistic


def statistic_name(view: View, statistic: str) -> str:
    return localise(view.snapshot.monitored_entry(statistic).name)


def read_signals(view: View, levels: list[str]) -> pd.DataFrame:
    """The exceptions of some levels together, the latest signal first, then the strongest; each
    with its level and `drawing`, the quarters behind it."""
    signals_per_level = []
    for level in levels:
        rows = view.snapshot.exceptions(level, view.period).assign(level=level)
        series = view.snapshot.exception_series(level, view.period)
        series_by_place = dict(iter(series.groupby(["place_id", "figure"])))
        rows["series"] = [
            series_by_place[row.place_id, row.figure] for row in rows.itertuples(index=False)
        ]
        signals_per_level.append(rows)
    signals = pd.concat(signals_per_level, ignore_index=True)
    return signals.sort_values(
        ["signalled", "strength", "place_id", "figure"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )


def signals_in_province(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Those of the province in the address: itself, its cities, their courts."""
    province = address.get("within")
    if not province:
        return rows
    is_inside = rows["parent"].isin(view.snapshot.region_ids(province))
    return rows[is_inside | (rows["place_id"] == province)]


def signal_summary(view: View, monitored_series: pd.DataFrame, signals: pd.DataFrame) -> str:
    """How many there are, among how many, and how many chance alone would make."""
    n_series, expected_signals = (
        monitored_series["series"].sum(),
        monitored_series["expected"].sum(),
    )
    values = {
        "found": formats.number(len(signals)),
        "series": formats.number(n_series),
        "expected": formats.number(expected_signals, 1),
        "all": formats.number(monitored_series["signals"].sum()),
        "country": place_name(view.snapshot.nation),
    }
    if not n_series:
        return _(
            "Nothing is watched yet: a series needs {quarters} quarters before the last {watched}."
        ).format(
            quarters=formats.number(cusum.MIN_BASELINE),
            watched=formats.number(cusum.MONITORED_QUARTERS),
        )
    if address.get("within"):
        return _(
            "{found} signals here. In the whole of {country} {series} series were watched, and "
            "{all} signalled; chance alone would make about {expected}."
        ).format(**values)
    if not len(signals):
        return _(
            "No series signalled. {series} were watched; had nothing changed anywhere, chance "
            "alone would make about {expected} signals."
        ).format(**values)
    return _(
        "{found} of {series} series watched signalled; had nothing changed anywhere, chance alone "
        "would make about {expected} signals."
    ).format(**values)


def draw_signal_table(view: View, rows: pd.DataFrame) -> None:
    caption = _("Changes against a place's own past")
    with st.container(key="exceptions"):
        st.html(
            table.html_table(
                signal_columns(view), rows.head(MAX_ROWS).itertuples(index=False), caption=caption
            )
        )
    if len(rows) > MAX_ROWS:
        message = _("The first {n} of {total}; all are in the file.").format(
            n=formats.number(MAX_ROWS), total=formats.number(len(rows))
        )
        st.html(tag("p", message, class_="quiet"))
    first = rows["series"].iloc[0]["quarter"].iloc[0]
    start_period = first if first in view.snapshot.periods() else ""
    st.html(
        components.source_line(
            view, first_period=start_period, extra=_("Quarters, not rolling years")
        )
    )
    components.download_button("changes", view, lambda: rows.drop(columns="series"))


def signal_columns(view: View) -> list[Column]:
    levels = {"province": _("Province"), "city": _("City"), "court": _("Court")}

    def place_cell(row: Any) -> Html:
        link = components.place_link(row, "place", row.level)
        name = tag("a", place_name(row), href=link, data_in=True)
        return table.value_with_detail(name, levels[row.level])

    def change_cell(row: Any) -> Html:
        direction = {"up": _("higher"), "down": _("lower")}[row.direction]
        arrow = tag("i", ARROWS[row.direction], class_="sign", aria_hidden="true")
        return table.value_with_detail(
            statistic_name(view, row.figure),
            join(arrow, tag("span", direction, class_=row.direction)),
        )

    def rates_cell(row: Any) -> Html:
        values = f"{formats.percent(row.before)} → {formats.percent(row.after)}"
        return table.value_with_detail(
            values,
            f"n {formats.number(row.before_n)} → {formats.number(row.after_n)}",
        )

    def since_cell(row: Any) -> Html:
        text = _("signal in {period}").format(period=formats.period(row.signalled))
        return table.value_with_detail(formats.period(row.since), text)

    def series_cell(row: Any) -> Html:
        alt_text = _("{figure} of {place} by quarter, over the band of its baseline").format(
            figure=statistic_name(view, row.figure), place=place_name(row)
        )
        return policy_charts.sparkline(row.series, row.since, alt_text)

    return [
        Column(_("Place"), place_cell),
        Column(_("What changed"), change_cell),
        Column(_("Since"), since_cell),
        Column(
            _("From → to"),
            rates_cell,
            kind="number",
            note=_("The baseline at the same seasons, and the quarters since the change."),
        ),
        Column(_("By quarter"), series_cell, kind="plot"),
        Column(
            _("Strength"),
            lambda row: formats.number(row.strength, 1),
            kind="number",
            note=_("The cumulative sum over its limit; 1 is where a signal begins."),
        ),
    ]


def draw_signal_method() -> None:
    """How signals are found, in plain words."""
    numbers = {
        "most": formats.number(cusum.MAX_BASELINE),
        "least": formats.number(cusum.MIN_BASELINE),
        "n": formats.number(cusum.MIN_N),
        "watched": formats.number(cusum.MONITORED_QUARTERS),
        "k": formats.number(cusum.ALLOWANCE, 1),
        "low": formats.number(min(cusum.ALARM_LIMITS.values()), 1),
        "high": formats.number(max(cusum.ALARM_LIMITS.values()), 1),
        "one_in": formats.number(1 / cusum.FALSE_ALARM_RATE),
    }
    notes = [
        _(
            "Each rate of a quarter is set against the place's own rate over the {least} to {most} "
            "quarters that end a year before the period. Only quarters with {n} or more in the "
            "denominator count; a place without enough of them is not watched."
        ),
        _(
            "The season is taken out first: by how much each quarter of the year lies above or "
            "below a straight line in the nation's rates, on the logit scale, over the same "
            "quarters."
        ),
        _(
            "Differences are measured in standard deviations: binomial, widened by how much the "
            "place's own baseline quarters spread beyond that."
        ),
        _(
            "They are added up over the last {watched} quarters in a two-sided CUSUM (Page 1954), "
            "less {k} each; a signal is a sum above {low} to {high}, the higher the shorter the "
            "baseline. By simulation, one series in {one_in} without a change passes it. That is "
            "the only correction for watching many: no place is compared with another."
        ),
        _(
            "A court and its city may signal for the same cases. A change may come of the "
            "court, of the cases that it was sent, of a new rule or of how things are recorded."
        ),
    ]
    items = (tag("li", line.format(**numbers)) for line in notes)
    with st.expander(_("How changes are found"), key="how-changes"):
        st.html(tag("ul", *items, class_="prose"))
