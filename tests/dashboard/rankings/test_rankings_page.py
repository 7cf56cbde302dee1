"""The rankings say how sure a rank is, and where nothing can be said, why."""

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.rankings import ranking_columns as rank_columns
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from index_engine import queries
from index_engine.queries import Snapshot
from tests.dashboard.rankings.test_custom_weights import rows_drawn
from tests.dashboard.running import Open
from tests.dashboard.test_pages import clean


@pytest.fixture(scope="module")
def provinces(sample: CachedSnapshot) -> pd.DataFrame:
    units = queries.scores(sample, "province", sample.periods()[-1])
    return units.dropna(subset="score").set_index("place_id")


@pytest.mark.parametrize("level", ["province", "city"])
def test_a_rank_stands_with_its_confidence_set(open_page: Open, sample: CachedSnapshot, level: str) -> None:
    scores = queries.scores(sample, level, sample.periods()[-1]).dropna(subset="score").set_index("place_id")
    shown = clean(open_page("rankings", level=level, sort="-score"))
    drawn = [(unit, row) for unit, row in rows_drawn(shown) if unit in scores.index]
    assert drawn
    for unit, row in drawn:
        line = scores.loc[unit]
        low, high = int(line["rank_low"]), int(line["rank_high"])
        ends = f"{low}–{high}" if low < high else str(low)
        assert f'<span class="set">{ends}</span>' in row
        rank, tied = int(line["rank"]), int(line["tied"])
        assert f'<td class="number ranked">{rank}{"=<small" if tied > 1 else "<span"}' in row
        assert (f">×{tied}</small>" in row) == (tied > 1)
    if level == "city":
        assert (scores["tied"] > 1).any(), "no tie: nothing is tested"


@pytest.mark.parametrize("level", ["province", "city"])
def test_places_stand_in_groups_of_ranks_by_code_and_without_ranks(
    open_page: Open, sample: CachedSnapshot, level: str
) -> None:
    scores = queries.scores(sample, level, sample.periods()[-1]).dropna(subset="rank_group")
    shown = clean(open_page("rankings", level=level, lang="en")).split('id="unscored"')[0]
    table = shown.split("<tbody>")[1].split("</tbody>")[0]
    titles = re.findall(r'<th colspan="\d+" scope="colgroup"><span>Rank group (\d+) · (\d+)</span>', table)
    sizes = scores["rank_group"].value_counts().sort_index()
    assert len(sizes) > 1
    assert titles == [(f"{group:.0f}", str(size)) for group, size in sizes.items()][: len(titles)]
    listed = [unit for unit, _row in rows_drawn(shown) if unit in set(scores["place_id"])]
    expected = scores.sort_values(["rank_group", "place_id"])["place_id"].tolist()
    assert listed == expected[: len(listed)]
    assert "ranked" not in table, "ranks are told on request"


@pytest.mark.parametrize(("level", "sort"), [("province", "-price_ratio"), ("city", "months_to_cash"), ("court", "")])
def test_all_indicators_of_all_places_at_a_glance(
    in_english: None, open_page: Open, sample: CachedSnapshot, level: str, sort: str
) -> None:
    period = sample.periods()[-1]
    shown = clean(open_page("rankings", level=level, columns="indicators", sort=sort, lang="en"))
    # A row opens its place.
    drawn = [(re.findall(r"unit=([\w-]+)", row)[0], row) for _unit, row in rows_drawn(shown)]
    values = {i.id: queries.indicator_values(sample, level, period, i.id).set_index("place_id")
              for i in sample.method.indicators}  # fmt: skip
    n_values = 0
    for unit, row in drawn[:40]:
        for indicator in sample.method.indicators:
            value = values[indicator.id]["value"].get(unit)
            if pd.notna(value):
                n_values += 1
                assert f">{formats.value(value, indicator.unit)}</span>" in row
    assert n_values > 40
    indicator = sort.lstrip("-")
    if indicator:
        listed = pd.Series([values[indicator]["value"].get(unit) for unit, _row in drawn]).dropna()
        assert (listed[::-1] if sort.startswith("-") else listed).is_monotonic_increasing
    assert ("sort=-months_to_cash" in shown or "sort=months_to_cash" in shown) == (level != "court")


