"""What the figures mean that courts and others state of themselves: reported_metrics.toml, read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("reported_metrics.toml")


@dataclass(frozen=True)
class Metric:
    """One kind of stated figure; texts by language, as in method.toml.

    `same_as` is the figure of the method with the same formula, None where there is none; `apart`
    then says why, where it needs saying. `column` of court_periods is shown in `measured_in`.
    """

    id: str
    name: Mapping[str, str]
    definition: Mapping[str, str]
    same_as: str | None = None
    apart: Mapping[str, str] = field(default_factory=dict)
    column: str | None = None
    measured_in: str | None = None


@cache
def read_metrics() -> Mapping[str, Metric]:
    """Return all metrics by id, in the order of the file."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {entry["id"]: Metric(**entry) for entry in document["metric"]}
