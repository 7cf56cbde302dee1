-- The strata of cases of one kind of debtor, or of lots of one group of assets. Parameters: the column, the value.

SELECT stratum
FROM measures.strata
WHERE CASE $1 WHEN 'debtor_kind' THEN debtor_kind WHEN 'asset_class' THEN asset_class END = $2
ORDER BY stratum
