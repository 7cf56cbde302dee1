-- The data contract: the tables that sources fill and every later stage reads.
-- Amounts are yuan (or the currency of the data set), dates are calendar days.
-- Codes are those of vocabulary.toml. No party names; the numbers of cases and lots are kept as
-- salted hashes only (see warehouse/salt.py).

CREATE TABLE regions (
    code      VARCHAR PRIMARY KEY,
    level     VARCHAR NOT NULL,      -- nation | province | city | county
    name      VARCHAR NOT NULL,
    name_hant VARCHAR,
    name_en   VARCHAR,
    pinyin    VARCHAR,               -- how people type the name: pinyin and initials, blanks between
    parent    VARCHAR,               -- code of the region above; NULL for the nation
    source_id INTEGER
);

CREATE TABLE courts (
    court_id   VARCHAR PRIMARY KEY,
    code       VARCHAR,              -- court code as printed in case numbers
    name       VARCHAR NOT NULL,
    name_en    VARCHAR,
    pinyin     VARCHAR,              -- how people type the name, as in regions
    level      VARCHAR NOT NULL,     -- supreme | high | intermediate | basic
    parent     VARCHAR,              -- court_id of the court above
    region     VARCHAR NOT NULL,     -- regions.code of the place it serves
    special    BOOLEAN NOT NULL,     -- railway, maritime, internet ...: shown apart, in no regional score
    valid_from DATE,
    valid_to   DATE,
    source_id  INTEGER
);

-- Names and codes that a court also goes by, or went by for a time.
CREATE TABLE court_names (
    court_id   VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,     -- a name, or a code as printed in case numbers
    valid_from DATE,                 -- first and last day; NULL: no end on that side
    valid_to   DATE,
    source_id  INTEGER
);

CREATE TABLE cases (
    case_id          VARCHAR NOT NULL,
    court_id         VARCHAR NOT NULL,  -- court that filed it
    case_type        VARCHAR NOT NULL,  -- only 'first' enters denominators
    filed_on         DATE    NOT NULL,
    closed_on        DATE,              -- NULL: open when last observed
    close_mode       VARCHAR,
    close_reason     VARCHAR,
    claim_amount     DECIMAL(18, 2),
    recovered_amount DECIMAL(18, 2),
    recovery_mode    VARCHAR,           -- how most of it was recovered: cash, setoff ...
    paid_out_on      DATE,
    has_assets       BOOLEAN,           -- property that must be sold to pay the claim
    debtor_kind      VARCHAR,
    creditor_local   BOOLEAN,
    cause            VARCHAR,
    parent_case_id   VARCHAR,           -- a resumed case names the case it resumes
    notified_on      DATE,              -- notice of enforcement served
    queried_on       DATE,              -- first query of the debtor's property
    seized_on        DATE,              -- first seizure or freezing; under a preservation, before filing
    priced_on        DATE,              -- first reference price of property set
    first_listed_on  DATE,              -- first listing of any lot of the case
    number_year      INTEGER,           -- year in the case number; NULL: the file has no numbers
    successor_court_id VARCHAR,         -- court that took the case over when court_id was abolished
    acquired_on      DATE,              -- of a creditor's own list: since when it holds the claim
    source_id        INTEGER NOT NULL
);

-- Case numbers run from 1 per court, type and year, so the highest tells how many cases there are.
-- The sequence of a single case is not kept: with court, type and year it would be the number.
CREATE TABLE case_sequences (
    source_id   INTEGER NOT NULL,
    court_id    VARCHAR NOT NULL,
    case_type   VARCHAR NOT NULL,
    number_year INTEGER NOT NULL,
    lowest      INTEGER NOT NULL,       -- among the rows of this source filed inside its window
    highest     INTEGER NOT NULL,
    received    INTEGER NOT NULL        -- different numbers among them
);

CREATE TABLE auction_rounds (
    lot_id           VARCHAR NOT NULL,
    case_id          VARCHAR,
    court_id         VARCHAR NOT NULL,
    asset_class      VARCHAR,
    round_no         INTEGER NOT NULL,
    stage            VARCHAR NOT NULL,
    listed_on        DATE    NOT NULL,
    bidding_on       DATE,              -- first day of bidding
    listing_inferred BOOLEAN,           -- listed_on was not told, and is worked out from bidding_on
    ended_on         DATE,              -- NULL: listed, not yet ended
    reference_price  DECIMAL(18, 2),
    reference_method VARCHAR,
    start_price      DECIMAL(18, 2),
    final_price      DECIMAL(18, 2),
    bidders          INTEGER,
    status           VARCHAR,           -- NULL: not yet known
    title            VARCHAR,           -- what the offer is called, hashed as the numbers are
    source_id        INTEGER NOT NULL
);

