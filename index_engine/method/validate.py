"""Every fault of a method that would fail, or mislead, further down."""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from index_engine.errors import Message
from index_engine.method.counts import AMOUNTS, AUCTION_COUNTS, CASE_COUNTS, MEANS, NON_COUNTS
from index_engine.method.model import AMOUNT_PROCESS, COVERAGE, PROCESS_EVENTS, Estimate, Method, Statistic

RESERVED_EVENTS = {"open", "censored"}  # states of a spell, so no event may be called so
VOCABULARY = Path(__file__).parents[1] / "warehouse" / "vocabulary.toml"
MAX_CLAIM_CLASSES = 3  # places for them in the SQL of the measures


def first_fault(method: Method) -> Message | None:
    """The first fault of a method; None for a sound one."""
    return next(_faults(method), None)


def _faults(method: Method) -> Iterator[Message]:
    vocabulary = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))
    yield from _parameter_faults(method)
    yield from _event_faults(method, vocabulary)
    yield from _strata_faults(method, vocabulary)
    yield from _comparison_faults(method)
    yield from _entry_faults(method)


def _parameter_faults(method: Method) -> Iterator[Message]:
    if re.fullmatch(r"\d{4}Q[1-4]", method.first_period) is None:
        yield Message("first_period_form", period=method.first_period)
    for key in ("bins_per_month", "horizon_months", "min_at_risk", "min_effective_n", "ratio_step"):
        if getattr(method, key) <= 0:
            yield Message("estimation_not_positive", key=key)
    if method.bins_per_month > 28:
        yield Message("bins_too_many")
    if method.min_cell < 0:
        yield Message("min_cell_negative")
    if not 0 <= method.max_unresolved < 1:
        yield Message("max_unresolved_range")
    if not 0 < method.claim_cap_quantile <= 1:
        yield Message("claim_cap_quantile_range")
    if not 0 < method.min_claims_known <= 1:
        yield Message("min_claims_known_range")
    if not 0 < method.confidence < 1:
        yield Message("confidence_range")
    if not 0 <= method.min_weight_present <= 1:
        yield Message("min_weight_present_range")
    if not 0 <= method.min_coverage <= 1:
        yield Message("min_coverage_range")
    if method.min_coverage > 0 and COVERAGE not in {f.id for f in method.statistics}:
        yield Message("coverage_statistic_missing", statistic=COVERAGE)
    if not 0 < method.floor < 100:
        yield Message("floor_range")


def _event_faults(method: Method, vocabulary: dict[str, dict[str, str]]) -> Iterator[Message]:
    closing_modes = [mode for modes in method.events.values() for mode in modes]
    recovery_modes = [mode for modes in method.recovery_events.values() for mode in modes]
    if len(closing_modes) != len(set(closing_modes)):
        yield Message("closing_mode_repeated")
    if "*" not in closing_modes:
        yield Message("event_for_other_modes_missing")
    if RESERVED_EVENTS & set(method.events):
        yield Message("event_name_reserved")
    for mode in closing_modes:
        if mode not in {*vocabulary["close_mode"], "*"}:
            yield Message("closing_mode_unknown", mode=mode)
    if len(recovery_modes) != len(set(recovery_modes)):
        yield Message("recovery_mode_repeated")
    for event in method.recovery_events:
        if event not in method.events:
            yield Message("recovery_event_unknown", event=event)
    covered_modes = [mode for modes in method.covered_events.values() for mode in modes]
    if len(covered_modes) != len(set(covered_modes)):
        yield Message("covered_mode_repeated")
    for event in method.covered_events:
        if event not in method.events:
            yield Message("covered_event_unknown", event=event)
    for mode in covered_modes:
        if mode not in vocabulary["close_mode"]:
            yield Message("covered_mode_unknown", mode=mode)
    for mode in recovery_modes:
        if mode not in vocabulary["recovery_mode"]:
            yield Message("recovery_mode_unknown", mode=mode)


def _strata_faults(method: Method, vocabulary: dict[str, dict[str, str]]) -> Iterator[Message]:
    strata = method.strata
    if strata is not None:
        for table, groups, vocabulary_key in (
            ("classes", strata.classes, "cause"),
            ("assets", strata.assets, "asset_class"),
        ):
            codes = [code for group in groups.values() for code in group]
            if len(codes) != len(set(codes)):
                yield Message("strata_code_repeated", table=table)
            if "*" not in codes:
                yield Message("strata_group_for_others_missing", table=table)
            for code in codes:
                if code not in {*vocabulary[vocabulary_key], "*"}:
                    yield Message("strata_code_unknown", table=table, vocabulary=vocabulary_key, code=code)
        claim_classes = strata.claim_classes
        if len(claim_classes) > MAX_CLAIM_CLASSES or any(
            not isinstance(upper, int) or upper <= 0 for upper in claim_classes
        ):
            yield Message("claim_classes_range", limit=MAX_CLAIM_CLASSES)
        elif any(upper <= lower for lower, upper in pairwise(claim_classes)):
            yield Message("claim_classes_order")
    if method.case_mix.max_weight < 1:
        yield Message("max_weight_range")
    if not 0 < method.case_mix.min_overlap <= 1:
        yield Message("min_overlap_range")


