"""The file's own words for coded values, and the codes they stand for."""

from functools import cache

from index_engine.sources.contract import Field, vocabulary
from index_engine.sources.recognise.texts import data, fold

# A column of more different words than this is no list of codes.
MOST_WORDS = 200


@cache
def _codes(name: str) -> dict[str, str]:
    """Return folded word -> code of one list; a word of two codes is left out."""
    found: dict[str, str | None] = {}
    for code, words in data("words")[name].items():
        for word in (code, *words):
            folded = fold(word)
            found[folded] = code if found.get(folded, code) == code else None
    return {word: code for word, code in found.items() if code is not None}


def list_of(field: Field) -> str | None:
    """Return the name of the list of words for a field, None if it is not coded."""
    if field.codes is not None:
        return next(name for name, codes in vocabulary().items() if codes == field.codes)
    if field.type == "BOOLEAN":
        return "boolean"
    return "round_no" if field.name == "round_no" else None


def code_of(name: str, word: str) -> str | None:
    """Return the code that a word of a file stands for in a list, None if nobody can say."""
    folded = fold(word)
    # A sign alone, such as the tick for yes, folds to nothing.
    known = _codes(name).get(folded) if folded else _signs(name).get(word.strip())
    if known is not None or not folded or folded in _several(name):
        return known
    parts = data("words")["parts"].get(name, {})
    return next(
        (code for code, words in parts.items() if any(fold(part) in folded for part in words)),
        None,
    )


@cache
def _several(name: str) -> frozenset[str]:
    return frozenset(map(fold, data("words")["several"].get(name, ())))


@cache
def _signs(name: str) -> dict[str, str]:
    lists = data("words")[name].items()
    return {word: code for code, words in lists for word in words if not fold(word)}


def standard(name: str) -> dict[str, str]:
    """Return the usual word of each code of a list: what a file may hold further on."""
    return {words[0]: code for code, words in data("words")[name].items()}


def typed(field: Field, code: str) -> str | bool | int:
    """Return a code as a mapping writes it for a field."""
    if field.type == "BOOLEAN":
        return code == "true"
    return int(code) if field.type == "INTEGER" else code
