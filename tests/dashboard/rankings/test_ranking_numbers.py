"""What the rankings show, in the table, in the plot and in the file, is what the snapshot says."""

import json

import numpy as np
import pandas as pd
import pytest

from dashboard.rankings import caterpillar, method_disagreement, ranking_columns
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats, i18n
from index_engine import queries
from tests.dashboard.reading import table_rows
from tests.dashboard.running import Open, text

pytestmark = pytest.mark.usefixtures("in_english")

Files = dict[str, list[dict[str, str]]]


@pytest.fixture
def provinces(sample: CachedSnapshot, period: str) -> pd.DataFrame:
    rows = queries.scores(sample, "province", period).dropna(subset="score")
    return rows.set_index(pd.Index(rows["place_id"].to_list()))


def shown_rows(open_page: Open, title: str = "Scores", **parameters: str) -> list[dict[str, str]]:
    app = open_page("rankings", lang="en", **parameters)
    i18n.set_language("en")  # a page sets its own
    assert not app.exception, app.exception[0].message
    return table_rows(text(app), f"{title}, Q4 2025")


def test_every_number_of_a_row_is_that_of_its_place(
    open_page: Open, provinces: pd.DataFrame, sample: CachedSnapshot
) -> None:
    found = shown_rows(open_page, sort="-score")
    ordered = provinces.sort_values(["score", "place_id"], ascending=[False, True])
    assert len(found) == len(ordered)
    for row, place in zip(found, ordered.itertuples(index=False), strict=True):
        assert place.name_en in row["Province"]
        assert row["Score"] == f"{place.score:.1f}"
        assert row["95% interval"] == f"{place.low:.1f}–{place.high:.1f}"
        assert row["Cases"].removeprefix("few ") == f"{place.n:,.0f}"
        change = formats.change(place.change_year)
        assert row["On the year"].split(",")[0].strip("▲▼ ") == change
        assert row["Adjusted"] == formats.number(place.adjusted, 1)


def test_dimensions_stand_under_their_own_names(
    open_page: Open, provinces: pd.DataFrame, sample: CachedSnapshot
) -> None:
    for row in shown_rows(open_page, columns="dimensions"):
        [place] = [p for p in provinces.itertuples() if row["Province"].endswith(f"+ {p.name_en}")]
        for dimension in sample.main.dimensions:
            assert row[dimension.name["en"]] == formats.number(getattr(place, dimension.id), 1)
        assert row["On the quarter"] == formats.change(place.change_quarter)


def test_the_file_has_the_numbers_of_the_snapshot_column_by_column(
    open_page: Open, downloads: Files, provinces: pd.DataFrame, sample: CachedSnapshot, period: str
) -> None:
    open_page("rankings", lang="en")
    rows = {row["place_id"]: row for row in downloads["ranking-province"]}
    assert rows.keys() == set(provinces["place_id"])
    first, last = sample.period_dates(period)
    for place_id, row in rows.items():
        for column in provinces.columns:
            value = provinces.loc[place_id, column]
            if pd.isna(value):
                assert row[column] == "", column
            elif isinstance(value, str | bool | np.bool_):
                assert row[column] == str(value), column
            else:
                assert float(row[column]) == float(value), column
        assert (row["period"], row["method"]) == (period, f"{sample.main.id} {sample.main.version}")
        assert (row["period_from"], row["period_to"]) == (first.isoformat(), last.isoformat())
        limit = sample.main.peers.size_breaks[0]
        assert row["small_sample"] == str(provinces.loc[place_id, "n"] < limit)


def test_a_file_with_other_weights_says_which_and_has_their_scores(
    open_page: Open, downloads: Files, sample: CachedSnapshot, period: str
) -> None:
    open_page("rankings", lang="en", w="cycle:2")
    rows = {row["place_id"]: row for row in downloads["ranking-province-custom-weights"]}
    weighted = queries.reweighted_scores(sample, "province", period, {"cycle": 2.0}).set_index("place_id")
    assert rows
    for place_id, row in rows.items():
        assert row["weights"].endswith("cycle:2")
        for column in ("score", "low", "high", "default_score"):
            assert float(row[column]) == weighted.loc[place_id, column], column


