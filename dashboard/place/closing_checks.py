"""Whether closings are real: six checks beside the nation's, and the place under other methods."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.provenance import provenance_note
from dashboard.ui.table import Column

RANKED_LEVELS = (
    "province",
    "city",
)  # ranks of courts stand on the page of rankings, under its note


def section(view: View, row: Any) -> None:
    components.section(
        _("Are closings real?"),
        _(
            "Closing a case is not the same as paying it. None of these checks enters the score; "
            "one beside the nation's value proves nothing by itself, several together are a reason "
            "to read files."
        ),
        anchor="closings",
    )
    draw_checks(view)
    draw_method_comparison(view, row)


# ------------------------------------------------------------ the checks


def draw_checks(view: View) -> None:
    """Every check of the main method: value, interval and n, the nation beside, what it shows."""
    place = view.place
    values = view.snapshot.checks(place.level, place.place_id, view.period)
    if values["value"].isna().all():
        st.html(tag("p", _("Too few closings for any of the checks."), class_="said"))
        return
    checks_by_id = {check.id: check for check in view.snapshot.main.checks}
    rows = [
        SimpleNamespace(
            item=checks_by_id[line.check],
            explanation=provenance_note(view, checks_by_id[line.check], line),
            **line._asdict(),
        )
        for line in values.itertuples(index=False)
    ]
    # The nation stands beside places, not beside itself.
    columns = check_columns(with_nation=place.level != "nation")
    st.html(table.html_table(columns, rows, caption=_("Are closings real?")))
    interval_note = _("Small print under a value is its 95% interval.")
    st.html(components.source_line(view, extra=interval_note))
    components.download_button("checks", view, lambda: values)


def check_columns(*, with_nation: bool) -> list[Column]:
    nation_columns = [
        Column(
            _("Nation"),
            lambda line: table.value_with_detail(
                cells.value_with_interval(
                    line.nation, line.nation_low, line.nation_high, line.item.unit
                ),
                f"n = {formats.number(line.nation_n)}",
            ),
            kind="number",
        ),
        Column(
            _("Against the nation"),
            lambda line: tag("span", compare_with_nation(line), class_="one-line"),
        ),
    ]
    return [
        Column(_("Check"), _check_cell),
        Column(_("Value"), _value_cell, kind="number"),
        Column("n", lambda line: formats.number(line.n), kind="number"),
        *(nation_columns if with_nation else []),
        Column(
            "0–100%",
            lambda line: cells.share_whisker(
                None if _has_no_estimate(line) else line.value,
                line.low,
                line.high,
                line.nation if with_nation else None,
            ),
            kind="plot",
            note=_("Dot: value. Line: 95% interval. Tick: nation."),
        ),
        Column(
            _("What it would show"),
            lambda line: tag("span", localise(line.item.why), class_="fine"),
        ),
    ]


def _check_cell(line: Any) -> Html:
    """Its name, and what it divides by what."""
    ratio_text = _("{numerator} / {denominator}").format(
        numerator=localise(line.item.numerator), denominator=localise(line.item.denominator)
    )
    name = join(localise(line.item.name), " ", line.explanation)
    return tag("span", table.value_with_detail(name, ratio_text), class_="check")


def _has_no_estimate(line: Any) -> bool:
    return bool(formats.is_missing(line.value)) or line.status != "estimated"


def _value_cell(line: Any) -> Html:
    if _has_no_estimate(line):
        return table.value_with_detail(formats.NO_VALUE, components.status_text(line.status))
    return cells.value_with_interval(line.value, line.low, line.high, line.item.unit)


def compare_with_nation(line: Any) -> str:
    """Whether the interval of a check lies above, below or across the nation's."""
    if _has_no_estimate(line) or formats.is_missing(line.nation):
        return formats.NO_VALUE
    if line.low > line.nation_high:
        return _("above")
    if line.high < line.nation_low:
        return _("below")
    return _("no clear difference")


# ------------------------------------------------------------ under every method


