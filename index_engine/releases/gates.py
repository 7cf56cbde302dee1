"""The gates before publication: each looks at a draft, at what people say of it and at the release before it.

They stand with their limits and reasons in publication.toml.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow.parquet

from index_engine import periods
from index_engine.errors import InputError, Message
from index_engine.method import Method, Names, parse_method
from index_engine.releases.declarations import FOLDER
from index_engine.releases.draft import RELEASE_FILE
from index_engine.releases.pack import changed_files
from index_engine.releases.review import Review

Outcome = Literal["pass", "warn", "block", "overridden"]
_SUM_TOLERANCE = 1e-6  # of sums of days and yuan, relative
_SHOWN = 5  # places that a finding names


@dataclass(frozen=True)
class GateResult:
    """What a gate found. `finding` says what it looked at; `name` and `reason` by language."""

    gate: str
    outcome: Outcome
    finding: Message
    name: Names
    reason: Names


class Pack:
    """The folder of a draft or a release, read. Raises InputError where it is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.facts: dict[str, Any] = json.loads((folder / RELEASE_FILE).read_bytes())
        except FileNotFoundError as error:
            raise InputError("release_missing", folder=folder) from error
        except ValueError as error:
            raise InputError("release_file_changed", file=folder / RELEASE_FILE) from error
        self._tables: dict[str, pd.DataFrame] = {}

    @cached_property
    def method(self) -> Method:
        """The main method, as the pack has it; the others are not read, for they are told as differing from it."""
        file = self.folder / "method" / f"{self.facts['index']}.toml"
        return parse_method(file.read_text(encoding="utf-8"), file.name)

    def table(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = pyarrow.parquet.read_table(self.folder / "data" / f"{name}.parquet").to_pandas()
        return self._tables[name]

    def main_scores(self) -> pd.DataFrame:
        """Scores as observed under the main method."""
        scores = self.table("scores")
        return scores[(scores["method"] == self.facts["index"]) & (scores["basis"] == "observed")]


@dataclass(frozen=True)
class _Question:
    """What a gate is asked: its limits, a draft, the review of it, the release before and the day."""

    limits: Mapping[str, Any]
    pack: Pack
    review: Review
    previous: Pack | None
    on: date


_Answer = tuple[bool, Message]


@cache
def gate_declarations() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "publication.toml").read_text(encoding="utf-8"))


def check_gates(folder: Path, review: Review, previous: Path | None, on: date) -> list[GateResult]:
    """The result of every gate, in order. `previous`: the folder of the release before, if there is one; `on`: the day of
    publication. Raises InputError where a folder is no release."""
    pack = Pack(folder)
    # Of files that are not as drafted nothing else is worth asking.
    changed = changed_files(folder)
    previous_pack = Pack(previous) if previous is not None else None
    results = []
    for gate, entry in gate_declarations().items():
        if gate == "files_unchanged":
            passed, finding = not changed, Message("gate_files", count=len(changed), files=changed[:_SHOWN])
        elif changed:
            continue
        else:
            passed, finding = _GATES[gate](_Question(entry, pack, review, previous_pack, on))
        outcome: Outcome = "pass" if passed else entry["outcome"]
        if outcome == "block" and gate in review.overrides:
            outcome = "overridden"
        results.append(GateResult(gate, outcome, finding, entry["name"], entry["reason"]))
    return results


def _observed_data(question: _Question) -> _Answer:
    synthetic = question.pack.facts["synthetic"]
    return not synthetic, Message("gate_synthetic") if synthetic else Message("gate_observed")


