"""What a file can feed, told before it is imported: which indicators of a method, and what is lost by each field that
no column feeds."""

from collections.abc import Callable, Collection

from index_engine.errors import Message, Term
from index_engine.method.counts import AUCTION_COUNTS
from index_engine.method.model import Estimate, Method, Names

_FED_BY_KIND = ("cases", "auctions")
# Files that hold a part of the cases of their courts feed no indicator of them.
_WHOLE_DESIGNS = (None, "all_cases", "all_rounds")

_LOSSES = {
    "cases": {
        "closed_on": Message("lost_closed_on"),
        "close_mode": Message("lost_close_mode"),
        "claim_amount": Message("lost_claim_amount"),
        "recovered_amount": Message("lost_recovered_amount"),
        "cause": Message("lost_cause"),
    },
    "auctions": {
        "ended_on": Message("lost_ended_on"),
        "status": Message("lost_status"),
        "reference_price": Message("lost_reference_price"),
        "final_price": Message("lost_final_price"),
        "asset_class": Message("lost_asset_class"),
        "case_id": Message("lost_case_of_lot"),
    },
}


def needed_fields(estimate: Estimate) -> tuple[str, tuple[str, ...]]:
    """Return the kind of file that feeds an estimate, and the fields beside the required ones that it needs."""
    sold = ("ended_on", "status")
    match estimate.kind:
        case "median":
            return "auctions", (*sold, "reference_price", "final_price")
        case "amount_incidence":
            return "cases", ("closed_on", "close_mode", "claim_amount", "recovered_amount")
        case "incidence" | "restricted_mean":
            return ("auctions", sold) if estimate.process == "lot" else ("cases", ("closed_on", "close_mode"))
    if {estimate.numerator, estimate.denominator} & AUCTION_COUNTS:
        return "auctions", sold
    return "cases", ("closed_on",)


def fed_indicators(
    method: Method, kind: str, fed_fields: Collection[str], holds: str | None, name: Callable[[Names], str]
) -> tuple[Message, ...]:
    """Say which indicators a file feeds and why not the others, then what each field that nothing feeds would tell;
    nothing of files that feed none. `name` chooses the language of a name."""
    if kind not in _FED_BY_KIND:
        return ()
    fed: list[str] = []
    unfed: dict[tuple[str, ...], list[str]] = {}
    of_parts: list[str] = []
    for indicator in method.indicators:
        needed_kind, fields = needed_fields(indicator.estimate)
        if needed_kind != kind:
            continue
        missing = tuple(field for field in fields if field not in fed_fields)
        is_of_single_rows = indicator.estimate.kind == "median"
        if missing:
            unfed.setdefault(missing, []).append(name(indicator.name))
        elif holds not in _WHOLE_DESIGNS and not is_of_single_rows:
            of_parts.append(name(indicator.name))
        else:
            fed.append(name(indicator.name))
    total = len(method.indicators)
    messages = [
        Message("file_feeds", count=len(fed), total=total, indicators=fed)
        if fed
        else Message("file_feeds_nothing", total=total)
    ]
    messages += [
        Message("file_lacks_fields", indicators=names, fields=[Term("field", field, kind) for field in missing])
        for missing, names in unfed.items()
    ]
    if of_parts:
        messages.append(Message("file_holds_a_part", indicators=of_parts))
    return (*messages, *(loss for field, loss in _LOSSES[kind].items() if field not in fed_fields))
