"""Mapping files: what is understood, and one clear line for what is not."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from index_engine.errors import InputError
from index_engine.importing import mapping as mappings
from index_engine.importing.contract import READ_KINDS, read_contract
from index_engine.importing.mapping import Mapping
from index_engine.importing.values import column_settings
from index_engine.importing.values.column_settings import NULL_WORDS
from index_engine.importing.values.dates import NAMED_FORMATS

# The four required fields of cases, for mappings in which another one matters.
REQUIRED = """
[columns.case_id]
column = "案号"
[columns.court_id]
constant = "K1"
[columns.case_type]
constant = "first"
[columns.filed_on]
column = "立案日期"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "m.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, kind: str = "cases") -> Mapping:
    return mappings.load_mapping(written(folder, text), kind)


def column(mapping: Mapping, name: str) -> Any:
    return next(column for column in mapping.columns if column.field.name == name)


def test_a_full_mapping_is_read(tmp_path: Path) -> None:
    text = f"""
kind = "cases"
[source]
name = "甲省"
observed_from = 2019-01-01
observed_to = 2025-12-31
earliest = 1995-06-01
law = "BR"
synthetic = true
encoding = "GBK"
delimiter = ";"
null = ["-"]
{REQUIRED}
format = ["%Y年%m月%d日", "excel"]
[columns.claim_amount]
column = "标的金额"
unit = "万元"
thousands = ","
null = ["无"]
on_bad = "clear"
[columns.close_mode]
column = "结案方式"
values = {{ "执行完毕" = "completed", " 其他 " = "" }}
[columns.has_assets]
column = "是否有财产"
values = {{ "有" = true, "无" = false }}
[columns.parent_case_id]
template = "{{案由}}/{{row_no}}"
"""
    mapping = load(tmp_path, text)
    assert (mapping.name, mapping.law, mapping.synthetic) == ("甲省", "BR", True)
    assert (mapping.observed_from, mapping.observed_to) == (date(2019, 1, 1), date(2025, 12, 31))
    assert mapping.earliest == date(1995, 6, 1)
    assert (mapping.options.encoding, mapping.options.delimiter) == ("gb18030", ";")
    assert mapping.clearable_fields == {"claim_amount"}
    claim = column(mapping, "claim_amount")
    assert (claim.factor, claim.thousands, claim.null) == (Decimal(10_000), ",", ("-", "无"))
    assert column(mapping, "filed_on").formats == ("%Y年%m月%d日", "excel")
    assert column(mapping, "close_mode").values == {"执行完毕": "completed", "其他": None}
    assert column(mapping, "has_assets").values == {"有": "true", "无": "false"}
    # The words of values.toml are for mappings that name none.
    assert column(mapping, "filed_on").null == ("-",)
    assert column(mapping, "parent_case_id").source_headers == ("案由",)


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    mapping = load(tmp_path, 'kind = "cases"' + REQUIRED)
    assert (mapping.name, mapping.observed_from, mapping.observed_to) == (None, None, None)
    assert (mapping.earliest, mapping.law, mapping.synthetic) == (date(1990, 1, 1), "CN", False)
    assert (mapping.options.encoding, mapping.options.delimiter) == ("utf-8", ",")
    assert column(mapping, "filed_on").null == NULL_WORDS
    assert column(mapping, "filed_on").formats == ()
    assert column(mapping, "case_id").part is None


def test_no_word_at_all_can_stand_for_no_value(tmp_path: Path) -> None:
    mapping = load(tmp_path, f'kind = "cases"{REQUIRED}null = []')
    assert column(mapping, "filed_on").null == ()


@pytest.mark.parametrize(("field", "part"), [("court_id", "court"), ("case_type", "type"), ("number_year", "year")])
def test_parts_of_case_numbers(tmp_path: Path, field: str, part: str) -> None:
    text = """
kind = "cases"
[columns.case_id]
column = "案号"
[columns.filed_on]
column = "立案日期"
"""
    for name, fed in (("court_id", "court"), ("case_type", "type"), ("number_year", "year")):
        text += f'[columns.{name}]\ncolumn = "案号"\npart = "{fed}"\n'
    assert column(load(tmp_path, text), field).part == part


