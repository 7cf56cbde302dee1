"""What is asked of a built warehouse: one module a question, its SQL in the file of the same name.

A page never writes SQL and never computes a statistic; it asks here, `queries.scores(snapshot,
"city", "2025Q4")`, and shows the answer. Statistics are computed in estimates and index.
"""

from index_engine.estimates.places import LEVELS as LEVELS
from index_engine.index.comparison import Comparison as Comparison
from index_engine.method.procedure_steps import ProcedureStep as ProcedureStep
from index_engine.method.procedure_steps import read_steps as read_steps
from index_engine.queries.change_decomposition import ChangeParts as ChangeParts
from index_engine.queries.change_decomposition import change_decomposition as change_decomposition
from index_engine.queries.comparison import PlacePeriod as PlacePeriod
from index_engine.queries.comparison import comparison as comparison
from index_engine.queries.court_seats import CourtSeat as CourtSeat
from index_engine.queries.court_seats import court_seats as court_seats
from index_engine.queries.courts import Court as Court
from index_engine.queries.courts import courts as courts
from index_engine.queries.creditor_gaps import CreditorGap as CreditorGap
from index_engine.queries.creditor_gaps import CreditorGapQuarter as CreditorGapQuarter
from index_engine.queries.creditor_gaps import creditor_gap_history as creditor_gap_history
from index_engine.queries.creditor_gaps import creditor_gap_indicators as creditor_gap_indicators
from index_engine.queries.creditor_gaps import creditor_gaps as creditor_gaps
from index_engine.queries.distribution import Distribution as Distribution
from index_engine.queries.distribution import distribution as distribution
from index_engine.queries.exceptions import ChangeSignal as ChangeSignal
from index_engine.queries.exceptions import ExceptionQuarter as ExceptionQuarter
from index_engine.queries.exceptions import MonitoredSeries as MonitoredSeries
from index_engine.queries.exceptions import exception_series as exception_series
from index_engine.queries.exceptions import exceptions as exceptions
from index_engine.queries.exceptions import monitored_entry as monitored_entry
from index_engine.queries.exceptions import monitoring_summary as monitoring_summary
from index_engine.queries.funnel_plot import FunnelPlot as FunnelPlot
from index_engine.queries.funnel_plot import funnel_plot as funnel_plot
from index_engine.queries.funnel_plot import funnel_statistics as funnel_statistics
from index_engine.queries.incidence import cohorts as cohorts
from index_engine.queries.incidence import incidence as incidence
from index_engine.queries.indicator_values import IndicatorValue as IndicatorValue
from index_engine.queries.indicator_values import indicator_values as indicator_values
from index_engine.queries.indicators import CheckEstimate as CheckEstimate
from index_engine.queries.indicators import IndicatorEstimate as IndicatorEstimate
from index_engine.queries.indicators import checks as checks
from index_engine.queries.indicators import indicators as indicators
from index_engine.queries.indirect_ratio import IndirectRatio as IndirectRatio
from index_engine.queries.indirect_ratio import indirect_ratio as indirect_ratio
from index_engine.queries.method_comparison import MethodDifference as MethodDifference
from index_engine.queries.method_comparison import method_comparison as method_comparison
from index_engine.queries.mix_overlap import MixOverlap as MixOverlap
from index_engine.queries.mix_overlap import mix_overlap as mix_overlap
from index_engine.queries.monthly_flows import MonthlyFlow as MonthlyFlow
from index_engine.queries.monthly_flows import monthly_flows as monthly_flows
from index_engine.queries.publication import RANK_COLUMNS as RANK_COLUMNS
from index_engine.queries.reported_statistics import ReportedStatistic as ReportedStatistic
from index_engine.queries.reported_statistics import metrics as metrics
from index_engine.queries.reported_statistics import reported_statistics as reported_statistics
from index_engine.queries.reweighted_scores import ReweightedScore as ReweightedScore
from index_engine.queries.reweighted_scores import reweighted_scores as reweighted_scores
from index_engine.queries.robustness import Coherence as Coherence
from index_engine.queries.robustness import DesignEffect as DesignEffect
from index_engine.queries.robustness import Perturbation as Perturbation
from index_engine.queries.robustness import Sensitivity as Sensitivity
from index_engine.queries.robustness import SobolIndex as SobolIndex
from index_engine.queries.robustness import coherence as coherence
from index_engine.queries.robustness import design_effects as design_effects
from index_engine.queries.robustness import perturbations as perturbations
from index_engine.queries.robustness import sensitivity as sensitivity
from index_engine.queries.robustness import sobol as sobol
from index_engine.queries.sale_pipeline import SaleStage as SaleStage
from index_engine.queries.sale_pipeline import sale_pipeline as sale_pipeline
from index_engine.queries.score_changes import ScoreChange as ScoreChange
from index_engine.queries.score_changes import score_changes as score_changes
from index_engine.queries.score_histories import score_histories as score_histories
from index_engine.queries.score_history import ScoreQuarter as ScoreQuarter
from index_engine.queries.score_history import score_history as score_history
from index_engine.queries.scores import Score as Score
from index_engine.queries.scores import scores as scores
from index_engine.queries.similar_places import SimilarPlace as SimilarPlace
from index_engine.queries.similar_places import similar_places as similar_places
from index_engine.queries.snapshot import Place as Place
from index_engine.queries.snapshot import Snapshot as Snapshot
from index_engine.queries.snapshot import question as question
from index_engine.queries.snapshot import typed_rows as typed_rows
from index_engine.queries.sources import Source as Source
from index_engine.queries.sources import sources as sources
from index_engine.queries.spatial import LocalCluster as LocalCluster
from index_engine.queries.spatial import SpatialAutocorrelation as SpatialAutocorrelation
from index_engine.queries.spatial import local_clusters as local_clusters
from index_engine.queries.spatial import spatial_autocorrelation as spatial_autocorrelation
from index_engine.queries.special_courts import special_court_kinds as special_court_kinds
from index_engine.queries.statistic_values import StatisticValue as StatisticValue
from index_engine.queries.statistic_values import statistic_values as statistic_values
from index_engine.queries.statistics import StatisticEstimate as StatisticEstimate
from index_engine.queries.statistics import statistics as statistics
from index_engine.queries.trends import TrendPoint as TrendPoint
from index_engine.queries.trends import trends as trends
from index_engine.queries.waiting_times import WaitingTime as WaitingTime
from index_engine.queries.waiting_times import waiting_times as waiting_times

# What is asked as a method of a snapshot until every caller is converted.
for _function in (
    scores,
    score_histories,
    courts,
    similar_places,
    distribution,
    reweighted_scores,
    method_comparison,
    trends,
    comparison,
    indicator_values,
    statistic_values,
    court_seats,
    score_changes,
    creditor_gap_indicators,
    creditor_gaps,
    creditor_gap_history,
    monitoring_summary,
    monitored_entry,
    exceptions,
    exception_series,
    score_history,
    indicators,
    checks,
    change_decomposition,
    indirect_ratio,
    mix_overlap,
    statistics,
    reported_statistics,
    monthly_flows,
    cohorts,
    incidence,
    sale_pipeline,
    waiting_times,
    funnel_statistics,
    funnel_plot,
    sensitivity,
    perturbations,
    sobol,
    coherence,
    spatial_autocorrelation,
    local_clusters,
    design_effects,
    sources,
):
    setattr(Snapshot, _function.__name__, _function)
Snapshot.steps = property(lambda _: read_steps())  # type: ignore[attr-defined]
Snapshot.metrics = property(lambda _: metrics())  # type: ignore[attr-defined]
Snapshot.special_court_kinds = property(  # type: ignore[attr-defined]
    lambda _: special_court_kinds()
)
