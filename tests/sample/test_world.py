"""Regions, courts and their names: fictional where they must be, and cast in their roles."""

import csv
from pathlib import Path

import duckdb
import pytest

from index_engine.sample.generator import DIVISIONS, SQL_FOLDER
from index_engine.sample.parameters import PARAMETERS_FILE, load_parameters
from tests.sample.conftest import Sample


def divisions() -> list[dict[str, str]]:
    with DIVISIONS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_regions_are_those_of_the_map(world: Sample) -> None:
    wanted = {row["code"] for row in divisions() if row["level"] != "county"}
    assert {code for (code,) in world.all("SELECT code FROM regions")} == wanted
    assert world.one("SELECT COUNT(*) FROM regions WHERE level = 'province'") == 34


def test_no_court_where_there_is_no_sample(world: Sample) -> None:
    provinces = world.all("SELECT DISTINCT regions.parent FROM courts JOIN regions ON regions.code = region ORDER BY 1")
    assert len(provinces) == 31
    assert not {("710000",), ("810000",), ("820000",)} & set(provinces)


def test_no_court_has_the_name_of_a_real_place(world: Sample) -> None:
    courts = world.all("SELECT name, name_en FROM courts")
    places = {row["name"] for row in divisions()}
    english = {row["name_en"].split()[0].lower() for row in divisions()}
    for name, name_en in courts:
        place = name[:2]
        assert not any(real.startswith(place) for real in places), name
        assert name_en.split()[0].lower() not in english, name_en
        assert name.endswith("（模拟）") and name_en.endswith("(synthetic)")
    assert len({name for name, _ in courts}) == len({name for _, name in courts}) == len(courts)


def test_no_court_has_the_name_of_a_real_court(world: Sample, shared: Path) -> None:
    with (shared / "reference" / "courts_2021.csv").open(encoding="utf-8", newline="") as lines:
        real = {value for row in csv.DictReader(lines) for value in row.values()}
    assert any("人民法院" in value for value in real)
    for (name,) in world.all("SELECT name FROM courts"):
        assert name not in real and name.removesuffix("（模拟）") not in real


def test_roles(world: Sample) -> None:
    assert world.summary.courts >= 900
    roles = dict(world.all("SELECT role, COUNT(*) FROM sample_truth WHERE level = 'court' GROUP BY 1"))
    assert (roles["gamed"], roles["tiny"], roles["special"]) == (2, 5, 1)
    assert world.all("SELECT court_id FROM courts WHERE special") == world.all(
        "SELECT place_id FROM sample_truth WHERE role = 'special'"
    )
    small = "SELECT COUNT(*) FROM cases WHERE court_id = ?"
    for (court,) in world.all("SELECT place_id FROM sample_truth WHERE role = 'tiny'"):
        assert 0 < world.one(small, court) < 50


def test_the_gamed_city_has_two_sizeable_courts(world: Sample) -> None:
    ((city, tier),) = world.all("SELECT place_id, tier FROM sample_truth WHERE level = 'city' AND role = 'gamed'")
    assert tier == "T3"
    courts = world.all(
        "SELECT court_id, role, COUNT(case_id) FROM courts"
        " JOIN sample_truth ON place_id = court_id LEFT JOIN cases USING (court_id)"
        " WHERE region = ? GROUP BY 1, 2",
        city,
    )
    assert [role for _, role, _ in courts] == ["gamed", "gamed"]
    assert min(cases for _, _, cases in courts) > 500


def test_one_city_lets_more_debtors_pay_from_a_day_on(world: Sample) -> None:
    [(city,)] = world.all("SELECT place_id FROM sample_truth WHERE level = 'city' AND role = 'reformed'")
    courts = world.all(
        "SELECT role, tier FROM courts JOIN sample_truth ON place_id = court_id"
        " WHERE region = ? AND role IS DISTINCT FROM 'tiny'",
        city,
    )
    assert set(courts) == {("reformed", "T3")}
    paid = (
        "SELECT AVG((close_mode = 'completed')::INTEGER) FROM first_cases"
        " WHERE {} AND closed_on IS NOT NULL AND YEAR(filed_on) = {}"
    )
    here, others = "role = 'reformed'", "role IS NULL AND tier = 'T3'"
    before, since = world.one(paid.format(here, 2024)), world.one(paid.format(here, 2025))
    assert since > before + 0.1
    assert abs(world.one(paid.format(others, 2025)) - world.one(paid.format(others, 2024))) < 0.05