def test_words_for_whole_numbers(tmp_path: Path) -> None:
    text = f'kind = "cases"{REQUIRED}[columns.number_year]\ncolumn = "x"\nvalues = {{ "今年" = 2024 }}'
    assert column(load(tmp_path, text), "number_year").values == {"今年": "2024"}


@pytest.mark.parametrize(("unit", "factor"), [("%", "0.01"), ("‰", "0.001"), ("万元", "1e4")])
def test_units_of_rates(tmp_path: Path, unit: str, factor: str) -> None:
    text = f"""
kind = "court_periods"
[columns.court_id]
column = "法院"
[columns.period_start]
column = "月份"
format = "month"
[columns.period_end]
column = "月份"
format = "month_end"
[columns.closure_rate]
column = "结案率"
unit = "{unit}"
"""
    mapping = load(tmp_path, text, kind="court_periods")
    assert column(mapping, "closure_rate").factor == Decimal(factor)
    assert column(mapping, "period_end").formats == ("month_end",)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ('"元"', "1"),
        ('"万元"', "1e4"),
        ('"亿元"', "1e8"),
        ('"分"', "0.01"),
        ("1000", "1000"),
        ("7.25", "7.25"),
        ("1e-3", "0.001"),
        ("1e9", "1e9"),
    ],
)
def test_units(tmp_path: Path, unit: str, factor: str) -> None:
    text = f'kind = "cases"{REQUIRED}[columns.claim_amount]\ncolumn = "x"\nunit = {unit}'
    assert column(load(tmp_path, text), "claim_amount").factor == Decimal(factor)


