"""Time and memory of importing a CSV file of cases, against DuckDB's own reading of that file."""

import statistics
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench import fresh_process

RUNS = 3
AIM_TIMES = 3
AIM_PEAK = 4
COURTS = 3_500

# Numbers are given in the order of filing, anew each year; hash() deals out the rest.
FILE = """
COPY (
    SELECT '（' || year(filed) || '）粤' || lpad(court::VARCHAR, 4, '0') || '执'
               || row_number() OVER (PARTITION BY court, year(filed) ORDER BY i) || '号'
               AS "案号",
           'K' || lpad(court::VARCHAR, 4, '0') AS "法院",
           year(filed) || '/' || month(filed) || '/' || day(filed) AS "立案日期",
           CASE WHEN closed THEN strftime(filed + (91 + h % 400)::INTEGER, '%Y-%m-%d') END
               AS "结案日期",
           CASE WHEN closed THEN ['执行完毕', '终结本次执行程序', '终结执行', '驳回申请']
               [1 + (h // 7 % 4)::INTEGER] END AS "结案方式",
           claim AS "申请标的",
           CASE WHEN closed THEN (claim * 0.4 + 1)::DECIMAL(18, 2) END AS "到位金额",
           CASE WHEN h % 3 = 0 THEN '是' ELSE '否' END AS "有财产"
    FROM (SELECT i, hash(i) AS h, i * 1009 % $courts AS court, h // 11 % 5 > 0 AS closed,
                 (1 + h // 13 % 100000000) / 100::DECIMAL(18, 2) AS claim,
                 DATE '2016-01-01' + (i * 3000 // $rows)::INTEGER AS filed
          FROM range($rows) AS numbers(i))
    ORDER BY i
) TO '{path}' (HEADER)
"""

MAPPING = """
kind = "cases"
[source]
name = "bench"
[columns.case_id]
column = "案号"
[columns.court_id]
column = "法院"
[columns.case_type]
constant = "first"
[columns.filed_on]
column = "立案日期"
[columns.closed_on]
column = "结案日期"
[columns.close_mode]
column = "结案方式"
values = { "执行完毕" = "completed", "终结本次执行程序" = "zhongben", "终结执行" = "terminated", \
"驳回申请" = "rejected" }
[columns.claim_amount]
column = "申请标的"
[columns.recovered_amount]
column = "到位金额"
[columns.has_assets]
column = "有财产"
"""

COUNTRY = """
INSERT INTO regions (code, level, name) VALUES ('00', 'nation', 'bench');
INSERT INTO courts (court_id, code, name, level, region, special)
SELECT 'K' || lpad(i::VARCHAR, 4, '0'), '粤' || lpad(i::VARCHAR, 4, '0'), 'court ' || i, 'basic',
       '00', false
FROM range({courts}) AS numbers(i)
"""

# Fresh processes, so that peak memory is their own. Processor seconds beside those of the process:
# on shared cores they tell what the work takes, whoever else is working.
DUCKDB = """
import json, resource, sys, time
import duckdb
with duckdb.connect(sys.argv[2]) as con:
    start, busy = time.perf_counter(), time.process_time()
    con.execute("CREATE TABLE cases AS FROM read_csv($file)", {"file": sys.argv[1]})
    con.execute("CHECKPOINT")
    wall, busy = time.perf_counter() - start, time.process_time() - busy
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"wall": wall, "busy": busy, "peak": peak, "steps": []}))
"""
# The file is read in a child, whose time and memory count; they are known when it has ended.
IMPORT = """
import json, resource, sys, time
from pathlib import Path
from index_engine.importing.files.process_template import end_templates
from index_engine.importing.pipeline import run_import
from index_engine.importing.progress import Progress
steps = []
def report(what, done, total):
    steps.append((f"{what.code} {done}", time.perf_counter() - start, time.process_time() - busy))
start, busy = time.perf_counter(), time.process_time()
file, warehouse, mapping = map(Path, sys.argv[1:])
outcome = run_import(warehouse, "cases", file, mapping, Progress(report=report))
wall, busy = time.perf_counter() - start, time.process_time() - busy
assert outcome.rejected_rows == 0, outcome.rejection_counts
end_templates()
child = resource.getrusage(resource.RUSAGE_CHILDREN)
steps.append(("child", wall, busy + child.ru_utime + child.ru_stime))
peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + child.ru_maxrss) / 2**20
print(json.dumps({"wall": wall, "busy": steps[-1][2], "peak": peak, "steps": steps}))
"""

