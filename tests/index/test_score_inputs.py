"""What scores are made from, against a dictionary of rows; and what depends on whose values it
is: the weight present, intervals and bands."""

import math
from collections.abc import Iterator
from itertools import permutations
from random import Random

import duckdb
import numpy as np
import pytest

from index_engine.estimates.indicator_estimate import BASES
from index_engine.index import change_intervals, rating, score, score_inputs
from index_engine.index.score_inputs import Inputs
from index_engine.method import Band, load_method, load_methods
from index_engine.method.model import z_value
from index_engine.warehouse.built import create_schema
from tests.fixed_method import fixed_method

METHOD, OFFICIAL = fixed_method(), load_methods(())[1]
IDS = [i.id for i in METHOD.indicators]
CHECKS = [c.id for c in METHOD.checks]
NAN = math.nan
UNITS = [("court", "K1"), ("court", "K2"), ("city", "K1"), ("nation", "CN")]
KEYS = [(level, unit, period) for level, unit in UNITS for period in ("2024Q3", "2024Q4")]

Key = tuple[str, str, str]
Row = tuple[float | None, float | None, int, str, str]  # value, error, n, status, suppression


class Tables:
    """Random rows of the estimates as dictionaries, and the same in a database."""

    def __init__(self, seed: int) -> None:
        rng = Random(seed)
        self.indicators: dict[tuple[str, str, Key, str], Row] = {}
        self.covariances: dict[tuple[str, str, Key, str, str], float | None] = {}
        self.shrinkage: dict[tuple[str, Key, str], tuple[float | None, float]] = {}
        self.coverage: dict[Key, float | None] = {}
        for key in KEYS:
            for method in (METHOD.id, OFFICIAL.id):
                for basis in BASES:
                    for name in [*IDS, *CHECKS]:
                        if basis == "observed" or rng.random() < 0.7:
                            self.indicators[method, basis, key, name] = row(rng)
                    for one, other in [*pairs(IDS[:4]), (IDS[0], CHECKS[0])]:
                        value = rng.choice([rng.uniform(-1, 1) * 1e-4, None])
                        if rng.random() < 0.7:
                            self.covariances[method, basis, key, one, other] = value
                for name in IDS:
                    value = rng.choice([rng.random(), rng.random(), None])
                    self.shrinkage[method, key, name] = value, rng.uniform(0.01, 0.1)
            self.coverage[key] = rng.choice([rng.random(), None])
        chosen = [p for p in pairs(IDS) if rng.random() < 0.6]
        self.correlation = {pair: rng.uniform(-0.9, 0.9) for pair in chosen}

    def write(self, con: duckdb.DuckDBPyConnection) -> None:
        create_schema(con, "estimates")
        for table, rows in (
            ("indicators", [(m, b, *k, i, *row) for (m, b, k, i), row in self.indicators.items()]),
            ("covariances", [(m, b, *k, *p, v) for (m, b, k, *p), v in self.covariances.items()]),
            ("correlations", [(*pair, r, 50) for pair, r in self.correlation.items()]),
        ):
            marks = ", ".join("?" * len(rows[0]))
            con.executemany(f"INSERT INTO estimates.{table} VALUES ({marks})", rows)
        con.executemany(
            "INSERT INTO estimates.shrinkage VALUES (?, ?, ?, ?, ?, 0.5, NULL, ?, ?)",
            [(m, *k, i, *given) for (m, k, i), given in self.shrinkage.items()],
        )
        con.executemany(
            "INSERT INTO estimates.statistics VALUES (?, ?, ?, 'coverage', ?, NULL, 10, '', '')",
            [(*key, value) for key, value in self.coverage.items()],
        )
        con.execute("INSERT INTO estimates.statistics VALUES ('city', 'K1', '2024Q3', 'a', 9, 1, 1, '', '')")


def pairs(names: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]


def row(rng: Random) -> Row:
    """Of too few cases a value may be shown; an estimate may be of too few to be shown."""
    status = rng.choice(["estimated"] * 4 + ["too_few", "not_estimable", "no_data"])
    known = rng.random() < {"estimated": 0.95, "too_few": 0.5}.get(status, 0)
    value = (rng.random(), rng.uniform(0.01, 0.1)) if known else (None, None)
    return *value, rng.randrange(500), status, rng.choice(["", "", "<10", "secondary"])


# ---------------------------------------------------------------- read


