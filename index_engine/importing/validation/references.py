"""What a row alone cannot show: its key is taken, or its parent in the tree is not there.

The rows that break such a rule are added to the findings of the import under way
(see findings.py); rows already rejected there count as absent.
"""

import duckdb

from index_engine.errors import InputError
from index_engine.importing.contract import Contract, read_vocabulary
from index_engine.importing.validation.findings import NOT_REJECTED_SQL, StagedRows

# Two files may date the filing of one case by its receipt and by its acceptance.
MAX_FILING_DAYS_APART = 31


def validate_references(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, name: str, earlier_ids: list[int]
) -> None:
    """Find duplicates, and for regions and courts what is wrong with the tree they form.

    `earlier_ids` are the earlier deliveries of this source, whose rows it may correct.

    Raises InputError, naming the source, if no region is the nation.
    """
    _reject_known_keys(con, rows, data_contract, earlier_ids)
    _reject_duplicate_keys(con, rows, data_contract)
    if data_contract.kind == "regions":
        _reject_second_nation(con, rows)
        _reject_orphans(con, rows)
        if not con.execute(
            f"SELECT 1 FROM regions WHERE level = 'nation' UNION ALL SELECT 1 FROM {rows.sql}"
            f" WHERE level = 'nation' AND {NOT_REJECTED_SQL} LIMIT 1",
            rows.parameters,
        ).fetchone():
            raise InputError("nation_missing", name=name)
    elif data_contract.kind == "courts":
        _warn_of_unknown_parents(con, rows)


def _reject_known_keys(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, earlier_ids: list[int]
) -> None:
    """Reject rows that another source has: only a later delivery of that source corrects them.

    Of cases two sources may each have their version, unless the number is that of another case, as of
    ledgers that count from 1: of another court or type, or filed far from this one. An id that is no case
    number says nothing by itself: there the day has to be the same, and the claim where both tell it.
    """
    key = ", ".join(data_contract.key)
    columns, is_other = key, "true"
    if data_contract.kind == "cases":
        columns = f"{key}, court_id, case_type, filed_on, claim_amount, number_year"
        is_other = (
            "(delivered.court_id, delivered.case_type) IS DISTINCT FROM (known.court_id, known.case_type)"
            f" OR abs(delivered.filed_on - known.filed_on) > {MAX_FILING_DAYS_APART}"
            " OR coalesce(delivered.number_year, known.number_year) IS NULL"
            " AND (delivered.filed_on <> known.filed_on"
            " OR coalesce(delivered.claim_amount <> known.claim_amount, false))"
        )
    con.execute(
        f"INSERT INTO validation_findings SELECT row_no, '{data_contract.key[0]}',"
        f" CAST({data_contract.key[0]} AS VARCHAR), 'already_imported', {_key_label_sql(data_contract)}"
        " || ' is in the warehouse from another source' || coalesce(': ' || name, '')"
        " || '; a file of that name would correct it', 'rejected'"
        f" FROM (SELECT row_no, {columns} FROM {rows.sql} WHERE {NOT_REJECTED_SQL}) AS delivered"
        f" JOIN (SELECT {columns}, source_id FROM {data_contract.table} WHERE source_id IS NULL"
        f" OR NOT list_contains(CAST($before AS INTEGER[]), source_id)) AS known USING ({key})"
        f" LEFT JOIN sources USING (source_id) WHERE {is_other}",
        rows.parameters | {"before": earlier_ids},
    )


def _reject_duplicate_keys(con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract) -> None:
    """Reject every acceptable row whose key an earlier acceptable row has.

    Keys are long and nearly all different: their hashes are counted first, which takes a tenth of
    the memory, and only rows whose hash occurs twice are compared by key.
    """
    key = ", ".join(data_contract.key)
    con.execute(
        f"""INSERT INTO validation_findings
        WITH acceptable AS (
            SELECT row_no, {key}, hash({key}) AS hashed FROM {rows.sql} WHERE {NOT_REJECTED_SQL}),
        suspect AS (SELECT hashed FROM acceptable GROUP BY hashed HAVING count(*) > 1)
        SELECT row_no, '{data_contract.key[0]}', CAST({data_contract.key[0]} AS VARCHAR), 'duplicate',
               {_key_label_sql(data_contract)} || ' stands in line ' || first_row || ' already', 'rejected'
        FROM (
            SELECT row_no, {key}, min(row_no) OVER (PARTITION BY {key}) AS first_row
            FROM acceptable WHERE hashed IN (SELECT hashed FROM suspect))
        WHERE row_no > first_row""",
        rows.parameters,
    )


def _key_label_sql(data_contract: Contract) -> str:
    return " || ', ' || ".join(f"'{name} ' || {name}" for name in data_contract.key)


def _reject_second_nation(con: duckdb.DuckDBPyConnection, rows: StagedRows) -> None:
    con.execute(
        f"""INSERT INTO validation_findings
        WITH nations AS (SELECT row_no, code FROM {rows.sql}
                         WHERE level = 'nation' AND {NOT_REJECTED_SQL})
        SELECT row_no, 'level', 'nation', 'second_nation',
               'there is a nation already; a warehouse holds exactly one', 'rejected'
        FROM nations
        WHERE EXISTS (SELECT 1 FROM regions WHERE level = 'nation'
                      AND code NOT IN (SELECT code FROM nations))
           OR row_no > (SELECT min(row_no) FROM nations)""",
        rows.parameters,
    )


def _reject_orphans(con: duckdb.DuckDBPyConnection, rows: StagedRows) -> None:
    """Reject regions whose parent is no region of a higher level, here or in the warehouse.

    A region that goes takes those below it along, hence the rounds: one a level at most, since
    levels fall strictly along the tree, which also rules out circles.
    """
    levels = {"levels": list(read_vocabulary()["region_level"])}
    while con.execute(
        f"""INSERT INTO validation_findings
        WITH acceptable AS (
            SELECT row_no, code, parent, list_position(CAST($levels AS VARCHAR[]), level) AS depth
            FROM {rows.sql} WHERE {NOT_REJECTED_SQL}),
        above AS (SELECT code, depth FROM acceptable UNION ALL
            SELECT code, list_position(CAST($levels AS VARCHAR[]), level) FROM regions)
        SELECT row_no, 'parent', parent, 'unknown_parent',
               'no region ' || parent || ' of a higher level, here or in the warehouse', 'rejected'
        FROM acceptable AS a
        WHERE parent IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM above WHERE code = a.parent AND above.depth < a.depth)""",
        rows.parameters | levels,
    ).fetchone() != (0,):
        pass


def _warn_of_unknown_parents(con: duckdb.DuckDBPyConnection, rows: StagedRows) -> None:
    """Warn of courts under a court that is nowhere: the tree of courts enters no measure."""
    con.execute(
        f"""INSERT INTO validation_findings
        WITH acceptable AS (
            SELECT row_no, court_id, parent FROM {rows.sql} WHERE {NOT_REJECTED_SQL})
        SELECT row_no, 'parent', parent, 'unknown_parent',
               'no court ' || parent || ', here or in the warehouse', 'warned'
        FROM acceptable AS a
        WHERE parent IS NOT NULL
          AND parent NOT IN (SELECT court_id FROM acceptable UNION ALL
                             SELECT court_id FROM courts)""",
        rows.parameters,
    )
