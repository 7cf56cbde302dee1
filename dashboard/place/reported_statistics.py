"""Parts of a profile: the score over time, official and published figures."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column

YUAN_UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def section(view: View) -> None:
    """What courts, the press and monitors published of the place, beside what is computed."""
    place = view.place
    values = view.snapshot.reported_statistics(place.level, place.place_id, view.period)
    if values.empty:
        return
    explanation = _(
        "As courts, the press and market monitors state them; nothing of it enters a score. A "
        "computed value stands beside a published one only where formula, place and days are "
        "the same. Of figures without one in the period, the latest before it is shown."
    )
    components.section(_("Published figures beside computed values"), explanation)
    columns = [
        Column(_("Figure"), lambda line: _statistic_cell(view, line)),
        Column(_("Period"), lambda line: _short_period(line.period_start, line.period_end)),
        Column(
            _("Published"),
            lambda line: _measured_value(line.value, line.measured_in),
            kind="number",
        ),
        Column(_("Computed"), lambda line: _computed_cell(view, line), kind="number"),
        Column(_("Definition"), lambda line: _definition_cell(view, line)),
        Column(_("Published at"), _publication_link),
    ]
    caption = _("Published figures beside computed values")
    st.html(table.html_table(columns, values.itertuples(index=False), caption=caption))
    source_note = _("Published figures are real and carry their own source")
    # Each figure names its own source; the line speaks of what is computed.
    if view.snapshot.synthetic or values["computed"].notna().any():
        st.html(
            components.source_line(view, extra=source_note if view.snapshot.synthetic else None)
        )
    components.download_button("published-figures", view, lambda: values)


def _statistic_cell(view: View, line: Any) -> Html:
    """The figure, why nothing computed is like it, and of whom it was stated."""
    metric = view.snapshot.metrics[line.metric]
    pairs: list[tuple[str, object]] = []
    if metric.apart:
        pairs.append((_("Why no computed value"), localise(metric.apart)))
    if not formats.is_missing(line.note):
        pairs.append((_("Note"), line.note))
    info_note = (
        components.note(localise(metric.name), components.definitions(*pairs)) if pairs else None
    )
    reporting_place = tag("small", line.unit_name, style="min-width:7.5em")
    return join(tag("span", localise(metric.name)), " ", info_note, reporting_place)


def _definition_cell(view: View, line: Any) -> Html:
    return tag("span", localise(view.snapshot.metrics[line.metric].definition), class_="fine")


def _short_period(first: date, last: date) -> str:
    """Whole years and months in short, as they are mostly stated; other periods by their days."""
    next_day = last + timedelta(days=1)
    if first.day != 1 or next_day.day != 1:
        return formats.date_range(first, last)
    covers_whole_years = first.month == next_day.month == 1
    ends = [
        f"{d.year}" if covers_whole_years else f"{d.year}\N{NON-BREAKING HYPHEN}{d.month:02}"
        for d in (first, last)
    ]
    return "–".join(dict.fromkeys(ends))


def _computed_cell(view: View, line: Any) -> object:
    value = _measured_value(line.computed, line.measured_in, 1)
    if formats.is_missing(line.computed) or not view.snapshot.synthetic:
        return value
    return table.value_with_detail(value, components.watermark(view))


def _publication_link(line: Any) -> Html:
    """A link to where it was published, or the name of the file it came in."""
    host_match = re.match(r"https?://(?:www\.)?([^/?#]+)", line.address)
    source_link = (
        tag("a", host_match[1], href=line.address, target="_blank", rel="noopener")
        if host_match
        else tag("span", line.address)
    )
    basis_text = line.basis.removeprefix("derived: ")
    return (
        source_link
        if basis_text == line.basis
        else table.value_with_detail(source_link, _("derived from two of them"))
    )


def _measured_value(value: float | None, unit: str, digits: int | None = None) -> str:
    """A value in the unit it was printed in, with as many digits as it has."""
    if formats.is_missing(value):
        return formats.NO_VALUE
    if unit in YUAN_UNITS:
        return formats.yuan(
            value * YUAN_UNITS[unit], formats.EXACT_DIGITS if digits is None else digits
        )
    if digits is None:
        digits = next(n for n in range(7) if n == 6 or round(value, n) == value)
    number = formats.number(value, digits)
    if unit == "%":
        return number + "%"
    number_templates = {
        "件": _("{number} items"),
        "个": _("{number} pieces"),
        "套": _("{number} homes"),
        "次": _("{number} rounds"),
        "天": _("{number} days"),
    }
    return (
        number_templates[unit].format(number=number)
        if unit in number_templates
        else f"{number} {unit}"
    )
