"""CSV files of the data page. They have no columns of method and period: they are of files, not of
scores, and a data set may have been computed under no method yet."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from index_engine.formula_escaping import escape_table


def csv_bytes(rows: pd.DataFrame) -> bytes:
    """Rows as CSV with a byte order mark, which tells Excel that this is UTF-8; no cell can act as a
    formula."""
    csv: str = escape_table(rows).to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + csv.encode()


def draw_download(label: str, read_rows: Callable[[], pd.DataFrame], file_name: str, key: str) -> None:
    """A button for a CSV file, which is made when it is asked for."""
    st.download_button(
        label,
        lambda: csv_bytes(read_rows()),
        file_name=file_name,
        mime="text/csv",
        key=key,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