# What has been done when the importer reports this.
STEPS = {
    "stage_validate 0": "hash, copy of the warehouse",
    "stage_validate 1": "read as text",
    "stage_validate 2": "case numbers, values, courts",
    "stage_validate 3": "rules, duplicates, writing",
    "child": "swap, and the processors of the reading child",
}


@dataclass(frozen=True)
class ImportCost:
    """Seconds by the process and of the processors, GiB; `steps` are seconds of the median run."""

    rows: int
    megabytes: float
    duckdb_wall: float
    duckdb_busy: float
    wall: float
    busy: float
    peak: float
    steps: dict[str, tuple[float, float]]


def measure(folder: Path, rows: int) -> ImportCost:
    """Import a file of that many rows and let DuckDB read it, in turn."""
    file, mapping = folder / f"cases-{rows}.csv", folder / "import.toml"
    if not file.exists():
        with duckdb.connect() as con:
            con.execute(FILE.format(path=file), {"rows": rows, "courts": COURTS})
    mapping.write_text(MAPPING, encoding="utf-8")
    duckdb_runs, import_runs = [], []
    for _ in range(RUNS):
        duckdb_runs.append(fresh_process.run(DUCKDB, str(file), str(_empty(folder / "yardstick.duckdb"))))
        warehouse = folder / "import.duckdb"
        start_warehouse(warehouse)
        import_runs.append(fresh_process.run(IMPORT, str(file), str(warehouse), str(mapping)))
    import_runs.sort(key=lambda run: run["wall"])
    median_run = import_runs[len(import_runs) // 2]
    return ImportCost(
        rows=rows,
        megabytes=file.stat().st_size / 2**20,
        duckdb_wall=statistics.median(run["wall"] for run in duckdb_runs),
        duckdb_busy=statistics.median(run["busy"] for run in duckdb_runs),
        wall=median_run["wall"],
        busy=median_run["busy"],
        peak=max(run["peak"] for run in import_runs),
        steps=_steps(median_run["steps"]),
    )


def _empty(path: Path) -> Path:
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    return path


def start_warehouse(warehouse: Path) -> None:
    """Make a warehouse that knows the courts anew."""
    from index_engine.warehouse.file import writable_copy

    with writable_copy(_empty(warehouse)) as con:
        con.execute(COUNTRY.format(courts=COURTS))


def _steps(reports: list[tuple[str, float, float]]) -> dict[str, tuple[float, float]]:
    """Return the seconds between one report and the next, under the name of what was done."""
    steps, wall, busy = {}, 0.0, 0.0
    for name, wall_then, busy_then in reports:
        # A bar reports its end once more when it closes.
        if name in STEPS and STEPS[name] not in steps:
            steps[STEPS[name]] = wall_then - wall, busy_then - busy
            wall, busy = wall_then, busy_then
    return steps


def report(cost: ImportCost) -> str:
    c = cost
    times, busy = c.wall / c.duckdb_wall, c.busy / c.duckdb_busy
    verdict = "met" if times <= AIM_TIMES and c.peak <= AIM_PEAK else "missed"
    lines = [
        "## Import",
        "",
        f"A CSV file of {c.rows:,} cases ({c.megabytes:,.0f} MB: case number, court, two dates, "
        "closing mode, two amounts, yes or no) into a warehouse. The yardstick is DuckDB reading "
        "the same file into a table, types found by itself and nothing checked. Aim: at most "
        f"{AIM_TIMES} times that and {AIM_PEAK} GB; {verdict}.",
        "",
        "| | process | processors |",
        "|---|---:|---:|",
        f"| DuckDB alone | {c.duckdb_wall:.1f} s | {c.duckdb_busy:.1f} s |",
        f"| import, {c.peak:.1f} GiB | {c.wall:.1f} s | {c.busy:.1f} s |",
        f"| times | {times:.1f} | {busy:.1f} |",
    ]
    lines += [f"| {name} | {w:.1f} s | {b:.1f} s |" for name, (w, b) in c.steps.items()]
    if times > AIM_TIMES:
        lines += [
            "",
            f"The aim is missed by {times - AIM_TIMES:.1f} times. Beside reading the text, the "
            "import takes every case number apart and hashes it, looks up courts, dates and words, "
            "judges some forty rules, seeks duplicates, and holds the rows as text before it holds "
            "them typed, so that a faulty value can be told with its line.",
        ]
    return "\n".join([*lines, ""])
