"""What the engine says to a person: messages by code, and the one error that a person can mend.

A message is a code with parameters. The files in messages/ hold the sentence of every code in every
language but Traditional Chinese, which is converted; the parameters stand in braces as str.format
takes them, and are the same in all languages. `str()` gives the English sentence, for the command
line and for the comments of mapping files; a page says it in its own language.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

_MAX_PARAMETER_LENGTH = 2_000  # characters, of a path or a list of fields too

MESSAGES_FOLDER = Path(__file__).with_name("messages")


@dataclass(frozen=True)
class Term:
    """A word of the data contract in a message, of which a page says the name: a kind of file, a
    field of the kind `kind`, or a rule. `text` is what the English sentence says, `id` if empty."""

    domain: Literal["kind", "field", "rule"]
    id: str
    kind: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.text or self.id


@dataclass(frozen=True, init=False)
class Message:
    """One sentence: its code in messages/ and what goes into its braces.

    A parameter may be a number, a date, a text, a Term, a Message, a list of these, or a mapping of
    Terms to numbers.
    """

    code: str
    parameters: Mapping[str, object]

    def __init__(self, code: str, /, **parameters: object) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "parameters", parameters)

    def __str__(self) -> str:
        return self.sentence(wordings(self.code)["en"], _english_word)

    def sentence(self, template: str, word: Callable[[object], object]) -> str:
        """The sentence of a template, each parameter put into words by `word`."""
        return template.format_map({key: _shorten(word(value)) for key, value in self.parameters.items()})


class InputError(Exception):
    """Bad input. Its text is one line for a person; the command line prints it and exits with 2."""

    def __init__(self, code: str, /, **parameters: object) -> None:
        self.message = Message(code, **parameters)
        super().__init__(code)

    def __str__(self) -> str:
        return str(self.message)

    def with_file_name(self, path: Path, name: str) -> "InputError":
        """Return the same error with the file called `name` where it is called by its path."""
        return InputError(
            self.message.code,
            **{key: name if str(value) == str(path) else value for key, value in self.message.parameters.items()},
        )


@cache
def _read_messages() -> dict[str, dict[str, str]]:
    """The sentences of all codes by language. Raises ValueError for a code that stands twice."""
    messages: dict[str, dict[str, str]] = {}
    for file in sorted(MESSAGES_FOLDER.glob("*.toml")):
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        if repeated_codes := messages.keys() & document.keys():
            raise ValueError(f"{file}: stand in another file too: {sorted(repeated_codes)}")
        messages |= document
    return messages


def wordings(code: str) -> Mapping[str, str]:
    """The sentence of a code by language. KeyError where there is no such code."""
    return _read_messages()[code]


def message_codes() -> tuple[str, ...]:
    """All codes that have a sentence."""
    return tuple(_read_messages())


def _shorten(value: object) -> object:
    """A text out of a file, or all its headers, can be megabytes: a sentence shows how it begins."""
    return (
        value[:_MAX_PARAMETER_LENGTH] + "…" if isinstance(value, str) and len(value) > _MAX_PARAMETER_LENGTH else value
    )


def _english_word(value: object) -> object:
    match value:
        case list() | tuple():
            return ", ".join(str(_english_word(item)) for item in value)
        case dict():
            return ", ".join(f"{key}: {item}" for key, item in value.items())
        case _:
            return value