def _comparison_faults(method: Method) -> Iterator[Message]:
    size_breaks = method.peers.size_breaks
    if any(not isinstance(b, int) for b in size_breaks) or any(b <= a for a, b in pairwise(size_breaks)):
        yield Message("size_breaks_order")
    if method.peers.tiers < 1 or method.peers.min_members < 2:
        yield Message("peers_range")
    if method.ranks.draws < 100 or not 0 < method.ranks.top_share < 1:
        yield Message("ranks_range")
    sensitivity = method.sensitivity
    if sensitivity.replicates < 100 or sensitivity.concentration <= 0 or sensitivity.sobol_base < 2:
        yield Message("sensitivity_range")
    if sensitivity.sobol_base & (sensitivity.sobol_base - 1):
        yield Message("sobol_base_power")
    if not 0 <= sensitivity.goalpost_shift < 0.5:
        yield Message("goalpost_shift_range")
    if method.publication.court_order not in ("bands", "ranks"):
        yield Message("court_order_unknown")
    for better, worse in pairwise(method.bands):
        if worse.minimum >= better.minimum:
            yield Message("band_order", band=worse.id)
    if method.bands and method.bands[-1].minimum != 0:
        yield Message("band_start", band=method.bands[-1].id)


def _entry_faults(method: Method) -> Iterator[Message]:
    ids = [d.id for d in method.dimensions]
    ids += [f.id for f in (*method.estimands, *method.statistics)]
    if len(ids) != len(set(ids)):
        yield Message("id_repeated")
    for dimension in method.dimensions:
        if dimension.weight <= 0:
            yield Message("dimension_weight", dimension=dimension.id)
        if not method.dimension_indicators(dimension.id):
            yield Message("dimension_empty", dimension=dimension.id)
    for indicator in method.indicators:
        if indicator.dimension not in {d.id for d in method.dimensions}:
            yield Message("indicator_dimension_unknown", indicator=indicator.id, dimension=indicator.dimension)
        if indicator.weight <= 0:
            yield Message("indicator_weight", indicator=indicator.id)
        if indicator.best == indicator.worst:
            yield Message("goalposts_equal", indicator=indicator.id)
    for entry in method.estimands:
        if entry.estimate.kind == "quotient":
            yield Message("quotient_as_indicator", statistic=entry.id)
    for plain_statistic in method.statistics:
        if plain_statistic.estimate.kind not in ("share", "quotient"):
            yield Message("statistic_kind", statistic=plain_statistic.id)
    all_statistics: tuple[Statistic, ...] = (*method.estimands, *method.statistics)
    for statistic in all_statistics:
        non_counts = {statistic.estimate.numerator, statistic.estimate.denominator} & NON_COUNTS
        if statistic.estimate.kind == "share" and non_counts:
            yield Message("share_of_no_count", statistic=statistic.id, name=min(non_counts))
        fault = _estimate_fault(statistic.estimate, method)
        if fault is not None:
            yield Message("entry_fault", entry=statistic.id, fault=fault)


def _estimate_fault(estimate: Estimate, method: Method) -> Message | None:
    if estimate.kind in ("incidence", "restricted_mean"):
        if estimate.process not in ("case", *PROCESS_EVENTS):
            return Message("process_unknown", process=estimate.process, processes=["case", *PROCESS_EVENTS])
        if not estimate.events:
            return Message("event_missing")
        if len(set(estimate.events)) != len(estimate.events):
            return Message("event_repeated")
        for event in estimate.events:
            if event not in method.process_events(estimate.process):
                return Message("event_unknown", process=estimate.process, event=event)
        if not 0 < estimate.months <= method.horizon_months:
            return Message("months_range", limit=method.horizon_months)
    elif estimate.kind == "amount_incidence":
        if estimate.process != AMOUNT_PROCESS:
            return Message("amount_process", process=AMOUNT_PROCESS)
        if not 0 < estimate.months <= method.horizon_months:
            return Message("months_range", limit=method.horizon_months)
    elif estimate.kind in ("share", "quotient"):
        for name in (estimate.numerator, estimate.denominator):
            if name not in CASE_COUNTS | AUCTION_COUNTS:
                return Message("count_unknown", name=name)
    elif estimate.kind == "amount_rate":
        if (estimate.numerator, estimate.denominator) not in AMOUNTS:
            return Message("amounts_unknown", numerator=estimate.numerator, denominator=estimate.denominator)
    elif estimate.kind == "mean":
        if (estimate.numerator, estimate.denominator) not in MEANS:
            return Message("mean_unknown", numerator=estimate.numerator, denominator=estimate.denominator)
    elif estimate.kind != "median":
        return Message("estimate_kind_unknown", kind=estimate.kind)
    return None
