"""The difference of two places, or of two periods of one, taken apart by indicator."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import controls, drawings, figures, formats, parts, tables
from dashboard.comparison import places, waterfall
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from dashboard.profile import score_apart
from dashboard.tables import Column
from index_engine import periods
from index_engine.snapshot import Contrast, Unit

PLACES, TIME = "", "time"
A_YEAR = 4  # quarters


def section(shown: View, units: Sequence[Unit]) -> None:
    """Choose the two, then the chart, the sentence and the table of the parts."""
    parts.section(
        _("What makes the difference"),
        _(
            "The difference of two scores as a sum of one part for each indicator. The parts add "
            "up exactly, and turned round they are the same with the other sign."
        ),
        anchor="difference",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="difference-choice"):
        pair = _choose(shown, units)
    if pair is None:
        st.html(tag("p", _("There is no earlier period to compare with."), class_="said"))
        return
    before, after = pair
    found = shown.data.contrast(before.state, after.state)
    if formats.missing(found.total):
        st.html(tag("p", _why_none(shown, before, after), class_="said"))
        return
    st.html(tag("p", _sentence(found, before, after), class_="said"))
    rows = _rows(shown, found, before, after)
    title = _("{after} less {before}, by indicator").format(after=after.name, before=before.name)
    n = None if before.n is None or after.n is None else before.n + after.n
    figures.show(
        shown,
        shown.keep(
            "waterfall",
            lambda: waterfall.draw(rows, before, after, parts.watermark(shown)),
            before.state,
            after.state,
        ),
        key="difference",
        title=title,
        n=n,
        since=min(before.state[2], after.state[2]),
    )
    _table(shown, found, rows, before, after)


# ------------------------------------------------------------ which two


def _state(shown: View, unit: Unit, period: str, name: str) -> SimpleNamespace:
    """One side: its state as the snapshot takes it, its name, score and n."""
    rows = shown.data.scores(unit.level, period)
    row = next(rows[rows["unit_id"] == unit.unit_id].itertuples(index=False), None)
    return SimpleNamespace(
        state=(unit.level, unit.unit_id, period),
        name=name,
        score=None if row is None else row.score,
        status="no_data" if row is None else row.status,
        n=None if row is None else row.n,
    )


def _choose(shown: View, units: Sequence[Unit]) -> tuple[SimpleNamespace, SimpleNamespace] | None:
    """The two sides by the address; None where a place has no earlier period."""
    kinds = {PLACES: _("Two places"), TIME: _("One place, two periods")}
    offered = [PLACES, TIME] if len(units) > 1 else [TIME]
    kind = controls.select(
        "difference", _("Difference of"), offered, said=kinds.__getitem__, width=210
    )
    called = places.names(shown, units)
    # Places with a score first: of the others nothing can be taken apart.
    order = sorted(units, key=lambda unit: not _scored(shown, unit))
    by_key = {places.written([unit]): unit for unit in order}
    keys = list(by_key)

    def named(key: str) -> str:
        return called[by_key[key]]

    if kind == TIME:
        key = controls.select("of", _("Place"), keys, said=named, width=210)
        known = shown.data.periods()
        earlier = known[: known.index(shown.period)][::-1]
        if not earlier:
            return None
        year = periods.label(periods.parse(shown.period) - A_YEAR)
        since = controls.select(
            "since",
            _("Earlier period"),
            earlier,
            said=formats.period,
            default=year if year in earlier else earlier[0],
            width=150,
        )
        unit = by_key[key]
        return (
            _state(shown, unit, since, formats.period(since)),
            _state(shown, unit, shown.period, formats.period(shown.period)),
        )
    of = controls.select("of", _("Place"), keys, said=named, width=210)
    others = [key for key in keys if key != of]
    than = controls.select("than", _("Compared with"), others, said=named, width=210)
    return (
        _state(shown, by_key[than], shown.period, named(than)),
        _state(shown, by_key[of], shown.period, named(of)),
    )


def _scored(shown: View, unit: Unit) -> bool:
    row = shown.row(unit)
    return row is not None and not formats.missing(row.score)


def _why_none(shown: View, before: SimpleNamespace, after: SimpleNamespace) -> str:
    without = [side for side in (before, after) if formats.missing(side.score)]
    return _("No score to take apart: {places}").format(
        places=_(", ").join(f"{side.name} ({parts.status(side.status)})" for side in without)
    )


def _sentence(found: Contrast, before: SimpleNamespace, after: SimpleNamespace) -> Html:
    """The two scores, their difference with its interval, and what overlaps."""
    pieces = [
        _("{after}: {score}").format(after=after.name, score=formats.number(after.score, 1)),
        _("{before}: {score}").format(before=before.name, score=formats.number(before.score, 1)),
        _("difference {difference} points, 95% interval {low} to {high}").format(
            difference=formats.change(found.total),
            low=formats.change(found.low),
            high=formats.change(found.high),
        ),
    ]
    if found.split:
        pieces.append(
            _("of these {performance} performance, {mix} case mix").format(
                performance=formats.change(found.performance), mix=formats.change(found.mix)
            )
        )
    if found.overlap:
        pieces.append(
            _("the windows share {months} months: the interval is too wide if anything").format(
                months=formats.number(3 * found.overlap)
            )
        )
    return parts.facts(*pieces)


# ------------------------------------------------------------ the parts


def _rows(
    shown: View, found: Contrast, before: SimpleNamespace, after: SimpleNamespace
) -> list[SimpleNamespace]:
    """A line for each indicator with the values and n of both sides, in the method's order."""
    values = [shown.data.indicators(*side.state).set_index("indicator") for side in (before, after)]
    rows = []
    for line in found.parts.itertuples(index=False):
        sides = [table.loc[line.indicator] for table in values]
        item = shown.data.method.indicator(line.indicator)
        rows.append(
            SimpleNamespace(
                kind="indicator", item=item, name=pick(item.name), sides=sides, **line._asdict()
            )
        )
    return rows


