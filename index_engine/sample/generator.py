"""The synthetic sample: a whole fictional court system, drawn case by case inside DuckDB.

Courts and their names are fictional, the tiers that set how well they work are dealt to provinces
by a seeded shuffle, and every source says that it is synthetic. The rows reach the warehouse by the
same acceptance rules as files do. What is drawn, and from what, stands in parameters.toml and in
the folder sql.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from tqdm import tqdm

from index_engine.errors import InputError
from index_engine.sample import parameters
from index_engine.sources.judge.accept import Outcome, Source, accept
from index_engine.warehouse import snapshots

DATA = Path(__file__).parents[2] / "data"
DIVISIONS = DATA / "divisions.csv"
PUBLISHED = DATA / "published_figures.csv"  # real, and shown beside the sample as such
SQL = Path(__file__).with_name("sql")
WORLD = ("macros", "regions", "calendar", "choices", "world", "courts", "laws")
CHUNK = ("filings", "fates", "sales", "outcomes")
ROWS = ("steps", "cases", "lots", "rounds")

CHUNK_NUMBERS = 1_000_000  # case numbers drawn at a time: about 2 GB of memory
LEAST_CASES = 1_000
MOST_CASES = 100_000_000


@dataclass
class Summary:
    """What was generated: counts of rows kept, of rows rejected, and of rejections by rule.

    `cases` counts every row of the table `cases`, of which `first`, `resumed` and `preservation`
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
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


def generate(
    warehouse: Path,
    cases: int = 300_000,
    seed: int = 20260101,
    progress: bool = False,
    gaming: bool = True,
    *,
    threads: int | None = None,
) -> Summary:
    """Write a new warehouse of about `cases` case rows and their auction rounds to `warehouse`.

    The same `cases` and `seed` give the same rows on any number of `threads` (None: DuckDB's own
    choice); only `sources.imported_at` differs. Without `gaming` the two courts of the gamed city
    handle the same cases honestly and all else is the same; that world keeps `cases` rows, give or
    take one, and gaming adds a few resumed cases to them. `progress` shows a bar on the terminal.
    A table `sample_truth` (unit_id, level, tier, role) says what each province, city and court was
    made to be; tests read it, pages do not.

    Raises InputError if `cases` or `seed` cannot be used, the folder of `warehouse` does not exist
    or the table of divisions or of published figures is missing.
    """
    if not LEAST_CASES <= cases <= MOST_CASES:
        raise InputError(f"cases: {cases} is not between {LEAST_CASES} and {MOST_CASES}")
    if not 0 <= seed < 2**31:
        raise InputError(f"seed: {seed} is not between 0 and {2**31 - 1}")
    for file in (DIVISIONS, PUBLISHED):
        if not file.exists():
            raise InputError(f"{file}: this table is missing; restore it from git")
    with snapshots.replacing(warehouse, fresh=True) as con:
        if threads is not None:
            con.execute("SET threads = ?", [threads])
        return _Sample(con, cases, seed, gaming).fill(progress)


