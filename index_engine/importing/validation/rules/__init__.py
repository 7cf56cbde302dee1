"""The rules that rows are validated by: those of the TOML files here, and what the contract asks.

A [[rule]] of a file says:

    id        what the row fails; one id may stand for several fields
    kind      the kind of file
    field     the field to blame: its value goes to `rejects`; with `fields` there is one rule for
              each, and $field stands for its name
    severity  error: the row is left out; warning: it is kept and the finding recorded as a warning;
              info: it is kept, and the finding is for information
    law       only for sources under this law, or with "not CN" under any other; without it, for every source
    legal_basis  the article or definition that the rule rests on; without it, plain contradiction
    when      an SQL condition over the fields of the contract and of the source (observed_from,
              observed_to, earliest, latest); $metrics stands for the ids of reported_metrics.toml, $english_places
              for the English names of the project's own divisions; a condition that is NULL does not fire
    message   for a person; {field} stands for that field's value in the row

What a row alone can show stands in places, cases, auctions, reported and claims.toml; what several rows show
together, in cross_row.toml. Missing required fields, unknown codes and rows that others refer to
follow from the contract and need no rule.
"""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from index_engine.importing.contract import Contract, Field, read_contract
from index_engine.warehouse.reported_metrics import read_metrics

_FOLDER = Path(__file__).parent
_DIVISIONS_FILE = Path(__file__).parents[4] / "data" / "divisions.csv"
_ROW_RULE_FILES = ("places", "cases", "auctions", "reported", "claims")
_ACTIONS = {"error": "rejected", "warning": "warned", "info": "noted"}
_SEVERITIES = tuple(_ACTIONS)
_SOURCE_FIELDS = ("observed_from", "observed_to", "earliest", "latest")

# What a condition of cross_row.toml may name beside the fields of the row.
CROSS_ROW_FIELDS = {
    "auctions": (
        "earlier_round",
        "earlier_stage",
        "earlier_status",
        "earlier_listed_on",
        "earlier_ended_on",
        "earlier_start_price",
        "earlier_reference_price",
        "first_listed_on",
        "first_reference_price",
        "usual_from",
        "usual_to",
    ),
    "cases": ("usual_from", "usual_to", "courts_claim", "elsewhere_claim", "paid_claim", "paid_recovered"),
}


@dataclass(frozen=True)
class Rule:
    """One condition on one row. `law` is empty where the rule holds for every source."""

    id: str
    kind: str
    field: str
    severity: str
    law: str
    when: str
    message: str
    legal_basis: str = ""

    @property
    def action(self) -> str:
        """What the rule does to a row it fires on, as `rejects` words it."""
        return _ACTIONS[self.severity]

    def holds_under(self, law: str) -> bool:
        """Whether rows of a source under that law are held to it."""
        if not self.law or not law:
            return not self.law
        exception = self.law.removeprefix("not ")
        return (law != exception) if exception != self.law else law == self.law

    def finding_sql(self, action: str) -> str:
        """Return SQL for a struct that says what the rule found, NULL where it does not fire."""
        return (
            f"CASE WHEN {self.when} THEN {{'field': '{self.field}',"
            f" 'value': CAST({self.field} AS VARCHAR), 'rule': '{self.id}',"
            f" 'message': {_message_sql(self.message)}, 'action': '{action}'}} END"
        )


def applicable_row_rules(contract: Contract, law: str) -> tuple[Rule, ...]:
    """Return all rules for single rows of that contract under that law, errors first.

    Rules of one severity keep the order: what the contract asks, then the files.
    """
    file_rules = [rule for rule in row_rules() if rule.kind == contract.kind]
    all_rules = [*contract_rules(contract), *(rule for rule in file_rules if rule.holds_under(law))]
    return tuple(sorted(all_rules, key=lambda rule: _SEVERITIES.index(rule.severity)))


def applicable_cross_row_rules(kind: str, law: str) -> tuple[Rule, ...]:
    """Return the rules for rows of that kind taken together, under that law."""
    return tuple(rule for rule in cross_row_rules() if rule.kind == kind and rule.holds_under(law))


def contract_rules(contract: Contract) -> list[Rule]:
    """Return what the contract asks: fields that are there, known codes, known rows."""
    return [rule for field in contract.fields for rule in _field_rules(contract.kind, field)]


