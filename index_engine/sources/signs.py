"""The signs that surround and vary a text without changing what it says: blanks, full width."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

# What values.toml says; its factors are exact.
VALUES: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("values.toml").read_text(encoding="utf-8"), parse_float=Decimal
)

# Blanks, also those of Chinese typesetting.
BLANKS = " \t\r\n\u00a0\u3000\ufeff"

# Full-width ASCII, as Chinese input methods write it, and what looks like a sign of ASCII.
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F))) + "￥−"
_PLAIN = "".join(map(chr, range(0x21, 0x7F))) + "¥-"


def folded(text: str) -> str:
    """Return a word as it is looked up: signs of plain width, no blanks."""
    return text.translate(str.maketrans(_WIDE, _PLAIN, BLANKS))


def folded_sql(text: str) -> str:
    """Return SQL for folded() of the SQL `text`."""
    # translate() drops the signs that have no counterpart.
    return f"translate({text}, '{_quoted(_WIDE + BLANKS)}', '{_quoted(_PLAIN)}')"


def plain_sql(text: str) -> str:
    """Return SQL for the SQL `text` with signs and blanks of plain width."""
    wide, plain = _WIDE + "\u3000", _PLAIN + " "
    return f"translate({text}, '{_quoted(wide)}', '{_quoted(plain)}')"


def trimmed_sql(text: str) -> str:
    """Return SQL for the SQL `text` without blanks at its ends.

    Cutting costs four times as much as seeing that there is nothing to cut.
    """
    at_an_end = f"^[{BLANKS}]|[{BLANKS}]$"
    return (
        f"CASE WHEN regexp_matches({text}, '{at_an_end}')"
        f" THEN trim({text}, '{BLANKS}') ELSE {text} END"
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")