def _sums(question: _Question) -> _Answer:
    """Sums of what is published: of a place all whose parts are published, equal; else, no more than it."""
    rates, places = question.pack.table("rates"), question.pack.table("places")
    by_level = {
        level: dict(zip(rows["place_id"], rows["parent"], strict=True)) for level, rows in places.groupby("level")
    }
    cities = by_level.get("city", {})
    special = set(places.loc[places["special"], "place_id"])
    nation = places.loc[places["level"] == "nation", "place_id"].iloc[0]
    courts = rates[(rates["level"] == "court") & ~rates["place_id"].isin(special)]
    courts = courts.assign(above=courts["place_id"].map(by_level["court"]).map(lambda above: cities.get(above, above)))
    provinces = rates[rates["level"] == "province"].assign(above=nation)
    wrong: list[str] = []
    compared = 0
    for parts, level in ((provinces, "nation"), (courts, "province")):
        wholes = rates[rates["level"] == level]
        for column in ("numerator", "denominator"):
            sums = parts.groupby(["above", "period", "statistic"])[column].agg(["sum", "count", "size"]).reset_index()
            both = wholes.merge(
                sums, left_on=["place_id", "period", "statistic"], right_on=["above", "period", "statistic"]
            )
            both = both[both[column].notna()]
            slack = _SUM_TOLERANCE * both[column].abs() + _SUM_TOLERANCE
            is_complete = both["count"] == both["size"]
            differs = ((both["sum"] - both[column]).abs() > slack) & is_complete
            exceeds = both["sum"] > both[column] + slack
            compared += int(is_complete.sum())
            wrong += [f"{row.place_id} {row.period} {row.statistic}" for row in both[differs | exceeds].itertuples()]
    return not wrong, Message("gate_sums", compared=compared, count=len(wrong), places=wrong[:_SHOWN])


def _least_cell(question: _Question) -> _Answer:
    least = question.pack.facts["least_cell"]
    monetary = {item.id for item in question.pack.method.statistics if item.is_monetary}
    rates = question.pack.table("rates")
    counts = rates[~rates["statistic"].isin(monetary)]
    columns = [question.pack.table("scores")["n"], question.pack.table("estimates")["n"]]
    columns += [counts["numerator"], counts["denominator"]]
    small = sum(int(((column > 0) & (column < least)).sum()) for column in columns)
    return small == 0, Message("gate_least_cell", count=small, least=least)


def _coverage(question: _Question) -> _Answer:
    rates = question.pack.table("rates")
    rows = rates[(rates["level"] == "nation") & (rates["statistic"] == "coverage")]
    value = rows.loc[rows["period"] == question.pack.facts["period"], "value"]
    share = float(value.iloc[0]) if len(value) else float("nan")
    if share != share:  # no numbers in the files: nobody can know it, and nothing is promised
        return False, Message("gate_coverage_unknown")
    return share >= question.limits["least"], Message(
        "gate_coverage", share=_percent(share), least=_percent(question.limits["least"])
    )


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _scored_provinces(question: _Question) -> _Answer:
    scores = _last(question, "province")
    share = float(scores["score"].notna().mean()) if len(scores) else 0.0
    return share >= question.limits["least"], Message(
        "gate_scored", share=_percent(share), least=_percent(question.limits["least"])
    )


def _last(question: _Question, level: str, back: int = 0) -> pd.DataFrame:
    """Scores of a level in the period of the release, or so many quarters before it."""
    quarter = periods.parse(question.pack.facts["period"]) - back
    scores = question.pack.main_scores()
    return scores[(scores["level"] == level) & (scores["period"] == periods.label(quarter))]


def _least_n(question: _Question) -> _Answer:
    scores = question.pack.main_scores()
    small = scores[scores["score"].notna() & (scores["n"] < question.limits["least"])]
    names = [f"{row.place_id} {row.period}" for row in small.head(_SHOWN).itertuples()]
    return small.empty, Message("gate_least_n", count=len(small), least=question.limits["least"], places=names)


def _court_order(question: _Question) -> _Answer:
    scores = question.pack.table("scores")
    ranked = int((scores["level"].eq("court") & scores["rank"].notna()).sum())
    passed = ranked == 0 or bool(question.review.legal_basis.strip())
    return passed, Message("gate_court_order", count=ranked, basis=question.review.legal_basis or "—")


def _lowest_courts(question: _Question, back: int = 0) -> pd.DataFrame:
    courts = _last(question, "court", back)
    return courts[courts["band"] == question.pack.method.bands[-1].id]


