"""The funnel of a place: which of its courts or cities lie outside what chance explains."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, figures, formats, parts, theme
from dashboard.data import LEVELS, View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.profile import funnel_chart

DEFAULT = "zhongben_rate"
DRAWN = ("city", "court")  # levels that have funnels
NAMED = 12  # places outside that are named; the rest are in the download
BY_CHANCE = 0.05  # of the units, where nothing but chance is at work


def section(shown: View) -> None:
    """One figure of all units of a level by size, those of the place in view in colour."""
    parts.section(
        _("Funnel plot: outside what chance explains?"),
        _(
            "A small court's rate strays far by chance alone, so limits open to the left. They "
            "allow for what usually differs between places. To lie outside is a reason to look, "
            "not a verdict."
        ),
        anchor="funnel",
    )
    known = {figure.id: figure for figure in shown.data.funnel_figures()}
    with st.container(horizontal=True, vertical_alignment="bottom", key="funnel-choices"):
        figure_id = figure_choice(known)
        level = chosen_level(shown)
    figure = known.get(figure_id)
    plot = None if figure is None else shown.data.funnel(level, shown.period, figure_id)
    if plot is None:
        none = _("Too few places have this figure in the period for a funnel.")
        st.html(tag("p", none, class_="said"))
        return
    mine = members(shown, plot.units, level)
    here = shown.place.unit_id if shown.place.level == level else ""
    drawing = shown.keep(
        "funnel",
        lambda: funnel_chart.funnel(
            plot.units, plot.limits, plot.centre, mine, here, parts.watermark(shown)
        ),
        level,
        figure_id,
    )
    name = pick(figure.name)
    own = own_said(shown, plot.units, mine, here, level)
    divided = _("{numerator} / {denominator}").format(
        numerator=pick(figure.numerator), denominator=pick(figure.denominator)
    )
    spread = _("spread beyond chance {tau} pp").format(tau=formats.number(100 * plot.tau, 1))
    figures.show(
        shown,
        drawing,
        key=f"funnel-{level}-{figure_id}",
        title=_("Funnel plot: {figure}").format(figure=name),
        below=join(
            tag("p", legend(shown, level, here), class_="source"),
            tag("p", counted(plot.units, level), class_="said"),
            tag("p", own, class_="said") if own else None,
        ),
        n=plot.units["n"].sum(),
        extra=parts.facts(f"{name} = {divided}", spread),
        table=lambda: plot.units,
    )


def chosen_level(shown: View) -> str:
    """The units that are drawn, and a switch where there is a choice: those of the level below, or
    of the level of the place itself."""
    options = levels_of(shown.place.level)
    named = address.get("among")
    level = named if named in options else options[0]
    if len(options) > 1:
        names = {"city": _("Cities"), "court": _("Courts")}
        offered = {each: names[each] for each in options}
        st.html(controls.switch("among", _("Units drawn"), offered, level, default=options[0]))
    return level


def levels_of(level: str) -> tuple[str, ...]:
    """Levels whose funnel shows something of a place, the first by default."""
    return {
        "nation": ("city", "court"),
        "province": ("city", "court"),
        "city": ("court", "city"),
        "court": ("court",),
    }[level]


def figure_choice(known: dict[str, Any]) -> str:
    """The figure that the address names, and a box to choose another."""
    if not known:
        return ""
    return controls.select(
        "funnel",
        _("Figure"),
        list(known),
        said=lambda each: pick(known[each].name),
        default=DEFAULT if DEFAULT in known else None,
        width=330,
    )


def members(shown: View, units: pd.DataFrame, level: str) -> set[str]:
    """Ids of the units of a funnel that belong to the place in view; none of the nation, whose all
    are."""
    place = shown.place
    if place.level in ("nation", level):
        return set()
    above = {place.unit_id}
    if LEVELS.index(level) - LEVELS.index(place.level) > 1:
        above |= {unit.unit_id for unit in shown.data.children(place.level, place.unit_id)}
    return set(units.loc[units["parent"].isin(above), "unit_id"])


# ------------------------------------------------------------ in words


def legend(shown: View, level: str, here: str) -> Html:
    """What the marks mean."""
    keys = [(theme.now().mark, "◆", _("outside the 95% limits (dark edge: 99.8%)"))]
    if here:
        keys.insert(0, (theme.now().ink, "●", place_name(shown.place)))
    elif shown.place.level != "nation":
        words = {"city": _("its cities"), "court": _("its courts")}
        keys.insert(0, (theme.now().accent, "●", words[level]))
    others = {"city": _("other cities"), "court": _("other courts")}
    keys.append((theme.now().others, "●", others[level]))
    return join(
        *(
            tag("span", tag("i", sign, style=f"color:{colour}", class_="sign"), words)
            for colour, sign, words in keys
        )
    )


def counted(units: pd.DataFrame, level: str) -> str:
    """How many lie outside, beside how many would by chance."""
    out = units["flag"] != funnel_chart.INSIDE
    far = units["flag"].str.startswith("very_")
    words = {
        "city": _(
            "Of {n} cities, {out} lie outside the 95% limits, {far} of them outside the 99.8% "
            "limits; chance alone would put about {chance} outside the first."
        ),
        "court": _(
            "Of {n} courts, {out} lie outside the 95% limits, {far} of them outside the 99.8% "
            "limits; chance alone would put about {chance} outside the first."
        ),
    }[level]
    return words.format(
        n=formats.number(len(units)),
        out=formats.number(out.sum()),
        far=formats.number(far.sum()),
        chance=formats.number(BY_CHANCE * len(units)),
    )


def own_said(
    shown: View, units: pd.DataFrame, mine: set[str], here: str, level: str
) -> Html | str | None:
    """Where the place in view lies, or which of its own lie outside, with links to them."""
    if here:
        line = next(units[units["unit_id"] == here].itertuples(index=False), None)
        return here_said(shown, line)
    if shown.place.level == "nation":
        return None
    own = units[units["unit_id"].isin(mine)]
    if own.empty:
        return {
            "city": _("None of its cities has cases enough for the funnel."),
            "court": _("None of its courts has cases enough for the funnel."),
        }[level]
    out = own[own["flag"] != funnel_chart.INSIDE].sort_values("z", key=abs, ascending=False)
    words = {
        "city": _("Of its own {n} cities, {out} lie outside."),
        "court": _("Of its own {n} courts, {out} lie outside."),
    }[level].format(n=formats.number(len(own)), out=formats.number(len(out)))
    links = [
        tag(
            "span",
            tag("a", place_name(line), href=parts.place_link(line, "region", level), data_in=True),
            " ",
            formats.percent(line.value),
            " ",
            _("({part} of {n})").format(part=formats.number(line.part), n=formats.number(line.n)),
        )
        for line in out.head(NAMED).itertuples(index=False)
    ]
    return join(words, " ", parts.facts(*links) if links else None)


def here_said(shown: View, line: Any) -> str:
    """Where the place itself lies."""
    name = place_name(shown.place)
    if line is None:
        return _("{name} has too few cases, or is a special court: it is in no funnel.").format(
            name=name
        )
    words = {
        "in": _("{name}: {rate}, {part} of {n}, inside the limits."),
        "high": _("{name}: {rate}, {part} of {n}, above the 95% limit."),
        "low": _("{name}: {rate}, {part} of {n}, below the 95% limit."),
        "very_high": _("{name}: {rate}, {part} of {n}, above the 99.8% limit."),
        "very_low": _("{name}: {rate}, {part} of {n}, below the 99.8% limit."),
    }[line.flag]
    return words.format(
        name=name,
        rate=formats.percent(line.value),
        part=formats.number(line.part),
        n=formats.number(line.n),
    )
