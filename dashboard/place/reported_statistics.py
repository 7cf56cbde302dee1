"""Statistics that courts and others publish of a place, beside computed values."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, export
from dashboard.ui.columns import text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import ReportedStatistic

YUAN_BY_UNIT = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def section(view: View) -> None:
    """What courts, the press and monitors published of the place, beside what is computed."""
    place = view.place
    values = queries.reported_statistics(view.snapshot, place.level, place.place_id, view.period)
    # Each figure names its own source; the source line is about what is computed.
    source = None
    if view.snapshot.synthetic or values["computed"].notna().any():
        source_note = _("Published figures are real, and each has its own source")
        source = Source(extra=source_note if view.snapshot.synthetic else None)
    spec: TableSpec[ReportedStatistic] = TableSpec(
        key="published",
        title=_("Published figures and computed values"),
        explanation=_(
            "As published by courts, the press and market monitors; none of them enters a "
            "score. A computed value is given only where formula, place and dates are the "
            "same. If nothing was published for the period, the latest earlier figure is "
            "shown."
        ),
        columns=[
            text_column(_("Statistic"), lambda line: _statistic_cell(view, line)),
            text_column(_("Period"), lambda line: _short_period(line.period_start, line.period_end)),
            Column(_("Published"), lambda line: measured_value(line.value, line.measured_in), kind="number"),
            Column(_("Computed"), lambda line: _computed_cell(view, line), kind="number"),
            text_column(
                _("Definition"), lambda line: localise(queries.metrics()[line.metric].definition), css_class="fine"
            ),
            text_column(_("Source"), _publication_link),
        ],
        source=source,
        download=lambda: values.assign(data_kind=export.PUBLISHED),
        download_name="published-figures",
    )
    table_block(view, spec, values.itertuples(index=False))


def _statistic_cell(view: View, line: ReportedStatistic) -> Html:
    """The statistic, why nothing computed is like it, and of which place it was published."""
    metric = queries.metrics()[line.metric]
    pairs: list[tuple[str, object]] = []
    if metric.apart:
        pairs.append((_("Why no computed value"), localise(metric.apart)))
    if not formats.is_missing(line.note):
        pairs.append((_("Note"), line.note))
    info_note = components.note(localise(metric.name), components.definitions(*pairs)) if pairs else None
    reporting_place = tag("small", line.unit_name, style="min-width:7.5em")
    return join(tag("span", localise(metric.name)), " ", info_note, reporting_place)


def _short_period(first: date, last: date) -> str:
    """Whole years and months in short, as they are mostly published; other periods by their days."""
    next_day = last + timedelta(days=1)
    if first.day != 1 or next_day.day != 1:
        return formats.date_range(first, last)
    covers_whole_years = first.month == next_day.month == 1
    ends = [
        f"{d.year}" if covers_whole_years else f"{d.year}\N{NON-BREAKING HYPHEN}{d.month:02}" for d in (first, last)
    ]
    return "–".join(dict.fromkeys(ends))


def _computed_cell(view: View, line: ReportedStatistic) -> object:
    value = measured_value(line.computed, line.measured_in, 1)
    if formats.is_missing(line.computed) or not view.snapshot.synthetic:
        return value
    return cells.value_with_detail(value, _("Synthetic data"))


def _publication_link(line: ReportedStatistic) -> Html:
    """A link to where it was published, or the name of the file it came in."""
    address = line.address or ""
    host_match = re.match(r"https?://(?:www\.)?([^/?#]+)", address)
    source_link = (
        tag("a", host_match[1], href=address, target="_blank", rel="noopener") if host_match else tag("span", address)
    )
    basis_text = line.basis.removeprefix("derived: ")
    return (
        source_link
        if basis_text == line.basis
        else cells.value_with_detail(source_link, _("derived from two published figures"))
    )


def measured_value(value: float | None, unit: str, digits: int | None = None) -> str:
    """A value in the unit of measure it was published in, with as many decimals as it has."""
    if formats.is_missing(value):
        return formats.NO_VALUE
    if unit in YUAN_BY_UNIT:
        return formats.yuan(value * YUAN_BY_UNIT[unit], formats.EXACT_DIGITS if digits is None else digits)
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
    return number_templates[unit].format(number=number) if unit in number_templates else f"{number} {unit}"
