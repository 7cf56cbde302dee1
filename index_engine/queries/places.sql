-- Every place that has a score row, with its names and the region above it. A court's parent is the
-- city it serves, or the place it serves where that is no city.

WITH RECURSIVE up AS (
    SELECT court_id, region AS code FROM courts
    UNION ALL
    SELECT up.court_id, regions.parent FROM up JOIN regions ON regions.code = up.code
    WHERE regions.level = 'county'
),

court_place AS (
    SELECT up.court_id, up.code AS place
    FROM up JOIN regions ON regions.code = up.code WHERE regions.level <> 'county'
),

scored AS (SELECT DISTINCT level, place_id FROM index.scores)

SELECT scored.level, regions.code, regions.name,
       COALESCE(regions.name_hant, regions.name), COALESCE(regions.name_en, regions.name),
       regions.parent, FALSE, COALESCE(regions.pinyin, ''), NULL
FROM scored JOIN regions ON regions.code = scored.place_id AND regions.level = scored.level
UNION ALL
SELECT scored.level, courts.court_id, courts.name, courts.name,
       COALESCE(courts.name_en, courts.name), court_place.place, courts.special,
       COALESCE(courts.pinyin, ''), courts.valid_to
FROM scored
JOIN courts ON courts.court_id = scored.place_id
LEFT JOIN court_place USING (court_id)
WHERE scored.level = 'court'
