"""Colours and the common dress of every chart. style.css holds the same colours for markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

INK = "#16262d"
MUTED = "#5b6b72"
LINE = "#dbe2e4"
WASH = "#f3f6f6"
ACCENT = "#0f6674"
NEUTRAL = "#d6dcde"  # a place without a score
UNDECIDED = "#b4bec3"  # a place with a score that the layer cannot say more of
CONTEXT = "#f5f7f7"  # the neighbourhood of a map

# Scores are painted in fixed classes, so that a colour means the same in every year and on every
# map. Lightness falls evenly from class to class: they stay apart in grey and for any eyes.
SCORE_BREAKS = (20, 30, 40, 50, 60, 70)
SCORE_COLOURS = ("#f1ecc5", "#c0d3a5", "#84ba98", "#479e98", "#018190", "#00627b", "#004562")

# Hue says how the place itself stands, depth whether its neighbours stand alike.
CLUSTER_COLOURS = {
    "high-high": "#00506b",
    "high-low": "#7db6c6",
    "low-high": "#f0bd78",
    "low-low": "#b3620f",
    "none": "#eceade",
}
DIVERGING = ("#b3590f", "#0b5a78")  # full minus, full plus

OUTCOME_COLOURS = {
    "cash": "#1f7f8c",
    "zhongben": "#d9983a",
    "other": "#a99bb8",
    "sold": "#1f7f8c",
    "gone": "#d9983a",
    "listed": "#1f7f8c",
    "closed": "#d9983a",
    "open": "#e9edee",
}
DIMENSION_COLOURS = ("#3465a4", "#b3662a", "#7b5296")

FONT = (
    "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'PingFang SC', "
    "'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)


def score_class(score: float) -> int:
    """Number of the colour class of a score, 0 to 6."""
    return sum(score >= limit for limit in SCORE_BREAKS)


def steps(colours: Sequence[str]) -> list[list[Any]]:
    """Classes of equal width as a Plotly colour scale, with hard edges."""
    found: list[list[Any]] = []
    for position, colour in enumerate(colours):
        found += [[position / len(colours), colour], [(position + 1) / len(colours), colour]]
    return found


def ramp(count: int) -> list[str]:
    """So many colours from those of the score, from low to high."""
    last = len(SCORE_COLOURS) - 1
    found = []
    for position in range(count):
        at = last * position / (count - 1) if count > 1 else last
        below = min(int(at), last - 1)
        found.append(blend(SCORE_COLOURS[below], SCORE_COLOURS[below + 1], at - below))
    return found


def blend(one: str, other: str, share: float) -> str:
    """A colour between two, with `share` of the other."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)


def diverging(value: float) -> str:
    """Colour of a number from -1 to 1: white at 0, orange below and blue above, which stay apart
    for any eyes."""
    end = DIVERGING[0] if value < 0 else DIVERGING[1]
    return blend("#ffffff", end, min(abs(value), 1.0))


def layout(**changes: Any) -> dict[str, Any]:
    """Layout of every figure; `changes` are merged on top."""
    return {
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "dragmode": False,  # a finger on a chart scrolls the page
        "showlegend": False,
        "hoverlabel": {
            "bgcolor": "#ffffff",
            "bordercolor": LINE,
            "font": {"family": FONT, "size": 13, "color": INK},
            "align": "left",
        },
        **changes,
    }


def axis(**changes: Any) -> dict[str, Any]:
    """One axis: a light grid, no frame."""
    return {
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "tickfont": {"color": MUTED, "size": 12},
        "fixedrange": True,
        **changes,
    }


def watermark(words: str) -> dict[str, Any]:
    """The synthetic mark inside a chart, so that a picture of it carries the mark too."""
    return {
        "text": words,
        "xref": "paper",
        "yref": "paper",
        "x": 0.01,
        "y": 0.99,
        "xanchor": "left",
        "yanchor": "top",
        "showarrow": False,
        "font": {"size": 12, "color": "#a06a12"},
        "bgcolor": "rgba(255,255,255,0.75)",
        "borderpad": 2,
    }
