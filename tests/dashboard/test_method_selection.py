"""The method of the address is the one in view, everywhere; two methods stand side by side."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.rankings import method_disagreement
from dashboard.state import cache
from dashboard.state.cache import CachedSnapshot, View
from dashboard.ui import export
from index_engine import queries
from tests.dashboard.running import Open, text
from tests.dashboard.test_pages import clean
from tests.dashboard.ui.test_export import rows_of

OFFICIAL = "official-1"
NAME = "官方口径指数"


@pytest.fixture(scope="module")
def official(warehouse: Path) -> CachedSnapshot:
    return CachedSnapshot(warehouse, OFFICIAL)


def printed_scores(shown: str) -> list[tuple[str, float]]:
    """Unit and score of each row of the first table of the rankings."""
    table = shown.split("<table", 1)[1].split("</table", 1)[0]
    rows = re.findall(r"unit=(\w+).*?<td class=\"number\">([\d.]+)</td>", table, re.S)
    return [(unit, float(score)) for unit, score in rows]


@pytest.mark.parametrize("page", ["overview", "rankings", "place", "method"])
def test_every_page_stands_under_another_method_and_says_so(open_page: Open, page: str) -> None:
    shown = clean(open_page(page, method=OFFICIAL))
    band = re.search(r'<p class="band other-method".*?</p>', shown, re.S)
    assert band and NAME in band[0]
    # Back is a link without the method, in the same language and at the same place.
    assert re.search(r'<a href="\?[^"]*"|<a href="\?"', band[0])
    assert OFFICIAL not in band[0].split("</a>")[0]
    current = re.search(r'<nav class="methods".*?</nav>', shown, re.S)
    assert current
    assert re.search(rf'aria-current="true">{NAME}', current[0])


@pytest.mark.parametrize("page", ["overview", "rankings", "place"])
def test_links_carry_the_method(open_page: Open, page: str) -> None:
    shown = text(open_page(page, method=OFFICIAL))
    links = re.findall(r'href="(\./[^"]*)"', shown)
    assert len(links) > 10
    assert [link for link in links if f"method={OFFICIAL}" not in link] == []
    assert "method=" not in "".join(re.findall(r'href="(\./[^"]*)"', text(open_page(page))))


def test_an_unknown_method_means_the_main_one(open_page: Open) -> None:
    shown = clean(open_page("rankings", method="no-such"))
    assert 'class="band other-method' not in shown
    assert printed_scores(shown) == printed_scores(clean(open_page("rankings")))


def test_what_is_kept_is_kept_by_method(open_page: Open, sample: CachedSnapshot, official: CachedSnapshot) -> None:
    period = sample.periods()[-1]
    asked = ((None, sample), (OFFICIAL, official), (None, sample))  # and back again
    for method, answers in asked:
        shown = clean(open_page("rankings", **({"method": method} if method else {})))
        units = queries.scores(answers, "province", period).dropna(subset="score")
        assert dict(printed_scores(shown)) == dict(zip(units.place_id, units.score, strict=True))


def test_a_method_is_opened_once_and_apart(warehouse: Path, monkeypatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(warehouse))
    main = cache.main_snapshot()
    other = main.with_method(OFFICIAL)
    assert other.method.id == OFFICIAL and main.method.id != OFFICIAL
    assert main.with_method(OFFICIAL) is other and cache.main_snapshot() is main
    assert main.with_method(main.method.id) is main
    for name, snapshot in (("no-such", main), (OFFICIAL, other), ("", main)):
        monkeypatch.setattr(cache.address, "get", {"method": name}.get)
        assert cache.current_snapshot() is snapshot


def test_a_download_names_its_method(sample: CachedSnapshot, official: CachedSnapshot) -> None:
    period = sample.periods()[-1]
    for answers in (sample, official):
        view = View(answers, period, answers.nation)
        rows = rows_of(export.csv_bytes(view.scores("province"), view))
        assert {row["method"] for row in rows} == {f"{answers.method.id} {answers.method.version}"}
        assert (OFFICIAL in export.csv_file_name("x", view)) == (answers is official)


def test_no_switch_where_there_is_one_method(sample: CachedSnapshot) -> None:
    alone = SimpleNamespace(methods={sample.main.id: sample.main}, main=sample.main)
    alone.method = sample.main
    assert method_disagreement.comparison_method(alone) is None
    assert method_disagreement.comparison_method(sample).id == OFFICIAL


@pytest.mark.parametrize("method", ["", OFFICIAL])
def test_the_ten_that_differ_most_stand_with_what_explains_it(
    open_page: Open, sample: CachedSnapshot, method: str
) -> None:
    period = sample.periods()[-1]
    app = open_page("rankings", panel="methods", lang="en", **({"method": method} if method else {}))
    table = clean(app).split("<table", 1)[1].split("</table", 1)[0]
    compared = queries.method_comparison(sample, "province", period, OFFICIAL).head(10)
    assert compared["rank_difference"].abs().max() > 0, "the methods agree: nothing is tested"
    assert re.findall(r"unit=(\d+)", table) == compared["place_id"].tolist()
    rows = table.split("<tr")[3:]  # after the heading and the nation
    for row, line in zip(rows, compared.itertuples(index=False), strict=True):
        difference = line.rank_difference
        words = "lower" if difference > 0 else "higher"
        assert (f">{abs(difference)} {words}<" if difference else ">=<") in row
        values = queries.indicators(sample, "province", line.place_id, period).set_index("indicator")
        figures = queries.statistics(sample, "province", line.place_id, period).set_index("statistic")
        for share in (
            values.loc["cash_24m", "value"],
            values.loc["recovered_24m", "value"],
            figures.loc["closure_rate", "value"],
        ):
            assert f">{100 * share:.1f}%<" in row
        assert f">{figures.loc['mean_days_closed', 'value']:.0f} days<" in row
        for score in (line.score, line.other_score):
            assert f"{score:.1f} (" in row


def test_the_comparison_is_closed_unless_asked_for(open_page: Open) -> None:
    assert 'class="rank-mark' not in clean(open_page("rankings"))
    assert 'class="rank-mark' in clean(open_page("rankings", panel="methods"))


def test_methods_are_not_compared_with_custom_weights(open_page: Open) -> None:
    shown = clean(open_page("rankings", panel="methods", w="cycle:2"))
    assert 'class="rank-mark' not in shown
