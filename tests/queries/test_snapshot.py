"""What pages are told: its shape, its order and how its parts agree."""

import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from index_engine import queries
from index_engine.build import build
from index_engine.errors import InputError
from index_engine.queries import LEVELS, Snapshot
from tests.worlds import Case, Round, World, world

PERIOD = "2024Q3"
WINDOW = (date(2023, 10, 1), date(2024, 9, 30))
PLACES = [("nation", "CN"), ("province", "12"), ("city", "1102"), ("court", "B1301"), ("court", "V")]
DIMENSIONS = ["cycle", "closure", "auction"]


# ---------------------------------------------------------------- what there is


def test_periods_are_the_complete_windows(snapshot: Snapshot):
    assert snapshot.periods() == [
        f"{year}Q{quarter}" for year in range(2021, 2025) for quarter in range(1, 5) if (year, quarter) >= (2021, 4)
    ]
    assert snapshot.period_dates(PERIOD) == WINDOW
    assert snapshot.period_dates("2021Q4") == (date(2021, 1, 1), date(2021, 12, 31))
    snapshot.periods().clear()
    assert snapshot.periods(), "a caller's list is not the snapshot's"


def test_what_it_says_of_its_data(snapshot: Snapshot, rows: World):
    assert snapshot.synthetic is True
    assert (snapshot.observed_from, snapshot.observed_to) == rows.observed[1]
    assert len(snapshot.version) == 12
    assert int(snapshot.version, 16) >= 0
    sources = queries.sources(snapshot)
    assert sources["kind"].tolist() == ["cases", "auctions"]
    assert sources["rows"].tolist() == [len(rows.cases), len(rows.rounds)]
    assert sources["sha256"].str.len().tolist() == [64, 64]
    columns = "source_id kind name sha256 rows rejected warned observed_from observed_to inferred synthetic"
    assert list(sources.columns) == columns.split()
    assert not snapshot.stale


# ---------------------------------------------------------------- units


def test_a_unit_and_its_names(snapshot: Snapshot):
    city = snapshot.place("city", "1101")
    assert (city.name, city.name_hant, city.name_en) == ("1101市", "1101市", "City 1101")
    assert city.parent == "11"
    assert snapshot.place("nation", "CN").name_hant == "全國"
    assert snapshot.place("nation", "CN").parent is None
    assert snapshot.place("province", "11").name_en == "11省", "a name without English stands in"
    assert snapshot.place("court", "V").special
    assert not snapshot.place("court", "B1102").special


@pytest.mark.parametrize("key", [("city", "9999"), ("city", "11"), ("county", "110101"), ("", "")])
def test_no_such_unit(snapshot: Snapshot, key: tuple[str, str]):
    with pytest.raises(KeyError):
        snapshot.place(*key)
    with pytest.raises(KeyError):
        queries.incidence(snapshot, *key, period=PERIOD)
    with pytest.raises(KeyError):
        queries.sale_pipeline(snapshot, *key, PERIOD)


def test_children_and_parents_agree(snapshot: Snapshot, rows: World):
    def ids(level: str, unit: str) -> list[str]:
        return [child.place_id for child in snapshot.children(level, unit)]

    assert ids("nation", "CN") == ["11", "12", "13"]
    assert ids("province", "11") == ["1101", "1102"]
    assert ids("city", "1101") == ["B110101", "B110102", "M1101", "V"]
    assert ids("city", "1302") == ["B1302"]
    assert ids("court", "B1302") == []
    # A court of a county lies in the county's city; of a county without one, in the province.
    assert snapshot.place("court", "B130101").parent == "1301"
    assert snapshot.place("court", "B130300").parent == "13"
    assert snapshot.place("court", "H11").parent == "11"


def test_every_unit_lies_in_one_that_is_there(snapshot: Snapshot):
    """The way up ends at the nation; the way down by parent leaves no court out."""
    known = {
        unit: level
        for level in LEVELS
        for unit in queries.scores(snapshot, level, PERIOD)["place_id"]
        if level != "court"
    }
    for level in LEVELS[1:]:
        whole = queries.scores(snapshot, level, PERIOD)
        assert set(whole["parent"]) <= set(known)
        found = [queries.scores(snapshot, level, PERIOD, parent=unit) for unit in sorted(known)]
        assert sorted(pd.concat(found)["place_id"]) == sorted(whole["place_id"])
        for unit in whole["place_id"]:
            above = snapshot.place(level, unit).parent
            assert LEVELS.index(known[above]) < LEVELS.index(level)


# ---------------------------------------------------------------- scores


