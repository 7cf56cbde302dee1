"""The auction funnel of a place: how many lots get how far, and at what price beside the reference.

Rounds are counted where they end, so a lot's first and second auction may lie in two periods; the
shares of the funnel compare stages of one period and follow no single lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.provenance import format_amount, provenance_note
from dashboard.ui.table import Column

# Least start price over the reference price. The first auction starts at 70 % of it or above, the
# second takes at most 20 % off that start, and a fixed-price sale is held at the second's start.
# Supreme People's Court, provisions on online judicial auctions, Fa Shi [2016] 18, arts 10 and 26.
FIRST_FLOOR, SECOND_FLOOR = 0.70, 0.70 * 0.80
PRICE_FLOORS = {"first": FIRST_FLOOR, "second": SECOND_FLOOR, "sale": SECOND_FLOOR}
PRICE_AXIS = (0.4, 1.2)  # of the reference price, for the drawing of prices
SALE_RATE_STATISTICS = ("sale_by_round", "sale_by_lot", "sale_by_value")


@dataclass(frozen=True)
class PipelineRow:
    """One line of the funnel: a stage, or what became of it. `of_first` and `of_held` are shares of
    the first auctions ended and of the stage's rounds held; `price` is of the lots sold."""

    kind: str  # stage | sold | failed | gone
    name: str
    count: int
    first_auction_share: float
    held_share: float | None = None
    price_ratio: float | None = None
    price_count: int | None = None
    price_floor: float | None = None
    detail: str = ""


def section(view: View) -> None:
    place = view.place
    rounds = view.snapshot.sale_pipeline(place.level, place.place_id, view.period)
    components.section(
        _("From listing to sale: the auction funnel"),
        _(
            "Auctions that ended in the period, stage by stage. Bars and shares are of first "
            "auctions; a second auction mostly follows one that failed, sometimes in the period "
            "before. A sale that was defaulted on is no sale."
        ),
        anchor="rounds",
    )
    if rounds.empty or not rounds["held"].sum():
        st.html(tag("p", _("No auction round ended in the period."), class_="quiet"))
        return
    rows = pipeline_rows(rounds)
    with st.container(key="rounds"):
        st.html(
            table.html_table(
                _columns(),
                rows,
                caption=_("From listing to sale: the auction funnel"),
                row_class=lambda row: "head" if row.kind == "stage" else "",
            )
        )
    st.html(tag("p", *_legend_items(), class_="marks"))
    st.html(components.source_line(view, n=rounds["ended"].sum(), extra=_price_floor_note()))
    components.download_button("auction-rounds", view, lambda: rounds)
    st.html(draw_sale_rates(view))


def pipeline_rows(rounds: pd.DataFrame) -> list[PipelineRow]:
    """The funnel line by line, from the rows of `Snapshot.auction_funnel`.

    Shares are of the first auctions; where none ended in the period, of the rounds of all stages.
    """
    names = {
        "first": _("First auction"),
        "second": _("Second auction"),
        "sale": _("Fixed-price sale"),
        "relisted": _("Listed anew"),
    }
    first_auctions = rounds.loc[rounds["stage"] == "first", "ended"].sum()
    share_base = float(first_auctions or rounds["ended"].sum())
    rows = []
    for line in rounds.itertuples(index=False):
        name = names.get(line.stage, line.stage)
        rows.append(PipelineRow("stage", name, line.ended, line.ended / share_base))
        rows.append(
            PipelineRow(
                "sold",
                _("sold"),
                line.sold,
                line.sold / share_base,
                line.sale_rate,
                line.price_ratio,
                line.price_count,
                PRICE_FLOORS.get(line.stage),
            )
        )
        held_share = None if formats.is_missing(line.sale_rate) else line.failed / line.held
        rows.append(
            PipelineRow("failed", _("failed"), line.failed, line.failed / share_base, held_share)
        )
        otherwise_count = line.ended - line.sold - line.failed
        if otherwise_count:
            rows.append(
                PipelineRow(
                    "gone",
                    _("otherwise"),
                    otherwise_count,
                    otherwise_count / share_base,
                    detail=_otherwise_text(line),
                )
            )
    return rows


