-- The files of the build, by hash; what was taken back since is still in the scores.
SELECT row_number() OVER (ORDER BY source_id) AS source, kind, sha256, rows, rejected, warned, observed_from,
       observed_to, synthetic
FROM (FROM sources UNION ALL BY NAME SELECT * EXCLUDE (undone_at) FROM undone)
WHERE list_contains($sources, source_id)
ORDER BY source_id