BAD_COLUMNS = {
    "an unknown unit": (
        'claim_amount]\ncolumn = "x"\nunit = "百万"',
        "[columns.claim_amount] unknown unit '百万'; it is 元, 万元, 亿元, 分 or a factor",
    ),
    "a share of money": (
        'claim_amount]\ncolumn = "x"\nunit = "%"',
        "[columns.claim_amount] unknown unit '%'; it is 元, 万元, 亿元, 分 or a factor",
    ),
    "an unknown part": (
        'number_year]\ncolumn = "x"\npart = "month"',
        "[columns.number_year] part = 'month': of a case number there is court, type, year",
    ),
    "a part of another field": (
        'closed_on]\ncolumn = "x"\npart = "year"',
        "[columns.closed_on] part = 'year' does not fit closed_on",
    ),
    "a part with words": (
        'number_year]\ncolumn = "x"\npart = "year"\nvalues = { "x" = 2024 }',
        "[columns.number_year] part gives codes itself; remove values",
    ),
    "a part by a pattern": (
        'number_year]\ncolumn = "x"\npart = "year"\npattern = "(.)"',
        "[columns.number_year] part reads case numbers itself; remove pattern",
    ),
    "a pattern without a group": (
        'closed_on]\ncolumn = "x"\npattern = "(?:.)[(]"',
        "[columns.closed_on] pattern is a regular expression (RE2) with exactly one group",
    ),
    "a pattern of two groups": (
        'closed_on]\ncolumn = "x"\npattern = "(.)(.)"',
        "[columns.closed_on] pattern is a regular expression (RE2) with exactly one group",
    ),
    "a pattern that is none": (
        'closed_on]\ncolumn = "x"\npattern = "(."',
        "[columns.closed_on] pattern is a regular expression (RE2) with exactly one group",
    ),
    "a pattern without end": (
        f'closed_on]\ncolumn = "x"\npattern = "({"x" * 300})"',
        "[columns.closed_on] a pattern has at most 300 characters",
    ),
    "a part of a constant": (
        'number_year]\nconstant = 2024\npart = "year"',
        "[columns.number_year] part means nothing beside constant; remove it",
    ),
    "words for case numbers": (
        'parent_case_id]\ncolumn = "x"\nvalues = { "x" = "y" }',
        "[columns.parent_case_id] values is for words; parent_case_id is VARCHAR",
    ),
    "one word with two codes": (
        'close_mode]\ncolumn = "x"\nvalues = { "A类" = "completed", "Ａ 类" = "zhongben" }',
        "[columns.close_mode] values: 'Ａ 类': the same word stands there with another code",
    ),
    "a unit of nothing": (
        'claim_amount]\ncolumn = "x"\nunit = 0',
        "[columns.claim_amount] unit = 0: a factor is above 0",
    ),
    "an endless unit": (
        'claim_amount]\ncolumn = "x"\nunit = 6.123456789012',
        "[columns.claim_amount] unit = 6.123456789012: a factor has at most 10 digits",
    ),
    "a unit that is no number": (
        'claim_amount]\ncolumn = "x"\nunit = nan',
        "[columns.claim_amount] unit = nan: a factor is above 0",
    ),
    "a unit of a date": (
        'closed_on]\ncolumn = "x"\nunit = "元"',
        "[columns.closed_on] unit is for amounts; closed_on is DATE",
    ),
    "a format of a text": (
        'cause]\ncolumn = "x"\nformat = "%Y"',
        "[columns.cause] format is for dates; cause is VARCHAR",
    ),
    "a format without a day": (
        'closed_on]\ncolumn = "x"\nformat = "%Y-%m"',
        "[columns.closed_on] format '%Y-%m' does not give a year, month and day",
    ),
    "a format of nonsense": (
        'closed_on]\ncolumn = "x"\nformat = "%Q"',
        "[columns.closed_on] format '%Q' does not give a year, month and day",
    ),
    "an unknown code": (
        'close_mode]\ncolumn = "x"\nvalues = { "完毕" = "done" }',
        "[columns.close_mode] values: '完毕': 'done' is no code of close_mode: completed, zhongben",
    ),
    "an unknown constant": (
        'close_mode]\nconstant = "done"',
        "[columns.close_mode] 'done' is no code of close_mode: completed",
    ),
    "a constant of another type": (
        'closed_on]\nconstant = "2020-01-01"',
        "[columns.closed_on] '2020-01-01' does not fit closed_on, which is DATE",
    ),
    "two ways at once": (
        'cause]\ncolumn = "x"\nconstant = "y"',
        "[columns.cause] give exactly one of column, constant and template",
    ),
    "no way at all": ('cause]\nnull = ["x"]', "[columns.cause] give exactly one of column, constant and template"),
    "a setting without effect": (
        'close_mode]\nconstant = "completed"\nvalues = { "x" = "completed" }',
        "[columns.close_mode] values means nothing beside constant; remove it",
    ),
    "an unknown setting": ('cause]\ncolum = "x"', "[columns.cause] unknown 'colum'; known are column, constant"),
    "a setting of another type": ("cause]\ncolumn = 7", "[columns.cause] column = 7: not a text"),
    "an unknown answer to bad values": (
        'cause]\ncolumn = "x"\non_bad = "ignore"',
        "[columns.cause] on_bad = 'ignore': it is 'reject' or 'clear'",
    ),
    "an unknown field": (
        'verdict]\ncolumn = "x"',
        "[columns.verdict] cases have no field 'verdict'; the fields are case_id, court_id",
    ),
    "a template of a code": (
        'close_mode]\ntemplate = "{x}"',
        "[columns.close_mode] template is for free texts; close_mode is VARCHAR",
    ),
    "a template without a column": (
        'parent_case_id]\ntemplate = "x"',
        "[columns.parent_case_id] template 'x': name columns of the file in braces",
    ),
    "a broken template": ('parent_case_id]\ntemplate = "{x"', "[columns.parent_case_id] template '{x': expected '}'"),
    "one mark for two things": (
        'claim_amount]\ncolumn = "x"\nthousands = "."',
        "[columns.claim_amount] thousands and decimal are both '.'",
    ),
    "a mark that is none": (
        'claim_amount]\ncolumn = "x"\nthousands = "abc"',
        "[columns.claim_amount] thousands = 'abc' is no mark of numbers; use '.' or ','",
    ),
    "a list of numbers": (
        'cause]\ncolumn = "x"\nnull = [0]',
        "[columns.cause] null: 0 is to be text; put it in quotes",
    ),
}