def chosen(tables: Tables, method: str, basis: str, key: Key, name: str) -> tuple:
    """Value and error of an indicator, and whose they are: 'own', 'observed', 'peers', ''."""
    mine = tables.indicators.get((method, basis, key, name))
    if mine is not None and mine[3] == "estimated" and mine[0] is not None:
        return mine[0], mine[1], "own"
    if basis in ("adjusted", "constant_mix"):
        value, se, _, status, *_ = tables.indicators[method, "observed", key, name]
        if status == "estimated" and value is not None:
            return value, se, "observed"
    value, se = tables.shrinkage[method, key, name]
    return (value, se, "peers") if value is not None else (NAN, NAN, "")


def covariance(tables: Tables, method: str, basis: str, key: Key, one: tuple, other: tuple) -> float:
    """Of two indicators, each (name, value, error, whose): the unit's own where it is known; else
    by their correlation; none of what stands in."""
    (a, _, se_a, whose_a), (b, _, se_b, whose_b) = one, other
    known = tables.covariances.get((method, basis, key, a, b))
    if whose_a == whose_b == "own" and known is not None:
        return known
    if {whose_a, whose_b} <= {"own", "observed"}:
        return tables.correlation.get((a, b), 0.0) * se_a * se_b
    return 0.0


def compare(tables: Tables, found: Inputs, method: str, basis: str, keys: list[Key]) -> list[str]:
    """Assert that inputs are those of the dictionaries; returns whose values they were."""
    assert [tuple(k) for k in found.keys[list(score_inputs.KEYS)].to_numpy().tolist()] == sorted(keys)
    every = []
    for at, key in enumerate(sorted(keys)):
        mine = [(name, *chosen(tables, method, basis, key, name)) for name in IDS]
        every += [whose for *_, whose in mine]
        assert found.value[at] == pytest.approx([value for _, value, _, _ in mine], nan_ok=True)
        assert found.direct[at].tolist() == [whose == "own" for *_, whose in mine]
        for a, one in enumerate(mine):
            variance = 0.0 if math.isnan(one[2]) else one[2] ** 2
            assert found.variance[at, a, a] == pytest.approx(variance)
            for b, other in enumerate(mine[a + 1 :], start=a + 1):
                expected = covariance(tables, method, basis, key, one, other)
                assert found.variance[at, a, b] == pytest.approx(expected), (key, one, other)
                assert found.variance[at, b, a] == pytest.approx(expected)
        rows = {name: tables.indicators.get((method, basis, key, name)) for name in IDS}
        on_cases = [rows[i.id] for i in METHOD.indicators if i.estimate.process == "case"]
        assert found.n[at] == max((r[2] for r in on_cases if r), default=0)
        assert found.too_few[at].tolist() == [r is not None and r[3] in ("too_few", "no_data") for r in rows.values()]
        coverage = tables.coverage[key]
        assert found.coverage[at] == pytest.approx(NAN if coverage is None else coverage, nan_ok=True)
    return every


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables(seed=4)


