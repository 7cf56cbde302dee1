"""The methodology: read from TOML files, validated once, then passed as plain values.

Nothing else in the engine knows an indicator, a weight or a goalpost. A method of another country
or for another purpose is a folder of the same kind with other entries.
"""

from index_engine.method.counts import AUCTION_COUNTS, CASE_COUNTS
from index_engine.method.model import (
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
    builtin_methods,
    load_method,
    load_methods,
    load_superseded,
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
    "builtin_methods",
    "load_method",
    "load_methods",
    "load_superseded",
    "parse_method",
    "parse_methods",
]
