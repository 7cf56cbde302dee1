"""Reading methods: one that stands alone, and further ones that say what differs from it.

A method is a TOML file, or a folder of them: `method.toml` first, then every other .toml below it.
Each of the others has only arrays of tables ([[indicator]], [[check]] ...), so that the files joined
one below the other are the method as one file; in a subfolder each has one table, of which it bears
the id. A file dropped into a folder adds what is in it.
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_origin, get_type_hints

from index_engine.errors import InputError, Message
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

DEFAULT = Path(__file__).parents[1] / "methods" / "enforcement-credit"
SUPERSEDED = DEFAULT.parents[1] / "superseded_methods"  # folders of methods that another came in place of
MAIN_FILE = "method.toml"

ESTIMATION = (
    "bins_per_month",
    "horizon_months",
    "min_at_risk",
    "max_unresolved",
    "min_claims_known",
    "claim_cap_quantile",
    "min_effective_n",
    "min_cell",
    "ratio_step",
    "confidence",
)
TYPE_NAMES = {
    int: Message("a_whole_number"),
    float: Message("a_number"),
    str: Message("a_text"),
    date: Message("a_date"),
    list: Message("a_list"),
    Names: Message("table_of_wordings"),
}
# What a file without these tables gets: nothing that changes a number of a score.
CASE_MIX = {"max_weight": 5.0, "min_overlap": 0.8}
PEERS = {"size_breaks": (), "tiers": 1, "min_members": 10}
RANKS = {"draws": 10_000, "seed": 1, "top_share": 0.25}
SENSITIVITY = {"replicates": 1000, "concentration": 40.0, "goalpost_shift": 0.1, "sobol_base": 256, "seed": 1}
# Courts in order of score are published only where a method file says so; see method.toml.
PUBLICATION = {"court_order": "bands"}
# Tables that decide what is counted, and so are those of all methods of one build.
SHARED_TABLES = ("period", "estimation", "events", "recovery_events", "covered_events", "strata")
IDENTITY = ("id", "version", "reviewed_on", "authors", "name", "purpose")
TABLES = {
    *IDENTITY,
    "superseded_by",
    *SHARED_TABLES,
    *("score", "case_mix", "peers", "ranks", "sensitivity", "publication"),
    *("band", "dimension", "indicator", "check", "statistic"),
}

T = TypeVar("T")
S = TypeVar("S", bound=Statistic)


def builtin_methods() -> tuple[Path, ...]:
    """The methods beside the engine, the main one first: a folder or a file dropped in adds one."""
    paths = sorted(p for p in DEFAULT.parent.iterdir() if p.is_dir() or p.suffix == ".toml")
    return (DEFAULT, *(path for path in paths if path != DEFAULT))


def load_method(path: Path = DEFAULT) -> Method:
    """Read and validate a method file or folder.

    Raises InputError naming the file, the entry and the fault.
    """
    return parse_method(_read_text(path), str(path))


def load_methods(paths: Sequence[Path] = ()) -> tuple[Method, ...]:
    """The methods of one build, the main one first; those beside the engine where none is named.

    Raises InputError as `load_method`, and where a further method would count other things.
    """
    paths = tuple(paths) or builtin_methods()
    return parse_methods([(_read_text(path), str(path)) for path in paths])


def load_superseded(main: Method) -> tuple[Method, ...]:
    """The methods beside the engine that `main` came in place of: built again with it, on the same
    cases, so that what the change of method does to a score can be seen."""
    methods = [parse_method(_read_text(path), str(path), main) for path in sorted(SUPERSEDED.iterdir())]
    return tuple(method for method in methods if method.superseded_by == main.id)


def parse_methods(texts: Sequence[tuple[str, str]]) -> tuple[Method, ...]:
    """As `load_methods`, from texts, each with the words that name it in errors."""
    main = parse_method(*texts[0])
    methods = (main, *(parse_method(text, source, main) for text, source in texts[1:]))
    ids = [method.id for method in methods]
    for method, (_, source) in zip(methods[1:], texts[1:], strict=True):
        if ids.count(method.id) > 1:
            raise InputError("method_id_repeated", source=source, method=method.id)
    return methods


def parse_method(text: str, source: str, main: Method | None = None) -> Method:
    """Validate the text of a method file; `source` names it in errors.

    What a further method leaves out is as in `main`; what decides what is counted ([period],
    [estimation], [events], [recovery_events], [covered_events], [strata]) must be, since a build
    counts once.
    """
    raw = _parse_toml(text, source)
    if main is not None:
        base = _parse_toml(main.text, main.id)
        for table in SHARED_TABLES:
            if raw.get(table, base.get(table)) != base.get(table):
                raise InputError("shared_table_differs", source=source, table=table, method=main.id)
        raw = base | raw
    try:
        method = _read_method(raw, text)
        for name in raw:
            if name not in TABLES:
                raise InputError("method_entry_unknown", name=name)
    except KeyError as error:
        raise InputError("method_entry_missing", source=source, entry=error) from error
    except InputError as error:
        raise InputError("method_fault", source=source, fault=error.message) from error
    except (TypeError, ValueError) as error:
        raise InputError("method_fault", source=source, fault=error) from error
    fault = validate.first_fault(method)
    if fault is not None:
        raise InputError("method_fault", source=source, fault=fault)
    return method


def _read_text(path: Path) -> str:
    """The text of a method file, or of the files of a folder joined to one."""
    path = Path(path)
    if not path.is_dir():
        return _read_file(path)
    main = path / MAIN_FILE
    parts = [_read_file(main)]
    _parse_toml(parts[0], str(main))
    for file in sorted(path.rglob("*.toml")):
        if file != main:
            parts += [f"# {file.relative_to(path).as_posix()}", _read_part(file, path)]
    return "\n".join(parts)


def _read_part(file: Path, folder: Path) -> str:
    """A further file of a method folder, which must add entries and nothing else."""
    text = _read_file(file)
    tables = _parse_toml(text, str(file))
    entries = [entry for table in tables.values() if isinstance(table, list) for entry in table]
    is_plain = all(isinstance(table, list) for table in tables.values())
    if not entries or not is_plain or not all(isinstance(entry, dict) for entry in entries):
        raise InputError("method_part_form", file=file, main_file=MAIN_FILE)
    if file.parent != folder and [entry.get("id") for entry in entries] != [file.stem]:
        raise InputError("method_part_id", file=file, id=file.stem)
    return text


def _read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError("cannot_read", file=path, reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise InputError("method_not_utf8", file=path) from error


def _parse_toml(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("method_not_toml", source=source, reason=error) from error


def _read_method(raw: dict[str, Any], text: str) -> Method:
    period, score = raw["period"], raw["score"]
    months = _check_type(period["months"], int, "period.months")
    if months % 3 or months <= 0:
        raise InputError("period_months", months=months)
    dimensions = tuple(_build_dataclass(Dimension, f"dimension {d.get('id', '')}", d) for d in raw["dimension"])
    return _build_dataclass(
        Method,
        "",
        {
            **{key: raw[key] for key in IDENTITY},
            "superseded_by": raw.get("superseded_by", ""),
            **{key: raw["estimation"][key] for key in ESTIMATION},
            "window_quarters": months // 3,
            "first_period": _check_type(period["first"], str, "period.first"),
            "min_weight_present": score["min_weight_present"],
            "floor": score["floor"],
            "min_coverage": score.get("min_coverage", 0.0),
            "events": _read_lists(raw["events"], "events"),
            "recovery_events": _read_lists(raw.get("recovery_events", {}), "recovery_events"),
            "covered_events": _read_lists(raw.get("covered_events", {}), "covered_events"),
            "strata": _read_strata(raw.get("strata")),
            "case_mix": _build_dataclass(CaseMix, "case_mix", CASE_MIX | raw.get("case_mix", {})),
            "peers": _build_dataclass(Peers, "peers", PEERS | _lists_to_tuples(raw.get("peers", {}))),
            "ranks": _build_dataclass(Ranks, "ranks", RANKS | raw.get("ranks", {})),
            "sensitivity": _build_dataclass(Sensitivity, "sensitivity", SENSITIVITY | raw.get("sensitivity", {})),
            "publication": _build_dataclass(Publication, "publication", PUBLICATION | raw.get("publication", {})),
            "bands": tuple(_build_dataclass(Band, f"band {b.get('id', '')}", b) for b in raw.get("band", [])),
            "dimensions": dimensions,
            "indicators": _read_indicators(raw["indicator"], dimensions),
            "checks": _read_statistics(Check, "check", raw.get("check", [])),
            "statistics": _read_statistics(Statistic, "statistic", raw.get("statistic", [])),
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


def _read_indicators(entries: Sequence[dict[str, Any]], dimensions: Sequence[Dimension]) -> tuple[Indicator, ...]:
    """The indicators by dimension, and in a dimension by `order`."""
    position = {dimension.id: i for i, dimension in enumerate(dimensions)}
    indicators = _read_statistics(Indicator, "indicator", entries)
    return tuple(sorted(indicators, key=lambda i: position.get(i.dimension, len(position))))


def _read_statistics(kind: type[S], label: str, entries: Sequence[dict[str, Any]]) -> tuple[S, ...]:
    """Entries by `order`; those without one last, as they stand in the file."""
    statistics = (_read_statistic(kind, f"{label} {e.get('id', '')}", e) for e in entries)
    return tuple(sorted(statistics, key=lambda s: math.inf if s.order is None else s.order))


def _read_statistic(kind: type[S], label: str, entry: dict[str, Any]) -> S:
    estimate = _read_estimate(entry["estimate"], f"{label} estimate")
    return _build_dataclass(kind, label, {**entry, "estimate": estimate})


def _read_estimate(table: dict[str, Any], label: str) -> Estimate:
    """An estimate; its `event` is the name of one or a list of several."""
    if "events" in table:
        raise InputError("table_entry_unknown", table=label, name="events")
    values = {key: value for key, value in table.items() if key != "event"}
    if "event" in table:
        event = table["event"]
        names = event if isinstance(event, list) else [event]
        values["events"] = tuple(_check_type(name, str, f"{label}.event") for name in names)
    return _build_dataclass(Estimate, label, values)


def _build_dataclass(kind: type[T], label: str, values: dict[str, Any]) -> T:
    """A dataclass from the entries of a table, each of the type that the class declares.

    Raises InputError for an entry that is unknown, missing or of another type.
    """
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            raise InputError("table_entry_unknown", table=label, name=key)
        _check_type(value, hints[key], f"{label}.{key}".lstrip("."))
    given_keys = set(values)
    missing_keys = [
        field.name
        for field in fields(kind)  # type: ignore[arg-type]
        if field.default is MISSING and field.name not in given_keys
    ]
    if missing_keys:
        raise InputError("table_entry_missing", table=label, name=missing_keys[0])
    return kind(**values)


def _check_type(value: Any, kind: Any, label: str) -> Any:
    """`value`, if it is of `kind`. Raises InputError saying what is expected."""
    if kind is float:
        matches = isinstance(value, int | float) and math.isfinite(value)
    elif kind == Names:
        matches = isinstance(value, dict) and "en" in value
    else:
        # Of tuple[Band, ...] the value is a tuple; of Strata | None it is one of the two.
        origin = get_origin(kind)
        matches = isinstance(value, kind if origin in (None, UnionType) else origin)
    if not matches or isinstance(value, bool):
        expected = TYPE_NAMES.get(kind, Message("of_another_type"))
        raise InputError("entry_type", entry=label, value=value, expected=expected)
    return value
