"""Write rules.md, the table of all rules that imported rows are validated by.

    python docs/update_rules.py

A test fails until the table says what the rules say.
"""

import re
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index_engine.importing.contract import READ_KINDS, read_contract  # noqa: E402
from index_engine.importing.validation.rules import (  # noqa: E402
    Rule,
    contract_rules,
    cross_row_rules,
    row_rules,
)

TARGET = Path(__file__).with_name("rules.md")
TITLES = {
    "regions": "Regions",
    "courts": "Courts",
    "court_names": "Names of courts",
    "cases": "Cases",
    "auctions": "Auction rounds",
    "court_periods": "What courts state of a period",
    "published": "Published figures",
    "claims": "Claims of a package to be valued",
}
INTRODUCTION = """\
# Rules

Every row that comes in is validated by these rules, and every finding is recorded in `rejects` with
the row, the field and the rule. Written by `python docs/update_rules.py` from
`index_engine/importing/validation/rules/`; to change a rule, change it there.

- **error**: the row is left out (or only the value, where the mapping says `on_bad = "clear"`).
- **warning**: the row is kept, but deserves a look.
- **info**: the row is kept; good to know.

Rules marked CN hold for sources under Chinese law only. In the last column, *words like this* stand
for the values of the row. 网拍规定 is 法释〔2016〕18号, on judicial auctions online.

## Every kind of file

| rule | severity | fires when |
|---|---|---|
| `missing` | error | a required field has no value |
| `unknown_code` | error | a code is not among those of `warehouse/vocabulary.toml` |
| `unknown_court`, `unknown_region` | error | it refers to a court or region that is not there |
| `duplicate` | error | an acceptable row of the same file has the key already |
| `already_imported` | error | a row of another source has the key already; of cases, that of another case |
| `unknown_place` | error | claims: a place that begins with the name of no region, or of several |
| `second_nation` | error | regions: there is a nation already |
| `unknown_parent` | error, warning | regions, courts: no such parent, or of no higher level |
"""
HEADING = "| rule | field | severity | rests on | says |\n|---|---|---|---|---|"


def rules_table() -> str:
    """Return the whole text of rules.md."""
    sections = [INTRODUCTION]
    for kind in READ_KINDS:
        single_row_rules = [rule for rule in row_rules() if rule.kind == kind]
        multi_row_rules = [rule for rule in cross_row_rules() if rule.kind == kind]
        sections.append(f"## {TITLES[kind]}\n\n{_required_fields(kind)}\n")
        sections.append("\n".join([HEADING, *_table_lines(single_row_rules)]) + "\n")
        if multi_row_rules:
            sections.append("Several rows together:\n")
            sections.append("\n".join([HEADING, *_table_lines(multi_row_rules)]) + "\n")
    return "\n".join(sections)


def _required_fields(kind: str) -> str:
    rules = contract_rules(read_contract(kind))
    return "Required: " + ", ".join(f"`{r.field}`" for r in rules if r.id == "missing") + "."


def _table_lines(rules: list[Rule]) -> list[str]:
    """One line for rules that differ in their field alone."""
    lines = []
    for _, group in groupby(rules, key=lambda rule: (rule.id, rule.severity, _message_text(rule))):
        similar_rules = list(group)
        rule = similar_rules[0]
        fields = ", ".join(f"`{similar.field}`" for similar in similar_rules)
        basis = ": ".join(part for part in (rule.law, rule.legal_basis) if part)
        lines.append(f"| `{rule.id}` | {fields} | {rule.severity} | {basis} | {_message_text(rule)} |")
    return lines


def _message_text(rule: Rule) -> str:
    """The message, the values in it in italics; the name of the rule's own field left out."""
    text = re.sub(rf"^{rule.field} is \{{{rule.field}\}}", "is {value}", rule.message)
    return re.sub(r"\{(\w+)\}", lambda match: f"*{match[1].replace('_', ' ')}*", text)


if __name__ == "__main__":
    TARGET.write_text(rules_table(), encoding="utf-8")
