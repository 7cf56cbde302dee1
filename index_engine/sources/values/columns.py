"""One [columns.<field>] table of a mapping file: what feeds a field and how it is read."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

from index_engine.errors import InputError
from index_engine.sources.contract import Field, vocabulary
from index_engine.sources.values.dates import NAMED, is_date_format
from index_engine.sources.values.signs import VALUES, folded

# Yuan per unit, and shares of one.
UNITS = {unit: Decimal(factor) for unit, factor in VALUES["units"].items()}
SHARES = {sign: Decimal(factor) for sign, factor in VALUES["shares"].items()}

NO_VALUE = tuple(VALUES["null"])

# Numbers are read with 28 digits; a factor of at most 10 keeps their product within DuckDB's 38.
FACTOR_DIGITS = 10

# What of a case number a field can be fed with.
PARTS = ("court", "type", "year")

_COLUMN_KEYS = {
    "column": str,
    "constant": object,
    "template": str,
    "part": str,
    "format": (str, list),
    "unit": (str, int, float),
    "thousands": str,
    "decimal": str,
    "values": dict,
    "null": list,
    "on_bad": str,
}


@dataclass(frozen=True)
class Place:
    """Where in a mapping file we are."""

    file: Path
    trail: tuple[str, ...] = ()

    def at(self, *more: str) -> "Place":
        """Return the place one step further in, such as '[columns.filed_on]'."""
        return Place(self.file, (*self.trail, *more))

    def fail(self, problem: str) -> InputError:
        """Return the error to raise: file, place, problem."""
        return InputError(" ".join((f"{self.file}:", *self.trail, problem)))


@dataclass(frozen=True)
class Column:
    """How one field is fed. Exactly one of `column`, `constant` and `template` is given.

    `formats` are date formats, none for the usual ones; `factor` is yuan per unit; `values`
    translates the file's words into codes, None for no value; `null` are words for no value; `part`
    is which of PARTS the field takes from the case numbers in the column, None for the whole text.
    """

    field: Field
    column: str | None = None
    constant: str | None = None
    template: str | None = None
    part: str | None = None
    formats: tuple[str, ...] = ()
    factor: Decimal = Decimal(1)
    thousands: str = ""
    decimal: str = "."
    values: Map[str, str | None] | None = None
    null: tuple[str, ...] = NO_VALUE
    clears: bool = False

    @property
    def no_value(self) -> tuple[str, ...]:
        """The words for no value, less those that say something here: 无 is no to yes-or-no."""
        said = {folded(word) for word in self.values or ()}
        if self.field.type == "BOOLEAN" and self.values is None:
            said = {*VALUES["yes"], *VALUES["no"]}
        return tuple(word for word in self.null if folded(word) not in said)

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file that are read for this field."""
        if self.template is not None:
            names = (name for _, name, _, _ in Formatter().parse(self.template))
            return tuple(name for name in names if name and name != "row_no")
        return () if self.column is None else (self.column,)


def read_table(place: Place, given: Any, known: Map[str, Any]) -> dict[str, Any]:
    """Return a copy of a TOML table with only known keys, each of the type `known` gives.

    Raises InputError naming the key that is unknown or of another type.
    """
    if not isinstance(given, dict):
        raise place.fail("is to be a table")
    for key, value in given.items():
        if key not in known:
            raise place.fail(f"unknown {key!r}; known are {', '.join(known)}")
        right = known[key]
        # bool is an int and datetime a date in Python; in TOML neither is.
        wrong = isinstance(value, bool) and right not in (bool, object)
        if wrong or isinstance(value, datetime) or not isinstance(value, right):
            raise place.fail(f"{key} = {value!r}: not a {_type_name(right)}")
    return dict(given)


def _type_name(types: Any) -> str:
    names = {str: "text", date: "date", bool: "true or false", list: "list", dict: "table"}
    names |= {int: "number"}
    given = types if isinstance(types, tuple) else (types,)
    return " or ".join(names[type_] for type_ in given if type_ in names)


def read_words(place: Place, given: list[Any]) -> tuple[str, ...]:
    """Check that a list holds texts only; InputError otherwise."""
    for word in given:
        if not isinstance(word, str):
            raise place.fail(f"{word!r} is to be text; put it in quotes")
    return tuple(given)


def read_column(place: Place, field: Field, given: Any, null: tuple[str, ...]) -> Column:
    """Check what a mapping says of one field; `null` are the words for no value in every column,
    those of values.toml where it names none.

    Raises InputError naming the place in the mapping and how to mend it.
    """
    table = read_table(place, given, _COLUMN_KEYS)
    ways = [way for way in ("column", "constant", "template") if way in table]
    if len(ways) != 1:
        raise place.fail("give exactly one of column, constant and template")
    _check_fits(place, field, ways[0], table)
    clears = table.get("on_bad", "reject")
    if clears not in ("reject", "clear"):
        raise place.fail(f"on_bad = {clears!r}: it is 'reject' or 'clear'")
    if clears == "clear" and field.required:
        raise place.fail("on_bad = 'clear' is for optional fields; this one is required")
    own = read_words(place.at("null:"), table.get("null", []))
    column = Column(
        field=field,
        column=table.get("column"),
        constant=_constant(place, field, table["constant"]) if "constant" in table else None,
        template=table.get("template"),
        part=_part(place, field, table["part"]) if "part" in table else None,
        formats=_formats(place, table.get("format", [])),
        factor=_factor(place, field, table.get("unit", 1)),
        thousands=_mark(place, "thousands", table.get("thousands", "")),
        decimal=_mark(place, "decimal", table.get("decimal", ".")),
        values=_values(place, field, table["values"]) if "values" in table else None,
        null=null + own if null or "null" in table else NO_VALUE,
        clears=clears == "clear",
    )
    if column.thousands == column.decimal:
        raise place.fail(f"thousands and decimal are both {column.decimal!r}")
    if column.template is not None:
        _check_template(place, column.template)
    return column


