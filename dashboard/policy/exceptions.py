"""Changes against a place's own past: what was found, what was watched, how much chance finds."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.policy import charts
from dashboard.tables import Column
from index_engine.applications import control

LEVELS = ("province", "city", "court")
MOST = 60  # rows drawn; the rest is in the file
ARROWS = {"up": "▲", "down": "▼"}


def section(shown: View) -> None:
    parts.section(
        _("Changes against a place's own past"),
        _(
            "Places whose quarterly rates moved further than their own baseline explains, in "
            "either direction; the latest signal first. A signal is a question to ask, not a "
            "verdict."
        ),
        anchor="changes",
    )
    watched = shown.data.watched(shown.period)
    with st.container(horizontal=True, vertical_alignment="bottom", key="changes-choices"):
        level, figure = choices(shown, watched)
    levels = [level] if level else list(LEVELS)
    found = shown.keep("exceptions", lambda: all_of(shown, levels), level)
    mine = within(shown, found)
    if figure:
        mine = mine[mine["figure"] == figure]
    said = watched[watched["level"].isin(levels)]
    if figure:
        said = said[said["figure"] == figure]
    st.html(tag("p", summary(shown, said, mine), class_="said", id="watched"))
    if len(mine):
        draw(shown, mine)
    how()


def choices(shown: View, watched: pd.DataFrame) -> tuple[str, str]:
    levels = {
        "": _("All levels"),
        "province": _("Provinces"),
        "city": _("Cities"),
        "court": _("Courts"),
    }
    level = controls.select(
        "of", _("Level"), list(levels), said=lambda name: levels[name], width=150
    )
    figures = [str(name) for name in watched["figure"].unique()]
    figure = controls.select(
        "figure",
        _("Figure"),
        ["", *figures],
        said=lambda name: figure_name(shown, name) if name else _("All figures"),
        width=260,
    )
    return level, figure


def figure_name(shown: View, figure: str) -> str:
    return pick(shown.data.watched_entry(figure).name)


def all_of(shown: View, levels: list[str]) -> pd.DataFrame:
    """The exceptions of some levels together, the latest signal first, then the strongest; each
    with its level and `drawing`, the quarters behind it."""
    tables_of = []
    for level in levels:
        rows = shown.data.exceptions(level, shown.period).assign(level=level)
        series = shown.data.exception_series(level, shown.period)
        lines = dict(iter(series.groupby(["unit_id", "figure"])))
        rows["series"] = [lines[row.unit_id, row.figure] for row in rows.itertuples(index=False)]
        tables_of.append(rows)
    found = pd.concat(tables_of, ignore_index=True)
    return found.sort_values(
        ["signalled", "strength", "unit_id", "figure"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )


def within(shown: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Those of the province in the address: itself, its cities, their courts."""
    province = address.get("within")
    if not province:
        return rows
    inside = rows["parent"].isin(shown.data.regions_in(province))
    return rows[inside | (rows["unit_id"] == province)]


def summary(shown: View, watched: pd.DataFrame, found: pd.DataFrame) -> str:
    """How many there are, among how many, and how many chance alone would make."""
    series, expected = watched["series"].sum(), watched["expected"].sum()
    values = {
        "found": formats.number(len(found)),
        "series": formats.number(series),
        "expected": formats.number(expected, 1),
        "all": formats.number(watched["signals"].sum()),
        "country": place_name(shown.data.nation),
    }
    if not series:
        return _(
            "Nothing is watched yet: a series needs {quarters} quarters before the last {watched}."
        ).format(
            quarters=formats.number(control.LEAST_BASELINE),
            watched=formats.number(control.WATCHED),
        )
    if address.get("within"):
        return _(
            "{found} signals here. In the whole of {country} {series} series were watched, and "
            "{all} signalled; chance alone would make about {expected}."
        ).format(**values)
    if not len(found):
        return _(
            "No series signalled. {series} were watched; had nothing changed anywhere, chance "
            "alone would make about {expected} signals."
        ).format(**values)
    return _(
        "{found} of {series} series watched signalled; had nothing changed anywhere, chance alone "
        "would make about {expected} signals."
    ).format(**values)


def draw(shown: View, rows: pd.DataFrame) -> None:
    caption = _("Changes against a place's own past")
    with st.container(key="exceptions"):
        st.html(
            tables.table(columns(shown), rows.head(MOST).itertuples(index=False), caption=caption)
        )
    if len(rows) > MOST:
        more = _("The first {n} of {total}; all are in the file.").format(
            n=formats.number(MOST), total=formats.number(len(rows))
        )
        st.html(tag("p", more, class_="quiet"))
    first = rows["series"].iloc[0]["quarter"].iloc[0]
    kept = first if first in shown.data.periods() else ""
    st.html(parts.source_line(shown, since=kept, extra=_("Quarters, not rolling years")))
    parts.download("changes", shown, lambda: rows.drop(columns="series"))


def columns(shown: View) -> list[Column]:
    levels = {"province": _("Province"), "city": _("City"), "court": _("Court")}

    def place(row: Any) -> Html:
        link = parts.place_link(row, "region", row.level)
        name = tag("a", place_name(row), href=link, data_in=True)
        return tables.stacked(name, levels[row.level])

    def change(row: Any) -> Html:
        words = {"up": _("higher"), "down": _("lower")}[row.direction]
        arrow = tag("i", ARROWS[row.direction], class_="sign", aria_hidden="true")
        return tables.stacked(
            figure_name(shown, row.figure), join(arrow, tag("span", words, class_=row.direction))
        )

    def rates(row: Any) -> Html:
        values = f"{formats.percent(row.before)} → {formats.percent(row.after)}"
        return tables.stacked(
            values,
            f"n {formats.number(row.before_n)} → {formats.number(row.after_n)}",
        )

    def since(row: Any) -> Html:
        said = _("signal in {period}").format(period=formats.period(row.signalled))
        return tables.stacked(formats.period(row.since), said)

    def drawing(row: Any) -> Html:
        words = _("{figure} of {place} by quarter, over the band of its baseline").format(
            figure=figure_name(shown, row.figure), place=place_name(row)
        )
        return charts.sparkline(row.series, row.since, words)

    return [
        Column(_("Place"), place),
        Column(_("What changed"), change),
        Column(_("Since"), since),
        Column(
            _("From → to"),
            rates,
            kind="number",
            note=_("The baseline at the same seasons, and the quarters since the change."),
        ),
        Column(_("By quarter"), drawing, kind="plot"),
        Column(
            _("Strength"),
            lambda row: formats.number(row.strength, 1),
            kind="number",
            note=_("The cumulative sum over its limit; 1 is where a signal begins."),
        ),
    ]


def how() -> None:
    """How signals are found, in plain words."""
    numbers = {
        "most": formats.number(control.MOST_BASELINE),
        "least": formats.number(control.LEAST_BASELINE),
        "n": formats.number(control.LEAST_N),
        "watched": formats.number(control.WATCHED),
        "k": formats.number(control.ALLOWANCE, 1),
        "low": formats.number(min(control.LIMITS.values()), 1),
        "high": formats.number(max(control.LIMITS.values()), 1),
        "one_in": formats.number(1 / control.FALSE_ALARM),
    }
    said = [
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
    items = (tag("li", line.format(**numbers)) for line in said)
    with st.expander(_("How changes are found"), key="how-changes"):
        st.html(tag("ul", *items, class_="prose"))
