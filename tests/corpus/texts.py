"""Text files: encodings, delimiters, quotes and lines."""

from dataclasses import replace

from tests.corpus.messy import CASES, FED, PLAIN, Expected, cases, csv_bytes, csv_text, messy


@messy("gb18030_without_bom.csv", PLAIN)
def _() -> bytes:
    return csv_text(cases()).encode("gb18030")


@messy("utf8_bom.csv", PLAIN)
def _() -> bytes:
    return csv_text(cases()).encode("utf-8-sig")


@messy("utf16.csv", PLAIN)
def _() -> bytes:
    return csv_text(cases()).encode("utf-16")


@messy("semicolon.csv", PLAIN)
def _() -> bytes:
    return csv_bytes(cases(), ";")


@messy("tab.txt", PLAIN)
def _() -> bytes:
    return csv_bytes(cases(), "\t")


@messy("trailing_delimiters.csv", PLAIN)
def _() -> bytes:
    return csv_text(cases()).replace("\r\n", ",,\r\n").encode()


@messy("blank_lines.csv", PLAIN)
def _() -> bytes:
    return ("\r\n" + csv_text(cases()).replace("\r\n", "\r\n\r\n")).encode()


@messy("old_mac_line_ends.csv", PLAIN)
def _() -> bytes:
    return csv_text(cases(), end="\r").encode()


@messy("stray_quote.csv", replace(PLAIN, kept=4, rejected={"unreadable_line": 1}, values={}))
def _() -> bytes:
    return csv_text(cases()).replace("（2023）粤0304执103号", '"（2023）粤0304执103号').encode()


@messy("ragged_lines.csv", replace(PLAIN, kept=4, rejected={"unreadable_line": 1}, values={}))
def _() -> bytes:
    return csv_text(cases()).replace("2023-03-20,,", "2023-03-20,").encode()


@messy("empty.csv", Expected(fed={}, refused="the file is empty"))
def _() -> bytes:
    return b""


@messy("bom_only.csv", Expected(fed={}, refused="holds no row"))
def _() -> bytes:
    return b"\xef\xbb\xbf"


@messy("header_only.csv", Expected(fed={}, refused="has a header, but no rows"))
def _() -> bytes:
    return csv_bytes(cases()[:1])


@messy(
    "stray_quotes_in_every_row.csv",
    Expected(fed={}, refused="none of its 5 rows can be read; line 2"),
)
def _() -> bytes:
    header, *rows = csv_text(cases()).splitlines(keepends=True)
    return "".join([header, *(f'"（2023）"{row}' for row in rows)]).encode()


@messy("stray_quotes_everywhere.csv", Expected(fed={}, refused="none of its 6 rows can be read; line 1"))
def _() -> bytes:
    return "".join(f'"（2023）"{line}' for line in csv_text(cases()).splitlines(keepends=True)).encode()


@messy("xls_that_is_html.xls", Expected(fed={}, refused="holds a web page"))
def _() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cases())
    return f"<html><body><table>{rows}</table></body></html>".encode()


@messy("name_over_two_lines.csv", replace(PLAIN, fed=PLAIN.fed | {"filed_on": "立案\n日期"}))
def _() -> bytes:
    return csv_text(cases({"立案日期": "立案\n日期"}), end="\n").encode("utf-16")


@messy(
    "numbered_names.csv",
    replace(PLAIN, fed={field: f"{list(CASES).index(header or '') + 1}.{header}" for field, header in FED.items()}),
)
def _() -> bytes:
    return csv_bytes(cases({header: f"{number}.{header}" for number, header in enumerate(CASES, start=1)}))


@messy(
    "heading_again_in_the_middle.csv",
    replace(
        PLAIN,
        rejected=dict.fromkeys(
            ("unknown_code", "unknown_court", "unreadable_case_number", "unreadable_date", "unreadable_number"), 1
        ),
    ),
)
def _() -> bytes:
    header, *rows = cases()
    return csv_bytes([header, *rows[:3], header, *rows[3:]])
