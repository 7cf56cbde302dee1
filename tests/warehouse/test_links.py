"""A warehouse behind a link is written where it is: the link stays, and lock and salt are the same."""

from pathlib import Path

from index_engine.importing.pipeline import run_import
from index_engine.warehouse.file import lock_path, writable_copy
from index_engine.warehouse.salt import salt_path


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "w.duckdb", tmp_path / "link.duckdb"
    with writable_copy(real):
        pass
    link.symlink_to(real)
    file = tmp_path / "r.csv"
    file.write_text("code,level,name,parent\nCN,nation,全国,\n", encoding="utf-8")
    assert run_import(link, "regions", file, None).accepted_rows == 1
    assert link.is_symlink()
    assert (lock_path(link), salt_path(link)) == (lock_path(real), salt_path(real))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.duckdb", "r.csv", "real"]
