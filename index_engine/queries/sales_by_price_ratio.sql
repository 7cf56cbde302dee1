-- Lots sold by court and bin of price over reference price. Parameters: first and last quarter, group of assets,
-- whether only sales after a first auction that failed, number of bins.

SELECT court_id, LEAST(ratio_bin, $5 - 1)::INTEGER AS ratio_bin, SUM(n)::DOUBLE AS n
FROM measures.price_ratios
JOIN measures.strata USING (stratum)
WHERE period BETWEEN $1 AND $2 AND asset_class = $3 AND (NOT $4 OR stage <> 'first')
GROUP BY ALL
ORDER BY ALL
