"""Sections of docs/evidence.md, each written by the command that it names."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "evidence.md"


def write_section(heading: str, text: str) -> None:
    """Put `text` under a heading of the document, in place of what stood there or at its end."""
    document = DOCUMENT.read_text(encoding="utf-8")
    head, *sections = re.split(r"^(?=## )", document, flags=re.MULTILINE)
    titles = [section.splitlines()[0].removeprefix("## ") for section in sections]
    section = f"## {heading}\n\n{text.strip()}\n\n"
    if heading in titles:
        sections[titles.index(heading)] = section
    else:
        sections[-1] = sections[-1].rstrip() + "\n\n"
        sections.append(section)
    DOCUMENT.write_text("".join([head, *sections]).rstrip() + "\n", encoding="utf-8")
