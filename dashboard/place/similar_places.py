"""The places most like one in the cases that are brought to it, and the way to a comparison."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import compared_places
from dashboard.ui.columns import count_column, number_column, place_column, score_whisker_column, value_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import Score

NEIGHBOUR_COUNT = 5


def section(view: View, row: Score | None) -> None:
    """The place, and below it the places nearest to it by case mix and size, nearest first."""
    place = view.place
    if place.level == "nation" or row is None:
        return
    titles = {"province": _("Similar provinces"), "city": _("Similar cities"), "court": _("Similar courts")}
    neighbours = queries.similar_places(view.snapshot, place.level, place.place_id, view.period, k=NEIGHBOUR_COUNT)
    rows = neighbours if neighbours.empty else neighbour_table(view, neighbours)
    nation = view.score_row(view.snapshot.nation)
    spec: TableSpec[Any] = TableSpec(
        key="alike",
        title=titles[place.level],
        explanation=_(
            "The places most similar in incoming cases (cause, claim, debtor) and "
            "caseload, most similar first. How cases end plays no part."
        ),
        anchor="alike",
        columns=[
            place_column(_("Name"), place.level),
            number_column(_("Distance"), lambda line: line.distance, 2),
            count_column(_("Cases")),
            score_whisker_column(
                lambda line: line.score, lambda line: (line.low, line.high), nation.score if nation else None
            ),
            value_column(_("Score"), lambda line: line.score, "score", interval=lambda line: (line.low, line.high)),
        ],
        row_class=lambda line: "total" if line.place_id == place.place_id else "",
        empty_text=_("There is no similar place with a score."),
        notes=[_comparison_text(view, rows)],
        source=Source(n=row.n, extra=_("Distance: 0 means the same case mix and caseload")),
        download=lambda: rows,
    )
    table_block(view, spec, rows.itertuples(index=False))


def _comparison_text(view: View, rows: pd.DataFrame) -> Html:
    places = [view.snapshot.place(view.place.level, code) for code in rows["place_id"]]
    link = compared_places.comparison_link(places)
    return tag("p", tag("a", _("Compare with these"), href=link, data_in=True), class_="said")


def neighbour_table(view: View, neighbours: pd.DataFrame) -> pd.DataFrame:
    """The place itself and those near it, in the columns of the scores of their level."""
    scores = view.scores(view.place.level).set_index("place_id", drop=False)
    rows = scores.loc[[view.place.place_id, *neighbours["place_id"]]]
    return rows.assign(distance=[0.0, *neighbours["distance"]]).reset_index(drop=True)
