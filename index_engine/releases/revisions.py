"""What was said of a period at each release: the revision triangle, and how large revisions were."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.releases.archive import list_releases
from index_engine.releases.gates import Pack

TRIANGLE_KEYS = ["level", "place_id", "item", "period"]
SCORE = "score"


def published_packs(archive: Path) -> list[Pack]:
    """The releases of the index published last, oldest first, without those that were withdrawn."""
    releases = [release for release in list_releases(archive) if release.state in ("published", "corrected")]
    return [Pack(archive / r.name) for r in releases[::-1] if r.index == releases[0].index]


def revision_triangle(packs: Sequence[Pack], levels: Sequence[str] = ("nation", "province")) -> pd.DataFrame:
    """One row a period and place and item, the score or an indicator of the main method as observed; one column a
    release, in the order of `packs`, oldest first; NaN where it said nothing."""
    columns = []
    for pack in packs:
        scores = pack.main_scores()[["level", "place_id", "period", "score"]].assign(item=SCORE)
        estimates = pack.table("estimates")
        is_main = (estimates["method"] == pack.facts["index"]) & (estimates["basis"] == "observed")
        is_main &= estimates["indicator"].isin([indicator.id for indicator in pack.method.indicators])
        values = estimates.loc[is_main, ["level", "place_id", "period", "indicator", "value"]]
        both = [scores.rename(columns={"score": "cell"}), values.rename(columns={"indicator": "item", "value": "cell"})]
        column = pd.concat(both).query("level in @levels").set_index(TRIANGLE_KEYS)["cell"]
        columns.append(column.rename(pack.facts["id"]))
    triangle: pd.DataFrame = pd.concat(columns, axis=1).sort_index().dropna(how="all")
    return triangle


def revision_summary(triangle: pd.DataFrame, packs: Sequence[Pack]) -> pd.DataFrame:
    """One row an item, level and age, in quarters since the period was said first: `n` revisions, each what a release
    says less what the first one said; `mean` (MR) and `mean_absolute` (MAR) of them, and `largest`.

    As revision triangles of statistical offices are read (OECD 2007, Data and Metadata Reporting, on revisions analysis).
    """
    values = triangle.to_numpy(dtype=float)
    ends = np.array([periods.parse(pack.facts["period"]) for pack in packs])
    rows = []
    first_position = np.argmax(~np.isnan(values), axis=1)
    first_value = values[np.arange(len(values)), first_position]
    keys = triangle.index.to_frame(index=False)
    for position, end in enumerate(ends):
        is_later = (first_position < position) & ~np.isnan(values[:, position])
        part = keys.loc[is_later, ["item", "level"]]
        rows.append(
            part.assign(
                age=end - ends[first_position[is_later]],
                revision=values[is_later, position] - first_value[is_later],
            )
        )
    revisions = pd.concat(rows, ignore_index=True)
    revisions["size"] = revisions["revision"].abs()
    groups = revisions.groupby(["item", "level", "age"], as_index=False)
    summary: pd.DataFrame = groups.agg(
        n=("revision", "size"), mean=("revision", "mean"), mean_absolute=("size", "mean"), largest=("size", "max")
    )
    return summary