@pytest.mark.parametrize("parameter", ["within", "small", "q"])
def test_a_filter_of_the_address_leaves_only_what_it_names(
    open_page: Open, downloads: Files, sample: CachedSnapshot, period: str, parameter: str
) -> None:
    level = "province" if parameter == "small" else "city"  # no city of the sample is large
    places = queries.scores(sample, level, period)
    limit = sample.main.peers.size_breaks[0]
    value, mask = {
        "within": ("320000", places["parent"] == "320000"),
        "small": ("out", places["n"] >= limit),
        "q": ("Su", places["name_en"].str.contains("su", case=False)),
    }[parameter]
    open_page("rankings", lang="en", level=level, **{parameter: value})
    listed = {row["place_id"] for rows in downloads.values() for row in rows}
    assert listed == set(places[mask]["place_id"])
    assert 0 < len(listed) < len(places)


def test_the_plot_reads_the_numbers_of_its_place(provinces: pd.DataFrame, sample: CachedSnapshot) -> None:
    view = View(sample, sample.periods()[-1], sample.nation)
    side = caterpillar.sides(provinces, 50.0, ("low", "high"))
    figure = caterpillar.build_chart(view, provinces, side, 50.0, ("low", "high"), True)
    hovers = {}
    for trace in json.loads(figure.to_json())["data"]:
        if trace["mode"] == "markers":
            hovers |= {int(y): (x, words) for x, y, words in zip(trace["x"], trace["y"], trace["text"], strict=True)}
    for position, place in enumerate(provinces.itertuples(index=False)):
        score, words = hovers[position]
        assert score == place.score
        lines = words.split("<br>")
        assert lines[0] == f"<b>{place.name_en}</b>"
        assert lines[1] == f"Score {place.score:.1f} ({place.low:.1f}–{place.high:.1f})"
        assert lines[2] == f"Rank {formats.rank(place.rank, place.tied)}"
        assert lines[-1] == f"n = {place.n:,.0f}"


def test_up_is_up_and_down_is_down() -> None:
    assert "↑ 3" in str(ranking_columns.rank_change_cell(pd.Series({"rank_change": 3})))
    assert "3 places up" in str(ranking_columns.rank_change_cell(pd.Series({"rank_change": 3})))
    assert "↓ 2" in str(ranking_columns.rank_change_cell(pd.Series({"rank_change": -2})))
    assert "2 places down" in str(ranking_columns.rank_change_cell(pd.Series({"rank_change": -2})))
    # The other method's rank less the main one's: above 0 it ranks the place lower.
    assert method_disagreement.rank_difference_text(5) == "5 lower"
    assert method_disagreement.rank_difference_text(-5) == "5 higher"
    assert method_disagreement.rank_difference_text(0) == "="


def test_where_methods_differ_both_ranks_and_the_reasons_are_those_of_the_place(
    open_page: Open, downloads: Files, sample: CachedSnapshot, period: str
) -> None:
    app = open_page("rankings", lang="en", panel="methods")
    i18n.set_language("en")
    found = table_rows(text(app), "Where the two methods differ most")
    compared = queries.method_comparison(sample, "province", period, "official-1").head(len(found) - 1)
    main, other = (sample.methods[name].name["en"] for name in (sample.main.id, "official-1"))
    for row, place in zip(found[1:], compared.itertuples(index=False), strict=True):
        assert place.name_en in row["Province"]
        rank, score = row[main].split(" ", 1)
        assert rank == formats.rank(place.rank, place.tied)
        assert score == f"{place.score:.1f} ({place.low:.1f}–{place.high:.1f})"
        other_rank, other_score = row[other].split(" ", 1)
        assert other_rank == formats.rank(place.other_rank, place.other_tied)
        assert other_score == f"{place.other_score:.1f} ({place.other_low:.1f}–{place.other_high:.1f})"
        values = queries.indicators(sample, "province", place.place_id, period).set_index("indicator")["value"]
        paid = sample.main.indicator("cash_24m")
        assert row[paid.name["en"]] == formats.value(values["cash_24m"], paid.unit)
    saved = {row["place_id"]: row for row in downloads["methods-province"]}
    for place in compared.itertuples(index=False):
        assert float(saved[place.place_id]["rank"]) == place.rank
        assert float(saved[place.place_id]["other_rank"]) == place.other_rank
        assert saved[place.place_id]["other_method"].startswith("official-1 ")
