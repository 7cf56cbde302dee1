"""Small drawings in the cells of a profile: signed bars, shares with intervals, ranges of ranks.

All are markup with lengths in per cent; style.css gives them their dress. Whoever cannot see them
reads the numbers beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag

PERFORMANCE, CASE_MIX = "var(--accent)", "var(--second)"  # what a change is made of


def signed_bars(sizes: Iterable[tuple[float | None, str, str]], max_size: float) -> Html:
    """Bars from a middle line, one below the other: (size, colour, title). `reach` is the size that
    fills a half; what is missing leaves an empty line."""
    bars = []
    for size, colour, title in sizes:
        if formats.is_missing(size) or max_size <= 0:
            bars.append(tag("b"))
            continue
        width = min(abs(size) / max_size, 1.0) * 50
        start = 50.0 if size >= 0 else 50.0 - width
        style = f"--x:{start:.2f};--w:{width:.2f};background:{colour}"
        bars.append(tag("b", tag("i", style=style), title=title))
    return tag("span", *bars, class_="signed", aria_hidden="true")


def share_whisker(
    value: float | None, low: float | None, high: float | None, nation: float | None = None
) -> Html:
    """A share on a line from 0 to 100 %: dot, interval, and a tick at the nation."""
    tick = None
    if not formats.is_missing(nation):
        tick = tag("s", style=f"--x:{100 * nation:.2f}", title=_("Nation"))
    if formats.is_missing(value):
        return tag("span", tick, class_="whisker", aria_hidden="true")
    line = None
    if not formats.is_missing(low) and not formats.is_missing(high):
        line = tag("b", style=f"--x:{100 * low:.2f};--w:{100 * (high - low):.2f}")
    dot = tag("i", class_="plain", style=f"--x:{100 * value:.2f}")
    return tag("span", tick, line, dot, class_="whisker", aria_hidden="true")


def rank_whisker(low: float, high: float, rank: float | None, total: int) -> Html:
    """A range of ranks on a line from 1 on the left to `total`, and a dot at one of them."""
    step = 100 / max(total, 1)
    dot = None
    if not formats.is_missing(rank):
        dot = tag("i", class_="plain", style=f"--x:{(rank - 0.5) * step:.2f}")
    line = tag("b", style=f"--x:{(low - 1) * step:.2f};--w:{(high - low + 1) * step:.2f}")
    return tag("span", line, dot, class_="whisker", aria_hidden="true")


def nested_bar(inner: float | None, outer: float | None, title: str) -> Html:
    """A bar from 0 to 1 with a darker one inside it."""
    pieces = [
        tag("i", class_=name, style=f"--w:{100 * min(max(size, 0.0), 1.0):.2f}")
        for name, size in (("outer", outer), ("inner", inner))
        if not formats.is_missing(size)
    ]
    return tag("span", *pieces, class_="nested", title=title, aria_hidden="true")


def colour_key(colour: str, name: str) -> Html:
    """A patch of colour and what it stands for."""
    return tag("span", tag("i", class_="key", style=f"background:{colour}"), name, class_="key")


SPARK_WIDTH, SPARK_HEIGHT = 76, 22  # pixels


def sparkline(
    values: Sequence[float],
    value_range: tuple[float, float],
    last_interval: tuple[float | None, float | None],
    alt_text: str,
) -> Html:
    """A small line over time on the scale `reach`, a dot at the end and `last` the interval there.

    What is missing leaves a gap. Each run of values is one outline that cuts a shape out of a box
    (no SVG: Streamlit takes it out of markup), in colours of the style sheet. `said` says it in
    words.
    """
    step_width = (SPARK_WIDTH - 6) / max(len(values) - 1, 1)
    points = [
        None
        if formats.is_missing(value)
        else (round(1 + i * step_width, 1), _pixel_y(value, value_range))
        for i, value in enumerate(values)
    ]
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    pieces = [tag("b", style=f"clip-path:polygon({_outline(run)})") for run in runs if run]
    if points and (end := points[-1]) is not None:
        low, high = last_interval
        if not formats.is_missing(low) and not formats.is_missing(high):
            top, bottom = _pixel_y(high, value_range), _pixel_y(low, value_range)
            pieces.append(
                tag("u", style=f"left:{end[0]:g}px;top:{top:g}px;height:{bottom - top:.1f}px")
            )
        pieces.append(tag("i", style=f"left:{end[0]:g}px;top:{end[1]:g}px"))
    return tag("span", *pieces, class_="spark", role="img", aria_label=alt_text)


def _pixel_y(value: float, value_range: tuple[float, float]) -> float:
    """How far below the upper edge a value lies, in pixels; what lies outside is at the edge."""
    low, high = value_range
    position = min(max((value - low) / (high - low), 0.0), 1.0)
    return round(1.5 + (SPARK_HEIGHT - 3) * (1 - position), 1)


def _outline(run: Sequence[tuple[float, float]]) -> str:
    """Along the upper side of a line and back along the lower; of one point a small square."""
    if len(run) == 1:
        [(x, y)] = run
        run = [(x - 1, y), (x + 1, y)]
    upper = [f"{x:g}px {y - 0.8:.1f}px" for x, y in run]
    lower = [f"{x:g}px {y + 0.8:.1f}px" for x, y in reversed(run)]
    return ",".join(upper + lower)
