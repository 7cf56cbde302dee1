-- Every table that a build makes from the facts, in the order in which they are made; the facts
-- themselves are in schema.sql. A build makes a schema anew, empty, and each stage fills its tables.
-- The text of this file, comments included, is the version of a build: a page refuses what another
-- text built. So write into it what a value may be, too.

-- ---------------------------------------------------------------- measures

-- Additive counts of a court and a period, one SQL file of measures/ a table. A period is a quarter,
-- 4 x year + quarter - 1; a day is counted from 1970-01-01.

CREATE SCHEMA measures;

-- Short keys as enumerations: grouping is then by small whole numbers. `event_codes` and
-- `process_codes` are of the method.
CREATE TYPE measures.event AS ENUM (SELECT event FROM event_codes ORDER BY event);
CREATE TYPE measures.process AS ENUM (SELECT process FROM process_codes ORDER BY position);
CREATE TYPE measures.court AS ENUM (SELECT court_id FROM courts ORDER BY court_id);

CREATE TABLE measures.windows (
    source_id INTEGER, kind VARCHAR,
    from_day INTEGER, end_day INTEGER,  -- observed from the one to the day before the other
    late_days INTEGER  -- how many days before the last of the file that is, for closings are late
);

-- The same of each court in a source, for that a court comes into a file when it comes, and only as
-- long as it exists. Its closings tell, too, from when to when it is observed.
CREATE TABLE measures.court_windows (
    source_id INTEGER, kind VARCHAR, court_id VARCHAR,
    holds VARCHAR,  -- as in sources, all_cases where it is not stated
    from_day INTEGER, end_day INTEGER,
    clock_end_day INTEGER,  -- clocks end there: later payments may not be known yet
    late_days INTEGER,
    n INTEGER               -- cases or rounds
);

-- The claim that a larger one weighs as much as.
CREATE TABLE measures.claim_cap (
    quantile DOUBLE, -- of the claims of all first-enforcement cases
    yuan DOUBLE      -- NULL where no claim is known
);

CREATE TABLE measures.strata (
    stratum INTEGER,
    kind VARCHAR,         -- case | lot
    case_class VARCHAR,
    claim_class INTEGER,  -- position of the class of claims, NULL where the claim is not known
    debtor_kind VARCHAR,  -- '' where it is not known
    asset_class VARCHAR
);

-- Spells by age when they came under observation, when a period began, and when they ended.
-- elapsed_days: days of the age bin already over, summed. Of cases, else 0, in yuan: claims and
-- recoveries as they weigh where money is counted; claim_unknown: claims that ended with an unknown
-- recovery; x_x_y is the sum of products of x and y.
CREATE TABLE measures.entries (
    process measures.process, court_id measures.court, stratum SMALLINT, period INTEGER,
    age_bin SMALLINT, n INTEGER, elapsed_days INTEGER,
    claims INTEGER, claim BIGINT, claim_x_claim DECIMAL(38, 0)
);
CREATE TABLE measures.exits (
    process measures.process, court_id measures.court, stratum SMALLINT,
    cohort INTEGER,       -- period of filing; 0: filed before it was observed
    period INTEGER, age_bin SMALLINT,
    event measures.event, -- 'open': left observation without an event
    n INTEGER, elapsed_days INTEGER,
    claims INTEGER, claim BIGINT, claim_x_claim DECIMAL(38, 0),
    recovery BIGINT, claim_x_recovery DECIMAL(38, 0), recovery_x_recovery DECIMAL(38, 0),
    claim_unknown BIGINT
);
CREATE TABLE measures.opening_stock (
    process measures.process, court_id measures.court, stratum SMALLINT, period INTEGER,
    age_bin SMALLINT, n INTEGER, elapsed_days INTEGER,
    claims INTEGER, claim BIGINT, claim_x_claim DECIMAL(38, 0)
);

-- Cases, in the words of official reports; x_x_y is the sum of products of x and y.
CREATE TABLE measures.case_counts (
    court_id VARCHAR, stratum INTEGER, period INTEGER,
    filed INTEGER, initial_stock INTEGER,
    closed INTEGER, closed_december INTEGER, completed INTEGER,
    zhongben INTEGER, zhongben_within_120 INTEGER, zhongben_before_90 INTEGER,
    recovered_known INTEGER, recovered_cash INTEGER, recovered_instalment INTEGER,
    recovered_setoff INTEGER, recovered_asset_swap INTEGER, recovered_restructuring INTEGER,
    days_to_close BIGINT, days_to_close_x_days_to_close BIGINT,
    amount_cases INTEGER, claimed BIGINT, recovered BIGINT,
    claimed_x_claimed DECIMAL(38, 0), claimed_x_recovered DECIMAL(38, 0),
    recovered_x_recovered DECIMAL(38, 0),
    zhongben_amount_cases INTEGER, zhongben_claimed BIGINT, zhongben_recovered BIGINT,
    zhongben_claimed_x_zhongben_claimed DECIMAL(38, 0),
    zhongben_claimed_x_zhongben_recovered DECIMAL(38, 0),
    zhongben_recovered_x_zhongben_recovered DECIMAL(38, 0)
);

