"""The palettes of the two colour themes, and the Plotly template that every chart has of each.

A colour theme belongs to the run of one visitor's page, as a language does: `set_palette` sets it
when the run starts. Style sheets read the same colours as variables, and .streamlit/config.toml
repeats some for Streamlit's widgets (a test holds them equal).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import plotly.graph_objects as go
import plotly.io

from dashboard.state.colour_theme import COLOUR_THEMES, current_colour_theme, set_colour_theme


@dataclass(frozen=True)
class Palette:
    """All colours of one theme. `ground` is the page, `wash` a panel on it; `neutral` is for a place
    without a score, `undecided` for one of which a layer cannot say more, `context` for the
    neighbourhood of a map, `border` for the lines between places."""

    name: str
    ground: str
    wash: str
    ink: str
    muted: str
    faint: str
    line: str
    hair: str
    rule: str
    accent: str
    second: str
    mark: str
    good: str
    caution: str
    bad: str
    warn: str
    warn_ink: str
    warn_line: str
    trouble: str
    success: str
    interval: str
    neutral: str
    undecided: str
    context: str
    border: str
    others: str
    # Scores have fixed classes, so that a colour means the same in every year and on every map. From
    # these the colours of any number of classes are made (`colour_ramp`). Lightness moves evenly
    # from one to the next: they differ in grey and for any eyes. Farther from the ground is higher:
    # darker on white, brighter on black.
    score_colours: tuple[str, ...]
    # Hue says how the place itself stands, depth whether its neighbours stand alike.
    cluster_colours: Mapping[str, str]
    diverging: tuple[str, str]  # full minus, full plus
    outcome_colours: Mapping[str, str]
    dimension_colours: tuple[str, ...]
    series_colours: tuple[str, ...]  # places beside each other, told apart by any eyes


SCORE_BREAKS = (20, 30, 40, 50, 60, 70)

LIGHT = Palette(
    name="light",
    ground="#ffffff",
    wash="#f3f6f6",
    ink="#16262d",
    muted="#5b6b72",
    faint="#8b999f",
    line="#dbe2e4",
    hair="#ebeff0",
    rule="#b9c5c9",
    accent="#0f6674",
    second="#b3662a",
    mark="#c07a1a",
    good="#1f7f8c",
    caution="#e3b341",
    bad="#b4483c",
    warn="#fff4dc",
    warn_ink="#7a4b00",
    warn_line="#ecd09a",
    trouble="#fdf3f1",
    success="#f2f9f6",
    interval="#8fa6ad",
    neutral="#d6dcde",
    undecided="#b4bec3",
    context="#f5f7f7",
    border="#ffffff",
    others="#b9c5c9",
    score_colours=("#f1ecc5", "#c0d3a5", "#84ba98", "#479e98", "#018190", "#00627b", "#004562"),
    cluster_colours={
        "high-high": "#00506b",
        "high-low": "#7db6c6",
        "low-high": "#f0bd78",
        "low-low": "#b3620f",
        "none": "#eceade",
    },
    diverging=("#b3590f", "#0b5a78"),
    outcome_colours={
        "cash": "#1f7f8c",
        "satisfied": "#8cc5a8",
        "zhongben": "#d9983a",
        "other": "#a99bb8",
        "sold": "#1f7f8c",
        "paid": "#a99bb8",
        "gone": "#d9983a",
        "listed": "#1f7f8c",
        "closed": "#d9983a",
        "open": "#e9edee",
    },
    dimension_colours=("#3465a4", "#b3662a", "#7b5296"),
    series_colours=("#0f6674", "#c4622d", "#6a4c93", "#a8893c", "#2f6fb5", "#8a3b4f"),
)
DARK = Palette(
    name="dark",
    ground="#11181c",
    wash="#1a2429",
    ink="#e3eaec",
    muted="#9fb1b8",
    faint="#73868d",
    line="#2b383e",
    hair="#202b30",
    rule="#43535a",
    accent="#56b6c4",
    second="#e09a5c",
    mark="#e3a24a",
    good="#4fb0bd",
    caution="#e3b341",
    bad="#e58378",
    warn="#2c2514",
    warn_ink="#f0cf93",
    warn_line="#5f4d22",
    trouble="#33201d",
    success="#16292a",
    interval="#7c939b",
    neutral="#2a3236",
    undecided="#4b575d",
    context="#182024",
    border="#11181c",
    others="#55666d",
    score_colours=("#33566b", "#2c6f82", "#2f8896", "#4fa19d", "#7cb9a1", "#b2d1a9", "#efecbf"),
    cluster_colours={
        "high-high": "#8fd3e3",
        "high-low": "#3f7f92",
        "low-high": "#9a6a2f",
        "low-low": "#f0b269",
        "none": "#3a4347",
    },
    diverging=("#e08a3c", "#4fb3d4"),
    outcome_colours={
        "cash": "#3f9fac",
        "satisfied": "#9fd8bb",
        "zhongben": "#c98b34",
        "other": "#8f80a0",
        "sold": "#3f9fac",
        "paid": "#8f80a0",
        "gone": "#c98b34",
        "listed": "#3f9fac",
        "closed": "#c98b34",
        "open": "#2b363b",
    },
    dimension_colours=("#7fa8e0", "#e09a5c", "#b893d1"),
    series_colours=("#56b6c4", "#ec9a66", "#b99ae0", "#d9bd6c", "#7fb0ee", "#e08aa0"),
)
PALETTES = dict(zip(COLOUR_THEMES, (LIGHT, DARK), strict=True))


def set_palette(name: str) -> Palette:
    """Use the palette of this name until the end of the run, and return it; the light one for an unknown name."""
    return PALETTES[set_colour_theme(name)]


def current_palette() -> Palette:
    """The palette of the current run."""
    return PALETTES[current_colour_theme()]


def css_variables() -> str:
    """The palettes as CSS variables: `--ink`, `--score-0` and so on. The shell of a page names its
    colour theme on the root element."""
    return "\n".join(
        f":root{'' if p is LIGHT else f'[data-look={p.name}]'} {{ color-scheme: {p.name}; "
        + " ".join(f"--{name}: {colour};" for name, colour in _css_values(p))
        + " }"
        for p in PALETTES.values()
    )


def _css_values(palette: Palette) -> Iterator[tuple[str, str]]:
    for field in fields(palette):
        value = getattr(palette, field.name)
        if isinstance(value, str) and field.name != "name":
            yield field.name.replace("_", "-"), value
    yield from ((f"score-{i}", colour) for i, colour in enumerate(palette.score_colours))
    # The mark of the site: the scale of scores at one, two and three thirds.
    yield from ((f"brand-{i}", _colour_at(palette.score_colours, i / 3)) for i in (1, 2, 3))
    yield from ((f"diverging-{i}", colour) for i, colour in enumerate(palette.diverging))
    yield from ((f"dimension-{i}", colour) for i, colour in enumerate(palette.dimension_colours))
    yield from ((f"series-{i}", colour) for i, colour in enumerate(palette.series_colours))
    yield from ((f"outcome-{name}", colour) for name, colour in palette.outcome_colours.items())


def text_colour(background: str) -> str:
    """Colour of text on a background, both #rrggbb: one that has a contrast of 4.5 to it (WCAG 2.2). White has it up
    to a relative luminance of 0.18, the dark ink of the light theme from 0.27, and between them black alone."""
    channels = [int(background[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#ffffff" if luminance <= 0.18 else "#000000" if luminance <= 0.27 else LIGHT.ink


def with_opacity(colour: str, opacity: float) -> str:
    """A colour #rrggbb with an opacity from 0 to 1, as CSS rgba()."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.2f})"


