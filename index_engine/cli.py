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
    python -m index_engine discount  --warehouse W --level province|city|court [--claim home_mortgage]
                                     [--reference 330000] [--period 2025Q4] [--rate 0.12]
    python -m index_engine release   draft|check|publish|verify ...   what is published of a build: docs/releases.md
    python -m index_engine value     PACKAGE --warehouse W [--mapping M] [--as-of 2026-10-31] [--rate 0.12]
                                     [--price 10000000] [--report R.xlsx] [--format table|csv|json]

Bad input ends in one line on stderr and exit code 2.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
from tqdm import tqdm

from index_engine import annotation_table, queries
from index_engine.build import BuildStep, build
from index_engine.claims.claim import Assumptions
from index_engine.claims.package import Package
from index_engine.claims.package_file import claim_rows, proposed_mapping, value_file
from index_engine.claims.package_value import PackageValue
from index_engine.claims.place_discounts import place_discounts
from index_engine.claims.pricing import default_assumptions, reference_claims
from index_engine.claims.report import report_workbook
from index_engine.errors import InputError, Message
from index_engine.faults import told_as_input_errors
from index_engine.formula_escaping import escape_table
from index_engine.importing import api
from index_engine.importing.contract import FILE_KINDS, PACKAGE_KIND, READ_KINDS
from index_engine.importing.reference_data import REFERENCE_FILES
from index_engine.importing.validation.load import LoadResult
from index_engine.queries import LEVELS, Snapshot
from index_engine.release_commands import add_release_commands
from index_engine.warehouse.file import open_read_only

