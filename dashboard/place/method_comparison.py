"""The same place under every method of the build: scores and ranks side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui.cells import value_with_detail
from dashboard.ui.columns import score_whisker_column, text_column, value_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.method import Method
from index_engine.queries import Score

RANKED_LEVELS = ("province", "city")  # ranks of courts are on the rankings page, with their note


@dataclass(frozen=True)
class MethodRow:
    """The place under one method. Ranks are among the places that this method and the one in view
    both score: `rank` under this method, `current_rank` under the one in view."""

    method: Method
    place_count: int
    score: float | None = None
    low: float | None = None
    high: float | None = None
    rank: float | None = None
    tie_count: float | None = None
    current_rank: float | None = None

    @property
    def version(self) -> str:
        return f"{self.method.id} {self.method.version}"


def section(view: View, row: Score | None) -> None:
    """Score and rank of the place under each method; nothing where there is only one."""
    current_method = view.snapshot.method
    other_methods = [method for method in view.snapshot.methods.values() if method.id != current_method.id]
    if not other_methods:
        return
    rows = []
    if row is not None and not formats.is_missing(row.score):
        rows = method_rows(view, row, other_methods)
    with_rank = view.place.level in RANKED_LEVELS
    purposes = [
        _("{name}: {purpose}").format(name=localise(method.name), purpose=localise(method.purpose))
        for method in other_methods
    ]
    spec = TableSpec(
        key="methods-compared",
        title=_("Under each method"),
        heading="chart",
        columns=method_columns(with_rank=with_rank),
        empty_text=_("It has no score, so there is nothing to compare."),
        notes=[
            rank_change_text(rows) if with_rank else None,
            *purposes,
            _court_note(view) if view.place.level == "court" else None,
        ],
        source=Source(n=row.n if row else None),
        download=lambda: download_table(rows),
        download_name="methods",
    )
    table_block(view, spec, rows)


def method_rows(view: View, row: Score, other_methods: Sequence[Method]) -> list[MethodRow]:
    """The method in view first, then the others."""
    place = view.place
    ranks = view.scores(place.level)["rank"]
    rows = [
        MethodRow(
            method=view.snapshot.method,
            place_count=int(ranks.notna().sum()),
            score=row.score,
            low=row.low,
            high=row.high,
            rank=row.rank,
            tie_count=row.tied,
        )
    ]
    for method in other_methods:
        comparison = queries.method_comparison(view.snapshot, place.level, view.period, method.id)
        is_place = comparison["place_id"] == place.place_id
        line = next(comparison[is_place].itertuples(index=False), None)
        rows.append(
            MethodRow(method, len(comparison))
            if line is None
            else MethodRow(
                method=method,
                place_count=len(comparison),
                score=line.other_score,
                low=line.other_low,
                high=line.other_high,
                rank=line.other_rank,
                tie_count=line.other_tied,
                current_rank=line.rank,
            )
        )
    return rows


def download_table(rows: Sequence[MethodRow]) -> pd.DataFrame:
    """The comparison as a table for download."""
    return pd.DataFrame(
        [
            {
                "scored_by": row.version,
                "score": row.score,
                "low": row.low,
                "high": row.high,
                "rank": row.rank,
                "rank_under_first": row.current_rank,
                "places": row.place_count,
            }
            for row in rows
        ]
    )


def method_columns(*, with_rank: bool) -> list[Column[MethodRow]]:
    """Columns of the table, with ranks where the level has them."""
    columns: list[Column[MethodRow]] = [
        text_column(_("Method"), lambda row: localise(row.method.name), lambda row: row.version, css_class="check"),
        score_whisker_column(lambda row: row.score, lambda row: (row.low, row.high), reason=lambda row: _("no score")),
        value_column(_("Score"), lambda row: row.score, "score", interval=lambda row: (row.low, row.high)),
    ]
    if with_rank:
        columns.append(Column(_("Rank"), _rank_cell, kind="number"))
    return columns


def _rank_cell(row: MethodRow) -> Html | str:
    if formats.is_missing(row.rank):
        return formats.NO_VALUE
    template = _("of {n}") if row.current_rank is None else _("of {n} scored by both")
    return value_with_detail(formats.rank(row.rank, row.tie_count), template.format(n=formats.number(row.place_count)))


def rank_change_text(rows: Sequence[MethodRow]) -> str | None:
    """How many positions the other methods put the place from where the first puts it."""
    if not rows:
        return None
    current_name = localise(rows[0].method.name)
    sentences = []
    for row in rows[1:]:
        if formats.is_missing(row.rank) or formats.is_missing(row.current_rank):
            continue
        if row.rank < row.current_rank:
            template = _("Under {method} it ranks {n} places higher than under {current}.")
        elif row.rank > row.current_rank:
            template = _("Under {method} it ranks {n} places lower than under {current}.")
        else:
            template = _("Under {method} it has the same rank as under {current}.")
        sentences.append(
            template.format(
                method=localise(row.method.name),
                n=formats.number(abs(row.rank - row.current_rank)),
                current=current_name,
            )
        )
    return " ".join(sentences) or None


def _court_note(view: View) -> Html:
    """Where ranks of courts are, or why there are none."""
    if view.snapshot.publishes_ranks("court"):
        text = _("Ranks of courts are on the rankings page, with a note on how to read them.")
    else:
        text = _("Courts are shown in bands, without ranks; the rankings page explains why.")
    link = tag("a", text, href=address.link("rankings", level="court"), data_in=True)
    return tag("p", link, class_="said")
