"""Small histories: every score is where it belongs, and a quarter without one leaves a gap."""

import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rankings import score_history
from dashboard.state.cache import CachedSnapshot
from dashboard.ui import cells
from dashboard.ui.cells import SPARK_HEIGHT, SPARK_WIDTH
from index_engine import queries
from tests.dashboard.rankings.test_custom_weights import rows_drawn
from tests.dashboard.running import Open
from tests.dashboard.test_pages import clean

NAN = float("nan")
SCORES = st.lists(st.one_of(st.just(NAN), st.floats(20, 80)), min_size=1, max_size=40)


def outlines(markup: str) -> list[list[tuple[float, float]]]:
    """Upper sides of the runs drawn."""
    found = []
    for inside in re.findall(r"polygon\(([^)]*)\)", markup):
        points = [tuple(float(n[:-2]) for n in pair.split()) for pair in inside.split(",")]
        found.append([(x, y + 0.8) for x, y in points[: len(points) // 2]])
    return found


@given(SCORES)
def test_runs_of_scores_are_drawn_where_they_are(scores: list[float]) -> None:
    made = cells.sparkline(scores, (20.0, 80.0), (None, None), "said")
    runs: list[list[tuple[int, float]]] = [[]]
    for i, score in enumerate(scores):
        if math.isnan(score):
            runs.append([])
        else:
            runs[-1].append((i, score))
    runs = [run for run in runs if run]
    drawn = outlines(made)
    assert len(drawn) == len(runs)
    step = (SPARK_WIDTH - 6) / max(len(scores) - 1, 1)
    for run, points in zip(runs, drawn, strict=True):
        if len(run) == 1:
            points = [((points[0][0] + points[1][0]) / 2, points[0][1])]
        for (at, score), (x, y) in zip(run, points, strict=True):
            assert x == pytest.approx(1 + at * step, abs=0.11)
            down = 1.5 + (SPARK_HEIGHT - 3) * (80 - score) / 60
            assert y == pytest.approx(down, abs=0.11)
            assert 0 <= x <= SPARK_WIDTH and 0 <= y <= SPARK_HEIGHT
    assert ("<i " in made) == (not math.isnan(scores[-1])), "a dot at the end, if there is one"


def test_the_interval_of_the_last_is_a_bar_cut_at_the_edges() -> None:
    made = cells.sparkline([50.0, 50.0], (40.0, 60.0), (45.0, 90.0), "said")
    [(top, high)] = re.findall(r"<u [^>]*top:([\d.]+)px;height:([\d.]+)px", made)
    assert float(top) == 1.5
    assert float(top) + float(high) == pytest.approx(1.5 + (SPARK_HEIGHT - 3) * 0.75, abs=0.1)


def test_rows_share_one_scale() -> None:
    """So that a step of as many points is as high in every row."""
    scores = pd.DataFrame({"a": [10.0, 50.0, NAN], "b": [13.0, 58.0, NAN]})
    assert score_history.common_span(scores) == 10.0
    assert score_history.common_span(scores.iloc[2:]) == 5.0
    assert score_history.common_span(scores * 0.0) == 5.0


def test_every_row_has_its_own_history_to_the_quarter_in_view(open_page: Open, sample: CachedSnapshot) -> None:
    earlier = sample.periods()[-4]
    histories = queries.score_histories(sample, "province")
    for period in (earlier, sample.periods()[-1]):
        rows = rows_drawn(clean(open_page("rankings", period=period, lang="en")))
        assert len(rows) > 10
        quarters = [p for p in sample.periods() if p <= period]
        for unit, row in rows:
            own = histories.loc[unit, quarters]
            known = own.dropna()
            counted = f"{len(known)} of {len(quarters)} quarters"
            assert f"{counted}: {known.iloc[0]:.1f} to {own.iloc[-1]:.1f}" in row
            assert sum(map(len, outlines(row))) >= len(known)
