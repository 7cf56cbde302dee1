-- Draws. Every random number is a hash of a key made from the seed, a row's number and a stream, so
-- a row is the same whatever the number of threads, the size of the chunk or the order of reading.
-- DuckDB's hash of one integer is a mixing function; of several it XORs their hashes, which would
-- make the streams of a row depend on each other. Number and stream become one integer first.

CREATE OR REPLACE TEMP MACRO param() AS getvariable('parameters');

-- uniform on (0, 1); up to 128 streams
CREATE OR REPLACE TEMP MACRO draw(key, number, stream) AS
    ((hash(xor((number * 128 + stream)::UBIGINT, key)) >> 11)::DOUBLE + 0.5) / 9007199254740992;

-- one key for each kind of thing that is numbered
CREATE OR REPLACE TEMP MACRO place_u(number, stream) AS
    draw(getvariable('place_key'), number, stream);
CREATE OR REPLACE TEMP MACRO u(number, stream) AS
    draw(getvariable('case_key'), number, stream);
CREATE OR REPLACE TEMP MACRO lot_u(number, stream) AS
    draw(getvariable('lot_key'), number, stream);

-- standard normal from two uniforms (Box and Muller)
CREATE OR REPLACE TEMP MACRO normal(a, b) AS sqrt(-2 * ln(a)) * cos(2 * pi() * b);
CREATE OR REPLACE TEMP MACRO place_z(number, stream) AS
    normal(place_u(number, stream), place_u(number, stream + 1));
CREATE OR REPLACE TEMP MACRO z(number, stream) AS normal(u(number, stream), u(number, stream + 1));
CREATE OR REPLACE TEMP MACRO lot_z(number, stream) AS
    normal(lot_u(number, stream), lot_u(number, stream + 1));

-- the normal distribution function to within .01: enough to deal stages by rank
CREATE OR REPLACE TEMP MACRO normal_rank(x) AS 1 / (1 + exp(-1.702 * x));

-- Draws among a few categories are made in ten-thousandths: a category holds the slots between two
-- cumulative shares, and a draw finds it by an equality join.
CREATE OR REPLACE TEMP MACRO slot(a) AS floor(a * 10000)::INTEGER;
CREATE OR REPLACE TEMP MACRO slots_between(from_share, to_share) AS
    range(round(from_share * 10000)::INTEGER, round(to_share * 10000)::INTEGER);

-- Poisson by inversion, cut at 6
CREATE OR REPLACE TEMP MACRO poisson(a, mean) AS
    (a > exp(-mean))::INTEGER
    + (a > exp(-mean) * (1 + mean))::INTEGER
    + (a > exp(-mean) * (1 + mean + mean ** 2 / 2))::INTEGER
    + (a > exp(-mean) * (1 + mean + mean ** 2 / 2 + mean ** 3 / 6))::INTEGER
    + (a > exp(-mean) * (1 + mean + mean ** 2 / 2 + mean ** 3 / 6 + mean ** 4 / 24))::INTEGER
    + (a > exp(-mean) * (1 + mean + mean ** 2 / 2 + mean ** 3 / 6 + mean ** 4 / 24
                         + mean ** 5 / 120))::INTEGER;

CREATE OR REPLACE TEMP MACRO whole_between(a, min_value, max_value) AS
    (min_value + floor(a * (max_value - min_value + 1)))::INTEGER;

-- Days are numbered from the first day of the calendar.
CREATE OR REPLACE TEMP MACRO day_number(on_date) AS (on_date - param().first_day)::INTEGER;
CREATE OR REPLACE TEMP MACRO on_date(day_number) AS param().first_day + day_number;
CREATE OR REPLACE TEMP MACRO if_seen(day_number) AS
    CASE WHEN day_number <= (param().observed_to - param().first_day)::INTEGER
         THEN param().first_day + day_number END;

-- Auction calendar of a lot, in days: what a stage lasts from its listing to its end, and the gaps.
CREATE OR REPLACE TEMP MACRO first_days(lot, notice) AS
    notice + whole_between(lot_u(lot, 1), 1, 11);
CREATE OR REPLACE TEMP MACRO first_gap(lot) AS
    whole_between(lot_u(lot, 2), param().gap_min_days, param().gap_max_days);
CREATE OR REPLACE TEMP MACRO second_days(lot, repeat_notice) AS
    repeat_notice + whole_between(lot_u(lot, 3), 1, 6);
CREATE OR REPLACE TEMP MACRO second_gap(lot) AS
    whole_between(lot_u(lot, 4), param().gap_min_days, param().gap_max_days);
CREATE OR REPLACE TEMP MACRO sale_days(lot, lot_result) AS
    CASE WHEN lot_result = 'sold' THEN whole_between(lot_u(lot, 5), 5, param().sale_window)
         ELSE param().sale_window END;
CREATE OR REPLACE TEMP MACRO relisting_gap(lot) AS
    whole_between(lot_u(lot, 6), 15, param().gap_max_days);

-- Where an auction lot's class, and with it the notice, is drawn.
CREATE OR REPLACE TEMP MACRO asset_draw(lot) AS lot_u(lot, 7);
