"""Every file that a page offers: each row says what it is of, and each column has its entry in the dictionary."""

import csv
import io
from collections.abc import Callable

import pandas as pd
import pytest

from dashboard.state.cache import View
from dashboard.text import i18n
from dashboard.ui import components, export
from tests.dashboard.running import Open

ADDRESSES: list[tuple[str, dict[str, str]]] = [
    *(("overview", {"layer": layer}) for layer in ("score", "band", "clusters", "coverage", "cash_24m")),
    ("overview", {"by": "city", "since": "year"}),
    *(("rankings", {"level": level}) for level in ("province", "city", "court")),
    ("rankings", {"panel": "methods"}),
    ("rankings", {"against": "official-1"}),
    ("rankings", {"w": "auction:2"}),
    ("place", {}),
    ("place", {"method": "official-1"}),
    ("place", {"level": "province", "unit": "320000"}),
    ("place", {"level": "province", "unit": "510000", "view": "peers"}),
    ("place", {"level": "city", "unit": "320500"}),
    ("compare", {}),
    ("compare", {"view": "flows"}),
    ("policy", {}),
    ("claims", {"package": "sample"}),
    ("method", {}),
    ("robustness", {}),
]


@pytest.mark.parametrize(("page", "parameters"), ADDRESSES, ids=str)
def test_every_column_of_every_file_is_in_its_dictionary(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str, parameters: dict[str, str]
) -> None:
    files: dict[str, tuple[bytes, bytes, bytes]] = {}

    def read(subject: str, view: View, table: Callable[[], pd.DataFrame]) -> None:
        makers = (export.csv_bytes, export.dictionary_bytes, export.worded_csv_bytes)
        files[subject] = tuple(make(table(), view) for make in makers)

    monkeypatch.setattr(components, "download_button", read)
    app = open_page(page, lang="zh", **parameters)
    assert not app.exception, app.exception[0].message
    assert files
    for subject, (content, dictionary, worded) in files.items():
        columns, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        entries = [*csv.DictReader(io.StringIO(dictionary.decode("utf-8-sig"), newline=""))]
        assert [entry["列名"] for entry in entries] == columns, subject
        assert all(entry["含义"] and "{" not in entry["含义"] for entry in entries), subject
        for position, entry in enumerate(entries):
            empty = any(row[position] == "" for row in rows)
            assert not entry["空值原因"] or empty, (subject, entry)
        heads, *worded_rows = csv.reader(io.StringIO(worded.decode("utf-8-sig"), newline=""))
        assert worded_rows == rows and len(set(heads)) == len(columns), subject
        assert all(entry["含义"] in head for entry, head in zip(entries, heads, strict=True)), subject
        place = columns.index("place_id")
        assert all(row[place] for row in rows), subject
    i18n.set_language("")
