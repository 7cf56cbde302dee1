"""Every fault of a method that would fail, or mislead, further down."""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from index_engine.method.counts import AMOUNTS, AUCTION_COUNTS, CASE_COUNTS, MEANS, NON_COUNTS
from index_engine.method.model import COVERAGE, PROCESS_EVENTS, Estimate, Method, Statistic

RESERVED_EVENTS = {"open", "censored"}  # states of a spell, so no event may be called so
VOCABULARY = Path(__file__).parents[1] / "warehouse" / "vocabulary.toml"
MAX_CLAIM_CLASSES = 3  # places for them in the SQL of the measures


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
    if method.min_coverage > 0 and COVERAGE not in {f.id for f in method.statistics}:
        yield f"score.min_coverage needs a statistic with the id {COVERAGE!r}"
    if not 0 < method.floor < 100:
        yield "score.floor must lie between 0 and 100: the geometric mean needs values above 0"


def _event_faults(method: Method, vocabulary: dict[str, dict[str, str]]) -> Iterator[str]:
    closing_modes = [mode for modes in method.events.values() for mode in modes]
    recovery_modes = [mode for modes in method.recovery_events.values() for mode in modes]
    if len(closing_modes) != len(set(closing_modes)):
        yield "[events]: a closing mode is named twice"
    if "*" not in closing_modes:
        yield '[events]: one event must take "*", the modes not named'
    if RESERVED_EVENTS & set(method.events):
        yield "[events]: 'open' and 'censored' are taken"
    for mode in closing_modes:
        if mode not in {*vocabulary["close_mode"], "*"}:
            yield f"[events]: no closing mode is called {mode!r}; see vocabulary.toml"
    if len(recovery_modes) != len(set(recovery_modes)):
        yield "[recovery_events]: a recovery mode is named twice"
    for event in method.recovery_events:
        if event not in method.events:
            yield f"[recovery_events]: [events] has no event {event!r}"
    for mode in recovery_modes:
        if mode not in vocabulary["recovery_mode"]:
            yield f"[recovery_events]: no recovery mode is called {mode!r}; see vocabulary.toml"


def _strata_faults(method: Method, vocabulary: dict[str, dict[str, str]]) -> Iterator[str]:
    strata = method.strata
    if strata is not None:
        for table, groups, vocabulary_key in (
            ("classes", strata.classes, "cause"),
            ("assets", strata.assets, "asset_class"),
        ):
            codes = [code for group in groups.values() for code in group]
            if len(codes) != len(set(codes)):
                yield f"[strata.{table}]: a code is named twice"
            if "*" not in codes:
                yield f'[strata.{table}]: one group must take "*", what is not named'
            for code in codes:
                if code not in {*vocabulary[vocabulary_key], "*"}:
                    yield f"[strata.{table}]: no {vocabulary_key} is called {code!r}; see vocabulary.toml"
        claim_classes = strata.claim_classes
        if len(claim_classes) > MAX_CLAIM_CLASSES or any(
            not isinstance(upper, int) or upper <= 0 for upper in claim_classes
        ):
            yield f"strata.claim_classes must be at most {MAX_CLAIM_CLASSES} whole amounts above 0"
        elif any(upper <= lower for lower, upper in pairwise(claim_classes)):
            yield "strata.claim_classes must rise"
    if method.case_mix.max_weight < 1:
        yield "case_mix.max_weight must be at least 1: the weight of a case of its own mix"
    if not 0 < method.case_mix.min_overlap <= 1:
        yield "case_mix.min_overlap must be a share above 0"


def _comparison_faults(method: Method) -> Iterator[str]:
    size_breaks = method.peers.size_breaks
    if any(not isinstance(b, int) for b in size_breaks) or any(
        b <= a for a, b in pairwise(size_breaks)
    ):
        yield "peers.size_breaks must be whole numbers that rise"
    if method.peers.tiers < 1 or method.peers.min_members < 2:
        yield "[peers]: tiers must be at least 1 and min_members at least 2"
    if method.ranks.draws < 100 or not 0 < method.ranks.top_share < 1:
        yield "[ranks]: draws must be at least 100, and top_share a share"
    sensitivity = method.sensitivity
    if sensitivity.replicates < 100 or sensitivity.concentration <= 0 or sensitivity.sobol_base < 2:
        yield "[sensitivity]: replicates must be at least 100, concentration and sobol_base above 0"
    if sensitivity.sobol_base & (sensitivity.sobol_base - 1):
        yield "sensitivity.sobol_base must be a power of two: the balance of a Sobol sequence"
    if not 0 <= sensitivity.goalpost_shift < 0.5:
        yield "sensitivity.goalpost_shift must be a share below one half"
    if method.publication.court_order not in ("bands", "ranks"):
        yield "publication.court_order must be 'bands' or 'ranks'"
    for better, worse in pairwise(method.bands):
        if worse.minimum >= better.minimum:
            yield f"band {worse.id}: bands go from the best to the worst"
    if method.bands and method.bands[-1].minimum != 0:
        yield f"band {method.bands[-1].id}: the worst band must begin at 0"


def _entry_faults(method: Method) -> Iterator[str]:
    ids = [d.id for d in method.dimensions]
    ids += [f.id for f in (*method.estimands, *method.statistics)]
    if len(ids) != len(set(ids)):
        yield "two entries share an id"
    for dimension in method.dimensions:
        if dimension.weight <= 0:
            yield f"{dimension.id}: the weight must be above 0"
        if not method.dimension_indicators(dimension.id):
            yield f"{dimension.id}: no indicator"
    for indicator in method.indicators:
        prefix = f"indicator {indicator.id}: "
        if indicator.dimension not in {d.id for d in method.dimensions}:
            yield prefix + f"no dimension {indicator.dimension!r}"
        if indicator.weight <= 0:
            yield prefix + "the weight must be above 0"
        if indicator.best == indicator.worst:
            yield prefix + "best and worst are the same"
    for entry in method.estimands:
        if entry.estimate.kind == "quotient":
            yield f"{entry.id}: a quotient has no standard error"
    for plain_statistic in method.statistics:
        if plain_statistic.estimate.kind not in ("share", "quotient"):
            yield f"statistic {plain_statistic.id}: it must be a share or a quotient of two counts"
    all_statistics: tuple[Statistic, ...] = (*method.estimands, *method.statistics)
    for statistic in all_statistics:
        non_counts = {statistic.estimate.numerator, statistic.estimate.denominator} & NON_COUNTS
        if statistic.estimate.kind == "share" and non_counts:
            yield f"{statistic.id}: {min(non_counts)!r} is no count of things, so its share has no error"
        fault = _estimate_fault(statistic.estimate, method)
        if fault is not None:
            yield f"{statistic.id}: {fault}"


def _estimate_fault(estimate: Estimate, method: Method) -> str | None:
    if estimate.kind in ("incidence", "restricted_mean"):
        if estimate.process not in ("case", *PROCESS_EVENTS):
            return f"no process {estimate.process!r}; there are case, {', '.join(PROCESS_EVENTS)}"
        if not estimate.events:
            return "no event is named"
        if len(set(estimate.events)) != len(estimate.events):
            return "an event is named twice"
        for event in estimate.events:
            if event not in method.process_events(estimate.process):
                return f"the process {estimate.process} has no event {event!r}"
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
