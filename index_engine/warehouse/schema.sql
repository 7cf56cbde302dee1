-- The data contract: the tables that sources fill and every later stage reads.
-- Amounts are yuan (or the currency of the data set), dates are calendar days.
-- Codes are those of vocabulary.toml. No party names, no raw case numbers.

CREATE TABLE regions (
    code      VARCHAR PRIMARY KEY,
    level     VARCHAR NOT NULL,      -- nation | province | city | county
    name      VARCHAR NOT NULL,
    name_hant VARCHAR,
    name_en   VARCHAR,
    parent    VARCHAR                -- code of the region above; NULL for the nation
);

CREATE TABLE courts (
    court_id   VARCHAR PRIMARY KEY,
    code       VARCHAR,              -- court code as printed in case numbers
    name       VARCHAR NOT NULL,
    name_en    VARCHAR,
    level      VARCHAR NOT NULL,     -- supreme | high | intermediate | basic
    parent     VARCHAR,              -- court_id of the court above
    region     VARCHAR NOT NULL,     -- regions.code of the place it serves
    special    BOOLEAN NOT NULL,     -- railway, maritime, internet ...: shown apart, in no regional score
    valid_from DATE,
    valid_to   DATE
);

CREATE TABLE cases (
    case_id          VARCHAR NOT NULL,
    court_id         VARCHAR NOT NULL,
    case_type        VARCHAR NOT NULL,  -- only 'first' enters denominators
    filed_on         DATE    NOT NULL,
    closed_on        DATE,              -- NULL: open when last observed
    close_mode       VARCHAR,
    close_reason     VARCHAR,
    claim_amount     DECIMAL(18, 2),
    recovered_amount DECIMAL(18, 2),
    paid_out_on      DATE,
    has_assets       BOOLEAN,           -- property that must be sold to pay the claim
    debtor_kind      VARCHAR,
    creditor_local   BOOLEAN,
    cause            VARCHAR,
    parent_case_id   VARCHAR,           -- a resumed case names the case it resumes
    first_listed_on  DATE,              -- first listing of any lot of the case
    source_id        INTEGER NOT NULL
);

CREATE TABLE case_events (
    case_id VARCHAR NOT NULL,
    node    VARCHAR NOT NULL,
    on_date DATE    NOT NULL
);

CREATE TABLE auction_rounds (
    lot_id           VARCHAR NOT NULL,
    case_id          VARCHAR,
    court_id         VARCHAR NOT NULL,
    asset_class      VARCHAR,
    round_no         INTEGER NOT NULL,
    stage            VARCHAR NOT NULL,
    listed_on        DATE    NOT NULL,
    ended_on         DATE,              -- NULL: listed, not yet ended
    reference_price  DECIMAL(18, 2),
    reference_method VARCHAR,
    start_price      DECIMAL(18, 2),
    final_price      DECIMAL(18, 2),
    bidders          INTEGER,
    status           VARCHAR,           -- NULL: not yet known
    source_id        INTEGER NOT NULL
);

CREATE TABLE sources (
    source_id     INTEGER PRIMARY KEY,
    kind          VARCHAR NOT NULL,     -- cases | auctions | courts | regions
    name          VARCHAR NOT NULL,
    sha256        VARCHAR NOT NULL,
    imported_at   TIMESTAMP NOT NULL,
    rows          BIGINT NOT NULL,      -- rows read = kept + rejected
    rejected      BIGINT NOT NULL,
    observed_from DATE,                 -- first day whose events the source records
    observed_to   DATE,                 -- last such day; open cases are censored after it
    synthetic     BOOLEAN NOT NULL
);

CREATE TABLE rejects (
    source_id INTEGER NOT NULL,
    row_no    BIGINT  NOT NULL,         -- line of the file's data, header not counted, from 1
    field     VARCHAR NOT NULL,
    value     VARCHAR,
    rule      VARCHAR NOT NULL,
    message   VARCHAR NOT NULL,
    action    VARCHAR NOT NULL          -- rejected: the row was left out | cleared: only this value
                                        -- was | warned: nothing was, but it deserves a look
);

-- What describes the file itself: schema version, data version, method text.
CREATE TABLE meta (
    key   VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);