def test_scores_of_a_level(ranked: Snapshot, rows: World):
    found = queries.scores(ranked, "court", PERIOD)
    assert found["place_id"].is_unique
    assert set(found["place_id"]) == {c.court_id for c in rows.courts}
    scored = found[found["status"] == "scored"]
    assert 0 < len(scored) < len(found)
    assert scored["score"].is_monotonic_decreasing, "best first"
    assert (found.index[found["status"] == "scored"] < len(scored)).all(), "unscored last"
    for row in scored.itertuples():
        assert row.rank == 1 + (scored["score"] > row.score).sum()
        assert row.low <= row.score <= row.high
        points = [getattr(row, d) for d in DIMENSIONS]
        # Of one decimal where an n of the place is withheld.
        is_coarse = points == [round(value, 1) for value in points]
        assert row.score == pytest.approx(math.prod(points) ** (1 / 3), abs=0.12 if is_coarse else 0.06)
    rest = found[found["status"] != "scored"]
    assert rest[["score", "se", "low", "high"]].isna().all().all()
    assert rest["rank"].isna().all()
    assert list(found.columns) == [
        *("place_id", "name", "name_hant", "name_en", "parent", "score", "se", "low", "high"),
        *("low90", "high90", "rank", "tied", "rank_low", "rank_high"),
        *("rank_low_all", "rank_high_all", "rank_group", "top_share", "band", "n", "n_suppression", "status"),
        *("change_quarter", "change_year", "change_year_low", "change_year_high", "change_year_beyond"),
        *("adjusted", "adjusted_low", "adjusted_high", "shrunk", "shrunk_low", "shrunk_high"),
        *("peer_group", "n_peers", *DIMENSIONS),
    ]


def test_scores_under_a_parent_keep_their_rank(snapshot: Snapshot):
    whole = queries.scores(snapshot, "city", PERIOD).set_index("place_id")
    part = queries.scores(snapshot, "city", PERIOD, parent="13")
    assert set(part["place_id"]) == {"1301", "1302"}
    assert list(part.index) == [0, 1]
    for row in part.itertuples():
        assert row.rank == whole.loc[row.place_id, "rank"]


def test_changes_are_differences_of_published_scores(snapshot: Snapshot):
    now = queries.scores(snapshot, "province", PERIOD).set_index("place_id")
    for column, before in (("change_quarter", "2024Q2"), ("change_year", "2023Q3")):
        then = queries.scores(snapshot, "province", before).set_index("place_id")["score"]
        expected = (now["score"] - then.reindex(now.index)).round(1)
        assert now[column].to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True)
        assert now[column].notna().any()
    first = queries.scores(snapshot, "province", "2021Q4")
    assert first[["change_quarter", "change_year"]].isna().all().all()


def test_special_courts_are_scored_but_in_no_region(ranked: Snapshot, rows: World):
    courts = queries.scores(ranked, "court", PERIOD).set_index("place_id")
    assert courts.loc["V", "n"] > 0
    assert courts["rank"].isna().loc["V"], "no peer of the others, so it takes none of their places"
    assert courts["rank"].max() <= (courts["status"] == "scored").drop("V").sum()
    cities = queries.scores(ranked, "city", PERIOD).set_index("place_id")
    inside = courts.loc[["B110101", "B110102", "M1101"], "n"].sum()
    assert cities.loc["1101", "n"] == inside, "V serves 1101 but does not count in it"


def test_history_is_the_scores_of_every_period(snapshot: Snapshot):
    found = queries.score_history(snapshot, "province", "13")
    assert found["period"].tolist() == snapshot.periods()
    for row in found.itertuples():
        expected = queries.scores(snapshot, "province", row.period).set_index("place_id").loc["13"]
        assert row.status == expected["status"]
        for column in ("score", "low", "high", *DIMENSIONS):
            assert getattr(row, column) == pytest.approx(expected[column], nan_ok=True)


def test_a_period_without_scores_has_none(snapshot: Snapshot):
    assert queries.scores(snapshot, "province", "2031Q1").empty
    assert queries.statistics(snapshot, "province", "13", "2031Q1")["value"].isna().all()
    assert queries.sale_pipeline(snapshot, "province", "13", "2031Q1").empty
    assert queries.incidence(snapshot, "province", "13", period="2031Q1").empty


# ---------------------------------------------------------------- indicators


def test_indicators_come_in_the_methods_order(snapshot: Snapshot):
    found = queries.indicators(snapshot, "province", "13", PERIOD)
    assert found["indicator"].tolist() == [i.id for i in snapshot.method.indicators]
    assert found["dimension"].tolist() == [i.dimension for i in snapshot.method.indicators]
    assert list(found.columns)[:12] == [
        *("indicator", "dimension", "value", "se", "low", "high", "n", "n_suppression", "status"),
        *("points", "weight", "own"),
    ]


