"""The rules a row is judged by: those of rules.toml and those that follow from the contract."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from index_engine.sources.contract import Contract, Field, contract

_RULES = Path(__file__).with_name("rules.toml")
_SEVERITIES = ("error", "warning")
_SOURCE_FIELDS = ("observed_from", "observed_to", "earliest")


@dataclass(frozen=True)
class Rule:
    """One condition on one row. `law` is empty where the rule holds for every source."""

    id: str
    on: str
    field: str
    severity: str
    law: str
    when: str
    message: str

    @property
    def action(self) -> str:
        """What the rule does to a row it fires on, as `rejects` words it."""
        return "rejected" if self.severity == "error" else "warned"

    def finding(self, action: str) -> str:
        """Return SQL for a struct that says what the rule found, NULL where it does not fire."""
        return (
            f"CASE WHEN {self.when} THEN {{'field': '{self.field}',"
            f" 'value': CAST({self.field} AS VARCHAR), 'rule': '{self.id}',"
            f" 'message': {_message(self.message)}, 'action': '{action}'}} END"
        )


def rules_for(contract: Contract, law: str) -> tuple[Rule, ...]:
    """Return all rules for rows of that contract from a source under that law, errors first.

    Rules of one severity keep the order: what the contract asks, then rules.toml.
    """
    written = (
        rule for rule in _written_rules() if rule.on == contract.kind and rule.law in ("", law)
    )
    both = [*_contract_rules(contract), *written]
    return tuple(sorted(both, key=lambda rule: _SEVERITIES.index(rule.severity)))


def _contract_rules(contract: Contract) -> list[Rule]:
    return [rule for field in contract.fields for rule in _field_rules(contract.kind, field)]


def _field_rules(kind: str, field: Field) -> list[Rule]:
    """What the contract asks of one field: that it is there, is a known code, names a known row."""
    name = field.name

    def error(id_: str, when: str, message: str) -> Rule:
        return Rule(id_, kind, name, "error", "", when, message)

    rules = []
    if field.required:
        rules.append(error("missing", f"{name} IS NULL", f"{name} is missing"))
    if field.codes is not None:
        codes = ", ".join(f"'{code}'" for code in field.codes)
        rules.append(
            error(
                "unknown_code",
                f"{name} NOT IN ({codes})",
                f"{{{name}}} is no code of {name}: {', '.join(field.codes)}",
            )
        )
    if field.refers_to is not None:
        table, column = field.refers_to
        thing = table.removesuffix("s")
        rules.append(
            error(
                f"unknown_{thing}",
                f"{name} IS NOT NULL AND {name} NOT IN (SELECT {column} FROM {table})",
                f"there is no {thing} {{{name}}} in the warehouse; import its {thing} first",
            )
        )
    return rules


@cache
def _written_rules() -> tuple[Rule, ...]:
    document = tomllib.loads(_RULES.read_text(encoding="utf-8"))
    rules = tuple(_rule(entry) for entry in document["rule"])
    places = [(rule.on, rule.id, rule.field) for rule in rules]
    twice = {place for place in places if places.count(place) > 1}
    if twice:
        raise ValueError(f"rules.toml: written twice: {sorted(twice)}")
    return rules


def _rule(entry: dict[str, Any]) -> Rule:
    """Read one [[rule]]; ValueError names what is wrong in it, as only we write the file."""
    where = f"rules.toml: rule {entry.get('id')!r} on {entry.get('on')!r}"
    try:
        rule = Rule(**{"law": "", **entry})
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error
    known = {*contract(rule.on).names, *_SOURCE_FIELDS}
    named = {rule.field, *(name for _, name, _, _ in Formatter().parse(rule.message) if name)}
    if not named <= known:
        raise ValueError(f"{where}: no field {', '.join(sorted(named - known))}")
    if rule.severity not in _SEVERITIES:
        raise ValueError(f"{where}: severity is error or warning, not {rule.severity!r}")
    return rule


def _message(template: str) -> str:
    """Turn 'closed on {closed_on}' into SQL text; a field without a value reads '-'."""
    parts = []
    for text, field, _, _ in Formatter().parse(template):
        if text:
            parts.append("'" + text.replace("'", "''") + "'")
        if field:
            parts.append(f"coalesce(CAST({field} AS VARCHAR), '-')")
    return " || ".join(parts)
