"""Auction rounds and sale prices of a place by stage."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.arrays import Array, BoolArray
from index_engine.queries.snapshot import Snapshot, question
from index_engine.queries.suppression import court_array, place_row, suppress_columns, withheld_counts

STAGES = ("first", "second", "sale", "relisted")
ROUNDS, ENDS, FAILURES, PRICES = (
    ("held", "sold"),
    ("ended", "withdrawn"),
    ("failed", "defaulted", "setoff"),
    "price_count",
)


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
    """Where (place,) counts of rounds are withheld: those of the first auction, of all later stages; of all
    stages how they ended but for sales, and prices."""

    first: BoolArray
    later: BoolArray
    ends: BoolArray
    failures: BoolArray
    prices: BoolArray


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
        are_rounds_hidden = bool((hidden.first if stage_row["stage"].item() == "first" else hidden.later)[place])
        stage_rows.append(
            suppress_columns(
                snapshot,
                stage_row,
                {
                    **dict.fromkeys(ROUNDS, are_rounds_hidden),
                    **dict.fromkeys(ENDS, bool(hidden.ends[place])),
                    **dict.fromkeys(FAILURES, bool(hidden.failures[place])),
                    PRICES: bool(hidden.prices[place]),
                },
                {"sale_rate": "held", "price_ratio": PRICES},
            )
        )
    return (
        pd.concat(stage_rows, ignore_index=True)
        if stage_rows
        else suppress_columns(snapshot, rows, dict.fromkeys((*ROUNDS, *ENDS, *FAILURES, PRICES), False), {})
    )


@question
def _hidden_rounds(snapshot: Snapshot, period: str) -> _HiddenRounds:
    """What stages add up to is published, too: each hides what would restore the others."""
    by_stage = dict(list(snapshot.frame("court_rounds", *snapshot.window(period)).groupby("stage")))
    nothing = pd.DataFrame({"court_id": [], **{name: [] for name in (*ROUNDS, *ENDS, *FAILURES, PRICES)}})

    def counts(names: tuple[str, ...], stages: tuple[str, ...] = STAGES) -> list[Array]:
        return [court_array(snapshot, by_stage.get(stage, nothing), name) for stage in stages for name in names]

    withheld = withheld_counts(snapshot, period)
    totals = withheld.of(ROUNDS)
    first = withheld.block(counts(ROUNDS, STAGES[:1]), withheld.of(f"first_{name}" for name in ROUNDS))
    later = withheld.block(counts(ROUNDS, STAGES[1:]), first | totals | withheld.of(f"later_{name}" for name in ROUNDS))
    ends = withheld.block(counts(ENDS), first | later | withheld.of(("rounds_ended", "withdrawn")))
    failures = withheld.block(counts(FAILURES), first | later)
    prices = withheld.block(counts((PRICES,)), first | later | withheld.of(("price_ratios",)))
    return _HiddenRounds(first, later, ends, failures, prices)
