"""From text to the contract's types: dates in any format, amounts in any unit, words to codes.

Most columns of a file hold few different texts, however many its rows: each text is read once, and
the rows look it up. Amounts and the numbers of cases are read row by row. A value that cannot be
read becomes NULL and a finding; whether it costs its row is for accept() to say.
"""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from string import Formatter

import duckdb

from index_engine.importing.case_numbers.sql import parts_sql
from index_engine.importing.courts.row_lookup import has_courts, join_courts_sql, resolve_courts
from index_engine.importing.courts.successors import assign_successors
from index_engine.importing.mapping import Mapping
from index_engine.importing.recognise.code_synonyms import find_part, word_list_name
from index_engine.importing.values.amounts import amount_sql, bare_amount_sql, integer_sql, plain_amount_sql
from index_engine.importing.values.characters import (
    NOTATION,
    half_width,
    half_width_sql,
    lookup_key,
    lookup_key_sql,
    title_sql,
    trim_sql,
)
from index_engine.importing.values.chinese_numbers import has_numerals, parse_chinese_amount
from index_engine.importing.values.column_settings import ColumnSettings, is_money
from index_engine.importing.values.dates import PLAIN_DATE, date_sql, format_hint, normal_date_steps
from index_engine.importing.values.listing_days import inferred_listing_sql

_HASH_DIGITS = 32

# What parts_sql() calls the parts of a case number.
_CASE_NUMBER_PARTS = {"court": "court", "type": "case_type", "year": "year"}

_FINDING_TYPE = "STRUCT(field VARCHAR, value VARCHAR, rule VARCHAR, message VARCHAR)"


class _Parameters:
    """Values bound to a query, each under a name of its own."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> str:
        """Bind a value and return how the query refers to it."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def parse_values(
    con: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    positions: Map[str, int],
    salt: str | None,
    source_id: int | None = None,
) -> None:
    """Read `import_text` and `import_broken` as the mapping says.

    Creates, all temporary, the view `import_typed` (row_no and the mapped fields; a row for every
    row of the file, broken lines among them) and the table `import_findings` (row_no, field,
    value, rule, message). `positions` says which c<position> of `import_text` a column is. The
    table behind the view, `import_parsed`, also has what the numbers of cases tell where case_id is
    read from a column: number_style, number_year, number_court, number_type, number_sequence.

    With `source_id` the words for courts become courts of the table courts; those that are beside
    the divisions and not in it are added to it under that source. Cases get the court that took them
    over, see courts/successors.py.

    Fields that name cases are hashed: the first 32 hexadecimal digits of SHA-256 of the salt and
    the canonical text. With None for salt they stay as the file has them. No finding repeats a case
    number, and no message a value.
    """
    parameters = _Parameters()
    lookup_indices = [n for n, column in enumerate(mapping.columns) if _uses_lookup(column)]
    for n in lookup_indices:
        _build_lookup(con, n, mapping.columns[n], positions)
    row_expressions = _RowExpressions(mapping, positions, parameters, salt)
    values = row_expressions.values | {n: (f"d{n}.value", f"d{n}.unread") for n in lookup_indices}
    joins = " ".join(
        f"LEFT JOIN import_texts_{n} AS d{n} ON d{n}.cell = {_cell_sql(mapping.columns[n], positions)}"
        for n in lookup_indices
    )
    select_items = [
        f"{values[n][0]} AS {column.field.name}, {values[n][1]} AS u{n}" for n, column in enumerate(mapping.columns)
    ]
    fields = [column.field.name for column in mapping.columns]
    case_number_fields = {
        name: value for name, value in row_expressions.case_number_fields.items() if name not in fields
    }
    select_items += [f"{value} AS {name}" for name, value in case_number_fields.items()]
    sql = f"SELECT row_no, {', '.join(select_items)} FROM {row_expressions.sql} {joins}"
    if "bidding_on" in fields:
        sql = inferred_listing_sql(sql, fields, mapping.law)
        fields = list(dict.fromkeys([*fields, "listed_on", "listing_inferred"]))
    if source_id is not None and has_courts(mapping.contract) and "court_id" in fields:
        [court_index] = [n for n, c in enumerate(mapping.columns) if c.field.name == "court_id"]
        blank_codes_sql = None
        if court_index in lookup_indices and case_number_fields and _has_blanks(con, court_index, mapping, positions):
            # Where a row names no court, its case number does.
            blank_codes_sql = f"SELECT DISTINCT number_court FROM ({sql}) WHERE court_id IS NULL"
            sql = f"SELECT * REPLACE (coalesce(court_id, number_court) AS court_id) FROM ({sql})"
        resolve_courts(
            con,
            sql,
            parameters.values,
            source_id,
            words_sql=f"SELECT value FROM import_texts_{court_index}" if court_index in lookup_indices else None,
            province=mapping.province,
            codes_sql=blank_codes_sql,
            has_numbers=bool(case_number_fields),
        )
        sql = join_courts_sql(mapping.contract, sql)
    else:
        sql = f"SELECT *, NULL::VARCHAR AS lost_court, NULL::VARCHAR AS court_problem FROM ({sql})"
    names = ", ".join([*fields, *case_number_fields])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_parsed AS"
        f" SELECT row_no, {names}, {_findings_sql(mapping.columns, parameters)} AS findings"
        f" FROM ({sql})",
        parameters.values,
    )
    for n in lookup_indices:
        con.execute(f"DROP TABLE import_texts_{n}")
    for column in mapping.columns:
        if column.header is not None and is_money(column.field):
            _read_chinese_amounts(con, column)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_findings AS"
        " SELECT row_no, f.field, f.value, f.rule, f.message"
        " FROM (SELECT row_no, unnest(findings) AS f FROM import_parsed) WHERE f IS NOT NULL"
    )
    if source_id is not None and mapping.contract.kind == "cases" and "successor_court_id" not in fields:
        assign_successors(
            con,
            mapping.observed_to,
            has_closings="closed_on" in fields,
            has_numbers="number_court" in case_number_fields,
        )
    # The text of a broken line is not kept: it may hold the names of people.
    con.execute("INSERT INTO import_findings SELECT row_no, '(line)', NULL, rule, message FROM import_broken")
    con.execute("INSERT INTO import_parsed (row_no) SELECT row_no FROM import_broken")
    excluded_fields = ", ".join(["findings", *case_number_fields])
    con.execute(f"CREATE OR REPLACE TEMP VIEW import_typed AS SELECT * EXCLUDE ({excluded_fields}) FROM import_parsed")


