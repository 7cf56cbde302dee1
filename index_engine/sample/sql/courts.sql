-- Courts with their share of the rows and their factors on durations, payments and auctions.

-- The city that reforms: of those of tier T3 with enough cities beside them the one with the most
-- cases, so that a change is more than chance in a small sample too. Until then it handles cases
-- like the others.
SET VARIABLE reformed_city = (
    SELECT city
    FROM court_roster
    WHERE tier = 'T3' AND court_cities >= 5 AND role IS NULL
    GROUP BY city, city_number
    ORDER BY SUM(size) DESC, city_number
    LIMIT 1
);

-- The tiny courts expect the same few rows in a sample of any size; the rest is shared by size.
CREATE OR REPLACE TEMP TABLE court_parameters AS
WITH court_shares AS (
    SELECT
        *,
        CASE WHEN role = 'tiny' THEN param().tiny_rows / getvariable('cases')
             ELSE size / SUM(size) OVER everyone
                  * (1 - param().tiny_courts * param().tiny_rows / getvariable('cases')) END AS share
    FROM court_roster
    WINDOW everyone AS (ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
-- Three independent log effects (pace, yield, auction), each the sum of those of province, city and
-- court.
drawn_effects AS (
    SELECT
        number, tier, role, share, stream,
        param().province_sd * place_z(province_number + 1000000, stream)
            + param().city_sd * place_z(city_number + 2000000, stream)
            + param().court_sd * place_z(number + 3000000, stream) AS log_effect
    FROM court_shares, (VALUES (11), (13), (15)) AS log_effects(stream)
),
-- Effects average to zero over the cases of a tier, so that a tier keeps its parameters whatever the
-- seed. The gamed city has none: its twin is the plain T3.
log_effects AS (
    SELECT
        number,
        stream,
        CASE WHEN role = 'gamed' THEN 0
             ELSE log_effect - SUM(log_effect * share) OVER tier_cases / SUM(share) OVER tier_cases END AS log_effect
    FROM drawn_effects
    WINDOW tier_cases AS (PARTITION BY tier, stream ORDER BY number
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT
    court_shares.number AS court,
    'syn-' || format('{:04d}', court_shares.number) AS court_id,
    city,
    province,
    tier,
    COALESCE(role, CASE WHEN city = getvariable('reformed_city') THEN 'reformed' END) AS role,
    city_number,
    province_number,
    share,
    COALESCE(SUM(share) OVER (ORDER BY court_shares.number
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS from_share,
    exp(param().pace_weight * pace.log_effect) AS duration_factor,
    exp(param().yield_weight * yield.log_effect) AS payment_factor,
    exp(param().auction_weight * auction.log_effect) AS auction_factor,
    day_number(CASE WHEN role = 'late' THEN GREATEST(param().late_from, param().observed_from)
                    ELSE param().observed_from END) AS records_from,
    CASE WHEN role = 'abolished' THEN param().abolished_on END AS last_day,
    CASE WHEN role = 'abolished' THEN successor_id END AS successor_id
FROM court_shares
LEFT JOIN (
    SELECT city, 'syn-' || format('{:04d}', MIN(number)) AS successor_id
    FROM court_roster WHERE role IS NULL GROUP BY city
) USING (city)
JOIN log_effects AS pace ON pace.number = court_shares.number AND pace.stream = 11
JOIN log_effects AS yield ON yield.number = court_shares.number AND yield.stream = 13
JOIN log_effects AS auction ON auction.number = court_shares.number AND auction.stream = 15;

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
    characters || CASE WHEN special THEN '铁路运输法院（模拟）' ELSE '区人民法院（模拟）' END AS name,
    reading || CASE WHEN special THEN ' Railway Transport Court (synthetic)'
                 ELSE ' District People''s Court (synthetic)' END AS name_en,
    CASE WHEN special THEN lower(reading) || 'tieluyunshufayuan ' || initials || 'tlysfy'
         ELSE lower(reading) || 'qurenminfayuan ' || initials || 'qrmfy' END AS pinyin,
    'basic' AS level,
    NULL::VARCHAR AS parent,
    city AS region,
    special,
    NULL::DATE AS valid_from,
    CASE WHEN role = 'abolished' THEN param().abolished_on END AS valid_to
FROM court_roster
ORDER BY number;

-- What the generator knows and no page reads: tests compare scores with it.
CREATE OR REPLACE TABLE sample_truth AS
SELECT province AS place_id, 'province' AS level, tier, NULL::VARCHAR AS role FROM provinces
UNION ALL
SELECT city, 'city', tier,
       CASE WHEN gamed THEN 'gamed' WHEN city = getvariable('reformed_city') THEN 'reformed' END
FROM cities
UNION ALL
SELECT court_id, 'court', tier, role FROM court_parameters
ORDER BY level, place_id;