def test_truth_names_the_tier_of_every_unit(world: Sample) -> None:
    counts = dict(world.all("SELECT level, COUNT(*) FROM sample_truth GROUP BY 1"))
    assert counts == {
        "province": 31,
        "city": world.one("SELECT COUNT(DISTINCT region) FROM courts"),
        "court": world.summary.courts,
    }
    # a court has the tier of its city, a city that of its province
    assert (
        world.one(
            "SELECT COUNT(*) FROM courts JOIN regions ON regions.code = region"
            " JOIN sample_truth AS court ON court.place_id = court_id"
            " JOIN sample_truth AS city ON city.place_id = region"
            " JOIN sample_truth AS province ON province.place_id = regions.parent"
            " WHERE court.tier <> city.tier OR city.tier <> province.tier"
        )
        == 0
    )


def test_provinces_and_cities_differ_within_a_tier(world: Sample) -> None:
    shares = [
        cash
        for (cash,) in world.all(
            "SELECT AVG(COALESCE(close_mode = 'completed' AND days <= 730, FALSE)::INTEGER)"
            " FROM first_cases JOIN courts USING (court_id) JOIN regions ON regions.code = region"
            " WHERE tier = 'T3' AND filed_on BETWEEN DATE '2019-01-01' AND DATE '2023-12-31'"
            " GROUP BY regions.parent"
        )
    ]
    assert 0.03 < max(shares) - min(shares) < 0.25


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4])
def test_every_seed_deals_a_full_world(seed: int) -> None:
    """Names do not run out, each tier has its provinces, and no deal is like another."""
    with duckdb.connect() as con:
        load_parameters(con, PARAMETERS_FILE.read_text(encoding="utf-8"))
        con.execute("SET VARIABLE cases = 300000")
        con.execute("SET VARIABLE place_key = hash(?::BIGINT)", [seed])
        con.execute("SET VARIABLE divisions = ?", [str(DIVISIONS)])
        con.execute("SET VARIABLE city_codes = []::VARCHAR[]")  # every city
        for name in ("macros", "regions", "calendar"):
            con.execute((SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
        con.execute("CREATE TEMP TABLE regions AS FROM staged_regions")
        for name in ("court_system", "courts"):
            con.execute((SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
        tiers = dict(con.execute("SELECT tier, COUNT(*) FROM provinces GROUP BY 1").fetchall())
        assert tiers.keys() == {"T1", "T2", "T3", "T4"} and sum(tiers.values()) == 31
        per_city = "SELECT MIN(n) FROM (SELECT COUNT(*) AS n FROM court_roster GROUP BY city)"
        assert con.execute(per_city).fetchone() == (2,)
        ((courts,),) = con.execute("SELECT COUNT(*) FROM court_roster").fetchall()
        ((names,),) = con.execute("SELECT COUNT(*) FROM sample_court_names").fetchall()
        assert 900 <= courts <= names
        ((shares,),) = con.execute("SELECT SUM(share) FROM court_parameters").fetchall()
        assert shares == pytest.approx(1)


def test_one_court_is_abolished_and_another_of_its_city_has_its_cases_since(world: Sample) -> None:
    [(court, last_day)] = world.all(
        "SELECT court_id, valid_to FROM courts JOIN sample_truth ON place_id = court_id WHERE role = 'abolished'"
    )
    assert world.all("SELECT court_id FROM courts WHERE valid_to IS NOT NULL") == [(court,)]
    cases = world.all("SELECT filed_on, closed_on, successor_court_id FROM cases WHERE court_id = ?", court)
    assert max(filed for filed, *_ in cases) <= last_day
    assert all((successor is not None) == (closed is None or closed > last_day) for _, closed, successor in cases)
    [(successor, city, other_city)] = world.all(
        "SELECT DISTINCT successor_court_id, old.region, new.region FROM cases"
        " JOIN courts AS old USING (court_id) JOIN courts AS new ON new.court_id = successor_court_id"
    )
    assert successor != court and city == other_city
    assert world.one("SELECT COUNT(*) FROM auction_rounds WHERE court_id = ? AND listed_on > ?", court, last_day) == 0


def test_the_records_of_one_court_begin_years_after_those_of_the_others(world: Sample) -> None:
    late = "SELECT court_id FROM sample_truth JOIN courts ON court_id = place_id WHERE role = 'late'"
    first = "SELECT MIN(closed_on) FROM cases WHERE court_id {} (" + late + ")"
    assert world.one(first.format("NOT IN")).year == 2019
    assert world.one(first.format("IN")).year == 2021
