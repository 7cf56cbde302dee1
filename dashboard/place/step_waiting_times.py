"""How long cases and lots wait from step to step of the procedure, and what the law allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components
from dashboard.ui.columns import count_column, number_column, plot_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.point_scale import axis_position
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import ProcedureStep

TICK_DAYS = (7, 30, 90, 180, 365, 1095)  # ticks of the logarithmic axis of days


@dataclass(frozen=True)
class WaitingTime:
    """A step of the procedure, its row of the query of waiting times, and the nation's median in
    days."""

    step: ProcedureStep
    line: queries.WaitingTime
    nation_median: float
    explanation: Html | None = None


def section(view: View) -> None:
    """Quartiles of the waiting time of each step beside its limit, and where cases wait."""
    place = view.place
    values = queries.waiting_times(view.snapshot, place.level, place.place_id, view.period)
    nation_values = queries.waiting_times(view.snapshot, "nation", view.snapshot.nation.place_id, view.period)
    rows = zip(queries.read_steps(), values.itertuples(index=False), nation_values["median"], strict=True)
    waiting_times = [
        WaitingTime(step, line, nation_median, step_explanation(view, step, line))
        for step, line, nation_median in rows
        if line.n != 0
    ]
    with_nation = place.level != "nation"
    absence_text = absent_steps_text(queries.read_steps(), values["n"], nation_values["n"])
    spec = TableSpec(
        key="nodes",
        title=_("Waiting times between steps of the procedure"),
        explanation=_(
            "Calendar days from one step of the procedure to the next, for all waits in "
            "progress during the period. Unfinished waits count with the days waited so "
            "far; a case that ends in another way is counted as never reaching the step."
        ),
        anchor="nodes",
        columns=table_columns(with_nation=with_nation),
        introduction=[" ".join(summary_sentences(waiting_times))],
        empty_text=_("Too few cases and lots for any of the steps."),
        notes=[
            tag("p", *legend_items(with_nation=with_nation), class_="marks"),
            tag("p", absence_text, class_="quiet") if absence_text else None,
        ],
        source=Source(n=values["n"].max(), extra=_calendar_note()),
        download=lambda: _download_table(queries.read_steps(), values),
    )
    table_block(
        view, spec, waiting_times if ((values["n"] > 0) | (values["n_suppression"] == formats.SECONDARY)).any() else []
    )


def absent_steps_text(steps: Sequence[ProcedureStep], place_counts: pd.Series, nation_counts: pd.Series) -> str:
    """The steps that have no row: those that no file dates, and those without waits here. The two
    series are their n in the place and in the nation, in the order of `steps`."""
    rows = list(zip(steps, place_counts, nation_counts, strict=True))
    undated_steps = [step for step, _n, nation_count in rows if nation_count == 0]
    unobserved_steps = [step for step, n, nation_count in rows if n == 0 and nation_count != 0]
    sentences = []
    if undated_steps:
        sentences.append(_("No dates in the files: {steps}.").format(steps=_step_names(undated_steps)))
    if unobserved_steps:
        template = _("No waits here in the period, or no dates in the files: {steps}.")
        sentences.append(template.format(steps=_step_names(unobserved_steps)))
    return " ".join(sentences)


def _step_names(steps: Sequence[ProcedureStep]) -> str:
    return _("; ").join(localise(step.name) for step in steps)


def summary_sentences(waiting_times: Sequence[WaitingTime]) -> list[str]:
    """The step with most open waits, and that with most beyond the limit of the law. A step that
    spans others is compared with them only where none of those has a row."""
    step_ids = {
        waiting_time.step.id
        for waiting_time in waiting_times
        if waiting_time.line.n_suppression in ("", formats.SECONDARY)
    }
    single_step_times = [
        waiting_time for waiting_time in waiting_times if not step_ids.intersection(waiting_time.step.spans)
    ]
    sentences = []
    if _has_withheld(single_step_times, "waiting"):
        sentences.append(
            _("The step at which most are waiting is not told: some of the numbers are withheld (subtraction).")
        )
    elif most_open := _largest_count(single_step_times, "waiting"):
        sentences.append(
            _("The step at which most are waiting: {step} ({n}).").format(
                step=localise(most_open.step.name), n=formats.number(most_open.line.waiting)
            )
        )
    if not _has_withheld(single_step_times, "beyond") and (most_overdue := _largest_count(single_step_times, "beyond")):
        sentences.append(
            _("The step at which most are beyond the limit: {step} ({n} of {waiting}).").format(
                step=localise(most_overdue.step.name),
                n=formats.number(most_overdue.line.beyond),
                waiting=formats.count(most_overdue.line.waiting, most_overdue.line.waiting_suppression),
            )
        )
    sentences += [
        _("{step}: {n} of {waiting} still open have exceeded the limit in calendar days.").format(
            step=localise(waiting_time.step.name),
            n=formats.number(waiting_time.line.beyond),
            waiting=formats.count(waiting_time.line.waiting, waiting_time.line.waiting_suppression),
        )
        for waiting_time in waiting_times
        if waiting_time not in single_step_times and not formats.is_missing(waiting_time.line.beyond)
    ]
    return sentences


def _has_withheld(waiting_times: Sequence[WaitingTime], column: str) -> bool:
    """Whether a count is withheld that may be the largest; one below the least cell is not."""
    return any(
        getattr(waiting_time.line, f"{column}_suppression") == formats.SECONDARY for waiting_time in waiting_times
    )


def _largest_count(waiting_times: Sequence[WaitingTime], column: str) -> WaitingTime | None:
    """The step with the largest value of a column of counts; None where all are 0 or missing."""
    candidates = [waiting_time for waiting_time in waiting_times if getattr(waiting_time.line, column) > 0]
    return max(candidates, key=lambda waiting_time: getattr(waiting_time.line, column), default=None)


# ------------------------------------------------------------ the table


def table_columns(*, with_nation: bool) -> list[Column[WaitingTime]]:
    """Columns of the table; `with_nation` sets the nation's median beside that of the place."""
    nation_columns: list[Column[WaitingTime]] = [
        number_column(_("Nation"), lambda waiting_time: waiting_time.nation_median, note=_("National median, in days"))
    ]
    return [
        text_column(
            _("Step"),
            lambda waiting_time: join(localise(waiting_time.step.name), " ", waiting_time.explanation),
            lambda waiting_time: limit_text(waiting_time.step),
        ),
        plot_column(_axis_cell(), lambda waiting_time: draw_quartiles(waiting_time, with_nation=with_nation)),
        Column(_("Median, days"), _median_cell, kind="number"),
        *(nation_columns if with_nation else []),
        Column(
            _("Within the limit"),
            _in_time_cell,
            kind="number",
            note=_("Share that complies: not later than a maximum, or not earlier than a minimum"),
        ),
        count_column(_("Still waiting"), "waiting", row_of=lambda waiting_time: waiting_time.line),
        Column(_("Beyond the limit"), _overdue_cell, kind="number", note=_("Of those still waiting")),
        count_column("n", row_of=lambda waiting_time: waiting_time.line),
    ]


