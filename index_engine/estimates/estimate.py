"""From measures to estimates: every indicator, check and statistic of the methods, for every place
and window: as observed, standardised to the national mix and to that of a year before, and shrunk
towards the peers of the place.

A window is the method's number of consecutive quarters and is named by its last one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import duckdb
import numpy as np

from index_engine.arrays import Array, IntArray
from index_engine.estimates import (
    amount_incidence,
    case_mix,
    count_estimates,
    curve_estimates,
    panel,
    random_groups,
    rates,
    small_places,
)
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.creditor_gap import store_creditor_gaps
from index_engine.estimates.creditor_lists import store_creditor_lists
from index_engine.estimates.funnel_tables import store_funnel_plots
from index_engine.estimates.indicator_estimate import (
    ADJUSTED,
    CONSTANT_MIX,
    OBSERVED,
    UNOBSERVED,
    Basis,
    Covariances,
    IndicatorEstimate,
    Status,
)
from index_engine.estimates.indicator_tables import store_covariance, store_indicator
from index_engine.estimates.indirect_tables import store_indirect_ratios
from index_engine.estimates.monthly_tables import write_monthly_flows
from index_engine.estimates.observation import Observation, Scope, estimate_scopes, read_observation
from index_engine.estimates.panel import ProcessCells
from index_engine.estimates.places import Places, read_places, special_courts
from index_engine.estimates.store import Columns, Store, SuppressionColumn
from index_engine.estimates.visibility import CountRegistry, base_count, count_of, is_visible
from index_engine.estimates.windows import Windows, read_windows
from index_engine.measures import strata
from index_engine.method import CaseMix, Check, Estimate, Indicator, Method, Statistic
from index_engine.method.counts import FIRST_ROUND_COLUMNS

OBSERVED_SHARE_DECIMALS = 3  # exact, the share of a region would tell the caseload of a court that is not observed
LAG_QUARTERS = 4  # of the change that is split into performance and mix: a year
STANDARDISED_PROCESSES = ("case", "listing", "lot")  # those whose estimates are brought to another mix
COUNT_WEIGHT_PROCESSES = ("case", "lot")  # those whose weights counts are brought to another mix by


@dataclass(frozen=True)
class EstimationRun:
    """What the steps of one estimation share: what is given, and what earlier steps leave to later
    ones."""

    con: duckdb.DuckDBPyConnection
    store: Store
    methods: tuple[Method, ...]
    windows: Windows
    levels: list[Places]
    special_courts: frozenset[str]  # courts that are no peers of the others
    sampling: random_groups.SamplingVariation
    observation: Observation
    # Spells that began (place, window, stratum), by level and process.
    case_mixes: dict[tuple[str, str], Array] = field(default_factory=dict)
    # Weights by basis, by level, process and limits of the case mix.
    case_weights: dict[tuple[str, str, CaseMix], dict[Basis, CaseWeights]] = field(default_factory=dict)
    # Why nothing is estimated (place, window), by level and what has to be observed.
    unobserved: dict[tuple[str, Scope], IntArray] = field(default_factory=dict)
    # Cells of what ended, by process.
    event_cells: dict[str, panel.Cells] = field(default_factory=dict)
    # Counts (place, window), by level and name.
    totals: dict[str, dict[str, Array]] = field(default_factory=dict)
    # As observed, by method and level; so are the covariances.
    observed_estimates: dict[tuple[str, str], dict[str, IndicatorEstimate]] = field(default_factory=dict)
    covariances: dict[tuple[str, str], Covariances] = field(default_factory=dict)

    def withhold_unobserved(self, estimate: IndicatorEstimate, spec: Estimate, places: Places) -> IndicatorEstimate:
        """The estimate, withheld where too little of what it is made of was observed."""
        scopes = estimate_scopes(spec)
        if not scopes:
            return estimate
        for scope in scopes:
            if (places.level, scope) not in self.unobserved:
                self.unobserved[places.level, scope] = self.observation.unobserved(scope, places, self.windows)
        codes = np.max([self.unobserved[places.level, scope] for scope in scopes], axis=0)
        # A court with a list of its closings alone leaves unknown what its region has, however small its part.
        is_unknown = (codes == 0) & np.isnan(estimate.n) & self.observation.has_part(places, self.windows)
        return estimate.withhold(np.where(is_unknown, UNOBSERVED.index(Status.PART_OF_CASES), codes))

    @property
    def main_method(self) -> Method:
        return self.methods[0]

    def methods_at(self, places: Places) -> list[Method]:
        """The methods estimated at a level: superseded ones of regions only."""
        return [m for m in self.methods if not (m.is_superseded and places.level == "court")]


def _processes(methods: Sequence[Method]) -> list[str]:
    """The processes whose curves are estimated."""
    processes = {e.estimate.process for m in methods for e in m.estimands if e.estimate.process}
    return sorted(processes | {"case", "lot"})


def estimate_steps(methods: Sequence[Method]) -> tuple[str, ...]:
    """What `estimate` reports as it begins, in order."""
    curves = (f"curves {process}" for process in _processes(methods))
    return ("variation", *curves, "rates", "small units", "local and other creditors")


def estimate(
    con: duckdb.DuckDBPyConnection, methods: Sequence[Method], progress: Callable[[str], None] = lambda stage: None
) -> None:
    """Write the tables of schema `estimates` from the measures, for every method.

    Raises InputError if the data are too short for a single window of the method.
    """
    windows = read_windows(con, methods[0])
    progress("variation")
    sampling = random_groups.estimate_sampling_variation(con, windows, methods)
    levels = read_places(con)
    run = EstimationRun(
        con=con,
        store=Store(windows, CountRegistry(levels, methods)),
        methods=tuple(methods),
        windows=windows,
        levels=levels,
        special_courts=special_courts(con),
        sampling=sampling,
        observation=read_observation(con, windows.axes),
    )
    for process in _processes(methods):
        progress(f"curves {process}")
        _estimate_process(run, process)
    progress("rates")
    _estimate_counts(run)
    progress("small units")
    for places in run.levels:
        _shrink_level(run, places)
    for places in run.levels:
        _store_observed_shares(run, places)
    progress("local and other creditors")
    store_creditor_gaps(con, run.store, run.levels, windows, run.main_method, sampling.design_effect, run.observation)
    store_creditor_lists(con, run.store, run.levels, windows, run.main_method, sampling.design_effect)
    run.store.write(con, sampling)
    write_monthly_flows(con, run.levels, run.store.registry, run.main_method)


# ---------------------------------------------------------------- curves


def _estimate_process(run: EstimationRun, process: str) -> None:
    """Estimate what the methods read off one process, each estimate once however many have it."""
    axes, method = run.windows.axes, run.main_method
    estimands = _distinct_estimands(run.methods, process)
    amounts = _of_kinds(estimands, (amount_incidence.KIND,))
    events = method.process_events(process)
    cells = panel.read_process_cells(run.con, axes, process, events, method.ages, has_amounts=bool(amounts))
    n_strata = strata.stratum_grid(method).n_strata
    if process in STANDARDISED_PROCESSES:
        for places in run.levels:
            run.case_mixes[places.level, process] = case_mix.entry_mix(cells, places, axes, run.windows, n_strata)
    if process in COUNT_WEIGHT_PROCESSES:
        run.event_cells[process] = cells.events
    if process == "case":
        store_indirect_ratios(run.store, cells, run.levels, run.windows, method, run.sampling.design_effect)
    if not estimands:
        return
    for places in run.levels:
        uniform_weights = CaseWeights.uniform(len(places.ids), len(run.windows.ends), n_strata)
        curve_estimands = _of_kinds(estimands, curve_estimates.CURVE_KINDS)
        estimates, covariances = curve_estimates.estimates(
            cells, places, uniform_weights, run.windows, curve_estimands, method
        )
        if amounts:
            estimates |= amount_incidence.estimates(cells, places, uniform_weights, run.windows, amounts, method)
        for further_method in run.methods_at(places):
            _store_process(run, further_method, places, OBSERVED, estimands, estimates, covariances)
        if process in STANDARDISED_PROCESSES and method.strata is not None:
            _standardise_process(run, cells, places, process, estimands, estimates)


def _standardise_process(
    run: EstimationRun,
    cells: ProcessCells,
    places: Places,
    process: str,
    estimands: list[Indicator | Check],
    observed_estimates: dict[str, IndicatorEstimate],
) -> None:
    """The indicators of a process at other mixes, once for all methods that adjust alike."""
    methods_by_mix: dict[CaseMix, list[Method]] = {}
    for method in run.methods:
        if not method.is_superseded:
            methods_by_mix.setdefault(method.case_mix, []).append(method)
    for methods in methods_by_mix.values():
        scored = {indicator.estimate for method in methods for indicator in method.indicators}
        indicators = [e for e in estimands if e.estimate in scored]
        curve_indicators = _of_kinds(indicators, curve_estimates.CURVE_KINDS)
        amounts = _of_kinds(indicators, (amount_incidence.KIND,))
        if not indicators:
            continue
        for basis, weights in weights_by_basis(run, methods[0], places, process).items():
            estimates, covariances = curve_estimates.estimates(
                cells, places, weights, run.windows, curve_indicators, methods[0]
            )
            if amounts:
                # What is withheld as observed for want of amounts is withheld at any mix.
                weighted = amount_incidence.estimates(cells, places, weights, run.windows, amounts, methods[0])
                for name, estimate in weighted.items():
                    is_estimable = estimate.estimable & observed_estimates[name].estimable
                    estimates[name] = replace(estimate, estimable=is_estimable)
            for method in methods:
                _store_process(run, method, places, basis, estimands, estimates, covariances)


def _distinct_estimands(methods: Sequence[Method], process: str) -> list[Indicator | Check]:
    """What the methods estimate off a process, each once, with a number in place of its id: two
    methods may give one estimate two ids, and two estimates one."""
    distinct = {e.estimate: e for m in reversed(methods) for e in m.estimands if e.estimate.process == process}
    return [replace(entry, id=str(number)) for number, entry in enumerate(distinct.values())]


def _of_kinds(estimands: list[Indicator | Check], kinds: tuple[str, ...]) -> list[Indicator | Check]:
    return [e for e in estimands if e.estimate.kind in kinds]


def _store_process(
    run: EstimationRun,
    method: Method,
    places: Places,
    basis: Basis,
    estimands: list[Indicator | Check],
    estimates: dict[str, IndicatorEstimate],
    covariances: Covariances,
) -> None:
    """Store those that a method has, by its own ids; but as observed, only its indicators."""
    number_by_estimate = {e.estimate: e.id for e in estimands if e.id in estimates}
    entries: Sequence[Indicator | Check] = method.estimands if basis == OBSERVED else method.indicators
    numbers = {e.id: number_by_estimate[e.estimate] for e in entries if e.estimate in number_by_estimate}
    pairs = {
        (first, second): covariances.get((numbers[first], numbers[second]))
        if (numbers[first], numbers[second]) in covariances
        else covariances.get((numbers[second], numbers[first]))
        for first, second in combinations(numbers, 2)
    }
    _store_estimates(
        run,
        method,
        places,
        basis,
        {name: estimates[number] for name, number in numbers.items()},
        {pair: covariance for pair, covariance in pairs.items() if covariance is not None},
    )


def weights_by_basis(run: EstimationRun, method: Method, places: Places, process: str) -> dict[Basis, CaseWeights]:
    """Weights of the cases of a process by basis: to the national mix of the window in which they
    began, and to the place's own mix of a year before that."""
    key = (places.level, process, method.case_mix)
    if key not in run.case_weights:
        run.case_weights[key] = _standardise_mix(run, method, places, process)
    return run.case_weights[key]


