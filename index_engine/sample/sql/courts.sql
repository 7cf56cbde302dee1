-- Courts with their share of the rows and their own way of working.

-- The city that reforms: of those of tier T3 with enough cities beside them the one with the most
-- cases, so that a change is more than chance in a small sample too. Until then it handles cases
-- like the others.
SET VARIABLE reformed_city = (
    SELECT city
    FROM court_list
    JOIN provinces USING (province)
    WHERE provinces.tier = 'T3' AND cities >= 5 AND role IS NULL
    GROUP BY city, city_number
    ORDER BY SUM(size) DESC, city_number
    LIMIT 1
);

-- The tiny courts expect the same few rows in a sample of any size; the rest is shared by size.
CREATE OR REPLACE TEMP TABLE court_bench AS
WITH weighed AS (
    SELECT
        *,
        CASE WHEN role = 'tiny' THEN k().tiny_rows / getvariable('cases')
             ELSE size / SUM(size) OVER everyone
                  * (1 - k().tiny * k().tiny_rows / getvariable('cases')) END AS share
    FROM court_list
    WINDOW everyone AS (ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
-- Three independent leanings (pace, yield, auction), each of province, city and court together.
drawn_leanings AS (
    SELECT
        number, tier, role, share, stream,
        k().province_sd * place_z(province_number + 1000000, stream)
            + k().city_sd * place_z(city_number + 2000000, stream)
            + k().court_sd * place_z(number + 3000000, stream) AS lean
    FROM weighed, (VALUES (11), (13), (15)) AS leanings(stream)
),
-- A tier as a whole keeps its law whatever the seed: its cases lean to no side on average. The
-- gamed city does not lean at all: its twin is the plain T3.
leanings AS (
    SELECT
        number,
        stream,
        CASE WHEN role = 'gamed' THEN 0
             ELSE lean - SUM(lean * share) OVER tier_cases / SUM(share) OVER tier_cases END AS lean
    FROM drawn_leanings
    WINDOW tier_cases AS (PARTITION BY tier, stream ORDER BY number
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT
    weighed.number AS court,
    'syn-' || format('{:04d}', weighed.number) AS court_id,
    city,
    province,
    tier,
    COALESCE(role, CASE WHEN city = getvariable('reformed_city') THEN 'reformed' END) AS role,
    city_number,
    province_number,
    share,
    COALESCE(SUM(share) OVER (ORDER BY weighed.number
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS from_share,
    exp(k().pace_weight * pace.lean) AS slower,
    exp(k().yield_weight * yield.lean) AS pays,
    exp(k().auction_weight * auction.lean) AS sells
FROM weighed
JOIN leanings AS pace ON pace.number = weighed.number AND pace.stream = 11
JOIN leanings AS yield ON yield.number = weighed.number AND yield.stream = 13
JOIN leanings AS auction ON auction.number = weighed.number AND auction.stream = 15;

-- The province that was locked down in the spring of 2022.
SET VARIABLE locked_province = (
    SELECT province_number
    FROM provinces
    WHERE tier = 'T1'
    ORDER BY place_u(province_number, 17)
    LIMIT 1
);

CREATE OR REPLACE TEMP TABLE staged_courts AS
SELECT
    number::BIGINT AS row_no,
    'syn-' || format('{:04d}', number) AS court_id,
    '模' || format('{:04d}', number) AS code,
    word || CASE WHEN special THEN '铁路运输法院（模拟）' ELSE '区人民法院（模拟）' END AS name,
    read || CASE WHEN special THEN ' Railway Transport Court (synthetic)'
                 ELSE ' District People''s Court (synthetic)' END AS name_en,
    'basic' AS level,
    NULL::VARCHAR AS parent,
    city AS region,
    special,
    NULL::DATE AS valid_from,
    NULL::DATE AS valid_to
FROM court_list
ORDER BY number;

-- What the generator knows and no page reads: tests compare scores with it.
CREATE OR REPLACE TABLE sample_truth AS
SELECT province AS place_id, 'province' AS level, tier, NULL::VARCHAR AS role FROM provinces
UNION ALL
SELECT city, 'city', tier,
       CASE WHEN gamed THEN 'gamed' WHEN city = getvariable('reformed_city') THEN 'reformed' END
FROM cities
UNION ALL
SELECT court_id, 'court', tier, role FROM court_bench
ORDER BY level, place_id;
