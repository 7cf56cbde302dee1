"""In what order places are told: ties, courts in bands; histories, and changes beyond chance."""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine import queries
from index_engine.errors import InputError
from index_engine.index.change_intervals import change_interval
from index_engine.method import load_method, load_methods, parse_method
from index_engine.queries import LEVELS, RANK_COLUMNS, Snapshot, special_courts
from index_engine.queries.publication import rank_groups

METHOD = load_method()
TEXT = METHOD.text
OFFICIAL = "official-1"


# ---------------------------------------------------------------- ties


def test_scores_equal_at_the_published_decimal_share_a_rank(ranked_warehouse: Path):
    """At every level and quarter as many share it as have that score; what the third decimal would
    tell apart is a tie, and inside it there is no order but that of codes."""
    apart = 0
    with Snapshot(ranked_warehouse) as ranked:
        for level in LEVELS[1:]:
            for period in ranked.periods():
                rows = queries.scores(ranked, level, period).dropna(subset="rank")
                printed = [f"{score:.1f}" for score in rows["score"]]
                count = Counter(printed)
                for row, score in zip(rows.itertuples(), printed, strict=True):
                    assert row.rank == 1 + sum(float(other) > float(score) for other in printed)
                    assert row.tied == count[score]
                exact = rows[["cycle", "closure", "auction"]].prod(axis=1)
                for _rank, tied in rows.groupby("rank"):
                    assert tied["place_id"].is_monotonic_increasing
                    apart += exact[tied.index].round(3).nunique() > 1
    assert apart, "no tie of scores that differ: nothing is tested"


# ---------------------------------------------------------------- courts in bands


def test_courts_come_in_bands_without_ranks_unless_the_method_says_ranks(snapshot: Snapshot, ranked: Snapshot):
    assert not snapshot.publishes_ranks("court") and ranked.publishes_ranks("court")
    told = 0
    for period in snapshot.periods():
        banded, whole = (queries.scores(each, "court", period) for each in (snapshot, ranked))
        assert list(banded.columns) == list(whole.columns)
        told += int(whole["rank"].notna().sum())
        assert banded[[name for name in RANK_COLUMNS if name in banded]].isna().all().all()
        same = [name for name in whole.columns if name not in RANK_COLUMNS]
        pd.testing.assert_frame_equal(
            banded[same].sort_values("place_id", ignore_index=True),
            whole[same].sort_values("place_id", ignore_index=True),
        )
        scored = banded["score"].notna()
        assert not scored[scored.cumprod() == 0].any(), "unscored last"
        for part in (banded[scored], banded[~scored]):
            keys = [(METHOD.band_position(b), u) for b, u in zip(part["band"], part["place_id"], strict=True)]
            assert keys == sorted(keys)
    assert told
    for level in LEVELS[1:3]:
        pd.testing.assert_frame_equal(
            queries.scores(snapshot, level, snapshot.periods()[-1]),
            queries.scores(ranked, level, snapshot.periods()[-1]),
        )


def test_the_rule_holds_for_courts_of_a_city_other_weights_and_other_methods(snapshot: Snapshot):
    last = snapshot.periods()[-1]
    whole = queries.scores(snapshot, "court", last)
    parent = whole["parent"].iloc[0]
    part = queries.scores(snapshot, "court", last, parent=parent)
    assert part["place_id"].tolist() == whole.loc[whole["parent"] == parent, "place_id"].tolist()
    heavier = queries.reweighted_scores(snapshot, "court", last, {"cycle": 5})
    assert heavier[["rank", "tied", "default_rank", "rank_change"]].isna().all().all()
    scored = heavier[heavier["score"].notna()]
    assert len(scored) > 2
    keys = [(METHOD.band_position(b), u) for b, u in zip(scored["band"], scored["place_id"], strict=True)]
    assert keys == sorted(keys)
    compared = queries.method_comparison(snapshot, "court", last, OFFICIAL)
    assert compared[["rank", "other_rank", "rank_difference"]].isna().all().all()
    assert compared["place_id"].is_monotonic_increasing and len(compared) > 2
    with Snapshot(snapshot.path, OFFICIAL) as other:
        assert not other.publishes_ranks("court")
        assert queries.scores(other, "court", last)["rank"].isna().all()


