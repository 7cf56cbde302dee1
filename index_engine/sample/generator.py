"""The synthetic sample: a whole fictional court system, drawn case by case inside DuckDB.

Courts and their names are fictional, the tiers that set how well they work are dealt to provinces
by a seeded shuffle, and every source says that it is synthetic. The rows reach the warehouse by the
same acceptance rules as files do. What is drawn, and from what, stands in parameters.toml and in
the folder sql.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
from tqdm import tqdm

from index_engine.errors import InputError
from index_engine.importing.validation.load import LoadResult, Source, load_rows
from index_engine.sample import parameters
from index_engine.warehouse import file as warehouse_file

DATA = Path(__file__).parents[2] / "data"
DIVISIONS = DATA / "divisions.csv"
PUBLISHED_FILE = DATA / "published_figures.csv"  # real, and shown beside the sample as such
SQL_FOLDER = Path(__file__).with_name("sql")
SETUP_SCRIPTS = ("macros", "regions", "calendar", "category_slots", "court_system", "courts", "tier_probabilities")
CHUNK_SCRIPTS = ("filings", "case_outcomes", "sales", "closings")
ROW_SCRIPTS = ("step_dates", "staged_cases", "collateral_lots", "staged_rounds")
FURTHER_SCRIPTS = ("creditor_list",)

CHUNK_SIZE = 1_000_000  # case numbers drawn at a time: about 2 GB of memory
MIN_CASES = 1_000
MAX_CASES = 100_000_000


@dataclass
class Summary:
    """What was generated: counts of rows kept, of rows rejected, and of rejections by rule.

    `cases` counts every row of the table `cases` but those of the creditor's list, of which `first`, `resumed` and `preservation`
    are the case types. `reasons` maps a rule of acceptance to the number of rows it rejected.
    """

    regions: int = 0
    courts: int = 0
    cases: int = 0
    first: int = 0
    resumed: int = 0
    preservation: int = 0
    lots: int = 0
    rounds: int = 0
    rejected_rows: int = 0
    rejection_counts: dict[str, int] = field(default_factory=dict)


def generate(
    warehouse: Path,
    cases: int = 300_000,
    seed: int = 20260101,
    progress: bool = False,
    gaming: bool = True,
    *,
    threads: int | None = None,
    cities: Collection[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> Summary:
    """Write a new warehouse of about `cases` case rows and their auction rounds to `warehouse`.

    The same `cases` and `seed` give the same rows on any number of `threads` (None: DuckDB's own
    choice); only `sources.imported_at` differs. Without `gaming` the two courts of the gamed city
    handle the same cases honestly and all else is the same; that world keeps `cases` rows, give or
    take one, and gaming adds a few resumed cases to them. `progress` shows a bar on the terminal.
    A table `sample_truth` (place_id, level, tier, role) says what each province, city and court was
    made to be; tests read it, pages do not.

    `cities` are the codes of the cities that have courts; none means every city. `overrides` are
    single values in place of those of parameters.toml, by name, as {"observed_from": date(2023, 1, 1)}.

    Raises InputError if `cases` or `seed` cannot be used, the folder of `warehouse` does not exist
    or the table of divisions or of published figures is missing; ValueError if `cities` or
    `overrides` name what is not there.
    """
    if not MIN_CASES <= cases <= MAX_CASES:
        raise InputError("case_count_range", count=cases, minimum=MIN_CASES, maximum=MAX_CASES)
    if not 0 <= seed < 2**31:
        raise InputError("seed_range", seed=seed, maximum=2**31 - 1)
    for table_file in (DIVISIONS, PUBLISHED_FILE):
        if not table_file.exists():
            raise InputError("table_missing", file=table_file)
    with warehouse_file.writable_copy(warehouse, empty=True) as con:
        if threads is not None:
            con.execute("SET threads = ?", [threads])
        builder = _SampleBuilder(con, cases, seed, gaming, sorted(cities), dict(overrides or {}))
        return builder.build(progress)


class _SampleBuilder:
    """One run: the connection, the settings, and what has been counted so far."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        cases: int,
        seed: int,
        gaming: bool,
        cities: list[str],
        overrides: dict[str, Any],
    ) -> None:
        self.con = con
        self.cases = cases
        self.summary = Summary()
        parameter_text = parameters.PARAMETERS_FILE.read_text(encoding="utf-8")
        self.sql = {
            name: (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
            for name in (*SETUP_SCRIPTS, *CHUNK_SCRIPTS, *ROW_SCRIPTS, *FURTHER_SCRIPTS)
        }
        settings = f"seed {seed}, cases {cases}, gaming {gaming}"
        if cities or overrides:
            settings += f", cities {cities}, overrides {sorted(overrides.items())}"
        self.recipe = "\n".join((parameter_text, *self.sql.values(), settings))
        parameters.load_parameters(con, parameter_text, overrides)
        self._set_variables(cases=cases, gaming=gaming)
        con.execute("SET VARIABLE city_codes = ?::VARCHAR[]", [cities])
        self.cities = cities
        for position, kind in enumerate(("place", "case", "lot")):
            con.execute(f"SET VARIABLE {kind}_key = hash(?::BIGINT)", [seed * 4 + position])

    def build(self, progress: bool) -> Summary:
        """Make the world, then cases chunk by chunk until there are enough."""
        self._create_court_system()
        n_rows = first_number = part = 0
        with tqdm(total=self.cases, unit=" cases", disable=not progress) as bar:
            while n_rows < self.cases:
                remaining_rows = self.cases - n_rows
                # about four numbers in five leave a row; the rest was closed before the window
                end_number = first_number + min(CHUNK_SIZE, remaining_rows * 3 // 2 + 1000)
                part += 1
                new_rows = self._draw_chunk(first_number, end_number, remaining_rows, part)
                first_number, n_rows = end_number, n_rows + new_rows
                bar.update(new_rows)
        self._count_rows()
        self._import_creditor_list()
        return self.summary

    def _create_court_system(self) -> None:
        """Fill regions, courts and the truth table, and derive the probabilities of the tiers."""
        self.con.execute("SET VARIABLE divisions = ?", [str(DIVISIONS)])
        for name in SETUP_SCRIPTS[:2]:
            self.con.execute(self.sql[name])
        known = self.con.execute("SELECT code FROM divisions WHERE level = 'city'").fetchall()
        unknown = set(self.cities) - {code for (code,) in known}
        if unknown:
            raise ValueError(f"no codes of cities: {sorted(unknown)}")
        divisions = hashlib.sha256(DIVISIONS.read_bytes()).hexdigest()
        self._import_rows("regions", DIVISIONS.name, divisions)
        for name in SETUP_SCRIPTS[2:]:
            self.con.execute(self.sql[name])
        self._import_rows("courts", "synthetic courts", self._digest("courts"))
        self._import_published_file()

    def _import_published_file(self) -> None:
        """Take in the published figures, which are real: the one source that is not synthetic."""
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE staged_published AS"
            " SELECT row_number() OVER () AS row_no, * FROM"
            " read_csv($file, header = true, all_varchar = true, delim = ',', quote = '\"')",
            {"file": str(PUBLISHED_FILE)},
        )
        sha256 = hashlib.sha256(PUBLISHED_FILE.read_bytes()).hexdigest()
        source = Source("published", PUBLISHED_FILE.name, sha256, None, None, False)
        self._add_outcome(load_rows(self.con, "staged_published", source))

    def _draw_chunk(self, first_number: int, end_number: int, row_limit: int, part: int) -> int:
        """Draw case numbers from `first_number` to before `end_number`; keep at most `row_limit` rows of
        them and return their number."""
        self._set_variables(chunk_from=first_number, chunk_to=end_number)
        for name in CHUNK_SCRIPTS:
            self.con.execute(self.sql[name])
        # the first number at which there are enough rows; none if the chunk ends before
        (last_number,) = self._fetch_row(
            "SELECT MIN(n) FROM (SELECT n, SUM(rows) OVER (ORDER BY n) AS n_rows"
            " FROM rows_per_number) WHERE n_rows >= ?",
            [row_limit],
        )
        self._set_variables(last_number=end_number if last_number is None else last_number)
        for name in ROW_SCRIPTS:
            self.con.execute(self.sql[name])
        self._import_rows("cases", f"synthetic cases, part {part}", self._digest(f"cases {part}"))
        self._import_rows("auctions", f"synthetic auctions, part {part}", self._digest(f"rounds {part}"))
        late = self._source("auctions", f"synthetic late auctions, part {part}", self._digest(f"late rounds {part}"))
        self._add_outcome(load_rows(self.con, "staged_late_auctions", late))
        (n_rows,) = self._fetch_row("SELECT COALESCE(SUM(rows), 0)::BIGINT FROM rows_per_number")
        return int(n_rows) if last_number is None else row_limit

    def _import_creditor_list(self) -> None:
        """The cases that one creditor has, which the courts have too; no rows of the summary."""
        self.con.execute(self.sql["creditor_list"])
        source = replace(
            self._source("cases", "synthetic asset manager", self._digest("creditor list")),
            holds="creditor_cases",
            same_cases=True,
        )
        load_rows(self.con, "staged_creditor_list", source)

    def _import_rows(self, kind: str, name: str, sha256: str) -> None:
        self._add_outcome(load_rows(self.con, f"staged_{kind}", self._source(kind, name, sha256)))

    def _source(self, kind: str, name: str, sha256: str) -> Source:
        dates = self._fetch_row("SELECT param().observed_from, param().observed_to, param().first_day")
        observed_from, observed_to, first_day = dates
        return Source(kind, name, sha256, observed_from, observed_to, True, first_day)

    def _add_outcome(self, outcome: LoadResult) -> None:
        self.summary.rejected_rows += outcome.rejected_rows
        for rule, rows in outcome.rejection_counts.items():
            self.summary.rejection_counts[rule] = self.summary.rejection_counts.get(rule, 0) + rows

    def _count_rows(self) -> None:
        """Count what has been kept."""
        summary, fetch_row = self.summary, self._fetch_row
        (summary.regions,) = fetch_row("SELECT COUNT(*) FROM regions")
        (summary.courts,) = fetch_row("SELECT COUNT(*) FROM courts")
        (summary.rounds,) = fetch_row("SELECT COUNT(*) FROM auction_rounds")
        # every lot is recorded from its first round on
        (summary.lots,) = fetch_row("SELECT COUNT(*) FROM auction_rounds WHERE round_no = 1")
        summary.cases, summary.first, summary.resumed, summary.preservation = fetch_row(
            "SELECT COUNT(*), COUNT(*) FILTER (case_type = 'first'),"
            " COUNT(*) FILTER (case_type = 'resumed'),"
            " COUNT(*) FILTER (case_type = 'preservation') FROM cases"
        )

    def _set_variables(self, **variables: int) -> None:
        for name, value in variables.items():
            self.con.execute(f"SET VARIABLE {name} = ?", [value])

    def _digest(self, part: str) -> str:
        """Identify rows by all they are made from, as a file is identified by its bytes."""
        return hashlib.sha256(f"{self.recipe}\n{part}".encode()).hexdigest()

    def _fetch_row(self, sql: str, values: Any = None) -> tuple[Any, ...]:
        row = self.con.execute(sql, values).fetchone()
        assert row is not None
        return row
