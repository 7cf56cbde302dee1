-- Regions of the sample: the nation, its provinces and cities, from the table of divisions.

CREATE OR REPLACE TEMP TABLE divisions AS
SELECT code, level, NULLIF(parent, '') AS parent, name, name_hant, name_en, pinyin
FROM read_csv(getvariable('divisions'), all_varchar = true, header = true, delim = ',');

CREATE OR REPLACE TEMP TABLE staged_regions AS
SELECT row_number() OVER (ORDER BY code) AS row_no, *
FROM divisions
WHERE level <> 'county'
ORDER BY code;

-- Names that no fictional court may have: every division, and its reading without the class word.
CREATE OR REPLACE TEMP TABLE division_names AS
SELECT name, lower(split_part(name_en, ' ', 1)) AS stem_en
FROM divisions;
