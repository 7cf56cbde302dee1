"""Commands on releases: `python -m index_engine release draft|check|publish|correct|verify|diff|list ...`."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from index_engine.errors import InputError
from index_engine.formula_escaping import escape_table
from index_engine.queries import Snapshot
from index_engine.releases.archive import list_releases, next_vintage, previous_release
from index_engine.releases.differences import release_differences
from index_engine.releases.draft import write_draft
from index_engine.releases.gates import Pack, check_gates, gate_declarations
from index_engine.releases.pack import DRAFT_SUFFIX
from index_engine.releases.publication import publish
from index_engine.releases.recomputation import recompute
from index_engine.releases.review import read_review
from index_engine.releases.revisions import published_packs, revision_summary, revision_triangle
from index_engine.releases.signature import read_public_key
from index_engine.releases.time_stamp import attach_time_stamp
from index_engine.releases.verification import changed_file_problems, verify
from index_engine.releases.withdrawal import withdraw


def add_release_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add a parser for each command on releases."""

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        parser = commands.add_parser(name, help=text, description=text)
        parser.set_defaults(run=run)
        return parser

    draft = command("draft", _draft, "freeze what a build says, as a folder and one zip of it")
    draft.add_argument("--warehouse", type=Path, required=True, help="the DuckDB file, built")
    draft.add_argument("--out", type=Path, required=True, help="the folder of releases")
    draft.add_argument("--period", help="the last quarter it speaks of; the last one scored by default")
    draft.add_argument("--vintage", type=int, help="which telling of this quarter it is; the next by default")
    check = command("check", _check, "ask every gate before publication of a draft")
    publish_parser = command("publish", _publish, "publish a draft, in the folder that it is in")
    correct = command("correct", _publish, "publish a draft that corrects a published release")
    for parser in (check, publish_parser, correct):
        parser.add_argument("folder", type=Path, help="the folder of the draft")
        parser.add_argument("--review", type=Path, help="TOML: what people say of the draft")
        parser.add_argument("--on", type=_day, default=date.today(), help="day of publication; today by default")
    for parser in (publish_parser, correct):
        parser.add_argument("--key", type=Path, help="PEM: the publisher's private key, Ed25519; not signed without")
        parser.set_defaults(release="", reason="")
    correct.add_argument("--release", required=True, help="name of the release that it corrects")
    correct.add_argument("--reason", required=True, help="what was wrong, and why")
    verify_parser = command("verify", _verify, "check a release, and those beside it, with nothing but their folders")
    verify_parser.add_argument("folder", type=Path)
    verify_parser.add_argument("--key", type=Path, help="PEM: the publisher's public key")
    verify_parser.add_argument(
        "--recompute", action="store_true", help="rebuild the scores from the estimates in it too"
    )
    withdraw_parser = command("withdraw", _withdraw, "withdraw a release: it stays, with a notice beside it")
    withdraw_parser.add_argument("folder", type=Path)
    withdraw_parser.add_argument("--name", required=True, help="who withdraws it")
    withdraw_parser.add_argument("--reason", required=True)
    withdraw_parser.add_argument("--on", type=_day, default=date.today(), help="today by default")
    withdraw_parser.add_argument("--key", type=Path, help="PEM: the publisher's private key")
    stamp = command("stamp", _stamp, "attach a time stamp (RFC 3161) of proof.json that was obtained elsewhere")
    stamp.add_argument("folder", type=Path)
    stamp.add_argument("file", type=Path, help="the authority's answer, DER")
    revisions = command("revisions", _revisions, "what each release said of each period, and how large revisions were")
    revisions.add_argument("archive", type=Path)
    revisions.add_argument("--triangle", action="store_true", help="period by release in place of the summary")
    diff = command("diff", _diff, "what differs between two releases, cell by cell")
    diff.add_argument("before", type=Path)
    diff.add_argument("after", type=Path)
    list_parser = command("list", _list, "the releases of a folder, newest first")
    list_parser.add_argument("archive", type=Path)
    for parser in (diff, list_parser, revisions):
        parser.add_argument("--format", choices=("table", "csv"), default="table")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-01-31") from error