@pytest.mark.parametrize(("given", "says"), BAD_COLUMNS.values(), ids=BAD_COLUMNS)
def test_a_bad_column_is_one_line_with_its_place(tmp_path: Path, given: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path, f'kind = "cases"{REQUIRED}[columns.{given}')
    assert str(error.value).startswith(f"{tmp_path / 'm.toml'}: {says}")
    assert "\n" not in str(error.value)


BAD_FILES = {
    "no kind": (REQUIRED, "kind is None, but cases are to be imported; write kind = 'cases'"),
    "another kind": ('kind = "courts"' + REQUIRED, "kind is 'courts', but cases are to be"),
    "no columns": ('kind = "cases"', "has no [columns.<field>] tables"),
    "an unknown table": ('kind = "cases"\n[colums]\n' + REQUIRED, "unknown colums; a mapping has"),
    "no TOML": ("kind = cases", "is not TOML: Invalid value"),
    "an unknown setting": (
        'kind = "cases"\n[source]\nfrom = 2019-01-01' + REQUIRED,
        "[source] unknown 'from'; known are name, holds, observed_from",
    ),
    "a date in quotes": (
        'kind = "cases"\n[source]\nobserved_from = "2019-01-01"' + REQUIRED,
        "[source] observed_from = '2019-01-01': not a date",
    ),
    "a time": (
        'kind = "cases"\n[source]\nobserved_from = 2019-01-01T00:00:00' + REQUIRED,
        "[source] observed_from = datetime.datetime(2019, 1, 1, 0, 0): not a date",
    ),
    "a period that ends before it begins": (
        'kind = "cases"\n[source]\nobserved_from = 2019-01-01\nobserved_to = 2018-01-01' + REQUIRED,
        "[source] observed_to = 2018-01-01 is before observed_from = 2019-01-01",
    ),
    "an encoding that is not read": (
        'kind = "cases"\n[source]\nencoding = "latin-1"' + REQUIRED,
        "[source] encoding = 'latin-1' is not read; it is utf-8 or gb18030, so save the file",
    ),
    "a long delimiter": (
        'kind = "cases"\n[source]\ndelimiter = "||"' + REQUIRED,
        "[source] delimiter = '||' is to be one character",
    ),
    "required fields missing": (
        'kind = "cases"\n[columns.case_id]\ncolumn = "x"',
        "nothing feeds court_id, case_type, filed_on, required for cases; add it as [columns",
    ),
    "a required field cleared": (
        'kind = "cases"' + REQUIRED + 'on_bad = "clear"',
        "[columns.filed_on] on_bad = 'clear' is for optional fields; this one is required",
    ),
}