def test_points_and_weights_give_the_dimensions(snapshot: Snapshot):
    for level, unit in PLACES[:3]:
        found = queries.indicators(snapshot, level, unit, PERIOD)
        row = queries.scores(snapshot, level, PERIOD).set_index("place_id").loc[unit]
        for dimension, of in found.groupby("dimension"):
            total = (of["points"] * of["weight"]).sum()
            if not math.isnan(row[dimension]):
                assert of["weight"].sum() == pytest.approx(1, abs=1e-5)
                # Where an n of the place is withheld both have one decimal.
                is_coarse = found["n_suppression"].ne("").any()
                assert row[dimension] == pytest.approx(total, abs=0.1 + 1e-6 if is_coarse else 1e-3)


@pytest.fixture(scope="module")
def of_courts(snapshot: Snapshot, rows: World) -> pd.DataFrame:
    """Indicators of every court in the first period and a late one."""
    found = [
        queries.indicators(snapshot, "court", court.court_id, period)
        for court in rows.courts
        for period in ("2021Q4", PERIOD)
    ]
    return pd.concat(found, ignore_index=True)


def test_intervals_of_indicators(snapshot: Snapshot, of_courts: pd.DataFrame):
    found = of_courts.dropna(subset=["value"])
    low, high = found["value"] - snapshot.method.z * found["se"], found["value"] + snapshot.method.z * found["se"]
    shares = found["indicator"].map(lambda name: snapshot.method.indicator(name).unit == "share")
    assert found["low"].to_numpy() == pytest.approx(low.clip(lower=0).to_numpy())
    assert found["high"].to_numpy() == pytest.approx(high.mask(shares & (high > 1), 1.0).to_numpy())
    assert (found["value"] <= found["high"]).all()


def test_intervals_end_where_shares_do(tmp_path: Path):
    """Twelve first rounds: all sold in one court, none in the other."""
    rounds = [
        Round(f"{court}-{day}", court, date(2023, 2, day), date(2023, 4, day), status)
        for court, status in (("K1", "sold"), ("K2", "failed"))
        for day in range(1, 13)
    ]
    path = world(tmp_path / "w.duckdb", [], rounds, observed=(date(2023, 1, 1), date(2023, 12, 31)))
    build(path)
    snapshot = Snapshot(path)
    for court, value in (("K1", 1.0), ("K2", 0.0)):
        found = queries.indicators(snapshot, "court", court, "2023Q4").set_index("indicator")
        row = found.loc["first_round_sold"]
        assert row["value"] == row["high" if value else "low"] == value
        assert 0.1 < row["high"] - row["low"] < 0.4
    snapshot.close()


def test_no_indicator_from_fewer_than_the_least_cell(snapshot: Snapshot, of_courts: pd.DataFrame):
    small = of_courts[of_courts["n_suppression"] == f"<{snapshot.method.min_cell}"]
    assert len(small) > 10
    assert small[["value", "se", "low", "high", "n", "adjusted", "shrunk", "own_weight"]].isna().all().all()
    assert set(small["status"]) == {"too_few"}
    # What stands in for them is their peers' value and nothing of their own.
    assert not small["own"].any()
    for row in small[small["points"].notna()].itertuples():
        spec = snapshot.method.indicator(row.indicator)
        share = (row.peers_value - spec.worst) / (spec.best - spec.worst)
        assert row.points == pytest.approx(min(max(100 * share, snapshot.method.floor), 100))


def test_the_nations_value_stands_beside(snapshot: Snapshot):
    nation = queries.indicators(snapshot, "nation", "CN", PERIOD)
    found = queries.indicators(snapshot, "court", "B1301", PERIOD)
    assert found["nation"].tolist() == pytest.approx(nation["value"].tolist())
    assert nation["nation"].tolist() == pytest.approx(nation["value"].tolist())


# ---------------------------------------------------------------- curves


@pytest.mark.parametrize("process", ["case", "listing", "lot"])
@pytest.mark.parametrize(("level", "unit"), PLACES)
def test_curves_are_probabilities(snapshot: Snapshot, level: str, unit: str, process: str):
    for when in ({"period": PERIOD}, {"cohort": "2022"}):
        found = queries.incidence(snapshot, level, unit, process=process, **when)
        events = list(snapshot.method.process_events(process))
        assert list(found.columns) == [
            *("month", "n", "n_suppression", "at_risk"),
            *(name for event in events for name in (event, f"se_{event}")),
            "open",
        ]
        assert found["month"].tolist() == list(range(len(found)))
        is_coarse = found["n_suppression"].eq("secondary").any()
        rest = 1 - found[events].sum(axis=1).to_numpy()
        assert found["open"].to_numpy() == pytest.approx(rest, abs=0.005 * len(events) if is_coarse else 1e-9)
        assert found["open"].between(-1e-9, 1).all()
        for event in events:
            assert found[event].is_monotonic_increasing
            assert (found[f"se_{event}"] >= 0).all()


