"""Case numbers in DuckDB's SQL, read by the same steps as in grammar.py.

Most ids and numbers take a short way through a CASE, since the long one, replacing characters, costs
microseconds a value.
"""

from index_engine.importing.case_numbers.grammar import (
    BLANKS,
    CANONICAL_PARTS,
    CANONICAL_PATTERN,
    CASE_TYPES,
    FOLD_STEPS,
    HAN_RANGE,
    INPUT_PARTS,
    INPUT_PATTERN,
    LEADING_ZEROS,
    LEGACY_TYPE_PATTERN,
    NUMERALS,
    PLAIN_PARTS,
    PLAIN_PATTERN,
    WIDTH_FOLDS,
    WITHOUT_ZEROS,
)

_PLAIN_CANONICAL_SQL = " || ".join(
    ("'('", "_plain.year", "')'", "_plain.court", "_plain.type", "_plain.number", "'号'")
)


def canonical_sql(text_sql: str) -> str:
    """Return SQL for the canonical text of an SQL expression, as parse() gives it.

    `text_sql` is ours, the name of a column; it stands in the result several times.
    """
    text = f"({text_sql})"
    number_sql = _by_form_sql(text, _PLAIN_CANONICAL_SQL, _full_canonical_sql(text))
    return _case_when_sql(_is_ascii_sql(text), _trim_sql(text), number_sql)


def parts_sql(text_sql: str) -> str:
    """Return SQL for a struct of what parse() reads in an SQL expression: style, canonical, year
    INTEGER, court, case_type, sequence INTEGER; NULL where it does not say, or has no text.

    `text_sql` is ours, the name of a column; it stands in the result several times.
    """
    text = f"({text_sql})"
    plain_form = _struct_sql(
        style="'standard'",
        canonical=_PLAIN_CANONICAL_SQL,
        year="CAST(_plain.year AS INTEGER)",
        court="_plain.court",
        case_type=_case_type_sql("_plain.type"),
        sequence="CAST(_plain.number AS INTEGER)",
    )
    general_form = _struct_sql(
        style="CASE WHEN _form.year = '' THEN 'other' WHEN contains(_canonical, '*') THEN 'masked'"
        " WHEN regexp_matches(_form.numbers, '[-,]') THEN 'batch'"
        " WHEN _form.court = '' THEN 'legacy' ELSE 'standard' END",
        canonical="_canonical",
        year="TRY_CAST(_form.year AS INTEGER)",
        court="CASE WHEN _form.court <> '' AND NOT contains(_form.court, '*') THEN _form.court END",
        case_type=f"CASE WHEN _form.words = '' THEN {_case_type_sql('_form.type')}"
        f" ELSE {_case_type_sql(f'regexp_extract(_form.words, {_quote_sql(LEGACY_TYPE_PATTERN)})')} END",
        sequence="TRY_CAST(_form.numbers AS INTEGER)",
    )
    general_form = _let_sql("_form", _extract_sql("_canonical", CANONICAL_PATTERN, CANONICAL_PARTS), general_form)
    general_form = _let_sql("_canonical", _full_canonical_sql(text), general_form)
    no_number = _struct_sql(
        style="'other'",
        canonical=_trim_sql(text),
        year="CAST(NULL AS INTEGER)",
        court="CAST(NULL AS VARCHAR)",
        case_type="CAST(NULL AS VARCHAR)",
        sequence="CAST(NULL AS INTEGER)",
    )
    number_sql = _case_when_sql(_is_ascii_sql(text), no_number, _by_form_sql(text, plain_form, general_form))
    return _case_when_sql(f"{text} IS NULL", "NULL", number_sql)


def _by_form_sql(text: str, plain_form: str, general_form: str) -> str:
    """`plain_form` where a text has the plain form, whose parts are then in _plain; else `general_form`."""
    number_sql = _case_when_sql("_plain.year = ''", general_form, plain_form)
    return _let_sql("_plain", _extract_sql(text, PLAIN_PATTERN, PLAIN_PARTS), number_sql)


