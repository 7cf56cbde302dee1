"""Case mix of a place: what a change owes to other cases, and what its cases let one expect."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import drawings, formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, tag
from dashboard.profile import score_apart
from dashboard.tables import Column
from index_engine import periods

LEAST_REACH = 2.0  # points that fill half a drawing, where no change is larger


def section(shown: View) -> None:
    """The change on a year before in two parts, payments against what is expected, and how much of
    the national mix the place has cases of."""
    parts.section(
        _("Case mix: other cases, or other work?"),
        _(
            "Courts differ in the cases that are brought to them. Only what is settled when a case "
            "is filed counts as mix: its class, claim and kind of debtor."
        ),
        anchor="case-mix",
    )
    changes(shown)
    if shown.place.level == "nation":
        st.html(tag("p", _("The nation is what places are compared with."), class_="said"))
        return
    left, right = st.columns(2, gap="large")
    with left:
        expected(shown)
    with right:
        represented(shown)


# ------------------------------------------------------------ the change on a year before


def changes(shown: View) -> None:
    """A table of changes, each split into performance and mix, with signed bars."""
    unit = shown.place
    before = periods.label(periods.parse(shown.period) - 4)
    title = _("Change on {period}, split").format(period=formats.period(before))
    st.html(tag("h3", title, class_="chart"))
    found = shown.data.changes(unit.level, unit.unit_id, shown.period)
    if found["performance"].isna().all():
        st.html(tag("p", why_no_split(shown, before, found), class_="said"))
        return
    rows = lines(shown, found)
    reach = max(LEAST_REACH, *(abs(size) for line in rows for size in line.sizes if size))
    dashes = None
    if found[["performance", "mix"]].isna().any(axis=None):
        dashes = _("A dash: too few cases in one of the two periods, or too unlike.")
    with st.container(key="changes"):
        st.html(tables.table(columns(reach), rows, caption=title, row_class=_row_class))
    st.html(
        tag(
            "p",
            drawings.key(drawings.PERFORMANCE, _("Performance")),
            drawings.key(drawings.MIX, _("Mix")),
            tag(
                "span",
                _(
                    "To the right: raises the score. A half is {n} points between the goalposts. "
                    "Rounded parts may miss the sum by one in the last digit."
                ).format(n=formats.number(reach, 1)),
            ),
            tag("span", dashes) if dashes else None,
            class_="source",
        )
    )
    first, last = shown.data.period_dates(before)
    earlier = _("Before: {window}").format(window=formats.window(first, last))
    st.html(parts.source_line(shown, n=_cases(shown), extra=earlier))
    parts.download("changes", shown, lambda: found)


def why_no_split(shown: View, before: str, found: pd.DataFrame) -> str:
    """Why no change can be split."""
    if before not in shown.data.periods():
        return _("No score is computed for {period}.").format(period=formats.period(before))
    if shown.data.main.strata is None:
        return _("The method does not tell cases apart, so there is no mix to take out.")
    if found["before"].isna().all() or found["now"].isna().all():
        return _("One of the two periods has too few cases.")
    return _("Cases of the two periods are too unlike to be brought to one mix.")


def lines(shown: View, found: pd.DataFrame) -> list[SimpleNamespace]:
    """The score, then every indicator: what it was, what it is, and the parts of the change."""
    items = {"score": score_apart.SCORE_ITEM} | {i.id: i for i in shown.data.method.indicators}
    made = []
    for line in found.itertuples(index=False):
        item = items[line.item]
        sizes = [score_apart.in_points(part, item) for part in (line.performance, line.mix)]
        name = _("Score") if line.item == "score" else pick(item.name)
        change = line.now - line.before
        made.append(SimpleNamespace(of=item, name=name, sizes=sizes, change=change, line=line))
    return made


def columns(reach: float) -> list[Column]:
    def amount(name: str) -> Any:
        return lambda row: score_apart.amount(getattr(row.line, name), row.of.unit)

    def part(name: str) -> Any:
        return lambda row: score_apart.difference(getattr(row.line, name), row.of.unit)

    return [
        Column(_("Indicator"), lambda row: row.name),
        Column(_("Before"), amount("before"), kind="number"),
        Column(_("Now"), amount("now"), kind="number"),
        Column(
            _("Change"),
            lambda row: score_apart.difference(row.change, row.of.unit),
            kind="number",
        ),
        Column(
            _("Performance"),
            part("performance"),
            kind="number",
            note=_("What would have changed with the cases of a year before"),
        ),
        Column(
            _("Mix"), part("mix"), kind="number", note=_("What the cases changed by being others")
        ),
        Column(_("In points"), lambda row: _bars(row, reach), kind="plot"),
    ]


def _bars(row: Any, reach: float) -> Html:
    names = (_("Performance"), _("Mix"))
    colours = (drawings.PERFORMANCE, drawings.MIX)
    return drawings.signed(
        [
            (size, colour, f"{name} {formats.change(size)}")
            for size, colour, name in zip(row.sizes, colours, names, strict=True)
        ],
        reach,
    )


def _row_class(row: Any) -> str:
    return "total" if row.of is score_apart.SCORE_ITEM else ""


def _cases(shown: View) -> float | None:
    row = shown.row(shown.place)
    return row.n if row else None


# ------------------------------------------------------------ expected, represented


def expected(shown: View) -> None:
    """Payments over those that the nation's rates expect of the same cases, in words."""
    unit = shown.place
    st.html(tag("h3", _("Payments, against what its cases let one expect"), class_="chart"))
    found = shown.data.expected(unit.level, unit.unit_id, shown.period)
    if found.empty:
        said = _("Fewer than {n} payments are expected of its cases: too few to compare.").format(
            n=formats.number(shown.data.main.min_cell)
        )
        st.html(tag("p", said, class_="said"))
        return
    line = next(found.itertuples(index=False))
    st.html(
        tag(
            "p",
            tag("strong", formats.number(line.ratio, 2), class_="big"),
            tag("span", ratio_said(line)),
            class_="ratio",
        )
    )
    pieces = [
        _("{observed} paid, {expected} expected").format(
            observed=formats.number(line.observed), expected=formats.number(line.expected)
        )
    ]
    if not formats.missing(line.shrunk):
        interval = formats.interval(line.shrunk_low, line.shrunk_high, "ratio")
        pieces.append(
            _("drawn to places of its level: {ratio} ({interval})").format(
                ratio=formats.number(line.shrunk, 2), interval=interval
            )
        )
    st.html(tag("p", parts.facts(*pieces), class_="said"))
    st.html(parts.source_line(shown, n=_cases(shown)))
    parts.download("expected", shown, lambda: found)


