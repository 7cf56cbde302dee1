-- The world: provinces with a tier, cities, courts with a size of their own.

-- Provinces in order of their number of cities, ten to a block, each block dealt a shuffled deck.
CREATE OR REPLACE TEMP TABLE provinces AS
WITH sizes AS (
    SELECT parent AS province, COUNT(*) AS cities
    FROM regions
    WHERE level = 'city' AND parent NOT IN ('710000', '810000', '820000')
    GROUP BY parent
),
ranked AS (
    SELECT province, cities, row_number() OVER (ORDER BY cities DESC, province) - 1 AS rank
    FROM sizes
),
shuffled AS (
    SELECT *, row_number() OVER (PARTITION BY rank // 10 ORDER BY place_u(rank, 1)) AS position
    FROM ranked
)
SELECT province, cities, rank::INTEGER AS province_number, tier
FROM shuffled
JOIN tier_deck USING (position)
-- only where courts are: a tier is the same whichever cities have them
WHERE getvariable('city_codes') = []
    OR province IN (SELECT parent FROM regions WHERE list_contains(getvariable('city_codes'), code));

-- The gamed city: of tier T3, in a province that keeps enough honest cities beside it.
CREATE OR REPLACE TEMP TABLE cities AS
WITH numbered AS (
    SELECT
        code AS city,
        provinces.*,
        COUNT(*) OVER (PARTITION BY province) AS court_cities,
        row_number() OVER (ORDER BY code)::INTEGER AS city_number
    FROM regions
    JOIN provinces ON province = parent
    WHERE level = 'city' AND (getvariable('city_codes') = [] OR list_contains(getvariable('city_codes'), code))
),
gamed_city AS (
    SELECT city
    FROM numbered
    WHERE tier = 'T3' AND court_cities >= 5
    ORDER BY place_u(city_number, 2)
    LIMIT 1
)
SELECT *, city IN (FROM gamed_city) AS gamed
FROM numbered;

-- Names: every pair of characters that, with its reading, is no place of the divisions table.
CREATE OR REPLACE TEMP TABLE sample_court_names AS
WITH firsts AS (
    SELECT unnest(string_split(param().first_characters, '')) AS characters,
           unnest(string_split(param().first_readings, ' ')) AS reading
),
seconds AS (
    SELECT unnest(string_split(param().second_characters, '')) AS characters,
           unnest(string_split(param().second_readings, ' ')) AS reading
),
pairs AS (
    SELECT firsts.characters || seconds.characters AS characters,
           firsts.reading || seconds.reading AS reading,
           lower(left(firsts.reading, 1)) || left(seconds.reading, 1) AS initials
    FROM firsts CROSS JOIN seconds
),
unused_names AS (
    SELECT characters, reading, initials
    FROM pairs
    WHERE NOT EXISTS (FROM division_names WHERE starts_with(division_names.name, pairs.characters))
      AND NOT EXISTS (FROM division_names WHERE division_names.stem_en = lower(pairs.reading))
),
numbered AS (
    SELECT characters, reading, initials, row_number() OVER (ORDER BY characters) AS number FROM unused_names
)
SELECT characters, reading, initials, row_number() OVER (ORDER BY place_u(number, 3))::INTEGER AS number
FROM numbered;

-- Courts before their sizes are shares. role: gamed, tiny, special, abolished, late, one of the habits of
-- records, or NULL.
CREATE OR REPLACE TEMP TABLE court_roster AS
WITH counted AS (
    SELECT
        *,
        CASE WHEN gamed THEN param().gamed_courts
             ELSE GREATEST(
                 param().min_courts_per_city
                     + (place_u(city_number, 4) < param().third_court_share)::INTEGER
                     + (place_u(city_number, 5) < param().fourth_court_share)::INTEGER,
                 CASE WHEN cities < 3 THEN param().courts_per_province // cities ELSE 0 END)
        END AS courts
    FROM cities
),
ordinary AS (
    SELECT counted.*, FALSE AS special
    FROM counted, range(courts)
    UNION ALL
    -- the special court sits in a city of T2, but belongs to no region's score
    (SELECT counted.*, TRUE AS special FROM counted WHERE tier = 'T2' ORDER BY city_number LIMIT 1)
),
numbered AS (
    SELECT *, row_number() OVER (ORDER BY special, city_number)::INTEGER AS number
    FROM ordinary
),
ranked AS (
    SELECT *, rank() OVER (PARTITION BY gamed OR special ORDER BY place_u(number, 6)) AS plain_rank
    FROM numbered
),
roles AS (
    SELECT
        *,
        CASE WHEN special THEN 'special'
             WHEN gamed THEN 'gamed'
             WHEN plain_rank <= param().tiny_courts THEN 'tiny' END AS first_role
    FROM ranked
),
-- Both of a tier of large courts, where there are enough beside them.
abolished_court AS (
    SELECT number, city
    FROM roles
    WHERE first_role IS NULL AND tier = 'T2' AND courts >= 3
    ORDER BY court_cities DESC, plain_rank
    LIMIT 1
),
late_court AS (
    SELECT number
    FROM roles
    WHERE first_role IS NULL AND tier = 'T2' AND courts >= 3 AND city NOT IN (SELECT city FROM abolished_court)
    ORDER BY court_cities DESC, plain_rank
    LIMIT 1
),
cast_courts AS (
    SELECT
        *,
        CASE WHEN number IN (SELECT number FROM abolished_court) THEN 'abolished'
             WHEN number IN (FROM late_court) THEN 'late'
             ELSE first_role END AS role
    FROM roles
),
sized AS (
    SELECT
        *,
        CASE role
            WHEN 'special' THEN param().special_size
            WHEN 'gamed' THEN param().gamed_size
            WHEN 'tiny' THEN 0
            ELSE CASE WHEN place_u(number, 7) < param().small_share
                      THEN param().small_min_size
                           + place_u(number, 8) * (param().small_max_size - param().small_min_size)
                      ELSE court_median * exp(param().size_sigma * place_z(number, 9)) END
        END AS size
    FROM cast_courts
    JOIN tiers USING (tier)
),
-- Courts whose records have a habit of their own, each in a city of its own: the largest of which their provinces
-- keep enough beside them. Not of T3, among which courts are compared with the gamed and the reformed ones.
habit_courts AS (
    SELECT number, role, size, row_number() OVER (PARTITION BY city ORDER BY size DESC) AS place_in_city,
           size <= param().habit_share * SUM(size) OVER (PARTITION BY province) AS is_small_share,
           BOOL_OR(role IS NOT NULL) OVER (PARTITION BY city) AS is_cast
    FROM sized
    WHERE tier <> 'T3'
    QUALIFY is_small_share AND NOT is_cast
),
habits AS (
    SELECT number, ['late_reports', 'late_results', 'early_payments', 'late_results', 'late_results']
                   [row_number() OVER (ORDER BY size DESC, number)] AS habit
    FROM habit_courts
    WHERE place_in_city = 1
)
SELECT
    number,
    city_number,
    province_number,
    city,
    province,
    tier,
    court_cities,
    special,
    COALESCE(role, habit) AS role,
    characters,
    reading,
    initials,
    size
FROM sized
LEFT JOIN habits USING (number)
JOIN sample_court_names USING (number);
