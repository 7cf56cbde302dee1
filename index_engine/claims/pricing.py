"""The claims that places are compared by, and what is assumed of all claims: those of pricing.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from index_engine.claims.claim import Assumptions, Claim

_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class ReferenceClaim:
    """A claim that every place is asked the value of; `name` and `terms` by language."""

    id: str
    name: MappingProxyType[str, str]
    terms: MappingProxyType[str, str]
    claim: Claim


@cache
def default_assumptions() -> Assumptions:
    return Assumptions(**_read()["assumptions"])


@cache
def months_to_filing() -> MappingProxyType[str, int]:
    """Months until enforcement is filed, by the stage of a claim before it."""
    return MappingProxyType(_read()["months_to_filing"])


@cache
def reference_claims() -> MappingProxyType[str, ReferenceClaim]:
    """By id, in the order of the file."""
    claims = {}
    for claim_id, entry in _read()["claim"].items():
        name, terms = (MappingProxyType(entry.pop(key)) for key in ("name", "terms"))
        claims[claim_id] = ReferenceClaim(claim_id, name, terms, Claim(**entry))
    return MappingProxyType(claims)


def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