-- Numbered cases of all strata together: nobody knows of what stratum a missing one is.
CREATE TABLE measures.coverage (
    court_id VARCHAR, period INTEGER, numbered_received INTEGER, numbered_expected INTEGER
);

-- Closings from sources that hold no open cases: beside them nobody knows how many were filed or are
-- pending, and beside those of a list of 终本 not even how many were closed.
CREATE TABLE measures.closings_alone (
    court_id VARCHAR, period INTEGER, closed_alone INTEGER, zhongben_alone INTEGER
);

-- Days of a period on which a court is observed by what tells a scope: clocks and flows (all cases),
-- closings, zhongben (closings as 终本), part (a part of the cases), auctions; in_file: days of the files
-- that have cases of it, existing: on which it existed.
CREATE TABLE measures.observed_days (
    court_id VARCHAR, period INTEGER,
    clocks INTEGER, flows INTEGER, closings INTEGER, zhongben INTEGER, part INTEGER, auctions INTEGER,
    in_file INTEGER, existing INTEGER
);

-- Auction rounds, and lots by their last round.
CREATE TABLE measures.round_counts (
    court_id VARCHAR, stratum INTEGER, period INTEGER, stage VARCHAR,
    rounds_ended INTEGER, held INTEGER, sold INTEGER, failed INTEGER, defaulted INTEGER,
    setoff INTEGER, withdrawn INTEGER, premium DECIMAL(38, 2), start_value DECIMAL(38, 2)
);
CREATE TABLE measures.lot_counts (
    court_id VARCHAR, stratum INTEGER, period INTEGER,
    lots_finished INTEGER, lots_sold INTEGER,
    value_finished DECIMAL(38, 2), value_sold DECIMAL(38, 2)
);
CREATE TABLE measures.price_ratios (
    court_id VARCHAR, stratum INTEGER, period INTEGER, stage VARCHAR,
    ratio_bin SMALLINT,   -- of final over first reference price
    n INTEGER
);

-- By calendar month whatever the periods are, and of all strata: seasons are estimated from it.
CREATE TABLE measures.monthly (
    court_id VARCHAR,
    month INTEGER,        -- 12 x year + month - 1
    filed INTEGER, closed INTEGER, paid INTEGER, sold INTEGER
);

-- ---------------------------------------------------------------- estimates

-- One row a place and window; a window has the name of its last quarter. level: nation | province |
-- city | court. Values are NULL below the least cell of the method. A suppression is '' where a count or
-- what tells it is published, the least cell as '<10' where it is too small, 'secondary' where it would
-- restore another: see estimates/visibility.py. Scores are made from the tables; pages read what is
-- published of them.

CREATE SCHEMA estimates;

-- A standard error beside a count that is withheld: up to the next of ten steps a decade (ISO 3, R10), since it
-- falls with the root of the count.
CREATE MACRO estimates.coarse_error(se) AS
CASE WHEN se > 0 THEN round(power(10, ceil(10 * log10(se)) / 10), 6) ELSE se END;

CREATE TABLE estimates.indicators (
    method VARCHAR, -- id of the method
    basis VARCHAR,  -- observed | adjusted | constant_mix | shrunk
    level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR,
    value DOUBLE,   -- on the indicator's own scale; NULL where status says why
    se DOUBLE,      -- standard error from sampling, same scale
    n BIGINT,       -- spells under way, cases, rounds or lots behind the value
    status VARCHAR, -- estimated | part_of_cases | not_observed | too_few | concentrated | amounts_unknown |
                    -- not_estimable | no_data
    n_suppression VARCHAR
);
CREATE VIEW estimates.published_indicators AS
SELECT method, basis, level, place_id, period, indicator,
       CASE n_suppression WHEN '' THEN value WHEN 'secondary' THEN round(value, 3) END AS value,
       CASE n_suppression WHEN '' THEN se WHEN 'secondary' THEN estimates.coarse_error(se) END AS se,
       CASE WHEN n_suppression = '' THEN CAST(n AS DOUBLE) END AS n,
       CASE WHEN n_suppression NOT IN ('', 'secondary') AND status = 'estimated' THEN 'too_few' ELSE status END AS status,
       n_suppression
