"""Nothing that names a person is written anywhere, whichever column of whichever file it stood in.

Every column of every kind of file is planted in turn, and the proposal is accepted unmended, by the
command line and by what the data page calls. Then everything that was written is searched: the
draft of the mapping, every column of every table of the warehouse, its exports, and what was said.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine.cli import main
from index_engine.errors import InputError
from index_engine.importing import api, reference_data
from index_engine.importing.contract import read_contract
from index_engine.warehouse.file import writable_copy
from tests.corpus.messy import CASES, COURT, small_warehouse, table, workbook

ROWS = 30
NAMES = ("赵六六", "欧阳春晓", "Zhang Sanfeng", "zhaoliuliu")
NUMBERS = (
    "44010519900307123X", "４４０１０５１９９００３０７１２３Ｘ", "4401 0519 9003 0712 3X", "440105.19900307.123X", "440105/19900307/123X",
    "6222021234567890123", "6222 0212 3456 7890 123", "6222.0212.3456.7890", "６２２２０２１２３４５６７８９０１２３",
    "13800138000", "138-0013-8000", "138 0013 8000", "138.0013.8000", "138/0013/8000", "１３８００１３８０００", "+86 13800138000",
    "E12345678", "A1234567", "010-65529000", "(0755)26123456", "粤B12345", "粤B·1234学", "粤Ｂ１２３４５",
)  # fmt: skip
PLANTED = (
    *NAMES,
    *(f"{name}{text}" for name in NAMES[:1] for text in ("与被执行人和解", "诉某公司买卖合同纠纷", "破产")),
    *NUMBERS,
)
TRACES = (*NAMES, *NUMBERS, "13800138000", "44010519900307123", "6222021234567890", "粤B")

# Amounts and ids are kept as they are or as their hash: a number that is one cannot be told from a telephone.
AMOUNTS = ("金额", "价", "标的")

LOTS = {
    "拍品编号": [f"p{n}" for n in range(ROWS)],
    "案号": [f"（2023）粤0304执{n + 1}号" for n in range(ROWS)],
    "执行法院": [COURT] * ROWS,
    "标的类型": ["住宅用房", "机动车", "土地使用权"],
    "拍卖阶段": ["一拍", "二拍", "变卖"],
    "拍卖轮次": [1, 2, 3],
    "公告日期": ["2023-03-09", "2023-05-14", "2023-08-20"],
    "结束时间": ["2023-04-10", "2023-06-15", "2023-10-20"],
    "评估价": [1000000, 2000000, 400000],
    "起拍价": [700000, 1200000, 250000],
    "成交价": [800000, None, 300000],
    "出价人数": [3, 0, 2],
    "拍卖结果": ["成交", "流拍", "成交"],
}
PERIODS = {
    "法院": [COURT] * ROWS,
    "案件类型": ["首次执行"] * ROWS,
    "起始日期": [date(2021 + n // 12, n % 12 + 1, 1).isoformat() for n in range(ROWS)],
    "截止日期": [date(2021 + n // 12, n % 12 + 1, 28).isoformat() for n in range(ROWS)],
    "新收": list(range(100, 100 + ROWS)),
    "结案": list(range(90, 90 + ROWS)),
}
KINDS = {
    "cases": CASES
    | {
        "案号": [f"（2023）粤0304执{n + 1}号" for n in range(ROWS)],
        "结案原因": ["和解", "撤回申请", None, "破产", None],
        "案由": ["民间借贷纠纷", "买卖合同纠纷", "离婚纠纷"],
        "有无财产": ["有", "无"],
        "被执行人类型": ["自然人", "法人"],
        "承办人": ["钱七七", "孙八八", "周九九"],
        "备注": ["无", "已通知"],
    },
    "auctions": LOTS,
    "court_periods": PERIODS,
}


# Registers are read from the project's own.
REGISTERS = {
    "regions": "divisions.csv",
    "courts": "courts.csv",
    "court_names": "court_names.csv",
    "published": "published_figures.csv",
}

# What is published of debtors: names of people, and the names of courts beside them.
DEBTORS = {
    "被执行人姓名": ["赵六六", "欧阳春晓", "深圳市某某贸易有限公司"],
    "身份证号码": ["440105199003071230"],
    "执行法院": [COURT],
    "省份": ["广东省"],
    "执行依据文号": ["（2023）粤0304民初1号"],
    "案号": [f"（2023）粤0304执{n + 1}号" for n in range(ROWS)],
    "立案时间": ["2023-01-05"],
    "被执行人的履行情况": ["全部未履行"],
}


def groups(kind: str) -> list[list[str]]:
    """The columns of a kind, in files of a few each: every one is in a file."""
    return [list(KINDS[kind])[start::4] for start in range(4)]


def planted_table(kind: str, names: list[str], *, all_rows: bool) -> list[list[object]]:
    columns = {name: [cells[n % len(cells)] for n in range(ROWS)] for name, cells in KINDS[kind].items()}
    for name in names:
        for position, text in enumerate(PLANTED):
            if all_rows or position % 2 == 0:
                columns[name][position] = text
    return table(columns)


def write(rows: list[list[object]], file: Path) -> Path:
    if file.suffix == ".xlsx":
        file.write_bytes(workbook(**{"赵六六": rows}))
    elif file.suffix == ".parquet":
        header, *body = rows
        frame = pd.DataFrame([[None if cell is None else str(cell) for cell in row] for row in body], columns=header)
        frame.to_parquet(file)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        file.write_bytes(text.getvalue().encode("gb18030" if file.suffix == ".txt" else "utf-8"))
    return file


def written(warehouse: Path) -> Iterator[tuple[str, str]]:
    """Every text of every table of a warehouse, and where it stands."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            for row in con.execute(f'FROM "{name}"').fetchall():
                yield from ((name, str(cell)) for cell in row if cell is not None)


