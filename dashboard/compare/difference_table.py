"""The table of the parts of a difference: by dimension and indicator, with both values and n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dashboard.compare.comparison_sides import ComparisonSide
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components
from dashboard.ui.columns import plot_column, text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import Comparison

MIN_SCALE_LIMIT = 2.0  # points that fill half a cell, where no part is larger


@dataclass(frozen=True)
class SideValue:
    """The value of an indicator, or the score, on one side, and the points that it has. It is of
    the peers (`is_imputed`) where the side has too few cases."""

    value: float | None
    n: float | None
    points: float | None
    n_suppression: str = ""
    is_imputed: bool = False


@dataclass(frozen=True)
class PartRow:
    """A part of the difference in points of the score: the whole, a dimension or an indicator.

    `performance` and `case_mix` are NaN where the difference is not split. A dimension has neither
    an interval nor values on the two sides; the values of an indicator are in its `unit`.
    """

    kind: Literal["total", "dimension", "indicator"]
    item: str  # 'score', or the id of the dimension or indicator
    name: str
    part: float
    performance: float
    case_mix: float
    low: float | None = None
    high: float | None = None
    unit: str = "score"
    baseline: SideValue | None = None
    target: SideValue | None = None


def indicator_rows(
    view: View, comparison: Comparison, baseline: ComparisonSide, target: ComparisonSide
) -> list[PartRow]:
    """A row for each indicator, in the order of the method."""
    baseline_values, target_values = (
        queries.indicators(view.snapshot, *side.key).set_index("indicator") for side in (baseline, target)
    )
    rows = []
    for line in comparison.contributions.itertuples(index=False):
        indicator = view.snapshot.method.indicator(line.indicator)
        rows.append(
            PartRow(
                kind="indicator",
                item=indicator.id,
                name=localise(indicator.name),
                part=line.part,
                performance=line.performance,
                case_mix=line.mix,
                low=line.low,
                high=line.high,
                unit=indicator.unit,
                baseline=_side_value(baseline_values.loc[indicator.id], line.before),
                target=_side_value(target_values.loc[indicator.id], line.after),
            )
        )
    return rows


def _side_value(row: Any, points: float) -> SideValue:
    """From a row of the query of indicators."""
    if row.status == "estimated":
        return SideValue(row.value, row.n, points, row.n_suppression)
    value = row.peers_value if formats.is_missing(row.shrunk) else row.shrunk
    return SideValue(value, row.n, points, row.n_suppression, is_imputed=True)


def table_rows(
    view: View, comparison: Comparison, rows: Sequence[PartRow], baseline: ComparisonSide, target: ComparisonSide
) -> list[PartRow]:
    """The whole difference, then each dimension with the sum of its parts and its indicators."""
    all_rows = [
        PartRow(
            kind="total",
            item="score",
            name=_("Score"),
            part=comparison.total,
            performance=comparison.performance,
            case_mix=comparison.case_mix,
            low=comparison.low,
            high=comparison.high,
            baseline=SideValue(baseline.score, baseline.n, baseline.score, baseline.n_suppression),
            target=SideValue(target.score, target.n, target.score, target.n_suppression),
        )
    ]
    for dimension in view.snapshot.method.dimensions:
        ids = {i.id for i in view.snapshot.method.dimension_indicators(dimension.id)}
        dimension_rows = [row for row in rows if row.item in ids]
        all_rows.append(
            PartRow(
                kind="dimension",
                item=dimension.id,
                name=localise(dimension.name),
                part=sum(row.part for row in dimension_rows),
                performance=sum(row.performance for row in dimension_rows),
                case_mix=sum(row.case_mix for row in dimension_rows),
            )
        )
        all_rows.extend(dimension_rows)
    return all_rows


def draw_parts(
    view: View, comparison: Comparison, rows: Sequence[PartRow], baseline: ComparisonSide, target: ComparisonSide
) -> None:
    """Both values with n, and the parts, split into performance and mix where that is known."""
    scale_limit = max([MIN_SCALE_LIMIT, *(abs(row.part) for row in rows)])
    spec = TableSpec(
        key="difference-parts",
        title=_("Contributions to the difference"),
        heading="",
        columns=part_columns(baseline.name, target.name, scale_limit, is_split=bool(comparison.basis)),
        row_class=lambda row: {"dimension": "head", "total": "total"}.get(row.kind, ""),
        notes=[_table_notes(comparison, scale_limit)],
        source=Source(first_period=min(baseline.period, target.period)),
        download=lambda: download_table(rows, baseline, target),
        download_name="difference",
    )
    table_block(view, spec, table_rows(view, comparison, rows, baseline, target))


def part_columns(baseline_name: str, target_name: str, scale_limit: float, *, is_split: bool) -> list[Column[PartRow]]:
    """Columns of the table; a half of its bars is `scale_limit` points."""
    split_columns: list[Column[PartRow]] = [
        Column(_("Performance"), lambda row: formats.change(row.performance, 2), kind="number"),
        Column(_("Case mix"), lambda row: formats.change(row.case_mix, 2), kind="number"),
    ]
    return [
        text_column(
            _("Indicator"),
            lambda row: tag("span", row.name, class_="indicator" if row.kind == "indicator" else "dimension"),
        ),
        Column(baseline_name, lambda row: _side_cell(row.baseline, row.unit), kind="number"),
        Column(target_name, lambda row: _side_cell(row.target, row.unit), kind="number"),
        Column(_("Contribution"), _part_cell, kind="number", note=_("In points of the score")),
        plot_column(_("In points"), lambda row: _part_bars(row, scale_limit, is_split=is_split)),
        *(split_columns if is_split else []),
    ]


def _side_cell(side: SideValue | None, unit: str) -> Html | str:
    """The value that the points are of, with n; marked where it is the peers'."""
    if side is None:
        return ""
    value_text = formats.value(side.value, unit)
    n_text = f"n = {formats.count(side.n, side.n_suppression)}"
    if not side.is_imputed:
        return cells.value_with_detail(value_text, n_text)
    return cells.value_with_detail(
        tag("span", value_text, class_="quiet"), _("{n}: peer group value used instead").format(n=n_text)
    )