def ratio_said(line: Any) -> str:
    """The ratio of observed to expected payments as a sentence with its interval."""
    interval = formats.interval(line.low, line.high, "ratio")
    ratio = formats.number(line.ratio, 2)
    if line.event != "cash":
        return _(
            "{event}: {ratio} times what the nation's rates expect of the same cases (95% interval "
            "{interval})."
        ).format(event=parts.outcome_name(line.event), ratio=ratio, interval=interval)
    if line.low <= 1 <= line.high:
        return _(
            "It pays {ratio} times what the nation would of the same cases (95% interval "
            "{interval}), no clear difference."
        ).format(ratio=ratio, interval=interval)
    return _(
        "It pays {ratio} times what the nation would of the same cases (95% interval {interval})."
    ).format(ratio=ratio, interval=interval)


def represented(shown: View) -> None:
    """How much of the national mix the place has cases of, and why that may be too little."""
    unit = shown.place
    st.html(tag("h3", _("How much of the national mix it has cases of"), class_="chart"))
    found = shown.data.represented(unit.level, unit.unit_id, shown.period)
    found = found[found["represented"].notna()]
    if found.empty:
        said = _("The method does not tell cases apart, so there is no mix to take out.")
        if shown.data.main.strata is not None:
            said = _("No case of this place is in the data set.")
        st.html(tag("p", said, class_="said"))
        return
    least = shown.data.main.case_mix.min_represented
    names = {
        "case": _("all cases"),
        "listing": _("cases with property"),
        "lot": _("auction lots"),
    }
    rows = [
        Column(_("Kind"), lambda line: names.get(line.clock, line.clock)),
        Column(_("Share of the national mix"), _represented_bar, kind="plot"),
    ]
    with st.container(key="represented"):
        st.html(
            tables.table(
                rows,
                found.itertuples(index=False),
                caption=_("How much of the national mix it has cases of"),
            )
        )
    st.html(tag("p", represented_said(found, least, names), class_="said"))
    st.html(parts.source_line(shown, n=_cases(shown)))
    parts.download("represented", shown, lambda: found)


def _represented_bar(line: Any) -> Html:
    words = formats.percent(line.represented)
    bar = tables.bar([(line.represented, drawings.PERFORMANCE, words)], 1.0)
    return tag("span", bar, tag("span", words), class_="share")


def represented_said(found: pd.DataFrame, least: float, names: dict[str, str]) -> str:
    """What the shares mean, and whether values can be adjusted at all."""
    limit = formats.percent(least, 0)
    short = found.loc[found["represented"] < least, "clock"]
    if len(short):
        kinds = _(", ").join(names.get(clock, clock) for clock in short)
        return _(
            "Below {limit}, as here for {kinds}, nothing is adjusted: what the place would make of "
            "cases it hardly has would be a guess. In an adjusted score such indicators stay as "
            "observed."
        ).format(limit=limit, kinds=kinds)
    return _(
        "Adjusted values speak of this share; of cases that it hardly has nothing is known. Below "
        "{limit} nothing would be adjusted. An indicator with too few cases of its own has no "
        "adjusted value either."
    ).format(limit=limit)
