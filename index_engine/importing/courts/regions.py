"""Where a name begins with the names of places: which region that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from index_engine.importing.courts.name_forms import NAME_WORDS, NameNormaliser, place_forms

_PROVINCE_CODES: dict[str, str] = NAME_WORDS["codes"]["provinces"]


@dataclass(frozen=True)
class Region:
    """One region: `path` are the codes from below the nation down to it; `forms` are folded."""

    code: str
    level: str
    name: str
    path: tuple[str, ...]
    forms: tuple[str, ...]


class RegionIndex:
    """The regions of a warehouse, by code and by the ways their names are written."""

    def __init__(self, rows: Iterable[tuple[str, str, str, str | None]], normaliser: NameNormaliser) -> None:
        """`rows` are code, level, name and parent of every region."""
        row_by_code = {code: (level, name, parent) for code, level, name, parent in rows}
        self.regions: dict[str, Region] = {}
        self._regions_by_form: dict[str, list[Region]] = {}
        for code, (level, name, parent) in row_by_code.items():
            path = [code]
            while parent in row_by_code and parent not in path:
                path.append(parent)
                parent = row_by_code[parent][2]
            path_below_nation = tuple(ancestor for ancestor in reversed(path) if row_by_code[ancestor][0] != "nation")
            variants = tuple(normaliser.normalise(variant) for variant in place_forms(name))
            self.regions[code] = region = Region(code, level, name, path_below_nation, variants)
            for variant in variants:
                self._regions_by_form.setdefault(variant, []).append(region)
        self._max_form_length = max(map(len, self._regions_by_form), default=0)

    def ancestors(self, code: str) -> list[Region]:
        """The regions above one, the highest first; the nation is left out."""
        return [self.regions[ancestor] for ancestor in self.regions[code].path[:-1]]

    def province(self, code: str) -> str | None:
        """The highest region below the nation that holds a region."""
        path = self.regions[code].path if code in self.regions else ()
        return path[0] if path else None

    def find_province(self, text: str) -> str | None:
        """The province that a code, a name or the first character of its court codes stands for."""
        code = _PROVINCE_CODES.get(text, text)
        if code in self.regions:
            return self.province(code)
        province_code = code + "0000"
        if len(code) == 2 and province_code in self.regions:
            return province_code
        matching_codes = {region.code for region in self._regions_by_form.get(text, ()) if region.level == "province"}
        return matching_codes.pop() if len(matching_codes) == 1 else None

    def is_ambiguous_form(self, form: str, code: str) -> bool:
        """Whether a province or city other than `code` is written this way, or may be."""
        return any(
            region.code != code and region.level in ("province", "city")
            for region in self._regions_by_form.get(form, ())
        )

    def court_name_prefix(self, code: str) -> str:
        """What courts beside the divisions call a place: 苏州, but 吉林市, as 吉林 is more."""
        region = self.regions[code]
        if region.level == "county":
            return "".join(self.regions[ancestor].forms[0] for ancestor in region.path[1:])
        full_form, short_form = region.forms[0], region.forms[-1]
        return full_form if self.is_ambiguous_form(short_form, code) and len(region.path) > 1 else short_form

    def match_prefix(self, body: str, containing_region: str | None) -> tuple[str, str] | None:
        """Find the region that a name begins with, and the rest of the name.

        Where places of one name lie in each other (长沙市, 长沙县), it is the outermost that holds
        them all. A county must be named in full: the 白河 of 白河林区 is not 白河县. None: no
        region, or several apart. They must lie in `containing_region`, if given.
        """
        for length in range(min(self._max_form_length, len(body)), 1, -1):
            candidates = [
                region
                for region in self._regions_by_form.get(body[:length], ())
                if containing_region is None or containing_region in region.path
            ]
            if not candidates:
                continue
            region_code = self._common_ancestor(candidates)
            if region_code is None or self._is_short_county(region_code, body[:length]):
                return None
            deeper_match = self.match_prefix(body[length:], region_code)
            return deeper_match or (region_code, body[length:])
        return None

    def _is_short_county(self, code: str, form: str) -> bool:
        region = self.regions[code]
        return region.level == "county" and form != region.forms[0]

    def _common_ancestor(self, regions: list[Region]) -> str | None:
        common_path = regions[0].path
        for region in regions[1:]:
            pairs = zip(common_path, region.path, strict=False)
            common_path = tuple(first for first, second in pairs if first == second)
        return common_path[-1] if common_path else None
