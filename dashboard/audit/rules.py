"""What a method file says beside its indicators: checks, bands, rank sets, case mix, peers; and the
methods of a build side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import streamlit as st

from dashboard import formats, parts, tables, theme
from dashboard.about import at_anchor
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.intake import words as intake_words
from dashboard.map import kinds as layer_kinds
from dashboard.markup import Html, join, tag
from dashboard.ranking import methods
from dashboard.tables import Column
from index_engine import intake
from index_engine.method import CaseMix, Method, Strata


def bullets(lines: Iterable[object], *, ordered: bool = False) -> Html:
    return tag("ol" if ordered else "ul", *(tag("li", line) for line in lines), class_="prose")


# ---------------------------------------------------------------- checks


def checks(method: Method) -> None:
    title = _("Checks: whether closings are real")
    parts.section(title, _("Each is shown with its interval; none enters a score."), "checks")
    if not method.checks:
        st.html(tag("p", _("This method has no checks."), class_="quiet"))
        return
    columns = [
        Column(_("Check"), at_anchor),
        Column(_("Numerator"), lambda check: pick(check.numerator)),
        Column(_("Denominator"), lambda check: pick(check.denominator)),
        Column(_("What it would show"), lambda check: tag("span", pick(check.why), class_="fine")),
        Column(_("Least n"), lambda check: formats.number(check.min_n), kind="number"),
    ]
    st.html(tables.table(columns, method.checks, caption=title))


# ---------------------------------------------------------------- bands and ranks


def bands_and_ranks(method: Method) -> None:
    parts.section(
        _("Bands and rank sets"),
        _("What an interval can carry: neither is finer than chance allows."),
        "ranks",
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.html(bullets(_on_ranks(method)))
    with right:
        if not method.bands:
            st.html(tag("p", _("This method has no bands."), class_="quiet"))
            return
        with st.container(key="band-limits"):
            st.html(tables.table(_band_columns(), _limits(method), caption=_("Bands")))


def _on_ranks(method: Method) -> list[str]:
    n, ranks = formats.number, method.ranks
    said = [
        _(
            "The rank of a place lies in its rank set with 95% confidence. The place is compared "
            "with every other of its level at once, so that what only chance decides is left open "
            "(Mogstad, Romano, Shaikh and Wilhelm 2024). A second, wider set holds for all places "
            "together. From {draws} draws, seed {seed}."
        ).format(draws=n(ranks.draws), seed=ranks.seed),
        _(
            "The probability of being among the top {share} is counted over the same number of "
            "draws, from scores drawn to peers."
        ).format(share=formats.percent(ranks.top_share, 0)),
        _("Special courts have scores and no rank: they are no peers of the others."),
        _("Courts are published in the order of their scores, with ranks.")
        if method.in_order("court")
        else _("Courts are published in bands, inside a band by code, and have no ranks."),
    ]
    if method.bands:
        said.append(
            _(
                "A place has a band where its 90% interval lies inside it, two where the interval "
                "lies inside two that are neighbours, and none where it reaches further."
            )
        )
    return said


def _limits(method: Method) -> list[tuple[str, float, float, str]]:
    """Name, lower limit, upper limit and colour of each band, the best first."""
    upper = [100.0, *(band.least for band in method.bands)]
    colours = theme.ramp(len(method.bands))[::-1]
    return [
        (band.id, band.least, above, colour)
        for band, above, colour in zip(method.bands, upper, colours, strict=False)
    ]


def _band_columns() -> list[Column]:
    def name(line: Any) -> Html:
        return join(tag("i", class_="key", style=f"background:{line[3]}"), line[0])

    return [
        Column(_("Band"), name),
        Column(_("From"), lambda line: formats.number(line[1]), kind="number"),
        Column(
            _("To below"),
            lambda line: _("100, included") if line[2] == 100 else formats.number(line[2]),
            kind="number",
        ),
    ]


# ---------------------------------------------------------------- case mix


def case_mix(method: Method) -> None:
    parts.section(
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
    left, right = st.columns([3, 2], gap="large")
    with left:
        title = _("What cases are told apart by")
        columns = [Column(title, lambda line: line[0]), Column(_("Groups"), lambda line: line[1])]
        st.html(tables.table(columns, _strata(method.strata), caption=title))
    with right:
        st.html(bullets(_on_case_mix(method.case_mix)))


def _on_case_mix(limits: CaseMix) -> list[str]:
    represented = formats.percent(limits.min_represented, 0)
    return [
        _(
            "For the adjusted score every case is weighted, so that each kind has the share in the "
            "place that it has in the nation (direct standardisation); then everything is "
            "estimated as before."
        ),
        _(
            "No kind of case is blown up more than {most} times. Where a place has cases of less "
            "than {share} of the national mix, nothing of it is adjusted."
        ).format(most=formats.number(limits.max_weight), share=represented),
        _(
            "An indicator that cannot be adjusted stays as observed and does not count as the "
            "place's own."
        ),
        _(
            "What is not recorded, such as how able debtors are to pay, is not taken out. The "
            "score as it stands and the adjusted one are both shown; ranks are of the first."
        ),
    ]


def _strata(strata: Strata) -> list[tuple[str, Html]]:
    return [
        (_("Class of cause"), _groups(strata.classes, "cases", "cause")),
        (_("Amount claimed"), _lines((words,) for words in _claims(strata.claim_bands))),
        (_("Kind of debtor"), _lines((words,) for words in _debtors())),
        (
            _("Group of assets, for auction lots"),
            _groups(strata.assets, "auctions", "asset_class"),
        ),
    ]


def _lines(lines: Iterable[Iterable[object]]) -> Html:
    return tag("div", *(tag("p", *pieces) for pieces in lines), class_="contents-of")


def _groups(groups: Mapping[str, tuple[str, ...]], kind: str, name: str) -> Html:
    """The codes of each group in words, its name in the method file before them."""
    field = next(field for field in intake.fields(kind) if field.name == name)

    def words(code: str) -> str:
        return _("all others, and unknown") if code == "*" else intake_words.code(field, code)

    return _lines(
        (tag("code", group), " ", _(", ").join(map(words, codes)))
        for group, codes in groups.items()
    )


def _debtors() -> list[str]:
    field = next(field for field in intake.fields("cases") if field.name == "debtor_kind")
    return [*(intake_words.code(field, code) for code in field.codes or ()), _("not known")]


def _claims(edges: tuple[int, ...]) -> list[str]:
    def n(edge: int) -> str:
        return formats.yuan(edge, formats.EXACT)

    if not edges:
        return [_("all amounts"), _("not known")]
    between = [
        _("{low} to below {high}").format(low=n(low), high=n(high)) for low, high in pairwise(edges)
    ]
    return [
        _("below {high}").format(high=n(edges[0])),
        *between,
        _("{low} and more").format(low=n(edges[-1])),
        _("not known"),
    ]


# ---------------------------------------------------------------- small places


def peers(method: Method) -> None:
    parts.section(
        _("Small places and their peers"),
        _("What is best said of a place with few cases leans on places like it."),
        "peers",
    )
    st.html(bullets(_on_peers(method)))


def _on_peers(method: Method) -> list[str]:
    n, among = formats.number, method.peers
    sizes = _(", ").join(n(size) for size in among.size_breaks)
    return [
        _(
            "Peers are places of one level and of about one size: classes of size begin at {sizes} "
            "cases under way. Each class is cut into {tiers} tiers by the mean capped claim of the "
            "province, which a court hardly moves."
        ).format(sizes=sizes, tiers=n(among.tiers))
        if among.size_breaks
        else _(
            "Peers are all places of one level, in {tiers} tiers by the mean capped claim."
        ).format(tiers=n(among.tiers)),
        _(
            "Where fewer than {n} of a group have an estimate, sizes are joined and tiers dropped, "
            "at last to the whole level."
        ).format(n=n(among.min_members)),
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


def side_by_side(shown: View) -> None:
    title = _("The methods of this data set")
    parts.section(title, _("The same cases, scored in more than one way."), "methods")
    columns = [
        Column(_("Method"), lambda method: _named(shown, method)),
        Column(_("Purpose"), lambda method: tag("span", pick(method.purpose), class_="fine")),
        Column(_("Indicators, with their shares of the weight"), _contents),
    ]
    with st.container(key="methods-side-by-side"):
        st.html(tables.table(columns, shown.data.methods.values(), caption=title))
    if not layer_kinds.compared(shown):
        main = pick(shown.data.main.name)
        st.html(
            tag(
                "p",
                _("Checks, funnels and clusters are computed for {main} only.").format(main=main),
                class_="quiet",
            )
        )


def _named(shown: View, method: Method) -> Html:
    name = tag("b", pick(method.name))
    if method.id == shown.data.method.id:
        below: object = _("in view")
    else:
        way = methods.in_view(shown.data, method.id)
        below = tag("a", _("Show this method"), href=way, data_in=True)
    return tables.stacked(name, join(f"{method.id} {method.version}", tag("br"), below))


def _contents(method: Method) -> Html:
    """The indicators by dimension, each with its share of the whole weight."""
    whole = sum(dimension.weight for dimension in method.dimensions)
    lines = []
    for dimension in method.dimensions:
        mine = method.of_dimension(dimension.id)
        total = sum(indicator.weight for indicator in mine)
        words = [
            _("{name} {share}").format(
                name=pick(indicator.name),
                share=formats.percent(dimension.weight / whole * indicator.weight / total, 0),
            )
            for indicator in mine
        ]
        lines.append(tag("p", tag("b", pick(dimension.name)), " ", _("; ").join(words)))
    return tag("div", *lines, class_="contents-of")
