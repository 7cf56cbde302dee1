-- The counts that a build withholds in one period. Parameter: period.

SELECT level, place_id, count, suppression FROM estimates.suppressions WHERE period = $1
