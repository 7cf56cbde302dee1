"""A package of claims: what is read of it, what is assumed, and that nothing of it stays."""

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from index_engine.claims.package import Package, read_package
from index_engine.claims.package_file import mapping_doubts, proposed_mapping
from index_engine.cli import main
from index_engine.errors import InputError
from index_engine.importing.recognise.propose import propose_mapping
from index_engine.queries import Snapshot

PROJECT = Path(__file__).parents[2]
PLANTED = ("王小明", "13912345678", "110101199003071234", "李秀英")
HEADERS = (
    "序号",
    "债务人",
    "身份证号",
    "联系电话",
    "合同编号",
    "所在城市",
    "管辖法院",
    "债权本金（万元）",
    "利息（万元）",
)
MORE_HEADERS = ("抵押物类型", "抵押物评估价（万元）", "诉讼状态", "执行立案日期", "债务人类型")


def messy_list(path: Path, court: str) -> Path:
    """Two title rows, amounts in 万元, names and numbers of people, a court misspelt, a row without an amount, joint
    debtors of one debt, and a total."""
    sheet = Workbook()
    rows = sheet.active
    rows.append(["××资产管理公司拟收购债权清单"])
    rows.append(["债权基准日：2025年10月31日"])
    rows.append([*HEADERS, *MORE_HEADERS])
    people = (PLANTED[0], PLANTED[2], PLANTED[1])
    rows.append([1, *people, "A-1", "成都市", court, 70, 4, "住宅", 100, "已立案执行", "2025年1月15日", "自然人"])
    rows.append([2, *people, "A-2", "成都市", "成都市中及法院", 20, 1, "无", None, "终本", "2023年5月1日", "自然人"])
    rows.append([3, *people, "A-3", "成都市", court, None, None, "商铺", 55, "未诉", None, "企业"])
    rows.append(
        [4, PLANTED[3], *people[1:], "A-4", "杭州市", None, 600, 60, "商铺", 1000, "一拍流拍", "2024年2月1日", "企业"]
    )
    rows.append([5, *people, "A-4", "杭州市", None, 600, 60, "商铺", 1000, "一拍流拍", "2024年2月1日", "企业"])
    rows.append(["合计", None, None, None, None, None, None, 690, 65, None, 1155])
    sheet.save(path)
    return path


@pytest.fixture(scope="module")
def court(warehouse: Path) -> str:
    with Snapshot(warehouse) as snapshot:
        return next(place.name for place in snapshot.places() if place.level == "court")


@pytest.fixture(scope="module")
def package(warehouse: Path, court: str, tmp_path_factory: pytest.TempPathFactory) -> Package:
    file = messy_list(tmp_path_factory.mktemp("package") / "list.xlsx", court)
    with Snapshot(warehouse) as snapshot:
        return read_package(snapshot, file, proposed_mapping(file))


def test_rows_add_up(package: Package):
    kept, left_out = len(package.claims), package.outcome.rejected_rows
    assert package.outcome.rows == 6 == kept + left_out + len(package.repeated)
    assert [item.line for item in package.claims] == [1, 2, 4]
    assert package.repeated == (5,), "joint debtors of one debt"
    assert package.outcome.rejection_counts == {"total_row": 1, "without_amount": 1}


def test_a_row_is_understood(package: Package):
    home, zhongben, shop = package.claims
    assert home.level == "court"
    assert (home.claim.principal, home.claim.interest, home.claim.collateral_value) == (700_000, 40_000, 1_000_000)
    assert (home.claim.asset_class, home.claim.stage, home.claim.debtor_kind) == ("homes", "filed", "person")
    assert home.claim.case_age == home.claim.stage_age == 9, "months from 15 January to 31 October"
    assert {item.as_of for item in package.claims} == {date(2025, 10, 31)}, "as the title states"
    assert (zhongben.claim.stage, zhongben.claim.is_secured) == ("zhongben", False)
    assert shop.claim.stage == "listed"


def test_what_a_row_does_not_tell_is_a_default_that_is_named(package: Package):
    home, zhongben, shop = package.claims
    assert home.defaults == ("prior_claims_unknown",)
    assert "unsecured" in zhongben.defaults
    assert "age_unknown" in shop.defaults, "since when it is on sale"


def test_a_court_that_is_misspelt_leaves_the_place(package: Package):
    assert package.claims[1].level in ("city", "province")
    assert package.outcome.clearing_counts == {"unknown_court": 1}