def test_a_curve_ends_where_too_few_are_at_risk(snapshot: Snapshot):
    """And so few of all are resolved that they matter."""
    method = snapshot.method
    small = queries.incidence(snapshot, "court", "T90", period=PERIOD)
    large = queries.incidence(snapshot, "nation", "CN", period=PERIOD)
    assert len(small) < len(large) == method.horizon_months + 1
    assert small["open"].iloc[-1] > method.max_unresolved
    for curve in (small, large):
        few = curve[curve["at_risk"] < method.min_at_risk]
        assert (few["open"] <= method.max_unresolved).all()


def test_the_curve_of_a_period_gives_the_indicators(snapshot: Snapshot):
    """Read again from the measures: the same numbers that the build stored."""
    for level, unit in PLACES[:4]:
        stored = queries.indicators(snapshot, level, unit, PERIOD).set_index("indicator")
        for indicator in snapshot.method.indicators:
            spec = indicator.estimate
            value = stored.loc[indicator.id, "value"]
            if spec.kind == "incidence" and not math.isnan(value):
                curve = queries.incidence(snapshot, level, unit, process=spec.process, period=PERIOD)
                at = curve.set_index("month").loc[spec.months]
                assert at[list(spec.events)].sum() == pytest.approx(value, abs=1e-9)
                error = stored.loc[indicator.id, "se"]
                if len(spec.events) == 1:  # the errors of several lean against one another
                    assert at[f"se_{spec.events[0]}"] == pytest.approx(error, abs=1e-9)


def test_a_young_cohort_ends_where_its_watching_does(snapshot: Snapshot):
    """Filed in 2024 and watched to the end of it: no curve reaches beyond twelve months."""
    found = queries.incidence(snapshot, "nation", "CN", cohort="2024")
    assert 9 <= found["month"].max() <= 12


def test_cohorts_are_the_years_observed_from_filing(snapshot: Snapshot):
    assert queries.cohorts(snapshot) == ("2021", "2022", "2023", "2024")


def test_a_curve_is_of_a_period_or_of_a_cohort(snapshot: Snapshot):
    for both in ({}, {"period": PERIOD, "cohort": "2022"}):
        with pytest.raises(ValueError, match="either"):
            queries.incidence(snapshot, "nation", "CN", **both)


# ---------------------------------------------------------------- many at once


def test_eight_threads_get_the_answers_of_one(snapshot: Snapshot):
    questions = [
        *(("scores", level, period) for level in LEVELS for period in (PERIOD, "2024Q4")),
        *(("score_history", level, unit) for level, unit in PLACES),
        *(("indicators", level, unit, PERIOD) for level, unit in PLACES),
        *(("statistics", level, unit, PERIOD) for level, unit in PLACES),
        *(("sale_pipeline", level, unit, PERIOD) for level, unit in PLACES),
        *(("incidence", level, unit) for level, unit in PLACES),
    ]

    def ask(question: tuple[str, ...]) -> pd.DataFrame:
        name, *arguments = question
        when = {"period": PERIOD} if name == "incidence" else {}
        return getattr(queries, name)(snapshot, *arguments, **when)

    expected = [ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, questions * 2))
    for position, answer in enumerate(found):
        pd.testing.assert_frame_equal(answer, expected[position % len(questions)])


def test_two_snapshots_of_one_file(built_world: Path, tmp_path: Path):
    """Two sessions of one dashboard, or the one before a swap and the one after."""
    path = shutil.copyfile(built_world, tmp_path / "w.duckdb")
    one, two = Snapshot(path), Snapshot(path)
    assert queries.scores(one, "nation", PERIOD).equals(queries.scores(two, "nation", PERIOD))
    one.close()
    assert not queries.scores(two, "nation", PERIOD).empty
    two.close()


# ---------------------------------------------------------------- what is no built warehouse


def test_none_there(tmp_path: Path):
    with pytest.raises(InputError, match="no such warehouse"):
        Snapshot(tmp_path / "w.duckdb")


def test_not_built(tmp_path: Path):
    path = world(tmp_path / "w.duckdb", [Case("c", "K1", date(2022, 1, 1))])
    for _ in range(2):  # a failed opening leaves nothing locked
        with pytest.raises(InputError, match="nothing is built"):
            Snapshot(path)
