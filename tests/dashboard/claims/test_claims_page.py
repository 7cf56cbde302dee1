"""The page that values a package of claims, run without a browser."""

import re
from pathlib import Path

import pytest

from dashboard.text import i18n
from index_engine.claims.package import DEFAULTS
from index_engine.claims.package_file import proposed_mapping, value_file
from index_engine.claims.pricing import default_assumptions
from index_engine.claims.sample_package import N_CLAIMS, sample_package
from index_engine.queries import Snapshot
from tests.dashboard.running import Open, text

# A number with a unit, as formats.yuan writes it in English.
_AMOUNT = r"([\d.,]+)([KMB]?) yuan"
_UNITS = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9}


def amount(number: str, unit: str) -> float:
    return float(number.replace(",", "")) * _UNITS[unit]


def test_without_a_package_it_asks_for_one_and_offers_a_made_up_one(open_page: Open):
    app = open_page("claims", lang="en")
    assert not app.exception
    assert "package=sample" in text(app)
    assert "Expected value" not in text(app)


def test_the_answer_is_that_of_the_engine(open_page: Open, warehouse: Path, tmp_path: Path):
    app = open_page("claims", lang="en", package="sample", rate="20")
    assert not app.exception, app.exception[0].message
    file = tmp_path / "sample.csv"
    assumptions = default_assumptions()
    with Snapshot(warehouse) as snapshot:
        file.write_text(sample_package(snapshot), encoding="utf-8")
        package, at_default = value_file(snapshot, file, proposed_mapping(file), assumptions)
    sentence = re.search(rf"(\d+) claims of {_AMOUNT} are worth {_AMOUNT}, ([\d.]+)% of what is owed", text(app))
    assert sentence is not None
    n, owed, owed_unit, worth, worth_unit, share = sentence.groups()
    assert int(n) == len(package.claims) == N_CLAIMS
    assert amount(owed, owed_unit) == pytest.approx(at_default.amount, rel=0.01)
    assert float(share) / 100 == pytest.approx(amount(worth, worth_unit) / amount(owed, owed_unit), abs=0.002)
    assert amount(worth, worth_unit) < at_default.expected, "at 20 % a year it is worth less than at 12 %"
    assert "A made-up package" in text(app)


def test_a_price_is_answered_by_a_return_and_a_chance(open_page: Open):
    app = open_page("claims", lang="en", package="sample")
    app.number_input(key="claims-price").set_value(2000.0).run()
    assert not app.exception
    assert re.search(r"At [\d.]+[KM] yuan the expected return is [\d.]+% a year", text(app))


def test_every_default_has_its_words():
    from dashboard.claims.package_sections import default_words

    i18n.set_language("zh")
    assert set(default_words()) == set(DEFAULTS)
    assert all(any(character > "\u4e00" for character in words) for words in default_words().values())
