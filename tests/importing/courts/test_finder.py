"""How words of files lead to courts: written in full, shortened, outdated, or as a code."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.importing import reference_data
from index_engine.importing.courts.finder import CourtFinder, CourtRow, CourtSpan, NameRow, RegionRow
from index_engine.importing.courts.lookup_table import NewCourt, resolve_words
from index_engine.warehouse.file import SCHEMA_FILE

D = date


@pytest.fixture(scope="module")
def china() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
        reference_data.load_reference_data(con)
        yield con


@pytest.fixture(scope="module")
def finder(china: duckdb.DuckDBPyConnection) -> CourtFinder:
    return CourtFinder.from_warehouse(china)


def test_a_finder_is_that_of_the_tables_as_they_are_now() -> None:
    """One finder serves all that ask with the same tables, and none outlives a change of them."""
    with duckdb.connect() as con:
        con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
        con.execute("INSERT INTO regions (code, level, name) VALUES ('SP', 'province', 'São Paulo')")
        insert = "INSERT INTO courts (court_id, name, level, region, special) VALUES (?, ?, 'basic', 'SP', false)"
        con.execute(insert, ["1", "1ª Vara"])
        first = CourtFinder.from_warehouse(con)
        assert CourtFinder.from_warehouse(con) is first
        con.execute(insert, ["2", "2ª Vara"])
        assert CourtFinder.from_warehouse(con).find("2ª Vara").status == "name"
        con.execute("UPDATE courts SET name = '3ª Vara' WHERE court_id = '2'")
        assert CourtFinder.from_warehouse(con).find("2ª Vara").status == "unknown"
        con.execute("INSERT INTO court_names (court_id, name) VALUES ('2', '2ª Vara')")
        assert CourtFinder.from_warehouse(con).find("2ª Vara").status == "old_name"
        con.execute("UPDATE regions SET code = 'RJ'")
        assert CourtFinder.from_warehouse(con).find("2ª Vara").status == "old_name"
        assert first.find("2ª Vara").status == "unknown"


class TestRegistry:
    def test_every_row_is_kept_with_its_source(self, china: duckdb.DuckDBPyConnection) -> None:
        sources = china.execute("SELECT kind, name, rejected, synthetic FROM sources").fetchall()
        assert sources == [
            ("regions", "divisions.csv", 0, False),
            ("courts", "courts.csv", 0, False),
            ("court_names", "court_names.csv", 0, False),
            ("published", "published_figures.csv", 0, False),
        ]
        assert china.execute("SELECT count(*) FROM rejects").fetchall() == [(0,)]
        for _, name, _, _ in sources:
            lines = (reference_data.DATA_FOLDER / name).read_bytes().count(b"\n") - 1
            rows = china.execute("SELECT rows FROM sources WHERE name = ?", [name]).fetchall()
            assert rows == [(lines,)]

    def test_a_warehouse_with_places_stays_as_it_is(self, con: duckdb.DuckDBPyConnection) -> None:
        before = con.execute("SELECT * FROM regions ORDER BY code").fetchall()
        reference_data.load_reference_data(con)
        assert con.execute("SELECT * FROM regions ORDER BY code").fetchall() == before
        assert con.execute("SELECT count(*) FROM sources").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("word", "court_id", "how"),
    [
        ("粤0304", "粤0304", "code"),
        ("  粤０３０４ ", "粤0304", "code"),
        ("京", "京", "code"),
        ("最高人民法院", "最高法", "name"),
        ("最高人民法院第一巡回法庭", "最高法", "name"),
        ("广东省高级人民法院", "粤", "name"),
        ("广东高院", "粤", "short"),
        ("内蒙古高级人民法院", "内", "short"),
        ("广东省深圳市福田区人民法院", "粤0304", "name"),
        ("深圳市福田区人民法院", "粤0304", "short"),
        ("福田区人民法院", "粤0304", "short"),
        ("福田区法院", "粤0304", "short"),
        ("福田法院", "粤0304", "short"),
        ("深圳福田法院", "粤0304", "short"),
        ("广东深圳福田区法院", "粤0304", "short"),
        ("福田区", "粤0304", "short"),
        ("廣東省深圳市福田區人民法院", "粤0304", "name"),
        ("深 圳 市　福田区人民法院", "粤0304", "short"),
        ("深圳市福田区人民法院执行局", "粤0304", "short"),
        ("深圳市福田区人民法院（本院）", "粤0304", "short"),
        ("深圳市福田区人民法院执行二庭", "粤0304", "short"),
        ("深圳市福田区人民法院(执行裁判庭)", "粤0304", "short"),
        ("深圳中院", "粤03", "short"),
        ("恩施州中院", "鄂28", "short"),
        ("恩施土家族苗族自治州中级人民法院", "鄂28", "short"),
        ("昆山市人民法院", "苏0583", "short"),
        ("苏州市昆山市人民法院", "苏0583", "short"),
        ("长沙县人民法院", "湘0121", "short"),
        ("北京一中院", "京01", "short"),
        ("重庆市五中院", "渝05", "short"),
        ("北京市第一中级人民法院", "京01", "name"),
        ("北京第一中院", "京01", "short"),
        ("鼓楼区人民法院（福建）", "闽0102", "short"),
        ("福建省鼓楼区人民法院", "闽0102", "short"),
        ("南京市鼓楼区人民法院", "苏0106", "short"),
        ("襄樊市中级人民法院", "鄂06", "old_name"),
        ("湖北省襄樊市樊城区人民法院", "鄂0606", "old_name"),
        ("浙0185", "浙0112", "code"),
        ("浙江省临安市人民法院", "浙0112", "old_name"),
        ("宁乡县法院", "湘0182", "old_name"),
        ("北京互联网法院", "京0491", "name"),
        ("上海海事法院", "沪72", "name"),
        ("兵团第八师中院", "兵08", "short"),
        ("新疆维吾尔自治区高级人民法院生产建设兵团分院", "兵", "name"),
        ("新疆维吾尔自治区高级人民法院伊犁哈萨克自治州分院", "新40", "name"),
        ("苏0591", "苏0591", "code"),
        ("苏州工业园区法院", "苏0591", "short"),
        ("江苏省苏州市工业园区人民法院", "苏0591", "short"),
        ("广东自由贸易区南沙片区人民法院", "粤0115", "old_name"),
        ("伊犁哈萨克自治州中级人民法院", "新40", "old_name"),
        ("洪江人民法院", "湖南省怀化市洪江人民法院", "short"),
        ("洪江市人民法院", "湘1281", "short"),
    ],
)
def test_words_that_mean_one_court(finder: CourtFinder, word: str, court_id: str, how: str) -> None:
    found = finder.find(word)
    assert (found.status, [match.court_id for match in found.spans]) == (how, [court_id])
    assert found.message == "" and found.candidates == ()


@pytest.mark.parametrize(
    ("word", "among"),
    [
        ("鼓楼区人民法院", {"苏0106", "苏0302", "闽0102", "豫0204"}),
        ("朝阳区人民法院", {"京0105", "吉0104"}),
        ("朝阳法院", {"京0105", "吉0104"}),  # and 朝阳市, 朝阳县
        ("新华区人民法院", {"冀0105", "冀0902", "豫0402"}),
        ("海南中院", {"青25"}),  # of the province, or of a prefecture in another
        ("第一中级人民法院", {"京01", "沪01", "津01", "渝01", "琼96"}),
        ("深圳市", {"粤03"}),  # a place, no court
        ("洪江法院", {"湖南省怀化市洪江人民法院", "湘1281"}),
        ("福田人民法院", {"粤0304"}),  # in full, but for the class word
        ("桥东区人民法院", {"冀0702", "冀0502"}),  # one is, one was
    ],
)
def test_words_that_may_mean_several_are_unsure(finder: CourtFinder, word: str, among: set[str]) -> None:
    found = finder.find(word)
    assert found.status == "ambiguous" and found.spans == ()
    assert among <= set(found.candidates)
    assert word in found.message and "\n" not in found.message


@pytest.mark.parametrize("province", ["350000", "35", "福建省", "福建", "闽"])
def test_the_province_decides(finder: CourtFinder, province: str) -> None:
    found = finder.find("鼓楼区人民法院", province=province)
    assert [match.court_id for match in found.spans] == ["闽0102"]


def test_a_court_of_another_province_is_unsure(finder: CourtFinder) -> None:
    found = finder.find("福田区人民法院", province="浙江省")
    assert (found.status, found.candidates) == ("ambiguous", ("粤0304",))


def test_a_province_that_nobody_knows_is_as_none(finder: CourtFinder) -> None:
    assert finder.find("福田区人民法院", province="?") == finder.find("福田区人民法院")


@pytest.mark.parametrize(
    ("word", "place", "level", "name"),
    [
        ("扬州经济技术开发区人民法院", "321000", "basic", "扬州经济技术开发区人民法院"),
        ("江苏省扬州市经济技术开发区法院", "321000", "basic", "扬州经济技术开发区人民法院"),
        ("青岛铁路运输法院", "370200", "basic", "青岛铁路运输法院"),
        ("延边林区中级法院", "222400", "intermediate", "延边林区中级法院"),
        ("成都铁路运输第一法院", "510100", "basic", "成都铁路运输第一法院"),
        ("甘肃矿区人民法院", "620000", "basic", "甘肃矿区人民法院"),
        ("吉林高新技术产业开发区人民法院", "220000", "basic", "吉林高新技术产业开发区人民法院"),
        ("吉林市高新区法院", "220200", "basic", "吉林市高新技术产业开发区人民法院"),
        ("兵团芳草湖垦区法院", "650000", "basic", "新疆生产建设兵团芳草湖垦区人民法院"),
        ("苏0599", "320500", "basic", "苏0599"),
    ],
)
def test_courts_beside_the_divisions_are_placed(
    finder: CourtFinder, word: str, place: str, level: str, name: str
) -> None:
    found = finder.find(word)
    assert (found.status, found.region, found.level, found.name) == ("special", place, level, name)
    assert found.special and not found.spans


@pytest.mark.parametrize(
    "word",
    [
        *("", " ", "法院", "人民法院", "不详", "东方红人民法院", "深圳市未名区人民法院", "粤0388"),
        *("上海铁路局", "深圳市高新区某某公司"),
        "白河林区基层法院",  # not that of 白河县 in another province
    ],
)
def test_words_that_mean_nothing_known(finder: CourtFinder, word: str) -> None:
    found = finder.find(word)
    assert found.status == "unknown" and not found.spans and found.region is None
    assert found.message


@pytest.mark.parametrize("word", ["浙0104", "浙江省杭州市江干区人民法院", "江干区法院"])
def test_a_name_that_passed_to_another_court(finder: CourtFinder, word: str) -> None:
    """江干区 was merged into 上城区 on 2021-04-09."""
    assert finder.find(word).spans == (
        CourtSpan("浙0104", None, D(2021, 4, 8)),
        CourtSpan("浙0102", D(2021, 4, 9), None),
    )


@pytest.mark.parametrize(
    "word",
    [
        "杭州市13800138000开发区人民法院",
        "杭州市甲乙330106199001011234开发区人民法院",
        "杭州市被执行人赵六六欠款不还开发区法院",
        "兵团赵六六13800138000铁路运输法院",
    ],
)
@pytest.mark.parametrize("province", [None, "浙江"])
def test_a_sentence_is_no_court_to_be_added(finder: CourtFinder, word: str, province: str | None) -> None:
    assert finder.find(word, province=province).status == "unknown"


@given(st.text() | st.text("深圳市福田区人民法院中级高（）兵团粤0123铁路 林区", max_size=20))
def test_no_text_is_too_odd(finder: CourtFinder, word: str) -> None:
    found = finder.find(word)
    assert found.word == word
    decided = found.status not in ("ambiguous", "unknown")
    assert decided == (bool(found.spans) or found.status == "special")
    assert decided == (found.message == "")
    assert (found.status == "ambiguous") == bool(found.candidates)


class TestAnotherCountry:
    REGIONS = (RegionRow("BR", "nation", "Brasil", None, None), RegionRow("SP", "province", "São Paulo", None, "BR"))
    COURTS = (
        CourtRow("8.26.100", None, "1ª Vara de Falências", "basic", "SP", False, None, None),
        CourtRow("8.26.200", "F2", "2ª Vara de Falências", "basic", "SP", False, None, None),
    )

    def test_an_id_is_read_sign_by_sign(self) -> None:
        finder = CourtFinder(self.COURTS, [], self.REGIONS)
        assert finder.find(" 8.26.100 ").spans == (CourtSpan("8.26.100", None, None),)
        for other in ("82.6.100", "8.26.1 00", "826100", "8-26-100"):
            assert finder.find(other).status == "unknown"

    def test_ids_codes_and_full_names(self) -> None:
        names = [NameRow("8.26.100", "Vara antiga", None, D(2010, 1, 1))]
        finder = CourtFinder(self.COURTS, names, self.REGIONS)
        assert finder.find("8.26.100").status == "id"
        assert finder.find("f2").status == "code"
        assert finder.find("2ª vara de falências").spans[0].court_id == "8.26.200"
        assert finder.find("Vara antiga").spans == (CourtSpan("8.26.100", None, D(2010, 1, 1)),)
        assert finder.find("3ª Vara de Falências").status == "unknown"


class TestDaysAndProvinces:
    """One name of several courts, of courts of no province, and spans of days that meet."""

    REGIONS = (
        RegionRow("100000", "nation", "全国", None, None),
        RegionRow("330000", "province", "浙江省", None, "100000"),
        RegionRow("330100", "city", "杭州市", None, "330000"),
        RegionRow("440000", "province", "广东省", None, "100000"),
        RegionRow("440300", "city", "深圳市", None, "440000"),
    )

    @staticmethod
    def row(court_id: str, name: str, region: str = "330100", **values: object) -> CourtRow:
        row = CourtRow(court_id, None, name, "basic", region, False, None, None)
        return row._replace(**values)

    def finder(self, *rows: CourtRow, names: tuple[NameRow, ...] = ()) -> CourtFinder:
        return CourtFinder(rows, names, self.REGIONS)

    @pytest.mark.parametrize(("next_day", "status"), [(D(2021, 4, 9), "ambiguous"), (D(2021, 4, 10), "name")])
    def test_courts_with_one_day_in_common_are_not_decided(self, next_day: date, status: str) -> None:
        finder = self.finder(
            self.row("A", "甲区人民法院", valid_to=D(2021, 4, 9)), self.row("B", "甲区人民法院", valid_from=next_day)
        )
        found = finder.find("甲区人民法院")
        assert found.status == status
        assert len(found.spans) == (2 if status == "name" else 0)

    @pytest.mark.parametrize("region", ["100000", "elsewhere"])
    def test_a_court_of_no_province_is_of_every_one(self, region: str) -> None:
        finder = self.finder(self.row("A", "最高知识产权法庭", region), self.row("B", "乙区人民法院", "440300"))
        for province in ("浙江省", "广东省", None):
            found = finder.find("最高知识产权法庭", province=province)
            assert [span.court_id for span in found.spans] == ["A"]
        assert finder.find("乙区人民法院", province="浙江省").status == "ambiguous"

    @pytest.mark.parametrize(("special", "status"), [(False, "special"), (True, "unknown")])
    def test_no_zone_lies_under_a_special_court(self, special: bool, status: str) -> None:
        """浙0191 is of a zone under 浙01, but not where 浙01 itself is beside the divisions."""
        above = self.row("浙01", "杭州市中级人民法院", code="浙01", level="intermediate")
        found = self.finder(above._replace(special=special)).find("浙0191")
        assert (found.status, found.region) == (status, None if special else "330100")

    @pytest.mark.parametrize(
        ("spans", "widest"),
        [
            ([(D(2015, 1, 1), D(2016, 1, 1)), (D(2018, 1, 1), None)], (D(2015, 1, 1), None)),
            ([(None, D(2016, 1, 1)), (D(2015, 1, 1), D(2018, 1, 1))], (None, D(2018, 1, 1))),
            ([(D(2016, 1, 1), D(2017, 1, 1)), (D(2015, 1, 1), D(2018, 1, 1))], (D(2015, 1, 1), D(2018, 1, 1))),
        ],
    )
    def test_two_spans_of_one_court_are_one_and_the_widest(
        self, spans: list[tuple[date | None, date | None]], widest: tuple[date | None, date | None]
    ) -> None:
        names = tuple(NameRow("A", "旧称人民法院", first, last) for first, last in spans)
        found = self.finder(self.row("A", "甲区人民法院"), names=names).find("旧称人民法院")
        assert found.spans == (CourtSpan("A", *widest),)


class TestTable:
    WORDS = ("浙0104", "扬州经开区法院", "扬州市经开区人民法院", "鼓楼区法院", "浙0104")

    def test_one_row_a_span_or_a_problem(self, china: duckdb.DuckDBPyConnection) -> None:
        new = resolve_words(china, self.WORDS)
        zone = "扬州经济技术开发区人民法院"
        assert new == [NewCourt(zone, zone, "basic", "321000", True)]
        rows = china.execute(
            "SELECT word, court_id, valid_from, valid_to, problem IS NOT NULL FROM import_courts"
            " ORDER BY word, valid_to NULLS LAST"
        ).fetchall()
        assert rows == [
            ("扬州市经开区人民法院", zone, None, None, False),
            ("扬州经开区法院", zone, None, None, False),
            ("浙0104", "浙0104", None, D(2021, 4, 8), False),
            ("浙0104", "浙0102", D(2021, 4, 9), None, False),
            ("鼓楼区法院", None, None, None, True),
        ]

    def test_the_province_holds_for_every_word(self, china: duckdb.DuckDBPyConnection) -> None:
        resolve_words(china, self.WORDS[3:4], province="闽")
        assert china.execute("SELECT court_id, problem FROM import_courts").fetchall() == [("闽0102", None)]

    def test_no_words(self, china: duckdb.DuckDBPyConnection) -> None:
        assert resolve_words(china, []) == []
        assert china.execute("SELECT count(*) FROM import_courts").fetchall() == [(0,)]
