"""The methods that a data set was built with: which is in view, and where two disagree most."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, data, formats, parts, tables
from dashboard.data import Answers, View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.ranking import columns as rank_columns
from dashboard.tables import Column
from index_engine.method import Method

PANEL = "methods"  # value of `panel` in the address that opens the comparison
MOST_SHOWN = 10
# What explains a difference, as far as the main method has it: what reaches creditors, and what
# official reports say.
PAID = ("cash_24m", "zhongben_24m")  # indicators
REPORTED = ("closure_rate", "mean_days_closed")  # figures


# ---------------------------------------------------------------- which is in view


def switch(answers: Answers) -> None:
    """Names of the methods to choose from; nothing where there is one."""
    if len(answers.methods) < 2:
        return
    links = [
        tag(
            "a",
            pick(method.name),
            href=in_view(answers, method.id),
            data_in=True,
            aria_current="true" if method.id == answers.method.id else None,
        )
        for method in answers.methods.values()
    ]
    st.html(tag("nav", *links, class_="methods", aria_label=_("Method in view")))


def in_view(answers: Answers, method_id: str) -> str:
    """Address of the page in view under a method; weights are those of one method only."""
    return address.here(method="" if method_id == answers.main.id else method_id, w="")


def band(answers: Answers) -> None:
    """Over every page whose numbers are of another method than the main one."""
    method, main = answers.method, answers.main
    if method.id == main.id:
        return
    said = _("{name}: for comparison, not for use.").format(name=pick(method.name))
    back = _("Back to {name}").format(name=pick(main.name))
    where = address.link("rankings", panel=PANEL)
    st.html(
        tag(
            "p",
            tag("b", said),
            parts.facts(
                tag("a", back, href=in_view(answers, main.id), data_in=True),
                tag("a", _("Where the two disagree most"), href=where, data_in=True),
            ),
            class_="band other-method",
            role="note",
        )
    )


# ---------------------------------------------------------------- two side by side


def to_compare(answers: Answers) -> Method | None:
    """The method to set beside the main one: that in view, else that of the address, else the next;
    None where there is no other."""
    others = {i: m for i, m in answers.methods.items() if i != answers.main.id}
    named = answers.method.id if answers.method.id in others else address.get("against")
    return others.get(named) or next(iter(others.values()), None)


def disagreement(shown: View, level: str) -> None:
    """The places that two methods rank most differently, and why, in numbers."""
    other = to_compare(shown.data)
    if other is None:
        return
    main = View(data.under_main(), shown.period, shown.place)
    rows, nation, total = main.keep(
        "disagreement", lambda: compared(main, level, other.id), level, other.id
    )
    with st.container(key="disagreement"):
        parts.section(_("Where the two methods disagree most"), _about(main, other, level, total))
        _which_other(main, other)
        if rows.empty:
            st.html(tag("p", _("No unit has a score under both."), class_="quiet"))
            return
        lines = list(rows.itertuples(index=False))
        st.html(tag("p", _told(main, other, lines[0], nation, total), class_="told"))
        st.html(
            tables.table(
                _columns(main, other, level, total),
                [_nation(main, nation), *lines],
                caption=_("Where the two methods disagree most"),
                row_class=lambda line: "head" if line.unit_id == nation["unit_id"] else "",
            )
        )
        st.html(parts.source_line(main, n=int(rows["n"].sum())))
        stamp = f"{other.id} {other.version}"
        parts.download(f"methods-{level}", main, lambda: rows.assign(other_method=stamp))


def compared(main: View, level: str, other: str) -> tuple[pd.DataFrame, dict[str, Any], int]:
    """The units that differ most in rank with what explains it, the same of the nation, and among
    how many units they are ranked."""
    rows = main.data.methods_compared(level, main.period, other)
    top = rows.head(MOST_SHOWN)
    whole = main.data.nation
    reasons = pd.DataFrame([why(main, level, unit) for unit in top["unit_id"]], index=top.index)
    nation = {"unit_id": whole.unit_id} | why(main, "nation", whole.unit_id)
    return top.join(reasons), nation, len(rows)


def why(main: View, level: str, unit_id: str) -> dict[str, float | None]:
    """What a place pays out, and what its official report would say."""
    values = main.data.indicators(level, unit_id, main.period).set_index("indicator")["value"]
    figures = main.data.figures(level, unit_id, main.period).set_index("figure")["value"]
    paid = {item: values[item] for item in PAID if item in values.index}
    return paid | {item: figures[item] for item in REPORTED if item in figures.index}


def _about(main: View, other: Method, level: str, total: int) -> str:
    among = {
        "province": _("Ranks are among the {total} provinces that both methods score."),
        "city": _("Ranks are among the {total} cities that both methods score."),
        "court": _("Ranks are among the {total} courts that both methods score."),
    }
    said = _(
        "{other} leaves open cases out and counts a case closed unpaid as closed: closing cases "
        "unpaid improves it, and pays nobody."
    )
    # What is said of the official definitions holds for the method that is made of them.
    told = said if other.id == "official-1" else "{other}: " + pick(other.purpose)
    ranks = among[level].format(total=formats.number(total))
    return f"{told.format(other=pick(other.name))} {ranks}"


def _which_other(main: View, other: Method) -> None:
    """A switch between the methods that can be set beside the main one, if there are several."""
    others = [m for m in main.data.methods.values() if m.id != main.data.main.id]
    if len(others) < 2:
        return
    links = [
        tag(
            "a",
            pick(method.name),
            href=address.here(against=method.id, method=""),
            data_in=True,
            aria_current="true" if method.id == other.id else None,
        )
        for method in others
    ]
    st.html(tag("nav", *links, class_="switch small", aria_label=_("Method beside the index")))


def _told(main: View, other: Method, line: Any, nation: dict[str, Any], total: int) -> str:
    """The largest difference in a sentence."""
    said = _("{place}: rank {rank} by {main}, {other_rank} by {other} (of {total}).").format(
        place=place_name(line),
        rank=formats.rank(line.rank, line.tied),
        main=pick(main.data.method.name),
        other_rank=formats.rank(line.other_rank, line.other_tied),
        other=pick(other.name),
        total=formats.number(total),
    )
    beside = _("{name} {value} (nation {nation})")
    pieces = [
        beside.format(
            name=title,
            value=formats.value(getattr(line, item), unit),
            nation=formats.value(nation[item], unit),
        )
        for item, title, unit in _reasons(main.data.method)
    ]
    return _("{sentence} {reasons}.").format(sentence=said, reasons=_("; ").join(pieces))


def _reasons(method: Method) -> list[tuple[str, str, str]]:
    """Column, title and unit of what explains a difference, as far as the method has it."""
    found = [*(i for i in method.indicators if i.id in PAID)]
    found += [f for f in method.figures if f.id in REPORTED]
    return [(entry.id, pick(entry.name), entry.unit) for entry in found]


def _nation(main: View, nation: dict[str, Any]) -> SimpleNamespace:
    """The first line of the table: the nation, which has no rank."""
    blank = dict.fromkeys(
        ("rank", "tied", "other_rank", "other_tied", "rank_difference", "score", "parent"), None
    )
    blank |= dict.fromkeys(("low", "high", "other_score", "other_low", "other_high"), None)
    unit = main.data.nation
    names = {"name": unit.name, "name_hant": unit.name_hant, "name_en": unit.name_en}
    return SimpleNamespace(**(blank | names | nation))


def _columns(main: View, other: Method, level: str, total: int) -> list[Column]:
    above = rank_columns.parents(main, level)
    whole = main.data.nation.unit_id

    def cell(line: Any) -> Html:
        if line.unit_id == whole:
            return tag("span", place_name(line))
        return rank_columns.name_cell(line, level, above)

    found = [
        Column({"province": _("Province"), "city": _("City"), "court": _("Court")}[level], cell),
        Column(
            _("Ranks 1–{total}").format(total=formats.number(total)),
            lambda line: _dumbbell(line, total),
            kind="plot",
        ),
        _ranked(main.data.method, ""),
        _ranked(other, "other_"),
        Column(_("Difference"), lambda line: _moved(line.rank_difference), kind="number"),
    ]
    for item, title, unit in _reasons(main.data.method):
        found.append(
            Column(
                tag("span", title, class_="wrapped"),
                lambda line, item=item, unit=unit: formats.value(getattr(line, item), unit),
                kind="number",
            )
        )
    return found


def _ranked(method: Method, prefix: str) -> Column:
    """Rank under a method, its score and interval below it."""

    def cell(line: Any) -> object:
        rank, score = getattr(line, f"{prefix}rank"), getattr(line, f"{prefix}score")
        if formats.missing(rank):
            return ""
        ends = formats.interval(
            getattr(line, f"{prefix}low"), getattr(line, f"{prefix}high"), "score"
        )
        small = join(formats.number(score, 1), " (", ends, ")")
        return tables.stacked(formats.rank(rank, getattr(line, f"{prefix}tied")), small)

    heading = tag("span", mark(hollow=bool(prefix)), pick(method.name), class_="wrapped")
    about = _("Rank; below it the score and its 95% interval")
    return Column(heading, cell, kind="number", note=about)


def mark(*, hollow: bool) -> Html:
    """The mark of a method in the drawing of ranks."""
    return tag("i", class_="rank-mark hollow" if hollow else "rank-mark", aria_hidden="true")


def _dumbbell(line: Any, total: int) -> Html | str:
    """Both ranks on a line from first to last: filled the main method's, hollow the other's."""
    if formats.missing(line.rank):
        return ""
    last = max(total - 1, 1)
    own, others = (100 * (rank - 1) / last for rank in (line.rank, line.other_rank))
    low, high = min(own, others), max(own, others)
    return tag(
        "span",
        tag("b", style=f"--x:{low:.2f};--w:{high - low:.2f}"),
        tag("i", class_="rank-mark hollow", style=f"--x:{others:.2f}"),
        tag("i", class_="rank-mark", style=f"--x:{own:.2f}"),
        class_="whisker ranks",
        aria_hidden="true",
    )


def _moved(difference: int | None) -> str:
    """How the other method sees a place: above 0, it stands lower there."""
    if formats.missing(difference):
        return ""
    if not difference:
        return "="
    words = _("{n} lower") if difference > 0 else _("{n} higher")
    return words.format(n=formats.number(abs(difference)))
