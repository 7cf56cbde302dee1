"""How far scores and ranks depend on the assumptions of the method, at the last period."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class Sensitivity:
    """Rank and score with all assumptions varied at once: 5, 50 and 95 % of the replicates;
    `scored`: share of replicates with a score; `rank_set_low`, `rank_set_high`: from sampling, to
    be set beside it."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    score: float
    score_low: float
    score_high: float
    rank: float
    rank_low: float
    rank_median: float
    rank_high: float
    scored: float
    rank_set_low: float
    rank_set_high: float


@dataclass(frozen=True)
class Perturbation:
    """One assumption changed alone. `units`: places compared, `lost`: places without a score under
    it; rank and score: mean and largest change, and how many moved; `reason`: '', 'no effect' or
    'no scores'."""

    perturbation: str
    item: str
    units: int
    lost: int
    rank_mean: float
    rank_max: float
    rank_moved: float
    score_mean: float
    score_max: float
    score_moved: float
    reason: str


@dataclass(frozen=True)
class SobolIndex:
    """Of a group of assumptions: first-order and total index; `first_half`, `total_half`: half
    widths of their intervals."""

    choice: str
    first: float
    first_half: float
    total: float
    total_half: float
    reason: str


@dataclass(frozen=True)
class Coherence:
    """A line of the audit of the index; its kinds: index/coherence.py."""

    kind: str
    item: str
    other: str
    value: float
    n: float


@dataclass(frozen=True)
class DesignEffect:
    """`design_effect`: variance over that of independent cases; `n_groups`: random groups it is
    from."""

    indicator: str
    design_effect: float
    n_groups: int


@question
def sensitivity(snapshot: Snapshot, level: str) -> Annotated[pd.DataFrame, Sensitivity]:
    """One row a place in order of rank; provinces and cities."""
    return snapshot.add_names(level, snapshot.frame("sensitivity", snapshot.method.id, level))


@question
def perturbations(snapshot: Snapshot, level: str) -> Annotated[pd.DataFrame, Perturbation]:
    """One row an assumption and item."""
    return snapshot.frame("perturbations", snapshot.method.id, level)


@question
def sobol(snapshot: Snapshot, level: str, place_id: str | None = None) -> Annotated[pd.DataFrame, SobolIndex]:
    """Sobol indices of the mean change of rank over all places, or of the rank of one."""
    return snapshot.frame("sobol", snapshot.method.id, level, place_id)


@question
def coherence(snapshot: Snapshot, level: str) -> Annotated[pd.DataFrame, Coherence]:
    """The audit of the index."""
    return snapshot.frame("coherence", snapshot.method.id, level)


@question
def design_effects(snapshot: Snapshot) -> Annotated[pd.DataFrame, DesignEffect]:
    """How much larger variances are than if cases were independent, in order of indicator."""
    return snapshot.frame("design_effects")