def _standardise_mix(run: EstimationRun, method: Method, places: Places, process: str) -> dict[Basis, CaseWeights]:
    place_mix = run.case_mixes[places.level, process]
    national_mix = run.case_mixes[run.levels[0].level, process].sum(axis=0, keepdims=True)
    previous_mix = case_mix.lag_windows(place_mix, LAG_QUARTERS)
    return {
        ADJUSTED: case_mix.standardisation_weights(place_mix, national_mix, method.case_mix),
        CONSTANT_MIX: case_mix.standardisation_weights(place_mix, previous_mix, method.case_mix),
    }


# ---------------------------------------------------------------- rates, amounts and prices


def _estimate_counts(run: EstimationRun) -> None:
    court_counts = count_estimates.read_all_counts(run.con, run.windows.axes, run.main_method)
    for places in run.levels:
        totals = count_estimates.window_totals(court_counts.totals, run.windows, places, run.observation)
        _register_counts(run, court_counts.totals, places)
        for statistic in run.main_method.statistics:
            store_statistic(run.store, run.main_method, statistic, totals, places)
        run.totals[places.level] = totals
        store_funnel_plots(run.store, run.main_method, run.windows, places, totals, run.special_courts)
        weights_by_mix: dict[CaseMix, dict[Basis, dict[str, CaseWeights]]] = {}
        for method in run.methods_at(places):
            indicators = [e for e in method.estimands if e.estimate.kind in count_estimates.COUNT_KINDS]
            estimates = count_estimates.observed_estimates(
                totals, court_counts.ratios, places, run.windows, indicators, method, run.sampling.design_effect
            )
            _store_estimates(run, method, places, OBSERVED, estimates, {})
            score_indicators = [e for e in indicators if isinstance(e, Indicator)]
            if method.strata is None or not score_indicators or method.is_superseded:
                continue
            if method.case_mix not in weights_by_mix:  # most methods have the same
                weights_by_mix[method.case_mix] = _count_weights(run, method, places)
            for basis, process_weights in weights_by_mix[method.case_mix].items():
                standardised_estimates = count_estimates.standardised_estimates(
                    court_counts,
                    places,
                    process_weights,
                    run.windows,
                    score_indicators,
                    estimates,
                    method,
                    run.sampling.design_effect,
                )
                _store_estimates(run, method, places, basis, standardised_estimates, {})
        _store_mix_overlap(run, places)


