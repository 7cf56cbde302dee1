-- What the index stage makes, one row a method and what the other columns name. `basis` is that of
-- the estimates: observed | adjusted | constant_mix | shrunk. Ranks, sensitivity and coherence are of
-- scores as observed.

DROP SCHEMA IF EXISTS index CASCADE;
CREATE SCHEMA index;

CREATE TABLE index.points (
    method VARCHAR, basis VARCHAR, level VARCHAR, unit_id VARCHAR, period VARCHAR,
    indicator VARCHAR, points DOUBLE, weight DOUBLE,
    own BOOLEAN                   -- FALSE: the unit has too few cases, and its peers' value stands in
);

CREATE TABLE index.dimensions (
    method VARCHAR, basis VARCHAR, level VARCHAR, unit_id VARCHAR, period VARCHAR,
    dimension VARCHAR, points DOUBLE, weight_present DOUBLE
);

CREATE TABLE index.scores (
    method VARCHAR, basis VARCHAR, level VARCHAR, unit_id VARCHAR, period VARCHAR,
    score DOUBLE, se DOUBLE,
    low DOUBLE, high DOUBLE,      -- at the method's confidence
    low90 DOUBLE, high90 DOUBLE,
    rank BIGINT,                  -- smallest of ties; NULL for special courts
    band VARCHAR,                 -- 'A', 'A-BBB' across two; NULL where the interval spans more
    n BIGINT, status VARCHAR      -- scored | low_coverage | too_few | not_estimable
);

-- Rank confidence sets: of the unit alone, and of all units of the level at once.
CREATE TABLE index.ranks (
    method VARCHAR, level VARCHAR, unit_id VARCHAR, period VARCHAR,
    low INTEGER, high INTEGER, low_all INTEGER, high_all INTEGER,
    top DOUBLE                    -- probability of being in the top share of the method
);
