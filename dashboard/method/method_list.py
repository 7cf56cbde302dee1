"""The methods of a build side by side."""

from __future__ import annotations

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, method_switch
from dashboard.ui.columns import text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import TableSpec, table_block
from index_engine.method import Method


def draw_methods(view: View) -> None:
    table_block(
        view,
        TableSpec(
            "methods-side-by-side",
            _("The methods of this data set"),
            [
                text_column(_("Method"), lambda method: _method_cell(view, method)),
                text_column(_("Purpose"), lambda m: localise(m.purpose), css_class="fine"),
                text_column(_("Indicators, with their shares of the weight"), indicator_shares),
            ],
            explanation=_("The same cases, scored in more than one way."),
            anchor="methods",
            notes=[_main_method_note(view)],
            source=None,
        ),
        view.snapshot.methods.values(),
    )


def _main_method_note(view: View) -> Html | None:
    """What is computed for the main method only, where another is in view."""
    if method_switch.is_main_method(view.snapshot):
        return None
    text = _("Checks, funnel plots and clusters are computed for {main} only.").format(
        main=localise(view.snapshot.main.name)
    )
    return tag("p", text, class_="quiet")


def _method_cell(view: View, method: Method) -> Html:
    name = tag("b", localise(method.name))
    if method.id == view.snapshot.method.id:
        action: object = _("in view")
    else:
        url = method_switch.method_link(view.snapshot, method.id)
        action = tag("a", _("Show this method"), href=url, data_in=True)
    return cells.value_with_detail(name, join(f"{method.id} {method.version}", tag("br"), action))


def indicator_shares(method: Method) -> Html:
    """The indicators by dimension, each with its share of the total weight."""
    total_weight = sum(dimension.weight for dimension in method.dimensions)
    lines = []
    for dimension in method.dimensions:
        indicators = method.dimension_indicators(dimension.id)
        dimension_weight = sum(indicator.weight for indicator in indicators)
        texts = [
            _("{name} {share}").format(
                name=localise(indicator.name),
                share=formats.percent(dimension.weight / total_weight * indicator.weight / dimension_weight, 0),
            )
            for indicator in indicators
        ]
        lines.append(tag("p", tag("b", localise(dimension.name)), " ", _("; ").join(texts)))
    return tag("div", *lines, class_="contents-of")
