"""The methodology: read from a TOML file, checked once, then passed as plain values.

Nothing else in the engine knows an indicator, a weight or a goalpost. A method file for another
country or another view is the same file with other entries.
"""

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Any, TypeVar, get_origin, get_type_hints

from index_engine.ages import Ages
from index_engine.errors import InputError

DEFAULT = Path(__file__).with_name("method.toml")

Names = dict[str, str]  # language tag (zh_Hans, zh_Hant, en) -> wording

# fmt: off
CASE_COUNTS = {
    "filed", "closed", "completed", "zhongben", "days_to_close",
    "pending", "pending_days", "handled",
    "recovered_known", "recovered_cash", "recovered_instalment", "recovered_setoff",
    "recovered_asset_swap", "recovered_restructuring", "recovered_in_kind", "recovered_arranged",
    "numbered_received", "numbered_expected",
}
AUCTION_COUNTS = {
    "rounds_ended", "held", "sold", "failed", "defaulted", "setoff", "withdrawn",
    "first_held", "first_sold", "premium", "start_value",
    "lots_finished", "lots_sold", "value_finished", "value_sold",
}
# fmt: on
CLOCK_EVENTS = {"listing": {"listed", "closed"}, "lot": {"sold", "gone"}}
COVERAGE = "coverage"  # id of the figure that score.min_coverage is held against
SHARED_EVENT_WORDS = {"open", "censored"}  # states of a spell, so no event may be called so
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
VOCABULARY = Path(__file__).with_name("warehouse") / "vocabulary.toml"

T = TypeVar("T")


@dataclass(frozen=True)
class Estimate:
    """How a number is made. `kind` decides which of the other fields are set; see method.toml."""

    kind: str
    clock: str = ""
    event: str = ""
    months: int = 0
    numerator: str = ""
    denominator: str = ""


@dataclass(frozen=True)
class Figure:
    """A number shown beside the score, with its numerator and denominator in words."""

    id: str
    unit: str  # months | days | share | ratio
    estimate: Estimate
    name: Names
    numerator: Names
    denominator: Names


@dataclass(frozen=True)
class Indicator(Figure):
    """A number that enters the score: `worst` and `best` on its own scale give 0 and 100."""

    dimension: str
    weight: float
    worst: float
    best: float
    min_n: int
    goalposts: Names  # why these goalposts

    @property
    def higher_is_better(self) -> bool:
        return self.best > self.worst


@dataclass(frozen=True)
class Dimension:
    id: str
    weight: float
    name: Names


@dataclass(frozen=True)
class Method:
    """A whole methodology; `text` is the file it was read from, kept by every build."""

    id: str
    version: str
    reviewed_on: date
    authors: str
    name: Names
    purpose: Names
    window_quarters: int
    first_period: str
    bins_per_month: int
    horizon_months: int
    min_at_risk: int
    max_unresolved: float
    claim_cap: int
    min_cell: int
    ratio_step: float
    confidence: float
    min_weight_present: float
    floor: float
    min_coverage: float
    events: dict[str, tuple[str, ...]]  # event of the case clock -> closing modes
    recovery_events: dict[str, tuple[str, ...]]  # the same -> recovery modes, of completed cases
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    figures: tuple[Figure, ...]
    text: str

    @property
    def ages(self) -> Ages:
        """The grid of ages on which the curves of this method are drawn."""
        return Ages.by_month(self.horizon_months, self.bins_per_month)

    @property
    def z(self) -> float:
        """Half the width of an interval in standard errors: 1.96 for a confidence of 0.95."""
        return NormalDist().inv_cdf(0.5 + self.confidence / 2)

    def indicator(self, indicator_id: str) -> Indicator:
        """Raises KeyError for an unknown id."""
        return {indicator.id: indicator for indicator in self.indicators}[indicator_id]

    def of_dimension(self, dimension_id: str) -> tuple[Indicator, ...]:
        return tuple(i for i in self.indicators if i.dimension == dimension_id)

    def event_of(self, close_mode: str, recovery_mode: str) -> str:
        """The event of the case clock that a closing is; '' stands for an unknown mode."""
        if close_mode == "completed":
            for event, modes in self.recovery_events.items():
                if recovery_mode in modes:
                    return event
        event_of = {mode: event for event, modes in self.events.items() for mode in modes}
        return event_of.get(close_mode, event_of["*"])

    def clock_events(self, clock: str) -> tuple[str, ...]:
        """The events that end a spell of `clock`, in the order of the method."""
        return tuple(self.events) if clock == "case" else tuple(sorted(CLOCK_EVENTS[clock]))


def load(path: Path = DEFAULT) -> Method:
    """Read and check a method file. Raises InputError naming the file, the entry and the fault."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    return parse(text, str(path))


def parse(text: str, where: str) -> Method:
    """Check the text of a method file; `where` names it in errors."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: not valid TOML: {error}") from error
    try:
        method = _method(raw, text)
    except KeyError as error:
        raise InputError(f"{where}: the entry {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: {error}") from error
    _check(method, where)
    return method


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
            "events": _modes(raw["events"], "events"),
            "recovery_events": _modes(raw.get("recovery_events", {}), "recovery_events"),
            "dimensions": tuple(
                _made(Dimension, f"dimension {d.get('id', '')}", d) for d in raw["dimension"]
            ),
            "indicators": tuple(_figure(Indicator, "indicator", i) for i in raw["indicator"]),
            "figures": tuple(_figure(Figure, "figure", f) for f in raw.get("figure", [])),
            "text": text,
        },
    )


