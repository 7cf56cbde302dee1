"""The auction funnel of a place: how many lots get how far, and at what price beside the reference.

Rounds are counted where they end, so a lot's first and second auction may lie in two periods; the
shares of the funnel compare stages of one period and follow no single lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, parts, tables
from dashboard.about import about, amount
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from dashboard.tables import Column

# Least start price over the reference price. The first auction starts at 70 % of it or above, the
# second takes at most 20 % off that start, and a fixed-price sale is held at the second's start.
# Supreme People's Court, provisions on online judicial auctions, Fa Shi [2016] 18, arts 10 and 26.
FIRST, SECOND = 0.70, 0.70 * 0.80
FLOORS = {"first": FIRST, "second": SECOND, "sale": SECOND}
AXIS = (0.4, 1.2)  # of the reference price, for the drawing of prices
DENOMINATORS = ("sale_by_round", "sale_by_lot", "sale_by_value")


@dataclass(frozen=True)
class Step:
    """One line of the funnel: a stage, or what became of it. `of_first` and `of_held` are shares of
    the first auctions ended and of the stage's rounds held; `price` is of the lots sold."""

    kind: str  # stage | sold | failed | gone
    name: str
    count: int
    of_first: float
    of_held: float | None = None
    price: float | None = None
    prices: int | None = None
    floor: float | None = None
    more: str = ""


def section(shown: View) -> None:
    unit = shown.place
    rounds = shown.data.auction_funnel(unit.level, unit.unit_id, shown.period)
    parts.section(
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
    found = steps(rounds)
    with st.container(key="rounds"):
        st.html(
            tables.table(
                _columns(),
                found,
                caption=_("From listing to sale: the auction funnel"),
                row_class=lambda step: "head" if step.kind == "stage" else "",
            )
        )
    st.html(tag("p", *_key(), class_="marks"))
    st.html(parts.source_line(shown, n=rounds["ended"].sum(), extra=_law()))
    parts.download("auction-rounds", shown, lambda: rounds)
    st.html(denominators(shown))


def steps(rounds: pd.DataFrame) -> list[Step]:
    """The funnel line by line, from the rows of `Snapshot.auction_funnel`.

    Shares are of the first auctions; where none ended in the period, of the rounds of all stages.
    """
    names = {
        "first": _("First auction"),
        "second": _("Second auction"),
        "sale": _("Fixed-price sale"),
        "relisted": _("Listed anew"),
    }
    first = rounds.loc[rounds["stage"] == "first", "ended"].sum()
    whole = float(first or rounds["ended"].sum())
    found = []
    for line in rounds.itertuples(index=False):
        name = names.get(line.stage, line.stage)
        found.append(Step("stage", name, line.ended, line.ended / whole))
        found.append(
            Step(
                "sold",
                _("sold"),
                line.sold,
                line.sold / whole,
                line.sale_rate,
                line.price_ratio,
                line.prices,
                FLOORS.get(line.stage),
            )
        )
        of_held = None if formats.missing(line.sale_rate) else line.failed / line.held
        found.append(Step("failed", _("failed"), line.failed, line.failed / whole, of_held))
        gone = line.ended - line.sold - line.failed
        if gone:
            found.append(Step("gone", _("otherwise"), gone, gone / whole, more=_otherwise(line)))
    return found


def _otherwise(line: Any) -> str:
    """How rounds ended that were neither sold nor failed."""
    ways = (
        (_("withdrawn or stopped {n}"), line.withdrawn),
        (_("defaulted {n}"), line.defaulted),
        (_("taken in kind {n}"), line.setoff),
    )
    return _(", ").join(words.format(n=formats.number(n)) for words, n in ways if n)


def _columns() -> list[Column]:
    return [
        Column(_("Step"), _name),
        Column(_("Share of first auctions"), _bar, kind="plot"),
        Column("", lambda step: formats.percent(step.of_first), kind="number"),
        Column(_("Auctions"), lambda step: formats.number(step.count), kind="number"),
        Column(
            _("Of those held"),
            lambda step: "" if step.kind in ("stage", "gone") else formats.percent(step.of_held),
            kind="number",
            note=_("Held: sold, failed, defaulted or taken in kind; withdrawn ones are left out"),
        ),
        Column(
            _("Price / reference"),
            lambda step: _price_drawn(step) if step.kind == "sold" else "",
            kind="plot",
            note=_("Median of final price over the reference price at first listing"),
        ),
        Column(
            _("Median"),
            lambda step: _price(step) if step.kind == "sold" else "",
            kind="number",
        ),
    ]


def _name(step: Step) -> Html:
    if step.kind == "stage":
        return tag("span", step.name)
    words = tag("span", step.name, class_="funnel-step")
    return (
        tables.stacked(words, tag("span", step.more, class_="funnel-step")) if step.more else words
    )


def _bar(step: Step) -> Html:
    width = f"--w:{100 * min(step.of_first, 1.0):.2f}"
    bar = tag("i", style=width) if step.count else None
    return tag("span", bar, class_=f"funnel {step.kind}", aria_hidden="true")


def _price_drawn(step: Step) -> Html:
    """The median on a line of shares of the reference price, and the lowest lawful start."""
    pieces = []
    if step.floor is not None:
        pieces.append(tag("s", style=f"--x:{_along(step.floor):.2f}"))
    if not formats.missing(step.price):
        pieces.append(tag("i", class_="plain", style=f"--x:{_along(step.price):.2f}"))
    return tag("span", *pieces, class_="whisker", aria_hidden="true")


def _along(ratio: float) -> float:
    low, high = AXIS
    return min(max(100 * (ratio - low) / (high - low), 0.0), 100.0)


def _price(step: Step) -> Html:
    of = _("n = {n}").format(n=formats.number(step.prices))
    if step.floor is not None:
        floor = formats.percent(step.floor, 0)
        of = join(of, " · ", _("floor {floor}").format(floor=floor))
    return tables.stacked(formats.number(step.price, 2), of)


def _key() -> list[Html]:
    low, high = (formats.number(end, 1) for end in AXIS)
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


def _law() -> str:
    return _(
        "Floors: a first auction starts at 70% of the reference price or above, a second at 80% of "
        "that start or above: 0.70 × 0.80 = 56% (Fa Shi [2016] 18, arts 10 and 26)"
    )


def denominators(shown: View) -> Html | None:
    """One word, three denominators: sold by round, by lot and by value, side by side."""
    unit = shown.place
    values = shown.data.figures(unit.level, unit.unit_id, shown.period).set_index("figure")
    known = {figure.id: figure for figure in shown.data.main.figures}
    cells = []
    for name in DENOMINATORS:
        if name not in known or name not in values.index:
            continue
        item, line = known[name], values.loc[name]
        divided = _("{numerator} / {denominator}").format(
            numerator=pick(item.numerator), denominator=pick(item.denominator)
        )
        amounts = f"{amount(item, line.numerator)} / {amount(item, line.denominator)}"
        cells.append(
            tag(
                "div",
                tag("dt", pick(item.name), " ", about(shown, item, line)),
                tag("dd", formats.value(line.value, item.unit)),
                tag("dd", divided, tag("br"), amounts, class_="fine"),
            )
        )
    if not cells:
        return None
    title = tag("h3", _("Sold, by three denominators"), class_="chart")
    return join(title, tag("dl", *cells, class_="facts three"))
