"""The places that two methods of a data set rank most differently, and why, in numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.rankings import ranking_columns
from dashboard.state import address, cache
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import cells, components, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.method import Method

MAX_ROWS = 10
# What explains a difference, as far as the main method has it: what reaches creditors, and what
# official reports say.
PAYMENT_INDICATORS = ("cash_24m", "zhongben_24m")  # indicators
OFFICIAL_STATISTICS = ("closure_rate", "mean_days_closed")  # figures


def comparison_method(snapshot: CachedSnapshot) -> Method | None:
    """The method to set beside the main one: that in view, else that of the address, else the next;
    None where there is no other."""
    other_methods = {i: m for i, m in snapshot.methods.items() if i != snapshot.main.id}
    method_id = (
        snapshot.method.id if snapshot.method.id in other_methods else address.get("against")
    )
    return other_methods.get(method_id) or next(iter(other_methods.values()), None)


def draw_disagreement(view: View, level: str) -> None:
    """The places that two methods rank most differently, and why, in numbers."""
    other_method = comparison_method(view.snapshot)
    if other_method is None:
        return
    main_view = View(cache.main_snapshot(), view.period, view.place)
    rows, nation, total = main_view.cached(
        "disagreement",
        lambda: compare_ranks(main_view, level, other_method.id),
        level,
        other_method.id,
    )
    with st.container(key="disagreement"):
        components.section(
            _("Where the two methods disagree most"),
            _explanation(main_view, other_method, level, total),
        )
        _draw_other_method_switch(main_view, other_method)
        if rows.empty:
            st.html(tag("p", _("No unit has a score under both."), class_="quiet"))
            return
        lines = list(rows.itertuples(index=False))
        st.html(tag("p", _summary(main_view, other_method, lines[0], nation, total), class_="told"))
        st.html(
            table.html_table(
                _columns(main_view, other_method, level, total),
                [_nation_row(main_view, nation), *lines],
                caption=_("Where the two methods disagree most"),
                row_class=lambda line: "head" if line.place_id == nation["place_id"] else "",
            )
        )
        st.html(components.source_line(main_view, n=int(rows["n"].sum())))
        stamp = f"{other_method.id} {other_method.version}"
        components.download_button(
            f"methods-{level}", main_view, lambda: rows.assign(other_method=stamp)
        )


def compare_ranks(
    main_view: View, level: str, other_id: str
) -> tuple[pd.DataFrame, dict[str, Any], int]:
    """The units that differ most in rank with what explains it, the same of the nation, and among
    how many units they are ranked."""
    rows = queries.method_comparison(main_view.snapshot, level, main_view.period, other_id)
    top = rows.head(MAX_ROWS)
    nation_place = main_view.snapshot.nation
    reasons = pd.DataFrame(
        [explanatory_values(main_view, level, place_id) for place_id in top["place_id"]],
        index=top.index,
    )
    nation = {"place_id": nation_place.place_id} | explanatory_values(
        main_view, "nation", nation_place.place_id
    )
    return top.join(reasons), nation, len(rows)


def explanatory_values(main_view: View, level: str, place_id: str) -> dict[str, float | None]:
    """What a place pays out, and what its official report would say."""
    values = queries.indicators(main_view.snapshot, level, place_id, main_view.period).set_index(
        "indicator"
    )["value"]
    statistics = queries.statistics(
        main_view.snapshot, level, place_id, main_view.period
    ).set_index("statistic")["value"]
    payments = {item: values[item] for item in PAYMENT_INDICATORS if item in values.index}
    return payments | {
        item: statistics[item] for item in OFFICIAL_STATISTICS if item in statistics.index
    }


def _explanation(main_view: View, other_method: Method, level: str, total: int) -> str:
    rank_notes = {
        "province": _("Ranks are among the {total} provinces that both methods score."),
        "city": _("Ranks are among the {total} cities that both methods score."),
        "court": _("Ranks are among the {total} courts that both methods score."),
    }
    official_text = _(
        "{other} leaves open cases out and counts a case closed unpaid as closed: closing cases "
        "unpaid improves it, and pays nobody."
    )
    # What is said of the official definitions holds for the method that is made of them.
    template = (
        official_text
        if other_method.id == "official-1"
        else "{other}: " + localise(other_method.purpose)
    )
    ranks = rank_notes[level].format(total=formats.number(total))
    return f"{template.format(other=localise(other_method.name))} {ranks}"


def _draw_other_method_switch(main_view: View, other_method: Method) -> None:
    """A switch between the methods that can be set beside the main one, if there are several."""
    other_methods = [
        m for m in main_view.snapshot.methods.values() if m.id != main_view.snapshot.main.id
    ]
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
    st.html(tag("nav", *links, class_="switch small", aria_label=_("Method beside the index")))


def _summary(
    main_view: View, other_method: Method, line: Any, nation: dict[str, Any], total: int
) -> str:
    """The largest difference in a sentence."""
    sentence = _("{place}: rank {rank} by {main}, {other_rank} by {other} (of {total}).").format(
        place=place_name(line),
        rank=formats.rank(line.rank, line.tied),
        main=localise(main_view.snapshot.method.name),
        other_rank=formats.rank(line.other_rank, line.other_tied),
        other=localise(other_method.name),
        total=formats.number(total),
    )
    template = _("{name} {value} (nation {nation})")
    pieces = [
        template.format(
            name=title,
            value=formats.value(getattr(line, item), unit),
            nation=formats.value(nation[item], unit),
        )
        for item, title, unit in _explanatory_measures(main_view.snapshot.method)
    ]
    return _("{sentence} {reasons}.").format(sentence=sentence, reasons=_("; ").join(pieces))


def _explanatory_measures(method: Method) -> list[tuple[str, str, str]]:
    """Column, title and unit of what explains a difference, as far as the method has it."""
    entries = [*(i for i in method.indicators if i.id in PAYMENT_INDICATORS)]
    entries += [f for f in method.statistics if f.id in OFFICIAL_STATISTICS]
    return [(entry.id, localise(entry.name), entry.unit) for entry in entries]


def _nation_row(main_view: View, nation: dict[str, Any]) -> SimpleNamespace:
    """The first line of the table: the nation, which has no rank."""
    blank = dict.fromkeys(
        ("rank", "tied", "other_rank", "other_tied", "rank_difference", "score", "parent"), None
    )
    blank |= dict.fromkeys(("low", "high", "other_score", "other_low", "other_high"), None)
    place = main_view.snapshot.nation
    names = {"name": place.name, "name_hant": place.name_hant, "name_en": place.name_en}
    return SimpleNamespace(**(blank | names | nation))


def _columns(main_view: View, other_method: Method, level: str, total: int) -> list[Column]:
    parent_names = ranking_columns.parent_names_by_place(main_view, level)
    nation_id = main_view.snapshot.nation.place_id

    def cell(line: Any) -> Html:
        if line.place_id == nation_id:
            return tag("span", place_name(line))
        return ranking_columns.name_cell(line, level, parent_names)

    columns = [
        Column({"province": _("Province"), "city": _("City"), "court": _("Court")}[level], cell),
        Column(
            _("Ranks 1–{total}").format(total=formats.number(total)),
            lambda line: _rank_dumbbell(line, total),
            kind="plot",
        ),
        _rank_column(main_view.snapshot.method, ""),
        _rank_column(other_method, "other_"),
        Column(
            _("Difference"), lambda line: _rank_difference_text(line.rank_difference), kind="number"
        ),
    ]
    for item, title, unit in _explanatory_measures(main_view.snapshot.method):
        columns.append(
            Column(
                tag("span", title, class_="wrapped"),
                lambda line, item=item, unit=unit: formats.value(getattr(line, item), unit),
                kind="number",
            )
        )
    return columns


def _rank_column(method: Method, prefix: str) -> Column:
    """Rank under a method, its score and interval below it."""

    def cell(line: Any) -> object:
        rank, score = getattr(line, f"{prefix}rank"), getattr(line, f"{prefix}score")
        if formats.is_missing(rank):
            return ""
        ends = formats.interval(
            getattr(line, f"{prefix}low"), getattr(line, f"{prefix}high"), "score"
        )
        score_text = join(formats.number(score, 1), " (", ends, ")")
        return cells.value_with_detail(
            formats.rank(rank, getattr(line, f"{prefix}tied")), score_text
        )

    heading = tag(
        "span", method_mark(is_hollow=bool(prefix)), localise(method.name), class_="wrapped"
    )
    note = _("Rank; below it the score and its 95% interval")
    return Column(heading, cell, kind="number", note=note)


def method_mark(*, is_hollow: bool) -> Html:
    """The mark of a method in the drawing of ranks."""
    return tag("i", class_="rank-mark hollow" if is_hollow else "rank-mark", aria_hidden="true")


def _rank_dumbbell(line: Any, total: int) -> Html | str:
    """Both ranks on a line from first to last: filled the main method's, hollow the other's."""
    if formats.is_missing(line.rank):
        return ""
    last = max(total - 1, 1)
    main_position, other_position = (
        100 * (rank - 1) / last for rank in (line.rank, line.other_rank)
    )
    low, high = min(main_position, other_position), max(main_position, other_position)
    return tag(
        "span",
        tag("b", style=f"--x:{low:.2f};--w:{high - low:.2f}"),
        tag("i", class_="rank-mark hollow", style=f"--x:{other_position:.2f}"),
        tag("i", class_="rank-mark", style=f"--x:{main_position:.2f}"),
        class_="whisker ranks",
        aria_hidden="true",
    )


def _rank_difference_text(difference: int | None) -> str:
    """How the other method sees a place: above 0, it stands lower there."""
    if formats.is_missing(difference):
        return ""
    if not difference:
        return "="
    template = _("{n} lower") if difference > 0 else _("{n} higher")
    return template.format(n=formats.number(abs(difference)))
