"""Commands on releases: `python -m index_engine release draft|check ...`."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from index_engine.errors import InputError
from index_engine.queries import Snapshot
from index_engine.releases.draft import write_draft
from index_engine.releases.gates import check_gates, gate_declarations
from index_engine.releases.review import read_review


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
    draft.add_argument(
        "--vintage", type=int, default=1, help="which telling of this quarter it is; the first by default"
    )
    check = command("check", _check, "ask every gate before publication of a draft")
    check.add_argument("folder", type=Path)
    check.add_argument("--review", type=Path, help="TOML: what people say of the draft")


def _draft(arguments: argparse.Namespace) -> None:
    with Snapshot(arguments.warehouse) as snapshot:
        folder = write_draft(snapshot, arguments.out, snapshot.known_period(arguments.period), arguments.vintage)
        if snapshot.synthetic:
            print("SYNTHETIC DATA: marked on every file, not to be published")
    print(f"{folder}: drafted; read it, then: python -m index_engine release check {folder} --review R")


def _check(arguments: argparse.Namespace) -> None:
    review = read_review(arguments.review, gate_declarations())
    results = check_gates(arguments.folder, review, None, date.today())
    for result in results:
        print(f"{result.outcome:>10}  {result.name['en']}: {str(result.finding).rstrip()}")
        if result.outcome != "pass":
            print(f"{'':>12}{result.reason['en']}")
    blocked = [result.gate for result in results if result.outcome == "block"]
    if blocked:
        raise InputError("release_blocked", folder=arguments.folder, gates=blocked)
