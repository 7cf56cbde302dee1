"""Bands, ranks, groups of peers and checks: what a method file says beside its indicators."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.method.bullet_lists import bullet_list
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, theme
from dashboard.ui.columns import number_column, text_column
from dashboard.ui.provenance import method_anchor
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine.method import Check, Method


@dataclass(frozen=True)
class BandLimits:
    """A band of scores from `low`, included, to `high`, excluded unless it is 100."""

    band: str
    low: float
    high: float
    colour: str


def draw_bands_and_ranks(method: Method) -> None:
    components.section(
        _("Bands and confidence sets of ranks"),
        _("Neither is finer than the sampling error of the scores allows."),
        "ranks",
    )
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        st.html(bullet_list(_rank_notes(method)))
    with right_column:
        table_block(
            None,
            TableSpec(
                "band-limits",
                _("Bands"),
                [
                    text_column(_("Band"), lambda row: cells.colour_key(row.colour, row.band)),
                    number_column(_("From"), lambda row: row.low),
                    Column(_("Below"), _upper_limit_text, kind="number"),
                ],
                heading="",
                empty_text=_("This method has no bands."),
            ),
            band_limits(method),
        )


def _rank_notes(method: Method) -> list[str]:
    number, ranks = formats.number, method.ranks
    notes = [
        _(
            "The rank of a place lies in its confidence set with 95% confidence. The place is compared "
            "with all others of its level at once, so that an order due to chance alone is not "
            "asserted "
            "(Mogstad, Romano, Shaikh and Wilhelm 2024). A second, wider set holds for all places "
            "together. From {draws} draws, seed {seed}."
        ).format(draws=number(ranks.draws), seed=ranks.seed),
        _(
            "The probability of being among the top {share} is counted over the same number of "
            "draws, from shrinkage estimates of the scores."
        ).format(share=formats.percent(ranks.top_share, 0)),
        _("Special courts have scores but no ranks: they are not comparable with the others."),
        _("Courts are published in the order of their scores, with ranks.")
        if method.publishes_ranks("court")
        else _("Courts are published in bands, by code within a band, without ranks."),
    ]
    if method.bands:
        notes.append(
            _(
                "A place is given a band if its 90% interval lies within that band, two bands if it "
                "lies within two neighbouring ones, and none if it is wider."
            )
        )
    return notes


def band_limits(method: Method) -> list[BandLimits]:
    """The bands of a method, the best first."""
    upper_limits = [100.0, *(band.minimum for band in method.bands)]
    colours = theme.colour_ramp(len(method.bands))[::-1]
    return [
        BandLimits(band.id, band.minimum, upper_limit, colour)
        for band, upper_limit, colour in zip(method.bands, upper_limits, colours, strict=False)
    ]


def _upper_limit_text(row: BandLimits) -> str:
    return _("100, included") if row.high == 100 else formats.number(row.high)


def draw_peers(method: Method) -> None:
    components.section(
        _("Small places and their peers"),
        _("The best estimate for a place with few cases borrows strength from its peers."),
        "peers",
    )
    st.html(bullet_list(_peer_notes(method)))


def _peer_notes(method: Method) -> list[str]:
    number, peers = formats.number, method.peers
    sizes = _(", ").join(number(size) for size in peers.size_breaks)
    return [
        _(
            "Peers are places of one level and of similar size: size classes begin at {sizes} cases "
            "under way. Each class is divided into {tiers} tiers by the mean capped claim of the "
            "province, which a single court can hardly change."
        ).format(sizes=sizes, tiers=number(peers.tiers))
        if peers.size_breaks
        else _("Peers are all places of one level, in {tiers} tiers by the mean capped claim.").format(
            tiers=number(peers.tiers)
        ),
        _(
            "Where fewer than {n} members of a group have an estimate, size classes are merged and "
            "tiers dropped, in the last resort down to the whole level."
        ).format(n=number(peers.min_members)),
        _(
            "A shrinkage estimate moves a value towards the mean of its peers, the further the less "
            "information its own cases carry (empirical Bayes: a beta prior for shares of counts, a "
            "normal prior for the rest). Its error allows for the mean and the variance of the peers "
            "being estimates themselves."
        ),
        _(
            "The shrinkage estimate is shown beside the score and never replaces it. Only an "
            "indicator with too few cases of its own enters the score at the value of its peers."
        ),
    ]


def draw_checks(method: Method) -> None:
    columns: list[Column[Check]] = [
        text_column(_("Check"), method_anchor),
        text_column(_("Numerator"), lambda check: localise(check.numerator)),
        text_column(_("Denominator"), lambda check: localise(check.denominator)),
        text_column(_("What it may reveal"), lambda check: localise(check.why), css_class="fine"),
        number_column(_("Minimum n"), lambda check: check.min_n),
    ]
    table_block(
        None,
        TableSpec(
            "method-checks",
            _("Checks: whether closings are genuine"),
            columns,
            explanation=_("Each is shown with its interval; none enters a score."),
            anchor="checks",
            empty_text=_("This method has no checks."),
        ),
        method.checks,
    )