FROM estimates.indicators;

CREATE TABLE estimates.covariances (
    method VARCHAR, basis VARCHAR,
    level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR, other_indicator VARCHAR,
    covariance DOUBLE  -- of two indicators read off the same curves
);

CREATE TABLE estimates.correlations (
    indicator VARCHAR, other_indicator VARCHAR, correlation DOUBLE,
    n_groups INTEGER  -- random groups of cases
);

CREATE TABLE estimates.design_effects (
    indicator VARCHAR,
    design_effect DOUBLE,  -- variance over random groups over that of the formula, at least 1
    n_groups INTEGER
);

CREATE TABLE estimates.step_effects (
    node VARCHAR,  -- step of the procedure
    design_effect DOUBLE  -- of the mean wait at it, as of an indicator
);

CREATE TABLE estimates.peer_groups (
    level VARCHAR, place_id VARCHAR, period VARCHAR,
    peer_group VARCHAR,  -- '' of special courts, which have no peers
    n_members INTEGER
);

CREATE TABLE estimates.shrinkage (
    method VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR,
    weight DOUBLE,  -- share of the place's own cases in the shrunken value
    centre DOUBLE,  -- mean of its peers, towards which the value is shrunk
    value DOUBLE,   -- shrinkage estimate; that of its peers alone where it has no estimate of its own
    se DOUBLE
);

CREATE TABLE estimates.mix_overlap (
    level VARCHAR, place_id VARCHAR, period VARCHAR, process VARCHAR,
    overlap DOUBLE  -- share of the national mix that the place has cases of
);

CREATE TABLE estimates.observed_shares (
    level VARCHAR, place_id VARCHAR, period VARCHAR,
    share DOUBLE  -- of the days of a court, of the expected caseload of a region; NULL in no source that could tell
);

CREATE TABLE estimates.indirect_ratios (
    level VARCHAR, place_id VARCHAR, period VARCHAR, event VARCHAR,
    observed DOUBLE,               -- events of the case process
    expected DOUBLE,               -- what the nation's rates expect of a like mix
    ratio DOUBLE, low DOUBLE, high DOUBLE,
    shrunk DOUBLE, shrunk_low DOUBLE, shrunk_high DOUBLE,
    suppression VARCHAR            -- of the events observed
);
CREATE VIEW estimates.published_indirect_ratios AS
SELECT * REPLACE (
           CASE WHEN suppression = '' THEN observed END AS observed,
           -- Times the ratio it is what was observed; it adds up over places.
           CASE WHEN suppression = '' THEN expected END AS expected,
           CASE suppression WHEN '' THEN ratio WHEN 'secondary' THEN round(ratio, 2) END AS ratio,
           -- Ends over the ratio say what was observed (Byar), so that they are outward to one decimal.
           CASE suppression WHEN '' THEN low WHEN 'secondary' THEN floor(10 * low) / 10 END AS low,
           CASE suppression WHEN '' THEN high WHEN 'secondary' THEN ceil(10 * high) / 10 END AS high,
           CASE suppression WHEN '' THEN shrunk WHEN 'secondary' THEN round(shrunk, 2) END AS shrunk,
           CASE suppression WHEN '' THEN shrunk_low WHEN 'secondary' THEN floor(10 * shrunk_low) / 10 END AS shrunk_low,
           CASE suppression WHEN '' THEN shrunk_high WHEN 'secondary' THEN ceil(10 * shrunk_high) / 10 END AS shrunk_high)
FROM estimates.indirect_ratios;

CREATE TABLE estimates.funnel_plots (
    level VARCHAR, period VARCHAR, statistic VARCHAR,
    centre DOUBLE,  -- rate of all places together
    tau DOUBLE,     -- standard deviation between places beyond chance
    phi DOUBLE,     -- multiplicative overdispersion, 1: chance alone
    n_places INTEGER
);

CREATE TABLE estimates.outliers (
    level VARCHAR, place_id VARCHAR, period VARCHAR, statistic VARCHAR,
    z DOUBLE, flag VARCHAR  -- '' without a value | in | high | very_high | low | very_low
);

