"""Screening: tiers by declared rules, nothing known is no sign, and who decides."""

import math
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.claims.screening import (
    INCOME_BANDS,
    TIERS,
    ScreenedDebtor,
    refused_field,
    screen_debtor,
    screening_rules,
)
from index_engine.errors import InputError

TODAY = date(2026, 6, 30)
UNKNOWN = ScreenedDebtor()
DOCUMENTED = ScreenedDebtor(undervalue_transfer=True, transfer_document=True, transfer_on=date(2024, 3, 1))


@pytest.mark.parametrize(
    "debtor, tier, first",
    [
        (UNKNOWN, "unknown", None),
        (DOCUMENTED, "signs_of_evasion", "undervalue_transfer"),
        (replace(DOCUMENTED, collateral_cover=2.0, answers_creditor=True), "signs_of_evasion", "undervalue_transfer"),
        (ScreenedDebtor(collateral_cover=1.0, answers_creditor=True), "able_and_willing", "collateral_cover"),
        (ScreenedDebtor(collateral_cover=0.99, answers_creditor=True), "unknown", "answers_creditor"),
        (ScreenedDebtor(income_band="above_minimum", payments_after_judgment=3), "able_and_willing", None),
        (ScreenedDebtor(income_band="below_minimum"), "in_difficulty", "income_below_minimum"),
        (ScreenedDebtor(earlier_zhongben=True, assets_found=False), "in_difficulty", "no_assets"),
        (ScreenedDebtor(earlier_zhongben=True), "unknown", None),
        # A file that contradicts itself tells nothing.
        (ScreenedDebtor(income_band="below_minimum", assets_found=True, kept_agreement=True), "unknown", None),
        (ScreenedDebtor(guarantors=1), "unknown", "guarantor"),
        (ScreenedDebtor(consumption_restricted=True), "unknown", "consumption_restriction"),
        (
            ScreenedDebtor(dishonest_entry_stands=True, dishonest_entry_on=date(2025, 1, 1)),
            "signs_of_evasion",
            "dishonest_entry",
        ),
        (ScreenedDebtor(dishonest_entry_stands=False, dishonest_entry_on=date(2025, 1, 1)), "unknown", None),
        (ScreenedDebtor(dishonest_entry_stands=True, dishonest_entry_on=date(2021, 6, 30)), "unknown", None),
        (
            ScreenedDebtor(false_report_ruled=True, false_report_on=date(2025, 1, 1), income_band="below_minimum"),
            "signs_of_evasion",
            "false_report",
        ),
    ],
)
def test_a_debtor_has_the_tier_of_the_rules_that_fired(debtor: ScreenedDebtor, tier: str, first: str | None):
    found = screen_debtor(debtor, TODAY)
    assert found.tier == tier and found.tier in TIERS
    if first:
        assert found.reasons[0].id == first
    assert "a person decides" in str(found.notice) and "24" in str(found.notice)


def test_a_transfer_is_a_sign_only_with_its_document_and_in_time():
    for changes in (
        {"transfer_document": None},
        {"transfer_document": False},
        {"transfer_on": None},
        {"transfer_on": date(2021, 6, 30)},  # five years and more before
        {"undervalue_transfer": None},
    ):
        found = screen_debtor(replace(DOCUMENTED, **changes), TODAY)
        assert found.tier == "unknown" and not found.reasons
        assert ("undervalue_transfer" in {rule.id for rule in found.unknown}) == (None in changes.values())
    in_time = replace(DOCUMENTED, transfer_on=date(2021, 7, 1))
    assert screen_debtor(in_time, TODAY).tier == "signs_of_evasion"
    later_in_month = replace(DOCUMENTED, transfer_on=date(2021, 6, 20))
    assert screen_debtor(later_in_month, date(2026, 6, 15)).tier == "signs_of_evasion"


days = st.dates(date(2015, 1, 1), TODAY)
debtors = st.builds(
    ScreenedDebtor,
    **{
        field.name: st.none()
        | {
            "bool | None": st.booleans(),
            "int | None": st.integers(0, 6),
            "float | None": st.floats(0.0, 50.0),
            "str | None": st.sampled_from(INCOME_BANDS),
            "datetime.date | None": days,
        }[str(field.type)]
        for field in fields(ScreenedDebtor)
    },
)


@given(debtors, st.sets(st.sampled_from([field.name for field in fields(ScreenedDebtor)])))
def test_what_is_not_known_never_makes_a_sign(debtor: ScreenedDebtor, forgotten: set[str]):
    """Forgetting fields takes reasons away and adds none; no rule is both a reason and not known."""
    whole = screen_debtor(debtor, TODAY)
    part = screen_debtor(replace(debtor, **dict.fromkeys(forgotten)), TODAY)
    assert {rule.id for rule in part.reasons} <= {rule.id for rule in whole.reasons}
    assert whole.tier == "signs_of_evasion" or part.tier != "signs_of_evasion"
    assert not {rule.id for rule in whole.reasons} & {rule.id for rule in whole.unknown}


def test_every_rule_says_what_it_sees_misses_and_rests_on():
    declared, names = screening_rules(), {field.name for field in fields(ScreenedDebtor)}
    assert {rule.points_to for rule in declared.rules} == {"evasion", "ability", "willingness", "difficulty", "nothing"}
    assert {tier.id for tier in declared.tiers} == set(TIERS)
    for rule in declared.rules:
        assert rule.source and {condition.field for condition in rule.conditions} <= names, rule.id
        for words in (rule.name, rule.sees, rule.misses):
            assert set(words) == {"zh_Hans", "en"} and all(words.values()), rule.id
    used = {condition.field for rule in declared.rules for condition in rule.conditions}
    assert names - used == {"claim_amount"}  # only the model has it


def test_what_the_law_keeps_out_is_known_by_its_header():
    for header, reason in {
        "客户年龄": "person",
        "性别": "person",
        "微信号": "social_media",
        "近半年消费记录": "consumption",
        "征信查询结果": "credit_register",
        "手机定位": "whereabouts",
        "Gender": "person",
    }.items():
        found = refused_field(header)
        assert found is not None and found.id == reason and found.source and set(found.reason) == {"zh_Hans", "en"}
    for header in ("案龄", "抵押物坐落位置", "限制消费", "最近还款日", "本金余额", "age of case"):
        assert refused_field(header) is None, header


@pytest.mark.parametrize(
    "values",
    [
        {"income_band": "rich"},
        {"guarantors": -1},
        {"collateral_cover": math.nan},
        {"months_since_payment": math.inf},
        {"transfer_on": date(2026, 7, 1)},
    ],
)
def test_a_debtor_that_cannot_be_is_refused_in_one_line(values: dict):
    with pytest.raises(InputError) as refused:
        screen_debtor(ScreenedDebtor(**values), TODAY)
    assert "\n" not in str(refused.value)
