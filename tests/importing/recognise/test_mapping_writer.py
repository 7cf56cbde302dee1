"""A proposal becomes a mapping file that reads the file as proposed, all the way to the rows."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing import mapping as mappings
from index_engine.importing.contract import read_contract
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.proposal import Proposal, ProposedColumn
from index_engine.importing.recognise.propose import propose_mapping
from index_engine.importing.values.column_settings import MappingLocation, read_column


def written(folder: Path, proposal: Proposal, **about: Any) -> Path:
    path = folder / "m.toml"
    path.write_text(mapping_text(proposal, **about), encoding="utf-8")
    return path


# ------------------------------------------------------------------------------- back as it was


def proposed(field: str, **settings_: Any) -> ProposedColumn:
    header = settings_.get("column", "")
    return ProposedColumn(header, 0 if header else None, field, 0.9, "why", settings_)


names = st.text(st.characters(blacklist_categories=("Cs",), max_codepoint=0xFFFF), min_size=1, max_size=8).filter(
    str.strip
)
# A case number and court in any file; of the rest each may be absent.
optional = {
    "close_mode": st.dictionaries(names, st.sampled_from(["completed", "zhongben"]), max_size=4).map(
        lambda values: {"values": values}
    ),
    "claim_amount": st.sampled_from([{}, {"unit": "万元"}, {"unit": 1000}, {"thousands": ","}]),
    "closed_on": st.sampled_from([{}, {"format": ["%Y年%m月%d日", "excel"]}]),
    "has_assets": st.just({"values": {"有": True, "无": False}}),
    "parent_case_id": st.just({}),
}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    header=names,
    text=names,
    opening=st.builds(
        ReadOptions,
        encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
        delimiter=st.sampled_from([",", ";", "\t", "|"]),
        sheet=st.none() | names,
        header=st.integers(1, 9),
        header_rows=st.integers(1, 3),
    ),
)
def test_what_is_written_is_read_back(
    tmp_path: Path, data: st.DataObject, header: str, text: str, opening: ReadOptions
) -> None:
    columns = [
        proposed("case_id", column=header),
        proposed("court_id", column=header, part="court"),
        proposed("case_type", constant="first"),
        proposed("filed_on", column=text),
    ]
    for field, more in optional.items():
        if data.draw(st.booleans()):
            columns.append(proposed(field, column=text, **data.draw(more)))
    columns.append(ProposedColumn(text, 3, None, 0.0, text, note=text))
    proposal = Proposal("cases", text, opening, (), tuple(columns), (), (text,), 10)
    about = {"name": text, "observed_from": date(2020, 1, 1), "observed_to": date(2024, 12, 31)}
    try:
        plan = mappings.load_mapping(written(tmp_path, proposal, **about), "cases")
    except InputError as error:
        # Two spellings of one word with two codes are for a person to settle.
        assert "values" in str(error), error
        return
    assert (plan.name, plan.observed_from, plan.observed_to) == tuple(about.values())
    assert plan.options == opening
    agreed, place = read_contract("cases"), MappingLocation(tmp_path / "m.toml")
    assert plan.columns == tuple(
        read_column(place, agreed.field(column.field), column.settings, ())
        for column in columns
        if column.field is not None
    )


def test_people_are_named_only_by_their_column(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    people = ["张小明", "李建国", "王芳", "刘洋"]
    lines = [f"（2023）粤0304执{n}号,2023-01-05,{people[n % 4]},{people[-n % 4]}" for n in range(20)]
    file.write_text("\n".join(["案号,立案日期,被执行人,栏目", *lines]), encoding="utf-8")
    text = mapping_text(propose_mapping(file, "cases"))
    assert "#   被执行人: personal, 被执行人 in its header" in text
    assert "#   column 4: personal, its values look like names of people" in text
    assert not any(name in text for name in people)


def test_what_is_missing_is_a_comment_and_refused(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("案号,结案方式\nA1,终本\nA2,终本\n", encoding="utf-8")
    proposal = propose_mapping(file, "cases")
    path = written(tmp_path, proposal)
    assert "# [columns.filed_on]: required, and nothing in the file feeds it." in path.read_text()
    with pytest.raises(InputError, match="nothing feeds court_id, case_type, filed_on"):
        mappings.load_mapping(path, "cases")


# ----------------------------------------------------------------------------- through the importer


def rows_of(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_courts_workbook_is_imported_as_proposed(tmp_path: Path, warehouse: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["甲市法院2023年首次执行案件情况表"])
    sheet.append(["单位：万元"])
    sheet.append(["序号", "案号", "法院", "立案日期", "结案日期", "结案方式", "金额", None, "被执行人"])
    sheet.append([None, None, None, None, None, None, "申请", "到位", None])
    sheet.merge_cells("G3:H3")
    for number in range(1, 31):
        closed = f"2023年9月{number}日" if number % 3 else None
        mode = ("执行完毕", "终本")[number % 2] if closed else None
        about = [number, f"（2023）粤0304执{number}号", "K1", f"2023/3/{number}", closed, mode]
        sheet.append([*about, 12.5, 1.25, "某某"])
    sheet.append(["合计", None, None, None, None, None, 375, 37.5])
    sheet.append(["注：本表不含执行保全案件"])
    file = tmp_path / "f.xlsx"
    workbook.save(file)

    proposal = propose_mapping(file)
    path = written(tmp_path, proposal, observed_to=date(2024, 12, 31))
    outcome = run_import(warehouse, "cases", file, path)

    assert (outcome.rows, outcome.accepted_rows) == (32, 30)
    assert outcome.rejection_counts == {"total_row": 1, "footnote": 1}
    cases = rows_of(
        warehouse,
        "SELECT court_id, case_type, filed_on, closed_on, close_mode, claim_amount,"
        " recovered_amount FROM cases ORDER BY filed_on LIMIT 3",
    )
    assert [row[2:5] for row in cases] == [
        (date(2023, 3, 1), date(2023, 9, 1), "zhongben"),
        (date(2023, 3, 2), date(2023, 9, 2), "completed"),
        (date(2023, 3, 3), None, None),
    ]
    assert {(row[0], row[1]) for row in cases} == {("K1", "first")}
    assert {(float(row[5]), float(row[6])) for row in cases} == {(125_000.0, 12_500.0)}
    messages = rows_of(warehouse, "SELECT row_no, value, rule FROM rejects ORDER BY row_no")
    assert messages == [(31, None, "total_row"), (32, None, "footnote")]


def test_a_platforms_text_is_imported_as_proposed(tmp_path: Path, warehouse: Path) -> None:
    header = (
        "item_id,处置法院,标的类型,拍卖阶段,consult_price,init_price,bid_price,发布时间,结束时间,报名人数,状态,买受人"
    )
    lines = [header]
    for number in range(20):
        price, status = ("81000000", "成交") if number % 2 else ("", "流拍")
        lines.append(
            f"{70000000 + number},K2,住宅用房,一拍,100000000,70000000,{price},"
            f"2023-01-{number + 1:02d} 10:00:00,2023-03-{number + 1:02d} 10:00:00,2,{status},张三"
        )
    file = tmp_path / "f.csv"
    file.write_bytes("\n".join(lines).encode("gbk"))
    outcome = run_import(warehouse, "auctions", file, written(tmp_path, propose_mapping(file)))
    assert (outcome.rows, outcome.rejected_rows) == (20, 0)
    assert rows_of(
        warehouse,
        "SELECT asset_class, round_no, stage, reference_price, start_price, max(final_price),"
        " count(*) FILTER (status = 'sold') FROM auction_rounds GROUP BY ALL",
    ) == [("residential", 1, "first", 1_000_000, 700_000, 810_000, 10)]