FORMATS = ("table", "csv", "json")
SYNTHETIC_NOTE = "SYNTHETIC DATA: fictional courts, made by 'index_engine sample'"


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 2 for bad input."""
    arguments = _parser().parse_args(argv)
    try:
        with told_as_input_errors():
            arguments.run(arguments)
        sys.stdout.flush()  # here, and not at exit, where a broken pipe would be told as a fault
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"error: {Message('interrupted')}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output, such as `head`, has seen enough; what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index_engine", description="Judicial enforcement credit index.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str,
        run: Callable[[argparse.Namespace], None],
        text: str,
        *,
        warehouse: bool = True,
        has_format: bool = False,
    ) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=text, description=text)
        if warehouse:
            subparser.add_argument("--warehouse", type=Path, required=True, help="the DuckDB file")
        if has_format:
            subparser.add_argument("--format", choices=FORMATS, default="table")
        subparser.set_defaults(run=run)
        return subparser

    sample_parser = command("sample", _sample, "make a synthetic warehouse and build it")
    sample_parser.add_argument("--cases", type=_positive_int, default=300_000, help="cases to make")
    sample_parser.add_argument("--seed", type=int, default=20260101, help="another seed, another world")
    recognise_parser = command("recognise", _recognise, "propose a mapping for a file", warehouse=False)
    recognise_parser.add_argument("file", type=Path)
    recognise_parser.add_argument("--kind", choices=READ_KINDS, help="recognised by the headers if not given")
    recognise_parser.add_argument("--mapping", type=Path, help="where to write the proposal")
    import_parser = command("import", _import, "read a file into the warehouse")
    import_parser.add_argument("kind", choices=FILE_KINDS)
    import_parser.add_argument("file", type=Path)
    import_parser.add_argument("--mapping", type=Path, help="TOML: which column is which field")
    import_parser.add_argument("--trial", action="store_true", help="keep nothing of it")
    undo_parser = command("undo", _undo, "take an import back")
    undo_parser.add_argument("source", type=_positive_int, help="its number; 'sources' lists them")
    annotations_parser = command("events", _annotations, "check and list the events that charts mark", warehouse=False)
    annotations_parser.add_argument("file", type=Path, nargs="?", help="a CSV file; ours if not given")
    command("sources", _sources, "list what was imported", has_format=True)
    command("coverage", _coverage, "received and missing case numbers by court", has_format=True)
    command("rejects", _rejects, "what the imports rejected, cleared or warned of", has_format=True)
    build_parser = command("build", _build, "compute measures, estimates and scores")
    build_parser.add_argument(
        "--method",
        type=Path,
        action="append",
        default=[],
        help="a method, a folder or one file; again for further methods beside it "
        "(default: those in index_engine/methods)",
    )
    build_parser.add_argument("--threads", type=_positive_int, help="threads for DuckDB")
    scores_parser = command("scores", _scores, "print the scores of one level and period", has_format=True)
    scores_parser.add_argument("--level", choices=LEVELS, required=True)
    scores_parser.add_argument("--period", help="a quarter such as 2025Q4; the last one by default")
    scores_parser.add_argument("--method", default="", help="id of a method of the build; else the main")
    discount_parser = command(
        "discount", _discount, "print what one claim loses at each place against another", has_format=True
    )
    discount_parser.add_argument("--level", choices=LEVELS[1:], required=True)
    discount_parser.add_argument("--claim", help="a reference claim of pricing.toml; the first by default")
    discount_parser.add_argument("--reference", help="code of the place compared with; the nation by default")
    discount_parser.add_argument("--period", help="a quarter such as 2025Q4; the last one by default")
    discount_parser.add_argument("--rate", type=float, help="yearly return asked for, such as 0.12")
    releases = commands.add_parser("release", help="freeze, check and publish what a build says")
    add_release_commands(releases.add_subparsers(required=True, metavar="COMMAND"))
    value_parser = command("value", _value, "value a package of claims; nothing of it is kept", has_format=True)
    value_parser.add_argument("file", type=Path, metavar="PACKAGE")
    value_parser.add_argument("--mapping", type=Path, help="TOML: which column is which field; proposed if not given")
    value_parser.add_argument("--as-of", type=date.fromisoformat, help="cut-off date, where the file states none")
    value_parser.add_argument("--rate", type=float, help="yearly return asked for, such as 0.12")
    value_parser.add_argument("--report", type=Path, help="where to write the report, an XLSX file")
    value_parser.add_argument("--price", type=float, help="a price in yuan, to know its return and the chance of loss")
    return parser


def _positive_int(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _sample(arguments: argparse.Namespace) -> None:
    from index_engine.sample import generate

    _refuse_real_data(arguments.warehouse)
    summary = generate(arguments.warehouse, cases=arguments.cases, seed=arguments.seed, progress=True)
    print(
        f"{summary.cases:,} synthetic cases of {summary.courts} fictional courts, {summary.lots:,} lots in "
        f"{summary.rounds:,} auction rounds; {summary.rejected_rows:,} rows rejected, as seeded"
    )
    with _progress_bar() as progress:
        build(arguments.warehouse, progress=progress)


def _refuse_real_data(warehouse: Path) -> None:
    """A sample replaces the whole file: only a sample may be lost that way, of whatever version it is.

    It brings places, courts and published figures that are not made up.
    """
    if not warehouse.exists():
        return
    with closing(open_read_only(warehouse, any_schema=True)) as con:
        try:
            names = con.execute("SELECT name FROM sources WHERE NOT synthetic").fetchall()
        except duckdb.BinderException as error:
            raise InputError("schema_differs", warehouse=warehouse) from error
    real_count = sum(name not in REFERENCE_FILES.values() for (name,) in names)
    if real_count:
        raise InputError("warehouse_has_imports", warehouse=warehouse, count=real_count)


def _recognise(arguments: argparse.Namespace) -> None:
    from index_engine.importing.recognise.mapping_writer import column_label, mapping_text
    from index_engine.importing.recognise.propose import propose_mapping
    from index_engine.method.fed_indicators import fed_indicators
    from index_engine.method.read import load_method

    proposal = propose_mapping(arguments.file, arguments.kind)
    text = mapping_text(proposal)
    if arguments.mapping is None:
        print(text, end="")
        return
    _write_new(arguments.mapping, text.encode())
    for column in proposal.columns:
        target = "personal, not read" if column.is_personal else column.field or "not used"
        print(f"  {column_label(column)} -> {target} ({column.confidence:.0%}: {column.reason})")
    for problem in (
        *(f"nothing feeds {name}" for name in proposal.missing_fields),
        *proposal.warnings,
        *([proposal.design_doubt] if proposal.design_doubt else []),
    ):
        print(f"  ! {problem}")
    fed_fields = {column.field for column in proposal.columns if column.field is not None}
    for message in fed_indicators(load_method(), proposal.kind, fed_fields, proposal.holds, lambda name: name["en"]):
        print(f"  {message}")
    print(
        f"{arguments.mapping}: read it, mend it, then: python -m index_engine import"
        f" {proposal.kind} {arguments.file} --mapping {arguments.mapping} --warehouse W --trial"
    )


def _write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all."""
    if not file.parent.is_dir():
        raise InputError("folder_missing", file=file, folder=file.parent)
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise InputError("file_exists", file=file) from error
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _import(arguments: argparse.Namespace) -> None:
    from index_engine.importing.pipeline import run_import
    from index_engine.importing.progress import Progress

    outcome = run_import(
        arguments.warehouse,
        arguments.kind,
        arguments.file,
        arguments.mapping,
        Progress(always_visible=True),
        dry_run=arguments.trial,
    )
    _print_outcome(arguments.file.name, outcome)
    if arguments.trial:
        print("a trial: nothing was kept")