def limit_text(step: ProcedureStep) -> str:
    """What the law allows or asks for, in a few words."""
    if step.limit_days is None:
        return _("legal limit for part of this step only") if step.law else _("no legal limit")
    template = _("at most {n} days") if step.limit == "most" else _("at least {n} days")
    return template.format(n=formats.number(step.limit_days))


def _median_cell(waiting_time: WaitingTime) -> object:
    line = waiting_time.line
    if line.n_suppression not in ("", formats.SECONDARY):
        return tag("span", _("too few"), class_="quiet")
    if formats.is_missing(line.median):
        if formats.is_missing(line.passed):
            return formats.NO_VALUE
        share_text = _("{share} by day {day}").format(
            share=formats.percent(line.passed), day=formats.number(line.until)
        )
        return cells.value_with_detail(_("not reached"), share_text)
    low = formats.number(line.median_low)
    high = "" if formats.is_missing(line.median_high) else formats.number(line.median_high)
    return cells.value_with_detail(formats.number(line.median), f"{low}–{high}")


def _in_time_cell(waiting_time: WaitingTime) -> object:
    line = waiting_time.line
    if formats.is_missing(line.within):
        return formats.NO_VALUE if waiting_time.step.limit else ""
    if formats.is_missing(line.within_low):
        return formats.percent(line.within)
    interval = formats.interval(line.within_low, line.within_high, "share")
    return cells.value_with_detail(formats.percent(line.within), interval)


