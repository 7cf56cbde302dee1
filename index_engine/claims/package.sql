-- A package of claims (债权清单), as it is read into memory: part of no warehouse. Amounts in yuan; ids are salted
-- hashes under a salt that is forgotten with the package; `place` is told as the file has it and never leaves the reader.
CREATE TABLE claims (
    line INTEGER,                        -- of the file's data, from 1
    claim_id VARCHAR,
    collateral_id VARCHAR,
    case_id VARCHAR,
    court_id VARCHAR,
    place VARCHAR,
    as_of DATE NOT NULL,                 -- cut-off date (基准日)
    principal DECIMAL(18,2),
    interest DECIMAL(18,2),
    fees DECIMAL(18,2),
    claim_amount DECIMAL(18,2),
    asset_class VARCHAR,
    collateral_value DECIMAL(18,2),
    appraised_on DATE,
    prior_claims DECIMAL(18,2),
    secured_limit DECIMAL(18,2),
    claim_stage VARCHAR,
    stage_on DATE,                       -- the day the stage was reached
    filed_on DATE,                       -- of enforcement
    limitation_on DATE,                  -- the last day to apply for enforcement
    failed_rounds INTEGER,
    debtor_kind VARCHAR,
    asked_price DECIMAL(18,2),
    source_id INTEGER NOT NULL);
