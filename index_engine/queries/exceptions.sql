-- Places whose statistics changed against their own past. Parameters: level, period.

SELECT place_id, statistic, direction, since, signalled, strength, before, before_n, after, after_n, n_suppression,
       baseline, spread
FROM index.exceptions
WHERE level = $1 AND period = $2
ORDER BY signalled DESC, strength DESC, place_id, statistic
