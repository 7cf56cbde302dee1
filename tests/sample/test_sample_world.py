"""The sample that pages are tested on is full: a page tested on an empty one shows nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index_engine import queries
from index_engine.queries import Snapshot


@pytest.fixture(scope="module")
def sample(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as snapshot:
        yield snapshot


@pytest.mark.parametrize(
    ("level", "scored", "banded"), [("province", 0.9, 0.7), ("city", 0.8, 0.7), ("court", 0.6, 0.35)]
)
def test_most_places_have_a_score_and_a_band(sample: Snapshot, level: str, scored: float, banded: float) -> None:
    scores = queries.scores(sample, level, sample.periods()[-1])
    assert len(scores) > 30
    assert scores["score"].notna().mean() > scored
    assert scores["band"].notna().mean() > banded


def test_some_courts_have_none(sample: Snapshot) -> None:
    status = set(queries.scores(sample, "court", sample.periods()[-1])["status"])
    assert status >= {"scored", "too_few", "not_estimable"}


@pytest.mark.parametrize("level", ["city", "court"])
def test_some_places_changed(sample: Snapshot, level: str) -> None:
    last = sample.periods()[-1]
    assert len(queries.exceptions(sample, level, last)) > 0
    changes = queries.score_changes(sample, level, last, sample.periods()[-5])
    assert 0 < changes["beyond"].sum() < len(changes)


def test_provinces_and_cities_have_ranks(sample: Snapshot) -> None:
    for level in ("province", "city"):
        scores = queries.scores(sample, level, sample.periods()[-1])
        assert scores["rank"].notna().sum() > 25
        assert (scores["rank_high"] - scores["rank_low"]).max() > 3


def test_cities_form_clusters(sample: Snapshot) -> None:
    clusters = queries.local_clusters(sample, "city", sample.periods()[-1])
    assert {"none", "island"} < set(clusters["cluster"])


# How claims were recovered is not recorded in the sample.
WITHOUT_FUNNEL = {"in_kind_rate", "instalment_or_restructured_rate"}


@pytest.mark.parametrize("level", ["city", "court"])
def test_statistics_have_funnel_plots_with_places_outside(sample: Snapshot, level: str) -> None:
    outside = 0
    for statistic in queries.funnel_statistics(sample):
        plot = queries.funnel_plot(sample, level, sample.periods()[-1], statistic.id)
        assert (plot is None) == (statistic.id in WITHOUT_FUNNEL)
        if plot is not None:
            outside += int((plot.places["flag"] != "in").sum())
    assert outside > 0


def test_places_have_peers_and_random_groups(sample: Snapshot) -> None:
    assert not queries.design_effects(sample).empty
    scores = queries.scores(sample, "court", sample.periods()[-1])
    assert scores["shrunk"].notna().mean() > 0.6
