"""How the score is made, what it does not say, and what it was made from. Rendered from the method
that the build keeps: change the method file and this page changes with it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.method import indicator_coherence, method_rules, sensitivity_audit
from dashboard.method.method_rules import bullet_list
from dashboard.state import page_view
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components, table
from dashboard.ui.html import tag
from dashboard.ui.provenance import goalpost_value, method_anchor
from dashboard.ui.table import Column
from index_engine.method import Estimate, Indicator, Method, Statistic


def page() -> None:
    view = page_view.national_view()
    method = view.snapshot.method
    components.headline(localise(method.name), localise(method.purpose))
    draw_identity(method)
    draw_contents()
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        components.section(_("How a score is made"), anchor="steps")
        st.html(bullet_list(construction_steps(method), has_numbers=True))
    with right_column:
        components.section(_("What it does not say"), anchor="limits")
        st.html(bullet_list(limitations(method)))
    draw_indicators(method)
    method_rules.draw_bands_and_ranks(method)
    method_rules.draw_case_mix(method)
    method_rules.draw_peers(method)
    method_rules.draw_checks(method)
    draw_statistics(method)
    draw_outcomes(method)
    method_rules.draw_methods(view)
    indicator_coherence.draw_agreement(view)
    indicator_coherence.draw_influence(view)
    sensitivity_audit.draw_sensitivity(view)
    indicator_coherence.draw_design_effects(view)
    draw_sources(view)


def draw_contents() -> None:
    """A short table of contents: what the method says, and how it stands up."""
    rules = {
        "steps": _("How a score is made"),
        "limits": _("What it does not say"),
        "indicators": _("Indicators"),
        "ranks": _("Bands and ranks"),
        "case-mix": _("Case mix"),
        "peers": _("Small places"),
        "checks": _("Checks"),
        "figures": _("Figures"),
        "methods": _("Methods side by side"),
    }
    audits = {
        "agreement": _("Do the indicators agree?"),
        "influence": _("What the score listens to"),
        "sensitivity": _("What if the method were another?"),
        "design-effects": _("What goes together"),
        "sources": _("Sources"),
    }
    st.html(
        tag(
            "nav",
            *(
                tag(
                    "p",
                    tag("b", title),
                    *(tag("a", name, href=f"#{i}") for i, name in sections.items()),
                )
                for title, sections in ((_("Method"), rules), (_("Audit"), audits))
            ),
            class_="contents",
            aria_label=_("On this page"),
        )
    )


def draw_identity(method: Method) -> None:
    facts = [
        (_("Method"), f"{method.id} {method.version}"),
        (_("Reviewed"), formats.day(method.reviewed_on)),
        (_("Authors"), method.authors),
        (_("First period"), formats.period(method.first_period)),
    ]
    cells = [tag("div", tag("dt", term), tag("dd", fact)) for term, fact in facts]
    st.html(tag("dl", *cells, class_="facts"))
    st.download_button(
        _("Download the method file"),
        method.text,
        file_name=f"{method.id}_{method.version}.toml",
        mime="application/toml",
        key="download-method",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def construction_steps(method: Method) -> list[str]:
    """The construction in words, with the numbers of the method in them."""
    number = formats.number
    return [
        _(
            "A score covers the {months} months to the end of a quarter. Only cases of first "
            "enforcement count; resumed cases are linked to the case they resume."
        ).format(months=number(3 * method.window_quarters)),
        _(
            "Open cases count. Shares within so many months are cumulative incidences "
            "(Aalen-Johansen) with cash, closing without recovery and other closings as competing "
            "ends; cases already open when the period begins enter at their age."
        ),
        _(
            "A curve is followed for up to {horizon} months, in {bins} steps a month, and ends "
            "where fewer than {risk} are under way, unless at most {unresolved} of all are still "
            "open by then. Nothing is drawn on beyond that, and a value from fewer than {cell} is "
            "not shown at all."
        ).format(
            horizon=number(method.horizon_months),
            bins=number(method.bins_per_month),
            risk=number(method.min_at_risk),
            unresolved=formats.percent(method.max_unresolved, 0),
            cell=number(method.min_cell),
        ),
        _(
            "Each indicator is placed between two fixed goalposts: the worse gives 0 points, the "
            "better 100, in a straight line between; nothing is below {floor} or above 100."
        ).format(floor=number(method.floor)),
        _(
            "Points are averaged within a dimension by weight. The score is the weighted geometric "
            "mean of the dimensions, so that speed cannot buy off non-recovery."
        ),
        _(
            "A place has a value of its own only from the least number of cases of an indicator. "
            "There is a score only where such values make up at least {share} of the weight of "
            "every dimension; what is missing takes the value of the place's peers, with its error."
        ).format(share=formats.percent(method.min_weight_present, 0)),
        *coverage_steps(method),
        _(
            "Every value and every score carries a {confidence} interval from sampling. That of a "
            "score is taken on the logarithm, so its upper half is the longer. Indicators whose "
            "errors go together are not taken for independent."
        ).format(confidence=formats.percent(method.confidence, 0)),
        _(
            "Ranks compare scores rounded to one decimal; ties share the better rank. Beside a "
            "rank stands its confidence set, of courts for the last period only."
        ),
    ]


def coverage_steps(method: Method) -> list[str]:
    if not method.min_coverage:
        return []
    return [
        _(
            "Case numbers run on by court and year, so gaps show how many cases are missing. Where "
            "fewer than {share} of the numbered cases came there is no score; data without case "
            "numbers are not held to it."
        ).format(share=formats.percent(method.min_coverage, 0))
    ]


def case_mix_text(method: Method) -> str:
    if method.strata is None:
        return _("Nothing is adjusted: this method tells no kinds of cases apart.")
    return _(
        "The score compares places as they stand. Beside it is the score at the national case mix, "
        "which takes out class of cause, amount claimed, kind of debtor and group of assets, and "
        "nothing else."
    )


def limitations(method: Method) -> list[str]:
    return [
        _("It does not grade judges, and it does not say how able debtors are to pay."),
        case_mix_text(method),
        _(
            "The interval covers chance only; it does not cover errors in the data or the choice "
            "of weights and goalposts. What choices do is shown apart, further down, and never "
            "blended with it."
        ),
        _(
            "A difference between two places that is smaller than their intervals may be chance; "
            "so may a rank: read its confidence set."
        ),
        _(
            "Time is calendar time from filing. Statutory time limits leave out appraisal, auction "
            "and stays, and so look shorter."
        ),
        _(
            "A court's region is the place it serves. Railway, maritime, internet and other "
            "special courts have scores of their own but count in no region."
        ),
        _("Claims above {cap} weigh as much as that, so that no single case decides.").format(
            cap=formats.yuan(method.claim_cap, formats.EXACT_DIGITS)
        ),
        _("It is an analysis of supplied records, not a statistical survey."),
    ]


def draw_indicators(method: Method) -> None:
    components.section(
        _("Dimensions and indicators"),
        _("Weights are shares of the dimension; dimensions weigh {shares}.").format(
            shares=" : ".join(f"{d.weight:g}" for d in method.dimensions)
        ),
        "indicators",
    )
    lines: list[table.RowGroup | Indicator] = []
    for dimension in method.dimensions:
        lines += [
            table.RowGroup(localise(dimension.name)),
            *method.dimension_indicators(dimension.id),
        ]
    st.html(
        table.html_table(indicator_columns(method), lines, caption=_("Dimensions and indicators"))
    )


def indicator_columns(method: Method) -> list[Column]:
    def weight_share(indicator: Indicator) -> str:
        siblings = method.dimension_indicators(indicator.dimension)
        return formats.percent(indicator.weight / sum(i.weight for i in siblings), 0)

    return [
        Column(
            _("Indicator"),
            lambda i: table.value_with_detail(method_anchor(i), estimate_text(i.estimate)),
        ),
        Column(_("Weight"), weight_share, kind="number"),
        Column(_("Numerator"), lambda i: localise(i.numerator)),
        Column(_("Denominator"), lambda i: localise(i.denominator)),
        Column(_("0 points"), lambda i: goalpost_value(i, i.worst), kind="number"),
        Column(_("100 points"), lambda i: goalpost_value(i, i.best), kind="number"),
        Column(_("Better is"), direction_text),
        Column(_("Least n"), lambda i: formats.number(i.min_n), kind="number"),
        Column(
            _("Why these goalposts"), lambda i: tag("span", localise(i.goalposts), class_="fine")
        ),
    ]


def direction_text(indicator: Indicator) -> str:
    label = _("higher ↑") if indicator.higher_is_better else _("lower ↓")
    return label.replace(" ", "\N{NO-BREAK SPACE}")


def estimate_text(estimate: Estimate) -> str:
    """How a number is made, in words."""
    return {
        "incidence": _("cumulative incidence within {months} months"),
        "restricted_mean": _("mean time, each case counted up to {months} months"),
        "share": _("share of counts"),
        "quotient": _("quotient of counts"),
        "amount_rate": _("share of amounts, each case capped"),
        "mean": _("mean"),
        "median": _("median"),
    }[estimate.kind].format(months=estimate.months)


def draw_statistics(method: Method) -> None:
    components.section(
        _("Figures shown beside the score"),
        _("What readers know from official reports. They never enter a score."),
        "figures",
    )
    columns: list[Column] = [
        Column(_("Figure"), method_anchor),
        Column(_("Numerator"), statistic_numerator),
        Column(_("Denominator"), lambda statistic: localise(statistic.denominator)),
    ]
    st.html(
        table.html_table(columns, method.statistics, caption=_("Figures shown beside the score"))
    )


def statistic_numerator(statistic: Statistic) -> str:
    return localise(statistic.numerator)


def draw_outcomes(method: Method) -> None:
    components.section(
        _("How closings are counted"), _("Closing modes, as the data contract names them.")
    )
    columns = [
        Column(_("Outcome"), lambda pair: components.outcome_name(pair[0])),
        Column(
            _("Closing modes"),
            lambda pair: ", ".join(
                _("all others, and unknown") if mode == "*" else mode for mode in pair[1]
            ),
        ),
    ]
    with st.container(key="outcomes"):
        st.html(
            table.html_table(columns, method.events.items(), caption=_("How closings are counted"))
        )


def draw_sources(view: View) -> None:
    components.section(
        _("Sources"),
        _("Every file that went in, with its SHA-256: the same bytes give the same numbers."),
        "sources",
    )
    kinds = {
        "cases": _("cases"),
        "auctions": _("auctions"),
        "courts": _("courts"),
        "regions": _("regions"),
    }
    columns = [
        Column(_("File"), lambda line: line.name),
        Column(_("Kind"), lambda line: kinds.get(line.kind, line.kind)),
        Column(_("Rows"), lambda line: formats.number(line.rows), kind="number"),
        Column(_("Rejected"), lambda line: formats.number(line.rejected), kind="number"),
        Column(_("Observed"), observation_window),
        Column("SHA-256", lambda line: tag("code", line.sha256)),
        Column(
            _("Data"), lambda line: components.synthetic_mark() if line.synthetic else _("observed")
        ),
    ]
    rows = view.snapshot.sources()
    st.html(table.html_table(columns, rows.itertuples(index=False), caption=_("Sources")))
    components.download_button("sources", view, lambda: rows)


def observation_window(line: Any) -> str:
    if formats.is_missing(line.observed_from) or formats.is_missing(line.observed_to):
        return formats.NO_VALUE
    return formats.date_range(line.observed_from, line.observed_to)


page()
