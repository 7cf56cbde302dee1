"""The file's own words for coded values, and the codes they stand for."""

from collections.abc import Iterable
from functools import cache

from index_engine.importing.contract import Field, read_vocabulary
from index_engine.importing.recognise.normalise import match_key, reference_data

# A column of more different words than this is no list of codes.
MAX_WORDS = 200


@cache
def _code_by_key(name: str) -> dict[str, str]:
    """Return folded word -> code of one list; a word of two codes is left out."""
    codes: dict[str, str | None] = {}
    for code, words in reference_data("code_synonyms")[name].items():
        for word in (code, *words):
            key = match_key(word)
            codes[key] = code if codes.get(key, code) == code else None
    return {word: code for word, code in codes.items() if code is not None}


def word_list_name(field: Field) -> str | None:
    """Return the name of the list of words for a field, None if it is not coded."""
    if field.codes is not None:
        return next(name for name, codes in read_vocabulary().items() if codes == field.codes)
    if field.type == "BOOLEAN":
        return "boolean"
    return "round_no" if field.name == "round_no" else None


def find_code(name: str, word: str) -> str | None:
    """Return the code that a word of a file stands for in a list, None if it is unknown."""
    key = match_key(word)
    # A sign alone, such as the tick for yes, folds to nothing.
    return _code_by_key(name).get(key) if key else _code_by_symbol(name).get(word.strip())


def usual_parts(name: str) -> dict[str, str]:
    """Return what says a code of a list wherever it stands in a text, by part."""
    parts = reference_data("code_synonyms")["substrings"].get(name, {})
    return {part: code for code, words in parts.items() for part in words}


def find_part(name: str, parts: Iterable[str], text: str) -> str | None:
    """Return the first of some parts that a text holds, None if it holds none or can mean more than one code."""
    key = match_key(text)
    if key in _ambiguous_keys(name):
        return None
    return next((part for part in parts if match_key(part) in key), None)


@cache
def _ambiguous_keys(name: str) -> frozenset[str]:
    return frozenset(map(match_key, reference_data("code_synonyms")["ambiguous"].get(name, ())))


@cache
def _code_by_symbol(name: str) -> dict[str, str]:
    lists = reference_data("code_synonyms")[name].items()
    return {word: code for code, words in lists for word in words if not match_key(word)}


def stage_words() -> dict[str, tuple[str, ...]]:
    """Return the words for the stages of an auction, by code."""
    return {code: tuple(words) for code, words in reference_data("code_synonyms")["stage"].items()}


def standard_words(name: str) -> dict[str, str]:
    """Return the usual word of each code of a list: what a file may hold further on."""
    return {words[0]: code for code, words in reference_data("code_synonyms")[name].items()}


def code_value(field: Field, code: str) -> str | bool | int:
    """Return a code as a mapping writes it for a field."""
    if field.type == "BOOLEAN":
        return code == "true"
    return int(code) if field.type == "INTEGER" else code
