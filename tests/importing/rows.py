"""Rows that no rule has anything to say about, to be changed by one field in a test."""

from datetime import date
from typing import Any

from index_engine.importing.validation.load import Source


def source(kind: str, **changes: Any) -> Source:
    given: dict[str, Any] = {
        "kind": kind,
        "name": "test",
        "sha256": "0" * 64,
        "observed_from": date(2019, 1, 1),
        "observed_to": date(2024, 12, 31),
        "synthetic": False,
    }
    return Source(**(given | changes))


def case(case_id: str = "c1", **changes: Any) -> dict[str, Any]:
    """An acceptable case that no rule has anything to say about."""
    return {
        "case_id": case_id,
        "court_id": "K1",
        "case_type": "first",
        "filed_on": date(2022, 1, 10),
        "closed_on": date(2022, 7, 10),
        "close_mode": "completed",
        "claim_amount": 1000,
        "recovered_amount": 900,
    } | changes


def lot(lot_id: str = "l1", **changes: Any) -> dict[str, Any]:
    """An acceptable round that no rule has anything to say about."""
    return {
        "lot_id": lot_id,
        "court_id": "K1",
        "asset_class": "residential",
        "round_no": 1,
        "stage": "first",
        "listed_on": date(2022, 1, 10),
        "ended_on": date(2022, 2, 20),
        "reference_price": 1000,
        "start_price": 700,
        "final_price": 800,
        "bidders": 2,
        "status": "sold",
    } | changes


def court(court_id: str = "k1", **changes: Any) -> dict[str, Any]:
    return {"court_id": court_id, "name": "某法院", "level": "basic", "region": "4401", "special": False} | changes


def region(code: str, level: str, parent: str | None) -> dict[str, Any]:
    return {"code": code, "level": level, "name": "某地区", "parent": parent}
