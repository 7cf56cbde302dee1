"""What people do to learn how far a number can be trusted: weigh anew, switch the method, look at
the doubt of one place, and cite what they saw."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

OFFICIAL = "official-1"


@pytest.fixture(scope="module")
def snapshot(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as opened:
        yield opened


def parameters(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_staff_weigh_anew_cite_the_view_and_come_back(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}rankings?level=province&lang=en&panel=weights")
    slider = page.locator(".st-key-weight-cycle").get_by_role("slider")
    slider.focus()
    for _ in range(4):  # from 1 to 3 in halves
        slider.press("ArrowRight")
    page.wait_for_url("**w=cycle%3A3**")
    driving.settle(page)
    expect(page.locator(".band", has_text="Custom weights")).to_contain_text("Cycle length 1 → 3")
    expected = queries.reweighted_scores(snapshot, "province", snapshot.periods()[-1], {"cycle": 3.0})
    first = expected.iloc[0]
    expect(page.locator("table.data tbody tr").first).to_contain_text(first["name_en"])
    with page.expect_download() as taken:
        page.locator(".st-key-download-ranking-province-custom-weights button").click()
    assert "custom-weights" in taken.value.suggested_filename
    text = Path(taken.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert all("自定义权重" in row["weights"] and "cycle:3" in row["weights"] for row in rows)
    assert float(rows[0]["score"]) == first["score"]
    cited = visit(page.url)
    expect(cited.locator("table.data tbody tr").first).to_contain_text(first["name_en"])
    page.locator(".band", has_text="Custom weights").get_by_role("link", name="Default weights").click()
    page.wait_for_url(lambda address: "w=" not in address)


def test_a_policymaker_sets_the_methods_side_by_side(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}rankings?level=province&lang=en")
    page.get_by_role("link", name="Index by official definitions").click()
    page.wait_for_url(f"**method={OFFICIAL}**")
    driving.settle(page)
    period = snapshot.periods()[-1]
    with Snapshot(snapshot.path, OFFICIAL) as official:
        best = queries.scores(official, "province", period).sort_values(["rank_group", "place_id"]).iloc[0]
    expect(page.locator("table.data tbody tr:not(.head)").first).to_contain_text(best["name_en"])
    expect(page.locator(".band", has_text="official").first).to_be_visible()
    page.get_by_role("link", name="Place profile").click()  # the method goes along
    page.wait_for_url("**/place?**")
    assert parameters(page)["method"] == OFFICIAL
    driving.settle(page)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "?layer=clusters",
        "?layer=band",
        "rankings?level=city&columns=doubt",
        "rankings?level=province&against=" + OFFICIAL,
        "place?level=province&unit=320000&view=peers",
        "place?level=province&unit=320000&view=mix&funnel=closure_rate",
        "method?audit=city",
        "method?method=" + OFFICIAL,
        "?method=" + OFFICIAL,
        "place?method=" + OFFICIAL,
    ],
)
def test_every_view_of_doubt_opens_by_its_address(visit: Visit, server: str, path: str, language: str) -> None:
    page = visit(f"{server}{path}&lang={language}")
    expect(page.locator(".notice")).to_have_count(0)
    expect(page.locator("h1")).to_have_count(1)
    assert "nan" not in page.inner_text("[data-testid=stMain]").lower().split()
