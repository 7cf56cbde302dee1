"""What a release says of itself: codebook, data package, caveats, citation; from declarations and facts alone."""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from index_engine.method import Method
from index_engine.releases.declarations import FOLDER, Column, Table, codes, data_kind, tables
from index_engine.releases.pack import json_bytes, sha256

CODEBOOK, CODES, DATA_PACKAGE = "codebook.csv", "codes.csv", "datapackage.json"
_LANGUAGES = ("zh_Hans", "en")


def description_files(
    facts: Mapping[str, Any], methods: Mapping[str, Method], data: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files that describe `data` (CSV by path); `facts` are those of release.json."""
    code_lists = {name: [c.code for c in codes(methods) if c.list == name] for name in {c.list for c in codes(methods)}}
    files = {
        CODEBOOK: _codebook(facts, code_lists),
        CODES: _codes(facts, methods),
        "CAVEATS.md": _caveats(facts, next(iter(methods.values()))).encode(),
        **_citation(facts, next(iter(methods.values()))),
    }
    resources = [_resource(table, data[f"data/{table.name}.csv"], code_lists) for table in tables().values()]
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": facts["folder"].lower().replace("_", "-"),
        "id": facts["id"],
        "title": f"{facts['name']['zh_Hans']} {facts['id']}{_mark_suffix(facts)}",
        "description": f"{facts['name']['en']} {facts['id']}{_mark_suffix(facts)}",
        "version": f"{facts['period']}.{facts['vintage']}",
        "resources": resources,
    }
    return {**files, DATA_PACKAGE: json_bytes(package)}


def _mark_suffix(facts: Mapping[str, Any]) -> str:
    return f" — {_texts()['marks']['synthetic']['zh_Hans']}" if facts["synthetic"] else ""


def _codebook(facts: Mapping[str, Any], code_lists: Mapping[str, Sequence[str]]) -> bytes:
    rows = []
    for table in tables().values():
        for column in table.columns:
            empty = column.empty or {}
            values = " | ".join(_values(column, code_lists)) if column.codes else ""
            rows.append(
                [f"data/{table.name}.csv", column.name, column.type, column.unit, values]
                + [column.meaning[language] for language in _LANGUAGES]
                + [empty.get(language, "") for language in _LANGUAGES]
                + [data_kind(facts["synthetic"])]
            )
    header = ["file", "column", "type", "unit", "values", "meaning_zh", "meaning_en", "empty_zh", "empty_en", "data"]
    return _csv([header, *rows])


def _codes(facts: Mapping[str, Any], methods: Mapping[str, Method]) -> bytes:
    header = ["list", "code", "name_zh", "name_en", "unit"]
    header += ["numerator_zh", "numerator_en", "denominator_zh", "denominator_en", "data"]
    rows = [
        [code.list, code.code, *(code.name[language] for language in _LANGUAGES), code.unit]
        + [(words or {}).get(language, "") for words in (code.numerator, code.denominator) for language in _LANGUAGES]
        + [data_kind(facts["synthetic"])]
        for code in codes(methods)
    ]
    return _csv([header, *rows])


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _values(column: Column, code_lists: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return code_lists[column.codes]


def _resource(table: Table, content: bytes, code_lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    fields = []
    for column in table.columns:
        constraints: dict[str, Any] = {} if column.empty else {"required": True}
        if column.codes:
            constraints["enum"] = list(_values(column, code_lists))
        description = " / ".join(column.meaning[language] for language in _LANGUAGES)
        field = {"name": column.name, "type": column.type, "description": description}
        if column.unit:
            field["unit"] = column.unit
        fields.append({**field, **({"constraints": constraints} if constraints else {})})
    return {
        "name": table.name,
        "title": table.title["zh_Hans"],
        "description": table.title["en"],
        "path": f"data/{table.name}.csv",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
        "schema": {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]},
    }


def _caveats(facts: Mapping[str, Any], method: Method) -> str:
    holds = {"synthetic": facts["synthetic"], "court_bands": not method.publishes_ranks("court")}
    entries = [entry for entry in _texts()["caveats"].values() if holds.get(entry.get("only", ""), True)]
    values = {"months": 3 * method.window_quarters, "period": facts["period"], "min_cell": method.min_cell}
    parts = []
    for language in _LANGUAGES:
        title = f"# {facts['name'][language]} {facts['id']}"
        parts.append("\n".join([title, "", *(f"- {entry[language].format(**values)}" for entry in entries), ""]))
    return "\n".join(parts)


def _citation(facts: Mapping[str, Any], method: Method) -> dict[str, bytes]:
    mark = _texts()["marks"][data_kind(facts["synthetic"])]
    lines = [
        _texts()["citation"][language].format(
            name=facts["name"][language],
            method=method.version,
            period=facts["period"],
            vintage=facts["vintage"],
            mark=mark[language],
        )
        for language in _LANGUAGES
    ]
    entry = (
        f"@misc{{{facts['folder']},\n  title = {{{facts['name']['en']}, {facts['id']}}},\n"
        f"  author = {{{method.authors['en']}}},\n  version = {{{facts['id']}}},\n"
        f"  note = {{method {method.version}, {mark['en']}}},\n}}\n"
    )
    return {"CITATION.txt": "".join(f"{line}\n" for line in lines).encode(), "CITATION.bib": entry.encode()}


def _texts() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))
