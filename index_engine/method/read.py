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
from index_engine.method import validate
from index_engine.method.model import (
    Band,
    CaseMix,
    Check,
    Dimension,
    Estimate,
    Indicator,
    Method,
    Names,
    Peers,
    Publication,
    Ranks,
    Sensitivity,
    Statistic,
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
TYPE_NAMES = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    date: "a date",
    list: "a list",
    Names: "a table of wordings with at least 'en'",
}
# What a file without these tables gets: nothing that changes a number of a score.
CASE_MIX = {"max_weight": 5.0, "min_overlap": 0.8}
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
SHARED_TABLES = ("period", "estimation", "events", "recovery_events", "strata")

T = TypeVar("T")


def builtin_method_files() -> tuple[Path, ...]:
    """The method files beside the engine, the main one first: dropping one in adds a method."""
    return (DEFAULT, *sorted(p for p in DEFAULT.parent.glob("*.toml") if p != DEFAULT))


def load_method(path: Path = DEFAULT) -> Method:
    """Read and check a method file. Raises InputError naming the file, the entry and the fault."""
    return parse_method(_read_text(path), str(path))


def load_methods(paths: Sequence[Path] = ()) -> tuple[Method, ...]:
    """The methods of one build, the main one first; the shipped ones where none is named.

    Raises InputError as `load`, and where a further method would count other things.
    """
    paths = tuple(paths) or builtin_method_files()
    return parse_methods([(_read_text(path), str(path)) for path in paths])


def parse_methods(texts: Sequence[tuple[str, str]]) -> tuple[Method, ...]:
    """As `load_all`, from texts, each with the words that name it in errors."""
    main = parse_method(*texts[0])
    methods = (main, *(parse_method(text, source, main) for text, source in texts[1:]))
    ids = [method.id for method in methods]
    for method, (_, source) in zip(methods[1:], texts[1:], strict=True):
        if ids.count(method.id) > 1:
            raise InputError(f"{source}: another method of this build has the id {method.id!r} too")
    return methods


def parse_method(text: str, source: str, main: Method | None = None) -> Method:
    """Check the text of a method file; `where` names it in errors.

    What a further method leaves out is as in `main`; what decides what is counted ([period],
    [estimation], [events], [recovery_events], [strata]) must be, since a build counts once.
    """
    raw = _parse_toml(text, source)
    if main is not None:
        base = _parse_toml(main.text, main.id)
        for table in SHARED_TABLES:
            if raw.get(table, base.get(table)) != base.get(table):
                raise InputError(f"{source}: [{table}] is not that of {main.id}; leave it out")
        raw = base | raw
    try:
        method = _read_method(raw, text)
    except KeyError as error:
        raise InputError(f"{source}: the entry {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise InputError(f"{source}: {error}") from error
    fault = validate.first_fault(method)
    if fault is not None:
        raise InputError(f"{source}: {fault}")
    return method


def _read_text(path: Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from error


def _parse_toml(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error


def _read_method(raw: dict[str, Any], text: str) -> Method:
    period, score = raw["period"], raw["score"]
    months = _check_type(period["months"], int, "period.months")
    if months % 3 or months <= 0:
        raise ValueError(f"period.months is {months}; it must be a multiple of 3")
    keys = ("id", "version", "reviewed_on", "authors", "name", "purpose")
    return _build_dataclass(
        Method,
        "",
        {
            **{key: raw[key] for key in keys},
            **{key: raw["estimation"][key] for key in ESTIMATION},
            "window_quarters": months // 3,
            "first_period": _check_type(period["first"], str, "period.first"),
            "min_weight_present": score["min_weight_present"],
            "floor": score["floor"],
            "min_coverage": score.get("min_coverage", 0.0),
            "events": _read_lists(raw["events"], "events"),
            "recovery_events": _read_lists(raw.get("recovery_events", {}), "recovery_events"),
            "strata": _read_strata(raw.get("strata")),
            "case_mix": _build_dataclass(CaseMix, "case_mix", CASE_MIX | raw.get("case_mix", {})),
            "peers": _build_dataclass(
                Peers, "peers", PEERS | _lists_to_tuples(raw.get("peers", {}))
            ),
            "ranks": _build_dataclass(Ranks, "ranks", RANKS | raw.get("ranks", {})),
            "sensitivity": _build_dataclass(
                Sensitivity, "sensitivity", SENSITIVITY | raw.get("sensitivity", {})
            ),
            "publication": _build_dataclass(
                Publication, "publication", PUBLICATION | raw.get("publication", {})
            ),
            "bands": tuple(
                _build_dataclass(Band, f"band {b.get('id', '')}", b) for b in raw.get("band", [])
            ),
            "dimensions": tuple(
                _build_dataclass(Dimension, f"dimension {d.get('id', '')}", d)
                for d in raw["dimension"]
            ),
            "indicators": tuple(
                _read_statistic(Indicator, "indicator", i) for i in raw["indicator"]
            ),
            "checks": tuple(_read_statistic(Check, "check", c) for c in raw.get("check", [])),
            "statistics": tuple(
                _read_statistic(Statistic, "statistic", f) for f in raw.get("statistic", [])
            ),
            "text": text,
        },
    )


def _read_lists(table: dict[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(_check_type(items, list, f"{name}.{key}")) for key, items in table.items()}


def _lists_to_tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}


def _read_strata(table: dict[str, Any] | None) -> Strata | None:
    if table is None:
        return None
    groups = {key: _read_lists(table[key], f"strata.{key}") for key in ("classes", "assets")}
    values = _lists_to_tuples(table) | groups
    return _build_dataclass(Strata, "strata", values)


def _read_statistic(kind: type[T], label: str, entry: dict[str, Any]) -> T:
    name = f"{label} {entry.get('id', '')}"
    return _build_dataclass(
        kind,
        name,
        {**entry, "estimate": _build_dataclass(Estimate, f"{name} estimate", entry["estimate"])},
    )


def _build_dataclass(kind: type[T], label: str, values: dict[str, Any]) -> T:
    """A dataclass from the entries of a table, each of the type that the class declares."""
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            raise ValueError(f"{label}: no entry is called {key!r}")
        _check_type(value, hints[key], f"{label}.{key}".lstrip("."))
    given_keys = set(values)
    missing_keys = [
        field.name
        for field in fields(kind)  # type: ignore[arg-type]
        if field.default is MISSING and field.name not in given_keys
    ]
    if missing_keys:
        raise ValueError(f"{label}: the entry {missing_keys[0]!r} is missing")
    return kind(**values)


def _check_type(value: Any, kind: Any, label: str) -> Any:
    """`value`, if it is of `kind`. Raises ValueError saying what is expected."""
    if kind is float:
        matches = isinstance(value, int | float) and math.isfinite(value)
    elif kind == Names:
        matches = isinstance(value, dict) and "en" in value
    else:
        # Of tuple[Band, ...] the value is a tuple; of Strata | None it is one of the two.
        origin = get_origin(kind)
        matches = isinstance(value, kind if origin in (None, UnionType) else origin)
    if not matches or isinstance(value, bool):
        raise ValueError(f"{label} is {value!r}; it must be {TYPE_NAMES.get(kind, 'another kind')}")
    return value
