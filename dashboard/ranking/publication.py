"""In what order places are shown and given away, why, and what goes with a published table.

`Snapshot.in_order` decides (publication.court_order in method.toml): the tables it gives have no
rank where there is to be none, so that no page can show one.
"""

from __future__ import annotations

import pandas as pd

from dashboard import formats
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, join, tag
from dashboard.ranking import choices
from index_engine.snapshot import RANKS

GUANGXI = "https://gxfy.gxcourt.gov.cn/article/detail/2024/09/id/8138025.shtml"
ARMY_NEWS = "http://www.81.cn/gnxw/2014-12/27/content_6286378.htm"
XINHUA = "https://dsynews.net/html/20981.html"


def note(shown: View, level: str) -> Html | None:
    """Over a table of courts: why they stand in bands, or what speaks against their ranks."""
    if level != "court":
        return None
    if shown.data.in_order(level):
        head = _("For internal study only.")
        said = _(
            "This data set is set to show courts in order of score: to find cases worth a closer "
            "look, not to be published without a legal ground."
        )
    else:
        head = _("Courts are shown in bands, not in order of score.")
        said = _("Inside a band they stand by their codes, in downloads too.")
    why = _(
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
    links = [tag("a", name, href=where, target="_blank", rel="noopener") for name, where in sources]
    named = join(*(join(" · " if i else "", link) for i, link in enumerate(links)))
    body = (tag("b", head), " ", said, " ", why, " ", tag("small", _("Sources:"), " ", named))
    return tag("p", *body, class_="legal", role="note")


def caveats(shown: View, level: str) -> str:
    """What must be said wherever the table is printed, in one line."""
    said = [
        _("Scores are estimates with 95% intervals; where these overlap widely, order says little.")
    ]
    if shown.data.in_order(level):
        said.append(
            _("Scores equal at one decimal share a rank; a rank stands with its confidence set.")
        )
        if level == "court":
            said.append(_("Ranks of courts: for internal study only."))
    else:
        said.append(_("Courts are in order of band and inside a band of code, without ranks."))
    few = formats.number(choices.small(shown))
    said.append(
        _("small_sample marks fewer than {n} cases, where chance decides most.").format(n=few)
    )
    if shown.data.synthetic:
        said.append(_("Synthetic data: not to be published."))
    return " ".join(said)


def taken(shown: View, level: str, units: pd.DataFrame) -> pd.DataFrame:
    """A table of scores to take away: what is small is marked, what must be said is in every row,
    and where there are no ranks there are no columns of them."""
    if not shown.data.in_order(level):
        units = units.drop(columns=[name for name in RANKS if name in units.columns])
    return units.assign(
        small_sample=units["n"] < choices.small(shown), caveats=caveats(shown, level)
    )
