"""Effective weights: how much of the differences between scores each indicator accounts for."""

from __future__ import annotations

from dashboard.robustness import audit_charts, audit_level
from dashboard.robustness.coherence import SCORE, Coherence, sorted_rows
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.text.levels import place_count
from dashboard.ui import cells, components
from dashboard.ui.columns import plot_column, share_column, text_column
from dashboard.ui.html import Html
from dashboard.ui.indicator_rows import indicators_by_dimension
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine.method import Indicator, Method

EXPORTED_KINDS = ("weight", "main_effect", "main_effect_share", "rank_shift")


def draw_influence(view: View) -> None:
    """The nominal weight of each indicator beside its effect on the score."""
    components.section(
        _("Effective weights"),
        _(
            "A weight says what a point is worth, not how much of the differences between places "
            "an indicator accounts for. Main effect: the share of the variance of the score that "
            "would go, on average, if the indicator were the same everywhere; correlated "
            "indicators share it (Paruolo, Saisana and Saltelli 2013)."
        ),
        "influence",
    )
    level, latest_view, rows = audit_level.draw_coherence_level(view)
    if rows.empty:
        return
    coherence, method = Coherence(rows), latest_view.snapshot.method
    n_text = _("n = {places} with a score").format(places=place_count(level, coherence.n_places))
    table_block(
        latest_view,
        TableSpec(
            "influence",
            _("Effective weights"),
            influence_columns(method, coherence),
            heading="",
            introduction=[audit_charts.influence_legend()],
            source=Source(extra=n_text),
            download=lambda: sorted_rows(rows[rows["kind"].isin(EXPORTED_KINDS)]),
            download_name=f"influence-{level}",
        ),
        indicators_by_dimension(method),
    )


def influence_columns(method: Method, coherence: Coherence) -> list[Column[Indicator]]:
    def weight(indicator: Indicator) -> float:
        value = coherence.value("weight", indicator.id, SCORE).value
        if value is None:
            raise ValueError(f"{indicator.id} has no weight")
        return value

    def effect_share(indicator: Indicator) -> float | None:
        return coherence.value("main_effect_share", indicator.id, SCORE).value

    shares = [*map(weight, method.indicators), *map(effect_share, method.indicators)]
    max_share = max((share for share in shares if share is not None), default=1.0)

    def value_with_n(kind: str, digits: int, heading: str, note: str = "") -> Column[Indicator]:
        def cell(indicator: Indicator) -> Html:
            entry = coherence.value(kind, indicator.id, SCORE)
            text = components.status_text("too_few") if entry.value is None else formats.number(entry.value, digits)
            return cells.value_with_detail(text, f"n = {formats.number(entry.n)}")

        return Column(heading, cell, kind="number", note=note)

    return [
        text_column(_("Indicator"), lambda indicator: localise(indicator.name)),
        share_column(_("Weight"), weight),
        share_column(
            _("Share of main effects"),
            effect_share,
            note=_("The main effect over the sum of all, to be set beside the weight"),
        ),
        plot_column(
            "0–" + formats.percent(max_share, 0),
            lambda indicator: audit_charts.influence_cell(weight(indicator), effect_share(indicator), max_share),
        ),
        value_with_n("main_effect", 2, _("Main effect")),
        value_with_n(
            "rank_shift",
            1,
            _("Mean rank shift without it"),
            _("Mean absolute change of rank when the indicator is left out"),
        ),
    ]