def test_the_main_method_decides_for_all(tmp_path: Path):
    loose = '\n[publication]\ncourt_order = "ranks"\n'
    text = load_methods()[1].text + loose
    assert parse_method(text, "other.toml", METHOD).publishes_ranks("court"), "as its file says, taken alone"
    assert not METHOD.publishes_ranks("court")


def test_a_method_without_a_word_on_it_publishes_bands():
    silent = TEXT.replace('[publication]\ncourt_order = "bands"\n', "")
    assert silent != TEXT
    assert not parse_method(silent, "m.toml").publishes_ranks("court")
    assert all(parse_method(silent, "m.toml").publishes_ranks(level) for level in LEVELS[:3])


def test_another_word_for_the_order_is_refused():
    with pytest.raises(InputError, match=r"publication\.court_order must be 'bands' or 'ranks'"):
        parse_method(TEXT.replace('court_order = "bands"', 'court_order = "score"'), "m.toml")


def test_bands_stand_in_the_order_of_the_method_those_across_two_between_them():
    ids = [band.id for band in METHOD.bands]
    expected = [ids[0]]
    for better, worse in pairwise(ids):
        expected += [f"{better}-{worse}", worse]
    places = [METHOD.band_position(band) for band in expected]
    assert places == sorted(set(places)) == list(range(len(expected)))
    for none in (None, math.nan, "AAA-C"):
        assert METHOD.band_position(none) > places[-1]


# ---------------------------------------------------------------- histories


@pytest.mark.parametrize("level", LEVELS)
def test_histories_are_the_scores_of_every_quarter(snapshot: Snapshot, level: str):
    found = queries.score_histories(snapshot, level)
    assert found.columns.tolist() == snapshot.periods()
    assert found.index.is_unique and found.index.is_monotonic_increasing
    for period in snapshot.periods():
        scores = queries.scores(snapshot, level, period).set_index("place_id")["score"]
        assert set(scores.index) <= set(found.index)
        expected = scores.reindex(found.index).to_numpy()
        assert found[period].to_numpy() == pytest.approx(expected, nan_ok=True)
    if level == "court":
        assert found.isna().any(axis=None), "no gap: nothing is tested"


# ---------------------------------------------------------------- kinds of courts


def test_courts_tell_their_level_and_what_is_special(snapshot: Snapshot, built_world: Path):
    found = queries.courts(snapshot).set_index("place_id")
    assert set(found.index) == set(queries.scores(snapshot, "court", snapshot.periods()[-1])["place_id"])
    with duckdb.connect(str(built_world), read_only=True) as con:
        rows = con.execute("SELECT court_id, level, special FROM courts").fetchall()
    for court, level, special in rows:
        if court in found.index:
            assert found.loc[court, "court_level"] == level
            assert found.loc[court, "special"] == special
            assert (found.loc[court, "kind"] in queries.special_court_kinds()) == special
    assert found["court_level"].nunique() > 1 and found["special"].any()


@pytest.mark.parametrize(
    ("name", "name_en", "kind"),
    [
        ("上海铁路运输法院", None, "railway"),
        ("广州海事法院", "Guangzhou Maritime Court", "maritime"),
        ("杭州互联网法院", "", "internet"),
        ("上海金融法院", None, "financial"),
        ("北京知识产权法院", None, "intellectual_property"),
        ("迎春林区人民法院", None, "forestry"),
        ("新疆生产建设兵团第一师中级人民法院", None, "reclamation"),
        ("大庆油田人民法院", None, "oilfield"),
        ("Vara de Falências", "RAILWAY COURT", "railway"),
        ("苏州工业园区人民法院", "Suzhou Industrial Park Court", "other"),
    ],
)
def test_the_name_of_a_special_court_tells_its_kind(name: str, name_en: str | None, kind: str):
    assert special_courts.kind_from_name(name, name_en) == kind
    assert set(special_courts.special_court_kinds()[kind]) == {"zh_Hans", "en"}


# ---------------------------------------------------------------- changes beyond chance


