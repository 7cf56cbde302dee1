"""Auction rounds and sale prices of a place by stage."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates.visibility import Hierarchy, Suppression, determined, suppress
from index_engine.queries.snapshot import Snapshot, question
from index_engine.queries.suppression import (
    Withheld,
    court_array,
    level_counts,
    place_row,
    suppress_columns,
    withheld_counts,
)

STAGES = ("first", "second", "sale", "relisted")
# Counts that are withheld together: of rounds that ended, and of those held that were not sold.
ENDS, FAILURES = ("ended", "withdrawn"), ("failed", "defaulted", "setoff")


@dataclass(frozen=True)
class SaleStage:
    """Rounds that ended in the window: `ended` (held or withdrawn), `held`, `sold`, `failed`,
    `defaulted`, `setoff`, `withdrawn` (withdrawn or stopped). `price_ratio`: median of final price
    to first reference of the `price_count` lots sold of which both are known; `sale_rate`: sold / held.
    Counts are NaN where they are withheld, rates from fewer than the least cell; ..._suppression: '', what is
    printed in place of a small count ('<10'), or 'secondary'."""

    stage: str
    ended: float
    ended_suppression: str
    held: float
    held_suppression: str
    sold: float
    sold_suppression: str
    failed: float
    failed_suppression: str
    defaulted: float
    defaulted_suppression: str
    setoff: float
    setoff_suppression: str
    withdrawn: float
    withdrawn_suppression: str
    price_ratio: float
    price_count: float
    price_count_suppression: str
    sale_rate: float


@dataclass(frozen=True)
class _HiddenRounds:
    """Where counts of rounds are withheld: those held and those with a price, (place, stage); of all stages
    (place,) how rounds ended but for sales."""

    held: BoolArray
    prices: BoolArray
    ends: BoolArray
    failures: BoolArray


@question
def sale_pipeline(snapshot: Snapshot, level: str, place_id: str, period: str) -> Annotated[pd.DataFrame, SaleStage]:
    """One row a stage: first, second, sale, relisted."""
    rows = snapshot.frame(
        "sale_pipeline",
        list(snapshot.court_ids(level, place_id)),
        *snapshot.window(period),
        snapshot.method.ratio_step,
    )
    hidden, place = _hidden_rounds(snapshot, period), place_row(snapshot, level, place_id)
    stage_rows = []
    for _, stage_row in rows.groupby("stage", sort=False):
        stage = STAGES.index(stage_row["stage"].item())
        is_held_hidden = bool(hidden.held[place, stage])
        stage_rows.append(
            suppress_columns(
                snapshot,
                stage_row,
                {
                    # Over its coarse rate the number sold would be the number held.
                    **dict.fromkeys(("held", "sold"), is_held_hidden),
                    **dict.fromkeys(ENDS, bool(hidden.ends[place]) or is_held_hidden),
                    **dict.fromkeys(FAILURES, bool(hidden.failures[place]) or is_held_hidden),
                    "price_count": bool(hidden.prices[place, stage]) or is_held_hidden,
                },
                {"sale_rate": "held", "price_ratio": "price_count"},
            )
        )
    return (
        pd.concat(stage_rows, ignore_index=True)
        if stage_rows
        else suppress_columns(
            snapshot, rows, dict.fromkeys(("held", "sold", *ENDS, *FAILURES, "price_count"), False), {}
        )
    )


@question
def _hidden_rounds(snapshot: Snapshot, period: str) -> _HiddenRounds:
    """What stages add up to is published, too: each hides what would restore the others."""
    by_stage = dict(list(snapshot.frame("court_rounds", *snapshot.window(period)).groupby("stage")))
    nothing = pd.DataFrame({"court_id": [], **{name: [] for name in ("held", *ENDS, *FAILURES, "price_count")}})

    def counts(*names: str) -> list[Array]:
        return [court_array(snapshot, by_stage.get(stage, nothing), name) for stage in STAGES for name in names]

    withheld = withheld_counts(snapshot, period)
    stages = np.arange(len(STAGES))
    # First auctions and those of all stages are published by themselves, and so is what the later ones are together.
    held = _hidden_stages(
        counts("held"),
        withheld,
        np.where(stages == 0, *(withheld.of(names)[:, None] for names in (("first_held",), ("held", "later_held")))),
        stages[1:],
        ~withheld.of(("held", "later_held")),
    )
    is_sum_hidden = withheld.of(("price_ratios",))
    prices = _hidden_stages(counts("price_count"), withheld, held | is_sum_hidden[:, None], stages, ~is_sum_hidden)
    ends = withheld.block(counts(*ENDS), np.any(held, axis=1) | withheld.of(("rounds_ended", "withdrawn")))
    failures = withheld.block(counts(*FAILURES), np.any(held, axis=1))
    return _HiddenRounds(held, prices, ends, failures)


def _hidden_stages(
    court_counts: list[Array],
    withheld: Withheld,
    initial: BoolArray,
    summed_stages: IntArray,
    is_sum_known: BoolArray,
) -> BoolArray:
    """Where (place, stage) counts are withheld, which are `initial` ones and those by which few could be restored.

    The sum of `summed_stages` is published, so that they protect one another as the places of a region do; where
    none is left that could, all stages are withheld. So they are at a place and those withheld beside it where the
    crossing sums tell a stage all the same.
    """
    parent = withheld.snapshot.hierarchy.parent
    counts = np.stack([level_counts(withheld.snapshot, stage_counts) for stage_counts in court_counts], axis=-1)
    # The sum, and under it the stages, in place of a region and its places; places are the columns.
    parts = counts[:, summed_stages].T
    sum_and_parts = np.vstack([parts.sum(axis=0), parts])
    hierarchy = Hierarchy((), {}, np.array([-1, *[0] * len(parts)]))
    hidden = initial.copy()
    while True:
        before = hidden.copy()
        for stage, stage_counts in enumerate(court_counts):
            hidden[:, stage] = withheld.block([stage_counts], hidden[:, stage])
        is_part_hidden = np.vstack([np.zeros(len(counts), dtype=bool), hidden[:, summed_stages].T])
        codes = suppress(sum_and_parts, hierarchy, withheld.snapshot.main.min_cell, is_part_hidden)
        hidden[:, summed_stages] |= codes[1:].T != Suppression.NONE
        hidden[codes[0] != Suppression.NONE] = True
        if (hidden == before).all():
            unknown = hidden[:, summed_stages] & (counts[:, summed_stages] > 0)
            told = determined(unknown, withheld.snapshot.hierarchy, is_sum_known).any(axis=1)
            beside = np.isin(parent, parent[told]) & (parent >= 0) & hidden[:, summed_stages].any(axis=1)
            hidden[np.ix_(told | beside, summed_stages)] = True
        if (hidden == before).all():
            return hidden
