"""The places that two methods of a data set rank most differently, and why, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.rankings import place_names
from dashboard.state import address, cache
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.text.levels import level_name
from dashboard.ui import cells, components
from dashboard.ui.columns import plot_column, text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.method import Indicator, Method, Statistic

MAX_ROWS = 10
# What explains a difference, as far as the main method has it: what reaches creditors, and what
# official reports say.
PAYMENT_INDICATORS = ("cash_24m", "recovered_24m")  # indicators
OFFICIAL_STATISTICS = ("closure_rate", "mean_days_closed")  # figures


def comparison_method(snapshot: CachedSnapshot) -> Method | None:
    """The method to set beside the main one: that in view, else that of the address, else the next;
    None where there is no other."""
    other_methods = {i: m for i, m in snapshot.methods.items() if i != snapshot.main.id}
    method_id = snapshot.method.id if snapshot.method.id in other_methods else address.get("against")
    return other_methods.get(method_id) or next(iter(other_methods.values()), None)


@dataclass(frozen=True)
class Standing:
    """The rank and the score of a place under one method, with the interval of the score."""

    rank: float
    tied: float
    score: float
    low: float
    high: float


@dataclass(frozen=True)
class ComparedPlace:
    """A place under both methods; the nation has no standings. `rank_difference` is above 0 where
    the other method ranks it lower; `values` are those of the explanatory measures, by id."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str
    main: Standing | None
    other: Standing | None
    rank_difference: int | None
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Disagreement:
    """The places that two methods rank most differently, of `total` that both rank; `table` has
    their columns for a file."""

    places: tuple[ComparedPlace, ...]
    nation: ComparedPlace
    total: int
    table: pd.DataFrame


@dataclass(frozen=True)
class Measure:
    """An indicator or a statistic of the main method that explains a difference."""

    id: str
    name: str
    unit: str


def draw_disagreement(view: View, level: str) -> None:
    """The places that two methods rank most differently, and why, in numbers."""
    other_method = comparison_method(view.snapshot)
    if other_method is None:
        return
    main_view = View(cache.main_snapshot(), view.period, view.place)
    disagreement: Disagreement = main_view.cached(
        "disagreement", lambda: compare_ranks(main_view, level, other_method.id), level, other_method.id
    )
    summary = None
    if disagreement.places:
        summary = tag("p", _summary(main_view, other_method, disagreement), class_="told")
    stamp = f"{other_method.id} {other_method.version}"
    nation = disagreement.nation
    with st.container(key="disagreement"):
        components.section(
            _("Where the two methods differ most"), _explanation(main_view, other_method, level, disagreement.total)
        )
        _draw_other_method_switch(main_view, other_method)
        table_block(
            main_view,
            TableSpec(
                "methods-compared",
                _("Where the two methods differ most"),
                _columns(main_view, other_method, level, disagreement),
                heading="",
                introduction=[summary],
                empty_text=_("No place has a score under both."),
                row_class=lambda place: "head" if place is nation else "",
                source=Source(n=int(disagreement.table["n"].sum())),
                download=lambda: disagreement.table.assign(other_method=stamp),
                download_name=f"methods-{level}",
            ),
            [nation, *disagreement.places] if disagreement.places else [],
        )


def compare_ranks(main_view: View, level: str, other_id: str) -> Disagreement:
    """The places that differ most in rank, with what explains it."""
    rows = queries.method_comparison(main_view.snapshot, level, main_view.period, other_id)
    top = rows.head(MAX_ROWS)
    values = [explanatory_values(main_view, level, place_id) for place_id in top["place_id"]]
    places = tuple(
        ComparedPlace(
            row.place_id, row.name, row.name_hant, row.name_en, row.parent,
            Standing(row.rank, row.tied, row.score, row.low, row.high),
            Standing(row.other_rank, row.other_tied, row.other_score, row.other_low, row.other_high),
            int(row.rank_difference),
            place_values,
        )
        for row, place_values in zip(top.itertuples(index=False), values, strict=True)
    )  # fmt: skip
    nation = main_view.snapshot.nation
    compared_nation = ComparedPlace(
        nation.place_id, nation.name, nation.name_hant, nation.name_en, "", None, None, None,
        explanatory_values(main_view, "nation", nation.place_id),
    )  # fmt: skip
    table = top.join(pd.DataFrame(values, index=top.index))
    return Disagreement(places, compared_nation, len(rows), table)


def explanatory_values(main_view: View, level: str, place_id: str) -> dict[str, float | None]:
    """The values of the explanatory measures of a place, by id, as far as it has them."""
    indicators = queries.indicators(main_view.snapshot, level, place_id, main_view.period)
    statistics = queries.statistics(main_view.snapshot, level, place_id, main_view.period)
    values = dict(zip(indicators["indicator"], indicators["value"], strict=True))
    official_values = dict(zip(statistics["statistic"], statistics["value"], strict=True))
    return {name: values[name] for name in PAYMENT_INDICATORS if name in values} | {
        name: official_values[name] for name in OFFICIAL_STATISTICS if name in official_values
    }


def _explanation(main_view: View, other_method: Method, level: str, total: int) -> str:
    rank_notes = {
        "province": _("Ranks are among the {total} provinces that both methods score."),
        "city": _("Ranks are among the {total} cities that both methods score."),
        "court": _("Ranks are among the {total} courts that both methods score."),
    }
    official_text = _(
        "{other} excludes open cases and counts a case closed without payment as closed: closing "
        "cases unpaid raises it, and pays nobody."
    )
    # The sentence on the official definitions holds for the method that consists of them.
    template = official_text if other_method.id == "official-1" else "{other}: " + localise(other_method.purpose)
    ranks = rank_notes[level].format(total=formats.number(total))
    return f"{template.format(other=localise(other_method.name))} {ranks}"


