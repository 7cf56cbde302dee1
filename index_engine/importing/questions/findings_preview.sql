-- What was left out comes first: whoever looks before an import wants to know that.
SELECT row_no, field, value, rule, message, action
FROM rejects
WHERE source_id = $1
ORDER BY action <> 'rejected', action <> 'cleared', action <> 'warned', row_no, rule, field
LIMIT $2
