"""What the product makes of a file: imported with a mapping, built, and its estimates read back."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from index_engine.build import build
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.validation.load import LoadResult
from index_engine.method import load_method
from index_engine.method.read import builtin_methods
from tests.warehouses import china_warehouse

MAPPING = """
kind = "cases"
[source]
name = "{name}"
{window}
[columns.case_id]
column = "编号"
[columns.court_id]
column = "执行法院"
[columns.case_type]
constant = "first"
[columns.filed_on]
column = "立案日期"
[columns.closed_on]
column = "结案日期"
[columns.close_mode]
column = "结案方式"
values = {{ "执行完毕" = "completed", "终结本次执行程序" = "zhongben", "终结执行" = "terminated" }}
[columns.claim_amount]
column = "申请执行标的（元）"
[columns.recovered_amount]
column = "实际到位金额（元）"
[columns.paid_out_on]
column = "案款发放日期"
"""


def mapping_text(name: str, observed: tuple[date, date] | None) -> str:
    """The mapping of a simulated file; without `observed` it states no window."""
    window = ""
    if observed is not None:
        window = f"observed_from = {observed[0]}\nobserved_to = {observed[1]}"
    return MAPPING.format(name=name, window=window)


def import_file(warehouse: Path, kind: str, file: Path, mapping: str) -> LoadResult:
    """Import a file with the text of a mapping, into a warehouse of China's courts if there is none yet."""
    if not warehouse.exists():
        shutil.copy(china_warehouse(), warehouse)
    return run_import(warehouse, kind, file, read_mapping(mapping, kind, file.with_suffix(".toml")))


def import_and_build(file: Path, warehouse: Path, observed: tuple[date, date] | None, name: str = "court list") -> Path:
    """The warehouse with this one file, built. Raises InputError where the product refuses it."""
    import_file(warehouse, "cases", file, mapping_text(name, observed))
    build_main_method(warehouse)
    return warehouse


def build_main_method(warehouse: Path) -> None:
    """Build by the main method alone: no other is asked here, and three cost half as much again."""
    build(warehouse, builtin_methods()[:1], threads=2)


def court_estimates(warehouse: Path, indicator: str) -> pd.DataFrame:
    """Rows court, period, value, se, n, status of one indicator as observed."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(
            "SELECT courts.name AS court, period, value, se, n, status"
            " FROM estimates.indicators JOIN courts ON court_id = place_id"
            " WHERE indicators.level = 'court' AND basis = 'observed' AND indicator = ?"
            " AND method = ? ORDER BY court, period",
            [indicator, load_method().id],
        ).df()
