"""The day on which a round was listed, worked out from the first day of bidding where it is not told.

法释〔2016〕18号 art. 12: an auction is announced 15 days before it where the property is movable, 30 where it is real
estate or another right; art. 26: the second 7 and 15 days before. 变卖 follows the second auction, and is given its
notice. Property of no known class has the notice of real estate, of which most lots are. Courts may announce earlier,
so the day is the latest that the law allows. Under other laws the clock starts with the bidding.
"""

from collections.abc import Collection

# Days of notice by stage; of the classes of property that are movable, and of all others.
FIRST_NOTICE, LATER_NOTICE = (15, 30), (7, 15)
MOVABLE_CLASSES = ("vehicle",)


def inferred_listing_sql(rows_sql: str, fields: Collection[str], law: str) -> str:
    """Return the query of rows, which have bidding_on, with listed_on and listing_inferred.

    A day that the file tells stays as it is; so does what it says of days that were inferred before.
    """
    told = "listed_on" if "listed_on" in fields else "NULL::DATE"
    inferred = f"bidding_on - {_notice_sql(fields)}" if law == "CN" else "bidding_on"
    mark = f"{told} IS NULL AND bidding_on IS NOT NULL"
    if "listing_inferred" in fields:
        mark = f"listing_inferred OR ({mark})"
    replaced = [name for name in ("listed_on", "listing_inferred") if name in fields]
    exclusion = f" EXCLUDE ({', '.join(replaced)})" if replaced else ""
    return (
        f"SELECT *{exclusion}, coalesce({told}, {inferred}) AS listed_on, {mark} AS listing_inferred FROM ({rows_sql})"
    )


def _notice_sql(fields: Collection[str]) -> str:
    stage = "stage" if "stage" in fields else "'first'"
    movable = ", ".join(f"'{name}'" for name in MOVABLE_CLASSES)
    is_movable = f"asset_class IN ({movable})" if "asset_class" in fields else "false"
    return (
        f"CASE WHEN {stage} IN ('second', 'sale') THEN CASE WHEN {is_movable} THEN {LATER_NOTICE[0]} ELSE"
        f" {LATER_NOTICE[1]} END WHEN {is_movable} THEN {FIRST_NOTICE[0]} ELSE {FIRST_NOTICE[1]} END"
    )
