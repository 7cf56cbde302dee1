"""Reading method files: one that stands alone, and further ones that say what differs from it."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_origin, get_type_hints

from index_engine.errors import InputError
from index_engine.method import check
from index_engine.method.model import (
    Band,
    CaseMix,
    Check,
    Dimension,
    Estimate,
    Figure,
    Indicator,
    Method,
    Names,
    Peers,
    Publication,
    Ranks,
    Sensitivity,
    Strata,
)

DEFAULT = Path(__file__).parents[1] / "method.toml"

ESTIMATION = (
    "bins_per_month",
    "horizon_months",
    "min_at_risk",
    "max_unresolved",
    "claim_cap",
    "min_cell",
    "ratio_step",
    "confidence",
)
EXPECTED = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    date: "a date",
    list: "a list",
    Names: "a table of wordings with at least 'en'",
}
# What a file without these tables gets: nothing that changes a number of a score.
CASE_MIX = {"max_weight": 5.0, "min_represented": 0.8}
PEERS = {"size_breaks": (), "tiers": 1, "min_members": 10}
RANKS = {"draws": 10_000, "seed": 1, "top_share": 0.25}
SENSITIVITY = {
    "replicates": 1000,
    "concentration": 40.0,
    "goalpost_shift": 0.1,
    "sobol_base": 256,
    "seed": 1,
}
# Courts in order of score are published only where a method file says so; see method.toml.
PUBLICATION = {"court_order": "bands"}
# Tables that decide what is counted, and so are those of all methods of one build.
COUNTED = ("period", "estimation", "events", "recovery_events", "strata")

T = TypeVar("T")


def shipped() -> tuple[Path, ...]:
    """The method files beside the engine, the main one first: dropping one in adds a method."""
    return (DEFAULT, *sorted(p for p in DEFAULT.parent.glob("*.toml") if p != DEFAULT))


def load(path: Path = DEFAULT) -> Method:
    """Read and check a method file. Raises InputError naming the file, the entry and the fault."""
    return parse(_text(path), str(path))


def load_all(paths: Sequence[Path] = ()) -> tuple[Method, ...]:
    """The methods of one build, the main one first; the shipped ones where none is named.

    Raises InputError as `load`, and where a further method would count other things.
    """
    paths = tuple(paths) or shipped()
    return parse_all([(_text(path), str(path)) for path in paths])


def parse_all(texts: Sequence[tuple[str, str]]) -> tuple[Method, ...]:
    """As `load_all`, from texts, each with the words that name it in errors."""
    main = parse(*texts[0])
    methods = (main, *(parse(text, where, main) for text, where in texts[1:]))
    ids = [method.id for method in methods]
    for method, (_, where) in zip(methods[1:], texts[1:], strict=True):
        if ids.count(method.id) > 1:
            raise InputError(f"{where}: another method of this build has the id {method.id!r} too")
    return methods


def parse(text: str, where: str, main: Method | None = None) -> Method:
    """Check the text of a method file; `where` names it in errors.

    What a further method leaves out is as in `main`; what decides what is counted ([period],
    [estimation], [events], [recovery_events], [strata]) must be, since a build counts once.
    """
    raw = _toml(text, where)
    if main is not None:
        base = _toml(main.text, main.id)
        for table in COUNTED:
            if raw.get(table, base.get(table)) != base.get(table):
                raise InputError(f"{where}: [{table}] is not that of {main.id}; leave it out")
        raw = base | raw
    try:
        method = _method(raw, text)
    except KeyError as error:
        raise InputError(f"{where}: the entry {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: {error}") from error
    fault = check.first_fault(method)
    if fault is not None:
        raise InputError(f"{where}: {fault}")
    return method


def _text(path: Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from error


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: not valid TOML: {error}") from error


def _method(raw: dict[str, Any], text: str) -> Method:
    period, score = raw["period"], raw["score"]
    months = _typed(period["months"], int, "period.months")
    if months % 3 or months <= 0:
        raise ValueError(f"period.months is {months}; it must be a multiple of 3")
    keys = ("id", "version", "reviewed_on", "authors", "name", "purpose")
    return _made(
        Method,
        "",
        {
            **{key: raw[key] for key in keys},
            **{key: raw["estimation"][key] for key in ESTIMATION},
            "window_quarters": months // 3,
            "first_period": _typed(period["first"], str, "period.first"),
            "min_weight_present": score["min_weight_present"],
            "floor": score["floor"],
            "min_coverage": score.get("min_coverage", 0.0),
            "events": _lists(raw["events"], "events"),
            "recovery_events": _lists(raw.get("recovery_events", {}), "recovery_events"),
            "strata": _strata(raw.get("strata")),
            "case_mix": _made(CaseMix, "case_mix", CASE_MIX | raw.get("case_mix", {})),
            "peers": _made(Peers, "peers", PEERS | _tuples(raw.get("peers", {}))),
            "ranks": _made(Ranks, "ranks", RANKS | raw.get("ranks", {})),
            "sensitivity": _made(
                Sensitivity, "sensitivity", SENSITIVITY | raw.get("sensitivity", {})
            ),
            "publication": _made(
                Publication, "publication", PUBLICATION | raw.get("publication", {})
            ),
            "bands": tuple(_made(Band, f"band {b.get('id', '')}", b) for b in raw.get("band", [])),
            "dimensions": tuple(
                _made(Dimension, f"dimension {d.get('id', '')}", d) for d in raw["dimension"]
            ),
            "indicators": tuple(_figure(Indicator, "indicator", i) for i in raw["indicator"]),
            "checks": tuple(_figure(Check, "check", c) for c in raw.get("check", [])),
            "figures": tuple(_figure(Figure, "figure", f) for f in raw.get("figure", [])),
            "text": text,
        },
    )


def _lists(table: dict[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(_typed(words, list, f"{name}.{key}")) for key, words in table.items()}


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}


def _strata(table: dict[str, Any] | None) -> Strata | None:
    if table is None:
        return None
    named = {key: _lists(table[key], f"strata.{key}") for key in ("classes", "assets")}
    values = _tuples(table) | named
    return _made(Strata, "strata", values)


def _figure(kind: type[T], what: str, entry: dict[str, Any]) -> T:
    name = f"{what} {entry.get('id', '')}"
    return _made(
        kind, name, {**entry, "estimate": _made(Estimate, f"{name} estimate", entry["estimate"])}
    )


def _made(kind: type[T], what: str, values: dict[str, Any]) -> T:
    """A dataclass from the entries of a table, each of the type that the class declares."""
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            raise ValueError(f"{what}: no entry is called {key!r}")
        _typed(value, hints[key], f"{what}.{key}".lstrip("."))
    given = set(values)
    missing = [f.name for f in fields(kind) if f.default is MISSING and f.name not in given]  # type: ignore[arg-type]
    if missing:
        raise ValueError(f"{what}: the entry {missing[0]!r} is missing")
    return kind(**values)


def _typed(value: Any, kind: Any, what: str) -> Any:
    """`value`, if it is of `kind`. Raises ValueError saying what is expected."""
    if kind is float:
        holds = isinstance(value, int | float) and math.isfinite(value)
    elif kind == Names:
        holds = isinstance(value, dict) and "en" in value
    else:
        # Of tuple[Band, ...] the value is a tuple; of Strata | None it is one of the two.
        origin = get_origin(kind)
        holds = isinstance(value, kind if origin in (None, UnionType) else origin)
    if not holds or isinstance(value, bool):
        raise ValueError(f"{what} is {value!r}; it must be {EXPECTED.get(kind, 'another kind')}")
    return value