def test_no_finding_and_no_claim_holds_a_name(package: Package):
    text = repr(package.claims) + package.findings.to_csv()
    assert not any(word in text for word in (*PLANTED, "A-1", "成都市中及法院"))


def files_that_hold(folder: Path, words: tuple[str, ...]) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words)
    ]


def test_nothing_of_a_package_stays(warehouse: Path, court: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    inbox, outside = tmp_path / "inbox", tmp_path / "tmp"
    for folder in (inbox, outside):
        folder.mkdir()
    file = messy_list(inbox / "list.xlsx", court)
    before = warehouse.read_bytes()
    environment = os.environ | {"TMPDIR": str(outside), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "index_engine", "value", str(file), "--warehouse", str(warehouse)]
    done = subprocess.run(command, env=environment, cwd=outside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not any(word in done.stdout + done.stderr for word in PLANTED)
    assert files_that_hold(outside, PLANTED) == []
    assert warehouse.read_bytes() == before
    # Killed while it works, it leaves nothing that holds a name, and what it leaves the next run removes.
    killed = subprocess.Popen(command, env=environment, cwd=outside, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not any(outside.glob("index-engine-*/package-*")) and killed.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    killed.kill()
    killed.communicate()
    assert files_that_hold(outside, PLANTED) == []


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "no row"),
        ([["成都市", "0", "2025-10-31"]], "without_amount"),
        ([["成都市", None, "2025-10-31"]], "本金"),
        ([["成都市", "-5", "2025-10-31"]], "negative_amount"),
        ([["成都市", "5", "2999-10-31"]], "基准日"),
        ([["某地", "5", "2025-10-31"]], "without_place"),
        ([["成都市", "很多", "2025-10-31"]], "本金"),
    ],
    ids=["empty", "zero", "no amount", "negative", "future", "no such place", "unreadable"],
)
def test_what_cannot_be_valued_is_told_in_one_line(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[list[str | None]], told: str
):
    file = tmp_path / "list.csv"
    lines = [",".join(cell or "" for cell in row) for row in [["所在城市", "本金", "基准日"], *rows]]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["value", str(file), "--warehouse", str(warehouse)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and told in error


def test_claims_with_one_collateral_take_it_once(warehouse: Path, tmp_path: Path):
    file = tmp_path / "list.csv"
    rows = [
        "成都市,50000,2025-09-30,住宅,80000,甲1",
        "成都市,40000,2025-09-30,住宅,80000,甲1",
        "成都市,10000,2025-09-30,住宅,80000,乙2",
    ]
    header = "所在城市,本金,基准日,抵押物类型,抵押物评估价,抵押物编号"
    file.write_text("\n".join([header, *rows, "成都市,10000,2025-09-30,住宅,80000,甲1"]), encoding="utf-8")
    with Snapshot(warehouse) as snapshot:
        found = read_package(snapshot, file, proposed_mapping(file)).claims
    assert [item.claim.prior_claims for item in found] == [0, 50_000, 0, 90_000]
    assert ["shared_collateral" in item.defaults for item in found] == [False, True, False, True]


def test_a_cut_off_date_in_the_future_is_refused(warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "list.csv"
    file.write_text("所在城市,本金\n成都市,50000\n", encoding="utf-8")
    assert main(["value", str(file), "--warehouse", str(warehouse), "--as-of", "2999-01-01"]) == 2
    assert "cut_off_in_future" in capsys.readouterr().err


def test_a_list_without_a_cut_off_date_asks_for_it(warehouse: Path, tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_text("所在城市,本金\n成都市,50000\n", encoding="utf-8")
    with pytest.raises(InputError, match="--as-of"):
        proposed_mapping(file)
    with Snapshot(warehouse) as snapshot:
        found = read_package(snapshot, file, proposed_mapping(file, date(2025, 9, 30)))
    assert found.claims[0].as_of == date(2025, 9, 30)


def test_words_that_no_list_knows_are_asked(tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_text("所在城市,本金,基准日,诉讼状态\n成都市,50000,2025-09-30,甲乙丙\n", encoding="utf-8")
    assert mapping_doubts(propose_mapping(file, "claims")) == ["诉讼状态"]
    with pytest.raises(InputError, match="诉讼状态"):
        proposed_mapping(file)