def test_the_change_on_the_year_has_the_interval_of_both_years(snapshot: Snapshot):
    seen = 0
    for level in LEVELS:
        now = queries.scores(snapshot, level, "2024Q3").set_index("place_id")
        then = queries.scores(snapshot, level, "2023Q3").set_index("place_id").reindex(now.index)
        for unit, row in now.iterrows():
            before = then.loc[unit]
            if pd.isna(row["score"]) or pd.isna(before["score"]):
                assert pd.isna(row["change_year_low"]) and pd.isna(row["change_year_high"])
                continue
            seen += 1
            down = math.sqrt((row["score"] - row["low"]) ** 2 + (before["high"] - before["score"]) ** 2)
            up = math.sqrt((row["high"] - row["score"]) ** 2 + (before["score"] - before["low"]) ** 2)
            change = row["score"] - before["score"]
            assert row["change_year_low"] == pytest.approx(change - down, abs=0.051)
            assert row["change_year_high"] == pytest.approx(change + up, abs=0.051)
    assert seen > 5


SPREAD = st.floats(0.1, 20)


@given(st.floats(20, 80), st.floats(20, 80), SPREAD, SPREAD)
def test_of_symmetric_intervals_it_is_the_usual_one(now: float, before: float, a: float, b: float):
    """With half widths z s and z t the interval of a difference has half width z sqrt(s2 + t2)."""
    ends = [np.array([x]) for x in (now - a, now, now + a)]
    earlier = [np.array([x]) for x in (before - b, before, before + b)]
    low, high = change_interval(tuple(ends), tuple(earlier))
    half = math.sqrt(a * a + b * b)
    assert low[0] == pytest.approx(now - before - half)
    assert high[0] == pytest.approx(now - before + half)


def test_it_holds_the_true_change_as_often_as_it_says():
    """Scores whose logarithms err normally, as the index has them: 95 of 100, in seeded draws."""
    draws = np.random.default_rng(7)
    true, z = (55.0, 48.0), 1.959964
    relative = (0.05, 0.08)
    sides = []
    for score, error in zip(true, relative, strict=True):
        seen = score * np.exp(error * draws.standard_normal(40_000))
        sides.append((seen * np.exp(-z * error), seen, seen * np.exp(z * error)))
    low, high = change_interval(*sides)
    held = np.mean((low <= true[0] - true[1]) & (true[0] - true[1] <= high))
    assert held == pytest.approx(0.95, abs=0.005)


def test_windows_that_overlap_have_no_such_interval(built_world: Path, tmp_path: Path):
    copy = tmp_path / "w.duckdb"
    copy.write_bytes(built_world.read_bytes())
    longer = TEXT.replace("months = 12 ", "months = 24 ")
    assert longer != TEXT
    with duckdb.connect(str(copy)) as con:
        con.execute("UPDATE meta SET value = ? WHERE key = 'method'", [longer])
        con.execute("DELETE FROM meta WHERE key LIKE 'method.%'")
    with Snapshot(copy) as opened:
        rows = queries.scores(opened, "province", "2024Q3")
    assert rows["change_year"].notna().any()
    assert rows[["change_year_low", "change_year_high"]].isna().all().all()


# ---------------------------------------------------------------- groups of ranks


@pytest.mark.parametrize(
    ("rank", "low", "groups"),
    [
        ([1, 2, 3, 4], [1, 1, 2, 4], [1, 1, 2, 3]),  # the last: three are surely better, the opener of 2 among them
        ([1, 1, 3, 4], [1, 1, 1, 1], [1, 1, 1, 1]),
        ([1, 2, 2, 4, 5], [1, 2, 2, 2, 1], [1, 2, 2, 2, 2]),  # a wide set stays where it stands
        ([1, math.nan, 2], [1, math.nan, 2], [1, math.nan, 2]),
        ([1, 2], [math.nan, math.nan], [math.nan, math.nan]),
    ],
)
def test_a_group_ends_where_a_set_no_longer_reaches_its_first(
    rank: list[float], low: list[float], groups: list[float]
) -> None:
    found = rank_groups(np.array(rank, dtype=float), np.array(low, dtype=float))
    np.testing.assert_array_equal(found, np.array(groups, dtype=float))