def _part_cell(row: PartRow) -> Html | str:
    part_text = formats.change(row.part, 2)
    if row.kind == "dimension":
        return part_text
    return cells.value_with_detail(part_text, f"{formats.change(row.low)} … {formats.change(row.high)}")


def _part_bars(row: PartRow, scale_limit: float, *, is_split: bool) -> Html | str:
    if row.kind != "indicator":
        return ""
    if is_split:
        return cells.part_bars((row.performance, row.case_mix), scale_limit, digits=2)
    bar = (row.part, cells.PERFORMANCE, formats.change(row.part, 2))
    return cells.signed_bars([bar], scale_limit)


def _table_notes(comparison: Comparison, scale_limit: float) -> Html:
    """How to read the table, and how it is computed."""
    split_note = {
        "adjusted": _(
            "Performance: the difference that remains with both places at the national case mix. Case mix: the rest."
        ),
        "constant_mix": _(
            "Performance: the change that remains with the later cases standardised to the "
            "mix of a year before. Case mix: the rest."
        ),
        "": _("Not split into performance and case mix: the two have no common case mix."),
    }[comparison.basis]
    method_note = components.note(
        _("How it is computed"),
        tag(
            "p",
            _(
                "Across dimensions by logarithmic means (LMDI; Ang 2004, Energy Policy 32: "
                "1131-1139), linearly within a dimension. A missing indicator takes the mean "
                "of its dimension. Small print: 95% intervals by the delta method, treating "
                "the two sides as independent."
            ),
        ),
    )
    scale_note = _("Half the width is {n} points.").format(n=formats.number(scale_limit, 1))
    return tag(
        "div",
        cells.part_keys() if comparison.basis else None,
        tag("span", split_note),
        tag("span", scale_note),
        method_note,
        class_="source reading",
    )


def download_table(rows: Sequence[PartRow], baseline: ComparisonSide, target: ComparisonSide) -> pd.DataFrame:
    """The parts of the indicators, with the value, n and points of both sides."""
    records = []
    for row in rows:
        record: dict[str, object] = {
            "place_level": target.key[0],
            "place_id": target.key[1],
            "period": target.period,
            "indicator": row.item,
            "name": row.name,
        }
        for prefix, side, value in (("before", baseline, row.baseline), ("after", target, row.target)):
            if value is None:
                raise ValueError(f"{row.item} has no value on the side {prefix}")
            record |= {
                f"{prefix}_unit": ":".join(side.key[:2]),
                f"{prefix}_period": side.period,
                f"{prefix}_value": value.value,
                f"{prefix}_n": value.n,
                f"{prefix}_n_suppression": value.n_suppression,
                f"{prefix}_points": value.points,
            }
        record |= {
            "part": row.part,
            "low": row.low,
            "high": row.high,
            "performance": row.performance,
            "mix": row.case_mix,
        }
        records.append(record)
    return pd.DataFrame(records)