def _lowest_band(question: _Question) -> _Answer:
    named, before = _lowest_courts(question), set(_lowest_courts(question, 1)["place_id"])
    # An n that is withheld is fewer than the least cell, or beside one: not enough either.
    weak = named[~(named["n"] >= question.limits["least"]) | ~named["place_id"].isin(before)]
    names = list(weak["place_id"].head(_SHOWN))
    return weak.empty, Message("gate_lowest_band", named=len(named), count=len(weak), courts=names)


def _reply_period(question: _Question) -> _Answer:
    named, days = len(_lowest_courts(question)), question.review.reply_days(question.on)
    passed = named == 0 or days >= question.limits["least"]
    return passed, Message("gate_reply_period", named=named, days=days, least=question.limits["least"])


def _changes_explained(question: _Question) -> _Answer:
    """Changes on the year, whose windows share no quarter, beyond the tolerance and both intervals."""
    unexplained, count = [], 0
    for level in ("nation", "province"):
        now, before = (_last(question, level, back) for back in (0, periods.QUARTERS_PER_YEAR))
        both = now.merge(before, on="place_id", suffixes=("", "_before"))
        large = both[
            ((both["score"] - both["score_before"]).abs() > question.limits["most"])
            & ((both["low"] > both["high_before"]) | (both["high"] < both["low_before"]))
        ]
        count += len(large)
        keys = [f"{level}:{place_id}" for place_id in large["place_id"]]
        unexplained += [key for key in keys if key not in question.review.changes]
    finding = Message("gate_changes", count=count, unexplained=len(unexplained), places=unexplained[:_SHOWN])
    return not unexplained, finding


def _revisions(question: _Question) -> _Answer:
    if question.previous is None:
        return True, Message("gate_no_previous")
    keys = ["level", "place_id", "period"]
    columns = [*keys, "score"]
    both = question.pack.main_scores()[columns].merge(
        question.previous.main_scores()[columns], on=keys, suffixes=("", "_before")
    )
    both = both[both["level"].isin(["nation", "province"])]
    size = (both["score"] - both["score_before"]).abs()
    large = both[size > question.limits["most"]]
    names = [f"{row.place_id} {row.period}" for row in large.head(_SHOWN).itertuples()]
    mean = round(float(size.mean()), 2) if size.notna().any() else 0.0
    return large.empty, Message(
        "gate_revisions", mean=mean, count=len(large), most=question.limits["most"], places=names
    )


def _method(question: _Question) -> _Answer:
    if question.previous is None:
        return True, Message("gate_no_previous")
    before, now = (facts["methods"][0] for facts in (question.previous.facts, question.pack.facts))
    if before["sha256"] == now["sha256"]:
        return True, Message("gate_method_unchanged", version=now["version"])
    scored = set(question.pack.table("scores")["method"])
    bridged = before["id"] in scored and before["id"] != now["id"]
    passed = bridged and bool(question.review.method_change.strip())
    return passed, Message("gate_method_changed", before=before["version"], now=now["version"])


def _reviewers(question: _Question) -> _Answer:
    names = list(question.review.reviewers)
    return len(names) >= question.limits["least"], Message("gate_reviewers", count=len(names), names=names)


def _objections(question: _Question) -> _Answer:
    objections = question.review.objections
    unanswered = [objection.place_id for objection in objections if objection.outcome == "open"]
    finding = Message("gate_objections", count=len(objections), unanswered=len(unanswered), places=unanswered[:_SHOWN])
    return not unanswered, finding


_GATES: dict[str, Callable[[_Question], _Answer]] = {
    "observed_data": _observed_data,
    "sums": _sums,
    "least_cell": _least_cell,
    "coverage": _coverage,
    "scored_provinces": _scored_provinces,
    "least_n": _least_n,
    "court_order": _court_order,
    "lowest_band": _lowest_band,
    "reply_period": _reply_period,
    "changes_explained": _changes_explained,
    "revisions": _revisions,
    "method": _method,
    "reviewers": _reviewers,
    "objections": _objections,
}
