-- Statistics reported of one place: those whose period overlaps a window; of a metric and speaker without
-- one, the latest before it. Beside each stands the statistic of the same formula and days.
-- Parameters: level, place_id, first and last day of the window, sources of the build, metrics as
-- (metric, court_column, shown_in, same) in order, windows as (first_day, last_day, period).

WITH metrics AS (
    SELECT unnest(CAST($6 AS STRUCT(metric VARCHAR, court_column VARCHAR, shown_in VARCHAR,
                                    same VARCHAR)[]), recursive := true),
           generate_subscripts($6, 1) AS place
),

windows AS (
    SELECT unnest(CAST($7 AS STRUCT(first_day DATE, last_day DATE, period VARCHAR)[]),
                  recursive := true)
),

by_court AS (
    SELECT court_id, period_start, period_end, source_id,
           CAST(COLUMNS(* EXCLUDE (court_id, period_start, period_end, source_id))
                AS DECIMAL(28, 6))
    FROM court_periods
    WHERE $1 = 'court' AND court_id = $2
),

long AS (
    UNPIVOT by_court ON COLUMNS(* EXCLUDE (court_id, period_start, period_end, source_id))
    INTO NAME court_column VALUE value
),

reported AS (
    SELECT metric, unit_name, value, measured_in, period_start, period_end, basis, address, note,
           figure_id, source_id
    FROM published_figures
    WHERE level = $1 AND unit = $2
    UNION ALL
    SELECT metrics.metric, courts.name,
           CASE WHEN metrics.shown_in = '%' THEN 100 ELSE 1 END * long.value,
           metrics.shown_in, period_start, period_end, 'reported', sources.name, NULL, NULL,
           long.source_id
    FROM long
    JOIN metrics USING (court_column)
    JOIN courts USING (court_id)
    JOIN sources ON sources.source_id = long.source_id
),

near AS (
    SELECT *, max(period_end) OVER (PARTITION BY metric, unit_name) AS latest
    FROM reported
    WHERE period_start <= $4 AND list_contains(CAST($5 AS INTEGER[]), source_id)
)

SELECT near.metric, unit_name, CAST(near.value AS DOUBLE) AS value, near.measured_in,
       period_start, period_end, basis, address, note,
       statistics.value * CASE WHEN near.measured_in = '%' THEN 100 ELSE 1 END AS computed, figure_id
FROM near
JOIN metrics USING (metric)
LEFT JOIN windows ON period_start = first_day AND period_end = last_day
LEFT JOIN estimates.published_statistics AS statistics
ON statistics.level = $1 AND statistics.place_id = $2 AND statistics.period = windows.period
   AND statistics.statistic = metrics.same
WHERE period_end >= $3 OR latest < $3 AND period_end = latest
ORDER BY place, unit_name, period_end DESC, period_start DESC, basis DESC, address, figure_id
