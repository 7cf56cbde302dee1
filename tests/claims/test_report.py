"""The workbook of a valuation, read back."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from index_engine.claims.package_file import proposed_mapping, value_file
from index_engine.claims.pricing import default_assumptions
from index_engine.claims.report import report_workbook
from index_engine.claims.sample_package import sample_package
from index_engine.cli import main
from index_engine.queries import Snapshot


@pytest.fixture
def file(warehouse: Path, tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    with Snapshot(warehouse) as snapshot:
        text = sample_package(snapshot)
    path.write_text(text.replace("M-001", "=1+1"), encoding="utf-8")
    return path


def test_a_report_holds_what_was_valued(warehouse: Path, file: Path):
    with Snapshot(warehouse) as snapshot:
        package, value = value_file(snapshot, file, proposed_mapping(file), default_assumptions())
        content = report_workbook(snapshot, package, value, default_assumptions())
        assert content == report_workbook(snapshot, package, value, default_assumptions()), "the same bytes again"
        as_of = snapshot.observed_to.isoformat()
    book = load_workbook(io.BytesIO(content))
    summary, claims, cash, assumptions, _ = book.worksheets
    facts = {row[0]: row[1] for row in summary.iter_rows(values_only=True) if row[0]}
    assert facts["期望估值（元） Expected value, yuan"] == pytest.approx(value.expected)
    assert facts["10%分位（元） 10th percentile, yuan"] == pytest.approx(value.low)
    assert facts["基准日 Cut-off date"] == as_of
    assert any("SYNTHETIC" in str(name) for name in facts)
    rows = list(claims.iter_rows(min_row=2, values_only=True))
    expected = [cell.value.split("\n")[1] for cell in claims[1]].index("Expected value, yuan")
    assert len(rows) == len(package.claims)
    assert sum(row[expected] for row in rows) == pytest.approx(value.expected)
    assert sum(row[1] for row in cash.iter_rows(min_row=2, values_only=True)) == pytest.approx(value.cash.sum())
    told = dict(assumptions.iter_rows(min_row=2, values_only=True))
    assert told["yearly_rate"] == 0.12 and "hazards_sigma" in told
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_command_writes_a_report_once(warehouse: Path, file: Path, capsys: pytest.CaptureFixture[str]):
    report = file.with_name("report.xlsx")
    command = ["value", str(file), "--warehouse", str(warehouse), "--report", str(report), "--price", "1000000"]
    assert main(command) == 0
    assert "At a price of 1,000,000" in capsys.readouterr().out
    assert load_workbook(report).sheetnames[0] == "估值结论 Summary"
    assert main(command) == 2
    assert "report.xlsx" in capsys.readouterr().err