def _overdue_cell(waiting_time: WaitingTime) -> object:
    line = waiting_time.line
    if line.beyond_suppression:
        return cells.count(line, "beyond")
    if formats.is_missing(line.beyond):
        return ""
    share = formats.percent(line.beyond / line.waiting) if line.waiting else None
    return cells.value_with_detail(formats.number(line.beyond), share)


# ------------------------------------------------------------ the chart


def scale_position(days: float) -> float:
    """Where a number of days lies on the logarithmic axis, in per cent of its length; what lies
    outside is at the nearer end."""
    log_days = math.log(max(days, TICK_DAYS[0]))
    return axis_position(log_days, math.log(TICK_DAYS[0]), math.log(TICK_DAYS[-1]))


def draw_quartiles(waiting_time: WaitingTime, *, with_nation: bool) -> Html:
    """The quartiles as a bar, which fades where the upper one is not reached; on it the median, the
    limit of the law and the nation's median."""
    line = waiting_time.line
    pieces = [tag("em", style=f"--x:{scale_position(days):.2f}") for days in TICK_DAYS]
    if not formats.is_missing(line.q25):
        has_upper_quartile = not formats.is_missing(line.q75)
        start, end = (scale_position(line.q25), scale_position(line.q75) if has_upper_quartile else 100.0)
        style = f"--x:{start:.2f};--w:{end - start:.2f}"
        pieces.append(tag("u", class_=None if has_upper_quartile else "open", style=style))
    if with_nation and not formats.is_missing(waiting_time.nation_median):
        pieces.append(tag("s", style=f"--x:{scale_position(waiting_time.nation_median):.2f}"))
    if not formats.is_missing(line.median):
        pieces.append(tag("i", style=f"--x:{scale_position(line.median):.2f}"))
    if waiting_time.step.limit_days is not None:
        pieces.append(tag("b", style=f"--x:{scale_position(waiting_time.step.limit_days):.2f}"))
    return tag("span", *pieces, class_="days", aria_hidden="true")


def _axis_cell() -> Html:
    tick_texts = [_("{n} days").format(n=TICK_DAYS[0]), *map(formats.number, TICK_DAYS[1:])]
    labels = [
        tag("span", label, style=f"--x:{scale_position(days):.2f}")
        for days, label in zip(TICK_DAYS, tick_texts, strict=True)
    ]
    return tag("span", *labels, class_="days axis")


def legend_items(*, with_nation: bool) -> list[Html]:
    items = [
        tag("span", tag("u", class_="quartiles"), _("middle half; fading: upper quartile not reached")),
        tag("span", tag("i", class_="dot plain"), _("median, with its 95% interval in small print")),
        tag("span", tag("b", class_="limit"), _("legal maximum, or minimum")),
    ]
    if with_nation:
        items.append(tag("span", tag("s", class_="tick"), _("national median")))
    return items


# ------------------------------------------------------------ notes and download


def step_explanation(view: View, step: ProcedureStep, line: queries.WaitingTime) -> Html:
    """What is counted, of how many, when, from which files, and what the law says."""
    pairs: list[tuple[str, object]] = [
        (_("What is counted"), localise(step.counted)),
        (
            _("Numerator"),
            _("reached the step in the period: {n}").format(n=formats.count(line.done, line.done_suppression)),
        ),
        (
            _("Denominator"),
            _("waits in progress in the period: {n}").format(n=formats.count(line.n, line.n_suppression)),
        ),
        (_("Period"), formats.date_range(*view.snapshot.period_dates(view.period))),
        (_("Source"), components.source_names(view.snapshot)),
    ]
    if step.law:
        pairs.append((_("Limit"), localise(step.law)))
    if step.note:
        pairs.append((_("Start of the limit"), localise(step.note)))
    method_note = _("Aalen–Johansen estimate, interpolated between the ends of bins of about a week.")
    return components.note(localise(step.name), components.definitions(*pairs), tag("p", method_note))


def _calendar_note() -> str:
    return _(
        "All days are calendar days. Appraisal, auction, stays and settlement do not "
        "count towards the statutory period, so exceeding the limit in calendar days "
        "is not in itself a breach"
    )


def _download_table(steps: Sequence[ProcedureStep], values: pd.DataFrame) -> pd.DataFrame:
    """All steps, those without a row too, with their names and limits."""
    download = values.copy()
    download.insert(1, "name", [localise(step.name) for step in steps])
    download.insert(2, "limit_days", [step.limit_days for step in steps])
    download.insert(3, "limit", [step.limit for step in steps])
    return download
