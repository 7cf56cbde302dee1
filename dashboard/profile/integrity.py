"""Whether closings are real: six checks beside the nation's, and the place under other methods."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, drawings, formats, parts, tables
from dashboard.about import about
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from dashboard.profile import score_apart
from dashboard.tables import Column

RANKED = ("province", "city")  # ranks of courts stand on the page of rankings, under its note


def section(shown: View, row: Any) -> None:
    parts.section(
        _("Are closings real?"),
        _(
            "Closing a case is not the same as paying it. None of these checks enters the score; "
            "one beside the nation's value proves nothing by itself, several together are a reason "
            "to read files."
        ),
        anchor="closings",
    )
    checks(shown)
    methods(shown, row)


# ------------------------------------------------------------ the checks


def checks(shown: View) -> None:
    """Every check of the main method: value, interval and n, the nation beside, what it shows."""
    unit = shown.place
    values = shown.data.checks(unit.level, unit.unit_id, shown.period)
    if values["value"].isna().all():
        st.html(tag("p", _("Too few closings for any of the checks."), class_="said"))
        return
    known = {check.id: check for check in shown.data.main.checks}
    rows = [
        SimpleNamespace(
            item=known[line.check], about=about(shown, known[line.check], line), **line._asdict()
        )
        for line in values.itertuples(index=False)
    ]
    # The nation stands beside places, not beside itself.
    shown_columns = columns(with_nation=unit.level != "nation")
    st.html(tables.table(shown_columns, rows, caption=_("Are closings real?")))
    interval = _("Small print under a value is its 95% interval.")
    st.html(parts.source_line(shown, extra=interval))
    parts.download("checks", shown, lambda: values)


def columns(*, with_nation: bool) -> list[Column]:
    nation = [
        Column(
            _("Nation"),
            lambda line: tables.stacked(
                score_apart.with_interval(
                    line.nation, line.nation_low, line.nation_high, line.item
                ),
                f"n = {formats.number(line.nation_n)}",
            ),
            kind="number",
        ),
        Column(_("Against the nation"), lambda line: tag("span", against(line), class_="one-line")),
    ]
    return [
        Column(_("Check"), _check),
        Column(_("Value"), _value, kind="number"),
        Column("n", lambda line: formats.number(line.n), kind="number"),
        *(nation if with_nation else []),
        Column(
            "0–100%",
            lambda line: drawings.share(
                None if _unknown(line) else line.value,
                line.low,
                line.high,
                line.nation if with_nation else None,
            ),
            kind="plot",
            note=_("Dot: value. Line: 95% interval. Tick: nation."),
        ),
        Column(
            _("What it would show"), lambda line: tag("span", pick(line.item.why), class_="fine")
        ),
    ]


def _check(line: Any) -> Html:
    """Its name, and what it divides by what."""
    words = _("{numerator} / {denominator}").format(
        numerator=pick(line.item.numerator), denominator=pick(line.item.denominator)
    )
    name = join(pick(line.item.name), " ", line.about)
    return tag("span", tables.stacked(name, words), class_="check")


def _unknown(line: Any) -> bool:
    return bool(formats.missing(line.value)) or line.status != "estimated"


def _value(line: Any) -> Html:
    if _unknown(line):
        return tables.stacked(formats.NOTHING, parts.status(line.status))
    return score_apart.with_interval(line.value, line.low, line.high, line.item)


def against(line: Any) -> str:
    """Whether the interval of a check lies above, below or across the nation's."""
    if _unknown(line) or formats.missing(line.nation):
        return formats.NOTHING
    if line.low > line.nation_high:
        return _("above")
    if line.high < line.nation_low:
        return _("below")
    return _("no clear difference")


# ------------------------------------------------------------ under every method


def methods(shown: View, row: Any) -> None:
    """The score and rank of the place under each method of the build, side by side."""
    others = [each for each in shown.data.methods.values() if each.id != shown.data.method.id]
    if not others:
        return
    st.html(tag("h3", _("The same place under every method"), class_="chart"))
    if row is None or formats.missing(row.score):
        st.html(tag("p", _("It has no score to compare."), class_="said"))
        return
    rows = compared(shown, row, others)
    ranked = shown.place.level in RANKED
    caption = _("The same place under every method")
    with st.container(key="methods-compared"):
        st.html(tables.table(method_columns(ranked=ranked), rows, caption=caption))
    said = [moved(shown, rows)] if ranked else []
    said += [_("{name}: {purpose}").format(**_about(other)) for other in others]
    if shown.place.level == "court":
        said.append(_court_note(shown))
    st.html(join(*(tag("p", words, class_="said") for words in said if words)))
    st.html(parts.source_line(shown, n=row.n))
    parts.download("methods", shown, lambda: kept(rows))


