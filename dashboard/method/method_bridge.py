"""What a change of method does to scores: the version before beside this one, on the same cases."""

from __future__ import annotations

from typing import Any

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui.columns import change_column, place_column, text_column, value_column
from dashboard.ui.html import tag
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine import queries
from index_engine.method import Method

BRIDGE_LEVEL = "province"


def superseded_methods(view: View) -> list[Method]:
    """The methods that the one in view came in place of, as far as the build has their scores."""
    snapshot = view.snapshot
    return [method for method in snapshot.superseded.values() if method.superseded_by == snapshot.method.id]


def draw_bridge(view: View) -> None:
    """The nation by period and the provinces of the period in view, under both versions."""
    for before in superseded_methods(view):
        _draw_periods(view, before)
        _draw_provinces(view, before)


def _draw_periods(view: View, before: Method) -> None:
    nation = view.snapshot.nation
    rows = queries.method_bridge(view.snapshot, "nation", nation.place_id, before.id)
    table_block(
        view,
        TableSpec(
            "bridge-periods",
            _("Bridge from version {version}").format(version=before.version),
            [
                text_column(_("Period"), lambda row: formats.period(row.period)),
                *_score_columns(view.snapshot.method, before),
            ],
            explanation=_(
                "The same cases and periods under the version before and under this one: a step between "
                "them is the method's, not the courts'. Version {version} counted recovery over closed "
                "cases alone, did not count open cases against a court in its share of 终本, and scored "
                "the listing of cases in which the court itself records property: each could be raised "
                "by not closing, or by not recording."
            ).format(version=before.version),
            anchor="bridge",
            notes=[tag("p", _("Nation. The method before is computed for regions only, as observed."), class_="quiet")],
            source=None,
            download=lambda: rows.assign(method=_stamp(view.snapshot.method), other_method=_stamp(before)),
            download_name="method-bridge",
        ),
        list(rows.iloc[::-1].itertuples(index=False)),
    )


def _draw_provinces(view: View, before: Method) -> None:
    rows = queries.method_comparison(view.snapshot, BRIDGE_LEVEL, view.period, before.id)
    rank_columns: list[Column[Any]] = [
        text_column(
            _("Rank, {version}").format(version=before.version),
            lambda row: formats.rank(row.other_rank, row.other_tied),
        ),
        text_column(
            _("Rank, {version}").format(version=view.snapshot.method.version),
            lambda row: formats.rank(row.rank, row.tied),
        ),
    ]
    table_block(
        view,
        TableSpec(
            "bridge-provinces",
            _("Provinces under both versions"),
            [
                place_column(_("Province"), BRIDGE_LEVEL),
                *_score_columns(view.snapshot.method, before),
                *rank_columns,
            ],
            explanation=_("Those whose rank differs most come first."),
            empty_text=_("No place has a score under both."),
            source=None,
            download=lambda: rows.assign(method=_stamp(view.snapshot.method), other_method=_stamp(before)),
            download_name="method-bridge-provinces",
        ),
        list(rows.itertuples(index=False)),
    )


def _score_columns(method: Method, before: Method) -> list[Column[Any]]:
    return [
        value_column(
            _("Score, {version}").format(version=before.version),
            lambda row: row.other_score,
            "score",
            interval=lambda row: (row.other_low, row.other_high),
        ),
        value_column(
            _("Score, {version}").format(version=method.version),
            lambda row: row.score,
            "score",
            interval=lambda row: (row.low, row.high),
        ),
        change_column(_("Step of the method"), lambda row: row.score - row.other_score),
    ]


def _stamp(method: Method) -> str:
    return f"{method.id} {method.version}"
