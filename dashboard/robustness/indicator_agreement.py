"""Whether the indicators agree: correlations over places, and Cronbach's alpha."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.robustness import audit_charts, audit_level
from dashboard.robustness.coherence import SCORE, Coherence, sorted_rows
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.text.levels import place_count
from dashboard.ui import components
from dashboard.ui.columns import number_column, text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.indicator_rows import indicators_by_dimension
from dashboard.ui.table import Column, RowGroup, Source, TableSpec, table_block
from index_engine.method import Dimension, Indicator, Method

Item = Indicator | Dimension
Other = Item | None  # None is the score


@dataclass(frozen=True)
class AlphaRow:
    """Cronbach's alpha of a group of indicators; `n_places` is the smallest number of places behind
    one of their covariances."""

    name: str
    n_indicators: int
    alpha: float | None
    n_places: int


def draw_agreement(view: View) -> None:
    """Correlations of indicators with one another, with dimensions and with the score; alpha."""
    components.section(
        _("Do the indicators agree?"),
        _(
            "Correlations across places of points, which are higher when better. An indicator that "
            "correlates more with another dimension than with its own may be misplaced."
        ),
        "agreement",
    )
    level, latest_view, rows = audit_level.draw_coherence_level(view)
    if rows.empty:
        return
    method, coherence = latest_view.snapshot.method, Coherence(rows)
    n_text = _(
        "n = {places} with a score; a smaller n is given under its coefficient, which is not coloured below {few}"
    ).format(places=place_count(level, coherence.n_places), few=formats.number(audit_charts.MIN_COLOURED_N))
    table_block(
        latest_view,
        TableSpec(
            "correlations",
            _("Correlations"),
            correlation_columns(method, coherence),
            heading="",
            source=Source(extra=n_text),
            download=lambda: sorted_rows(rows),
            download_name=f"coherence-{level}",
            is_cached=True,
        ),
        correlation_rows(method),
    )
    draw_alphas(latest_view, coherence)


def correlation_rows(method: Method) -> list[Item | RowGroup]:
    """Indicators under their dimensions, then the dimensions."""
    return [*indicators_by_dimension(method), RowGroup(_("Dimensions")), *method.dimensions]


def correlation_columns(method: Method, coherence: Coherence) -> list[Column[Item]]:
    """One triangle of coefficients: indicators by number, then dimensions and the score."""
    indicator_columns = [
        _correlation_column(method, coherence, str(number), indicator)
        for number, indicator in enumerate(method.indicators[:-1], start=1)  # the last: a row only
    ]
    dimension_columns = [
        _correlation_column(method, coherence, localise(dimension.name), dimension) for dimension in method.dimensions
    ]
    return [
        Column(_("Indicator"), lambda item: _numbered_label(method, item)),
        *indicator_columns,
        *dimension_columns,
        _correlation_column(method, coherence, _("Score"), None),
    ]


def _numbered_label(method: Method, item: Item) -> Html:
    number = method.indicators.index(item) + 1 if isinstance(item, Indicator) else None
    return tag("span", tag("b", number) if number else None, localise(item.name), class_="numbered")


def _correlation_column(method: Method, coherence: Coherence, heading: str, other: Other) -> Column[Item]:
    other_name = _("Score") if other is None else localise(other.name)
    other_id = SCORE if other is None else other.id

    def cell(item: Item) -> object:
        kind = _correlation_kind(method, item, other)
        if not kind:
            return ""
        entry = coherence.value(kind, item.id, other_id)
        title = _("{one} and {other}: {r}, n = {n}").format(
            one=localise(item.name), other=other_name, r=formats.number(entry.value, 2), n=formats.number(entry.n)
        )
        is_in_dimension = isinstance(item, Indicator) and isinstance(other, Dimension) and item.dimension == other.id
        return audit_charts.correlation_cell(
            entry.value, entry.n, coherence.n_places, title, has_outline=is_in_dimension
        )

    return Column(heading, cell, kind="number", note=other_name)


def _correlation_kind(method: Method, item: Item, other: Other) -> str:
    """The kind of correlation of two items; '' on and above the diagonal of the triangle."""
    first = "indicator" if isinstance(item, Indicator) else "dimension"
    if other is None:
        return f"{first}_score"
    second = "indicator" if isinstance(other, Indicator) else "dimension"
    if first != second:
        return "indicator_dimension" if first == "indicator" else ""
    items = [*method.indicators, *method.dimensions]
    return f"{first}_{second}" if items.index(other) < items.index(item) else ""


def draw_alphas(latest_view: View, coherence: Coherence) -> None:
    """Cronbach's alpha of each dimension and of all indicators."""
    table_block(
        latest_view,
        TableSpec(
            "alphas",
            _("Cronbach's alpha"),
            [
                text_column(_("Dimension"), lambda row: row.name),
                number_column(_("Indicators"), lambda row: row.n_indicators),
                number_column("α", lambda row: row.alpha, 2, reason=_missing_alpha_reason),
                number_column("n", lambda row: row.n_places),
            ],
            heading="chart",
            explanation=_(
                "Alpha asks whether indicators measure one thing, and rises with their number. A "
                "low or negative alpha is no fault here: the index combines things that need not "
                "move together, each of which matters in itself."
            ),
            source=Source(extra=_("n: smallest number of places behind a covariance")),
        ),
        alpha_rows(latest_view.snapshot.method, coherence),
    )


def alpha_rows(method: Method, coherence: Coherence) -> list[AlphaRow]:
    """A row for each dimension, and one for all indicators together."""
    groups = [
        (dimension.id, localise(dimension.name), len(method.dimension_indicators(dimension.id)))
        for dimension in method.dimensions
    ]
    groups.append((SCORE, _("All indicators"), len(method.indicators)))
    rows = []
    for group, name, n_indicators in groups:
        entry = coherence.value("alpha", group)
        alpha = entry.value if n_indicators > 1 else None
        rows.append(AlphaRow(name, n_indicators, alpha, entry.n))
    return rows


def _missing_alpha_reason(row: AlphaRow) -> str:
    if row.n_indicators < 2:
        return _("one indicator")
    return components.status_text("not_estimable")