-- What courts and others state of themselves in sums. Shown beside what is computed from cases,
-- never part of it.
CREATE TABLE court_periods (
    court_id          VARCHAR NOT NULL,
    period_start      DATE    NOT NULL,
    period_end        DATE    NOT NULL,
    opening_stock     INTEGER,          -- 旧存: open at the start
    filed             INTEGER,          -- 新收
    accepted          INTEGER,          -- 受理: carried and filed
    closed            INTEGER,          -- 结案
    completed         INTEGER,          -- 执行完毕
    zhongben          INTEGER,          -- 终结本次执行程序
    pending           INTEGER,          -- 未结: open at the end
    closure_rate      DECIMAL(18, 6),   -- 结案率 as stated, 0.85 for 85 %
    completion_rate   DECIMAL(18, 6),   -- 执行完毕率
    recovery_rate     DECIMAL(18, 6),   -- 到位率
    claim_amount      DECIMAL(18, 2),   -- 申请执行标的
    recovered_amount  DECIMAL(18, 2),   -- 到位金额
    lots_listed       INTEGER,
    lots_sold         INTEGER,
    price_to_principal DECIMAL(18, 6),  -- price / principal
    price_to_claim    DECIMAL(18, 6),   -- price / principal and interest
    mean_days         DECIMAL(18, 2),   -- 平均办案用时
    source_id         INTEGER NOT NULL
);

CREATE TABLE published_figures (
    figure_id    VARCHAR NOT NULL,
    level        VARCHAR NOT NULL,      -- nation | province | city | court
    unit         VARCHAR,               -- code of the region or court_id; NULL: known by name only
    unit_name    VARCHAR NOT NULL,
    period_start DATE    NOT NULL,
    period_end   DATE    NOT NULL,
    metric       VARCHAR NOT NULL,
    value        DECIMAL(28, 6) NOT NULL, -- in the unit printed, see `measured_in`
    measured_in  VARCHAR NOT NULL,
    basis        VARCHAR NOT NULL,      -- reported, or how it was derived
    address      VARCHAR NOT NULL,      -- where it was published
    note         VARCHAR,
    source_id    INTEGER NOT NULL
);

CREATE TABLE sources (
    source_id     INTEGER PRIMARY KEY,
    kind          VARCHAR NOT NULL,     -- see contract.py
    name          VARCHAR NOT NULL,     -- files of one kind and name are deliveries of one source
    sha256        VARCHAR NOT NULL,
    imported_at   TIMESTAMP NOT NULL,
    rows          BIGINT NOT NULL,      -- rows read = kept + rejected
    rejected      BIGINT NOT NULL,
    warned        BIGINT NOT NULL DEFAULT 0, -- kept, with a warning
    added         BIGINT,               -- kept = added + changed + rows known already
    changed       BIGINT,
    gone          BIGINT,               -- rows of earlier deliveries that are not in this one
    mapping       VARCHAR,              -- how it was read: the mapping file's text
    observed_from DATE,                 -- first day whose events the source records
    observed_to   DATE,                 -- last such day; open cases are censored after it
    holds         VARCHAR,              -- observation design, of files of cases: all_cases |
                                        -- closed_cases | open_cases | creditor_cases |
                                        -- zhongben_list | selected_cases; NULL: not stated, taken as all_cases
    same_cases    BOOLEAN,              -- whether cases that other sources seem to have too, under
                                        -- other numbers, are the same; NULL: not asked
    same_lots     BOOLEAN,              -- of auctions, whether rounds under several ids that seem to be
                                        -- of one lot are; NULL: not asked
    inferred      BIGINT,               -- of auctions, the rounds kept whose day of listing was worked out
    synthetic     BOOLEAN NOT NULL
);

-- Sources that were taken back; their numbers are not given again.
CREATE TABLE undone AS SELECT *, CAST(NULL AS TIMESTAMP) AS undone_at FROM sources LIMIT 0;

CREATE TABLE rejects (
    source_id INTEGER NOT NULL,
    row_no    BIGINT  NOT NULL,         -- line of the file's data, header not counted, from 1
    field     VARCHAR NOT NULL,
    value     VARCHAR,
    rule      VARCHAR NOT NULL,
    message   VARCHAR NOT NULL,
    action    VARCHAR NOT NULL          -- rejected: the row was left out | cleared: only this value
                                        -- was | warned: nothing was, but it deserves a look |
                                        -- noted: good to know
);

-- What describes the file itself: schema version, data version, method text.
CREATE TABLE meta (
    key   VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);

-- Rows as they were before a later delivery changed or withdrew them: what undoing it brings back.
CREATE SCHEMA replaced;
CREATE TABLE replaced.regions AS SELECT *, 0 AS replaced_by FROM regions LIMIT 0;
CREATE TABLE replaced.courts AS SELECT *, 0 AS replaced_by FROM courts LIMIT 0;
CREATE TABLE replaced.court_names AS SELECT *, 0 AS replaced_by FROM court_names LIMIT 0;
CREATE TABLE replaced.cases AS SELECT *, 0 AS replaced_by FROM cases LIMIT 0;
CREATE TABLE replaced.auction_rounds AS SELECT *, 0 AS replaced_by FROM auction_rounds LIMIT 0;
CREATE TABLE replaced.court_periods AS SELECT *, 0 AS replaced_by FROM court_periods LIMIT 0;
CREATE TABLE replaced.published_figures AS
SELECT *, 0 AS replaced_by FROM published_figures LIMIT 0;
