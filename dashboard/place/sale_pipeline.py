"""The sale pipeline of a place: rounds of auction by stage and outcome, and prices over reference.

Rounds are counted in the period in which they end, so that the first and the second auction of a
lot may lie in two periods: the shares compare the stages of one period and follow no single lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells
from dashboard.ui.columns import count_column, plot_column, share_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.point_scale import axis_position
from dashboard.ui.provenance import format_amount, provenance_note, quotient_text
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import SaleStage

# Least start price over the reference price. The first auction starts at 70 % of it or above, the
# second takes at most 20 % off that start, and a fixed-price sale is held at the second's start.
# Supreme People's Court, provisions on online judicial auctions, Fa Shi [2016] 18, arts 10 and 26.
FIRST_FLOOR, SECOND_FLOOR = 0.70, 0.70 * 0.80
PRICE_FLOORS = {"first": FIRST_FLOOR, "second": SECOND_FLOOR, "sale": SECOND_FLOOR}
PRICE_AXIS = (0.4, 1.2)  # ends of the axis of prices, over the reference price
SALE_RATE_STATISTICS = ("sale_by_round", "sale_by_lot", "sale_by_value")


@dataclass(frozen=True)
class PipelineRow:
    """A stage of the auctions, or one of its outcomes.

    `first_auction_share` is a share of the first auctions that were held, `held_share` of the rounds of
    the stage that were. Of what was sold: `price_ratio` is the median of final price over
    reference price, `price_count` how many it rests on, `price_floor` the least lawful start price
    over the reference price.
    """

    kind: Literal["stage", "sold", "unsold", "withdrawn"]
    name: str
    count: float
    first_auction_share: float
    held_share: float | None = None
    price_ratio: float | None = None
    price_count: float | None = None
    price_floor: float | None = None
    detail: str = ""
    count_suppression: str = ""
    price_count_suppression: str = ""


def section(view: View) -> None:
    """Rounds by stage and outcome, and under them the three rates of sale."""
    place = view.place
    rounds = queries.sale_pipeline(view.snapshot, place.level, place.place_id, view.period)
    has_rounds = bool(rounds["held"].ne(0).any())  # those of which the number is withheld, too
    spec = TableSpec(
        key="rounds",
        title=_("From listing to sale"),
        explanation=_(
            "Auction rounds that were held and ended in the period, by stage. Bars and shares are "
            "relative to first auctions; most second auctions follow a failed first one, "
            "which may have ended in an earlier period. A sale on which the buyer "
            "defaulted does not count as sold."
        ),
        anchor="rounds",
        columns=_columns(),
        empty_text=_("No auction round ended in the period."),
        row_class=lambda row: "head" if row.kind == "stage" else "",
        notes=[tag("p", *_legend_items(), class_="marks")],
        source=Source(n=rounds["held"].sum(skipna=False), extra=_price_floor_note()),
        download=lambda: rounds,
        download_name="auction-rounds",
    )
    table_block(view, spec, pipeline_rows(rounds) if has_rounds else [])
    if has_rounds and (sale_rates := render_sale_rates(view)):
        st.html(sale_rates)


def pipeline_rows(rounds: pd.DataFrame) -> list[PipelineRow]:
    """Rows of the table from those of the query: each stage, followed by its outcomes.

    Shares are of the first auctions held; where none was in the period, of the rounds of all stages. They
    follow from the rates of sale, which stand where a small number sold does not.
    """
    names = {
        "first": _("First auction"),
        "second": _("Second auction"),
        "sale": _("Fixed-price sale"),
        "relisted": _("Relisted"),
    }
    first_auctions = rounds.loc[rounds["stage"] == "first", "held"].sum(skipna=False)
    share_base = float(first_auctions or rounds["held"].sum(skipna=False))
    rows = []
    for line in rounds.itertuples(index=False):
        stage_share = line.held / share_base
        rows.append(
            PipelineRow(
                "stage",
                names.get(line.stage, line.stage),
                line.held,
                stage_share,
                count_suppression=line.held_suppression,
            )
        )
        rows.append(
            PipelineRow(
                "sold",
                _("sold"),
                line.sold,
                stage_share * line.sale_rate,
                line.sale_rate,
                line.price_ratio,
                line.price_count,
                PRICE_FLOORS.get(line.stage),
                count_suppression=line.sold_suppression,
                price_count_suppression=line.price_count_suppression,
            )
        )
        rows.append(
            PipelineRow(
                "unsold",
                _("unsold"),
                line.held - line.sold,
                stage_share * (1 - line.sale_rate),
                1 - line.sale_rate,
                detail=_unsold_text(line),
                count_suppression=_unsold_suppression(line),
            )
        )
        if line.withdrawn and not formats.is_missing(line.withdrawn):
            rows.append(
                PipelineRow(
                    "withdrawn", _("besides, withdrawn or stopped"), line.withdrawn, line.withdrawn / share_base
                )
            )
    return rows


def _unsold_suppression(line: SaleStage) -> str:
    """What stands in place of the rounds held less those sold: of few sold, more than all but the least cell."""
    if formats.is_missing(line.held) or line.sold_suppression in ("", formats.SECONDARY):
        return line.held_suppression or line.sold_suppression
    return f">{formats.number(line.held - int(line.sold_suppression.removeprefix('<')))}"


def _unsold_text(line: SaleStage) -> str:
    """How rounds ended that were held and neither sold nor failed."""
    outcome_counts = (
        (_("buyer defaulted {n}"), line.defaulted, line.defaulted_suppression),
        (_("taken by the creditor in payment {n}"), line.setoff, line.setoff_suppression),
    )
    return _(", ").join(
        template.format(n=formats.count(n, suppression))
        for template, n, suppression in outcome_counts
        if n and suppression != formats.SECONDARY
    )


def _columns() -> list[Column[PipelineRow]]:
    return [
        text_column(_("Step"), _name_cell),
        plot_column(_("Share of first auctions"), _share_bar),
        share_column("", lambda row: row.first_auction_share),
        count_column(_("Auctions"), "count"),
        Column(
            _("Of rounds held"),
            lambda row: "" if row.kind in ("stage", "withdrawn") else formats.percent(row.held_share),
            kind="number",
            note=_("Unsold: failed, defaulted or taken in payment; withdrawn rounds are excluded"),
        ),
        plot_column(
            _("Price over reference"),
            lambda row: _price_chart(row) if row.kind == "sold" else "",
            note=_("Median of final price over the reference price at first listing"),
        ),
        Column(_("Median"), lambda row: _price_cell(row) if row.kind == "sold" else "", kind="number"),
    ]


def _name_cell(row: PipelineRow) -> Html:
    if row.kind == "stage":
        return tag("span", row.name)
    name_text = tag("span", row.name, class_="funnel-step")
    return (
        cells.value_with_detail(name_text, tag("span", row.detail, class_="funnel-step")) if row.detail else name_text
    )


def _share_bar(row: PipelineRow) -> Html:
    has_bar = bool(row.first_auction_share) and not formats.is_missing(row.first_auction_share)
    bar = tag("i", style=f"--w:{100 * min(row.first_auction_share, 1.0):.2f}") if has_bar else None
    return tag("span", bar, class_=f"funnel {row.kind}", aria_hidden="true")


def _price_chart(row: PipelineRow) -> Html:
    """The median on a line of shares of the reference price, and the lowest lawful start."""
    pieces = []
    if row.price_floor is not None:
        pieces.append(tag("s", style=f"--x:{_price_position(row.price_floor):.2f}"))
    if not formats.is_missing(row.price_ratio):
        pieces.append(tag("i", class_="plain", style=f"--x:{_price_position(row.price_ratio):.2f}"))
    return tag("span", *pieces, class_="whisker", aria_hidden="true")


def _price_position(ratio: float) -> float:
    return axis_position(ratio, *PRICE_AXIS)


def _price_cell(row: PipelineRow) -> Html:
    price_note = _("n = {n}").format(n=formats.count(row.price_count, row.price_count_suppression))
    if row.price_floor is not None:
        floor_text = formats.percent(row.price_floor, 0)
        price_note = join(price_note, " · ", _("floor {floor}").format(floor=floor_text))
    return cells.value_with_detail(formats.number(row.price_ratio, 2), price_note)


def _legend_items() -> list[Html]:
    low, high = (formats.number(end, 1) for end in PRICE_AXIS)
    return [
        tag("span", tag("s", class_="tick"), _("lowest lawful starting price, as a share of the reference price")),
        tag(
            "span",
            tag("i", class_="dot plain"),
            _("median sale price, on a scale from {low} to {high} of the reference price").format(low=low, high=high),
        ),
    ]


def _price_floor_note() -> str:
    return _(
        "Floors: a first auction starts at no less than 70% of the reference price, a "
        "second at no less than 80% of that: 0.70 × 0.80 = 56% (Fa Shi [2016] 18, arts "
        "10 and 26)"
    )


def render_sale_rates(view: View) -> Html | None:
    """One word, three denominators: the rates of sale by round, by lot and by value."""
    place = view.place
    rows = queries.statistics(view.snapshot, place.level, place.place_id, view.period)
    rows_by_id = {row.statistic: row for row in rows.itertuples(index=False)}
    sale_rates = []
    for statistic in view.snapshot.main.statistics:
        if statistic.id not in SALE_RATE_STATISTICS:
            continue
        row = rows_by_id[statistic.id]
        amounts = [
            format_amount(statistic, getattr(row, column), column, getattr(row, f"{column}_suppression"))
            for column in ("numerator", "denominator")
        ]
        note = provenance_note(view, statistic, row)
        sale_rates.append(
            tag(
                "div",
                tag("dt", localise(statistic.name), " ", note),
                tag("dd", formats.value(row.value, statistic.unit)),
                tag("dd", quotient_text(statistic), tag("br"), " / ".join(amounts), class_="fine"),
            )
        )
    if not sale_rates:
        return None
    heading = tag("h3", _("Sale rates by three denominators"), class_="chart")
    return join(heading, tag("dl", *sale_rates, class_="facts three"))