def compared(shown: View, row: Any, others: list[Any]) -> list[SimpleNamespace]:
    """The method in view first, then the others; ranks are among units that both methods score."""
    unit = shown.place
    ranks = shown.scores(unit.level)["rank"]
    made = [
        SimpleNamespace(
            method=shown.data.method,
            score=row.score,
            low=row.low,
            high=row.high,
            rank=row.rank,
            tied=row.tied,
            here=None,
            units=int(ranks.notna().sum()),
        )
    ]
    for other in others:
        table = shown.data.methods_compared(unit.level, shown.period, other.id)
        line = next(table[table["unit_id"] == unit.unit_id].itertuples(index=False), None)
        if line is None:
            empty = dict.fromkeys(("score", "low", "high", "rank", "tied", "here"))
            made.append(SimpleNamespace(method=other, units=len(table), **empty))
            continue
        made.append(
            SimpleNamespace(
                method=other,
                score=line.other_score,
                low=line.other_low,
                high=line.other_high,
                rank=line.other_rank,
                tied=line.other_tied,
                here=line.rank,
                units=len(table),
            )
        )
    return made


def kept(rows: list[SimpleNamespace]) -> pd.DataFrame:
    """The comparison as a table to take away."""
    return pd.DataFrame(
        [
            {
                "scored_by": f"{line.method.id} {line.method.version}",
                "score": line.score,
                "low": line.low,
                "high": line.high,
                "rank": line.rank,
                "rank_under_first": line.here,
                "units": line.units,
            }
            for line in rows
        ]
    )


def method_columns(*, ranked: bool) -> list[Column]:
    found = [
        Column(
            _("Method"),
            lambda line: tag(
                "span",
                tables.stacked(pick(line.method.name), f"{line.method.id} {line.method.version}"),
                class_="check",
            ),
        ),
        Column(
            "0–100",
            lambda line: (
                _("no score")
                if formats.missing(line.score)
                else tables.whisker(line.score, line.low, line.high)
            ),
            kind="plot",
        ),
        Column(
            _("Score"),
            lambda line: score_apart.with_interval(
                line.score, line.low, line.high, score_apart.SCORE_ITEM
            ),
            kind="number",
        ),
    ]
    if ranked:
        found.append(Column(_("Rank"), _rank, kind="number"))
    return found


def _rank(line: Any) -> Html | str:
    if formats.missing(line.rank):
        return formats.NOTHING
    words = _("of {n} that both score") if line.here else _("of {n}")
    rank = formats.rank(line.rank, line.tied)
    return tables.stacked(rank, words.format(n=formats.number(line.units)))


def moved(shown: View, rows: list[SimpleNamespace]) -> Html | None:
    """In a sentence, how far the other methods put the place from where this one does."""
    said = []
    for line in rows[1:]:
        if formats.missing(line.rank):
            continue
        name, places = pick(line.method.name), abs(int(line.rank) - int(line.here))
        if line.rank < line.here:
            words = _("Under {method} it stands {n} places higher than under {this}.")
        elif line.rank > line.here:
            words = _("Under {method} it stands {n} places lower than under {this}.")
        else:
            words = _("Under {method} its rank is the same as under {this}.")
        this = pick(shown.data.method.name)
        said.append(words.format(method=name, n=formats.number(places), this=this))
    return join(" ".join(said)) if said else None


def _about(method: Any) -> dict[str, str]:
    return {"name": pick(method.name), "purpose": pick(method.purpose)}


def _court_note(shown: View) -> Html:
    """Where ranks of courts are, or why there are none."""
    if shown.data.in_order("court"):
        words = _("Ranks of courts stand on the page of rankings, under its note.")
    else:
        words = _("Courts are shown in bands, without ranks; the page of rankings says why.")
    return tag("a", words, href=address.link("rankings", level="court"), data_in=True)
