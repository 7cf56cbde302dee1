"""Charts and tables of the policy view have the numbers of the snapshot, each on its own side."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.policy import creditor_gap_section, policy_charts
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats, i18n
from index_engine import queries
from tests.dashboard.reading import table_rows
from tests.dashboard.running import Open, text

pytestmark = pytest.mark.usefixtures("in_english")

GAPS = pd.DataFrame(
    [
        {"place_id": "1", "name": "甲", "name_hant": "", "name_en": "A & B", "local": 0.5,
         "non_local": 0.3, "local_n": 120, "non_local_n": 80, "gap": 0.2, "gap_low": 0.1,
         "gap_high": 0.3},
        {"place_id": "2", "name": "乙", "name_hant": "", "name_en": "C", "local": 0.4,
         "non_local": 0.6, "local_n": 70, "non_local_n": 90, "gap": -0.2, "gap_low": -0.5,
         "gap_high": 0.1},
    ]
)  # fmt: skip
GAPS = GAPS.assign(local_n_suppression="", non_local_n_suppression="")


def chart_traces(figure: go.Figure) -> list[dict]:
    """The traces with their numbers as lists, None where there is none."""
    traces = [trace.to_plotly_json() for trace in figure.data]
    for trace in traces:
        for axis in ("x", "y"):
            trace[axis] = [
                None if isinstance(value, float) and np.isnan(value) else value
                for value in np.asarray(trace[axis], dtype=object).tolist()
            ]
    return traces


def test_both_dots_and_the_hover_are_of_their_own_side() -> None:
    interval, _line, local, non_local = chart_traces(policy_charts.dumbbell_chart(GAPS, "share"))
    assert local["x"] == pytest.approx([50.0, 40.0])
    assert non_local["x"] == pytest.approx([30.0, 60.0])
    # The bar reaches from local less the upper to local less the lower end of the gap.
    assert interval["x"][:2] == pytest.approx([20.0, 40.0])
    assert interval["x"][3:5] == pytest.approx([30.0, 90.0])
    assert local["text"][0] == ("<b>A &amp; B</b><br>local creditors 50.0%, n 120<br>non-local creditors 30.0%, n 80")
    assert local["marker"]["color"] != non_local["marker"]["color"]


def test_the_gap_over_time_draws_each_series_under_its_own_name() -> None:
    history = pd.DataFrame(
        {
            "period": ["2023Q4", "2024Q1", "2024Q2"],
            "gap": [0.1, np.nan, 0.3],
            "gap_low": [0.05, np.nan, 0.2],
            "gap_high": [0.15, np.nan, 0.4],
            "adjusted_gap": [0.01, 0.02, 0.03],
        }
    )
    nation = pd.DataFrame({"period": ["2023Q4", "2024Q2"], "gap": [-0.1, -0.2]})
    figure = policy_charts.gap_history_chart(history, nation, "share", ("Here", "Nation"))
    ribbon, *lines = chart_traces(figure)
    assert ribbon["y"] == pytest.approx([15.0, 40.0, 20.0, 5.0])  # there along the top, and back
    by_name = {line["name"]: line for line in lines}
    assert by_name["Here"]["y"] == [10.0, None, 30.0]
    assert by_name["at equal case mix"]["y"] == pytest.approx([1.0, 2.0, 3.0])
    assert by_name["Nation"]["y"] == [-10.0, None, -20.0]
    assert (by_name["Here"]["line"]["dash"], by_name["at equal case mix"]["line"]["dash"]) == ("solid", "dash")


def test_months_are_not_multiplied() -> None:
    months = GAPS.assign(local=12.5, non_local=20.0)
    _interval, _line, local, non_local = chart_traces(policy_charts.dumbbell_chart(months, "months"))
    assert local["x"] == [12.5, 12.5] and non_local["x"] == [20.0, 20.0]
    assert "local creditors 12.5 months, n 120" in local["text"][0]


def test_a_difference_has_its_sign_and_its_digits() -> None:
    assert creditor_gap_section.gap_text(0.0123, "share") == "+1.2 percentage points"
    assert creditor_gap_section.gap_text(-2.345, "months") == "−2.3 months"
    assert creditor_gap_section.gap_interval_text(-0.05, 0.012, "share") == "−5.0 to +1.2"
    assert creditor_gap_section.gap_interval_text(-0.5, 1.25, "months") == "−0.5 to +1.2"


def test_the_table_has_both_sides_the_gap_and_the_gap_at_equal_case_mix(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    app = open_page("policy", lang="en")
    i18n.set_language("en")
    rows = {row["Name"]: row for row in table_rows(text(app), "Local and other creditors, by province")}
    gaps = queries.creditor_gaps(sample, "province", period, "cash_24m")
    unit, adjusted_count = "share", 0
    for place in gaps[gaps["status"] == "estimated"].itertuples(index=False):
        row = rows[place.name_en]
        assert row["Local"] == f"{formats.percent(place.local)} n {place.local_n:,.0f}"
        assert row["Non-local"] == f"{formats.percent(place.non_local)} n {place.non_local_n:,.0f}"
        interval = creditor_gap_section.gap_interval_text(place.gap_low, place.gap_high, unit)
        assert row["Gap"] == f"{creditor_gap_section.gap_text(place.gap, unit)} {interval}"
        if place.adjusted_status == "estimated":
            adjusted_count += 1
            interval = creditor_gap_section.gap_interval_text(place.adjusted_low, place.adjusted_high, unit)
            adjusted = creditor_gap_section.gap_text(place.adjusted_gap, unit)
            assert row["Gap at equal case mix"] == f"{adjusted} {interval}"
    assert adjusted_count


def test_a_sparkline_inks_the_quarters_since_the_change() -> None:
    series = pd.DataFrame(
        {
            "quarter": ["2023Q4", "2024Q1", "2024Q2"],
            "value": [0.2, 0.2, 0.6],
            "low": [0.1, 0.1, 0.1],
            "high": [0.3, 0.3, 0.3],
        }
    )
    image = str(policy_charts.sparkline(series, "2024Q2", "words"))
    assert image.count("%3Ccircle") == 1 and 'alt="words"' in image
    assert str(policy_charts.sparkline(series, "2023Q4", "words")).count("%3Ccircle") == 3


def test_gaps_beyond_chance_come_first_and_what_has_none_last() -> None:
    rows = pd.DataFrame(
        {
            "place_id": ["1", "2", "3", "4"],
            "gap": [0.4, -0.1, 0.2, np.nan],
            "gap_low": [-0.1, -0.15, 0.1, np.nan],
            "gap_high": [0.9, -0.05, 0.3, np.nan],
        }
    )
    assert creditor_gap_section.sort_rows(rows, "beyond")["place_id"].tolist() == ["3", "2", "1", "4"]
    assert creditor_gap_section.sort_rows(rows, "gap")["place_id"].tolist() == ["1", "3", "2", "4"]
    assert creditor_gap_section.sort_rows(rows, "code")["place_id"].tolist() == ["1", "2", "3", "4"]


def test_places_that_the_chart_leaves_out_are_named_with_the_reason(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.creditor_gaps(sample, "province", sample.periods()[-1], "cash_24m")
    words = text(open_page("policy", lang="en"))
    left_out = rows[rows["status"] != "estimated"]
    said = creditor_gap_section.left_out_text(left_out)
    for row in left_out.itertuples(index=False):
        assert row.name_en in said
    assert said in words
