-- The courts that have a row of scores.

SELECT court_id AS place_id, level AS court_level, special, name, name_en FROM courts
WHERE court_id IN (SELECT place_id FROM index.scores WHERE level = 'court')
ORDER BY court_id
