"""Where a number comes from, behind a small (i) beside it: the same for every number."""

from __future__ import annotations

from typing import Any

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html, tag
from index_engine import queries
from index_engine.method import Check, Indicator, Statistic
from index_engine.method.counts import COUNT_BY_SUM


def provenance_note(view: View, statistic: Statistic, row: Any = None) -> Html:
    """What `item` divides by what, and of how many, when, from which files and between which
    goalposts; with a link to its place on the page of the method.

    `line` is the row of the number in an answer of the snapshot: its `n`, `numerator` and
    `denominator` are told if it has them.
    """
    pairs: list[tuple[str, object]] = [
        (_("Numerator"), quotient_term(statistic, localise(statistic.numerator), row, "numerator")),
        (_("Denominator"), quotient_term(statistic, localise(statistic.denominator), row, "denominator")),
    ]
    suppression = getattr(row, "n_suppression", "")
    if not formats.is_missing(n := getattr(row, "n", None)) or suppression:
        pairs.append(("n", formats.count(n, suppression)))
    pairs.append((_("Period"), formats.date_range(*view.snapshot.period_dates(view.period))))
    pairs.append((_("Source"), components.source_names(view.snapshot)))
    if isinstance(statistic, Indicator):
        pairs.append((_("Goalposts"), goalpost_text(statistic)))
    if isinstance(statistic, Check):
        pairs.append((_("What it may reveal"), localise(statistic.why)))
    link = tag("a", _("See the method"), href=method_link(statistic), data_in=True)
    return components.note(localise(statistic.name), components.definitions(*pairs), link)


def independence_caveat(view: View) -> str:
    """What intervals assume where the data are too few to measure how cases vary together; else
    empty."""
    if not queries.design_effects(view.snapshot).empty:
        return ""
    return _(
        "Intervals take cases for independent: there are too few days of filing to measure how cases "
        "filed together vary, so intervals may be too narrow."
    )


def quotient_term(statistic: Statistic, label: str, row: Any, column: str) -> str:
    """A side of a quotient in words, and how much it was, where that is known."""
    count, suppression = getattr(row, column, None), getattr(row, f"{column}_suppression", "")
    if formats.is_missing(count) and not suppression:
        return label
    return _("{words}: {amount}").format(words=label, amount=format_amount(statistic, count, column, suppression))


def quotient_text(statistic: Statistic) -> str:
    """What a number divides by what."""
    return _("{numerator} / {denominator}").format(
        numerator=localise(statistic.numerator), denominator=localise(statistic.denominator)
    )


def format_amount(statistic: Statistic, count: float | None, column: str = "", suppression: str = "") -> str:
    """How much a side of a quotient was: things counted, or money; or what stands in place of it. `column`:
    'numerator' or 'denominator'."""
    if suppression:
        is_count = column and getattr(statistic.estimate, column) not in COUNT_BY_SUM
        return formats.count(count, suppression) if is_count or suppression == formats.SECONDARY else _("too few cases")
    return formats.yuan(count) if statistic.is_monetary else formats.number(count)


def goalpost_text(indicator: Indicator) -> str:
    """The two fixed values that points are counted between, and why these."""
    return _("0 points at {worst}, 100 at {best}. {why}").format(
        worst=goalpost_value(indicator, indicator.worst),
        best=goalpost_value(indicator, indicator.best),
        why=localise(indicator.goalposts),
    )


def goalpost_value(indicator: Indicator, amount: float) -> str:
    """A goalpost, short, with its unit."""
    text = formats.goalpost(amount, indicator.unit)
    if indicator.unit == "months":
        return _("{number} months").format(number=text)
    if indicator.unit == "days":
        return _("{number} days").format(number=text)
    return text


def anchor_id(statistic: Statistic) -> str:
    """The name of an item's place on the page of the method."""
    if isinstance(statistic, Indicator):
        return statistic.id
    return f"check-{statistic.id}" if isinstance(statistic, Check) else f"figure-{statistic.id}"


def method_link(statistic: Statistic) -> str:
    return f"{address.link('method')}#{anchor_id(statistic)}"


def method_anchor(statistic: Statistic, *content: object) -> Html:
    """What stands at an item's place on the page of the method."""
    return tag("span", *(content or (localise(statistic.name),)), id=anchor_id(statistic), class_="anchor")
