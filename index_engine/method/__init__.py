"""The methodology: read from TOML files, checked once, then passed as plain values.

Nothing else in the engine knows an indicator, a weight or a goalpost. A method file for another
country or another view is the same file with other entries.
"""

from index_engine.method.model import (
    AUCTION_COUNTS,
    CASE_COUNTS,
    CLOCK_EVENTS,
    COVERAGE,
    Band,
    CaseMix,
    Check,
    Dimension,
    Estimate,
    Figure,
    Indicator,
    Method,
    Names,
    Peers,
    Ranks,
    Sensitivity,
    Strata,
)
from index_engine.method.read import DEFAULT, load, load_all, parse, parse_all, shipped

__all__ = [
    "AUCTION_COUNTS",
    "CASE_COUNTS",
    "CLOCK_EVENTS",
    "COVERAGE",
    "DEFAULT",
    "Band",
    "CaseMix",
    "Check",
    "Dimension",
    "Estimate",
    "Figure",
    "Indicator",
    "Method",
    "Names",
    "Peers",
    "Ranks",
    "Sensitivity",
    "Strata",
    "load",
    "load_all",
    "parse",
    "parse_all",
    "shipped",
]