def _register_counts(run: EstimationRun, court_totals: dict[str, Array], places: Places) -> None:
    """Tell the registry what is counted of a level, also where too little was observed to publish it: it is
    a part of the places above."""
    totals = count_estimates.window_totals(court_totals, run.windows, places)
    specs = [entry.estimate for method in run.methods for entry in (*method.estimands, *method.statistics)]
    names = {count_of(name) for spec in specs for name in (base_count(spec), spec.numerator)}
    for name in sorted(names & totals.keys()):
        run.store.registry.add(name, places.level, totals[name])
    for outcome in FIRST_ROUND_COLUMNS:
        if {outcome, f"first_{outcome}"} <= names:
            run.store.registry.add(f"later_{outcome}", places.level, totals[outcome] - totals[f"first_{outcome}"])


def _count_weights(run: EstimationRun, method: Method, places: Places) -> dict[Basis, dict[str, CaseWeights]]:
    """Weights of counts, by basis and process: the mean weights of what ended."""
    weights_by_process = {process: weights_by_basis(run, method, places, process) for process in COUNT_WEIGHT_PROCESSES}
    return {
        basis: {
            process: case_mix.average_weights(basis_weights[basis], run.event_cells[process], places, run.windows)
            for process, basis_weights in weights_by_process.items()
        }
        for basis in (ADJUSTED, CONSTANT_MIX)
    }


