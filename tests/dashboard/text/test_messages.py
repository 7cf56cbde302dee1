"""Every place that says something by code has its sentence in every language, with all it names."""

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import pytest

from dashboard.state.input_files import file_from_inbox, safe_name
from dashboard.text import i18n, messages, terms
from index_engine.build import build
from index_engine.errors import InputError, Message, Term, message_codes, wordings
from index_engine.importing import api
from index_engine.importing.contract import READ_KINDS, read_contract
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.validation.rules import contract_rules, cross_row_rules, row_rules
from index_engine.queries import Snapshot
from tests import court_files
from tests.dashboard.running import ROOT

SOURCES = [path for folder in ("index_engine", "dashboard") for path in (ROOT / folder).rglob("*.py")]
# What raises or makes a message, and the two that pass on the code and the parameters they are
# given.
CALLS = ("InputError", "Message", "input_error")
FORWARDING = {
    ("errors.py", "__init__"),
    ("errors.py", "with_file_name"),
    ("column_settings.py", "input_error"),
    ("mapping.py", "read_mapping"),
    # What a child process said.
    ("limited_process.py", "_decode"),
    ("limited_process.py", "_decode_error"),
}


# Sentences that only put others together.
WORDLESS = {
    "entry_fault",
    "method_fault",
    "fault",
    "kind_by_headers",
    "header_means",
    "mapping_fault",
    "mapping_fault_at",
}


