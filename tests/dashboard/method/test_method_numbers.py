"""Tables of the method page have the numbers of the method file and of the audit."""

import math
import re

import pytest

from dashboard.method import method_tables, rank_rules
from dashboard.robustness import audit_charts
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats, i18n
from dashboard.ui import provenance
from index_engine import queries
from tests.dashboard.reading import table_rows
from tests.dashboard.running import Open, text

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def robustness_page(open_page: Open) -> str:
    app = open_page("robustness", lang="en")
    i18n.set_language("en")
    assert not app.exception, app.exception[0].message
    return text(app)


@pytest.fixture
def page(open_page: Open) -> str:
    app = open_page("method", lang="en")
    i18n.set_language("en")
    assert not app.exception, app.exception[0].message
    return text(app)


def test_goalposts_stand_under_the_points_they_are_worth(page: str, sample: CachedSnapshot) -> None:
    rows = table_rows(page, "Dimensions and indicators")
    assert len(rows) == len(sample.main.indicators)
    for row in rows:
        [indicator] = [i for i in sample.main.indicators if row["Indicator"].startswith(i.name["en"])]
        assert row["0 points"] == provenance.goalpost_value(indicator, indicator.worst)
        assert row["100 points"] == provenance.goalpost_value(indicator, indicator.best)
        assert row["0 points"] != row["100 points"]
        assert row["Better when"].startswith("higher" if indicator.best > indicator.worst else "lower")
        assert row["Numerator"] == indicator.numerator["en"]
        assert row["Denominator"] == indicator.denominator["en"]
        assert row["Minimum n"] == str(indicator.min_n)
        words = provenance.goalpost_text(indicator)
        assert words.startswith(f"0 points at {row['0 points']}, 100 at {row['100 points']}.")


def test_a_goalpost_has_the_digits_and_the_unit_of_its_indicator() -> None:
    assert formats.goalpost(0.35, "share") == "35%"
    assert formats.goalpost(0.7, "ratio") == "0.7"
    assert formats.goalpost(14.0, "months") == "14"
    assert formats.value(0.654, "ratio") == "0.65"
    assert formats.value(13.26, "months") == "13.3 months"
    assert formats.value(120.4, "days") == "120 days"
    assert formats.interval(12.34, 13.26, "months") == "12.3–13.3"
    assert formats.interval(0.654, 0.71, "ratio") == "0.65–0.71"
    assert formats.interval(61.24, 70.06, "score") == "61.2–70.1"


def test_bands_reach_from_their_own_limit_to_the_next(page: str, sample: CachedSnapshot) -> None:
    limits = rank_rules.band_limits(sample.main)
    rows = table_rows(page, "Bands")
    assert [row["Band"] for row in rows] == [band.id for band in sample.main.bands]
    for row, band, above in zip(rows, limits, [None, *limits], strict=False):
        assert row["From"] == formats.number(band.low)
        assert row["Below"] == ("100, included" if above is None else formats.number(above.low))


def test_a_design_effect_widens_errors_by_its_root(robustness_page: str, sample: CachedSnapshot) -> None:
    effects = queries.design_effects(sample)
    names = {entry.id: entry.name["en"] for entry in sample.main.estimands}
    rows = {row["Indicator"]: row for row in table_rows(robustness_page, "Design effects")}
    assert rows
    for effect in effects[effects["indicator"].isin(names)].itertuples(index=False):
        row = rows[names[effect.indicator]]
        assert row["Design effect"] == f"{effect.design_effect:.2f}"
        wider = "not at all" if effect.design_effect <= 1 else f"{100 * (math.sqrt(effect.design_effect) - 1):.1f}%"
        assert row["Errors wider by"] == wider
        assert row["Groups of cases"] == f"{effect.n_groups:,}"


def test_weights_and_effects_are_drawn_on_one_scale() -> None:
    cell = str(audit_charts.influence_cell(0.25, 0.5, 0.5))
    assert '<s style="--x:50.00">' in cell  # the weight: half of the largest share
    assert 'style="--x:100.00"' in cell  # the effect: the largest
    assert "--w:40.00" in str(audit_charts.length_cell(2.0, 5.0))


def test_two_intervals_of_a_rank_and_its_score_are_those_of_the_place(
    robustness_page: str, sample: CachedSnapshot
) -> None:
    places = queries.sensitivity(sample, "province").dropna(subset="rank").head(50)
    rows = table_rows(robustness_page, "All assumptions at once, beside sampling error")
    for row, place in zip(rows, places.itertuples(index=False), strict=True):
        assert row["Province"] == place.name_en
        assert row["Rank"] == str(place.rank)
        assert row["Over assumptions"] == formats.rank_range(place.rank_low, place.rank_high)
        assert row["From sampling"] == formats.rank_range(place.rank_set_low, place.rank_set_high)
        assert row["Score"] == f"{place.score:.1f}"
        assert row["Score over assumptions"] == f"{place.score_low:.1f}–{place.score_high:.1f}"


def test_sources_have_their_own_rows_and_rejects(page: str, sample: CachedSnapshot) -> None:
    sources = queries.sources(sample)
    rows = table_rows(page, "Sources")
    assert len(rows) == len(sources)
    for row, source in zip(rows, sources.itertuples(index=False), strict=True):
        assert (row["Rows"], row["Rejected"]) == (f"{source.rows:,}", f"{source.rejected:,}")
        assert row["SHA-256"] == source.sha256
        assert row["Observed"] == method_tables.observation_window(source)
        assert re.match(r"\w{3} \d", row["Observed"]) or row["Observed"] == formats.NO_VALUE
