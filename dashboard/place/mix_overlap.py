"""How much of the national case mix a place has cases of."""

from __future__ import annotations

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import cells
from dashboard.ui.columns import plot_column, text_column
from dashboard.ui.table import Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import MixOverlap


def draw_overlap(view: View) -> None:
    """The share of the national mix that has cases here, by process, and what follows from it."""
    place = view.place
    overlap = queries.mix_overlap(view.snapshot, place.level, place.place_id, view.period)
    overlap = overlap[overlap["overlap"].notna()]
    process_names = {"case": _("all cases"), "listing": _("cases with property"), "lot": _("auction lots")}
    empty_text = _("The data set has no cases from this place.")
    if view.snapshot.main.strata is None:
        empty_text = _("This method does not stratify cases, so it cannot adjust for case mix.")
    min_overlap = view.snapshot.main.case_mix.min_overlap
    score_row = view.score_row(place)
    spec: TableSpec[MixOverlap] = TableSpec(
        key="represented",
        title=_("Overlap with the national case mix"),
        heading="chart",
        columns=[
            text_column(_("Kind"), lambda line: process_names.get(line.process, line.process)),
            plot_column(_("Share of the national case mix"), lambda line: cells.share_bar(line.overlap, digits=1)),
        ],
        empty_text=empty_text,
        notes=[overlap_text(overlap, min_overlap, process_names)],
        source=Source(n=score_row.n if score_row else None),
        download=lambda: overlap,
    )
    table_block(view, spec, overlap.itertuples(index=False))


def overlap_text(overlap: pd.DataFrame, min_overlap: float, process_names: dict[str, str]) -> str:
    """What the shares mean, and whether values can be adjusted at all."""
    limit_text = formats.percent(min_overlap, 0)
    low_processes = overlap.loc[overlap["overlap"] < min_overlap, "process"]
    if len(low_processes):
        names_text = _(", ").join(process_names.get(process, process) for process in low_processes)
        return _(
            "Below {limit}, as here for {processes}, values are not adjusted: how the place "
            "would deal with cases it hardly ever has would be a guess. Such indicators "
            "enter the adjusted score as observed."
        ).format(limit=limit_text, processes=names_text)
    return _(
        "Adjusted values describe this share of the national mix only. Below {limit} "
        "values are not adjusted; nor is an indicator that rests on too few cases."
    ).format(limit=limit_text)
