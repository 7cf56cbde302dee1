SELECT source_id, kind, name, rows, rows - rejected AS kept, warned, rejected, added, changed, gone,
       observed_from, observed_to, holds, synthetic, imported_at, sha256, undone_at
FROM (SELECT *, CAST(NULL AS TIMESTAMP) AS undone_at FROM sources UNION ALL SELECT * FROM undone)
ORDER BY source_id DESC
