"""Whether the prices of a file of auctions can be in the units that its mapping says.

Platforms keep prices in 分, courts in 元 or 万元: read in another unit all prices of a file are a hundred or ten
thousand times off, which no row shows where all are. What is usual is the median.
"""

import duckdb

from index_engine.errors import InputError, Term

MIN_PRICES = 3  # of two columns, for their ratio to say anything
MIN_USUAL_PRICES = 20  # of a column, for its level
# A start price is from 56 to 100 % of the reference by law, a sale rarely thrice of it.
MAX_RATIO = 30.0
# Of one asset class two sources differ by place and size, not by this.
MAX_LEVEL_RATIO = 1000.0
# Half of the references of a Chinese file lie below or above: 1,000 yuan in 万元, or what is 20,000 in 元 and
# read as 万元. From auctions of cars, tens of thousands, to those of whole companies, tens of millions.
USUAL_LEVELS = (500.0, 2e8)

RATIOS = """
SELECT 'start_price', COUNT(*), MEDIAN(start_price / reference_price)
FROM auction_rounds WHERE source_id = $source AND start_price > 0 AND reference_price > 0
UNION ALL
SELECT 'final_price', COUNT(*), MEDIAN(final_price / reference_price)
FROM auction_rounds WHERE source_id = $source AND final_price > 0 AND reference_price > 0
UNION ALL
SELECT 'final_price', COUNT(*), MEDIAN(final_price / start_price)
FROM auction_rounds WHERE source_id = $source AND final_price > 0 AND start_price > 0
ORDER BY ALL
"""
# The level of the references of the file, and of those of other sources of the same asset classes.
LEVELS = """
WITH references_known AS (
    SELECT source_id = $source AS is_here, COALESCE(asset_class, '') AS asset_class, reference_price
    FROM auction_rounds WHERE reference_price > 0
),
levels AS (
    SELECT is_here, asset_class, COUNT(*) AS n, MEDIAN(LOG10(reference_price)) AS level
    FROM references_known GROUP BY ALL HAVING COUNT(*) >= $least
)
SELECT
    (SELECT COUNT(*) FROM references_known WHERE is_here),
    (SELECT MEDIAN(reference_price) FROM references_known WHERE is_here),
    (SELECT SUM(here.n * (here.level - other.level)) / SUM(here.n)
     FROM levels AS here JOIN levels AS other USING (asset_class)
     WHERE here.is_here AND NOT other.is_here)
"""


def check_prices(con: duckdb.DuckDBPyConnection, name: str, source_id: int, law: str) -> None:
    """Raise InputError where the prices of a delivery are hundreds of times off each other, or thousands of
    times off those of other sources, or under Chinese law off what anything is sold for."""
    for field, n, ratio in con.execute(RATIOS, {"source": source_id}).fetchall():
        if n >= MIN_PRICES and not 1 / MAX_RATIO < ratio < MAX_RATIO:
            raise InputError("prices_of_two_units", name=name, field=Term("field", field, "auctions"), ratio=ratio)
    [(n, level, distance)] = con.execute(LEVELS, {"source": source_id, "least": MIN_USUAL_PRICES}).fetchall()
    if distance is not None and not 1 / MAX_LEVEL_RATIO < 10**distance < MAX_LEVEL_RATIO:
        raise InputError("prices_unlike_others", name=name, level=level, ratio=10**distance)
    if law == "CN" and n >= MIN_USUAL_PRICES and not USUAL_LEVELS[0] < level < USUAL_LEVELS[1]:
        raise InputError("prices_implausible", name=name, level=level)
