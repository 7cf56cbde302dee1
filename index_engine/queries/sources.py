"""The files that a build was made from."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class Source:
    """A file. `rows`: what it held, of which `rejected` were left out and `warned` were loaded with
    a warning; `observed_from` and `observed_to`: the days it covers, None where it does not say; `inferred`: of auctions,
    the rounds whose day of listing was worked out from the first day of bidding."""

    source_id: int
    kind: str
    name: str
    sha256: str
    rows: int
    rejected: int
    warned: int
    observed_from: date | None
    observed_to: date | None
    inferred: int
    synthetic: bool


@question
def sources(snapshot: Snapshot) -> Annotated[pd.DataFrame, Source]:
    """One row a source of the build, in order of id; what was undone since is still in the
    scores."""
    return snapshot.frame("sources", list(snapshot.source_ids))
