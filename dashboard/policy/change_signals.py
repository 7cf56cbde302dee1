"""Change signals: places whose quarterly rates left their own past, of how many monitored series, and
how many signals chance alone would give."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.policy import policy_charts
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.text.levels import level_name, level_names
from dashboard.ui import cells, components, controls
from dashboard.ui.columns import number_column, place_column, plot_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.monitoring import cusum

LEVELS = ("province", "city", "court")
MAX_ROWS = 60  # rows drawn; the rest is in the file
ARROWS = {"up": "▲", "down": "▼"}


def draw_signals(view: View) -> None:
    """The signals of the level, statistic and province in the address, and how they are found."""
    components.section(
        _("Changes from a place's own past"),
        _(
            "Places whose quarterly rates moved further than their own baseline explains, in "
            "either direction; the latest signal first. A signal is a question to ask, not a "
            "verdict."
        ),
        anchor="changes",
    )
    monitored_series = queries.monitoring_summary(view.snapshot, view.period)
    with st.container(horizontal=True, vertical_alignment="bottom", key="changes-choices"):
        level, statistic = draw_options(view, monitored_series)
    levels = [level] if level else list(LEVELS)
    signals = view.cached("exceptions", lambda: read_signals(view, levels), level)
    signals = signals_in_province(view, signals)
    monitored_series = monitored_series[monitored_series["level"].isin(levels)]
    if statistic:
        signals = signals[signals["statistic"] == statistic]
        monitored_series = monitored_series[monitored_series["statistic"] == statistic]
    summary = signal_summary(view, monitored_series, signals)
    st.html(tag("p", summary, class_="said", id="watched"))
    draw_signal_table(view, signals)
    draw_signal_method()


def draw_options(view: View, monitored_series: pd.DataFrame) -> tuple[str, str]:
    levels = {"": _("All levels"), **level_names()}
    level = controls.select("of", _("Level"), list(levels), format_option=lambda name: levels[name], width=150)
    statistics = [str(name) for name in monitored_series["statistic"].unique()]
    statistic = controls.select(
        "figure",
        _("Statistic"),
        ["", *statistics],
        format_option=lambda name: statistic_name(view, name) if name else _("All statistics"),
        width=260,
    )
    return level, statistic


def statistic_name(view: View, statistic: str) -> str:
    return localise(queries.monitored_entry(view.snapshot, statistic).name)


def read_signals(view: View, levels: list[str]) -> pd.DataFrame:
    """The signals of some levels together, the latest first, then the strongest; each row with its
    level and `series`, the quarters behind it (rows of Snapshot.exception_series)."""
    signals_per_level = []
    for level in levels:
        rows = queries.exceptions(view.snapshot, level, view.period).assign(level=level)
        series = queries.exception_series(view.snapshot, level, view.period)
        series_by_place = dict(iter(series.groupby(["place_id", "statistic"])))
        rows["series"] = [series_by_place[row.place_id, row.statistic] for row in rows.itertuples(index=False)]
        signals_per_level.append(rows)
    signals = pd.concat(signals_per_level, ignore_index=True)
    return signals.sort_values(
        ["signalled", "strength", "place_id", "statistic"], ascending=[False, False, True, True], ignore_index=True
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
    n_series, expected_signals = (monitored_series["series"].sum(), monitored_series["expected"].sum())
    values = {
        "found": formats.number(len(signals)),
        "series": formats.number(n_series),
        "expected": formats.number(expected_signals, 1),
        "all": formats.number(monitored_series["signals"].sum()),
        "country": place_name(view.snapshot.nation),
    }
    if not n_series:
        return _("Nothing is monitored yet: a series needs {quarters} quarters before the last {monitored}.").format(
            quarters=formats.number(cusum.MIN_BASELINE), monitored=formats.number(cusum.MONITORED_QUARTERS)
        )
    if address.get("within"):
        return _(
            "{found} signals here. In the whole of {country} {series} series were monitored and {all} "
            "signalled; chance alone would give about {expected} signals."
        ).format(**values)
    if not len(signals):
        return _(
            "No series signalled. {series} were monitored; had nothing changed anywhere, chance "
            "alone would give about {expected} signals."
        ).format(**values)
    return _(
        "{found} of {series} monitored series signalled; had nothing changed anywhere, chance alone "
        "would give about {expected} signals."
    ).format(**values)


def draw_signal_table(view: View, rows: pd.DataFrame) -> None:
    start_period = ""
    if len(rows):
        first_quarter = rows["series"].iloc[0]["quarter"].iloc[0]
        start_period = first_quarter if first_quarter in view.snapshot.periods() else ""
    table_block(
        view,
        TableSpec(
            "exceptions",
            _("Changes from a place's own past"),
            signal_columns(view),
            heading="",
            max_rows=MAX_ROWS,
            source=Source(first_period=start_period, extra=_("Single quarters, not rolling years")),
            download=lambda: rows.drop(columns="series"),
            download_name="changes",
        ),
        rows.itertuples(index=False),
    )


def signal_columns(view: View) -> list[Column[Any]]:
    def change_cell(row: Any) -> Html:
        direction = {"up": _("higher"), "down": _("lower")}[row.direction]
        arrow = tag("i", ARROWS[row.direction], class_="sign", aria_hidden="true")
        return join(arrow, tag("span", direction, class_=row.direction))

    def rates_cell(row: Any) -> Html:
        return cells.value_with_detail(
            f"{formats.percent(row.before)} → {formats.percent(row.after)}",
            f"n {formats.number(row.before_n)} → {formats.number(row.after_n)}"
            if not row.n_suppression
            else join("n ", components.status_reason(row.n_suppression)),
        )

    def series_cell(row: Any) -> Html:
        alt_text = _("{figure} of {place} by quarter, over the range of its baseline").format(
            figure=statistic_name(view, row.statistic), place=place_name(row)
        )
        return policy_charts.sparkline(row.series, row.since, alt_text)

    return [
        place_column(_("Place"), detail=lambda row: level_name(row.level)),
        text_column(_("What changed"), lambda row: statistic_name(view, row.statistic), change_cell),
        text_column(
            _("Since"),
            lambda row: formats.period(row.since),
            lambda row: _("signal in {period}").format(period=formats.period(row.signalled)),
        ),
        Column(
            _("From → to"),
            rates_cell,
            kind="number",
            note=_("The baseline in the same seasons, and the quarters since the change."),
        ),
        plot_column(_("By quarter"), series_cell),
        number_column(
            _("Strength"),
            lambda row: row.strength,
            1,
            note=_("The cumulative sum over its control limit; a signal begins at 1."),
        ),
    ]


def draw_signal_method() -> None:
    """How signals are found."""
    numbers = {
        "most": formats.number(cusum.MAX_BASELINE),
        "least": formats.number(cusum.MIN_BASELINE),
        "n": formats.number(cusum.MIN_N),
        "monitored": formats.number(cusum.MONITORED_QUARTERS),
        "k": formats.number(cusum.ALLOWANCE, 1),
        "low": formats.number(min(map(min, cusum.ALARM_LIMITS.values())), 1),
        "high": formats.number(max(map(max, cusum.ALARM_LIMITS.values())), 1),
        "one_in": formats.number(1 / cusum.FALSE_ALARM_RATE),
    }
    notes = [
        _(
            "Each quarterly rate is compared with the place's own rate over the {least} to {most} "
            "quarters that end a year before the period. Only quarters with a denominator of {n} or "
            "more count; a place without enough of them is not monitored."
        ),
        _(
            "Rates are first adjusted for season: by how much each quarter of the year lies above or "
            "below a linear trend in the national rates, on the logit scale, over the same quarters."
        ),
        _(
            "Differences are measured in standard deviations: binomial, widened by the extra-binomial "
            "variation of the place's own baseline quarters."
        ),
        _(
            "They are summed over the last {monitored} quarters in a two-sided CUSUM (Page 1954) with "
            "an allowance of {k}; a sum above a control limit of {low} to {high}, higher for a "
            "shorter baseline and where neighbouring quarters of the level are alike "
            "(autocorrelation), is a signal. In simulation one unchanged series in {one_in} exceeds "
            "it. That is the only correction for multiple monitoring: no place is compared with "
            "another."
        ),
        _(
            "A court and its city may signal for the same cases. A change may be due to the court, "
            "to the cases that it received, to a new rule or to a change of recording."
        ),
    ]
    items = (tag("li", line.format(**numbers)) for line in notes)
    with st.expander(_("How changes are found"), key="how-changes"):
        st.html(tag("ul", *items, class_="prose"))
