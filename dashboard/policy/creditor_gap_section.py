"""The creditor gap: local and other creditors place by place, the gap over time, what it means."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.policy import policy_charts
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import cells, chart_block, components, controls
from dashboard.ui.columns import place_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine import queries
from index_engine.method import Indicator
from index_engine.queries import Place

ORDERS = ("beyond", "gap", "code")


def selected_indicator(view: View) -> Indicator:
    """The indicator that the two are compared by: the one in the address, else the usual one."""
    indicators: dict[str, Indicator] = {
        indicator.id: indicator for indicator in queries.creditor_gap_indicators(view.snapshot)
    }
    return indicators.get(address.get("measure"), default_indicator(view))


def default_indicator(view: View) -> Indicator:
    """A share, if there is one: it is easier to read than a mean."""
    indicators = queries.creditor_gap_indicators(view.snapshot)
    return next((indicator for indicator in indicators if indicator.unit == "share"), indicators[0])


def no_comparison_text() -> str:
    """Why there is nothing to compare the two by."""
    return _("No indicator of the method measures when claims are paid: local and other creditors are not compared.")


def selected_place(view: View) -> Place:
    """The province in the address, or the nation."""
    provinces = {place.place_id: place for place in view.snapshot.provinces()}
    return provinces.get(address.get("within"), view.snapshot.nation)


def is_comparable(view: View) -> bool:
    """Whether the method has an indicator by which the two can be compared."""
    return bool(queries.creditor_gap_indicators(view.snapshot))


def headline(view: View) -> tuple[str, object]:
    if not is_comparable(view):
        return _("Changes from a place's own past"), no_comparison_text()
    place, indicator = selected_place(view), selected_indicator(view)
    rows = queries.creditor_gaps(view.snapshot, place.level, view.period, indicator.id)
    rows = rows[rows["place_id"] == place.place_id]
    row = next(rows.itertuples(index=False), None)
    lead = _("Outcomes of the cases of local creditors and of all others; the data say who is local.")
    if row is None or row.status != "estimated":
        status = "no_data" if row is None else row.status
        reason = _("no gap: {reason}").format(reason=missing_gap_text(status))
        title = _("Local and other creditors: {place}").format(place=place_name(place))
        return title, join(components.facts(reason), tag("br"), f"{components.status_advice(status)} {lead}")
    values = {
        "place": place_name(place),
        "local": formats.value(row.local, indicator.unit),
        "non_local": formats.value(row.non_local, indicator.unit),
        "months": formats.number(indicator.estimate.months),
    }
    templates = {
        "share": _("{place}: {local} of local creditors' cases paid within {months} months, {non_local} of others'"),
        "months": _("{place}: {local} to payment for local creditors, {non_local} for others"),
    }
    gap = _("Gap {gap}, 95% interval {interval}.").format(
        gap=gap_text(row.gap, indicator.unit), interval=gap_interval_text(row.gap_low, row.gap_high, indicator.unit)
    )
    return templates[indicator.unit].format(**values), f"{gap} {lead}"


def draw_section(view: View) -> None:
    """Local and other creditors place by place, the gap over time, and what it can mean."""
    place, indicator = selected_place(view), selected_indicator(view)
    child_level = "province" if place.level == "nation" else "city"
    titles = {
        "province": _("Local and other creditors, by province"),
        "city": _("Local and other creditors, by city of {place}").format(place=place_name(place)),
    }
    components.section(titles[child_level], chart_description(indicator), anchor="creditors")
    with st.container(horizontal=True, vertical_alignment="bottom", key="creditors-choices"):
        order = draw_options(view)
    rows = queries.creditor_gaps(view.snapshot, child_level, view.period, indicator.id, parent=place.place_id)
    rows = sort_rows(rows, order)
    draw_gap_chart(view, indicator, rows, child_level, titles[child_level])
    draw_gap_history(view, indicator, place)
    draw_interpretation()


def draw_options(view: View) -> str:
    """Choose what the two are compared by and the order of places; gives the order."""
    names = {e.id: localise(e.name) for e in queries.creditor_gap_indicators(view.snapshot)}
    controls.select(
        "measure",
        _("Compared by"),
        list(names),
        format_option=lambda name: names[name],
        default=default_indicator(view).id,
        width=260,
    )
    order_names = {"beyond": _("Gaps beyond chance first"), "gap": _("Gap"), "code": _("Place code")}
    return controls.select("order", _("Ordered by"), ORDERS, format_option=lambda order: order_names[order], width=200)


def sort_rows(rows: pd.DataFrame, order: str) -> pd.DataFrame:
    """Gaps whose interval excludes 0 first, the widest on top; or all by gap, or by code. Places without one last."""
    if order == "beyond":
        is_beyond = (rows["gap_low"] > 0) | (rows["gap_high"] < 0)
        rows = rows.assign(beyond=is_beyond, size=rows["gap"].abs().where(is_beyond))
        rows = rows.sort_values(["beyond", "size", "place_id"], ascending=[False, False, True], na_position="last")
        return rows.drop(columns=["beyond", "size"])
    if order == "gap":
        return rows.sort_values(["gap", "place_id"], ascending=[False, True], na_position="last")
    return rows.sort_values("place_id")


def chart_description(indicator: Indicator) -> str:
    templates = {
        "share": _("Share of cases paid within {months} months of filing."),
        "months": _("Mean months to payment, each case counted up to {months}."),
    }
    return " ".join(
        [
            templates[indicator.unit].format(months=formats.number(indicator.estimate.months)),
            _("Open cases count, on the same curves as in the index."),
        ]
    )


# ---------------------------------------------------------------- place by place


def draw_gap_chart(view: View, indicator: Indicator, rows: pd.DataFrame, level: str, title: str) -> None:
    estimated_rows = rows[rows["status"] == "estimated"]
    if len(estimated_rows):
        key = ("dumbbell", indicator.id, address.get("within"), address.get("order"))
        chart = view.cached(
            "-".join(key),
            lambda: policy_charts.dumbbell_chart(estimated_rows, indicator.unit),
        )
        chart_block.show_chart(
            view,
            chart,
            key="creditors",
            title=title,
            alt=_("{title}: two dots for each place, one for local creditors and one for others").format(title=title),
            legend=policy_charts.creditor_legend(),
            n=estimated_rows["local_n"].sum() + estimated_rows["non_local_n"].sum(),
            extra=_("Cases with a known location of the creditor"),
            table=lambda: export_table(rows, indicator),
            height=policy_charts.chart_height(len(estimated_rows)),
        )
    else:
        st.html(tag("p", _("No place has enough cases of both kinds of creditor."), class_="quiet"))
    if left_out := left_out_text(rows[rows["status"] != "estimated"]):
        st.html(tag("p", left_out, class_="reading"))
    with st.expander(_("As a table, with the gap at equal case mix"), key="creditors-table"):
        table_block(
            view,
            TableSpec("creditor-gaps", title, gap_columns(indicator, level), heading="", source=None),
            rows.itertuples(index=False),
        )


def left_out_text(rows: pd.DataFrame) -> str:
    """The places that the chart does not show, by the reason."""
    names_by_reason: dict[str, list[str]] = {}
    for row in rows.itertuples(index=False):
        names_by_reason.setdefault(missing_gap_text(row.status), []).append(place_name(row))
    return " ".join(
        _("Not in the chart ({reason}): {names}.").format(reason=reason, names=_(", ").join(names))
        for reason, names in names_by_reason.items()
    )


def gap_columns(indicator: Indicator, level: str) -> list[Column[Any]]:
    """Both sides with their n, the gap, and the gap at equal case mix, each with its interval."""
    unit = indicator.unit

    def n_text(n: float | None, suppression: str) -> str:
        return f"n {formats.count(n, suppression)}"

    def local_cell(row: Any) -> Html:
        return cells.value_with_detail(formats.value(row.local, unit), n_text(row.local_n, row.local_n_suppression))

    def non_local_cell(row: Any) -> Html:
        return cells.value_with_detail(
            formats.value(row.non_local, unit), n_text(row.non_local_n, row.non_local_n_suppression)
        )

    def gap_cell(row: Any) -> Html:
        if row.status != "estimated":
            return missing_gap_reason(row.status)
        interval = gap_interval_text(row.gap_low, row.gap_high, unit)
        return cells.value_with_detail(gap_text(row.gap, unit), interval)

    def adjusted_gap_cell(row: Any) -> Html:
        if row.adjusted_status != "estimated":
            return missing_gap_reason(row.adjusted_status)
        interval = gap_interval_text(row.adjusted_low, row.adjusted_high, unit)
        return cells.value_with_detail(gap_text(row.adjusted_gap, unit), interval)

    return [
        place_column(_("Name"), level),
        Column(_("Local"), local_cell, kind="number"),
        Column(_("Non-local"), non_local_cell, kind="number"),
        Column(_("Gap"), gap_cell, kind="number"),
        Column(
            _("Gap at equal case mix"),
            adjusted_gap_cell,
            kind="number",
            note=_("Both sides weighted to the mix of all cases of the place."),
        ),
    ]


def missing_gap_text(status: str) -> str:
    """Why there is no gap."""
    if status == "not_estimable":
        return _("curve ends too early, or the case mixes overlap too little")
    return components.status_text(status)


def missing_gap_reason(status: str) -> Html:
    """Why there is no gap; what can be done about it on hovering."""
    return tag("small", missing_gap_text(status), title=components.status_advice(status) or None)


def export_table(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    return rows.assign(indicator=indicator.id)


# ---------------------------------------------------------------- over time


def draw_gap_history(view: View, indicator: Indicator, place: Place) -> None:
    title = _("The gap over time: {place}").format(place=place_name(place))
    history = queries.creditor_gap_history(view.snapshot, place.level, place.place_id, indicator.id)
    if history["gap"].notna().sum() < 2:
        return
    nation = view.snapshot.nation
    nation_history = (
        queries.creditor_gap_history(view.snapshot, nation.level, nation.place_id, indicator.id)
        if place != nation
        else None
    )
    chart = view.cached(
        f"gap-{indicator.id}-{place.place_id}",
        lambda: policy_charts.gap_history_chart(
            history, nation_history, indicator.unit, (place_name(place), place_name(nation))
        ),
    )
    st.html(tag("h3", title, class_="chart"))
    period_rows = history[history["period"] == view.period]
    n = period_rows["local_n"].sum() + period_rows["non_local_n"].sum()
    chart_block.show_chart(
        view,
        chart,
        key="gap",
        title=title,
        alt=_("{title}, with its 95% interval").format(title=title),
        n=n,
        first_period=str(history["period"].iloc[0]),
        extra=_("Local less non-local; each quarter stands for the twelve months to its end"),
        table=lambda: history.assign(place_level=place.level, place_id=place.place_id, place_name=place_name(place)),
    )


def draw_interpretation() -> None:
    """What a gap can and cannot mean."""
    points = [
        _(
            "A gap whose interval contains 0 is no evidence of a difference; with few cases only a "
            "large difference could be detected."
        ),
        _(
            "Local and other creditors bring different cases: banks sue where they are, traders "
            "where the debtor is. The gap at equal case mix is adjusted for class of cause, claim "
            "class and kind of debtor, and for nothing else."
        ),
        _(
            "Not adjusted for: the kind of creditor, the quality of representation, how early "
            "preservation of property was requested, and the distance of the debtor's property "
            "from the court."
        ),
        _(
            "A gap that persists at equal case mix, year after year, is a reason to read files. It "
            "is no proof of unequal treatment, nor is its absence proof of equal treatment."
        ),
    ]
    items = (tag("li", point) for point in points)
    st.html(join(tag("h3", _("What a gap can and cannot mean"), class_="chart"), tag("ul", *items, class_="prose")))


# ---------------------------------------------------------------- numbers


def gap_text(value: float | None, unit: str) -> str:
    """A difference in a unit of measure, with its sign; of shares in percentage points."""
    if formats.is_missing(value):
        return formats.NO_VALUE
    if unit == "share":
        return _("{change} percentage points").format(change=formats.change(100 * float(value), 1))
    return _("{number} months").format(number=formats.change(value, 1))


def gap_interval_text(low: float | None, high: float | None, unit: str) -> str:
    """The ends of the interval of a difference."""
    if formats.is_missing(low) or formats.is_missing(high):
        return formats.NO_VALUE
    scale = 100 if unit == "share" else 1
    ends = (formats.change(scale * float(end), 1) for end in (low, high))
    return _("{low} to {high}").format(**dict(zip(("low", "high"), ends, strict=True)))
