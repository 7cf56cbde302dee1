"""The layer of bands: a band has a colour, and a place that may be in either of two the one between."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from dashboard.overview.map_layers import ColourClass, Layer, no_score_class, score_column
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import cells, components, theme
from dashboard.ui.columns import plot_column
from dashboard.ui.table import Column

BAND = "band"


def band_layer(view: View) -> Layer:
    """Classes of the bands from low to high, then of places that may be in either of two neighbours."""
    bands = view.snapshot.method.bands[::-1]
    colours = theme.colour_ramp(len(bands))
    pairs = list(pairwise(bands))
    names = [band.id for band in bands] + [f"{high.id}-{low.id}" for low, high in pairs]
    blend_colours = [theme.blend(low, high, 0.5) for low, high in pairwise(colours)]
    classes = (
        *(
            ColourClass(band.id, colour, scale_position=position)
            for position, (band, colour) in enumerate(zip(bands, colours, strict=True))
        ),
        *(
            ColourClass(f"{high.id}–{low.id}", colour, in_legend=False, scale_position=position + 0.5)
            for position, ((low, high), colour) in enumerate(zip(pairs, blend_colours, strict=True))
        ),
        ColourClass(_("interval too wide"), theme.current_palette().undecided, is_grey=True),
        no_score_class(),
    )

    def class_index(line: Any) -> int:
        if formats.is_missing(line.score):
            return len(classes) - 1
        return len(names) if formats.is_missing(line.band) else names.index(line.band)

    def draw_cell(line: Any) -> object:
        if formats.is_missing(line.score):
            return components.no_score_reason(view.snapshot, line)
        return cells.whisker(line.score, line.low90, line.high90)

    def band_label(line: Any) -> str:
        if formats.is_missing(line.score):
            return formats.NO_VALUE
        return _("too wide") if formats.is_missing(line.band) else classes[class_index(line)].label

    return Layer(
        BAND,
        _("Band"),
        _("Band"),
        classes,
        class_index,
        lambda line: [],
        (plot_column("0–100", draw_cell), Column(_("Band"), band_label, kind="number"), score_column()),
        lambda places: places,
        _("Dot: score. Line: the 90% interval, which must lie within one or two neighbouring bands."),
        _("An intermediate colour: the interval spans two neighbouring bands."),
    )


def band_text(line: Any) -> str:
    """The band of a row of scores, in words; nothing where there is no score."""
    if formats.is_missing(line.score):
        return ""
    if formats.is_missing(line.band):
        return _("Band: interval too wide")
    return _("Band {band}").format(band=line.band.replace("-", "–"))
