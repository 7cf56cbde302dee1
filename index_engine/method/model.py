"""What a methodology consists of, as frozen values."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import NormalDist

from index_engine.age_grid import AgeGrid
from index_engine.method.counts import MONEY

Names = dict[str, str]  # language tag (zh_Hans, zh_Hant, en) -> wording

PROCESS_EVENTS = {
    "notified": {"notified", "closed"},
    "queried": {"queried", "closed"},
    "seized": {"seized", "closed"},
    "priced": {"priced", "closed"},
    "offered": {"listed", "closed"},
    "listing": {"listed", "closed"},
    "lot": {"sold", "paid", "gone"},
    "resume": {"resumed"},
    "notice_fixed": {"held", "gone"},
    "notice_movable": {"held", "gone"},
    "second": {"listed", "closed"},
    "payout": {"paid", "closed"},
}
AMOUNT_PROCESS = "case"  # the process whose spells have amounts
COVERAGE = "coverage"  # id of the statistic that score.min_coverage is compared with


@dataclass(frozen=True)
class Estimate:
    """How a number is made. `kind` decides which of the other fields are set; see method.toml.

    `events` are the events of `process` that count as one, `event` in a method file: 'ended in any
    way' is all of them.
    """

    kind: str
    process: str = ""
    events: tuple[str, ...] = ()
    months: int = 0
    numerator: str = ""
    denominator: str = ""


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """A number published beside the score, with its numerator and denominator in words.

    `order` is its position among those of its kind, of an indicator among those of its dimension;
    what has none comes after what has one, as it stands in the file.
    """

    id: str
    order: int | None = None
    unit: str  # months | days | share | ratio
    estimate: Estimate
    name: Names
    numerator: Names
    denominator: Names

    @property
    def is_monetary(self) -> bool:
        """Whether numerator and denominator are sums of money."""
        return self.estimate.numerator in MONEY


@dataclass(frozen=True, kw_only=True)
class Indicator(Statistic):
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


@dataclass(frozen=True, kw_only=True)
class Check(Statistic):
    """A number that shows whether closings are real: with an interval, and never in a score."""

    min_n: int
    why: Names  # what it would show


@dataclass(frozen=True)
class Dimension:
    id: str
    weight: float
    name: Names


@dataclass(frozen=True)
class Band:
    """A band of scores: from `minimum` up to the minimum of the next better one."""

    id: str
    minimum: float


@dataclass(frozen=True)
class Strata:
    """What cases are stratified by when case mix is taken out; known when a case is filed.

    `classes` are groups of causes, "*" the causes not named; `claim_classes` up to three amounts at
    which a claim counts as larger. The kind of debtor is the third. `assets` are groups of asset
    classes, by which auction lots are stratified.
    """

    classes: dict[str, tuple[str, ...]]
    assets: dict[str, tuple[str, ...]]
    claim_classes: tuple[int, ...]


@dataclass(frozen=True)
class CaseMix:
    """How estimates are directly standardised: `max_weight` is the most that one case may count
    for, `min_overlap` the least share of the standard mix that a place must have cases of."""

    max_weight: float
    min_overlap: float


@dataclass(frozen=True)
class Peers:
    """Which places are one another's peers: of one level, size (cases under way) and tier."""

    size_breaks: tuple[int, ...]
    tiers: int
    min_members: int


@dataclass(frozen=True)
class Ranks:
    """Draws behind rank confidence sets, and the share of places called the top."""

    draws: int
    seed: int
    top_share: float


@dataclass(frozen=True)
class Sensitivity:
    """How far method choices are varied; see method.toml."""

    replicates: int
    concentration: float
    goalpost_shift: float
    sobol_base: int
    seed: int


@dataclass(frozen=True)
class Publication:
    """In what order places are published. `court_order`: 'bands', courts by band and inside a band
    by code, without ranks; or 'ranks', as every other level is."""

    court_order: str


