"""The command line: the same engine as the dashboard, one command a verb.

    python -m index_engine sample    --warehouse W [--cases N] [--seed S]
    python -m index_engine recognise FILE [--kind cases] [--mapping M]
    python -m index_engine import    cases|auctions|... FILE --warehouse W [--mapping M] [--trial]
    python -m index_engine undo      SOURCE --warehouse W
    python -m index_engine sources   --warehouse W
    python -m index_engine coverage  --warehouse W
    python -m index_engine rejects   --warehouse W
    python -m index_engine build     --warehouse W [--method M ...] [--threads N]
    python -m index_engine scores    --warehouse W --level province|city|court [--period 2025Q4]
                                     [--method official-1]

Bad input ends in one line on stderr and exit code 2.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from index_engine import events, intake, periods
from index_engine.build import STEPS, build
from index_engine.errors import InputError
from index_engine.snapshot import LEVELS, Snapshot
from index_engine.sources.contract import KINDS
from index_engine.sources.judge.accept import Outcome
from index_engine.spreadsheets import disarmed
from index_engine.warehouse.snapshots import open_locked

FORMATS = ("table", "csv", "json")
SYNTHETIC_NOTE = "SYNTHETIC DATA: fictional courts, made by 'index_engine sample'"


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 2 for bad input."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
        sys.stdout.flush()  # here, and not at exit, where a broken pipe would be told as a fault
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output, such as `head`, has seen enough; what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m index_engine", description="Judicial enforcement credit index."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str,
        run: Callable[[argparse.Namespace], None],
        text: str,
        *,
        warehouse: bool = True,
        printed: bool = False,
    ) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        if warehouse:
            found.add_argument("--warehouse", type=Path, required=True, help="the DuckDB file")
        if printed:
            found.add_argument("--format", choices=FORMATS, default="table")
        found.set_defaults(run=run)
        return found

    sample = command("sample", _sample, "make a synthetic warehouse and build it")
    sample.add_argument("--cases", type=_count, default=300_000, help="cases to make")
    sample.add_argument("--seed", type=int, default=20260101, help="another seed, another world")
    recognising = command("recognise", _recognise, "propose a mapping for a file", warehouse=False)
    recognising.add_argument("file", type=Path)
    recognising.add_argument("--kind", choices=KINDS, help="recognised by the headers if not given")
    recognising.add_argument("--mapping", type=Path, help="where to write the proposal")
    importing = command("import", _import, "read a file into the warehouse")
    importing.add_argument("kind", choices=KINDS)
    importing.add_argument("file", type=Path)
    importing.add_argument("--mapping", type=Path, help="TOML: which column is which field")
    importing.add_argument("--trial", action="store_true", help="keep nothing of it")
    undoing = command("undo", _undo, "take an import back")
    undoing.add_argument("source", type=_count, help="its number; 'sources' lists them")
    marking = command(
        "events", _events, "check and list the events that charts mark", warehouse=False
    )
    marking.add_argument("file", type=Path, nargs="?", help="a CSV file; ours if not given")
    command("sources", _sources, "list what was imported", printed=True)
    command("coverage", _coverage, "received and missing case numbers by court", printed=True)
    command("rejects", _rejects, "what the imports rejected, cleared or warned of", printed=True)
    building = command("build", _build, "compute measures, estimates and scores")
    building.add_argument(
        "--method",
        type=Path,
        action="append",
        default=[],
        help="a method file; again for further methods beside it (default: all shipped)",
    )
    building.add_argument("--threads", type=_count, help="threads for DuckDB")
    scores = command("scores", _scores, "print the scores of one level and period", printed=True)
    scores.add_argument("--level", choices=LEVELS, required=True)
    scores.add_argument("--period", help="a quarter such as 2025Q4; the last one by default")
    scores.add_argument("--method", default="", help="id of a method of the build; else the main")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _sample(arguments: argparse.Namespace) -> None:
    from index_engine.sample import generate

    _refuse_real_data(arguments.warehouse)
    made = generate(arguments.warehouse, cases=arguments.cases, seed=arguments.seed, progress=True)
    print(
        f"{made.cases:,} synthetic cases of {made.courts} fictional courts, {made.lots:,} lots in "
        f"{made.rounds:,} auction rounds; {made.rejected:,} rows rejected, as seeded"
    )
    with _bar() as progress:
        build(arguments.warehouse, progress=progress)


def _refuse_real_data(warehouse: Path) -> None:
    """A sample replaces the whole file: only a sample may be lost that way."""
    if not warehouse.exists():
        return
    con = open_locked(warehouse)
    [(real,)] = con.execute("SELECT COUNT(*) FROM sources WHERE NOT synthetic").fetchall()
    con.close()
    if real:
        raise InputError(f"{warehouse}: holds {real} imported files; name another file")


def _recognise(arguments: argparse.Namespace) -> None:
    from index_engine.sources.recognise.recognise import recognise
    from index_engine.sources.recognise.write import mapping_text

    proposal = recognise(arguments.file, arguments.kind)
    text = mapping_text(proposal)
    if arguments.mapping is None:
        print(text, end="")
        return
    if arguments.mapping.exists():
        raise InputError(f"{arguments.mapping}: is there already; name another file")
    arguments.mapping.write_text(text, encoding="utf-8")
    for column in proposal.columns:
        fed = "personal, not read" if column.personal else column.field or "not used"
        print(f"  {column.header} -> {fed} ({column.confidence:.0%}: {column.why})")
    for problem in (*(f"nothing feeds {name}" for name in proposal.missing), *proposal.warnings):
        print(f"  ! {problem}")
    print(
        f"{arguments.mapping}: read it, mend it, then: python -m index_engine import"
        f" {proposal.kind} {arguments.file} --mapping {arguments.mapping} --warehouse W --trial"
    )


def _import(arguments: argparse.Namespace) -> None:
    from index_engine.sources.importer import import_file
    from index_engine.sources.progress import Progress

    outcome = import_file(
        arguments.warehouse,
        arguments.kind,
        arguments.file,
        arguments.mapping,
        Progress(asked=True),
        trial=arguments.trial,
    )
    _print_outcome(arguments.file.name, outcome)
    if arguments.trial:
        print("a trial: nothing was kept")


def _print_outcome(name: str, outcome: Outcome) -> None:
    """Kept, kept with a warning and rejected add up to the rows; so do the changes to the kept."""
    changes = outcome.changes
    print(
        f"{name}: {outcome.rows} rows, {outcome.kept} kept ({outcome.with_warning} with a warning),"
        f" {outcome.rejected} rejected"
    )
    print(
        f"  of those kept {changes.added} new, {changes.changed} changed, {changes.same} known;"
        f" {changes.gone} earlier rows are not in this file"
    )
    for field, rows in changes.fields.items():
        print(f"  {rows:>8}  changed {field}")
    for action, rules in (
        ("rejected", outcome.reasons),
        ("cleared", outcome.cleared),
        ("warned", outcome.warned),
        ("noted", outcome.noted),
    ):
        for rule, rows in sorted(rules.items(), key=lambda item: (-item[1], item[0])):
            print(f"  {rows:>8}  {action} {rule}")


def _undo(arguments: argparse.Namespace) -> None:
    intake.undo(arguments.warehouse, arguments.source)
    print(f"source {arguments.source}: taken back; build again to see it in the scores")


def _events(arguments: argparse.Namespace) -> None:
    for event in events.load(arguments.file or events.SHIPPED):
        where = event.unit or event.level
        print(f"{event.day}  {where}  {event.kind}  {event.name['en']}  ({event.status})")


def _sources(arguments: argparse.Namespace) -> None:
    _print(intake.sources(arguments.warehouse), arguments.format)


def _coverage(arguments: argparse.Namespace) -> None:
    _print(intake.coverage(arguments.warehouse), arguments.format)


def _build(arguments: argparse.Namespace) -> None:
    with _bar() as progress:
        build(arguments.warehouse, arguments.method, threads=arguments.threads, progress=progress)


def _scores(arguments: argparse.Namespace) -> None:
    snapshot = Snapshot(arguments.warehouse, arguments.method)
    known = snapshot.periods()
    period = arguments.period or known[-1]
    periods.parse(period)
    if period not in known:
        raise InputError(f"--period {period}: there are scores for {known[0]} to {known[-1]}")
    rows = snapshot.scores(arguments.level, period)
    rows.insert(0, "period", period)
    rows.insert(0, "method", snapshot.method.id)
    if snapshot.synthetic and arguments.format == "table":
        print(SYNTHETIC_NOTE)
    rows["synthetic"] = snapshot.synthetic
    _print(rows.drop(columns=["name_hant"]), arguments.format)


def _rejects(arguments: argparse.Namespace) -> None:
    _print(intake.rejects(arguments.warehouse), arguments.format)


def _print(rows: pd.DataFrame, how: str) -> None:
    if how == "csv":
        print(disarmed(rows).to_csv(index=False, lineterminator="\n"), end="")
    elif how == "json":
        print(rows.to_json(orient="records", force_ascii=False, indent=1, date_format="iso"))
    elif rows.empty:
        print("no rows")
    else:
        print(rows.to_string(index=False, na_rep="-"))


@contextmanager
def _bar() -> Iterator[Callable[[str], None]]:
    """A progress bar over the steps of a build, on stderr, if that is a terminal."""
    with tqdm(total=STEPS, desc="build", unit="step", leave=False, disable=None) as bar:

        def progress(step: str) -> None:
            bar.set_postfix_str(step)
            bar.update()

        yield progress
