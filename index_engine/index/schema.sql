-- What the index stage makes, one row a method and what the other columns name. `basis` is that of
-- the estimates: observed | adjusted | constant_mix | shrunk. Ranks, sensitivity and coherence are of
-- scores as observed.

DROP SCHEMA IF EXISTS index CASCADE;
CREATE SCHEMA index;

CREATE TABLE index.points (
    method VARCHAR, basis VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR,
    indicator VARCHAR, points DOUBLE, weight DOUBLE,
    own BOOLEAN                   -- FALSE: the unit has too few cases, and its peers' value stands in
);

CREATE TABLE index.dimensions (
    method VARCHAR, basis VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR,
    dimension VARCHAR, points DOUBLE, se DOUBLE, weight_present DOUBLE
);

CREATE TABLE index.scores (
    method VARCHAR, basis VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR,
    score DOUBLE, se DOUBLE,
    low DOUBLE, high DOUBLE,      -- at the method's confidence
    low90 DOUBLE, high90 DOUBLE,
    rank BIGINT,                  -- smallest of ties; NULL for special courts
    band VARCHAR,                 -- 'A', 'A-BBB' across two; NULL where the interval spans more
    n BIGINT, status VARCHAR      -- scored | low_coverage | too_few | not_estimable
);

-- Rank confidence sets: of the unit alone, and of all units of the level at once.
CREATE TABLE index.ranks (
    method VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR,
    low INTEGER, high INTEGER, low_joint INTEGER, high_joint INTEGER,
    top DOUBLE                    -- probability of being in the top share of the method
);

-- All choices of the method varied at once; quantiles of 5, 50 and 95 % over the replicates.
CREATE TABLE index.sensitivity (
    method VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR,
    score DOUBLE, score_low DOUBLE, score_high DOUBLE,
    rank BIGINT, rank_low BIGINT, rank_median BIGINT, rank_high BIGINT,
    scored DOUBLE                 -- share of the replicates in which the unit has a score
);

-- Each choice alone: how far ranks and scores move. reason: '', 'no effect' or 'no scores'.
CREATE TABLE index.perturbations (
    method VARCHAR, level VARCHAR, period VARCHAR, perturbation VARCHAR, item VARCHAR,
    units BIGINT, lost BIGINT,
    rank_mean DOUBLE, rank_max DOUBLE, rank_moved BIGINT,
    score_mean DOUBLE, score_max DOUBLE, score_moved BIGINT, reason VARCHAR
);

-- Sobol indices of the choices: of the mean change of rank (place_id NULL), and of each unit's rank.
CREATE TABLE index.sobol (
    method VARCHAR, level VARCHAR, period VARCHAR, place_id VARCHAR, choice VARCHAR,
    first DOUBLE, first_half DOUBLE, total DOUBLE, total_half DOUBLE, reason VARCHAR
);

-- Whether indicators agree; kinds as in coherence.py.
CREATE TABLE index.coherence (
    method VARCHAR, level VARCHAR, period VARCHAR, kind VARCHAR, item VARCHAR, other VARCHAR,
    value DOUBLE, n BIGINT
);
