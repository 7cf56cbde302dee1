"""What stands behind the codes that no rule gives, and how a list is compared with the table."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from data.build.compare_court_codes import Finding, Table, committed_table, findings, is_same_name, main

DATA = Path(__file__).parents[2] / "data"
COUNT_BY_STATUS = {"no source": 0, "one source": 1, "two sources": 2}
SUPREME = "最高法"


def rows(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sources(row: dict[str, str]) -> list[str]:
    return [row[column] for column in ("source", "second_source") if row[column]]


class TestSources:
    def test_every_code_set_by_hand_says_what_stands_behind_it(self) -> None:
        rules = tomllib.loads((DATA / "build" / "courts.toml").read_text(encoding="utf-8"))
        by_hand = [row["code"] for row in rows("build/court_exceptions.csv") if row["code"] not in ("", SUPREME)]
        by_hand += [entry["code"] for entry in rules["intermediate"]]
        by_hand += [code for code in rules["codes"].values() if code]
        told = [row["code"] for row in rows("court_code_sources.csv") if row["status"] != "withdrawn"]
        assert sorted(told) == sorted(by_hand)

    def test_they_are_of_the_courts_that_have_the_codes(self) -> None:
        names = {row["code"]: row["name"] for row in rows("courts.csv")}
        for row in rows("court_code_sources.csv"):
            if row["status"] != "withdrawn":
                assert names[row["code"]] == row["name"]

    def test_a_status_counts_the_texts(self) -> None:
        for row in rows("court_code_sources.csv"):
            texts = sources(row)
            assert len(set(texts)) == len(texts), row
            if row["status"] in COUNT_BY_STATUS:
                assert len(texts) == COUNT_BY_STATUS[row["status"]], row
                assert bool(row["seen_as"]) == bool(row["source"]), row
                assert bool(row["second_seen_as"]) == bool(row["second_source"]), row
            else:
                assert row["status"] in ("by order", "withdrawn") and len(texts) == 1, row

    def test_a_case_number_is_told_without_its_sequence(self) -> None:
        """Which case it was is nobody's concern here."""
        for row in rows("court_code_sources.csv"):
            for seen in (row["seen_as"], row["second_seen_as"]):
                assert not seen or (not seen.endswith("号") and not seen[-1].isdigit()), row
                assert not seen.startswith("(20") or row["code"] in seen, row

    def test_a_withdrawn_code_leads_to_no_court(self) -> None:
        codes = {row["code"] for row in rows("courts.csv")} | {row["name"] for row in rows("court_names.csv")}
        withdrawn = {row["code"] for row in rows("court_code_sources.csv") if row["status"] == "withdrawn"}
        assert withdrawn == {"晋7101"}
        assert not withdrawn & codes

    @pytest.mark.parametrize(
        ("code", "name"),
        [
            ("苏8601", "徐州铁路运输法院"),
            ("苏8602", "南京铁路运输法院"),
            # The 11th division has no court, so that numbers and divisions part after 兵10.
            ("兵10", "新疆生产建设兵团第十师中级人民法院"),
            ("兵11", "新疆生产建设兵团第十二师中级人民法院"),
            ("兵12", "新疆生产建设兵团第十三师中级人民法院"),
            ("兵13", "新疆生产建设兵团第十四师中级人民法院"),
        ],
    )
    def test_codes_that_were_wrong(self, code: str, name: str) -> None:
        assert committed_table().compare(code, name).kind == "agrees"


COURTS = [
    {"court_id": "甲01", "code": "甲01", "name": "甲省乙市中级人民法院"},
    {"court_id": "甲0101", "code": "甲0101", "name": "甲省乙市丙区人民法院"},
    {"court_id": "丁10", "code": "丁10", "name": "丁团第十师中级人民法院"},
    {"court_id": "丁11", "code": "丁11", "name": "丁团第十二师中级人民法院"},
    {"court_id": "戊法院", "code": "", "name": "戊法院"},
    {"court_id": "甲0201", "code": "甲0201", "name": "甲省己市庚区人民法院"},
    {"court_id": "甲0301", "code": "甲0301", "name": "甲省辛市庚区人民法院"},
]
OTHER_NAMES = [{"court_id": "甲0101", "name": "甲0181"}, {"court_id": "甲0101", "name": "甲省丙市人民法院"}]


class TestComparison:
    @pytest.mark.parametrize(
        ("code", "name", "kind", "ours"),
        [
            ("甲01", "乙市中级人民法院", "agrees", ""),  # without the province
            ("甲0101", "甲省乙丙区人民法院", "agrees", ""),  # without 市
            ("甲0181", "丙市人民法院", "agrees", ""),  # its code and name of before
            ("丁11", "丁团第十师中级人民法院", "other court", "丁团第十二师中级人民法院"),
            ("丁99", "丁团第十二师中级人民法院", "other code", "丁11"),
            ("戊01", "戊法院", "no code", "戊法院"),
            ("甲0999", "庚区人民法院", "unknown", ""),  # of two cities
            ("甲0999", "癸法院", "unknown", ""),
            ("甲01", "", "other court", "甲省乙市中级人民法院"),
        ],
    )
    def test_pairs(self, code: str, name: str, kind: str, ours: str) -> None:
        assert Table(COURTS, OTHER_NAMES).compare(code, name) == Finding(code, name, kind, ours)

    def test_blanks_around_a_pair_do_not_count(self) -> None:
        (found,) = findings(Table(COURTS, OTHER_NAMES), [(" 甲01 ", "乙市中级人民法院 ")])
        assert found.kind == "agrees"

    def test_one_letter_more_inside_is_another_name(self) -> None:
        assert not is_same_name("丁团第十师中级人民法院", "丁团第十二师中级人民法院")

    def test_the_table_agrees_with_itself(self) -> None:
        pairs = [(row["code"], row["name"]) for row in rows("courts.csv") if row["code"]]
        assert {found.kind for found in findings(committed_table(), pairs)} == {"agrees"}

    def test_command_line(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        listed = tmp_path / "list.csv"
        listed.write_text("dz,fy\n津0101,天津市和平区人民法院\n津0101,天津市河东区人民法院\n", encoding="utf-8-sig")
        main([str(listed), "--code", "dz", "--name", "fy"])
        assert capsys.readouterr().out.splitlines() == [
            "2 pairs: 1 agrees, 1 other court",
            "other court,津0101,天津市河东区人民法院,天津市和平区人民法院",
        ]
        with pytest.raises(SystemExit):
            main([str(listed), "--code", "code"])
        assert "no rows with the columns code, name" in capsys.readouterr().err