def _print_outcome(name: str, outcome: LoadResult) -> None:
    """Kept, kept with a warning and rejected add up to the rows; so do the changes to the kept."""
    changes = outcome.changes
    print(
        f"{name}: {outcome.rows} rows, {outcome.accepted_rows} kept ({outcome.warned_rows} with a warning),"
        f" {outcome.rejected_rows} rejected"
    )
    print(
        f"  of those kept {changes.added_rows} new, {changes.changed_rows} changed, {changes.unchanged_rows} known;"
        f" {changes.absent_rows} earlier rows are not in this file"
    )
    for field, rows in changes.changes_by_field.items():
        print(f"  {rows:>8}  changed {field}")
    for action, rules in (
        ("rejected", outcome.rejection_counts),
        ("cleared", outcome.clearing_counts),
        ("warned", outcome.warning_counts),
        ("noted", outcome.note_counts),
    ):
        for rule, rows in sorted(rules.items(), key=lambda item: (-item[1], item[0])):
            print(f"  {rows:>8}  {action} {rule}")
    for notice in outcome.notices:
        print(f"  ! {notice}")


def _undo(arguments: argparse.Namespace) -> None:
    api.undo_source(arguments.warehouse, arguments.source)
    print(f"source {arguments.source}: taken back; build again to see it in the scores")


def _annotations(arguments: argparse.Namespace) -> None:
    for annotation in annotation_table.load_annotations(arguments.file or annotation_table.DEFAULT_FILE):
        place_label = annotation.place_id or annotation.level
        print(f"{annotation.day}  {place_label}  {annotation.kind}  {annotation.name['en']}  ({annotation.status})")


def _sources(arguments: argparse.Namespace) -> None:
    _print_rows(api.list_sources(arguments.warehouse), arguments.format)


def _coverage(arguments: argparse.Namespace) -> None:
    _print_rows(api.number_coverage(arguments.warehouse), arguments.format)


def _build(arguments: argparse.Namespace) -> None:
    with _progress_bar() as progress:
        build(arguments.warehouse, arguments.method, threads=arguments.threads, progress=progress)


def _scores(arguments: argparse.Namespace) -> None:
    snapshot = Snapshot(arguments.warehouse, arguments.method)
    period = snapshot.known_period(arguments.period)
    rows = queries.scores(snapshot, arguments.level, period)
    rows.insert(0, "period", period)
    rows.insert(0, "method", snapshot.method.id)
    if snapshot.synthetic and arguments.format == "table":
        print(SYNTHETIC_NOTE)
    rows["synthetic"] = snapshot.synthetic
    _print_rows(queries.with_printed_counts(rows.drop(columns=["name_hant"])), arguments.format)


def _discount(arguments: argparse.Namespace) -> None:
    claims = reference_claims()
    claim_id = arguments.claim or next(iter(claims))
    if claim_id not in claims:
        raise InputError("reference_claim_unknown", given=claim_id, claims=list(claims))
    assumptions = default_assumptions()
    if arguments.rate is not None:
        assumptions = replace(assumptions, yearly_rate=arguments.rate)
    with Snapshot(arguments.warehouse) as snapshot:
        period = snapshot.known_period(arguments.period)
        reference = snapshot.nation
        if arguments.reference is not None:
            known = {place.place_id: place for place in snapshot.places()}
            if arguments.reference not in known:
                raise InputError("reference_place_unknown", given=arguments.reference)
            reference = known[arguments.reference]
        key = (reference.level, reference.place_id)
        rows = place_discounts(snapshot, arguments.level, period, claims[claim_id].claim, assumptions, key)
        if arguments.format == "table":
            print(claims[claim_id].terms["en"])
            print(f"Window that ends with {period}; reference: {reference.name_en or reference.name}; {assumptions}")
            if snapshot.synthetic:
                print(SYNTHETIC_NOTE)
        facts = {"period": period, "claim": claim_id, "reference": reference.place_id}
        facts |= {**vars(assumptions), "synthetic": snapshot.synthetic}
    rows = rows.drop(columns=["name_hant"]).assign(**facts)
    if arguments.format == "table":
        columns = ["place_id", "name", "value", "discount", "discount_low", "discount_high", "borrowed"]
        rows = rows[[*columns[:-1], "certainty", "time", "price", "cost", "basis_points", "borrowed"]].round(3)
    _print_rows(rows, arguments.format)


