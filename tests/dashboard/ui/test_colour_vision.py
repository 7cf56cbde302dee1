"""Whether the classes of a map can be told apart without colour vision, in both looks.

Dichromats are simulated with the matrices of Machado, Oliveira and Fernandes (2009, IEEE TVCG 15:
1291-1298, severity 1) on linear RGB, and lightness is L* of CIE 1976 (D65).
"""

from itertools import pairwise

import pytest

from dashboard.ui import theme

Triple = tuple[float, float, float]
SIGHT = {
    "grey": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
LEAST = 7.5  # of L* between neighbouring classes; about 1 can just be noticed side by side
LOOKS = list(theme.PALETTES.values())


def linear(colour: str) -> Triple:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))

    def straight(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    return straight(red), straight(green), straight(blue)


def lightness(colour: str, sight: str) -> float:
    """L* of a colour as it is seen."""
    seen = [min(max(sum(w * c for w, c in zip(row, linear(colour), strict=True)), 0.0), 1.0) for row in SIGHT[sight]]
    y = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), seen, strict=True))
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def test_lightness_of_known_colours() -> None:
    for sight in ("grey", "protanopia", "deuteranopia"):
        assert lightness("#ffffff", sight) == pytest.approx(100.0, abs=0.1)
        assert lightness("#000000", sight) == 0.0
        assert lightness("#777777", sight) == pytest.approx(50.0, abs=0.2)
    assert lightness("#ff0000", "grey") == pytest.approx(53.24, abs=0.01)
    assert lightness("#ff0000", "protanopia") < 45  # red is darker without its cones


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_neighbouring_classes_differ_in_lightness(look: theme.Palette, sight: str) -> None:
    seen = [lightness(colour, sight) for colour in look.score_colours]
    steps = [b - a for a, b in pairwise(seen)]
    assert all(step < 0 for step in steps) or all(step > 0 for step in steps)
    assert min(map(abs, steps)) > LEAST, [round(step, 1) for step in steps]


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_line_around_what_has_no_value_stands_out(look: theme.Palette, sight: str) -> None:
    for grey in (look.neutral, look.undecided):
        line, ground, usual = (lightness(c, sight) for c in (look.faint, grey, look.border))
        assert abs(line - ground) > 10 and abs(line - usual) > 25


@pytest.mark.parametrize("sight", SIGHT)
def test_kinds_of_clusters_that_mean_opposite_differ(sight: str) -> None:
    for look in LOOKS:
        colours = look.cluster_colours
        for one, other in (("high-high", "high-low"), ("low-low", "low-high")):
            gap = lightness(colours[one], sight) - lightness(colours[other], sight)
            assert abs(gap) > LEAST
