"""Ranks of scores as they are printed, and how they change between two ways to score."""

import numpy as np

from index_engine.arrays import Array
from index_engine.index.composite import rank

DECIMALS = 1  # of a published score: ranks must not be finer than what is printed


def printed_ranks(scores: Array) -> Array:
    """Ranks along the last axis from 1 for the highest score as it is printed; ties share the
    smallest; NaN stays NaN."""
    return rank(np.round(scores, DECIMALS))


def rank_changes(base_scores: Array, scores: Array) -> Array:
    """Changes of rank (replicate, place) from the scores `before` (place,), among the places that have
    a score in both; positive is a worse place."""
    no_score = np.isnan(scores) | np.isnan(base_scores)
    if not no_score.any():
        return printed_ranks(scores) - printed_ranks(base_scores)
    return printed_ranks(np.where(no_score, np.nan, scores)) - printed_ranks(np.where(no_score, np.nan, base_scores))
