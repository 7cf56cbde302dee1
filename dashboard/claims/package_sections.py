"""What a package is worth: the answer, when its cash comes, its claims and places, and what was understood of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.claims.package_input import ChosenPackage
from dashboard.state.cache import View
from dashboard.text import formats, terms
from dashboard.text.i18n import _, localise, ngettext
from dashboard.ui import cells, chart_block, components, export, page_sections, theme
from dashboard.ui.cards import card
from dashboard.ui.charts import base
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.columns import number_column, place_column, share_column, text_column
from dashboard.ui.html import join, tag
from dashboard.ui.page_sections import PageSection
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine.claims.claim import Assumptions
from index_engine.claims.clock import MONTHS_PER_QUARTER
from index_engine.claims.package_file import cash_rows, claim_rows, package_shocks
from index_engine.claims.package_value import PackageValue
from index_engine.claims.report import report_workbook
from index_engine.importing import api

MAX_CLAIMS = 50  # rows on the page; all are in the file
_YUAN_PER_TICK = 10_000


@dataclass(frozen=True)
class PlaceSum:
    """The claims of a package at one place, amounts in yuan."""

    level: str
    place_id: str
    name: str
    name_hant: str
    name_en: str
    n: int
    amount: float
    expected: float


@dataclass(frozen=True)
class Finding:
    """What is wrong in how many rows, in words, and what was done."""

    effect: str
    rule: str
    rows: int


def draw_sections(view: View, chosen: ChosenPackage, value: PackageValue, assumptions: Assumptions) -> None:
    rows = claim_rows(view.snapshot, chosen.package, value)
    _draw_answer(view, chosen, value, assumptions)
    sections = [
        PageSection("cash", _("When the cash comes"), lambda: _draw_cash(view, chosen, value)),
        PageSection("places", _("By place"), lambda: _draw_places(view, chosen, rows)),
        PageSection("claims", _("Claim by claim"), lambda: _draw_claims(view, chosen, rows)),
        PageSection("understood", _("What was understood"), lambda: _draw_understood(view, chosen)),
        PageSection("method", _("How it is computed"), lambda: _draw_method(view, assumptions)),
    ]
    page_sections.draw_sections(sections)


# ---------------------------------------------------------------- the answer


def _draw_answer(view: View, chosen: ChosenPackage, value: PackageValue, assumptions: Assumptions) -> None:
    n = len(chosen.package.claims)
    sentence = ngettext(
        "{n} claim of {amount} is worth {value}, {share} of what is owed.",
        "{n} claims of {amount} are worth {value}, {share} of what is owed.",
        n,
    ).format(
        n=formats.number(n),
        amount=formats.yuan(value.amount),
        value=formats.yuan(value.expected),
        share=formats.percent(value.expected / value.amount),
    )
    st.html(tag("p", tag("strong", sentence, class_="big"), class_="ratio"))
    band = f"{formats.yuan(value.low, 0)} … {formats.yuan(value.high, 0)}"
    life = _("{n} years").format(n=formats.number(value.average_life, 1))
    cards = [
        card(_("Expected value"), formats.yuan(value.expected, 0), _rate_text(assumptions), main=True),
        card(_("In 8 of 10 cases between"), band, tag("span", _("80% interval of the whole package"))),
        card(_("Average life of the cash"), life, tag("span", _("weighted by expected cash"))),
        card(
            _("Expected cash"), formats.yuan(float(value.cash.sum()), 0), tag("span", _("undiscounted, in five years"))
        ),
    ]
    st.html(join(tag("div", *cards, class_="cards"), components.source_line(view, n=n)))
    _draw_price(value, assumptions)
    st.download_button(
        _("The valuation as a workbook"),
        lambda: report_workbook(view.snapshot, chosen.package, value, assumptions),
        file_name=f"{export.file_stem('valuation', view)}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="download-valuation",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def _rate_text(assumptions: Assumptions) -> Any:
    return tag("span", _("at {rate} a year, after costs").format(rate=formats.percent(assumptions.yearly_rate, 0)))


def _draw_price(value: PackageValue, assumptions: Assumptions) -> None:
    """What a price that is asked means: its return, and the chance to lose."""
    asked = st.number_input(
        _("A price that is asked, in 万元"), min_value=0.0, value=None, step=10.0, key="claims-price", width=260
    )
    if not asked:
        return
    price = asked * 10_000
    yearly = value.return_at(price)
    text = _(
        "At {price} the expected return is {rate} a year; the chance to earn less than {wanted} is {chance}."
    ).format(
        price=formats.yuan(price),
        rate=formats.percent(yearly) if not formats.is_missing(yearly) else formats.NO_VALUE,
        wanted=formats.percent(assumptions.yearly_rate, 0),
        chance=formats.percent(value.loss_chance(price), 0),
    )
    st.html(tag("p", text, class_="said", role="status"))


# ---------------------------------------------------------------- sections


def _draw_cash(view: View, chosen: ChosenPackage, value: PackageValue) -> None:
    components.section(_("When the cash comes"), _("Expected by quarter from the cut-off date, and 80% intervals."))
    chart_block.show_chart(
        view,
        _cash_chart(value),
        key="package-cash",
        title=_("Cash of the package by quarter"),
        extra=_("undiscounted, before costs"),
        table=lambda: _file_table(cash_rows(value), chosen),
    )


def _cash_chart(value: PackageValue) -> go.Figure:
    palette = theme.current_palette()
    months = [MONTHS_PER_QUARTER * quarter for quarter in range(1, value.cash.size + 1)]
    hover = [
        f"{formats.yuan(cash)} ({formats.yuan(low)} … {formats.yuan(high)})"
        for cash, low, high in zip(value.cash, value.cash_low, value.cash_high, strict=True)
    ]
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": months + months[::-1],
        "y": [amount / _YUAN_PER_TICK for amount in (*value.cash_high, *value.cash_low[::-1])],
        "fill": "toself",
        "fillcolor": theme.with_opacity(palette.accent, 0.18),
        "line": {"width": 0},
        "name": _("80% interval"),
        **base.NO_HOVER,
    }
    bars = {
        "type": "bar",
        "x": months,
        "y": list(value.cash / _YUAN_PER_TICK),
        "marker": {"color": palette.accent},
        "width": 2.0,
        "text": hover,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
        "name": _("expected"),
    }
    layout = theme.layout(
        height=300,
        margin={"l": 60, "r": 12, "t": 10, "b": 44},
        xaxis={"title": base.axis_title(_("Months from the cut-off date")), "dtick": 6, "showgrid": False},
        yaxis={"rangemode": "tozero", "nticks": 5, "tickformat": ",~r", "title": base.axis_title(_("in 10,000 yuan"))},
    )
    return build_figure([band, bars], layout)


def _draw_places(view: View, chosen: ChosenPackage, rows: pd.DataFrame) -> None:
    sums = (
        rows.groupby(["level", "place_id", "place", "place_hant", "place_en"], as_index=False, dropna=False)
        .agg(n=("line", "size"), amount=("amount", "sum"), expected=("expected", "sum"))
        .sort_values("expected", ascending=False, kind="stable")
    )
    places = [PlaceSum(*row) for row in sums.itertuples(index=False)]
    spec: TableSpec[PlaceSum] = TableSpec(
        key="package-places",
        title=_("By place"),
        columns=[
            place_column(_("Place"), lambda row: row.level),
            number_column(_("Number of claims"), lambda row: row.n),
            _yuan_column(_("Owed"), lambda row: row.amount),
            _yuan_column(_("Expected value"), lambda row: row.expected),
            share_column(_("Of what is owed"), lambda row: row.expected / row.amount),
        ],
        max_rows=MAX_CLAIMS,
        download=lambda: _file_table(pd.DataFrame([vars(place) for place in places]), chosen),
    )
    table_block(view, spec, places)


def _draw_claims(view: View, chosen: ChosenPackage, rows: pd.DataFrame) -> None:
    ordered = rows.rename(columns={"place": "name", "place_hant": "name_hant", "place_en": "name_en"}).sort_values(
        "expected", ascending=False, kind="stable"
    )
    spec: TableSpec[Any] = TableSpec(
        key="package-claims",
        title=_("Claim by claim"),
        explanation=_("The most valuable first; lines are those of the file."),
        columns=[
            number_column(_("Line"), lambda row: row.line),
            place_column(_("Place"), lambda row: row.level, lambda row: _stage_name(row.stage)),
            _yuan_column(_("Owed"), lambda row: row.amount),
            Column(_("Expected value"), _value_cell, kind="number", note=_("With the 80% interval of this one claim")),
            share_column(_("Of what is owed"), lambda row: row.share),
            share_column(_("Chance to bring less than its costs"), lambda row: row.loss_chance, 0),
            text_column(_("Assumed"), lambda row: _default_names(row.defaults), css_class="quiet"),
        ],
        max_rows=MAX_CLAIMS,
        download=lambda: _file_table(
            rows.drop(columns=["place_hant", "place_en"]).rename(columns={"place": "name"}), chosen
        ),
    )
    table_block(view, spec, list(ordered.itertuples(index=False)))


def _file_table(rows: pd.DataFrame, chosen: ChosenPackage) -> pd.DataFrame:
    """The rows under the names that the dictionary of columns explains, marked where the package is made up."""
    names = {
        "amount": "amount_owed",
        "expected": "expected_value",
        "low": "expected_value_low",
        "median": "expected_value_median",
        "high": "expected_value_high",
        "share": "value_share",
        "stage": "claim_stage",
        "n": "claims",
        "quarter": "future_quarter",
        "cash": "expected_cash",
        "cash_low": "expected_cash_low",
        "cash_high": "expected_cash_high",
    }
    table = rows.rename(columns=names)
    return table.assign(data_kind=export.SYNTHETIC) if chosen.package.synthetic else table


def _value_cell(row: Any) -> object:
    return cells.value_with_detail(formats.yuan(row.expected), f"{formats.yuan(row.low)} … {formats.yuan(row.high)}")


def _yuan_column(heading: str, amount: Any) -> Column[Any]:
    return Column(heading, lambda row: formats.yuan(amount(row)), kind="number")


def _stage_name(stage: str) -> str:
    field = next(field for field in api.contract_fields("claims") if field.name == "claim_stage")
    return terms.code_name(field, stage)


def default_words() -> dict[str, str]:
    """What is assumed where a row does not tell it, by the ids of package.DEFAULTS."""
    return {
        "interest_unknown": _("no interest"),
        "principal_unknown": _("no interest for delay, as the principal is not told"),
        "unsecured": _("unsecured"),
        "prior_claims_unknown": _("first in rank"),
        "stage_unknown": _("just filed"),
        "age_unknown": _("since the cut-off date"),
        "debtor_kind_unknown": _("all debtors"),
        "place_above": _("place above"),
        "shared_collateral": _("after others with the same collateral"),
    }


def _default_names(defaults: str) -> str:
    words = default_words()
    return _(", ").join(words[name] for name in defaults.split(", ") if name)


def _draw_understood(view: View, chosen: ChosenPackage) -> None:
    package = chosen.package
    components.section(
        _("What was understood"),
        _("{rows} rows: {n} valued, {left_out} left out, {repeated} that repeat a claim.").format(
            rows=formats.number(package.outcome.rows),
            n=formats.number(len(package.claims)),
            left_out=formats.number(package.outcome.rejected_rows),
            repeated=formats.number(len(package.repeated)),
        ),
        anchor="understood",
    )
    words = default_words()
    counts = Counter(name for item in package.claims for name in item.defaults)
    assumed = [Finding(_("assumed"), words[name], n) for name, n in counts.most_common()]
    outcome = package.outcome
    findings = [
        Finding(effect, localise(terms.read_terms()["rules"][rule]), n)
        for effect, rules in (
            (_("left out"), outcome.rejection_counts),
            (_("value not used"), outcome.clearing_counts),
            (_("to be looked at"), outcome.warning_counts),
        )
        for rule, n in rules.items()
    ]
    spec: TableSpec[Finding] = TableSpec(
        key="package-findings",
        title=_("Rows left out, and what was assumed"),
        heading="",
        columns=[
            text_column(_("Effect"), lambda row: row.effect),
            text_column(_("Why"), lambda row: row.rule),
            number_column(_("Rows"), lambda row: row.rows),
        ],
        source=None,
        download=lambda: _file_table(package.findings.rename(columns={"value": "cell"}), chosen),
    )
    table_block(view, spec, [*findings, *assumed])


def _draw_method(view: View, assumptions: Assumptions) -> None:
    shocks = package_shocks(view.snapshot)
    components.section(_("How it is computed"), anchor="method")
    paragraphs = [
        _(
            "Each claim is followed month by month from the stage and age that it has reached, by the curves of its "
            "court, else of its city, province or the nation; what comes is discounted at {rate} a year over {months} "
            "months. The whole curve is discounted, not its mean."
        ).format(rate=formats.percent(assumptions.yearly_rate, 0), months=assumptions.horizon),
        _(
            "The interval of the package holds the chance of each claim, the sampling error of the curves, and what "
            "moves all claims of a place at once: hazards by {hazard} a quarter, learned from {n} quarters of {places} "
            "provinces."
        ).format(
            hazard=formats.percent(shocks.hazards.sigma),
            n=shocks.hazards.n_quarters,
            places=shocks.hazards.n_provinces,
        ),
        _(
            "Not counted: what comes later than that, property that nobody bought taken for the debt, and what a sale "
            "leaves unpaid. These values are estimates for the reader's own judgement, no appraisal."
        ),
    ]
    st.html(join(*(tag("p", text) for text in paragraphs)))
