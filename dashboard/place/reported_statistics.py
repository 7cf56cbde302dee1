"""Parts of a profile: the score over time, official and published figures."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard.place import spine_chart
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import chart_block, components, table
from dashboard.ui.charts import annotation_lines, base
from dashboard.ui.html import Html, join, tag
from dashboard.ui.provenance import provenance_note
from dashboard.ui.table import Column

YUAN_UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def score_history(view: View) -> None:
    """The score of the place in focus by quarter, with its dimensions and the nation."""
    place, nation = view.place, view.snapshot.nation
    history = view.snapshot.score_history(place.level, place.place_id)
    components.section(
        _("The score over time"),
        _(
            "Each point covers the {months} months to the end of a quarter; the bands are the 90% "
            "and the 95% interval."
        ).format(months=components.window_months(view)),
        anchor="over-time",
    )
    if history.empty or history["score"].isna().all():
        st.html(tag("p", _("No quarter has a score."), class_="quiet"))
        return
    place_annotations = annotation_lines.select_marks(view, [place], list(history["period"]))
    chart = view.cached(
        "history",
        lambda: base.score_history(
            history,
            None if place == nation else view.snapshot.score_history("nation", nation.place_id),
            {d.id: localise(d.name) for d in view.snapshot.method.dimensions},
            (_("Score"), place_name(nation), _("national mix")),
            components.watermark(view),
            place_annotations,
        ),
        place_annotations.key,
    )
    goalpost_note = _("Goalposts are fixed: years can be compared.")
    adjustment_note = None
    if place != nation and history["adjusted"].notna().sum() > 1:
        adjustment_note = _("Dashed: the score at the national case mix.")
    first_period = history["period"].iloc[0]
    chart_block.show_chart(
        view,
        chart,
        key="history",
        title=_("{place}: the score over time").format(place=place_name(place)),
        first_period=first_period,
        extra=components.facts(goalpost_note, adjustment_note),
        caption=annotation_lines.annotation_list(view, place_annotations),
        table=lambda: history,
    )


def official_statistics(view: View) -> None:
    """Figures that readers know from official reports, each with both of its sides, beside the
    nation's and among all places of the level. None is better for being higher, so none is marked.
    """
    place, nation = view.place, view.snapshot.nation
    values = view.snapshot.statistics(place.level, place.place_id, view.period)
    components.section(
        _("Official figures, beside the score"),
        _(
            "Not part of the score. One word can have several denominators, so each is spelled "
            "out. The grey bar spans all places of the level that have a score, from least to "
            "most; the tick is the nation."
        ),
        anchor="figures",
    )
    if values.empty:
        st.html(tag("p", components.status_text("no_data"), class_="quiet"))
        return
    statistics_by_id = {statistic.id: statistic for statistic in view.snapshot.main.statistics}
    nation_rows = view.snapshot.statistics("nation", nation.place_id, view.period)
    nation_values = dict(zip(nation_rows["figure"], nation_rows["value"], strict=True))
    distributions = spine_chart.read_distributions(view)

    def side_cell(value_field: str, text_field: str) -> Any:
        return lambda line: table.value_with_detail(
            formats.number(getattr(line, value_field)),
            localise(getattr(statistics_by_id[line.figure], text_field)),
        )

    def value_text(amount: float, statistic_id: str) -> str:
        return formats.value(amount, statistics_by_id[statistic_id].unit)

    def distribution_cell(line: Any) -> Html:
        distribution = distributions.get(("figure", line.figure))
        if distribution is None:
            return Html("")
        place = statistics_by_id[line.figure].unit
        return spine_chart.draw_range(
            line.value,
            nation_values.get(line.figure),
            distribution,
            spine_chart.distribution_text(distribution, place),
        )

    nation_columns = [
        Column(
            _("Nation"),
            lambda line: value_text(nation_values[line.figure], line.figure),
            kind="number",
        ),
    ]
    columns = [
        Column(
            _("Figure"),
            lambda line: join(
                tag("span", localise(statistics_by_id[line.figure].name)),
                " ",
                provenance_note(view, statistics_by_id[line.figure], line),
            ),
        ),
        Column(_("Value"), lambda line: value_text(line.value, line.figure), kind="number"),
        *(nation_columns if place != nation else []),
        Column(_("Least to most"), distribution_cell, kind="plot"),
        Column(_("Numerator"), side_cell("numerator", "numerator")),
        Column(_("Denominator"), side_cell("denominator", "denominator")),
    ]
    with st.container(key="official"):
        rows = values.itertuples(index=False)
        st.html(table.html_table(columns, rows, caption=_("Official figures")))
    st.html(components.source_line(view))
    components.download_button(
        "official-figures",
        view,
        lambda: spine_chart.with_distributions(values, distributions, "figure", "figure"),
    )


def reported_statistics(view: View) -> None:
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
