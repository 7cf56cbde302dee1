"""What of a faulty value may be kept in `rejects`: numbers, dates, codes and names of courts.

A cell in the wrong column can hold anything, the name of a person too, or the number of a card or
a telephone in any grouping. So only what is read as one of these is kept, by the whole text; of
anything else its length is told, and the row number leads to the cell in the file itself.
"""

import re
from functools import cache

from index_engine.errors import Message
from index_engine.importing.contract import read_vocabulary
from index_engine.warehouse.reported_metrics import read_metrics

# A number of up to nine digits, with two places or, of rates, six: telephones, cards and identities have more,
# or begin with 0. With a unit as amounts, shares and days have it.
_NUMBER = (
    r"[+\-]?[¥￥]?((0|[1-9][0-9]{0,6}|[1-9][0-9]{0,2}(,[0-9]{3}){1,2})(\.[0-9]{1,2})?|(0|[1-9][0-9]{0,2})\.[0-9]{1,6})"
    r"(元|万元|亿元|万|亿|%|‰|天|日)?"
)
# A date of up to eight digits, whether or not there is such a day, and a time of that day.
_DATE = (
    r"((1[89]|20|21)[0-9]{2}[-/.年][0-9]{1,2}([-/.月][0-9]{1,2}日?|月)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](1[89]|20|21)[0-9]{2}"
    r"|(19|20)[0-9]{2}[01][0-9][0-3][0-9])([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?"
)
_HASH = r"[0-9a-f]{32}"
# Digits that a message quotes from other fields of the row, more than a number or a date has.
_LONG_NUMBER = r"\b[0-9]{9,}(\.[0-9]+)?\b"
# What redact_sql() leaves of a text that may not be kept.
_WITHHELD = re.compile(r"‹(\d+) characters›")

# What is a court in the warehouse: its id, its code and every name it has.
_COURT_SQL = (
    "SELECT court_id FROM courts UNION ALL SELECT name FROM courts UNION ALL SELECT code FROM courts"
    " WHERE code IS NOT NULL UNION ALL SELECT name FROM court_names"
)


def redact_sql(value: str, field: str) -> str:
    """Return SQL for what may be kept of the text that the SQL `value` gives, found in `field`.

    What may not be kept becomes its length: '‹3 characters›'.
    """
    codes = ", ".join(f"'{code}'" for code in sorted(_known_codes()))
    return (
        f"CASE WHEN {value} IS NULL OR {value} IN ({codes})"
        f" OR regexp_full_match({value}, '{_NUMBER}|{_DATE}|{_HASH}')"
        f" OR {field} IN ('court_id', 'parent') AND {value} IN ({_COURT_SQL}) THEN {value}"
        f" ELSE '‹' || length({value}) || ' characters›' END"
    )


def redact_message_sql(message: str) -> str:
    """Return SQL for a message without the long numbers that it quotes."""
    return f"regexp_replace({message}, '{_LONG_NUMBER}', '‹…›', 'g')"


def withheld_characters(value: str) -> Message | None:
    """Return what to say of a text that redact_sql() replaced by its length, None of any other."""
    withheld = _WITHHELD.fullmatch(value)
    return Message("characters_withheld", count=int(withheld[1])) if withheld else None


@cache
def _known_codes() -> set[str]:
    """The words that are known to be codes: any other in small letters may be a name in Latin."""
    vocabulary_codes = {code for codes in read_vocabulary().values() for code in codes}
    return {"true", "false"} | vocabulary_codes | set(read_metrics())
