"""The places that are compared: in the address, as chips, and the ways to add one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import address, formats, parts, search, theme
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, join, tag
from index_engine.snapshot import Unit

MOST = 6  # beyond this lines and colours are no longer told apart
PARAMETER = "units"
ALIKE = 4  # places to set beside one


def chosen(shown: View, parameter: str = PARAMETER) -> list[Unit]:
    """The places that the address names as level:code, in its order; what it names and the data set
    does not have is left out, and so is what goes beyond the most."""
    found: dict[Unit, None] = {}
    for piece in address.get(parameter).split(","):
        level, _colon, unit_id = piece.partition(":")
        try:
            found[shown.data.unit(level, unit_id)] = None
        except KeyError:
            continue
    return list(found)[:MOST]


def written(units: Sequence[Unit]) -> str:
    """Places as the address names them."""
    return ",".join(f"{unit.level}:{unit.unit_id}" for unit in units)


def without(units: Sequence[Unit], one: Unit) -> list[Unit]:
    return [unit for unit in units if unit != one]


def link(units: Sequence[Unit]) -> str:
    """Address of a comparison of some places, from any page."""
    return address.link("compare", **{PARAMETER: written(units)})


def beside_all(shown: View) -> Html:
    """From a page on the place in focus: the way to compare it, with the place above it to begin
    with; of the nation, to choose any."""
    above = shown.data.above(shown.place)
    units = [shown.place, above] if above is not None else []
    return tag("a", _("Compare"), " →", href=link(units), data_in=True)


def colours(units: Sequence[Unit]) -> dict[Unit, str]:
    """A colour for each place, by its position."""
    return dict(zip(units, theme.now().series_colours, strict=False))


def names(shown: View, units: Sequence[Unit]) -> dict[Unit, str]:
    """What each place is called beside the others: two of one name by what they lie in too."""
    plain = {unit: place_name(unit) for unit in units}
    found = {}
    for unit, name in plain.items():
        above = shown.data.above(unit)
        twice = list(plain.values()).count(name) > 1 and above is not None
        found[unit] = f"{name} · {place_name(above)}" if twice else name
    return found


def strip(shown: View, units: Sequence[Unit]) -> None:
    """The places as chips, each with a way to take it out, and the box that adds one."""
    with st.container(key="compared", horizontal=True, vertical_alignment="center", gap="small"):
        if units:
            st.html(_chips(shown, units), width="content")
        if len(units) < MOST:
            st.html(_box(units), width="content")
        else:
            full = _("Six at most: take one out to add another.")
            st.html(tag("p", full, class_="hint"), width="content")


def _chips(shown: View, units: Sequence[Unit]) -> Html:
    called = names(shown, units)
    chips = []
    for position, unit in enumerate(units):
        out = tag(
            "a",
            "×",
            href=address.here(**{PARAMETER: written(without(units, unit))}),
            data_in=True,
            aria_label=_("Take out {place}").format(place=called[unit]),
        )
        swatch = tag("i", style=f"background:var(--series-{position})", aria_hidden="true")
        chips.append(tag("li", swatch, called[unit], out))
    return tag("ul", *chips, class_="chips", aria_label=_("Places compared"))


def _box(units: Sequence[Unit]) -> Html:
    """The box of the header once more; what is chosen here joins the list (search.js)."""
    way = f"{written(units)},PLACE" if units else "PLACE"
    way = address.here(**{PARAMETER: way})
    return search.field(_("Add a place or court"), "search adding", data_add_way=way)


def suggestions(shown: View, units: Sequence[Unit]) -> Html | None:
    """Ways on: places like the first, the place above it; to begin with, some large places."""
    if not units:
        return _beginnings(shown)
    first = units[0]
    links = []
    alike = shown.data.alike(first.level, first.unit_id, shown.period, k=ALIKE)
    if len(alike):
        others = [shown.data.unit(first.level, unit_id) for unit_id in alike["unit_id"]]
        links.append(
            tag(
                "a",
                _("Compare {place} with places like it").format(place=place_name(first)),
                href=address.here(**{PARAMETER: written([first, *others])}),
                data_in=True,
                class_="way",
            )
        )
        links.append(
            parts.note(
                _("Places like it"),
                tag(
                    "p",
                    _(
                        "Places of the same level with a score whose cases are most like its own "
                        "in kind (class, claim and debtor: Hellinger distance of the shares) and "
                        "number. How cases end plays no part."
                    ),
                ),
            )
        )
    above = [unit for unit in shown.data.path_to(first)[:-1] if unit not in units][-1:]
    if above and len(units) < MOST:
        links.append(
            tag(
                "a",
                _("Add {place}").format(place=place_name(above[0])),
                href=address.here(**{PARAMETER: written([*units, *above])}),
                data_in=True,
                class_="way",
            )
        )
    return tag("div", *links, class_="ways") if links else None


def _beginnings(shown: View) -> Html | None:
    """The provinces with the most cases, two and two: a place to start from, no ranking."""
    rows = shown.scores("province")
    rows = rows[rows["score"].notna()].sort_values(["n", "unit_id"], ascending=[False, True])
    units = [shown.data.unit("province", unit_id) for unit_id in rows["unit_id"].head(4)]
    if len(units) < 2:
        return None
    pairs = [units[:2], units[2:], units] if len(units) == 4 else [units]
    links = [
        tag(
            "a",
            _(", ").join(place_name(unit) for unit in pair),
            href=address.here(**{PARAMETER: written(pair)}),
            data_in=True,
            class_="way",
        )
        for pair in pairs
        if len(pair) > 1
    ]
    said = _("For instance, provinces with many cases:")
    return tag("div", tag("span", said), *links, class_="ways")


def unknown(shown: View) -> Html | None:
    """What the address names and the data set does not have."""
    named = [piece for piece in address.get(PARAMETER).split(",") if piece]
    there = {written([unit]) for unit in chosen(shown)}
    lost = [piece for piece in dict.fromkeys(named) if piece not in there]
    if not lost:
        return None
    said = _("Not in the data set, or more than {n}: {places}").format(
        n=formats.number(MOST), places=_(", ").join(lost)
    )
    return join(tag("p", said, class_="advice"))
