"""How a method standardises for case mix: its strata, and the limits of the weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import streamlit as st

from dashboard.method.bullet_lists import bullet_list
from dashboard.text import formats, terms
from dashboard.text.i18n import _
from dashboard.ui import components
from dashboard.ui.columns import text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import TableSpec, table_block
from index_engine.importing import api
from index_engine.method import CaseMix, Method, Strata


@dataclass(frozen=True)
class StratifierRow:
    """What cases are stratified by, and its groups."""

    name: str
    groups: Html


def draw_case_mix(method: Method) -> None:
    components.section(
        _("Adjustment for case mix"),
        _(
            "Cases are stratified only by what is fixed when a case is filed, so that nothing a "
            "court does can change its own case mix."
        ),
        "case-mix",
    )
    if method.strata is None:
        st.html(tag("p", _("This method does not stratify cases."), class_="quiet"))
        return
    left_column, right_column = st.columns([3, 2], gap="large")
    with left_column:
        table_block(
            None,
            TableSpec(
                "strata",
                _("Stratified by"),
                [
                    text_column(_("Stratified by"), lambda row: row.name),
                    text_column(_("Groups"), lambda row: row.groups),
                ],
                heading="",
            ),
            stratifier_rows(method.strata),
        )
    with right_column:
        st.html(bullet_list(_case_mix_notes(method.case_mix)))


def _case_mix_notes(limits: CaseMix) -> list[str]:
    min_overlap = formats.percent(limits.min_overlap, 0)
    return [
        _(
            "For the adjusted score cases are weighted so that each stratum has the share in the "
            "place that it has in the nation (direct standardisation); everything else is estimated "
            "as before."
        ),
        _(
            "No weight exceeds {most}. Where the strata in which a place has cases cover less than "
            "{share} of the national case mix, nothing is adjusted."
        ).format(most=formats.number(limits.max_weight), share=min_overlap),
        _("An indicator that cannot be adjusted keeps its observed value and counts as imputed."),
        _(
            "What is not recorded, such as the ability of debtors to pay, is not adjusted for. Both "
            "the score as observed and the adjusted score are shown; ranks follow the former."
        ),
    ]


def stratifier_rows(strata: Strata) -> list[StratifierRow]:
    return [
        StratifierRow(_("Class of cause"), _group_paragraphs(strata.classes, "cases", "cause")),
        StratifierRow(_("Amount claimed"), _paragraphs((text,) for text in _claim_classes(strata.claim_classes))),
        StratifierRow(_("Kind of debtor"), _paragraphs((text,) for text in _debtor_kinds())),
        StratifierRow(_("Asset class, for auction lots"), _group_paragraphs(strata.assets, "auctions", "asset_class")),
    ]


def _paragraphs(lines: Iterable[Iterable[object]]) -> Html:
    return tag("div", *(tag("p", *pieces) for pieces in lines), class_="contents-of")


def _group_paragraphs(groups: Mapping[str, tuple[str, ...]], kind: str, name: str) -> Html:
    """The codes of each group in words."""
    field = next(field for field in api.contract_fields(kind) if field.name == name)

    def code_text(code: str) -> str:
        return _("all others, and unknown") if code == "*" else terms.code_name(field, code)

    return _paragraphs((_(", ").join(map(code_text, codes)),) for codes in groups.values())


def _debtor_kinds() -> list[str]:
    field = next(field for field in api.contract_fields("cases") if field.name == "debtor_kind")
    return [*(terms.code_name(field, code) for code in field.codes or ()), _("not known")]


def _claim_classes(edges: tuple[int, ...]) -> list[str]:
    def amount(edge: int) -> str:
        return formats.yuan(edge, formats.EXACT_DIGITS)

    if not edges:
        return [_("all amounts"), _("not known")]
    middle_classes = [
        _("{low} to below {high}").format(low=amount(low), high=amount(high)) for low, high in pairwise(edges)
    ]
    return [
        _("below {high}").format(high=amount(edges[0])),
        *middle_classes,
        _("{low} and more").format(low=amount(edges[-1])),
        _("not known"),
    ]