def parameters(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Calls that make a message, with the innermost function around each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in CALLS:
            around = [f for f in functions if f.lineno <= node.lineno <= (f.end_lineno or 0)]
            yield node, max(around, key=lambda f: f.lineno).name if around else ""


def codes(argument: ast.expr) -> list[str]:
    """The codes that the first argument of a call can be."""
    match argument:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp(body=first, orelse=second):
            return codes(first) + codes(second)
    raise AssertionError(f"line {argument.lineno}: {ast.unparse(argument)} is no code")


def used_codes() -> dict[str, list[tuple[str, set[str]]]]:
    """Every code of the source, where it is used and with which parameters."""
    found: dict[str, list[tuple[str, set[str]]]] = {}
    for path in SOURCES:
        for call, function in calls(path):
            if any(keyword.arg is None for keyword in call.keywords):
                assert (path.name, function) in FORWARDING, f"{path}:{call.lineno}"
                continue
            assert len(call.args) == 1, f"{path}:{call.lineno}: a code, and parameters by name"
            names = {str(keyword.arg) for keyword in call.keywords}
            for code in codes(call.args[0]):
                found.setdefault(code, []).append((f"{path.name}:{call.lineno}", names))
    return found


def test_every_place_that_raises_has_a_sentence_with_its_parameters() -> None:
    found = used_codes()
    assert len(found) > 150
    for code, places in found.items():
        assert code in message_codes(), (code, places)
        for place, names in places:
            assert names == parameters(wordings(code)["en"]), (code, place)
    assert set(message_codes()) - set(found) == set(), "sentences that nobody says"


def test_every_sentence_is_in_every_language_and_names_the_same() -> None:
    for code in message_codes():
        sentences = wordings(code)
        assert set(sentences) == {"en", "zh_Hans"}, code
        assert all(sentences.values()), code
        assert parameters(sentences["en"]) == parameters(sentences["zh_Hans"]), code
        has_words = any(character > "\u4e00" for character in sentences["zh_Hans"])
        assert has_words or code in WORDLESS, code


def test_every_declared_rule_has_its_sentence() -> None:
    rules = [*row_rules(), *cross_row_rules()]
    rules += itertools.chain(*(contract_rules(read_contract(kind)) for kind in READ_KINDS))
    for rule in rules:
        sentences = terms.read_terms()["rules"][rule.id]
        assert sentences.get("en") and sentences.get("zh_Hans"), rule.id
    for kind in READ_KINDS:
        i18n.set_language("zh")
        assert terms.file_kind_name(kind) != kind
        for field in read_contract(kind).fields:
            assert terms.field_name(kind, field.name) != field.name, field


def test_terms_lists_and_messages_in_a_message_are_translated() -> None:
    error = InputError(
        "required_fields_unfed",
        file="a.csv",
        fields=[Term("field", name, "cases") for name in ("court_id", "filed_on")],
        kind=Term("kind", "cases"),
        remedy=Message("add_column_table"),
    )
    said = {}
    for language in ("en", "zh", "zh-Hant"):
        i18n.set_language(language)
        said[language] = messages.translate(error)
    assert str(error) == ("a.csv: nothing feeds court_id, filed_on, required for cases; add it as [columns.<field>]")
    assert said == {
        "en": "a.csv: nothing feeds Court, Filed on, required for Enforcement cases; add it as [columns.<field>]",
        "zh": "a.csv：没有列提供执行法院、立案日期，这是“执行案件”的必填字段；请以 [columns.<field>] 加上",
        "zh-Hant": "a.csv：沒有列提供執行法院、立案日期，這是“執行案件”的必填字段；請以 [columns.<field>] 加上",
    }


def test_a_file_is_called_by_its_name_and_not_by_where_it_lies() -> None:
    error = InputError("file_empty", file=Path("/somewhere/a.csv"))
    assert str(error.with_file_name(Path("/somewhere/a.csv"), "a.csv")) == "a.csv: the file is empty"
    assert str(error.with_file_name(Path("/elsewhere"), "a.csv")) == str(error)


def test_an_unknown_code_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        str(Message("no_such_code"))


def english_words(sentence: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{4,}", sentence))


def test_what_the_recogniser_says_is_said_in_chinese(tmp_path: Path) -> None:
    i18n.set_language("zh")
    for name, content in (("cases.xlsx", court_files.cases_xlsx()), ("auctions.csv", court_files.auctions_csv())):
        (tmp_path / name).write_bytes(content)
        proposal = api.propose_mapping(tmp_path / name)
        said = [column.reason for column in proposal.columns]
        said += [column.note for column in proposal.columns if column.note]
        said += [proposal.kind_reason, *proposal.warnings]
        assert len(said) > 10
        for message in said:
            translated = messages.translate(message)
            assert translated != str(message)
            assert english_words(translated) == set(), translated


CASES = "court_id,case_id,case_type,filed_on\n浙江省杭州市西湖区人民法院,{},first,2024-01-05\n"


def real_errors(folder: Path) -> Iterator[Callable[[], object]]:
    """Calls that fail as people make them fail, on real files and warehouses."""

    def file(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def imported(path: Path, mapping: str = "") -> object:
        plan = read_mapping(mapping, "cases", Path("mapping")) if mapping else None
        return run_import(folder / "w.duckdb", "cases", path, plan)

    def mapping(text: str) -> Callable[[], object]:
        return lambda: read_mapping(text, "cases", Path("映射"))

    good = file("1.csv", CASES.format("（2024）浙0106执1号"))
    later = 'kind = "cases"\n[source]\nname = "1.csv"\nobserved_from = 2024-03-01\n' + "".join(
        f'[columns.{name}]\ncolumn = "{name}"\n' for name in CASES.split("\n")[0].split(",")
    )
    first = later.replace("observed_from = 2024-03-01", "observed_to = 2024-01-31")
    yield lambda: api.propose_mapping(folder / "0.csv")
    yield lambda: api.propose_mapping(file("2.csv", ""))
    yield lambda: api.propose_mapping(file("3.csv", "甲,乙,丙\n1,2,3\n"))
    yield lambda: api.propose_mapping(file("4.xls", "<html><table></table></html>"))
    yield lambda: api.propose_mapping(file("5.xlsx", b"PK\x03\x04 broken"))
    yield lambda: api.propose_mapping(file("6.doc", "x"))
    yield lambda: imported(file("7.csv", "案号\n1\n"))
    yield lambda: imported(file("8.csv", CASES.split("\n")[0] + "\n"))
    yield lambda: imported(file("9.csv", CASES.format("").replace("2024-01-05", "不详")))
    yield lambda: (imported(good, first), imported(good, first))
    yield lambda: imported(file("10.csv", CASES.format("（2024）浙0106执2号")), later)
    yield lambda: imported(
        file("11.csv", CASES.format("（2024）浙0106执3号")),
        later.replace("observed_from = 2024-03-01", "synthetic = true"),
    )
    yield lambda: api.undo_source(folder / "w.duckdb", 99)
    yield lambda: api.read_state(file("12.duckdb", "不是"))
    yield lambda: api.read_state(folder / "13.duckdb")
    yield lambda: Snapshot(folder / "w.duckdb")
    yield lambda: build(folder / "empty.duckdb")
    yield mapping("甲 = ")
    yield mapping('kind = "auctions"')
    yield mapping('kind = "cases"\n[columns.court_id]\ncolumn = 1')
    yield mapping('kind = "cases"\n[columns.court_id]\ncolumn = "甲"\nunit = "万元"')
    yield mapping('kind = "cases"\n[columns.court_id]\ncolumn = "甲"')
    yield lambda: file_from_inbox("14.csv")
    yield lambda: safe_name("15.doc")


# What stays as it is in every language: formats, commands, keys and words of mapping files.
UNTRANSLATED = {"Excel", "XLSX", "TOML", "VARCHAR", "duckdb", "xlsx", "parquet", "json", "mapping", "kind"}
UNTRANSLATED |= {"index", "engine", "python", "build", "warehouse", "sample", "import", "sources"}
UNTRANSLATED |= {"cases", "auctions", "column", "columns", "field", "unit", "observed", "from"}
UNTRANSLATED |= {word for field in read_contract("cases").fields for word in english_words(field.name)}


def foreign_reasons(message: Message) -> Iterator[str]:
    """What other programs say of a fault, such as the parser of TOML: it is passed on as it is."""
    for name, value in message.parameters.items():
        if isinstance(value, Message):
            yield from foreign_reasons(value)
        elif name == "reason" and not isinstance(value, Term):
            yield str(value)


def test_real_errors_are_said_in_chinese_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(tmp_path / "sample.duckdb"))
    api.create_warehouse(tmp_path / "empty.duckdb")
    i18n.set_language("zh")
    attempts = list(real_errors(tmp_path))
    assert len(attempts) == 24
    for attempt in attempts:
        with pytest.raises(InputError) as raised:
            attempt()
        sentence = messages.translate(raised.value)
        assert sentence != str(raised.value)
        for said_elsewhere in (*foreign_reasons(raised.value.message), str(tmp_path)):
            sentence = sentence.replace(said_elsewhere, "")
        assert english_words(sentence) <= UNTRANSLATED, (raised.value.message.code, sentence)