def _has_blanks(con: duckdb.DuckDBPyConnection, n: int, mapping: Mapping, positions: Map[str, int]) -> bool:
    """Say whether the n-th field has rows without a value in the file."""
    cell = _cell_sql(mapping.columns[n], positions)
    [(has_blanks,)] = con.execute(
        f"SELECT EXISTS (FROM import_text WHERE {cell} IS NULL) OR EXISTS (FROM import_texts_{n} WHERE value IS NULL)"
    ).fetchall()
    return bool(has_blanks)


def _read_chinese_amounts(con: duckdb.DuckDBPyConnection, column: ColumnSettings) -> None:
    """Give amounts in Chinese numerals, which SQL leaves unread, their value in place of their finding."""
    field = column.field.name
    unread_sql = (
        "SELECT row_no, f.value AS text FROM (SELECT row_no, unnest(findings) AS f FROM import_parsed"
        " WHERE findings IS NOT NULL) WHERE f.rule = 'unreadable_number' AND f.field = $field"
    )
    texts = con.execute(f"SELECT DISTINCT text FROM ({unread_sql})", {"field": field}).fetchall()
    amounts = {
        text: amount
        for (text,) in texts
        if has_numerals(text) and (amount := parse_chinese_amount(half_width(text), column.factor)) is not None
    }
    if not amounts:
        return
    con.execute(
        f"UPDATE import_parsed SET {field} = read_amounts.amount,"
        " findings = nullif(list_filter(findings, lambda f: f IS NULL OR f.field <> $field), [])"
        " FROM (SELECT row_no, TRY_CAST(amount AS DECIMAL(18, 2)) AS amount FROM"
        f" ({unread_sql}) JOIN (SELECT unnest($texts) AS text, unnest($amounts) AS amount) USING (text)) AS read_amounts"
        " WHERE import_parsed.row_no = read_amounts.row_no AND read_amounts.amount IS NOT NULL",
        {"field": field, "texts": list(amounts), "amounts": [str(amount) for amount in amounts.values()]},
    )


def _uses_lookup(column: ColumnSettings) -> bool:
    return (
        column.header is not None
        and column.part is None
        and not column.field.hashed
        and (column.values is not None or not column.field.type.startswith("DECIMAL"))
    )


