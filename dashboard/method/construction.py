"""What a method is and how it makes a score, in words with its own numbers in them."""

from __future__ import annotations

import streamlit as st

from dashboard.method.bullet_lists import bullet_list
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import tag
from index_engine import queries
from index_engine.method import Method
from index_engine.queries import Snapshot


def draw_construction(method: Method, snapshot: Snapshot) -> None:
    """How a score is made beside what it does not say."""
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        components.section(_("How a score is made"), anchor="steps")
        st.html(bullet_list(construction_steps(method), has_numbers=True))
    with right_column:
        components.section(_("What it does not say"), anchor="limits")
        st.html(bullet_list(limitations(method, snapshot)))


def draw_identity(method: Method) -> None:
    """Name, purpose, version and authors of a method, and its file."""
    components.headline(localise(method.name), localise(method.purpose))
    facts = [
        (_("Method"), f"{method.id} {method.version}"),
        (_("Reviewed"), formats.day(method.reviewed_on)),
        (_("Authors"), localise(method.authors)),
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
            "Open cases count. Shares within a number of months are cumulative incidences "
            "(Aalen-Johansen) with payment in full, satisfaction in other ways, closing without "
            "recovery and other closings as competing events; cases already open when the period "
            "begins enter at the age they have reached. Money recovered is read off the same curve, "
            "each case weighing as much as its capped claim."
        ),
        _(
            "A curve runs for up to {horizon} months, in {bins} steps a month, and ends where fewer "
            "than {risk} cases are at risk, unless at most {unresolved} of all are still open by "
            "then. Nothing is extrapolated, and a value from fewer than {cell} cases is not shown."
        ).format(
            horizon=number(method.horizon_months),
            bins=number(method.bins_per_month),
            risk=number(method.min_at_risk),
            unresolved=formats.percent(method.max_unresolved, 0),
            cell=number(method.min_cell),
        ),
        _(
            "Each indicator is scored linearly between two fixed goalposts: the worse is worth 0 "
            "points, the better 100; points below {floor} or above 100 are set to these limits."
        ).format(floor=number(method.floor)),
        _(
            "Points are averaged within a dimension by weight. The score is the weighted geometric "
            "mean of the dimensions, so that speed cannot make up for a failure to recover."
        ),
        _(
            "An indicator is estimated from the place's own cases only if there are at least as many "
            "as its minimum n. A score is given only if such estimates make up at least {share} of "
            "the weight of every dimension; the others are imputed from the place's peers, with the "
            "error that this brings."
        ).format(share=formats.percent(method.min_weight_present, 0)),
        *coverage_steps(method),
        _(
            "Every value and every score has a {confidence} confidence interval for sampling error. "
            "That of a score is formed on the logarithmic scale, so that its upper half is longer. "
            "Correlation between the errors of indicators is taken into account."
        ).format(confidence=formats.percent(method.confidence, 0)),
        _(
            "Ranks compare scores rounded to one decimal; tied places share the better rank. Each "
            "rank has a confidence set; those of courts are computed for the last period only."
        ),
    ]


def coverage_steps(method: Method) -> list[str]:
    if not method.min_coverage:
        return []
    return [
        _(
            "Case numbers run consecutively by court and year, so that gaps show how many cases are "
            "missing. No score is given where fewer than {share} of the numbered cases were "
            "received; data without case numbers are exempt."
        ).format(share=formats.percent(method.min_coverage, 0))
    ]


def case_mix_text(method: Method) -> str:
    if method.strata is None:
        return _("Nothing is adjusted for case mix: this method does not stratify cases.")
    return _(
        "The score compares places as they are. Beside it stands the score at the national case mix, "
        "adjusted for class of cause, amount claimed, kind of debtor and asset class, and for "
        "nothing else."
    )


def limitations(method: Method, snapshot: Snapshot) -> list[str]:
    [cap] = queries.claim_cap(snapshot).itertuples(index=False)
    return [
        _("It does not assess judges, and it does not measure the ability of debtors to pay."),
        case_mix_text(method),
        _(
            "The interval covers sampling error only, not errors in the data or the choice of "
            "weights and goalposts. The effect of those choices is shown separately, under robustness checks, "
            "and never combined with it."
        ),
        _(
            "A difference between two places that is smaller than their intervals may be due to "
            "chance; so may a rank, which should be read with its confidence set."
        ),
        _(
            "Time is calendar time from filing. Statutory time limits exclude appraisal, auction "
            "and stays, and are therefore shorter."
        ),
        _(
            "A court is assigned to the place it serves. Railway, maritime, internet and other "
            "special courts have scores of their own but are counted in no region."
        ),
        _(
            "A claim above {cap} counts as {cap}, so that no single case is decisive: {share} of all claims "
            "are no larger. Where claims are worth fewer than {n} of one size all the same, a ratio of "
            "amounts is withheld."
        ).format(
            cap=formats.yuan(cap.yuan, 2),
            share=formats.percent(cap.quantile, 0),
            n=formats.number(method.min_effective_n),
        ),
        _("It is an analysis of supplied records, not a statistical survey."),
    ]