def test_the_set_for_all_places_at_once_is_among_the_columns_of_doubt(open_page: Open, provinces: pd.DataFrame) -> None:
    for unit, row in rows_drawn(clean(open_page("rankings", columns="doubt"))):
        line = provinces.loc[unit]
        assert f">{line['rank_low_all']:.0f}–{line['rank_high_all']:.0f}<" in row
        for column in ("adjusted", "shrunk"):
            low, high = line[f"{column}_low"], line[f"{column}_high"]
            if pd.notna(line[column]):
                assert f"{line[column]:.1f}<small>{low:.1f}–{high:.1f}</small>" in row
    first = rows_drawn(clean(open_page("rankings")))[0][1]
    assert "<small>" not in first  # one line a row by default


def test_the_interval_is_the_one_asked_for(open_page: Open, provinces: pd.DataFrame) -> None:
    for parameters, ends in (({}, ("low", "high")), ({"interval": "90"}, ("low90", "high90"))):
        for unit, row in rows_drawn(clean(open_page("rankings", **parameters))):
            low, high = (provinces.loc[unit, end] for end in ends)
            assert f">{low:.1f}–{high:.1f}<" in row
            assert f'<b style="--x:{low:.2f};--w:{high - low:.2f}">' in row  # and drawn


def test_the_drawing_shows_the_score_and_where_peers_draw_it(open_page: Open, provinces: pd.DataFrame) -> None:
    for unit, row in rows_drawn(clean(open_page("rankings"))):
        assert f'<i style="--x:{provinces.loc[unit, "score"]:.2f};' in row
        assert f'<i class="hollow" style="--x:{provinces.loc[unit, "shrunk"]:.2f}"' in row


def test_a_band_or_the_reason_why_there_is_none(open_page: Open, provinces: pd.DataFrame) -> None:
    assert provinces["band"].notna().any() and provinces["band"].isna().any()
    for unit, row in rows_drawn(clean(open_page("rankings", lang="en"))):
        band = provinces.loc[unit, "band"]
        assert ("interval too wide for a band" in row) == pd.isna(band)
        if pd.notna(band):
            assert f'<td class="text band">{band}</td>' in row


def test_small_places_carry_a_mark(open_page: Open, sample: CachedSnapshot, provinces: pd.DataFrame) -> None:
    limit = sample.method.peers.size_breaks[0]
    small = provinces["n"] < limit
    assert small.any() and not small.all()
    for unit, row in rows_drawn(clean(open_page("rankings"))):
        assert ('class="few"' in row) == small[unit]


@pytest.mark.parametrize(
    ("probability", "said"),
    [(1.0, ">99%"), (0.9901, ">99%"), (0.99, "99%"), (0.5, "50%"), (0.01, "1%"), (0.0099, "<1%"),
     (0.0, "<1%"), (float("nan"), "—")],
)  # fmt: skip
def test_a_probability_is_never_certain(probability: float, said: str) -> None:
    assert rank_columns.probability_text(probability) == said


def test_dimensions_are_a_click_away(open_page: Open, sample: CachedSnapshot) -> None:
    def headings(shown: str) -> str:
        return re.sub(r"<[^>]+>", " ", shown.split("<thead>")[1].split("</thead>")[0])

    names = [dimension.name["en"] for dimension in sample.method.dimensions]
    default = clean(open_page("rankings", lang="en"))
    assert not any(name in headings(default) for name in names)
    [where] = set(re.findall(r'href="(\?[^"]*columns=dimensions[^"]*)"', default))
    assert "lang=en" in where
    shown = headings(clean(open_page("rankings", lang="en", columns="dimensions")))
    assert all(name in shown for name in names)
    assert headings(clean(open_page("rankings", lang="en", columns="nonsense"))) == headings(default)


