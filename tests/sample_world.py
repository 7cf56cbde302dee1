"""The sample that pages are tested on: few courts, and each with cases enough to say much of it."""

import csv
from datetime import date
from pathlib import Path

from index_engine.build import build
from index_engine.sample import generate
from index_engine.sample.generator import DIVISIONS

CASES = 400_000
SEED = 6  # of several tried, one with changes, clusters and tied ranks at most levels
WHOLE_PROVINCES = {"320000", "330000", "340000", "510000", "630000"}  # the first three border each other
# Three years of courts of about one size, so that most have a score.
OVERRIDES = {
    "first_day": date(2020, 1, 1),
    "observed_from": date(2023, 1, 1),
    "late_from": date(2024, 7, 1),
    "abolished_on": date(2024, 6, 30),
    "size_sigma": 0.6,
    # Enough for a change of the score beyond chance among all cities, whose cases are few here.
    "reform_payment_factor": 3.0,
}


def sample_cities() -> list[str]:
    """Every city of WHOLE_PROVINCES, and the first of each other province."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        parents = {row["code"]: row["parent"] for row in csv.DictReader(file) if row["level"] == "city"}
    first = {parent: code for code, parent in sorted(parents.items(), reverse=True)}
    return [code for code, parent in parents.items() if parent in WHOLE_PROVINCES or code == first[parent]]


def build_sample(path: Path) -> None:
    """Write the sample to `path` and build it."""
    generate(path, CASES, SEED, cities=sample_cities(), overrides=OVERRIDES)
    build(path)