@pytest.fixture(scope="module")
def con(tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        tables.write(found)
        yield found


@pytest.mark.parametrize("basis", BASES)
def test_inputs_are_the_rows(tables: Tables, con, basis: str):
    whose = compare(tables, score_inputs.read_inputs(con, METHOD, basis), METHOD.id, basis, KEYS)
    stands_in = {"own", "peers", ""}
    assert set(whose) == stands_in | ({"observed"} if basis in BASES[1:3] else set())


def test_inputs_of_one_level_and_period(tables: Tables, con):
    found = score_inputs.read_inputs(con, METHOD, "observed", level="court", period="2024Q4")
    mine = [key for key in KEYS if key[0] == "court" and key[2] == "2024Q4"]
    assert len(mine) == 2
    compare(tables, found, METHOD.id, "observed", mine)


def test_a_basis_without_rows_has_none_of_its_own(tables: Tables):
    with duckdb.connect() as con:
        tables.write(con)
        con.execute("DELETE FROM estimates.indicators WHERE basis = 'adjusted'")
        con.execute("DELETE FROM estimates.correlations")
        found = score_inputs.read_inputs(con, METHOD, "adjusted")
        assert not found.direct.any()
        assert len(found.value) == len(KEYS)
        assert (found.n == 0).all()
        off = found.variance * (1 - np.eye(len(IDS)))
        assert (off == 0).all()
        assert (~np.isnan(found.value)).any(), "as observed"


@pytest.mark.parametrize("order", ["indicator", "indicator DESC"])
def test_a_count_that_one_indicator_withholds_is_withheld_in_any_order_of_rows(tables: Tables, order: str):
    """Two indicators may rest on counts that are equal by chance, one of them withheld for another's sake."""
    with duckdb.connect() as con:
        tables.write(con)
        con.execute("UPDATE estimates.indicators SET n = 40, n_suppression = ''")
        con.execute("UPDATE estimates.indicators SET n_suppression = 'secondary' WHERE indicator = ?", [IDS[0]])
        con.execute(f"CREATE OR REPLACE TABLE estimates.indicators AS FROM estimates.indicators ORDER BY {order}")
        found = score_inputs.read_inputs(con, METHOD, "observed")
    assert IDS[0] in METHOD.case_indicators and len(METHOD.case_indicators) > 1
    assert (found.n_suppression == "secondary").all()


# ---------------------------------------------------------------- whose values count


def scored(own: dict[str, bool], missing: tuple[str, ...] = ()) -> score.Scores:
    """All indicators half way between goalposts."""
    value = np.array([[NAN if i.id in missing else (i.worst + i.best) / 2 for i in METHOD.indicators]])
    mine = np.array([[own.get(name, True) for name in IDS]])
    return score.compute_scores(METHOD, value, np.zeros((1, len(IDS), len(IDS))), mine)


def test_values_of_peers_have_their_weight_but_do_not_count_as_present():
    found = scored({"recovery": False, "listed_12m": False})
    assert found.score == pytest.approx([50.0])
    assert found.weight.sum() == pytest.approx(len(METHOD.dimensions))
    weight = dict(zip(IDS, found.weight[0], strict=True))
    assert weight["recovery"] == pytest.approx(0.25)
    assert found.present[0] == pytest.approx([2 / 3, 3 / 4, 1.0])


def test_peers_alone_make_no_score():
    assert np.isnan(scored({"months_to_cash": False}).score).all(), "a third of the cycle is own"
    assert np.isnan(scored({"zhongben_24m": False, "recovery": False}).score).all()
    assert np.isnan(scored(dict.fromkeys(IDS, False)).score).all()


def test_what_is_missing_altogether_leaves_its_weight():
    found = scored({"recovery": False}, missing=("recovery",))
    weight = dict(zip(IDS, found.weight[0], strict=True))
    assert weight["recovery"] == 0.0 and weight["cash_24m"] == pytest.approx(2 / 3)
    assert found.score == pytest.approx([50.0])
    assert found.present[0] == pytest.approx([1.0, 0.75, 1.0])


# ---------------------------------------------------------------- intervals and bands


def test_an_interval_by_hand():
    """40 with an error of 5: its logarithm has one of 1/8; 1.96 of them are a factor of 1.2776."""
    low, high = change_intervals.interval(np.array([40.0, 95.0, NAN]), np.array([5.0, 10.0, NAN]), 1.96)
    assert low[:2] == pytest.approx([40 / 1.27762, 95 / 1.22917], rel=1e-4)
    assert high[:2] == pytest.approx([40 * 1.27762, 100.0], rel=1e-4)
    assert np.isnan(low[2]) and np.isnan(high[2])


def test_an_interval_without_error_is_the_score():
    low, high = change_intervals.interval(np.array([40.0]), np.array([0.0]), z_value(0.9))
    assert low == high == 40.0


BANDS = (Band("A", 70.0), Band("B", 50.0), Band("C", 30.0), Band("D", 0.0))


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [
        (70.0, 100.0, "A"),  # its least score is a band's own
        (69.9, 100.0, "A-B"),
        (50.0, 69.9, "B"),
        (50.0, 70.0, "A-B"),
        (49.9, 70.0, None),  # three bands
        (49.9, 69.9, "B-C"),
        (0.0, 30.0, "C-D"),
        (0.0, 29.9, "D"),
        (50.0, 50.0, "B"),
        (0.0, 100.0, None),
        (NAN, NAN, None),
    ],
)
def test_bands_that_an_interval_supports(low: float, high: float, band: str | None):
    assert rating.assign_bands(BANDS, np.array([low]), np.array([high])) == [band]


def test_a_method_without_bands_gives_none():
    assert rating.assign_bands((), np.array([40.0]), np.array([60.0])) == [None]
    assert load_method().bands, "the method has some"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_of_two_reasons_for_one_n_the_same_is_told_in_any_order(order: tuple[int, ...]):
    row, labels = np.array([1, 1, 0, 1]), np.array(["secondary", "<10", "secondary", "secondary"], dtype=object)
    told = score_inputs._first_labels(row[list(order)], labels[list(order)], 3)
    assert list(told) == ["secondary", "<10", ""]
