"""Contents of table cells: values with small print, links to places, and small charts.

The charts are markup with lengths in per cent, styled by static/base.css. They are hidden from
screen readers, which read the numbers beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.state import address
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import components, theme
from dashboard.ui.html import Html, join, tag
from index_engine.queries import Place

PERFORMANCE, CASE_MIX = "var(--accent)", "var(--second)"  # what a change is made of


def value_with_detail(main: object, detail: object) -> Html:
    """A value with small print under it."""
    return join(main, tag("small", detail))


def value_with_interval(value: float | None, low: float | None, high: float | None, unit: str) -> Html:
    """A value with its interval under it, or a dash; `unit` as for `formats.value`."""
    if formats.is_missing(value):
        return join(formats.NO_VALUE)
    return value_with_detail(formats.value(value, unit), formats.interval(low, high, unit))


def count(row: Any, name: str = "n") -> object:
    """A count of a row by the name of its field, or what stands in its place, with the reason on hovering."""
    suppression = getattr(row, f"{name}_suppression", "")
    text = formats.count(getattr(row, name), suppression)
    if formats.is_missing(suppression) or suppression != formats.SECONDARY:
        return text
    return components.status_reason(suppression)


def place_link(place: Place | Any, level: str = "", page: str = address.PLACE_PAGE) -> Html:
    """The name of a place, a link to it on `page`. `place` is a Place or a row of a table of
    places; rows without a column `level` need the level given."""
    link = components.place_link(place, page, level)
    return tag("a", place_name(place), href=link, data_in=True)


def heat(text: str, points: float | None) -> Html:
    """A value on the colour of its points; plain where it has none."""
    if formats.is_missing(points):
        return tag("span", text)
    colour = theme.score_colour(points)
    return tag("span", text, style=f"background:{colour};color:{theme.text_colour(colour)}")


def signed_bars(sizes: Iterable[tuple[float | None, str, str]], max_size: float) -> Html:
    """Bars from a middle line, one below the other: (size, colour, title). `max_size` is the size
    that fills a half; what is missing leaves an empty line."""
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


def whisker(score: float | None, low: float | None, high: float | None, nation: float | None = None) -> Html:
    """A score on a line from 0 to 100: dot in the colour of its class, interval, and a tick at the
    nation."""
    colour = ""
    if not formats.is_missing(score):
        colour = theme.score_colour(score)
    return _whisker(score, low, high, nation, colour)


def share_whisker(value: float | None, low: float | None, high: float | None, nation: float | None = None) -> Html:
    """A share on a line from 0 to 100 %: dot, interval, and a tick at the nation."""
    value, low, high, nation = (
        None if formats.is_missing(share) else 100 * share for share in (value, low, high, nation)
    )
    return _whisker(value, low, high, nation)


def _whisker(
    value: float | None, low: float | None, high: float | None, nation: float | None, colour: str = ""
) -> Html:
    """Markup of both: all in per cent of the line. Without a value there is only the tick."""
    pieces = []
    if not formats.is_missing(nation):
        pieces.append(tag("s", style=f"--x:{nation:.2f}", title=_("Nation")))
    if not formats.is_missing(value):
        if not formats.is_missing(low) and not formats.is_missing(high):
            pieces.append(tag("b", style=f"--x:{low:.2f};--w:{high - low:.2f}"))
        style = f"--x:{value:.2f}" + (f";background:{colour}" if colour else "")
        pieces.append(tag("i", class_=None if colour else "plain", style=style))
    return tag("span", *pieces, class_="whisker", aria_hidden="true")


def rank_whisker(low: float | None, high: float | None, rank: float | None, total: int) -> Html:
    """A range of ranks on a line from 1 on the left to `total`, and a dot at one of them; nothing
    where the range is not known."""
    if formats.is_missing(low) or formats.is_missing(high):
        return Html("")
    step = 100 / max(total, 1)
    dot = None
    if not formats.is_missing(rank):
        dot = tag("i", class_="plain", style=f"--x:{(rank - 0.5) * step:.2f}")
    line = tag("b", style=f"--x:{(low - 1) * step:.2f};--w:{(high - low + 1) * step:.2f}")
    return tag("span", line, dot, class_="whisker", aria_hidden="true")


def stacked_bar(segments: Iterable[tuple[float, str, str]], total: float) -> Html:
    """Parts of a whole side by side: (size, colour, title)."""
    pieces = [
        tag("i", style=f"--w:{100 * size / total:.2f};background:{colour}", title=title)
        for size, colour, title in segments
        if total > 0 and size > 0
    ]
    return tag("span", *pieces, class_="bar")


def share_bar(share: float | None, digits: int = 0) -> Html:
    """A bar from 0 to 1 with the share in per cent beside it; a dash for a missing one."""
    if formats.is_missing(share):
        return join(formats.NO_VALUE)
    text = formats.percent(share, digits)
    bar = stacked_bar([(share, PERFORMANCE, text)], 1.0)
    return tag("span", bar, tag("span", text), class_="share")


def part_bars(parts: tuple[float | None, float | None], max_size: float, digits: int = 1) -> Html:
    """Performance and case mix of a change in points, one signed bar below the other; a half of the
    cell is `max_size` points."""
    names = (_("Performance"), _("Case mix"))
    return signed_bars(
        [
            (size, colour, f"{name} {formats.change(size, digits)}")
            for size, colour, name in zip(parts, (PERFORMANCE, CASE_MIX), names, strict=True)
        ],
        max_size,
    )


def part_keys() -> Html:
    """The colours of `part_bars`."""
    return join(colour_key(PERFORMANCE, _("Performance")), colour_key(CASE_MIX, _("Case mix")))


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
    """A small line over time, scaled to `value_range`, a dot at its end and the interval there.

    What is missing leaves a gap. Each run of values is one outline that cuts a shape out of a box
    (no SVG: Streamlit takes it out of markup), in colours of the style sheet.
    """
    step_width = (SPARK_WIDTH - 6) / max(len(values) - 1, 1)
    points: list[tuple[float, float] | None] = [
        None if formats.is_missing(value) else (round(1 + i * step_width, 1), _pixel_y(value, value_range))
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
            pieces.append(tag("u", style=f"left:{end[0]:g}px;top:{top:g}px;height:{bottom - top:.1f}px"))
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