def test_courts_of_an_earlier_quarter_say_why_ranks_have_no_set(open_ranked: Open, sample: CachedSnapshot) -> None:
    earlier = sample.periods()[-2]
    assert queries.scores(sample, "court", earlier)["score"].notna().any()
    shown = clean(open_ranked("rankings", level="court", period=earlier, lang="en"))
    assert "computed for courts in the latest quarter only" in shown
    assert "In top 25%" not in shown.split("<table")[1].split("</thead>")[0]
    province = clean(open_ranked("rankings", period=earlier, lang="en"))
    assert "latest quarter only" not in province


@pytest.mark.parametrize("sort", ["top_share", "-adjusted", "shrunk", "-n", "nonsense"])
@pytest.mark.parametrize("columns", ["", "doubt", "dimensions"])
def test_every_column_sorts(open_page: Open, provinces: pd.DataFrame, sort: str, columns: str) -> None:
    drawn = [unit for unit, _ in rows_drawn(clean(open_page("rankings", sort=sort, columns=columns)))]
    by = sort.lstrip("-")
    rising = not sort.startswith("-")
    by, rising = (by, rising) if by in provinces else ("rank_group", True)
    expected = provinces.reset_index().sort_values([by, "place_id"], ascending=[rising, True], na_position="last")
    assert drawn == expected["place_id"].tolist()


@pytest.mark.parametrize("weights", ["", "cycle:2"])
@pytest.mark.parametrize("columns", ["", "doubt", "dimensions"])
def test_every_column_but_the_name_says_what_it_is_made_of(open_page: Open, columns: str, weights: str) -> None:
    shown = clean(open_page("rankings", lang="en", columns=columns, w=weights))
    head = shown.split("<thead>")[1].split("</thead>")[0]
    headings = re.findall(r"<th .*?</th>", head)
    assert len(headings) > 5
    for heading in headings:
        if "sort=name" in heading or "sort=-name" in heading:
            continue
        terms = re.findall(r"<dt>(.*?)</dt>", heading)
        assert {"What it is", "n", "Period", "Source"} <= set(terms), heading


def test_a_dimension_names_numerators_and_denominators(open_page: Open, sample: CachedSnapshot) -> None:
    shown = clean(open_page("rankings", lang="en", columns="dimensions"))
    for indicator in sample.method.indicators:
        assert indicator.numerator["en"] in shown and indicator.denominator["en"] in shown


def test_a_change_beyond_chance_is_marked(open_page: Open, warehouse: Path) -> None:
    """As many marks as changes that are more than chance, up or down as the change."""
    with Snapshot(warehouse) as snapshot:
        units = queries.scores(snapshot, "province", snapshot.periods()[-1]).set_index("place_id")
    for unit, row in rows_drawn(clean(open_page("rankings", lang="en"))):
        line = units.loc[unit]
        beyond = bool(line["change_year_beyond"])
        up, down = beyond and line["change_year"] > 0, beyond and line["change_year"] < 0
        assert ("▲" in row, "▼" in row) == (up, down)
        assert (": more than chance" in row) == (up or down)


@pytest.mark.parametrize(
    ("change", "beyond", "mark"), [(2.0, True, "▲"), (-2.0, True, "▼"), (2.0, False, ""), (float("nan"), False, "")]
)
def test_the_mark_of_a_change(change: float, beyond: bool, mark: str) -> None:
    line = SimpleNamespace(
        change_year=change, change_year_low=change - 1, change_year_high=change + 1, change_year_beyond=beyond
    )
    made = str(rank_columns.year_change_cell(line))
    assert [sign for sign in "▲▼" if sign in made] == list(mark)
