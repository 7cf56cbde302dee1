"""Local and other creditors: both in one chart place by place, the gap over time, what it means."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, figures, formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.policy import charts
from dashboard.tables import Column
from index_engine.method import Indicator
from index_engine.snapshot import Unit

ORDERS = ("code", "gap")


def entry_in_view(shown: View) -> Indicator:
    """The indicator that the two are compared by: the one in the address, else the usual one."""
    named = {entry.id: entry for entry in shown.data.compared_by_locality()}
    return named.get(address.get("measure"), usual_entry(shown))


def usual_entry(shown: View) -> Indicator:
    """A share, if there is one: it is read off sooner than a mean."""
    entries = shown.data.compared_by_locality()
    return next((entry for entry in entries if entry.unit == "share"), entries[0])


def not_compared() -> str:
    """Why there is nothing to compare the two by."""
    return _(
        "No indicator of the method tells when claims are paid in cash: local and other creditors "
        "are not compared."
    )


def place_in_view(shown: View) -> Unit:
    """The province in the address, or the nation."""
    provinces = {unit.unit_id: unit for unit in shown.data.provinces()}
    return provinces.get(address.get("within"), shown.data.nation)


def headline(shown: View) -> tuple[str, object]:
    place, entry = place_in_view(shown), entry_in_view(shown)
    rows = shown.data.locality(place.level, shown.period, entry.id)
    rows = rows[rows["unit_id"] == place.unit_id]
    row = next(rows.itertuples(index=False), None)
    lead = _(
        "What became of the claims of local creditors and of all others; files say who is local."
    )
    if row is None or row.status != "estimated":
        return _("Local and other creditors: {place}").format(place=place_name(place)), lead
    values = {
        "place": place_name(place),
        "local": formats.value(row.local, entry.unit),
        "elsewhere": formats.value(row.elsewhere, entry.unit),
        "months": formats.number(entry.estimate.months),
    }
    said = {
        "share": _(
            "{place}: {local} of local claims paid within {months} months, {elsewhere} of others"
        ),
        "months": _("{place}: {local} to cash for local creditors, {elsewhere} for others"),
    }
    gap = _("Gap {gap}, 95% interval {interval}.").format(
        gap=signed(row.gap, entry.unit),
        interval=signed_interval(row.gap_low, row.gap_high, entry.unit),
    )
    return said[entry.unit].format(**values), f"{gap} {lead}"


def section(shown: View) -> None:
    place, entry = place_in_view(shown), entry_in_view(shown)
    below = "province" if place.level == "nation" else "city"
    titles = {
        "province": _("Local and other creditors, by province"),
        "city": _("Local and other creditors, by city of {place}").format(place=place_name(place)),
    }
    parts.section(titles[below], what_is_drawn(entry), anchor="creditors")
    with st.container(horizontal=True, vertical_alignment="bottom", key="creditors-choices"):
        order = choices(shown)
    rows = shown.data.locality(below, shown.period, entry.id, parent=place.unit_id)
    rows = ordered(rows, order)
    draw(shown, entry, rows, below, titles[below])
    over_time(shown, entry, place)
    meaning()


def choices(shown: View) -> str:
    """Choose what the two are compared by and the order of places; gives the order."""
    names = {e.id: pick(e.name) for e in shown.data.compared_by_locality()}
    controls.select(
        "measure",
        _("Compared by"),
        list(names),
        said=lambda name: names[name],
        default=usual_entry(shown).id,
        width=260,
    )
    words = {"code": _("Place code"), "gap": _("Gap")}
    return controls.select(
        "order", _("In order of"), ORDERS, said=lambda order: words[order], width=160
    )


def ordered(rows: pd.DataFrame, order: str) -> pd.DataFrame:
    """By code, or the widest gap first; places without one last."""
    if order == "gap":
        return rows.sort_values(["gap", "unit_id"], ascending=[False, True], na_position="last")
    return rows.sort_values("unit_id")


def what_is_drawn(entry: Indicator) -> str:
    said = {
        "share": _("Share of claims paid in cash within {months} months of filing."),
        "months": _("Mean months to cash, each case counted up to {months}."),
    }
    return " ".join(
        [
            said[entry.unit].format(months=formats.number(entry.estimate.months)),
            _("Open cases count, by the same curves as the index."),
        ]
    )


# ---------------------------------------------------------------- place by place


def draw(shown: View, entry: Indicator, rows: pd.DataFrame, level: str, title: str) -> None:
    known = rows[rows["status"] == "estimated"]
    if len(known):
        key = ("dumbbell", entry.id, address.get("within"), address.get("order"))
        figure = shown.keep(
            "-".join(key), lambda: charts.dumbbell(known, entry.unit, parts.watermark(shown))
        )
        figures.show(
            shown,
            figure,
            key="creditors",
            title=title,
            alt=_("{title}: two dots a place, one for local creditors and one for others").format(
                title=title
            ),
            legend=charts.legend(),
            n=known["local_n"].sum() + known["elsewhere_n"].sum(),
            extra=_("Cases of which it is known where the creditor is"),
            table=lambda: taken_away(rows, entry),
            height=charts.height(len(known)),
        )
    else:
        st.html(tag("p", _("No place has enough cases of both kinds of creditor."), class_="quiet"))
    with st.expander(_("As a table, with case mix taken out"), key="creditors-table"):
        st.html(tables.table(columns(entry, level), rows.itertuples(index=False), caption=title))


def columns(entry: Indicator, level: str) -> list[Column]:
    unit = entry.unit

    def name(row: Any) -> Html:
        link = parts.place_link(row, "region", level)
        return tag("a", place_name(row), href=link, data_in=True)

    def side(which: str) -> Column:
        heading = {"local": _("Local"), "elsewhere": _("Elsewhere")}[which]
        return Column(
            heading,
            lambda row: tables.stacked(
                formats.value(getattr(row, which), unit),
                f"n {formats.number(getattr(row, f'{which}_n'))}"
                if not formats.missing(getattr(row, f"{which}_n"))
                else _("n below the least cell"),
            ),
            kind="number",
        )

    def gap(row: Any, column: str, ends: str, status: str) -> object:
        if getattr(row, status) != "estimated":
            return tag("small", why(getattr(row, status)))
        low, high = getattr(row, f"{ends}_low"), getattr(row, f"{ends}_high")
        return tables.stacked(signed(getattr(row, column), unit), signed_interval(low, high, unit))

    return [
        Column(_("Name"), name),
        side("local"),
        side("elsewhere"),
        Column(_("Gap"), lambda row: gap(row, "gap", "gap", "status"), kind="number"),
        Column(
            _("Gap at one mix of cases"),
            lambda row: gap(row, "adjusted_gap", "adjusted", "adjusted_status"),
            kind="number",
            note=_("Both sides weighted to the mix of all cases of the place."),
        ),
    ]


def why(status: object) -> str:
    """Why there is no gap."""
    if status == "not_estimable":
        return _("curve ends too early, or the mixes share too little")
    return parts.status(str(status))


def taken_away(rows: pd.DataFrame, entry: Indicator) -> pd.DataFrame:
    return rows.assign(indicator=entry.id)


# ---------------------------------------------------------------- over time


def over_time(shown: View, entry: Indicator, place: Unit) -> None:
    title = _("The gap over time: {place}").format(place=place_name(place))
    history = shown.data.locality_history(place.level, place.unit_id, entry.id)
    if history["gap"].notna().sum() < 2:
        return
    nation = shown.data.nation
    whole = (
        shown.data.locality_history(nation.level, nation.unit_id, entry.id)
        if place != nation
        else None
    )
    figure = shown.keep(
        f"gap-{entry.id}-{place.unit_id}",
        lambda: charts.gap_over_time(
            history,
            whole,
            entry.unit,
            (place_name(place), place_name(nation)),
            parts.watermark(shown),
        ),
    )
    st.html(tag("h3", title, class_="chart"))
    mine = history[history["period"] == shown.period]
    n = mine["local_n"].sum() + mine["elsewhere_n"].sum()
    figures.show(
        shown,
        figure,
        key="gap",
        title=title,
        alt=_("{title}, with its 95% interval").format(title=title),
        n=n,
        since=str(history["period"].iloc[0]),
        extra=_("Local less elsewhere; each quarter ends twelve months"),
        table=lambda: history,
    )


def meaning() -> None:
    """What a gap can and cannot mean, in plain words."""
    points = [
        _(
            "A gap whose interval holds 0 is no evidence of a difference; with few cases only a "
            "large one could be seen."
        ),
        _(
            "Local and other creditors bring different cases: banks sue where they are, traders "
            "where the debtor is. The gap at one mix of cases takes out class of cause, band of "
            "the claim and kind of debtor, and nothing else."
        ),
        _(
            "Not taken out: what kind of creditor it is, how well represented, how early it asked "
            "for property to be frozen, and how far the debtor's property is from the court."
        ),
        _(
            "A gap that stays at one mix of cases, year after year, is a reason to read files. It "
            "is no proof of unequal treatment, and its absence no proof of equal treatment."
        ),
    ]
    items = (tag("li", point) for point in points)
    st.html(
        join(
            tag("h3", _("What a gap can and cannot mean"), class_="chart"),
            tag("ul", *items, class_="prose"),
        )
    )


# ---------------------------------------------------------------- numbers


def signed(value: float | None, unit: str) -> str:
    """A difference on the scale of a unit, with its sign."""
    if formats.missing(value):
        return formats.NOTHING
    if unit == "share":
        return _("{change} percentage points").format(change=formats.change(100 * float(value), 1))
    return _("{number} months").format(number=formats.change(value, 1))


def signed_interval(low: float | None, high: float | None, unit: str) -> str:
    """The ends of the interval of a difference."""
    if formats.missing(low) or formats.missing(high):
        return formats.NOTHING
    scale = 100 if unit == "share" else 1
    ends = (formats.change(scale * float(end), 1) for end in (low, high))
    return _("{low} to {high}").format(**dict(zip(("low", "high"), ends, strict=True)))