CREATE TABLE estimates.creditor_gaps (
    basis VARCHAR,            -- observed | adjusted: both sides brought to the place's own mix
    level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR,
    local DOUBLE, local_se DOUBLE, local_n BIGINT,
    non_local DOUBLE, non_local_se DOUBLE, non_local_n BIGINT, -- n: NULL below the least cell
    gap DOUBLE, gap_se DOUBLE, -- local less non-local
    status VARCHAR,           -- as in indicators; of the two together
    local_n_suppression VARCHAR, non_local_n_suppression VARCHAR
);
CREATE VIEW estimates.published_creditor_gaps AS
SELECT * REPLACE (
           CASE WHEN local_n_suppression = '' THEN local ELSE round(local, 3) END AS local,
           CASE WHEN local_n_suppression = '' THEN local_se ELSE estimates.coarse_error(local_se) END AS local_se,
           CASE WHEN local_n_suppression = '' THEN CAST(local_n AS DOUBLE) END AS local_n,
           CASE WHEN non_local_n_suppression = '' THEN non_local ELSE round(non_local, 3) END AS non_local,
           CASE WHEN non_local_n_suppression = '' THEN non_local_se
                ELSE estimates.coarse_error(non_local_se) END AS non_local_se,
           CASE WHEN non_local_n_suppression = '' THEN CAST(non_local_n AS DOUBLE) END AS non_local_n,
           CASE WHEN local_n_suppression = '' AND non_local_n_suppression = '' THEN gap
                ELSE round(round(local, 3) - round(non_local, 3), 3) END AS gap,
           CASE WHEN local_n_suppression = '' AND non_local_n_suppression = '' THEN gap_se
                ELSE estimates.coarse_error(gap_se) END AS gap_se)
FROM estimates.creditor_gaps;

-- Payments of the cases of one creditor, each since the creditor acquired it, over those that the nation's
-- rates expect of cases of their kinds and ages, as in indirect_ratios. No score is made of them.
CREATE TABLE estimates.creditor_lists (
    creditor VARCHAR,         -- name of the source, which holds creditor_cases
    level VARCHAR, place_id VARCHAR, period VARCHAR, event VARCHAR,
    observed DOUBLE, expected DOUBLE, -- at least the least cell
    ratio DOUBLE, low DOUBLE, high DOUBLE,
    suppression VARCHAR       -- of the events observed
);
CREATE VIEW estimates.published_creditor_lists AS
SELECT * REPLACE (
           CASE WHEN suppression = '' THEN observed END AS observed,
           CASE WHEN suppression = '' THEN expected END AS expected,
           CASE suppression WHEN '' THEN ratio WHEN 'secondary' THEN round(ratio, 2) END AS ratio,
           CASE suppression WHEN '' THEN low WHEN 'secondary' THEN floor(10 * low) / 10 END AS low,
           CASE suppression WHEN '' THEN high WHEN 'secondary' THEN ceil(10 * high) / 10 END AS high)
FROM estimates.creditor_lists;

CREATE TABLE estimates.monthly_flows (
    level VARCHAR, place_id VARCHAR, month VARCHAR,
    flow VARCHAR,     -- filed | closed | paid | sold
    n BIGINT,         -- NULL below the least cell
    adjusted DOUBLE   -- without season and Spring Festival; NULL likewise, and where not estimable
);

CREATE TABLE estimates.statistics (
    level VARCHAR, place_id VARCHAR, period VARCHAR, statistic VARCHAR,
    value DOUBLE, numerator DOUBLE,  -- NULL below the least cell
    denominator DOUBLE, -- likewise where it is an amount
    numerator_suppression VARCHAR, denominator_suppression VARCHAR
);
CREATE VIEW estimates.published_statistics AS
SELECT level, place_id, period, statistic,
       CASE WHEN denominator_suppression NOT IN ('', 'secondary') THEN NULL
            WHEN denominator_suppression = '' AND numerator_suppression = '' THEN value
            ELSE round(value, 3) END AS value,
       CASE WHEN numerator_suppression = '' AND denominator_suppression <> 'secondary' THEN numerator END AS numerator,
       CASE WHEN denominator_suppression = '' THEN denominator END AS denominator,
       CASE WHEN denominator_suppression IN ('', 'secondary') THEN '' ELSE 'too_few' END AS suppression,
       -- Over the rate it would be the denominator.
       CASE WHEN numerator_suppression = '' AND denominator_suppression = 'secondary' THEN 'secondary'
            ELSE numerator_suppression END AS numerator_suppression,
       denominator_suppression
FROM estimates.statistics;

-- The counts that are withheld of a place and window, by name.
CREATE TABLE estimates.suppressions (
    level VARCHAR, place_id VARCHAR, period VARCHAR, count VARCHAR, suppression VARCHAR
);

-- ---------------------------------------------------------------- index

