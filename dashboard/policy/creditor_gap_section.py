"""Local and other creditors: both in one chart place by place, the gap over time, what it means."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.policy import policy_charts
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import chart_block, components, controls, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column
from index_engine.method import Indicator
from index_engine.queries import Place

ORDERS = ("code", "gap")


def selected_indicator(view: View) -> Indicator:
    """The indicator that the two are compared by: the one in the address, else the usual one."""
    indicators = {indicator.id: indicator for indicator in view.snapshot.creditor_gap_indicators()}
    return indicators.get(address.get("measure"), default_indicator(view))


def default_indicator(view: View) -> Indicator:
    """A share, if there is one: it is read off sooner than a mean."""
    indicators = view.snapshot.creditor_gap_indicators()
    return next((indicator for indicator in indicators if indicator.unit == "share"), indicators[0])


def no_comparison_text() -> str:
    """Why there is nothing to compare the two by."""
    return _(
        "No indicator of the method tells when claims are paid in cash: local and other creditors "
        "are not compared."
    )


def selected_place(view: View) -> Place:
    """The province in the address, or the nation."""
    provinces = {place.place_id: place for place in view.snapshot.provinces()}
    return provinces.get(address.get("within"), view.snapshot.nation)


def headline(view: View) -> tuple[str, object]:
    place, indicator = selected_place(view), selected_indicator(view)
    rows = view.snapshot.creditor_gaps(place.level, view.period, indicator.id)
    rows = rows[rows["place_id"] == place.place_id]
    row = next(rows.itertuples(index=False), None)
    lead = _(
        "What became of the claims of local creditors and of all others; files say who is local."
    )
    if row is None or row.status != "estimated":
        return _("Local and other creditors: {place}").format(place=place_name(place)), lead
    values = {
        "place": place_name(place),
        "local": formats.value(row.local, indicator.unit),
        "elsewhere": formats.value(row.elsewhere, indicator.unit),
        "months": formats.number(indicator.estimate.months),
    }
    templates = {
        "share": _(
            "{place}: {local} of local claims paid within {months} months, {elsewhere} of others"
        ),
        "months": _("{place}: {local} to cash for local creditors, {elsewhere} for others"),
    }
    gap = _("Gap {gap}, 95% interval {interval}.").format(
        gap=gap_text(row.gap, indicator.unit),
        interval=gap_interval_text(row.gap_low, row.gap_high, indicator.unit),
    )
    return templates[indicator.unit].format(**values), f"{gap} {lead}"


def draw_section(view: View) -> None:
    place, indicator = selected_place(view), selected_indicator(view)
    child_level = "province" if place.level == "nation" else "city"
    titles = {
        "province": _("Local and other creditors, by province"),
        "city": _("Local and other creditors, by city of {place}").format(place=place_name(place)),
    }
    components.section(titles[child_level], chart_description(indicator), anchor="creditors")
    with st.container(horizontal=True, vertical_alignment="bottom", key="creditors-choices"):
        order = draw_options(view)
    rows = view.snapshot.creditor_gaps(
        child_level, view.period, indicator.id, parent=place.place_id
    )
    rows = sort_rows(rows, order)
    draw_gap_chart(view, indicator, rows, child_level, titles[child_level])
    draw_gap_history(view, indicator, place)
    draw_interpretation()


def draw_options(view: View) -> str:
    """Choose what the two are compared by and the order of places; gives the order."""
    names = {e.id: localise(e.name) for e in view.snapshot.creditor_gap_indicators()}
    controls.select(
        "measure",
        _("Compared by"),
        list(names),
        format_option=lambda name: names[name],
        default=default_indicator(view).id,
        width=260,
    )
    order_names = {"code": _("Place code"), "gap": _("Gap")}
    return controls.select(
        "order", _("In order of"), ORDERS, format_option=lambda order: order_names[order], width=160
    )


def sort_rows(rows: pd.DataFrame, order: str) -> pd.DataFrame:
    """By code, or the widest gap first; places without one last."""
    if order == "gap":
        return rows.sort_values(["gap", "place_id"], ascending=[False, True], na_position="last")
    return rows.sort_values("place_id")


def chart_description(indicator: Indicator) -> str:
    templates = {
        "share": _("Share of claims paid in cash within {months} months of filing."),
        "months": _("Mean months to cash, each case counted up to {months}."),
    }
    return " ".join(
        [
            templates[indicator.unit].format(months=formats.number(indicator.estimate.months)),
            _("Open cases count, by the same curves as the index."),
        ]
    )


# ---------------------------------------------------------------- place by place


def draw_gap_chart(
    view: View, indicator: Indicator, rows: pd.DataFrame, level: str, title: str
) -> None:
    estimated_rows = rows[rows["status"] == "estimated"]
    if len(estimated_rows):
        key = ("dumbbell", indicator.id, address.get("within"), address.get("order"))
        chart = view.cached(
            "-".join(key),
            lambda: policy_charts.dumbbell_chart(
                estimated_rows, indicator.unit, components.watermark(view)
            ),
        )
        chart_block.show_chart(
            view,
            chart,
            key="creditors",
            title=title,
            alt=_("{title}: two dots a place, one for local creditors and one for others").format(
                title=title
            ),
            legend=policy_charts.creditor_legend(),
            n=estimated_rows["local_n"].sum() + estimated_rows["elsewhere_n"].sum(),
            extra=_("Cases of which it is known where the creditor is"),
            table=lambda: export_table(rows, indicator),
            height=policy_charts.chart_height(len(estimated_rows)),
        )
    else:
        st.html(tag("p", _("No place has enough cases of both kinds of creditor."), class_="quiet"))
    with st.expander(_("As a table, with case mix taken out"), key="creditors-table"):
        st.html(
            table.html_table(
                gap_columns(indicator, level), rows.itertuples(index=False), caption=title
            )
        )


def gap_columns(indicator: Indicator, level: str) -> list[Column]:
    unit = indicator.unit

    def name_cell(row: Any) -> Html:
        link = components.place_link(row, "place", level)
        return tag("a", place_name(row), href=link, data_in=True)

    def side_column(creditor_group: str) -> Column:
        heading = {"local": _("Local"), "elsewhere": _("Elsewhere")}[creditor_group]
        return Column(
            heading,
            lambda row: table.value_with_detail(
                formats.value(getattr(row, creditor_group), unit),
                f"n {formats.number(getattr(row, f'{creditor_group}_n'))}"
                if not formats.is_missing(getattr(row, f"{creditor_group}_n"))
                else _("n below the least cell"),
            ),
            kind="number",
        )

    def gap_cell(row: Any, column: str, prefix: str, status: str) -> object:
        if getattr(row, status) != "estimated":
            return tag("small", missing_gap_reason(getattr(row, status)))
        low, high = getattr(row, f"{prefix}_low"), getattr(row, f"{prefix}_high")
        return table.value_with_detail(
            gap_text(getattr(row, column), unit), gap_interval_text(low, high, unit)
        )

    return [
        Column(_("Name"), name_cell),
        side_column("local"),
        side_column("elsewhere"),
        Column(_("Gap"), lambda row: gap_cell(row, "gap", "gap", "status"), kind="number"),
        Column(
            _("Gap at one mix of cases"),
            lambda row: gap_cell(row, "adjusted_gap", "adjusted", "adjusted_status"),
            kind="number",
            note=_("Both sides weighted to the mix of all cases of the place."),
        ),
    ]


def missing_gap_reason(status: object) -> str:
    """Why there is no gap."""
    if status == "not_estimable":
        return _("curve ends too early, or the mixes share too little")
    return components.status_text(str(status))


def export_table(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    return rows.assign(indicator=indicator.id)


# ---------------------------------------------------------------- over time


def draw_gap_history(view: View, indicator: Indicator, place: Place) -> None:
    title = _("The gap over time: {place}").format(place=place_name(place))
    history = view.snapshot.creditor_gap_history(place.level, place.place_id, indicator.id)
    if history["gap"].notna().sum() < 2:
        return
    nation = view.snapshot.nation
    nation_history = (
        view.snapshot.creditor_gap_history(nation.level, nation.place_id, indicator.id)
        if place != nation
        else None
    )
    chart = view.cached(
        f"gap-{indicator.id}-{place.place_id}",
        lambda: policy_charts.gap_history_chart(
            history,
            nation_history,
            indicator.unit,
            (place_name(place), place_name(nation)),
            components.watermark(view),
        ),
    )
    st.html(tag("h3", title, class_="chart"))
    period_rows = history[history["period"] == view.period]
    n = period_rows["local_n"].sum() + period_rows["elsewhere_n"].sum()
    chart_block.show_chart(
        view,
        chart,
        key="gap",
        title=title,
        alt=_("{title}, with its 95% interval").format(title=title),
        n=n,
        first_period=str(history["period"].iloc[0]),
        extra=_("Local less elsewhere; each quarter ends twelve months"),
        table=lambda: history,
    )


def draw_interpretation() -> None:
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


def gap_text(value: float | None, unit: str) -> str:
    """A difference on the scale of a unit, with its sign."""
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
