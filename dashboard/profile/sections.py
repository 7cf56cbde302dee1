"""Parts of a profile: the score over time, official and published figures."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import charts, events, figures, formats, parts, tables
from dashboard.about import about
from dashboard.data import View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.profile import spine
from dashboard.tables import Column

YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def over_time(shown: View) -> None:
    """The score of the place in focus by quarter, with its dimensions and the nation."""
    unit, nation = shown.place, shown.data.nation
    own = shown.data.history(unit.level, unit.unit_id)
    parts.section(
        _("The score over time"),
        _(
            "Each point covers the {months} months to the end of a quarter; the bands are the 90% "
            "and the 95% interval."
        ).format(months=parts.months(shown)),
        anchor="over-time",
    )
    if own.empty or own["score"].isna().all():
        st.html(tag("p", _("No quarter has a score."), class_="quiet"))
        return
    marks = events.marks(shown, [unit], list(own["period"]))
    figure = shown.keep(
        "history",
        lambda: charts.history(
            own,
            None if unit == nation else shown.data.history("nation", nation.unit_id),
            {d.id: pick(d.name) for d in shown.data.method.dimensions},
            (_("Score"), place_name(nation), _("national mix")),
            parts.watermark(shown),
            marks,
        ),
        marks.key,
    )
    fixed = _("Goalposts are fixed: years can be compared.")
    mixed = None
    if unit != nation and own["adjusted"].notna().sum() > 1:
        mixed = _("Dashed: the score at the national case mix.")
    since = own["period"].iloc[0]
    figures.show(
        shown,
        figure,
        key="history",
        title=_("{place}: the score over time").format(place=place_name(unit)),
        since=since,
        extra=parts.facts(fixed, mixed),
        below=events.listed(shown, marks),
        table=lambda: own,
    )


def official(shown: View) -> None:
    """Figures that readers know from official reports, each with both of its sides, beside the
    nation's and among all places of the level. None is better for being higher, so none is marked.
    """
    unit, nation = shown.place, shown.data.nation
    values = shown.data.figures(unit.level, unit.unit_id, shown.period)
    parts.section(
        _("Official figures, beside the score"),
        _(
            "Not part of the score. One word can have several denominators, so each is spelled "
            "out. The grey bar spans all places of the level that have a score, from least to "
            "most; the tick is the nation."
        ),
        anchor="figures",
    )
    if values.empty:
        st.html(tag("p", parts.status("no_data"), class_="quiet"))
        return
    known = {figure.id: figure for figure in shown.data.main.figures}
    country = shown.data.figures("nation", nation.unit_id, shown.period)
    national = dict(zip(country["figure"], country["value"], strict=True))
    spread = spine.of(shown)

    def side(amount: str, words: str) -> Any:
        return lambda line: tables.stacked(
            formats.number(getattr(line, amount)), pick(getattr(known[line.figure], words))
        )

    def value(amount: float, figure: str) -> str:
        return formats.value(amount, known[figure].unit)

    def drawn(line: Any) -> Html:
        row = spread.get(("figure", line.figure))
        if row is None:
            return Html("")
        unit = known[line.figure].unit
        return spine.among(line.value, national.get(line.figure), row, spine.told(row, unit))

    beside = [
        Column(_("Nation"), lambda line: value(national[line.figure], line.figure), kind="number"),
    ]
    columns = [
        Column(
            _("Figure"),
            lambda line: join(
                tag("span", pick(known[line.figure].name)),
                " ",
                about(shown, known[line.figure], line),
            ),
        ),
        Column(_("Value"), lambda line: value(line.value, line.figure), kind="number"),
        *(beside if unit != nation else []),
        Column(_("Least to most"), drawn, kind="plot"),
        Column(_("Numerator"), side("numerator", "numerator")),
        Column(_("Denominator"), side("denominator", "denominator")),
    ]
    with st.container(key="official"):
        rows = values.itertuples(index=False)
        st.html(tables.table(columns, rows, caption=_("Official figures")))
    st.html(parts.source_line(shown))
    parts.download(
        "official-figures", shown, lambda: spine.with_spread(values, spread, "figure", "figure")
    )


def stated(shown: View) -> None:
    """What courts, the press and monitors published of the place, beside what is computed."""
    unit = shown.place
    values = shown.data.stated(unit.level, unit.unit_id, shown.period)
    if values.empty:
        return
    said = _(
        "As courts, the press and market monitors state them; nothing of it enters a score. A "
        "computed value stands beside a published one only where formula, place and days are "
        "the same. Of figures without one in the period, the latest before it is shown."
    )
    parts.section(_("Published figures beside computed values"), said)
    columns = [
        Column(_("Figure"), lambda line: _stated_name(shown, line)),
        Column(_("Period"), lambda line: _days(line.period_start, line.period_end)),
        Column(_("Published"), lambda line: _measured(line.value, line.measured_in), kind="number"),
        Column(_("Computed"), lambda line: _computed(shown, line), kind="number"),
        Column(_("Definition"), lambda line: _definition(shown, line)),
        Column(_("Published at"), _published_at),
    ]
    caption = _("Published figures beside computed values")
    st.html(tables.table(columns, values.itertuples(index=False), caption=caption))
    real = _("Published figures are real and carry their own source")
    # Each figure names its own source; the line speaks of what is computed.
    if shown.data.synthetic or values["computed"].notna().any():
        st.html(parts.source_line(shown, extra=real if shown.data.synthetic else None))
    parts.download("published-figures", shown, lambda: values)


def _stated_name(shown: View, line: Any) -> Html:
    """The figure, why nothing computed is like it, and of whom it was stated."""
    metric = shown.data.metrics[line.metric]
    pairs: list[tuple[str, object]] = []
    if metric.apart:
        pairs.append((_("Why no computed value"), pick(metric.apart)))
    if not formats.missing(line.note):
        pairs.append((_("Note"), line.note))
    about = parts.note(pick(metric.name), parts.definitions(*pairs)) if pairs else None
    of_whom = tag("small", line.unit_name, style="min-width:7.5em")
    return join(tag("span", pick(metric.name)), " ", about, of_whom)


def _definition(shown: View, line: Any) -> Html:
    return tag("span", pick(shown.data.metrics[line.metric].definition), class_="fine")


def _days(first: date, last: date) -> str:
    """Whole years and months in short, as they are mostly stated; other periods by their days."""
    after = last + timedelta(days=1)
    if first.day != 1 or after.day != 1:
        return formats.window(first, last)
    whole_years = first.month == after.month == 1
    ends = [
        f"{d.year}" if whole_years else f"{d.year}\N{NON-BREAKING HYPHEN}{d.month:02}"
        for d in (first, last)
    ]
    return "–".join(dict.fromkeys(ends))


def _computed(shown: View, line: Any) -> object:
    value = _measured(line.computed, line.measured_in, 1)
    if formats.missing(line.computed) or not shown.data.synthetic:
        return value
    return tables.stacked(value, parts.watermark(shown))


def _published_at(line: Any) -> Html:
    """A link to where it was published, or the name of the file it came in."""
    web = re.match(r"https?://(?:www\.)?([^/?#]+)", line.address)
    where = (
        tag("a", web[1], href=line.address, target="_blank", rel="noopener")
        if web
        else tag("span", line.address)
    )
    derived = line.basis.removeprefix("derived: ")
    return where if derived == line.basis else tables.stacked(where, _("derived from two of them"))


def _measured(value: float | None, unit: str, digits: int | None = None) -> str:
    """A value in the unit it was printed in, with as many digits as it has."""
    if formats.missing(value):
        return formats.NOTHING
    if unit in YUAN:
        return formats.yuan(value * YUAN[unit], formats.EXACT if digits is None else digits)
    if digits is None:
        digits = next(n for n in range(7) if n == 6 or round(value, n) == value)
    number = formats.number(value, digits)
    if unit == "%":
        return number + "%"
    wordings = {
        "件": _("{number} items"),
        "个": _("{number} pieces"),
        "套": _("{number} homes"),
        "次": _("{number} rounds"),
        "天": _("{number} days"),
    }
    return wordings[unit].format(number=number) if unit in wordings else f"{number} {unit}"
