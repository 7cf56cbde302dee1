"""Chart of the outcomes of cases or lots: cumulative incidence by month since they began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import theme
from dashboard.ui.charts import base
from dashboard.ui.charts.figure import build_figure

SHORT_CURVE_SHARE = 0.5  # of the horizon: a curve that ends earlier is too narrow for names inside
NATION_LABEL_POSITION = 0.3  # of the horizon: where the nation's curve bears its name


def draw_outcome_chart(
    curve: pd.DataFrame,
    events: Sequence[str],
    names: Mapping[str, str],
    horizon: int,
    *,
    z: float,
    nation: pd.DataFrame | None = None,
    nation_name: str = "",
) -> go.Figure:
    """Shares by outcome, stacked to one, by month; open ones are on top.

    `curve` is what the query of incidence gives, `z` half the width of an interval in standard
    errors. The first of `events` is the outcome that counts: its interval is shaded, and the
    nation's curve of it is dashed. A curve that ends before `horizon` (in months), because too few
    are at risk, ends in a dotted line.
    """
    colours = theme.current_palette()
    months, first_event = curve["month"], events[0]
    traces = [_area_trace(curve, state, names[state], z) for state in [*events, "open"]]
    traces.append(_interval_ribbon(curve, first_event, z))
    if nation is not None and len(nation) > 1:
        traces.append(_reference_trace(nation, first_event, nation_name))
    traces.append(_at_risk_trace(curve))
    last_month = int(months.iloc[-1])
    cutoff_line = {"type": "line", "x0": last_month, "x1": last_month, "y0": 0, "y1": 100}
    cutoff_line["line"] = {"color": colours.muted, "width": 1, "dash": "dot"}
    labels = _stack_labels(curve, events, names, horizon)
    if nation is not None and len(nation) > 1:
        labels.append(_reference_label(nation, first_event, nation_name, horizon))
    layout = theme.layout(
        height=340,
        margin={"l": 40, "r": 8, "t": 8, "b": 44},
        hovermode="x unified",
        xaxis={"range": [0, horizon], "dtick": 6, "showgrid": False, "title": base.axis_title(_("months"))},
        yaxis={"range": [0, 100], "dtick": 25, "ticksuffix": "%"},
        annotations=labels,
        shapes=[cutoff_line] if last_month < horizon else [],
    )
    return build_figure(traces, layout)


def _area_trace(curve: pd.DataFrame, state: str, name: str, z: float) -> dict[str, Any]:
    """One layer of the stack; its hover tells the share, and the interval where there is one."""
    share = 100 * curve[state]
    if f"se_{state}" in curve:
        low, high = _interval_ends(curve, state, z)
        interval_texts = [formats.interval(*pair, "share") for pair in zip(low, high, strict=True)]
    else:
        interval_texts = [""] * len(curve)
    return {
        "type": "scatter",
        "x": curve["month"],
        "y": share,
        "name": name,
        "stackgroup": "all",
        "mode": "lines",
        "line": {"width": 0.6, "color": theme.current_palette().ground},
        "fillcolor": theme.current_palette().outcome_colours.get(state, theme.current_palette().neutral),
        "customdata": [f" ({interval_text})" if interval_text else "" for interval_text in interval_texts],
        "hovertemplate": "%{y:.1f}%%{customdata}",
    }


def _interval_ends(curve: pd.DataFrame, event: str, z: float) -> tuple[pd.Series, pd.Series]:
    """The ends of the pointwise interval of a curve, clipped to 0..1."""
    half_width = z * curve[f"se_{event}"]
    return (curve[event] - half_width).clip(lower=0.0), (curve[event] + half_width).clip(upper=1.0)


def _interval_ribbon(curve: pd.DataFrame, event: str, z: float) -> dict[str, Any]:
    """The interval of the lowest layer, shaded over the stack."""
    low, high = _interval_ends(curve, event, z)
    months = list(curve["month"])
    return {
        "type": "scatter",
        "x": months + months[::-1],
        "y": [*(100 * high), *(100 * low)[::-1]],
        "fill": "toself",
        "fillcolor": theme.with_opacity(theme.current_palette().ink, 0.22),
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _reference_trace(nation: pd.DataFrame, event: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": nation["month"],
        "y": 100 * nation[event],
        "name": name,
        "mode": "lines",
        "line": {"width": 2, "color": theme.current_palette().ink, "dash": "dash"},
        "hovertemplate": "%{y:.1f}%",
    }


def _reference_label(nation: pd.DataFrame, event: str, name: str, horizon: int) -> dict[str, Any]:
    """The name of the nation on its curve, beyond the steep part."""
    index = min(int(NATION_LABEL_POSITION * horizon), len(nation) - 1)
    return {
        "text": name,
        "x": float(nation["month"].iloc[index]),
        "y": 100 * float(nation[event].iloc[index]),
        "yanchor": "bottom",
        "yshift": 3,
        "showarrow": False,
        "font": {"size": 12, "color": theme.current_palette().ink},
        "bgcolor": theme.with_opacity(theme.current_palette().ground, 0.75),
        "borderpad": 1,
    }


def _at_risk_text(n: float) -> str:
    """In steps, so that no smaller number elsewhere can be worked out."""
    return _("too few to tell") if formats.is_missing(n) else _("{n} or more").format(n=formats.number(n))


def _at_risk_trace(curve: pd.DataFrame) -> dict[str, Any]:
    """An invisible line that adds the number at risk to the hover."""
    return {
        "type": "scatter",
        "x": curve["month"],
        "y": [0] * len(curve),
        "name": _("under observation"),
        "customdata": [
            formats.count(n, suppression) if suppression else _at_risk_text(n)
            for n, suppression in zip(curve["at_risk"], curve["n_suppression"], strict=True)
        ],
        "mode": "lines",
        "line": {"width": 0},
        "hovertemplate": "%{customdata}",
    }


def _stack_labels(
    curve: pd.DataFrame, events: Sequence[str], names: Mapping[str, str], horizon: int
) -> list[dict[str, Any]]:
    """Name and final share of each layer that is thick enough; inside it, or right of a short curve."""
    last_row = curve.iloc[-1]
    has_outside_labels = (
        float(last_row["month"]) < SHORT_CURVE_SHARE * horizon
    )  # no room inside: beyond the end of the curve
    colours = theme.current_palette().outcome_colours
    labels = []
    stack_height = 0.0
    for state in [*events, "open"]:
        share = 100 * float(last_row[state])
        if share >= 7:
            labels.append(
                {
                    "text": f"{names[state]} {formats.number(share, 1)}%",
                    "x": float(last_row["month"]),
                    "y": stack_height + share / 2,
                    "xanchor": "left" if has_outside_labels else "right",
                    "xshift": 8 if has_outside_labels else -8,
                    "showarrow": False,
                    "font": {
                        "size": 13,
                        "color": theme.current_palette().ink
                        if has_outside_labels
                        else theme.text_colour(colours.get(state, theme.current_palette().neutral)),
                    },
                }
            )
        stack_height += share
    return labels