@pytest.mark.parametrize(("given", "says"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_one_line_with_its_place(tmp_path: Path, given: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path, given)
    assert str(error.value).startswith(f"{tmp_path / 'm.toml'}: {says}")
    assert "\n" not in str(error.value)


def test_a_mapping_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        mappings.load_mapping(tmp_path / "none.toml", "cases")
    (tmp_path / "gbk.toml").write_bytes("kind = '案'".encode("gbk"))
    with pytest.raises(InputError, match="save the mapping file as UTF-8"):
        mappings.load_mapping(tmp_path / "gbk.toml", "cases")


def test_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown kind of file 'case'; it is one of regions"):
        load(tmp_path, 'kind = "case"', kind="case")


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    mapping = load(tmp_path, 'kind = "cases"' + REQUIRED)
    file = tmp_path / "f.csv"
    assert mappings.column_positions(mapping, file, ["x", "立案日期", "案号", "x"]) == {"案号": 2, "立案日期": 1}
    with pytest.raises(InputError) as error:
        mappings.column_positions(mapping, file, ["案号", "立案时间", ""])
    assert str(error.value) == (
        f"{tmp_path / 'm.toml'}: [columns.filed_on] '立案日期' is no column of f.csv; its columns are 案号, 立案时间"
    )
    with pytest.raises(InputError, match=r"names 2 columns of f\.csv; rename all but one there"):
        mappings.column_positions(mapping, file, ["案号", "立案日期", "案号"])


def test_a_file_in_the_words_of_the_contract_needs_no_mapping(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    headers = ["filed_on", "case_id", "case_type", "court_id", "cause"]
    mapping = mappings.identity_mapping(file, "cases", headers)
    assert mappings.column_positions(mapping, file, headers) == {name: number for number, name in enumerate(headers)}
    with pytest.raises(InputError) as error:
        mappings.identity_mapping(file, "cases", [*headers, "Cause"])
    assert str(error.value).startswith(f"{file}: Cause: no field of cases; rename it to one of")
    with pytest.raises(InputError) as error:
        mappings.identity_mapping(file, "cases", headers[1:])
    assert str(error.value) == (
        f"{file}: nothing feeds filed_on, required for cases; write a mapping file or add the column"
    )


ROUNDS = """
kind = "auctions"
[columns.lot_id]
column = "标的"
[columns.court_id]
column = "法院"
[columns.listed_on]
column = ["一拍公告", "二拍公告"]
[columns.round_no]
constant = [1, 2]
"""


def load_rounds(folder: Path, text: str) -> Mapping:
    (folder / "m.toml").write_text(ROUNDS + text, encoding="utf-8")
    return mappings.load_mapping(folder / "m.toml", "auctions")


def test_columns_of_rounds_side_by_side(tmp_path: Path) -> None:
    loaded = load_rounds(
        tmp_path,
        '[columns.stage]\nconstant = ["first", "second"]\n[columns.final_price]\ncolumn = "成交价"\nrounds = "last"\n'
        '[columns.start_price]\ncolumn = ["一拍价", ""]\nunit = "万元"',
    )
    by_name = {column.field.name: column for column in loaded.columns}
    assert by_name["listed_on"].source_headers == ("一拍公告", "二拍公告")
    assert by_name["round_no"].series == ("1", "2") and by_name["round_no"].is_constant_series
    assert by_name["start_price"].source_headers == ("一拍价",)
    assert by_name["final_price"].is_of_last_round and not by_name["lot_id"].is_of_last_round


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[columns.stage]\nconstant = ["first", "second", "sale"]', "are listed for 2, 2, 3 rounds"),
        ('[columns.stage]\nconstant = ["first", "third"]', "third"),
        ('[columns.stage]\nconstant = "first"\n[columns.status]\ncolumn = ["", ""]', "listed round by round"),
        ('[columns.stage]\nconstant = "first"\n[columns.status]\ncolumn = "结果"\nrounds = "first"', 'only be "last"'),
        (
            '[columns.stage]\nconstant = "first"\n[columns.status]\ncolumn = ["a", "b"]\nrounds = "last"',
            'only be "last"',
        ),
    ],
)
def test_bad_lists_of_rounds_are_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        load_rounds(tmp_path, text)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_cases_have_no_rounds(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="round by round for auctions only"):
        load(tmp_path, f'kind = "cases"{REQUIRED}[columns.claim_amount]\ncolumn = ["a", "b"]')


def test_the_document_of_mappings_names_every_key() -> None:
    document = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
    keys = {*mappings._SOURCE_KEYS, *column_settings._COLUMN_KEYS, *NAMED_FORMATS, *READ_KINDS}
    required = {field.name for kind in READ_KINDS for field in read_contract(kind).fields if field.required}
    assert {key for key in keys | required if f"`{key}`" not in document} == set()
