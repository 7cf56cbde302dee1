"""The rules that rows are judged by: those of the TOML files here, and what the contract asks.

A [[rule]] of a file says:

    id        what the row fails; one id may stand for several fields
    on        the kind of file
    field     the field to blame: its value goes to `rejects`; with `fields` there is one rule for
              each, and $field stands for its name
    severity  error: the row is left out; warning: it is kept and the finding recorded as a warning;
              info: it is kept, and the finding is good to know
    law       only for sources under this law; without it, for every source
    basis     the article or definition that the rule rests on; without it, plain contradiction
    when      an SQL condition over the fields of the contract and of the source (observed_from,
              observed_to, earliest); $metrics stands for the ids of metrics.toml; a condition
              that is NULL does not fire
    message   for a person; {field} stands for that field's value in the row

What a row alone can show stands in places, cases, auctions and stated.toml; what several rows show
together, in across.toml. Missing required fields, unknown codes and rows that others refer to
follow from the contract and need no rule.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from index_engine.sources.contract import Contract, Field, contract
from index_engine.warehouse.metrics import metrics

_FOLDER = Path(__file__).parent
_OF_A_ROW = ("places", "cases", "auctions", "stated")
_ACTIONS = {"error": "rejected", "warning": "warned", "info": "noted"}
_SEVERITIES = tuple(_ACTIONS)
_SOURCE_FIELDS = ("observed_from", "observed_to", "earliest")

# What a condition of across.toml may name beside the fields of the row.
ACROSS = {
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
    ),
    "cases": ("courts_claim", "elsewhere_claim", "paid_claim", "paid_recovered"),
}


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
    basis: str = ""

    @property
    def action(self) -> str:
        """What the rule does to a row it fires on, as `rejects` words it."""
        return _ACTIONS[self.severity]

    def finding(self, action: str) -> str:
        """Return SQL for a struct that says what the rule found, NULL where it does not fire."""
        return (
            f"CASE WHEN {self.when} THEN {{'field': '{self.field}',"
            f" 'value': CAST({self.field} AS VARCHAR), 'rule': '{self.id}',"
            f" 'message': {_message(self.message)}, 'action': '{action}'}} END"
        )


def rules_for(contract: Contract, law: str) -> tuple[Rule, ...]:
    """Return all rules for single rows of that contract under that law, errors first.

    Rules of one severity keep the order: what the contract asks, then the files.
    """
    written = [rule for rule in written_rules() if rule.on == contract.kind]
    both = [*contract_rules(contract), *(rule for rule in written if rule.law in ("", law))]
    return tuple(sorted(both, key=lambda rule: _SEVERITIES.index(rule.severity)))


def across_rules_for(kind: str, law: str) -> tuple[Rule, ...]:
    """Return the rules for rows of that kind taken together, under that law."""
    return tuple(rule for rule in across_rules() if rule.on == kind and rule.law in ("", law))


def contract_rules(contract: Contract) -> list[Rule]:
    """Return what the contract asks: fields that are there, known codes, known rows."""
    return [rule for field in contract.fields for rule in _field_rules(contract.kind, field)]


def _field_rules(kind: str, field: Field) -> list[Rule]:
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
def written_rules() -> tuple[Rule, ...]:
    """Return the rules that a row alone can break, in the order of the files."""
    return _checked([rule for name in _OF_A_ROW for rule in _read(name, {})])


@cache
def across_rules() -> tuple[Rule, ...]:
    """Return the rules that take several rows, in the order of across.toml."""
    return _checked(list(_read("across", ACROSS)))


def _checked(rules: list[Rule]) -> tuple[Rule, ...]:
    places = [(rule.on, rule.id, rule.field) for rule in rules]
    twice = {place for place in places if places.count(place) > 1}
    if twice:
        raise ValueError(f"rules: written twice: {sorted(twice)}")
    return tuple(rules)


def _read(name: str, further: dict[str, tuple[str, ...]]) -> Iterator[Rule]:
    document = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    for entry in document["rule"]:
        for field in entry.get("fields", [entry.get("field")]):
            yield _rule(f"{name}.toml", entry, str(field), further)


def _rule(
    file: str, entry: dict[str, Any], field: str, further: dict[str, tuple[str, ...]]
) -> Rule:
    """Read one [[rule]] for one field; ValueError names what is wrong: only we write the files."""
    where = f"{file}: rule {entry.get('id')!r} on {entry.get('on')!r}"
    given = {key: text for key, text in entry.items() if key != "fields"}
    given = {
        key: text.replace("$field", field).replace("$metrics", _metrics())
        for key, text in given.items()
    }
    try:
        rule = Rule(**{"law": "", **given, "field": field})
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error
    known = {*contract(rule.on).names, *_SOURCE_FIELDS, *further.get(rule.on, ())}
    named = {field, *(name for _, name, _, _ in Formatter().parse(rule.message) if name)}
    if not named <= known:
        raise ValueError(f"{where}: no field {', '.join(sorted(named - known))}")
    if rule.severity not in _SEVERITIES:
        raise ValueError(f"{where}: severity is error, warning or info, not {rule.severity!r}")
    return rule


@cache
def _metrics() -> str:
    return ", ".join(f"'{metric}'" for metric in metrics())


def _message(template: str) -> str:
    """Turn 'closed on {closed_on}' into SQL text; a field without a value reads '-'."""
    parts = []
    for text, field, _, _ in Formatter().parse(template):
        if text:
            parts.append("'" + text.replace("'", "''") + "'")
        if field:
            parts.append(f"coalesce(CAST({field} AS VARCHAR), '-')")
    return " || ".join(parts)
