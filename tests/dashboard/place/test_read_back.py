"""What is on screen, in a hover and in a file on the page of a place, read back and compared with
the snapshot."""

import re

import pandas as pd
import pytest

from dashboard.place import method_comparison, peer_shrinkage
from dashboard.place.method_comparison import MethodRow
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from dashboard.ui import components, theme
from dashboard.ui.charts import outcome_chart
from index_engine import queries
from index_engine.method import load_method
from tests.dashboard.reading import assert_same_rows, part, plain, profile, row_of, scored
from tests.dashboard.running import Open

METHOD = load_method()
DISTRIBUTION_COLUMNS = ["minimum", "q25", "median", "q75", "maximum", "place_count"]
Files = dict[str, list[dict[str, str]]]

pytestmark = pytest.mark.usefixtures("in_english")


# ---------------------------------------------------------------- files


def test_files_of_single_queries_hold_their_columns(
    open_page: Open, sample: CachedSnapshot, period: str, downloads: Files
) -> None:
    place_id = scored(sample, "province", period).place_id
    profile(open_page, "province", place_id)
    key = ("province", place_id, period)
    sensitivity = queries.sensitivity(sample, "province")
    funnel = queries.funnel_plot(sample, "city", period, "zhongben_rate")
    expected = {
        "checks": queries.checks(sample, *key),
        "changes": queries.change_decomposition(sample, *key),
        "expected": pd.DataFrame([queries.indirect_ratio(sample, *key)]),
        "represented": queries.mix_overlap(sample, *key),
        "auction-rounds": queries.sale_pipeline(sample, *key),
        "nodes": queries.waiting_times(sample, *key),
        "history": queries.score_history(sample, "province", place_id),
        "outcomes-case": queries.incidence(sample, "province", place_id, process="case", period=period),
        "outcomes-lot": queries.incidence(sample, "province", place_id, process="lot", period=period),
        "rank-and-choices": sensitivity[sensitivity["place_id"] == place_id],
        "sobol": queries.sobol(sample, "province", place_id).sort_values("total", ascending=False, kind="stable"),
        "funnel-city-zhongben_rate": funnel.places,
    }
    for subject, table in expected.items():
        assert_same_rows(downloads[subject], table)


def test_a_file_of_waits_names_every_step_and_its_limit(
    open_page: Open, sample: CachedSnapshot, period: str, downloads: Files
) -> None:
    """Steps without any wait too, which have no row on the page."""
    court = next(
        court
        for court in queries.scores(sample, "court", period)["place_id"]
        for n in [queries.waiting_times(sample, "court", court, period)["n"]]
        if (n == 0).any() and (n > 0).any()
    )
    profile(open_page, "court", court)
    rows = downloads["nodes"]
    assert [row["name"] for row in rows] == [step.name["en"] for step in queries.read_steps()]
    for row, step in zip(rows, queries.read_steps(), strict=True):
        limit_days = "" if step.limit_days is None else f"{float(step.limit_days)}"
        assert (row["limit_days"], row["limit"]) == (limit_days, step.limit)


@pytest.mark.parametrize(
    ("subject", "kind", "id_column"),
    [("indicators", "indicator", "indicator"), ("official-figures", "statistic", "statistic")],
)
def test_files_of_values_hold_the_distribution_of_each(
    open_page: Open, sample: CachedSnapshot, period: str, downloads: Files, subject: str, kind: str, id_column: str
) -> None:
    place_id = scored(sample, "province", period).place_id
    profile(open_page, "province", place_id)
    query = {"indicator": queries.indicators, "statistic": queries.statistics}[kind]
    values = query(sample, "province", place_id, period)
    assert_same_rows(downloads[subject], values)
    distribution = queries.distribution(sample, "province", period)
    distribution = distribution[distribution["kind"] == kind].set_index("item")
    expected = distribution[DISTRIBUTION_COLUMNS].reindex(values[id_column])
    assert_same_rows(downloads[subject], expected.add_prefix("level_"))


def test_the_file_of_methods_holds_the_scores_and_ranks_of_each(
    open_page: Open, sample: CachedSnapshot, period: str, downloads: Files
) -> None:
    [other] = [method for method in sample.methods.values() if method.id != sample.method.id]
    comparison = queries.method_comparison(sample, "province", period, other.id)
    line = next(comparison.itertuples(index=False))
    row = next(
        row
        for row in queries.scores(sample, "province", period).itertuples(index=False)
        if row.place_id == line.place_id
    )
    profile(open_page, "province", line.place_id)
    ranked = queries.scores(sample, "province", period)["rank"].notna().sum()
    expected = pd.DataFrame(
        [
            {"score": row.score, "low": row.low, "high": row.high, "rank": row.rank},
            {"score": line.other_score, "low": line.other_low, "high": line.other_high, "rank": line.other_rank},
        ]
    ).assign(
        scored_by=[f"{method.id} {method.version}" for method in (sample.method, other)],
        rank_under_first=[None, line.rank],
        places=[ranked, len(comparison)],
    )
    assert_same_rows(downloads["methods"], expected)


def test_the_file_of_peers_holds_both_estimates_of_the_score(
    open_page: Open, sample: CachedSnapshot, period: str, downloads: Files
) -> None:
    row = scored(sample, "court", period)
    profile(open_page, "court", row.place_id)
    expected = pd.DataFrame(
        {
            "estimate": ["As observed", "Shrinkage estimate"],
            "score": [row.score, row.shrunk],
            "low": [row.low, row.shrunk_low],
            "high": [row.high, row.shrunk_high],
        }
    )
    assert_same_rows(downloads["peers"], expected)