@dataclass(frozen=True)
class Method:
    """A whole methodology. `text` is the method file it was read from, of a folder its files joined
    to one; every build keeps it."""

    id: str
    version: str
    reviewed_on: date
    authors: Names
    name: Names
    purpose: Names
    window_quarters: int
    first_period: str
    bins_per_month: int
    horizon_months: int
    min_at_risk: int
    max_unresolved: float
    min_claims_known: float
    claim_cap_quantile: float
    min_effective_n: int
    min_cell: int
    ratio_step: float
    confidence: float
    min_weight_present: float
    floor: float
    min_coverage: float
    events: dict[str, tuple[str, ...]]  # event of the case process -> closing modes
    recovery_events: dict[str, tuple[str, ...]]  # the same -> recovery modes, of completed cases
    covered_events: dict[str, tuple[str, ...]]  # the same -> closing modes, where the claim was recovered
    strata: Strata | None  # None: cases are not stratified, nothing is adjusted for case mix
    case_mix: CaseMix
    peers: Peers
    ranks: Ranks
    sensitivity: Sensitivity
    publication: Publication
    bands: tuple[Band, ...]  # the best first
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    checks: tuple[Check, ...]
    statistics: tuple[Statistic, ...]
    text: str
    superseded_by: str = ""  # id of the method that came in its place; '' for one in force

    @property
    def is_superseded(self) -> bool:
        """Whether it is computed beside its successor for comparison alone: of regions, as observed."""
        return self.superseded_by != ""

    @property
    def ages(self) -> AgeGrid:
        """The grid of ages on which the curves of this method are estimated."""
        return AgeGrid.by_month(self.horizon_months, self.bins_per_month)

    @property
    def z(self) -> float:
        """Half the width of an interval in standard errors: 1.96 for a confidence of 0.95."""
        return z_value(self.confidence)

    @property
    def estimands(self) -> tuple[Indicator | Check, ...]:
        """Everything that has a standard error: the indicators, then the checks."""
        return (*self.indicators, *self.checks)

    @property
    def case_indicators(self) -> tuple[str, ...]:
        """Ids of the indicators whose n is the number of cases under way; of all, where the method
        has no such."""
        ids = tuple(i.id for i in self.indicators if i.estimate.process == "case")
        return ids or tuple(i.id for i in self.indicators)

    def publishes_ranks(self, level: str) -> bool:
        """Whether places of a level are published in the order of their scores, with ranks."""
        return level != "court" or self.publication.court_order == "ranks"

    def band_position(self, band: str | None) -> int:
        """Where a band stands in an order of bands, 0 the best; of two that an interval spans, as
        'A-BBB', between them. What has no band comes last."""
        ids = [b.id for b in self.bands]
        spans = [*ids, *(f"{better}-{worse}" for better, worse in pairwise(ids))]
        if band not in spans:
            return 2 * len(ids)
        position = spans.index(band)
        return 2 * position if position < len(ids) else 2 * (position - len(ids)) + 1

    def indicator(self, indicator_id: str) -> Indicator:
        """Raises KeyError for an unknown id."""
        return {indicator.id: indicator for indicator in self.indicators}[indicator_id]

    def dimension_indicators(self, dimension_id: str) -> tuple[Indicator, ...]:
        return tuple(i for i in self.indicators if i.dimension == dimension_id)

    def closing_event(self, close_mode: str, recovery_mode: str, is_covered: bool = False) -> str:
        """The event of the case process that a closing is; '' stands for an unknown mode.
        `is_covered`: the amount recovered is known to be the claim or more."""
        if close_mode == "completed":
            for event, modes in self.recovery_events.items():
                if recovery_mode in modes:
                    return event
        event_by_mode = {mode: event for event, modes in self.events.items() for mode in modes}
        if is_covered:
            event_by_mode |= {mode: event for event, modes in self.covered_events.items() for mode in modes}
        return event_by_mode.get(close_mode, event_by_mode["*"])

    def process_events(self, process: str) -> tuple[str, ...]:
        """The events that end a spell of `process`, in the order of the method."""
        return tuple(self.events) if process == "case" else tuple(sorted(PROCESS_EVENTS[process]))


def z_value(confidence: float) -> float:
    """Half the width of a two-sided normal interval, in standard errors."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)
