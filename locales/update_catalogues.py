"""Bring the catalogues in line with the wording in the code.

    python locales/update_catalogues.py

New messages come in without a translation, messages no longer used go out, and what is translated
stays. Then translate what is empty: a test fails until zh_Hans has everything. English has no
catalogue, since the messages in the code are English.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

CATALOGUES = Path(__file__).resolve().parent
ROOT = CATALOGUES.parent
FOLDERS = ("dashboard", "pages")
HEADER = """\
# {comment}
msgid ""
msgstr ""
"Language: {name}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
COMMENTS = {"zh_Hans": "简体中文。"}

# A message, or its form for one and its form for any other number.
MessageId = str | tuple[str, ...]


def messages() -> Iterator[MessageId]:
    """Every message in the code, marked there as _("...") or ngettext("...", "...", n)."""
    files = [ROOT / "app.py", *(f for folder in FOLDERS for f in (ROOT / folder).rglob("*.py"))]
    for file in files:
        for _line, message, _comments, _context in extract_from_file("python", file):
            yield message


def update_catalogue(path: Path, message_ids: list[MessageId]) -> None:
    """Rewrite one catalogue so that it holds exactly the messages wanted, in their order; print those
    that went out, with their translation, and those that wait for one."""
    name = path.parent.parent.name
    with path.open("rb") as file:
        old = read_po(file, locale=name)
    new = Catalog(locale=name, charset="utf-8")
    for message in message_ids:
        entry = old.get(message)
        new.add(message, entry.string if entry and entry.id == message else "")
    for entry in old:
        if entry.id and entry.id not in message_ids:
            print(f"{name}: - {entry.id} = {entry.string}")
    for message in new:
        if message.id and not any([message.string] if isinstance(message.string, str) else message.string or ()):
            print(f"{name}: + {message.id}")
    buffer = BytesIO()
    write_po(buffer, new, width=98, omit_header=True)
    header = HEADER.format(comment=COMMENTS.get(name, name), name=name, plural_forms=new.plural_forms)
    path.write_text(header + buffer.getvalue().decode().strip() + "\n", encoding="utf-8")


def main() -> None:
    message_ids = sorted(set(messages()), key=lambda message: (message,) if isinstance(message, str) else message)
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        update_catalogue(path, message_ids)


if __name__ == "__main__":
    main()
