"""The layer of clusters: how a place and its neighbours score, if the pattern is beyond chance (local
Moran's I), and Moran's I of all places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from dashboard.overview.map_layers import ColourClass, Layer, score_column
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import method_switch, theme
from dashboard.ui.columns import text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.monitoring.spatial import FALSE_DISCOVERY_RATE

CLUSTERS = "clusters"
SCORE_LAYER = "score"  # of the layers that clusters are computed for
ISLAND, NO_COMPARISON, NO_SCORE = "island", "not compared", "unscored"


def cluster_layer(view: View, level: str) -> Layer:
    """Of the main method only: clusters are computed for no other."""
    labels = {
        "high-high": _("high among high"),
        "high-low": _("high among low"),
        "low-high": _("low among high"),
        "low-low": _("low among low"),
        "none": _("no cluster"),
        ISLAND: _("no neighbour with a score"),
        NO_COMPARISON: _("not compared"),
        NO_SCORE: _("no score"),
    }
    grey_colours = {
        ISLAND: theme.current_palette().undecided,
        NO_COMPARISON: theme.current_palette().neutral,
        NO_SCORE: theme.current_palette().neutral,
    }
    colours = {**theme.current_palette().cluster_colours, **grey_colours}
    order = list(labels)

    def class_index(line: Any) -> int:
        if formats.is_missing(line.score):
            return order.index(NO_SCORE)
        cluster = getattr(line, "cluster", None)
        return order.index(NO_COMPARISON if formats.is_missing(cluster) else cluster)

    def tooltip_lines(line: Any) -> list[str]:
        name, q = labels[order[class_index(line)]], getattr(line, "q", None)
        q_value = "" if formats.is_missing(q) else f" (q {p_value_text(q)})"
        return [_("Among its neighbours: {kind}").format(kind=name + q_value)]

    columns: tuple[Column[Any], ...] = (
        text_column(_("Among its neighbours"), lambda row: labels[order[class_index(row)]]),
        Column("q", lambda row: _q_value_text(getattr(row, "q", None)), kind="number"),
        score_column(),
    )
    return Layer(
        CLUSTERS,
        _("Clusters"),
        _("Clusters"),
        tuple(ColourClass(labels[k], colours[k], is_grey=k in grey_colours) for k in order),
        class_index,
        tooltip_lines,
        columns,
        lambda places: _sort_by_cluster(view, level, places, class_index),
        _(
            "q: two-sided permutation p-value, adjusted for testing every place (false discovery "
            "rate). A cluster has a q below {q}."
        ).format(q=formats.number(FALSE_DISCOVERY_RATE, 2)),
        _("Scores compared with those of bordering places."),
        is_ordinal=False,
    )


def _sort_by_cluster(view: View, level: str, places: pd.DataFrame, class_index: Callable[[Any], int]) -> pd.DataFrame:
    if not method_switch.is_main_method(view.snapshot):
        return places
    clusters = queries.local_clusters(view.snapshot, level, view.period, layer=SCORE_LAYER)
    rows = places.merge(clusters[["place_id", "i", "q", "cluster"]], on="place_id", how="left")
    class_numbers = [class_index(line) for line in rows.itertuples(index=False)]
    return rows.iloc[pd.Series(class_numbers).sort_values(kind="stable").index]


def no_comparison_note(view: View) -> Html:
    """That neighbours are not compared under this method, with a link to the one they are."""
    text = _("Neighbours are compared under the main method only.")
    link = tag(
        "a",
        _("Show {method}").format(method=localise(view.snapshot.main.name)),
        href=address.current_link(method=""),
        data_in=True,
    )
    return tag("p", text, " ", link, class_="quiet", role="note")


def moran_text(view: View, level: str) -> str:
    """Moran's I of all places of a level, for the line under the map."""
    rows = queries.spatial_autocorrelation(view.snapshot, level, view.period)
    row = next(rows[rows["layer"] == SCORE_LAYER].itertuples(index=False), None)
    if row is None:
        return _("Moran's I: not computed")
    islands = formats.number(row.islands)
    if row.status != "estimated":
        reason = {"too_few": _("too few places with neighbours"), "constant": _("all scores are equal")}[row.status]
        return _("Moran's I: {reason} (n = {n}, {islands} without a scored neighbour)").format(
            reason=reason, n=formats.number(row.n), islands=islands
        )
    templates = {
        "province": _(
            "Moran's I of provinces {i} (n = {n}, one-sided p {p}); {islands} without a scored neighbour left out"
        ),
        "city": _(
            "Moran's I of all cities {i} (n = {n}, one-sided p {p}); {islands} without a scored neighbour left out"
        ),
    }
    return templates[level].format(
        i=formats.number(row.i, 2), n=formats.number(row.n), p=p_value_text(row.p), islands=islands
    )


def p_value_text(p: float) -> str:
    """A probability after its letter: '= 0.03', or '< 0.001' where it is next to nothing."""
    return f"< {formats.number(0.001, 3)}" if p < 0.001 else f"= {formats.number(p, 3)}"


def _q_value_text(p: float | None) -> str:
    return formats.NO_VALUE if formats.is_missing(p) else p_value_text(p).removeprefix("= ")