def check(places: Iterator[tuple[str, str]], kind: str, names: list[str]) -> None:
    traces = TRACES
    if any(word in name for name in names for word in AMOUNTS):
        traces = tuple(trace for trace in TRACES if not trace.isdecimal())
    found = {(place, trace) for place, text in places for trace in traces if trace in text}
    assert not found, f"{kind}, {names}"


@pytest.mark.parametrize(("kind", "suffix"), [("cases", ".csv"), ("auctions", ".xlsx"), ("court_periods", ".parquet")])
def test_no_name_by_the_command_line(
    kind: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, names in enumerate(groups(kind)):
        folder = tmp_path / str(number)
        folder.mkdir()
        warehouse = small_warehouse(folder / "w.duckdb")
        file = write(planted_table(kind, names, all_rows=number % 2 == 0), folder / f"赵六六{suffix}")
        mapping = folder / "m.toml"
        main(["recognise", str(file), "--kind", kind, "--mapping", str(mapping)])
        if mapping.exists():
            main(["import", kind, str(file), "--mapping", str(mapping), "--warehouse", str(warehouse)])
        main(["rejects", "--warehouse", str(warehouse), "--format", "csv"])
        main(["sources", "--warehouse", str(warehouse), "--format", "csv"])
        said = "".join(capsys.readouterr()).replace(str(file), "").replace(file.name, "")
        draft = mapping.read_text(encoding="utf-8").replace('sheet = "赵六六"', "") if mapping.exists() else ""
        check(iter([("said", said), ("draft", draft), *written(warehouse)]), kind, names)
        assert {path.name for path in folder.iterdir()} <= {
            file.name, "m.toml", "w.duckdb", "w.duckdb.salt", "w.duckdb.lock"
        }  # fmt: skip


def test_no_name_in_headings_titles_and_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = {name: [cells[n % len(cells)] for n in range(ROWS)] for name, cells in KINDS["cases"].items()}
    header, *rows = table(columns)
    for number, text in enumerate(PLANTED):
        file, mapping = tmp_path / f"{number}.csv", tmp_path / f"{number}.toml"
        lines = [[f"{text}案件一览表"], [*header, text, f"{text}（备注）"], *[[*row, "无", "无"] for row in rows]]
        write([*lines, ["合计", text], [f"注：{text}提供"]], file)
        warehouse = small_warehouse(tmp_path / f"{number}.duckdb")
        main(["recognise", str(file), "--kind", "cases", "--mapping", str(mapping)])
        draft = mapping.read_text(encoding="utf-8")
        mapping.write_text(f"# {text}\n{draft}", encoding="utf-8")
        assert main(["import", "cases", str(file), "--mapping", str(mapping), "--warehouse", str(warehouse)]) == 0
        said = "".join(capsys.readouterr())
        check(iter([("said", said), ("draft", draft), *written(warehouse)]), "cases", [text])


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_by_the_page(kind: str, tmp_path: Path) -> None:
    from dashboard.ui.reading.mapping_draft import MappingChoices, mapping_text

    def ignore(*progress: object) -> None:
        """The bars of the page."""

    for number, names in enumerate(groups(kind)):
        folder = tmp_path / str(number)
        folder.mkdir()
        warehouse = small_warehouse(folder / "w.duckdb")
        file = write(planted_table(kind, names, all_rows=number % 2 == 1), folder / "赵六六.csv")
        places: list[tuple[str, str]] = []
        try:
            proposal = api.propose_mapping(file, kind)
            text = mapping_text(proposal, MappingChoices(clear=number % 3 == 0))
            places.append(("draft", text))
            trial = api.dry_run(warehouse, kind, file, text, ignore)
            places += [("trial", trial.findings.to_csv()), ("courts", trial.new_courts.to_csv())]
            api.import_file(warehouse, kind, file, text, ignore)
        except InputError as error:
            places.append(("said", str(error).replace(str(file), "")))
        places.append(("rejects", api.list_findings(warehouse).to_csv()))
        check(iter([*places, *written(warehouse)]), kind, names)


def test_what_is_planted_is_otherwise_read(tmp_path: Path) -> None:
    """Without it, the same files are taken as they are: the search looks at real imports."""
    for kind in KINDS:
        columns = {name: [cells[n % len(cells)] for n in range(ROWS)] for name, cells in KINDS[kind].items()}
        folder = tmp_path / kind
        folder.mkdir()
        file, warehouse = write(table(columns), folder / "f.csv"), small_warehouse(folder / "w.duckdb")
        proposal = api.propose_mapping(file, kind)
        outcome = api.import_file(warehouse, kind, file, api.mapping_text(proposal), lambda *progress: None)
        assert outcome.accepted_rows > ROWS // 2, kind


def register_columns(kind: str) -> dict[str, list[object]]:
    with (reference_data.DATA_FOLDER / REGISTERS[kind]).open(encoding="utf-8", newline="") as lines:
        rows = list(islice(csv.DictReader(lines), ROWS))
    return {column: [row[column] for row in rows] for column in rows[0]}


def country_without(kind: str, warehouse: Path) -> Path:
    """A warehouse that knows the country, but for one register."""
    with writable_copy(warehouse) as con:
        if kind != "regions":
            reference_data.load_reference_data(con)
        con.execute(f"DELETE FROM {read_contract(kind).table}")
    return warehouse


@pytest.mark.parametrize("kind", REGISTERS)
def test_no_name_in_any_column_of_a_register(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command line and by what the page calls in turn; published figures are refused as a whole
    until somebody says that their texts are public."""
    monkeypatch.setitem(KINDS, kind, register_columns(kind))
    for number, name in enumerate(KINDS[kind]):
        warehouse = country_without(kind, tmp_path / f"{number}.duckdb")
        file = write(planted_table(kind, [name], all_rows=number % 4 < 2), tmp_path / f"{number}.csv")
        text = api.mapping_text(api.propose_mapping(file, kind))
        places = [("draft", text)]
        if number % 2:
            (tmp_path / "m.toml").write_text(text, encoding="utf-8")
            mapping = ["--mapping", str(tmp_path / "m.toml")]
            main(["import", kind, str(file), *mapping, "--warehouse", str(warehouse)])
        else:
            try:
                api.import_file(warehouse, kind, file, text, lambda *progress: None)
            except InputError as error:
                places.append(("said", str(error)))
        main(["rejects", "--warehouse", str(warehouse), "--format", "csv"])
        places.append(("printed", "".join(capsys.readouterr())))
        check(iter([*places, *written(warehouse)]), kind, [name])


@pytest.mark.parametrize("kind", REGISTERS)
def test_a_register_is_otherwise_read(kind: str, tmp_path: Path) -> None:
    warehouse = country_without(kind, tmp_path / "w.duckdb")
    file = write(table(register_columns(kind)), tmp_path / "f.csv")
    text = api.mapping_text(api.propose_mapping(file, kind))
    if kind == "published":
        with pytest.raises(InputError, match="public_texts = true"):
            api.import_file(warehouse, kind, file, text, lambda *progress: None)
        text = text.replace("[source]", "[source]\npublic_texts = true")
    assert api.import_file(warehouse, kind, file, text, lambda *progress: None).accepted_rows == ROWS


def test_a_list_of_debtors_is_no_register_of_courts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse, file = country_without("courts", tmp_path / "w.duckdb"), tmp_path / "失信.csv"
    write(table({name: [cells[n % len(cells)] for n in range(ROWS)] for name, cells in DEBTORS.items()}), file)
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        """kind = "courts"
        [columns]
        court_id = { column = "案号" }
        name = { column = "被执行人姓名" }
        level = { constant = "basic" }
        region = { constant = "440300" }
        special = { constant = false }
        """,
        encoding="utf-8",
    )
    arguments = ["import", "courts", str(file), "--mapping", str(mapping), "--warehouse", str(warehouse)]
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert f"none of its {ROWS} rows can be kept (not_a_code: {ROWS}, not_a_name: {ROWS})" in said
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("[columns]", '[source]\nlaw = "XX"\n[columns]'))
    assert main(arguments) == 2
    said += capsys.readouterr().err
    assert "public_texts = true" in said
    check(iter([("said", said), *written(warehouse)]), "courts", ["被执行人姓名"])


def test_every_kind_of_file_is_planted() -> None:
    assert KINDS.keys() | REGISTERS.keys() == set(api.FILE_KINDS)