def _value(arguments: argparse.Namespace) -> None:
    from index_engine.importing.mapping import load_mapping

    assumptions = default_assumptions()
    if arguments.rate is not None:
        assumptions = replace(assumptions, yearly_rate=arguments.rate)
    with Snapshot(arguments.warehouse) as snapshot:
        mapping = (
            proposed_mapping(arguments.file, arguments.as_of)
            if arguments.mapping is None
            else load_mapping(arguments.mapping, PACKAGE_KIND)
        )
        package, value = value_file(snapshot, arguments.file, mapping, assumptions, arguments.as_of)
        if arguments.report is not None:
            _write_new(arguments.report, report_workbook(snapshot, package, value, assumptions))
        rows = claim_rows(snapshot, package, value)
        if arguments.format == "table":
            _print_package(arguments, snapshot, package, value, assumptions)
            columns = [
                "line",
                "place",
                "stage",
                "amount",
                "expected",
                "low",
                "high",
                "share",
                "loss_chance",
                "defaults",
            ]
            rows = rows[columns].round({"amount": 0, "expected": 0, "low": 0, "high": 0, "share": 3, "loss_chance": 2})
        else:
            rows = rows.assign(
                period=snapshot.periods()[-1], **vars(assumptions), synthetic=snapshot.synthetic or package.synthetic
            )
    _print_rows(rows, arguments.format)


def _print_package(
    arguments: argparse.Namespace,
    snapshot: Snapshot,
    package: Package,
    value: PackageValue,
    assumptions: Assumptions,
) -> None:
    if snapshot.synthetic or package.synthetic:
        print(SYNTHETIC_NOTE)
    print(
        f"{arguments.file.name}: {package.outcome.rows} rows, {len(package.claims)} valued,"
        f" {package.outcome.rejected_rows} left out, {len(package.repeated)} repeated"
    )
    for action, rules in (
        ("left out", package.outcome.rejection_counts),
        ("cleared", package.outcome.clearing_counts),
        ("warned", package.outcome.warning_counts),
    ):
        for rule, count in sorted(rules.items(), key=lambda item: (-item[1], item[0])):
            print(f"  {count:>8}  {action} {rule}")
    print(f"Curves of the window that ends with {snapshot.periods()[-1]}; {assumptions}")
    print(
        f"Owed {value.amount:,.0f} yuan; worth {value.expected:,.0f} ({value.expected / value.amount:.1%});"
        f" 8 of 10 times between {value.low:,.0f} and {value.high:,.0f}; average life {value.average_life:.1f} years"
    )
    if arguments.price is not None:
        print(
            f"At a price of {arguments.price:,.0f}: {value.return_at(arguments.price):.1%} a year;"
            f" chance of less than {assumptions.yearly_rate:.0%} a year {value.loss_chance(arguments.price):.0%}"
        )


def _rejects(arguments: argparse.Namespace) -> None:
    _print_rows(api.list_findings(arguments.warehouse), arguments.format)


def _print_rows(rows: pd.DataFrame, output_format: str) -> None:
    if output_format == "csv":
        print(escape_table(rows).to_csv(index=False, lineterminator="\n"), end="")
    elif output_format == "json":
        print(rows.to_json(orient="records", force_ascii=False, indent=1, date_format="iso"))
    elif rows.empty:
        print("no rows")
    else:
        print(rows.to_string(index=False, na_rep="-"))


@contextmanager
def _progress_bar() -> Iterator[Callable[[BuildStep], None]]:
    """A progress bar over the steps of a build, on stderr, if that is a terminal."""
    with tqdm(total=0, desc="build", unit="step", leave=False, disable=None) as bar:

        def progress(step: BuildStep) -> None:
            bar.total = step.total
            bar.set_postfix_str(step.name)
            bar.update()

        yield progress