def test_the_file_of_similar_places_holds_their_scores(
    open_page: Open, sample: CachedSnapshot, period: str, downloads: Files
) -> None:
    row = scored(sample, "city", period)
    profile(open_page, "city", row.place_id)
    neighbours = queries.similar_places(sample, "city", row.place_id, period)
    scores = queries.scores(sample, "city", period).set_index("place_id", drop=False)
    expected = scores.loc[[row.place_id, *neighbours["place_id"]]]
    assert_same_rows(downloads["alike"], expected.assign(distance=[0.0, *neighbours["distance"]]))


# ---------------------------------------------------------------- screen


def test_every_indicator_tells_its_goalposts_the_worse_one_first(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    row = scored(sample, "province", period)
    section = part(profile(open_page, "province", row.place_id), "score")
    suffix = {"months": " months", "days": " days"}
    for indicator in METHOD.indicators:
        worst, best = (
            formats.goalpost(end, indicator.unit) + suffix.get(indicator.unit, "")
            for end in (indicator.worst, indicator.best)
        )
        words = row_of(section, indicator.name["en"])
        assert f"0 points at {worst}, 100 at {best}." in words


def test_the_table_of_peers_shows_both_estimates(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "court", period)
    section = part(profile(open_page, "court", row.place_id), "peers")
    for name, *numbers in (
        ("As observed", row.score, row.low, row.high),
        ("Shrinkage estimate", row.shrunk, row.shrunk_low, row.shrunk_high),
    ):
        words = row_of(section, name)
        assert formats.number(numbers[0], 1) in words.split()
        assert formats.interval(numbers[1], numbers[2], "score") in words
        low, high = (f"{end:.2f}" for end in (numbers[1], numbers[2] - numbers[1]))
        assert f"--x:{low};--w:{high}" in section


def test_bars_of_the_sale_pipeline_are_as_long_as_their_shares(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    row = scored(sample, "province", period)
    pipeline = queries.sale_pipeline(sample, "province", row.place_id, period)
    section = part(profile(open_page, "province", row.place_id), "rounds")
    widths = re.findall(r'class="funnel (\w+)"[^>]*><i style="--w:([\d.]+)"', section)
    base = pipeline.loc[pipeline["stage"] == "first", "held"].iloc[0]
    numbers = {
        "stage": pipeline["held"],
        "sold": pipeline["held"] * pipeline["sale_rate"],
        "unsold": pipeline["held"] * (1 - pipeline["sale_rate"]),
    }
    for kind, counts in numbers.items():
        drawn = [float(width) for name, width in widths if name == kind]
        assert drawn == pytest.approx([100 * min(n / base, 1.0) for n in counts[counts > 0]], abs=0.01)
    assert base > 0


@pytest.mark.parametrize(
    ("rank", "words"),
    [(3, "ranks 2 places higher than"), (9, "ranks 4 places lower than"), (5, "has the same rank as")],
)
def test_a_smaller_rank_under_another_method_is_higher(sample: CachedSnapshot, rank: int, words: str) -> None:
    current, other = sample.methods.values()
    rows = [
        MethodRow(current, 20, 50.0, 45.0, 55.0, 5.0),
        MethodRow(other, 20, 60.0, 55.0, 65.0, float(rank), current_rank=5.0),
    ]
    text = method_comparison.rank_change_text(rows)
    assert text == f"Under {other.name['en']} it {words} under {current.name['en']}."


@pytest.mark.parametrize(
    ("shrunk", "text"),
    [
        (52.3, "Shrinkage raises the score by 2.3 points."),
        (47.9, "Shrinkage lowers the score by 2.1 points."),
        (50.04, "Shrinkage leaves the score unchanged."),
    ],
)
def test_shrinkage_raises_or_lowers_the_score(shrunk: float, text: str) -> None:
    assert peer_shrinkage.shrinkage_text(50.0, shrunk) == text


# ---------------------------------------------------------------- hovers


def test_the_hover_of_outcomes_tells_share_interval_and_number_at_risk(sample: CachedSnapshot, period: str) -> None:
    nation = sample.nation
    curve = queries.incidence(sample, "nation", nation.place_id, process="case", period=period)
    names = {event: components.outcome_name(event) for event in (*METHOD.events, "open")}
    chart = outcome_chart.draw_outcome_chart(curve, list(METHOD.events), names, METHOD.horizon_months, z=METHOD.z)
    traces = {trace.name: trace for trace in chart.data if trace.hovertemplate}
    for event in METHOD.events:
        trace = traces[names[event]]
        assert list(trace.y) == pytest.approx(list(100 * curve[event]))
        row = curve.iloc[12]
        half_width = METHOD.z * row[f"se_{event}"]
        interval = formats.interval(max(row[event] - half_width, 0.0), row[event] + half_width, "share")
        assert trace.customdata[12] == f" ({interval})"
        assert trace.fillcolor == theme.LIGHT.outcome_colours[event]
    at_risk = traces["under observation"]
    assert list(at_risk.customdata) == [f"{formats.number(n)} or more" for n in curve["at_risk"]]


def test_a_page_of_another_period_reads_that_period(open_page: Open, sample: CachedSnapshot, downloads: Files) -> None:
    earlier = sample.periods()[-3]
    row = scored(sample, "province", earlier)
    shown = plain(profile(open_page, "province", row.place_id, period=earlier))
    window = formats.date_range(*sample.period_dates(earlier))
    assert f"Period: {window}" in shown
    for subject in ("checks", "indicators", "official-figures", "auction-rounds"):
        assert {line["period"] for line in downloads[subject]} == {earlier}
    assert_same_rows(downloads["checks"], queries.checks(sample, "province", row.place_id, earlier))
