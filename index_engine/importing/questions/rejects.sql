SELECT sources.name AS source, row_no, field, value, rule, message, action
FROM rejects
JOIN sources USING (source_id)
WHERE source_id = coalesce($1, source_id)
ORDER BY source_id, row_no, rule, field
