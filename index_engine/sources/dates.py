"""Date formats as DuckDB reads them."""

import duckdb

EXCEL = "excel"  # stands among formats for the serial day numbers of spreadsheets

# A day whose year, month and day cannot be taken for one another.
_PROBE = "2023-11-24"


def is_date_format(text: str) -> bool:
    """Say whether a strptime format gives a whole date: year, month and day, and back again."""
    with duckdb.connect() as con:
        try:
            row = con.execute(
                "SELECT CAST(strptime(strftime(CAST($day AS DATE), $format), $format) AS DATE)"
                " = CAST($day AS DATE)",
                {"day": _PROBE, "format": text},
            ).fetchone()
        except duckdb.Error:
            return False
    return row == (True,)
