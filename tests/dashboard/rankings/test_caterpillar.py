"""The caterpillar plot shows the scores and intervals of the table, and says who is apart."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from dashboard.rankings import caterpillar
from dashboard.state.cache import CachedSnapshot, View
from index_engine import queries
from tests.dashboard.running import Open
from tests.dashboard.test_pages import clean

PLAIN = re.compile(r"Of (\d+) places, (\d+) have their whole .*? and (\d+) below it; (\d+) cannot")


@pytest.fixture(scope="module")
def answers(warehouse: Path) -> Iterator[CachedSnapshot]:
    with CachedSnapshot(warehouse) as snapshot:
        yield snapshot


@pytest.fixture
def shown(answers: CachedSnapshot, in_english: None) -> View:
    return View(answers, answers.periods()[-1], answers.nation)


def figure_of(shown: View, units: pd.DataFrame, ends: tuple[str, str] = ("low", "high")):
    nation = float(shown.score_row(shown.snapshot.nation).score)
    side = caterpillar.sides(units, nation, ends)
    made = caterpillar.build_chart(shown, units, side, nation, ends, shown.snapshot.publishes_ranks("province"))
    return side, made


@pytest.mark.parametrize("level", ["province", "court"])
@pytest.mark.parametrize("ends", [("low", "high"), ("low90", "high90")])
def test_every_score_and_interval_is_drawn_on_its_side(shown: View, level: str, ends: tuple[str, str]) -> None:
    units = shown.scores(level).dropna(subset="score").reset_index(drop=True)
    nation = float(shown.score_row(shown.snapshot.nation).score)
    side, figure = figure_of(shown, units, ends)
    named = len(units) <= caterpillar.MAX_NAMED_PLACES
    across, along = ("x", "y") if named else ("y", "x")
    drawn = {}
    for line, dots in zip(figure.data[::2], figure.data[1::2], strict=True):
        values, places = list(line[across]), list(line[along])
        for at in range(0, len(values), 3):
            assert values[at + 2] is None and places[at] == places[at + 1]
            drawn[places[at]] = [values[at], values[at + 1]]
        symbol = {"triangle-up": "above", "triangle-down": "below", "circle": "across"}
        for place, score in zip(dots[along], dots[across], strict=True):
            drawn[place].append(score)
            assert side[place] == symbol[dots.marker.symbol]
    assert sorted(drawn) == list(range(len(units)))
    for row in units.itertuples():
        low, high = getattr(row, ends[0]), getattr(row, ends[1])
        assert drawn[row.Index] == [low, high, row.score]
        expected = "above" if low > nation else "below" if high < nation else "across"
        assert side[row.Index] == expected
    assert side.nunique() == 3, "one side is empty: little is tested"
    [line] = figure.layout.shapes
    assert line[f"{across}0"] == line[f"{across}1"] == nation


def test_places_are_named_while_names_fit(shown: View) -> None:
    units = shown.scores("province").dropna(subset="score")
    _side, figure = figure_of(shown, units)
    assert list(figure.layout.yaxis.ticktext) == units["name_en"].tolist()
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first is on top"
    many = pd.concat([units] * 4, ignore_index=True)
    _side, figure = figure_of(shown, many)
    assert figure.layout.yaxis.ticktext is None and not figure.layout.xaxis.showticklabels


def test_a_strip_in_bands_names_them_where_there_is_room(shown: View) -> None:
    named = caterpillar._band_axis_options(["AAA"] * 50 + ["AA"] * 1 + ["C"] * 49)
    assert named["ticktext"] == ["AAA", "C"]
    assert named["tickvals"] == [24.5, 75.0]
    assert named["minor"]["tickvals"] == [49.5, 50.5]


def test_the_hover_tells_ties_bands_and_n(shown: View) -> None:
    units = shown.scores("province").dropna(subset="score")
    _side, figure = figure_of(shown, units)
    said = " ".join(text for dots in figure.data[1::2] for text in dots.text)
    for row in units.itertuples():
        tie = "=" if row.tied > 1 else ""
        assert f"Rank {row.rank}{tie}<br>" in said
    assert said.count("n = ") == len(units)


@pytest.mark.parametrize("level", ["province", "court"])
def test_the_page_counts_in_words(open_page: Open, answers: CachedSnapshot, level: str) -> None:
    words = clean(open_page("rankings", level=level, view="caterpillar", lang="en"))
    [counts] = set(PLAIN.findall(words))
    units = queries.scores(answers, level, answers.periods()[-1])
    if level == "court":
        units = units.merge(queries.courts(answers), on="place_id")
        units = units[~units["special"]]
    units = units.dropna(subset="score")
    nation = queries.scores(answers, "nation", answers.periods()[-1])["score"].iloc[0]
    above, below = (units["low"] > nation).sum(), (units["high"] < nation).sum()
    assert [int(n) for n in counts] == [len(units), above, below, len(units) - above - below]
    assert "<tbody>" not in words.split('<div class="section">')[0]


def test_it_follows_the_weights_of_the_address(open_page: Open, sample: CachedSnapshot) -> None:
    words = clean(open_page("rankings", view="caterpillar", w="cycle:3", lang="en"))
    [counts] = set(PLAIN.findall(words))
    period = sample.periods()[-1]
    units = queries.reweighted_scores(sample, "province", period, {"cycle": 3.0}).dropna(subset="score")
    [nation] = queries.reweighted_scores(sample, "nation", period, {"cycle": 3.0})["score"]
    assert int(counts[1]) == (units["low"] > nation).sum()
    assert f"({nation:.1f})" in words


@pytest.mark.usefixtures("in_english")
def test_without_a_score_of_the_nation_nothing_is_said_of_it() -> None:
    units = pd.DataFrame({"low": [1.0, 2.0], "high": [3.0, 4.0]})
    side = caterpillar.sides(units, None, ("low", "high"))
    assert set(side) == {"across"}
    assert "no score" in caterpillar.summary(side, None, "95")
