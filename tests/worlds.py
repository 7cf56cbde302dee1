"""Small worlds for tests: plain Python rows, and the warehouse written from them.

A test makes rows, writes them with `world` and counts them again in Python; nothing here reads or
computes what the engine should. Rows go straight into the tables, past the rules of import, so that
a test may also write what an import would refuse.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from index_engine.warehouse import file as warehouse_file

CASES, AUCTIONS = 1, 2  # source ids of the rows that say nothing else

Window = tuple[date, date]  # first and last day observed, both included


@dataclass(frozen=True)
class Region:
    code: str
    level: str
    name: str
    parent: str | None
    name_hant: str | None = None
    name_en: str | None = None


@dataclass(frozen=True)
class Court:
    court_id: str
    region: str
    level: str = "basic"
    special: bool = False
    name: str = ""
    name_en: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Case:
    case_id: str
    court_id: str
    filed_on: date
    closed_on: date | None = None
    close_mode: str | None = None
    claim_amount: Decimal | None = None
    recovered_amount: Decimal | None = None
    recovery_mode: str | None = None
    paid_out_on: date | None = None
    has_assets: bool | None = None
    notified_on: date | None = None
    queried_on: date | None = None
    seized_on: date | None = None
    priced_on: date | None = None
    first_listed_on: date | None = None
    case_type: str = "first"
    parent_case_id: str | None = None
    number_year: int | None = None
    source_id: int = CASES
    cause: str | None = None
    debtor_kind: str | None = None
    creditor_local: bool | None = None


@dataclass(frozen=True)
class Sequences:
    """How far the case numbers of a court and year run in one source."""

    court_id: str
    number_year: int
    lowest: int
    highest: int
    received: int
    case_type: str = "first"
    source_id: int = CASES


@dataclass(frozen=True)
class Round:
    lot_id: str
    court_id: str
    listed_on: date
    ended_on: date | None = None
    status: str | None = None
    round_no: int = 1
    stage: str = "first"
    reference_price: Decimal | None = None
    start_price: Decimal | None = None
    final_price: Decimal | None = None
    case_id: str | None = None
    source_id: int = AUCTIONS
    asset_class: str | None = None
    title: str | None = None


REGIONS = (
    Region("CN", "nation", "全国", None, "全國", "Nation"),
    Region("44", "province", "甲省", "CN", "甲省", "Jia"),
    Region("4401", "city", "甲市", "44", "甲市", "Jia City"),
)
COURTS = (Court("K1", "4401"), Court("K2", "4401"))
OBSERVED = (date(2021, 1, 1), date(2024, 12, 31))


@dataclass(frozen=True)
class World:
    """Everything a warehouse is made of; `observed` is the window of each source."""

    regions: tuple[Region, ...] = REGIONS
    courts: tuple[Court, ...] = COURTS
    cases: tuple[Case, ...] = ()
    rounds: tuple[Round, ...] = ()
    observed: Mapping[int, Window] = field(default_factory=lambda: {CASES: OBSERVED, AUCTIONS: OBSERVED})
    sequences: tuple[Sequences, ...] = ()

    def write(self, path: Path) -> Path:
        """Write a new warehouse, not yet built, in place of whatever is at `path`."""
        with warehouse_file.writable_copy(path, empty=True) as con:
            self.fill(con)
        return path

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The same in memory, for a test of one stage."""
        con = duckdb.connect()
        con.execute(warehouse_file.SCHEMA_FILE.read_text(encoding="utf-8"))
        self.fill(con)
        return con

    def fill(self, con: duckdb.DuckDBPyConnection) -> None:
        _insert(con, "regions", self.regions)
        _insert(con, "courts", self.courts)
        _insert(con, "cases", self.cases)
        _insert(con, "auction_rounds", self.rounds)
        _insert(con, "case_sequences", self.sequences)
        for source_id, window in self.observed.items():
            self._source(con, source_id, window)

    def _source(self, con: duckdb.DuckDBPyConnection, source_id: int, window: Window) -> None:
        kinds: dict[str, tuple[Any, ...]] = {"cases": self.cases, "auctions": self.rounds}
        rows = {k: [r for r in of if r.source_id == source_id] for k, of in kinds.items()}
        kind = "cases" if rows["cases"] or source_id == CASES else "auctions"
        digest = hashlib.sha256(repr((self.regions, self.courts, rows[kind])).encode()).hexdigest()
        con.execute(
            """
            INSERT INTO sources (source_id, kind, name, sha256, imported_at, rows, rejected,
                                 observed_from, observed_to, synthetic)
            VALUES (?, ?, ?, ?, '2025-01-01', ?, 0, ?, ?, true)
            """,
            [source_id, kind, f"{kind}-{source_id}.csv", digest, len(rows[kind]), *window],
        )