def _draft(arguments: argparse.Namespace) -> None:
    with Snapshot(arguments.warehouse) as snapshot:
        period = snapshot.known_period(arguments.period)
        vintage = arguments.vintage
        if vintage is None:
            vintage = next_vintage(arguments.out, snapshot.main.id, period)
        folder = write_draft(snapshot, arguments.out, period, vintage)
        if snapshot.synthetic:
            print("SYNTHETIC DATA: marked on every file, not to be published")
    print(f"{folder}: drafted; read it, then: python -m index_engine release check {folder} --review R")


def _check(arguments: argparse.Namespace) -> None:
    review = read_review(arguments.review, gate_declarations())
    previous = previous_release(arguments.folder.resolve().parent, Pack(arguments.folder).facts["index"])
    results = check_gates(arguments.folder, review, previous, arguments.on)
    for result in results:
        print(f"{result.outcome:>10}  {result.name['en']}: {str(result.finding).rstrip()}")
        if result.outcome != "pass":
            print(f"{'':>12}{result.reason['en']}")
    blocked = [result.gate for result in results if result.outcome == "block"]
    if blocked:
        raise InputError("release_blocked", folder=arguments.folder, gates=blocked)


def _publish(arguments: argparse.Namespace) -> None:
    folder = publish(
        arguments.folder, arguments.review, arguments.on, arguments.key, arguments.release, arguments.reason
    )
    print(f"{folder}: published; anyone can check it: python -m index_engine release verify {folder}")


def _verify(arguments: argparse.Namespace) -> None:
    folder = arguments.folder
    is_draft = folder.name.endswith(DRAFT_SUFFIX)
    key = read_public_key(arguments.key) if arguments.key is not None else None
    problems = changed_file_problems(folder) if is_draft else verify(folder, key)
    if arguments.recompute and not problems:
        recomputation = recompute(Pack(folder))
        problems = list(recomputation.problems)
        print(
            f"{recomputation.rebuilt} scores rebuilt from the estimates; {recomputation.bounded} as observed rest on estimates"
            f" that are withheld or coarse, and were held to their dimensions; {recomputation.unchecked} cannot be checked: such"
            " on another basis, and those of superseded methods"
        )
    for problem in problems:
        print(f"  ! {problem}")
    if problems:
        raise InputError("verify_failed", folder=folder, count=len(problems))
    print(f"{folder}: {'a draft, as written' if is_draft else 'as published'}")


def _withdraw(arguments: argparse.Namespace) -> None:
    notice = withdraw(arguments.folder, arguments.name, arguments.reason, arguments.on, arguments.key)
    print(f"{arguments.folder}: withdrawn; it stays, and {notice.name} says why")


def _stamp(arguments: argparse.Namespace) -> None:
    print(f"{attach_time_stamp(arguments.folder, arguments.file)}: attached")


def _revisions(arguments: argparse.Namespace) -> None:
    packs = published_packs(arguments.archive)
    if len(packs) < 2:
        raise InputError("too_few_releases", archive=arguments.archive)
    triangle = revision_triangle(packs)
    _print_rows(triangle.reset_index() if arguments.triangle else revision_summary(triangle, packs), arguments.format)


def _print_rows(rows: pd.DataFrame, output_format: str) -> None:
    if output_format == "csv":
        print(escape_table(rows).to_csv(index=False, lineterminator="\n"), end="")
    else:
        print(rows.to_string(index=False, na_rep="-"))


def _diff(arguments: argparse.Namespace) -> None:
    differences = release_differences(Pack(arguments.before), Pack(arguments.after))
    if arguments.format == "csv":
        _print_rows(differences, arguments.format)
        return
    keys = ["table", "difference", "cause", "column"]
    counts = differences.groupby(keys, as_index=False).size().rename(columns={"size": "cells"})
    print("no differences" if counts.empty else counts.to_string(index=False))


def _list(arguments: argparse.Namespace) -> None:
    rows = pd.DataFrame([vars(release) for release in list_releases(arguments.archive)])
    if rows.empty:
        print("no releases")
    else:
        _print_rows(rows, arguments.format)
