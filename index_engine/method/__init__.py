"""The methodology: read from TOML files, checked once, then passed as plain values.

Nothing else in the engine knows an indicator, a weight or a goalpost. A method file for another
country or another view is the same file with other entries.
"""

from index_engine.method.model import (
    AUCTION_COUNTS,
    CASE_COUNTS,
    COVERAGE,
    PROCESS_EVENTS,
    Band,
    CaseMix,
    Check,
    Dimension,
    Estimate,
    Indicator,
    Method,
    Names,
    Peers,
    Ranks,
    Sensitivity,
    Statistic,
    Strata,
)
from index_engine.method.read import (
    DEFAULT,
    builtin_method_files,
    load_method,
    load_methods,
    parse_method,
    parse_methods,
)

__all__ = [
    "AUCTION_COUNTS",
    "CASE_COUNTS",
    "COVERAGE",
    "DEFAULT",
    "PROCESS_EVENTS",
    "Band",
    "CaseMix",
    "Check",
    "Dimension",
    "Estimate",
    "Indicator",
    "Method",
    "Names",
    "Peers",
    "Ranks",
    "Sensitivity",
    "Statistic",
    "Strata",
    "builtin_method_files",
    "load_method",
    "load_methods",
    "parse_method",
    "parse_methods",
]
