"""The funnel plot of a place: which of its courts or cities lie outside the limits of chance."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import cells, chart_block, components, controls, theme
from dashboard.ui.charts import funnel_plot
from dashboard.ui.html import Html, join, tag
from dashboard.ui.provenance import quotient_text
from index_engine import queries
from index_engine.method import Statistic
from index_engine.queries import LEVELS

DEFAULT_STATISTIC = "zhongben_rate"
FUNNEL_LEVELS = ("city", "court")  # levels that have funnels
MAX_LINKS = 12  # places outside that are named; the rest are in the download
CHANCE_SHARE = 0.05  # expected outside the 95 % limits where nothing but chance is at work


def section(view: View) -> None:
    """The funnel plot of one statistic over all places of a level, those of this place in colour."""
    components.section(
        _("Funnel plot: more than chance?"),
        _(
            "The rate of a small court varies widely by chance alone, so the limits widen "
            "to the left. They allow for the usual variation between places. A place "
            "outside the limits is a reason to look closer, not a verdict."
        ),
        anchor="funnel",
    )
    statistics_by_id: dict[str, Statistic] = {
        statistic.id: statistic for statistic in queries.funnel_statistics(view.snapshot)
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="funnel-choices"):
        statistic_id = select_statistic(statistics_by_id)
        level = select_level(view)
    statistic = statistics_by_id.get(statistic_id)
    funnel_data = None if statistic is None else queries.funnel_plot(view.snapshot, level, view.period, statistic_id)
    if statistic is None or funnel_data is None:
        message = _("Too few places have this statistic in the period for a funnel plot.")
        st.html(tag("p", message, class_="said"))
        return
    member_ids = place_member_ids(view, funnel_data.places, level)
    focus_id = view.place.place_id if view.place.level == level else ""
    chart = view.cached(
        "funnel",
        lambda: funnel_plot.draw_funnel_plot(
            funnel_data.places, funnel_data.limits, funnel_data.centre, member_ids, focus_id
        ),
        level,
        statistic_id,
    )
    name = localise(statistic.name)
    position_text = members_text(view, funnel_data.places, member_ids, focus_id, level)
    dispersion_text = _("variation beyond chance: {tau} pp (SD)").format(tau=formats.number(100 * funnel_data.tau, 1))
    chart_block.show_chart(
        view,
        chart,
        key=f"funnel-{level}-{statistic_id}",
        title=_("Funnel plot: {statistic}").format(statistic=name),
        caption=join(
            tag("p", legend(view, level, focus_id), class_="source"),
            tag("p", outside_count_text(funnel_data.places, level), class_="said"),
            tag("p", position_text, class_="said") if position_text else None,
        ),
        n=funnel_data.places["n"].sum(),
        extra=components.facts(f"{name} = {quotient_text(statistic)}", dispersion_text),
        table=lambda: funnel_data.places,
    )


def select_level(view: View) -> str:
    """The level whose places are drawn, with a switch where there is a choice: the level below, or
    the level of the place itself."""
    options = place_funnel_levels(view.place.level)
    requested_level = address.get("among")
    level = requested_level if requested_level in options else options[0]
    if len(options) > 1:
        names = {"city": _("Cities"), "court": _("Courts")}
        level_names = {option: names[option] for option in options}
        st.html(controls.switch("among", _("Places shown"), level_names, level, default=options[0]))
    return level


def place_funnel_levels(level: str) -> tuple[str, ...]:
    """Levels whose funnel shows something of a place, the first by default."""
    return {"nation": ("city", "court"), "province": ("city", "court"), "city": ("court", "city"), "court": ("court",)}[
        level
    ]


def select_statistic(statistics_by_id: dict[str, Statistic]) -> str:
    """The id of the statistic that the address names, with a box to choose another."""
    if not statistics_by_id:
        return ""
    return controls.select(
        "funnel",
        _("Statistic"),
        list(statistics_by_id),
        format_option=lambda statistic_id: localise(statistics_by_id[statistic_id].name),
        default=DEFAULT_STATISTIC if DEFAULT_STATISTIC in statistics_by_id else None,
        width=330,
    )


def place_member_ids(view: View, places: pd.DataFrame, level: str) -> set[str]:
    """Ids of the places of a funnel plot that lie in the place in view; none for the nation, in
    which all of them lie."""
    place = view.place
    if place.level in ("nation", level):
        return set()
    parent_ids = {place.place_id}
    if LEVELS.index(level) - LEVELS.index(place.level) > 1:
        parent_ids |= {child.place_id for child in view.snapshot.children(place.level, place.place_id)}
    return set(places.loc[places["parent"].isin(parent_ids), "place_id"])


# ------------------------------------------------------------ in words


def legend(view: View, level: str, focus_id: str) -> Html:
    """What the marks mean."""
    marks = [(theme.current_palette().mark, "◆", _("outside the 95% limits (dark edge: 99.8%)"))]
    if focus_id:
        marks.insert(0, (theme.current_palette().ink, "●", place_name(view.place)))
    elif view.place.level != "nation":
        text = {"city": _("its cities"), "court": _("its courts")}
        marks.insert(0, (theme.current_palette().accent, "●", text[level]))
    other_names = {"city": _("other cities"), "court": _("other courts")}
    marks.append((theme.current_palette().others, "●", other_names[level]))
    return join(
        *(tag("span", tag("i", symbol, style=f"color:{colour}", class_="sign"), text) for colour, symbol, text in marks)
    )


def outside_count_text(places: pd.DataFrame, level: str) -> str:
    """How many places lie outside the limits, beside how many would by chance."""
    is_outside = places["flag"] != funnel_plot.INSIDE_FLAG
    is_far_outside = places["flag"].str.startswith("very_")
    template = {
        "city": _(
            "Of {n} cities, {out} are outside the 95% limits and {far} of these outside "
            "the 99.8% limits. About {chance} would be outside the 95% limits by chance "
            "alone."
        ),
        "court": _(
            "Of {n} courts, {out} are outside the 95% limits and {far} of these outside "
            "the 99.8% limits. About {chance} would be outside the 95% limits by chance "
            "alone."
        ),
    }[level]
    return template.format(
        n=formats.number(len(places)),
        out=formats.number(is_outside.sum()),
        far=formats.number(is_far_outside.sum()),
        chance=formats.number(CHANCE_SHARE * len(places)),
    )


def members_text(
    view: View, places: pd.DataFrame, member_ids: set[str], focus_id: str, level: str
) -> Html | str | None:
    """Where the place in view lies, or which places in it lie outside, with links to them."""
    if focus_id:
        line = next(places[places["place_id"] == focus_id].itertuples(index=False), None)
        return focus_text(view, line)
    if view.place.level == "nation":
        return None
    member_rows = places[places["place_id"].isin(member_ids)]
    if member_rows.empty:
        return {
            "city": _("None of its cities has enough cases for the plot."),
            "court": _("None of its courts has enough cases for the plot."),
        }[level]
    outside_rows = member_rows[member_rows["flag"] != funnel_plot.INSIDE_FLAG].sort_values(
        "z", key=abs, ascending=False
    )
    text = {
        "city": _("Cities here: {n}, of which {out} outside the 95% limits."),
        "court": _("Courts here: {n}, of which {out} outside the 95% limits."),
    }[level].format(n=formats.number(len(member_rows)), out=formats.number(len(outside_rows)))
    links = [
        tag(
            "span",
            cells.place_link(line, level),
            " ",
            formats.percent(line.value),
            " ",
            _("({part} of {n})").format(part=formats.count(line.part, line.part_suppression), n=formats.number(line.n)),
        )
        for line in outside_rows.head(MAX_LINKS).itertuples(index=False)
    ]
    return join(text, " ", components.facts(*links) if links else None)


def focus_text(view: View, line: Any) -> str:
    """Where the place itself lies."""
    name = place_name(view.place)
    if line is None:
        return _(
            "{name} is not in the plot: it has too few cases, their number is withheld (subtraction), or it is a "
            "special court."
        ).format(name=name)
    template = {
        "in": _("{name}: {rate} ({part} of {n}), inside the limits."),
        "high": _("{name}: {rate} ({part} of {n}), above the upper 95% limit."),
        "low": _("{name}: {rate} ({part} of {n}), below the lower 95% limit."),
        "very_high": _("{name}: {rate} ({part} of {n}), above the upper 99.8% limit."),
        "very_low": _("{name}: {rate} ({part} of {n}), below the lower 99.8% limit."),
    }[line.flag]
    return template.format(
        name=name,
        rate=formats.percent(line.value),
        part=formats.count(line.part, line.part_suppression),
        n=formats.number(line.n),
    )
