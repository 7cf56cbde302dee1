-- Ranks and scores under all assumptions varied at once, beside the confidence sets of the ranks.
-- Parameters: method, level.

SELECT place_id, varied.score, varied.score_low, varied.score_high, varied.rank, varied.rank_low,
       varied.rank_median, varied.rank_high, varied.scored, ranks.low AS rank_set_low,
       ranks.high AS rank_set_high
FROM index.sensitivity AS varied
LEFT JOIN index.ranks AS ranks USING (method, level, place_id, period)
WHERE method = $1 AND level = $2
ORDER BY varied.rank NULLS LAST, place_id
