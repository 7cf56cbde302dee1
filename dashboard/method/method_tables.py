"""The tables of a method: indicators, statistics beside the score, outcomes, and source files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.columns import number_column, share_column, text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.indicator_rows import indicators_by_dimension
from dashboard.ui.provenance import goalpost_value, method_anchor
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine import queries
from index_engine.method import Estimate, Indicator, Method


def draw_indicators(method: Method) -> None:
    table_block(
        None,
        TableSpec(
            "method-indicators",
            _("Dimensions and indicators"),
            indicator_columns(method),
            explanation=_("Weights are shares within the dimension; the dimensions are weighted {shares}.").format(
                shares=" : ".join(f"{d.weight:g}" for d in method.dimensions)
            ),
            anchor="indicators",
        ),
        indicators_by_dimension(method),
    )


def indicator_columns(method: Method) -> list[Column[Indicator]]:
    def weight_share(indicator: Indicator) -> float:
        siblings = method.dimension_indicators(indicator.dimension)
        return indicator.weight / sum(sibling.weight for sibling in siblings)

    return [
        text_column(_("Indicator"), method_anchor, lambda i: estimate_text(i.estimate)),
        share_column(_("Weight"), weight_share, 0),
        text_column(_("Numerator"), lambda i: localise(i.numerator)),
        text_column(_("Denominator"), lambda i: localise(i.denominator)),
        Column(_("0 points"), lambda i: goalpost_value(i, i.worst), kind="number"),
        Column(_("100 points"), lambda i: goalpost_value(i, i.best), kind="number"),
        text_column(_("Better when"), direction_text),
        number_column(_("Minimum n"), lambda i: i.min_n),
        text_column(_("Basis of the goalposts"), lambda i: localise(i.goalposts), css_class="fine"),
    ]


def direction_text(indicator: Indicator) -> str:
    label = _("higher ↑") if indicator.higher_is_better else _("lower ↓")
    return label.replace(" ", "\N{NO-BREAK SPACE}")


def estimate_text(estimate: Estimate) -> str:
    """The kind of an estimate, in words."""
    return {
        "incidence": _("cumulative incidence within {months} months"),
        "restricted_mean": _("mean time, each case counted up to {months} months"),
        "share": _("share of counts"),
        "quotient": _("ratio of counts"),
        "amount_rate": _("share of amounts, each case capped"),
        "amount_incidence": _("share of amounts within {months} months, open cases included, each case capped"),
        "mean": _("mean"),
        "median": _("median"),
    }[estimate.kind].format(months=estimate.months)


def draw_statistics(method: Method) -> None:
    table_block(
        None,
        TableSpec(
            "method-statistics",
            _("Official statistics beside the score"),
            [
                text_column(_("Statistic"), method_anchor),
                text_column(_("Numerator"), lambda statistic: localise(statistic.numerator)),
                text_column(_("Denominator"), lambda statistic: localise(statistic.denominator)),
            ],
            explanation=_("Known from official reports. They never enter a score."),
            anchor="figures",
            empty_text=_("This method has none."),
        ),
        method.statistics,
    )


@dataclass(frozen=True)
class OutcomeRow:
    """An outcome of cases, and the codes of the closing modes that count as it ('*': all others)."""

    outcome: str
    closing_modes: tuple[str, ...]
    recovery_modes: tuple[str, ...]  # of completed cases
    covered_modes: tuple[str, ...]  # where the claim was recovered


def draw_outcomes(method: Method) -> None:
    table_block(
        None,
        TableSpec(
            "outcomes",
            _("How closings are classified"),
            [
                text_column(_("Outcome"), lambda row: components.outcome_name(row.outcome)),
                text_column(_("Closing modes"), closing_modes_text),
            ],
            explanation=_("Closing modes are named by their codes in the data contract."),
        ),
        [
            OutcomeRow(outcome, modes, method.recovery_events.get(outcome, ()), method.covered_events.get(outcome, ()))
            for outcome, modes in method.events.items()
        ],
    )


def closing_modes_text(row: OutcomeRow) -> str:
    parts = [", ".join(_("all others, and unknown") if mode == "*" else mode for mode in row.closing_modes)]
    if row.recovery_modes:
        parts.append(_("completed by {modes}").format(modes=", ".join(row.recovery_modes)))
    if row.covered_modes:
        parts.append(_("{modes}, where the claim was recovered").format(modes=", ".join(row.covered_modes)))
    return "; ".join(part for part in parts if part)


def draw_sources(view: View) -> None:
    kinds = {"cases": _("cases"), "auctions": _("auctions"), "courts": _("courts"), "regions": _("regions")}
    rows = queries.sources(view.snapshot)
    table_block(
        view,
        TableSpec(
            "sources",
            _("Sources"),
            [
                text_column(_("File"), lambda row: row.name),
                text_column(_("Kind"), lambda row: kinds.get(row.kind, row.kind)),
                number_column(_("Rows"), lambda row: row.rows),
                number_column(_("Rejected"), lambda row: row.rejected),
                text_column(_("Observed"), observation_window),
                text_column("SHA-256", lambda row: tag("code", row.sha256)),
                text_column(_("Data"), _data_kind),
            ],
            explanation=_("Every file that was used, with its SHA-256: the same bytes give the same numbers."),
            anchor="sources",
            source=None,
            download=lambda: rows,
        ),
        rows.itertuples(index=False),
    )


def _data_kind(row: Any) -> Html | str:
    return components.synthetic_mark() if row.synthetic else _("observed")


def observation_window(row: Any) -> str:
    """First and last day that a source observes."""
    if formats.is_missing(row.observed_from) or formats.is_missing(row.observed_to):
        return formats.NO_VALUE
    return formats.date_range(row.observed_from, row.observed_to)
