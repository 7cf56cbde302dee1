"""What stands out of a place, in sentences made from its numbers: where its interval leaves out the
nation's value, farthest first, each with its n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import formats, parts
from dashboard.about import about
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from dashboard.profile import spine
from dashboard.profile.score_apart import in_points
from index_engine.method import Indicator

MOST_TOLD = 3  # on either side


@dataclass(frozen=True)
class Finding:
    """One indicator: how it stands to the nation, and how many points of 100 lie between."""

    item: Indicator
    line: Any
    stands: str
    points: float  # above 0 for better; as long as the line between the goalposts is drawn on


def section(shown: View) -> None:
    """Two short lists, and in one line what cannot be told from the nation."""
    unit = shown.place
    if unit.level == "nation":
        return
    values = shown.data.indicators(unit.level, unit.unit_id, shown.period)
    found = findings(shown, values)
    parts.section(
        _("What stands out"),
        _(
            "Named is only what the 95% interval sets apart from the nation; of indicators that "
            "differ by nothing but chance, one in twenty would still be named."
        ),
        anchor="stands-out",
    )
    lists = []
    for stands, title in (
        (spine.BETTER, _("Better than the nation")),
        (spine.WORSE, _("Worse than the nation")),
    ):
        told = [finding for finding in found if finding.stands == stands]
        lists.append(tag("div", tag("h3", title, class_="chart"), _list(shown, told, stands)))
    st.html(join(tag("div", *lists, class_="stands-out"), tag("p", rest(found), class_="said")))
    st.html(parts.source_line(shown))


def findings(shown: View, values: Any) -> list[Finding]:
    """Every indicator of the method as it stands to the nation, the farthest first."""
    found = []
    for line in values.itertuples(index=False):
        item = shown.data.method.indicator(line.indicator)
        stands = spine.verdict(line, line.nation, higher_is_better=item.higher_is_better)
        apart = 0.0 if stands == spine.ALONE else in_points(line.value - line.nation, item)
        found.append(Finding(item, line, stands, apart or 0.0))
    return sorted(found, key=lambda finding: -abs(finding.points))


def _list(shown: View, told: list[Finding], stands: str) -> Html:
    if not told:
        return tag("p", _("No indicator."), class_="quiet")
    items = [
        tag(
            "li",
            tag("i", class_=f"spine-mark {stands}"),
            tag("span", sentence(finding), " ", about(shown, finding.item, finding.line)),
        )
        for finding in told[:MOST_TOLD]
    ]
    further = [pick(finding.item.name) for finding in told[MOST_TOLD:]]
    if further:
        more = _("Also: {names}.").format(names=_(", ").join(further))
        items.append(tag("li", tag("span", more, class_="quiet")))
    return tag("ul", *items)


def sentence(finding: Finding) -> str:
    """One indicator in a sentence: value, interval, n, the nation's value, and how far apart."""
    line, item = finding.line, finding.item
    words = (
        _(
            "{indicator}: {value} (95% interval {interval}, n = {n}), above the nation's {nation}; "
            "{points} points apart."
        )
        if line.value > line.nation
        else _(
            "{indicator}: {value} (95% interval {interval}, n = {n}), below the nation's {nation}; "
            "{points} points apart."
        )
    )
    return words.format(
        indicator=pick(item.name),
        value=formats.value(line.value, item.unit),
        interval=formats.interval(line.low, line.high, item.unit),
        n=formats.number(line.n),
        nation=formats.value(line.nation, item.unit),
        points=formats.number(abs(finding.points)),
    )


def rest(found: list[Finding]) -> str:
    """What cannot be told from the nation, and what has no value to compare."""
    alike = [pick(each.item.name) for each in found if each.stands == spine.SIMILAR]
    unknown = [pick(each.item.name) for each in found if each.stands == spine.ALONE]
    said = []
    if alike:
        said.append(
            _("Not distinguishable from the nation: {names}.").format(names=_(", ").join(alike))
        )
    if unknown:
        said.append(_("Not compared, too few cases: {names}.").format(names=_(", ").join(unknown)))
    return " ".join(said)
