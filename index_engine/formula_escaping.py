"""Text that leaves in a CSV file and may be opened in a spreadsheet."""

import pandas as pd

# What a spreadsheet takes for the start of a formula, or drops and then finds one; East Asian
# editions take the full-width signs too.
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def escape_cell(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_PREFIXES):
        return "'" + cell
    return cell


def escape_table(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of `table` with every text cell and heading disarmed; numbers stay as they are."""
    escaped_table = table.copy()
    for column in escaped_table.columns:
        if not pd.api.types.is_numeric_dtype(escaped_table[column]):
            escaped_table[column] = escaped_table[column].map(escape_cell)
    escaped_table.columns = [escape_cell(str(column)) for column in escaped_table.columns]
    return escaped_table
