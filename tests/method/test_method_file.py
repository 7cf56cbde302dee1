"""The method file: the one that is shipped is sound, and every fault in one is told in one line."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from index_engine.errors import InputError
from index_engine.method import Method, load_method, parse_method

TEXT = load_method().text


@pytest.fixture(scope="module")
def method() -> Method:
    return load_method()


# ---------------------------------------------------------------- the one that is shipped


def test_the_default_loads(method: Method):
    assert method.window_quarters == 4
    assert [d.id for d in method.dimensions] == ["cycle", "closure", "auction"]
    assert len(method.indicators) >= 7
    assert method.text == TEXT
    assert method.z == pytest.approx(1.959964, abs=1e-6)


def test_every_indicator_belongs_to_one_dimension(method: Method):
    listed = [i.id for d in method.dimensions for i in method.dimension_indicators(d.id)]
    assert listed == [i.id for i in method.indicators]
    assert method.indicator("recovered_24m").dimension == "closure"
    with pytest.raises(KeyError):
        method.indicator("no such indicator")


def test_direction_follows_from_the_goalposts(method: Method):
    assert not method.indicator("months_to_cash").higher_is_better
    assert all(method.indicator(name).higher_is_better for name in ("cash_24m", "recovered_24m", "price_ratio"))


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_everything_shown_is_worded(method: Method, language: str):
    wordings = [method.name, method.purpose, *(d.name for d in method.dimensions)]
    for figure in (*method.indicators, *method.statistics):
        wordings += [figure.name, figure.numerator, figure.denominator]
    wordings += [i.goalposts for i in method.indicators]
    assert len(wordings) == 5 + 3 * len(method.statistics) + 4 * len(method.indicators)
    for wording in wordings:
        assert wording.get(language, "").strip(), wording


def test_names_are_told_apart(method: Method):
    for language in ("zh_Hans", "en"):
        names = [f.name[language] for f in (*method.indicators, *method.statistics)]
        assert len(names) == len(set(names))


def test_every_number_of_the_engine_stands_in_the_file(method: Method):
    """Read back from the text, so that a default in code cannot stand in for an entry."""
    for key in (
        "bins_per_month",
        "horizon_months",
        "min_at_risk",
        "max_unresolved",
        "claim_cap_quantile",
        "min_effective_n",
        "min_claims_known",
        "min_cell",
        "ratio_step",
        "confidence",
        "min_weight_present",
        "floor",
        "min_coverage",
    ):
        [written] = re.findall(rf"^{key} = ([\d.]+)", TEXT, re.M)
        assert getattr(method, key) == float(written), key


def test_a_file_is_read_and_named(tmp_path: Path):
    path = tmp_path / "method.toml"
    path.write_text(TEXT.replace('version = "2.0"', 'version = "2.1"'), encoding="utf-8")
    assert load_method(path).version == "2.1"
    path.write_text(TEXT.replace("[score]", "[scores]"), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_method(path)


@pytest.mark.parametrize("found", ["nothing", "a folder", "bytes that are no text"])
def test_what_is_no_method_file(tmp_path: Path, found: str):
    path = tmp_path / "method.toml"
    if found == "a folder":
        path.mkdir()
    elif found != "nothing":
        path.write_bytes("名称 = 1".encode("gbk"))
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_method(path)


@pytest.mark.parametrize(
    ("closed", "recovered", "event"),
    [
        ("completed", "", "cash"),
        ("completed", "cash", "cash"),
        ("completed", "instalment", "cash"),
        ("completed", "restructuring", "cash"),
        ("completed", "setoff", "satisfied"),
        ("completed", "asset_swap", "satisfied"),
        ("zhongben", "setoff", "zhongben"),
        ("terminated", "", "other"),
        ("", "cash", "other"),
        ("a mode of another method", "", "other"),
    ],
)
def test_property_taken_is_not_cash(method: Method, closed: str, recovered: str, event: str):
    assert method.closing_event(closed, recovered) == event


@pytest.mark.parametrize(
    ("closed", "recovered", "event"),
    [
        ("completed", "", "cash"),
        ("completed", "setoff", "satisfied"),
        ("zhongben", "", "zhongben"),
        ("terminated", "", "satisfied"),
        ("cancelled", "", "satisfied"),
        ("rejected", "", "other"),
        ("", "", "other"),
    ],
)
def test_a_termination_that_recovered_the_claim_is_no_unpaid_ending(
    method: Method, closed: str, recovered: str, event: str
):
    assert method.closing_event(closed, recovered, is_covered=True) == event


def test_a_method_may_do_without_coverage_and_ways_of_recovery():
    text = re.sub(r"^min_coverage = .*\n", "", TEXT, flags=re.M)
    text = text.replace('[recovery_events]\nsatisfied = ["setoff", "asset_swap"]', "[recovery_events]")
    text = text.replace('[covered_events]\nsatisfied = ["terminated", "cancelled"]', "")
    method = parse_method(text.replace('id = "coverage"', 'id = "covered"'), "test")
    assert method.min_coverage == 0
    assert method.closing_event("completed", "setoff") == "cash"
    assert method.closing_event("terminated", "", is_covered=True) == "other"


# ---------------------------------------------------------------- every fault

[MIN_N, *_] = re.findall(r"min_n = \d+\n", TEXT)

FAULTS = {
    # what is changed: (text, its replacement, what the error says)
    "no TOML": ("[period]", "[period", "not valid TOML"),
    "no table": ("[score]", "[scores]", "'score' is missing"),
    "no entry": ("horizon_months = 36", "", "'horizon_months' is missing"),
    "no name": ('version = "2.0"', "", "'version' is missing"),
    "no events": ("[events]", "[event]", "'events' is missing"),
    "indicator without a weight": ("weight = 2\nunit", "unit", "weight"),
    "indicator with a word too many": (MIN_N, MIN_N + "colour = 3\n", "colour"),
    "indicator without an estimate's kind": ('{ kind = "median" }', "{ }", "kind"),
    "months no multiple of three": ("months = 12  ", "months = 10  ", "multiple of 3"),
    "no months": ("months = 12  ", "months = 0  ", "multiple of 3"),
    "months a text": ("months = 12  ", 'months = "12"  ', "months"),
    "first period": ('first = "2019Q4"', 'first = "2019-10"', "period.first"),
    "first period a number": ('first = "2019Q4"', "first = 2019", "period.first"),
    "no bins": ("bins_per_month = 4", "bins_per_month = 0", "bins_per_month"),
    "bins a text": ("bins_per_month = 4", 'bins_per_month = "4"', "bins_per_month"),
    "bins a fraction": ("bins_per_month = 4", "bins_per_month = 4.5", "bins_per_month"),
    "bins narrower than a day": ("bins_per_month = 4", "bins_per_month = 40", "bins_per_month"),
    "no horizon": ("horizon_months = 36", "horizon_months = 0", "horizon_months"),
    "horizon a fraction": ("horizon_months = 36", "horizon_months = 36.5", "horizon_months"),
    "no least at risk": ("min_at_risk = 5", "min_at_risk = 0", "min_at_risk"),
    "all may be unresolved": ("max_unresolved = 0.05", "max_unresolved = 1", "max_unresolved"),
    "unresolved in percent": ("max_unresolved = 0.05", "max_unresolved = 5", "max_unresolved"),
    "unresolved a text": ("max_unresolved = 0.05", 'max_unresolved = "5%"', "max_unresolved"),
    "no cap": ("claim_cap_quantile = 0.85", "claim_cap_quantile = 0", "claim_cap_quantile"),
    "a cap in percent": ("claim_cap_quantile = 0.85", "claim_cap_quantile = 85.0", "claim_cap_quantile"),
    "no effective n": ("min_effective_n = 10", "min_effective_n = 0", "min_effective_n"),
    "claims known in percent": ("min_claims_known = 0.9", "min_claims_known = 90", "min_claims_known"),
    "no ratio step": ("ratio_step = 0.005", "ratio_step = 0", "ratio_step"),
    "a negative least cell": ("min_cell = 10", "min_cell = -10", "min_cell"),
    "least cell a text": ("min_cell = 10", 'min_cell = "10"', "min_cell"),
    "certainty": ("confidence = 0.95", "confidence = 1", "confidence"),
    "confidence in percent": ("confidence = 0.95", "confidence = 95", "confidence"),
    "weight present in percent": ("min_weight_present = 0.65", "min_weight_present = 65", "min_weight_present"),
    "floor above the scale": ("floor = 1.0", "floor = 100", "floor"),
    "floor below it": ("floor = 1.0", "floor = -1", "floor"),
    # The file says why: a geometric mean with a zero in it would forget every other dimension.
    "floor of nothing": ("floor = 1.0", "floor = 0.0", "floor"),
    "a mode twice": ('["zhongben"]', '["zhongben", "completed"]', "named twice"),
    "coverage in percent": ("min_coverage = 0.6", "min_coverage = 60", "min_coverage"),
    "coverage a text": ("min_coverage = 0.6", 'min_coverage = "0.6"', "min_coverage"),
    "no figure to hold coverage against": ('id = "coverage"', 'id = "covered"', "'coverage'"),
    "a recovery mode twice": ('["setoff", "asset_swap"]', '["setoff", "setoff"]', "named twice"),
    "a recovery mode that the contract does not know": ('["setoff", "asset_swap"]', '["barter"]', "'barter'"),
    "recovery modes a text": ('["setoff", "asset_swap"]', '"setoff"', "recovery_events.satisfied"),
    "an event of recovery that is none": (
        'satisfied = ["setoff", "asset_swap"]',
        'goods = ["setoff", "asset_swap"]',
        "no event 'goods'",
    ),
    "a covered mode twice": ('["terminated", "cancelled"]', '["terminated", "terminated"]', "named twice"),
    "a covered mode that the contract does not know": ('["terminated", "cancelled"]', '["ended"]', "'ended'"),
    "a covered event that is none": (
        'satisfied = ["terminated", "cancelled"]',
        'paid = ["terminated", "cancelled"]',
        "no event 'paid'",
    ),
    "amounts of a process that has none": (
        '"amount_incidence", process = "case"',
        '"amount_incidence", process = "lot"',
        "needs the process 'case'",
    ),
    "amounts beyond the horizon": (
        '"amount_incidence", process = "case", months = 24',
        '"amount_incidence", process = "case", months = 48',
        "1..36",
    ),
    "no event for the rest": ('other = ["*"]', 'other = ["terminated"]', '"*"'),
    "a word of the engine as event": ('other = ["*"]', 'open = ["*"]', "'open'"),
    "a mode that the contract does not know": ('["completed"]', '["complete"]', "complete"),
    "modes a text": ('cash = ["completed"]', 'cash = "completed"', "cash"),
    "two of one id": ('id = "listed_12m"', 'id = "cash_24m"', "share an id"),
    "an indicator called as a dimension": ('id = "listed_12m"', 'id = "cycle"', "share an id"),
    "no weight of a dimension": ('id = "cycle"\nweight = 1', 'id = "cycle"\nweight = 0', "cycle"),
    "weight of a dimension a text": ('id = "cycle"\nweight = 1', 'id = "cycle"\nweight = "1"', "weight"),
    "an empty dimension": (
        '[[dimension]]\nid = "cycle"',
        '[[dimension]]\nid = "cost"\nweight = 1\nname = { en = "Cost" }\n[[dimension]]\nid = "cycle"',
        "cost: no indicator",
    ),
    "no such dimension": ('dimension = "closure"', 'dimension = "speed"', "speed"),
    "a negative weight": ("weight = 2\nunit", "weight = -2\nunit", "cash_24m"),
    "a weight that is not a number": ("weight = 2\nunit", "weight = nan\nunit", "cash_24m"),
    "goalposts that are one": ("worst = 32\nbest = 14", "worst = 14\nbest = 14", "months_to_cash"),
    "a goalpost a text": ("worst = 32", 'worst = "32"', "worst"),
    "a goalpost that is not a number": ("worst = 32", "worst = nan", "worst"),
    "an indicator without an error": (
        '{ kind = "share", numerator = "first_sold", denominator = "first_held" }',
        '{ kind = "quotient", numerator = "first_sold", denominator = "first_held" }',
        "first_round_sold",
    ),
    "a share of what is not counted": (
        '{ kind = "share", numerator = "first_sold", denominator = "first_held" }',
        '{ kind = "share", numerator = "value_sold", denominator = "value_finished" }',
        "no count of things",
    ),
    "no such kind": ('kind = "median"', 'kind = "mode"', "'mode'"),
    "no such process": ('process = "listing"', 'process = "listings"', "'listings'"),
    "no such event": ('event = "listed"', 'event = "cash"', "'cash'"),
    "beyond the horizon": ('event = "cash", months = 24', 'event = "cash", months = 48', "1..36"),
    "no such months": ('event = "cash", months = 24', 'event = "cash", months = 0', "1..36"),
    "months of an indicator a text": ('event = "cash", months = 24', 'event = "cash", months = "24"', "months"),
    "no such count": ('numerator = "closed"', 'numerator = "resolved"', "'resolved'"),
    "no denominator": (', denominator = "handled"', "", "closure_rate"),
    # Figures are quotients of counts; nothing else is computed for them.
    "a figure that is a median": (
        'estimate = { kind = "share", numerator = "closed", denominator = "handled" }',
        'estimate = { kind = "median" }',
        "closure_rate",
    ),
    "a figure off a curve": (
        'estimate = { kind = "share", numerator = "closed", denominator = "handled" }',
        'estimate = { kind = "incidence", process = "case", event = "cash", months = 12 }',
        "closure_rate",
    ),
    "no English": ('\nen = "Closure rate"', "", "'en'"),
    "a wording that is a text": (
        '\n[statistic.name]\nzh_Hans = "结案率"\nen = "Closure rate"',
        'name = "Closure rate"',
        "closure_rate",
    ),
    "a dimension without English": (', en = "Auction success"', "", "auction"),
    "a goalpost's reason without English": (
        '\nen = "10%: little beyond voluntary payment; 70%: above any published national completion rate (40 to 44%)."',
        "",
        "cash_24m",
    ),
    "a least n that is a text": (MIN_N, 'min_n = "100"\n', "min_n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_one_line(fault: str):
    old, new, told = FAULTS[fault]
    assert old in TEXT, "the file has changed; change this fault with it"
    changed = TEXT.replace(old, new, 1)
    with pytest.raises(InputError) as error:
        parse_method(changed, "m.toml")
    message = str(error.value)
    assert message.startswith("m.toml: ")
    assert told in message
    assert "\n" not in message
    assert len(message) < 200


def test_weights_are_free(method: Method):
    """Only their proportions matter, so that any numbers will do."""
    text = TEXT.replace('id = "cycle"\nweight = 1', 'id = "cycle"\nweight = 0.25', 1)
    assert parse_method(text, "m.toml").dimensions[0].weight == 0.25
    assert replace(method, dimensions=()).dimension_indicators("cycle") == method.dimension_indicators("cycle")