def _build_lookup(con: duckdb.DuckDBPyConnection, n: int, column: ColumnSettings, positions: Map[str, int]) -> None:
    """Read the different texts of a column: `import_texts_<n>` (cell, value, unread).

    `unread` is the text where it cannot be read.
    """
    parameters, cell = _Parameters(), _cell_sql(column, positions)
    texts = (
        f"SELECT cell, {_text_sql('cell', column, parameters)} AS text"
        f" FROM (SELECT DISTINCT {cell} AS cell FROM import_text WHERE {cell} IS NOT NULL)"
    )
    if column.values is None:
        value_query = (
            "SELECT *, CASE WHEN value IS NULL THEN text END AS unread"
            f" FROM (SELECT *, {_value_sql('plain', column, parameters)} AS value"
            f" FROM ({_plain_texts_sql(texts, column)}))"
        )
    else:
        codes = {lookup_key(word): code for word, code in column.values.items()}
        if column.contains:
            distinct_texts = con.execute(
                f"SELECT DISTINCT text FROM ({texts}) WHERE text IS NOT NULL", parameters.values
            )
            codes = _codes_by_part(column, (text for (text,) in distinct_texts.fetchall())) | codes
        value_query = (
            f"SELECT *, CAST(code AS {column.field.type}) AS value,"
            " CASE WHEN word IS NULL THEN text END AS unread"
            f" FROM ({texts}) LEFT JOIN (SELECT unnest(CAST({parameters.add(list(codes))} AS VARCHAR[]))"
            f" AS word, unnest(CAST({parameters.add(list(codes.values()))} AS VARCHAR[])) AS code)"
            f" ON word = {lookup_key_sql('text')}"
        )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE import_texts_{n} AS SELECT cell, value, unread FROM ({value_query})",
        parameters.values,
    )


def _codes_by_part(column: ColumnSettings, texts: Iterable[str]) -> dict[str, str | None]:
    """Return the codes of texts that hold a part which says one."""
    parts, word_list = column.contains or {}, word_list_name(column.field) or ""
    return {lookup_key(text): parts[part] for text in texts if (part := find_part(word_list, parts, text)) is not None}


def _plain_texts_sql(texts: str, column: ColumnSettings) -> str:
    """Return a query of the rows of one with `plain`, the text in the characters that its type is read from."""
    steps: tuple[Callable[[str], str], ...]
    match column.field.type:
        case "VARCHAR":
            steps = ()
        case "BOOLEAN":
            steps = (lambda text: f"lower({lookup_key_sql(text)})",)
        case "DATE":
            steps = normal_date_steps()
        case _:
            steps = (half_width_sql,)
    if column.field.type != "DATE":
        return _in_steps(f"SELECT *, text AS plain FROM ({texts})", steps)
    # Most dates are in plain spelling, which one look tells; of times of day there are as many as rows.
    is_plain = f"coalesce(regexp_full_match(text, '{PLAIN_DATE}'), true)"
    plain_sql = f"SELECT *, text AS plain FROM texts WHERE {is_plain}"
    other_sql = _in_steps(f"SELECT *, text AS plain FROM texts WHERE NOT {is_plain}", steps)
    return f"WITH texts AS MATERIALIZED ({texts}) {plain_sql} UNION ALL {other_sql}"


def _in_steps(sql: str, steps: Iterable[Callable[[str], str]]) -> str:
    """Return a query whose column `plain` has gone through some steps."""
    for step in steps:
        sql = f"SELECT * REPLACE ({step('plain')} AS plain) FROM ({sql})"
    return sql


def _value_sql(plain_text: str, column: ColumnSettings, parameters: _Parameters) -> str:
    """Return SQL for the value of a text in plain characters, NULL where it cannot be read."""
    match column.field.type:
        case "VARCHAR":
            return plain_text
        case "BOOLEAN":
            yes, no = (", ".join(map(parameters.add, NOTATION[answer])) for answer in ("yes", "no"))
            return f"CASE WHEN {plain_text} IN ({yes}) THEN true WHEN {plain_text} IN ({no}) THEN false END"
        case "DATE":
            return date_sql(plain_text, column.formats, parameters.add)
        case _:
            return integer_sql(plain_text, column, parameters.add)


