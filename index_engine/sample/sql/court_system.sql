-- The world: provinces with a tier, cities, courts with a size and a way of their own.

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
    SELECT *, row_number() OVER (PARTITION BY rank // 10 ORDER BY place_u(rank, 1)) AS place
    FROM ranked
)
SELECT province, cities, rank::INTEGER AS province_number, tier
FROM shuffled
JOIN deal USING (place);

-- The gamed city: of tier T3, in a province that keeps enough honest cities beside it.
CREATE OR REPLACE TEMP TABLE cities AS
WITH numbered AS (
    SELECT
        code AS city,
        provinces.*,
        row_number() OVER (ORDER BY code)::INTEGER AS city_number
    FROM regions
    JOIN provinces ON province = parent
    WHERE level = 'city'
),
chosen AS (
    SELECT city
    FROM numbered
    WHERE tier = 'T3' AND cities >= 5
    ORDER BY place_u(city_number, 2)
    LIMIT 1
)
SELECT *, city IN (FROM chosen) AS gamed
FROM numbered;

-- Names: every pair of characters that, with its reading, is no place of the divisions table.
CREATE OR REPLACE TEMP TABLE court_names AS
WITH firsts AS (
    SELECT unnest(string_split(k().first, '')) AS word,
           unnest(string_split(k().first_read, ' ')) AS read
),
seconds AS (
    SELECT unnest(string_split(k().second, '')) AS word,
           unnest(string_split(k().second_read, ' ')) AS read
),
pairs AS (
    SELECT firsts.word || seconds.word AS word, firsts.read || seconds.read AS read
    FROM firsts CROSS JOIN seconds
),
free AS (
    SELECT word, read
    FROM pairs
    WHERE NOT EXISTS (FROM real_places WHERE starts_with(real_places.name, pairs.word))
      AND NOT EXISTS (FROM real_places WHERE real_places.stem_en = lower(pairs.read))
),
numbered AS (
    SELECT word, read, row_number() OVER (ORDER BY word) AS number FROM free
)
SELECT word, read, row_number() OVER (ORDER BY place_u(number, 3))::INTEGER AS number
FROM numbered;

-- Courts before their sizes are shares. role: gamed, tiny, special or NULL.
CREATE OR REPLACE TEMP TABLE court_list AS
WITH counted AS (
    SELECT
        *,
        CASE WHEN gamed THEN k().gamed
             ELSE GREATEST(
                 k().per_city
                     + (place_u(city_number, 4) < k().third_court)::INTEGER
                     + (place_u(city_number, 5) < k().fourth_court)::INTEGER,
                 CASE WHEN cities < 3 THEN k().per_province // cities ELSE 0 END)
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
cast_in_roles AS (
    SELECT
        *,
        CASE WHEN special THEN 'special'
             WHEN gamed THEN 'gamed'
             WHEN plain_rank <= k().tiny THEN 'tiny' END AS role
    FROM ranked
)
SELECT
    number,
    city_number,
    province_number,
    city,
    province,
    tier,
    special,
    role,
    word,
    read,
    CASE role
        WHEN 'special' THEN k().special_size
        WHEN 'gamed' THEN k().gamed_size
        WHEN 'tiny' THEN 0
        ELSE CASE WHEN place_u(number, 7) < k().small_share
                  THEN k().small_least
                       + place_u(number, 8) * (k().small_most - k().small_least)
                  ELSE court_median * exp(k().size_sigma * place_z(number, 9)) END
    END AS size
FROM cast_in_roles
JOIN tiers USING (tier)
JOIN court_names USING (number);
