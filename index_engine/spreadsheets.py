"""Text that leaves in a CSV file and may be opened in a spreadsheet."""

import pandas as pd

# What a spreadsheet takes for the start of a formula, or drops and then finds one; East Asian
# editions take the full-width signs too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def disarm(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell


def disarmed(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of `table` with every text cell and heading disarmed; numbers stay as they are."""
    safe = table.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(disarm)
    safe.columns = [disarm(str(column)) for column in safe.columns]
    return safe
