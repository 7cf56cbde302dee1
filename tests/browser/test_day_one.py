"""The first day of each of the three who use it: from the front page, by clicks and typing alone,
to what they came for. Nobody types an address. What a person does is counted; at fifteen seconds
each the day's errand is done within five minutes."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Visit
from tests.browser.test_stories import click_place

pytestmark = pytest.mark.browser

SECONDS_AN_ACT = 15  # to read, to decide, to click
FIVE_MINUTES = 300


@pytest.fixture(scope="module")
def snapshot(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as opened:
        yield opened


@dataclass
class Person:
    """Acts on a page; every act is counted."""

    page: Page
    acts: int = 0

    def click(self, what: Locator) -> None:
        what.click()
        self._done()

    def follow(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True).first)

    def map(self, code: str) -> None:
        click_place(self.page, code)
        self.page.wait_for_url(f"**unit={code}**")
        self._done()

    def find(self, box: str, words: str, name: str) -> None:
        self.page.get_by_role("combobox", name=box).fill(words)
        self.click(self.page.get_by_role("option", name=name).first)

    def take(self, button: Locator) -> Path:
        with self.page.expect_download() as taken:
            button.click()
        self.acts += 1
        return Path(taken.value.path())

    def on_time(self) -> bool:
        return self.acts * SECONDS_AN_ACT <= FIVE_MINUTES

    def _done(self) -> None:
        self.acts += 1
        driving.settle(self.page)


def test_association_staff_read_weigh_and_take_what_a_publication_needs(
    visit: Visit, server: str, snapshot: Snapshot
) -> None:
    staff = Person(visit(f"{server}?lang=en"))
    page = staff.page
    expect(page.locator("h1")).to_contain_text("China")
    # The front page leads to the method by any of its numbers.
    staff.click(page.locator(".card details.note summary").first)
    staff.click(page.locator(".card details.note[open]").get_by_role("link"))
    expect(page.locator("h1")).to_contain_text(snapshot.method.name["en"])
    # A ranking with other weights, and back.
    staff.follow("Rankings")
    staff.click(page.get_by_role("link", name="Set your own weights"))
    page.locator(".st-key-weight-auction").get_by_role("slider").press("ArrowRight")
    page.wait_for_url("**w=auction**")
    staff.acts += 1
    band = page.locator(".band", has_text="Custom weights")
    expect(band).to_be_visible()
    staff.click(band.get_by_role("link", name="Default weights"))
    expect(band).to_have_count(0)
    # Numbers and a figure that carry method, period, data and the mark of made-up data themselves.
    table = staff.take(page.locator("[class*=st-key-download-ranking] button").first)
    rows = [*csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"), newline=""))]
    period = snapshot.periods()[-1]
    scores = queries.scores(snapshot, "province", period)
    ranked = scores[scores["score"].notna()]  # what has no score is in no order
    in_groups = ranked.sort_values(["rank_group", "place_id"])  # as on the screen
    assert [row["place_id"] for row in rows] == in_groups["place_id"].tolist()
    assert {row["data_version"] for row in rows} == {snapshot.version}
    assert {row["period"] for row in rows} == {period}
    assert all(row["method"] and "SYNTHETIC" in row["data_kind"] for row in rows)
    staff.follow("Caterpillar plot")
    save = page.locator(".save").get_by_role("button", name=re.compile("SVG")).first
    picture = staff.take(save).read_text(encoding="utf-8")
    assert snapshot.version in picture
    assert "Synthetic data" in picture
    assert staff.on_time()


def test_an_investor_goes_down_to_a_court_and_sets_a_region_beside_another(
    visit: Visit, server: str, snapshot: Snapshot
) -> None:
    period = snapshot.periods()[-1]
    rows = queries.scores(snapshot, "city", period)
    scored = rows[rows["score"].notna()].sort_values("n", na_position="first")
    city = scored.iloc[-1]
    other = scored[scored["parent"] != city["parent"]].iloc[-1]
    court = queries.scores(snapshot, "court", period, parent=city["place_id"]).iloc[0]
    investor = Person(visit(f"{server}?lang=en"))
    page = investor.page
    investor.map(city["parent"])
    investor.map(city["place_id"])
    listed = page.locator(".st-key-list").get_by_role("link", name=court["name_en"], exact=True)
    investor.click(listed)
    expect(page.locator("h1")).to_have_text(court["name_en"])
    # How long it waits at each step, with what the law allows; what auctions bring.
    investor.click(page.get_by_role("link", name="Open all"))
    expect(page.locator(".st-key-nodes table")).to_contain_text("Filing → first listing")
    expect(page.locator(".st-key-nodes table")).to_contain_text("at most 30 days")
    expect(page.locator(".st-key-rounds table")).to_contain_text("floor 70%")
    # Its city beside one of another province, and what the difference is made of.
    investor.click(page.locator(".crumbs a").last)
    investor.click(page.get_by_role("link", name="Compare →"))
    names = page.get_by_role("list", name="Places compared")
    expect(names).to_contain_text(city["name_en"])
    investor.find("Add a place or court", other["name"], other["name_en"])
    expect(names).to_contain_text(other["name_en"])
    parts = page.locator(".st-key-difference-parts table")
    expect(parts).to_contain_text("Price to first reference")
    assert investor.on_time()


def test_a_policymaker_follows_one_court_among_its_like_and_the_creditors(
    visit: Visit, server: str, snapshot: Snapshot
) -> None:
    period = snapshot.periods()[-1]
    courts = queries.scores(snapshot, "court", period)
    court = courts[courts["score"].notna()].sort_values("n", na_position="first").iloc[-1]
    policymaker = Person(visit(f"{server}?lang=en"))
    page = policymaker.page
    policymaker.find("Find a place or court", court["name"], court["name_en"])
    expect(page.locator("h1")).to_have_text(court["name_en"])
    # Over time, how cases end, and where they wait.
    policymaker.follow("Open all")
    for chart in ("history", "outcomes-case"):
        expect(page.locator(f"[class*=st-key-plot-{chart}] .main-svg").first).to_be_visible()
    expect(page.get_by_text("The step at which most are waiting")).to_be_visible()
    # Courts of like cases beside it, over time and at one mix of cases.
    near = queries.similar_places(snapshot, "court", court["place_id"], period)
    if len(near):
        policymaker.follow("Compare with these")
    else:
        policymaker.follow("Compare →")
    expect(page.get_by_role("list", name="Places compared")).to_contain_text(court["name_en"])
    for view in ("observed", "adjusted"):
        expect(page.locator(f".st-key-plot-compare-{view} .main-svg").first).to_be_visible()
    # Local against other creditors, and what changed against its own past.
    policymaker.follow("Policy view")
    expect(page.locator("h1")).to_contain_text("of local creditors' cases paid")
    expect(page.locator(".st-key-plot-creditors .main-svg").first).to_be_visible()
    expect(page.get_by_role("heading", name="Changes from a place's own past")).to_be_visible()
    expect(page.get_by_text(re.compile(r"series (watched )?signalled|No series"))).to_be_visible()
    assert policymaker.on_time()
