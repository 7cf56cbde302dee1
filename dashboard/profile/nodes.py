"""How long cases and lots wait from step to step of the procedure, and what the law allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from dashboard.tables import Column
from index_engine.snapshot import Node

TICKS = (7, 30, 90, 180, 365, 1095)  # days of the drawing, on a logarithmic line


@dataclass(frozen=True)
class Wait:
    """A node and its row in the answer of `Snapshot.waits`."""

    node: Node
    line: Any
    nation: float  # its median there
    about: Html | None = None


def section(shown: View) -> None:
    unit = shown.place
    values = shown.data.waits(unit.level, unit.unit_id, shown.period)
    parts.section(
        _("From step to step: how long it takes, and where cases wait"),
        _(
            "Calendar days from one step of the procedure to the next, of all waits under way in "
            "the period. Those still open count with the days they have waited so far; one that "
            "ends otherwise never gets there."
        ),
        anchor="nodes",
    )
    if not (values["n"] > 0).any():
        st.html(tag("p", _("Too few cases and lots for any of the steps."), class_="quiet"))
        return
    nation = shown.data.waits("nation", shown.data.nation.unit_id, shown.period)
    rows = zip(shown.data.nodes, values.itertuples(index=False), nation["median"], strict=True)
    waits = [
        Wait(node, line, median, about(shown, node, line))
        for node, line, median in rows
        if line.n != 0
    ]
    st.html(tag("p", " ".join(said(waits)), class_="said"))
    with_nation = unit.level != "nation"
    caption = _("From step to step: how long it takes, and where cases wait")
    with st.container(key="nodes"):
        st.html(tables.table(columns(with_nation=with_nation), waits, caption=caption))
    st.html(tag("p", *key(with_nation=with_nation), class_="marks"))
    if words := absent(shown.data.nodes, values["n"], nation["n"]):
        st.html(tag("p", words, class_="quiet"))
    st.html(parts.source_line(shown, n=values["n"].max(), extra=_clock()))
    parts.download("nodes", shown, lambda: _file(waits, values))


def absent(nodes: Sequence[Node], here: pd.Series, everywhere: pd.Series) -> str:
    """Which nodes have no row, in words: those that no file dates, and those without waits here;
    `here` and `everywhere` are their n in the place and in the nation."""
    rows = list(zip(nodes, here, everywhere, strict=True))
    nowhere = [node for node, _n, of_all in rows if of_all == 0]
    not_here = [node for node, n, of_all in rows if n == 0 and of_all != 0]
    words = []
    if nowhere:
        words.append(_("Not dated in the files: {nodes}.").format(nodes=_listed(nowhere)))
    if not_here:
        told = _("No waits here in the period, or not dated in the files: {nodes}.")
        words.append(told.format(nodes=_listed(not_here)))
    return " ".join(words)


def _listed(nodes: Sequence[Node]) -> str:
    return _("; ").join(pick(node.name) for node in nodes)


def said(waits: Sequence[Wait]) -> list[str]:
    """Where most waits are open, and where most are beyond what the law allows. A wait that covers
    others is compared with them only where there are none of those."""
    shown = {wait.node.id for wait in waits if not formats.missing(wait.line.n)}
    steps = [wait for wait in waits if not shown.intersection(wait.node.spans)]
    words = []
    if open_ := _most(steps, "waiting"):
        words.append(
            _("Of the single steps, most waits are open at: {node} ({n}).").format(
                node=pick(open_.node.name), n=formats.number(open_.line.waiting)
            )
        )
    if late := _most(steps, "beyond"):
        words.append(
            _("Beyond their limit, most are at: {node} ({n} of {waiting}).").format(
                node=pick(late.node.name),
                n=formats.number(late.line.beyond),
                waiting=formats.number(late.line.waiting),
            )
        )
    words += [
        _("{node}: {n} of {waiting} open are older than the limit by the calendar.").format(
            node=pick(wait.node.name),
            n=formats.number(wait.line.beyond),
            waiting=formats.number(wait.line.waiting),
        )
        for wait in waits
        if wait not in steps and not formats.missing(wait.line.beyond)
    ]
    return words


def _most(waits: Sequence[Wait], column: str) -> Wait | None:
    """The wait with the largest of a count; None where none is above nothing."""
    known = [wait for wait in waits if getattr(wait.line, column) > 0]
    return max(known, key=lambda wait: getattr(wait.line, column), default=None)


# ------------------------------------------------------------ the table


def columns(*, with_nation: bool) -> list[Column]:
    nation = Column(
        _("Nation"), lambda wait: formats.number(wait.nation), kind="number",
        note=_("Median of the nation, in days"),
    )  # fmt: skip
    return [
        Column(_("Step"), _name),
        Column(_axis(), lambda wait: drawn(wait, with_nation=with_nation), kind="plot"),
        Column(_("Median, days"), _median, kind="number"),
        *([nation] if with_nation else []),
        Column(
            _("In time"),
            _within,
            kind="number",
            note=_("Share that keeps the limit: within it, or not before it"),
        ),
        Column(_("Waiting now"), lambda wait: formats.number(wait.line.waiting), kind="number"),
        Column(_("Beyond the limit"), _beyond, kind="number", note=_("Of those waiting now")),
        Column("n", lambda wait: formats.number(wait.line.n), kind="number"),
    ]


def _name(wait: Wait) -> Html:
    return tables.stacked(join(pick(wait.node.name), " ", wait.about), limit(wait.node))


def limit(node: Node) -> str:
    """What the law allows or asks for, in a few words."""
    if node.limit_days is None:
        return _("limited by law in part only") if node.law else _("no limit by law")
    words = _("at most {n} days") if node.limit == "most" else _("at least {n} days")
    return words.format(n=formats.number(node.limit_days))


def _median(wait: Wait) -> object:
    line = wait.line
    if formats.missing(line.n):
        return tag("span", _("too few"), class_="quiet")
    if formats.missing(line.median):
        if formats.missing(line.passed):
            return formats.NOTHING
        by = _("{share} by day {day}").format(
            share=formats.percent(line.passed), day=formats.number(line.until)
        )
        return tables.stacked(_("not reached"), by)
    low = formats.number(line.median_low)
    high = "" if formats.missing(line.median_high) else formats.number(line.median_high)
    return tables.stacked(formats.number(line.median), f"{low}–{high}")


def _within(wait: Wait) -> object:
    line = wait.line
    if formats.missing(line.within):
        return formats.NOTHING if wait.node.limit else ""
    if formats.missing(line.within_low):
        return formats.percent(line.within)
    between = formats.interval(line.within_low, line.within_high, "share")
    return tables.stacked(formats.percent(line.within), between)


def _beyond(wait: Wait) -> object:
    line = wait.line
    if formats.missing(line.beyond):
        return ""
    share = formats.percent(line.beyond / line.waiting) if line.waiting else None
    return tables.stacked(formats.number(line.beyond), share)


# ------------------------------------------------------------ the drawing


def along(days: float) -> float:
    """Where a number of days lies on the line, in per cent; what is outside is at its end."""
    first, last = math.log(TICKS[0]), math.log(TICKS[-1])
    at = (math.log(max(days, TICKS[0])) - first) / (last - first)
    return min(100 * at, 100.0)


def drawn(wait: Wait, *, with_nation: bool) -> Html:
    """Quartiles as a bar, faded where the upper is not reached; median, limit and nation on it."""
    line = wait.line
    pieces = [tag("em", style=f"--x:{along(days):.2f}") for days in TICKS]
    if not formats.missing(line.q25):
        reached = not formats.missing(line.q75)
        left, right = along(line.q25), along(line.q75) if reached else 100.0
        style = f"--x:{left:.2f};--w:{right - left:.2f}"
        pieces.append(tag("u", class_=None if reached else "open", style=style))
    if with_nation and not formats.missing(wait.nation):
        pieces.append(tag("s", style=f"--x:{along(wait.nation):.2f}"))
    if not formats.missing(line.median):
        pieces.append(tag("i", style=f"--x:{along(line.median):.2f}"))
    if wait.node.limit_days is not None:
        pieces.append(tag("b", style=f"--x:{along(wait.node.limit_days):.2f}"))
    return tag("span", *pieces, class_="days", aria_hidden="true")


def _axis() -> Html:
    words = [_("{n} days").format(n=TICKS[0]), *map(formats.number, TICKS[1:])]
    labels = [
        tag("span", label, style=f"--x:{along(days):.2f}")
        for days, label in zip(TICKS, words, strict=True)
    ]
    return tag("span", *labels, class_="days axis")


def key(*, with_nation: bool) -> list[Html]:
    found = [
        tag("span", tag("u", class_="quartiles"), _("the middle half; fading: not all get there")),
        tag("span", tag("i", class_="dot plain"), _("median, small under it its 95% interval")),
        tag("span", tag("b", class_="limit"), _("what the law allows, or asks for at least")),
    ]
    if with_nation:
        found.append(tag("span", tag("s", class_="tick"), _("Nation, median")))
    return found


# ------------------------------------------------------------ what belongs to it


def about(shown: View, node: Node, line: Any) -> Html:
    """What is counted, of how many, when, from which files, and what the law says."""
    pairs: list[tuple[str, object]] = [
        (_("Counted"), pick(node.counted)),
        (_("Numerator"), _("passed in the period: {n}").format(n=formats.number(line.done))),
        (
            _("Denominator"),
            _("waits under way in the period: {n}").format(n=formats.number(line.n)),
        ),
        (_("Period"), formats.window(*shown.data.period_dates(shown.period))),
        (_("Source"), parts.source_names(shown.data)),
    ]
    if node.law:
        pairs.append((_("Limit"), pick(node.law)))
    if node.note:
        pairs.append((_("Clock"), pick(node.note)))
    how = _("Aalen–Johansen, read between the ends of bins of about a week.")
    return parts.note(pick(node.name), parts.definitions(*pairs), tag("p", how))


def _clock() -> str:
    return _(
        "All days are calendar days. Appraisal, auction, stays and settlement do not count towards "
        "the statutory time of a case: more days than the limit are by themselves no breach of it"
    )


def _file(waits: Sequence[Wait], values: pd.DataFrame) -> pd.DataFrame:
    named = values.copy()
    named.insert(1, "name", [pick(wait.node.name) for wait in waits])
    named.insert(2, "limit_days", [wait.node.limit_days for wait in waits])
    named.insert(3, "limit", [wait.node.limit for wait in waits])
    return named
