"""Files of known content in messy shapes: how many come in right, are asked about, or come in wrong unmarked.

    python -m bench.messy_workbooks [--files 500] [--seed 1] [--keep FOLDER]

Each file is recognised and imported as by a person who takes whatever is not marked: a column with a Check is
asked about and mended, any other is believed. What stands in the warehouse afterwards is held against what the
file was made from. Ends with exit code 1 where a file is wrong unmarked. All five hundred from the first on write
a section of docs/evidence.md.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from bench.evidence import write_section
from bench.messy_files import KINDS, MessyFile, make_file
from index_engine.errors import InputError, Term
from index_engine.importing.contract import read_contract
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.header_matching import is_known_header
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.proposal import Proposal
from index_engine.importing.recognise.propose import propose_mapping
from index_engine.importing.reference_data import load_reference_data
from index_engine.warehouse.file import writable_copy
from index_engine.warehouse.salt import salt_path

RIGHT, NEEDED, NEEDLESS, REFUSED, WRONG = "right", "asked, needed", "asked, needless", "refused", "WRONG UNMARKED"
VERDICTS = (RIGHT, NEEDED, NEEDLESS, REFUSED, WRONG)

_FILES, _SEED = 500, 1
_EVIDENCE = """`python -m bench.messy_workbooks`: 500 files of known content in the shapes of courts, platforms and banks
(`bench/messy_files.py`: headings of several dialects, some thirty ways to write a day and twenty to write an amount,
titles, units above, groups, totals, notes, merged and hidden cells, slips, CSV, XLSX, JSON, ZIP), each recognised and
imported as by a person who takes whatever is not marked. *Right*: every value stored is the one the file was made from.
*Asked, needed*: nobody can tell from the file alone, such as which cases a list holds or in which unit bare numbers are.
*Asked, needless*: the file said it. *Refused*: one line, as is right for a list that feeds nothing here, or ids whose
digits a spreadsheet has lost."""

# What a proposal says without asking anything.
_STATEMENTS = {
    "sheets_read_in_turn", "sheets_not_read", "sheets_hidden", "rows_hidden", "merged_cells_filled",
    "columns_omitted", "listing_inferred_from_bidding", "no_end_of_rounds", "rounds_side_by_side",
}  # fmt: skip

# Case numbers are hashed in one spelling.
_HALF_BRACKETS = str.maketrans("（）", "()")

# Questions of an import and the answer of a person who knows the file.
_ANSWERS: dict[str, dict[str, Any]] = {
    "possible_same_lots": {"same_lots": False},
    "earlier_rounds_unknown": {"same_lots": False},
    "prices_of_two_units": {"prices_checked": True},
    "prices_implausible": {"prices_checked": True},
    "prices_unlike_others": {"prices_checked": True},
}


@dataclass(frozen=True)
class Judgement:
    """What came of one file."""

    file: MessyFile
    verdict: str
    reasons: tuple[str, ...] = ()


@dataclass
class _Trial:
    questions: dict[str, str] = field(default_factory=dict)  # what was asked: a field or a code -> the words
    wrong: list[str] = field(default_factory=list)
    refusal: str = ""


def prepared_warehouse(folder: Path) -> Path:
    """Make a warehouse that has the courts of the country and nothing else."""
    folder.mkdir(exist_ok=True)
    path = folder / "courts.duckdb"
    with writable_copy(path) as con:
        load_reference_data(con)
    return path


def judge_file(messy: MessyFile, folder: Path, warehouse: Path) -> Judgement:
    """Take a file in and say what came of it."""
    path = folder / messy.name
    path.write_bytes(messy.content)
    trial = _Trial()
    copy = path.with_suffix(".duckdb")
    shutil.copyfile(warehouse, copy)
    try:
        _take_in(messy, path, copy, trial)
    finally:
        for leftover in (path, copy, salt_path(copy)):
            leftover.unlink(missing_ok=True)
    return Judgement(messy, *_verdict(messy, trial))


def _verdict(messy: MessyFile, trial: _Trial) -> tuple[str, tuple[str, ...]]:
    if trial.wrong:
        return WRONG, tuple(trial.wrong)
    if trial.refusal:
        return (REFUSED if messy.may_be_refused else NEEDLESS), (trial.refusal,)
    needless = [words for subject, words in trial.questions.items() if subject not in messy.doubtful]
    if needless:
        return NEEDLESS, tuple(needless)
    return (NEEDED, tuple(trial.questions.values())) if trial.questions else (RIGHT, ())


def _take_in(messy: MessyFile, path: Path, warehouse: Path, trial: _Trial) -> None:
    try:
        proposal = propose_mapping(path)
    except InputError as error:
        trial.refusal = str(error)
        return
    if proposal.kind != messy.kind:
        trial.wrong.append(f"kind {proposal.kind}")
        return
    _note_questions(proposal, trial)
    _note_unread(proposal, messy, trial)
    text = mapping_text(proposal, name=messy.name, holds=messy.holds if proposal.design_doubt else None)
    for name in proposal.missing_fields:
        if name not in messy.constants:
            trial.refusal = f"nothing feeds {name}"
            return
        text += f'\n[columns.{name}]\nconstant = "{messy.constants[name]}"\n'
    answers: dict[str, Any] = {}
    for _ in range(4):
        try:
            plan = read_mapping(_answered(text, answers), proposal.kind, path.with_suffix(".toml"))
            run_import(warehouse, proposal.kind, path, plan)
            break
        except InputError as error:
            code = error.message.code
            if code in _ANSWERS and not _ANSWERS[code].items() <= answers.items():
                answers |= _ANSWERS[code]
                trial.questions[code] = str(error)
            elif str(error.message.parameters.get("field", "")) in trial.questions:
                return  # asked about before
            else:
                trial.refusal = str(error)
                return
    _compare(messy, proposal, warehouse, trial)


def _answered(text: str, answers: dict[str, Any]) -> str:
    lines = "".join(f"{key} = {str(value).lower()}\n" for key, value in answers.items())
    return text.replace("[source]\n", f"[source]\n{lines}", 1)


def _note_questions(proposal: Proposal, trial: _Trial) -> None:
    for column in proposal.columns:
        if column.field is not None and (column.unknown_words or (column.note and column.confidence < 0.7)):
            trial.questions[column.field] = f"{column.field} from {column.header!r}: {column.note}"
    for name in proposal.missing_fields:
        trial.questions[name] = f"nothing feeds {name}"
    headers = {column.header: column.field for column in proposal.columns if column.field}
    for warning in proposal.warnings:
        if warning.code in _STATEMENTS:
            continue
        subjects = [
            headers[value] for value in warning.parameters.values() if isinstance(value, str) and value in headers
        ]
        subjects += [value.id for value in warning.parameters.values() if isinstance(value, Term)]
        for subject in subjects or [warning.code]:
            trial.questions.setdefault(subject, str(warning))
    if proposal.design_doubt:
        trial.questions["holds"] = str(proposal.design_doubt)


def _note_unread(proposal: Proposal, messy: MessyFile, trial: _Trial) -> None:
    """A column that is not read is listed as such; one whose heading is known is to be read or asked about."""
    fed = {column.field for column in proposal.columns}
    for name, header in messy.headers.items():
        if name in fed or name in trial.questions:
            continue
        if is_known_header(header):
            trial.wrong.append(f"{header!r} is not read, {name} unmarked")
        else:
            trial.questions[f"unread {name}"] = f"{header!r} is not read: {name}"


def _compare(messy: MessyFile, proposal: Proposal, warehouse: Path, trial: _Trial) -> None:
    """Hold what is stored against what the file was made from, field by field of every row."""
    contract = read_contract(messy.kind)
    salt = salt_path(warehouse).read_text(encoding="ascii").strip()
    asked = set(trial.questions)
    key = [name for name in contract.key if name not in messy.unkeyed]
    with duckdb.connect(str(warehouse), read_only=True) as con:
        cursor = con.execute(f"SELECT * FROM {contract.table}")
        names = [column[0] for column in cursor.description or ()]
        stored_rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        findings = con.execute("SELECT row_no, field, action, rule FROM rejects").fetchall()
        [(holds,)] = con.execute(
            "SELECT holds FROM sources WHERE kind = ? AND name = ?", [messy.kind, messy.name]
        ).fetchall()
    if holds != messy.holds and "holds" not in asked and (holds or "all_cases") != (messy.holds or "all_cases"):
        trial.wrong.append(f"holds {holds} in place of {messy.holds}")
    marked = {name for _, name, _, _ in findings}
    rejected = {row for row, _, action, _ in findings if action == "rejected"}
    if asked & {*key, "case_id", "lot_id"} - messy.doubtful:
        return  # the key itself is to be mended first
    stored = {tuple(row[name] for name in key): row for row in stored_rows}
    expected = {
        tuple(_stored_key(row, name, contract.field(name).hashed, salt) for name in key): (index, row)
        for index, row in enumerate(messy.rows)
    }
    if extra := stored.keys() - expected.keys():
        trial.wrong.append(f"{len(extra)} rows that the file has not")
    missing = expected.keys() - stored.keys()
    required_asked = any(contract.field(name).required for name in asked if name in contract.field_names)
    if len(missing) > len(rejected):
        trial.wrong.append(f"{len(missing)} rows are missing, {len(rejected)} were rejected")
    elif len(missing) > len(messy.slips) and not required_asked:
        rules = Counter(f"{name}: {rule}" for _, name, action, rule in findings if action == "rejected")
        trial.questions["rows"] = f"{len(missing)} rows rejected: {dict(rules)}"
    wrong: Counter[str] = Counter()
    examples: dict[str, str] = {}
    cleared: Counter[str] = Counter()
    for row_key in expected.keys() & stored.keys():
        index, row = expected[row_key]
        for name, value in row.items():
            if name in asked or name in key or contract.field(name).hashed:
                continue
            kept = _plain(stored[row_key][name])
            if kept == _plain(value) or (index, name) in messy.slips:
                continue
            if f"unread {name}" in asked and kept is None:
                continue
            if kept is None and name in marked:
                cleared[name] += 1
                continue
            wrong[name] += 1
            examples.setdefault(name, f"{value} became {kept}")
    for name, count in cleared.items():
        if count > len(messy.slips):
            trial.questions[f"{name} cleared"] = f"{count} values of {name} could not be read"
    trial.wrong += [f"{name}: {count} of {len(expected)} rows, {examples[name]}" for name, count in wrong.items()]


def _stored_key(row: dict[str, Any], name: str, is_hashed: bool, salt: str) -> Any:
    if not is_hashed:
        return row[name]
    canonical = str(row[name]).translate(_HALF_BRACKETS)
    return hashlib.sha256((salt + canonical).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    return round(float(value), 4) if isinstance(value, Decimal | float) else value


def judge_files(numbers: Iterable[int]) -> list[Judgement]:
    """Judge the files of these numbers, each taken in by itself."""
    with tempfile.TemporaryDirectory(prefix="messy-") as name:
        folder = Path(name)
        warehouse = prepared_warehouse(folder)
        return [judge_file(make_file(number), folder, warehouse) for number in numbers]


def report(judgements: list[Judgement]) -> str:
    """Return the verdicts by kind as a table of Markdown."""
    counts = Counter((judged.file.label, judged.verdict) for judged in judgements)
    labels = sorted({judged.file.label for judged in judgements}, key=list(KINDS).index)
    rows = [(label, [counts[label, verdict] for verdict in VERDICTS]) for label in labels]
    rows.append(("all", [sum(counts[label, verdict] for label in labels) for verdict in VERDICTS]))
    lines = [f"| files of | {' | '.join(VERDICTS)} |", "|---|" + "---:|" * len(VERDICTS)]
    return "\n".join(lines + [f"| {label} | {' | '.join(map(str, numbers))} |" for label, numbers in rows])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.messy_workbooks")
    parser.add_argument("--files", type=int, default=_FILES)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--keep", type=Path, help="folder for the files that are wrong or asked about needlessly")
    arguments = parser.parse_args()
    judgements = judge_files(range(arguments.seed, arguments.seed + arguments.files))
    for judged in judgements:
        if judged.verdict in (WRONG, NEEDLESS):
            print(f"{judged.file.name} {judged.file.label} {judged.verdict}: {'; '.join(judged.reasons)}"[:600])
            print(f"    {judged.file.description}")
            if arguments.keep:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / judged.file.name).write_bytes(judged.file.content)
    print(report(judgements))
    if (arguments.seed, arguments.files) == (_SEED, _FILES):
        write_section("Messy files of known content", f"{_EVIDENCE}\n\n{report(judgements)}")
    return 1 if any(judged.verdict == WRONG for judged in judgements) else 0


if __name__ == "__main__":
    sys.exit(main())
