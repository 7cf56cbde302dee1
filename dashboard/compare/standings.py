"""The compared places in the period: score, interval, rank set, band and n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import cells, compared_places, components
from dashboard.ui.columns import number_column, text_column, value_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine.queries import Place, Score

DOWNLOAD_COLUMNS = (
    "score",
    "low",
    "high",
    "adjusted",
    "adjusted_low",
    "adjusted_high",
    "rank_low",
    "rank_high",
    "band",
    "n",
    "n_suppression",
    "status",
)


@dataclass(frozen=True)
class Standing:
    """A compared place with its name in this comparison, its row of scores, if it has one, and how
    many places of its level are ranked. `position` gives its colour."""

    place: Place
    name: str
    position: int
    scores: Score | None
    ranked_count: int

    def value(self, column: str) -> Any:
        """A column of its row of scores; None where it has no row."""
        return None if self.scores is None else getattr(self.scores, column)

    def interval(self, low: str, high: str) -> tuple[Any, Any]:
        return self.value(low), self.value(high)


def section(view: View, places: Sequence[Place]) -> None:
    """The table, a row for each place in the order of the address."""
    names = compared_places.distinct_names(view, places)
    rows = [
        Standing(
            place=place,
            name=names[place],
            position=position,
            scores=view.score_row(place),
            ranked_count=int(view.scores(place.level)["rank"].notna().sum()),
        )
        for position, place in enumerate(places)
    ]
    spec = TableSpec(
        key="standing",
        title=_("Scores and ranks, {period}").format(period=formats.period(view.period)),
        anchor="standing",
        columns=standing_columns(),
        row_class=lambda row: "dim" if formats.is_missing(row.value("score")) else "",
        download=lambda: download_table(rows),
        download_name="compare-standing",
    )
    table_block(view, spec, rows)


def standing_columns() -> list[Column[Standing]]:
    """Columns of the table."""
    return [
        text_column(_("Name"), _name_cell),
        number_column(_("Score"), lambda row: row.value("score"), 1),
        Column(_("95% interval"), lambda row: formats.interval(*row.interval("low", "high"), "score"), kind="number"),
        value_column(
            _("At the national case mix"),
            lambda row: row.value("adjusted"),
            "score",
            interval=lambda row: row.interval("adjusted_low", "adjusted_high"),
        ),
        Column(
            _("Confidence set of the rank"),
            rank_set_text,
            kind="number",
            note=_("95% confidence set of the rank among places at the same level"),
        ),
        text_column(
            _("Band"), lambda row: formats.NO_VALUE if formats.is_missing(row.value("band")) else row.value("band")
        ),
        Column(_("Cases"), lambda row: cells.count(row.scores) if row.scores else formats.NO_VALUE, kind="number"),
        text_column(_("Status"), lambda row: _status_text(row.value("status"))),
    ]


def _name_cell(row: Standing) -> Html:
    swatch = tag("i", class_="swatch", style=f"background:var(--series-{row.position})")
    link = tag("a", row.name, href=components.place_link(row.place, "place"), data_in=True)
    return join(swatch, link)


def _status_text(status: str | None) -> Html | str:
    """Whether there is a score, or why not, with what can be done about it."""
    if status == "scored":
        return _("scored")
    code = status or "no_data"
    return cells.value_with_detail(components.status_text(code), components.status_advice(code))


def rank_set_text(row: Standing) -> str:
    """The confidence set of its rank, and among how many; the nation has no rank."""
    if row.place.level == "nation" or formats.is_missing(row.value("rank_low")):
        return formats.NO_VALUE
    return _("{ranks} of {total}").format(
        ranks=formats.rank_range(*row.interval("rank_low", "rank_high")), total=formats.number(row.ranked_count)
    )


def download_table(rows: Sequence[Standing]) -> pd.DataFrame:
    """The same values as columns."""
    return pd.DataFrame(
        [
            {"level": row.place.level, "place_id": row.place.place_id, "name": place_name(row.place)}
            | {column: row.value(column) for column in DOWNLOAD_COLUMNS}
            for row in rows
        ]
    )
