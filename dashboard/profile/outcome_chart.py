"""What became of cases or lots month by month: shares by outcome, with their intervals and the
nation's curve of the outcome that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats, theme
from dashboard.i18n import _

SHORT = 0.5  # of the horizon: a curve that ends earlier is too narrow for names inside
NAMED_AT = 0.3  # of the horizon: where the nation's curve bears its name


def outcomes(
    curve: pd.DataFrame,
    events: Sequence[str],
    names: Mapping[str, str],
    horizon: int,
    watermark: str,
    *,
    z: float,
    nation: pd.DataFrame | None = None,
    nation_name: str = "",
) -> go.Figure:
    """Shares by outcome, stacked to one, by month; open ones are on top.

    `curve` is an answer of `Snapshot.incidence`; `z` half the width of an interval in standard
    errors. The first of `events` is the one that counts: its interval is shaded, and the nation's
    curve of it is a dashed line. The curve ends where too few are at risk: a dotted line, and
    nothing drawn beyond it.
    """
    colours = theme.now()
    months, first = curve["month"], events[0]
    traces = [_area(curve, state, names[state], z) for state in [*events, "open"]]
    traces.append(_interval(curve, first, z))
    if nation is not None and len(nation) > 1:
        traces.append(_reference(nation, first, nation_name))
    traces.append(_at_risk(curve))
    last = int(months.iloc[-1])
    cut = {"type": "line", "x0": last, "x1": last, "y0": 0, "y1": 100}
    cut["line"] = {"color": colours.muted, "width": 1, "dash": "dot"}
    labels = _stack_labels(curve, events, names, horizon)
    if nation is not None and len(nation) > 1:
        labels.append(_reference_label(nation, first, nation_name, horizon))
    layout = theme.layout(
        height=340,
        margin={"l": 40, "r": 8, "t": 8, "b": 44},
        hovermode="x unified",
        xaxis=theme.axis(
            range=[0, horizon], dtick=6, showgrid=False, title=_axis_title(_("months"))
        ),
        yaxis=theme.axis(range=[0, 100], dtick=25, ticksuffix="%"),
        annotations=[*labels, theme.watermark(watermark)],
        shapes=[cut] if last < horizon else [],
    )
    return go.Figure({"data": traces, "layout": layout})


def _area(curve: pd.DataFrame, state: str, name: str, z: float) -> dict[str, Any]:
    """One layer of the stack; the pointer reads its share, and its interval where it has one."""
    share = 100 * curve[state]
    if f"se_{state}" in curve:
        low, high = _ends(curve, state, z)
        said = [formats.interval(*pair, "share") for pair in zip(low, high, strict=True)]
    else:
        said = [""] * len(curve)
    return {
        "type": "scatter",
        "x": curve["month"],
        "y": share,
        "name": name,
        "stackgroup": "all",
        "mode": "lines",
        "line": {"width": 0.6, "color": theme.now().ground},
        "fillcolor": theme.now().outcome_colours.get(state, theme.now().neutral),
        "customdata": [f" ({words})" if words else "" for words in said],
        "hovertemplate": "%{y:.1f}%%{customdata}",
    }


def _ends(curve: pd.DataFrame, event: str, z: float) -> tuple[pd.Series, pd.Series]:
    """The ends of the interval of a curve, inside what a share can be."""
    half = z * curve[f"se_{event}"]
    return (curve[event] - half).clip(lower=0.0), (curve[event] + half).clip(upper=1.0)


def _interval(curve: pd.DataFrame, event: str, z: float) -> dict[str, Any]:
    """The interval of the lowest layer, which is a curve of its own, shaded over the stack."""
    low, high = _ends(curve, event, z)
    months = list(curve["month"])
    return {
        "type": "scatter",
        "x": months + months[::-1],
        "y": [*(100 * high), *(100 * low)[::-1]],
        "fill": "toself",
        "fillcolor": theme.clear(theme.now().ink, 0.22),
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _reference(nation: pd.DataFrame, event: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": nation["month"],
        "y": 100 * nation[event],
        "name": name,
        "mode": "lines",
        "line": {"width": 2, "color": theme.now().ink, "dash": "dash"},
        "hovertemplate": "%{y:.1f}%",
    }


def _reference_label(nation: pd.DataFrame, event: str, name: str, horizon: int) -> dict[str, Any]:
    """The nation's name on its curve, beyond the steep part of it."""
    at = min(int(NAMED_AT * horizon), len(nation) - 1)
    return {
        "text": name,
        "x": float(nation["month"].iloc[at]),
        "y": 100 * float(nation[event].iloc[at]),
        "yanchor": "bottom",
        "yshift": 3,
        "showarrow": False,
        "font": {"size": 12, "color": theme.now().ink},
        "bgcolor": theme.clear(theme.now().ground, 0.75),
        "borderpad": 1,
    }


def _at_risk(curve: pd.DataFrame) -> dict[str, Any]:
    """An invisible line that adds the number at risk to the hover."""
    return {
        "type": "scatter",
        "x": curve["month"],
        "y": [0] * len(curve),
        "name": _("under way"),
        "customdata": [formats.number(n) for n in curve["at_risk"]],
        "mode": "lines",
        "line": {"width": 0},
        "hovertemplate": "%{customdata}",
    }


def _stack_labels(
    curve: pd.DataFrame, events: Sequence[str], names: Mapping[str, str], horizon: int
) -> list[dict[str, Any]]:
    """Name and final share inside each area that is thick enough at its end."""
    final = curve.iloc[-1]
    beside = float(final["month"]) < SHORT * horizon  # no room inside: beyond the end of the curve
    colours = theme.now().outcome_colours
    labels = []
    base = 0.0
    for state in [*events, "open"]:
        share = 100 * float(final[state])
        if share >= 7:
            labels.append(
                {
                    "text": f"{names[state]} {formats.number(share, 1)}%",
                    "x": float(final["month"]),
                    "y": base + share / 2,
                    "xanchor": "left" if beside else "right",
                    "xshift": 8 if beside else -8,
                    "showarrow": False,
                    "font": {
                        "size": 13,
                        "color": theme.now().ink
                        if beside
                        else theme.ink_on(colours.get(state, theme.now().neutral)),
                    },
                }
            )
        base += share
    return labels


def _axis_title(words: str) -> dict[str, Any]:
    return {"text": words, "font": {"size": 12, "color": theme.now().muted}, "standoff": 6}
