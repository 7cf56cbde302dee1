"""How the score is made, what it does not say, and what it was made from. Rendered from the method
that the build keeps: change the method file and this page changes with it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import formats, parts, tables, view
from dashboard.about import at_anchor, post
from dashboard.audit import agreement as audit
from dashboard.audit import choices as audit_choices
from dashboard.audit import rules as method_rules
from dashboard.audit.rules import bullets
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import tag
from dashboard.tables import Column
from index_engine.method import Estimate, Figure, Indicator, Method


def page() -> None:
    shown = view.whole_country()
    method = shown.data.method
    parts.headline(pick(method.name), pick(method.purpose))
    identity(method)
    contents()
    left, right = st.columns(2, gap="large")
    with left:
        parts.section(_("How a score is made"), anchor="steps")
        st.html(bullets(steps(method), ordered=True))
    with right:
        parts.section(_("What it does not say"), anchor="limits")
        st.html(bullets(limits(method)))
    indicators(method)
    method_rules.bands_and_ranks(method)
    method_rules.case_mix(method)
    method_rules.peers(method)
    method_rules.checks(method)
    figures(method)
    outcomes(method)
    method_rules.side_by_side(shown)
    audit.agreement(shown)
    audit.influence(shown)
    audit_choices.sensitivity(shown)
    audit.design_effects(shown)
    sources(shown)


def contents() -> None:
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
                tag("p", tag("b", title), *(tag("a", name, href=f"#{i}") for i, name in of.items()))
                for title, of in ((_("Method"), rules), (_("Audit"), audits))
            ),
            class_="contents",
            aria_label=_("On this page"),
        )
    )


def identity(method: Method) -> None:
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


def steps(method: Method) -> list[str]:
    """The construction in words, with the numbers of the method in them."""
    n = formats.number
    return [
        _(
            "A score covers the {months} months to the end of a quarter. Only cases of first "
            "enforcement count; resumed cases are linked to the case they resume."
        ).format(months=n(3 * method.window_quarters)),
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
            horizon=n(method.horizon_months),
            bins=n(method.bins_per_month),
            risk=n(method.min_at_risk),
            unresolved=formats.percent(method.max_unresolved, 0),
            cell=n(method.min_cell),
        ),
        _(
            "Each indicator is placed between two fixed goalposts: the worse gives 0 points, the "
            "better 100, in a straight line between; nothing is below {floor} or above 100."
        ).format(floor=n(method.floor)),
        _(
            "Points are averaged within a dimension by weight. The score is the weighted geometric "
            "mean of the dimensions, so that speed cannot buy off non-recovery."
        ),
        _(
            "A place has a value of its own only from the least number of cases of an indicator. "
            "There is a score only where such values make up at least {share} of the weight of "
            "every dimension; what is missing takes the value of the place's peers, with its error."
        ).format(share=formats.percent(method.min_weight_present, 0)),
        *coverage(method),
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


def coverage(method: Method) -> list[str]:
    if not method.min_coverage:
        return []
    return [
        _(
            "Case numbers run on by court and year, so gaps show how many cases are missing. Where "
            "fewer than {share} of the numbered cases came there is no score; data without case "
            "numbers are not held to it."
        ).format(share=formats.percent(method.min_coverage, 0))
    ]


def mix(method: Method) -> str:
    if method.strata is None:
        return _("Nothing is adjusted: this method tells no kinds of cases apart.")
    return _(
        "The score compares places as they stand. Beside it is the score at the national case mix, "
        "which takes out class of cause, amount claimed, kind of debtor and group of assets, and "
        "nothing else."
    )


def limits(method: Method) -> list[str]:
    return [
        _("It does not grade judges, and it does not say how able debtors are to pay."),
        mix(method),
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
            cap=formats.yuan(method.claim_cap, formats.EXACT)
        ),
        _("It is an analysis of supplied records, not a statistical survey."),
    ]


def indicators(method: Method) -> None:
    parts.section(
        _("Dimensions and indicators"),
        _("Weights are shares of the dimension; dimensions weigh {shares}.").format(
            shares=" : ".join(f"{d.weight:g}" for d in method.dimensions)
        ),
        "indicators",
    )
    lines: list[tables.Group | Indicator] = []
    for dimension in method.dimensions:
        lines += [tables.Group(pick(dimension.name)), *method.of_dimension(dimension.id)]
    st.html(tables.table(indicator_columns(method), lines, caption=_("Dimensions and indicators")))


def indicator_columns(method: Method) -> list[Column]:
    def weight(indicator: Indicator) -> str:
        siblings = method.of_dimension(indicator.dimension)
        return formats.percent(indicator.weight / sum(i.weight for i in siblings), 0)

    return [
        Column(_("Indicator"), lambda i: tables.stacked(at_anchor(i), estimate(i.estimate))),
        Column(_("Weight"), weight, kind="number"),
        Column(_("Numerator"), lambda i: pick(i.numerator)),
        Column(_("Denominator"), lambda i: pick(i.denominator)),
        Column(_("0 points"), lambda i: post(i, i.worst), kind="number"),
        Column(_("100 points"), lambda i: post(i, i.best), kind="number"),
        Column(_("Better is"), direction),
        Column(_("Least n"), lambda i: formats.number(i.min_n), kind="number"),
        Column(_("Why these goalposts"), lambda i: tag("span", pick(i.goalposts), class_="fine")),
    ]


def direction(indicator: Indicator) -> str:
    words = _("higher ↑") if indicator.higher_is_better else _("lower ↓")
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def estimate(made: Estimate) -> str:
    """How a number is made, in words."""
    return {
        "incidence": _("cumulative incidence within {months} months"),
        "restricted_mean": _("mean time, each case counted up to {months} months"),
        "share": _("share of counts"),
        "quotient": _("quotient of counts"),
        "amount_rate": _("share of amounts, each case capped"),
        "mean": _("mean"),
        "median": _("median"),
    }[made.kind].format(months=made.months)


def figures(method: Method) -> None:
    parts.section(
        _("Figures shown beside the score"),
        _("What readers know from official reports. They never enter a score."),
        "figures",
    )
    columns: list[Column] = [
        Column(_("Figure"), at_anchor),
        Column(_("Numerator"), numerator),
        Column(_("Denominator"), lambda figure: pick(figure.denominator)),
    ]
    st.html(tables.table(columns, method.figures, caption=_("Figures shown beside the score")))


def numerator(figure: Figure) -> str:
    return pick(figure.numerator)


def outcomes(method: Method) -> None:
    parts.section(
        _("How closings are counted"), _("Closing modes, as the data contract names them.")
    )
    columns = [
        Column(_("Outcome"), lambda pair: parts.outcome_name(pair[0])),
        Column(
            _("Closing modes"),
            lambda pair: ", ".join(
                _("all others, and unknown") if mode == "*" else mode for mode in pair[1]
            ),
        ),
    ]
    with st.container(key="outcomes"):
        st.html(tables.table(columns, method.events.items(), caption=_("How closings are counted")))


def sources(shown: View) -> None:
    parts.section(
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
        Column(_("Observed"), observed),
        Column("SHA-256", lambda line: tag("code", line.sha256)),
        Column(_("Data"), lambda line: parts.mark() if line.synthetic else _("observed")),
    ]
    rows = shown.data.sources()
    st.html(tables.table(columns, rows.itertuples(index=False), caption=_("Sources")))
    parts.download("sources", shown, lambda: rows)


def observed(line: Any) -> str:
    if formats.missing(line.observed_from) or formats.missing(line.observed_to):
        return formats.NOTHING
    return formats.window(line.observed_from, line.observed_to)


page()
