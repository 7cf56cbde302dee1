"""Where a number comes from, behind a small (i) beside it: the same for every number."""

from __future__ import annotations

from typing import Any

from dashboard import address, formats, parts
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, tag
from index_engine.method import Check, Figure, Indicator


def about(shown: View, item: Figure, line: Any = None) -> Html:
    """What `item` divides by what, and of how many, when, from which files and between which
    goalposts; with a link to its place on the page of the method.

    `line` is the row of the number in an answer of the snapshot: its `n`, `numerator` and
    `denominator` are told if it has them.
    """
    pairs: list[tuple[str, object]] = [
        (_("Numerator"), side(item, pick(item.numerator), line, "numerator")),
        (_("Denominator"), side(item, pick(item.denominator), line, "denominator")),
    ]
    if not formats.missing(n := getattr(line, "n", None)):
        pairs.append(("n", formats.number(n)))
    pairs.append((_("Period"), formats.window(*shown.data.period_dates(shown.period))))
    pairs.append((_("Source"), parts.source_names(shown.data)))
    if isinstance(item, Indicator):
        pairs.append((_("Goalposts"), goalposts(item)))
    if isinstance(item, Check):
        pairs.append((_("What it would show"), pick(item.why)))
    way = tag("a", _("Its place in the method"), href=method_link(item), data_in=True)
    return parts.note(pick(item.name), parts.definitions(*pairs), way)


def side(item: Figure, words: str, line: Any, name: str) -> str:
    """A side of a quotient in words, and how much it was, where that is known."""
    count = getattr(line, name, None)
    if formats.missing(count):
        return words
    return _("{words}: {amount}").format(words=words, amount=amount(item, count))


def amount(item: Figure, count: float) -> str:
    """How much a side of a quotient was: things counted, or money."""
    return formats.yuan(count) if item.in_yuan else formats.number(count)


def goalposts(item: Indicator) -> str:
    """The two fixed values that points are counted between, and why these."""
    return _("0 points at {worst}, 100 at {best}. {why}").format(
        worst=post(item, item.worst),
        best=post(item, item.best),
        why=pick(item.goalposts),
    )


def post(item: Indicator, amount: float) -> str:
    """A goalpost, short, with its unit."""
    words = formats.goalpost(amount, item.unit)
    if item.unit == "months":
        return _("{number} months").format(number=words)
    if item.unit == "days":
        return _("{number} days").format(number=words)
    return words


def anchor(item: Figure) -> str:
    """The name of an item's place on the page of the method."""
    if isinstance(item, Indicator):
        return item.id
    return f"check-{item.id}" if isinstance(item, Check) else f"figure-{item.id}"


def method_link(item: Figure) -> str:
    return f"{address.link('method')}#{anchor(item)}"


def at_anchor(item: Figure, *content: object) -> Html:
    """What stands at an item's place on the page of the method."""
    return tag("span", *(content or (pick(item.name),)), id=anchor(item), class_="anchor")
