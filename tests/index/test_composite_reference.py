"""Every step of a published index, recomputed: ASEM Sustainable Connectivity, made by COINr in R.

51 countries, 49 indicators, four levels. Outliers are treated before the steps begin; that is done
here and not in the engine, which has goalposts instead.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from index_engine.index import composite

EXACT = 1e-9
NORMALISED = {
    "dset_Normalised": composite.min_max,
    "normalised_minmax_1_100": lambda values: composite.min_max(values, 1.0, 100.0),
    "normalised_zscore_0_1": composite.z_score,
    "normalised_prank": composite.percentile_rank,
}
MEANS = {"amean": "arithmetic", "gmean": "geometric", "hmean": "harmonic"}
MOST_MOVED = 5  # outliers brought in, before a logarithm is taken instead


@dataclass(frozen=True)
class Reference:
    folder: Path
    items: pd.DataFrame  # by id: Level, Direction, Weight, Parent; lowest level first

    @property
    def indicators(self) -> list[str]:
        return self.items.index[self.items.Level == 1].tolist()

    @property
    def direction(self) -> np.ndarray:
        return self.items.Direction[self.indicators].to_numpy(dtype=float)

    @property
    def weight(self) -> np.ndarray:
        return self.items.Weight.to_numpy(dtype=float)

    @property
    def parent(self) -> np.ndarray:
        """Positions of parents; -1 for the top, whose parent is in no row."""
        return self.items.index.get_indexer(self.items.Parent)

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"{name}.csv", index_col="uCode")

    def values(self, name: str) -> np.ndarray:
        """Indicators (unit, indicator), as they are in the file."""
        return self.table(name)[self.indicators].to_numpy(dtype=float)

    def aggregated(self, indicators: np.ndarray, kind: str, units: pd.Index) -> pd.DataFrame:
        values = np.full((len(indicators), len(self.items)), np.nan)
        values[:, : indicators.shape[1]] = indicators
        found = composite.aggregate(values, self.parent, self.weight, kind)
        return pd.DataFrame(found, index=units, columns=self.items.index)


@pytest.fixture(scope="module")
def asem(shared: Path) -> Reference:
    folder = shared / "verify" / "composite"
    items = pd.read_csv(folder / "ASEM_iMeta.csv", index_col="iCode").dropna(subset="Level")
    assert items.Level.is_monotonic_increasing
    return Reference(folder, items)


# ---------------------------------------------------------------- one year


@pytest.mark.parametrize("name", NORMALISED)
def test_normalised(asem: Reference, name: str):
    """All are of the treated values, times their directions."""
    found = NORMALISED[name](asem.values("dset_Treated") * asem.direction)
    assert found == pytest.approx(asem.values(name), abs=EXACT)


@pytest.mark.parametrize("mean", MEANS)
def test_aggregated(asem: Reference, mean: str):
    """From points on 1..100, by one kind of mean at every level."""
    expected = asem.table(f"aggregated_minmax1_100_a_{mean}")
    given = asem.table("normalised_minmax_1_100").loc[expected.index, asem.indicators]
    found = asem.aggregated(given.to_numpy(), MEANS[mean], expected.index)
    assert list(expected) == list(asem.items.index[len(asem.indicators) :])
    assert found[list(expected)].to_numpy() == pytest.approx(expected.to_numpy(), abs=EXACT)


def test_treated_values_become_the_index(asem: Reference):
    """Several steps at once: treated values to all levels on 0..100, then to ranks."""
    points = composite.min_max(asem.values("dset_Treated") * asem.direction)
    found = asem.aggregated(points, "arithmetic", asem.table("dset_Treated").index)

    expected = asem.table("dset_Aggregated")
    assert set(expected) == set(asem.items.index)
    assert found.loc[expected.index, list(expected)].to_numpy() == pytest.approx(expected.to_numpy(), abs=EXACT)

    ranks = asem.table("results_ranks")
    for name in ranks:
        of = pd.Series(composite.rank(found[name].to_numpy()), index=found.index)
        assert of[ranks.index].tolist() == ranks[name].tolist(), name


def test_effective_weights(asem: Reference):
    expected = pd.read_csv(asem.folder / "weights_effective.csv", index_col="iCode").EffWeight
    found = composite.effective_weights(asem.parent, asem.weight)
    assert len(expected) == len(found)
    assert found == pytest.approx(expected[asem.items.index].to_numpy(), abs=EXACT)


# ---------------------------------------------------------------- several years


def passes(values: pd.Series) -> bool:
    """Skewness and excess kurtosis, both of type 2, that leave a variable as it is."""
    return abs(values.skew()) < 2.0 or values.kurt() < 3.5


def treated(values: pd.Series) -> pd.Series:
    """Outliers brought in one by one on the skewed side, to the next value; if that is not enough,
    the logarithm of the untreated values."""
    moved = values.copy()
    for _ in range(MOST_MOVED):
        if passes(moved):
            break
        farthest = moved.max() if moved.skew() >= 0 else moved.min()
        rest = moved[moved != farthest]
        moved[moved == farthest] = rest.max() if moved.skew() >= 0 else rest.min()
    if passes(moved):
        return moved
    spread = values.max() - values.min()
    return np.log(values - values.min() + 0.01 * spread)


def test_outliers_are_treated_as_there(asem: Reference):
    """What the years below rest on; 15 of the 49 indicators are changed."""
    given, expected = asem.table("dset_Imputed"), asem.table("dset_Treated")
    assert (given != expected).any().sum() == 15
    found = given[asem.indicators].apply(treated)
    assert found.to_numpy() == pytest.approx(asem.values("dset_Treated"), abs=EXACT)


def test_bounds_by_year_turn_changes_around(asem: Reference):
    """Five years, countries with at least 90 % of their values, no denominators, outliers treated
    year by year. Between the least and the most of all years, and of each: in 14 of 46 countries
    the change from the first year to the last has the other sign. So goalposts must be fixed."""
    panel = pd.read_csv(asem.folder / "ASEM_iData_panel.csv", index_col=["uCode", "Time"])
    expected = asem.table("panel_index_global_vs_peryear").set_index("Time", append=True)
    values = panel[asem.indicators].astype(float)
    values = values[values.notna().groupby("uCode").transform("mean").mean(axis=1) >= 0.9]
    assert values.isna().any(axis=None), "weights are renormalised somewhere"
    values = values.groupby("Time").transform(treated) * asem.direction

    fixed = composite.min_max(values.to_numpy())
    yearly = values.copy()
    for _, rows in values.groupby("Time"):
        yearly.loc[rows.index] = composite.min_max(rows.to_numpy())
    found = pd.DataFrame(
        {
            "Index.x": asem.aggregated(fixed, "arithmetic", values.index).Index,
            "Index.y": asem.aggregated(yearly.to_numpy(), "arithmetic", values.index).Index,
        }
    )

    assert len(found) == len(expected) == 46 * 5
    assert found.loc[expected.index].to_numpy() == pytest.approx(expected.to_numpy(), abs=EXACT)
    change = found.xs(2022, level="Time") - found.xs(2018, level="Time")
    assert (change["Index.x"] * change["Index.y"] < 0).sum() == 14