def _store_mix_overlap(run: EstimationRun, places: Places) -> None:
    if run.main_method.strata is None:
        return
    for process in STANDARDISED_PROCESSES:
        if (places.level, process) in run.case_mixes:
            overlap = weights_by_basis(run, run.main_method, places, process)[ADJUSTED].overlap
            columns: Columns = {"process": process, "overlap": overlap.round(6)}
            run.store.append("mix_overlap", places, columns)


def _store_observed_shares(run: EstimationRun, places: Places) -> None:
    """What a score needs: the clocks of cases."""
    shares = run.observation.shares(Scope.CLOCKS, places, run.windows)
    run.store.append("observed_shares", places, {"share": shares.round(OBSERVED_SHARE_DECIMALS)})


def _shrink_level(run: EstimationRun, places: Places) -> None:
    """Shrink the estimates of one level towards peers, the same peers for every method."""
    wealth = small_places.mean_claim_by_province(run.levels, places, run.totals)
    main_estimates = run.observed_estimates[run.main_method.id, places.level]
    reference_estimate = main_estimates[run.main_method.case_indicators[0]]
    is_ordinary = np.array([place not in run.special_courts for place in places.ids])
    # Of the last window for all of them: were groups formed anew every quarter, a place would move
    # by changing company.
    last_window = slice(-1, None)
    [last_groups] = small_places.form_groups_by_window(
        run.main_method,
        reference_estimate.n[:, last_window],
        wealth,
        reference_estimate.estimable[:, last_window],
        is_ordinary,
    )
    groups_by_window = [last_groups] * len(run.windows.ends)
    small_places.store_peer_groups(run.store, places, groups_by_window)
    for method in run.methods_at(places):
        small_places.store_shrinkage(
            run.store,
            method,
            places,
            run.observed_estimates[method.id, places.level],
            run.covariances.get((method.id, places.level), {}),
            groups_by_window,
            run.sampling.design_effect,
        )


