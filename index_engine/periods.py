"""Calendar quarters as whole numbers (year x 4 + quarter - 1), so that windows are arithmetic."""

import re
from datetime import date, timedelta

from index_engine.errors import InputError

QUARTERS_PER_YEAR = 4


def quarter_from_date(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def label(quarter: int) -> str:
    """8103 -> '2025Q4'."""
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def parse(text: str) -> int:
    """'2025Q4' -> 8103. Raises InputError for anything else."""
    if re.fullmatch(r"\d{4}Q[1-4]", text) is None:
        raise InputError("period_form", period=text)
    return int(text[:4]) * 4 + int(text[5]) - 1


def first_day(quarter: int) -> date:
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def last_day(quarter: int) -> date:
    return first_day(quarter + 1) - timedelta(days=1)