FONT = (
    "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'PingFang SC', "
    "'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)


def score_class(score: float) -> int:
    """Number of the colour class of a score, from 0; there is one more than SCORE_BREAKS."""
    return sum(score >= limit for limit in SCORE_BREAKS)


def score_colour(score: float) -> str:
    """The colour of the class of a score."""
    return colour_ramp(len(SCORE_BREAKS) + 1)[score_class(score)]


def discrete_colour_scale(colours: Sequence[str]) -> list[list[Any]]:
    """Classes of equal width as a Plotly colour scale: pairs of a position from 0 to 1 and a colour, each
    colour at both ends of its class, so that there is no gradient between classes."""
    scale: list[list[Any]] = []
    for position, colour in enumerate(colours):
        scale += [[position / len(colours), colour], [(position + 1) / len(colours), colour]]
    return scale


def colour_ramp(count: int) -> list[str]:
    """`count` equally spaced colours of the scale of scores, #rrggbb, from low to high; one is the highest."""
    colours = current_palette().score_colours
    return [_colour_at(colours, k / (count - 1) if count > 1 else 1.0) for k in range(count)]


def _colour_at(colours: Sequence[str], position: float) -> str:
    """The colour at a position from 0 to 1 along equally spaced colours."""
    offset = position * (len(colours) - 1)
    lower_index = min(int(offset), len(colours) - 2)
    return blend(colours[lower_index], colours[lower_index + 1], offset - lower_index)


def blend(start: str, end: str, share: float) -> str:
    """The colour `share` (0 to 1) of the way from `start` to `end`, linear in sRGB, #rrggbb."""
    pairs = [(int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)


def diverging_colour(value: float) -> str:
    """Colour of a number from -1 to 1, clipped beyond: the background at 0, orange below and blue above, two
    hues that all kinds of colour vision distinguish."""
    extreme = current_palette().diverging[0] if value < 0 else current_palette().diverging[1]
    return blend(current_palette().ground, extreme, min(abs(value), 1.0))


def layout(**changes: Any) -> dict[str, Any]:
    """Layout of a chart in the colour theme of the run: its template, and `changes` of it."""
    return {"template": template_name(current_palette()), **changes}


def template_name(palette: Palette) -> str:
    """The name by which Plotly knows the template of a colour theme."""
    return f"index-{palette.name}"


def _template(palette: Palette) -> go.layout.Template:
    """What all charts of a colour theme have in common: a light grid without a frame on the ground
    of the page."""
    axis = {
        "ticks": "",
        "showline": True,
        "gridcolor": palette.line,
        "zeroline": False,
        "linecolor": palette.line,
        "tickfont": {"color": palette.muted, "size": 12},
        "fixedrange": True,
    }
    font = {"family": FONT, "size": 13, "color": palette.ink}
    return go.layout.Template(
        layout={
            "font": font,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
            "dragmode": False,  # a finger on a chart scrolls the page
            "hovermode": "closest",
            "showlegend": False,
            "hoverlabel": {"bgcolor": palette.ground, "bordercolor": palette.line, "font": font, "align": "left"},
            "xaxis": axis,
            "yaxis": axis,
        }
    )


for _palette in PALETTES.values():
    plotly.io.templates[template_name(_palette)] = _template(_palette)