def draw_method_comparison(view: View, row: Any) -> None:
    """The score and rank of the place under each method of the build, side by side."""
    other_methods = [
        candidate
        for candidate in view.snapshot.methods.values()
        if candidate.id != view.snapshot.method.id
    ]
    if not other_methods:
        return
    st.html(tag("h3", _("The same place under every method"), class_="chart"))
    if row is None or formats.is_missing(row.score):
        st.html(tag("p", _("It has no score to compare."), class_="said"))
        return
    rows = method_rows(view, row, other_methods)
    has_ranks = view.place.level in RANKED_LEVELS
    caption = _("The same place under every method")
    with st.container(key="methods-compared"):
        st.html(table.html_table(method_columns(with_rank=has_ranks), rows, caption=caption))
    sentences = [rank_change_text(view, rows)] if has_ranks else []
    sentences += [
        _("{name}: {purpose}").format(**_method_texts(method)) for method in other_methods
    ]
    if view.place.level == "court":
        sentences.append(_court_note(view))
    st.html(join(*(tag("p", sentence, class_="said") for sentence in sentences if sentence)))
    st.html(components.source_line(view, n=row.n))
    components.download_button("methods", view, lambda: download_table(rows))


def method_rows(view: View, row: Any, other_methods: list[Any]) -> list[SimpleNamespace]:
    """The method in view first, then the others; ranks are among units that both methods score."""
    place = view.place
    ranks = view.scores(place.level)["rank"]
    rows = [
        SimpleNamespace(
            method=view.snapshot.method,
            score=row.score,
            low=row.low,
            high=row.high,
            rank=row.rank,
            tied=row.tied,
            here=None,
            units=int(ranks.notna().sum()),
        )
    ]
    for method in other_methods:
        comparison = view.snapshot.method_comparison(place.level, view.period, method.id)
        line = next(
            comparison[comparison["place_id"] == place.place_id].itertuples(index=False), None
        )
        if line is None:
            empty = dict.fromkeys(("score", "low", "high", "rank", "tied", "here"))
            rows.append(SimpleNamespace(method=method, units=len(comparison), **empty))
            continue
        rows.append(
            SimpleNamespace(
                method=method,
                score=line.other_score,
                low=line.other_low,
                high=line.other_high,
                rank=line.other_rank,
                tied=line.other_tied,
                here=line.rank,
                units=len(comparison),
            )
        )
    return rows


def download_table(rows: list[SimpleNamespace]) -> pd.DataFrame:
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


def method_columns(*, with_rank: bool) -> list[Column]:
    columns = [
        Column(
            _("Method"),
            lambda line: tag(
                "span",
                table.value_with_detail(
                    localise(line.method.name), f"{line.method.id} {line.method.version}"
                ),
                class_="check",
            ),
        ),
        Column(
            "0–100",
            lambda line: (
                _("no score")
                if formats.is_missing(line.score)
                else table.whisker(line.score, line.low, line.high)
            ),
            kind="plot",
        ),
        Column(
            _("Score"),
            lambda line: cells.value_with_interval(line.score, line.low, line.high, "score"),
            kind="number",
        ),
    ]
    if with_rank:
        columns.append(Column(_("Rank"), _rank_cell, kind="number"))
    return columns


def _rank_cell(line: Any) -> Html | str:
    if formats.is_missing(line.rank):
        return formats.NO_VALUE
    template = _("of {n} that both score") if line.here else _("of {n}")
    rank_text = formats.rank(line.rank, line.tied)
    return table.value_with_detail(rank_text, template.format(n=formats.number(line.units)))


def rank_change_text(view: View, rows: list[SimpleNamespace]) -> Html | None:
    """In a sentence, how far the other methods put the place from where this one does."""
    sentences = []
    for line in rows[1:]:
        if formats.is_missing(line.rank):
            continue
        method_name, positions = localise(line.method.name), abs(int(line.rank) - int(line.here))
        if line.rank < line.here:
            template = _("Under {method} it stands {n} places higher than under {this}.")
        elif line.rank > line.here:
            template = _("Under {method} it stands {n} places lower than under {this}.")
        else:
            template = _("Under {method} its rank is the same as under {this}.")
        current_method = localise(view.snapshot.method.name)
        sentences.append(
            template.format(method=method_name, n=formats.number(positions), this=current_method)
        )
    return join(" ".join(sentences)) if sentences else None


def _method_texts(method: Any) -> dict[str, str]:
    return {"name": localise(method.name), "purpose": localise(method.purpose)}


def _court_note(view: View) -> Html:
    """Where ranks of courts are, or why there are none."""
    if view.snapshot.publishes_ranks("court"):
        link_text = _("Ranks of courts stand on the page of rankings, under its note.")
    else:
        link_text = _("Courts are shown in bands, without ranks; the page of rankings says why.")
    return tag("a", link_text, href=address.link("rankings", level="court"), data_in=True)
