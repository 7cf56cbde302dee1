"""In what order places are shown and exported, why, and what goes with a published table.

`Snapshot.in_order` decides (publication.court_order of the method): the tables it gives have no
rank where there is to be none, so that no page can show one.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.rankings import table_options
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import provenance
from dashboard.ui.html import Html, join, tag
from index_engine.queries import RANK_COLUMNS

GUANGXI = "https://gxfy.gxcourt.gov.cn/article/detail/2024/09/id/8138025.shtml"
ARMY_NEWS = "http://www.81.cn/gnxw/2014-12/27/content_6286378.htm"
XINHUA = "https://dsynews.net/html/20981.html"


def draw_court_order_note(view: View, level: str) -> None:
    if (note := court_order_note(view, level)) is not None:
        st.html(note)


def court_order_note(view: View, level: str) -> Html | None:
    """Over a table of courts: why they stand in bands, or what speaks against their ranks."""
    if level != "court":
        return None
    if view.snapshot.publishes_ranks(level):
        head = _("For internal study only.")
        order_text = _(
            "This data set is configured to show courts in order of score: to find what deserves a "
            "closer look, not to be published without a legal basis."
        )
    else:
        head = _("Courts are shown in bands, not in order of score.")
        order_text = _("Within a band they are listed by code, in downloads too.")
    reason = _(
        "The Supreme People's Court has told courts to stop rankings altogether (September 2024), "
        "as it gave up ranking high courts before (2014). The Ministry of Civil Affairs has told "
        "national associations not to rate and commend in other guises, data rankings among them "
        "(December 2023)."
    )
    sources = [
        (_("Guangxi High People's Court, 2024"), GUANGXI),
        (_("81.cn, 2014"), ARMY_NEWS),
        (_("Xinhua, 2023"), XINHUA),
    ]
    links = [tag("a", name, href=url, target="_blank", rel="noopener") for name, url in sources]
    source_links = join(*(join(" · " if i else "", link) for i, link in enumerate(links)))
    body = (tag("b", head), " ", order_text, " ", reason, " ", tag("small", _("Sources:"), " ", source_links))
    return tag("p", *body, class_="legal", role="note")


def caveats(view: View, level: str) -> str:
    """The caveats of a published table, in one line."""
    sentences = [_("Scores are estimates with 95% intervals; where these overlap widely, order means little.")]
    if view.snapshot.publishes_ranks(level):
        sentences.append(
            _("Scores equal at one decimal share a rank; ranks are to be quoted with their confidence sets.")
        )
        if level == "court":
            sentences.append(_("Ranks of courts: for internal study only."))
    else:
        sentences.append(_("Courts are in order of band and, within a band, of code, without ranks."))
    limit = formats.number(table_options.small_sample_limit(view))
    sentences.append(_("small_sample marks fewer than {n} cases, where chance has most effect.").format(n=limit))
    if caveat := provenance.independence_caveat(view):
        sentences.append(caveat)
    if view.snapshot.synthetic:
        sentences.append(_("Synthetic data: not to be published."))
    return " ".join(sentences)


def export_table(view: View, level: str, places: pd.DataFrame) -> pd.DataFrame:
    """A table of scores for a file: small samples are marked, the caveats are in every row, and
    where no ranks are published there are no columns of ranks."""
    if not view.snapshot.publishes_ranks(level):
        places = places.drop(columns=[name for name in RANK_COLUMNS if name in places.columns])
    return places.assign(
        small_sample=(places["n"] < table_options.small_sample_limit(view))
        | places["n_suppression"].str.startswith("<"),
        caveats=caveats(view, level),
    )