class _Sample:
    """One run: the connection, the settings, and what has been counted so far."""

    def __init__(self, con: duckdb.DuckDBPyConnection, cases: int, seed: int, gaming: bool) -> None:
        self.con = con
        self.cases = cases
        self.summary = Summary()
        text = parameters.FILE.read_text(encoding="utf-8")
        self.sql = {
            name: (SQL / f"{name}.sql").read_text(encoding="utf-8")
            for name in (*WORLD, *CHUNK, *ROWS)
        }
        settings = f"seed {seed}, cases {cases}, gaming {gaming}"
        self.recipe = "\n".join((text, *self.sql.values(), settings))
        parameters.load(con, text)
        self._set(cases=cases, gaming=gaming)
        for place, kind in enumerate(("place", "case", "lot")):
            con.execute(f"SET VARIABLE {kind}_key = hash(?::BIGINT)", [seed * 4 + place])

    def fill(self, progress: bool) -> Summary:
        """Make the world, then cases chunk by chunk until there are enough."""
        self._world()
        done = first = part = 0
        with tqdm(total=self.cases, unit=" cases", disable=not progress) as bar:
            while done < self.cases:
                missing = self.cases - done
                # about four numbers in five leave a row; the rest was closed before the window
                upto = first + min(CHUNK_NUMBERS, missing * 3 // 2 + 1000)
                part += 1
                drawn = self._chunk(first, upto, missing, part)
                first, done = upto, done + drawn
                bar.update(drawn)
        self._count()
        return self.summary

    def _world(self) -> None:
        """Fill regions, courts and the truth table, and derive the laws of the tiers."""
        self.con.execute("SET VARIABLE divisions = ?", [str(DIVISIONS)])
        for name in WORLD[:2]:
            self.con.execute(self.sql[name])
        divisions = hashlib.sha256(DIVISIONS.read_bytes()).hexdigest()
        self._accept("regions", DIVISIONS.name, divisions)
        for name in WORLD[2:]:
            self.con.execute(self.sql[name])
        self._accept("courts", "synthetic courts", self._digest("courts"))
        self._publish()

    def _publish(self) -> None:
        """Take in the published figures, which are real: the one source that is not synthetic."""
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE staged_published AS"
            " SELECT row_number() OVER () AS row_no, * FROM"
            " read_csv($file, header = true, all_varchar = true, delim = ',', quote = '\"')",
            {"file": str(PUBLISHED)},
        )
        sha256 = hashlib.sha256(PUBLISHED.read_bytes()).hexdigest()
        source = Source("published", PUBLISHED.name, sha256, None, None, False)
        self._note(accept(self.con, "staged_published", source))

    def _chunk(self, first: int, upto: int, missing: int, part: int) -> int:
        """Draw case numbers from `first` to before `upto`; keep at most `missing` rows of them."""
        self._set(chunk_from=first, chunk_to=upto)
        for name in CHUNK:
            self.con.execute(self.sql[name])
        # the first number at which there are enough rows; none if the chunk ends before
        (last,) = self._one(
            "SELECT MIN(n) FROM (SELECT n, SUM(rows) OVER (ORDER BY n) AS upto"
            " FROM rows_per_number) WHERE upto >= ?",
            [missing],
        )
        self._set(last_number=upto if last is None else last)
        for name in ROWS:
            self.con.execute(self.sql[name])
        self._accept("cases", f"synthetic cases, part {part}", self._digest(f"cases {part}"))
        self._accept("auctions", f"synthetic auctions, part {part}", self._digest(f"rounds {part}"))
        (drawn,) = self._one("SELECT COALESCE(SUM(rows), 0)::BIGINT FROM rows_per_number")
        return int(drawn) if last is None else missing

    def _accept(self, kind: str, name: str, sha256: str) -> None:
        window = self._one("SELECT k().observed_from, k().observed_to, k().first_day")
        observed_from, observed_to, earliest = window
        source = Source(kind, name, sha256, observed_from, observed_to, True, earliest)
        self._note(accept(self.con, f"staged_{kind}", source))

    def _note(self, outcome: Outcome) -> None:
        self.summary.rejected += outcome.rejected
        for rule, rows in outcome.reasons.items():
            self.summary.reasons[rule] = self.summary.reasons.get(rule, 0) + rows

    def _count(self) -> None:
        """Count what has been kept."""
        total, kept = self.summary, self._one
        (total.regions,) = kept("SELECT COUNT(*) FROM regions")
        (total.courts,) = kept("SELECT COUNT(*) FROM courts")
        (total.rounds,) = kept("SELECT COUNT(*) FROM auction_rounds")
        # every lot is recorded from its first round on
        (total.lots,) = kept("SELECT COUNT(*) FROM auction_rounds WHERE round_no = 1")
        total.cases, total.first, total.resumed, total.preservation = kept(
            "SELECT COUNT(*), COUNT(*) FILTER (case_type = 'first'),"
            " COUNT(*) FILTER (case_type = 'resumed'),"
            " COUNT(*) FILTER (case_type = 'preservation') FROM cases"
        )

    def _set(self, **variables: int) -> None:
        for name, value in variables.items():
            self.con.execute(f"SET VARIABLE {name} = ?", [value])

    def _digest(self, part: str) -> str:
        """Identify rows by all they are made from, as a file is identified by its bytes."""
        return hashlib.sha256(f"{self.recipe}\n{part}".encode()).hexdigest()

    def _one(self, sql: str, values: Any = None) -> tuple[Any, ...]:
        row = self.con.execute(sql, values).fetchone()
        assert row is not None
        return row