def _full_canonical_sql(text: str) -> str:
    """The canonical text the long way: fold, take apart, put together."""
    folded_sql = text
    for table in FOLD_STEPS:
        character_class = _character_class("".join(sorted(table.keys() - set("（）〔〕[]【】"))))
        condition = f"regexp_matches(_signs, {_quote_sql(character_class)})"
        folded_sql = _let_sql(
            "_signs", folded_sql, _case_when_sql(condition, _translate_sql("_signs", table), "_signs")
        )
    subnumber_sql = f"coalesce({_list_sql(NUMERALS)}[TRY_CAST(_typed.nth AS INTEGER)], _typed.nth)"
    canonical_parts = " || ".join(
        (
            "'(' || _typed.year || ')' || _typed.coded || _typed.place",
            _case_when_sql("suffix(_typed.place, '字')", "'第'", "''"),
            f"regexp_replace(replace(_typed.numbers, '号', ''), {_quote_sql(LEADING_ZEROS)},"
            f" {_quote_sql(WITHOUT_ZEROS)}, 'g') || '号'",
            _case_when_sql("_typed.nth = ''", "''", f"'之' || {subnumber_sql}"),
            _case_when_sql("_typed.tail = ''", "''", "'(' || _typed.tail || ')'"),
        )
    )
    number_sql = _case_when_sql("_typed.year = ''", _non_number_sql(text), canonical_parts)
    return _let_sql(
        "_folded", folded_sql, _let_sql("_typed", _extract_sql("_folded", INPUT_PATTERN, INPUT_PARTS), number_sql)
    )


def _let_sql(name: str, value: str, body: str) -> str:
    """`body` with `name` worked out once: a list of one. Names begin with _, since a column of the
    same name would come first."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def _case_when_sql(condition: str, then: str, otherwise: str) -> str:
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


def _struct_sql(style: str, canonical: str, year: str, court: str, case_type: str, sequence: str) -> str:
    return (
        f"{{'style': {style}, 'canonical': {canonical}, 'year': {year}, 'court': {court},"
        f" 'case_type': {case_type}, 'sequence': {sequence}}}"
    )


def _case_type_sql(word: str) -> str:
    types = " ".join(f"WHEN {_quote_sql(w)} THEN {_quote_sql(code)}" for w, code in CASE_TYPES.items())
    return f"CASE {word} {types} END"


def _is_ascii_sql(text: str) -> str:
    """Every case number has characters beyond ASCII; this is the cheapest way to see it."""
    return f"strlen({text}) = length({text})"


def _non_number_sql(text: str) -> str:
    wide_sql = f"nfc_normalize({_translate_sql(text, WIDTH_FOLDS)})"
    narrow_sql = _case_when_sql(f"regexp_matches({text}, '[^ -~{HAN_RANGE}]')", wide_sql, text)
    return _let_sql("_other", narrow_sql, _trim_sql("_other"))


def _trim_sql(text: str) -> str:
    blanks = _character_class(BLANKS)
    has_outer_blanks = f"regexp_matches({text}, {_quote_sql(f'^{blanks}|{blanks}$')})"
    return _case_when_sql(has_outer_blanks, f"trim({text}, {_quote_sql(BLANKS)})", text)


def _character_class(characters: str) -> str:
    return "[" + "".join(rf"\x{{{ord(character):x}}}" for character in characters) + "]"


def _translate_sql(text: str, table: dict[str, str]) -> str:
    """Signs that become nothing come last: translate() drops what has no counterpart."""
    pairs = sorted(table.items(), key=lambda pair: pair[1] == "")
    source, target = ("".join(side) for side in zip(*pairs, strict=True))
    return f"translate({text}, {_quote_sql(source)}, {_quote_sql(target)})"


def _extract_sql(text: str, pattern: str, parts: tuple[str, ...]) -> str:
    return f"regexp_extract({text}, {_quote_sql(f'^(?:{pattern})$')}, {_list_sql(parts)})"


def _list_sql(texts: tuple[str, ...] | list[str]) -> str:
    return f"[{', '.join(map(_quote_sql, texts))}]"


def _quote_sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
