"""Real court files of another country, read where they lie; nothing of them is kept here.

Regions and courts are not given as files: they are derived from the court columns of the cases.
As a script: `python -m tests.real.sao_paulo FOLDER` writes both there, ready to be imported.
"""

import csv
import sys
from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "real" / "sao_paulo"
CASES = DATA / "cases.csv"
LOTS = DATA / "auction_lots.csv"
HERE = Path(__file__).parent
REGIONS_MAPPING = HERE / "regions.toml"
COURTS_MAPPING = HERE / "courts.toml"
CASES_MAPPING = HERE / "cases.toml"
LOTS_MAPPING = HERE / "auctions.toml"

NATION, PROVINCE = "BR", "BR-SP"


def derive(folder: Path) -> tuple[Path, Path]:
    """Write regions.csv and courts.csv into a folder and return their paths.

    A comarca, the district of a court, is a region of level 'city'. Two courts of 34 cases state
    no comarca anywhere; as their place within the state is unknown, they serve the state: their
    cases count for it and for the nation, and for no city.
    """
    with CASES.open(encoding="utf-8", newline="") as stream:
        cases = list(csv.DictReader(stream))
    places = {case["court_code"]: case["comarca"] for case in cases}
    names = {case["court_code"]: case["court_name"] for case in cases}
    regions = [(NATION, "nation", "Brasil", ""), (PROVINCE, "province", "São Paulo", NATION)]
    regions += [(_code(comarca), "city", comarca, PROVINCE) for comarca in sorted(set(places.values())) if comarca]
    courts = [
        (court, names[court] or court, "basic", _code(comarca) if comarca else PROVINCE, "false")
        for court, comarca in sorted(places.items())
    ]
    return (
        _write(folder / "regions.csv", ("code", "level", "name", "parent"), regions),
        _write(folder / "courts.csv", ("court_id", "name", "level", "region", "special"), courts),
    )


def _code(comarca: str) -> str:
    return f"{PROVINCE}-{comarca.replace(' ', '-')}"


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


if __name__ == "__main__":
    for written in derive(Path(sys.argv[1])):
        print(written)
