"""Every fault of a method that would fail, or mislead, further down."""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from index_engine.method.model import (
    AMOUNTS,
    AUCTION_COUNTS,
    CASE_COUNTS,
    CLOCK_EVENTS,
    COVERAGE,
    MEANS,
    Estimate,
    Figure,
    Method,
)

SHARED_EVENT_WORDS = {"open", "censored"}  # states of a spell, so no event may be called so
# Sums that are no counts: a share of them has no binomial error.
NOT_COUNTED = {
    *("days_to_close", "pending_days", "premium", "start_value", "value_finished", "value_sold"),
}
VOCABULARY = Path(__file__).parents[1] / "warehouse" / "vocabulary.toml"
MOST_CLAIM_BANDS = 3  # places for them in the SQL of the measures


def first_fault(method: Method) -> str | None:
    """The first fault found, in words; None for a sound method."""
    return next(_faults(method), None)


def _faults(method: Method) -> Iterator[str]:
    vocabulary = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))
    yield from _parameter_faults(method)
    yield from _event_faults(method, vocabulary)
    yield from _strata_faults(method, vocabulary)
    yield from _comparison_faults(method)
    yield from _entry_faults(method)


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


def _event_faults(method: Method, vocabulary: dict[str, dict[str, str]]) -> Iterator[str]:
    taken = [mode for modes in method.events.values() for mode in modes]
    recovered = [mode for modes in method.recovery_events.values() for mode in modes]
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


def _strata_faults(method: Method, vocabulary: dict[str, dict[str, str]]) -> Iterator[str]:
    strata = method.strata
    if strata is not None:
        for table, named, words in (
            ("classes", strata.classes, "cause"),
            ("assets", strata.assets, "asset_class"),
        ):
            codes = [code for group in named.values() for code in group]
            if len(codes) != len(set(codes)):
                yield f"[strata.{table}]: a code is named twice"
            if "*" not in codes:
                yield f'[strata.{table}]: one group must take "*", what is not named'
            for code in codes:
                if code not in {*vocabulary[words], "*"}:
                    yield f"[strata.{table}]: no {words} is called {code!r}; see vocabulary.toml"
        bands = strata.claim_bands
        if len(bands) > MOST_CLAIM_BANDS or any(not isinstance(b, int) or b <= 0 for b in bands):
            yield f"strata.claim_bands must be at most {MOST_CLAIM_BANDS} whole amounts above 0"
        elif any(b <= a for a, b in pairwise(bands)):
            yield "strata.claim_bands must rise"
    if method.case_mix.max_weight < 1:
        yield "case_mix.max_weight must be at least 1: the weight of a case of its own mix"
    if not 0 < method.case_mix.min_represented <= 1:
        yield "case_mix.min_represented must be a share above 0"


def _comparison_faults(method: Method) -> Iterator[str]:
    breaks = method.peers.size_breaks
    if any(not isinstance(b, int) for b in breaks) or any(b <= a for a, b in pairwise(breaks)):
        yield "peers.size_breaks must be whole numbers that rise"
    if method.peers.tiers < 1 or method.peers.min_members < 2:
        yield "[peers]: tiers must be at least 1 and min_members at least 2"
    if method.ranks.draws < 100 or not 0 < method.ranks.top_share < 1:
        yield "[ranks]: draws must be at least 100, and top_share a share"
    varied = method.sensitivity
    if varied.replicates < 100 or varied.concentration <= 0 or varied.sobol_base < 2:
        yield "[sensitivity]: replicates must be at least 100, concentration and sobol_base above 0"
    if varied.sobol_base & (varied.sobol_base - 1):
        yield "sensitivity.sobol_base must be a power of two: the balance of a Sobol sequence"
    if not 0 <= varied.goalpost_shift < 0.5:
        yield "sensitivity.goalpost_shift must be a share below one half"
    if method.publication.court_order not in ("bands", "ranks"):
        yield "publication.court_order must be 'bands' or 'ranks'"
    for better, worse in pairwise(method.bands):
        if worse.least >= better.least:
            yield f"band {worse.id}: bands go from the best to the worst"
    if method.bands and method.bands[-1].least != 0:
        yield f"band {method.bands[-1].id}: the worst band must begin at 0"


def _entry_faults(method: Method) -> Iterator[str]:
    ids = [d.id for d in method.dimensions]
    ids += [f.id for f in (*method.estimated, *method.figures)]
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
    for entry in method.estimated:
        if entry.estimate.kind == "quotient":
            yield f"{entry.id}: a quotient has no standard error"
        uncounted = {entry.estimate.numerator, entry.estimate.denominator} & NOT_COUNTED
        if entry.estimate.kind == "share" and uncounted:
            yield f"{entry.id}: {min(uncounted)!r} is no count of things, so its share has no error"
    for shown in method.figures:
        if shown.estimate.kind not in ("share", "quotient"):
            yield f"figure {shown.id}: it must be a share or a quotient of two counts"
    every: tuple[Figure, ...] = (*method.estimated, *method.figures)
    for figure in every:
        fault = _estimate_fault(figure.estimate, method)
        if fault is not None:
            yield f"{figure.id}: {fault}"


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
    elif estimate.kind == "amount_rate":
        if (estimate.numerator, estimate.denominator) not in AMOUNTS:
            return f"no amounts {estimate.numerator!r} of {estimate.denominator!r}"
    elif estimate.kind == "mean":
        if (estimate.numerator, estimate.denominator) not in MEANS:
            return f"no mean of {estimate.numerator!r} over {estimate.denominator!r}"
    elif estimate.kind != "median":
        return f"no kind of estimate {estimate.kind!r}"
    return None
