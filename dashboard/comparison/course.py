"""Places over time: as observed and at the national case mix, and where they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import charts, controls, events, figures, formats, parts, tables, theme
from dashboard.comparison import places
from dashboard.data import View
from dashboard.events import Marks
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.tables import Column
from index_engine.snapshot import Unit

SCORE = "score"
BOTH, OWN, ADJUSTED = "", "observed", "adjusted"


def measure_choice(shown: View) -> str:
    """The score, a dimension or an indicator, by the address."""
    method = shown.data.method
    said = {SCORE: _("Score")}
    for dimension in method.dimensions:
        said[dimension.id] = pick(dimension.name)
        said |= {i.id: f"· {pick(i.name)}" for i in method.of_dimension(dimension.id)}
    return controls.select("measure", _("Measure"), list(said), said=said.__getitem__, width=280)


def basis_choice(shown: View) -> str:
    """As observed, at the national case mix, or both side by side."""
    names = {
        BOTH: _("Observed and adjusted"),
        OWN: _("As observed"),
        ADJUSTED: _("At the national case mix"),
    }
    return controls.select("basis", _("Case mix"), list(names), said=names.__getitem__, width=220)


def unit_of(shown: View, measure: str) -> str:
    """What a measure is counted in: 'score' for points."""
    found = [i.unit for i in shown.data.method.indicators if i.id == measure]
    return found[0] if found else SCORE


def name_of(shown: View, measure: str) -> str:
    method = shown.data.method
    named = {each.id: pick(each.name) for each in (*method.dimensions, *method.indicators)}
    return named.get(measure, _("Score"))


def section(shown: View, units: Sequence[Unit], measure: str, basis: str) -> None:
    """The charts, the events on them, and where the places stand in the period."""
    parts.section(
        _("{measure} over time").format(measure=name_of(shown, measure)),
        _(
            "Each point covers the {months} months to the end of a quarter; bands are 95% "
            "intervals. Adjusted: what it would be if every place had the nation's mix of cases."
        ).format(months=parts.months(shown)),
        anchor="over-time",
    )
    keys = tuple((unit.level, unit.unit_id) for unit in units)
    rows = shown.data.courses(keys, measure)
    if rows["value"].isna().all():
        st.html(tag("p", _("No quarter has a value of any of these places."), class_="quiet"))
        return
    quarters = shown.data.periods()
    found = events.marks(shown, units, quarters)
    panels = [each for each in (OWN, ADJUSTED) if basis in (BOTH, each)]
    reach = _reach(rows, unit_of(shown, measure))
    columns = st.columns(len(panels), gap="large") if len(panels) > 1 else [st.container()]
    for column, panel in zip(columns, panels, strict=True):
        with column:
            _panel(shown, units, rows, measure, panel, found, reach)
    if (said := events.listed(shown, found)) is not None:
        st.html(said)
    parts.download("compare-over-time", shown, lambda: rows)


def _panel(
    shown: View,
    units: Sequence[Unit],
    rows: pd.DataFrame,
    measure: str,
    panel: str,
    found: Marks,
    reach: tuple[float, float],
) -> None:
    titles = {OWN: _("As observed"), ADJUSTED: _("At the national case mix")}
    st.html(tag("h3", titles[panel], class_="chart"))
    keys = tuple((unit.level, unit.unit_id) for unit in units)
    figure = shown.keep(
        "courses",
        lambda: draw(shown, units, rows, measure, panel, found, reach),
        keys,
        measure,
        panel,
        found.key,
    )
    title = _("{measure}: {places}").format(
        measure=name_of(shown, measure), places=_(", ").join(places.names(shown, units).values())
    )
    figures.show(
        shown,
        figure,
        key=f"compare-{panel}",
        title=f"{title} ({titles[panel]})",
        since=shown.data.periods()[0],
        n=rows.loc[rows["period"] == shown.period, "n"].sum(),
        extra=None if panel == OWN else _adjusted_said(rows),
    )


def _adjusted_said(rows: pd.DataFrame) -> str | None:
    """That some points are missing because there is nothing to bring to another mix."""
    if (rows["value"].notna() & rows["adjusted"].isna()).any():
        return _("gaps: too few of its own cases, or too unlike the nation's, to be adjusted")
    return None


def _reach(rows: pd.DataFrame, unit: str) -> tuple[float, float]:
    """Ends of the vertical axis, of both panels, on the scale that is drawn; of points, tens."""
    scale = 100.0 if unit == "share" else 1.0
    columns = ["value", "low", "high", "adjusted", "adjusted_low", "adjusted_high"]
    values = rows[columns].to_numpy(dtype=float) * scale
    known = values[values == values]
    low, high = float(known.min()), float(known.max())
    if unit == SCORE:
        return max(10 * (low // 10), 0.0), min(10 * (high // 10 + 1), 100.0)
    room = 0.08 * (high - low) or 1.0
    return max(low - room, 0.0), high + room


def draw(
    shown: View,
    units: Sequence[Unit],
    rows: pd.DataFrame,
    measure: str,
    panel: str,
    found: Marks,
    reach: tuple[float, float],
) -> go.Figure:
    """Lines of the places by quarter with their bands, named at their ends, events marked."""
    quarters = shown.data.periods()
    labels = [formats.period(quarter) for quarter in quarters]
    unit = unit_of(shown, measure)
    scale = 100.0 if unit == "share" else 1.0
    value, low, high = (
        ("value", "low", "high") if panel == OWN else ("adjusted", "adjusted_low", "adjusted_high")
    )
    called, colours = places.names(shown, units), places.colours(units)
    bands: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    ends: list[tuple[float, str, str]] = []
    for place in units:
        mine = rows[(rows["level"] == place.level) & (rows["unit_id"] == place.unit_id)]
        own = mine.set_index("period").reindex(quarters)
        drawn = scale * own[[value, low, high]].astype(float)
        drawn.columns = pd.Index(["score", "low", "high"])
        drawn = drawn.reset_index(drop=True)
        counts = [formats.number(n) for n in own["n"]]
        ends.append((charts.last(drawn["score"]), called[place], colours[place]))
        for position, run in enumerate(events.parted(found, len(quarters))):
            piece = drawn.iloc[run].reset_index(drop=True)
            x = labels[run]
            bands += charts.band(x, piece, "low", "high", 0.10, colours[place])
            line = charts.line(
                x, piece["score"], colours[place], called[place], width=2.2, markers=True
            )
            line["customdata"] = counts[run]
            line["hovertemplate"] = "%{y:.1f} · n = %{customdata}"
            line["legendgroup"] = f"{called[place]}-{position}"
            lines.append(line)
    gap = 0.065 * (reach[1] - reach[0])
    suffix = {"share": "%"}.get(unit, "")
    layout = theme.layout(
        height=380,
        margin={"l": 38, "r": 118, "t": 12, "b": 30},
        hovermode="x unified",
        xaxis=charts.quarters_axis(quarters),
        yaxis=theme.axis(range=list(reach), ticksuffix=suffix, nticks=6),
        annotations=[
            *charts.labels(ends, gap, reach[1]),
            theme.watermark(parts.watermark(shown)),
        ],
    )
    figure = go.Figure({"data": [*bands, *lines], "layout": layout})
    return events.draw(figure, found, len(quarters))


# ------------------------------------------------------------ where they stand


def standing(shown: View, units: Sequence[Unit]) -> None:
    """Score, interval, rank set, band and n of every place in the period in view."""
    title = _("Where they stand, {period}").format(period=formats.period(shown.period))
    parts.section(title, anchor="standing")
    called = places.names(shown, units)
    rows = [(unit, position, shown.row(unit)) for position, unit in enumerate(units)]
    with st.container(key="standing"):
        st.html(
            tables.table(
                _columns(shown, called),
                rows,
                caption=title,
                row_class=lambda x: "dim" if x[2] is None or formats.missing(x[2].score) else "",
            )
        )
    st.html(parts.source_line(shown))
    parts.download("compare-standing", shown, lambda: _table(rows))


def _columns(shown: View, called: dict[Unit, str]) -> list[Column]:
    def of(name: str, say: Any) -> Any:
        return lambda x: formats.NOTHING if x[2] is None else say(getattr(x[2], name))

    def whole(low: str, high: str) -> Any:
        return lambda x: (
            formats.NOTHING
            if x[2] is None
            else formats.interval(getattr(x[2], low), getattr(x[2], high), "score")
        )

    return [
        Column(_("Name"), lambda x: _named(x[0], x[1], called)),
        Column(_("Score"), of("score", lambda v: formats.number(v, 1)), kind="number"),
        Column(_("95% interval"), whole("low", "high"), kind="number"),
        Column(
            _("At the national case mix"),
            lambda x: (
                formats.NOTHING
                if x[2] is None or formats.missing(x[2].adjusted)
                else tables.stacked(
                    formats.number(x[2].adjusted, 1),
                    formats.interval(x[2].adjusted_low, x[2].adjusted_high, "score"),
                )
            ),
            kind="number",
        ),
        Column(
            _("Rank set"),
            lambda x: _rank_set(shown, x[0], x[2]),
            kind="number",
            note=_("95% confidence set of its rank among the places of its level"),
        ),
        Column(_("Band"), of("band", lambda v: formats.NOTHING if formats.missing(v) else v)),
        Column(_("Cases"), of("n", formats.number), kind="number"),
        Column(_("Status"), lambda x: _status(x[2])),
    ]


def _named(unit: Unit, position: int, called: dict[Unit, str]) -> Html:
    swatch = tag("i", class_="swatch", style=f"background:var(--series-{position})")
    way = tag("a", called[unit], href=parts.place_link(unit, "region"), data_in=True)
    return join(swatch, way)


def _status(row: Any) -> str:
    if row is None:
        return parts.status("no_data")
    return _("scored") if row.status == "scored" else parts.status(row.status)


def _rank_set(shown: View, unit: Unit, row: Any) -> str:
    if row is None or unit.level == "nation" or formats.missing(row.rank_low):
        return formats.NOTHING
    total = shown.scores(unit.level)["rank"].notna().sum()
    low, high = formats.number(row.rank_low), formats.number(row.rank_high)
    ranks = low if row.rank_low == row.rank_high else f"{low}–{high}"
    return _("{ranks} of {total}").format(ranks=ranks, total=formats.number(total))


def _table(rows: Sequence[tuple[Unit, int, Any]]) -> pd.DataFrame:
    columns = ["score", "low", "high", "adjusted", "adjusted_low", "adjusted_high"]
    columns += ["rank_low", "rank_high", "band", "n", "status"]
    return pd.DataFrame(
        [
            {"level": unit.level, "unit_id": unit.unit_id, "name": place_name(unit)}
            | {name: getattr(row, name, None) for name in columns}
            for unit, _position, row in rows
        ]
    )
