"""What is on screen, in a hover and in a file of a comparison, read back and compared with the
snapshot."""

import pandas as pd
import pytest

from dashboard.compare import measure_trends, monthly_flows, standings
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats, i18n
from dashboard.ui import compared_places, theme
from dashboard.ui.charts import annotation_lines
from index_engine import queries
from index_engine.queries import Place
from tests.dashboard.reading import assert_same_rows, part, plain
from tests.dashboard.running import Open, text

Files = dict[str, list[dict[str, str]]]

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def places(sample: CachedSnapshot, period: str) -> list[Place]:
    """Two provinces that have a score."""
    rows = queries.scores(sample, "province", period)
    scored = rows.loc[rows["score"].notna(), "place_id"][:2]
    return [sample.place("province", place_id) for place_id in scored]


def opened(open_page: Open, places: list[Place], **more: str) -> str:
    app = open_page("compare", lang="en", units=compared_places.address_value(places), **more)
    i18n.set_language("en")  # a page sets its own
    assert not app.exception, app.exception[0].message
    return text(app)


# ---------------------------------------------------------------- files


def test_the_file_of_standings_holds_the_scores_of_the_period(
    open_page: Open, sample: CachedSnapshot, period: str, places: list[Place], downloads: Files
) -> None:
    opened(open_page, places)
    scores = queries.scores(sample, "province", period).set_index("place_id", drop=False)
    expected = scores.loc[[place.place_id for place in places]]
    assert_same_rows(
        downloads["compare-standing"],
        expected[["place_id", *standings.DOWNLOAD_COLUMNS]].assign(
            level="province", name=[place.name_en for place in places]
        ),
    )


def test_the_file_of_a_trend_holds_the_measure_of_each_place(
    open_page: Open, sample: CachedSnapshot, places: list[Place], downloads: Files
) -> None:
    opened(open_page, places, measure="cash_24m")
    rows = downloads["compare-over-time"]
    keys = tuple((place.level, place.place_id) for place in places)
    trends = queries.trends(sample, keys, "cash_24m")
    assert_same_rows(rows, trends.drop(columns="period"))


def test_the_file_of_a_difference_has_the_later_side_after(
    open_page: Open, sample: CachedSnapshot, period: str, places: list[Place], downloads: Files
) -> None:
    target, baseline = places
    opened(open_page, places)
    comparison = queries.comparison(
        sample, ("province", baseline.place_id, period), ("province", target.place_id, period)
    )
    parts = comparison.contributions
    expected = {
        "indicator": parts["indicator"],
        "name": [sample.method.indicator(name).name["en"] for name in parts["indicator"]],
    }
    for side, place in (("before", baseline), ("after", target)):
        values = queries.indicators(sample, "province", place.place_id, period).set_index("indicator")
        values = values.loc[parts["indicator"]]
        is_direct = values["status"] == "estimated"
        assert is_direct.sum() > 4
        peer_value = values["shrunk"].fillna(values["peers_value"])
        expected |= {
            f"{side}_unit": [f"province:{place.place_id}"] * len(parts),
            f"{side}_period": [period] * len(parts),
            f"{side}_n": values["n"].to_numpy(),
            f"{side}_n_suppression": values["n_suppression"].to_numpy(),
            f"{side}_value": values["value"].where(is_direct, peer_value).to_numpy(),
            f"{side}_points": parts[side],
        }
    names = ["part", "low", "high", "performance", "mix"]
    assert_same_rows(downloads["difference"], pd.DataFrame(expected | {name: parts[name] for name in names}))


# ---------------------------------------------------------------- screen


def test_each_side_of_the_table_shows_its_own_score_and_cases(
    open_page: Open, sample: CachedSnapshot, period: str, places: list[Place]
) -> None:
    target, baseline = places
    section = part(opened(open_page, places), "difference")
    head = plain(section.split("<thead>")[1].split("</thead>")[0])
    assert head.index(baseline.name_en) < head.index(target.name_en)
    rows = queries.scores(sample, "province", period).set_index("place_id")
    total = plain(section.split('<tr class="total">')[1].split("</tr>")[0])
    sides = [
        f"{formats.number(rows.loc[place.place_id, 'score'], 1)} n = {formats.number(rows.loc[place.place_id, 'n'])}"
        for place in (baseline, target)
    ]
    assert " ".join(total.split()).startswith(f"Score {sides[0]} {sides[1]}")


# ---------------------------------------------------------------- hovers


@pytest.mark.parametrize("measure", ["score", "cash_24m", "months_to_cash"])
def test_the_hover_of_a_trend_tells_the_n_of_its_measure(
    sample: CachedSnapshot, period: str, places: list[Place], measure: str
) -> None:
    """Of an indicator not the n of the score, and value and interval on its own scale."""
    view = View(sample, period, sample.nation)
    keys = tuple((place.level, place.place_id) for place in places)
    chart = measure_trends.draw_trends(
        view,
        places,
        queries.trends(sample, keys, measure),
        measure,
        measure_trends.OBSERVED_BASIS,
        annotation_lines.NO_MARKS,
        (0.0, 100.0),
    )
    lines = [trace for trace in chart.data if trace.mode == "lines+markers"]
    for line, place in zip(lines, places, strict=True):
        assert line.hovertemplate == "%{y:.1f} · n = %{customdata}"
        for position, quarter in enumerate(sample.periods()):
            if measure == "score":
                rows = queries.scores(sample, "province", quarter).set_index("place_id")
                n, value = rows.loc[place.place_id, ["n", "score"]]
            else:
                rows = queries.indicators(sample, "province", place.place_id, quarter)
                n, value = rows.set_index("indicator").loc[measure, ["n", "value"]]
                value *= 100 if sample.method.indicator(measure).unit == "share" else 1
            assert line.customdata[position] == formats.number(n)
            assert line.y[position] == pytest.approx(value, nan_ok=True)


def test_the_thin_line_of_a_flow_is_counted_and_the_thick_one_adjusted(sample: CachedSnapshot) -> None:
    rows = queries.monthly_flows(sample, "nation", sample.nation.place_id)
    rows = rows[rows["flow"] == "filed"].reset_index(drop=True)
    assert rows["adjusted"].notna().all() and (rows["adjusted"] != rows["n"]).any()
    counted, adjusted = monthly_flows.draw_flow_chart(rows).data
    assert (counted.name, adjusted.name) == ("actual count", "seasonally adjusted")
    assert list(counted.y) == list(rows["n"])
    assert list(adjusted.y) == list(rows["adjusted"])
    assert list(counted.customdata) == [formats.number(n) for n in rows["n"]]
    assert counted.line.width < adjusted.line.width
    assert adjusted.line.color == theme.LIGHT.accent
