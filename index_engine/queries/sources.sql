-- The files that the build was made from; what was taken back since is still in the scores.
-- Parameter: ids of the sources of the build.

SELECT source_id, kind, name, sha256, rows, rejected, warned, observed_from, observed_to, COALESCE(inferred, 0) AS inferred,
       synthetic
FROM (FROM sources UNION ALL BY NAME SELECT * EXCLUDE (undone_at) FROM undone)
WHERE list_contains(CAST($1 AS INTEGER[]), source_id)
ORDER BY source_id