def _draw_other_method_switch(main_view: View, other_method: Method) -> None:
    """A switch between the methods that can be set beside the main one, if there are several."""
    other_methods = [m for m in main_view.snapshot.methods.values() if m.id != main_view.snapshot.main.id]
    if len(other_methods) < 2:
        return
    links = [
        tag(
            "a",
            localise(method.name),
            href=address.current_link(against=method.id, method=""),
            data_in=True,
            aria_current="true" if method.id == other_method.id else None,
        )
        for method in other_methods
    ]
    st.html(tag("nav", *links, class_="switch small", aria_label=_("Method compared with the index")))


def _summary(main_view: View, other_method: Method, disagreement: Disagreement) -> str:
    """The largest difference in a sentence."""
    place, nation = disagreement.places[0], disagreement.nation
    sentence = _("{place}: rank {rank} by {main}, {other_rank} by {other} (of {total}).").format(
        place=place_name(place),
        rank=_rank_text(place.main),
        main=localise(main_view.snapshot.method.name),
        other_rank=_rank_text(place.other),
        other=localise(other_method.name),
        total=formats.number(disagreement.total),
    )
    template = _("{name} {value} (nation {nation})")
    pieces = [
        template.format(
            name=measure.name,
            value=formats.value(place.values.get(measure.id), measure.unit),
            nation=formats.value(nation.values.get(measure.id), measure.unit),
        )
        for measure in explanatory_measures(main_view.snapshot.method)
    ]
    return _("{sentence} {reasons}.").format(sentence=sentence, reasons=_("; ").join(pieces))


def explanatory_measures(method: Method) -> list[Measure]:
    """What explains a difference, as far as the method has it."""
    entries: list[Indicator | Statistic] = [
        indicator for indicator in method.indicators if indicator.id in PAYMENT_INDICATORS
    ]
    entries += [statistic for statistic in method.statistics if statistic.id in OFFICIAL_STATISTICS]
    return [Measure(entry.id, localise(entry.name), entry.unit) for entry in entries]


def _columns(
    main_view: View, other_method: Method, level: str, disagreement: Disagreement
) -> list[Column[ComparedPlace]]:
    name_cell = place_names.name_cell_builder(main_view, level)
    main_method, total = main_view.snapshot.method, disagreement.total

    def place_cell(place: ComparedPlace) -> Html:
        if place is disagreement.nation:
            return tag("span", place_name(place))
        return name_cell(place)

    return [
        text_column(level_name(level), place_cell),
        plot_column(
            _("Ranks 1–{total}").format(total=formats.number(total)), lambda place: _rank_dumbbell(place, total)
        ),
        _standing_column(main_method, lambda place: place.main, is_hollow=False),
        _standing_column(other_method, lambda place: place.other, is_hollow=True),
        Column(_("Difference"), lambda place: rank_difference_text(place.rank_difference), kind="number"),
        *map(_measure_column, explanatory_measures(main_method)),
    ]


def _measure_column(measure: Measure) -> Column[ComparedPlace]:
    return Column(
        tag("span", measure.name, class_="wrapped"),
        lambda place: formats.value(place.values.get(measure.id), measure.unit),
        kind="number",
    )


def _standing_column(
    method: Method, standing: Callable[[ComparedPlace], Standing | None], *, is_hollow: bool
) -> Column[ComparedPlace]:
    """Rank under a method, its score and interval below it."""

    def cell(place: ComparedPlace) -> object:
        place_standing = standing(place)
        if place_standing is None:
            return ""
        interval = formats.interval(place_standing.low, place_standing.high, "score")
        score_text = f"{formats.number(place_standing.score, 1)} ({interval})"
        return cells.value_with_detail(_rank_text(place_standing), score_text)

    heading = tag("span", method_mark(is_hollow=is_hollow), localise(method.name), class_="wrapped")
    note = _("Rank; below it the score and its 95% interval")
    return Column(heading, cell, kind="number", note=note)


def _rank_text(standing: Standing | None) -> str:
    return "" if standing is None else formats.rank(standing.rank, standing.tied)


def method_mark(*, is_hollow: bool) -> Html:
    """The mark of a method in the drawing of ranks."""
    return tag("i", class_="rank-mark hollow" if is_hollow else "rank-mark", aria_hidden="true")


def _rank_dumbbell(place: ComparedPlace, total: int) -> Html | str:
    """Both ranks on a line from first to last: filled that of the main method, hollow the other."""
    if place.main is None or place.other is None:
        return ""
    last = max(total - 1, 1)
    main_position, other_position = (100 * (standing.rank - 1) / last for standing in (place.main, place.other))
    low, high = min(main_position, other_position), max(main_position, other_position)
    return tag(
        "span",
        tag("b", style=f"--x:{low:.2f};--w:{high - low:.2f}"),
        tag("i", class_="rank-mark hollow", style=f"--x:{other_position:.2f}"),
        tag("i", class_="rank-mark", style=f"--x:{main_position:.2f}"),
        class_="whisker ranks",
        aria_hidden="true",
    )


def rank_difference_text(difference: int | None) -> str:
    """How the other method ranks a place: above 0, lower than the main one."""
    if difference is None:
        return ""
    if not difference:
        return "="
    template = _("{n} lower") if difference > 0 else _("{n} higher")
    return template.format(n=formats.number(abs(difference)))
