"""Which places of a level are listed: chosen in the address, and told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats
from dashboard.data import View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.profile import peers as peer_groups
from dashboard.ranking import choices

# Parameters of the address; `part`, of the table, goes back to the first with any of them.
NAMES = ("within", "peers", "court", "small", "q")
NONE = dict.fromkeys((*NAMES, "part"), "")
OUT = "out"  # value of `small` that leaves small places out


def of_level(shown: View, level: str) -> pd.DataFrame:
    """All units of a level as published, courts with their court_level, special and kind."""
    units = shown.scores(level)
    if level != "court":
        return units.assign(court_level="", special=False, kind="")
    return units.merge(shown.data.courts(), on="unit_id", how="left")


def draw(shown: View, level: str, units: pd.DataFrame) -> None:
    """The filters that have something to choose from, in a row."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        _name()
        if level != "province":
            _select("within", _("Province"), _provinces(shown), _("All provinces"), 160)
        _select("peers", _("Peer group"), _peers(shown, units), _("All sizes and tiers"), 200)
        if level == "court":
            _select("court", _("Kind of court"), _kinds(shown, units), _("All kinds"), 160)
        _select("small", _("Small samples"), {OUT: _("left out")}, _("shown, marked"), 150)


def _name() -> None:
    def typed() -> None:
        address.put(q=st.session_state["name_filter"].strip(), part="")

    address.hold("name_filter", address.get("q"))
    st.text_input(_("Name contains"), key="name_filter", on_change=typed, width=150)


def _select(name: str, label: str, options: dict[str, str], every: str, width: int) -> None:
    if len(options) > 1 or (options and name == "small"):
        codes = ["", *options]
        controls.select(
            name,
            label,
            codes,
            said=lambda code: options.get(code, every),
            width=width,
            resets=("part",),
        )


def _provinces(shown: View) -> dict[str, str]:
    return {unit.unit_id: place_name(unit) for unit in shown.data.provinces()}


def _peers(shown: View, units: pd.DataFrame) -> dict[str, str]:
    labels = sorted(units["peers"].dropna().unique())
    return {label: _("; ").join(_described(shown, label)) for label in labels}


def _described(shown: View, label: str) -> tuple[str, str]:
    size, tier = peer_groups.described(label, shown.data.main.peers)
    return _("{size} cases").format(size=size), tier


def _kinds(shown: View, units: pd.DataFrame) -> dict[str, str]:
    """Levels of ordinary courts, then kinds of special ones, as far as there are any."""
    levels = {
        "basic": _("Basic courts"),
        "intermediate": _("Intermediate courts"),
        "high": _("High courts"),
        "supreme": _("Supreme court"),
    }
    kinds = {kind: pick(name) for kind, name in shown.data.court_kinds.items()}
    there = {*units.loc[~units["special"].astype(bool), "court_level"], *units["kind"]}
    return {code: name for code, name in (levels | kinds).items() if code in there}


# ---------------------------------------------------------------- what is found


def found(shown: View, level: str, units: pd.DataFrame) -> pd.DataFrame:
    """The units that the address asks for, in the order they came."""
    kept = pd.Series(True, index=units.index)
    if (province := address.get("within")) and level != "province":
        kept &= units["parent"].isin(shown.data.regions_in(province))
    if group := address.get("peers"):
        kept &= units["peers"].eq(group)
    if kind := address.get("court") if level == "court" else "":
        ordinary = ~units["special"].astype(bool) & units["court_level"].eq(kind)
        kept &= ordinary | units["kind"].eq(kind)
    if address.get("small") == OUT:
        kept &= units["n"] >= choices.small(shown)
    if words := address.get("q"):
        names = units["name"]
        for name in ("name_hant", "name_en"):
            names = names + " " + units[name].fillna("")
        kept &= names.str.contains(words, case=False, regex=False)
    return units[kept.astype(bool)]


def told(shown: View, level: str, units: pd.DataFrame, listed: pd.DataFrame) -> Html:
    """How many of how many are listed, which they are, and the way back to all."""
    words = {
        "province": _("{n} of {total} provinces are listed"),
        "city": _("{n} of {total} cities are listed"),
        "court": _("{n} of {total} courts are listed"),
    }[level]
    count = words.format(n=formats.number(len(listed)), total=formats.number(len(units)))
    chosen = _chosen(shown, level, units)
    if not chosen:
        return tag("p", _("{sentence}.").format(sentence=count), class_="listed")
    said = _("{sentence}: {filters}.").format(sentence=count, filters=_("; ").join(chosen))
    clear = tag("a", _("Show all"), href=address.here(**NONE), data_in=True)
    return tag("p", join(said, " ", clear), class_="listed", role="status")


def _chosen(shown: View, level: str, units: pd.DataFrame) -> Sequence[str]:
    """The filters of the address in words."""
    said = []
    if (province := address.get("within")) and level != "province":
        said.append(_("in {place}").format(place=_provinces(shown).get(province, province)))
    if group := address.get("peers"):
        said.append(_peers(shown, units).get(group, group))
    if kind := address.get("court") if level == "court" else "":
        said.append(_kinds(shown, units).get(kind, kind))
    if address.get("small") == OUT:
        few = formats.number(choices.small(shown))
        said.append(_("with at least {n} cases").format(n=few))
    if words := address.get("q"):
        said.append(_("name contains “{words}”").format(words=words))
    return said