class _RowExpressions:
    """What is read row by row, in steps over `import_text`.

    For the n-th field, a<n> is an amount that is nothing but a number, t<n> the text, of amounts
    only where they are more, s<n> the same in plain characters, b<n> without words that change no amount,
    and r<n> what is read in it. `values`
    has, for each field, SQL for its value and for the text that could not be read; `case_number_fields` what the
    number of the case tells beside.
    """

    def __init__(self, mapping: Mapping, positions: Map[str, int], parameters: _Parameters, salt: str | None) -> None:
        self._positions, self._parameters, self._salt = positions, parameters, salt
        self._amount_items: list[str] = []
        self._text_items: list[str] = []
        self._plain_items: list[str] = []
        self._bare_items: list[str] = []
        self._value_items: list[str] = []
        self.values: dict[int, tuple[str, str]] = {}
        self.case_number_fields: dict[str, str] = {}
        # Case numbers are taken apart once, however many fields want a part of them.
        self._index_by_case_number: dict[tuple[str, ...], int] = {}
        columns = [(n, c) for n, c in enumerate(mapping.columns) if not _uses_lookup(c)]
        for n, column in columns:
            if column.field.name == "title" and column.field.hashed:
                self._add_title(n, column)
            elif column.part is not None or (column.field.hashed and salt is not None):
                self._add_case_number(n, column)
            elif column.header is not None and column.field.type != "VARCHAR":
                self._add_amount(n, column)
            else:
                text = _source_sql(column, positions, parameters)
                self.values[n] = f"CAST({text} AS {column.field.type})", "NULL"

    @property
    def sql(self) -> str:
        sql = "import_text"
        for step in (self._amount_items, self._text_items, self._plain_items, self._bare_items, self._value_items):
            sql = f"(SELECT {', '.join(('*', *step))} FROM {sql})"
        return sql

    def _add_case_number(self, n: int, column: ColumnSettings) -> None:
        case_number_source = column.header or column.template or column.constant or ""
        first_index = self._index_by_case_number.setdefault((case_number_source, *column.null_words), n)
        if first_index == n:
            self._text_items.append(f"{self._case_number_text_sql(column)} AS t{n}")
            self._value_items.append(f"{parts_sql(f't{n}')} AS r{n}")
        number = f"r{first_index}"
        if column.part is not None:
            part = f"{number}.{_CASE_NUMBER_PARTS[column.part]}"
            self.values[n] = part, f"CASE WHEN {part} IS NULL THEN t{first_index} END"
            return
        digest = f"sha256({self._parameters.add(self._salt)} || {number}.canonical)"
        self.values[n] = f"left({digest}, {_HASH_DIGITS})", "NULL"
        if column.field.name == "case_id" and column.header is not None:
            self.case_number_fields = {
                "number_style": f"{number}.style",
                "number_year": f"{number}.year",
                "number_court": f"{number}.court",
                "number_type": f"{number}.case_type",
                "number_sequence": f"{number}.sequence",
            }

    def _case_number_text_sql(self, column: ColumnSettings) -> str:
        """Return SQL for the text of a case number: what begins with a bracket and ends with 号 has no blanks to be
        taken off and, in nearly all files, is no word for no value, which is told in a sixth of the time."""
        text = _source_sql(column, self._positions, self._parameters)
        if column.header is None or any(word.startswith(("(", "（")) for word in column.null_words):
            return text
        cell = _cell_sql(column, self._positions)
        return f"CASE WHEN unicode({cell}) IN ({ord('(')}, {ord('（')}) AND suffix({cell}, '号') THEN {cell} ELSE {text} END"

    def _add_title(self, n: int, column: ColumnSettings) -> None:
        """What a lot is called without the round that it is offered in: one hash for all its rounds."""
        name = title_sql(_source_sql(column, self._positions, self._parameters))
        digest = name if self._salt is None else f"sha256({self._parameters.add(self._salt)} || {name})"
        self.values[n] = f"CASE WHEN {name} <> '' THEN left({digest}, {_HASH_DIGITS}) END", "NULL"

    def _add_amount(self, n: int, column: ColumnSettings) -> None:
        bind = self._parameters.add
        cell, text = (_cell_sql(column, self._positions), _source_sql(column, self._positions, self._parameters))
        self._amount_items.append(f"{plain_amount_sql(cell, column, bind)} AS a{n}")
        self._text_items.append(f"CASE WHEN a{n} IS NULL THEN {text} END AS t{n}")
        self._plain_items.append(f"{half_width_sql(f't{n}')} AS s{n}")
        self._bare_items.append(f"{bare_amount_sql(f's{n}')} AS b{n}")
        self._value_items.append(f"coalesce(a{n}, {amount_sql(f'b{n}', column, bind)}) AS r{n}")
        self.values[n] = f"r{n}", f"CASE WHEN r{n} IS NULL THEN t{n} END"


