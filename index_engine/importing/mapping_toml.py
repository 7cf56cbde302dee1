"""The text of a mapping file as TOML: bounded before tomllib sees it.

tomllib ends in a RecursionError on deep arrays, in a ValueError on numbers of thousands of digits,
and takes quadratic time for keys of many parts.
"""

import re
import tomllib
from typing import Any

from index_engine.errors import Message

MAX_CHARACTERS = 1 << 20
_MAX_DEPTH = 16  # of brackets
_MAX_WORD_LENGTH = 200  # of a number, a date or a bare key
_MAX_KEY_PARTS = 32

# Every alternative matches whatever follows, closed or not, so that a search never goes back.
_TOKEN = re.compile(
    r'"""(?:\\[\s\S]|(?!""")[^\\])*(?:"""|\\?\Z)'
    r"|'''(?:(?!''')[\s\S])*(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*"
    r"|[0-9A-Za-z_+:-]+|[][{}.,=\n]"
)


class MappingTomlError(ValueError):
    """The text is no TOML, or beyond the limits; `reason` says which."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def parse_mapping_toml(text: str) -> dict[str, Any]:
    """Return the document of a mapping; a byte order mark is no part of it.

    Raises MappingTomlError.
    """
    if len(text) > MAX_CHARACTERS or _is_beyond_limits(text):
        raise MappingTomlError(Message("toml_beyond_limits"))
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError as error:  # TOMLDecodeError is one; so is a date that there is not
        raise MappingTomlError(Message("mapping_not_toml", reason=str(error))) from error


def _is_beyond_limits(text: str) -> bool:
    depth = parts = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in ("[", "{"):
            depth += 1
        elif token in ("]", "}"):
            depth -= 1
        if token == ".":
            parts += 1
        elif token in ("\n", ",", "=", "[", "{"):
            parts = 0
        is_word = token[0] not in "\"'#"
        if depth > _MAX_DEPTH or parts > _MAX_KEY_PARTS or (is_word and len(token) > _MAX_WORD_LENGTH):
            return True
    return False