def _table(
    shown: View,
    found: Contrast,
    rows: Sequence[SimpleNamespace],
    before: SimpleNamespace,
    after: SimpleNamespace,
) -> None:
    """Values before and after with n, and the parts, split into performance and mix where known."""
    lines: list[SimpleNamespace] = [
        SimpleNamespace(
            kind="total",
            name=_("Score"),
            item=score_apart.SCORE_ITEM,
            scores=(before, after),
            part=found.total,
            low=found.low,
            high=found.high,
            performance=found.performance,
            mix=found.mix,
        )
    ]
    for dimension in shown.data.method.dimensions:
        mine = [row for row in rows if row.dimension == dimension.id]
        sums = {
            name: sum(getattr(row, name) for row in mine) for name in ("part", "performance", "mix")
        }
        lines.append(SimpleNamespace(kind="dimension", name=pick(dimension.name), **sums))
        lines.extend(mine)
    reach = max(2.0, *(abs(row.part) for row in rows))
    title = _("Parts of the difference")
    with st.container(key="difference-parts"):
        st.html(
            tables.table(
                _columns(found, before, after, reach), lines, caption=title, row_class=_row_class
            )
        )
    st.html(_explained(found, reach))
    st.html(parts.source_line(shown, since=min(before.state[2], after.state[2])))
    parts.download("difference", shown, lambda: _frame(rows, before, after))


def _columns(
    found: Contrast, before: SimpleNamespace, after: SimpleNamespace, reach: float
) -> list[Column]:
    def signed(name: str) -> Any:
        return lambda line: formats.change(getattr(line, name), 2)

    columns = [
        Column(_("Indicator"), _name),
        Column(before.name, lambda line: _side(line, 0), kind="number"),
        Column(after.name, lambda line: _side(line, 1), kind="number"),
        Column(_("Part"), _part, kind="number", note=_("In points of the score")),
        Column(_("In points"), lambda line: _bars(line, bool(found.split), reach), kind="plot"),
    ]
    if found.split:
        columns += [
            Column(_("Performance"), signed("performance"), kind="number"),
            Column(_("Mix"), signed("mix"), kind="number"),
        ]
    return columns


