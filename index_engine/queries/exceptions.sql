-- Places whose statistics changed against their own past. Parameters: level, period.

SELECT place_id, statistic, direction, since, signalled, strength, before, CAST(before_n AS DOUBLE) AS before_n, after,
       CAST(after_n AS DOUBLE) AS after_n, n_suppression,
       baseline, spread
FROM index.exceptions
WHERE level = $1 AND period = $2
ORDER BY signalled DESC, strength DESC, place_id, statistic
