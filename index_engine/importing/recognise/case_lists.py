"""Lists of cases that are no caseload of a court: of 终本, of a bank's loans, of 失信 and of 限制高消费.

Such a list has chosen its cases; taken for all cases of its courts, every rate of it is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index_engine.errors import Message
from index_engine.importing.recognise.normalise import heading_key, match_key, reference_data, stated_values
from index_engine.importing.recognise.proposal import ProposedColumn
from index_engine.importing.recognise.table_layout import Layout

_NAMES = {
    "zhongben_list": Message("zhongben_list"),
    "dishonest_list": Message("dishonest_list"),
    "restricted_list": Message("restricted_list"),
    "creditor_list": Message("creditor_list"),
}
_USES = {
    "zhongben_list": Message("feeds_zhongben_counts"),
    "selected_cases": Message("feeds_no_number_of_court"),
    "creditor_cases": Message("feeds_comparison_of_creditor"),
}


@dataclass(frozen=True)
class CaseList:
    """A list of one rule: the observation design that it is, and by what it was recognised."""

    design: str
    reason: Message


def recognise_case_list(layout: Layout, columns: list[ProposedColumn], names: Sequence[str]) -> CaseList | None:
    """Return what list of cases a table is, None for one that may be a caseload; `names` are those of file and sheet.

    A table that tells how or when any case was closed, in words of caseloads, is none of them, unless it tells
    when a creditor acquired each.
    """
    lists = reference_data("headers")["case_lists"]
    acquisition = next((column.header for column in columns if column.field == "acquired_on"), None)
    if acquisition:
        signs = lists["creditor_list"]
        return CaseList(signs["design"], _reason("creditor_list", [acquisition], signs["design"]))
    zhongben_dates = {match_key(word) for word in lists["zhongben_list"]["closing"]}
    if any(
        column.field in ("closed_on", "close_mode")
        and column.header
        and heading_key(column.header) not in zhongben_dates
        for column in columns
    ):
        return None
    closing = next((column for column in columns if column.field == "closed_on"), None)
    # Where some rows have no day of 终本, they are of cases that go on or ended otherwise.
    has_open_cases = closing is not None and len(stated_values(layout.column_cells(closing.position or 0))) < len(
        layout.rows
    )
    keys = [heading_key(header) for header in layout.headers if header]
    title = match_key(" ".join([*layout.titles, *names]))
    for name, signs in lists.items():
        # Of one heading one word: 贷款本金 holds 本金 too.
        found = (next((word for word in signs["words"] if match_key(word) in key), None) for key in keys)
        words = [word for word in found if word is not None]
        titles = [word for word in signs["titles"] if match_key(word) in title]
        if name == "zhongben_list" and has_open_cases:
            continue
        if titles or len(words) >= signs["least"]:
            return CaseList(signs["design"], _reason(name, list(dict.fromkeys([*titles, *words])), signs["design"]))
    return None


def _reason(name: str, words: list[str], design: str) -> Message:
    return Message("case_list", list=_NAMES[name], words=words, use=_USES[design])


def is_zhongben_date(header: str) -> bool:
    """Say whether a heading is that of the day of 终本."""
    return heading_key(header) in {
        match_key(word) for word in reference_data("headers")["case_lists"]["zhongben_list"]["closing"]
    }
