-- One row for each case that several sources have, by table linked_ids: of the source that knows most by
-- kind, the court's own list of all cases first, the newest of one kind; what it does not tell, as the
-- next one tells it. A closing is known if any source knows it, and the amounts and modes are of that one.

WITH source_ranks AS (
    SELECT
        source_id,
        CASE ARG_MAX(holds, source_id) OVER deliveries
            WHEN 'all_cases' THEN 0
            WHEN 'closed_cases' THEN 2
            WHEN 'zhongben_list' THEN 3
            WHEN 'creditor_cases' THEN 4
            WHEN 'open_cases' THEN 5
            WHEN 'selected_cases' THEN 6
            ELSE 1 END AS kind_rank, -- not stated, and taken as all cases
        MAX(observed_to) OVER deliveries AS known_to
    FROM sources
    WHERE kind = 'cases'
    WINDOW deliveries AS (PARTITION BY name)
),

versions AS (
    SELECT
        linked_id,
        cases.*,
        ROW_NUMBER() OVER same_case AS position,
        FIRST_VALUE(closed_on IGNORE NULLS) OVER (
            same_case ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS known_closing
    FROM cases
    JOIN linked_ids USING (case_id)
    LEFT JOIN source_ranks USING (source_id)
    WINDOW same_case AS (
        PARTITION BY linked_id ORDER BY kind_rank, known_to DESC NULLS LAST, source_id DESC, case_id
    )
)

SELECT
    linked_id AS case_id,
    ARG_MIN(court_id, position) AS court_id,
    ARG_MIN(case_type, position) AS case_type,
    ARG_MIN(filed_on, position) AS filed_on,
    ANY_VALUE(known_closing) AS closed_on,
    ARG_MIN(close_mode, position) FILTER (closed_on = known_closing) AS close_mode,
    ARG_MIN(close_reason, position) FILTER (closed_on = known_closing) AS close_reason,
    ARG_MIN(claim_amount, position) AS claim_amount,
    ARG_MIN(recovered_amount, position) FILTER (closed_on IS NOT DISTINCT FROM known_closing)
        AS recovered_amount,
    ARG_MIN(recovery_mode, position) FILTER (closed_on IS NOT DISTINCT FROM known_closing)
        AS recovery_mode,
    ARG_MIN(paid_out_on, position) FILTER (closed_on IS NOT DISTINCT FROM known_closing) AS paid_out_on,
    ARG_MIN(has_assets, position) AS has_assets,
    ARG_MIN(debtor_kind, position) AS debtor_kind,
    ARG_MIN(creditor_local, position) AS creditor_local,
    ARG_MIN(cause, position) AS cause,
    ARG_MIN(parent_case_id, position) AS parent_case_id,
    ARG_MIN(notified_on, position) AS notified_on,
    ARG_MIN(queried_on, position) AS queried_on,
    ARG_MIN(seized_on, position) AS seized_on,
    ARG_MIN(priced_on, position) AS priced_on,
    ARG_MIN(first_listed_on, position) AS first_listed_on,
    ARG_MIN(number_year, position) AS number_year,
    ARG_MIN(successor_court_id, position) AS successor_court_id,
    ARG_MIN(acquired_on, position) AS acquired_on,
    ARG_MIN(source_id, position) AS source_id
FROM versions
GROUP BY linked_id
