"""From text to the contract's types: dates in any format, amounts in any unit, words to codes.

Most columns of a file hold few different texts, however many its rows: each text is read once, and
the rows look it up. Amounts and the numbers of cases are read row by row. A value that cannot be
read becomes NULL and a finding; whether it costs its row is for accept() to say.
"""

from collections.abc import Mapping as Map
from string import Formatter

import duckdb

from index_engine.sources import case_numbers
from index_engine.sources.courts.rows import find_courts, has_courts, with_courts
from index_engine.sources.mapping import Mapping
from index_engine.sources.values.amounts import amount_sql, integer_sql, plain_amount_sql
from index_engine.sources.values.columns import Column
from index_engine.sources.values.dates import date_sql, plain_date_sql, wanted
from index_engine.sources.values.signs import VALUES, folded, folded_sql, plain_sql, trimmed_sql

_HASH_DIGITS = 32

# What case_numbers.parts_sql() calls the parts of a case number.
_PARTS = {"court": "court", "type": "case_type", "year": "year"}

_FINDING = "STRUCT(field VARCHAR, value VARCHAR, rule VARCHAR, message VARCHAR)"


class _Parameters:
    """Values bound to a query, each under a name of its own."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> str:
        """Bind a value and return how the query refers to it."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def parse(
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
    the divisions and not in it are added to it under that source.

    Fields that name cases are hashed: the first 32 hexadecimal digits of SHA-256 of the salt and
    the canonical text. With None for salt they stay as the file has them. No finding repeats a case
    number, and no message a value.
    """
    bound = _Parameters()
    looked_up = [n for n, column in enumerate(mapping.columns) if _has_few_texts(column)]
    for n in looked_up:
        _read_texts(con, n, mapping.columns[n], positions)
    rows = _Rows(mapping, positions, bound, salt)
    values = rows.values | {n: (f"d{n}.value", f"d{n}.unread") for n in looked_up}
    joins = " ".join(
        f"LEFT JOIN import_texts_{n} AS d{n} ON d{n}.cell = {_cell(mapping.columns[n], positions)}"
        for n in looked_up
    )
    read = [
        f"{values[n][0]} AS {column.field.name}, {values[n][1]} AS u{n}"
        for n, column in enumerate(mapping.columns)
    ]
    fields = [column.field.name for column in mapping.columns]
    told = {name: value for name, value in rows.told.items() if name not in fields}
    read += [f"{value} AS {name}" for name, value in told.items()]
    sql = f"SELECT row_no, {', '.join(read)} FROM {rows.sql} {joins}"
    if source_id is not None and has_courts(mapping.contract):
        [court] = [n for n, c in enumerate(mapping.columns) if c.field.name == "court_id"]
        find_courts(
            con,
            sql,
            bound.values,
            source_id,
            words=f"SELECT value FROM import_texts_{court}" if court in looked_up else None,
            province=mapping.province,
            numbered=bool(told),
        )
        sql = with_courts(mapping.contract, sql)
    else:
        sql = f"SELECT *, NULL::VARCHAR AS lost_court, NULL::VARCHAR AS court_problem FROM ({sql})"
    names = ", ".join([*fields, *told])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_parsed AS"
        f" SELECT row_no, {names}, {_findings(mapping.columns, bound)} AS findings"
        f" FROM ({sql})",
        bound.values,
    )
    for n in looked_up:
        con.execute(f"DROP TABLE import_texts_{n}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_findings AS"
        " SELECT row_no, f.field, f.value, f.rule, f.message"
        " FROM (SELECT row_no, unnest(findings) AS f FROM import_parsed) WHERE f IS NOT NULL"
    )
    # The text of a broken line is not kept: it may hold the names of people.
    con.execute(
        "INSERT INTO import_findings"
        " SELECT row_no, '(line)', NULL, rule, message FROM import_broken"
    )
    con.execute("INSERT INTO import_parsed (row_no) SELECT row_no FROM import_broken")
    without = ", ".join(["findings", *told])
    con.execute(
        "CREATE OR REPLACE TEMP VIEW import_typed AS"
        f" SELECT * EXCLUDE ({without}) FROM import_parsed"
    )


def _has_few_texts(column: Column) -> bool:
    return (
        column.column is not None
        and column.part is None
        and not column.field.hashed
        and (column.values is not None or not column.field.type.startswith("DECIMAL"))
    )


def _read_texts(
    con: duckdb.DuckDBPyConnection, n: int, column: Column, positions: Map[str, int]
) -> None:
    """Read the different texts of a column: `import_texts_<n>` (cell, value, unread).

    `unread` is the text where it cannot be read.
    """
    bound, cell = _Parameters(), _cell(column, positions)
    texts = (
        f"SELECT cell, {_text('cell', column, bound)} AS text"
        f" FROM (SELECT DISTINCT {cell} AS cell FROM import_text WHERE {cell} IS NOT NULL)"
    )
    if column.values is None:
        read = (
            "SELECT *, CASE WHEN value IS NULL THEN text END AS unread"
            f" FROM (SELECT *, {_typed('plain', column, bound)} AS value"
            f" FROM (SELECT *, {_plain('text', column)} AS plain FROM ({texts})))"
        )
    else:
        codes = {folded(word): code for word, code in column.values.items()}
        read = (
            f"SELECT *, CAST(code AS {column.field.type}) AS value,"
            " CASE WHEN word IS NULL THEN text END AS unread"
            f" FROM ({texts}) LEFT JOIN (SELECT unnest(CAST({bound.add(list(codes))} AS VARCHAR[]))"
            f" AS word, unnest(CAST({bound.add(list(codes.values()))} AS VARCHAR[])) AS code)"
            f" ON word = {folded_sql('text')}"
        )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE import_texts_{n} AS SELECT cell, value, unread"
        f" FROM ({read})",
        bound.values,
    )


def _plain(text: str, column: Column) -> str:
    """Return SQL for a text in the signs that its type is read from."""
    match column.field.type:
        case "VARCHAR":
            return text
        case "BOOLEAN":
            return f"lower({folded_sql(text)})"
        case "DATE":
            return plain_date_sql(text)
        case _:
            return plain_sql(text)


def _typed(plain: str, column: Column, bound: _Parameters) -> str:
    """Return SQL for the value of a text in plain signs, NULL where it cannot be read."""
    match column.field.type:
        case "VARCHAR":
            return plain
        case "BOOLEAN":
            yes, no = (", ".join(map(bound.add, VALUES[said])) for said in ("yes", "no"))
            return f"CASE WHEN {plain} IN ({yes}) THEN true WHEN {plain} IN ({no}) THEN false END"
        case "DATE":
            return date_sql(plain, column.formats, bound.add)
        case _:
            return integer_sql(plain, column, bound.add)


class _Rows:
    """What is read row by row, in steps over `import_text`.

    For the n-th field, a<n> is an amount that is nothing but a number, t<n> the text, of amounts
    only where they are more, s<n> the same in plain signs, and r<n> what is read in it. `values`
    has, for each field, SQL for its value and for the text that could not be read; `told` what the
    number of the case tells beside.
    """

    def __init__(
        self, mapping: Mapping, positions: Map[str, int], bound: _Parameters, salt: str | None
    ) -> None:
        self._positions, self._bound, self._salt = positions, bound, salt
        self._amounts: list[str] = []
        self._texts: list[str] = []
        self._signs: list[str] = []
        self._read: list[str] = []
        self.values: dict[int, tuple[str, str]] = {}
        self.told: dict[str, str] = {}
        # Case numbers are taken apart once, however many fields want a part of them.
        self._numbers: dict[tuple[str, ...], int] = {}
        columns = [(n, c) for n, c in enumerate(mapping.columns) if not _has_few_texts(c)]
        for n, column in columns:
            if column.part is not None or (column.field.hashed and salt is not None):
                self._case_number(n, column)
            elif column.column is not None and column.field.type != "VARCHAR":
                self._amount(n, column)
            else:
                text = _source(column, positions, bound)
                self.values[n] = f"CAST({text} AS {column.field.type})", "NULL"

    @property
    def sql(self) -> str:
        sql = "import_text"
        for step in (self._amounts, self._texts, self._signs, self._read):
            sql = f"(SELECT {', '.join(('*', *step))} FROM {sql})"
        return sql

    def _case_number(self, n: int, column: Column) -> None:
        said = column.column or column.template or column.constant or ""
        first = self._numbers.setdefault((said, *column.no_value), n)
        if first == n:
            self._texts.append(f"{_source(column, self._positions, self._bound)} AS t{n}")
            self._read.append(f"{case_numbers.parts_sql(f't{n}')} AS r{n}")
        number = f"r{first}"
        if column.part is not None:
            part = f"{number}.{_PARTS[column.part]}"
            self.values[n] = part, f"CASE WHEN {part} IS NULL THEN t{first} END"
            return
        digest = f"sha256({self._bound.add(self._salt)} || {number}.canonical)"
        self.values[n] = f"left({digest}, {_HASH_DIGITS})", "NULL"
        if column.field.name == "case_id" and column.column is not None:
            self.told = {
                "number_style": f"{number}.style",
                "number_year": f"{number}.year",
                "number_court": f"{number}.court",
                "number_type": f"{number}.case_type",
                "number_sequence": f"{number}.sequence",
            }

    def _amount(self, n: int, column: Column) -> None:
        bind = self._bound.add
        cell, text = _cell(column, self._positions), _source(column, self._positions, self._bound)
        self._amounts.append(f"{plain_amount_sql(cell, column, bind)} AS a{n}")
        self._texts.append(f"CASE WHEN a{n} IS NULL THEN {text} END AS t{n}")
        self._signs.append(f"{plain_sql(f't{n}')} AS s{n}")
        self._read.append(f"coalesce(a{n}, {amount_sql(f's{n}', column, bind)}) AS r{n}")
        self.values[n] = f"r{n}", f"CASE WHEN r{n} IS NULL THEN t{n} END"


def _source(column: Column, positions: Map[str, int], bound: _Parameters) -> str:
    """Return SQL for the text that a field is read from, NULL where the file has no value."""
    if column.constant is not None:
        return f"CAST({bound.add(column.constant)} AS VARCHAR)"
    if column.column is not None:
        return _text(_cell(column, positions), column, bound)
    parts = []
    for text, name, _, _ in Formatter().parse(column.template or ""):
        if text:
            parts.append(bound.add(text))
        if name == "row_no":
            parts.append("CAST(row_no AS VARCHAR)")
        elif name:
            parts.append(_text(f"c{positions[name]}", column, bound))
    return " || ".join(parts)


def _cell(column: Column, positions: Map[str, int]) -> str:
    return f"c{positions[column.column or '']}"


def _text(cell: str, column: Column, bound: _Parameters) -> str:
    """Return SQL for the text in a cell, NULL where it is a word for no value."""
    text = trimmed_sql(cell)
    words = ["", *column.no_value]
    # Few texts are so short as to be compared with the words. An IN would become a join, for which
    # the text is worked out in every row, also where nobody asks for it.
    longest = max(len(word.encode()) for word in words)
    says = " AND ".join(f"{text} <> {bound.add(word)}" for word in words)
    return f"CASE WHEN strlen({text}) > {longest} OR ({says}) THEN {text} END"


def _findings(columns: tuple[Column, ...], bound: _Parameters) -> str:
    """Return SQL for the findings of a row: NULL for nearly all, and cheap for those."""
    found = []
    for n, column in enumerate(columns):
        if column.column is not None:
            rule, what = _unreadable(column)
            value = "NULL" if column.part is not None else f"u{n}"
            found.append(
                f"CASE WHEN u{n} IS NOT NULL THEN {{'field': {bound.add(column.field.name)},"
                f" 'value': {value}, 'rule': {bound.add(rule)}, 'message': {bound.add(what)}}} END"
            )
    found.append(
        "CASE WHEN lost_court IS NOT NULL THEN {'field': 'court_id', 'value': lost_court,"
        " 'rule': 'unknown_court', 'message': coalesce(court_problem,"
        " 'means no court on that day')} END"
    )
    lost = [f"u{n} IS NOT NULL" for n, column in enumerate(columns) if column.column]
    any_ = " OR ".join([*lost, "lost_court IS NOT NULL"])
    return f"CASE WHEN {any_} THEN CAST([{', '.join(found)}] AS {_FINDING}[]) END"


def _unreadable(column: Column) -> tuple[str, str]:
    """Return the rule and the message of a text that the field cannot take."""
    if column.part is not None:
        return "unreadable_case_number", f"is no case number that tells its {column.part}"
    if column.values is not None:
        return "unknown_code", "is none of the words that the mapping translates"
    match column.field.type:
        case "DATE":
            return "unreadable_date", f"is no date written {wanted(column.formats)}"
        case "BOOLEAN":
            yes, no = (", ".join(VALUES[said]) for said in ("yes", "no"))
            return "unreadable_boolean", f"is neither yes ({yes}) nor no ({no})"
    whole = "whole " if column.field.type == "INTEGER" else ""
    marks = f"thousands {column.thousands!r}" if column.thousands else "no thousands mark"
    return (
        "unreadable_number",
        f"is no {whole}number that fits, read with decimal {column.decimal!r} and {marks}",
    )