# ---------------------------------------------------------------- storing


def _store_estimates(
    run: EstimationRun,
    method: Method,
    places: Places,
    basis: Basis,
    estimates: dict[str, IndicatorEstimate],
    covariances: Covariances,
) -> None:
    """Store estimates and covariances, with the errors widened by the design effects; those of medians
    contain them already."""
    indicator_by_id = {entry.id: entry for entry in method.estimands}
    error_factor = {}
    for name, indicator_estimate in estimates.items():
        spec = indicator_by_id[name].estimate
        widened = indicator_estimate.widen(spec, run.sampling.design_effect.get(name, 1.0))
        error_factor[name] = rates.quotient(widened.se, indicator_estimate.se)
        if basis == OBSERVED and (spec.process or spec.kind == "median"):
            run.store.registry.add(base_count(spec), places.level, indicator_estimate.n)
        scaled_estimate = run.withhold_unobserved(widened, spec, places)
        store_indicator(run.store, method, indicator_by_id[name], places, basis, scaled_estimate)
        if basis == OBSERVED:
            run.observed_estimates.setdefault((method.id, places.level), {})[name] = scaled_estimate
    for (first, second), covariance in covariances.items():
        covariance = covariance * error_factor[first] * error_factor[second]
        if basis == OBSERVED:
            run.covariances.setdefault((method.id, places.level), {})[first, second] = covariance
        store_covariance(run.store, method, places, basis, (first, second), covariance)


def store_statistic(
    store: Store, method: Method, statistic: Statistic, totals: dict[str, Array], places: Places
) -> None:
    spec = statistic.estimate
    numerator, denominator = totals[spec.numerator], totals[spec.denominator]
    count = totals[count_of(spec.denominator)]
    visible = is_visible(count, method)
    columns: Columns = {
        "statistic": statistic.id,
        "value": np.where(visible, rates.quotient(numerator, denominator), np.nan).round(10),
        "numerator": np.where(visible, numerator, np.nan),  # else the value could be worked out
        # A count says how few there are; an amount would be the price of one lot.
        "denominator": np.where(visible | (spec.denominator == count_of(spec.denominator)), denominator, np.nan),
        "numerator_suppression": SuppressionColumn((count_of(spec.numerator),)),
        "denominator_suppression": SuppressionColumn((count_of(spec.denominator),)),
    }
    store.append("statistics", places, columns)
