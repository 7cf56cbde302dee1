"""The methodology: read from a TOML file, checked once, then passed as plain values.

Nothing else in the engine knows an indicator, a weight or a goalpost. A method file for another
country or another view is the same file with other entries.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Any

from index_engine.ages import Ages
from index_engine.errors import InputError

DEFAULT = Path(__file__).with_name("method.toml")

Names = dict[str, str]  # language tag (zh_Hans, zh_Hant, en) -> wording

# fmt: off
CASE_COUNTS = {
    "filed", "closed", "completed", "zhongben", "days_to_close",
    "pending", "pending_days", "handled",
}
AUCTION_COUNTS = {
    "rounds_ended", "held", "sold", "failed", "defaulted", "setoff", "withdrawn",
    "first_held", "first_sold", "premium", "start_value",
    "lots_finished", "lots_sold", "value_finished", "value_sold",
}
# fmt: on
CLOCK_EVENTS = {"listing": {"listed", "closed"}, "lot": {"sold", "gone"}}
SHARED_EVENT_WORDS = {"open", "censored"}  # states of a spell, so no event may be called so


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
    events: dict[str, tuple[str, ...]]  # event of the case clock -> closing modes
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

    def clock_events(self, clock: str) -> tuple[str, ...]:
        """The events that end a spell of `clock`, in the order of the method."""
        return tuple(self.events) if clock == "case" else tuple(sorted(CLOCK_EVENTS[clock]))


def load(path: Path = DEFAULT) -> Method:
    """Read and check a method file. Raises InputError naming the file, the entry and the fault."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
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
    period, estimation, score = raw["period"], raw["estimation"], raw["score"]
    if period["months"] % 3 or period["months"] <= 0:
        raise ValueError(f"period.months is {period['months']}; it must be a multiple of 3")
    return Method(
        id=raw["id"],
        version=raw["version"],
        reviewed_on=raw["reviewed_on"],
        authors=raw["authors"],
        name=raw["name"],
        purpose=raw["purpose"],
        window_quarters=period["months"] // 3,
        first_period=period["first"],
        **{
            key: estimation[key]
            for key in (
                "bins_per_month",
                "horizon_months",
                "min_at_risk",
                "max_unresolved",
                "claim_cap",
                "min_cell",
                "ratio_step",
                "confidence",
            )
        },
        min_weight_present=score["min_weight_present"],
        floor=score["floor"],
        events={event: tuple(modes) for event, modes in raw["events"].items()},
        dimensions=tuple(Dimension(**d) for d in raw["dimension"]),
        indicators=tuple(
            Indicator(**{**i, "estimate": Estimate(**i["estimate"])}) for i in raw["indicator"]
        ),
        figures=tuple(
            Figure(**{**f, "estimate": Estimate(**f["estimate"])}) for f in raw.get("figure", [])
        ),
        text=text,
    )


def _check(method: Method, where: str) -> None:
    """Raise InputError for anything that would fail, or mislead, further down."""

    def require(holds: bool, message: str) -> None:
        if not holds:
            raise InputError(f"{where}: {message}")

    require(
        re.fullmatch(r"\d{4}Q[1-4]", method.first_period) is not None,
        f"period.first is {method.first_period!r}; write it like '2019Q4'",
    )
    for key in ("bins_per_month", "horizon_months", "min_at_risk", "claim_cap", "ratio_step"):
        require(getattr(method, key) > 0, f"estimation.{key} must be above 0")
    require(0 <= method.max_unresolved < 1, "estimation.max_unresolved must lie in 0..1")
    require(0 < method.confidence < 1, "estimation.confidence must lie between 0 and 1")
    require(0 <= method.min_weight_present <= 1, "score.min_weight_present must lie in 0..1")
    require(0 <= method.floor < 100, "score.floor must lie in 0..100")
    taken = [mode for modes in method.events.values() for mode in modes]
    require(len(taken) == len(set(taken)), "[events]: a closing mode is named twice")
    require("*" in taken, '[events]: one event must take "*", the modes not named')
    require(
        not SHARED_EVENT_WORDS & set(method.events), "[events]: 'open' and 'censored' are taken"
    )
    ids = [d.id for d in method.dimensions]
    ids += [f.id for f in (*method.indicators, *method.figures)]
    require(len(ids) == len(set(ids)), "two entries share an id")
    for dimension in method.dimensions:
        require(dimension.weight > 0, f"{dimension.id}: the weight must be above 0")
        require(bool(method.of_dimension(dimension.id)), f"{dimension.id}: no indicator")
    known = {dimension.id for dimension in method.dimensions}
    for indicator in method.indicators:
        here = f"indicator {indicator.id}: "
        require(indicator.dimension in known, here + f"no dimension {indicator.dimension!r}")
        require(indicator.weight > 0, here + "the weight must be above 0")
        require(indicator.best != indicator.worst, here + "best and worst are the same")
        require(indicator.estimate.kind != "quotient", here + "a quotient has no standard error")
    for figure in (*method.indicators, *method.figures):
        fault = _estimate_fault(figure.estimate, method)
        require(fault is None, f"{figure.id}: {fault}")
        for names in (figure.name, figure.numerator, figure.denominator):
            require("en" in names, f"{figure.id}: every wording needs at least 'en'")


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