def _source_sql(column: ColumnSettings, positions: Map[str, int], parameters: _Parameters) -> str:
    """Return SQL for the text that a field is read from, NULL where the file has no value."""
    if column.constant is not None:
        return f"CAST({parameters.add(column.constant)} AS VARCHAR)"
    if column.header is not None:
        return _text_sql(_cell_sql(column, positions), column, parameters)
    parts = []
    for text, name, _, _ in Formatter().parse(column.template or ""):
        if text:
            parts.append(parameters.add(text))
        if name == "row_no":
            parts.append("CAST(row_no AS VARCHAR)")
        elif name:
            parts.append(_text_sql(f"c{positions[name]}", column, parameters))
    return " || ".join(parts)


def _cell_sql(column: ColumnSettings, positions: Map[str, int]) -> str:
    """Return SQL for the cell that a field is read from, or what its pattern takes of it: NULL where it takes nothing."""
    cell = f"c{positions[column.header or '']}"
    if column.pattern is None:
        return cell
    pattern = column.pattern.replace("'", "''")
    return f"nullif(regexp_extract({cell}, '{pattern}', 1), '')"


def _text_sql(cell: str, column: ColumnSettings, parameters: _Parameters) -> str:
    """Return SQL for the text in a cell, NULL where it is a word for no value."""
    text = trim_sql(cell)
    words = ["", *column.null_words]
    # Few texts are so short as to be compared with the words. An IN would become a join, for which
    # the text is worked out in every row, also where it is not needed.
    longest = max(len(word.encode()) for word in words)
    is_value_sql = " AND ".join(f"{text} <> {parameters.add(word)}" for word in words)
    return f"CASE WHEN strlen({text}) > {longest} OR ({is_value_sql}) THEN {text} END"


def _findings_sql(columns: tuple[ColumnSettings, ...], parameters: _Parameters) -> str:
    """Return SQL for the findings of a row: NULL for nearly all, and cheap for those."""
    finding_items = []
    for n, column in enumerate(columns):
        if column.header is not None:
            rule, message = _parse_error(column)
            value = "NULL" if column.part is not None else f"u{n}"
            finding_items.append(
                f"CASE WHEN u{n} IS NOT NULL THEN {{'field': {parameters.add(column.field.name)},"
                f" 'value': {value}, 'rule': {parameters.add(rule)}, 'message': {parameters.add(message)}}} END"
            )
    finding_items.append(
        "CASE WHEN lost_court IS NOT NULL THEN {'field': 'court_id', 'value': lost_court,"
        " 'rule': 'unknown_court', 'message': coalesce(court_problem,"
        " 'means no court on that day')} END"
    )
    unread_conditions = [f"u{n} IS NOT NULL" for n, column in enumerate(columns) if column.header]
    has_finding_sql = " OR ".join([*unread_conditions, "lost_court IS NOT NULL"])
    return f"CASE WHEN {has_finding_sql} THEN CAST([{', '.join(finding_items)}] AS {_FINDING_TYPE}[]) END"


def _parse_error(column: ColumnSettings) -> tuple[str, str]:
    """Return the rule and the message of a text that the field cannot take."""
    if column.part is not None:
        return "unreadable_case_number", f"is no case number that tells its {column.part}"
    if column.values is not None:
        return "unknown_code", "is none of the words that the mapping translates"
    match column.field.type:
        case "DATE":
            return "unreadable_date", f"is no date written {format_hint(column.formats)}"
        case "BOOLEAN":
            yes, no = (", ".join(NOTATION[answer]) for answer in ("yes", "no"))
            return "unreadable_boolean", f"is neither yes ({yes}) nor no ({no})"
    integer_prefix = "whole " if column.field.type == "INTEGER" else ""
    marks = f"thousands {column.thousands!r}" if column.thousands else "no thousands mark"
    return (
        "unreadable_number",
        f"is no {integer_prefix}number that fits, read with decimal {column.decimal!r} and {marks}",
    )