def _otherwise_text(line: Any) -> str:
    """How rounds ended that were neither sold nor failed."""
    outcome_counts = (
        (_("withdrawn or stopped {n}"), line.withdrawn),
        (_("defaulted {n}"), line.defaulted),
        (_("taken in kind {n}"), line.setoff),
    )
    return _(", ").join(template.format(n=formats.number(n)) for template, n in outcome_counts if n)


def _columns() -> list[Column]:
    return [
        Column(_("Step"), _name_cell),
        Column(_("Share of first auctions"), _share_bar, kind="plot"),
        Column("", lambda row: formats.percent(row.first_auction_share), kind="number"),
        Column(_("Auctions"), lambda row: formats.number(row.count), kind="number"),
        Column(
            _("Of those held"),
            lambda row: "" if row.kind in ("stage", "gone") else formats.percent(row.held_share),
            kind="number",
            note=_("Held: sold, failed, defaulted or taken in kind; withdrawn ones are left out"),
        ),
        Column(
            _("Price / reference"),
            lambda row: _price_chart(row) if row.kind == "sold" else "",
            kind="plot",
            note=_("Median of final price over the reference price at first listing"),
        ),
        Column(
            _("Median"),
            lambda row: _price_cell(row) if row.kind == "sold" else "",
            kind="number",
        ),
    ]


def _name_cell(row: PipelineRow) -> Html:
    if row.kind == "stage":
        return tag("span", row.name)
    name_text = tag("span", row.name, class_="funnel-step")
    return (
        table.value_with_detail(name_text, tag("span", row.detail, class_="funnel-step"))
        if row.detail
        else name_text
    )


def _share_bar(row: PipelineRow) -> Html:
    width = f"--w:{100 * min(row.first_auction_share, 1.0):.2f}"
    bar = tag("i", style=width) if row.count else None
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
    low, high = PRICE_AXIS
    return min(max(100 * (ratio - low) / (high - low), 0.0), 100.0)


def _price_cell(row: PipelineRow) -> Html:
    price_note = _("n = {n}").format(n=formats.number(row.price_count))
    if row.price_floor is not None:
        floor_text = formats.percent(row.price_floor, 0)
        price_note = join(price_note, " · ", _("floor {floor}").format(floor=floor_text))
    return table.value_with_detail(formats.number(row.price_ratio, 2), price_note)


def _legend_items() -> list[Html]:
    low, high = (formats.number(end, 1) for end in PRICE_AXIS)
    return [
        tag("span", tag("s", class_="tick"), _("lowest lawful start price, of the reference")),
        tag(
            "span",
            tag("i", class_="dot plain"),
            _("median price, on a line from {low} to {high} of the reference").format(
                low=low, high=high
            ),
        ),
    ]


def _price_floor_note() -> str:
    return _(
        "Floors: a first auction starts at 70% of the reference price or above, a second at 80% of "
        "that start or above: 0.70 × 0.80 = 56% (Fa Shi [2016] 18, arts 10 and 26)"
    )


def draw_sale_rates(view: View) -> Html | None:
    """One word, three denominators: sold by round, by lot and by value, side by side."""
    place = view.place
    values = view.snapshot.statistics(place.level, place.place_id, view.period).set_index("figure")
    statistics_by_id = {statistic.id: statistic for statistic in view.snapshot.main.statistics}
    sale_rates = []
    for statistic_id in SALE_RATE_STATISTICS:
        if statistic_id not in statistics_by_id or statistic_id not in values.index:
            continue
        item, line = statistics_by_id[statistic_id], values.loc[statistic_id]
        ratio_text = _("{numerator} / {denominator}").format(
            numerator=localise(item.numerator), denominator=localise(item.denominator)
        )
        amounts_text = (
            f"{format_amount(item, line.numerator)} / {format_amount(item, line.denominator)}"
        )
        sale_rates.append(
            tag(
                "div",
                tag("dt", localise(item.name), " ", provenance_note(view, item, line)),
                tag("dd", formats.value(line.value, item.unit)),
                tag("dd", ratio_text, tag("br"), amounts_text, class_="fine"),
            )
        )
    if not sale_rates:
        return None
    heading = tag("h3", _("Sold, by three denominators"), class_="chart")
    return join(heading, tag("dl", *sale_rates, class_="facts three"))
