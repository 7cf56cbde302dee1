"""The fee of an application for enforcement, by the official scale in fees.toml."""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array

_FILE = Path(__file__).with_suffix(".toml")


def enforcement_fee(amount: npt.ArrayLike) -> Array:
    """The fee (...) of enforcing an amount (...), both in yuan; none of nothing.

    A flat fee up to the first limit, then a rate of each part of the amount (诉讼费用交纳办法, art. 14).
    """
    flat, limits, rates = _scale()
    amounts = np.asarray(amount, dtype=np.float64)
    parts = np.clip(amounts[..., None] - limits, 0.0, np.diff(limits, append=np.inf))
    fee: Array = np.where(amounts > 0.0, flat + parts @ rates, 0.0)
    return fee


@cache
def _scale() -> tuple[float, Array, Array]:
    scale = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    limits, rates = (np.array([part[key] for part in scale["part"]], dtype=np.float64) for key in ("above", "rate"))
    return float(scale["flat"]), limits, rates