-- What the index stage makes, one row a method and what the other columns name. basis as in the
-- estimates. Ranks, sensitivity and coherence are of scores as observed.

CREATE SCHEMA index;

CREATE TABLE index.points (
    method VARCHAR, basis VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR,
    indicator VARCHAR, points DOUBLE, weight DOUBLE,
    own BOOLEAN                   -- FALSE: the place has too few cases, and its peers' value stands in
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
    n BIGINT, status VARCHAR,     -- scored | low_coverage | part_of_cases | not_observed | too_few |
                                  -- not_estimable
    n_suppression VARCHAR         -- as in the estimates; n is NULL where it is not ''
);

-- Rank confidence sets: of the place alone, and of all places of the level at once.
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
    scored DOUBLE                 -- share of the replicates in which the place has a score
);

-- Each choice alone: how far ranks and scores move. reason: '', 'no effect' or 'no scores'.
CREATE TABLE index.perturbations (
    method VARCHAR, level VARCHAR, period VARCHAR, perturbation VARCHAR, item VARCHAR,
    units BIGINT, lost BIGINT,
    rank_mean DOUBLE, rank_max DOUBLE, rank_moved BIGINT,
    score_mean DOUBLE, score_max DOUBLE, score_moved BIGINT, reason VARCHAR
);

-- Sobol indices of the choices: of the mean change of rank (place_id NULL), and of each place's rank.
CREATE TABLE index.sobol (
    method VARCHAR, level VARCHAR, period VARCHAR, place_id VARCHAR, choice VARCHAR,
    first DOUBLE, first_half DOUBLE, total DOUBLE, total_half DOUBLE, reason VARCHAR
);

-- Whether indicators agree; kinds as in coherence.py.
CREATE TABLE index.coherence (
    method VARCHAR, level VARCHAR, period VARCHAR, kind VARCHAR, item VARCHAR, other VARCHAR,
    value DOUBLE, n BIGINT
);

-- Moran's I of scores and dimensions, and what cluster each place is in.
CREATE TABLE index.spatial (
    method VARCHAR, level VARCHAR, period VARCHAR,
    layer VARCHAR,      -- score, or a dimension
    i DOUBLE, expected DOUBLE, z DOUBLE,
    p DOUBLE,           -- one-sided, towards likeness of neighbours
    n INTEGER,          -- places with a value and a neighbour that has one
    islands INTEGER,    -- places with a value and no such neighbour: left out
    status VARCHAR      -- estimated | too_few | constant
);
CREATE TABLE index.clusters (
    method VARCHAR, level VARCHAR, period VARCHAR, layer VARCHAR, place_id VARCHAR,
    i DOUBLE, z DOUBLE, -- NULL for an island
    p DOUBLE, q DOUBLE, -- two-sided, by permutation; the same corrected for testing every place
    cluster VARCHAR     -- high-high | low-low | high-low | low-high | none | island
);

-- Shares that changed against the place's own past.
CREATE TABLE index.monitored_series (
    level VARCHAR, period VARCHAR, statistic VARCHAR,
    series BIGINT,         -- places with enough quarters
    signals BIGINT,
    expected DOUBLE        -- signals by chance, had nothing changed anywhere
);
CREATE TABLE index.exceptions (
    level VARCHAR, place_id VARCHAR, period VARCHAR, statistic VARCHAR,
    direction VARCHAR,     -- up | down
    since VARCHAR,         -- quarter in which the change most likely began
    signalled VARCHAR,     -- quarter in which the sum passed the limit
    strength DOUBLE,       -- the largest sum over the limit: above 1
    before DOUBLE,         -- rate of the baseline, at the seasons of the quarters since
    before_n BIGINT,       -- denominator of the baseline
    after DOUBLE, after_n BIGINT,  -- of the quarters since, the period's included
    n_suppression VARCHAR, -- 'secondary' where a count of the place is withheld in any quarter or window
    baseline BIGINT,       -- quarters of the baseline
    spread DOUBLE          -- standard deviation used over the binomial one: at least 1
);
CREATE TABLE index.exception_series (
    level VARCHAR, place_id VARCHAR, period VARCHAR, statistic VARCHAR, quarter VARCHAR,
    value DOUBLE,          -- NULL below the least cell
    n BIGINT,              -- NULL where counts of the place are withheld; so are low and high
    expected DOUBLE,       -- the baseline's rate at the season of the quarter
    low DOUBLE, high DOUBLE,  -- 95 % of quarters without a change lie between
    total DOUBLE,          -- the sum in the signal's direction; NULL in the baseline
    alarm DOUBLE           -- its limit
);
