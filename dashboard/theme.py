"""Colours and the common dress of every chart. style.css holds the same colours for markup."""

from __future__ import annotations

from typing import Any

INK = "#16262d"
MUTED = "#5b6b72"
LINE = "#dbe2e4"
WASH = "#f3f6f6"
ACCENT = "#0f6674"
NEUTRAL = "#d6dcde"  # a place without a score
CONTEXT = "#f5f7f7"  # the neighbourhood of a map

# Scores are painted in fixed classes, so that a colour means the same in every year and on every
# map. Lightness falls evenly from class to class: they stay apart in grey and for any eyes.
SCORE_BREAKS = (20, 30, 40, 50, 60, 70)
SCORE_COLOURS = ("#f1ecc5", "#c0d3a5", "#84ba98", "#479e98", "#018190", "#00627b", "#004562")

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


def score_scale() -> list[list[Any]]:
    """The classes as a Plotly colour scale over 0 to 100, with hard edges."""
    edges = (0, *SCORE_BREAKS, 100)
    steps: list[list[Any]] = []
    for colour, low, high in zip(SCORE_COLOURS, edges, edges[1:], strict=False):
        steps += [[low / 100, colour], [high / 100, colour]]
    return steps


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