def world(
    path: Path,
    cases: Iterable[Case] = (),
    rounds: Iterable[Round] = (),
    courts: Iterable[Court] = COURTS,
    regions: Iterable[Region] = REGIONS,
    observed: Window | Mapping[int, Window] = OBSERVED,
) -> Path:
    """Write a warehouse of these rows to `path`; returns `path`.

    `observed` is one window for all sources, or a window by source id.
    """
    windows = observed if isinstance(observed, Mapping) else {CASES: observed, AUCTIONS: observed}
    made = World(tuple(regions), tuple(courts), tuple(cases), tuple(rounds), windows)
    return made.write(path)


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Any]) -> None:
    """Insert dataclass rows by column; a list a column is far faster than a statement a row."""
    rows = list(rows)
    if not rows:
        return
    names = [f.name for f in fields(rows[0])]
    types = {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {table}").fetchall()}
    columns = ", ".join(f"unnest(CAST(? AS {types[name]}[]))" for name in names)
    values = [[_plain(getattr(row, name)) for row in rows] for name in names]
    con.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {columns}", values)


def _plain(value: Any) -> Any:
    """Amounts as text, since a list of decimals of mixed width has no one type."""
    return str(value) if isinstance(value, Decimal) else value


# ---------------------------------------------------------------- a random world

# Three provinces and six cities; county 1303 lies in its province directly, as in a municipality,
# and 1101 has counties, so that courts serve places of every level.
RANDOM_REGIONS = (
    Region("CN", "nation", "全国", None, "全國", "Nation"),
    *(Region(code, "province", f"{code}省", "CN") for code in ("11", "12", "13")),
    *(
        Region(code, "city", f"{code}市", code[:2], f"{code}市", f"City {code}")
        for code in ("1101", "1102", "1201", "1202", "1301", "1302")
    ),
    *(Region(code, "county", f"{code}县", code[:4]) for code in ("110101", "110102", "130101")),
    Region("130300", "county", "130300县", "13"),
)

# Court -> share of the filings and mean days to payment: T90 is too small for a score, and V is not
# in any region. The rest differ enough for ranks to be stable.
_RANDOM_COURTS = {
    Court("H11", "11", "high", name="十一省高院"): (2, 500),
    Court("M1101", "1101", "intermediate", name="一一〇一中院"): (6, 300),
    Court("B110101", "110101", name="第一法院", name_en="First Court"): (12, 250),
    Court("B110102", "110102", name="第二法院"): (8, 420),
    Court("B1102", "1102", name="第三法院"): (12, 380),
    Court("M1201", "1201", "intermediate", name="一二〇一中院"): (8, 700),
    Court("B1201", "1201", name="第四法院"): (8, 600),
    Court("B1202", "1202", name="第五法院"): (12, 900),
    Court("T90", "1202", name="小法院"): (0.6, 700),
    Court("B1301", "1301", name="第六法院"): (8, 1400),
    Court("B130101", "130101", name="第七法院"): (6, 1100),
    Court("B1302", "1302", name="第八法院"): (8, 1800),
    Court("B130300", "130300", name="第九法院"): (5, 1000),
    Court("V", "1101", "intermediate", special=True, name="铁路法院"): (6, 200),
}
FIRST_FILING = date(2017, 6, 1)
_CAUSES = ("financial_loan", "private_loan", "sale", "labour", "family", "criminal", "other", None)
_DEBTORS = ("person", "company", "other", None)
_ASSETS = ("residential", "commercial", "industrial", "land", "vehicle", "equity", "other", None)


def random_world(seed: int = 1, cases: int = 4000, observed: Window = OBSERVED) -> World:
    """A world of about `cases` case rows and half as many auction rounds.

    It has a stock open when the window begins, cases that closed before it, every closing mode and
    case type, amounts missing, zero and above the cap, payment before and after closing, and lots
    of one to four rounds with every status. The same seed gives the same rows.
    """
    rng = Random(seed)
    made: list[Case] = []
    rounds: list[Round] = []
    courts = list(_RANDOM_COURTS)
    shares = [share for share, _ in _RANDOM_COURTS.values()]
    while len(made) < cases:
        court = rng.choices(courts, shares)[0]
        filed = FIRST_FILING + timedelta(days=rng.randrange((observed[1] - FIRST_FILING).days + 1))
        case = _case(rng, f"c{len(made)}", court.court_id, filed, _RANDOM_COURTS[court][1])
        if case.closed_on is not None and case.closed_on > observed[1] and rng.random() < 0.95:
            case = _still_open(case)  # the rest know a closing of after the window: not observed
        if case.closed_on is not None and case.closed_on < observed[0] and rng.random() < 0.95:
            continue  # never observed; a few rows stay, to be left out by the engine
        if case.has_assets and rng.random() < 0.7:
            lots = _lots(rng, case, observed)
            listed = min((r.listed_on for r in lots), default=None)
            case = Case(**(vars(case) | {"first_listed_on": listed}))
            rounds += lots
        made.append(case)
    made = _with_modes_and_years(Random(seed + 1), made)
    made = _with_mix_and_parents(Random(seed + 3), made)
    near = Random(seed + 5).choices([True, False, None], [6, 3, 1], k=len(made))
    made = [replace(c, creditor_local=local) for c, local in zip(made, near, strict=True)]
    rounds = _with_assets(Random(seed + 4), rounds)
    windows = {CASES: observed, AUCTIONS: observed}
    sequences = _sequences(Random(seed + 2), made, observed)
    return World(RANDOM_REGIONS, tuple(courts), tuple(made), tuple(rounds), windows, sequences)


def _with_modes_and_years(rng: Random, cases: list[Case]) -> list[Case]:
    """How completed claims were recovered, where it is known, and the years of case numbers; the
    intermediate courts give no numbers."""
    modes = ["cash", "instalment", "setoff", "asset_swap", "restructuring", None]
    made = []
    for case in cases:
        [mode] = rng.choices(modes, [30, 8, 3, 2, 2, 55])
        late = case.filed_on.month == 1 and rng.random() < 0.05  # numbered by the year before
        made.append(
            replace(
                case,
                recovery_mode=mode if case.closed_on is not None else None,
                number_year=None if case.court_id[0] == "M" else case.filed_on.year - late,
            )
        )
    return made


def _with_mix_and_parents(rng: Random, cases: list[Case]) -> list[Case]:
    """Causes and debtors; resumed cases name one closed as 终本, some of them only afterwards."""
    ended = [c for c in cases if (c.case_type, c.close_mode) == ("first", "zhongben")]
    made = []
    for case in cases:
        case = replace(case, cause=rng.choice(_CAUSES), debtor_kind=rng.choice(_DEBTORS))
        if case.case_type == "resumed" and ended and rng.random() < 0.8:  # the rest keep 'c0'
            before = [c for c in ended if c.closed_on is not None and c.closed_on <= case.filed_on]
            chosen = before if before and rng.random() < 0.8 else ended
            case = replace(case, parent_case_id=rng.choice(chosen).case_id)
        made.append(case)
    return made


def _with_assets(rng: Random, rounds: list[Round]) -> list[Round]:
    """One asset class for a lot, but now and then another in one of its rounds."""
    of_lot = {lot: rng.choice(_ASSETS) for lot in dict.fromkeys(r.lot_id for r in rounds)}
    other = [rng.choice(_ASSETS) if rng.random() < 0.05 else of_lot[r.lot_id] for r in rounds]
    return [replace(r, asset_class=asset) for r, asset in zip(rounds, other, strict=True)]


def _sequences(rng: Random, cases: list[Case], observed: Window) -> tuple[Sequences, ...]:
    """Numbers of which each court and year has lost up to a third."""
    received = Counter(
        (case.court_id, case.number_year, case.case_type)
        for case in cases
        if case.number_year is not None and case.filed_on >= observed[0]
    )
    return tuple(
        Sequences(court, year, 1, round(n * rng.uniform(1, 1.5)), n, case_type)
        for (court, year, case_type), n in sorted(received.items())
    )


def _case(rng: Random, case_id: str, court: str, filed: date, pace: float) -> Case:
    clocks = {
        "completed": rng.expovariate(1 / pace),
        "zhongben": 90 + rng.expovariate(1 / 700),
        rng.choice(["terminated", "cancelled", "refused", "rejected"]): rng.expovariate(1 / 2500),
    }
    mode = min(clocks, key=lambda name: clocks[name])
    closed = filed + timedelta(days=int(clocks[mode]))
    claim = _money(rng, 11.5, 1.5)
    recovered = _money(rng, 9, 1) if mode != "completed" else claim * Decimal(rng.randint(60, 110))
    paid = max(filed, closed + timedelta(days=rng.randint(-20, 20)))
    kind = rng.choices(["first", "resumed", "preservation", "objection"], [92, 4, 3, 1])[0]
    return Case(
        case_id=case_id,
        court_id=court,
        filed_on=filed,
        closed_on=closed,
        close_mode=mode if rng.random() < 0.98 else None,
        claim_amount=rng.choices([claim, None, Decimal(0), claim * 300], [93, 2, 1, 4])[0],
        recovered_amount=rng.choices([(recovered / 100).quantize(Decimal("0.01")), None], [19, 1])[0]
        if mode == "completed"
        else recovered,
        paid_out_on=paid if mode == "completed" and rng.random() < 0.7 else None,
        has_assets=rng.choices([True, False, None], [45, 45, 10])[0],
        case_type=kind,
        parent_case_id="c0" if kind == "resumed" else None,
    )


def _still_open(case: Case) -> Case:
    unknown = dict.fromkeys(("closed_on", "close_mode", "recovered_amount", "paid_out_on"))
    return Case(**(vars(case) | unknown))


def _lots(rng: Random, case: Case, observed: Window) -> list[Round]:
    """Rounds of one to three lots, each listed some time after filing, as known at the end."""
    rounds: list[Round] = []
    for number in range(rng.choices([1, 2, 3], [80, 15, 5])[0]):
        listed = case.filed_on + timedelta(days=60 + int(rng.expovariate(1 / 200)))
        reference = _money(rng, 13, 0.8)
        for round_no, stage in enumerate(("first", "second", "sale", "relisted"), start=1):
            if listed > observed[1] or (case.closed_on is not None and listed > case.closed_on):
                break
            ended = listed + timedelta(days=rng.randint(1, 60))
            status = rng.choices(
                ["sold", "failed", "defaulted", "withdrawn", "stopped", "setoff"], [35, 48, 4, 4, 4, 5]
            )[0]
            start = (reference * Decimal(rng.randint(56, 90)) / 100).quantize(Decimal("0.01"))
            known = ended <= observed[1]
            priced = status in ("sold", "defaulted") and known
            final = (start * Decimal(rng.choices([100, 115, 160, 900], [50, 30, 18, 2])[0])) / 100
            rounds.append(
                Round(
                    lot_id=f"{case.case_id}-{number}",
                    court_id=case.court_id,
                    listed_on=listed,
                    ended_on=ended if known else None,
                    status=status if known and rng.random() < 0.98 else None,
                    round_no=round_no,
                    stage=stage,
                    reference_price=reference,
                    start_price=start if rng.random() < 0.95 else None,
                    final_price=final.quantize(Decimal("0.01")) if priced else None,
                    case_id=case.case_id,
                )
            )
            if not known or status not in ("failed", "defaulted", "stopped"):
                break
            listed = ended + timedelta(days=rng.randint(10, 70))
            if rng.random() < 0.3:  # appraised anew: only the first reference price counts
                reference = (reference * Decimal("0.9")).quantize(Decimal("0.01"))
    return rounds


def _money(rng: Random, mu: float, sigma: float) -> Decimal:
    return Decimal(round(rng.lognormvariate(mu, sigma) * 100)) / 100