def _modes(table: dict[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    return {event: tuple(_typed(modes, list, f"{name}.{event}")) for event, modes in table.items()}


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
        holds = isinstance(value, get_origin(kind) or kind)
    if not holds or isinstance(value, bool):
        raise ValueError(f"{what} is {value!r}; it must be {EXPECTED.get(kind, 'another kind')}")
    return value


def _check(method: Method, where: str) -> None:
    """Raise InputError for anything that would fail, or mislead, further down."""
    faults = [*_parameter_faults(method), *_event_faults(method), *_entry_faults(method)]
    if faults:
        raise InputError(f"{where}: {faults[0]}")


def _parameter_faults(method: Method) -> Iterator[str]:
    if re.fullmatch(r"\d{4}Q[1-4]", method.first_period) is None:
        yield f"period.first is {method.first_period!r}; write it like '2019Q4'"
    for key in ("bins_per_month", "horizon_months", "min_at_risk", "claim_cap", "ratio_step"):
        if getattr(method, key) <= 0:
            yield f"estimation.{key} must be above 0"
    if method.bins_per_month > 28:
        yield "estimation.bins_per_month must be at most 28: a bin is at least a day"
    if method.min_cell < 0:
        yield "estimation.min_cell must not be below 0"
    if not 0 <= method.max_unresolved < 1:
        yield "estimation.max_unresolved must be a share below 1"
    if not 0 < method.confidence < 1:
        yield "estimation.confidence must lie between 0 and 1"
    if not 0 <= method.min_weight_present <= 1:
        yield "score.min_weight_present must be a share"
    if not 0 <= method.min_coverage <= 1:
        yield "score.min_coverage must be a share"
    if method.min_coverage > 0 and COVERAGE not in {f.id for f in method.figures}:
        yield f"score.min_coverage needs a figure with the id {COVERAGE!r}"
    if not 0 < method.floor < 100:
        yield "score.floor must lie between 0 and 100: the geometric mean needs values above 0"


def _event_faults(method: Method) -> Iterator[str]:
    taken = [mode for modes in method.events.values() for mode in modes]
    recovered = [mode for modes in method.recovery_events.values() for mode in modes]
    vocabulary = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))
    if len(taken) != len(set(taken)):
        yield "[events]: a closing mode is named twice"
    if "*" not in taken:
        yield '[events]: one event must take "*", the modes not named'
    if SHARED_EVENT_WORDS & set(method.events):
        yield "[events]: 'open' and 'censored' are taken"
    for mode in taken:
        if mode not in {*vocabulary["close_mode"], "*"}:
            yield f"[events]: no closing mode is called {mode!r}; see vocabulary.toml"
    if len(recovered) != len(set(recovered)):
        yield "[recovery_events]: a recovery mode is named twice"
    for event in method.recovery_events:
        if event not in method.events:
            yield f"[recovery_events]: [events] has no event {event!r}"
    for mode in recovered:
        if mode not in vocabulary["recovery_mode"]:
            yield f"[recovery_events]: no recovery mode is called {mode!r}; see vocabulary.toml"


def _entry_faults(method: Method) -> Iterator[str]:
    ids = [d.id for d in method.dimensions]
    ids += [f.id for f in (*method.indicators, *method.figures)]
    if len(ids) != len(set(ids)):
        yield "two entries share an id"
    for dimension in method.dimensions:
        if dimension.weight <= 0:
            yield f"{dimension.id}: the weight must be above 0"
        if not method.of_dimension(dimension.id):
            yield f"{dimension.id}: no indicator"
    for indicator in method.indicators:
        here = f"indicator {indicator.id}: "
        if indicator.dimension not in {d.id for d in method.dimensions}:
            yield here + f"no dimension {indicator.dimension!r}"
        if indicator.weight <= 0:
            yield here + "the weight must be above 0"
        if indicator.best == indicator.worst:
            yield here + "best and worst are the same"
        if indicator.estimate.kind == "quotient":
            yield here + "a quotient has no standard error"
    for figure in method.figures:
        if figure.estimate.kind not in ("share", "quotient"):
            yield f"figure {figure.id}: it must be a share or a quotient of two counts"
    for entry in (*method.indicators, *method.figures):
        fault = _estimate_fault(entry.estimate, method)
        if fault is not None:
            yield f"{entry.id}: {fault}"


def _estimate_fault(estimate: Estimate, method: Method) -> str | None:
    if estimate.kind in ("incidence", "restricted_mean"):
        if estimate.clock not in ("case", *CLOCK_EVENTS):
            return f"no clock {estimate.clock!r}; there are case, {', '.join(CLOCK_EVENTS)}"
        if estimate.event not in method.clock_events(estimate.clock):
            return f"the clock {estimate.clock} has no event {estimate.event!r}"
        if not 0 < estimate.months <= method.horizon_months:
            return f"months must lie in 1..{method.horizon_months} (estimation.horizon_months)"
    elif estimate.kind in ("share", "quotient"):
        for name in (estimate.numerator, estimate.denominator):
            if name not in CASE_COUNTS | AUCTION_COUNTS:
                return f"no count {name!r}"
    elif estimate.kind not in ("amount_rate", "median"):
        return f"no kind of estimate {estimate.kind!r}"
    return None
