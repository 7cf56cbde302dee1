"""What a method file says beside its indicators: checks, bands, rank sets, case mix, peers; and the
methods of a build side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats, terms
from dashboard.text.i18n import _, localise
from dashboard.ui import components, table, theme
from dashboard.ui.html import Html, join, tag
from dashboard.ui.method_switch import is_main_method, method_link
from dashboard.ui.provenance import method_anchor
from dashboard.ui.table import Column
from index_engine.importing import api
from index_engine.method import CaseMix, Method, Strata


def bullet_list(lines: Iterable[object], *, has_numbers: bool = False) -> Html:
    return tag("ol" if has_numbers else "ul", *(tag("li", line) for line in lines), class_="prose")


# ---------------------------------------------------------------- checks


def draw_checks(method: Method) -> None:
    title = _("Checks: whether closings are real")
    components.section(title, _("Each is shown with its interval; none enters a score."), "checks")
    if not method.checks:
        st.html(tag("p", _("This method has no checks."), class_="quiet"))
        return
    columns = [
        Column(_("Check"), method_anchor),
        Column(_("Numerator"), lambda check: localise(check.numerator)),
        Column(_("Denominator"), lambda check: localise(check.denominator)),
        Column(
            _("What it would show"), lambda check: tag("span", localise(check.why), class_="fine")
        ),
        Column(_("Least n"), lambda check: formats.number(check.min_n), kind="number"),
    ]
    st.html(table.html_table(columns, method.checks, caption=title))


# ---------------------------------------------------------------- bands and ranks


def draw_bands_and_ranks(method: Method) -> None:
    components.section(
        _("Bands and rank sets"),
        _("What an interval can carry: neither is finer than chance allows."),
        "ranks",
    )
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        st.html(bullet_list(_rank_notes(method)))
    with right_column:
        if not method.bands:
            st.html(tag("p", _("This method has no bands."), class_="quiet"))
            return
        with st.container(key="band-limits"):
            st.html(table.html_table(_band_columns(), _band_limits(method), caption=_("Bands")))


def _rank_notes(method: Method) -> list[str]:
    number, ranks = formats.number, method.ranks
    notes = [
        _(
            "The rank of a place lies in its rank set with 95% confidence. The place is compared "
            "with every other of its level at once, so that what only chance decides is left open "
            "(Mogstad, Romano, Shaikh and Wilhelm 2024). A second, wider set holds for all places "
            "together. From {draws} draws, seed {seed}."
        ).format(draws=number(ranks.draws), seed=ranks.seed),
        _(
            "The probability of being among the top {share} is counted over the same number of "
            "draws, from scores drawn to peers."
        ).format(share=formats.percent(ranks.top_share, 0)),
        _("Special courts have scores and no rank: they are no peers of the others."),
        _("Courts are published in the order of their scores, with ranks.")
        if method.publishes_ranks("court")
        else _("Courts are published in bands, inside a band by code, and have no ranks."),
    ]
    if method.bands:
        notes.append(
            _(
                "A place has a band where its 90% interval lies inside it, two where the interval "
                "lies inside two that are neighbours, and none where it reaches further."
            )
        )
    return notes


def _band_limits(method: Method) -> list[tuple[str, float, float, str]]:
    """Name, lower limit, upper limit and colour of each band, the best first."""
    upper_limits = [100.0, *(band.minimum for band in method.bands)]
    colours = theme.colour_ramp(len(method.bands))[::-1]
    return [
        (band.id, band.minimum, upper_limit, colour)
        for band, upper_limit, colour in zip(method.bands, upper_limits, colours, strict=False)
    ]


def _band_columns() -> list[Column]:
    def name_cell(line: Any) -> Html:
        return join(tag("i", class_="key", style=f"background:{line[3]}"), line[0])

    return [
        Column(_("Band"), name_cell),
        Column(_("From"), lambda line: formats.number(line[1]), kind="number"),
        Column(
            _("To below"),
            lambda line: _("100, included") if line[2] == 100 else formats.number(line[2]),
            kind="number",
        ),
    ]


# ---------------------------------------------------------------- case mix


def draw_case_mix(method: Method) -> None:
    components.section(
        _("How case mix is taken out"),
        _(
            "Cases are told apart only by what is settled when a case is filed, so that nothing a "
            "court does moves its own mix."
        ),
        "case-mix",
    )
    if method.strata is None:
        st.html(tag("p", _("This method tells no kinds of cases apart."), class_="quiet"))
        return
    left_column, right_column = st.columns([3, 2], gap="large")
    with left_column:
        title = _("What cases are told apart by")
        columns = [Column(title, lambda line: line[0]), Column(_("Groups"), lambda line: line[1])]
        st.html(table.html_table(columns, _strata_rows(method.strata), caption=title))
    with right_column:
        st.html(bullet_list(_case_mix_notes(method.case_mix)))


def _case_mix_notes(limits: CaseMix) -> list[str]:
    min_overlap = formats.percent(limits.min_overlap, 0)
    return [
        _(
            "For the adjusted score every case is weighted, so that each kind has the share in the "
            "place that it has in the nation (direct standardisation); then everything is "
            "estimated as before."
        ),
        _(
            "No kind of case is blown up more than {most} times. Where a place has cases of less "
            "than {share} of the national mix, nothing of it is adjusted."
        ).format(most=formats.number(limits.max_weight), share=min_overlap),
        _(
            "An indicator that cannot be adjusted stays as observed and does not count as the "
            "place's own."
        ),
        _(
            "What is not recorded, such as how able debtors are to pay, is not taken out. The "
            "score as it stands and the adjusted one are both shown; ranks are of the first."
        ),
    ]


def _strata_rows(strata: Strata) -> list[tuple[str, Html]]:
    return [
        (_("Class of cause"), _group_paragraphs(strata.classes, "cases", "cause")),
        (
            _("Amount claimed"),
            _paragraphs((text,) for text in _claim_classes(strata.claim_classes)),
        ),
        (_("Kind of debtor"), _paragraphs((text,) for text in _debtor_kinds())),
        (
            _("Group of assets, for auction lots"),
            _group_paragraphs(strata.assets, "auctions", "asset_class"),
        ),
    ]


def _paragraphs(lines: Iterable[Iterable[object]]) -> Html:
    return tag("div", *(tag("p", *pieces) for pieces in lines), class_="contents-of")


def _group_paragraphs(groups: Mapping[str, tuple[str, ...]], kind: str, name: str) -> Html:
    """The codes of each group in words, its name in the method file before them."""
    field = next(field for field in api.contract_fields(kind) if field.name == name)

    def code_text(code: str) -> str:
        return _("all others, and unknown") if code == "*" else terms.code_name(field, code)

    return _paragraphs(
        (tag("code", group), " ", _(", ").join(map(code_text, codes)))
        for group, codes in groups.items()
    )


def _debtor_kinds() -> list[str]:
    field = next(field for field in api.contract_fields("cases") if field.name == "debtor_kind")
    return [*(terms.code_name(field, code) for code in field.codes or ()), _("not known")]


def _claim_classes(edges: tuple[int, ...]) -> list[str]:
    def amount(edge: int) -> str:
        return formats.yuan(edge, formats.EXACT_DIGITS)

    if not edges:
        return [_("all amounts"), _("not known")]
    middle_classes = [
        _("{low} to below {high}").format(low=amount(low), high=amount(high))
        for low, high in pairwise(edges)
    ]
    return [
        _("below {high}").format(high=amount(edges[0])),
        *middle_classes,
        _("{low} and more").format(low=amount(edges[-1])),
        _("not known"),
    ]


# ---------------------------------------------------------------- small places


def draw_peers(method: Method) -> None:
    components.section(
        _("Small places and their peers"),
        _("What is best said of a place with few cases leans on places like it."),
        "peers",
    )
    st.html(bullet_list(_peer_notes(method)))


def _peer_notes(method: Method) -> list[str]:
    number, peers = formats.number, method.peers
    sizes = _(", ").join(number(size) for size in peers.size_breaks)
    return [
        _(
            "Peers are places of one level and of about one size: classes of size begin at {sizes} "
            "cases under way. Each class is cut into {tiers} tiers by the mean capped claim of the "
            "province, which a court hardly moves."
        ).format(sizes=sizes, tiers=number(peers.tiers))
        if peers.size_breaks
        else _(
            "Peers are all places of one level, in {tiers} tiers by the mean capped claim."
        ).format(tiers=number(peers.tiers)),
        _(
            "Where fewer than {n} of a group have an estimate, sizes are joined and tiers dropped, "
            "at last to the whole level."
        ).format(n=number(peers.min_members)),
        _(
            "A value is drawn to the mean of its peers, the more the less its own cases say "
            "(empirical Bayes: a beta prior for shares of counts, a normal one for the rest). "
            "Its error includes that the peers' mean and spread are estimated."
        ),
        _(
            "The drawn score stands beside the score and never in its place. Only an indicator "
            "with too few cases of its own takes the peers' value into the score."
        ),
    ]


# ---------------------------------------------------------------- methods side by side


def draw_methods(view: View) -> None:
    title = _("The methods of this data set")
    components.section(title, _("The same cases, scored in more than one way."), "methods")
    columns = [
        Column(_("Method"), lambda method: _method_cell(view, method)),
        Column(_("Purpose"), lambda method: tag("span", localise(method.purpose), class_="fine")),
        Column(_("Indicators, with their shares of the weight"), _indicator_shares),
    ]
    with st.container(key="methods-side-by-side"):
        st.html(table.html_table(columns, view.snapshot.methods.values(), caption=title))
    if not is_main_method(view.snapshot):
        main_name = localise(view.snapshot.main.name)
        st.html(
            tag(
                "p",
                _("Checks, funnels and clusters are computed for {main} only.").format(
                    main=main_name
                ),
                class_="quiet",
            )
        )


def _method_cell(view: View, method: Method) -> Html:
    name = tag("b", localise(method.name))
    if method.id == view.snapshot.method.id:
        action: object = _("in view")
    else:
        url = method_link(view.snapshot, method.id)
        action = tag("a", _("Show this method"), href=url, data_in=True)
    return table.value_with_detail(name, join(f"{method.id} {method.version}", tag("br"), action))


def _indicator_shares(method: Method) -> Html:
    """The indicators by dimension, each with its share of the whole weight."""
    total_weight = sum(dimension.weight for dimension in method.dimensions)
    lines = []
    for dimension in method.dimensions:
        indicators = method.dimension_indicators(dimension.id)
        dimension_weight = sum(indicator.weight for indicator in indicators)
        texts = [
            _("{name} {share}").format(
                name=localise(indicator.name),
                share=formats.percent(
                    dimension.weight / total_weight * indicator.weight / dimension_weight, 0
                ),
            )
            for indicator in indicators
        ]
        lines.append(tag("p", tag("b", localise(dimension.name)), " ", _("; ").join(texts)))
    return tag("div", *lines, class_="contents-of")