def _check_fits(place: Place, field: Field, way: str, table: dict[str, Any]) -> None:
    """Refuse settings that would mean nothing: a unit of a date, a format of a constant."""
    is_amount = field.type.startswith("DECIMAL")
    is_number = is_amount or field.type == "INTEGER"
    for key, fits, what in (
        ("format", field.type == "DATE", "dates"),
        ("unit", is_amount, "amounts"),
        ("thousands", is_number, "numbers"),
        ("decimal", is_number, "numbers"),
        (
            "values",
            field.type in ("VARCHAR", "BOOLEAN", "INTEGER") and not field.hashed,
            "words",
        ),
        ("template", field.type == "VARCHAR" and field.codes is None, "free texts"),
    ):
        if key in table and not fits:
            raise place.fail(f"{key} is for {what}; {field.name} is {field.type}")
    if "part" in table and "values" in table:
        raise place.fail("part gives codes itself; remove values")
    idle = [key for key in table if way != "column" and key not in (way, "on_bad")]
    if idle:
        raise place.fail(f"{', '.join(idle)} means nothing beside {way}; remove it")


def _part(place: Place, field: Field, part: str) -> str:
    """Check that a part of case numbers is what the field holds."""
    if part not in PARTS:
        raise place.fail(f"part = {part!r}: of a case number there is {', '.join(PARTS)}")
    fits = {
        "court": field.type == "VARCHAR" and field.codes is None and not field.hashed,
        "type": field.codes == vocabulary()["case_type"],
        "year": field.type == "INTEGER",
    }
    if not fits[part]:
        raise place.fail(f"part = {part!r} does not fit {field.name}")
    return part


def _formats(place: Place, given: str | list[Any]) -> tuple[str, ...]:
    formats = read_words(place.at("format:"), [given] if isinstance(given, str) else given)
    for text in formats:
        if text not in NAMED and not is_date_format(text):
            raise place.fail(
                f"format {text!r} does not give a year, month and day; write it as '%Y-%m-%d',"
                " 'excel' for serial day numbers, 'month', 'month_end', 'year' or 'year_end' for"
                " months and years"
            )
    return formats


def is_money(field: Field) -> bool:
    """Say whether amounts of the field are sums: these have two places, and rates have more."""
    return field.type.endswith(",2)")


def _factor(place: Place, field: Field, unit: str | int | float) -> Decimal:
    if isinstance(unit, str):
        units = UNITS if is_money(field) else UNITS | SHARES
        if unit not in units:
            raise place.fail(
                f"unknown unit {unit!r}; it is {', '.join(units)} or a factor such as 0.01"
            )
        return units[unit]
    factor = Decimal(repr(unit)).normalize()
    if not factor.is_finite() or factor <= 0:
        raise place.fail(f"unit = {unit}: a factor is above 0")
    # In plain notation, as it will stand in SQL: 1e-9 has nine digits after the point.
    if len(f"{factor:f}".replace(".", "")) > FACTOR_DIGITS:
        raise place.fail(f"unit = {unit}: a factor has at most {FACTOR_DIGITS} digits")
    return factor


def _mark(place: Place, key: str, mark: str) -> str:
    if mark not in ("", ".", ",", " ", "'", "\u00a0") or (key == "decimal" and not mark):
        raise place.fail(f"{key} = {mark!r} is no mark of numbers; use '.' or ','")
    return mark


def _values(place: Place, field: Field, given: dict[str, Any]) -> dict[str, str | None]:
    """Check the file's words and their codes; an empty code means that the word says nothing."""
    values: dict[str, str | None] = {}
    codes: dict[str, str | None] = {}
    for word, given_code in given.items():
        here = place.at(f"values: {word!r}:")
        code = None if given_code == "" else _constant(here, field, given_code)
        if codes.setdefault(folded(word), code) != code:
            raise here.fail("the same word stands there with another code")
        values[word.strip()] = code
    return values


def _constant(place: Place, field: Field, given: Any) -> str:
    """Return a value written in the mapping as the text the contract's type is read from."""
    ok = {
        "VARCHAR": isinstance(given, str) and given.strip() != "",
        "BOOLEAN": isinstance(given, bool),
        "INTEGER": isinstance(given, int) and not isinstance(given, bool),
        "DATE": isinstance(given, date) and not isinstance(given, datetime),
    }.get(field.type, isinstance(given, int | float) and not isinstance(given, bool))
    if not ok:
        raise place.fail(f"{given!r} does not fit {field.name}, which is {field.type}")
    if field.codes is not None and given not in field.codes:
        raise place.fail(f"{given!r} is no code of {field.name}: {', '.join(field.codes)}")
    return str(given).lower() if isinstance(given, bool) else str(given)


def _check_template(place: Place, template: str) -> None:
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise place.fail(f"template {template!r}: {error}") from error
    if not any(name for _, name, _, _ in parts) or any(
        name == "" or spec or conversion for _, name, spec, conversion in parts
    ):
        raise place.fail(
            f"template {template!r}: name columns of the file in braces, as in"
            " '{列名}-{row_no}'"
        )
