"""A built warehouse, published another way, or with more to publish."""

import shutil
from pathlib import Path

import duckdb
import numpy as np

from index_engine.index.rating import assign_bands
from index_engine.method import load_method


def with_court_ranks(built: Path, copy: Path) -> Path:
    """A copy whose method publishes courts by ranks; nothing is built anew, since no number is
    another."""
    shutil.copyfile(built, copy)
    with duckdb.connect(str(copy)) as con:
        said = 'court_order = "bands"'
        [(text,)] = con.execute("SELECT value FROM meta WHERE key = 'method'").fetchall()
        assert text.count(said) == 1
        con.execute(
            "UPDATE meta SET value = ? WHERE key = 'method'",
            [text.replace(said, 'court_order = "ranks"')],
        )
    return copy


def with_scored_courts(built: Path, copy: Path) -> Path:
    """A copy in which every court has a score at the last period, with intervals of all widths, for
    what pages do with many: the small samples of tests have scores of few."""
    shutil.copyfile(built, copy)
    with duckdb.connect(str(copy)) as con:
        rows = con.execute(
            "SELECT place_id FROM index.scores WHERE level = 'court' AND basis = 'observed' "
            "AND method = 'enforcement-credit-1' "
            "AND period = (SELECT max(period) FROM index.scores) ORDER BY place_id"
        ).df()
        at = np.arange(len(rows))
        score = 15.0 + (at * 389 % 700) / 10
        half = 1.0 + at % 9
        rows["score"], rows["se"] = score, half / 2
        rows["low"], rows["high"] = score - half, score + half
        rows["low90"], rows["high90"] = score - 0.8 * half, score + 0.8 * half
        rows = rows.round(1)  # as published
        rows["band"] = assign_bands(
            load_method().bands, rows["low90"].to_numpy(), rows["high90"].to_numpy()
        )
        con.register("made", rows)
        con.execute(
            "UPDATE index.scores AS s SET score = made.score, se = made.se, low = made.low, "
            "high = made.high, low90 = made.low90, high90 = made.high90, band = made.band, "
            "status = 'scored' FROM made WHERE s.place_id = made.place_id AND s.level = 'court' "
            "AND s.basis = 'observed' AND s.method = 'enforcement-credit-1' "
            "AND s.period = (SELECT max(period) FROM index.scores)"
        )
        con.execute(
            "UPDATE index.scores AS s SET rank = place FROM (SELECT place_id, "
            "rank() OVER (ORDER BY score DESC) AS place FROM made "
            "JOIN courts ON court_id = place_id WHERE NOT special) AS ranked "
            "WHERE s.place_id = ranked.place_id AND s.level = 'court' AND s.basis = 'observed' "
            "AND s.method = 'enforcement-credit-1' "
            "AND s.period = (SELECT max(period) FROM index.scores)"
        )
    return copy