def _name(line: Any) -> Html:
    kind = "indicator" if line.kind == "indicator" else "dimension"
    return tag("span", line.name, class_=kind)


def _side(line: Any, which: int) -> Html | str:
    """The value that the points are of, with n; marked where its peers stand in."""
    if line.kind == "dimension":
        return ""
    if line.kind == "total":
        side = line.scores[which]
        n = f"n = {formats.number(side.n)}"
        return tables.stacked(formats.number(side.score, 1), n)
    side = line.sides[which]
    own = side["status"] == "estimated"
    value = side["value"] if own else side["peers_value"]
    if not own and not formats.missing(side["shrunk"]):
        value = side["shrunk"]
    n = f"n = {formats.number(side['n'])}"
    if own:
        return tables.stacked(formats.value(value, line.item.unit), n)
    stands = tag("span", formats.value(value, line.item.unit), class_="quiet")
    return tables.stacked(stands, _("{n}: peers stand in").format(n=n))


def _part(line: Any) -> Html | str:
    words = formats.change(line.part, 2)
    if line.kind == "dimension":
        return words
    return tables.stacked(words, f"{formats.change(line.low)} … {formats.change(line.high)}")


def _bars(line: Any, split: bool, reach: float) -> Html | str:
    if line.kind != "indicator":
        return ""
    if not split:
        return drawings.signed([(line.part, "var(--accent)", formats.change(line.part, 2))], reach)
    names = (_("Performance"), _("Mix"))
    sizes = ((line.performance, "var(--accent)"), (line.mix, "var(--second)"))
    return drawings.signed(
        [
            (size, colour, f"{name} {formats.change(size, 2)}")
            for (size, colour), name in zip(sizes, names, strict=True)
        ],
        reach,
    )


def _row_class(line: Any) -> str:
    return {"dimension": "head", "total": "total"}.get(line.kind, "")


def _explained(found: Contrast, reach: float) -> Html:
    """How to read the table, and how it is computed."""
    keys = None
    if found.split:
        keys = join(
            drawings.key("var(--accent)", _("Performance")),
            drawings.key("var(--second)", _("Mix")),
        )
    how = {
        "adjusted": _(
            "Performance: what is left with both places at the national case mix. Mix: the rest."
        ),
        "constant_mix": _(
            "Performance: what is left with the later cases brought to the mix of a year before. "
            "Mix: the rest."
        ),
        "": _("Not split into performance and mix: no common case mix is known for these two."),
    }[found.split]
    about = parts.note(
        _("How it is computed"),
        tag(
            "p",
            _(
                "Across dimensions by logarithmic means (LMDI; Ang 2004, Energy Policy 32: "
                "1131-1139), inside a dimension linearly. What is missing counts as the mean of "
                "its dimension. Small print: 95% intervals by the delta method, with the two "
                "sides taken as independent."
            ),
        ),
    )
    scale = _("A half of the drawing is {n} points.").format(n=formats.number(reach, 1))
    return tag("div", keys, tag("span", how), tag("span", scale), about, class_="source reading")


def _frame(
    rows: Sequence[SimpleNamespace], before: SimpleNamespace, after: SimpleNamespace
) -> pd.DataFrame:
    made = []
    for row in rows:
        line: dict[str, Any] = {"indicator": row.indicator, "name": row.name}
        for name, state, side in (
            ("before", before, row.sides[0]),
            ("after", after, row.sides[1]),
        ):
            line |= {
                f"{name}_unit": ":".join(state.state[:2]),
                f"{name}_period": state.state[2],
                f"{name}_value": side["value"],
                f"{name}_n": side["n"],
                f"{name}_points": getattr(row, name),
            }
        line |= {key: getattr(row, key) for key in ("part", "low", "high", "performance", "mix")}
        made.append(line)
    return pd.DataFrame(made)