def _field_rules(kind: str, field: Field) -> list[Rule]:
    name = field.name

    def error(rule_id: str, when: str, message: str) -> Rule:
        return Rule(rule_id, kind, name, "error", "", when, message)

    rules = []
    if field.required:
        rules.append(error("missing", f"{name} IS NULL", f"{name} is missing"))
    if field.codes is not None:
        codes = ", ".join(f"'{code}'" for code in field.codes)
        rules.append(
            error(
                "unknown_code", f"{name} NOT IN ({codes})", f"{{{name}}} is no code of {name}: {', '.join(field.codes)}"
            )
        )
    if field.reference is not None:
        table, column = field.reference
        referent = table.removesuffix("s")
        rules.append(
            error(
                f"unknown_{referent}",
                f"{name} IS NOT NULL AND {name} NOT IN (SELECT {column} FROM {table})",
                f"there is no {referent} {{{name}}} in the warehouse; import its {referent} first",
            )
        )
    return rules


@cache
def row_rules() -> tuple[Rule, ...]:
    """Return the rules that a row alone can break, in the order of the files."""
    return _check_unique([rule for name in _ROW_RULE_FILES for rule in _read_rule_file(name, {})])


@cache
def cross_row_rules() -> tuple[Rule, ...]:
    """Return the rules that take several rows, in the order of cross_row.toml."""
    return _check_unique(list(_read_rule_file("cross_row", CROSS_ROW_FIELDS)))


def _check_unique(rules: list[Rule]) -> tuple[Rule, ...]:
    rule_keys = [(rule.kind, rule.id, rule.field) for rule in rules]
    duplicates = {rule_key for rule_key in rule_keys if rule_keys.count(rule_key) > 1}
    if duplicates:
        raise ValueError(f"rules: written twice: {sorted(duplicates)}")
    return tuple(rules)


def _read_rule_file(name: str, extra_fields: dict[str, tuple[str, ...]]) -> Iterator[Rule]:
    document = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    for entry in document["rule"]:
        for field in entry.get("fields", [entry.get("field")]):
            yield _read_rule(f"{name}.toml", entry, str(field), extra_fields)


def _read_rule(file: str, entry: dict[str, Any], field: str, extra_fields: dict[str, tuple[str, ...]]) -> Rule:
    """Read one [[rule]] for one field; ValueError names what is wrong: only we write the files."""
    rule_label = f"{file}: rule {entry.get('id')!r} on {entry.get('kind')!r}"
    settings = {key: text for key, text in entry.items() if key != "fields"}
    settings = {
        key: text.replace("$field", field)
        .replace("$metrics", _metric_list_sql())
        .replace("$english_places", _english_places_sql())
        for key, text in settings.items()
    }
    try:
        rule = Rule(**{"law": "", **settings, "field": field})
    except TypeError as error:
        raise ValueError(f"{rule_label}: {error}") from error
    known_fields = {*read_contract(rule.kind).field_names, *_SOURCE_FIELDS, *extra_fields.get(rule.kind, ())}
    referenced_fields = {field, *(name for _, name, _, _ in Formatter().parse(rule.message) if name)}
    if not referenced_fields <= known_fields:
        raise ValueError(f"{rule_label}: no field {', '.join(sorted(referenced_fields - known_fields))}")
    if rule.severity not in _SEVERITIES:
        raise ValueError(f"{rule_label}: severity is error, warning or info, not {rule.severity!r}")
    return rule


@cache
def _metric_list_sql() -> str:
    return ", ".join(f"'{metric}'" for metric in read_metrics())


@cache
def _english_places_sql() -> str:
    """The English names of China's divisions: many are no pinyin (Hohhot, Tibet)."""
    names: set[str] = set()
    if _DIVISIONS_FILE.exists():
        with _DIVISIONS_FILE.open(encoding="utf-8", newline="") as lines:
            names = {row["name_en"] for row in csv.DictReader(lines)}
    return ", ".join("'" + name.replace("'", "''") + "'" for name in sorted({"", *names}))


def _message_sql(template: str) -> str:
    """Turn 'closed on {closed_on}' into SQL text; a field without a value reads '-'."""
    parts = []
    for text, field, _, _ in Formatter().parse(template):
        if text:
            parts.append("'" + text.replace("'", "''") + "'")
        if field:
            parts.append(f"coalesce(CAST({field} AS VARCHAR), '-')")
    return " || ".join(parts)
