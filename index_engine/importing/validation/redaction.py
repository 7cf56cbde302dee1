"""What of a faulty value may be kept in `rejects`: numbers, dates, codes and names of courts.

A cell in the wrong column can hold anything, the name of a person too. Nothing can tell a name from
another word, so words are left out unless they are known to be harmless; the row number leads to
the cell in the file itself.
"""

import re
from functools import cache

from index_engine.errors import Message
from index_engine.importing.contract import read_vocabulary
from index_engine.warehouse.reported_metrics import read_metrics

# A number or a date as people write them, with its unit.
_NUMBER_OR_DATE = r"[0-9０-９年月日号时分秒点元万亿％%‰￥¥.,，:：/+\-－()（） ]{1,30}"
# Runs of digits, blanks and dashes among them left out, that can be an identity card, a telephone
# or an account; a day with its time of day has fourteen digits.
_LONG_DIGITS = r"(\d[ -]?){14}\d|(^|\D)1[3-9]\d([ -]?\d{4}){2}(\D|$)|(^|\D)0\d{2,3}[-)） ]{0,2}\d{7,8}(\D|$)"
_SHORT_ID = r"[A-Za-z]{0,3}[0-9]{1,6}"
_HASH = r"[0-9a-f]{32}"
# What redact_sql() leaves of a text that may not be kept.
_WITHHELD = re.compile(r"‹(\d+) characters›")
_COURT = r"[\p{Han}（）()]{2,40}(法院|法庭)"


def redact_sql(value: str, field: str) -> str:
    """Return SQL for what may be kept of the text that the SQL `value` gives, found in `field`.

    What may not be kept becomes its length: '‹3 characters›'.
    """
    codes = ", ".join(f"'{code}'" for code in sorted(_known_codes()))
    return (
        f"CASE WHEN {value} IS NULL OR {value} IN ({codes})"
        f" OR regexp_full_match({value}, '{_HASH}')"
        f" OR {field} = 'court_id' AND regexp_full_match({value}, '{_COURT}') THEN {value}"
        f" WHEN regexp_full_match({value}, '{_NUMBER_OR_DATE}|{_SHORT_ID}')"
        f" AND NOT regexp_matches({value}, '{_LONG_DIGITS}') THEN {value}"
        f" ELSE '‹' || length({value}) || ' characters›' END"
    )


def withheld_characters(value: str) -> Message | None:
    """Return what to say of a text that redact_sql() replaced by its length, None of any other."""
    withheld = _WITHHELD.fullmatch(value)
    return Message("characters_withheld", count=int(withheld[1])) if withheld else None


@cache
def _known_codes() -> set[str]:
    """The words that are known to be codes: any other in small letters may be a name in Latin."""
    vocabulary_codes = {code for codes in read_vocabulary().values() for code in codes}
    return {"true", "false"} | vocabulary_codes | set(read_metrics())
